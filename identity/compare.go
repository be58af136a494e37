package identity

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"sightline/internal/order"
)

// Match is how far two names are one organisation's: a score from 0 to 1, the
// sum of its parts kept within these bounds. It orders pairs for people who judge them. It is no
// probability.
type Match struct {
	Score float64
	Parts []Part
}

// Part is one reason for a score: words that match, words that only one name
// has, or what speaks against the pair.
type Part struct {
	A, B         string  // the words of each name, as folded; one may be empty
	How          string  // "same", "spelt nearly the same", …
	Contribution float64 // to the score; negative where it speaks against
}

func (p Part) String() string {
	var b strings.Builder
	switch {
	case p.A == p.B || p.B == "":
		b.WriteString(p.A)
	case p.A == "":
		b.WriteString(p.B)
	case p.Contribution < 0:
		b.WriteString(p.A + " / " + p.B)
	default:
		b.WriteString(p.A + " = " + p.B)
	}
	b.WriteString(", " + p.How)
	if p.Contribution != 0 {
		fmt.Fprintf(&b, " %+.2f", p.Contribution)
	}
	return b.String()
}

// How the words of two names belong together.
const (
	same       = "same"
	sameLatin  = "same in Latin letters"
	sameWord   = "same word in another form or language"
	nearly     = "spelt nearly the same"
	soundsSame = "sounds the same"
	together   = "written together"
	initials   = "initials"
	onlyOne    = "only in one name"

	numbersDiffer   = "numbers differ"
	numberOnly      = "number only in one name"
	countriesDiffer = "countries differ"
	countryOnly     = "country only in one name"
	otherOrder      = "in another order"
	partOnly        = "a part before or in brackets"
	replaced        = "in place of each other"
	formsDiffer     = "legal forms differ"
)

// What speaks against a pair beside words without a counterpart. The figures
// are our choice; TestScenarios shows what they are for.
const (
	lossNumberClash  = 0.60 // Fund V and Fund VI
	lossNumberOnly   = 0.25
	lossCountryClash = 0.30 // Bank of China (Hong Kong) and (Singapore)
	lossCountryOnly  = 0.10
	lossReplaced     = 0.60 // of the share of words that are replaced by others
	lossOrder        = 0.02
	lossPart         = 0.03 // only a part of a name with brackets is the other
)

// formLoss is what two legal forms take away that exclude each other. Firms of
// one name and two forms are often one firm, wrongly noted, or of one family;
// a charity and a firm are not.
func formLoss(a, b string) float64 {
	pair := min(a, b) + " " + max(a, b)
	switch {
	case a == b || a == "any" || b == "any":
		return 0
	case pair == "private stock":
		return 0.04
	case a == "nonprofit" || b == "nonprofit":
		return 0.30
	}
	return 0.10
}

// Rarity tells how much a distinct word is worth, from the number of names that
// have it. The zero Rarity holds every word for rare.
type Rarity struct {
	names int
	with  map[string]int
}

// NewRarity counts words in the names of organisations at hand. A name that is
// there twice counts twice.
func NewRarity(names []Name) *Rarity {
	r := &Rarity{names: len(names), with: map[string]int{}}
	for _, n := range names {
		for i, w := range n.words {
			if w.kind == distinct && !slices.ContainsFunc(n.words[:i], func(x word) bool { return x.latin == w.latin }) {
				r.with[w.latin]++
			}
		}
	}
	return r
}

// of is the worth of a word: its weight, less for a distinct word that more
// than a thousandth of the names share, down to that of a trade's word for one
// that a tenth share.
func (r *Rarity) of(w word) float64 {
	if r == nil || r.names < 1000 || w.kind != distinct {
		return w.weight
	}
	share := float64(r.with[w.latin]) / float64(r.names)
	if share <= 0.001 {
		return w.weight
	}
	down := min(1, math.Log10(share/0.001)/2)
	return w.weight * (1 - down*(1-weight[trade]))
}

// Compare scores two names. It is symmetric.
func Compare(a, b Name) Match { return (*Rarity)(nil).Compare(a, b) }

// link is a way in which words of two names belong together: words from i to
// i+n of one, from j to j+m of the other.
type link struct {
	i, n, j, m int
	sim        float64
	weight     float64 // of both sides together
	how        string
}

