package figure

import (
	"html/template"
	"strconv"

	"sightline"
	"sightline/atlas/words"
)

// Columns is a yearly series: a band and a tick for each year, hatched where
// there is no value, and no line that would join what nobody measured.
type Columns struct {
	Frame
	Axis  Axis
	Years []Year
}

// Year is a year's estimate.
type Year struct {
	Year     int
	Estimate sightline.Estimate
	Scenario bool
}

type columnsView struct {
	*view
	Max, Middle, Min template.HTML
	Columns          []columnView
}

type columnView struct {
	Mark  mark
	Class string // where there is no value
	Sign  string
	Label string
	Rare  bool // the label is left out where there is little room
}

func (f Columns) all() (out []labelled) {
	for _, y := range f.Years {
		out = append(out, labelled{words.Named(strconv.Itoa(y.Year)), y.Estimate})
	}
	return out
}

// HTML prints the columns, and the values as a table.
func (f Columns) HTML(p *words.Printer, link Link) template.HTML {
	v, t := f.prepare(p, link)
	v.view.Table = t.html()
	return execute("columns", v)
}

func (f Columns) prepare(p *words.Printer, link Link) (columnsView, *table) {
	key := axisKey(p, f.Axis, f.all())
	v := columnsView{view: f.view(p, link, f.all(), key, &f.Axis),
		Max: p.Value(f.Axis.Max, f.Axis.Unit), Middle: p.Value((f.Axis.Max+f.Axis.Min)/2, f.Axis.Unit), Min: p.Value(f.Axis.Min, f.Axis.Unit)}
	v.Keep = true
	values := &table{Head: []template.HTML{p.HTML("figure.columns.year"), p.HTML("figure.estimate")}}
	step := 1 + (len(f.Years)-1)/12 // at most twelve labels where there is room
	kinds := map[words.None]bool{}
	scenario := false
	for i, y := range f.Years {
		x := columnView{Mark: f.Axis.mark(y.Estimate), Rare: i/step%2 == 1}
		x.Mark.Scenario = y.Scenario
		if i%step == 0 {
			x.Label = strconv.Itoa(y.Year)
		}
		none := words.Absence(y.Estimate)
		kinds[none] = true
		x.Class, x.Sign = sign(y.Estimate)
		v.Columns = append(v.Columns, x)
		n := v.number(y.Estimate)
		if y.Scenario {
			scenario = true
			n.Text += " " + p.HTML("figure.scenario")
		}
		values.Rows = append(values.Rows, tableRow{Label: reference{Text: p.Code(strconv.Itoa(y.Year))}, Cells: []number{n}})
	}
	if scenario {
		v.Key = append(v.Key, keyItem{"k band dotted", "", p.HTML("figure.key.scenario")})
	}
	v.Key = append(v.Key, noneKey(p, kinds)...)
	return v, values
}

// noneKey explains the kinds of no value that a figure shows.
func noneKey(p *words.Printer, shown map[words.None]bool) (out []keyItem) {
	for _, k := range nones {
		if shown[k.kind] {
			out = append(out, keyItem{"st " + k.class, k.letter, p.HTML(k.key)})
		}
	}
	return out
}

// nones is how the kinds of no value are shown, in every figure.
var nones = []struct {
	kind               words.None
	class, letter, key string
}{
	{words.NoData, "s-none", "?", "none.no_data"},
	{words.TooLittle, "s-none", "?n", "figure.key.too_little"},
	{words.NotApplicable, "s-na", "–", "none.not_applicable"},
}

// sign is the class and the letter of an estimate without a value: the letter
// of too little data has the count with it.
func sign(e sightline.Estimate) (class, letter string) {
	for _, k := range nones {
		if k.kind == words.Absence(e) {
			if letter = k.letter; k.kind == words.TooLittle {
				if e.N == 0 {
					return k.class, "?"
				}
				letter = "?" + strconv.FormatInt(e.N, 10)
			}
			return k.class, letter
		}
	}
	return "", ""
}

// cells are a row for each year.
func (f Columns) cells() (head []string, rows [][]string) {
	for _, y := range f.Years {
		rows = append(rows, append([]string{strconv.Itoa(y.Year), strconv.FormatBool(y.Scenario)}, f.fields(y.Estimate)...))
	}
	return append([]string{"year", "scenario"}, estimateColumns...), rows
}

func (f Columns) parts(p *words.Printer) (*view, Frame) {
	v, _ := f.prepare(p, nil)
	return v.view, f.Frame
}
