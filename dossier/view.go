package dossier

import (
	"math"
	"slices"
	"strings"

	"sightline"
	"sightline/identity"
	"sightline/internal/order"
)

// Options choose the country and the view in time. The zero dates mean now.
type Options struct {
	Country     sightline.Country
	AsPublished sightline.Date    // only what had been published by the last day of this date
	AsRecorded  sightline.Instant // only what the store knew at this moment
	OpenOnly    bool              // only what may be passed on freely
	Moment      sightline.Instant // routes as they stood then; 0 is the newest
	Today       sightline.Day     // what the reader calls now; 0 is not known. It changes no number, only whether old tables may speak of the present
	Edition     string            // of the catalogue or ledger, for the title
	Code        string            // version of this program, for packets

	noRoutes bool // leave out what rests on routing tables; for the search of a packet only
}

// view is what can be known about a country under the options: its claims,
// those about the deals and systems that they name, and those that speak for
// or against them.
type view struct {
	store   sightline.Store
	kept    *cache // the store, with what is worked out once for all countries
	series  []Series
	options Options

	claims  []sightline.Entry // in force and published, by id
	byID    map[sightline.ClaimID]sightline.Entry
	edges   map[sightline.ClaimID][]sightline.Entry  // claims that support, dispute or deny the key; see voices
	voiced  map[sightline.ClaimID][]sightline.Entry  // as edges, of views of more than one country
	about   map[sightline.EntityID][]sightline.Entry // claims whose subject is the key
	here    map[sightline.EntityID]bool              // networks and companies that operate in the country
	one     identity.Clusters                        // records that count as one organisation
	routes  routes                                   // who is on the path, once asked for
	again   bool                                     // losses are found again in the tables, not read
	undated int

	scored   map[sightline.EntityID][]sightline.Entry // scores of all countries, by indicator
	sources  map[sightline.SourceID]*sightline.Source
	entities map[sightline.EntityID]*sightline.Entity
	read     map[string][]sightline.Entry // by query: selections that differ by period alone read once
	shore    *shore                       // once it was read
}

// emptyView is a view that holds no claim yet.
func emptyView(store sightline.Store, series []Series, o Options) *view {
	kept := cached(store, o.AsRecorded)
	return &view{
		store: kept, kept: kept, series: series, options: o,
		byID:     map[sightline.ClaimID]sightline.Entry{},
		edges:    map[sightline.ClaimID][]sightline.Entry{},
		voiced:   map[sightline.ClaimID][]sightline.Entry{},
		about:    map[sightline.EntityID][]sightline.Entry{},
		here:     map[sightline.EntityID]bool{},
		scored:   map[sightline.EntityID][]sightline.Entry{},
		sources:  map[sightline.SourceID]*sightline.Source{},
		entities: map[sightline.EntityID]*sightline.Entity{},
		read:     map[string][]sightline.Entry{},
	}
}

func newView(store sightline.Store, series []Series, o Options) (*view, error) {
	v := emptyView(store, series, o)
	if err := v.add(sightline.Query{Country: o.Country}); err != nil {
		return nil, err
	}
	// Networks here: their owners.
	self := o.Country.Entity()
	var owners []sightline.EntityID
	for _, e := range v.claims {
		if c := e.Record.Claim(); (c.Predicate == sightline.OperatesIn || c.Predicate == sightline.LandsIn) && c.Object.Entity == self {
			v.here[c.Subject] = true
			owners = append(owners, c.Subject)
		}
	}
	// Firms, bodies, systems and acts of this country, and what they are on
	// record for, here and elsewhere.
	based, err := store.EntitiesIn(o.Country, o.AsRecorded)
	if err != nil {
		return nil, err
	}
	for _, e := range based {
		if e.ID.Kind() != sightline.KindNetwork {
			owners = append(owners, e.ID)
		}
	}
	if err := v.addEntities(owners, nil); err != nil {
		return nil, err
	}
	suppliers := func(c *sightline.Claim) bool { return c.Object.Entity == self }
	if err := v.surround(suppliers); err != nil {
		return nil, err
	}
	return v, nil
}

