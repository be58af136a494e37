package figure

import (
	"html"
	"html/template"
	"io"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"sightline"
	"sightline/atlas/words"
)

// The measures of a picture in CSS pixels.
const (
	pictureWidth = 760
	pictureEdge  = 24 // around all
	innerWidth   = pictureWidth - 2*pictureEdge
)

// maxHeight is where a picture takes up no further rows or figures, in CSS
// pixels: our choice, so that the memory that a picture needs is bounded. The
// page has them, and the picture says how many.
const maxHeight = 12000

// style is how a text is set.
type style struct {
	size int    // of the letters, in CSS pixels
	ink  string // a colour of the kit
}

var (
	ofTitle   = style{24, "ink"}
	ofHeading = style{18, "ink"}
	ofText    = style{14, "ink"}
	ofValue   = style{13, "ink"}
	ofNote    = style{12, "muted"}
	ofHead    = style{12, "ink"}
	ofSmall   = style{11, "ink"}
	ofTick    = style{11, "muted"}
)

// lead is the height of a line.
func (s style) lead() int { return (s.size*27 + 10) / 20 }

// ascent is how far the base line is below the top of the line.
func (s style) ascent() int { return (s.lead() + s.size*3/4 - 1) / 2 }

// box is a place in a picture, in CSS pixels.
type box struct{ x, y, w, h float64 }

// op is one thing to draw.
type op struct {
	box
	paint func(c canvas, x0, y0, x1, y1 int) // in device pixels; nil for text
	text  string
	style style
}

// drawing is a picture as a list of what is drawn, from the back to the front.
// It is the same for every scale.
type drawing struct {
	p       *words.Printer
	width   int
	y       int // where the next block begins
	ops     []op
	spelt   bool // letters that the typeface lacks were spelt
	packets []string
}

func newDrawing(p *words.Printer) *drawing {
	return &drawing{p: p, width: pictureWidth, y: pictureEdge - 4}
}

// plain is a piece of a page as text. Pictures print what the page prints: its
// text, not a second one.
func plain(h template.HTML) string {
	s := string(h)
	if !strings.ContainsAny(s, "<&") {
		return s
	}
	var b strings.Builder
	for s != "" {
		text, rest, tag := strings.Cut(s, "<")
		b.WriteString(text)
		if !tag {
			break
		}
		_, s, _ = strings.Cut(rest, ">")
	}
	return html.UnescapeString(b.String())
}

// letters makes a text drawable.
func (d *drawing) letters(s string) string {
	s, spelt := drawable(norm.NFC.String(s))
	d.spelt = d.spelt || spelt
	return s
}

// paint adds something to draw.
func (d *drawing) paint(b box, f func(c canvas, x0, y0, x1, y1 int)) {
	d.ops = append(d.ops, op{box: b, paint: f})
}

// fill adds a rectangle of one colour.
func (d *drawing) fill(b box, colour string) {
	with := colours().ink(colour)
	d.paint(b, func(c canvas, x0, y0, x1, y1 int) { c.fill(x0, y0, x1, y1, with) })
}

// edge adds the edge of a rectangle.
func (d *drawing) edge(b box, width int, dashed bool, colour string) {
	with := colours().ink(colour)
	d.paint(b, func(c canvas, x0, y0, x1, y1 int) { c.border(x0, y0, x1, y1, width*c.scale, dashed, with) })
}

// hatch adds the sign of no value.
func (d *drawing) hatch(b box) {
	with := colours().ink("hatch")
	d.paint(b, func(c canvas, x0, y0, x1, y1 int) { c.hatch(x0, y0, x1, y1, with) })
}

// dots adds the sign of a scenario.
func (d *drawing) dots(b box) {
	with := colours().ink("line")
	d.paint(b, func(c canvas, x0, y0, x1, y1 int) {
		c.pattern(x0, y0, x1, y1, with, func(x, y int) bool { return x%4 == 1 && y%4 == 1 })
	})
}

