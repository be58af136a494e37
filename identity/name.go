package identity

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"sightline/spelling"
)

// maxWords and maxLetters bound what is looked at of a name; what is beyond
// them is left out, on both sides alike.
const (
	maxWords   = 48
	maxLetters = 48
)

// Name is a name taken apart. The zero Name is that of nothing.
type Name struct {
	Given    string // as it was given
	words    []word
	forms    []form
	acronyms []string // what the whole of it is abbreviated to
	parts    []Name   // what stands before and in brackets, each a name
}

// word is one word of a name.
type word struct {
	text        string   // folded, as written
	latin       string   // in a-z and digits
	others      []string // other usual spellings in Latin letters
	sound       string   // its consonants by their sound
	otherSounds []string // those of the other spellings
	kind        kind
	concept     string
	weight      float64
	abjad       bool // written without vowels
	foreign     bool // not written in Latin letters
	han         bool // in Chinese characters
}

// Parse takes a name apart: it folds it, joins initials, cuts words of scripts
// without blanks, peels off legal forms, and knows common words, places and
// numbers.
func Parse(name string) Name {
	n := parse(name)
	if before, inside, after, ok := brackets(name); ok {
		in := parse(inside)
		if slices.ContainsFunc(in.words, func(w word) bool { return w.kind == distinct }) { // not (Kenya), nor (Pvt)
			n.parts = []Name{parse(before + " " + after), in}
		}
	}
	return n
}

// brackets takes a name apart that has one pair of brackets.
func brackets(name string) (before, inside, after string, ok bool) {
	name = strings.NewReplacer("（", "(", "）", ")").Replace(name)
	before, rest, open := strings.Cut(name, "(")
	inside, after, closed := strings.Cut(rest, ")")
	if !open || !closed || strings.ContainsAny(inside+after, "()") {
		return "", "", "", false
	}
	for _, lead := range []string{"formerly known as ", "formerly ", "also known as ", "a.k.a. ", "aka ", "f.k.a. ", "fka ", "former "} {
		if len(inside) > len(lead) && strings.EqualFold(inside[:len(lead)], lead) {
			inside = inside[len(lead):]
		}
	}
	return before, inside, after, true
}

func parse(name string) Name {
	n := Name{Given: name}
	t := vocabulary()
	n.acronyms = t.acronyms(name)
	raw := cutName(name)
	raw = raw[:min(len(raw), maxWords)]
	raw, n.forms = t.peel(raw)
	for i := 0; i < len(raw); {
		if raw[i].packed {
			n.segment(t, raw[i].text)
			i++
			continue
		}
		i += n.take(t, raw[i:], i == 0)
	}
	// A name of joining words only is still a name.
	plain := true
	for _, w := range n.words {
		plain = plain && w.kind == joiner
	}
	if plain {
		for i := range n.words {
			n.words[i].kind, n.words[i].concept, n.words[i].weight = distinct, "", weight[distinct]
		}
		if len(n.words) == 0 {
			for _, w := range cutName(name) {
				n.words = append(n.words, makeWord(w.text, distinct, ""))
			}
		}
	}
	// "The" and the like count for nothing from here on.
	kept := n.words[:0]
	for _, w := range n.words {
		if w.kind != joiner && (w.latin != "" || w.concept != "") {
			kept = append(kept, w)
		}
	}
	n.words = kept
	return n
}

