// Package gunzip decompresses gzip (RFC 1952) around DEFLATE (RFC 1951), one
// member after another. A stream goes in and the plain bytes come out, with the
// check sum and length of each member compared.
//
// It exists since decompression is most of what reading measurements costs. It
// differs from other decoders in Go by what the authors of zlib-ng and
// libdeflate describe: sixty-four bits are loaded at a time, whole tables are
// looked up with twelve bits, and copies go sixteen bytes at a step into room
// left behind the output. Bench beside the others: BenchmarkGunzip.
package gunzip

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"math/bits"
)

// The errors. Input that ends early is [io.ErrUnexpectedEOF].
var (
	ErrHeader   = errors.New("gzip: invalid header")
	ErrChecksum = errors.New("gzip: invalid checksum or length")
	ErrCorrupt  = errors.New("gzip: corrupt deflate stream")
)

const (
	inSize  = 64 << 10
	ahead   = 16        // bytes at hand before a step, unless the source has ended
	padding = 32        // zero bytes behind the end, so that loads need no test
	history = 32 << 10  // how far back a copy reaches
	outSize = 256 << 10 // what is decompressed at a time, history included
	slack   = 258 + 32  // the longest copy, and what its last step writes too much
)

// Reader is the plain stream.
type Reader struct {
	src    io.Reader
	in     [inSize + padding + 16]byte
	pos    int // next byte to load
	end    int // of what was read
	srcErr error
	over   int // bytes of padding behind the end of the source

	bits uint64
	n    uint // valid bits; see refill

	out  [outSize + slack]byte
	o    int // end of what is decompressed
	r    int // start of what was not yet read
	crc  uint32
	size uint32
	err  error

	state  state
	last   bool // the present block is the last of its member
	stored int  // bytes left of a stored block
	any    bool // a member was read

	base int // where the member starts in out, as far as copies may reach

	lit, dist table
	fixed     bool // the tables are those of fixed codes
	lens      [320]uint8
}

type state uint8

const (
	atMember state = iota
	atBlock
	inStored
	inCodes
	atTrailer
)

// NewReader starts to read. Nothing is read before the first Read; a header
// that is not gzip's is an error of that.
func NewReader(src io.Reader) *Reader { return &Reader{src: src} }

// Read implements [io.Reader].
func (z *Reader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for z.r == z.o {
		if z.err != nil {
			return 0, z.err
		}
		z.fill()
	}
	n := copy(p, z.out[z.r:z.o])
	z.r += n
	return n, nil
}

// fill decompresses until the buffer is full or the stream ends.
func (z *Reader) fill() {
	if z.o > outSize-history {
		// Everything was read: keep what copies may refer to.
		copy(z.out[:history], z.out[z.o-history:z.o])
		z.base = max(0, z.base-(z.o-history))
		z.o, z.r = history, history
	}
	from := z.o
	for z.err == nil && z.o < outSize {
		switch z.state {
		case atMember:
			z.err = z.member()
		case atBlock:
			z.err = z.block()
		case inStored:
			z.err = z.copyStored()
		case inCodes:
			z.err = z.codes()
		case atTrailer:
			z.sum(from)
			from = z.o
			z.err = z.trailer()
			if z.err == nil {
				return
			}
		}
	}
	z.sum(from)
}

func (z *Reader) sum(from int) {
	z.crc = crc32.Update(z.crc, crc32.IEEETable, z.out[from:z.o])
	z.size += uint32(z.o - from)
}

// more makes sure that enough bytes are at hand for a step, or the source has
// ended: then zeros follow, and how many of them were taken is known.
func (z *Reader) more() {
	if z.end-z.pos >= ahead || z.over > 0 {
		return
	}
	keep := max(0, z.pos-8) // align may give back what is in the bit buffer
	z.end = copy(z.in[:], z.in[keep:z.end])
	z.pos -= keep
	for tries := 0; z.end-z.pos < ahead && z.srcErr == nil; {
		n, err := z.src.Read(z.in[z.end:inSize])
		z.end += n
		if err != nil {
			z.srcErr = err
		} else if n > 0 {
			tries = 0
		} else if tries++; tries == 100 {
			z.srcErr = io.ErrNoProgress
		}
	}
	if z.end-z.pos < ahead {
		clear(z.in[z.end : z.end+padding])
		z.over = padding
		z.end += padding
	}
}

// ended reports whether more was taken than the source held. Bytes in the bit
// buffer are not taken yet.
func (z *Reader) ended() bool { return z.over > 0 && z.pos-int(z.n>>3) > z.end-z.over }

