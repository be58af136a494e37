package dossier

import (
	"slices"
	"strconv"
	"strings"
	"sync"

	"sightline"
	"sightline/observations"
	"sightline/tables"
)

// cache is a store whose small answers are kept: sources, entities,
// judgements, claims by a single key, and what is worked out from the claims of
// all countries for each of them. It holds for one moment of recording, is safe
// for concurrent use, and is bounded.
type cache struct {
	sightline.Store
	at         sightline.Instant
	sources    memo[sightline.SourceID, *sightline.Source]
	entities   memo[sightline.EntityID, *sightline.Entity]
	identified memo[string, []*sightline.Entity]
	judgements memo[struct{}, []sightline.Entry]
	claims     memo[string, []sightline.Entry]
	based      memo[sightline.Country, []*sightline.Entity]
	texts      memo[sightline.SourceID, []byte] // of the records of sources, for packets
	rolls      memo[rollKey, *roll]
	fields     memo[fieldKey, *field]
	compared   memo[struct{}, []observations.Held]
}

// The most that is kept of a kind, counted in records, and the most of one
// answer; of our choosing. The catalogue is far below both.
const (
	keptRecords = 50_000
	keptAnswer  = 5_000
)

// cached is the store as a cache of that moment: itself, if it is one.
func cached(store sightline.Store, at sightline.Instant) *cache {
	if c, ok := store.(*cache); ok && c.at == at {
		return c
	}
	return newCache(store, at)
}

func newCache(store sightline.Store, at sightline.Instant) *cache {
	return &cache{Store: store, at: at}
}

// memo keeps what a function gave for a key. When it is full it forgets all.
type memo[K comparable, V any] struct {
	mu      sync.RWMutex
	have    map[K]V
	records int
}

func (m *memo[K, V]) peek(key K) (V, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	v, ok := m.have[key]
	return v, ok
}

// put keeps an answer of so many records.
func (m *memo[K, V]) put(key K, v V, records int) {
	if records > keptAnswer {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.have == nil || m.records+records > keptRecords {
		m.have, m.records = map[K]V{}, 0
	}
	m.have[key] = v
	m.records += records
}

func (m *memo[K, V]) get(key K, find func() (V, error)) (V, error) {
	if v, ok := m.peek(key); ok {
		return v, nil
	}
	v, err := find()
	if err == nil {
		m.put(key, v, 1)
	}
	return v, err
}

// Source implements [sightline.Store].
func (c *cache) Source(id sightline.SourceID, at sightline.Instant) (*sightline.Source, error) {
	if at != c.at {
		return c.Store.Source(id, at)
	}
	return c.sources.get(id, func() (*sightline.Source, error) { return c.Store.Source(id, at) })
}

// Entity implements [sightline.Store].
func (c *cache) Entity(id sightline.EntityID, at sightline.Instant) (*sightline.Entity, error) {
	if at != c.at {
		return c.Store.Entity(id, at)
	}
	return c.entities.get(id, func() (*sightline.Entity, error) { return c.Store.Entity(id, at) })
}

// EntitiesIn implements [sightline.Store]. The caller must not change what it
// gets.
func (c *cache) EntitiesIn(of sightline.Country, at sightline.Instant) ([]*sightline.Entity, error) {
	if at != c.at {
		return c.Store.EntitiesIn(of, at)
	}
	if list, ok := c.based.peek(of); ok {
		return list, nil
	}
	list, err := c.Store.EntitiesIn(of, at)
	if err == nil {
		c.based.put(of, list, 1+len(list))
	}
	return list, err
}

// sourceText is the text of the record of a source.
func (c *cache) sourceText(s *sightline.Source) ([]byte, error) {
	return c.texts.get(s.ID, func() ([]byte, error) {
		// A copy, since making a record takes the value over.
		own := *s
		own.DerivedFrom = slices.Clone(s.DerivedFrom)
		r, err := sightline.NewRecord(&own)
		return r.Text(), err
	})
}

// Identified implements [sightline.Store].
func (c *cache) Identified(ids []sightline.Identifier, at sightline.Instant) ([]*sightline.Entity, error) {
	if at != c.at {
		return c.Store.Identified(ids, at)
	}
	var key strings.Builder
	for _, id := range ids {
		key.WriteString(string(id) + "\n")
	}
	return c.identified.get(key.String(), func() ([]*sightline.Entity, error) { return c.Store.Identified(ids, at) })
}

// Judgements implements [sightline.Store]. The caller must not change what it
// gets, other than by leaving out.
func (c *cache) Judgements(at sightline.Instant) ([]sightline.Entry, error) {
	if at != c.at {
		return c.Store.Judgements(at)
	}
	list, err := c.judgements.get(struct{}{}, func() ([]sightline.Entry, error) { return c.Store.Judgements(at) })
	return append([]sightline.Entry(nil), list...), err
}

// Claims implements [sightline.Store]. The caller must not change what it
// gets.
func (c *cache) Claims(q sightline.Query) ([]sightline.Entry, error) {
	if q.AsRecorded != c.at || !q.Country.IsZero() || q.WithClosed || len(q.Entities)+len(q.EdgesTo)+len(q.Sources) != 1 {
		return c.Store.Claims(q)
	}
	var key strings.Builder
	for _, id := range q.Entities {
		key.WriteString("e" + string(id))
	}
	for _, id := range q.EdgesTo {
		key.WriteString("x" + string(id))
	}
	for _, id := range q.Sources {
		key.WriteString("s" + string(id))
	}
	for _, p := range q.Predicates {
		key.WriteString(" " + strconv.Itoa(int(p)))
	}
	if list, ok := c.claims.peek(key.String()); ok {
		return list, nil
	}
	list, err := c.Store.Claims(q)
	if err == nil {
		c.claims.put(key.String(), list, 1+len(list))
	}
	return list, err
}

// Routes implements [Routed]: none where the store has no tables.
func (c *cache) Routes(q tables.Query) (*tables.Answer, error) {
	if s, ok := c.Store.(Routed); ok {
		return s.Routes(q)
	}
	return nil, nil
}

// Met implements [Routed].
func (c *cache) Met(q tables.Query, a sightline.ASN) ([]sightline.Country, error) {
	if s, ok := c.Store.(Routed); ok {
		return s.Met(q, a)
	}
	return nil, nil
}

// Observations implements [Counted]: none where the store has no counts.
func (c *cache) Observations(of sightline.Country, at sightline.Instant) ([]observations.Held, error) {
	if s, ok := c.Store.(Counted); ok {
		return s.Observations(of, at)
	}
	return nil, nil
}

// Comparisons implements [Compared]: none where the store has none.
func (c *cache) Comparisons(at sightline.Instant) ([]observations.Held, error) {
	s, ok := c.Store.(Compared)
	switch {
	case !ok:
		return nil, nil
	case at != c.at:
		return s.Comparisons(at)
	}
	return c.compared.get(struct{}{}, func() ([]observations.Held, error) { return s.Comparisons(at) })
}

// Recompare implements [Compared].
func (c *cache) Recompare(h observations.Held) (observations.Batch, error) {
	if s, ok := c.Store.(Compared); ok {
		return s.Recompare(h)
	}
	return observations.Batch{}, sightline.Errorf(sightline.NotFound, "compare tables", h.Batch, "no routing table is held")
}
