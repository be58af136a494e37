package dossier_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"sightline"
	"sightline/dossier"
)

// table is a series typed by hand.
type table struct {
	id, unit string
	rows     map[string][]dossier.Point
	world    map[int]float64
}

func (s table) ID() string   { return s.id }
func (s table) Unit() string { return s.unit }
func (s table) Source() sightline.SourceID {
	return sightline.SourceID(strings.TrimPrefix(s.id, "internet_"))
}
func (s table) Points(c sightline.Country) ([]dossier.Point, error) {
	return s.rows[c.Code()], nil
}
func (s table) World(year int) (sightline.Number, error) {
	if w, ok := s.world[year]; ok {
		return sightline.Num(w), nil
	}
	return sightline.Number{}, nil
}

var people = table{"population", "people", map[string][]dossier.Point{
	"KE": {{Year: 2016, Value: 40}, {Year: 2017, Value: 50}}, "UG": {{Year: 2016, Value: 20}, {Year: 2017, Value: 30}}, "TZ": {{Year: 2017, Value: 20}},
}, map[int]float64{2016: 100, 2017: 125}}

// A half of Kenya in 2017, a tenth of Uganda, nobody knows in Tanzania.
var users = table{"internet_users", "% of population", map[string][]dossier.Point{
	"KE": {{Year: 2016, Value: 40}, {Year: 2017, Value: 50}}, "UG": {{Year: 2016, Value: 10}},
}, nil}

const club = `
{"type":"source","id":"population","title":"Population","kind":"registry","published":"2019","reliability":"A"}
{"type":"source","id":"users","title":"Internet users","kind":"registry","published":"2019","reliability":"A"}
{"type":"source","id":"s","title":"S","kind":"press","published":"2018","reliability":"B"}
{"type":"entity","id":"list/club","name":"The club","complete":"partial","as_of":"2018"}
{"type":"entity","id":"list/groups","name":"Groups","complete":"complete","as_of":"2018"}
{"type":"entity","id":"vote/v","name":"The vote","complete":"complete","as_of":"2018"}
{"type":"entity","id":"indicator/i","name":"I"}
{"type":"entity","id":"act/law","name":"The law"}
{"type":"claim","id":"ke","subject":"country/KE","predicate":"member_of","object":"list/club","valid":"2015/","references":[{"source":"s"}]}
{"type":"claim","id":"ug","subject":"country/UG","predicate":"member_of","object":"list/club","valid":"2017/","references":[{"source":"s"}]}
{"type":"claim","id":"tz","subject":"country/TZ","predicate":"member_of","object":"list/club","valid":"2014/2016-06","references":[{"source":"s"}]}
{"type":"claim","id":"g-ke","subject":"country/KE","predicate":"grouped_as","object":"list/groups","qualifiers":{"group":"a"},"valid":"2018","references":[{"source":"s"}]}
{"type":"claim","id":"g-ug","subject":"country/UG","predicate":"grouped_as","object":"list/groups","qualifiers":{"group":"a"},"valid":"2018","references":[{"source":"s"}]}
{"type":"claim","id":"g-tz","subject":"country/TZ","predicate":"grouped_as","object":"list/groups","qualifiers":{"group":"b"},"valid":"2018","references":[{"source":"s"}]}
{"type":"claim","id":"v-ke","subject":"country/KE","predicate":"voted","object":"vote/v","qualifiers":{"vote":"yes"},"valid":"2018-12-05","references":[{"source":"s"}]}
{"type":"claim","id":"v-tz","subject":"country/TZ","predicate":"voted","object":"vote/v","qualifiers":{"vote":"no"},"valid":"2018-12-05","references":[{"source":"s"}]}
{"type":"claim","id":"n1","subject":"indicator/i","predicate":"count_reported","object":{"number":7,"unit":"states"},"references":[{"source":"s"}]}
{"type":"claim","id":"n2","subject":"indicator/i","predicate":"count_reported","object":{"number":8,"unit":"states"},"valid":"2019","references":[{"source":"s"}]}
{"type":"claim","id":"drafted","subject":"country/KE","predicate":"drafted","object":"act/law","valid":"2016-07/..","references":[{"source":"s"}]}
{"type":"claim","id":"enacted","subject":"country/KE","predicate":"enacted","object":"act/law","valid":"2017","references":[{"source":"s"}]}
`

func holdings(t testing.TB, facts string) *dossier.Holdings {
	t.Helper()
	return dossier.NewHoldings(memory(t, []byte(facts)), []dossier.Series{people, users}, dossier.Options{Code: "test"})
}

func selectionOf(id sightline.EntityID, predicate string) dossier.Selection {
	return dossier.Selection{Objects: []sightline.EntityID{id}, Predicates: []string{predicate}}
}

