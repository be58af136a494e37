package ledger

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"sightline"
)

// EntitiesIn implements [sightline.Store].
func (m *Memory) EntitiesIn(c sightline.Country, asRecorded sightline.Instant) ([]*sightline.Entity, error) {
	if !m.knows(asRecorded) {
		return nil, nil
	}
	var out []*sightline.Entity
	for i, r := range m.records {
		if e := r.Entity(); e != nil && e.Country == c {
			if at, _ := m.newest(sightline.EntityRecord, r.ID()); at == int32(i) {
				out = append(out, e)
			}
		}
	}
	return out, nil
}

// Identified implements [sightline.Store].
func (m *Memory) Identified(ids []sightline.Identifier, asRecorded sightline.Instant) ([]*sightline.Entity, error) {
	if !m.knows(asRecorded) {
		return nil, nil
	}
	var out []*sightline.Entity
	for _, i := range m.order {
		if e := m.records[i].Entity(); e != nil && hasAny(e, ids) {
			if at, _ := m.newest(sightline.EntityRecord, string(e.ID)); at == i {
				out = append(out, e)
			}
		}
	}
	return out, nil
}

func hasAny(e *sightline.Entity, ids []sightline.Identifier) bool {
	return slices.ContainsFunc(e.Identifiers, func(i sightline.Identifier) bool { return slices.Contains(ids, i) })
}

// EntitiesIn implements [sightline.Store].
func (l *Ledger) EntitiesIn(c sightline.Country, asRecorded sightline.Instant) ([]*sightline.Entity, error) {
	return l.entitiesWith([]string{basedKey + c.Code()}, asRecorded, func(e *sightline.Entity) bool { return e.Country == c })
}

// Identified implements [sightline.Store].
func (l *Ledger) Identified(ids []sightline.Identifier, asRecorded sightline.Instant) ([]*sightline.Entity, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	tokens := make([]string, len(ids))
	for i, id := range ids {
		tokens[i] = identifierToken(id)
	}
	return l.entitiesWith(tokens, asRecorded, func(e *sightline.Entity) bool { return hasAny(e, ids) })
}

// entitiesWith lists the entities that have any of the tokens and that keep
// holds for. The index knows every version that ever had one; the newest by
// then decides.
func (l *Ledger) entitiesWith(tokens []string, asRecorded sightline.Instant, keep func(*sightline.Entity) bool) ([]*sightline.Entity, error) {
	seq, err := lastSeq(l.read, asRecorded)
	if err != nil || seq == 0 {
		return nil, storeError("read ledger", l.path, err)
	}
	var ids []string
	err = query(context.Background(), l.read, func(row *sql.Rows) error {
		var id string
		err := row.Scan(&id)
		ids = append(ids, id)
		return err
	}, "SELECT r.id FROM find f JOIN record r ON r.seq = f.rowid WHERE f.find MATCH ? AND f.rowid <= ? AND r.kind = ?",
		anyOf(tokens), seq, int(sightline.EntityRecord))
	if err != nil {
		return nil, storeError("read ledger", l.path, err)
	}
	slices.Sort(ids)
	var out []*sightline.Entity
	for _, id := range slices.Compact(ids) {
		r, err := l.newest(sightline.EntityRecord, id, asRecorded)
		if err != nil {
			return nil, err
		}
		if e := r.Entity(); e != nil && keep(e) {
			out = append(out, e)
		}
	}
	slices.SortFunc(out, func(a, b *sightline.Entity) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return out, nil
}
