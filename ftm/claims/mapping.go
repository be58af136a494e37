package claims

import (
	"crypto/sha1"
	"encoding/hex"
	"maps"
	"slices"
	"strconv"
	"strings"

	"sightline"
	"sightline/ftm"
)

// schemaOf is the schema of a kind of entity. A state acts: it owns, joins,
// votes and signs, which in FollowTheMoney only a LegalEntity can do, so a
// country is a PublicBody. (Territory is a place and can own nothing.) What
// FollowTheMoney has no schema for is a Note.
func schemaOf(k sightline.EntityKind) string {
	if k == sightline.KindCountry {
		return "PublicBody"
	}
	if s := k.FtM(); s != "" {
		return s
	}
	return "Note"
}

// edge is the schema of a claim between two entities, and the properties that
// hold its ends.
type edge struct{ schema, subject, object string }

// anyEdge says that two things are linked, and its role says how. It is what a
// claim becomes when FollowTheMoney has nothing that says the same: a supply
// without a contract is no ContractAward, and finance that was promised no
// Payment.
var anyEdge = edge{"UnknownLink", "subject", "object"}

var edges = map[sightline.Predicate]edge{
	sightline.OwnedBy:              {"Ownership", "asset", "owner"},
	sightline.StateOwnedBy:         {"Ownership", "asset", "owner"},
	sightline.StateMinorityOwnedBy: {"Ownership", "asset", "owner"},
	sightline.MemberOf:             {"Membership", "member", "organization"},
	sightline.ListedUnder:          {"Sanction", "entity", ""},
	sightline.RenamedTo:            {"Succession", "predecessor", "successor"},
}

// fits reports whether the ranges of the edge allow the two ends.
func (e edge) fits(subject, object sightline.EntityID) bool {
	s, ok := ftm.Lookup(e.schema)
	if !ok {
		panic("BUG: no schema " + e.schema)
	}
	for prop, id := range map[string]sightline.EntityID{e.subject: subject, e.object: object} {
		if prop == "" {
			continue
		}
		p, _ := s.Prop(prop)
		end, ok := ftm.Lookup(schemaOf(id.Kind()))
		if !ok || !end.IsA(p.Range) {
			return false
		}
	}
	return true
}

// edgeOf is the edge that a claim between two entities becomes.
func edgeOf(c *sightline.Claim) edge {
	if e, ok := edges[c.Predicate]; ok && e.fits(c.Subject, c.Object.Entity) {
		return e
	}
	return anyEdge
}

// roleEdge is the edge from the subject of a claim to something that its
// qualifiers name.
func roleEdge(c *sightline.Claim, to sightline.EntityID) edge {
	e := anyEdge
	switch {
	case to.Kind() == sightline.KindProject:
		e = edge{"ProjectParticipant", "participant", "project"}
	case to.Kind() == sightline.KindAgreement && c.Predicate == sightline.Supplies:
		e = edge{"ContractAward", "supplier", "contract"}
	}
	if e.fits(c.Subject, to) {
		return e
	}
	return anyEdge
}

// roles are the qualifiers that name an entity, sorted.
var roles = []string{"agreement", "policy", "project", "system"}

// mapper knows what claims need of the records before them.
type mapper struct {
	at      sightline.Instant
	sources map[sightline.SourceID]*sightline.Source
	acts    map[sightline.EntityID]string // names
}

// contextual are the properties of a claim's entity that come from other
// records than the claim.
var contextual = []string{"sourceUrl", "publisher", "program"}

// sheet collects the statements of one entity.
type sheet struct {
	id, schema string
	seen, gone string // first and last seen
	rows       []ftm.Statement
}

