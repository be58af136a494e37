package exposure

import (
	"cmp"
	"runtime"
	"slices"
	"strconv"
	"sync"

	"sightline"
	"sightline/exposure/paths"
)

// The methods.
const (
	HegemonyMethod        sightline.MethodID = "exposure.hegemony/1"
	HegemonyCompatMethod  sightline.MethodID = "exposure.hegemony.ihr-compat/1"
	CountryHegemonyMethod sightline.MethodID = "exposure.hegemony.country/1"
)

// Global is the scope of all origins. No network has this number (RFC 7607).
const Global sightline.ASN = 0

// HegemonyOptions say how AS hegemony is computed.
type HegemonyOptions struct {
	V6       bool // IPv6, where every prefix weighs the same
	FullFeed int  // a peer counts if it has more prefixes than this
	// Compat averages a network's peers only over those that saw the transit, as
	// the code of the Internet Health Report does. Otherwise a peer that reaches
	// the origin without it counts as 0, as its text says. Compat applies no
	// floor and gives no interval.
	Compat     bool
	Seed       uint64
	Replicates int // 0 is the constant; below 0 none
	// Only computes these scopes, and not the global one; nil is all.
	Only func(origin sightline.ASN) bool
	// GlobalOnly computes the global scope and no other.
	GlobalOnly bool
}

// HegemonyRow is the hegemony of one network over one scope.
type HegemonyRow struct {
	Scope, ASN       sightline.ASN
	value, low, high float64
	peers, of        int32
}

// Hegemony is the outcome of [ComputeHegemony].
type Hegemony struct {
	Rows     []HegemonyRow // by scope, then by hegemony from the highest, then by network
	Coverage Coverage
	compat   bool
	noReps   bool
}

// Coverage says how much of the monitoring there is a result rests on.
type Coverage struct {
	Peers      int // that counted
	Networks   int // that they belong to
	Collectors int
	AllPeers   int // in the table, with at least one prefix of the family
	FullFeed   int // the threshold
	Largest    int // prefixes of the largest peer
}

// Estimate is the row's value: the trimmed mean over peer networks of the
// share of the scope's addresses that they reach through the network, from 0
// to 1 (Fontugne, Shah, Aben 2018, equation 3).
func (h *Hegemony) Estimate(r *HegemonyRow) sightline.Estimate {
	m, why := HegemonyMethod, ""
	switch {
	case h.compat:
		m, why = HegemonyCompatMethod, "compatible mode gives no interval and knows no floor"
	case h.noReps:
		why = "no replicates were asked for"
	}
	return estimate(m, r.value, r.low, r.high, int(r.peers), int(r.of), why)
}

// tooFew is the reason where the floor is not met.
func tooFew(n int) string {
	return "seen by " + strconv.Itoa(n) + " monitor networks; at least " + strconv.Itoa(FewestMonitors) + " are needed"
}

// group is what one peer reaches by one path: weight in addresses (IPv4) or
// prefixes (IPv6), each counted once.
type group struct {
	weight uint64
	path   paths.ID
	next   uint32 // group+1 of the same path and another peer
	peer   uint16
}

// weigh sums, for each chosen peer and path, the addresses that the peer
// reaches by it: those of each prefix less those of the prefixes of the same
// peer inside it, which may be none. Default routes are left out. Groups come by peer, and within
// a peer in the order in which its prefixes close.
func weigh(t *paths.Table, use []bool, v6 bool) []group {
	from, to := 0, t.V4()
	if v6 {
		from, to = t.V4(), t.Len()
	}
	workers := max(1, min(runtime.GOMAXPROCS(0), 8))
	parts := make([][]group, workers)
	var wg sync.WaitGroup
	for k := range workers {
		wg.Go(func() {
			mine := make([]bool, len(use))
			for p := range use {
				mine[p] = use[p] && p%workers == k
			}
			parts[k] = weighSome(t, mine, v6, from, to, t.Set().Len()/workers)
		})
	}
	wg.Wait()
	// By peer; each peer is in one part.
	n := 0
	count := make([]int, len(use)+1)
	for _, part := range parts {
		n += len(part)
		for i := range part {
			count[part[i].peer+1]++
		}
	}
	for p := range use {
		count[p+1] += count[p]
	}
	out := make([]group, n)
	for _, part := range parts {
		for _, g := range part {
			out[count[g.peer]] = g
			count[g.peer]++
		}
	}
	return out
}

