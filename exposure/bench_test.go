//go:build unix

package exposure_test

import (
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"sightline"
	"sightline/exposure"
	"sightline/exposure/paths"
)

// BenchmarkCompareTables compares a real table with itself, both ways.
func BenchmarkCompareTables(b *testing.B) {
	build := paths.NewBuilder()
	load(b, build, "bench", shared+"mrt/rib.20140523.0600_firstMB.bz2")
	t := build.Finish()
	for b.Loop() {
		if c := exposure.CompareTables(t, t, nil, 1); c.Peers == 0 {
			b.Fatal(c.Lacks)
		}
	}
	b.ReportMetric(float64(t.Entries())/1e6/(b.Elapsed().Seconds()/float64(b.N)), "Mentries/s")
}

// BenchmarkAllCountries computes hegemony over all origins and CTI for all
// countries on the table named by SIGHTLINE_RIB. Relationships are read from
// SIGHTLINE_ASREL; addresses are placed by the delegated blocks at hand, and
// every monitor is taken to be outside all countries.
func BenchmarkAllCountries(b *testing.B) {
	rib, rels := os.Getenv("SIGHTLINE_RIB"), os.Getenv("SIGHTLINE_ASREL")
	if rib == "" || rels == "" {
		b.Skip("SIGHTLINE_RIB and SIGHTLINE_ASREL are not set; see bench/exposure.sh")
	}
	f, err := os.Open(rels)
	if err != nil {
		b.Fatal(err)
	}
	rel, err := exposure.ReadRelationships(f)
	f.Close()
	if err != nil {
		b.Fatal(err)
	}
	blocks := new(exposure.Blocks)
	for _, c := range sightline.Countries() {
		text, err := os.ReadFile(shared + "cc-prefixes/country/" + strings.ToLower(c.Code()) + "/ipv4-aggregated.txt")
		if err != nil {
			continue
		}
		if err := blocks.AddBlocks(c, strings.NewReader(string(text))); err != nil {
			b.Fatal(err)
		}
	}
	blocks.Seal()
	build := paths.NewBuilder()
	load(b, build, "bench", rib)
	t := build.Finish()
	nowhere, _ := sightline.ParseCountry("AQ")
	w := exposure.World{Table: t, Locator: blocks, Monitors: func(paths.Peer) (exposure.Monitor, bool) {
		return exposure.Monitor{Country: nowhere, Confident: true}, true
	}, FullFeed: 600_000}
	for b.Loop() {
		start, before := time.Now(), cpu()
		index := exposure.NewIndex(t)
		w.Index = index
		h, err := exposure.ComputeHegemony(t, exposure.HegemonyOptions{FullFeed: 600_000, Index: index})
		if err != nil {
			b.Fatal(err)
		}
		hege := time.Since(start)
		list, err := exposure.ComputeCTI(exposure.CTIOptions{World: w, Relationships: rel})
		if err != nil {
			b.Fatal(err)
		}
		all, both := time.Since(start), cpu()-before
		start = time.Now()
		if _, err := exposure.ComputeCountryHegemony(t, exposure.HegemonyOptions{FullFeed: 600_000, Index: index}, exposure.OriginAddresses(t, blocks), nil, false); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(hege.Seconds(), "hegemony-s")
		b.ReportMetric((all - hege).Seconds(), "cti-s")
		b.ReportMetric(all.Seconds(), "both-s")
		b.ReportMetric(both, "both-cpu-s")
		b.ReportMetric(time.Since(start).Seconds(), "country-hegemony-s")
		b.ReportMetric(float64(len(h.Rows)), "hegemony-rows")
		b.ReportMetric(float64(len(list)), "countries")
		b.ReportMetric(float64(t.Entries()), "entries")
	}
}

// cpu is the processor time of this process in seconds, which says more than
// the clock where other work runs beside it.
func cpu() float64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)/1e6
}
