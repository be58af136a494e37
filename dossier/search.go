package dossier

import (
	"strings"

	"sightline"
)

// SearchSchema is the schema of SearchList.
const SearchSchema = "sightline.search/1"

// SearchList is what was found, best first.
type SearchList struct {
	Schema string `json:"schema"`
	Query  string `json:"query"`
	Hits   []Hit  `json:"hits"`
	Frame
}

// Hit is a country, entity, source or claim that was found.
type Hit struct {
	Kind    string   `json:"kind"`  // of the entity (company, act, country …), or source or claim
	ID      string   `json:"id"`    // of the record; of a country its entity id
	Where   string   `json:"where"` // address of its document, such as supplier/company/huawei
	Name    string   `json:"name"`
	Names   []string `json:"names,omitzero"`  // other names, any script
	Nation  string   `json:"nation,omitzero"` // code
	Also    []string `json:"also_recorded_as,omitzero"`
	Snippet string   `json:"snippet,omitzero"`
}

// Search finds names and words in any script, at most limit of them. Records
// that count as one organisation are one hit. Finding nothing is an empty list.
func (r *Reader) Search(text string, limit int) (*SearchList, error) {
	k := r.compose()
	if limit <= 0 || limit > maxPage {
		limit = maxPage
	}
	l := &SearchList{Schema: SearchSchema, Query: text}
	seen := map[string]bool{}
	add := func(h Hit) {
		if !seen[h.Where] && len(l.Hits) < limit {
			seen[h.Where] = true
			l.Hits = append(l.Hits, h)
		}
	}
	if c, err := sightline.ParseCountry(strings.TrimSpace(text)); err == nil {
		add(countryHit(c))
	} else if folded := sightline.FoldName(text); folded != "" {
		for _, c := range sightline.Countries() {
			if strings.HasPrefix(sightline.FoldName(c.Name()), folded) {
				add(countryHit(c))
			}
		}
	}
	// As many again, for a view can leave hits out.
	hits, err := k.store.Search(text, 2*limit, k.options.AsRecorded)
	if err != nil {
		return nil, err
	}
	for _, x := range hits {
		switch {
		case x.Record.Entity() != nil:
			h, err := k.entityHit(x.Record.Entity().ID)
			if err != nil {
				return nil, err
			}
			add(h)
		case x.Record.Source() != nil:
			if s := x.Record.Source(); k.listed(s) {
				add(Hit{Kind: "source", ID: string(s.ID), Where: "source/" + string(s.ID), Name: s.Title, Snippet: s.Publisher})
			}
		case x.Record.Claim() != nil:
			c := x.Record.Claim()
			ok, err := k.appeared(c)
			if err != nil {
				return nil, err
			}
			if ok {
				add(Hit{Kind: "claim", ID: string(c.ID), Where: "claim/" + string(c.ID), Name: k.sentence(c), Snippet: c.Predicate.String()})
			}
		}
	}
	l.Frame, err = r.seal(k, "")
	return l, err
}

func countryHit(c sightline.Country) Hit {
	return Hit{Kind: "country", ID: string(c.Entity()), Where: "country/" + c.Code(), Name: c.Name(), Nation: c.Code(), Snippet: c.Subregion()}
}

func (v *view) entityHit(id sightline.EntityID) (Hit, error) {
	if c, ok := id.Country(); ok {
		return countryHit(c), nil
	}
	one, err := v.cluster(id)
	if err != nil {
		return Hit{}, err
	}
	h := Hit{Kind: one.ID.Kind().String(), ID: string(one.ID), Where: "supplier/" + string(one.ID), Name: v.name(one.ID), Nation: v.nation(one.ID)}
	if a, ok := id.ASN(); ok {
		h.Where = "network/" + a.String()
	}
	if e := v.entity(one.ID); e != nil {
		h.Names = e.Names
	}
	for _, m := range one.Members[1:] {
		if name := v.name(m); name != h.Name {
			h.Also = append(h.Also, name)
		}
	}
	return h, nil
}
