// Package imonitor imports the master table of Internet Monitor, a project of
// the Berkman Klein Center: 482 columns, in which the project joined the data
// of a dozen publishers by country.
//
// What is read is what the project itself made, its index of access, and two
// results of the Web Index of 2014, which has no table of its own any more:
// the whole score, and freedom and openness. families.csv says of every other
// column why it is not read: most are copies of what another importer reads
// from its publisher, or have gaps filled in from the years beside them.
//
// Traps: the letters are Mac OS Roman; Canada, Burkina Faso and Norfolk Island
// have the two letters of China, Bulgaria and Nigeria (repairs.csv); Kosovo has
// a code that is no longer used; "NA" is Namibia; and 46 rows are groups of
// countries.
package imonitor

import (
	_ "embed"
	"fmt"
	"regexp"
	"strconv"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"sightline"
	"sightline/source"
)

//go:embed declared.jsonl
var declared string

//go:embed repairs.csv
var repairs string

//go:embed families.csv
var families string

// Dataset is the master table.
var Dataset = &source.Dataset{
	ID:       "internet-monitor",
	Title:    "Internet Monitor 2015: access, and the Web Index of 2014",
	Covers:   "an index of access of 92 countries, and the Web Index of 86 with its part on freedom and openness, 2014",
	Obtain:   "Download db/data_files/IM_master_2015-12-11.csv from the repository.",
	Changes:  "Not since January 2016; the project has ended.",
	Declared: declared,
	Repairs:  repairs,
	Files:    []source.File{{Role: "table", Name: "*m*master*.csv"}},
	Editions: []source.Edition{{
		Name: "11 December 2015, copy of commit 964a03990e96", Published: "2016-01-25", Verified: source.CopyOnly,
		SHA256: map[string]string{"table": "5ca1c7fab3ff4bfd604691990d10bb8c7a72809786fd8f5be5ae6d3781fadbd0"},
	}},
	Whole: true,
	Read:  read,
}

const (
	tableRows = 297
	groupRows = 46
)

// series are the columns that are read. A rank stands beside some; places are
// counted here from the scores, so it is only held against them.
var series = []struct {
	column, rank string
	indicator    string
	high         float64 // of the scale, which begins at 0
	unit, scale  string
	words        string // of country and score
	source       sightline.SourceID
	none         string
}{
	{"imindex_2014", "imrank_2014", "internet-monitor-access", 10, "on a scale from 0 to 10", "higher is better access",
		"The Internet Monitor Access Index of 2014 scores %s %s on a scale from 0 to 10.", "internet-monitor-2015", "rows without an index of access"},
	{"wiscore_2014", "wirank_2014", "web-index", 100, "points of 100", "100 is the best of the 86",
		"The Web Index of 2014 scores %s %s of 100 points, by a copy.", "web-index-2014", "rows without a Web Index"},
	{"wifreeopen_2014", "", "web-index-freedom", 100, "points of 100", "100 is the freest of the 86",
		"The Web Index of 2014 scores %s %s of 100 points on freedom and openness, by a copy.", "web-index-2014", "rows without a Web Index on freedom"},
}

// family is a set of columns whose names follow a pattern.
type family struct {
	pattern *regexp.Regexp
	count   int
	whyNot  string
}

// sort takes the columns of the table apart: those that are read, and the
// others with the reason. Each column must be of one family, and each family
// must have as many as it had.
func sort(t *source.Table) (ignored []string, err error) {
	own, err := source.CSV("families.csv", []byte(families))
	if err != nil {
		return nil, err
	}
	var list []family
	if err := own.Each(func(row *source.Row) error {
		p, err := regexp.Compile("^(?:" + row.Need("columns") + ")$")
		list = append(list, family{p, row.Int("count"), row.Pop("why_not")})
		return err
	}); err != nil {
		return nil, err
	}
	bad := func(format string, args ...any) error {
		return sightline.Errorf(sightline.Invalid, "read table", t.Name, format, args...).
			WithHint("Check that this is the master table of Internet Monitor, whole. If a column is new, the importer must be taught.")
	}
	found := make([]int, len(list))
	for _, c := range t.Columns {
		of := -1
		for i, f := range list {
			if f.pattern.MatchString(c) {
				of = i
				break
			}
		}
		if of < 0 {
			return nil, bad("it has the column %q, which is not known", sightline.Clip(c, 40))
		}
		if found[of]++; list[of].whyNot != "" {
			ignored = append(ignored, c)
		}
	}
	for i, f := range list {
		if found[i] != f.count {
			return nil, bad("it has %d columns %s, expected %d", found[i], f.pattern, f.count)
		}
	}
	return ignored, nil
}

