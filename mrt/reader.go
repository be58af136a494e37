package mrt

import (
	"encoding/binary"
	"errors"
	"io"
	"net/netip"
	"slices"

	"sightline"
)

// MaxRecord is the default limit of a record's length in bytes. The largest
// real ones, tables of some hundreds of peers, stay below one megabyte.
const MaxRecord = 16 << 20

const maxPeers = 1<<16 - 1

// bufSize is the room for records, which grows with them: small enough that
// what was read is still in the second-level cache when it is looked at.
const bufSize = 128 << 10

// Options say how to read. The zero value skips damage.
type Options struct {
	OnDamage  OnDamage
	MaxRecord int // in bytes; 0 is MaxRecord
}

// Kind is what an element is.
type Kind uint8

// The kinds of element.
const (
	_        Kind = iota
	Held          // a route in a table
	Announce      // a route announced in an update
	Withdraw      // a prefix withdrawn in an update
	State         // a change of the peer's session state
	Damaged       // a piece of damage; only with Diagnose
)

var kinds = []string{"", "held", "announce", "withdraw", "state", "damaged"}

func (k Kind) String() string { return kinds[k] }

// Established is the session state in which routes are exchanged (RFC 4271
// section 8.2.2); leaving it takes all routes of the peer away.
const Established = 6

// Peer is a neighbour of the collector.
type Peer struct {
	Addr netip.Addr
	ASN  sightline.ASN
	ID   netip.Addr // BGP identifier; known from TABLE_DUMP_V2 only
}

// Elem is one element: what one peer says about one prefix. It belongs to the
// reader and is valid until the next call of Next or Rows.
type Elem struct {
	Kind       Kind
	Seconds    uint32 // of the record, since 1970
	Micros     uint32 // of the record, where it has them
	Originated uint32 // when the collector received the route, since 1970; tables only
	Peer       int    // index into Peers; -1 for damage
	Prefix     netip.Prefix
	AddPath    bool   // the prefix carries a path identifier (RFC 7911)
	PathID     uint32 // which is this, else 0
	HasPath    bool   // there is an AS_PATH attribute, which may be empty
	Path       Path
	Attrs      []byte // all path attributes as they stand, network numbers Width bytes wide
	Width      int    // 2 or 4
	From, To   uint16 // session states, for kind State
	Damage     *Damage
}

// Reader turns a stream of MRT records into elements.
type Reader struct {
	src   io.Reader
	opts  Options
	buf   []byte
	r, w  int   // unread bytes of buf are buf[r:w]
	base  int64 // stream offset of buf[0]
	eof   bool
	srcEr error

	elem    Elem  // the one being made
	hurt    Elem  // carries a damage, with Diagnose
	out     *Elem // which of the two Elem hands out
	rep     Report
	err     error
	done    bool
	typ     uint16
	sub     uint16
	start   int64  // stream offset of the current record
	body    []byte // of the current record; valid until the next fill
	pos     int    // in body
	left    int    // entries still to come, of a table record
	rows    []Row
	routes  []Route
	step    step
	addPath bool
	batch   bool
	end     int // of the part of body being walked

	// A BGP message: its parts are walked one after the other.
	parts    [4]part
	part     int
	lastAttr attrs

	peers    []Peer
	index    []int32 // peer of the current PEER_INDEX_TABLE → peer, -1 for none
	byPeer   map[Peer]int
	lastPeer int
	scratch  []byte
	wideBuf  []byte
	unread   map[uint32]int64
	lastGood uint32 // time of the last record read
	suspect  bool   // the last record's parts did not fit
	ended    bool
}

type step uint8

const (
	nextRecord step = iota
	inTable         // TABLE_DUMP_V2
	inOldTable      // TABLE_DUMP
	inMessage       // BGP4MP and the deprecated BGP
)

// part is a list of prefixes inside a message.
type part struct {
	from, to int // in body
	v6       bool
	kind     Kind
}

// attrs is what a list of path attributes says.
type attrs struct {
	hasPath            bool
	path               Path
	from, to           int
	reachFrom, reachTo int // NLRI of MP_REACH_NLRI
	reachV6, reachOK   bool
	gone0, gone1       int // NLRI of MP_UNREACH_NLRI
	goneV6, goneOK     bool
	other              bool // a family that we do not read
}

// NewReader reads the unpacked stream src.
func NewReader(src io.Reader, opts Options) *Reader {
	if opts.MaxRecord <= 0 {
		opts.MaxRecord = MaxRecord
	}
	return &Reader{src: src, opts: opts, buf: make([]byte, bufSize), byPeer: map[Peer]int{}, lastPeer: -1, unread: map[uint32]int64{},
		rep: Report{ByKind: make([]int64, len(damageKinds))}}
}

// Elem is the current element.
func (r *Reader) Elem() *Elem { return r.out }

// Err is the error that ended the iteration: with Fail the first damage, as an
// error of code Invalid that wraps a *Damage. It is nil otherwise; see Report.
func (r *Reader) Err() error { return r.err }

