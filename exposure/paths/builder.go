package paths

import (
	"cmp"
	"encoding/binary"
	"math/bits"
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
	feeds []*Feed
}

// NewBuilder makes an empty builder.
func NewBuilder() *Builder { return &Builder{index: map[Peer]int{}} }

// Feed is one input of a collector: a table, or updates in the order of time.
// Feeds count in the order in which they were opened: an update feed comes
// after the table that it changes.
type Feed struct {
	b         *Builder
	collector string
	peers     []from // by mrt's index
	entries   entries
	pathID    map[uint32]uint32 // place → path identifier, where not 0
	runs      [][]run           // entries of one prefix, in chunks of runChunk
	v6        int               // runs of IPv6
	now       netip.Prefix      // of the last run
	last      *run
	clear     map[uint16]uint32 // peer → place before which its routes are gone
	sorted    bool
	updates   bool
	again     bool // a prefix was met in two runs one after the other

	next   uint32    // where a path stands that was added behind the one met last, if any was
	wait   []waiting // of a row, looked up together
	hashes []uint64
	seen   uint64
}

// from is a peer of the reader's list, and the path that it gave last: its next
// is often the same.
type from struct {
	met  bool
	peer uint16 // ours
	id   ID     // of the path
	at   uint32 // where it stands
	path mrt.Path
}

// waiting is an entry whose path is not found yet.
type waiting struct {
	i    int   // in the row
	peer int32 // of the reader's list
	path mrt.Path
}

// run is a row of entries with one prefix.
type run struct {
	key
	n     uint16
	start uint32
}

// runChunk is how many runs are kept in one piece, so that none is ever moved.
const runChunk = 1 << 14

// key is a prefix without pointers, which the collector of garbage would look
// at.
type key struct {
	hi, lo uint64
	bits   uint8
	v6     bool
}

func keyOf(p netip.Prefix) key {
	if p.Addr().Is4() {
		a := p.Addr().As4()
		return key{lo: uint64(binary.BigEndian.Uint32(a[:])), bits: uint8(p.Bits())}
	}
	a := p.Addr().As16()
	return key{binary.BigEndian.Uint64(a[:]), binary.BigEndian.Uint64(a[8:]), uint8(p.Bits()), true}
}

// compare orders as ComparePrefix does.
func (k key) compare(o key) int {
	if k.v6 != o.v6 {
		if o.v6 {
			return -1
		}
		return 1
	}
	if k.hi != o.hi {
		return cmp.Compare(k.hi, o.hi)
	}
	if k.lo != o.lo {
		return cmp.Compare(k.lo, o.lo)
	}
	return cmp.Compare(k.bits, o.bits)
}

// entries are peers and paths side by side, in chunks, so that few are ever
// moved. A run of entries stands in one chunk; the end of a chunk may be empty.
type entries struct {
	peer [][]uint16
	path [][]ID
	end  uint32 // place after the last

	// The last chunk, which is cut once the next is begun.
	lastPeer []uint16
	lastPath []ID
}

const (
	feedBits  = 20 // long enough for large pages
	feedChunk = 1 << feedBits
	feedMask  = feedChunk - 1
	maxPlace  = 1<<32 - 2*feedChunk
)

// room begins a new chunk where the last has no room for n entries. It reports
// whether it did.
func (e *entries) room(n int) bool {
	k := int(e.end) - (len(e.peer)-1)*feedChunk // in the last chunk
	if len(e.peer) > 0 && k+n <= len(e.lastPeer) {
		return false
	}
	e.cut()
	size := feedChunk
	switch c := len(e.peer); {
	case c == 0:
		size = max(1<<10, n) // small tables stay small
	case c == 1 && len(e.lastPeer) < feedChunk && k+n <= feedChunk:
		size = min(feedChunk, max(4*len(e.lastPeer), k+n))
		e.lastPeer, e.lastPath = huge(make([]uint16, size)), huge(make([]ID, size))
		copy(e.lastPeer, e.peer[0])
		copy(e.lastPath, e.path[0])
		e.peer[0], e.path[0] = e.lastPeer, e.lastPath
		return false
	}
	e.lastPeer, e.lastPath = huge(make([]uint16, size)), huge(make([]ID, size))
	e.end = uint32(len(e.peer)) << feedBits
	e.peer, e.path = append(e.peer, e.lastPeer), append(e.path, e.lastPath)
	return true
}

