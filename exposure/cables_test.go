package exposure_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"sightline"
	"sightline/exposure"
)

var (
	theirs  = exposure.Party{Holds: sightline.Yes, Low: 1, High: 1}
	others  = exposure.Party{Holds: sightline.No}
	nobodys = exposure.Party{Holds: sightline.Unknown, High: 1} // its seat is not on record
)

func of(p exposure.Party, share float64) exposure.Party {
	p.Share = sightline.Num(share)
	return p
}

func show(b exposure.CableBounds) string {
	v := "none"
	if n, ok := b.Value.Get(); ok {
		v = fmt.Sprintf("%.6f", n)
	}
	return fmt.Sprintf("%s [%.6f, %.6f]", v, b.Low, b.High)
}

// Worked by hand.
func TestShareOfCables(t *testing.T) {
	for _, c := range []struct {
		name      string
		cables    []exposure.Cable
		any, part string
	}{{
		// A is S's alone; in B two of four members are S's, without shares; C has two
		// other owners; of D nothing is known.
		// Any: A and B of four, and perhaps D.
		// Part: A 1, B between 0 and 1 and by equal parts 1/2, C 0, D between 0 and 1:
		// (1 + 1/2)/4, from 1/4 to 3/4.
		"union, not sum", []exposure.Cable{
			{Parties: []exposure.Party{theirs}, Whole: true},
			{Parties: []exposure.Party{theirs, theirs, others, others}, Whole: true},
			{Parties: []exposure.Party{others, others}, Whole: true},
			{},
		}, "0.500000 [0.500000, 0.750000]", "0.375000 [0.250000, 0.750000]",
	}, {
		// Shares: 20 % S's, 30 % not, and two members without a share, one of them S's,
		// divide 50 %: .2 + .25, from .2 to .7.
		"consortium with some shares", []exposure.Cable{
			{Parties: []exposure.Party{of(theirs, .2), of(others, .3), theirs, others}, Whole: true},
		}, "1.000000 [1.000000, 1.000000]", "0.450000 [0.200000, 0.700000]",
	}, {
		// Of a list that is not whole, 15 % is known to be S's and 25 % not: .15, which
		// can be up to .75.
		"list that is not whole", []exposure.Cable{
			{Parties: []exposure.Party{of(theirs, .15), of(others, .25), others}},
		}, "1.000000 [1.000000, 1.000000]", "0.150000 [0.150000, 0.750000]",
	}, {
		// A firm of which S holds 51 % owns a cable: any part is a part.
		"owned in part", []exposure.Cable{
			{Parties: []exposure.Party{{Holds: sightline.Yes, Low: .51, High: .51}}, Whole: true},
			{Parties: []exposure.Party{others}, Whole: true},
		}, "0.500000 [0.500000, 0.500000]", "0.255000 [0.255000, 0.255000]",
	}, {
		// Nothing that is known is S's, and one cable is not known: no zero.
		"never zero", []exposure.Cable{
			{Parties: []exposure.Party{others}, Whole: true},
			{Parties: []exposure.Party{others, nobodys}, Whole: true},
		}, "none [0.000000, 0.500000]", "none [0.000000, 0.500000]",
	}, {
		"a true zero", []exposure.Cable{{Parties: []exposure.Party{others}, Whole: true}}, "0.000000 [0.000000, 0.000000]", "0.000000 [0.000000, 0.000000]",
	}, {
		"nothing known", []exposure.Cable{{}, {}}, "none [0.000000, 1.000000]", "none [0.000000, 1.000000]",
	}, {
		"no cables", nil, "none [0.000000, 1.000000]", "none [0.000000, 1.000000]",
	}, {
		// Capacities 30, 10 and 60: S has the first, and half of the second by share.
		"capacity", []exposure.Cable{
			{Capacity: sightline.Num(30), Parties: []exposure.Party{theirs}, Whole: true},
			{Capacity: sightline.Num(10), Parties: []exposure.Party{of(theirs, .5), of(others, .5)}, Whole: true},
			{Capacity: sightline.Num(60), Parties: []exposure.Party{others}, Whole: true},
		}, "0.400000 [0.400000, 0.400000]", "0.350000 [0.350000, 0.350000]",
	}, {
		// One capacity is missing, so cables are counted.
		"capacity of some", []exposure.Cable{
			{Capacity: sightline.Num(30), Parties: []exposure.Party{theirs}, Whole: true},
			{Parties: []exposure.Party{others}, Whole: true},
		}, "0.500000 [0.500000, 0.500000]", "0.500000 [0.500000, 0.500000]",
	}, {
		// Shares of two sources add up to 1.25: 100/125 of the cable.
		"shares beyond the cable", []exposure.Cable{
			{Parties: []exposure.Party{of(theirs, 1), of(others, .25)}, Whole: true},
		}, "1.000000 [1.000000, 1.000000]", "0.800000 [0.800000, 0.800000]",
	}, {
		// A part that was given up is none.
		"share of nothing", []exposure.Cable{
			{Parties: []exposure.Party{of(theirs, 0), of(others, 1)}, Whole: true},
		}, "0.000000 [0.000000, 0.000000]", "0.000000 [0.000000, 0.000000]",
	}} {
		s := exposure.ShareOfCables(c.cables)
		if show(s.Any) != c.any || show(s.Part) != c.part {
			t.Errorf("%s: any %s, part %s; want %s, %s", c.name, show(s.Any), show(s.Part), c.any, c.part)
		}
	}
}

