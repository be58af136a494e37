package tables

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"sightline"
	"sightline/exposure"
	"sightline/internal/order"
)

// Query asks who is on the path into a country.
type Query struct {
	Country  sightline.Country
	At       sightline.Instant               // the state then; 0 is the newest that is held
	Recorded sightline.Instant               // only what was held then; 0 is now
	Owners   func() (exposure.Owners, error) // asked only where a table is held; nil is none
}

// Answer is who is on the path into a country at a moment, and what that
// rests on.
type Answer struct {
	Picture  exposure.Picture
	Coverage exposure.Coverage
	Small    bool // no peer has a full table of today's size
	Moment   *Moment
	Damaged  []string // what could not be read of which file
	Prefixes int
	Entries  int
	Inputs   []sightline.Input // the tables, and what places and relates networks
	Known    sightline.Instant // when the newest of them was recorded
	Lacks    string            // what is missing for an answer; then there is no picture
}

// Seed is that of the draws behind the intervals.
const Seed = 1

// answers are the pictures of one moment, as they were asked for.
type answers struct {
	base  Answer
	o     exposure.PictureOptions
	got   map[sightline.Country]exposure.Picture
	asked int
	whole bool // got has every country
}

// Answer computes who is on the path into a country. It is nil where no table
// is held.
func (s *Store) Answer(q Query) (*Answer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, none, err := s.ask(q)
	if none || err != nil {
		return nil, err
	}
	if _, ok := a.got[q.Country]; !ok && a.base.Lacks == "" && !a.whole {
		// Who asks for a second country asks for many: then all at once.
		only := []sightline.Country{q.Country}
		if a.asked++; a.asked > 1 {
			only = nil
		}
		if err := a.compute(only); err != nil {
			return nil, err
		}
	}
	out := a.base
	if out.Lacks != "" {
		return &out, nil
	}
	p, ok := a.got[q.Country]
	if !ok {
		p = exposure.Picture{Country: q.Country}
		a.got[q.Country] = p
	}
	out.Picture = p
	return &out, nil
}

// ask finds what was answered of the moment of a query; none is true where no
// table is held.
func (s *Store) ask(q Query) (a *answers, none bool, err error) {
	all, err := s.List(q.Recorded)
	if err != nil {
		return nil, false, err
	}
	if q.At == 0 {
		q.At = sightline.Forever
	}
	m := momentOf(all, q.At)
	if m == nil {
		return nil, true, nil
	}
	var owners exposure.Owners
	if q.Owners != nil {
		if owners, err = q.Owners(); err != nil {
			return nil, false, err
		}
	}
	a, err = s.answersOf(all, m, owners)
	return a, false, err
}

// compute adds the pictures of some countries; nil is all.
func (a *answers) compute(only []sightline.Country) error {
	o := a.o
	o.Countries = only
	pictures, cover, err := exposure.ComputePictures(o)
	if sightline.ErrorCode(err) == sightline.Invalid {
		a.base.Lacks = err.Error()
		return nil
	}
	if err != nil {
		return err
	}
	a.base.Coverage, a.whole = cover, only == nil
	for _, p := range pictures {
		a.got[p.Country] = p
	}
	return nil
}

// Met lists the countries into which a network stands on a path that counts,
// from that with the highest hegemony of the network on. The country of the
// query is not used.
func (s *Store) Met(q Query, network sightline.ASN) ([]sightline.Country, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, none, err := s.ask(q)
	if none || err != nil {
		return nil, err
	}
	if a.base.Lacks == "" && !a.whole {
		if err := a.compute(nil); err != nil {
			return nil, err
		}
	}
	type met struct {
		country sightline.Country
		value   float64
	}
	var list []met
	for c, p := range a.got {
		i := slices.IndexFunc(p.Hegemony.Rows, func(r exposure.CountryHegemonyRow) bool { return r.ASN == network })
		in := i >= 0 || p.CTI != nil && slices.ContainsFunc(p.CTI.Rows, func(r exposure.CTIRow) bool { return r.ASN == network })
		if !in {
			continue
		}
		m := met{country: c}
		if i >= 0 {
			m.value, _ = p.Hegemony.Rows[i].Estimate().Value.Get()
		}
		list = append(list, m)
	}
	order.By(list, func(a, b met) int {
		return cmp.Or(cmp.Compare(b.value, a.value), strings.Compare(a.country.Code(), b.country.Code()))
	})
	var out []sightline.Country
	for _, m := range list {
		out = append(out, m.country)
	}
	return out, nil
}

// newest is the last file of a kind that was held.
func newest(all []Held, k ...Kind) *Held {
	for i := len(all) - 1; i >= 0; i-- {
		if slices.Contains(k, all[i].Kind) {
			return &all[i]
		}
	}
	return nil
}

func (s *Store) answersOf(all []Held, m *Moment, owners exposure.Owners) (*answers, error) {
	with := []*Held{newest(all, Locations, Blocks), newest(all, Monitors), newest(all, Networks), newest(all, Relationships)}
	var key strings.Builder
	key.WriteString(m.key())
	for _, h := range with {
		if h != nil {
			key.WriteString(" " + h.ID())
		}
	}
	for _, name := range slices.Sorted(maps.Keys(owners)) {
		fmt.Fprintf(&key, "\n%q %d", name, owners[name])
	}
	if a, ok := s.read[key.String()]; ok {
		return a, nil
	}
	a := &answers{got: map[sightline.Country]exposure.Picture{}, base: Answer{Moment: m, Inputs: m.Inputs()}}
	for _, h := range m.Files {
		a.base.Known = max(a.base.Known, h.Recorded)
		if h.Damage != "" {
			a.base.Damaged = append(a.base.Damaged, h.Name+": "+h.Damage)
		}
	}
	for _, h := range with {
		if h != nil {
			a.base.Known = max(a.base.Known, h.Recorded)
			a.base.Inputs = append(a.base.Inputs, sightline.Input{Name: string(h.Kind) + "/" + h.Name, SHA256: h.SHA256})
		}
	}
	if s.read == nil {
		s.read = map[string]*answers{}
	}
	s.read[key.String()] = a
	switch {
	case with[0] == nil:
		a.base.Lacks = "nothing says in which country addresses are (sightline ingest rib --locations)"
		return a, nil
	case with[1] == nil && with[2] == nil:
		a.base.Lacks = "nothing says in which country the monitors are (sightline ingest rib --as-countries or --monitors)"
		return a, nil
	}
	a.o = exposure.PictureOptions{Owners: owners, Seed: Seed}
	for _, h := range with {
		if h == nil {
			continue
		}
		r, err := s.text(h)
		if err == nil {
			err = place(&a.o, h.Kind, r)
		}
		if err != nil {
			return nil, err
		}
	}
	t, err := s.Table(m)
	if err != nil {
		return nil, err
	}
	a.o.Table = t
	_, a.base.Small = exposure.Threshold(t, false)
	a.base.Prefixes, a.base.Entries = t.V4(), t.Entries()
	return a, nil
}

// place reads a file that places or relates networks.
func place(o *exposure.PictureOptions, k Kind, r io.Reader) (err error) {
	switch k {
	case Locations:
		var c exposure.Counts
		c, _, err = exposure.ReadCounts(r)
		o.Locator = c
	case Blocks:
		var b *exposure.Blocks
		b, _, err = exposure.ReadBlocks(r)
		o.Locator = b
	case Monitors:
		o.Known, err = exposure.ReadMonitors(r)
	case Networks:
		o.Nationality, err = exposure.ReadASCountries(r)
	case Relationships:
		o.Relationships, err = exposure.ReadRelationships(r)
	}
	return err
}
