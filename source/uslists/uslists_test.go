package uslists_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strings"
	"testing"

	"sightline"
	"sightline/source"
	"sightline/source/sourcetest"
	"sightline/source/uslists"
)

var shared = []struct {
	d          *source.Dataset
	role, path string
	claims     int
}{
	{uslists.Section889, "firms", "us_section_889.csv", 5},
	{uslists.CoveredList, "list", "us_fcc_covered_list.csv", 12},
	{uslists.MilitaryCompanies, "lists", "us_dod_1260h.csv", 387},
	{uslists.Notices, "index", "us_fr_notices.csv", 58},
	{uslists.ScreeningList, "list", "us_csl_sample.csv", 66},
}

func TestSharedFiles(t *testing.T) {
	for _, s := range shared {
		t.Run(s.d.ID, func(t *testing.T) {
			in := sourcetest.Shared(t, s.role, "evidence/raw/"+s.path)
			r := sourcetest.Import(t, s.d, in)
			if r.Edition == nil || r.Verified != source.CopyOnly {
				t.Errorf("edition %v, %s", r.Edition, r.Verified)
			}
			if n := len(sourcetest.Claims(r)); n != s.claims {
				t.Errorf("%d claims, want %d", n, s.claims)
			}
			sourcetest.Damage(t, s.d, s.role, in)
		})
	}
}

