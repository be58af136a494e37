package dossier

import "sightline"

type grading struct {
	level    Level
	clusters int
	used     []sightline.Entry
	sources  []*sightline.Source
}

func (v *view) grade(e sightline.Entry) (grading, error) {
	g := grading{used: []sightline.Entry{e}}
	for _, r := range e.Record.Claim().References {
		s, err := v.source(r.Source)
		if err != nil {
			return g, err
		}
		g.sources = append(g.sources, s)
		g.level.Reliability = s.Reliability.String()
	}
	g.clusters = len(g.sources)
	g.level.Word = "reported"
	g.level.Credibility = "6"
	return g, nil
}

func (k *composer) level(e sightline.Entry) Level {
	g, err := k.grade(e)
	if err != nil {
		k.fail(err)
		return Level{}
	}
	l := g.level
	l.Clusters = k.compute(gradeClaim, params{"claim": e.Record.ID()})
	return l
}
