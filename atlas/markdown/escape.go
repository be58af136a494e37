package markdown

import (
	"bytes"
	"fmt"
	"strings"
)

// escape appends text as Markdown that shows it: white space is folded, and
// what Markdown would read as a mark has a backslash before it. What GitHub's
// dialect turns into a link though it is only text is printed as code.
func escape(line, text []byte, inLink, inTable bool) []byte {
	if !inLink && linked(text) {
		for len(text) > 0 {
			n := bytes.IndexAny(text, " \t\n\r\f\v\x00")
			switch {
			case n == 0:
				line = space(line)
				text = text[1:]
				continue
			case n < 0:
				n = len(text)
			}
			if linked(text[:n]) {
				line = code(line, text[:n], inTable)
			} else {
				line = escapeWord(line, text[:n])
			}
			text = text[n:]
		}
		return line
	}
	return escapeWord(line, text)
}

// linked reports whether text holds what GitHub's dialect takes for an address
// (its section 6.9).
func linked(text []byte) bool {
	for i, c := range text {
		switch c {
		case '@':
			return true
		case ':':
			if bytes.HasPrefix(text[i+1:], []byte("//")) || foldSuffix(text[:i], "mailto") || foldSuffix(text[:i], "xmpp") {
				return true
			}
		case 'w', 'W':
			if len(text) >= i+4 && strings.EqualFold(string(text[i:i+4]), "www.") {
				return true
			}
		}
	}
	return false
}

func foldSuffix(text []byte, suffix string) bool {
	return len(text) >= len(suffix) && strings.EqualFold(string(text[len(text)-len(suffix):]), suffix)
}

// space appends one space, unless one is there or the paragraph is empty.
func space(line []byte) []byte {
	if n := len(line); n == 0 || line[n-1] == ' ' {
		return line
	}
	return append(line, ' ')
}

// escapeWord appends text with a backslash before each mark.
func escapeWord(line, text []byte) []byte {
	for i, c := range text {
		switch c {
		case ' ', '\t', '\n', '\r', '\f', '\v', 0:
			line = space(line)
			continue
		case '\\', '`', '*', '_', '[', ']', '<', '>', '#', '|', '~', '!', '$':
			line = append(line, '\\')
		case '&':
			if i+1 == len(text) || text[i+1] == '#' || alphanumeric(text[i+1]) { // it may begin an entity
				line = append(line, '\\')
			}
		}
		line = append(line, c)
	}
	return line
}

func alphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// code appends a word as code, between more marks than it holds, behind a space.
func code(line, word []byte, inTable bool) []byte {
	mark := strings.Repeat("`", longest(string(word), '`')+1)
	pad := ""
	if word[0] == '`' || word[len(word)-1] == '`' {
		pad = " "
	}
	line = append(append(space(line), mark...), pad...) // marks next to others, or to letters, are read together
	if inTable {
		word = bytes.ReplaceAll(word, []byte("|"), []byte(`\|`))
	}
	return append(append(append(line, word...), pad...), mark...)
}

// longest is the length of the longest run of a byte.
func longest(text string, c byte) (most int) {
	run := 0
	for i := range len(text) {
		if text[i] != c {
			run = 0
			continue
		}
		run++
		most = max(most, run)
	}
	return most
}

// escapeStart puts a backslash where the first letters of a paragraph would
// make it a list or the line under a heading.
func escapeStart(line []byte) []byte {
	if strings.IndexByte("+-=", line[0]) >= 0 {
		return append([]byte(`\`), line...)
	}
	n := 0
	for n < len(line) && line[n] >= '0' && line[n] <= '9' {
		n++
	}
	if n > 0 && n < len(line) && (line[n] == '.' || line[n] == ')') {
		return append(append(bytes.Clone(line[:n]), '\\'), line[n:]...)
	}
	return line
}

// address is an address as the destination of a link, and whether it is one: a
// place within the page is not, nor is what is neither a page of ours nor on
// the web.
func address(href string) (string, bool) {
	if href == "" || href[0] == '#' {
		return "", false
	}
	if i := strings.IndexAny(href, ":/?#"); i >= 0 && href[i] == ':' {
		if scheme := strings.ToLower(href[:i]); scheme != "http" && scheme != "https" {
			return "", false
		}
	}
	entity := strings.Contains(href, ";")
	if strings.IndexFunc(href, marks) < 0 && !entity {
		return href, true
	}
	var b strings.Builder
	for _, c := range []byte(href) {
		switch {
		case c == '&' && entity || c == '(' || c == ')':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c < 0x80 && marks(rune(c)):
			fmt.Fprintf(&b, "%%%02X", c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), true
}

// marks are letters that end the destination of a link, or are read before it.
func marks(r rune) bool {
	return r <= ' ' || r == 0x7f || strings.ContainsRune("()<>\\`|[]\"'", r)
}
