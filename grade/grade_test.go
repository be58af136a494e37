package grade_test

import (
	"math"
	"testing"

	"sightline"
	"sightline/grade"
)

func near(a, b float64) bool { return math.Abs(a-b) < 5e-7 }

// The numbers are worked in methods of evidence 5.3: prior odds 1:9 times
// 6*4*3 = 72 gives 8:1.
func TestCombine(t *testing.T) {
	for _, c := range []struct{ rho, want, effective float64 }{
		{0, .888889, 3}, {.3, .616730, 1.875}, {.6, .437015, 3 / 2.2}, {1, .316118, 1},
	} {
		p, n := grade.Combine(.1, []float64{6, 4, 3}, c.rho)
		if !near(p, c.want) || !near(n, c.effective) {
			t.Errorf("rho %g: %.6f with %.6f, want %.6f with %.6f", c.rho, p, n, c.want, c.effective)
		}
	}
	if p, _ := grade.Combine(.1, nil, .3); !near(p, .1) {
		t.Errorf("no evidence: %f, want the prior", p)
	}
	if p, _ := grade.Combine(.1, []float64{6, 1. / 6}, .3); !near(p, .1) {
		t.Errorf("equal evidence for and against: %f, want the prior", p)
	}
	// Noisy-or of .6, .5, .3 with leak .05 is .867. It is not used: three
	// copies of one report, each .6, would come to .939, while here they are
	// one cluster and count once.
	noisyOr := 1 - (1-.05)*(1-.6)*(1-.5)*(1-.3)
	copies := 1 - (1-.05)*math.Pow(1-.6, 3)
	if math.Abs(noisyOr-.867) > 5e-4 || math.Abs(copies-.939) > 5e-4 {
		t.Errorf("noisy-or %.4f, copies %.4f", noisyOr, copies)
	}
}

// sources of the tests.
var sources = map[sightline.SourceID]*sightline.Source{}

func init() {
	for _, s := range []*sightline.Source{
		{ID: "a", Reliability: sightline.RelA, Kind: sightline.Academic},
		{ID: "b", Reliability: sightline.RelB, Kind: sightline.NGO},
		{ID: "c", Reliability: sightline.RelC, Kind: sightline.Press},
		{ID: "d", Reliability: sightline.RelD, Kind: sightline.Vendor},
		{ID: "e", Reliability: sightline.RelE, Kind: sightline.StateMedia},
		{ID: "f", Reliability: sightline.RelF, Kind: sightline.Press},
		{ID: "copy-1", Reliability: sightline.RelB, Kind: sightline.Press, DerivedFrom: []sightline.SourceID{"wire"}},
		{ID: "copy-2", Reliability: sightline.RelC, Kind: sightline.Press, DerivedFrom: []sightline.SourceID{"copy-1"}},
		{ID: "copy-3", Reliability: sightline.RelC, Kind: sightline.Press, DerivedFrom: []sightline.SourceID{"wire"}},
		{ID: "owned-1", Reliability: sightline.RelC, Kind: sightline.Press, Cluster: "house"},
		{ID: "owned-2", Reliability: sightline.RelC, Kind: sightline.Press, Cluster: "house"},
		{ID: "audited", Reliability: sightline.RelA, Kind: sightline.Press},
		{ID: "from-audited", Reliability: sightline.RelA, Kind: sightline.Press, DerivedFrom: []sightline.SourceID{"between"}},
		{ID: "between", Reliability: sightline.RelA, Kind: sightline.Press, DerivedFrom: []sightline.SourceID{"audited"}},
		{ID: "ring-1", Reliability: sightline.RelC, Kind: sightline.Press, DerivedFrom: []sightline.SourceID{"ring-2"}},
		{ID: "ring-2", Reliability: sightline.RelC, Kind: sightline.Press, DerivedFrom: []sightline.SourceID{"ring-1"}},
	} {
		sources[s.ID] = s
	}
}

