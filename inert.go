package sightline

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
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

// InertCell is Inert for a cell of a table: no program that opens it reads it as
// a formula. Numbers stay as they are.
func InertCell(s string) string {
	s = Inert(s)
	if strings.IndexAny(strings.TrimLeft(s, " \u00a0\u3000"), "=+-@|%＝＋－＠") == 0 {
		if _, err := strconv.ParseFloat(s, 64); err != nil {
			return "'" + s
		}
	}
	return s
}

// Typed is what a reader wrote into a field or an address, with a space for each
// character that Inert would show: nobody looks for those. Bytes that are not
// UTF-8 stay, for the asker to be told of.
func Typed(s string) string {
	if !strings.ContainsFunc(s, hidden) {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		if hidden(r) {
			b.WriteByte(' ')
		} else {
			b.WriteString(s[:n])
		}
		s = s[n:]
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
