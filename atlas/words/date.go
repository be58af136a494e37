package words

import (
	"html/template"

	"sightline"
)

var months = [...]string{"month.1", "month.2", "month.3", "month.4", "month.5", "month.6", "month.7", "month.8", "month.9", "month.10", "month.11", "month.12"}

// Date prints a date in the precision that it has; about and perhaps stand for
// EDTF's marks.
func (p *Printer) Date(d sightline.Date) template.HTML { return p.timed("", p.dateText(d), d) }

// Period prints a period: "since 2014", "June 2014 to June 2017", "from 2014,
// end not known".
func (p *Printer) Period(s sightline.Period) template.HTML {
	return template.HTML("<bdi>" + template.HTMLEscapeString(p.periodText(s)) + "</bdi>")
}

// Instant prints a moment to the minute, in UTC.
func (p *Printer) Instant(i sightline.Instant) template.HTML {
	if i == sightline.Forever {
		return template.HTML("<bdi>" + template.HTMLEscapeString(p.instantText(i)) + "</bdi>")
	}
	return template.HTML(`<time datetime="` + i.Time().Format("2006-01-02T15:04Z") + `"><bdi>` + template.HTMLEscapeString(p.instantText(i)) + "</bdi></time>")
}

// Day prints a day.
func (p *Printer) Day(d sightline.Day) template.HTML {
	return template.HTML(`<time datetime="` + d.String() + `"><bdi>` + template.HTMLEscapeString(p.dayText(d)) + "</bdi></time>")
}

func (p *Printer) timed(_ string, text string, d sightline.Date) template.HTML {
	text = template.HTMLEscapeString(text)
	if d.IsZero() || d.Approximate() || d.Uncertain() {
		return template.HTML("<bdi>" + text + "</bdi>")
	}
	return template.HTML(`<time datetime="` + d.String() + `"><bdi>` + text + "</bdi></time>")
}

func (p *Printer) dateText(d sightline.Date) string {
	if d.IsZero() {
		return p.Text("date.none")
	}
	first := d.First()
	s := d.First().String()[:4]
	switch last := d.Last(); {
	case first == last:
		s = p.dayText(first)
	case last-first < 31:
		s = p.Text("date.month", "month", p.month(first), "year", s)
	}
	switch {
	case d.Approximate() && d.Uncertain():
		return p.Text("date.perhaps_about", "date", s)
	case d.Approximate():
		return p.Text("date.about", "date", s)
	case d.Uncertain():
		return p.Text("date.perhaps", "date", s)
	}
	return s
}

func (p *Printer) month(d sightline.Day) string {
	t := (sightline.Instant(d) * 86400e6).Time()
	return p.Text(months[t.Month()-1])
}

func (p *Printer) dayText(d sightline.Day) string {
	t := (sightline.Instant(d) * 86400e6).Time()
	return p.Text("date.day", "day", t.Day(), "month", p.month(d), "year", t.Format("2006"))
}

func (p *Printer) instantText(i sightline.Instant) string {
	if i == sightline.Forever {
		return p.Text("date.now")
	}
	return p.Text("date.instant", "date", p.dayText(i.Day()), "time", i.Time().Format("15:04"))
}

func (p *Printer) periodText(s sightline.Period) string {
	if s.IsZero() {
		return p.Text("date.none")
	}
	from, hasFrom := s.From()
	to, hasTo := s.To()
	switch {
	case hasFrom && hasTo && from == to:
		return p.dateText(from)
	case hasFrom && hasTo:
		return p.Text("period.span", "from", p.dateText(from), "to", p.dateText(to))
	case hasFrom && s.OpenEnded():
		return p.Text("period.since", "from", p.dateText(from))
	case hasFrom:
		return p.Text("period.from", "from", p.dateText(from))
	case hasTo:
		return p.Text("period.until", "to", p.dateText(to))
	}
	return p.Text("period.always")
}