// cut ends the last chunk where its entries do.
func (e *entries) cut() {
	if c := len(e.peer) - 1; c >= 0 {
		k := int(e.end) - c*feedChunk
		e.peer[c], e.path[c] = e.lastPeer[:k], e.lastPath[:k]
	}
}

// carry takes the last k entries of the chunk before along into the new one.
func (e *entries) carry(k int) {
	c := len(e.peer) - 1
	from := len(e.peer[c-1]) - k
	copy(e.lastPeer, e.peer[c-1][from:])
	copy(e.lastPath, e.path[c-1][from:])
	e.peer[c-1], e.path[c-1] = e.peer[c-1][:from], e.path[c-1][:from]
	e.end += uint32(k)
}

// add appends an entry. There must be room.
func (e *entries) add(peer uint16, path ID) {
	k := e.end & feedMask
	e.lastPeer[k], e.lastPath[k] = peer, path
	e.end++
}

func (e *entries) at(start uint32, n int) ([]uint16, []ID) {
	if n == 0 {
		return nil, nil
	}
	c, k := start>>feedBits, int(start&feedMask)
	return e.peer[c][k : k+n : k+n], e.path[c][k : k+n : k+n]
}

// Feed opens the next input of a collector.
func (b *Builder) Feed(collector string) *Feed {
	f := &Feed{b: b, collector: collector, sorted: true}
	b.feeds = append(b.feeds, f)
	return f
}

// Paths counts the different paths met so far.
func (b *Builder) Paths() int { return b.set.Len() }

