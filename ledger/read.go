package ledger

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/hex"
	"iter"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"

	"sightline"
)

// A recorded time is asked for by the last record of that time: recorded times
// only grow along the log, so "recorded by then" is "seq at most that". Since
// nothing changes or goes, one such number makes several reads agree, without
// a transaction around them.

// lastSeq is the last record recorded by then; 0 means now.
func lastSeq(db queryer, asRecorded sightline.Instant) (seq int64, err error) {
	if asRecorded == 0 {
		asRecorded = sightline.Forever
	}
	err = query(context.Background(), db, func(row *sql.Rows) error { return row.Scan(&seq) },
		"SELECT seq FROM moment WHERE recorded <= ? ORDER BY recorded DESC LIMIT 1", int64(asRecorded))
	return seq, err
}

// headOf is the last record of the log up to seq, where 0 is no limit.
func headOf(db queryer, seq int64) (h Head, err error) {
	if seq == 0 {
		seq = 1<<63 - 1
	}
	h.Hash = genesis
	err = query(context.Background(), db, func(row *sql.Rows) error {
		var hash []byte
		err := row.Scan(&h.Seq, (*int64)(&h.Recorded), &hash)
		if copy(h.Hash[:], hash) != len(h.Hash) && err == nil {
			err = sightline.Errorf(sightline.Corrupt, "read ledger", "", "the hash of record %d has %d bytes", h.Seq, len(hash)).WithHint("Run sightline verify.")
		}
		return err
	}, "SELECT seq, recorded, hash FROM record WHERE seq <= ? ORDER BY seq DESC LIMIT 1", seq)
	return h, err
}

// Head is the end of the log. Noted elsewhere, it shows later that nothing
// was cut off: see Verify.
func (l *Ledger) Head() (Head, error) {
	h, err := headOf(l.read, 0)
	return h, storeError("read ledger", l.path, err)
}

// String prints the head as it is noted: the number of the last record, a
// colon, and the hash of the chain there.
func (h Head) String() string {
	return strconv.FormatInt(h.Seq, 10) + ":" + hex.EncodeToString(h.Hash[:])
}

// ParseHead reads a head that was noted.
func ParseHead(s string) (h Head, err error) {
	n, hash, ok := strings.Cut(strings.TrimSpace(s), ":")
	h.Seq, err = strconv.ParseInt(n, 10, 64)
	b, e := hex.DecodeString(hash)
	if !ok || err != nil || e != nil || h.Seq < 0 || copy(h.Hash[:], b) != len(h.Hash) || len(b) != len(h.Hash) {
		return Head{}, sightline.Errorf(sightline.Invalid, "parse head", s, "not a head").WithHint("A head is the number of a record, a colon and 64 hexadecimal digits, as sightline verify prints it.")
	}
	return h, nil
}

// Inputs implements [sightline.Store]: the hash is that of the chain at the
// last record that counts.
func (l *Ledger) Inputs(asRecorded sightline.Instant) ([]sightline.Input, error) {
	seq, err := lastSeq(l.read, asRecorded)
	if err != nil || seq == 0 {
		return nil, storeError("read ledger", l.path, err)
	}
	h, err := headOf(l.read, seq)
	if err != nil {
		return nil, storeError("read ledger", l.path, err)
	}
	return []sightline.Input{{Name: "ledger", SHA256: hex.EncodeToString(h.Hash[:])}}, nil
}

// found is a claim on its way to an Entry.
type found struct {
	seq      int64
	recorded sightline.Instant
	text     []byte
	record   sightline.Record
	closer   int64 // seq of what closed it, 0 while it is in force
}

