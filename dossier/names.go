package dossier

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"sightline"
	"sightline/internal/order"
)

// NamesSchema is the schema of NameList.
const NamesSchema = "sightline.names/1"

// NameList is every name on record, in any script.
type NameList struct {
	Schema string    `json:"schema"`
	Names  []NameRow `json:"names"` // by group, then by name
	Frame
}

// NameRow is a name and where what has it is shown.
type NameRow struct {
	Group  string `json:"group"` // a letter from a to z, 0 for digits, or a script
	Kind   string `json:"kind"`  // as of a hit of the search
	Where  string `json:"where"` // address of its document, such as supplier/company/huawei
	Name   string `json:"name"`
	Of     string `json:"of,omitzero"` // the name that it is shown under, where that is another
	Nation string `json:"nation,omitzero"`
}

// nameScripts are the groups of names that do not begin with a Latin letter or
// a digit.
var nameScripts = []struct {
	name   string
	tables []*unicode.RangeTable
}{
	{"arabic", []*unicode.RangeTable{unicode.Arabic}},
	{"cyrillic", []*unicode.RangeTable{unicode.Cyrillic}},
	{"greek", []*unicode.RangeTable{unicode.Greek}},
	{"han", []*unicode.RangeTable{unicode.Han}},
	{"hangul", []*unicode.RangeTable{unicode.Hangul}},
	{"hebrew", []*unicode.RangeTable{unicode.Hebrew}},
	{"kana", []*unicode.RangeTable{unicode.Hiragana, unicode.Katakana}},
}

// NameGroup is the part of the index of names that a name stands in: its first
// letter without marks if that is Latin, 0 for a digit, else its script.
func NameGroup(name string) string {
	r, _ := utf8.DecodeRuneInString(sightline.FoldName(name))
	switch {
	case r >= 'a' && r <= 'z':
		return string(r)
	case unicode.IsDigit(r):
		return "0"
	}
	for _, s := range nameScripts {
		if unicode.In(r, s.tables...) {
			return s.name
		}
	}
	return "other"
}

// Names lists the names of countries, of what the claims of the view name, and
// of sources. Records that count as one organisation stand in one place.
func (r *Reader) Names() (*NameList, error) {
	return r.names.get(func() (*NameList, error) {
		k := r.compose()
		l := &NameList{Schema: NamesSchema}
		seen := map[NameRow]bool{}
		add := func(h Hit) {
			for _, name := range append(append([]string{h.Name}, h.Names...), h.Also...) {
				row := NameRow{Group: NameGroup(name), Kind: h.Kind, Where: h.Where, Name: name, Nation: h.Nation}
				if name != h.Name {
					row.Of = h.Name
				}
				if strings.TrimSpace(name) != "" && !seen[row] {
					seen[row] = true
					l.Names = append(l.Names, row)
				}
			}
		}
		for _, c := range sightline.Countries() {
			add(countryHit(c))
		}
		if err := k.add(sightline.Query{}); err != nil {
			return nil, err
		}
		named := map[sightline.EntityID]bool{}
		for _, e := range k.claims {
			c := e.Record.Claim()
			named[c.Subject], named[c.Object.Entity] = true, true
		}
		ids := make([]sightline.EntityID, 0, len(named))
		for id := range named {
			if _, country := id.Country(); id != "" && !country {
				ids = append(ids, id)
			}
		}
		slices.Sort(ids)
		for _, id := range ids {
			if k.entity(id) == nil {
				continue
			}
			h, err := k.entityHit(id)
			if err != nil {
				return nil, err
			}
			add(h)
		}
		all, err := k.allSources()
		if err != nil {
			return nil, err
		}
		for _, s := range all {
			add(Hit{Kind: "source", Where: "source/" + string(s.ID), Name: s.Title})
		}
		place := func(group string) int {
			i := slices.IndexFunc(nameScripts, func(s struct {
				name   string
				tables []*unicode.RangeTable
			}) bool {
				return s.name == group
			})
			switch {
			case group == "other":
				return len(nameScripts) + 1
			case i >= 0:
				return i + 1
			}
			return 0
		}
		order.By(l.Names, func(a, b NameRow) int {
			return cmp.Or(cmp.Compare(place(a.Group), place(b.Group)), cmp.Compare(a.Group, b.Group), cmp.Compare(sightline.FoldName(a.Name), sightline.FoldName(b.Name)),
				cmp.Compare(a.Name, b.Name), cmp.Compare(a.Where, b.Where), cmp.Compare(a.Of, b.Of), cmp.Compare(a.Nation, b.Nation))
		})
		l.Frame, err = r.seal(k, "")
		return l, err
	})
}
