package dossier_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/go-json-experiment/json"

	"sightline"
	"sightline/dossier"
	"sightline/ledger"
)

// hostile is a name that a page must show inert: the documents carry it as it
// is.
const hostile = `<script>alert(1)</script> ` + "\u202Eevil\u2066"

// atlasFacts has, by hand: two records of one firm (acme and acme-ltd) that
// supplied control to Kenya and Uganda and access to Uganda, with an unrelated
// project that counts nowhere; a denial that rests on a bare assertion; a claim
// corrected twice and one withdrawn; a network of which Kenya holds a majority
// and another state a minority; an act with a provision; a roll-call with three
// votes; training in two countries.
var atlasFacts = strings.ReplaceAll(`
{"type":"source","id":"ngo","title":"Report HOSTILE","publisher":"An NGO","kind":"ngo","reliability":"B","scope":"one:CN","selection":"Firms of one nation","published":"2018"}
{"type":"source","id":"paper","title":"A paper","publisher":"Paper","kind":"press","reliability":"C","published":"2020-05-01","derived_from":["ngo"]}
{"type":"source","id":"paper","version":1,"title":"A paper, corrected","publisher":"Paper","kind":"press","reliability":"C","published":"2020-05-02","derived_from":["ngo"]}
{"type":"source","id":"firm","title":"Statement","publisher":"Acme","kind":"vendor","reliability":"C","published":"2019-03-01"}
{"type":"entity","id":"company/acme","name":"Acme HOSTILE","names":["顶点"],"country":"CN"}
{"type":"entity","id":"company/acme-ltd","name":"Acme Ltd","country":"CN"}
{"type":"entity","id":"company/owner","name":"Owner","country":"CN"}
{"type":"entity","id":"body/ke-police","name":"Police of Kenya","country":"KE"}
{"type":"entity","id":"act/ke-law","name":"A law HOSTILE","country":"KE"}
{"type":"entity","id":"vote/one","name":"A roll-call","complete":"complete"}
{"type":"entity","id":"network/AS64500","name":"KE NET","country":"KE"}
{"type":"judgement","a":"company/acme","b":"company/acme-ltd","verdict":"same","author":"desk","reason":"one register"}
{"type":"claim","id":"s1","subject":"company/acme","predicate":"supplies","object":"country/KE","qualifiers":{"class":"control","product":"HOSTILE"},"valid":"2017","published":"2018-02-01","references":[{"source":"ngo","quote":"HOSTILE"}]}
{"type":"claim","id":"s2","subject":"company/acme-ltd","predicate":"supplies","object":"country/UG","qualifiers":{"class":"control"},"published":"2020-05-01","references":[{"source":"paper"}]}
{"type":"claim","id":"s3","subject":"company/acme","predicate":"finances","object":"country/UG","qualifiers":{"class":"access"},"published":"2018-03-01","references":[{"source":"ngo"}]}
{"type":"claim","id":"s4","subject":"company/acme","predicate":"supplies","object":"country/TZ","qualifiers":{"class":"unrelated"},"published":"2018-03-01","references":[{"source":"ngo"}]}
{"type":"claim","id":"s5","subject":"body/ke-police","predicate":"uses_product","object":"company/acme-ltd","qualifiers":{"class":"control"},"published":"2020-05-01","references":[{"source":"paper"}]}
{"type":"claim","id":"no","subject":"company/acme","predicate":"denies","object":{"claim":"s1"},"published":"2019-03-01","words":"Acme denies it.","references":[{"source":"firm","role":"assertion"}]}
{"type":"claim","id":"own","subject":"company/acme","predicate":"owned_by","object":"company/owner","published":"2018-02-01","references":[{"source":"ngo"}]}
{"type":"claim","id":"c1","subject":"country/KE","predicate":"shutdown_reported","object":{"text":"first words"},"published":"2018-02-01","references":[{"source":"ngo"}]}
{"type":"claim","id":"c2","subject":"country/KE","predicate":"shutdown_reported","object":{"text":"second words"},"published":"2018-02-01","references":[{"source":"ngo"}],"corrects":"c1","reason":"a slip"}
{"type":"claim","id":"c3","subject":"country/KE","predicate":"shutdown_reported","object":{"text":"third words"},"published":"2018-02-01","references":[{"source":"ngo"}],"corrects":"c2","reason":"another slip"}
{"type":"claim","id":"w1","subject":"country/KE","predicate":"blocking_reported","object":{"text":"a site"},"published":"2018-02-01","references":[{"source":"ngo"}]}
{"type":"withdrawal","id":"w-w1","claim":"w1","reason":"HOSTILE"}
{"type":"claim","id":"n1","subject":"network/AS64500","predicate":"operates_in","object":"country/KE","published":"2018","references":[{"source":"ngo"}]}
{"type":"claim","id":"n2","subject":"network/AS64500","predicate":"state_owned_by","object":"country/KE","qualifiers":{"share":"60"},"published":"2018","references":[{"source":"ngo","quote":"sixty"}]}
{"type":"claim","id":"n3","subject":"network/AS64500","predicate":"state_minority_owned_by","object":"country/FR","qualifiers":{"share":"40"},"published":"2018","references":[{"source":"ngo"}]}
{"type":"claim","id":"l1","subject":"country/KE","predicate":"enacted","object":"act/ke-law","valid":"2018","published":"2018","references":[{"source":"ngo"}]}
{"type":"claim","id":"l2","subject":"act/ke-law","predicate":"provides","object":{"text":"fines"},"published":"2018","references":[{"source":"ngo"}]}
{"type":"claim","id":"v1","subject":"country/KE","predicate":"voted","object":"vote/one","qualifiers":{"vote":"yes"},"valid":"2018-12-05","published":"2018","references":[{"source":"ngo"}]}
{"type":"claim","id":"v2","subject":"country/UG","predicate":"voted","object":"vote/one","qualifiers":{"vote":"yes"},"valid":"2018-12-05","published":"2018","references":[{"source":"ngo"}]}
{"type":"claim","id":"v3","subject":"country/FR","predicate":"voted","object":"vote/one","qualifiers":{"vote":"abstain"},"valid":"2018-12-05","published":"2018","references":[{"source":"ngo"}]}
{"type":"claim","id":"t1","subject":"country/CN","predicate":"trains","object":"country/KE","qualifiers":{"class":"training"},"published":"2018","references":[{"source":"ngo"}]}
{"type":"claim","id":"t2","subject":"country/CN","predicate":"trains","object":"country/UG","qualifiers":{"class":"training"},"published":"2018","references":[{"source":"ngo"}]}
`, "HOSTILE", hostile)

