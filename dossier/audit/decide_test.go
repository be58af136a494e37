package audit

import (
	"math/rand/v2"
	"testing"
)

func amount(t *testing.T, s string) Amount {
	t.Helper()
	a, err := ParseAmount(s)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// Values held against stated numbers. 62 % goes without saying for 61.5 to
// 62.5 %, and is near up to a tenth, 55.8 to 68.2 %.
func TestCompare(t *testing.T) {
	for _, c := range []struct {
		v             float64
		stated, given string
		sense         string
		floor         bool
		want          Outcome
	}{
		{.6225, "62 %", "", "exactly", false, Agrees},
		{.625, "62 %", "", "exactly", false, Agrees},
		{.6251, "62 %", "", "exactly", false, Near},
		{.6225, "62.0 %", "", "exactly", false, Near},
		{.558, "62 %", "", "exactly", false, Near},
		{.5579, "62 %", "", "exactly", false, Differs},
		{.44, "62 %", "20 %", "exactly", false, Agrees},
		{18, "18", "", "exactly", false, Agrees},
		{19, "18", "", "exactly", false, Near},
		{20, "18", "", "exactly", false, Differs},
		{3.8, "3.8", "", "exactly", false, Agrees},
		{3.84, "3.8", "", "exactly", false, Agrees},
		// A floor never shows that there are fewer.
		{14, "36", "", "exactly", true, NoData},
		{36, "36", "", "exactly", true, Agrees},
		{122, "65", "", "exactly", true, Differs},
		{14, "36", "", "at least", true, NoData},
		{14, "36", "", "at least", false, Differs},
		{33, "36", "", "at least", false, Near},
		{40, "36", "", "at least", true, Agrees},
		{20, "25", "", "at most", false, Agrees},
		{20, "25", "", "at most", true, NoData},
		{26, "25", "", "at most", true, Near},
		{28, "25", "", "at most", true, Differs},
		{0, "1", "", "at least", false, Differs},
		{0, "0", "", "exactly", false, Agrees},
		{1, "0", "", "exactly", false, Differs},
	} {
		a, given := amount(t, c.stated), Amount{}
		if c.given != "" {
			given = amount(t, c.given)
		}
		if got := compare(c.v, a, tolerance(a, given), c.sense, c.floor); got != c.want {
			t.Errorf("%v against %s %s (floor %v): %s, want %s", c.v, c.sense, c.stated, c.floor, got, c.want)
		}
	}
}

// The rules of docs/methods/audit.md, section 3, one by one.
func TestDecide(t *testing.T) {
	for _, c := range []struct {
		outcomes []Outcome
		want     Verdict
	}{
		{nil, NotCheckable},
		{[]Outcome{Background}, NotCheckable},
		{[]Outcome{NoData}, NotCheckable},
		{[]Outcome{NoData, Nothing}, Unsupported},
		{[]Outcome{Weak}, Unsupported},
		{[]Outcome{Doubted}, Unsupported},
		{[]Outcome{Agrees}, Confirmed},
		{[]Outcome{Agrees, Weak, Nothing, NoData, Background}, Confirmed},
		{[]Outcome{Agrees, Near}, Close},
		{[]Outcome{Near}, Close},
		{[]Outcome{Differs}, MisStated},
		{[]Outcome{Refuted}, MisStated},
		{[]Outcome{Other}, MisStated},
		{[]Outcome{Other, Doubted}, MisStated},
		{[]Outcome{Other, Agrees}, Confirmed},
		{[]Outcome{Elsewhen}, MisDated},
		{[]Outcome{Elsewhen, Differs}, MisDated},
		{[]Outcome{Elsewhen, Agrees}, Confirmed},
		{[]Outcome{Disputed}, Contested},
		{[]Outcome{Disputed, Refuted}, Contested},
		{[]Outcome{Agrees, Differs}, Contested},
		{[]Outcome{Agrees, Refuted}, Contested},
		{[]Outcome{Agrees, Doubted}, Contested},
	} {
		var checks []Result
		for _, o := range c.outcomes {
			checks = append(checks, Result{Outcome: o, Basis: Documented})
		}
		if got := decide(false, checks).verdict; got != c.want {
			t.Errorf("%v: %s, want %s", c.outcomes, got, c.want)
		}
		if got := decide(true, checks).verdict; got != Opinion {
			t.Errorf("an opinion with %v: %s", c.outcomes, got)
		}
	}
}

// The order of the checks, and what is only background, never decide.
func TestDecideDependsOnOutcomesAlone(t *testing.T) {
	all := []Outcome{Agrees, Near, Differs, Other, Elsewhen, Refuted, Disputed, Doubted, Weak, Nothing, NoData}
	r := rand.New(rand.NewPCG(3, 4))
	for range 2000 {
		checks := make([]Result, 1+r.IntN(5))
		for i := range checks {
			checks[i] = Result{Outcome: all[r.IntN(len(all))], Basis: []Basis{Documented, Recomputed}[r.IntN(2)]}
		}
		a := decide(false, checks)
		more := append(append([]Result(nil), checks...), Result{Outcome: Background, Basis: Recomputed})
		r.Shuffle(len(more), func(i, j int) { more[i], more[j] = more[j], more[i] })
		b := decide(false, more)
		if a.verdict != b.verdict || a.basis != b.basis || len(a.deciding) != len(b.deciding) {
			t.Fatalf("%v gives %v, shuffled with background %v", checks, a, b)
		}
	}
}
