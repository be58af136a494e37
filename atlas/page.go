package atlas

import (
	"bytes"
	"embed"
	html "html/template"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"sightline"
	"sightline/atlas/figure"
	"sightline/atlas/markup"
	"sightline/atlas/words"
	"sightline/dossier"
)

//go:embed page
var pageFiles embed.FS

// Page is what a handler makes: a struct of its kind of page, with a Head.
type Page interface{ head() *Head }

// Head is what every page has. Its exported methods are what templates may
// call, on $.
type Head struct {
	Kind     string    // of page: the folder of its template
	Title    string    // in words of the language; goes into <title>
	Name     html.HTML // the heading; empty is Title
	Crumbs   []Link    // the way to this page
	Sections []Link    // of this page, by anchor
	Status   int       // of the response; 0 is 200
	Undated  int       // claims left out of an as-published view for want of a date
	Notes    []dossier.Note
	Bare     bool // no form for another date: the page does not depend on the view

	// Document is what .json prints; nil is a page that is words only.
	Document any
	// Figures are those of the page, in order; .csv prints their tables.
	Figures []figure.Figure
	// Table is the list that the page is, for .csv; nil where Figures hold all.
	Table *Table
	// Whole lists words of the query that choose what the page shows of
	// Document and Table, which are the same without them.
	Whole []string

	q       *request
	refused error                      // what is wrong with the form of the page, for programs
	anchors map[sightline.ClaimID]bool // claims shown so far
}

func (h *Head) head() *Head { return h }

// fill ties the head to the request that it answers.
func (h *Head) fill(q *request) {
	h.q = q
	h.Title = sightline.Inert(h.Title)
	if h.Kind == "" {
		h.Kind = q.kind
	}
}

func (h *Head) status() int {
	if h.Status == 0 {
		return http.StatusOK
	}
	return h.Status
}

// Link is a place to go, with its name.
type Link struct {
	Href string
	Text html.HTML
	Here bool // it is this page
}

// Table is a list as rows, for .csv: the same values as the page shows.
type Table struct {
	Columns []string
	Rows    [][]string
}

// link is the address of another page in the same view, with more of a query
// as key and value in turn.
func (q *request) link(to string, query ...string) string {
	if q.server.config.Release != "" {
		return q.fileLink(to, query...)
	}
	to, anchor, _ := strings.Cut(to, "#")
	if anchor != "" {
		anchor = "#" + anchor
	}
	return q.here(to, query...) + anchor
}

// here is an address in the view of the page, of a path that a reader may have
// written: a # in it is a letter.
func (q *request) here(path string, query ...string) string {
	if q.server.config.Release != "" {
		return q.fileLink(path, query...)
	}
	if len(query) == 0 && !q.view.Dated() && q.view.Lang == "" {
		return escapePath(path)
	}
	v := url.Values{}
	for i := 0; i+1 < len(query); i += 2 {
		if query[i+1] != "" {
			v.Set(query[i], query[i+1])
		}
	}
	if t := q.view.values(v).Encode(); t != "" {
		return escapePath(path) + "?" + t
	}
	return escapePath(path)
}

// escapePath escapes a path for an address. Most have nothing to escape.
func escapePath(p string) string {
	for i := range len(p) {
		switch c := p[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '/', c == '-', c == '.', c == '_':
		default:
			return (&url.URL{Path: p}).EscapedPath()
		}
	}
	return p
}

// entityHref is the address of what is on record for an entity.
func (q *request) entityHref(id sightline.EntityID) string {
	if c, ok := id.Country(); ok {
		return q.link("/country/" + c.Code())
	}
	if a, ok := id.ASN(); ok {
		return q.link("/network/" + a.String())
	}
	return q.link("/supplier/" + string(id))
}

// Link is the address of another page in the same view.
func (h *Head) Link(to string, query ...string) string { return h.q.link(to, query...) }

// Entity is the address of what is on record for an entity.
func (h *Head) Entity(id sightline.EntityID) string { return h.q.entityHref(id) }

// Packet is the address of a packet.
func (h *Head) Packet(id sightline.PacketID) string { return h.q.link("/packet/" + string(id)) }

// Claim is the address of a claim.
func (h *Head) Claim(id sightline.ClaimID) string { return h.q.link("/claim/" + string(id)) }

// Source is the address of a source.
func (h *Head) Source(id sightline.SourceID) string { return h.q.link("/source/" + string(id)) }

// Method is the address of a method.
func (h *Head) Method(id sightline.MethodID) string { return h.q.link("/method/" + string(id)) }

