package dossier

import (
	"cmp"
	"slices"
	"strings"

	"sightline"
	"sightline/identity"
	"sightline/internal/order"
)

// The schemas of the documents on suppliers.
const (
	SuppliersSchema = "sightline.suppliers/1"
	SupplierSchema  = "sightline.supplier/1"
)

// SupplierList is every organisation on record as a supplier, of every nation
// by one rule.
type SupplierList struct {
	Schema    string        `json:"schema"`
	Suppliers []SupplierRow `json:"suppliers"` // by name
	Rules     []SourceRule  `json:"rules"`     // how the sources chose, in place of any share
	Frame
}

// SupplierRow is an organisation with the number of statements that name it.
type SupplierRow struct {
	ID        sightline.EntityID   `json:"id"` // stands for all its records
	Name      string               `json:"name"`
	Also      []string             `json:"also_recorded_as,omitzero"`
	Members   []sightline.EntityID `json:"members"`         // its records
	Nation    string               `json:"nation,omitzero"` // alpha-2 code of where it is based; empty is unknown
	Claims    sightline.Estimate   `json:"claims"`
	Classes   []ClassCount         `json:"classes"`
	Countries sightline.Estimate   `json:"countries"` // named as recipients
	Denials   sightline.Estimate   `json:"denials"`   // by the organisation itself
}

// SourceRule says how a source of statements on suppliers chose them.
type SourceRule struct {
	Source sightline.SourceID `json:"source"`
	Scope  string             `json:"scope,omitzero"` // all, some, none, one:CN; empty is not stated
	Rule   string             `json:"rule,omitzero"`  // its selection rule; empty is not stated
	Note   int                `json:"note"`
}

// Profile is what is on record of one entity: an organisation as a supplier
// above all, or any other thing by what names it.
type Profile struct {
	Schema      string                 `json:"schema"`
	ID          sightline.EntityID     `json:"id"`
	Kind        string                 `json:"kind"`
	Name        string                 `json:"name"`
	Nation      string                 `json:"nation,omitzero"`
	Names       []string               `json:"names,omitzero"` // other names, any script
	Identifiers []sightline.Identifier `json:"identifiers,omitzero"`
	Records     []EntityCard           `json:"records"`         // its records, where there are several all of them
	Joined      []Join                 `json:"joined,omitzero"` // why they count as one
	Claims      sightline.Estimate     `json:"claims"`          // of supply
	Classes     []ClassCount           `json:"classes"`
	Countries   sightline.Estimate     `json:"countries"`
	Denials     sightline.Estimate     `json:"denials"`
	Rules       []SourceRule           `json:"rules,omitzero"` // how the sources of supply chose
	Groups      []Group                `json:"groups"`         // replies and denials of its own first
	Supplied    []Recipient            `json:"supplied"`       // by country
	Ladder      []Rung                 `json:"ladder,omitzero"`
	More        bool                   `json:"more,omitzero"` // a group was cut: Claims with the filter "entity" lists all
	Frame
}

// EntityCard is a record of an entity.
type EntityCard struct {
	ID          sightline.EntityID     `json:"id"`
	Name        string                 `json:"name"`
	Names       []string               `json:"names,omitzero"`
	Nation      string                 `json:"nation,omitzero"`
	Identifiers []sightline.Identifier `json:"identifiers,omitzero"`
	Complete    string                 `json:"complete,omitzero"` // of a list
	AsOf        sightline.Date         `json:"as_of,omitzero"`
	Selection   string                 `json:"selection,omitzero"`
}

// Join says why two records count as one organisation.
type Join struct {
	A   sightline.EntityID `json:"a"`
	B   sightline.EntityID `json:"b"`
	Why string             `json:"why"` // a judgement, or the identifier that both have
}

// Recipient is a country with what an organisation is recorded to have
// supplied there.
type Recipient struct {
	Country Subject `json:"country"`
	Items   []Item  `json:"items"`
}

