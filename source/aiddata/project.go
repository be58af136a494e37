package aiddata

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sightline"
	"sightline/source"
)

// flows in our words.
var flows = map[string]string{
	"Grant": "grant",
	"Loan":  "loan",
	"Supplier's Credit/Export Seller's Credit":   "supplier's credit",
	"Export Buyer's Credit":                      "buyer's credit",
	"Scholarships/training in the donor country": "training in China",
	"Free-standing technical assistance":         "technical assistance",
	"Debt forgiveness":                           "debt relief",
	"Debt rescheduling":                          "rescheduling of debt",
	"Vague TBD":                                  "kind not known",
}

// statuses are what AidData's words say about the state of a project. A pledge
// is an announcement and a commitment a signature. In implementation the works
// go on, so that it is signed and neither delivered nor operating; completed
// works are delivered, which does not say that they still run.
var statuses = map[string]struct{ status, note string }{
	"Pipeline: Pledge":     {"announced", "AidData: pledge"},
	"Pipeline: Commitment": {"signed", "AidData: commitment"},
	"Implementation":       {"signed", "AidData: implementation under way"},
	"Completion":           {"delivered", "AidData: completion"},
	"Suspended":            {"on_hold", "AidData: suspended"},
	"Cancelled":            {"cancelled", "AidData: cancelled"},
}

// project is a row.
type project struct {
	id, title, status, flow, sector, usd string
	committed, completed                 string // years, the first perhaps estimated
	notAdded                             bool   // AidData advises not to add its amount to others
	funders, implementers                []string
	locator                              string
}

func keys[V any](m map[string]V) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// columns of both workbooks, apart from the one on aggregates, which names the
// set.
var columns = []string{
	"AidData TUFF Project ID", "Umbrella", "Financier Country", "Recipient", "Recipient Region", "Commitment Year", "Commitment Year Estimated",
	"Implementation Start Year", "Completion Year", "Title", "Description", "Staff Comments", "Status", "Intent", "Flow Type", "Concessional", "Flow Class",
	"AidData Sector Code", "AidData Sector Name", "Funding Agencies", "Funding Agencies Type", "Cofinanced", "Cofinancing Agencies", "Cofinancing Agencies Type",
	"Cofinancing Agencies Origin", "Receiving Agencies", "Receiving Agencies Type", "Receiving Agencies Origin", "Implementing Agencies", "Implementing Agencies Type",
	"Implementing Agencies Origin", "Accountable Agencies", "Accountable Agencies Type", "Accountable Agencies Origin", "Amount (Original Currency)", "Original Currency",
	"Amount (Constant USD2017)", "Amount (Nominal)", "Planned Implementation Start Date (MM/DD/YYYY)", "Planned Completion Date (MM/DD/YYYY)",
	"Actual Implementation Start Date (MM/DD/YYYY)", "Actual Completion Date (MM/DD/YYYY)", "Loan Type", "Maturity", "Interest Rate", "Grace Period", "Management Fee",
	"Commitment Fee", "Grant Element", "Guarantee Provided", "Insurance Provided", "Collateralized/Securitized", "Collateral", "Official Source Count",
	"Unofficial Source Count", "Source URLs", "Source Titles", "Source Publishers", "Source Type", "Geographic Location", "geoJSON URL", "Contact Name", "Contact Position",
	"ODA Eligible Recipient", "Source Quality Score", "Data Completeness Score", "Project Implementation Score", "Loan Detail Score",
}

// book reads the sheet of a workbook.
func (i *importer) book(sheet string) (*source.Table, error) {
	in, _ := i.File("workbook")
	rows, err := source.Book(i.Dataset.ID, in.Bytes, sheet)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, sightline.Errorf(sightline.Invalid, "read table", i.Dataset.ID, "the sheet %q is empty", sheet).WithHint("Check that this is the right workbook.")
	}
	t, err := source.Grid(i.Dataset.ID, rows[0], rows[1:], 2)
	if err != nil {
		return nil, err
	}
	return t, t.ExpectColumns(append([]string{"Recommended For " + sheet + " Aggregates"}, columns...)...)
}

