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
	head      = 6      // bytes before a path: its id and length
	gone      = ^ID(0) // a withdrawal, inside a feed
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
	out := &Set{chunks: slices.Clone(s.chunks), n: s.n, start: huge[uint32](s.n)[:0]}
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
	c, o := s.chunks[place>>chunkBits], int(place&(chunkSize-1))
	h := (*[head]byte)(c[o:])
	end := o + head + int(binary.LittleEndian.Uint16(h[4:]))
	return ID(binary.LittleEndian.Uint32(h[:])), mrt.Path(c[o+head : end : end])
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

func (s *Set) hash(p mrt.Path) uint32 {
	if len(s.slots) == 0 {
		s.seed = maphash.MakeSeed() // ids follow the order of appearance, whatever the seed
		s.slots = make([]uint64, 1<<12)
	}
	return uint32(maphash.Bytes(s.seed, p) >> 32)
}

// fetch reads what intern will look at, for paths of these hashes, so that the
// waits for memory overlap: a set of millions of paths is in no cache.
func (s *Set) fetch(hashes []uint32) (seen uint64) {
	mask := uint64(len(s.slots) - 1)
	for _, h := range hashes {
		seen ^= s.slots[uint64(h)&mask]
	}
	for _, h := range hashes {
		if e := s.slots[uint64(h)&mask]; uint32(e>>32) == h {
			seen ^= uint64(s.chunks[uint32(e)>>chunkBits][uint32(e)&(chunkSize-1)])
		}
	}
	return seen
}

// intern finds a path of that hash, or adds it, and says where it stands.
func (s *Set) intern(p mrt.Path, h uint32) (place uint32, err error) {
	place, slot := s.look(p, h)
	if place != 0 {
		return place, nil
	}
	return s.add(p, h, slot)
}

// look says where a path of that hash stands, or 0 and the slot that it would
// have.
func (s *Set) look(p mrt.Path, h uint32) (place uint32, slot uint64) {
	mask := uint64(len(s.slots) - 1)
	for i := uint64(h) & mask; ; i = (i + 1) & mask {
		e := s.slots[i]
		if e == 0 || uint32(e>>32) == h && s.holds(uint32(e), p) {
			return uint32(e), i
		}
	}
}

// holds reports whether path p stands at a place, which may be any.
func (s *Set) holds(place uint32, p mrt.Path) bool {
	if place == 0 || int(place>>chunkBits) >= len(s.chunks) {
		return false
	}
	c, o := s.chunks[place>>chunkBits], int(place&(chunkSize-1))
	end := o + head + len(p)
	return end <= len(c) && int(binary.LittleEndian.Uint16(c[o+4:])) == len(p) && string(c[o+head:end]) == string(p)
}

func (s *Set) add(p mrt.Path, h uint32, slot uint64) (place uint32, err error) {
	n := len(p) + 6
	last := len(s.chunks) - 1
	if last < 0 || len(s.chunks[last])+n > chunkSize {
		if last+1 >= maxChunks || len(p) > 1<<16-1 {
			return 0, sightline.Errorf(sightline.Invalid, "keep path", "", "more than four gigabytes of paths, or one of more than 65,535 bytes").
				WithHint("Read fewer collectors at a time.")
		}
		c := huge[byte](chunkSize)[:0]
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
	s.slots[slot] = uint64(h)<<32 | uint64(place)
	if s.n*4 > len(s.slots)*3 {
		s.grow()
	}
	return place, nil
}

func (s *Set) grow() {
	old := s.slots
	s.slots = huge[uint64](2 * len(old))
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
