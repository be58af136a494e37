// Package order sorts what is not sorted often.
package order

import "slices"

// By sorts as slices.SortStableFunc does, through pointers to the elements:
// what each type of element adds to the program is then a few hundred bytes in
// place of some fifteen thousand. It needs as much memory again. What is sorted
// in an inner loop uses package slices.
func By[S ~[]T, T any](s S, cmp func(a, b T) int) {
	if len(s) < 2 {
		return
	}
	at := make([]*T, len(s))
	for i := range s {
		at[i] = &s[i]
	}
	slices.SortStableFunc(at, func(a, b *T) int { return cmp(*a, *b) })
	sorted := make([]T, len(s))
	for i, p := range at {
		sorted[i] = *p
	}
	copy(s, sorted)
}
