package exposure_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"sightline"
	"sightline/exposure"
	"sightline/exposure/paths"
	"sightline/mrt"
)

// world makes a table of routes "peer prefix path", with three monitors in
// Uganda, and all prefixes in Kenya.
func world(t testing.TB, routes ...string) exposure.World {
	t.Helper()
	b := paths.NewBuilder()
	f := b.Feed("x")
	peers := make([]mrt.Peer, 9)
	for i := range peers {
		peers[i] = mrt.Peer{Addr: netip.AddrFrom4([4]byte{192, 0, 2, byte(i)}), ASN: sightline.ASN(i + 1)}
	}
	counts := exposure.Counts{}
	for _, r := range routes {
		w := strings.Fields(r)
		var peer int
		fmt.Sscan(w[0], &peer)
		p := netip.MustParsePrefix(w[1])
		counts[p] = []exposure.Located{{Country: kenya, Addresses: 1 << (32 - p.Bits())}}
		path := []sightline.ASN{sightline.ASN(peer)}
		for _, x := range w[2:] {
			a, err := sightline.ParseASN(x)
			if err != nil {
				t.Fatal(err)
			}
			path = append(path, a)
		}
		if err := f.Add(&mrt.Elem{Kind: mrt.Held, Peer: peer - 1, Prefix: p, Path: mrt.AppendSequence(nil, path...)}, peers); err != nil {
			t.Fatal(err)
		}
	}
	uganda := country(t, "UG")
	return exposure.World{Table: b.Table(), Locator: counts, Monitors: func(paths.Peer) (exposure.Monitor, bool) {
		return exposure.Monitor{Country: uganda, FullFeed: true, Confident: true}, true
	}}
}

func value(t testing.TB, e sightline.Estimate) float64 {
	t.Helper()
	if err := e.Check(); err != nil {
		t.Fatal(err)
	}
	v, ok := e.Value.Get()
	if !ok {
		t.Fatalf("no value: %s", e.Reason)
	}
	return v
}

// TestUnionNotSum is the oracle of spec/methods.md section 7: paths {S,-},
// {S,S}, {-,-} of weights .3, .2, .5 give .5, not .7. Weights of addresses are
// powers of two, so here they are 3/10, 2/10, 5/10 of ten /24s.
func TestUnionNotSum(t *testing.T) {
	var routes []string
	for peer := 1; peer <= 3; peer++ {
		for i := range 10 {
			via := "50 60" // no network of S
			switch {
			case i < 3:
				via = "71 60"
			case i < 5:
				via = "71 72"
			}
			routes = append(routes, fmt.Sprintf("%d 10.0.%d.0/24 %s 80", peer, i, via))
		}
	}
	o := exposure.UnionOptions{World: world(t, routes...), Owners: exposure.Owners{"S": {71, 72}}}
	got, err := exposure.ComputeUnion(o)
	if err != nil {
		t.Fatal(err)
	}
	if v := value(t, got[0].Owners[0].Estimate()); math.Abs(v-.5) > 1e-12 {
		t.Errorf("union %v, want .5", v)
	}
	// Upstreams: 60 before .8, 72 before .2 of the addresses: .64+.04.
	if v := value(t, got[0].Concentration()); math.Abs(v-.68) > 1e-12 {
		t.Errorf("concentration %v, want .68", v)
	}
	// One network: 80 originates all. Chokepoints among all networks: {80}, and
	// nothing can be added.
	if c := got[0].Cuts[0]; len(c.ASNs) != 1 || c.ASNs[0] != 80 || value(t, c.Estimate()) != 1 {
		t.Errorf("%+v", c)
	}
}