func value(t *testing.T, e sightline.Estimate) int {
	t.Helper()
	v, ok := e.Value.Get()
	if !ok {
		return -1
	}
	return int(v)
}

func claimsOf(items []dossier.Item) (out []string) {
	for _, it := range items {
		out = append(out, string(it.Claim))
	}
	slices.Sort(out)
	return out
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if g, w := fmt.Sprint(got), fmt.Sprint(want); g != w {
		t.Errorf("%s: %s, want %s", what, g, w)
	}
}

func TestSupplierByHand(t *testing.T) {
	m := memory(t, []byte(atlasFacts))
	r, err := dossier.NewReader(m, nil, dossier.Options{})
	if err != nil {
		t.Fatal(err)
	}
	l, err := r.Suppliers()
	if err != nil {
		t.Fatal(err)
	}
	check(t, m, nil, "suppliers", l, 1)
	equal(t, "suppliers", len(l.Suppliers), 2) // the state of China trains
	a := l.Suppliers[0]
	equal(t, "id and members", fmt.Sprint(a.ID, a.Members, a.Also, a.Nation), "company/acme[company/acme company/acme-ltd] [Acme Ltd]CN")
	equal(t, "claims", value(t, a.Claims), 4)       // s1 s2 s3 s5
	equal(t, "countries", value(t, a.Countries), 2) // Kenya by s1 and s5, Uganda
	equal(t, "denials", value(t, a.Denials), 1)
	for _, c := range a.Classes {
		equal(t, c.Class, value(t, c.Estimate), map[string]int{"control": 3, "core": -1, "access": 1, "training": -1}[c.Class])
	}
	if a.Name != "Acme "+hostile {
		t.Errorf("the name is %q", a.Name)
	}
	// The page of either record is that of both.
	for _, id := range []sightline.EntityID{"company/acme", "company/acme-ltd"} {
		p, err := r.Supplier(id)
		if err != nil {
			t.Fatal(err)
		}
		check(t, m, nil, string(id), p, 1)
		equal(t, "id", p.ID, "company/acme")
		equal(t, "joined", len(p.Joined), 1)
		if p.Groups[0].ID != "replies" || fmt.Sprint(claimsOf(p.Groups[0].Items)) != "[no]" {
			t.Errorf("%s: the first group is %s with %v", id, p.Groups[0].ID, claimsOf(p.Groups[0].Items))
		}
		var where []string
		for _, x := range p.Supplied {
			where = append(where, x.Country.Code+":"+strings.Join(claimsOf(x.Items), "+"))
			for _, it := range x.Items {
				if it.Claim == "s1" && (len(it.Against) != 1 || it.Level == nil) {
					t.Errorf("the card of s1 has %d against", len(it.Against))
				}
			}
		}
		equal(t, "supplied", where, "[KE:s1+s5 UG:s2+s3]")
		var rungs []string
		for _, x := range p.Ladder {
			var steps []string
			for _, s := range x.Steps {
				steps = append(steps, string(s.Claim))
			}
			rungs = append(rungs, fmt.Sprint(x.Rung, x.Established, steps))
		}
		slices.Sort(rungs)
		equal(t, "ladder", rungs, "[contractfalse [] decision-makertrue [s5] ownertrue [own] pagefalse [] productfalse [] responsefalse [] vendortrue [s2 s5 s1]]")
	}
	if _, err := r.Supplier("company/none"); sightline.ErrorCode(err) != sightline.NotFound || sightline.ErrorHint(err) == "" {
		t.Errorf("an unknown firm gives %v", err)
	}
}

