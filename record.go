package sightline

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Limits of the text format. A longer line or text is refused, never cut.
const (
	MaxLine = 1 << 20 // bytes in a line of claim text
	maxText = 1 << 14 // bytes in one text
	maxList = 1 << 10 // items in one list
)

// The ids. Each is checked when a record is made.
type (
	SourceID string // a-z, 0-9, "-" and "."; at most 80
	ClaimID  string // as a source's
	EntityID string // kind/slug: company/huawei, country/KE, network/AS15169
)

// Kind is the kind in front of the slash, 0 if there is no known one.
func (id EntityID) Kind() EntityKind {
	kind, _, _ := strings.Cut(string(id), "/")
	for i, s := range entityKinds {
		if i > 0 && s == kind {
			return EntityKind(i)
		}
	}
	return 0
}

// Country is the country that the id names, if it names one.
func (id EntityID) Country() (Country, bool) {
	code, ok := strings.CutPrefix(string(id), "country/")
	if !ok {
		return Country{}, false
	}
	return countryByCode(code)
}

// ASN is the network that the id names, if it names one.
func (id EntityID) ASN() (ASN, bool) {
	n, ok := strings.CutPrefix(string(id), "network/AS")
	if !ok {
		return 0, false
	}
	a, err := ParseASN(n)
	return a, err == nil
}

func (id EntityID) check() error {
	kind, slug, ok := strings.Cut(string(id), "/")
	if !ok || id.Kind() == 0 {
		return Errorf(Invalid, "parse entity id", string(id), "%q is no kind of entity", kind).WithHint("Write kind/slug, for example company/huawei or country/KE.")
	}
	switch id.Kind() {
	case KindCountry:
		if _, ok := id.Country(); !ok {
			return Errorf(Invalid, "parse entity id", string(id), "no such country code").WithHint("Use two capital letters of ISO 3166-1, or XK.")
		}
	case KindNetwork:
		if a, ok := id.ASN(); !ok || a.Entity() != id {
			return Errorf(Invalid, "parse entity id", string(id), "not an AS number").WithHint("Write network/AS15169.")
		}
	default:
		return checkSlug("entity id", slug)
	}
	return nil
}

func checkSlug(what, s string) error {
	if s == "" || len(s) > 80 {
		return Errorf(Invalid, "parse "+what, s, "an id has 1 to 80 letters")
	}
	for _, c := range []byte(s) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '.' {
			return Errorf(Invalid, "parse "+what, s, "%q cannot stand in an id", c).WithHint("Use a-z, 0-9, - and . only.")
		}
	}
	return nil
}

// Source is a document, data set or page that makes statements, and what is
// needed to weigh it.
type Source struct {
	Type        string        `json:"type"`
	ID          SourceID      `json:"id"`
	Version     int           `json:"version,omitzero"` // 0 is the first; a later one follows it
	Title       string        `json:"title"`
	Publisher   string        `json:"publisher,omitzero"`
	Kind        PublisherKind `json:"kind"`
	URL         string        `json:"url,omitzero"`
	Published   Date          `json:"published,omitzero"`
	Accessed    Date          `json:"accessed,omitzero"`
	Lang        string        `json:"lang,omitzero"`
	Licence     string        `json:"licence,omitzero"`
	Terms       Terms         `json:"terms,omitzero"`    // whether it may be passed on
	Verified    Date          `json:"verified,omitzero"` // when the copy held was compared with the publisher's own and found the same
	Reliability Reliability   `json:"reliability"`
	Scope       Scope         `json:"scope,omitzero"`        // supplier nations that it looked at
	Selection   string        `json:"selection,omitzero"`    // its selection rule, in our words
	DerivedFrom []SourceID    `json:"derived_from,omitzero"` // sources that it repeats
	Cluster     string        `json:"cluster,omitzero"`      // owner or wire copy shared with others
	Archive     string        `json:"archive,omitzero"`      // SHA-256 of the copy held; empty is "not archived"
	Digest      string        `json:"digest,omitzero"`       // SHA-256 of what was read, where no copy of it is held
}

