// Package opensanctions imports a data set of OpenSanctions, as entities or as
// statements of FollowTheMoney: organisations, who owns them and under what
// they are listed.
//
// The publisher's files were never at hand. Their form is that of package ftm,
// and what stands in index.json is from the publisher's documentation; the
// importer ran on files of our own only. What comes in is what ftm/claims takes
// of any such file (docs/FTM.md): natural persons, and every edge that touches
// one, are counted and nothing else, and so is a LegalEntity, which may be one.
//
// The index of the data set says how many entities it has, which tells a file
// that was cut off; the sum of the file is compared where the index has it.
// Damage ends the import; a single entity that our vocabulary cannot hold is
// told and left out.
package opensanctions

import (
	"bytes"
	"crypto/sha1"
	_ "embed"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"sightline"
	"sightline/ftm/claims"
	"sightline/source"
)

//go:embed declared.jsonl
var declared string

// Dataset is any one data set of the publisher.
var Dataset = &source.Dataset{
	ID:     "opensanctions",
	Title:  "OpenSanctions: organisations of a data set",
	Covers: "organisations on lists of sanctions and debarment, who owns them and since when they are listed; persons are left out",
	Obtain: "Choose a data set at the address, and download its entities.ftm.json, or statements.csv sorted by canonical_id, and index.json beside it. A file of more than 1 GB is refused: take the data sets apart.",
	Changes: "Several times a day. The layout is from documentation; members of the index that are not described are named and not read. " +
		"A listing that a later edition has no longer stays open: whether it was taken off or its data set was left out, only a person can tell.",
	Usage:    "index=index.json entities=entities.ftm.json",
	Declared: declared,
	Files: []source.File{
		{Role: "index", Name: "*index*.json"},
		{Role: "entities", Name: "*.ftm.json", Optional: true},
		{Role: "statements", Name: "*statements*.csv", Optional: true},
	},
	Persons:           "most entities of most data sets",
	FromDocumentation: true,
	Read:              read,
}

// index is what index.json says of the data set.
type index struct {
	name, version string
	entities      int64
	updated       sightline.Date
	sums          map[string]string // SHA-1 of the files that it offers, by name
}

func read(r *source.Reading) error {
	role := "entities"
	in, ok := r.File(role)
	if _, also := r.File("statements"); also == ok {
		return sightline.Errorf(sightline.Invalid, "import opensanctions", "", "name either the entities or the statements, not both or none").
			WithHint("Name one as entities=FILE or statements=FILE. See: sightline source show opensanctions")
	}
	if !ok {
		role = "statements"
		in, _ = r.File(role)
	}
	x, err := readIndex(r)
	if err != nil {
		return err
	}
	file := map[string]string{"entities": "entities.ftm.json", "statements": "statements.csv"}[role]
	if want, ok := x.sums[file]; ok {
		if sum := sha1.Sum(in.Bytes); hex.EncodeToString(sum[:]) != want {
			return sightline.Errorf(sightline.Conflict, "read "+r.Dataset.ID, in.Name, "its SHA-1 is %x, the index says %s", sum, want).
				WithHint("The file was cut short or changed, or is of another edition: download it and index.json again.")
		}
		r.Note("the SHA-1 of the file is the one in its index")
	}
	refused := 0
	o := claims.Options{
		Open:    func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(in.Bytes)), nil },
		Sources: []sightline.SourceID{"opensanctions"}, Store: store{},
		Emit: func(_ int64, record sightline.Record) error { return take(r, x, record) },
		Reject: func(j claims.Rejection) error {
			var e *sightline.Error
			if errors.As(j.Err, &e) && e.Op == "read FollowTheMoney" {
				return sightline.Errorf(sightline.Invalid, "read "+r.Dataset.ID, in.Name, "line %d: %w", j.Line, j.Err).WithHint("The file is damaged: get it again.")
			}
			if refused++; refused <= 20 {
				r.Note("line %d, left out: %v", j.Line, j.Err)
			}
			return nil
		},
	}
	if role == "statements" {
		o.Format = claims.StatementTable
	}
	done, err := claims.Import(o)
	if err != nil {
		if sightline.ErrorHint(err) == "" {
			err = sightline.Errorf(sightline.Invalid, "read "+r.Dataset.ID, in.Name, "%w", err).WithHint("Check that this is the file of the data set, whole.")
		}
		return err
	}
	if done.Entities != x.entities {
		return sightline.Errorf(sightline.Invalid, "read "+r.Dataset.ID, in.Name, "it has %d entities, the index says %d", done.Entities, x.entities).
			WithHint("The file was cut short, or is of another edition: download it and index.json again.")
	}
	for _, n := range []struct {
		n    int64
		what string
	}{
		{done.Entities, "rows of " + r.Dataset.ID + "/" + role},
		{done.Came, "organisations and things"},
		{done.Edges, "edges between them"},
		{done.Persons, "persons: left out"},
		{done.PersonEdges, "edges that touch a person: left out"},
		{done.PerhapsPersons, "legal entities that may be persons: left out"},
		{done.PerhapsEdges, "edges that touch one of those: left out"},
		{done.LooseEdges, "edges to something that did not come in: left out"},
		{done.Other, "entities of kinds that nothing here stands for: left out"},
		{int64(refused), "entities that our vocabulary cannot hold: left out"},
	} {
		r.CountN(n.what, int(n.n))
	}
	for _, c := range done.NotTaken {
		r.CountN("values not taken: "+c.Name, int(c.N))
	}
	r.Note("data set %s, version %s, %d entities", x.name, x.version, x.entities)
	return nil
}