func TestClaimByHand(t *testing.T) {
	m := memory(t, []byte(atlasFacts))
	r, err := dossier.NewReader(m, nil, dossier.Options{})
	if err != nil {
		t.Fatal(err)
	}
	get := func(id sightline.ClaimID) *dossier.ClaimSheet {
		t.Helper()
		c, err := r.Claim(id)
		if err != nil {
			t.Fatal(err)
		}
		check(t, m, nil, string(id), c, 1)
		return c
	}
	c := get("s1")
	equal(t, "replies", c.Replies, "[no]")
	equal(t, "against and for", fmt.Sprint(len(c.Against), len(c.For)), "1 0")
	if c.References[0].Quote != hostile || c.Qualifiers[1].Value != hostile || !strings.Contains(c.Subject.Name, hostile) {
		t.Errorf("texts were changed: %+v %+v", c.References[0], c.Qualifiers)
	}
	equal(t, "a denial speaks to", fmt.Sprint(get("no").Speaks[0].ID, " ", get("no").Speaks[0].How), "s1 denies")
	chain := func(list []dossier.Correction) (out []string) {
		for _, x := range list {
			out = append(out, string(x.Claim)+":"+x.Reason)
		}
		return out
	}
	equal(t, "what c1 became", chain(get("c1").Later), "[c2:a slip c3:another slip]")
	equal(t, "what c3 was", chain(get("c3").Earlier), "[c2:a slip c1:]")
	if c := get("c2"); len(c.Earlier) != 1 || len(c.Later) != 1 || c.Closed == 0 {
		t.Errorf("c2: %+v %+v closed %d", c.Earlier, c.Later, c.Closed)
	}
	equal(t, "what w1 became", chain(get("w1").Later), "[w-w1:"+hostile+"]")
	if c := get("c3"); c.Closed != 0 {
		t.Error("c3 is in force")
	}
}

