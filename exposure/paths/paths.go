// Package paths is the store of AS paths that the exposure engines read: which
// peer of which collector reaches which prefix by which path.
//
// In go elements of routing archives (tables, then updates), feed by feed; out
// comes a [Table], immutable and in one canonical order whatever the order of
// the input. Equal paths are held once, compared byte by byte. A live entry
// costs six bytes, a prefix nine (IPv4) or twenty-one (IPv6), a path its bytes
// and six more.
package paths

import (
	"bytes"
	"hash/maphash"

	"sightline"
	"sightline/mrt"
)

// ID names a path in a [Set], from 0.
type ID uint32

const (
	chunkBits = 22
	chunkSize = 1 << chunkBits
	gone      = ^ID(0)     // a withdrawal, inside a feed
	none      = ^ID(0) - 1 // no route
)

// Set holds each path once. Its zero value is empty and ready to use.
type Set struct {
	chunks [][]byte
	start  []uint32 // chunk and place of each path: two bytes of length, then its bytes
	slots  []uint64 // high half: hash; low half: id+1
	seed   maphash.Seed
}

// Len is how many paths there are.
func (s *Set) Len() int { return len(s.start) }

// Path is the path of that id. The caller must not change it.
func (s *Set) Path(id ID) mrt.Path {
	at := s.start[id]
	c := s.chunks[at>>chunkBits][at&(chunkSize-1):]
	n := int(c[0])<<8 | int(c[1])
	return mrt.Path(c[2 : 2+n : 2+n])
}

// equal reports whether the path of that id is p.
func (s *Set) equal(id ID, p mrt.Path) bool {
	at := s.start[id]
	c := s.chunks[at>>chunkBits][at&(chunkSize-1):]
	n := int(c[0])<<8 | int(c[1])
	return n == len(p) && bytes.Equal(c[2:2+n], p)
}

// Intern finds p, or adds a copy of it. There can be four gigabytes of paths.
func (s *Set) Intern(p mrt.Path) (ID, error) {
	if len(s.slots) == 0 {
		s.seed = maphash.MakeSeed() // ids follow the order of appearance, whatever the seed
		s.slots = make([]uint64, 1<<12)
	}
	h := maphash.Bytes(s.seed, p) >> 32
	mask := uint64(len(s.slots) - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		e := s.slots[i]
		if e == 0 {
			return s.add(p, h, i)
		}
		if e>>32 == h {
			if id := ID(uint32(e) - 1); s.equal(id, p) {
				return id, nil
			}
		}
	}
}

func (s *Set) add(p mrt.Path, h, slot uint64) (ID, error) {
	n := len(p) + 2
	last := len(s.chunks) - 1
	if last < 0 || len(s.chunks[last])+n > chunkSize {
		if last+1 >= 1<<(32-chunkBits) || len(p) > 1<<16-1 {
			return 0, sightline.Errorf(sightline.Invalid, "keep path", "", "more than four gigabytes of paths, or one of more than 65,535 bytes").
				WithHint("Read fewer collectors at a time.")
		}
		s.chunks = append(s.chunks, make([]byte, 0, chunkSize))
		last++
	}
	c := s.chunks[last]
	id := ID(len(s.start))
	s.start = append(s.start, uint32(last)<<chunkBits|uint32(len(c)))
	c = append(c, byte(len(p)>>8), byte(len(p)))
	s.chunks[last] = append(c, p...)
	s.slots[slot] = h<<32 | uint64(id) + 1
	if len(s.start)*5 > len(s.slots)*3 {
		s.grow()
	}
	return id, nil
}

func (s *Set) grow() {
	old := s.slots
	s.slots = make([]uint64, 2*len(old))
	mask := uint64(len(s.slots) - 1)
	for _, e := range old {
		if e == 0 {
			continue
		}
		i := e >> 32 & mask
		for s.slots[i] != 0 {
			i = (i + 1) & mask
		}
		s.slots[i] = e
	}
}
