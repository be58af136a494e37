// Package telegeography imports the cables of TeleGeography's Submarine Cable
// Map: where each lands, who owns it, when it was or is to be ready for
// service, how long it is and, from 2021 on, who supplied it.
//
// The publisher's own form is one JSON file for each cable, in two layouts
// (version 2, to June 2021, and version 3, which added suppliers and says which
// cables are planned). Three tables that somebody drew from version 2 are read
// as well; all three forms of one edition make the same claims.
//
// Traps: the name of a country can hold a comma ("Congo, Dem. Rep."); owners
// are a list in which names were cut at their own commas (joined.csv); the
// map counts Hong Kong and Macao landings under China and Puerto Rico, Guam and
// Svalbard under other states (places.csv gives them their own codes, and the
// claim says what the source wrote); "2021 Q4" is a date; a cable that has
// not been laid is on the map like any other. Version 2 does not say which
// cables are planned: those are that were to be ready after the day of the
// edition.
//
// Names of owners and suppliers are mapped in names.csv, which also gives the
// seat of each firm as commonly known: the map does not. A name that is not in
// it gets an id of its own and no country.
package telegeography

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sightline"
	"sightline/source"
)

//go:embed declared.jsonl
var declared string

//go:embed repairs.csv
var repairs string

//go:embed names.csv
var namesCSV string

//go:embed cables.csv
var cablesCSV string

//go:embed places.csv
var placesCSV string

//go:embed joined.csv
var joinedCSV string

// ID is the id of the data set.
const ID = "telegeography-cables"

// The editions whose files are known as a set.
var (
	version2 = source.Edition{Name: "version 2 files, commit 85198ba3de4d", Published: "2021-06-29", Verified: source.CopyOnly}
	version3 = source.Edition{Name: "version 3 files, commit 380d2c7a of a fork", Published: "2022-04-26", Verified: source.CopyOnly}
	sets     = map[string]*source.Edition{ // by the SHA-256 of the sorted sums of the cables' files
		"0d77bd79fd69fdc116a5f84bca678433af24a9c1982afe294d67bb5d129dbdeb": &version2,
		"65f0ae713e8c0080c0a8ff0477bdb2de7e195b01480df2e53606ec0ccf7a8fc3": &version3,
	}
	counts = map[*source.Edition]int{&version2: 484, &version3: 503}
)

// Dataset is the map.
var Dataset = &source.Dataset{
	ID:     ID,
	Title:  "Submarine cables of the world (TeleGeography)",
	Covers: "landing points, owners, suppliers, length and readiness of some 500 submarine cables, planned ones included",
	Obtain: "Take the folder public/api/v2/cable (to June 2021) or web/public/api/v3/cable (later) of the repository, and name all files in it: cable/*.json. " +
		"Its all.json says which files there must be. The three tables cables.csv, cable_landings.csv and cable_owners.csv, drawn from version 2, are read too. " +
		"Version 2 and the tables do not say who built a cable.",
	Changes:  "Several times a month. Version 2 ended in June 2021. Checked on all 484 files of version 2 (2021-06-29) and all 503 of a fork's copy of version 3 (2022-04-26); a new member of a file is refused until the importer is taught.",
	Usage:    "cable/*.json",
	Declared: declared,
	Repairs:  repairs,
	Files: []source.File{
		{Role: "index", Name: "all.json", Optional: true},
		{Role: "geometry", Name: "cable-geo.json", Optional: true},
		{Role: "cable", Name: "*.json", Optional: true, Many: true},
		{Role: "cables", Name: "cables*.csv", Optional: true},
		{Role: "landings", Name: "cable_landings*.csv", Optional: true},
		{Role: "owners", Name: "cable_owners*.csv", Optional: true},
	},
	Editions: []source.Edition{version2, version3, {
		Name: "tables from version 2, commit 85198ba3de4d", Published: "2021-06-29", Verified: source.CopyOnly,
		SHA256: map[string]string{
			"cables":   "41f9501e0a0ac149c7dc5bd42412c36389e0cdfe20dfcbd728bc78ebf1b6b2f0",
			"landings": "f20f2d2ef4774b962e6b0c4bd069356e6c7552266f0d01ab2969cec869ec4359",
			"owners":   "16c431288df4ab82a1f6878dfcea76ddc93ccc9dfd06ba025d254f5fb1500340",
		},
	}},
	Whole: true,
	Read:  read,
}