func (z *Reader) early() error {
	if z.srcErr != nil && z.srcErr != io.EOF {
		return z.srcErr
	}
	return io.ErrUnexpectedEOF
}

// refill loads bits until at least 56 are valid. Bytes are loaded whole, and
// those that do not fit are loaded again the next time: n stays exact below
// its lowest three bits, which the loaded bytes leave alone. Callers look
// whether the input ended before they have taken the padding.
func (z *Reader) refill() {
	z.more()
	z.bits |= binary.LittleEndian.Uint64(z.in[z.pos:]) << (z.n & 63)
	z.pos += int((63 - z.n) >> 3)
	z.n |= 56
}

func (z *Reader) take(n uint) uint32 {
	v := uint32(z.bits & (1<<n - 1))
	z.bits >>= n
	z.n -= n
	return v
}

// align drops the bits up to the next byte and gives whole bytes back.
func (z *Reader) align() {
	z.pos -= int(z.n >> 3)
	z.bits, z.n = 0, 0
}

// byte is the next byte where no bits are held.
func (z *Reader) byte() (byte, error) {
	z.more()
	if z.pos >= z.end-z.over {
		return 0, z.early()
	}
	z.pos++
	return z.in[z.pos-1], nil
}

// member reads the header of a member, or finds the end of the stream.
func (z *Reader) member() error {
	z.more()
	if z.pos >= z.end-z.over && z.any {
		if z.srcErr != nil && z.srcErr != io.EOF {
			return z.srcErr
		}
		return io.EOF
	}
	var sum uint32
	next := func() (byte, error) {
		c, err := z.byte()
		if err == nil {
			sum = crc32.Update(sum, crc32.IEEETable, z.in[z.pos-1:z.pos])
		}
		return c, err
	}
	var h [10]byte
	for i := range h {
		var err error
		if h[i], err = next(); err != nil {
			if i == 0 && z.srcErr == io.EOF {
				return io.EOF
			}
			return err
		}
		if i == 1 && (h[0] != 0x1f || h[1] != 0x8b) {
			return ErrHeader
		}
	}
	if h[2] != 8 {
		return ErrHeader
	}
	skip := 0
	if h[3]&4 != 0 { // extra field
		for i := range 2 {
			c, err := next()
			if err != nil {
				return err
			}
			skip |= int(c) << (8 * i)
		}
	}
	for range skip {
		if _, err := next(); err != nil {
			return err
		}
	}
	for _, flag := range [...]byte{8, 16} { // name, comment
		for h[3]&flag != 0 {
			c, err := next()
			if err != nil {
				return err
			}
			if c == 0 {
				break
			}
		}
	}
	if h[3]&2 != 0 { // check sum of the header
		want := uint16(sum)
		for i := range 2 {
			c, err := z.byte()
			if err != nil {
				return err
			}
			want ^= uint16(c) << (8 * i)
		}
		if want != 0 {
			return ErrHeader
		}
	}
	z.state, z.last, z.any = atBlock, false, true
	z.crc, z.size, z.base = 0, 0, z.o
	return nil
}

func (z *Reader) trailer() error {
	z.align()
	var t [8]byte
	for i := range t {
		c, err := z.byte()
		if err != nil {
			return err
		}
		t[i] = c
	}
	if binary.LittleEndian.Uint32(t[:]) != z.crc || binary.LittleEndian.Uint32(t[4:]) != z.size {
		return ErrChecksum
	}
	z.state = atMember
	return nil
}

// block reads the header of a block.
func (z *Reader) block() error {
	if z.last {
		z.state = atTrailer
		return nil
	}
	z.refill()
	z.last = z.take(1) == 1
	switch z.take(2) {
	case 0:
		z.align()
		var h [4]byte
		for i := range h {
			c, err := z.byte()
			if err != nil {
				return err
			}
			h[i] = c
		}
		n := binary.LittleEndian.Uint16(h[:])
		if n != ^binary.LittleEndian.Uint16(h[2:]) {
			return ErrCorrupt
		}
		z.stored, z.state = int(n), inStored
	case 1:
		z.state = inCodes
		if z.fixed {
			break
		}
		for i := range z.lens[:288] {
			switch {
			case i < 144:
				z.lens[i] = 8
			case i < 256:
				z.lens[i] = 9
			case i < 280:
				z.lens[i] = 7
			default:
				z.lens[i] = 8
			}
		}
		z.lit.build(z.lens[:288], litBits, litEntries[:])
		z.lit.pair(z.lens[:288])
		for i := range z.lens[:32] {
			z.lens[i] = 5
		}
		z.dist.build(z.lens[:32], distBits, distEntries[:])
		z.fixed = true
	case 2:
		z.fixed = false
		if err := z.dynamic(); err != nil {
			return err
		}
		z.state = inCodes
	default:
		return ErrCorrupt
	}
	if z.ended() {
		return z.early()
	}
	return nil
}

