// Package dwindia imports the shutdowns in India that journalists of Deutsche
// Welle labelled by occasion: 385 events of 2012 to 2020, the labels that were
// merged for publication, and those of each coder.
//
// The labels of the coders are claims of their own that support the event, so
// that nobody's judgement is merged away; how far they agree is told in the
// notes of the import. Coders are numbered: whose names stand in the workbook is
// nobody's business here. Descriptions of the events, notes and addresses of
// news are never read.
//
// Traps: sheets are named after their coders; a column has no name; coders
// worked with other lists of labels and other names of them; the third coder's
// sheet has no number of the event; at the end of the merged sheet stand the
// events that the authors left out, with their last columns five places to the
// right; a fourth coder has no sheet.
package dwindia

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"sightline"
	"sightline/source"
)

//go:embed declared.jsonl
var declared string

// Dataset is the workbook.
var Dataset = &source.Dataset{
	ID:       "dw-india-shutdowns",
	Title:    "Shutdowns in India by occasion, with the labels of each coder (Deutsche Welle)",
	Persons:  "free text that may name some, such as remarks and headlines",
	Covers:   "385 shutdowns in India from 2012 to March 2020, with up to nine occasions each, and who labelled them how",
	Obtain:   "Download internetshutdowns_dataset_labeled.xlsx from the repository.",
	Changes:  "Not since October 2020.",
	Declared: declared,
	Files:    []source.File{{Role: "workbook", Name: "*.xlsx"}},
	Editions: []source.Edition{{
		Name: "commit da5d57c0f3c2", Published: "2020-10-22", Verified: source.CopyOnly,
		SHA256: map[string]string{"workbook": "b3f801bf3fe78511ff21d0e23405c77540bd666dca665f2ce08c61dbda0e7ecd"},
	}},
	Whole: true,
	Read:  read,
}

// merged is the sheet of the labels as published.
const merged = "internetshutdowns data labeled"

// sheet is the sheet of a coder, by the part of its name that is nobody's.
type sheet struct {
	coder     string
	prefix    string // of the name of the sheet
	suffix    string
	low, high int
	labels    map[string]string // columns, and our names of the labels
	ignored   []string
	byHash    bool // the event is named by the hash of SFLC.in, not by its number
}

var (
	common = map[string]string{
		"state violence": "state violence", "public violence": "public violence", "misinformation": "misinformation", "cheating": "exam cheating", "protest": "protest",
		"CAA": "citizenship act", "local": "a local matter",
	}
	// About the event rather than its occasion: read from the merged sheet, or
	// free text.
	facts = []string{"source", "description", "notes", "duration_check_hours", "duration", "networksAffected", "nature", "verified", "active", "lastUpdate"}

	sheets = []sheet{
		{coder: "coder 1", suffix: " internetshutdowns_relabe", low: 270, high: 300,
			labels: with(common, "extremist violence", "extremist violence", "religion", "religious conflict", "political", "political event"), ignored: append([]string{"id", noName}, facts...)},
		{coder: "coder 2", suffix: " internetshutdowns_relabel", low: 315, high: 340,
			labels: with(common, "extremist violence", "extremist violence", "religion", "religious conflict", "political events", "political event"), ignored: append([]string{"id", noName}, facts...)},
		{coder: "coder 3", prefix: "internetshutdowns_", low: 380, high: 400, byHash: true,
			labels:  with(common, "religion", "religious conflict", "political", "political event", "security", "security"),
			ignored: append([]string{"month", "modi", "Double check", "SUM"}, facts...)},
	}

	published = map[string]string{
		"state violence": "state violence", "public violence": "public violence", "extremist violence": "extremist violence", "misinformation": "misinformation",
		"cheating": "exam cheating", "religious conflict": "religious conflict", "political event": "political event", "protest": "protest", "CAA": "citizenship act",
	}
	// Who labelled an event, by the columns of the merged sheet.
	marks = []struct{ column, coder string }{{"G", "coder 1"}, {"K", "coder 2"}, {"E", "coder 4, whose sheet is not in the workbook"}}
)

// noName stands for the column without a name.
const noName = "(without a name)"

// districts are the columns of districts.
const districts = 33