func TestListsByHand(t *testing.T) {
	m := memory(t, []byte(atlasFacts))
	r, err := dossier.NewReader(m, nil, dossier.Options{})
	if err != nil {
		t.Fatal(err)
	}
	v, err := r.Votes()
	if err != nil {
		t.Fatal(err)
	}
	check(t, m, nil, "votes", v, 1)
	var tally []string
	for _, x := range v.Votes[0].Tally {
		tally = append(tally, fmt.Sprint(x.Vote, value(t, x.Estimate)))
	}
	// The list is complete, so that nobody said no is a value.
	equal(t, "tally", tally, "[yes2 no0 abstain1]")
	if slices.Contains(v.Votes[0].Silent, "KE") || !slices.Contains(v.Votes[0].Silent, "TZ") || slices.Contains(v.Votes[0].Silent, "TW") {
		t.Errorf("without a vote on record: %v", v.Votes[0].Silent)
	}
	n, err := r.Network("64500")
	if err != nil {
		t.Fatal(err)
	}
	check(t, m, nil, "network", n, 1)
	equal(t, "holdings", fmt.Sprint(n.Countries, n.Holdings[0].State, n.Holdings[0].Kind, n.Holdings[0].Share, n.Holdings[0].Quotes[0].Text, n.Holdings[1].State, n.Holdings[1].Kind), "[KE]KEmajority60sixtyFRminority")
	if _, err := r.Network("64501"); sightline.ErrorCode(err) != sightline.NotFound {
		t.Errorf("a network that nobody names: %v", err)
	}
	l, err := r.Laws()
	if err != nil {
		t.Fatal(err)
	}
	check(t, m, nil, "laws", l, 1)
	equal(t, "laws", fmt.Sprint(l.Laws[0].Country, len(l.Laws[0].Adopted), len(l.Laws[0].Provisions), value(t, l.Laws[0].Listed)), "KE1 1 -1")
	tr, err := r.Training()
	if err != nil {
		t.Fatal(err)
	}
	check(t, m, nil, "training", tr, 1)
	equal(t, "training", fmt.Sprint(value(t, tr.Count), value(t, tr.Countries), len(tr.Trainers), tr.Rules[0].Scope), "2 2 1one:CN")
	s, err := r.Source("paper")
	if err != nil {
		t.Fatal(err)
	}
	check(t, m, nil, "source", s, 1)
	equal(t, "source", fmt.Sprint(s.Title, value(t, s.Claims), len(s.Versions), s.Derived[0].ID, s.Derived[0].Held, claimsOf(s.Items)), "A paper, corrected2 2ngotrue [s2 s5]")
	if n, err := r.Source("ngo"); err != nil || len(n.Repeats) != 1 || n.Repeats[0].ID != "paper" {
		t.Errorf("what derives from ngo: %+v, %v", n, err)
	}
}

