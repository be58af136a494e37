// Package fotn imports the total scores of Freedom on the Net, the yearly
// assessment of Freedom House: from the DA2I panel, which carries a copy of the
// editions 2011 to 2019, and from tables of scores as printed.
//
// What goes in is one or more tables of country, edition and score; what comes
// out is one claim for each country and edition, always on the scale of which
// 100 is most free. The traps:
//
//   - Editions to 2018 were printed with 0 as most free and 100 as least; from
//     2019 it is the other way round. Copies are often turned round already.
//     Which way a table has an edition is told by China (20 or less: 100 is most
//     free; 80 or more: 0 is), by a stated scale, or by the printed statuses, and
//     all that is there must agree. What cannot be told is refused.
//   - An edition is not a year: edition Y covers June of Y-1 to May of Y. The
//     first four editions covered spans of their own near to that (the one of
//     2011 appeared in April), so their periods are marked as approximate.
//   - The pilot of 2009 asked other questions and is left out by name.
//
// The rules are those of the report's own methodology: status Free from 70,
// Partly Free from 40, Not Free below; the old scale is 100 less the new, and
// its thresholds (30, 60) map exactly.
package fotn

import (
	_ "embed"
	"fmt"
	"slices"
	"strconv"

	"sightline"
	"sightline/source"
)

//go:embed declared.jsonl
var declared string

//go:embed indicators.csv
var indicators string

// Dataset is the scores.
var Dataset = &source.Dataset{
	ID:     "fotn",
	Title:  "Freedom on the Net, total scores",
	Covers: "internet freedom from 0 to 100 (most free) of 37 to 70 chosen countries, by edition since 2011",
	Obtain: "panel: DA2I_Indicator_Database_Public.csv (and db_indicator_info.csv) of github.com/tascha/DA2I-Dashboards, a copy of the editions 2011 to 2019. " +
		"scores: a table with the columns iso3, edition, score and perhaps scale (\"100 is most free\" or \"0 is most free\"), status and source, of whole editions; part: the same of some countries only.",
	Changes:  "A new edition appears each autumn. The scale was turned round in 2019; the number of countries grows.",
	Declared: declared,
	Files: []source.File{
		{Role: "codebook", Name: "*indicator_info*.csv", Optional: true},
		{Role: "panel", Name: "*da2i*indicator*.csv", Optional: true},
		{Role: "part", Name: "*part*.csv", Optional: true, Many: true},
		{Role: "scores", Name: "*fotn*.csv", Optional: true, Many: true},
	},
	Editions: []source.Edition{
		{Name: "DA2I panel, commit 32335a2ae6a8", Published: "2020-08-16", Verified: source.CopyOnly,
			SHA256: map[string]string{"panel": panelSum, "codebook": codebookSum}},
		{Name: "scores of 2011 to 2019 and 2021", Verified: source.CopyOnly,
			SHA256: map[string]string{"scores": scoresSum}},
		{Name: "DA2I panel and scores to 2021", Verified: source.CopyOnly,
			SHA256: map[string]string{"panel": panelSum, "codebook": codebookSum, "scores": scoresSum}},
	},
	Read: read,
}

const (
	panelSum    = "2eea3d230002bb4cb0ae35582a39856cb8bf3caa31e2c7e099eee572738d74d3"
	codebookSum = "f805c6eda23fef27960e7963823f607373e27a82dbfdf302d87bb2d95a065dde"
	scoresSum   = "45e88af3238304374916295689d1ddc95235a624dc8fa084506751eff2bdc2d5"
)

const (
	indicator = "indicator/fotn-total"
	unit      = "points of 100"
	freeAt100 = "100 is most free"
	freeAt0   = "0 is most free"

	panelRows  = 70673
	firstWhole = 2011 // edition; the pilot came in 2009, and none in 2010
	pilot      = 2009
)

// scored is how many countries each edition scored, by the copies at hand; of
// an edition that is not here it is taken to be the last.
var scored = map[int]int{2011: 37, 2012: 47, 2013: 60, 2014: 65, 2015: 65, 2016: 65, 2017: 65, 2018: 63, 2019: 65, 2020: 65, 2021: 70}

func published(edition int) int {
	for {
		if n, ok := scored[edition]; ok {
			return n
		}
		edition--
	}
}

// score is a row as it was read.
type score struct {
	country sightline.Country
	edition int
	value   int
	scale   string // stated; empty where it is not
	status  string // printed; empty where it is not
}

