package all_test

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"sightline"
	"sightline/source"
	"sightline/source/all"
	"sightline/source/sourcetest"
)

// accident is an error that a source is known to have.
type accident struct {
	name, dataset string
	files         []string // role=path below the evidence; the first is the one with the error
	claims        []string // "id value" of claims that come out right; "-id" of one that must not be there
	said          string   // in what the report mends, notes or counts
	mend          func(*testing.T, []byte) []byte
	then          string // the error once the source has mended it; "" if it is then read without a word
}

// cells replaces values of cells of a workbook.
func cells(sheet string, pairs ...string) func(*testing.T, []byte) []byte {
	return func(t *testing.T, b []byte) []byte {
		f, err := excelize.OpenReader(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		rows, err := f.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		for y, row := range rows {
			for x, v := range row {
				i := slices.Index(pairs, v)
				if i < 0 || i%2 > 0 {
					continue
				}
				found++
				at, err := excelize.CoordinatesToCellName(x+1, y+1)
				if err == nil {
					err = f.SetCellStr(sheet, at, pairs[i+1])
				}
				if err != nil {
					t.Fatal(err)
				}
			}
		}
		if found == 0 {
			t.Fatalf("no cell says any of %q", pairs)
		}
		var out bytes.Buffer
		if err := f.Write(&out); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
}

// text replaces a piece of text, which must be there.
func text(old, now string) func(*testing.T, []byte) []byte {
	return func(t *testing.T, b []byte) []byte {
		if !bytes.Contains(b, []byte(old)) {
			t.Fatalf("no %q in the file", old)
		}
		return bytes.ReplaceAll(b, []byte(old), []byte(now))
	}
}

const (
	aigsBook = "workbook=raw/aigs_2022.xlsx"
	briBook  = "table=raw/bri_join_year.xlsx"
	master   = "table=raw/internet_monitor_master_2015.csv"
)

var accidents = []accident{
	{name: "the broken name of the United States", dataset: "aigs", files: []string{aigsBook}, claims: []string{"aigs-us-uses-facial-recognition", "aigs-us-palantir"},
		said: `Country "UnitElectoral Democracy States of AmeriClosed Autocracy" became "United States of America"`,
		mend: cells("AIGS 2022", "UnitElectoral Democracy States of AmeriClosed Autocracy", "United States of America"), then: "no such row"},
	{name: "broken names of countries of origin", dataset: "aigs", files: []string{aigsBook}, claims: []string{"aigs-kr-uses-of-se", "aigs-kr-uses-of-ru"},
		said: `became "South Korea, Sweden, Russia"`,
		mend: cells("AIGS 2022", "South KorElectoral Autocracy, SwElectoral Democracyen, Russia", "South Korea, Sweden, Russia"), then: "expected"},
	{name: "nine vendors in a cell", dataset: "aigs", files: []string{aigsBook}, claims: []string{"aigs-in-huawei", "aigs-in-zte", "aigs-in-hikvision", "aigs-in-dahua", "aigs-in-megvii", "aigs-in-iflytek", "aigs-in-yitu", "aigs-in-ceiec", "aigs-in-yixin"},
		said: "Nine suppliers stand in one cell",
		mend: cells("AIGS 2022", "Huawei, ZTE, Hikvision, Dahua, Face++, iFlytek, Yitu, CEIEC, and Yixin ", "Huawei"), then: "no such row"},
	{name: "a misspelt firm", dataset: "aigs", files: []string{aigsBook}, claims: []string{"-aigs-mn-hikvsion"}, said: `"Hikvsion" is read as company/hikvision: misspelt`},
	{name: "a scale with the sign turned", dataset: "aigs", files: []string{aigsBook}, claims: []string{"aigs-cn-vdem-v2smgovfilprc-2021 -2.86"}},
	{name: "EL for Greece", dataset: "bri", files: []string{briBook}, claims: []string{"bri-gr 2018/"}, said: `id "EL" became "GR"`, mend: cells("Sheet2", "EL", "GR"), then: `expected "EL"`},
	{name: "dominica twice", dataset: "bri", files: []string{briBook}, claims: []string{"bri-dm 2018/", "bri-do 2018/"}, said: `country "dominica" became "Dominican Republic"`,
		mend: cells("Sheet2", "dominica", "Dominican Republic"), then: `expected "dominica"`},
	{name: "Namibia read as missing, by its two letters", dataset: "bri", files: []string{briBook}, claims: []string{"bri-na 2018/"}},
	{name: "Namibia read as missing, in a table of text", dataset: "internet-monitor", files: []string{master}, claims: []string{"internet-monitor-na-web-index 25.9727"}},
	{name: "Namibia read as missing, beside values that are", dataset: "vdem-regime", files: []string{"table=raw/ert_v15.csv"}, claims: []string{"vdem-regime-na-v2x-regime-2024 2"}},
	{name: "Canada with the letters of China", dataset: "internet-monitor", files: []string{master},
		claims: []string{"internet-monitor-ca-internet-monitor-access 7.62", "internet-monitor-cn-internet-monitor-access 4.88"}, said: `cc2 "CN" became "CA"`, mend: text("\nCN,CAN,", "\nCA,CAN,"), then: `expected "CN"`},
	{name: "letters of Mac OS Roman", dataset: "internet-monitor", files: []string{master}, claims: []string{"internet-monitor-ci-internet-monitor-access 1.6"}, said: "Mac OS Roman"},
	{name: "Yugoslavia is not Serbia", dataset: "fiw", files: []string{"ratings=raw/fiw_ratings_1973_2024.xlsx"}, claims: []string{"-fiw-rs-pr-rating-1990", "fiw-rs-pr-rating-2024 4"}, said: "Yugoslavia, left out: two states that are no more",
		mend: cells("Country Ratings, Statuses ", "Yugoslavia", "Jugoslavia"), then: "no country"},
	{name: "the reversal of the scale in 2019", dataset: "fotn", files: []string{"scores=derived/fotn_total_2011_2021.csv"}, claims: []string{"fotn-cn-2018 12", "fotn-cn-2019 10", "fotn-ee-2018 94"}},
	{name: "line ends of CR alone", dataset: "oni", files: []string{"ratings=raw/oni_2012.csv"}, claims: []string{"oni-cn-political"}, said: "lines end with CR alone", mend: text("\r", "\n")},
	{name: "Eswatini twice", dataset: "itu-gci", files: []string{"2018=raw/itu_gci_2018.csv"}, claims: []string{"itu-gci-sz-2018 0.133"}, said: `Score "0.041" became ""`, mend: text("Swaziland,0.041", "Swaziland,0.133"), then: `expected "0.041"`},
	{name: "a lost decimal point", dataset: "telegeography-cables", files: []string{"cables=derived/cables_2021.csv", "landings=derived/cable_landings_2021.csv", "owners=derived/cable_owners_2021.csv"},
		said: `length_km "978" became "97.8"`, mend: text(",978,", ",97.8,"), then: `expected "978"`},
}

// Each accident comes out right, is told, and fails loudly once the source has
// mended it.
func TestKnownAccidents(t *testing.T) {
	for _, a := range accidents {
		t.Run(a.name, func(t *testing.T) {
			d, err := all.ByID(a.dataset)
			if err != nil {
				t.Fatal(err)
			}
			var in []source.Input
			for _, f := range a.files {
				role, path, _ := strings.Cut(f, "=")
				in = append(in, sourcetest.Shared(t, role, "evidence/"+path))
			}
			r := sourcetest.Import(t, d, in...)
			got := map[string]string{}
			for _, c := range sourcetest.Claims(r) {
				v := c.Valid.String()
				if c.Object.Unit != "" {
					v = fmt.Sprint(c.Object.Number)
				}
				got[string(c.ID)] = v
			}
			for _, want := range a.claims {
				id, value, valued := strings.Cut(strings.TrimPrefix(want, "-"), " ")
				v, is := got[id]
				switch not := strings.HasPrefix(want, "-"); {
				case is == not:
					t.Errorf("claim %s: there is %v", id, is)
				case valued && v != value:
					t.Errorf("claim %s says %s, want %s", id, v, value)
				}
			}
			said := append(slices.Clone(r.Repaired), r.Notes...)
			for what := range r.Rows {
				said = append(said, what)
			}
			if !slices.ContainsFunc(said, func(s string) bool { return strings.Contains(s, a.said) }) {
				t.Errorf("%q is not told", a.said)
			}
			if a.mend == nil {
				return
			}
			in[0] = sourcetest.Input(in[0].Role, filepath.Base(in[0].Name), a.mend(t, in[0].Bytes))
			after, err := d.Import(in)
			switch {
			case a.then == "" && err != nil:
				t.Errorf("mended: %v", err)
			case a.then == "":
				if slices.ContainsFunc(after.Notes, func(s string) bool { return strings.Contains(s, a.said) }) {
					t.Error("mended, and it is still told")
				}
			case err == nil || !strings.Contains(err.Error(), a.then) || sightline.ErrorHint(err) == "":
				t.Errorf("mended: %v (%s), want %q", err, sightline.ErrorHint(err), a.then)
			}
		})
	}
}
