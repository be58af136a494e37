package uslists

import (
	_ "embed"
	"fmt"
	"strings"

	"sightline"
	"sightline/source"
)

//go:embed notices.jsonl
var notices string

// Notices is the index of Federal Register notices of nonproliferation
// measures. It does not say whom a notice names; a claim says that there is
// one, from when, and where it can be read.
var Notices = &source.Dataset{
	ID:       "us-fr-notices",
	Title:    "US Federal Register notices of nonproliferation measures",
	Covers:   "58 notices of 1998 to 2026: number, day, subject and address",
	Obtain:   "Download fr_notices.csv from datasets/us/special_leg of github.com/opensanctions/opensanctions, or search the Federal Register for the subject.",
	Changes:  "A few notices a year. Older ones stay.",
	Declared: notices,
	Files:    []source.File{{Role: "index", Name: "*.csv"}},
	Editions: []source.Edition{{
		Name: "4 August 2026", Published: "2026-08-04", Verified: source.CopyOnly,
		SHA256: map[string]string{"index": "dc7d47411571d1eabb8919b3ff1649be064ef67f79a1ac4d95528e7f04af6dac"},
	}},
	Whole: true,
	Read: func(r *source.Reading) error {
		low, high := bounds(r, 58, 58, 500)
		t, err := r.CSV("index", low, high)
		if err != nil {
			return err
		}
		if err := t.ExpectColumns("document_number", "publication_date", "html_url", "pdf_url"); err != nil {
			return err
		}
		return t.Each(func(row *source.Row) error {
			number, html := row.Need("document_number"), row.Need("html_url")
			day, err := sightline.ParseDate(row.Need("publication_date"))
			if err != nil {
				return err
			}
			row.Ignore("pdf_url") // the same notice
			place := "https://www.federalregister.gov/documents/" + strings.ReplaceAll(day.String(), "-", "/") + "/" + number + "/"
			subject, ok := strings.CutPrefix(html, place)
			if !ok {
				return sightline.Errorf(sightline.Conflict, "read notice", number, "its address does not fit its number and day: %s", html).WithHint("Look at the row in the file.")
			}
			// The subject is cut in the address, within a phrase.
			subject = strings.ReplaceAll(strings.Trim(subject, "/"), "-", " ")
			act := sightline.EntityID("act/" + source.Slug("us-fr", number))
			if err := r.Entity(sightline.Entity{ID: act, Name: "US Federal Register notice " + number + ": " + subject, Country: usa()}); err != nil {
				return err
			}
			return r.Claim(sightline.Claim{
				Subject: usa().Entity(), Predicate: sightline.ExportRule, Object: sightline.Object{Entity: act},
				Qualifiers: map[string]string{"number": number}, Words: fmt.Sprintf("The United States published notice %s in its Federal Register on %s: %s.", number, day, subject),
				Valid: sightline.On(day), Published: day,
			}, html, number)
		})
	},
}

func usa() sightline.Country {
	c, err := sightline.ParseCountry("US")
	if err != nil {
		panic("BUG: no United States: " + err.Error())
	}
	return c
}