func with(m map[string]string, pairs ...string) map[string]string {
	out := maps.Clone(m)
	for i := 0; i < len(pairs); i += 2 {
		out[pairs[i]] = pairs[i+1]
	}
	return out
}

// event is a shutdown, by the merged sheet.
type event struct {
	id, state string
	date      sightline.Date
}

// reader reads the sheets.
type reader struct {
	*source.Reading
	events map[string]event            // by number
	number map[string]string           // of an event, by the hash
	named  map[string]bool             // whose entity was made
	said   map[string]map[string][]int // by label and event: 1 or 0 by each coder who judged it
}

func read(r *source.Reading) error {
	b := &reader{Reading: r, events: map[string]event{}, number: map[string]string{}, named: map[string]bool{}, said: map[string]map[string][]int{}}
	in, _ := r.File("workbook")
	names, err := source.Sheets(r.Dataset.ID, in.Bytes)
	if err != nil {
		return err
	}
	used := map[string]bool{merged: true}
	of := make([]string, len(sheets))
	for i, s := range sheets {
		for _, n := range names {
			if strings.HasPrefix(n, s.prefix) && strings.HasSuffix(n, s.suffix) && !used[n] {
				of[i] = n
				used[n] = true
				break
			}
		}
		if of[i] == "" {
			return sightline.Errorf(sightline.Invalid, "read workbook", r.Dataset.ID, "it has no sheet of %s", s.coder).WithHint("Check that this is the right workbook, with the sheets of all coders.")
		}
	}
	for _, n := range names {
		if !used[n] && !strings.HasPrefix(n, "ANALYSIS ") { // counts over the merged sheet
			return sightline.Errorf(sightline.Invalid, "read workbook", r.Dataset.ID, "the sheet %q is not known", n).WithHint("If a coder was added, the importer must be taught.")
		}
	}
	t, err := b.table(in.Bytes, merged, "merged")
	if err != nil {
		return err
	}
	if err := b.merged(t); err != nil {
		return err
	}
	for i, s := range sheets {
		t, err := b.table(in.Bytes, of[i], s.coder)
		if err != nil {
			return err
		}
		if err := b.coder(t, s); err != nil {
			return err
		}
	}
	b.agreement()
	return nil
}

// table reads a sheet, whose third row names the columns.
func (b *reader) table(file []byte, name, as string) (*source.Table, error) {
	rows, err := source.Book(b.Dataset.ID+"/"+as, file, name)
	if err != nil {
		return nil, err
	}
	if len(rows) < 4 {
		return nil, sightline.Errorf(sightline.Invalid, "read table", b.Dataset.ID+"/"+as, "it has %d rows", len(rows)).WithHint("Get the workbook again.")
	}
	header := slices.Clone(rows[2]) // above it stand counts
	for i, c := range header {
		if c == "" {
			header[i] = noName
		}
	}
	b.CountN("lines above the rows: two of counts, and the names of the columns", 3)
	t, err := source.Grid(b.Dataset.ID+"/"+as, header, rows[3:], 4)
	if err == nil {
		b.CountN("blank lines", len(rows)-3-len(t.Rows))
	}
	return t, err
}

func columns(sets ...[]string) []string {
	out := slices.Concat(sets...)
	for i := range districts {
		out = append(out, "districts/"+strconv.Itoa(i))
	}
	return out
}

func keys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }

