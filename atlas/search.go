package atlas

import (
	html "html/template"
	"strings"
	"unicode/utf8"

	"sightline"
	"sightline/dossier"
)

// searchPage finds names and words on record, in any script.
type searchPage struct {
	Head
	Asked  string // as the reader wrote it
	Wrong  html.HTML
	Groups []hitGroup
	Count  int
	Full   bool // there may be more than are shown
}

// hitGroup is what was found of one kind.
type hitGroup struct {
	ID   string
	Name html.HTML
	Hits []hit
}

type hit struct {
	Href    string
	Name    html.HTML
	Names   []html.HTML
	Nation  html.HTML
	Snippet html.HTML
}

// The limits of a search: letters asked for, and hits shown; of our choosing.
const (
	maxAsked = 200
	maxHits  = 100
)

// hitKinds are the groups of hits in the order in which they are shown, with
// the kinds of record that each takes. The last takes what is left.
var hitKinds = []struct {
	id    string
	kinds []string
}{
	{"countries", []string{"country"}},
	{"organisations", []string{"company", "body", "organization"}},
	{"networks", []string{"network", "cable"}},
	{"laws", []string{"act", "policy", "treaty"}},
	{"claims", []string{"claim"}},
	{"sources", []string{"source"}},
	{"others", nil},
}

func search(q *request) (Page, error) {
	asked := strings.TrimSpace(q.query.Get("q"))
	p := &searchPage{Asked: asked}
	p.q = q
	p.Title = p.Plain("search.title")
	switch n := utf8.RuneCountInString(asked); {
	case asked == "":
		return p, nil
	case n > maxAsked:
		p.Status, p.Wrong = 400, p.Text("search.long", "most", maxAsked, "have", n)
		return p, nil
	case !utf8.ValidString(asked):
		p.Status, p.Asked, p.Wrong = 400, "", p.Text("search.invalid")
		return p, nil
	}
	if q.form == formHTML {
		// An id of a packet leads to it.
		if id, err := sightline.ParsePacketID(asked); err == nil {
			return nil, redirect{q.here("/packet/" + string(id))}
		}
	}
	d, err := q.doc.Search(asked, maxHits)
	if err != nil {
		return nil, err
	}
	p.Title, p.Document, p.Undated = p.Plain("search.title.of", "asked", asked), d, d.Undated
	p.Count, p.Full = len(d.Hits), len(d.Hits) == maxHits
	p.Table = &Table{Columns: []string{"kind", "id", "where", "name", "nation", "snippet"}}
	for _, h := range d.Hits {
		p.Table.Rows = append(p.Table.Rows, []string{h.Kind, h.ID, h.Where, h.Name, h.Nation, h.Snippet})
	}
	for i, k := range hitKinds {
		g := hitGroup{ID: k.id, Name: p.Text("search.kind." + k.id)}
		for _, h := range d.Hits {
			if kindOfHit(h.Kind) == i {
				g.Hits = append(g.Hits, p.hit(h))
			}
		}
		if len(g.Hits) > 0 {
			p.Groups = append(p.Groups, g)
			p.Sections = append(p.Sections, Link{Href: "#" + g.ID, Text: p.Text("search.section", "kind", g.Name, "n", len(g.Hits))})
		}
	}
	return p, nil
}

func kindOfHit(kind string) int {
	for i, k := range hitKinds {
		for _, x := range k.kinds {
			if x == kind {
				return i
			}
		}
	}
	return len(hitKinds) - 1
}

func (p *searchPage) hit(h dossier.Hit) hit {
	x := hit{Href: p.Link("/" + h.Where), Name: p.Foreign(h.Name)}
	if h.Kind == "claim" {
		x.Name = p.Said(h.Name)
	}
	for _, n := range append(append([]string{}, h.Names...), h.Also...) {
		x.Names = append(x.Names, p.Foreign(n))
	}
	if c, err := sightline.ParseCountry(h.Nation); err == nil && h.Kind != "country" {
		x.Nation = p.Foreign(c.Name())
	}
	if h.Kind == "source" && h.Snippet != "" {
		x.Snippet = p.Foreign(h.Snippet)
	}
	return x
}
