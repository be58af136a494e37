package telegeography_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"sightline"
	"sightline/source"
	"sightline/source/sourcetest"
	"sightline/source/telegeography"
)

func tables(t testing.TB) []source.Input {
	return []source.Input{
		sourcetest.Shared(t, "cables", "evidence/derived/cables_2021.csv"),
		sourcetest.Shared(t, "landings", "evidence/derived/cable_landings_2021.csv"),
		sourcetest.Shared(t, "owners", "evidence/derived/cable_owners_2021.csv"),
	}
}

func byID(r *source.Report) map[string]*sightline.Claim {
	out := map[string]*sightline.Claim{}
	for _, c := range sourcetest.Claims(r) {
		out[string(c.ID)] = c
	}
	return out
}

// The manifest counts 484 cables, 2,144 landings and 1,197 pairs of cable and
// owner. The last are 1,185 without six pieces of names, two that stand twice
// and four "n.a.". The landings are on 1,292 shores, counted apart with a
// script that knows Hong Kong, Macao, Puerto Rico, Guam and the rest by name.
func TestTables(t *testing.T) {
	r := sourcetest.Import(t, telegeography.Dataset, tables(t)...)
	n := map[sightline.Predicate]int{}
	for _, c := range sourcetest.Claims(r) {
		n[c.Predicate]++
	}
	got := fmt.Sprint(n[sightline.LandsIn], n[sightline.OwnedBy], n[sightline.CountReported], n[sightline.StatusIs], r.Rows["landing points"])
	if want := "1292 1185 452 470 2144"; got != want {
		t.Errorf("lands, owners, lengths, states, landing points: %s, want %s", got, want)
	}
	if len(r.Repaired) != 19 || r.Verified != source.CopyOnly {
		t.Errorf("%d repairs, %v", len(r.Repaired), r.Verified)
	}
	c := byID(r)
	for id, want := range map[string]string{
		"telegeography-cables-lands-hk-seamewe-3":                      "the source writes China",
		"telegeography-cables-lands-mo-seamewe-3":                      "the source writes China",
		"telegeography-cables-lands-cd-2africa":                        "",
		"telegeography-cables-lands-cg-2africa":                        "",
		"telegeography-cables-lands-sj-svalbard-undersea-cable-system": "the source writes Norway",
	} {
		if c[id] == nil || c[id].Qualifiers["note"] != want {
			t.Errorf("%s: %+v", id, c[id])
		}
	}
	// Of the day of the edition, 29 June 2021: 2Africa (2023) is planned, a cable
	// of 2009 is in service, and of one of "2021" nobody can tell.
	for id, want := range map[string]string{"2africa": "announced", "seamewe-3": "operating"} {
		if s := c["telegeography-cables-status-"+id]; s == nil || s.Object.Text != want {
			t.Errorf("state of %s: %+v", id, s)
		}
	}
	if r.Rows["cables of which the edition does not tell whether they are in service"] != 14 {
		t.Error(r.Rows)
	}
	if v := c["telegeography-cables-status-seamewe-3"].Valid.String(); v != "1999-09/" {
		t.Errorf("SeaMeWe-3 in service %s", v)
	}
	if v := c["telegeography-cables-length-bcs-east"].Object.Number; v != 97.8 {
		t.Errorf("BCS East is %g km long", v)
	}
}

// A repair fails once the table mends itself.
func TestMendedTable(t *testing.T) {
	in := tables(t)
	in[0] = sourcetest.Input("cables", in[0].Name, []byte(strings.Replace(string(in[0].Bytes), ",978,", ",97.8,", 1)))
	_, err := telegeography.Dataset.Import(in)
	if sightline.ErrorCode(err) != sightline.Conflict || !strings.Contains(err.Error(), "97.8") {
		t.Errorf("%v", err)
	}
}

func TestDamagedTables(t *testing.T) {
	for _, role := range []string{"cables", "landings", "owners"} {
		sourcetest.Damage(t, telegeography.Dataset, role, tables(t)...)
	}
}

// Two cables of our own making, in both layouts.
const (
	old = `{"id":"alpha","name":"Alpha","cable_id":1,"landing_points":[
 {"landing_point_id":1,"id":"a","name":"Muanda, Congo, Dem. Rep.","latlon":"1,2","url":"#","is_tbd":"false"},
 {"landing_point_id":2,"id":"b","name":"Tseung Kwan O, China","latlon":"1,2","url":"#","is_tbd":"false"},
 {"landing_point_id":3,"id":"c","name":"Lisbon, Portugal","latlon":"1,2","url":"#","is_tbd":"true"}],
 "length":"1,234.5 km","rfs":"2010 Q2","owners":"Orange,  Kakike,  Lda.,  Nobody Knows Ltd","url":null,"notes":null}`
	fresh = `{"id":"alpha","name":"Alpha","length":"1,234.5 km","landing_points":[
 {"id":"a","name":"Muanda, Congo, Dem. Rep.","country":"Congo, Dem. Rep.","is_tbd":null},
 {"id":"b","name":"Tseung Kwan O, China","country":"China","is_tbd":null},
 {"id":"c","name":"Lisbon, Portugal","country":"Portugal","is_tbd":true}],
 "owners":"Orange, Kakike, Lda.","suppliers":"ASN, HMN Tech","rfs":"2010 Q2","rfs_year":2010,"is_planned":false,"url":null,"notes":"ours"}`
	second = `{"id":"beta","name":"Beta","length":null,"landing_points":[{"id":"d","name":"San Juan, PR, United States","country":"United States","is_tbd":null}],
 "owners":"n.a.","suppliers":null,"rfs":"2030","rfs_year":2030,"is_planned":true,"url":null,"notes":null}`
)

