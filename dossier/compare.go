package dossier

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"sightline"
)

// Comparison is the same figures of some countries side by side. Each column
// has the age of its own data; the first is the one that the others are set
// against.
type Comparison struct {
	Schema  string       `json:"schema"`
	Columns []Summary    `json:"columns"`
	Rows    []CompareRow `json:"rows"`
	Frame
}

// CompareRow is one figure of all columns.
type CompareRow struct {
	Label       string  `json:"label"`
	Answer      string  `json:"answer,omitzero"`      // the question that it belongs to; empty is key data
	Cells       []Cell  `json:"cells"`                // by column
	Differences []Apart `json:"differences,omitzero"` // of the other columns from the first, where both have an interval
}

// Cell is a figure of a country. Missing is true where its dossier has no such
// figure.
type Cell struct {
	Missing  bool               `json:"missing,omitzero"`
	Estimate sightline.Estimate `json:"estimate"`
	Vintage  string             `json:"vintage,omitzero"` // what the number is of: a year, a month, an edition
	Notes    []int              `json:"notes,omitzero"`
}

// Apart is the number of a column less that of the first column.
type Apart struct {
	Column   int                `json:"column"`
	Estimate sightline.Estimate `json:"estimate"`
	Clear    bool               `json:"clear"` // its interval leaves out zero
}

// maxColumns is how many countries can stand side by side; of our choosing.
const maxColumns = 6

// Compare sets countries side by side, each once, in the order given.
func (r *Reader) Compare(codes []string) (*Comparison, error) {
	var countries []sightline.Country
	for _, code := range codes {
		c, err := sightline.ParseCountry(code)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(countries, c) {
			countries = append(countries, c)
		}
	}
	if len(countries) == 0 || len(countries) > maxColumns {
		return nil, sightline.Errorf(sightline.Invalid, "compare countries", strings.Join(codes, ","), "%d countries were named", len(countries)).WithHint("Name 1 to %d countries.", maxColumns)
	}
	k := r.compose()
	d := &Comparison{Schema: CompareSchema}
	for i, c := range countries {
		x, err := r.Dossier(c)
		if err != nil {
			return nil, err
		}
		s := summarize(x)
		d.Columns = append(d.Columns, s)
		k.undated += x.Undated
		notes := func(in []int) (out []int) {
			for _, n := range in {
				out = append(out, k.note(x.Notes[n-1].Source))
			}
			return out
		}
		add := func(answer, label, vintage string, e sightline.Estimate, in []int) {
			at := slices.IndexFunc(d.Rows, func(row CompareRow) bool { return row.Answer == answer && row.Label == label })
			if at < 0 {
				at = len(d.Rows)
				row := CompareRow{Label: label, Answer: answer}
				for range countries {
					row.Cells = append(row.Cells, Cell{Missing: true})
				}
				d.Rows = append(d.Rows, row)
			}
			if d.Rows[at].Cells[i].Missing {
				d.Rows[at].Cells[i] = Cell{Estimate: e, Vintage: vintage, Notes: notes(in)}
				k.adopt(x.Packets, e.Packet)
			}
		}
		for _, e := range s.estimates() {
			k.adopt(x.Packets, e.Packet)
		}
		for _, f := range x.KeyData {
			add("", f.Label, vintage(f.Estimate), f.Estimate, f.Notes)
		}
		for _, a := range x.Answers {
			for _, f := range a.Figures {
				if f.Estimate.Method == supplierRate {
					continue // it is of whichever nation is the most frequent there
				}
				add(a.ID, f.Label, vintage(f.Estimate), f.Estimate, f.Notes)
			}
			for _, s := range a.Scores {
				p := s.Points[len(s.Points)-1]
				age := p.Edition
				if !p.Valid.IsZero() {
					age = p.Valid.String()
				}
				add(a.ID, s.Name, age, p.Estimate, p.Notes)
			}
		}
	}
	for i := range d.Rows {
		row := &d.Rows[i]
		for n, c := range row.Cells {
			if c.Missing {
				row.Cells[n].Estimate = k.compute(engineAbsent, params{"engine": "this figure", "why": "the dossier has no such figure"})
			}
		}
		a := row.Cells[0].Estimate
		for n := 1; n < len(row.Cells); n++ {
			b := row.Cells[n].Estimate
			if a.Low.IsZero() || b.Low.IsZero() || a.Level != b.Level || a.Unit != b.Unit || a.Method == seriesRank {
				continue
			}
			e := k.compute(differenceOf, params{"from": k.recipe(a.Packet), "to": k.recipe(b.Packet)})
			low, _ := e.Low.Get()
			high, _ := e.High.Get()
			row.Differences = append(row.Differences, Apart{n, e, e.State == sightline.OK && (low > 0 || high < 0)})
		}
	}
	codes = codes[:0:0]
	for _, c := range countries {
		codes = append(codes, c.Code())
	}
	var err error
	d.Frame, err = r.seal(k, "compare/"+strings.Join(codes, ","))
	return d, err
}

