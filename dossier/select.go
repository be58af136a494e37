package dossier

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"

	"sightline"
	"sightline/grade"
	"sightline/internal/order"
)

// Selection chooses claims beyond one country. Each field that is set narrows
// it; within a field any value will do.
type Selection struct {
	Claims      []sightline.ClaimID  `json:"claims,omitzero"`
	Predicates  []string             `json:"predicates,omitzero"` // words; one that this program lacks selects nothing
	Subjects    []sightline.EntityID `json:"subjects,omitzero"`
	Objects     []sightline.EntityID `json:"objects,omitzero"`
	SubjectKind []string             `json:"subject_kinds,omitzero"`
	ObjectKind  []string             `json:"object_kinds,omitzero"`
	Nations     []string             `json:"subject_nations,omitzero"` // where the subject is based
	Where       map[string]string    `json:"where,omitzero"`           // qualifiers; alternatives are separated by "|"
	During      sightline.Period     `json:"during,omitzero"`          // shown to hold at some time in it
	Sources     []sightline.SourceID `json:"sources,omitzero"`         // cited by the claim
}

// IsZero reports whether the selection chooses nothing in particular.
func (s Selection) IsZero() bool {
	return len(s.Claims)+len(s.Predicates)+len(s.Subjects)+len(s.Objects)+len(s.SubjectKind)+len(s.ObjectKind)+len(s.Nations)+len(s.Where)+len(s.Sources) == 0 && s.During.IsZero()
}

// String is the selection as canonical JSON, as packets carry it.
func (s Selection) String() string {
	b, err := json.Marshal(s, json.Deterministic(true))
	if err != nil {
		panic("BUG: encode selection: " + err.Error())
	}
	return string(b)
}

func parseSelection(text string) (Selection, error) {
	var s Selection
	err := json.Unmarshal([]byte(text), &s, json.RejectUnknownMembers(true))
	if err != nil {
		return s, sightline.Errorf(sightline.Invalid, "read selection", text, "%w", err)
	}
	return s, nil
}

// Except names a text whose evidence does not count: its source records and
// what derives from them, and references that retell it under one of these
// origins.
type Except struct {
	Sources []sightline.SourceID
	Origins []string
}

func (e Except) params(p params) params {
	if len(e.Sources) > 0 {
		ids := make([]string, len(e.Sources))
		for i, s := range e.Sources {
			ids[i] = string(s)
		}
		p["except"] = strings.Join(ids, ",")
	}
	if len(e.Origins) > 0 {
		p["except_origins"] = strings.Join(e.Origins, "|")
	}
	return p
}

func exceptOf(p params) Except {
	var e Except
	if t := p["except"]; t != "" {
		for s := range strings.SplitSeq(t, ",") {
			e.Sources = append(e.Sources, sightline.SourceID(s))
		}
	}
	if t := p["except_origins"]; t != "" {
		e.Origins = strings.Split(t, "|")
	}
	return e
}

// bars reports whether a reference descends from the text.
func (v *view) bars(e Except, r sightline.Reference) bool {
	if r.Origin != "" && slices.ContainsFunc(e.Origins, func(o string) bool { return strings.EqualFold(o, r.Origin) }) {
		return true
	}
	return v.barsSource(e, r.Source)
}

func (v *view) barsSource(e Except, id sightline.SourceID) bool {
	if len(e.Sources) == 0 {
		return false
	}
	set := map[sightline.SourceID]bool{}
	for _, s := range e.Sources {
		set[s] = true
	}
	return grade.Descends(id, set, func(id sightline.SourceID) *sightline.Source {
		s, err := v.source(id)
		if err != nil {
			return nil // named by another source, never held
		}
		return s
	})
}

// counts reports whether a claim can be counted: it is not deprecated, and
// some source that does not descend from the text gives evidence for it. A
// bare assertion is no evidence.
func (v *view) counts(e Except, c *sightline.Claim) bool {
	if c.Rank == sightline.Deprecated {
		return false
	}
	return slices.ContainsFunc(c.References, func(r sightline.Reference) bool {
		return r.Role == sightline.Evidence && !v.bars(e, r)
	})
}

