// Package mrtmake makes routing archives for tests from lines of text.
package mrtmake

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"sightline"
	"sightline/mrt"
)

// Make writes MRT records for lines of these forms; an empty line, and what
// follows a #, is nothing:
//
//	time 1400824800                seconds of the records that follow
//	peer 192.0.2.1 64512           the next peer; all come before the first route
//	held 1 10.0.0.0/8 64512 1 2    peer 1 (from 1) holds the route by this path
//	announce 1 10.0.0.0/8 64512 2  it announces it
//	withdraw 1 10.0.0.0/8          it withdraws it
//	down 1                         its session ends
//
// Held routes of one prefix that follow one another are one record of
// TABLE_DUMP_V2; the others are BGP4MP records.
func Make(text string) ([]byte, error) {
	m := maker{}
	for n, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(line, "#")
		w := strings.Fields(line)
		if len(w) == 0 {
			continue
		}
		if err := m.line(w); err != nil {
			return nil, fmt.Errorf("line %d: %w", n+1, err)
		}
	}
	m.flush()
	return m.out, nil
}

type peer struct {
	addr netip.Addr
	asn  uint32
}

type maker struct {
	out     []byte
	time    uint32
	peers   []peer
	indexed bool
	prefix  netip.Prefix
	entries []byte
	n       uint16
	seq     uint32
}

func (m *maker) record(typ, sub uint16, body []byte) {
	m.out = binary.BigEndian.AppendUint32(m.out, m.time)
	m.out = binary.BigEndian.AppendUint16(m.out, typ)
	m.out = binary.BigEndian.AppendUint16(m.out, sub)
	m.out = binary.BigEndian.AppendUint32(m.out, uint32(len(body)))
	m.out = append(m.out, body...)
}

// flush ends the record of held routes.
func (m *maker) flush() {
	if m.n == 0 {
		return
	}
	if !m.indexed {
		m.indexed = true
		b := []byte{192, 0, 2, 254, 0, 0}
		b = binary.BigEndian.AppendUint16(b, uint16(len(m.peers)))
		for _, p := range m.peers {
			t := byte(2)
			if p.addr.Is6() {
				t = 3
			}
			b = append(append(b, t, 192, 0, 2, 1), p.addr.AsSlice()...)
			b = binary.BigEndian.AppendUint32(b, p.asn)
		}
		m.record(13, 1, b)
	}
	sub := uint16(2)
	if m.prefix.Addr().Is6() {
		sub = 4
	}
	b := binary.BigEndian.AppendUint32(nil, m.seq)
	b = append(b, nlri(m.prefix)...)
	b = binary.BigEndian.AppendUint16(b, m.n)
	m.record(13, sub, append(b, m.entries...))
	m.entries, m.n = nil, 0
	m.seq++
}

func nlri(p netip.Prefix) []byte {
	return append([]byte{byte(p.Bits())}, p.Addr().AsSlice()[:(p.Bits()+7)/8]...)
}

// attributes are ORIGIN, AS_PATH and NEXT_HOP.
func attributes(path []string) ([]byte, error) {
	var list []sightline.ASN
	for _, w := range path {
		a, err := sightline.ParseASN(w)
		if err != nil {
			return nil, err
		}
		list = append(list, a)
	}
	p := mrt.AppendSequence(nil, list...)
	b := []byte{0x40, 1, 1, 0, 0x50, 2, byte(len(p) >> 8), byte(len(p))}
	return append(append(b, p...), 0x40, 3, 4, 192, 0, 2, 1), nil
}

func (m *maker) line(w []string) error {
	if w[0] == "time" {
		m.flush()
		n, err := strconv.ParseUint(w[1], 10, 32)
		m.time = uint32(n)
		return err
	}
	if w[0] == "peer" {
		a, err := netip.ParseAddr(w[1])
		if err != nil {
			return err
		}
		n, err := strconv.ParseUint(w[2], 10, 32)
		m.peers = append(m.peers, peer{a, uint32(n)})
		return err
	}
	i, err := strconv.Atoi(w[1])
	if err != nil || i < 1 || i > len(m.peers) {
		return fmt.Errorf("no peer %s", w[1])
	}
	p := m.peers[i-1]
	head := binary.BigEndian.AppendUint32(nil, p.asn)
	head = binary.BigEndian.AppendUint32(head, 64500)
	if p.addr.Is6() {
		head = append(head, 0, 0, 0, 2)
	} else {
		head = append(head, 0, 0, 0, 1)
	}
	head = append(append(head, p.addr.AsSlice()...), p.addr.AsSlice()...)
	if w[0] == "down" {
		m.flush()
		m.record(16, 5, append(head, 0, 6, 0, 1))
		return nil
	}
	prefix, err := netip.ParsePrefix(w[2])
	if err != nil {
		return err
	}
	attrs, err := attributes(w[3:])
	if err != nil {
		return err
	}
	if w[0] == "held" {
		if prefix != m.prefix {
			m.flush()
		}
		m.prefix = prefix
		m.entries = binary.BigEndian.AppendUint16(m.entries, uint16(i-1))
		m.entries = binary.BigEndian.AppendUint32(m.entries, m.time)
		m.entries = binary.BigEndian.AppendUint16(m.entries, uint16(len(attrs)))
		m.entries = append(m.entries, attrs...)
		m.n++
		return nil
	}
	m.flush()
	if prefix.Addr().Is6() {
		return fmt.Errorf("updates are IPv4 here")
	}
	var body []byte
	switch w[0] {
	case "announce":
		body = binary.BigEndian.AppendUint16([]byte{0, 0}, uint16(len(attrs)))
		body = append(append(body, attrs...), nlri(prefix)...)
	case "withdraw":
		x := nlri(prefix)
		body = append(append(binary.BigEndian.AppendUint16(nil, uint16(len(x))), x...), 0, 0)
	default:
		return fmt.Errorf("%s is nothing that a peer does", w[0])
	}
	msg := make([]byte, 16, 19+len(body))
	for i := range msg {
		msg[i] = 0xff
	}
	msg = append(binary.BigEndian.AppendUint16(msg, uint16(19+len(body))), 2)
	m.record(16, 4, append(head, append(msg, body...)...))
	return nil
}
