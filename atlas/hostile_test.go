package atlas_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"unicode"

	"golang.org/x/net/html"

	"sightline"
	"sightline/catalog"
	"sightline/internal/htmlcheck"
	"sightline/ledger"
)

// hostile are names that nobody should be able to give a thing. Each begins
// with letters by which the tests find it again; where the text must begin in
// its own way they come after it.
var hostile = []string{
	`QZX<script>alert(1)</script>`,
	`QZX</title></bdi><img src=x onerror=alert(1)><svg onload=alert(1)>`,
	`QZX" onmouseover="alert(1)" x="`,
	`QZX' autofocus onfocus='alert(1)`,
	"QZX\u202Etxt.exe\u202C \u2066isolated\u2069 \u200E\u200F\u061C",
	"QZX שלום 123 (العربية) -45%",
	"QZX" + strings.Repeat("Ŵ", 300),
	"QZX{{.Q}} {n} %s %!d(nil) &lt;b&gt; &#x202e; ]]> --> ${x}",
	`=HYPERLINK("http://example.org/?x=QZX","QZX")`,
	"+1+cmd|' /C calc'!A0 QZX",
	"-2+3 QZX",
	"@SUM(1) QZX",
	" =1+1 QZX",
	"＝1+1 QZX",
	"javascript:alert('QZX')",
}

// hostileStore is the catalogue with every name, title, quotation, word and
// note replaced by a hostile one: all kinds of record, as they hang together.
var hostileStore = sync.OnceValue(func() *ledger.Memory {
	records, err := catalog.Records()
	if err != nil {
		panic(err)
	}
	n := 0
	bad := func(s *string) {
		if *s != "" {
			*s = hostile[n%len(hostile)]
			n++
		}
	}
	changed := map[sightline.RecordKind]int{}
	for i, r := range records {
		var value any
		switch {
		case r.Source() != nil:
			s := *r.Source()
			bad(&s.Title)
			bad(&s.Publisher)
			bad(&s.Selection)
			bad(&s.Licence)
			bad(&s.URL)
			value = &s
		case r.Entity() != nil:
			e := *r.Entity()
			e.Names = append([]string{}, e.Names...)
			bad(&e.Name)
			for j := range e.Names {
				bad(&e.Names[j])
			}
			bad(&e.Selection)
			value = &e
		case r.Claim() != nil:
			c := *r.Claim()
			bad(&c.Words)
			bad(&c.Reason)
			if c.Predicate.String() != "status" {
				bad(&c.Object.Text)
			}
			c.References = append([]sightline.Reference{}, c.References...)
			for j := range c.References {
				bad(&c.References[j].Locator)
				bad(&c.References[j].Origin)
				bad(&c.References[j].Quote)
			}
			c.Qualifiers = map[string]string{}
			for _, k := range slices.Sorted(maps.Keys(r.Claim().Qualifiers)) {
				v := r.Claim().Qualifiers[k]
				switch k {
				case "note", "product", "how", "networks", "measure", "amount", "remark", "sector", "title", "technology", "implementer", "name":
					bad(&v)
				}
				c.Qualifiers[k] = v
			}
			value = &c
		case r.Withdrawal() != nil:
			w := *r.Withdrawal()
			bad(&w.Reason)
			value = &w
		default:
			continue
		}
		if made, err := sightline.NewRecord(value); err == nil {
			records[i] = made
			changed[r.Kind()]++
		}
	}
	if changed[sightline.SourceRecord] < 500 || changed[sightline.EntityRecord] < 500 || changed[sightline.ClaimRecord] < 5_000 {
		panic(fmt.Sprintf("the hostile store changed only %v", changed))
	}
	m, err := ledger.NewMemory("hostile", catalog.Recorded(), records)
	if err != nil {
		panic(err)
	}
	return m
})

