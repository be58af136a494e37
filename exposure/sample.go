package exposure

import (
	"math"
	"slices"

	"sightline"
)

// The engines' constants of our choosing. TestConstants shows what they do.
const (
	// Trim is the share of monitors left out at either end (Fontugne, Shah, Aben
	// 2018, section 3.2; Gamero-Garrido et al. 2022, section 4).
	Trim = 0.1
	// Replicates is how many times monitors are drawn anew for an interval.
	Replicates = 100
	// Level is the level of the intervals.
	Level = 0.9
	// FewestMonitors is the floor: with fewer monitor networks no value is given.
	FewestMonitors = 3
)

// stream is a counted source of random numbers: the n-th draw of a key is a
// function of seed, key and n alone (SplitMix64: Steele, Lea, Flood 2014).
type stream struct{ key, n uint64 }

func newStream(seed, key uint64) stream {
	return stream{key: mix(seed*0x9e3779b97f4a7c15 + mix(key+0x632be59bd9b4e019))}
}

func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// below draws a whole number from 0 to n-1. The bias of the multiplication is
// below n in 2^64.
func (s *stream) below(n int) int {
	s.n++
	x := mix(s.key + s.n*0x9e3779b97f4a7c15)
	hi, _ := mul64(x, uint64(n))
	return int(hi)
}

func mul64(a, b uint64) (hi, lo uint64) {
	const mask = 1<<32 - 1
	a0, a1, b0, b1 := a&mask, a>>32, b&mask, b>>32
	w0 := a0 * b0
	t := a1*b0 + w0>>32
	w1 := t&mask + a0*b1
	return a1*b1 + t>>32 + w1>>32, a * b
}

// draws is how often each monitor network comes up in each replicate.
type draws struct {
	n     int
	times [][]uint16 // [replicate][network]
	two   [][]uint64 // [network][replicate/2]: the same, two replicates in one number, the even one low
}

// resample draws collectors with replacement, and from each drawn collector as
// many of its monitor networks, with replacement, as it has. homes lists, for
// each network, its collectors as whole numbers from 0 to collectors-1. With
// one collector only networks are drawn.
func resample(homes [][]int, collectors, replicates int, seed uint64) draws {
	members := make([][]int, collectors)
	for i, h := range homes {
		for _, c := range h {
			members[c] = append(members[c], i)
		}
	}
	members = slices.DeleteFunc(members, func(m []int) bool { return len(m) == 0 })
	d := draws{n: len(homes), times: make([][]uint16, replicates)}
	for b := range d.times {
		row := make([]uint16, len(homes))
		s := newStream(seed, uint64(b))
		for range members {
			from := members[0]
			if len(members) > 1 {
				from = members[s.below(len(members))]
			}
			for range from {
				row[from[s.below(len(from))]]++
			}
		}
		d.times[b] = row
	}
	d.two = make([][]uint64, len(homes))
	for i := range d.two {
		d.two[i] = make([]uint64, (replicates+1)/2)
		for b := range d.times {
			d.two[i][b/2] |= uint64(d.times[b][i]) << (32 * (b & 1))
		}
	}
	return d
}

// trimmedMean is scipy's trim_mean: the mean of n values without the floor of
// Trim*n lowest and highest. vals holds those that are not 0, in ascending
// order; the other n-len(vals) are 0.
func trimmedMean(vals []float64, n int) float64 {
	if n == 0 {
		return 0
	}
	cut := int(Trim * float64(n))
	zeros := n - len(vals)
	from, to := max(0, cut-zeros), len(vals)-cut
	sum := 0.0
	for i := from; i < to; i++ {
		sum += vals[i]
	}
	return sum / float64(n-2*cut)
}

// trimmer computes trimmed means over all replicates at once.
type trimmer struct {
	count []uint64 // by pairs of replicates, as draws.two
	taken []int32
	sum   []float64

	// By replicate: how many values there are, how many go at either end, how
	// many are kept.
	size, cut, kept []int32
}

// sizes says how many values there are in each replicate: those of the
// networks that see is true for.
func (t *trimmer) sizes(see []bool, d *draws) {
	n := len(d.times)
	if t.count == nil {
		t.count = make([]uint64, (n+1)/2)
		t.taken, t.size, t.cut, t.kept = make([]int32, n), make([]int32, n), make([]int32, n), make([]int32, n)
		t.sum = make([]float64, n)
	}
	clear(t.count)
	for i, ok := range see {
		if ok {
			t.add(d.two[i])
		}
	}
	for b := range t.size {
		t.size[b] = int32(t.count[b/2] >> (32 * (b & 1)))
		t.cut[b] = int32(Trim * float64(t.size[b]))
		t.kept[b] = t.size[b] - 2*t.cut[b]
	}
}