// line adds one line of text with its upper left corner at x, y.
func (d *drawing) line(x, y int, s string, st style) {
	if s == "" {
		return
	}
	d.ops = append(d.ops, op{box: box{float64(x), float64(y), float64(textWidth(s, st.size)), float64(st.lead())}, text: s, style: st})
}

// lines adds a text in lines of at most width and returns its height.
func (d *drawing) lines(x, y, width int, s string, st style) int {
	h := 0
	for _, l := range wrap(d.letters(s), st.size, width) {
		d.line(x, y+h, l, st)
		h += st.lead()
	}
	return h
}

// centred adds one line in the middle of a place.
func (d *drawing) centred(b box, s string, st style) {
	w := textWidth(s, st.size)
	x := b.x + (b.w-float64(w))/2
	d.ops = append(d.ops, op{box: box{x, b.y + (b.h-float64(st.lead()))/2, float64(w), float64(st.lead())}, text: s, style: st})
}

// paragraph adds a text as the next block.
func (d *drawing) paragraph(s string, st style) {
	d.y += d.lines(pictureEdge, d.y, innerWidth, s, st)
}

// rule adds a line across as the next block.
func (d *drawing) rule() {
	d.fill(box{pictureEdge, float64(d.y), innerWidth, 1}, "rule")
	d.y++
}

// full reports whether there is no room for the rows that are left over, and
// says so in the picture.
func (d *drawing) full(rows int) bool {
	if d.y < maxHeight {
		return false
	}
	d.y += 8
	d.paragraph(d.p.Plural("picture.rows", rows), ofText)
	return true
}

// cellStyles is how the classes of cells of the style sheet look in a picture.
var cellStyles = map[string]struct {
	fill, text string
	hatched    bool
	dashed     bool
}{
	"s-blocked": {fill: "blocked", text: "light-text"}, "s-likely": {fill: "likely", text: "light-text"}, "s-impaired": {fill: "impaired", text: "dark-text"},
	"s-down": {fill: "down", text: "dark-text"}, "s-ok": {fill: "reachable", text: "dark-text"}, "s-none": {fill: "plate", text: "dark-text", hatched: true}, "s-na": {fill: "na", text: "dark-text"},
	"q1": {fill: "q1", text: "dark-text"}, "q2": {fill: "q2", text: "dark-text"}, "q3": {fill: "q3", text: "dark-text"}, "q4": {fill: "q4", text: "light-text"}, "q5": {fill: "q5", text: "light-text"},
	"v1": {fill: "v1", text: "dark-text"}, "v2": {fill: "v2", text: "dark-text"}, "v3": {fill: "v3", text: "dark-text"}, "v4": {fill: "v4", text: "dark-text"}, "v5": {fill: "v5", text: "light-text"},
	"g-some": {fill: "panel", text: "ink"}, "g-zero": {fill: "page", text: "muted", dashed: true}, "unsure": {fill: "page", text: "ink"}, "here": {fill: "page", text: "ink"},
}

// cell adds a cell of a class with lines of text in its middle; on a hatch they
// stand on a plate. The class may say more: "q2 unsure here".
func (d *drawing) cell(b box, class string, size int, text ...string) {
	names := strings.Fields(class)
	s, ok := cellStyles[names[0]]
	if !ok {
		panic("BUG: no cell of class " + class)
	}
	d.fill(b, s.fill)
	if s.hatched {
		d.hatch(b)
	}
	d.edge(b, 1, s.dashed, "line")
	st := style{size, s.text}
	h := float64(len(text) * st.lead())
	y := b.y + (b.h-h)/2
	for _, t := range text {
		if t == "" {
			continue
		}
		if w := float64(textWidth(t, size)); s.hatched {
			d.fill(box{b.x + (b.w-w)/2 - 2, y + 1, w + 4, float64(st.lead()) - 2}, "plate")
		}
		d.centred(box{b.x, y, b.w, float64(st.lead())}, t, st)
		y += float64(st.lead())
	}
	if slices.Contains(names, "unsure") {
		with := colours().ink(s.text)
		side := min(8, b.w/5)
		d.paint(box{b.x + b.w - side, b.y, side, side}, func(c canvas, x0, y0, x1, y1 int) {
			for y := y0; y < y1; y++ {
				c.fill(x0+y-y0, y, x1, y+1, with)
			}
		})
	}
	if slices.Contains(names, "here") {
		d.edge(box{b.x - 1, b.y - 1, b.w + 2, b.h + 2}, 1, false, "page")
		d.edge(box{b.x - 3, b.y - 3, b.w + 6, b.h + 6}, 2, false, "ink")
	}
}

