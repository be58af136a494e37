package order_test

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"

	"sightline/internal/order"
)

// The order is that of the standard library, also among equals.
func TestBy(t *testing.T) {
	type pair struct{ key, place int }
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 200 {
		a := make([]pair, n)
		for i := range a {
			a[i] = pair{r.IntN(n/3 + 1), i}
		}
		b := slices.Clone(a)
		byKey := func(x, y pair) int { return cmp.Compare(x.key, y.key) }
		order.By(a, byKey)
		slices.SortStableFunc(b, byKey)
		if !slices.Equal(a, b) {
			t.Fatalf("%d pairs: %v, want %v", n, a, b)
		}
	}
}
