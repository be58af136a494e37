package sightline

import (
	_ "embed"
	"encoding/csv"
	"sort"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Country is one row of the country table: ISO 3166-1 plus XK. A row is a data
// subject, an economy or territory with its own registry code; it says nothing
// on status or borders (docs/TERRITORIES.md). The zero Country is none.
type Country struct{ row uint16 }

// countries.csv is written by the catalogue compiler from the datasets
// country-codes table (PDDL).
//
//go:embed countries.csv
var countriesCSV string

type countryRow struct {
	alpha2, alpha3, m49, name, region, subregion string
	un                                           bool // voting member of the General Assembly
}

var table = sync.OnceValue(func() (t struct {
	rows  []countryRow
	index map[string]Country // by folded name, code or alias
	alias []string           // the folded names, sorted, for suggestions
}) {
	records, err := csv.NewReader(strings.NewReader(countriesCSV)).ReadAll()
	if err != nil {
		panic("BUG: countries.csv: " + err.Error())
	}
	t.rows = make([]countryRow, 1, len(records))
	t.index = make(map[string]Country, 8*len(records))
	for i, r := range records[1:] {
		c := Country{uint16(i + 1)}
		t.rows = append(t.rows, countryRow{r[0], r[1], r[2], r[3], r[4], r[5], r[6] == "yes"})
		for _, n := range append([]string{r[0], r[1], r[2], r[3]}, strings.Split(r[7], "|")...) {
			if n = FoldName(n); n == "" {
				continue
			}
			if old, taken := t.index[n]; taken && old != c {
				panic("BUG: countries.csv: two rows for " + n)
			}
			t.index[n] = c
		}
	}
	for n := range t.index {
		t.alias = append(t.alias, n)
	}
	sort.Strings(t.alias)
	return t
})

// FoldName lowers a name, strips marks, and keeps letters and digits only.
func FoldName(s string) string {
	code := true // most are codes
	for i := range len(s) {
		code = code && (s[i]|0x20-'a' < 26 || s[i]-'0' < 10)
	}
	if code {
		return strings.ToLower(s)
	}
	var b strings.Builder
	for _, r := range norm.NFKD.String(strings.ReplaceAll(s, "&", " and ")) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

// Countries lists every row in the order of alpha-2 codes.
func Countries() []Country {
	out := make([]Country, len(table().rows)-1)
	for i := range out {
		out[i] = Country{uint16(i + 1)}
	}
	return out
}

// ParseCountry finds a country by alpha-2, alpha-3, M49, IOC or FIFA code, or
// by an English name, short, long or former. Case, accents and punctuation do
// not matter. An unknown name is an error of code NotFound whose hint offers
// the nearest names.
func ParseCountry(s string) (Country, error) {
	if c, ok := LookupCountry(s); ok {
		return c, nil
	}
	f := FoldName(s)
	e := Errorf(NotFound, "find country", s, "no country or territory of that name or code")
	if near := nearCountries(f); len(near) > 0 {
		var names []string
		for _, c := range near {
			names = append(names, c.Name()+" ("+c.Code()+")")
		}
		return Country{}, e.WithHint("Did you mean %s? Give a two-letter or three-letter code, or an English name.", strings.Join(names, ", "))
	}
	return Country{}, e.WithHint("Give a two-letter or three-letter ISO code, or an English name, such as KE, KEN or Kenya.")
}

// LookupCountry is [ParseCountry] without the search for near names that its
// error holds, for data in which unknown names are common.
func LookupCountry(s string) (Country, bool) {
	f := FoldName(s)
	c, ok := table().index[f]
	if !ok {
		c, ok = table().index[strings.TrimPrefix(f, "the")]
	}
	return c, ok
}

// nearCountries lists at most three countries whose names are near f: those
// that contain it first, then by edit distance.
func nearCountries(f string) []Country {
	if f == "" {
		return nil
	}
	type near struct {
		c    Country
		cost int
		name string
	}
	best := map[Country]near{}
	for _, n := range table().alias {
		c := table().index[n]
		cost := distance(f, n) * 2
		if len(f) >= 4 && strings.Contains(n, f) {
			cost = 1
		}
		limit := 2 * max(1, len(f)/3)
		if len(n) <= 3 || len(f) <= 3 {
			limit = 2
		}
		if cost > limit {
			continue
		}
		if old, ok := best[c]; !ok || cost < old.cost {
			best[c] = near{c, cost, n}
		}
	}
	list := make([]near, 0, len(best))
	for _, n := range best {
		list = append(list, n)
	}
	sort.Slice(list, func(i, j int) bool {
		if list[i].cost != list[j].cost {
			return list[i].cost < list[j].cost
		}
		return list[i].c.row < list[j].c.row
	})
	var out []Country
	for _, n := range list[:min(3, len(list))] {
		out = append(out, n.c)
	}
	return out
}

// distance is the Levenshtein distance in runes.
func distance(a, b string) int {
	s, t := []rune(a), []rune(b)
	row := make([]int, len(t)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range s {
		diagonal := row[0]
		row[0] = i + 1
		for j, y := range t {
			cost := diagonal
			if x != y {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(t)]
}

// IsZero reports whether c is no country.
func (c Country) IsZero() bool { return c.row == 0 }

// Code is the alpha-2 code, or "" for none.
func (c Country) Code() string { return table().rows[c.row].alpha2 }

// Alpha3 is the alpha-3 code: XKX for Kosovo, as the World Bank writes it.
func (c Country) Alpha3() string { return table().rows[c.row].alpha3 }

// Name is the short English name.
func (c Country) Name() string { return table().rows[c.row].name }

// Region is the UN M49 region, such as "Africa".
func (c Country) Region() string { return table().rows[c.row].region }

// Subregion is the UN M49 sub-region or intermediate region.
func (c Country) Subregion() string { return table().rows[c.row].subregion }

// VotesAtUN reports whether it is a member state of the United Nations, so
// that a vote in the General Assembly can be asked of it.
func (c Country) VotesAtUN() bool { return table().rows[c.row].un }

// Entity is the country as the subject or object of a claim.
func (c Country) Entity() EntityID { return EntityID("country/" + c.Code()) }

func (c Country) String() string { return c.Code() }

// MarshalText prints the alpha-2 code.
func (c Country) MarshalText() ([]byte, error) { return []byte(c.Code()), nil }

// UnmarshalText reads an alpha-2 code in capitals and nothing else: text
// formats are strict, people are not.
func (c *Country) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*c = Country{}
		return nil
	}
	got, ok := countryByCode(string(b))
	if !ok {
		return Errorf(Invalid, "parse country", string(b), "not an alpha-2 code").WithHint("Write two capital letters of ISO 3166-1, or XK.")
	}
	*c = got
	return nil
}

func countryByCode(code string) (Country, bool) {
	if len(code) != 2 {
		return Country{}, false
	}
	rows := table().rows
	i := sort.Search(len(rows)-1, func(i int) bool { return rows[i+1].alpha2 >= code }) + 1
	if i < len(rows) && rows[i].alpha2 == code {
		return Country{uint16(i)}, true
	}
	return Country{}, false
}

// ASN is the number of an autonomous system, a network.
type ASN uint32

// ParseASN reads "AS15169" or "15169".
func ParseASN(s string) (ASN, error) {
	t := strings.TrimPrefix(strings.TrimPrefix(s, "AS"), "as")
	n, err := strconv.ParseUint(t, 10, 32)
	if err != nil || n == 0 || t != strconv.FormatUint(n, 10) {
		return 0, Errorf(Invalid, "parse network number", s, "not an AS number").WithHint("Write it as AS15169.")
	}
	return ASN(n), nil
}

func (a ASN) String() string { return "AS" + strconv.FormatUint(uint64(a), 10) }

// Entity is the network as the subject or object of a claim.
func (a ASN) Entity() EntityID { return EntityID("network/" + a.String()) }
