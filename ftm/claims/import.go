package claims

import (
	"cmp"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"

	"sightline"
	"sightline/ftm"
	"sightline/internal/order"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Format is one of the two forms in which FollowTheMoney travels.
type Format uint8

// The formats.
const (
	Entities       Format = iota // JSON Lines
	StatementTable               // CSV, sorted by canonical_id
)

// Options says how a file comes in.
type Options struct {
	Format Format
	// Open opens the file. It is read once, a table once more before that to
	// see that it is sorted, and again if it holds edges that carry no record
	// of ours.
	Open func() (io.ReadCloser, error)
	// Sources are held sources on which the claims rest. Without any, each data
	// set that an edge names becomes a source.
	Sources []sightline.SourceID
	// Store is what is held: a source or entity that is there already is not
	// declared again. Nil holds nothing.
	Store Held
	// Emit takes a record, and the line of the file that it comes from.
	Emit func(line int64, r sightline.Record) error
	// Reject takes what could not be used.
	Reject func(Rejection) error
}

// Held is the part of a [sightline.Store] that an import asks.
type Held interface {
	Source(id sightline.SourceID, asRecorded sightline.Instant) (*sightline.Source, error)
	Entity(id sightline.EntityID, asRecorded sightline.Instant) (*sightline.Entity, error)
}

// Rejection is a piece of the file that could not be used.
type Rejection struct {
	Line  int64
	Bytes int64
	Text  string // its first bytes, or the id of the entity; nothing of what says that it is a person
	Err   error
}

// Report accounts for a file: each of its entities is in one of the counts.
type Report struct {
	Entities int64 // read
	Carried  int64 // brought their records along
	Derived  int64 // only follow from other records
	Came     int64 // organisations and things that came in as entities
	Known    int64 // ours, held here already under the same id
	Edges    int64 // came in as claims
	Rejected int64 // with damaged lines

	Persons        int64       // natural persons
	PersonEdges    int64       // edges that touch one
	PerhapsPersons int64       // legal entities that may be natural persons
	PerhapsEdges   int64       // edges that touch one of those
	LooseEdges     int64       // edges to something that did not come in
	Other          int64       // of schemata that nothing here stands for
	Records        int64       // given out
	NotTaken       []ftm.Count // schemata, properties and countries that are not taken, by name
	Unknown        []ftm.Count // of those, what the table of the model does not have
	NewSources     []sightline.SourceID
}

// Import reads a file and gives out its records: what travels in our own
// column as it stands, organisations as entities, and edges as claims. Natural
// persons, and edges that touch one, are counted and nothing else; a
// LegalEntity can be a person, so it is treated as one.
//
// It holds the id, kind and name of every entity that came in, not the file.
func Import(o Options) (Report, error) {
	im := &importer{
		o: o, nodes: map[string]node{}, notTaken: map[string]int64{},
		documents: map[string]ftm.Entity{}, declared: map[string]bool{},
	}
	for _, id := range o.Sources {
		if err := im.mustHold(id); err != nil {
			return im.done, err
		}
	}
	if o.Format == StatementTable {
		// Nothing of a table that turns out to be unsorted is given out.
		if err := im.read(func(*item) error { return nil }, false); err != nil {
			return im.done, err
		}
	}
	if err := im.read(im.first, true); err != nil {
		return im.done, err
	}
	if im.edges > 0 {
		if err := im.read(im.second, false); err != nil {
			return im.done, err
		}
	}
	for name, n := range im.notTaken {
		im.done.NotTaken = append(im.done.NotTaken, ftm.Count{Name: name, N: n})
	}
	order.By(im.done.NotTaken, func(a, b ftm.Count) int { return cmp.Compare(a.Name, b.Name) })
	im.done.Unknown = im.census.Unknown()
	slices.Sort(im.done.NewSources)
	return im.done, nil
}

// importer is one call of Import.
type importer struct {
	o         Options
	done      Report
	census    ftm.Census
	nodes     map[string]node // by FollowTheMoney id, referents too
	documents map[string]ftm.Entity
	declared  map[string]bool // sources and acts given out or held
	notTaken  map[string]int64
	edges     int64 // for the second pass
}

// node is what an edge needs of its ends.
type node struct {
	is   standing
	id   sightline.EntityID
	name string
}

type standing uint8

const (
	absent standing = iota // not in the file, or not taken
	taken
	person
	perhapsPerson
)

// item is an entity of the file and the records that travel with it.
type item struct {
	line    int64
	entity  ftm.Entity
	carries bool     // it has our column, perhaps with nothing in it
	records []string // their text
	group   []ftm.Statement
}

// says lists the data sets that say a value, as far as the file tells: a
// statement table does, an entity of several data sets does not.
func (it *item) says(value string, props ...string) (datasets []string, sure bool) {
	for i := range it.group {
		if s := &it.group[i]; s.Dataset != "" && s.Value == value && slices.Contains(props, s.Prop) && !slices.Contains(datasets, s.Dataset) {
			datasets = append(datasets, s.Dataset)
		}
	}
	if len(datasets) > 0 {
		slices.Sort(datasets)
		return datasets, true
	}
	datasets = slices.Sorted(slices.Values(it.entity.Datasets))
	return datasets, len(datasets) == 1
}

// read walks through the file. Damage is reported in the first pass alone.
func (im *importer) read(each func(*item) error, first bool) error {
	in, err := im.o.Open()
	if err != nil {
		return err
	}
	defer in.Close()
	damaged := func(d ftm.Damage) error {
		if !first {
			return nil
		}
		if strings.Contains(d.Text, "Person") {
			d.Text = "" // not even what is damaged of a person is kept
		}
		return im.reject(Rejection{d.Line, d.Bytes, d.Text, sightline.Errorf(sightline.Invalid, "read FollowTheMoney", "", "%s", d.Reason)})
	}
	next := im.entities(in, damaged)
	if im.o.Format == StatementTable {
		if next, err = im.statements(in, damaged, first); err != nil {
			return readError(err)
		}
	}
	for {
		it, err := next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return readError(err)
		}
		if err := each(&it); err != nil {
			return err
		}
	}
}