// Each printed name of the military companies is in a claim's entity or folded
// into one: 234 names without abbreviations make as many firms, but for
// spellings that differ in signs only and for the firms that a rule knows.
func TestMilitaryCompanies(t *testing.T) {
	in := sourcetest.Shared(t, "lists", "evidence/raw/us_dod_1260h.csv")
	r := sourcetest.Import(t, uslists.MilitaryCompanies, in)
	var huawei, megvii *sightline.Claim
	firms := map[string]bool{}
	for _, c := range sourcetest.Claims(r) {
		if c.Predicate != sightline.ListedUnder {
			continue
		}
		firms[string(c.Subject)] = true
		switch c.ID {
		case "us-1260h-huawei":
			huawei = c
		case "us-1260h-megvii":
			megvii = c
		}
	}
	if huawei == nil || huawei.Valid.String() != "2021-06-03/.." {
		t.Errorf("Huawei: %+v, want on the lists from 2021-06-03 on", huawei)
	}
	if megvii == nil || megvii.Valid.String() != "2024-01-31/2025-01-07" {
		t.Errorf("Megvii: %+v, want 2024-01-31 to its removal on 2025-01-07", megvii)
	}
	rows, err := csv.NewReader(bytes.NewReader(in.Bytes)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	clean := map[string]bool{}
	for _, row := range rows[1:] {
		clean[source.Slug(row[1])] = true
	}
	if len(rows) != 398 || len(clean)-len(firms) > 24 || len(firms) > len(clean) {
		t.Errorf("%d rows, %d names, %d firms", len(rows)-1, len(clean), len(firms))
	}
}

// No person of the screening list is taken: neither those that it calls
// persons, nor those of mixed lists.
func TestScreeningListHasNoPersons(t *testing.T) {
	in := sourcetest.Shared(t, "list", "evidence/raw/us_csl_sample.csv")
	r := sourcetest.Import(t, uslists.ScreeningList, in)
	var text strings.Builder
	for _, x := range r.Records {
		text.Write(x.Text())
	}
	for _, name := range []string{"Migeotte", "HERNANDEZ", "Shamnad", "Yegane", "Kohlke", "AL KAYALI,", "ABU TEIR", "Lucio-Amador", "Gwendolyn"} {
		if strings.Contains(text.String(), name) {
			t.Errorf("%q is in the records", name)
		}
	}
	if !strings.Contains(text.String(), "Gui’an New District Huawei Investment") || len(r.Repaired) != 1 {
		t.Errorf("the misread quotation mark was not mended: %q", r.Repaired)
	}
	if n := r.Rows["persons: left out, unread"]; n != 20 {
		t.Errorf("%d persons, want 20", n)
	}
}

const cslHeader = "source,entity_number,type,programs,name,title,addresses,federal_register_notice,start_date,end_date,standard_order,license_requirement,license_policy,call_sign,vessel_type,gross_tonnage,gross_registered_tonnage,vessel_flag,vessel_owner,remarks,source_list_url,alt_names,citizenships,dates_of_birth,nationalities,places_of_birth,source_information_url,ids\n"

// screening is a list of our own with made-up parties.
func screening(rows ...string) []byte {
	var b strings.Builder
	b.WriteString(cslHeader)
	for _, r := range rows {
		b.WriteString(r + "\n")
	}
	for n := range 5000 {
		fmt.Fprintf(&b, "Specially Designated Nationals (SDN) - Treasury Department,%d,Individual,X,\"PERSON, Made Up %d\"%s\n", 900000+n, n, strings.Repeat(",", 23))
	}
	return []byte(b.String())
}

func party(list, number, kind, name, address, start, born string) string {
	return fmt.Sprintf("%s,%s,%s,PROG,%q,,%q,99 FR 1,%s%s%s,,,,", list, number, kind, name, address, start, strings.Repeat(",", 14)+",", born)
}

func TestScreeningFixture(t *testing.T) {
	const el, sdn = "Entity List (EL) - Bureau of Industry and Security", "Specially Designated Nationals (SDN) - Treasury Department"
	r := sourcetest.Import(t, uslists.ScreeningList, sourcetest.Input("list", "consolidated.csv", screening(
		party(el, "", "", "Nobody Trading Co., Ltd.", "1 Road, Nowhere, TW; 2 Road, TW", "2019-05-21", ""),
		party(el, "", "", "Nobody Trading Co., Ltd.", "3 Road, HK", "2019-05-21", ""),
		party(el, "", "", "Ivan Nobody", "1 Road, RU", "2019-05-21", ""),
		party(el, "", "", "Hangzhou Hikvision Digital Technology Co., Ltd.", "1 Road, CN", "2019-10-09", ""),
		party(sdn, "4711", "Entity", "NOBODY BRIGADE", "", "", ""),
		party(sdn, "4712", "Entity", "SOMEBODY FILED WRONG", "", "", "1970"),
		party(sdn, "4713", "Vessel", "A SHIP", "", "", ""),
	)))
	got := map[string]string{}
	for _, c := range sourcetest.Claims(r) {
		got[string(c.ID)] = fmt.Sprint(c.Subject, " ", c.Object.Entity, " ", c.Valid)
	}
	want := map[string]string{
		"us-csl-el-nobody-trading-co-ltd": "company/us-csl-nobody-trading-co-ltd act/us-entity-list 2019-05-21/..",
		"us-csl-el-hikvision":             "company/hikvision act/us-entity-list 2019-10-09/..",
		"us-csl-sdn-4711":                 "organization/us-csl-nobody-brigade act/us-sdn-list /..",
	}
	for id, w := range want {
		if got[id] != w {
			t.Errorf("%s: %q, want %q", id, got[id], w)
		}
	}
	if len(got) != len(want) {
		t.Errorf("claims %v, want %v", got, want)
	}
	for what, n := range map[string]int{"persons: left out, unread": 5000, "ships and aircraft: left out": 1, "parties with particulars of a person: left out": 1,
		"parties that may be persons, for their list does not say and no word of their name does: left out, unread": 1} {
		if r.Rows[what] != n {
			t.Errorf("%s: %d, want %d", what, r.Rows[what], n)
		}
	}
	for _, x := range r.Records {
		if strings.Contains(string(x.Text()), "Ivan Nobody") || strings.Contains(string(x.Text()), "PERSON, Made Up") {
			t.Errorf("a person: %s", x.Text())
		}
	}
	if _, err := uslists.ScreeningList.Import([]source.Input{sourcetest.Input("list", "a.csv", screening(party("A New List (NEW) - Somebody", "", "Entity", "Nobody Ltd", "", "", "")))}); err == nil || !strings.Contains(err.Error(), "no such list") {
		t.Errorf("a list that is not known: %v", err)
	}
}

func TestScreeningFixtureDamage(t *testing.T) {
	sourcetest.Damage(t, uslists.ScreeningList, "list", sourcetest.Input("list", "a.csv", screening()))
}

func TestSmallFixtures(t *testing.T) {
	in := func(role, text string) source.Input { return sourcetest.Input(role, "a.csv", []byte(text)) }
	const firms = "schema,name,aliases,topics,program,authority,reason,report-date,start-date,end-date,country,notes,source_url\n"
	five := "Company,Huawei Technologies Company,,d,p,a,,,,,,,u\nCompany,Nobody Ltd,,d,p,a,,,2025-01-01,,,,u\n" + strings.Repeat("Company,ZTE Corporation,,d,p,a,,,,,,,u\n", 3)
	r := sourcetest.Import(t, uslists.Section889, in("firms", firms+five))
	got := map[string]string{}
	for _, c := range sourcetest.Claims(r) {
		got[string(c.ID)] = string(c.Subject) + " " + c.Valid.String()
	}
	if len(got) != 3 || got["us-889-huawei"] != "company/huawei 2018-08-13/.." || got["us-889-us-889-nobody-ltd"] != "company/us-889-nobody-ltd 2025-01-01/.." {
		t.Errorf("section 889: %v", got)
	}
	if _, err := uslists.Section889.Import([]source.Input{in("firms", firms+strings.Replace(five, "Company,ZTE", "Person,ZTE", 1))}); err == nil {
		t.Error("section 889: a person was taken")
	}
	const list = "covered_equipment_or_services,date_of_inclusion_on_covered_list\n"
	if _, err := uslists.CoveredList.Import([]source.Input{in("list", list+strings.Repeat("Telephones of Nobody Ltd,\"March 12, 2021\"\n", 14))}); err == nil || !strings.Contains(err.Error(), "no rule") {
		t.Errorf("covered list: a firm that no rule knows: %v", err)
	}
	const index = "document_number,publication_date,html_url,pdf_url\n"
	var b strings.Builder
	for n := range 58 {
		fmt.Fprintf(&b, "99-%d,2001-02-03,https://www.federalregister.gov/documents/2001/02/03/99-%d/measures-against-nobody,x\n", n, n)
	}
	if n := len(sourcetest.Claims(sourcetest.Import(t, uslists.Notices, in("index", index+b.String())))); n != 58 {
		t.Errorf("notices: %d claims, want 58", n)
	}
	if _, err := uslists.Notices.Import([]source.Input{in("index", index+strings.Replace(b.String(), "2001/02/03/99-7/", "2001/02/04/99-7/", 1))}); err == nil {
		t.Error("notices: an address of another day was taken")
	}
}