type openPrefix struct {
	end    uint32
	path   paths.ID
	weight uint64
}

// weighSome is weigh for some peers; about is how many groups to make room for.
func weighSome(t *paths.Table, mine []bool, v6 bool, from, to, about int) []group {
	groups := make([]group, 0, about)
	head := make([]uint32, t.Set().Len()) // group+1
	add := func(peer uint16, path paths.ID, w uint64) {
		i := head[path]
		for ; i != 0; i = groups[i-1].next {
			if groups[i-1].peer == peer {
				groups[i-1].weight += w
				return
			}
		}
		groups = append(groups, group{w, path, head[path], peer})
		head[path] = uint32(len(groups))
	}
	if v6 {
		for i := from; i < to; i++ {
			if t.Prefix(i).Bits() == 0 {
				continue
			}
			ps, ids := t.At(i)
			for k, p := range ps {
				if mine[p] {
					add(p, ids[k], 1)
				}
			}
		}
		return groups
	}
	stacks := make([][]openPrefix, len(mine))
	for i := from; i < to; i++ {
		addr, bits := t.V4Prefix(i)
		if bits == 0 {
			continue
		}
		s := size(bits)
		end := addr + uint32(s-1)
		ps, ids := t.At(i)
		for k, p := range ps {
			if !mine[p] {
				continue
			}
			st := stacks[p]
			for n := len(st); n > 0 && st[n-1].end < addr; n = len(st) {
				add(p, st[n-1].path, st[n-1].weight)
				st = st[:n-1]
			}
			if n := len(st); n > 0 {
				st[n-1].weight -= s
			}
			stacks[p] = append(st, openPrefix{end, ids[k], s})
		}
	}
	for p, st := range stacks {
		for n := len(st) - 1; n >= 0; n-- {
			add(uint16(p), st[n].path, st[n].weight)
		}
	}
	return groups
}

// fullFeeds chooses the peers with more than threshold prefixes.
func fullFeeds(t *paths.Table, v6 bool, threshold int) ([]bool, Coverage) {
	use := make([]bool, len(t.Peers()))
	c := Coverage{FullFeed: threshold}
	networks, collectors := map[sightline.ASN]bool{}, map[string]bool{}
	for i, p := range t.Peers() {
		n := t.Count(i, v6)
		if n > 0 {
			c.AllPeers++
		}
		c.Largest = max(c.Largest, n)
		if n > threshold {
			use[i] = true
			c.Peers++
			networks[p.ASN], collectors[p.Collector] = true, true
		}
	}
	c.Networks, c.Collectors = len(networks), len(collectors)
	return use, c
}

// hosts groups the used peers by their network, in the order of networks.
type hosts struct {
	asns  []sightline.ASN
	of    []int32 // peer → host, -1 where not used
	homes [][]int // collectors of each
	names []string
	coll  []int // peer → collector
}

func newHosts(t *paths.Table, use []bool) *hosts {
	h := &hosts{of: make([]int32, len(use)), coll: make([]int, len(use))}
	for i, p := range t.Peers() {
		if use[i] {
			h.names = append(h.names, p.Collector)
		}
	}
	slices.Sort(h.names)
	h.names = slices.Compact(h.names)
	for i, p := range t.Peers() { // peers come by network
		h.of[i] = -1
		if !use[i] {
			continue
		}
		if n := len(h.asns); n == 0 || h.asns[n-1] != p.ASN {
			h.asns = append(h.asns, p.ASN)
			h.homes = append(h.homes, nil)
		}
		k := len(h.asns) - 1
		h.of[i] = int32(k)
		h.coll[i], _ = slices.BinarySearch(h.names, p.Collector)
		if !slices.Contains(h.homes[k], h.coll[i]) {
			h.homes[k] = append(h.homes[k], h.coll[i])
		}
	}
	for _, home := range h.homes {
		slices.Sort(home)
	}
	return h
}