// Rung is a step of the attribution ladder. A rung without evidence is not
// established, and none is read as a higher one.
type Rung struct {
	Rung        string   `json:"rung"` // response, page, product, vendor, owner, contract, decision-maker
	Established bool     `json:"established"`
	Steps       []RungOn `json:"steps,omitzero"`
}

// RungOn is a claim that a rung rests on. A decision-maker is an office, body
// or country, never a person.
type RungOn struct {
	Entity  sightline.EntityID  `json:"entity"`
	Name    string              `json:"name"`
	Country string              `json:"country,omitzero"` // where, by its code
	Claim   sightline.ClaimID   `json:"claim"`
	Against []sightline.ClaimID `json:"against,omitzero"` // claims that dispute it
	Notes   []int               `json:"notes"`
}

// ladder lists the rungs, lowest first.
var ladder = []string{"response", "page", "product", "vendor", "owner", "contract", "decision-maker"}

// party is the supplier of a claim of supply, and who it is said to supply.
func party(c *sightline.Claim) (supplier, user sightline.EntityID) {
	if c.Predicate == sightline.UsesProduct {
		return c.Object.Entity, c.Subject
	}
	return c.Subject, c.Object.Entity
}

// cluster is the records that count as one organisation with an entity.
func (v *view) cluster(id sightline.EntityID) (identity.Cluster, error) {
	one, err := identity.Around(v.store, []sightline.EntityID{id}, v.options.AsRecorded)
	return one.Of(id), err
}

// suppliedBy lists the claims in the view that name any of the records as
// supplier, by id, without the unrelated ones.
func (v *view) suppliedBy(members []sightline.EntityID) ([]sightline.Entry, error) {
	var out []sightline.Entry
	for _, id := range members {
		entries, err := v.visible(sightline.Query{Entities: []sightline.EntityID{id}, Predicates: supplyPredicates})
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if s, _ := party(e.Record.Claim()); s == id && e.Record.Claim().Class() != sightline.ClassUnrelated {
				out = append(out, e)
			}
		}
	}
	order.By(out, func(a, b sightline.Entry) int { return a.Record.Compare(b.Record) })
	return out, nil
}

// runCountSupplier: supplier (an entity, or none for all), class (or none for
// all but the unrelated), predicates (comma-separated, or none for all of
// supply), each (countries, or none for claims); each=denials counts those of
// the organisation itself instead.
func runCountSupplier(v *view, p params) (result, error) {
	var c identity.Cluster
	var entries []sightline.Entry
	var err error
	if p["supplier"] != "" {
		if c, err = v.cluster(sightline.EntityID(p["supplier"])); err != nil {
			return result{}, err
		}
	}
	switch {
	case p["each"] == "denials":
		entries, err = v.visible(sightline.Query{Entities: c.Members, Predicates: []sightline.Predicate{sightline.Denies}})
	case p["supplier"] != "":
		entries, err = v.suppliedBy(c.Members)
	default:
		entries, err = v.visible(sightline.Query{Predicates: supplyPredicates})
	}
	if err != nil {
		return result{}, err
	}
	unit := cmp.Or(p["each"], "claims")
	countries := map[string]bool{}
	var used []sightline.Entry
	for _, e := range entries {
		x := e.Record.Claim()
		if x.Class() == sightline.ClassUnrelated || p["class"] != "" && x.Qualifiers["class"] != p["class"] ||
			p["predicates"] != "" && !slices.Contains(strings.Split(p["predicates"], ","), x.Predicate.String()) {
			continue
		}
		if p["each"] == "countries" {
			_, user := party(x)
			nation := v.nation(user)
			if nation == "" {
				continue
			}
			countries[nation] = true
		}
		used = append(used, e)
	}
	if len(used) == 0 {
		return result{estimate: none(sightline.TooLittleData, unit, "no such claim is on record; absence from an incomplete record is unknown, not none"), links: c.Links}, nil
	}
	n := len(used)
	if p["each"] == "countries" {
		n = len(countries)
	}
	return result{estimate: counted(n, 0, unit), used: used, links: c.Links}, nil
}