// projects reads the CSV file of projects with a place.
func (i *importer) projects() (*source.Table, error) {
	in, _ := i.File("projects")
	t, err := source.CSV(i.Dataset.ID, in.Bytes)
	if err != nil {
		return nil, err
	}
	return t, t.ExpectColumns("id", "AidData TUFF Project ID", "Recommended For Aggregates", "Umbrella", "Title", "Status", "Implementation Start Year", "Completion Year",
		"Flow Type", "Flow Class", "AidData Sector Name", "Commitment Year", "Funding Agencies", "Receiving Agencies", "Implementing Agencies", "Recipient",
		"Amount (Constant USD2017)", "Planned Implementation Start Date (MM/DD/YYYY)", "Planned Completion Date (MM/DD/YYYY)",
		"Actual Implementation Start Date (MM/DD/YYYY)", "Actual Completion Date (MM/DD/YYYY)", "finance_type", "viz_geojson_url", "dl_geojson_url")
}

// row reads a project and makes its records.
func (i *importer) row(r *source.Row) error {
	p := &project{
		id: r.Need("AidData TUFF Project ID"), title: r.Need("Title"), status: r.OneOf("Status", keys(statuses)...), flow: r.OneOf("Flow Type", keys(flows)...),
		sector: r.Need("AidData Sector Name"), funders: list(r.Need("Funding Agencies")), implementers: list(r.Pop("Implementing Agencies")),
	}
	p.committed = strconv.Itoa(r.Int("Commitment Year"))
	if p.usd = r.Pop("Amount (Constant USD2017)"); p.usd != "" {
		usd, err := strconv.ParseFloat(p.usd, 64)
		if err != nil || usd < 0 {
			return sightline.Errorf(sightline.Invalid, "read amount", p.usd, "not a sum of money").WithHint("Look at the row of project %s.", p.id)
		}
		p.usd = strconv.FormatFloat(usd, 'f', 0, 64)
	}
	// The CSV file prints the year as a decimal.
	if p.completed = strings.TrimSuffix(r.Pop("Completion Year"), ".0"); p.completed != "" {
		if _, err := sightline.ParseDate(p.completed); err != nil {
			return err
		}
	}
	p.notAdded = r.OneOf("Umbrella", "Yes", "No") == "Yes"
	p.locator = "project " + p.id
	// Read whole in other columns: the kind of flow, the state, the year. Days
	// are often the first of a month or year, and say more than is known.
	r.Ignore("Flow Class", "Implementation Start Year", "Planned Implementation Start Date (MM/DD/YYYY)", "Planned Completion Date (MM/DD/YYYY)",
		"Actual Implementation Start Date (MM/DD/YYYY)", "Actual Completion Date (MM/DD/YYYY)")
	// Who received it in the country: no claim of ours speaks of it.
	r.Ignore("Receiving Agencies")
	if i.set == setGeocoded {
		r.Expect("id", p.id)
		p.notAdded = r.OneOf("Recommended For Aggregates", "Yes", "No") == "No" || p.notAdded
		r.Ignore("viz_geojson_url", "dl_geojson_url") // shapes on the ground
		if of := r.OneOf("finance_type", "development", "huawei", "military"); of != "development" {
			i.Count("rows of the " + of + " set, which has an importer of its own: no claim")
			r.Ignore("Recipient")
			return r.Err()
		}
	} else {
		i.workbook(r, p)
	}
	recipient := r.Need("Recipient")
	if err := r.Err(); err != nil {
		return err
	}
	if i.done[p.id] {
		return sightline.Errorf(sightline.Conflict, "read project", p.id, "it stands twice").WithHint("The file may have been put together from two.")
	}
	i.done[p.id] = true
	switch recipient {
	case "Africa, regional", "Multi-Region":
		i.Count("projects of several countries: left out: " + recipient)
		return nil
	}
	country, err := sightline.ParseCountry(recipient)
	if err != nil {
		return err
	}
	return i.records(p, country)
}