// swatch adds the sign of an item of a key and returns its width.
func (d *drawing) swatch(x, y int, k keyItem) int {
	fx, fy := float64(x), float64(y)
	names := strings.Fields(k.Class)
	has := func(n string) bool { return slices.Contains(names, n) }
	switch {
	case names[0] == "st":
		letter := d.letters(k.Letter)
		w := max(20, textWidth(letter, 12)+8)
		if has("here") {
			d.cell(box{fx + 2, fy + 2, 16, 16}, "here", 12, "")
		} else {
			d.cell(box{fx, fy, float64(w), 20}, strings.Join(names[1:], " "), 12, letter)
		}
		return w
	case has("flat"):
		d.fill(box{fx, fy + 9, 24, 3}, "ink")
		return 24
	case has("tick"):
		d.fill(box{fx + 4, fy, 3, 20}, "ink")
		return 11
	}
	d.band(box{fx, fy + 4, 28, 12}, has("dotted"), has("first"))
	return 28
}

// band adds an interval.
func (d *drawing) band(b box, scenario, first bool) {
	switch {
	case scenario:
		d.fill(b, "page")
		d.dots(b)
	case first:
		d.fill(b, "page")
	default:
		d.fill(b, "band")
	}
	d.edge(b, 1, scenario, "line")
}

// axis adds the axis of a row, from x over width, with its mark.
func (d *drawing) axis(b box, marks ...mark) {
	grey, none := false, true
	for _, m := range marks {
		grey, none = grey || m.Grey, none && !m.Some
	}
	switch {
	case none && grey:
		d.fill(b, "na")
	case none:
		d.hatch(b)
	default:
		for i := 1; i < 4; i++ {
			d.fill(box{b.x + float64(b.w*float64(i)/4), b.y, 1, b.h}, "rule")
		}
	}
	d.edge(b, 1, false, "rule")
	h := b.h / float64(len(marks))
	for i, m := range marks {
		y := b.y + float64(float64(i)*h)
		if m.Band {
			d.band(box{b.x + float64(b.w*m.start), y + h/4, max(2, float64(b.w*(m.end-m.start))), h / 2}, m.Scenario, len(marks) == 2 && i == 0)
		}
		if m.Some {
			at := b.x + float64(b.w*m.tick)
			if len(marks) == 2 && i == 0 { // hollow, as the one before
				d.fill(box{at - 2.5, y + 1, 5, h - 2}, "ink")
				d.fill(box{at - .5, y + 2, 1, h - 4}, "page")
			} else {
				d.fill(box{at - 1.5, y + 1, 3, h - 2}, "ink")
			}
		}
	}
}

// key adds the key as the next block.
func (d *drawing) key(items []keyItem) {
	if len(items) == 0 {
		return
	}
	d.y += 6
	x := pictureEdge
	for _, k := range items {
		word := d.letters(plain(k.Word))
		most := innerWidth - 60
		w := min(textWidth(word, ofHead.size), most)
		if x > pictureEdge && x+40+w > pictureEdge+innerWidth {
			x, d.y = pictureEdge, d.y+26
		}
		x += d.swatch(x, d.y, k) + 6
		if h := d.lines(x, d.y+2, most, word, ofHead); h > ofHead.lead() {
			d.y += h - ofHead.lead()
		}
		x += w + 18
	}
	d.y += 26
}

