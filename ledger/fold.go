package ledger

import (
	"slices"
	"strings"

	"sightline/spelling"
)

// Search works on tokens, which are made here for what is stored and for what
// is asked, so that both stores find the same. A token is a folded word, its
// shadow in Latin letters, a pair of Chinese characters, or their pinyin.

// maxToken is the longest token in bytes; what is longer is cut on both sides.
const maxToken = 64

// Words are found by their first letters too: the first three, five and eight
// are tokens of their own, with the sign ^ in front. So every look-up is of a
// whole token, and none costs more for being short. What has been typed is
// looked up by the longest of these that it reaches, and search drops what
// goes on differently.
var prefixes = [...]int{3, 5, 8}

// cut shortens a token to maxToken at a rune boundary.
func cut(s string) string {
	if len(s) <= maxToken {
		return s
	}
	n := maxToken
	for s[n]&0xC0 == 0x80 {
		n--
	}
	return s[:n]
}

// shadows spells a word that is not Latin in Latin letters, in each way that
// is usual: Хуавэй is khuavei and huavei.
func shadows(s string) []string {
	if spelling.IsASCII(s) {
		return nil
	}
	latin := spelling.Latin(s)
	if latin == "" {
		return nil
	}
	out := []string{cut(latin)}
	if plain := cut(strings.ReplaceAll(latin, "kh", "h")); plain != out[0] {
		out = append(out, plain)
	}
	return out
}

// pairs lists each character of a packed word with its successor, or the one
// character that there is.
func pairs(s string) []string {
	runes := []rune(s)
	if len(runes) == 1 {
		return []string{s}
	}
	out := make([]string, 0, len(runes))
	for i := range runes[1:] {
		out = append(out, string(runes[i:i+2]))
	}
	return out
}

// beginning is the token by which the words that begin with s are looked up,
// or "" where s is too short to have one.
func beginning(s string) (token string) {
	for _, b := range beginnings(nil, s+"_") {
		token = b
	}
	return token
}

// beginnings appends the tokens by which s is looked up while it is being
// typed: those that are shorter than s.
func beginnings(out []string, s string) []string {
	n := 0
	for i := range s {
		if slices.Contains(prefixes[:], n) {
			out = append(out, "^"+s[:i])
		}
		n++
	}
	return out
}

// spellings lists the pinyin of a packed word as a whole, by the first reading
// of each character, and of each pair of characters, by two readings of each.
func spellings(s string) (whole string, pieces []string) {
	var b strings.Builder
	var before []string
	for _, r := range s {
		now := spelling.Pinyin(r)
		if len(now) > 0 {
			b.WriteString(now[0])
			pieces = append(pieces, now...)
		}
		for _, x := range before {
			for _, y := range now {
				pieces = append(pieces, x+y)
			}
		}
		before = now
	}
	return cut(b.String()), pieces
}

// speller spells words as tokens. Words come again and again, and to spell one
// that is not Latin costs more than to look it up, so it remembers them. It is
// not safe for concurrent use; the zero speller is ready.
type speller struct {
	spelt map[spelling.Word][]string
}

// maxSpelt is how many words a speller remembers.
const maxSpelt = 1 << 16

// tokens lists what a word is found by, each once.
func (s *speller) tokens(w spelling.Word) []string {
	if out, ok := s.spelt[w]; ok {
		return out
	}
	var out []string
	if w.Packed {
		out = pairs(w.Text)
		for _, r := range w.Text {
			out = append(out, string(r))
		}
		if whole, pieces := spellings(w.Text); whole != "" {
			out = append(out, pieces...)
			out = beginnings(append(out, whole), whole)
		}
	} else {
		for _, t := range append(shadows(w.Text), cut(w.Text)) {
			out = beginnings(append(out, t), t)
		}
	}
	slices.Sort(out)
	out = slices.Compact(out)
	if s.spelt == nil || len(s.spelt) >= maxSpelt {
		s.spelt = map[spelling.Word][]string{}
	}
	s.spelt[w] = out
	return out
}

// exact lists the keys by which a name is found as a whole: its words joined,
// as written and in Latin letters. The sign in front keeps them apart from
// tokens.
func exact(name string) []string {
	var written, latin strings.Builder
	for _, w := range spelling.Words(name) {
		written.WriteString(w.Text)
		if w.Packed {
			whole, _ := spellings(w.Text)
			latin.WriteString(whole)
		} else if s := shadows(w.Text); s != nil {
			latin.WriteString(s[len(s)-1])
		} else {
			latin.WriteString(w.Text)
		}
	}
	if written.Len() == 0 {
		return nil
	}
	out := []string{"=" + cut(written.String())}
	if l := "=" + cut(latin.String()); l != out[0] && l != "=" {
		out = append(out, l)
	}
	return out
}