// merged reads the events and the labels as published.
func (b *reader) merged(t *source.Table) error {
	if err := t.ExpectColumns(columns(keys(published), []string{"modi", "E", "G", "K", "ID", "year", "date", "state", "id"}, facts)...); err != nil {
		return err
	}
	if err := b.Check(t, 380, 400); err != nil {
		return err
	}
	day, err := sightline.ParseDate("2020-10-22")
	if err != nil {
		return err
	}
	left := ""
	return t.Each(func(row *source.Row) error {
		if id := row.Peek("ID"); id == "" { // a line of text between the events
			left = row.Need("modi")
			b.Count("lines of text between the events")
			return nil
		}
		row.OneOf("modi", "0", "1") // before or after an election: follows from the date
		e, err := b.event(row)
		if err != nil {
			return err
		}
		row.Ignore("source", "description", "notes") // addresses, and free text that may name persons
		row.Ignore("verified", "active", "lastUpdate", "duration_check_hours")
		network, nature, hours, hash := row.Pop("networksAffected"), row.Pop("nature"), row.Pop("duration"), row.Pop("id")
		var places []string
		shifted := hash == "mobile" || hash == "both" || hash == "broadband"
		for i := range districts {
			if d := row.Pop("districts/" + strconv.Itoa(i)); d != "" && (!shifted || i == 0) {
				places = append(places, d)
			} else if shifted && i == 1 {
				nature = d
			} else if shifted && i == 5 {
				hash, network = d, hash
			}
		}
		if shifted {
			b.Count("events whose last columns stand five places to the right, read there")
			hours = ""
		}
		if err := row.Err(); err != nil {
			return err
		}
		b.number[hash] = e.id
		q := map[string]string{"place": place(e.state, places)}
		what, ok := map[string]string{"mobile": "mobile internet", "broadband": "broadband internet", "both": "mobile and broadband internet", "": "the internet"}[network]
		if !ok {
			return sightline.Errorf(sightline.Invalid, "read network", network, "the word is not known").WithHint("If the source has a new word, the importer must be taught.")
		}
		if nature != "" {
			if nature != "preventive" && nature != "reactive" {
				return sightline.Errorf(sightline.Invalid, "read nature", nature, "the word is not known").WithHint("Known are preventive and reactive.")
			}
			q["how"] = nature
		}
		if hours != "" {
			if n, err := strconv.ParseFloat(hours, 64); err == nil && n > 0 {
				q["number"] = hours + " hours"
			} else {
				b.Count("durations that are no number of hours above 0, left out")
			}
		}
		var labels, who []string
		for _, c := range keys(published) {
			if row.OneOf(c, "0", "1") == "1" {
				labels = append(labels, published[c])
			}
		}
		for _, m := range marks {
			if row.OneOf(m.column, "", "x") == "x" {
				who = append(who, m.coder)
			}
		}
		if len(labels) > 0 {
			q["trigger"] = strings.Join(labels, ", ")
		}
		var notes []string
		if len(who) > 0 {
			notes = append(notes, "labelled by "+strings.Join(who, ", "))
		}
		if left != "" {
			notes = append(notes, "the authors left it out of their counts")
			b.Count("events that the authors left out of their counts")
		}
		if len(notes) > 0 {
			q["note"] = strings.Join(notes, "; ")
		}
		valid, err := sightline.ParsePeriod(e.date.String() + "/")
		if err != nil {
			return err
		}
		return b.Claim(sightline.Claim{
			Subject: "country/IN", Predicate: sightline.ShutdownReported, Object: sightline.Object{Text: what}, Qualifiers: q, Valid: valid, Published: day,
			Words: fmt.Sprintf("Deutsche Welle lists, after SFLC.in, a shutdown of %s in %s, India, from %s; it states no end.", what, e.state, e.date),
		}, "number "+e.id, e.id)
	})
}

// place names the state and at most five districts.
func place(state string, districts []string) string {
	switch {
	case len(districts) == 0:
		return state
	case len(districts) > 5:
		return fmt.Sprintf("%s and %d more districts, %s", strings.Join(districts[:5], ", "), len(districts)-5, state)
	}
	return strings.Join(districts, ", ") + ", " + state
}

// event reads number, date and state of a row, and keeps or compares them.
func (b *reader) event(row *source.Row) (event, error) {
	e := event{id: row.Need("ID"), state: row.Need("state")}
	year, serial := row.Need("year"), row.Float("date")
	if err := row.Err(); err != nil {
		return e, err
	}
	t, err := excelize.ExcelDateToTime(serial, false)
	if err != nil {
		return e, sightline.Errorf(sightline.Invalid, "read date", fmt.Sprint(serial), "%w", err).WithHint("Dates are stored as the days of a spreadsheet.")
	}
	if t.Format("2006") != year {
		return e, sightline.Errorf(sightline.Conflict, "read date", t.Format("2006-01-02"), "the year beside it is %s", year).WithHint("Look at the row: one of the two is wrong.")
	}
	if e.date, err = sightline.ParseDate(t.Format("2006-01-02")); err != nil {
		return e, err
	}
	if before, ok := b.events[e.id]; ok && before != e {
		return e, sightline.Errorf(sightline.Conflict, "read event", e.id, "it is of %s in %s here, and of %s in %s in the merged sheet", e.date, e.state, before.date, before.state).
			WithHint("The sheets are not of one edition, or one was sorted in part.")
	}
	b.events[e.id] = e
	return e, nil
}

