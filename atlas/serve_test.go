package atlas_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"sightline"
	"sightline/atlas"
	"sightline/dossier"
	"sightline/internal/htmlcheck"
	"sightline/ledger"
)

// ask sends a request with headers as name and value in turn.
func ask(h http.Handler, method, address string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, address, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i] == "Host" {
			r.Host = headers[i+1]
		}
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// Every kind of answer carries the same protection, and none a cookie.
func TestHeaders(t *testing.T) {
	s := catalogueServer()
	sheet := htmlcheck.Attr(htmlcheck.All(read(t, s, "/").Root, "link")[0], "href")
	etag := get(s, "/countries").Header().Get("ETag")
	for _, c := range []struct {
		what string
		w    *httptest.ResponseRecorder
		want int
	}{
		{"page", get(s, "/country/KE"), 200},
		{"json", get(s, "/country/KE.json"), 200},
		{"csv", get(s, "/country/KE.csv"), 200},
		{"figure", get(s, "/country/KE/figure/peers-map.csv"), 200},
		{"redirect", get(s, "/country/ke"), 301},
		{"cleaned path", get(s, "/country//KE"), 307},
		{"unknown", get(s, "/country/Kenia"), 404},
		{"unknown as json", get(s, "/country/Kenia.json"), 404},
		{"lost", get(s, "/nothing/here"), 404},
		{"bad date", get(s, "/countries?published=never"), 400},
		{"style sheet", get(s, sheet), 200},
		{"no such file", get(s, "/static/site.css"), 404},
		{"icon", get(s, "/favicon.ico"), 204},
		{"not modified", ask(s, "GET", "/countries", "If-None-Match", etag), 304},
		{"method", ask(s, "POST", "/countries"), 405},
		{"long", get(s, "/search?q="+strings.Repeat("x", 5000)), 414},
	} {
		if c.w.Code != c.want {
			t.Errorf("%s: status %d, want %d", c.what, c.w.Code, c.want)
		}
		h := c.w.Header()
		for name, want := range map[string]string{
			"Content-Security-Policy":      "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
			"X-Content-Type-Options":       "nosniff",
			"X-Frame-Options":              "DENY",
			"Referrer-Policy":              "no-referrer",
			"Cross-Origin-Opener-Policy":   "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin",
		} {
			if got := h.Get(name); got != want {
				t.Errorf("%s: %s is %q", c.what, name, got)
			}
		}
		for name := range h {
			switch name {
			case "Set-Cookie", "Server", "X-Powered-By", "Date", "Last-Modified", "Refresh", "Access-Control-Allow-Origin":
				t.Errorf("%s: the header %s", c.what, name)
			}
		}
		if c.want >= 400 && h.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: Cache-Control is %q", c.what, h.Get("Cache-Control"))
		}
	}
}

func TestNotModified(t *testing.T) {
	s := catalogueServer()
	for _, address := range []string{"/country/KE", "/country/KE.json", "/country/KE.csv", "/country/KE/figure/peers-map.csv", "/about"} {
		first := get(s, address)
		etag := first.Header().Get("ETag")
		if etag == "" || first.Header().Get("Cache-Control") != "no-cache" {
			t.Errorf("%s: ETag %q, Cache-Control %q", address, etag, first.Header().Get("Cache-Control"))
		}
		for header, want := range map[string]int{etag: 304, `"other", ` + etag: 304, strings.TrimPrefix(etag, "W/"): 304, "*": 304, `"other"`: 200, "": 200} {
			w := ask(s, "GET", address, "If-None-Match", header)
			if w.Code != want {
				t.Errorf("%s, If-None-Match %s: status %d, want %d", address, header, w.Code, want)
			}
			if w.Code == 304 && (w.Body.Len() > 0 || w.Header().Get("ETag") != etag || w.Header().Get("Vary") != "Accept-Encoding") {
				t.Errorf("%s: 304 with a body of %d bytes, ETag %s", address, w.Body.Len(), w.Header().Get("ETag"))
			}
		}
		if other := get(s, "/country/UG").Header().Get("ETag"); other == etag {
			t.Errorf("%s has the ETag of another page", address)
		}
		if w := ask(s, "GET", "/country/Kenia", "If-None-Match", "*"); w.Code != 404 {
			t.Errorf("an error answers If-None-Match with %d", w.Code)
		}
	}
}

