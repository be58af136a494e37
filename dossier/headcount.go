package dossier

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sightline"
	"sightline/exposure"
)

// HeadCount asks for E1 of the exposure measures: which share of the world
// lives in the members of a list.
type HeadCount struct {
	List    sightline.EntityID  `json:"list"`
	Group   string              `json:"group,omitzero"` // of a list of groups; of a vote: yes, no or abstain
	Of      string              `json:"of"`             // population or internet_users
	Date    sightline.Date      `json:"date"`
	Without []sightline.Country `json:"without,omitzero"` // not counted as members; the world stays whole
}

func (q HeadCount) params() params {
	p := params{"list": string(q.List), "of": q.Of, "date": q.Date.String()}
	if q.Group != "" {
		p["group"] = q.Group
	}
	if len(q.Without) > 0 {
		codes := make([]string, len(q.Without))
		for i, c := range q.Without {
			codes[i] = c.Code()
		}
		slices.Sort(codes)
		p["without"] = strings.Join(slices.Compact(codes), ",")
	}
	return p
}

func headCountOf(p params) (q HeadCount, err error) {
	q = HeadCount{List: sightline.EntityID(p["list"]), Group: p["group"], Of: p["of"]}
	if q.Date, err = sightline.ParseDate(p["date"]); err != nil {
		return q, err
	}
	if t := p["without"]; t != "" {
		for code := range strings.SplitSeq(t, ",") {
			var c sightline.Country
			if err := c.UnmarshalText([]byte(code)); err != nil {
				return q, err
			}
			q.Without = append(q.Without, c)
		}
	}
	return q, nil
}

// worldSeries is a series whose publisher gives a total for the world.
type worldSeries interface {
	World(year int) (sightline.Number, error)
}

func (v *view) seriesByID(id string) Series {
	for _, s := range v.series {
		if s.ID() == id {
			return s
		}
	}
	return nil
}

// nearest is the point whose year is nearest to y, the earlier of two.
func nearest(points []Point, y int) (p Point, ok bool) {
	for _, x := range points {
		if d, e := abs(x.Year-y), abs(p.Year-y); !ok || d < e || d == e && x.Year < p.Year {
			p, ok = x, true
		}
	}
	return p, ok
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}

// carried is for how many years after its last a series still stands in; of
// our choosing, and said wherever it is used.
const carried = 2

// figureYear is the year of the figures for a date: its own, or the last that
// the series have when that is not long before. Otherwise it says why there
// is none.
func (v *view) figureYear(series []string, year int) (int, string, error) {
	out := year
	for _, id := range series {
		first, last := 0, 0
		for _, c := range sightline.Countries() {
			points, err := v.seriesByID(id).Points(c)
			if err != nil {
				return 0, "", err
			}
			if n := len(points); n > 0 {
				if first == 0 || points[0].Year < first {
					first = points[0].Year
				}
				last = max(last, points[n-1].Year)
			}
		}
		if year < first || year > last+carried {
			return 0, fmt.Sprintf("the series of %s runs from %d to %d", strings.ReplaceAll(id, "_", " "), first, last), nil
		}
		out = min(out, last)
	}
	return out, "", nil
}

// members tells for each country whether the list holds it at the date, and by
// which claims. A list gives the date of joining, or none; a grouping and a
// roll-call are of one moment, so their dates do not matter. An end that
// nobody stated is no end.
func (v *view) members(q HeadCount, except Except) (map[string]sightline.Truth, []sightline.Entry, error) {
	s := Selection{Objects: []sightline.EntityID{q.List}, Predicates: []string{sightline.MemberOf.String()}}
	moment := false
	switch {
	case q.List.Kind() == sightline.KindVote:
		moment, s.Predicates, s.Where = true, []string{sightline.Voted.String()}, map[string]string{"vote": q.Group}
	case q.Group != "":
		moment, s.Predicates, s.Where = true, []string{sightline.GroupedAs.String()}, map[string]string{"group": q.Group}
	}
	entries, err := v.choose(s, except)
	if err != nil {
		return nil, nil, err
	}
	out := map[string]sightline.Truth{}
	var used []sightline.Entry
	for _, e := range entries {
		c := e.Record.Claim()
		country, ok := c.Subject.Country()
		if !ok {
			continue
		}
		at := sightline.Yes
		if !moment {
			at = memberAt(c.Valid, q.Date)
		}
		if at == sightline.No {
			continue
		}
		used = append(used, e)
		out[country.Code()] = max(out[country.Code()], at)
	}
	return out, used, nil
}

