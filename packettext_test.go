package sightline

import (
	"testing"
	"unicode/utf8"
)

// What the id of a packet is made from is its canonical JSON, whatever is in
// it.
func FuzzPacketNamed(f *testing.F) {
	f.Add("count.claims/1", "predicates", "supplies,trains", "claims", "c-1", "a count; “none”\n\x01<&>\u2028", 12.5, -0.25, 1e21, 0.9, int64(3), int64(0), uint64(0), uint8(0xff), uint8(0))
	f.Add("", "", "", "", "", "", 0.0, 0.0, 1e-7, 0.0, int64(-1), int64(9), uint64(1<<63), uint8(0), uint8(2))
	f.Fuzz(func(t *testing.T, method, key, value, input, claim, reason string, v, low, high, level float64, n, of int64, seed uint64, parts, state uint8) {
		for _, s := range []string{method, key, value, input, claim, reason} {
			if !utf8.ValidString(s) {
				t.Skip("records hold no such text")
			}
		}
		if v-v != 0 || low-low != 0 || high-high != 0 || level-level != 0 {
			t.Skip("no number to publish")
		}
		has := func(bit int) bool { return parts>>bit&1 == 1 }
		p := Packet{Schema: PacketSchema, Method: MethodID(method), Seed: seed, Code: reason, KnownAt: Instant(n)}
		if has(0) {
			p.Parameters = map[string]string{}
		}
		if has(1) {
			p.Parameters = map[string]string{key: value, value: key, "country": "KE"}
		}
		if has(2) {
			p.Inputs = []Input{}
		}
		if has(3) {
			p.Inputs = []Input{{input, value}, {value, input}}
		}
		if has(4) {
			p.Claims = []ClaimID{}
		}
		if has(5) {
			p.Claims = []ClaimID{ClaimID(claim), ClaimID(claim)}
		}
		p.Result = Estimate{Level: level, N: n, Denominator: of, Unit: value, State: State(int(state) % len(states)), Reason: reason, Method: MethodID(method), Packet: PacketID(key)}
		if has(6) {
			p.Result.Value = Num(v)
		}
		if has(7) {
			p.Result.Low, p.Result.High = Num(low), Num(high)
		}
		want := p
		want.Code, want.KnownAt, want.Result.Packet = "", 0, ""
		if got, want := string(p.named()), string(canonical(want)); got != want {
			t.Errorf("the id is made from\n%s\nand the canonical JSON is\n%s", got, want)
		}
	})
}
