package dossier

import (
	"slices"
	"strconv"

	"sightline"
	"sightline/grade"
)

// grading is the grade of a claim with what it was computed from.
type grading struct {
	level    Level
	clusters int
	used     []sightline.Entry
	sources  []*sightline.Source
}

// grade weighs a claim by its own references and by those of the claims that
// support or dispute it.
func (v *view) grade(e sightline.Entry) (grading, error) {
	c := e.Record.Claim()
	g := grading{used: []sightline.Entry{e}}
	var failed error
	lookup := func(id sightline.SourceID) *sightline.Source {
		s, err := v.source(id)
		switch {
		case err == nil:
			if !slices.Contains(g.sources, s) {
				g.sources = append(g.sources, s)
			}
			return s
		case sightline.ErrorCode(err) != sightline.NotFound:
			failed = err
		}
		return nil // named by another source, never held
	}
	var voices []grade.Voice
	related := false
	add := func(o *sightline.Claim, against bool) {
		for _, r := range o.References {
			w := grade.Voice{Source: r.Source, Role: r.Role, Origin: r.Origin, Against: against}
			if o.Predicate == sightline.States || o.Predicate == sightline.Denies {
				// Whoever prints it, it is the word of its subject.
				w.Origin = string(o.Subject)
			}
			voices = append(voices, w)
		}
	}
	add(c, false)
	edges, err := v.voices(c.ID)
	if err != nil {
		return g, err
	}
	for _, x := range edges {
		o := x.Record.Claim()
		against := slices.Contains(o.Disputes, c.ID)
		related = related || !against
		g.used = append(g.used, x)
		add(o, against)
	}
	j := grade.Judge(c, voices, related, lookup, nil, grade.DefaultPrior)
	if failed != nil {
		return g, failed
	}
	g.clusters = j.For
	g.level = Level{Word: j.Word, Pips: j.Pips, Reliability: j.Reliability.String(), Credibility: strconv.Itoa(j.Credibility)}
	return g, nil
}

// level is the grade as a card shows it, with the packet that explains it.
func (k *composer) level(e sightline.Entry) *Level {
	if k.err != nil {
		return nil
	}
	g, err := k.grade(e)
	if err != nil {
		k.fail(err)
		return nil
	}
	l := g.level
	l.Clusters = k.compute(gradeClaim, params{"claim": e.Record.ID()})
	return &l
}

// Grade is the level of one claim as a dossier would show it.
func Grade(store sightline.Store, id sightline.ClaimID, asRecorded sightline.Instant) (Level, error) {
	v := emptyView(store, nil, Options{AsRecorded: asRecorded})
	e, err := v.claim(id)
	if err != nil {
		return Level{}, err
	}
	g, err := v.grade(e)
	return g.level, err
}
