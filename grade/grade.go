// Package grade weighs a claim by who speaks for and against it.
//
// What goes in is the claim, the voices on it and what is known of their
// sources; what comes out is a [Grade]: the Admiralty letter of the best
// source and the number 1 to 6 of the item, computed from the graph and never
// typed (methods 5.1), the independent clusters of sources on either side
// (5.3), and two meters, triangulation and completeness (after AidData's
// health of record). It is pure and holds no state.
//
// The log-likelihood ratios behind a letter are a prior of our choosing, so a
// probability is a ranking aid only: pages print words, not the probability,
// until there are a hundred adjudicated claims to calibrate it (5.5).
package grade

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"sightline"
	"sightline/internal/order"
)

// Prior is the table that turns a letter into weight. Every value is ours,
// not a measurement; TestPriorIsStated shows what moves when they move.
type Prior struct {
	P0     float64                           // probability before any voice
	Rho    float64                           // dependence that remains between clusters (methods 5.3: default .3)
	LR     map[sightline.Reliability]float64 // likelihood ratio of one voice; a letter that is not there weighs nothing
	Weight map[sightline.Reliability]float64 // of a class in the triangulation meter
	Band   float64                           // factor by which each LR is raised and lowered for the sensitivity band
}

// DefaultPrior is the prior in use. F is absent: it means that a judgement is
// missing, so it weighs nothing, which is not the same as weighing against.
var DefaultPrior = Prior{
	P0:     0.1,
	Rho:    0.3,
	LR:     map[sightline.Reliability]float64{sightline.RelA: 12, sightline.RelB: 6, sightline.RelC: 3, sightline.RelD: 1.5, sightline.RelE: 1.1},
	Weight: map[sightline.Reliability]float64{sightline.RelA: 0.9, sightline.RelB: 0.7, sightline.RelC: 0.5, sightline.RelD: 0.25, sightline.RelE: 0.1},
	Band:   1.5,
}

// Voice is one source speaking on a claim.
type Voice struct {
	Source  sightline.SourceID
	Against bool
	Role    sightline.Role // an assertion speaks, but weighs nothing
	Origin  string         // whose report the source retells, if it does
}

// Grade is the judgement on a claim.
type Grade struct {
	Reliability sightline.Reliability // of the best source for it; 0 when none counts
	Credibility int                   // Admiralty 1 (confirmed) to 5 (improbable); 6 cannot be judged
	Word        string                // the level, in words
	Pips        int                   // 0 to 4
	For         int                   // independent clusters that speak for it
	Against     int                   // and against it

	Triangulation float64 // 0 to 1: 1 - product over clusters of (1 - weight of the class)
	Completeness  float64 // 0 to 1: filled fields of those that a full record has

	// Probability and its band under the prior. Ranking aids: not printed.
	Probability, Low, High float64
}

// Judge grades a claim. The voices include the claim's own references;
// related says that other statements speak for it, of whatever cluster.
// Sources are looked up by source, which returns nil for one that is named but
// not held. Those in excluded, and all that derive from them, never count:
// evidence that descends from a text under audit is no evidence on it.
func Judge(c *sightline.Claim, voices []Voice, related bool, source func(sightline.SourceID) *sightline.Source, excluded []sightline.SourceID, prior Prior) Grade {
	g := Grade{Completeness: completeness(c)}
	clusters := Clusters(voices, source)
	out := map[sightline.SourceID]bool{}
	for _, id := range excluded {
		out[id] = true
	}
	var llr, low, high []float64
	untold := 1.0
	asserted, judged := false, false
	for _, members := range clusters {
		// Inside a cluster the strongest voice of each side speaks, and the
		// stronger side of the two.
		var best [2]float64
		var letter [2]sightline.Reliability
		for _, v := range members {
			s := source(v.Source)
			if s == nil || Descends(v.Source, out, source) {
				continue
			}
			if v.Role == sightline.Assertion {
				asserted = true
				continue
			}
			lr := prior.LR[s.Reliability]
			if lr == 0 {
				continue
			}
			judged = true
			side := 0
			if v.Against {
				side = 1
			}
			if l := math.Log(lr); l > best[side] {
				best[side], letter[side] = l, s.Reliability
			}
		}
		switch {
		case best[0] > best[1]:
			g.For++
			untold *= 1 - prior.Weight[letter[0]]
			if g.Reliability == 0 || letter[0] < g.Reliability {
				g.Reliability = letter[0]
			}
			llr, low, high = append(llr, best[0]), append(low, max(0, best[0]-math.Log(prior.Band))), append(high, best[0]+math.Log(prior.Band))
		case best[1] > best[0]:
			g.Against++
			llr, low, high = append(llr, -best[1]), append(low, -best[1]-math.Log(prior.Band)), append(high, min(0, -best[1]+math.Log(prior.Band)))
		}
	}
	g.Triangulation = 1 - untold
	g.Probability = Combine(prior.P0, llr, prior.Rho)
	g.Low, g.High = Combine(prior.P0, low, prior.Rho), Combine(prior.P0, high, prior.Rho)
	g.speak(llr, asserted, judged, related)
	return g
}

