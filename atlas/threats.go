package atlas

import html "html/template"

// threatsPage says whom a page could harm, who attacks what goes in and comes
// out, what is refused, and what a server keeps (docs/THREATS.md).
type threatsPage struct {
	Head
	Parts []threatPart
}

// threatPart is a heading with what is done about each threat.
type threatPart struct {
	ID      string
	Heading html.HTML
	Rows    []threat
}

type threat struct{ Who, What html.HTML }

func threats(q *request) (Page, error) {
	p := &threatsPage{}
	p.q = q
	p.Title, p.Bare = p.Plain("threats.title"), true
	for _, part := range []struct {
		id   string
		rows []string
	}{
		{"harm", []string{"measured", "readers", "named", "wrongly", "confused", "judges"}},
		{"input", []string{"planted", "text", "files", "ledger"}},
		{"output", []string{"doubt", "rung", "chosen"}},
		{"refuse", []string{"act", "rank", "cause"}},
		{"server", []string{"log", "memory", "elsewhere", "address", "fault", "line"}},
	} {
		x := threatPart{ID: part.id, Heading: p.Text("threats.part." + part.id)}
		for _, r := range part.rows {
			x.Rows = append(x.Rows, threat{p.Text("threats.who." + r), p.Text("threats.what." + r)})
		}
		p.Parts = append(p.Parts, x)
		p.Sections = append(p.Sections, Link{Href: "#" + part.id, Text: x.Heading})
	}
	return p, nil
}
