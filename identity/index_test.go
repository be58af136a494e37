package identity_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode"

	"sightline"
	"sightline/catalog"
	"sightline/identity"
)

// truth is made up from a seed: names that stand on both sides in two
// spellings, and names that stand on one side only. A third of the bases are
// names of the catalogue and, where it is at hand, of the labelled pairs, each
// with a made-up word to tell it from the others; the rest are made up. Each of
// the pairs has one or two of the changes below. docs/methods/identity.md
// describes it.
type truth struct {
	left, right []string
	pairs       map[identity.NamePair]string // the changes that were made
}

var changes = []struct {
	name string
	make func(rng *rand.Rand, s string) string
}{
	{"typo", func(rng *rand.Rand, s string) string { return typo(rng, s) }},
	{"legal form", func(rng *rand.Rand, s string) string {
		for _, f := range legalForms {
			if cut, ok := strings.CutSuffix(s, " "+f); ok {
				if rng.IntN(2) == 0 {
					return cut
				}
				s = cut
			}
		}
		return s + " " + legalForms[rng.IntN(len(legalForms))]
	}},
	{"capitals", func(_ *rand.Rand, s string) string { return strings.ToUpper(s) }},
	{"order", func(rng *rand.Rand, s string) string {
		w := strings.Fields(s)
		if len(w) > 2 {
			w[0], w[1] = w[1], w[0]
		}
		return strings.Join(w, " ")
	}},
	{"a trade word more", func(rng *rand.Rand, s string) string {
		return s + " " + tradeWords[rng.IntN(len(tradeWords))]
	}},
	{"accents", func(_ *rand.Rand, s string) string {
		return strings.NewReplacer("a", "á", "o", "ö", "e", "è", "u", "ü", "n", "ñ", "c", "ç").Replace(s)
	}},
	{"Cyrillic", func(_ *rand.Rand, s string) string { return cyrillic.Replace(strings.ToLower(s)) }},
	{"abbreviated", func(_ *rand.Rand, s string) string {
		return strings.NewReplacer("International", "Int'l", "Technologies", "Tech", "Company", "Co", "Limited", "Ltd", " and ", " & ", "Brothers", "Bros").Replace(s)
	}},
	{"written together", func(_ *rand.Rand, s string) string { return strings.Replace(s, " ", "", 1) }},
}

var legalForms = []string{"Ltd", "Limited", "LLC", "Inc.", "GmbH", "AG", "S.A.", "S.r.l.", "Co., Ltd.", "PLC", "OOO", "B.V."}
var tradeWords = []string{"Telecom", "Technologies", "Systems", "Networks", "Software", "Security", "Group", "Holding", "International", "Trading", "Electronics", "Energy", "Construction", "Media", "Data", "Engineering", "Logistics", "Bank"}

// cyrillic spells Latin letters as Russian names do.
var cyrillic = strings.NewReplacer("sh", "ш", "ch", "ч", "zh", "ж", "ya", "я", "yu", "ю", "ph", "ф", "th", "т",
	"a", "а", "b", "б", "c", "к", "d", "д", "e", "е", "f", "ф", "g", "г", "h", "х", "i", "и", "j", "дж", "k", "к", "l", "л", "m", "м", "n", "н", "o", "о", "p", "п", "q", "к", "r", "р", "s", "с", "t", "т", "u", "у", "v", "в", "w", "в", "x", "кс", "y", "й", "z", "з")

func typo(rng *rand.Rand, s string) string {
	words := strings.Fields(s)
	at := rng.IntN(len(words))
	for i := range words {
		if w := words[(at+i)%len(words)]; len(w) >= 5 && strings.IndexFunc(w, func(r rune) bool { return r > unicode.MaxASCII || unicode.IsDigit(r) }) < 0 {
			k := 1 + rng.IntN(len(w)-2)
			c := string(rune('a' + rng.IntN(26)))
			switch rng.IntN(4) {
			case 0:
				w = w[:k] + w[k+1:]
			case 1:
				w = w[:k] + c + w[k:]
			case 2:
				w = w[:k] + c + w[k+1:]
			default:
				w = w[:k] + w[k+1:k+2] + w[k:k+1] + w[k+2:]
			}
			words[(at+i)%len(words)] = w
			break
		}
	}
	return strings.Join(words, " ")
}

