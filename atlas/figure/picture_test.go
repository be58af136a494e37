package figure_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"image"
	"image/png"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"sightline"
	"sightline/atlas/figure"
	"sightline/atlas/words"
)

func drawn(t *testing.T, f figure.Figure, scale int) *image.Paletted {
	t.Helper()
	var b bytes.Buffer
	if err := figure.PNG(&b, printer(t, "en"), f, imprint, scale); err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	return img.(*image.Paletted)
}

// apart checks that texts lie within a picture and not on each other.
func apart(t *testing.T, name string, texts []figure.Drawn, width, height int) {
	t.Helper()
	for i, a := range texts {
		if a.X < 0 || a.Y < 0 || a.X+a.W > float64(width) || a.Y+a.H > float64(height) {
			t.Errorf("%s: %q is cut: %v in %d × %d", name, a.Text, a, width, height)
		}
		for _, b := range texts[:i] {
			if a.X < b.X+b.W && b.X < a.X+a.W && a.Y < b.Y+b.H && b.Y < a.Y+a.H {
				t.Errorf("%s: %q lies on %q: %v and %v", name, a.Text, b.Text, a, b)
			}
		}
	}
}

// said is all that a picture says, as one text.
func said(texts []figure.Drawn) string {
	var b strings.Builder
	for _, x := range texts {
		b.WriteString(x.Text + " ")
	}
	return b.String()
}

// Of every kind: the same values give the same picture, that at 2x is twice as
// large, no text is cut or lies on another, and the picture says what it is,
// what it rests on and where it stands.
func TestPictures(t *testing.T) {
	p := printer(t, "en")
	for n, name := range append([]func(string) string{plain}, hostile...) {
		for _, f := range samples(name) {
			texts, width, height := figure.Texts(p, f, imprint)
			apart(t, f.Name(), texts, width, height)
			for scale := 1; scale <= 2; scale++ {
				if n > 0 && (scale == 2 || f.Name() == "world") {
					continue
				}
				var a, b bytes.Buffer
				for _, w := range []*bytes.Buffer{&a, &b} {
					if err := figure.PNG(w, p, f, imprint, scale); err != nil {
						t.Fatal(err)
					}
				}
				if !bytes.Equal(a.Bytes(), b.Bytes()) {
					t.Errorf("%s: two pictures differ", f.Name())
				}
				if !bytes.Contains(a.Bytes(), []byte("tEXtSource\x00SL-0000-0002-2")) {
					t.Errorf("%s: the picture does not name its packet", f.Name())
				}
				img, err := png.Decode(&a)
				if err != nil {
					t.Fatalf("%s: %v", f.Name(), err)
				}
				if got := img.Bounds().Size(); got.X != width*scale || got.Y != height*scale {
					t.Errorf("%s at %d: the picture measures %v, want %d × %d", f.Name(), scale, got, width*scale, height*scale)
				}
			}
			if n > 0 {
				continue
			}
			all := said(texts)
			for _, want := range []string{p.Text("figure.method", "method", "sample/1"), "SL-0000-0002-2", "412 measurements", "Collector C moves it most", "catalogue 2026.11", "As known now.", imprint.Address, "Kenya ", f.Alt(p)} {
				if !strings.Contains(all, want) {
					t.Errorf("%s: the picture does not say %q\n%s", f.Name(), want, all)
				}
			}
		}
	}
	var b bytes.Buffer
	if err := figure.PNG(&b, p, samples(plain)[0], imprint, 3); sightline.ErrorCode(err) != sightline.Invalid {
		t.Errorf("scale 3: %v", err)
	}
}

// pageNumbers lists the numbers and words of a figure's tables and lists on
// the page, in the order of the page.
func pageNumbers(t *testing.T, f figure.Figure) (out []string) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(htmlOf(f, printer(t, "en"))))
	if err != nil {
		t.Fatal(err)
	}
	attr := func(n *html.Node, key string) string {
		for _, a := range n.Attr {
			if a.Key == key {
				return a.Val
			}
		}
		return ""
	}
	var text func(n *html.Node) string
	text = func(n *html.Node) string {
		if n.Type == html.TextNode {
			return n.Data
		}
		if attr(n, "class") == "vh" {
			return ""
		}
		s := ""
		for c := range n.ChildNodes() {
			s += text(c)
		}
		return s
	}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && (n.Data == "td" || n.Data == "th" || strings.Contains(" val lab lev ends ", " "+attr(n, "class")+" ") && attr(n, "class") != "") {
			for b := range n.Descendants() {
				if b.Type == html.ElementNode && b.Data == "bdi" {
					out = append(out, text(b))
				}
			}
		}
	}
	return out
}

