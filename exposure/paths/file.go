package paths

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"io"
	"net/netip"

	"sightline"
	"sightline/mrt"
)

// fileMagic starts a table's file (FORMAT.md).
const fileMagic = "SLPATHS1"

// WriteTo writes the table in the form that [ReadTable] reads. Equal tables of
// one builder give equal bytes.
func (t *Table) WriteTo(w io.Writer) (int64, error) {
	e := &encoder{w: bufio.NewWriterSize(w, 1<<20), sum: sha256.New()}
	e.bytes([]byte(fileMagic))
	e.u32(uint32(len(t.peers)))
	for i, p := range t.peers {
		e.peer(p)
		e.u64(uint64(t.count[i][0]))
		e.u64(uint64(t.count[i][1]))
	}
	e.u32(uint32(len(t.addr4)))
	e.u32s(t.addr4)
	e.bytes(t.bits4)
	e.u32(uint32(len(t.addr6)))
	for _, a := range t.addr6 {
		e.bytes(a[:])
	}
	e.bytes(t.bits6)
	for i := range t.start {
		ps, _ := t.At(i)
		e.u16(uint16(len(ps)))
	}
	for i := range t.start {
		ps, _ := t.At(i)
		e.u16s(ps)
	}
	for i := range t.start {
		_, ids := t.At(i)
		e.ids(ids)
	}
	e.u32(uint32(t.set.n))
	e.u32(uint32(len(t.set.chunks)))
	for _, c := range t.set.chunks {
		e.u32(uint32(len(c)))
		e.bytes(c)
	}
	e.u64(uint64(t.aside))
	e.u32(uint32(len(t.twins)))
	for _, w := range t.twins {
		e.peer(w.Peer)
		e.peer(w.Of)
	}
	sum := e.sum.Sum(nil)
	e.bytes(sum)
	if e.err == nil {
		e.err = e.w.Flush()
	}
	return e.n, e.err
}

type encoder struct {
	w   *bufio.Writer
	sum hash.Hash
	buf []byte
	n   int64
	err error
}

func (e *encoder) bytes(b []byte) {
	if e.err == nil {
		e.sum.Write(b)
		var n int
		n, e.err = e.w.Write(b)
		e.n += int64(n)
	}
}

func (e *encoder) u16(v uint16) { e.bytes(binary.LittleEndian.AppendUint16(nil, v)) }
func (e *encoder) u32(v uint32) { e.bytes(binary.LittleEndian.AppendUint32(nil, v)) }
func (e *encoder) u64(v uint64) { e.bytes(binary.LittleEndian.AppendUint64(nil, v)) }

// block is how many numbers are carried over at a time.
const block = 1 << 16

func (e *encoder) u32s(list []uint32) {
	for len(list) > 0 {
		n := min(block, len(list))
		e.buf = e.buf[:0]
		for _, v := range list[:n] {
			e.buf = binary.LittleEndian.AppendUint32(e.buf, v)
		}
		e.bytes(e.buf)
		list = list[n:]
	}
}

func (e *encoder) ids(list []ID) {
	for len(list) > 0 {
		n := min(block, len(list))
		e.buf = e.buf[:0]
		for _, v := range list[:n] {
			e.buf = binary.LittleEndian.AppendUint32(e.buf, uint32(v))
		}
		e.bytes(e.buf)
		list = list[n:]
	}
}

func (e *encoder) u16s(list []uint16) {
	for len(list) > 0 {
		n := min(block, len(list))
		e.buf = e.buf[:0]
		for _, v := range list[:n] {
			e.buf = binary.LittleEndian.AppendUint16(e.buf, v)
		}
		e.bytes(e.buf)
		list = list[n:]
	}
}

func (e *encoder) peer(p Peer) {
	e.u32(uint32(p.ASN))
	a := p.Addr.AsSlice()
	e.bytes([]byte{byte(len(a))})
	e.bytes(a)
	e.u16(uint16(len(p.Collector)))
	e.bytes([]byte(p.Collector))
}

// ReadTable reads what [Table.WriteTo] wrote. Anything else, one flipped bit
// included, is an error of code Corrupt. A stated length costs no memory
// before as many bytes have come.
func ReadTable(r io.Reader) (*Table, error) {
	d := &decoder{r: bufio.NewReaderSize(r, 1<<20), sum: sha256.New()}
	t := &Table{set: &Set{}}
	if string(d.bytes(len(fileMagic))) != fileMagic {
		d.bad("not a table's file")
	}
	n := d.length(1<<16 - 1)
	for range n {
		t.peers = append(t.peers, d.peer())
		t.count = append(t.count, [2]int{int(d.u64()), int(d.u64())})
		if d.err != nil {
			break
		}
	}
	v4 := d.length(1<<32 - 1)
	t.addr4 = u32s[uint32](d, v4)
	t.bits4 = d.bytes(v4)
	v6 := d.length(1<<32 - 1)
	for b := d.bytes(16 * v6); len(b) >= 16; b = b[16:] {
		t.addr6 = append(t.addr6, [16]byte(b))
	}
	t.bits6 = d.bytes(v6)
	counts := d.u16s(v4 + v6)
	for _, n := range counts {
		if t.live += int(n); n == 0 || t.live > maxPlace {
			d.bad("entries of a prefix")
			break
		}
	}
	// A prefix's entries stand in one chunk.
	for i := 0; i < len(counts) && d.err == nil; {
		from, sum := i, 0
		for ; i < len(counts) && sum+int(counts[i]) <= feedChunk; i++ {
			sum += int(counts[i])
		}
		at := uint32(len(t.peer)) << feedBits
		for _, n := range counts[from:i] {
			t.start = append(t.start, at)
			at += uint32(n)
		}
		t.peer = append(t.peer, d.u16s(sum))
		t.end = at
	}
	for c := range t.peer {
		t.path = append(t.path, u32s[ID](d, len(t.peer[c])))
	}
	t.set.n = d.length(1<<32 - 1)
	for range d.length(maxChunks) {
		t.set.chunks = append(t.set.chunks, d.bytes(d.length(chunkSize)))
		if d.err != nil {
			break
		}
	}
	t.aside = int(d.u64())
	for range d.length(1<<32 - 1) {
		t.twins = append(t.twins, Twin{d.peer(), d.peer()})
		if d.err != nil {
			break
		}
	}
	want := d.sum.Sum(nil)
	if got := d.bytes(len(want)); d.err == nil && !bytes.Equal(got, want) {
		d.bad("its sum is another")
	}
	if d.err == nil {
		if _, err := d.r.ReadByte(); err != io.EOF {
			d.bad("bytes after the end")
		}
	}
	if d.err == nil {
		d.check(t)
	}
	if d.err != nil {
		return nil, d.err
	}
	return t, nil
}