// readError tells a file that is something else from one that cannot be read.
func readError(err error) error {
	var f *ftm.FormatError
	if errors.As(err, &f) {
		return &sightline.Error{Code: sightline.Invalid, Op: "read FollowTheMoney", Err: err, Hint: f.Hint}
	}
	if sightline.ErrorCode(err) != sightline.Internal {
		return err
	}
	return &sightline.Error{Code: sightline.Unavailable, Op: "read FollowTheMoney", Err: err, Hint: "The file could not be read to its end. What was acknowledged is held; run the import again."}
}

// entities reads JSON Lines.
func (im *importer) entities(in io.Reader, damaged func(ftm.Damage) error) func() (item, error) {
	r := ftm.NewEntityReader(in, damaged)
	return func() (item, error) {
		for {
			e, err := r.Read()
			if err != nil {
				return item{}, err
			}
			it := item{line: r.Line(), entity: e}
			if v, ok := e.Member(Member); ok {
				it.carries = true
				var list []jsontext.Value
				if err := json.Unmarshal(v, &list); err != nil {
					if err := damaged(ftm.Damage{Line: it.line, Text: e.ID, Reason: "the member " + Member + " is no list of records"}); err != nil {
						return item{}, err
					}
					continue
				}
				for _, v := range list {
					it.records = append(it.records, string(v))
				}
			}
			return it, nil
		}
	}
}

