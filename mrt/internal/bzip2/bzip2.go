// Package bzip2 unpacks bzip2 streams by blocks, on several cores.
//
// A bzip2 file is a row of blocks that start at any bit and can be unpacked
// each on its own. One goroutine looks for the 48-bit marks between them, the
// others unpack, and the reader puts the blocks in order. A stream that is cut
// short or damaged gives every block before the damage, and then an error.
// Where a mark turns out to stand inside a block (one chance in 2^48 per bit,
// or malice), the two halves are joined again.
//
// The format has no standard; what is read here is what the program bzip2
// 1.0.8 writes, with one or more streams behind one another.
package bzip2

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"sync"
)

// ErrDamaged is wrapped by every error about the stream's own bytes.
var ErrDamaged = errors.New("bzip2: damaged")

func damaged(what string) error { return fmt.Errorf("%w: %s", ErrDamaged, what) }

const (
	blockMagic = 0x314159265359
	endMagic   = 0x177245385090
	maxBlock   = 900_000
	maxPacked  = 4 << 20 // bytes between two marks; a real block stays below 1.2 MB
)

// Reader unpacks. It is not safe for use by several goroutines.
type Reader struct {
	order chan *job
	stop  chan struct{}
	once  sync.Once

	out   []byte
	whole []byte
	err   error
	hold  *job // taken from order, not yet used

	level    bool   // inside a stream
	combined uint32 // running check of the stream
	pool     *sync.Pool
	bufs     *sync.Pool
}

// job is the bits between two marks.
type job struct {
	data  []byte // its bytes, with up to 7 foreign bits at both ends
	bit   int    // where the mark starts in data
	end   int    // bits in data that belong to it
	last  bool   // the stream ends after it
	isEnd bool   // an end-of-stream mark, with what follows it up to the next block
	err   error  // from the source, or of the framing, after data

	done chan struct{}
	res  []byte
	crc  uint32 // as stated
	bad  error
	used int // bits that the block took
}

// NewReader unpacks r with the given number of workers. Close must be called.
func NewReader(r io.Reader, workers int) *Reader {
	z := &Reader{order: make(chan *job, 4*workers+2), stop: make(chan struct{}),
		pool: &sync.Pool{New: func() any { return new(decoder) }},
		bufs: &sync.Pool{New: func() any { return new([]byte) }}}
	jobs := make(chan *job, 2*workers)
	go z.scan(r, jobs)
	for range workers {
		go z.work(jobs)
	}
	return z
}

// Close stops the goroutines.
func (z *Reader) Close() error {
	z.once.Do(func() { close(z.stop) })
	return nil
}

func (z *Reader) work(jobs chan *job) {
	d := z.pool.Get().(*decoder)
	defer z.pool.Put(d)
	for {
		select {
		case j, ok := <-jobs:
			if !ok {
				return
			}
			if j.used, j.crc, j.bad = d.symbols(j.data, j.bit+48, j.end); j.bad == nil {
				d.walk()
			}
			z.finish(j, d)
		case <-z.stop:
			return
		}
	}
}

func (z *Reader) finish(j *job, d *decoder) {
	if j.bad == nil {
		j.res = d.expand((*z.bufs.Get().(*[]byte))[:0])
		if got := checksum(j.res); got != j.crc {
			j.bad = damaged("block checksum")
		}
	}
	close(j.done)
}

// marks has a bit set for each shift at which two successive bytes, the third
// and fourth that a mark covers, could belong to one of the two marks.
var marks = sync.OnceValue(func() *[1 << 16]uint8 {
	t := new([1 << 16]uint8)
	for s := range 8 {
		for _, m := range []uint64{blockMagic, endMagic} {
			// The mark starts s bits into byte 0; bytes 2 and 3 hold its bits 16-s to 32-s.
			v := uint16(m >> (48 - 32 + s))
			t[v] |= 1 << s
		}
	}
	return t
})

