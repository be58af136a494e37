package mrt

import (
	"encoding/binary"
	"net/netip"

	"sightline"
)

// Record types (RFC 6396 section 4, and appendix B.2 for the old ones).
const (
	typeBGP         = 5
	typeTableDump   = 12
	typeTableDumpV2 = 13
	typeBGP4MP      = 16
	typeBGP4MPET    = 17
)

// open starts the walk through a record and reports whether Next must stop.
func (r *Reader) open() bool {
	b := r.body
	r.step = nextRecord
	switch r.typ {
	case typeTableDumpV2:
		return r.openTable(b)
	case typeTableDump:
		if r.sub != 1 && r.sub != 2 {
			break
		}
		if len(b) < 4 {
			return r.bad(BadRecord, "table entry", len(b), 4)
		}
		r.pos = 4
		r.step = inOldTable
		return false
	case typeBGP4MPET:
		if len(b) < 4 {
			return r.bad(BadRecord, "microseconds", len(b), 4)
		}
		r.elem.Micros = binary.BigEndian.Uint32(b)
		r.pos = 4
		return r.openBGP4MP()
	case typeBGP4MP:
		return r.openBGP4MP()
	case typeBGP:
		return r.openBGP()
	}
	r.unread[uint32(r.typ)<<16|uint32(r.sub)]++
	return false
}

// openTable prepares a TABLE_DUMP_V2 record (RFC 6396 section 4.3, RFC 8050
// section 4).
func (r *Reader) openTable(b []byte) bool {
	var v6 bool
	r.addPath = r.sub >= 8
	switch r.sub {
	case 1:
		return r.peerTable(b)
	case 2, 3, 8, 9:
	case 4, 5, 10, 11:
		v6 = true
	case 6, 12:
		if len(b) < 7 {
			return r.bad(BadRecord, "table header", len(b), 7)
		}
		afi, safi := binary.BigEndian.Uint16(b[4:]), b[6]
		if (afi != 1 && afi != 2) || (safi != 1 && safi != 2) {
			r.unread[uint32(r.typ)<<16|uint32(r.sub)]++
			return false
		}
		v6 = afi == 2
		r.pos = 3 // so that the prefix stands where the others have it
	default:
		r.unread[uint32(r.typ)<<16|uint32(r.sub)]++
		return false
	}
	r.pos += 4
	p, n, field := readPrefix(b[min(r.pos, len(b)):], v6)
	if field != "" {
		return r.bad(BadPrefix, field, prefixByte(b, r.pos), famBits(v6))
	}
	r.pos += n
	if r.pos+2 > len(b) {
		return r.bad(BadRecord, "entry count", len(b)-r.pos, 2)
	}
	r.left = int(binary.BigEndian.Uint16(b[r.pos:]))
	r.pos += 2
	r.elem.Prefix = p
	r.elem.Kind = Held
	r.elem.Width = 4
	r.elem.AddPath = r.addPath
	r.step = inTable
	return false
}

func (r *Reader) peerTable(b []byte) bool {
	if len(b) < 6 {
		return r.bad(BadRecord, "peer table", len(b), 6)
	}
	at := 6 + int(binary.BigEndian.Uint16(b[4:]))
	if at+2 > len(b) {
		return r.bad(BadRecord, "view name", at, len(b)-2)
	}
	n := int(binary.BigEndian.Uint16(b[at:]))
	at += 2
	r.index = r.index[:0]
	for range n {
		r.pos = at
		if at+5 > len(b) {
			return r.bad(BadRecord, "peer", len(b)-at, 5)
		}
		t := b[at]
		id, _ := netip.AddrFromSlice(b[at+1 : at+5])
		al, wl := 4, 2
		if t&1 != 0 {
			al = 16
		}
		if t&2 != 0 {
			wl = 4
		}
		at += 5
		if at+al+wl > len(b) {
			return r.bad(BadRecord, "peer", len(b)-at, al+wl)
		}
		addr, _ := netip.AddrFromSlice(b[at : at+al])
		at += al
		var asn uint32
		if wl == 2 {
			asn = uint32(binary.BigEndian.Uint16(b[at:]))
		} else {
			asn = binary.BigEndian.Uint32(b[at:])
		}
		at += wl
		i, ok := r.peer(Peer{addr, sightline.ASN(asn), id})
		if !ok {
			return r.bad(TooManyPeers, "peers", len(r.peers)+1, maxPeers)
		}
		r.index = append(r.index, int32(i))
	}
	r.pos = at
	if at != len(b) {
		return r.bad(BadRecord, "bytes after the peers", len(b)-at, 0)
	}
	return false
}

