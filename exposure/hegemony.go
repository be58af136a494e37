package exposure

import (
	"cmp"
	"math"
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
	Index      *Index // of the table; nil makes one
}

// Index is what the engines read off the paths of a table. Who asks several of
// them makes it once; it is safe for concurrent use.
type Index struct {
	t *paths.Table
	x *asIndex
}

// NewIndex makes the index of a table.
func NewIndex(t *paths.Table) *Index { return &Index{t, newASIndex(t)} }

func (i *Index) of(t *paths.Table) *asIndex {
	if i == nil {
		return newASIndex(t)
	}
	if i.t != t {
		panic("BUG: the index of another table")
	}
	return i.x
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

// leg is a group as one scope has it: its weight, with the scope's share of the
// origin, and its networks.
type leg struct {
	weight float64
	at     uint32 // in the index's list of networks; of a path that is not plain its id
	peer   uint16
	n      uint8 // networks; 0 of a path that is not plain
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
	e := &hegemonyEngine{t: t, x: o.Index.of(t), h: newHosts(t, use), compat: o.Compat, cover: cover}
	groups := weigh(t, use, o.V6)
	e.all = make([]leg, len(groups))
	origins := make([]int32, len(groups)) // of a plain path
	parallel(len(groups), func(from, to int) {
		for i := from; i < to; i++ {
			g := &groups[i]
			l := leg{float64(g.weight), e.x.at[g.path], g.peer, e.x.n[g.path]}
			if l.n == 0 {
				l.at = uint32(g.path)
			} else {
				origins[i] = e.x.hop[l.at+uint32(l.n)-1]
			}
			e.all[i] = l
		}
	})
	if reps > 0 {
		e.draws = resample(e.h.homes, len(e.h.names), reps, o.Seed)
	}
	e.start = make([]int, len(e.x.asns)+1)
	if o.GlobalOnly {
		return e, nil
	}
	// Legs by origin. Each origin of a set has one.
	wanted := make([]bool, len(e.x.asns))
	for i, a := range e.x.asns {
		wanted[i] = o.Only == nil || o.Only(a)
	}
	var buf []member
	each := func(i int, f func(as int32, share float64)) {
		l := &e.all[i]
		if l.n > 0 {
			f(origins[i], 1)
			return
		}
		list, k := e.x.hops(t.Path(paths.ID(l.at)), o.Compat, buf)
		buf = list[:0]
		for _, m := range list[len(list)-k:] {
			f(m.as, m.share)
		}
	}
	n := 0
	for i := range e.all {
		each(i, func(as int32, _ float64) {
			if wanted[as] {
				e.start[as+1]++
				n++
			}
		})
	}
	for i := range e.x.asns {
		e.start[i+1] += e.start[i]
	}
	e.legs = make([]leg, n)
	at := slices.Clone(e.start)
	for i := range e.all {
		l := e.all[i]
		each(i, func(as int32, share float64) {
			if wanted[as] {
				// The share has always been kept in four bytes.
				e.legs[at[as]] = leg{l.weight * float64(float32(share)), l.at, l.peer, l.n}
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
			w.intervals = true
			for s := range next {
				if s == 0 {
					w.scope(Global, -1, e.all)
				} else {
					w.origin(int32(s - 1))
				}
				rows[s] = w.sorted()
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
	all    []leg // by peer
	compat bool
	draws  draws
	cover  Coverage
	start  []int // of each origin's legs
	legs   []leg // of each origin by peer
}

// hegemonyWorker keeps what one goroutine needs from scope to scope.
type hegemonyWorker struct {
	*hegemonyEngine
	intervals bool // rows are to have intervals; else their replicates are handed out

	slot     []int32 // network → place in local, +1
	local    []int32 // networks of the scope
	sum      []float64
	touched  []int32
	now      sightline.ASN // the scope
	networks int           // that see it
	// What each peer gives each local network: chains through cells.
	first, last []int32
	cells       []cell
	buf         []member
	vals        []valued
	flat        []float64
	who         []int32
	reps        []float64
	trim        trimmer
	single      []alone
	seen        []bool // hosts that see the scope
	sized       []bool // those that trim knows the number of
	nPeers      []int32

	// For sorted.
	rows         []HegemonyRow
	order, zeros []valued
	slab         []HegemonyRow
}

// alone is a value of 1 that one monitor network has, where all see the scope:
// its replicates, and their interval.
type alone struct {
	reps      []float64
	low, high float64
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

func (a valued) compare(b valued) int {
	return cmp.Or(cmp.Compare(a.v, b.v), cmp.Compare(a.host, b.host))
}

func (e *hegemonyEngine) newWorker() *hegemonyWorker {
	w := &hegemonyWorker{hegemonyEngine: e, slot: make([]int32, len(e.x.asns)), nPeers: make([]int32, len(e.h.asns)),
		seen: make([]bool, len(e.h.asns)), reps: make([]float64, len(e.draws.times)), single: make([]alone, len(e.h.asns))}
	return w
}

// origin computes the scope of one origin.
func (w *hegemonyWorker) origin(as int32) {
	w.scope(w.x.asns[as], as, w.legs[w.start[as]:w.start[as+1]])
}

// take adds the weight of a path through a network.
func (w *hegemonyWorker) take(as int32, weight float64) {
	l := w.slot[as]
	if l == 0 {
		w.local = append(w.local, as)
		w.first, w.last, w.sum = append(w.first, -1), append(w.last, -1), append(w.sum, -1)
		l = int32(len(w.local))
		w.slot[as] = l
	}
	if w.sum[l-1] < 0 {
		w.touched = append(w.touched, l-1)
		w.sum[l-1] = 0
	}
	w.sum[l-1] += weight
}

// scope finds what each peer gives each network of a scope from its legs, which
// come by peer.
func (w *hegemonyWorker) scope(scope sightline.ASN, origin int32, legs []leg) {
	for _, as := range w.local { // of the scope before
		w.slot[as] = 0
	}
	w.local, w.first, w.last, w.cells, w.sum, w.touched = w.local[:0], w.first[:0], w.last[:0], w.cells[:0], w.sum[:0], w.touched[:0]
	clear(w.seen)
	clear(w.nPeers)
	networks := 0
	for i := 0; i < len(legs); {
		peer := legs[i].peer
		total := 0.0
		for ; i < len(legs) && legs[i].peer == peer; i++ {
			l := &legs[i]
			total += l.weight
			if l.n > 0 {
				for _, as := range w.x.hop[l.at : l.at+uint32(l.n)] {
					w.take(as, l.weight)
				}
				continue
			}
			list, k := w.x.hops(w.t.Path(paths.ID(l.at)), w.compat, w.buf)
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
				w.take(m.as, l.weight*s)
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
	// How many monitor networks that see the scope each replicate has.
	if len(w.reps) > 0 && !slices.Equal(w.sized, w.seen) {
		w.trim.sizes(w.seen, &w.draws)
		w.sized = append(w.sized[:0], w.seen...)
	}
	w.networks, w.now = networks, scope
}

// each hands out the rows of the scope with their replicates, in the order in
// which the networks were met.
func (w *hegemonyWorker) each(f func(r *HegemonyRow, reps []float64)) {
	for l, as := range w.local {
		if w.first[l] < 0 {
			continue // met only where a peer's own prefixes cover all of the scope
		}
		r := HegemonyRow{Scope: w.now, ASN: w.x.asns[as], peers: int32(w.networks), of: int32(len(w.h.asns))}
		w.average(&r, l)
		f(&r, w.reps)
	}
}

// average makes the value of a row out of what the peers give; of the
// replicates it leaves the interval in the row, or all in reps.
func (w *hegemonyWorker) average(r *HegemonyRow, l int) {
	networks, padded := w.networks, w.networks
	if w.compat {
		padded = len(w.h.asns)
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
	for i := 1; i < len(w.vals); i++ { // mostly they are in order
		if w.vals[i-1].v > w.vals[i].v {
			slices.SortFunc(w.vals, valued.compare)
			break
		}
	}
	w.flat, w.who = w.flat[:0], w.who[:0]
	for _, v := range w.vals {
		w.flat, w.who = append(w.flat, v.v), append(w.who, v.host)
	}
	r.value = trimmedMean(w.flat, padded)
	r.low, r.high = r.value, r.value
	if len(w.reps) == 0 {
		return
	}
	switch k := len(w.flat); {
	case k == networks && w.flat[0] == w.flat[k-1]:
		if !w.intervals {
			for b := range w.reps {
				w.reps[b] = r.value
			}
		}
		return
	case k == 1 && networks == len(w.h.asns):
		// Most rows are a monitor's own network, met by it alone.
		one := w.alone(w.who[0])
		if w.intervals && w.flat[0] == 1 {
			r.low, r.high = min(one.low, r.value), max(one.high, r.value)
			return
		}
		for b, f := range one.reps {
			w.reps[b] = w.flat[0] * f
		}
	default:
		w.trim.means(w.flat, w.who, &w.draws, w.reps)
	}
	if w.intervals {
		r.low, r.high = interval(r.value, w.reps)
	}
}

// alone is a value of 1 of that host alone.
func (w *hegemonyWorker) alone(host int32) *alone {
	one := &w.single[host]
	if one.reps == nil {
		one.reps = make([]float64, len(w.reps))
		w.trim.means([]float64{1}, []int32{host}, &w.draws, one.reps)
		reps := slices.Clone(one.reps)
		one.low, _ = interval(math.Inf(1), reps)
		_, one.high = interval(math.Inf(-1), reps)
	}
	return one
}

// sorted is the rows of the scope by hegemony from the highest, then by
// network. Most are 0.
func (w *hegemonyWorker) sorted() []HegemonyRow {
	w.order, w.zeros, w.rows = w.order[:0], w.zeros[:0], w.rows[:0]
	w.each(func(r *HegemonyRow, _ []float64) {
		if r.value == 0 {
			w.zeros = append(w.zeros, valued{float64(r.ASN), int32(len(w.rows))})
		} else {
			w.order = append(w.order, valued{-r.value, int32(len(w.rows))})
		}
		w.rows = append(w.rows, *r)
	})
	slices.SortFunc(w.order, func(a, b valued) int {
		return cmp.Or(cmp.Compare(a.v, b.v), cmp.Compare(w.rows[a.host].ASN, w.rows[b.host].ASN))
	})
	slices.SortFunc(w.zeros, valued.compare)
	if n := len(w.order) + len(w.zeros); cap(w.slab)-len(w.slab) < n {
		w.slab = make([]HegemonyRow, 0, max(n, 1<<16))
	}
	from := len(w.slab)
	for _, list := range [][]valued{w.order, w.zeros} {
		for _, v := range list {
			w.slab = append(w.slab, w.rows[v.host])
		}
	}
	return w.slab[from:len(w.slab):len(w.slab)]
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
