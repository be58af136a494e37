package dossier

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"sightline"
	"sightline/exposure"
	"sightline/internal/order"
	"sightline/observations"
	"sightline/tables"
)

// Compared is what a store may be as well: one that holds comparisons of
// routing tables.
type Compared interface {
	// Comparisons gives the comparisons as they were held then (0 is now), as
	// observations.Store does.
	Comparisons(at sightline.Instant) ([]observations.Held, error)
	// Recompare makes a comparison again from the tables, as tables.Store does.
	Recompare(observations.Held) (observations.Batch, error)
}

// measuredTables counts comparisons of tables.
const measuredTables sightline.MethodID = "measured.tables/1"

// comparisons lists the comparisons that the view can know of, by time. Tables
// are published as they are made.
func (v *view) comparisons() ([]observations.Held, error) {
	store, ok := v.store.(Compared)
	if !ok {
		return nil, nil
	}
	all, err := store.Comparisons(v.options.AsRecorded)
	if err != nil || v.options.AsPublished.IsZero() {
		return all, err
	}
	end := v.options.AsPublished.Last()
	return slices.DeleteFunc(slices.Clone(all), func(h observations.Held) bool { return h.About.Tables.After.At.Day() > end }), nil
}

// hourOf is a moment of tables to the minute, with its date unless that is
// the date of the one before it.
func hourOf(at, before sightline.Instant) string {
	if at.Day() == before.Day() {
		return at.Time().Format("15:04 UTC")
	}
	return at.Time().Format("2006-01-02 15:04 UTC")
}

// momentsOf is the moments of a comparison.
func momentsOf(c *observations.Comparison) string {
	return strings.TrimSuffix(hourOf(c.Before.At, 0), " UTC") + " to " + hourOf(c.After.At, c.Before.At)
}

// comparisonInputs names a comparison and the files behind it.
func comparisonInputs(h *observations.Held) []sightline.Input {
	return append([]sightline.Input{{Name: "observations", SHA256: h.Batch}}, h.About.Files...)
}

// runTableLoss: before and after (moments), network (AS number) or none for
// the networks of the country together, and back=yes for what came back.
func runTableLoss(v *view, p params) (result, error) {
	all, err := v.comparisons()
	if err != nil {
		return result{}, err
	}
	const unit = "share of paths"
	i := slices.IndexFunc(all, func(h observations.Held) bool {
		return h.About.Tables.Before.At.String() == p["before"] && h.About.Tables.After.At.String() == p["after"]
	})
	if i < 0 {
		why := "no comparison of these moments is held"
		for _, h := range all {
			for _, c := range h.About.Tables.Corrects {
				if c.Before.String() == p["before"] && c.After.String() == p["after"] {
					why = "a later comparison took the place of this one: " + c.Reason
				}
			}
		}
		return result{estimate: none(sightline.TooLittleData, unit, why)}, nil
	}
	h := &all[i]
	c := h.About.Tables
	if v.again {
		b, err := v.store.(Compared).Recompare(*h)
		if err != nil {
			return result{}, err
		}
		c = b.Tables
	}
	r := result{inputs: comparisonInputs(h), known: h.About.Recorded, seed: tables.Seed}
	dated := unit + ", " + momentsOf(c)
	if c.Lacks != "" {
		r.estimate = none(sightline.TooLittleData, dated, c.Lacks)
		return r, nil
	}
	list := c.Losses
	if p["back"] == "yes" {
		list = c.Returns
	}
	k := slices.IndexFunc(list, func(l observations.Loss) bool {
		return l.Country == v.options.Country && networkParam(l.Network) == p["network"]
	})
	if k < 0 {
		r.estimate = none(sightline.TooLittleData, dated, "no loss or return of most paths is in it")
		return r, nil
	}
	l := &list[k]
	of := exposure.TableLoss{Paths: l.Paths, Lost: l.Lost, Monitors: l.Monitors, Low: l.Low, High: l.High}
	r.estimate = of.Estimate()
	r.estimate.Unit = dated
	return r, nil
}