// Compare scores two names, with words weighed by how rare they are. Where one
// has brackets, what stands before and in them is compared too, and the best
// counts, less lossPart.
func (r *Rarity) Compare(a, b Name) Match {
	best := r.compare(a, b)
	for _, x := range append([]Name{a}, a.parts...) {
		for _, y := range append([]Name{b}, b.parts...) {
			if len(x.parts)+len(y.parts) == len(a.parts)+len(b.parts) {
				continue // the whole names, as above
			}
			m := r.compare(x, y)
			if m.Score -= lossPart; m.Score > best.Score {
				m.Parts = append(m.Parts, Part{"", "", partOnly, -lossPart})
				best = m
			}
		}
	}
	return best
}

func (r *Rarity) compare(a, b Name) Match {
	var m Match
	if len(a.words) == 0 || len(b.words) == 0 {
		return m
	}
	wa, wb := r.weights(a), r.weights(b)
	links := align(a, b, wa, wb)
	usedA, usedB := make([]bool, len(a.words)), make([]bool, len(b.words))
	// A word and its misspelling weigh the same: less of the two, so that a
	// slip in a trade's word does not make it a distinct one.
	total := 0.0
	for _, l := range links {
		total += l.weight
		for i := range l.n {
			usedA[l.i+i] = true
		}
		for j := range l.m {
			usedB[l.j+j] = true
		}
	}
	restA, plainA := left(a.words, usedA, wa)
	restB, plainB := left(b.words, usedB, wb)
	total += restA + restB
	add := func(x, y, how string, c float64) {
		m.Parts = append(m.Parts, Part{x, y, how, c})
		m.Score += c
	}
	for _, l := range links {
		add(text(a.words[l.i:l.i+l.n]), text(b.words[l.j:l.j+l.m]), l.how, l.weight*l.sim/total)
	}
	clash := func(k kind, both, one float64, howBoth, howOne string) {
		x, y := unused(a.words, usedA, k), unused(b.words, usedB, k)
		switch {
		case x != "" && y != "":
			add(x, y, howBoth, -both)
		case x != "" || y != "":
			add(x, y, howOne, -one)
		}
	}
	clash(number, lossNumberClash, lossNumberOnly, numbersDiffer, numberOnly)
	clash(country, lossCountryClash, lossCountryOnly, countriesDiffer, countryOnly)
	plain := []kind{distinct, trade, org, place}
	x, y := unused(a.words, usedA, plain...), unused(b.words, usedB, plain...)
	if x != "" && y != "" {
		add(x, y, replaced, -lossReplaced*2*min(plainA, plainB)/total)
	} else if x+y != "" {
		add(x, y, onlyOne, 0)
	}
	if crossed(links) {
		add("", "", otherOrder, -lossOrder)
	}
	if f, g, loss := clashingForms(a.forms, b.forms); loss > 0 {
		add(f, g, formsDiffer, -loss)
	}
	order.By(m.Parts, func(x, y Part) int { return cmp.Compare(math.Abs(y.Contribution), math.Abs(x.Contribution)) })
	m.Score = max(0, min(1, m.Score))
	return m
}

func (r *Rarity) weights(n Name) []float64 {
	out := make([]float64, len(n.words))
	for i, w := range n.words {
		out[i] = r.of(w)
	}
	return out
}

func text(words []word) string {
	var parts []string
	for _, w := range words {
		parts = append(parts, w.text)
	}
	return strings.Join(parts, " ")
}

// left is the weight of the words without a counterpart, and of those among
// them that are neither numbers nor countries.
func left(words []word, used []bool, weights []float64) (all, plain float64) {
	for i, w := range words {
		if used[i] {
			continue
		}
		all += weights[i]
		if w.kind != number && w.kind != country {
			plain += weights[i]
		}
	}
	return all, plain
}

func unused(words []word, used []bool, kinds ...kind) string {
	var out []string
	for i, w := range words {
		if slices.Contains(kinds, w.kind) && !used[i] {
			out = append(out, w.text)
		}
	}
	return strings.Join(out, " ")
}

// clashingForms finds the two forms that take the most away, unless the names
// have forms of one class as well.
func clashingForms(a, b []form) (f, g string, loss float64) {
	for _, x := range a {
		for _, y := range b {
			l := formLoss(x.class, y.class)
			if x.class == y.class && x.class != "any" {
				return "", "", 0
			}
			if l > loss {
				f, g, loss = x.concept, y.concept, l
			}
		}
	}
	return f, g, loss
}