func read(r *source.Reading) error {
	_, has := r.File("panel")
	if !has && len(r.Files("scores"))+len(r.Files("part")) == 0 {
		return sightline.Errorf(sightline.Invalid, "import fotn", "", "no table of scores was named").WithHint("Name one as panel=FILE, scores=FILE or part=FILE. See: sightline source show fotn")
	}
	said := map[string]int{} // by country and edition, over all files
	if _, ok := r.File("codebook"); ok {
		if err := readCodebook(r); err != nil {
			return err
		}
	}
	if has {
		rows, err := readPanel(r)
		if err == nil {
			err = claims(r, "the panel", rows, panelFloor, said)
		}
		if err != nil {
			return err
		}
	}
	for _, role := range []string{"scores", "part"} {
		for i, in := range r.Files(role) {
			name := fmt.Sprintf("fotn/%s", role)
			if i > 0 {
				name += strconv.Itoa(i + 1)
			}
			rows, err := readScores(r, name, in)
			if err != nil {
				return err
			}
			// A table that holds four fifths of an edition may be one that lacks
			// some countries; one that holds less was cut off.
			least := func(edition int) int { return (4*published(edition) + 4) / 5 }
			if role == "part" {
				least = func(int) int { return 0 }
			}
			if err := claims(r, name, rows, least, said); err != nil {
				return err
			}
		}
	}
	return nil
}

func panelFloor(edition int) int { return min(published(edition), 65) }

// names are the indicators of the panel, and why all but one are not read
// here.
func names() (map[string]string, error) {
	t, err := source.CSV("fotn/indicators.csv", []byte(indicators))
	if err != nil {
		return nil, err
	}
	known := map[string]string{}
	err = t.Each(func(row *source.Row) error {
		known[row.Need("name")] = row.Pop("why_not")
		return nil
	})
	return known, err
}

// unknown says that an indicator has no row in indicators.csv.
func unknown(name, where string) error {
	return sightline.Errorf(sightline.Invalid, "read indicator", name, "the %s did not have it before", where).
		WithHint("Look what it is, and whether the importer should read it.")
}

// readCodebook checks that each indicator of the codebook is known, and that
// the one that is read is among them. Of some, the panel has no row.
func readCodebook(r *source.Reading) error {
	t, err := r.CSV("codebook", 64, 200)
	if err != nil {
		return err
	}
	if err := t.ExpectColumns("Name", "Long.name", "Description", "Source", "Unit"); err != nil {
		return err
	}
	known, err := names()
	if err != nil {
		return err
	}
	found := false
	err = t.Each(func(row *source.Row) error {
		name := row.Need("Name")
		if _, ok := known[name]; !ok && name != "" {
			return unknown(name, "codebook")
		}
		found = found || name == "FotN"
		row.Ignore("Long.name", "Description", "Source", "Unit") // prose about each indicator
		r.Count("indicators that the codebook describes: it makes no claim")
		return nil
	})
	if err == nil && !found {
		err = sightline.Errorf(sightline.Invalid, "read codebook", "FotN", "it does not name the indicator").WithHint("Check that this is the codebook of the panel.")
	}
	return err
}

// readPanel reads the rows of Freedom on the Net and counts those of the other
// indicators by name.
func readPanel(r *source.Reading) ([]score, error) {
	high := 4 * panelRows
	if r.Edition != nil {
		high = panelRows
	}
	t, err := r.CSV("panel", panelRows, high)
	if err != nil {
		return nil, err
	}
	if err := t.ExpectColumns("ISO3", "Year", "value", "Name"); err != nil {
		return nil, err
	}
	known, err := names()
	if err != nil {
		return nil, err
	}
	var out []score
	return out, t.Each(func(row *source.Row) error {
		name := row.Pop("Name")
		if name == "" {
			row.Expect("ISO3", "")
			row.Expect("Year", "")
			row.Expect("value", "")
			r.Count("rows without any value")
			return nil
		}
		if why, ok := known[name]; !ok {
			return unknown(name, "panel")
		} else if why != "" {
			row.Ignore("ISO3", "Year", "value") // of another indicator
			r.Count("rows of " + name + ", not read here: " + why)
			return nil
		}
		s, ok, err := one(r, row, "ISO3", "Year", "value")
		if ok {
			out = append(out, s)
		}
		return err
	})
}

