package dossier

import (
	"slices"
	"strings"

	"sightline"
)

// HeadSchema names the version of a head-count that JSON carries
// (docs/schema/headcount-1.json).
const HeadSchema = "sightline.headcount/1"

// HeadTable is a head-count of one list at one date: of several things, with
// and without some countries.
type HeadTable struct {
	Schema      string             `json:"schema"`
	List        sightline.EntityID `json:"list"`
	Name        string             `json:"name"`
	Group       string             `json:"group,omitzero"`
	Complete    string             `json:"complete"`
	AsOf        sightline.Date     `json:"as_of,omitzero"`
	Selection   string             `json:"selection,omitzero"`
	Date        sightline.Date     `json:"date"`
	Edition     string             `json:"edition"`
	AsPublished sightline.Date     `json:"as_published,omitzero"`
	AsRecorded  sightline.Instant  `json:"as_recorded,omitzero"`
	Rows        []HeadRow          `json:"rows"`
	Notes       []Note             `json:"notes"`
	Packets     []sightline.Packet `json:"packets"`
}

// HeadRow is one share.
type HeadRow struct {
	Of       string              `json:"of"` // population or internet_users
	Without  []sightline.Country `json:"without,omitzero"`
	Estimate sightline.Estimate  `json:"estimate"`
	Notes    []int               `json:"notes,omitzero"`
}

// Label says in words whom the row counts.
func (r HeadRow) Label() string {
	t := "Population"
	if r.Of == "internet_users" {
		t = "Internet users"
	}
	if len(r.Without) == 0 {
		return t + ", all members"
	}
	names := make([]string, len(r.Without))
	for i, c := range r.Without {
		names[i] = c.Name()
	}
	return t + ", without " + strings.Join(names, ", ")
}

// CountHeads counts the heads of a list: for each of the things in of, once
// with all members and once for each set of countries left out.
func CountHeads(store sightline.Store, series []Series, q HeadCount, of []string, without [][]sightline.Country, o Options) (*HeadTable, error) {
	h := NewHoldings(store, series, o)
	e := h.Entity(q.List)
	if e == nil {
		return nil, sightline.Errorf(sightline.NotFound, "count heads", string(q.List), "no such list is held")
	}
	t := &HeadTable{
		Schema: HeadSchema, List: q.List, Name: e.Name, Group: q.Group, Complete: e.Complete.String(), AsOf: e.AsOf, Selection: e.Selection,
		Date: q.Date, Edition: o.Edition, AsPublished: o.AsPublished, AsRecorded: o.AsRecorded,
	}
	notes := map[sightline.SourceID]int{}
	for _, what := range of {
		for _, leave := range slices.Concat([][]sightline.Country{nil}, without) {
			q.Of, q.Without = what, leave
			f, err := h.HeadCount(q, Except{})
			if err != nil {
				return nil, err
			}
			row := HeadRow{Of: what, Without: leave, Estimate: f.Estimate}
			for _, id := range f.Sources {
				if notes[id] == 0 {
					n, err := h.Note(len(t.Notes)+1, id)
					if err != nil {
						return nil, err
					}
					notes[id] = n.N
					t.Notes = append(t.Notes, n)
				}
				row.Notes = append(row.Notes, notes[id])
			}
			slices.Sort(row.Notes)
			t.Rows = append(t.Rows, row)
			t.Packets = append(t.Packets, f.Packet)
		}
	}
	return t, nil
}

// Membership is something that countries belong to, signed, or voted on.
type Membership struct {
	Entity *sightline.Entity
	Groups []string // of a list of groups, or the votes of a roll-call, sorted
}

// Memberships lists what heads can be counted of, by id.
func Memberships(store sightline.Store, asRecorded sightline.Instant) ([]Membership, error) {
	entries, err := store.Claims(sightline.Query{Predicates: []sightline.Predicate{sightline.MemberOf, sightline.GroupedAs, sightline.Voted}, AsRecorded: asRecorded})
	if err != nil {
		return nil, err
	}
	groups := map[sightline.EntityID][]string{}
	var ids []sightline.EntityID
	for _, e := range entries {
		c := e.Record.Claim()
		if c.Object.Entity == "" {
			continue
		}
		if _, seen := groups[c.Object.Entity]; !seen {
			groups[c.Object.Entity] = nil
			ids = append(ids, c.Object.Entity)
		}
		for _, k := range []string{"group", "vote"} {
			if g := c.Qualifiers[k]; g != "" && !slices.Contains(groups[c.Object.Entity], g) {
				groups[c.Object.Entity] = append(groups[c.Object.Entity], g)
			}
		}
	}
	slices.Sort(ids)
	var out []Membership
	for _, id := range ids {
		e, err := store.Entity(id, asRecorded)
		if sightline.ErrorCode(err) == sightline.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		slices.Sort(groups[id])
		out = append(out, Membership{e, groups[id]})
	}
	return out, nil
}
