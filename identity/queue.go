package identity

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"sightline"
	"sightline/internal/order"
)

// NameMethod is the method of the scores of a queue.
const NameMethod sightline.MethodID = "identity.names/1"

// Review is a pair of organisations that somebody should look at.
type Review struct {
	A, B         *sightline.Entity // in order
	NameA, NameB string            // the names that match best
	Match        Match             // of these names, with what else is known of the two
	Score        sightline.Estimate
	Packet       sightline.Packet
	Unsure       *sightline.Judgement // somebody looked, and could not tell
}

// What is known of two entities beside their names and takes away from the
// score; after the qualifiers of logic-v2 (nomenklatura), with weights of ours.
const (
	lossElsewhere   = 0.25 // based in different countries: one name in two is not likely one firm
	lossOtherKind   = 0.05 // a company and a public body
	lossOtherNumber = 0.50 // each has an LEI or an item of Wikidata, and another
)

// floor is the score below which a pair is not worth a person's time.
const floor = 0.5

// Queue lists the pairs that are worth looking at, best first: those whose
// names score at least 0.5, but not those that a judgement or a cluster has
// settled. Of two clusters the best pair stands for all. Pairs that somebody
// was unsure about come last. A limit of 0 lists all.
func Queue(entities []*sightline.Entity, judgements []sightline.Entry, limit int) []Review {
	var orgs []*sightline.Entity
	for _, e := range entities {
		if e.ID.Kind().IsOrganisation() {
			orgs = append(orgs, e)
		}
	}
	slices.SortFunc(orgs, func(a, b *sightline.Entity) int { return a.ID.Compare(b.ID) })
	j := newJudge(orgs)
	clusters := Join(orgs, judgements)
	type pair = [2]sightline.EntityID
	settled, unsure := map[pair]bool{}, map[pair]*sightline.Judgement{}
	for _, e := range judgements {
		v := e.Record.Judgement()
		if e.Closed != sightline.Forever {
			continue
		}
		switch v.Verdict {
		case sightline.NotSame:
			a, b := clusters.Of(v.A).ID, clusters.Of(v.B).ID
			settled[pair{a, b}], settled[pair{b, a}] = true, true
		case sightline.Same:
			settled[pair{v.A, v.B}] = true // also where a conflict keeps them apart
		case sightline.Unsure:
			unsure[pair{v.A, v.B}] = v
		}
	}
	seen := map[[2]int]bool{}
	var places [][2]int
	own := func(asked, found int) bool { return j.of[asked] == j.of[found] }
	for _, p := range NewIndex(j.names).Propose(j.names, own) {
		a, b := j.of[p.Asked], j.of[p.Found]
		at := [2]int{min(a, b), max(a, b)}
		if seen[at] {
			continue
		}
		seen[at] = true
		x, y := clusters.Of(orgs[at[0]].ID).ID, clusters.Of(orgs[at[1]].ID).ID
		if x != y && !settled[pair{x, y}] && !settled[pair{orgs[at[0]].ID, orgs[at[1]].ID}] {
			places = append(places, at)
		}
	}
	reviews := spread(places, func(at [2]int) Review {
		r := j.review(at[0], at[1])
		r.Unsure = unsure[pair{r.A.ID, r.B.ID}]
		return r
	})
	reviews = slices.DeleteFunc(reviews, func(r Review) bool { return r.Match.Score < floor })
	order.By(reviews, func(x, y Review) int {
		last := func(r Review) int {
			if r.Unsure != nil {
				return 1
			}
			return 0
		}
		return cmp.Or(cmp.Compare(last(x), last(y)), cmp.Compare(y.Match.Score, x.Match.Score), x.A.ID.Compare(y.A.ID), x.B.ID.Compare(y.B.ID))
	})
	shown := map[pair]bool{}
	reviews = slices.DeleteFunc(reviews, func(r Review) bool {
		x, y := clusters.Of(r.A.ID).ID, clusters.Of(r.B.ID).ID
		if x.Compare(y) > 0 {
			x, y = y, x
		}
		was := shown[pair{x, y}]
		shown[pair{x, y}] = true
		return was
	})
	if limit > 0 {
		reviews = reviews[:min(limit, len(reviews))]
	}
	for i := range reviews {
		j.seal(&reviews[i])
	}
	return reviews
}

