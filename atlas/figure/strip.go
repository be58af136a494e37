package figure

import (
	"cmp"
	"fmt"
	"html/template"
	"strconv"

	"sightline"
	"sightline/atlas/words"
)

// Condition is the state of a site in a week.
type Condition uint8

// The conditions. The zero Condition is too little data: what nobody measured
// was not reachable for that.
const (
	TooLittleData Condition = iota
	Blocked
	LikelyBlocked // consistent with blocking
	Impaired
	Down
	Reachable
)

// conditions is the one table of how a condition is shown: the key, the cells
// and the file are made from it.
var conditions = [...]struct{ class, letter, key, csv string }{
	{"st s-none", "?", "none.too_little", "too_little_data"},
	{"st s-blocked", "B", "figure.state.blocked", "blocked"},
	{"st s-likely", "L", "figure.state.likely", "likely_blocked"},
	{"st s-impaired", "!", "figure.state.impaired", "impaired"},
	{"st s-down", "D", "figure.state.down", "down"},
	{"st s-ok", "·", "figure.state.reachable", "reachable"},
}

// Strip is the state strip: sites by weeks.
type Strip struct {
	Frame
	Label  words.Phrase    // heads the first column
	How    words.Phrase    // heads the second, if any
	Weeks  []sightline.Day // a day of each week, ascending
	Rows   []StripRow
	NoNote bool // leave out that too little data is no evidence, where the page says it
}

// StripRow is one row of a Strip, with a cell for each week.
type StripRow struct {
	Label words.Phrase
	Href  string
	How   words.Phrase
	Cells []StripCell
}

// StripCell is a site in a week.
type StripCell struct {
	Condition Condition
	N         int // measurements
	Packet    sightline.PacketID
}

type stripView struct {
	*view
	Parts []stripPart
}

// stripPart is one table: weeks that fit on a sheet.
type stripPart struct {
	ID, Title  string
	Label, How template.HTML
	Weeks      []weekView
	Rows       []stripRowView
}

type weekView struct {
	Hidden string
	Year   string // where it changes
	Number string
}

type stripRowView struct {
	Label reference
	How   template.HTML
	Cells []cellView
}

type cellView struct{ Class, Letter, Word, Href string }

// sheetWeeks is how many weeks fit beside each other on a printed sheet.
const sheetWeeks = 26

// HTML prints the strip, in parts of at most half a year.
func (f Strip) HTML(p *words.Printer, link Link) template.HTML {
	return execute("strip", f.prepare(p, link))
}

func (f Strip) prepare(p *words.Printer, link Link) stripView {
	var key []keyItem
	for _, c := range []Condition{Blocked, LikelyBlocked, Impaired, Down, Reachable, TooLittleData} {
		key = append(key, keyItem{conditions[c].class, conditions[c].letter, p.HTML(conditions[c].key)})
	}
	frame := f.Frame
	for _, r := range f.Rows {
		if len(r.Cells) != len(f.Weeks) {
			panic(fmt.Sprintf("BUG: %d cells for %d weeks", len(r.Cells), len(f.Weeks)))
		}
		for _, c := range r.Cells {
			if c.Packet != "" {
				frame.Packets = append(frame.Packets[:len(frame.Packets):len(frame.Packets)], c.Packet)
			}
		}
	}
	v := stripView{view: frame.view(p, link, nil, key, nil)}
	if !f.NoNote {
		v.Caption = append(v.Caption, p.HTML("figure.strip.doubt"))
	}
	v.Keep = len(f.Rows) <= 12
	for from := 0; from < len(f.Weeks); from += sheetWeeks {
		to := min(from+sheetWeeks, len(f.Weeks))
		part := stripPart{ID: f.ID + "-c", Label: p.SayHTML(f.Label), How: p.SayHTML(f.How)}
		if len(f.Weeks) > sheetWeeks {
			part.Title = p.Text("figure.strip.weeks", "from", isoWeek(f.Weeks[from]), "to", isoWeek(f.Weeks[to-1]))
			part.ID = f.ID + "-p" + strconv.Itoa(from/sheetWeeks+1)
		}
		before := 0
		for _, d := range f.Weeks[from:to] {
			year, week := (sightline.Instant(d) * 86400e6).Time().ISOWeek()
			w := weekView{Hidden: p.Text("figure.strip.week", "week", strconv.Itoa(week), "year", strconv.Itoa(year)), Number: strconv.Itoa(week)}
			if year != before {
				w.Year, before = strconv.Itoa(year), year
			}
			part.Weeks = append(part.Weeks, w)
		}
		for _, r := range f.Rows {
			row := stripRowView{Label: v.reference(r.Label, r.Href), How: p.SayHTML(r.How)}
			for _, c := range r.Cells[from:to] {
				x := cellView{Class: conditions[c.Condition].class, Letter: conditions[c.Condition].letter, Word: p.Text(conditions[c.Condition].key)}
				if c.Packet != "" {
					x.Href = v.link(packetAddress(c.Packet))
				}
				row.Cells = append(row.Cells, x)
			}
			part.Rows = append(part.Rows, row)
		}
		v.Parts = append(v.Parts, part)
	}
	return v
}

// isoWeek is the week of ISO 8601 in which a day falls, as 2026-W18.
func isoWeek(d sightline.Day) string {
	year, week := (sightline.Instant(d) * 86400e6).Time().ISOWeek()
	return fmt.Sprintf("%04d-W%02d", year, week)
}

// cells are a row for each site and week.
func (f Strip) cells() (head []string, rows [][]string) {
	for _, r := range f.Rows {
		for i, c := range r.Cells {
			rows = append(rows, []string{say(r.Label), say(r.How), isoWeek(f.Weeks[i]), conditions[c.Condition].csv, strconv.Itoa(c.N), string(f.Method), cmp.Or(string(c.Packet), f.packets())})
		}
	}
	return []string{"label", "how", "week", "state", "n", "method", "packet"}, rows
}

func (f Strip) parts(p *words.Printer) (*view, Frame) {
	v := f.prepare(p, nil)
	return v.view, f.Frame
}
