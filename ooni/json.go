package ooni

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/bits"
	"unicode/utf16"
	"unicode/utf8"
)

// document is one JSON text and where its values stand in it. Most values of a
// measurement are never asked for, so that nothing is copied or decoded before
// it is.
//
// It takes what probes wrote over the years, which is more than RFC 8259
// allows: control characters and bytes that are not UTF-8 in strings, unknown
// escapes, NaN and Inf, and anything made of the characters of a number.
type document struct {
	text  []byte
	nodes []node
	plain []byte // strings without their escapes, each at most once
}

// node is a value. Of an object the keys stand before their values.
type node struct {
	kind  Kind
	where uint8
	// of a scalar: where its text starts and ends, of a string between the
	// quotation marks; of an array or object: the node behind all that it
	// holds, and how many items or fields it has
	a, b uint32
}

// Where the text of a string is.
const (
	asWritten uint8 = iota // in text, perhaps with escapes
	noEscapes              // in text, without any
	decoded                // in plain
)

// maxDepth bounds how deep values may be nested; of our choosing
// (TestHostileRecords).
const maxDepth = 300

var errDepth = fmt.Errorf("more than %d levels", maxDepth)

// parse finds the values of text, which must be shorter than 2 GiB. The text is
// not changed and not copied.
func (d *document) parse(text []byte) (err error) {
	d.text, d.plain = text, d.plain[:0]
	d.nodes, err = index(d.nodes[:0], text)
	return err
}

// index appends the values of text to nodes.
func index(nodes []node, text []byte) ([]node, error) {
	bad := func(p int, what string) ([]node, error) { return nil, fmt.Errorf("%s at byte %d", what, p) }
	var open [maxDepth]uint32
	depth, p := 0, 0
	var top *node // the innermost open value; valid until the next append
value:
	for {
		p = blank(text, p)
		if p == len(text) {
			return bad(p, "a value is missing")
		}
		if depth == maxDepth {
			return nil, errDepth
		}
		key := false
		switch c := text[p]; c {
		case '"':
			end := stringEnd(text, p+1)
			if end < 0 {
				return bad(p, "a string without end")
			}
			nodes = append(nodes, node{String, asWritten, uint32(p + 1), uint32(end)})
			p = end + 1
		case '{', '[':
			kind := Array
			if c == '{' {
				kind = Object
			}
			open[depth] = uint32(len(nodes))
			depth++
			nodes = append(nodes, node{kind: kind})
			p = blank(text, p+1)
			if p < len(text) && text[p] == c+2 {
				p++
				depth--
				nodes[open[depth]].a = uint32(len(nodes))
				break
			}
			if key = c == '{'; !key {
				continue value
			}
		default:
			kind, end := scalar(text, p)
			if kind == Missing {
				return bad(p, "no value")
			}
			nodes = append(nodes, node{kind, noEscapes, uint32(p), uint32(end)})
			p = end
		}
		for !key {
			p = blank(text, p)
			if depth == 0 {
				if p < len(text) {
					return bad(p, "more than one value")
				}
				return nodes, nil
			}
			if p == len(text) {
				return bad(p, "an array or object without end")
			}
			top = &nodes[open[depth-1]]
			top.b++
			switch c := text[p]; {
			case c == ',':
				p++
				if key = top.kind == Object; !key {
					continue value
				}
			case c == '}' && top.kind == Object || c == ']' && top.kind == Array:
				p++
				depth--
				top.a = uint32(len(nodes))
			default:
				return bad(p, "a comma is missing")
			}
		}
		p = blank(text, p)
		if p == len(text) || text[p] != '"' {
			return bad(p, "a key is missing")
		}
		end, where := keyEnd(text, p+1)
		if end < 0 {
			return bad(p, "a key without end")
		}
		nodes = append(nodes, node{String, where, uint32(p + 1), uint32(end)})
		if p = blank(text, end+1); p == len(text) || text[p] != ':' {
			return bad(p, "a colon is missing")
		}
		p++
	}
}

