package dossier

import (
	"fmt"
	"strconv"
	"strings"

	"sightline"
)

// Number is the one way in which an estimate is printed: the value with its
// interval and denominator, or the kind of absence.
func Number(e sightline.Estimate) string {
	v, ok := e.Value.Get()
	if !ok {
		return strings.ReplaceAll(e.State.String(), "_", " ")
	}
	if rest, ok := strings.CutPrefix(e.Unit, "place, "); ok {
		place := "place " + quantity(v)
		low, _ := e.Low.Get()
		if high, ok := e.High.Get(); ok && high > low {
			place = "places " + quantity(low) + " to " + quantity(high)
		}
		return fmt.Sprintf("%s of the %s %s", place, quantity(float64(e.Denominator)), rest)
	}
	format := quantity
	unit := " " + e.Unit
	if strings.HasPrefix(e.Unit, "share") {
		format = func(v float64) string { return quantity(100*v) + " %" }
		unit = strings.TrimPrefix(unit, " share")
	}
	if rest, ok := strings.CutPrefix(unit, " % "); ok {
		format = func(v float64) string { return quantity(v) + " %" }
		unit = " " + rest
	}
	s := format(v)
	if e.Denominator > 0 && v == float64(e.N) {
		s += " of " + quantity(float64(e.Denominator))
	}
	if low, ok := e.Low.Get(); ok {
		high, _ := e.High.Get()
		s += fmt.Sprintf(" (%s to %s, %s %% interval)", format(low), format(high), quantity(100*e.Level))
	}
	if v == 1 && e.Denominator == 0 {
		// "1 claim": the units that we count are regular plurals.
		noun, rest, more := strings.Cut(unit, ",")
		if one, of, ok := strings.Cut(noun, "s of "); ok { // "1 point of 100"
			unit = one + " of " + of
		} else if stem, ok := strings.CutSuffix(noun, "ies"); ok {
			unit = stem + "y"
		} else {
			unit = strings.TrimSuffix(noun, "s")
		}
		if more {
			unit += "," + rest
		}
	}
	return s + unit
}

// quantity prints a number with at most two decimals and groups of three.
func quantity(v float64) string {
	s := strconv.FormatFloat(v, 'f', 2, 64)
	s = strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
	whole, frac, _ := strings.Cut(s, ".")
	sign := ""
	if rest, ok := strings.CutPrefix(whole, "-"); ok {
		sign, whole = "-", rest
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if frac != "" {
		return sign + whole + "." + frac
	}
	return sign + whole
}
