package dossier

import (
	"cmp"
	"slices"

	"sightline"
	"sightline/internal/order"
)

// The schemas of the documents on networks.
const (
	NetworksSchema = "sightline.networks/1"
	NetworkSchema  = "sightline.network/1"
)

// NetworkList is every network on record.
type NetworkList struct {
	Schema   string             `json:"schema"`
	Networks []NetworkRow       `json:"networks"` // by AS number
	Count    sightline.Estimate `json:"count"`    // that operate somewhere by the record
	Majority sightline.Estimate `json:"majority"` // of which a state holds a majority
	Minority sightline.Estimate `json:"minority"`
	Frame
}

// NetworkRow is a network in a list.
type NetworkRow struct {
	ID        sightline.EntityID `json:"id"`
	ASN       string             `json:"asn"`
	Name      string             `json:"name"`
	Countries []string           `json:"countries"` // where it operates by the record, by code
	Holdings  []Holding          `json:"holdings,omitzero"`
}

// Holding is a part of a network or company that a state holds.
type Holding struct {
	State  string            `json:"state"`          // code
	Kind   string            `json:"kind"`           // majority or minority
	Share  string            `json:"share,omitzero"` // per cent, as the source has it
	Claim  sightline.ClaimID `json:"claim"`
	Quotes []Quote           `json:"quotes,omitzero"`
	Notes  []int             `json:"notes"`
}

// NetworkSheet is what is on record of one network.
type NetworkSheet struct {
	Schema string `json:"schema"`
	NetworkRow
	Nation string             `json:"nation,omitzero"`
	Names  []string           `json:"names,omitzero"`
	Claims sightline.Estimate `json:"claims"` // that are about it
	Groups []Group            `json:"groups"`
	Routes *NetworkRoutes     `json:"routes,omitzero"` // where routing tables are held
	Losses []Figure           `json:"losses,omitzero"` // sudden ones that tables of neighbouring moments show, the newest first
	Frame
}

var holdingPredicates = []sightline.Predicate{sightline.StateOwnedBy, sightline.StateMinorityOwnedBy}

// network gathers the row of a network from the claims about it.
func (k *composer) network(id sightline.EntityID, about []sightline.Entry, quotes bool) NetworkRow {
	n := NetworkRow{ID: id, Name: k.name(id)}
	if a, ok := id.ASN(); ok {
		n.ASN = a.String()
	}
	for _, e := range about {
		c := e.Record.Claim()
		at, ok := c.Object.Entity.Country()
		if !ok {
			continue
		}
		switch c.Predicate {
		case sightline.OperatesIn:
			if !slices.Contains(n.Countries, at.Code()) {
				n.Countries = append(n.Countries, at.Code())
			}
		case sightline.StateOwnedBy, sightline.StateMinorityOwnedBy:
			h := Holding{State: at.Code(), Kind: "majority", Share: c.Qualifiers["share"], Claim: c.ID, Notes: k.cite(c)}
			if c.Predicate == sightline.StateMinorityOwnedBy {
				h.Kind = "minority"
			}
			if quotes {
				h.Quotes = k.item(e, false).Quotes
			}
			n.Holdings = append(n.Holdings, h)
		}
	}
	slices.Sort(n.Countries)
	return n
}

// Networks lists the networks on record.
func (r *Reader) Networks() (*NetworkList, error) {
	return r.networks.get(func() (*NetworkList, error) {
		k := r.compose()
		if err := k.add(sightline.Query{Predicates: append([]sightline.Predicate{sightline.OperatesIn}, holdingPredicates...)}); err != nil {
			return nil, err
		}
		k.link()
		l := &NetworkList{Schema: NetworksSchema}
		for id := range k.about {
			if id.Kind() == sightline.KindNetwork {
				l.Networks = append(l.Networks, NetworkRow{ID: id})
			}
		}
		order.By(l.Networks, func(a, b NetworkRow) int {
			x, _ := a.ID.ASN()
			y, _ := b.ID.ASN()
			return cmp.Compare(x, y)
		})
		for i, n := range l.Networks {
			l.Networks[i] = k.network(n.ID, k.about[n.ID], false)
		}
		l.Count = k.countNetworks("operates_in", "networks")
		l.Majority = k.countNetworks("state_owned_by", "networks of which a state holds a majority")
		l.Minority = k.countNetworks("state_minority_owned_by", "networks of which a state holds a minority")
		var err error
		l.Frame, err = r.seal(k, "networks")
		return l, err
	})
}

func (k *composer) countNetworks(predicate, unit string) sightline.Estimate {
	return k.compute(countSelect, params{"select": Selection{Predicates: []string{predicate}, SubjectKind: []string{"network"}}.String(), "each": "subjects", "unit": unit})
}

// Network is one network, by its AS number with or without "AS".
func (r *Reader) Network(asn string) (*NetworkSheet, error) {
	a, err := sightline.ParseASN(asn)
	if err != nil {
		return nil, err
	}
	id := a.Entity()
	k := r.compose()
	if err := k.read(id); err != nil {
		return nil, err
	}
	named := k.selected(func(c *sightline.Claim) bool { return c.Subject == id || c.Object.Entity == id }, sightline.Predicates()...)
	if e := k.entity(id); len(named) == 0 && (e == nil || e.Name == a.String()) {
		return nil, sightline.Errorf(sightline.NotFound, "find network", a.String(), "nothing is on record of this network").
			WithHint("Networks stand here when a published list or document names them; that none does says nothing of the network.")
	}
	d := &NetworkSheet{Schema: NetworkSchema, NetworkRow: k.network(id, k.about[id], true), Nation: k.nation(id)}
	if e := k.entity(id); e != nil {
		d.Names = e.Names
	}
	d.Claims = k.compute(countSelect, params{"select": Selection{Subjects: []sightline.EntityID{id}}.String(), "each": "claims", "unit": "claims", "bare": "yes"})
	var g Answer
	is := func(c *sightline.Claim) bool { return c.Subject == id }
	k.group(&g, "state", "What states hold of it", "By published lists of state-owned networks, with the passage that each rests on.", true, newest(k.selected(is, holdingPredicates...)))
	k.group(&g, "owners", "Other owners", "", true, newest(k.selected(is, sightline.OwnedBy)))
	k.group(&g, "operators", "Who runs or controls it", "", true, newest(k.selected(func(c *sightline.Claim) bool { return c.Object.Entity == id }, sightline.Operates, sightline.Controls)))
	k.group(&g, "places", "Where it operates", "", false, newest(k.selected(is, sightline.OperatesIn)))
	k.group(&g, "acts", "Acts and lists that name it", "", true, newest(k.selected(is, sightline.ListedUnder)))
	k.group(&g, "other", "Other statements", "", false, newest(slices.DeleteFunc(named, func(e sightline.Entry) bool { return k.shown[sightline.ClaimID(e.Record.ID())] })))
	d.Groups = g.Groups
	d.Routes = k.onPaths(a)
	d.Losses = k.networkLosses(a)
	d.Frame, err = r.seal(k, "network/"+a.String())
	return d, err
}
