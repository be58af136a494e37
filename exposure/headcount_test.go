package exposure_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"sightline"
	"sightline/exposure"
)

func head(code string, member sightline.Truth, people float64) exposure.Head {
	c, err := sightline.ParseCountry(code)
	if err != nil {
		panic(err)
	}
	h := exposure.Head{Country: c, Member: member}
	if people >= 0 {
		h.People = sightline.Num(people)
	}
	return h
}

func share(t *testing.T, c exposure.HeadCount) float64 {
	t.Helper()
	v, ok := c.Share.Get()
	if !ok {
		t.Fatal("no share")
	}
	return v
}

// Three countries of 50, 30 and 20 people. A is a member: 50/100. Against a
// published total of 125, it is 50/125, and 25 people have no row.
func TestCountHeads(t *testing.T) {
	heads := []exposure.Head{head("KE", sightline.Yes, 50), head("UG", sightline.No, 30), head("TZ", sightline.No, 20)}
	c := exposure.CountHeads(heads, sightline.Number{}, sightline.Number{})
	if share(t, c) != .5 || c.Low != .5 || c.High != .5 || c.Members != 1 || c.Listed != 3 || !c.Bounded {
		t.Errorf("%+v", c)
	}
	c = exposure.CountHeads(heads, sightline.Num(125), sightline.Number{})
	if share(t, c) != .4 || c.Low != .4 || c.High != .4 {
		t.Errorf("against a total: %+v", c)
	}
}

// The second country may have joined: the share leaves it out, and the most
// that it can be holds it, 80/100. A member without a figure is named, and
// with at most 100 people makes at most (50+100)/(100+100) without a total;
// another country without a figure makes it at least 50/(100+60).
func TestCountHeadsSaysWhatIsMissing(t *testing.T) {
	c := exposure.CountHeads([]exposure.Head{head("KE", sightline.Yes, 50), head("UG", sightline.Unknown, 30), head("TZ", sightline.No, 20)}, sightline.Number{}, sightline.Number{})
	if share(t, c) != .5 || c.High != .8 || len(c.Unsure) != 1 {
		t.Errorf("unsure: %+v", c)
	}
	lost, other := head("RW", sightline.Yes, -1), head("BI", sightline.No, -1)
	lost.Most, other.Most = sightline.Num(100), sightline.Num(60)
	heads := []exposure.Head{head("KE", sightline.Yes, 50), head("UG", sightline.No, 50), lost, other}
	c = exposure.CountHeads(heads, sightline.Number{}, sightline.Number{})
	if share(t, c) != .5 || c.Low != 50./160 || c.High != .75 || len(c.Missing) != 1 || c.Missing[0].Code() != "RW" {
		t.Errorf("missing: %+v", c)
	}
	// With a total of 110, ten people are left for what has no row: 60/110.
	c = exposure.CountHeads(heads, sightline.Num(110), sightline.Number{})
	if c.Low != 50./110 || c.High != 60./110 {
		t.Errorf("bounded by the total: %+v", c)
	}
	// A member whose size nobody knows bounds nothing.
	lost.Most = sightline.Number{}
	if c = exposure.CountHeads([]exposure.Head{head("KE", sightline.Yes, 50), lost}, sightline.Number{}, sightline.Number{}); c.Bounded {
		t.Errorf("bounded by nothing: %+v", c)
	}
	// Two without a size share a rest of 30 people: at most (50+30)/(50+30) for
	// the member, at least 50/(50+30) for the other.
	other.Most = sightline.Number{}
	c = exposure.CountHeads([]exposure.Head{head("KE", sightline.Yes, 50), lost, other}, sightline.Number{}, sightline.Num(30))
	if !c.Bounded || c.Low != 50./80 || c.High != 1 {
		t.Errorf("bounded by the rest: %+v", c)
	}
}

func TestCountHeadsOfNobodyHasNoShare(t *testing.T) {
	if v, ok := exposure.CountHeads([]exposure.Head{head("KE", sightline.No, 50)}, sightline.Num(50), sightline.Number{}).Share.Get(); ok {
		t.Errorf("no member, and a share of %v", v)
	}
	if v, ok := exposure.CountHeads(nil, sightline.Number{}, sightline.Number{}).Share.Get(); ok {
		t.Errorf("nothing, and a share of %v", v)
	}
}

// Shares stay between their bounds and inside 0 to 1; a further member never
// lowers one; and those of a partition of the world's rows add up to the share
// of all rows.
func TestHeadCountProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	countries := sightline.Countries()
	for range 300 {
		n := 2 + r.IntN(40)
		a, b := make([]exposure.Head, n), make([]exposure.Head, n)
		sum := 0.0
		for i := range n {
			people := float64(r.IntN(1000))
			h := exposure.Head{Country: countries[i], Member: sightline.Truth(r.IntN(3))}
			if h.Most = sightline.Num(people); r.IntN(4) > 0 {
				h.People = sightline.Num(people)
				sum += people
			}
			a[i], b[i] = h, h
			switch h.Member {
			case sightline.Yes:
				b[i].Member = sightline.No
			case sightline.No:
				b[i].Member = sightline.Yes
			}
		}
		world := sightline.Number{}
		if r.IntN(2) == 0 {
			world = sightline.Num(sum + float64(r.IntN(500)) + 1)
		}
		c := exposure.CountHeads(a, world, sightline.Number{})
		if v, ok := c.Share.Get(); ok {
			if v < c.Low-1e-12 || v > c.High+1e-12 || c.Low < 0 || c.High > 1+1e-12 {
				t.Fatalf("%v outside %v to %v", v, c.Low, c.High)
			}
			if i := r.IntN(n); a[i].Member == sightline.No {
				more := append([]exposure.Head(nil), a...)
				more[i].Member = sightline.Yes
				if w := share(t, exposure.CountHeads(more, world, sightline.Number{})); w < v-1e-12 {
					t.Fatalf("a further member lowers %v to %v", v, w)
				}
			}
		}
	}
	heads := []exposure.Head{head("KE", sightline.Yes, 5), head("UG", sightline.No, 7), head("TZ", sightline.Yes, 11)}
	x := share(t, exposure.CountHeads(heads, sightline.Num(30), sightline.Number{}))
	for i := range heads {
		heads[i].Member = 3 - heads[i].Member
	}
	y := share(t, exposure.CountHeads(heads, sightline.Num(30), sightline.Number{}))
	if math.Abs(x+y-23./30) > 1e-12 {
		t.Errorf("%v and %v", x, y)
	}
}
