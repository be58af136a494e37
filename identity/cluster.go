package identity

import (
	"slices"
	"strings"

	"sightline"
	"sightline/internal/order"
)

// Link joins two entities: by a judgement, or by an identifier that both have.
type Link struct {
	A, B       sightline.EntityID // in order
	Judgement  sightline.JudgementID
	Identifier sightline.Identifier
}

// String is the reason for the link.
func (l Link) String() string {
	if l.Judgement != "" {
		return "judgement " + string(l.Judgement)
	}
	return string(l.Identifier)
}

// Cluster is entities that are one organisation.
type Cluster struct {
	ID      sightline.EntityID   // the first member: company before body before organization, then by text
	Members []sightline.EntityID // in that order
	Links   []Link
}

// Conflict is two entities that links join and that are not the same: by a
// judgement, or because each has an identifier of a scheme of which an
// organisation has one. The links between them are left out.
type Conflict struct {
	A, B      sightline.EntityID
	Judgement sightline.JudgementID   // that says not_same, or
	Differing [2]sightline.Identifier // what each has
	LeftOut   []Link
}

// Clusters says which entities are one organisation.
type Clusters struct {
	List      []Cluster // of two members and more, by id
	Conflicts []Conflict
	of        map[sightline.EntityID]int // place in List
}

// Of is the cluster of an entity: of itself alone if nothing joins it.
func (c Clusters) Of(id sightline.EntityID) Cluster {
	if i, ok := c.of[id]; ok {
		return c.List[i]
	}
	return Cluster{ID: id, Members: []sightline.EntityID{id}}
}

// Join works out the clusters of entities from their identifiers and from the
// judgements in force, as the store lists them. Every entity that a judgement
// names takes part. The result depends on neither order.
func Join(entities []*sightline.Entity, judgements []sightline.Entry) Clusters {
	var same, notSame []*sightline.Judgement
	refused := map[[2]sightline.EntityID]bool{}
	for _, e := range judgements {
		j := e.Record.Judgement()
		if j == nil || e.Closed != sightline.Forever {
			continue
		}
		switch j.Verdict {
		case sightline.Same:
			same = append(same, j)
		case sightline.NotSame:
			notSame = append(notSame, j)
			refused[[2]sightline.EntityID{j.A, j.B}] = true
		}
	}
	var out Clusters
	links := identified(entities)
	// A judgement on the very pair beats what they share.
	links = slices.DeleteFunc(links, func(l Link) bool { return refused[[2]sightline.EntityID{l.A, l.B}] })
	// Identifiers that contradict each other join nothing.
	links = out.leaveOut(links, contradictions(entities, links))
	for _, j := range same {
		links = append(links, Link{A: j.A, B: j.B, Judgement: j.ID})
	}
	slices.SortFunc(links, compareLinks)
	var apart []Conflict
	for _, j := range notSame {
		apart = append(apart, Conflict{A: j.A, B: j.B, Judgement: j.ID})
	}
	links = out.leaveOut(links, apart)

	graph := newGraph(links)
	out.of = map[sightline.EntityID]int{}
	for _, members := range graph.components() {
		c := Cluster{ID: members[0], Members: members}
		for _, id := range members {
			out.of[id] = len(out.List)
		}
		out.List = append(out.List, c)
	}
	for _, l := range links {
		c := &out.List[out.of[l.A]]
		c.Links = append(c.Links, l)
	}
	order.By(out.Conflicts, func(a, b Conflict) int {
		if c := a.A.Compare(b.A); c != 0 {
			return c
		}
		if c := a.B.Compare(b.B); c != 0 {
			return c
		}
		return strings.Compare(string(a.Judgement), string(b.Judgement))
	})
	return out
}

// leaveOut takes the links away that lie on a way between two entities that are
// apart, and notes the conflicts. All of them are seen on the same links, so
// their order is of no matter.
func (c *Clusters) leaveOut(links []Link, apart []Conflict) []Link {
	graph := newGraph(links)
	gone := make([]bool, len(links))
	for _, x := range apart {
		for _, i := range graph.between(x.A, x.B) {
			gone[i] = true
			x.LeftOut = append(x.LeftOut, links[i])
		}
		if len(x.LeftOut) > 0 {
			c.Conflicts = append(c.Conflicts, x)
		}
	}
	var out []Link
	for i, l := range links {
		if !gone[i] {
			out = append(out, l)
		}
	}
	return out
}

