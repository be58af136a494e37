package ooni

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/valyala/fastjson"
)

// compare reports where a value differs from what fastjson, a parser of the
// same leniency, makes of the same text.
func compare(t *testing.T, path string, v Value, f *fastjson.Value) {
	t.Helper()
	want := map[fastjson.Type]Kind{fastjson.TypeNull: Null, fastjson.TypeTrue: Bool, fastjson.TypeFalse: Bool, fastjson.TypeNumber: Number,
		fastjson.TypeString: String, fastjson.TypeArray: Array, fastjson.TypeObject: Object}[f.Type()]
	if v.Kind() != want {
		t.Fatalf("%s: %s, want %s", path, v.Kind(), want)
	}
	switch want {
	case String:
		b, _ := v.Bytes()
		again, _ := v.Bytes()
		if w, _ := f.StringBytes(); !bytes.Equal(b, w) || !bytes.Equal(b, again) {
			t.Fatalf("%s: %q and %q, want %q", path, b, again, w)
		}
	case Number:
		if got, want := v.JSON(), f.MarshalTo(nil); !bytes.Equal(got, want) {
			t.Fatalf("%s: %q, want %q", path, got, want)
		}
	case Bool:
		if b, ok := v.Truth(); !ok || b != (f.Type() == fastjson.TypeTrue) {
			t.Fatalf("%s: %v", path, b)
		}
	case Array:
		list := f.GetArray()
		if v.Len() != len(list) {
			t.Fatalf("%s: %d items, want %d", path, v.Len(), len(list))
		}
		n := 0
		for x := range v.Items {
			compare(t, path+"[]", x, list[n])
			n++
		}
		if n != len(list) {
			t.Fatalf("%s: %d items, want %d", path, n, len(list))
		}
	case Object:
		var keys []string
		var values []*fastjson.Value
		f.GetObject().Visit(func(k []byte, x *fastjson.Value) { keys, values = append(keys, string(k)), append(values, x) })
		if v.Len() != len(keys) {
			t.Fatalf("%s: %d fields, want %d", path, v.Len(), len(keys))
		}
		first := map[string]Value{}
		n := 0
		for k, x := range v.Fields {
			if k != keys[n] {
				t.Fatalf("%s: key %q, want %q", path, k, keys[n])
			}
			compare(t, path+"."+k, x, values[n])
			if _, seen := first[k]; !seen {
				first[k] = x
			}
			n++
		}
		for k, x := range first {
			if got := v.Get(k); got != x {
				t.Fatalf("%s: Get(%q) is not the first of that name", path, k)
			}
		}
	}
}

func sameAsFastjson(t *testing.T, text []byte) {
	t.Helper()
	var d document
	was := bytes.Clone(text)
	err := d.parse(text)
	f, other := fastjson.ParseBytes(text)
	if (err == nil) != (other == nil) {
		t.Fatalf("%.200q: %v; of fastjson %v", text, err, other)
	}
	if err == nil {
		compare(t, "", Value{&d, 0}, f)
		first := map[string]Value{}
		for k, x := range (Value{&d, 0}).Fields {
			if _, seen := first[k]; !seen {
				first[k] = x
			}
		}
		for k, want := range first { // before any key was decoded
			d.parse(text)
			if got := (Value{&d, 0}).Get(k); got != want {
				t.Fatalf("%.200q: Get(%q) is not the first of that name", text, k)
			}
		}
	}
	if !bytes.Equal(text, was) {
		t.Fatalf("%.200q was changed", was)
	}
}

var jsonCases = []string{
	``, ` `, `1`, `-`, `+1`, `--e`, `1x`, `-x`, `-inf`, `NaN`, `nan`, `nul`, `null`, `nulll`, `true`, `tru`, `false`, `Inf`, `+Infinity`, `1 2`, `"`, `"a`, `"a"`, `"\"`, `"\\"`, `"\\\"`, `"\\\\"`,
	`{}`, `{ }`, `[ ]`, `[]`, `[1]`, `[1,]`, `[,1]`, `[1 2]`, `[1}`, `{"a":1]`, `{"a":1,}`, `{"a"}`, `{"a":}`, `{a:1}`, `{"a":1 "b":2}`, `{"a":1,"a":2}`, `{"a":{"b":[1,{"c":null}]},"d":[]}`,
	`{"\u0061":1,"b\"":2}`, `"\u00e9\ud83d\ude00\ud83d\u0041\ud83dx\udc00\u12"`, `"\ud83d\uxxxx"`, `"\q\/\b\f\n\r\t\u00zz"`, "\"\xff\x00\n\"", "\x00", "[1\x0b]", "\t{\r\n\"a\" : [ 1 , 2 ] }\n ", `[[[[`, `]`, `}`,
	`"` + strings.Repeat(`a`, 100) + `\"` + strings.Repeat(`b`, 100) + `"`, `"` + strings.Repeat(`\\`, 100) + `"`, `"` + strings.Repeat(`\"`, 100) + `"`, `"` + strings.Repeat(`\`, 101) + `"`,
	strings.Repeat("[", 300) + strings.Repeat("]", 300), strings.Repeat("[", 301) + strings.Repeat("]", 301), strings.Repeat("[", 300) + "1" + strings.Repeat("]", 300),
	strings.Repeat("[", 299) + "1" + strings.Repeat("]", 299), strings.Repeat(`{"a":`, 299) + "1" + strings.Repeat("}", 299),
}

func TestDocument(t *testing.T) {
	for _, c := range jsonCases {
		sameAsFastjson(t, []byte(c))
		sameAsFastjson(t, []byte(`{"test_keys":[`+c+`],"x":"`+c+`"}`))
	}
	raw, err := os.ReadFile("../../shared/data/interference/measurements.jsonl")
	if err != nil {
		return
	}
	for line := range bytes.Lines(raw) {
		sameAsFastjson(t, line)
		if n := len(line); n < 5000 {
			for cut := range n {
				sameAsFastjson(t, line[:cut])
			}
		}
	}
}

func FuzzDocument(f *testing.F) {
	for _, c := range jsonCases {
		f.Add([]byte(c))
	}
	f.Fuzz(func(t *testing.T, text []byte) { sameAsFastjson(t, text) })
}
