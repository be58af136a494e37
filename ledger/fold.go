package ledger

import (
	"slices"
	"strings"
	"unicode"

	"github.com/mozillazg/go-pinyin"
	"github.com/mozillazg/go-unidecode"
	"golang.org/x/text/unicode/norm"
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

// letters maps letters that Unicode does not decompose and that people type
// for each other: alef, yeh, kaf and heh of Arabic and Persian, and digits.
var letters = map[rune]rune{
	'ٱ': 'ا', 'ى': 'ي', 'ی': 'ي', 'ې': 'ي', 'ک': 'ك', 'ة': 'ه', 'ہ': 'ه', 'ھ': 'ه', 'ۀ': 'ه', 'ە': 'ه',
	'ё': 'е', 'ґ': 'г', 'ı': 'i', 'ς': 'σ',
}

// fold lowers a text and takes away accents, vowel marks, direction marks and
// the difference between letters that people type for each other.
func fold(s string) string {
	if isASCII(s) {
		return strings.ToLower(s)
	}
	var b strings.Builder
	for _, r := range norm.NFKD.String(s) {
		if unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Cf, r) || r == 'ـ' {
			continue
		}
		r = unicode.ToLower(r)
		if l, ok := letters[r]; ok {
			r = l
		}
		b.WriteRune(r)
	}
	return norm.NFC.String(b.String()) // Hangul is taken apart above
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// word is a run of letters and digits. Words of scripts that put no space
// between words are packed.
type word struct {
	text   string
	packed bool
}

func isPacked(r rune) bool {
	return r >= 0x2E80 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana)
}

// words cuts a text into folded words.
func words(s string) []word {
	var out []word
	s = fold(s)
	start, packed := -1, false
	flush := func(end int) {
		if start >= 0 {
			out = append(out, word{s[start:end], packed})
		}
		start = -1
	}
	for i, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) {
			flush(i)
			continue
		}
		if p := isPacked(r); start < 0 || p != packed {
			flush(i)
			start, packed = i, p
		}
	}
	flush(len(s))
	return out
}

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
	if isASCII(s) {
		return nil
	}
	var b strings.Builder
	for _, r := range unidecode.Unidecode(s) {
		if r >= 'A' && r <= 'Z' {
			r += 'a' - 'A'
		}
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			b.WriteRune(r)
		}
	}
	if b.Len() == 0 {
		return nil
	}
	out := []string{cut(b.String())}
	if plain := cut(strings.ReplaceAll(b.String(), "kh", "h")); plain != out[0] {
		out = append(out, plain)
	}
	return out
}

// readings lists up to two pinyin readings of a Chinese character.
func readings(r rune) []string {
	list := pinyin.SinglePinyin(r, pinyin.Args{Style: pinyin.Normal, Heteronym: true})
	for i := range list {
		list[i] = strings.ReplaceAll(list[i], "ü", "v")
	}
	slices.Sort(list[min(1, len(list)):])
	list = slices.Compact(list)
	return list[:min(2, len(list))]
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
		now := readings(r)
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
	spelt map[word][]string
}

// maxSpelt is how many words a speller remembers.
const maxSpelt = 1 << 16

// tokens lists what a word is found by, each once.
func (s *speller) tokens(w word) []string {
	if out, ok := s.spelt[w]; ok {
		return out
	}
	var out []string
	if w.packed {
		out = pairs(w.text)
		for _, r := range w.text {
			out = append(out, string(r))
		}
		if whole, pieces := spellings(w.text); whole != "" {
			out = append(out, pieces...)
			out = beginnings(append(out, whole), whole)
		}
	} else {
		for _, t := range append(shadows(w.text), cut(w.text)) {
			out = beginnings(append(out, t), t)
		}
	}
	slices.Sort(out)
	out = slices.Compact(out)
	if s.spelt == nil || len(s.spelt) >= maxSpelt {
		s.spelt = map[word][]string{}
	}
	s.spelt[w] = out
	return out
}

// exact lists the keys by which a name is found as a whole: its words joined,
// as written and in Latin letters. The sign in front keeps them apart from
// tokens.
func exact(name string) []string {
	var written, latin strings.Builder
	for _, w := range words(name) {
		written.WriteString(w.text)
		if w.packed {
			whole, _ := spellings(w.text)
			latin.WriteString(whole)
		} else if s := shadows(w.text); s != nil {
			latin.WriteString(s[len(s)-1])
		} else {
			latin.WriteString(w.text)
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