func (z *Reader) copyStored() error {
	for z.stored > 0 && z.o < outSize {
		z.more()
		held := z.in[z.pos : z.end-z.over]
		if len(held) == 0 {
			return z.early()
		}
		n := copy(z.out[z.o:outSize], held[:min(len(held), z.stored)])
		z.o += n
		z.pos += n
		z.stored -= n
	}
	if z.stored == 0 {
		z.state = atBlock
	}
	return nil
}

// codeOrder is the order of the lengths of code length codes (RFC 1951, 3.2.7).
var codeOrder = [19]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// dynamic reads the code lengths of a block and builds its tables.
func (z *Reader) dynamic() error {
	z.refill()
	nlit, ndist, nclen := int(z.take(5))+257, int(z.take(5))+1, int(z.take(4))+4
	if nlit > 286 || ndist > 30 {
		return z.corruptOrEarly()
	}
	var clens [19]uint8
	for i := range nclen {
		if z.n < 3 {
			z.refill()
		}
		clens[codeOrder[i]] = uint8(z.take(3))
	}
	// Their table stands in that of the distances until that is built.
	if !z.dist.build(clens[:], 7, codeEntries[:]) {
		return z.corruptOrEarly()
	}
	for i := 0; i < nlit+ndist; {
		if z.n < 14 { // a code and its extra bits
			z.refill()
		}
		e := z.dist.entries[z.bits&127]
		if e&invalid != 0 || z.ended() {
			return z.corruptOrEarly()
		}
		z.take(uint(e & 63))
		sym := e >> 16 & 0xff
		if sym < 16 {
			z.lens[i] = uint8(sym)
			i++
			continue
		}
		var n int
		var of uint8
		switch sym {
		case 16:
			if i == 0 {
				return z.corruptOrEarly()
			}
			n, of = 3+int(z.take(2)), z.lens[i-1]
		case 17:
			n = 3 + int(z.take(3))
		default:
			n = 11 + int(z.take(7))
		}
		if i+n > nlit+ndist {
			return z.corruptOrEarly()
		}
		for ; n > 0; n-- {
			z.lens[i] = of
			i++
		}
	}
	if z.lens[256] == 0 {
		return z.corruptOrEarly() // a block without an end
	}
	if !z.lit.build(z.lens[:nlit], litBits, litEntries[:]) || !z.dist.build(z.lens[nlit:nlit+ndist], distBits, distEntries[:]) {
		return z.corruptOrEarly()
	}
	z.lit.pair(z.lens[:nlit])
	return nil
}

func (z *Reader) corruptOrEarly() error {
	if z.ended() {
		return z.early()
	}
	return ErrCorrupt
}

