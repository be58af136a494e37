package ledger

import (
	"context"
	"database/sql"
	"iter"

	"sightline"
)

// Snapshot is a ledger as it was known at a moment, read into memory in one go:
// for work that asks for most of it, where a read for each claim would take most
// of the time. What it is asked of another moment the ledger answers. It is
// safe for concurrent readers.
type Snapshot struct {
	*Ledger
	memory *Memory
	at     sightline.Instant
}

var _ sightline.Store = (*Snapshot)(nil)

// stamp is where and when a record came into a ledger.
type stamp struct {
	seq      int64
	recorded sightline.Instant
}

// Snapshot reads what had been recorded by then; 0 is now.
func (l *Ledger) Snapshot(asRecorded sightline.Instant) (*Snapshot, error) {
	seq, err := lastSeq(l.read, asRecorded)
	var list []found
	if err == nil {
		err = query(context.Background(), l.read, func(row *sql.Rows) error {
			var f found
			err := row.Scan(&f.seq, (*int64)(&f.recorded), &f.text)
			list = append(list, f)
			return err
		}, "SELECT seq, recorded, body FROM record WHERE seq <= ? ORDER BY seq", seq)
	}
	if err == nil {
		err = decode(list)
	}
	if err != nil {
		return nil, storeError("read ledger", l.path, err)
	}
	m := newMemory("ledger", 0, len(list))
	m.stamps = make([]stamp, len(list))
	for i, f := range list {
		m.stamps[i] = stamp{f.seq, f.recorded}
		m.add(f.record)
	}
	m.sort()
	return &Snapshot{l, m, asRecorded}, nil
}

// of is what answers for a moment.
func (s *Snapshot) of(asRecorded sightline.Instant) sightline.Store {
	if asRecorded == s.at {
		return s.memory
	}
	return s.Ledger
}

// Claims implements [sightline.Store].
func (s *Snapshot) Claims(q sightline.Query) ([]sightline.Entry, error) {
	return s.of(q.AsRecorded).Claims(q)
}

// Page implements [sightline.Store].
func (s *Snapshot) Page(after sightline.ClaimID, limit int, asRecorded sightline.Instant) ([]sightline.Entry, error) {
	return s.of(asRecorded).Page(after, limit, asRecorded)
}

// Claim implements [sightline.Store].
func (s *Snapshot) Claim(id sightline.ClaimID, asRecorded sightline.Instant) (sightline.Entry, error) {
	return s.of(asRecorded).Claim(id, asRecorded)
}

// Source implements [sightline.Store].
func (s *Snapshot) Source(id sightline.SourceID, asRecorded sightline.Instant) (*sightline.Source, error) {
	return s.of(asRecorded).Source(id, asRecorded)
}

// Entity implements [sightline.Store].
func (s *Snapshot) Entity(id sightline.EntityID, asRecorded sightline.Instant) (*sightline.Entity, error) {
	return s.of(asRecorded).Entity(id, asRecorded)
}

// EntitiesIn implements [sightline.Store].
func (s *Snapshot) EntitiesIn(c sightline.Country, asRecorded sightline.Instant) ([]*sightline.Entity, error) {
	return s.of(asRecorded).EntitiesIn(c, asRecorded)
}

// Identified implements [sightline.Store].
func (s *Snapshot) Identified(ids []sightline.Identifier, asRecorded sightline.Instant) ([]*sightline.Entity, error) {
	return s.of(asRecorded).Identified(ids, asRecorded)
}

// Judgements implements [sightline.Store].
func (s *Snapshot) Judgements(asRecorded sightline.Instant) ([]sightline.Entry, error) {
	return s.of(asRecorded).Judgements(asRecorded)
}

// Records implements [sightline.Store].
func (s *Snapshot) Records(asRecorded sightline.Instant) iter.Seq2[sightline.Entry, error] {
	return s.of(asRecorded).Records(asRecorded)
}
