package sourcetest

import (
	"bytes"
	"encoding/binary"
	"math"
	wide "unicode/utf16"
)

// Sheet is a sheet of an OldWorkbook: cells are string, float64 or nil.
type Sheet struct {
	Name string
	Rows [][]any
}

// OldWorkbook makes an Excel 97 file (.xls): a compound file with one stream
// in the format BIFF8, with shared texts, of which a long table continues in a
// second record.
func OldWorkbook(sheets ...Sheet) []byte {
	le := binary.LittleEndian
	record := func(kind int, data []byte) []byte {
		out := le.AppendUint16(le.AppendUint16(nil, uint16(kind)), uint16(len(data)))
		return append(out, data...)
	}
	bof := func(of uint16) []byte {
		d := le.AppendUint16(le.AppendUint16(nil, 0x0600), of)
		return record(0x0809, append(d, make([]byte, 12)...))
	}
	place := map[string]int{}
	var order []string
	for _, s := range sheets {
		for _, r := range s.Rows {
			for _, c := range r {
				if t, ok := c.(string); ok {
					if _, seen := place[t]; !seen {
						place[t] = len(order)
						order = append(order, t)
					}
				}
			}
		}
	}
	// The table of shared texts: one record of at most 8,224 bytes, and then
	// those that continue it, here always between two texts.
	var shared bytes.Buffer
	part := le.AppendUint32(le.AppendUint32(nil, uint32(len(order))), uint32(len(order)))
	kind := 0x00FC
	for _, t := range order {
		units := wide.Encode([]rune(t))
		s := append(le.AppendUint16(nil, uint16(len(units))), 1)
		for _, u := range units {
			s = le.AppendUint16(s, u)
		}
		if len(part)+len(s) > 8000 {
			shared.Write(record(kind, part))
			part, kind = nil, 0x003C
		}
		part = append(part, s...)
	}
	shared.Write(record(kind, part))
	var parts [][]byte
	for _, s := range sheets {
		b := bof(0x0010)
		for i, r := range s.Rows {
			for j, c := range r {
				d := le.AppendUint16(le.AppendUint16(le.AppendUint16(nil, uint16(i)), uint16(j)), 0)
				switch v := c.(type) {
				case string:
					b = append(b, record(0x00FD, le.AppendUint32(d, uint32(place[v])))...)
				case float64:
					b = append(b, record(0x0203, le.AppendUint64(d, math.Float64bits(v)))...)
				}
			}
		}
		parts = append(parts, append(b, record(0x000A, nil)...))
	}
	head := bof(0x0005)
	size := len(head) + shared.Len() + 4
	for _, s := range sheets {
		size += 4 + 8 + len(s.Name)
	}
	stream := head
	at := size
	for i, s := range sheets {
		d := append(le.AppendUint32(nil, uint32(at)), 0, 0, byte(len(s.Name)), 0)
		stream = append(stream, record(0x0085, append(d, s.Name...))...)
		at += len(parts[i])
	}
	stream = append(stream, shared.Bytes()...)
	stream = append(stream, record(0x000A, nil)...)
	for _, p := range parts {
		stream = append(stream, p...)
	}
	return compound(stream)
}

// compound puts a stream into a compound file (MS-CFB) of sectors of 512
// bytes: the stream, its directory, and the table of sectors.
func compound(stream []byte) []byte {
	const sector = 512
	le := binary.LittleEndian
	if len(stream) < 4096 { // smaller streams live elsewhere
		stream = append(stream, make([]byte, 4096-len(stream))...)
	}
	size := len(stream)
	data := append(stream, make([]byte, (sector-len(stream)%sector)%sector)...)
	n := len(data) / sector
	tables := (n + 1 + sector/4) / (sector/4 - 1) // sectors that list sectors, themselves included
	head := append([]byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), make([]byte, sector-8)...)
	for at, v := range map[int]uint16{24: 0x3E, 26: 3, 28: 0xFFFE, 30: 9, 32: 6} {
		le.PutUint16(head[at:], v)
	}
	for at, v := range map[int]uint32{44: uint32(tables), 48: uint32(n), 56: 4096, 60: 0xFFFFFFFE, 68: 0xFFFFFFFE} {
		le.PutUint32(head[at:], v)
	}
	for i := range 109 {
		v := uint32(0xFFFFFFFF)
		if i < tables {
			v = uint32(n + 1 + i)
		}
		le.PutUint32(head[76+4*i:], v)
	}
	entry := func(name string, kind byte, child, start uint32, size int) []byte {
		e := make([]byte, 128)
		for i, u := range wide.Encode([]rune(name)) {
			le.PutUint16(e[2*i:], u)
		}
		le.PutUint16(e[64:], uint16(2*len(name)+2))
		e[66], e[67] = kind, 1
		le.PutUint32(e[68:], 0xFFFFFFFF)
		le.PutUint32(e[72:], 0xFFFFFFFF)
		le.PutUint32(e[76:], child)
		le.PutUint32(e[116:], start)
		le.PutUint64(e[120:], uint64(size))
		return e
	}
	directory := append(entry("Root Entry", 5, 1, 0xFFFFFFFE, 0), entry("Workbook", 2, 0xFFFFFFFF, 0, size)...)
	directory = append(directory, make([]byte, sector-len(directory))...)
	for i := 2; i < 4; i++ {
		for _, at := range []int{68, 72, 76} {
			le.PutUint32(directory[128*i+at:], 0xFFFFFFFF)
		}
	}
	list := make([]byte, 0, tables*sector)
	for i := range tables * sector / 4 {
		v := uint32(0xFFFFFFFF)
		switch {
		case i < n-1:
			v = uint32(i + 1)
		case i == n-1 || i == n:
			v = 0xFFFFFFFE
		case i <= n+tables:
			v = 0xFFFFFFFD
		}
		list = le.AppendUint32(list, v)
	}
	out := append(head, data...)
	out = append(out, directory...)
	return append(out, list...)
}
