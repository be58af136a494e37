package figure

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"slices"
	"strings"

	"sightline"
)

// The size of a picture in CSS pixels.
const (
	pictureWidth  = 640
	pictureHeight = 220
)

// The margins around the plot, in CSS pixels.
const (
	marginLeft   = 46
	marginRight  = 10
	marginTop    = 8
	marginBottom = 20
)

// The palette of a picture. It is drawn on white in both schemes, since a
// picture cannot follow one.
var picturePalette = color.Palette{
	paint(tokenLight("page")), paint(tokenLight("ink")), paint(tokenLight("line")), paint(tokenLight("rule")), paint(tokenLight("outer")), paint(tokenLight("inner")), paint(tokenLight("muted")),
}

const (
	inkPage = iota
	inkInk
	inkLine
	inkRule
	inkOuter
	inkInner
	inkMuted
)

// paint reads a colour as #rrggbb.
func paint(hex string) color.RGBA {
	var r, g, b uint8
	if _, err := fmt.Sscanf(hex, "#%02x%02x%02x", &r, &g, &b); err != nil || len(hex) != 7 {
		panic("BUG: colour " + hex)
	}
	return color.RGBA{r, g, b, 255}
}

// canvas is a picture being drawn, in device pixels.
type canvas struct {
	*image.Paletted
	scale int
}

func (c canvas) fill(x0, y0, x1, y1 int, ink uint8) {
	r := image.Rect(x0, y0, x1, y1).Intersect(c.Rect)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			c.SetColorIndex(x, y, ink)
		}
	}
}

// glyphs is a font of our own: six columns by nine rows, the rows of a glyph
// from top to bottom.
var glyphs = map[rune]string{
	'0': ".####. #....# #....# #....# #....# #....# #....# #....# .####.",
	'1': "...#.. ..##.. .#.#.. ...#.. ...#.. ...#.. ...#.. ...#.. .#####",
	'2': ".####. #....# .....# .....# ....#. ...#.. ..#... .#.... ######",
	'3': ".####. #....# .....# .....# ..###. .....# .....# #....# .####.",
	'4': "....#. ...##. ..#.#. .#..#. #...#. ###### ....#. ....#. ....#.",
	'5': "###### #..... #..... #####. .....# .....# .....# #....# .####.",
	'6': "..###. .#.... #..... #####. #....# #....# #....# #....# .####.",
	'7': "###### .....# ....#. ....#. ...#.. ...#.. ..#... ..#... ..#...",
	'8': ".####. #....# #....# #....# .####. #....# #....# #....# .####.",
	'9': ".####. #....# #....# #....# .##### .....# .....# ....#. .###..",
	'.': "...... ...... ...... ...... ...... ...... ...... ..##.. ..##..",
	',': "...... ...... ...... ...... ...... ...... ..##.. ...#.. ..#...",
	'-': "...... ...... ...... ...... .####. ...... ...... ...... ......",
	'%': ".#...# #.#.#. #.#.#. .#.#.. ..#... ..#.#. .#.#.# .#.#.# #...#.",
}

const (
	glyphHeight  = 9 // in CSS pixels
	glyphAdvance = 8
)

// textWidth is the width of s in device pixels.
func (c canvas) textWidth(s string) int { return max(0, glyphAdvance*len(s)-2) * c.scale }

// text draws digits with their upper left corner at x, y.
func (c canvas) text(x, y int, s string, ink uint8) {
	for _, r := range s {
		g, ok := glyphs[r]
		if !ok {
			panic(fmt.Sprintf("BUG: a picture holds digits only, not %q", s))
		}
		for row, dots := range strings.Fields(g) {
			for column, dot := range dots {
				if dot == '#' {
					c.fill(x+column*c.scale, y+row*c.scale, x+(column+1)*c.scale, y+(row+1)*c.scale, ink)
				}
			}
		}
		x += glyphAdvance * c.scale
	}
}

// PNG draws the series at a scale of 1 or 2.
func (f Band) PNG(w io.Writer, scale int) error {
	if scale != 1 && scale != 2 {
		return sightline.Errorf(sightline.Invalid, "draw figure", f.ID, "no picture at scale %d", scale).WithHint("Ask for scale 1 or 2.")
	}
	f.check()
	var b bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&b, f.draw(scale)); err != nil {
		return err
	}
	// A picture that is passed on keeps its packets, in a text chunk after the
	// header (PNG, section 11.3.3.2).
	const header = 8 + 25
	packets := f.packets()
	if packets == "" {
		_, err := w.Write(b.Bytes())
		return err
	}
	chunk := append([]byte("tEXtSource\x00"), packets...)
	text := binary.BigEndian.AppendUint32(nil, uint32(len(chunk)-4))
	text = binary.BigEndian.AppendUint32(append(text, chunk...), crc32.ChecksumIEEE(chunk))
	_, err := w.Write(slices.Concat(b.Bytes()[:header], text, b.Bytes()[header:]))
	return err
}

