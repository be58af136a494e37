package dossier

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"sightline"
)

// Value is a number as a release lists it. It is known by its method and
// parameters: two releases that have both show the same number, moved or not.
type Value struct {
	Method     sightline.MethodID `json:"method"`
	Parameters string             `json:"parameters"` // canonical JSON
	Estimate   sightline.Estimate `json:"estimate"`
}

// ValueOf is the value of a packet.
func ValueOf(p sightline.Packet) Value {
	parameters := p.Parameters
	if parameters == nil {
		parameters = map[string]string{}
	}
	text, err := json.Marshal(parameters, json.Deterministic(true))
	if err != nil {
		panic("BUG: " + err.Error())
	}
	return Value{Method: p.Method, Parameters: string(text), Estimate: p.Result}
}

func (v Value) key() string { return string(v.Method) + " " + v.Parameters }

// Compare orders values by method, parameters and packet.
func (v Value) Compare(w Value) int {
	return cmp.Or(cmp.Compare(v.Method, w.Method), cmp.Compare(v.Parameters, w.Parameters), cmp.Compare(v.Estimate.Packet, w.Estimate.Packet))
}

// same reports whether readers see the same number: value, interval, level,
// counts, unit and state. What it rests on may differ.
func (v Value) same(w Value) bool {
	a, b := v.Estimate, w.Estimate
	return a.Value == b.Value && a.Low == b.Low && a.High == b.High && a.Level == b.Level && a.N == b.N && a.Denominator == b.Denominator && a.Unit == b.Unit && a.State == b.State
}

// RestatementsSchema is the schema of Restatements.
const RestatementsSchema = "sightline.restatements/1"

// Restatements is what became of the values of a former release.
type Restatements struct {
	Schema string        `json:"schema"`
	Name   string        `json:"name"`            // of the release
	Former string        `json:"former,omitzero"` // name of the former release; empty is a first release
	Moved  []Restatement `json:"moved"`           // by method and parameters
	Same   int           `json:"same"`            // values that did not move
	Ground int           `json:"ground,omitzero"` // of those, the ones that rest on other inputs than before
	Added  int           `json:"added"`           // values that the former release had not
	Gone   int           `json:"gone"`            // values that this release has not
}

// Restatement is a value that moved.
type Restatement struct {
	Method     sightline.MethodID `json:"method"`
	Parameters string             `json:"parameters"`
	Old        sightline.Estimate `json:"old"`
	New        sightline.Estimate `json:"new"`
	Reason     string             `json:"reason"`
}

// Restate compares the values of two releases; why gives the reason of a value
// that moved. A value that several packets of one release show is compared in
// their order.
func Restate(former, now []Value, why func(old, now sightline.PacketID) (string, error)) (*Restatements, error) {
	r := &Restatements{Schema: RestatementsSchema}
	before := map[string][]Value{}
	for _, v := range slices.SortedFunc(slices.Values(former), Value.Compare) {
		before[v.key()] = append(before[v.key()], v)
	}
	for _, v := range slices.SortedFunc(slices.Values(now), Value.Compare) {
		had := before[v.key()]
		if len(had) == 0 {
			r.Added++
			continue
		}
		at := max(0, slices.IndexFunc(had, func(o Value) bool { return o.Estimate.Packet == v.Estimate.Packet }))
		old := had[at]
		before[v.key()] = slices.Delete(had, at, at+1)
		switch {
		case !old.same(v):
			reason, err := why(old.Estimate.Packet, v.Estimate.Packet)
			if err != nil {
				return nil, err
			}
			r.Moved = append(r.Moved, Restatement{v.Method, v.Parameters, old.Estimate, v.Estimate, reason})
		default:
			r.Same++
			if old.Estimate.Packet != v.Estimate.Packet {
				r.Ground++
			}
		}
	}
	for _, rest := range before {
		r.Gone += len(rest)
	}
	return r, nil
}

// Why says why a value moved, from the packets of two releases: the reasons of
// the corrections among its claims, else those of the numbers that it is made
// from, else which of its inputs differ.
type Why struct {
	store       sightline.Store
	at          sightline.Instant
	old, now    map[sightline.PacketID]sightline.Packet
	nowBy       map[string]sightline.Packet // by method and parameters
	withdrawals map[sightline.ClaimID]*sightline.Withdrawal
	held        map[sightline.ClaimID]bool // claims that some packet of the former release rests on
}