// ref is a group as one scope has it: with the scope's share of the origin.
type ref struct {
	group uint32
	share float32
}

// prepareHegemony weighs the table and sorts its groups by origin.
func prepareHegemony(t *paths.Table, o HegemonyOptions) (*hegemonyEngine, error) {
	use, cover := fullFeeds(t, o.V6, o.FullFeed)
	if cover.Peers == 0 {
		return nil, sightline.Errorf(sightline.Invalid, "compute hegemony", "", "no peer has more than %d prefixes; the largest has %d", o.FullFeed, cover.Largest).
			WithHint("Give a lower full-feed threshold, or more collectors.")
	}
	reps := o.Replicates
	if reps == 0 {
		reps = Replicates
	}
	if o.Compat || reps < 0 {
		reps = 0
	}
	e := &hegemonyEngine{t: t, x: newASIndex(t), h: newHosts(t, use), groups: weigh(t, use, o.V6), compat: o.Compat, cover: cover}
	if reps > 0 {
		e.draws = resample(e.h.homes, len(e.h.names), reps, o.Seed)
	}
	e.start = make([]int, len(e.x.asns)+1)
	if o.GlobalOnly {
		return e, nil
	}
	// Groups by origin. Each origin of a set has the group.
	wanted := make([]bool, len(e.x.asns))
	for i, a := range e.x.asns {
		wanted[i] = o.Only == nil || o.Only(a)
	}
	var buf []member
	origins := make([]int32, len(e.groups)) // the one origin, or -1 for a set
	each := func(g int, f func(as int32, share float64)) {
		if as := origins[g]; as >= 0 {
			f(as, 1)
			return
		}
		list, k := e.x.hops(t.Path(e.groups[g].path), o.Compat, buf)
		buf = list[:0]
		for _, m := range list[len(list)-k:] {
			f(m.as, m.share)
		}
	}
	parallel(len(e.groups), func(from, to int) {
		var buf []member
		for g := from; g < to; g++ {
			list, k := e.x.hops(t.Path(e.groups[g].path), o.Compat, buf)
			buf = list[:0]
			origins[g] = -1
			if k == 1 && list[len(list)-1].share == 1 {
				origins[g] = list[len(list)-1].as
			}
		}
	})
	n := 0
	for g := range e.groups {
		each(g, func(as int32, _ float64) {
			if wanted[as] {
				e.start[as+1]++
				n++
			}
		})
	}
	for i := range e.x.asns {
		e.start[i+1] += e.start[i]
	}
	e.refs = make([]ref, n)
	at := slices.Clone(e.start)
	for g := range e.groups {
		each(g, func(as int32, share float64) {
			if wanted[as] {
				e.refs[at[as]] = ref{uint32(g), float32(share)}
				at[as]++
			}
		})
	}
	return e, nil
}

// ComputeHegemony computes AS hegemony over every origin and over all of them
// together (scope [Global]). Without a peer that has enough prefixes it gives
// an error of code Invalid.
func ComputeHegemony(t *paths.Table, o HegemonyOptions) (*Hegemony, error) {
	e, err := prepareHegemony(t, o)
	if err != nil {
		return nil, err
	}
	out := &Hegemony{Coverage: e.cover, compat: o.Compat, noReps: len(e.draws.times) == 0}
	// Scopes in parallel; each writes its own rows. Scope 0 is the global one.
	rows := make([][]HegemonyRow, len(e.x.asns)+1)
	var wg sync.WaitGroup
	next := make(chan int, 256)
	for range max(1, runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			w := e.newWorker()
			for s := range next {
				list := make([]HegemonyRow, 0, 32)
				keep := func(r HegemonyRow, reps []float64) {
					if len(reps) > 0 {
						r.low, r.high = interval(r.value, reps)
					}
					list = append(list, r)
				}
				if s == 0 {
					w.scope(Global, -1, len(e.groups), func(i int) (*group, float64) { return &e.groups[i], 1 }, keep)
				} else {
					w.origin(int32(s-1), keep)
				}
				slices.SortFunc(list, func(a, b HegemonyRow) int {
					return cmp.Or(cmp.Compare(b.value, a.value), cmp.Compare(a.ASN, b.ASN))
				})
				rows[s] = slices.Clip(list)
			}
		})
	}
	if o.Only == nil || o.GlobalOnly {
		next <- 0
	}
	for s := range e.x.asns {
		if e.start[s+1] > e.start[s] {
			next <- s + 1
		}
	}
	close(next)
	wg.Wait()
	n := 0
	for s := range rows {
		n += len(rows[s])
	}
	out.Rows = make([]HegemonyRow, 0, n)
	for s := range rows {
		out.Rows = append(out.Rows, rows[s]...)
	}
	return out, nil
}