// tableEntry reads the next entry of a TABLE_DUMP_V2 record.
func (r *Reader) tableEntry() (got, stop bool) {
	b := r.body
	if r.left == 0 {
		r.step = nextRecord
		if r.pos != len(b) {
			return false, r.bad(BadRecord, "bytes after the entries", len(b)-r.pos, 0)
		}
		return false, false
	}
	head := 8
	if r.addPath {
		head = 12
	}
	at := r.pos
	if at+head > len(b) {
		return false, r.bad(BadEntry, "entry", len(b)-at, head)
	}
	r.left--
	e := &r.elem
	peer := int(binary.BigEndian.Uint16(b[at:]))
	e.Originated = binary.BigEndian.Uint32(b[at+2:])
	e.PathID = 0
	if r.addPath {
		e.PathID = binary.BigEndian.Uint32(b[at+6:])
	}
	n := int(binary.BigEndian.Uint16(b[at+head-2:]))
	at += head
	if at+n > len(b) {
		return false, r.bad(BadEntry, "attributes", n, len(b)-at)
	}
	r.pos = at + n
	if peer >= len(r.index) {
		return false, r.damage(Damage{Kind: BadEntry, Field: "peer index", Got: int64(peer), Limit: int64(len(r.index)) - 1, Skipped: int64(head + n)})
	}
	e.Peer = int(r.index[peer])
	e.Attrs = b[at : at+n]
	e.Kind = Held
	from, to, has, sound := tablePath(e.Attrs)
	if !sound {
		d := tableDamage(e.Attrs)
		d.Skipped = int64(head + n)
		return false, r.damage(d)
	}
	e.HasPath, e.Path = has, nil
	if has {
		e.Path = Path(e.Attrs[from:to])
	} else {
		r.rep.NoPath++
	}
	return true, false
}

// tablePath finds the AS_PATH in the attributes of a TABLE_DUMP_V2 entry, and
// touches nothing else: it is a[from:to].
func tablePath(a []byte) (from, to int, has, sound bool) {
	i := 0
	for i+4 <= len(a) {
		head := binary.LittleEndian.Uint32(a[i:]) // flags, type, length
		start, l := i+3, int(head>>16&0xff)
		if head&0x10 != 0 {
			start, l = i+4, l<<8|int(head>>24)
		}
		end := start + l
		if end > len(a) {
			return 0, 0, false, false
		}
		if head>>8&0xff == attrASPath && !has {
			from, to, has = start, end, true
			if pathDamage(a[from:to], 4) != "" {
				return 0, 0, false, false
			}
		}
		i = end
	}
	if i+3 == len(a) && a[i]&0x10 == 0 && a[i+2] == 0 { // an empty one is the last
		return from, to, has || a[i+1] == attrASPath, true
	}
	return from, to, has, i == len(a)
}

// tableDamage says why tablePath found attributes unsound.
func tableDamage(a []byte) Damage {
	hurt := func(field string, got, limit int) Damage {
		return Damage{Kind: BadAttribute, Field: field, Got: int64(got), Limit: int64(limit)}
	}
	for met := false; ; {
		if len(a) < 3 {
			return hurt("attribute header", len(a), 3)
		}
		from, l := 3, int(a[2])
		if a[0]&0x10 != 0 {
			if len(a) < 4 {
				return hurt("attribute header", len(a), 4)
			}
			from, l = 4, int(a[2])<<8|int(a[3])
		}
		if from+l > len(a) {
			return hurt("attribute length", l, len(a)-from)
		}
		if a[1] == attrASPath && !met {
			met = true
			if field := pathDamage(a[from:from+l], 4); field != "" {
				return hurt("AS_PATH "+field, l, len(a)-from)
			}
		}
		a = a[from+l:]
	}
}

// oldHead is the length of a TABLE_DUMP entry before its attributes, without
// view and sequence number: prefix, length, status, time, peer address, peer
// number, attribute length.
func oldHead(v6 bool) int {
	if v6 {
		return 16 + 1 + 1 + 4 + 16 + 2 + 2
	}
	return 4 + 1 + 1 + 4 + 4 + 2 + 2
}