// Peers lists the peers met so far, in the order of their first mention. The
// caller must not change it.
func (r *Reader) Peers() []Peer { return r.peers }

// Report says what was read so far.
func (r *Reader) Report() Report {
	rep := r.rep
	rep.Bytes = r.base + int64(r.r)
	keys := make([]uint32, 0, len(r.unread))
	for k := range r.unread {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	rep.Unread = nil
	for _, k := range keys {
		rep.Unread = append(rep.Unread, Unread{uint16(k >> 16), uint16(k), r.unread[k]})
	}
	rep.ByKind = slices.Clone(rep.ByKind)
	rep.First = slices.Clone(rep.First)
	return rep
}

// fill makes n unread bytes available, or as many as there are, and returns
// how many there are.
func (r *Reader) fill(n int) int {
	for r.w-r.r < n && !r.eof {
		if r.r > 0 && (r.w == len(r.buf) || r.r+n > len(r.buf)) {
			copy(r.buf, r.buf[r.r:r.w])
			r.base += int64(r.r)
			r.w -= r.r
			r.r = 0
		}
		if n > len(r.buf) {
			// Grow with what really arrives: a lying length costs no memory.
			size := min(n, max(2*len(r.buf), 2*r.w))
			if r.w == len(r.buf) || r.w < len(r.buf)/2 && size > len(r.buf) {
				b := make([]byte, size)
				r.w = copy(b, r.buf[r.r:r.w])
				r.base += int64(r.r)
				r.r = 0
				r.buf = b
			}
		}
		m, err := r.src.Read(r.buf[r.w:])
		r.w += m
		if err != nil {
			r.eof = true
			if !errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
				r.srcEr = err
			}
		}
	}
	return min(n, r.w-r.r)
}

// damage records a piece of damage. It reports whether Next has something to
// hand out, or must stop, because of it.
func (r *Reader) damage(d Damage) bool {
	d.Offset, d.Record, d.Type, d.Subtype = r.start, r.rep.Records, r.typ, r.sub
	r.rep.Damaged++
	r.rep.ByKind[d.Kind]++
	r.rep.Skipped += d.Skipped
	if len(r.rep.First) < keptDamages {
		r.rep.First = append(r.rep.First, d)
	}
	switch r.opts.OnDamage {
	case Fail:
		r.err = sightline.Errorf(sightline.Invalid, "read routes", "", "%w", &d).WithHint("Read it with another way through damage (skip, diagnose or recover), or fetch the file again.")
		r.done = true
		return true
	case Diagnose:
		r.hurt = Elem{Kind: Damaged, Seconds: r.elem.Seconds, Micros: r.elem.Micros, Peer: -1, Damage: &d}
		r.out = &r.hurt
		return true
	}
	return false
}

// Next reads the next element and reports whether there is one.
func (r *Reader) Next() bool {
	if r.done {
		return false
	}
	for {
		var got, stop bool
		switch r.step {
		case inTable:
			got, stop = r.tableEntry()
		case inOldTable:
			got, stop = r.oldEntry()
		case inMessage:
			got, stop = r.messagePart()
		default:
			got, stop = r.record()
		}
		if got {
			r.rep.Elements++
			r.out = &r.elem
			return true
		}
		if stop {
			return !r.done
		}
	}
}

// finish ends the iteration at the end of the stream.
func (r *Reader) finish(d Damage) (got, stop bool) {
	r.done = true
	if d.Kind != 0 {
		r.damage(d)
		if r.opts.OnDamage == Diagnose {
			// The damage is handed out first; the next call ends it.
			r.done = false
			r.eof, r.srcEr = true, nil
			r.ended = true
		}
		return false, true
	}
	return false, true
}

// plausible reports whether b, of at least twelve bytes, looks like a record
// header.
func (r *Reader) plausible(b []byte) bool {
	typ, sub, n := binary.BigEndian.Uint16(b[4:]), binary.BigEndian.Uint16(b[6:]), binary.BigEndian.Uint32(b[8:])
	if int64(n) > int64(r.opts.MaxRecord) {
		return false
	}
	switch typ {
	case typeBGP:
		return sub <= 7
	case typeTableDump:
		return sub <= 4 && n >= 18
	case typeTableDumpV2:
		return sub >= 1 && sub <= 12 && n >= 5
	case typeBGP4MP, typeBGP4MPET:
		return sub <= 11 && n >= 8
	case 0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 32, 33, 48, 49:
		return sub <= 16
	}
	return false
}

// resync moves to the next place where a plausible header is followed, after
// its record, by another one or by the end, and returns how many bytes it
// passed over.
func (r *Reader) resync() int64 {
	var skipped int64
	for {
		if r.fill(12) < 12 {
			skipped += int64(r.w - r.r)
			r.r = r.w
			return skipped
		}
		if b := r.buf[r.r:r.w]; r.plausible(b) && r.near(b) {
			n := 12 + int(binary.BigEndian.Uint32(b[8:]))
			switch have := r.fill(n + 12); {
			case have == n, have == n+12 && r.plausible(r.buf[r.r+n:]) && r.near(r.buf[r.r+n:]):
				return skipped
			}
		}
		r.r++
		skipped++
	}
}

