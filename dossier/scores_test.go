package dossier_test

import (
	"fmt"
	"strings"
	"testing"

	"sightline"
	"sightline/dossier"
)

// scoreFacts are invented scores of six countries in one edition, of which
// two are equal and one has two that differ; of one country in an earlier
// edition; and of an indicator with intervals.
func scoreFacts() []byte {
	lines := []string{
		`{"type":"source","id":"closed","title":"Scores","kind":"ngo","published":"2019","reliability":"B","terms":"restricted"}`,
		`{"type":"source","id":"free","title":"More scores","kind":"academic","published":"2020","reliability":"B"}`,
		`{"type":"source","id":"alike","title":"A copy","kind":"mirror","published":"2020","reliability":"D","terms":"share_alike"}`,
		`{"type":"entity","id":"indicator/net","name":"Net score","selection":"Six countries, chosen by its editors"}`,
		`{"type":"entity","id":"indicator/model","name":"Model score"}`,
	}
	score := func(id, country, edition, valid string, value float64, src, more string) {
		lines = append(lines, fmt.Sprintf(`{"type":"claim","id":"%s","subject":"country/%s","predicate":"scored","object":{"number":%g,"unit":"points of 100"},"qualifiers":{"edition":"%s","indicator":"indicator/net","scale":"100 is most free"%s},"valid":"%s","references":[{"source":"%s"}]}`,
			id, country, value, edition, more, valid, src))
	}
	score("ke", "KE", "2018", "2017-06/2018-05", 60, "closed", `,"original":"40"`)
	score("ke-1", "KE", "2017", "2016-06/2017-05", 67, "closed", "")
	score("ug", "UG", "2018", "2017-06/2018-05", 60, "closed", "")
	score("tz", "TZ", "2018", "2017-06/2018-05", 90, "closed", "")
	score("rw", "RW", "2018", "2017-06/2018-05", 12, "closed", "")
	score("zm", "ZM", "2018", "2017-06/2018-05", 50, "closed", "")
	score("zm-copy", "ZM", "2018", "2017-06/2018-05", 70, "alike", "")
	score("mw", "MW", "2018", "2017-06/2018-05", 40, "closed", "")
	model := func(id, country, year string, v, low, high float64) {
		lines = append(lines, fmt.Sprintf(`{"type":"claim","id":"%s","subject":"country/%s","predicate":"scored","object":{"number":%g,"unit":"index"},"qualifiers":{"edition":"v1","high":"%g","indicator":"indicator/model","level":"0.68","low":"%g","scale":"higher is freer"},"valid":"%s","references":[{"source":"free"}]}`, id, country, v, high, low, year))
	}
	for y := 2010; y < 2018; y++ {
		model(fmt.Sprintf("m-ke-%d", y), "KE", fmt.Sprint(y), .5+.02*float64(y-2010), .45+.02*float64(y-2010), .55+.02*float64(y-2010))
		model(fmt.Sprintf("m-ug-%d", y), "UG", fmt.Sprint(y), .4, .3, .5)
	}
	return []byte(strings.Join(lines, "\n") + "\n")
}

func composed(t *testing.T, country string, o dossier.Options) (*dossier.Dossier, map[sightline.EntityID]dossier.ScoreSeries) {
	t.Helper()
	o.Country = parse(t, country)
	m := memory(t, scoreFacts())
	d, err := dossier.Compose(m, nil, o)
	if err != nil {
		t.Fatal(err)
	}
	out := map[sightline.EntityID]dossier.ScoreSeries{}
	for _, s := range d.Answers[3].Scores {
		out[s.Indicator] = s
	}
	for _, p := range d.Packets {
		again, err := dossier.Recompute(m, nil, p)
		if err != nil || again.Result != p.Result {
			t.Errorf("%s: recorded %+v, computed again %+v, %v", p.Method, p.Result, again.Result, err)
		}
	}
	for _, s := range out {
		for _, p := range s.Points {
			if err := p.Estimate.Check(); err != nil {
				t.Error(err)
			}
			if p.Rank != nil && p.Rank.Estimate.Check() != nil {
				t.Error(p.Rank.Estimate.Check())
			}
		}
	}
	return d, out
}

