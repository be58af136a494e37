package main

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sightline"
	"sightline/source"
)

// population writes the two yearly series. World Bank tables mix countries
// with aggregates, which world_bank_aggregates.csv leaves out by name; only the
// world total is kept, as WLD, for it is the denominator that fits.
func (c *compiler) population() error {
	aggregates := map[string]string{}
	if err := c.own("world_bank_aggregates.csv", func(r *source.Row) error {
		aggregates[r.Need("code")] = r.Need("name")
		return nil
	}); err != nil {
		return err
	}
	if err := c.series("population", "population", "wb-population", func(r *source.Row) (string, int, string, error) {
		code, name := r.Need("Country Code"), r.Need("Country Name")
		y, v := r.Int("Year"), r.Need("Value")
		if want, ok := aggregates[code]; ok {
			if name != want {
				return "", 0, "", sightline.Errorf(sightline.Conflict, "read aggregate", code, "its name is %q, not %q", name, want).
					WithHint("Check that the code still stands for the same group, then mend world_bank_aggregates.csv.")
			}
			return "", 0, "", nil
		}
		// The table writes some whole numbers with a point.
		n, err := strconv.ParseFloat(v, 64)
		if err != nil {
			return "", 0, "", err
		}
		return code, y, strconv.FormatFloat(n, 'f', -1, 64), nil
	}); err != nil {
		return err
	}
	return c.series("internet-users", "internet_users", "wb-internet-users", func(r *source.Row) (string, int, string, error) {
		n := r.Float("internet_pct")
		if n < 0 || n > 100 {
			return "", 0, "", sightline.Errorf(sightline.Invalid, "read percentage", "", "%v", n)
		}
		return r.Need("iso3"), r.Int("year"), strconv.FormatFloat(n, 'f', -1, 64), nil
	})
}

// series writes one series. The reader gives alpha-3 code, year and value, or
// no code for a row that it leaves out.
func (c *compiler) series(dataset, id string, src sightline.SourceID, read func(*source.Row) (string, int, string, error)) error {
	var rows []string
	err := c.each(dataset, func(r *source.Row) error {
		code, y, value, err := read(r)
		if err != nil || r.Err() != nil || code == "" {
			return err
		}
		if code != "WLD" {
			country, err := sightline.ParseCountry(code)
			if err != nil {
				return err
			}
			code = country.Code()
		}
		rows = append(rows, fmt.Sprintf("%s,%d,%s,%s\n", code, y, value, src))
		return nil
	})
	if err != nil {
		return err
	}
	slices.Sort(rows)
	for i := 1; i < len(rows); i++ {
		if a, b := rows[i-1], rows[i]; a[:strings.IndexByte(a, ',')+5] == b[:strings.IndexByte(b, ',')+5] {
			return sightline.Errorf(sightline.Conflict, "compile series", id, "two values: %q and %q", a, b)
		}
	}
	var b bytes.Buffer
	b.WriteString("alpha2,year,value,source\n")
	for _, r := range rows {
		b.WriteString(r)
	}
	c.files["catalog/data/"+id+".csv"] = b.Bytes()
	return nil
}
