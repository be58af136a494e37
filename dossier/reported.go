package dossier

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"sightline"
)

// runReported: select, of (a selection, may be missing), unit, except. The
// claims must agree on the number; where they do not, the data cannot tell.
func runReported(v *view, p params) (result, error) {
	except := exceptOf(p)
	value, used, unit, err := v.oneNumber(p["select"], except)
	if err != nil {
		return result{}, err
	}
	unit = cmp.Or(p["unit"], unit)
	switch len(value) {
	case 0:
		return result{estimate: none(sightline.TooLittleData, cmp.Or(unit, "reported number"), "no source on record reports such a number"), used: used}, nil
	case 1:
	default:
		return result{estimate: none(sightline.NotIdentified, unit, "the sources report different numbers: "+numbers(value)), used: used}, nil
	}
	ids := make([]sightline.ClaimID, len(used))
	for i, e := range used {
		ids[i] = sightline.ClaimID(e.Record.ID())
	}
	b, err := v.weigh(ids, nil, except)
	if err != nil {
		return result{}, err
	}
	e := sightline.Estimate{Value: sightline.Num(value[0]), N: int64(b.For), Unit: unit,
		Reason: fmt.Sprintf("a number that a source reports, without an interval; %s, reliability %s", plural(b.For, "independent voice", "independent voices"), cmp.Or(b.Reliability, "none"))}
	sources := b.sources
	if rest, ok := strings.CutPrefix(unit, "percent of "); ok {
		e.Value, e.Unit = sightline.Num(value[0]/100), "share of "+rest
	}
	if p["of"] != "" {
		whole, more, _, err := v.oneNumber(p["of"], except)
		if err != nil {
			return result{}, err
		}
		if len(whole) == 1 && whole[0] >= value[0] && value[0] == float64(int64(value[0])) {
			e.N, e.Denominator = int64(value[0]), int64(whole[0])
			for _, x := range more {
				if !slices.ContainsFunc(used, func(y sightline.Entry) bool { return x.Record.ID() == y.Record.ID() }) {
					used = append(used, x)
				}
			}
		}
	}
	for _, x := range b.entries() {
		if !slices.ContainsFunc(used, func(y sightline.Entry) bool { return x.Record.ID() == y.Record.ID() }) {
			used = append(used, x)
		}
	}
	return result{estimate: e, used: used, sources: sources}, nil
}

// oneNumber lists the different numbers that the claims of a selection give,
// sorted, with the unit of the first.
func (v *view) oneNumber(selection string, except Except) (values []float64, used []sightline.Entry, unit string, err error) {
	s, err := parseSelection(selection)
	if err != nil {
		return nil, nil, "", err
	}
	entries, err := v.choose(s, except)
	for _, e := range entries {
		c := e.Record.Claim()
		if n, ok := numberOf(c); ok {
			values, used = append(values, n), append(used, e)
			unit = cmp.Or(unit, c.Object.Unit)
		}
	}
	slices.Sort(values)
	return slices.Compact(values), used, unit, err
}

func numbers(v []float64) string {
	t := make([]string, len(v))
	for i, n := range v {
		t[i] = quantity(n)
	}
	return strings.Join(t, ", ")
}

// scores reads one number for each subject of a selection.
func (v *view) scores(selection string, except Except) (map[sightline.EntityID]float64, []sightline.Entry, error) {
	s, err := parseSelection(selection)
	if err != nil {
		return nil, nil, err
	}
	entries, err := v.choose(s, except)
	if err != nil {
		return nil, nil, err
	}
	out := map[sightline.EntityID]float64{}
	var used []sightline.Entry
	for _, e := range entries {
		c := e.Record.Claim()
		n, ok := numberOf(c)
		if !ok {
			continue
		}
		if old, have := out[c.Subject]; have && old != n {
			return nil, nil, sightline.Errorf(sightline.Conflict, "read numbers", string(c.Subject), "it has the numbers %s and %s in one selection", quantity(old), quantity(n)).
				WithHint("Narrow the selection, for example with where: {edition: …} or during.")
		}
		out[c.Subject] = n
		used = append(used, e)
	}
	return out, used, nil
}

// runRank: select, subject, from (lowest or highest), except.
func runRank(v *view, p params) (result, error) {
	unit := "by rank from the " + p["from"]
	score, used, err := v.scores(p["select"], exceptOf(p))
	if sightline.ErrorCode(err) == sightline.Conflict {
		return result{estimate: none(sightline.NotIdentified, unit, "one subject has two numbers in the selection")}, nil
	}
	if err != nil {
		return result{}, err
	}
	own, ok := score[sightline.EntityID(p["subject"])]
	if !ok || len(score) < 2 {
		return result{estimate: none(sightline.TooLittleData, unit, "no such scores are on record"), used: used}, nil
	}
	rank, tied := 1, 0
	for id, n := range score {
		switch {
		case p["from"] == "highest" && n > own, p["from"] == "lowest" && n < own:
			rank++
		case n == own && id != sightline.EntityID(p["subject"]):
			tied++
		}
	}
	e := counted(rank, len(score), unit)
	e.Reason = "a rank has no sampling interval; its number is " + quantity(own)
	if tied > 0 {
		e.Reason += ", which " + plural(tied, "other has", "others have") + " too"
	}
	return result{estimate: e, used: used}, nil
}

// runChange: before, after (selections), which (fell or rose), except.
func runChange(v *view, p params) (result, error) {
	unit := "subjects whose number " + p["which"]
	except := exceptOf(p)
	before, used, err := v.scores(p["before"], except)
	if err == nil {
		var more []sightline.Entry
		var after map[sightline.EntityID]float64
		if after, more, err = v.scores(p["after"], except); err == nil {
			n, both := 0, 0
			for id, b := range before {
				a, ok := after[id]
				if !ok {
					continue
				}
				both++
				if p["which"] == "fell" && a < b || p["which"] == "rose" && a > b {
					n++
				}
			}
			if both == 0 {
				return result{estimate: none(sightline.TooLittleData, unit, "no subject has a number on both sides")}, nil
			}
			e := counted(n, both, unit)
			e.Reason = "a count of scores has no sampling interval"
			return result{estimate: e, used: slices.Concat(used, more)}, nil
		}
	}
	if sightline.ErrorCode(err) == sightline.Conflict {
		return result{estimate: none(sightline.NotIdentified, unit, "one subject has two numbers in a selection")}, nil
	}
	return result{}, err
}
