package atlas

import (
	html "html/template"

	"sightline"
	"sightline/dossier"
)

// lawsPage lists the acts on record by country, with what is on record of each.
type lawsPage struct {
	Head
	Count  sightline.Estimate
	Groups []lawGroup
}

// lawGroup is the acts of one country.
type lawGroup struct {
	ID   string
	Name html.HTML
	Href string // of the country
	Laws []law
}

// law is an act as the page shows it.
type law struct {
	ID         sightline.EntityID
	Name       html.HTML
	Href       string
	Adopted    []html.HTML
	Statuses   []html.HTML
	Provisions []html.HTML
	Resembles  []html.HTML
	Listed     *sightline.Estimate // organisations named under it, where some are on record
}

func laws(q *request) (Page, error) {
	d, err := q.doc.Laws()
	if err != nil {
		return nil, err
	}
	p := &lawsPage{Count: d.Count}
	p.q = q
	p.Title, p.Document, p.Undated = p.Plain("laws.title"), d, d.Undated
	p.Table = &Table{Columns: []string{"act", "name", "country", "what", "sentence", "valid", "claim"}}
	cites := newCitations(d.Notes)
	for _, a := range d.Laws {
		id := "other"
		if a.Country != "" {
			id = a.Country
		}
		if n := len(p.Groups); n == 0 || p.Groups[n-1].ID != id {
			g := lawGroup{ID: id, Name: p.Text("laws.international")}
			if c, err := sightline.ParseCountry(a.Country); err == nil {
				g.Name, g.Href = p.Foreign(c.Name()), p.Entity(c.Entity())
			}
			p.Groups = append(p.Groups, g)
			p.Sections = append(p.Sections, Link{Href: "#" + id, Text: g.Name})
		}
		l := law{ID: a.ID, Name: p.Foreign(a.Name), Href: p.Entity(a.ID)}
		rows := func(what string, items []dossier.Item) (out []html.HTML) {
			for _, it := range items {
				cites.item(it)
				out = append(out, p.Row(it))
				p.Table.Rows = append(p.Table.Rows, []string{string(a.ID), a.Name, a.Country, what, it.Sentence, it.Valid.String(), string(it.Claim)})
			}
			return out
		}
		l.Adopted = rows("adopted", a.Adopted)
		l.Statuses = rows("status", a.Statuses)
		l.Provisions = rows("provision", a.Provisions)
		var said []dossier.Item
		for _, r := range a.Resembles {
			said = append(said, r.Item)
		}
		l.Resembles = rows("resembles", said)
		if _, ok := a.Listed.Value.Get(); ok {
			l.Listed = &a.Listed
		}
		g := &p.Groups[len(p.Groups)-1]
		g.Laws = append(g.Laws, l)
	}
	p.Notes = cites.notes()
	return p, nil
}
