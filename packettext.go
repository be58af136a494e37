package sightline

import (
	"maps"
	"slices"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// named is what the id of a packet is made from: its canonical JSON without
// Code, KnownAt and the result's own packet id, byte for byte that of
// canonical. A page has dozens of packets, so it is written without reflection;
// a test compares the two.
func (p *Packet) named() []byte {
	b := make([]byte, 0, 768+24*len(p.Claims))
	b = append(b, `{"schema":`...)
	b = quoted(b, p.Schema)
	b = append(b, `,"method":`...)
	b = quoted(b, string(p.Method))
	if p.Parameters != nil {
		b = append(b, `,"parameters":`...)
		b = listed(b, '{', '}', slices.Sorted(maps.Keys(p.Parameters)), func(b []byte, k string) []byte {
			return quoted(append(quoted(b, k), ':'), p.Parameters[k])
		})
	}
	if p.Inputs != nil {
		b = append(b, `,"inputs":`...)
		b = listed(b, '[', ']', p.Inputs, func(b []byte, in Input) []byte {
			b = quoted(append(b, `{"name":`...), in.Name)
			return append(quoted(append(b, `,"sha256":`...), in.SHA256), '}')
		})
	}
	if p.Claims != nil {
		b = append(b, `,"claims":`...)
		b = listed(b, '[', ']', p.Claims, func(b []byte, id ClaimID) []byte { return quoted(b, string(id)) })
	}
	if p.Seed != 0 {
		b = strconv.AppendUint(append(b, `,"seed":`...), p.Seed, 10)
	}
	return append(p.Result.named(append(b, `,"result":`...)), '}')
}

// named appends the canonical JSON of an estimate without its packet id.
func (e *Estimate) named(b []byte) []byte {
	b = append(b, '{')
	number := func(name string, v float64) {
		b = append(append(b, name...), jsontext.Float(v).String()...)
		b = append(b, ',')
	}
	if e.Value.set {
		number(`"value":`, e.Value.v)
	}
	if e.Low.set {
		number(`"low":`, e.Low.v)
	}
	if e.High.set {
		number(`"high":`, e.High.v)
	}
	if e.Level != 0 {
		number(`"level":`, e.Level)
	}
	b = strconv.AppendInt(append(b, `"n":`...), e.N, 10)
	if e.Denominator != 0 {
		b = strconv.AppendInt(append(b, `,"denominator":`...), e.Denominator, 10)
	}
	b = quoted(append(b, `,"unit":`...), e.Unit)
	b = quoted(append(b, `,"state":`...), e.State.String())
	if e.Reason != "" {
		b = quoted(append(b, `,"reason":`...), e.Reason)
	}
	return append(quoted(append(b, `,"method":`...), string(e.Method)), '}')
}

// quoted appends a text as a JSON string. Text that is not UTF-8 is a
// programmer's error: records hold none.
func quoted(b []byte, s string) []byte {
	b, err := jsontext.AppendQuote(b, s)
	if err != nil {
		panic("BUG: encode packet: " + err.Error())
	}
	return b
}

// listed appends the items of a list between its ends.
func listed[T any](b []byte, open, end byte, items []T, item func([]byte, T) []byte) []byte {
	b = append(b, open)
	for i, x := range items {
		if i > 0 {
			b = append(b, ',')
		}
		b = item(b, x)
	}
	return append(b, end)
}