// coder reads the labels of one coder.
func (b *reader) coder(t *source.Table, s sheet) error {
	named := []string{"ID", "year", "date", "state"}
	if s.byHash {
		named = []string{"id", "year", "date", "state"}
	}
	if err := t.ExpectColumns(columns(keys(s.labels), named, s.ignored)...); err != nil {
		return err
	}
	if err := b.Check(t, s.low, s.high); err != nil {
		return err
	}
	day, err := sightline.ParseDate("2020-10-22")
	if err != nil {
		return err
	}
	return t.Each(func(row *source.Row) error {
		row.Ignore(s.ignored...)
		for i := range districts {
			row.Ignore("districts/" + strconv.Itoa(i)) // read from the merged sheet
		}
		var e event
		if s.byHash {
			hash := row.Need("id")
			row.Ignore("year", "date", "state")
			if err := row.Err(); err != nil {
				return err
			}
			var ok bool
			if e, ok = b.events[b.number[hash]]; !ok {
				return sightline.Errorf(sightline.NotFound, "find event", hash, "the merged sheet does not have it").WithHint("The sheets are not of one edition.")
			}
		} else {
			id := row.Peek("ID")
			if _, known := b.events[id]; !known {
				return sightline.Errorf(sightline.NotFound, "find event", id, "the merged sheet does not have it").WithHint("The sheets are not of one edition.")
			}
			var err error
			if e, err = b.event(row); err != nil {
				return err
			}
		}
		var yes, no, open []string
		for _, c := range keys(s.labels) {
			label := s.labels[c]
			v := row.OneOf(c, "0", "1", "")
			switch v {
			case "1":
				yes = append(yes, label)
			case "0":
				no = append(no, label)
			default:
				open = append(open, label)
				b.Count("labels that " + s.coder + " left open")
				continue
			}
			if b.said[label] == nil {
				b.said[label] = map[string][]int{}
			}
			b.said[label][e.id] = append(b.said[label][e.id], int(v[0]-'0'))
		}
		if err := row.Err(); err != nil {
			return err
		}
		subject := sightline.EntityID("event/" + source.Slug("dw-india", e.id))
		if !b.named[e.id] {
			b.named[e.id] = true
			if err := b.Entity(sightline.Entity{ID: subject, Name: fmt.Sprintf("Shutdown %s in India: %s, %s", e.id, e.state, e.date)}); err != nil {
				return err
			}
		}
		text := "no occasion of the list"
		if len(yes) > 0 {
			text = strings.Join(yes, ", ")
		}
		q := map[string]string{"role": s.coder}
		note := "not: " + strings.Join(no, ", ")
		if len(open) > 0 {
			note += "; left open: " + strings.Join(open, ", ")
		}
		q["note"] = note
		return b.Claim(sightline.Claim{
			Subject: subject, Predicate: sightline.DescribedAs, Object: sightline.Object{Text: text}, Qualifiers: q, Valid: sightline.On(e.date), Published: day,
			Words: fmt.Sprintf("One of the coders (%s) labelled the occasion as: %s.", s.coder, text), Supports: []sightline.ClaimID{sightline.ClaimID(source.Slug(b.Dataset.ID, e.id))},
		}, s.coder+", number "+e.id, e.id, s.coder)
	})
}

// agreement tells how far the coders agree on each label.
func (b *reader) agreement() {
	for _, label := range slices.Sorted(maps.Keys(b.said)) {
		both, alike := 0, 0
		for _, votes := range b.said[label] {
			if len(votes) < 2 {
				continue
			}
			both++
			if !slices.ContainsFunc(votes, func(v int) bool { return v != votes[0] }) {
				alike++
			}
		}
		if both > 0 {
			b.Note("%s: all coders who judged it agree on %d of the %d events that two or more judged", label, alike, both)
		}
	}
}
