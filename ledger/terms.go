package ledger

import (
	"slices"

	"sightline"
)

// Public selects the records of a store that may be passed on: claims that rest
// on at least one source whose terms are open and do not hang on one that is
// kept back, and the sources that they cite. Left counts the claims kept back, by the terms that are
// the most open of their sources'.
func Public(s sightline.Store, asRecorded sightline.Instant) (keep func(sightline.Record) bool, left map[sightline.Terms]int, err error) {
	terms := map[sightline.SourceID]sightline.Terms{}
	held := map[sightline.ClaimID]bool{} // kept back
	cited := map[sightline.SourceID][]sightline.ClaimID{}
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
				if terms[ref.Source] != sightline.Open {
					cited[ref.Source] = append(cited[ref.Source], c.ID)
				}
			}
			if most != sightline.Open {
				held[c.ID] = true
				left[most]++
			}
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
			hanging = append(hanging, edges{r.Withdrawal().ID, []sightline.ClaimID{r.Withdrawal().Claim}, false})
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
	return func(r sightline.Record) bool {
		switch r.Kind() {
		case sightline.SourceRecord:
			id := r.Source().ID
			return terms[id] == sightline.Open || slices.ContainsFunc(cited[id], func(c sightline.ClaimID) bool { return !held[c] })
		case sightline.ClaimRecord, sightline.WithdrawalRecord:
			return !held[sightline.ClaimID(r.ID())]
		}
		return true
	}, left, nil
}
