package figure

import (
	"fmt"
	"image"
	"slices"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"

	"sightline/spelling"
)

// The typeface of pictures is Go Regular by Bigelow & Holmes: Latin, Greek and
// Cyrillic letters, as in Microsoft's WGL4. Lengths are whole numbers of 1/64 of
// a CSS pixel and are the same at every scale, so that a picture at 2x has the
// lines of that at 1x. All arithmetic is on whole numbers: the same letters on
// every machine.

// upem is how many units of the typeface a letter is high.
const upem = 2048

type letter struct {
	advance  int           // in units of the typeface
	segments sfnt.Segments // y down, in units of the typeface
}

// letters are those that the typeface has.
var letters = sync.OnceValue(func() map[rune]letter {
	f, err := sfnt.Parse(goregular.TTF)
	if err != nil || f.UnitsPerEm() != upem {
		panic(fmt.Sprintf("BUG: typeface: %v", err))
	}
	out := map[rune]letter{}
	var b sfnt.Buffer
	for r := ' '; r <= 0xffff; r++ {
		i, err := f.GlyphIndex(&b, r)
		if err != nil || i == 0 || unicode.IsControl(r) {
			continue
		}
		advance, err := f.GlyphAdvance(&b, i, upem, font.HintingNone) // as large as makes a unit 1/64 of a pixel
		if err != nil {
			panic("BUG: typeface: " + err.Error())
		}
		segments, err := f.LoadGlyph(&b, i, upem, nil)
		if err != nil {
			panic("BUG: typeface: " + err.Error())
		}
		out[r] = letter{int(advance), slices.Clone(segments)}
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

// part is what points of an outline are rounded to, in parts of a pixel. As few
// parts are exact in the numbers of the rasterizer, which then works alike on
// every machine; its own curves would not.
const part = 64

// rasterize fills the outline of a letter.
func rasterize(k glyphKey) *glyph {
	l, ok := letters()[k.r]
	if !ok {
		panic(fmt.Sprintf("BUG: no letter %q in pictures", k.r))
	}
	at := func(p fixed.Point26_6) image.Point {
		em := k.size * k.scale
		return image.Pt(floorDiv(int(p.X)*em*part+upem/2, upem)+k.quarter*part/4, floorDiv(int(p.Y)*em*part+upem/2, upem))
	}
	var lines [][]image.Point
	var bounds image.Rectangle
	for _, s := range l.segments {
		n := len(lines) - 1
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			lines = append(lines, []image.Point{at(s.Args[0])})
		case sfnt.SegmentOpLineTo:
			lines[n] = append(lines[n], at(s.Args[0]))
		case sfnt.SegmentOpQuadTo:
			const parts = 8
			from, by, to := lines[n][len(lines[n])-1], at(s.Args[0]), at(s.Args[1])
			for i := 1; i <= parts; i++ {
				p := from.Mul((parts - i) * (parts - i)).Add(by.Mul(2 * i * (parts - i))).Add(to.Mul(i * i))
				lines[n] = append(lines[n], image.Pt(floorDiv(p.X, parts*parts), floorDiv(p.Y, parts*parts)))
			}
		default:
			panic(fmt.Sprintf("BUG: %q has a curve of another kind", k.r))
		}
	}
	for _, line := range lines {
		for _, p := range line {
			bounds = bounds.Union(image.Rectangle{p, p.Add(image.Pt(1, 1))})
		}
	}
	if bounds.Empty() {
		return &glyph{} // a space
	}
	g := &glyph{left: floorDiv(bounds.Min.X, part), top: floorDiv(bounds.Min.Y, part)}
	g.width, g.height = floorDiv(bounds.Max.X+part-1, part)-g.left, floorDiv(bounds.Max.Y+part-1, part)-g.top
	z := vector.NewRasterizer(g.width, g.height)
	for _, line := range lines {
		for i, p := range line {
			x, y := float32(p.X-g.left*part)/part, float32(p.Y-g.top*part)/part
			if i == 0 {
				z.MoveTo(x, y)
			} else {
				z.LineTo(x, y)
			}
		}
		z.ClosePath()
	}
	ink := image.NewAlpha(z.Bounds())
	z.Draw(ink, ink.Rect, image.Opaque, image.Point{})
	g.steps = make([]uint8, len(ink.Pix))
	for i, a := range ink.Pix {
		g.steps[i] = uint8((int(a)*steps + 127) / 255)
	}
	return g
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