// Self is the address of this page in the same view.
func (h *Head) Self() string { return h.at(h.q.path) }

// at is an address of this page, or of a part of it, in the same view.
func (h *Head) at(path string) string {
	if r := h.q.server.config.Release; r != "" {
		return "/r/" + r + address(path, flat(h.q.query)...)
	}
	return h.q.here(path, flat(h.q.query)...)
}

// Live reports whether a server stands behind the page, which can answer
// forms; a page of a release stands by itself.
func (h *Head) Live() bool { return h.q.server.config.Release == "" }

// FilePolicy is the content policy that a page of a release says itself; a
// server says its own.
func (h *Head) FilePolicy() string {
	if h.Live() {
		return ""
	}
	return filePolicy
}

// Now is the address of this page as things stand now.
func (h *Head) Now() string {
	q := *h.q
	q.view = View{Lang: q.view.Lang}
	return q.here(q.path, flat(q.query)...)
}

// Form is the address of this page in another form, by suffix.
func (h *Head) Form(suffix string) string {
	p := h.q.path
	if p == "/" {
		p = "/index"
	}
	if suffix == formJSON || suffix == formCSV {
		return h.q.here(p+suffix, without(h.q, h.Whole...)...)
	}
	return h.q.here(p+suffix, flat(h.q.query)...)
}

// Path is the address of this page without view.
func (h *Head) Path() string { return h.q.path }

// Hidden lists what a form must carry along: the rest of the query.
func (h *Head) Hidden(but ...string) []Pair {
	v := url.Values{}
	for k := range h.q.query {
		v.Set(k, h.q.query.Get(k))
	}
	h.q.view.values(v)
	for _, k := range but {
		v.Del(k)
	}
	var out []Pair
	f := flat(v)
	for i := 0; i < len(f); i += 2 {
		out = append(out, Pair{f[i], f[i+1]})
	}
	return out
}

// Pair is a key and its value.
type Pair struct{ Key, Value string }

// flat lists a query as key and value in turn, by key.
func flat(v url.Values) []string {
	var out []string
	for _, k := range sortedKeys(v) {
		out = append(out, k, v.Get(k))
	}
	return out
}

// View is the view of the page.
func (h *Head) View() View { return h.q.view }

// Edition is what the page was made from.
func (h *Head) Edition() string { return h.q.server.config.Edition }

// OpenOnly reports whether the atlas leaves out what may not be passed on.
func (h *Head) OpenOnly() bool { return h.q.server.config.OpenOnly }

// Lang is the language of the messages, as the attribute lang has it: that of
// the pseudo-language is private.
func (h *Head) Lang() string {
	if l := h.q.words.Lang(); l != words.Pseudo {
		return l
	}
	return "en-x-" + words.Pseudo
}

// Dir is their direction of writing.
func (h *Head) Dir() string { return h.q.words.Dir() }

// Query is a word of the query, as the reader wrote it.
func (h *Head) Query(key string) string { return h.q.query.Get(key) }

// Sheet is the address of the style sheet.
func (h *Head) Sheet() string {
	if !h.Live() {
		return h.q.link("/static/" + sheetName)
	}
	return "/static/" + sheetName
}

// Text is a message, its places filled by name and value in turn.
func (h *Head) Text(key string, args ...any) html.HTML { return h.q.words.HTML(key, args...) }

// Plain is a message as text, for titles and labels.
func (h *Head) Plain(key string, args ...any) string { return h.q.words.Text(key, args...) }

// Plural is a message that counts.
func (h *Head) Plural(key string, n int, args ...any) html.HTML {
	return h.q.words.PluralHTML(key, n, args...)
}

// Number prints an estimate, or says why it has no value.
func (h *Head) Number(e sightline.Estimate) html.HTML { return h.q.words.Number(e) }

// Foreign prints a name or title from elsewhere, isolated.
func (h *Head) Foreign(s string) html.HTML { return h.q.words.Name(s) }

// Said prints a sentence of a document: in the language that a person
// reviewed it in, whatever the page's.
func (h *Head) Said(s string) html.HTML { return h.q.words.Foreign(s) }

// Code prints an identifier, isolated.
func (h *Head) Code(s string) html.HTML { return h.q.words.Code(s) }

// Date prints a date.
func (h *Head) Date(d sightline.Date) html.HTML { return h.q.words.Date(d) }

// Period prints a period.
func (h *Head) Period(p sightline.Period) html.HTML { return h.q.words.Period(p) }