// For any cables: bounds hold the value and stay within 0 and 1, the part is
// never more than the union, what becomes known never widens the bounds, and
// the order of cables and parties changes nothing.
func TestShareOfCablesProperties(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		var cables []exposure.Cable
		for range rng.IntN(6) {
			c := exposure.Cable{Whole: rng.IntN(2) == 0}
			for range rng.IntN(5) {
				p := []exposure.Party{theirs, others, nobodys, {Holds: sightline.Yes, Low: .5, High: 1}}[rng.IntN(4)]
				if rng.IntN(3) == 0 {
					p = of(p, float64(1+rng.IntN(9))/10)
				}
				c.Parties = append(c.Parties, p)
			}
			cables = append(cables, c)
		}
		s := exposure.ShareOfCables(cables)
		for _, b := range []exposure.CableBounds{s.Any, s.Part} {
			v, ok := b.Value.Get()
			if b.Low < 0 || b.High > 1 || b.Low > b.High+1e-12 || ok && (v < b.Low || v > b.High) {
				t.Fatalf("%+v: %s", cables, show(b))
			}
			if ok && v == 0 && b.High > 0 {
				t.Fatalf("a zero that nobody knows: %s", show(b))
			}
		}
		if s.Part.High > s.Any.High+1e-12 || s.Part.Low > s.Any.Low+1e-12 {
			t.Fatalf("%+v: part %s beyond any %s", cables, show(s.Part), show(s.Any))
		}
		turned := make([]exposure.Cable, len(cables))
		for i, c := range cables {
			turned[len(cables)-1-i] = exposure.Cable{Whole: c.Whole}
			for j := range c.Parties {
				turned[len(cables)-1-i].Parties = append(turned[len(cables)-1-i].Parties, c.Parties[len(c.Parties)-1-j])
			}
		}
		if r := exposure.ShareOfCables(turned); show(r.Any) != show(s.Any) || show(r.Part) != show(s.Part) {
			t.Fatalf("%+v: %s, %s turned round", cables, show(s.Part), show(r.Part))
		}
		for i, c := range cables { // what is open becomes known
			if len(c.Parties) == 0 {
				known := append([]exposure.Cable(nil), cables...)
				known[i] = exposure.Cable{Parties: []exposure.Party{others}, Whole: true}
				if k := exposure.ShareOfCables(known); k.Any.High > s.Any.High+1e-12 || k.Any.Low < s.Any.Low-1e-12 {
					t.Fatalf("%s became %s", show(s.Any), show(k.Any))
				}
			}
		}
	}
}
