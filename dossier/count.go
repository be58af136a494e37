package dossier

import (
	"cmp"
	"slices"

	"sightline"
)

// runCountSelect: select (a selection), each (claims, subjects or objects),
// unit, except; bare=yes counts also claims that rest on a bare assertion, as
// replies do.
func runCountSelect(v *view, p params) (result, error) {
	s, err := parseSelection(p["select"])
	if err != nil {
		return result{}, err
	}
	except := exceptOf(p)
	entries, err := v.choose(s, except)
	if p["bare"] == "yes" {
		entries, err = v.pick(s, func(c *sightline.Claim) bool { return c.Rank != sightline.Deprecated })
	}
	if err != nil {
		return result{}, err
	}
	whole, err := v.complete(s, except)
	if err != nil {
		return result{}, err
	}
	unit := cmp.Or(p["unit"], "claims")
	seen := map[sightline.EntityID]bool{}
	n := len(entries)
	switch p["each"] {
	case "subjects", "objects":
		for _, e := range entries {
			id := e.Record.Claim().Subject
			if p["each"] == "objects" {
				id = e.Record.Claim().Object.Entity
			}
			seen[id] = true
		}
		n = len(seen)
	case "", "claims":
	default:
		return result{}, sightline.Errorf(sightline.Invalid, "count claims", p["each"], "no such thing to count").WithHint("Use claims, subjects or objects.")
	}
	if n == 0 && !whole {
		return result{estimate: none(sightline.TooLittleData, unit, "no such claim is on record; absence from an incomplete record is unknown, not none"), floor: true}, nil
	}
	e := counted(n, 0, unit)
	e.Reason = "a count of records has no sampling interval; " + v.ground(s)
	return result{estimate: e, used: entries, floor: !whole}, nil
}

// runCountCross: row and column (selections), unit, except. The subjects that
// both have, out of those of the column.
func runCountCross(v *view, p params) (result, error) {
	row, err := parseSelection(p["row"])
	if err != nil {
		return result{}, err
	}
	column, err := parseSelection(p["column"])
	if err != nil {
		return result{}, err
	}
	except := exceptOf(p)
	a, err := v.choose(row, except)
	if err != nil {
		return result{}, err
	}
	b, err := v.choose(column, except)
	if err != nil {
		return result{}, err
	}
	unit := cmp.Or(p["unit"], "subjects")
	inRow := map[sightline.EntityID]bool{}
	for _, e := range a {
		inRow[e.Record.Claim().Subject] = true
	}
	inColumn := map[sightline.EntityID]bool{}
	n := 0
	for _, e := range b {
		id := e.Record.Claim().Subject
		if !inColumn[id] && inRow[id] {
			n++
		}
		inColumn[id] = true
	}
	whole, err := v.complete(row, except)
	if err == nil && whole {
		whole, err = v.complete(column, except)
	}
	if err != nil {
		return result{}, err
	}
	if len(inColumn) == 0 || n == 0 && !whole {
		return result{estimate: none(sightline.TooLittleData, unit, "no subject on record has both; absence from an incomplete record is unknown, not none"), floor: !whole}, nil
	}
	// All rows of the column are used, for they are the denominator; of the
	// others those that meet it.
	used := slices.Clone(b)
	for _, e := range a {
		if inColumn[e.Record.Claim().Subject] && !slices.ContainsFunc(used, func(x sightline.Entry) bool { return x.Record.ID() == e.Record.ID() }) {
			used = append(used, e)
		}
	}
	est := counted(n, len(inColumn), unit)
	est.Reason = "a count of records has no sampling interval; " + v.ground(column) + "; " + v.ground(row)
	return result{estimate: est, used: used, floor: !whole}, nil
}
