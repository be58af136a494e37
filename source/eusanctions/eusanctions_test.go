package eusanctions_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"

	"sightline"
	"sightline/source"
	"sightline/source/eusanctions"
	"sightline/source/sourcetest"
)

const folder = "evidence/raw/eu_sanctions/"

func files(t testing.TB) (out []source.Input) {
	for _, f := range eusanctions.Dataset.Files {
		out = append(out, sourcetest.Shared(t, f.Role, folder+f.Name))
	}
	return out
}

// raw reads the files once more, by encoding/csv alone.
func raw(t *testing.T) (rows []map[string]string) {
	t.Helper()
	for _, in := range files(t) {
		table, err := csv.NewReader(bytes.NewReader(in.Bytes)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range table[1:] {
			m := map[string]string{}
			for i, v := range r {
				m[table[0][i]] = v
			}
			rows = append(rows, m)
		}
	}
	return rows
}

// 1,737 rows: 1,433 persons, one currency, and 303 listings of organisations,
// each a claim. No name of a person is in the records.
func TestOrganisationsOnly(t *testing.T) {
	r := sourcetest.Import(t, eusanctions.Dataset, files(t)...)
	var text strings.Builder
	for _, x := range r.Records {
		text.Write(x.Text())
		text.WriteByte('\n')
	}
	rows := raw(t)
	persons, others := 0, 0
	for _, row := range rows {
		if row["schema"] != "Person" {
			others++
			continue
		}
		persons++
		if len(strings.Fields(row["name"])) > 2 && strings.Contains(text.String(), row["name"]) {
			t.Errorf("the name of a person is in the records, from %s", row["celex"])
		}
	}
	claims := len(sourcetest.Claims(r))
	if len(rows) != 1737 || persons != 1433 || r.Rows["persons: left out, unread"] != persons || claims != 303 || others != claims+1 {
		t.Errorf("%d rows, %d persons (%d counted), %d claims; want 1737, 1433, 1433, 303", len(rows), persons, r.Rows["persons: left out, unread"], claims)
	}
}

// The 30 listings over the control of networks are those of another reading,
// with their days.
func TestListingsOverControl(t *testing.T) {
	r := sourcetest.Import(t, eusanctions.Dataset, files(t)...)
	by := map[string]*sightline.Claim{}
	for _, c := range sourcetest.Claims(r) {
		by[string(c.ID)] = c
	}
	table, err := csv.NewReader(bytes.NewReader(sourcetest.Shared(t, "", "evidence/derived/eu_listed_entities_netcontrol.csv").Bytes)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := func(row []string, c string) string { return row[slices.Index(table[0], c)] }
	if len(table) != 31 {
		t.Fatalf("%d rows, want 30 and a header", len(table))
	}
	for _, row := range table[1:] {
		c := by["eu-"+strings.ToLower(at(row, "celex"))+"-"+at(row, "recordId")]
		if c == nil {
			t.Errorf("no listing of %s", at(row, "name"))
			continue
		}
		var d, m, y int
		if _, err := fmt.Sscanf(at(row, "startDate"), "%d.%d.%d", &d, &m, &y); err != nil {
			t.Fatal(err)
		}
		if c.Valid.String() != fmt.Sprintf("%d-%02d-%02d/..", y, m, d) || c.Qualifiers["measure"] != "asset freeze" || strings.Contains(string(c.Subject), "eu-sanctions") {
			t.Errorf("%s: %s, %s under %s", at(row, "name"), c.Subject, c.Valid, c.Qualifiers["measure"])
		}
	}
}

func TestDamage(t *testing.T) {
	all := files(t)
	for _, role := range []string{"32006r0765", "32024r1485"} {
		sourcetest.Damage(t, eusanctions.Dataset, role, all...)
	}
}

const header = "celex,recordId,programKey,annex,measure,startDate,reason,schema,name,alias,weakAlias,previousName,country,nationality,jurisdiction,birthDate,birthPlace,position,passportNumber,gender,appearance,ethnicity,fatherName,motherName,incorporationDate,legalForm,sector,registrationNumber,taxNumber,idNumber,innCode,ogrnCode,kppCode,okpoCode,leiCode,swiftBic,ticker,imoNumber,mmsi,flag,address,phone,email,website,notes\n"

// fixture is ten files of our own with made-up listings, as many as a known
// edition has at least; more gives further rows of the first file.
func fixture(more ...string) (out []source.Input) {
	for n, f := range eusanctions.Dataset.Files {
		rows := []int{408, 321, 368, 127, 69, 38, 24, 177, 105, 100}[n]
		celex := strings.ToUpper(f.Role)
		var b strings.Builder
		b.WriteString(header)
		for i := range rows {
			fmt.Fprintf(&b, "%s,%d,EU-X,I.A,Asset freeze,1.2.2020,reason,Person,Somebody Made Up %d%s\n", celex, i+1, i, strings.Repeat(",", 36))
		}
		if n == 0 {
			for _, m := range more {
				b.WriteString(m)
			}
		}
		out = append(out, sourcetest.Input(f.Role, f.Name, []byte(b.String())))
	}
	return out
}

func listing(record, annex, measure, start, schema, name, alias, nationality string) string {
	return fmt.Sprintf("32006R0765,%s,EU-BLR,%s,%s,%s,why,%s,%s,\"%s\",,,,%s%s\n", record, annex, measure, start, schema, name, strings.ReplaceAll(alias, `"`, `""`), nationality, strings.Repeat(",", 31))
}

func TestFixture(t *testing.T) {
	r := sourcetest.Import(t, eusanctions.Dataset, fixture(
		listing("7", "I.B", "Asset freeze", "2 December 2021", "LegalEntity", "Nobody Works", "NW; \"Nobody; Sons\"", ""),
		listing("", "V", "Export control", "", "Company", "Nobody Trade JSC", "", ""),
		listing("", "XXXIV", "Financial restrictions", "2026-05", "Asset", "A coin", "", ""),
		listing("5", "I.B", "Asset freeze", "26 Feb. 2011", "LegalEntity", "SYNESIS LLC", "", ""),
	)...)
	got := map[string]string{}
	for _, c := range sourcetest.Claims(r) {
		got[string(c.ID)] = fmt.Sprint(c.Subject, " ", c.Valid, " ", c.References[0].Source, ", ", c.References[0].Locator)
	}
	want := map[string]string{
		"eu-32006r0765-7":                  "organization/eu-sanctions-nobody-works 2021-12-02/.. eu-32006r0765, annex I.B, entry 7",
		"eu-32006r0765-v-nobody-trade-jsc": "company/eu-sanctions-nobody-trade-jsc /.. eu-32006r0765, annex V",
		"eu-32006r0765-5":                  "company/synesis 2011-02-26/.. eu-32006r0765, annex I.B, entry 5",
	}
	for id, w := range want {
		if got[id] != w {
			t.Errorf("%s: %q, want %q", id, got[id], w)
		}
	}
	if len(got) != len(want) || r.Rows["persons: left out, unread"] != 1737 || r.Rows["ships and things, which are no organisations: left out"] != 1 {
		t.Errorf("claims %v, counts %v", got, r.Rows)
	}
	for _, x := range r.Records {
		if e := x.Entity(); e != nil && e.Name == "Nobody Works" && !slices.Equal(e.Names, []string{"NW", "Nobody; Sons"}) {
			t.Errorf("names %q", e.Names)
		}
	}
}

// A person filed as an organisation, and a number that stands twice, are
// errors.
func TestRefuses(t *testing.T) {
	for name, rows := range map[string][]string{
		"nationality stands in a row that is no person's": {listing("7", "I.B", "Asset freeze", "", "LegalEntity", "Somebody", "", "XX")},
		"two listings have one number":                    {listing("7", "I.B", "Asset freeze", "", "LegalEntity", "A", "", ""), listing("7", "I.B", "Asset freeze", "", "LegalEntity", "B", "", "")},
		"not a date in a form that is known":              {listing("7", "I.B", "Asset freeze", "29.2.2021", "LegalEntity", "A", "", "")},
		"known are Asset freeze":                          {listing("7", "I.B", "Travel ban", "", "LegalEntity", "A", "", "")},
	} {
		if _, err := eusanctions.Dataset.Import(fixture(rows...)); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("want %q, got %v", name, err)
		}
	}
}

func TestFixtureDamage(t *testing.T) {
	sourcetest.Damage(t, eusanctions.Dataset, "32011r0359", fixture()...)
}
