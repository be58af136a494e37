package exposure

import (
	"cmp"
	"runtime"
	"slices"
	"sync"

	"sightline"
	"sightline/exposure/paths"
	"sightline/internal/order"
)

// Weights says how much each origin counts for a country: addresses or users.
type Weights map[sightline.Country]map[sightline.ASN]float64

// lastNetworks is the network that each path of a table ends at, or 0 for a
// path that is not clean.
func lastNetworks(t *paths.Table) []sightline.ASN {
	last := make([]sightline.ASN, t.Set().Len())
	parallel(len(last), func(from, to int) {
		var buf []sightline.ASN
		for id := from; id < to; id++ {
			var ok bool
			if buf, ok = clean(t.Path(paths.ID(id)), buf); ok {
				last[id] = buf[len(buf)-1]
			}
		}
	})
	return last
}

// OriginAddresses counts, for each country, the addresses that each network
// originates in it. An address counts for the most specific prefix that holds
// it; where a prefix has several origins, each counts the same part of it.
func OriginAddresses(t *paths.Table, l Locator) Weights {
	out := Weights{}
	type open struct {
		end     uint32
		origins []sightline.ASN
		at      []Located
	}
	last := lastNetworks(t)
	var stack []open
	shut := func(o *open) {
		for _, at := range o.at {
			if at.Addresses == 0 || len(o.origins) == 0 {
				continue
			}
			if out[at.Country] == nil {
				out[at.Country] = map[sightline.ASN]float64{}
			}
			for _, a := range o.origins {
				out[at.Country][a] += float64(at.Addresses) / float64(len(o.origins))
			}
		}
	}
	for i := range t.V4() {
		p := t.Prefix(i)
		if p.Bits() == 0 {
			continue
		}
		at := slices.Clone(l.Locate(p))
		if len(at) == 0 {
			continue
		}
		addr, bits := t.V4Prefix(i)
		for n := len(stack); n > 0 && stack[n-1].end < addr; n = len(stack) {
			shut(&stack[n-1])
			stack = stack[:n-1]
		}
		for _, here := range at {
			for x := len(stack) - 1; x >= 0; x-- {
				k := slices.IndexFunc(stack[x].at, func(o Located) bool { return o.Country == here.Country })
				if k >= 0 {
					stack[x].at[k].Addresses -= min(stack[x].at[k].Addresses, here.Addresses)
					break
				}
			}
		}
		var origins []sightline.ASN
		_, ids := t.At(i)
		for k, id := range ids {
			if k > 0 && last[id] == last[ids[k-1]] {
				continue
			}
			if a := last[id]; a != 0 && !slices.Contains(origins, a) {
				origins = append(origins, a)
			}
		}
		slices.Sort(origins)
		stack = append(stack, open{addr + uint32(size(bits)-1), origins, at})
	}
	for n := len(stack) - 1; n >= 0; n-- {
		shut(&stack[n])
	}
	return out
}

// CountryHegemony is the hegemony of networks over one country.
type CountryHegemony struct {
	Country sightline.Country
	Origins int     // that count, and are seen
	Weight  float64 // of those, in addresses or users
	Unseen  float64 // of those that no full feed sees
	Rows    []CountryHegemonyRow
}

// CountryHegemonyRow is the hegemony of one network over one country.
type CountryHegemonyRow struct {
	ASN              sightline.ASN
	value, low, high float64
	peers, of        int32
	rankLow          int32
	rankHigh         int32
	why              string
}

// Estimate is the country hegemony, from 0 to 1: the mean of the network's
// hegemony over the country's origins, weighted by their addresses or users
// (Fontugne, Ermoshina, Aben 2020, section 3).
func (r *CountryHegemonyRow) Estimate() sightline.Estimate {
	return estimate(CountryHegemonyMethod, r.value, r.low, r.high, int(r.peers), int(r.of), r.why)
}

// Ranks is the range of places, from 1, that the network holds in the
// replicates at Level; 0 and 0 where there are none.
func (r *CountryHegemonyRow) Ranks() (low, high int) { return int(r.rankLow), int(r.rankHigh) }

