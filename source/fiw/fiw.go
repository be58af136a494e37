// Package fiw imports Freedom in the World, the yearly assessment of Freedom
// House, from copies of its two workbooks: all scores of the editions 2013 to
// 2024, and the ratings of political rights and civil liberties since 1973.
//
// The traps:
//
//   - An edition is not a year: edition 2024 covers 2023, and the editions of
//     the 1980s cover spans such as August 1982 to November 1983, which the
//     ratings workbook prints. Claims carry what is covered.
//   - Ratings run from 1 (most free) to 7, scores from 0 to 100 (most free).
//     Scores can be below zero by the additional question.
//   - Places without a country code, and states that are no more, are left out
//     by name (places.csv). "Yugoslavia" is not Serbia: the names that our country
//     table takes for a successor are looked up there first.
//   - South Africa has two ratings in each cell of the first edition, one for
//     the white and one for the Black population; neither is that of the country.
//   - The ratings workbook has three columns for each edition under merged heads.
package fiw

import (
	_ "embed"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"sightline"
	"sightline/source"
)

//go:embed declared.jsonl
var declared string

//go:embed places.csv
var places string

// Dataset is the scores and ratings.
var Dataset = &source.Dataset{
	ID:     "fiw",
	Title:  "Freedom in the World, scores 2013 to 2024 and ratings since 1973",
	Covers: "political rights and civil liberties of 195 countries and some territories, by edition",
	Obtain: "Download the two workbooks from freedomhouse.org (Publication Archives), or from dev/ of github.com/pachadotdev/freedomhouse: " +
		"All_data_FIW_2013-2024.xlsx and Country_and_Territory_Ratings_and_Statuses_FIW_1973-2024.xlsx.",
	Changes:  "A new edition each spring; the sheet of scores is then named for it, and the importer must be taught the name.",
	Declared: declared,
	Files: []source.File{
		{Role: "ratings", Name: "*ratings*.xlsx", Optional: true},
		{Role: "scores", Name: "*fiw*.xlsx", Optional: true},
	},
	Editions: []source.Edition{{
		Name: "2024, copies of commit 6f484848146f", Published: "2024", Verified: source.CopyOnly,
		SHA256: map[string]string{
			"scores":  "69030b4738ca1b282ab38551dbe4da8abbf2b9250b679bd9dc5da3e31f9b6981",
			"ratings": "a974e6fe8ce866745b08008e4427c72c0c8798c3e051135c94024073a2b04c81",
		},
	}},
	Read: read,
}

const (
	scoreSheet     = "FIW13-24"
	countrySheet   = "Country Ratings, Statuses " // with a blank at its end
	territorySheet = "Territory Ratings, Statuses"

	scoreRows     = 2515
	countryRows   = 205
	territoryRows = 25
)

var statuses = map[string]string{"F": "Free", "PF": "Partly Free", "NF": "Not Free"}

func read(r *source.Reading) error {
	where, err := placeTable()
	if err != nil {
		return err
	}
	scores, hasScores := r.File("scores")
	ratings, hasRatings := r.File("ratings")
	if !hasScores && !hasRatings {
		return sightline.Errorf(sightline.Invalid, "import fiw", "", "no workbook was named").WithHint("Name one as scores=FILE or ratings=FILE.")
	}
	if hasScores {
		if err := readScores(r, scores, where); err != nil {
			return err
		}
	}
	if hasRatings {
		for _, s := range []struct {
			sheet, name string
			rows        int
		}{{countrySheet, "fiw/countries", countryRows}, {territorySheet, "fiw/territories", territoryRows}} {
			if err := readRatings(r, ratings, s.sheet, s.name, s.rows, where); err != nil {
				return err
			}
		}
	}
	return nil
}

type place struct{ code, why string }

func placeTable() (map[string]place, error) {
	t, err := source.CSV("fiw/places.csv", []byte(places))
	if err != nil {
		return nil, err
	}
	out := map[string]place{}
	return out, t.Each(func(row *source.Row) error {
		out[row.Need("name")] = place{row.Pop("code"), row.Need("why")}
		return nil
	})
}

// country finds the country of a name. A place that is left out by name is
// counted and not ok.
func country(r *source.Reading, where map[string]place, name string) (c sightline.Country, ok bool, err error) {
	if p, is := where[name]; is {
		if p.code == "" {
			r.Count("rows of " + name + ", left out: " + p.why)
			return c, false, nil
		}
		name = p.code
	}
	c, err = sightline.ParseCountry(name)
	return c, err == nil, err
}

// shown are the columns of the scores that are read, with the lowest and the
// highest value that they can have.
var shown = []struct {
	column, id string
	low, high  int
}{
	{"Total", "total", -4, 100},
	{"PR", "pr", -4, 40},
	{"CL", "cl", 0, 60},
	{"D", "d", 0, 16},
	{"D1", "d1", 0, 4},
	{"D4", "d4", 0, 4},
}

