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

	Index *Index // of the table; nil makes one
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
	next   uint32 // route+1 of the same path, while they are gathered
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

// place is what of a prefix is in a country.
type place struct {
	label     uint16 // of the country
	addresses uint64
}

// locate finds the countries asked for of each IPv4 prefix: those of the i-th
// stand in places from start[i] on, in the order of codes.
func (w *World) locate() (countries []sightline.Country, places []place, start []uint32) {
	t := w.Table
	want := map[sightline.Country]bool{}
	for _, c := range w.Countries {
		want[w.merge(c)] = true
	}
	workers := max(1, min(runtime.GOMAXPROCS(0), 8))
	found := make([][]Located, workers)
	start = make([]uint32, t.V4()+1) // at first how many there are
	var wg sync.WaitGroup
	for k := range workers {
		wg.Go(func() {
			for i := t.V4() * k / workers; i < t.V4()*(k+1)/workers; i++ {
				p := t.Prefix(i)
				if p.Bits() < 1 || p.Bits() > 24 {
					continue
				}
				from := len(found[k])
				for _, l := range w.Locator.Locate(p) {
					c := w.merge(l.Country)
					if l.Addresses == 0 || len(want) > 0 && !want[c] {
						continue
					}
					here := found[k][from:]
					if j := slices.IndexFunc(here, func(l Located) bool { return l.Country == c }); j >= 0 {
						here[j].Addresses += l.Addresses
					} else {
						found[k] = append(found[k], Located{c, l.Addresses})
					}
				}
				slices.SortFunc(found[k][from:], func(a, b Located) int { return compareCountries(a.Country, b.Country) })
				start[i+1] = uint32(len(found[k]) - from)
			}
		})
	}
	wg.Wait()
	labels := map[sightline.Country]uint16{}
	for _, list := range found {
		for i, l := range list {
			if i > 0 && l.Country == list[i-1].Country {
				places = append(places, place{places[len(places)-1].label, l.Addresses})
				continue
			}
			label, ok := labels[l.Country]
			if !ok {
				label = uint16(len(countries))
				labels[l.Country] = label
				countries = append(countries, l.Country)
			}
			places = append(places, place{label, l.Addresses})
		}
	}
	for i := range t.V4() {
		start[i+1] += start[i]
	}
	return countries, places, start
}

