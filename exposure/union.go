package exposure

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"sightline"
	"sightline/exposure/paths"
	"sightline/internal/order"
)

// The methods of union exposure.
const (
	UnionMethod         sightline.MethodID = "exposure.union/1"
	TransitMethod       sightline.MethodID = "exposure.union.transit/1"
	ChokepointMethod    sightline.MethodID = "exposure.chokepoint/1"
	ForeignMethod       sightline.MethodID = "exposure.foreign-transit/1"
	ConcentrationMethod sightline.MethodID = "exposure.concentration/1"
)

// UnionOptions say how union exposure is computed.
type UnionOptions struct {
	World
	Owners Owners // whose exposure is asked for: a network, organisation, state or group each
	// Nationality is the country of each network; it bounds chokepoints to
	// domestic networks and tells foreign transit. nil is not known.
	Nationality map[sightline.ASN]sightline.Country
	Seed        uint64
	Replicates  int // 0 is the constant; below 0 none
}

// CountryUnion is what the owners and chokepoints can see or cut of one
// country.
type CountryUnion struct {
	Country   sightline.Country
	Monitors  int
	Networks  int
	Addresses float64 // that monitors reach, on average
	Owners    []UnionRow
	ByNetwork []NetworkUnion // every network on its paths, from the highest share
	Cuts      []Cut          // best one, two and three networks; fewer where one more adds nothing
	Domestic  bool           // whether Cuts are bounded to networks of the country
	foreign   measure
	hhi       measure
	hasNation bool
	why       string
}

// UnionRow is the union exposure to one owner.
type UnionRow struct {
	Owner             string
	Met               []sightline.ASN // its networks on paths into the country, in order
	union, transit    measure
	rankLow, rankHigh int32
	why               string
}

// NetworkUnion is the share of one network.
type NetworkUnion struct {
	ASN               sightline.ASN
	union             measure
	rankLow, rankHigh int32
	why               string
}

// Cut is a set of networks and what it could cut off.
type Cut struct {
	ASNs  []sightline.ASN
	Exact bool // no other set of that many networks has more; else none was found
	share measure
	why   string
}

// measure is a value with its interval and the monitor networks it rests on.
type measure struct {
	value, low, high float64
	n, of            int32
}

// Estimate is the union exposure (E2), from 0 to 1: the share of the country's
// addresses, as monitor networks abroad reach them, whose path meets at least
// one network of the owner, the origin included and the monitor's own left
// out. Monitors inside the owner's networks do not count.
func (r *UnionRow) Estimate() sightline.Estimate { return r.union.estimate(UnionMethod, r.why) }

// Transit is as Estimate, without the origin.
func (r *UnionRow) Transit() sightline.Estimate { return r.transit.estimate(TransitMethod, r.why) }

// Ranks is the range of places of the owner among the owners asked for.
func (r *UnionRow) Ranks() (low, high int) { return int(r.rankLow), int(r.rankHigh) }

// Estimate is the network's own union exposure, from 0 to 1.
func (r *NetworkUnion) Estimate() sightline.Estimate { return r.union.estimate(UnionMethod, r.why) }

// Ranks is the range of places that the network holds in the replicates.
func (r *NetworkUnion) Ranks() (low, high int) { return int(r.rankLow), int(r.rankHigh) }

// Estimate is the share of addresses whose inbound paths meet a network of
// the set, from 0 to 1.
func (c *Cut) Estimate() sightline.Estimate { return c.share.estimate(ChokepointMethod, c.why) }

// Foreign is the share of addresses whose inbound path crosses a network known
// to be of another country, the monitor's own and the origin left out. It has
// no value where no nationality is known.
func (c *CountryUnion) Foreign() sightline.Estimate {
	if !c.hasNation {
		return sightline.Estimate{Unit: unit, State: sightline.NotIdentified, Reason: "the countries of networks were not given", Method: ForeignMethod}
	}
	return c.foreign.estimate(ForeignMethod, c.why)
}

// Concentration is the Herfindahl-Hirschman index, from 0 to 1, of the
// networks that stand directly before the origins.
func (c *CountryUnion) Concentration() sightline.Estimate {
	return c.hhi.estimate(ConcentrationMethod, c.why)
}

func (m measure) estimate(id sightline.MethodID, why string) sightline.Estimate {
	return estimate(id, m.value, m.low, m.high, int(m.n), int(m.of), why)
}

