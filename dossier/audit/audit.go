// Package audit checks a published text claim by claim. What goes in is a list
// of the text's claims, each bound to what recomputes it or to statements for
// and against it (a YAML file, docs/AUDIT.md), and what a store holds; what
// comes out is a verdict on each with the reason, what would change it, and a
// packet. A verdict follows from recomputed values, dates and graded
// statements by the rules of docs/methods/audit.md, and from no stored word.
// Evidence that descends from the text never counts.
//
// Auditing is pure: the same file, records and options give the same document.
package audit

import (
	"sightline"
	"sightline/dossier"
)

// Schema names the version of the document that JSON carries
// (docs/schema/audit-1.json).
const Schema = "sightline.audit/1"

// Audit is the document: a verdict on each claim of one text.
type Audit struct {
	Schema      string             `json:"schema"`
	ID          string             `json:"id"`
	Title       string             `json:"title"`
	Text        Text               `json:"text"`
	File        sightline.Input    `json:"file"`    // the audit file, by its hash
	Edition     string             `json:"edition"` // of the catalogue or ledger
	AsPublished sightline.Date     `json:"as_published,omitzero"`
	AsRecorded  sightline.Instant  `json:"as_recorded,omitzero"`
	Index       []Entry            `json:"index"` // verdicts in use, with the claims that have them
	Findings    []Finding          `json:"findings"`
	Lists       []List             `json:"lists,omitzero"` // that the counts rest on
	Notes       []dossier.Note     `json:"notes"`
	Packets     []sightline.Packet `json:"packets"`
}

// Text is what is audited.
type Text struct {
	Source    sightline.SourceID `json:"source,omitzero"` // its record, when the store holds one
	Title     string             `json:"title"`
	Publisher string             `json:"publisher,omitzero"`
	Published sightline.Date     `json:"published,omitzero"`
	URL       string             `json:"url,omitzero"`
	Note      int                `json:"note,omitzero"` // its citation, when the store holds it
	Origins   []string           `json:"origins,omitzero"`
}

// Entry lists the claims that have a verdict.
type Entry struct {
	Verdict Verdict  `json:"verdict"`
	Rule    string   `json:"rule"` // what the word means
	Claims  []string `json:"claims"`
}

// List is a list that a count rests on.
type List struct {
	ID        sightline.EntityID `json:"id"`
	Name      string             `json:"name"`
	Complete  string             `json:"complete"`
	AsOf      sightline.Date     `json:"as_of,omitzero"`
	Selection string             `json:"selection,omitzero"`
}

// Basis says what kind of ground a verdict stands on.
type Basis string

// The kinds of ground.
const (
	Recomputed Basis = "recomputed" // counted here from data
	Documented Basis = "documented" // by a cited statement
	NoGround   Basis = "none"
)

// Finding is the verdict on one claim, or on a part of one.
type Finding struct {
	ID       string             `json:"id"`
	Words    string             `json:"words"` // the claim, in the auditor's words
	By       string             `json:"by,omitzero"`
	Where    string             `json:"where,omitzero"`
	Number   string             `json:"number,omitzero"` // as the text states it
	Period   sightline.Period   `json:"period,omitzero"`
	Verdict  Verdict            `json:"verdict"`
	Basis    Basis              `json:"basis"`
	Why      string             `json:"why"`
	Change   string             `json:"change"` // what would change the verdict
	Estimate sightline.Estimate `json:"estimate"`
	Checks   []Result           `json:"checks,omitzero"`
	Parts    []Finding          `json:"parts,omitzero"`
	Notes    []int              `json:"notes,omitzero"`
}

// Result is what one check found.
type Result struct {
	Kind    string          `json:"kind"` // headcount, count, cross, reported, rank, change, statements, dated, order
	Label   string          `json:"label"`
	Outcome Outcome         `json:"outcome"`
	Basis   Basis           `json:"basis"`
	Import  string          `json:"import,omitzero"` // the data set that would let it be recomputed
	Figures []Figure        `json:"figures,omitzero"`
	For     []dossier.Voice `json:"for,omitzero"`
	Against []dossier.Voice `json:"against,omitzero"`
	Aside   []dossier.Voice `json:"aside,omitzero"` // descends from the text, so it does not count
	Notes   []int           `json:"notes,omitzero"`
}

// Figure is a number of a check.
type Figure struct {
	Label    string             `json:"label"`
	Estimate sightline.Estimate `json:"estimate"`
}