// readScores reads a table of our layout.
func readScores(r *source.Reading, name string, in source.Input) ([]score, error) {
	t, err := source.CSV(name, in.Bytes)
	if err != nil {
		return nil, err
	}
	columns := []string{"iso3", "edition", "score"}
	for _, c := range []string{"scale", "status", "source"} {
		if slices.Contains(t.Columns, c) {
			columns = append(columns, c)
		}
	}
	if err := t.ExpectColumns(columns...); err != nil {
		return nil, err
	}
	low, high := 1, 10000
	if in.SHA256 == scoresSum {
		low, high = 589, 589
	}
	if err := r.Check(t, low, high); err != nil {
		return nil, err
	}
	optional := func(row *source.Row, c string) string {
		if row.Has(c) {
			return row.Pop(c)
		}
		return ""
	}
	var out []score
	return out, t.Each(func(row *source.Row) error {
		s, ok, err := one(r, row, "iso3", "edition", "score")
		s.scale, s.status = optional(row, "scale"), optional(row, "status")
		optional(row, "source") // which copy it was: a score is one matter whatever it was copied from
		if err != nil || !ok {
			return err
		}
		switch s.scale {
		case "", freeAt100, freeAt0:
		default:
			return sightline.Errorf(sightline.Invalid, "read scale", s.scale, "no scale of this report").WithHint("Write %q or %q, or nothing.", freeAt100, freeAt0)
		}
		switch s.status {
		case "", "Free", "Partly Free", "Not Free":
		default:
			return sightline.Errorf(sightline.Invalid, "read status", s.status, "no status of this report").WithHint("Write Free, Partly Free or Not Free, or nothing.")
		}
		out = append(out, s)
		return nil
	})
}

// one reads country, edition and score. A row without a score, or of the
// pilot, is counted and not ok.
func one(r *source.Reading, row *source.Row, country, edition, value string) (s score, ok bool, err error) {
	s.country = row.Country(country)
	e, v := row.Need(edition), row.Pop(value)
	if err := row.Err(); err != nil {
		return s, false, err
	}
	if s.edition, err = whole(e, firstWhole-2, 2100); err != nil {
		return s, false, err
	}
	if s.edition == pilot {
		r.Count("rows of the pilot edition of 2009, which asked other questions")
		return s, false, nil
	}
	if s.edition < firstWhole {
		return s, false, sightline.Errorf(sightline.Invalid, "read edition", e, "no edition appeared in that year").WithHint("The column must hold editions, which began in 2011 after a pilot in 2009.")
	}
	switch v {
	case "", "NA", "N/A", "#N/A", "-", "..":
		r.Count("rows without a score")
		return s, false, nil
	}
	s.value, err = whole(v, 0, 100)
	return s, err == nil, err
}

// whole reads a whole number, which some tables write with a point.
func whole(s string, low, high int) (int, error) {
	f, err := strconv.ParseFloat(s, 64)
	n := int(f)
	if err != nil || float64(n) != f || n < low || n > high {
		return 0, sightline.Errorf(sightline.Invalid, "read number", s, "not a whole number from %d to %d", low, high).WithHint("Check that the columns are those of this table.")
	}
	return n, nil
}

// claims makes the claims of a table. Least is how many countries an edition
// must have to count as whole; said is what earlier tables said.
func claims(r *source.Reading, table string, rows []score, least func(edition int) int, said map[string]int) error {
	if len(rows) == 0 {
		return sightline.Errorf(sightline.Invalid, "read scores", table, "it holds no score of this report").WithHint("Check that this is the right file.")
	}
	by := map[int][]score{}
	for _, s := range rows {
		by[s.edition] = append(by[s.edition], s)
	}
	var editions []int
	for e := range by {
		editions = append(editions, e)
	}
	slices.Sort(editions)
	for _, e := range editions {
		if n := len(by[e]); n < least(e) || n > 120 {
			return sightline.Errorf(sightline.Invalid, "read scores", fmt.Sprintf("%s, edition %d", table, e), "it scores %d countries; the edition scored %d", n, published(e)).
				WithHint("The file may be cut short. If it is meant to hold some countries of an edition only, name it as part=FILE.")
		}
		scale, err := direction(by[e])
		if err != nil {
			return sightline.Errorf(sightline.ErrorCode(err), "read scores", fmt.Sprintf("%s, edition %d", table, e), "%w", err).WithHint("%s", sightline.ErrorHint(err))
		}
		if e > 2018 && scale == freeAt0 {
			r.Note("%s has edition %d with 0 as most free, unlike the edition as printed; turned round", table, e)
		}
		for _, s := range by[e] {
			if err := one100(r, s, scale, said); err != nil {
				return err
			}
		}
	}
	return nil
}

