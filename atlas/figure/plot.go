package figure

import (
	"io"
	"math"
	"strconv"

	"sightline"
	"sightline/atlas/words"
)

// The size of the picture that is part of a page, in CSS pixels.
const (
	plotWidth  = 640
	plotHeight = 220
)

// The margins around the plot, in CSS pixels.
const (
	marginLeft   = 46
	marginRight  = 10
	marginTop    = 8
	marginBottom = 24
)

// PlotPNG draws the part of a figure that a page shows as a picture, at a scale
// of 1 or 2: lines and digits, since the words stand around it. It reports
// whether the figure has one.
func PlotPNG(w io.Writer, p *words.Printer, f Figure, scale int) (bool, error) {
	b, ok := f.(Band)
	if !ok {
		return false, nil
	}
	d := newDrawing(p)
	d.width, d.y = plotWidth, plotHeight
	d.packets = []string{}
	for _, id := range b.Packets {
		d.packets = append(d.packets, string(id))
	}
	b.plot(d, 0, 0, plotWidth, plotHeight)
	return true, d.png(w, f.Name(), scale)
}

// plot adds the series to a drawing, in a place.
func (f Band) plot(d *drawing, x, y, w, h int) {
	left, right, top, bottom := x+marginLeft, x+w-marginRight, y+marginTop, y+h-marginBottom
	place := box{float64(left), float64(top), float64(right - left), float64(bottom - top)}
	if f.span() == 0 {
		d.hatch(place)
		d.edge(place, 1, false, "line")
		return
	}
	for i := range 5 {
		v := f.Axis.Min + (f.Axis.Max-f.Axis.Min)*float64(i)/4
		at := float64(bottom) - float64(place.h*f.Axis.part(v))
		d.fill(box{place.x, at, place.w, 1}, "rule")
		s := d.letters(d.p.ValueText(v, f.Axis.Unit))
		d.line(left-6-textWidth(s, ofTick.size), int(at)-ofTick.lead()/2, s, ofTick)
	}
	f.dates(d, left, right, bottom)
	d.paint(place, f.series)
	d.fill(box{place.x - 1, place.y, 1, place.h + 1}, "ink")
	d.fill(box{place.x - 1, float64(bottom), place.w + 1, 1}, "ink")
}

// series draws gaps, bands and the line between the corners given.
func (f Band) series(c canvas, left, top, right, bottom int) {
	line, outer, inner, dark, none := c.ink("line"), c.ink("outer"), c.ink("inner"), c.ink("ink"), c.ink("hatch")
	scale, total, first := c.scale, f.span(), f.Days[0].Day
	// A day is drawn over its own width, so that a lone day can be seen.
	x := func(day float64) float64 {
		return float64(left) + float64(float64(right-left)*(day-float64(first))/float64(total))
	}
	y := func(v float64) float64 { return float64(bottom) - float64(float64(bottom-top)*f.Axis.part(v)) }
	gap := func(from, to sightline.Day) {
		c.hatch(int(math.Round(x(float64(from)))), top, int(math.Round(x(float64(to)))), bottom, none)
	}

	// Gaps: between days that have a value, and at days that have none.
	at := first
	for _, d := range f.Days {
		if _, ok := d.Estimate.Value.Get(); !ok {
			continue
		}
		if d.Day > at {
			gap(at, d.Day)
		}
		at = d.Day + 1
	}
	if last := first + sightline.Day(total); last > at {
		gap(at, last)
	}

	f.each(x, func(px int, a, b DayValue, t float64) { // the outer band
		if low, high, ok := between(a.Estimate.Low, a.Estimate.High, b.Estimate.Low, b.Estimate.High, t); ok {
			y0, y1 := int(math.Round(y(high))), int(math.Round(y(low)))
			c.fill(px, y0, px+1, y1+scale, outer)
			c.fill(px, y0, px+1, y0+scale, line)
			c.fill(px, y1, px+1, y1+scale, line)
		}
	})
	f.each(x, func(px int, a, b DayValue, t float64) { // the inner band
		if low, high, ok := between(a.InnerLow, a.InnerHigh, b.InnerLow, b.InnerHigh, t); ok {
			c.fill(px, int(math.Round(y(high))), px+1, int(math.Round(y(low)))+scale, inner)
		}
	})
	before, beforeX := 0, -2
	f.each(x, func(px int, a, b DayValue, t float64) { // the line
		v, _, _ := between(a.Estimate.Value, a.Estimate.Value, b.Estimate.Value, b.Estimate.Value, t)
		now := int(math.Round(y(v)))
		y0, y1 := now, now
		if beforeX == px-1 || beforeX == px {
			y0, y1 = min(now, before), max(now, before)
		}
		c.fill(px, y0-scale/2, px+1, y1+scale+scale/2+1, dark)
		before, beforeX = now, px
	})
}

