package figure

import (
	"bytes"
	_ "embed"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/klauspost/compress/gzip"

	"sightline/spelling"
)

// The typeface of pictures is Go Regular by Bigelow & Holmes: Latin, Greek and
// Cyrillic letters, as in Microsoft's WGL4. Lengths are whole numbers of 1/64 of
// a CSS pixel and are the same at every scale, so that a picture at 2x has the
// lines of that at 1x. All arithmetic is on whole numbers: the same letters on
// every machine.

// letterData are the outlines of its letters: for each, all as varints, how far
// its number is from the one before, its advance, and its segments. A segment is
// its kind (0 moves, 1 draws a line, 2 a quadratic curve) and its points, as
// distances from the point before. A test compares it with the typeface.
//
//go:embed letters.gz
var letterData []byte

// upem is how many units of the typeface a letter is high.
const upem = 2048

// segment is a part of an outline: to x, y, in units of the typeface, y down.
// A curve has its control point before.
type segment struct {
	kind         int
	cx, cy, x, y int
}

type letter struct {
	advance  int // in units of the typeface
	segments []segment
}

func unpackLetters() []byte {
	z, err := gzip.NewReader(bytes.NewReader(letterData))
	if err != nil {
		panic("BUG: letters.gz: " + err.Error())
	}
	b, err := io.ReadAll(z)
	if err != nil {
		panic("BUG: letters.gz: " + err.Error())
	}
	return b
}

// letters are those that the typeface has.
var letters = sync.OnceValue(func() map[rune]letter {
	b := unpackLetters()
	next := func() int {
		v, n := binary.Varint(b)
		if n <= 0 {
			panic("BUG: letters.gz ends early")
		}
		b = b[n:]
		return int(v)
	}
	out := map[rune]letter{}
	for r := rune(0); len(b) > 0; {
		r += rune(next())
		l := letter{advance: next(), segments: make([]segment, next())}
		x, y := 0, 0
		for i := range l.segments {
			s := &l.segments[i]
			if s.kind = next(); s.kind == 2 {
				x, y = x+next(), y+next()
				s.cx, s.cy = x, y
			}
			x, y = x+next(), y+next()
			s.x, s.y = x, y
		}
		out[r] = l
	}
	return out
})

// advance is how far a letter moves the next, in 1/64 of a CSS pixel.
func advance(r rune, size int) int { return (letters()[r].advance*size*64 + upem/2) / upem }

// textWidth is the width of a text in CSS pixels, rounded up.
func textWidth(s string, size int) int {
	n := 0
	for _, r := range s {
		n += advance(r, size)
	}
	return (n + 63) / 64
}

type glyphKey struct {
	r           rune
	size, scale int
	quarter     int // of a device pixel, by which it is moved to the right
}

// glyph is a letter as it is put on a canvas: steps of ink, from its place.
type glyph struct {
	left, top, width, height int
	steps                    []uint8
}

var glyphs sync.Map // of glyphKey to *glyph

func glyphOf(r rune, size, scale, quarter int) *glyph {
	key := glyphKey{r, size, scale, quarter}
	if g, ok := glyphs.Load(key); ok {
		return g.(*glyph)
	}
	g, _ := glyphs.LoadOrStore(key, rasterize(key))
	return g.(*glyph)
}

// A pixel is cut into so many rows, and a row into so many parts.
const (
	subRows  = 16
	subParts = 64
)

