package identity

import (
	"math"

	"sightline"
)

// The model of Fellegi and Sunter (1969): two records are compared field by
// field, each comparison falls into a level, and a level weighs log2(m/u), how
// much more often matches than others are at it. Frequencies of terms adjust
// the weight of an exact agreement (Winkler 2000), and that inside the E-step
// as well. Parameters are learnt by expectation and maximisation.

// Model holds the parameters.
type Model struct {
	Lambda      float64 // share of matches among the pairs
	Comparisons []Comparison
}

// Comparison is one field and its levels. Level 0 is disagreement by custom;
// the order has no meaning to the model.
type Comparison struct {
	Name   string
	Levels []Level

	// Exact is the level at which a pair's Frequency counts, with Frequencies
	// set: rare terms agree by chance less often. The power softens it: 1 is
	// full, 0 is none.
	Frequencies bool
	Exact       int
	Power       float64
}

// Level is one degree of agreement: its share among matches and others.
type Level struct {
	Label string
	M, U  float64
}

// Null is the level of a field that one of the records lacks. Its Bayes factor
// is 1, and it counts in no update of m and u.
const Null = -1

// Pair is what comparing two records gave.
type Pair struct {
	Levels    []int     // one for each comparison, or Null
	Frequency []float64 // of the more frequent of the two terms, for each comparison; 0 where none is known; nil for none
}

// Weight is how much speaks for a pair, in bits, and what says so.
type Weight struct {
	Bits        float64
	Probability float64 // that the model gives; a ranking aid until it is held against judged pairs
	Prior       float64 // log2 of the odds before anything was compared
	Parts       []WeightPart
}

// WeightPart is what one comparison adds.
type WeightPart struct {
	Comparison string
	Level      string  // "" for Null
	Bits       float64 // of the level
	Frequency  float64 // bits by the frequency of the term
}

// factor is the Bayes factor of a comparison and that of its term's frequency.
func (c *Comparison) factor(level int, frequency float64) (bayes, term float64) {
	if level == Null {
		return 1, 1
	}
	l := c.Levels[level]
	if c.Frequencies && level == c.Exact && frequency > 0 {
		return l.M / l.U, math.Pow(l.U/frequency, c.Power)
	}
	return l.M / l.U, 1
}

func (p Pair) frequency(k int) float64 {
	if p.Frequency == nil {
		return 0
	}
	return p.Frequency[k]
}

// odds are those that a pair is a match.
func (m *Model) odds(p Pair) float64 {
	o := m.Lambda / (1 - m.Lambda)
	for k := range m.Comparisons {
		b, t := m.Comparisons[k].factor(p.Levels[k], p.frequency(k))
		o *= b * t
	}
	return o
}

// probability of odds; infinite odds are certainty.
func probability(odds float64) float64 {
	if math.IsInf(odds, 1) {
		return 1
	}
	return odds / (1 + odds)
}

// Weigh tells what speaks for a pair.
func (m *Model) Weigh(p Pair) (Weight, error) {
	if err := m.check([]Pair{p}); err != nil {
		return Weight{}, err
	}
	w := Weight{Prior: math.Log2(m.Lambda / (1 - m.Lambda)), Probability: probability(m.odds(p))}
	w.Bits = w.Prior
	for k := range m.Comparisons {
		c := &m.Comparisons[k]
		b, t := c.factor(p.Levels[k], p.frequency(k))
		part := WeightPart{Comparison: c.Name, Bits: math.Log2(b), Frequency: math.Log2(t)}
		if p.Levels[k] != Null {
			part.Level = c.Levels[p.Levels[k]].Label
		}
		w.Parts = append(w.Parts, part)
		w.Bits += part.Bits + part.Frequency
	}
	return w, nil
}

// Learning says what is learnt, and for how long.
type Learning struct {
	Iterations int
	Tolerance  float64 // stop once no parameter moves by more; 0 never stops early
	FixU       bool    // u is known, for example from pairs drawn at random
}