// scan cuts the source at the marks.
func (z *Reader) scan(r io.Reader, jobs chan *job) {
	defer close(z.order)
	defer close(jobs)
	table := marks()
	buf := make([]byte, 0, 8<<20)
	var srcErr error
	start := -1 // bit in buf where the current job's mark starts
	startEnd := false
	at := 0 // next byte to look at
	send := func(end int, last bool, err error) bool {
		j := &job{last: last, isEnd: startEnd, err: err, done: make(chan struct{})}
		if start >= 0 {
			from := start / 8
			j.data = append([]byte(nil), buf[from:min(len(buf), (end+7)/8)]...)
			j.bit, j.end = start%8, end-from*8
		}
		select {
		case z.order <- j:
		case <-z.stop:
			return false
		}
		if j.data == nil || j.isEnd {
			close(j.done)
			return true
		}
		select {
		case jobs <- j:
		case <-z.stop:
			return false
		}
		return true
	}
	head := false
	for {
		// Drop what is used, and read more.
		if start > 0 {
			drop := start / 8
			copy(buf, buf[drop:])
			buf = buf[:len(buf)-drop]
			start -= drop * 8
			at -= drop
		}
		for len(buf) < cap(buf) && srcErr == nil {
			n, err := r.Read(buf[len(buf):min(cap(buf), len(buf)+1<<20)])
			buf = buf[:len(buf)+n]
			srcErr = err
			if n > 0 {
				break
			}
		}
		if !head {
			if len(buf) < 4 && srcErr == nil {
				continue
			}
			head = true
			if len(buf) < 4 || string(buf[:3]) != "BZh" || buf[3] < '1' || buf[3] > '9' {
				send(0, true, damaged("not a bzip2 header"))
				return
			}
			at = 4
		}
		// A mark takes seven bytes at most; look only where eight are there.
		for ; at+8 <= len(buf) || (srcErr != nil && at+6 <= len(buf)); at++ {
			m := table[uint16(buf[at+2])<<8|uint16(buf[at+3])]
			if m == 0 {
				continue
			}
			var w uint64
			if at+8 <= len(buf) {
				w = binary.BigEndian.Uint64(buf[at:])
			} else {
				var tail [8]byte
				copy(tail[:], buf[at:])
				w = binary.BigEndian.Uint64(tail[:])
			}
			for ; m != 0; m &= m - 1 {
				s := bits.TrailingZeros8(m)
				v := w << s >> 16
				if v != blockMagic && v != endMagic {
					continue
				}
				bit := at*8 + s
				if bit+48 > len(buf)*8 {
					continue
				}
				if start >= 0 {
					if !send(bit, false, nil) {
						return
					}
				} else if bit != 32 {
					start = -1
					send(0, true, damaged("no block after the header"))
					return
				}
				start, startEnd = bit, v == endMagic
			}
		}
		if srcErr != nil {
			if errors.Is(srcErr, io.EOF) && !errors.Is(srcErr, io.ErrUnexpectedEOF) {
				srcErr = nil
			}
			send(len(buf)*8, true, srcErr)
			return
		}
		if start < 0 && len(buf) > 16 {
			send(0, true, damaged("no block after the header"))
			return
		}
		if start >= 0 && len(buf)-start/8 > maxPacked {
			send(len(buf)*8, true, damaged("no mark between blocks"))
			return
		}
	}
}

// Read gives the unpacked bytes.
func (z *Reader) Read(p []byte) (int, error) {
	for len(z.out) == 0 {
		if z.err != nil {
			return 0, z.err
		}
		if z.whole != nil {
			b := z.whole
			z.bufs.Put(&b)
			z.whole = nil
		}
		z.err = z.block()
	}
	n := copy(p, z.out)
	z.out = z.out[n:]
	return n, nil
}

func (z *Reader) take() *job {
	if j := z.hold; j != nil {
		z.hold = nil
		return j
	}
	return <-z.order
}

