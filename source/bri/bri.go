// Package bri imports a table of the countries that joined the Belt and Road
// Initiative, by year of joining (github.com/beeway/belt-and-road-projects,
// friend.xlsx).
//
// The year stands twice: as an ordinal ("friend", 1 is 2013), and in the
// column of that year. Both must agree. The table shows nobody leaving and
// stops in 2023, so that no membership has an end.
package bri

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

// Dataset is the table.
var Dataset = &source.Dataset{
	ID:       "bri",
	Title:    "Belt and Road countries by year of joining",
	Covers:   "which of 152 countries joined, and in what year from 2014 to 2023",
	Obtain:   "Download friend.xlsx from the repository.",
	Changes:  "Not seen to change since March 2024. A new year would be a new column, which the importer refuses until it is taught.",
	Declared: declared,
	Repairs:  repairs,
	Files:    []source.File{{Role: "table", Name: "*.xlsx"}},
	Editions: []source.Edition{{
		Name: "commit ee0cad43f529", Published: "2024-03-06", Verified: source.CopyOnly,
		SHA256: map[string]string{"table": "15228b758438bb90d41b0a9eb45e537b50b54dba37c38aee5a53df110cc28105"},
	}},
	Whole: true,
	Read:  read,
}

const (
	sheet     = "Sheet2"
	firstYear = 2013
	lastYear  = 2023
)

func read(r *source.Reading) error {
	in, _ := r.File("table")
	rows, err := source.Book(r.Dataset.ID, in.Bytes, sheet)
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		return sightline.Errorf(sightline.Invalid, "read table", r.Dataset.ID, "the sheet %q is empty", sheet)
	}
	t, err := source.Grid(r.Dataset.ID, rows[0], rows[1:], 2)
	if err != nil {
		return err
	}
	columns := []string{"国家", "country", "id", "friend"}
	for y := firstYear; y <= lastYear; y++ {
		columns = append(columns, column(y))
	}
	if err := t.ExpectColumns(columns...); err != nil {
		return err
	}
	if err := r.Check(t, 152, 200); err != nil {
		return err
	}
	published, err := sightline.ParseDate("2024-03-06")
	if err != nil {
		return err
	}
	return t.Each(func(row *source.Row) error {
		country, ordinal := row.Country("id"), row.Int("friend")
		if err := row.Err(); err != nil {
			return err
		}
		joined := firstYear - 1 + ordinal
		if joined < firstYear || joined > lastYear {
			return sightline.Errorf(sightline.Invalid, "read year", strconv.Itoa(joined), "outside the years of the table")
		}
		if n, err := sightline.ParseCountry(row.Peek("country")); err == nil && n != country {
			return sightline.Errorf(sightline.Conflict, "read country", row.Peek("country"), "the code beside it is %s", country.Code())
		}
		row.Ignore("国家", "country") // the code names it
		for y := firstYear; y <= lastYear; y++ {
			want := "0"
			if y == joined {
				want = strconv.Itoa(ordinal)
			}
			row.Expect(column(y), want)
		}
		// The end is unknown: the table stops in 2023 and shows nobody leaving.
		valid, err := sightline.ParsePeriod(strconv.Itoa(joined) + "/")
		if err != nil {
			return err
		}
		return r.Claim(sightline.Claim{
			Subject: country.Entity(), Predicate: sightline.MemberOf, Object: sightline.Object{Entity: "list/bri-memoranda"},
			Qualifiers: map[string]string{"how": "joined"}, Valid: valid, Published: published,
			Words: fmt.Sprintf("%s joined the Belt and Road Initiative in %d, by a table that stops in 2023.", country.Name(), joined),
		}, "row "+row.Original("id"), country.Code())
	})
}

// column is the name of the column of a year.
func column(year int) string { return fmt.Sprintf("Y%02d", year%100) }