// acronyms are what a name of three words and more is abbreviated to: the first
// letters of its words, with and without its legal form, words such as group,
// and national. TeleSystems has two letters. Joining words have none.
func (t *tables) acronyms(name string) (out []string) {
	type letter struct {
		text               string
		form, org, perhaps bool
	}
	var letters []letter
	for _, token := range strings.FieldsFunc(name, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) && r != '\'' && r != '’'
	}) {
		if len(letters) >= 16 {
			return nil
		}
		folded := spelling.Fold(token)
		e, known := t.entries[folded]
		if known && e.kind == joiner {
			continue
		}
		first, _ := utf8.DecodeRuneInString(folded)
		l := letter{text: spelling.Latin(string(first)), org: known && e.kind == org, perhaps: known && (e.concept == "national" || e.concept == "state")}
		if _, ok := t.forms[folded]; ok {
			l.form = true
		}
		if spelling.Packed(first) || len(l.text) == 0 {
			return nil
		}
		l.text = l.text[:1]
		lower := false
		for i, r := range token {
			if i > 0 && lower && unicode.IsUpper(r) {
				l.text += spelling.Latin(strings.ToLower(string(r)))
			}
			lower = unicode.IsLower(r)
		}
		letters = append(letters, l)
	}
	for mask := range 8 {
		var b strings.Builder
		for _, l := range letters {
			if l.form && mask&1 > 0 || l.org && !l.form && mask&2 > 0 || l.perhaps && mask&4 > 0 {
				continue
			}
			b.WriteString(l.text)
		}
		if s := b.String(); len(s) >= 3 && len(s) <= 8 && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// rawWord is a word as it is cut, before its meaning is looked up.
type rawWord struct {
	text   string
	packed bool
}

// cutName folds a name and cuts it into words. Initials that belong together
// become one word: S.A.R.L., J. P., A/S.
func cutName(name string) []rawWord {
	name = splitCase(name)
	folded := spelling.Fold(strings.Map(func(r rune) rune {
		switch r {
		case '’', '‘', '`', 'ʼ', 'ʻ', '´', '\'', '\u200c', '\u200d':
			return '\''
		}
		return r
	}, strings.NewReplacer("&", " and ", "＆", " and ", "+", " ").Replace(name)))
	type piece struct {
		rawWord
		before string // what stands between it and the word before it
	}
	var pieces []piece
	start, end, packed, hangul := -1, 0, false, false
	flush := func(at int) {
		if start >= 0 {
			pieces = append(pieces, piece{rawWord{strings.ReplaceAll(folded[start:at], "'", ""), packed}, folded[end:start]})
			end = at
		}
		start = -1
	}
	for i, r := range folded {
		if r == '\'' && start >= 0 && !packed {
			continue // People's, Int'l
		}
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) {
			flush(i)
			continue
		}
		p := spelling.Packed(r)
		// Latin and Korean letters are written without a blank: SK텔레콤.
		if h := unicode.In(r, unicode.Hangul); start < 0 || p != packed || h != hangul {
			flush(i)
			start, packed, hangul = i, p, h
		}
	}
	flush(len(folded))

	var out []rawWord
	for i := 0; i < len(pieces); {
		p := pieces[i]
		j := i + 1
		if initial(p.text) {
			for j < len(pieces) && initial(pieces[j].text) && joins(pieces[j-1].text, pieces[j].before, pieces[j].text) {
				p.text += pieces[j].text
				j++
			}
		}
		out = append(out, p.rawWord)
		i = j
	}
	return out
}

// splitCase cuts a legal form off that is glued to a name in capitals:
// SiemensAG.
func splitCase(name string) string {
	runes := []rune(name)
	for i := len(runes) - 1; i > 2; i-- {
		if !unicode.IsUpper(runes[i]) {
			break
		}
		if tail := string(runes[i:]); unicode.IsLower(runes[i-1]) && gluedForms[tail] {
			return string(runes[:i]) + " " + tail
		}
	}
	return name
}

// gluedForms are forms of capitals that stand at the end.
var gluedForms = map[string]bool{"AG": true, "SA": true, "SE": true, "NV": true, "BV": true, "AB": true, "KG": true, "LLC": true, "LLP": true, "LP": true, "PLC": true, "SARL": true, "SRL": true, "OOO": true, "ООО": true, "ОАО": true, "ПАО": true, "АО": true, "ЗАО": true}

// initial reports whether a word is a single letter of an alphabet.
func initial(s string) bool {
	for i, r := range s {
		if i > 0 || !unicode.IsLetter(r) || spelling.Packed(r) {
			return false
		}
	}
	return s != ""
}

// joins reports whether two single letters with such text between them are
// initials of one thing. A letter after a blank may be a numeral: Partners V
// L.P.
func joins(a, between, b string) bool {
	switch strings.ReplaceAll(between, " ", "") {
	case ".", "/":
		return true
	case "":
		return between == " " && !strings.Contains("ivx", a) && !strings.Contains("ivx", b)
	}
	return false
}

