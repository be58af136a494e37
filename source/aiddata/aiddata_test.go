package aiddata_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"sightline"
	"sightline/source"
	"sightline/source/aiddata"
	"sightline/source/sourcetest"
)

const raw = "evidence/raw/aiddata_"

func huawei(t testing.TB) source.Input {
	return sourcetest.Shared(t, "workbook", raw+"huawei_finance_v2.xlsx")
}

func military(t testing.TB) source.Input {
	return sourcetest.Shared(t, "workbook", raw+"military_finance.xlsx")
}

func geocoded(t testing.TB) source.Input {
	return sourcetest.Shared(t, "projects", raw+"gcdf2_geocoded_projects.csv")
}

// The 252 rows of a reading of the same files made by others (165 of Huawei, 73
// with a place, 14 military) say the same: country, kind of flow, sector, who
// gave, who carried out, how much, in what state.
func TestSameAsAnotherReading(t *testing.T) {
	sets := map[string]*source.Report{
		"huawei":         sourcetest.Import(t, aiddata.Huawei, huawei(t)),
		"military":       sourcetest.Import(t, aiddata.Military, military(t)),
		"gcdf2_geocoded": sourcetest.Import(t, aiddata.Geocoded, geocoded(t)),
	}
	ours := map[string]*sightline.Claim{} // what was given, by set and project
	for set, r := range sets {
		for _, c := range sourcetest.Claims(r) {
			ours[set+" "+string(c.ID)] = c
		}
	}
	rows, err := csv.NewReader(bytes.NewReader(sourcetest.Shared(t, "", "evidence/derived/aiddata_ict_security_projects.csv").Bytes)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	flows := map[string]string{"Supplier's Credit/Export Seller's Credit": "supplier's credit", "Export Buyer's Credit": "buyer's credit",
		"Scholarships/training in the donor country": "training in China", "Free-standing technical assistance": "technical assistance", "Debt forgiveness": "debt relief", "Vague TBD": "kind not known", "Grant": "grant", "Loan": "loan"}
	if len(rows) != 253 {
		t.Fatalf("%d rows, want 252 and the header", len(rows))
	}
	elsewhere, noCountry := 0, 0
	for _, row := range rows[1:] {
		at := map[string]string{}
		for i, v := range row {
			at[rows[0][i]] = v
		}
		c := ours[at["source_set"]+" aiddata-"+at["project_id"]]
		if c == nil {
			if at["iso3"] == "" {
				noCountry++
			} else if at["source_set"] == "gcdf2_geocoded" {
				elsewhere++ // it stands in one of the other two as well
			} else {
				t.Errorf("project %s of %s is not ours", at["project_id"], at["source_set"])
			}
			continue
		}
		q, country := c.Qualifiers, c.Object.Entity
		if code, _ := country.Country(); code.Alpha3() != at["iso3"] {
			t.Errorf("project %s is in %s, want %s", at["project_id"], code.Alpha3(), at["iso3"])
		}
		joined := func(s string) string {
			var parts []string
			for p := range strings.SplitSeq(s, "|") {
				if p = strings.TrimSpace(p); p != "" {
					parts = append(parts, p)
				}
			}
			return strings.Join(parts, "; ")
		}
		amount := ""
		var usd float64
		if _, err := fmt.Sscan(at["usd2017"], &usd); err == nil {
			amount = fmt.Sprintf("%.0f", usd)
		}
		for _, p := range [][3]string{{"flow", q["flow"], flows[at["flow"]]}, {"sector", q["sector"], strings.ToLower(at["sector"])}, {"funder", q["funder"], joined(at["funder"])},
			{"implementer", q["implementer"], joined(at["implementer"])}, {"amount", q["amount"], amount}, {"year", strings.TrimSuffix(c.Valid.String(), "~"), at["year"]}} {
			if p[1] != p[2] {
				t.Errorf("project %s: %s %q, want %q", at["project_id"], p[0], p[1], p[2])
			}
		}
	}
	if elsewhere != 22 || noCountry != 1 {
		t.Errorf("%d rows stand in two sets, %d have no country; want 22 and 1", elsewhere, noCountry)
	}
}

// Charity, health, schools and food, and what armed forces got, never enter
// the answer to who supplied the means.
func TestWhatNeverCounts(t *testing.T) {
	never := regexp.MustCompile(`^(health|education|energy|emergency|developmental food|other social|population|agriculture|water|transport)`)
	relevant := map[string]int{}
	for set, r := range map[string]*source.Report{
		"huawei":   sourcetest.Import(t, aiddata.Huawei, huawei(t)),
		"military": sourcetest.Import(t, aiddata.Military, military(t)),
		"geocoded": sourcetest.Import(t, aiddata.Geocoded, geocoded(t)),
	} {
		projects := map[string]bool{}
		for _, c := range sourcetest.Claims(r) {
			if c.Class() == 0 || c.Class() == sightline.ClassUnrelated {
				continue
			}
			projects[c.Qualifiers["project"]] = true
			if never.MatchString(c.Qualifiers["sector"]) {
				t.Errorf("%s counts as %s, in the sector %s", c.ID, c.Class(), c.Qualifiers["sector"])
			}
		}
		relevant[set] = len(projects)
	}
	if relevant["huawei"] != 41 || relevant["military"] != 1 || relevant["geocoded"] != 16 {
		t.Errorf("projects that count: %v, want 41 of Huawei, 1 military, 16 with a place", relevant)
	}
}

// Each rule fits something in at least one of the three.
func TestRulesAreUsed(t *testing.T) {
	rules, err := source.CSV("relevance.csv", []byte(aiddata.Rules))
	if err != nil {
		t.Fatal(err)
	}
	var fields []map[string]string
	for set, in := range map[string]source.Input{"huawei": huawei(t), "military": military(t)} {
		rows, err := source.Book("x", in.Bytes, map[string]string{"huawei": "Huawei", "military": "Military"}[set])
		if err != nil {
			t.Fatal(err)
		}
		at := func(row []string, c string) string { return row[slices.Index(rows[0], c)] }
		for _, row := range rows[1:] {
			fields = append(fields, map[string]string{"set": set, "title": at(row, "Title"), "sector": at(row, "AidData Sector Name"), "flow": at(row, "Flow Type")})
		}
	}
	g, err := source.CSV("x", geocoded(t).Bytes)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range g.Rows {
		fields = append(fields, map[string]string{"set": "geocoded", "title": row.Peek("Title"), "sector": row.Peek("AidData Sector Name"), "flow": row.Peek("Flow Type")})
	}
	for _, r := range rules.Rows {
		p := regexp.MustCompile(r.Peek("pattern"))
		if !slices.ContainsFunc(fields, func(f map[string]string) bool { return p.MatchString(f[r.Peek("fields")]) }) {
			t.Errorf("the rule %s fits nothing", p)
		}
	}
}

// No contact person and no prose of AidData is in the records.
func TestNoPersonsAndNoProse(t *testing.T) {
	for sheet, in := range map[string]source.Input{"Huawei": huawei(t), "Military": military(t)} {
		d := map[string]*source.Dataset{"Huawei": aiddata.Huawei, "Military": aiddata.Military}[sheet]
		var all strings.Builder
		for _, r := range sourcetest.Import(t, d, in).Records {
			all.Write(r.Text())
		}
		rows, err := source.Book("x", in.Bytes, sheet)
		if err != nil {
			t.Fatal(err)
		}
		contacts := 0
		for _, row := range rows[1:] {
			for _, c := range []string{"Contact Name", "Title", "Description"} {
				i := slices.Index(rows[0], c)
				if i >= len(row) || len(strings.Fields(row[i])) < 2 {
					continue
				}
				for name := range strings.SplitSeq(row[i], "|") {
					if len(strings.Fields(name)) > 1 && strings.Contains(all.String(), strings.TrimSpace(name)) {
						t.Errorf("%s: %q of column %s is in the records", sheet, name, c)
					}
				}
				if c == "Contact Name" {
					contacts++
				}
			}
		}
		if contacts < 20 {
			t.Errorf("%s: only %d contacts to look for", sheet, contacts)
		}
	}
}

func TestDamage(t *testing.T) {
	sourcetest.Damage(t, aiddata.Huawei, "workbook", huawei(t))
	sourcetest.Damage(t, aiddata.Military, "workbook", military(t))
	sourcetest.Damage(t, aiddata.Geocoded, "projects", geocoded(t))
}

func TestMendedSourceIsNoticed(t *testing.T) {
	in := geocoded(t)
	in = sourcetest.Input("projects", "a.csv", bytes.ReplaceAll(in.Bytes, []byte("West Bank and Gaza Strip"), []byte("Palestine")))
	if _, err := aiddata.Geocoded.Import([]source.Input{in}); sightline.ErrorCode(err) != sightline.Conflict {
		t.Errorf("a mended name: %v", err)
	}
}

// fixture is a workbook in the layout of AidData with made-up projects.
func fixture(t *testing.T) []byte {
	t.Helper()
	header := []string{"AidData TUFF Project ID", "Recommended For Huawei Aggregates", "Umbrella", "Financier Country", "Recipient", "Recipient Region", "Commitment Year", "Commitment Year Estimated",
		"Implementation Start Year", "Completion Year", "Title", "Description", "Staff Comments", "Status", "Intent", "Flow Type", "Concessional", "Flow Class",
		"AidData Sector Code", "AidData Sector Name", "Funding Agencies", "Funding Agencies Type", "Cofinanced", "Cofinancing Agencies", "Cofinancing Agencies Type",
		"Cofinancing Agencies Origin", "Receiving Agencies", "Receiving Agencies Type", "Receiving Agencies Origin", "Implementing Agencies", "Implementing Agencies Type",
		"Implementing Agencies Origin", "Accountable Agencies", "Accountable Agencies Type", "Accountable Agencies Origin", "Amount (Original Currency)", "Original Currency",
		"Amount (Constant USD2017)", "Amount (Nominal)", "Planned Implementation Start Date (MM/DD/YYYY)", "Planned Completion Date (MM/DD/YYYY)",
		"Actual Implementation Start Date (MM/DD/YYYY)", "Actual Completion Date (MM/DD/YYYY)", "Loan Type", "Maturity", "Interest Rate", "Grace Period", "Management Fee",
		"Commitment Fee", "Grant Element", "Guarantee Provided", "Insurance Provided", "Collateralized/Securitized", "Collateral", "Official Source Count",
		"Unofficial Source Count", "Source URLs", "Source Titles", "Source Publishers", "Source Type", "Geographic Location", "geoJSON URL", "Contact Name", "Contact Position",
		"ODA Eligible Recipient", "Source Quality Score", "Data Completeness Score", "Project Implementation Score", "Loan Detail Score"}
	f := excelize.NewFile()
	defer f.Close()
	if err := f.SetSheetName("Sheet1", "Huawei"); err != nil {
		t.Fatal(err)
	}
	if err := f.SetSheetRow("Huawei", "A1", &header); err != nil {
		t.Fatal(err)
	}
	for n := range 150 {
		row := map[string]any{"AidData TUFF Project ID": 900000 + n, "Recommended For Huawei Aggregates": "Yes", "Umbrella": "No", "Financier Country": "China (People's Republic of)",
			"Recipient": "Fiji", "Commitment Year": 2012, "Commitment Year Estimated": "No", "Title": "Something for a village", "Status": "Completion", "Flow Type": "Grant",
			"AidData Sector Name": "HEALTH", "Funding Agencies": "Huawei Technologies Co., Ltd.", "Contact Name": "A. Person"}
		switch n {
		case 0:
			row["Title"], row["AidData Sector Name"], row["Commitment Year Estimated"], row["Completion Year"] = "Safe city of Suva", "GOVERNMENT AND CIVIL SOCIETY", "Yes", 2014
			row["Funding Agencies"], row["Implementing Agencies"] = "Export-Import Bank of China|Nobody Fund", "Huawei Technologies Co., Ltd.|Somebody"
			row["Flow Type"], row["Amount (Constant USD2017)"] = "Loan", 1234.6
		case 1:
			row["Recipient"] = "Africa, regional"
		}
		for i, c := range header {
			if v, ok := row[c]; ok {
				cell, err := excelize.CoordinatesToCellName(i+1, n+2)
				if err != nil {
					t.Fatal(err)
				}
				if err := f.SetCellValue("Huawei", cell, v); err != nil {
					t.Fatal(err)
				}
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
	r := sourcetest.Import(t, aiddata.Huawei, sourcetest.Input("workbook", "Huawei.xlsx", fixture(t)))
	got := map[string]string{}
	for _, c := range sourcetest.Claims(r) {
		if strings.HasPrefix(string(c.ID), "aiddata-900000") {
			got[string(c.ID)] = fmt.Sprint(c.Subject, " ", c.Predicate, " ", c.Class(), " ", c.Valid, " ", c.Qualifiers["amount"], c.Object.Text)
		} else if c.Class() != sightline.ClassUnrelated {
			t.Errorf("%s counts as %s", c.ID, c.Class())
		}
	}
	want := map[string]string{
		"aiddata-900000": "body/china-exim-bank finances control 2012~ 1235",
		"aiddata-900000-also-aiddata-huawei-nobody-fund": "organization/aiddata-huawei-nobody-fund finances control 2012~ 1235",
		"aiddata-900000-by-huawei":                       "company/huawei supplies control 2012~ 1235",
		"aiddata-900000-status":                          "project/aiddata-900000 status  2014 delivered",
	}
	for id, w := range want {
		if got[id] != w {
			t.Errorf("%s: %q, want %q", id, got[id], w)
		}
	}
	if len(got) != len(want) || r.Rows["projects of several countries: left out: Africa, regional"] != 1 || r.Rows["names of those who carried out a project, kept as text only"] != 1 {
		t.Errorf("claims %v, counts %v", got, r.Rows)
	}
	for _, x := range r.Records {
		if strings.Contains(string(x.Text()), "A. Person") {
			t.Errorf("a person: %s", x.Text())
		}
	}
}

func TestFixtureDamage(t *testing.T) {
	sourcetest.Damage(t, aiddata.Huawei, "workbook", sourcetest.Input("workbook", "Huawei.xlsx", fixture(t)))
}
