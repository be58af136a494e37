package atlas

import (
	"cmp"
	"encoding/csv"
	html "html/template"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	nethtml "golang.org/x/net/html"

	"sightline"
	"sightline/atlas/figure"
)

// printJSON prints the document that a page shows.
func printJSON(w io.Writer, h *Head) error {
	if h.Document == nil {
		return sightline.Errorf(sightline.NotFound, "print page", h.q.path+formJSON, "this page is words only")
	}
	if err := json.MarshalWrite(w, h.Document, json.Deterministic(true), jsontext.WithIndent("  ")); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// printCSV prints the list that a page is, or the tables of its figures with
// the figure's id in front.
func printCSV(w io.Writer, h *Head) error {
	if h.Table == nil && len(h.Figures) == 0 {
		return sightline.Errorf(sightline.NotFound, "print page", h.q.path+formCSV, "this page has no table")
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
		if err := f.CSV(w); err != nil {
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
			out[i] = inertCell(t)
		}
		c.Write(out)
	}
	c.Flush()
	return c.Error()
}

// inertCell makes foreign text safe in a table: what is hidden is shown, and
// no spreadsheet reads it as a formula.
func inertCell(t string) string {
	t = sightline.Inert(t)
	if strings.IndexAny(strings.TrimLeft(t, " \u00a0\u3000"), "=+-@|%＝＋－＠") == 0 {
		if _, err := strconv.ParseFloat(t, 64); err != nil {
			return "'" + t
		}
	}
	return t
}

// printFigure prints one figure of a page.
func printFigure(w io.Writer, h *Head, id, form string) (kind string, err error) {
	scale := 1
	if one, ok := strings.CutSuffix(id, "@2x"); ok {
		id, scale = one, 2
	}
	i := slices.IndexFunc(h.Figures, func(f figure.Figure) bool { return f.Name() == id })
	if i < 0 {
		return "", sightline.Errorf(sightline.NotFound, "print figure", id, "this page has no such figure").
			WithHint("Open the page; the addresses of its figures stand under them.")
	}
	f := h.Figures[i]
	switch form {
	case formCSV:
		return "text/csv; charset=utf-8", f.CSV(w)
	case formPNG:
		if p, ok := f.(figure.Picture); ok {
			return "image/png", p.PNG(w, scale)
		}
	}
	return "", sightline.Errorf(sightline.NotFound, "print figure", id, "this figure has no such form").
		WithHint("All have .csv; those that draw a line have .png.")
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
