// Package itugci imports the Global Cybersecurity Index of the International
// Telecommunication Union, editions 2017 and 2018, from a copy
// (github.com/fr48/gci).
//
// It measures what states say that they have: laws, bodies, strategies. It says
// nothing on freedom. The traps: half of the ranks in the table of 2018 are
// those of 2017, so ranks are not read; and the table of 2018 has Eswatini
// twice, once under its former name with the score of 2017.
package itugci

import (
	_ "embed"
	"fmt"
	"strconv"

	"sightline"
	"sightline/source"
)

//go:embed declared.jsonl
var declared string

//go:embed repairs.csv
var repairs string

// Dataset is the index.
var Dataset = &source.Dataset{
	ID:       "itu-gci",
	Title:    "Global Cybersecurity Index 2017 and 2018",
	Covers:   "commitment to cybersecurity of 194 and 195 states, from 0 to 1, by what they report",
	Obtain:   "Download src/data/gci-2017.csv and src/data/gci-2018.csv from the repository, or make tables of the same columns from the reports of the ITU.",
	Changes:  "A new edition appears every two or three years and changes its questions. The copy has not changed since October 2019.",
	Declared: declared,
	Repairs:  repairs,
	Files:    []source.File{{Role: "2017", Name: "*gci*2017*.csv", Optional: true}, {Role: "2018", Name: "*gci*2018*.csv", Optional: true}},
	Editions: []source.Edition{{
		Name: "commit d678ea69577c", Published: "2019-10-30", Verified: source.CopyOnly,
		SHA256: map[string]string{"2017": sum2017, "2018": sum2018},
	}},
	Read: read,
}

const (
	sum2017 = "f9b5b3d2f26e2d448f181efab8f15cf32a096e35d9a0fa95f02425ce08c3c17c"
	sum2018 = "a2d09473b9475e07e3ebf52366372d97c71e58b1cd38d8eec2843db7345618ea"
)

func read(r *source.Reading) error {
	n := 0
	for _, edition := range []string{"2017", "2018"} {
		in, ok := r.File(edition)
		if !ok {
			continue
		}
		n++
		if err := readEdition(r, edition, in); err != nil {
			return err
		}
	}
	if n == 0 {
		return sightline.Errorf(sightline.Invalid, "import itu-gci", "", "no table was named").WithHint("Name one as 2017=FILE or 2018=FILE.")
	}
	return nil
}

func readEdition(r *source.Reading, edition string, in source.Input) error {
	// 193 member states and the State of Palestine, and the Holy See.
	low, high := 193, 200
	switch in.SHA256 {
	case sum2017:
		low, high = 195, 195
	case sum2018:
		low, high = 196, 196
	}
	t, err := r.CSV(edition, low, high)
	if err != nil {
		return err
	}
	if err := t.ExpectColumns("Country", "Score", "Rank", "Continent"); err != nil {
		return err
	}
	valid, err := sightline.ParsePeriod(edition)
	if err != nil {
		return err
	}
	return t.Each(func(row *source.Row) error {
		country, text := row.Country("Country"), row.Pop("Score")
		row.Ignore("Rank")      // in 2018 half of the ranks are those of 2017; ours are counted from the scores
		row.Ignore("Continent") // a grouping of the copy
		if err := row.Err(); err != nil {
			return err
		}
		if text == "" {
			r.Count("rows without a score")
			return nil
		}
		v, err := strconv.ParseFloat(text, 64)
		if err != nil || !(v >= 0 && v <= 1) {
			return sightline.Errorf(sightline.Invalid, "read score", text, "not a number from 0 to 1").WithHint("Check that this is the table of the index.")
		}
		return r.Claim(sightline.Claim{
			Subject: country.Entity(), Predicate: sightline.Scored, Object: sightline.Object{Number: v, Unit: "on a scale from 0 to 1"},
			Qualifiers: map[string]string{"indicator": "indicator/itu-gci", "edition": edition, "scale": "higher is more committed"}, Valid: valid,
			Words: fmt.Sprintf("The Global Cybersecurity Index %s scores %s %s on a scale from 0 to 1, by what the state reports.", edition, country.Name(), text),
		}, "edition "+edition+", "+row.Original("Country"), country.Code(), edition)
	})
}
