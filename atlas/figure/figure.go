// Package figure is the atlas's kit of figures: values go in, and come out as
// HTML without script, SVG or inline style, as CSV, as alternative text and as
// PNG. All come from the one value, and a picture prints the very texts of the
// page, so they agree.
//
// A figure states its finding in the heading, says it in a sentence, explains
// its signs in a key, shows a picture with the same values as text beside it,
// and says in the caption what the band means, out of how many, by which method
// and on what evidence.
package figure

import (
	"bytes"
	"cmp"
	"embed"
	"fmt"
	"html/template"
	"math"
	"slices"
	"strconv"
	"strings"

	"sightline"
	"sightline/atlas/markup"
	"sightline/atlas/words"
)

// Figure is what a page holds.
type Figure interface {
	// Name is the figure's id within its page.
	Name() string
	// HTML prints the figure. link gives an address of ours the view of the
	// page (?published=, ?known=, ?lang=).
	HTML(p *words.Printer, link Link) template.HTML
	// Alt is the finding as plain text.
	Alt(p *words.Printer) string
	// cells are the values as a table: names in English, dates in ISO 8601,
	// numbers bare, and each number once more as the page prints it.
	cells() (head []string, rows [][]string)
	// draw adds the figure to a picture.
	draw(d *drawing)
	// parts are its frame, prepared and as it is.
	parts(p *words.Printer) (*view, Frame)
}

// Link turns an address of ours, such as "/packet/SL-7Q4M-2K9D-X", into the
// one that keeps the view of the page.
type Link func(path string) string

// Doubt is the kind of doubt that a band shows. One figure shows one kind.
type Doubt uint8

// The kinds of doubt.
const (
	Undrawn    Doubt = iota // no intervals
	Sampling                // chance in what was sampled
	Collectors              // collectors that disagree
	Sources                 // sources that disagree
	Model                   // under a model
	Bounds                  // the lowest and highest value that the data allow
	Published               // as a publisher gives it, of whichever kind
)

var doubts = [...]string{"", "figure.doubt.sampling", "figure.doubt.collectors", "figure.doubt.sources", "figure.doubt.model", "figure.doubt.bounds", "figure.doubt.published"}

// Frame is what every figure has.
type Frame struct {
	ID          string       // unique in the page; letters, digits and hyphens
	Heading     words.Phrase // states the finding
	Sentence    words.Phrase // says it
	Depth       int          // of the heading: 2, 3 or 4; 0 stands for 3
	Caption     words.Phrase // what is shown, beyond the fields below
	Unit        words.Phrase
	Period      sightline.Period
	Denominator words.Phrase // out of what
	Level       float64      // of the intervals; 0 stands for 0.9
	Doubt       Doubt
	Method      sightline.MethodID
	Packets     []sightline.PacketID // of the figure as a whole; those of its estimates are added
	WouldChange words.Phrase         // the collector, source or indicator whose removal moves it most
	Address     string               // of the figure, without suffix: "/country/KE/figure/exposure"; "" gives no links
}

// Name is the figure's id.
func (f Frame) Name() string { return f.ID }

// Alt is the sentence as plain text, or the heading of a figure without one.
func (f Frame) Alt(p *words.Printer) string {
	if f.Sentence.IsZero() {
		return p.Say(f.Heading)
	}
	return p.Say(f.Sentence)
}

func (f Frame) level() float64 { return cmp.Or(f.Level, 0.9) }

// Axis is a fixed range of values. Both ends are printed.
type Axis struct {
	Min, Max float64
	Unit     string // of the estimates, which decides whether 0.5 reads 50 %
}

// at is the place of a value on the axis in per cent, from 0 to 100.
func (a Axis) at(v float64) int { return int(math.Round(100 * a.part(v))) }

// part is the place of a value on the axis, from 0 to 1.
func (a Axis) part(v float64) float64 {
	if !(a.Max > a.Min) {
		panic(fmt.Sprintf("BUG: an axis from %g to %g", a.Min, a.Max))
	}
	return min(max((v-a.Min)/(a.Max-a.Min), 0), 1)
}

