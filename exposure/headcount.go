package exposure

import "sightline"

// Head is a country or territory in a head-count.
type Head struct {
	Country sightline.Country
	Member  sightline.Truth  // Unknown: it may have joined by the date, the list cannot tell
	People  sightline.Number // how many count; none where the series has no figure
	Most    sightline.Number // how many there can be at most where there is no figure; none where nobody knows
}

// HeadCount is a membership as a share of the world (E1 of the exposure
// measures: sum over members of U, over the sum over all of U). It is a count
// of people who live in the members, and says nothing on what anybody sees.
type HeadCount struct {
	Share   sightline.Number // none when no member has a figure
	Low     float64          // the least that it can be, whatever is missing
	High    float64          // and the most
	Bounded bool             // false when nothing bounds what is missing: Low and High then leave it out

	Members  int       // members that the share counts
	Listed   int       // countries and territories with a figure, members or not
	Missing  []Missing // members without a figure
	Unsure   []sightline.Country
	Unlisted float64 // people of the world's total whom the series lists under no row here
}

// Missing is a member without a figure.
type Missing struct {
	Country sightline.Country
	Most    sightline.Number
}

// CountHeads computes the share. World is the publisher's own total; where
// there is none, the sum of all figures stands in for it, and what has no
// figure widens the bounds: a member without one counts as nobody in Low and
// as all its people in High.
func CountHeads(heads []Head, world sightline.Number) HeadCount {
	var c HeadCount
	c.Bounded = true
	var all, in, unsure, missingIn, missingOut float64
	for _, h := range heads {
		n, known := h.People.Get()
		if known {
			c.Listed++
			all += n
		}
		most, bounded := h.Most.Get()
		switch {
		case known && h.Member == sightline.Yes:
			c.Members++
			in += n
		case known && h.Member == sightline.Unknown:
			unsure += n
			c.Unsure = append(c.Unsure, h.Country)
		case !known && h.Member != sightline.No:
			if h.Member == sightline.Yes {
				c.Missing = append(c.Missing, Missing{h.Country, h.Most})
			} else {
				c.Unsure = append(c.Unsure, h.Country)
			}
			missingIn += most
			c.Bounded = c.Bounded && bounded
		case !known && bounded:
			missingOut += most
		}
	}
	total := all
	if w, ok := world.Get(); ok {
		// The publisher's total holds those without a row: they bound what is
		// missing better than anything else.
		total = w
		c.Unlisted = max(0, w-all)
		if missingIn > c.Unlisted || !c.Bounded {
			missingIn, c.Bounded = c.Unlisted, true
		}
		missingOut = 0
		if total > 0 && c.Members > 0 {
			c.Share, c.Low = sightline.Num(in/total), in/total
			if len(c.Missing)+len(c.Unsure) == 0 {
				missingIn = 0
			}
			c.High = min(1, (in+unsure+missingIn)/total)
		}
		return c
	}
	if total > 0 && c.Members > 0 {
		c.Share = sightline.Num(in / total)
		c.Low = in / (total + missingOut)
		c.High = (in + unsure + missingIn) / (total + missingIn)
	}
	return c
}