// peel takes legal forms off both ends of a name. Short forms are ordinary
// words elsewhere, so only the ends count: the words after or before a form are
// forms too, or places or numbers.
func (t *tables) peel(words []rawWord) ([]rawWord, []form) {
	var forms []form
	// Packed forms stand at the end of a packed word: 华为技术有限公司.
	for i, w := range words {
		if !w.packed {
			continue
		}
		for {
			f, rest, ok := t.packedEnd(w.text)
			if !ok {
				break
			}
			forms = append(forms, f)
			w.text = rest
		}
		words[i].text = w.text
	}
	// From the end: the longest form that ends there.
	keep := make([]bool, len(words))
	for i := range keep {
		keep[i] = true
	}
	left := len(words)
	for end := len(words); end > 0; {
		n, f := t.formAt(words, end, true)
		if n > 0 && left > n {
			for i := end - n; i < end; i++ {
				keep[i] = false
			}
			forms = append(forms, f)
			left -= n
			end -= n
			continue
		}
		w := words[end-1]
		if e, ok := t.entries[w.text]; (ok && (e.kind == country || e.kind == place)) || isNumber(w.text) {
			end--
			continue
		}
		break
	}
	for start := 0; start < len(words); {
		n, f := t.formAt(words[start:], 0, false)
		if n == 0 || left <= n || !keep[start] {
			break
		}
		for i := start; i < start+n; i++ {
			keep[i] = false
		}
		forms = append(forms, f)
		left -= n
		start += n
	}
	var rest []rawWord
	for i, w := range words {
		if keep[i] {
			rest = append(rest, w)
		}
	}
	return rest, forms
}

// packedEnd finds the longest form at the end of a packed word, or else at its
// start, and what is left of the word.
func (t *tables) packedEnd(text string) (f form, rest string, ok bool) {
	for i := range text {
		if i == 0 {
			continue // something must be left
		}
		if f, ok := t.packedForm[text[i:]]; ok {
			return f, text[:i], true
		}
	}
	for i := len(text) - 1; i > 0; i-- {
		if f, ok := t.packedForm[text[:i]]; ok {
			return f, text[i:], true
		}
	}
	return form{}, text, false
}

// formAt finds the longest legal form that ends before end, or starts the
// words; n is how many words it has.
func (t *tables) formAt(words []rawWord, end int, fromEnd bool) (n int, f form) {
	for k := min(t.longest, len(words)); k > 0; k-- {
		var part []rawWord
		switch {
		case fromEnd && k <= end:
			part = words[end-k : end]
		case !fromEnd:
			part = words[:k]
		default:
			continue
		}
		var b strings.Builder
		for i, w := range part {
			if i > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(w.text)
		}
		if f, ok := t.forms[b.String()]; ok {
			return k, f
		}
	}
	if fromEnd && end > 1 {
		// A long form is known by most of its letters.
		if w := words[end-1].text; len(w) >= 10 {
			for _, s := range t.longForms {
				if cost, ok := distance(w, s); ok && cost <= 2 {
					return 1, t.forms[s]
				}
			}
		}
	}
	return 0, form{}
}

// take adds the next words of the list as one: the longest entry of the
// tables, a number, or a word of its own. It returns how many it took.
func (n *Name) take(t *tables, words []rawWord, first bool) int {
	for k := min(t.longest, len(words)); k > 0; k-- {
		var b strings.Builder
		for i, w := range words[:k] {
			if i > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(w.text)
		}
		e, ok := t.entries[b.String()]
		if !ok && k == 1 {
			// The Arabic article is written with its word.
			if rest, is := strings.CutPrefix(words[0].text, "ال"); is {
				e, ok = t.entries[rest]
			}
		}
		if !ok && k == 1 {
			e, ok = t.nisba(words[0].text)
		}
		if ok {
			n.words = append(n.words, makeWord(b.String(), e.kind, e.concept))
			return k
		}
	}
	if figure, k := figures(words, first); k > 0 {
		n.words = append(n.words, makeWord(figure, number, figure))
		return k
	}
	if front, back, e, ok := t.hangul(words[0].text); ok {
		n.words = append(n.words, makeWord(front, distinct, ""), makeWord(back, e.kind, e.concept))
		return 1
	}
	n.words = append(n.words, makeWord(words[0].text, distinct, ""))
	return 1
}

