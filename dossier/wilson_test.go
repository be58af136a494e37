package dossier

import "testing"

// The interval of a share holds it, none and all included: at 1 of 1 the upper
// end is short of 1 by a bit of the float. By hand, 1 of 1 with z 1.6449: the
// lower end is 1/(1+z²) = 1/3.7055 = .2699.
func TestIntervalHoldsTheShare(t *testing.T) {
	for n := 1; n <= 400; n++ {
		for k := 0; k <= n; k++ {
			low, high := wilson(k, n)
			if p := float64(k) / float64(n); low > p || high < p || low < 0 || high > 1 {
				t.Fatalf("%d of %d: %v to %v", k, n, low, high)
			}
		}
	}
	if low, high := wilson(1, 1); low < .26985 || low > .26989 || high != 1 {
		t.Errorf("1 of 1: %v to %v", low, high)
	}
}
