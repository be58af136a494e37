package ledger

import (
	"bytes"
	"slices"

	"sightline"
	"sightline/internal/order"
)

// Outcome says what became of one record that was offered.
type Outcome uint8

// The outcomes.
const (
	Appended Outcome = iota // it is in the log now
	Held                    // it was there already, with the same content
	Refused                 // it contradicts what is held, or lacks something
)

// Refusal is a record that was not accepted.
type Refusal struct {
	Index int // in the records that were offered
	Err   *sightline.Error
	Waits bool // it may be accepted once others have come: what it names, or what closes the claim in its way
}

// Result tells the outcome of an append, record by record.
type Result struct {
	Recorded sightline.Instant // of the records appended; 0 when there are none
	Outcomes []Outcome         // one for each record offered
	Appended int
	Held     int
	Refused  []Refusal
	Head     Head // of the log afterwards
}

// Head is the last record of a log. Two ledgers with one head hold the same.
type Head struct {
	Seq      int64
	Recorded sightline.Instant
	Hash     [32]byte // of the chain
}

// name is what a record is found by. Claims and withdrawals have version 0.
type name struct {
	kind    sightline.RecordKind
	id      string
	version int
}

func nameOf(r sightline.Record) name { return name{r.Kind(), r.ID(), r.Version()} }

// closes is the claim that a record closes, or "".
func closes(r sightline.Record) sightline.ClaimID {
	if c := r.Claim(); c != nil {
		return c.Corrects
	}
	if w := r.Withdrawal(); w != nil {
		return w.Claim
	}
	return ""
}

// holdings is what the rules need to know of a store. An error is a fault of
// the store, never an answer.
type holdings interface {
	// held is the text of a record, or nil.
	held(name) ([]byte, error)
	// declared reports whether any version of a source or entity is held.
	declared(kind sightline.RecordKind, id string) (bool, error)
	// claim is a claim that is held, or nil.
	claim(sightline.ClaimID) (*sightline.Claim, error)
	// closers lists what closes the claim, which itself may not be held:
	// correcting claims, and whether there is a withdrawal.
	closers(sightline.ClaimID) (correctors []sightline.ClaimID, withdrawn bool, err error)
}

// gate decides on the records of one call. Where a correction meets an open
// claim in its way, something later in the same call may close that one, so
// the decision is put off to the end: which records are accepted does not
// depend on their order, unless they contradict each other.
type gate struct {
	h       holdings
	records []sightline.Record
	put     func(at int) error // takes in an accepted record, at once
	result  Result
	later   []int
}

// offer decides on one record, or puts it off.
func (g *gate) offer(at int) error {
	outcome, refusal, err := admit(g.h, g.records[at])
	if err != nil {
		return err
	}
	g.result.Outcomes[at] = outcome
	switch {
	case refusal != nil && refusal.Waits && refusal.Err.Code == sightline.Conflict:
		g.later = append(g.later, at)
	case refusal != nil:
		refusal.Index = at
		g.result.Refused = append(g.result.Refused, *refusal)
	case outcome == Held:
		g.result.Held++
	default:
		g.result.Appended++
		return g.put(at)
	}
	return nil
}

// settle decides on what was put off: one by one as long as that accepts any,
// then all together, for two corrections may each close what is in the way of
// the other. What is left is refused.
func (g *gate) settle() error {
	for before := -1; len(g.later) > 0 && g.result.Appended != before; {
		before = g.result.Appended
		again := g.later
		g.later = nil
		for _, at := range again {
			if err := g.offer(at); err != nil {
				return err
			}
		}
	}
	together, err := g.together()
	if err != nil {
		return err
	}
	for _, at := range g.later {
		if slices.Contains(together, at) {
			g.result.Outcomes[at] = Appended
			g.result.Appended++
			if err := g.put(at); err != nil {
				return err
			}
			continue
		}
		_, refusal, err := admit(g.h, g.records[at])
		if err != nil {
			return err
		}
		if refusal == nil { // what was accepted together has cleared its way
			if err := g.offer(at); err != nil {
				return err
			}
			continue
		}
		refusal.Index = at
		g.result.Refused = append(g.result.Refused, *refusal)
	}
	order.By(g.result.Refused, func(x, y Refusal) int { return x.Index - y.Index })
	return nil
}