// direction tells which end of the scale is most free in the scores of one
// edition.
func direction(rows []score) (string, error) {
	scale, by := "", ""
	evidence := func(found, from string) error {
		if scale != "" && scale != found {
			return sightline.Errorf(sightline.Conflict, "tell the scale", "", "by %s %s, by %s %s", by, scale, from, found).
				WithHint("The table mixes two scales, or a score or status is wrong.")
		}
		scale, by = found, from
		return nil
	}
	for _, s := range rows {
		if s.scale != "" {
			if err := evidence(s.scale, "the stated scale"); err != nil {
				return "", err
			}
		}
	}
	china := -1
	for _, s := range rows {
		if s.country.Code() != "CN" {
			continue
		}
		china = s.value
		var err error
		switch {
		case china <= 20:
			err = evidence(freeAt100, fmt.Sprintf("China's score of %d", china))
		case china >= 80:
			err = evidence(freeAt0, fmt.Sprintf("China's score of %d", china))
		}
		if err != nil {
			return "", err
		}
	}
	// A status fits one direction only, unless it is Partly Free.
	for _, s := range rows {
		if s.status == "" {
			continue
		}
		up, down := status(s.value) == s.status, status(100-s.value) == s.status
		from := fmt.Sprintf("the status %s of %s with %d", s.status, s.country.Code(), s.value)
		var err error
		switch {
		case up && !down:
			err = evidence(freeAt100, from)
		case down && !up:
			err = evidence(freeAt0, from)
		case !up && !down:
			err = sightline.Errorf(sightline.Conflict, "read status", s.status, "a score of %d for %s has another status on either scale", s.value, s.country.Code()).
				WithHint("Free is 70 to 100 (0 to 30 on the old scale), Partly Free 40 to 69 (31 to 60), Not Free 0 to 39 (61 to 100).")
		}
		if err != nil {
			return "", err
		}
	}
	if scale == "" {
		why := "it has no score of China and no status"
		if china >= 0 {
			why = fmt.Sprintf("China's score of %d fits neither", china)
		}
		return "", sightline.Errorf(sightline.Invalid, "tell the scale", "", "it cannot be told whether 0 or 100 is most free: %s", why).
			WithHint("Add a column scale that says %q or %q.", freeAt100, freeAt0)
	}
	return scale, nil
}

// status is the status of a score on the scale of which 100 is most free.
func status(v int) string {
	switch {
	case v >= 70:
		return "Free"
	case v >= 40:
		return "Partly Free"
	}
	return "Not Free"
}

// one100 makes the claim of a score, on the scale of which 100 is most free.
func one100(r *source.Reading, s score, scale string, said map[string]int) error {
	value := s.value
	if scale == freeAt0 {
		value = 100 - s.value
	}
	edition := strconv.Itoa(s.edition)
	key := s.country.Code() + " " + edition
	if before, twice := said[key]; twice {
		if before != value {
			return sightline.Errorf(sightline.Conflict, "read score", key, "%d here and %d before", value, before).
				WithHint("Two rows or two files contradict each other.")
		}
		r.Count("rows that repeat a score")
		return nil
	}
	said[key] = value
	about := ""
	if s.edition < 2015 {
		about = "~"
	}
	valid, err := sightline.ParsePeriod(fmt.Sprintf("%d-06%s/%d-05%s", s.edition-1, about, s.edition, about))
	if err != nil {
		return err
	}
	date, err := sightline.ParseDate(edition)
	if err != nil {
		return err
	}
	q := map[string]string{"indicator": indicator, "edition": edition, "scale": freeAt100, "status": status(value)}
	words := fmt.Sprintf("Freedom on the Net %s scores %s %d of 100 (100 is most free): %s.", edition, s.country.Name(), value, status(value))
	switch {
	case scale == freeAt0:
		q["original"] = strconv.Itoa(s.value)
		words += fmt.Sprintf(" The edition has %d, on a scale of which 0 is most free; it is turned round here.", s.value)
	case s.edition <= 2018:
		q["note"] = "turned round by the copy that was read"
		words += " The edition was printed with 0 as most free; the copy that was read had turned it round."
	}
	return r.Claim(sightline.Claim{
		Subject: s.country.Entity(), Predicate: sightline.Scored, Object: sightline.Object{Number: float64(value), Unit: unit},
		Qualifiers: q, Words: words, Valid: valid, Published: date,
	}, "edition "+edition+", "+s.country.Alpha3(), s.country.Code(), edition)
}
