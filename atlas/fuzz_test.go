package atlas_test

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"unicode"

	"sightline/atlas"
	"sightline/internal/htmlcheck"
)

// parseAddress reads an address as the standard server would, or reports that
// it would refuse it.
func parseAddress(address string) (*http.Request, bool) {
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader("GET " + address + " HTTP/1.1\r\nHost: localhost\r\n\r\n")))
	return r, err == nil && r.ProtoMajor == 1
}

// probe asks for an address and checks what holds for every answer.
func probe(t testing.TB, s *atlas.Server, address string) *httptest.ResponseRecorder {
	t.Helper()
	r, ok := parseAddress(address)
	if !ok {
		return nil
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	body, kind := w.Body.String(), w.Header().Get("Content-Type")
	if w.Code >= 500 || w.Code < 200 {
		t.Fatalf("%q: status %d: %.300s", address, w.Code, body)
	}
	for _, never := range []string{"goroutine ", "runtime error", "ZgotmplZ", "BUG:", home, "sightline/atlas."} {
		if strings.Contains(body, never) && !strings.Contains(address, never) {
			t.Errorf("%q: the answer holds %q", address, never)
		}
	}
	for _, x := range body {
		if strings.HasPrefix(kind, "image/") {
			break // no text
		}
		if unicode.Is(unicode.Bidi_Control, x) || x < 0x20 && x != '\n' {
			t.Errorf("%q: the answer holds %U", address, x)
			break
		}
	}
	to := w.Header().Get("Location")
	switch {
	case w.Code >= 300 && w.Code < 400 && w.Code != http.StatusNotModified:
		if !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.HasPrefix(to, "/\\") {
			t.Errorf("%q leads to %q", address, to)
		}
		if _, err := url.Parse(to); err != nil {
			t.Errorf("%q leads to %q: %v", address, to, err)
		}
	case to != "":
		t.Errorf("%q: status %d, and Location %q", address, w.Code, to)
	case strings.HasPrefix(kind, "text/html"):
		p, err := htmlcheck.Parse([]byte(body))
		if err != nil {
			t.Fatalf("%q: %v", address, err)
		}
		for _, problem := range p.Problems() {
			t.Errorf("%q: %s", address, problem)
		}
		if w.Code >= 400 {
			helpful(t, address, w)
		}
	case w.Code >= 400 && kind != "application/json" && !strings.HasPrefix(r.URL.Path, "/static/"):
		t.Errorf("%q: status %d as %s", address, w.Code, kind)
	}
	return w
}

var home = func() string {
	d, err := os.Getwd()
	if err != nil {
		panic(err)
	}
	return d
}()

// mutator makes addresses out of real ones.
type mutator struct {
	*rand.Rand
	real []string
}

// hostile words for a path or a query, as they stand in an address.
var hostileWords = []string{
	"..%2f", "%2e%2e/", "%00", "%0d%0aSet-Cookie:x=1", "%22%3E%3Cscript%3Ealert(1)%3C/script%3E", "%E2%80%AE", "%ff%fe", "%C3%28", "' OR 1=1--", "{{.}}", "%25s%25n",
	"$%7Bjndi:ldap%7D", "%7B%7B7*7%7D%7D", "javascript:alert(1)", "//example.org", "%5C%5Cexample.org", ";", "%3Cimg src=x%3E", "\xe2\x80\xae", "=cmd%7C", "*", "%F0%9F%87%B0%F0%9F%87%AA",
	"%D9%83%D9%8A%D9%86%D9%8A%D8%A7", "%E8%82%AF%E5%B0%BC%E4%BA%9A", "-1", "99999999999999999999", "1e309", "NaN", "2018-02-30", "0000", "9999-12-31", "+", "&&&&", "=", "%u0041",
}

func pick[T any](m *mutator, of []T) T { return of[m.IntN(len(of))] }

func (m *mutator) address() string {
	a := pick(m, m.real)
	switch m.IntN(12) {
	case 0: // random bytes
		b := make([]byte, 1+m.IntN(60))
		for i := range b {
			b[i] = byte(m.IntN(256))
		}
		return "/" + string(b)
	case 1: // random printable
		b := make([]byte, 1+m.IntN(80))
		for i := range b {
			b[i] = byte(0x21 + m.IntN(0x5e))
		}
		return "/" + string(b)
	case 2: // one byte changed
		b := []byte(a)
		b[m.IntN(len(b))] = byte(m.IntN(256))
		return string(b)
	case 3: // cut
		return a[:1+m.IntN(len(a))]
	case 4: // doubled
		return a + pick(m, m.real)
	case 5: // other case
		return strings.Map(func(r rune) rune {
			if m.IntN(2) == 0 {
				return unicode.ToUpper(r)
			}
			return r
		}, a)
	case 6: // a hostile word within
		i := 1 + m.IntN(len(a))
		return a[:i] + pick(m, hostileWords) + a[i:]
	case 7: // a hostile query
		var q []string
		for range 1 + m.IntN(4) {
			q = append(q, pick(m, []string{"published", "known", "lang", "with", "q", "after", "kind", "class", "country", "vote", "since", "x"})+"="+pick(m, hostileWords))
		}
		path, _, _ := strings.Cut(a, "?")
		return path + "?" + strings.Join(q, "&")
	case 8: // a date, mostly impossible
		return fmt.Sprintf("%s?%s=%d-%d-%d", strings.SplitN(a, "?", 2)[0], pick(m, []string{"published", "known"}), 2027+m.IntN(9000), m.IntN(14), m.IntN(40))
	case 9: // a date that was
		return strings.SplitN(a, "?", 2)[0] + "?" + pick(m, []string{"published=2018", "published=2019-07", "known=2026-11-25", "published=1066"})
	case 10: // long
		return a + strings.Repeat(pick(m, []string{"x", "/", "%20", "?", "é"}), m.IntN(3000))
	}
	path, query, _ := strings.Cut(a, "?") // a suffix
	return path + pick(m, []string{".json", ".csv", ".png", ".html", ".json.json", "/", "/figure/x.csv", "/figure/peers-map.csv", "/figure/peers-map@2x.png", "/figure/peers-map@plot.png", "/figure/peers-map.json", "/figure/peers-map@2x.md", "/figure/peers-map", "/figure/", "."}) + "?" + query
}

// Ten thousand addresses made up from real ones: each is answered with a
// status that is nobody's fault but the asker's, a page that leads on, and
// nothing of what another asked.
func TestFuzzedAddresses(t *testing.T) {
	s := catalogueServer()
	n := 10_000
	if testing.Short() {
		n = 1_000
	}
	m := &mutator{Rand: rand.New(rand.NewPCG(5, 2026)), real: append([]string{"/", "/country/KE?with=UG,TZ", "/country/KE/claims", "/search?q=huawei", "/packet/SL-7Q4M-2K9D-X"}, read(t, s, "/country/ZW").Links...)}
	statuses := map[int]int{}
	refused, last := 0, ""
	for i := range n {
		address := m.address()
		mark := fmt.Sprintf("zq%dqz", i)
		sep := "?"
		if strings.Contains(address, "?") {
			sep = "&"
		}
		address += sep + "q=" + mark
		w := probe(t, s, address)
		if w == nil {
			refused++
			continue
		}
		statuses[w.Code]++
		if last != "" && strings.Contains(w.Body.String(), last) {
			t.Errorf("%q: the answer holds %s, which another asked for", address, last)
		}
		if last = mark; t.Failed() && i > 20 {
			t.Fatal("enough")
		}
	}
	t.Logf("%d addresses: %v, and %d that the standard server refuses", n, statuses, refused)
	for _, status := range []int{200, 301, 400, 404, 414} {
		if statuses[status] == 0 {
			t.Errorf("no address was answered with %d: the generator is too tame", status)
		}
	}
}

func FuzzAddress(f *testing.F) {
	for _, a := range []string{"/", "/country/KE", "/country/ke.json?published=2018", "/country/KE?with=UG,TZ", "/search?q=%E5%8D%8E%E4%B8%BA", "/country/KE/figure/peers-map.csv",
		"/..%2f..%2fgo.mod", "//example.org", "/about/?lang=qps", "*", "/claims?after=x&country=KE", "/country/%00", "/search?q=%010", "/search?q=%ff%02", "/corrections?claim=%7f%c2%85", "/a#b%1fc", "//a#%&q=c", "/a%23%1f"} {
		f.Add(a)
	}
	f.Fuzz(func(t *testing.T, address string) {
		if strings.Contains(address, "published=") || strings.Contains(address, "known=") {
			// Each date that was makes a view of its own, which takes long.
			address = strings.NewReplacer("published=1", "published=9", "published=2", "published=9", "known=1", "known=9", "known=2", "known=9").Replace(address)
		}
		probe(t, catalogueServer(), address)
	})
}
