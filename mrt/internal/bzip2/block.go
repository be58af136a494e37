package bzip2

import (
	"encoding/binary"
	"errors"
)

// errShort says that a block wants more bits than it was given.
var errShort = errors.New("bzip2: block cut short")

// bitReader takes bits from the highest on. Past the end it gives zeros; the
// caller compares pos with what there is.
type bitReader struct {
	b   []byte
	at  int    // next byte to load
	acc uint64 // bits not yet taken, at the top
	n   int    // how many
}

func (r *bitReader) seek(bit int) {
	r.at, r.acc, r.n = bit/8, 0, 0
	r.fill()
	r.acc <<= bit % 8
	r.n -= bit % 8
}

// fill makes at least 56 bits ready.
func (r *bitReader) fill() {
	if r.at+8 <= len(r.b) {
		r.acc |= binary.BigEndian.Uint64(r.b[r.at:]) >> r.n
		k := (63 - r.n) >> 3
		r.at += k
		r.n += k * 8
		return
	}
	for r.n <= 56 {
		var c byte
		if r.at < len(r.b) {
			c = r.b[r.at]
		}
		r.acc |= uint64(c) << (56 - r.n)
		r.at++
		r.n += 8
	}
}

// take takes k bits, at most 32.
func (r *bitReader) take(k int) uint64 {
	if r.n < k {
		r.fill()
	}
	v := r.acc >> (64 - k)
	r.acc <<= k
	r.n -= k
	return v
}

// pos is the bit at which the reader stands.
func (r *bitReader) pos() int { return r.at*8 - r.n }

const (
	lookBits = 11
	maxCode  = 20
)

// huffman finds the symbol of a code: by table where the code is short, by
// its length's limit where it is long.
type huffman struct {
	look  [1 << lookBits]uint16 // symbol<<5 | length; 0 where the code is longer
	limit [maxCode + 2]uint32   // first code after those of each length, at 20 bits
	base  [maxCode + 2]int32
	perm  [258]uint16
	min   int
}

func (h *huffman) build(lengths []uint8) bool {
	var count [maxCode + 2]int
	for _, l := range lengths {
		count[l]++
	}
	k := 0
	for l := 1; l <= maxCode; l++ {
		for s, m := range lengths {
			if int(m) == l {
				h.perm[k] = uint16(s)
				k++
			}
		}
	}
	clear(h.look[:])
	code, index := uint32(0), 0
	h.min = 0
	for l := 1; l <= maxCode; l++ {
		h.base[l] = int32(index) - int32(code)
		n := count[l]
		if n > 0 && h.min == 0 {
			h.min = l
		}
		if int(code)+n > 1<<l {
			return false // more codes than fit
		}
		if l <= lookBits {
			for i := range n {
				e := h.perm[index+i]<<5 | uint16(l)
				from := (int(code) + i) << (lookBits - l)
				for j := range 1 << (lookBits - l) {
					h.look[from+j] = e
				}
			}
		}
		index += n
		code += uint32(n)
		h.limit[l] = code << (maxCode - l)
		code <<= 1
	}
	return true
}

// slow finds a symbol whose code is longer than lookBits, or unused.
func (h *huffman) slow(acc uint64) (sym, length int) {
	v := uint32(acc >> (64 - maxCode))
	for l := lookBits + 1; l <= maxCode; l++ {
		if v < h.limit[l] {
			return int(h.perm[(int32(v>>(maxCode-l)) + h.base[l])]), l
		}
	}
	return -1, 0
}

// decoder unpacks one block at a time.
type decoder struct {
	tt   [maxBlock]uint32
	text [maxBlock + 1]byte // after the Burrows-Wheeler transform is undone
	n    int
	orig uint32
	tabs [6]huffman
	sel  [18002 + 1]uint8

	pieces [128]piece
	lane   [lanes][maxBlock + 8]byte
}

