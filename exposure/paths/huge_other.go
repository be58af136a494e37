//go:build !linux

package paths

// huge is for Linux only.
func huge[E any](s []E) []E { return s }
