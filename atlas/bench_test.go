package atlas_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"sightline"
	"sightline/atlas"
)

// discard is a response that keeps nothing.
type discard struct{ h http.Header }

func (d discard) Header() http.Header         { return d.h }
func (d discard) Write(b []byte) (int, error) { return len(b), nil }
func (d discard) WriteHeader(int)             {}

// BenchmarkCountries asks for the pages of all countries: cold, each page made
// anew, and warm, from the cache.
func BenchmarkCountries(b *testing.B) {
	var requests []*http.Request
	for _, c := range sightline.Countries() {
		r := httptest.NewRequest(http.MethodGet, "/country/"+c.Code(), nil)
		r.Header.Set("Accept-Encoding", "gzip")
		requests = append(requests, r)
	}
	run := func(b *testing.B, s *atlas.Server) {
		for i := 0; b.Loop(); i++ {
			s.ServeHTTP(discard{http.Header{}}, requests[i%len(requests)])
		}
	}
	b.Run("cold", func(b *testing.B) {
		s := serveStore(b, catalogue(), func(c *atlas.Config) { c.CacheSize = 1 })
		get(s, "/") // opens the reader
		run(b, s)
	})
	b.Run("warm", func(b *testing.B) {
		s := serveStore(b, catalogue(), nil)
		for _, r := range requests {
			s.ServeHTTP(discard{http.Header{}}, r)
		}
		run(b, s)
	})
}