// NewWhy reads the withdrawals of the store of the later release.
func NewWhy(store sightline.Store, old, now []sightline.Packet) (*Why, error) {
	w := &Why{store: store, old: map[sightline.PacketID]sightline.Packet{}, now: map[sightline.PacketID]sightline.Packet{}, nowBy: map[string]sightline.Packet{}, withdrawals: map[sightline.ClaimID]*sightline.Withdrawal{}, held: map[sightline.ClaimID]bool{}}
	for _, p := range old {
		w.old[p.Result.Packet] = p
		for _, id := range p.Claims {
			w.held[id] = true
		}
	}
	for _, p := range now {
		w.now[p.Result.Packet] = p
		w.nowBy[ValueOf(p).key()] = p
	}
	for e, err := range store.Records(w.at) {
		if err != nil {
			return nil, err
		}
		if x := e.Record.Withdrawal(); x != nil {
			w.withdrawals[x.ID] = x
		}
	}
	return w, nil
}

// Moved is the reason between two packets of the same value.
func (w *Why) Moved(old, now sightline.PacketID) (string, error) {
	a, have := w.old[old]
	b, has := w.now[now]
	if !have || !has {
		return "the packet of the former value is not at hand", nil
	}
	reasons, err := w.corrections(a, b, 4)
	if err != nil {
		return "", err
	}
	if len(reasons) == 0 {
		reasons = differences(a, b)
	}
	slices.Sort(reasons)
	return strings.Join(slices.Compact(reasons), "; "), nil
}

// corrected says what a correction is and why it was made.
func corrected(by *sightline.Claim) string {
	return fmt.Sprintf("claim %s was corrected by %s: %s", by.Corrects, by.ID, cmp.Or(by.Reason, "no reason on record"))
}

// corrections lists what closed claims of the old packet that the new one does
// not have, the corrections made since among the claims of the new one, and, to
// some depth, those of the packets that both are made from.
func (w *Why) corrections(old, now sightline.Packet, depth int) (reasons []string, err error) {
	for _, id := range old.Claims {
		if slices.Contains(now.Claims, id) {
			continue
		}
		e, err := w.store.Claim(id, w.at)
		if sightline.ErrorCode(err) == sightline.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		if e.ClosedBy == "" {
			continue
		}
		if x := w.withdrawals[e.ClosedBy]; x != nil {
			reasons = append(reasons, fmt.Sprintf("claim %s was withdrawn by %s: %s", id, x.ID, x.Reason))
			continue
		}
		by, err := w.store.Claim(e.ClosedBy, w.at)
		if err != nil {
			return nil, err
		}
		reasons = append(reasons, corrected(by.Record.Claim()))
	}
	for _, id := range now.Claims {
		if w.held[id] {
			continue
		}
		e, err := w.store.Claim(id, w.at)
		if err != nil {
			return nil, err
		}
		if c := e.Record.Claim(); c.Corrects != "" {
			reasons = append(reasons, corrected(c))
		}
	}
	if len(reasons) > 0 || depth == 0 {
		return reasons, nil
	}
	for _, in := range old.Inputs {
		id, ok := strings.CutPrefix(in.Name, "packet/")
		if !ok || slices.ContainsFunc(now.Inputs, func(x sightline.Input) bool { return x.Name == in.Name }) {
			continue
		}
		if a, ok := w.old[sightline.PacketID(id)]; ok {
			if b, ok := w.nowBy[ValueOf(a).key()]; ok && b.Result.Packet != a.Result.Packet {
				more, err := w.corrections(a, b, depth-1)
				if err != nil {
					return nil, err
				}
				reasons = append(reasons, more...)
			}
		}
	}
	return reasons, nil
}

// differences says how the ground of two packets differs.
func differences(old, now sightline.Packet) (out []string) {
	count := func(of, in []sightline.ClaimID) (n int) {
		for _, id := range of {
			if !slices.Contains(in, id) {
				n++
			}
		}
		return n
	}
	if n := count(now.Claims, old.Claims); n > 0 {
		out = append(out, fmt.Sprintf("claims that it rests on now and did not before: %d", n))
	}
	if n := count(old.Claims, now.Claims); n > 0 {
		out = append(out, fmt.Sprintf("claims that it rested on and does not now: %d", n))
	}
	if len(out) > 0 {
		return out
	}
	for _, in := range now.Inputs {
		if !slices.Contains(old.Inputs, in) {
			out = append(out, "input differs: "+in.Name)
		}
	}
	if len(out) == 0 {
		out = append(out, "no input differs: the program does")
	}
	return out
}