func countries(t testing.TB, codes ...string) []sightline.Country {
	var out []sightline.Country
	for _, c := range codes {
		out = append(out, parse(t, c))
	}
	return out
}

// By hand: in 2017 the club is Kenya and Uganda, 80 of the world's 125 people;
// Tanzania left in 2016. In May 2017 nobody can tell whether Uganda had
// joined: at least Kenya's 50, at most 80. Users: Kenya 25 and Uganda 3 (the
// share of 2016), all 28 known ones; Tanzania and 25 people elsewhere may be
// users too, so at least 28/(28+20+25).
func TestHeadCount(t *testing.T) {
	h := holdings(t, club)
	for _, c := range []struct {
		q      dossier.HeadCount
		date   string
		want   float64 // below 0: none
		reason string
	}{
		{dossier.HeadCount{List: "list/club", Of: "population"}, "2017", 80. / 125, "members counted: 2"},
		{dossier.HeadCount{List: "list/club", Of: "population"}, "2016", 40. / 100, "members counted: 1"},
		{dossier.HeadCount{List: "list/club", Of: "population"}, "2017-05", 50. / 125, "whether these had joined by then, so they are left out: Uganda; whatever is missing, the share lies between 40 and 64 %"},
		{dossier.HeadCount{List: "list/club", Of: "population", Without: countries(t, "KE")}, "2017", 30. / 125, "members counted: 1"},
		{dossier.HeadCount{List: "list/club", Of: "population", Without: countries(t, "US")}, "2017", 80. / 125, "United States is not on the list"},
		{dossier.HeadCount{List: "list/club", Of: "internet_users"}, "2017", 1, "nearest year: Uganda (2016); whatever is missing, the share lies between 38.36 and 100 %"},
		{dossier.HeadCount{List: "list/club", Of: "population"}, "2019", 80. / 125, "no figures of 2019 are held, so those of 2017 are used"},
		{dossier.HeadCount{List: "list/club", Of: "population"}, "2025", -1, "runs from 2016 to 2017"},
		{dossier.HeadCount{List: "list/club", Of: "population"}, "2012", -1, "runs from 2016 to 2017"},
		{dossier.HeadCount{List: "list/groups", Group: "a", Of: "population"}, "2017", 80. / 125, "“Groups” is complete"},
		{dossier.HeadCount{List: "vote/v", Group: "no", Of: "population"}, "2017", 20. / 125, "members counted: 1"},
		{dossier.HeadCount{List: "list/none", Of: "population"}, "2017", -1, "not held"},
	} {
		var err error
		if c.q.Date, err = sightline.ParseDate(c.date); err != nil {
			t.Fatal(err)
		}
		f, err := h.HeadCount(c.q, dossier.Except{})
		if err != nil {
			t.Errorf("%+v: %v", c.q, err)
			continue
		}
		v, ok := f.Estimate.Value.Get()
		switch {
		case ok != (c.want >= 0), ok && math.Abs(v-c.want) > 1e-12:
			t.Errorf("%s %s %s without %v: %v (%s), want %v", c.q.List, c.date, c.q.Of, c.q.Without, v, f.Estimate.Reason, c.want)
		case !strings.Contains(f.Estimate.Reason, c.reason):
			t.Errorf("%s %s %s: %q does not say %q", c.q.List, c.date, c.q.Of, f.Estimate.Reason, c.reason)
		}
		again, err := dossier.Recompute(memory(t, []byte(club)), []dossier.Series{people, users}, f.Packet)
		if err != nil || again.Result.Packet != f.Estimate.Packet {
			t.Errorf("%s %s: computed again as %s, %v", c.q.List, c.date, again.Result.Packet, err)
		}
	}
}