// runMeasuredTables: nothing, or of=losses to count the losses of the country
// and its networks in them.
func runMeasuredTables(v *view, p params) (result, error) {
	all, err := v.comparisons()
	if err != nil {
		return result{}, err
	}
	if len(all) == 0 {
		return result{estimate: none(sightline.TooLittleData, "comparisons", "no tables of two moments are held")}, nil
	}
	var r result
	enough, losses := 0, 0
	var lacks []string
	for i := range all {
		c := all[i].About.Tables
		r.inputs = append(r.inputs, sightline.Input{Name: "observations", SHA256: all[i].Batch})
		r.known = max(r.known, all[i].About.Recorded)
		if c.Lacks == "" {
			enough++
		} else if !slices.Contains(lacks, c.Lacks) {
			lacks = append(lacks, c.Lacks)
		}
		for _, l := range c.Losses {
			if l.Country == v.options.Country {
				losses++
			}
		}
	}
	dates := all[0].About.Tables.Before.At.Day().String()
	if to := all[len(all)-1].About.Tables.After.At.Day().String(); to != dates {
		dates += " to " + to
	}
	few := ""
	if len(lacks) > 0 {
		few = "; the others have too little data: " + lacks[0]
		if n := len(lacks) - 1; n > 0 {
			few += fmt.Sprintf(", and %s", plural(n, "other reason", "other reasons"))
		}
	}
	switch {
	case p["of"] == "losses":
		r.estimate = counted(losses, 0, "losses, "+dates)
		r.estimate.Reason = "a count of what was found has no sampling interval; what has few prefixes or few monitor networks is not judged"
	case enough == 0:
		r.estimate = none(sightline.TooLittleData, "comparisons, "+dates, strings.TrimPrefix(few, "; the others have too little data: "))
	default:
		r.estimate = counted(enough, len(all), "comparisons, "+dates)
		r.estimate.Reason = "a count of comparisons has no sampling interval" + few
	}
	return r, nil
}

// lossAt is a loss with the comparison that found it, and the first return
// after it, if there was one.
type lossAt struct {
	observations.Loss
	in   *observations.Comparison
	back *lossAt
}

// lossesOf lists the losses of which keep holds: the newest first, of one
// moment those of a country together first, then by the paths that were lost.
func lossesOf(all []observations.Held, keep func(*observations.Loss) bool) (out []lossAt) {
	for i, h := range all {
		for _, l := range h.About.Tables.Losses {
			if keep(&l) {
				out = append(out, lossAt{l, h.About.Tables, returned(all[i+1:], &l)})
			}
		}
	}
	order.By(out, func(x, y lossAt) int {
		return cmp.Or(cmp.Compare(y.in.After.At, x.in.After.At), cmp.Compare(min(x.Network, 1), min(y.Network, 1)), cmp.Compare(y.Lost, x.Lost), cmp.Compare(x.Network, y.Network))
	})
	return out
}

// returned is the first return of what a loss was of, unless more was lost
// before.
func returned(all []observations.Held, l *observations.Loss) *lossAt {
	is := func(x observations.Loss) bool { return x.Country == l.Country && x.Network == l.Network }
	for _, h := range all {
		c := h.About.Tables
		if i := slices.IndexFunc(c.Returns, is); i >= 0 {
			return &lossAt{Loss: c.Returns[i], in: c}
		}
		if slices.ContainsFunc(c.Losses, is) {
			return nil
		}
	}
	return nil
}

// lossFiguresOf are the figures of one loss in the country of the view, and of
// what came back.
func (k *composer) lossFiguresOf(l lossAt, notes []int) []Figure {
	out := []Figure{k.lossFigure(l, false, notes)}
	if l.back != nil {
		out = append(out, k.lossFigure(*l.back, true, notes))
	}
	return out
}

