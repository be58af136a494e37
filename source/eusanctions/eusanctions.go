// Package eusanctions imports the organisations in the annexes of ten EU
// regulations on restrictive measures, as the OpenSanctions project transcribes
// them from the consolidated texts: a CSV file a regulation.
//
// What goes in is a row a listing, of a person, an organisation, a ship or a
// thing. Persons never become rows: a pass over the text counts them and lets
// them go. What comes out is a claim a listing of an organisation, cited to the
// regulation. The statement of reasons is never passed on: for the listings over
// censorship and surveillance words.csv has a sentence of ours, and for the
// others the sentence says who is listed, where and since when.
//
// Traps: a listing has no number in some annexes; one organisation stands in
// several; dates are printed in four ways, and some are missing; cells hold
// quotation marks of several languages; contact details may be those of people,
// and are never taken.
package eusanctions

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"sightline"
	"sightline/source"
)

//go:embed declared.jsonl
var declared string

// Words are the sentences written by hand, for the listings over censorship,
// filtering, surveillance and shutdown.
//
//go:embed words.csv
var Words string

// regulations by their CELEX number, with the act that each is for us and the
// rows of the edition that is known.
var regulations = []struct {
	celex  string
	act    sightline.EntityID
	rows   int
	sha256 string
}{
	{"32006R0765", "act/eu-belarus-sanctions", 408, "bc67686111f57793b828729c54311d0c6456b668b25b79f0e4aa160450a214dc"},
	{"32011R0359", "act/eu-iran-rights-sanctions", 321, "15127ec5f0dd42c12771b947acf9152a891ebac9ffef48f93a2548aefcb4ed76"},
	{"32012R0036", "act/eu-syria-sanctions", 368, "7a3cbea75b0e8740c3b255c57b4949834891c34eedd9ab87add09a47fd8b9b70"},
	{"32013R0401", "act/eu-myanmar-sanctions", 127, "0e14ce55ca23f8d8b8cb3a726dcc64e1327f123b582788335fcb232c8486a0e7"},
	{"32017R2063", "act/eu-venezuela-sanctions", 69, "dd0b00aa3f1d3880fb5028d78cba71b1d88d2559cc9e6cd8cc57634ce820c7ff"},
	{"32019R0796", "act/eu-cyber-sanctions", 38, "2442fe81f10086e0e9ab9ce88c2e6b23c3d8e5c344637ba43c49eb81063f8be3"},
	{"32019R1716", "act/eu-nicaragua-sanctions", 24, "0fcf1f0a74aa7a3e573fa46222dc2a2a1d804198ede1457fd3e7960eaf078444"},
	{"32020R1998", "act/eu-global-rights-sanctions", 177, "b0180f2b2109bd3a926d91f4e51db05af9a0c8552df8c1631cfd7ea77cae62dd"},
	{"32024R1485", "act/eu-restrictive-measures-rights-russia", 105, "82962bddc0013c2fa012bb8f6f354a68dab64b9804aa5a1391b458dc04abee38"},
	{"32024R2642", "act/eu-russia-destabilisation-sanctions", 100, "f0fd8b2ea93c545ad411d2d5b0eab5746dcf20c8adb876105465770501218525"},
}

// Dataset is the ten files. All are needed: an organisation that a later
// edition has no longer is withdrawn, and a file that was not named is not one
// whose organisations were taken off.
var Dataset = &source.Dataset{
	ID:       "eu-sanctions",
	Title:    "EU restrictive measures: organisations in the annexes of ten regulations",
	Covers:   "303 listings of organisations over internal repression, human rights, cyber-attacks and destabilisation, with dates; persons are left out",
	Obtain:   "Download the ten CSV files from datasets/eu/journal_sanctions/data/consolidated of github.com/opensanctions/opensanctions. The same listings can be read at EUR-Lex by CELEX number.",
	Changes:  "Weeks apart. Give all ten files each time: what is no longer listed is then withdrawn. A new column or kind of listing is refused until it is taught.",
	Usage:    "320*.csv",
	Declared: declared,
	Files:    files(),
	Editions: []source.Edition{edition()},
	Persons:  "four in five rows of the annexes",
	Whole:    true,
	Read:     read,
}

func files() (out []source.File) {
	for _, r := range regulations {
		out = append(out, source.File{Role: strings.ToLower(r.celex), Name: r.celex + ".csv"})
	}
	return out
}

func edition() source.Edition {
	e := source.Edition{Name: "14 August 2026", Published: "2026-08-14", Verified: source.CopyOnly, SHA256: map[string]string{}}
	for _, r := range regulations {
		e.SHA256[strings.ToLower(r.celex)] = r.sha256
	}
	return e
}