// visible lists the claims of a query that the view shows, by id.
func (v *view) visible(q sightline.Query) ([]sightline.Entry, error) {
	q.AsRecorded = v.options.AsRecorded
	entries, err := v.query(q)
	if err != nil {
		return nil, err
	}
	var out []sightline.Entry
	for _, e := range entries {
		ok, err := v.appeared(e.Record.Claim())
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, e)
		}
	}
	return out, nil
}

func (k *composer) countSupplier(id sightline.EntityID, p params) sightline.Estimate {
	if id != "" {
		p["supplier"] = string(id)
	}
	return k.compute(countSupplier, p)
}

func (k *composer) classCounts(id sightline.EntityID) []ClassCount {
	var out []ClassCount
	for _, h := range classHeadings {
		out = append(out, ClassCount{h.class, k.countSupplier(id, params{"class": h.class})})
	}
	return out
}

// Suppliers lists the organisations on record as suppliers.
func (r *Reader) Suppliers() (*SupplierList, error) {
	return r.suppliers.get(func() (*SupplierList, error) {
		k := r.compose()
		if err := k.add(sightline.Query{Predicates: supplyPredicates}); err != nil {
			return nil, err
		}
		k.claims = slices.DeleteFunc(k.claims, func(e sightline.Entry) bool { return e.Record.Claim().Class() == sightline.ClassUnrelated })
		k.link()
		var ids []sightline.EntityID
		for _, e := range k.claims {
			id, _ := party(e.Record.Claim())
			ids = append(ids, id)
		}
		var err error
		if k.one, err = identity.Around(k.store, ids, k.options.AsRecorded); err != nil {
			return nil, err
		}
		for i := range ids {
			ids[i] = k.organisation(ids[i])
		}
		slices.Sort(ids)
		l := &SupplierList{Schema: SuppliersSchema, Rules: k.rules(k.claims)}
		for _, id := range slices.Compact(ids) {
			c := k.one.Of(id)
			l.Suppliers = append(l.Suppliers, SupplierRow{
				ID: id, Name: k.name(id), Also: k.alsoRecorded(id), Members: c.Members, Nation: k.base(id),
				Claims: k.countSupplier(id, params{}), Classes: k.classCounts(id), Countries: k.countSupplier(id, params{"each": "countries"}),
				Denials: k.countSupplier(id, params{"each": "denials"}),
			})
		}
		order.By(l.Suppliers, func(a, b SupplierRow) int {
			return cmp.Or(cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), cmp.Compare(a.ID, b.ID))
		})
		l.Frame, err = r.seal(k, "suppliers")
		return l, err
	})
}

// rules says how the sources of some claims chose what to report, by source.
func (k *composer) rules(entries []sightline.Entry) []SourceRule {
	var ids []sightline.SourceID
	for _, e := range entries {
		for _, r := range e.Record.Claim().References {
			ids = append(ids, r.Source)
		}
	}
	slices.Sort(ids)
	var out []SourceRule
	for _, id := range slices.Compact(ids) {
		s, err := k.source(id)
		if err != nil {
			k.fail(err)
			return nil
		}
		out = append(out, SourceRule{Source: id, Scope: s.Scope.String(), Rule: s.Selection, Note: k.note(id)})
	}
	return out
}