// Look compares two organisations among the entities, as the queue does.
func Look(entities []*sightline.Entity, a, b sightline.EntityID) (Review, error) {
	var orgs []*sightline.Entity
	for _, e := range entities {
		if e.ID.Kind().IsOrganisation() {
			orgs = append(orgs, e)
		}
	}
	slices.SortFunc(orgs, func(a, b *sightline.Entity) int { return a.ID.Compare(b.ID) })
	place := func(id sightline.EntityID) (int, error) {
		i, ok := slices.BinarySearchFunc(orgs, id, func(e *sightline.Entity, id sightline.EntityID) int { return e.ID.Compare(id) })
		if !ok {
			return 0, sightline.Errorf(sightline.NotFound, "find organisation", string(id), "no company, body or organization of this id is held").
				WithHint("Look for it by a name: sightline search.")
		}
		return i, nil
	}
	i, err := place(a)
	if err != nil {
		return Review{}, err
	}
	k, err := place(b)
	if err != nil {
		return Review{}, err
	}
	if i == k {
		return Review{}, sightline.Errorf(sightline.Invalid, "compare organisations", string(a), "both are one entity already")
	}
	j := newJudge(orgs)
	r := j.review(min(i, k), max(i, k))
	j.seal(&r)
	return r, nil
}

// judge compares entities by all their names.
type judge struct {
	orgs   []*sightline.Entity
	names  []Name
	of     []int   // place of the entity that has the name
	at     [][]int // places of the names of an entity
	rarity *Rarity
	sum    string // SHA-256 of all names
}

func newJudge(orgs []*sightline.Entity) *judge {
	j := &judge{orgs: orgs, at: make([][]int, len(orgs))}
	var given []string
	for i, e := range orgs {
		for _, n := range append([]string{e.Name}, e.Names...) {
			j.at[i] = append(j.at[i], len(given))
			j.of = append(j.of, i)
			given = append(given, n)
		}
	}
	j.names = ParseAll(given)
	j.rarity = NewRarity(j.names)
	h := sha256.New()
	for _, n := range given {
		fmt.Fprintf(h, "%q\n", n)
	}
	j.sum = hex.EncodeToString(h.Sum(nil))
	return j
}

// review compares each name of one with each name of the other; the best match
// counts.
func (j *judge) review(a, b int) Review {
	r := Review{A: j.orgs[a], B: j.orgs[b]}
	for _, x := range j.at[a] {
		for _, y := range j.at[b] {
			if m := j.rarity.Compare(j.names[x], j.names[y]); r.NameA == "" || m.Score > r.Match.Score {
				r.Match, r.NameA, r.NameB = m, j.names[x].Given, j.names[y].Given
			}
		}
	}
	less := func(x, y, how string, loss float64) {
		r.Match.Parts = append(r.Match.Parts, Part{x, y, how, -loss})
		r.Match.Score = max(0, r.Match.Score-loss)
	}
	if x, y := r.A.Country, r.B.Country; !x.IsZero() && !y.IsZero() && x != y {
		less(x.Code(), y.Code(), "based in different countries", lossElsewhere)
	}
	if x, y := r.A.ID.Kind(), r.B.ID.Kind(); x != y {
		less(x.String(), y.String(), "kinds differ", lossOtherKind)
	}
	if x, y, differ := differing(r.A.Identifiers, r.B.Identifiers); differ {
		less(string(x), string(y), "identifiers differ", lossOtherNumber)
	}
	return r
}

// seal makes the estimate of a review and its packet. The score rests on the
// two records and, by the rarity of words, on all names at hand.
func (j *judge) seal(r *Review) {
	pair := sha256.New()
	for _, e := range []*sightline.Entity{r.A, r.B} {
		fmt.Fprintf(pair, "%q %q %q %q %q\n", e.ID, e.Name, e.Names, e.Country, e.Identifiers)
	}
	r.Packet = sightline.Packet{
		Schema: sightline.PacketSchema, Method: NameMethod,
		Parameters: map[string]string{"a": string(r.A.ID), "b": string(r.B.ID)},
		Inputs:     []sightline.Input{{Name: "names", SHA256: j.sum}, {Name: "pair", SHA256: hex.EncodeToString(pair.Sum(nil))}},
		Result: sightline.Estimate{
			Value: sightline.Num(r.Match.Score), N: int64((1 + len(r.A.Names)) * (1 + len(r.B.Names))), Unit: "score from 0 to 1", Method: NameMethod,
			Reason: "a score that orders pairs for review has no sampling interval, and is no probability",
		},
	}
	r.Score = r.Packet.Result
	r.Score.Packet = r.Packet.ID()
	r.Packet.Result.Packet = r.Score.Packet
}
