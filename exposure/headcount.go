package exposure

import (
	"slices"

	"sightline"
)

// Head is a country or territory in a head-count.
type Head struct {
	Country sightline.Country
	Member  sightline.Truth  // Unknown: it may have joined by the date, the list cannot tell
	People  sightline.Number // how many count; none where the series has no figure
	Most    sightline.Number // how many there can be at most where there is no figure; none where only the rest is known
}

// HeadCount is a membership as a share of the world (E1 of the exposure
// measures: sum over members of U, over the sum over all of U). It is a count
// of people who live in the members, and says nothing on what anybody sees.
type HeadCount struct {
	Share   sightline.Number // none when no member has a figure
	Low     float64          // the least that it can be, whatever is missing
	High    float64          // and the most
	Bounded bool             // false when nothing bounds what is missing: Low and High then leave it out

	Members int                 // members that the share counts
	Listed  int                 // countries and territories with a figure, members or not
	Missing []sightline.Country // members without a figure
	Unsure  []sightline.Country // the list cannot tell
}

// CountHeads computes the share. World is the publisher's own total; where
// there is none, the sum of all figures stands in for it. What has no figure
// widens the bounds: a member without one counts as nobody in Low and as all
// its people in High. Rest is how many people all those together can have that
// have neither a figure nor a Most; with a total, it is what the figures leave
// of it.
func CountHeads(heads []Head, world, rest sightline.Number) HeadCount {
	c := HeadCount{Bounded: true}
	var all, in, unsure, missingIn, missingOut float64
	restIn, restOut := false, false
	for _, h := range heads {
		n, known := h.People.Get()
		most, bounded := h.Most.Get()
		if known {
			c.Listed++
			all += n
		}
		switch {
		case known && h.Member == sightline.Yes:
			c.Members++
			in += n
		case known && h.Member == sightline.Unknown:
			unsure += n
		case !known && h.Member == sightline.No:
			missingOut += most
			restOut = restOut || !bounded
		case !known:
			missingIn += most
			restIn = restIn || !bounded
		}
		switch {
		case h.Member == sightline.Unknown:
			c.Unsure = append(c.Unsure, h.Country)
		case h.Member == sightline.Yes && !known:
			c.Missing = append(c.Missing, h.Country)
		}
	}
	if w, ok := world.Get(); ok {
		// The total holds those without a row, and bounds them all together.
		rest = sightline.Num(max(0, w-all))
		missingIn, missingOut = 0, 0
		restIn = restIn || slices.ContainsFunc(heads, func(h Head) bool { return h.People.IsZero() && h.Member != sightline.No })
		restOut = false
		all = w
	}
	r, known := rest.Get()
	if restIn {
		missingIn += r
	}
	if restOut {
		missingOut += r
	}
	c.Bounded = known || !restIn && !restOut
	if all <= 0 || c.Members == 0 {
		return c
	}
	c.Share = sightline.Num(in / all)
	c.Low, c.High = in/(all+missingOut), in+unsure+missingIn
	if world.IsZero() {
		c.High /= all + missingIn
	} else {
		c.High = min(1, c.High/all)
	}
	return c
}