// base adds the statement of a record. Its value is a checksum, as the
// library has it.
func (s *sheet) base(dataset, text string) {
	value := s.id
	if text == "" {
		text = "[]"
	} else {
		sum := sha1.Sum([]byte(text))
		value = hex.EncodeToString(sum[:])
	}
	s.rows = append(s.rows, ftm.Statement{
		CanonicalID: s.id, EntityID: s.id, Prop: ftm.BaseProp, PropType: ftm.BaseProp, Schema: s.schema, Value: value, Dataset: dataset,
		FirstSeen: s.seen, LastSeen: s.gone, Extra: []string{text},
	})
}

// add adds a value, once.
func (s *sheet) add(dataset, origin, prop, value string) { s.addFrom(dataset, origin, prop, value, "") }

func (s *sheet) addFrom(dataset, origin, prop, value, original string) {
	if value == "" {
		return
	}
	for i := range s.rows {
		if r := &s.rows[i]; r.Prop == prop && r.Value == value && r.Dataset == dataset {
			return
		}
	}
	s.rows = append(s.rows, ftm.Statement{
		CanonicalID: s.id, EntityID: s.id, Prop: prop, PropType: ftm.PropType(s.schema, prop), Schema: s.schema, Value: value, Dataset: dataset,
		Origin: origin, OriginalValue: original, FirstSeen: s.seen, LastSeen: s.gone,
	})
}

// date adds a date. FollowTheMoney has no approximate or uncertain dates, so
// the original value keeps the mark.
func (s *sheet) date(dataset, origin, prop string, d sightline.Date) {
	text := d.String()
	plain := strings.TrimRight(text, "?~%")
	if plain == text {
		text = ""
	}
	s.addFrom(dataset, origin, prop, plain, text)
}

func seen(i sightline.Instant) string {
	if i <= 0 || i == sightline.Forever {
		return ""
	}
	return i.Time().Format("2006-01-02T15:04:05")
}

func newSheet(id, schema string, e sightline.Entry) *sheet {
	return &sheet{id: id, schema: schema, seen: seen(e.Recorded), rows: make([]ftm.Statement, 0, 16)}
}

// versions maps the versions of a source or entity, oldest first. The newest
// says what it is; all of them travel.
func (m *mapper) versions(entries []sightline.Entry) []ftm.Statement {
	last := entries[len(entries)-1]
	id := recordID(last.Record)
	var s *sheet
	if source := last.Record.Source(); source != nil {
		s = newSheet(id, "Document", last)
		s.source(source)
	} else {
		s = newSheet(id, schemaOf(last.Record.Entity().ID.Kind()), last)
		s.entity(last.Record.Entity())
	}
	rows := s.rows
	s.rows = nil
	for _, e := range entries {
		s.seen = seen(e.Recorded)
		s.base(ourDataset, string(e.Record.Text()))
	}
	return append(s.rows, rows...)
}

func (s *sheet) source(v *sightline.Source) {
	say := func(prop, value string) { s.add(ourDataset, "", prop, value) }
	say("title", v.Title)
	say("name", v.Title)
	say("fileName", string(v.ID)) // which a Document must have
	say("sourceUrl", v.URL)
	say("publisher", v.Publisher)
	s.date(ourDataset, "", "publishedAt", v.Published)
	s.date(ourDataset, "", "retrievedAt", v.Accessed)
}

func (s *sheet) entity(v *sightline.Entity) {
	say := func(prop, value string) { s.add(ourDataset, "", prop, value) }
	say("name", v.Name)
	for _, n := range v.Names {
		say("alias", n)
	}
	country := v.Country
	if c, ok := v.ID.Country(); ok {
		country = c
	}
	if !country.IsZero() {
		say("country", strings.ToLower(country.Code()))
	}
	for _, i := range v.Identifiers {
		if prop := identifiers[i.Scheme()]; ftm.PropType(s.schema, prop) != "" {
			say(prop, i.Value())
		}
	}
	switch s.schema {
	case "Document":
		say("title", v.Name)
		say("fileName", string(v.ID))
	case "Contract":
		say("title", v.Name)
	case "Note":
		say("description", v.Name)
	}
	say("keywords", v.ID.Kind().String())
}

