package source

import (
	"sightline"
)

// Names is a table of the organisations that a data set names, by which a
// person can review who is taken for whom. A name that is not in it gets an
// id of the data set's own, so that nothing is merged in silence.
type Names struct {
	reading *Reading
	rows    map[string]*name
	said    map[string]bool // of what a note was made
}

type name struct {
	entity sightline.Entity
	reason string
}

// Names reads such a table: CSV with the columns name (as the source has it),
// entity (an id; empty if the name is no organisation's), called (the name in
// plain spelling), country (where it is based; may be empty) and reason (why
// the one is taken for the other, where that is not plain).
func (r *Reading) Names(table string) (*Names, error) {
	t, err := CSV(r.Dataset.ID+"/names.csv", []byte(table))
	if err != nil {
		return nil, err
	}
	n := &Names{reading: r, rows: map[string]*name{}, said: map[string]bool{}}
	return n, t.Each(func(row *Row) error {
		as := row.Need("name")
		x := &name{entity: sightline.Entity{ID: sightline.EntityID(row.Pop("entity")), Name: row.Pop("called")}, reason: row.Pop("reason")}
		if c := row.Pop("country"); c != "" {
			var err error
			if x.entity.Country, err = sightline.ParseCountry(c); err != nil {
				return err
			}
		}
		switch {
		case n.rows[as] != nil:
			return sightline.Errorf(sightline.Conflict, "read names", as, "it stands twice")
		case x.entity.ID == "" && x.reason == "":
			return sightline.Errorf(sightline.Invalid, "read names", as, "a name without an entity needs a reason")
		case x.entity.ID != "" && x.entity.Name == "":
			x.entity.Name = as
		}
		n.rows[as] = x
		return nil
	})
}

// Known reports whether the table has the name.
func (n *Names) Known(as string) bool { return n.rows[as] != nil }

// Of is the entity that a name stands for, which it adds to the reading. It is
// nil when the table says that the name is no organisation's: then why says
// so. A name that the table does not have becomes an entity of the kind,
// named as the source names it, in the country if one is given.
func (n *Names) Of(as string, kind sightline.EntityKind, country sightline.Country) (e *sightline.Entity, why string, err error) {
	x := n.rows[as]
	if x == nil {
		slug := Slug(n.reading.Dataset.ID, as)
		x = &name{entity: sightline.Entity{ID: sightline.EntityID(kind.String() + "/" + slug), Name: as, Country: country}}
	}
	if x.entity.ID == "" {
		return nil, x.reason, nil
	}
	if x.reason != "" && !n.said[as] {
		n.said[as] = true
		n.reading.Note("%q is read as %s: %s", as, x.entity.ID, x.reason)
	}
	out := x.entity
	if c, ok := out.ID.Country(); ok { // exists without being declared
		out.Name = c.Name()
		return &out, "", nil
	}
	return &out, "", n.reading.Entity(x.entity)
}
