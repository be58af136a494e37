package atlas

import (
	"cmp"
	html "html/template"
	"slices"

	"sightline"
	"sightline/atlas/figure"
	"sightline/atlas/words"
	"sightline/dossier"
	"sightline/internal/order"
)

// homePage says what can be asked, and of which countries.
type homePage struct {
	Head
	Questions []questionRow
	Map       html.HTML
	Start     []Link // pages to begin with
}

// questionRow is one of the four questions, and what stands under it.
type questionRow struct{ Question, What html.HTML }

func home(q *request) (Page, error) {
	w, err := q.doc.World()
	if err != nil {
		return nil, err
	}
	p := &homePage{}
	p.q = q
	p.Title, p.Document, p.Undated = p.Plain("home.title"), w, w.Undated
	for _, a := range answerParts {
		p.Questions = append(p.Questions, questionRow{Question: p.Text("question." + a.answer), What: p.Text("home.what." + a.answer)})
	}
	f := figure.Tiles{Frame: p.frame("world"), Scale: onRecord}
	f.Depth = 2
	f.Heading, f.Sentence = words.Say("home.map.heading"), words.Say("home.map.sentence")
	for _, c := range w.Countries {
		f.Tiles = append(f.Tiles, figure.Tile{Country: countryOf(c), Estimate: c.Claims})
	}
	p.Figures = append(p.Figures, f)
	p.Map = p.Figure(f)
	for _, l := range []struct{ to, key string }{
		{"/suppliers", "home.start.suppliers"}, {"/networks", "home.start.networks"}, {"/laws", "home.start.laws"}, {"/votes", "home.start.votes"},
		{"/audit", "home.start.audit"}, {"/methods", "home.start.methods"}, {"/corrections", "home.start.corrections"},
	} {
		p.Start = append(p.Start, Link{Href: p.Link(l.to), Text: p.Text(l.key)})
	}
	return p, nil
}

func countryOf(s dossier.Summary) sightline.Country {
	c, err := sightline.ParseCountry(s.Country.Code)
	if err != nil {
		panic("BUG: " + err.Error())
	}
	return c
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
	Grid html.HTML
}

// byRegion sorts the countries by region and name.
func byRegion(h *Head, w *dossier.World) []regionGroup {
	by := map[string][]dossier.Summary{}
	var names []string
	for _, c := range w.Countries {
		r := cmp.Or(c.Country.Region, "Antarctica")
		if by[r] == nil {
			names = append(names, r)
		}
		by[r] = append(by[r], c)
	}
	slices.Sort(names)
	var out []regionGroup
	for _, r := range names {
		order.By(by[r], func(a, b dossier.Summary) int { return cmp.Compare(a.Country.Name, b.Country.Name) })
		out = append(out, regionGroup{ID: slug(r), Name: h.Text("figure.region." + slug(r)), Rows: by[r]})
	}
	return out
}

// countries is the coverage grid of the world, a region each: what is on
// record, question by question.
func countries(q *request) (Page, error) {
	w, err := q.doc.World()
	if err != nil {
		return nil, err
	}
	p := &countriesPage{}
	p.q = q
	p.Title, p.Document, p.Undated = p.Plain("nav.countries"), w, w.Undated
	p.Regions = byRegion(&p.Head, w)
	for i, r := range p.Regions {
		f := figure.Grid{Frame: p.frame(r.ID), Label: words.Say("countries.name")}
		f.Depth = 2
		f.Heading = words.Say("figure.region." + r.ID)
		f.Columns = []words.Phrase{words.Say("countries.claims"), words.Say("countries.networks"), words.Say("countries.findings"), words.Say("countries.measured"),
			words.Say("countries.control"), words.Say("countries.core"), words.Say("countries.laws"), words.Say("countries.positions")}
		for _, c := range r.Rows {
			f.Rows = append(f.Rows, figure.GridRow{Label: words.Named(c.Country.Name), Href: "/country/" + c.Country.Code,
				Cells: []sightline.Estimate{c.Claims, c.Networks, c.Findings, c.Measured, c.Supplies[0].Estimate, c.Supplies[1].Estimate, c.Laws, c.Positions}})
		}
		p.Figures = append(p.Figures, f)
		p.Regions[i].Grid = p.Figure(f)
		p.Sections = append(p.Sections, Link{Href: "#" + r.ID, Text: r.Name})
	}
	return p, nil
}
