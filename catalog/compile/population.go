package main

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"

	"sightline"
	"sightline/source"
	"sightline/source/worldbank"
)

// population writes the two yearly series of the World Bank, which the
// catalogue keeps as tables and not as claims. The world total is kept as WLD.
func (c *compiler) population() error {
	if err := c.series("population", "population", worldbank.Population, map[string]string{"table": "population"}); err != nil {
		return err
	}
	return c.series("internet_users", "internet-users", worldbank.InternetUsers, map[string]string{"workbook": "internet-users"})
}

// series writes one series of what an importer reads.
func (c *compiler) series(id, dataset string, d *source.Dataset, roles map[string]string) error {
	report, err := c.imported(d, roles)
	if err != nil {
		return err
	}
	self, err := d.Source()
	if err != nil {
		return err
	}
	var rows []string
	for _, r := range report.Records {
		switch r.Kind() {
		case sightline.SourceRecord:
			c.add("sources", r)
		case sightline.ClaimRecord:
			claim := r.Claim()
			code := "WLD"
			if claim.Subject != worldbank.World {
				country, ok := claim.Subject.Country()
				if !ok {
					return sightline.Errorf(sightline.Internal, "compile series", dataset, "%s is no country", claim.Subject)
				}
				code = country.Code()
			}
			rows = append(rows, fmt.Sprintf("%s,%s,%s,%s\n", code, claim.Valid, strconv.FormatFloat(claim.Object.Number, 'f', -1, 64), self.ID))
		}
	}
	slices.Sort(rows)
	var b bytes.Buffer
	b.WriteString("alpha2,year,value,source\n")
	for _, r := range rows {
		b.WriteString(r)
	}
	c.files["catalog/data/"+id+".csv"] = b.Bytes()
	return nil
}
