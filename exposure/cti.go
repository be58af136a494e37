package exposure

import (
	"cmp"
	"slices"
	"sync"

	"sightline"
	"sightline/exposure/paths"
	"sightline/internal/order"
)

// The methods of Country Transit Influence.
const (
	CTIMethod       sightline.MethodID = "exposure.cti/2"
	CTICompatMethod sightline.MethodID = "exposure.cti.caida-compat/2"
)

// CTIOptions say how Country Transit Influence is computed.
type CTIOptions struct {
	World
	Relationships *Relationships
	Seed          uint64
	Replicates    int // 0 is the constant; below 0 none
}

// CTICountry is the transit influence of every network on one country.
type CTICountry struct {
	Country  sightline.Country
	Monitors int // heard: outside the country, full feed, place known
	Networks int // that they belong to
	Rows     []CTIRow
}

// CTIRow is the influence of one network.
type CTIRow struct {
	ASN                 sightline.ASN
	value, low, high    float64
	seen                int32 // monitor networks that met it
	rankLow, rankHigh   int32
	networks            int32
	compat, withoutReps bool
}

// Estimate is the row's Country Transit Influence, from 0 to 1: the share of
// the country's addresses that monitors reach through the network, each
// divided by the network's distance from their origin (Gamero-Garrido et al.
// 2022, section 4.1).
func (r *CTIRow) Estimate() sightline.Estimate {
	m := CTIMethod
	if r.compat {
		m = CTICompatMethod
	}
	switch {
	case r.withoutReps && r.compat:
		return estimate(m, r.value, 0, 0, int(r.networks), int(r.networks), "compatible mode gives no interval and knows no floor")
	case r.withoutReps:
		return estimate(m, r.value, 0, 0, int(r.networks), int(r.networks), "no replicates were asked for")
	}
	return estimate(m, r.value, r.low, r.high, int(r.networks), int(r.networks), "")
}

// Ranks is the range of places, from 1, that the network holds in the
// replicates at Level; 0 and 0 where there are none.
func (r *CTIRow) Ranks() (low, high int) { return int(r.rankLow), int(r.rankHigh) }

// transit is one network's part in what one monitor network sees.
type transit struct {
	host  int32
	value float64 // N: weight through it, divided by distance
}

// ComputeCTI computes Country Transit Influence for every country of the
// world, in the order of their codes; rows come from the highest influence.
func ComputeCTI(o CTIOptions) ([]CTICountry, error) {
	if o.Relationships == nil {
		return nil, sightline.Errorf(sightline.Invalid, "compute transit influence", "", "no relationships between networks were given").
			WithHint("Give a table of relationships (CAIDA as-rel).")
	}
	use, _, _ := o.heard()
	if !slices.Contains(use, true) {
		return nil, sightline.Errorf(sightline.Invalid, "compute transit influence", "", "no monitor of the table is a full feed whose country is known").
			WithHint("Give the list of monitors that belongs to these collectors, or a lower full-feed threshold.")
	}
	reps := o.Replicates
	if reps == 0 {
		reps = Replicates
	}
	reps = max(reps, 0)
	if o.Compat {
		reps = 0
	}
	h := newHosts(o.Table, use)
	var d draws
	if reps > 0 {
		d = resample(h.homes, len(h.names), reps, o.Seed)
	}
	x := o.Index.of(o.Table)
	links := o.Relationships.on(x)
	top := make([]uint16, o.Table.Set().Len()) // of each path that counts
	in := o.gather(x, func(id paths.ID, p []int32) bool {
		top[id] = uint16(links.top(p))
		return int(top[id]) < len(p)-1
	})
	out := make([]CTICountry, len(in))
	slots := sync.Pool{New: func() any { s := make([]int32, len(x.asns)); return &s }}
	eachCountry(in, func(i int) {
		slot := slots.Get().(*[]int32)
		out[i] = ctiOf(&o, in[i], h, x, d, top, *slot)
		slots.Put(slot)
	})
	wantAll(o.Countries, func(c sightline.Country) bool {
		return slices.ContainsFunc(out, func(r CTICountry) bool { return r.Country == c })
	}, func(c sightline.Country) { out = append(out, CTICountry{Country: c}) })
	order.By(out, func(a, b CTICountry) int { return cmp.Compare(a.Country.Code(), b.Country.Code()) })
	return out, nil
}