// Supplier is the profile of an organisation. It works for any entity.
func (r *Reader) Supplier(id sightline.EntityID) (*Profile, error) {
	k := r.compose()
	e, err := k.store.Entity(id, k.options.AsRecorded)
	if err != nil {
		return nil, err
	}
	if e.ID.Kind() == 0 {
		return nil, sightline.Errorf(sightline.NotFound, "find entity", string(id), "no such kind of entity")
	}
	if err := k.read(id); err != nil {
		return nil, err
	}
	one := k.one.Of(id)
	d := &Profile{Schema: SupplierSchema, ID: one.ID, Kind: one.ID.Kind().String(), Name: k.name(one.ID), Nation: k.base(id)}
	for _, m := range one.Members {
		x := k.entityCard(m)
		d.Records = append(d.Records, x)
		for _, n := range append([]string{x.Name}, x.Names...) {
			if n != d.Name && !slices.Contains(d.Names, n) {
				d.Names = append(d.Names, n)
			}
		}
		for _, n := range x.Identifiers {
			if !slices.Contains(d.Identifiers, n) {
				d.Identifiers = append(d.Identifiers, n)
			}
		}
	}
	for _, l := range one.Links {
		d.Joined = append(d.Joined, Join{l.A, l.B, l.String()})
	}
	d.Claims, d.Classes = k.countSupplier(one.ID, params{}), k.classCounts(one.ID)
	d.Countries, d.Denials = k.countSupplier(one.ID, params{"each": "countries"}), k.countSupplier(one.ID, params{"each": "denials"})
	k.profile(d, one.Members)
	d.Frame, err = r.seal(k, "supplier/"+string(one.ID))
	return d, err
}

// read brings the claims that name the organisation, what is said of the deals
// of these, and who owns it.
func (k *composer) read(id sightline.EntityID) error {
	one, err := k.cluster(id)
	if err != nil {
		return err
	}
	if err := k.addEntities(slices.Clone(one.Members), nil); err != nil {
		return err
	}
	return k.surround(func(c *sightline.Claim) bool { return slices.Contains(one.Members, c.Subject) }, one.Members...)
}

func (v *view) entityCard(id sightline.EntityID) EntityCard {
	c := EntityCard{ID: id, Name: v.name(id), Nation: v.nation(id)}
	e := v.entity(id)
	if e == nil {
		return c
	}
	c.Names, c.Identifiers, c.AsOf, c.Selection = e.Names, e.Identifiers, e.AsOf, e.Selection
	switch id.Kind() {
	case sightline.KindList, sightline.KindTreaty, sightline.KindVote, sightline.KindOrganization, sightline.KindAct, sightline.KindEvent:
		c.Complete = e.Complete.String()
	}
	return c
}

