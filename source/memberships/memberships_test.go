package memberships_test

import (
	"fmt"
	"strings"
	"testing"

	"sightline"
	"sightline/source"
	"sightline/source/memberships"
	"sightline/source/sourcetest"
)

// Rows as the manifest of the files counts them. The table of hand-read facts
// has 168 rows and a header; EV0168 is not in it.
var lists = []struct {
	d      *source.Dataset
	path   string
	claims int
	groups map[string]int // of claims by how or group
}{
	{memberships.BRI65, "bri_65_economies.csv", 65, map[string]int{"counted": 65}},
	{memberships.DigitalDeciders, "digital_deciders_2018.csv", 114, map[string]int{"digital decider": 50, "global and open": 37, "sovereign and controlled": 27}},
	{memberships.DFI, "dfi_endorsers_2022.csv", 61, map[string]int{"endorsed": 61}},
	{memberships.FOC, "handfacts.csv", 29, map[string]int{"joined": 29}},
	{memberships.Budapest, "handfacts.csv", 39, map[string]int{"ratified": 17, "party": 22}},
}

func TestSharedFiles(t *testing.T) {
	for _, l := range lists {
		t.Run(l.d.ID, func(t *testing.T) {
			in := sourcetest.Shared(t, "table", "evidence/derived/"+l.path)
			r := sourcetest.Import(t, l.d, in)
			groups := map[string]int{}
			for _, c := range sourcetest.Claims(r) {
				groups[c.Qualifiers["how"]+c.Qualifiers["group"]]++
			}
			if n := len(sourcetest.Claims(r)); n != l.claims || r.Edition == nil {
				t.Errorf("%d claims, want %d; edition %v", n, l.claims, r.Edition)
			}
			for g, n := range l.groups {
				if groups[g] != n {
					t.Errorf("%d %s, want %d", groups[g], g, n)
				}
			}
			sourcetest.Damage(t, l.d, "table", in)
		})
	}
}

// rows are n made-up rows, one a country.
func rows(header string, n int, row func(sightline.Country) string) source.Input {
	var b strings.Builder
	b.WriteString(header + "\n")
	for _, c := range sightline.Countries()[:n] {
		b.WriteString(row(c) + "\n")
	}
	return sourcetest.Input("table", "a.csv", []byte(b.String()))
}

func TestFixtures(t *testing.T) {
	in := map[string]source.Input{
		"bri-65":           rows("iso3,source,note", 60, func(c sightline.Country) string { return c.Alpha3() + ",x," }),
		"digital-deciders": rows("iso3,country,group,source", 110, func(c sightline.Country) string { return c.Alpha3() + ",x,global_and_open,x" }),
		"dfi":              rows("iso3,country,endorsed_at_launch,source", 60, func(c sightline.Country) string { return c.Alpha3() + ",x,2022-04-28,x" }),
		"foc": rows("id,subject,predicate,object,date,source,confidence,note", 160, func(c sightline.Country) string {
			return "E," + c.Alpha3() + ",member_of," + map[bool]string{true: "Freedom Online Coalition", false: "Something"}[c.Code() < "D"] + ",2011,x,high,"
		}),
		"budapest": rows("id,subject,predicate,object,date,source,confidence,note", 160, func(c sightline.Country) string {
			return "E," + c.Alpha3() + ",ratified," + map[bool]string{true: "Budapest Convention (ETS 185)", false: "Something"}[c.Code() < "D"] + ",2011-02-03,treaty/185/signatures,high,"
		}),
	}
	for _, l := range lists {
		t.Run(l.d.ID, func(t *testing.T) {
			r := sourcetest.Import(t, l.d, in[l.d.ID])
			n := len(sourcetest.Claims(r))
			want := r.Rows["rows of "+l.d.ID+"/table"] - r.Rows["rows on other matters"]
			if n != want || n < 29 {
				t.Errorf("%d claims of %d rows, counts %v", n, want, r.Rows)
			}
			sourcetest.Damage(t, l.d, "table", in[l.d.ID])
		})
	}
	bad := strings.Replace(string(in["digital-deciders"].Bytes), "global_and_open", "global", 1)
	if _, err := memberships.DigitalDeciders.Import([]source.Input{sourcetest.Input("table", "a.csv", []byte(bad))}); err == nil {
		t.Error("a group that is not known was taken")
	}
	twice := string(in["dfi"].Bytes) + fmt.Sprintf("%s,x,2022-04-29,x\n", sightline.Countries()[3].Alpha3())
	if _, err := memberships.DFI.Import([]source.Input{sourcetest.Input("table", "a.csv", []byte(twice))}); err == nil || !strings.Contains(err.Error(), "two different records of one id") {
		t.Errorf("a country on two days: %v", err)
	}
}