func TestHeadAndMethods(t *testing.T) {
	s := catalogueServer()
	for _, address := range []string{"/country/KE", "/country/ke", "/country/Kenia", "/country/KE.json", "/static/none", "/favicon.ico", "/nothing"} {
		full, head := get(s, address), ask(s, "HEAD", address)
		if head.Code != full.Code || head.Body.Len() != 0 {
			t.Errorf("HEAD %s: status %d, %d bytes; GET has %d", address, head.Code, head.Body.Len(), full.Code)
		}
		for name := range full.Header() {
			if head.Header().Get(name) != full.Header().Get(name) {
				t.Errorf("HEAD %s: %s is %q, with GET %q", address, name, head.Header().Get(name), full.Header().Get(name))
			}
		}
	}
	for _, method := range []string{"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get"} {
		r := httptest.NewRequest("GET", "/country/KE", strings.NewReader("x=1"))
		r.Method = method
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "GET, HEAD" || strings.Contains(w.Body.String(), "x=1") {
			t.Errorf("%s: status %d, Allow %q", method, w.Code, w.Header().Get("Allow"))
		}
	}
	// A body that nobody reads ends the connection.
	r := httptest.NewRequest("GET", "/countries", strings.NewReader("x"))
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	if w.Code != 200 || w.Header().Get("Connection") != "close" {
		t.Errorf("GET with a body: status %d, Connection %q", w.Code, w.Header().Get("Connection"))
	}
}

// Packed and plain, an answer is the same.
func TestPacked(t *testing.T) {
	s := catalogueServer()
	for _, address := range []string{"/", "/countries", "/country/KE", "/country/CN.json", "/country/KE.csv", "/country/Kenia"} {
		plain := ask(s, "GET", address)
		packed := ask(s, "GET", address, "Accept-Encoding", "br, gzip")
		if plain.Header().Get("Content-Encoding") != "" || packed.Header().Get("Content-Encoding") != "gzip" {
			t.Fatalf("%s: encodings %q and %q", address, plain.Header().Get("Content-Encoding"), packed.Header().Get("Content-Encoding"))
		}
		if plain.Header().Get("Vary") != "Accept-Encoding" || packed.Header().Get("Vary") != "Accept-Encoding" || plain.Header().Get("ETag") != packed.Header().Get("ETag") {
			t.Errorf("%s: Vary %q, ETag %q and %q", address, plain.Header().Get("Vary"), plain.Header().Get("ETag"), packed.Header().Get("ETag"))
		}
		z, err := gzip.NewReader(packed.Body)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(z)
		if err != nil || !bytes.Equal(got, plain.Body.Bytes()) {
			t.Errorf("%s: %v, %d bytes unpacked and %d plain", address, err, len(got), plain.Body.Len())
		}
		if w := ask(s, "GET", address, "Accept-Encoding", "gzip;q=0"); w.Header().Get("Content-Encoding") != "" {
			t.Errorf("%s: packed for a reader who does not take it", address)
		}
	}
}

// helpful checks that an error is a page with a title and a way on.
func helpful(t testing.TB, address string, w *httptest.ResponseRecorder) {
	t.Helper()
	p, err := htmlcheck.Parse(w.Body.Bytes())
	if err != nil {
		t.Fatalf("%q: %v", address, err)
	}
	for _, problem := range p.Problems() {
		t.Errorf("%q: %s", address, problem)
	}
	if titles := htmlcheck.All(p.Root, "title"); len(titles) != 1 || titles[0].FirstChild == nil {
		t.Errorf("%q: no title", address)
	}
	home := false
	for _, l := range p.Links {
		home = home || l == "/" || strings.HasPrefix(l, "/?")
	}
	if !home || len(p.Links) < 5 || len(p.Out) > 0 {
		t.Errorf("%q: the page leads to %v and out to %v", address, p.Links, p.Out)
	}
}

