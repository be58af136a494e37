// Package vdem imports two tables of the Varieties of Democracy project: the
// expert judgements of digital society for 2021, from a copy of version 12, and
// the yearly electoral democracy index and regime type since 2000, from the
// table of the Episodes of Regime Transformation, version 15.
//
// The traps:
//
//   - Signs. Most judgements of digital society are higher where there is less
//     repression, but the two on capacity are higher where there is more
//     capacity. Each has its scale in indicators.csv, and no sign is turned here.
//     (The copy of these columns in the AIGS workbook is turned round.)
//   - Judgements are estimates of a measurement model. The regime table has the
//     interval of the index (codelow to codehigh, 68 %); the copy of version 12
//     has none. Scores of the model have no zero and no unit.
//   - "NA" in a column of values is a missing value. Namibia is NAM.
//   - V-Dem has units without a country code: Gaza, Somaliland, Zanzibar. They
//     are left out by name. Its PSE is the West Bank alone, which the claims say.
//   - Codes of states that are no more (South Yemen, the German Democratic
//     Republic) stand in years before 2000 only, which are not read.
package vdem

import (
	"bytes"
	_ "embed"
	"fmt"
	"strconv"
	"strings"

	"sightline"
	"sightline/source"
)

//go:embed dsp.jsonl
var dspDeclared string

//go:embed regime.jsonl
var regimeDeclared string

//go:embed indicators.csv
var indicators string

// Society is the judgements of digital society.
var Society = &source.Dataset{
	ID:       "vdem-dsp",
	Title:    "V-Dem, digital society 2021",
	Covers:   "expert judgements of filtering, shutdowns, monitoring and speech online in 176 countries, 2021",
	Obtain:   "Download data/new_vdem.csv from github.com/MatteoLarrode/Internet_FreedomOfSpeech, or make a table of the same columns from the country-year data of V-Dem.",
	Changes:  "V-Dem publishes a version each March, and estimates all years anew: scores of two versions cannot be compared.",
	Declared: dspDeclared,
	Files:    []source.File{{Role: "table", Name: "*vdem*.csv"}},
	Editions: []source.Edition{{
		Name: "version 12, copy of commit 9f45d552158a", Published: "2023-04-26", Verified: source.CopyOnly,
		SHA256: map[string]string{"table": "9c6a525f38f57a865a73d4db799e4c50e081ea3cd1df1c5db5d9abe949863738"},
	}},
	Read: readSociety,
}

// Regime is the yearly index and regime type.
var Regime = &source.Dataset{
	ID:       "vdem-regime",
	Title:    "V-Dem, electoral democracy and regime type since 2000",
	Covers:   "electoral democracy index with its interval, and regime type, of 176 countries by year from 2000",
	Obtain:   "Download inst/ert.csv from github.com/vdeminstitute/ERT.",
	Changes:  "A version each March, with all years estimated anew.",
	Declared: regimeDeclared,
	Files:    []source.File{{Role: "table", Name: "*ert*.csv"}},
	Editions: []source.Edition{{
		Name: "version 15, commit fa95b8bb8d55", Published: "2025-03-17", Verified: source.CopyOnly,
		SHA256: map[string]string{"table": "39c6ca13363765ec4acf2d4c51052ed531bb49c91937924e0250d5384ad7fa4d"},
	}},
	Read: readRegime,
}

const (
	societyRows = 179
	regimeRows  = 19678
	firstYear   = 2000 // the questions here begin with the internet of many
)

// uncoded are the units of V-Dem that have no country code.
var uncoded = map[string]string{"PSG": "Palestine/Gaza", "SML": "Somaliland", "ZZB": "Zanzibar"}

// unit is the country of a row, and the place if the row is about a part of it.
// A unit without a code is counted and not ok.
func unit(r *source.Reading, code, name string) (c sightline.Country, place string, ok bool, err error) {
	if want, is := uncoded[code]; is {
		if name != want {
			return c, "", false, sightline.Errorf(sightline.Conflict, "read unit", code, "its name is %q, not %q", name, want).WithHint("Check what the code stands for now.")
		}
		r.Count("rows of " + name + ", which has no country code")
		return c, "", false, nil
	}
	if code == "PSE" {
		place = "West Bank"
	}
	if len(code) != 3 {
		return c, "", false, sightline.Errorf(sightline.Invalid, "read code", code, "not a code of three letters").WithHint("Check that this is the right column.")
	}
	if c, err = sightline.ParseCountry(code); err != nil {
		return c, "", false, err
	}
	if n, e := sightline.ParseCountry(name); e == nil && n != c {
		return c, "", false, sightline.Errorf(sightline.Conflict, "read country", name, "the code beside it is %s", code).WithHint("Code and name must agree: look at the row.")
	}
	return c, place, true, nil
}

