package paths

import (
	"cmp"
	"encoding/binary"
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
	set          Set
	peers        []Peer
	rank, ranked []uint16 // of each peer its place in the canonical order, and the other way round; see order
	line         *line
	index        map[Peer]int
	feeds        []*Feed
}

// NewBuilder makes an empty builder.
func NewBuilder() *Builder { return &Builder{index: map[Peer]int{}, line: new(line)} }

// Feed is one input of a collector: a table, or updates in the order of time.
// Feeds count in the order in which they were opened: an update feed comes
// after the table that it changes.
type Feed struct {
	b         *Builder
	collector string
	peers     []from // by mrt's index
	ranks     int    // among how many peers their ranks are
	entries   entries
	pathID    map[uint32]uint32 // place → path identifier, where not 0
	runs      [][]run           // entries of one prefix, in chunks of runChunk
	addr6     [][2]uint64       // addresses of the runs of IPv6
	now       key               // of the last run
	last      *run
	clear     map[uint16]uint32 // peer → place before which its routes are gone
	sorted    bool
	updates   bool
	again     bool // a prefix was met in two runs one after the other
	loose     bool // the last run may not be in the order of ranks

	looks  []look // of rows
	hashes []uint32
	seen   uint64
}

// from is a peer of the reader's list, and the path that it gave last: its next
// is often the same.
type from struct {
	path mrt.Path
	id   ID // of the path
	gave bool
	met  bool
	peer uint16 // ours
	rank uint16 // among as many peers as ranks says
}

// run is a row of entries with one prefix.
type run struct {
	addr  uint32 // the address; of IPv6 its index in addr6
	start uint32
	n     uint16
	bits  uint8
	v6    bool
}

// runChunk is how many runs are kept in one piece. Only those of a piece that is
// still short are ever moved.
const runChunk = 1 << 19

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

// as16 is the address, of IPv6.
func (k key) as16() (a [16]byte) {
	binary.BigEndian.PutUint64(a[:], k.hi)
	binary.BigEndian.PutUint64(a[8:], k.lo)
	return a
}

// compare orders as ComparePrefix does.
func (k key) compare(o key) int {
	switch {
	case k == o:
		return 0
	case k.less(o):
		return -1
	}
	return 1
}

func (k key) less(o key) bool {
	switch {
	case k.v6 != o.v6:
		return o.v6
	case k.hi != o.hi:
		return k.hi < o.hi
	case k.lo != o.lo:
		return k.lo < o.lo
	}
	return k.bits < o.bits
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
	feedBits  = 22 // long enough for large pages
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
		e.lastPeer, e.lastPath = huge[uint16](size), huge[ID](size)
		copy(e.lastPeer, e.peer[0])
		copy(e.lastPath, e.path[0])
		e.peer[0], e.path[0] = e.lastPeer, e.lastPath
		return false
	}
	e.lastPeer, e.lastPath = huge[uint16](size), huge[ID](size)
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
	for {
		if !f.updates && f.pathID == nil {
			if rows, routes := m.Rows(); len(routes) > 0 {
				if err := f.rows(m, rows, routes); err != nil {
					return err
				}
				continue
			}
		}
		if !m.Next() {
			return nil
		}
		e := m.Elem()
		if wanted != nil && e.Kind != mrt.Held && !wanted(e) {
			continue
		}
		if err := f.Add(e, m.Peers()); err != nil {
			return err
		}
	}
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
	if err := f.room(keyOf(e.Prefix), 1); err != nil {
		return err
	}
	place := f.entries.end
	f.loose = true
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

// find finds the path of a peer's entry.
func (f *Feed) find(p *from, path mrt.Path) (ID, error) {
	if p.gave && string(p.path) == string(path) {
		return p.id, nil
	}
	set := &f.b.set
	at, err := set.intern(path, set.hash(path))
	if err != nil {
		return 0, err
	}
	p.gave = true
	p.id, p.path = set.at(at)
	return p.id, nil
}

// peer is a peer of the reader's list.
func (f *Feed) peer(i int, peers []mrt.Peer) (*from, error) {
	for len(f.peers) <= i {
		f.peers = append(f.peers, from{})
	}
	p := &f.peers[i]
	if !p.met {
		our, err := f.b.peer(Peer{peers[i].ASN, peers[i].Addr, f.collector})
		if err != nil {
			return nil, err
		}
		p.met, p.peer = true, uint16(our)
	}
	return p, nil
}