// others are the columns that are not read: single questions and sums of
// groups of them beyond expression, which the totals hold; regions; and the
// ratings, which the other workbook has for all editions.
var others = strings.Fields("Region A1 A2 A3 A B1 B2 B3 B4 B C1 C2 C3 C D2 D3 E1 E2 E3 E F1 F2 F3 F4 F G1 G2 G3 G4 G")

func readScores(r *source.Reading, in source.Input, where map[string]place) error {
	rows, err := source.Book("fiw/scores", in.Bytes, scoreSheet)
	if err != nil {
		return err
	}
	if len(rows) < 3 {
		return sightline.Errorf(sightline.Invalid, "read workbook", "fiw/scores", "the sheet has %d rows", len(rows)).WithHint("Get the workbook again.")
	}
	t, err := source.Grid("fiw/scores", rows[1], rows[2:], 3) // above the header stands a title
	if err != nil {
		return err
	}
	columns := append([]string{"Country/Territory", "C/T", "Edition", "Status", "PR rating", "CL rating", "Add Q", "Add A"}, others...)
	for _, s := range shown {
		columns = append(columns, s.column)
	}
	if err := t.ExpectColumns(columns...); err != nil {
		return err
	}
	high := scoreRows
	if r.Edition == nil {
		high = 2 * scoreRows
	}
	if err := r.Check(t, scoreRows, high); err != nil {
		return err
	}
	return t.Each(func(row *source.Row) error {
		name, edition := row.Need("Country/Territory"), row.Int("Edition")
		row.OneOf("C/T", "c", "t") // a grouping of the publisher; the rows of ours are codes
		status := statuses[row.OneOf("Status", "F", "PF", "NF")]
		row.Ignore("PR rating", "CL rating", "Add Q", "Add A")
		row.Ignore(others...)
		if err := row.Err(); err != nil {
			return err
		}
		if edition < 2013 || edition > 2100 {
			return sightline.Errorf(sightline.Invalid, "read edition", strconv.Itoa(edition), "the sheet begins with 2013").WithHint("Check that the columns are those of this sheet.")
		}
		values := map[string]int{}
		for _, s := range shown {
			v := row.Int(s.column)
			if err := row.Err(); err != nil {
				return err
			}
			if v < s.low || v > s.high {
				return sightline.Errorf(sightline.Invalid, "read score", s.column, "%d is not from %d to %d", v, s.low, s.high).WithHint("Check that the columns are those of this sheet.")
			}
			values[s.column] = v
		}
		if values["PR"]+values["CL"] != values["Total"] {
			return sightline.Errorf(sightline.Conflict, "read total", name, "%d and %d are not %d", values["PR"], values["CL"], values["Total"]).WithHint("The row is damaged: look at it.")
		}
		c, ok, err := country(r, where, name)
		if err != nil || !ok {
			return err
		}
		y, covered := strconv.Itoa(edition), strconv.Itoa(edition-1)
		for _, s := range shown {
			q := map[string]string{"scale": fmt.Sprintf("%d is most free", s.high)}
			words := fmt.Sprintf("Freedom in the World %s gives %s %d of %d for %s in %s.", y, c.Name(), values[s.column], s.high, subjects[s.id], covered)
			if s.id == "total" {
				q["status"] = status
				words = fmt.Sprintf("Freedom in the World %s scores %s %d of 100 for %s: %s.", y, c.Name(), values[s.column], covered, status)
			}
			if err := claim(r, c, s.id, y, covered, y, float64(values[s.column]), fmt.Sprintf("points of %d", s.high), words, q); err != nil {
				return err
			}
		}
		return nil
	})
}

var subjects = map[string]string{
	"pr": "political rights", "cl": "civil liberties", "d": "freedom of expression and belief",
	"d1": "free and independent media", "d4": "speaking freely without fear of being watched",
	"pr-rating": "political rights", "cl-rating": "civil liberties",
}

func claim(r *source.Reading, c sightline.Country, indicator, edition, covered, published string, v float64, unit, words string, q map[string]string) error {
	valid, err := sightline.ParsePeriod(covered)
	if err != nil {
		return err
	}
	date, err := sightline.ParseDate(published)
	if err != nil {
		return err
	}
	q["indicator"], q["edition"] = "indicator/fiw-"+indicator, edition
	return r.Claim(sightline.Claim{
		Subject: c.Entity(), Predicate: sightline.Scored, Object: sightline.Object{Number: v, Unit: unit},
		Qualifiers: q, Words: words, Valid: valid, Published: date,
	}, "edition "+edition+", "+c.Alpha3(), c.Code(), indicator, edition)
}

// edition is one of the ratings workbook: three columns under merged heads.
type edition struct {
	name      string // as printed: "1983-84"
	covered   string // in EDTF
	published string // the last year that the name has
}