// Learn estimates the parameters from pairs and returns those after each
// iteration; the model itself, which is the start, stays as it is. A level
// that no pair has keeps its parameters.
func (m *Model) Learn(pairs []Pair, how Learning) ([]Model, error) {
	if err := m.check(pairs); err != nil {
		return nil, err
	}
	if len(pairs) == 0 {
		return nil, sightline.Errorf(sightline.Invalid, "learn", "", "there is no pair to learn from")
	}
	var history []Model
	now := m.clone()
	for range how.Iterations {
		next := now.step(pairs, how.FixU)
		history = append(history, next)
		moved := now.moved(next)
		now = next
		if moved <= how.Tolerance {
			break
		}
	}
	return history, nil
}

// step is one expectation and maximisation.
func (m *Model) step(pairs []Pair, fixU bool) Model {
	next := m.clone()
	type sums struct{ m, u float64 }
	levels := make([][]sums, len(m.Comparisons))
	seen := make([][]int, len(m.Comparisons))
	for k, c := range m.Comparisons {
		levels[k] = make([]sums, len(c.Levels))
		seen[k] = make([]int, len(c.Levels))
	}
	all := 0.0
	for _, p := range pairs {
		match := probability(m.odds(p))
		all += match
		for k, l := range p.Levels {
			if l != Null {
				levels[k][l].m += match
				levels[k][l].u += 1 - match
				seen[k][l]++
			}
		}
	}
	next.Lambda = all / float64(len(pairs))
	for k := range next.Comparisons {
		var total sums
		for _, s := range levels[k] {
			total.m += s.m
			total.u += s.u
		}
		for l := range next.Comparisons[k].Levels {
			level := &next.Comparisons[k].Levels[l]
			if seen[k][l] == 0 {
				continue
			}
			if total.m > 0 {
				level.M = levels[k][l].m / total.m
			}
			if total.u > 0 && !fixU {
				level.U = levels[k][l].u / total.u
			}
		}
	}
	return next
}

// moved is the largest difference of a parameter.
func (m *Model) moved(o Model) float64 {
	d := math.Abs(m.Lambda - o.Lambda)
	for k, c := range m.Comparisons {
		for l, x := range c.Levels {
			y := o.Comparisons[k].Levels[l]
			d = max(d, math.Abs(x.M-y.M), math.Abs(x.U-y.U))
		}
	}
	return d
}

func (m *Model) clone() Model {
	out := Model{Lambda: m.Lambda, Comparisons: make([]Comparison, len(m.Comparisons))}
	for k, c := range m.Comparisons {
		c.Levels = append([]Level(nil), c.Levels...)
		out.Comparisons[k] = c
	}
	return out
}

// check refuses parameters that are no probabilities and pairs that do not fit.
func (m *Model) check(pairs []Pair) error {
	bad := func(format string, args ...any) error {
		return sightline.Errorf(sightline.Invalid, "check model", "", format, args...)
	}
	if !(m.Lambda > 0 && m.Lambda < 1) {
		return bad("the share of matches is %v, not between 0 and 1", m.Lambda)
	}
	for _, c := range m.Comparisons {
		for _, l := range c.Levels {
			if !(l.M >= 0 && l.M <= 1 && l.U > 0 && l.U <= 1) {
				return bad("level %q of %s has m %v and u %v", l.Label, c.Name, l.M, l.U)
			}
		}
		if c.Frequencies && (c.Exact < 0 || c.Exact >= len(c.Levels)) {
			return bad("%s has no level %d for frequencies", c.Name, c.Exact)
		}
	}
	for i, p := range pairs {
		if len(p.Levels) != len(m.Comparisons) || p.Frequency != nil && len(p.Frequency) != len(m.Comparisons) {
			return bad("pair %d has %d levels and %d frequencies for %d comparisons", i, len(p.Levels), len(p.Frequency), len(m.Comparisons))
		}
		for k, l := range p.Levels {
			if l != Null && (l < 0 || l >= len(m.Comparisons[k].Levels)) {
				return bad("pair %d has level %d of %s", i, l, m.Comparisons[k].Name)
			}
			if f := p.frequency(k); !(f >= 0 && f <= 1) {
				return bad("pair %d has the frequency %v", i, f)
			}
		}
	}
	return nil
}

// Frequencies tells how often each term stands among the terms of a field,
// empty ones aside.
func Frequencies(terms []string) map[string]float64 {
	n := 0
	count := map[string]float64{}
	for _, t := range terms {
		if t != "" {
			n++
			count[t]++
		}
	}
	for t := range count {
		count[t] /= float64(n)
	}
	return count
}
