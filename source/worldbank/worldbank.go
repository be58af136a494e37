// Package worldbank imports two yearly series of the World Bank: population,
// from the table that github.com/datasets/population packages, and individuals
// using the internet, from an Excel 97 workbook of the Bank.
//
// The traps: the tables mix countries with aggregates ("Euro area", "Low
// income"), which aggregates.csv leaves out by name, so that a new code for a
// group is an error and not a country; only the world total is kept, for it is
// the denominator that fits. The workbook names countries without codes in the
// sheet Data; its sheet on countries has the code of each name. Years without a
// report are empty and make no claim: they are not zero.
package worldbank

import (
	_ "embed"
	"fmt"
	"math"
	"strconv"

	"sightline"
	"sightline/source"
)

//go:embed aggregates.csv
var aggregates string

// World is what the claims on the world total are about.
const World = sightline.EntityID("list/wb-world")

// groups are the aggregates that are left out, by code.
func groups() (map[string]string, error) {
	t, err := source.CSV("worldbank/aggregates.csv", []byte(aggregates))
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	err = t.Each(func(row *source.Row) error {
		names[row.Need("code")] = row.Need("name")
		return nil
	})
	return names, err
}

// subject is what a row is about; ok is false for an aggregate, which is
// counted.
func subject(r *source.Reading, groups map[string]string, code, name string) (id sightline.EntityID, called string, ok bool, err error) {
	if want, is := groups[code]; is {
		if name != want {
			return "", "", false, sightline.Errorf(sightline.Conflict, "read aggregate", code, "its name is %q, not %q", name, want).
				WithHint("Check that the code still stands for the same group, then mend aggregates.csv.")
		}
		r.Count("rows of groups of countries, left out by name")
		return "", "", false, nil
	}
	if code == "WLD" {
		return World, "the world", true, nil
	}
	c, err := sightline.ParseCountry(code)
	if err == nil && len(code) != 3 {
		err = sightline.Errorf(sightline.Invalid, "read code", code, "not a code of three letters").WithHint("Check that this is the right column.")
	}
	return c.Entity(), c.Name(), err == nil, err
}

// value makes the claim of one value.
func value(r *source.Reading, id sightline.EntityID, year, number, unit, words string) error {
	v, err := strconv.ParseFloat(number, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) || v < 0 {
		return sightline.Errorf(sightline.Invalid, "read value", number, "not a number from 0").WithHint("Check that this is the right column.")
	}
	valid, err := sightline.ParsePeriod(year)
	if err != nil {
		return err
	}
	key := "world"
	if c, ok := id.Country(); ok {
		key = c.Code()
	}
	return r.Claim(sightline.Claim{
		Subject: id, Predicate: sightline.CountReported, Object: sightline.Object{Number: v, Unit: unit},
		Qualifiers: map[string]string{"indicator": "indicator/" + r.Dataset.ID}, Valid: valid,
		Words: fmt.Sprintf(words, strconv.FormatFloat(v, 'f', -1, 64)),
	}, key+", "+year, key, year)
}