// cable is a cable in any of the three forms.
type cable struct {
	id, name  string
	ready     string // "2009 April", "2021 Q4", "n.a."
	planned   *bool  // nil where the form does not say
	length    string // "37,000 km", "280.4", "n.a."
	owners    []string
	suppliers []string
	landings  []landing
	notes     string
	line      string // where it stands, for errors
}

type landing struct {
	name    string
	decided bool // whether the place is
}

func read(r *source.Reading) error {
	var cables []cable
	var err error
	if len(r.Files("cable")) > 0 {
		cables, err = readFiles(r)
	} else {
		cables, err = readTables(r)
	}
	if err != nil {
		return err
	}
	b := &builder{Reading: r}
	if err := b.tables(); err != nil {
		return err
	}
	if r.Edition != nil {
		if b.edition, err = sightline.ParseDate(r.Edition.Published); err != nil {
			return err
		}
	} else {
		r.Note("the edition is not known, so its claims carry no date of publication of their own")
	}
	for _, c := range cables {
		if err := b.cable(c); err != nil {
			return sightline.Errorf(sightline.Invalid, "read cable", c.id+" ("+c.line+")", "%w", err).WithHint("%s", sightline.ErrorHint(err))
		}
	}
	if len(b.unknown) > 0 {
		slices.Sort(b.unknown)
		r.Note("not in names.csv, so with an id of its own and no country each: %s", strings.Join(b.unknown, "; "))
	}
	return nil
}

// setOf names a set of files by their bytes, in any order.
func setOf(files []source.Input) string {
	var sums []string
	for _, f := range files {
		sums = append(sums, f.SHA256)
	}
	slices.Sort(sums)
	sum := sha256.Sum256([]byte(strings.Join(sums, "\n")))
	return hex.EncodeToString(sum[:])
}

// builder makes the claims.
type builder struct {
	*source.Reading
	edition sightline.Date
	names   map[string]party
	cables  map[string]sightline.EntityID
	places  []place
	joined  map[string][]string // the beginnings before a piece of a name, by the piece
	told    map[string]bool
	unknown []string // names of parties that are not in names.csv
}

type party struct {
	entity  sightline.EntityID
	country sightline.Country
}

type place struct {
	ends       string
	says, code sightline.Country
}

// tables reads the tables of ours.
func (b *builder) tables() error {
	b.names, b.cables, b.joined, b.told = map[string]party{}, map[string]sightline.EntityID{}, map[string][]string{}, map[string]bool{}
	own := func(name, text string, f func(*source.Row) error) error {
		t, err := source.CSV(name, []byte(text))
		if err != nil {
			return err
		}
		return t.Each(f)
	}
	country := func(row *source.Row, column string) (c sightline.Country) {
		if row.Peek(column) != "" {
			return row.Country(column)
		}
		row.Pop(column)
		return c
	}
	err := own("names.csv", namesCSV, func(row *source.Row) error {
		name := row.Need("name")
		p := party{sightline.EntityID(row.Pop("entity")), country(row, "country")}
		if why := row.Pop("reason"); (why == "") != (p.entity == "") {
			return sightline.Errorf(sightline.Invalid, "read names", name, "a name that is mapped has a reason, and no other")
		}
		if p.entity == "" {
			p.entity = ownCompany(name)
		}
		if _, twice := b.names[name]; twice {
			return sightline.Errorf(sightline.Invalid, "read names", name, "it stands twice")
		}
		b.names[name] = p
		return nil
	})
	if err != nil {
		return err
	}
	if err := own("cables.csv", cablesCSV, func(row *source.Row) error {
		b.cables[row.Need("cable")] = sightline.EntityID(row.Need("entity"))
		row.Need("reason")
		return nil
	}); err != nil {
		return err
	}
	if err := own("places.csv", placesCSV, func(row *source.Row) error {
		b.places = append(b.places, place{row.Need("ends"), row.Country("says"), row.Country("code")})
		row.Need("reason")
		return nil
	}); err != nil {
		return err
	}
	return own("joined.csv", joinedCSV, func(row *source.Row) error {
		tail := row.Need("tail")
		b.joined[tail] = append(b.joined[tail], row.Need("head"))
		row.Need("reason")
		return nil
	})
}