func compareLinks(a, b Link) int {
	if c := a.A.Compare(b.A); c != 0 {
		return c
	}
	if c := a.B.Compare(b.B); c != 0 {
		return c
	}
	if c := strings.Compare(string(a.Judgement), string(b.Judgement)); c != 0 {
		return c
	}
	return strings.Compare(string(a.Identifier), string(b.Identifier))
}

// manyShare is how many entities may have one identifier before they are linked
// to the first of them only, and not each to each: so many are a fault in the
// data, and the square of them is more than is worth holding.
const manyShare = 100

// identified links the entities that share an identifier, each to each, so that
// a judgement on one pair leaves the links of the others.
func identified(entities []*sightline.Entity) []Link {
	with := map[sightline.Identifier][]sightline.EntityID{}
	var ids []sightline.Identifier
	for _, e := range entities {
		for _, id := range e.Identifiers {
			if with[id] == nil {
				ids = append(ids, id)
			}
			with[id] = append(with[id], e.ID)
		}
	}
	var links []Link
	for _, id := range ids {
		list := with[id]
		slices.SortFunc(list, sightline.EntityID.Compare)
		list = slices.Compact(list)
		for i, a := range list[:min(len(list), manyShare)] {
			if i > 0 && len(list) > manyShare {
				break
			}
			for _, b := range list[i+1:] {
				links = append(links, Link{A: a, B: b, Identifier: id})
			}
		}
	}
	slices.SortFunc(links, compareLinks)
	return links
}

// contradictions lists the entities that links join although each has another
// identifier of a scheme of which an organisation has one.
func contradictions(entities []*sightline.Entity, links []Link) []Conflict {
	single := map[sightline.EntityID][]sightline.Identifier{}
	for _, e := range entities {
		for _, id := range e.Identifiers {
			if id.Single() {
				single[e.ID] = append(single[e.ID], id)
			}
		}
	}
	var out []Conflict
	for _, members := range newGraph(links).components() {
		for i, a := range members {
			for _, b := range members[i+1:] {
				if x, y, differ := differing(single[a], single[b]); differ {
					out = append(out, Conflict{A: a, B: b, Differing: [2]sightline.Identifier{x, y}})
				}
			}
		}
	}
	return out
}

// differing finds two identifiers of one scheme that only one organisation
// could have, were they equal.
func differing(a, b []sightline.Identifier) (x, y sightline.Identifier, found bool) {
	for _, x := range a {
		for _, y := range b {
			if x.Single() && x.Scheme() == y.Scheme() && x != y {
				return x, y, true
			}
		}
	}
	return "", "", false
}

// Around works out the clusters that hold any of the seeds, as a store had them
// recorded at a moment. It follows identifiers and judgements from the seeds on
// and reads nothing else.
func Around(store sightline.Store, seeds []sightline.EntityID, asRecorded sightline.Instant) (Clusters, error) {
	judgements, err := store.Judgements(asRecorded)
	if err != nil {
		return Clusters{}, err
	}
	joined := map[sightline.EntityID][]sightline.EntityID{}
	for _, e := range judgements {
		if j := e.Record.Judgement(); e.Closed == sightline.Forever && j.Verdict == sightline.Same {
			joined[j.A] = append(joined[j.A], j.B)
			joined[j.B] = append(joined[j.B], j.A)
		}
	}
	var entities []*sightline.Entity
	seen := map[sightline.EntityID]bool{}
	queue := slices.Clone(seeds)
	for len(queue) > 0 {
		id := queue[0]
		queue = queue[1:]
		if seen[id] || !id.Kind().IsOrganisation() {
			continue
		}
		seen[id] = true
		queue = append(queue, joined[id]...)
		e, err := store.Entity(id, asRecorded)
		if sightline.ErrorCode(err) == sightline.NotFound {
			continue
		}
		if err != nil {
			return Clusters{}, err
		}
		entities = append(entities, e)
		if len(e.Identifiers) == 0 {
			continue
		}
		others, err := store.Identified(e.Identifiers, asRecorded)
		if err != nil {
			return Clusters{}, err
		}
		for _, o := range others {
			queue = append(queue, o.ID)
		}
	}
	judgements = slices.DeleteFunc(judgements, func(e sightline.Entry) bool {
		j := e.Record.Judgement()
		return !seen[j.A] || !seen[j.B]
	})
	return Join(entities, judgements), nil
}
