package telegeography

import (
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"sightline"
	"sightline/internal/order"
	"sightline/source"
)

// fewest is the least number of cables of an edition that has no index.
const fewest = 400

type fileLanding struct {
	ID      string  `json:"id"`
	Name    string  `json:"name"`
	Country *string `json:"country"`
	Pending any     `json:"is_tbd"` // "true" and "false" in version 2; true or null in version 3
}

type file struct {
	ID        string        `json:"id"`
	Name      string        `json:"name"`
	Landings  []fileLanding `json:"landing_points"`
	Length    *string       `json:"length"`
	Ready     *string       `json:"rfs"`
	Year      *int          `json:"rfs_year"`
	Planned   *bool         `json:"is_planned"`
	Owners    *string       `json:"owners"`
	Suppliers *string       `json:"suppliers"`
	Notes     *string       `json:"notes"`
}

// The members of a file in each version. Of those that the struct lacks,
// cable_id, landing_point_id and url name the same thing another way, and
// latlon is a place on a drawn map.
var (
	members2 = []string{"id", "name", "cable_id", "landing_points", "length", "rfs", "owners", "url", "notes"}
	members3 = []string{"id", "name", "length", "landing_points", "owners", "suppliers", "rfs", "rfs_year", "is_planned", "url", "notes"}
	landing2 = []string{"landing_point_id", "id", "name", "latlon", "url", "is_tbd"}
	landing3 = []string{"id", "name", "country", "is_tbd"}
)

// readFiles reads the publisher's files, one for each cable.
func readFiles(r *source.Reading) ([]cable, error) {
	files := r.Files("cable")
	var out []cable
	seen := map[string]bool{}
	versions := map[int]bool{}
	for _, in := range files {
		c, version, err := readFile(in)
		if err != nil {
			return nil, sightline.Errorf(sightline.Invalid, "read cable", in.Name, "%w", err).WithHint("Each file must hold one cable as the publisher writes it; if a page was saved in its place, get it again.")
		}
		if seen[c.id] {
			return nil, sightline.Errorf(sightline.Conflict, "read cable", in.Name, "two files have the cable %s", c.id).WithHint("Name the files of one edition only.")
		}
		seen[c.id], versions[version] = true, true
		out = append(out, c)
	}
	if len(versions) > 1 {
		return nil, sightline.Errorf(sightline.Conflict, "read cables", ID, "files of version 2 and version 3 are mixed").WithHint("Name the files of one edition only.")
	}
	if e := sets[setOf(files)]; e != nil {
		r.Edition = e
		if len(out) != counts[e] {
			return nil, sightline.Errorf(sightline.Internal, "read cables", ID, "BUG: %d cables in a known edition", len(out))
		}
	}
	if err := index(r, seen); err != nil {
		return nil, err
	}
	order.By(out, func(a, b cable) int { return strings.Compare(a.id, b.id) })
	return out, nil
}

// index checks the cables against the publisher's list of them.
func index(r *source.Reading, seen map[string]bool) error {
	in, ok := r.File("index")
	if !ok {
		if len(seen) < fewest {
			return sightline.Errorf(sightline.Invalid, "read cables", ID, "%d cables, expected at least %d", len(seen), fewest).
				WithHint("Name all files of the folder. If the map has shrunk, add its all.json, which says how many there are.")
		}
		return nil
	}
	t, err := source.JSON(ID+"/index", in.Bytes, "")
	if err != nil {
		return sightline.Errorf(sightline.Invalid, "read index", in.Name, "%w", err).WithHint("all.json is a list of cables: get it again.")
	}
	listed := 0
	err = t.Each(func(row *source.Row) error {
		id := row.Need("id")
		row.Ignore("name") // the cable's file has it
		if row.Has("cable_id") {
			row.Ignore("cable_id") // another id of the same
		}
		if !seen[id] { // the index of June 2021 has one id in another spelling
			r.Note("the index lists %q, of which there is no file", id)
		}
		listed++
		return nil
	})
	if err == nil && listed != len(seen) {
		err = sightline.Errorf(sightline.Conflict, "read cables", ID, "%d files, and all.json lists %d cables", len(seen), listed).WithHint("Name all files of the folder, of one edition only.")
	}
	return err
}

func readFile(in source.Input) (cable, int, error) {
	var outer map[string]jsontext.Value
	if err := json.Unmarshal(in.Bytes, &outer); err != nil {
		return cable{}, 0, err
	}
	version, members, landings := 2, members2, landing2
	if _, ok := outer["suppliers"]; ok {
		version, members, landings = 3, members3, landing3
	}
	if err := exactly(outer, members); err != nil {
		return cable{}, 0, err
	}
	var f file
	if err := json.Unmarshal(in.Bytes, &f); err != nil {
		return cable{}, 0, err
	}
	var points []map[string]jsontext.Value
	if err := json.Unmarshal(outer["landing_points"], &points); err != nil {
		return cable{}, 0, err
	}
	c := cable{id: f.ID, name: f.Name, ready: text(f.Ready), planned: f.Planned, length: text(f.Length), notes: text(f.Notes), line: in.Name}
	if c.id == "" || c.name == "" || f.Owners == nil {
		return cable{}, 0, sightline.Errorf(sightline.Invalid, "read cable", c.id, "it has no id, name or list of owners")
	}
	if version == 3 && f.Planned == nil {
		return cable{}, 0, sightline.Errorf(sightline.Invalid, "read cable", c.id, "is_planned is null")
	}
	separator := ",  " // of version 2
	if version == 3 {
		separator = ", "
	}
	c.owners = strings.Split(*f.Owners, separator)
	if version == 3 {
		c.suppliers = strings.Split(text(f.Suppliers), separator)
	}
	for i, l := range f.Landings {
		if err := exactly(points[i], landings); err != nil {
			return cable{}, 0, err
		}
		if l.Country != nil && !strings.HasSuffix(l.Name, *l.Country) {
			return cable{}, 0, sightline.Errorf(sightline.Conflict, "read landing point", l.Name, "its country is given as %q", *l.Country)
		}
		pending := false
		switch l.Pending {
		case nil, false, "false":
		case true, "true":
			pending = true
		default:
			return cable{}, 0, sightline.Errorf(sightline.Invalid, "read landing point", l.Name, "is_tbd is %v", l.Pending)
		}
		c.landings = append(c.landings, landing{l.Name, !pending})
	}
	if f.Year != nil {
		if d, err := ready(c.ready); err != nil || d.Year() != *f.Year {
			return cable{}, 0, sightline.Errorf(sightline.Conflict, "read date of readiness", c.ready, "the year beside it is %d", *f.Year)
		}
	}
	return c, version, nil
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// exactly fails unless an object has these members and no others.
func exactly(o map[string]jsontext.Value, members []string) error {
	for _, m := range members {
		if _, ok := o[m]; !ok {
			return sightline.Errorf(sightline.Invalid, "read object", "", "the member %q is missing", m)
		}
	}
	if len(o) == len(members) {
		return nil
	}
	var fresh []string
	for k := range o {
		if !slices.Contains(members, k) {
			fresh = append(fresh, k)
		}
	}
	slices.Sort(fresh)
	return sightline.Errorf(sightline.Invalid, "read object", "", "the member %q is not known", sightline.Clip(fresh[0], 40))
}
