package atlas

import (
	"cmp"
	html "html/template"
	"slices"

	"sightline/dossier"
)

// homePage says what can be asked, and of which countries.
type homePage struct {
	Head
	Questions []html.HTML
	Countries []countryOption
}

// countryOption is a country to choose from.
type countryOption struct {
	Code string
	Name html.HTML
}

func home(q *request) (Page, error) {
	w, err := q.doc.World()
	if err != nil {
		return nil, err
	}
	p := &homePage{}
	p.q = q
	p.Title, p.Document = p.Plain("home.title"), w
	return p, nil
}

// countriesPage lists the countries and territories by region, with how much
// is on record for each.
type countriesPage struct {
	Head
	Regions []regionGroup
}

type regionGroup struct {
	ID   string
	Name html.HTML
	Rows []dossier.Summary
}

func countries(q *request) (Page, error) {
	w, err := q.doc.World()
	if err != nil {
		return nil, err
	}
	p := &countriesPage{}
	p.q = q
	p.Title, p.Document = p.Plain("nav.countries"), w
	by := map[string][]dossier.Summary{}
	var names []string
	for _, c := range w.Countries {
		r := c.Country.Region
		if by[r] == nil {
			names = append(names, r)
		}
		by[r] = append(by[r], c)
	}
	slices.Sort(names)
	for _, r := range names {
		slices.SortStableFunc(by[r], func(a, b dossier.Summary) int { return cmp.Compare(a.Country.Name, b.Country.Name) })
		p.Regions = append(p.Regions, regionGroup{ID: slug(r), Name: p.Text("region." + slug(r)), Rows: by[r]})
	}
	return p, nil
}
