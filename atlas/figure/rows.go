package figure

import (
	"html/template"
	"slices"
	"strconv"

	"sightline"
	"sightline/atlas/words"
)

// Rows is a table of interval rows: shares, scores or ranks, each drawn as a
// band and a tick on one axis.
type Rows struct {
	Frame
	Axis    Axis
	Label   words.Phrase   // heads the first column
	Columns []words.Phrase // heads the columns of text, such as owner
	Ranked  bool           // there is a column of ranks
	Rows    []Row
}

// Row is one row of Rows.
type Row struct {
	Label             words.Phrase
	Href              string // address of what the row is about, if it has a page
	Cells             []words.Phrase
	Estimate          sightline.Estimate
	RankLow, RankHigh int // the best and the worst place that the intervals allow; 0 where there is none
	Scenario          bool
}

type rowsView struct {
	*view
	Label    template.HTML
	Min, Max template.HTML
	Estimate string
	Columns  []template.HTML
	Rank     string
	Rows     []rowView
}

type rowView struct {
	Label    reference
	Mark     mark
	Number   number
	Scenario string
	Cells    []template.HTML
	Rank     template.HTML
}

func (f Rows) all() (out []labelled) {
	for _, r := range f.Rows {
		out = append(out, labelled{r.Label, r.Estimate})
	}
	return out
}

// HTML prints the table.
func (f Rows) HTML(p *words.Printer, link Link) template.HTML {
	return execute("rows", f.prepare(p, link))
}

func (f Rows) prepare(p *words.Printer, link Link) rowsView {
	v := rowsView{view: f.view(p, link, f.all(), nil, &f.Axis), Label: p.SayHTML(f.Label), Min: p.Value(f.Axis.Min, f.Axis.Unit), Max: p.Value(f.Axis.Max, f.Axis.Unit),
		Estimate: p.Text("figure.estimate")}
	v.Keep = len(f.Rows) <= 12
	v.Key = axisKey(p, f.Axis, f.all())
	if slices.ContainsFunc(f.Rows, func(r Row) bool { return r.Scenario }) {
		v.Key = append(v.Key, keyItem{"k band dotted", "", p.HTML("figure.key.scenario")})
	}
	for _, c := range f.Columns {
		v.Columns = append(v.Columns, p.SayHTML(c))
	}
	if f.Ranked {
		v.Rank = p.Text("figure.rank")
	}
	for _, r := range f.Rows {
		x := rowView{Label: v.reference(r.Label, r.Href), Mark: f.Axis.mark(r.Estimate), Number: v.number(r.Estimate)}
		if r.Scenario {
			x.Mark.Scenario, x.Scenario = true, p.Text("figure.scenario")
		}
		for i := range f.Columns {
			c := words.Phrase{}
			if i < len(r.Cells) {
				c = r.Cells[i]
			}
			x.Cells = append(x.Cells, p.SayHTML(c))
		}
		x.Rank = rank(p, r.RankLow, r.RankHigh)
		v.Rows = append(v.Rows, x)
	}
	return v
}

// axisKey explains what is on an axis, of that only which is there.
func axisKey(p *words.Printer, axis Axis, all []labelled) (out []keyItem) {
	any := func(f func(mark) bool) bool {
		return slices.ContainsFunc(all, func(x labelled) bool { return f(axis.mark(x.e)) })
	}
	if any(func(m mark) bool { return m.Some }) {
		out = append(out, keyItem{"k tick", "", p.HTML("figure.key.estimate")})
	}
	if any(func(m mark) bool { return m.Band }) {
		out = append(out, keyItem{"k band", "", p.HTML("figure.key.interval")})
	}
	return out
}

// rank prints a range of places.
func rank(p *words.Printer, low, high int) template.HTML {
	switch {
	case low == 0:
		return template.HTML(template.HTMLEscapeString(p.Text("figure.rank_none")))
	case low == high:
		return p.Count(low)
	}
	return "<bdi>" + p.HTML("figure.rank_range", "low", low, "high", high) + "</bdi>"
}

// cells are a row each.
func (f Rows) cells() (head []string, rows [][]string) {
	head = []string{"label"}
	for _, c := range f.Columns {
		head = append(head, say(c))
	}
	head = append(head, "rank_low", "rank_high", "scenario")
	place := func(n int) string {
		if n == 0 {
			return ""
		}
		return strconv.Itoa(n)
	}
	for _, r := range f.Rows {
		row := []string{say(r.Label)}
		for i := range f.Columns {
			c := ""
			if i < len(r.Cells) {
				c = say(r.Cells[i])
			}
			row = append(row, c)
		}
		row = append(row, place(r.RankLow), place(r.RankHigh), strconv.FormatBool(r.Scenario))
		rows = append(rows, append(row, f.fields(r.Estimate)...))
	}
	return append(head, estimateColumns...), rows
}

func (f Rows) parts(p *words.Printer) (*view, Frame) {
	v := f.prepare(p, nil)
	return v.view, f.Frame
}
