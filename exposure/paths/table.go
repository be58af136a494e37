package paths

import (
	"encoding/binary"
	"fmt"
	"io"
	"math/bits"
	"net/netip"

	"sightline/mrt"
)

// Table is what every peer held at one moment: for each prefix, in the order
// of [ComparePrefix], the peers that have a route to it, in the order of
// [Peer.Compare], and their paths. It is immutable.
type Table struct {
	peers []Peer
	count [][2]int // prefixes of each peer, IPv4 and IPv6
	set   *Set

	addr4 []uint32
	bits4 []uint8
	addr6 [][16]byte
	bits6 []uint8
	start []uint32 // where each prefix's entries start, in order; IPv4 first
	entries
	live int // entries in all

	aside int
	twins []Twin
}

// Twin is a peer that was left out because it holds exactly what another
// peer of the same number and address holds at another collector.
type Twin struct{ Peer, Of Peer }

// Peers lists the peers. The caller must not change it.
func (t *Table) Peers() []Peer { return t.peers }

// Count is how many prefixes a peer has a route to.
func (t *Table) Count(peer int, v6 bool) int {
	if v6 {
		return t.count[peer][1]
	}
	return t.count[peer][0]
}

// Set is the set of paths.
func (t *Table) Set() *Set { return t.set }

// Len is the number of prefixes, V4 of which, the first, are IPv4.
func (t *Table) Len() int { return len(t.start) }

// V4 is the number of IPv4 prefixes.
func (t *Table) V4() int { return len(t.addr4) }

// Entries is the number of live entries.
func (t *Table) Entries() int { return t.live }

// Aside is how many further paths of add-path peers were set aside: of
// several, the one of the lowest path identifier is kept.
func (t *Table) Aside() int { return t.aside }

// Twins lists the peers left out as copies of others.
func (t *Table) Twins() []Twin { return t.twins }

// Prefix is the i-th prefix.
func (t *Table) Prefix(i int) netip.Prefix {
	if i < len(t.addr4) {
		var a [4]byte
		binary.BigEndian.PutUint32(a[:], t.addr4[i])
		return netip.PrefixFrom(netip.AddrFrom4(a), int(t.bits4[i]))
	}
	i -= len(t.addr4)
	return netip.PrefixFrom(netip.AddrFrom16(t.addr6[i]), int(t.bits6[i]))
}

// V4Prefix is the i-th prefix, of IPv4, as a number and a length.
func (t *Table) V4Prefix(i int) (addr uint32, bits int) { return t.addr4[i], int(t.bits4[i]) }

// At lists the peers that reach the i-th prefix, by index into Peers, and
// their paths. The caller must not change them.
func (t *Table) At(i int) ([]uint16, []ID) {
	from := t.start[i]
	c, k := from>>feedBits, int(from&feedMask)
	to := len(t.peer[c])
	if i+1 < len(t.start) && t.start[i+1]>>feedBits == c {
		to = int(t.start[i+1] & feedMask)
	}
	return t.peer[c][k:to:to], t.path[c][k:to:to]
}

// Path is the path of that id.
func (t *Table) Path(id ID) mrt.Path { return t.set.Path(id) }

// Bytes is the memory that the entries and prefixes take, and that which the
// paths take, in bytes.
func (t *Table) Bytes() (entries, paths int64) {
	entries = int64(5*cap(t.addr4)) + int64(17*cap(t.addr6)) + int64(4*cap(t.start))
	for c := range t.peer {
		entries += int64(2*cap(t.peer[c]) + 4*cap(t.path[c]))
	}
	for _, c := range t.set.chunks {
		paths += int64(cap(c))
	}
	return entries, paths + int64(4*cap(t.set.start))
}

// emit takes the routes of a prefix out of a line.
func (t *Table) emit(p key, l *line) {
	family, most := 0, 0
	if p.v6 {
		family = 1
	}
	words := l.has[:(len(t.peers)+63)/64]
	for _, m := range words {
		most += bits.OnesCount64(m)
	}
	t.room(most)
	start := t.end
	for w, m := range words {
		for ; m != 0; m &= m - 1 {
			r := w<<6 | bits.TrailingZeros64(m)
			if id := l.path[r]; id != gone {
				t.add(uint16(r), id)
				t.count[r][family]++
			}
		}
		words[w] = 0
	}
	if t.end > start {
		t.close(p, start, int(t.end-start))
	}
}