// nisba knows an Arabic adjective by the country that it is made from: المصرية
// is of Egypt, اليمنية of Yemen.
func (t *tables) nisba(text string) (entry, bool) {
	rest := strings.TrimPrefix(text, "ال")
	stem := strings.TrimSuffix(strings.TrimSuffix(rest, "ه"), "ي")
	if stem == rest || len([]rune(stem)) < 3 {
		return entry{}, false
	}
	for _, ending := range []string{"", "ا", "يا", "ه"} {
		for _, article := range []string{"", "ال"} {
			if e, ok := t.entries[article+stem+ending]; ok && e.kind == country {
				return e, true
			}
		}
	}
	return entry{}, false
}

// hangul takes a known word off the end of a Korean one, which are written
// together: 삼성전자.
func (t *tables) hangul(text string) (front, back string, e entry, ok bool) {
	runes := []rune(text)
	if len(runes) < 3 || !unicode.In(runes[0], unicode.Hangul) {
		return "", "", e, false
	}
	for i := 1; i <= len(runes)-2; i++ {
		if e, ok := t.entries[string(runes[i:])]; ok {
			return string(runes[:i]), string(runes[i:]), e, true
		}
	}
	return "", "", e, false
}

// segment cuts a packed word at the words of the tables; what lies between
// them is one word.
func (n *Name) segment(t *tables, text string) {
	runes := []rune(text)
	from := 0
	flush := func(to int) {
		if from < to {
			n.words = append(n.words, makeWord(string(runes[from:to]), distinct, ""))
		}
	}
	for i := 0; i < len(runes); {
		found := 0
		var e entry
		for k := min(t.widest, len(runes)-i); k >= 2; k-- {
			if x, ok := t.packed[string(runes[i:i+k])]; ok {
				found, e = k, x
				break
			}
		}
		if x, ok := t.packedLast[string(runes[i:])]; ok && found == 0 && i > 0 {
			found, e = 1, x
		}
		if found == 0 {
			i++
			continue
		}
		flush(i)
		n.words = append(n.words, makeWord(string(runes[i:i+found]), e.kind, e.concept))
		i += found
		from = i
	}
	flush(len(runes))
}

// makeWord spells a word.
func makeWord(text string, k kind, concept string) word {
	w := word{text: text, kind: k, concept: concept, weight: weight[k]}
	if spelling.IsASCII(text) {
		w.latin = strings.ReplaceAll(text, " ", "")
	} else {
		w.foreign = true
		var b strings.Builder
		for _, r := range text {
			switch {
			case unicode.In(r, unicode.Han):
				w.han = true
				if p := spelling.Pinyin(r); len(p) > 0 {
					b.WriteString(p[0])
				}
			case unicode.In(r, unicode.Arabic, unicode.Hebrew, unicode.Syriac):
				w.abjad = true
				fallthrough
			default:
				b.WriteString(spelling.Latin(string(r)))
			}
			if unicode.In(r, unicode.Latin) {
				w.foreign = false
			}
		}
		w.latin = b.String()
		w.others = otherSpellings(w)
	}
	w.latin = w.latin[:min(len(w.latin), maxLetters)]
	w.sound = sound(w.latin)
	hear := func(s string) {
		if s != "" && s != w.sound && !slices.Contains(w.otherSounds, s) {
			w.otherSounds = append(w.otherSounds, s)
		}
	}
	for i, o := range w.others {
		w.others[i] = o[:min(len(o), maxLetters)]
		hear(sound(w.others[i]))
	}
	if w.abjad {
		hear(bareSound(text))
	}
	if k == distinct && len(w.latin) == 1 {
		w.weight = 0.5
	}
	return w
}