// identifiers are the properties of the identifiers that FollowTheMoney knows
// as such. A number in a company register is not among them: there it stands
// without its register.
var identifiers = map[string]string{"lei": "leiCode", "isin": "isinCode", "wikidata": "wikidataId"}

// derived maps a country or network that claims name and nobody declares.
func derived(id sightline.EntityID) []ftm.Statement {
	s := &sheet{id: entityID(id), schema: schemaOf(id.Kind())}
	s.base(ourDataset, "")
	_, name, _ := strings.Cut(string(id), "/")
	if c, ok := id.Country(); ok {
		name = c.Name()
	}
	s.entity(&sightline.Entity{ID: id, Name: name})
	return s.rows
}

// closed reports whether a claim was closed when it is looked at.
func (m *mapper) closed(e sightline.Entry) bool {
	return e.Closed != sightline.Forever && (m.at == 0 || e.Closed <= m.at)
}

// claim maps a claim: to an edge, or to a Note about its subject where its
// object is no entity. A claim that is closed or deprecated is a Note as well,
// for whoever reads an edge takes it for a fact.
func (m *mapper) claim(e sightline.Entry) []ftm.Statement {
	c := e.Record.Claim()
	closed, deprecated := m.closed(e), c.Rank == sightline.Deprecated
	note := c.Object.Entity == "" || closed || deprecated
	link := edgeOf(c)
	if note {
		link.schema = "Note"
	}
	s := newSheet(recordID(e.Record), link.schema, e)
	if closed {
		s.gone = seen(e.Closed)
	}
	s.base(dataset(c.References[0].Source), string(e.Record.Text()))
	for _, r := range c.References {
		from := dataset(r.Source)
		say := func(prop, value string) { s.add(from, r.Extraction, prop, value) }
		m.reference(say, &r)
		if !note {
			s.link(from, r.Extraction, link, c)
			say("recordId", r.Locator)
			if link.schema == "Sanction" {
				say("program", m.acts[c.Object.Entity])
			}
			continue
		}
		say("entity", entityID(c.Subject))
		if c.Object.Entity != "" {
			say("entity", entityID(c.Object.Entity))
		}
		if i := sightline.EntityID(c.Qualifiers["indicator"]); i != "" {
			say("entity", entityID(i))
		}
		say("description", c.Words)
		say("summary", objectText(c))
		for _, k := range slices.Sorted(maps.Keys(c.Qualifiers)) {
			say("notes", k+": "+c.Qualifiers[k])
		}
		say("keywords", c.Predicate.String())
		if closed {
			say("keywords", "closed")
		}
		if deprecated {
			say("keywords", "deprecated")
		}
	}
	return s.rows
}

// reference says where a source stands.
func (m *mapper) reference(say func(prop, value string), r *sightline.Reference) {
	say("proof", ofSource+string(r.Source))
	if v := m.sources[r.Source]; v != nil {
		say("sourceUrl", v.URL)
		say("publisher", v.Publisher)
	}
}

// link says what an edge can hold of a claim. What stands in a property of its
// own is not repeated among the qualifiers.
func (s *sheet) link(from, origin string, link edge, c *sightline.Claim) {
	say := func(prop, value string) { s.add(from, origin, prop, value) }
	say(link.subject, entityID(c.Subject))
	own := ""
	switch link.schema {
	case "Sanction":
		say("programId", entityID(c.Object.Entity))
		say("provisions", c.Qualifiers["measure"])
		own = "measure"
	case "Ownership":
		say(link.object, entityID(c.Object.Entity))
		say("role", c.Predicate.String())
		say("percentage", c.Qualifiers["share"])
		own = "share"
	case "Membership":
		say(link.object, entityID(c.Object.Entity))
		say("role", c.Qualifiers["how"])
		own = "how"
	default:
		say(link.object, entityID(c.Object.Entity))
		say("role", c.Predicate.String())
	}
	say("summary", c.Words)
	for _, k := range slices.Sorted(maps.Keys(c.Qualifiers)) {
		if k != own {
			say("description", k+": "+c.Qualifiers[k])
		}
	}
	s.period(from, origin, c.Valid)
}