// codes decompresses a block until it ends or the buffer is full.
func (z *Reader) codes() error {
	lit, dist := &z.lit.entries, &z.dist.entries
	in, out := &z.in, &z.out
	bits, n, pos, o := z.bits, z.n, z.pos, z.o
	sure := o // what came before the present step, near the end of the input
	// Above its lowest six bits n holds what subtracting whole entries leaves.
	save := func() { z.bits, z.n, z.pos, z.o = bits, n&63, pos, o }
	early := func() error { z.o = sure; return z.early() } // zeros were decoded
	for o < outSize {
		if z.end-pos < ahead {
			save()
			if z.ended() {
				return early()
			}
			z.more()
			pos, sure = z.pos, o
		}
		// Not ended, so pos is well within the padding.
		bits |= binary.LittleEndian.Uint64(in[pos:]) << (n & 63)
		pos += int(^n & 63 >> 3)
		n |= 56
		e := lit[bits&(1<<litBits-1)]
		if e&literal != 0 {
			// Up to four times one or two literals of the table's own bits are in 56 bits.
			bits >>= e & 63
			n -= uint(e)
			binary.LittleEndian.PutUint16(out[o:], uint16(e>>8))
			o += 1 + int(e>>6&1)
			e = lit[bits&(1<<litBits-1)]
			if e&literal != 0 {
				bits >>= e & 63
				n -= uint(e)
				binary.LittleEndian.PutUint16(out[o:], uint16(e>>8))
				o += 1 + int(e>>6&1)
				e = lit[bits&(1<<litBits-1)]
				if e&literal != 0 {
					bits >>= e & 63
					n -= uint(e)
					binary.LittleEndian.PutUint16(out[o:], uint16(e>>8))
					o += 1 + int(e>>6&1)
					e = lit[bits&(1<<litBits-1)]
					if e&literal != 0 {
						bits >>= e & 63
						n -= uint(e)
						binary.LittleEndian.PutUint16(out[o:], uint16(e>>8))
						o += 1 + int(e>>6&1)
						continue
					}
				}
			}
			// The bits of e are still there. Both loads are within ahead bytes.
			bits |= binary.LittleEndian.Uint64(in[pos:]) << (n & 63)
			pos += int(^n & 63 >> 3)
			n |= 56
		}
		if e&special != 0 {
			if e&subtable != 0 {
				e = lit[e>>16+uint32(bits>>litBits)&(1<<(e&15)-1)]
			}
			if e&literal != 0 {
				bits >>= e & 63
				n -= uint(e)
				out[o] = byte(e >> 8)
				o++
				continue
			}
			if e&special != 0 {
				if e&invalid != 0 {
					save()
					if z.ended() {
						return early()
					}
					return ErrCorrupt
				}
				bits >>= e & 63 // the end of the block
				n -= uint(e)
				save()
				if z.ended() {
					return early()
				}
				z.state = atBlock
				return nil
			}
		}
		// A copy: at most 15+5+15+13 of the 56 bits.
		length := int(e>>16&0x1ff) + int(bits&(1<<(e&63)-1)>>(e>>8&15))
		bits >>= e & 63
		n -= uint(e)
		e = dist[bits&(1<<distBits-1)]
		if e&special != 0 {
			if e&subtable != 0 {
				e = dist[e>>16+uint32(bits>>distBits)&(1<<(e&15)-1)]
			}
			if e&invalid != 0 {
				save()
				if z.ended() {
					return early()
				}
				return ErrCorrupt
			}
		}
		back := int(e>>16&0x7fff) + int(bits&(1<<(e&63)-1)>>(e>>8&15))
		bits >>= e & 63
		n -= uint(e)
		from := o - back
		if from < z.base {
			save()
			if z.ended() {
				return early()
			}
			return ErrCorrupt
		}
		to := o + length
		switch {
		case back >= 16:
			// Most copies are of at most 32 bytes.
			*(*[16]byte)(out[o:]) = *(*[16]byte)(out[from:])
			*(*[16]byte)(out[o+16:]) = *(*[16]byte)(out[from+16:])
			for o += 32; o < to; o += 16 {
				from += 16
				*(*[16]byte)(out[o:]) = *(*[16]byte)(out[from+16:])
			}
		case back >= 8:
			for {
				*(*[8]byte)(out[o:]) = *(*[8]byte)(out[from:])
				o += 8
				from += 8
				if o >= to {
					break
				}
			}
		default:
			for ; o < to; o++ {
				out[o] = out[from]
				from++
			}
		}
		o = to
	}
	save()
	if z.ended() {
		return early()
	}
	return nil
}

const (
	litBits  = 12
	distBits = 9

	// An entry holds, from its lowest bit: how many bits its code and extra bits
	// have (6), of a copy how many its code has (at 8, 4), and at 16 the base of
	// a length or distance, or where a subtable starts. Of a subtable the lowest
	// four bits are those that it is looked up with. A literal is at 8, a second
	// one at 16.
	literal  = 1 << 31
	two      = 1 << 6  // two literals
	special  = 1 << 15 // none of literal and copy
	subtable = 1 << 14
	invalid  = 1 << 13
)

// table finds a symbol by the next bits; codes longer than its own bits are in
// subtables behind it. There is room for every complete code: at most half as
// many subtables as codes, of at most 2^(15-9) entries for 32 of them or
// 2^(15-12) for 288.
type table struct{ entries [1<<litBits + 2304]uint32 }