// Pages of a list hold every claim once, in order, whatever the filter and the
// size of a page.
func TestClaimsByPage(t *testing.T) {
	m := memory(t, []byte(atlasFacts))
	r, err := dossier.NewReader(m, nil, dossier.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		f    dossier.Filter
		want string
	}{
		{dossier.Filter{}, "c3 l1 l2 n1 n2 n3 no own s1 s2 s3 s4 s5 t1 t2 v1 v2 v3"},
		{dossier.Filter{Country: "Kenya"}, "c3 l1 n1 n2 s1 t1 v1"},
		{dossier.Filter{Predicate: "voted"}, "v1 v2 v3"},
		{dossier.Filter{Class: "control"}, "s1 s2 s5"},
		{dossier.Filter{Supplier: "company/acme-ltd"}, "s1 s2 s3 s4 s5"},
		{dossier.Filter{Entity: "company/acme", Predicate: "denies"}, "no"},
		{dossier.Filter{Source: "paper"}, "s2 s5"},
		{dossier.Filter{Grade: "contested"}, ""},
		{dossier.Filter{Country: "FJ"}, ""},
	} {
		for _, size := range []int{1, 2, 500} {
			var got []string
			after := sightline.ClaimID("")
			for range 40 {
				l, err := r.Claims(c.f, after, size)
				if err != nil {
					t.Fatal(err)
				}
				check(t, m, nil, "claims", l, 3)
				for _, x := range l.Claims {
					got = append(got, string(x.Claim))
				}
				if after = l.Next; after == "" {
					break
				}
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("%+v by %d: %v, want %s", c.f, size, got, c.want)
			}
		}
	}
	for _, f := range []dossier.Filter{{Country: "Atlantis"}, {Predicate: "loves"}, {Class: "x"}, {Grade: "x"}, {Source: "x"}, {Supplier: "company/x"}} {
		if _, err := r.Claims(f, "", 5); err == nil || sightline.ErrorHint(err) == "" {
			t.Errorf("%+v gives %v", f, err)
		}
	}
}

// A view by publication shows nothing that was published later.
func TestDocumentsKeepToTheirView(t *testing.T) {
	m := memory(t, []byte(atlasFacts))
	date, err := sightline.ParseDate("2018-12-31")
	if err != nil {
		t.Fatal(err)
	}
	r, err := dossier.NewReader(m, nil, dossier.Options{AsPublished: date})
	if err != nil {
		t.Fatal(err)
	}
	p, err := r.Supplier("company/acme")
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "claims, countries, denials", fmt.Sprint(value(t, p.Claims), value(t, p.Countries), value(t, p.Denials)), "2 2 -1")
	if p.Groups[0].ID == "replies" {
		t.Error("the denial came later")
	}
	for _, err := range []error{
		func() error { _, err := r.Claim("s2"); return err }(),
		func() error { _, err := r.Source("paper"); return err }(),
	} {
		if sightline.ErrorCode(err) != sightline.NotFound || !strings.Contains(sightline.ErrorHint(err), "2020-05") {
			t.Errorf("what came later gives %v, %s", err, sightline.ErrorHint(err))
		}
	}
	l, err := r.Sources()
	if err != nil || len(l.Sources) != 1 {
		t.Errorf("%d sources had been published, %v", len(l.Sources), err)
	}
	c, err := r.Claims(dossier.Filter{Class: "control"}, "", 0)
	if err != nil || len(c.Claims) != 1 {
		t.Errorf("%d claims of control had been published, %v", len(c.Claims), err)
	}
	ch, err := r.Changes(dossier.Changed{}, sightline.Date{}, "", 500)
	if err != nil || len(ch.Changes) == 0 {
		t.Fatal(err)
	}
	for _, x := range ch.Changes {
		if x.Published.Last() > date.Last() {
			t.Errorf("%s of %s", x.ID, x.Published)
		}
	}
}