// TestCuts compares the search with all sets, on random tables.
func TestCuts(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 3))
	for range 30 {
		var routes []string
		type seen struct {
			w    float64
			path []sightline.ASN
		}
		var all []seen
		for peer := 1; peer <= 4; peer++ {
			for i := range 16 {
				path := []int{20 + rng.IntN(6), 30 + rng.IntN(6), 40 + rng.IntN(6)}
				routes = append(routes, fmt.Sprintf("%d 10.0.%d.0/24 %d %d %d", peer, i, path[0], path[1], path[2]))
				all = append(all, seen{1. / 64, []sightline.ASN{sightline.ASN(path[0]), sightline.ASN(path[1]), sightline.ASN(path[2])}})
			}
		}
		got, err := exposure.ComputeUnion(exposure.UnionOptions{World: world(t, routes...), Replicates: -1})
		if err != nil {
			t.Fatal(err)
		}
		var asns []sightline.ASN
		for _, r := range got[0].ByNetwork {
			asns = append(asns, r.ASN)
		}
		share := func(set ...sightline.ASN) (v float64) {
			for _, s := range all {
				if slices.ContainsFunc(s.path, func(a sightline.ASN) bool { return slices.Contains(set, a) }) {
					v += s.w
				}
			}
			return v
		}
		var best [3]float64
		for i, a := range asns {
			best[0] = max(best[0], share(a))
			for j, b := range asns[i+1:] {
				best[1] = max(best[1], share(a, b))
				for _, c := range asns[i+1+j+1:] {
					best[2] = max(best[2], share(a, b, c))
				}
			}
		}
		for k, c := range got[0].Cuts {
			if v := value(t, c.Estimate()); math.Abs(v-best[k]) > 1e-9 || !c.Exact || math.Abs(share(c.ASNs...)-v) > 1e-9 {
				t.Fatalf("%d networks: %v by %v, want %v", k+1, v, c.ASNs, best[k])
			}
		}
	}
}

// TestUnionBounds: a union lies between its largest part and the sum of its
// parts, within 0 and 1, and so do the intervals.
func TestUnionBounds(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 3))
	for range 20 {
		var routes []string
		for peer := 1; peer <= 9; peer++ {
			for i := range 12 {
				routes = append(routes, fmt.Sprintf("%d 10.0.%d.0/24 %d %d %d", peer, i, 20+rng.IntN(6), 30+rng.IntN(6), 40+rng.IntN(6)))
			}
		}
		o := exposure.UnionOptions{World: world(t, routes...), Owners: exposure.Owners{"a": {20, 31}, "b": {31, 42}, "ab": {20, 31, 42}},
			Nationality: map[sightline.ASN]sightline.Country{20: country(t, "CN"), 30: kenya}}
		got, err := exposure.ComputeUnion(o)
		if err != nil {
			t.Fatal(err)
		}
		v := map[string]float64{}
		for i := range got[0].Owners {
			r := &got[0].Owners[i]
			v[r.Owner] = value(t, r.Estimate())
			if x := value(t, r.Transit()); x > v[r.Owner]+1e-12 || x < 0 {
				t.Errorf("transit %v of union %v", x, v[r.Owner])
			}
			if low, high := r.Ranks(); low < 1 || high > 3 || low > high {
				t.Errorf("ranks %d to %d", low, high)
			}
		}
		if v["ab"] > v["a"]+v["b"]+1e-12 || v["ab"] < max(v["a"], v["b"])-1e-12 || v["ab"] > 1 {
			t.Errorf("%v", v)
		}
		value(t, got[0].Foreign())
		for i, c := range got[0].Cuts {
			if c.ASNs[0] != 30 || i > 0 {
				t.Errorf("the one domestic network is 30: %+v", got[0].Cuts)
			}
		}
	}
}

// TestFloor: below three monitor networks nothing is said.
func TestFloor(t *testing.T) {
	o := exposure.UnionOptions{World: world(t, "1 10.0.0.0/24 20 30", "2 10.0.0.0/24 20 30"), Owners: exposure.Owners{"S": {20}}}
	got, err := exposure.ComputeUnion(o)
	if err != nil {
		t.Fatal(err)
	}
	if e := got[0].Owners[0].Estimate(); e.State != sightline.TooLittleData || e.Check() != nil || !e.Value.IsZero() {
		t.Errorf("%+v", e)
	}
	// A monitor inside the owner's network does not count.
	o = exposure.UnionOptions{World: world(t, "1 10.0.0.0/24 20 30", "2 10.0.0.0/24 20 30", "3 10.0.0.0/24 20 30", "4 10.0.0.0/24 50 30"), Owners: exposure.Owners{"S": {4, 20}}}
	if got, err = exposure.ComputeUnion(o); err != nil {
		t.Fatal(err)
	}
	if e := got[0].Owners[0].Estimate(); e.N != 3 || e.Denominator != 4 || value(t, e) != 1 {
		t.Errorf("%+v", e)
	}
}