// speak sets credibility, word and pips from the counts of clusters.
func (g *Grade) speak(llr []float64, asserted, judged, related bool) {
	total := 0.0
	for _, l := range llr {
		total += l
	}
	good := g.Reliability == sightline.RelA || g.Reliability == sightline.RelB
	switch {
	case g.For == 0 && g.Against > 0:
		g.Credibility, g.Word = 5, "unsupported, and disputed"
	case g.For == 0 && asserted:
		g.Credibility, g.Word = 6, "unsupported"
	case g.For == 0 && judged:
		g.Credibility, g.Word = 4, "contested inside one voice"
	case g.For == 0:
		g.Credibility, g.Word = 6, "cannot be judged"
	case g.Against > 0 && total > 0:
		g.Credibility, g.Word, g.Pips = 3, fmt.Sprintf("contested, %d for and %d against", g.For, g.Against), 2
	case g.Against > 0:
		g.Credibility, g.Word, g.Pips = 4, fmt.Sprintf("contested and doubtful, %d for and %d against", g.For, g.Against), 1
	case g.For >= 2:
		g.Credibility, g.Word, g.Pips = 1, fmt.Sprintf("confirmed by %d independent voices", g.For), 3
		if good {
			g.Pips = 4
		}
	case related:
		g.Credibility, g.Word, g.Pips = 2, "one voice, consistent with other statements", 3
	default:
		g.Credibility, g.Word, g.Pips = 3, "one voice", 1
		if g.Reliability <= sightline.RelC {
			g.Pips = 2
		}
	}
}

// Combine is the probability that follows from a prior p0 and the
// log-likelihood ratios of n clusters: logit P = logit p0 + mean LLR times
// n_eff, n_eff = n/(1+(n-1) rho) (methods 5.3). With rho 0 the ratios add up.
func Combine(p0 float64, llr []float64, rho float64) float64 {
	l := math.Log(p0 / (1 - p0))
	if n := float64(len(llr)); n > 0 {
		sum := 0.0
		for _, x := range llr {
			sum += x
		}
		l += sum / n * EffectiveN(len(llr), rho)
	}
	return 1 / (1 + math.Exp(-l))
}

// EffectiveN is n/(1+(n-1) rho): how many independent voices n dependent ones
// amount to.
func EffectiveN(n int, rho float64) float64 {
	return float64(n) / (1 + float64(n-1)*rho)
}

// Clusters groups voices whose sources are not independent: one derives from
// the other, directly or through sources between, both derive from a third,
// they share a cluster name or a publisher, or they retell one origin. Copies
// whose original nobody recorded count as one, since they may be copies of the
// same. Clusters are ordered by their first source id.
func Clusters(voices []Voice, source func(sightline.SourceID) *sightline.Source) [][]Voice {
	parent := map[string]string{}
	var find func(string) string
	find = func(x string) string {
		if parent[x] == "" || parent[x] == x {
			return x
		}
		parent[x] = find(parent[x])
		return parent[x]
	}
	join := func(a, b string) {
		a, b = find(a), find(b)
		if a != b {
			parent[max(a, b)] = min(a, b)
		}
	}
	seen := map[sightline.SourceID]bool{}
	var walk func(sightline.SourceID)
	walk = func(id sightline.SourceID) {
		if seen[id] {
			return
		}
		seen[id] = true
		s := source(id)
		if s == nil {
			return
		}
		if s.Cluster != "" {
			join("source "+string(id), "~cluster "+strings.ToLower(s.Cluster))
		}
		if s.Kind == sightline.Mirror && len(s.DerivedFrom) == 0 && s.Cluster == "" {
			join("source "+string(id), "~copies of unknown originals")
		}
		if s.Publisher != "" && s.Kind != sightline.Mirror {
			join("source "+string(id), "~publisher "+strings.ToLower(s.Publisher))
		}
		for _, d := range s.DerivedFrom {
			join("source "+string(id), "source "+string(d))
			walk(d)
		}
	}
	for _, v := range voices {
		walk(v.Source)
		if v.Origin != "" {
			join("source "+string(v.Source), "~publisher "+strings.ToLower(v.Origin))
		}
	}
	groups := map[string][]Voice{}
	for _, v := range voices {
		root := find("source " + string(v.Source))
		groups[root] = append(groups[root], v)
	}
	var out [][]Voice
	for _, root := range slices.Sorted(maps.Keys(groups)) {
		members := groups[root]
		order.By(members, func(a, b Voice) int { return strings.Compare(string(a.Source), string(b.Source)) })
		out = append(out, members)
	}
	slices.SortStableFunc(out, func(a, b []Voice) int { return strings.Compare(string(a[0].Source), string(b[0].Source)) })
	return out
}

// Descends reports whether a source is in the set or derives from one that is.
func Descends(id sightline.SourceID, set map[sightline.SourceID]bool, source func(sightline.SourceID) *sightline.Source) bool {
	if len(set) == 0 {
		return false
	}
	seen := map[sightline.SourceID]bool{}
	var walk func(sightline.SourceID) bool
	walk = func(id sightline.SourceID) bool {
		if set[id] {
			return true
		}
		if seen[id] {
			return false
		}
		seen[id] = true
		s := source(id)
		return s != nil && slices.ContainsFunc(s.DerivedFrom, walk)
	}
	return walk(id)
}

// completeness is the share of the fields of a full record that the claim
// fills: words, valid time, published date, a locator or quotation, and a
// class or another qualifier.
func completeness(c *sightline.Claim) float64 {
	located := slices.ContainsFunc(c.References, func(r sightline.Reference) bool { return r.Locator != "" || r.Quote != "" })
	filled, of := 0, 0
	for _, is := range []bool{c.Words != "", !c.Valid.IsZero(), !c.Published.IsZero(), located, len(c.Qualifiers) > 0} {
		of++
		if is {
			filled++
		}
	}
	return float64(filled) / float64(of)
}
