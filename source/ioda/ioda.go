// Package ioda imports the losses of connectivity that the laboratory behind
// IODA curated by hand, 2018 to 2022: where, from when to when, in which of the
// three signals they are seen, and the cause where one was confirmed.
//
// A loss is an outage, and a shutdown only where an order of a government is
// the confirmed cause (exams among them). Most have no known cause.
//
// Traps: the last columns have no name; times are written in five forms, one of
// them on a clock of 24 hours with PM behind it; an end can lie before its
// start, which is left out; one row stands twice; names of countries are in
// forms of their own (countries.csv). The time zone is not stated.
package ioda

import (
	"bytes"
	_ "embed"
	"fmt"
	"regexp"
	"strings"
	"time"

	"sightline"
	"sightline/source"
)

//go:embed declared.jsonl
var declared string

//go:embed countries.csv
var countriesCSV string

//go:embed reasons.csv
var reasonsCSV string

// Dataset is the list.
var Dataset = &source.Dataset{
	ID:       "ioda-outages",
	Title:    "Curated internet outages and shutdowns 2018-2022 (IODA)",
	Covers:   "1,703 losses of connectivity of countries, regions and networks, with the signals that show them; 166 with the order of a government as their confirmed cause",
	Obtain:   "Download ioda_investigated_outages_cleaned_phase1+2.csv from the repository.",
	Changes:  "Not since November 2023: it accompanies a paper of 2023.",
	Declared: declared,
	Files:    []source.File{{Role: "outages", Name: "*.csv"}},
	Editions: []source.Edition{{
		Name: "commit 087e15774ea8", Published: "2023-11-17", Verified: source.CopyOnly,
		SHA256: map[string]string{"outages": "489acd6c295f6609d8a492720e4f59882d0ae91d0b8a993bc42d4e7d4fff6704"},
	}},
	Whole: true,
	Read:  read,
}

const colScope = "Scope (based on granularity at which the outage appears in IODA)"

// signals are the columns of the three signals, and our names of them.
var signals = []struct{ column, name string }{
	{"IODA BGP visible by human", "routes"}, {"IODA AP visible by human ", "active probing"}, {" IODA IBR visible by human", "unsolicited traffic"},
}

func read(r *source.Reading) error {
	countries, causes, ordered := map[string]string{}, map[string]string{}, map[string]bool{}
	for name, f := range map[string]func(*source.Row){
		"countries": func(row *source.Row) { countries[row.Need("name")] = row.Pop("code"); row.Need("reason") },
		"reasons": func(row *source.Row) {
			says := row.Need("says")
			causes[says], ordered[says] = row.Pop("means"), row.Pop("ordered") == "yes"
		},
	} {
		t, err := source.CSV(r.Dataset.ID+"/"+name+".csv", []byte(map[string]string{"countries": countriesCSV, "reasons": reasonsCSV}[name]))
		if err != nil {
			return err
		}
		if err := t.Each(func(row *source.Row) error { f(row); return nil }); err != nil {
			return err
		}
	}
	in, _ := r.File("outages")
	text, blank := named(in.Bytes)
	t, err := source.CSV(r.Dataset.ID+"/outages", text)
	if err != nil {
		return err
	}
	if len(blank) > 0 {
		r.Note("its last columns have no name (%d of them) and no value", len(blank))
	}
	columns := []string{"ID", "Begin time", "End time", "Country", colScope, "Region", "AS", "Cause", "Confirmation Status", "Manually verified", "Grafana URLs", "Notes"}
	columns = append(columns, blank...)
	for _, s := range signals {
		columns = append(columns, s.column)
	}
	if err := t.ExpectColumns(columns...); err != nil {
		return err
	}
	if err := r.Check(t, 1704, 1704); err != nil { // the paper's list: there is no other edition
		return err
	}
	published, err := sightline.ParseDate("2023-11-17")
	if err != nil {
		return err
	}
	return t.Each(func(row *source.Row) error {
		for _, c := range blank {
			row.Expect(c, "")
		}
		o, err := outage(r, row, countries)
		if err != nil || o == nil {
			return err
		}
		cause, confirmed := row.Pop("Cause"), row.OneOf("Confirmation Status", "", "Confirmed", "Unconfirmed")
		means, known := causes[cause]
		if cause != "" && !known {
			return sightline.Errorf(sightline.Invalid, "read cause", cause, "the word is not known").WithHint("Add it to reasons.csv of the importer.")
		}
		q := o.qualifiers
		predicate, because := sightline.OutageReported, "; no cause is known"
		switch {
		case means == "":
		case confirmed != "Confirmed":
			because = "; the cause is not confirmed"
			q["note"] = "cause not confirmed: " + means
		case ordered[cause]:
			predicate, because = sightline.ShutdownReported, ", on "+means
			q["ordered_by"] = "government"
			if cause == "Exams" {
				q["trigger"] = "exams"
			}
		default:
			because = ", after " + means
			q["trigger"] = means
		}
		return r.Claim(sightline.Claim{
			Subject: o.country.Entity(), Predicate: predicate, Object: sightline.Object{Text: "connectivity of " + o.what}, Qualifiers: q, Valid: o.valid, Published: published,
			Words: fmt.Sprintf("IODA's curators list a loss of connectivity of %s%s %s%s.", o.what, o.in, o.when, because),
		}, "row "+o.id, o.id)
	})
}

