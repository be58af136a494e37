package dossier

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"sightline"
	"sightline/internal/order"
)

// ScoreSeries is what one indicator says of the country over time. No average
// over countries is ever made of it.
type ScoreSeries struct {
	Indicator sightline.EntityID `json:"indicator"`
	Name      string             `json:"name"`
	Scale     string             `json:"scale,omitzero"`     // which end is what: "100 is most free"
	Selection string             `json:"selection,omitzero"` // how the countries were chosen, and what a score is
	Points    []ScorePoint       `json:"points"`             // by what they cover, oldest first
	Brief     bool               `json:"brief,omitzero"`     // pages show the first, the last and the change
	Change    *Figure            `json:"change,omitzero"`    // from the first to the last
	Notes     []int              `json:"notes,omitzero"`
}

// ScorePoint is one score: what it covers, its value, and its place among the
// countries that the same edition scored.
type ScorePoint struct {
	Claim    sightline.ClaimID  `json:"claim"`
	Edition  string             `json:"edition,omitzero"`
	Valid    sightline.Period   `json:"valid,omitzero"`  // what the score covers, which is not the year of the edition
	Status   string             `json:"status,omitzero"` // the publisher's word for it
	Remark   string             `json:"remark,omitzero"` // such as that the scale was turned round
	Estimate sightline.Estimate `json:"estimate"`
	Rank     *Figure            `json:"rank,omitzero"` // of a brief series, the first and the last have one
	Notes    []int              `json:"notes"`
}

// inFull are the series that pages show whole: those of the internet itself,
// whose editions readers compare one by one.
var inFull = []sightline.EntityID{"indicator/fotn-total"}

// briefFrom is how many scores a series has when pages begin to show only its
// first and its last. Our choice, for the length of a page.
const briefFrom = 7

// onFiltering are indicators that judge filtering, shutdowns and watching
// themselves: they stand under the second question.
var onFiltering = []sightline.EntityID{
	"indicator/vdem-v2smgovfilprc", "indicator/vdem-v2smgovfilcap", "indicator/vdem-v2smgovshut", "indicator/vdem-v2smgovshutcap",
	"indicator/vdem-v2smgovsm", "indicator/vdem-v2smgovsmcenprc", "indicator/vdem-v2smgovsmmon", "indicator/vdem-v2mecenefi",
}

func indicatorOf(c *sightline.Claim) sightline.EntityID {
	return sightline.EntityID(c.Qualifiers["indicator"])
}