// gather collects the routes into every country asked for. counts is asked once
// about each clean path; one for which it is false is passed over; nil is none.
func (w *World) gather(x *asIndex, counts func(id paths.ID, p []int32) bool) []*inbound {
	use, at, in := w.heard()
	t := w.Table
	countries, places, start := w.locate()
	// Whether a peer may be inside a country, and so is not heard for it.
	inside := make([]bool, len(use)*len(countries))
	for p := range use {
		for l, c := range countries {
			inside[p*len(countries)+l] = at[p] == c || in[p] != "" && in[p] == c.Region()
		}
	}
	// Paths that count.
	good := make([]bool, t.Set().Len())
	parallel(len(good), func(from, to int) {
		var buf []int32
		for id := from; id < to; id++ {
			list := x.clean(t, paths.ID(id), buf)
			good[id] = len(list) > 0 && (counts == nil || counts(paths.ID(id), list))
		}
	})
	h := newHosts(t, use)
	// Countries are shared out among the cores, the largest first.
	workers := max(1, min(runtime.GOMAXPROCS(0), 8))
	sizes := make([]int, len(countries))
	for _, pl := range places {
		sizes[pl.label]++
	}
	order := make([]int, len(countries))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return sizes[b] - sizes[a] })
	worker, load := make([]int, len(countries)), make([]int, workers)
	for _, l := range order {
		k := slices.Index(load, slices.Min(load))
		worker[l] = k
		load[k] += sizes[l]
	}
	slices.SortFunc(order, func(a, b int) int { return compareCountries(countries[a], countries[b]) })
	out, byLabel := make([]*inbound, len(countries)), make([]*inbound, len(countries))
	for i, l := range order {
		out[i] = &inbound{country: countries[l]}
		byLabel[l] = out[i]
	}
	var wg sync.WaitGroup
	for k := range workers {
		wg.Go(func() {
			g := gatherer{w: w, head: make([]uint32, t.Set().Len()), stacks: make([][]openRoute, len(use))}
			if len(w.Countries) == 0 {
				g.out = make([]route, 0, t.Set().Len()/workers) // most paths lead into one country
			}
			seen := make([]uint16, len(h.asns))
			type entry struct {
				path paths.ID
				host int32
				peer uint16
			}
			var list []entry
			for i := range t.V4() {
				for _, pl := range places[start[i]:start[i+1]] {
					if worker[pl.label] != k {
						continue
					}
					list = list[:0]
					ps, ids := t.At(i)
					for j, p := range ps {
						if use[p] && good[ids[j]] && !inside[int(p)*len(countries)+int(pl.label)] {
							list = append(list, entry{ids[j], h.of[p], p})
							seen[h.of[p]]++
						}
					}
					addr, bits := t.V4Prefix(i)
					for _, e := range list {
						g.add(addr, bits, pl, e.peer, e.path, seen[e.host])
					}
					for _, e := range list {
						seen[e.host] = 0
					}
				}
			}
			g.end()
			// By country, by peer within, and within that in the order of the peer's
			// own prefixes: the same for any number of workers.
			count := map[uint16][]int{} // by peer, from 1 on
			for _, r := range g.out {
				if count[r.label] == nil {
					count[r.label] = make([]int, len(use)+1)
				}
				count[r.label][r.peer+1]++
			}
			for l, n := range count {
				for p := range use {
					n[p+1] += n[p]
				}
				byLabel[l].groups = make([]route, n[len(use)])
			}
			for _, r := range g.out {
				n := count[r.label]
				byLabel[r.label].groups[n[r.peer]] = r
				n[r.peer]++
			}
		})
	}
	wg.Wait()
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

// gatherer adds up what each peer reaches in some countries by each path.
type gatherer struct {
	w      *World
	out    []route
	head   []uint32 // by path, route+1
	stacks [][]openRoute
}

// openRoute is a peer's route to a prefix in which more specific ones may come.
type openRoute struct {
	end       uint32
	label     uint16
	monitors  uint16 // of the same network that see the prefix
	path      paths.ID
	addresses uint64
}

func (g *gatherer) emit(label, peer uint16, path paths.ID, weight float64) {
	if weight <= 0 {
		return
	}
	for i := g.head[path]; i != 0; i = g.out[i-1].next {
		if r := &g.out[i-1]; r.peer == peer && r.label == label {
			r.weight += weight
			return
		}
	}
	g.out = append(g.out, route{weight, path, g.head[path], peer, label})
	g.head[path] = uint32(len(g.out))
}

// add takes a route to a prefix that n monitors of the peer's network have.
// Prefixes come in order.
func (g *gatherer) add(addr uint32, bits int, pl place, peer uint16, path paths.ID, n uint16) {
	if g.w.Compat {
		g.emit(pl.label, peer, path, float64(ceilPow2((pl.addresses+255)/256))/float64(n))
		return
	}
	st := g.stacks[peer]
	for n := len(st); n > 0 && st[n-1].end < addr; n = len(st) {
		g.shut(peer, &st[n-1])
		st = st[:n-1]
	}
	// What is counted here is not counted in the prefix around it.
	for x := len(st) - 1; x >= 0; x-- {
		if st[x].label == pl.label {
			st[x].addresses -= min(st[x].addresses, pl.addresses)
			break
		}
	}
	g.stacks[peer] = append(st, openRoute{addr + uint32(size(bits)-1), pl.label, n, path, pl.addresses})
}

func (g *gatherer) shut(peer uint16, o *openRoute) {
	g.emit(o.label, peer, o.path, float64(o.addresses)/float64(o.monitors))
}

// end takes in what is still open.
func (g *gatherer) end() {
	for p, st := range g.stacks {
		for n := len(st) - 1; n >= 0; n-- {
			g.shut(uint16(p), &st[n])
		}
	}
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