// adopt takes a packet over from another document.
func (k *composer) adopt(from []sightline.Packet, id sightline.PacketID) {
	if _, have := k.seen[id]; have || id == "" {
		return
	}
	i := slices.IndexFunc(from, func(p sightline.Packet) bool { return p.Result.Packet == id })
	if i < 0 {
		k.fail(fmt.Errorf("BUG: packet %s is not in its document", id))
		return
	}
	k.seen[id] = len(k.packets)
	k.packets = append(k.packets, from[i])
}

// vintage is what follows the comma in a unit such as "people, 2024".
func vintage(e sightline.Estimate) string {
	_, age, _ := strings.Cut(e.Unit, ", ")
	if strings.HasPrefix(e.Unit, "place, ") {
		return ""
	}
	return age
}

// recipe is how to compute a number again: its method and all parameters.
type recipe struct {
	Method     sightline.MethodID `json:"method"`
	Parameters map[string]string  `json:"parameters"`
}

func (k *composer) recipe(id sightline.PacketID) string {
	p := k.packets[k.seen[id]]
	b, err := json.Marshal(recipe{p.Method, p.Parameters}, json.Deterministic(true))
	if err != nil {
		panic("BUG: encode recipe: " + err.Error())
	}
	return string(b)
}

// runDifference: from, to (each a method with its parameters).
func runDifference(v *view, p params) (result, error) {
	var e [2]sightline.Estimate
	r := result{}
	for i, key := range []string{"from", "to"} {
		var of recipe
		if err := json.Unmarshal([]byte(p[key]), &of, json.RejectUnknownMembers(true)); err != nil {
			return r, sightline.Errorf(sightline.Invalid, "read parameter", key, "%w", err)
		}
		if of.Method == differenceOf {
			return r, sightline.Errorf(sightline.Invalid, "read parameter", key, "a difference of differences")
		}
		packet, err := Recompute(v.store, v.series, sightline.Packet{Method: of.Method, Parameters: of.Parameters, Code: v.options.Code})
		if err != nil {
			return r, err
		}
		e[i] = packet.Result
		r.inputs = append(r.inputs, sightline.Input{Name: "packet/" + string(packet.Result.Packet), SHA256: fmt.Sprintf("%x", packet.Sum())})
		r.known = max(r.known, packet.KnownAt)
	}
	unit := "difference, " + e[0].Unit
	a, okA := e[0].Value.Get()
	b, okB := e[1].Value.Get()
	la, hasA := e[0].Low.Get()
	lb, hasB := e[1].Low.Get()
	ua, _ := e[0].High.Get()
	ub, _ := e[1].High.Get()
	switch {
	case !okA || !okB:
		r.estimate = none(sightline.TooLittleData, unit, "one of the two has no value")
		return r, nil
	case !hasA || !hasB || e[0].Level != e[1].Level || e[0].Unit != e[1].Unit:
		r.estimate = none(sightline.NotIdentified, unit, "the two have no intervals of one level and unit")
		return r, nil
	}
	d := tidy(b - a)
	r.estimate = sightline.Estimate{Value: sightline.Num(d), Low: sightline.Num(min(d, tidy(b-a-math.Hypot(b-lb, ua-a)))), High: sightline.Num(max(d, tidy(b-a+math.Hypot(ub-b, a-la)))),
		Level: e[0].Level, N: e[0].N + e[1].N, Unit: unit}
	return r, nil
}

// tidy takes the tail of a binary fraction away.
func tidy(v float64) float64 { return math.Round(v*1e9) / 1e9 }