// room makes room for n entries more with one prefix.
func (f *Feed) room(prefix key, n int) error {
	if f.entries.end >= maxPlace {
		return sightline.Errorf(sightline.Invalid, "keep route", f.collector, "more than four thousand million entries in one feed").WithHint("Read the file in parts.")
	}
	if prefix != f.now {
		f.settle()
	}
	switch split := f.entries.room(n); {
	case f.last == nil || prefix != f.now || int(f.last.n)+n > 1<<16-1:
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

// settle puts the last run of a table in the order of ranks.
func (f *Feed) settle() {
	if !f.loose || f.updates || f.pathID != nil {
		return
	}
	f.loose = false
	if f.last.n == 1 {
		return
	}
	b := f.b
	b.order()
	ps, ids := f.entries.at(f.last.start, int(f.last.n))
	for i, p := range ps {
		b.line.put(b.rank[p], ids[i])
	}
	n := b.line.take(b.ranked, ps, ids)
	f.last.n = uint16(n)
	f.entries.end = f.last.start + uint32(n)
}

// begin begins a run of entries with one prefix.
func (f *Feed) begin(k key) {
	if f.last != nil && !f.now.less(k) {
		if f.now == k {
			f.again = true
		} else {
			f.sorted = false
		}
	}
	c := len(f.runs) - 1
	switch {
	case c < 0:
		f.runs, c = append(f.runs, make([]run, 0, 1<<8)), 0
	case len(f.runs[c]) == runChunk:
		f.runs, c = append(f.runs, huge[run](runChunk)[:0]), c+1
	case len(f.runs[c]) == cap(f.runs[c]):
		f.runs[c] = append(huge[run](min(4*cap(f.runs[c]), runChunk))[:0], f.runs[c]...)
	}
	r := run{addr: uint32(k.lo), start: f.entries.end, bits: k.bits, v6: k.v6}
	if k.v6 {
		r.addr = uint32(len(f.addr6))
		f.addr6 = append(f.addr6, [2]uint64{k.hi, k.lo})
	}
	runs := append(f.runs[c], r)
	f.runs[c], f.last, f.now = runs, &runs[len(runs)-1], k
}

// length is how many runs there are.
func (f *Feed) length() int {
	if len(f.runs) == 0 {
		return 0
	}
	return (len(f.runs)-1)*runChunk + len(f.runs[len(f.runs)-1])
}

func (f *Feed) run(i int) *run { return &f.runs[i/runChunk][i%runChunk] }

// key is the prefix of a run.
func (f *Feed) key(r *run) key {
	if r.v6 {
		a := f.addr6[r.addr]
		return key{a[0], a[1], r.bits, true}
	}
	return key{lo: uint64(r.addr), bits: r.bits}
}

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

// order finds the ranks of all peers met so far. To meet more does not change
// which of two comes first.
func (b *Builder) order() {
	if len(b.ranked) == len(b.peers) {
		return
	}
	for i := len(b.ranked); i < len(b.peers); i++ {
		at, _ := slices.BinarySearchFunc(b.ranked, b.peers[i], func(j uint16, p Peer) int { return b.peers[j].Compare(p) })
		b.ranked = slices.Insert(b.ranked, at, uint16(i))
	}
	b.rank = slices.Grow(b.rank[:0], len(b.peers))[:len(b.peers)]
	for r, i := range b.ranked {
		b.rank[i] = uint16(r)
	}
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

// next is the run that the cursor stands at and its prefix, or nil at the end.
func (c *cursor) next() (*run, key) {
	if c.i >= c.n {
		return nil, key{}
	}
	i := c.i
	if c.order != nil {
		i = int(c.order[i])
	}
	r := c.f.run(i)
	return r, c.f.key(r)
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
	b.order()
	rank := b.rank
	t := &Table{peers: make([]Peer, len(rank)), count: make([][2]int, len(rank))}
	for i, r := range rank {
		t.peers[r] = b.peers[i]
	}
	t.set = b.set.seal()

	cursors := make([]*cursor, len(b.feeds))
	runs := 0
	plain := true
	for k, f := range b.feeds {
		f.settle()
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
				return cmp.Or(f.key(f.run(int(i))).compare(f.key(f.run(int(j)))), cmp.Compare(i, j))
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
	if f := b.feeds; len(f) == 1 && plain && f[0].sorted && !f[0].updates && !f[0].again {
		t.take(f[0], rank, last)
		cursors = nil
	} else {
		t.start = make([]uint32, 0, min(runs, 1<<21))
	}
	for {
		// The smallest prefix that a cursor stands at.
		var p key
		any := false
		for _, c := range cursors {
			if q, k := c.next(); q != nil && (!any || k.compare(p) < 0) {
				p, any = k, true
			}
		}
		if !any {
			break
		}
		if plain {
			for _, c := range cursors {
				c.gather(p, rank, b.line)
			}
		} else {
			t.gatherPaths(cursors, p, rank, b.line)
		}
		t.emit(p, b.line)
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

// trim ends the last chunk and gives back what it has too much; of a long one
// that was never touched and takes no memory. Nothing is added afterwards.
func (e *entries) trim() {
	if c := len(e.peer) - 1; c >= 0 {
		e.cut()
		if len(e.lastPeer) < feedChunk {
			e.peer[c], e.path[c] = fit(e.peer[c]), fit(e.path[c])
		} else {
			e.peer[c], e.path[c] = slices.Clip(e.peer[c]), slices.Clip(e.path[c])
		}
	}
	e.lastPeer, e.lastPath = nil, nil
}

// take makes the entries of a feed the table's. It must be a table in order,
// with each prefix in one run and each peer once in it.
func (t *Table) take(f *Feed, rank []uint16, last bool) {
	if t.entries = f.entries; !last {
		t.entries = t.entries.clone()
	}
	n := f.length()
	v4 := n - len(f.addr6)
	t.addr4, t.bits4 = huge[uint32](v4), huge[uint8](v4)
	t.addr6, t.bits6 = huge[[16]byte](len(f.addr6)), huge[uint8](len(f.addr6))
	t.start = huge[uint32](n)
	var to [1 << 16]uint16 // so large that no index is beyond it
	var count [2][1 << 16]uint32
	copy(to[:], rank)
	i := 0
	for _, runs := range f.runs {
		for _, r := range runs {
			family := &count[0]
			if r.v6 {
				family = &count[1]
				t.addr6[i-v4], t.bits6[i-v4] = f.key(&r).as16(), r.bits
			} else {
				t.addr4[i], t.bits4[i] = r.addr, r.bits
			}
			t.start[i] = r.start
			ps, _ := t.entries.at(r.start, int(r.n))
			for k, p := range ps {
				p = to[p]
				ps[k] = p
				family[p]++
			}
			t.live += len(ps)
			i++
		}
	}
	for r := range t.count {
		t.count[r] = [2]int{int(count[0][r]), int(count[1][r])}
	}
}

// fit gives back memory where more than an eighth of it is not used.
func fit[E any](s []E) []E {
	if cap(s)-len(s) > cap(s)/8 {
		return append(make([]E, 0, len(s)), s...)
	}
	return s
}

// gather puts every run of prefix p in line; later ones win.
func (c *cursor) gather(p key, rank []uint16, l *line) {
	for {
		q, k := c.next()
		if q == nil || k != p {
			return
		}
		c.i++
		ps, ids := c.f.entries.at(q.start, int(q.n))
		for i, peer := range ps {
			id := ids[i]
			if c.dead != nil && q.start+uint32(i) < c.dead[peer] {
				id = gone
			}
			l.put(rank[peer], id)
		}
	}
}

// gatherPaths is gather where path identifiers are in play: of several paths
// of one peer, that of the lowest identifier is kept, and the others counted.
func (t *Table) gatherPaths(cursors []*cursor, p key, rank []uint16, l *line) {
	type path struct {
		rank uint16
		id   uint32
	}
	held := map[path]ID{}
	for _, c := range cursors {
		f := c.f
		for {
			q, at := c.next()
			if q == nil || at != p {
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
		if id, ok := lowest[k.rank]; !ok || k.id < id {
			lowest[k.rank] = k.id
		}
	}
	t.aside += len(held) - len(lowest)
	for r, id := range lowest {
		l.put(r, held[path{r, id}])
	}
}