// batched reports whether the TABLE_DUMP record at the cursor, of n bytes,
// holds more than one entry, and by how many bytes its length is short.
func (r *Reader) batched(n int) (extra int, ok bool) {
	head := oldHead(r.sub == 2)
	at := 4
	for entries := 0; ; entries++ {
		if at == n {
			return 0, entries > 1
		}
		if at == n+4 {
			return 4, entries > 1
		}
		if at > n {
			return 0, false
		}
		if at+head > n {
			if at+head > n+4 {
				return 0, false
			}
			if r.fill(12+n+4) < 12+n+4 {
				return 0, false
			}
		}
		b := r.buf[r.r+12 : min(r.w, r.r+12+n+4)]
		at += head + int(binary.BigEndian.Uint16(b[at+head-2:]))
		if at > n && r.fill(12+n+4) < 12+n+4 {
			return 0, false
		}
	}
}

// oldEntry reads the next entry of a TABLE_DUMP record (RFC 6396 section 4.2),
// of which the early form has many.
func (r *Reader) oldEntry() (got, stop bool) {
	b := r.body
	if r.pos == len(b) && (r.batch || r.pos > 4) {
		r.step = nextRecord
		return false, false
	}
	v6 := r.sub == 2
	head := oldHead(v6)
	at := r.pos
	if at+head > len(b) {
		return false, r.bad(BadEntry, "entry", len(b)-at, head)
	}
	n := int(binary.BigEndian.Uint16(b[at+head-2:]))
	if at+head+n > len(b) {
		return false, r.bad(BadEntry, "attributes", n, len(b)-at-head)
	}
	if !r.batch && at+head+n != len(b) {
		return false, r.bad(BadRecord, "bytes after the entry", len(b)-at-head-n, 0)
	}
	r.pos = at + head + n
	skipped := int64(head + n)
	al := 4
	if v6 {
		al = 16
	}
	addr, _ := netip.AddrFromSlice(b[at : at+al])
	bits := int(b[at+al])
	if bits > 8*al {
		return false, r.damage(Damage{Kind: BadPrefix, Field: "prefix length", Got: int64(bits), Limit: int64(8 * al), Skipped: skipped})
	}
	e := &r.elem
	e.Kind = Held
	e.Prefix = netip.PrefixFrom(addr, bits).Masked()
	e.PathID = 0
	at += al + 2
	e.Originated = binary.BigEndian.Uint32(b[at:])
	peer, _ := netip.AddrFromSlice(b[at+4 : at+4+al])
	if v6 && isPaddedV4(b[at+4:at+20]) {
		peer, _ = netip.AddrFromSlice(b[at+4 : at+8])
	}
	i, ok := r.peer(Peer{Addr: peer, ASN: sightline.ASN(binary.BigEndian.Uint16(b[at+4+al:]))})
	if !ok {
		return false, r.bad(TooManyPeers, "peers", len(r.peers)+1, maxPeers)
	}
	e.Peer = i
	a, field, gotN, limit := r.attributes(r.pos-n, r.pos, 2, true)
	if field != "" {
		return false, r.damage(Damage{Kind: BadAttribute, Field: field, Got: int64(gotN), Limit: int64(limit), Skipped: skipped})
	}
	e.Attrs, e.Width, e.HasPath, e.Path = b[r.pos-n:r.pos], 2, a.hasPath, a.path
	if !e.HasPath {
		r.rep.NoPath++
	}
	return true, false
}

// isPaddedV4 reports whether a sixteen-byte field holds a four-byte address
// followed by zeros, as some old IPv6 tables have it.
func isPaddedV4(b []byte) bool {
	for _, c := range b[4:16] {
		if c != 0 {
			return false
		}
	}
	return b[0] != 0
}

