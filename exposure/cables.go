package exposure

import "sightline"

// Party is somebody who has a part in a cable: an owner or a builder, seen
// from one holder S (a state, nation or firm) whose exposure is asked for.
type Party struct {
	Share sightline.Number // of the cable, 0 to 1; none where it is not stated
	Holds sightline.Truth  // whether S holds any of the party: Unknown where its seat or owners are not on record
	Low   float64          // the least of the party that is S's, 0 to 1
	High  float64          // and the most
}

// Cable is a cable that lands in the country.
type Cable struct {
	Capacity sightline.Number // lit, in any unit; none where it is not on record
	Parties  []Party
	Whole    bool // the parties are all there are
}

// CableShare is what of a country's cables is S's (E3 and E4 of the exposure
// measures, methods 7). Any counts a cable once in which S has any part,
// however many of its parties are S's: a union, not a sum. Part weighs each
// cable by the part that is S's.
type CableShare struct {
	Any, Part CableBounds

	Cables     int
	Held       int  // in which S has a part
	Open       int  // of which it is not known whether S has
	ByCapacity bool // cables weigh by capacity, which is on record for all; otherwise each counts one
}

// CableBounds is a share between the least and the most that it can be: what is
// not known is not S's in Low and S's in High (methods 6.2). Value is what is on
// record as S's. Where that is nothing, while something is not known, there is
// none: a share among what is known would be one of lists that name members and
// hardly ever tell who is none.
type CableBounds struct {
	Value     sightline.Number
	Low, High float64
}

// ShareOfCables computes the shares. Without cables both are empty, with bounds
// of 0 to 1. Members of a consortium whose shares are not stated divide what is
// left of the cable: in equal parts for the value, in any way for the bounds.
// Shares that add up to more than the cable are scaled down to it, and those of
// all parties that add up to less are scaled up.
func ShareOfCables(cables []Cable) CableShare {
	out := CableShare{Cables: len(cables), ByCapacity: len(cables) > 0}
	for _, c := range cables {
		if n, ok := c.Capacity.Get(); !ok || n <= 0 {
			out.ByCapacity = false
		}
	}
	var any, part sums
	for _, c := range cables {
		weight := 1.0
		if out.ByCapacity {
			weight, _ = c.Capacity.Get()
		}
		switch c.holds() {
		case sightline.Yes:
			out.Held++
			any.add(weight, 1, 1, 1)
		case sightline.No:
			any.add(weight, 0, 0, 0)
		default:
			out.Open++
			any.add(weight, 0, 0, 1)
		}
		in, low, high := c.part()
		part.add(weight, in, low, high)
	}
	out.Any, out.Part = any.bounds(), part.bounds()
	return out
}

// sums are of the weights of cables: all, what is on record as S's, and the
// bounds.
type sums struct{ all, in, low, high float64 }

func (s *sums) add(weight, in, low, high float64) {
	s.all += weight
	s.in += weight * in
	s.low += weight * low
	s.high += weight * high
}

func (s *sums) bounds() CableBounds {
	if s.all == 0 {
		return CableBounds{High: 1}
	}
	b := CableBounds{Low: min(1, s.low/s.all)}
	b.High = max(b.Low, min(1, s.high/s.all)) // rounding may put one past the other
	if s.in > 0 || b.High == 0 {
		b.Value = sightline.Num(max(b.Low, min(b.High, s.in/s.all)))
	}
	return b
}

// holds tells whether S has any part in the cable.
func (c Cable) holds() sightline.Truth {
	if len(c.Parties) == 0 {
		return sightline.Unknown
	}
	all := c.Whole
	for _, p := range c.Parties {
		if share, stated := p.Share.Get(); stated && share == 0 {
			continue
		}
		if p.Holds == sightline.Yes {
			return sightline.Yes
		}
		all = all && p.Holds == sightline.No
	}
	if all {
		return sightline.No
	}
	return sightline.Unknown
}

// part is what of the cable is on record as S's, and the bounds of S's part.
func (c Cable) part() (in, low, high float64) {
	stated, not := 0.0, 0.0
	var rest []Party // without a stated share
	for _, p := range c.Parties {
		if s, ok := p.Share.Get(); ok {
			stated += s
		} else {
			rest = append(rest, p)
		}
	}
	scale := 1.0
	if stated > 1 || c.Whole && len(rest) == 0 && stated > 0 {
		scale, stated = 1/stated, 1
	}
	for _, p := range c.Parties {
		if s, ok := p.Share.Get(); ok {
			in += scale * s * p.Low
			not += scale * s * (1 - p.High)
		}
	}
	low, high = in, stated-not
	left := 1 - stated
	switch {
	case left < 1e-9:
	case !c.Whole || len(rest) == 0:
		high += left // nobody knows whose it is
	default:
		least, most, n := 1.0, 0.0, float64(len(rest))
		for _, p := range rest {
			least, most = min(least, p.Low), max(most, p.High)
			in += left / n * p.Low
		}
		low += left * least
		high += left * most
	}
	return in, low, high
}