// crossed reports whether distinct words match in another order.
func crossed(links []link) bool {
	order := slices.Clone(links)
	slices.SortFunc(order, func(x, y link) int { return cmp.Compare(x.i, y.i) })
	return !slices.IsSortedFunc(order, func(x, y link) int { return cmp.Compare(x.j, y.j) })
}

// align picks the ways in which words belong together, the surest first, each
// word in one of them. Ties go to what stands first, by rules that do not
// depend on which name comes first.
func align(a, b Name, wa, wb []float64) []link {
	var all []link
	for i, x := range a.words {
		for j, y := range b.words {
			if sim, how := alike(x, y); sim > 0 {
				w := wa[i] + wb[j]
				if how == nearly || how == soundsSame {
					w = 2 * min(wa[i], wb[j])
				}
				all = append(all, link{i, 1, j, 1, sim, w, how})
			}
		}
	}
	all = append(all, joined(a.words, b.words, wa, wb, false)...)
	all = append(all, joined(b.words, a.words, wb, wa, true)...)
	all = append(all, abbreviated(a, b, wa, wb, false)...)
	all = append(all, abbreviated(b, a, wb, wa, true)...)
	slices.SortFunc(all, func(x, y link) int {
		return cmp.Or(cmp.Compare(y.sim, x.sim), cmp.Compare(y.weight, x.weight), cmp.Compare(x.i+x.j, y.i+y.j), cmp.Compare(max(x.i, x.j), max(y.i, y.j)), cmp.Compare(x.i, y.i), cmp.Compare(x.n+x.m, y.n+y.m), cmp.Compare(x.n, y.n))
	})
	usedA, usedB := make([]bool, len(a.words)), make([]bool, len(b.words))
	free := func(used []bool, from, n int) bool { return !slices.Contains(used[from:from+n], true) }
	var out []link
	for _, l := range all {
		if !free(usedA, l.i, l.n) || !free(usedB, l.j, l.m) {
			continue
		}
		for i := range l.n {
			usedA[l.i+i] = true
		}
		for j := range l.m {
			usedB[l.j+j] = true
		}
		out = append(out, l)
	}
	slices.SortFunc(out, func(x, y link) int { return cmp.Compare(x.i, y.i) })
	return out
}

// joined finds runs of words of a that are one word of b: written together, or
// by their initials.
func joined(a, b []word, wa, wb []float64, turned bool) []link {
	var out []link
	add := func(i, n, j int, sim float64, how string) {
		l := link{i: i, n: n, j: j, m: 1, sim: sim, how: how, weight: wb[j]}
		for k := i; k < i+n; k++ {
			l.weight += wa[k]
		}
		if turned {
			l.i, l.n, l.j, l.m = l.j, l.m, l.i, l.n
		}
		out = append(out, l)
	}
	for j, y := range b {
		if y.kind == number || y.kind == country || len(y.latin) < 2 {
			continue
		}
		for i := range a {
			run, letters := "", ""
			for k := i; k < len(a) && k < i+8; k++ {
				if a[k].kind == number || a[k].latin == "" {
					break
				}
				run += a[k].latin
				letters += a[k].latin[:1]
				n := k - i + 1
				if n < 2 {
					continue
				}
				if n <= 3 && len(run) >= 4 && len(run) <= maxLetters {
					if sim, how := spelt(run, y.latin); how == same {
						add(i, n, j, 0.98, together)
					} else if how == nearly && len(run) >= 6 {
						add(i, n, j, sim-0.02, together)
					}
				}
				// Initials speak for a name only if they are all of it.
				if n >= 3 && i == 0 && k == len(a)-1 || n >= 3 && whole(a, i, k) {
					if letters == y.latin && y.kind == distinct && !y.foreign {
						add(i, n, j, min(0.9, 0.66+0.06*float64(n)), initials)
					}
				}
			}
		}
	}
	return out
}