func invented(rng *rand.Rand) string {
	onset := []string{"b", "br", "d", "dr", "f", "g", "gl", "h", "k", "kr", "l", "m", "n", "p", "pr", "r", "s", "st", "t", "tr", "v", "z", "sh", "ch"}
	nucleus := []string{"a", "e", "i", "o", "u", "ai", "ei", "ou"}
	coda := []string{"", "", "", "n", "r", "l", "s", "m", "t"}
	var b strings.Builder
	for range 2 + rng.IntN(3) {
		b.WriteString(onset[rng.IntN(len(onset))] + nucleus[rng.IntN(len(nucleus))] + coda[rng.IntN(len(coda))])
	}
	s := b.String()
	return strings.ToUpper(s[:1]) + s[1:]
}

func makeTruth(t testing.TB, n int) truth {
	t.Helper()
	rng := rand.New(rand.NewPCG(100, 2026))
	var real []string
	records, err := catalog.Records()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		if e := r.Entity(); e != nil && (e.ID.Kind() == sightline.KindCompany || e.ID.Kind() == sightline.KindBody || e.ID.Kind() == sightline.KindOrganization) {
			real = append(real, e.Name)
		}
	}
	real = append(real, benchNames()...)
	name := func() string {
		if rng.IntN(3) == 0 {
			return invented(rng) + " " + real[rng.IntN(len(real))]
		}
		s := invented(rng)
		if rng.IntN(4) == 0 {
			s += " " + invented(rng)
		}
		for range rng.IntN(3) {
			s += " " + tradeWords[rng.IntN(len(tradeWords))]
		}
		if rng.IntN(2) == 0 {
			s += " " + legalForms[rng.IntN(len(legalForms))]
		}
		return s
	}
	tr := truth{pairs: map[identity.NamePair]string{}}
	for range n {
		tr.left = append(tr.left, name())
	}
	order := rng.Perm(n)
	tr.right = make([]string, n)
	for i, at := range order {
		if i >= n/2 {
			tr.right[at] = name()
			continue
		}
		s := tr.left[i]
		made := ""
		for range 1 + rng.IntN(2) {
			c := changes[rng.IntN(len(changes))]
			s = c.make(rng, s)
			made += "+" + c.name
		}
		tr.right[at] = s
		tr.pairs[identity.NamePair{Asked: int32(i), Found: int32(at)}] = made[1:]
	}
	return tr
}

// measure blocks and compares, and counts what was found of the truth.
func (tr truth) measure() (proposed, likely int, recall, kept float64, lost map[string]int) {
	left, right := identity.ParseAll(tr.left), identity.ParseAll(tr.right)
	pairs := identity.NewIndex(right).Propose(left, nil)
	matches := (*identity.Rarity)(nil).CompareAll(pairs, left, right)
	found, above := 0, 0
	lost = map[string]int{}
	for _, made := range tr.pairs {
		lost[made]++
	}
	for i, p := range pairs {
		made, is := tr.pairs[p]
		if is {
			found++
			lost[made]--
		}
		if matches[i].Score >= identity.Likely {
			likely++
			if is {
				above++
			}
		}
	}
	return len(pairs), likely, float64(found) / float64(len(tr.pairs)), float64(above) / float64(len(tr.pairs)), lost
}

// The index proposes nearly every pair of the made-up truth.
func TestIndexFinds(t *testing.T) {
	tr := makeTruth(t, 3000)
	proposed, likely, recall, kept, lost := tr.measure()
	t.Logf("3,000 names against 3,000: %d pairs proposed, %.4f of %d true pairs among them; %d score %.2f and more, %.4f of the true pairs", proposed, recall, len(tr.pairs), likely, identity.Likely, kept)
	for made, n := range lost {
		if n > 3 {
			t.Logf("lost %d of %s", n, made)
		}
	}
	if recall < 0.97 {
		t.Errorf("recall %.4f", recall)
	}
	if proposed > 16*3000 {
		t.Errorf("%d pairs proposed", proposed)
	}
}

// BenchmarkBlocked is 100,000 names against 100,000: parsed, indexed, proposed
// and compared.
func BenchmarkBlocked(b *testing.B) {
	tr := makeTruth(b, 100_000)
	for b.Loop() {
		proposed, likely, recall, kept, lost := tr.measure()
		b.ReportMetric(recall, "recall")
		b.ReportMetric(float64(proposed), "pairs")
		b.ReportMetric(float64(likely), "likely")
		b.ReportMetric(kept, "recall-likely")
		if testing.Verbose() {
			fmt.Println(lost)
		}
	}
}
