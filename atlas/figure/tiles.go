package figure

import (
	"cmp"
	_ "embed"
	"encoding/csv"
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"strings"
	"sync"

	"sightline"
	"sightline/atlas/markup"
	"sightline/atlas/words"
	"sightline/internal/order"
)

// tilesCSV places each country and territory on a grid: row and column, both
// from 1. It is our own drawing; tiles are equal and say nothing on status or
// borders.
//
//go:embed tiles.csv
var tilesCSV string

// place is where a tile stands.
type place struct {
	row, column int
	region      string
}

// regions are the groups of a map on a narrow screen, in the order of the
// alphabet, with the message that names each.
var regions = []struct{ name, key string }{
	{"africa", "figure.region.africa"}, {"americas", "figure.region.americas"}, {"antarctica", "figure.region.antarctica"},
	{"asia", "figure.region.asia"}, {"europe", "figure.region.europe"}, {"oceania", "figure.region.oceania"},
}

var layout = sync.OnceValue(func() map[sightline.Country]place {
	records, err := csv.NewReader(strings.NewReader(tilesCSV)).ReadAll()
	if err != nil {
		panic("BUG: tiles.csv: " + err.Error())
	}
	out := map[sightline.Country]place{}
	for _, r := range records[1:] {
		var c sightline.Country
		if err := c.UnmarshalText([]byte(r[0])); err != nil {
			panic("BUG: tiles.csv: " + err.Error())
		}
		row, err1 := strconv.Atoi(r[1])
		column, err2 := strconv.Atoi(r[2])
		if _, twice := out[c]; twice || err1 != nil || err2 != nil || row < 1 || row > tileRows || column < 1 || column > tileColumns {
			panic("BUG: tiles.csv: " + strings.Join(r, ","))
		}
		out[c] = place{row, column, r[3]}
	}
	return out
})

// The size of the grid.
const (
	tileRows    = 19
	tileColumns = 25
)

// Tiles is the tile map: one equal tile a country, with its code and class.
type Tiles struct {
	Frame
	Scale Scale
	Tiles []Tile // in any order; the map is cropped to them
}

// Tile is one country's tile.
type Tile struct {
	Country  sightline.Country
	Estimate sightline.Estimate
	Href     string // "/country/XX" if empty
	Here     bool   // the country that the page is about
}

type tilesView struct {
	*view
	Columns string
	World   bool          // wide enough to be grouped on a narrow screen
	Map     template.HTML // the regions with their tiles
}

// sorted lists the tiles by region and code.
func (f Tiles) sorted() []Tile {
	out := slices.Clone(f.Tiles)
	order.By(out, func(a, b Tile) int {
		if c := strings.Compare(layout()[a.Country].region, layout()[b.Country].region); c != 0 {
			return c
		}
		return strings.Compare(a.Country.Code(), b.Country.Code())
	})
	return out
}

func (f Tiles) all() (out []labelled) {
	for _, t := range f.sorted() {
		out = append(out, labelled{words.Named(t.Country.Name()), t.Estimate})
	}
	return out
}

// tileView is a tile as it is shown.
type tileView struct {
	place
	code, letter string
	class        string // of the style sheet
	here         bool
	href         string
	word         template.HTML // hidden beside the code
}

// HTML prints the map and, as a table, its values.
func (f Tiles) HTML(p *words.Printer, link Link) template.HTML {
	v, tiles, values := f.prepare(p, link)
	w := markup.New()
	region := ""
	for _, t := range tiles {
		if t.region != region {
			if region != "" {
				w.Tag("</ul>\n")
			}
			region = t.region
			f.region(w, p, region)
		}
		w.Tag(`<li class="gr`)
		w.Int(t.row)
		w.Tag(" gc")
		w.Int(t.column)
		w.Tag(" ")
		w.Text(t.class)
		w.Tag(`"><a href="`)
		w.Text(t.href)
		w.Tag(`"`)
		if t.here {
			w.Tag(` aria-current="true"`)
		}
		w.Tag("><b>")
		w.Text(t.code)
		w.Tag(`</b><span aria-hidden="true">`)
		w.Text(t.letter)
		w.Tag(`</span><span class="vh">`)
		w.HTML(t.word)
		w.Tag("</span></a></li>\n")
	}
	if region != "" {
		w.Tag("</ul>\n")
	}
	v.Map, v.view.Table = w.Done(), values.html()
	return execute("tiles", v)
}

