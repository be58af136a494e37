package mrt

import (
	"encoding/binary"
	"strconv"

	"sightline"
)

// SegmentType is the type of a segment of an AS path (RFC 4271 section 4.3,
// RFC 5065 section 3).
type SegmentType uint8

// The segment types.
const (
	Set            SegmentType = 1 // unordered, in braces
	Sequence       SegmentType = 2 // ordered, the usual form
	ConfedSequence SegmentType = 3 // ordered, inside a confederation, in parentheses
	ConfedSet      SegmentType = 4 // unordered, inside a confederation, in brackets
)

// Path is an AS path in canonical form: segments of a type byte, a count byte
// and that many network numbers of four bytes each, in network order. Paths
// that were written with two-byte numbers have been widened, and AS4_PATH has
// been merged into them. The first number is the peer's side, the last the
// origin's. A Path handed out by a [Reader] is valid until its next element.
type Path []byte

// Segment splits the first segment off p: its type, its network numbers as
// four bytes each, and the rest. ok is false at the end, and where the bytes
// are no path.
func (p Path) Segment() (t SegmentType, numbers []byte, rest Path, ok bool) {
	if len(p) < 2 {
		return 0, nil, nil, false
	}
	n := 2 + 4*int(p[1])
	if n > len(p) {
		return 0, nil, nil, false
	}
	return SegmentType(p[0]), p[2:n], p[n:], true
}

// Valid reports whether p is a whole number of segments of known type.
func (p Path) Valid() bool { return pathDamage(p, 4) == "" }

// pathDamage names what is wrong with the bytes of a path whose numbers have
// the given width, or nothing.
func pathDamage(p []byte, width int) string {
	for len(p) > 0 {
		if len(p) < 2 {
			return "segment header"
		}
		if p[0] < 1 || p[0] > 4 {
			return "segment type"
		}
		n := 2 + width*int(p[1])
		if n > len(p) {
			return "segment length"
		}
		p = p[n:]
	}
	return ""
}

// Append appends every network number of the path in order, sets and
// confederations included, to dst.
func (p Path) Append(dst []sightline.ASN) []sightline.ASN {
	for {
		_, b, rest, ok := p.Segment()
		if !ok {
			return dst
		}
		for ; len(b) >= 4; b = b[4:] {
			dst = append(dst, sightline.ASN(binary.BigEndian.Uint32(b)))
		}
		p = rest
	}
}

// Len is the length that BGP compares (RFC 4271 section 9.1.2.2, RFC 5065
// section 5.3): a set counts one, confederation segments nothing.
func (p Path) Len() int {
	n := 0
	for {
		t, b, rest, ok := p.Segment()
		if !ok {
			return n
		}
		switch t {
		case Sequence:
			n += len(b) / 4
		case Set:
			n++
		}
		p = rest
	}
}

// String prints the path as bgpdump does: "701 3786 {64512,64513}".
func (p Path) String() string { return string(p.AppendText(nil)) }

// AppendText appends what String prints.
func (p Path) AppendText(dst []byte) []byte {
	first := true
	for {
		t, b, rest, ok := p.Segment()
		if !ok {
			return dst
		}
		open, sep, end := "", byte(' '), ""
		switch t {
		case Set:
			open, sep, end = "{", ',', "}"
		case ConfedSequence:
			open, end = "(", ")"
		case ConfedSet:
			open, sep, end = "[", ',', "]"
		}
		if !first {
			dst = append(dst, ' ')
		}
		first = false
		dst = append(dst, open...)
		for i := 0; i+4 <= len(b); i += 4 {
			if i > 0 {
				dst = append(dst, sep)
			}
			dst = strconv.AppendUint(dst, uint64(binary.BigEndian.Uint32(b[i:])), 10)
		}
		dst = append(dst, end...)
		p = rest
	}
}

// AppendSequence appends one ordered segment (or as many as 255 numbers each
// need) in canonical form to dst. It is how tests and writers make paths.
func AppendSequence(dst Path, numbers ...sightline.ASN) Path {
	return appendSegments(dst, Sequence, numbers)
}

// AppendSet appends one unordered segment in canonical form to dst.
func AppendSet(dst Path, numbers ...sightline.ASN) Path { return appendSegments(dst, Set, numbers) }

func appendSegments(dst Path, t SegmentType, numbers []sightline.ASN) Path {
	for len(numbers) > 0 {
		n := min(255, len(numbers))
		dst = append(dst, byte(t), byte(n))
		for _, a := range numbers[:n] {
			dst = binary.BigEndian.AppendUint32(dst, uint32(a))
		}
		numbers = numbers[n:]
	}
	return dst
}

// widen appends the canonical form of a path of two-byte numbers.
func widen(dst, p []byte) []byte {
	for len(p) >= 2 {
		n := int(p[1])
		dst = append(dst, p[0], p[1])
		for i := range n {
			dst = append(dst, 0, 0, p[2+2*i], p[3+2*i])
		}
		p = p[2+2*n:]
	}
	return dst
}

// mergeAS4 appends to dst the canonical path that RFC 6793 section 4.2.3 makes
// of an AS_PATH (already wide) and an AS4_PATH: as many leading numbers of the
// first as it is longer, then the second. Where the second is longer than the
// first, the first stands. Confederation segments of an AS4_PATH are dropped
// (section 6).
func mergeAS4(dst, wide, as4 []byte) []byte {
	keep := Path(wide).Len() - Path(as4).Len()
	if keep < 0 || len(as4) == 0 {
		return append(dst, wide...)
	}
	for keep > 0 || confedFirst(wide) {
		t, b, rest, ok := Path(wide).Segment()
		if !ok {
			break
		}
		switch n := len(b) / 4; {
		case t == ConfedSequence || t == ConfedSet:
			dst = append(dst, wide[:2+len(b)]...)
		case t == Set:
			dst = append(dst, wide[:2+len(b)]...)
			keep--
		default:
			n = min(n, keep)
			dst = append(append(dst, byte(t), byte(n)), b[:4*n]...)
			keep -= n
		}
		wide = rest
	}
	// One sequence that was cut in two is joined again.
	for {
		t, b, rest, ok := Path(as4).Segment()
		if !ok {
			return dst
		}
		if t == Sequence || t == Set {
			if last, ok := lastSegment(dst); ok && t == Sequence && SegmentType(dst[last]) == Sequence && int(dst[last+1])+len(b)/4 <= 255 {
				dst[last+1] += byte(len(b) / 4)
				dst = append(dst, b...)
			} else {
				dst = append(append(dst, byte(t), byte(len(b)/4)), b...)
			}
		}
		as4 = rest
	}
}

func confedFirst(p []byte) bool {
	return len(p) > 0 && (SegmentType(p[0]) == ConfedSequence || SegmentType(p[0]) == ConfedSet)
}

// lastSegment is where the last segment of a canonical path starts.
func lastSegment(p []byte) (int, bool) {
	at, last := 0, -1
	for at+2 <= len(p) {
		last = at
		at += 2 + 4*int(p[at+1])
	}
	return last, last >= 0
}
