package paths

import (
	"bytes"
	"cmp"
	"net/netip"
	"slices"

	"sightline"
	"sightline/mrt"
)

// Peer is a neighbour of a collector: the monitor whose routes we see.
type Peer struct {
	ASN       sightline.ASN
	Addr      netip.Addr
	Collector string
}

// Compare orders peers by number, address, collector.
func (p Peer) Compare(q Peer) int {
	return cmp.Or(cmp.Compare(p.ASN, q.ASN), p.Addr.Compare(q.Addr), cmp.Compare(p.Collector, q.Collector))
}

// Builder gathers feeds and makes tables of them. It is not safe for use by
// several goroutines.
type Builder struct {
	set   Set
	peers []Peer
	index map[Peer]int
	last  []lastPath // by peer
	feeds []*Feed
}

// lastPath is what a peer gave last: its next is often the same.
type lastPath struct {
	path  mrt.Path
	feed  *Feed
	place uint32 // in the feed
}

// NewBuilder makes an empty builder.
func NewBuilder() *Builder { return &Builder{index: map[Peer]int{}} }

// Feed is one input of a collector: a table, or updates in the order of time.
// Feeds count in the order in which they were opened: an update feed comes
// after the table that it changes.
type Feed struct {
	b         *Builder
	collector string
	peers     []int32 // mrt's index → ours, -1 for not yet met
	peer      [][]uint16
	path      [][]ID
	pathID    map[uint32]uint32 // place → path identifier, where not 0
	n         uint32
	prefixes  []netip.Prefix // of each stretch of entries with one prefix
	starts    []uint32       // where it starts
	now       netip.Prefix
	clear     map[uint16]uint32 // peer → place before which its routes are gone
	sorted    bool
	updates   bool

	// Paths wait to be looked up together (Set.fetch).
	waiting []waiting
	hashes  []uint64
	text    mrt.Path
	settled uint32 // all places before this have their path
	seen    uint64
}

// waiting is an entry whose path is not looked up yet.
type waiting struct {
	place    uint32
	same     bool   // as the entry at from
	from, to uint32 // in text
}

// batch is how many entries wait at most; twice as many gain nothing
// (BenchmarkLoad).
const batch = 128

const (
	feedBits = 16
	feedMask = 1<<feedBits - 1
	maxPlace = 1<<32 - 2
)

// Feed opens the next input of a collector.
func (b *Builder) Feed(collector string) *Feed {
	f := &Feed{b: b, collector: collector, sorted: true}
	b.feeds = append(b.feeds, f)
	return f
}

// Paths counts the different paths met so far.
func (b *Builder) Paths() int {
	b.settle()
	return b.set.Len()
}

// settle looks up what waits in any feed.
func (b *Builder) settle() {
	for _, f := range b.feeds {
		f.settle()
	}
}

// Add takes an element over. peers is the reader's list. A peer that leaves
// the state Established loses its routes. Elements of kind Damaged are passed
// over. Routes without an AS_PATH attribute are held with an empty path.
func (f *Feed) Add(e *mrt.Elem, peers []mrt.Peer) error {
	if e.Kind == mrt.Damaged || e.Kind == mrt.State && (e.From != mrt.Established || e.To == mrt.Established) {
		return nil
	}
	p := -1
	if e.Peer < len(f.peers) {
		p = int(f.peers[e.Peer])
	}
	if p < 0 {
		for len(f.peers) <= e.Peer {
			f.peers = append(f.peers, -1)
		}
		var err error
		if p, err = f.b.peer(Peer{peers[e.Peer].ASN, peers[e.Peer].Addr, f.collector}); err != nil {
			return err
		}
		f.peers[e.Peer] = int32(p)
	}
	if e.Kind == mrt.State {
		if f.clear == nil {
			f.clear = map[uint16]uint32{}
		}
		f.clear[uint16(p)] = f.n
		f.updates = true
		return nil
	}
	if e.Kind != mrt.Held {
		f.updates = true
	}
	if f.n >= maxPlace {
		return sightline.Errorf(sightline.Invalid, "keep route", f.collector, "more than four thousand million entries in one feed").WithHint("Read the file in parts.")
	}
	if e.Prefix != f.now || f.n == 0 {
		if f.n > 0 && f.sorted && ComparePrefix(f.now, e.Prefix) > 0 {
			f.sorted = false
		}
		f.now = e.Prefix
		f.prefixes = append(f.prefixes, e.Prefix)
		f.starts = append(f.starts, f.n)
	}
	if f.n&feedMask == 0 {
		f.peer = append(f.peer, make([]uint16, 1<<feedBits))
		f.path = append(f.path, make([]ID, 1<<feedBits))
	}
	f.peer[f.n>>feedBits][f.n&feedMask] = uint16(p)
	if e.Kind == mrt.Withdraw {
		f.path[f.n>>feedBits][f.n&feedMask] = gone
	} else if err := f.wait(p, e.Path); err != nil {
		return err
	}
	if e.PathID != 0 {
		if f.pathID == nil {
			f.pathID = map[uint32]uint32{}
		}
		f.pathID[f.n] = e.PathID
	}
	f.n++
	return nil
}

