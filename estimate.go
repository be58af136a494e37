package sightline

import (
	"crypto/sha256"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Number is a finite number or none. "No data" and 0 differ.
type Number struct {
	v   float64
	set bool
}

// Num is the number v. A NaN or infinity is a programmer's error.
func Num(v float64) Number {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		panic(fmt.Sprintf("BUG: %v is no number to publish", v))
	}
	return Number{v, true}
}

// Get returns the number and whether there is one.
func (n Number) Get() (float64, bool) { return n.v, n.set }

// IsZero reports whether there is no number.
func (n Number) IsZero() bool { return !n.set }

func (n Number) String() string {
	if !n.set {
		return ""
	}
	return strconv.FormatFloat(n.v, 'g', -1, 64)
}

// MarshalJSONTo writes a JSON number, or null.
func (n Number) MarshalJSONTo(e *jsontext.Encoder) error {
	if !n.set {
		return e.WriteToken(jsontext.Null)
	}
	return e.WriteToken(jsontext.Float(n.v))
}

// UnmarshalJSONFrom reads a JSON number, or null.
func (n *Number) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	var p *float64
	if err := json.UnmarshalDecode(d, &p); err != nil {
		return err
	}
	*n = Number{}
	if p != nil {
		*n = Number{*p, true}
	}
	return nil
}

// State says whether an estimate has a value, and if not, what kind of
// absence it is.
type State uint8

// The states.
const (
	OK State = iota
	TooLittleData
	NotApplicable
	Degenerate    // no spread, singular, a range of zero
	NotIdentified // the data cannot tell, for example a rate from a source that looked at one nation
)

var states = []string{"ok", "too_little_data", "not_applicable", "degenerate", "not_identified"}

func (s State) String() string { return wordString(s, states) }

// MarshalText prints the word.
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the word.
func (s *State) UnmarshalText(b []byte) error {
	if string(b) == states[OK] {
		*s = OK
		return nil
	}
	return parseWord(s, b, "state", states)
}

// MethodID names a method and its version: "count.claims/1". A change that
// can move a value is a new version.
type MethodID string

// Estimate is the only form in which a number leaves an engine.
type Estimate struct {
	Value       Number   `json:"value,omitzero"`
	Low         Number   `json:"low,omitzero"` // with High the interval at Level
	High        Number   `json:"high,omitzero"`
	Level       float64  `json:"level,omitzero"`       // 0.9 for a 90 % interval; 1 for bounds that are certain
	N           int64    `json:"n"`                    // observations used
	Denominator int64    `json:"denominator,omitzero"` // out of how many, 0 where there is none
	Unit        string   `json:"unit"`
	State       State    `json:"state"`
	Reason      string   `json:"reason,omitzero"` // why there is no value, or no interval
	Method      MethodID `json:"method"`
	Packet      PacketID `json:"packet,omitzero"`
}

// Check reports how the estimate contradicts itself: a value without a state
// of ok, an interval that does not hold the value, or a missing interval or
// value without a reason.
func (e Estimate) Check() error {
	bad := func(format string, args ...any) error {
		return Errorf(Internal, "check estimate", string(e.Method), format, args...)
	}
	v, has := e.Value.Get()
	low, hasLow := e.Low.Get()
	high, hasHigh := e.High.Get()
	switch {
	case e.Method == "":
		return bad("no method")
	case has != (e.State == OK):
		return bad("state %s with value %q", e.State, e.Value)
	case hasLow != hasHigh:
		return bad("half an interval")
	case !has && hasLow:
		return bad("an interval without a value")
	case hasLow && (low > v || v > high):
		return bad("value %g outside its interval %g to %g", v, low, high)
	case hasLow && (e.Level <= 0 || e.Level > 1):
		return bad("an interval of level %g", e.Level)
	case !hasLow && e.Reason == "":
		return bad("no interval, and no reason why")
	case e.N < 0 || e.Denominator < 0:
		return bad("a negative count")
	}
	return nil
}

// Packet is the provenance of an estimate or verdict: what was computed, from
// which inputs, by which method. Its id is made from its content without Code
// and KnownAt, so the same work has the same id everywhere.
type Packet struct {
	Schema     string            `json:"schema"` // "sightline.packet/1"
	Method     MethodID          `json:"method"`
	Parameters map[string]string `json:"parameters,omitzero"`
	Inputs     []Input           `json:"inputs,omitzero"`   // in a fixed order
	Claims     []ClaimID         `json:"claims,omitzero"`   // those that count, sorted
	KnownAt    Instant           `json:"known_at,omitzero"` // recorded time of the newest input
	Seed       uint64            `json:"seed,omitzero"`
	Result     Estimate          `json:"result"` // without its packet id
	Code       string            `json:"code,omitzero"`
}

// PacketSchema is the schema that packets carry.
const PacketSchema = "sightline.packet/1"

// Input is a named input of a packet, by the SHA-256 of its bytes.
type Input struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
}

// PacketID names a packet: SL-XXXX-XXXX-C, forty bits in Crockford's base 32
// and a check character.
type PacketID string

// Sum is the SHA-256 of the canonical JSON without Code, KnownAt and the
// result's own packet id.
func (p Packet) Sum() [32]byte { return sha256.Sum256(p.named()) }

// ID computes the id: the first forty bits of Sum. Crockford's check symbols
// beyond letters and digits would need quoting in a shell or address; where
// the check falls on one of them, the sum is hashed again.
func (p Packet) ID() PacketID {
	sum := p.Sum()
	for {
		var n uint64
		for _, b := range sum[:5] {
			n = n<<8 | uint64(b)
		}
		if check := n % 37; check < 32 {
			s := crockford(sum[:5])
			return PacketID("SL-" + s[:4] + "-" + s[4:] + "-" + crockfordAlphabet[check:check+1])
		}
		sum = sha256.Sum256(sum[:])
	}
}

const crockfordAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// crockford prints b, whose length is a multiple of five, in base 32.
func crockford(b []byte) string {
	out := make([]byte, 0, len(b)/5*8)
	for ; len(b) >= 5; b = b[5:] {
		var n uint64
		for _, c := range b[:5] {
			n = n<<8 | uint64(c)
		}
		for shift := 35; shift >= 0; shift -= 5 {
			out = append(out, crockfordAlphabet[n>>shift&31])
		}
	}
	return string(out)
}

// ParsePacketID reads a packet id as people write it: any case, o for 0, i and
// l for 1, with or without hyphens. A wrong check character is an error of
// code Invalid.
func ParsePacketID(s string) (PacketID, error) {
	t := strings.ToUpper(strings.TrimSpace(s))
	bad := Errorf(Invalid, "parse packet id", s, "not a packet id").WithHint("A packet id looks like SL-7Q4M-2K9D-X; copy it whole, with its last character, which guards against slips.")
	t, ok := strings.CutPrefix(t, "SL")
	if !ok {
		return "", bad
	}
	t = strings.NewReplacer("-", "", "O", "0", "I", "1", "L", "1").Replace(t)
	if len(t) != 9 {
		return "", bad
	}
	var n uint64
	for i := range 8 {
		d := strings.IndexByte(crockfordAlphabet, t[i])
		if d < 0 {
			return "", bad
		}
		n = n<<5 | uint64(d)
	}
	if c := strings.IndexByte(crockfordAlphabet, t[8]); c < 0 || uint64(c) != n%37 {
		bad.Err = fmt.Errorf("its check character does not fit")
		return "", bad
	}
	return PacketID("SL-" + t[:4] + "-" + t[4:8] + "-" + t[8:]), nil
}