// ComputeUnion computes union exposure for every country of the world, in the
// order of codes.
func ComputeUnion(o UnionOptions) ([]CountryUnion, error) {
	use, _, _ := o.heard()
	if !slices.Contains(use, true) {
		return nil, sightline.Errorf(sightline.Invalid, "compute union exposure", "", "no monitor of the table is a full feed whose country is known").
			WithHint("Give the list of monitors that belongs to these collectors, or a lower full-feed threshold.")
	}
	o.Compat = false
	reps := o.Replicates
	if reps == 0 {
		reps = Replicates
	}
	h := newHosts(o.Table, use)
	var d draws
	if reps > 0 {
		d = resample(h.homes, len(h.names), reps, o.Seed)
	}
	names := make([]string, 0, len(o.Owners))
	for name := range o.Owners {
		names = append(names, name)
	}
	slices.Sort(names)
	in := o.gather(o.Index.of(o.Table), nil)
	out := make([]CountryUnion, len(in))
	eachCountry(in, func(i int) {
		u := unionEngine{o: &o, in: in[i], h: h, d: d, names: names}
		out[i] = u.run()
	})
	wantAll(o.Countries, func(c sightline.Country) bool {
		return slices.ContainsFunc(out, func(r CountryUnion) bool { return r.Country == c })
	}, func(c sightline.Country) { out = append(out, CountryUnion{Country: c}) })
	order.By(out, func(a, b CountryUnion) int { return cmp.Compare(a.Country.Code(), b.Country.Code()) })
	return out, nil
}

type unionEngine struct {
	o     *UnionOptions
	in    *inbound
	h     *hosts
	d     draws
	names []string

	total  []float64 // by host
	seeing int
	weight []float64 // of each group, as a share of what its host sees
	paths  [][]sightline.ASN
}

func (u *unionEngine) run() CountryUnion {
	out := CountryUnion{Country: u.in.country, Monitors: u.in.monitors, Networks: u.in.networks, hasNation: u.o.Nationality != nil}
	if len(u.d.times) == 0 {
		out.why = "no replicates were asked for"
	}
	u.total = make([]float64, len(u.h.asns))
	for _, g := range u.in.groups {
		u.total[u.h.of[g.peer]] += g.weight
	}
	sum := 0.0
	for _, v := range u.total {
		if v > 0 {
			u.seeing++
			sum += v
		}
	}
	if u.seeing == 0 {
		return out
	}
	out.Addresses = sum / float64(u.seeing)
	// Paths, decoded once for each group; groups of one path share the decoding.
	u.weight = make([]float64, len(u.in.groups))
	u.paths = make([][]sightline.ASN, len(u.in.groups))
	decoded := map[paths.ID][]sightline.ASN{}
	for i, g := range u.in.groups {
		u.weight[i] = g.weight / u.total[u.h.of[g.peer]]
		p, ok := decoded[g.path]
		if !ok {
			p, _ = clean(u.o.Table.Path(g.path), nil)
			decoded[g.path] = p
		}
		u.paths[i] = p
	}
	u.owners(&out)
	u.networks(&out)
	u.foreign(&out)
	u.concentration(&out)
	return out
}

// mean averages what each host gives over the hosts that see the country and
// are not left out, with its interval; it returns the replicates too.
func (u *unionEngine) mean(byHost []float64, leftOut func(sightline.ASN) bool) (measure, []float64) {
	m := measure{of: int32(u.seeing)}
	var sum float64
	skip := make([]bool, len(byHost))
	for host, v := range byHost {
		if u.total[host] == 0 || leftOut != nil && leftOut(u.h.asns[host]) {
			skip[host] = true
			continue
		}
		sum += v
		m.n++
	}
	if m.n == 0 {
		return m, nil
	}
	m.value = sum / float64(m.n)
	m.low, m.high = m.value, m.value
	if len(u.d.times) == 0 {
		return m, nil
	}
	reps := make([]float64, len(u.d.times))
	for b, times := range u.d.times {
		s, n := 0.0, 0
		for host, v := range byHost {
			if !skip[host] {
				s += float64(times[host]) * v
				n += int(times[host])
			}
		}
		reps[b] = m.value
		if n > 0 {
			reps[b] = s / float64(n)
		}
	}
	m.low, m.high = interval(m.value, slices.Clone(reps))
	return m, reps
}