// each calls draw for each pixel column of the days that have a value, with the
// two days whose middles it lies between and how far it lies from the first. A
// day beside a gap reaches flat to its own edge, so that nothing is drawn over
// a day without a value.
func (f Band) each(x func(float64) float64, draw func(px int, a, b DayValue, t float64)) {
	valued := func(i int, day sightline.Day) bool {
		if i < 0 || i >= len(f.Days) || f.Days[i].Day != day {
			return false
		}
		_, ok := f.Days[i].Estimate.Value.Get()
		return ok
	}
	for i, d := range f.Days {
		if !valued(i, d.Day) {
			continue
		}
		x0, x1 := x(float64(d.Day)), x(float64(d.Day+1))
		middle := (x0 + x1) / 2
		from := int(math.Round(x0))
		for px := from; px < max(int(math.Round(x1)), from+1); px++ {
			at := float64(px) + .5
			switch {
			case at < middle && valued(i-1, d.Day-1):
				draw(px, f.Days[i-1], d, min(1, .5+(at-x0)/(x1-x0)))
			case at >= middle && valued(i+1, d.Day+1):
				draw(px, d, f.Days[i+1], max(0, (at-middle)/(x1-x0)))
			default:
				draw(px, d, d, 0)
			}
		}
	}
}

// between interpolates an interval.
func between(lowA, highA, lowB, highB sightline.Number, t float64) (low, high float64, ok bool) {
	a, okA := lowA.Get()
	b, okB := lowB.Get()
	c, _ := highA.Get()
	d, _ := highB.Get()
	switch {
	case okA && okB:
		return a + (b-a)*t, c + (d-c)*t, true
	case okA && t < .5:
		return a, c, true
	case okB && t >= .5:
		return b, d, true
	}
	return 0, 0, false
}

// dates labels the days: each week's where they fit, then every month, every
// third, then years.
func (f Band) dates(d *drawing, left, right, bottom int) {
	type label struct {
		at, from int
		text     string
	}
	first, total := f.Days[0].Day, f.span()
	last := first + sightline.Day(total-1)
	var labels []label
	for _, form := range []struct {
		every int // months
		cut   int // characters of the date
	}{{0, 10}, {1, 7}, {3, 7}, {12, 4}, {60, 4}} {
		labels = labels[:0]
		fit, end := true, -right
		for day := first; day <= last; day++ {
			s := day.String()
			year, _ := strconv.Atoi(s[:4])
			month, _ := strconv.Atoi(s[5:7])
			if form.every == 0 && (day-first)%7 != 0 || form.every > 0 && (s[8:] != "01" || (12*year+month-1)%form.every != 0) {
				continue
			}
			at := left + (right-left)*int(day-first)/total
			width := textWidth(s[:form.cut], ofTick.size)
			from := min(max(at-width/2, left-marginLeft/2), right-width)
			if from < end+12 {
				fit = false
				break
			}
			end = from + width
			labels = append(labels, label{at, from, s[:form.cut]})
		}
		if fit && len(labels) > 0 {
			break
		}
	}
	for _, l := range labels {
		d.fill(box{float64(l.at), float64(bottom), 1, 4}, "ink")
		d.line(l.from, bottom+9, l.text, ofTick)
	}
}