func read(r *source.Reading) error {
	in, _ := r.File("table")
	text := in.Bytes
	turned := !utf8.Valid(text)
	if turned {
		// Every byte is a letter there, so this cannot fail; what was no Mac OS
		// Roman shows in the names, which are compared with the codes below.
		var err error
		if text, err = charmap.Macintosh.NewDecoder().Bytes(text); err != nil {
			return err
		}
		r.Note("its letters are Mac OS Roman, not UTF-8; read as such, and the names agree with the codes")
	}
	t, err := source.CSV(r.Dataset.ID, text)
	if err != nil {
		return err
	}
	ignored, err := sort(t)
	if err != nil {
		return err
	}
	if err := r.Check(t, tableRows, tableRows); err != nil {
		return err
	}
	groups := 0
	if err := t.Each(func(row *source.Row) error {
		row.Ignore(ignored...) // why is in families.csv
		if row.OneOf("aggregate", "", "1") == "1" {
			row.Ignore("cc2", "cc3", "country")
			unscored(row)
			groups++
			r.Count("groups of countries: left out")
			return nil
		}
		return one(r, row, turned)
	}); err != nil {
		return err
	}
	if groups != groupRows {
		return sightline.Errorf(sightline.Invalid, "read table", t.Name, "%d of its rows are groups of countries, expected %d", groups, groupRows).
			WithHint("The file may have been edited: get it again.")
	}
	return nil
}

// unscored expects a row to have none of the scores.
func unscored(row *source.Row) {
	for _, s := range series {
		row.Expect(s.column, "")
		if s.rank != "" {
			row.Expect(s.rank, "")
		}
	}
}

// one reads the row of a country.
func one(r *source.Reading, row *source.Row, turned bool) error {
	two, three, name := row.Pop("cc2"), row.Need("cc3"), row.Need("country")
	if three == "CHI" && name == "Channel Islands" {
		unscored(row)
		r.Count("rows of the Channel Islands, which have no code as one: left out")
		return row.Err()
	}
	country, err := sightline.ParseCountry(three)
	if err != nil {
		return err
	}
	if two != country.Code() {
		return sightline.Errorf(sightline.Conflict, "read country", three, "the code of two letters beside it is %q, expected %s", two, country.Code()).
			WithHint("Look at the row: one of the codes is wrong.")
	}
	if turned && three == "CIV" && name != "Côte d'Ivoire" {
		return sightline.Errorf(sightline.Conflict, "read text", r.Dataset.ID, "in Mac OS Roman the name of CIV reads %q", name).
			WithHint("The file is in another encoding. Convert it to UTF-8: iconv -f WINDOWS-1252 -t UTF-8 OLD > NEW")
	}
	if n, err := sightline.ParseCountry(name); err == nil && n != country {
		return sightline.Errorf(sightline.Conflict, "read country", name, "the code beside it is %s", three).WithHint("Code and name must agree: look at the row.")
	}
	for _, s := range series {
		text, rank := row.Pop(s.column), ""
		if s.rank != "" {
			rank = row.Pop(s.rank)
		}
		if err := row.Err(); err != nil {
			return err
		}
		if s.rank != "" && (text == "") != (rank == "") {
			return sightline.Errorf(sightline.Conflict, "read rank", rank, "the score beside it is %q: one of a country has both or none", text).WithHint("Look at the row.")
		}
		if text == "" {
			r.Count(s.none)
			continue
		}
		v, err := strconv.ParseFloat(text, 64)
		if err != nil || !(v >= 0 && v <= s.high) {
			return sightline.Errorf(sightline.Invalid, "read score", text, "%s is no number from 0 to %g", s.column, s.high).WithHint("Check that this is the right table.")
		}
		year, err := sightline.ParsePeriod("2014")
		if err != nil {
			return err
		}
		if err := r.Claim(sightline.Claim{
			Subject: country.Entity(), Predicate: sightline.Scored, Object: sightline.Object{Number: v, Unit: s.unit},
			Qualifiers: map[string]string{"indicator": "indicator/" + s.indicator, "edition": "2014", "scale": s.scale},
			Words:      fmt.Sprintf(s.words, country.Name(), text), Valid: year,
			References: []sightline.Reference{{Source: s.source, Locator: s.column + " of " + row.Original("cc3") + " in the master table", Extraction: r.Extraction()}},
		}, "", country.Code(), s.indicator); err != nil {
			return err
		}
	}
	return nil
}