// text prints every value of every engine.
func everything(t testing.TB, x *paths.Table, c ctiCase, o exposure.CTIOptions) string {
	t.Helper()
	var b strings.Builder
	show := func(what string, a sightline.ASN, e sightline.Estimate) {
		if err := e.Check(); err != nil {
			t.Fatal(err)
		}
		for _, n := range []sightline.Number{e.Value, e.Low, e.High} {
			if v, ok := n.Get(); ok && (v < 0 || v > 1) {
				t.Fatalf("%s %v: %v", what, a, v)
			}
		}
		fmt.Fprintln(&b, what, a, e.State, e.Value, e.Low, e.High, e.N, e.Denominator)
	}
	h, err := exposure.ComputeHegemony(x, exposure.HegemonyOptions{FullFeed: 2000, Replicates: 20})
	if err != nil {
		t.Fatal(err)
	}
	for i := range h.Rows {
		show(h.Rows[i].Scope.String(), h.Rows[i].ASN, h.Estimate(&h.Rows[i]))
	}
	o.Table = x
	o.Replicates = 20
	ctis, err := exposure.ComputeCTI(o)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range ctis {
		for i := range c.Rows {
			low, high := c.Rows[i].Ranks()
			show(fmt.Sprint("cti ", c.Country, low, high), c.Rows[i].ASN, c.Rows[i].Estimate())
		}
	}
	unions, err := exposure.ComputeUnion(exposure.UnionOptions{World: o.World, Replicates: 20, Owners: exposure.Owners{"big": {174, 1299, 3356}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range unions {
		show("big "+u.Country.Code(), 0, u.Owners[0].Estimate())
		for i := range u.Cuts {
			show(fmt.Sprint("cut ", u.Country, u.Cuts[i].ASNs, u.Cuts[i].Exact), 0, u.Cuts[i].Estimate())
		}
	}
	ch, err := exposure.ComputeCountryHegemony(x, exposure.HegemonyOptions{FullFeed: 2000, Replicates: 20}, exposure.OriginAddresses(x, o.Locator), nil, false)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range ch {
		for i := range c.Rows {
			show("country "+c.Country.Code(), c.Rows[i].ASN, c.Rows[i].Estimate())
		}
	}
	return b.String()
}

// TestSameBytes: the order of entries, a collector given twice under two
// names, and the number of cores change no byte of what comes out.
func TestSameBytes(t *testing.T) {
	c := ctiCases[0]
	o := c.options(t)
	want := everything(t, o.Table, c, o)
	if strings.Count(want, "\n") < 10_000 {
		t.Fatalf("%d lines", strings.Count(want, "\n"))
	}

	b := paths.NewBuilder()
	load(t, b, "zz-copy", c.rib)
	load(t, b, c.collector, c.rib)
	if got := everything(t, b.Table(), c, o); got != want {
		t.Error("a second copy of the collector changes the result")
	}

	// All entries in another order.
	type entry struct {
		peer int
		p    netip.Prefix
		id   paths.ID
	}
	var entries []entry
	for i := range o.Table.Len() {
		ps, ids := o.Table.At(i)
		for k := range ps {
			entries = append(entries, entry{int(ps[k]), o.Table.Prefix(i), ids[k]})
		}
	}
	rng := rand.New(rand.NewPCG(1, 9))
	rng.Shuffle(len(entries), func(i, j int) { entries[i], entries[j] = entries[j], entries[i] })
	var peers []mrt.Peer
	for _, p := range o.Table.Peers() {
		peers = append(peers, mrt.Peer{Addr: p.Addr, ASN: p.ASN})
	}
	b = paths.NewBuilder()
	f := b.Feed(c.collector)
	for _, e := range entries {
		if err := f.Add(&mrt.Elem{Kind: mrt.Held, Peer: e.peer, Prefix: e.p, Path: o.Table.Path(e.id)}, peers); err != nil {
			t.Fatal(err)
		}
	}
	if got := everything(t, b.Table(), c, o); got != want {
		a, z := strings.Split(want, "\n"), strings.Split(got, "\n")
		for i := range min(len(a), len(z)) {
			if a[i] != z[i] {
				t.Fatalf("another order of entries changes the result: %q, was %q", z[i], a[i])
			}
		}
		t.Fatal("another order of entries changes the result")
	}
}

// TestWithoutEach leaves out each of two collectors.
func TestWithoutEach(t *testing.T) {
	b := paths.NewBuilder()
	load(t, b, "a", shared+"mrt/ripe-bgpdump-tests/test_data/bview.20020722.2337.gz")
	load(t, b, "b", shared+"mrt/mrtparse-samples/quagga_rib")
	var got []string
	err := exposure.WithoutEach(b.Table(), func(c string, rest *paths.Table) error {
		got = append(got, fmt.Sprint(c, " ", rest.Entries()))
		return nil
	})
	if err != nil || !slices.Equal(got, []string{"a 9", "b 115521"}) {
		t.Errorf("%q, %v", got, err)
	}
}
