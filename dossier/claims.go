package dossier

import (
	"slices"
	"strings"

	"sightline"
)

// ClaimsSchema is the schema of ClaimList.
const ClaimsSchema = "sightline.claims/1"

// Filter chooses claims for a list. Each field that is set narrows it.
type Filter struct {
	Country   string             `json:"country,omitzero"`   // code or name: the claim names it
	Entity    sightline.EntityID `json:"entity,omitzero"`    // the claim names it, by any of its records
	Supplier  sightline.EntityID `json:"supplier,omitzero"`  // the claim names it as a supplier, by any of its records
	Source    sightline.SourceID `json:"source,omitzero"`    // the claim cites it
	Predicate string             `json:"predicate,omitzero"` // a word of the vocabulary
	Class     string             `json:"class,omitzero"`     // control, core, access, training, unrelated
	Grade     string             `json:"grade,omitzero"`     // one of Grades
}

// Grades are the groups of grades by which claims can be listed.
var Grades = []string{"confirmed", "one_voice", "contested", "unsupported", "not_judged"}

// gradeGroup is the group of a level.
func gradeGroup(word string) string {
	switch {
	case strings.HasPrefix(word, "confirmed"):
		return "confirmed"
	case strings.HasPrefix(word, "one voice"):
		return "one_voice"
	case strings.HasPrefix(word, "contested"):
		return "contested"
	case strings.HasPrefix(word, "unsupported"):
		return "unsupported"
	}
	return "not_judged"
}

// ClaimList is a page of a list of claims, by id.
type ClaimList struct {
	Schema string            `json:"schema"`
	Filter Filter            `json:"filter"`
	After  sightline.ClaimID `json:"after,omitzero"` // the cursor that was given
	Claims []ClaimRow        `json:"claims"`
	Next   sightline.ClaimID `json:"next,omitzero"` // the cursor of the next page; empty at the end
	Frame
}

// ClaimRow is a claim in a list.
type ClaimRow struct {
	Item
	Predicate string `json:"predicate"`
	Subject   Named  `json:"subject"`
	Object    Thing  `json:"object"`
	Grade     string `json:"grade"` // one of Grades
}

// maxPage is the most that a page lists; of our choosing.
const maxPage = 500

// chosen is a filter that was read.
type chosen struct {
	country   sightline.Country
	predicate sightline.Predicate
	class     string
	source    sightline.SourceID
	entities  []sightline.EntityID
	suppliers []sightline.EntityID
	grade     string
}

func (v *view) readFilter(f Filter) (c chosen, err error) {
	if f.Country != "" {
		if c.country, err = sightline.ParseCountry(f.Country); err != nil {
			return c, err
		}
	}
	if f.Predicate != "" {
		if err := c.predicate.UnmarshalText([]byte(f.Predicate)); err != nil {
			return c, err
		}
	}
	if c.class = f.Class; f.Class != "" {
		if _, err := sightline.ParseClass(f.Class); err != nil {
			return c, err
		}
	}
	if c.grade = f.Grade; f.Grade != "" && !slices.Contains(Grades, f.Grade) {
		return c, sightline.Errorf(sightline.Invalid, "list claims", f.Grade, "no such group of grades").WithHint("Use one of: %s.", strings.Join(Grades, ", "))
	}
	if c.source = f.Source; f.Source != "" {
		if _, err := v.source(f.Source); err != nil {
			return c, err
		}
	}
	for _, x := range []struct {
		id  sightline.EntityID
		out *[]sightline.EntityID
	}{{f.Entity, &c.entities}, {f.Supplier, &c.suppliers}} {
		if x.id == "" {
			continue
		}
		if _, err := v.store.Entity(x.id, v.options.AsRecorded); err != nil {
			return c, err
		}
		one, err := v.cluster(x.id)
		if err != nil {
			return c, err
		}
		*x.out = one.Members
	}
	return c, nil
}

