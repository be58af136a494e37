package ftm

import (
	"cmp"

	"sightline/internal/order"
)

// Census counts what a file holds, and what of it the table of the model does
// not have. Its zero value is ready.
type Census struct {
	entities map[string]int64 // by schema
	unknown  map[string]int64 // "Schema", or "Schema:property"
	members  map[string]int64
}

// Count is a name and how often it was met.
type Count struct {
	Name string
	N    int64
}

// Entity counts an entity.
func (c *Census) Entity(e *Entity) {
	if c.entities == nil {
		c.entities, c.unknown, c.members = map[string]int64{}, map[string]int64{}, map[string]int64{}
	}
	tally(c.entities, e.Schema, 1)
	s, ok := schemata[e.Schema]
	if !ok {
		tally(c.unknown, e.Schema, 1)
	}
	for _, p := range e.Properties {
		if ok {
			if _, known := s.all[p.Prop]; !known {
				tally(c.unknown, e.Schema+":"+p.Prop, int64(len(p.Values)))
			}
		}
	}
	for _, m := range e.More {
		tally(c.members, m.Name, 1)
	}
}

// Others is the name under which names are counted when there are too many.
const Others = "…"

// tally counts a name; a hostile file cannot make the map grow without end.
func tally(m map[string]int64, name string, n int64) {
	if _, ok := m[name]; !ok && len(m) >= 10_000 {
		name = Others
	}
	m[name] += n
}

// Entities lists the schemata of the file, by name.
func (c *Census) Entities() []Count { return counts(c.entities) }

// Unknown lists the schemata, and the properties of known schemata as
// "Schema:property", that the table does not have, by name.
func (c *Census) Unknown() []Count { return counts(c.unknown) }

// Members lists the members of entities that the format does not have, by
// name.
func (c *Census) Members() []Count { return counts(c.members) }

func counts(m map[string]int64) []Count {
	list := make([]Count, 0, len(m))
	for name, n := range m {
		list = append(list, Count{name, n})
	}
	order.By(list, func(a, b Count) int { return cmp.Compare(a.Name, b.Name) })
	return list
}
