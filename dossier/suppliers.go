package dossier

import (
	"cmp"
	"slices"
	"strings"

	"sightline"
	"sightline/interference"
	"sightline/internal/order"
)

// Suppliers lists what a store documents of the makers of filtering products
// in a country, as the attribution ladder of a verdict asks for it. Only claims
// of the class control count.
//
//   - vendor: the maker supplies the country, or its product was seen there;
//   - owner: owned_by of the maker;
//   - contract: the agreement or project that such a claim names;
//   - decision-maker: the body, organisation or country that is documented as
//     the product's user. The other side of a contract is not taken for it.
func Suppliers(store sightline.Store, o Options) ([]interference.Supplier, error) {
	v, err := newView(store, nil, o)
	if err != nil {
		return nil, err
	}
	return v.suppliers(), nil
}

func (v *view) suppliers() []interference.Supplier {
	byVendor := map[string]*interference.Supplier{}
	firms := map[sightline.EntityID]string{}
	step := func(rung, vendor string, id sightline.EntityID, c *sightline.Claim) {
		s := byVendor[vendor]
		if s == nil {
			s = &interference.Supplier{Vendor: vendor, Country: v.options.Country}
			byVendor[vendor] = s
		}
		x := interference.Step{Rung: rung, Entity: id, Name: v.name(id), Claim: c.ID, Valid: c.Valid}
		for _, e := range v.edges[c.ID] {
			if w := e.Record.Claim(); slices.Contains(w.Disputes, c.ID) {
				x.Against = append(x.Against, w.ID)
			}
		}
		s.Steps = append(s.Steps, x)
	}
	for _, s := range v.supplies() {
		c := s.Record.Claim()
		vendor, known := v.maker(s.supplier)
		if !known || c.Class() != sightline.ClassControl {
			continue
		}
		firms[s.supplier] = vendor
		step(interference.RungVendor, vendor, s.supplier, c)
		for _, key := range []string{"agreement", "project"} {
			if id := sightline.EntityID(c.Qualifiers[key]); id != "" {
				step(interference.RungContract, vendor, id, c)
			}
		}
		if c.Predicate == sightline.UsesProduct {
			step(interference.RungDecision, vendor, c.Subject, c)
		}
	}
	for _, e := range v.claims {
		if c := e.Record.Claim(); c.Predicate == sightline.OwnedBy && c.Object.Entity != "" {
			if vendor, ok := firms[c.Subject]; ok {
				step(interference.RungOwner, vendor, c.Object.Entity, c)
			}
		}
	}
	var out []interference.Supplier
	for _, s := range byVendor {
		order.By(s.Steps, func(a, b interference.Step) int {
			return cmp.Or(cmp.Compare(a.Rung, b.Rung), cmp.Compare(a.Claim, b.Claim), cmp.Compare(a.Entity, b.Entity))
		})
		out = append(out, *s)
	}
	order.By(out, func(a, b interference.Supplier) int { return cmp.Compare(a.Vendor, b.Vendor) })
	return out
}

// maker is the vendor of fingerprints that a firm is, by its slug or one of its
// names.
func (v *view) maker(id sightline.EntityID) (string, bool) {
	_, slug, _ := strings.Cut(string(id), "/")
	names := []string{slug}
	if e := v.entity(id); e != nil {
		names = append(append(names, e.Name), e.Names...)
	}
	for _, n := range names {
		if vendor, ok := interference.VendorNamed(n); ok {
			return vendor, true
		}
	}
	return "", false
}