// memberAt tells whether a membership that holds over p has begun and not
// ended by the last day of the date.
func memberAt(p sightline.Period, at sightline.Date) sightline.Truth {
	day := at.Last()
	if from, ok := p.From(); ok {
		if from.First() > day {
			return sightline.No
		}
		if from.Last() > day {
			return sightline.Unknown
		}
	}
	// A single date is when it began, not how long it lasted.
	if to, ok := p.To(); ok && strings.Contains(p.String(), "/") {
		if to.Last() < day {
			return sightline.No
		}
		if to.First() <= day && to.First() != to.Last() {
			return sightline.Unknown
		}
	}
	return sightline.Yes
}

// runHeadCount: list, group, of (population or internet_users), date, without,
// except.
func runHeadCount(v *view, p params) (result, error) {
	q, err := headCountOf(p)
	if err != nil {
		return result{}, err
	}
	unit := "share of world population"
	ids := []string{"population"}
	switch q.Of {
	case "population":
	case "internet_users":
		unit = "share of the world’s internet users"
		ids = append(ids, "internet_users")
	default:
		return result{}, sightline.Errorf(sightline.Invalid, "count heads", q.Of, "nothing is counted by that name").WithHint("Use population or internet_users.")
	}
	except := exceptOf(p)
	list := v.entity(q.List)
	if list == nil {
		return result{estimate: none(sightline.TooLittleData, unit, "the list "+string(q.List)+" is not held")}, nil
	}
	r := result{dataName: "series/" + strings.Join(ids, "+")}
	for _, id := range ids {
		s := v.seriesByID(id)
		if s == nil {
			return result{estimate: none(sightline.TooLittleData, unit, "no series of "+strings.ReplaceAll(id, "_", " ")+" is held")}, nil
		}
		src, err := v.source(s.Source())
		switch {
		case sightline.ErrorCode(err) == sightline.NotFound:
			return result{estimate: none(sightline.TooLittleData, unit, "the source of the series is not held at the date of this view; sightline import --catalogue adds what a workspace lacks")}, nil
		case err != nil:
			return result{}, err
		case !v.published(src.Published):
			return result{estimate: none(sightline.TooLittleData, unit, "the edition of the series on record was published later than the date of this view"), sources: []*sightline.Source{src}}, nil
		case v.barsSource(except, src.ID):
			return result{estimate: none(sightline.TooLittleData, unit, "the series descends from the text under audit"), sources: []*sightline.Source{src}}, nil
		}
		r.sources = append(r.sources, src)
	}
	members, used, err := v.members(q, except)
	if err != nil {
		return result{}, err
	}
	r.used = used

	year, why, err := v.figureYear(ids, q.Date.Year())
	if err != nil {
		return result{}, err
	}
	if why != "" {
		r.estimate = none(sightline.TooLittleData, unit, why)
		return r, nil
	}
	world := sightline.Number{}
	if w, ok := v.seriesByID("population").(worldSeries); ok {
		if world, err = w.World(year); err != nil {
			return result{}, err
		}
	}
	var heads []exposure.Head
	var data strings.Builder
	var other []string // figures of another year
	row := func(what, code string, x Point) {
		data.WriteString(what + "," + code + "," + strconv.Itoa(x.Year) + "," + strconv.FormatFloat(x.Value, 'g', -1, 64) + "\n")
	}
	if n, ok := world.Get(); ok {
		row("population", "WLD", Point{year, n})
	}
	listed := 0.0
	excluded := map[string]bool{}
	var absent []string
	for _, c := range q.Without {
		excluded[c.Code()] = true
		if _, is := members[c.Code()]; !is {
			absent = append(absent, c.Name())
		}
	}
	for _, c := range sightline.Countries() {
		h := exposure.Head{Country: c, Member: sightline.No}
		if m, is := members[c.Code()]; is && !excluded[c.Code()] {
			h.Member = m
		}
		points, err := v.seriesByID("population").Points(c)
		if err != nil {
			return result{}, err
		}
		people, ok := nearest(points, year)
		if ok {
			row("population", c.Code(), people)
			h.People = sightline.Num(people.Value)
			listed += people.Value
			if people.Year != year && h.Member != sightline.No {
				other = append(other, fmt.Sprintf("%s (people of %d)", c.Name(), people.Year))
			}
		}
		if q.Of == "internet_users" {
			h.Most, h.People = h.People, sightline.Number{}
			points, err := v.seriesByID("internet_users").Points(c)
			if err != nil {
				return result{}, err
			}
			if share, has := nearest(points, year); has && ok {
				row("internet_users", c.Code(), share)
				h.People = sightline.Num(people.Value * share.Value / 100)
				if share.Year != year && h.Member != sightline.No {
					other = append(other, fmt.Sprintf("%s (%d)", c.Name(), share.Year))
				}
			}
		}
		heads = append(heads, h)
	}
	total, rest := world, sightline.Number{}
	if q.Of == "internet_users" {
		// Nobody gives a total of users. Territories without a row of their own
		// have at most what is left of the world's people.
		total = sightline.Number{}
		if n, ok := world.Get(); ok {
			rest = sightline.Num(max(0, n-listed))
		}
	}
	r.data = []byte(data.String())
	c := exposure.CountHeads(heads, total, rest)
	unit += ", " + strconv.Itoa(year)
	about := v.listWords(q.List)
	if list.Complete != sightline.Complete {
		r.floor = true
	}
	share, ok := c.Share.Get()
	if !ok {
		why := "no member of the list at that date has a figure; " + about
		r.estimate = none(sightline.TooLittleData, unit, why)
		return r, nil
	}
	reason := []string{"no sampling interval: the figures are their publishers’", "members counted: " + strconv.Itoa(c.Members), about}
	if last := list.AsOf; !last.IsZero() && q.Date.First() > last.Last() {
		reason = append(reason, "the list says nothing on the time after "+last.String())
	}
	if year != q.Date.Year() {
		reason = append(reason, fmt.Sprintf("no figures of %d are held, so those of %d are used", q.Date.Year(), year))
	}
	if len(absent) > 0 {
		reason = append(reason, strings.Join(absent, ", ")+" is not on the list, so leaving it out changes nothing")
	}
	if len(other) > 0 {
		reason = append(reason, "members with the figure of the nearest year: "+strings.Join(other, ", "))
	}
	if len(c.Missing) > 0 {
		var names []string
		for _, m := range c.Missing {
			names = append(names, m.Name())
		}
		reason = append(reason, "members without a figure: "+strings.Join(names, ", "))
	}
	if len(c.Unsure) > 0 {
		var names []string
		for _, u := range c.Unsure {
			names = append(names, u.Name())
		}
		reason = append(reason, "the list cannot tell whether these had joined by then, so they are left out: "+strings.Join(names, ", "))
	}
	switch {
	case !c.Bounded:
		reason = append(reason, "nothing bounds what is missing")
	case c.High-c.Low > 5e-5:
		reason = append(reason, fmt.Sprintf("whatever is missing, the share lies between %s and %s %%", quantity(100*c.Low), quantity(100*c.High)))
	}
	r.estimate = sightline.Estimate{Value: sightline.Num(share), N: int64(c.Members), Unit: unit, Reason: strings.Join(reason, "; ")}
	return r, nil
}