// A picture has every number and name of the page's tables, letter for letter;
// and so have the table, the document and the Markdown.
func TestFormsSayTheSame(t *testing.T) {
	p := printer(t, "en")
	for _, f := range samples(plain) {
		texts, _, _ := figure.Texts(p, f, imprint)
		picture := said(texts)
		numbers := pageNumbers(t, f)
		if len(numbers) < 3 {
			t.Errorf("%s: only %q on the page", f.Name(), numbers)
		}
		for _, n := range numbers {
			if !strings.Contains(picture, n) {
				t.Errorf("%s: the page says %q, the picture does not:\n%s", f.Name(), n, picture)
			}
		}
		var table, document, markdown bytes.Buffer
		if err := figure.CSV(&table, f); err != nil {
			t.Fatal(err)
		}
		if err := figure.JSON(&document, p, f, imprint); err != nil {
			t.Fatal(err)
		}
		if err := figure.Markdown(&markdown, p, f, imprint, keep); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(markdown.String(), "# ") {
			t.Errorf("%s: the Markdown begins with %.40q", f.Name(), markdown.String())
		}
		records, err := csv.NewReader(&table).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		at := slices.Index(records[0], "text")
		page := htmlOf(f, p)
		daily := f.Name() == "daily" // the page and the Markdown have a row for each month
		for i, r := range records[1:] {
			for j, cell := range r {
				// In the document a number has the same digits, and no value is null.
				want := cell
				switch {
				case cell == "":
					want = "null"
				default:
					want = strings.Trim(cell, `"`)
				}
				if !strings.Contains(document.String(), want) {
					t.Errorf("%s: row %d: the table has %s %q, the document does not", f.Name(), i, records[0][j], cell)
				}
			}
			if at >= 0 && r[at] != "" && !daily {
				if !strings.Contains(page, ">"+html.EscapeString(r[at])+"</bdi>") && f.Name() != "coverage" {
					t.Errorf("%s: the table says %q, the page does not", f.Name(), r[at])
				}
				if !strings.Contains(strings.ReplaceAll(markdown.String(), `\`, ""), r[at]) {
					t.Errorf("%s: the table says %q, the Markdown does not:\n%s", f.Name(), r[at], markdown.String())
				}
			}
		}
	}
}

// place is where the palette of a picture has a colour.
func place(img *image.Paletted, colour string) uint8 {
	for i, c := range img.Palette {
		if r, g, b, _ := c.RGBA(); fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8) == colour {
			return uint8(i)
		}
	}
	panic("no colour " + colour)
}

const (
	colourBand  = "#9db6c8"
	colourHatch = "#767676"
	colourGrey  = "#cccccc"
)

// runs lists the longest stretch of a colour in each row of pixels that has
// one of at least so many pixels; rows that follow each other and have the same
// count once.
func runs(img *image.Paletted, colour string, least int) (out [][2]int) {
	with := place(img, colour)
	b := img.Bounds()
	var last [2]int
	lastY := -9
	for y := b.Min.Y; y < b.Max.Y; y++ {
		best, from, n := [2]int{}, 0, 0
		for x := b.Min.X; x <= b.Max.X; x++ {
			if x < b.Max.X && img.ColorIndexAt(x, y) == with {
				if n == 0 {
					from = x
				}
				n++
				continue
			}
			if n > best[1] {
				best = [2]int{from, n}
			}
			n = 0
		}
		if best[1] < least {
			continue
		}
		if y == lastY+1 && best == last {
			lastY = y
			continue
		}
		last, lastY = best, y
		out = append(out, best)
	}
	return out
}

// Bars are as long as their values say: read back from the pixels.
func TestBarsAreProportional(t *testing.T) {
	number := rand.New(rand.NewPCG(3, 4))
	for range 10 {
		f := figure.Flow{Frame: figure.Frame{ID: "x", Heading: words.Quote("x")}, Axis: figure.Axis{Max: 100, Unit: "claims"}}
		var want []float64
		for range 6 {
			v := math.Round(10 + 90*number.Float64())
			want = append(want, v)
			f.Groups = append(f.Groups, figure.FlowGroup{Label: words.Quote("y"), Estimate: bare(v, "claims", "a count"), Items: []figure.FlowItem{{Label: words.Quote("z")}}})
		}
		for scale := 1; scale <= 2; scale++ {
			got := runs(drawn(t, f, scale), colourBand, 3)
			if len(got) != len(want) {
				t.Fatalf("%d bars, want %d: %v", len(got), len(want), got)
			}
			// All bars begin at one place, and a line of one CSS pixel is round each.
			sum, values := 0.0, 0.0
			for i, v := range want {
				if got[i][0] != got[0][0] {
					t.Errorf("a bar begins at %d, another at %d", got[i][0], got[0][0])
				}
				sum, values = sum+float64(got[i][1]+2*scale), values+v
			}
			full := sum / values
			for i, v := range want {
				if length := float64(got[i][1]) + 2*float64(scale); math.Abs(length-full*v) > 1.6 {
					t.Errorf("scale %d: the bar of %v has %v pixels, want %.1f", scale, v, length, full*v)
				}
			}
		}
	}
}

// An interval begins and ends, and its estimate stands, where the values say.
func TestIntervalsLieWhereTheyShould(t *testing.T) {
	number := rand.New(rand.NewPCG(5, 6))
	for range 30 {
		f := figure.Rows{Frame: figure.Frame{ID: "x", Heading: words.Quote("x")}, Axis: figure.Axis{Min: -50, Max: 50, Unit: "points"}, Label: words.Quote("y")}
		x := []float64{number.Float64()*90 - 45, number.Float64()*90 - 45}
		slices.Sort(x)
		if x[1]-x[0] < 12 {
			continue
		}
		middle := (x[0] + x[1]) / 2
		f.Rows = []figure.Row{{Label: words.Quote("a"), Estimate: est(0, -50, 50, "points")}, {Label: words.Quote("b"), Estimate: est(middle, x[0], x[1], "points")}}
		img := drawn(t, f, 2)
		whole := runs(img, colourBand, 20)[1:] // without that of the key
		var halves [][2]int                    // each band is cut in two by its tick
		for _, r := range whole {
			if len(halves) == 0 || halves[len(halves)-1] != r {
				halves = append(halves, r)
			}
		}
		if len(halves) < 2 {
			t.Fatalf("%v", halves)
		}
		axis := float64(2*halves[0][1] + 2*2 + 3*2) // both halves, the line around, and the tick
		from := float64(halves[0][0] - 2)
		b := halves[len(halves)-1]
		left := float64(b[0])
		wantLeft := from + axis*(x[0]+50)/100 + 2
		wantTick := from + axis*(middle+50)/100
		if math.Abs(left-wantLeft) > 2 && math.Abs(left-(wantTick+3)) > 2 { // the longer half may be the right one
			t.Errorf("%.1f to %.1f: the band begins at %v, want %.1f", x[0], x[1], left, wantLeft)
		}
		if length := float64(b[1]); math.Abs(length-(axis*(x[1]-x[0])/200-2-3)) > 2.5 {
			t.Errorf("%.1f to %.1f: half the band has %v pixels, want %.1f", x[0], x[1], length, axis*(x[1]-x[0])/200-5)
		}
	}
}

// What has no value is hatched, what is not applicable is grey, and neither
// looks like zero.
func TestNoValueIsNotZero(t *testing.T) {
	kinds := map[string]sightline.Estimate{
		"zero": bare(0, "share of addresses", "a count"), "too little": none(sightline.TooLittleData, 3, "x"), "no data": {}, "cannot tell": none(sightline.NotIdentified, 9, "x"), "not applicable": none(sightline.NotApplicable, 0, "x"),
	}
	share := func(img *image.Paletted, r image.Rectangle, colour string) float64 {
		n, with := 0, place(img, colour)
		for y := r.Min.Y; y < r.Max.Y; y++ {
			for x := r.Min.X; x < r.Max.X; x++ {
				if img.ColorIndexAt(x, y) == with {
					n++
				}
			}
		}
		return float64(n) / float64(r.Dx()*r.Dy())
	}
	for name, e := range kinds {
		figures := map[string]figure.Figure{
			"rows":    figure.Rows{Frame: figure.Frame{ID: "rows", Heading: words.Quote("x")}, Axis: figure.Axis{Max: 1, Unit: "share"}, Label: words.Quote("y"), Rows: []figure.Row{{Label: words.Quote("LABEL"), Estimate: e}}},
			"columns": figure.Columns{Frame: figure.Frame{ID: "columns", Heading: words.Quote("x")}, Axis: figure.Axis{Max: 1, Unit: "share"}, Years: []figure.Year{{Year: 2019, Estimate: e}}},
			"grid":    figure.Grid{Frame: figure.Frame{ID: "grid", Heading: words.Quote("x")}, Label: words.Quote("y"), Columns: []words.Phrase{words.Quote("z")}, Rows: []figure.GridRow{{Label: words.Quote("LABEL"), Cells: []sightline.Estimate{e}}}},
			"tiles":   figure.Tiles{Frame: figure.Frame{ID: "tiles", Heading: words.Quote("x")}, Scale: figure.Scale{Cuts: []float64{.5}, Unit: "share"}, Tiles: []figure.Tile{{Country: country("KE"), Estimate: e}}},
		}
		for kind, f := range figures {
			img := drawn(t, f, 1)
			texts, _, _ := figure.Texts(printer(t, "en"), f, imprint)
			find := func(s string) figure.Drawn {
				for _, x := range texts {
					if x.Text == s {
						return x
					}
				}
				t.Fatalf("%s: no %q in %v", kind, s, texts)
				return figure.Drawn{}
			}
			var r image.Rectangle // within the mark
			switch kind {
			case "rows":
				y := int(find("LABEL").Y)
				low, high := find("0\u00a0%"), find("100\u00a0%")
				r = image.Rect(int(low.X)+6, y+3, int(high.X+high.W)-6, y+17)
			case "columns":
				x := find("2019")
				r = image.Rect(int(x.X), int(x.Y)-160, int(x.X+x.W), int(x.Y)-60)
			case "grid":
				x := find("LABEL")
				r = image.Rect(300, int(x.Y), 400, int(x.Y)+18)
			case "tiles":
				x := find("KE")
				r = image.Rect(int(x.X)-12, int(x.Y)+2, int(x.X)-4, int(x.Y)+24)
			}
			hatched, grey := share(img, r, colourHatch), share(img, r, colourGrey)
			wantHatch, wantGrey := name != "zero" && name != "not applicable", name == "not applicable"
			if (hatched > .1) != wantHatch || (grey > .9) != wantGrey {
				t.Errorf("%s of %s: %.0f %% hatched, %.0f %% grey", name, kind, 100*hatched, 100*grey)
			}
		}
	}
}

// A week of too little data is hatched, and every state has its colour.
func TestStatesOfAStrip(t *testing.T) {
	f := figure.Strip{Frame: figure.Frame{ID: "x", Heading: words.Quote("x")}, Label: words.Quote("y"), Weeks: []sightline.Day{day("2026-01-05")}}
	for c, colour := range map[figure.Condition]string{figure.Blocked: "#30130f", figure.LikelyBlocked: "#a5470f", figure.Impaired: "#e8ae22", figure.Down: "#5e8dab", figure.Reachable: "#d7e5e8", figure.TooLittleData: colourHatch} {
		f.Rows = []figure.StripRow{{Label: words.Quote("LABEL"), Cells: []figure.StripCell{{Condition: c}}}}
		img := drawn(t, f, 1)
		texts, _, _ := figure.Texts(printer(t, "en"), f, imprint)
		i := slices.IndexFunc(texts, func(d figure.Drawn) bool { return d.Text == "LABEL" })
		cell := texts[i+1] // its sign
		n, of := 0, 0
		for y := int(cell.Y) + 2; y < int(cell.Y+cell.H)-1; y++ {
			for x := int(cell.X+cell.W/2) - 7; x < int(cell.X+cell.W/2)-4; x++ {
				of++
				if img.ColorIndexAt(x, y) == place(img, colour) {
					n++
				}
			}
		}
		if share := float64(n) / float64(of); share < .1 || c != figure.TooLittleData && share < .6 {
			t.Errorf("condition %d: %.0f %% of its cell is %s", c, 100*share, colour)
		}
	}
}

// Names in scripts that the typeface lacks are spelt, and the picture says so;
// what cannot be spelt is named by its number.
func TestNamesInOtherScripts(t *testing.T) {
	p := printer(t, "en")
	for name, want := range map[string]string{
		"华为": "Hua Wei", "Việt Nam": "Viet Nam", "हुआवेई": "huaaveii", "Ростелеком": "Ростелеком", "Ελλάδα": "Ελλάδα", "Türkiye": "Türkiye", "Tu\u0308rkiye": "Türkiye", "\U0001F600": "<U+1F600>",
	} {
		f := figure.Rows{Frame: figure.Frame{ID: "x", Heading: words.Quote("x")}, Axis: figure.Axis{Max: 1, Unit: "share"}, Label: words.Quote("y"), Rows: []figure.Row{{Label: words.Named(name), Estimate: est(.5, .4, .6, "share")}}}
		texts, _, _ := figure.Texts(p, f, imprint)
		if !slices.ContainsFunc(texts, func(d figure.Drawn) bool { return d.Text == want }) {
			t.Errorf("%q is drawn as something else than %q: %q", name, want, said(texts))
		}
		if told := strings.Contains(said(texts), p.Text("picture.spelt")); told != (strings.ContainsAny(name, "华ệह") || name == "\U0001F600") {
			t.Errorf("%q: told that it is spelt: %v", name, told)
		}
		drawn(t, f, 1)
	}
}

// A page's picture has its title, its first sentence and its figures under each
// other; one without figures is a card.
func TestPosters(t *testing.T) {
	p := printer(t, "en")
	for n, name := range append([]func(string) string{plain}, hostile...) {
		for _, figures := range [][]figure.Figure{nil, samples(name)} {
			s := figure.Poster{Title: "A title of the page", Lead: []figure.Lead{{Label: "A question?", Text: "A first sentence."}}, Figures: figures, Imprint: imprint}
			texts, width, height := figure.PosterTexts(p, s)
			apart(t, fmt.Sprintf("page %d with %d figures", n, len(figures)), texts, width, height)
			if n > 0 {
				continue
			}
			var b bytes.Buffer
			if err := figure.PosterPNG(&b, p, s, 1); err != nil {
				t.Fatal(err)
			}
			img, err := png.Decode(&b)
			if err != nil || img.Bounds().Dy() != height {
				t.Errorf("%v, %v", img.Bounds(), err)
			}
			all := said(texts)
			for _, want := range []string{s.Title, s.Lead[0].Label, s.Lead[0].Text, imprint.Address, "As known now."} {
				if !strings.Contains(all, want) {
					t.Errorf("the page's picture does not say %q", want)
				}
			}
			for _, f := range figures {
				if !strings.Contains(all, f.Alt(p)) {
					t.Errorf("the page's picture lacks the figure %s", f.Name())
				}
			}
		}
	}
}

// A picture of more rows than it can have says how many are left over.
func TestTallPictures(t *testing.T) {
	p := printer(t, "en")
	rows := figure.Rows{Frame: figure.Frame{ID: "x", Heading: words.Quote("x")}, Axis: figure.Axis{Max: 1, Unit: "share"}, Label: words.Quote("y")}
	flow := figure.Flow{Frame: figure.Frame{ID: "x", Heading: words.Quote("x")}, Axis: figure.Axis{Max: 10, Unit: "claims"}, Groups: make([]figure.FlowGroup, 3)}
	for i := range 3000 {
		rows.Rows = append(rows.Rows, figure.Row{Label: words.Quote("LABEL"), Estimate: est(.5, .4, .6, "share")})
		flow.Groups[i%3].Label = words.Quote("GROUP")
		flow.Groups[i%3].Items = append(flow.Groups[i%3].Items, figure.FlowItem{Label: words.Quote("LABEL"), Word: words.Quote("one voice"), Level: 1})
	}
	for name, f := range map[string]figure.Figure{"rows": rows, "flow": flow} {
		texts, width, height := figure.Texts(p, f, imprint)
		shown := 0
		for _, x := range texts {
			if x.Text == "LABEL" || x.Text == "GROUP" {
				shown++
			}
		}
		all := 3000
		if name == "flow" {
			all += 3
		}
		if want := p.Plural("picture.rows", all-shown); shown < 100 || height > 12400 || !strings.Contains(said(texts), want) {
			t.Errorf("%s: %d rows on %d × %d, and not %q", name, shown, width, height, want)
		}
	}
}

func BenchmarkPNG(b *testing.B) {
	p := printer(b, "en")
	for _, f := range samples(plain) {
		b.Run(f.Name(), func(b *testing.B) {
			for b.Loop() {
				var out bytes.Buffer
				if err := figure.PNG(&out, p, f, imprint, 1); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(out.Len()), "bytes")
			}
		})
	}
}
