package atlas

import (
	html "html/template"
	"strings"

	"sightline/dossier"
	"sightline/internal/order"
)

// forumsPage lists the lists, treaties, coalitions and meetings on record.
type forumsPage struct {
	Head
	Forums []forumPart
}

// forumPart is one of them, with those on it by how they are.
type forumPart struct {
	dossier.Forum
	Anchor    string
	KindName  html.HTML
	Completes html.HTML // how complete it is
	Groups    []forumGroup
}

// forumGroup is those who are on a list in the same way.
type forumGroup struct {
	Heading html.HTML
	Rows    []forumRow
}

// forumRow is a place on a list. When is its year or day, or the way to its
// claim where that is not on record.
type forumRow struct {
	dossier.Place
	When  html.HTML
	Label string
}

func forums(q *request) (Page, error) {
	l, err := q.doc.Forums()
	if err != nil {
		return nil, err
	}
	p := &forumsPage{}
	p.q = q
	p.Title, p.Document, p.Undated = p.Plain("nav.forums"), l, l.Undated
	p.Table = &Table{Columns: []string{"list", "complete", "as_of", "id", "name", "how", "what", "valid", "claim"}}
	cites := newCitations(l.Notes)
	for _, f := range l.Forums {
		cites.use(f.Notes...)
		x := forumPart{Forum: f, Anchor: strings.ReplaceAll(string(f.ID), "/", "-"), KindName: p.Text("kind." + f.Kind)}
		switch {
		case (f.Complete == "complete" || f.Complete == "partial") && !f.AsOf.IsZero():
			x.Completes = p.Text("forums.complete."+f.Complete, "date", p.Date(f.AsOf))
		default:
			x.Completes = p.Text("forums.complete.unknown")
		}
		type key struct{ how, what string }
		var keys []key
		by := map[key][]dossier.Place{}
		for _, r := range f.Rows {
			k := key{r.How, r.What}
			if by[k] == nil {
				keys = append(keys, k)
			}
			by[k] = append(by[k], r)
			p.Table.Rows = append(p.Table.Rows, []string{string(f.ID), f.Complete, f.AsOf.String(), string(r.ID), r.Name, r.How, r.What, r.Valid.String(), string(r.Claim)})
		}
		order.By(keys, func(a, b key) int { return strings.Compare(a.how+" "+a.what, b.how+" "+b.what) })
		for _, k := range keys {
			g := forumGroup{Heading: p.Text("forums.how." + k.how)}
			for _, r := range by[k] {
				row := forumRow{Place: r, When: p.Text("card.open")}
				if from, ok := r.Valid.From(); ok {
					row.When = p.Date(from)
				}
				row.Label = p.Plain("forums.open", "when", text(row.When), "claim", string(r.Claim))
				g.Rows = append(g.Rows, row)
			}
			if k.what != "" {
				g.Heading = p.Text("forums.group", "how", g.Heading, "what", p.Said(k.what))
			}
			g.Heading = p.Text("forums.heading", "group", g.Heading, "n", len(g.Rows))
			x.Groups = append(x.Groups, g)
		}
		p.Forums = append(p.Forums, x)
		p.Sections = append(p.Sections, Link{Href: "#" + x.Anchor, Text: p.Foreign(f.Name)})
	}
	p.Notes = cites.notes()
	return p, nil
}