// readIndex reads index.json.
func readIndex(r *source.Reading) (x index, err error) {
	in, _ := r.File("index")
	bad := func(format string, args ...any) error {
		return sightline.Errorf(sightline.Invalid, "read "+r.Dataset.ID, in.Name, format, args...).
			WithHint("Name the index.json that stands beside the file at the publisher's.")
	}
	var members map[string]jsontext.Value
	if err := json.Unmarshal(in.Bytes, &members); err != nil {
		return x, bad("it is no index: %w", err)
	}
	var resources []map[string]jsontext.Value
	var updated string
	for name, to := range map[string]any{"name": &x.name, "version": &x.version, "updated_at": &updated, "entity_count": &x.entities, "resources": &resources} {
		v, ok := members[name]
		if !ok {
			return x, bad("it has no member %q", name)
		}
		if err := json.Unmarshal(v, to); err != nil {
			return x, bad("member %q: %w", name, err)
		}
		delete(members, name)
	}
	day, _, _ := strings.Cut(updated, "T")
	if x.updated, err = sightline.ParseDate(day); err != nil || x.name == "" || x.entities <= 0 {
		return x, bad("name %q, updated_at %q, entity_count %d: not those of a data set", sightline.Clip(x.name, 60), sightline.Clip(updated, 60), x.entities)
	}
	var left []string
	for name := range members {
		left = append(left, sightline.Clip(name, 40))
	}
	if slices.Sort(left); len(left) > 0 {
		r.Note("members of the index that are not read: %s", strings.Join(left[:min(len(left), 30)], ", "))
	}
	x.sums = map[string]string{}
	for _, res := range resources {
		var name, sum string
		if err := json.Unmarshal(res["name"], &name); err != nil {
			return x, bad("a resource without a name")
		}
		if v, ok := res["checksum"]; ok && json.Unmarshal(v, &sum) == nil && len(sum) == 2*sha1.Size {
			x.sums[name] = strings.ToLower(sum)
		}
	}
	return x, nil
}

// take adds a record. A claim gets an id by what it is about, so that a later
// edition of the edge corrects it.
func take(r *source.Reading, x index, record sightline.Record) error {
	switch record.Kind() {
	case sightline.EntityRecord:
		return r.Entity(*record.Entity())
	case sightline.ClaimRecord:
		c := *record.Claim()
		c.References = slices.Clone(c.References)
		for i := range c.References {
			c.References[i].Extraction = r.Extraction()
		}
		edge, _, _ := strings.Cut(c.References[0].Locator, " ")
		c.ID, c.Published = "", x.updated
		return r.Claim(c, "", edge, c.Predicate.String(), string(c.Subject), string(c.Object.Entity)+c.Object.Text)
	}
	return sightline.Errorf(sightline.Invalid, "read "+r.Dataset.ID, record.ID(), "it carries a record of ours").
		WithHint("This is an export of Sightline: use sightline import --format ftm.")
}

// store holds the source of the data set and nothing else: what a workspace
// holds is no matter of an importer.
type store struct{}

func (store) Source(id sightline.SourceID, _ sightline.Instant) (*sightline.Source, error) {
	return Dataset.Source()
}

func (store) Entity(id sightline.EntityID, _ sightline.Instant) (*sightline.Entity, error) {
	return nil, sightline.Errorf(sightline.NotFound, "find entity", string(id), "not held")
}
