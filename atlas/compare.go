package atlas

import (
	html "html/template"
	"slices"
	"strings"

	"sightline"
	"sightline/atlas/figure"
	"sightline/dossier"
)

// mostCompared bounds how many countries stand side by side: what a screen and
// a sheet of paper hold.
const mostCompared = 6

// comparePage is a country beside others: the same numbers, each with its own
// vintage, and for intervals the interval of the difference.
type comparePage struct {
	Head
	With    string
	Columns []dossier.Summary
	Rows    []dossier.CompareRow
}

// lead are the answers of each country, for a picture of the page.
func (p *comparePage) lead() (out []figure.Lead) {
	for _, c := range p.Columns {
		for _, a := range c.Answers {
			l := p.answered(p.Text("question."+a.ID), p.Text("basis."+string(a.Basis)), p.Said(a.Sentence))
			l.Label = sightline.Inert(c.Country.Name) + ". " + l.Label
			out = append(out, l)
		}
	}
	return out
}

func compare(q *request, c sightline.Country, with string) (Page, error) {
	codes := []string{c.Code()}
	for t := range strings.FieldsFuncSeq(with, func(r rune) bool { return r == ',' || r == ' ' || r == ';' }) {
		other, err := sightline.ParseCountry(t)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(codes, other.Code()) {
			codes = append(codes, other.Code())
		}
	}
	if len(codes) > mostCompared {
		return nil, sightline.Errorf(sightline.Invalid, "compare", with, "that is %d countries, and %d fit beside each other", len(codes), mostCompared).
			WithHint("Give up to five codes, for example ?with=UG,TZ.")
	}
	if one := strings.Join(codes[1:], ","); one != with {
		if one == "" {
			return nil, redirect{q.here("/country/" + c.Code())}
		}
		return nil, redirect{q.here("/country/"+c.Code(), "with", one)}
	}
	d, err := q.doc.Compare(codes)
	if err != nil {
		return nil, err
	}
	p := &comparePage{With: with, Columns: d.Columns, Rows: d.Rows}
	p.q = q
	var names []string
	for _, s := range d.Columns {
		names = append(names, s.Country.Name)
	}
	p.Kind, p.Title, p.Document, p.Undated = "compare", strings.Join(names, ", "), d, d.Undated
	p.Name = p.Foreign(p.Title)
	p.Crumbs = p.countryCrumbs(d.Columns[0].Country, true)
	cites := newCitations(d.Notes)
	t := &Table{Columns: []string{"answer", "number"}}
	for _, s := range d.Columns {
		t.Columns = append(t.Columns, s.Country.Code, s.Country.Code+" vintage", s.Country.Code+" packet")
	}
	for _, r := range d.Rows {
		row := []string{r.Answer, r.Label}
		for _, cell := range r.Cells {
			cites.use(cell.Notes...)
			row = append(row, q.words.Plain(cell.Estimate), cell.Vintage, string(cell.Estimate.Packet))
		}
		t.Rows = append(t.Rows, row)
	}
	p.Table, p.Notes = t, cites.notes()
	return p, nil
}

// Vintage says what a number is of, where the number itself does not.
func (*comparePage) Vintage(c dossier.Cell) string {
	if strings.HasSuffix(c.Estimate.Unit, ", "+c.Vintage) {
		return ""
	}
	return c.Vintage
}

// Column is the name of a column of the comparison.
func (p *comparePage) Column(i int) html.HTML { return p.Foreign(p.Columns[i].Country.Name) }