// wait notes the path of the entry at f.n.
func (f *Feed) wait(p int, path mrt.Path) error {
	l := &f.b.last[p]
	switch {
	case l.feed == f && bytes.Equal(l.path, path):
		if l.place < f.settled {
			f.path[f.n>>feedBits][f.n&feedMask] = f.path[l.place>>feedBits][l.place&feedMask]
			return nil
		}
		f.waiting = append(f.waiting, waiting{place: f.n, same: true, from: l.place})
	case len(path) > 1<<16-1 || f.b.set.full():
		return sightline.Errorf(sightline.Invalid, "keep path", "", "more than four gigabytes of paths, or one of more than 65,535 bytes").
			WithHint("Read fewer collectors at a time.")
	default:
		l.path, l.feed, l.place = append(l.path[:0], path...), f, f.n
		from := uint32(len(f.text))
		f.text = append(f.text, path...)
		f.waiting = append(f.waiting, waiting{place: f.n, from: from, to: uint32(len(f.text))})
		f.hashes = append(f.hashes, f.b.set.hash(path))
	}
	if len(f.waiting) == batch || len(f.text) > chunkSize/2 {
		f.settle()
		f.settled = f.n + 1
	}
	return nil
}

// settle looks up the paths that wait.
func (f *Feed) settle() {
	f.seen ^= f.b.set.fetch(f.hashes)
	k := 0
	for _, w := range f.waiting {
		var id ID
		if w.same {
			id = f.path[w.from>>feedBits][w.from&feedMask]
		} else {
			var err error
			if id, err = f.b.set.intern(f.text[w.from:w.to], f.hashes[k]); err != nil {
				panic("BUG: no room for a path: " + err.Error()) // wait looks at the room
			}
			k++
		}
		f.path[w.place>>feedBits][w.place&feedMask] = id
	}
	f.waiting, f.hashes, f.text = f.waiting[:0], f.hashes[:0], f.text[:0]
	f.settled = f.n
}

func (b *Builder) peer(p Peer) (int, error) {
	i, ok := b.index[p]
	if !ok {
		if i = len(b.peers); i >= 1<<16-1 {
			return 0, sightline.Errorf(sightline.Invalid, "keep route", p.Collector, "more than 65,535 peers").WithHint("Read fewer collectors at a time.")
		}
		b.peers = append(b.peers, p)
		b.last = append(b.last, lastPath{})
		b.index[p] = i
	}
	return i, nil
}

// ComparePrefix orders prefixes by family, address, length: a prefix comes
// before those that it covers.
func ComparePrefix(a, b netip.Prefix) int {
	return cmp.Or(a.Addr().Compare(b.Addr()), cmp.Compare(a.Bits(), b.Bits()))
}

// cursor walks a feed in the order of prefixes.
type cursor struct {
	f     *Feed
	order []uint32 // stretches in order; nil where they stand so
	i     int
	dead  []uint32 // by peer: places before this are gone; nil for none
}

func (c *cursor) prefix() (netip.Prefix, bool) {
	if c.i >= len(c.f.prefixes) {
		return netip.Prefix{}, false
	}
	return c.f.prefixes[c.stretch()], true
}