// A ledger that learned over time is shown by when it learned: the newest
// first, page by page.
func TestChangesByRecording(t *testing.T) {
	l, err := ledger.Create(filepath.Join(t.TempDir(), "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	day := sightline.Instant(86_400_000_000)
	var records []sightline.Record
	for line := range strings.Lines(atlasFacts) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		rec, err := sightline.ParseRecord([]byte(strings.TrimSpace(line)))
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, rec)
	}
	late := []string{"c3", "w-w1", "s5"}
	first := slices.DeleteFunc(slices.Clone(records), func(r sightline.Record) bool { return slices.Contains(late, r.ID()) })
	if _, err := l.Append(t.Context(), 1000*day, first); err != nil {
		t.Fatal(err)
	}
	for i, id := range late {
		at := slices.IndexFunc(records, func(r sightline.Record) bool { return r.ID() == id })
		if _, err := l.Append(t.Context(), sightline.Instant(1001+i)*day, records[at:at+1]); err != nil {
			t.Fatal(err)
		}
	}
	r, err := dossier.NewReader(l, nil, dossier.Options{})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	var order []string
	for cursor := ""; ; {
		c, err := r.Changes(dossier.Changed{}, sightline.Date{}, cursor, 5)
		if err != nil || c.Clock != "recorded" {
			t.Fatal(c, err)
		}
		for _, x := range c.Changes {
			seen[fmt.Sprint(x.Kind, x.ID, x.Version)] = true
			order = append(order, x.ID+" "+x.What)
		}
		if cursor = c.Next; cursor == "" {
			break
		}
	}
	equal(t, "the newest", order[:3], "[s5 added w-w1 withdrawn c3 corrected]")
	equal(t, "records", fmt.Sprint(len(seen), len(order)), fmt.Sprint(len(records), len(records)))
	c, err := r.Changes(dossier.Changed{Claim: "c1"}, sightline.Date{}, "", 5)
	if err != nil {
		t.Fatal(err)
	}
	var chain []string
	for _, x := range c.Changes {
		chain = append(chain, x.ID)
	}
	equal(t, "the chain", chain, "[c3 c2 c1]")
	since := sightline.Instant(1002 * int64(day)).Day().String()
	d, err := sightline.ParseDate(since)
	if err != nil {
		t.Fatal(err)
	}
	if c, err := r.Changes(dossier.Changed{}, d, "", 50); err != nil || len(c.Changes) != 2 {
		t.Errorf("since %s: %d, %v", since, len(c.Changes), err)
	}
}

