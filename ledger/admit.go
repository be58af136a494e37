package ledger

import (
	"bytes"
	"slices"

	"sightline"
)

// Outcome says what became of one record that was offered.
type Outcome uint8

// The outcomes.
const (
	Appended Outcome = iota // it is in the log now
	Held                    // it was there already, with the same content
	Refused                 // it contradicts what is held, or lacks something
)

// Refusal is a record that was not accepted. Code NotFound means that it waits
// for a record that may still come: a source, an entity or an earlier version.
type Refusal struct {
	Index int // in the records that were offered
	Err   *sightline.Error
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

// admit decides on one record: nil, Appended or Held without a refusal, or the
// refusal.
func admit(h holdings, r sightline.Record) (Outcome, *sightline.Error, error) {
	old, err := h.held(nameOf(r))
	if err != nil {
		return Refused, nil, err
	}
	if old != nil {
		if bytes.Equal(old, r.Text()) {
			return Held, nil, nil
		}
		e := sightline.Errorf(sightline.Conflict, "append "+r.Kind().String(), r.ID(), "another record of this id is held, with other content")
		if r.Kind() == sightline.ClaimRecord {
			return Refused, e.WithHint("Records are never changed. Give it an id of its own, and \"corrects\":%q to replace the old one.", r.ID()), nil
		}
		return Refused, e.WithHint("Records are never changed. Give the next version a number one higher."), nil
	}
	if v := r.Version(); v > 0 {
		before, err := h.held(name{r.Kind(), r.ID(), v - 1})
		if err != nil {
			return Refused, nil, err
		}
		if before == nil {
			return Refused, sightline.Errorf(sightline.NotFound, "append "+r.Kind().String(), r.ID(), "version %d comes, and version %d is not held", v, v-1).
				WithHint("Versions are counted from 0 and follow one another. Append version %d first.", v-1), nil
		}
	}
	c := r.Claim()
	if c == nil {
		return Appended, nil, nil
	}
	missing, err := undeclared(h, c)
	if err != nil {
		return Refused, nil, err
	}
	if missing.id != "" {
		return Refused, sightline.Errorf(sightline.NotFound, "append claim", r.ID(), "it names the %s %s, which is not held", missing.kind, missing.id).
			WithHint("Declare it first: append the %s record before the claims that name it.", missing.kind), nil
	}
	if c.Corrects != "" {
		refusal, err := admitCorrection(h, c)
		if refusal != nil || err != nil {
			return Refused, refusal, err
		}
	}
	return Appended, nil, nil
}

// undeclared finds the first source or entity that a claim names and that is
// not held.
func undeclared(h holdings, c *sightline.Claim) (name, error) {
	for _, ref := range c.References {
		n := name{sightline.SourceRecord, string(ref.Source), 0}
		if ok, err := h.declared(n.kind, n.id); !ok || err != nil {
			return n, err
		}
	}
	for _, id := range entitiesOf(c) {
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
func admitCorrection(h holdings, c *sightline.Claim) (*sightline.Error, error) {
	root := c.Corrects
	for {
		if root == c.ID {
			return sightline.Errorf(sightline.Conflict, "append claim", string(c.ID), "claims would correct each other in a circle").
				WithHint("Correct the newest claim of the lineage instead."), nil
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
				return sightline.Errorf(sightline.Conflict, "append claim", string(c.ID), "%s is closed already, and its successor %s is open for a valid time that overlaps", c.Corrects, o.ID).
					WithHint("Correct %s instead.", o.ID), nil
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
