package aigs_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/xuri/excelize/v2"

	"sightline"
	"sightline/source/aigs"
	"sightline/source/sourcetest"
)

// fixture is a workbook of our own in the layout of the index, with made-up
// values: 90 countries, of which China has the given suppliers.
func fixture(t *testing.T, suppliers ...any) []byte {
	t.Helper()
	first := [][]any{{"Country", "Region", "V-Dem Electoral Democracy Index 2021", "V-Dem Regime Type 2021", "Feldstein Digital Repression Index 2021",
		"Freedom on the Net 2021 Status", "Freedom on the Net 2021 Score", "Military Expenditures (USD) 2018", "Military Expenditures Ranking (2018)",
		"Member of Belt & Road Initiative", "China ODI Rank (EIU)", "Safe City System", "Facial Recognition System", "Smart Policing",
		"Social Media Surveillance", "China Tech", "US Tech", "Other Countries", "Company 1", "Company 2", "Company 3", "Company 4", "Company 5"}}
	second := [][]any{{"Country", "Region", "Year", "v2x_polyarchy", "v2x_libdem", "v2x_regime", "Digital Repression Index 2021",
		"Gov SM surveillance v2smgovsmmon", "Gov disinfo v2smgovdom", "Pol party disinfo v2smpardom", "Gov filtering v2smgovfilprc",
		"Gov internet shutdowns v2smgovshut", "Gov SM Shutdown v2smgovsm", "Gov SM censorship v2smgovsmcenprc", "Arrests online users (v2smarrest)", "AIGS?"}}
	add := func(name, again string, after ...any) {
		row := []any{name, "EAP", 0.5, "EA", 0.25, "", "", "", "", "", "", "x", "", "", "", "", "", ""}
		first = append(first, append(row, after...))
		second = append(second, []any{again, "EAP", 2021, 0.5, 0.4, "EA", 0.25, 1, 2, 3, 4, 5, 6, 7, 8, "x"})
	}
	add("UnitElectoral Democracy States of AmeriClosed Autocracy", "United States of America")
	add("India", "India", "", "", "", "", "", "", "Huawei, ZTE, Hikvision, Dahua, Face++, iFlytek, Yitu, CEIEC, and Yixin ")
	add("South Korea", "South Korea")
	first[len(first)-1][17] = "South KorElectoral Autocracy, SwElectoral Democracyen, Russia"
	add("Burma/Myanmar", "Burma/Myanmar")
	add("China", "China", suppliers...)
	had := []string{"US", "IN", "KR", "MM", "CN"}
	for _, c := range sightline.Countries() {
		if !slices.Contains(had, c.Code()) && len(first) <= 90 {
			add(c.Name(), c.Name())
		}
	}
	for _, c := range sightline.Countries()[100:175] {
		if !slices.Contains(had, c.Code()) && !slices.ContainsFunc(second, func(r []any) bool { return r[0] == c.Name() }) {
			second = append(second, []any{c.Name(), "EUR", 2021, 0.5, 0.4, "EA", 0.25, 0, 0, 0, 0, 0, 0, 0, 0, ""})
		}
	}
	second = append(second, []any{"Somaliland", "AFR", 2021, 0.5, 0.4, "EA", 0.25, 0, 0, 0, 0, 0, 0, 0, 0, ""})
	f := excelize.NewFile()
	defer f.Close()
	for sheet, rows := range map[string][][]any{"AIGS 2022": first, "Digital Repression Inde + V-Dem": second} {
		if _, err := f.NewSheet(sheet); err != nil {
			t.Fatal(err)
		}
		for n, row := range rows {
			cell, err := excelize.CoordinatesToCellName(1, n+1)
			if err != nil {
				t.Fatal(err)
			}
			if err := f.SetSheetRow(sheet, cell, &row); err != nil {
				t.Fatal(err)
			}
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestFixture(t *testing.T) {
	r := sourcetest.Import(t, aigs.Dataset, sourcetest.Input("workbook", "a.xlsx", fixture(t, "Hikvsion", "", "Hikvision; Nobody Ltd", "Mult", "", "", "NEC")))
	got := map[string]string{}
	for _, c := range sourcetest.Claims(r) {
		if c.Predicate == sightline.Supplies {
			got[string(c.ID)] = string(c.Subject) + " " + c.Qualifiers["product"]
		}
		if c.ID == "aigs-cn-vdem-v2smarrest-2021" && (c.Object.Number != -8 || c.Qualifiers["original"] != "8") {
			t.Errorf("turned to %v from %s, want -8 from 8", c.Object.Number, c.Qualifiers["original"])
		}
	}
	// Hikvision once though it is named twice, the unknown firm under an id of
	// the data set's own, no firm for "Mult", and NEC behind empty cells makes
	// no claim, nor do India's nine. The row marks one kind of technology.
	want := map[string]string{"aigs-cn-hikvision": "company/hikvision safe city system", "aigs-cn-nobody-ltd": "company/aigs-nobody-ltd safe city system"}
	if len(got) != len(want) {
		t.Errorf("supplies %v, want %v", got, want)
	}
	for id, w := range want {
		if got[id] != w {
			t.Errorf("%s: %q, want %q", id, got[id], w)
		}
	}
	if r.Verified.String() != "bytes not known: compared with nothing" {
		t.Errorf("verified: %s", r.Verified)
	}
}

func TestFixtureDamage(t *testing.T) {
	sourcetest.Damage(t, aigs.Dataset, "workbook", sourcetest.Input("workbook", "a.xlsx", fixture(t)))
}