// statements reads a table and folds its entities.
func (im *importer) statements(in io.Reader, damaged func(ftm.Damage) error, first bool) (func() (item, error), error) {
	r, err := ftm.NewStatementReader(in, damaged)
	if err != nil {
		return nil, err
	}
	column := slices.Index(r.Extra(), Column)
	if first {
		for _, c := range r.Extra() {
			if c != Column {
				im.notTaken["column "+c]++
			}
		}
	}
	return func() (item, error) {
		for {
			group, err := r.Group()
			if err != nil {
				return item{}, err
			}
			it := item{line: r.Line(), group: group}
			if it.entity, err = ftm.Fold(group); err != nil {
				if err := damaged(ftm.Damage{Line: it.line, Text: group[0].CanonicalID, Reason: err.Error()}); err != nil {
					return item{}, err
				}
				continue
			}
			for i := range group {
				if column < 0 || group[i].Extra[column] == "" {
					continue
				}
				it.carries = true
				if text := group[i].Extra[column]; text != "[]" {
					it.records = append(it.records, text)
				}
			}
			return it, nil
		}
	}, nil
}

func (im *importer) reject(r Rejection) error {
	im.done.Rejected++
	if im.o.Reject == nil {
		return nil
	}
	return im.o.Reject(r)
}

// refuse rejects an entity that was read.
func (im *importer) refuse(it *item, err error) error {
	return im.reject(Rejection{it.line, 0, it.entity.ID, err})
}

func (im *importer) emit(line int64, r sightline.Record) error {
	im.done.Records++
	return im.o.Emit(line, r)
}

// note counts what is not taken, and cannot be made to hold endless names.
func (im *importer) note(name string, n int) {
	if _, ok := im.notTaken[name]; !ok && len(im.notTaken) >= 10_000 {
		name = ftm.Others
	}
	im.notTaken[name] += int64(n)
}

func (im *importer) mustHold(id sightline.SourceID) error {
	if im.o.Store != nil {
		if _, err := im.o.Store.Source(id, 0); err == nil || sightline.ErrorCode(err) != sightline.NotFound {
			return err
		}
	}
	return sightline.Errorf(sightline.NotFound, "import", string(id), "no such source is held").
		WithHint("Add its source record first (docs/CLAIMS.md), or leave --source out: then each data set of the file becomes a source.")
}

// carried takes the records that travel with an entity. Whoever changed what
// stands beside them meant something by it, so the two must agree.
func (im *importer) carried(it *item) error {
	var entries []sightline.Entry
	for _, text := range it.records {
		r, err := sightline.ParseRecord([]byte(text))
		if err != nil {
			return im.refuse(it, err)
		}
		entries = append(entries, sightline.Entry{Record: r, Closed: sightline.Forever})
	}
	order.By(entries, func(a, b sightline.Entry) int { return a.Record.Compare(b.Record) })
	if what := differs(&it.entity, entries); what != "" {
		return im.refuse(it, sightline.Errorf(sightline.Conflict, "import", it.entity.ID, "its %s is not that of the record that it carries", what).
			WithHint("Change the record, or leave %s out of this entity so that the rest of it is read.", Column))
	}
	im.done.Carried++
	for _, e := range entries {
		if err := im.emit(it.line, e.Record); err != nil {
			return err
		}
		switch v := e.Record; v.Kind() {
		case sightline.SourceRecord:
			im.declared[v.ID()] = true
		case sightline.EntityRecord:
			im.declared[v.ID()] = true
			im.nodes[it.entity.ID] = node{taken, v.Entity().ID, v.Entity().Name}
		}
	}
	return nil
}

