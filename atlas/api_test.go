package atlas_test

import (
	"bytes"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"sightline/api"
	"sightline/atlas"
)

// described is the description of the operations, as a program reads it.
type described struct {
	Paths map[string]struct {
		Get struct {
			OperationID string `json:"operationId"`
			Parameters  []struct {
				Name    string `json:"name"`
				In      string `json:"in"`
				Example any    `json:"example"`
			} `json:"parameters"`
			Responses map[string]struct {
				Content map[string]any `json:"content"`
			} `json:"responses"`
		} `json:"get"`
	} `json:"paths"`
}

// checker checks answers against the description.
type checker struct {
	doc      described
	compiler *jsonschema.Compiler
	schemas  map[string]*jsonschema.Schema
}

func newChecker(t testing.TB) *checker {
	t.Helper()
	c := &checker{compiler: jsonschema.NewCompiler(), schemas: map[string]*jsonschema.Schema{}}
	text := get(catalogueServer(), api.OpenAPI).Body.Bytes()
	if err := json.Unmarshal(text, &c.doc); err != nil {
		t.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c.compiler.AssertFormat()
	if err := c.compiler.AddResource("mem:api", v); err != nil {
		t.Fatal(err)
	}
	return c
}

// check reports how an answer differs from what is described for the path.
func (c *checker) check(t testing.TB, path, address string, w *httptest.ResponseRecorder) {
	t.Helper()
	r, ok := c.doc.Paths[path].Get.Responses[strconv.Itoa(w.Code)]
	if !ok {
		t.Errorf("%s: status %d is not described for %s", address, w.Code, path)
		return
	}
	if w.Code == http.StatusMovedPermanently {
		return
	}
	kind := w.Header().Get("Content-Type")
	if _, ok := r.Content[kind]; !ok {
		t.Errorf("%s: content type %q is not described for %s, status %d", address, kind, path, w.Code)
		return
	}
	if kind != "application/json" {
		return
	}
	at := "mem:api#/paths/" + strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D").Replace(path) + "/get/responses/" + strconv.Itoa(w.Code) + "/content/application~1json/schema"
	s := c.schemas[at]
	if s == nil {
		var err error
		if s, err = c.compiler.Compile(at); err != nil {
			t.Fatal(err)
		}
		c.schemas[at] = s
	}
	v, err := jsonschema.UnmarshalJSON(w.Body)
	if err == nil {
		err = s.Validate(v)
	}
	if err != nil {
		t.Errorf("%s: %.1500v", address, err)
	}
}

// address fills the places and parameters of a path with the examples of the
// description. Ids have no example that lasts: they are those given.
func (c *checker) address(path string, ids map[string]string) string {
	v := url.Values{}
	out := path
	for _, p := range c.doc.Paths[path].Get.Parameters {
		x, _ := p.Example.(string)
		switch {
		case p.In == "path" && ids[path] != "":
			out = strings.Replace(out, "{"+p.Name+"}", ids[path], 1)
		case p.In == "path":
			out = strings.Replace(out, "{"+p.Name+"}", x, 1)
		case p.Name == "q" || p.Name == "countries":
			v.Set(p.Name, x)
		}
	}
	if len(v) > 0 {
		out += "?" + v.Encode()
	}
	return out
}

// ids are records of the catalogue, by path.
func ids(t testing.TB) map[string]string {
	t.Helper()
	var l struct {
		Data struct {
			Claims []struct {
				Claim string `json:"claim"`
			} `json:"claims"`
			Notes []struct {
				Source string `json:"source"`
			} `json:"notes"`
		} `json:"data"`
		Packets []string `json:"packets"`
	}
	if err := json.Unmarshal(get(catalogueServer(), "/v1/claims?limit=1").Body.Bytes(), &l); err != nil || len(l.Packets) == 0 || len(l.Data.Notes) == 0 {
		t.Fatal(err, l)
	}
	return map[string]string{"/v1/claim/{id}": l.Data.Claims[0].Claim, "/v1/claim/{id}/changes": l.Data.Claims[0].Claim, "/v1/claim/{id}/changes.csv": l.Data.Claims[0].Claim,
		"/v1/source/{id}": l.Data.Notes[0].Source, "/v1/packet/{id}": l.Packets[0]}
}

// Every operation answers, as described, with the document of its page.
func TestOperationsAgreeWithPages(t *testing.T) {
	s, c := catalogueServer(), newChecker(t)
	known := ids(t)
	if len(c.doc.Paths) < 30 {
		t.Fatalf("%d operations", len(c.doc.Paths))
	}
	for path := range c.doc.Paths {
		address := c.address(path, known)
		w := get(s, address)
		if w.Code != http.StatusOK {
			t.Errorf("%s: status %d: %.300s", address, w.Code, w.Body)
			continue
		}
		body := bytes.Clone(w.Body.Bytes())
		c.check(t, path, address, w)
		call, err := api.Find(strings.SplitN(address, "?", 2)[0])
		if err != nil || call.Operation.Page == "" {
			continue // the index, the description, and comparisons, which have an address of their own
		}
		suffix := ".json"
		if call.Suffix != "" {
			suffix = call.Suffix
		}
		to, query, err := call.Address(nil)
		if err != nil {
			t.Fatal(err)
		}
		if call.Operation.ID == "search" {
			query = map[string]string{"q": "Huawei"}
		}
		v := url.Values{}
		for k, x := range query {
			v.Set(k, x)
		}
		page := get(s, to+suffix+"?"+v.Encode()).Body.Bytes()
		if suffix == ".csv" {
			if !bytes.Equal(page, body) {
				t.Errorf("%s is not the .csv of %s", address, to)
			}
			continue
		}
		var e struct {
			Next string `json:"next"`
			Data any    `json:"data"`
		}
		var d any
		if err := json.Unmarshal(body, &e); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(page, &d); err != nil {
			t.Fatal(err)
		}
		switch call.Operation.ID {
		case "countries", "suppliers", "networks", "sources": // the page has the whole list: walk it
			rows := walk(t, address)
			whole := d.(map[string]any)[call.Operation.ID].([]any)
			if !same(rows, whole) {
				t.Errorf("%s: its pages have %d rows, %s has %d, or they differ", address, len(rows), to, len(whole))
			}
		default:
			if !same(e.Data, d) {
				t.Errorf("%s has other data than %s.json", address, to)
			}
		}
	}
}

func same(a, b any) bool {
	x, err := json.Marshal(a, json.Deterministic(true))
	if err != nil {
		return false
	}
	y, err := json.Marshal(b, json.Deterministic(true))
	return err == nil && bytes.Equal(x, y)
}

// walk collects the rows of all pages of a list.
func walk(t testing.TB, address string) (rows []any) {
	t.Helper()
	name := strings.TrimPrefix(address, "/v1/")
	for pages := 0; address != ""; pages++ {
		if pages > 200 {
			t.Fatal("no end")
		}
		var e struct {
			Next string         `json:"next"`
			Data map[string]any `json:"data"`
		}
		if err := json.Unmarshal(get(catalogueServer(), address).Body.Bytes(), &e); err != nil {
			t.Fatal(address, err)
		}
		rows = append(rows, e.Data[name].([]any)...)
		address = e.Next
	}
	return rows
}

// What a program needs of the protocol: it may read from any site, nothing
// comes twice, and nothing can be changed.
func TestProtocolForPrograms(t *testing.T) {
	s := serveStore(t, catalogue(), func(c *atlas.Config) { c.Public = true })
	w := get(s, "/v1/country/KE?published=2018")
	tag := w.Header().Get("ETag")
	if w.Code != 200 || tag == "" || w.Header().Get("Access-Control-Allow-Origin") != "*" || w.Header().Get("Set-Cookie") != "" || !strings.Contains(w.Body.String(), `"looking_back"`) {
		t.Errorf("status %d, %v", w.Code, w.Header())
	}
	ask := func(method, address, tag string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, address, nil)
		r.Header.Set("If-None-Match", tag)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return w
	}
	for _, tt := range []struct {
		method, address, tag string
		status               int
	}{
		{"GET", "/v1/country/KE?published=2018", tag, 304}, {"OPTIONS", "/v1/claims", "", 204}, {"POST", "/v1/claims", "", 405}, {"DELETE", "/v1", "", 405},
		{"GET", "/v1/country/kenya", "", 301}, {"GET", "/v1/nowhere", "", 404}, {"GET", "/v1/claims?nonsense=1", "", 400}, {"GET", "/v1/country/XX", "", 404},
		{"GET", "/v1/claims?country=nowhere", "", 400}, {"GET", "/v1/suppliers?class=nonsense", "", 400}, {"GET", "/v1/" + strings.Repeat("a", 600), "", 414},
	} {
		w := ask(tt.method, tt.address, tt.tag)
		if w.Code != tt.status {
			t.Errorf("%s %s: status %d, want %d: %.200s", tt.method, tt.address, w.Code, tt.status, w.Body)
		}
		if tt.status >= 400 && !strings.Contains(w.Body.String(), api.OpenAPI) {
			t.Errorf("%s %s does not say where the description is: %s", tt.method, tt.address, w.Body)
		}
	}
	if to := get(s, "/v1/country/kenya?published=2018").Header().Get("Location"); to != "/v1/country/KE?published=2018" {
		t.Errorf("kenya is at %q", to)
	}
}

