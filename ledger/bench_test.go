package ledger_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

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
