package atlas

import (
	html "html/template"
	"slices"
	"strings"

	"sightline"
	"sightline/atlas/figure"
	"sightline/atlas/words"
	"sightline/dossier"
	"sightline/internal/order"
)

// supplierPage is an organisation as a supplier, or any other thing that
// statements name.
type supplierPage struct {
	Head
	Doc      *dossier.Profile
	Firm     bool // it may supply: a company, body or organisation
	KindName html.HTML
	Replies  []html.HTML
	Reply    string // address
	Facts    []factRow
	Flow     html.HTML
	Supplied []recipientPart
	Ladder   []rungRow
	Groups   []html.HTML
	All      string
}

// recipientPart is a country with the cards of what it is recorded to have
// received.
type recipientPart struct {
	ID    string
	Name  html.HTML
	Cards []html.HTML
	Rest  int
	More  string
}

// rungRow is a rung of the attribution ladder.
type rungRow struct {
	Name        html.HTML
	Established bool
	Steps       []rungStep
	Few         bool
}

// rungStep is a statement that a rung rests on.
type rungStep struct {
	Name    html.HTML
	Notes   []int
	Claim   sightline.ClaimID
	Against html.HTML
}

// shownPerCountry is how many cards a country has on the page of a supplier;
// fewSteps how many statements on a rung stand without a click.
const (
	shownPerCountry = 2
	fewSteps        = 4
)

// oneEntity finds what an address names. Every other way to write it leads to
// the one address.
func oneEntity(q *request) (*dossier.Profile, error) {
	kind, slug := q.http.PathValue("kind"), q.value("slug")
	if kind == "" {
		kind = "company"
	}
	id := sightline.EntityID(strings.ToLower(kind) + "/" + strings.ToLower(slug))
	move := func(to string) error { return redirect{q.here(to+q.form, flat(q.query)...)} }
	switch id.Kind() {
	case sightline.KindCountry:
		if c, err := sightline.ParseCountry(slug); err == nil {
			return nil, move("/country/" + c.Code())
		}
	case sightline.KindNetwork:
		if a, err := sightline.ParseASN(slug); err == nil {
			return nil, move("/network/" + a.String())
		}
	}
	d, err := q.doc.Supplier(id)
	if err != nil {
		return nil, lookAround(err, string(id), "/suppliers", "/claims")
	}
	if to := "/supplier/" + string(d.ID); to != q.path {
		return nil, move(to)
	}
	return d, nil
}

func supplier(q *request) (Page, error) {
	d, err := oneEntity(q)
	if err != nil {
		return nil, err
	}
	p := &supplierPage{Doc: d, Firm: d.Kind == "company" || d.Kind == "body" || d.Kind == "organization"}
	p.q = q
	p.Title, p.Name, p.Document, p.Undated = sightline.Inert(d.Name), p.Foreign(d.Name), d, d.Undated
	p.KindName = p.Text("kind." + d.Kind)
	p.Crumbs = []Link{{Href: p.Link("/suppliers"), Text: p.Text("nav.suppliers")}}
	if d.Nation != "" {
		p.Crumbs = append(p.Crumbs, Link{Href: p.Link("/country/" + d.Nation), Text: p.Nation(d.Nation)})
	}
	p.Reply = p.Link("/corrections")
	p.All = p.Link("/claims", "entity", string(d.ID))
	cites := newCitations(d.Notes)
	if g, ok := groupOf(d.Groups, "replies"); ok {
		for _, it := range g.Items {
			cites.item(it)
		}
		p.Replies = p.Cards(g.Items)
	}
	p.facts()
	if _, ok := d.Claims.Value.Get(); ok {
		f := p.flow()
		p.Figures = append(p.Figures, f)
		p.Flow = p.Figure(f)
	}
	for i, r := range d.Supplied {
		x := recipientPart{ID: "to-" + strings.ToLower(r.Country.Code), Name: p.Text("supplier.country.unknown")}
		if r.Country.Code != "" {
			x.Name = p.anchor(p.Link("/country/"+r.Country.Code), p.Foreign(r.Country.Name))
		} else {
			x.ID += "unknown"
		}
		// A statement that somebody disputes stands before the others.
		items := slices.Clone(d.Supplied[i].Items)
		order.By(items, func(a, b dossier.Item) int { return disputed(b) - disputed(a) })
		x.Rest = max(0, len(items)-shownPerCountry)
		items = items[:len(items)-x.Rest]
		for _, it := range items {
			cites.item(it)
		}
		x.Cards = p.Cards(items)
		if x.Rest > 0 {
			x.More = p.Link("/claims", "supplier", string(d.ID), "country", r.Country.Code)
		}
		p.Supplied = append(p.Supplied, x)
	}
	for _, r := range d.Ladder {
		x := rungRow{Name: p.Text("supplier.rung." + r.Rung), Established: r.Established, Few: len(r.Steps) <= fewSteps}
		for _, s := range r.Steps {
			cites.use(s.Notes...)
			step := rungStep{Name: p.Foreign(s.Name), Notes: s.Notes, Claim: s.Claim}
			if s.Country != "" {
				step.Name = p.Text("supplier.rung.step", "name", p.Foreign(s.Name), "country", p.Nation(s.Country))
			}
			if len(s.Against) > 0 {
				step.Against = p.Plural("supplier.rung.disputed", len(s.Against))
			}
			x.Steps = append(x.Steps, step)
		}
		p.Ladder = append(p.Ladder, x)
	}
	p.Groups = p.groups(d.Groups, cites, "replies")
	for _, r := range d.Rules {
		cites.use(r.Note)
	}
	p.Notes = cites.notes()
	p.Sections = p.sections()
	return p, nil
}