// named gives the last columns of the first line, which have none, names.
func named(text []byte) (out []byte, names []string) {
	i := bytes.IndexByte(text, '\n')
	if i < 0 || bytes.Count(text[:i], []byte(",")) > source.MaxColumns {
		return text, nil // the reader of the table will say what is wrong
	}
	first := bytes.TrimSuffix(text[:i], []byte("\r"))
	bare := bytes.TrimRight(first, ",")
	for n := range len(first) - len(bare) {
		names = append(names, fmt.Sprintf("(without a name, %d)", n+1))
	}
	if len(names) == 0 {
		return text, nil
	}
	line := append(bytes.Clone(bare), ',')
	for i, n := range names {
		if i > 0 {
			line = append(line, ',')
		}
		line = append(line, `"`+n+`"`...)
	}
	return append(line, text[i:]...), names
}

// loss is what a row says but for its cause.
type loss struct {
	id         string
	country    sightline.Country
	what, in   string // "the country", ""; "the region Zulia", " of Venezuela"
	when       string
	valid      sightline.Period
	qualifiers map[string]string
}

// outage reads a row; nil is one that is about no country.
func outage(r *source.Reading, row *source.Row, countries map[string]string) (*loss, error) {
	o := &loss{id: row.Need("ID"), qualifiers: map[string]string{}}
	row.Expect("Region", "") // what was meant for these stands in the scope
	row.Expect("AS", "")
	row.Ignore("Grafana URLs")                          // addresses within the laboratory
	row.Ignore("Notes")                                 // what a curator changed in the row
	row.OneOf("Manually verified", "YES", "Yes", "yes") // each was looked at
	begin, end := row.Need("Begin time"), row.Pop("End time")
	scope, name := row.Need(colScope), row.Need("Country")
	var seen []string
	for _, s := range signals {
		switch v := strings.ToLower(row.Pop(s.column)); v {
		case "true", "ture":
			seen = append(seen, s.name)
		case "false", "", "n/a", "na":
		default:
			return nil, sightline.Errorf(sightline.Invalid, "read "+s.column, v, "neither true nor false").WithHint("Look at the row.")
		}
	}
	if err := row.Err(); err != nil {
		return nil, err
	}
	if len(seen) > 0 {
		o.qualifiers["tests"] = strings.Join(seen, ", ")
	} else {
		r.Count("losses of which the curators say in no signal whether they see them")
	}
	if code, ok := countries[name]; ok {
		if code == "" {
			r.Count("rows of " + name + ", which is no country")
			row.Ignore("Cause", "Confirmation Status")
			return nil, nil
		}
		name = code
	}
	var err error
	if o.country, err = sightline.ParseCountry(name); err != nil {
		return nil, err
	}
	if err := o.scope(scope); err != nil {
		return nil, err
	}
	from, err := moment(begin)
	if err != nil {
		return nil, err
	}
	o.when = "from " + from.Format("2006-01-02 15:04")
	to, until := time.Time{}, ""
	if end != "" && end != "N/A" {
		if to, err = moment(end); err != nil {
			return nil, err
		}
	}
	switch {
	case to.IsZero():
		o.when += "; no end is stated"
	case to.Before(from):
		r.Count("losses that end before they start, by the source; the end is left out")
		o.qualifiers["note"] = "the source has it end at " + to.Format("2006-01-02 15:04") + ", before it starts"
		o.when += "; the end that is stated lies before it"
	default:
		o.when += " to " + to.Format("2006-01-02 15:04")
		until = to.Format(time.DateOnly)
	}
	o.valid, err = sightline.ParsePeriod(from.Format(time.DateOnly) + "/" + until)
	return o, err
}

var (
	inRegion  = regexp.MustCompile(`^Region \((.+)\)$`)
	inNetwork = regexp.MustCompile(`^AS ?\((?:AS)?(\d+)\)$`)
)

func (o *loss) scope(s string) error {
	region, network := inRegion.FindStringSubmatch(s), inNetwork.FindStringSubmatch(s)
	switch {
	case s == "Country":
		o.what = o.country.Name()
		o.qualifiers["extent"] = "the whole country"
	case region != nil:
		o.what, o.in = "the region "+region[1], " of "+o.country.Name()
		o.qualifiers["extent"], o.qualifiers["place"] = "one region", region[1]
	case network != nil:
		asn, err := sightline.ParseASN(network[1])
		if err != nil {
			return err
		}
		o.what, o.in = asn.String(), " in "+o.country.Name()
		o.qualifiers["extent"], o.qualifiers["networks"] = "one network", asn.String()
	default:
		return sightline.Errorf(sightline.Invalid, "read scope", s, "neither Country nor Region (NAME) nor AS (NUMBER)").WithHint("Look at the row.")
	}
	return nil
}

// The forms of a time. The weekday in front is wrong here and there, and not
// used.
var (
	forms    = []string{"January 2, 2006, 3:04:05 PM", "January 2, 2006, 3:04 PM", "January 2, 2006, 3:04: PM"} // the last where the seconds were lost
	weekday  = regexp.MustCompile(`^[A-Z][a-z]+day,? `)
	fullHour = regexp.MustCompile(`^(\d+/\d+/\d{4}) +(\d+:\d+:\d+) [AP]M$`)
)

func moment(s string) (time.Time, error) {
	plain := weekday.ReplaceAllString(s, "")
	for _, f := range forms {
		if t, err := time.Parse(f, plain); err == nil {
			return t, nil
		}
	}
	if m := fullHour.FindStringSubmatch(s); m != nil { // a clock of 24 hours, with PM all the same
		if t, err := time.Parse("1/2/2006 15:4:5", m[1]+" "+m[2]); err == nil {
			return t, nil
		}
	}
	return time.Time{}, sightline.Errorf(sightline.Invalid, "read time", s, "none of the forms of this list").WithHint("Look at the row: known are Sunday, April 7, 2019, 4:30:00 AM and 7/28/2020 17:00:00 PM.")
}
