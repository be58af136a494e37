package atlas

import (
	html "html/template"
	"net/http"

	"sightline"
	"sightline/dossier"
)

// claimsPage is a page of the list of claims, narrowed by a form.
type claimsPage struct {
	Head
	Filter html.HTML
	Rows   []claimLine
	First  string
	Next   string
}

// claimLine is a claim in the list.
type claimLine struct {
	dossier.ClaimRow
	When  html.HTML
	Level html.HTML
}

// pageClaims is how many claims stand on a page of the list.
const pageClaims = 100

// claimFields are the words of the query that narrow the list.
var claimFields = []string{"country", "predicate", "class", "grade", "supplier", "entity", "source"}

func claims(q *request) (Page, error) {
	get := q.query.Get
	f := dossier.Filter{
		Country: get("country"), Entity: sightline.EntityID(get("entity")), Supplier: sightline.EntityID(get("supplier")),
		Source: sightline.SourceID(get("source")), Predicate: get("predicate"), Class: get("class"), Grade: get("grade"),
	}
	p := &claimsPage{}
	p.q = q
	p.Title = p.Plain("nav.claims")
	var predicates []string
	for _, x := range sightline.Predicates() {
		predicates = append(predicates, x.String())
	}
	words := func(name string, size int) field { return field{Name: name, Value: get(name), Size: size} }
	fields := []field{
		words("country", 14), p.choice("predicate", p.Text("claims.predicate"), p.choices("predicate.", predicates)),
		p.choice("class", p.Text("claims.class"), p.choices("class.", append(supplyClasses[:4:4], "unrelated"))),
		p.choice("grade", p.Text("claims.grade"), p.choices("claims.grade.", dossier.Grades)),
		words("supplier", 20), words("entity", 20), words("source", 20),
	}
	fields[0].Label, fields[4].Label, fields[5].Label, fields[6].Label = p.Text("claims.country"), p.Text("claims.supplier"), p.Text("claims.entity"), p.Text("claims.source")
	// What is wrong with the form is found field by field, so that it can be
	// said beside each.
	refused := func(f dossier.Filter) bool {
		_, err := q.doc.Claims(f, "", 1)
		return err != nil && (sightline.ErrorCode(err) == sightline.NotFound || sightline.ErrorCode(err) == sightline.Invalid)
	}
	l, err := q.doc.Claims(f, sightline.ClaimID(get("after")), q.rows(pageClaims))
	if err != nil {
		for i, x := range []struct {
			field int
			f     dossier.Filter
			key   html.HTML
		}{
			{0, dossier.Filter{Country: f.Country}, p.Text("claims.unknown.country")}, {4, dossier.Filter{Supplier: f.Supplier}, p.Text("claims.unknown.entity")},
			{5, dossier.Filter{Entity: f.Entity}, p.Text("claims.unknown.entity")}, {6, dossier.Filter{Source: f.Source}, p.Text("claims.unknown.source")},
		} {
			if x.f != (dossier.Filter{}) && refused(x.f) {
				fields[[]int{0, 4, 5, 6}[i]].Wrong = x.key
			}
		}
		if !wrong(fields) {
			return nil, err
		}
		if p.refused == nil {
			p.refused = err
		}
		p.Filter, p.Status = p.Head.Filter(fields), http.StatusBadRequest
		return p, nil
	}
	p.Filter, p.Document, p.Undated = p.Head.Filter(fields), l, l.Undated
	p.Table = &Table{Columns: []string{"id", "sentence", "subject", "predicate", "object", "class", "valid", "published", "grade", "level", "packet"}}
	cites := newCitations(l.Notes)
	for _, c := range l.Claims {
		cites.use(c.Notes...)
		line := claimLine{ClaimRow: c, When: p.when(c.Valid)}
		if c.Level != nil {
			drawn := html.HTML(`<span class="pips" aria-hidden="true">` + pips(c.Level) + `</span>`)
			line.Level = p.Text("claims.level", "pips", drawn, "word", p.Said(c.Level.Word))
		}
		p.Rows = append(p.Rows, line)
		row := []string{string(c.Claim), c.Sentence, c.Subject.ID, c.Predicate, objectCell(c.Object), c.Class, c.Valid.String(), c.Published.String(), c.Grade, "", ""}
		if c.Level != nil {
			row[9], row[10] = c.Level.Word, string(c.Level.Clusters.Packet)
		}
		p.Table.Rows = append(p.Table.Rows, row)
	}
	p.Notes = cites.notes()
	if l.After != "" {
		p.First = p.Link(q.path, without(q, "after")...)
	}
	if l.Next != "" {
		p.Next = p.Link(q.path, append(without(q, "after"), "after", string(l.Next))...)
	}
	return p, nil
}

// objectCell is the object of a claim in a cell of a file.
func objectCell(t dossier.Thing) string {
	if t.ID != "" {
		return t.ID
	}
	return t.Text
}
