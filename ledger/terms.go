package ledger

import (
	"slices"

	"sightline"
)

// Public selects what of a store may be passed on, so that nothing of a set
// whose terms are not open goes with it:
//
//   - claims that rest on at least one open source and do not hang on one that
//     is kept back. A reference beside it to a source that is not open is taken
//     out of the copy that is passed on;
//   - the sources whose terms are open;
//   - the entities that such a claim names, and those that no claim names. The
//     names that only claims kept back need stay;
//   - judgements on entities that are passed on, with what withdraws them.
//
// Pass returns the record as it may be passed on, and whether it may. Left
// counts the claims kept back, by the terms that are the most open of their
// sources'; under Open those that are open themselves and hang on one that is
// not.
func Public(s sightline.Store, asRecorded sightline.Instant) (pass func(sightline.Record) (sightline.Record, bool), left map[sightline.Terms]int, err error) {
	terms := map[sightline.SourceID]sightline.Terms{}
	held := map[sightline.ClaimID]bool{}                  // kept back: claims and withdrawals
	named := map[sightline.ClaimID][]sightline.EntityID{} // by claims
	judged := map[sightline.JudgementID][2]sightline.EntityID{}
	left = map[sightline.Terms]int{}
	type edges struct {
		id    sightline.ClaimID
		all   []sightline.ClaimID
		claim bool
	}
	var hanging []edges
	for e, err := range s.Records(asRecorded) {
		if err != nil {
			return nil, nil, err
		}
		switch r := e.Record; r.Kind() {
		case sightline.SourceRecord:
			terms[r.Source().ID] = r.Source().Terms // versions ascend: the newest stays
		case sightline.ClaimRecord:
			c := r.Claim()
			most := sightline.Restricted
			for _, ref := range c.References {
				most = min(most, terms[ref.Source])
			}
			if most != sightline.Open {
				held[c.ID] = true
				left[most]++
			}
			named[c.ID] = entitiesOf(c)
			all := slices.Concat(c.Supports, c.Disputes)
			if c.Corrects != "" {
				all = append(all, c.Corrects)
			}
			if c.Object.Claim != "" {
				all = append(all, c.Object.Claim)
			}
			if len(all) > 0 {
				hanging = append(hanging, edges{c.ID, all, true})
			}
		case sightline.WithdrawalRecord:
			if w := r.Withdrawal(); w.Claim != "" {
				hanging = append(hanging, edges{w.ID, []sightline.ClaimID{w.Claim}, false})
			}
		case sightline.JudgementRecord:
			j := r.Judgement()
			judged[j.ID] = [2]sightline.EntityID{j.A, j.B}
		}
	}
	for changed := true; changed; {
		changed = false
		for _, h := range hanging {
			if !held[h.id] && slices.ContainsFunc(h.all, func(id sightline.ClaimID) bool { return held[id] }) {
				held[h.id], changed = true, true
				if h.claim {
					left[sightline.Open]++ // it is open itself, and hangs on one that is not
				}
			}
		}
	}
	spoken, closed := map[sightline.EntityID]bool{}, map[sightline.EntityID]bool{}
	for id, list := range named {
		for _, e := range list {
			if held[id] {
				closed[e] = true
			} else {
				spoken[e] = true
			}
		}
	}
	told := func(e sightline.EntityID) bool { return spoken[e] || !closed[e] }
	both := func(id sightline.JudgementID) bool { p := judged[id]; return told(p[0]) && told(p[1]) }
	return func(r sightline.Record) (sightline.Record, bool) {
		switch r.Kind() {
		case sightline.SourceRecord:
			return r, terms[r.Source().ID] == sightline.Open
		case sightline.EntityRecord:
			return r, told(r.Entity().ID)
		case sightline.ClaimRecord:
			c := r.Claim()
			if held[c.ID] {
				return r, false
			}
			if !slices.ContainsFunc(c.References, func(ref sightline.Reference) bool { return terms[ref.Source] != sightline.Open }) {
				return r, true
			}
			bare := *c
			bare.References = nil
			for _, ref := range c.References {
				if terms[ref.Source] == sightline.Open {
					bare.References = append(bare.References, ref)
				}
			}
			out, err := sightline.NewRecord(&bare)
			return out, err == nil
		case sightline.WithdrawalRecord:
			w := r.Withdrawal()
			if w.Judgement != "" {
				return r, both(w.Judgement)
			}
			return r, !held[w.ID]
		case sightline.JudgementRecord:
			return r, both(r.Judgement().ID)
		}
		return r, true
	}, left, nil
}
