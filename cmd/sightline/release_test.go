package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"sightline"
	"sightline/atlas"
	"sightline/internal/htmlcheck"
)

// What a small workspace holds: of Kenya one supply told by two sources, of
// Zimbabwe one told by one of them.
const releasedFacts = `{"type":"source","id":"desk-2024","title":"Networks of Kenya","publisher":"Example Desk","kind":"ngo","url":"https://desk.example/ke","published":"2024-03-01","licence":"facts","reliability":"B","scope":"all","selection":"Purchases named in tenders"}
{"type":"source","id":"paper-2025","title":"Cameras of Harare","publisher":"Example Paper","kind":"press","url":"https://paper.example/zw","published":"2025-02-01","licence":"facts","reliability":"C","scope":"all","selection":"Purchases named in tenders"}
{"type":"entity","id":"company/northwind","name":"Northwind","country":"SE"}
{"type":"claim","id":"ke-northwind","subject":"company/northwind","predicate":"supplies","object":"country/KE","qualifiers":{"class":"control"},"words":"Northwind sold a filter to Kenya.","valid":"2023","published":"2024-03-01","references":[{"source":"desk-2024","role":"evidence","extraction":"hand"},{"source":"paper-2025","role":"evidence","extraction":"hand"}]}
{"type":"claim","id":"zw-northwind","subject":"company/northwind","predicate":"supplies","object":"country/ZW","qualifiers":{"class":"core"},"words":"Northwind sold routers to Zimbabwe.","valid":"2024","published":"2025-02-01","references":[{"source":"paper-2025","role":"evidence","extraction":"hand"}]}
`

// A correction takes one source away and changes the class.
const releasedCorrection = `{"type":"claim","id":"ke-northwind-2","subject":"company/northwind","predicate":"supplies","object":"country/KE","qualifiers":{"class":"access"},"words":"Northwind sold routers to Kenya.","reason":"The contract names routers, not a filter.","valid":"2023","published":"2024-03-01","references":[{"source":"desk-2024","role":"evidence","extraction":"hand"}],"corrects":"ke-northwind"}
`

// releaser types commands in a workspace of its own.
type releaser struct {
	t   *testing.T
	dir string
}

func (r releaser) path(parts ...string) string {
	return filepath.Join(append([]string{r.dir}, parts...)...)
}

func (r releaser) try(ctx context.Context, args ...string) (string, error) {
	var out bytes.Buffer
	a := &app{out: &out, errs: io.Discard, now: func() time.Time { return time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC) }}
	c := a.rootCommand()
	c.SetArgs(args)
	c.SetOut(io.Discard)
	c.SetErr(io.Discard)
	err := c.ExecuteContext(ctx)
	return out.String(), err
}