// close ends the entries of a prefix.
func (t *Table) close(p key, start uint32, n int) {
	if p.v6 {
		t.addr6 = append(t.addr6, p.as16())
		t.bits6 = append(t.bits6, p.bits)
	} else {
		t.addr4 = append(t.addr4, uint32(p.lo))
		t.bits4 = append(t.bits4, p.bits)
	}
	t.start = append(t.start, start)
	t.live += n
}

// dropDuplicates leaves out peers that repeat another of the same number and
// address, as when one collector's table is given under two names.
func (t *Table) dropDuplicates() {
	// Peers are in order of number and address: equals stand together.
	candidates := make([]bool, len(t.peers))
	any := false
	for i := 1; i < len(t.peers); i++ {
		a, b := t.peers[i-1], t.peers[i]
		if a.ASN == b.ASN && a.Addr == b.Addr && t.count[i-1] == t.count[i] {
			candidates[i-1], candidates[i], any = true, true, true
		}
	}
	if !any {
		return
	}
	// A sum of 128 bits over (prefix, path); paths are interned, so equal paths
	// have equal ids.
	sums := make([][2]uint64, len(t.peers))
	for i := range t.Len() {
		ps, ids := t.At(i)
		for k, p := range ps {
			if candidates[p] {
				s := &sums[p]
				s[0] = mix(s[0] ^ uint64(i)<<32 ^ uint64(ids[k]))
				s[1] = mix(s[1] + uint64(ids[k])<<32 + uint64(i) + 0x9e3779b97f4a7c15)
			}
		}
	}
	drop := make([]bool, len(t.peers))
	any = false
	for i := 1; i < len(t.peers); i++ {
		for j := i - 1; j >= 0 && t.peers[j].ASN == t.peers[i].ASN && t.peers[j].Addr == t.peers[i].Addr; j-- {
			if candidates[i] && candidates[j] && !drop[j] && t.count[i] == t.count[j] && sums[i] == sums[j] {
				drop[i], any = true, true
				t.twins = append(t.twins, Twin{t.peers[i], t.peers[j]})
				break
			}
		}
	}
	if any {
		twins := t.twins
		*t = *t.keep(func(i int) bool { return !drop[i] })
		t.twins = twins
	}
}

// mix is the finaliser of SplitMix64 (Steele, Lea, Flood 2014).
func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// Only is the table of those peers for which keep is true.
func (t *Table) Only(keep func(Peer) bool) *Table {
	return t.keep(func(i int) bool { return keep(t.peers[i]) })
}

func (t *Table) keep(keep func(int) bool) *Table {
	out := &Table{set: t.set, aside: t.aside}
	to := make([]int, len(t.peers))
	for i, p := range t.peers {
		to[i] = -1
		if keep(i) {
			to[i] = len(out.peers)
			out.peers = append(out.peers, p)
			out.count = append(out.count, t.count[i])
		}
	}
	for i := range t.Len() {
		ps, ids := t.At(i)
		out.room(len(ps))
		start := out.end
		for k, p := range ps {
			if to[p] >= 0 {
				out.add(uint16(to[p]), ids[k])
			}
		}
		if out.end > start {
			out.close(keyOf(t.Prefix(i)), start, int(out.end-start))
		}
	}
	out.trim()
	return out
}

// WriteText writes the table as one line per entry: prefix, peer's number and
// address, collector, path.
func (t *Table) WriteText(w io.Writer) error {
	var b []byte
	for i := range t.Len() {
		ps, ids := t.At(i)
		for k, p := range ps {
			q := t.peers[p]
			b = t.Prefix(i).AppendTo(b[:0])
			b = fmt.Appendf(b, "|%d|%s|%s|", uint32(q.ASN), q.Addr, q.Collector)
			b = append(t.Path(ids[k]).AppendText(b), '\n')
			if _, err := w.Write(b); err != nil {
				return err
			}
		}
	}
	return nil
}