// Entity is an organisation, law, network, place or thing; never a private
// person.
type Entity struct {
	Type    string   `json:"type"`
	ID      EntityID `json:"id"`
	Version int      `json:"version,omitzero"`
	Name    string   `json:"name"`
	Names   []string `json:"names,omitzero"`   // other names, any script
	Country Country  `json:"country,omitzero"` // where it is based, or whose it is

	Identifiers []Identifier `json:"identifiers,omitzero"` // strong ones, of an organisation

	// For a list (members, signatories, recipients): whether it is complete,
	// at what date, and by what rule. Absence from a list that is not complete
	// is unknown, never no.
	Complete  Completeness `json:"complete,omitzero"`
	AsOf      Date         `json:"as_of,omitzero"`
	Selection string       `json:"selection,omitzero"`
}

// Completeness of a list.
type Completeness uint8

// The degrees of completeness.
const (
	CompletenessUnknown Completeness = iota
	Complete
	Partial
)

var completenesses = []string{"unknown", "complete", "partial"}

func (c Completeness) String() string { return wordString(c, completenesses) }

// MarshalText prints the word.
func (c Completeness) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads the word.
func (c *Completeness) UnmarshalText(b []byte) error {
	if string(b) == completenesses[0] {
		*c = CompletenessUnknown
		return nil
	}
	return parseWord(c, b, "completeness", completenesses)
}

// Claim is one statement: subject, predicate, object, with when it was so,
// when it was said, and who says it. See docs/CLAIMS.md.
type Claim struct {
	Type       string            `json:"type"`
	ID         ClaimID           `json:"id"`
	Subject    EntityID          `json:"subject"`
	Predicate  Predicate         `json:"predicate"`
	Object     Object            `json:"object"`
	Qualifiers map[string]string `json:"qualifiers,omitzero"`
	Words      string            `json:"words,omitzero"`
	Rank       Rank              `json:"rank,omitzero"`
	Reason     string            `json:"reason,omitzero"` // why it is deprecated, or why it corrects another
	Valid      Period            `json:"valid,omitzero"`
	Published  Date              `json:"published,omitzero"`
	References []Reference       `json:"references"`
	Supports   []ClaimID         `json:"supports,omitzero"`
	Disputes   []ClaimID         `json:"disputes,omitzero"`
	Corrects   ClaimID           `json:"corrects,omitzero"`
}

// Class is the relevance class, 0 where the claim has none.
func (c *Claim) Class() Class {
	k, _ := ParseClass(c.Qualifiers["class"])
	return k
}

// Reference is where a source makes a claim.
type Reference struct {
	Source     SourceID `json:"source"`
	Locator    string   `json:"locator,omitzero"` // page, row, section
	Quote      string   `json:"quote,omitzero"`   // only where the terms permit
	Lang       string   `json:"lang,omitzero"`    // of the quotation
	Role       Role     `json:"role,omitzero"`
	Origin     string   `json:"origin,omitzero"`     // whose report the source retells here; one origin is one voice
	Extraction string   `json:"extraction,omitzero"` // "hand", or the tool and version
}

// Object is the object of a claim: an entity, a text, a number with a unit, or
// another claim. Exactly one of Entity, Text, Claim and Unit is set.
type Object struct {
	Entity EntityID
	Text   string
	Number float64
	Unit   string
	Claim  ClaimID
}

type objectText struct {
	Text string `json:"text"`
}
type objectNumber struct {
	Number float64 `json:"number"`
	Unit   string  `json:"unit"`
}
type objectClaim struct {
	Claim ClaimID `json:"claim"`
}

// MarshalJSONTo writes the object: an entity as a string, the others as an
// object with one or two keys.
func (o Object) MarshalJSONTo(e *jsontext.Encoder) error {
	switch {
	case o.Entity != "":
		return e.WriteToken(jsontext.String(string(o.Entity)))
	case o.Claim != "":
		return json.MarshalEncode(e, objectClaim{o.Claim})
	case o.Unit != "":
		return json.MarshalEncode(e, objectNumber{o.Number, o.Unit})
	}
	return json.MarshalEncode(e, objectText{o.Text})
}