// surround adds what is said of the deals, systems and acts that the claims of
// the view name, the acts that name suppliers (the subjects of claims of supply
// that are wanted) and the voices for and against all of it. It works out which
// records count as one organisation among the parties to supply and more.
func (v *view) surround(wanted func(*sightline.Claim) bool, more ...sightline.EntityID) error {
	var named, suppliers []sightline.EntityID
	for _, e := range v.claims {
		c := e.Record.Claim()
		for _, id := range []sightline.EntityID{c.Subject, c.Object.Entity} {
			switch id.Kind() {
			case sightline.KindAgreement, sightline.KindProject, sightline.KindSystem, sightline.KindAct, sightline.KindPolicy, sightline.KindCable:
				named = append(named, id)
			}
		}
		for _, k := range []string{"agreement", "project", "system", "policy"} {
			if id := c.Qualifiers[k]; id != "" {
				named = append(named, sightline.EntityID(id))
			}
		}
		if slices.Contains(supplyPredicates, c.Predicate) && wanted(c) {
			suppliers = append(suppliers, c.Subject)
		}
	}
	if err := v.addEntities(named, nil); err != nil {
		return err
	}
	// A supplier may be on record more than once.
	parties := slices.Clone(more)
	for _, e := range v.claims {
		if c := e.Record.Claim(); slices.Contains(supplyPredicates, c.Predicate) {
			parties = append(parties, c.Subject, c.Object.Entity)
		}
	}
	var err error
	if v.one, err = identity.Around(v.store, parties, v.options.AsRecorded); err != nil {
		return err
	}
	for _, id := range slices.Clone(suppliers) {
		suppliers = append(suppliers, v.one.Of(id).Members...)
	}
	if err := v.addEntities(suppliers, []sightline.Predicate{sightline.ListedUnder, sightline.LegalAction, sightline.OwnedBy, sightline.RenamedTo}); err != nil {
		return err
	}
	// Voices for and against. A view of more than one country asks for those of
	// a claim as it shows it.
	var ids []sightline.ClaimID
	if !v.options.Country.IsZero() {
		for _, e := range v.claims {
			ids = append(ids, sightline.ClaimID(e.Record.ID()))
		}
	}
	for chunk := range slices.Chunk(ids, 400) {
		if err := v.add(sightline.Query{EdgesTo: chunk}); err != nil {
			return err
		}
	}
	v.link()
	return nil
}

// voices lists the claims that support, dispute or deny a claim, by id.
func (v *view) voices(id sightline.ClaimID) ([]sightline.Entry, error) {
	if !v.options.Country.IsZero() {
		return v.edges[id], nil
	}
	if list, ok := v.voiced[id]; ok {
		return list, nil
	}
	all, err := v.store.Claims(sightline.Query{EdgesTo: []sightline.ClaimID{id}, AsRecorded: v.options.AsRecorded})
	if err != nil {
		return nil, err
	}
	var list []sightline.Entry
	for _, e := range all {
		ok, err := v.appeared(e.Record.Claim())
		if err != nil {
			return nil, err
		}
		if ok {
			list = append(list, e)
		}
	}
	v.voiced[id] = list
	return list, nil
}

// link sorts the claims and notes what each is about and speaks to.
func (v *view) link() {
	order.By(v.claims, func(a, b sightline.Entry) int { return a.Record.Compare(b.Record) })
	for _, e := range v.claims {
		c := e.Record.Claim()
		for _, to := range slices.Concat(c.Supports, c.Disputes) {
			v.edges[to] = append(v.edges[to], e)
		}
		v.about[c.Subject] = append(v.about[c.Subject], e)
	}
}

func (v *view) addEntities(ids []sightline.EntityID, predicates []sightline.Predicate) error {
	slices.Sort(ids)
	for chunk := range slices.Chunk(slices.Compact(ids), 400) {
		if err := v.add(sightline.Query{Entities: chunk, Predicates: predicates}); err != nil {
			return err
		}
	}
	return nil
}

func (v *view) add(q sightline.Query) error {
	q.AsRecorded = v.options.AsRecorded
	entries, err := v.store.Claims(q)
	if err != nil {
		return err
	}
	for _, e := range entries {
		c := e.Record.Claim()
		if _, have := v.byID[c.ID]; have {
			continue
		}
		if !v.options.AsPublished.IsZero() {
			d, err := v.publishedAt(c)
			if err != nil {
				return err
			}
			if d.IsZero() {
				v.undated++
			}
			if !v.published(d) {
				continue
			}
		}
		if open, err := v.mayPass(c); err != nil {
			return err
		} else if !open {
			continue
		}
		v.byID[c.ID] = e
		v.claims = append(v.claims, e)
	}
	return nil
}

// terms are the most open of a claim's sources.
func (v *view) terms(c *sightline.Claim) (sightline.Terms, error) {
	most := sightline.Restricted
	for _, r := range c.References {
		s, err := v.source(r.Source)
		if err != nil {
			return most, err
		}
		most = min(most, s.Terms)
	}
	return most, nil
}

// mayPass reports whether a claim may be in a view of what is open only.
func (v *view) mayPass(c *sightline.Claim) (bool, error) {
	if !v.options.OpenOnly {
		return true, nil
	}
	t, err := v.terms(c)
	return t == sightline.Open, err
}