// period adds a valid time. A single date does not say whether something
// began or ended then.
func (s *sheet) period(from, origin string, p sightline.Period) {
	start, starts := p.From()
	end, ends := p.To()
	switch {
	case starts && ends && start == end && !strings.Contains(p.String(), "/"):
		prop := "date"
		if s.schema == "Sanction" {
			prop = "listingDate"
		}
		s.date(from, origin, prop, start)
	default:
		if starts {
			s.date(from, origin, "startDate", start)
		}
		if ends {
			s.date(from, origin, "endDate", end)
		}
	}
}

func objectText(c *sightline.Claim) string {
	switch {
	case c.Object.Entity != "":
		return entityID(c.Object.Entity)
	case c.Object.Claim != "":
		return ofClaim + string(c.Object.Claim)
	case c.Object.Unit != "":
		return strconv.FormatFloat(c.Object.Number, 'f', -1, 64) + " " + c.Object.Unit
	}
	return c.Object.Text
}

// role maps the link of a claim's subject to an entity that a qualifier names.
// It follows from the claim and carries no record.
func (m *mapper) role(e sightline.Entry, qualifier string) []ftm.Statement {
	c := e.Record.Claim()
	to := sightline.EntityID(c.Qualifiers[qualifier])
	if to == "" || to == c.Object.Entity || to == c.Subject || m.closed(e) || c.Rank == sightline.Deprecated {
		return nil
	}
	link := roleEdge(c, to)
	s := newSheet(ofRole+qualifier+"."+string(c.ID), link.schema, e)
	s.base(dataset(c.References[0].Source), "")
	for _, r := range c.References {
		from := dataset(r.Source)
		say := func(prop, value string) { s.add(from, r.Extraction, prop, value) }
		m.reference(say, &r)
		say(link.subject, entityID(c.Subject))
		say(link.object, entityID(to))
		say("role", c.Predicate.String())
		s.period(from, r.Extraction, c.Valid)
	}
	return s.rows
}

// judgement maps a judgement on identity: to a Similar, which says that two
// entities are taken for one, or to a Note about both where it says something
// else or was closed.
func (m *mapper) judgement(e sightline.Entry) []ftm.Statement {
	j := e.Record.Judgement()
	closed := m.closed(e)
	schema := "Note"
	if j.Verdict == sightline.Same && !closed {
		schema = "Similar"
	}
	s := newSheet(recordID(e.Record), schema, e)
	if closed {
		s.gone = seen(e.Closed)
	}
	s.base(ourDataset, string(e.Record.Text()))
	say := func(prop, value string) { s.add(ourDataset, "", prop, value) }
	if schema == "Similar" {
		say("candidate", entityID(j.A))
		say("match", entityID(j.B))
		say("criteria", j.Reason)
		say("matcher", j.Author)
		return s.rows
	}
	say("entity", entityID(j.A))
	say("entity", entityID(j.B))
	say("description", j.Reason)
	say("summary", j.Verdict.String())
	say("keywords", "judgement")
	if closed {
		say("keywords", "closed")
	}
	return s.rows
}

func (m *mapper) withdrawal(e sightline.Entry) []ftm.Statement {
	w := e.Record.Withdrawal()
	s := newSheet(recordID(e.Record), "Note", e)
	s.base(ourDataset, string(e.Record.Text()))
	s.add(ourDataset, "", "description", w.Reason)
	of := ofClaim + string(w.Claim)
	if w.Judgement != "" {
		of = ofJudgement + string(w.Judgement)
	}
	s.add(ourDataset, "", "summary", of)
	s.add(ourDataset, "", "keywords", "withdrawal")
	return s.rows
}
