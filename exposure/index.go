package exposure

import (
	"encoding/binary"
	"math/bits"

	"sightline"
	"sightline/exposure/paths"
	"sightline/mrt"
)

// asIndex numbers the networks of a table densely, in their order.
type asIndex struct {
	pages [1 << 16]*[1 << 16]int32 // index+1 by upper and lower half of the number
	asns  []sightline.ASN
}

// newASIndex walks the paths that keep is true for.
func newASIndex(t *paths.Table) *asIndex {
	x := &asIndex{}
	for id := range t.Set().Len() {
		p := t.Path(paths.ID(id))
		for {
			_, b, rest, ok := p.Segment()
			if !ok {
				break
			}
			for ; len(b) >= 4; b = b[4:] {
				hi, lo := binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
				if x.pages[hi] == nil {
					x.pages[hi] = new([1 << 16]int32)
				}
				x.pages[hi][lo] = 1
			}
			p = rest
		}
	}
	for hi, page := range x.pages {
		if page == nil {
			continue
		}
		for lo := range page {
			if page[lo] != 0 {
				x.asns = append(x.asns, sightline.ASN(hi<<16|lo))
				page[lo] = int32(len(x.asns))
			}
		}
	}
	return x
}

// of is the index of a network, or -1.
func (x *asIndex) of(a sightline.ASN) int32 {
	if page := x.pages[a>>16]; page != nil {
		return page[a&0xffff] - 1
	}
	return -1
}

// member is a network on a path with its share of it: a half where it is one
// of a set of two.
type member struct {
	as    int32
	share float64
}

// hops takes a path apart for hegemony: the networks in order, each once, up
// to the first occurrence of the origin; a set's members share equally; the
// segments of confederations are left out. origins is how many members at the
// end of the list are origins: 1, or those of a set. With again, a set's member
// that stands before the set already is listed again, as the code of the
// Internet Health Report has it.
func (x *asIndex) hops(p mrt.Path, again bool, out []member) (list []member, origins int) {
	out = out[:0]
	lastSet := 0
	for {
		t, b, rest, ok := p.Segment()
		if !ok {
			break
		}
		p = rest
		switch t {
		case mrt.Sequence:
			for ; len(b) >= 4; b = b[4:] {
				as := x.of(sightline.ASN(binary.BigEndian.Uint32(b)))
				if !has(out, as) {
					out = append(out, member{as, 1})
				} else if as != out[len(out)-1].as {
					// A B A: the first A stands. Where A is the last of the path, and so
					// the origin, the list is cut after it below.
					if len(rest) == 0 && len(b) == 4 {
						return cut(out, as), 1
					}
				}
				lastSet = 0
			}
		case mrt.Set:
			n := len(b) / 4
			lastSet = 0
			for ; len(b) >= 4; b = b[4:] {
				as := x.of(sightline.ASN(binary.BigEndian.Uint32(b)))
				if again || !has(out, as) {
					out = append(out, member{as, 1 / float64(n)})
					lastSet++
				}
			}
		}
	}
	if len(out) == 0 {
		return out, 0
	}
	return out, max(1, lastSet)
}

func has(list []member, as int32) bool {
	for _, m := range list {
		if m.as == as {
			return true
		}
	}
	return false
}

func cut(list []member, as int32) []member {
	for i, m := range list {
		if m.as == as {
			return list[:i+1]
		}
	}
	return list
}

// size is the number of addresses of an IPv4 prefix of that length.
func size(bits int) uint64 { return 1 << (32 - bits) }

// ceilPow2 is the least power of two that is at least n.
func ceilPow2(n uint64) uint64 {
	if n <= 1 {
		return 1
	}
	return 1 << bits.Len64(n-1)
}
