package worldbank

import (
	_ "embed"
	"fmt"

	"sightline/source"
)

//go:embed population.jsonl
var populationDeclared string

// Population is the number of people by country and year.
var Population = &source.Dataset{
	ID:       "wb-population",
	Title:    "Population, total (World Bank SP.POP.TOTL)",
	Covers:   "mid-year population of 216 economies and the world, 1960 to 2024",
	Obtain:   "Download data/population.csv from github.com/datasets/population.",
	Changes:  "Each year adds a row for each economy and revises earlier ones. Taiwan and small territories are not listed.",
	Declared: populationDeclared,
	Files:    []source.File{{Role: "table", Name: "*population*.csv"}},
	Editions: []source.Edition{{
		Name: "commit 425fc447a53a", Published: "2026-03-06", Verified: source.CopyOnly,
		SHA256: map[string]string{"table": "7d2dd6a17f5ed7916de1f89a9c116791e64d207f2e2f6ce47c57e1ab46f0088a"},
	}},
	Whole: true,
	Read:  readPopulation,
}

const populationRows = 17195

func readPopulation(r *source.Reading) error {
	low, high := populationRows, populationRows*2
	if r.Edition != nil {
		high = populationRows
	}
	t, err := r.CSV("table", low, high)
	if err != nil {
		return err
	}
	if err := t.ExpectColumns("Country Name", "Country Code", "Year", "Value"); err != nil {
		return err
	}
	left, err := groups()
	if err != nil {
		return err
	}
	return t.Each(func(row *source.Row) error {
		code, name, year, number := row.Need("Country Code"), row.Need("Country Name"), row.Need("Year"), row.Need("Value")
		if err := row.Err(); err != nil {
			return err
		}
		id, called, ok, err := subject(r, left, code, name)
		if err != nil || !ok {
			return err
		}
		return value(r, id, year, number, "people", fmt.Sprintf("The World Bank counts %%s people in %s in %s.", called, year))
	})
}
