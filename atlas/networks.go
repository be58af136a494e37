package atlas

import (
	"cmp"
	html "html/template"
	"net/http"
	"slices"

	"sightline/dossier"
	"sightline/internal/order"
)

// networksPage lists the networks on record: how many there are by country, or
// those that a form chose.
type networksPage struct {
	Head
	Doc       *dossier.NetworkList
	Filter    html.HTML
	Countries []networkCountry // where nothing was chosen
	Rows      []networkLine
	Pages     html.HTML
	All       string
}

// networkCountry counts the networks of a country.
type networkCountry struct {
	Code, Name          string
	N, Majority, Minor  int
	Text, Held, HeldLow html.HTML
	Href                string
}

// networkLine is a network in the list.
type networkLine struct {
	dossier.NetworkRow
	Held []heldLine
}

// heldLine is what a state holds, with its citation.
type heldLine struct {
	Text html.HTML
	dossier.Holding
}

// holdingChoices are the choices of the form.
var holdingChoices = []string{"majority", "minority", "none"}

// holds reports whether a network answers to a choice of holding.
func holds(n dossier.NetworkRow, kind string) bool {
	if kind == "none" {
		return len(n.Holdings) == 0
	}
	return slices.ContainsFunc(n.Holdings, func(h dossier.Holding) bool { return h.Kind == kind })
}

// held says what a state holds.
func (h *Head) held(x dossier.Holding) html.HTML {
	key := "networks.held." + x.Kind
	args := []any{"state", h.Nation(x.State)}
	if x.Share != "" {
		key += "_share"
		args = append(args, "share", h.Code(x.Share))
	}
	return h.Text(key, args...)
}

func networks(q *request) (Page, error) {
	l, err := q.doc.Networks()
	if err != nil {
		return nil, err
	}
	p := &networksPage{Doc: l}
	p.q = q
	p.Title, p.Undated = p.Plain("nav.networks"), l.Undated
	codes := map[string]bool{}
	by := map[string]*networkCountry{}
	for _, n := range l.Networks {
		where := n.Countries
		if len(where) == 0 {
			where = []string{""}
		}
		for _, c := range where {
			codes[c] = true
			x := by[c]
			if x == nil {
				x = &networkCountry{Code: c, Name: p.nationName(c)}
				by[c] = x
			}
			x.N++
			if holds(n, "majority") {
				x.Majority++
			}
			if holds(n, "minority") {
				x.Minor++
			}
		}
	}
	fields := []field{
		p.choice("country", p.Text("networks.country"), p.nations(codes)),
		p.choice("holding", p.Text("networks.holding"), p.choices("networks.holding.", holdingChoices)),
	}
	if wrong(fields) {
		p.Status = http.StatusBadRequest
	}
	p.Filter = p.Head.Filter(fields)
	country, holding := fields[0].Value, fields[1].Value
	some := *l
	some.Networks = slices.DeleteFunc(slices.Clone(l.Networks), func(n dossier.NetworkRow) bool {
		return country == nationUnknown && len(n.Countries) > 0 || country != "" && country != nationUnknown && !slices.Contains(n.Countries, country) || holding != "" && !holds(n, holding)
	})
	p.Document, p.Whole = &some, []string{"after", "list"}
	p.Table = &Table{Columns: []string{"asn", "name", "country", "state", "holding", "share", "claim"}}
	for _, n := range some.Networks {
		where := ""
		if len(n.Countries) > 0 {
			where = n.Countries[0]
		}
		if len(n.Holdings) == 0 {
			p.Table.Rows = append(p.Table.Rows, []string{n.ASN, n.Name, where, "", "", "", ""})
		}
		for _, x := range n.Holdings {
			p.Table.Rows = append(p.Table.Rows, []string{n.ASN, n.Name, where, x.State, x.Kind, x.Share, string(x.Claim)})
		}
	}
	cites := newCitations(l.Notes)
	if country == "" && holding == "" && q.query.Get("list") == "" {
		for _, x := range by {
			x.Text = p.Plural("networks.n", x.N)
			if x.Majority > 0 {
				x.Held = p.Plural("networks.n.majority", x.Majority)
			}
			if x.Minor > 0 {
				x.HeldLow = p.Plural("networks.n.minority", x.Minor)
			}
			x.Href = p.Link("/networks", "country", cmp.Or(x.Code, nationUnknown))
			p.Countries = append(p.Countries, *x)
		}
		order.By(p.Countries, func(a, b networkCountry) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Code, b.Code)) })
		if len(p.Countries) > 0 {
			p.All = p.Link("/networks", "list", "all")
		}
		for _, n := range l.Notes {
			cites.use(n.N)
		}
		p.Notes = cites.notes()
		return p, nil
	}
	page, next := cut(q, some.Networks, func(n dossier.NetworkRow) string { return n.ASN })
	for _, n := range page {
		line := networkLine{NetworkRow: n}
		for _, x := range n.Holdings {
			cites.use(x.Notes...)
			line.Held = append(line.Held, heldLine{p.held(x), x})
		}
		p.Rows = append(p.Rows, line)
	}
	p.Pages = p.pages(len(p.Rows), len(some.Networks), next)
	p.Notes = cites.notes()
	return p, nil
}