// UnmarshalJSONFrom reads what MarshalJSONTo writes.
func (o *Object) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	*o = Object{}
	if d.PeekKind() == '"' {
		t, err := d.ReadToken()
		if err != nil {
			return err
		}
		o.Entity = EntityID(t.String())
		return nil
	}
	var w struct {
		Text   string   `json:"text"`
		Number *float64 `json:"number"`
		Unit   string   `json:"unit"`
		Claim  ClaimID  `json:"claim"`
	}
	if err := json.UnmarshalDecode(d, &w); err != nil {
		return err
	}
	set := 0
	for _, is := range []bool{w.Text != "", w.Number != nil, w.Claim != ""} {
		if is {
			set++
		}
	}
	if set != 1 || (w.Number == nil) != (w.Unit == "") {
		return Errorf(Invalid, "parse object", "", "an object is an entity id, a text, a number with a unit, or a claim")
	}
	o.Text, o.Unit, o.Claim = w.Text, w.Unit, w.Claim
	if w.Number != nil {
		o.Number = *w.Number
	}
	return nil
}

// Withdrawal closes a claim or a judgement without a successor.
type Withdrawal struct {
	Type      string      `json:"type"`
	ID        ClaimID     `json:"id"`
	Claim     ClaimID     `json:"claim,omitzero"` // one of these two
	Judgement JudgementID `json:"judgement,omitzero"`
	Reason    string      `json:"reason"`
}

// RecordKind is the kind of a record, in the order in which records sort.
type RecordKind uint8

// The kinds of record.
const (
	_ RecordKind = iota
	SourceRecord
	EntityRecord
	ClaimRecord
	WithdrawalRecord
	JudgementRecord
)

var recordKinds = []string{"", "source", "entity", "claim", "withdrawal", "judgement"}

func (k RecordKind) String() string { return wordString(k, recordKinds) }

// Record is a checked source, entity, claim, withdrawal or judgement with its
// canonical text. It is immutable, and there is no way to make one that does not pass
// its checks.
type Record struct {
	kind    RecordKind
	id      string
	version int
	text    []byte
	value   any // *Source, *Entity, *Claim, *Withdrawal or *Judgement
}

// Kind is the kind of record.
func (r Record) Kind() RecordKind { return r.kind }

// ID is the id of the source, entity, claim, withdrawal or judgement.
func (r Record) ID() string { return r.id }

// Version is the version of a source or entity, counted from 0.
func (r Record) Version() int { return r.version }

// Text is the canonical JSON, without a line end. The caller must not change
// it.
func (r Record) Text() []byte { return r.text }

// Hash is the SHA-256 of the canonical text.
func (r Record) Hash() [32]byte { return sha256.Sum256(r.text) }

// Source is the source, or nil.
func (r Record) Source() *Source { s, _ := r.value.(*Source); return s }

// Entity is the entity, or nil.
func (r Record) Entity() *Entity { e, _ := r.value.(*Entity); return e }

// Claim is the claim, or nil. The caller must not change it.
func (r Record) Claim() *Claim { c, _ := r.value.(*Claim); return c }

// Withdrawal is the withdrawal, or nil.
func (r Record) Withdrawal() *Withdrawal { w, _ := r.value.(*Withdrawal); return w }

// Compare orders records as claim text is sorted: by kind, id, version.
func (r Record) Compare(o Record) int {
	if r.kind != o.kind {
		return int(r.kind) - int(o.kind)
	}
	if c := strings.Compare(r.id, o.id); c != 0 {
		return c
	}
	return r.version - o.version
}

var strict = json.JoinOptions(json.RejectUnknownMembers(true), jsontext.AllowDuplicateNames(false), jsontext.AllowInvalidUTF8(false))

// ParseRecord reads one line of claim text. Unknown keys, words outside the
// vocabulary, impossible dates, invalid UTF-8 and control characters are
// errors of code Invalid.
func ParseRecord(line []byte) (Record, error) {
	if len(line) > MaxLine {
		return Record{}, Errorf(Invalid, "parse record", string(line[:60]), "the line has %d bytes, the limit is %d", len(line), MaxLine)
	}
	if !utf8.Valid(line) {
		return Record{}, Errorf(Invalid, "parse record", strings.ToValidUTF8(string(line[:min(60, len(line))]), "\uFFFD"), "not valid UTF-8").WithHint("Save the file as UTF-8.")
	}
	var value any
	switch kind := recordType(line); kind {
	case "source":
		value = new(Source)
	case "entity":
		value = new(Entity)
	case "claim":
		value = new(Claim)
	case "withdrawal":
		value = new(Withdrawal)
	case "judgement":
		value = new(Judgement)
	default:
		return Record{}, Errorf(Invalid, "parse record", string(line), "no known type of record").WithHint(`Each line is a JSON object whose "type" is source, entity, claim, withdrawal or judgement; see docs/CLAIMS.md.`)
	}
	if err := json.Unmarshal(line, value, strict); err != nil {
		if e := asError(err); e != nil {
			return Record{}, e
		}
		return Record{}, Errorf(Invalid, "parse record", string(line), "%s", jsonReason(err)).WithHint("See docs/CLAIMS.md for the keys of each record.")
	}
	return NewRecord(value)
}