// Hostile names are shown inert and isolated on every kind of page, and in
// every form.
func TestHostileNames(t *testing.T) {
	s := serveStore(t, hostileStore(), nil)
	perKind := 25
	if testing.Short() {
		perKind = 6
	}
	queue := []string{"/", "/country/KE", "/country/ZW?published=2018", "/country/KE?with=UG,TZ", "/country/CN/claims?lang=qps", "/country/VN?lang=qps", "/claims", "/suppliers", "/supplier/company/huawei", "/search?q=QZX", "/search?q=script"}
	seen, kinds := map[string]bool{}, map[string]int{}
	for _, a := range queue {
		seen[a] = true
	}
	shown := map[string]int{}
	for len(queue) > 0 {
		address := queue[0]
		queue = queue[1:]
		w := get(s, address)
		if w.Code == http.StatusNotFound && kinds["404"] < 60 { // a page yet to be built
			kinds["404"]++
			continue
		}
		if w.Code != http.StatusOK {
			t.Errorf("%s: status %d: %.200s", address, w.Code, w.Body)
			continue
		}
		body := w.Body.String()
		for _, x := range body {
			if kind := w.Header().Get("Content-Type"); kind == "application/json" || kind == "image/png" {
				break // for programs: the text as it is; no text
			}
			if unicode.Is(unicode.Bidi_Control, x) {
				t.Errorf("%s holds %U", address, x)
				break
			}
		}
		switch kind := w.Header().Get("Content-Type"); kind {
		case "text/html; charset=utf-8":
		case "application/json":
			if !json.Valid([]byte(body)) {
				t.Errorf("%s is no JSON", address)
			}
			continue
		case "text/csv; charset=utf-8":
			checkCells(t, address, body)
			continue
		case "text/markdown; charset=utf-8":
			checkMarkdown(t, address, body)
			continue
		default:
			continue
		}
		p, err := htmlcheck.Parse([]byte(body))
		if err != nil {
			t.Fatal(err)
		}
		for _, problem := range p.Problems() {
			t.Errorf("%s: %s", address, problem)
		}
		for _, to := range p.Out {
			if u := strings.ToLower(to); !strings.HasPrefix(u, "https://") && !strings.HasPrefix(u, "http://") {
				t.Errorf("%s leads to %q", address, to)
			}
		}
		if strings.Contains(body, "ZgotmplZ") {
			t.Errorf("%s holds ZgotmplZ", address)
		}
		for n := range p.Root.Descendants() {
			if n.Type == html.TextNode && strings.Contains(n.Data, "QZX") {
				shown[kindOf(address)]++
				if strings.Contains(n.Data, "שלום") && !isolated(n) {
					t.Errorf("%s: not isolated, in %s: %.120q", address, n.Parent.Data, n.Data)
				}
			}
		}
		if t.Failed() && len(seen) > 40 {
			t.Fatal("enough")
		}
		if strings.Contains(address, "published=") || strings.Contains(address, "lang=") {
			continue
		}
		for _, to := range p.Links {
			if k := kindOf(to); !seen[to] && kinds[k] < perKind {
				kinds[k]++
				seen[to] = true
				queue = append(queue, to)
			}
		}
	}
	t.Logf("asked %v; hostile texts shown %v", kinds, shown)
	for _, k := range []string{"country", "claims", "claim", "sources", "source"} {
		if shown[k] == 0 {
			t.Errorf("no hostile text on a page of kind %s: the test shows nothing", k)
		}
	}
}

// kindOf is the kind of page of an address and its form.
func kindOf(address string) string {
	path, _, _ := strings.Cut(address, "?")
	k, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	k, _, _ = strings.Cut(k, ".")
	if k == "country" && strings.Count(path, "/") > 2 {
		k = "part"
	}
	for _, form := range []string{".json", ".csv", ".png", ".md", ".txt", ".bib"} {
		if strings.HasSuffix(path, form) {
			k += form
		}
	}
	return k
}

// isolated reports whether what a text holds cannot disturb the direction of
// its neighbours: it stands in bdi or under a dir of its own, or is no part of
// the page's text.
func isolated(n *html.Node) bool {
	for a := n.Parent; a != nil; a = a.Parent {
		switch {
		case a.Data == "bdi" || a.Data == "title" || a.Data == "option":
			return true
		case htmlcheck.Has(a, "dir") && a.Data != "html":
			return true
		}
	}
	return false
}

// checkMarkdown checks that no letter of a hostile name is a mark of Markdown.
func checkMarkdown(t *testing.T, address, body string) {
	t.Helper()
	shown := false
	for line := range strings.SplitSeq(body, "\n") {
		shown = shown || strings.Contains(line, "QZX")
		for _, never := range []string{"<script", "<img", "<svg", "</title", "](javascript", "](=", "](@", "&lt;", "&#x202e"} {
			if i := strings.Index(line, never); i > 0 && line[i-1] != '\\' && strings.Count(line[:i], "`")%2 == 0 || i == 0 {
				t.Errorf("%s holds %s in %.200q", address, never, line)
			}
		}
	}
	if !strings.HasPrefix(body, "# ") {
		t.Errorf("%s begins with %.60q", address, body)
	}
	if strings.HasPrefix(address, "/claim/") && !shown {
		t.Errorf("%s has no hostile text: the test shows nothing", address)
	}
}

// checkCells checks that a table can be read, and no cell is a formula.
func checkCells(t *testing.T, address, body string) {
	t.Helper()
	c := csv.NewReader(strings.NewReader(body))
	c.FieldsPerRecord = -1
	rows, err := c.ReadAll()
	if err != nil {
		t.Errorf("%s: %v", address, err)
	}
	for _, r := range rows {
		for _, cell := range r {
			if strings.IndexAny(strings.TrimSpace(cell), "=+-@|%＝＋－＠\t\r") == 0 {
				if _, err := strconv.ParseFloat(cell, 64); err != nil {
					t.Errorf("%s: the cell %.60q", address, cell)
				}
			}
		}
	}
}
