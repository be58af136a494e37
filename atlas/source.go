package atlas

import (
	html "html/template"
	"strings"

	"sightline"
	"sightline/dossier"
)

// sourcePage is a source: what it is, how it chose, and what rests on it.
type sourcePage struct {
	Head
	Doc      *dossier.SourceSheet
	KindName html.HTML
	Terms    html.HTML
	Items    []html.HTML
	All      string // address of the list of what rests on it; empty where it is whole here
}

func source(q *request) (Page, error) {
	id := q.value("id")
	if lower := strings.ToLower(id); lower != id {
		return nil, redirect{q.here("/source/"+lower+q.form, flat(q.query)...)}
	}
	d, err := q.doc.Source(sightline.SourceID(id))
	if err != nil {
		return nil, lookAround(err, id, "/sources")
	}
	p := &sourcePage{Doc: d}
	p.q = q
	p.Title, p.Name, p.Document, p.Undated = sightline.Inert(d.Title), p.Foreign(d.Title), d, d.Undated
	p.Crumbs = []Link{{Href: p.Link("/sources"), Text: p.Text("nav.sources")}}
	p.KindName, p.Terms = p.Text("publisher."+d.Kind), p.Text("terms."+d.Terms)
	cites := newCitations(d.Notes)
	for _, it := range d.Items {
		// The source is this page; what else an item rests on stands there.
		it.Notes = nil
		for _, quote := range it.Quotes {
			cites.use(quote.Note)
		}
		p.Items = append(p.Items, p.Row(it))
	}
	if d.More {
		p.All = p.Link("/claims", "source", string(d.ID))
	}
	p.Notes = cites.notes()
	for _, s := range []string{"citation", "rule", "derived", "versions", "claims"} {
		p.Sections = append(p.Sections, Link{Href: "#" + s, Text: p.Text("source." + s)})
	}
	return p, nil
}
