package dossier

import (
	"cmp"
	"slices"

	"sightline"
	"sightline/internal/order"
)

// The schemas of the documents on laws, votes, forums and training.
const (
	LawsSchema     = "sightline.laws/1"
	VotesSchema    = "sightline.votes/1"
	ForumsSchema   = "sightline.forums/1"
	TrainingSchema = "sightline.training/1"
)

// LawList is every act on record, by country.
type LawList struct {
	Schema string             `json:"schema"`
	Laws   []Act              `json:"laws"`
	Count  sightline.Estimate `json:"count"` // acts that some country is on record for
	Frame
}

// Act is an act with what is on record of it.
type Act struct {
	ID         sightline.EntityID `json:"id"`
	Name       string             `json:"name"`
	Country    string             `json:"country,omitzero"` // code of whose it is
	Adopted    []Item             `json:"adopted"`          // enacted, in force, drafted, repealed
	Statuses   []Item             `json:"statuses,omitzero"`
	Provisions []Item             `json:"provisions,omitzero"`
	Resembles  []Resemblance      `json:"resembles,omitzero"` // what it is said to resemble, or what is said to resemble it
	Listed     sightline.Estimate `json:"listed"`             // organisations named under it
}

// Resemblance is a statement that one act resembles another.
type Resemblance struct {
	Item
	From Named `json:"from"`
	To   Named `json:"to"`
}

var lawPredicates = []sightline.Predicate{sightline.Enacted, sightline.InForce, sightline.Drafted, sightline.Repealed}

// Laws lists the acts.
func (r *Reader) Laws() (*LawList, error) {
	return r.laws.get(func() (*LawList, error) {
		k := r.compose()
		predicates := append([]sightline.Predicate{sightline.Provides, sightline.Resembles}, lawPredicates...)
		if err := k.add(sightline.Query{Predicates: predicates}); err != nil {
			return nil, err
		}
		var ids []sightline.EntityID
		for _, e := range k.claims {
			c := e.Record.Claim()
			ids = append(ids, c.Subject, c.Object.Entity)
		}
		slices.Sort(ids)
		ids = slices.DeleteFunc(slices.Compact(ids), func(id sightline.EntityID) bool {
			return id.Kind() != sightline.KindAct && id.Kind() != sightline.KindPolicy
		})
		if err := k.addEntities(slices.Clone(ids), []sightline.Predicate{sightline.StatusIs, sightline.DescribedAs}); err != nil {
			return nil, err
		}
		k.link()
		l := &LawList{Schema: LawsSchema}
		for _, id := range ids {
			a := Act{ID: id, Name: k.name(id), Country: k.nation(id)}
			items := func(keep func(*sightline.Claim) bool, predicates ...sightline.Predicate) (out []Item) {
				for _, e := range newest(k.selected(keep, predicates...)) {
					out = append(out, k.item(e, false))
				}
				return out
			}
			about := func(c *sightline.Claim) bool { return c.Subject == id }
			a.Adopted = items(func(c *sightline.Claim) bool { return c.Object.Entity == id }, lawPredicates...)
			a.Statuses = items(about, sightline.StatusIs, sightline.DescribedAs)
			a.Provisions = items(about, sightline.Provides)
			for _, e := range newest(k.selected(func(c *sightline.Claim) bool { return c.Subject == id || c.Object.Entity == id }, sightline.Resembles)) {
				c := e.Record.Claim()
				a.Resembles = append(a.Resembles, Resemblance{k.item(e, false), Named{ID: string(c.Subject), Name: k.name(c.Subject)}, Named{ID: string(c.Object.Entity), Name: k.name(c.Object.Entity)}})
			}
			a.Listed = k.compute(countSelect, params{"select": Selection{Predicates: []string{"listed_under"}, Objects: []sightline.EntityID{id}}.String(), "each": "subjects", "unit": "organisations"})
			if a.Country == "" {
				for _, e := range k.selected(func(c *sightline.Claim) bool { return c.Object.Entity == id }, sightline.Enacted, sightline.Drafted) {
					a.Country = cmp.Or(a.Country, k.nation(e.Record.Claim().Subject))
				}
			}
			l.Laws = append(l.Laws, a)
		}
		order.By(l.Laws, func(a, b Act) int {
			return cmp.Or(cmp.Compare(countryName(a.Country), countryName(b.Country)), cmp.Compare(a.ID, b.ID))
		})
		l.Count = k.compute(countSelect, params{"select": Selection{Predicates: []string{"enacted", "in_force", "drafted", "repealed"}, ObjectKind: []string{"act"}}.String(), "each": "objects", "unit": "acts"})
		var err error
		l.Frame, err = r.seal(k, "laws")
		return l, err
	})
}

func countryName(code string) string {
	if c, ok := sightline.EntityID("country/" + code).Country(); ok {
		return c.Name()
	}
	return ""
}