// missing reports whether a value is none.
func missing(v string) bool { return v == "" || v == "NA" }

func number(s string, low, high float64) (float64, error) {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || !(v >= low && v <= high) {
		return 0, sightline.Errorf(sightline.Invalid, "read value", s, "not a number from %g to %g", low, high).WithHint("Check that the columns are those of this table.")
	}
	return v, nil
}

// judgement is a column of the table of digital society.
type judgement struct{ column, name, scale, whyNot string }

func judgements() (list []judgement, err error) {
	t, err := source.CSV("vdem/indicators.csv", []byte(indicators))
	if err != nil {
		return nil, err
	}
	return list, t.Each(func(row *source.Row) error {
		list = append(list, judgement{row.Need("column"), row.Pop("name"), row.Pop("scale"), row.Pop("why_not")})
		return nil
	})
}

func readSociety(r *source.Reading) error {
	high := societyRows + 20
	if r.Edition != nil {
		high = societyRows
	}
	t, err := r.CSV("table", societyRows-4, high)
	if err != nil {
		return err
	}
	list, err := judgements()
	if err != nil {
		return err
	}
	columns := []string{"country_name", "country_text_id", "country_id", "year"}
	for _, j := range list {
		columns = append(columns, j.column)
	}
	for i := range 13 {
		columns = append(columns, fmt.Sprintf("v2csanmvch_%d", i))
	}
	for i := range 10 {
		columns = append(columns, fmt.Sprintf("v2smorgtypes_%d", i))
	}
	if err := t.ExpectColumns(columns...); err != nil {
		return err
	}
	published, err := sightline.ParseDate("2022")
	if err != nil {
		return err
	}
	return t.Each(func(row *source.Row) error {
		code, name, year := row.Need("country_text_id"), row.Need("country_name"), row.Need("year")
		row.Ignore("country_id") // a number of V-Dem's own
		for _, c := range t.Columns {
			if strings.HasPrefix(c, "v2csanmvch_") || strings.HasPrefix(c, "v2smorgtypes_") {
				row.Ignore(c) // shares of coders who ticked a kind of movement or of action
			}
		}
		if err := row.Err(); err != nil {
			return err
		}
		if year != "2021" {
			return sightline.Errorf(sightline.Invalid, "read year", year, "the table is of 2021").WithHint("A table of another year needs to say which version of V-Dem it is from: teach the importer.")
		}
		country, place, ok, err := unit(r, code, name)
		if err != nil {
			return err
		}
		valid, err := sightline.ParsePeriod(year)
		if err != nil {
			return err
		}
		for _, j := range list {
			text := row.Pop(j.column)
			if j.whyNot != "" || !ok { // why is in indicators.csv
				continue
			}
			if missing(text) {
				r.Count("values that are missing")
				continue
			}
			low, high, scale := -10.0, 10.0, "on the scale of the model, about -4 to 4"
			if strings.HasPrefix(j.column, "v2x_") {
				low, high, scale = 0, 1, "on a scale from 0 to 1"
			}
			v, err := number(text, low, high)
			if err != nil {
				return err
			}
			q := map[string]string{"indicator": "indicator/vdem-" + strings.ReplaceAll(j.column, "_", "-"), "edition": "v12", "scale": j.scale}
			about := country.Name()
			if place != "" {
				q["place"], about = place, about+" ("+place+")"
			}
			if err := r.Claim(sightline.Claim{
				Subject: country.Entity(), Predicate: sightline.Scored, Object: sightline.Object{Number: v, Unit: scale}, Qualifiers: q, Valid: valid, Published: published,
				Words: fmt.Sprintf("V-Dem's experts put %s at %s in %s for: %s (%s).", about, text, year, strings.ToLower(j.name), j.scale),
			}, j.column+", "+code+", "+year, country.Code(), j.column, year); err != nil {
				return err
			}
		}
		return nil
	})
}

var regimes = []string{"closed autocracy", "electoral autocracy", "electoral democracy", "liberal democracy"}

// episodes are the columns on episodes of change, which are read from the
// scores by rules of the publisher's own and make no claim here.
var episodes = strings.Fields(`reg_start_year reg_end_year reg_id reg_type reg_trans dem_founding_elec aut_founding_elec row_regch_event row_regch_censored
	dem_ep dem_ep_id dem_ep_start_year dem_ep_end_year dem_pre_ep_year dem_ep_termination dem_ep_prch dem_ep_ptr dem_ep_subdep dem_ep_outcome dem_ep_outcome_agg dem_ep_censored
	aut_ep aut_ep_id aut_ep_start_year aut_ep_end_year aut_pre_ep_year aut_ep_termination aut_ep_prch aut_ep_pbr aut_ep_subreg aut_ep_outcome aut_ep_outcome_agg aut_ep_censored`)

