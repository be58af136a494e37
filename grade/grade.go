// Package grade computes how far independent sources agree on a claim. It is
// never typed in: what goes in are claims, their edges and their sources; what
// comes out is an Admiralty credibility of 1 to 6, a word for it, two meters,
// and what they were computed from.
//
// The rules are these (methods of evidence, 5.1 to 5.3):
//
//   - F and 6 mean that a judgement is missing. They add nothing and take
//     nothing away, and letters are never averaged.
//   - Sources joined by derived_from or by the same cluster count once. Within
//     such a cluster the strongest evidence counts.
//   - A reference of role assertion adds nothing. Evidence of a claim that
//     disputes counts against.
//   - The weights are priors of ours, not measurements, so no probability is
//     printed before at least [Adjudicated] claims have been judged by people.
//
// The package does no input or output.
package grade

import (
	"fmt"
	"math"
	"slices"

	"sightline"
)

// Adjudicated is the number of claims that people must have judged true or
// false before a probability is more than a way to rank.
const Adjudicated = 100

// Weight is a likelihood ratio: how many times likelier evidence of this grade
// is when the claim is true than when it is false. Low and High are the band
// over which results are tried.
type Weight struct{ Value, Low, High float64 }

// Priors are what the weighing rests on. All are choices of ours.
type Priors struct {
	Claim       float64                             // probability of a claim before any evidence
	Dependence  float64                             // residual dependence between clusters, 0 to 1
	Ratio       map[sightline.Reliability]Weight    // by the letter of the source; F has none
	Diversity   map[sightline.PublisherKind]float64 // of one cluster, for triangulation
	Adjudicated int                                 // claims judged so far
}

// Usual are the priors that Sightline uses. TestPriorsMatter shows their
// effect.
func Usual() Priors {
	return Priors{
		Claim:      0.1,
		Dependence: 0.3,
		Ratio: map[sightline.Reliability]Weight{
			sightline.RelA: {6, 3, 12},
			sightline.RelB: {4, 2, 8},
			sightline.RelC: {3, 1.5, 5},
			sightline.RelD: {1.5, 1, 2},
			sightline.RelE: {1, 1, 1.2},
		},
		Diversity: map[sightline.PublisherKind]float64{
			sightline.Court: 0.6, sightline.Academic: 0.5, sightline.Registry: 0.5, sightline.Intergovernmental: 0.5,
			sightline.NGO: 0.4, sightline.Press: 0.4, sightline.Government: 0.4, sightline.Vendor: 0.3,
			sightline.StateMedia: 0.2, sightline.Mirror: 0.1,
		},
	}
}

// Word is what is printed.
type Word uint8

// The words, strongest first.
const (
	_              Word = iota
	Confirmed           // by two or more independent clusters of fair sources, and disputed by none
	ProbablyTrue        // one fair cluster and others that are weaker
	ReportedOnce        // one fair cluster
	Contested           // evidence for and against
	Doubtful            // weak evidence only, or evidence against it alone
	Unsupported         // nobody gives a ground
	CannotBeJudged      // there are grounds, and nobody has judged the sources
)

var wordTexts = []string{"", "confirmed", "probably true", "reported once", "contested", "doubtful", "unsupported", "cannot be judged"}

func (w Word) String() string { return wordTexts[w] }

// Grade is what was computed for one claim.
type Grade struct {
	Credibility   int // 1 confirmed … 5 improbable; 6 cannot be judged, which is not the worst
	Word          Word
	For, Against  int  // independent clusters of judged sources
	Unjudged      int  // clusters whose sources nobody has judged
	Denied        bool // a claim disputes it, with or without a ground
	Clusters      []Cluster
	Probability   sightline.Estimate // has a value only when enough claims were adjudicated
	Low, High     Word               // at the ends of the band of the priors
	Triangulation sightline.Estimate
	Completeness  sightline.Estimate
	Missing       []string // fields that completeness lacks
}

// String is the word, with the number where it belongs.
func (g Grade) String() string {
	if g.Word == Confirmed {
		return fmt.Sprintf("confirmed by %d independent sources", g.For)
	}
	return g.Word.String()
}

// Cluster is a set of sources that count once.
type Cluster struct {
	Sources []sightline.SourceID // that speak to the claim, sorted
	Weight  float64              // log likelihood ratio of the strongest, negative when against; 0 when not judged
}

// Evidence is all that a grade looks at.
type Evidence struct {
	Claim    *sightline.Claim
	Supports []*sightline.Claim                         // claims in force that support it
	Disputes []*sightline.Claim                         // claims in force that dispute it
	Source   func(sightline.SourceID) *sightline.Source // nil where it is not held
	Excluded []sightline.SourceID                       // the audited text: it never counts, nor does what derives from it
}

// Of grades a claim.
func Of(e Evidence, p Priors) Grade {
	g := Grade{Denied: len(e.Disputes) > 0}
	s := gather(e)
	g.Clusters = s.clusters(p, func(w Weight) float64 { return w.Value })
	g.judge(p, s)
	at := func(pick func(Weight) float64) Word {
		other := Grade{Clusters: s.clusters(p, pick)}
		other.judge(p, s)
		return other.Word
	}
	g.Low, g.High = at(func(w Weight) float64 { return w.Low }), at(func(w Weight) float64 { return w.High })
	g.Probability = g.probability(p, s)
	g.Triangulation = s.triangulation(p)
	g.Completeness, g.Missing = completeness(e)
	return g
}