// Requests made from the description, some of them as it asks for and some
// not: none is a fault, and every answer is as described. API_FUZZ in the
// environment is how many.
func TestAnyRequest(t *testing.T) {
	s, c := catalogueServer(), newChecker(t)
	n := 2000
	if x := os.Getenv("API_FUZZ"); x != "" {
		var err error
		if n, err = strconv.Atoi(x); err != nil {
			t.Fatal(err)
		}
	}
	if testing.Short() {
		n = 200
	}
	var paths []string
	for p := range c.doc.Paths {
		paths = append(paths, p)
	}
	slices.Sort(paths)
	r := rand.New(rand.NewPCG(6, 2026))
	odd := []string{"", " ", "0", "-1", "501", "1e3", "2018-13", "2018", "2018-07?", "9999", "KE", "ke", "Kenya", "XX", "..", ".", "a/b", "%", "%zz", "\x00", "\xff", "\u202ex", "<script>", "'", "=1+1", "company/huawei", "company/nobody", "unknown", "control", "supplied", "contested", "open", "B", "majority", "press", "*", "SL-0000-0000-0", "AS12455", "AS0", "華為", ".csv", "x.json", "x.csv.csv", strings.Repeat("a", 201), strings.Repeat("é", 300)}
	known := ids(t)
	values := append(slices.Sorted(func(yield func(string) bool) {
		for _, v := range known {
			if !yield(v) {
				return
			}
		}
	}), odd...)
	pick := func(list []string) string { return list[r.IntN(len(list))] }
	by := map[int]int{}
	for range n {
		path := pick(paths)
		get := c.doc.Paths[path].Get
		out := path
		v := url.Values{}
		for _, p := range get.Parameters {
			x, _ := p.Example.(string)
			if f, ok := p.Example.(float64); ok {
				x = strconv.Itoa(int(f))
			}
			if p.In == "path" && known[path] != "" {
				x = known[path]
			}
			if r.IntN(4) == 0 || x == "" {
				x = pick(values)
			}
			if p.In == "path" {
				out = strings.Replace(out, "{"+p.Name+"}", url.PathEscape(x), 1)
			} else if r.IntN(3) == 0 || p.Name == "q" || p.Name == "countries" {
				v.Add(p.Name, x)
				if r.IntN(40) == 0 {
					v.Add(p.Name, x)
				}
			}
		}
		if r.IntN(25) == 0 {
			v.Add(pick(values), pick(values))
		}
		query := v.Encode()
		if r.IntN(60) == 0 {
			query += "&%zz;=" // not encoded as addresses are
		}
		u := &url.URL{Path: "/", RawQuery: query}
		if p, err := url.PathUnescape(out); err == nil {
			u.Path, u.RawPath = p, out
		}
		req := httptest.NewRequest(http.MethodGet, "/", nil)
		req.URL = u
		w := httptest.NewRecorder()
		s.ServeHTTP(w, req)
		by[w.Code]++
		if w.Code >= 500 {
			t.Fatalf("%s?%s: status %d: %s", out, query, w.Code, w.Body)
		}
		if w.Header().Get("Content-Type") == "application/json" && !utf8.Valid(w.Body.Bytes()) {
			t.Errorf("%s?%s: not UTF-8", out, query)
		}
		if w.Code == http.StatusOK { // a value may lead to another operation, which its own answers describe
			if call, err := api.Find(u.Path); err == nil {
				path = api.Root + call.Operation.Path + call.Suffix
			}
		}
		c.check(t, path, out+"?"+query, w)
		if t.Failed() {
			t.Fatal("enough")
		}
	}
	t.Logf("%d requests, by status: %v", n, by)
	if by[200] < n/4 || by[400] < n/20 || by[404] < n/50 {
		t.Errorf("the requests say little: %v", by)
	}
}

// An atlas that a reader runs alone tells other sites nothing.
func TestAloneIsClosedToOtherSites(t *testing.T) {
	w := get(catalogueServer(), "/v1/countries")
	if w.Code != 200 || w.Header().Get("Access-Control-Allow-Origin") != "" || w.Header().Get("Cross-Origin-Resource-Policy") != "same-origin" {
		t.Errorf("status %d, headers %v", w.Code, w.Header())
	}
}
