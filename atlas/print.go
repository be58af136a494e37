package atlas

import (
	"bytes"
	"cmp"
	"encoding/csv"
	html "html/template"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	nethtml "golang.org/x/net/html"

	"sightline"
	"sightline/atlas/figure"
)

// printJSON prints the document that a page shows; of a page that shows none,
// its words.
func printJSON(w io.Writer, h *Head, words func() ([]byte, error)) error {
	document := h.Document
	if document == nil {
		said, err := words()
		if err != nil {
			return err
		}
		at := h.imprint(h.q.path)
		document = pageDocument{"sightline.page/1", h.Title, at.Address, h.Edition(), text(at.View), string(said)}
	}
	if err := json.MarshalWrite(w, document, json.Deterministic(true), jsontext.WithIndent("  ")); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// pageDocument is a page that is words only, as a document.
type pageDocument struct {
	Schema   string `json:"schema"`
	Title    string `json:"title"`
	Address  string `json:"address"` // in the atlas, without a host
	Edition  string `json:"edition"`
	View     string `json:"view"` // as of when, in words
	Markdown string `json:"markdown"`
}

// printCSV prints the list that a page is, or the tables of its figures with
// the figure's id in front; of a page that has neither, its words, a row for
// each paragraph, with the heading that it stands under.
func printCSV(w io.Writer, h *Head, words func() ([]byte, error)) error {
	if h.Table == nil && len(h.Figures) == 0 {
		said, err := words()
		if err != nil {
			return err
		}
		var rows [][]string
		section := h.Title
		for block := range strings.SplitSeq(string(said), "\n\n") {
			block = strings.TrimSpace(block)
			if heading := strings.TrimLeft(block, "#"); heading != block && !strings.Contains(block, "\n") {
				section = strings.TrimSpace(heading)
			} else if block != "" {
				rows = append(rows, []string{section, block})
			}
		}
		return printRows(w, []string{"section", "markdown"}, rows)
	}
	if h.Table != nil {
		return printRows(w, h.Table.Columns, h.Table.Rows)
	}
	for i, f := range h.Figures {
		if i > 0 {
			io.WriteString(w, "\n")
		}
		if err := printRows(w, []string{"figure", f.Name()}, nil); err != nil {
			return err
		}
		if err := figure.CSV(w, f); err != nil {
			return err
		}
	}
	return nil
}

func printRows(w io.Writer, columns []string, rows [][]string) error {
	c := csv.NewWriter(w)
	c.Write(columns)
	for _, r := range rows {
		out := make([]string, len(r))
		for i, t := range r {
			out[i] = sightline.InertCell(t)
		}
		c.Write(out)
	}
	c.Flush()
	return c.Error()
}

// printFigure prints one figure of a page, in the form that was asked for.
func printFigure(w io.Writer, h *Head, id, form string) (kind string, err error) {
	name, twice := strings.CutSuffix(id, "@2x")
	name, plot := strings.CutSuffix(name, "@plot")
	i := slices.IndexFunc(h.Figures, func(f figure.Figure) bool { return f.Name() == name })
	if i < 0 || (twice || plot) && form != formPNG {
		return "", sightline.Errorf(sightline.NotFound, "print figure", id, "this page has no such figure").WithHint("%s", h.figuresHint())
	}
	f, p := h.Figures[i], h.q.words
	at := h.imprint(strings.TrimSuffix(h.q.path, "/") + "/figure/" + name)
	at.Page = h.Title
	switch form {
	case formHTML:
		return "", redirect{h.q.here(h.q.path, flat(h.q.query)...) + "#" + name}
	case formCSV:
		return "text/csv; charset=utf-8", figure.CSV(w, f)
	case formJSON:
		return "application/json", figure.JSON(w, p, f, at)
	case formMD:
		h.q.folder = path.Dir("/" + FileName(h.q.path+"/figure/"+name+form))
		return "text/markdown; charset=utf-8", figure.Markdown(w, p, f, at, func(to string) string { return h.q.link(to) })
	case formPNG:
		scale := 1
		if twice {
			scale = 2
		}
		if plot {
			if ok, err := figure.PlotPNG(w, p, f, scale); ok || err != nil {
				return "image/png", err
			}
			break
		}
		return "image/png", figure.PNG(w, p, f, at, scale)
	}
	return "", sightline.Errorf(sightline.NotFound, "print figure", id+form, "this figure has no such form").
		WithHint("All have .csv, .json, .md and .png, and @2x.png for a finer picture.")
}

// figuresHint lists the figures of a page for who asks for another.
func (h *Head) figuresHint() string {
	var names []string
	for _, f := range h.Figures {
		names = append(names, f.Name())
	}
	if len(names) == 0 {
		return "It has none. Open the page: it may have some as of another date."
	}
	return "It has: " + strings.Join(names, ", ") + ", each with .csv, .json, .md and .png."
}

// imprint says what a picture or a figure by itself rests on.
func (h *Head) imprint(address string) figure.Imprint {
	v := h.View()
	var view []string
	if !v.Published.IsZero() {
		view = append(view, string(h.Text("picture.published", "date", h.Date(v.Published))))
	}
	if !v.Known.IsZero() {
		view = append(view, string(h.Text("picture.known", "date", h.Date(v.Known))))
	}
	if len(view) == 0 {
		view = append(view, string(h.Text("dateline.now")))
	}
	if h.OpenOnly() {
		view = append(view, string(h.Text("dateline.open")))
	}
	return figure.Imprint{Edition: h.Text("dateline.from", "edition", h.Edition()), View: html.HTML(strings.Join(view, " ")), Address: h.at(address)}
}

// poster prints a page as a picture. printed is the page as HTML, whose first
// sentence stands under the title where the page itself has none to offer.
func poster(w io.Writer, page Page, printed []byte) error {
	h := page.head()
	var lead []figure.Lead
	if p, ok := page.(interface{ lead() []figure.Lead }); ok {
		lead = p.lead()
	}
	if len(lead) == 0 {
		if s := firstSentence(printed); s != "" {
			lead = append(lead, figure.Lead{Text: s})
		}
	}
	return figure.PosterPNG(w, h.q.words, figure.Poster{Title: h.Title, Lead: lead, Figures: h.Figures, Imprint: h.imprint(h.q.path)}, 1)
}

// firstSentence is the first paragraph of the main part of a page that says
// what the page says: not a date, a note or a form. Citations lead nowhere in a
// picture, and are left out.
func firstSentence(page []byte) string {
	_, rest, _ := bytes.Cut(page, []byte("<main"))
	for {
		_, after, more := bytes.Cut(rest, []byte("<p"))
		if !more {
			return ""
		}
		tag, p, _ := bytes.Cut(after, []byte(">"))
		rest = p
		if t := string(tag); t != "" && !strings.HasPrefix(t, ` class="lead`) && !strings.HasPrefix(t, ` class="level`) {
			continue
		}
		p, _, _ = bytes.Cut(p, []byte("</p>"))
		for {
			before, cite, found := bytes.Cut(p, []byte(` <a class="cite"`))
			if !found {
				break
			}
			_, after, _ := bytes.Cut(cite, []byte("</a>"))
			p = slices.Concat(before, after)
		}
		if s := strings.Join(strings.Fields(text(html.HTML(p))), " "); s != "" {
			return s
		}
	}
}

// text is the text of a piece of a page.
func text(h html.HTML) string {
	var b strings.Builder
	z := nethtml.NewTokenizer(strings.NewReader(string(h)))
	for {
		switch z.Next() {
		case nethtml.ErrorToken:
			return cmp.Or(b.String(), "")
		case nethtml.TextToken:
			b.Write(z.Text()) // unescaped already
		}
	}
}
