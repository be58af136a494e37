package export

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"io"

	"sightline/dossier"
)

//go:embed dossier.css
var styleSheet string

//go:embed dossier.html.tmpl
var templateText string

var pageTemplate = template.Must(template.New("dossier").Parse(templateText))

// page is what the HTML template receives.
type page struct {
	Title, Edition string
	Kind           string // of document
	First          string // id of the section that the reader can skip to
	Made           string // what it is made from
	Style          template.CSS
	StyleHash      string
	Head           []block
	Sections       []pageSection
}

type pageSection struct {
	ID, Text string
	Nodes    []node
}

// node is one of a group heading, the lead sentence, a paragraph, a list of
// items, or the list of sources.
type node struct {
	Group, Lead, Paragraph *block
	Items                  []pageItem
	Sources                []block
}

type pageItem struct {
	Block block
	Subs  []block
}

// Quoted reports whether the block is a passage of a source.
func (b block) Quoted() bool { return b.Kind == quoted }

// HTML prints the dossier as one self-contained file: one style sheet, whose
// hash the content policy names, and nothing to load or run.
func HTML(w io.Writer, d *dossier.Dossier) error {
	return inHTML(w, page{Title: d.Country.Name, Edition: d.Edition, Kind: "Sightline dossier", First: "cut",
		Made: "Made by Sightline from claims of named sources; it says who said what, not what is true."}, outline(d))
}

func inHTML(w io.Writer, p page, blocks []block) error {
	sum := sha256.Sum256([]byte(styleSheet))
	p.Style = template.CSS(styleSheet)
	p.StyleHash = "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
	for _, x := range blocks {
		if x.Kind == title {
			continue
		}
		if x.Kind == section {
			p.Sections = append(p.Sections, pageSection{ID: x.ID, Text: x.Text})
			continue
		}
		if len(p.Sections) == 0 {
			p.Head = append(p.Head, x)
			continue
		}
		s := &p.Sections[len(p.Sections)-1]
		var last *node
		if len(s.Nodes) > 0 {
			last = &s.Nodes[len(s.Nodes)-1]
		}
		switch x.Kind {
		case group:
			s.Nodes = append(s.Nodes, node{Group: &x})
		case lead:
			s.Nodes = append(s.Nodes, node{Lead: &x})
		case text:
			s.Nodes = append(s.Nodes, node{Paragraph: &x})
		case item:
			if last == nil || last.Items == nil {
				s.Nodes = append(s.Nodes, node{})
				last = &s.Nodes[len(s.Nodes)-1]
			}
			last.Items = append(last.Items, pageItem{Block: x})
		case sub, quoted:
			it := &last.Items[len(last.Items)-1]
			it.Subs = append(it.Subs, x)
		case citation:
			if last == nil || last.Sources == nil {
				s.Nodes = append(s.Nodes, node{})
				last = &s.Nodes[len(s.Nodes)-1]
			}
			last.Sources = append(last.Sources, x)
		}
	}
	return pageTemplate.Execute(w, p)
}
