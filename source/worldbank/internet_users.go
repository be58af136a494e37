package worldbank

import (
	_ "embed"
	"fmt"
	"slices"
	"strconv"

	"sightline"
	"sightline/source"
)

//go:embed internet_users.jsonl
var internetUsersDeclared string

// InternetUsers is the share of people who use the internet, by country and
// year.
var InternetUsers = &source.Dataset{
	ID:       "wb-internet-users",
	Title:    "Individuals using the Internet (World Bank IT.NET.USER.ZS)",
	Covers:   "share of the population that uses the internet, 2016 to 2024, by what states report to the ITU",
	Obtain:   "On the page of the indicator choose Download, Excel; the workbook has the sheets Data, Metadata - Countries and Metadata - Indicators.",
	Changes:  "Each year adds a column and revises earlier ones.",
	Declared: internetUsersDeclared,
	Files:    []source.File{{Role: "workbook", Name: "*.xls"}},
	Editions: []source.Edition{{
		Name: "saved 2025-11-05", Published: "2025-11-05", Verified: source.CopyOnly,
		SHA256: map[string]string{"workbook": "1d1c0ec91e89bafc4b81992c62d87dc96ec0febbd7cd3690d108d25cd5adb794"},
	}},
	Whole: true,
	Read:  readInternetUsers,
}

const workbookRows = 266 // economies and groups

func readInternetUsers(r *source.Reading) error {
	in, _ := r.File("workbook")
	sheet := func(name string) ([][]string, error) {
		return source.OldBook(r.Dataset.ID, in.Bytes, name)
	}
	bad := func(format string, args ...any) error {
		return sightline.Errorf(sightline.Invalid, "read workbook", r.Dataset.ID, format, args...).WithHint("Check that this is the workbook of IT.NET.USER.ZS.")
	}

	about, err := sheet("Metadata - Indicators")
	if err != nil {
		return err
	}
	if len(about) != 2 || len(about[1]) == 0 || about[1][0] != "IT.NET.USER.ZS" {
		return bad("its sheet on indicators does not name IT.NET.USER.ZS alone")
	}
	codes, err := economies(r, sheet)
	if err != nil {
		return err
	}

	rows, err := sheet("Data")
	if err != nil {
		return err
	}
	start := slices.IndexFunc(rows, func(row []string) bool { return len(row) > 1 && row[0] == "Country Name" })
	if start < 0 || start > 10 {
		return bad("the sheet Data has no row that begins with Country Name")
	}
	t, err := source.Grid(r.Dataset.ID, rows[start], rows[start+1:], start+2)
	if err != nil {
		return err
	}
	low, high := workbookRows-2, workbookRows+20
	if r.Edition != nil {
		low, high = workbookRows, workbookRows
	}
	if err := r.Check(t, low, high); err != nil {
		return err
	}
	var years []string
	for _, c := range t.Columns {
		switch y, err := strconv.Atoi(c); {
		case err == nil && y >= 1960 && y <= 2100:
			years = append(years, c)
		case !slices.Contains([]string{"Country Name", "Country Code", "Indicator Name", "Indicator Code"}, c):
			return bad("the sheet Data has a column %q", sightline.Clip(c, 40))
		}
	}
	if len(years) == 0 {
		return bad("the sheet Data has no column of a year")
	}
	left, err := groups()
	if err != nil {
		return err
	}
	return t.Each(func(row *source.Row) error {
		name := row.Need("Country Name")
		code := codes[sightline.FoldName(name)] // one sheet leaves out the accents of the other
		for c, group := range left {
			if code == "" && group == name { // the sheet on countries shortens the names of some groups
				code = c
			}
		}
		if row.Has("Country Code") { // the copy at hand lacks these three
			if c := row.Pop("Country Code"); c != code {
				return bad("%s has the code %q, and %q in the sheet on countries", name, c, code)
			}
			row.Expect("Indicator Code", "IT.NET.USER.ZS")
			row.Ignore("Indicator Name") // the code names it
		}
		if code == "" {
			return bad("the sheet on countries has no code for %q", name)
		}
		id, called, ok, err := subject(r, left, code, name)
		if err != nil {
			return err
		}
		for _, y := range years {
			v := row.Pop(y)
			if v == "" || !ok {
				continue
			}
			f, err := strconv.ParseFloat(v, 64)
			if err != nil || f > 100 {
				return bad("%s has %q per cent in %s", name, sightline.Clip(v, 20), y)
			}
			if err := value(r, id, y, v, "% of population", fmt.Sprintf("The World Bank reports that %%s %%%% of people in %s used the internet in %s.", called, y)); err != nil {
				return err
			}
		}
		return nil
	})
}

// economies reads the code of each name, folded.
func economies(r *source.Reading, sheet func(string) ([][]string, error)) (map[string]string, error) {
	rows, err := sheet("Metadata - Countries")
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, sightline.Errorf(sightline.Invalid, "read workbook", r.Dataset.ID, "its sheet on countries is empty").WithHint("Get the workbook again.")
	}
	t, err := source.Grid(r.Dataset.ID+"/countries", rows[0], rows[1:], 2)
	if err != nil {
		return nil, err
	}
	if err := t.ExpectColumns("Country Code", "Region", "IncomeGroup", "SpecialNotes", "TableName"); err != nil {
		return nil, err
	}
	codes := map[string]string{}
	return codes, t.Each(func(row *source.Row) error {
		code, name := row.Need("Country Code"), row.Need("TableName")
		row.Ignore("Region", "IncomeGroup", "SpecialNotes") // groupings and notes on accounts of the Bank
		key := sightline.FoldName(name)
		if codes[key] != "" {
			return sightline.Errorf(sightline.Conflict, "read code", name, "%s and %s", codes[key], code).WithHint("Two economies cannot have one name.")
		}
		codes[key] = code
		return nil
	})
}
