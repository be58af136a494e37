package figure

import (
	"bytes"
	"encoding/binary"
	"flag"
	"os"
	"testing"
	"unicode"

	"github.com/klauspost/compress/gzip"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

var writeLetters = flag.Bool("letters", false, "write letters.gz anew")

// The outlines of the letters are those of Go Regular, with its measures.
func TestLetters(t *testing.T) {
	f, err := sfnt.Parse(goregular.TTF)
	if err != nil {
		t.Fatal(err)
	}
	if int(f.UnitsPerEm()) != upem {
		t.Fatalf("%d units", f.UnitsPerEm())
	}
	var buffer sfnt.Buffer
	var out []byte
	put := func(v int) { out = binary.AppendVarint(out, int64(v)) }
	before := rune(0)
	for r := rune(' '); r <= 0xffff; r++ {
		i, err := f.GlyphIndex(&buffer, r)
		if err != nil || i == 0 || unicode.IsControl(r) {
			continue
		}
		advance, err := f.GlyphAdvance(&buffer, i, fixed.Int26_6(upem), font.HintingNone)
		if err != nil {
			t.Fatal(err)
		}
		segments, err := f.LoadGlyph(&buffer, i, fixed.Int26_6(upem), nil) // a unit of the typeface is 1/64 of a pixel
		if err != nil {
			t.Fatal(err)
		}
		put(int(r - before))
		put(int(advance))
		put(len(segments))
		var last fixed.Point26_6
		point := func(p fixed.Point26_6) {
			put(int(p.X - last.X))
			put(int(p.Y - last.Y))
			last = p
		}
		for _, s := range segments {
			switch s.Op {
			case sfnt.SegmentOpMoveTo:
				put(0)
			case sfnt.SegmentOpLineTo:
				put(1)
			case sfnt.SegmentOpQuadTo:
				put(2)
				point(s.Args[0])
				point(s.Args[1])
				continue
			default:
				t.Fatalf("%q has a curve of another kind", r)
			}
			point(s.Args[0])
		}
		before = r
	}
	if *writeLetters {
		var b bytes.Buffer
		w, _ := gzip.NewWriterLevel(&b, 9)
		w.Write(out)
		w.Close()
		if err := os.WriteFile("letters.gz", b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(unpackLetters(), out) {
		t.Error("letters.gz is not what the typeface says; run go test ./atlas/figure -run Letters -letters")
	}
}
