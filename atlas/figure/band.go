package figure

import (
	"fmt"
	"html/template"
	"strconv"

	"sightline"
	"sightline/atlas/words"
)

// Band is a daily series, drawn on the server: a line in its band. A gap is
// hatched and never bridged.
type Band struct {
	Frame
	Axis       Axis
	Days       []DayValue // ascending; a day that is left out is a gap
	InnerLevel float64    // of the darker band; 0 if there is none
}

// DayValue is the estimate of a day.
type DayValue struct {
	Day                 sightline.Day
	Estimate            sightline.Estimate
	InnerLow, InnerHigh sightline.Number // the interval at InnerLevel
}

type bandView struct {
	*view
	Src, SrcSet   string
	Alt           string
	Width, Height int
	From, To      template.HTML
}

// tableDays is the longest series whose table has a row for each day. A longer
// one has a row for each month, and the CSV file each day.
const tableDays = 62

func (f Band) all() (out []labelled) {
	for _, d := range f.Days {
		out = append(out, labelled{words.Named(d.Day.String()), d.Estimate})
	}
	return out
}

// HTML prints the picture with its table. Without an Address there is no
// picture to point to, and the table stands alone.
func (f Band) HTML(p *words.Printer, link Link) template.HTML {
	v, t := f.prepare(p, link)
	v.view.Table = t.html()
	return execute("band", v)
}

func (f Band) prepare(p *words.Printer, link Link) (bandView, *table) {
	f.check()
	key := []keyItem{{"k tick flat", "", p.HTML("figure.key.estimate")}, {"k band", "", p.HTML("figure.key.interval")}, {"st s-none", "", p.HTML("figure.key.gap")}}
	v := bandView{view: f.view(p, link, f.all(), key, &f.Axis), Alt: f.Alt(p), Width: plotWidth, Height: plotHeight}
	v.Keep = true
	if f.InnerLevel != 0 {
		v.Caption = append(v.Caption, p.HTML("figure.inner", "level", p.Value(f.InnerLevel, "share")))
	}
	v.Caption = append(v.Caption, p.HTML("figure.band.gaps"))
	if f.Address != "" {
		v.Src, v.SrcSet = v.link(f.Address+plotOnly+".png"), v.link(f.Address+plotOnly+twice+".png")
	}
	if n := len(f.Days); n > 0 {
		v.From, v.To = p.Day(f.Days[0].Day), p.Day(f.Days[n-1].Day)
	}
	if f.span() <= tableDays {
		return v, f.dayTable(v.view)
	}
	v.pageOnly = append(v.pageOnly, p.HTML("figure.band.by_month"))
	v.Caption = append(v.Caption, p.HTML("figure.band.by_month"))
	return v, f.monthTable(v.view)
}

func (f Band) check() {
	for i, d := range f.Days {
		if i > 0 && d.Day <= f.Days[i-1].Day {
			panic(fmt.Sprintf("BUG: %s follows %s", d.Day, f.Days[i-1].Day))
		}
	}
}

// span is the number of days from the first to the last.
func (f Band) span() int {
	if len(f.Days) == 0 {
		return 0
	}
	return int(f.Days[len(f.Days)-1].Day-f.Days[0].Day) + 1
}

func (f Band) dayTable(v *view) *table {
	t := &table{Head: []template.HTML{v.p.HTML("figure.band.day"), v.p.HTML("figure.estimate")}}
	for i, d := range f.Days {
		if i > 0 {
			for gap := f.Days[i-1].Day + 1; gap < d.Day; gap++ {
				t.Rows = append(t.Rows, tableRow{Label: reference{Text: v.p.Day(gap)}, Cells: []number{v.number(sightline.Estimate{})}})
			}
		}
		t.Rows = append(t.Rows, tableRow{Label: reference{Text: v.p.Day(d.Day)}, Cells: []number{v.number(d.Estimate)}})
	}
	return t
}

func (f Band) monthTable(v *view) *table {
	p := v.p
	t := &table{Head: []template.HTML{p.HTML("figure.band.month"), p.HTML("figure.band.lowest"), p.HTML("figure.band.highest"), p.HTML("figure.band.days")}}
	for i := 0; i < len(f.Days); {
		month := f.Days[i].Day.String()[:7]
		date, err := sightline.ParseDate(month)
		if err != nil {
			panic("BUG: " + err.Error())
		}
		var low, high sightline.Estimate
		n := 0
		for ; i < len(f.Days) && f.Days[i].Day <= date.Last(); i++ {
			e := f.Days[i].Estimate
			value, ok := e.Value.Get()
			if !ok {
				if n == 0 {
					low, high = e, e
				}
				continue
			}
			if x, _ := low.Value.Get(); n == 0 || value < x {
				low = e
			}
			if x, _ := high.Value.Get(); n == 0 || value > x {
				high = e
			}
			n++
		}
		days := p.HTML("figure.band.days_of", "n", n, "total", int(date.Last()-date.First())+1)
		t.Rows = append(t.Rows, tableRow{Label: reference{Text: p.Date(date)}, Cells: []number{v.number(low), v.number(high), {Text: "<bdi>" + days + "</bdi>"}}})
	}
	return t
}

// cells are a row for each day.
func (f Band) cells() (head []string, rows [][]string) {
	inner := ""
	if f.InnerLevel != 0 {
		inner = strconv.FormatFloat(f.InnerLevel, 'g', -1, 64)
	}
	for _, d := range f.Days {
		rows = append(rows, append([]string{d.Day.String(), d.InnerLow.String(), d.InnerHigh.String(), inner}, f.fields(d.Estimate)...))
	}
	return append([]string{"day", "inner_low", "inner_high", "inner_level"}, estimateColumns...), rows
}

func (f Band) parts(p *words.Printer) (*view, Frame) {
	v, _ := f.prepare(p, nil)
	return v.view, f.Frame
}
