package ledger

import (
	"slices"
	"strings"
	"unicode/utf8"

	"sightline"
	"sightline/internal/order"
	"sightline/spelling"
)

// Limits of a search.
const (
	maxQuery   = 1000 // bytes in a query
	maxTerms   = 16   // words in a query; more are not looked at
	window     = 200  // matches that are looked at and ranked
	usualLimit = 20
	maxLimit   = 1000
)

// term is one word of a query. It is found where all tokens of any of its
// alternatives are found.
type term [][]string

// question is a query for search, taken apart.
type question struct {
	terms  []term   // all must be found
	exact  []string // keys of a name that is the query as a whole
	typing []string // the last word in each spelling; some token must begin with one of these
}

// parseSearch takes a query apart. Nothing in a query is an operator.
func parseSearch(text string) (question, error) {
	if len(text) > maxQuery {
		return question{}, sightline.Errorf(sightline.Invalid, "search", text, "the query has %d bytes, the limit is %d", len(text), maxQuery).
			WithHint("Search for a name or a few words.")
	}
	text = strings.ToValidUTF8(text, " ")
	q := question{exact: exact(text)}
	list := spelling.Words(text)
	for i, w := range list[:min(len(list), maxTerms)] {
		t := termOf(w)
		if i == len(list)-1 {
			// The last word may still be being typed, so it is looked up by
			// its beginning too.
			for _, a := range slices.Clone(t) {
				if w.Packed || len(a) > 1 {
					continue // pairs of characters stand for themselves
				}
				q.typing = append(q.typing, a[0])
				if b := beginning(a[0]); b != "" {
					t = append(t, []string{b})
				}
			}
		}
		q.terms = append(q.terms, t)
	}
	return q, nil
}

// termOf makes a term of a word: as written, or in Latin letters.
func termOf(w spelling.Word) term {
	if !w.Packed {
		t := term{{cut(w.Text)}}
		for _, s := range shadows(w.Text) {
			t = append(t, []string{s})
		}
		return t
	}
	p := pairs(w.Text)
	t := term{p[:min(len(p), maxTerms)]}
	if whole, _ := spellings(w.Text); whole != "" && utf8.RuneCountInString(w.Text) > 1 {
		t = append(t, []string{whole}) // one character alone has too many namesakes
	}
	return t
}

// fits reports whether a record goes on as what is being typed does. The index
// knows only the first letters of a word.
func (q question) fits(spell *speller, r sightline.Record) bool {
	if len(q.typing) == 0 {
		return true
	}
	fits := false
	spell.each(r, func(_, token string) {
		for _, s := range q.typing {
			fits = fits || strings.HasPrefix(token, s)
		}
	})
	return fits
}

// searched is what a record is found by: its names or title, which it may be
// called by as a whole, and other words. Withdrawals are not searched.
func searched(r sightline.Record) (names []string, others []string) {
	if e := r.Entity(); e != nil {
		_, slug, _ := strings.Cut(string(e.ID), "/")
		return append([]string{e.Name}, e.Names...), []string{slug}
	}
	if s := r.Source(); s != nil {
		return []string{s.Title}, []string{s.Publisher, string(s.ID)}
	}
	if c := r.Claim(); c != nil {
		_, subject, _ := strings.Cut(string(c.Subject), "/")
		_, object, _ := strings.Cut(string(c.Object.Entity), "/")
		return nil, []string{c.Words, c.Object.Text, subject, object, c.Qualifiers["product"]}
	}
	return nil, nil
}

// Words are tokens of the index, beside the keys of claims (keys.go); their
// letters keep names apart from the words of claims.
const (
	nameToken  = "n"
	claimToken = "w"
)

// each passes the tokens by which words of a record are found, in two parts:
// the letter and the rest. A token may come twice.
func (s *speller) each(r sightline.Record, f func(letter, rest string)) {
	names, others := searched(r)
	letter := nameToken
	if r.Kind() == sightline.ClaimRecord {
		letter = claimToken
	}
	for _, texts := range [][]string{names, others} {
		for _, text := range texts {
			for _, w := range spelling.Words(text) {
				for _, t := range s.tokens(w) {
					f(letter, t)
				}
			}
		}
	}
	for _, n := range names {
		for _, key := range exact(n) {
			f("", key)
		}
	}
}

// finder is what search needs of a store: records in the order of recording,
// the newest versions of sources and entities, and claims in force, as recorded
// at the moment that is asked for.
type finder interface {
	// whole finds what has any of these keys of a whole name.
	whole(keys []string, limit int) ([]sightline.Record, error)
	// find finds what has all terms among its tokens of that letter.
	find(letter string, terms []term, limit int) ([]sightline.Record, error)
}

// search ranks: names that are the query as a whole, then names that begin
// with it, then others, entities before sources, then claims; among these, the
// shorter text first, then by id. At most [window] matches are ranked, those
// recorded first, so the order does not depend on the order of recording
// unless there are more.
func search(f finder, text string, limit int) ([]sightline.Hit, error) {
	q, err := parseSearch(text)
	if err != nil || len(q.terms) == 0 {
		return nil, err
	}
	if limit <= 0 {
		limit = usualLimit
	}
	limit = min(limit, maxLimit)
	most := max(window, limit)
	whole, err := f.whole(q.exact, most)
	if err != nil {
		return nil, err
	}
	part, err := f.find(nameToken, q.terms, most)
	if err != nil {
		return nil, err
	}
	hits := make([]sightline.Hit, 0, limit)
	seen := map[name]bool{}
	var spell speller
	for _, r := range append(whole, part...) {
		if n := nameOf(r); !seen[n] && q.fits(&spell, r) {
			seen[n] = true
			hits = append(hits, sightline.Hit{Record: r, Score: score(q, r)})
		}
	}
	if len(hits) < limit {
		claims, err := f.find(claimToken, q.terms, most)
		if err != nil {
			return nil, err
		}
		for _, r := range claims {
			if !q.fits(&spell, r) {
				continue
			}
			hits = append(hits, sightline.Hit{Record: r, Score: score(q, r)})
		}
	}
	order.By(hits, func(a, b sightline.Hit) int {
		switch {
		case a.Score > b.Score:
			return -1
		case a.Score < b.Score:
			return 1
		case a.Record.Kind() != b.Record.Kind() && a.Record.Kind()+b.Record.Kind() == sightline.SourceRecord+sightline.EntityRecord:
			return int(b.Record.Kind()) - int(a.Record.Kind())
		}
		return a.Record.Compare(b.Record)
	})
	return hits[:min(len(hits), limit)], nil
}

// score is 0 to 1. It orders the hits of one search and means nothing else.
func score(q question, r sightline.Record) float64 {
	names, others := searched(r)
	size := len(spelling.Words(strings.Join(append(slices.Clone(names), others...), " ")))
	short := min(1, float64(len(q.terms))/float64(max(size, 1)))
	best := 0.1 + 0.3*short
	if r.Kind() != sightline.ClaimRecord {
		best = 0.5 + 0.1*short
	}
	for _, n := range names {
		for _, key := range exact(n) {
			for _, asked := range q.exact {
				if key == asked {
					return 1
				}
				if strings.HasPrefix(key, asked) {
					best = max(best, 0.7+0.1*short)
				}
			}
		}
	}
	return best
}
