package atlas

import (
	html "html/template"
	"slices"
	"strings"

	"sightline"
	"sightline/dossier"
)

// claimPage is one claim with all that is held of it.
type claimPage struct {
	Head
	Doc        *dossier.ClaimSheet
	Closed     html.HTML
	InForce    string // address of what is in force in its place
	Predicate  html.HTML
	Object     html.HTML
	Qualifiers []factRow
	For        []saidRow
	Against    []saidRow
	Statuses   []saidRow
	Details    []saidRow
	Speaks     []html.HTML
	Quotes     []dossier.ReferenceCard
	References []referenceRow
	Chain      []chainRow
	Report     string
}

// factRow is a detail with its name.
type factRow struct{ Name, Value html.HTML }

// saidRow is a statement beside the claim.
type saidRow struct {
	Text  html.HTML
	Party bool // it is the word of a party: a reply
}

// referenceRow is where a source makes the claim.
type referenceRow struct {
	Card    dossier.ReferenceCard
	Note    dossier.Note
	Role    html.HTML
	Archive html.HTML
}

// chainRow is a step in the chain of corrections.
type chainRow struct {
	dossier.Correction
	Here      bool
	Withdrawn bool
	Href      string
}

func claim(q *request) (Page, error) {
	id := q.value("id")
	if lower := strings.ToLower(id); lower != id {
		return nil, redirect{q.here("/claim/"+lower+q.form, flat(q.query)...)}
	}
	d, err := q.doc.Claim(sightline.ClaimID(id))
	if err != nil {
		return nil, lookAround(err, id, "/claims")
	}
	p := &claimPage{Doc: d}
	p.q = q
	p.Title, p.Name, p.Document, p.Undated = sightline.Inert(d.Sentence), p.Said(d.Sentence), d, d.Undated
	p.Crumbs = []Link{{Href: p.Link("/claims"), Text: p.Text("nav.claims")}}
	for _, c := range d.Countries {
		p.Crumbs = append(p.Crumbs, Link{Href: p.Link("/country/" + c.Code), Text: p.Foreign(c.Name)})
	}
	p.Report = p.Link("/corrections", "claim", id)
	p.Predicate = p.Text("predicate." + d.Predicate)
	p.Object = p.thing(d.Object)
	for _, x := range d.Qualifiers {
		r := factRow{Name: p.Said(strings.ReplaceAll(x.Key, "_", " ")), Value: p.Foreign(x.Value)}
		switch {
		case x.Name != "":
			r.Value = p.anchor(p.Entity(sightline.EntityID(x.Value)), p.Foreign(x.Name))
		case x.Key == "class":
			r = factRow{Name: p.Text("claim.class"), Value: p.Text("class." + x.Value)}
		}
		p.Qualifiers = append(p.Qualifiers, r)
	}
	cites := newCitations(d.Notes)
	party := map[sightline.ClaimID]bool{}
	for _, r := range d.Replies {
		party[r] = true
	}
	said := func(voices []dossier.Voice) (out []saidRow) {
		for _, v := range voices {
			cites.use(v.Notes...)
			out = append(out, saidRow{p.Voice(v), party[v.Claim]})
		}
		return out
	}
	p.For, p.Against, p.Statuses, p.Details = said(d.For), said(d.Against), said(d.Statuses), said(d.Details)
	for _, s := range d.Speaks {
		p.Speaks = append(p.Speaks, p.Text("claim.speaks."+s.How, "claim", p.anchor(p.Claim(sightline.ClaimID(s.ID)), p.Said(s.Name))))
	}
	for _, r := range d.References {
		cites.use(r.Note)
		if r.Quote != "" {
			p.Quotes = append(p.Quotes, r)
		}
		row := referenceRow{Card: r, Role: p.Text("claim.role." + r.Role), Archive: p.Text("claim.archive.none")}
		if i := slices.IndexFunc(d.Notes, func(n dossier.Note) bool { return n.N == r.Note }); i >= 0 {
			row.Note = d.Notes[i]
			if row.Note.Archive != notArchived {
				row.Archive = p.Text("claim.archive.held", "hash", p.Code(row.Note.Archive))
			}
		}
		p.References = append(p.References, row)
	}
	p.chain()
	p.Notes = cites.notes()
	for _, s := range []string{"sides", "parts", "quotes", "references", "chain", "report"} {
		p.Sections = append(p.Sections, Link{Href: "#" + s, Text: p.Text("claim." + s)})
	}
	return p, nil
}

// notArchived is what a note says where no copy is held.
const notArchived = "not archived"

// chain lists the corrections, oldest first, with this record among them.
func (p *claimPage) chain() {
	d := p.Doc
	if len(d.Earlier)+len(d.Later) == 0 {
		return
	}
	for _, c := range slices.Backward(d.Earlier) {
		p.Chain = append(p.Chain, chainRow{Correction: c, Href: p.Claim(c.Claim)})
	}
	p.Chain = append(p.Chain, chainRow{Correction: dossier.Correction{Claim: d.ID, Sentence: d.Sentence, Reason: d.Reason, Recorded: d.Recorded}, Here: true})
	for _, c := range d.Later {
		r := chainRow{Correction: c, Withdrawn: c.Sentence == ""}
		if !r.Withdrawn {
			r.Href = p.Claim(c.Claim)
			p.InForce = r.Href
		}
		p.Chain = append(p.Chain, r)
	}
	if len(d.Later) > 0 {
		p.Closed = p.Text("claim.closed.corrected")
		if d.Later[0].Sentence == "" {
			p.Closed = p.Text("claim.closed.withdrawn")
		}
	}
}

// thing prints the object of a claim.
func (h *Head) thing(t dossier.Thing) html.HTML {
	switch t.Kind {
	case "entity":
		return h.anchor(h.Entity(sightline.EntityID(t.ID)), h.Foreign(t.Text))
	case "claim":
		return h.anchor(h.Claim(sightline.ClaimID(t.ID)), h.Said(t.Text))
	}
	return h.Foreign(t.Text)
}

// anchor is a link within a sentence.
func (h *Head) anchor(href string, text html.HTML) html.HTML {
	return h.part("anchor", Link{Href: href, Text: text})
}

// Pips draws the level out of four.
func (p *claimPage) Pips() string {
	return pips(p.Doc.Level)
}

// SubjectID is the id of the subject.
func (p *claimPage) SubjectID() sightline.EntityID { return sightline.EntityID(p.Doc.Subject.ID) }

// lookAround adds to an error about something that is not on record where a
// reader may look for it.
func lookAround(err error, word string, pages ...string) error {
	if sightline.ErrorCode(err) != sightline.NotFound {
		return err
	}
	return &near{err, pages, strings.NewReplacer("/", " ", "-", " ").Replace(word)}
}
