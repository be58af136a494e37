package dossier

import (
	"slices"

	"sightline"
	"sightline/grade"
)

// Balance is what speaks for and against a statement, by independent voices,
// once all that descends from a text under audit is set aside.
type Balance struct {
	For, Against int
	Reliability  string            // letter of the best source that speaks for it, empty where none counts
	Word         string            // the level, in words
	ForClaims    []sightline.Entry // by id; those with a voice that counts
	AgainstClaim []sightline.Entry
	Aside        []sightline.Entry // all of whose references descend from the text

	sources []*sightline.Source
}

func (b Balance) entries() []sightline.Entry { return slices.Concat(b.ForClaims, b.AgainstClaim) }

// weigh pools the voices on some claims: their own references and those of the
// claims that support or dispute them, on record here. Claims named as against
// bring theirs to the other side.
func (v *view) weigh(speaksFor, against []sightline.ClaimID, except Except) (Balance, error) {
	var b Balance
	side := map[sightline.ClaimID]bool{} // true is against
	entries := map[sightline.ClaimID]sightline.Entry{}
	take := func(ids []sightline.ClaimID, isAgainst bool) error {
		for _, id := range ids {
			e, ok, err := v.held(id)
			if err != nil {
				return err
			}
			if _, twice := entries[id]; ok && !twice && e.Record.Claim().Rank != sightline.Deprecated {
				entries[id], side[id] = e, isAgainst
			}
		}
		return nil
	}
	if err := take(speaksFor, false); err != nil {
		return b, err
	}
	if err := take(against, true); err != nil {
		return b, err
	}
	// Edges of either side, one step away. What a person named stays on the
	// side where it was put.
	all := slices.Concat(speaksFor, against)
	if len(all) > 0 {
		edges, err := v.store.Claims(sightline.Query{EdgesTo: all, AsRecorded: v.options.AsRecorded})
		if err != nil {
			return b, err
		}
		for _, e := range edges {
			c := e.Record.Claim()
			if _, named := entries[c.ID]; named || c.Rank == sightline.Deprecated {
				continue
			}
			ok, err := v.appeared(c)
			if err != nil {
				return b, err
			}
			if !ok {
				continue
			}
			for _, id := range all {
				_, held := entries[id]
				supports, disputes := slices.Contains(c.Supports, id), slices.Contains(c.Disputes, id)
				if held && (supports || disputes) {
					entries[c.ID], side[c.ID] = e, side[id] != disputes
					break
				}
			}
		}
	}
	ids := make([]sightline.ClaimID, 0, len(entries))
	for id := range entries {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	var failed error
	lookup := func(id sightline.SourceID) *sightline.Source {
		s, err := v.source(id)
		switch {
		case err == nil:
			return s
		case sightline.ErrorCode(err) != sightline.NotFound:
			failed = err
		}
		return nil // named by another source, never held
	}
	var voices []grade.Voice
	var first *sightline.Claim
	related := false
	for _, id := range ids {
		e := entries[id]
		c := e.Record.Claim()
		counts := false
		for _, r := range c.References {
			if v.bars(except, r) {
				continue
			}
			w := grade.Voice{Source: r.Source, Role: r.Role, Origin: r.Origin, Against: side[id]}
			if c.Predicate == sightline.States || c.Predicate == sightline.Denies {
				w.Origin = string(c.Subject) // whoever prints it, it is the word of its subject
			}
			voices = append(voices, w)
			counts = true
			if s := lookup(r.Source); s != nil && !slices.Contains(b.sources, s) {
				b.sources = append(b.sources, s)
			}
		}
		switch {
		case !counts:
			b.Aside = append(b.Aside, e)
		case side[id]:
			b.AgainstClaim = append(b.AgainstClaim, e)
		default:
			related = related || first != nil
			if first == nil {
				first = c
			}
			b.ForClaims = append(b.ForClaims, e)
		}
	}
	if first == nil {
		first = &sightline.Claim{}
	}
	g := grade.Judge(first, voices, related, lookup, except.Sources, grade.DefaultPrior)
	b.For, b.Against, b.Word = g.For, g.Against, g.Word
	if g.For > 0 {
		b.Reliability = g.Reliability.String()
	}
	return b, failed
}

// runBalance: for, against (claim ids, comma-separated), except.
func runBalance(v *view, p params) (result, error) {
	b, err := v.weigh(splitClaims(p["for"]), splitClaims(p["against"]), exceptOf(p))
	if err != nil {
		return result{}, err
	}
	const unit = "independent voices speak for it"
	// What was set aside is no part of the work: adding to it changes nothing.
	used := b.entries()
	if len(b.entries()) == 0 {
		return result{estimate: none(sightline.TooLittleData, unit, "no statement on record speaks for or against it, beside what descends from the text"), used: used}, nil
	}
	e := counted(b.For, b.For+b.Against, unit)
	e.Reason = "a count of sources has no sampling interval; " + b.Word
	return result{estimate: e, used: used, sources: b.sources}, nil
}