// mark is an estimate's place on an axis: band from Start over Size, tick at
// Tick, in per cent, and the same as parts of one.
type mark struct {
	Tick, Start, Size int
	tick, start, end  float64
	Band              bool
	Some              bool // there is a value
	Grey              bool // not applicable
	Scenario          bool
}

// mark places an estimate. The tick lies within the band.
func (a Axis) mark(e sightline.Estimate) mark {
	v, ok := e.Value.Get()
	if !ok {
		return mark{Grey: words.Absence(e) == words.NotApplicable}
	}
	m := mark{Tick: a.at(v), tick: a.part(v), Some: true}
	if low, ok := e.Low.Get(); ok {
		high, _ := e.High.Get()
		m.Start, m.Band = a.at(low), true
		m.Size = a.at(high) - m.Start
		m.start, m.end = a.part(low), a.part(high)
	}
	return m
}

// beyond reports whether an estimate reaches over an end of the axis.
func (a Axis) beyond(e sightline.Estimate) bool {
	for _, n := range []sightline.Number{e.Value, e.Low, e.High} {
		if v, ok := n.Get(); ok && (v < a.Min || v > a.Max) {
			return true
		}
	}
	return false
}

// labelled is an estimate with the label of its row.
type labelled struct {
	label words.Phrase
	e     sightline.Estimate
}

//go:embed *.tmpl
var templateFiles embed.FS

var templates = template.Must(template.New("figure").ParseFS(templateFiles, "*.tmpl"))

func execute(name string, data any) template.HTML {
	var b bytes.Buffer
	if err := templates.ExecuteTemplate(&b, name, data); err != nil {
		panic("BUG: " + err.Error())
	}
	return template.HTML(b.String())
}

// view is a frame as the templates receive it; each figure's own view embeds
// it.
type view struct {
	ID                string
	Depth             int
	Heading, Sentence template.HTML
	KeyLabel          string
	Key               []keyItem
	Caption           []template.HTML
	WhyTitle          string
	Why               []template.HTML
	Table             template.HTML
	TableTitle        string
	Method            *reference
	Packets           []reference
	PacketsTitle      template.HTML // where there are too many for a line
	PacketList        template.HTML // those, as a list
	Links             []reference
	Keep              bool            // small enough for one sheet
	pageOnly          []template.HTML // of Caption, what only a page can do
	ids               []string        // of the packets
	p                 *words.Printer
	link              Link
	level             float64
}

type keyItem struct {
	Class, Letter string
	Word          template.HTML
}

type reference struct {
	Href string
	Text template.HTML
}

// number is a value as text, linked to its packet.
type number struct {
	Text template.HTML
	Href string
}

// table is the table that says what a picture shows.
type table struct {
	Head []template.HTML
	Rows []tableRow
}

type tableRow struct {
	Label reference
	Cells []number
}

// html prints the table.
func (t *table) html() template.HTML {
	w := markup.New()
	w.Tag("<table><thead><tr>")
	for _, h := range t.Head {
		w.Tag(`<th scope="col">`)
		w.HTML(h)
		w.Tag("</th>")
	}
	w.Tag("</tr></thead><tbody>\n")
	for _, r := range t.Rows {
		w.Tag(`<tr><th scope="row">`)
		r.Label.write(w)
		w.Tag("</th>")
		for _, n := range r.Cells {
			w.Tag("<td>")
			n.write(w)
			w.Tag("</td>")
		}
		w.Tag("</tr>\n")
	}
	w.Tag("</tbody></table>")
	return w.Done()
}

// write prints a reference as the template of that name does.
func (r reference) write(w *markup.Writer) {
	if r.Href == "" {
		w.HTML(r.Text)
		return
	}
	w.Tag(`<a href="`)
	w.Text(r.Href)
	w.Tag(`">`)
	w.HTML(r.Text)
	w.Tag("</a>")
}