// workbook reads what only the workbooks have.
func (i *importer) workbook(r *source.Row, p *project) {
	r.Expect("Financier Country", "China (People's Republic of)")
	for _, c := range []string{"Recommended For Huawei Aggregates", "Recommended For Military Aggregates"} {
		if r.Has(c) {
			p.notAdded = r.OneOf(c, "Yes", "No") == "No" || p.notAdded
		}
	}
	if r.OneOf("Commitment Year Estimated", "Yes", "No") == "Yes" {
		p.committed += "~"
	}
	if urls := list(r.Pop("Source URLs")); len(urls) > 0 {
		p.locator += ", from " + urls[0]
	}
	r.Ignore("Recipient Region", "AidData Sector Code", "ODA Eligible Recipient")   // follow from the country and the name of the sector
	r.Ignore("Description", "Staff Comments", "Source Titles", "Source Publishers") // prose of AidData and of others
	r.Ignore("Contact Name", "Contact Position")                                    // private persons
	// AidData's own judgement of what kind of aid it is, and of the record.
	r.Ignore("Intent", "Concessional", "Official Source Count", "Unofficial Source Count", "Source Type", "Source Quality Score", "Data Completeness Score",
		"Project Implementation Score", "Loan Detail Score")
	// Who else paid, and who answers for it; the kinds and homes of those named.
	r.Ignore("Funding Agencies Type", "Cofinanced", "Cofinancing Agencies", "Cofinancing Agencies Type", "Cofinancing Agencies Origin", "Receiving Agencies Type",
		"Receiving Agencies Origin", "Implementing Agencies Type", "Implementing Agencies Origin", "Accountable Agencies", "Accountable Agencies Type", "Accountable Agencies Origin")
	// The same sum in other money, and the terms of loans.
	r.Ignore("Amount (Original Currency)", "Original Currency", "Amount (Nominal)", "Loan Type", "Maturity", "Interest Rate", "Grace Period", "Management Fee",
		"Commitment Fee", "Grant Element", "Guarantee Provided", "Insurance Provided", "Collateralized/Securitized", "Collateral")
	r.Ignore("Geographic Location", "geoJSON URL") // places within the country
}

