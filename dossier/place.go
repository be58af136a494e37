package dossier

import (
	"cmp"

	"sightline"
	"sightline/internal/order"
)

// The schemas of the documents of this file.
const (
	CountrySchema = "sightline.country/1"
	CompareSchema = "sightline.compare/1"
)

// CountrySheet is the dossier of a country with a few numbers of the countries
// of its subregion beside it.
type CountrySheet struct {
	Schema  string             `json:"schema"`
	Dossier *Dossier           `json:"dossier"`
	Peers   []Summary          `json:"peers"`   // the country itself among them, by name
	Packets []sightline.Packet `json:"packets"` // of the peers' numbers; the dossier has its own
}

// Summary is a country in a few numbers, as its dossier has them.
type Summary struct {
	Country   Subject            `json:"country"`
	Answers   []Standing         `json:"answers"`          // in the order of the questions
	Claims    sightline.Estimate `json:"claims"`           // on record
	Networks  sightline.Estimate `json:"networks"`         // in which a state holds a majority
	Supplies  []ClassCount       `json:"supplies"`         // statements on suppliers, by class
	Findings  sightline.Estimate `json:"findings"`         // published findings of blocking or shutdown
	Measured  sightline.Estimate `json:"measured"`         // targets that enough probes measured
	Laws      sightline.Estimate `json:"laws"`             // statements on laws
	Positions sightline.Estimate `json:"positions"`        // memberships and treaty positions
	Votes     []VoteCount        `json:"votes,omitzero"`   // recorded in the General Assembly
	Key       []Figure           `json:"key_data"`         // population and the like, each with its year
	Engines   []Coverage         `json:"engines"`          // what the store holds for each engine
	Undated   int                `json:"undated,omitzero"` // left out of an as-published view for want of a date

	packets []sightline.Packet
}

// Standing is how far a question is answered.
type Standing struct {
	ID       string          `json:"id"` // cut, filtered, supplied, heading
	Question string          `json:"question"`
	Sentence string          `json:"sentence"`
	Basis    Basis           `json:"basis"`
	State    sightline.State `json:"state"`
}

// ClassCount is a number of statements of one relevance class.
type ClassCount struct {
	Class    string             `json:"class"`
	Estimate sightline.Estimate `json:"estimate"`
}

// VoteCount is a number of votes of one kind.
type VoteCount struct {
	Vote     string             `json:"vote"` // yes, no or abstain
	Estimate sightline.Estimate `json:"estimate"`
}

// Dossier composes the dossier of a country, byte for byte that of Compose.
func (r *Reader) Dossier(c sightline.Country) (*Dossier, error) {
	o := r.options
	o.Country = c
	d, err := Compose(r.store, r.series, o)
	if err == nil {
		r.places.note("country/"+c.Code(), d.Packets)
	}
	return d, err
}

// Country composes the dossier of a country, with its peers beside it.
func (r *Reader) Country(code string) (*CountrySheet, error) {
	c, err := sightline.ParseCountry(code)
	if err != nil {
		return nil, err
	}
	d, err := r.Dossier(c)
	if err != nil {
		return nil, err
	}
	n, err := r.peers.get(c.Subregion(), func() (*neighbours, error) { return r.neighbours(c.Subregion()) })
	if err != nil {
		return nil, err
	}
	return &CountrySheet{Schema: CountrySchema, Dossier: d, Peers: n.summaries, Packets: n.packets}, nil
}

// neighbours are the summaries of the countries of a subregion, by name.
type neighbours struct {
	summaries []Summary
	packets   []sightline.Packet
}

func (r *Reader) neighbours(subregion string) (*neighbours, error) {
	n := &neighbours{}
	for _, p := range sightline.Countries() {
		if subregion == "" || p.Subregion() != subregion {
			continue
		}
		x, err := r.summary(p)
		if err != nil {
			return nil, err
		}
		n.summaries = append(n.summaries, *x)
		n.packets = append(n.packets, x.packets...)
	}
	order.By(n.summaries, func(a, b Summary) int { return cmp.Compare(a.Country.Name, b.Country.Name) })
	return n, nil
}

// summary is made once for each country.
func (r *Reader) summary(c sightline.Country) (*Summary, error) {
	return r.summaries.get(c, func() (*Summary, error) {
		d, err := r.Dossier(c)
		if err != nil {
			return nil, err
		}
		s := summarize(d)
		return &s, nil
	})
}

// summarize picks the few numbers out of a dossier by what computed them.
func summarize(d *Dossier) Summary {
	s := Summary{Country: d.Country, Engines: d.Coverage, Undated: d.Undated}
	by := func(id sightline.MethodID, want params) (sightline.Estimate, bool) {
		for _, p := range d.Packets {
			if p.Method == id && want.in(p.Parameters) {
				return p.Result, true
			}
		}
		return sightline.Estimate{}, false
	}
	for _, f := range d.KeyData {
		f.Notes = nil // numbered in the dossier
		s.Key = append(s.Key, f)
	}
	for _, a := range d.Answers {
		s.Answers = append(s.Answers, Standing{ID: a.ID, Question: a.Question, Sentence: a.Sentence, Basis: a.Basis, State: a.State})
	}
	s.Claims, _ = by(countClaims, params{"predicates": predicateWords(), "side": "any"})
	s.Networks, _ = by(countNetworks, params{"holding": "majority"})
	for _, h := range classHeadings {
		e, _ := by(countSupplies, params{"class": h.class})
		s.Supplies = append(s.Supplies, ClassCount{h.class, e})
	}
	s.Findings, _ = by(countClaims, params{"predicates": findingWords})
	for _, c := range d.Coverage {
		if c.Engine == interferenceEngine {
			s.Measured = c.Estimate
		}
	}
	s.Laws, _ = by(countClaims, params{"predicates": lawWords})
	s.Positions, _ = by(countClaims, params{"predicates": positionWords})
	for _, v := range voteWords {
		if e, ok := by(tallyVotes, params{"vote": v}); ok {
			s.Votes = append(s.Votes, VoteCount{v, e})
		}
	}
	shown := map[sightline.PacketID]bool{}
	for _, e := range s.estimates() {
		shown[e.Packet] = true
	}
	for _, p := range d.Packets {
		if shown[p.Result.Packet] {
			s.packets = append(s.packets, p)
		}
	}
	return s
}

// in reports whether some parameters hold these.
func (p params) in(have map[string]string) bool {
	for k, v := range p {
		if have[k] != v {
			return false
		}
	}
	return true
}