// prepare places the tiles on a grid that is cropped to them; row and column
// are from 1.
func (f Tiles) prepare(p *words.Printer, link Link) (tilesView, []tileView, *table) {
	f.Scale.check()
	v := tilesView{view: f.view(p, link, f.all(), f.Scale.key(p), nil)}
	v.Caption = append(v.Caption, p.HTML("figure.tiles.caption"))
	v.Keep = true
	values := &table{Head: []template.HTML{p.HTML("figure.tiles.country"), p.HTML("figure.tiles.class"), p.HTML("figure.estimate")}}
	top, left, right := tileRows, tileColumns, 1
	for _, t := range f.Tiles {
		at, ok := layout()[t.Country]
		if !ok {
			panic("BUG: no tile for " + t.Country.Code())
		}
		top, left, right = min(top, at.row), min(left, at.column), max(right, at.column)
	}
	kinds := map[words.None]bool{}
	anyUnsure, anyHere := false, false
	var tiles []tileView
	for _, t := range f.sorted() {
		x := tileView{place: layout()[t.Country], code: t.Country.Code(), here: t.Here, href: v.link(cmp.Or(t.Href, "/country/"+t.Country.Code()))}
		x.row, x.column = x.row-top+1, x.column-left+1
		name := p.Name(t.Country.Name())
		class, unsure := f.Scale.of(t.Estimate)
		var classText template.HTML
		if class > 0 {
			x.class = f.Scale.css(class)
			x.letter, classText = strconv.Itoa(class), p.Count(class)
			x.word = p.HTML("figure.tiles.tile", "name", name, "class", class)
			if unsure {
				x.class += " unsure"
				anyUnsure = true
				x.word = p.HTML("figure.tiles.unsure", "name", name, "class", class)
			}
			kinds[words.Some] = true
		} else {
			kinds[words.Absence(t.Estimate)] = true
			x.class, x.letter = sign(t.Estimate)
			classText = p.Code(x.letter)
			x.word = p.HTML("figure.tiles.none", "name", name, "state", p.Absent(t.Estimate))
		}
		if t.Here {
			anyHere = true
			x.class += " here"
		}
		tiles = append(tiles, x)
		values.Rows = append(values.Rows, tableRow{Label: reference{Href: x.href, Text: name}, Cells: []number{{Text: classText}, v.number(t.Estimate)}})
	}
	v.Key = append(v.Key, noneKey(p, kinds)...)
	if anyUnsure {
		v.Key = append(v.Key, keyItem{"st unsure", "", p.HTML("figure.key.unsure")})
	}
	if anyHere {
		v.Key = append(v.Key, keyItem{"st here", "", p.HTML("figure.key.here")})
	}
	v.World = right-left+1 > 10
	v.Columns = fmt.Sprintf("gn%d", right-left+1)
	return v, tiles, values
}

// region opens the list of a region's tiles.
func (f Tiles) region(w *markup.Writer, p *words.Printer, id string) {
	i := slices.IndexFunc(regions, func(r struct{ name, key string }) bool { return r.name == id })
	w.Tag(`<p class="region" id="`)
	w.Text(f.ID + "-" + id)
	w.Tag(`">`)
	w.Text(p.Text(regions[i].key))
	w.Tag(`</p><ul role="list" aria-labelledby="`)
	w.Text(f.ID + "-" + id)
	w.Tag(`">`)
}

// cells are a row for each country, by code.
func (f Tiles) cells() (head []string, rows [][]string) {
	for _, t := range f.Tiles {
		class, unsure := f.Scale.of(t.Estimate)
		c := ""
		if class > 0 {
			c = strconv.Itoa(class)
		}
		rows = append(rows, append([]string{t.Country.Code(), say(words.Named(t.Country.Name())), c, strconv.FormatBool(unsure)}, f.fields(t.Estimate)...))
	}
	slices.SortFunc(rows, func(a, b []string) int { return strings.Compare(a[0], b[0]) })
	return append([]string{"country", "name", "class", "unsure"}, estimateColumns...), rows
}

func (f Tiles) parts(p *words.Printer) (*view, Frame) {
	v, _, _ := f.prepare(p, nil)
	return v.view, f.Frame
}