func (u *unionEngine) owners(out *CountryUnion) {
	ofOwner := map[sightline.ASN][]int{}
	for i, name := range u.names {
		for _, a := range u.o.Owners[name] {
			ofOwner[a] = append(ofOwner[a], i)
		}
	}
	union := make([][]float64, len(u.names))
	transit := make([][]float64, len(u.names))
	found := make([]map[sightline.ASN]bool, len(u.names))
	for i := range u.names {
		union[i], transit[i] = make([]float64, len(u.total)), make([]float64, len(u.total))
		found[i] = map[sightline.ASN]bool{}
	}
	for g, p := range u.paths {
		host := u.h.of[u.in.groups[g].peer]
		var metUnion, metTransit []int
		for i, a := range p[1:] {
			last := i == len(p)-2
			for _, owner := range ofOwner[a] {
				found[owner][a] = true
				if !slices.Contains(metUnion, owner) {
					metUnion = append(metUnion, owner)
					union[owner][host] += u.weight[g]
				}
				if !last && !slices.Contains(metTransit, owner) {
					metTransit = append(metTransit, owner)
					transit[owner][host] += u.weight[g]
				}
			}
		}
	}
	rank := make([]CTIRow, len(u.names))
	reps := make([][]float64, len(u.names))
	for i, name := range u.names {
		inside := func(a sightline.ASN) bool { _, ok := slices.BinarySearch(u.o.Owners[name], a); return ok }
		r := UnionRow{Owner: name, Met: slices.Sorted(maps.Keys(found[i])), why: out.why}
		r.union, reps[i] = u.mean(union[i], inside)
		r.transit, _ = u.mean(transit[i], inside)
		if reps[i] == nil && len(u.d.times) > 0 {
			reps[i] = make([]float64, len(u.d.times))
		}
		rank[i] = CTIRow{ASN: sightline.ASN(i), value: r.union.value}
		out.Owners = append(out.Owners, r)
	}
	ranks(rank, reps)
	for i := range rank {
		out.Owners[i].rankLow, out.Owners[i].rankHigh = rank[i].rankLow, rank[i].rankHigh
	}
	order.By(out.Owners, func(a, b UnionRow) int {
		return cmp.Or(cmp.Compare(b.union.value, a.union.value), strings.Compare(a.Owner, b.Owner))
	})
}

// widest is how many candidates the search for sets of networks looks at; a
// set beyond them is ruled out by its bound, or Exact is false.
const widest = 48

// networks computes the share of each network, and the best sets.
func (u *unionEngine) networks(out *CountryUnion) {
	place := map[sightline.ASN]int{}
	var asns []sightline.ASN
	var groups [][]uint32 // of each network
	for g, p := range u.paths {
		for _, a := range p[1:] {
			k, ok := place[a]
			if !ok {
				k = len(asns)
				place[a] = k
				asns = append(asns, a)
				groups = append(groups, nil)
			}
			groups[k] = append(groups[k], uint32(g))
		}
	}
	rank := make([]CTIRow, len(asns))
	reps := make([][]float64, len(asns))
	byHost := make([]float64, len(u.total))
	rows := make([]NetworkUnion, len(asns))
	for k, a := range asns {
		clear(byHost)
		for _, g := range groups[k] {
			byHost[u.h.of[u.in.groups[g].peer]] += u.weight[g]
		}
		rows[k] = NetworkUnion{ASN: a, why: out.why}
		rows[k].union, reps[k] = u.mean(byHost, func(h sightline.ASN) bool { return h == a })
		if reps[k] == nil && len(u.d.times) > 0 {
			reps[k] = make([]float64, len(u.d.times))
		}
		rank[k] = CTIRow{ASN: a, value: rows[k].union.value}
	}
	ranks(rank, reps)
	for k := range rows {
		rows[k].rankLow, rows[k].rankHigh = rank[k].rankLow, rank[k].rankHigh
	}
	order.By(rows, func(a, b NetworkUnion) int {
		return cmp.Or(cmp.Compare(b.union.value, a.union.value), cmp.Compare(a.ASN, b.ASN))
	})
	out.ByNetwork = rows

	// Chokepoints: domestic networks where nationality is known.
	type candidate struct {
		asn    sightline.ASN
		groups []uint32
		share  float64 // over all hosts that see the country
	}
	var cand []candidate
	out.Domestic = u.o.Nationality != nil
	for k, a := range asns {
		if out.Domestic && u.o.merge(u.o.Nationality[a]) != u.in.country {
			continue
		}
		c := candidate{asn: a, groups: groups[k]}
		for _, g := range c.groups {
			c.share += u.weight[g]
		}
		cand = append(cand, c)
	}
	slices.SortFunc(cand, func(a, b candidate) int { return cmp.Or(cmp.Compare(b.share, a.share), cmp.Compare(a.asn, b.asn)) })
	top := cand[:min(len(cand), widest)]
	beyond := 0.0
	if len(cand) > widest {
		beyond = cand[widest].share
	}
	const dust = 1e-9
	met := make([]uint8, len(u.paths))
	gain := func(c *candidate) (sum float64) { // what c adds to the groups met so far
		for _, g := range c.groups {
			if met[g] == 0 {
				sum += u.weight[g]
			}
		}
		return sum
	}
	mark := func(c *candidate, d uint8) {
		for _, g := range c.groups {
			met[g] += d
		}
	}
	reached := 0.0
	for k := 1; k <= 3 && k <= len(top); k++ {
		best, set := -1.0, []int(nil)
		var search func(from int, chosen []int, share float64)
		search = func(from int, chosen []int, share float64) {
			left := k - len(chosen)
			for i := from; i+left <= len(top); i++ {
				// The next ones can add at most their own shares.
				bound := share
				for j := range left {
					bound += top[i+j].share
				}
				if bound <= best+dust {
					return
				}
				s := share + gain(&top[i])
				now := append(slices.Clone(chosen), i)
				if left == 1 {
					if s > best+dust {
						best, set = s, now
					}
					continue
				}
				mark(&top[i], 1)
				search(i+1, now, s)
				mark(&top[i], ^uint8(0))
			}
		}
		search(0, nil, 0)
		if k > 1 && best <= reached+dust {
			break // one more network cuts off nothing more
		}
		reached = best
		// A set with a network beyond the widest has at most this.
		bound := beyond
		for j := range k - 1 {
			bound += top[j].share
		}
		c := Cut{Exact: beyond == 0 || bound <= best+dust, why: out.why}
		clear(byHost)
		for _, i := range set {
			c.ASNs = append(c.ASNs, top[i].asn)
			for _, g := range top[i].groups {
				if met[g] == 0 {
					met[g] = 1
					byHost[u.h.of[u.in.groups[g].peer]] += u.weight[g]
				}
			}
		}
		clear(met)
		c.share, _ = u.mean(byHost, nil)
		out.Cuts = append(out.Cuts, c)
	}
}

