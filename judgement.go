package sightline

import (
	"slices"
	"strings"
)

// JudgementID names a judgement by its content: j- and 80 bits of a hash.
type JudgementID string

// Verdict is what a judgement says of two entities.
type Verdict uint8

// The verdicts.
const (
	_ Verdict = iota
	Same
	NotSame
	Unsure // somebody looked, and could not tell
)

var verdicts = []string{"", "same", "not_same", "unsure"}

func (v Verdict) String() string { return wordString(v, verdicts) }

// MarshalText prints the word.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText reads the word.
func (v *Verdict) UnmarshalText(b []byte) error { return parseWord(v, b, "verdict", verdicts) }

// Judgement says whether two entities are one organisation. It joins records
// without changing them, and it is reversed by a later judgement on the same
// pair or by a withdrawal. Its author is an organisation or a role, never the
// name of a person.
type Judgement struct {
	Type      string        `json:"type"`
	ID        JudgementID   `json:"id"`
	A         EntityID      `json:"a"` // the first of the two, by kind and then text
	B         EntityID      `json:"b"`
	Verdict   Verdict       `json:"verdict"`
	Author    string        `json:"author"` // a handle of a role, or the id of an organisation
	Reason    string        `json:"reason"`
	Evidence  string        `json:"evidence,omitzero"` // what was at hand: a score and its parts, a register
	Published Date          `json:"published,omitzero"`
	Replaces  []JudgementID `json:"replaces,omitzero"` // earlier judgements on the pair that its author knew of
}

// Judgement is the judgement, or nil. The caller must not change it.
func (r Record) Judgement() *Judgement { j, _ := r.value.(*Judgement); return j }

// IsOrganisation reports whether entities of the kind are organisations, which
// can be known under several names.
func (k EntityKind) IsOrganisation() bool {
	return k == KindCompany || k == KindBody || k == KindOrganization
}

// Compare orders entity ids by kind, in the order of the vocabulary, and then
// by their text.
func (id EntityID) Compare(o EntityID) int {
	if k := int(id.Kind()) - int(o.Kind()); k != 0 {
		return k
	}
	return strings.Compare(string(id), string(o))
}

// check puts the pair in order and gives the judgement its id.
func (j *Judgement) check() error {
	bad := func(format string, args ...any) *Error {
		return Errorf(Invalid, "check judgement", string(j.A)+" "+string(j.B), format, args...)
	}
	for _, id := range []EntityID{j.A, j.B} {
		if err := id.check(); err != nil {
			return err
		}
		if !id.Kind().IsOrganisation() {
			return bad("%s is no organisation", id).WithHint("A judgement is about two entities of kind company, body or organization.")
		}
	}
	if j.A == j.B {
		return bad("both are one entity already")
	}
	if j.A.Compare(j.B) > 0 {
		j.A, j.B = j.B, j.A
	}
	if j.Verdict == 0 {
		return bad("a verdict is needed").WithHint("Use one of: %s.", strings.Join(verdicts[1:], ", "))
	}
	author := EntityID(j.Author)
	if checkSlug("author", j.Author) != nil && (author.check() != nil || !author.Kind().IsOrganisation()) {
		return bad("%q is no author", j.Author).WithHint("Name a role by a handle of a-z, 0-9, - and ., such as kenya-desk, or an organisation by its id. Never name a person.")
	}
	if j.Reason == "" {
		return bad("a reason is needed")
	}
	if len(j.Replaces) > maxList {
		return bad("it replaces more than %d judgements", maxList)
	}
	for _, id := range j.Replaces {
		if err := checkSlug("judgement id", string(id)); err != nil {
			return err
		}
	}
	slices.Sort(j.Replaces)
	j.Replaces = slices.Compact(j.Replaces)
	if err := checkTexts("judgement", string(j.ID), j.Reason, j.Evidence); err != nil {
		return err
	}
	given := j.ID
	j.ID = ""
	j.ID = JudgementID(contentName("j-", j))
	if given != "" && given != j.ID {
		return bad("its id is %s, and by its content it is %s", given, j.ID).WithHint("Leave the id out: a judgement is named by its content.")
	}
	return nil
}