// Every packet of every document is found again by its id.
func TestPacketsAreFound(t *testing.T) {
	m := memory(t, []byte(atlasFacts))
	r, err := dossier.NewReader(m, nil, dossier.Options{})
	if err != nil {
		t.Fatal(err)
	}
	fresh, err := dossier.NewReader(m, nil, dossier.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var all []sightline.Packet
	p, err := r.Supplier("company/acme")
	if err != nil {
		t.Fatal(err)
	}
	v, err := r.Votes()
	if err != nil {
		t.Fatal(err)
	}
	c, err := r.Country("KE")
	if err != nil {
		t.Fatal(err)
	}
	cl, err := r.Claims(dossier.Filter{}, "", 0)
	if err != nil {
		t.Fatal(err)
	}
	all = slices.Concat(p.Packets, v.Packets, c.Dossier.Packets, c.Packets, cl.Packets)
	for _, x := range all {
		d, err := fresh.Packet(string(x.Result.Packet))
		if err != nil {
			t.Errorf("%s %v: %v", x.Method, x.Parameters, err)
			continue
		}
		if d.Packet.ID() != x.ID() || len(d.Items) != len(x.Claims) || d.Method.What == "" || d.Command == "" {
			t.Errorf("%s: found %+v", x.Result.Packet, d)
		}
	}
	if _, err := fresh.Packet("SL-0000-0000-0"); sightline.ErrorCode(err) != sightline.NotFound {
		t.Errorf("an unknown packet gives %v", err)
	}
	if _, err := fresh.Packet("SL-0000-0000-1"); sightline.ErrorCode(err) != sightline.Invalid {
		t.Errorf("a slip gives %v", err)
	}
}

// Differences have an interval of their own.
func TestDifferenceHasItsOwnInterval(t *testing.T) {
	text := pointsOf("country/KE", 20, 15, 25) + pointsOf("country/UG", 32, 28, 38) + pointsOf("country/TZ", 22, 18, 30)
	m := memory(t, []byte(text))
	r, err := dossier.NewReader(m, nil, dossier.Options{})
	if err != nil {
		t.Fatal(err)
	}
	c, err := r.Compare([]string{"KE", "UG", "TZ", "KE"})
	if err != nil {
		t.Fatal(err)
	}
	check(t, m, nil, "compare", c, 1)
	equal(t, "columns", len(c.Columns), 3)
	i := slices.IndexFunc(c.Rows, func(r dossier.CompareRow) bool { return r.Label == "A score" })
	if i < 0 || len(c.Rows[i].Differences) != 2 {
		t.Fatalf("rows: %+v", c.Rows)
	}
	d := c.Rows[i].Differences
	// 32-20 = 12; down √(4²+5²) = 6.403, up √(6²+5²) = 7.810.
	// 22-20 = 2; down √(4²+5²) = 6.403, up √(8²+5²) = 9.434.
	for n, want := range []string{"12 5.597 19.810 true", "2 -4.403 11.434 false"} {
		v, _ := d[n].Estimate.Value.Get()
		low, _ := d[n].Estimate.Low.Get()
		high, _ := d[n].Estimate.High.Get()
		equal(t, "difference", fmt.Sprintf("%g %.3f %.3f %v", v, low, high, d[n].Clear), want)
	}
	// 56 of 70 less 48 of 80, each with its Wilson interval of 95 %: .2, from
	// .0524 to .3339 by method 10 (Newcombe 1998, Statistics in Medicine 17, table
	// II).
	m = memory(t, []byte(pointsOf("country/KE", .6, .49045, .70039)+pointsOf("country/UG", .8, .69183, .87695)))
	if r, err = dossier.NewReader(m, nil, dossier.Options{}); err != nil {
		t.Fatal(err)
	}
	if c, err = r.Compare([]string{"KE", "UG"}); err != nil {
		t.Fatal(err)
	}
	for _, row := range c.Rows {
		if row.Label == "A score" {
			low, _ := row.Differences[0].Estimate.Low.Get()
			high, _ := row.Differences[0].Estimate.High.Get()
			equal(t, "difference of shares", fmt.Sprintf("%.4f %.4f", low, high), "0.0524 0.3339")
		}
	}
	if _, err := r.Compare([]string{"KE", "UG", "TZ", "ET", "RW", "BI", "SS"}); sightline.ErrorCode(err) != sightline.Invalid {
		t.Errorf("seven countries: %v", err)
	}
}

func pointsOf(country string, v, low, high float64) string {
	code := strings.ToLower(strings.TrimPrefix(country, "country/"))
	out := ""
	if code == "ke" {
		out = `{"type":"source","id":"index","title":"An index","publisher":"An index","kind":"academic","reliability":"B","published":"2024"}
{"type":"entity","id":"indicator/x","name":"A score"}
`
	}
	return out + fmt.Sprintf(`{"type":"claim","id":"x-%s","subject":"%s","predicate":"scored","object":{"number":%g,"unit":"points"},"qualifiers":{"indicator":"indicator/x","scale":"100 is most free","edition":"2024","low":"%g","high":"%g","level":"0.9"},"valid":"2023","references":[{"source":"index"}]}
`, code, country, v, low, high)
}

// Readers may be many at once.
func TestReaderIsSafeForManyReaders(t *testing.T) {
	m := memory(t, []byte(atlasFacts))
	text := func(r *dossier.Reader) string {
		p, err := r.Supplier("company/acme")
		if err != nil {
			t.Error(err)
			return ""
		}
		c, err := r.Country("KE")
		if err != nil {
			t.Error(err)
			return ""
		}
		w, err := r.World()
		if err != nil {
			t.Error(err)
			return ""
		}
		b, err := json.Marshal([]any{p, c, w}, json.Deterministic(true))
		if err != nil {
			t.Error(err)
		}
		return string(b)
	}
	one, err := dossier.NewReader(m, nil, dossier.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := text(one)
	many, err := dossier.NewReader(m, nil, dossier.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			if text(many) != want {
				t.Error("documents differ")
			}
		})
	}
	wg.Wait()
}