// held is a claim that is in force and published in this view.
func (v *view) held(id sightline.ClaimID) (sightline.Entry, bool, error) {
	e, err := v.claim(id)
	if err != nil {
		if sightline.ErrorCode(err) == sightline.NotFound {
			return e, false, nil
		}
		return e, false, err
	}
	if e.Closed != sightline.Forever && (v.options.AsRecorded == 0 || e.Closed <= v.options.AsRecorded) {
		return e, false, nil
	}
	ok, err := v.appeared(e.Record.Claim())
	return e, ok, err
}

// appeared reports whether a claim had been published by the date of the view
// and may be in it.
func (v *view) appeared(c *sightline.Claim) (bool, error) {
	if open, err := v.mayPass(c); err != nil || !open {
		return false, err
	}
	if v.options.AsPublished.IsZero() {
		return true, nil
	}
	d, err := v.publishedAt(c)
	return err == nil && v.published(d), err
}

// choose lists the claims of a selection that count, by id.
func (v *view) choose(s Selection, except Except) ([]sightline.Entry, error) {
	return v.pick(s, func(c *sightline.Claim) bool { return v.counts(except, c) })
}

// pick lists the claims of a selection for which keep holds, by id.
func (v *view) pick(s Selection, keep func(*sightline.Claim) bool) ([]sightline.Entry, error) {
	if s.IsZero() {
		return nil, sightline.Errorf(sightline.Invalid, "select claims", "", "the selection is empty").WithHint("Name claims, a predicate, a subject or an object.")
	}
	var entries []sightline.Entry
	if len(s.Claims) > 0 {
		for _, id := range s.Claims {
			e, ok, err := v.held(id)
			if err != nil {
				return nil, err
			}
			if ok {
				entries = append(entries, e)
			}
		}
		order.By(entries, func(a, b sightline.Entry) int { return a.Record.Compare(b.Record) })
	} else {
		q := sightline.Query{Sources: s.Sources, AsRecorded: v.options.AsRecorded}
		if len(s.Objects) > 0 {
			q.Entities = s.Objects
		} else {
			q.Entities = s.Subjects
		}
		for _, word := range s.Predicates {
			var p sightline.Predicate
			if p.UnmarshalText([]byte(word)) == nil {
				q.Predicates = append(q.Predicates, p)
			}
		}
		if len(s.Predicates) > 0 && len(q.Predicates) == 0 {
			return nil, nil // an import of another edition may bring it
		}
		var err error
		if entries, err = v.query(q); err != nil {
			return nil, err
		}
	}
	var out []sightline.Entry
	for _, e := range entries {
		c := e.Record.Claim()
		if !v.fits(s, c) || !keep(c) {
			continue
		}
		ok, err := v.appeared(c)
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, e)
		}
	}
	return out, nil
}

// query asks the store, once for each query. The caller must not change what
// it gets.
func (v *view) query(q sightline.Query) ([]sightline.Entry, error) {
	key := fmt.Sprint(q.Sources, q.Entities, q.Predicates)
	if entries, ok := v.read[key]; ok {
		return entries, nil
	}
	entries, err := v.store.Claims(q)
	if err == nil {
		v.read[key] = entries
	}
	return entries, err
}

func (v *view) fits(s Selection, c *sightline.Claim) bool {
	in := func(kinds []string, k sightline.EntityKind) bool {
		return len(kinds) == 0 || slices.Contains(kinds, k.String())
	}
	switch {
	case len(s.Predicates) > 0 && !slices.Contains(s.Predicates, c.Predicate.String()),
		len(s.Subjects) > 0 && !slices.Contains(s.Subjects, c.Subject),
		len(s.Objects) > 0 && !slices.Contains(s.Objects, c.Object.Entity),
		!in(s.SubjectKind, c.Subject.Kind()),
		!in(s.ObjectKind, c.Object.Entity.Kind()),
		len(s.Nations) > 0 && !slices.Contains(s.Nations, v.nation(c.Subject)),
		!s.During.IsZero() && !holdsIn(c.Valid, s.During),
		len(s.Sources) > 0 && !slices.ContainsFunc(c.References, func(r sightline.Reference) bool { return slices.Contains(s.Sources, r.Source) }):
		return false
	}
	for k, want := range s.Where {
		if got := c.Qualifiers[k]; got == "" || !slices.Contains(strings.Split(want, "|"), got) {
			return false
		}
	}
	return true
}