// What is asked for in another way, or wrongly, is answered with the right
// status and a way on.
func TestAddresses(t *testing.T) {
	s := catalogueServer()
	for _, c := range []struct {
		address string
		status  int
		want    string // Location, or a text of the page
	}{
		{"/country/ke", 301, "/country/KE"},
		{"/country/ken", 301, "/country/KE"},
		{"/country/Kenya", 301, "/country/KE"},
		{"/country/C%C3%B4te%20d%27Ivoire", 301, "/country/CI"},
		{"/COUNTRY/KE", 301, "/country/KE"},
		{"/country/KE/", 301, "/country/KE"},
		{"/country/ke/claims?published=2018", 301, "/country/KE/claims?published=2018"},
		{"/country/ke.json?published=2018&lang=qps", 301, "/country/KE.json?lang=qps&published=2018"},
		{"/country/ke?with=UG,TZ", 301, "/country/KE?with=UG%2CTZ"},
		{"/KE", 301, "/country/KE"},
		{"/countries/", 301, "/countries"},
		{"/country/KE?with=ug", 301, "/country/KE?with=UG"},
		{"/country/XQ", 404, "XQ"},
		{"/country/Kenia", 404, "Kenya"},
		{"/country/KE/nothing", 404, "exposure, blocking, claims"},
		{"/country/KE/figure/none", 404, "It has: peers-map"},
		{"/votes/figure/none", 404, "It has none"},
		{"/country/KE?with=XQ", 404, "XQ"},
		{"/country/KE?with=UG,TZ,RW,BI,SS,SD", 400, "five codes"},
		{"/country", 404, "/countries"},
		{"/nothing", 404, "/countries"},
		{"/countries?published=2999", 400, "not come yet"},
		{"/countries?known=2026-11-27", 400, "not come yet"},
		{"/countries?published=2018-13", 400, "2018-13"},
		{"/countries?published=yesterday", 400, "yesterday"},
		{"/countries?published=2018-02-30", 400, "2018-02-30"},
		{"/countries?known=%00", 400, ""},
		{"/countries?lang=xx", 404, "en, qps"},
		{"/countries?published=2018&published=bad", 200, ""}, // the first counts
		{"/countries?nothing=%22%3E%3Cscript%3E", 200, ""},
		{"/countries?%zz", 200, ""},
		{"/country/KE?published=1800", 200, "looking back"},
		{"/country/KE?known=1971", 200, "looking back"},
		{"/country/KE?published=2026-11-26", 200, "looking back"},
		{"/countries?published=1800&known=1971", 200, "looking back"},
	} {
		w := get(s, c.address)
		if w.Code != c.status {
			t.Errorf("%s: status %d, want %d: %.200s", c.address, w.Code, c.status, w.Header().Get("Location"))
			continue
		}
		switch {
		case c.status == 301:
			if got := w.Header().Get("Location"); got != c.want {
				t.Errorf("%s leads to %s, want %s", c.address, got, c.want)
			}
			if to := get(s, w.Header().Get("Location")); to.Code != 200 {
				t.Errorf("%s leads to %s, which has status %d", c.address, w.Header().Get("Location"), to.Code)
			}
		default:
			if c.status >= 400 {
				helpful(t, c.address, w)
			}
			if !strings.Contains(w.Body.String(), c.want) {
				t.Errorf("%s: the page does not say %q", c.address, c.want)
			}
		}
	}
}

// In the forms for programs errors are JSON, with the status that a page has.
func TestErrorsForPrograms(t *testing.T) {
	s := catalogueServer()
	for address, status := range map[string]int{
		"/country/Kenia.json": 404, "/country/Kenia.csv": 404, "/country/KE.json?published=2999": 400, "/countries.csv?known=x": 400,
		"/country/KE/figure/none.csv": 404, "/nothing.json": 404, "/country/KE/figure/none.png": 404, "/country/KE/nothing.json": 404,
	} {
		w := get(s, address)
		var e struct {
			Status      int
			Error, Hint string
		}
		if err := json.Unmarshal(w.Body.Bytes(), &e); err != nil || w.Code != status || e.Status != status || e.Error == "" || w.Header().Get("Content-Type") != "application/json" {
			t.Errorf("%s: status %d, %s: %.200s", address, w.Code, w.Header().Get("Content-Type"), w.Body)
		}
	}
}

// On a loopback address only names of this machine are answered, so that no
// site can read the atlas through the reader's browser.
func TestHosts(t *testing.T) {
	s := serveStore(t, empty(t), func(c *atlas.Config) { c.Hosts = []string{"localhost", "127.0.0.1", "::1", "atlas.example.org"} })
	for host, want := range map[string]int{
		"localhost": 200, "localhost:8470": 200, "127.0.0.1:8470": 200, "[::1]:8470": 200, "[::1]": 200, "LOCALHOST": 200, "atlas.example.org": 200,
		"example.org": 421, "": 421, "localhost.example.org": 421, "127.0.0.1.example.org:8470": 421, "localhost:8470:1": 421, "::1]": 421, "a\x00": 421,
	} {
		w := ask(s, "GET", "/about", "Host", host)
		if w.Code != want && !(host == "::1]" && w.Code == 200) {
			t.Errorf("host %q: status %d, want %d", host, w.Code, want)
		}
		if w.Code == 421 && (strings.Contains(w.Body.String(), "<") || w.Header().Get("Content-Type") != "text/plain; charset=utf-8") {
			t.Errorf("host %q: %.200s", host, w.Body)
		}
	}
	if w := ask(serveStore(t, empty(t), nil), "GET", "/about", "Host", "any.example.org"); w.Code != 200 {
		t.Errorf("without hosts any is answered; status %d", w.Code)
	}
}