func claim(refs ...string) *sightline.Claim {
	c := &sightline.Claim{}
	for _, r := range refs {
		ref := sightline.Reference{Source: sightline.SourceID(r)}
		if r[0] == '!' {
			ref = sightline.Reference{Source: sightline.SourceID(r[1:]), Role: sightline.Assertion}
		}
		c.References = append(c.References, ref)
	}
	return c
}

func TestOf(t *testing.T) {
	one := func(refs ...string) []*sightline.Claim { return []*sightline.Claim{claim(refs...)} }
	deprecated := claim("b")
	deprecated.Rank = sightline.Deprecated
	for name, c := range map[string]struct {
		e           grade.Evidence
		credibility int
		want        string
		fors, anti  int
	}{
		"one fair source":                   {grade.Evidence{Claim: claim("c")}, 3, "reported once", 1, 0},
		"the best source alone":             {grade.Evidence{Claim: claim("a")}, 3, "reported once", 1, 0},
		"two independent":                   {grade.Evidence{Claim: claim("b", "c")}, 1, "confirmed by 2 independent sources", 2, 0},
		"three, one by a supporting claim":  {grade.Evidence{Claim: claim("b", "c"), Supports: one("a")}, 1, "confirmed by 3 independent sources", 3, 0},
		"one source twice":                  {grade.Evidence{Claim: claim("c", "c"), Supports: one("c")}, 3, "reported once", 1, 0},
		"three copies of a wire":            {grade.Evidence{Claim: claim("copy-1", "copy-2", "copy-3")}, 3, "reported once", 1, 0},
		"copies of a wire that is not held": {grade.Evidence{Claim: claim("copy-1", "copy-3")}, 3, "reported once", 1, 0},
		"two papers of one owner":           {grade.Evidence{Claim: claim("owned-1", "owned-2")}, 3, "reported once", 1, 0},
		"a copy and another":                {grade.Evidence{Claim: claim("copy-1", "copy-2", "a")}, 1, "confirmed by 2 independent sources", 2, 0},
		"sources that cite each other":      {grade.Evidence{Claim: claim("ring-1", "ring-2")}, 3, "reported once", 1, 0},
		"a fair one and a weak one":         {grade.Evidence{Claim: claim("c", "d")}, 2, "probably true", 2, 0},
		"weak ones only":                    {grade.Evidence{Claim: claim("d")}, 4, "doubtful", 1, 0},
		"an unreliable one":                 {grade.Evidence{Claim: claim("e")}, 4, "doubtful", 0, 0},
		"F is missing, not worst":           {grade.Evidence{Claim: claim("f")}, 6, "cannot be judged", 0, 0},
		"F takes nothing away":              {grade.Evidence{Claim: claim("b", "c", "f")}, 1, "confirmed by 2 independent sources", 2, 0},
		"a source that is not held":         {grade.Evidence{Claim: claim("nobody")}, 6, "cannot be judged", 0, 0},
		"an assertion":                      {grade.Evidence{Claim: claim("!a")}, 6, "unsupported", 0, 0},
		"an assertion adds nothing":         {grade.Evidence{Claim: claim("c", "!a")}, 3, "reported once", 1, 0},
		"for and against":                   {grade.Evidence{Claim: claim("b"), Disputes: one("a")}, 4, "contested", 1, 1},
		"for outweighs against":             {grade.Evidence{Claim: claim("a"), Disputes: one("c")}, 3, "contested", 1, 1},
		"a bare denial":                     {grade.Evidence{Claim: claim("c"), Disputes: one("!d")}, 3, "reported once", 1, 0},
		"only against":                      {grade.Evidence{Claim: claim("!a"), Disputes: one("c")}, 5, "doubtful", 0, 1},
		"a dispute nobody holds any longer": {grade.Evidence{Claim: claim("c"), Disputes: []*sightline.Claim{deprecated}}, 3, "reported once", 1, 0},
		"the audited text":                  {grade.Evidence{Claim: claim("audited", "from-audited", "c"), Excluded: []sightline.SourceID{"audited"}}, 3, "reported once", 1, 0},
		"one side of a cluster against":     {grade.Evidence{Claim: claim("copy-1"), Disputes: one("copy-3")}, 3, "reported once", 1, 0},
	} {
		c.e.Source = func(id sightline.SourceID) *sightline.Source { return sources[id] }
		g := grade.Of(c.e, grade.Usual())
		if g.Credibility != c.credibility || g.String() != c.want || g.For != c.fors || g.Against != c.anti {
			t.Errorf("%s: %d %s, %d for, %d against; want %d %s, %d, %d", name, g.Credibility, g, g.For, g.Against, c.credibility, c.want, c.fors, c.anti)
		}
		if g.Denied != (len(c.e.Disputes) > 0) {
			t.Errorf("%s: denied %v", name, g.Denied)
		}
		if _, printed := g.Probability.Value.Get(); printed {
			t.Errorf("%s: a probability is printed", name)
		}
		for _, e := range []sightline.Estimate{g.Probability, g.Triangulation, g.Completeness} {
			if err := e.Check(); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// Another order of the references gives the same grade.
func TestOrderDoesNotMatter(t *testing.T) {
	source := func(id sightline.SourceID) *sightline.Source { return sources[id] }
	a := grade.Of(grade.Evidence{Claim: claim("copy-1", "copy-2", "a", "f", "d"), Source: source}, grade.Usual())
	b := grade.Of(grade.Evidence{Claim: claim("d", "f", "copy-2", "a", "copy-1"), Source: source}, grade.Usual())
	if len(a.Clusters) != 4 || len(b.Clusters) != 4 || a.String() != b.String() || a.Triangulation != b.Triangulation {
		t.Errorf("%+v\n%+v", a, b)
	}
	for i := range a.Clusters {
		if a.Clusters[i].Weight != b.Clusters[i].Weight || a.Clusters[i].Sources[0] != b.Clusters[i].Sources[0] {
			t.Errorf("cluster %d: %+v, %+v", i, a.Clusters[i], b.Clusters[i])
		}
	}
}

// The meters, by hand: academic .5 and NGO .4 give 1 - .5*.6 = .7; a copy of
// the same adds nothing. Of the eight fields, this claim has words, grounds
// and a judged source.
func TestMeters(t *testing.T) {
	source := func(id sightline.SourceID) *sightline.Source { return sources[id] }
	c := claim("a", "b")
	c.Words = "x"
	g := grade.Of(grade.Evidence{Claim: c, Source: source}, grade.Usual())
	if v, _ := g.Triangulation.Value.Get(); !near(v, .7) {
		t.Errorf("triangulation %f", v)
	}
	if v, _ := g.Completeness.Value.Get(); !near(v, 3./8) || len(g.Missing) != 5 {
		t.Errorf("completeness %f, missing %q", v, g.Missing)
	}
}

// Once enough claims are adjudicated the probability is printed, and the band
// of the priors moves the word of a claim that rests on one C.
func TestPriorsMatter(t *testing.T) {
	source := func(id sightline.SourceID) *sightline.Source { return sources[id] }
	p := grade.Usual()
	p.Adjudicated = grade.Adjudicated
	g := grade.Of(grade.Evidence{Claim: claim("a", "b", "c"), Source: source}, p)
	if v, _ := g.Probability.Value.Get(); !near(v, .616730) || g.Probability.Check() != nil {
		t.Errorf("probability %v", g.Probability)
	}
	g = grade.Of(grade.Evidence{Claim: claim("c"), Source: source}, p)
	if g.Low != grade.Doubtful || g.High != grade.ReportedOnce {
		t.Errorf("band from %s to %s", g.Low, g.High)
	}
	p.Adjudicated--
	if _, ok := grade.Of(grade.Evidence{Claim: claim("c"), Source: source}, p).Probability.Value.Get(); ok {
		t.Error("a probability before enough claims were adjudicated")
	}
}