// scores composes the series of the country whose indicators are wanted.
func (k *composer) scores(wanted func(sightline.EntityID) bool) []ScoreSeries {
	by := map[sightline.EntityID][]sightline.Entry{}
	for _, e := range k.selected(func(c *sightline.Claim) bool {
		return k.self(c.Subject) && c.Object.Unit != "" && indicatorOf(c) != "" && wanted(indicatorOf(c))
	}, sightline.Scored) {
		id := indicatorOf(e.Record.Claim())
		by[id] = append(by[id], e)
	}
	var ids []sightline.EntityID
	for id := range by {
		ids = append(ids, id)
	}
	// Series of the internet itself first.
	slices.SortFunc(ids, func(a, b sightline.EntityID) int {
		return cmp.Or(cmp.Compare(btoi(!slices.Contains(inFull, a)), btoi(!slices.Contains(inFull, b))), cmp.Compare(a, b))
	})
	var out []ScoreSeries
	for _, id := range ids {
		if k.err != nil {
			return nil
		}
		out = append(out, k.scoreSeries(id, by[id]))
	}
	return out
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (k *composer) scoreSeries(id sightline.EntityID, entries []sightline.Entry) ScoreSeries {
	order.By(entries, func(a, b sightline.Entry) int {
		x, y := a.Record.Claim(), b.Record.Claim()
		from, _ := x.Valid.Bounds()
		to, _ := y.Valid.Bounds()
		return cmp.Or(cmp.Compare(from, to), cmp.Compare(x.Qualifiers["edition"], y.Qualifiers["edition"]), cmp.Compare(x.ID, y.ID))
	})
	s := ScoreSeries{Indicator: id, Name: k.name(id), Brief: len(entries) >= briefFrom && !slices.Contains(inFull, id)}
	if e := k.entity(id); e != nil {
		s.Selection = e.Selection
	}
	for i, e := range entries {
		c := e.Record.Claim()
		k.shown[c.ID] = true
		s.Scale = c.Qualifiers["scale"]
		p := ScorePoint{
			Claim: c.ID, Edition: c.Qualifiers["edition"], Valid: c.Valid, Status: c.Qualifiers["status"], Remark: remark(c),
			Estimate: k.compute(seriesScore, params{"claim": string(c.ID)}), Notes: k.cite(c),
		}
		if _, known := towards(c.Qualifiers["scale"]); known && (!s.Brief || i == 0 || i == len(entries)-1) {
			r := k.compute(seriesRank, params{"claim": string(c.ID)})
			p.Rank = &Figure{Label: "Rank", Estimate: r, Sentence: rankSentence(r, c.Qualifiers["scale"])}
		}
		for _, n := range p.Notes {
			if !slices.Contains(s.Notes, n) {
				s.Notes = append(s.Notes, n)
			}
		}
		s.Points = append(s.Points, p)
	}
	slices.Sort(s.Notes)
	if n := len(entries); n > 1 {
		first, last := entries[0].Record.Claim(), entries[n-1].Record.Claim()
		e := k.compute(seriesChange, params{"from": string(first.ID), "to": string(last.ID)})
		s.Change = &Figure{Label: "Change from the first to the last", Estimate: e, Sentence: capital(e.Reason) + "."}
	}
	return s
}

// remark says what was done to a score, so that nobody compares it with the
// printed page in vain.
func remark(c *sightline.Claim) string {
	if o := c.Qualifiers["original"]; o != "" {
		return "the source has " + o + ", on a scale that was turned round here"
	}
	return c.Qualifiers["note"]
}

// rankSentence says which end of the places is what.
func rankSentence(e sightline.Estimate, scale string) string {
	v, ok := e.Value.Get()
	if !ok {
		return ""
	}
	s := "Place 1 is " + bestWord(scale) + "."
	low, _ := e.Low.Get()
	high, _ := e.High.Get()
	switch {
	case high > low:
		s += " Scores that are equal, or whose intervals overlap, share their places."
	case int64(v) == e.Denominator && e.Denominator > 1:
		s += " It is the last place."
	}
	return s
}

// towards says how scores are put in order: the key of a score is the smaller,
// the nearer the score is to the end that the scale names. A scale reads "100
// is most free", "higher is freer" or "lower is freer".
func towards(scale string) (key func(float64) float64, ok bool) {
	end, _, is := strings.Cut(scale, " is ")
	if !is {
		return nil, false
	}
	switch end {
	case "higher":
		return func(v float64) float64 { return -v }, true
	case "lower":
		return func(v float64) float64 { return v }, true
	}
	n, err := strconv.ParseFloat(end, 64)
	if err != nil {
		return nil, false
	}
	return func(v float64) float64 { return math.Abs(v - n) }, true
}

// bestWord is what place 1 is: "most free".
func bestWord(scale string) string {
	end, word, _ := strings.Cut(scale, " is ")
	if end == "higher" || end == "lower" {
		return "the " + end + " end: " + word
	}
	return word
}

// scoreOf finds the claim that a parameter names, which must be a score.
func (v *view) scoreOf(id string) (sightline.Entry, error) {
	e, err := v.claim(sightline.ClaimID(id))
	if err == nil && (e.Record.Claim().Predicate != sightline.Scored || e.Record.Claim().Object.Unit == "") {
		err = sightline.Errorf(sightline.Invalid, "read score", id, "the claim is no score")
	}
	return e, err
}

// interval is the publisher's own interval of a score.
func interval(c *sightline.Claim) (low, high, level float64, ok bool) {
	var err [3]error
	low, err[0] = strconv.ParseFloat(c.Qualifiers["low"], 64)
	high, err[1] = strconv.ParseFloat(c.Qualifiers["high"], 64)
	level, err[2] = strconv.ParseFloat(c.Qualifiers["level"], 64)
	ok = err == [3]error{} && low <= c.Object.Number && c.Object.Number <= high && level > 0 && level < 1
	return low, high, level, ok
}

// runSeriesScore: claim.
func runSeriesScore(v *view, p params) (result, error) {
	e, err := v.scoreOf(p["claim"])
	if err != nil {
		return result{}, err
	}
	c := e.Record.Claim()
	est := sightline.Estimate{Value: sightline.Num(c.Object.Number), N: 1, Unit: c.Object.Unit, Reason: "the source gives no interval"}
	if low, high, level, ok := interval(c); ok {
		est.Low, est.High, est.Level, est.Reason = sightline.Num(low), sightline.Num(high), level, ""
	}
	if r := remark(c); r != "" {
		est.Reason = strings.TrimPrefix(est.Reason+"; "+r, "; ")
	}
	return result{estimate: est, used: []sightline.Entry{e}}, nil
}

// peers are the scores of an indicator, of all countries, that this view may
// show.
func (v *view) peers(id sightline.EntityID) ([]sightline.Entry, error) {
	if list, ok := v.scored[id]; ok {
		return list, nil
	}
	all, err := v.store.Claims(sightline.Query{Entities: []sightline.EntityID{id}, Predicates: []sightline.Predicate{sightline.Scored}, AsRecorded: v.options.AsRecorded})
	if err != nil {
		return nil, err
	}
	var list []sightline.Entry
	for _, e := range all {
		c := e.Record.Claim()
		d, err := v.publishedAt(c)
		if err != nil {
			return nil, err
		}
		open, err := v.mayPass(c)
		if err != nil {
			return nil, err
		}
		if open && v.published(d) && c.Object.Unit != "" {
			list = append(list, e)
		}
	}
	v.scored[id] = list
	return list, nil
}

// field is the scores of one indicator, edition, unit and time, as places are
// counted among them: worked out once for all countries.
type field struct {
	used   []sightline.Entry
	ground *ground
	mixed  bool // the edition scores other times too
	// By country, the ends of what its scores can be, and the worst of the
	// scores themselves.
	best, worst, point map[sightline.EntityID]float64
}

type fieldKey struct {
	indicator            sightline.EntityID
	edition, unit, scale string
	valid                sightline.Period
	published            sightline.Date
	openOnly             bool
}

// field is that of a score. Places are counted by key.
func (v *view) field(c *sightline.Claim, key func(float64) float64) (*field, error) {
	at := fieldKey{indicatorOf(c), c.Qualifiers["edition"], c.Object.Unit, c.Qualifiers["scale"], c.Valid, v.options.AsPublished, v.options.OpenOnly}
	if f, ok := v.kept.fields.peek(at); ok {
		return f, nil
	}
	all, err := v.peers(at.indicator)
	if err != nil {
		return nil, err
	}
	f := &field{best: map[sightline.EntityID]float64{}, worst: map[sightline.EntityID]float64{}, point: map[sightline.EntityID]float64{}}
	for _, x := range all {
		o := x.Record.Claim()
		if o.Qualifiers["edition"] != at.edition || o.Object.Unit != at.unit {
			continue
		}
		if o.Valid != c.Valid { // an edition that scores several years
			f.mixed = true
			continue
		}
		f.used = append(f.used, x)
		from, to := ends(o, key)
		if b, seen := f.best[o.Subject]; !seen || from < b {
			f.best[o.Subject] = from
		}
		if w, seen := f.worst[o.Subject]; !seen || to > w {
			f.worst[o.Subject] = to
		}
		if p, seen := f.point[o.Subject]; !seen || key(o.Object.Number) > p {
			f.point[o.Subject] = key(o.Object.Number)
		}
	}
	f.ground = groundOf(f.used)
	v.kept.fields.put(at, f, 1+len(f.used))
	return f, nil
}

// runSeriesRank: claim. Scores whose intervals overlap are tied, and a country
// of which the record has several scores of one edition takes all the places
// between them.
func runSeriesRank(v *view, p params) (result, error) {
	e, err := v.scoreOf(p["claim"])
	if err != nil {
		return result{}, err
	}
	c := e.Record.Claim()
	unit := "place, countries on record that this edition scored"
	key, ok := towards(c.Qualifiers["scale"])
	if !ok {
		return result{estimate: none(sightline.NotIdentified, unit, "the source does not say which end of its scale is what"), used: []sightline.Entry{e}}, nil
	}
	f, err := v.field(c, key)
	if err != nil {
		return result{}, err
	}
	if f.mixed {
		unit = "place, countries on record that this edition scored for the same time"
	}
	n := len(f.best)
	if n < 2 {
		return result{estimate: none(sightline.TooLittleData, unit, "no other country that this edition scored is on record"), used: f.used, ground: f.ground}, nil
	}
	first, place, last := 1, 1, n
	from, to := ends(c, key)
	for id := range f.best {
		if id == c.Subject {
			continue
		}
		if f.worst[id] < from {
			first++
		}
		if f.point[id] < key(c.Object.Number) {
			place++
		}
		if f.best[id] > to {
			last--
		}
	}
	return result{estimate: sightline.Estimate{
		Value: sightline.Num(float64(place)), Low: sightline.Num(float64(first)), High: sightline.Num(float64(last)), Level: 1,
		N: int64(n), Denominator: int64(n), Unit: unit,
		Reason: "an order of the scores as published, among the countries on record, which are not the world; small differences mean little",
	}, used: f.used, ground: f.ground}, nil
}

// ends are the keys of the publisher's interval of a score, or of the score
// where there is none.
func ends(c *sightline.Claim, key func(float64) float64) (best, worst float64) {
	best = key(c.Object.Number)
	worst = best
	if low, high, _, ok := interval(c); ok {
		best, worst = min(best, key(low), key(high)), max(worst, key(low), key(high))
	}
	return best, worst
}

// runSeriesChange: from, to (claims).
func runSeriesChange(v *view, p params) (result, error) {
	a, err := v.scoreOf(p["from"])
	if err != nil {
		return result{}, err
	}
	b, err := v.scoreOf(p["to"])
	if err != nil {
		return result{}, err
	}
	x, y := a.Record.Claim(), b.Record.Claim()
	used := []sightline.Entry{a, b}
	if x.Object.Unit != y.Object.Unit || x.Qualifiers["scale"] != y.Qualifiers["scale"] {
		return result{estimate: none(sightline.NotIdentified, y.Object.Unit, "the two scores are on different scales"), used: used}, nil
	}
	// The difference of two decimal numbers, without the tail of the binary one.
	d := math.Round((y.Object.Number-x.Object.Number)*1e9) / 1e9
	est := sightline.Estimate{Value: sightline.Num(d), N: 2, Unit: y.Object.Unit, Reason: fmt.Sprintf("from %s to %s; the source gives no interval, and a small change may be a judgement", span(x), span(y))}
	xl, xh, _, ok1 := interval(x)
	yl, yh, _, ok2 := interval(y)
	if ok1 && ok2 {
		est.Reason = fmt.Sprintf("from %s to %s; the publisher's intervals of the two overlap, so no change can be told", span(x), span(y))
		if xh < yl || yh < xl {
			est.Reason = fmt.Sprintf("from %s to %s; the publisher's intervals of the two do not overlap", span(x), span(y))
		}
	}
	return result{estimate: est, used: used}, nil
}

// span is what a score covers, in EDTF.
func span(c *sightline.Claim) string {
	if c.Valid.IsZero() {
		return "a time not on record"
	}
	return c.Valid.String()
}
