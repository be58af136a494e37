// Package nationality imports the nationality of networks that CAIDA used in
// its study of the South Atlantic Cable System: one country for each
// autonomous system, at two dates of 2018.
//
// A nationality is a label for a network, and not where it operates: claims
// are of based_in. How it was found is not stated. No terms are stated for the
// data, so the claims stay in the workspace that imported them.
//
// Traps: the code of Namibia was lost as a missing value (repairs.csv); EU, XX
// and ?? are no countries.
package nationality

import (
	_ "embed"
	"fmt"
	"strings"

	"sightline"
	"sightline/source"
)

//go:embed declared.jsonl
var declared string

//go:embed repairs.csv
var repairs string

// Dataset is the tables.
var Dataset = &source.Dataset{
	ID:       "caida-as-nationality",
	Title:    "Nationality of networks, 2018 (CAIDA)",
	Covers:   "one country for each of some 62,000 autonomous systems, on 1 June and 1 December 2018",
	Obtain:   "Download Datastore/Nationality/20181201.csv (or 20180601.csv) of the repository; their names say of what day they are, so keep them in what you save: 20181201=FILE.",
	Changes:  "Not since 2018. 1,032 of the 59,406 networks that stand in both tables changed country between them.",
	Declared: declared,
	Repairs:  repairs,
	Files: []source.File{
		{Role: "20180601", Name: "*20180601*.csv", Optional: true},
		{Role: "20181201", Name: "*20181201*.csv", Optional: true},
	},
	Editions: []source.Edition{{
		Name: "commit 31e250dc0cc9", Published: "2020-02-05", Verified: source.CopyOnly,
		SHA256: map[string]string{
			"20180601": "8132fe4d46a6eba564ccb83b8a070328ab6e505a5647ca56f0298a029e85aed6",
			"20181201": "54d33ce8a5494f0d41e4d3d39aac11a9231a1d45c2b6f972c5fe14f84846ba48",
		},
	}},
	Read: read,
}

// none are codes that stand for no country.
var none = map[string]string{"EU": "a region of the registries", "XX": "not known", "??": "not known"}

func read(r *source.Reading) error {
	n := 0
	for _, f := range r.Dataset.Files {
		if _, ok := r.File(f.Role); !ok {
			continue
		}
		n++
		t, err := r.CSV(f.Role, 55000, 70000)
		if err != nil {
			return err
		}
		if err := t.ExpectColumns("ASN", "cc"); err != nil {
			return err
		}
		day, err := sightline.ParseDate(f.Role[:4] + "-" + f.Role[4:6] + "-" + f.Role[6:])
		if err != nil {
			return err
		}
		if err := t.Each(func(row *source.Row) error { return network(r, row, day) }); err != nil {
			return err
		}
	}
	if n == 0 {
		return sightline.Errorf(sightline.Invalid, "import "+r.Dataset.ID, "", "no table was named").WithHint("See: sightline source show %s", r.Dataset.ID)
	}
	return nil
}

func network(r *source.Reading, row *source.Row, day sightline.Date) error {
	number, code := row.Need("ASN"), row.Need("cc")
	if err := row.Err(); err != nil {
		return err
	}
	asn, err := sightline.ParseASN(number)
	if err != nil {
		return err
	}
	if why, ok := none[code]; ok {
		r.Count("networks of " + code + " (" + why + ")")
		return nil
	}
	country, err := sightline.ParseCountry(code)
	if err != nil {
		return err
	}
	return r.Claim(sightline.Claim{
		Subject: asn.Entity(), Predicate: sightline.BasedIn, Object: sightline.Object{Entity: country.Entity()}, Valid: sightline.On(day),
		Qualifiers: map[string]string{"how": "nationality"},
		Words:      fmt.Sprintf("CAIDA's table of %s gives %s the nationality of %s.", day, asn, country.Name()),
	}, asn.String(), strings.ToLower(asn.String()), day.String())
}
