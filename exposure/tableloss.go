package exposure

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"sightline"
	"sightline/exposure/paths"
	"sightline/internal/order"
)

// TableLossMethod is the method of losses between two tables.
const TableLossMethod sightline.MethodID = "exposure.table-loss/1"

// The gates of a comparison of two tables; all are of our choosing, and so is
// LossStart, which a loss exceeds. FewestMonitors holds here as well.
const (
	// FarthestApart is how many hours may lie between two tables: some archives
	// keep one a day.
	FarthestApart = 24
	// FewestPrefixes is how many prefixes a country or network must have had.
	FewestPrefixes = 5
	// PeerKeeps is the share of its prefixes that a peer must still have, to count:
	// one that lost more fell silent or is still starting.
	PeerKeeps = 0.75
	// PeerEnds is the share of its prefixes of IPv4 or of IPv6 that may come, in
	// their order, after the last that it has in the other table: tables are
	// written in this order, and one that ends before is cut short.
	PeerEnds = 0.01
)

// TableLoss is what peers saw of a country or network in one table and not in
// the next.
type TableLoss struct {
	Country  sightline.Country // of the network; zero where that is not known
	ASN      sightline.ASN     // 0: the networks of the country together
	Paths    int64             // to its prefixes before: pairs of a peer and a prefix
	Lost     int64             // of them, those whose peer has no path after, to the prefix or one that covers it
	Prefixes int               // that any peer had a path to before
	Gone     int               // of them, those that none has a path to after
	Monitors int               // networks that had a path before: abroad, where the country is known
	Low      float64           // of the interval at Level of Lost/Paths
	High     float64
}

// TableComparison is what the peers of two tables saw in both.
type TableComparison struct {
	Peers    int    // in both tables: these count
	Monitors int    // networks that they belong to
	Absent   int    // peers of one table alone
	Shrunk   int    // peers of both that kept too little to count, or whose table ends early
	Lacks    string // what is missing to tell a loss; then there is none
	Losses   []TableLoss
	Returns  []TableLoss // the same with the tables the other way round: what most paths came to
}

// Apart says why tables of two moments and their collectors cannot be
// compared, or nothing.
func Apart(before, after sightline.Instant, ofBefore, ofAfter []string) string {
	const hour = 3600 * 1_000_000
	switch hours := int64(after-before) / hour; {
	case !slices.Equal(ofBefore, ofAfter):
		return fmt.Sprintf("the tables are of different collectors: %s before, %s after", strings.Join(ofBefore, ", "), strings.Join(ofAfter, ", "))
	case hours > FarthestApart:
		return fmt.Sprintf("%d hours lie between the tables; at most %d may", hours, FarthestApart)
	}
	return ""
}

// CompareTables finds what most paths were lost to between two tables: the
// networks, and the countries whose networks nationality names, more than
// LossStart of whose paths went. Only peers count that are in both tables and
// kept most of what they had, to the end of the table: a collector or peer that
// fell silent, and a table that was cut short, is no loss. Of a country, and of a
// network whose country is known, only peers of networks known to be abroad
// count. A path is lost when its peer has none after, to the prefix or to one
// that covers it (of at least 8 bits, or 16 of IPv6). Losses come by country,
// then by network. Returns are found in the same way, from the later table to
// the earlier.
func CompareTables(before, after *paths.Table, nationality map[sightline.ASN]sightline.Country, seed uint64) *TableComparison {
	out := &TableComparison{}
	m := matchPeers(before, after, out)
	if len(m.networks) < FewestMonitors {
		out.Lacks = fmt.Sprintf("peers of %d monitor networks are in both tables; at least %d are needed", len(m.networks), FewestMonitors)
		return out
	}
	out.Losses = losses(before, after, m, nationality, seed)
	back := matchPeers(after, before, &TableComparison{})
	out.Returns = losses(after, before, back, nationality, seed)
	return out
}

