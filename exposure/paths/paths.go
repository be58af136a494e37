// Package paths is the store of AS paths that the exposure engines read: which
// peer of which collector reaches which prefix by which path.
//
// In go elements of routing archives (tables, then updates), feed by feed; out
// comes a [Table], immutable and in one canonical order whatever the order of
// the input. Equal paths are held once, compared byte by byte. A live entry
// costs six bytes, a prefix nine (IPv4) or twenty-one (IPv6), a path its bytes
// and ten more.
package paths

import (
	"bytes"
	"encoding/binary"
	"hash/maphash"
	"slices"

	"sightline"
	"sightline/mrt"
)

// ID names a path in a [Set], from 0.
type ID uint32

const (
	chunkBits = 22
	chunkSize = 1 << chunkBits
	maxChunks = 1 << (32 - chunkBits)
	head      = 6          // bytes before a path: its id and length
	gone      = ^ID(0)     // a withdrawal, inside a feed
	none      = ^ID(0) - 1 // no route
)

// Set holds each path once. Its zero value is empty and ready to use.
type Set struct {
	chunks [][]byte // of each path in turn its id, two bytes of length, its bytes
	n      int
	start  []uint32 // chunk and place of each path, as far as seal has noted them
	slots  []uint64 // high half: hash; low half: chunk and place, never 0
	seed   maphash.Seed
}

// Len is how many paths there are.
func (s *Set) Len() int { return s.n }

// seal is the set as it is, which is not added to, with the place of each
// path.
func (s *Set) seal() *Set {
	out := &Set{chunks: slices.Clone(s.chunks), n: s.n, start: make([]uint32, 0, s.n)}
	for c, b := range out.chunks {
		for at := 0; at < len(b); {
			if c == 0 && at == 0 {
				at = 1 // no path stands at place 0
				continue
			}
			out.start = append(out.start, uint32(c)<<chunkBits|uint32(at))
			at += 6 + int(binary.LittleEndian.Uint16(b[at+4:]))
		}
	}
	return out
}

// at is the path that stands at a chunk and place, and its id. The id stands
// beside the path, so that a path that is met again costs two misses of the
// cache, not three.
func (s *Set) at(place uint32) (ID, mrt.Path) {
	c := s.chunks[place>>chunkBits][place&(chunkSize-1):]
	id, n := binary.LittleEndian.Uint32(c), int(binary.LittleEndian.Uint16(c[4:]))
	return ID(id), mrt.Path(c[6 : 6+n : 6+n])
}

// Path is the path of that id in the set of a table. The caller must not
// change it.
func (s *Set) Path(id ID) mrt.Path {
	_, p := s.at(s.start[id])
	return p
}

// Intern finds p, or adds a copy of it. There can be four gigabytes of paths.
func (s *Set) Intern(p mrt.Path) (ID, error) {
	place, err := s.intern(p, s.hash(p))
	if err != nil {
		return 0, err
	}
	id, _ := s.at(place)
	return id, nil
}

func (s *Set) hash(p mrt.Path) uint64 {
	if len(s.slots) == 0 {
		s.seed = maphash.MakeSeed() // ids follow the order of appearance, whatever the seed
		s.slots = make([]uint64, 1<<12)
	}
	return maphash.Bytes(s.seed, p) >> 32
}

// fetch reads what intern will look at, for paths of these hashes, so that the
// waits for memory overlap: a set of millions of paths is in no cache.
func (s *Set) fetch(hashes []uint64) (seen uint64) {
	mask := uint64(len(s.slots) - 1)
	for _, h := range hashes {
		seen ^= s.slots[h&mask]
	}
	for _, h := range hashes {
		if e := s.slots[h&mask]; e>>32 == h {
			seen ^= uint64(s.chunks[uint32(e)>>chunkBits][uint32(e)&(chunkSize-1)])
		}
	}
	return seen
}

// intern finds a path of that hash, or adds it, and says where it stands.
func (s *Set) intern(p mrt.Path, h uint64) (place uint32, err error) {
	mask := uint64(len(s.slots) - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		e := s.slots[i]
		if e == 0 {
			return s.add(p, h, i)
		}
		if e>>32 == h {
			if _, q := s.at(uint32(e)); bytes.Equal(p, q) {
				return uint32(e), nil
			}
		}
	}
}

// holds reports whether path p stands at a place, which may be any.
func (s *Set) holds(place uint32, p mrt.Path) (id ID, stored mrt.Path, ok bool) {
	if place == 0 || int(place>>chunkBits) >= len(s.chunks) {
		return 0, nil, false
	}
	c, o := s.chunks[place>>chunkBits], int(place&(chunkSize-1))
	end := o + head + len(p)
	if end > len(c) || int(binary.LittleEndian.Uint16(c[o+4:])) != len(p) || string(c[o+head:end]) != string(p) {
		return 0, nil, false
	}
	return ID(binary.LittleEndian.Uint32(c[o:])), mrt.Path(c[o+head : end : end]), true
}

func (s *Set) add(p mrt.Path, h, slot uint64) (place uint32, err error) {
	n := len(p) + 6
	last := len(s.chunks) - 1
	if last < 0 || len(s.chunks[last])+n > chunkSize {
		if last+1 >= maxChunks || len(p) > 1<<16-1 {
			return 0, sightline.Errorf(sightline.Invalid, "keep path", "", "more than four gigabytes of paths, or one of more than 65,535 bytes").
				WithHint("Read fewer collectors at a time.")
		}
		c := huge(make([]byte, 0, chunkSize))
		if last < 0 {
			c = c[:1] // no path stands at place 0
		}
		s.chunks = append(s.chunks, c)
		last++
	}
	c := s.chunks[last]
	place = uint32(last)<<chunkBits | uint32(len(c))
	c = binary.LittleEndian.AppendUint32(c, uint32(s.n))
	s.n++
	c = binary.LittleEndian.AppendUint16(c, uint16(len(p)))
	s.chunks[last] = append(c, p...)
	s.slots[slot] = h<<32 | uint64(place)
	if s.n*5 > len(s.slots)*3 {
		s.grow()
	}
	return place, nil
}

func (s *Set) grow() {
	old := s.slots
	s.slots = huge(make([]uint64, 2*len(old)))
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