// symbols reads the block whose bits start after its mark at data[from] and
// must not go beyond data[end]: it undoes the Huffman codes and the
// move-to-front, and prepares the walk. used is where it ended.
func (d *decoder) symbols(data []byte, from, end int) (used int, crc uint32, err error) {
	r := bitReader{b: data}
	r.seek(from)
	fail := func(what string) (int, uint32, error) {
		if r.pos() > end {
			return 0, 0, errShort
		}
		return 0, 0, damaged(what)
	}
	crc = uint32(r.take(16)<<16 | r.take(16))
	if r.take(1) != 0 {
		return fail("randomised block")
	}
	d.orig = uint32(r.take(24))
	var list [256]byte
	used16 := r.take(16)
	nsym := 0
	for i := range 16 {
		if used16>>(15-i)&1 == 0 {
			continue
		}
		m := r.take(16)
		for k := range 16 {
			if m>>(15-k)&1 != 0 {
				list[nsym] = byte(16*i + k)
				nsym++
			}
		}
	}
	if nsym == 0 {
		return fail("no symbols")
	}
	alpha := nsym + 2
	ntab := int(r.take(3))
	nsel := int(r.take(15))
	if ntab < 2 || ntab > 6 || nsel == 0 {
		return fail("tables")
	}
	order := [6]uint8{0, 1, 2, 3, 4, 5}
	for i := range nsel {
		k := 0
		for r.take(1) == 1 {
			if k++; k >= ntab {
				return fail("selector")
			}
		}
		v := order[k]
		copy(order[1:k+1], order[:k])
		order[0] = v
		if i < len(d.sel) { // bzip2 1.0.8 reads and forgets what is too many
			d.sel[i] = v
		}
		if r.pos() > end {
			return 0, 0, errShort
		}
	}
	nsel = min(nsel, len(d.sel))
	for t := range ntab {
		var lengths [258]uint8
		l := int(r.take(5))
		for i := range alpha {
			for {
				if l < 1 || l > maxCode {
					return fail("code length")
				}
				if r.take(1) == 0 {
					break
				}
				if r.take(1) == 0 {
					l++
				} else {
					l--
				}
			}
			lengths[i] = uint8(l)
		}
		if !d.tabs[t].build(lengths[:alpha]) {
			return fail("codes")
		}
	}
	if r.pos() > end {
		return 0, 0, errShort
	}

	var counts [256]uint32
	tt := &d.tt
	n := 0
	run, weight := 0, 1
	eob := alpha - 1
	for group := 0; ; group++ {
		if group >= nsel {
			return fail("symbols beyond the selectors")
		}
		if r.pos() > end {
			return 0, 0, errShort
		}
		h := &d.tabs[d.sel[group]]
		acc, have := r.acc, r.n
		for range 50 {
			if have < maxCode {
				r.acc, r.n = acc, have
				r.fill()
				acc, have = r.acc, r.n
			}
			e := h.look[acc>>(64-lookBits)]
			sym, l := int(e>>5), int(e&31)
			if e == 0 {
				if sym, l = h.slow(acc); sym < 0 {
					r.acc, r.n = acc, have
					return fail("code")
				}
			}
			acc <<= l
			have -= l
			if sym < 2 {
				// RUNA and RUNB: a number in bijective base two.
				run += weight << sym
				weight <<= 1
				if run > maxBlock {
					r.acc, r.n = acc, have
					return fail("run")
				}
				continue
			}
			if run > 0 {
				c := list[0]
				if n+run > maxBlock {
					r.acc, r.n = acc, have
					return fail("block size")
				}
				counts[c] += uint32(run)
				s := tt[n : n+run]
				for i := range s {
					s[i] = uint32(c)
				}
				n += run
				run, weight = 0, 1
			}
			if sym == eob {
				r.acc, r.n = acc, have
				if r.pos() > end {
					return 0, 0, errShort
				}
				if n == 0 || int(d.orig) >= n {
					return fail("origin")
				}
				d.n = n
				d.link(&counts)
				return r.pos(), crc, nil
			}
			k := sym - 1
			c := list[k]
			if k < 16 {
				for i := k; i > 0; i-- {
					list[i] = list[i-1]
				}
			} else {
				copy(list[1:k+1], list[:k])
			}
			list[0] = c
			if n >= maxBlock {
				r.acc, r.n = acc, have
				return fail("block size")
			}
			counts[c]++
			tt[n] = uint32(c)
			n++
		}
		r.acc, r.n = acc, have
	}
}

// link turns the bytes in tt into the chain whose walk gives the text.
func (d *decoder) link(counts *[256]uint32) {
	var sum uint32
	for i, c := range counts {
		counts[i] = sum
		sum += c
	}
	tt := d.tt[:d.n]
	for i := range tt {
		c := byte(tt[i])
		k := counts[c]
		counts[c] = k + 1
		tt[k] |= uint32(i) << 8
	}
}