// losses finds what most paths were lost to, from one table to another.
func losses(before, after *paths.Table, m matched, nationality map[sightline.ASN]sightline.Country, seed uint64) (out []TableLoss) {
	last := lastNetworks(before)
	networks := map[sightline.ASN]*scope{}
	countries := map[sightline.Country]*scope{}
	// origin is a network and what counts it; neighbours are mostly of one.
	type origin struct {
		asn     sightline.ASN
		country sightline.Country
		scopes  []*scope
	}
	find := func(asn sightline.ASN) origin {
		o := origin{asn: asn, country: nationality[asn]}
		o.scopes = append(o.scopes, scopeOf(networks, asn, len(m.networks)))
		if !o.country.IsZero() {
			o.scopes = append(o.scopes, scopeOf(countries, o.country, len(m.networks)))
		}
		return o
	}
	places := make([]sightline.Country, len(m.networks)) // zero where it is not known
	for i, n := range m.networks {
		places[i] = nationality[n]
	}
	// home reports whether a monitor is of the network or its country, or may be.
	home := func(network int, o *origin) bool {
		at := places[network]
		return m.networks[network] == o.asn || !o.country.IsZero() && (at.IsZero() || at == o.country)
	}
	var o origin
	var near []*scope // scopes of one prefix
	var open covers
	j := 0
	mark, round := make([]int, len(after.Peers())), 0
	for i := range before.Len() {
		p := before.Prefix(i)
		for ; j < after.Len() && paths.ComparePrefix(after.Prefix(j), p) <= 0; j++ {
			open.add(after.Prefix(j), j)
		}
		open.cut(p)
		round++
		for _, k := range open {
			peers, _ := after.At(k.at)
			for _, q := range peers {
				mark[q] = round
			}
		}
		near = near[:0]
		peers, ids := before.At(i)
		for n, q := range peers {
			asn, network := last[ids[n]], m.network[q]
			if asn == 0 || network < 0 {
				continue
			}
			if asn != o.asn {
				o = find(asn)
			}
			if home(network, &o) {
				continue
			}
			for _, s := range o.scopes {
				s.paths[network]++
				if mark[m.after[q]] != round {
					s.lost[network]++
				}
				if slices.Contains(near, s) {
					continue
				}
				near = append(near, s)
				s.prefixes++
				held := func(n int) bool { return mark[m.after[n]] == round && !home(m.network[n], &o) }
				if !slices.ContainsFunc(m.count, held) {
					s.gone++
				}
			}
		}
	}
	d := resample(m.homes, m.collectors, Replicates, seed)
	add := func(s *scope, asn sightline.ASN, c sightline.Country) {
		if l, ok := s.loss(&d); ok {
			l.ASN, l.Country = asn, c
			out = append(out, l)
		}
	}
	for asn, s := range networks {
		add(s, asn, nationality[asn])
	}
	for c, s := range countries {
		add(s, 0, c)
	}
	order.By(out, func(a, b TableLoss) int {
		return cmp.Or(strings.Compare(a.Country.Code(), b.Country.Code()), cmp.Compare(a.ASN, b.ASN))
	})
	return out
}

// scope counts the paths to a country or network, by monitor network.
type scope struct {
	paths, lost    []int64
	prefixes, gone int
}

func scopeOf[K comparable](of map[K]*scope, key K, monitors int) *scope {
	s := of[key]
	if s == nil {
		s = &scope{paths: make([]int64, monitors), lost: make([]int64, monitors)}
		of[key] = s
	}
	return s
}

// loss is the loss of a scope, if it is one.
func (s *scope) loss(d *draws) (l TableLoss, ok bool) {
	l.Prefixes, l.Gone = s.prefixes, s.gone
	for i, n := range s.paths {
		l.Paths, l.Lost = l.Paths+n, l.Lost+s.lost[i]
		if n > 0 {
			l.Monitors++
		}
	}
	value := float64(l.Lost) / float64(l.Paths)
	if l.Prefixes < FewestPrefixes || l.Monitors < FewestMonitors || value <= LossStart {
		return l, false
	}
	var reps []float64
	for _, times := range d.times {
		var all, lost int64
		for i, n := range times {
			all, lost = all+int64(n)*s.paths[i], lost+int64(n)*s.lost[i]
		}
		if all > 0 { // else none that saw it was drawn
			reps = append(reps, float64(lost)/float64(all))
		}
	}
	if len(reps) == 0 {
		reps = append(reps, value)
	}
	l.Low, l.High = interval(value, reps)
	return l, true
}

