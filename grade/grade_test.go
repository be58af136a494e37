package grade_test

import (
	"math"
	"testing"

	"sightline"
	"sightline/grade"
)

func near(t *testing.T, what string, got, want, tol float64) {
	t.Helper()
	if math.Abs(got-want) > tol {
		t.Errorf("%s: %.9f, want %.9f", what, got, want)
	}
}

// The numeric answers of methods 5.3: p0 .1 and likelihood ratios 6, 4, 3.
// With rho 0: odds 1/9 * 72 = 8, so 8/9. With rho .3, n_eff = 3/1.6 = 1.875
// and the odds are 1/9 * 72^(1.875/3).
func TestKnownAnswers(t *testing.T) {
	llr := []float64{math.Log(6), math.Log(4), math.Log(3)}
	near(t, "n_eff", grade.EffectiveN(3, .3), 1.875, 1e-12)
	for _, c := range []struct{ rho, want float64 }{{0, .888889}, {.3, .616730}, {.6, .437015}, {1, .316118}} {
		near(t, "combined", grade.Combine(.1, llr, c.rho), c.want, 5e-7)
	}
	near(t, "no voice", grade.Combine(.1, nil, .3), .1, 1e-12)
}

// What we do not use: noisy-or of .6, .5, .3 with a leak of .05 is .867, as
// high for three copies of one report as for three reports.
func TestNoisyOrWouldCountCopies(t *testing.T) {
	noisyOr := 1 - (1-.05)*(1-.6)*(1-.5)*(1-.3)
	near(t, "noisy-or", noisyOr, .867, 5e-4)
	copies := sources("a B p", "b B q <a", "c B r <b")
	if g := judge(copies, "a", "b", "c"); g.For != 1 {
		t.Errorf("three copies are %d clusters", g.For)
	}
}

type table map[sightline.SourceID]*sightline.Source

// sources reads "id letter publisher [~cluster] [<derived]".
func sources(lines ...string) table {
	out := table{}
	for _, l := range lines {
		s := &sightline.Source{Kind: sightline.Press}
		var words []string
		word := ""
		for _, r := range l + " " {
			if r == ' ' {
				words, word = append(words, word), ""
			} else {
				word += string(r)
			}
		}
		s.ID = sightline.SourceID(words[0])
		if err := s.Reliability.UnmarshalText([]byte(words[1])); err != nil {
			panic(err)
		}
		s.Publisher = words[2]
		for _, w := range words[3:] {
			if w[0] == '~' {
				s.Cluster = w[1:]
			} else {
				s.DerivedFrom = append(s.DerivedFrom, sightline.SourceID(w[1:]))
			}
		}
		out[s.ID] = s
	}
	return out
}

func (t table) get(id sightline.SourceID) *sightline.Source { return t[id] }

// judge grades a claim on which the named sources speak; "-x" speaks against
// it, "?x" only asserts it.
func judge(t table, ids ...string) grade.Grade {
	return grade.Judge(&sightline.Claim{}, voices(ids), false, t.get, nil, grade.DefaultPrior)
}

func voices(ids []string) (out []grade.Voice) {
	for _, id := range ids {
		v := grade.Voice{Source: sightline.SourceID(id)}
		switch id[0] {
		case '-':
			v.Source, v.Against = v.Source[1:], true
		case '?':
			v.Source, v.Role = v.Source[1:], sightline.Assertion
		}
		out = append(out, v)
	}
	return out
}

