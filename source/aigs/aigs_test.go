package aigs_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"sightline"
	"sightline/source"
	"sightline/source/aigs"
	"sightline/source/sourcetest"
)

const path = "evidence/raw/aigs_2022.xlsx"

// table reads a derived file as rows by column.
func table(t *testing.T, path string) (out []map[string]string) {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(sourcetest.Shared(t, "", path).Bytes)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows[1:] {
		m := map[string]string{}
		for i, v := range r {
			m[rows[0][i]] = v
		}
		out = append(out, m)
	}
	return out
}

// The pairs are those of a reading of the same workbook made by others, apart
// from "Mult", which names no firm (4 pairs), and the names that stand apart
// from their rows (10).
func TestSuppliersAreThoseOfAnotherReading(t *testing.T) {
	r := sourcetest.Import(t, aigs.Dataset, sourcetest.Shared(t, "workbook", path))
	ours, firms := map[string]bool{}, map[string]int{}
	for _, c := range sourcetest.Claims(r) {
		if c.Predicate == sightline.Supplies {
			country, _ := c.Object.Entity.Country()
			ours[country.Alpha3()+" "+string(c.Subject)] = true
			firms[string(c.Subject)]++
		}
	}
	theirs := map[string]string{} // names of firms by ours
	names, err := source.CSV("names.csv", namesFile(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range names.Rows {
		theirs[row.Peek("name")] = row.Peek("entity")
		theirs[row.Peek("called")] = row.Peek("entity")
	}
	var left []string
	rows := table(t, "evidence/derived/aigs_2022_supplier.csv")
	for _, row := range rows {
		id := theirs[row["company"]]
		if id == "" {
			id = "company/" + source.Slug("aigs", row["company"])
		}
		if !ours[row["iso3"]+" "+id] {
			left = append(left, row["iso3"]+" "+row["company"])
		}
		delete(ours, row["iso3"]+" "+id)
	}
	want := []string{"CHN Mult", "SAU Mult", "RUS Mult", "TJK Infinova", "TJK Avigilon", "TJK Honeywell", "TJK Anduril", "TJK Elbit", "TJK NEC", "TJK Panasonic", "TJK Genetec", "TJK Qognify", "SVN Qognify", "USA Mult"}
	if len(rows) != 233 || !slices.Equal(left, want) || len(ours) > 0 {
		t.Errorf("of %d pairs these are not ours: %q, want %q; ours alone: %v", len(rows), left, want, ours)
	}
	for firm, n := range map[string]int{"huawei": 53, "hikvision": 12, "zte": 9, "dahua": 6, "yitu": 3, "cloudwalk": 1, "palantir": 9} {
		if firms["company/"+firm] != n {
			t.Errorf("%s supplies %d countries, want %d", firm, firms["company/"+firm], n)
		}
	}
	if n := r.Rows["suppliers that stand apart from their row, behind empty cells: no claim"]; n != 10 {
		t.Errorf("%d suppliers stand apart, want 10", n)
	}
	for _, want := range []string{"UnitElectoral", "SwElectoral", "Nine suppliers"} {
		if !strings.Contains(strings.Join(r.Repaired, "\n"), want) {
			t.Errorf("no repair of %q is reported", want)
		}
	}
}

// What makes no claim is reported by name: four cells that name no firm, ten
// that stand behind empty cells, and one firm that its row names twice.
func TestSuppliersWithoutAClaimAreNamed(t *testing.T) {
	r := sourcetest.Import(t, aigs.Dataset, sourcetest.Shared(t, "workbook", path))
	var said []string
	for _, n := range r.Notes {
		if strings.Contains(n, "claim") {
			said = append(said, n)
		}
	}
	want := []string{
		`China, Company 1: "Mult"`, `Saudi Arabia, Company 1: "Mult"`, `Russia, Company 1: "Mult"`, `United States, Company 1: "Mult"`,
		`Tajikistan, Company 6: "Infinova"`, `Tajikistan, Company 7: "Avigilon"`, `Tajikistan, Company 8: "Honeywell"`, `Tajikistan, Company 9: "Anduril"`, `Tajikistan, Company 10: "Elbit"`,
		`Tajikistan, Company 11: "NEC"`, `Tajikistan, Company 12: "Panasonic"`, `Tajikistan, Company 13: "Genetec"`, `Tajikistan, Company 14: "Qognify"`, `Slovenia, Company 6: "Qognify"`,
	}
	for _, w := range want {
		if !slices.ContainsFunc(said, func(n string) bool { return strings.HasPrefix(n, w) }) {
			t.Errorf("not reported: %s", w)
		}
	}
	if len(said) != len(want)+1 {
		t.Errorf("%d are reported, want %d:\n%s", len(said), len(want)+1, strings.Join(said, "\n"))
	}
}

func namesFile(t *testing.T) []byte {
	t.Helper()
	return []byte(aigs.Names)
}

// Marks and scores agree with the other reading, for each of 97 countries:
// technology of firms of China in 68, of the United States in 31.
func TestMarksAreThoseOfAnotherReading(t *testing.T) {
	r := sourcetest.Import(t, aigs.Dataset, sourcetest.Shared(t, "workbook", path))
	uses, scores, from := map[string]bool{}, map[string]float64{}, map[string]int{}
	for _, c := range sourcetest.Claims(r) {
		country, _ := c.Subject.Country()
		switch c.Predicate {
		case sightline.UsesTechnology:
			uses[country.Alpha3()+" "+c.Object.Text+string(c.Object.Entity)] = true
			from[string(c.Object.Entity)]++
		case sightline.Scored:
			scores[country.Alpha3()+" "+c.Qualifiers["indicator"]] = c.Object.Number
		}
	}
	if from["country/CN"] != 68 || from["country/US"] != 31 {
		t.Errorf("technology of China in %d countries and of the United States in %d, want 68 and 31", from["country/CN"], from["country/US"])
	}
	rows := table(t, "evidence/derived/aigs_2022_country.csv")
	if len(rows) != 97 {
		t.Fatalf("%d rows, want 97", len(rows))
	}
	for _, row := range rows {
		for column, what := range map[string]string{
			"safe_city": "safe city system", "facial_recognition": "facial recognition system", "smart_policing": "smart policing",
			"social_media_surv": "social media surveillance", "china_tech": "country/CN", "us_tech": "country/US",
		} {
			if uses[row["iso3"]+" "+what] != (row[column] == "1") {
				t.Errorf("%s: %s is %v, the other reading says %s", row["iso3"], what, uses[row["iso3"]+" "+what], row[column])
			}
		}
		var f, dri float64
		fmt.Sscan(row["fotn_2021"], &f)
		fmt.Sscan(row["dri_2021"], &dri)
		if got, ok := scores[row["iso3"]+" indicator/freedom-on-the-net"]; ok != (row["fotn_2021"] != "") || got != f {
			t.Errorf("%s: Freedom on the Net %v, want %q", row["iso3"], got, row["fotn_2021"])
		}
		if got := scores[row["iso3"]+" indicator/aigs-digital-repression"]; math.Abs(got-dri) > 1e-9 {
			t.Errorf("%s: digital repression %v, want %v", row["iso3"], got, dri)
		}
	}
}

// The eight variables are on V-Dem's scale: they go with those of a release of
// V-Dem itself (another release, so that the values differ a little).
func TestScaleIsThatOfVDem(t *testing.T) {
	r := sourcetest.Import(t, aigs.Dataset, sourcetest.Shared(t, "workbook", path))
	ours := map[string]float64{}
	n := 0
	for _, c := range sourcetest.Claims(r) {
		if c.Predicate == sightline.Scored && c.Qualifiers["original"] != "" {
			country, _ := c.Subject.Country()
			ours[country.Alpha3()+" "+strings.TrimPrefix(c.Qualifiers["indicator"], "indicator/vdem-")] = c.Object.Number
			n++
		}
	}
	if n != 175*8 { // 179 units, four of them without a code
		t.Errorf("%d values, want %d", n, 175*8)
	}
	rows := table(t, "evidence/derived/vdem_dsp_2021.csv")
	for _, v := range []string{"v2smgovsmmon", "v2smgovdom", "v2smgovfilprc", "v2smgovshut", "v2smgovsm", "v2smgovsmcenprc", "v2smarrest"} {
		var sx, sy, sxx, syy, sxy, n float64
		for _, row := range rows {
			x, ok := ours[row["iso3"]+" "+v]
			var y float64
			if _, err := fmt.Sscan(row[v], &y); err != nil || !ok {
				continue
			}
			sx, sy, sxx, syy, sxy, n = sx+x, sy+y, sxx+x*x, syy+y*y, sxy+x*y, n+1
		}
		if c := (n*sxy - sx*sy) / math.Sqrt((n*sxx-sx*sx)*(n*syy-sy*sy)); n < 150 || !(c > 0.8) {
			t.Errorf("%s: correlation %.3f with V-Dem over %g countries", v, c, n)
		}
	}
}

func TestDamage(t *testing.T) {
	sourcetest.Damage(t, aigs.Dataset, "workbook", sourcetest.Shared(t, "workbook", path))
}

// A repair fails once the workbook has mended itself.
func TestMendedSourceIsNoticed(t *testing.T) {
	in := sourcetest.Shared(t, "workbook", path)
	f, err := excelize.OpenReader(bytes.NewReader(in.Bytes))
	if err != nil {
		t.Fatal(err)
	}
	if err := f.SetCellStr("AIGS 2022", "A97", "United States of America"); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	_, err = aigs.Dataset.Import([]source.Input{sourcetest.Input("workbook", "a.xlsx", b.Bytes())})
	if sightline.ErrorCode(err) != sightline.Conflict || !strings.Contains(err.Error(), "no such row") {
		t.Errorf("a mended name: %v", err)
	}
}
