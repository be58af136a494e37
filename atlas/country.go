package atlas

import (
	"cmp"
	html "html/template"
	"strings"

	"sightline"
	"sightline/dossier"
)

// countryPage is a country: four answers, what they rest on, and the statements
// that answer best; the rest is counted and linked.
type countryPage struct {
	Head
	Country dossier.Subject
	KeyData []dossier.Figure
	Boxes   []answerBox
	Parts   []answerPart
	Cover   []dossier.Coverage
	Peers   html.HTML
}

// answerBox is one of the four answers in a sentence.
type answerBox struct {
	Href     string
	Question html.HTML
	Sentence html.HTML
	Cites    html.HTML
	Basis    html.HTML
	Help     html.HTML // what data would answer, where it is open
}

// answerPart is the section of an answer.
type answerPart struct {
	ID      string
	Heading html.HTML
	Answer  dossier.Answer
	Cites   html.HTML
	Numbers []numberRow
	Figures []html.HTML
	Groups  []html.HTML
	Scores  []dossier.ScoreSeries
	All     string // address of the answer in full; empty on that page itself
	Help    html.HTML
}

// numberRow is a figure of an answer as a row of a table.
type numberRow struct {
	Label    html.HTML
	Estimate sightline.Estimate
	Rule     html.HTML
	RuleAt   string // the page that has it; empty is this one
	Cites    html.HTML
}

// parts are the sections of a country: the name in the address, and the id of
// the answer.
var answerParts = []struct{ part, answer string }{
	{"exposure", "cut"}, {"blocking", "filtered"}, {"claims", "supplied"}, {"trend", "heading"},
}

// shownItems bounds the statements of a group that the page of a country
// shows: cards are long, rows are short (the budget is 15 kB compressed).
const (
	shownCards  = 2
	shownRows   = 3
	firstGroups = 2 // the groups after these show one less
)

// ofCountry parses the country in an address; any other way to write it leads
// to the one address.
func ofCountry(q *request) (sightline.Country, error) {
	given := q.value("code")
	c, err := sightline.ParseCountry(given)
	if err != nil {
		return c, err
	}
	if c.Code() != given {
		to := "/country/" + c.Code()
		if p := q.value("part"); p != "" {
			to += "/" + p
		}
		return c, redirect{q.link(to+q.form, flat(q.query)...)}
	}
	return c, nil
}

func country(q *request) (Page, error) {
	c, err := ofCountry(q)
	if err != nil {
		return nil, err
	}
	if with := q.query.Get("with"); with != "" {
		return compare(q, c, with)
	}
	sheet, err := q.doc.Country(c.Code())
	if err != nil {
		return nil, err
	}
	d := sheet.Dossier
	p := &countryPage{Country: d.Country, KeyData: d.KeyData}
	p.q = q
	p.Kind, p.Title, p.Name, p.Document, p.Undated = "country", d.Country.Name, p.Foreign(d.Country.Name), d, d.Undated
	p.Crumbs = p.countryCrumbs(d.Country, false)
	cites := newCitations(d.Notes)
	for _, f := range d.KeyData {
		cites.use(f.Notes...)
	}
	p.Cover = d.Coverage
	for i, a := range d.Answers {
		part := answerParts[i].part
		box := answerBox{Href: "#" + part, Question: p.Text("question." + a.ID), Sentence: p.Said(cmp.Or(a.Brief, a.Sentence)), Basis: p.Text("basis." + string(a.Basis))}
		if a.State != sightline.OK && a.Help != "" {
			box.Help = p.Said(a.Help)
		}
		p.Boxes = append(p.Boxes, box)
		p.Sections = append(p.Sections, Link{Href: "#" + part, Text: p.Text("section." + part)})
		p.Parts = append(p.Parts, p.part(d, i, cites, shownCards, shownRows, p.Link("/country/"+d.Country.Code+"/"+part)))
	}
	p.Sections = append(p.Sections, Link{Href: "#peers", Text: p.Text("section.peers")}, Link{Href: "#cite", Text: p.Text("cite.heading")})
	if len(sheet.Peers) > 1 {
		f := p.peers(d.Country.Code, sheet.Peers)
		p.Figures = append(p.Figures, f)
		p.Peers = p.Figure(f)
	}
	p.Notes = cites.notes()
	return p, nil
}

