package interference

import (
	"sightline"
)

// Rung is one step of the attribution ladder. Each step needs evidence of its
// own; a step is never read as a higher one.
type Rung struct {
	Name        string   `json:"name"`
	Established bool     `json:"established"`
	What        string   `json:"what,omitzero"`     // what is established
	Evidence    []string `json:"evidence,omitzero"` // measurement id, fingerprint with set, or claim ids
}

// The rungs, from what was seen to who decided. The last is an organisation or
// an office, never a person.
const (
	RungResponse = "response seen"
	RungPage     = "block page matched"
	RungProduct  = "product"
	RungVendor   = "vendor"
	RungOwner    = "owner"
	RungContract = "contract"
	RungDecision = "decision-maker"
)

// NotEstablished is what a rung without evidence reads.
const NotEstablished = "not established"

// Supplier is what a ledger documents of the vendor in the country: the values
// of claims, each with its id.
type Supplier struct {
	Vendor   string // as the fingerprint names it
	Entity   sightline.EntityID
	Country  sightline.Country              // where it supplies
	Owner    sightline.EntityID             // zero if not documented
	Contract sightline.EntityID             // agreement or project; zero if not documented
	Decision sightline.EntityID             // body, organisation or country that ordered it; zero if not documented
	Claims   map[string][]sightline.ClaimID // by rung: RungVendor, RungOwner, RungContract, RungDecision
}

// Ladder is the ladder of one verdict, joined to documented suppliers. A
// supplier counts only for its vendor and in its country. A decision-maker
// that is not a body, an organisation or a country is not taken.
func Ladder(v *Verdict, suppliers ...Supplier) []Rung {
	out := []Rung{{Name: RungResponse}, {Name: RungPage}, {Name: RungProduct}, {Name: RungVendor}, {Name: RungOwner}, {Name: RungContract}, {Name: RungDecision}}
	set := func(i int, what string, evidence ...string) {
		out[i].Established, out[i].What, out[i].Evidence = true, what, evidence
	}
	for i := range out {
		out[i].What = NotEstablished
	}
	if !v.State.Interfered() {
		return out
	}
	what := string(v.Mechanism)
	if what == "" {
		what = v.State.String()
	}
	set(0, what, v.ID)
	f := v.Fingerprint
	if f == nil {
		return out
	}
	set(1, f.Name, v.ID, f.Name+" of "+f.Source)
	if v.Vendor == "" {
		return out
	}
	set(2, v.Product, f.Name+" of "+f.Source)
	set(3, v.Vendor, f.Name+" of "+f.Source)
	for _, s := range suppliers {
		if s.Vendor != v.Vendor || s.Country != v.Country || v.Country.IsZero() {
			continue
		}
		join := func(i int, rung string, id sightline.EntityID) {
			if id == "" || len(s.Claims[rung]) == 0 {
				return
			}
			var ids []string
			for _, c := range s.Claims[rung] {
				ids = append(ids, string(c))
			}
			if i == 3 { // the fingerprint names it already; claims add to that
				out[i].Evidence = append(out[i].Evidence, ids...)
				return
			}
			if !out[i].Established {
				set(i, string(id), ids...)
			}
		}
		join(3, RungVendor, s.Entity)
		join(4, RungOwner, s.Owner)
		join(5, RungContract, s.Contract)
		switch s.Decision.Kind() {
		case sightline.KindBody, sightline.KindOrganization, sightline.KindCountry:
			join(6, RungDecision, s.Decision)
		}
	}
	return out
}