type hegemonyEngine struct {
	t      *paths.Table
	x      *asIndex
	h      *hosts
	groups []group
	compat bool
	draws  draws
	cover  Coverage
	start  []int // of each origin's refs
	refs   []ref
}

// hegemonyWorker keeps what one goroutine needs from scope to scope.
type hegemonyWorker struct {
	*hegemonyEngine
	slot    []int32 // network → place in local, +1
	local   []int32 // networks of the scope
	sum     []float64
	touched []int32
	// What each peer gives each local network: chains through cells.
	first, last []int32
	cells       []cell
	buf         []member
	vals        []valued
	flat        []float64
	who         []int32
	reps        []float64
	size        []int // monitor networks that see the scope, by replicate
	trim        trimmer
	single      [][]float64
	seen        []bool // hosts that see the scope
	nPeers      []int32
}

type cell struct {
	peer  uint16
	next  int32
	value float64 // betweenness of that peer
}

type valued struct {
	v    float64
	host int32
}

func (e *hegemonyEngine) newWorker() *hegemonyWorker {
	return &hegemonyWorker{hegemonyEngine: e, slot: make([]int32, len(e.x.asns)), seen: make([]bool, len(e.h.asns)), nPeers: make([]int32, len(e.h.asns)),
		reps: make([]float64, len(e.draws.times)), size: make([]int, len(e.draws.times)), single: make([][]float64, len(e.h.asns))}
}

// origin computes the scope of one origin.
func (w *hegemonyWorker) origin(as int32, keep func(HegemonyRow, []float64)) {
	part := w.refs[w.start[as]:w.start[as+1]]
	w.scope(w.x.asns[as], as, len(part), func(i int) (*group, float64) { return &w.groups[part[i].group], float64(part[i].share) }, keep)
}