// add counts the places that a network has.
func (t *trimmer) add(two []uint64) {
	count := t.count
	for b, m := range two[:len(count)] {
		count[b] += m
	}
}

// means fills out with the trimmed mean of each replicate, in which vals[i]
// (ascending, all others 0) comes d.times[b][who[i]] times and there are as
// many values in all as sizes said. Taken from the top, the places from the
// floor of Trim*size up to size less that are kept; a value that fills the
// places up to c adds itself for each kept place among them.
func (t *trimmer) means(vals []float64, who []int32, d *draws, out []float64) {
	taken, sum, cut, kept := t.taken, t.sum[:len(t.taken)], t.cut[:len(t.taken)], t.kept[:len(t.taken)]
	clear(t.count)
	clear(taken)
	clear(sum)
	for i := len(vals) - 1; i >= 0; {
		v := vals[i]
		for ; i >= 0 && vals[i] == v; i-- {
			t.add(d.two[who[i]])
		}
		for b := range taken {
			c := int32(t.count[b/2] >> (32 * (b & 1)))
			k := min(max(c-cut[b], 0), kept[b])
			sum[b] += v * float64(k-taken[b])
			taken[b] = k
		}
	}
	out = out[:len(sum)]
	for b, rest := range kept {
		out[b] = 0
		if rest > 0 {
			out[b] = sum[b] / float64(rest)
		}
	}
}

// interval is the percentile interval at Level of the replicates, widened to
// hold the value itself. It may sort reps.
func interval(value float64, reps []float64) (low, high float64) {
	h := (1 - Level) / 2 * float64(len(reps)-1)
	k := int(h) + 2
	if k > len(ends{}.low) || len(reps) < 2*k {
		slices.Sort(reps)
		low, high = quantile(reps, (1-Level)/2), quantile(reps, (1+Level)/2)
		return min(low, value), max(high, value)
	}
	// The few lowest and highest, in order, are all that the quantiles need.
	var e ends
	for i := range k {
		e.low[i], e.high[i] = math.Inf(1), math.Inf(-1)
	}
	for _, v := range reps {
		if v < e.low[k-1] {
			i := k - 1
			for ; i > 0 && e.low[i-1] > v; i-- {
				e.low[i] = e.low[i-1]
			}
			e.low[i] = v
		}
		if v > e.high[k-1] {
			i := k - 1
			for ; i > 0 && e.high[i-1] < v; i-- {
				e.high[i] = e.high[i-1]
			}
			e.high[i] = v
		}
	}
	part := h - float64(k-2)
	low = e.low[k-2] + part*(e.low[k-1]-e.low[k-2])
	high = e.high[k-2] + part*(e.high[k-1]-e.high[k-2])
	return min(low, value), max(high, value)
}

type ends struct{ low, high [16]float64 }

// quantile is the sample quantile of type 7 (Hyndman, Fan 1996) of sorted xs.
func quantile(xs []float64, q float64) float64 {
	h := q * float64(len(xs)-1)
	i := int(math.Floor(h))
	if i+1 >= len(xs) {
		return xs[len(xs)-1]
	}
	return xs[i] + (h-float64(i))*(xs[i+1]-xs[i])
}

// unit is the unit of all shares that leave the engines.
const unit = "share"

// share clears the dust that sums of floating-point numbers leave outside 0
// and 1.
func share(v float64) float64 { return min(1, max(0, v)) }

// estimate dresses a share with its interval. n is the number of monitor
// networks it rests on, of is how many there are.
func estimate(m sightline.MethodID, v, low, high float64, n, of int, noInterval string) sightline.Estimate {
	e := sightline.Estimate{N: int64(n), Denominator: int64(of), Unit: unit, Method: m}
	if n < FewestMonitors && noInterval == "" {
		e.State = sightline.TooLittleData
		e.Reason = tooFew(n)
		return e
	}
	e.Value = sightline.Num(share(v))
	if noInterval != "" {
		e.Reason = noInterval
		return e
	}
	e.Low, e.High, e.Level = sightline.Num(share(low)), sightline.Num(share(high)), Level
	return e
}
