package exposure

import (
	"cmp"
	"io"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"sightline"
	"sightline/exposure/paths"
	"sightline/internal/order"
)

// VisibilityMethod is the method of losses of visibility.
const VisibilityMethod sightline.MethodID = "exposure.visibility-loss/1"

// The constants of the search for losses; all are of our choosing.
// TestMyanmar2021 shows what they find.
const (
	// BaselineWindow is how many earlier points make the baseline: seven days of
	// four tables each.
	BaselineWindow = 28
	// FewestBaseline is how many of them there must be.
	FewestBaseline = 8
	// LossStart is the share of paths that must be gone for a loss to begin.
	LossStart = 0.5
	// LossEnd is the share below which it ends.
	LossEnd = 0.25
)

// Sighting is how many paths monitors saw to one prefix of a network in one
// table.
type Sighting struct {
	At     sightline.Instant
	ASN    sightline.ASN
	Prefix netip.Prefix
	Paths  int
}

// ReadSightings reads lines "20210206,0800,AS132167,43.224.84.0/24,166": date,
// time in UTC, network, prefix, paths seen, after a line of headings. Lines
// that are not of this form are counted in passed.
func ReadSightings(r io.Reader) (list []Sighting, passed int, err error) {
	err = eachLine(r, func(line string, n int) error {
		f := strings.Split(line, ",")
		if len(f) != 5 {
			passed++
			return nil
		}
		at, errAt := time.Parse("200601021504", f[0]+f[1])
		asn, errASN := sightline.ParseASN(f[2])
		p, errP := netip.ParsePrefix(f[3])
		paths, errN := strconv.Atoi(f[4])
		if errAt != nil || errASN != nil || errP != nil || errN != nil || paths < 0 {
			passed++
			return nil
		}
		list = append(list, Sighting{sightline.InstantOf(at), asn, p.Masked(), paths})
		return nil
	})
	return list, passed, err
}

// Loss is a sudden loss of a network's visibility: shutdown evidence, to be
// handed on as an observation. It says that paths went, not who took them.
type Loss struct {
	ASN      sightline.ASN
	Start    sightline.Instant // of the first table with the loss
	End      sightline.Instant // of the first table without it; Forever if none followed
	Before   sightline.Instant // of the last table before the loss
	Tables   int               // with the loss
	Baseline float64           // paths seen before: the median of the window
	Least    int               // paths seen at the worst moment
	Gone     int               // prefixes without any path then
	Prefixes int               // of the network

	share, low, high float64
	window           int
}

// Estimate is the share of the paths seen before that were gone at the worst
// moment, from 0 to 1. Its interval is what the window's own spread makes of
// the baseline. N is the number of tables in the window.
func (l *Loss) Estimate() sightline.Estimate {
	return sightline.Estimate{Value: sightline.Num(share(l.share)), Low: sightline.Num(share(l.low)), High: sightline.Num(share(l.high)), Level: Level,
		N: int64(l.window), Denominator: BaselineWindow, Unit: unit, Method: VisibilityMethod}
}

