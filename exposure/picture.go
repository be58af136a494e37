package exposure

import (
	"slices"

	"sightline"
	"sightline/exposure/paths"
)

// The thresholds of a full feed, in prefixes, as the Internet Health Report has
// them.
const (
	FullFeed4 = 600_000
	FullFeed6 = 80_000
)

// Threshold is how many prefixes a peer of the table must exceed to count as a
// full feed, where nobody says: the usual threshold, or three quarters of the
// largest peer's where all are smaller (small), a rule of our choosing.
func Threshold(t *paths.Table, v6 bool) (threshold int, small bool) {
	largest := 0
	for i := range t.Peers() {
		largest = max(largest, t.Count(i, v6))
	}
	threshold = FullFeed4
	if v6 {
		threshold = FullFeed6
	}
	if largest <= threshold {
		return largest * 3 / 4, true
	}
	return threshold, false
}

// PlacedBy looks a peer up in known, and, where it is not listed there, takes
// the country of its network for its place and more than threshold IPv4
// prefixes for a full feed. Either may be nil.
func PlacedBy(known Monitors, nationality map[sightline.ASN]sightline.Country, t *paths.Table, threshold int) Monitors {
	counts := map[paths.Peer]int{}
	for i, p := range t.Peers() {
		counts[p] = t.Count(i, false)
	}
	return func(p paths.Peer) (Monitor, bool) {
		if known != nil {
			if m, ok := known(p); ok {
				return m, true
			}
		}
		c, ok := nationality[p.ASN]
		return Monitor{Country: c, Confident: true, FullFeed: counts[p] > threshold}, ok
	}
}

// PictureOptions say what is known beside the routes.
type PictureOptions struct {
	Table         *paths.Table
	Locator       Locator
	Known         Monitors                            // nil: places of monitors are those of their networks
	Nationality   map[sightline.ASN]sightline.Country // of networks; nil is not known
	Relationships *Relationships                      // nil: no transit influence
	Owners        Owners
	Countries     []sightline.Country // nil is all
	Seed          uint64
}

// Picture is what all measures together say of one country. Country hegemony
// is weighted by addresses.
type Picture struct {
	Country  sightline.Country
	Hegemony CountryHegemony
	CTI      *CTICountry // nil without relationships
	Union    CountryUnion
}

// ComputePictures computes every measure for the countries asked for, in the
// order of their codes, and the coverage they rest on. A country that no route
// reaches has a picture without rows.
func ComputePictures(o PictureOptions) ([]Picture, Coverage, error) {
	threshold, _ := Threshold(o.Table, false)
	index := NewIndex(o.Table)
	w := World{Table: o.Table, Index: index, Locator: o.Locator, Countries: o.Countries, Monitors: PlacedBy(o.Known, o.Nationality, o.Table, threshold)}
	_, cover := fullFeeds(o.Table, false, threshold)
	hegemony, err := ComputeCountryHegemony(o.Table, HegemonyOptions{FullFeed: threshold, Seed: o.Seed, Index: index}, OriginAddresses(o.Table, o.Locator), o.Countries, false)
	if err != nil {
		return nil, cover, err
	}
	union, err := ComputeUnion(UnionOptions{World: w, Owners: o.Owners, Nationality: o.Nationality, Seed: o.Seed})
	if err != nil {
		return nil, cover, err
	}
	var cti []CTICountry
	if o.Relationships != nil {
		if cti, err = ComputeCTI(CTIOptions{World: w, Relationships: o.Relationships, Seed: o.Seed}); err != nil {
			return nil, cover, err
		}
	}
	var out []Picture
	at := func(c sightline.Country) *Picture {
		i, ok := slices.BinarySearchFunc(out, c, func(p Picture, c sightline.Country) int { return compareCountries(p.Country, c) })
		if !ok {
			out = slices.Insert(out, i, Picture{Country: c, Hegemony: CountryHegemony{Country: c}, Union: CountryUnion{Country: c}})
		}
		return &out[i]
	}
	for _, h := range hegemony {
		at(h.Country).Hegemony = h
	}
	for _, u := range union {
		at(u.Country).Union = u
	}
	for i := range cti {
		at(cti[i].Country).CTI = &cti[i]
	}
	return out, cover, nil
}
