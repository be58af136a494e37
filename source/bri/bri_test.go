package bri_test

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"sightline"
	"sightline/source"
	"sightline/source/bri"
	"sightline/source/sourcetest"
)

const path = "evidence/raw/bri_join_year.xlsx"

// The table has 152 countries (its manifest). By 2017 58 had joined, by 2018
// 122 (methods 7).
func TestTable(t *testing.T) {
	r := sourcetest.Import(t, bri.Dataset, sourcetest.Shared(t, "table", path))
	by := map[string]int{}
	for _, c := range sourcetest.Claims(r) {
		year := strings.TrimSuffix(c.Valid.String(), "/")
		for _, until := range []string{"2017", "2018", "2023"} {
			if year <= until {
				by[until]++
			}
		}
	}
	if by["2017"] != 58 || by["2018"] != 122 || by["2023"] != 152 {
		t.Errorf("joined by 2017, 2018, 2023: %v, want 58, 122, 152", by)
	}
	if len(r.Repaired) == 0 {
		t.Error("no repair is reported")
	}
}

// Another reading of the workbook has the same countries and years.
func TestYearsAreThoseOfAnotherReading(t *testing.T) {
	got := map[string]string{}
	for _, c := range sourcetest.Claims(sourcetest.Import(t, bri.Dataset, sourcetest.Shared(t, "table", path))) {
		country, _ := c.Subject.Country()
		got[country.Alpha3()] = strings.TrimSuffix(c.Valid.String(), "/")
	}
	rows, err := csv.NewReader(bytes.NewReader(sourcetest.Shared(t, "", "evidence/derived/bri_join_year.csv").Bytes)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		if got[row[1]] != row[4] {
			t.Errorf("%s: %q, the other reading has %s", row[2], got[row[1]], row[4])
		}
	}
	if len(rows) != 153 {
		t.Errorf("%d rows, want 152 and a header", len(rows))
	}
}

// fixture is a table of ours in the layout, the three rows that repairs expect
// among them.
func fixture(t *testing.T) []byte {
	rows := [][]any{{"国家", "country", "id", "friend", "Y13", "Y14", "Y15", "Y16", "Y17", "Y18", "Y19", "Y20", "Y21", "Y22", "Y23"}}
	add := func(zh, name, code string, ordinal int) {
		row := []any{zh, name, code, ordinal}
		for y := 1; y <= 11; y++ {
			v := 0
			if y == ordinal {
				v = ordinal
			}
			row = append(row, v)
		}
		rows = append(rows, row)
	}
	add("多米尼加", "dominica", "DM", 6)
	add("多米尼克", "dominica", "DM", 6)
	add("希腊", "Greece", "EL", 6)
	add("纳米比亚", "Namibia", "NA", 6)
	n := 4
	for _, c := range sightline.Countries() {
		if code := c.Code(); n < 152 && code != "DM" && code != "DO" && code != "GR" && code != "NA" && code != "CN" {
			add("国"+code, c.Name(), code, 2+n%10)
			n++
		}
	}
	return sourcetest.Workbook(t, "Sheet2", rows)
}

func TestFixture(t *testing.T) {
	r := sourcetest.Import(t, bri.Dataset, sourcetest.Input("table", "friend.xlsx", fixture(t)))
	got := map[sightline.ClaimID]string{}
	for _, c := range sourcetest.Claims(r) {
		got[c.ID] = c.Valid.String()
	}
	if len(got) != 152 || got["bri-gr"] != "2018/" || got["bri-do"] != "2018/" || got["bri-dm"] != "2018/" || got["bri-na"] == "" {
		t.Errorf("%d claims, Greece %q, Dominican Republic %q, Dominica %q, Namibia %q", len(got), got["bri-gr"], got["bri-do"], got["bri-dm"], got["bri-na"])
	}
	if len(r.Repaired) != 3 || r.Edition != nil || r.Verified != source.Unknown {
		t.Errorf("repaired %q; edition %v, %s", r.Repaired, r.Edition, r.Verified)
	}
}

// A repair fails loudly once the source has mended its error.
func TestMendedSource(t *testing.T) {
	f, err := excelize.OpenReader(bytes.NewReader(fixture(t)))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.SetCellValue("Sheet2", "C4", "GR"); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	_, err = bri.Dataset.Import([]source.Input{sourcetest.Input("table", "friend.xlsx", b.Bytes())})
	if sightline.ErrorCode(err) != sightline.Conflict || !strings.Contains(err.Error(), `expected "EL"`) || !strings.Contains(sightline.ErrorHint(err), "mended") {
		t.Errorf("the source says GR now: %v; %s", err, sightline.ErrorHint(err))
	}
}

func TestDamage(t *testing.T) {
	sourcetest.Damage(t, bri.Dataset, "table", sourcetest.Input("table", "friend.xlsx", fixture(t)))
}
