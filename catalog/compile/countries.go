package main

import (
	"bytes"
	"encoding/csv"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"sightline/source"
)

// countries writes the country table of the root package: ISO 3166-1 from
// country-codes (PDDL) with CLDR short names, and XK. Names that CLDR shortens
// too far, blanks among members of the United Nations and the like are mended
// in repairs.csv; more names by which people ask are in country_aliases.csv.
func (c *compiler) countries() error {
	type row struct {
		cells   [7]string
		aliases []string
		source  string
	}
	extra := map[string][]string{}
	if err := c.own("country_aliases.csv", func(r *source.Row) error {
		code := r.Need("alpha2")
		extra[code] = append(extra[code], r.Need("alias"))
		r.Ignore("why")
		return nil
	}); err != nil {
		return err
	}
	t, err := c.table("country-codes")
	if err != nil {
		return err
	}
	var rows []*row
	plain := strings.NewReplacer(" & ", " and ", "’", "'")
	code3 := regexp.MustCompile(`^[A-Z]{3}$`)
	for _, r := range t.Rows {
		member := "no"
		// UNTERM lists member states, and with an asterisk states that are not.
		if short := r.Peek("UNTERM English Short"); short != "" && !strings.Contains(short, "*") {
			member = "yes"
		}
		subregion := r.Peek("Intermediate Region Name")
		if subregion == "" {
			subregion = r.Peek("Sub-region Name")
		}
		numeric := r.Peek("ISO3166-1-numeric")
		for len(numeric) < 3 {
			numeric = "0" + numeric
		}
		cldr := r.Peek("CLDR display name")
		w := &row{source: "country-codes"}
		w.cells = [7]string{r.Peek("ISO3166-1-Alpha-2"), r.Peek("ISO3166-1-Alpha-3"), numeric, plain.Replace(cldr), r.Peek("Region Name"), subregion, member}
		formal := strings.TrimPrefix(strings.Trim(r.Peek("UNTERM English Formal"), " *"), "the ")
		// People ask by the names that repairs.csv replaces, too.
		w.aliases = []string{r.Peek("official_name_en"), r.Original("CLDR display name"), formal}
		w.aliases = append(w.aliases, extra[w.cells[0]]...)
		for _, col := range []string{"IOC", "FIFA"} {
			if code := strings.TrimSpace(strings.ReplaceAll(r.Peek(col), "\u00A0", "")); code3.MatchString(code) {
				w.aliases = append(w.aliases, code)
			}
		}
		rows = append(rows, w)
	}
	rows = append(rows, &row{cells: [7]string{"XK", "XKX", "", "Kosovo", "Europe", "Southern Europe", "no"}, aliases: extra["XK"], source: "xk-user-assigned"})
	slices.SortFunc(rows, func(a, b *row) int { return strings.Compare(a.cells[0], b.cells[0]) })

	// A code or name belongs to one row; codes and names come before aliases,
	// and between aliases the row that comes first.
	owner := map[string]*row{}
	for _, w := range rows {
		for _, n := range w.cells[:4] {
			owner[fold(n)] = w
		}
	}
	var b bytes.Buffer
	out := csv.NewWriter(&b)
	if err := out.Write([]string{"alpha2", "alpha3", "m49", "name", "region", "subregion", "un", "aliases", "source"}); err != nil {
		return err
	}
	for _, w := range rows {
		var kept []string
		for _, a := range w.aliases {
			if f := fold(a); f != "" && owner[f] == nil {
				owner[f] = w
				kept = append(kept, a)
			}
		}
		if err := out.Write(append(slices.Clone(w.cells[:]), strings.Join(kept, "|"), w.source)); err != nil {
			return err
		}
	}
	out.Flush()
	c.files["countries.csv"] = b.Bytes()
	return out.Error()
}

// fold is how the country table compares names.
func fold(s string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(strings.ReplaceAll(s, "&", " and ")) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}