// matched is the peers that count.
type matched struct {
	network    []int           // by peer before: of which network it is, or -1 where it does not count
	after      []int           // by peer before: its place after, or -1
	count      []int           // the peers before that count
	networks   []sightline.ASN // of the peers that count
	homes      [][]int         // collectors of each network
	collectors int
}

func matchPeers(before, after *paths.Table, out *TableComparison) (m matched) {
	place := map[paths.Peer]int{}
	total := func(t *paths.Table, i int) int { return t.Count(i, false) + t.Count(i, true) }
	for i, p := range after.Peers() {
		if total(after, i) > 0 {
			place[p] = i
		}
	}
	out.Absent = len(place)
	m.network, m.after = make([]int, len(before.Peers())), make([]int, len(before.Peers()))
	for i, p := range before.Peers() {
		m.network[i], m.after[i] = -1, -1
		if total(before, i) == 0 {
			continue
		}
		if k, both := place[p]; both {
			m.after[i] = k
			out.Absent--
		} else {
			out.Absent++
		}
	}
	index, collectors := map[sightline.ASN]int{}, map[string]int{}
	ends := endsEarly(before, after, m.after)
	for i, p := range before.Peers() {
		k := m.after[i]
		if k < 0 {
			continue
		}
		if float64(total(after, k)) < PeerKeeps*float64(total(before, i)) || ends[i] {
			out.Shrunk++
			continue
		}
		out.Peers++
		n, have := index[p.ASN]
		if !have {
			n = len(m.networks)
			index[p.ASN] = n
			m.networks, m.homes = append(m.networks, p.ASN), append(m.homes, nil)
		}
		c, have := collectors[p.Collector]
		if !have {
			c = len(collectors)
			collectors[p.Collector] = c
		}
		if !slices.Contains(m.homes[n], c) {
			m.homes[n] = append(m.homes[n], c)
		}
		m.network[i] = n
		m.count = append(m.count, i)
	}
	m.collectors, out.Monitors = len(collectors), len(m.networks)
	return m
}

// endsEarly tells, for each peer before, whether too much of what it had comes
// after the last prefix that it has in the other table, in which its place is
// given, or -1.
func endsEarly(before, after *paths.Table, place []int) []bool {
	family := func(t *paths.Table, i int) int {
		if i < t.V4() {
			return 0
		}
		return 1
	}
	last := make([][2]int, len(after.Peers())) // one more than where its last prefix stands
	for i := range after.Len() {
		f := family(after, i)
		peers, _ := after.At(i)
		for _, q := range peers {
			last[q][f] = i + 1
		}
	}
	beyond := make([][2]int, len(place))
	j := 0 // prefixes of the other table before the one that is looked at
	for i := range before.Len() {
		p, f := before.Prefix(i), family(before, i)
		for j < after.Len() && paths.ComparePrefix(after.Prefix(j), p) < 0 {
			j++
		}
		peers, _ := before.At(i)
		for _, q := range peers {
			if k := place[q]; k >= 0 && j >= last[k][f] {
				beyond[q][f]++
			}
		}
	}
	ends := make([]bool, len(place))
	for q, n := range beyond {
		for f := range n {
			ends[q] = ends[q] || n[f] >= FewestPrefixes && float64(n[f]) > PeerEnds*float64(before.Count(q, f == 1))
		}
	}
	return ends
}

// covers is the prefixes of a table that hold where a walk stands, the shortest
// first.
type covers []struct {
	prefix netip.Prefix
	at     int
}

func (c *covers) cut(p netip.Prefix) {
	for n := len(*c); n > 0; n-- {
		if last := (*c)[n-1].prefix; last.Bits() <= p.Bits() && last.Contains(p.Addr()) {
			break
		}
		*c = (*c)[:n-1]
	}
}

func (c *covers) add(p netip.Prefix, at int) {
	if p.Addr().Is4() && p.Bits() < 8 || p.Addr().Is6() && p.Bits() < 16 {
		return
	}
	c.cut(p)
	*c = append(*c, struct {
		prefix netip.Prefix
		at     int
	}{p, at})
}

// Estimate is the share of the paths that were seen before and were lost, from
// 0 to 1. N is the number of monitor networks that saw them.
func (l *TableLoss) Estimate() sightline.Estimate {
	return estimate(TableLossMethod, float64(l.Lost)/float64(l.Paths), l.Low, l.High, l.Monitors, 0, "")
}