// records makes the records of a project.
func (i *importer) records(p *project, country sightline.Country) error {
	class, err := i.class(p)
	if err != nil {
		return err
	}
	relevant := class != sightline.ClassUnrelated
	sector := strings.ToLower(p.sector)
	name := fmt.Sprintf("AidData project %s, %s sector", p.id, sector)
	sentence := "" // made for each giver where nobody wrote one
	if w, ok := i.words[p.id]; ok && relevant {
		i.used[p.id] = true
		name, sentence = w.name, w.words
	} else if relevant {
		i.Count("projects that matter, without a sentence written by hand")
	}
	entity := sightline.EntityID("project/aiddata-" + p.id)
	if err := i.Entity(sightline.Entity{ID: entity, Name: name, Country: country}); err != nil {
		return err
	}
	published, err := sightline.ParseDate("2021")
	if err != nil {
		return err
	}
	committed, err := sightline.ParseDate(p.committed)
	if err != nil {
		return err
	}
	qualifiers := map[string]string{"class": class.String(), "project": string(entity), "sector": sector, "flow": flows[p.flow], "funder": strings.Join(p.funders, "; ")}
	if len(p.implementers) > 0 {
		qualifiers["implementer"] = strings.Join(p.implementers, "; ")
	}
	if p.usd != "" {
		qualifiers["amount"], qualifiers["currency"] = p.usd, "USD of 2017"
	}
	if p.notAdded {
		qualifiers["note"] = "AidData does not add its amount to others"
	}
	put := func(id string, who sightline.EntityID, predicate sightline.Predicate, role, words string) error {
		q := map[string]string{}
		for k, v := range qualifiers {
			q[k] = v
		}
		if role != "" {
			q["role"] = role
		}
		return i.Claim(sightline.Claim{
			ID: sightline.ClaimID(id), Subject: who, Predicate: predicate, Object: sightline.Object{Entity: country.Entity()},
			Qualifiers: q, Words: words, Valid: sightline.On(committed), Published: published,
		}, p.locator)
	}
	id := "aiddata-" + p.id
	// Who trains people trains; a firm that gives in kind supplies; all else is
	// finance.
	inKind := p.flow == "Grant" || p.flow == "Vague TBD" || strings.HasPrefix(p.flow, "Free-standing")
	trains := class == sightline.ClassTraining || !relevant && (strings.HasPrefix(p.flow, "Scholarships") || strings.HasPrefix(p.flow, "Free-standing"))
	var gave []sightline.EntityID
	for _, f := range p.funders {
		giver, why, err := i.names.Of(f, sightline.KindOrganization, sightline.Country{})
		if err != nil {
			return err
		}
		if giver == nil {
			i.Count("givers without a claim: " + why)
			continue
		}
		if slices.Contains(gave, giver.ID) {
			i.Count("givers that a project names again")
			continue
		}
		predicate := sightline.Finances
		switch {
		case trains:
			predicate = sightline.Trains
		case giver.ID.Kind() == sightline.KindCompany && relevant && inKind:
			predicate = sightline.Supplies
		}
		said := sentence
		if said == "" {
			said = fmt.Sprintf("AidData counts a project of %s for %s in the %s sector (%s).", giver.Name, country.Name(), sector, flows[p.flow])
		}
		claim := id
		if len(gave) > 0 {
			claim = id + "-also-" + tail(giver.ID)
		}
		if err := put(claim, giver.ID, predicate, "", said); err != nil {
			return err
		}
		gave = append(gave, giver.ID)
	}
	if !relevant {
		return nil
	}
	for _, f := range p.implementers {
		if !i.names.Known(f) {
			i.Count("names of those who carried out a project, kept as text only")
			continue
		}
		firm, _, err := i.names.Of(f, sightline.KindOrganization, sightline.Country{})
		if err != nil {
			return err
		}
		if firm == nil || firm.ID.Kind() != sightline.KindCompany || slices.Contains(gave, firm.ID) {
			continue
		}
		if err := put(id+"-by-"+tail(firm.ID), firm.ID, sightline.Supplies, "implementer",
			fmt.Sprintf("AidData names %s among those that carried out the project %q.", firm.Name, name)); err != nil {
			return err
		}
	}
	return i.status(p, entity, committed, published)
}

// status says in what state a project is. A promise has the year of the
// commitment, works under way start with it, and completed works have the year
// of completion where it is stated.
func (i *importer) status(p *project, entity sightline.EntityID, committed, published sightline.Date) error {
	state := statuses[p.status]
	c := sightline.Claim{
		ID: sightline.ClaimID("aiddata-" + p.id + "-status"), Subject: entity, Predicate: sightline.StatusIs, Object: sightline.Object{Text: state.status},
		Qualifiers: map[string]string{"note": state.note}, Published: published,
	}
	var err error
	switch {
	case strings.HasPrefix(p.status, "Pipeline"):
		c.Valid = sightline.On(committed)
	case p.status == "Implementation":
		c.Valid, err = sightline.ParsePeriod(p.committed + "/")
	case p.status == "Completion" && p.completed != "":
		c.Valid, err = sightline.ParsePeriod(p.completed)
	}
	if err != nil {
		return err
	}
	return i.Claim(c, p.locator)
}

// tail is the slug of an entity id.
func tail(id sightline.EntityID) string {
	_, slug, _ := strings.Cut(string(id), "/")
	return strings.ToLower(slug)
}
