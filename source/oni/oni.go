// Package oni imports what the OpenNet Initiative found when it tested
// filtering in 74 countries and territories from 2007 to 2012: a rating for
// each of four themes, dated by the year of the test.
//
// The file as published ends its lines with CR alone. Absence of evidence in a
// test of chosen addresses is what was found, not a proof of openness.
package oni

import (
	_ "embed"
	"fmt"

	"sightline"
	"sightline/source"
)

//go:embed declared.jsonl
var declared string

// Dataset is the ratings.
var Dataset = &source.Dataset{
	ID:       "oni",
	Title:    "OpenNet Initiative, filtering ratings",
	Covers:   "filtering of four themes in 74 countries and territories, tested from 2007 to 2012",
	Obtain:   "Download db/data_files/oni_2012-10-29.csv from github.com/berkmancenter/internet_monitor.",
	Changes:  "Never again: the project ended in 2014.",
	Declared: declared,
	Files:    []source.File{{Role: "ratings", Name: "*oni*.csv"}},
	Editions: []source.Edition{{
		Name: "2012-10-29", Published: "2012-10-29", Verified: source.CopyOnly,
		SHA256: map[string]string{"ratings": "3e3d5776a0407c7e7efd32dcac739571b19c22ae06cf6db8d3e5a29bf29a1dc0"},
	}, {
		Name: "2012-10-29, with line ends mended", Published: "2012-10-29", Verified: source.CopyOnly,
		SHA256: map[string]string{"ratings": "70d3f279d5417e7a885b7947cf28a11625a7f2d9d3359d24c9d8f68d677cc9d9"},
	}},
	Whole: true,
	Read:  read,
}

// themes are the columns of the table and our names of its themes.
var themes = []struct{ score, description, id, name string }{
	{"political_score", "political_description", "political", "political content"},
	{"social_score", "social_description", "social", "social content"},
	{"tools_score", "tools_description", "tools", "internet tools"},
	{"conflict/security_score", "conflict_security_description", "conflict", "conflict and security"},
}

var ratings = map[string]string{"0": "no evidence", "1": "suspected", "2": "selective", "3": "substantial", "4": "pervasive"}

func read(r *source.Reading) error {
	t, err := r.CSV("ratings", 74, 74) // the project ended: there is no other edition
	if err != nil {
		return err
	}
	columns := []string{"country_code", "country", "transparency", "consistency", "testing_date", "url"}
	for _, theme := range themes {
		columns = append(columns, theme.score, theme.description)
	}
	if err := t.ExpectColumns(columns...); err != nil {
		return err
	}
	published, err := sightline.ParseDate("2012-10-29")
	if err != nil {
		return err
	}
	return t.Each(func(row *source.Row) error {
		country, tested, url := row.Country("country_code"), row.Need("testing_date"), row.Need("url")
		if err := row.Err(); err != nil {
			return err
		}
		valid, err := sightline.ParsePeriod(tested)
		if err != nil {
			return err
		}
		row.Ignore("country")                     // the code names it
		row.Ignore("transparency", "consistency") // of the filtering as a whole, and missing for half of the countries
		for _, theme := range themes {
			score, description := row.Need(theme.score), row.Need(theme.description)
			if ratings[score] != description {
				return sightline.Errorf(sightline.Conflict, "read rating", theme.id, "score %s is called %q", score, description).
					WithHint("Score and word must agree: look at the row.")
			}
			words := fmt.Sprintf("The OpenNet Initiative found %s filtering of %s in %s when it tested in %s.", description, theme.name, country.Name(), tested)
			if description == "no evidence" {
				words = fmt.Sprintf("The OpenNet Initiative found no evidence of filtering of %s in %s when it tested in %s.", theme.name, country.Name(), tested)
			}
			if err := r.Claim(sightline.Claim{
				Subject: country.Entity(), Predicate: sightline.FilteringRated,
				Object: sightline.Object{Text: theme.name + ": " + description}, Qualifiers: map[string]string{"level": description, "number": score, "group": theme.name},
				Words: words, Valid: valid, Published: published,
			}, url, country.Code(), theme.id); err != nil {
				return err
			}
		}
		return nil
	})
}
