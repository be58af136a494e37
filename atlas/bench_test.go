//go:build unix

package atlas_test

import (
	"net/http"
	"net/http/httptest"
	"syscall"
	"testing"
	"time"

	"sightline"
	"sightline/atlas"
)

// discard is a response that keeps nothing.
type discard struct{ h http.Header }

func (d discard) Header() http.Header         { return d.h }
func (d discard) Write(b []byte) (int, error) { return len(b), nil }
func (d discard) WriteHeader(int)             {}

// processor is the processor time that the process took so far, of all its
// threads: a busy machine moves it less than the time by the clock.
func processor(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

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
		before := processor(b)
		for i := 0; b.Loop(); i++ {
			s.ServeHTTP(discard{http.Header{}}, requests[i%len(requests)])
		}
		b.ReportMetric(float64(processor(b)-before)/1e6/float64(b.N), "cpu-ms/page")
	}
	b.Run("cold", func(b *testing.B) {
		s := serveStore(b, catalogue(), func(c *atlas.Config) { c.CacheSize = 1 })
		for _, r := range requests { // opens the reader, with the summaries of the peers
			s.ServeHTTP(discard{http.Header{}}, r)
		}
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
