// Package aigs imports the AI Global Surveillance Index of Steven Feldstein
// (Carnegie Endowment), edition of 9 March 2022, from its workbook.
//
// The first sheet has a row a country: which of four kinds of technology are
// reported, whether they come from firms of China, of the United States and of
// other countries, and up to fourteen suppliers. It does not say which
// supplier brought which kind; a claim has a kind only where the row has one
// kind. The second sheet has the Digital Repression Index and eight variables
// of V-Dem for 2021 with their sign turned, so that higher is more repression;
// they are turned back to V-Dem's scale, and the printed value is kept.
//
// Traps: a search-and-replace went through the names of countries (repairs.csv);
// the suppliers after the fifth have columns without a name; nine suppliers
// stand in one cell; and ten names stand apart from their rows, behind empty
// cells, where the row's own marks speak against them. Those ten make no
// claim (see suppliers).
package aigs

import (
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sightline"
	"sightline/source"
)

//go:embed declared.jsonl
var declared string

//go:embed repairs.csv
var repairs string

// Names is the table of the names of suppliers.
//
//go:embed names.csv
var Names string

// Dataset is the workbook.
var Dataset = &source.Dataset{
	ID:       "aigs",
	Title:    "AI Global Surveillance Index 2022",
	Covers:   "kinds of AI surveillance in 97 countries and who supplies it; a digital repression index of 179 countries for 2021",
	Obtain:   "Download \"AI Global Surveillance Index 09Mar2022.xlsx\" from version 4 of the data set at Mendeley Data.",
	Changes:  "Editions of 2019 and 2022 are known, each in columns of its own. Another edition will have other headings, which the importer refuses until it is taught.",
	Declared: declared,
	Repairs:  repairs,
	Files:    []source.File{{Role: "workbook", Name: "*.xlsx"}},
	Editions: []source.Edition{{
		Name: "9 March 2022", Published: "2022-03-09", Verified: source.CopyOnly,
		SHA256: map[string]string{"workbook": "d36990124a364c49a3425a3aad8d93d667f3440286b0420d181f7d073600cdc2"},
	}},
	Whole: true,
	Read:  read,
}

const (
	sheet       = "AIGS 2022"
	scoresSheet = "Digital Repression Inde + V-Dem"
	maxSupplier = 14 // columns of suppliers
	named       = 5  // of them have a name
	published   = "2022-03-09"
)

// kinds are the columns of technology, with our words for each.
var kinds = []struct{ column, slug, words, many string }{
	{"Safe City System", "safe-city", "safe city system", "safe city systems"},
	{"Facial Recognition System", "facial-recognition", "facial recognition system", "facial recognition systems"},
	{"Smart Policing", "smart-policing", "smart policing", "smart policing"},
	{"Social Media Surveillance", "social-media", "social media surveillance", "social media surveillance"},
}

// columns of the first sheet that have a name, apart from the suppliers.
var columns = []string{
	"Country", "Region", "V-Dem Electoral Democracy Index 2021", "V-Dem Regime Type 2021", "Feldstein Digital Repression Index 2021",
	"Freedom on the Net 2021 Status", "Freedom on the Net 2021 Score", "Military Expenditures (USD) 2018", "Military Expenditures Ranking (2018)",
	"Member of Belt & Road Initiative", "China ODI Rank (EIU)", "Safe City System", "Facial Recognition System", "Smart Policing",
	"Social Media Surveillance", "China Tech", "US Tech", "Other Countries",
}

// importer holds what the sheets share.
type importer struct {
	*source.Reading
	names   *source.Names
	date    sightline.Date
	country map[sightline.Country]counted
}

// counted is what the first sheet repeats of the second.
type counted struct{ polyarchy, regime, repression string }

func read(r *source.Reading) error {
	i := &importer{Reading: r, country: map[sightline.Country]counted{}}
	var err error
	if i.names, err = r.Names(Names); err != nil {
		return err
	}
	if i.date, err = sightline.ParseDate(published); err != nil {
		return err
	}
	if err := i.index(); err != nil {
		return err
	}
	return i.scores()
}

// grid reads a sheet of the workbook as a table.
func (i *importer) grid(name, sheet string, width int) (*source.Table, error) {
	in, _ := i.File("workbook")
	rows, err := source.Book(i.Dataset.ID, in.Bytes, sheet)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, sightline.Errorf(sightline.Invalid, "read table", name, "the sheet %q is empty", sheet).WithHint("Check that this is the right workbook.")
	}
	header := rows[0]
	if n := len(columns); width > 0 && len(header) > n {
		for k := len(header); k < width; k++ {
			header = append(header, supplier(k-n+1))
		}
	}
	return source.Grid(name, header, rows[1:], 2)
}

