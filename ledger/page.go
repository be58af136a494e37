package ledger

import (
	"slices"
	"strings"

	"sightline"
)

// Page implements [sightline.Store].
func (m *Memory) Page(after sightline.ClaimID, limit int, asRecorded sightline.Instant) ([]sightline.Entry, error) {
	if !m.knows(asRecorded) {
		return nil, nil
	}
	start, _ := slices.BinarySearchFunc(m.order, after, func(i int32, after sightline.ClaimID) int {
		r := m.records[i]
		if r.Kind() != sightline.ClaimRecord {
			return int(r.Kind()) - int(sightline.ClaimRecord)
		}
		if r.ID() == string(after) {
			return -1 // begin behind it
		}
		return strings.Compare(r.ID(), string(after))
	})
	var out []sightline.Entry
	for _, i := range m.order[start:] {
		if m.records[i].Kind() != sightline.ClaimRecord || len(out) >= limit {
			break
		}
		if e := m.entry(i); e.Closed == sightline.Forever {
			out = append(out, e)
		}
	}
	return out, nil
}

// Recent implements [sightline.Store].
func (m *Memory) Recent(before int64, limit int, asRecorded sightline.Instant) ([]sightline.Entry, error) {
	if !m.knows(asRecorded) {
		return nil, nil
	}
	if before <= 0 || before > int64(len(m.records)) {
		before = int64(len(m.records)) + 1
	}
	var out []sightline.Entry
	for i := before - 2; i >= 0 && len(out) < limit; i-- {
		out = append(out, m.entry(int32(i)))
	}
	return out, nil
}

// Page implements [sightline.Store].
func (l *Ledger) Page(after sightline.ClaimID, limit int, asRecorded sightline.Instant) ([]sightline.Entry, error) {
	seq, err := lastSeq(l.read, asRecorded)
	if err != nil || seq == 0 || limit <= 0 {
		return nil, storeError("read ledger", l.path, err)
	}
	list, err := l.readClaims(nil, `record r WHERE r.kind = ?2 AND r.id > ?3 AND r.seq <= ?1
		AND NOT EXISTS (SELECT 1 FROM closed c WHERE c.target = r.id AND c.seq <= ?1) ORDER BY r.id LIMIT ?4`,
		seq, int(sightline.ClaimRecord), string(after), limit)
	return l.entries(list, err)
}

// Recent implements [sightline.Store].
func (l *Ledger) Recent(before int64, limit int, asRecorded sightline.Instant) ([]sightline.Entry, error) {
	seq, err := lastSeq(l.read, asRecorded)
	if err != nil || seq == 0 || limit <= 0 {
		return nil, storeError("read ledger", l.path, err)
	}
	if before <= 0 || before > seq {
		before = seq + 1
	}
	list, err := l.readClaims(nil, "record r WHERE r.seq < ?2 AND r.seq <= ?1 ORDER BY r.seq DESC LIMIT ?3", seq, before, limit)
	return l.entries(list, err)
}

// entries decodes what was read, in its order.
func (l *Ledger) entries(list []found, err error) ([]sightline.Entry, error) {
	if err == nil {
		err = decode(list)
	}
	if err != nil {
		return nil, storeError("read ledger", l.path, err)
	}
	out := make([]sightline.Entry, len(list))
	for i, f := range list {
		if f.record.Kind() != sightline.ClaimRecord {
			f.closer = 0 // a source may share an id with a claim that is closed
		}
		if out[i], err = l.entry(f); err != nil {
			return nil, storeError("read ledger", l.path, err)
		}
	}
	return out, nil
}