// build makes the table of canonical codes of the given lengths (RFC 1951,
// 3.2.2). It reports whether they are complete; one single code of one bit, or
// none at all, will do, as other decoders have it.
func (t *table) build(lens []uint8, size uint, symbols []uint32) bool {
	var count, next [16]uint16
	for _, l := range lens {
		count[l]++
	}
	count[0] = 0
	sum, longest := 0, uint(0)
	for l := uint(1); l < 16; l++ {
		next[l] = next[l-1] + count[l-1]
		if sum += int(count[l]) << (15 - l); count[l] > 0 {
			longest = l
		}
	}
	if sum != 1<<15 && sum > 0 && (sum != 1<<14 || longest != 1) {
		return false
	}
	var order [288]uint16 // symbols by the length of their code
	for sym, l := range lens {
		if l > 0 {
			order[next[l]] = uint16(sym)
			next[l]++
		}
	}
	entry := func(sym uint16, l uint) uint32 {
		if e := symbols[sym]; e&(literal|special) != 0 {
			return e + uint32(l)
		}
		return symbols[sym] + uint32(l) | uint32(l)<<8
	}
	// The table of codes of up to so many bits, twice, is that of one bit more
	// before the codes of that length are put in.
	t.entries[0] = special | invalid
	i, code := uint16(0), uint16(0)
	for l := uint(1); l <= size; l++ {
		copy(t.entries[1<<(l-1):1<<l], t.entries[:1<<(l-1)])
		for code <<= 1; i < next[l]; i++ {
			t.entries[reverse(code, l)] = entry(order[i], l)
			code++
		}
	}
	// The last of the longer codes behind a prefix says how large its subtable is.
	mask := uint16(1<<size - 1)
	from, first := i, code
	for l := size + 1; l <= longest; l++ {
		for code <<= 1; i < next[l]; i++ {
			t.entries[reverse(code, l)&mask] = special | subtable | uint32(l-size)
			code++
		}
	}
	i, code = from, first
	used := uint32(1) << size
	for l := size + 1; l <= longest; l++ {
		for code <<= 1; i < next[l]; i++ {
			c := reverse(code, l)
			code++
			head := &t.entries[c&mask]
			if *head>>16 == 0 { // not made yet
				*head |= used << 16
				used += 1 << (*head & 15)
			}
			for k := uint32(c >> size); k < 1<<(*head&15); k += 1 << (l - size) {
				t.entries[*head>>16+k] = entry(order[i], l)
			}
		}
	}
	return true
}

// pair puts two literals into one entry where the codes of both are at most
// half as long as its bits.
func (t *table) pair(lens []uint8) {
	const half = litBits / 2
	var code [half + 2]uint16 // the next of each length
	for _, l := range lens {
		if l > 0 && l <= half {
			code[l+1]++
		}
	}
	for l := range code[1:] {
		code[l+1] = (code[l+1] + code[l]) << 1
	}
	type short struct {
		code  uint32
		entry uint32
	}
	var list [1 << half]short
	n := 0
	for sym, l := range lens[:256] {
		if l > 0 && l <= half {
			list[n] = short{uint32(reverse(code[l], uint(l))), uint32(sym)<<8 | uint32(l)}
			code[l]++
			n++
		}
	}
	for _, b := range list[:n] {
		second := literal | two | b.entry&63 | b.entry&0xff00<<8
		for _, a := range list[:n] {
			both := a.entry + second
			i := a.code | b.code<<(a.entry&63)
			t.entries[i&(1<<litBits-1)] = both // the only one where both have half the bits
			for i += 1 << (both & 63); i < 1<<litBits; i += 1 << (both & 63) {
				t.entries[i] = both
			}
		}
	}
}

func reverse(code uint16, length uint) uint16 { return bits.Reverse16(code) >> (16 - length) }

// The entries of symbols, without the bits of their codes.
var litEntries, distEntries, codeEntries = func() (lit [288]uint32, dist [32]uint32, code [19]uint32) {
	for i := range 256 {
		lit[i] = literal | uint32(i)<<8
	}
	lit[256] = special
	base := uint32(3)
	for i := range uint32(28) {
		extra := uint32(0)
		if i >= 8 {
			extra = (i - 4) / 4
		}
		lit[257+i] = base<<16 | extra
		base += 1 << extra
	}
	lit[285] = 258 << 16
	lit[286], lit[287] = special|invalid, special|invalid
	base = 1
	for i := range uint32(30) {
		extra := uint32(0)
		if i >= 4 {
			extra = (i - 2) / 2
		}
		dist[i] = base<<16 | extra
		base += 1 << extra
	}
	dist[30], dist[31] = special|invalid, special|invalid
	for i := range uint32(19) {
		code[i] = i << 16
	}
	return lit, dist, code
}()
