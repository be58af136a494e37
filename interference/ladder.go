package interference

import (
	"slices"
	"strings"
	"time"

	"sightline"
)

// Rung is one step of the attribution ladder. Each step needs evidence of its
// own; a step is never read as a higher one.
type Rung struct {
	Name        string   `json:"name"`
	Established bool     `json:"established"`
	What        string   `json:"what,omitzero"`     // what is established
	Evidence    []string `json:"evidence,omitzero"` // measurement id, fingerprint with set, or claim ids
	Against     []string `json:"against,omitzero"`  // claims that dispute or deny the evidence

	Claims []sightline.ClaimID `json:"-"` // those among the evidence
	names  []string
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

// Step is one claim of a ledger that speaks to a rung above the product.
type Step struct {
	Rung    string // RungVendor, RungOwner, RungContract or RungDecision
	Entity  sightline.EntityID
	Name    string // what to call the entity
	Claim   sightline.ClaimID
	Valid   sightline.Period
	Against []sightline.ClaimID // claims that dispute or deny it
}

// Supplier is what a ledger documents of a maker in a country.
type Supplier struct {
	Vendor  string            // as fingerprints name it
	Country sightline.Country // where it supplies
	Steps   []Step            // by rung, then by claim
}

// VendorNamed is the maker that a name or slug means, letters and digits
// compared only: "blue-coat" is Blue Coat. Near misses do not count.
func VendorNamed(name string) (string, bool) {
	word := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToLower(name))
	for _, v := range vendors {
		if v.word == word {
			return v.vendor, true
		}
	}
	return "", false
}

// Ladder is the ladder of one verdict, joined to documented suppliers. A
// supplier counts only for its vendor and in its country, and a claim only if
// what it says neither began after the measurement nor had ended by then. A
// decision-maker that is not a body, an organisation or a country is not taken.
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
		for _, step := range s.Steps {
			i := slices.IndexFunc(out, func(r Rung) bool { return r.Name == step.Rung })
			if i < 3 || !step.at(v.Start) {
				continue
			}
			if i == 6 {
				switch step.Entity.Kind() {
				case sightline.KindBody, sightline.KindOrganization, sightline.KindCountry:
				default:
					continue
				}
			}
			r := &out[i]
			switch {
			case i == 3: // the fingerprint names it already; claims add to that
			case !r.Established:
				r.Established, r.What = true, step.Name
			case !slices.Contains(r.names, step.Name):
				r.What += "; " + step.Name
			}
			r.names = append(r.names, step.Name)
			r.Evidence, r.Claims = append(r.Evidence, step.reference()), append(r.Claims, step.Claim)
			for _, c := range step.Against {
				if !slices.Contains(r.Against, string(c)) {
					r.Against = append(r.Against, string(c))
				}
			}
		}
	}
	return out
}

// reference names the claim, with when it was so.
func (s *Step) reference() string {
	if s.Valid.IsZero() {
		return string(s.Claim)
	}
	return string(s.Claim) + " (" + s.Valid.String() + ")"
}

// at reports whether what the claim says can have held at that time: it did
// not begin later, and a span with a stated end did not end before. A single
// date is an event, after which what it began goes on until a claim says
// otherwise; its date is printed with it.
func (s *Step) at(t time.Time) bool {
	if t.IsZero() {
		return true
	}
	day := sightline.DayOf(t)
	first, last := s.Valid.Bounds()
	if from, ok := s.Valid.From(); ok && !spans(s.Valid) {
		return from.First() <= day
	}
	return first <= day && day <= last
}

// spans reports whether a period has two ends, of which one may be open.
func spans(p sightline.Period) bool { return strings.Contains(p.String(), "/") }