// columns of a consolidated file, by its FORMAT.md.
var columns = strings.Split("celex,recordId,programKey,annex,measure,startDate,reason,schema,name,alias,weakAlias,previousName,country,nationality,jurisdiction,"+
	"birthDate,birthPlace,position,passportNumber,gender,appearance,ethnicity,fatherName,motherName,incorporationDate,legalForm,sector,registrationNumber,"+
	"taxNumber,idNumber,innCode,ogrnCode,kppCode,okpoCode,leiCode,swiftBic,ticker,imoNumber,mmsi,flag,address,phone,email,website,notes", ",")

type importer struct {
	*source.Reading
	words    map[string]*words
	entities map[sightline.EntityID]*sightline.Entity
	listings map[string]bool
}

// words is what people wrote of a listing.
type words struct {
	entity              sightline.EntityID
	act                 sightline.EntityID
	listed, words, name string
	used                bool
}

func read(r *source.Reading) error {
	i := &importer{Reading: r, words: map[string]*words{}, entities: map[sightline.EntityID]*sightline.Entity{}, listings: map[string]bool{}}
	t, err := source.CSV("words.csv", []byte(Words))
	if err != nil {
		return err
	}
	if err := t.Each(func(row *source.Row) error {
		i.words[row.Need("celex")+" "+row.Need("record")] = &words{entity: sightline.EntityID(row.Need("entity")), listed: row.Need("listed_name"),
			name: row.Need("called"), act: sightline.EntityID(row.Need("act")), words: row.Need("words")}
		return nil
	}); err != nil {
		return err
	}
	for _, reg := range regulations {
		if err := i.regulation(reg.celex, reg.act, reg.rows); err != nil {
			return err
		}
	}
	for _, id := range slices.Sorted(maps.Keys(i.entities)) {
		if err := i.Entity(*i.entities[id]); err != nil {
			return err
		}
	}
	for _, key := range slices.Sorted(maps.Keys(i.words)) {
		if w := i.words[key]; !w.used {
			if i.Edition != nil {
				return sightline.Errorf(sightline.Conflict, "read listings", key, "words.csv has words for it, and the edition has no such listing").WithHint("Look at words.csv.")
			}
			i.Note("%s (%s) is no longer listed under this number", w.name, key)
		}
	}
	return nil
}

func (i *importer) regulation(celex string, act sightline.EntityID, known int) error {
	role := strings.ToLower(celex)
	in, _ := i.File(role)
	persons, asked := 0, false
	t, left, err := source.CSVOnly(i.Dataset.ID+"/"+role, in.Bytes, func(cell func(string) string) bool {
		asked = true
		if cell("schema") != "Person" {
			return true
		}
		persons++
		return false
	})
	if err != nil {
		return err
	}
	if err := t.ExpectColumns(columns...); err != nil {
		return err
	}
	rows := len(t.Rows) + left
	low, high := known*9/10, known*3
	if i.Edition != nil {
		low, high = known, known
	}
	if rows < low || rows > high || !asked {
		return sightline.Errorf(sightline.Invalid, "read table", t.Name, "it has %d rows, expected %d to %d", rows, low, high).
			WithHint("The file may be cut short. If so many listings were taken off, look before the bounds are moved.")
	}
	if err := i.Check(t, 0, high); err != nil {
		return err
	}
	for range persons {
		i.Count("persons: left out, unread")
	}
	return t.Each(func(row *source.Row) error { return i.row(row, celex, act) })
}