func files(cables ...string) []source.Input {
	var list []string
	var out []source.Input
	for i, c := range cables {
		_, rest, _ := strings.Cut(c, `"id":"`)
		id, _, _ := strings.Cut(rest, `"`)
		list = append(list, fmt.Sprintf(`{"id":%q,"name":"x"}`, id))
		out = append(out, sourcetest.Input("cable", fmt.Sprintf("%d.json", i), []byte(c)))
	}
	return append(out, sourcetest.Input("index", "all.json", []byte("["+strings.Join(list, ",")+"]")))
}

func TestFiles(t *testing.T) {
	r := sourcetest.Import(t, telegeography.Dataset, files(fresh, second)...)
	var got []string
	for _, c := range sourcetest.Claims(r) {
		o := string(c.Object.Entity) + c.Object.Text
		if c.Object.Unit != "" {
			o = fmt.Sprint(c.Object.Number, c.Object.Unit)
		}
		got = append(got, fmt.Sprintf("%s %s %s %s %s", strings.TrimPrefix(string(c.Subject), "cable/telegeography-"), c.Predicate, o, c.Valid, c.Qualifiers["extent"]+c.Qualifiers["number"]))
	}
	slices.Sort(got)
	want := []string{
		"alpha built_by company/alcatel-submarine-networks 2010-04~ 2",
		"alpha built_by company/huawei-marine 2010-04~ 2",
		"alpha count_reported 1234.5km  ",
		"alpha lands_in country/CD 2010-04~/ international",
		"alpha lands_in country/HK 2010-04~/ international",
		"alpha lands_in country/PT 2010-04~/ international",
		"alpha owned_by company/orange  2",
		"alpha owned_by company/telegeography-cables-kakike-lda  2",
		"alpha status operating 2010-04~/ ",
		"beta lands_in country/PR 2030/ domestic",
		"beta status announced  ",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	// Version 2 of unknown date does not tell whether a cable is in service.
	r = sourcetest.Import(t, telegeography.Dataset, files(old)...)
	for _, c := range sourcetest.Claims(r) {
		if c.Predicate == sightline.StatusIs {
			t.Errorf("%+v", c)
		}
	}
	if r.Verified != source.Unknown || r.Rows["names of owners put together that were cut at a comma"] != 1 {
		t.Errorf("%+v", r.Rows)
	}
}

func TestFilesThatDoNotFit(t *testing.T) {
	for name, f := range map[string]func() []source.Input{
		"a new member":        func() []source.Input { return files(strings.Replace(fresh, `"notes"`, `"colour":1,"notes"`, 1)) },
		"a member less":       func() []source.Input { return files(strings.Replace(fresh, `"rfs_year":2010,`, ``, 1)) },
		"no such country":     func() []source.Input { return files(strings.ReplaceAll(fresh, "Portugal", "Ruritania")) },
		"another year":        func() []source.Input { return files(strings.Replace(fresh, `"rfs_year":2010`, `"rfs_year":2011`, 1)) },
		"a season":            func() []source.Input { return files(strings.Replace(fresh, `2010 Q2`, `2010 Spring`, 1)) },
		"a piece of a name":   func() []source.Input { return files(strings.Replace(fresh, `Orange, Kakike`, `Kakike, Orange`, 1)) },
		"both versions":       func() []source.Input { return files(old, second) },
		"one of two":          func() []source.Input { return files(fresh, second)[1:] },
		"two, without index":  func() []source.Input { return files(fresh, second)[:2] },
		"twice the same":      func() []source.Input { return files(fresh, fresh) },
		"no table":            func() []source.Input { return files(fresh)[1:] },
		"longer than the sea": func() []source.Input { return files(strings.Replace(fresh, "1,234.5", "123,450", 1)) },
	} {
		if r, err := telegeography.Dataset.Import(f()); err == nil || sightline.ErrorHint(err) == "" {
			t.Errorf("%s: %v, %v, hint %q", name, r != nil, err, sightline.ErrorHint(err))
		}
	}
	sourcetest.Damage(t, telegeography.Dataset, "cable", files(fresh, second)...)
}