func (r releaser) do(args ...string) string {
	r.t.Helper()
	out, err := r.try(r.t.Context(), args...)
	if err != nil {
		r.t.Fatalf("sightline %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

func (r releaser) importText(text string) {
	r.t.Helper()
	if err := os.WriteFile(r.path("in.jsonl"), []byte(text), 0o644); err != nil {
		r.t.Fatal(err)
	}
	r.do("import", "-q", "-w", r.path("notes"), r.path("in.jsonl"))
}

// tree reads a folder.
func (r releaser) tree(dir string) map[string][]byte {
	r.t.Helper()
	files := map[string][]byte{}
	disk := os.DirFS(dir)
	err := fs.WalkDir(disk, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files[name], err = fs.ReadFile(disk, name)
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return files
}

// Two releases of a workspace with a correction between them: the same bytes
// each time, no dead link, what moved by hand, and served as they are. Each
// has the pages of all countries and takes some ten seconds, so that -short
// leaves the test out.
func TestRelease(t *testing.T) {
	if testing.Short() {
		t.Skip("it freezes the pages of all countries three times")
	}
	r := releaser{t, t.TempDir()}
	notes, first, second := r.path("notes"), r.path("notes", "releases", "2026.11"), r.path("notes", "releases", "2026.12")
	r.do("init", "--empty", notes)
	if _, err := r.try(t.Context(), "release", first, "-w", notes); sightline.ErrorCode(err) != sightline.Invalid {
		t.Errorf("a release of nothing: %v", err)
	}
	r.importText(releasedFacts)

	// All or nothing: one that is ended leaves nothing behind.
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.try(ended, "release", r.path("out", "ended"), "-w", notes); err == nil {
		t.Error("an ended release is one")
	}
	if _, err := r.try(t.Context(), "release", r.path("out", "lost"), "-w", notes, "--former", r.path("none")); sightline.ErrorCode(err) != sightline.NotFound {
		t.Errorf("a former release that is not there: %v", err)
	}
	if left, err := filepath.Glob(r.path("out", "*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if left, err := filepath.Glob(r.path("out", ".*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}

	said := r.do("release", first, "-w", notes)
	sum := regexp.MustCompile(`manifest sha256 ([0-9a-f]{64})`).FindStringSubmatch(said)
	if sum == nil {
		t.Fatalf("no hash: %s", said)
	}
	before := r.tree(first)
	if _, err := r.try(t.Context(), "release", first, "-w", notes); sightline.ErrorCode(err) != sightline.Conflict {
		t.Errorf("overwriting: %v", err)
	}
	r.do("release", r.path("again"), "-w", notes, "--name", "2026.11")
	again := r.tree(r.path("again"))
	for name, body := range before {
		if !bytes.Equal(body, again[name]) {
			t.Errorf("%s differs from one run to the next", name)
		}
	}
	if len(before) != len(again) || len(before) < 5000 {
		t.Errorf("%d files, then %d", len(before), len(again))
	}
	if bytes.Count(before["restatements.csv"], []byte("\n")) != 1 {
		t.Errorf("a first release restates: %s", before["restatements.csv"])
	}

	served := r.serve()
	kept := served("/r/2026.11/country/KE")
	r.importText(releasedCorrection)
	said = r.do("release", second, "-w", notes, "--former", first)
	r.checkMoved(said, r.tree(second), sum[1])
	r.checkLinks(r.tree(second))
	r.checkServed(served, kept, before)
	r.checkVerify(second)
}

// checkMoved compares what moved with what the correction moves, by hand: the
// paper is cited by one claim in place of two; Northwind, and Kenya, have a
// supply of the class access and none of the class control. The numbers of all
// supplies and of countries stay. What is new is the grade of the new claim,
// on its page and on Kenya's; what is gone is that of the old one on Kenya's.
func (r releaser) checkMoved(said string, tree map[string][]byte, former string) {
	t := r.t
	t.Helper()
	if !strings.Contains(said, "since 2026.11: 5 values moved, ") || !strings.Contains(said, " the same, 2 added, 1 gone\n") {
		t.Errorf("said: %s", said)
	}
	if !bytes.Contains(tree["manifest.json"], []byte(former)) {
		t.Error("the manifest does not name that of the former release")
	}
	const reason = "claim ke-northwind was corrected by ke-northwind-2: The contract names routers, not a filter."
	want := [][]string{ // method, parameters, unit; value, n and state before and now
		{"count.cited/1", `{"source":"paper-2025"}`, "claims", "2", "2", "ok", "1", "1", "ok"},
		{"count.supplier/1", `{"class":"access","supplier":"company/northwind"}`, "claims", "", "0", "too_little_data", "1", "1", "ok"},
		{"count.supplier/1", `{"class":"control","supplier":"company/northwind"}`, "claims", "1", "1", "ok", "", "0", "too_little_data"},
		{"count.supplies/1", `{"class":"access","country":"KE"}`, "claims", "", "0", "too_little_data", "1", "1", "ok"},
		{"count.supplies/1", `{"class":"control","country":"KE"}`, "claims", "1", "1", "ok", "", "0", "too_little_data"},
	}
	rows, err := csv.NewReader(bytes.NewReader(tree["restatements.csv"])).ReadAll()
	if err != nil || len(rows) == 0 {
		t.Fatalf("%v: %s", err, tree["restatements.csv"])
	}
	var have [][]string
	for _, row := range rows[1:] {
		var line []string
		for _, column := range []string{"method", "parameters", "unit", "old_value", "old_n", "old_state", "new_value", "new_n", "new_state"} {
			at := slices.Index(rows[0], column)
			if at < 0 {
				t.Fatalf("no column %s in %v", column, rows[0])
			}
			line = append(line, row[at])
		}
		have = append(have, line)
		if got := row[len(row)-1]; got != reason {
			t.Errorf("%s moved because: %s", row[0], got)
		}
	}
	if !slices.EqualFunc(have, want, slices.Equal) {
		t.Errorf("moved:\n%q\nnot\n%q", have, want)
	}
	p, err := htmlcheck.Parse(tree["restatements.html"])
	if err != nil {
		t.Fatal(err)
	}
	text := htmlcheck.Text(p.Root)
	if n := strings.Count(text, "The contract names routers, not a filter."); n != len(want) {
		t.Errorf("the page gives the reason %d times: %s", n, text)
	}
	for _, w := range want {
		if !strings.Contains(text, w[0]) {
			t.Errorf("the page lacks %s", w[0])
		}
	}
}

// checkLinks follows every address of every page: to a file, and to an id in
// it. Nothing is loaded from elsewhere, and nothing asks a server.
func (r releaser) checkLinks(tree map[string][]byte) {
	t := r.t
	t.Helper()
	pages := map[string]*htmlcheck.Page{}
	for name, body := range tree {
		if strings.HasSuffix(name, ".css") && (bytes.Contains(body, []byte("//")) || bytes.Contains(body, []byte("@import"))) {
			t.Errorf("%s loads something", name)
		}
		if strings.HasSuffix(name, ".html") {
			p, err := htmlcheck.Parse(body)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			pages[name] = p
		}
	}
	faults := 0
	bad := func(name, what, to string) {
		if faults++; faults <= 20 {
			t.Errorf("%s: %s %q", name, what, to)
		}
	}
	for name, p := range pages {
		for _, n := range htmlcheck.All(p.Root, "") {
			if slices.Contains([]string{"script", "form", "iframe", "object", "embed", "base"}, n.Data) {
				bad(name, "it has", n.Data)
			}
			for _, key := range []string{"href", "src", "action", "srcset", "poster", "data", "formaction"} {
				if htmlcheck.Has(n, key) {
					r.checkLink(tree, pages, name, n, htmlcheck.Attr(n, key), bad)
				}
			}
		}
	}
	if len(pages) < 1000 {
		t.Errorf("%d pages only", len(pages))
	}
	r.checkReached(tree, pages)
}

// checkReached follows the pages from the first: nothing is there that no page
// leads to, but for what speaks of the release as a whole.
func (r releaser) checkReached(tree map[string][]byte, pages map[string]*htmlcheck.Page) {
	t := r.t
	t.Helper()
	reached := map[string]bool{"index.html": true}
	kinds := map[string]int{}
	for queue := []string{"index.html"}; len(queue) > 0; queue = queue[1:] {
		kinds[path.Ext(queue[0])]++
		p := pages[queue[0]]
		if p == nil {
			continue
		}
		for _, n := range htmlcheck.All(p.Root, "") {
			u, err := url.Parse(htmlcheck.Attr(n, "href"))
			if err != nil || u.Scheme != "" || u.Path == "" {
				continue
			}
			if to := path.Join(path.Dir(queue[0]), u.Path); !reached[to] {
				reached[to] = true
				queue = append(queue, to)
			}
		}
	}
	for name := range tree {
		whole := !strings.Contains(name, "/") && pages[name] == nil || strings.HasPrefix(name, "data/")
		if !reached[name] && !whole {
			t.Errorf("no page leads to %s", name)
		}
	}
	for _, kind := range []string{".html", ".json", ".csv", ".md", ".bib", ".txt", ".atom", ".css"} {
		if kinds[kind] == 0 {
			t.Errorf("no page leads to a %s", kind)
		}
	}
}

func (r releaser) checkLink(tree map[string][]byte, pages map[string]*htmlcheck.Page, name string, n *html.Node, to string, bad func(name, what, to string)) {
	u, err := url.Parse(to)
	switch {
	case err != nil || to == "":
		bad(name, "no address", to)
		return
	case u.Scheme == "data" && n.Data == "img":
		return
	case u.Scheme != "" || u.Host != "":
		if n.Data != "a" && n.Data != "area" {
			bad(name, n.Data+" loads", to)
		}
		return
	case strings.HasPrefix(u.Path, "/") || u.RawQuery != "":
		bad(name, "it needs a server", to)
		return
	}
	file := name
	if u.Path != "" {
		file = path.Join(path.Dir(name), u.Path)
	}
	if _, ok := tree[file]; !ok {
		bad(name, "a dead link", to)
		return
	}
	if u.Fragment != "" && (pages[file] == nil || !pages[file].IDs[u.Fragment]) {
		bad(name, "no such place", to)
	}
}

// serve is a server of the workspace and its releases.
func (r releaser) serve() func(address string) *httptest.ResponseRecorder {
	t := r.t
	t.Helper()
	a := &app{out: io.Discard, errs: io.Discard, now: time.Now, workspace: r.path("notes")}
	s, err := a.open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	frozen, err := a.releasesRoot("")
	if err != nil {
		t.Fatal(err)
	}
	h, err := atlas.New(atlas.Config{Releases: frozen, Store: s.Store, Series: s.series, Edition: s.edition, Code: "test", Opened: 1,
		Today: func() sightline.Day { return 0 }, Fault: func(page string, err error) { t.Errorf("fault on a page of kind %s: %v", page, err) }})
	if err != nil {
		t.Fatal(err)
	}
	return func(address string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, address, nil))
		return w
	}
}

// checkServed asks a server that was started before the second release for
// files of the first, for the second, and for what lies outside of them.
func (r releaser) checkServed(served func(string) *httptest.ResponseRecorder, kept *httptest.ResponseRecorder, before map[string][]byte) {
	t := r.t
	t.Helper()
	same := func(address string, w *httptest.ResponseRecorder, want []byte) {
		t.Helper()
		if w.Code != http.StatusOK || !bytes.Equal(w.Body.Bytes(), want) {
			t.Errorf("%s: status %d, %d bytes, not the %d of the file", address, w.Code, w.Body.Len(), len(want))
		}
		if c := w.Header().Get("Cache-Control"); !strings.Contains(c, "immutable") {
			t.Errorf("%s: Cache-Control %q", address, c)
		}
	}
	same("country/KE before the second release", kept, before["country/KE.html"])
	for address, file := range map[string]string{"": "index.html", "country/KE": "country/KE.html", "country/KE.json": "country/KE.json", "names": "names.html"} {
		same(address, served("/r/2026.11/"+address), before[file])
	}
	names := make([]string, 0, len(before))
	for name := range before {
		names = append(names, name)
	}
	slices.Sort(names)
	for i := 0; i < len(names); i += 40 {
		u := url.URL{Path: "/r/2026.11/" + names[i]}
		same(names[i], served(u.EscapedPath()), before[names[i]])
	}
	same("manifest", served("/r/2026.11/manifest.json"), before["manifest.json"])
	for _, name := range []string{"country/KE.png", "country/KE/figure/peers-map.json", "country/KE/figure/peers-map.md", "country/KE/figure/peers-map.png", "country/KE/figure/peers-map@2x.png", "figure/world@2x.png"} {
		same(name, served("/r/2026.11/"+name), before[name])
		if !bytes.Contains(before["manifest.json"], []byte(`"`+name+`"`)) {
			t.Errorf("the manifest does not list %s", name)
		}
	}
	for address, want := range map[string]string{"country/KE/figure/peers-map": "/r/2026.11/country/KE#peers-map", "figure/world": "/r/2026.11/#world"} {
		if w := served("/r/2026.11/" + address); w.Code != http.StatusMovedPermanently || w.Header().Get("Location") != want {
			t.Errorf("%s: status %d to %q", address, w.Code, w.Header().Get("Location"))
		}
	}
	if w := served("/r/2026.12/country/KE"); w.Code != http.StatusOK || bytes.Equal(w.Body.Bytes(), before["country/KE.html"]) {
		t.Errorf("the second release: status %d, or the first in its place", w.Code)
	}

	const secret = "not for readers"
	for _, file := range []string{r.path("secret.txt"), r.path("notes", "secret.txt"), r.path("notes", "releases", "secret.txt")} {
		if err := os.WriteFile(file, []byte(secret), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(r.path("secret.txt"), r.path("notes", "releases", "2026.11", "link.txt")); err != nil {
		t.Logf("no symbolic link: %v", err)
	}
	for _, address := range []string{
		"/r/2026.11/../secret.txt", "/r/2026.11/../../secret.txt", "/r/2026.11/%2e%2e/secret.txt", "/r/2026.11/..%2fsecret.txt", "/r/2026.11/..%2f..%2fsecret.txt",
		"/r/2026.11/..%5csecret.txt", "/r/../secret.txt", "/r/%2e%2e/secret.txt", "/r/..%2fsecret.txt", "/r/secret.txt", "/r/./secret.txt", "/r/%2e/secret.txt",
		"/r/2026.11/country/..%2f..%2f..%2fsecret.txt", "/r/2026.11//..//secret.txt", "/r/2026.11/link.txt", "/r/2026.11/%252e%252e/secret.txt", "/r/2026.11/country",
		"/r/2026.11/country/", "/r/2026.11/%00", "/r/2026.11/secret.txt%00.html", "/r/2026.11/?after=../../secret.txt",
	} {
		w := served(address)
		if w.Code == http.StatusOK || w.Code >= 500 || strings.Contains(w.Body.String(), secret) {
			t.Errorf("%s: status %d", address, w.Code)
		}
	}
	w := served("/r/2027.01/country/KE")
	if w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), "2026.11") || !strings.Contains(w.Body.String(), "2026.12") {
		t.Errorf("an unknown release: status %d: %s", w.Code, w.Body)
	}
}

// checkVerify flips a byte of a page.
func (r releaser) checkVerify(dir string) {
	t := r.t
	t.Helper()
	if said := r.do("verify", dir); !strings.HasPrefix(said, "ok  release 2026.12 of the workspace notes, ") {
		t.Errorf("said: %s", said)
	}
	page := filepath.Join(dir, "country", "KE.html")
	body, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	body[len(body)/2] ^= 1
	if err := os.WriteFile(page, body, 0o644); err != nil {
		t.Fatal(err)
	}
	said, err := r.try(t.Context(), "verify", dir)
	if sightline.ErrorCode(err) != sightline.Corrupt || !strings.Contains(said, "FAILED  country/KE.html: differs") || strings.Count(said, "FAILED") != 1 {
		t.Errorf("a flipped byte: %v: %s", err, said)
	}
}