func supplier(n int) string { return fmt.Sprintf("Company %d", n) }

// bounds are the exact number of rows in an edition that is known, and a floor
// for one that is not.
func (i *importer) bounds(known int) (low, high int) {
	if i.Edition != nil {
		return known, known
	}
	return known * 9 / 10, 250
}

func (i *importer) index() error {
	t, err := i.grid("aigs", sheet, len(columns)+maxSupplier)
	if err != nil {
		return err
	}
	want := slices.Clone(columns)
	for n := 1; n <= maxSupplier; n++ {
		want = append(want, supplier(n))
	}
	if err := t.ExpectColumns(want...); err != nil {
		return err
	}
	low, high := i.bounds(97)
	if err := i.Check(t, low, high); err != nil {
		return err
	}
	i.Note("suppliers after the fifth stand in columns without a name, read as Company %d to Company %d", named+1, maxSupplier)
	return t.Each(i.row)
}

func (i *importer) row(row *source.Row) error {
	country := row.Country("Country")
	if err := row.Err(); err != nil {
		return err
	}
	if _, twice := i.country[country]; twice {
		return sightline.Errorf(sightline.Conflict, "read country", country.Code(), "it stands twice")
	}
	row.OneOf("Region", "AF", "EAP", "EUR", "MENA", "SCA", "WHA")
	i.country[country] = counted{row.Need("V-Dem Electoral Democracy Index 2021"), row.Need("V-Dem Regime Type 2021"), row.Need("Feldstein Digital Repression Index 2021")}
	// Military spending (SIPRI) and the rank for investment from China (EIU)
	// are no part of what this index finds. Its mark for the Belt and Road has
	// no year; package bri reads a table that has.
	row.Ignore("Military Expenditures (USD) 2018", "Military Expenditures Ranking (2018)", "China ODI Rank (EIU)")
	row.OneOf("Member of Belt & Road Initiative", "", "x")
	at := "row " + row.Original("Country")
	if err := i.freedom(row, country, at); err != nil {
		return err
	}
	var marked []string
	for _, k := range kinds {
		if row.OneOf(k.column, "", "x") == "" {
			continue
		}
		marked = append(marked, k.words)
		if err := i.uses(country, sightline.Object{Text: k.words}, fmt.Sprintf("The AI Global Surveillance Index of 2022 counts %s in %s.", k.many, country.Name()), at, k.slug); err != nil {
			return err
		}
	}
	if err := i.origins(row, country, at); err != nil {
		return err
	}
	product := ""
	if len(marked) == 1 {
		product = marked[0]
	}
	return i.suppliers(row, country, product, at)
}

// uses says that a kind of technology, or that of firms of a country, is
// reported in a country.
func (i *importer) uses(country sightline.Country, what sightline.Object, words, at, key string) error {
	return i.Claim(sightline.Claim{
		Subject: country.Entity(), Predicate: sightline.UsesTechnology, Object: what,
		Qualifiers: map[string]string{"class": sightline.ClassControl.String(), "edition": "2022"}, Words: words, Published: i.date,
	}, at, country.Code(), "uses", key)
}

// origins are the marks for technology of China, of the United States and of
// other countries, which are named.
func (i *importer) origins(row *source.Row, country sightline.Country, at string) error {
	var from []string
	for column, code := range map[string]string{"China Tech": "CN", "US Tech": "US"} {
		if row.OneOf(column, "", "1") != "" {
			from = append(from, code)
		}
	}
	for other := range strings.SplitSeq(row.Pop("Other Countries"), ",") {
		if other = strings.TrimSpace(other); other != "" {
			from = append(from, other)
		}
	}
	slices.Sort(from)
	for _, f := range from {
		origin, err := sightline.ParseCountry(f)
		if err != nil {
			return err
		}
		words := fmt.Sprintf("The AI Global Surveillance Index of 2022 counts technology of firms of %s in %s.", origin.Name(), country.Name())
		if err := i.uses(country, sightline.Object{Entity: origin.Entity()}, words, at, "of-"+origin.Code()); err != nil {
			return err
		}
	}
	return nil
}

