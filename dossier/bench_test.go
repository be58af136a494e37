package dossier_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"sightline"
	"sightline/catalog"
	"sightline/dossier"
	"sightline/ledger"
)

// indicator is a series of the catalogue as dossiers read it.
type indicator struct{ *catalog.Series }

func (i indicator) Points(c sightline.Country) ([]dossier.Point, error) {
	points, err := i.Series.Points(c)
	out := make([]dossier.Point, len(points))
	for k, p := range points {
		out[k] = dossier.Point(p)
	}
	return out, err
}

var catalogue = sync.OnceValues(func() (*ledger.Memory, error) {
	records, err := catalog.Records()
	if err != nil {
		return nil, err
	}
	return ledger.NewMemory("catalogue "+catalog.Edition(), catalog.Recorded(), records)
})

// embedded is the embedded catalogue with its series.
func embedded(t testing.TB) (*ledger.Memory, []dossier.Series) {
	t.Helper()
	m, err := catalogue()
	if err != nil {
		t.Fatal(err)
	}
	var series []dossier.Series
	for _, x := range catalog.AllSeries() {
		series = append(series, indicator{x})
	}
	return m, series
}

// One operation is the dossier of one country, each in its turn.
func BenchmarkCompose(b *testing.B) {
	m, series := embedded(b)
	all := sightline.Countries()
	i := 0
	for b.Loop() {
		if _, err := dossier.Compose(m, series, dossier.Options{Country: all[i%len(all)]}); err != nil {
			b.Fatal(err)
		}
		i++
	}
}

// As BenchmarkCompose, by one reader on all processors.
func BenchmarkReader(b *testing.B) {
	r := whole(b, dossier.Options{})
	all := sightline.Countries()
	var next atomic.Int64
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := r.Dossier(all[int(next.Add(1))%len(all)]); err != nil {
				b.Error(err)
				return
			}
		}
	})
}
