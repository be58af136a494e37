package atlas

import (
	"fmt"
	html "html/template"
	"slices"
	"strings"

	"sightline"
	"sightline/dossier"
	"sightline/dossier/audit"
)

// auditPage is the audit of a text: the verdicts first, then each claim with
// what it was held against.
type auditPage struct {
	Head
	About    html.HTML
	Cited    int // citation of the text; 0 where it is not on record
	Index    []verdictRow
	Findings []html.HTML
	Lists    []auditList
}

// verdictRow is a verdict with the claims that have it.
type verdictRow struct {
	Word   html.HTML
	Rule   html.HTML
	Claims []Link
}

// auditList is a list that a count rests on.
type auditList struct {
	Name, Complete, Selection html.HTML
	Href                      string
}

// findingPage is the verdict on one claim.
type findingPage struct {
	Head
	Finding html.HTML
	Before  Link
	After   Link
}

// auditOf is the audit under the view of the request.
func auditOf(q *request) (*audit.Audit, error) {
	if q.server.config.Audit == nil {
		return nil, sightline.Errorf(sightline.NotFound, "find audit", "", "this atlas has none").
			WithHint("Whoever runs it can audit a text with: sightline audit FILE.")
	}
	return q.audit()
}

func audited(q *request) (Page, error) {
	a, err := auditOf(q)
	if err != nil {
		return nil, err
	}
	p := &auditPage{Cited: a.Text.Note}
	p.q = q
	p.Title, p.Name, p.Document, p.Notes = p.Plain("audit.title", "title", a.Title), p.Said(a.Title), a, a.Notes
	p.About = p.Text("audit.about", "title", p.Foreign(a.Text.Title))
	if a.Text.Publisher != "" && !a.Text.Published.IsZero() {
		p.About = p.Text("audit.about.dated", "title", p.Foreign(a.Text.Title), "publisher", p.Foreign(a.Text.Publisher), "date", a.Text.Published)
	}
	for _, e := range a.Index {
		r := verdictRow{Word: p.Said(capital(e.Verdict.String())), Rule: p.Said(e.Rule)}
		for _, id := range e.Claims {
			r.Claims = append(r.Claims, Link{Href: "#claim-" + id, Text: p.Code(id)})
		}
		p.Index = append(p.Index, r)
	}
	for _, f := range a.Findings {
		p.Findings = append(p.Findings, p.finding(f, 3, true))
	}
	for _, l := range a.Lists {
		x := auditList{Name: p.Foreign(l.Name), Complete: p.Text("audit.list." + l.Complete), Href: p.Entity(l.ID)}
		if !l.AsOf.IsZero() {
			x.Complete += " " + p.Text("audit.list.as_of", "date", l.AsOf)
		}
		if l.Selection != "" {
			x.Selection = p.Said(strings.TrimSuffix(l.Selection, ".") + ".")
		}
		p.Lists = append(p.Lists, x)
	}
	p.Sections = []Link{{Href: "#verdicts", Text: p.Text("audit.verdicts")}, {Href: "#claims", Text: p.Text("audit.claims")}}
	if len(p.Lists) > 0 {
		p.Sections = append(p.Sections, Link{Href: "#lists", Text: p.Text("audit.lists")})
	}
	p.Table = auditTable(a.Findings)
	return p, nil
}

// auditTable lists claims and their parts as rows.
func auditTable(findings []audit.Finding) *Table {
	t := &Table{Columns: []string{"claim", "words", "by", "number", "period", "verdict", "basis", "why", "what_would_change_it", "packet"}}
	var add func(f audit.Finding)
	add = func(f audit.Finding) {
		t.Rows = append(t.Rows, []string{f.ID, f.Words, f.By, f.Number, f.Period.String(), f.Verdict.String(), string(f.Basis), f.Why, f.Change, string(f.Estimate.Packet)})
		for _, part := range f.Parts {
			add(part)
		}
	}
	for _, f := range findings {
		add(f)
	}
	return t
}

// finding answers for /audit/ID. A part is shown with the claim that it is of.
func finding(q *request) (Page, error) {
	a, err := auditOf(q)
	if err != nil {
		return nil, err
	}
	given := q.value("id")
	i := slices.IndexFunc(a.Findings, func(f audit.Finding) bool { return f.ID == given })
	if i < 0 {
		for _, f := range a.Findings {
			if strings.EqualFold(f.ID, given) {
				return nil, redirect{q.here("/audit/" + f.ID + q.form)}
			}
			for _, part := range f.Parts {
				if strings.EqualFold(part.ID, given) {
					return nil, redirect{q.link("/audit/" + f.ID + q.form + "#claim-" + part.ID)}
				}
			}
		}
		return nil, &near{error: sightline.Errorf(sightline.NotFound, "find claim", given, "the audit has no such claim").
			WithHint("Its claims are numbered; the page of the audit lists them."), pages: []string{"/audit"}}
	}
	f := a.Findings[i]
	p := &findingPage{}
	p.q = q
	p.Title, p.Document, p.Table = p.Plain("audit.one", "id", f.ID, "title", a.Title), f, auditTable(a.Findings[i:i+1])
	p.Name = p.Text("audit.claim", "id", p.Code(f.ID))
	p.Crumbs = []Link{{Href: p.Link("/audit#claim-" + f.ID), Text: p.Said(a.Title)}}
	p.Finding = p.finding(f, 2, false)
	cites := newCitations(a.Notes)
	useFinding(cites, f)
	p.Notes = cites.notes()
	beside := func(at int) Link {
		if at < 0 || at >= len(a.Findings) {
			return Link{}
		}
		return Link{Href: p.Link("/audit/" + a.Findings[at].ID), Text: p.Text("audit.claim", "id", p.Code(a.Findings[at].ID))}
	}
	p.Before, p.After = beside(i-1), beside(i+1)
	return p, nil
}