// open adds what stands above a figure's picture.
func (d *drawing) open(v *view) {
	d.paragraph(plain(v.Heading), ofHeading)
	if s := plain(v.Sentence); s != "" {
		d.y += 2
		d.paragraph(s, ofText)
	}
	d.key(v.Key)
	d.y += 8
}

// mostReasons is how many reasons for missing values a picture lists.
const mostReasons = 8

// close adds what stands below it: what the page has in the caption, but for
// what only a page can do.
func (d *drawing) close(v *view) {
	d.packets = append(d.packets, v.ids...)
	d.y += 8
	var caption []string
	for _, c := range v.Caption {
		if !slices.Contains(v.pageOnly, c) {
			caption = append(caption, plain(c))
		}
	}
	if len(caption) > 0 {
		d.paragraph(strings.Join(caption, " "), ofNote)
	}
	for i, w := range v.Why {
		if i == mostReasons {
			d.paragraph(v.p.Plural("picture.reasons", len(v.Why)-i), ofNote)
			break
		}
		d.paragraph(plain(w), ofNote)
	}
	var src []string
	if v.Method != nil {
		src = append(src, plain(v.Method.Text))
	}
	if v.PacketsTitle != "" {
		src = append(src, plain(v.PacketsTitle))
	} else {
		for _, r := range v.Packets {
			src = append(src, plain(r.Text))
		}
	}
	if len(src) > 0 {
		d.paragraph(strings.Join(src, " · "), ofNote)
	}
}

// column is a column of a table in a picture.
type column struct {
	x, w int
}

// columnsOf shares a width out, with gaps between.
func columnsOf(x, width int, shares ...int) []column {
	sum := 0
	for _, s := range shares {
		sum += s
	}
	const gap = 10
	room := width - gap*(len(shares)-1)
	var out []column
	for _, s := range shares {
		w := room * s / sum
		out = append(out, column{x, w})
		x += w + gap
	}
	return out
}

// table adds a small table as the next block, in as many blocks beside each
// other as there is room for: it is what pictures have where the page has the
// same values as a table.
func (d *drawing) table(t *table) {
	if len(t.Rows) == 0 {
		return
	}
	d.y += 10
	const gap, apart = 10, 24
	rows := make([][]string, 0, len(t.Rows)+1)
	var head []string
	for _, h := range t.Head {
		head = append(head, d.letters(plain(h)))
	}
	rows = append(rows, head)
	for _, r := range t.Rows {
		row := []string{d.letters(plain(r.Label.Text))}
		for _, c := range r.Cells {
			row = append(row, d.letters(plain(c.Text)))
		}
		rows = append(rows, row)
	}
	widths := make([]int, len(head))
	for i := range widths {
		var all []int
		for _, r := range rows {
			all = append(all, textWidth(r[i], ofSmall.size))
		}
		slices.Sort(all)
		// One row in twelve may be broken, so that a long name does not widen all.
		widths[i] = min(max(all[(len(all)-1)*11/12], textWidth(head[i], ofTick.size)), innerWidth/len(head)-gap)
	}
	block := 0
	for _, w := range widths {
		block += w + gap
	}
	block += apart - gap
	n := max(1, (innerWidth+apart)/block)
	n = min(n, len(t.Rows))
	each := (len(t.Rows) + n - 1) / n
	n = (len(t.Rows) + each - 1) / each
	room := (innerWidth+apart)/n - block     // what is left over goes to what would be broken
	for i := range slices.Backward(widths) { // numbers before names
		more := 0
		for _, r := range rows {
			more = max(more, textWidth(r[i], ofSmall.size)-widths[i])
		}
		more = min(more, room)
		widths[i], block, room = widths[i]+more, block+more, room-more
	}
	bottom := d.y
	for b := range n {
		y := d.y
		put := func(r []string, st style) {
			h, x := 0, pictureEdge+b*block
			for i, s := range r {
				h = max(h, d.lines(x, y, widths[i], s, st))
				x += widths[i] + gap
			}
			y += h + 1
		}
		put(head, ofTick)
		d.fill(box{float64(pictureEdge + b*block), float64(y), float64(block - apart), 1}, "rule")
		y += 3
		for _, r := range rows[1+b*each : min(1+(b+1)*each, len(rows))] {
			put(r, ofSmall)
		}
		bottom = max(bottom, y)
	}
	d.y = bottom
}

