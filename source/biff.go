package source

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/richardlehane/mscfb"

	"sightline"
)

// OldBook reads a sheet of an Excel 97 workbook (.xls) as rows of texts, as
// stored and not as formatted. It knows the records of a sheet that hold
// values (MS-XLS, BIFF8) and passes over all others: formats, charts, macros.
// An encrypted workbook, an older format and a damaged file are errors.
func OldBook(name string, file []byte, sheet string) (rows [][]string, err error) {
	bad := func(format string, args ...any) *sightline.Error {
		return sightline.Errorf(sightline.Invalid, "read workbook", name, format, args...).
			WithHint("The file is damaged, cut short, or no Excel 97 workbook (.xls): get it again.")
	}
	if len(file) > MaxFile/16 { // no such workbook can have more rows than 65,536
		return nil, bad("it has %d bytes, too many for a workbook of this format", len(file))
	}
	if !bytes.HasPrefix(file, []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")) {
		return nil, bad("it does not begin as a compound file does")
	}
	if len(file) < 1024 || len(file)%512 != 0 {
		return nil, bad("it does not end with a whole sector")
	}
	// The reader of compound files checks much of a damaged one, and may panic
	// on the rest.
	defer func() {
		if p := recover(); p != nil {
			rows, err = nil, bad("%v", p)
		}
	}()
	container, e := mscfb.New(bytes.NewReader(file))
	if e != nil {
		return nil, bad("%w", e)
	}
	var stream []byte
	for entry, e := container.Next(); e == nil; entry, e = container.Next() {
		if entry.Name != "Workbook" {
			continue
		}
		if entry.Size > int64(len(file)) {
			return nil, bad("it says that its workbook is larger than the file")
		}
		stream = make([]byte, entry.Size)
		if _, e := io.ReadFull(entry, stream); e != nil {
			return nil, bad("%w", e)
		}
		break
	}
	if stream == nil {
		return nil, bad("it holds no workbook of Excel 97 or later")
	}
	b := &oldBook{stream: stream}
	start, names := b.globals(sheet)
	if b.fault == "" && start < 0 {
		return nil, bad("it has no sheet %q; it has %s", sheet, strings.Join(names, ", ")).WithHint("Check that this is the right workbook.")
	}
	if b.fault == "" {
		b.sheet(start)
	}
	if b.fault != "" {
		return nil, bad("%s", b.fault)
	}
	return b.rows, nil
}

// The records that are read, by number (MS-XLS 2.3).
const (
	biffFormula    = 0x0006
	biffEOF        = 0x000A
	biffFilePass   = 0x002F
	biffContinue   = 0x003C
	biffBoundSheet = 0x0085
	biffMulRK      = 0x00BD
	biffSST        = 0x00FC
	biffLabelSST   = 0x00FD
	biffNumber     = 0x0203
	biffLabel      = 0x0204
	biffBoolErr    = 0x0205
	biffString     = 0x0207
	biffRK         = 0x027E
	biffBOF        = 0x0809
)

type oldBook struct {
	stream  []byte
	strings []string
	rows    [][]string
	cells   int
	fault   string // the first
}

func (b *oldBook) fail(why string) {
	if b.fault == "" {
		b.fault = why
	}
}

// record is the record at a place and the place after it; ok is false at the
// end and at what is cut short.
func (b *oldBook) record(at int) (kind int, data []byte, next int, ok bool) {
	if at < 0 || at+4 > len(b.stream) {
		b.fail("it ends within a record")
		return 0, nil, 0, false
	}
	kind = int(binary.LittleEndian.Uint16(b.stream[at:]))
	n := int(binary.LittleEndian.Uint16(b.stream[at+2:]))
	if at+4+n > len(b.stream) {
		b.fail("it ends within a record")
		return 0, nil, 0, false
	}
	return kind, b.stream[at+4 : at+4+n], at + 4 + n, true
}

// begins checks the first record of a part.
func (b *oldBook) begins(at int) (next int, ok bool) {
	kind, data, next, ok := b.record(at)
	if ok && (kind != biffBOF || len(data) < 2 || binary.LittleEndian.Uint16(data) != 0x0600) {
		b.fail("it is not of the format BIFF8")
		return 0, false
	}
	return next, ok
}

// globals reads the list of sheets and the shared texts, and finds where a
// sheet begins.
func (b *oldBook) globals(sheet string) (start int, names []string) {
	start = -1
	at, ok := b.begins(0)
	for ok && b.fault == "" {
		var kind int
		var data []byte
		if kind, data, at, ok = b.record(at); !ok {
			return start, names
		}
		switch kind {
		case biffEOF:
			return start, names
		case biffFilePass:
			b.fail("it is encrypted")
		case biffBoundSheet:
			if len(data) < 8 {
				b.fail("the name of a sheet is cut short")
				break
			}
			p := pieces{parts: [][]byte{data[7:]}}
			name := p.chars(int(data[6]), p.take(1)[0])
			names = append(names, name)
			if name == sheet {
				start = int(binary.LittleEndian.Uint32(data))
			}
		case biffSST:
			p := pieces{parts: [][]byte{data}}
			for {
				kind, more, next, ok := b.record(at)
				if !ok || kind != biffContinue {
					break
				}
				p.parts, at = append(p.parts, more), next
			}
			b.shared(&p)
		}
	}
	return start, names
}