// walk follows the chain from the origin. Each step waits for memory, so the
// chain is cut at pieces that start at places spread over it, four of them are
// followed at a time, and then the pieces are laid behind one another. Where
// the text repeats itself the chain is a ring that is gone round several times.
func (d *decoder) walk() {
	tt := d.tt[:d.n]
	first := tt[d.orig] >> 8
	if d.n < 64*len(d.pieces) {
		p := first
		for i := range d.text[:d.n] {
			e := tt[p]
			d.text[i] = byte(e)
			p = e >> 8
		}
		return
	}
	const stop = 1 << 31
	count := 0
	begin := func(p uint32) {
		if tt[p]&stop == 0 {
			tt[p] |= stop
			d.pieces[count] = piece{start: p}
			count++
		}
	}
	begin(first)
	for k := 1; k < len(d.pieces); k++ {
		begin(uint32(k * d.n / len(d.pieces)))
	}
	var now [lanes]int   // piece of each lane
	var at [lanes]uint32 // where it stands
	var used [lanes]int  // bytes of the lane
	claimed := 0
	// claim starts the next piece in a lane, with its first step.
	claim := func(l int) bool {
		if claimed == count {
			return false
		}
		now[l] = claimed
		p := &d.pieces[claimed]
		claimed++
		p.lane, p.from = l, used[l]
		e := tt[p.start]
		d.lane[l][used[l]] = byte(e)
		used[l]++
		at[l] = (e &^ stop) >> 8
		return true
	}
	finish := func(l int) {
		p := &d.pieces[now[l]]
		p.to = used[l]
		for k := range d.pieces[:count] {
			if d.pieces[k].start == at[l] {
				p.next = k
			}
		}
	}
	live := true
	for l := range lanes {
		claim(l)
	}
	for live {
		p, q, r, s := at[0], at[1], at[2], at[3]
		a, b, c, e := d.lane[0][used[0]:], d.lane[1][used[1]:], d.lane[2][used[2]:], d.lane[3][used[3]:]
		i := 0
		for {
			w, x, y, z := tt[p], tt[q], tt[r], tt[s]
			if int32(w|x|y|z) < 0 {
				break
			}
			a[i], b[i], c[i], e[i] = byte(w), byte(x), byte(y), byte(z)
			p, q, r, s = w>>8, x>>8, y>>8, z>>8
			i++
		}
		at = [lanes]uint32{p, q, r, s}
		for l := range lanes {
			used[l] += i
		}
		for l := range lanes {
			if tt[at[l]]&stop != 0 {
				finish(l)
				if !claim(l) {
					now[l], live = -1, false
				}
			}
		}
	}
	for l := range lanes {
		for now[l] >= 0 {
			for tt[at[l]]&stop == 0 {
				e := tt[at[l]]
				d.lane[l][used[l]] = byte(e)
				used[l]++
				at[l] = e >> 8
			}
			finish(l)
			if !claim(l) {
				now[l] = -1
			}
		}
	}
	out := d.text[:d.n]
	for k := 0; len(out) > 0; k = d.pieces[k].next {
		p := &d.pieces[k]
		out = out[copy(out, d.lane[p.lane][p.from:p.to]):]
	}
}

// lanes is how many pieces are followed at a time; walk spells them out.
const lanes = 4

// piece is a stretch of the chain.
type piece struct {
	start    uint32
	lane     int // that holds its bytes
	from, to int
	next     int // piece
}

// expand undoes the first run-length code: after four equal bytes stands a
// count of further ones.
func (d *decoder) expand(out []byte) []byte {
	t := d.text[:d.n]
	if cap(out) < len(t)+len(t)/4 {
		out = make([]byte, 0, len(t)+len(t)/2)
	}
	from := 0
	for i := 0; i+3 < len(t); {
		// The third and fourth bytes tell whether a run of four can start in the
		// next places.
		if t[i+3] != t[i+2] {
			i += 3
			continue
		}
		if t[i+2] != t[i+1] {
			i += 2
			continue
		}
		if t[i+1] != t[i] {
			i++
			continue
		}
		out = append(out, t[from:i+4]...)
		i += 4
		from = i
		if i < len(t) {
			n := int(t[i])
			c := t[i-1]
			out = extend(out, n)
			s := out[len(out)-n:]
			for k := range s {
				s[k] = c
			}
			i++
			from = i
		}
	}
	return append(out, t[from:]...)
}

func extend(b []byte, n int) []byte {
	if cap(b)-len(b) < n {
		c := make([]byte, len(b), 2*cap(b)+n)
		copy(c, b)
		b = c
	}
	return b[:len(b)+n]
}
