package figure

import (
	"fmt"
	"math"
	"sync"
)

// Pictures are paletted: the colours of the kit, and for each pair of a text
// and a ground on which it stands the steps between them. They are drawn on
// white in both schemes, since a picture cannot follow one.

// paint reads a colour as #rrggbb.
func paint(hex string) colour {
	var r, g, b uint8
	if _, err := fmt.Sscanf(hex, "#%02x%02x%02x", &r, &g, &b); err != nil || len(hex) != 7 {
		panic("BUG: colour " + hex)
	}
	return colour{r, g, b}
}

type colour struct{ R, G, B uint8 }

// ink is a colour of the palette.
type ink uint8

// steps is how finely the edge of a letter is drawn: nothing, all, and what
// lies between.
const steps = 7

// grounds lists what each colour of text stands on.
var grounds = []struct {
	text string
	on   []string
}{
	{"ink", []string{"page", "panel"}},
	{"muted", []string{"page", "panel"}},
	{"dark-text", []string{"page", "impaired", "down", "reachable", "na", "q1", "q2", "q3", "v1", "v2", "v3", "v4"}},
	{"light-text", []string{"blocked", "likely", "q4", "q5", "v5"}},
}

// solid bounds the colours of the kit in the palette, which stand before the
// steps.
const solid = 32

// palette is the one palette of all pictures.
type palette struct {
	colours []colour
	named   map[string]ink
	edge    [solid][solid]ink // of text and ground to the first step between them
	within  [256]struct {
		text, ground ink
		step         uint8
	} // of a step, where it came from
}

var colours = sync.OnceValue(func() *palette {
	p := &palette{named: map[string]ink{}}
	at := map[colour]ink{}
	for _, t := range tokens {
		switch t.name {
		case "link", "visited", "halo":
			continue
		}
		c := paint(t.light)
		if _, ok := at[c]; !ok {
			at[c] = ink(len(p.colours))
			p.colours = append(p.colours, c)
		}
		p.named[t.name] = at[c]
	}
	if len(p.colours) > solid {
		panic(fmt.Sprintf("BUG: %d colours of the kit in pictures", len(p.colours)))
	}
	for _, g := range grounds {
		for _, on := range g.on {
			text, ground := p.ink(g.text), p.ink(on)
			p.edge[text][ground] = ink(len(p.colours))
			a, b := paint(tokenLight(g.text)), paint(tokenLight(on))
			for s := 1; s < steps; s++ {
				mix := func(x, y uint8) uint8 { return uint8((int(x)*s + int(y)*(steps-s) + steps/2) / steps) }
				p.within[len(p.colours)].text, p.within[len(p.colours)].ground, p.within[len(p.colours)].step = text, ground, uint8(s)
				p.colours = append(p.colours, colour{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B)})
			}
		}
	}
	if len(p.colours) > 256 {
		panic(fmt.Sprintf("BUG: %d colours in a palette", len(p.colours)))
	}
	return p
})

// ink is the place of a colour of the kit in the palette.
func (p *palette) ink(name string) ink {
	i, ok := p.named[name]
	if !ok {
		panic("BUG: no colour " + name + " in pictures")
	}
	return i
}

// canvas is a picture being drawn, in device pixels.
type canvas struct {
	width, height int
	pixels        []ink // row by row
	scale         int
	*palette
}

func newCanvas(width, height, scale int) canvas {
	p := colours()
	return canvas{width * scale, height * scale, make([]ink, width*scale*height*scale), scale, p} // all of the page's colour, which is the first
}

// device is a length of CSS pixels in device pixels.
func (c canvas) device(v float64) int { return int(math.Round(v * float64(c.scale))) }

func (c canvas) fill(x0, y0, x1, y1 int, with ink) {
	x0, x1 = max(x0, 0), min(x1, c.width)
	if x0 >= x1 {
		return
	}
	for y := max(y0, 0); y < min(y1, c.height); y++ {
		row := c.pixels[y*c.width+x0 : y*c.width+x1]
		for x := range row {
			row[x] = with
		}
	}
}

// pattern puts ink where on says so, of the place in CSS pixels.
func (c canvas) pattern(x0, y0, x1, y1 int, with ink, on func(x, y int) bool) {
	for y := max(y0, 0); y < min(y1, c.height); y++ {
		for x := max(x0, 0); x < min(x1, c.width); x++ {
			if on((x-x0)/c.scale, (y-y0)/c.scale) {
				c.pixels[y*c.width+x] = with
			}
		}
	}
}

// hatch marks what has no value: lines from the lower left to the upper right.
// Places are not cut to whole CSS pixels, so that the lines are smooth.
func (c canvas) hatch(x0, y0, x1, y1 int, with ink) {
	for y := max(y0, 0); y < min(y1, c.height); y++ {
		for x := max(x0, 0); x < min(x1, c.width); x++ {
			if (x-x0+y-y0)%(6*c.scale) < c.scale {
				c.pixels[y*c.width+x] = with
			}
		}
	}
}

// border draws the edge of a rectangle inside it, whole or dashed.
func (c canvas) border(x0, y0, x1, y1, width int, dashed bool, with ink) {
	if !dashed {
		c.fill(x0, y0, x1, y0+width, with)
		c.fill(x0, y1-width, x1, y1, with)
		c.fill(x0, y0, x0+width, y1, with)
		c.fill(x1-width, y0, x1, y1, with)
		return
	}
	on := func(x, y int) bool { return (x+y)%5 < 3 }
	c.pattern(x0, y0, x1, y0+width, with, on)
	c.pattern(x0, y1-width, x1, y1, with, on)
	c.pattern(x0, y0, x0+width, y1, with, on)
	c.pattern(x1-width, y0, x1, y1, with, on)
}

// text draws a run of letters with its base line at y, in device pixels; x is
// in CSS pixels.
func (c canvas) text(x float64, y int, s string, size int, with ink) {
	at := int(math.Round(x * 64)) // in 1/64 of a CSS pixel
	for _, r := range s {
		g := glyphOf(r, size, c.scale, at*c.scale&63/16)
		px := at*c.scale>>6 + g.left
		for row := range g.height {
			py := y + g.top + row
			if py < 0 || py >= c.height {
				continue
			}
			for column, step := range g.steps[row*g.width : (row+1)*g.width] {
				if qx := px + column; step > 0 && qx >= 0 && qx < c.width {
					c.shade(&c.pixels[py*c.width+qx], with, step)
				}
			}
		}
		at += advance(r, size)
	}
}

// shade puts so many steps of ink over a pixel. On a ground that no text was
// foreseen for, the edge of a letter is drawn hard.
func (c canvas) shade(pixel *ink, with ink, step uint8) {
	if w := c.within[*pixel]; w.step > 0 && w.text == with { // the edge of the letter before
		step = min(step+w.step, steps)
		*pixel = w.ground
	}
	if step >= steps {
		*pixel = with
	} else if *pixel < solid && c.edge[with][*pixel] > 0 {
		*pixel = c.edge[with][*pixel] + ink(step) - 1
	} else if step > steps/2 {
		*pixel = with
	}
}
