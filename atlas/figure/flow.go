package figure

import (
	"html/template"
	"strconv"
	"strings"

	"sightline"
	"sightline/atlas/words"
)

// Flow is the flow list: from a supplier to countries, or the other way, as a
// nested list with a bar for each count and four pips for how well each line is
// supported.
type Flow struct {
	Frame
	Axis   Axis // of the bars; starts at 0
	Groups []FlowGroup
}

// FlowGroup is one end of the flow, with its lines.
type FlowGroup struct {
	Label    words.Phrase
	Href     string
	Estimate sightline.Estimate // of the group; no bar without one
	Items    []FlowItem         // none reads "not established"
}

// FlowItem is one line of a flow.
type FlowItem struct {
	Label    words.Phrase
	Href     string
	Estimate sightline.Estimate
	Level    int          // how well supported, 0 to 4 pips
	Word     words.Phrase // the level in words; without it the line reads "not established"
	Note     words.Phrase
}

type flowView struct {
	*view
	NotEstablished string
	Groups         []flowGroupView
}

type flowGroupView struct {
	Line  flowLine
	Items []flowLine
}

type flowLine struct {
	Label  reference
	Bar    int
	bar    float64 // as a part of one
	HasBar bool
	Number *number
	Level  template.HTML
	Note   template.HTML
}

func (f Flow) all() (out []labelled) {
	for _, g := range f.Groups {
		if g.Estimate != (sightline.Estimate{}) {
			out = append(out, labelled{g.Label, g.Estimate})
		}
		for _, i := range g.Items {
			if i.Estimate != (sightline.Estimate{}) {
				out = append(out, labelled{i.Label, i.Estimate})
			}
		}
	}
	return out
}

// HTML prints the list.
func (f Flow) HTML(p *words.Printer, link Link) template.HTML {
	return execute("flow", f.prepare(p, link))
}

func (f Flow) prepare(p *words.Printer, link Link) flowView {
	v := flowView{view: f.view(p, link, f.all(), nil, &f.Axis), NotEstablished: p.Text("figure.flow.not_established")}
	v.Keep = len(f.all()) <= 12
	line := func(label words.Phrase, href string, e sightline.Estimate) flowLine {
		l := flowLine{Label: v.reference(label, href)}
		if e != (sightline.Estimate{}) {
			n := v.number(e)
			l.Number = &n
		}
		if value, ok := e.Value.Get(); ok {
			l.Bar, l.bar, l.HasBar = f.Axis.at(value), f.Axis.part(value), true
		}
		return l
	}
	for _, g := range f.Groups {
		x := flowGroupView{Line: line(g.Label, g.Href, g.Estimate)}
		for _, i := range g.Items {
			l := line(i.Label, i.Href, i.Estimate)
			l.Note = p.SayHTML(i.Note)
			if i.Word.IsZero() {
				l.Level = template.HTML(template.HTMLEscapeString(v.NotEstablished))
			} else {
				pips := template.HTML(`<span class="pips" aria-hidden="true">` + pips(i.Level) + `</span>`)
				l.Level = p.HTML("figure.flow.level", "pips", pips, "word", i.Word)
			}
			x.Items = append(x.Items, l)
		}
		v.Groups = append(v.Groups, x)
	}
	return v
}

// pips draws a level as four marks.
func pips(n int) string {
	n = min(max(n, 0), 4)
	return strings.Repeat("●", n) + strings.Repeat("○", 4-n)
}

// cells are a row for each line; a group without lines has one.
func (f Flow) cells() (head []string, rows [][]string) {
	fields := func(e sightline.Estimate) []string {
		out := f.fields(e)
		if e == (sightline.Estimate{}) {
			out[len(out)-1] = "" // the page prints none
		}
		return out
	}
	for _, g := range f.Groups {
		if len(g.Items) == 0 {
			rows = append(rows, append([]string{say(g.Label), "", "", say(words.Say("figure.flow.not_established")), ""}, fields(g.Estimate)...))
		}
		for _, i := range g.Items {
			word := i.Word
			if word.IsZero() {
				word = words.Say("figure.flow.not_established")
			}
			rows = append(rows, append([]string{say(g.Label), say(i.Label), strconv.Itoa(i.Level), say(word), say(i.Note)}, fields(i.Estimate)...))
		}
	}
	return append([]string{"from", "to", "level_of_support", "support", "note"}, estimateColumns...), rows
}

func (f Flow) parts(p *words.Printer) (*view, Frame) {
	v := f.prepare(p, nil)
	return v.view, f.Frame
}
