package atlas

import (
	"cmp"
	html "html/template"
	"slices"
	"strconv"
	"strings"

	"sightline"
	"sightline/docs"
	"sightline/dossier"
)

// methodsPage lists the methods behind the numbers.
type methodsPage struct {
	Head
	Methods []dossier.MethodCard
}

func methods(q *request) (Page, error) {
	d, err := q.doc.Methods()
	if err != nil {
		return nil, err
	}
	p := &methodsPage{Methods: d.Methods}
	p.q = q
	p.Title, p.Document = p.Plain("nav.methods"), d
	p.Table = &Table{Columns: []string{"method", "version", "what"}}
	for _, m := range d.Methods {
		p.Table.Rows = append(p.Table.Rows, []string{m.Name, m.Version, m.What})
	}
	return p, nil
}

// methodPage says what a method does, how it changed and where it is used.
type methodPage struct {
	Head
	Card    dossier.MethodCard
	Changes []sightline.MethodChange
	Manuals []docs.Manual
	Used    []methodUse
}

// methodUse is a kind of page that shows numbers of the method, with one of
// them.
type methodUse struct {
	Where  html.HTML
	Packet sightline.PacketID
}

// method answers for /method/NAME/VERSION. A name alone leads to its newest
// version.
func method(q *request) (Page, error) {
	name, version := q.value("name"), q.value("version")
	list, err := q.doc.Methods()
	if err != nil {
		return nil, err
	}
	lower := strings.ToLower(name)
	newest := ""
	for _, m := range list.Methods {
		if m.Name == lower && versionNumber(m.Version) >= versionNumber(newest) {
			newest = m.Version
		}
	}
	if newest == "" || version != "" && !slices.ContainsFunc(list.Methods, func(m dossier.MethodCard) bool { return m.Name == lower && m.Version == version }) {
		n := &near{error: sightline.Errorf(sightline.NotFound, "find method", strings.Trim(name+"/"+version, "/"), "this edition computes nothing by it").
			WithHint("A method that changed so that a value could move has a new version; the old one is in the program of its time.")}
		if newest != "" {
			n.pages = append(n.pages, "/method/"+lower+"/"+newest)
		}
		n.pages = append(n.pages, "/methods")
		return nil, n
	}
	if name != lower || version == "" {
		return nil, redirect{q.here("/method/" + lower + "/" + cmp.Or(version, newest) + q.form)}
	}
	d, err := q.doc.Method(sightline.MethodID(name + "/" + version))
	if err != nil {
		return nil, err
	}
	p := &methodPage{Card: d.MethodCard, Changes: sightline.MethodChanges(name), Manuals: docs.OfMethod(name)}
	p.q = q
	p.Title, p.Name, p.Document = p.Plain("method.title", "method", string(d.ID)), p.Text("method.title", "method", p.Code(string(d.ID))), d
	p.Crumbs = []Link{{Href: p.Link("/methods"), Text: p.Text("nav.methods")}}
	for _, u := range d.Used {
		p.Used = append(p.Used, methodUse{p.kindOfPage(u.Document), u.Example})
	}
	return p, nil
}

func versionNumber(v string) int {
	n, _ := strconv.Atoi(v)
	return n
}

// kindOfPage names the pages of a kind of document.
func (h *Head) kindOfPage(kind string) html.HTML {
	if key := "pages." + kind; h.q.words.Has(key) {
		return h.Text(key)
	}
	return h.Code(kind)
}