func (c *cursor) stretch() uint32 {
	if c.order == nil {
		return uint32(c.i)
	}
	return c.order[c.i]
}

// Table makes the table that holds after everything added so far. The builder
// can be added to afterwards; the table does not change.
func (b *Builder) Table() *Table {
	b.settle()
	// Canonical ranks of peers.
	order := make([]int, len(b.peers))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return b.peers[i].Compare(b.peers[j]) })
	rank := make([]uint16, len(order))
	t := &Table{peers: make([]Peer, len(order)), count: make([][2]int, len(order))}
	for r, i := range order {
		rank[i] = uint16(r)
		t.peers[r] = b.peers[i]
	}
	t.set = &Set{chunks: slices.Clone(b.set.chunks), start: b.set.start[:len(b.set.start):len(b.set.start)]}

	cursors := make([]*cursor, len(b.feeds))
	entries, stretches := 0, 0
	plain := true
	for k, f := range b.feeds {
		c := &cursor{f: f}
		cursors[k] = c
		entries += int(f.n)
		stretches += len(f.prefixes)
		if f.pathID != nil {
			plain = false
		}
		if !f.sorted {
			c.order = make([]uint32, len(f.prefixes))
			for i := range c.order {
				c.order[i] = uint32(i)
			}
			slices.SortFunc(c.order, func(i, j uint32) int {
				return cmp.Or(ComparePrefix(f.prefixes[i], f.prefixes[j]), cmp.Compare(i, j))
			})
		}
		// Routes of a peer are gone before its session's last end, in this feed
		// and in every later one.
		for j := k; j < len(b.feeds); j++ {
			for p, at := range b.feeds[j].clear {
				if c.dead == nil {
					c.dead = make([]uint32, len(b.peers))
				}
				if j > k {
					at = f.n
				}
				c.dead[p] = max(c.dead[p], at)
			}
		}
	}
	if len(b.feeds) > 1 || !plain {
		stretches = min(stretches, 1<<21)
		entries = min(entries, 1<<26)
	}
	t.off = make([]uint32, 1, stretches+1)
	t.peer = make([]uint16, 0, entries)
	t.path = make([]ID, 0, entries)

	slot := make([]ID, len(b.peers))
	for i := range slot {
		slot[i] = none
	}
	words := make([]uint64, (len(b.peers)+63)/64)
	var fast *sameOrder
	if len(cursors) == 1 && plain && !cursors[0].f.updates {
		fast = &sameOrder{c: cursors[0], rank: rank}
	}
	for {
		// The smallest prefix that a cursor stands at.
		var p netip.Prefix
		found := false
		for _, c := range cursors {
			if q, ok := c.prefix(); ok && (!found || ComparePrefix(q, p) < 0) {
				p, found = q, true
			}
		}
		if !found {
			break
		}
		if fast != nil && fast.take(t, p) {
			continue
		}
		if plain {
			for _, c := range cursors {
				c.gather(p, rank, slot, words)
			}
		} else {
			t.gatherPaths(cursors, p, rank, slot, words)
		}
		t.emit(p, slot, words)
	}
	if fast != nil {
		fast.settle(t)
	}
	t.addr4, t.bits4 = fit(t.addr4), fit(t.bits4)
	t.addr6, t.bits6 = fit(t.addr6), fit(t.bits6)
	t.off, t.peer, t.path = fit(t.off), fit(t.peer), fit(t.path)
	t.dropDuplicates()
	return t
}

// sameOrder takes over stretches of a table's feed whose peers stand in the
// same order as in the stretch before, as they mostly do: the order of ranks is
// then known.
type sameOrder struct {
	c     *cursor
	rank  []uint16
	peers []uint16 // as they stood
	order []int    // where the peer of each rank stood
	ranks []uint16 // in order
	runs  [2]int   // stretches of this order not yet counted, IPv4 and IPv6
}

