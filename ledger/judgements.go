package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"

	"sightline"
	"sightline/internal/order"
)

// Judgements implements [sightline.Store].
func (m *Memory) Judgements(asRecorded sightline.Instant) ([]sightline.Entry, error) {
	if !m.knows(asRecorded) {
		return nil, nil
	}
	var entries []sightline.Entry
	for i, r := range m.records {
		if isJudging(r) {
			entries = append(entries, m.entry(int32(i)))
		}
	}
	return closeJudgements(entries), nil
}

// Judgements implements [sightline.Store]. They are few beside the claims, so
// all of them are read, and what closes what is worked out each time.
func (l *Ledger) Judgements(asRecorded sightline.Instant) ([]sightline.Entry, error) {
	seq, err := lastSeq(l.read, asRecorded)
	if err != nil || seq == 0 {
		return nil, storeError("read ledger", l.path, err)
	}
	var entries []sightline.Entry
	err = query(context.Background(), l.read, func(row *sql.Rows) error {
		e := sightline.Entry{Closed: sightline.Forever}
		var text []byte
		if err := row.Scan(&e.Seq, (*int64)(&e.Recorded), &text); err != nil {
			return err
		}
		if e.Record, err = sightline.TrustedRecord(text); err == nil && isJudging(e.Record) {
			entries = append(entries, e)
		}
		return err
	}, "SELECT seq, recorded, body FROM record WHERE kind IN (?, ?) AND seq <= ? ORDER BY kind, id",
		int(sightline.WithdrawalRecord), int(sightline.JudgementRecord), seq)
	if err != nil {
		return nil, storeError("read ledger", l.path, err)
	}
	return closeJudgements(entries), nil
}

// isJudging reports whether a record is a judgement or withdraws one.
func isJudging(r sightline.Record) bool {
	w := r.Withdrawal()
	return r.Judgement() != nil || w != nil && w.Judgement != ""
}

// closeJudgements lists the judgements among the entries by id, each with what
// closes it: its withdrawal; a judgement on the same pair that replaces it and
// is not withdrawn itself; or one that was recorded later. It depends on the
// records and their times only, not on their order.
func closeJudgements(entries []sightline.Entry) []sightline.Entry {
	var list []sightline.Entry
	place := map[sightline.JudgementID]int{}
	pairs := map[[2]sightline.EntityID][]int{}
	for _, e := range entries {
		if e.Record.Judgement() != nil {
			list = append(list, e)
		}
	}
	order.By(list, func(a, b sightline.Entry) int { return a.Record.Compare(b.Record) })
	for i, e := range list {
		place[e.Record.Judgement().ID] = i
	}
	closeBy := func(i int, by sightline.Entry) {
		at := max(by.Recorded, list[i].Recorded) // it may have come before what it closes
		if e := &list[i]; at < e.Closed || at == e.Closed && by.Record.ID() < string(e.ClosedBy) {
			e.Closed, e.ClosedBy = at, sightline.ClaimID(by.Record.ID())
		}
	}
	withdrawn := make([]bool, len(list))
	for _, e := range entries {
		if w := e.Record.Withdrawal(); w != nil {
			if i, ok := place[w.Judgement]; ok {
				withdrawn[i] = true
				closeBy(i, e)
			}
		}
	}
	for i, e := range list {
		if withdrawn[i] {
			continue
		}
		j := e.Record.Judgement()
		for _, id := range j.Replaces {
			if k, ok := place[id]; ok {
				if old := list[k].Record.Judgement(); old.A == j.A && old.B == j.B && !withdrawn[k] {
					closeBy(k, e)
				}
			}
		}
	}
	for i, e := range list {
		if j := e.Record.Judgement(); e.Closed == sightline.Forever {
			pairs[[2]sightline.EntityID{j.A, j.B}] = append(pairs[[2]sightline.EntityID{j.A, j.B}], i)
		}
	}
	care := map[sightline.Verdict]int{sightline.Same: 1, sightline.Unsure: 2, sightline.NotSame: 3}
	for _, open := range pairs {
		last := slices.MaxFunc(open, func(a, b int) int {
			x, y := list[a], list[b]
			return cmp.Or(cmp.Compare(x.Recorded, y.Recorded), cmp.Compare(care[x.Record.Judgement().Verdict], care[y.Record.Judgement().Verdict]), strings.Compare(y.Record.ID(), x.Record.ID()))
		})
		for _, i := range open {
			if i != last {
				closeBy(i, list[last])
			}
		}
	}
	return list
}