// Claims implements [sightline.Store].
func (l *Ledger) Claims(q sightline.Query) ([]sightline.Entry, error) {
	seq, err := lastSeq(l.read, q.AsRecorded)
	if err != nil || seq == 0 {
		return nil, storeError("read ledger", l.path, err)
	}
	sets := plan(q)
	var list []found
	switch {
	case len(sets) == 0:
		list, err = l.readAll(seq)
	case !q.Country.IsZero() && len(q.EdgesTo)+len(q.Entities)+len(q.Sources) == 0:
		list, err = l.readCountry(q, seq)
	default:
		list, err = l.readKeys(sets, seq)
	}
	if err == nil {
		err = decode(list)
	}
	if err != nil {
		return nil, storeError("read ledger", l.path, err)
	}
	list = slices.DeleteFunc(list, func(f found) bool {
		return f.closer != 0 && !q.WithClosed || f.record.Claim() == nil || !matches(sets, f.record.Claim())
	})
	// Entries are big, so their places are sorted, not they.
	type place struct {
		id string
		at int
	}
	order := make([]place, len(list))
	for i, f := range list {
		order[i] = place{f.record.ID(), i}
	}
	slices.SortFunc(order, func(a, b place) int { return strings.Compare(a.id, b.id) })
	entries := make([]sightline.Entry, len(list))
	for i, p := range order {
		if entries[i], err = l.entry(list[p.at]); err != nil {
			return nil, storeError("read ledger", l.path, err)
		}
	}
	return entries, nil
}