// recordType is the value of the "type" key, which usually comes first.
func recordType(line []byte) string {
	if rest, ok := bytes.CutPrefix(line, []byte(`{"type":"`)); ok {
		if t, _, ok := bytes.Cut(rest, []byte(`"`)); ok {
			return string(t)
		}
	}
	var w struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(line, &w); err != nil {
		return ""
	}
	return w.Type
}

// asError digs our own error out of a decoder's.
func asError(err error) *Error {
	for err != nil {
		if e, ok := err.(*Error); ok {
			return e
		}
		u, ok := err.(interface{ Unwrap() error })
		if !ok {
			return nil
		}
		err = u.Unwrap()
	}
	return nil
}

func jsonReason(err error) string {
	s := err.Error()
	if i := strings.Index(s, "json: "); i >= 0 {
		s = s[i+len("json: "):]
	}
	if i := strings.Index(s, "jsontext: "); i >= 0 {
		s = s[i+len("jsontext: "):]
	}
	return s
}

// NewRecord checks a *Source, *Entity, *Claim, *Withdrawal or *Judgement and
// makes a record of it. The value belongs to the record afterwards. A claim or
// withdrawal without an id gets one from its content; a judgement always has
// that one.
func NewRecord(value any) (Record, error) {
	r := Record{value: value}
	var err error
	switch v := value.(type) {
	case *Source:
		v.Type, r.kind, r.id, r.version = "source", SourceRecord, string(v.ID), v.Version
		err = v.check()
	case *Entity:
		v.Type, r.kind, r.id, r.version = "entity", EntityRecord, string(v.ID), v.Version
		err = v.check()
	case *Claim:
		v.Type, r.kind = "claim", ClaimRecord
		if err = v.check(); err == nil && v.ID == "" {
			v.ID = contentID(v)
		}
		r.id = string(v.ID)
	case *Withdrawal:
		v.Type, r.kind = "withdrawal", WithdrawalRecord
		if err = v.check(); err == nil && v.ID == "" {
			v.ID = contentID(v)
		}
		r.id = string(v.ID)
	case *Judgement:
		v.Type, r.kind = "judgement", JudgementRecord
		err = v.check()
		r.id = string(v.ID)
	default:
		panic(fmt.Sprintf("BUG: NewRecord of %T", value))
	}
	if err == nil && r.version < 0 {
		err = Errorf(Invalid, "check record", r.id, "a version cannot be negative")
	}
	if err != nil {
		return Record{}, err
	}
	r.text = canonical(value)
	if len(r.text) > MaxLine {
		return Record{}, Errorf(Invalid, "check record", r.id, "its text has %d bytes, the limit is %d", len(r.text), MaxLine)
	}
	return r, nil
}

func canonical(v any) []byte {
	b, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		panic("BUG: encode record: " + err.Error())
	}
	return b
}

// contentID names a record without an id by its content: the first 80 bits of
// the SHA-256 of its canonical text.
func contentID(v any) ClaimID { return ClaimID(contentName("c-", v)) }

func contentName(prefix string, v any) string {
	sum := sha256.Sum256(canonical(v))
	return prefix + strings.ToLower(crockford(sum[:10]))
}