// links are the relationships between the networks of a table.
type links struct {
	providers []bool   // of anyone, by index
	pairs     []uint64 // provider and customer+1, by their hash
}

func (r *Relationships) on(x *asIndex) *links {
	l := &links{providers: make([]bool, len(x.asns))}
	for as, a := range x.asns {
		l.providers[as] = r.ProviderOfAny(a)
	}
	size := 64
	for size < 2*len(r.pairs) {
		size *= 2
	}
	l.pairs = make([]uint64, size)
	for pair := range r.pairs {
		if a, b := x.of(pair[0]), x.of(pair[1]); a >= 0 && b >= 0 {
			*l.find(a, b) = pairOf(a, b)
		}
	}
	return l
}

func pairOf(provider, customer int32) uint64 { return uint64(provider)<<32 | uint64(customer+1) }

// find is where a pair stands, or would.
func (l *links) find(provider, customer int32) *uint64 {
	pair, mask := pairOf(provider, customer), uint64(len(l.pairs)-1)
	i := mix(pair) & mask
	for l.pairs[i] != 0 && l.pairs[i] != pair {
		i = (i + 1) & mask
	}
	return &l.pairs[i]
}

// top is where the first link from a provider to a customer starts on a clean
// path, where the country stands for the origin and everyone who is a provider
// at all is its provider; it is the last place where there is none. Such a path
// is not used.
func (l *links) top(p []int32) int {
	last := len(p) - 1
	for i := range last {
		if i+1 == last && l.providers[p[i]] || i+1 < last && *l.find(p[i], p[i+1]) != 0 {
			return i
		}
	}
	return last
}

// ctiOf computes the rows of one country. A network that counts as transit on a
// path stands between the path's top and its origin, at some distance from that;
// the monitor's own is none. slot is all 0, and is so again.
func ctiOf(o *CTIOptions, in *inbound, h *hosts, x *asIndex, d draws, top []uint16, slot []int32) CTICountry {
	out := CTICountry{Country: in.country, Monitors: in.monitors, Networks: in.networks}
	total := make([]float64, len(h.asns)) // D: weight that each monitor network sees
	var asns []int32
	var through [][]transit
	var buf []int32
	for _, g := range in.groups {
		host := h.of[g.peer]
		total[host] += g.weight
		list := x.clean(o.Table, g.path, buf)
		for i := max(int(top[g.path]), 1); i < len(list)-1; i++ {
			as, distance := list[i], len(list)-1-i
			k := slot[as] - 1
			if k < 0 {
				k = int32(len(asns))
				slot[as] = k + 1
				asns = append(asns, as)
				through = append(through, nil)
			}
			list := through[k]
			if n := len(list); n == 0 || list[n-1].host != host {
				list = append(list, transit{host: host})
			}
			list[len(list)-1].value += g.weight / float64(distance)
			through[k] = list
		}
	}
	for _, as := range asns {
		slot[as] = 0
	}
	all, seeing := 0.0, 0
	for _, v := range total {
		all += v
		if v > 0 {
			seeing++
		}
	}
	if all == 0 {
		return out
	}
	size := make([]float64, len(d.times))
	for b, times := range d.times {
		for host, v := range total {
			size[b] += float64(times[host]) * v
		}
	}
	values := make([][]float64, len(asns)) // replicates
	for k, list := range through {
		slices.SortFunc(list, func(a, b transit) int {
			return cmp.Or(cmp.Compare(a.value/total[a.host], b.value/total[b.host]), cmp.Compare(h.asns[a.host], h.asns[b.host]))
		})
		r := CTIRow{ASN: x.asns[asns[k]], seen: int32(len(list)), networks: int32(seeing), compat: o.Compat, withoutReps: len(d.times) == 0}
		// Trim among the monitor networks that met it; what is left out leaves the
		// denominator too.
		cut := int(Trim * float64(len(list)))
		sum, rest := 0.0, all
		for i, v := range list {
			if i < cut || i >= len(list)-cut {
				rest -= total[v.host]
			} else {
				sum += v.value
			}
		}
		if rest > 0 {
			r.value = sum / rest
		}
		r.low, r.high = r.value, r.value
		if len(d.times) > 0 {
			values[k] = make([]float64, len(d.times))
			for b, times := range d.times {
				values[k][b] = ctiTimes(list, total, times, size[b])
			}
		}
		out.Rows = append(out.Rows, r)
	}
	ranks(out.Rows, values)
	for k := range out.Rows {
		if values[k] != nil {
			out.Rows[k].low, out.Rows[k].high = interval(out.Rows[k].value, values[k])
		}
	}
	order.By(out.Rows, func(a, b CTIRow) int { return cmp.Or(cmp.Compare(b.value, a.value), cmp.Compare(a.ASN, b.ASN)) })
	return out
}

