package words

import (
	"html/template"
	"strings"

	"sightline"
)

// None says why an estimate shows no value.
type None uint8

// The kinds of no value. They are never drawn as zero, nor as the lowest
// class.
const (
	Some          None = iota // there is a value
	NoData                    // nobody looked
	NotApplicable             // the question does not arise
	TooLittle                 // somebody looked, and it does not suffice
)

// Absence is the kind of no value of an estimate. An estimate that cannot be
// computed, or that the data cannot tell, counts as too little data; its words
// and its reason say which.
func Absence(e sightline.Estimate) None {
	if _, ok := e.Value.Get(); ok {
		return Some
	}
	switch e.State {
	case sightline.OK:
		return NoData
	case sightline.NotApplicable:
		return NotApplicable
	}
	return TooLittle
}

// Number prints an estimate for a page: value, interval with its level, and
// unit, or the kind of absence with its reason, in bdi. It is the only way in
// which a number reaches a page.
func (p *Printer) Number(e sightline.Estimate) template.HTML {
	if Absence(e) != Some {
		return p.none(e, true)
	}
	return p.wrap(p.number(e, true, true))
}

// Plain is Number as text, for alternative texts and notes.
func (p *Printer) Plain(e sightline.Estimate) string {
	if Absence(e) != Some {
		s := p.Absent(e)
		if e.Reason != "" {
			s = p.Text("number.with_reason", "state", s, "reason", e.Reason)
		}
		return s
	}
	return p.number(e, true, false)
}

// Cell is Number for a figure whose caption gives the unit, and the level where
// it is the level given here. Reasons stand beside the figure.
func (p *Printer) Cell(e sightline.Estimate, level float64) template.HTML {
	if Absence(e) != Some {
		return p.none(e, false)
	}
	e.Unit = unitOfCell(e.Unit)
	if e.Level == level && level != 1 {
		e.Level = 0
	}
	return p.wrap(p.number(e, false, true))
}

// CellText is Cell as text.
func (p *Printer) CellText(e sightline.Estimate, level float64) string {
	if Absence(e) != Some {
		return p.Absent(e)
	}
	e.Unit = unitOfCell(e.Unit)
	if e.Level == level && level != 1 {
		e.Level = 0
	}
	return p.number(e, false, false)
}

// unitOfCell keeps of a unit what a number cannot do without: the per cent
// sign.
func unitOfCell(unit string) string {
	switch {
	case strings.HasPrefix(unit, "share"):
		return "share"
	case unit == "%" || strings.HasPrefix(unit, "% "):
		return "% "
	}
	return ""
}

// Value prints the bare value v of a unit, for the ends of an axis and the
// bounds of a class, which have no interval.
func (p *Printer) Value(v float64, unit string) template.HTML {
	return digits(p.ValueText(v, unit))
}

// ValueText is Value as text.
func (p *Printer) ValueText(v float64, unit string) string {
	switch unitOfCell(unit) {
	case "share":
		return p.Text("number.percent", "value", p.quantity(100*v))
	case "% ":
		return p.Text("number.percent", "value", p.quantity(v))
	}
	return p.quantity(v)
}

// Absent says in words which kind of no value an estimate has, without the
// reason.
func (p *Printer) Absent(e sightline.Estimate) string {
	switch e.State {
	case sightline.TooLittleData:
		if e.N > 0 {
			return p.Plural("none.too_little_n", int(e.N))
		}
		return p.Text("none.too_little")
	case sightline.NotApplicable:
		return p.Text("none.not_applicable")
	case sightline.Degenerate:
		return p.Text("none.degenerate")
	case sightline.NotIdentified:
		return p.Text("none.not_identified")
	}
	return p.Text("none.no_data")
}

func (p *Printer) none(e sightline.Estimate, reason bool) template.HTML {
	s := template.HTML(`<bdi class="none">` + template.HTMLEscapeString(p.Absent(e)) + "</bdi>")
	if reason && e.Reason != "" {
		s = p.HTML("number.with_reason", "state", s, "reason", p.Foreign(e.Reason))
	}
	return s
}

// atom prints a bare number within a longer one. Where the page runs from right
// to left it is isolated, so that 44 % does not become % 44.
func (p *Printer) atom(s string) any {
	if p.dir == "rtl" {
		return digits(s)
	}
	return template.HTML(template.HTMLEscapeString(s))
}

func (p *Printer) wrap(s string) template.HTML {
	if p.dir == "rtl" && strings.HasPrefix(s, "<bdi") && strings.Count(s, "<bdi") == 1 && strings.HasSuffix(s, "</bdi>") {
		return template.HTML(s)
	}
	return template.HTML("<bdi>" + s + "</bdi>")
}

// number composes a number that has a value, as plain text or for a page, with
// or without its unit.
func (p *Printer) number(e sightline.Estimate, unit, page bool) string {
	say := func(key string, args ...any) string { return p.fill(key, p.form(key, false, 0), args, page) }
	print := func(v any) string {
		if page {
			return p.markup(v)
		}
		return p.plain(v)
	}
	atom := func(s string) any { // a bare number
		if page {
			return p.atom(s)
		}
		return s
	}
	kept := func(s string) any { // what was composed already
		if page {
			return template.HTML(s)
		}
		return s
	}
	foreign := func(s string) any {
		if page {
			return p.Foreign(s)
		}
		return sightline.Inert(s)
	}
	v, _ := e.Value.Get()
	low, hasLow := e.Low.Get()
	high, _ := e.High.Get()
	if what, ok := strings.CutPrefix(e.Unit, "place, "); ok && unit {
		total := atom(p.quantity(float64(e.Denominator)))
		if hasLow && high > low {
			return say("number.places", "low", atom(p.quantity(low)), "high", atom(p.quantity(high)), "total", total, "what", foreign(what))
		}
		return say("number.place", "place", atom(p.quantity(v)), "total", total, "what", foreign(what))
	}
	format := func(v float64) string { return p.ValueText(v, e.Unit) }
	s := print(atom(format(v)))
	if e.Denominator > 0 && v == float64(e.N) {
		s = say("number.of", "value", kept(s), "total", atom(p.quantity(float64(e.Denominator))))
	}
	if hasLow {
		args := []any{"value", kept(s), "low", atom(format(low)), "high", atom(format(high))}
		switch e.Level {
		case 0:
			s = say("number.interval_short", args...)
		default:
			s = say("number.interval", append(args, "level", atom(p.Text("number.percent", "value", p.quantity(100*e.Level))))...)
		}
	}
	if rest := unitAfter(e.Unit, v == 1 && e.Denominator == 0); unit && rest != "" {
		s += " " + print(foreign(rest))
	}
	return s
}

// unitAfter is what follows a number of the unit: "of addresses" of "share of
// addresses". The units that we count are regular plurals, so that one claim
// is "1 claim".
func unitAfter(unit string, one bool) string {
	switch {
	case strings.HasPrefix(unit, "share"):
		unit = strings.TrimPrefix(strings.TrimPrefix(unit, "share"), " ")
	case strings.HasPrefix(unit, "% "):
		unit = strings.TrimPrefix(unit, "% ")
	case unit == "%":
		return ""
	}
	if !one {
		return unit
	}
	noun, rest, more := strings.Cut(unit, ",")
	if first, of, ok := strings.Cut(noun, "s of "); ok { // "1 point of 100"
		noun = first + " of " + of
	} else if stem, ok := strings.CutSuffix(noun, "ies"); ok {
		noun = stem + "y"
	} else {
		noun = strings.TrimSuffix(noun, "s")
	}
	if more {
		noun += "," + rest
	}
	return noun
}