// VoteList is every roll-call on record with the vote of every country.
type VoteList struct {
	Schema string     `json:"schema"`
	Votes  []RollCall `json:"votes"` // by date, newest first
	Frame
}

// RollCall is a roll-call. A country without a recorded vote is in none of the
// ballots: that is no vote on record, not a no and not an abstention.
type RollCall struct {
	ID        sightline.EntityID `json:"id"`
	Name      string             `json:"name"`
	Valid     sightline.Period   `json:"valid,omitzero"` // when it was held
	Complete  string             `json:"complete"`       // complete, partial or unknown
	AsOf      sightline.Date     `json:"as_of,omitzero"`
	Selection string             `json:"selection,omitzero"`
	Tally     []VoteCount        `json:"tally"`
	Ballots   []Ballot           `json:"ballots"` // by country code
	Silent    []string           `json:"silent"`  // codes of those without a recorded vote that are members of the United Nations today
	Notes     []int              `json:"notes"`
}

// Ballot is the recorded vote of a country.
type Ballot struct {
	Country string            `json:"country"`
	Vote    string            `json:"vote"`
	Claim   sightline.ClaimID `json:"claim"`
}

// Votes lists the roll-calls.
func (r *Reader) Votes() (*VoteList, error) {
	return r.votes.get(func() (*VoteList, error) {
		k := r.compose()
		if err := k.add(sightline.Query{Predicates: []sightline.Predicate{sightline.Voted}}); err != nil {
			return nil, err
		}
		k.link()
		by := map[sightline.EntityID]*RollCall{}
		var ids []sightline.EntityID
		for _, e := range k.claims {
			c := e.Record.Claim()
			at, ok := c.Subject.Country()
			if !ok {
				continue
			}
			v := by[c.Object.Entity]
			if v == nil {
				x := k.entityCard(c.Object.Entity)
				v = &RollCall{ID: x.ID, Name: x.Name, Valid: c.Valid, Complete: cmp.Or(x.Complete, "unknown"), AsOf: x.AsOf, Selection: x.Selection}
				by[x.ID] = v
				ids = append(ids, x.ID)
			}
			v.Ballots = append(v.Ballots, Ballot{at.Code(), c.Qualifiers["vote"], c.ID})
		}
		day := func(id sightline.EntityID) sightline.Day { first, _ := by[id].Valid.Bounds(); return first }
		slices.SortFunc(ids, func(a, b sightline.EntityID) int { return cmp.Or(cmp.Compare(day(b), day(a)), cmp.Compare(a, b)) })
		l := &VoteList{Schema: VotesSchema}
		for _, id := range ids {
			v := by[id]
			order.By(v.Ballots, func(a, b Ballot) int { return cmp.Or(cmp.Compare(a.Country, b.Country), cmp.Compare(a.Claim, b.Claim)) })
			words := slices.Clone(voteWords)
			voted := map[string]bool{}
			for _, b := range v.Ballots {
				voted[b.Country] = true
				if b.Vote != "" && !slices.Contains(words, b.Vote) {
					words = append(words, b.Vote)
				}
				if e, err := k.claim(b.Claim); err == nil {
					v.Notes = append(v.Notes, k.cite(e.Record.Claim())...)
				}
			}
			slices.Sort(v.Notes)
			v.Notes = slices.Compact(v.Notes)
			for _, w := range words {
				v.Tally = append(v.Tally, VoteCount{w, k.compute(countSelect, params{"select": Selection{Predicates: []string{"voted"}, Objects: []sightline.EntityID{id}, Where: map[string]string{"vote": w}}.String(), "each": "subjects", "unit": "countries"})})
			}
			for _, c := range sightline.Countries() {
				if c.VotesAtUN() && !voted[c.Code()] {
					v.Silent = append(v.Silent, c.Code())
				}
			}
			l.Votes = append(l.Votes, *v)
		}
		var err error
		l.Frame, err = r.seal(k, "votes")
		return l, err
	})
}

// ForumList is every list, treaty, coalition and event on record.
type ForumList struct {
	Schema string  `json:"schema"`
	Forums []Forum `json:"forums"` // by name
	Frame
}

// Forum is a list, treaty, coalition or event, with those on it. Absence from a
// list that is not complete is unknown, never no.
type Forum struct {
	EntityCard
	Kind    string             `json:"kind"`
	Members sightline.Estimate `json:"members"` // places on it
	Rows    []Place            `json:"rows"`    // by name
	Notes   []int              `json:"notes"`
}

// Place is a place on a list, or the lack of one that is on record.
type Place struct {
	ID    sightline.EntityID `json:"id"`
	Name  string             `json:"name"`
	How   string             `json:"how"`            // member_of, attended, grouped_as, not_signed, in_force
	What  string             `json:"what,omitzero"`  // group, rank, or how it joined
	Valid sightline.Period   `json:"valid,omitzero"` // since when
	Claim sightline.ClaimID  `json:"claim"`
}

