package mrt

import (
	"encoding/binary"
	"slices"
)

// Row is a record of a table: a prefix, and how many peers have a route to it.
type Row struct {
	Hi, Lo uint64 // the address as a number; of IPv4 in the lowest 32 bits
	Bits   uint8  // the prefix's length
	V6     bool
	Routes int
}

// Route is what one peer holds, in a row.
type Route struct {
	Peer     uint16 // index into Peers
	pathLen  uint16
	pathFrom uint32 // in the reader's buffer
}

// Path is the path of a route of the last call of Rows, empty where there is
// no AS_PATH attribute.
func (r *Reader) Path(x Route) Path {
	from := int(x.pathFrom)
	to := from + int(x.pathLen)
	return r.buf[from:to:to]
}

// rowsRoutes is how many routes Rows gathers: enough that what is done once a
// call costs nothing, few enough that all stays in the first-level cache.
const rowsRoutes = 512

// Rows hands out at once what Next would hand out one by one of the records
// that come next, as long as these are rows of tables of the form TABLE_DUMP_V2
// without path identifiers, and sound. The routes of the rows follow one
// another. There is no row where something else comes next, or where Next is
// inside a record; Next then goes on. All is valid until the next call of Rows
// or of Next; Elem is not valid after it.
func (r *Reader) Rows() ([]Row, []Route) {
	if r.step == inTable && r.left == 0 && r.pos == len(r.body) {
		r.step = nextRecord // as Next finds out next
	}
	if r.step != nextRecord || r.suspect || r.done || r.fill(12) < 12 {
		return nil, nil
	}
	if n := binary.BigEndian.Uint32(r.buf[r.r+8:]); int64(n) > int64(r.opts.MaxRecord) || r.fill(12+int(n)) < 12+int(n) {
		return nil, nil
	}
	r.rows, r.routes = r.rows[:0], r.routes[:0]
	for len(r.routes) < rowsRoutes && r.row() {
	}
	r.rep.Elements += int64(len(r.routes))
	return r.rows, r.routes
}

// row takes the next record over, if it is a sound row that is read already.
func (r *Reader) row() bool {
	at := r.r + 12
	if at > r.w {
		return false
	}
	h := (*[12]byte)(r.buf[r.r:])
	kind, n := binary.BigEndian.Uint32(h[4:]), int64(binary.BigEndian.Uint32(h[8:]))
	if n > int64(min(r.opts.MaxRecord, r.w-at)) {
		return false
	}
	b := r.buf[:at+int(n)] // ends with the record
	at += 4                // sequence number
	row := Row{V6: kind == typeTableDumpV2<<16|4}
	switch {
	case kind == typeTableDumpV2<<16|2 && at+5 <= len(b):
		// The prefix's length, as many bytes of it as that needs, number of entries.
		if row.Bits = b[at]; row.Bits > 32 {
			return false
		}
		row.Lo = uint64(binary.BigEndian.Uint32(b[at+1:]) &^ (1<<(32-row.Bits) - 1))
	case row.V6 && at+17 <= len(b):
		if row.Bits = b[at]; row.Bits > 128 {
			return false
		}
		row.Hi = binary.BigEndian.Uint64(b[at+1:]) &^ (1<<(64-min(row.Bits, 64)) - 1)
		row.Lo = binary.BigEndian.Uint64(b[at+9:]) &^ (1<<(64-(max(row.Bits, 64)-64)) - 1)
	default:
		return false
	}
	at += 1 + (int(row.Bits)+7)/8
	if at+2 > len(b) {
		return false
	}
	row.Routes = int(binary.BigEndian.Uint16(b[at:]))
	at += 2
	held := len(r.routes)
	if row.Routes > (len(b)-at)/8 {
		return false
	}
	if cap(r.routes) < held+row.Routes {
		r.routes = slices.Grow(r.routes, row.Routes)
	}
	at, without := entries(r.routes[held:held+row.Routes], b, at, r.index)
	if at != len(b) {
		return false
	}
	if row.Routes > 0 {
		r.rows = append(r.rows, row)
		r.routes = r.routes[:held+row.Routes]
	}
	r.rep.Records++
	r.rep.NoPath += int64(without)
	r.lastGood = binary.BigEndian.Uint32(h[:])
	r.r = len(b)
	return true
}

// entries reads the entries of a row, which begin at b[at:], into routes. It
// returns where they end, and how many have no AS_PATH; or -1 where one is not
// sound.
func entries(routes []Route, b []byte, at int, index []int32) (end, without int) {
	for {
		var n int
		n, at = usualEntries(routes, b, at, index)
		if routes = routes[n:]; len(routes) == 0 {
			return at, without
		}
		if at+8 > len(b) {
			return -1, 0
		}
		peer, l := int(binary.BigEndian.Uint16(b[at:])), int(binary.BigEndian.Uint16(b[at+6:]))
		at += 8
		if at+l > len(b) || peer >= len(index) {
			return -1, 0
		}
		from, to, has, sound := tablePath(b[at : at+l])
		if !sound {
			return -1, 0
		}
		if !has {
			without++
		}
		routes[0] = Route{uint16(index[peer]), uint16(to - from), uint32(at + from)}
		routes = routes[1:]
		at += l
	}
}

// usualEntries is entries for those, up to the first other one, whose
// attributes begin with ORIGIN, AS_PATH of one sequence, and mostly NEXT_HOP, in
// this order, as nearly all do: to guess where each is spares waiting for the
// length of the one before. It returns how many they are.
func usualEntries(routes []Route, b []byte, at int, index []int32) (n, end int) {
	for i := range routes {
		if at+24 > len(b) {
			return i, at
		}
		e := (*[24]byte)(b[at:])
		head := binary.BigEndian.Uint64(e[:]) // peer, time, length of attributes
		peer, end := int(head>>48), at+8+int(head&0xffff)
		first := binary.LittleEndian.Uint64(e[8:]) // ORIGIN of one byte; flags, type, length of AS_PATH, and a byte more
		l, segment, numbers, from := int(first>>48&0xff), byte(first>>56), e[16], at+15
		if first>>32&0x10 != 0 {
			l, segment, numbers, from = l<<8|int(first>>56), e[16], e[17], at+16
		}
		to := from + l
		if end > len(b) || peer >= len(index) || first&0xffef_00ff_ffff != 0x0240_0001_0140 ||
			segment != byte(Sequence) || 2+4*int(numbers) != l || to > end {
			return i, at
		}
		next := to
		if next+7 <= end && binary.LittleEndian.Uint32(b[next:])&0xffffff == 0x04_03_40 {
			next += 7
		}
		for next+4 <= end {
			head := binary.LittleEndian.Uint32(b[next:]) // flags, type, length
			if head&0x10 == 0 {
				next += 3 + int(head>>16&0xff)
			} else {
				next += 4 + int(head>>16&0xff)<<8 + int(head>>24)
			}
		}
		if next != end {
			return i, at
		}
		routes[i] = Route{uint16(index[peer]), uint16(l), uint32(from)}
		at = end
	}
	return len(routes), at
}