// differs names what an entity says otherwise than the records it carries.
func differs(e *ftm.Entity, entries []sightline.Entry) string {
	var m mapper
	var rows []ftm.Statement
	var ignore []string
	last := entries[len(entries)-1]
	if slices.Contains(e.Values("keywords"), "closed") {
		last.Closed = 0
	}
	switch last.Record.Kind() {
	case sightline.ClaimRecord:
		ignore = contextual
		rows = m.claim(last)
	case sightline.WithdrawalRecord:
		rows = m.withdrawal(last)
	case sightline.JudgementRecord:
		rows = m.judgement(last)
	default:
		rows = m.versions(entries)
	}
	want, err := ftm.Fold(rows)
	if err != nil {
		panic("BUG: fold an entity of ours: " + err.Error())
	}
	for _, x := range entries {
		if recordID(x.Record) != e.ID || len(entries) > 1 && x.Record.Kind() >= sightline.ClaimRecord {
			return "id"
		}
	}
	if want.Schema != e.Schema {
		return "schema"
	}
	for _, pair := range [][2]*ftm.Entity{{e, &want}, {&want, e}} {
		for _, p := range pair[0].Properties {
			if slices.Contains(ignore, p.Prop) {
				continue
			}
			a, b := slices.Sorted(slices.Values(p.Values)), slices.Sorted(slices.Values(pair[1].Values(p.Prop)))
			if !slices.Equal(slices.Compact(a), slices.Compact(b)) {
				return p.Prop
			}
		}
	}
	return ""
}

// kinds are the schemata that come in as entities.
var kinds = map[string]sightline.EntityKind{
	"Company": sightline.KindCompany, "Organization": sightline.KindOrganization, "PublicBody": sightline.KindBody,
	"Project": sightline.KindProject, "Contract": sightline.KindAgreement, "Event": sightline.KindEvent,
}

// first takes records that are carried, and entities; edges only count.
func (im *importer) first(it *item) error {
	e := &it.entity
	im.done.Entities++
	im.census.Entity(e)
	for _, m := range e.More {
		if m.Name != Member {
			im.note("member "+m.Name, 1)
		}
	}
	schema, known := ftm.Lookup(e.Schema)
	switch {
	case e.Schema == "Person":
		im.done.Persons++
		im.stand(e, node{is: person})
		return nil
	case len(it.records) > 0:
		return im.carried(it)
	case it.carries:
		im.done.Derived++
		return nil
	case e.Schema == "LegalEntity" || perhaps(e, schema):
		im.done.PerhapsPersons++
		im.stand(e, node{is: perhapsPerson})
		return nil
	case known && links(schema):
		im.edges++
		return nil
	}
	if id, ok := strings.CutPrefix(e.ID, ofSource); ok && e.Schema == "Document" {
		if len(im.documents) < 100_000 {
			im.documents[dataset(sightline.SourceID(id))] = *e
		}
		im.done.Derived++ // it comes in with the first claim that rests on it
		return nil
	}
	id, ours := ourEntity(e.ID)
	if !ours {
		kind, ok := kinds[e.Schema]
		if !ok {
			im.done.Other++
			im.note(e.Schema, 1)
			return nil
		}
		id = sightline.EntityID(kind.String() + "/ftm-" + slug(e.ID))
	}
	return im.organisation(it, id, ours)
}

// perhaps reports whether an entity that is no Person has what only persons
// have.
func perhaps(e *ftm.Entity, s *ftm.Schema) bool {
	if s == nil || !s.IsA("LegalEntity") {
		return false
	}
	for _, p := range e.Properties {
		if ftm.PropType("Person", p.Prop) != "" && ftm.PropType(e.Schema, p.Prop) == "" {
			return true
		}
	}
	return slices.ContainsFunc(e.Values("topics"), func(t string) bool { return t == "role.pep" || t == "role.rca" })
}

// stand notes what an entity is, under each of its ids.
func (im *importer) stand(e *ftm.Entity, n node) {
	im.nodes[e.ID] = n
	for _, r := range e.Referents {
		if _, ok := im.nodes[r]; !ok {
			im.nodes[r] = n
		}
	}
}