// ctiTimes is the influence where each monitor network comes so many times.
func ctiTimes(list []transit, total []float64, times []uint16, all float64) float64 {
	n := 0
	for _, v := range list {
		n += int(times[v.host])
	}
	cut := int(Trim * float64(n))
	sum, rest, at := 0.0, all, 0
	for _, v := range list {
		m := int(times[v.host])
		// Of its m places, those below cut or from n-cut on go.
		kept := max(0, min(at+m, n-cut)-max(at, cut))
		sum += float64(kept) * v.value
		rest -= float64(m-kept) * total[v.host]
		at += m
	}
	if rest <= 0 {
		return 0
	}
	return sum / rest
}

// rankedReplicates is how many of the highest networks get ranges of ranks;
// the others keep none, as they are far from any finding.
const rankedReplicates = 100

// ranks gives the highest rows the range of places that they hold in the
// replicates. Equal values share the better place.
func ranks(rows []CTIRow, values [][]float64) {
	if len(rows) == 0 || values[0] == nil {
		return
	}
	order := make([]int, len(rows))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		return cmp.Or(cmp.Compare(rows[j].value, rows[i].value), cmp.Compare(rows[i].ASN, rows[j].ASN))
	})
	top := order[:min(len(order), rankedReplicates)]
	places := make([][]float64, len(top))
	for i := range places {
		places[i] = make([]float64, 0, len(values[0]))
	}
	// By replicate the values of the highest in order, the lowest of them, and
	// how many of all lie above so many of them and no more.
	reps := len(values[0])
	columns, lowest, above := make([][]float64, reps), make([]float64, reps), make([][]int, reps)
	for b := range columns {
		columns[b], above[b] = make([]float64, len(top)), make([]int, len(top)+1)
		for i, k := range top {
			columns[b][i] = values[k][b]
		}
		slices.Sort(columns[b])
		lowest[b] = columns[b][0]
	}
	for k := range rows {
		for b, v := range values[k] {
			if v > lowest[b] { // most are not
				n, _ := slices.BinarySearch(columns[b], v)
				above[b][n]++
			}
		}
	}
	for b := range columns {
		for i := len(top) - 1; i >= 0; i-- {
			above[b][i] += above[b][i+1]
		}
		for i, k := range top {
			// Who lies above this one lies above it, its equals and all below.
			first, _ := slices.BinarySearch(columns[b], values[k][b])
			places[i] = append(places[i], float64(above[b][first+1]+1))
		}
	}
	for i, k := range top {
		slices.Sort(places[i])
		low, high := quantile(places[i], (1-Level)/2), quantile(places[i], (1+Level)/2)
		rows[k].rankLow, rows[k].rankHigh = int32(min(low, float64(i+1))), int32(max(high+.999999, float64(i+1)))
	}
}