// decode parses the texts, on all processors when there are many.
func decode(list []found) error {
	parts := min(runtime.GOMAXPROCS(0), 1+len(list)/200)
	errs := make([]error, parts)
	var wg sync.WaitGroup
	for p := range parts {
		wg.Go(func() {
			for i := p * len(list) / parts; i < (p+1)*len(list)/parts; i++ {
				var err error
				if list[i].record, err = sightline.TrustedRecord(list[i].text); err != nil {
					errs[p] = err
					return
				}
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (l *Ledger) entry(f found) (sightline.Entry, error) {
	e := sightline.Entry{Record: f.record, Seq: f.seq, Recorded: f.recorded, Closed: sightline.Forever}
	if f.closer == 0 {
		return e, nil
	}
	err := query(context.Background(), l.read, func(row *sql.Rows) error {
		return row.Scan((*int64)(&e.Closed), (*string)(&e.ClosedBy))
	}, "SELECT recorded, id FROM record WHERE seq = ?", f.closer)
	if err == nil && e.ClosedBy == "" {
		err = l.corrupt("record %d, which closes %s, is missing", f.closer, f.record.ID())
	}
	return e, err
}

const selectClaim = `SELECT r.seq, r.recorded, r.body, coalesce((SELECT min(c.seq) FROM closed c WHERE c.target = r.id AND c.seq <= ?1), 0)
	FROM `

func (l *Ledger) readClaims(list []found, from string, args ...any) ([]found, error) {
	err := query(context.Background(), l.read, func(row *sql.Rows) error {
		var f found
		err := row.Scan(&f.seq, (*int64)(&f.recorded), &f.text, &f.closer)
		list = append(list, f)
		return err
	}, selectClaim+from, args...)
	return list, err
}

// readAll reads every claim.
func (l *Ledger) readAll(seq int64) ([]found, error) {
	return l.readClaims(nil, "record r WHERE r.kind = ?2 AND r.seq <= ?1", seq, int(sightline.ClaimRecord))
}

// readKeys reads the claims that have a key of each set, by the index. A set
// can be long, so the first is asked in parts and the long ones after it are
// left to the caller.
func (l *Ledger) readKeys(sets []keySet, seq int64) ([]found, error) {
	const many = 100
	var list []found
	var and strings.Builder
	for _, set := range sets[1:] {
		if len(set.ids) <= many {
			and.WriteString(" AND (" + anyOf(set.keys()) + ")")
		}
	}
	var err error
	for part := range slices.Chunk(sets[0].keys(), many) {
		list, err = l.readClaims(list, "find f JOIN record r ON r.seq = f.rowid WHERE f.find MATCH ?2 AND f.rowid <= ?1 ORDER BY f.rowid",
			seq, "("+anyOf(part)+")"+and.String())
		if err != nil {
			return nil, err
		}
	}
	if len(sets[0].ids) > many {
		slices.SortFunc(list, func(a, b found) int { return int(a.seq - b.seq) })
		list = slices.CompactFunc(list, func(a, b found) bool { return a.seq == b.seq })
	}
	return list, nil
}

// anyOf asks the index for any of the tokens. A token holds no quotation mark.
func anyOf(tokens []string) string { return `"` + strings.Join(tokens, `" OR "`) + `"` }

// readCountry reads the claims about a country from its blocks, which hold
// also what closes them.
func (l *Ledger) readCountry(q sightline.Query, seq int64) ([]found, error) {
	var wanted [][]byte // a claim of these predicates has one of these in its text
	for _, p := range q.Predicates {
		wanted = append(wanted, []byte(`,"predicate":"`+p.String()+`",`))
	}
	var list []found
	closers := map[string]int64{}
	err := query(context.Background(), l.read, func(row *sql.Rows) error {
		var block []byte
		if err := row.Scan(&block); err != nil {
			return err
		}
		for len(block) > 0 {
			var f found
			var ok bool
			if f.seq, f.recorded, f.text, block, ok = nextEntry(block); !ok {
				return l.corrupt("a block of %s is damaged", q.Country)
			}
			if f.seq > seq {
				continue
			}
			// Few records close another, and only these are decoded here.
			// "corrects" is the last key of a claim, and an id is short.
			if end := f.text[max(0, len(f.text)-100):]; bytes.Contains(end, []byte(`,"corrects":"`)) || bytes.HasPrefix(f.text, []byte(`{"type":"withdrawal",`)) {
				r, err := sightline.TrustedRecord(f.text)
				if err != nil {
					return err
				}
				if target := string(closes(r)); target != "" && (closers[target] == 0 || f.seq < closers[target]) {
					closers[target] = f.seq
				}
			}
			if len(wanted) == 0 || slices.ContainsFunc(wanted, func(w []byte) bool { return bytes.Contains(f.text, w) }) {
				list = append(list, f)
			}
		}
		return nil
	}, "SELECT body FROM country WHERE code = ? AND seq <= ? ORDER BY seq", q.Country.Code(), seq)
	if err != nil || len(closers) == 0 {
		return list, err
	}
	for i, f := range list {
		if id, ok := bytes.CutPrefix(f.text, []byte(`{"type":"claim","id":"`)); ok {
			id, _, _ = bytes.Cut(id, []byte(`"`))
			list[i].closer = closers[string(id)]
		}
	}
	return list, nil
}

// Claim implements [sightline.Store].
func (l *Ledger) Claim(id sightline.ClaimID, asRecorded sightline.Instant) (sightline.Entry, error) {
	seq, err := lastSeq(l.read, asRecorded)
	var list []found
	if err == nil {
		list, err = l.readClaims(nil, "record r WHERE r.kind = ?2 AND r.id = ?3 AND r.version = 0 AND r.seq <= ?1", seq, int(sightline.ClaimRecord), string(id))
	}
	if err == nil {
		err = decode(list)
	}
	if err != nil {
		return sightline.Entry{}, storeError("read ledger", l.path, err)
	}
	if len(list) == 0 {
		return sightline.Entry{}, notFound(sightline.ClaimRecord, string(id), asRecorded)
	}
	e, err := l.entry(list[0])
	return e, storeError("read ledger", l.path, err)
}

// newest is the newest version of a source or entity recorded by then, or the
// zero record.
func (l *Ledger) newest(kind sightline.RecordKind, id string, asRecorded sightline.Instant) (r sightline.Record, err error) {
	seq, err := lastSeq(l.read, asRecorded)
	if err != nil {
		return r, storeError("read ledger", l.path, err)
	}
	err = query(context.Background(), l.read, func(row *sql.Rows) error {
		var text []byte
		if err := row.Scan(&text); err != nil {
			return err
		}
		r, err = sightline.TrustedRecord(text)
		return err
	}, "SELECT body FROM record WHERE kind = ? AND id = ? AND seq <= ? ORDER BY version DESC LIMIT 1", int(kind), id, seq)
	return r, storeError("read ledger", l.path, err)
}

// Source implements [sightline.Store].
func (l *Ledger) Source(id sightline.SourceID, asRecorded sightline.Instant) (*sightline.Source, error) {
	r, err := l.newest(sightline.SourceRecord, string(id), asRecorded)
	if err == nil && r.Source() == nil {
		err = notFound(sightline.SourceRecord, string(id), asRecorded)
	}
	return r.Source(), err
}

// Entity implements [sightline.Store].
func (l *Ledger) Entity(id sightline.EntityID, asRecorded sightline.Instant) (*sightline.Entity, error) {
	r, err := l.newest(sightline.EntityRecord, string(id), asRecorded)
	if err == nil && r.Entity() == nil {
		return undeclaredEntity(id, asRecorded)
	}
	return r.Entity(), err
}

// Records implements [sightline.Store].
func (l *Ledger) Records(asRecorded sightline.Instant) iter.Seq2[sightline.Entry, error] {
	return func(yield func(sightline.Entry, error) bool) {
		seq, err := lastSeq(l.read, asRecorded)
		if err != nil {
			yield(sightline.Entry{}, storeError("read ledger", l.path, err))
			return
		}
		stopped := false
		err = query(context.Background(), l.read, func(row *sql.Rows) error {
			var f found
			err := row.Scan(&f.seq, (*int64)(&f.recorded), &f.text, &f.closer)
			if err == nil {
				f.record, err = sightline.TrustedRecord(f.text)
			}
			if err != nil {
				return err
			}
			if f.record.Kind() != sightline.ClaimRecord {
				f.closer = 0 // a source may share an id with a claim that is closed
			}
			e, err := l.entry(f)
			if err == nil && !yield(e, nil) {
				stopped = true
				return errStop
			}
			return err
		}, selectClaim+"record r WHERE r.seq <= ?1 ORDER BY r.kind, r.id, r.version", seq)
		if err != nil && !stopped {
			yield(sightline.Entry{}, storeError("read ledger", l.path, err))
		}
	}
}

// errStop ends a query from within.
var errStop = sightline.Errorf(sightline.Internal, "read ledger", "", "stopped")

// Search implements [sightline.Store].
func (l *Ledger) Search(text string, limit int, asRecorded sightline.Instant) ([]sightline.Hit, error) {
	seq, err := lastSeq(l.read, asRecorded)
	if err != nil {
		return nil, storeError("read ledger", l.path, err)
	}
	hits, err := search(ledgerSearch{l, seq}, text, limit)
	return hits, storeError("search ledger", l.path, err)
}

// ledgerSearch searches the records up to a seq.
type ledgerSearch struct {
	l   *Ledger
	seq int64
}

// whole implements finder.
func (s ledgerSearch) whole(keys []string, limit int) ([]sightline.Record, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	return s.match(anyOf(keys), limit)
}

// find implements finder.
func (s ledgerSearch) find(letter string, terms []term, limit int) ([]sightline.Record, error) {
	var b strings.Builder
	for i, t := range terms {
		if i > 0 {
			b.WriteString(" AND ")
		}
		for j, alternative := range t {
			b.WriteString([]string{"(", " OR "}[min(j, 1)])
			for k, token := range alternative {
				b.WriteString([]string{`("`, ` AND "`}[min(k, 1)] + letter + token + `"`)
			}
			b.WriteString(")")
		}
		b.WriteString(")")
	}
	return s.match(b.String(), limit)
}

// match lists the first records that the index finds and that count: newest
// versions, and claims in force.
func (s ledgerSearch) match(expression string, limit int) ([]sightline.Record, error) {
	var list []found
	err := query(context.Background(), s.l.read, func(row *sql.Rows) error {
		var f found
		err := row.Scan(&f.seq, &f.text)
		list = append(list, f)
		return err
	}, `SELECT r.seq, r.body FROM find f JOIN record r ON r.seq = f.rowid
		WHERE f.find MATCH ?2 AND f.rowid <= ?1
		AND NOT EXISTS (SELECT 1 FROM closed c WHERE r.kind = 3 AND c.target = r.id AND c.seq <= ?1)
		AND NOT EXISTS (SELECT 1 FROM record n WHERE n.kind = r.kind AND n.id = r.id AND n.version = r.version + 1 AND n.seq <= ?1)
		ORDER BY f.rowid LIMIT ?3`, s.seq, expression, limit)
	if err == nil {
		err = decode(list)
	}
	if err != nil {
		return nil, err
	}
	out := make([]sightline.Record, len(list))
	for i, f := range list {
		out[i] = f.record
	}
	return out, nil
}