// Read takes over all elements of m, as [Feed.Add] does one. Of elements that
// are not of a table those are passed over for which wanted is false; nil is
// none. What ended m is left to the caller.
func (f *Feed) Read(m *mrt.Reader, wanted func(*mrt.Elem) bool) error {
	for m.Next() {
		e := m.Elem()
		if wanted != nil && e.Kind != mrt.Held && !wanted(e) {
			continue
		}
		var err error
		if routes := m.Row(); routes != nil {
			err = f.row(e, routes, m.Peers())
		} else {
			err = f.Add(e, m.Peers())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Add takes an element over. peers is the reader's list. A peer that leaves
// the state Established loses its routes. Elements of kind Damaged are passed
// over. Routes without an AS_PATH attribute are held with an empty path.
func (f *Feed) Add(e *mrt.Elem, peers []mrt.Peer) error {
	if e.Kind == mrt.Damaged || e.Kind == mrt.State && (e.From != mrt.Established || e.To == mrt.Established) {
		return nil
	}
	p, err := f.peer(e.Peer, peers)
	if err != nil {
		return err
	}
	if e.Kind == mrt.State {
		if f.clear == nil {
			f.clear = map[uint16]uint32{}
		}
		f.clear[p.peer] = f.entries.end
		f.updates = true
		return nil
	}
	if e.Kind != mrt.Held {
		f.updates = true
	}
	if err := f.room(e.Prefix, 1); err != nil {
		return err
	}
	place := f.entries.end
	if e.Kind == mrt.Withdraw {
		f.entries.add(p.peer, gone)
	} else {
		id, err := f.find(p, e.Path)
		if err != nil {
			return err
		}
		f.entries.add(p.peer, id)
	}
	if e.PathID != 0 {
		if f.pathID == nil {
			f.pathID = map[uint32]uint32{}
		}
		f.pathID[place] = e.PathID
	}
	f.last.n++
	return nil
}

// row takes over a row of which e is the first.
//
// The paths of a row mostly stand where their peers had their last, or, in a
// table whose peers come in one order, one behind the other, as they were added
// with an earlier row of the same origin. So each is looked for in the one way
// and the other; the first that is not found there by its hash at once, since
// the rest of the row may stand behind it; and the few that are left by their
// hashes together.
func (f *Feed) row(e *mrt.Elem, routes []mrt.Route, peers []mrt.Peer) error {
	if e.AddPath || f.updates || f.pathID != nil || f.last != nil && int(f.last.n)+len(routes) > 1<<16-1 {
		one := *e
		for _, r := range routes {
			one.Peer, one.PathID, one.Path = int(r.Peer), r.PathID, r.Path
			if err := f.Add(&one, peers); err != nil {
				return err
			}
		}
		return nil
	}
	if err := f.room(e.Prefix, len(routes)); err != nil {
		return err
	}
	set, next := &f.b.set, f.next
	f.wait, f.hashes = f.wait[:0], f.hashes[:0]
	behind, anchored := false, false
	at := f.entries.end & feedMask
	inPeer, inPath := f.entries.lastPeer[at:][:len(routes)], f.entries.lastPath[at:][:len(routes)]
	for i := range routes {
		r := &routes[i]
		p, err := f.peer(int(r.Peer), peers)
		if err != nil {
			return err
		}
		inPeer[i] = p.peer
		if !behind && p.gave(r.Path) {
			inPath[i], next = p.id, p.at+head+uint32(len(r.Path))
			continue
		}
		switch {
		case p.gives(set, next, r.Path):
			behind = true
		case behind && p.gave(r.Path):
			behind = false
		case !anchored:
			at, err := set.intern(r.Path, set.hash(r.Path))
			if err != nil {
				return err
			}
			p.gives(set, at, r.Path)
			anchored, behind = true, true
		default:
			f.wait = append(f.wait, waiting{i, r.Peer, r.Path})
			f.hashes = append(f.hashes, set.hash(r.Path))
			continue
		}
		inPath[i], next = p.id, p.at+head+uint32(len(r.Path))
	}
	f.next = next
	f.entries.end += uint32(len(routes))
	f.last.n += uint16(len(routes))
	f.seen ^= set.fetch(f.hashes)
	for k, w := range f.wait {
		at, err := set.intern(w.path, f.hashes[k])
		if err != nil {
			return err
		}
		p := &f.peers[w.peer]
		p.gives(set, at, w.path)
		inPath[w.i] = p.id
	}
	return nil
}

// gave reports whether the peer gave that path last.
func (p *from) gave(path mrt.Path) bool { return string(p.path) == string(path) && p.at != 0 }

// gives reports whether the path stands at that place, which may be any, and if
// it does notes it as what the peer gave last.
func (p *from) gives(s *Set, at uint32, path mrt.Path) (ok bool) {
	if id, path, ok := s.holds(at, path); ok {
		p.id, p.at, p.path = id, at, path
		return true
	}
	return false
}

// find finds the path of a peer's entry.
func (f *Feed) find(p *from, path mrt.Path) (ID, error) {
	set := &f.b.set
	if !p.gave(path) && !p.gives(set, f.next, path) {
		at, err := set.intern(path, set.hash(path))
		if err != nil {
			return 0, err
		}
		p.gives(set, at, path)
	}
	f.next = p.at + head + uint32(len(path))
	return p.id, nil
}

// peer is a peer of the reader's list.
func (f *Feed) peer(i int, peers []mrt.Peer) (*from, error) {
	if i < len(f.peers) && f.peers[i].met {
		return &f.peers[i], nil
	}
	return f.meet(i, peers)
}

func (f *Feed) meet(i int, peers []mrt.Peer) (*from, error) {
	for len(f.peers) <= i {
		f.peers = append(f.peers, from{})
	}
	p, err := f.b.peer(Peer{peers[i].ASN, peers[i].Addr, f.collector})
	if err != nil {
		return nil, err
	}
	f.peers[i] = from{met: true, peer: uint16(p)}
	return &f.peers[i], nil
}

// room makes room for n entries more with one prefix.
func (f *Feed) room(prefix netip.Prefix, n int) error {
	if f.entries.end >= maxPlace {
		return sightline.Errorf(sightline.Invalid, "keep route", f.collector, "more than four thousand million entries in one feed").WithHint("Read the file in parts.")
	}
	switch split := f.entries.room(n); {
	case f.last == nil || prefix != f.now || f.last.n == 1<<16-1:
		f.begin(prefix)
	case split && !f.updates && f.pathID == nil:
		// The run goes on: no place before it matters to anyone.
		f.last.start = f.entries.end
		f.entries.carry(int(f.last.n))
	case split:
		f.begin(prefix)
	}
	return nil
}

// begin begins a run of entries with one prefix.
func (f *Feed) begin(p netip.Prefix) {
	k := keyOf(p)
	if f.last != nil && f.sorted {
		order := f.last.key.compare(k)
		f.sorted, f.again = order <= 0, f.again || order == 0
	}
	c := len(f.runs) - 1
	if c < 0 || len(f.runs[c]) == runChunk {
		f.runs = append(f.runs, make([]run, 0, runChunk))
		c++
	}
	f.runs[c] = append(f.runs[c], run{key: k, start: f.entries.end})
	f.last, f.now = &f.runs[c][len(f.runs[c])-1], p
	if k.v6 {
		f.v6++
	}
}

// length is how many runs there are.
func (f *Feed) length() int {
	if len(f.runs) == 0 {
		return 0
	}
	return (len(f.runs)-1)*runChunk + len(f.runs[len(f.runs)-1])
}

func (f *Feed) run(i int) *run { return &f.runs[i/runChunk][i%runChunk] }

func (b *Builder) peer(p Peer) (int, error) {
	i, ok := b.index[p]
	if !ok {
		if i = len(b.peers); i >= 1<<16-1 {
			return 0, sightline.Errorf(sightline.Invalid, "keep route", p.Collector, "more than 65,535 peers").WithHint("Read fewer collectors at a time.")
		}
		b.peers = append(b.peers, p)
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
	order []uint32 // runs in order; nil where they stand so
	i, n  int
	dead  []uint32 // by peer: places before this are gone; nil for none
}

// next is the run that the cursor stands at, or nil at the end.
func (c *cursor) next() *run {
	switch {
	case c.i >= c.n:
		return nil
	case c.order == nil:
		return c.f.run(c.i)
	}
	return c.f.run(int(c.order[c.i]))
}

// Table makes the table that holds after everything added so far. The builder
// can be added to afterwards; the table does not change.
func (b *Builder) Table() *Table { return b.make(false) }

// Finish is Table for a builder that is not used any more: the memory of what
// was added last becomes that of the table where that can be.
func (b *Builder) Finish() *Table {
	t := b.make(true)
	*b = Builder{}
	return t
}

func (b *Builder) make(last bool) *Table {
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
	t.set = b.set.seal()

	cursors := make([]*cursor, len(b.feeds))
	runs := 0
	plain := true
	for k, f := range b.feeds {
		c := &cursor{f: f, n: f.length()}
		cursors[k] = c
		runs += c.n
		if f.pathID != nil {
			plain = false
		}
		if !f.sorted {
			c.order = make([]uint32, c.n)
			for i := range c.order {
				c.order[i] = uint32(i)
			}
			slices.SortFunc(c.order, func(i, j uint32) int {
				return cmp.Or(f.run(int(i)).compare(f.run(int(j)).key), cmp.Compare(i, j))
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
					at = f.entries.end
				}
				c.dead[p] = max(c.dead[p], at)
			}
		}
	}
	if len(b.feeds) > 1 || !plain {
		runs = min(runs, 1<<21)
	}
	t.start = make([]uint32, 0, runs)

	slot := make([]ID, len(b.peers))
	for i := range slot {
		slot[i] = none
	}
	words := make([]uint64, (len(b.peers)+63)/64)
	if len(b.feeds) == 1 && plain && b.feeds[0].simple() {
		t.take(b.feeds[0], rank, last)
		cursors = nil
	}
	for {
		// The smallest prefix that a cursor stands at.
		var p *run
		for _, c := range cursors {
			if q := c.next(); q != nil && (p == nil || q.compare(p.key) < 0) {
				p = q
			}
		}
		if p == nil {
			break
		}
		if plain {
			for _, c := range cursors {
				c.gather(p.key, rank, slot, words)
			}
		} else {
			t.gatherPaths(cursors, p.key, rank, slot, words)
		}
		t.emit(p.key, slot, words)
	}
	t.addr4, t.bits4 = fit(t.addr4), fit(t.bits4)
	t.addr6, t.bits6 = fit(t.addr6), fit(t.bits6)
	t.start = fit(t.start)
	t.trim()
	t.dropDuplicates()
	return t
}

func (e entries) clone() entries {
	out := entries{end: e.end}
	for c := range e.peer {
		out.lastPeer, out.lastPath = slices.Clone(e.peer[c]), slices.Clone(e.path[c])
		out.peer, out.path = append(out.peer, out.lastPeer), append(out.path, out.lastPath)
	}
	return out
}

// trim ends the last chunk and gives back what it has too much. Nothing is
// added afterwards.
func (e *entries) trim() {
	if c := len(e.peer) - 1; c >= 0 {
		e.cut()
		e.peer[c], e.path[c] = fit(e.peer[c]), fit(e.path[c])
	}
	e.lastPeer, e.lastPath = nil, nil
}

// simple reports whether the feed is a table in order, with each prefix in one
// run and each peer once in it, so that its entries can become a table's.
func (f *Feed) simple() bool {
	if f.updates || !f.sorted || f.again {
		return false
	}
	var before []uint16
	seen := make([]uint32, len(f.b.peers)) // the last run that has the peer, +1
	for i := range f.length() {
		r := f.run(i)
		ps, _ := f.entries.at(r.start, int(r.n))
		if slices.Equal(ps, before) {
			continue
		}
		before = ps
		for _, p := range ps {
			if seen[p] == uint32(i)+1 {
				return false
			}
			seen[p] = uint32(i) + 1
		}
	}
	return true
}

// take makes the entries of a simple feed the table's, each run in the order of
// ranks. Runs whose peers stand in the same order as in the run before, as they
// mostly do, need no sorting.
func (t *Table) take(f *Feed, rank []uint16, last bool) {
	if t.entries = f.entries; !last {
		t.entries = t.entries.clone()
	}
	v4 := f.length() - f.v6
	t.addr4, t.bits4 = make([]uint32, 0, v4), make([]uint8, 0, v4)
	t.addr6, t.bits6 = make([][16]byte, 0, f.v6), make([]uint8, 0, f.v6)
	var (
		before []uint16 // peers as they stood
		order  []uint16 // where the peer of each rank stood
		as     bool     // they stood in that order
		ranks  []uint16
		buf    []ID
		count  [2]int // runs of this order, IPv4 and IPv6
		stood  = make([]uint16, len(rank))
		words  = make([]uint64, (len(rank)+63)/64)
	)
	settle := func() {
		for _, r := range ranks {
			t.count[r][0] += count[0]
			t.count[r][1] += count[1]
		}
		count = [2]int{}
	}
	for i := range f.length() {
		r := f.run(i)
		ps, ids := t.entries.at(r.start, int(r.n))
		if !slices.Equal(ps, before) {
			settle()
			before = append(before[:0], ps...)
			for i, p := range ps {
				k := rank[p]
				stood[k] = uint16(i)
				words[k>>6] |= 1 << (k & 63)
			}
			order, ranks = order[:0], ranks[:0]
			for w, m := range words {
				for ; m != 0; m &= m - 1 {
					k := uint16(w<<6 | bits.TrailingZeros64(m))
					order, ranks = append(order, stood[k]), append(ranks, k)
				}
				words[w] = 0
			}
			as = slices.IsSorted(order)
		}
		copy(ps, ranks)
		if !as {
			buf = append(buf[:0], ids...)
			for k, i := range order {
				ids[k] = buf[i]
			}
		}
		if r.v6 {
			count[1]++
		} else {
			count[0]++
		}
		t.close(r.key, r.start, int(r.n))
	}
	settle()
}

// fit gives back memory where more than an eighth of it is not used.
func fit[E any](s []E) []E {
	if cap(s)-len(s) > cap(s)/8 {
		return append(make([]E, 0, len(s)), s...)
	}
	return s
}

// gather takes every run of prefix p into slot, by rank; later ones win.
func (c *cursor) gather(p key, rank []uint16, slot []ID, words []uint64) {
	for {
		q := c.next()
		if q == nil || q.key != p {
			return
		}
		c.i++
		ps, ids := c.f.entries.at(q.start, int(q.n))
		for i, peer := range ps {
			id := ids[i]
			if c.dead != nil && q.start+uint32(i) < c.dead[peer] {
				id = gone
			}
			r := rank[peer]
			slot[r] = id
			words[r>>6] |= 1 << (r & 63)
		}
	}
}

// gatherPaths is gather where path identifiers are in play: of several paths
// of one peer, that of the lowest identifier is kept, and the others counted.
func (t *Table) gatherPaths(cursors []*cursor, p key, rank []uint16, slot []ID, words []uint64) {
	type path struct {
		rank uint16
		id   uint32
	}
	held := map[path]ID{}
	for _, c := range cursors {
		f := c.f
		for {
			q := c.next()
			if q == nil || q.key != p {
				break
			}
			c.i++
			ps, ids := f.entries.at(q.start, int(q.n))
			for i, peer := range ps {
				at := q.start + uint32(i)
				k := path{rank[peer], f.pathID[at]}
				if id := ids[i]; id == gone || c.dead != nil && at < c.dead[peer] {
					delete(held, k)
				} else {
					held[k] = id
				}
			}
		}
	}
	lowest := map[uint16]uint32{}
	for k := range held {
		if l, ok := lowest[k.rank]; !ok || k.id < l {
			lowest[k.rank] = k.id
		}
	}
	t.aside += len(held) - len(lowest)
	for r, l := range lowest {
		slot[r] = held[path{r, l}]
		words[r>>6] |= 1 << (r & 63)
	}
}