// otherSpellings are other usual spellings of a word in Latin letters: kh is
// also written h, the Cyrillic ts, ks and ia also c, x and ya, a waw within a
// word is also a vowel, and a Slavic adjective is also the name that it is made
// from, or that name with -sky.
func otherSpellings(w word) (out []string) {
	add := func(s string) {
		if s != "" && s != w.latin && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	add(strings.ReplaceAll(w.latin, "kh", "h"))
	if w.abjad && strings.Contains(w.latin[min(1, len(w.latin)):], "w") {
		add(w.latin[:1] + strings.ReplaceAll(w.latin[1:], "w", "u"))
	}
	if !w.foreign || w.abjad {
		return out
	}
	western := cyrillic.Replace(w.latin)
	for _, start := range [][2]string{{"ia", "ya"}, {"iu", "yu"}} {
		if rest, ok := strings.CutPrefix(western, start[0]); ok {
			western = start[1] + rest
		}
	}
	add(western)
	if stem := adjective(w.latin); stem != "" {
		add(stem)
		add(stem + "sky")
	}
	return out
}

// cyrillic turns the transliteration of some letters into the letters that
// names in Latin have there.
var cyrillic = strings.NewReplacer("kh", "h", "ts", "c", "ks", "x")

// bareSound is the sound of a word of a script that writes some vowels: alef,
// waw and yeh, which may be vowels, are left out, but for an alef that opens the
// word.
func bareSound(text string) string {
	var b strings.Builder
	for i, r := range []rune(text) {
		switch r {
		case 'ا', 'א':
			if i == 0 {
				b.WriteByte('a')
			}
		case 'و', 'ي', 'ו', 'י':
			if i == 0 {
				b.WriteString(spelling.Latin(string(r)))
			}
		default:
			b.WriteString(spelling.Latin(string(r)))
		}
	}
	return sound(b.String())
}

// adjective takes the ending off a Slavic adjective of a place, as names do
// that are translated: muromskii is of Murom.
func adjective(latin string) string {
	for _, ending := range []string{"skii", "skiy", "skij", "skaia", "skaya", "skoe", "skie", "skoi", "skogo"} {
		if stem, ok := strings.CutSuffix(latin, ending); ok && len(stem) >= 4 {
			return stem
		}
	}
	return ""
}

// isNumber reports whether a word is figures only.
func isNumber(s string) bool {
	for _, r := range s {
		if !unicode.IsDigit(r) {
			return false
		}
	}
	return s != ""
}

var unitWords = map[string]int{"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19}
var tenWords = map[string]int{"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}

// figures reads the number at the start of the words: digits of any script,
// English words up to 99, and Roman numerals of I, V and X that do not open
// the name.
func figures(words []rawWord, first bool) (figure string, n int) {
	s := words[0].text
	if isNumber(s) {
		var b strings.Builder
		for _, r := range s {
			b.WriteByte('0' + byte(digit(r)))
		}
		if s = strings.TrimLeft(b.String(), "0"); s == "" {
			s = "0"
		}
		return s, 1
	}
	if v := unitWords[s]; v > 0 {
		return strconv.Itoa(v), 1
	}
	if v := tenWords[s]; v > 0 {
		if len(words) > 1 {
			if u := unitWords[words[1].text]; u > 0 && u < 10 {
				return strconv.Itoa(v + u), 2
			}
			if u, err := strconv.Atoi(words[1].text); err == nil && u > 0 && u < 10 {
				return strconv.Itoa(v + u), 2
			}
		}
		return strconv.Itoa(v), 1
	}
	if v := roman(s); v > 0 && !first {
		return strconv.Itoa(v), 1
	}
	return "", 0
}

// digit is the value of a decimal digit of any script: Unicode keeps each ten
// of them together, from nought on.
func digit(r rune) int {
	n := 0
	for n < 9 && unicode.IsDigit(r-rune(n)-1) {
		n++
	}
	if r >= '0' && r <= '9' {
		return int(r - '0')
	}
	return n
}

// roman is the value of a Roman numeral up to 39, 0 if it is none.
func roman(s string) int {
	for tens := range 4 {
		rest, ok := strings.CutPrefix(s, strings.Repeat("x", tens))
		if !ok {
			break
		}
		for unit, u := range []string{"", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix"} {
			if rest == u && tens+unit > 0 {
				return 10*tens + unit
			}
		}
	}
	return 0
}
