package dossier

import (
	"slices"
	"strconv"

	"sightline"
	"sightline/exposure"
)

// Find looks for a packet in the dossiers of some countries and, with pages, in
// all other documents. It returns those of the same document beside it; without
// an error and without a packet nothing has it. What rests on routing tables is
// looked through last, since to know the routes into all countries takes longer
// than all the rest.
func (r *Reader) Find(countries []sightline.Country, pages bool, id sightline.PacketID) (p *sightline.Packet, beside []sightline.Packet, err error) {
	o := r.options
	o.noRoutes = true
	bare := &Reader{store: r.store, series: r.series, options: o, also: r.also, methods: r.methods}
	for _, c := range countries {
		d, err := bare.Dossier(c)
		if err != nil {
			return nil, nil, err
		}
		if i := slices.IndexFunc(d.Packets, func(p sightline.Packet) bool { return p.Result.Packet == id }); i >= 0 {
			return &d.Packets[i], d.Packets, nil
		}
	}
	if pages {
		d, err := bare.Packet(string(id))
		if err == nil {
			return &d.Packet, d.Packets, nil
		}
		if sightline.ErrorCode(err) != sightline.NotFound {
			return nil, nil, err
		}
		if p, beside, err = bare.findSingle(id); p != nil || err != nil {
			return p, beside, err
		}
	}
	p, err = r.routePacket(countries, id)
	if p != nil {
		beside = []sightline.Packet{*p}
	}
	return p, beside, err
}

// findSingle looks through the pages of single networks and sources, which
// Packet does not.
func (r *Reader) findSingle(id sightline.PacketID) (*sightline.Packet, []sightline.Packet, error) {
	networks, err := r.Networks()
	if err != nil {
		return nil, nil, err
	}
	sources, err := r.Sources()
	if err != nil {
		return nil, nil, err
	}
	var pages []string
	for _, n := range networks.Networks {
		pages = append(pages, "network/"+n.ASN)
	}
	for _, s := range sources.Sources {
		pages = append(pages, "source/"+string(s.ID))
	}
	for _, where := range pages {
		list, err := r.packetsOf(where)
		if err != nil {
			return nil, nil, err
		}
		if i := slices.IndexFunc(list, func(p sightline.Packet) bool { return p.Result.Packet == id }); i >= 0 {
			return &list[i], list, nil
		}
	}
	return nil, nil, nil
}

// searchedRoutes is how many networks of each kind and country are looked through
// for a packet, of our choosing.
const searchedRoutes = 200

// routePacket finds a packet of the routes into some countries, or nil, without
// composing their dossiers. Of the networks in each country the highest are
// looked through.
func (r *Reader) routePacket(countries []sightline.Country, id sightline.PacketID) (*sightline.Packet, error) {
	var known routes
	for _, c := range countries {
		o := r.options
		o.Country = c
		v := emptyView(r.store, r.series, o)
		v.routes.holdings, v.routes.owners = known.holdings, known.owners
		a, err := v.routed()
		if a == nil || err != nil {
			return nil, err
		}
		known = v.routes
		var found *sightline.Packet
		try := func(m sightline.MethodID, p params) {
			if found != nil || err != nil {
				return
			}
			var e sightline.Estimate
			var packet sightline.Packet
			if e, packet, err = v.estimate(m, p); err == nil && e.Packet == id {
				found = &packet
			}
		}
		try(routesMonitors, params{})
		p := &a.Picture
		for i := range p.Hegemony.Rows[:min(searchedRoutes, len(p.Hegemony.Rows))] {
			try(exposure.CountryHegemonyMethod, params{"network": p.Hegemony.Rows[i].ASN.String()})
		}
		if p.CTI != nil {
			for i := range p.CTI.Rows[:min(searchedRoutes, len(p.CTI.Rows))] {
				try(exposure.CTIMethod, params{"network": p.CTI.Rows[i].ASN.String()})
			}
		}
		for i := range p.Union.ByNetwork[:min(searchedRoutes, len(p.Union.ByNetwork))] {
			try(exposure.UnionMethod, params{"network": p.Union.ByNetwork[i].ASN.String()})
		}
		for i := range p.Union.Owners {
			if x := &p.Union.Owners[i]; len(x.Met) > 0 {
				try(exposure.UnionMethod, params{"owner": x.Owner})
				try(exposure.TransitMethod, params{"owner": x.Owner})
			}
		}
		for i := range p.Union.Cuts {
			try(exposure.ChokepointMethod, params{"networks": strconv.Itoa(len(p.Union.Cuts[i].ASNs))})
		}
		try(exposure.ForeignMethod, params{})
		try(exposure.ConcentrationMethod, params{})
		if found != nil || err != nil {
			return found, err
		}
	}
	return nil, nil
}