func (s *Source) check() error {
	if err := checkSlug("source id", string(s.ID)); err != nil {
		return err
	}
	if s.Kind == 0 || s.Reliability == 0 {
		return Errorf(Invalid, "check source", string(s.ID), "kind and reliability are needed").WithHint("A source that cannot be judged has reliability F.")
	}
	if s.Title == "" {
		return Errorf(Invalid, "check source", string(s.ID), "a title is needed")
	}
	for _, d := range s.DerivedFrom {
		if err := checkSlug("source id", string(d)); err != nil {
			return err
		}
		if d == s.ID {
			return Errorf(Invalid, "check source", string(s.ID), "it cannot derive from itself")
		}
	}
	if s.Archive != "" && !isSHA256(s.Archive) {
		return Errorf(Invalid, "check source", string(s.ID), "archive is not a SHA-256 in hexadecimal")
	}
	if s.Digest != "" && !isSHA256(s.Digest) {
		return Errorf(Invalid, "check source", string(s.ID), "digest is not a SHA-256 in hexadecimal")
	}
	if s.Digest != "" && s.Archive != "" {
		return Errorf(Invalid, "check source", string(s.ID), "it has both a copy and the digest of one that is not held").WithHint("Say archive where the copy is held, digest where it is not.")
	}
	slices.Sort(s.DerivedFrom)
	s.DerivedFrom = slices.Compact(s.DerivedFrom)
	return checkTexts("source", string(s.ID), s.Title, s.Publisher, s.URL, s.Lang, s.Licence, s.Selection, s.Cluster)
}

func isSHA256(s string) bool {
	return len(s) == 64 && strings.Trim(s, "0123456789abcdef") == ""
}

func (e *Entity) check() error {
	if err := e.ID.check(); err != nil {
		return err
	}
	if e.Name == "" {
		return Errorf(Invalid, "check entity", string(e.ID), "a name is needed")
	}
	if len(e.Names) > maxList {
		return Errorf(Invalid, "check entity", string(e.ID), "more than %d names", maxList)
	}
	if err := e.checkIdentifiers(); err != nil {
		return err
	}
	return checkTexts("entity", string(e.ID), append([]string{e.Name, e.Selection}, e.Names...)...)
}

// checkIdentifiers refuses identifiers that are not in canonical form, of what
// is no organisation, or two of a scheme of which an organisation has one.
func (e *Entity) checkIdentifiers() error {
	bad := func(format string, args ...any) error {
		return Errorf(Invalid, "check entity", string(e.ID), format, args...)
	}
	if len(e.Identifiers) == 0 {
		e.Identifiers = nil
		return nil
	}
	if !e.ID.Kind().IsOrganisation() {
		return bad("only an organisation has identifiers")
	}
	if len(e.Identifiers) > maxList {
		return bad("more than %d identifiers", maxList)
	}
	for _, i := range e.Identifiers {
		canonical, err := ParseIdentifier(string(i))
		if err != nil {
			return err
		}
		if canonical != i {
			return bad("the identifier %q is written %q", i, canonical)
		}
	}
	slices.Sort(e.Identifiers)
	e.Identifiers = slices.Compact(e.Identifiers)
	for n, i := range e.Identifiers[1:] {
		if before := e.Identifiers[n]; i.Single() && i.Scheme() == before.Scheme() {
			return bad("%s and %s are of two organisations", before, i)
		}
	}
	return nil
}