// judge sets the word and the credibility from the clusters. A cluster is fair
// when its strongest evidence weighs as much as that of a source of letter C.
func (g *Grade) judge(p Priors, s sample) {
	fair, total := 0, 0.0
	bar := math.Log(2) // between the lowest weight of B and the highest of D
	for _, c := range g.Clusters {
		total += c.Weight
		switch {
		case c.Weight > 0:
			g.For++
			if c.Weight >= bar {
				fair++
			}
		case c.Weight < 0:
			g.Against++
		}
	}
	g.Unjudged = s.unjudged(p)
	switch {
	case g.For > 0 && g.Against > 0:
		g.Word, g.Credibility = Contested, 3
		if total <= 0 {
			g.Credibility = 4
		}
	case g.Against > 0:
		g.Word, g.Credibility = Doubtful, 5
	case fair >= 2:
		g.Word, g.Credibility = Confirmed, 1
	case fair == 1 && g.For > 1:
		g.Word, g.Credibility = ProbablyTrue, 2
	case fair == 1:
		g.Word, g.Credibility = ReportedOnce, 3
	case s.judged(p):
		g.Word, g.Credibility = Doubtful, 4
	case len(s.items) > 0:
		g.Word, g.Credibility = CannotBeJudged, 6
	default:
		g.Word, g.Credibility = Unsupported, 6
	}
}

// Combine adds the log likelihood ratios of independent clusters to the log
// odds of the prior. What dependence remains between n clusters makes them
// worth n/(1+(n-1)rho).
func Combine(prior float64, ratios []float64, rho float64) (probability, effective float64) {
	logit := math.Log(prior / (1 - prior))
	if n := float64(len(ratios)); n > 0 {
		sum := 0.0
		for _, r := range ratios {
			sum += math.Log(r)
		}
		effective = n / (1 + (n-1)*rho)
		logit += sum / n * effective
	}
	return 1 / (1 + math.Exp(-logit)), effective
}

func (g *Grade) probability(p Priors, s sample) sightline.Estimate {
	at := func(pick func(Weight) float64) (float64, int64) {
		var ratios []float64
		for _, c := range s.clusters(p, pick) {
			if c.Weight != 0 {
				ratios = append(ratios, math.Exp(c.Weight))
			}
		}
		v, _ := Combine(p.Claim, ratios, p.Dependence)
		return v, int64(len(ratios))
	}
	v, n := at(func(w Weight) float64 { return w.Value })
	low, _ := at(func(w Weight) float64 { return w.Low })
	high, _ := at(func(w Weight) float64 { return w.High })
	e := sightline.Estimate{N: n, Unit: "probability", Method: "grade.probability/1"}
	switch {
	case p.Adjudicated < Adjudicated:
		e.State = sightline.NotIdentified
		e.Reason = fmt.Sprintf("%d claims were adjudicated, %d are needed before a probability means anything", p.Adjudicated, Adjudicated)
	case n == 0:
		e.State, e.Reason = sightline.TooLittleData, "no judged evidence"
	default:
		e.Value = sightline.Num(v)
		e.Reason = fmt.Sprintf("no interval: over the band of the priors it goes from %.2f to %.2f", min(low, high), max(low, high))
	}
	return e
}

func completeness(e Evidence) (sightline.Estimate, []string) {
	c := e.Claim
	has := func(f func(sightline.Reference, *sightline.Source) bool) bool {
		return slices.ContainsFunc(c.References, func(r sightline.Reference) bool { return f(r, e.Source(r.Source)) })
	}
	fields := []struct {
		name   string
		filled bool
	}{
		{"words", c.Words != ""},
		{"valid", !c.Valid.IsZero()},
		{"published", !c.Published.IsZero()},
		{"a reference that gives grounds", has(func(r sightline.Reference, _ *sightline.Source) bool { return r.Role == sightline.Evidence })},
		{"a locator", has(func(r sightline.Reference, _ *sightline.Source) bool { return r.Locator != "" })},
		{"a source with an address", has(func(_ sightline.Reference, s *sightline.Source) bool { return s != nil && s.URL != "" })},
		{"a source with a date", has(func(_ sightline.Reference, s *sightline.Source) bool { return s != nil && !s.Published.IsZero() })},
		{"a source that was judged", has(func(_ sightline.Reference, s *sightline.Source) bool {
			return s != nil && s.Reliability != sightline.RelF
		})},
	}
	var missing []string
	for _, f := range fields {
		if !f.filled {
			missing = append(missing, f.name)
		}
	}
	n := len(fields) - len(missing)
	return sightline.Estimate{
		Value: sightline.Num(float64(n) / float64(len(fields))), N: int64(n), Denominator: int64(len(fields)), Unit: "share of fields",
		Reason: "no interval: it is a count", Method: "grade.completeness/1",
	}, missing
}
