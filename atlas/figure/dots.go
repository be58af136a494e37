package figure

import (
	"html/template"

	"sightline"
	"sightline/atlas/words"
)

// Dots is a table of pairs, before and after, on one axis, with the interval of
// the difference: nobody should have to compare two bands by eye.
type Dots struct {
	Frame
	Axis          Axis
	Label         words.Phrase // heads the first column
	Before, After words.Phrase // head the two values
	Rows          []Pair
}

// Pair is one row of Dots.
type Pair struct {
	Label         words.Phrase
	Href          string
	Before, After sightline.Estimate
	Difference    sightline.Estimate // After less Before, with its own interval
}

type dotsView struct {
	*view
	Label, Before, After, Difference template.HTML
	Min, Max                         template.HTML
	Rows                             []pairView
}

type pairView struct {
	Label                     reference
	First, Second             mark
	Before, After, Difference number
	Verdict                   string
}

func (f Dots) all() (out []labelled) {
	for _, r := range f.Rows {
		out = append(out, labelled{r.Label, r.Before}, labelled{r.Label, r.After}, labelled{r.Label, r.Difference})
	}
	return out
}

// drawn lists what is drawn on the axis.
func (f Dots) drawn() (out []labelled) {
	for _, r := range f.Rows {
		out = append(out, labelled{r.Label, r.Before}, labelled{r.Label, r.After})
	}
	return out
}

// verdict is the message on the interval of a difference.
func verdict(d sightline.Estimate) string {
	low, ok := d.Low.Get()
	high, _ := d.High.Get()
	switch {
	case !ok:
		return "figure.dots.unknown"
	case low > 0:
		return "figure.dots.above"
	case high < 0:
		return "figure.dots.below"
	}
	return "figure.dots.includes"
}

// HTML prints the table.
func (f Dots) HTML(p *words.Printer, link Link) template.HTML {
	return execute("dots", f.prepare(p, link))
}

func (f Dots) prepare(p *words.Printer, link Link) dotsView {
	before, after := p.SayHTML(f.Before), p.SayHTML(f.After)
	key := []keyItem{{"k band first", "", before}, {"k band", "", after}}
	v := dotsView{view: f.view(p, link, f.all(), key, nil), Label: p.SayHTML(f.Label), Before: before, After: after, Difference: p.HTML("figure.dots.change"),
		Min: p.Value(f.Axis.Min, f.Axis.Unit), Max: p.Value(f.Axis.Max, f.Axis.Unit)}
	for _, x := range f.drawn() {
		if f.Axis.beyond(x.e) {
			v.Caption = append(v.Caption, p.HTML("figure.axis_ends", "min", v.Min, "max", v.Max))
			break
		}
	}
	v.Keep = len(f.Rows) <= 12
	for _, r := range f.Rows {
		v.Rows = append(v.Rows, pairView{Label: v.reference(r.Label, r.Href), First: f.Axis.mark(r.Before), Second: f.Axis.mark(r.After),
			Before: v.number(r.Before), After: v.number(r.After), Difference: v.number(r.Difference), Verdict: p.Text(verdict(r.Difference))})
	}
	return v
}

// cells are three rows for each pair: before, after and difference.
func (f Dots) cells() (head []string, rows [][]string) {
	for _, r := range f.Rows {
		for _, x := range []struct {
			what string
			e    sightline.Estimate
		}{{"before", r.Before}, {"after", r.After}, {"difference", r.Difference}} {
			rows = append(rows, append([]string{say(r.Label), x.what}, f.fields(x.e)...))
		}
	}
	return append([]string{"label", "which"}, estimateColumns...), rows
}

func (f Dots) parts(p *words.Printer) (*view, Frame) {
	v := f.prepare(p, nil)
	return v.view, f.Frame
}
