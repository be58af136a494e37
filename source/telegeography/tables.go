package telegeography

import (
	"slices"
	"strings"

	"sightline"
	"sightline/source"
)

// readTables reads the three tables that were drawn from version 2. There is
// one edition of them, so that their sizes are known.
func readTables(r *source.Reading) ([]cable, error) {
	for _, role := range []string{"cables", "landings", "owners"} {
		if _, ok := r.File(role); !ok {
			return nil, sightline.Errorf(sightline.NotFound, "read "+ID, role, "neither the files of the cables nor the table %s were named", role).
				WithHint("Name all files cable/*.json of the publisher, or the three tables cables, landings and owners. See: sightline source show %s", ID)
		}
	}
	t, err := r.CSV("cables", 484, 484)
	if err != nil {
		return nil, err
	}
	if err := t.ExpectColumns("cable", "name", "rfs", "rfs_year", "length_km", "owners", "countries", "url"); err != nil {
		return nil, err
	}
	var out []cable
	at := map[string]int{}
	countries := map[string]string{}
	if err := t.Each(func(row *source.Row) error {
		c := cable{id: row.Need("cable"), name: row.Need("name"), ready: row.Need("rfs"), length: row.Pop("length_km"), owners: strings.Split(row.Need("owners"), ",  "), line: "line of the table"}
		year := row.Pop("rfs_year")
		countries[c.id] = row.Need("countries")
		row.Ignore("url") // of the cable's owners
		d, err := ready(c.ready)
		if err != nil {
			return err
		}
		if !d.IsZero() && !strings.HasPrefix(c.ready, year) || d.IsZero() != (year == "") {
			return sightline.Errorf(sightline.Conflict, "read year", year, "the date of readiness is %q", c.ready)
		}
		at[c.id] = len(out)
		out = append(out, c)
		return nil
	}); err != nil {
		return nil, err
	}

	if t, err = r.CSV("landings", 2144, 2144); err != nil {
		return nil, err
	}
	if err := t.ExpectColumns("cable", "landing_point", "name", "iso3", "lat", "lon", "tbd"); err != nil {
		return nil, err
	}
	b := &builder{Reading: r}
	if err := b.tables(); err != nil {
		return nil, err
	}
	codes := map[string][]string{}
	if err := t.Each(func(row *source.Row) error {
		id, name, iso, pending := row.Need("cable"), row.Need("name"), row.Country("iso3"), row.OneOf("tbd", "True", "False")
		row.Ignore("landing_point", "lat", "lon") // another name of it, and a place on a drawn map
		if err := row.Err(); err != nil {
			return err
		}
		i, ok := at[id]
		if !ok {
			return sightline.Errorf(sightline.NotFound, "find cable", id, "the table of cables does not have it")
		}
		_, says, _, err := b.where(name)
		if err != nil {
			return err
		}
		if says != iso {
			return sightline.Errorf(sightline.Conflict, "read landing point", name, "its code is %s", iso.Code())
		}
		out[i].landings = append(out[i].landings, landing{name, pending == "False"})
		if c := iso.Alpha3(); c == "VIR" {
			codes[id] = append(codes[id], "VGB") // the code that the column "countries" has for both
		} else {
			codes[id] = append(codes[id], c)
		}
		return nil
	}); err != nil {
		return nil, err
	}
	for id, list := range codes {
		slices.Sort(list)
		want := strings.Fields(countries[id])
		slices.Sort(want)
		if !slices.Equal(slices.Compact(list), want) {
			return nil, sightline.Errorf(sightline.Conflict, "compare tables", id, "it lands in %v, and the table of cables says %v", slices.Compact(list), want).
				WithHint("The tables are not of one edition, or one is damaged.")
		}
	}

	// The table of owners repeats the column, cut at each comma.
	if t, err = r.CSV("owners", 1197, 1197); err != nil {
		return nil, err
	}
	if err := t.ExpectColumns("cable", "owner"); err != nil {
		return nil, err
	}
	owners := map[string][]string{}
	if err := t.Each(func(row *source.Row) error {
		id := row.Need("cable")
		owners[id] = append(owners[id], row.Need("owner"))
		return nil
	}); err != nil {
		return nil, err
	}
	for _, c := range out {
		var want []string
		for _, o := range c.owners {
			want = append(want, strings.TrimSpace(o))
		}
		if !slices.Equal(owners[c.id], want) {
			return nil, sightline.Errorf(sightline.Conflict, "compare tables", c.id, "its owners are %v in one table and %v in the other", want, owners[c.id]).
				WithHint("The tables are not of one edition, or one is damaged.")
		}
	}
	return out, nil
}
