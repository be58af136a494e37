package worldbank_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"sightline"
	"sightline/source"
	"sightline/source/sourcetest"
	"sightline/source/worldbank"
)

func byID(r *source.Report) map[string]*sightline.Claim {
	out := map[string]*sightline.Claim{}
	for _, c := range sourcetest.Claims(r) {
		out[string(c.ID)] = c
	}
	return out
}

// 17,195 rows (its manifest), of which 14,075 are of countries and the world,
// as the catalogue has had them.
func TestPopulation(t *testing.T) {
	r := sourcetest.Import(t, worldbank.Population, sourcetest.Shared(t, "table", "evidence/raw/population.csv"))
	claims := byID(r)
	if len(claims) != 14075 || r.Rows["rows of groups of countries, left out by name"] != 17195-14075 {
		t.Errorf("%d claims; %v", len(claims), r.Rows)
	}
	if c := claims["wb-population-na-2024"]; c == nil || c.Subject != "country/NA" {
		t.Errorf("Namibia: %+v", c)
	}
	if claims["wb-population-world-2024"] == nil {
		t.Error("no total of the world")
	}
}

// The workbook has the values of the derived table, which rounds them to three
// decimals, but for the British Virgin Islands: there the derived table has
// those of the Virgin Islands of the United States, which it lacks.
func TestInternetUsers(t *testing.T) {
	r := sourcetest.Import(t, worldbank.InternetUsers, sourcetest.Shared(t, "workbook", "evidence/raw/wb_internet_users_2016_2024.xls"))
	claims := byID(r)
	in := sourcetest.Shared(t, "", "evidence/derived/internet_users_2016_2024.csv")
	rows, err := csv.NewReader(bytes.NewReader(in.Bytes)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	same, other := 0, []string{}
	for _, row := range rows[1:] {
		c, err := sightline.ParseCountry(row[0])
		if err != nil {
			t.Fatal(err)
		}
		v, err := strconv.ParseFloat(row[2], 64)
		if err != nil {
			t.Fatal(err)
		}
		id := "wb-internet-users-" + strings.ToLower(c.Code()) + "-" + row[1]
		if got := claims[id]; got != nil && math.Abs(got.Object.Number-v) < .00051 {
			same++
		} else {
			other = append(other, row[0]+" "+row[1])
		}
	}
	if same != 1545 || !slices.Equal(other, []string{"VGB 2016", "VGB 2017"}) {
		t.Errorf("%d agree, want 1545; %v do not", same, other)
	}
	of := 0
	for _, c := range claims {
		if c.Subject != worldbank.World {
			of++
		}
	}
	if of != 1547+2 || claims["wb-internet-users-vi-2016"] == nil || claims["wb-internet-users-vg-2016"].Object.Number != 77.7014 {
		t.Errorf("%d values of countries, want 1549", of)
	}
}

// population is a table of our own making.
func population() []byte {
	var b bytes.Buffer
	b.WriteString("Country Name,Country Code,Year,Value\n")
	n := 0
	for y := 1940; n < 17195; y++ {
		for _, c := range sightline.Countries() {
			if n < 17195 && !strings.Contains(c.Name(), ",") {
				fmt.Fprintf(&b, "%s,%s,%d,%d\n", c.Name(), c.Alpha3(), y, 1000+n)
				n++
			}
		}
	}
	b.WriteString("Euro area,EMU,2000,5\nWorld,WLD,2000,9\n")
	return b.Bytes()
}

func TestPopulationFixture(t *testing.T) {
	r := sourcetest.Import(t, worldbank.Population, sourcetest.Input("table", "population.csv", population()))
	if r.Rows["rows of groups of countries, left out by name"] != 1 || byID(r)["wb-population-world-2000"] == nil {
		t.Error(r.Rows)
	}
	_, err := worldbank.Population.Import([]source.Input{sourcetest.Input("table", "population.csv", bytes.Replace(population(), []byte("Euro area"), []byte("Euro zone"), 1))})
	if sightline.ErrorCode(err) != sightline.Conflict || !strings.Contains(err.Error(), "its name is") {
		t.Errorf("a group by another name: %v", err)
	}
	sourcetest.Damage(t, worldbank.Population, "table", sourcetest.Input("table", "population.csv", population()))
}

// workbook is a workbook of our own making.
func workbook(indicator string) []byte {
	data := [][]any{{"Data Source", "ours"}, {"Last Updated Date"}, {}, {"Country Name", "2016", "2017"}}
	about := [][]any{{"Country Code", "Region", "IncomeGroup", "SpecialNotes", "TableName"}}
	add := func(code, name string, a, b any) {
		data = append(data, []any{name, a, b})
		about = append(about, []any{code, "a region", nil, "a note", name})
	}
	for i, c := range sightline.Countries() {
		add(c.Alpha3(), "Land of "+c.Code(), float64(i)/4, nil)
	}
	add("WLD", "World", 50.0, 51.0)
	for i, g := range []string{"EMU|Euro area", "HIC|High income", "LIC|Low income", "ARB|Arab World", "EUU|European Union", "SAS|South Asia", "NAC|North America", "OED|OECD members", "SST|Small states", "MIC|Middle income", "IDA|IDA total", "IDX|IDA only", "IDB|IDA blend", "IBD|IBRD only"} {
		code, name, _ := strings.Cut(g, "|")
		add(code, name, float64(i), nil)
	}
	return sourcetest.OldWorkbook(sourcetest.Sheet{Name: "Data", Rows: data}, sourcetest.Sheet{Name: "Metadata - Countries", Rows: about},
		sourcetest.Sheet{Name: "Metadata - Indicators", Rows: [][]any{{"INDICATOR_CODE"}, {indicator}}})
}

func TestInternetUsersFixture(t *testing.T) {
	r := sourcetest.Import(t, worldbank.InternetUsers, sourcetest.Input("workbook", "users.xls", workbook("IT.NET.USER.ZS")))
	claims := byID(r)
	if len(claims) != len(sightline.Countries())+2 || r.Rows["rows of groups of countries, left out by name"] != 14 {
		t.Errorf("%d claims, %v", len(claims), r.Rows)
	}
	if c := claims["wb-internet-users-na-2016"]; c == nil || claims["wb-internet-users-na-2017"] != nil {
		t.Errorf("Namibia: %+v", c)
	}
	if _, err := worldbank.InternetUsers.Import([]source.Input{sourcetest.Input("workbook", "users.xls", workbook("SP.POP.TOTL"))}); err == nil || !strings.Contains(err.Error(), "IT.NET.USER.ZS") {
		t.Errorf("another indicator: %v", err)
	}
	sourcetest.Damage(t, worldbank.InternetUsers, "workbook", sourcetest.Input("workbook", "users.xls", workbook("IT.NET.USER.ZS")))
}

func TestDamage(t *testing.T) {
	sourcetest.Damage(t, worldbank.InternetUsers, "workbook", sourcetest.Shared(t, "workbook", "evidence/raw/wb_internet_users_2016_2024.xls"))
	sourcetest.Damage(t, worldbank.Population, "table", sourcetest.Shared(t, "table", "evidence/raw/population.csv"))
}