// blank is the first place from p on that holds no white space.
func blank(text []byte, p int) int {
	for p < len(text) && text[p] <= ' ' && (text[p] == ' ' || text[p] == '\n' || text[p] == '\t' || text[p] == '\r') {
		p++
	}
	return p
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// zeroBytes has the highest bit set of the first byte of x that is zero, and
// perhaps of others behind it.
func zeroBytes(x uint64) uint64 { return (x - ones) &^ x & highs }

// stringEnd is the place of the quotation mark that ends the string which
// starts at from, or -1.
func stringEnd(text []byte, from int) int {
	for p := from; ; p++ {
		// Most strings are short: 64 bytes in steps of eight before more is set
		// up than that.
		for near := p + 64; ; p += 8 {
			if p+8 > len(text) || p >= near {
				i := bytes.IndexByte(text[p:], '"')
				if i < 0 {
					return -1
				}
				p += i
				break
			}
			if m := zeroBytes(binary.LittleEndian.Uint64(text[p:]) ^ '"'*ones); m != 0 {
				p += bits.TrailingZeros64(m) >> 3
				break
			}
		}
		// It is escaped if an odd number of backslashes stands before it.
		i := p
		for i > from && text[i-1] == '\\' {
			i--
		}
		if (p-i)&1 == 0 {
			return p
		}
		from = p + 1
	}
}

// keyEnd is [stringEnd] for a key, which is looked up by its text: it also says
// whether that holds escapes.
func keyEnd(text []byte, from int) (int, uint8) {
	p := from
	for ; p+8 <= len(text); p += 8 {
		x := binary.LittleEndian.Uint64(text[p:])
		if m := zeroBytes(x^'"'*ones) | zeroBytes(x^'\\'*ones); m != 0 {
			if p += bits.TrailingZeros64(m) >> 3; text[p] == '"' {
				return p, noEscapes
			}
			return stringEnd(text, from), asWritten
		}
	}
	end := stringEnd(text, p)
	if end >= 0 && bytes.IndexByte(text[p:end], '\\') >= 0 {
		return end, asWritten
	}
	return end, noEscapes
}

// scalar reads a number or word; Missing where there is none. Probes in Python
// wrote NaN and Inf.
func scalar(text []byte, p int) (Kind, int) {
	word := func(p int, w string) bool {
		return len(text)-p >= len(w) && string(bytes.ToLower(text[p:p+len(w)])) == w
	}
	exact := func(w string) bool { return len(text)-p >= len(w) && string(text[p:p+len(w)]) == w }
	switch text[p] {
	case 't':
		if exact("true") {
			return Bool, p + 4
		}
		return Missing, 0
	case 'f':
		if exact("false") {
			return Bool, p + 5
		}
		return Missing, 0
	case 'n':
		if exact("null") {
			return Null, p + 4
		}
	}
	end := p
	for end < len(text) && (text[end]-'0' < 10 || text[end] == '.' || text[end] == '-' || text[end] == '+' || text[end]|0x20 == 'e') {
		end++
	}
	if end < len(text) && (end == p || end == p+1 && (text[p] == '-' || text[p] == '+')) {
		if word(end, "nan") || word(end, "inf") {
			return Number, end + 3
		}
		return Missing, 0
	}
	return Number, end
}

// string is the text of a string, which the caller must not change.
func (d *document) string(i uint32) []byte {
	n := &d.nodes[i]
	if n.where == asWritten {
		raw := d.text[n.a:n.b]
		at := bytes.IndexByte(raw, '\\')
		if at < 0 {
			n.where = noEscapes
			return raw
		}
		from := len(d.plain)
		d.plain = unescape(d.plain, raw, at)
		n.where, n.a, n.b = decoded, uint32(from), uint32(len(d.plain))
	}
	if n.where == decoded {
		return d.plain[n.a:n.b:n.b]
	}
	return d.text[n.a:n.b]
}

// unescape appends raw without its escapes, the first of which is at the given
// place. What is no escape is kept as it is.
func unescape(b, raw []byte, at int) []byte {
	for {
		b = append(b, raw[:at]...)
		raw = raw[at:]
		if len(raw) < 2 {
			return append(b, raw...)
		}
		n := 2
		switch c := raw[1]; c {
		case '"', '\\', '/':
			b = append(b, c)
		case 'b':
			b = append(b, '\b')
		case 'f':
			b = append(b, '\f')
		case 'n':
			b = append(b, '\n')
		case 'r':
			b = append(b, '\r')
		case 't':
			b = append(b, '\t')
		case 'u':
			r, ok := hex4(raw[2:])
			if n = 6; !ok {
				n = 2
				b = append(b, raw[:2]...)
			} else if !utf16.IsSurrogate(r) {
				b = utf8.AppendRune(b, r)
			} else if len(raw) >= 12 && raw[6] == '\\' && raw[7] == 'u' {
				if low, ok := hex4(raw[8:]); ok {
					n = 12
					b = utf8.AppendRune(b, utf16.DecodeRune(r, low))
				} else {
					b = append(b, raw[:6]...)
				}
			} else {
				b = append(b, raw[:6]...)
			}
		default:
			b = append(b, raw[:2]...)
		}
		raw = raw[n:]
		// Escapes often stand close together.
		for at = 0; ; at += 8 {
			if at+8 > len(raw) {
				i := bytes.IndexByte(raw[at:], '\\')
				if i < 0 {
					return append(b, raw...)
				}
				at += i
				break
			}
			if m := zeroBytes(binary.LittleEndian.Uint64(raw[at:]) ^ '\\'*ones); m != 0 {
				at += bits.TrailingZeros64(m) >> 3
				break
			}
		}
	}
}

// hex4 reads four hexadecimal digits.
func hex4(b []byte) (r rune, ok bool) {
	if len(b) < 4 {
		return 0, false
	}
	for _, c := range b[:4] {
		switch {
		case c-'0' < 10:
			c -= '0'
		case (c|0x20)-'a' < 6:
			c = (c | 0x20) - 'a' + 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// behind is the node behind the value i and all that it holds.
func (d *document) behind(i uint32) uint32 {
	if n := &d.nodes[i]; n.kind >= Array {
		return n.a
	}
	return i + 1
}

// field is the value of a key of the object i, 0 where it has no such key: node
// 0 is the whole text and never a field. Of two equal keys the first counts.
func (d *document) field(i uint32, key string) uint32 {
	n := d.nodes[i].b
	for i++; n > 0; n-- {
		k := &d.nodes[i]
		if k.where == noEscapes && int(k.b-k.a) == len(key) && string(d.text[k.a:k.b]) == key || k.where != noEscapes && string(d.string(i)) == key {
			return i + 1
		}
		i = d.behind(i + 1)
	}
	return 0
}