// query is what a store can narrow by; narrow is false where that is no more
// than a predicate.
func (c chosen) query(at sightline.Instant) (q sightline.Query, narrow bool) {
	q = sightline.Query{Country: c.country, AsRecorded: at}
	if c.source != "" {
		q.Sources = []sightline.SourceID{c.source}
	}
	if c.predicate != 0 {
		q.Predicates = []sightline.Predicate{c.predicate}
	}
	if len(c.entities) > 0 {
		q.Entities = c.entities
	} else {
		q.Entities = c.suppliers
	}
	return q, !c.country.IsZero() || c.source != "" || len(q.Entities) > 0
}

// keep reports whether a claim that the store gave is wanted.
func (v *view) keep(f chosen, e sightline.Entry) (bool, error) {
	c := e.Record.Claim()
	if f.predicate != 0 && c.Predicate != f.predicate || f.class != "" && c.Qualifiers["class"] != f.class {
		return false, nil
	}
	if len(f.suppliers) > 0 {
		s, _ := party(c)
		if !slices.Contains(supplyPredicates, c.Predicate) || !slices.Contains(f.suppliers, s) {
			return false, nil
		}
	}
	if ok, err := v.appeared(c); err != nil || !ok {
		return false, err
	}
	if f.grade == "" {
		return true, nil
	}
	g, err := v.grade(e)
	return gradeGroup(g.level.Word) == f.grade, err
}

// scanned is how many claims are looked at for a page before the store is asked
// by predicate instead.
const scanned = 20_000

// Claims lists claims by id, at most limit of them, from behind a cursor on.
func (r *Reader) Claims(f Filter, after sightline.ClaimID, limit int) (*ClaimList, error) {
	k := r.compose()
	c, err := k.readFilter(f)
	if err != nil {
		return nil, err
	}
	if limit <= 0 || limit > maxPage {
		limit = maxPage
	}
	var page []sightline.Entry // one more than wanted, if there are so many
	take := func(entries []sightline.Entry) error {
		for _, e := range entries {
			if len(page) > limit {
				return nil
			}
			ok, err := k.keep(c, e)
			if err != nil {
				return err
			}
			if ok {
				page = append(page, e)
			}
		}
		return nil
	}
	q, narrow := c.query(k.options.AsRecorded)
	for from, looked := after, 0; !narrow && len(page) <= limit; {
		size := max(limit+1, 500)
		entries, err := k.store.Page(from, size, k.options.AsRecorded)
		if err != nil {
			return nil, err
		}
		if err := take(entries); err != nil {
			return nil, err
		}
		if len(entries) < size {
			break
		}
		from = sightline.ClaimID(entries[len(entries)-1].Record.ID())
		if looked += len(entries); looked >= scanned && c.predicate != 0 {
			narrow, page = true, nil
		}
	}
	if narrow {
		entries, err := k.store.Claims(q)
		if err != nil {
			return nil, err
		}
		start, exact := slices.BinarySearchFunc(entries, string(after), func(e sightline.Entry, id string) int { return strings.Compare(e.Record.ID(), id) })
		if exact {
			start++
		}
		if err := take(entries[start:]); err != nil {
			return nil, err
		}
	}
	l := &ClaimList{Schema: ClaimsSchema, Filter: f, After: after}
	if len(page) > limit {
		page = page[:limit]
		l.Next = sightline.ClaimID(page[limit-1].Record.ID())
	}
	for _, e := range page {
		l.Claims = append(l.Claims, k.claimRow(e))
	}
	l.Frame, err = r.seal(k, "")
	return l, err
}

func (k *composer) claimRow(e sightline.Entry) ClaimRow {
	c := e.Record.Claim()
	g, err := k.grade(e)
	if err != nil {
		k.fail(err)
	}
	it := k.item(e, false)
	it.Level = &g.level
	it.Level.Clusters = k.compute(gradeClaim, params{"claim": e.Record.ID()})
	return ClaimRow{Item: it, Predicate: c.Predicate.String(), Subject: Named{ID: string(c.Subject), Name: k.name(c.Subject)}, Object: k.thing(c.Object), Grade: gradeGroup(g.level.Word)}
}