// organisation takes an entity.
func (im *importer) organisation(it *item, id sightline.EntityID, ours bool) error {
	e := &it.entity
	v := &sightline.Entity{ID: id}
	seen := map[string]bool{}
	for _, prop := range []string{"name", "alias", "previousName", "weakAlias"} {
		values := slices.Sorted(slices.Values(e.Values(prop)))
		if prop == "name" && slices.Contains(values, e.Caption) {
			values = slices.Insert(values, 0, e.Caption)
		}
		for _, n := range values {
			switch n = strings.TrimSpace(n); {
			case n == "" || seen[n]:
			case v.Name == "":
				v.Name = n
			default:
				v.Names = append(v.Names, n)
			}
			seen[n] = true
		}
	}
	var bases []sightline.Country
	used := []string{"name", "alias", "previousName", "weakAlias", "mainCountry", "jurisdiction"}
	for _, prop := range []string{"mainCountry", "jurisdiction", "country"} {
		for _, code := range e.Values(prop) {
			c, err := sightline.ParseCountry(code)
			if err != nil || len(code) != 2 {
				im.note("country "+sightline.Clip(code, 40), 1)
				continue
			}
			if prop == "country" {
				// An association of no stated kind: good enough where there is one
				// and nothing better.
				if len(e.Values(prop)) == 1 && v.Country.IsZero() {
					v.Country = c
					used = append(used, prop)
				}
				continue
			}
			if v.Country.IsZero() {
				v.Country = c
			}
			if !slices.Contains(bases, c) {
				bases = append(bases, c)
			}
		}
	}
	if ours {
		used = append(used, "keywords", "title", "fileName", "country")
	}
	if id.Kind().IsOrganisation() {
		for _, scheme := range slices.Sorted(maps.Keys(identifiers)) {
			prop := identifiers[scheme]
			if i, ok := identified(scheme, e.Values(prop)); ok {
				v.Identifiers = append(v.Identifiers, i...)
				used = append(used, prop)
			}
		}
	}
	for _, p := range e.Properties {
		if !slices.Contains(used, p.Prop) {
			im.note(e.Schema+":"+p.Prop, len(p.Values))
		}
	}
	if _, plain, _ := strings.Cut(string(id), "/"); id.Kind() == sightline.KindCountry || id.Kind() == sightline.KindNetwork && v.Name == plain {
		// It is there without being declared.
		im.done.Derived++
		im.stand(e, node{taken, id, v.Name})
		return nil
	}
	held, err := im.held(id)
	if err != nil {
		return err
	}
	if held != nil {
		if ours {
			// Somebody's copy of ours does not change what is held.
			im.done.Known++
			im.stand(e, node{taken, id, held.Name})
			return nil
		}
		v.Version = held.Version
		slices.Sort(v.Identifiers)
		if held.Name != v.Name || !slices.Equal(held.Names, v.Names) || held.Country != v.Country || !slices.Equal(held.Identifiers, v.Identifiers) {
			v.Version++
		}
	}
	r, err := sightline.NewRecord(v)
	if err != nil {
		return im.refuse(it, err)
	}
	im.done.Came++
	im.declared[string(id)] = true
	im.stand(e, node{taken, id, v.Name})
	if err := im.emit(it.line, r); err != nil {
		return err
	}
	switch id.Kind() {
	case sightline.KindCompany, sightline.KindBody, sightline.KindOrganization:
	default:
		return nil
	}
	for _, c := range bases {
		claim := &sightline.Claim{Subject: id, Predicate: sightline.BasedIn, Object: sightline.Object{Entity: c.Entity()}}
		datasets, sure := it.says(strings.ToLower(c.Code()), "mainCountry", "jurisdiction")
		if claim.References, err = im.references(it, datasets, sure); err != nil {
			return im.refuse(it, err)
		}
		claim.Words = words(v.Name, "is based in "+c.Name(), claim, datasets)
		if err := im.claim(it, claim); err != nil {
			return err
		}
	}
	return nil
}

// identified reads the identifiers of one scheme, which join records on their
// own: all of them are sound, and no more than an organisation can have, or
// none is taken.
func identified(scheme string, values []string) (list []sightline.Identifier, ok bool) {
	for _, v := range values {
		i, err := sightline.ParseIdentifier(scheme + ":" + v)
		if err != nil || i.Single() && len(values) > 1 {
			return nil, false
		}
		list = append(list, i)
	}
	return list, true
}