// ownCompany is the id of a firm that the catalogue does not know.
func ownCompany(name string) sightline.EntityID {
	return sightline.EntityID("company/" + source.Slug(ID, name))
}

// where finds the country of a landing point by the end of its name, and the
// country that the source says it is in.
func (b *builder) where(name string) (code, says sightline.Country, site string, err error) {
	best := place{}
	for _, p := range b.places {
		if (name == p.ends || strings.HasSuffix(name, ", "+p.ends)) && len(p.ends) > len(best.ends) {
			best = p
		}
	}
	if best.ends == name { // the row is about one place
		site, _, _ := strings.Cut(name, ", ")
		return best.code, best.says, site, nil
	}
	if best.ends != "" {
		return best.code, best.says, strings.TrimSuffix(name, ", "+best.ends), nil
	}
	parts := strings.Split(name, ", ")
	for i := 1; i < len(parts); i++ {
		end := strings.Join(parts[i:], ", ")
		if c, err := sightline.ParseCountry(end); err == nil && len(end) > 3 { // not the code of a federal state
			return c, c, strings.Join(parts[:i], ", "), nil
		}
	}
	return code, says, "", sightline.Errorf(sightline.Invalid, "read landing point", name, "its name does not end with a country that is known").
		WithHint("Add the ending to places.csv of the importer, with its reason.")
}

// parties are the names of a list, put together where they were cut.
func (b *builder) parties(list []string, role string) ([]string, error) {
	var out []string
	for _, n := range list {
		n = strings.TrimSpace(n)
		if heads := b.joined[n]; heads != nil {
			last := len(out) - 1
			if last < 0 || !slices.Contains(heads, out[last]) {
				return nil, sightline.Errorf(sightline.Conflict, "read owners", n, "it is a piece of a name, after a beginning that is not known").
					WithHint("Add the beginning to joined.csv of the importer.")
			}
			out[last] += ", " + n
			b.Count("names of owners put together that were cut at a comma")
			b.once("mended: %q is one owner whose name was cut at its comma", out[last])
			continue
		}
		switch {
		case n == "" || n == "n.a.":
		case slices.Contains(out, n):
			b.Count(role + "s that stand twice on one cable")
		default:
			out = append(out, n)
		}
	}
	if len(out) == 0 {
		b.Count("cables without " + role + " on the map")
	}
	return out, nil
}

func (b *builder) once(format string, args ...any) {
	if s := fmt.Sprintf(format, args...); !b.told[s] {
		b.told[s] = true
		b.Note("%s", s)
	}
}

// party declares who a name stands for.
func (b *builder) party(name string) (sightline.EntityID, error) {
	p, known := b.names[name]
	if !known {
		p.entity = ownCompany(name)
		if !slices.Contains(b.unknown, name) {
			b.unknown = append(b.unknown, name)
		}
	}
	if p.country.IsZero() {
		b.Count("owners or suppliers whose seat is not known")
	}
	if p.entity.Kind() == sightline.KindCountry {
		return p.entity, nil
	}
	if main := b.mainName(p.entity); main != "" {
		return p.entity, b.Entity(sightline.Entity{ID: p.entity, Name: main, Country: p.country})
	}
	return p.entity, b.Entity(sightline.Entity{ID: p.entity, Name: name, Country: p.country})
}

// organisations counts the organisations that names stand for.
func (b *builder) organisations(names []string) string {
	ids := map[sightline.EntityID]bool{}
	for _, n := range names {
		p, known := b.names[n]
		if !known {
			p.entity = ownCompany(n)
		}
		ids[p.entity] = true
	}
	return strconv.Itoa(len(ids))
}

