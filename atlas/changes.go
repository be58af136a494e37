package atlas

import (
	html "html/template"
	"strings"

	"sightline"
	"sightline/dossier"
)

// changesPage lists what was recorded or published lately, newest first.
type changesPage struct {
	Head
	Clock html.HTML
	Since string // as the reader wrote it
	Wrong html.HTML
	Days  []changesOfDay
	Next  string
	Older html.HTML // claims that nobody dates
}

// changesOfDay are the changes of one date.
type changesOfDay struct {
	When html.HTML
	Rows []change
}

type change struct {
	What     html.HTML
	Sentence html.HTML
	Href     string
	Of       Link // what it corrects or withdraws
	Reason   html.HTML
	Closed   html.HTML
	ClosedBy Link
	Cites    html.HTML
}

// shownChanges is how many changes a page lists.
const shownChanges = 100

func changes(q *request) (Page, error) { return changesOf(q, dossier.Changed{}, nil) }

// countryChanges is the changes that concern a country.
func countryChanges(q *request, c sightline.Country) (Page, error) {
	return changesOf(q, dossier.Changed{Country: c.Code()}, &c)
}

// claimChanges is the corrections of a claim and what speaks to it.
func claimChanges(q *request) (Page, error) {
	if q.value("part") != "changes" {
		return lost(q)
	}
	id := sightline.ClaimID(q.http.PathValue("id"))
	p, err := changesOf(q, dossier.Changed{Claim: id}, nil)
	if x, ok := p.(*changesPage); ok {
		x.Title = x.Plain("title.part", "country", string(id), "part", x.Plain("changes.title"))
		x.Crumbs = []Link{{Href: x.Link("/claims"), Text: x.Text("nav.claims")}, {Href: x.Claim(id), Text: x.Code(string(id))}}
	}
	return p, err
}

// supplierChanges is the changes that concern an organisation.
func supplierChanges(q *request) (Page, error) {
	if q.value("part") != "changes" {
		return lost(q)
	}
	id := sightline.EntityID(q.http.PathValue("kind") + "/" + q.http.PathValue("slug"))
	p, err := changesOf(q, dossier.Changed{Entity: id}, nil)
	if x, ok := p.(*changesPage); ok {
		x.Title = x.Plain("title.part", "country", string(id), "part", x.Plain("changes.title"))
		x.Crumbs = []Link{{Href: x.Link("/suppliers"), Text: x.Text("nav.suppliers")}, {Href: x.Entity(id), Text: x.Code(string(id))}}
	}
	return p, err
}

func changesOf(q *request, of dossier.Changed, c *sightline.Country) (Page, error) {
	p := &changesPage{Since: strings.TrimSpace(q.query.Get("since"))}
	p.q = q
	p.Kind, p.Title = "changes", p.Plain("changes.title")
	if c != nil {
		p.Title = p.Plain("title.part", "country", c.Name(), "part", p.Plain("changes.title"))
		p.Crumbs = []Link{{Href: p.Link("/countries"), Text: p.Text("nav.countries")}, {Href: p.Entity(c.Entity()), Text: p.Foreign(c.Name())}}
	}
	var since sightline.Date
	if p.Since != "" {
		var err error
		if since, err = sightline.ParseDate(p.Since); err != nil {
			p.Status, p.Wrong = 400, p.Text("changes.since.wrong")
			return p, nil
		}
	}
	d, err := q.doc.Changes(of, since, q.query.Get("after"), q.rows(shownChanges))
	if err != nil {
		return nil, err
	}
	p.Document, p.Clock = d, p.Text("changes.clock."+d.Clock)
	if d.Undated > 0 {
		p.Older = p.Plural("changes.undated", d.Undated)
	}
	if d.Next != "" {
		p.Next = p.Link(q.path, "since", p.Since, "after", d.Next)
	}
	cites := newCitations(d.Notes)
	p.Table = &Table{Columns: []string{"kind", "id", "what", "recorded", "published", "sentence", "of", "reason", "closed_by"}}
	for _, x := range d.Changes {
		p.Table.Rows = append(p.Table.Rows, []string{x.Kind, x.ID, x.What, x.Recorded.String(), x.Published.String(), x.Sentence, string(x.Of), x.Reason, string(x.ClosedBy)})
		when := p.Text("changes.day", "day", x.Recorded.Day())
		if d.Clock == "published" {
			when = p.Text("changes.day", "day", x.Published)
		}
		if n := len(p.Days); n == 0 || p.Days[n-1].When != when {
			p.Days = append(p.Days, changesOfDay{When: when})
		}
		day := &p.Days[len(p.Days)-1]
		day.Rows = append(day.Rows, p.change(x))
		cites.use(x.Notes...)
	}
	p.Notes = cites.notes()
	return p, nil
}

func (p *changesPage) change(x dossier.Change) change {
	r := change{What: p.Code(x.Kind + " " + x.What), Sentence: p.Said(x.Sentence), Cites: p.Cites(x.Notes)}
	if key := "changes.did." + x.Kind + "_" + x.What; p.q.words.Has(key) {
		r.What = p.Text(key)
	}
	if x.Kind == "source" || x.Kind == "entity" {
		r.Sentence = p.Foreign(x.Sentence)
	}
	if x.Where != "" {
		r.Href = p.Link("/" + x.Where)
	}
	if x.Of != "" {
		r.Of = Link{Href: p.Claim(x.Of), Text: p.Code(string(x.Of))}
	}
	if x.Reason != "" {
		r.Reason = p.Said(x.Reason)
	}
	if x.Closed != 0 {
		r.Closed = p.Text("changes.closed", "date", x.Closed.Day())
		if _, err := p.q.server.config.Store.Claim(x.ClosedBy, p.q.view.at); err == nil { // or a withdrawal, which has no page
			r.ClosedBy = Link{Href: p.Claim(x.ClosedBy), Text: p.Code(string(x.ClosedBy))}
		}
	}
	return r
}
