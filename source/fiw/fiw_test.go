package fiw_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"sightline"
	"sightline/source"
	"sightline/source/fiw"
	"sightline/source/sourcetest"
)

func byID(r *source.Report) map[string]*sightline.Claim {
	out := map[string]*sightline.Claim{}
	for _, c := range sourcetest.Claims(r) {
		out[string(c.ID)] = c
	}
	return out
}

// 2,515 rows (its manifest), of which 13 places without a code have 147; the
// derived table has the same scores.
func TestScores(t *testing.T) {
	r := sourcetest.Import(t, fiw.Dataset, sourcetest.Shared(t, "scores", "evidence/raw/fiw_2013_2024.xlsx"))
	claims := byID(r)
	left := 0
	for what, n := range r.Rows {
		if strings.Contains(what, ", left out: ") {
			left += n
		}
	}
	if left != 147 || len(claims) != 6*(2515-left) {
		t.Errorf("%d rows left out, %d claims; %v", left, len(claims), r.Rows)
	}
	in := sourcetest.Shared(t, "", "evidence/derived/fiw_2013_2024.csv")
	rows, err := csv.NewReader(bytes.NewReader(in.Bytes)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, row := range rows[1:] {
		if row[13] == "" {
			continue
		}
		c, err := sightline.ParseCountry(row[13])
		if err != nil {
			t.Fatal(err)
		}
		if row[0] == "Congo (Kinshasa)" { // to which the derived table gives the code of the other Congo
			c, _ = sightline.ParseCountry("COD")
		}
		checked++
		for id, column := range map[string]int{"pr": 7, "d1": 8, "d4": 9, "d": 10, "cl": 11, "total": 12} {
			got := claims["fiw-"+strings.ToLower(c.Code())+"-"+id+"-"+row[3]]
			if got == nil || fmt.Sprint(got.Object.Number) != row[column] {
				t.Errorf("%s %s %s: %+v, derived %s", row[0], row[3], id, got, row[column])
			}
		}
	}
	if checked != 2515-left {
		t.Errorf("%d checked", checked)
	}
	// The edition of 2024 covers 2023.
	if c := claims["fiw-na-total-2024"]; c == nil || c.Valid.String() != "2023" || c.Qualifiers["status"] != "Free" {
		t.Errorf("Namibia: %+v", c)
	}
}

// 205 countries and 25 territories over 51 editions (its manifest); former
// states and places without a code are left out by name.
func TestRatings(t *testing.T) {
	r := sourcetest.Import(t, fiw.Dataset, sourcetest.Shared(t, "ratings", "evidence/raw/fiw_ratings_1973_2024.xlsx"))
	claims := byID(r)
	if r.Rows["rows of fiw/countries"] != 205 || r.Rows["rows of fiw/territories"] != 25 || r.Rows["editions with two ratings of South Africa, for the white and the Black population"] != 1 {
		t.Error(r.Rows)
	}
	var left []string
	for what := range r.Rows {
		if name, _, ok := strings.Cut(strings.TrimPrefix(what, "rows of "), ", left out"); ok {
			left = append(left, name)
		}
	}
	slices.Sort(left)
	t.Logf("%d claims; left out %v; %d not rated", len(claims), left, r.Rows["editions that did not rate a country or territory"])
	for _, name := range []string{"Yugoslavia", "USSR", "Czechoslovakia", "Germany, E. ", "Somaliland", "West Bank and Gaza Strip"} {
		if !slices.Contains(left, strings.TrimSpace(name)) {
			t.Errorf("%s is not left out", name)
		}
	}
	for id, want := range map[string]struct {
		v     float64
		valid string
	}{
		"fiw-af-pr-rating-2024":         {7, "2023"},
		"fiw-af-pr-rating-jan-feb-1973": {4, "1972"},
		"fiw-al-cl-rating-1983-84":      {7, "1982-08/1983-11"},
		"fiw-eh-cl-rating-2024":         {7, "2023"},
	} {
		if c := claims[id]; c == nil || c.Object.Number != want.v || c.Valid.String() != want.valid {
			t.Errorf("%s: %+v, want %v", id, c, want)
		}
	}
	if claims["fiw-za-pr-rating-jan-feb-1973"] != nil || claims["fiw-za-pr-rating-jan-feb-1974"] == nil {
		t.Error("South Africa")
	}
}

// scores is a workbook of our own making, of the size of the real one.
func scores(t testing.TB, spoil func(rows [][]any)) source.Input {
	t.Helper()
	header := strings.Split("Country/Territory,Region,C/T,Edition,Status,PR rating,CL rating,A1,A2,A3,A,B1,B2,B3,B4,B,C1,C2,C3,C,Add Q,Add A,PR,D1,D2,D3,D4,D,E1,E2,E3,E,F1,F2,F3,F4,F,G1,G2,G3,G4,G,CL,Total", ",")
	rows := [][]any{{"Our own"}, {}}
	for _, h := range header {
		rows[1] = append(rows[1], h)
	}
	n := 0
	add := func(name string, edition int) {
		row := make([]any, len(header))
		for i := range row {
			row[i] = 1
		}
		row[0], row[1], row[2], row[3], row[4] = name, "Region", "c", edition, "PF"
		row[21], row[22], row[42], row[43] = "N/A", 20, 30, 50
		rows = append(rows, row)
		n++
	}
	add("Yugoslavia", 2013)
	add("St. Vincent and the Grenadines", 2013)
	for e := 2013; n < 2515; e++ {
		for _, c := range sightline.Countries() {
			if n < 2515 && c.Code() != "VC" {
				add(c.Name(), e)
			}
		}
	}
	if spoil != nil {
		spoil(rows)
	}
	return sourcetest.Input("scores", "fiw.xlsx", sourcetest.Workbook(t, "FIW13-24", rows))
}

func TestScoresFixture(t *testing.T) {
	r := sourcetest.Import(t, fiw.Dataset, scores(t, nil))
	claims := byID(r)
	if len(claims) != 6*2514 || claims["fiw-vc-total-2013"] == nil {
		t.Errorf("%d claims, %v", len(claims), r.Rows)
	}
	_, err := fiw.Dataset.Import([]source.Input{scores(t, func(rows [][]any) { rows[5][43] = 51 })})
	if sightline.ErrorCode(err) != sightline.Conflict || !strings.Contains(err.Error(), "are not 51") {
		t.Errorf("a total that is no sum: %v", err)
	}
	sourcetest.Damage(t, fiw.Dataset, "scores", scores(t, nil))
}

// ratings is a workbook of our own making: 51 editions, 205 countries and 25
// territories.
func ratings(t testing.TB, spoil func(f *excelize.File)) source.Input {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	set := func(sheet string, i int, row []any) {
		cell, err := excelize.CoordinatesToCellName(1, i+1)
		if err != nil {
			t.Fatal(err)
		}
		if err := f.SetSheetRow(sheet, cell, &row); err != nil {
			t.Fatal(err)
		}
	}
	fill := func(sheet string, names []string) {
		if _, err := f.NewSheet(sheet); err != nil {
			t.Fatal(err)
		}
		heads := [][]any{{"Survey Edition"}, {"Year(s) Under Review"}, {nil}}
		for k := range 51 {
			e, y := any(1974+k), any(1973+k)
			if k == 0 {
				e, y = "Jan.-Feb. 1973", "Jan.1972-Aug. 1972"
			}
			heads[0], heads[1] = append(heads[0], e, nil, nil), append(heads[1], y, nil, nil)
			heads[2] = append(heads[2], "PR", "CL", " Status")
		}
		for i, h := range heads {
			set(sheet, i, h)
		}
		for i, name := range names {
			row := []any{name}
			for k := range 51 {
				switch {
				case name == "South Africa" && k == 0:
					row = append(row, "2(5)", "3(6)", "F (NF)")
				case k == 7:
					row = append(row, "-", "-", "-")
				default:
					row = append(row, 1+i%7, 1+k%7, "PF")
				}
			}
			set(sheet, 3+i, row)
		}
	}
	names := []string{"Yugoslavia", "USSR", "South Africa"}
	for _, c := range sightline.Countries() {
		if len(names) < 205 && c.Code() != "ZA" && c.Code() != "HK" {
			names = append(names, c.Name())
		}
	}
	fill("Country Ratings, Statuses ", names)
	places := []string{"Hong Kong"}
	for len(places) < 25 {
		places = append(places, "Tibet")
	}
	fill("Territory Ratings, Statuses", places)
	if spoil != nil {
		spoil(f)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return sourcetest.Input("ratings", "ratings.xlsx", b.Bytes())
}

func TestRatingsFixture(t *testing.T) {
	r := sourcetest.Import(t, fiw.Dataset, ratings(t, nil))
	claims := byID(r)
	// 203 countries and Hong Kong, 50 editions that rate, less the split one.
	if len(claims) != 2*(204*50-1) || r.Rows["rows of Tibet, left out: has no country code"] != 24 {
		t.Errorf("%d claims, %v", len(claims), r.Rows)
	}
	if c := claims["fiw-hk-pr-rating-jan-feb-1973"]; c == nil || c.Valid.String() != "1972-01/1972-08" {
		t.Errorf("%+v", c)
	}
	for name, c := range map[string]struct{ cell, value, want string }{
		"another head": {"C3", "PR", "is headed"},
		"no rating":    {"B8", "8", "not from 1 to 7"},
		"no status":    {"D8", "G", "no status"},
		"no edition":   {"E1", "Spring", "not the name of an edition"},
		"no country":   {"A9", "Nowhere", "no country"},
	} {
		_, err := fiw.Dataset.Import([]source.Input{ratings(t, func(f *excelize.File) {
			if err := f.SetCellValue("Country Ratings, Statuses ", c.cell, c.value); err != nil {
				t.Fatal(err)
			}
		})})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestDamage(t *testing.T) {
	sourcetest.Damage(t, fiw.Dataset, "ratings", ratings(t, nil))
	sourcetest.Damage(t, fiw.Dataset, "scores", sourcetest.Shared(t, "scores", "evidence/raw/fiw_2013_2024.xlsx"))
	sourcetest.Damage(t, fiw.Dataset, "ratings", sourcetest.Shared(t, "ratings", "evidence/raw/fiw_ratings_1973_2024.xlsx"))
}
