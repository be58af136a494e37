package ledger_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"slices"
	"testing"
	"time"

	"sightline"
	"sightline/ledger"
)

var benchWords = []string{"signed", "delivered", "network", "camera", "centre", "ministry", "gateway", "training", "contract", "фильтр", "сети", "监控", "系统", "مراقبة", "loan", "bank", "phase", "national", "police", "cloud"}

// background declares what made-up claims name.
func background(t testing.TB, entities, sources int) []sightline.Record {
	var out []sightline.Record
	for i := range entities {
		out = append(out, record(t, &sightline.Entity{ID: sightline.EntityID(fmt.Sprintf("company/firm-%d", i)), Name: fmt.Sprintf("Firm %d %s", i, benchWords[i%len(benchWords)])}))
	}
	for i := range sources {
		out = append(out, record(t, &sightline.Source{ID: sightline.SourceID(fmt.Sprintf("source-%d", i)), Title: fmt.Sprintf("Report %d", i), Publisher: "Somebody", Kind: sightline.Press, Reliability: sightline.RelC}))
	}
	return out
}

func record(t testing.TB, v any) sightline.Record {
	r, err := sightline.NewRecord(v)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// madeUp is a claim as they look: some 500 bytes, two sources, nine words.
func madeUp(t testing.TB, rnd *rand.Rand, n, entities, sources int) sightline.Record {
	all := sightline.Countries()
	words := fmt.Sprintf("Firm %d", n%entities)
	for range 8 {
		words += " " + benchWords[rnd.IntN(len(benchWords))]
	}
	c := &sightline.Claim{
		ID: sightline.ClaimID(fmt.Sprintf("c-%x-%d", rnd.Uint32(), n)), Subject: sightline.EntityID(fmt.Sprintf("company/firm-%d", rnd.IntN(entities))),
		Predicate: sightline.Supplies, Object: sightline.Object{Entity: all[rnd.IntN(len(all))].Entity()},
		Qualifiers: map[string]string{"class": "core", "product": "eSight", "note": "of the second phase"},
		Words:      words + fmt.Sprintf(" w%d.", n),
	}
	c.Valid, _ = sightline.ParsePeriod("2014-06/2017-06")
	c.Published, _ = sightline.ParseDate("2014-06-06")
	for range 2 {
		c.References = append(c.References, sightline.Reference{Source: sightline.SourceID(fmt.Sprintf("source-%d", rnd.IntN(sources))), Locator: "page 12", Extraction: "hand"})
	}
	return record(t, c)
}

func BenchmarkMemory(b *testing.B) {
	rnd := rand.New(rand.NewPCG(1, 1))
	records := background(b, 300, 300)
	for i := range 4000 {
		records = append(records, madeUp(b, rnd, i, 300, 300))
	}
	b.Run("start", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := ledger.NewMemory("bench", then, records); err != nil {
				b.Fatal(err)
			}
		}
	})
	m, err := ledger.NewMemory("bench", then, records)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("country", func(b *testing.B) {
		for b.Loop() {
			if _, err := m.Claims(sightline.Query{Country: country("KE")}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("first search", func(b *testing.B) {
		for b.Loop() {
			m, _ := ledger.NewMemory("bench", then, records)
			if _, err := m.Search("firm 12", 20, 0); err != nil {
				b.Fatal(err)
			}
		}
	})
}

var benchClaims = flag.Int("claims", 100_000, "claims in the ledger that the benchmarks make")

// BenchmarkLedger makes one ledger and asks it. Run it with -claims 1000000
// -benchtime 1000x for the figures that docs quote. The times reported as p50 and p99 are of
// single queries for a country or words chosen at random.
func BenchmarkLedger(b *testing.B) {
	const entities, sources, batch = 20_000, 20_000, 50_000
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // as the program does
	rnd := rand.New(rand.NewPCG(1, 2))
	l := empty(b)
	if _, err := l.Append(b.Context(), then, background(b, entities, sources)); err != nil {
		b.Fatal(err)
	}
	// The ledger is filled once, whatever the number of queries asked for.
	var took time.Duration
	for from := 0; from < *benchClaims; from += batch {
		var records []sightline.Record
		for i := from; i < min(from+batch, *benchClaims); i++ {
			records = append(records, madeUp(b, rnd, i, entities, sources))
		}
		begun := time.Now()
		if _, err := l.Append(b.Context(), then, records); err != nil {
			b.Fatal(err)
		}
		took += time.Since(begun)
	}
	b.Run("append", func(b *testing.B) {
		b.ReportMetric(float64(*benchClaims)/took.Seconds(), "claims/s")
		b.ReportMetric(0, "ns/op")
	})
	measure := func(name string, query func() error) {
		b.Run(name, func(b *testing.B) {
			var times []time.Duration
			for b.Loop() {
				begun := time.Now()
				if err := query(); err != nil {
					b.Fatal(err)
				}
				times = append(times, time.Since(begun))
			}
			slices.Sort(times)
			b.ReportMetric(float64(times[len(times)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(times[len(times)*99/100].Microseconds())/1000, "p99-ms")
		})
	}
	all := sightline.Countries()
	measure("country", func() error {
		_, err := l.Claims(sightline.Query{Country: all[rnd.IntN(len(all))]})
		return err
	})
	measure("country and predicate", func() error {
		_, err := l.Claims(sightline.Query{Country: all[rnd.IntN(len(all))], Predicates: []sightline.Predicate{sightline.Finances}})
		return err
	})
	measure("entity", func() error {
		_, err := l.Claims(sightline.Query{Entities: []sightline.EntityID{sightline.EntityID(fmt.Sprintf("company/firm-%d", rnd.IntN(entities)))}})
		return err
	})
	b.Run("verify", func(b *testing.B) {
		begun := time.Now()
		sound(b, l)
		b.ReportMetric(float64(*benchClaims)/time.Since(begun).Seconds(), "claims/s")
		b.ReportMetric(0, "ns/op")
	})
	measure("search", func() error {
		var q string
		switch word := benchWords[rnd.IntN(len(benchWords))]; rnd.IntN(5) {
		case 0:
			q = fmt.Sprintf("firm %d", rnd.IntN(entities))
		case 1:
			q = word
		case 2:
			q = word + " " + benchWords[rnd.IntN(len(benchWords))]
		case 3:
			q = word[:len(word)/2/2*2]
		case 4:
			q = fmt.Sprintf("%s w%d", word, rnd.IntN(*benchClaims))
		}
		_, err := l.Search(q, 20, 0)
		return err
	})
}
