package ledger

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"runtime"
	"slices"
	"strings"
	"sync"

	"sightline"
)

// Report is what a verification found. It is sound when Damage is nil.
type Report struct {
	Head    Head  // of the log, to be noted elsewhere
	Records int64 // that were recomputed
	Damage  *Damage
}

// Damage is the first record that is not as it was recorded.
type Damage struct {
	Seq  int64 // place in the log; 0 when no record can be named
	Kind sightline.RecordKind
	ID   string // empty when the record cannot be read at all
	What string // what is wrong, as a clause
}

func (d *Damage) String() string {
	switch {
	case d == nil:
		return "no damage"
	case d.Seq == 0:
		return d.What
	case d.ID == "":
		return fmt.Sprintf("record %d: %s", d.Seq, d.What)
	}
	return fmt.Sprintf("record %d, %s %s: %s", d.Seq, d.Kind, d.ID, d.What)
}

// Verify recomputes the chain of hashes from the first record on, parses every
// record, and compares every row that is derived from the log with what the
// log says. It names the first damaged record. A head that was noted earlier
// shows whether records were cut off the end or the whole log was rewritten;
// the zero Head asks nothing.
//
// An error is a fault of the machine. Damage is a result, in the report.
func (l *Ledger) Verify(ctx context.Context, noted Head) (Report, error) {
	v := &verifier{ctx: ctx, l: l, seed: maphash.MakeSeed()}
	for _, step := range []func() error{v.log, func() error { return v.compareHead(noted) }, v.names, v.moments, v.closures, v.countries, v.tokens, v.pages} {
		err := step()
		if d, ok := err.(*damageError); ok {
			v.report.Damage = &d.Damage
			return v.report, nil
		}
		if err != nil {
			return v.report, storeError("verify ledger", l.path, err)
		}
	}
	return v.report, nil
}

// damageError carries damage out of a loop.
type damageError struct{ Damage }

func (d *damageError) Error() string { return d.Damage.String() }

// verifier compares sets of rows by sums of their hashes, one sum for each
// record that the rows belong to. The hashes have a random seed, so nobody can
// make damage that cancels out.
type verifier struct {
	ctx     context.Context
	l       *Ledger
	seed    maphash.Seed
	report  Report
	expect  struct{ names, tokens, countries []uint64 } // by seq
	moment  []uint64
	closing []closing // in the order of the log
}

// closing is a record that closes a claim.
type closing struct {
	seq       int64
	recorded  sightline.Instant
	target    sightline.ClaimID
	countries []string
	text      []byte
}

func (v *verifier) sum(parts ...any) uint64 {
	var h maphash.Hash
	h.SetSeed(v.seed)
	for _, p := range parts {
		var n [8]byte
		switch p := p.(type) {
		case string:
			binary.BigEndian.PutUint64(n[:], uint64(len(p)))
			h.Write(n[:])
			h.WriteString(p)
		case []byte:
			binary.BigEndian.PutUint64(n[:], uint64(len(p)))
			h.Write(n[:])
			h.Write(p)
		case int64:
			binary.BigEndian.PutUint64(n[:], uint64(p))
			h.Write(n[:])
		default:
			panic(fmt.Sprintf("BUG: sum of %T", p))
		}
	}
	return h.Sum64()
}

func isCorrupt(err error) bool {
	return sightline.ErrorCode(storeError("", "", err)) == sightline.Corrupt
}

// damage names a record as far as it can still be read.
func (v *verifier) damage(seq int64, format string, args ...any) error {
	d := &damageError{Damage{Seq: seq, What: fmt.Sprintf(format, args...)}}
	name := func(q string) {
		query(v.ctx, v.l.read, func(row *sql.Rows) error {
			var kind, id any
			if err := row.Scan(&kind, &id); err != nil {
				return err
			}
			if k, ok := kind.(int64); ok && k >= int64(sightline.SourceRecord) && k <= int64(sightline.JudgementRecord) {
				if s, ok := id.(string); ok {
					d.Kind, d.ID = sightline.RecordKind(k), strings.ToValidUTF8(s, "\uFFFD")
				}
			}
			return nil
		}, q, seq)
	}
	// The name stands in the record and in the index of names; either may be
	// what is damaged.
	name("SELECT kind, id FROM record INDEXED BY record_name WHERE seq = ?")
	if d.ID == "" {
		name("SELECT kind, id FROM record WHERE seq = ?")
	}
	return d
}

