package exposure

import (
	"encoding/binary"
	"runtime"
	"slices"
	"strings"
	"sync"

	"sightline"
	"sightline/exposure/paths"
	"sightline/mrt"
)

// World is what the country engines share: where addresses and monitors are,
// and which peers are heard.
type World struct {
	Table    *paths.Table
	Locator  Locator
	Monitors Monitors
	// FullFeed, where above 0, makes a peer with more IPv4 prefixes than this a
	// full feed, whatever Monitors says.
	FullFeed int
	// MultiHop keeps monitors at collectors that take sessions over several hops.
	MultiHop bool
	// Merge counts one country's addresses and monitors as another's; nil is
	// none. It is a choice that must be printed: MergeName says it.
	Merge     map[sightline.Country]sightline.Country
	MergeName string
	Countries []sightline.Country // nil is all

	// Exact counts of addresses less those of more specific prefixes of the same
	// monitor; or, with compat, each prefix whole, rounded up to a power of two
	// of /24s.
	Compat bool
}

func (w *World) merge(c sightline.Country) sightline.Country {
	if to, ok := w.Merge[c]; ok {
		return to
	}
	return c
}

// inbound is what the peers outside a country reach in it: groups by peer and
// path.
type inbound struct {
	country  sightline.Country
	groups   []route
	monitors int // heard for this country
	networks int
}

// route is what one peer reaches in a country by one path. weight is in
// addresses (in /24s with compat), each prefix divided by the number of
// monitors of the same network that see it.
type route struct {
	weight float64
	path   paths.ID
	next   uint32
	peer   uint16
	label  uint16
}

// heard chooses the peers that the country engines listen to: use says which,
// at the country each is in, in the region where only that is known.
func (w *World) heard() (use []bool, at []sightline.Country, in []string) {
	peers := w.Table.Peers()
	use, at, in = make([]bool, len(peers)), make([]sightline.Country, len(peers)), make([]string, len(peers))
	for i, p := range peers {
		m, ok := w.Monitors(p)
		if !ok {
			continue
		}
		if w.FullFeed > 0 {
			m.FullFeed = w.Table.Count(i, false) > w.FullFeed
		}
		if w.MultiHop {
			m.MultiHop = false
		}
		if m.usable() {
			use[i], at[i] = true, w.merge(m.Country)
			in[i] = m.Region
			if w.Compat {
				in[i] = ""
			}
		}
	}
	return use, at, in
}

// clean is a path with prepending removed and without loops, reserved numbers
// and sets; ok is false where it has any (the paths that AS-Rank keeps: Luckie
// et al. 2013, section 4.1). A set at the end is left out: what the aggregator
// announces counts as its own.
func clean(p mrt.Path, out []sightline.ASN) (list []sightline.ASN, ok bool) {
	out = out[:0]
	for {
		t, b, rest, more := p.Segment()
		if !more {
			return out, len(out) > 0
		}
		if t == mrt.Set && len(rest) == 0 {
			return out, len(out) > 0
		}
		if t != mrt.Sequence {
			return out, false
		}
		for ; len(b) >= 4; b = b[4:] {
			a := sightline.ASN(binary.BigEndian.Uint32(b))
			if n := len(out); n > 0 && out[n-1] == a {
				continue
			}
			if reserved(a) || slices.Contains(out, a) {
				return out, false
			}
			out = append(out, a)
		}
		p = rest
	}
}

// reserved reports whether the number is not for use between networks (IANA's
// registry of autonomous system numbers: RFC 7607, 6793, 5398, 6996, 7300).
func reserved(a sightline.ASN) bool {
	return a == 0 || a == 23456 || a >= 64496 && a <= 131071 || a >= 4200000000
}

