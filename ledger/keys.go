package ledger

import (
	"slices"
	"strings"

	"sightline"
)

// Claims are found by keys: short texts that say what a claim is about. A key
// is one letter and an id. Country keys are entity keys, for a country is an
// entity.
const (
	entityKey     = "e" // e company/huawei, e country/KE: subject, object or entity qualifier
	predicateKey  = "p" // p supplies
	sourceKey     = "s" // s techmoran-2014-06-06: any reference
	basedKey      = "b" // b KE: an entity whose country it is
	identifierKey = "i" // i lei=529900T8BM49AURSDO55: an entity that has it; blanks and colons cannot stand in a token
	edgeKey       = "x" // x ke-huawei-mou-2014: the claim supports, disputes or denies that one
)

// identifierToken is the token of an identifier.
func identifierToken(id sightline.Identifier) string {
	return identifierKey + strings.ReplaceAll(string(id), ":", "=")
}

// entityQualifiers are the qualifiers whose value is the id of an entity.
var entityQualifiers = [...]string{"agreement", "indicator", "policy", "project", "system"}

// entitiesOf lists the entities that a claim names, each once.
func entitiesOf(c *sightline.Claim) []sightline.EntityID {
	ids := make([]sightline.EntityID, 0, 4)
	add := func(id sightline.EntityID) {
		if id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	add(c.Subject)
	add(c.Object.Entity)
	for _, k := range entityQualifiers {
		add(sightline.EntityID(c.Qualifiers[k]))
	}
	return ids
}

// keysOf lists the keys of a claim, each once.
func keysOf(c *sightline.Claim) []string {
	keys := make([]string, 0, 8)
	add := func(letter, id string) {
		if k := letter + id; !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	for _, id := range entitiesOf(c) {
		add(entityKey, string(id))
	}
	add(predicateKey, c.Predicate.String())
	for _, ref := range c.References {
		add(sourceKey, string(ref.Source))
	}
	for _, edges := range [][]sightline.ClaimID{c.Supports, c.Disputes} {
		for _, id := range edges {
			add(edgeKey, string(id))
		}
	}
	return keys
}

// keySet is some keys of one letter, sorted, each once.
type keySet struct {
	letter string
	ids    []string
}

// keys lists the keys of the set.
func (s keySet) keys() []string {
	out := make([]string, len(s.ids))
	for i, id := range s.ids {
		out[i] = s.letter + id
	}
	return out
}

func (s keySet) has(id string) bool {
	_, found := slices.BinarySearch(s.ids, id)
	return found
}

// plan turns a query into sets of keys: a claim matches if it has a key of
// each set. The first set is the one to read by.
func plan(q sightline.Query) []keySet {
	var sets []keySet
	add := func(letter string, n int, id func(int) string) {
		if n == 0 {
			return
		}
		set := make([]string, n)
		for i := range set {
			set[i] = id(i)
		}
		slices.Sort(set)
		sets = append(sets, keySet{letter, slices.Compact(set)})
	}
	add(edgeKey, len(q.EdgesTo), func(i int) string { return string(q.EdgesTo[i]) })
	add(entityKey, len(q.Entities), func(i int) string { return string(q.Entities[i]) })
	add(sourceKey, len(q.Sources), func(i int) string { return string(q.Sources[i]) })
	if !q.Country.IsZero() {
		add(entityKey, 1, func(int) string { return string(q.Country.Entity()) })
	}
	add(predicateKey, len(q.Predicates), func(i int) string { return q.Predicates[i].String() })
	return sets
}

// matches reports whether a claim has a key of each set. It makes no keys, for
// it looks at thousands of claims.
func matches(sets []keySet, c *sightline.Claim) bool {
	for _, s := range sets {
		ok := false
		switch s.letter {
		case entityKey:
			ok = s.has(string(c.Subject)) || s.has(string(c.Object.Entity))
			for _, k := range entityQualifiers {
				ok = ok || c.Qualifiers[k] != "" && s.has(c.Qualifiers[k])
			}
		case predicateKey:
			ok = s.has(c.Predicate.String())
		case sourceKey:
			ok = slices.ContainsFunc(c.References, func(r sightline.Reference) bool { return s.has(string(r.Source)) })
		case edgeKey:
			is := func(id sightline.ClaimID) bool { return s.has(string(id)) }
			ok = slices.ContainsFunc(c.Supports, is) || slices.ContainsFunc(c.Disputes, is)
		}
		if !ok {
			return false
		}
	}
	return true
}