// disputed is 1 for a statement that somebody disputes.
func disputed(it dossier.Item) int {
	if len(it.Against) > 0 {
		return 1
	}
	return 0
}

func (p *supplierPage) sections() (out []Link) {
	add := func(id, key string) { out = append(out, Link{Href: "#" + id, Text: p.Text(key)}) }
	if p.Firm {
		add("replies", "supplier.replies")
	}
	add("identity", "supplier.identity")
	if p.Firm {
		add("supplied", "supplier.supplied")
		add("ladder", "supplier.ladder")
	}
	add("record", "supplier.record")
	return out
}

// facts say what the organisation is.
func (p *supplierPage) facts() {
	d := p.Doc
	add := func(key string, values ...html.HTML) {
		for i, v := range values {
			name := html.HTML("")
			if i == 0 {
				name = p.Text(key)
			}
			p.Facts = append(p.Facts, factRow{name, v})
		}
	}
	names := func(list []string) (out []html.HTML) {
		for _, n := range list {
			out = append(out, p.Foreign(n))
		}
		return out
	}
	add("supplier.name", p.Foreign(d.Name))
	add("supplier.names", names(d.Names)...)
	add("supplier.kind", p.KindName)
	if p.Firm || d.Nation != "" {
		v := p.Nation(d.Nation)
		if d.Nation != "" {
			v = p.anchor(p.Link("/country/"+d.Nation), v)
		}
		add("supplier.nation", v)
	}
	for i, x := range d.Identifiers {
		key := "supplier.identifiers"
		name := html.HTML("")
		if i == 0 {
			name = p.Text(key)
		}
		p.Facts = append(p.Facts, factRow{name, p.Code(x.Scheme()) + " " + p.Code(x.Value())})
	}
	if len(d.Records) > 1 {
		var ids []html.HTML
		for _, r := range d.Records {
			ids = append(ids, p.Foreign(r.Name)+" "+p.Code(string(r.ID)))
		}
		add("supplier.records", ids...)
		var why []html.HTML
		for _, j := range d.Joined {
			why = append(why, p.Text("supplier.joined.line", "a", p.Code(string(j.A)), "b", p.Code(string(j.B)), "why", p.Said(j.Why)))
		}
		add("supplier.joined", why...)
	} else {
		add("supplier.id", p.Code(string(d.ID)))
	}
	for _, r := range d.Records {
		if r.Complete != "" {
			add("supplier.complete", p.Text("supplier.complete."+r.Complete))
		}
		if !r.AsOf.IsZero() {
			add("supplier.as_of", p.Date(r.AsOf))
		}
		if r.Selection != "" {
			add("supplier.selection", p.Said(r.Selection))
		}
	}
}

// flow draws from the supplier, a class each, to the countries.
func (p *supplierPage) flow() figure.Figure {
	d := p.Doc
	f := figure.Flow{Frame: p.frame("flow"), Axis: figure.Axis{Max: 1, Unit: d.Claims.Unit}}
	f.Heading = words.SayN("supplier.flow.heading", countriesOf(d), "name", words.Named(d.Name))
	f.Sentence, f.Caption, f.Unit = words.Say("supplier.flow.sentence"), words.Say("supplier.flow.caption"), words.Say("supplier.flow.unit")
	f.Packets = []sightline.PacketID{d.Claims.Packet, d.Countries.Packet}
	for _, c := range d.Classes {
		if v, ok := c.Estimate.Value.Get(); ok {
			f.Axis.Max = max(f.Axis.Max, v)
		}
		g := figure.FlowGroup{Label: words.Say("supplier.flow.group", "name", words.Named(d.Name), "class", words.Say("class."+c.Class)), Estimate: c.Estimate}
		for _, r := range d.Supplied {
			n, against := 0, 0
			var best *dossier.Level
			for _, it := range r.Items {
				if it.Class != c.Class {
					continue
				}
				n++
				against += disputed(it)
				if l := it.Level; l != nil && (best == nil || l.Pips > best.Pips) {
					best = l
				}
			}
			if n == 0 {
				continue
			}
			item := figure.FlowItem{Label: words.Say("supplier.country.unknown"), Note: words.SayN("supplier.flow.note", n)}
			if r.Country.Code != "" {
				item.Label, item.Href = words.Named(r.Country.Name), "/country/"+r.Country.Code
			}
			if best != nil {
				item.Level, item.Word = best.Pips, words.Quote(best.Word)
			}
			if against > 0 {
				item.Note = words.SayN("supplier.flow.disputed", n, "disputed", against)
			}
			g.Items = append(g.Items, item)
		}
		f.Groups = append(f.Groups, g)
	}
	return f
}

// countriesOf is how many countries are named as recipients, for the heading.
func countriesOf(d *dossier.Profile) int {
	v, _ := d.Countries.Value.Get()
	return int(v)
}

// stepsData is what the template "steps" receives.
type stepsData struct {
	H    *Head
	Rung rungRow
}

// Steps hands the statements of a rung to their template.
func (p *supplierPage) Steps(r rungRow) stepsData { return stepsData{&p.Head, r} }