// shared reads the table of shared texts.
func (b *oldBook) shared(p *pieces) {
	n := int(binary.LittleEndian.Uint32(p.take(8)[4:]))
	if n > len(b.stream)/3 {
		b.fail("it says that it has more texts than it has room for")
		return
	}
	for range n {
		head := p.take(3)
		flags, runs, extra := head[2], 0, 0
		if flags&8 != 0 {
			runs = int(binary.LittleEndian.Uint16(p.take(2)))
		}
		if flags&4 != 0 {
			extra = int(binary.LittleEndian.Uint32(p.take(4)))
		}
		b.strings = append(b.strings, p.chars(int(binary.LittleEndian.Uint16(head)), flags))
		p.skip(4*runs + extra)
		if p.short {
			b.fail("its table of texts is cut short")
			return
		}
	}
}

// pieces is a record with those that continue it.
type pieces struct {
	parts [][]byte
	short bool
}

// take is the next n bytes, zeros past the end.
func (p *pieces) take(n int) []byte {
	out := make([]byte, 0, n)
	for len(out) < n && len(p.parts) > 0 {
		m := min(n-len(out), len(p.parts[0]))
		out = append(out, p.parts[0][:m]...)
		if p.parts[0] = p.parts[0][m:]; len(p.parts[0]) == 0 {
			p.parts = p.parts[1:]
		}
	}
	if len(out) < n {
		p.short = true
		out = append(out, make([]byte, n-len(out))...)
	}
	return out
}

func (p *pieces) skip(n int) {
	for n > 0 && len(p.parts) > 0 {
		m := min(n, len(p.parts[0]))
		n -= m
		if p.parts[0] = p.parts[0][m:]; len(p.parts[0]) == 0 {
			p.parts = p.parts[1:]
		}
	}
	p.short = p.short || n > 0
}

// chars reads n characters, of two bytes each if the first bit of flags is
// set. Where a record continues within them, the rest has flags of its own.
func (p *pieces) chars(n int, flags byte) string {
	var units []uint16
	for len(units) < n && !p.short {
		if len(p.parts) == 0 {
			p.short = true
			break
		}
		part := p.parts[0]
		width := 1 + int(flags&1)
		m := min(n-len(units), len(part)/width)
		for i := range m {
			if width == 2 {
				units = append(units, binary.LittleEndian.Uint16(part[2*i:]))
			} else {
				units = append(units, uint16(part[i]))
			}
		}
		if p.parts[0] = part[m*width:]; len(p.parts[0]) >= width && len(units) == n {
			break
		}
		if len(p.parts[0]) < width {
			p.parts = p.parts[1:]
			if len(units) < n {
				flags = p.take(1)[0]
			}
		}
	}
	return string(utf16.Decode(units))
}

// sheet reads the cells of a sheet.
func (b *oldBook) sheet(start int) {
	at, ok := b.begins(start)
	row, column := -1, -1 // of a formula whose text comes next
	for ok && b.fault == "" {
		var kind int
		var data []byte
		if kind, data, at, ok = b.record(at); !ok {
			return
		}
		u16 := func(i int) int {
			if i+2 > len(data) {
				b.fail("a cell is cut short")
				return 0
			}
			return int(binary.LittleEndian.Uint16(data[i:]))
		}
		u32 := func(i int) uint32 { return uint32(u16(i)) | uint32(u16(i+2))<<16 }
		f64 := func(i int) float64 {
			return math.Float64frombits(uint64(u32(i)) | uint64(u32(i+4))<<32)
		}
		switch kind {
		case biffEOF:
			return
		case biffBOF: // a chart within the sheet
			b.fail("a part within the sheet is not known")
		case biffLabelSST:
			if i := u32(6); int64(i) < int64(len(b.strings)) {
				b.set(u16(0), u16(2), b.strings[i])
			} else {
				b.fail("a cell names a text that is not there")
			}
		case biffLabel:
			if len(data) > 8 {
				p := pieces{parts: [][]byte{data[9:]}}
				b.set(u16(0), u16(2), p.chars(u16(6), data[8]))
			}
		case biffNumber:
			b.set(u16(0), u16(2), decimal(f64(6)))
		case biffRK:
			b.set(u16(0), u16(2), decimal(rk(u32(6))))
		case biffMulRK:
			for i := 0; 4+6*i+6+2 <= len(data); i++ {
				b.set(u16(0), u16(2)+i, decimal(rk(u32(4+6*i+2))))
			}
		case biffBoolErr:
			v := "#ERROR"
			if len(data) >= 8 && data[7] == 0 {
				v = strconv.Itoa(int(data[6]))
			}
			b.set(u16(0), u16(2), v)
		case biffFormula:
			if u16(12) != 0xFFFF {
				b.set(u16(0), u16(2), decimal(f64(6)))
				break
			}
			switch data[6] {
			case 0:
				row, column = u16(0), u16(2)
			case 1:
				b.set(u16(0), u16(2), strconv.Itoa(int(data[8])))
			case 2:
				b.set(u16(0), u16(2), "#ERROR")
			}
		case biffString:
			if row >= 0 && len(data) > 2 {
				p := pieces{parts: [][]byte{data[3:]}}
				b.set(row, column, p.chars(u16(0), data[2]))
			}
			row = -1
		}
	}
}

func (b *oldBook) set(row, column int, v string) {
	if column >= 256 {
		b.fail("a cell lies beyond the last column")
		return
	}
	for len(b.rows) <= row {
		b.rows = append(b.rows, nil)
	}
	if n := column + 1 - len(b.rows[row]); n > 0 {
		if b.cells += n; b.cells > MaxCells {
			b.fail("it has too many cells")
			return
		}
		b.rows[row] = append(b.rows[row], make([]string, n)...)
	}
	b.rows[row][column] = v
}

// rk is a number in the short form of MS-XLS 2.5.218.
func rk(v uint32) float64 {
	f := math.Float64frombits(uint64(v&^3) << 32)
	if v&2 != 0 {
		f = float64(int32(v) >> 2)
	}
	if v&1 != 0 {
		f /= 100
	}
	return f
}

func decimal(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }
