package ledger

import (
	"context"
	"database/sql"
	"encoding/binary"
	"slices"
	"strings"

	"sightline"
)

// Append offers records to the log, in one transaction. Each is appended, held
// already, or refused with its reason; a fault of the store is an error, and
// then nothing at all was appended. Once Append returns without an error, what
// it appended is on the disk.
//
// The records of one call share one recorded time: now, or if the log has
// reached that already, the microsecond after its last. So what was recorded
// by some time never grows later, even when a clock goes back.
func (l *Ledger) Append(ctx context.Context, now sightline.Instant, records []sightline.Record) (Result, error) {
	return l.append(ctx, now, records, &appender{})
}

// AppendAll is Append for records that belong together: if one is refused,
// nothing is appended, and the error names the first. Progress, if it is not
// nil, is told now and then how many records were looked at.
func (l *Ledger) AppendAll(ctx context.Context, now sightline.Instant, records []sightline.Record, progress func(done int)) (Result, error) {
	return l.append(ctx, now, records, &appender{whole: true, progress: progress})
}

func (l *Ledger) append(ctx context.Context, now sightline.Instant, records []sightline.Record, a *appender) (Result, error) {
	l.writing.Lock()
	defer l.writing.Unlock()
	if l.write == nil {
		return Result{}, sightline.Errorf(sightline.Unavailable, "append to ledger", l.path, "it is open for reading only").WithHint("Open it for writing.")
	}
	a.known, a.blocks = l.known, map[string]*block{}
	result, err := a.run(ctx, l.write, now, records)
	if err != nil {
		return Result{}, storeError("append to ledger", l.path, err)
	}
	for n := range a.learned {
		l.known[n] = true
	}
	return result, nil
}

const (
	// chunk is how many records are looked up and prepared at a time. The
	// bigger it is, the fewer statements; the smaller, the sooner the second
	// processor has work.
	chunk = 1000
	// blockBytes is how many bytes wait in memory before blocks are written.
	blockBytes = 16 << 20
)

// nonstop is the context of single statements. The driver starts a goroutine
// for each statement that can be stopped, which costs as much as the
// statement; an append looks at its context once a chunk instead.
var nonstop = context.Background()

// appender is one call of Append.
type appender struct {
	tx   *sql.Tx
	stmt struct{ record, find, closed, block *sql.Stmt }

	tokens   map[int]string // of the records of this chunk, by index
	head     Head
	recorded sightline.Instant
	blocks   map[string]*block
	waiting  int // bytes in blocks

	whole    bool // nothing if one record is refused
	progress func(done int)

	known   map[name]bool // of the ledger, read only
	learned map[name]bool // found or appended in this call

	// What is known of the records of this call, so that admit asks the
	// database little.
	looked map[name][]byte                        // nil: looked up, and not held
	fresh  map[sightline.ClaimID]*sightline.Claim // appended in this call
	closes map[sightline.ClaimID][]closer         // for claims looked up or closed in this call
}

// closer is a record that closes a claim.
type closer struct {
	seq      int64
	recorded sightline.Instant
	record   sightline.Record
}

// block collects the copies that go under one country.
type block struct {
	seq  int64
	body []byte
}

// prepared is a chunk of records with their tokens, which take as long to make
// as the database takes to write, so another processor makes them.
type prepared struct {
	order  []int
	tokens []string
}

func prepare(ctx context.Context, records []sightline.Record, order []int) <-chan prepared {
	out := make(chan prepared, 4)
	go func() {
		defer close(out)
		var spell speller
		for part := range slices.Chunk(order, chunk) {
			p := prepared{part, make([]string, len(part))}
			for i, at := range part {
				p.tokens[i] = spell.all(records[at])
			}
			select {
			case out <- p:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

// all is the text that the index takes for a record: its tokens with blanks
// between them.
func (s *speller) all(r sightline.Record) string {
	b := make([]byte, 0, 1024)
	add := func(letter, rest string) {
		b = append(append(append(b, letter...), rest...), ' ')
	}
	if c := r.Claim(); c != nil {
		for _, k := range keysOf(c) {
			add("", k)
		}
	}
	if e := r.Entity(); e != nil {
		if !e.Country.IsZero() {
			add(basedKey, e.Country.Code())
		}
		for _, id := range e.Identifiers {
			add("", identifierToken(id))
		}
	}
	s.each(r, add)
	return string(b)
}

func (a *appender) run(ctx context.Context, db *sql.DB, now sightline.Instant, records []sightline.Record) (Result, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	ready := prepare(ctx, records, inOrder(records))

	conn, err := db.Conn(ctx)
	if err != nil {
		return Result{}, err
	}
	defer conn.Close()
	if a.tx, err = conn.BeginTx(nonstop, nil); err != nil {
		return Result{}, err
	}
	defer a.tx.Rollback()
	if err := a.begin(now); err != nil {
		return Result{}, err
	}
	g := gate{h: a, records: records, result: Result{Outcomes: make([]Outcome, len(records))}}
	g.put = func(at int) error {
		tokens, ok := a.tokens[at]
		if !ok { // it was put off, and its chunk is gone
			tokens = new(speller).all(records[at])
		}
		return a.append(records[at], tokens)
	}
	done := 0
	for p := range ready {
		if err := ctx.Err(); err != nil {
			return Result{}, err
		}
		if err := a.lookUp(records, p.order); err != nil {
			return Result{}, err
		}
		clear(a.tokens)
		for i, at := range p.order {
			a.tokens[at] = p.tokens[i]
		}
		for _, at := range p.order {
			if err := g.offer(at); err != nil {
				return Result{}, err
			}
		}
		if done += len(p.order); a.progress != nil {
			a.progress(done)
		}
	}
	if err := ctx.Err(); err != nil {
		return Result{}, err // the channel closes early when it is stopped
	}
	clear(a.tokens)
	if err := g.settle(); err != nil {
		return Result{}, err
	}
	result := g.result
	if a.whole && len(result.Refused) > 0 {
		x := result.Refused[0]
		return Result{}, sightline.Errorf(sightline.ErrorCode(x.Err), "append to ledger", records[x.Index].ID(), "%d of %d records are refused, so nothing was appended; the first: %w", len(result.Refused), len(records), x.Err).
			WithHint("%s", sightline.ErrorHint(x.Err))
	}
	if result.Appended == 0 {
		result.Head = a.head
		return result, nil
	}
	if err := a.flushBlocks(); err != nil {
		return Result{}, err
	}
	if _, err := a.tx.ExecContext(nonstop, "INSERT INTO moment (recorded, seq) VALUES (?, ?)", int64(a.recorded), a.head.Seq); err != nil {
		return Result{}, err
	}
	if err := a.tx.Commit(); err != nil {
		return Result{}, err
	}
	result.Recorded, result.Head = a.recorded, a.head
	return result, nil
}

func (a *appender) begin(now sightline.Instant) error {
	a.learned = map[name]bool{}
	a.tokens = map[int]string{}
	a.looked = map[name][]byte{}
	a.fresh = map[sightline.ClaimID]*sightline.Claim{}
	a.closes = map[sightline.ClaimID][]closer{}
	var err error
	if a.head, err = headOf(a.tx, 0); err != nil {
		return err
	}
	a.recorded = max(now, a.head.Recorded+1)
	// Each INSERT is of one row. One of several rows would set a savepoint, and
	// at a savepoint FTS5 writes out what it has collected in memory.
	for s, query := range map[**sql.Stmt]string{
		&a.stmt.record: "INSERT INTO record VALUES (?,?,?,?,?,?,?)",
		&a.stmt.find:   "INSERT INTO find (rowid, tokens) VALUES (?, ?)",
		&a.stmt.closed: "INSERT INTO closed (target, seq) VALUES (?, ?)",
		&a.stmt.block:  "INSERT INTO country (code, seq, body) VALUES (?, ?, ?)",
	} {
		if *s, err = a.tx.PrepareContext(nonstop, query); err != nil {
			return err
		}
	}
	return nil
}

// append writes one record that was admitted.
func (a *appender) append(r sightline.Record, tokens string) error {
	seq := a.head.Seq + 1
	hash := chain(a.head.Hash, seq, a.recorded, r.Kind(), r.Text())
	a.head = Head{seq, a.recorded, hash}
	if _, err := a.stmt.record.ExecContext(nonstop, seq, int64(r.Kind()), r.ID(), int64(r.Version()), int64(a.recorded), r.Text(), hash[:]); err != nil {
		return err
	}
	if tokens != "" {
		if _, err := a.stmt.find.ExecContext(nonstop, seq, tokens); err != nil {
			return err
		}
	}
	a.looked[nameOf(r)] = r.Text()
	if r.Kind() == sightline.SourceRecord || r.Kind() == sightline.EntityRecord {
		a.learned[name{r.Kind(), r.ID(), 0}] = true
		return nil
	}
	if r.Kind() == sightline.JudgementRecord {
		return nil // what closes what is worked out when judgements are read
	}
	me := closer{seq, a.recorded, r}
	var about []string
	if c := r.Claim(); c != nil {
		a.fresh[c.ID] = c
		about = countriesOf(c)
		// What closed this claim before it came is to be found beside it.
		before, err := a.closersOf(c.ID)
		if err != nil {
			return err
		}
		for _, b := range before {
			var there []string
			if bc := b.record.Claim(); bc != nil {
				there = countriesOf(bc)
			}
			for _, code := range about {
				if !slices.Contains(there, code) {
					a.copy(code, seq, b)
				}
			}
		}
	}
	if target := closes(r); target != "" {
		if _, err := a.stmt.closed.ExecContext(nonstop, string(target), seq); err != nil {
			return err
		}
		list, err := a.closersOf(target)
		if err != nil {
			return err
		}
		a.closes[target] = append(list, me)
		t, err := a.claim(target)
		if err != nil {
			return err
		}
		if t != nil {
			for _, code := range countriesOf(t) {
				if !slices.Contains(about, code) {
					about = append(about, code)
				}
			}
		}
	}
	for _, code := range about {
		a.copy(code, seq, me)
	}
	if a.waiting > blockBytes {
		return a.flushBlocks()
	}
	return nil
}

// copy puts a record into the block of a country. seq is the record on whose
// account it is put there.
func (a *appender) copy(code string, seq int64, c closer) {
	b := a.blocks[code]
	if b == nil {
		b = &block{seq: seq}
		a.blocks[code] = b
	}
	before := len(b.body)
	b.body = appendEntry(b.body, c.seq, c.recorded, c.record.Text())
	a.waiting += len(b.body) - before
}

func (a *appender) flushBlocks() error {
	codes := make([]string, 0, len(a.blocks))
	for code := range a.blocks {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	for _, code := range codes {
		b := a.blocks[code]
		if _, err := a.stmt.block.ExecContext(nonstop, code, b.seq, b.body); err != nil {
			return err
		}
	}
	clear(a.blocks)
	a.waiting = 0
	return nil
}

// countriesOf lists the codes of the countries that a claim is about.
func countriesOf(c *sightline.Claim) []string {
	var out []string
	for _, id := range entitiesOf(c) {
		if k, ok := id.Country(); ok {
			out = append(out, k.Code())
		}
	}
	return out
}

// appendEntry packs one record for a block.
func appendEntry(b []byte, seq int64, recorded sightline.Instant, text []byte) []byte {
	b = binary.BigEndian.AppendUint64(b, uint64(seq))
	b = binary.BigEndian.AppendUint64(b, uint64(recorded))
	b = binary.BigEndian.AppendUint32(b, uint32(len(text)))
	return append(b, text...)
}

// nextEntry unpacks the first record of a block and returns the rest; ok is
// false when the block is not of that form.
func nextEntry(b []byte) (seq int64, recorded sightline.Instant, text, rest []byte, ok bool) {
	if len(b) < 20 {
		return 0, 0, nil, nil, false
	}
	n := uint64(binary.BigEndian.Uint32(b[16:]))
	if uint64(len(b)-20) < n {
		return 0, 0, nil, nil, false
	}
	return int64(binary.BigEndian.Uint64(b)), sightline.Instant(binary.BigEndian.Uint64(b[8:])), b[20 : 20+n], b[20+n:], true
}

// lookUp asks the database about the records of a chunk, a few hundred at a
// time: which are held, and which claims are closed before they come.
func (a *appender) lookUp(records []sightline.Record, order []int) error {
	clear(a.looked)
	clear(a.closes)
	clear(a.fresh)
	byKind := map[sightline.RecordKind][]any{}
	for _, at := range order {
		n := nameOf(records[at])
		if n.version == 0 {
			a.looked[n] = nil
			byKind[n.kind] = append(byKind[n.kind], n.id)
		}
		if c := records[at].Claim(); c != nil {
			a.closes[c.ID] = nil
		}
	}
	for kind, ids := range byKind {
		for part := range slices.Chunk(ids, 250) {
			in := "(?" + strings.Repeat(",?", len(part)-1) + ")"
			err := query(nonstop, a.tx, func(row *sql.Rows) error {
				n := name{kind: kind}
				var text []byte
				err := row.Scan(&n.id, &text)
				a.looked[n] = text
				return err
			}, "SELECT id, body FROM record WHERE kind = ? AND version = 0 AND id IN "+in, append([]any{int(kind)}, part...)...)
			if err != nil {
				return err
			}
			if kind != sightline.ClaimRecord {
				continue
			}
			err = query(nonstop, a.tx, func(row *sql.Rows) error {
				var target string
				var c closer
				err := scanCloser(row, &target, &c)
				a.closes[sightline.ClaimID(target)] = append(a.closes[sightline.ClaimID(target)], c)
				return err
			}, "SELECT c.target, r.seq, r.recorded, r.body FROM closed c JOIN record r ON r.seq = c.seq WHERE c.target IN "+in+" ORDER BY c.target, c.seq", part...)
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func scanCloser(row *sql.Rows, target *string, c *closer) error {
	var text []byte
	if err := row.Scan(target, &c.seq, (*int64)(&c.recorded), &text); err != nil {
		return err
	}
	var err error
	c.record, err = sightline.TrustedRecord(text)
	return err
}

// query runs f on each row.
func query(ctx context.Context, db queryer, f func(*sql.Rows) error, sql string, args ...any) error {
	rows, err := db.QueryContext(ctx, sql, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// queryer is a database or a transaction.
type queryer interface {
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
}

// held implements holdings.
func (a *appender) held(n name) ([]byte, error) {
	if text, ok := a.looked[n]; ok {
		return text, nil
	}
	var text []byte
	err := query(nonstop, a.tx, func(row *sql.Rows) error { return row.Scan(&text) },
		"SELECT body FROM record WHERE kind = ? AND id = ? AND version = ?", int(n.kind), n.id, n.version)
	a.looked[n] = text
	return text, err
}

// declared implements holdings.
func (a *appender) declared(kind sightline.RecordKind, id string) (bool, error) {
	n := name{kind, id, 0}
	if a.known[n] || a.learned[n] {
		return true, nil
	}
	text, err := a.held(n)
	if text != nil {
		a.learned[n] = true
	}
	return text != nil, err
}

// claim implements holdings.
func (a *appender) claim(id sightline.ClaimID) (*sightline.Claim, error) {
	if c := a.fresh[id]; c != nil {
		return c, nil
	}
	text, err := a.held(name{sightline.ClaimRecord, string(id), 0})
	if text == nil || err != nil {
		return nil, err
	}
	r, err := sightline.TrustedRecord(text)
	return r.Claim(), err
}

// closersOf lists what closes a claim, in the order of the log.
func (a *appender) closersOf(id sightline.ClaimID) ([]closer, error) {
	if list, ok := a.closes[id]; ok {
		return list, nil
	}
	var list []closer
	err := query(nonstop, a.tx, func(row *sql.Rows) error {
		var target string
		var c closer
		err := scanCloser(row, &target, &c)
		list = append(list, c)
		return err
	}, "SELECT c.target, r.seq, r.recorded, r.body FROM closed c JOIN record r ON r.seq = c.seq WHERE c.target = ? ORDER BY c.seq", string(id))
	a.closes[id] = list
	return list, err
}

// closers implements holdings.
func (a *appender) closers(id sightline.ClaimID) (correctors []sightline.ClaimID, withdrawn bool, err error) {
	list, err := a.closersOf(id)
	for _, c := range list {
		if claim := c.record.Claim(); claim != nil {
			correctors = append(correctors, claim.ID)
		} else {
			withdrawn = true
		}
	}
	return correctors, withdrawn, err
}
