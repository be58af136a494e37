package ooni

import (
	"encoding/base64"
	"math"
	"strconv"

	"github.com/valyala/fastjson/fastfloat"
)

// Kind is the JSON type of a [Value]; Missing where the key is absent, which
// is not the same as null.
type Kind uint8

// The kinds.
const (
	Missing Kind = iota
	Null
	Bool
	Number
	String
	Array
	Object
)

var kinds = [...]string{"missing", "null", "bool", "number", "string", "array", "object"}

func (k Kind) String() string { return kinds[k] }

// Value is one JSON value as the probe wrote it. It is valid until the next
// call of [Reader.Next]; the zero Value is Missing. No method fails: asking a
// value for what it is not gives the zero of that type and false. Values of one
// Reader are not for several goroutines at once.
type Value struct {
	d *document
	i uint32
}

// Kind is the type of the value.
func (v Value) Kind() Kind {
	if v.d == nil {
		return Missing
	}
	return v.d.nodes[v.i].kind
}

// IsNone reports whether the value is missing or null.
func (v Value) IsNone() bool { return v.Kind() <= Null }

// Get follows keys into objects. A key that is absent, or a value on the way
// that is no object, gives Missing. Of two equal keys the first counts.
func (v Value) Get(keys ...string) Value {
	for _, k := range keys {
		if v.Kind() != Object {
			return Value{}
		}
		if v.i = v.d.field(v.i, k); v.i == 0 {
			return Value{}
		}
	}
	return v
}

// Text is the text of a string.
func (v Value) Text() (string, bool) {
	b, ok := v.Bytes()
	return string(b), ok
}

// Str is the text of a string, or "".
func (v Value) Str() string { s, _ := v.Text(); return s }

// Bytes is the text of a string without a copy. The caller must not change it
// and must not keep it beyond the next call of [Reader.Next].
func (v Value) Bytes() ([]byte, bool) {
	if v.Kind() != String {
		return nil, false
	}
	return v.d.string(v.i), true
}

// written is the text of a scalar that is no string.
func (v Value) written() []byte {
	n := &v.d.nodes[v.i]
	return v.d.text[n.a:n.b]
}

// Truth is a boolean.
func (v Value) Truth() (value, ok bool) {
	if v.Kind() != Bool {
		return false, false
	}
	return v.written()[0] == 't', true
}

// True reports whether the value is the JSON value true.
func (v Value) True() bool { t, _ := v.Truth(); return t }

// Float is a finite number. Numbers in strings count, since some probes wrote
// them so (ttl).
func (v Value) Float() (float64, bool) {
	var f float64
	var err error
	switch v.Kind() {
	case Number:
		f, err = fastfloat.Parse(string(v.written()))
	case String:
		b, _ := v.Bytes()
		if len(b) == 0 || len(b) > 32 {
			return 0, false
		}
		f, err = strconv.ParseFloat(string(b), 64)
	default:
		return 0, false
	}
	return f, err == nil && !math.IsInf(f, 0) && !math.IsNaN(f)
}

// Int is a number without a fraction within ±2^53.
func (v Value) Int() (int64, bool) {
	f, ok := v.Float()
	if !ok || f != math.Trunc(f) || math.Abs(f) > 1<<53 {
		return 0, false
	}
	return int64(f), true
}

// Len is the number of items of an array or fields of an object.
func (v Value) Len() int {
	if v.Kind() < Array {
		return 0
	}
	return int(v.d.nodes[v.i].b)
}

// Items yields the items of an array in order, and nothing for other kinds.
func (v Value) Items(yield func(Value) bool) {
	if v.Kind() != Array {
		return
	}
	i := v.i + 1
	for range v.Len() {
		if !yield(Value{v.d, i}) {
			return
		}
		i = v.d.behind(i)
	}
}

// Rows yields the rows of a list however it was written: the items of an
// array, an object that is itself a row (it has one of the keys in mark), or
// the values of an object that maps names to rows.
func (v Value) Rows(mark ...string) func(yield func(Value) bool) {
	return func(yield func(Value) bool) {
		switch v.Kind() {
		case Array:
			v.Items(yield)
		case Object:
			for _, k := range mark {
				if v.Get(k).Kind() != Missing {
					yield(v)
					return
				}
			}
			v.Fields(func(_ string, x Value) bool { return yield(x) })
		}
	}
}

// Fields yields the fields of an object in the order in which they were
// written, and nothing for other kinds.
func (v Value) Fields(yield func(string, Value) bool) {
	if v.Kind() != Object {
		return
	}
	i := v.i + 1
	for range v.Len() {
		if !yield(string(v.d.string(i)), Value{v.d, i + 1}) {
			return
		}
		i = v.d.behind(i + 1)
	}
}

// Binary is the content of a MaybeBinaryData (df-001): a string, or an object
// {"format":"base64","data":…}. It is valid until the next call of
// [Reader.Next].
func (v Value) Binary() ([]byte, bool) {
	if b, ok := v.Bytes(); ok {
		return b, true
	}
	if v.Kind() != Object || v.Get("format").Str() != "base64" {
		return nil, false
	}
	src, ok := v.Get("data").Bytes()
	if !ok {
		return nil, false
	}
	dst := make([]byte, base64.StdEncoding.DecodedLen(len(src)))
	n, err := base64.StdEncoding.Decode(dst, src)
	return dst[:n], err == nil
}

// JSON is the value written as JSON: object keys in the order in which they
// were read, equal keys and bytes that are not UTF-8 kept.
func (v Value) JSON() []byte {
	if v.d == nil {
		return nil
	}
	return appendJSON(nil, v)
}

func appendJSON(b []byte, v Value) []byte {
	sep := byte(0)
	next := func() {
		if sep != 0 {
			b = append(b, sep)
		}
		sep = ','
	}
	switch v.Kind() {
	case Array:
		b = append(b, '[')
		for x := range v.Items {
			next()
			b = appendJSON(b, x)
		}
		return append(b, ']')
	case Object:
		b = append(b, '{')
		for k, x := range v.Fields {
			next()
			b = append(appendString(b, k), ':')
			b = appendJSON(b, x)
		}
		return append(b, '}')
	case String:
		return appendString(b, v.Str())
	}
	return append(b, v.written()...) // null, booleans, and numbers as they were written
}

func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c < 0x20:
			b = append(b, '\\', 'u', '0', '0', "01"[c>>4], "0123456789abcdef"[c&15])
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}
