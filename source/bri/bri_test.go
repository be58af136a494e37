package bri_test

import (
	"strings"
	"testing"

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

func TestDamage(t *testing.T) {
	sourcetest.Damage(t, bri.Dataset, "table", sourcetest.Shared(t, "table", path))
}