// suppliers reads the firms of a row, several of one cell separated by ";".
//
// In the columns without a name, a supplier that stands behind an empty cell is
// not the row's: for Tajikistan nine firms of five countries stand so, among
// them of the United States, while the row marks no technology of the United
// States and names no other country; for Slovenia one stands behind five empty
// cells, and the row marks no origin at all. They look left behind by a sorting
// of the named columns alone.
func (i *importer) suppliers(row *source.Row, country sightline.Country, product, at string) error {
	apart, before, seen := false, "", map[sightline.EntityID]bool{}
	for n := 1; n <= maxSupplier; n++ {
		cell := row.Pop(supplier(n))
		apart = n > named && (apart || before == "")
		before = cell
		if cell == "" {
			continue
		}
		if apart {
			i.Count("suppliers that stand apart from their row, behind empty cells: no claim")
			i.Note("%s, %s: %q stands behind empty cells, and makes no claim", country.Name(), supplier(n), cell)
			continue
		}
		for as := range strings.SplitSeq(cell, ";") {
			firm, why, err := i.names.Of(strings.TrimSpace(as), sightline.KindCompany, sightline.Country{})
			if err != nil {
				return err
			}
			if firm == nil {
				i.Count("supplier cells without a firm: " + why)
				i.Note("%s, %s: %q names no firm, and makes no claim", country.Name(), supplier(n), strings.TrimSpace(as))
				continue
			}
			if seen[firm.ID] {
				i.Count("suppliers that a row names again")
				i.Note("%s, %s: %q is named again, and makes one claim", country.Name(), supplier(n), strings.TrimSpace(as))
				continue
			}
			seen[firm.ID] = true
			q := map[string]string{"class": sightline.ClassControl.String(), "edition": "2022"}
			words := fmt.Sprintf("The AI Global Surveillance Index of 2022 names %s among the suppliers of AI surveillance in %s.", firm.Name, country.Name())
			if product != "" {
				q["product"] = product
				words = fmt.Sprintf("The AI Global Surveillance Index of 2022 names %s as a supplier in %s, where it counts one kind of technology: %s.", firm.Name, country.Name(), product)
			}
			_, slug, _ := strings.Cut(string(firm.ID), "/")
			if err := i.Claim(sightline.Claim{
				Subject: firm.ID, Predicate: sightline.Supplies, Object: sightline.Object{Entity: country.Entity()},
				Qualifiers: q, Words: words, Published: i.date,
			}, at+", "+supplier(n), country.Code(), strings.TrimPrefix(slug, "aigs-")); err != nil {
				return err
			}
		}
	}
	return nil
}

// freedom reads the score of Freedom on the Net 2021, which covers June 2020
// to May 2021. Its status follows from the score: free from 70 on, partly free
// from 40 on.
func (i *importer) freedom(row *source.Row, country sightline.Country, at string) error {
	status := row.OneOf("Freedom on the Net 2021 Status", "", "FREE", "PARTLY FREE", "NOT FREE")
	if row.Peek("Freedom on the Net 2021 Score") == "" && status == "" {
		row.Pop("Freedom on the Net 2021 Score")
		i.Count("countries that Freedom on the Net 2021 did not assess")
		return nil
	}
	score := row.Int("Freedom on the Net 2021 Score")
	want := "NOT FREE"
	if score >= 40 {
		want = "PARTLY FREE"
	}
	if score >= 70 {
		want = "FREE"
	}
	if err := row.Err(); err != nil {
		return err
	}
	if status != want || score < 0 || score > 100 {
		return sightline.Errorf(sightline.Conflict, "read score", strconv.Itoa(score), "the status beside it is %s", status).WithHint("Look at the row: score or status is wrong.")
	}
	valid, err := sightline.ParsePeriod("2020-06/2021-05")
	if err != nil {
		return err
	}
	return i.Claim(sightline.Claim{
		Subject: country.Entity(), Predicate: sightline.Scored, Object: sightline.Object{Number: float64(score), Unit: "points"},
		Qualifiers: map[string]string{"indicator": "indicator/freedom-on-the-net", "edition": "2021", "scale": "0 to 100, higher is freer", "group": strings.ToLower(status)},
		Words:      fmt.Sprintf("%s had %d of 100 points in Freedom on the Net 2021, by a copy in another index.", country.Name(), score),
		Valid:      valid, Published: i.date,
	}, at, country.Code(), "fotn-2021")
}