func TestLevels(t *testing.T) {
	s := sources("a A court", "b B paper", "c C blog", "f F nobody", "copy D mirror <b", "b2 B paper", "w1 B wire1 ~wire", "w2 B wire2 ~wire")
	for name, c := range map[string]struct {
		ids         []string
		word        string
		credibility int
		letter      string
		pips        int
	}{
		"two independent voices":       {[]string{"b", "c"}, "confirmed by 2 independent voices", 1, "B", 4},
		"a report and its copy":        {[]string{"b", "copy"}, "one voice", 3, "B", 2},
		"two reports of one publisher": {[]string{"b", "b2"}, "one voice", 3, "B", 2},
		"two copies of one wire":       {[]string{"w1", "w2"}, "one voice", 3, "B", 2},
		"one mirror":                   {[]string{"copy"}, "one voice", 3, "D", 1},
		"F is missing, not worst":      {[]string{"f"}, "cannot be judged", 6, "", 0},
		"F takes nothing away":         {[]string{"b", "f"}, "one voice", 3, "B", 2},
		"F against takes nothing away": {[]string{"b", "-f"}, "one voice", 3, "B", 2},
		"a bare assertion":             {[]string{"?b"}, "unsupported", 6, "", 0},
		"an assertion, disputed":       {[]string{"?b", "-c"}, "unsupported, and disputed", 5, "", 0},
		"two against one":              {[]string{"c", "-a", "-b"}, "contested and doubtful, 1 for and 2 against", 4, "C", 1},
		"a court against a blog":       {[]string{"a", "-c"}, "contested, 1 for and 1 against", 3, "A", 2},
	} {
		g := judge(s, c.ids...)
		if g.Word != c.word || g.Credibility != c.credibility || g.Reliability.String() != c.letter || g.Pips != c.pips {
			t.Errorf("%s: %q %d %q %d pips, want %q %d %q %d", name, g.Word, g.Credibility, g.Reliability, g.Pips, c.word, c.credibility, c.letter, c.pips)
		}
	}
}

// Two papers that retell one report are one voice, and so is the report itself;
// copies of nobody knows what are one voice.
func TestOneOriginIsOneVoice(t *testing.T) {
	s := sources("a B axios", "b B techpaper", "w A wsj", "m D mirror1", "n D mirror2")
	s["m"].Kind, s["n"].Kind = sightline.Mirror, sightline.Mirror
	count := func(v ...grade.Voice) int {
		return grade.Judge(&sightline.Claim{}, v, false, s.get, nil, grade.DefaultPrior).For
	}
	if n := count(grade.Voice{Source: "a", Origin: "WSJ"}, grade.Voice{Source: "b", Origin: "wsj"}, grade.Voice{Source: "w"}); n != 1 {
		t.Errorf("one report, retold twice, is %d voices", n)
	}
	if n := count(grade.Voice{Source: "a"}, grade.Voice{Source: "b", Origin: "wsj"}); n != 2 {
		t.Errorf("two origins are %d voices", n)
	}
	if n := count(grade.Voice{Source: "m"}, grade.Voice{Source: "n"}); n != 1 {
		t.Errorf("two copies of unknown originals are %d voices", n)
	}
}

// Evidence that descends from an excluded text never counts, for or against.
func TestExcludedDescendants(t *testing.T) {
	s := sources("article F press", "quote C blog <article", "far B paper <quote", "own B other")
	g := grade.Judge(&sightline.Claim{}, voices([]string{"far", "quote"}), false, s.get, []sightline.SourceID{"article"}, grade.DefaultPrior)
	if g.For != 0 {
		t.Errorf("%d clusters of descendants count", g.For)
	}
	g = grade.Judge(&sightline.Claim{}, voices([]string{"far", "own"}), false, s.get, []sightline.SourceID{"article"}, grade.DefaultPrior)
	if g.For != 1 {
		t.Errorf("%d clusters, want the independent one", g.For)
	}
}

// Adding a voice for a claim never lowers its probability, and one against
// never raises it, when clusters are independent (rho 0); a copy changes
// nothing.
func TestVoicesMoveOneWay(t *testing.T) {
	s := sources("a A p1", "b B p2", "c C p3", "d D p4", "copy A p5 <a")
	prior := grade.DefaultPrior
	prior.Rho = 0
	p := func(ids ...string) float64 {
		return grade.Judge(&sightline.Claim{}, voices(ids), false, s.get, nil, prior).Probability
	}
	for _, base := range [][]string{{"a"}, {"b", "-c"}, {"-d"}, {"a", "b", "-c"}} {
		before := p(base...)
		if after := p(append(base[:len(base):len(base)], "d")...); len(base) != 1 && after < before {
			t.Errorf("%v: a voice for lowers %g to %g", base, before, after)
		}
	}
	if p("a") != p("a", "copy") {
		t.Error("a copy changes the probability")
	}
	if p("b", "-c") >= p("b") {
		t.Error("a voice against does not lower the probability")
	}
}

// The band shows what the prior, which is ours, can move.
func TestPriorIsStated(t *testing.T) {
	g := judge(sources("a A p", "b B q"), "a", "b")
	if !(g.Low < g.Probability && g.Probability < g.High) {
		t.Errorf("band %g %g %g", g.Low, g.Probability, g.High)
	}
	near(t, "triangulation", g.Triangulation, 1-(1-.9)*(1-.7), 1e-12)
}