// near reports whether the header's time lies within four days of the last
// good one.
func (r *Reader) near(b []byte) bool {
	t := int64(binary.BigEndian.Uint32(b))
	if r.lastGood == 0 {
		return t > 600_000_000 // 1989, before any archive
	}
	d := t - int64(r.lastGood)
	return d > -4*86400 && d < 4*86400
}

// record reads the next record's header and prepares its walk.
func (r *Reader) record() (got, stop bool) {
	if r.suspect {
		// The last record's parts did not fit. If no header stands after it,
		// its length is what is wrong.
		r.suspect = false
		if have := r.fill(12); have != 0 && (have < 12 || !r.plausible(r.buf[r.r:r.w])) {
			if back := r.start + 1 - r.base; back >= 0 && int(back) < r.r {
				r.r = int(back)
			}
			d := Damage{Kind: Framing, Field: "record header"}
			r.start = r.base + int64(r.r)
			d.Skipped = r.resync()
			if r.damage(d) {
				return false, true
			}
		}
	}
	r.start = r.base + int64(r.r)
	have := r.fill(12)
	if have < 12 {
		if r.ended {
			r.done = true
			return false, true
		}
		r.typ, r.sub = 0, 0
		skipped := int64(have)
		r.r += have
		if r.srcEr != nil {
			return r.finish(Damage{Kind: Stream, Skipped: skipped, Err: r.srcEr})
		}
		if have > 0 {
			return r.finish(Damage{Kind: Truncated, Field: "record header", Got: int64(have), Limit: 12, Skipped: skipped})
		}
		r.rep.Complete = true
		return r.finish(Damage{})
	}
	h := r.buf[r.r:]
	seconds := binary.BigEndian.Uint32(h)
	r.typ, r.sub = binary.BigEndian.Uint16(h[4:]), binary.BigEndian.Uint16(h[6:])
	length := binary.BigEndian.Uint32(h[8:])
	if r.opts.OnDamage == Recover && (!r.plausible(h[:12])) {
		d := Damage{Kind: Framing, Field: "record header", Got: int64(length), Limit: int64(r.opts.MaxRecord)}
		r.r++
		d.Skipped = 1 + r.resync()
		return false, r.damage(d)
	}
	if int64(length) > int64(r.opts.MaxRecord) {
		// Without a length there is no next record to skip to.
		d := Damage{Kind: TooLong, Field: "record length", Got: int64(length), Limit: int64(r.opts.MaxRecord)}
		for !r.eof {
			d.Skipped += int64(r.w - r.r)
			r.r = r.w
			r.fill(1)
		}
		d.Skipped += int64(r.w - r.r)
		r.r = r.w
		return r.finish(d)
	}
	n := int(length)
	if have := r.fill(12 + n); have < 12+n {
		d := Damage{Kind: Truncated, Field: "record body", Got: int64(have - 12), Limit: int64(n), Skipped: int64(have)}
		if r.srcEr != nil {
			d.Kind, d.Err = Stream, r.srcEr
		}
		if r.opts.OnDamage == Recover && r.srcEr == nil {
			// The length may be what is damaged: look for records in what is left.
			r.r++
			d.Skipped = 1 + r.resync()
			return false, r.damage(d)
		}
		r.r = r.w
		return r.finish(d)
	}
	body := r.buf[r.r+12 : r.r+12+n]
	take := 12 + n
	r.batch = false
	if r.typ == typeTableDump && (r.sub == 1 || r.sub == 2) {
		if extra, ok := r.batched(n); ok {
			// Early form: many entries, and a length that leaves out four bytes.
			r.fill(12 + n + extra)
			body = r.buf[r.r+12 : r.r+12+n+extra]
			take += extra
			r.batch = true
			r.rep.Batched++
		}
	}
	r.start = r.base + int64(r.r)
	r.r += take
	r.body, r.pos, r.end = body, 0, len(body)
	r.lastGood = seconds
	r.elem = Elem{Seconds: seconds, Peer: -1}
	stop = r.open()
	r.rep.Records++
	return false, stop
}

// bad counts damage that makes the rest of the record unreadable.
func (r *Reader) bad(kind DamageKind, field string, got, limit int) bool {
	r.step = nextRecord
	r.suspect = r.opts.OnDamage == Recover
	return r.damage(Damage{Kind: kind, Field: field, Got: int64(got), Limit: int64(limit), Skipped: int64(max(0, len(r.body)-r.pos))})
}

// peer interns a peer that is named in full; ok is false when there are too
// many.
func (r *Reader) peer(p Peer) (int, bool) {
	if r.lastPeer >= 0 && r.peers[r.lastPeer] == p {
		return r.lastPeer, true
	}
	i, ok := r.byPeer[p]
	if !ok {
		if len(r.peers) >= maxPeers {
			return 0, false
		}
		i = len(r.peers)
		r.peers = append(r.peers, p)
		r.byPeer[p] = i
	}
	r.lastPeer = i
	return i, true
}