// write prints a number as the template of that name does.
func (n number) write(w *markup.Writer) {
	if n.Href == "" {
		w.HTML(n.Text)
		return
	}
	w.Tag(`<a class="ev" href="`)
	w.Text(n.Href)
	w.Tag(`">`)
	w.HTML(n.Text)
	w.Tag("</a>")
}

func (v *view) number(e sightline.Estimate) number {
	n := number{Text: v.p.Cell(e, v.level)}
	if e.Packet != "" {
		n.Href = v.link(packetAddress(e.Packet))
	}
	return n
}

func (v *view) reference(label words.Phrase, href string) reference {
	r := reference{Text: v.p.SayHTML(label)}
	if href != "" {
		r.Href = v.link(href)
	}
	return r
}

func packetAddress(id sightline.PacketID) string { return "/packet/" + string(id) }

// Suffixes are the forms of a figure, at its address: its values as a table and
// as a document, the figure as Markdown, and as a picture of either scale.
var Suffixes = []string{".csv", ".json", ".md", ".png", twice + ".png"}

// What follows a figure's id for the picture at 2x, and for the picture that is
// part of the page, which has no words.
const (
	twice    = "@2x"
	plotOnly = "@plot"
)

// view prepares the frame. all are the figure's estimates.
func (f Frame) view(p *words.Printer, link Link, all []labelled, key []keyItem, axis *Axis) *view {
	if link == nil {
		link = func(path string) string { return path }
	}
	v := &view{ID: f.ID, Depth: cmp.Or(f.Depth, 3), Heading: p.SayHTML(f.Heading), Sentence: p.SayHTML(f.Sentence), KeyLabel: p.Text("figure.key"), Key: key,
		TableTitle: p.Text("figure.table"), WhyTitle: p.Text("figure.why_title"), p: p, link: link, level: f.level()}
	if f.ID == "" || strings.Trim(strings.ToLower(f.ID), "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		panic(fmt.Sprintf("BUG: figure id %q", f.ID))
	}
	caption := func(h template.HTML) { v.Caption = append(v.Caption, h) }
	if !f.Caption.IsZero() {
		caption(p.SayHTML(f.Caption))
	}
	if !f.Unit.IsZero() {
		caption(p.HTML("figure.caption.unit", "unit", f.Unit))
	}
	if !f.Period.IsZero() {
		caption(p.HTML("figure.caption.period", "period", f.Period))
	}
	if !f.Denominator.IsZero() {
		caption(p.HTML("figure.caption.denominator", "denominator", f.Denominator))
	}
	switch f.Doubt {
	case Undrawn:
	case Bounds:
		caption(p.HTML("figure.doubt.bounds"))
	case Published:
		caption(p.HTML("figure.doubt.published", "level", p.Value(v.level, "share")))
	default:
		k, m := often(v.level)
		caption(p.HTML(doubts[f.Doubt], "level", p.Value(v.level, "share"), "often", p.HTML("figure.often", "k", k, "m", m)))
	}
	if axis != nil && slices.ContainsFunc(all, func(x labelled) bool { return axis.beyond(x.e) }) {
		caption(p.HTML("figure.axis_ends", "min", p.Value(axis.Min, axis.Unit), "max", p.Value(axis.Max, axis.Unit)))
	}
	if !f.WouldChange.IsZero() {
		caption(p.HTML("figure.would_change", "what", f.WouldChange))
	}
	v.why(all)
	v.provenance(f, all)
	return v
}

// often puts a level into natural frequencies.
func often(level float64) (k, m int) {
	for m = 10; m < 10000; m *= 10 {
		if x := level * float64(m); math.Abs(x-math.Round(x)) < 1e-9 {
			return int(math.Round(x)), m
		}
	}
	return int(math.Round(level * float64(m))), m
}

