package claims_test

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"sightline"
	"sightline/catalog"
	"sightline/ftm/claims"
)

// million is the catalogue with its claims as often as it takes to make a
// million statements.
func million(b *testing.B) held {
	b.Helper()
	store, records := catalogue(b)
	n := 0
	for group, err := range claims.Statements(store, 0) {
		if err != nil {
			b.Fatal(err)
		}
		n += len(group)
	}
	var m held
	for _, r := range records {
		m = append(m, sightline.Entry{Record: r, Recorded: catalog.Recorded(), Closed: sightline.Forever})
	}
	for round := range 1_000_000/n + 2 {
		for _, r := range records {
			if r.Claim() == nil {
				continue
			}
			c := *r.Claim()
			c.ID = sightline.ClaimID(fmt.Sprintf("%s-%03d", sightline.Clip(string(c.ID), 70), round))
			c.Corrects = ""
			again, err := sightline.NewRecord(&c)
			if err != nil {
				continue // the id is cut in a letter
			}
			m = append(m, sightline.Entry{Record: again, Recorded: catalog.Recorded(), Closed: sightline.Forever})
		}
	}
	slices.SortStableFunc(m, func(a, b sightline.Entry) int { return a.Record.Compare(b.Record) })
	return m
}

type counter struct{ bytes, lines int64 }

func (c *counter) Write(p []byte) (int, error) {
	c.bytes += int64(len(p))
	c.lines += int64(strings.Count(string(p), "\n"))
	return len(p), nil
}

func benchmark(b *testing.B, write func(io.Writer, claims.Records, sightline.Instant) error) {
	m := million(b)
	b.ReportAllocs()
	for b.Loop() {
		var c counter
		if err := write(&c, m, 0); err != nil {
			b.Fatal(err)
		}
		b.SetBytes(c.bytes)
		b.ReportMetric(float64(c.lines), "lines/op")
	}
}

func BenchmarkExportStatements(b *testing.B) { benchmark(b, claims.WriteStatements) }
func BenchmarkExportEntities(b *testing.B)   { benchmark(b, claims.WriteEntities) }
