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

// EntitiesIn implements [sightline.Store]. The index knows every version that
// was ever based there; the newest by then decides.
func (l *Ledger) EntitiesIn(c sightline.Country, asRecorded sightline.Instant) ([]*sightline.Entity, error) {
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
		anyOf([]string{basedKey + c.Code()}), seq, int(sightline.EntityRecord))
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
		if e := r.Entity(); e != nil && e.Country == c {
			out = append(out, e)
		}
	}
	slices.SortFunc(out, func(a, b *sightline.Entity) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return out, nil
}