// Losses finds losses of visibility in a series of tables: a network that
// loses more than LossStart of the paths that were seen to its prefixes, against
// the median of the last BaselineWindow tables without a loss. A table in
// which no network of the series is seen is a gap, not a loss. Losses come by
// time, then by network.
func Losses(list []Sighting) []Loss {
	type key struct {
		asn sightline.ASN
		at  sightline.Instant
	}
	type total struct{ paths int }
	totals := map[key]total{}
	prefixes := map[sightline.ASN]map[netip.Prefix]bool{}
	seen := map[key]map[netip.Prefix]bool{}
	anything := map[sightline.Instant]int{}
	// The same sighting twice counts once: the larger.
	sorted := slices.Clone(list)
	order.By(sorted, func(a, b Sighting) int {
		return cmp.Or(a.compare(b), cmp.Compare(b.Paths, a.Paths))
	})
	for i, s := range sorted {
		if i > 0 && sorted[i-1].At == s.At && sorted[i-1].ASN == s.ASN && sorted[i-1].Prefix == s.Prefix {
			continue
		}
		k := key{s.ASN, s.At}
		t := totals[k]
		t.paths += s.Paths
		totals[k] = t
		anything[s.At] += s.Paths
		if prefixes[s.ASN] == nil {
			prefixes[s.ASN] = map[netip.Prefix]bool{}
		}
		prefixes[s.ASN][s.Prefix] = true
		if s.Paths > 0 {
			if seen[k] == nil {
				seen[k] = map[netip.Prefix]bool{}
			}
			seen[k][s.Prefix] = true
		}
	}
	var times []sightline.Instant
	for at, n := range anything {
		if n > 0 {
			times = append(times, at)
		}
	}
	slices.Sort(times)
	var asns []sightline.ASN
	for a := range prefixes {
		asns = append(asns, a)
	}
	slices.Sort(asns)

	var out []Loss
	for _, a := range asns {
		var window []float64 // of the last tables without a loss, in order of time
		var now *Loss
		for i, at := range times {
			k := key{a, at}
			paths := totals[k].paths
			if len(window) < FewestBaseline {
				window = append(window, float64(paths))
				continue
			}
			s := slices.Clone(window)
			slices.Sort(s)
			base := quantile(s, .5)
			lost := 0.0
			if base > 0 {
				lost = 1 - float64(paths)/base
			}
			switch {
			case now == nil && lost > LossStart:
				now = &Loss{ASN: a, Start: at, End: sightline.Forever, Before: times[i-1], Baseline: base, Least: paths + 1, Prefixes: len(prefixes[a]), window: len(window)}
			case now != nil && lost < LossEnd:
				now.End = at
				out = append(out, *now)
				now = nil
			}
			if now == nil {
				window = append(window, float64(paths))
				if len(window) > BaselineWindow {
					window = window[1:]
				}
				continue
			}
			now.Tables++
			if paths < now.Least {
				now.Least = paths
				now.Gone = len(prefixes[a]) - len(seen[k])
				now.share = lost
				low, high := quantile(s, (1-Level)/2), quantile(s, (1+Level)/2)
				now.low, now.high = min(lost, 1-float64(paths)/max(low, 1)), max(lost, 1-float64(paths)/max(high, 1))
			}
		}
		if now != nil {
			out = append(out, *now)
		}
	}
	order.By(out, func(x, y Loss) int { return cmp.Or(cmp.Compare(x.Start, y.Start), cmp.Compare(x.ASN, y.ASN)) })
	return out
}

// Together labels sightings as of one network, [Global], so that [Losses]
// finds what a country lost as a whole: give it the sightings of the country's
// networks. A prefix that two of them announce counts once.
func Together(list []Sighting) []Sighting {
	out := slices.Clone(list)
	for i := range out {
		out[i].ASN = Global
	}
	return out
}

// SightingsOf counts the peers of a table that have a path to each prefix, by
// the network that the path ends at, of paths without loops, sets and reserved
// numbers. They come by prefix, then by network.
func SightingsOf(t *paths.Table, at sightline.Instant) (out []Sighting) {
	last := lastNetworks(t)
	var origins []sightline.ASN // of one prefix
	for i := range t.Len() {
		_, ids := t.At(i)
		origins = origins[:0]
		for _, id := range ids {
			if a := last[id]; a != 0 {
				origins = append(origins, a)
			}
		}
		slices.Sort(origins)
		for len(origins) > 0 {
			n := 1
			for n < len(origins) && origins[n] == origins[0] {
				n++
			}
			out = append(out, Sighting{at, origins[0], t.Prefix(i), n})
			origins = origins[n:]
		}
	}
	return out
}

// SumSightings sums what several tables of one moment saw: the paths to one
// prefix of a network. The sum comes by time, network and prefix, in the memory
// of list.
func SumSightings(list []Sighting) []Sighting {
	slices.SortFunc(list, Sighting.compare)
	out := list[:0]
	for _, s := range list {
		if n := len(out); n > 0 && out[n-1].compare(s) == 0 {
			out[n-1].Paths += s.Paths
		} else {
			out = append(out, s)
		}
	}
	return out
}

// compare orders sightings by time, network and prefix.
func (s Sighting) compare(t Sighting) int {
	return cmp.Or(cmp.Compare(s.At, t.At), cmp.Compare(s.ASN, t.ASN), paths.ComparePrefix(s.Prefix, t.Prefix))
}
