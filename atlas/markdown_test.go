package atlas_test

import (
	"net/http"
	"strings"
	"testing"

	"sightline/atlas/acceptance"
	"sightline/internal/htmlcheck"
)

// The Markdown of every kind of page has its heading, its tables and every
// place that its main part leads to.
func TestMarkdownOfPages(t *testing.T) {
	s := catalogueServer()
	tables := 0
	for _, p := range acceptance.Pages {
		if p.Status != http.StatusOK {
			continue
		}
		path, query, asks := strings.Cut(p.Path, "?")
		if path == "/" {
			path = "/index"
		}
		if asks {
			query = "?" + query
		}
		w := get(s, path+".md"+query)
		md := w.Body.String()
		if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "text/markdown; charset=utf-8" {
			t.Errorf("%s: status %d, type %s", p.Name, w.Code, w.Header().Get("Content-Type"))
			continue
		}
		page, err := htmlcheck.Parse(get(s, p.Path).Body.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		main := htmlcheck.All(page.Root, "main")[0]
		first, _, _ := strings.Cut(md, "\n")
		if title := "# " + htmlcheck.Text(htmlcheck.All(main, "h1")[0]); strings.ReplaceAll(first, " ", "") != strings.ReplaceAll(title, " ", "") {
			t.Errorf("%s: begins with %q, not with %q", p.Name, first, title)
		}
		for _, a := range htmlcheck.All(main, "a") {
			to := htmlcheck.Attr(a, "href")
			if strings.HasPrefix(to, "#") || a.Parent.Data == "li" && htmlcheck.Class(a.Parent.Parent.Parent, "crumbs") || strings.ContainsAny(to, "();") {
				continue
			}
			if !strings.Contains(md, "]("+to+")") {
				t.Errorf("%s: does not lead to %s", p.Name, to)
			}
		}
		n := 0
		for line := range strings.SplitSeq(md, "\n") {
			if strings.HasPrefix(strings.TrimLeft(line, " "), "| --- |") {
				n++
			}
		}
		if want := len(htmlcheck.All(main, "table")); n != want {
			t.Errorf("%s: %d tables, not %d", p.Name, n, want)
		}
		tables += n
	}
	if tables < 20 {
		t.Errorf("%d tables in all", tables)
	}
}