// ComputeCountryHegemony computes country hegemony for every country of w, in
// the order of codes. With others a network does not count over the origins
// that are itself. countries nil is all.
func ComputeCountryHegemony(t *paths.Table, o HegemonyOptions, w Weights, countries []sightline.Country, others bool) ([]CountryHegemony, error) {
	var list []sightline.Country
	wanted := map[sightline.ASN]bool{}
	for c, origins := range w {
		if countries == nil || slices.Contains(countries, c) {
			list = append(list, c)
			for a := range origins {
				wanted[a] = true
			}
		}
	}
	slices.SortFunc(list, func(a, b sightline.Country) int { return cmp.Compare(a.Code(), b.Code()) })
	o.Only, o.GlobalOnly = func(a sightline.ASN) bool { return wanted[a] }, false
	e, err := prepareHegemony(t, o)
	if err != nil {
		return nil, err
	}
	out := make([]CountryHegemony, len(list))
	// The countries with the most origins first.
	order := make([]int, len(list))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return len(w[list[b]]) - len(w[list[a]]) })
	next := make(chan int, len(order))
	for _, i := range order {
		next <- i
	}
	close(next)
	var wg sync.WaitGroup
	for range max(1, runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			worker := e.newWorker()
			for i := range next {
				out[i] = worker.country(list[i], w[list[i]], others)
			}
		})
	}
	wg.Wait()
	wantAll(countries, func(c sightline.Country) bool { return slices.Contains(list, c) }, func(c sightline.Country) {
		out = append(out, CountryHegemony{Country: c})
	})
	slices.SortFunc(out, func(a, b CountryHegemony) int { return cmp.Compare(a.Country.Code(), b.Country.Code()) })
	return out, nil
}

func (w *hegemonyWorker) country(c sightline.Country, origins map[sightline.ASN]float64, others bool) CountryHegemony {
	out := CountryHegemony{Country: c}
	asns := make([]sightline.ASN, 0, len(origins))
	for a := range origins {
		asns = append(asns, a)
	}
	slices.Sort(asns)
	slot := map[sightline.ASN]int{}
	var reps [][]float64
	for _, a := range asns {
		as := w.x.of(a)
		weight := origins[a]
		if weight <= 0 {
			continue
		}
		if as < 0 || w.start[as] == w.start[as+1] {
			out.Unseen += weight
			continue
		}
		out.Origins++
		out.Weight += weight
		w.origin(as)
		w.each(func(r *HegemonyRow, rep []float64) {
			if others && r.ASN == a {
				return
			}
			k, ok := slot[r.ASN]
			if !ok {
				k = len(out.Rows)
				slot[r.ASN] = k
				out.Rows = append(out.Rows, CountryHegemonyRow{ASN: r.ASN, of: r.of})
				reps = append(reps, make([]float64, len(rep)))
			}
			row := &out.Rows[k]
			row.value += weight * r.value
			row.peers = max(row.peers, r.peers)
			to := reps[k][:len(rep)]
			for b, v := range rep {
				to[b] += weight * v
			}
		})
	}
	if out.Weight == 0 {
		out.Rows = nil
		return out
	}
	rank := make([]CTIRow, len(out.Rows))
	for k := range out.Rows {
		r := &out.Rows[k]
		r.value /= out.Weight
		for b := range reps[k] {
			reps[k][b] /= out.Weight
		}
		rank[k] = CTIRow{ASN: r.ASN, value: r.value}
		switch {
		case w.compat:
			r.why = "compatible mode gives no interval and knows no floor"
		case len(reps[k]) == 0:
			r.why = "no replicates were asked for"
		}
	}
	if len(w.draws.times) > 0 {
		ranks(rank, reps)
	}
	for k := range out.Rows {
		r := &out.Rows[k]
		r.rankLow, r.rankHigh = rank[k].rankLow, rank[k].rankHigh
		r.low, r.high = r.value, r.value
		if len(reps[k]) > 0 {
			r.low, r.high = interval(r.value, reps[k])
		}
	}
	order.By(out.Rows, func(a, b CountryHegemonyRow) int {
		return cmp.Or(cmp.Compare(b.value, a.value), cmp.Compare(a.ASN, b.ASN))
	})
	return out
}
