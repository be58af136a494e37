package grade

import (
	"math"
	"slices"
	"strings"

	"sightline"
)

// item is one reference that counts.
type item struct {
	source  sightline.SourceID
	held    *sightline.Source // nil where it is not held
	against bool
}

// sample is the evidence of a claim, with the cluster of each item.
type sample struct {
	items   []item
	cluster []int // of each item, an index; clusters are numbered in the order of their first source
	number  int
}

// gather lists what counts, once for each source and side, and finds the
// clusters: connected components over derived_from and shared cluster names,
// through the sources that these derive from even where those do not speak
// themselves.
func gather(e Evidence) sample {
	var s sample
	banned := closure(e.Excluded)
	g := graph{parent: map[string]string{}, source: e.Source, banned: banned}
	add := func(c *sightline.Claim, against bool) {
		if c.Rank == sightline.Deprecated && c != e.Claim {
			return // nobody holds it to be right any longer
		}
		for _, r := range c.References {
			if r.Role != sightline.Evidence || g.derives(r.Source, nil) {
				continue
			}
			if !slices.ContainsFunc(s.items, func(i item) bool { return i.source == r.Source && i.against == against }) {
				s.items = append(s.items, item{r.Source, e.Source(r.Source), against})
				g.join(r.Source)
			}
		}
	}
	add(e.Claim, false)
	for _, c := range e.Supports {
		add(c, false)
	}
	for _, c := range e.Disputes {
		add(c, true)
	}
	slices.SortFunc(s.items, func(a, b item) int {
		if c := strings.Compare(string(a.source), string(b.source)); c != 0 || a.against == b.against {
			return c
		}
		if b.against {
			return -1
		}
		return 1
	})
	numbers := map[string]int{}
	for _, i := range s.items {
		root := g.root("s" + string(i.source))
		if _, ok := numbers[root]; !ok {
			numbers[root] = len(numbers)
		}
		s.cluster = append(s.cluster, numbers[root])
	}
	s.number = len(numbers)
	return s
}

func closure(ids []sightline.SourceID) map[sightline.SourceID]bool {
	m := map[sightline.SourceID]bool{}
	for _, id := range ids {
		m[id] = true
	}
	return m
}

// graph is a union-find over sources ("s" and id) and cluster names ("c" and
// name).
type graph struct {
	parent map[string]string
	source func(sightline.SourceID) *sightline.Source
	banned map[sightline.SourceID]bool
}

// derives reports whether a source is excluded, or derives from one that is.
func (g graph) derives(id sightline.SourceID, seen []sightline.SourceID) bool {
	if g.banned[id] {
		return true
	}
	s := g.source(id)
	if s == nil || slices.Contains(seen, id) {
		return false
	}
	return slices.ContainsFunc(s.DerivedFrom, func(from sightline.SourceID) bool { return g.derives(from, append(seen, id)) })
}

func (g graph) root(n string) string {
	for g.parent[n] != "" && g.parent[n] != n {
		n = g.parent[n]
	}
	return n
}

func (g graph) union(a, b string) {
	if a, b = g.root(a), g.root(b); a != b {
		g.parent[b] = a
	}
}

// join links a source with all that it derives from.
func (g graph) join(id sightline.SourceID) {
	n := "s" + string(id)
	if _, done := g.parent[n]; done {
		return
	}
	g.parent[n] = n
	s := g.source(id)
	if s == nil {
		return
	}
	if s.Cluster != "" {
		g.union(n, "c"+s.Cluster)
	}
	for _, from := range s.DerivedFrom {
		g.join(from)
		g.union(n, "s"+string(from))
	}
}

// weight is the log likelihood ratio of an item; ok is false where the source
// is not judged.
func (i item) weight(p Priors, pick func(Weight) float64) (float64, bool) {
	if i.held == nil {
		return 0, false
	}
	w, ok := p.Ratio[i.held.Reliability]
	if !ok {
		return 0, false
	}
	if i.against {
		return -math.Log(pick(w)), true
	}
	return math.Log(pick(w)), true
}

// clusters lists the clusters with the weight of the strongest item of each.
// Where the strongest for and against weigh the same, they cancel.
func (s sample) clusters(p Priors, pick func(Weight) float64) []Cluster {
	out := make([]Cluster, s.number)
	for n, i := range s.items {
		c := &out[s.cluster[n]]
		if !slices.Contains(c.Sources, i.source) {
			c.Sources = append(c.Sources, i.source)
		}
	}
	for k := range out {
		var best, worst float64
		for n, i := range s.items {
			if w, ok := i.weight(p, pick); ok && s.cluster[n] == k {
				best, worst = max(best, w), min(worst, w)
			}
		}
		switch {
		case best > -worst:
			out[k].Weight = best
		case best < -worst:
			out[k].Weight = worst
		}
	}
	return out
}

// unjudged counts the clusters of which no source is judged.
func (s sample) unjudged(p Priors) int {
	judged := map[int]bool{}
	for n, i := range s.items {
		if _, ok := i.weight(p, func(w Weight) float64 { return w.Value }); ok {
			judged[s.cluster[n]] = true
		}
	}
	return s.number - len(judged)
}

func (s sample) judged(p Priors) bool { return s.unjudged(p) < s.number }

// triangulation is 1 - prod(1 - w) over the clusters that speak for the claim,
// w by the kind of publisher: how many and how different they are, whatever
// their reliability.
func (s sample) triangulation(p Priors) sightline.Estimate {
	miss, n := 1.0, int64(0)
	for k := range s.number {
		w := 0.0
		for at, i := range s.items {
			if s.cluster[at] == k && !i.against && i.held != nil {
				w = max(w, p.Diversity[i.held.Kind])
			}
		}
		if w > 0 {
			n++
		}
		miss *= 1 - w
	}
	return sightline.Estimate{
		Value: sightline.Num(1 - miss), N: n, Unit: "share", Method: "grade.triangulation/1",
		Reason: "no interval: it counts sources and their kinds with weights of ours",
	}
}