// Group a votes 1 yes of 2, its other member is absent; group b 1 no of 1.
// Both lists are complete, so nought is a count; against one that is not, it
// is unknown.
func TestCross(t *testing.T) {
	cell := func(facts, vote, group string) dossier.Found {
		row, column := selectionOf("vote/v", "voted"), selectionOf("list/groups", "grouped_as")
		row.Where, column.Where = map[string]string{"vote": vote}, map[string]string{"group": group}
		f, err := holdings(t, facts).Cross(row, column, "states", dossier.Except{})
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	for _, c := range []struct{ vote, group, want string }{
		{"yes", "a", "1 of 2 states"}, {"no", "a", "0 of 2 states"}, {"yes", "b", "0 of 1 states"}, {"no", "b", "1 of 1 states"}, {"yes", "c", "too little data"},
	} {
		if f := cell(club, c.vote, c.group); dossier.Number(f.Estimate) != c.want || f.Floor {
			t.Errorf("%s of %s: %s (floor %v), want %s", c.vote, c.group, dossier.Number(f.Estimate), f.Floor, c.want)
		}
	}
	partial := strings.Replace(club, `"name":"Groups","complete":"complete"`, `"name":"Groups","complete":"partial"`, 1)
	if f := cell(partial, "no", "a"); dossier.Number(f.Estimate) != "too little data" {
		t.Errorf("nought of a partial list: %s", dossier.Number(f.Estimate))
	}
	if f := cell(partial, "yes", "a"); !f.Floor {
		t.Error("a count over a partial list is no floor")
	}
}

// A complete list of which the view shows nothing, or not all, is not
// complete there.
func TestCompleteOnlyWhereItIsShown(t *testing.T) {
	date, err := sightline.ParseDate("2017")
	if err != nil {
		t.Fatal(err)
	}
	s := selectionOf("list/groups", "grouped_as")
	s.Where = map[string]string{"group": "z"}
	count := func(facts string, o dossier.Options, except dossier.Except) sightline.Estimate {
		f, err := dossier.NewHoldings(memory(t, []byte(facts)), nil, o).Count(s, "", "", except)
		if err != nil {
			t.Fatal(err)
		}
		return f.Estimate
	}
	if v, ok := count(club, dossier.Options{}, dossier.Except{}).Value.Get(); !ok || v != 0 {
		t.Errorf("a complete list: %v, %v", v, ok)
	}
	if e := count(club, dossier.Options{AsPublished: date}, dossier.Except{}); e.State != sightline.TooLittleData {
		t.Errorf("before it was published: %+v", e)
	}
	if e := count(club, dossier.Options{}, dossier.Except{Sources: []sightline.SourceID{"s"}}); e.State != sightline.TooLittleData {
		t.Errorf("when it descends from the text: %+v", e)
	}
}

// What is shown to hold in 2018: begun by its end, not ended before it.
func TestDuring(t *testing.T) {
	for valid, want := range map[string]bool{
		"2018": true, "2018-06-12": true, "2017/2018": true, "2014/": true, "2014/..": true, "2018-11/2019": true, "/2018-05": true, "../2018": true,
		"2017": false, "2019": false, "2014/2017": false, "2019/": false, "/2025": false, "": false, "2018~": true,
	} {
		field := `"valid":"` + valid + `",`
		if valid == "" {
			field = ""
		}
		h := holdings(t, `
{"type":"source","id":"s","title":"S","kind":"press","reliability":"B"}
{"type":"entity","id":"list/l","name":"L"}
{"type":"claim","id":"c","subject":"country/KE","predicate":"member_of","object":"list/l",`+field+`"references":[{"source":"s"}]}`)
		in, err := sightline.ParsePeriod("2018")
		if err != nil {
			t.Fatal(err)
		}
		entries, err := h.Select(dossier.Selection{Predicates: []string{"member_of"}, During: in}, dossier.Except{})
		if err != nil || len(entries) == 1 != want {
			t.Errorf("%q in 2018: %d, %v", valid, len(entries), err)
		}
	}
}

func TestReported(t *testing.T) {
	h := holdings(t, club)
	f, err := h.Reported(dossier.Selection{Claims: []sightline.ClaimID{"n1"}}, dossier.Selection{Claims: []sightline.ClaimID{"n2"}}, "", dossier.Except{})
	if err != nil || dossier.Number(f.Estimate) != "7 of 8 states" {
		t.Errorf("%s, %v", dossier.Number(f.Estimate), err)
	}
	f, err = h.Reported(dossier.Selection{Subjects: []sightline.EntityID{"indicator/i"}}, dossier.Selection{}, "", dossier.Except{})
	if err != nil || f.Estimate.State != sightline.NotIdentified || !strings.Contains(f.Estimate.Reason, "7, 8") {
		t.Errorf("two numbers: %+v, %v", f.Estimate, err)
	}
}

// From July 2016 to some day of 2017: 154 days at least (31 July to 1
// January), 548 at most (1 July to 31 December).
func TestOrder(t *testing.T) {
	h := holdings(t, club)
	drafted, enacted := selectionOf("act/law", "drafted"), selectionOf("act/law", "enacted")
	low, high, a, b, ok, err := h.Span(drafted, enacted, dossier.Except{})
	if err != nil || !ok || low != 154 || high != 548 || fmt.Sprint(a, b) != "2016-07 2017" {
		t.Errorf("%d to %d days from %s to %s, %v, %v", low, high, a, b, ok, err)
	}
	f, err := h.Order(enacted, drafted, dossier.Except{})
	if v, _ := f.Estimate.Value.Get(); err != nil || v != -184 {
		t.Errorf("the other way round: %v, %v", v, err)
	}
}
