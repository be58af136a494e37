package atlas

import (
	html "html/template"
	"strings"

	"sightline/dossier"
)

// trainingPage lists who is recorded to have trained or advised officials.
type trainingPage struct {
	Head
	Doc      *dossier.TrainingList
	Trainers []trainerPart
}

// trainerPart is one of them, with the cards of the statements.
type trainerPart struct {
	dossier.Trainer
	Anchor string
	Cards  []html.HTML
}

func training(q *request) (Page, error) {
	l, err := q.doc.Training()
	if err != nil {
		return nil, err
	}
	p := &trainingPage{Doc: l}
	p.q = q
	p.Title, p.Document, p.Undated = p.Plain("nav.training"), l, l.Undated
	p.Table = &Table{Columns: []string{"trainer", "name", "nation", "country", "claim", "sentence", "valid", "published"}}
	cites := newCitations(l.Notes)
	for _, t := range l.Trainers {
		x := trainerPart{Trainer: t, Anchor: strings.ToLower(strings.ReplaceAll(string(t.ID), "/", "-"))}
		for _, r := range t.Rows {
			cites.item(r.Item)
			x.Cards = append(x.Cards, p.Card(r.Item))
			p.Table.Rows = append(p.Table.Rows, []string{string(t.ID), t.Name, t.Nation, r.Country, string(r.Claim), r.Sentence, r.Valid.String(), r.Published.String()})
		}
		p.Trainers = append(p.Trainers, x)
		p.Sections = append(p.Sections, Link{Href: "#" + x.Anchor, Text: p.Foreign(t.Name)})
	}
	for _, r := range l.Rules {
		cites.use(r.Note)
	}
	p.Sections = append(p.Sections, Link{Href: "#rules", Text: p.Text("training.rules")})
	p.Notes = cites.notes()
	return p, nil
}
