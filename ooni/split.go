package ooni

import (
	"bufio"
	"bytes"
	"io"
	"strings"

	"github.com/klauspost/compress/gzip"
)

// splitter cuts a stream into records. Each line is a record; where the first
// line is not a whole object the stream is taken for JSON written over several
// lines, alone, one after another, or in a list.
type splitter struct {
	r     *bufio.Reader
	max   int
	n     int64 // records so far
	buf   []byte
	multi bool
	yaml  bool
	ready bool
	end   bool
	err   *Damage
	cause error
	bal   balancer
}

func newSplitter(r io.Reader, maxRecord int) *splitter {
	return &splitter{r: bufio.NewReaderSize(r, 256<<10), max: maxRecord}
}

// next returns a record, a damage, or neither at the end. The record is valid
// until the next call.
func (s *splitter) next() ([]byte, *Damage) {
	if s.err != nil {
		dm := s.err
		s.err, s.end = nil, true
		return nil, dm
	}
	if s.end {
		return nil, nil
	}
	if s.yaml {
		return s.nextDocument()
	}
	if !s.ready {
		s.ready = true
		s.multi = s.overLines()
	}
	if s.multi {
		return s.nextValue()
	}
	for {
		rec, dm := s.nextLine()
		if dm != nil || rec == nil {
			return nil, dm
		}
		if rec = bytes.Trim(rec, " \t\r\n\x00"); len(rec) > 0 {
			s.n++
			return rec, nil
		}
	}
}

// overLines reports whether the first line that is not blank opens a value and
// leaves it open. Lines longer than the buffer are taken for records.
func (s *splitter) overLines() bool {
	bom, _ := s.r.Peek(3)
	if bytes.Equal(bom, []byte("\xef\xbb\xbf")) {
		s.r.Discard(3)
	}
	for {
		head, _ := s.r.Peek(1)
		if len(head) == 0 {
			return false
		}
		if c := head[0]; c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			break
		}
		s.r.Discard(1)
	}
	for n := 4 << 10; ; n *= 4 {
		n = min(n, s.r.Size())
		head, err := s.r.Peek(n)
		if i := bytes.IndexByte(head, '\n'); i >= 0 {
			line := bytes.TrimRight(head[:i], " \t\r")
			if len(line) > 0 && line[0] == '[' {
				return true
			}
			if len(line) == 0 || line[0] != '{' {
				return false
			}
			b := newBalancer()
			// A cut line is damage; a value that goes on is followed by a
			// line that starts with white space, a quotation mark or a
			// closing brace, never by another object.
			rest := bytes.TrimLeft(head[i+1:], "\r\n")
			return b.scan(line) == 0 && (len(rest) == 0 && err == nil || len(rest) > 0 && strings.IndexByte(" \t\"}", rest[0]) >= 0)
		}
		if err != nil || n == s.r.Size() {
			return len(head) > 0 && head[0] == '['
		}
	}
}

// nextLine returns one line of at most max bytes. What goes beyond is read
// over without being kept.
func (s *splitter) nextLine() ([]byte, *Damage) {
	s.buf = s.buf[:0]
	var over int64
	for {
		part, err := s.r.ReadSlice('\n')
		if over == 0 && len(s.buf)+len(part) <= s.max {
			if len(s.buf) == 0 && err == nil {
				return part, nil // whole in the read buffer: no copy
			}
			s.buf = append(s.buf, part...)
		} else {
			over += int64(len(part))
		}
		switch {
		case err == bufio.ErrBufferFull:
			continue
		case err != nil:
			s.end = true
			if err != io.EOF {
				s.cause = err
				// What was read of the last record is not a record.
				return nil, &Damage{Line: s.n + 1, Bytes: int64(len(s.buf)) + over, Reason: ReasonContainer, Detail: err.Error()}
			}
			if over == 0 && len(s.buf) == 0 {
				return nil, nil
			}
		}
		if over > 0 {
			s.n++
			n := over + int64(len(s.buf))
			s.shrink()
			return nil, &Damage{Line: s.n, Bytes: n, Reason: ReasonTooLong, Detail: "longer than the limit for one record"}
		}
		return s.buf, nil
	}
}

// shrink gives the buffer of an overlong record back.
func (s *splitter) shrink() {
	if cap(s.buf) > 4<<20 {
		s.buf = nil
	}
}

// nextValue returns the next object of JSON written over several lines.
func (s *splitter) nextValue() ([]byte, *Damage) {
	s.buf = s.buf[:0]
	s.bal = newBalancer()
	var over int64
	for {
		c, err := s.r.ReadByte()
		if err != nil {
			s.end = true
			n := int64(len(s.buf)) + over
			if err != io.EOF {
				s.cause = err
				return nil, &Damage{Line: s.n + 1, Bytes: n, Reason: ReasonContainer, Detail: err.Error()}
			}
			if n > 0 {
				s.n++
				return nil, &Damage{Line: s.n, Bytes: n, Reason: ReasonNotJSON, Detail: "the last value has no end"}
			}
			return nil, nil
		}
		if s.bal.depth == 0 && c != '{' {
			continue // white space, commas and the brackets of the list
		}
		end := s.bal.step(c)
		if len(s.buf) < s.max {
			s.buf = append(s.buf, c)
		} else {
			over++
		}
		if !end {
			continue
		}
		s.n++
		if over > 0 {
			n := over + int64(len(s.buf))
			s.shrink()
			return nil, &Damage{Line: s.n, Bytes: n, Reason: ReasonTooLong, Detail: "longer than the limit for one record"}
		}
		return s.buf, nil
	}
}