// Instant prints a moment.
func (h *Head) Instant(i sightline.Instant) html.HTML { return h.q.words.Instant(i) }

// Figure prints a figure of the kit.
func (h *Head) Figure(f figure.Figure) html.HTML {
	return f.HTML(h.q.words, func(path string) string { return h.q.link(path) })
}

// frame is the frame of a figure of this page, with its address.
func (h *Head) frame(id string) figure.Frame {
	return figure.Frame{ID: id, Address: strings.TrimSuffix(h.q.path, "/") + "/figure/" + id}
}

// List prints links as the items of a list.
func (h *Head) List(links []Link) html.HTML {
	w := markup.New()
	for _, l := range links {
		w.Tag("<li>")
		if l.Href == "" {
			w.HTML(l.Text)
			w.Tag("</li>")
			continue
		}
		w.Tag(`<a href="`)
		w.Text(l.Href)
		w.Tag(`"`)
		if l.Here {
			w.Tag(` aria-current="page"`)
		}
		w.Tag(">")
		w.HTML(l.Text)
		w.Tag("</a></li>")
	}
	return w.Done()
}

// NoteList prints the notes of the page as the items of a list.
func (h *Head) NoteList() html.HTML {
	w := markup.New()
	for _, n := range h.Notes {
		w.Tag(`<li id="n`)
		w.Int(n.N)
		w.Tag(`" value="`)
		w.Int(n.N)
		w.Tag(`">`)
		h.note(w, n)
		w.Tag("</li>\n")
	}
	return w.Done()
}

// SiteLinks are the parts of the atlas, for the head of each page.
func (h *Head) SiteLinks() []Link {
	var out []Link
	for _, l := range []struct{ to, key string }{
		{"/countries", "nav.countries"}, {"/suppliers", "nav.suppliers"}, {"/networks", "nav.networks"}, {"/laws", "nav.laws"},
		{"/votes", "nav.votes"}, {"/audit", "nav.audit"}, {"/sources", "nav.sources"}, {"/methods", "nav.methods"},
	} {
		out = append(out, Link{Href: h.q.link(l.to), Text: h.Text(l.key), Here: h.q.path == l.to})
	}
	return out
}

// FootLinks are the pages about the atlas.
func (h *Head) FootLinks() []Link {
	var out []Link
	pages := []struct{ to, key string }{
		{"/claims", "nav.claims"}, {"/forums", "nav.forums"}, {"/training", "nav.training"}, {"/changes", "nav.changes"},
		{"/names", "nav.names"}, {"/corrections", "nav.corrections"}, {"/threats", "nav.threats"}, {"/about", "nav.about_page"},
	}
	if h.q.server.config.Restated != nil {
		pages = append(pages, struct{ to, key string }{"/restatements", "nav.restatements"})
	}
	for _, l := range pages {
		out = append(out, Link{Href: h.q.link(l.to), Text: h.Text(l.key), Here: h.q.path == l.to})
	}
	return out
}

// template is the template of a kind of page inside the layout.
type template struct{ t *html.Template }

func (t *template) execute(w io.Writer, p Page) error {
	if t == nil {
		return sightline.Errorf(sightline.Internal, "print page", p.head().Kind, "BUG: there is no template of this kind")
	}
	return t.t.ExecuteTemplate(w, "layout.html.tmpl", p)
}

// templates reads the template of each kind of page.
func templates() (map[string]*template, error) {
	base, err := html.ParseFS(pageFiles, "page/layout/*.tmpl")
	if err != nil {
		return nil, err
	}
	files, err := fs.Glob(pageFiles, "page/*/*.tmpl")
	if err != nil {
		return nil, err
	}
	out := map[string]*template{}
	for _, f := range files {
		kind := path.Base(path.Dir(f))
		if kind == "layout" {
			continue
		}
		t := out[kind]
		if t == nil {
			c, err := base.Clone()
			if err != nil {
				return nil, err
			}
			t = &template{c}
			out[kind] = t
		}
		if _, err := t.t.ParseFS(pageFiles, f); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// part prints a template of the layout folder, for components that take more
// than a page has.
func (h *Head) part(name string, data any) html.HTML {
	var b bytes.Buffer
	if err := parts.ExecuteTemplate(&b, name, data); err != nil {
		panic("BUG: " + err.Error())
	}
	return html.HTML(b.String())
}

var parts = html.Must(html.ParseFS(pageFiles, "page/layout/*.tmpl"))

func sortedKeys(v url.Values) []string { return slices.Sorted(maps.Keys(v)) }
