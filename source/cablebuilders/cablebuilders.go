// Package cablebuilders imports a table of one's own that says who built,
// surveyed or equipped which submarine cable, each row with its source.
// Public lists of cables mostly leave the builder out; contracts, press
// releases and the trade press have it.
//
// Columns, in any order: cable (an entity id such as cable/peace, or the id
// of TeleGeography's map), supplier (an entity id such as company/subcom, or a
// name), role (builder, supplier, survey, repeaters, cable maker, marine works), date
// (of the contract or delivery, EDTF, or empty), words (a sentence of your own,
// or empty), source_title, publisher, kind, url, published, scope, reliability. Scope is
// the vocabulary's: all if the source looked at suppliers of every nation,
// none if it is about this one cable, one:XX if it looked at one nation; rows
// of the last kind carry no share (docs/methods/cables.md).
//
// The table is a supplement: what a later table leaves out stays.
package cablebuilders

import (
	_ "embed"
	"fmt"
	"strings"

	"sightline"
	"sightline/source"
)

//go:embed declared.jsonl
var declared string

// ID is the id of the data set.
const ID = "cable-builders"

var columns = []string{"cable", "supplier", "role", "date", "words", "source_title", "publisher", "kind", "url", "published", "scope", "reliability"}

// Dataset is the table.
var Dataset = &source.Dataset{
	ID:     ID,
	Title:  "Who built which cable: a table of your own",
	Covers: "builders, suppliers and surveyors of submarine cables, one row for each, with its source",
	Obtain: "Write it yourself: a CSV file with the columns " + strings.Join(columns, ", ") + ". The cable is an entity (cable/peace) or the id on TeleGeography's map " +
		"(equiano); the supplier is an entity (company/subcom) or a name; role is builder, supplier, survey, repeaters, cable maker or marine works; kind, scope and " +
		"reliability are words of docs/CLAIMS.md (scope: none for a source about this cable, all for one that looked at suppliers of every nation, one:CN for one " +
		"that looked at China only). Date, words, url and published may be empty.",
	Changes:  "As you like. A row that says something else of the same cable, supplier and role corrects the earlier one.",
	Declared: declared,
	Files:    []source.File{{Role: "builders", Name: "*.csv"}},
	Read:     read,
}

func read(r *source.Reading) error {
	t, err := r.CSV("builders", 1, 100000)
	if err != nil {
		return err
	}
	if err := t.ExpectColumns(columns...); err != nil {
		return err
	}
	return t.Each(func(row *source.Row) error {
		cable, supplier := row.Need("cable"), row.Need("supplier")
		role := row.OneOf("role", "builder", "supplier", "survey", "repeaters", "cable maker", "marine works")
		date, words := row.Pop("date"), row.Pop("words")
		src := sightline.Source{Title: row.Need("source_title"), Publisher: row.Need("publisher"), URL: row.Pop("url"), Licence: "facts"}
		kind, published, scope, reliability := row.Need("kind"), row.Pop("published"), row.Need("scope"), row.Need("reliability")
		if err := row.Err(); err != nil {
			return err
		}
		id := sightline.EntityID(cable)
		if !strings.HasPrefix(cable, "cable/") {
			id = sightline.EntityID("cable/" + source.Slug("telegeography", cable))
			if mapped, ok := mapped(cable); ok {
				id = mapped
			}
		}
		firm := sightline.EntityID(supplier)
		if !strings.HasPrefix(supplier, "company/") {
			firm = sightline.EntityID("company/" + source.Slug(ID, supplier))
			if err := r.Entity(sightline.Entity{ID: firm, Name: supplier}); err != nil {
				return err
			}
		}
		if err := src.Kind.UnmarshalText([]byte(kind)); err != nil {
			return err
		}
		if err := src.Reliability.UnmarshalText([]byte(reliability)); err != nil {
			return err
		}
		if err := src.Scope.UnmarshalText([]byte(scope)); err != nil {
			return err
		}
		var valid sightline.Period
		var err error
		if src.Published, err = sightline.ParseDate(published); published != "" && err != nil {
			return err
		}
		if date != "" {
			if valid, err = sightline.ParsePeriod(date); err != nil {
				return err
			}
		}
		src.ID = sightline.SourceID(source.Slug(ID, src.Publisher, published, src.Title))
		src.Selection = "Named for this row by the maker of the table"
		if err := r.Source(src); err != nil {
			return err
		}
		if words == "" {
			words = fmt.Sprintf("%s is named as %s of %s.", supplier, role, cable)
		}
		return r.Claim(sightline.Claim{
			Subject: id, Predicate: sightline.BuiltBy, Object: sightline.Object{Entity: firm}, Qualifiers: map[string]string{"role": role},
			Words: words, Valid: valid, Published: src.Published,
			References: []sightline.Reference{{Source: src.ID, Locator: src.URL, Extraction: r.Extraction()}},
		}, "", string(id), string(firm), role)
	})
}
