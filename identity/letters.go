package identity

import "strings"

// The cost of taking one word for another, in letters. Slips that people make
// often cost less than one: a vowel for a vowel, letters of one sound, a
// double letter. Digits are never taken for each other. The figures are our
// choice; TestDistance shows what they do.
const (
	costLetter  = 1.0
	costVowel   = 0.6 // a vowel for another
	costKin     = 0.6 // a letter for another of nearly the same sound
	costDouble  = 0.5 // a letter that the one beside it repeats
	costExtra   = 1.0 // a letter more
	costSwapped = 1.0 // two neighbours in the wrong order
)

func vowel(c byte) bool {
	switch c {
	case 'a', 'e', 'i', 'o', 'u', 'y':
		return true
	}
	return false
}

// kin holds the letters that stand for nearly the same sound.
var kin = func() (m [256][256]bool) {
	for _, group := range []string{"ckq", "sz", "vw", "ij", "dt", "gj", "fv", "iy", "jy"} {
		for _, a := range []byte(group) {
			for _, b := range []byte(group) {
				m[a][b] = true
			}
		}
	}
	return m
}()

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// distance is the cost of turning a into b, an edit distance with swaps of
// neighbours (optimal string alignment); ok is false where digits would have
// to change or the words are too long to be looked at.
func distance(a, b string) (cost float64, ok bool) {
	if len(a) > maxLetters || len(b) > maxLetters || digits(a) != digits(b) {
		return 0, false
	}
	var rows [3][maxLetters + 1]float64
	before, last, now := &rows[0], &rows[1], &rows[2]
	for j := 1; j <= len(b); j++ {
		last[j] = last[j-1] + extra(b, j-1)
	}
	for i := 1; i <= len(a); i++ {
		x := a[i-1]
		dropped := extra(a, i-1)
		now[0] = last[0] + dropped
		for j := 1; j <= len(b); j++ {
			y := b[j-1]
			c := last[j-1]
			if x != y {
				c += change(x, y)
			}
			c = min(c, last[j]+dropped, now[j-1]+extra(b, j-1))
			if i > 1 && j > 1 && x == b[j-2] && y == a[i-2] && x != y {
				c = min(c, before[j-2]+costSwapped)
			}
			now[j] = c
		}
		before, last, now = last, now, before
	}
	return last[len(b)], true
}

func change(x, y byte) float64 {
	switch {
	case isDigit(x) || isDigit(y):
		return 99
	case vowel(x) && vowel(y):
		return costVowel
	case kin[x][y]:
		return costKin
	}
	return costLetter
}

// extra is the cost of the letter at i being there at all.
func extra(s string, i int) float64 {
	if isDigit(s[i]) {
		return 99
	}
	if i > 0 && s[i-1] == s[i] {
		return costDouble
	}
	return costExtra
}

// digits are the digits of a word, in order.
func digits(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return r >= '0' && r <= '9' }) < 0 {
		return ""
	}
	var b strings.Builder
	for i := range len(s) {
		if isDigit(s[i]) {
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

// allowed is how far a word of n letters may be misspelt and still be taken
// for the same: nothing up to three letters, for those are initials as a rule
// (ZTE and ZTT are two firms), then about one letter in five.
func allowed(n int) float64 {
	switch {
	case n <= 3:
		return 0
	case n <= 5:
		return 1
	case n <= 8:
		return 1.6
	case n <= 12:
		return 2.2
	}
	return 3
}

// sound is a word's consonants by their sound: sounds that are written
// differently from script to script become one letter, vowels go, except that
// a first one is kept as "a".
func sound(s string) string {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		c, next := s[i], byte(0)
		if i+1 < len(s) {
			next = s[i+1]
		}
		switch {
		case isDigit(c):
		case vowel(c):
			if i > 0 {
				continue
			}
			c = 'a'
		case c == 'p' && next == 'h':
			c = 'f'
			i++
		case (c == 's' || c == 'z' || c == 'c' || c == 't') && next == 'h':
			if c != 't' {
				c = 's'
			}
			i++
		case (c == 'k' || c == 'g') && next == 'h':
			i++
		case c == 'c' && next == 'k':
			c = 'k'
			i++
		case c == 'c' && (next == 'e' || next == 'i' || next == 'y'):
			c = 's'
		case c == 'c' || c == 'q':
			c = 'k'
		case c == 'x':
			out = append(out, 'k')
			c = 's'
		case c == 'z' || c == 'j':
			c = 's'
		case c == 'v' || c == 'w':
			c = 'f'
		case c == 'h' && i > 0:
			continue
		}
		if len(out) == 0 || out[len(out)-1] != c {
			out = append(out, c)
		}
	}
	return string(out)
}