func (i *importer) row(row *source.Row, celex string, act sightline.EntityID) error {
	row.Expect("celex", celex)
	record, annex, name := row.Pop("recordId"), row.Pop("annex"), row.Need("name")
	measure := row.OneOf("measure", "Asset freeze", "Export control", "Financial restrictions")
	schema := row.OneOf("schema", "LegalEntity", "Company", "Organization", "Vessel", "Asset")
	start, err := day(row.Pop("startDate"))
	if err != nil {
		return err
	}
	alias, previous := row.Pop("alias"), row.Pop("previousName")
	row.Ignore("programKey") // the regulation says it
	row.Ignore("reason")     // prose of the act, which names people
	row.Ignore("weakAlias")  // the source itself calls them poor
	// Of persons and ships only; in an organisation's row they are empty.
	for _, c := range []string{"nationality", "birthDate", "birthPlace", "position", "passportNumber", "gender", "appearance", "ethnicity", "fatherName", "motherName"} {
		if row.Peek(c) != "" {
			return sightline.Errorf(sightline.Conflict, "read listing", name, "%s stands in a row that is no person's", c).WithHint("The kind of the row is wrong: a person may be filed as an organisation.")
		}
		row.Ignore(c)
	}
	row.Ignore("imoNumber", "mmsi", "flag")
	row.Ignore("address", "phone", "email", "website", "notes") // some are those of people
	// Where it is based, in the words of the source, which are regions as often
	// as countries; and numbers of registers, for which there is no place.
	row.Ignore("country", "jurisdiction", "incorporationDate", "legalForm", "sector", "registrationNumber", "taxNumber", "idNumber", "innCode", "ogrnCode", "kppCode", "okpoCode", "leiCode", "swiftBic", "ticker")
	if err := row.Err(); err != nil {
		return err
	}
	switch schema {
	case "Vessel", "Asset":
		i.Count("ships and things, which are no organisations: left out")
		return nil
	}
	kind := sightline.KindOrganization
	if schema == "Company" {
		kind = sightline.KindCompany
	}
	who := sightline.EntityID(kind.String() + "/" + source.Slug(i.Dataset.ID, name))
	// In the annexes of frozen assets the number names the listing; elsewhere
	// there is none, or it is the annex's own.
	id, at := source.Slug("eu", celex, record), "annex "+annex+", entry "+record
	said, named := "", name
	w := i.words[celex+" "+record]
	if measure != "Asset freeze" || record == "" {
		id, at, w = source.Slug("eu", celex, annex, name), "annex "+annex, nil
	}
	if w != nil {
		if w.listed != name || w.act != act {
			if i.Edition != nil {
				return sightline.Errorf(sightline.Conflict, "read listing", celex+" "+record, "it is %q, and words.csv expects %q", name, w.listed).WithHint("The numbers of the annex may have moved: look at words.csv.")
			}
			i.Note("entry %s of %s was %q and is %q: no sentence of ours is used", record, celex, w.listed, name)
			w = nil
		} else {
			w.used = true
			who, named, said = w.entity, w.name, w.words
		}
	}
	if i.listings[id] {
		return sightline.Errorf(sightline.Conflict, "read listing", id, "two listings have one number").WithHint("Look at annex %s of %s.", annex, celex)
	}
	i.listings[id] = true
	if err := i.entity(who, named, append(several(alias), several(previous)...), w != nil); err != nil {
		return err
	}
	from := start.String()
	if said == "" {
		said = fmt.Sprintf("The EU listed %s under %s (%s).", named, celex, strings.ToLower(measure))
	}
	valid, err := sightline.ParsePeriod(from + "/..")
	if err != nil {
		return err
	}
	if start.IsZero() {
		i.Count("listings without a date of their own")
	}
	return i.Claim(sightline.Claim{
		ID: sightline.ClaimID(id), Subject: who, Predicate: sightline.ListedUnder, Object: sightline.Object{Entity: act},
		Qualifiers: map[string]string{"measure": strings.ToLower(measure)}, Words: said, Valid: valid, Published: start,
		References: []sightline.Reference{{Source: sightline.SourceID(source.Slug("eu", celex)), Locator: at, Extraction: i.Extraction()}},
	}, "")
}

// entity notes an organisation. What stands twice has the names of both.
func (i *importer) entity(id sightline.EntityID, name string, names []string, ours bool) error {
	e := i.entities[id]
	if e == nil {
		e = &sightline.Entity{ID: id, Name: name}
		i.entities[id] = e
	}
	if ours { // people gave it its names
		return nil
	}
	for _, n := range names {
		if n != e.Name && !slices.Contains(e.Names, n) {
			e.Names = append(e.Names, n)
		}
	}
	slices.Sort(e.Names)
	return nil
}

// several takes a cell of several values apart: ";" between them, and quotation
// marks around one that holds a ";" itself.
func several(cell string) (out []string) {
	if cell == "" {
		return nil
	}
	r := csv.NewReader(strings.NewReader(cell))
	r.Comma, r.TrimLeadingSpace = ';', true
	parts, err := r.Read()
	if err != nil { // quotation marks of another kind
		parts = strings.Split(cell, ";")
	}
	for _, p := range parts {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

// day reads a date in one of the four forms of FORMAT.md.
func day(s string) (sightline.Date, error) {
	if s == "" {
		return sightline.Date{}, nil
	}
	if d, err := sightline.ParseDate(s); err == nil {
		return d, nil
	}
	for _, layout := range []string{"2.1.2006", "2 January 2006", "2 Jan. 2006"} {
		if t, err := time.Parse(layout, s); err == nil {
			return sightline.ParseDate(t.Format(time.DateOnly))
		}
	}
	return sightline.Date{}, sightline.Errorf(sightline.Invalid, "read date", s, "not a date in a form that is known")
}