func (im *importer) held(id sightline.EntityID) (*sightline.Entity, error) {
	if im.o.Store == nil {
		return nil, nil
	}
	v, err := im.o.Store.Entity(id, 0)
	if sightline.ErrorCode(err) == sightline.NotFound {
		return nil, nil
	}
	return v, err
}

// claim checks and gives out a claim.
func (im *importer) claim(it *item, c *sightline.Claim) error {
	r, err := sightline.NewRecord(c)
	if err != nil {
		return im.refuse(it, err)
	}
	return im.emit(it.line, r)
}

// references are the sources of what an entity says: its data sets, or the
// sources that the caller named, which retell what the data sets report. Where
// the file does not tell which of several data sets says it, they share one
// origin, so that they count as one voice.
func (im *importer) references(it *item, datasets []string, sure bool) ([]sightline.Reference, error) {
	e := &it.entity
	r := sightline.Reference{Locator: e.First("recordId"), Extraction: "ftm"}
	if r.Locator == "" {
		r.Locator = e.ID
	}
	if url := e.First("sourceUrl"); url != "" && !strings.HasPrefix(e.ID, ofClaim) {
		r.Locator += " " + url
	}
	if len(e.Origin) > 0 {
		r.Extraction = strings.Join(slices.Sorted(slices.Values(e.Origin)), ", ")
	}
	ids := im.o.Sources
	switch {
	case len(ids) > 0:
		r.Origin = strings.Join(datasets, " or ")
	case !sure:
		r.Origin = strings.Join(datasets, " or ")
		fallthrough
	default:
		for _, d := range datasets {
			id, err := im.sourceOf(it.line, d)
			if err != nil {
				return nil, err
			}
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil, sightline.Errorf(sightline.Invalid, "import", e.ID, "it names no data set, so nobody says it").WithHint("Name a source that is held with --source.")
	}
	var list []sightline.Reference
	for _, id := range ids {
		r.Source = id
		list = append(list, r)
	}
	return list, nil
}

// sourceOf gives out the source that stands for a data set, once. Nothing is
// known of it but its name, so its reliability is F, not judged, and it stays
// out of public exports until somebody has looked at its terms.
func (im *importer) sourceOf(line int64, name string) (sightline.SourceID, error) {
	v := &sightline.Source{
		Title: name, Kind: sightline.Registry, Reliability: sightline.RelF, Licence: "unknown", Terms: sightline.Restricted,
		Selection: "Data set of a FollowTheMoney file; its terms and its rule of selection are not in the file",
	}
	v.ID = sightline.SourceID(slug(strings.ReplaceAll(name, "_", "-")))
	if d, ok := im.documents[name]; ok {
		v.ID = sightline.SourceID(strings.TrimPrefix(d.ID, ofSource))
		v.Publisher, v.URL = d.First("publisher"), d.First("sourceUrl")
		if t := d.First("title"); t != "" {
			v.Title = t
		}
		v.Published, _ = sightline.ParseDate(d.First("publishedAt"))
		v.Accessed, _ = sightline.ParseDate(d.First("retrievedAt"))
	}
	if im.declared[string(v.ID)] {
		return v.ID, nil
	}
	if im.o.Store != nil {
		if _, err := im.o.Store.Source(v.ID, 0); err == nil {
			im.declared[string(v.ID)] = true
			return v.ID, nil
		} else if sightline.ErrorCode(err) != sightline.NotFound {
			return "", err
		}
	}
	id := v.ID
	r, err := sightline.NewRecord(v)
	if err != nil {
		return "", err
	}
	im.declared[string(id)] = true
	im.done.NewSources = append(im.done.NewSources, id)
	return id, im.emit(line, r)
}