func readRegime(r *source.Reading) error {
	in, _ := r.File("table")
	text := in.Bytes
	// The statistics program that wrote it numbers the rows in a column without
	// a name.
	if rest, ok := bytes.CutPrefix(text, []byte(`"",`)); ok {
		text = append([]byte(`"row",`), rest...)
		r.Note("its first column has no name; it numbers the rows and is not read")
	}
	t, err := source.CSV(r.Dataset.ID+"/table", text)
	if err != nil {
		return err
	}
	columns := append([]string{"row", "country_id", "country_text_id", "country_name", "year", "v2x_regime", "v2x_polyarchy", "v2x_polyarchy_codelow", "v2x_polyarchy_codehigh"}, episodes...)
	if err := t.ExpectColumns(columns...); err != nil {
		return err
	}
	low, high := regimeRows, 2*regimeRows
	if r.Edition != nil {
		high = regimeRows
	}
	if err := r.Check(t, low, high); err != nil {
		return err
	}
	published, err := sightline.ParseDate("2025-03-17")
	if err != nil {
		return err
	}
	if r.Edition == nil {
		published = sightline.Date{} // of a version that is not known
	}
	return t.Each(func(row *source.Row) error {
		row.Ignore("row", "country_id") // numbers of the file's own
		row.Ignore(episodes...)
		code, name, year := row.Need("country_text_id"), row.Need("country_name"), row.Int("year")
		regime, index := row.Pop("v2x_regime"), row.Pop("v2x_polyarchy")
		lowText, highText := row.Pop("v2x_polyarchy_codelow"), row.Pop("v2x_polyarchy_codehigh")
		if err := row.Err(); err != nil {
			return err
		}
		if year < 1700 || year > 2100 {
			return sightline.Errorf(sightline.Invalid, "read year", strconv.Itoa(year), "no year of this table").WithHint("Check that the columns are those of this table.")
		}
		if year < firstYear {
			r.Count("rows of years before 2000, which are not read")
			return nil
		}
		country, place, ok, err := unit(r, code, name)
		if err != nil || !ok {
			return err
		}
		y := strconv.Itoa(year)
		valid, err := sightline.ParsePeriod(y)
		if err != nil {
			return err
		}
		about := country.Name()
		claim := func(indicator, scale, unit, status, words string, v float64, q map[string]string) error {
			q["indicator"], q["edition"], q["scale"] = "indicator/vdem-"+indicator, "v15", scale
			if status != "" {
				q["status"] = status
			}
			if place != "" {
				q["place"] = place
			}
			return r.Claim(sightline.Claim{
				Subject: country.Entity(), Predicate: sightline.Scored, Object: sightline.Object{Number: v, Unit: unit},
				Qualifiers: q, Words: words, Valid: valid, Published: published,
			}, code+", "+y, country.Code(), indicator, y)
		}
		if place != "" {
			about += " (" + place + ")"
		}
		if missing(index) {
			r.Count("rows without an index")
		} else {
			v, err := number(index, 0, 1)
			if err != nil {
				return err
			}
			q := map[string]string{}
			words := fmt.Sprintf("V-Dem's electoral democracy index of %s in %d is %s.", about, year, index)
			if !missing(lowText) && !missing(highText) {
				lowest, err := number(lowText, 0, v)
				if err != nil {
					return err
				}
				highest, err := number(highText, v, 1)
				if err != nil {
					return err
				}
				q["low"], q["high"], q["level"] = decimal(lowest), decimal(highest), "0.68"
				words = fmt.Sprintf("V-Dem's electoral democracy index of %s in %d is %s, between %s and %s.", about, year, index, lowText, highText)
			}
			if err := claim("v2x-polyarchy", "1 is most democratic", "on a scale from 0 to 1", "", words, v, q); err != nil {
				return err
			}
		}
		if missing(regime) {
			r.Count("rows without a regime type")
			return nil
		}
		n, err := number(regime, 0, 3)
		if err != nil || n != float64(int(n)) {
			return sightline.Errorf(sightline.Invalid, "read regime", regime, "no type from 0 to 3").WithHint("Check that the columns are those of this table.")
		}
		return claim("v2x-regime", "3 is most democratic", "on a scale from 0 to 3", capital(regimes[int(n)]),
			fmt.Sprintf("V-Dem classes %s in %d as: %s.", about, year, regimes[int(n)]), n, map[string]string{})
	})
}

func decimal(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
