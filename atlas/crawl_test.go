package atlas_test

import (
	"bytes"
	"hash/crc32"
	"net/http"
	"os"
	"strings"
	"testing"

	"sightline/internal/htmlcheck"
)

// sampled reports whether the crawl goes to an address. Of the kinds that have
// thousands of pages it takes one in twenty, the same each time; with
// ATLAS_CRAWL=all in the environment it takes all.
func sampled(address string) bool {
	if os.Getenv("ATLAS_CRAWL") == "all" {
		return true
	}
	for _, kind := range []string{"/claim/", "/packet/", "/source/", "/network/", "/supplier/"} {
		if strings.HasPrefix(address, kind) {
			return crc32.ChecksumIEEE([]byte(address))%20 == 0
		}
	}
	return true
}

// Every page that a reader can reach from the front page is there and sound,
// and so are the forms that it offers. With -short the crawl ends after some
// hundred pages.
func TestEveryPage(t *testing.T) {
	s := catalogueServer()
	most := 1 << 30
	if testing.Short() {
		most = 400
	}
	queue := []string{"/", "/country/KE?published=2018", "/country/KE?lang=qps", "/country/KE?with=UG,TZ"}
	seen := map[string]bool{}
	from := map[string]string{}
	for _, a := range queue {
		seen[a] = true
	}
	pages, others := 0, 0
	for len(queue) > 0 && pages < most {
		address := queue[0]
		queue = queue[1:]
		w := get(s, address)
		if w.Code != http.StatusOK {
			t.Errorf("%s, linked from %s: status %d", address, from[address], w.Code)
			continue
		}
		if !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
			if others++; w.Body.Len() == 0 {
				t.Errorf("%s is empty", address)
			}
			continue
		}
		pages++
		body := w.Body.Bytes()
		p, err := htmlcheck.Parse(body)
		if err != nil {
			t.Fatalf("%s: %v", address, err)
		}
		for _, problem := range p.Problems() {
			t.Errorf("%s: %s", address, problem)
		}
		for _, never := range []string{"@font-face", "http-equiv=\"refresh\"", "<nil>", "%!", "ZgotmplZ"} {
			if bytes.Contains(body, []byte(never)) {
				t.Errorf("%s holds %q", address, never)
			}
		}
		if t.Failed() && pages > 50 {
			t.Fatal("enough")
		}
		// From a page that looks back, or is in another language, no further.
		if strings.Contains(address, "published=") || strings.Contains(address, "known=") || strings.Contains(address, "lang=") {
			continue
		}
		for _, to := range p.Links {
			if !seen[to] && sampled(to) {
				seen[to] = true
				from[to] = address
				queue = append(queue, to)
			}
		}
	}
	t.Logf("%d pages and %d other forms", pages, others)
}
