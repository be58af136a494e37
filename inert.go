package sightline

import (
	"fmt"
	"strings"
	"unicode"
)

// Inert makes foreign text safe to show: control and direction characters,
// which can rewrite what a reader sees, become visible as <U+202E>. The result
// is text, still to be escaped for the form that it goes to.
func Inert(s string) string {
	if !strings.ContainsFunc(s, hidden) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if hidden(r) {
			fmt.Fprintf(&b, "<U+%04X>", r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// hidden reports whether r can change how its neighbours are shown. Joiners
// are left alone, since scripts need them.
func hidden(r rune) bool {
	if r < 0x80 {
		return r < ' ' || r == 0x7f
	}
	if r == '\u200c' || r == '\u200d' {
		return false
	}
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029'
}