// mainName is the name under which an entity with several is declared: the
// first in the order of the alphabet whose own id it is, or else the first.
func (b *builder) mainName(id sightline.EntityID) string {
	first := ""
	for n, p := range b.names {
		if p.entity != id {
			continue
		}
		if ownCompany(n) == id {
			return n
		}
		if first == "" || n < first {
			first = n
		}
	}
	return first
}

func (b *builder) cable(c cable) error {
	id, known := b.cables[c.id]
	if !known {
		id = sightline.EntityID("cable/" + source.Slug("telegeography", c.id))
	}
	if err := b.Entity(sightline.Entity{ID: id, Name: c.name}); err != nil {
		return err
	}
	start, err := ready(c.ready)
	if err != nil {
		return err
	}
	status := b.status(c, start)
	locator := "https://www.submarinecablemap.com/submarine-cable/" + c.id
	claim := func(x sightline.Claim, key ...string) error {
		x.Subject, x.Published = id, b.edition
		return b.Claim(x, locator, append(key, c.id)...)
	}
	since, err := from(start)
	if err != nil {
		return err
	}

	// Landing points, one claim for each country.
	type shore struct {
		sites   []string
		says    sightline.Country
		decided bool
	}
	shores := map[sightline.Country]*shore{}
	for _, l := range c.landings {
		code, says, site, err := b.where(l.name)
		if err != nil {
			return err
		}
		s := shores[code]
		if s == nil {
			s = &shore{says: says}
			shores[code] = s
		}
		if l.decided {
			s.decided = true
			s.sites = append(s.sites, site)
		} else {
			b.Count("landing points that are not decided")
		}
		b.Count("landing points")
	}
	if len(shores) == 0 {
		return sightline.Errorf(sightline.Invalid, "read cable", c.id, "it lands nowhere").WithHint("The list of landing points is cut short: get it again.")
	}
	extent := "international"
	if len(shores) == 1 {
		extent = "domestic"
	}
	for country, s := range shores {
		slices.Sort(s.sites)
		q := map[string]string{"extent": extent}
		at := ""
		if sites := slices.Compact(s.sites); len(sites) > 0 {
			q["place"] = strings.Join(sites, "; ")
			at = " (" + q["place"] + ")"
		}
		var notes []string
		if s.says != country {
			notes = append(notes, "the source writes "+s.says.Name())
			b.Count("shores that the source counts under another state")
		}
		if !s.decided {
			notes = append(notes, "the landing point is not decided")
		}
		if len(notes) > 0 {
			q["note"] = strings.Join(notes, "; ")
		}
		verb := "lands"
		if status == "announced" {
			verb = "is planned to land"
		}
		if err := claim(sightline.Claim{
			Predicate: sightline.LandsIn, Object: sightline.Object{Entity: country.Entity()}, Qualifiers: q, Valid: since,
			Words: fmt.Sprintf("By TeleGeography's map %s %s in %s%s.", c.name, verb, country.Name(), at),
		}, "lands", country.Code()); err != nil {
			return err
		}
	}

	if status != "" {
		valid, words := since, fmt.Sprintf("By TeleGeography's map %s is in service%s.", c.name, sinceWords(c.ready))
		if status == "announced" {
			valid, words = sightline.Period{}, fmt.Sprintf("TeleGeography's map shows %s as planned%s.", c.name, dueWords(c.ready))
		}
		if err := claim(sightline.Claim{Predicate: sightline.StatusIs, Object: sightline.Object{Text: status}, Valid: valid, Words: words}, "status"); err != nil {
			return err
		}
	}
	owners, err := b.parties(c.owners, "owner")
	if err != nil {
		return err
	}
	many := b.organisations(owners)
	for _, n := range owners {
		owner, err := b.party(n)
		if err != nil {
			return err
		}
		if err := claim(sightline.Claim{
			Predicate: sightline.OwnedBy, Object: sightline.Object{Entity: owner}, // since when, the map does not say
			Qualifiers: map[string]string{"number": many}, // so that a reader can tell whether all that the map names are on record
			Words:      fmt.Sprintf("TeleGeography's map names %s among the owners of %s, without shares.", n, c.name),
		}, "owner", slugOf(owner)); err != nil {
			return err
		}
	}
	suppliers, err := b.parties(c.suppliers, "supplier")
	if err != nil {
		return err
	}
	many = b.organisations(suppliers)
	for _, n := range suppliers {
		supplier, err := b.party(n)
		if err != nil {
			return err
		}
		verb, valid := "supplied", sightline.On(start)
		if status != "operating" {
			verb, valid = "is to supply", sightline.Period{}
		}
		if err := claim(sightline.Claim{
			Predicate: sightline.BuiltBy, Object: sightline.Object{Entity: supplier}, Qualifiers: map[string]string{"role": "supplier", "number": many}, Valid: valid,
			Words: fmt.Sprintf("By TeleGeography's map %s %s %s.", n, verb, c.name),
		}, "builder", slugOf(supplier)); err != nil {
			return err
		}
	}
	if c.notes != "" {
		b.Count("notes in the publisher's words, not taken")
	}
	return b.length(c, claim)
}