// No path leads to a file.
func TestNoPathEscapes(t *testing.T) {
	s := catalogueServer()
	long := strings.Repeat("a/", 200)
	for _, path := range []string{
		"/static/..%2f..%2fgo.mod", "/static/%2e%2e/%2e%2e/etc/passwd", "/static/../../etc/passwd", "/../../../etc/passwd", "/..%2f..%2fetc%2fpasswd", "/static/..%5c..%5cgo.mod",
		"/static/site.css", "/static/site.css%00.css", "/static/", "/static", "/page/layout/layout.html.tmpl", "/static/%2fetc%2fpasswd", "/country/..%2f..%2fgo.mod", "/country/%00",
		"/country/KE%00", "/country/KE%2f..%2f..", "/country/KE/figure/..%2f..%2fgo.mod.csv", "/country/%2e%2e", "/country/KE%5cclaims", "/%2f%2fexample.org/", "/%5cexample.org",
		"/.git/config", "/go.mod", "/%252e%252e%252fgo.mod", "/" + long, "/country/" + strings.Repeat("%00", 100), "/%c0%ae%c0%ae/etc/passwd", "/country/%ff%fe",
	} {
		u, err := url.ParseRequestURI(path)
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest("GET", "/", nil)
		r.URL, r.RequestURI = u, path
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		body := w.Body.String()
		if w.Code != 404 && w.Code != 400 && w.Code != 301 && w.Code != 307 && w.Code != 414 {
			t.Errorf("%s: status %d", path, w.Code)
		}
		for _, never := range []string{"root:", "module sightline", "{{", "[core]", "golang.org"} {
			if strings.Contains(body, never) {
				t.Errorf("%s: the answer holds %q", path, never)
			}
		}
		if to := w.Header().Get("Location"); strings.HasPrefix(to, "//") || strings.HasPrefix(to, "/\\") || strings.Contains(to, ":") {
			t.Errorf("%s leads to %s", path, to)
		}
	}
}

// failing is a series that fails with an error full of what is nobody's
// concern, or panics.
type failing struct {
	dossier.Series
	panics bool
}

var errFailing = errors.New("open /var/lib/secret/claims.db: disk on fire")

func (f failing) Points(sightline.Country) ([]dossier.Point, error) {
	if f.panics {
		panic(errFailing)
	}
	return nil, errFailing
}

func empty(t testing.TB) *ledger.Memory {
	t.Helper()
	m, err := ledger.NewMemory("empty", 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// A fault of ours tells the reader nothing of the machine, and whoever runs
// the atlas nothing of the reader.
func TestFaultsTellNothing(t *testing.T) {
	for name, panics := range map[string]bool{"error": false, "panic": true} {
		var told []string
		s := serveStore(t, catalogue(), func(c *atlas.Config) {
			for i := range c.Series {
				c.Series[i] = failing{c.Series[i], panics}
			}
			c.Fault = func(page string, err error) { told = append(told, page, err.Error()) }
		})
		for _, form := range []string{"", ".json"} {
			told = nil
			w := get(s, "/country/KE"+form+"?known=2026-11-25")
			if w.Code != 500 {
				t.Fatalf("%s%s: status %d", name, form, w.Code)
			}
			if form == "" {
				helpful(t, name, w)
			}
			for _, never := range []string{"secret", "fire", "goroutine", ".go:", "panic", "runtime"} {
				if strings.Contains(w.Body.String(), never) {
					t.Errorf("%s%s: the page says %q", name, form, never)
				}
			}
			if len(told) != 2 || strings.Contains(strings.Join(told, " "), "2026-11-25") || strings.Contains(told[0], "KE") {
				t.Errorf("%s%s: told %q", name, form, told)
			}
		}
	}
}