// row is one row of the log, as it lies in the file.
type row struct {
	seq                    int64
	kind, version, instant int64
	id                     string
	body, hash             []byte
	form                   bool // every column has the type it should have
}

// log recomputes the chain, and what the derived rows should be.
func (v *verifier) log() error {
	// Records are parsed in parts, on all processors; the chain is followed
	// in between.
	const part = 2048
	var batch []row
	prev := Head{Hash: genesis}
	v.grow(0)
	flush := func() error {
		err := v.check(batch, &prev)
		batch = batch[:0]
		return err
	}
	err := query(v.ctx, v.l.read, func(rows *sql.Rows) error {
		var seq, kind, id, version, recorded, body, hash any
		if err := rows.Scan(&seq, &kind, &id, &version, &recorded, &body, &hash); err != nil {
			return err
		}
		r := row{form: true}
		integer := func(p *int64, v any) {
			n, ok := v.(int64)
			*p, r.form = n, r.form && ok
		}
		blob := func(p *[]byte, v any) {
			b, ok := v.([]byte)
			*p, r.form = b, r.form && ok
		}
		integer(&r.seq, seq)
		integer(&r.kind, kind)
		integer(&r.version, version)
		integer(&r.instant, recorded)
		blob(&r.body, body)
		blob(&r.hash, hash)
		var ok bool
		r.id, ok = id.(string)
		r.form = r.form && ok
		batch = append(batch, r)
		if len(batch) == part {
			return flush()
		}
		return nil
	}, "SELECT seq, kind, id, version, recorded, body, hash FROM record NOT INDEXED ORDER BY seq")
	if err != nil && !isCorrupt(err) {
		return err // a fault of the machine, or damage found
	}
	if found := flush(); found != nil {
		return found
	}
	if err != nil {
		return v.damage(prev.Seq+1, "it cannot be read (%v)", err)
	}
	return nil
}

// grow makes room for the sums up to a seq.
func (v *verifier) grow(seq int64) {
	for _, s := range []*[]uint64{&v.expect.names, &v.expect.tokens, &v.expect.countries} {
		*s = append(*s, make([]uint64, seq+1-int64(len(*s)))...)
	}
}

func (v *verifier) check(batch []row, prev *Head) error {
	if len(batch) == 0 {
		return nil
	}
	first := prev.Seq + 1
	v.grow(first + int64(len(batch)) - 1)
	parsed := make([]sightline.Record, len(batch))
	faults := make([]string, len(batch))
	workers := min(runtime.GOMAXPROCS(0), 1+len(batch)/256)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			var spell speller
			for i := w * len(batch) / workers; i < (w+1)*len(batch)/workers; i++ {
				parsed[i], faults[i] = v.one(batch[i], first+int64(i), &spell)
			}
		})
	}
	wg.Wait()
	for i, b := range batch {
		seq := first + int64(i)
		if !b.form {
			return v.damage(seq, "its row in the log is not of the right form")
		}
		if b.seq != seq {
			return v.damage(seq, "it is missing from the log")
		}
		recorded := sightline.Instant(b.instant)
		hash := chain(prev.Hash, seq, recorded, sightline.RecordKind(b.kind), b.body)
		if !bytes.Equal(hash[:], b.hash) {
			return v.damage(seq, "its hash does not fit its content and the records before it")
		}
		if recorded < prev.Recorded {
			return v.damage(seq, "it was recorded before the record that it follows")
		}
		if faults[i] != "" {
			return v.damage(seq, "%s", faults[i])
		}
		if recorded != prev.Recorded && prev.Seq > 0 {
			v.moment = append(v.moment, v.sum(int64(prev.Recorded), prev.Seq))
		}
		if target := closes(parsed[i]); target != "" {
			c := closing{seq: seq, recorded: recorded, target: target, text: b.body}
			if claim := parsed[i].Claim(); claim != nil {
				c.countries = countriesOf(claim)
			}
			v.closing = append(v.closing, c)
		}
		*prev = Head{seq, recorded, hash}
		v.report.Head = *prev
		v.report.Records = seq
	}
	return nil
}