// openBGP4MP prepares a BGP4MP record at r.pos (RFC 6396 section 4.4).
func (r *Reader) openBGP4MP() bool {
	width := 2
	switch r.sub {
	case 4, 5, 7, 9, 11:
		width = 4
	case 0, 1, 2, 6, 8, 10:
	default:
		r.unread[uint32(r.typ)<<16|uint32(r.sub)]++
		return false
	}
	b := r.body
	at := r.pos
	if at+2*width+4 > len(b) {
		return r.bad(BadRecord, "peer header", len(b)-at, 2*width+4)
	}
	asn := number(b[at:], width)
	at += 2*width + 2
	al := 0
	switch afi := binary.BigEndian.Uint16(b[at:]); afi {
	case 1:
		al = 4
	case 2:
		al = 16
	default:
		return r.bad(BadRecord, "address family", int(afi), 2)
	}
	at += 2
	if at+2*al > len(b) {
		return r.bad(BadRecord, "peer addresses", len(b)-at, 2*al)
	}
	addr, _ := netip.AddrFromSlice(b[at : at+al])
	at += 2 * al
	if r.sub == 2 {
		return r.openEntry(at, addr, asn)
	}
	i, ok := r.peer(Peer{Addr: addr, ASN: asn})
	if !ok {
		return r.bad(TooManyPeers, "peers", len(r.peers)+1, maxPeers)
	}
	r.elem.Peer = i
	r.addPath = r.sub >= 8
	r.pos = at
	if r.sub == 0 || r.sub == 5 {
		if at+4 != len(b) {
			return r.bad(BadRecord, "session states", len(b)-at, 4)
		}
		return r.state(binary.BigEndian.Uint16(b[at:]), binary.BigEndian.Uint16(b[at+2:]))
	}
	// A BGP message: marker, length, type (RFC 4271 section 4.1).
	if at+19 > len(b) {
		return r.bad(BadMessage, "message header", len(b)-at, 19)
	}
	n := int(binary.BigEndian.Uint16(b[at+16:]))
	if n < 19 || at+n > len(b) {
		return r.bad(BadMessage, "message length", n, len(b)-at)
	}
	if b[at+18] != 2 { // OPEN, NOTIFICATION, KEEPALIVE
		r.unread[uint32(r.typ)<<16|uint32(r.sub)]++
		return false
	}
	return r.openUpdate(at+19, at+n, width)
}

func number(b []byte, width int) sightline.ASN {
	if width == 2 {
		return sightline.ASN(binary.BigEndian.Uint16(b))
	}
	return sightline.ASN(binary.BigEndian.Uint32(b))
}

// openBGP prepares a record of the deprecated type BGP (RFC 6396 appendix
// B.2.5): an update without a message header, or a change of state.
func (r *Reader) openBGP() bool {
	b := r.body
	if r.sub != 1 && r.sub != 3 {
		r.unread[uint32(r.typ)<<16|uint32(r.sub)]++
		return false
	}
	need := 12
	if r.sub == 3 {
		need = 10
	}
	if len(b) < need {
		return r.bad(BadRecord, "peer header", len(b), need)
	}
	addr, _ := netip.AddrFromSlice(b[2:6])
	i, ok := r.peer(Peer{Addr: addr, ASN: number(b, 2)})
	if !ok {
		return r.bad(TooManyPeers, "peers", len(r.peers)+1, maxPeers)
	}
	r.elem.Peer = i
	r.addPath = false
	if r.sub == 3 {
		r.pos = 6
		return r.state(binary.BigEndian.Uint16(b[6:]), binary.BigEndian.Uint16(b[8:]))
	}
	return r.openUpdate(12, len(b), 2)
}

func (r *Reader) state(from, to uint16) bool {
	r.elem.Kind, r.elem.From, r.elem.To = State, from, to
	r.parts[0] = part{kind: State}
	r.part, r.step = 0, inMessage
	return false
}

// openEntry prepares a BGP4MP_ENTRY record, a table entry of the deprecated
// form (RFC 6396 appendix B.2.6): view, status, time, family, next hop,
// prefix, attributes.
func (r *Reader) openEntry(at int, addr netip.Addr, asn sightline.ASN) bool {
	b := r.body
	r.pos = at
	if at+12 > len(b) {
		return r.bad(BadEntry, "entry", len(b)-at, 12)
	}
	originated := binary.BigEndian.Uint32(b[at+4:])
	afi := binary.BigEndian.Uint16(b[at+8:])
	hop := int(b[at+11])
	at += 12 + hop
	if afi != 1 && afi != 2 {
		return r.bad(BadEntry, "address family", int(afi), 2)
	}
	if at >= len(b) {
		return r.bad(BadEntry, "next hop", hop, len(b)-at+hop)
	}
	_, n, field := readPrefix(b[at:], afi == 2)
	if field != "" {
		return r.bad(BadPrefix, field, int(b[at]), famBits(afi == 2))
	}
	nlri := at
	at += n
	if at+2 > len(b) {
		return r.bad(BadEntry, "attribute length", len(b)-at, 2)
	}
	l := int(binary.BigEndian.Uint16(b[at:]))
	at += 2
	if at+l > len(b) {
		return r.bad(BadEntry, "attributes", l, len(b)-at)
	}
	a, field, got, limit := r.attributes(at, at+l, 2, true)
	if field != "" {
		return r.bad(BadAttribute, field, got, limit)
	}
	i, ok := r.peer(Peer{Addr: addr, ASN: asn})
	if !ok {
		return r.bad(TooManyPeers, "peers", len(r.peers)+1, maxPeers)
	}
	r.elem.Peer, r.elem.Originated, r.elem.Width = i, originated, 2
	r.addPath = false
	r.lastAttr = a
	r.parts = [4]part{{nlri, nlri + n, afi == 2, Held}, {}, {}, {}}
	r.part, r.step = 0, inMessage
	return false
}