// abbreviated finds the word of b that stands for all words of a.
func abbreviated(a, b Name, wa, wb []float64, turned bool) []link {
	if len(a.words) < 2 || len(a.acronyms) == 0 {
		return nil
	}
	for j, y := range b.words {
		if y.kind != distinct || len(y.latin) < 3 || !whole(b.words, j, j) || !slices.ContainsFunc(y.spellings(), func(s string) bool { return slices.Contains(a.acronyms, s) }) {
			continue
		}
		if y.foreign && slices.ContainsFunc(a.words, func(x word) bool { return !x.foreign }) {
			continue
		}
		l := link{n: len(a.words), j: j, m: 1, sim: min(0.9, 0.62+0.06*float64(len(y.latin))), how: initials, weight: wb[j]}
		for _, w := range wa {
			l.weight += w
		}
		if turned {
			l.i, l.n, l.j, l.m = l.j, l.m, l.i, l.n
		}
		return []link{l}
	}
	return nil
}

// whole reports whether the words outside a run are places only.
func whole(words []word, from, to int) bool {
	for i, w := range words {
		if (i < from || i > to) && w.kind != country && w.kind != place {
			return false
		}
	}
	return true
}

// alike is how far two words are one: 1 for the same, 0 for different words.
func alike(x, y word) (sim float64, how string) {
	if x.kind == number || y.kind == number {
		if x.kind == y.kind && x.concept == y.concept || x.text == y.text {
			return 1, same
		}
		return 0, ""
	}
	switch {
	case x.text == y.text:
		return 1, same
	case x.concept != "" && x.concept == y.concept && x.kind == y.kind:
		if x.foreign != y.foreign || x.kind == country || x.kind == place {
			return 0.97, sameWord
		}
		return 0.92, sameWord
	case x.concept != "" && y.concept != "":
		return 0, "" // two words that are both known are no slip of the pen
	case x.latin == "" || y.latin == "":
		return 0, ""
	}
	if x.han && y.han {
		return alikeHan(x, y)
	}
	for _, p := range x.spellings() {
		for _, q := range y.spellings() {
			s, h := spelt(p, q)
			if s > sim {
				sim, how = s, h
			}
		}
	}
	if how == same {
		return 0.98, sameLatin
	}
	if n := sharedSound(x, y); n > 0 && digits(x.latin) == digits(y.latin) {
		heard := 0.0
		switch {
		case x.abjad != y.abjad && n >= 3:
			heard = 0.85 // only one of them has vowels
		case x.abjad != y.abjad && n == 2:
			heard = 0.7
		case x.foreign != y.foreign && n >= 4:
			heard = 0.85
		case x.foreign != y.foreign && n == 3:
			heard = 0.8
		case n >= 4:
			heard = 0.8
		}
		if heard > sim {
			sim, how = heard, soundsSame
		}
	}
	return sim, how
}

// alikeHan compares two words in Chinese characters. Letters of their Pinyin say
// little, for very many words share them; the characters count. Words of one
// sound may be one word in simplified and traditional characters, or two words.
func alikeHan(x, y word) (sim float64, how string) {
	a, b := []rune(x.text), []rune(y.text)
	shared := 0
	for i := range min(len(a), len(b)) {
		if a[i] == b[i] {
			shared++
		}
	}
	if len(a) != len(b) {
		return 0, ""
	}
	share := float64(shared) / float64(len(a))
	if x.latin == y.latin {
		return 0.6 + 0.35*share, soundsSame
	}
	if len(a) >= 4 && shared >= len(a)-1 {
		return share, nearly
	}
	return 0, ""
}

// sharedSound is how many consonants two words have, if they have the same in
// one of their spellings, and 0 if not.
func sharedSound(x, y word) int {
	n := 0
	if x.sound == y.sound {
		n = len(x.sound)
	}
	for _, s := range x.otherSounds {
		if s == y.sound {
			n = max(n, len(s))
		}
	}
	for _, s := range y.otherSounds {
		if s == x.sound {
			n = max(n, len(s))
		}
	}
	return n
}

func (w word) spellings() []string {
	if len(w.others) == 0 {
		return []string{w.latin}
	}
	return append([]string{w.latin}, w.others...)
}

// spelt compares two spellings.
func spelt(a, b string) (sim float64, how string) {
	if a == b {
		return 1, same
	}
	long, short := max(len(a), len(b)), min(len(a), len(b))
	limit := allowed(long)
	if float64(long-short)*costDouble > limit {
		return 0, ""
	}
	cost, ok := distance(a, b)
	if !ok || cost > limit {
		return 0, ""
	}
	return 1 - cost/float64(long), nearly
}

// Likely is the score from which two names are likely to be one
// organisation's: the threshold that labelled pairs choose (TestNameBench). It
// marks a line in a queue; it merges nothing.
const Likely = 0.78