// publishedAt is when a claim was first published: its own date, or else the
// earliest of its sources'.
func (v *view) publishedAt(c *sightline.Claim) (sightline.Date, error) {
	if !c.Published.IsZero() {
		return c.Published, nil
	}
	var first sightline.Date
	for _, r := range c.References {
		s, err := v.source(r.Source)
		if err != nil {
			return first, err
		}
		if d := s.Published; !d.IsZero() && (first.IsZero() || d.Last() < first.Last()) {
			first = d
		}
	}
	return first, nil
}

// published reports whether something of that date can be shown: always,
// unless the view ends before the last day that the date covers or nobody
// knows when it was said.
func (v *view) published(d sightline.Date) bool {
	if v.options.AsPublished.IsZero() {
		return true
	}
	return !d.IsZero() && d.Last() <= v.options.AsPublished.Last()
}

func (v *view) claim(id sightline.ClaimID) (sightline.Entry, error) {
	if e, ok := v.byID[id]; ok {
		return e, nil
	}
	return v.store.Claim(id, v.options.AsRecorded)
}

func (v *view) source(id sightline.SourceID) (*sightline.Source, error) {
	if s, ok := v.sources[id]; ok {
		return s, nil
	}
	s, err := v.store.Source(id, v.options.AsRecorded)
	if err != nil {
		return nil, err
	}
	v.sources[id] = s
	return s, nil
}

func (v *view) entity(id sightline.EntityID) *sightline.Entity {
	if e, ok := v.entities[id]; ok {
		return e
	}
	e, err := v.store.Entity(id, v.options.AsRecorded)
	if err != nil {
		e = nil
	}
	v.entities[id] = e
	return e
}

// name is what to call an entity; an id that nobody declared stands for
// itself.
func (v *view) name(id sightline.EntityID) string {
	if c, ok := id.Country(); ok {
		return c.Name()
	}
	if e := v.entity(id); e != nil {
		return e.Name
	}
	_, slug, _ := strings.Cut(string(id), "/")
	return slug
}

// nation is the code of where an entity is based, or "" where that is unknown.
func (v *view) nation(id sightline.EntityID) string {
	if c, ok := id.Country(); ok {
		return c.Code()
	}
	if e := v.entity(id); e != nil {
		return e.Country.Code()
	}
	return ""
}

// organisation is the entity that stands for an organisation that may be on
// record more than once.
func (v *view) organisation(id sightline.EntityID) sightline.EntityID { return v.one.Of(id).ID }

// base is the code of where an organisation is based by any of its records, the
// first that tells.
func (v *view) base(id sightline.EntityID) string {
	for _, m := range v.one.Of(id).Members {
		if n := v.nation(m); n != "" {
			return n
		}
	}
	return ""
}

// alsoRecorded lists the other names under which an organisation is on record.
func (v *view) alsoRecorded(id sightline.EntityID) []string {
	c := v.one.Of(id)
	var out []string
	for _, m := range c.Members[1:] {
		if name := v.name(m); name != v.name(c.ID) && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// supply is a claim that names a supplier of the country.
type supply struct {
	sightline.Entry
	supplier sightline.EntityID // that stands for its organisation
}

// supplies lists the claims that name a supplier of the country, without the
// unrelated ones.
func (v *view) supplies() []supply {
	self := v.options.Country.Entity()
	var out []supply
	for _, e := range v.claims {
		c := e.Record.Claim()
		if !slices.Contains(supplyPredicates, c.Predicate) || c.Class() == sightline.ClassUnrelated {
			continue
		}
		switch {
		case c.Predicate == sightline.UsesProduct && (c.Subject == self || v.nation(c.Subject) == v.options.Country.Code()):
			out = append(out, supply{e, v.organisation(c.Object.Entity)})
		case c.Predicate != sightline.UsesProduct && c.Subject != self && (c.Object.Entity == self || c.Object.Entity.Kind() == sightline.KindBody && v.nation(c.Object.Entity) == v.options.Country.Code()):
			out = append(out, supply{e, v.organisation(c.Subject)})
		}
	}
	return out
}

// wilson is the 90 % score interval of a share k/n (Wilson 1927).
func wilson(k, n int) (low, high float64) {
	const z = 1.6448536269514722
	p, m := float64(k)/float64(n), float64(n)
	mid := (p + z*z/(2*m)) / (1 + z*z/m)
	half := z / (1 + z*z/m) * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	low, high = max(0, mid-half), min(1, mid+half)
	// The share lies within, whatever the last bit of a float says.
	return min(low, p), max(high, p)
}