// why lists the reasons for missing values and intervals, each once, with the
// rows that it holds for.
func (v *view) why(all []labelled) {
	type group struct {
		reason string
		rows   []words.Phrase
	}
	var groups []*group
	values := 0
	for _, x := range all {
		if _, ok := x.e.Low.Get(); ok || x.e.Reason == "" {
			continue
		}
		values++
		i := slices.IndexFunc(groups, func(g *group) bool { return g.reason == x.e.Reason })
		if i < 0 {
			i = len(groups)
			groups = append(groups, &group{reason: x.e.Reason})
		}
		groups[i].rows = append(groups[i].rows, x.label)
	}
	for _, g := range groups {
		reason := v.p.Foreign(g.reason)
		switch {
		case len(groups) == 1 && values == len(all) && words.Absence(all[0].e) == words.Some:
			v.Caption = append(v.Caption, v.p.HTML("figure.why_all", "reason", v.p.Foreign(strings.TrimRight(g.reason, "."))))
		case len(g.rows) == 1:
			v.Why = append(v.Why, v.p.HTML("figure.why", "what", g.rows[0], "reason", reason))
		default:
			v.Why = append(v.Why, v.p.PluralHTML("figure.why_more", len(g.rows), "reason", reason))
		}
	}
}

// provenance adds method, packets and links.
func (v *view) provenance(f Frame, all []labelled) {
	p := v.p
	if f.Method != "" {
		v.Method = &reference{Href: v.link("/method/" + string(f.Method)), Text: p.HTML("figure.method", "method", p.Code(string(f.Method)))}
	}
	seen := map[sightline.PacketID]bool{"": true}
	linked := false
	add := func(id sightline.PacketID) {
		if !seen[id] {
			seen[id] = true
			v.Packets = append(v.Packets, reference{Href: v.link(packetAddress(id)), Text: p.Code(string(id))})
			v.ids = append(v.ids, string(id))
		}
	}
	for _, id := range f.Packets {
		add(id)
	}
	for _, x := range all {
		linked = linked || x.e.Packet != ""
		add(x.e.Packet)
	}
	if linked {
		v.pageOnly = append(v.pageOnly, p.HTML("figure.numbers_link"))
		v.Caption = append(v.Caption, v.pageOnly...)
	}
	if len(v.Packets) > 2 {
		v.PacketsTitle = p.PluralHTML("figure.packets", len(v.Packets))
		w := markup.New()
		for _, r := range v.Packets {
			w.Tag("<li>")
			r.write(w)
			w.Tag("</li>")
		}
		v.PacketList = w.Done()
	} else {
		for i := range v.Packets {
			v.Packets[i].Text = p.HTML("figure.packet", "id", v.Packets[i].Text)
		}
	}
	if f.Address != "" {
		for _, s := range Suffixes {
			v.Links = append(v.Links, reference{Href: v.link(f.Address + s), Text: p.Code(s)})
		}
	}
}

// english prints what a CSV file says.
func english() *words.Printer {
	p, ok := words.For("en")
	if !ok {
		panic("BUG: no English")
	}
	return p
}

// estimateColumns heads the columns that every table has for an estimate.
var estimateColumns = []string{"value", "low", "high", "level", "n", "denominator", "unit", "state", "reason", "method", "packet", textColumn}

// textColumn is the column of numbers as the page prints them.
const textColumn = "text"

// fields is an estimate in those columns. An estimate that nobody made has the
// state "no_data"; one without method or packet has those of the figure.
func (f Frame) fields(e sightline.Estimate) []string {
	level := func(v float64) string {
		if v == 0 {
			return ""
		}
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	state := e.State.String()
	if words.Absence(e) == words.NoData {
		state = "no_data"
	}
	denominator := ""
	if e.Denominator != 0 {
		denominator = strconv.FormatInt(e.Denominator, 10)
	}
	return []string{e.Value.String(), e.Low.String(), e.High.String(), level(e.Level), strconv.FormatInt(e.N, 10), denominator, e.Unit, state, e.Reason, string(cmp.Or(e.Method, f.Method)), cmp.Or(string(e.Packet), f.packets()), english().CellText(e, f.level())}
}

// packets lists the figure's own packets.
func (f Frame) packets() string {
	var out []string
	for _, id := range f.Packets {
		out = append(out, string(id))
	}
	return strings.Join(out, " ")
}

func say(s words.Phrase) string { return english().Say(s) }