var forumPredicates = []sightline.Predicate{sightline.MemberOf, sightline.NotSigned, sightline.GroupedAs, sightline.Attended, sightline.InForce}

// Forums lists them.
func (r *Reader) Forums() (*ForumList, error) {
	return r.forums.get(func() (*ForumList, error) {
		k := r.compose()
		if err := k.add(sightline.Query{Predicates: forumPredicates}); err != nil {
			return nil, err
		}
		k.link()
		by := map[sightline.EntityID]*Forum{}
		for _, e := range k.claims {
			c := e.Record.Claim()
			id := c.Object.Entity
			if id.Kind() == sightline.KindAct || id == "" {
				continue
			}
			f := by[id]
			if f == nil {
				f = &Forum{EntityCard: k.entityCard(id), Kind: id.Kind().String()}
				by[id] = f
			}
			f.Rows = append(f.Rows, Place{ID: c.Subject, Name: k.name(c.Subject), How: c.Predicate.String(), What: cmp.Or(c.Qualifiers["group"], c.Qualifiers["rank"], c.Qualifiers["how"]), Valid: c.Valid, Claim: c.ID})
		}
		l := &ForumList{Schema: ForumsSchema}
		for _, f := range by {
			l.Forums = append(l.Forums, *f)
		}
		order.By(l.Forums, func(a, b Forum) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
		for i := range l.Forums {
			f := &l.Forums[i]
			order.By(f.Rows, func(a, b Place) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Claim, b.Claim)) })
			for _, p := range f.Rows {
				if e, err := k.claim(p.Claim); err == nil {
					f.Notes = append(f.Notes, k.cite(e.Record.Claim())...)
				}
			}
			slices.Sort(f.Notes)
			f.Notes = slices.Compact(f.Notes)
			f.Members = k.compute(countSelect, params{"select": Selection{Predicates: []string{"member_of", "attended", "grouped_as", "in_force"}, Objects: []sightline.EntityID{f.ID}}.String(), "each": "subjects", "unit": "places", "bare": "yes"})
		}
		var err error
		l.Frame, err = r.seal(k, "forums")
		return l, err
	})
}

// TrainingList is every statement that somebody trained or advised officials,
// by who did so and of whom.
type TrainingList struct {
	Schema    string             `json:"schema"`
	Count     sightline.Estimate `json:"count"`     // statements
	Countries sightline.Estimate `json:"countries"` // whose officials
	Trainers  []Trainer          `json:"trainers"`  // by name
	Rules     []SourceRule       `json:"rules"`     // how the sources chose, in place of any share
	Frame
}

// Trainer is one who is recorded to have trained or advised.
type Trainer struct {
	ID     sightline.EntityID `json:"id"`
	Name   string             `json:"name"`
	Also   []string           `json:"also_recorded_as,omitzero"`
	Nation string             `json:"nation,omitzero"`
	Count  sightline.Estimate `json:"count"`
	Rows   []TrainingRow      `json:"rows"`
}

// TrainingRow is a statement on training.
type TrainingRow struct {
	Item
	Country string `json:"country"` // code
}

// Training lists the statements.
func (r *Reader) Training() (*TrainingList, error) {
	return r.training.get(func() (*TrainingList, error) {
		k := r.compose()
		if err := k.add(sightline.Query{Predicates: []sightline.Predicate{sightline.Trains, sightline.Advises}}); err != nil {
			return nil, err
		}
		k.claims = slices.DeleteFunc(k.claims, func(e sightline.Entry) bool { return e.Record.Claim().Class() == sightline.ClassUnrelated })
		if err := k.surround(func(*sightline.Claim) bool { return false }); err != nil {
			return nil, err
		}
		l := &TrainingList{Schema: TrainingSchema}
		by := map[sightline.EntityID][]sightline.Entry{}
		all := k.selected(func(c *sightline.Claim) bool { return c.Class() != sightline.ClassUnrelated }, sightline.Trains, sightline.Advises)
		for _, e := range all {
			id := k.organisation(e.Record.Claim().Subject)
			by[id] = append(by[id], e)
		}
		for id := range by {
			l.Trainers = append(l.Trainers, Trainer{ID: id, Name: k.name(id), Also: k.alsoRecorded(id), Nation: k.base(id)})
		}
		order.By(l.Trainers, func(a, b Trainer) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
		const words = "trains,advises"
		l.Count = k.countSupplier("", params{"predicates": words})
		l.Countries = k.countSupplier("", params{"predicates": words, "each": "countries"})
		for i := range l.Trainers {
			t := &l.Trainers[i]
			t.Count = k.countSupplier(t.ID, params{"predicates": words})
			for _, e := range newest(by[t.ID]) {
				t.Rows = append(t.Rows, TrainingRow{k.item(e, true), k.nation(e.Record.Claim().Object.Entity)})
			}
		}
		l.Rules = k.rules(all)
		var err error
		l.Frame, err = r.seal(k, "training")
		return l, err
	})
}
