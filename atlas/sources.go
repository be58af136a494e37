package atlas

import (
	html "html/template"
	"net/http"
	"slices"

	"sightline/dossier"
)

// sourcesPage lists the sources.
type sourcesPage struct {
	Head
	Filter html.HTML
	Rows   []dossier.SourceRow
	Pages  html.HTML
}

// pageRows is how many rows of a list stand on a page.
const pageRows = 200

// pagesData is what the template "pages" receives: how much of a list is on the
// page, and the way to the rest.
type pagesData struct {
	H           *Head
	N, Total    int
	First, Next string
}

// Pages says how much of a list is shown.
func (h *Head) pages(shown, total int, next string) html.HTML {
	d := pagesData{H: h, N: shown, Total: total}
	if h.q.query.Get("after") != "" {
		d.First = h.Link(h.q.path, without(h.q, "after")...)
	}
	if next != "" {
		d.Next = h.Link(h.q.path, append(without(h.q, "after"), "after", next)...)
	}
	return h.part("pages", d)
}

// without is the query of a request but for some words.
func without(q *request, keys ...string) []string {
	f := flat(q.query)
	var out []string
	for i := 0; i < len(f); i += 2 {
		if !slices.Contains(keys, f[i]) {
			out = append(out, f[i], f[i+1])
		}
	}
	return out
}

// cut is the page of a list that begins behind a cursor, and the next cursor.
func cut[T any](q *request, rows []T, id func(T) string) (page []T, next string) {
	if after := q.query.Get("after"); after != "" {
		i := slices.IndexFunc(rows, func(r T) bool { return id(r) == after })
		rows = rows[i+1:] // an unknown cursor begins at the start
	}
	if len(rows) > pageRows {
		rows = rows[:pageRows]
		next = id(rows[pageRows-1])
	}
	return rows, next
}

func sources(q *request) (Page, error) {
	l, err := q.doc.Sources()
	if err != nil {
		return nil, err
	}
	p := &sourcesPage{}
	p.q = q
	p.Title, p.Undated = p.Plain("nav.sources"), l.Undated
	has := func(get func(dossier.SourceRow) string) (out []string) {
		for _, s := range l.Sources {
			out = append(out, get(s))
		}
		slices.Sort(out)
		return slices.Compact(out)
	}
	kind := func(s dossier.SourceRow) string { return s.Kind }
	terms := func(s dossier.SourceRow) string { return s.Terms }
	letter := func(s dossier.SourceRow) string { return s.Reliability }
	fields := []field{
		p.choice("kind", p.Text("sources.kind"), p.choices("publisher.", has(kind))),
		p.choice("terms", p.Text("sources.terms"), p.choices("sources.terms.", has(terms))),
		p.choice("reliability", p.Text("sources.reliability"), p.choices("reliability.", has(letter))),
	}
	p.Filter = p.Head.Filter(fields)
	some := *l
	some.Sources = slices.DeleteFunc(slices.Clone(l.Sources), func(s dossier.SourceRow) bool {
		for i, get := range []func(dossier.SourceRow) string{kind, terms, letter} {
			if v := fields[i].Value; v != "" && get(s) != v {
				return true
			}
		}
		return false
	})
	if wrong(fields) {
		p.Status = http.StatusBadRequest
	}
	p.Document, p.Whole = &some, []string{"after"}
	p.Table = &Table{Columns: []string{"id", "title", "publisher", "kind", "published", "terms", "reliability", "scope", "selection", "claims", "packet"}}
	for _, s := range some.Sources {
		p.Table.Rows = append(p.Table.Rows, []string{string(s.ID), s.Title, s.Publisher, s.Kind, s.Published.String(), s.Terms, s.Reliability, s.Scope, s.Selection, bare(s.Claims), string(s.Claims.Packet)})
	}
	var next string
	p.Rows, next = cut(q, some.Sources, func(s dossier.SourceRow) string { return string(s.ID) })
	p.Pages = p.pages(len(p.Rows), len(some.Sources), next)
	return p, nil
}