// block makes the next block's bytes ready.
func (z *Reader) block() error {
	j := z.take()
	if j == nil {
		return io.EOF
	}
	<-j.done
	if j.data == nil {
		if j.err != nil {
			return j.err
		}
		return io.ErrUnexpectedEOF
	}
	if j.isEnd {
		return z.end(j)
	}
	for j.bad != nil || j.used != j.end {
		if j.last {
			if j.err != nil {
				return j.err
			}
			if errors.Is(j.bad, errShort) || j.bad == nil {
				return io.ErrUnexpectedEOF
			}
			return j.bad
		}
		if !errors.Is(j.bad, errShort) {
			if j.bad == nil {
				return damaged("bits between blocks")
			}
			return j.bad
		}
		// The block wants more bits than stand before the next mark: it was none.
		next := z.take()
		if next == nil {
			return io.ErrUnexpectedEOF
		}
		<-next.done
		if len(j.data)+len(next.data) > maxPacked {
			return damaged("no mark between blocks")
		}
		keep := j.end / 8 // the byte in which next starts is in both
		j.data = append(j.data[:keep:keep], next.data...)
		j.end = keep*8 + next.end
		j.last, j.err = next.last, next.err
		if next.data == nil {
			return j.bad
		}
		d := z.pool.Get().(*decoder)
		j.used, j.crc, j.bad = d.symbols(j.data, j.bit+48, j.end)
		if j.bad == nil {
			d.walk()
			j.res = d.expand(nil)
			if checksum(j.res) != j.crc {
				j.bad = damaged("block checksum")
			}
		}
		z.pool.Put(d)
	}
	z.combined = bits.RotateLeft32(z.combined, 1) ^ j.crc
	z.level = true
	z.out, z.whole = j.res, j.res
	if j.last {
		if j.err != nil {
			return j.err
		}
		return io.ErrUnexpectedEOF // a stream has an end mark
	}
	return nil
}

// end checks the end of a stream and the header of the next, if there is one.
func (z *Reader) end(j *job) error {
	r := bitReader{b: j.data}
	r.seek(j.bit + 48)
	if j.bit+48+32 > j.end {
		if j.err != nil {
			return j.err
		}
		return io.ErrUnexpectedEOF
	}
	if r.take(16)<<16|r.take(16) != uint64(z.combined) {
		return damaged("stream checksum")
	}
	z.combined = 0
	after := (j.bit + 48 + 32 + 7) / 8
	rest := j.data[after:]
	if j.last {
		if j.err != nil {
			return j.err
		}
		if len(rest) > 0 {
			return damaged("bytes after the end")
		}
		return io.EOF
	}
	if j.end != after*8+32 || string(rest[:3]) != "BZh" || rest[3] < '1' || rest[3] > '9' {
		return damaged("bytes between streams")
	}
	return nil
}

var crcTable = sync.OnceValue(func() *[8][256]uint32 {
	t := new([8][256]uint32)
	for i := range 256 {
		c := uint32(i) << 24
		for range 8 {
			if c&(1<<31) != 0 {
				c = c<<1 ^ 0x04c11db7
			} else {
				c <<= 1
			}
		}
		t[0][i] = c
	}
	for i := range 256 {
		for k := 1; k < 8; k++ {
			c := t[k-1][i]
			t[k][i] = c<<8 ^ t[0][c>>24]
		}
	}
	return t
})

// checksum is the CRC-32 of bzip2: the usual polynomial, highest bit first.
func checksum(b []byte) uint32 {
	t := crcTable()
	c := ^uint32(0)
	for len(b) >= 8 {
		hi := binary.BigEndian.Uint32(b) ^ c
		lo := binary.BigEndian.Uint32(b[4:])
		c = t[7][hi>>24] ^ t[6][hi>>16&255] ^ t[5][hi>>8&255] ^ t[4][hi&255] ^
			t[3][lo>>24] ^ t[2][lo>>16&255] ^ t[1][lo>>8&255] ^ t[0][lo&255]
		b = b[8:]
	}
	for _, x := range b {
		c = c<<8 ^ t[0][byte(c>>24)^x]
	}
	return ^c
}