func useFinding(cites *citations, f audit.Finding) {
	cites.use(f.Notes...)
	for _, c := range f.Checks {
		cites.use(c.Notes...)
		for _, voices := range [][]dossier.Voice{c.For, c.Against, c.Aside} {
			for _, v := range voices {
				cites.use(v.Notes...)
			}
		}
	}
	for _, part := range f.Parts {
		useFinding(cites, part)
	}
}

// findingData is what the template "finding" receives.
type findingData struct {
	H       *Head
	Finding audit.Finding
	Open    html.HTML // heading with its level
	Verdict html.HTML
	Said    html.HTML // by whom, where, number and time in the text
	Href    string    // of the page of the claim, on that of all
	Checks  []checkData
	Parts   []html.HTML
}

// checkData is one check.
type checkData struct {
	H       *Head
	Tag     html.HTML
	Label   html.HTML
	Cites   html.HTML
	Figures []checkFigure
	Reasons []html.HTML
	Voices  []checkVoice
	Import  html.HTML
}

type checkFigure struct {
	Label    html.HTML
	Estimate sightline.Estimate
}

type checkVoice struct {
	Tag   html.HTML
	Voice html.HTML
}

func (h *Head) finding(f audit.Finding, level int, link bool) html.HTML {
	key := "audit.claim"
	if !link && level > 2 || level > 3 {
		key = "audit.part"
	}
	d := findingData{H: h, Finding: f}
	d.Open = html.HTML(fmt.Sprintf(`<h%d id="claim-%s">%s</h%[1]d>`, level, html.HTMLEscapeString(f.ID), h.Text(key, "id", h.Code(f.ID))))
	d.Verdict = h.Said(capital(audit.Words(f.Verdict, f.Basis)))
	if link {
		d.Href = h.Link("/audit/" + f.ID)
	}
	var said []string
	add := func(key string, args ...any) { said = append(said, string(h.Text(key, args...))) }
	if f.By != "" {
		add("audit.by", "who", h.Said(f.By))
	}
	if f.Where != "" {
		add("audit.where", "where", h.Said(f.Where))
	}
	if f.Number != "" {
		add("audit.number", "number", h.Code(f.Number))
	}
	if !f.Period.IsZero() {
		add("audit.time", "period", f.Period)
	}
	d.Said = html.HTML(strings.Join(said, " "))
	for _, c := range f.Checks {
		d.Checks = append(d.Checks, h.check(c))
	}
	for _, part := range f.Parts {
		d.Parts = append(d.Parts, h.finding(part, level+1, false))
	}
	return h.part("finding", d)
}

func (h *Head) check(c audit.Result) checkData {
	d := checkData{H: h, Tag: h.Text("audit.check." + string(c.Basis)), Label: h.Said(capital(c.Label)), Cites: h.Cites(c.Notes)}
	if c.Outcome == audit.Background {
		d.Tag = h.Text("audit.beside." + string(c.Basis))
	}
	for _, g := range c.Figures {
		x := checkFigure{Estimate: g.Estimate}
		if g.Label != c.Label {
			x.Label = h.Said(capital(g.Label))
		}
		d.Figures = append(d.Figures, x)
		if t := g.Estimate.Reason; t != "" && (c.Kind != "statements" || len(c.For)+len(c.Against) == 0) {
			if _, ok := g.Estimate.Value.Get(); ok { // without one the number says it
				if s := h.Said(capital(t) + "."); !slices.Contains(d.Reasons, s) {
					d.Reasons = append(d.Reasons, s)
				}
			}
		}
	}
	add := func(key string, voices []dossier.Voice) {
		for _, v := range voices {
			d.Voices = append(d.Voices, checkVoice{h.Text(key), h.Voice(v)})
		}
	}
	if c.Kind == "statements" {
		add("card.for", c.For)
	} else {
		add("audit.on_record", c.For)
	}
	add("card.against", c.Against)
	add("audit.aside", c.Aside)
	if c.Import != "" {
		d.Import = h.Text("audit.import", "what", h.Code(c.Import))
	}
	return d
}

// capital begins a sentence.
func capital(s string) string {
	if s == "" {
		return s
	}
	r := []rune(s)
	return strings.ToUpper(string(r[0])) + string(r[1:])
}
