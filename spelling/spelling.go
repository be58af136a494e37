// Package spelling reduces names in any script to what people who type them
// differently still have in common. What goes in is text; what comes out are
// folded words and their spellings in Latin letters: Unicode NFKD without
// marks, a table of letters that stand for each other, Pinyin without tones,
// and the transliteration of unidecode. Search (ledger) and name matching
// (identity) both work on it. A change to it changes what a ledger's index
// holds, and so is a new format of the ledger, with a migration.
package spelling

import (
	"slices"
	"strings"
	"unicode"

	"github.com/mozillazg/go-pinyin"
	"github.com/mozillazg/go-unidecode"
	"golang.org/x/text/unicode/norm"
)

// letters maps letters that Unicode does not decompose and that people type
// for each other: alef, yeh, kaf and heh of Arabic and Persian, and digits.
var letters = map[rune]rune{
	'ٱ': 'ا', 'ى': 'ي', 'ی': 'ي', 'ې': 'ي', 'ک': 'ك', 'ة': 'ه', 'ہ': 'ه', 'ھ': 'ه', 'ۀ': 'ه', 'ە': 'ه',
	'ё': 'е', 'ґ': 'г', 'ı': 'i', 'ς': 'σ',
}

// Fold lowers a text and takes away accents, vowel marks, direction marks and
// the difference between letters that people type for each other.
func Fold(s string) string {
	if IsASCII(s) {
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

// IsASCII reports whether every byte of s is ASCII.
func IsASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// Word is a run of folded letters and digits. Words of scripts that put no
// space between words are packed.
type Word struct {
	Text   string
	Packed bool
}

// Packed reports whether a script puts no space between words of such letters.
func Packed(r rune) bool {
	return r >= 0x2E80 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana)
}

// Words folds a text and cuts it into words.
func Words(s string) []Word {
	var out []Word
	s = Fold(s)
	start, packed := -1, false
	flush := func(end int) {
		if start >= 0 {
			out = append(out, Word{s[start:end], packed})
		}
		start = -1
	}
	for i, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) {
			flush(i)
			continue
		}
		if p := Packed(r); start < 0 || p != packed {
			flush(i)
			start, packed = i, p
		}
	}
	flush(len(s))
	return out
}

// Latin spells a folded text in the letters a-z and digits. It is empty where
// nothing of it can be spelt.
func Latin(s string) string {
	var b strings.Builder
	for _, r := range unidecode.Unidecode(s) {
		if r >= 'A' && r <= 'Z' {
			r += 'a' - 'A'
		}
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Pinyin lists up to two readings of a Chinese character, without tones, the
// usual one first.
func Pinyin(r rune) []string {
	list := pinyin.SinglePinyin(r, pinyin.Args{Style: pinyin.Normal, Heteronym: true})
	for i := range list {
		list[i] = strings.ReplaceAll(list[i], "ü", "v")
	}
	slices.Sort(list[min(1, len(list)):])
	list = slices.Compact(list)
	return list[:min(2, len(list))]
}

// Roman spells a text of another script in ASCII, with its capitals and with a
// space between words.
// It is empty where nothing of it can be spelt.
func Roman(s string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(unidecode.Unidecode(s), "[?]", "")), " ")
}