// openUpdate prepares the body of an UPDATE message in body[from:to] (RFC 4271
// section 4.3, RFC 4760 sections 3 and 4).
func (r *Reader) openUpdate(from, to, width int) bool {
	b := r.body
	r.pos = from
	if from+2 > to {
		return r.bad(BadMessage, "withdrawn length", to-from, 2)
	}
	wl := int(binary.BigEndian.Uint16(b[from:]))
	if from+2+wl+2 > to {
		return r.bad(BadMessage, "withdrawn length", wl, to-from-4)
	}
	at := from + 2 + wl
	al := int(binary.BigEndian.Uint16(b[at:]))
	if at+2+al > to {
		return r.bad(BadMessage, "attribute length", al, to-at-2)
	}
	at += 2
	a, field, got, limit := r.attributes(at, at+al, width, false)
	if field != "" {
		// RFC 7606 would treat the routes as withdrawn; an archive's reader says
		// that it cannot tell.
		return r.bad(BadAttribute, field, got, limit)
	}
	r.lastAttr = a
	r.elem.Width = width
	r.elem.AddPath = r.addPath
	r.parts = [4]part{{from: from + 2, to: from + 2 + wl, kind: Withdraw}, {}, {}, {from: at + al, to: to, kind: Announce}}
	if a.goneOK {
		r.parts[1] = part{a.gone0, a.gone1, a.goneV6, Withdraw}
	}
	if a.reachOK {
		r.parts[2] = part{a.reachFrom, a.reachTo, a.reachV6, Announce}
	}
	if a.other && !a.goneOK && !a.reachOK && wl == 0 && at+al == to {
		r.unread[uint32(r.typ)<<16|uint32(r.sub)]++
	}
	r.part, r.step = 0, inMessage
	return false
}

// messagePart hands out the next prefix of the message being walked.
func (r *Reader) messagePart() (got, stop bool) {
	for r.part < len(r.parts) {
		p := &r.parts[r.part]
		if p.kind == State {
			r.parts[0] = part{}
			r.step = nextRecord
			return true, false
		}
		if p.from >= p.to {
			r.part++
			continue
		}
		e := &r.elem
		e.PathID = 0
		at := p.from
		if r.addPath {
			if at+4 > p.to {
				r.pos = at
				return false, r.bad(BadMessage, "path identifier", p.to-at, 4)
			}
			e.PathID = binary.BigEndian.Uint32(r.body[at:])
			at += 4
		}
		prefix, n, field := readPrefix(r.body[at:p.to], p.v6)
		if field != "" {
			r.pos = at
			return false, r.bad(BadPrefix, field, prefixByte(r.body, at), famBits(p.v6))
		}
		p.from = at + n
		e.Kind, e.Prefix = p.kind, prefix
		if p.kind == Withdraw {
			e.HasPath, e.Path, e.Attrs = false, nil, nil
		} else {
			a := &r.lastAttr
			e.HasPath, e.Path, e.Attrs = a.hasPath, a.path, r.body[a.from:a.to]
			if !a.hasPath {
				r.rep.NoPath++
			}
		}
		return true, false
	}
	r.step = nextRecord
	r.part = 0
	return false, false
}

// Attribute types (RFC 4271, RFC 4760, RFC 6793).
const (
	attrASPath        = 2
	attrAggregator    = 7
	attrReach         = 14
	attrUnreach       = 15
	attrAS4Path       = 17
	attrAS4Aggregator = 18
)