// together is the largest set of records put off that contradict nothing when
// all of them are held.
func (g *gate) together() ([]int, error) {
	set := slices.Clone(g.later)
	for len(set) > 0 {
		s := supposing{g.h, map[sightline.ClaimID]*sightline.Claim{}, map[sightline.ClaimID][]sightline.ClaimID{}}
		for _, at := range set {
			c := g.records[at].Claim()
			if s.claims[c.ID] == nil {
				s.claims[c.ID] = c
				s.correctors[c.Corrects] = append(s.correctors[c.Corrects], c.ID)
			}
		}
		var sound []int
		for _, at := range set {
			c := g.records[at].Claim()
			refusal, err := admitCorrection(s, c)
			if err != nil {
				return nil, err
			}
			if refusal == nil && s.claims[c.ID] == c {
				sound = append(sound, at)
			}
		}
		if len(sound) == len(set) {
			return set, nil
		}
		set = sound
	}
	return nil, nil
}

// supposing is a store that holds some claims more.
type supposing struct {
	holdings
	claims     map[sightline.ClaimID]*sightline.Claim
	correctors map[sightline.ClaimID][]sightline.ClaimID
}

func (s supposing) claim(id sightline.ClaimID) (*sightline.Claim, error) {
	if c := s.claims[id]; c != nil {
		return c, nil
	}
	return s.holdings.claim(id)
}

func (s supposing) closers(id sightline.ClaimID) (correctors []sightline.ClaimID, withdrawn bool, err error) {
	correctors, withdrawn, err = s.holdings.closers(id)
	return append(slices.Clone(correctors), s.correctors[id]...), withdrawn, err
}

// admit decides on one record: nil, Appended or Held without a refusal, or the
// refusal.
func admit(h holdings, r sightline.Record) (Outcome, *Refusal, error) {
	old, err := h.held(nameOf(r))
	if err != nil {
		return Refused, nil, err
	}
	if old != nil {
		if bytes.Equal(old, r.Text()) {
			return Held, nil, nil
		}
		e := sightline.Errorf(sightline.Conflict, "append "+r.Kind().String(), r.ID(), "another record of this id is held, with other content")
		switch r.Kind() {
		case sightline.ClaimRecord:
			e.WithHint("Records are never changed. Give it an id of its own, and \"corrects\":%q to replace the old one.", r.ID())
		case sightline.WithdrawalRecord:
			e.WithHint("Records are never changed. Give it an id of its own.")
		default:
			e.WithHint("Records are never changed. Give the next version a number one higher.")
		}
		return Refused, &Refusal{Err: e}, nil
	}
	if v := r.Version(); v > 0 {
		before, err := h.held(name{r.Kind(), r.ID(), v - 1})
		if err != nil {
			return Refused, nil, err
		}
		if before == nil {
			e := sightline.Errorf(sightline.NotFound, "append "+r.Kind().String(), r.ID(), "version %d comes, and version %d is not held", v, v-1).
				WithHint("Versions are counted from 0 and follow one another. Append version %d first.", v-1)
			return Refused, &Refusal{Err: e, Waits: true}, nil
		}
	}
	missing, err := undeclared(h, r)
	if err != nil {
		return Refused, nil, err
	}
	if missing.id != "" {
		e := sightline.Errorf(sightline.NotFound, "append "+r.Kind().String(), r.ID(), "it names the %s %s, which is not held", missing.kind, missing.id).
			WithHint("Declare it first: append the %s record before what names it.", missing.kind)
		return Refused, &Refusal{Err: e, Waits: true}, nil
	}
	if c := r.Claim(); c != nil && c.Corrects != "" {
		refusal, err := admitCorrection(h, c)
		if refusal != nil || err != nil {
			return Refused, refusal, err
		}
	}
	return Appended, nil, nil
}