// scope computes one scope from its groups, which come by peer, and hands each
// row to keep with its replicates, which keep may sort.
func (w *hegemonyWorker) scope(scope sightline.ASN, origin int32, n int, at func(int) (*group, float64), keep func(HegemonyRow, []float64)) {
	w.local, w.first, w.last, w.cells, w.sum, w.touched = w.local[:0], w.first[:0], w.last[:0], w.cells[:0], w.sum[:0], w.touched[:0]
	clear(w.seen)
	clear(w.nPeers)
	networks := 0
	for i := 0; i < n; {
		g, _ := at(i)
		peer := g.peer
		total := 0.0
		for ; i < n; i++ {
			g, share := at(i)
			if g.peer != peer {
				break
			}
			weight := float64(g.weight) * share
			total += weight
			list, k := w.x.hops(w.t.Path(g.path), w.compat, w.buf)
			w.buf = list[:0]
			for j, m := range list {
				s := m.share
				if origin >= 0 && j >= len(list)-k {
					// Among the origins of a set only the scope's own counts, and whole:
					// its share is in the weight.
					if m.as != origin {
						continue
					}
					s = 1
				}
				l := w.slot[m.as]
				if l == 0 {
					w.local = append(w.local, m.as)
					w.first, w.last, w.sum = append(w.first, -1), append(w.last, -1), append(w.sum, -1)
					l = int32(len(w.local))
					w.slot[m.as] = l
				}
				if w.sum[l-1] < 0 {
					w.touched = append(w.touched, l-1)
					w.sum[l-1] = 0
				}
				w.sum[l-1] += weight * s
			}
		}
		if w.compat && origin >= 0 {
			total = w.sum[w.slot[origin]-1] // an origin met twice weighs twice
		}
		if total == 0 {
			for _, l := range w.touched {
				w.sum[l] = -1
			}
			w.touched = w.touched[:0]
			continue
		}
		host := w.h.of[peer]
		w.nPeers[host]++
		if !w.seen[host] {
			w.seen[host] = true
			networks++
		}
		for _, l := range w.touched {
			w.cells = append(w.cells, cell{peer, -1, w.sum[l] / total})
			c := int32(len(w.cells) - 1)
			if w.last[l] < 0 {
				w.first[l] = c
			} else {
				w.cells[w.last[l]].next = c
			}
			w.last[l] = c
			w.sum[l] = -1
		}
		w.touched = w.touched[:0]
	}
	padded := networks
	if w.compat {
		padded = len(w.h.asns)
	}
	// How many monitor networks that see the scope each replicate has.
	size := w.size
	clear(size)
	for host, seen := range w.seen {
		if seen && len(size) > 0 {
			for b, m := range w.draws.of[host] {
				size[b] += int(m)
			}
		}
	}
	for l, as := range w.local {
		if w.first[l] < 0 {
			continue // met only where a peer's own prefixes cover all of the scope
		}
		w.vals = w.vals[:0]
		// Cells come by peer, so by host, and within a host by address and
		// collector.
		for c := w.first[l]; c >= 0; {
			host := w.h.of[w.cells[c].peer]
			var v float64
			if w.compat {
				v, c = w.compatMean(c, host)
			} else {
				for ; c >= 0 && w.h.of[w.cells[c].peer] == host; c = w.cells[c].next {
					v += w.cells[c].value
				}
				v /= float64(w.nPeers[host])
			}
			w.vals = append(w.vals, valued{v, host})
		}
		slices.SortFunc(w.vals, func(a, b valued) int { return cmp.Or(cmp.Compare(a.v, b.v), cmp.Compare(a.host, b.host)) })
		w.flat, w.who = w.flat[:0], w.who[:0]
		for _, v := range w.vals {
			w.flat, w.who = append(w.flat, v.v), append(w.who, v.host)
		}
		r := HegemonyRow{Scope: scope, ASN: w.x.asns[as], peers: int32(networks), of: int32(len(w.h.asns))}
		r.value = trimmedMean(w.flat, padded)
		r.low, r.high = r.value, r.value
		if reps := w.reps; len(reps) > 0 {
			if k := len(w.flat); k == networks && w.flat[0] == w.flat[k-1] {
				for b := range reps {
					reps[b] = r.value
				}
			} else if k == 1 && networks == len(w.h.asns) {
				// Most rows are a monitor's own network, met by it alone.
				for b, f := range w.alone(w.who[0], size) {
					reps[b] = w.flat[0] * f
				}
			} else {
				w.trim.means(w.flat, w.who, &w.draws, size, reps)
			}
		}
		keep(r, w.reps)
	}
	for _, as := range w.local {
		w.slot[as] = 0
	}
}

// alone is the replicates of a value of 1 that one monitor network has, where
// all see the scope.
func (w *hegemonyWorker) alone(host int32, size []int) []float64 {
	if w.single[host] == nil {
		w.single[host] = make([]float64, len(size))
		w.trim.means([]float64{1}, []int32{host}, &w.draws, size, w.single[host])
	}
	return w.single[host]
}

// compatMean averages the cells of one host over the peers of each collector
// that saw the network, then over those collectors.
func (w *hegemonyWorker) compatMean(c, host int32) (float64, int32) {
	type sum struct {
		coll, n int
		v       float64
	}
	var sums []sum
	for ; c >= 0 && w.h.of[w.cells[c].peer] == host; c = w.cells[c].next {
		coll := w.h.coll[w.cells[c].peer]
		i := slices.IndexFunc(sums, func(s sum) bool { return s.coll == coll })
		if i < 0 {
			sums = append(sums, sum{coll: coll})
			i = len(sums) - 1
		}
		sums[i].n++
		sums[i].v += w.cells[c].value
	}
	slices.SortFunc(sums, func(a, b sum) int { return cmp.Compare(a.coll, b.coll) })
	v := 0.0
	for _, s := range sums {
		v += s.v / float64(s.n)
	}
	return v / float64(len(sums)), c
}