// take takes the stretch at the cursor, of prefix p, if it can.
func (o *sameOrder) take(t *Table, p netip.Prefix) bool {
	c, f := o.c, o.c.f
	s := c.stretch()
	from, to := f.starts[s], f.n
	if int(s)+1 < len(f.starts) {
		to = f.starts[s+1]
	}
	if from>>feedBits != (to-1)>>feedBits {
		return false
	}
	c.i++
	if q, ok := c.prefix(); ok && q == p {
		c.i--
		return false // the prefix goes on
	}
	ps := f.peer[from>>feedBits][from&feedMask:][:to-from]
	ids := f.path[from>>feedBits][from&feedMask:][:to-from]
	if !slices.Equal(ps, o.peers) {
		o.settle(t)
		o.peers = append(o.peers[:0], ps...)
		o.order = o.order[:0]
		for i := range ps {
			o.order = append(o.order, i)
		}
		slices.SortFunc(o.order, func(i, j int) int { return cmp.Compare(o.rank[ps[i]], o.rank[ps[j]]) })
		o.ranks = o.ranks[:0]
		for k, i := range o.order {
			r := o.rank[ps[i]]
			if k > 0 && o.ranks[k-1] == r {
				o.peers = o.peers[:0]
				c.i--
				return false // a peer twice
			}
			o.ranks = append(o.ranks, r)
		}
	}
	t.peer = append(t.peer, o.ranks...)
	for _, i := range o.order {
		t.path = append(t.path, ids[i])
	}
	if p.Addr().Is4() {
		o.runs[0]++
	} else {
		o.runs[1]++
	}
	t.close(p)
	return true
}

// settle counts the stretches of the order so far.
func (o *sameOrder) settle(t *Table) {
	for _, r := range o.ranks {
		t.count[r][0] += o.runs[0]
		t.count[r][1] += o.runs[1]
	}
	o.runs = [2]int{}
}

// fit gives back memory where more than an eighth of it is not used.
func fit[E any](s []E) []E {
	if cap(s)-len(s) > cap(s)/8 {
		return append(make([]E, 0, len(s)), s...)
	}
	return s
}

// gather takes every stretch of prefix p into slot, by rank; later ones win.
func (c *cursor) gather(p netip.Prefix, rank []uint16, slot []ID, words []uint64) {
	f := c.f
	for {
		q, ok := c.prefix()
		if !ok || q != p {
			return
		}
		s := c.stretch()
		from, to := f.starts[s], f.n
		if int(s)+1 < len(f.starts) {
			to = f.starts[s+1]
		}
		c.i++
		for at := from; at < to; {
			k := at >> feedBits
			end := min(to, (k+1)<<feedBits)
			ps, ids := f.peer[k][at&feedMask:], f.path[k][at&feedMask:]
			for i := range end - at {
				peer, id := ps[i], ids[i]
				if c.dead != nil && at+i < c.dead[peer] {
					id = gone
				}
				r := rank[peer]
				slot[r] = id
				words[r>>6] |= 1 << (r & 63)
			}
			at = end
		}
	}
}

// gatherPaths is gather where path identifiers are in play: of several paths
// of one peer, that of the lowest identifier is kept, and the others counted.
func (t *Table) gatherPaths(cursors []*cursor, p netip.Prefix, rank []uint16, slot []ID, words []uint64) {
	type key struct {
		rank   uint16
		pathID uint32
	}
	held := map[key]ID{}
	for _, c := range cursors {
		f := c.f
		for {
			q, ok := c.prefix()
			if !ok || q != p {
				break
			}
			s := c.stretch()
			from, to := f.starts[s], f.n
			if int(s)+1 < len(f.starts) {
				to = f.starts[s+1]
			}
			c.i++
			for at := from; at < to; at++ {
				peer := f.peer[at>>feedBits][at&feedMask]
				k := key{rank[peer], f.pathID[at]}
				id := f.path[at>>feedBits][at&feedMask]
				if id == gone || c.dead != nil && at < c.dead[peer] {
					delete(held, k)
				} else {
					held[k] = id
				}
			}
		}
	}
	lowest := map[uint16]uint32{}
	for k := range held {
		if l, ok := lowest[k.rank]; !ok || k.pathID < l {
			lowest[k.rank] = k.pathID
		}
	}
	t.aside += len(held) - len(lowest)
	for r, l := range lowest {
		slot[r] = held[key{r, l}]
		words[r>>6] |= 1 << (r & 63)
	}
}
