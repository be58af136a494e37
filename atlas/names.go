package atlas

import (
	html "html/template"

	"sightline"
	"sightline/dossier"
)

// namesPage is the index of names: its parts, or one part of it. In a release
// it stands in for the search.
type namesPage struct {
	Head
	Groups []nameGroup
	Lists  []nameList
}

// nameGroup is a part of the index.
type nameGroup struct {
	Link
	Count html.HTML
}

// nameList is the names of one kind in a part.
type nameList struct {
	ID    string
	Name  html.HTML
	Names []nameLine
}

type nameLine struct {
	Link
	Of     html.HTML // the name that it is shown under, where that is another
	Nation html.HTML
}

func names(q *request) (Page, error) {
	l, err := q.doc.Names()
	if err != nil {
		return nil, err
	}
	p := &namesPage{}
	p.q = q
	p.Title, p.Undated = p.Plain("nav.names"), l.Undated
	counts := map[string]int{}
	var order []string
	for _, n := range l.Names {
		if counts[n.Group] == 0 {
			order = append(order, n.Group)
		}
		counts[n.Group]++
	}
	some := *l
	group := q.value("group")
	if group == "" {
		for _, g := range order {
			p.Groups = append(p.Groups, nameGroup{Link{Href: p.Link("/names/" + g), Text: p.nameGroup(g)}, p.Plural("names.count", counts[g])})
		}
	} else {
		if counts[group] == 0 {
			return nil, sightline.Errorf(sightline.NotFound, "find names", group, "the index of names has no such part").
				WithHint("Parts are a letter from a to z, 0 for digits, or a script such as han; /names lists them.")
		}
		some.Names = nil
		lists := make([]nameList, len(hitKinds))
		for i, k := range hitKinds {
			lists[i] = nameList{ID: k.id, Name: p.Text("search.kind." + k.id)}
		}
		for _, n := range l.Names {
			if n.Group == group {
				some.Names = append(some.Names, n)
				at := &lists[kindOfHit(n.Kind)]
				at.Names = append(at.Names, p.nameLine(n))
			}
		}
		for _, x := range lists {
			if len(x.Names) > 0 {
				p.Lists = append(p.Lists, x)
				p.Sections = append(p.Sections, Link{Href: "#" + x.ID, Text: p.Text("search.section", "kind", x.Name, "n", len(x.Names))})
			}
		}
		p.Crumbs = []Link{{Href: p.Link("/names"), Text: p.Text("nav.names")}, {Text: p.nameGroup(group)}}
		p.Title, p.Name = p.Plain("names.title", "group", text(p.nameGroup(group))), p.Text("names.title", "group", p.nameGroup(group))
	}
	p.Document = &some
	p.Table = &Table{Columns: []string{"name", "of", "kind", "where", "nation"}}
	for _, n := range some.Names {
		p.Table.Rows = append(p.Table.Rows, []string{n.Name, n.Of, n.Kind, n.Where, n.Nation})
	}
	return p, nil
}

func (p *namesPage) nameLine(n dossier.NameRow) nameLine {
	x := nameLine{Link: Link{Href: p.Link("/" + n.Where), Text: p.Foreign(n.Name)}}
	if n.Of != "" {
		x.Of = p.Foreign(n.Of)
	}
	if c, err := sightline.ParseCountry(n.Nation); err == nil && n.Kind != "country" {
		x.Nation = p.Foreign(c.Name())
	}
	return x
}

// nameGroup is what a part of the index is called.
func (p *namesPage) nameGroup(g string) html.HTML {
	if len(g) == 1 && g != "0" {
		return p.Code(string(g[0] - 'a' + 'A'))
	}
	return p.Text("names.group." + g)
}