func (f Band) draw(scale int) *image.Paletted {
	c := canvas{image.NewPaletted(image.Rect(0, 0, pictureWidth*scale, pictureHeight*scale), picturePalette), scale}
	left, right := marginLeft*scale, (pictureWidth-marginRight)*scale
	top, bottom := marginTop*scale, (pictureHeight-marginBottom)*scale
	total := f.span()
	if total == 0 {
		c.hatch(left, right, top, bottom)
		return c.Paletted
	}
	first := f.Days[0].Day
	// A day is drawn over its own width, so that a lone day can be seen.
	x := func(day float64) float64 {
		return float64(left) + float64(right-left)*(day-float64(first))/float64(total)
	}
	y := func(v float64) float64 {
		return float64(bottom) - float64(bottom-top)*min(max((v-f.Axis.Min)/(f.Axis.Max-f.Axis.Min), 0), 1)
	}

	// Rules and the labels of the values.
	for i := range 5 {
		v := f.Axis.Min + (f.Axis.Max-f.Axis.Min)*float64(i)/4
		at := int(math.Round(y(v)))
		c.fill(left, at, right, at+scale, inkRule)
		s := strings.ReplaceAll(english().ValueText(v, f.Axis.Unit), "\u00a0", "")
		c.text(left-6*scale-c.textWidth(s), at-glyphHeight*scale/2, s, inkMuted)
	}
	f.dates(c, x, left, right, bottom)

	// Gaps: between days that have a value, and at days that have none.
	at := first
	for _, d := range f.Days {
		if _, ok := d.Estimate.Value.Get(); !ok {
			continue
		}
		if d.Day > at {
			c.hatch(int(math.Round(x(float64(at)))), int(math.Round(x(float64(d.Day)))), top, bottom)
		}
		at = d.Day + 1
	}
	if last := first + sightline.Day(total); last > at {
		c.hatch(int(math.Round(x(float64(at)))), int(math.Round(x(float64(last)))), top, bottom)
	}

	f.each(x, func(px int, a, b DayValue, t float64) { // the outer band
		if low, high, ok := between(a.Estimate.Low, a.Estimate.High, b.Estimate.Low, b.Estimate.High, t); ok {
			y0, y1 := int(math.Round(y(high))), int(math.Round(y(low)))
			c.fill(px, y0, px+1, y1+scale, inkOuter)
			c.fill(px, y0, px+1, y0+scale, inkLine)
			c.fill(px, y1, px+1, y1+scale, inkLine)
		}
	})
	f.each(x, func(px int, a, b DayValue, t float64) { // the inner band
		if low, high, ok := between(a.InnerLow, a.InnerHigh, b.InnerLow, b.InnerHigh, t); ok {
			c.fill(px, int(math.Round(y(high))), px+1, int(math.Round(y(low)))+scale, inkInner)
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
		c.fill(px, y0-scale/2, px+1, y1+scale+scale/2+1, inkInk)
		before, beforeX = now, px
	})
	c.fill(left-scale, top, left, bottom+scale, inkInk)
	c.fill(left-scale, bottom, right, bottom+scale, inkInk)
	return c.Paletted
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

// hatch marks a stretch of days without a value.
func (c canvas) hatch(x0, x1, y0, y1 int) {
	for y := y0; y < y1; y++ {
		for x := x0; x < x1; x++ {
			if (x+y)/c.scale%6 == 0 {
				c.SetColorIndex(x, y, inkLine)
			}
		}
	}
}

// dates labels the days: every day's month where they fit, then every third,
// then years.
func (f Band) dates(c canvas, x func(float64) float64, left, right, bottom int) {
	type label struct {
		at   int
		text string
	}
	first, last := f.Days[0].Day, f.Days[0].Day+sightline.Day(f.span()-1)
	var labels []label
	for _, form := range []struct {
		every int // months
		cut   int // characters of the date
	}{{0, 10}, {1, 7}, {3, 7}, {12, 4}, {60, 4}} {
		labels = labels[:0]
		fit, end := true, -right
		for day := first; day <= last; day++ {
			s := day.String()
			var month int
			fmt.Sscanf(s[5:7], "%d", &month)
			var year int
			fmt.Sscanf(s[:4], "%d", &year)
			if form.every == 0 && (day-first)%7 != 0 || form.every > 0 && (s[8:] != "01" || (12*year+month-1)%form.every != 0) {
				continue
			}
			at := int(math.Round(x(float64(day))))
			from := min(max(at-c.textWidth(s[:form.cut])/2, left-marginLeft*c.scale/2), right-c.textWidth(s[:form.cut]))
			if from < end+c.textWidth("00") {
				fit = false
				break
			}
			end = from + c.textWidth(s[:form.cut])
			labels = append(labels, label{at, s[:form.cut]})
		}
		if fit && len(labels) > 0 {
			break
		}
	}
	for _, l := range labels {
		width := c.textWidth(l.text)
		c.fill(l.at, bottom, l.at+c.scale, bottom+4*c.scale, inkInk)
		c.text(min(max(l.at-width/2, left-marginLeft*c.scale/2), right-width), bottom+8*c.scale, l.text, inkMuted)
	}
}