// one checks one row and sums up what is derived from it.
func (v *verifier) one(b row, seq int64, spell *speller) (sightline.Record, string) {
	if !b.form || b.seq != seq || b.kind < 0 || b.kind > 255 {
		return sightline.Record{}, "its row in the log is not of the right form"
	}
	r, err := sightline.ParseRecord(b.body)
	if err != nil {
		return r, fmt.Sprintf("its text is not a record (%v)", err)
	}
	if !bytes.Equal(r.Text(), b.body) {
		return r, "its text is not in canonical form"
	}
	if r.Kind() != sightline.RecordKind(b.kind) || r.ID() != b.id || int64(r.Version()) != b.version {
		return r, "its columns do not fit its text"
	}
	v.expect.names[seq] += v.sum(b.kind, b.id, b.version)
	tokens := strings.Fields(spell.all(r))
	slices.Sort(tokens)
	for _, t := range slices.Compact(tokens) {
		v.expect.tokens[seq] += v.sum(asciiLower(t))
	}
	if c := r.Claim(); c != nil {
		for _, code := range countriesOf(c) {
			v.expect.countries[seq] += v.sum(code, seq, b.instant, b.body)
		}
	}
	return r, ""
}

// asciiLower is what the tokenizer of the index does to a token.
func asciiLower(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

func (v *verifier) compareHead(noted Head) error {
	if noted.Seq == 0 {
		return nil
	}
	if noted.Seq > v.report.Head.Seq {
		return v.damage(v.report.Head.Seq+1, "the log ends before it, and the head that was noted is record %d", noted.Seq)
	}
	at, err := headOf(v.l.read, noted.Seq)
	if err != nil {
		return err
	}
	if at.Hash != noted.Hash {
		return &damageError{Damage{What: fmt.Sprintf("record %d does not have the hash that was noted: it, or a record before it, was replaced by another with a hash to fit", noted.Seq)}}
	}
	return nil
}

// compare sums the rows of a query, each belonging to a record, and names the
// first record whose sum is not as expected.
func (v *verifier) compare(db queryer, what string, expect []uint64, q string, row func(*sql.Rows, func(seq int64, sum uint64)) error) error {
	got := make([]uint64, len(expect))
	var stray int64
	add := func(seq int64, sum uint64) {
		if seq < 1 || seq >= int64(len(got)) {
			stray = max(1, int64(len(got)))
			return
		}
		got[seq] += sum
	}
	err := query(v.ctx, db, func(rows *sql.Rows) error { return row(rows, add) }, q)
	if err != nil && !isCorrupt(err) {
		return err
	}
	for seq := range got {
		if got[seq] != expect[seq] {
			why := ""
			if err != nil {
				why = fmt.Sprintf(" (%v)", err)
			}
			return v.damage(int64(seq), "%s does not fit it%s", what, why)
		}
	}
	if err != nil {
		return v.damage(0, "%s cannot be read whole (%v)", what, err)
	}
	if stray > 0 {
		return v.damage(stray, "%s has rows for it, and the log has no such record", what)
	}
	return nil
}

// anyInt and anyText read columns that may hold anything.
func anyInt(v any) int64 {
	n, ok := v.(int64)
	if !ok {
		return -1
	}
	return n
}

func anyText(v any) string {
	switch s := v.(type) {
	case string:
		return s
	case []byte:
		return "\x00" + string(s)
	}
	return "\x00"
}

func (v *verifier) names() error {
	return v.compare(v.l.read, "the index of names", v.expect.names, "SELECT kind, id, version, seq FROM record INDEXED BY record_name ORDER BY kind, id, version",
		func(rows *sql.Rows, add func(int64, uint64)) error {
			var kind, id, version, seq any
			err := rows.Scan(&kind, &id, &version, &seq)
			add(anyInt(seq), v.sum(anyInt(kind), anyText(id), anyInt(version)))
			return err
		})
}

func (v *verifier) moments() error {
	if h := v.report.Head; h.Seq > 0 {
		v.moment = append(v.moment, v.sum(int64(h.Recorded), h.Seq))
	}
	var got []uint64
	err := query(v.ctx, v.l.read, func(rows *sql.Rows) error {
		var recorded, seq any
		err := rows.Scan(&recorded, &seq)
		got = append(got, v.sum(anyInt(recorded), anyInt(seq)))
		return err
	}, "SELECT recorded, seq FROM moment ORDER BY recorded")
	if err != nil && !isCorrupt(err) {
		return err
	}
	if slices.Equal(got, v.moment) {
		return nil
	}
	i := 0
	for i < len(got) && i < len(v.moment) && got[i] == v.moment[i] {
		i++
	}
	// The record that the first wrong row should name is the last of the
	// moment after as many right ones.
	seq := v.report.Head.Seq + 1
	if i < len(v.moment) {
		n := 0
		query(v.ctx, v.l.read, func(rows *sql.Rows) error {
			var last int64
			err := rows.Scan(&last)
			if n == i {
				seq = last
			}
			n++
			return err
		}, "SELECT max(seq) FROM record GROUP BY recorded ORDER BY recorded")
	}
	return v.damage(seq, "the table of moments does not fit it")
}

func (v *verifier) closures() error {
	expect := make([]uint64, v.report.Head.Seq+1)
	for _, c := range v.closing {
		expect[c.seq] += v.sum(string(c.target))
	}
	return v.compare(v.l.read, "the table of what is closed", expect, "SELECT target, seq FROM closed", func(rows *sql.Rows, add func(int64, uint64)) error {
		var target, seq any
		err := rows.Scan(&target, &seq)
		add(anyInt(seq), v.sum(anyText(target)))
		return err
	})
}

func (v *verifier) countries() error {
	// What closes a claim lies in the blocks of the claim's countries too.
	for _, c := range v.closing {
		var claim *sightline.Claim
		err := query(v.ctx, v.l.read, func(rows *sql.Rows) error {
			var body []byte
			if err := rows.Scan(&body); err != nil {
				return err
			}
			r, err := sightline.TrustedRecord(body)
			claim = r.Claim()
			return err
		}, "SELECT body FROM record WHERE kind = ? AND id = ? AND version = 0", int(sightline.ClaimRecord), string(c.target))
		if err != nil {
			return err
		}
		if claim == nil {
			continue
		}
		for _, code := range countriesOf(claim) {
			if !slices.Contains(c.countries, code) {
				v.expect.countries[c.seq] += v.sum(code, c.seq, int64(c.recorded), c.text)
			}
		}
	}
	return v.compare(v.l.read, "its copy under a country", v.expect.countries, "SELECT code, seq, body FROM country ORDER BY code, seq", func(rows *sql.Rows, add func(int64, uint64)) error {
		var code, first, body any
		if err := rows.Scan(&code, &first, &body); err != nil {
			return err
		}
		block, _ := body.([]byte)
		at, lowest := anyInt(first), int64(1<<62)
		for len(block) > 0 {
			seq, recorded, text, rest, ok := nextEntry(block)
			if !ok {
				break // what is missing shows in the sums
			}
			add(seq, v.sum(anyText(code), seq, int64(recorded), text))
			if seq >= at {
				lowest = min(lowest, seq)
			}
			block = rest
		}
		if at != lowest {
			// The block has another number than its first record on its own
			// account, or holds nothing that can be read.
			add(min(max(at, 1), v.report.Head.Seq), v.sum("damaged block"))
		}
		return nil
	})
}

func (v *verifier) tokens() error {
	conn, err := v.l.read.Conn(v.ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.ExecContext(v.ctx, "CREATE VIRTUAL TABLE IF NOT EXISTS temp.instance USING fts5vocab(main, find, instance)"); err != nil {
		if isCorrupt(err) {
			return v.damage(0, "the index of words cannot be read (%v)", err)
		}
		return err
	}
	// Tokens come in order, all places of one after another.
	var last string
	var sum uint64
	return v.compare(conn, "the index of words", v.expect.tokens, "SELECT term, doc FROM temp.instance", func(rows *sql.Rows, add func(int64, uint64)) error {
		var raw sql.RawBytes
		var seq int64
		if err := rows.Scan(&raw, &seq); err != nil {
			return err
		}
		if string(raw) != last || sum == 0 {
			last = string(raw)
			sum = v.sum(last)
		}
		add(seq, sum)
		return nil
	})
}

// pages asks SQLite about its own structures, last: what it finds has no
// record's name.
func (v *verifier) pages() error {
	var finding string
	err := query(v.ctx, v.l.read, func(rows *sql.Rows) error { return rows.Scan(&finding) }, "PRAGMA integrity_check(1)")
	if err != nil && !isCorrupt(err) {
		return err
	}
	if err != nil || finding != "ok" {
		return v.damage(0, "no record is damaged, but the file is (%s%v)", finding, err)
	}
	return nil
}