// undeclared finds the first source or entity that a claim or judgement names
// and that is not held.
func undeclared(h holdings, r sightline.Record) (name, error) {
	var entities []sightline.EntityID
	if c := r.Claim(); c != nil {
		for _, ref := range c.References {
			n := name{sightline.SourceRecord, string(ref.Source), 0}
			if ok, err := h.declared(n.kind, n.id); !ok || err != nil {
				return n, err
			}
		}
		entities = entitiesOf(c)
	}
	if j := r.Judgement(); j != nil {
		entities = []sightline.EntityID{j.A, j.B}
	}
	for _, id := range entities {
		if k := id.Kind(); k == sightline.KindCountry || k == sightline.KindNetwork {
			continue // these exist without being declared
		}
		n := name{sightline.EntityRecord, string(id), 0}
		if ok, err := h.declared(n.kind, n.id); !ok || err != nil {
			return n, err
		}
	}
	return name{}, nil
}

// admitCorrection keeps every lineage of corrections free of contradiction:
// claims joined by corrects form a tree, and no two open ones of a tree may
// overlap in valid time. A correction may arrive before what it corrects, so
// the tree below the new claim is looked at too.
func admitCorrection(h holdings, c *sightline.Claim) (*Refusal, error) {
	root := c.Corrects
	for {
		if root == c.ID {
			e := sightline.Errorf(sightline.Conflict, "append claim", string(c.ID), "claims would correct each other in a circle").
				WithHint("Correct the newest claim of the lineage instead.")
			return &Refusal{Err: e}, nil
		}
		up, err := h.claim(root)
		if err != nil {
			return nil, err
		}
		if up == nil || up.Corrects == "" {
			break
		}
		root = up.Corrects
	}
	others, err := openBelow(h, root, c.Corrects)
	if err != nil {
		return nil, err
	}
	mine, err := openBelow(h, c.ID, "")
	if err != nil {
		return nil, err
	}
	correctors, withdrawn, err := h.closers(c.ID)
	if err != nil {
		return nil, err
	}
	if len(correctors) == 0 && !withdrawn {
		mine = append(mine, c)
	}
	for _, m := range mine {
		for _, o := range others {
			if m.Valid.Overlaps(o.Valid) {
				e := sightline.Errorf(sightline.Conflict, "append claim", string(c.ID), "%s is closed already, and its successor %s is open for a valid time that overlaps", c.Corrects, o.ID).
					WithHint("Correct %s instead.", o.ID)
				return &Refusal{Err: e, Waits: true}, nil
			}
		}
	}
	return nil, nil
}

// openBelow lists the open claims of the tree of corrections at root, leaving
// out one that is about to be closed.
func openBelow(h holdings, root, except sightline.ClaimID) ([]*sightline.Claim, error) {
	var open []*sightline.Claim
	seen := map[sightline.ClaimID]bool{}
	queue := []sightline.ClaimID{root}
	for len(queue) > 0 {
		id := queue[0]
		queue = queue[1:]
		if seen[id] {
			continue
		}
		seen[id] = true
		correctors, withdrawn, err := h.closers(id)
		if err != nil {
			return nil, err
		}
		queue = append(queue, correctors...)
		if len(correctors) > 0 || withdrawn || id == except {
			continue
		}
		c, err := h.claim(id)
		if err != nil {
			return nil, err
		}
		if c != nil {
			open = append(open, c)
		}
	}
	return open, nil
}

// inOrder is the order in which offered records are taken: that of claim text,
// so that sources come before the claims that name them and versions follow
// one another whatever the order of the input.
func inOrder(records []sightline.Record) []int {
	order := make([]int, len(records))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return records[a].Compare(records[b]) })
	return order
}
