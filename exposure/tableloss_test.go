package exposure_test

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"

	"sightline"
	"sightline/exposure"
	"sightline/exposure/paths"
	"sightline/internal/mrtmake"
	"sightline/mrt"
)

// tableOf makes the table of one collector from lines of mrtmake.
func tableOf(t *testing.T, text string) *paths.Table {
	t.Helper()
	b, err := mrtmake.Make(text)
	if err != nil {
		t.Fatal(err)
	}
	p := paths.NewBuilder()
	if err := p.Feed("one").Read(mrt.NewReader(bytes.NewReader(b), mrt.Options{}), nil); err != nil {
		t.Fatal(err)
	}
	return p.Finish()
}

func nation(t *testing.T, code string) sightline.Country {
	t.Helper()
	c, err := sightline.ParseCountry(code)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// monitorsOfLoss are five monitors abroad and one in Myanmar (AS9988).
var monitorsOfLoss = []int{3257, 1299, 6762, 6453, 7018, 9988}

// ribOf lists tables in which each of some monitors, by place, reaches ten
// prefixes of Myanmar's AS132167 and thirty of others. seen says which of the
// ten a monitor has.
func ribOf(monitors []int, seen func(monitor, prefix int) bool, more ...string) string {
	var rib strings.Builder
	for i, m := range monitorsOfLoss {
		fmt.Fprintf(&rib, "peer 192.0.2.%d %d\n", i+1, m)
	}
	rib.WriteString("time 1612576800\n")
	for prefix := range 40 {
		behind := "24757 132167"
		if prefix >= 10 {
			behind = "24757 37061"
		}
		for _, i := range monitors {
			if prefix >= 10 || seen(i, prefix) {
				fmt.Fprintf(&rib, "held %d 103.0.%d.0/24 %d %s\n", i+1, prefix, monitorsOfLoss[i], behind)
			}
		}
	}
	return rib.String() + strings.Join(more, "\n")
}

// TestCompareTables: what is a loss, and what is none.
func TestCompareTables(t *testing.T) {
	myanmar := nation(t, "MM")
	where := map[sightline.ASN]sightline.Country{132167: myanmar, 9988: myanmar, 37061: nation(t, "KE"), 3257: nation(t, "DE"), 1299: nation(t, "SE"), 6762: nation(t, "IT"), 6453: nation(t, "US"), 7018: nation(t, "US")}
	all := []int{0, 1, 2, 3, 4}
	full := func(int, int) bool { return true }
	two := func(_, prefix int) bool { return prefix < 2 } // eight of ten went
	whole := tableOf(t, ribOf(all, full))
	lost := func(paths, gone int64, monitors int) []exposure.TableLoss {
		l := exposure.TableLoss{Country: myanmar, Paths: paths, Lost: gone, Prefixes: 10, Gone: 8, Monitors: monitors, Low: .8, High: .8}
		of := l
		of.ASN = 132167
		return []exposure.TableLoss{l, of}
	}
	var last []string // ten prefixes of Myanmar at the end
	for p := range 10 {
		for i := range 5 {
			last = append(last, fmt.Sprintf("held %d 203.0.%d.0/24 %d 24757 132167", i+1, p, monitorsOfLoss[i]))
		}
	}
	for _, c := range []struct {
		name          string
		before, after *paths.Table
		want          []exposure.TableLoss
		lacks         string
		peers         [3]int // that count, of one table alone, shrunk
	}{
		{"eight of ten prefixes", whole, tableOf(t, ribOf(all, two)), lost(50, 40, 5), "", [3]int{5, 0, 0}},
		{"nothing", whole, whole, nil, "", [3]int{5, 0, 0}},
		{"what came back is no loss", tableOf(t, ribOf(all, two)), whole, nil, "", [3]int{5, 0, 0}},
		{"half is not enough", whole, tableOf(t, ribOf(all, func(_, p int) bool { return p < 5 })), nil, "", [3]int{5, 0, 0}},
		{"a peer that vanished", whole, tableOf(t, ribOf(all[:4], full)), nil, "", [3]int{4, 1, 0}},
		{"two peers that vanished, and a loss", whole, tableOf(t, ribOf(all[:3], two)), lost(30, 24, 3), "", [3]int{3, 2, 0}},
		{"most peers fell silent", whole, tableOf(t, ribOf(all[:2], two)), nil, "peers of 2 monitor networks are in both tables; at least 3 are needed", [3]int{2, 3, 0}},
		{"a peer with a fraction left", whole, tableOf(t, ribOf(all[:4], full, "held 5 103.0.30.0/24 7018 24757 37061\n")), nil, "", [3]int{4, 0, 1}},
		{"a table that was cut short", tableOf(t, ribOf(all, full, last...)), tableOf(t, ribOf(all, full)), nil, "peers of 0 monitor networks are in both tables; at least 3 are needed", [3]int{0, 0, 5}},
		{"a prefix that covers them", whole, tableOf(t, ribOf(all, two, "held 1 103.0.0.0/21 3257 24757 132167", "held 2 103.0.0.0/20 1299 132167", "held 3 103.0.0.0/16 6762 1 2\n")), nil, "", [3]int{5, 0, 0}},
		{"a default route covers nothing", whole, tableOf(t, ribOf(all, two, "held 1 0.0.0.0/0 3257", "held 2 0.0.0.0/0 1299", "held 3 96.0.0.0/5 6762\n")), lost(50, 40, 5), "", [3]int{5, 0, 0}},
		{"another origin is no loss", whole, tableOf(t, strings.ReplaceAll(ribOf(all, full), "132167", "24758")), nil, "", [3]int{5, 0, 0}},
		// The monitor at home still has all of it, which is not how it is seen from abroad.
		{"a monitor at home", tableOf(t, ribOf([]int{0, 1, 2, 5}, full)), tableOf(t, ribOf([]int{0, 1, 2, 5}, func(i, p int) bool { return i == 5 || p < 2 })), lost(30, 24, 3), "", [3]int{4, 0, 0}},
		{"two monitors abroad are too few", tableOf(t, ribOf([]int{0, 1, 5}, full)), tableOf(t, ribOf([]int{0, 1, 5}, two)), nil, "", [3]int{3, 0, 0}},
		{"four prefixes are too few", tableOf(t, ribOf(all, func(_, p int) bool { return p < 4 })), tableOf(t, ribOf(all, func(_, p int) bool { return false })), nil, "", [3]int{5, 0, 0}},
	} {
		got := exposure.CompareTables(c.before, c.after, where, 1)
		if !reflect.DeepEqual(got.Losses, c.want) || got.Lacks != c.lacks || [3]int{got.Peers, got.Absent, got.Shrunk} != c.peers {
			t.Errorf("%s: %+v\nwant %+v, %q, peers %v", c.name, got, c.want, c.lacks, c.peers)
		}
		for i := range got.Losses {
			if err := got.Losses[i].Estimate().Check(); err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
		}
	}
	// What came back is found the other way round.
	if got := exposure.CompareTables(tableOf(t, ribOf(all, two)), whole, where, 1); got.Losses != nil || !reflect.DeepEqual(got.Returns, lost(50, 40, 5)) {
		t.Errorf("what came back: %+v", got)
	}
	// A monitor whose country is not known may be at home.
	unplaced := maps.Clone(where)
	delete(unplaced, 3257)
	if got := exposure.CompareTables(whole, tableOf(t, ribOf(all, two)), unplaced, 1).Losses; !reflect.DeepEqual(got, lost(40, 32, 4)) {
		t.Errorf("an unplaced monitor: %+v", got)
	}
	// Without countries of networks the network is found, of no country.
	if got := exposure.CompareTables(whole, tableOf(t, ribOf(all, two)), nil, 1).Losses; len(got) != 1 || got[0].ASN != 132167 || !got[0].Country.IsZero() {
		t.Errorf("without countries: %+v", got)
	}
}

// TestCompareTablesByHand compares random tables with counts made one by one.
func TestCompareTablesByHand(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 21))
	myanmar := nation(t, "MM")
	where := map[sightline.ASN]sightline.Country{101: myanmar, 102: myanmar}
	for _, m := range monitorsOfLoss[:5] {
		where[sightline.ASN(m)] = nation(t, "US")
	}
	found := 0
	for range 60 {
		prefixes := []netip.Prefix{}
		for range 60 {
			a := netip.AddrFrom4([4]byte{103, byte(rng.IntN(16)), byte(rng.IntN(256)), 0})
			prefixes = append(prefixes, netip.PrefixFrom(a, 16+rng.IntN(9)).Masked())
		}
		origins := make([]int, len(prefixes))
		for i := range origins {
			origins[i] = 101 + rng.IntN(3)
		}
		var text [2]string
		var held [2]map[netip.Prefix]map[int]bool
		keeps := .6 * rng.Float64()
		for side := range 2 {
			var b strings.Builder
			for i := range 5 {
				fmt.Fprintf(&b, "peer 192.0.2.%d %d\n", i+1, monitorsOfLoss[i])
			}
			b.WriteString("time 1612576800\n")
			held[side] = map[netip.Prefix]map[int]bool{}
			for i, p := range prefixes {
				for m := range 5 {
					if side == 1 && origins[i] != 103 && rng.Float64() > keeps || held[side][p][m] {
						continue
					}
					if held[side][p] == nil {
						held[side][p] = map[int]bool{}
					}
					held[side][p][m] = true
					fmt.Fprintf(&b, "held %d %s %d %d\n", m+1, p, monitorsOfLoss[m], origins[slices.Index(prefixes, p)])
				}
			}
			for i := range 200 { // what stays
				for m := range 5 {
					fmt.Fprintf(&b, "held %d 198.18.%d.0/24 %d 103\n", m+1, i, monitorsOfLoss[m])
				}
			}
			text[side] = b.String()
		}
		var paths, lost int64
		var all, gone int
		for p, by := range held[0] {
			if origins[slices.Index(prefixes, p)] == 103 {
				continue
			}
			all++
			any := false
			for m := range by {
				paths++
				kept := false
				for q, after := range held[1] {
					kept = kept || after[m] && q.Bits() <= p.Bits() && q.Contains(p.Addr())
				}
				if !kept {
					lost++
				}
			}
			for q, after := range held[1] {
				any = any || len(after) > 0 && q.Bits() <= p.Bits() && q.Contains(p.Addr())
			}
			if !any {
				gone++
			}
		}
		got := exposure.CompareTables(tableOf(t, text[0]), tableOf(t, text[1]), where, 1)
		var whole *exposure.TableLoss
		for i := range got.Losses {
			if got.Losses[i].ASN == 0 {
				whole = &got.Losses[i]
			}
		}
		if is := 2*lost > paths; is != (whole != nil) {
			t.Fatalf("%d of %d paths: %+v", lost, paths, got)
		}
		if whole == nil {
			continue
		}
		found++
		if whole.Paths != paths || whole.Lost != lost || whole.Prefixes != all || whole.Gone != gone || whole.Monitors != 5 {
			t.Fatalf("%+v, want %d of %d paths, %d of %d prefixes", whole, lost, paths, gone, all)
		}
	}
	if found < 5 || found > 55 {
		t.Errorf("%d of 60 random pairs are losses: the test says little", found)
	}
}

func TestApart(t *testing.T) {
	const hour = 3600 * 1_000_000
	one, both := []string{"one"}, []string{"one", "two"}
	for _, c := range []struct {
		hours  sightline.Instant
		a, b   []string
		reason string
	}{
		{24, one, one, ""},
		{25, one, one, "25 hours lie between the tables; at most 24 may"},
		{1, one, both, "the tables are of different collectors: one before, one, two after"},
	} {
		if got := exposure.Apart(0, c.hours*hour, c.a, c.b); got != c.reason {
			t.Errorf("%d hours, %v, %v: %q", c.hours, c.a, c.b, got)
		}
	}
}
