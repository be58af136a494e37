package atlas

import (
	html "html/template"

	"sightline"
	"sightline/atlas/figure"
	"sightline/dossier"
)

// networkPage is one network: what states hold of it, who owns and runs it.
type networkPage struct {
	Head
	Doc      *dossier.NetworkSheet
	Holdings []holdingPart
	Groups   []html.HTML
	Measured []html.HTML      // figures of what routing tables say of it
	Without  []dossier.Figure // what they tell too little of
	Losses   []html.HTML      // figures of sudden losses of paths
}

// holdingPart is what a state holds, the card of the claim, and the passages
// that it rests on, which here stand without a click.
type holdingPart struct {
	Text   html.HTML
	Card   html.HTML
	Quotes []dossier.Quote
}

// lead is what states hold of the network, for a picture of the page.
func (p *networkPage) lead() (out []figure.Lead) {
	for _, h := range p.Holdings {
		out = append(out, figure.Lead{Label: p.Plain("network.holdings"), Text: text(h.Text)})
	}
	return out
}

func network(q *request) (Page, error) {
	given := q.value("asn")
	a, err := sightline.ParseASN(given)
	if err != nil {
		return nil, lookAround(err, given, "/networks")
	}
	if a.String() != given {
		return nil, redirect{q.here("/network/"+a.String()+q.form, flat(q.query)...)}
	}
	d, err := q.doc.Network(given)
	if err != nil {
		return nil, lookAround(err, given, "/networks")
	}
	p := &networkPage{Doc: d}
	p.q = q
	p.Title, p.Document, p.Undated = p.Plain("network.title", "asn", d.ASN, "name", d.Name), d, d.Undated
	p.Name = p.Text("network.title", "asn", p.Code(d.ASN), "name", p.Foreign(d.Name))
	p.Crumbs = []Link{{Href: p.Link("/networks"), Text: p.Text("nav.networks")}}
	for _, c := range d.Countries {
		p.Crumbs = append(p.Crumbs, Link{Href: p.Link("/networks", "country", c), Text: p.Nation(c)})
	}
	cites := newCitations(d.Notes)
	state, _ := groupOf(d.Groups, "state")
	p.Table = &Table{Columns: []string{"state", "holding", "share", "claim", "quote"}}
	for _, h := range d.Holdings {
		cites.use(h.Notes...)
		x := holdingPart{Text: p.held(h), Quotes: h.Quotes}
		for _, it := range state.Items {
			if it.Claim == h.Claim {
				cites.item(it)
				it.Quotes = nil
				x.Card = p.Card(it)
			}
		}
		p.Holdings = append(p.Holdings, x)
		quote := ""
		if len(h.Quotes) > 0 {
			quote = h.Quotes[0].Text
		}
		p.Table.Rows = append(p.Table.Rows, []string{h.State, h.Kind, h.Share, string(h.Claim), quote})
	}
	p.Groups = p.groups(d.Groups, cites, "state")
	if r := d.Routes; r != nil {
		cites.use(r.Notes...)
		var figures []figure.Figure
		figures, p.Without = p.shares(dossier.Answer{ID: "measured", Figures: r.Figures})
		for _, f := range r.Figures {
			cites.use(f.Notes...)
		}
		for _, f := range figures {
			p.Figures = append(p.Figures, f)
			p.Measured = append(p.Measured, p.Figure(f))
		}
	}
	if len(d.Losses) > 0 {
		figures, rest := p.shares(dossier.Answer{ID: "losses", Figures: d.Losses})
		p.Without = append(p.Without, rest...)
		for _, f := range d.Losses {
			cites.use(f.Notes...)
		}
		for _, f := range figures {
			p.Figures = append(p.Figures, f)
			p.Losses = append(p.Losses, p.Figure(f))
		}
	}
	p.Notes = cites.notes()
	for _, s := range []string{"facts", "holdings", "record", "measured"} {
		p.Sections = append(p.Sections, Link{Href: "#" + s, Text: p.Text("network." + s)})
	}
	return p, nil
}