func (c *Claim) check() error {
	bad := func(format string, args ...any) *Error {
		id := string(c.ID)
		if id == "" {
			id = string(c.Subject) + " " + c.Predicate.String()
		}
		return Errorf(Invalid, "check claim", id, format, args...)
	}
	if c.ID != "" {
		if err := checkSlug("claim id", string(c.ID)); err != nil {
			return err
		}
	}
	if c.Predicate == 0 {
		return bad("a predicate is needed").WithHint("The predicates are listed in docs/CLAIMS.md.")
	}
	if err := c.Subject.check(); err != nil {
		return err
	}
	row := predicateTable[c.Predicate]
	if !allows(row.subjects, c.Subject.Kind().String(), true) {
		return bad("the subject of %s is %s, not %s", row.word, oneOf(row.subjects), c.Subject)
	}
	object := ""
	switch {
	case c.Object.Entity != "":
		if err := c.Object.Entity.check(); err != nil {
			return err
		}
		object = c.Object.Entity.Kind().String()
	case c.Object.Claim != "":
		if err := checkSlug("claim id", string(c.Object.Claim)); err != nil {
			return err
		}
		object = asClaim
	case c.Object.Unit != "":
		object = asNumber
	case c.Object.Text != "":
		object = asText
	default:
		return bad("an object is needed")
	}
	if !allows(row.objects, object, c.Object.Entity != "") {
		return bad("the object of %s is %s, not %s", row.word, oneOf(row.objects), object)
	}
	if c.Predicate == StatusIs && !slices.Contains(Statuses, c.Object.Text) {
		return bad("%q is no status", c.Object.Text).WithHint("Use one of: %s.", strings.Join(Statuses, ", "))
	}
	for k, v := range c.Qualifiers {
		if !slices.Contains(Qualifiers, k) {
			return bad("%q is no qualifier", k).WithHint("Use one of: %s.", strings.Join(Qualifiers, ", "))
		}
		if err := checkTexts("claim", string(c.ID), v); err != nil {
			return err
		}
		if v == "" {
			return bad("qualifier %s is empty", k).WithHint("Leave it out.")
		}
		if k == "class" {
			if _, err := ParseClass(v); err != nil {
				return err
			}
		}
		if slices.Contains(entityQualifiers, k) {
			if err := EntityID(v).check(); err != nil {
				return err
			}
		}
	}
	if row.classed && c.Qualifiers["class"] == "" {
		return bad("a claim of %s needs a class", row.word).WithHint("Use one of: %s.", strings.Join(classes[1:], ", "))
	}
	if c.Rank == Deprecated && c.Reason == "" {
		return bad("a deprecated claim needs a reason")
	}
	if len(c.References) == 0 {
		return bad("at least one reference is needed").WithHint("Every claim names who says it.")
	}
	if len(c.References) > maxList || len(c.Supports) > maxList || len(c.Disputes) > maxList {
		return bad("more than %d references or edges", maxList)
	}
	for _, r := range c.References {
		if err := checkSlug("source id", string(r.Source)); err != nil {
			return err
		}
		if err := checkTexts("claim", string(c.ID), r.Locator, r.Quote, r.Lang, r.Origin, r.Extraction); err != nil {
			return err
		}
	}
	for _, edges := range [][]ClaimID{c.Supports, c.Disputes, {c.Corrects}} {
		for _, id := range edges {
			if id == "" {
				continue
			}
			if err := checkSlug("claim id", string(id)); err != nil {
				return err
			}
			if id == c.ID {
				return bad("it cannot refer to itself")
			}
		}
	}
	if c.Predicate == Denies && !slices.Contains(c.Disputes, c.Object.Claim) {
		c.Disputes = append(c.Disputes, c.Object.Claim)
	}
	for _, edges := range []*[]ClaimID{&c.Supports, &c.Disputes} {
		slices.Sort(*edges)
		*edges = slices.Compact(*edges)
	}
	if len(c.Qualifiers) == 0 {
		c.Qualifiers = nil
	}
	return checkTexts("claim", string(c.ID), c.Words, c.Reason, c.Object.Text, c.Object.Unit)
}

func (w *Withdrawal) check() error {
	if w.ID != "" {
		if err := checkSlug("withdrawal id", string(w.ID)); err != nil {
			return err
		}
	}
	if (w.Claim == "") == (w.Judgement == "") {
		return Errorf(Invalid, "check withdrawal", string(w.ID), "it names a claim or a judgement, one of the two")
	}
	if err := checkSlug("claim or judgement id", string(w.Claim)+string(w.Judgement)); err != nil {
		return err
	}
	if w.Reason == "" {
		return Errorf(Invalid, "check withdrawal", string(w.ID), "a reason is needed")
	}
	return checkTexts("withdrawal", string(w.ID), w.Reason)
}

// allows reports whether kind is in a list of the predicate table; "any"
// stands for every kind of entity.
func allows(list, kind string, entity bool) bool {
	if entity && list == "any" {
		return true
	}
	for s := range strings.FieldsSeq(list) {
		if s == kind {
			return true
		}
	}
	return false
}

func oneOf(list string) string {
	if list == "any" {
		return "any entity"
	}
	return strings.Join(strings.Fields(list), " or ")
}

// checkTexts refuses texts that are too long, are not UTF-8, or hold control
// characters. Direction marks and the like are data: what shows them isolates
// them.
func checkTexts(what, id string, texts ...string) error {
	for _, t := range texts {
		if len(t) > maxText {
			return Errorf(Invalid, "check "+what, id, "a text has %d bytes, the limit is %d", len(t), maxText)
		}
		if !utf8.ValidString(t) {
			return Errorf(Invalid, "check "+what, id, "a text is not valid UTF-8")
		}
		for _, r := range t {
			if r < 0x20 || r >= 0x7F && r < 0xA0 || r == '\uFEFF' {
				return Errorf(Invalid, "check "+what, id, "a text holds the control character %U", r).WithHint("Take line ends and control characters out of texts.")
			}
		}
	}
	return nil
}