func (u *unionEngine) foreign(out *CountryUnion) {
	if u.o.Nationality == nil {
		return
	}
	byHost := make([]float64, len(u.total))
	for g, p := range u.paths {
		for _, a := range p[1:max(1, len(p)-1)] {
			if c := u.o.Nationality[a]; !c.IsZero() && u.o.merge(c) != u.in.country {
				byHost[u.h.of[u.in.groups[g].peer]] += u.weight[g]
				break
			}
		}
	}
	out.foreign, _ = u.mean(byHost, nil)
}

func (u *unionEngine) concentration(out *CountryUnion) {
	place := map[sightline.ASN]int{}
	var by [][]float64 // network, host
	for g, p := range u.paths {
		if len(p) < 3 {
			continue // the monitor itself stands before the origin
		}
		a := p[len(p)-2]
		k, ok := place[a]
		if !ok {
			k = len(by)
			place[a] = k
			by = append(by, make([]float64, len(u.total)))
		}
		by[k][u.h.of[u.in.groups[g].peer]] += u.weight[g]
	}
	index := func(times []uint16) float64 {
		all, squares := 0.0, 0.0
		for _, hosts := range by {
			s := 0.0
			for host, v := range hosts {
				if times == nil {
					s += v
				} else {
					s += float64(times[host]) * v
				}
			}
			all += s
			squares += s * s
		}
		if all == 0 {
			return 0
		}
		return squares / (all * all)
	}
	m := measure{value: index(nil), n: int32(u.seeing), of: int32(u.seeing)}
	m.low, m.high = m.value, m.value
	if len(u.d.times) > 0 {
		reps := make([]float64, len(u.d.times))
		for b, times := range u.d.times {
			reps[b] = index(times)
		}
		m.low, m.high = interval(m.value, reps)
	}
	out.hhi = m
}

// WithoutEach calls f with the table less one collector, for each collector
// in turn: what would change the answer. With one collector f is not called.
func WithoutEach(t *paths.Table, f func(collector string, rest *paths.Table) error) error {
	var names []string
	for _, p := range t.Peers() {
		names = append(names, p.Collector)
	}
	slices.Sort(names)
	names = slices.Compact(names)
	if len(names) < 2 {
		return nil
	}
	for _, name := range names {
		if err := f(name, t.Only(func(p paths.Peer) bool { return p.Collector != name })); err != nil {
			return err
		}
	}
	return nil
}
