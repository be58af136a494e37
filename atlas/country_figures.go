package atlas

import (
	"math"
	"strconv"
	"strings"

	"sightline"
	"sightline/atlas/figure"
	"sightline/atlas/words"
	"sightline/dossier"
)

// onRecord classes how much is on record for a country: by our choosing, the
// same on every page.
var onRecord = figure.Scale{Cuts: []float64{10, 25, 50, 100}, Unit: "claims"}

// peers is the tile map of a country and its neighbours, by how much is on
// record for each.
func (h *Head) peers(here string, of []dossier.Summary) figure.Figure {
	f := figure.Tiles{Frame: h.frame("peers-map"), Scale: onRecord}
	f.Heading = words.Say("country.peers.heading")
	f.Sentence = words.Say("country.peers.sentence")
	f.Depth = 3
	for _, s := range of {
		c, err := sightline.ParseCountry(s.Country.Code)
		if err != nil {
			panic("BUG: " + err.Error())
		}
		f.Tiles = append(f.Tiles, figure.Tile{Country: c, Estimate: s.Claims, Here: s.Country.Code == here})
	}
	return f
}

// shares draws the figures of an answer that have an interval, by unit, as
// interval rows; the other figures are returned.
func (h *Head) shares(a dossier.Answer) (figures []figure.Figure, rest []dossier.Figure) {
	var units []string
	rows := map[string][]figure.Row{}
	kind := map[string]sightline.MethodID{}
	for _, f := range a.Figures {
		e := f.Estimate
		low, ok := e.Low.Get()
		high, _ := e.High.Get()
		if !ok || !strings.HasPrefix(e.Unit, "share") || low < 0 || high > 1 {
			rest = append(rest, f)
			continue
		}
		key := string(e.Method) + " " + e.Unit
		if rows[key] == nil {
			units = append(units, key)
			kind[key] = e.Method
		}
		r := figure.Row{Label: words.Named(f.Label), Estimate: e, Cells: []words.Phrase{words.Quote(f.Sentence)}}
		if f.Sentence == "" {
			r.Cells[0] = words.Phrase{}
		}
		rows[key] = append(rows[key], r)
	}
	for i, key := range units {
		unit := strings.TrimPrefix(key, string(kind[key])+" ")
		x := figure.Rows{Frame: h.frame(a.ID + "-" + strconv.Itoa(i+1)), Axis: figure.Axis{Max: 1, Unit: "share"}, Label: words.Say("figure.rows.what"), Rows: rows[key]}
		x.Heading = words.SayN("country.shares.heading", len(rows[key]))
		x.Unit = words.Quote(unit)
		x.Method = kind[key]
		x.Doubt = figure.Sampling
		x.Columns = []words.Phrase{words.Say("figure.rows.note")}
		figures = append(figures, x)
	}
	return figures, rest
}

// scores draws the series of scores of an answer that pages show whole: an
// interval column for each edition.
func (h *Head) scores(a dossier.Answer, inFull bool) []figure.Figure {
	var out []figure.Figure
	for _, s := range a.Scores {
		if len(s.Points) < 3 || s.Brief && !inFull {
			continue
		}
		f := figure.Columns{Frame: h.frame("score-" + strings.NewReplacer("/", "-", ".", "-").Replace(string(s.Indicator)))}
		f.Heading = words.Named(s.Name)
		if s.Change != nil {
			f.Sentence = words.Say("country.scores.change", "change", s.Change.Estimate)
		}
		f.Caption = words.Quote(s.Scale)
		f.Doubt = figure.Published
		f.Method = s.Points[0].Estimate.Method
		low, high := math.Inf(1), math.Inf(-1)
		years := map[int]bool{}
		for _, p := range s.Points {
			y := yearOf(p)
			if y == 0 || years[y] {
				continue
			}
			years[y] = true
			f.Years = append(f.Years, figure.Year{Year: y, Estimate: p.Estimate})
			for _, n := range []sightline.Number{p.Estimate.Value, p.Estimate.Low, p.Estimate.High} {
				if v, ok := n.Get(); ok {
					low, high = min(low, v), max(high, v)
				}
			}
		}
		if len(f.Years) < 3 || math.IsInf(low, 0) {
			continue
		}
		f.Axis = axisOf(s.Points[0].Estimate.Unit, low, high)
		out = append(out, f)
	}
	return out
}

// yearOf is the year under which a score stands: of its edition, else the last
// that it covers.
func yearOf(p dossier.ScorePoint) int {
	if y, err := strconv.Atoi(p.Edition); err == nil {
		return y
	}
	if d, ok := p.Valid.To(); ok {
		y, _ := strconv.Atoi(d.String()[:4])
		return y
	}
	return 0
}

// axisOf is the range that a unit states ("points of 100"), else whole numbers
// around the values.
func axisOf(unit string, low, high float64) figure.Axis {
	if _, of, ok := strings.Cut(unit, "points of "); ok {
		if n, err := strconv.ParseFloat(strings.Fields(of + " ?")[0], 64); err == nil && n >= high && low >= 0 {
			return figure.Axis{Max: n, Unit: unit}
		}
	}
	return figure.Axis{Min: math.Floor(low), Max: math.Max(math.Ceil(high), math.Floor(low)+1), Unit: unit}
}