// Imprint says what a picture rests on, in its last lines.
type Imprint struct {
	Edition template.HTML // where the values are from, as a sentence
	View    template.HTML // as of when, as a sentence
	Address string        // of the page or figure in the atlas, without a host
	Page    string        // title of the page that a figure is part of
}

// imprint adds the foot of a picture.
func (d *drawing) imprint(at Imprint) {
	d.y += 10
	d.rule()
	d.y += 6
	if d.spelt {
		d.paragraph(d.p.Text("picture.spelt"), ofNote)
	}
	d.paragraph("Sightline. "+plain(at.Edition)+" "+plain(at.View), ofNote)
	d.paragraph(at.Address, ofNote)
	d.y += pictureEdge - 6
}

// PNG draws a figure at a scale of 1 or 2: heading, key, picture, values and
// caption as the page prints them, and the imprint.
func PNG(w io.Writer, p *words.Printer, f Figure, at Imprint, scale int) error {
	return alone(p, f, at).png(w, f.Name(), scale)
}

// alone is the picture of a figure by itself, under the title of its page.
func alone(p *words.Printer, f Figure, at Imprint) *drawing {
	d := newDrawing(p)
	d.paragraph(at.Page, ofNote)
	f.draw(d)
	d.imprint(at)
	return d
}

// Poster is a page as a picture.
type Poster struct {
	Title   string
	Lead    []Lead // sentences that the page begins with
	Figures []Figure
	Imprint
}

// Lead is a sentence that a page begins with, and what stands above it.
type Lead struct{ Label, Text string }

// PosterPNG draws a page at a scale of 1 or 2: title, view, first sentences, the
// figures one under another, and the imprint. Figures beyond a height that a
// picture can have are counted.
func PosterPNG(w io.Writer, p *words.Printer, s Poster, scale int) error {
	d := s.drawing(p)
	return d.png(w, s.Title, scale)
}

func (s Poster) drawing(p *words.Printer) *drawing {
	d := newDrawing(p)
	d.paragraph(s.Title, ofTitle)
	d.y += 2
	d.paragraph(plain(s.Edition)+" "+plain(s.View), ofNote)
	for _, l := range s.Lead {
		d.y += 8
		if l.Label != "" {
			d.paragraph(l.Label, ofNote)
		}
		d.paragraph(l.Text, ofText)
	}
	for i, f := range s.Figures {
		if i > 0 && d.y > maxHeight {
			d.y += 12
			d.paragraph(d.p.Plural("picture.figures", len(s.Figures)-i), ofText)
			break
		}
		d.y += 14
		d.rule()
		d.y += 12
		f.draw(d)
	}
	d.imprint(s.Imprint)
	return d
}

// render puts the drawing on a canvas.
func (d *drawing) render(scale int) canvas {
	c := newCanvas(d.width, d.y, scale)
	for _, o := range d.ops {
		if o.paint != nil {
			o.paint(c, c.device(o.x), c.device(o.y), c.device(o.x+o.w), c.device(o.y+o.h))
			continue
		}
		c.text(o.x, c.device(o.y)+o.style.ascent()*scale, o.text, o.style.size, c.ink(o.style.ink))
	}
	return c
}

// png encodes the drawing. A picture that is passed on keeps its packets.
func (d *drawing) png(w io.Writer, name string, scale int) error {
	if scale != 1 && scale != 2 {
		return sightline.Errorf(sightline.Invalid, "draw figure", name, "no picture at scale %d", scale).WithHint("Ask for scale 1 or 2.")
	}
	return d.render(scale).encode(w, strings.Join(d.packets, " "))
}