// holdsIn reports whether a claim that is valid over p is shown to hold at some
// time in the period: it had begun by its end, whatever the precision of the
// date, and had not ended before it. An end that nobody stated is no end, and a
// start that nobody stated is no later than the end.
func holdsIn(p, in sightline.Period) bool {
	first, last := in.Bounds()
	from, begins := p.From()
	to, ends := p.To()
	switch {
	case p.IsZero():
		return false
	case begins && from.Last() > last:
		return false
	case ends && to.First() < first:
		return false
	case !begins && ends && to.Last() > last:
		return false // it may have begun later
	}
	return true
}

// complete reports whether every list, vote or treaty that a selection is
// about holds all its rows, and this view shows them all: none was published
// later or descends from the text under audit. A count over anything else is a
// floor: what is missing can only raise it.
func (v *view) complete(s Selection, except Except) (bool, error) {
	if len(s.Objects) == 0 {
		return false, nil
	}
	for _, id := range s.Objects {
		if e := v.entity(id); e == nil || e.Complete != sightline.Complete {
			return false, nil
		}
		rows := Selection{Objects: []sightline.EntityID{id}, Predicates: s.Predicates}
		shown, err := v.choose(rows, except)
		if err != nil || len(shown) == 0 {
			return false, err
		}
		if v.options.AsPublished.IsZero() && !v.options.OpenOnly && len(except.Sources)+len(except.Origins) == 0 {
			continue
		}
		all, err := v.query(sightline.Query{Entities: rows.Objects, AsRecorded: v.options.AsRecorded})
		if err != nil {
			return false, err
		}
		n := 0
		for _, e := range all {
			if c := e.Record.Claim(); v.fits(rows, c) && c.Rank != sightline.Deprecated {
				n++
			}
		}
		if n != len(shown) {
			return false, nil
		}
	}
	return true, nil
}

// ground tells what lists a selection is about, how complete and how old they
// are.
func (v *view) ground(s Selection) string {
	var t []string
	for _, id := range s.Objects {
		switch id.Kind() {
		case sightline.KindList, sightline.KindVote, sightline.KindTreaty, sightline.KindAct, sightline.KindOrganization:
		default:
			continue
		}
		if l := v.listWords(id); l != "" && !slices.Contains(t, l) {
			t = append(t, l)
		}
	}
	if len(t) == 0 {
		return "the record is not complete, so the count is the least that there can be"
	}
	return strings.Join(t, "; ")
}

// listWords names a list with its completeness and date.
func (v *view) listWords(id sightline.EntityID) string {
	e := v.entity(id)
	if e == nil {
		return ""
	}
	w := "“" + e.Name + "” is " + e.Complete.String()
	switch e.Complete {
	case sightline.CompletenessUnknown:
		w = "how complete “" + e.Name + "” is, is not known"
	}
	if !e.AsOf.IsZero() {
		w += " as of " + e.AsOf.String()
	}
	return w
}

// numberOf is the number that a claim states: its object, or the qualifier
// "number", or the number at the start of "level".
func numberOf(c *sightline.Claim) (float64, bool) {
	if c.Object.Unit != "" {
		return c.Object.Number, true
	}
	for _, k := range []string{"number", "level"} {
		t, _, _ := strings.Cut(c.Qualifiers[k], " ")
		if n, err := strconv.ParseFloat(t, 64); err == nil {
			return n, true
		}
	}
	return 0, false
}
