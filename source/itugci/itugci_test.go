package itugci_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"sightline"
	"sightline/source"
	"sightline/source/itugci"
	"sightline/source/sourcetest"
)

func shared(t *testing.T) []source.Input {
	return []source.Input{
		sourcetest.Shared(t, "2017", "evidence/raw/itu_gci_2017.csv"),
		sourcetest.Shared(t, "2018", "evidence/raw/itu_gci_2018.csv"),
	}
}

// fixture is a table of the year 2018 of our own making, with the names that
// the repairs expect.
func fixture() []byte {
	var b bytes.Buffer
	b.WriteString("Country,Score,Rank,Continent\n")
	b.WriteString("Demoratic People’s Republic of Korea,0.4,1,Asia\nThe former Yugoslav Republic of Macedonia,0.3,2,Europe\nVatican,0.2,3,Europe\nSwaziland,0.041,159,Africa\n")
	n := 0
	for _, c := range sightline.Countries() {
		switch c.Code() {
		case "KP", "MK", "VA":
			continue
		}
		if n++; n <= 130 || c.Code() == "SZ" || c.Code() == "NA" || n > 150 && n <= 212 {
			fmt.Fprintf(&b, "%s,0.%03d,%d,Asia\n", c.Code(), n, n)
		}
	}
	return b.Bytes()
}

func TestFixture(t *testing.T) {
	r := sourcetest.Import(t, itugci.Dataset, sourcetest.Input("2018", "gci-2018.csv", fixture()))
	if len(r.Repaired) != 4 || r.Rows["rows without a score"] != 1 {
		t.Errorf("%q, %v", r.Repaired, r.Rows)
	}
	// Once the source mends an error, its repair fails.
	for _, mend := range [][2]string{{"Demoratic", "Democratic"}, {"Swaziland,0.041", "Swaziland,0.133"}, {"Vatican,", "Vatican City,"}} {
		b := bytes.Replace(fixture(), []byte(mend[0]), []byte(mend[1]), 1)
		_, err := itugci.Dataset.Import([]source.Input{sourcetest.Input("2018", "gci-2018.csv", b)})
		if sightline.ErrorCode(err) != sightline.Conflict && (err == nil || !strings.Contains(sightline.ErrorHint(err), "repair")) {
			t.Errorf("%v: %v", mend, err)
		}
	}
}

// 195 and 196 rows (its manifest), of which Eswatini has two in 2018; the
// scores are those of the derived tables.
func TestTables(t *testing.T) {
	r := sourcetest.Import(t, itugci.Dataset, shared(t)...)
	claims := map[string]*sightline.Claim{}
	for _, c := range sourcetest.Claims(r) {
		claims[string(c.ID)] = c
	}
	if len(claims) != 195+195 || r.Edition == nil {
		t.Errorf("%d claims, want 390", len(claims))
	}
	if c := claims["itu-gci-sz-2018"]; c.Object.Number != .133 {
		t.Errorf("Eswatini 2018: %+v", c)
	}
	for _, y := range []string{"2017", "2018"} {
		in := sourcetest.Shared(t, y, "evidence/derived/itu_gci_"+y+".csv")
		rows, err := csv.NewReader(bytes.NewReader(in.Bytes)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		checked := 0
		for _, row := range rows[1:] {
			c, err := sightline.ParseCountry(row[4])
			if err != nil || row[0] == "Swaziland" && y == "2018" {
				continue // two names that the derived table could not place, and the row left out
			}
			checked++
			if got := claims["itu-gci-"+strings.ToLower(c.Code())+"-"+y]; got == nil || number(t, row[1]) != got.Object.Number {
				t.Errorf("%s %s: %+v, derived %s", row[0], y, got, row[1])
			}
		}
		if checked < 193 {
			t.Errorf("%s: only %d checked", y, checked)
		}
	}
}

func number(t *testing.T, s string) float64 {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestDamage(t *testing.T) {
	sourcetest.Damage(t, itugci.Dataset, "2018", sourcetest.Input("2018", "gci-2018.csv", fixture()))
	sourcetest.Damage(t, itugci.Dataset, "2017", shared(t)...)
}