// part makes the section of an answer, with the first cards and rows of each
// of its groups.
func (p *countryPage) part(d *dossier.Dossier, i int, cites *citations, cards, rows int, all string) answerPart {
	a := d.Answers[i]
	s := answerPart{Scores: a.Scores, ID: answerParts[i].part, Heading: p.Text("section." + answerParts[i].part), Answer: a, All: all}
	if a.Help != "" {
		s.Help = p.Said(a.Help)
	}
	few := func(notes []int) html.HTML {
		if all == "" { // the answer in full
			cites.use(notes...)
			return p.Cites(notes)
		}
		h, shown := p.few(notes, all+"#notes")
		cites.use(shown...)
		return h
	}
	s.Cites = few(a.Notes)
	figures, rest := p.shares(a)
	for _, f := range append(figures, p.scores(a, all == "")...) {
		p.Figures = append(p.Figures, f)
		s.Figures = append(s.Figures, p.Figure(f))
	}
	for _, f := range rest {
		r := numberRow{Label: p.Said(f.Label), Estimate: f.Estimate, Cites: few(f.Notes)}
		if f.Rule != "" {
			r.Rule, r.RuleAt = p.Said(f.Rule), all
		}
		s.Numbers = append(s.Numbers, r)
	}
	for _, sc := range a.Scores {
		cites.use(sc.Notes...)
	}
	for i, g := range a.Groups {
		most := rows
		if g.Cards {
			most = cards
		}
		if i >= firstGroups && all != "" {
			most = max(most-1, 1)
		}
		for _, it := range g.Items[:min(most, len(g.Items))] {
			cites.item(it)
		}
		more := ""
		if all != "" {
			more = all + "#g-" + g.ID
		}
		s.Groups = append(s.Groups, p.groupUpTo(g, most, more))
	}
	return s
}

func (h *Head) countryCrumbs(c dossier.Subject, deeper bool) []Link {
	out := []Link{{Href: h.Link("/countries"), Text: h.Text("nav.countries")}}
	if c.Region != "" {
		out = append(out, Link{Href: h.Link("/countries#" + slug(c.Region)), Text: h.Text("figure.region." + slug(c.Region))})
	}
	if deeper {
		out = append(out, Link{Href: h.Link("/country/" + c.Code), Text: h.Foreign(c.Name)})
	}
	return out
}

func slug(s string) string { return strings.ReplaceAll(strings.ToLower(s), " ", "-") }

// countryPart is one answer in full.
func countryPart(q *request) (Page, error) {
	c, err := ofCountry(q)
	if err != nil {
		return nil, err
	}
	name := q.value("part")
	if name == "changes" {
		return countryChanges(q, c)
	}
	for i, x := range answerParts {
		if x.part != name {
			continue
		}
		d, err := q.doc.Dossier(c)
		if err != nil {
			return nil, err
		}
		p := &countryPage{Country: d.Country}
		p.q = q
		p.Kind, p.Document, p.Undated = "part", d, d.Undated
		p.Title = p.Plain("title.part", "country", d.Country.Name, "part", p.Plain("section."+x.part))
		p.Crumbs = p.countryCrumbs(d.Country, true)
		cites := newCitations(d.Notes)
		most := 1 << 30
		p.Parts = []answerPart{p.part(d, i, cites, most, most, "")}
		for _, g := range d.Answers[i].Groups {
			p.Sections = append(p.Sections, Link{Href: "#g-" + g.ID, Text: p.Said(g.Heading)})
		}
		p.Notes = cites.notes()
		return p, nil
	}
	return nil, sightline.Errorf(sightline.NotFound, "find page", name, "the page of a country has no such part").
		WithHint("There are: exposure, blocking, claims, trend and changes.")
}

// partData is what the template "part" receives.
type partData struct {
	H    *Head
	Part answerPart
}

// Section hands a part to its template.
func (p *countryPage) Section(a answerPart) partData { return partData{&p.Head, a} }

// scoreData is what the template "score" receives.
type scoreData struct {
	H      *Head
	ID     string
	Series dossier.ScoreSeries
	Points []dossier.ScorePoint
}

// Series hands a series of scores to its template: a brief one with its first
// and last score, but for the answer in full.
func (d partData) Series(s dossier.ScoreSeries) scoreData {
	x := scoreData{H: d.H, ID: strings.ReplaceAll(string(s.Indicator), "/", "-"), Series: s, Points: s.Points}
	if s.Brief && d.Part.All != "" {
		x.Points = []dossier.ScorePoint{s.Points[0], s.Points[len(s.Points)-1]}
	}
	return x
}