// lossFigure is the figure of one loss or return in the country of the view.
func (k *composer) lossFigure(l lossAt, back bool, notes []int) Figure {
	to := "the networks of " + k.options.Country.Name()
	if l.Network != 0 {
		to = k.networkName(l.Network)
	}
	p := params{"before": l.in.Before.At.String(), "after": l.in.After.At.String()}
	if n := networkParam(l.Network); n != "" {
		p["network"] = n
	}
	label, left := "Paths to %s that were seen at %s and not at %s", "had no path left"
	if back {
		label, left = "Paths to %s that were not seen at %s and were at %s", "had had no path"
		p["back"] = "yes"
	}
	f := k.figure(fmt.Sprintf(label, to, hourOf(l.in.Before.At, 0), hourOf(l.in.After.At, l.in.Before.At)), exposure.TableLossMethod, p)
	abroad := " abroad"
	if l.Country.IsZero() {
		abroad = ""
	}
	f.Sentence = fmt.Sprintf("%d of %s %s. Seen by %s%s, of %s. The tables do not show why.", l.Gone, plural(l.Prefixes, "prefix", "prefixes"), left, plural(l.Monitors, "monitor network", "monitor networks"), abroad, strings.Join(l.in.After.Collectors, ", "))
	if days, known := k.daysSince(l.in.After.At); known && days > staleAfter {
		f.Sentence += fmt.Sprintf(" Not the present: %d days ago.", days)
	}
	f.Notes = append(f.Notes, notes...)
	return f
}

// How many losses of a country together, and of its networks, a dossier shows,
// and how many the page of a network; of our choosing.
const (
	listedLosses        = 3
	listedNetworkLosses = 5
	listedLossesOfOne   = 12
)

// lossFigures adds to an answer what routing tables of neighbouring moments
// show of sudden losses. It returns a sentence where the newest loss can speak
// of the present, else what to say in its place, if anything.
func (k *composer) lossFigures(a *Answer) (sentence, old string) {
	all, err := k.comparisons()
	if err != nil {
		k.fail(err)
	}
	if len(all) == 0 || k.err != nil {
		return "", ""
	}
	var notes []int
	if src, err := k.source(routesSource); err == nil {
		notes = []int{k.note(src.ID)}
	}
	count := k.figure("Comparisons of routing tables of neighbouring moments that had enough data", measuredTables, params{})
	if _, few, ok := strings.Cut(count.Estimate.Reason, "; "); ok {
		count.Sentence = capital(few) + "."
	}
	count.Notes = append(count.Notes, notes...)
	a.Figures = append(a.Figures, count)
	list := lossesOf(all, func(l *observations.Loss) bool { return l.Country == k.options.Country })
	if len(list) == 0 {
		return "", ""
	}
	found := k.figure("Sudden losses of most paths to this country or a network of it in them", measuredTables, params{"of": "losses"})
	found.Notes = append(found.Notes, notes...)
	a.Figures = append(a.Figures, found)
	whole, single := 0, 0
	for _, l := range list {
		n, most := &whole, listedLosses
		if l.Network != 0 {
			n, most = &single, listedNetworkLosses
		}
		if *n++; *n <= most {
			a.Figures = append(a.Figures, k.lossFiguresOf(l, notes)...)
		}
	}
	l := list[0]
	days, known := k.daysSince(l.in.After.At)
	if !known || days > staleAfter {
		return "", fmt.Sprintf("nothing is measured here of now, only losses of paths that routing tables show, the last on %s", l.in.After.At.Day())
	}
	to := k.options.Country.Name()
	if l.Network != 0 {
		to = l.Network.String()
	}
	a.Notes = append(a.Notes, notes...)
	sentence = fmt.Sprintf("%s %% of the paths to %s that %s abroad had at %s were not seen at %s.", quantity(100*float64(l.Lost)/float64(l.Paths)), to,
		plural(l.Monitors, "monitor network", "monitor networks"), hourOf(l.in.Before.At, 0), hourOf(l.in.After.At, l.in.Before.At))
	if l.back != nil {
		sentence += fmt.Sprintf(" Most of what was seen at %s had come back.", hourOf(l.back.in.After.At, l.in.After.At))
	}
	return sentence + " The tables do not show why.", ""
}

// networkLosses is what routing tables of neighbouring moments show of sudden
// losses of one network.
func (k *composer) networkLosses(a sightline.ASN) (out []Figure) {
	all, err := k.comparisons()
	if err != nil {
		k.fail(err)
	}
	list := lossesOf(all, func(l *observations.Loss) bool { return l.Network == a })
	if len(list) == 0 || k.err != nil {
		return nil
	}
	var notes []int
	if _, err := k.source(routesSource); err == nil {
		notes = []int{k.note(routesSource)}
	}
	view := k.options.Country
	defer func() { k.options.Country = view }()
	for _, l := range list[:min(listedLossesOfOne, len(list))] {
		k.options.Country = l.Country
		out = append(out, k.lossFiguresOf(l, notes)...)
	}
	return out
}
