package paths

import (
	"math/bits"
	"slices"

	"sightline/mrt"
)

// rows takes over rows of a table.
//
// A path mostly is what its peer gave last; or, in a table whose peers come in
// one order, it stands behind the one before it, as they were added with an
// earlier row of the same origin. What is left is looked for by its hash, many
// at a time, so that the waits for memory overlap: of each row first the first
// path that is not its peer's last, since the others may stand behind it.
func (f *Feed) rows(m *mrt.Reader, rows []mrt.Row, routes []mrt.Route) error {
	if err := f.compare(m, rows, routes); err != nil {
		return err
	}
	f.search(m, routes)
	if err := f.intern(m, routes); err != nil {
		return err
	}
	if f.ranks != len(f.b.peers) {
		f.b.order()
		for i, p := range f.peers {
			if p.met {
				f.peers[i].rank = f.b.rank[p.peer]
			}
		}
		f.ranks = len(f.b.peers)
	}
	i, looks, next := 0, f.looks, nextLook(f.looks)
	peers, line, ranked := f.peers, f.b.line, f.b.ranked
	for _, row := range rows {
		n := row.Routes
		if err := f.room(key{row.Hi, row.Lo, row.Bits, row.V6}, n); err != nil {
			return err
		}
		alone := n == 1
		for end := i + n; i < end; i++ {
			p := &peers[routes[i].Peer]
			if i == next {
				p.id, looks = looks[0].id, looks[1:]
				next = nextLook(looks)
			}
			if alone {
				at := f.entries.end & feedMask
				f.entries.lastPeer[at], f.entries.lastPath[at] = p.peer, p.id
			} else {
				line.put(p.rank, p.id)
			}
		}
		f.loose = f.last.n > 0
		if !alone {
			start := f.entries.end & feedMask
			n = line.take(ranked, f.entries.lastPeer[start:], f.entries.lastPath[start:])
		}
		f.entries.end += uint32(n)
		f.last.n += uint16(n)
	}
	return nil
}

// nextLook is the route of the first of looks; -1 where there is none.
func nextLook(looks []look) int {
	if len(looks) == 0 {
		return -1
	}
	return int(looks[0].route)
}

// compare lists the routes whose path is not their peer's last, and of each row
// the first one's hash.
func (f *Feed) compare(m *mrt.Reader, rows []mrt.Row, routes []mrt.Route) error {
	if n := len(m.Peers()); len(f.peers) < n {
		f.peers = append(f.peers, make([]from, n-len(f.peers))...)
	}
	peers, looks, n := f.peers, slices.Grow(f.looks[:0], len(routes))[:len(routes)], 0
	f.hashes = f.hashes[:0]
	i := 0
	for _, row := range rows {
		first := n
		for end := i + row.Routes; i < end; i++ {
			r := routes[i]
			p := &peers[r.Peer]
			path := m.Path(r)
			if string(p.path) != string(path) || !p.gave {
				if !p.met {
					if _, err := f.peer(int(r.Peer), m.Peers()); err != nil {
						return err
					}
				}
				p.path, p.gave = path, true
				looks[n] = look{route: int32(i), first: n == first}
				n++
			}
		}
		if n > first {
			l := &looks[first]
			l.hash = f.b.set.hash(m.Path(routes[l.route]))
			f.hashes = append(f.hashes, l.hash)
		}
	}
	f.looks = looks[:n]
	return nil
}

// search looks for the paths listed, as far as they are in the set.
func (f *Feed) search(m *mrt.Reader, routes []mrt.Route) {
	set := &f.b.set
	f.seen ^= set.fetch(f.hashes)
	hashes := f.hashes[:0]
	next := uint32(0)
	for i := range f.looks {
		l := &f.looks[i]
		path := m.Path(routes[l.route])
		switch {
		case l.first:
			l.at, _ = set.look(path, l.hash)
			next = l.at
		case set.holds(next, path):
			l.at = next
		default:
			l.hash = set.hash(path)
			hashes = append(hashes, l.hash)
			continue
		}
		if l.at != 0 {
			next += head + uint32(len(path))
		}
	}
	f.seen ^= set.fetch(hashes)
	f.hashes = hashes
}

// intern adds the paths listed that are not in the set.
func (f *Feed) intern(m *mrt.Reader, routes []mrt.Route) (err error) {
	set := &f.b.set
	for i := range f.looks {
		l := &f.looks[i]
		r := routes[l.route]
		if l.at == 0 {
			if l.at, err = set.intern(m.Path(r), l.hash); err != nil {
				return err
			}
		}
		l.id, f.peers[r.Peer].path = set.at(l.at)
	}
	return nil
}

// look is a route of rows whose path is looked for.
type look struct {
	route int32
	hash  uint32
	at    uint32 // where the path stands; 0 for not found yet
	id    ID
	first bool // of its row
}

// line puts the entries of one prefix in the order of ranks; of a rank it keeps
// the entry that was put last. It is so large that no rank is beyond it.
type line struct {
	path [1 << 16]ID
	has  [1 << 10]uint64 // bits by rank
}

func (l *line) put(rank uint16, path ID) {
	l.path[rank] = path
	l.has[rank>>6] |= 1 << (rank & 63)
}

// take takes the entries out, and says how many they are. ranked are the peers by
// rank.
func (l *line) take(ranked, peers []uint16, paths []ID) (n int) {
	for w := range (len(ranked) + 63) / 64 {
		m := l.has[w]
		for l.has[w] = 0; m != 0; m &= m - 1 {
			r := w<<6 | bits.TrailingZeros64(m)
			peers[n], paths[n] = ranked[r], l.path[r]
			n++
		}
	}
	return n
}
