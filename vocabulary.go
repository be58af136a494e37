package sightline

import "strings"

// The closed vocabulary: kinds of publisher, of entity, predicates, statuses,
// ranks, classes and qualifier keys. A word that is not here is an error, and
// adding one is a change to this file and to docs/CLAIMS.md (a test compares).

// word is a closed set of words held as a small number.
type word interface{ ~uint8 }

func wordString[W word](w W, words []string) string {
	if int(w) < len(words) {
		return words[w]
	}
	return ""
}

func parseWord[W word](w *W, text []byte, what string, words []string) error {
	for i, s := range words {
		if i > 0 && s == string(text) {
			*w = W(i)
			return nil
		}
	}
	return Errorf(Invalid, "parse "+what, string(text), "not one of the known words").
		WithHint("Use one of: %s.", strings.Join(words[1:], ", "))
}

// PublisherKind says what kind of body published a source.
type PublisherKind uint8

// The kinds of publisher.
const (
	_ PublisherKind = iota
	NGO
	Press
	StateMedia
	Vendor
	Government
	Academic
	Court
	Registry
	Intergovernmental
	Mirror // a copy of somebody else's report
)

var publisherKinds = []string{"", "ngo", "press", "state_media", "vendor", "government", "academic", "court", "registry", "intergovernmental", "mirror"}

func (k PublisherKind) String() string { return wordString(k, publisherKinds) }