func (b *builder) length(c cable, claim func(sightline.Claim, ...string) error) error {
	text := strings.TrimSpace(strings.ReplaceAll(strings.TrimSuffix(strings.TrimSpace(c.length), "km"), ",", ""))
	if text == "" || text == "n.a." {
		b.Count("cables without a length")
		return nil
	}
	km, err := strconv.ParseFloat(text, 64)
	if err != nil || km <= 0 || km > 50000 {
		return sightline.Errorf(sightline.Invalid, "read length", c.length, "not a length of a cable in kilometres").WithHint("The longest cable that is known has 45,000 km.")
	}
	return claim(sightline.Claim{
		Predicate: sightline.CountReported, Object: sightline.Object{Number: km, Unit: "km"},
		Words: fmt.Sprintf("By TeleGeography's map %s is %s km long.", c.name, text),
	}, "length")
}

// status is what the map says of a cable's state: "" where it does not tell.
func (b *builder) status(c cable, start sightline.Date) string {
	switch {
	case c.planned != nil && *c.planned:
		return "announced"
	case c.planned != nil:
		return "operating"
	case start.IsZero() || b.edition.IsZero():
	case start.First() > b.edition.Last():
		return "announced"
	case last(c.ready, start) <= b.edition.Last():
		return "operating"
	}
	b.Count("cables of which the edition does not tell whether they are in service")
	return ""
}

var months = []string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}

// ready reads the date at which a cable is ready for service. A quarter begins
// with its first month, approximately.
func ready(s string) (sightline.Date, error) {
	if s == "" || s == "n.a." {
		return sightline.Date{}, nil
	}
	year, rest, more := strings.Cut(s, " ")
	switch i := slices.Index(months, rest); {
	case !more:
		return sightline.ParseDate(year)
	case i >= 0:
		return sightline.ParseDate(fmt.Sprintf("%s-%02d", year, i+1))
	case len(rest) == 2 && rest[0] == 'Q' && rest[1] >= '1' && rest[1] <= '4':
		return sightline.ParseDate(fmt.Sprintf("%s-%02d~", year, int(rest[1]-'1')*3+1))
	}
	return sightline.Date{}, sightline.Errorf(sightline.Invalid, "read date of readiness", s, "not a year, month or quarter").WithHint("Known forms are 2009, 2009 April and 2009 Q2.")
}

// last is the last day that a date of readiness covers.
func last(s string, start sightline.Date) sightline.Day {
	if start.Approximate() { // a quarter
		return start.Last() + 61
	}
	return start.Last()
}

func from(d sightline.Date) (sightline.Period, error) {
	if d.IsZero() {
		return sightline.Period{}, nil
	}
	return sightline.ParsePeriod(d.String() + "/")
}

func sinceWords(s string) string {
	if s == "" || s == "n.a." {
		return ""
	}
	return " since " + s
}

func dueWords(s string) string {
	if s == "" || s == "n.a." {
		return ""
	}
	return " for " + s
}

func slugOf(id sightline.EntityID) string {
	kind, slug, _ := strings.Cut(string(id), "/")
	return kind + "-" + strings.TrimPrefix(slug, ID+"-")
}
