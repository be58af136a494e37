package aigs

import (
	"fmt"
	"math"
	"strconv"

	"sightline"
	"sightline/source"
)

// variables of V-Dem in the second sheet, by its headings.
var variables = []struct{ column, name string }{
	{"Gov SM surveillance v2smgovsmmon", "v2smgovsmmon"},
	{"Gov disinfo v2smgovdom", "v2smgovdom"},
	{"Pol party disinfo v2smpardom", "v2smpardom"},
	{"Gov filtering v2smgovfilprc", "v2smgovfilprc"},
	{"Gov internet shutdowns v2smgovshut", "v2smgovshut"},
	{"Gov SM Shutdown v2smgovsm", "v2smgovsm"},
	{"Gov SM censorship v2smgovsmcenprc", "v2smgovsmcenprc"},
	{"Arrests online users (v2smarrest)", "v2smarrest"},
}

// without are the units of V-Dem that have no code (docs/TERRITORIES.md).
var without = map[string]bool{"Palestine/Gaza": true, "Palestine/West Bank": true, "Somaliland": true, "Zanzibar": true}

// scores reads the second sheet. What it has of V-Dem's other variables is
// used to check the first sheet, and read from V-Dem's own data elsewhere.
func (i *importer) scores() error {
	t, err := i.grid("aigs/scores", scoresSheet, 0)
	if err != nil {
		return err
	}
	want := []string{"Country", "Region", "Year", "v2x_polyarchy", "v2x_libdem", "v2x_regime", "Digital Repression Index 2021", "AIGS?"}
	for _, v := range variables {
		want = append(want, v.column)
	}
	if err := t.ExpectColumns(want...); err != nil {
		return err
	}
	low, high := i.bounds(179)
	if err := i.Check(t, low, high); err != nil {
		return err
	}
	found := 0
	if err := t.Each(func(row *source.Row) error {
		name := row.Need("Country")
		row.OneOf("Region", "AFR", "EAP", "EUR", "MENA", "SCA", "WHA")
		row.Expect("Year", "2021")
		row.Ignore("v2x_libdem") // V-Dem's own; a package that reads V-Dem has it
		same := counted{row.Need("v2x_polyarchy"), row.OneOf("v2x_regime", "CA", "EA", "ED", "LD"), row.Need("Digital Repression Index 2021")}
		marked := row.OneOf("AIGS?", "", "x") == "x"
		if without[name] {
			for _, v := range variables {
				row.Ignore(v.column)
			}
			i.Count("units of V-Dem without a code of their own: left out: " + name)
			return row.Err()
		}
		country, err := sightline.ParseCountry(name)
		if err != nil {
			return err
		}
		if err := row.Err(); err != nil {
			return err
		}
		first, in := i.country[country]
		if in {
			found++
		}
		if in != marked || in && first != same {
			return sightline.Errorf(sightline.Conflict, "compare sheets", country.Code(), "the first sheet says %v, the second %v with the mark %v", first, same, marked).
				WithHint("The two sheets must agree on which countries are counted, and on what both print of them.")
		}
		return i.variables(row, country, same.repression)
	}); err != nil {
		return err
	}
	if found != len(i.country) {
		return sightline.Errorf(sightline.Conflict, "compare sheets", "aigs", "the second sheet has %d of the %d countries of the first", found, len(i.country)).
			WithHint("The file may be cut short: get it again.")
	}
	return nil
}

func (i *importer) variables(row *source.Row, country sightline.Country, repression string) error {
	valid, err := sightline.ParsePeriod("2021")
	if err != nil {
		return err
	}
	put := func(indicator, scale, original, words string, value float64) error {
		q := map[string]string{"indicator": "indicator/" + indicator, "edition": "AIGS 2022", "scale": scale}
		if original != "" {
			q["original"] = original
		}
		return i.Claim(sightline.Claim{
			Subject: country.Entity(), Predicate: sightline.Scored, Object: sightline.Object{Number: value, Unit: "points"},
			Qualifiers: q, Words: words, Valid: valid, Published: i.date,
		}, "second sheet, row "+row.Original("Country"), country.Code(), indicator, "2021")
	}
	dri, err := strconv.ParseFloat(repression, 64)
	if err != nil {
		return err
	}
	dri = math.Round(dri*1e4) / 1e4 // single precision, printed as double
	if err := put("aigs-digital-repression", "a mean of standardised variables, higher is more repression", "",
		fmt.Sprintf("%s had %g on the Digital Repression Index for 2021, where higher is more repression.", country.Name(), dri), dri); err != nil {
		return err
	}
	for _, v := range variables {
		printed := row.Float(v.column)
		if err := row.Err(); err != nil {
			return err
		}
		turned := 0 - printed // never -0
		if err := put("vdem-"+v.name, "estimate of V-Dem's measurement model, higher is freer", strconv.FormatFloat(printed, 'f', -1, 64),
			fmt.Sprintf("%s had %g on V-Dem's %s for 2021, where higher is freer; the index prints it with the sign turned.", country.Name(), turned, v.name), turned); err != nil {
			return err
		}
	}
	return nil
}