// gather collects the routes into every country asked for, in one pass over
// the table for each worker. A clean path for which counts is false is passed
// over; counts nil is none.
func (w *World) gather(counts func([]sightline.ASN) bool) []*inbound {
	use, at, in := w.heard()
	t := w.Table
	// The countries of each prefix, once.
	labels := map[sightline.Country]uint16{}
	var countries []sightline.Country
	want := map[sightline.Country]bool{}
	for _, c := range w.Countries {
		want[w.merge(c)] = true
	}
	type place struct {
		label     uint16
		addresses uint64
	}
	places := make([]place, 0, t.V4())
	start := make([]uint32, 1, t.V4()+1)
	for i := range t.V4() {
		p := t.Prefix(i)
		if p.Bits() >= 1 && p.Bits() <= 24 {
			from := len(places)
			for _, l := range w.Locator.Locate(p) {
				c := w.merge(l.Country)
				if l.Addresses == 0 || len(want) > 0 && !want[c] {
					continue
				}
				label, ok := labels[c]
				if !ok {
					label = uint16(len(countries))
					labels[c] = label
					countries = append(countries, c)
				}
				k := from
				for k < len(places) && places[k].label != label {
					k++
				}
				if k == len(places) {
					places = append(places, place{label: label})
				}
				places[k].addresses += l.Addresses
			}
			slices.SortFunc(places[from:], func(a, b place) int {
				return strings.Compare(countries[a.label].Code(), countries[b.label].Code())
			})
		}
		start = append(start, uint32(len(places)))
	}
	// Whether a peer may be inside a country, and so is not heard for it.
	inside := make([]bool, len(use)*len(countries))
	for p := range use {
		for l, c := range countries {
			inside[p*len(countries)+l] = at[p] == c || in[p] != "" && in[p] == c.Region()
		}
	}
	home := func(p uint16, label uint16) bool { return inside[int(p)*len(countries)+int(label)] }
	// Paths that count.
	good := make([]bool, t.Set().Len())
	parallel(len(good), func(from, to int) {
		var buf []sightline.ASN
		for id := from; id < to; id++ {
			var ok bool
			buf, ok = clean(t.Path(paths.ID(id)), buf)
			good[id] = ok && (counts == nil || counts(buf))
		}
	})
	h := newHosts(t, use)
	workers := max(1, min(runtime.GOMAXPROCS(0), 8))
	parts := make([][]route, workers)
	var wg sync.WaitGroup
	for k := range workers {
		wg.Go(func() {
			var out []route
			if len(want) == 0 {
				out = make([]route, 0, t.Set().Len()/workers) // most paths lead into one country
			}
			head := make([]uint32, t.Set().Len())
			emit := func(label, peer uint16, path paths.ID, weight float64) {
				if weight <= 0 {
					return
				}
				for i := head[path]; i != 0; i = out[i-1].next {
					if r := &out[i-1]; r.peer == peer && r.label == label {
						r.weight += weight
						return
					}
				}
				out = append(out, route{weight, path, head[path], peer, label})
				head[path] = uint32(len(out))
			}
			type open struct {
				end       uint32
				label     uint16
				monitors  uint16 // of the same network that see the prefix
				path      paths.ID
				addresses uint64
			}
			stacks := make([][]open, len(use))
			shut := func(peer int, addr uint32) {
				st := stacks[peer]
				for n := len(st); n > 0 && st[n-1].end < addr; n = len(st) {
					o := &st[n-1]
					emit(o.label, uint16(peer), o.path, float64(o.addresses)/float64(o.monitors))
					st = st[:n-1]
				}
				stacks[peer] = st
			}
			seen := make([]uint16, len(h.asns))
			for i := range t.V4() {
				if start[i] == start[i+1] {
					continue
				}
				addr, bits := t.V4Prefix(i)
				end := addr + uint32(size(bits)-1)
				ps, ids := t.At(i)
				for _, pl := range places[start[i]:start[i+1]] {
					for j, p := range ps {
						if use[p] && !home(p, pl.label) && good[ids[j]] {
							seen[h.of[p]]++
						}
					}
					for j, p := range ps {
						if !use[p] || home(p, pl.label) || !good[ids[j]] || int(p)%workers != k {
							continue
						}
						n := seen[h.of[p]]
						if w.Compat {
							emit(pl.label, p, ids[j], float64(ceilPow2((pl.addresses+255)/256))/float64(n))
							continue
						}
						shut(int(p), addr)
						st := stacks[p]
						// What is counted here is not counted in the prefix around it.
						for x := len(st) - 1; x >= 0; x-- {
							if st[x].label == pl.label {
								st[x].addresses -= min(st[x].addresses, pl.addresses)
								break
							}
						}
						stacks[p] = append(st, open{end, pl.label, n, ids[j], pl.addresses})
					}
					for _, p := range ps {
						if use[p] {
							seen[h.of[p]] = 0
						}
					}
				}
			}
			for p := range stacks {
				for n := len(stacks[p]) - 1; n >= 0; n-- {
					o := &stacks[p][n]
					emit(o.label, uint16(p), o.path, float64(o.addresses)/float64(o.monitors))
				}
			}
			parts[k] = out
		})
	}
	wg.Wait()

	// By country in the order of codes, by peer within, and within that in the
	// order of the peer's own prefixes: the same for any number of workers.
	order := make([]int, len(countries))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return strings.Compare(countries[a].Code(), countries[b].Code()) })
	byLabel := make([]*inbound, len(countries))
	out := make([]*inbound, len(countries))
	for i, l := range order {
		out[i] = &inbound{country: countries[l]}
		byLabel[l] = out[i]
	}
	sizes := make([]int, len(countries))
	for _, part := range parts {
		for i := range part {
			sizes[part[i].label]++
		}
	}
	for l, n := range sizes {
		byLabel[l].groups = make([]route, 0, n)
	}
	for _, part := range parts {
		for _, r := range part {
			b := byLabel[r.label]
			b.groups = append(b.groups, r)
		}
	}
	parallel(len(out), func(from, to int) {
		for _, b := range out[from:to] {
			slices.SortStableFunc(b.groups, func(x, y route) int { return int(x.peer) - int(y.peer) })
		}
	})
	for _, b := range out {
		last := int32(-1)
		for p := range use {
			if use[p] && at[p] != b.country && (in[p] == "" || in[p] != b.country.Region()) {
				b.monitors++
				if h.of[p] != last {
					b.networks++
					last = h.of[p]
				}
			}
		}
	}
	return out
}

// parallel splits 0..n among the cores.
func parallel(n int, f func(from, to int)) {
	workers := max(1, min(runtime.GOMAXPROCS(0), n))
	var wg sync.WaitGroup
	for k := range workers {
		wg.Go(func() { f(n*k/workers, n*(k+1)/workers) })
	}
	wg.Wait()
}

// eachCountry runs f for each country on all cores, the largest first.
func eachCountry(in []*inbound, f func(i int)) {
	order := make([]int, len(in))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return len(in[b].groups) - len(in[a].groups) })
	next := make(chan int, len(order))
	for _, i := range order {
		next <- i
	}
	close(next)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := range next {
				f(i)
			}
		})
	}
	wg.Wait()
}

// wantAll adds the countries that were asked for and that no route reaches.
func wantAll(countries []sightline.Country, has func(sightline.Country) bool, add func(sightline.Country)) {
	list := slices.Clone(countries)
	slices.SortFunc(list, func(a, b sightline.Country) int { return strings.Compare(a.Code(), b.Code()) })
	for _, c := range slices.Compact(list) {
		if !has(c) {
			add(c)
		}
	}
}

func compareCountries(a, b sightline.Country) int { return strings.Compare(a.Code(), b.Code()) }
