package atlas

import (
	"cmp"
	html "html/template"
	"strings"

	"sightline"
	"sightline/atlas/figure"
	"sightline/atlas/markup"
	"sightline/dossier"
)

// countryPage is a country: four answers, what they rest on, and the statements
// that answer best; the rest is counted and linked.
type countryPage struct {
	Head
	Country dossier.Subject
	KeyData []dossier.Figure
	Boxes   []answerBox
	Parts   []html.HTML // the sections of the answers
	Cover   []dossier.Coverage
	Peers   html.HTML
}

// answerBox is one of the four answers in a sentence.
type answerBox struct {
	Href     string
	Question html.HTML
	Sentence html.HTML
	Basis    html.HTML
	Help     html.HTML // what data would answer, where it is open
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
		return c, redirect{q.here(to+q.form, flat(q.query)...)}
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

// lead are the answers, each under its question and what it rests on: what a
// picture of the page says above its figures.
func (p *countryPage) lead() (out []figure.Lead) {
	for _, b := range p.Boxes {
		out = append(out, p.answered(b.Question, b.Basis, b.Sentence))
	}
	return out
}

// answered is an answer in a picture.
func (h *Head) answered(question, basis, sentence html.HTML) figure.Lead {
	return figure.Lead{Label: text(question + " " + h.Text("basis.label") + " " + basis + "."), Text: text(sentence)}
}

// part prints the section of an answer, with the first cards and rows of each
// of its groups. all is the address of the answer in full, and empty on that
// page itself.
func (p *countryPage) part(d *dossier.Dossier, i int, cites *citations, cards, rows int, all string) html.HTML {
	a, id := d.Answers[i], answerParts[i].part
	few := func(notes []int) html.HTML {
		if all == "" { // the answer in full
			cites.use(notes...)
			return p.Cites(notes)
		}
		h, shown := p.few(notes, all+"#notes")
		cites.use(shown...)
		return h
	}
	w := markup.New()
	w.Tag("<section>\n<h2 id=\"")
	w.Text(id)
	w.Tag(`">`)
	w.HTML(p.Text("section." + id))
	w.Tag("</h2>\n<p class=\"lead\"><strong>")
	w.HTML(p.Text("basis." + string(a.Basis)))
	w.Tag("</strong>: ")
	w.HTML(p.Said(a.Sentence))
	w.HTML(few(a.Notes))
	w.Tag("</p>\n")
	figures, rest := p.shares(a)
	p.numbers(w, id, rest, all, few)
	for _, f := range append(figures, p.scores(a, all == "")...) {
		p.Figures = append(p.Figures, f)
		w.HTML(p.Figure(f))
		w.Tag("\n")
	}
	for _, s := range a.Scores {
		cites.use(s.Notes...)
		p.score(w, s, s.Brief && all != "")
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
		p.group(w, g, most, more)
		w.Tag("\n")
	}
	if a.Help != "" {
		w.Tag(`<p class="note">`)
		w.HTML(p.Text("help.label"))
		w.Tag(" ")
		w.HTML(p.Said(a.Help))
		w.Tag("</p>\n")
	}
	if all != "" {
		w.Tag(`<p class="rest"><a href="`)
		w.Text(all)
		w.Tag(`">`)
		w.HTML(p.Text("part.all"))
		w.Tag("</a></p>\n")
	}
	w.Tag("</section>")
	return w.Done()
}

// numbers prints figures of an answer as a table, which the heading with that
// id labels.
func (p *countryPage) numbers(w *markup.Writer, id string, figures []dossier.Figure, all string, cites func([]int) html.HTML) {
	if len(figures) == 0 {
		return
	}
	p.openTable(w, id, "numbers.what", "numbers.value", "numbers.packet")
	for _, f := range figures {
		w.Tag(`<tr><th scope="row">`)
		w.HTML(p.Said(f.Label))
		w.Tag("</th><td>")
		w.HTML(p.Number(f.Estimate))
		w.HTML(cites(f.Notes))
		switch {
		case f.Rule == "":
		case all != "":
			w.Tag(` <a href="`)
			w.Text(all)
			w.Tag(`">`)
			w.HTML(p.Text("numbers.rule"))
			w.Tag("</a>")
		default:
			w.Tag("<details><summary>")
			w.HTML(p.Text("numbers.rule"))
			w.Tag("</summary><p>")
			w.HTML(p.Said(f.Rule))
			w.Tag("</p></details>")
		}
		w.Tag("</td><td>")
		p.packet(w, f.Estimate.Packet)
		w.Tag("</td></tr>\n")
	}
	closeTable(w)
}

// openTable begins a table of numbers in a box that scrolls by itself.
func (h *Head) openTable(w *markup.Writer, label string, columns ...string) {
	w.Tag(`<div class="scroll" tabindex="0" role="region" aria-labelledby="`)
	w.Text(label)
	w.Tag(`"><table class="numbers stack"><thead><tr>`)
	for _, c := range columns {
		w.Tag(`<th scope="col">`)
		w.HTML(h.Text(c))
		w.Tag("</th>")
	}
	w.Tag("</tr></thead><tbody>\n")
}

func closeTable(w *markup.Writer) { w.Tag("</tbody></table></div>\n") }

// score prints a series of scores; in brief, its first and its last.
func (h *Head) score(w *markup.Writer, s dossier.ScoreSeries, brief bool) {
	id := "s-" + strings.ReplaceAll(string(s.Indicator), "/", "-")
	w.Tag(`<h3 id="`)
	w.Text(id)
	w.Tag(`">`)
	w.HTML(h.Foreign(s.Name))
	h.cites(w, s.Notes)
	w.Tag("</h3>\n")
	for _, t := range []string{s.Selection, s.Scale} {
		if t != "" {
			w.Tag(`<p class="note">`)
			w.HTML(h.Said(t))
			w.Tag("</p>")
		}
	}
	w.Tag("\n")
	h.openTable(w, id, "score.edition", "score.covers", "score.score", "score.place")
	for i, p := range s.Points {
		if brief && i > 0 && i < len(s.Points)-1 {
			continue
		}
		w.Tag(`<tr><th scope="row">`)
		w.HTML(h.Code(p.Edition))
		w.Tag("</th><td>")
		w.HTML(h.Period(p.Valid))
		w.Tag("</td><td>")
		h.evidence(w, p.Estimate)
		if p.Status != "" {
			w.Tag(" ")
			w.HTML(h.Said(p.Status))
		}
		if p.Remark != "" {
			w.Tag(` <span class="note">`)
			w.HTML(h.Said(p.Remark))
			w.Tag("</span>")
		}
		w.Tag("</td><td>")
		if p.Rank != nil {
			h.evidence(w, p.Rank.Estimate)
		}
		w.Tag("</td></tr>\n")
	}
	closeTable(w)
	if c := s.Change; c != nil {
		w.Tag("<p>")
		w.HTML(h.Said(c.Label))
		w.Tag(": ")
		h.evidence(w, c.Estimate)
		w.Tag(" ")
		if c.Sentence != "" {
			w.HTML(h.Said(c.Sentence))
		}
		w.Tag("</p>\n")
	}
}

// evidence prints a number that is the way to its packet.
func (h *Head) evidence(w *markup.Writer, e sightline.Estimate) {
	w.Tag(`<a href="`)
	w.Text(h.Packet(e.Packet))
	w.Tag(`">`)
	w.HTML(h.Number(e))
	w.Tag("</a>")
}

// KeyLine prints the key data.
func (p *countryPage) KeyLine() html.HTML {
	if len(p.KeyData) == 0 {
		return ""
	}
	w := markup.New()
	w.Tag(`<p class="keydata">`)
	for _, f := range p.KeyData {
		w.Tag("<span>")
		w.HTML(p.Said(f.Label))
		w.Tag(": ")
		w.HTML(p.Number(f.Estimate))
		p.cites(w, f.Notes)
		w.Tag(" ")
		p.packet(w, f.Estimate.Packet)
		w.Tag("</span> ")
	}
	w.Tag("</p>")
	return w.Done()
}

// BoxList prints the answers in a sentence each.
func (p *countryPage) BoxList() html.HTML {
	w := markup.New()
	for _, b := range p.Boxes {
		w.Tag(`<li><h3><a href="`)
		w.Text(b.Href)
		w.Tag(`">`)
		w.HTML(b.Question)
		w.Tag("</a></h3><p>")
		w.HTML(b.Sentence)
		w.Tag(`</p><p class="note">`)
		w.HTML(p.Text("basis.label"))
		w.Tag(" <strong>")
		w.HTML(b.Basis)
		w.Tag("</strong>")
		if b.Help != "" {
			w.Tag(" · ")
			w.HTML(p.Text("help.label"))
			w.Tag(" ")
			w.HTML(b.Help)
		}
		w.Tag("</p></li>\n")
	}
	return w.Done()
}

// CoverRows prints what each engine holds and lacks.
func (p *countryPage) CoverRows() html.HTML {
	w := markup.New()
	for _, c := range p.Cover {
		w.Tag(`<tr><th scope="row">`)
		w.HTML(p.Said(c.Engine))
		w.Tag("</th>")
		p.cell(w, "cover.holds")
		w.HTML(p.Said(c.Holds))
		w.Tag("</td>")
		p.cell(w, "cover.count")
		p.evidence(w, c.Estimate)
		w.Tag("</td>")
		p.cell(w, "cover.lacks")
		w.HTML(p.Said(c.Lacks))
		w.Tag("</td></tr>\n")
	}
	return w.Done()
}

// cell opens a cell that says its heading on a narrow screen.
func (h *Head) cell(w *markup.Writer, heading string) {
	w.Tag(`<td data-head="`)
	w.Text(h.Plain(heading))
	w.Tag(`">`)
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
		p.Parts = []html.HTML{p.part(d, i, cites, most, most, "")}
		a := d.Answers[i]
		p.Boxes = []answerBox{{Question: p.Text("question." + a.ID), Sentence: p.Said(a.Sentence), Basis: p.Text("basis." + string(a.Basis))}} // for a picture
		for _, g := range a.Groups {
			p.Sections = append(p.Sections, Link{Href: "#g-" + g.ID, Text: p.Said(g.Heading)})
		}
		p.Notes = cites.notes()
		return p, nil
	}
	return nil, sightline.Errorf(sightline.NotFound, "find page", name, "the page of a country has no such part").
		WithHint("There are: exposure, blocking, claims, trend and changes.")
}