// MarshalText prints the word.
func (k PublisherKind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads the word.
func (k *PublisherKind) UnmarshalText(b []byte) error {
	return parseWord(k, b, "publisher kind", publisherKinds)
}

// Reliability is the Admiralty letter of a source (NATO AJP-2.1): A completely
// reliable, B usually, C fairly, D not usually, E unreliable, F cannot be
// judged. F means that a judgement is missing; it is not the worst grade.
type Reliability uint8

// The letters.
const (
	_ Reliability = iota
	RelA
	RelB
	RelC
	RelD
	RelE
	RelF
)

var reliabilities = []string{"", "A", "B", "C", "D", "E", "F"}

func (r Reliability) String() string { return wordString(r, reliabilities) }

// MarshalText prints the letter.
func (r Reliability) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads the letter.
func (r *Reliability) UnmarshalText(b []byte) error {
	return parseWord(r, b, "reliability", reliabilities)
}

// Terms say whether a source's statements may be passed on to others.
type Terms uint8

// The terms. What is not open stays in a workspace unless it is asked for.
const (
	Open          Terms = iota // may be published, with attribution
	ShareAlike                 // may be published under the same terms only
	NonCommercial              // may be published for no commercial end
	Restricted                 // may not be passed on, or no terms are stated
)

var termsWords = []string{"open", "share_alike", "noncommercial", "restricted"}

func (t Terms) String() string { return wordString(t, termsWords) }

// MarshalText prints the word.
func (t Terms) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads the word.
func (t *Terms) UnmarshalText(b []byte) error {
	if string(b) == termsWords[Open] {
		*t = Open
		return nil
	}
	return parseWord(t, b, "terms", termsWords)
}

// EntityKind is what an entity is.
type EntityKind uint8

// The kinds of entity.
const (
	_ EntityKind = iota
	KindCountry
	KindCompany
	KindBody
	KindOrganization
	KindNetwork
	KindCable
	KindProduct
	KindProject
	KindAgreement
	KindSystem
	KindAct
	KindPolicy
	KindTreaty
	KindList
	KindEvent
	KindVote
	KindIndicator
	KindNorm
)

var entityKinds = []string{"", "country", "company", "body", "organization", "network", "cable", "product", "project", "agreement", "system", "act", "policy", "treaty", "list", "event", "vote", "indicator", "norm"}

// ftmSchema maps each kind of entity to its FollowTheMoney schema; kinds that
// FollowTheMoney has no schema for map to "".
var ftmSchema = []string{"", "", "Company", "PublicBody", "Organization", "Asset", "Asset", "Asset", "Project", "Contract", "Asset", "Document", "Document", "Document", "Organization", "Event", "Event", "", ""}

func (k EntityKind) String() string { return wordString(k, entityKinds) }

// FtM is the FollowTheMoney schema of the kind, or "" where there is none.
func (k EntityKind) FtM() string { return wordString(k, ftmSchema) }

// MarshalText prints the word.
func (k EntityKind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads the word.
func (k *EntityKind) UnmarshalText(b []byte) error {
	return parseWord(k, b, "entity kind", entityKinds)
}

// Class is the relevance of a claim to the question who supplied the means.
type Class uint8

// The relevance classes, most intrusive first.
const (
	_              Class = iota
	ClassControl         // control or surveillance
	ClassCore            // network core, data centre or identity system
	ClassAccess          // access and connectivity
	ClassTraining        // training of officials
	ClassUnrelated       // no part of the answer
)

var classes = []string{"", "control", "core", "access", "training", "unrelated"}

func (c Class) String() string { return wordString(c, classes) }

// ParseClass reads a class word.
func ParseClass(s string) (c Class, err error) {
	err = parseWord(&c, []byte(s), "class", classes)
	return c, err
}

// Rank orders claims on one matter without erasing any.
type Rank uint8

// The ranks.
const (
	Normal Rank = iota
	Preferred
	Deprecated // kept, but no longer held to be right; needs a reason
)

var ranks = []string{"normal", "preferred", "deprecated"}

func (r Rank) String() string { return wordString(r, ranks) }

// MarshalText prints the word.
func (r Rank) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads the word.
func (r *Rank) UnmarshalText(b []byte) error {
	if string(b) == ranks[Normal] {
		*r = Normal
		return nil
	}
	return parseWord(r, b, "rank", ranks)
}

// Statuses are the texts that a claim of predicate status may have, in the
// order in which a plan usually passes through them.
var Statuses = []string{"announced", "signed", "delivered", "operating", "on_hold", "cancelled", "denied", "ended"}

// Role says what a reference does for a claim.
type Role uint8

// The roles. An assertion states the claim and gives no ground for it, so it
// adds nothing to a grade.
const (
	Evidence Role = iota
	Assertion
)

var roles = []string{"evidence", "assertion"}

func (r Role) String() string { return wordString(r, roles) }

// MarshalText prints the word.
func (r Role) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads the word.
func (r *Role) UnmarshalText(b []byte) error {
	if string(b) == roles[Evidence] {
		*r = Evidence
		return nil
	}
	return parseWord(r, b, "role", roles)
}

// Question is one of the four questions that a dossier answers; 0 is none.
type Question uint8

// The four questions.
const (
	_           Question = iota
	WhoCanCut            // who can see or cut its internet?
	Filtered             // what is filtered or shut down now?
	WhoSupplied          // who supplied the means?
	Heading              // where is it heading, and what would change that?
)

// Predicate links the subject of a claim to its object.
type Predicate uint8

// The predicates. What each may link is in the table below and in
// docs/CLAIMS.md.
const (
	_ Predicate = iota
	BasedIn
	OwnedBy
	StateOwnedBy
	StateMinorityOwnedBy
	OperatesIn
	Operates
	Controls
	LandsIn
	BuiltBy
	BlockingReported
	ShutdownReported
	FilteringRated
	ProductObservedIn
	Supplies
	Finances
	Trains
	Advises
	AgreedWith
	UsesProduct
	DataSentTo
	Denies
	States
	LegalAction
	ListedUnder
	ExportRule
	StatusIs
	MemberOf
	NotSigned
	GroupedAs
	Voted
	Attended
	Enacted
	InForce
	Drafted
	Provides
	Resembles
	Excludes
	Repealed
	CountReported
	RenamedTo
	DescribedAs
	Scored
	OutageReported
	UsesTechnology
)

// What an object may be, beside an entity of the kinds named.
const (
	asText   = "text"
	asNumber = "number"
	asClaim  = "claim"
)

type predicateRow struct {
	word     string
	subjects string     // kinds, separated by blanks; "any"
	objects  string     // kinds, or text, number, claim; "any" is any entity
	answers  []Question // which questions it speaks to
	classed  bool       // needs a relevance class
}

var predicateTable = [...]predicateRow{
	BasedIn:              {"based_in", "company body organization network", "country", nil, false},
	OwnedBy:              {"owned_by", "company network cable system", "company body country organization", []Question{WhoCanCut, WhoSupplied}, false},
	StateOwnedBy:         {"state_owned_by", "network company", "country", []Question{WhoCanCut}, false},
	StateMinorityOwnedBy: {"state_minority_owned_by", "network company", "country", []Question{WhoCanCut}, false},
	OperatesIn:           {"operates_in", "company network", "country", []Question{WhoCanCut}, false},
	Operates:             {"operates", "company body", "network cable system", []Question{WhoCanCut}, false},
	Controls:             {"controls", "country body company", "system company network text", []Question{WhoCanCut}, false},
	LandsIn:              {"lands_in", "cable", "country", []Question{WhoCanCut}, false},
	BuiltBy:              {"built_by", "cable system", "company", []Question{WhoCanCut, WhoSupplied}, false},
	BlockingReported:     {"blocking_reported", "country", "text", []Question{Filtered}, false},
	ShutdownReported:     {"shutdown_reported", "country", "text", []Question{Filtered}, false},
	FilteringRated:       {"filtering_rated", "country", "text", []Question{Filtered}, false},
	ProductObservedIn:    {"product_observed_in", "company", "country", []Question{Filtered, WhoSupplied}, true},
	Supplies:             {"supplies", "company", "country", []Question{WhoSupplied}, true},
	Finances:             {"finances", "company body country organization", "country", []Question{WhoSupplied}, true},
	Trains:               {"trains", "company body country organization", "country", []Question{WhoSupplied}, true},
	Advises:              {"advises", "company body country organization", "country", []Question{WhoSupplied}, true},
	AgreedWith:           {"agreed_with", "company body country organization", "country body", []Question{WhoSupplied}, true},
	UsesProduct:          {"uses_product", "country body", "company", []Question{WhoSupplied}, true},
	DataSentTo:           {"data_sent_to", "system agreement", "company country", []Question{WhoSupplied}, false},
	Denies:               {"denies", "company country body organization", "claim", []Question{Filtered, WhoSupplied}, false},
	States:               {"states", "company country body organization", "text", []Question{Filtered, WhoSupplied}, false},
	LegalAction:          {"legal_action", "body country organization", "company", []Question{WhoSupplied}, false},
	ListedUnder:          {"listed_under", "company body organization network", "act", []Question{WhoSupplied}, false},
	ExportRule:           {"export_rule", "country body", "text act", []Question{WhoSupplied}, false},
	StatusIs:             {"status", "agreement project system cable policy act", "text", []Question{WhoSupplied}, false},
	MemberOf:             {"member_of", "country", "list treaty organization", []Question{Heading}, false},
	NotSigned:            {"not_signed", "country", "treaty", []Question{Heading}, false},
	GroupedAs:            {"grouped_as", "country", "list", []Question{Heading}, false},
	Voted:                {"voted", "country", "vote", []Question{Heading}, false},
	Attended:             {"attended", "country company body organization", "event", []Question{Heading}, false},
	Enacted:              {"enacted", "country", "act", []Question{Heading}, false},
	InForce:              {"in_force", "country", "act treaty", []Question{Heading}, false},
	Drafted:              {"drafted", "country", "act", []Question{Heading}, false},
	Provides:             {"provides", "act policy", "text", []Question{Heading}, false},
	Resembles:            {"resembles", "act", "act", []Question{Heading}, false},
	Excludes:             {"excludes", "country", "company text", []Question{WhoSupplied, Heading}, false},
	Repealed:             {"repealed", "country body", "act", []Question{Heading}, false},
	CountReported:        {"count_reported", "any", "number", nil, false},
	RenamedTo:            {"renamed_to", "company body", "company body", nil, false},
	DescribedAs:          {"described_as", "any", "text", nil, false},
	Scored:               {"scored", "country", "number", []Question{Heading}, false},
	OutageReported:       {"outage_reported", "country", "text", []Question{Filtered}, false},
	UsesTechnology:       {"uses_technology", "country body", "text country", []Question{WhoSupplied}, true},
}

var predicateWords = func() []string {
	words := make([]string, len(predicateTable))
	for i, r := range predicateTable {
		words[i] = r.word
	}
	return words
}()

func (p Predicate) String() string { return wordString(p, predicateWords) }

// MarshalText prints the word.
func (p Predicate) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads the word.
func (p *Predicate) UnmarshalText(b []byte) error {
	return parseWord(p, b, "predicate", predicateWords)
}

// Answers lists the questions that a claim of this predicate speaks to.
func (p Predicate) Answers() []Question { return predicateTable[p].answers }

// SpeaksTo reports whether claims of this predicate speak to q.
func (p Predicate) SpeaksTo(q Question) bool {
	for _, a := range predicateTable[p].answers {
		if a == q {
			return true
		}
	}
	return false
}

// Predicates lists the closed vocabulary in its order.
func Predicates() []Predicate {
	out := make([]Predicate, 0, len(predicateTable)-1)
	for i := 1; i < len(predicateTable); i++ {
		out = append(out, Predicate(i))
	}
	return out
}

// Qualifiers is the closed list of qualifier keys.
var Qualifiers = []string{
	"class", "product", "agreement", "project", "system", "policy", "amount", "currency", "share", "role", "targets", "networks",
	"tests", "how", "group", "vote", "rank", "measure", "sector", "funder", "implementer", "flow", "place", "edition", "level", "number", "note",
	"indicator", "scale", "original", "low", "high", "extent", "services", "justification", "trigger", "ordered_by", "status",
}

// entityQualifiers are the keys whose value is the id of an entity.
var entityQualifiers = []string{"agreement", "project", "system", "policy", "indicator"}

// Scope says which supplier nations a source looked at. Only a source that
// looked at all of them can carry a rate about one.
type Scope struct{ text string }

// ScopeAll is the scope of a source that surveyed suppliers of every nation.
var ScopeAll = Scope{"all"}

// ParseScope reads "all", "some", "none" or "one:CN".
func ParseScope(s string) (Scope, error) {
	switch s {
	case "", "all", "some", "none":
		return Scope{s}, nil
	}
	if code, ok := strings.CutPrefix(s, "one:"); ok {
		if _, ok := countryByCode(code); ok {
			return Scope{s}, nil
		}
	}
	return Scope{}, Errorf(Invalid, "parse scope", s, "not a scope").WithHint("Use all, some, none, or one:CN with the code of the one nation that the source looked at.")
}

// OneNation is the nation that the source was restricted to, if it was.
func (s Scope) OneNation() (Country, bool) {
	code, ok := strings.CutPrefix(s.text, "one:")
	if !ok {
		return Country{}, false
	}
	return countryByCode(code)
}

func (s Scope) String() string { return s.text }

// IsZero reports whether the scope is not stated.
func (s Scope) IsZero() bool { return s.text == "" }

// MarshalText prints the scope.
func (s Scope) MarshalText() ([]byte, error) { return []byte(s.text), nil }

// UnmarshalText reads the scope.
func (s *Scope) UnmarshalText(b []byte) (err error) {
	*s, err = ParseScope(string(b))
	return err
}
