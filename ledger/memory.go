package ledger

import (
	"crypto/sha256"
	"encoding/hex"
	"iter"
	"slices"
	"sync"

	"sightline"
	"sightline/internal/order"
)

// Memory is a store without a file, all of it recorded at one instant. It
// serves the embedded catalogue, and within a [Snapshot] the records of a
// ledger with their own instants. It is safe for concurrent readers.
type Memory struct {
	label    string
	recorded sightline.Instant
	records  []sightline.Record // as they were accepted; the place is seq - 1
	order    []int32            // places in the order of claim text
	stamps   []stamp            // of a snapshot: of each record
	place    map[name]int32
	closed   map[sightline.ClaimID][]int32 // places of what closes a claim, in order
	keys     map[string][]int32            // places of the claims that have a key, in order

	search func() *memorySearch
	hash   func() [32]byte
}

var _ sightline.Store = (*Memory)(nil)

// NewMemory holds the records, recorded at the given instant. They obey the
// rules of a ledger: the first record that is refused is the error. The label
// names the store among the inputs of packets.
func NewMemory(label string, recorded sightline.Instant, records []sightline.Record) (*Memory, error) {
	m := newMemory(label, recorded, len(records))
	g := gate{h: m, records: records, result: Result{Outcomes: make([]Outcome, len(records))}}
	g.put = func(at int) error {
		m.add(records[at])
		return nil
	}
	for _, at := range inOrder(records) {
		if err := g.offer(at); err != nil {
			return nil, err
		}
	}
	if err := g.settle(); err != nil {
		return nil, err
	}
	if len(g.result.Refused) > 0 {
		return nil, g.result.Refused[0].Err
	}
	m.sort()
	return m, nil
}

// newMemory makes an empty store with room for n records.
func newMemory(label string, recorded sightline.Instant, n int) *Memory {
	m := &Memory{
		label:    label,
		recorded: recorded,
		records:  make([]sightline.Record, 0, n),
		place:    make(map[name]int32, n),
		closed:   map[sightline.ClaimID][]int32{},
		keys:     make(map[string][]int32, n),
	}
	m.search = sync.OnceValue(m.indexWords)
	m.hash = sync.OnceValue(m.sum)
	return m
}

// sort puts the records in the order of claim text.
func (m *Memory) sort() {
	m.order = make([]int32, len(m.records))
	for i := range m.order {
		m.order[i] = int32(i)
	}
	slices.SortFunc(m.order, func(a, b int32) int { return m.records[a].Compare(m.records[b]) })
}

func (m *Memory) add(r sightline.Record) {
	at := int32(len(m.records))
	m.records = append(m.records, r)
	m.place[nameOf(r)] = at
	if target := closes(r); target != "" {
		m.closed[target] = append(m.closed[target], at)
	}
	if c := r.Claim(); c != nil {
		for _, k := range keysOf(c) {
			m.keys[k] = append(m.keys[k], at)
		}
	}
}

// held implements holdings.
func (m *Memory) held(n name) ([]byte, error) {
	if i, ok := m.place[n]; ok {
		return m.records[i].Text(), nil
	}
	return nil, nil
}

// declared implements holdings.
func (m *Memory) declared(kind sightline.RecordKind, id string) (bool, error) {
	_, ok := m.place[name{kind, id, 0}]
	return ok, nil
}

// claim implements holdings.
func (m *Memory) claim(id sightline.ClaimID) (*sightline.Claim, error) {
	if i, ok := m.place[name{sightline.ClaimRecord, string(id), 0}]; ok {
		return m.records[i].Claim(), nil
	}
	return nil, nil
}

// closers implements holdings.
func (m *Memory) closers(id sightline.ClaimID) (correctors []sightline.ClaimID, withdrawn bool, err error) {
	for _, i := range m.closed[id] {
		if c := m.records[i].Claim(); c != nil {
			correctors = append(correctors, c.ID)
		} else {
			withdrawn = true
		}
	}
	return correctors, withdrawn, nil
}

// knows reports whether anything was recorded by then.
func (m *Memory) knows(asRecorded sightline.Instant) bool {
	return asRecorded == 0 || asRecorded >= m.recorded
}