// rasterize fills the outline of a letter: what winds round a place is inside
// (the nonzero rule), and a pixel has as much ink as its rows are inside.
func rasterize(k glyphKey) *glyph {
	l, ok := letters()[k.r]
	if !ok {
		panic(fmt.Sprintf("BUG: no letter %q in pictures", k.r))
	}
	// Points in parts of a pixel to the right and in rows down.
	em := k.size * k.scale
	px := func(x int) int { return floorDiv(x*em*subParts+upem/2, upem) + k.quarter*subParts/4 }
	py := func(y int) int { return floorDiv(y*em*subParts+upem/2, upem) } // finer than rows
	type edge struct{ x0, y0, x1, y1 int }
	var edges []edge
	x0, y0, x1, y1 := 1<<30, 1<<30, -1<<30, -1<<30
	line := func(ax, ay, bx, by int) {
		edges = append(edges, edge{ax, ay, bx, by})
		x0, y0, x1, y1 = min(x0, ax, bx), min(y0, ay, by), max(x1, ax, bx), max(y1, ay, by)
	}
	var atX, atY, startX, startY int
	for _, s := range l.segments {
		x, y := px(s.x), py(s.y)
		switch s.kind {
		case 0:
			if atX != startX || atY != startY {
				line(atX, atY, startX, startY)
			}
			startX, startY = x, y
		case 1:
			line(atX, atY, x, y)
		case 2:
			const parts = 8
			cx, cy := px(s.cx), py(s.cy)
			fromX, fromY := atX, atY
			for i := 1; i <= parts; i++ {
				a, b, c := (parts-i)*(parts-i), 2*i*(parts-i), i*i
				nx, ny := floorDiv(a*atX+b*cx+c*x, parts*parts), floorDiv(a*atY+b*cy+c*y, parts*parts)
				line(fromX, fromY, nx, ny)
				fromX, fromY = nx, ny
			}
		}
		atX, atY = x, y
	}
	if atX != startX || atY != startY {
		line(atX, atY, startX, startY)
	}
	if len(edges) == 0 {
		return &glyph{} // a space
	}
	g := &glyph{left: floorDiv(x0, subParts), top: floorDiv(y0, subParts)}
	g.width, g.height = floorDiv(x1+subParts-1, subParts)-g.left, floorDiv(y1+subParts-1, subParts)-g.top
	g.steps = make([]uint8, g.width*g.height)
	sum := make([]int, g.width)
	var row []int // where edges cross it, four times, and which way they wind: 0 up, 2 down
	for py := range g.height {
		clear(sum)
		for sub := range subRows {
			y := (g.top+py)*subParts + sub*subParts/subRows + subParts/subRows/2
			row = row[:0]
			for _, e := range edges {
				down := 2
				if e.y0 > e.y1 {
					e, down = edge{e.x1, e.y1, e.x0, e.y0}, 0
				}
				if y >= e.y0 && y < e.y1 {
					row = append(row, 4*(e.x0+floorDiv((e.x1-e.x0)*(y-e.y0), e.y1-e.y0)-g.left*subParts)+down)
				}
			}
			slices.Sort(row)
			wind := 0
			for i, c := range row {
				if wind != 0 {
					cover(sum, row[i-1]/4, c/4)
				}
				wind += c%4 - 1
			}
		}
		for x, n := range sum {
			g.steps[py*g.width+x] = uint8((n*steps + subRows*subParts/2) / (subRows * subParts))
		}
	}
	return g
}

// cover adds the parts of a row from one place to another to its pixels.
func cover(sum []int, from, to int) {
	for x := from / subParts; x < len(sum) && x*subParts < to; x++ {
		sum[x] += min(to, (x+1)*subParts) - max(from, x*subParts)
	}
}

func floorDiv(a, b int) int {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// drawable is a text in letters that the typeface has, and whether some had to
// be spelt: in Latin letters where they can be, else by their number, so that no
// letter is lost in silence.
func drawable(s string) (string, bool) {
	has := letters()
	lacks := func(r rune) bool { _, ok := has[r]; return !ok && !unicode.IsSpace(r) }
	plain := true
	for _, r := range s {
		plain = plain && (r > ' ' && r < 0x7f || r == ' ')
	}
	if plain {
		return s, false
	}
	var b, run strings.Builder
	spelt := false
	flush := func() {
		if run.Len() > 0 {
			b.WriteString(spell(run.String()))
			run.Reset()
		}
	}
	for _, r := range s {
		switch {
		case lacks(r):
			spelt = true
			run.WriteRune(r)
			continue
		case unicode.IsSpace(r) && r != nbsp:
			r = ' '
		}
		flush()
		b.WriteRune(r)
	}
	flush()
	return b.String(), spelt
}

// spell writes letters that the typeface lacks in those that it has.
func spell(s string) string {
	if latin := spelling.Roman(s); latin != "" && !strings.ContainsFunc(s, func(r rune) bool { return unspelt(r) }) {
		return latin
	}
	var b strings.Builder
	for _, r := range s {
		if unspelt(r) {
			fmt.Fprintf(&b, "<U+%04X>", r)
		} else {
			b.WriteString(spelling.Roman(string(r)))
		}
	}
	return b.String()
}

// unspelt reports whether nothing stands for a letter in Latin ones. Marks and
// joiners belong to the letter before.
func unspelt(r rune) bool {
	return spelling.Roman(string(r)) == "" && !unicode.Is(unicode.Mn, r) && r != '\u200c' && r != '\u200d'
}

const nbsp = '\u00a0'

// wrap breaks a text into lines of at most width CSS pixels: at spaces, and
// within a word that is longer than a line.
func wrap(s string, size, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == ' ' }) {
		joined := word
		if line != "" {
			joined = line + " " + word
		}
		if textWidth(joined, size) <= width {
			line = joined
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		for textWidth(word, size) > width {
			n := fitting(word, size, width)
			lines = append(lines, word[:n])
			word = word[n:]
		}
		line = word
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// fitting is how many bytes of a word fit, one letter at least. It breaks after
// a mark of an address where there is one.
func fitting(word string, size, width int) int {
	n, after := 0, 0
	sum := 0
	for i, r := range word {
		sum += advance(r, size)
		if (sum+63)/64 > width && n > 0 {
			break
		}
		n = i + len(string(r))
		if strings.ContainsRune("/-?&,=", r) {
			after = n
		}
	}
	if after > 0 && after < n && n < len(word) {
		return after
	}
	return n
}