var (
	span     = regexp.MustCompile(`^(Jan|Aug|Nov|Dec)\. ?(\d{4})-(Jan|Aug|Nov|Dec)\. ?(\d{4})$`)
	lastYear = regexp.MustCompile(`^(?:Jan\.-Feb\. )?(\d{4})(?:-(\d{2}|\d{4}))?$`)
	months   = map[string]string{"Jan": "01", "Aug": "08", "Nov": "11", "Dec": "12"}
)

// parseEdition reads the heads of an edition.
func parseEdition(name, covered string) (e edition, err error) {
	name, covered = strings.TrimSpace(name), strings.TrimSpace(covered)
	e = edition{name: name, covered: covered}
	m := lastYear.FindStringSubmatch(name)
	if m == nil {
		return e, sightline.Errorf(sightline.Invalid, "read edition", name, "not the name of an edition").WithHint("Check that this is the workbook of ratings.")
	}
	switch e.published = m[1]; len(m[2]) {
	case 2:
		e.published = m[1][:2] + m[2]
	case 4:
		e.published = m[2]
	}
	if m := span.FindStringSubmatch(covered); m != nil {
		e.covered = m[2] + "-" + months[m[1]] + "/" + m[4] + "-" + months[m[3]]
	}
	_, err = sightline.ParsePeriod(e.covered)
	return e, err
}

func readRatings(r *source.Reading, in source.Input, sheet, name string, least int, where map[string]place) error {
	rows, err := source.Book(name, in.Bytes, sheet)
	if err != nil {
		return err
	}
	bad := func(format string, args ...any) error {
		return sightline.Errorf(sightline.Invalid, "read heads", name, format, args...).WithHint("Check that this is the workbook of ratings; if the publisher changed its form, the importer must be taught.")
	}
	if len(rows) < 4 || len(rows[0]) == 0 || rows[0][0] != "Survey Edition" || len(rows[1]) == 0 || rows[1][0] != "Year(s) Under Review" {
		return bad("the sheet does not begin with editions and years under review")
	}
	n := len(rows[2]) / 3
	if len(rows[2]) != 1+3*n || n < 51 {
		return bad("its third row has %d cells, not one and three for each of 51 editions or more", len(rows[2]))
	}
	cell := func(row []string, i int) string {
		if i < len(row) {
			return strings.TrimSpace(row[i])
		}
		return ""
	}
	columns := []string{"name"}
	var editions []edition
	for k := range n {
		for j, want := range []string{"PR", "CL", "Status"} {
			if got := cell(rows[2], 1+3*k+j); got != want {
				return bad("column %d is headed %q, not %s", 2+3*k+j, sightline.Clip(got, 20), want)
			}
			if j > 0 && cell(rows[0], 1+3*k+j)+cell(rows[1], 1+3*k+j) != "" {
				return bad("two editions stand over three columns")
			}
		}
		e, err := parseEdition(cell(rows[0], 1+3*k), cell(rows[1], 1+3*k))
		if err != nil {
			return err
		}
		editions = append(editions, e)
		columns = append(columns, "PR "+e.name, "CL "+e.name, "Status "+e.name)
	}
	t, err := source.Grid(name, columns, rows[3:], 4)
	if err != nil {
		return err
	}
	high := least
	if r.Edition == nil {
		high += 20
	}
	if err := r.Check(t, least, high); err != nil {
		return err
	}
	return t.Each(func(row *source.Row) error {
		called := row.Need("name")
		if err := row.Err(); err != nil {
			return err
		}
		c, ok, err := country(r, where, called)
		if err != nil {
			return err
		}
		for _, e := range editions {
			pr, cl, status := row.Pop("PR "+e.name), row.Pop("CL "+e.name), row.Pop("Status "+e.name)
			switch {
			case !ok:
				continue
			case pr+cl+status == "", pr+cl+status == "---":
				r.Count("editions that did not rate a country or territory")
				continue
			case called == "South Africa" && pr == "2(5)" && cl == "3(6)" && status == "F (NF)":
				r.Count("editions with two ratings of South Africa, for the white and the Black population")
				continue
			}
			word := statuses[status]
			if word == "" {
				return sightline.Errorf(sightline.Invalid, "read status", status, "no status, for %s in the edition %s", called, e.name).WithHint("Look at the row.")
			}
			for _, x := range []struct{ id, text string }{{"pr-rating", pr}, {"cl-rating", cl}} {
				v, err := strconv.Atoi(x.text)
				if err != nil || v < 1 || v > 7 {
					return sightline.Errorf(sightline.Invalid, "read rating", x.text, "not from 1 to 7, for %s in the edition %s", called, e.name).WithHint("Look at the row.")
				}
				if err := claim(r, c, x.id, e.name, e.covered, e.published, float64(v), "on a scale from 1 to 7",
					fmt.Sprintf("Freedom in the World %s rates %s in %s %d of 7 (1 is most free): %s.", e.name, subjects[x.id], c.Name(), v, word),
					map[string]string{"scale": "1 is most free", "status": word}); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