func (m *Memory) entry(i int32) sightline.Entry {
	r, at := m.records[i], m.stamp(i)
	e := sightline.Entry{Record: r, Seq: at.seq, Recorded: at.recorded, Closed: sightline.Forever}
	if r.Kind() == sightline.ClaimRecord {
		if by := m.closed[sightline.ClaimID(r.ID())]; len(by) > 0 {
			e.Closed, e.ClosedBy = m.stamp(by[0]).recorded, sightline.ClaimID(m.records[by[0]].ID())
		}
	}
	return e
}

func (m *Memory) stamp(i int32) stamp {
	if m.stamps != nil {
		return m.stamps[i]
	}
	return stamp{int64(i) + 1, m.recorded}
}

// Claims implements [sightline.Store].
func (m *Memory) Claims(q sightline.Query) ([]sightline.Entry, error) {
	if !m.knows(q.AsRecorded) {
		return nil, nil
	}
	var out []sightline.Entry
	sets := plan(q)
	take := func(i int32) {
		c := m.records[i].Claim()
		if c == nil || !matches(sets, c) {
			return
		}
		if e := m.entry(i); q.WithClosed || e.Closed == sightline.Forever {
			out = append(out, e)
		}
	}
	if len(sets) == 0 {
		for _, i := range m.order {
			take(i)
		}
		return out, nil
	}
	read := sets[0].keys()
	lists := make([][]int32, len(read))
	for i, k := range read {
		lists[i] = m.keys[k]
	}
	for _, i := range union(lists...) {
		take(i)
	}
	order.By(out, func(a, b sightline.Entry) int { return a.Record.Compare(b.Record) })
	return out, nil
}

// Claim implements [sightline.Store].
func (m *Memory) Claim(id sightline.ClaimID, asRecorded sightline.Instant) (sightline.Entry, error) {
	i, ok := m.place[name{sightline.ClaimRecord, string(id), 0}]
	if !ok || !m.knows(asRecorded) {
		return sightline.Entry{}, notFound(sightline.ClaimRecord, string(id), asRecorded)
	}
	return m.entry(i), nil
}

// newest is the place of the newest version of a source or entity.
func (m *Memory) newest(kind sightline.RecordKind, id string) (int32, bool) {
	i, ok := m.place[name{kind, id, 0}]
	for ok {
		next, more := m.place[name{kind, id, m.records[i].Version() + 1}]
		if !more {
			return i, true
		}
		i = next
	}
	return 0, false
}

// Source implements [sightline.Store].
func (m *Memory) Source(id sightline.SourceID, asRecorded sightline.Instant) (*sightline.Source, error) {
	i, ok := m.newest(sightline.SourceRecord, string(id))
	if !ok || !m.knows(asRecorded) {
		return nil, notFound(sightline.SourceRecord, string(id), asRecorded)
	}
	return m.records[i].Source(), nil
}

// Entity implements [sightline.Store].
func (m *Memory) Entity(id sightline.EntityID, asRecorded sightline.Instant) (*sightline.Entity, error) {
	i, ok := m.newest(sightline.EntityRecord, string(id))
	if !ok || !m.knows(asRecorded) {
		return undeclaredEntity(id, asRecorded)
	}
	return m.records[i].Entity(), nil
}

// undeclaredEntity is the entity that exists without a record: a country or a
// network.
func undeclaredEntity(id sightline.EntityID, asRecorded sightline.Instant) (*sightline.Entity, error) {
	if c, ok := id.Country(); ok {
		return &sightline.Entity{Type: "entity", ID: id, Name: c.Name(), Country: c}, nil
	}
	if a, ok := id.ASN(); ok {
		return &sightline.Entity{Type: "entity", ID: id, Name: a.String()}, nil
	}
	return nil, notFound(sightline.EntityRecord, string(id), asRecorded)
}

