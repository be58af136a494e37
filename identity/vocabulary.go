package identity

import (
	_ "embed"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"sightline"
	"sightline/spelling"
)

// The tables of words that many organisations have in their names. They are of
// our own making and hold general facts: legal forms, the usual words of each
// trade in several languages, names of countries and some cities. A line is a
// kind, a concept and its spellings; spellings of one concept count as one
// word.
var (
	//go:embed forms.csv
	formsCSV string
	//go:embed words.csv
	wordsCSV string
	//go:embed places.csv
	placesCSV string
)

// tongues are the languages in which countries are known by their names, as the
// Unicode Consortium has them (CLDR).
var tongues = strings.Fields("ar fa ru uk be kk zh zh-Hant fr es pt de it tr ko ja he el hi bn ka hy sr bg nl pl sv id")

// kind is what a word does in a name.
type kind uint8

const (
	distinct kind = iota // a word of its own: what the name is about
	trade                // what many firms of one trade are called
	org                  // what any organisation is called: group, holding
	country              // a country
	place                // another place
	number               // figures, in whatever numerals
	joiner               // and, of, the
)

// weight is how much a word of each kind counts; Rarity may lower it for a
// distinct word that many names share. Our choice: a trade's word is worth a
// third of a distinct one, since a third of the names of a trade share it.
var weight = [...]float64{distinct: 1, trade: 0.3, org: 0.15, country: 0.4, place: 0.2, number: 0.3, joiner: 0}

// form is a legal form. Forms of two classes contradict each other; class
// "any" contradicts none, for an Inc. and a joint-stock company both call
// themselves Limited or Corporation.
type form struct{ class, concept string }

// entry is a word of a table.
type entry struct {
	kind    kind
	concept string
}

// tables are the tables as they are looked up: by their words in folded form
// with a blank between, and, for scripts without blanks, by the whole.
type tables struct {
	forms      map[string]form
	entries    map[string]entry
	longForms  []string         // of one word and ten letters and more, for slips of the pen
	packed     map[string]entry // of two characters and more
	packedLast map[string]entry // of one, which are words only at the end: 公安部
	packedForm map[string]form
	longest    int // words in a spelling
	widest     int // characters in a packed spelling
}

var vocabulary = sync.OnceValue(func() *tables {
	t := &tables{forms: map[string]form{}, entries: map[string]entry{}, packed: map[string]entry{}, packedForm: map[string]form{}, packedLast: map[string]entry{}}
	rows := func(text string, f func(row []string, spellings []string)) {
		for i, line := range strings.Split(strings.TrimSpace(text), "\n") {
			row := strings.Split(line, ",")
			if i > 0 {
				f(row, strings.Split(row[len(row)-1], "|"))
			}
		}
	}
	rows(formsCSV, func(row, spellings []string) {
		for _, s := range spellings {
			f := form{row[0], row[1]}
			key := t.key(s)
			if _, had := t.forms[key]; had || key == "" {
				continue // the first line that has it
			}
			if packedText(key) {
				t.packedForm[key] = f
				t.widest = max(t.widest, utf8.RuneCountInString(key))
				continue
			}
			t.forms[key] = f
			if len(key) >= 10 && !strings.Contains(key, " ") {
				t.longForms = append(t.longForms, key)
			}
		}
	})
	add := func(s string, e entry) {
		key := t.key(s)
		if _, had := t.entries[key]; had || key == "" {
			return
		}
		if packedText(key) {
			if n := utf8.RuneCountInString(key); n >= 2 {
				t.packed[key] = e
				t.widest = max(t.widest, n)
			} else if e.kind == org {
				t.packedLast[key] = e
			}
			return
		}
		t.entries[key] = e
	}
	rows(placesCSV, func(row, spellings []string) {
		k, concept := country, row[0]
		if rest, ok := strings.CutPrefix(row[0], "-"); ok {
			k, concept = place, rest
		}
		for _, s := range spellings {
			add(s, entry{k, concept})
		}
	})
	for _, c := range sightline.Countries() {
		add(c.Name(), entry{country, c.Code()})
	}
	for _, tag := range tongues {
		names := display.Regions(language.MustParse(tag))
		for _, c := range sightline.Countries() {
			region, err := language.ParseRegion(c.Code())
			if err != nil {
				continue
			}
			// A short one may be any word.
			if s := names.Name(region); s != "" && (!spelling.IsASCII(spelling.Fold(s)) || len(s) > 4) {
				add(s, entry{country, c.Code()})
			}
		}
	}
	kinds := map[string]kind{"org": org, "trade": trade, "join": joiner}
	rows(wordsCSV, func(row, spellings []string) {
		for _, s := range spellings {
			add(s, entry{kinds[row[0]], row[1]})
		}
	})
	return t
})

// key is a spelling as names are cut: its words with a blank between.
func (t *tables) key(s string) string {
	var words []string
	for _, w := range cutName(s) {
		words = append(words, w.text)
	}
	t.longest = max(t.longest, len(words))
	return strings.Join(words, " ")
}

// packedText reports whether a key is one packed word.
func packedText(key string) bool {
	for _, r := range key {
		if !spelling.Packed(r) {
			return false
		}
	}
	return true
}