// balancer finds the end of an object by its braces and strings.
type balancer struct {
	depth       int
	str, escape bool
}

func newBalancer() balancer { return balancer{} }

// step takes one byte and reports whether it ends the outermost value.
func (b *balancer) step(c byte) bool {
	switch {
	case b.escape:
		b.escape = false
	case b.str:
		switch c {
		case '\\':
			b.escape = true
		case '"':
			b.str = false
		}
	case c == '"':
		b.str = true
	case c == '{' || c == '[':
		b.depth++
	case c == '}' || c == ']':
		b.depth--
		return b.depth <= 0
	}
	return false
}

// scan is the length of the value at the start of p, or 0 if it has no end.
func (b *balancer) scan(p []byte) int {
	*b = balancer{}
	for i, c := range p {
		if b.step(c) {
			return i + 1
		}
	}
	return 0
}

// recovery reads gzip members one after another and, after damage, goes on at
// the next place that looks like the start of a member (RFC 1952, 2.3). A
// damaged member is often followed by whole ones (files of several hours put
// together, interrupted transfers), and the decoder notices late, so the last
// bytes that it took are searched as well.
type recovery struct {
	src  *history
	z    *gzip.Reader
	note func(*Damage)
}

func (g *recovery) Read(p []byte) (int, error) {
	for {
		if g.z == nil {
			if !g.src.seek() {
				return 0, g.src.err
			}
			z, err := gzip.NewReader(g.src)
			if err != nil {
				g.src.rewind()
				continue
			}
			z.Multistream(false)
			g.z = z
		}
		n, err := g.z.Read(p)
		if err == nil || n > 0 {
			return n, nil
		}
		g.z = nil
		if err == io.EOF {
			g.src.forget()
			continue
		}
		g.note(&Damage{Reason: ReasonContainer, Detail: "gzip: " + err.Error()})
		g.src.rewind()
		// End the line that was cut, so that it does not take the first
		// record of the next member with it.
		if len(p) > 0 {
			p[0] = '\n'
			return 1, nil
		}
	}
}

// history is a reader that remembers up to maxHistory of the last bytes.
type history struct {
	r   *bufio.Reader
	old []byte // read before; old[at:] is to be read again
	at  int
	err error
}

const maxHistory = 1 << 20

func (h *history) ReadByte() (byte, error) {
	if h.at < len(h.old) {
		h.at++
		return h.old[h.at-1], nil
	}
	c, err := h.r.ReadByte()
	if err != nil {
		h.err = err
		return 0, err
	}
	h.keep(c)
	return c, nil
}

func (h *history) keep(b ...byte) {
	if len(h.old)+len(b) > 2*maxHistory {
		n := copy(h.old, h.old[len(h.old)-maxHistory:])
		h.old = h.old[:n]
	}
	h.old = append(h.old, b...)
	h.at = len(h.old)
}

func (h *history) Read(p []byte) (int, error) {
	if h.at < len(h.old) {
		n := copy(p, h.old[h.at:])
		h.at += n
		return n, nil
	}
	n, err := h.r.Read(p[:min(len(p), 64<<10)])
	h.keep(p[:n]...)
	if err != nil {
		h.err = err
	}
	return n, err
}

// forget drops what a sound member took.
func (h *history) forget() {
	h.old = append(h.old[:0], h.old[h.at:]...)
	h.at = 0
}

// rewind goes back to the byte after the start of the member that failed, or
// as far as is remembered.
func (h *history) rewind() { h.at = min(1, len(h.old)) }

// seek goes to the next start of a member: 1f 8b 08 and flags without
// reserved bits. It reports whether there is one.
func (h *history) seek() bool {
	h.forget()
	for {
		for i := range max(0, len(h.old)-3) {
			if b := h.old[i:]; b[0] == 0x1f && b[1] == 0x8b && b[2] == 8 && b[3]&0xe0 == 0 {
				h.old = append(h.old[:0], b...)
				h.at = 0
				return true
			}
		}
		if n := len(h.old); n > 3 {
			h.old = append(h.old[:0], h.old[n-3:]...)
		}
		head, err := h.r.Peek(1)
		if len(head) == 0 {
			h.err = err
			return false
		}
		chunk, _ := h.r.Peek(h.r.Buffered())
		h.old = append(h.old, chunk...)
		h.r.Discard(len(chunk))
	}
}
