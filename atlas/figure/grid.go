package figure

import (
	"fmt"
	"html/template"

	"sightline"
	"sightline/atlas/words"
)

// Grid is the coverage grid: how much there is, by row and column. A cell
// where somebody looked and found none is a bordered 0; a cell without an
// estimate is hatched.
type Grid struct {
	Frame
	Label   words.Phrase // heads the first column
	Columns []words.Phrase
	Rows    []GridRow
}

// GridRow is one row of a Grid, with an estimate for each column.
type GridRow struct {
	Label words.Phrase
	Href  string
	Cells []sightline.Estimate
}

type gridView struct {
	*view
	Label   template.HTML
	Columns []template.HTML
	Rows    []gridRowView
}

type gridRowView struct {
	Label reference
	Cells []gridCell
}

type gridCell struct {
	Class, Letter string
	Word          string // hidden, beside a letter
	Number        number
}

func (f Grid) all() (out []labelled) {
	for _, r := range f.Rows {
		for _, e := range r.Cells {
			out = append(out, labelled{r.Label, e})
		}
	}
	return out
}

// HTML prints the grid.
func (f Grid) HTML(p *words.Printer, link Link) template.HTML {
	return execute("grid", f.prepare(p, link))
}

func (f Grid) prepare(p *words.Printer, link Link) gridView {
	v := gridView{view: f.view(p, link, f.all(), nil, nil), Label: p.SayHTML(f.Label)}
	v.Keep = len(f.Rows) <= 12
	for _, c := range f.Columns {
		v.Columns = append(v.Columns, p.SayHTML(c))
	}
	kinds := map[words.None]bool{}
	zero := false
	for _, r := range f.Rows {
		if len(r.Cells) != len(f.Columns) {
			panic(fmt.Sprintf("BUG: %d cells for %d columns", len(r.Cells), len(f.Columns)))
		}
		row := gridRowView{Label: v.reference(r.Label, r.Href)}
		for _, e := range r.Cells {
			x := gridCell{Class: "g-some", Number: v.number(e)}
			none := words.Absence(e)
			kinds[none] = true
			if none != words.Some {
				x.Class, x.Letter = sign(e)
				x.Word = p.Absent(e)
			}
			if value, ok := e.Value.Get(); ok && value == 0 {
				x.Class, zero = "g-zero", true
			}
			row.Cells = append(row.Cells, x)
		}
		v.Rows = append(v.Rows, row)
	}
	if kinds[words.Some] {
		v.Key = append(v.Key, keyItem{"st g-some", "n", p.HTML("figure.key.count")})
	}
	if zero {
		v.Key = append(v.Key, keyItem{"st g-zero", "0", p.HTML("figure.key.zero")})
	}
	v.Key = append(v.Key, noneKey(p, kinds)...)
	return v
}

// cells are a row for each cell.
func (f Grid) cells() (head []string, rows [][]string) {
	for _, r := range f.Rows {
		for i, e := range r.Cells {
			rows = append(rows, append([]string{say(r.Label), say(f.Columns[i])}, f.fields(e)...))
		}
	}
	return append([]string{"label", "column"}, estimateColumns...), rows
}

func (f Grid) parts(p *words.Printer) (*view, Frame) {
	v := f.prepare(p, nil)
	return v.view, f.Frame
}