// In the edition of 2018: Tanzania 90, then Kenya and Uganda 60 each, Zambia
// 50 or 70, Malawi 40, Rwanda 12. So Tanzania is 1st; Kenya is 2nd to 4th
// (Uganda's 60 is equal, Zambia is on either side); Zambia, with the 50, is
// behind Kenya and Uganda, 4th; Malawi 5th; Rwanda 6th and last.
func TestRanks(t *testing.T) {
	for country, want := range map[string][2]float64{"TZ": {1, 1}, "KE": {2, 4}, "UG": {2, 4}, "ZM": {4, 4}, "MW": {5, 5}, "RW": {6, 6}} {
		_, s := composed(t, country, dossier.Options{})
		for _, p := range s["indicator/net"].Points {
			if p.Edition != "2018" || p.Claim == "zm-copy" {
				continue
			}
			low, _ := p.Rank.Estimate.Low.Get()
			high, _ := p.Rank.Estimate.High.Get()
			if low != want[0] || high != want[1] || p.Rank.Estimate.Denominator != 6 {
				t.Errorf("%s: places %g to %g of %d, want %v of 6", country, low, high, p.Rank.Estimate.Denominator, want)
			}
			if last := strings.Contains(p.Rank.Sentence, "last place"); last != (country == "RW") {
				t.Errorf("%s: %s", country, p.Rank.Sentence)
			}
		}
	}
	// The only score of its edition has no place.
	_, s := composed(t, "KE", dossier.Options{})
	if r := s["indicator/net"].Points[0].Rank.Estimate; r.State != sightline.TooLittleData {
		t.Errorf("alone in its edition: %+v", r)
	}
}

// The newest score comes last, with what it covers, what was done to it and
// the change.
func TestScoreSeries(t *testing.T) {
	d, by := composed(t, "KE", dossier.Options{})
	s := by["indicator/net"]
	if len(s.Points) != 2 || s.Points[1].Valid.String() != "2017-06/2018-05" || !strings.Contains(s.Points[1].Remark, "40") || s.Brief || s.Selection == "" {
		t.Errorf("%+v", s)
	}
	if v, _ := s.Change.Estimate.Value.Get(); v != -7 {
		t.Errorf("change %g, want -7", v)
	}
	m := by["indicator/model"]
	if !m.Brief || len(m.Points) != 8 || m.Points[3].Rank != nil || m.Points[7].Rank == nil {
		t.Errorf("%+v", m)
	}
	// 0.45 to 0.55 in 2010 and 0.59 to 0.69 in 2017 do not overlap.
	if v, _ := m.Change.Estimate.Value.Get(); v != 0.14 || !strings.Contains(m.Change.Sentence, "do not overlap") {
		t.Errorf("change %g: %s", v, m.Change.Sentence)
	}
	// In 2010 Kenya has 0.45 to 0.55 and Uganda 0.3 to 0.5, which overlap; in
	// 2017 0.59 to 0.69 and 0.3 to 0.5, which do not.
	for i, want := range map[int]float64{0: 2, 7: 1} {
		if high, _ := m.Points[i].Rank.Estimate.High.Get(); high != want {
			t.Errorf("%s: Kenya is at most %g, want %g", m.Points[i].Valid, high, want)
		}
	}
	if low, _ := m.Points[0].Estimate.Low.Get(); low != .45 || m.Points[0].Estimate.Level != .68 {
		t.Errorf("%+v", m.Points[0].Estimate)
	}
	if !strings.Contains(d.Answers[3].Sentence, "2 series of published scores") || d.Coverage[3].Estimate.State != sightline.OK {
		t.Errorf("%s %+v", d.Answers[3].Sentence, d.Coverage[3])
	}
	_, by = composed(t, "UG", dossier.Options{})
	if c := by["indicator/model"].Change; !strings.Contains(c.Sentence, "no change can be told") {
		t.Errorf("%s", c.Sentence)
	}
}

// Data that are not open are named, and left out when that is asked, from
// the ranks too.
func TestOpenOnly(t *testing.T) {
	d, _ := composed(t, "KE", dossier.Options{})
	if len(d.NotOpen) != 1 || d.Notes[d.NotOpen[0]-1].Terms != "restricted" {
		t.Errorf("not open: %v of %+v", d.NotOpen, d.Notes)
	}
	open, by := composed(t, "KE", dossier.Options{OpenOnly: true})
	if len(open.NotOpen) != 0 || !open.OpenOnly || len(by) != 1 {
		t.Errorf("open only: %v, %v", open.NotOpen, by)
	}
	if _, has := by["indicator/model"]; !has {
		t.Error("what is open is left out too")
	}
	// A claim that stands on an open source too may be shown.
	if d, _ := composed(t, "UG", dossier.Options{OpenOnly: true}); len(d.Answers[3].Scores) != 1 {
		t.Errorf("%+v", d.Answers[3].Scores)
	}
}

// Nothing that was published later has a place in an earlier view.
func TestRanksAsPublished(t *testing.T) {
	date, err := sightline.ParseDate("2019")
	if err != nil {
		t.Fatal(err)
	}
	_, by := composed(t, "KE", dossier.Options{AsPublished: date})
	if _, later := by["indicator/model"]; later {
		t.Error("a score of 2020 is shown as published by 2019")
	}
	// Without the copy of 2020, Zambia has 50 only.
	if high, _ := by["indicator/net"].Points[1].Rank.Estimate.High.Get(); high != 3 {
		t.Errorf("Kenya is at most %g, want 3", high)
	}
}
