package atlas_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"sightline"
)

// The most bytes that the page of a country has on the way, packed as the
// server packs it: by itself, and with its pictures and the style sheet.
const (
	pageBytes = 15_000
	allBytes  = 60_000
)

var loaded = regexp.MustCompile(`<(?:img|link rel="stylesheet") [^>]*(?:src|href)="([^"]+)"(?: srcset="[^"]* 1x, ([^" ]+) 2x")?`)

// Every country's page is light enough for a slow line.
func TestWeight(t *testing.T) {
	s := catalogueServer()
	weight := func(path string) (int, string) {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Header.Set("Accept-Encoding", "gzip")
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			t.Fatalf("%s: %d", path, w.Code)
		}
		return w.Body.Len(), w.Header().Get("Content-Encoding")
	}
	heaviest, at, pages := 0, "", 0
	for _, c := range sightline.Countries() {
		path := "/country/" + c.Code()
		n, packed := weight(path)
		if packed != "gzip" {
			t.Errorf("%s came as it is", path)
		}
		if n > pageBytes {
			t.Errorf("%s has %d bytes packed, the most is %d", path, n, pageBytes)
		}
		if n > heaviest {
			heaviest, at = n, path
		}
		pages++
		all, what := n, ""
		for _, m := range loaded.FindAllStringSubmatch(get(s, path).Body.String(), -1) {
			one := m[1]
			if m[2] != "" {
				one = m[2] // the picture of a finer screen
			}
			size, _ := weight(strings.ReplaceAll(one, "&amp;", "&"))
			all += size
			what += fmt.Sprintf(" %s %d", one, size)
		}
		if what == "" {
			t.Fatalf("%s loads nothing, not even the style sheet", path)
		}
		if all > allBytes {
			t.Errorf("%s has %d bytes with%s, the most is %d", path, all, what, allBytes)
		}
	}
	if pages < 240 {
		t.Errorf("%d countries were looked at", pages)
	}
	t.Logf("the heaviest is %s with %d bytes", at, heaviest)
}
