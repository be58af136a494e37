package ftm

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"sightline/internal/order"
)

// Fold makes an entity of its statements, which share a canonical id. Its
// schema is the most special that they name; two that do not extend one
// another are an error, as they are for the library. Values, data sets and
// referents come out sorted and once each; the caption is the first value of
// the first caption property.
func Fold(group []Statement) (Entity, error) {
	if len(group) == 0 {
		return Entity{}, errors.New("there are no statements")
	}
	e := Entity{ID: group[0].CanonicalID, Schema: group[0].Schema}
	at := map[string]int{} // of the properties
	for i := range group {
		s := &group[i]
		common, ok := Common(e.Schema, s.Schema)
		if !ok {
			return e, fmt.Errorf("%s cannot be both %s and %s", e.ID, e.Schema, s.Schema)
		}
		e.Schema = common
		note(&e.Datasets, s.Dataset)
		note(&e.Origin, s.Origin)
		if s.EntityID != e.ID {
			note(&e.Referents, s.EntityID)
		}
		if s.Prop == BaseProp {
			// The first sight of this statement's value is that of the entity's
			// present content (followthemoney/statement/entity.py).
			e.LastChange = max(e.LastChange, s.FirstSeen)
			continue
		}
		k, ok := at[s.Prop]
		if !ok {
			k = len(e.Properties)
			at[s.Prop], e.Properties = k, append(e.Properties, Values{Prop: s.Prop})
		}
		note(&e.Properties[k].Values, s.Value)
		if s.FirstSeen != "" && (e.FirstSeen == "" || s.FirstSeen < e.FirstSeen) {
			e.FirstSeen = s.FirstSeen
		}
		e.LastSeen = max(e.LastSeen, s.LastSeen)
	}
	order.By(e.Properties, func(a, b Values) int { return strings.Compare(a.Prop, b.Prop) })
	for _, list := range []*[]string{&e.Datasets, &e.Origin, &e.Referents} {
		once(list)
	}
	for i := range e.Properties {
		once(&e.Properties[i].Values)
	}
	e.Caption = e.Schema
	if s, ok := schemata[e.Schema]; ok {
		for _, p := range s.Caption {
			if v := e.First(p); v != "" {
				e.Caption = v
				break
			}
		}
	}
	return e, nil
}

// note adds a text to a list, unless it is the last there or empty.
func note(list *[]string, s string) {
	if s != "" && (len(*list) == 0 || (*list)[len(*list)-1] != s) {
		*list = append(*list, s)
	}
}

// once sorts a list and takes out what stands in it again.
func once(list *[]string) {
	slices.Sort(*list)
	*list = slices.Compact(*list)
}

// Statements unrolls an entity. Which of several data sets says which value is
// not in an entity: then the values have none, and a base statement for each
// data set says that it holds the entity. The same goes for origins. What is
// no part of statements is not in them: the caption, the target flag, members
// that the format does not have, and the times of an entity without values.
func (e *Entity) Statements() []Statement {
	dataset, origin := "", ""
	if len(e.Datasets) == 1 {
		dataset = e.Datasets[0]
	}
	if len(e.Origin) == 1 {
		origin = e.Origin[0]
	}
	base := Statement{CanonicalID: e.ID, EntityID: e.ID, Prop: BaseProp, PropType: BaseProp, Schema: e.Schema, Value: e.ID, Dataset: dataset, Origin: origin, FirstSeen: e.LastChange, LastSeen: e.LastSeen}
	list := []Statement{base}
	add := func(s Statement) {
		s.ID = s.Key()
		list = append(list, s)
	}
	if len(e.Datasets) > 1 {
		list = list[:0]
		for _, d := range e.Datasets {
			s := base
			s.Dataset = d
			add(s)
		}
	} else {
		list[0].ID = base.Key()
	}
	if len(e.Origin) > 1 {
		for _, o := range e.Origin {
			s := base
			s.Origin = o
			add(s)
		}
	}
	for _, r := range e.Referents {
		s := base
		s.EntityID, s.Value = r, r
		add(s)
	}
	for _, p := range e.Properties {
		for _, v := range p.Values {
			s := base
			s.Prop, s.PropType, s.Value, s.FirstSeen = p.Prop, PropType(e.Schema, p.Prop), v, e.FirstSeen
			add(s)
		}
	}
	return list
}
