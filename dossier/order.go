package dossier

import (
	"fmt"

	"sightline"
)

// runOrder: first, then (selections), except. The days from the first start of
// the one to the first start of the other; negative when the other came
// before. The value takes each date at its first day, and the reason says what
// the precision of the dates leaves open.
func runOrder(v *view, p params) (result, error) {
	const unit = "days"
	except := exceptOf(p)
	a, used, err := v.starts(p["first"], except)
	if err != nil {
		return result{}, err
	}
	b, more, err := v.starts(p["then"], except)
	if err != nil {
		return result{}, err
	}
	used = append(used, more...)
	if a.IsZero() || b.IsZero() {
		return result{estimate: none(sightline.TooLittleData, unit, "one of the two has no dated claim on record"), used: used}, nil
	}
	low, high := int(b.First()-a.Last()), int(b.Last()-a.First())
	e := sightline.Estimate{Value: sightline.Num(float64(b.First() - a.First())), N: int64(len(used)), Unit: unit,
		Reason: fmt.Sprintf("from %s to %s; dates of this precision lie between %d and %d days apart", a, b, low, high)}
	if low == high {
		e.Reason = fmt.Sprintf("from %s to %s; both are days", a, b)
	}
	return result{estimate: e, used: used}, nil
}

// starts is the earliest date at which a claim of the selection became so.
func (v *view) starts(selection string, except Except) (first sightline.Date, used []sightline.Entry, err error) {
	s, err := parseSelection(selection)
	if err != nil {
		return first, nil, err
	}
	entries, err := v.choose(s, except)
	for _, e := range entries {
		d, ok := e.Record.Claim().Valid.From()
		if !ok {
			continue
		}
		switch {
		case first.IsZero() || d.Last() < first.Last():
			first, used = d, []sightline.Entry{e}
		case d == first:
			used = append(used, e)
		}
	}
	return first, used, err
}

// Span is the least and the most number of days from the first start of the
// one selection to the first start of the other, and whether both have one.
func (h *Holdings) Span(first, then Selection, except Except) (low, high int, a, b sightline.Date, ok bool, err error) {
	if a, _, err = h.v.starts(first.String(), except); err != nil {
		return
	}
	if b, _, err = h.v.starts(then.String(), except); err != nil {
		return
	}
	if a.IsZero() || b.IsZero() {
		return
	}
	return int(b.First() - a.Last()), int(b.Last() - a.First()), a, b, true, nil
}