// profile fills the groups of a profile, replies first, and its ladder.
func (k *composer) profile(d *Profile, members []sightline.EntityID) {
	is := func(id sightline.EntityID) bool { return slices.Contains(members, id) }
	subject := func(c *sightline.Claim) bool { return is(c.Subject) }
	object := func(c *sightline.Claim) bool { return is(c.Object.Entity) }
	var a Answer
	group := func(id, heading, sentence string, cards bool, entries []sightline.Entry) {
		if len(entries) > listedClaims {
			entries, d.More = entries[:listedClaims], true
		}
		k.group(&a, id, heading, sentence, cards, entries)
	}
	group("replies", "What it says itself: replies and denials", "A reply is a statement of its own and stands beside what it answers.", true, newest(k.selected(subject, sightline.Denies, sightline.States)))
	// Everything that it is recorded to have supplied, by country.
	var supply []sightline.Entry
	for _, e := range k.claims {
		c := e.Record.Claim()
		if s, _ := party(c); slices.Contains(supplyPredicates, c.Predicate) && is(s) && c.Class() != sightline.ClassUnrelated {
			supply = append(supply, e)
		}
	}
	d.Rules = k.rules(supply)
	by := map[string][]sightline.Entry{}
	for _, e := range newest(supply) {
		_, user := party(e.Record.Claim())
		by[k.nation(user)] = append(by[k.nation(user)], e)
	}
	for code := range by {
		c, _ := sightline.EntityID("country/" + code).Country() // an unknown one stays empty
		d.Supplied = append(d.Supplied, Recipient{Country: subjectOf(c)})
	}
	order.By(d.Supplied, func(a, b Recipient) int { return cmp.Compare(a.Country.Name, b.Country.Name) })
	for i := range d.Supplied {
		for n, e := range by[d.Supplied[i].Country.Code] {
			if n == listedClaims {
				d.More = true
				break
			}
			d.Supplied[i].Items = append(d.Supplied[i].Items, k.item(e, true))
		}
	}
	group("owners", "Who owns it, and earlier and later names", "", true, newest(k.selected(func(c *sightline.Claim) bool {
		return is(c.Subject) || c.Predicate == sightline.RenamedTo && is(c.Object.Entity)
	}, sightline.OwnedBy, sightline.StateOwnedBy, sightline.StateMinorityOwnedBy, sightline.RenamedTo, sightline.BasedIn)))
	group("owned", "What it owns", "", false, newest(k.selected(object, sightline.OwnedBy)))
	group("acts", "Acts and lists that name it", "An act names a firm for its own reasons.", true, newest(k.selected(subject, sightline.ListedUnder)))
	group("cases", "Legal actions", "", true, newest(k.selected(func(c *sightline.Claim) bool { return is(c.Subject) || is(c.Object.Entity) }, sightline.LegalAction)))
	group("excluded", "States that exclude it", "", false, newest(k.selected(object, sightline.Excludes)))
	group("received", "What it is recorded to use or to have received", "", true, newest(k.selected(func(c *sightline.Claim) bool {
		_, user := party(c)
		return is(user) && c.Class() != sightline.ClassUnrelated
	}, supplyPredicates...)))
	group("forums", "Forums attended", "", false, newest(k.selected(subject, sightline.Attended)))
	group("other", "Other statements that name it", "", false, newest(k.selected(func(c *sightline.Claim) bool {
		if k.shown[c.ID] || c.Class() == sightline.ClassUnrelated {
			return false
		}
		return is(c.Subject) || is(c.Object.Entity) || slices.ContainsFunc([]string{"agreement", "project", "system", "policy", "indicator"}, func(q string) bool {
			return c.Qualifiers[q] != "" && is(sightline.EntityID(c.Qualifiers[q]))
		})
	}, sightline.Predicates()...)))
	d.Groups = a.Groups
	if d.Kind == "company" || d.Kind == "body" || d.Kind == "organization" {
		k.climb(d, supply, is)
	}
}

// climb fills the attribution ladder from claims of the class control. What a
// measurement sees, a response or a page, is no claim: those rungs are
// established by interference alone.
func (k *composer) climb(d *Profile, supply []sightline.Entry, is func(sightline.EntityID) bool) {
	on := map[string][]RungOn{}
	step := func(rung string, id sightline.EntityID, country string, e sightline.Entry) {
		c := e.Record.Claim()
		s := RungOn{Entity: id, Name: k.name(id), Country: country, Claim: c.ID, Notes: k.cite(c)}
		edges, err := k.voices(c.ID)
		if err != nil {
			k.fail(err)
		}
		for _, x := range edges {
			if w := x.Record.Claim(); slices.Contains(w.Disputes, c.ID) {
				s.Against = append(s.Against, w.ID)
			}
		}
		on[rung] = append(on[rung], s)
	}
	for _, e := range supply {
		c := e.Record.Claim()
		if c.Class() != sightline.ClassControl {
			continue
		}
		supplier, user := party(c)
		nation := k.nation(user)
		if c.Predicate == sightline.ProductObservedIn {
			step("product", supplier, nation, e)
		}
		step("vendor", supplier, nation, e)
		for _, key := range []string{"agreement", "project"} {
			if id := sightline.EntityID(c.Qualifiers[key]); id != "" {
				step("contract", id, nation, e)
			}
		}
		if c.Predicate == sightline.UsesProduct {
			step("decision-maker", user, nation, e)
		}
	}
	for _, e := range k.selected(func(c *sightline.Claim) bool { return is(c.Subject) && c.Object.Entity != "" }, sightline.OwnedBy) {
		step("owner", e.Record.Claim().Object.Entity, "", e)
	}
	for _, r := range ladder {
		d.Ladder = append(d.Ladder, Rung{Rung: r, Established: len(on[r]) > 0, Steps: on[r]})
	}
}
