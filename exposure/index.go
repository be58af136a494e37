package exposure

import (
	"encoding/binary"
	"math/bits"
	"runtime"
	"slices"
	"sync"

	"sightline"
	"sightline/exposure/paths"
	"sightline/mrt"
)

// asIndex numbers the networks of a table densely, in their order, and holds
// its plain paths as rows of such numbers.
type asIndex struct {
	pages pages // index+1
	asns  []sightline.ASN

	// Where the networks of each path stand in hop, and how many there are: 0
	// where the path is not plain.
	at  []uint32
	n   []uint8
	hop []int32
}

// pages hold a number for each network, by the upper and the lower half of its
// own number.
type pages [1 << 16]*[1 << 16]int32

// newASIndex walks the paths of the table.
func newASIndex(t *paths.Table) *asIndex {
	n := t.Set().Len()
	workers := max(1, min(runtime.GOMAXPROCS(0), 8))
	met, numbers := make([]pages, workers), make([]int, workers+1)
	part := func(f func(k, from, to int)) {
		var wg sync.WaitGroup
		for k := range workers {
			wg.Go(func() { f(k, n*k/workers, n*(k+1)/workers) })
		}
		wg.Wait()
	}
	part(func(k, from, to int) {
		for id := from; id < to; id++ {
			p := t.Path(paths.ID(id))
			for {
				_, b, rest, ok := p.Segment()
				if !ok {
					break
				}
				numbers[k+1] += len(b) / 4
				for ; len(b) >= 4; b = b[4:] {
					hi, lo := binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
					if met[k][hi] == nil {
						met[k][hi] = new([1 << 16]int32)
					}
					met[k][hi][lo] = 1
				}
				p = rest
			}
		}
	})
	x := &asIndex{at: make([]uint32, n), n: make([]uint8, n)}
	for hi := range x.pages {
		var page *[1 << 16]int32
		for k := range met {
			switch theirs := met[k][hi]; {
			case page == nil:
				page = theirs
			case theirs != nil:
				for lo, v := range theirs {
					page[lo] |= v
				}
			}
		}
		if x.pages[hi] = page; page == nil {
			continue
		}
		for lo := range page {
			if page[lo] != 0 {
				x.asns = append(x.asns, sightline.ASN(hi<<16|lo))
				page[lo] = int32(len(x.asns))
			}
		}
	}
	for k := range workers {
		numbers[k+1] += numbers[k]
	}
	x.hop = make([]int32, numbers[workers])
	part(func(k, from, to int) {
		at := numbers[k]
		for id := from; id < to; id++ {
			list := x.plain(t.Path(paths.ID(id)), x.hop[at:at:numbers[k+1]])
			x.at[id], x.n[id] = uint32(at), uint8(len(list))
			at += len(list)
		}
	})
	return x
}

// plain is the networks of a path that is one ordered list, in which no network
// comes again but beside itself, each once. Of another path, and of one of more
// than 255 networks, it is nothing.
func (x *asIndex) plain(p mrt.Path, out []int32) []int32 {
	for {
		t, b, rest, ok := p.Segment()
		if !ok {
			break
		}
		if t != mrt.Sequence {
			return nil
		}
		for ; len(b) >= 4; b = b[4:] {
			as := x.of(sightline.ASN(binary.BigEndian.Uint32(b)))
			if n := len(out); n > 0 && out[n-1] == as {
				continue
			}
			if slices.Contains(out, as) {
				return nil
			}
			out = append(out, as)
		}
		p = rest
	}
	if len(out) > 255 {
		return nil
	}
	return out
}

// networks is the networks of a plain path, or nothing.
func (x *asIndex) networks(id paths.ID) []int32 {
	from, n := x.at[id], uint32(x.n[id])
	return x.hop[from : from+n]
}

// clean is the networks of a path as [clean] has them, or nothing.
func (x *asIndex) clean(t *paths.Table, id paths.ID, buf []int32) []int32 {
	if list := x.networks(id); len(list) > 0 {
		for _, as := range list {
			if reserved(x.asns[as]) {
				return nil
			}
		}
		return list
	}
	asns, ok := clean(t.Path(id), nil)
	if !ok {
		return nil
	}
	buf = buf[:0]
	for _, a := range asns {
		buf = append(buf, x.of(a))
	}
	return buf
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
