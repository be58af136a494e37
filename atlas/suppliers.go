package atlas

import (
	"cmp"
	html "html/template"
	"net/http"
	"slices"

	"sightline"
	"sightline/dossier"
)

// suppliersPage lists the organisations on record as suppliers.
type suppliersPage struct {
	Head
	Filter html.HTML
	Rows   []supplierRow
	Shown  html.HTML
	Scopes []scopeRules
}

// supplierRow is an organisation in the list.
type supplierRow struct {
	dossier.SupplierRow
	Classes []html.HTML // those with a statement
}

// scopeRules are the rules of sources that looked at the same nations.
type scopeRules struct {
	Scope html.HTML
	Count html.HTML
	Rules []sourceRule
}

// sourceRule is a rule with the source that it is of.
type sourceRule struct {
	Source dossier.Note
	Rule   string
}

// classCount is the estimate of a class.
func classCount(classes []dossier.ClassCount, class string) sightline.Estimate {
	for _, c := range classes {
		if c.Class == class {
			return c.Estimate
		}
	}
	return sightline.Estimate{}
}

func suppliers(q *request) (Page, error) {
	l, err := q.doc.Suppliers()
	if err != nil {
		return nil, err
	}
	p := &suppliersPage{}
	p.q = q
	p.Title, p.Undated = p.Plain("nav.suppliers"), l.Undated
	codes := map[string]bool{}
	for _, s := range l.Suppliers {
		codes[s.Nation] = true
	}
	fields := []field{
		p.choice("nation", p.Text("suppliers.nation"), p.nations(codes)),
		p.choice("class", p.Text("suppliers.class"), p.choices("class.", supplyClasses)),
	}
	if wrong(fields) {
		p.Status = http.StatusBadRequest
	}
	p.Filter = p.Head.Filter(fields)
	some := *l
	some.Suppliers = slices.DeleteFunc(slices.Clone(l.Suppliers), func(s dossier.SupplierRow) bool {
		if v := fields[0].Value; v != "" && cmp.Or(s.Nation, nationUnknown) != v {
			return true
		}
		if v := fields[1].Value; v != "" {
			_, ok := classCount(s.Classes, v).Value.Get()
			return !ok
		}
		return false
	})
	p.Document = &some
	p.Table = &Table{Columns: append([]string{"id", "name", "nation", "claims"}, append(supplyClasses[:4:4], "countries", "denials", "packet")...)}
	for _, s := range some.Suppliers {
		r := supplierRow{SupplierRow: s}
		row := []string{string(s.ID), s.Name, s.Nation, bare(s.Claims)}
		for _, c := range supplyClasses {
			e := classCount(s.Classes, c)
			if _, ok := e.Value.Get(); ok {
				r.Classes = append(r.Classes, p.Text("suppliers.class_count", "class", p.Text("class."+c), "number", p.Evidence(e)))
			}
			row = append(row, bare(e))
		}
		p.Rows = append(p.Rows, r)
		p.Table.Rows = append(p.Table.Rows, append(row, bare(s.Countries), bare(s.Denials), string(s.Claims.Packet)))
	}
	p.Shown = p.Plural("list.count", len(p.Rows))
	if len(some.Suppliers) != len(l.Suppliers) {
		p.Shown = p.Plural("list.shown", len(p.Rows), "total", len(l.Suppliers))
	}
	p.Scopes = p.scopes(l)
	p.Sections = []Link{{Href: "#list", Text: p.Text("suppliers.list")}, {Href: "#rules", Text: p.Text("suppliers.rules")}}
	return p, nil
}

// scopes groups the rules by the nations that their sources looked at: all,
// some, then one nation each by its name.
func (p *suppliersPage) scopes(l *dossier.SupplierList) []scopeRules {
	notes := map[int]dossier.Note{}
	for _, n := range l.Notes {
		notes[n.N] = n
	}
	by := map[string][]sourceRule{}
	var scopes []string
	for _, r := range l.Rules {
		if by[r.Scope] == nil {
			scopes = append(scopes, r.Scope)
		}
		by[r.Scope] = append(by[r.Scope], sourceRule{notes[r.Note], r.Rule})
	}
	rank := func(s string) int { return slices.Index([]string{"all", "some", "none", ""}, s) }
	name := func(s string) string { return text(p.Scope(s)) }
	slices.SortFunc(scopes, func(a, b string) int {
		x, y := rank(a), rank(b)
		switch {
		case x >= 0 && y >= 0:
			return cmp.Compare(x, y)
		case x >= 0:
			return -1
		case y >= 0:
			return 1
		}
		return cmp.Compare(name(a), name(b))
	})
	var out []scopeRules
	for _, s := range scopes {
		out = append(out, scopeRules{p.Scope(s), p.Plural("suppliers.rules.sources", len(by[s])), by[s]})
	}
	return out
}
