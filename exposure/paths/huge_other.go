//go:build !linux

package paths

// huge makes a slice of n zeros of a type without pointers.
func huge[E any](n int) []E { return make([]E, n) }