func notFound(kind sightline.RecordKind, id string, asRecorded sightline.Instant) error {
	e := sightline.Errorf(sightline.NotFound, "find "+kind.String(), id, "no %s of this id is held", kind)
	if asRecorded != 0 {
		e.Err = sightline.Errorf(sightline.NotFound, "look", asRecorded.String(), "no %s of this id had been recorded by then", kind)
	}
	return e.WithHint("Look for it by a name: sightline search.")
}

// Records implements [sightline.Store].
func (m *Memory) Records(asRecorded sightline.Instant) iter.Seq2[sightline.Entry, error] {
	return func(yield func(sightline.Entry, error) bool) {
		if !m.knows(asRecorded) {
			return
		}
		for _, i := range m.order {
			if !yield(m.entry(i), nil) {
				return
			}
		}
	}
}

// Inputs implements [sightline.Store]: the hash is that of the claim text that
// Export writes.
func (m *Memory) Inputs(asRecorded sightline.Instant) ([]sightline.Input, error) {
	if !m.knows(asRecorded) {
		return nil, nil
	}
	sum := m.hash()
	return []sightline.Input{{Name: m.label, SHA256: hex.EncodeToString(sum[:])}}, nil
}

func (m *Memory) sum() (out [32]byte) {
	h := sha256.New()
	for _, i := range m.order {
		h.Write(m.records[i].Text())
		h.Write([]byte{'\n'})
	}
	h.Sum(out[:0])
	return out
}

// Search implements [sightline.Store].
func (m *Memory) Search(text string, limit int, asRecorded sightline.Instant) ([]sightline.Hit, error) {
	if !m.knows(asRecorded) {
		_, err := parseSearch(text)
		return nil, err
	}
	return search(m.search(), text, limit)
}

// memorySearch is the word index of a Memory: the places of the records that
// have a token. It is made at the first search, so that a page that searches
// nothing does not wait for it.
type memorySearch struct {
	m      *Memory
	places map[string][]int32
}

func (m *Memory) indexWords() *memorySearch {
	s := &memorySearch{m, map[string][]int32{}}
	var spell speller
	for i, r := range m.records {
		if r.Kind() == sightline.ClaimRecord {
			if m.entry(int32(i)).Closed != sightline.Forever {
				continue
			}
		} else if newest, _ := m.newest(r.Kind(), r.ID()); newest != int32(i) {
			continue
		}
		spell.each(r, func(letter, rest string) {
			token := letter + rest
			if list := s.places[token]; len(list) == 0 || list[len(list)-1] != int32(i) {
				s.places[token] = append(list, int32(i))
			}
		})
	}
	return s
}

// whole implements finder.
func (s *memorySearch) whole(keys []string, limit int) ([]sightline.Record, error) {
	var lists [][]int32
	for _, k := range keys {
		lists = append(lists, s.places[k])
	}
	return s.take(union(lists...), limit), nil
}

// find implements finder.
func (s *memorySearch) find(letter string, terms []term, limit int) ([]sightline.Record, error) {
	var found []int32
	for i, t := range terms {
		var any [][]int32
		for _, alternative := range t {
			var all []int32
			for j, token := range alternative {
				if list := s.places[letter+token]; j == 0 {
					all = list
				} else {
					all = intersect(all, list)
				}
			}
			any = append(any, all)
		}
		if list := union(any...); i == 0 {
			found = list
		} else {
			found = intersect(found, list)
		}
	}
	return s.take(found, limit), nil
}

func (s *memorySearch) take(places []int32, limit int) []sightline.Record {
	var out []sightline.Record
	for _, i := range places[:min(len(places), limit)] {
		out = append(out, s.m.records[i])
	}
	return out
}

// union merges sorted lists; it may return one of them.
func union(lists ...[]int32) []int32 {
	if len(lists) == 1 {
		return lists[0]
	}
	out := slices.Concat(lists...)
	slices.Sort(out)
	return slices.Compact(out)
}

// intersect lists what two sorted lists share.
func intersect(a, b []int32) []int32 {
	var out []int32
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0] < b[0]:
			a = a[1:]
		case a[0] > b[0]:
			b = b[1:]
		default:
			out = append(out, a[0])
			a, b = a[1:], b[1:]
		}
	}
	return out
}