// attributes reads the path attributes in body[from:to], whose network numbers
// are width bytes wide. table says that MP_REACH_NLRI may be in the short form
// of tables. On damage it names the field.
func (r *Reader) attributes(from, to, width int, table bool) (a attrs, field string, got, limit int) {
	a.from, a.to = from, to
	b := r.body
	var path, as4 []byte
	var oldAggregator, newAggregator bool
	for at := from; at < to; {
		if at+3 > to {
			return a, "attribute header", to - at, 3
		}
		flags, typ := b[at], b[at+1]
		l, head := int(b[at+2]), 3
		if flags&0x10 != 0 {
			if at+4 > to {
				return a, "attribute header", to - at, 4
			}
			l, head = int(b[at+2])<<8|int(b[at+3]), 4
		}
		v, end := at+head, at+head+l
		if end > to {
			return a, "attribute length", l, to - v
		}
		switch typ {
		case attrASPath:
			if !a.hasPath {
				a.hasPath, path = true, b[v:end]
			}
		case attrAS4Path:
			if as4 == nil {
				as4 = b[v:end]
			}
		case attrAggregator:
			oldAggregator = width == 2 && l == 6 && binary.BigEndian.Uint16(b[v:]) != asTrans
		case attrAS4Aggregator:
			newAggregator = true
		case attrReach:
			if table {
				break
			}
			if l < 5 {
				return a, "MP_REACH_NLRI", l, 5
			}
			afi, safi, hop := binary.BigEndian.Uint16(b[v:]), b[v+2], int(b[v+3])
			if (afi != 1 && afi != 2) || (safi != 1 && safi != 2) {
				a.other = true
				break
			}
			start := v + 4 + hop + 1
			if start > end {
				return a, "MP_REACH_NLRI next hop", hop, l - 5
			}
			// The byte after the next hop was, in RFC 2858, a count of SNPA.
			for n := b[start-1]; n > 0; n-- {
				if start >= end {
					return a, "MP_REACH_NLRI SNPA", int(n), 0
				}
				start += 1 + (int(b[start])+1)/2
			}
			if start > end {
				return a, "MP_REACH_NLRI SNPA", start - end, 0
			}
			a.reachOK, a.reachV6, a.reachFrom, a.reachTo = true, afi == 2, start, end
		case attrUnreach:
			if table {
				break
			}
			if l < 3 {
				return a, "MP_UNREACH_NLRI", l, 3
			}
			afi, safi := binary.BigEndian.Uint16(b[v:]), b[v+2]
			if (afi != 1 && afi != 2) || (safi != 1 && safi != 2) {
				a.other = true
				break
			}
			a.goneOK, a.goneV6, a.gone0, a.gone1 = true, afi == 2, v+3, end
		}
		at = end
	}
	if !a.hasPath {
		return a, "", 0, 0
	}
	if f := pathDamage(path, width); f != "" {
		return a, "AS_PATH " + f, len(path), len(path)
	}
	if width == 4 {
		a.path = path
		return a, "", 0, 0
	}
	r.wideBuf = widen(r.wideBuf[:0], path)
	a.path = r.wideBuf
	if len(as4) > 0 && !(oldAggregator && newAggregator) && pathDamage(as4, 4) == "" {
		r.scratch = mergeAS4(r.scratch[:0], r.wideBuf, as4)
		a.path = r.scratch
	}
	return a, "", 0, 0
}

// asTrans stands for a network number of four bytes where only two fit (RFC
// 6793 section 9).
const asTrans = 23456

// readPrefix reads a length byte and as many address bytes as it needs. Bits
// beyond the length are cleared. field names what is wrong.
func readPrefix(b []byte, v6 bool) (p netip.Prefix, n int, field string) {
	if len(b) == 0 {
		return p, 0, "prefix"
	}
	bits := int(b[0])
	if bits > famBits(v6) {
		return p, 0, "prefix length"
	}
	n = 1 + (bits+7)/8
	if n > len(b) {
		return p, 0, "prefix bytes"
	}
	switch {
	case v6:
		var a [16]byte
		copy(a[:], b[1:n])
		p = netip.PrefixFrom(netip.AddrFrom16(a), bits)
	case len(b) >= 5: // as nearly always
		var a [4]byte
		binary.BigEndian.PutUint32(a[:], binary.BigEndian.Uint32(b[1:])&^(1<<(32-bits)-1))
		return netip.PrefixFrom(netip.AddrFrom4(a), bits), n, ""
	default:
		var a [4]byte
		copy(a[:], b[1:n])
		p = netip.PrefixFrom(netip.AddrFrom4(a), bits)
	}
	if bits%8 != 0 {
		p = p.Masked()
	}
	return p, n, ""
}

func famBits(v6 bool) int {
	if v6 {
		return 128
	}
	return 32
}

func prefixByte(b []byte, at int) int {
	if at < len(b) {
		return int(b[at])
	}
	return -1
}
