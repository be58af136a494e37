package exposure

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestTrimmedMean holds scipy.stats.trim_mean(x, .1), by hand: of eleven values
// one goes at each end.
func TestTrimmedMean(t *testing.T) {
	for _, c := range []struct {
		vals []float64
		n    int
		want float64
	}{
		{[]float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 100}, 11, 54. / 9},
		{[]float64{1}, 29, 0},             // one of 29: trimmed away
		{[]float64{1, 1, 1}, 29, 1. / 25}, // three: two go
		{[]float64{.5, .5}, 3, 1. / 3},
		{nil, 5, 0},
		{[]float64{1, 1, 1, 1, 1, 1, 1, 1, 1}, 9, 1},
	} {
		if got := trimmedMean(c.vals, c.n); math.Abs(got-c.want) > 1e-15 {
			t.Errorf("%v of %d: %v, want %v", c.vals, c.n, got, c.want)
		}
	}
}

// TestTrimmer compares the means of replicates with spelling every replicate
// out, and the intervals with sorting.
func TestTrimmer(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	for range 300 {
		n := 3 + rng.IntN(40)
		homes := make([][]int, n)
		for i := range homes {
			homes[i] = []int{rng.IntN(3)}
		}
		d := resample(homes, 3, Replicates, rng.Uint64())
		var vals []float64
		var who []int32
		for i := range n {
			if rng.IntN(2) == 0 {
				vals = append(vals, float64(rng.IntN(5))/4+.1)
				who = append(who, int32(i))
			}
		}
		slices.Sort(vals)
		size := make([]int, Replicates)
		for b := range size {
			for i := range n {
				size[b] += int(d.times[b][i])
			}
		}
		got := make([]float64, Replicates)
		all := make([]bool, n)
		for i := range all {
			all[i] = true
		}
		var trim trimmer
		trim.sizes(all, &d)
		trim.means(vals, who, &d, got)
		for b := range got {
			var all []float64
			for i, v := range vals {
				for range d.times[b][who[i]] {
					all = append(all, v)
				}
			}
			slices.Sort(all)
			if want := trimmedMean(all, size[b]); math.Abs(got[b]-want) > 1e-12 {
				t.Fatalf("replicate %d: %v, want %v", b, got[b], want)
			}
		}
		value := got[0]
		low, high := interval(value, got)
		slices.Sort(got)
		if l, h := min(value, quantile(got, .05)), max(value, quantile(got, .95)); math.Abs(low-l) > 1e-12 || math.Abs(high-h) > 1e-12 {
			t.Fatalf("interval %v to %v, want %v to %v", low, high, l, h)
		}
	}
}

// TestConstants shows what the constants of our choosing do: an interval
// narrows with monitors as the root of their number, and hardly moves with
// the number of replicates.
func TestConstants(t *testing.T) {
	width := func(n, replicates int) float64 {
		homes := make([][]int, n)
		var vals []float64
		var who []int32
		for i := range homes {
			homes[i] = []int{0}
			if i%2 == 0 {
				vals, who = append(vals, 1), append(who, int32(i))
			}
		}
		d := resample(homes, 1, replicates, 1)
		all := make([]bool, n)
		for i := range all {
			all[i] = true
		}
		reps := make([]float64, replicates)
		var trim trimmer
		trim.sizes(all, &d)
		trim.means(vals, who, &d, reps)
		low, high := interval(.5, reps)
		return high - low
	}
	if few, many := width(10, 400), width(160, 400); few < 3*many || few > 5.5*many {
		t.Errorf("width %v with 10 monitors, %v with 160", few, many)
	}
	if a, b := width(40, Replicates), width(40, 2000); math.Abs(a-b) > .2*b {
		t.Errorf("width %v with %d replicates, %v with 2000", a, Replicates, b)
	}
}