// check looks at everything that an index rests on.
func (d *decoder) check(t *Table) {
	for i, bits := range t.bits4 {
		if bits > 32 || i > 0 && ComparePrefix(t.Prefix(i-1), t.Prefix(i)) >= 0 {
			d.bad("prefixes")
			return
		}
	}
	for i, bits := range t.bits6 {
		if bits > 128 || i > 0 && ComparePrefix(t.Prefix(len(t.addr4)+i-1), t.Prefix(len(t.addr4)+i)) >= 0 {
			d.bad("prefixes")
			return
		}
	}
	peers := uint16(len(t.peers))
	paths := ID(t.set.n)
	for i := range t.start {
		ps, ids := t.At(i)
		for k, p := range ps {
			if p >= peers || ids[k] >= paths || k > 0 && ps[k-1] >= p {
				d.bad("entries")
				return
			}
		}
	}
	n := 0
	for c, b := range t.set.chunks {
		at := 0
		if c == 0 {
			at = 1
		}
		for ; at < len(b); n++ {
			end := at + 6
			if end <= len(b) {
				end += int(binary.LittleEndian.Uint16(b[at+4:]))
			}
			if end > len(b) || n >= t.set.n || binary.LittleEndian.Uint32(b[at:]) != uint32(n) || !mrt.Path(b[at+6:end]).Valid() {
				d.bad("paths")
				return
			}
			at = end
		}
	}
	if n != t.set.n {
		d.bad("paths")
		return
	}
	t.set = t.set.seal()
}

type decoder struct {
	r   *bufio.Reader
	sum hash.Hash
	err error
}

func (d *decoder) bad(what string) {
	if d.err == nil {
		d.err = sightline.Errorf(sightline.Corrupt, "read table", "", "%s", what).WithHint("Delete the file: it is made again from the copies of the tables.")
	}
}

// bytes reads n bytes, as they come.
func (d *decoder) bytes(n int) []byte {
	var out []byte
	for n > 0 && d.err == nil {
		k := min(n, 1<<22)
		from := len(out)
		if k == n && from == 0 {
			out = make([]byte, k)
		} else {
			out = append(out, make([]byte, k)...)
		}
		if _, err := io.ReadFull(d.r, out[from:]); err != nil {
			d.bad("it ends early")
			return nil
		}
		d.sum.Write(out[from:])
		n -= k
	}
	return out
}

func (d *decoder) u16() uint16 {
	if b := d.bytes(2); d.err == nil {
		return binary.LittleEndian.Uint16(b)
	}
	return 0
}

func (d *decoder) u32() uint32 {
	if b := d.bytes(4); d.err == nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

func (d *decoder) u64() uint64 {
	if b := d.bytes(8); d.err == nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

func (d *decoder) length(most int) int {
	n := int(d.u32())
	if n > most {
		d.bad("a length")
	}
	if d.err != nil {
		return 0
	}
	return n
}

func u32s[T ~uint32](d *decoder, n int) (out []T) {
	for n > 0 && d.err == nil {
		k := min(n, block)
		b := d.bytes(4 * k)
		if d.err != nil {
			return nil
		}
		if out == nil {
			out = make([]T, 0, min(n, 1<<22))
		}
		for ; len(b) > 0; b = b[4:] {
			out = append(out, T(binary.LittleEndian.Uint32(b)))
		}
		n -= k
	}
	return fit(out)
}

func (d *decoder) u16s(n int) (out []uint16) {
	for n > 0 && d.err == nil {
		k := min(n, block)
		b := d.bytes(2 * k)
		if d.err != nil {
			return nil
		}
		if out == nil {
			out = make([]uint16, 0, min(n, 1<<22))
		}
		for ; len(b) > 0; b = b[2:] {
			out = append(out, binary.LittleEndian.Uint16(b))
		}
		n -= k
	}
	return fit(out)
}

func (d *decoder) peer() (p Peer) {
	p.ASN = sightline.ASN(d.u32())
	n := d.bytes(1)
	if d.err != nil {
		return p
	}
	b := d.bytes(int(n[0]))
	if len(b) > 0 {
		var ok bool
		if p.Addr, ok = netip.AddrFromSlice(b); !ok {
			d.bad("a peer's address")
		}
	}
	p.Collector = string(d.bytes(int(d.u16())))
	return p
}
