// Package dossier is where the four answers about a country meet. It reads
// claims and series from a store, computes the numbers that they support, and
// composes a document in which every statement carries its sources and every
// number its packet. It knows no format: package export prints what it says.
//
// Composing is pure: the same records and options give the same document.
package dossier

import "sightline"

// Schema names the version of the document that JSON carries
// (docs/schema/dossier-1.json).
const Schema = "sightline.dossier/1"

// Dossier is the document about one country.
type Dossier struct {
	Schema      string             `json:"schema"`
	Country     Subject            `json:"country"`
	Edition     string             `json:"edition"`               // of the catalogue or ledger that it was made from
	AsPublished sightline.Date     `json:"as_published,omitzero"` // only what had been published by then
	AsRecorded  sightline.Instant  `json:"as_recorded,omitzero"`  // only what the store knew then
	OpenOnly    bool               `json:"open_only,omitzero"`    // data that may not be passed on freely were left out
	NotOpen     []int              `json:"not_open,omitzero"`     // notes of data that may not be passed on freely and that something here rests on alone
	Undated     int                `json:"undated,omitzero"`      // claims left out of an as-published view for want of a date
	KeyData     []Figure           `json:"key_data"`
	Answers     []Answer           `json:"answers"` // four, in the order of the questions
	Coverage    []Coverage         `json:"coverage"`
	Notes       []Note             `json:"notes"`
	Packets     []sightline.Packet `json:"packets"`
}

// Frame is what every document of the atlas carries: the view that it was made
// under, the citations numbered in order of first use, and the packets of its
// numbers. A dossier has the same members of its own.
type Frame struct {
	Edition     string             `json:"edition"`               // of the catalogue or ledger that it was made from
	AsPublished sightline.Date     `json:"as_published,omitzero"` // only what had been published by then
	AsRecorded  sightline.Instant  `json:"as_recorded,omitzero"`  // only what the store knew then
	OpenOnly    bool               `json:"open_only,omitzero"`    // data that may not be passed on freely were left out
	NotOpen     []int              `json:"not_open,omitzero"`     // notes of data that may not be passed on freely and that something here rests on alone
	Undated     int                `json:"undated,omitzero"`      // claims left out of an as-published view for want of a date
	Notes       []Note             `json:"notes"`
	Packets     []sightline.Packet `json:"packets"`
}

// Subject is the country that the dossier is about.
type Subject struct {
	Code      string `json:"code"`
	Alpha3    string `json:"alpha3"`
	Name      string `json:"name"`
	Region    string `json:"region,omitzero"`
	Subregion string `json:"subregion,omitzero"`
}

// Basis says what kind of ground an answer stands on. Documented, measured
// and modelled are never added together.
type Basis string

// The kinds of ground.
const (
	Documented Basis = "documented"
	Measured   Basis = "measured"
	Modelled   Basis = "modelled"
	NoBasis    Basis = "none"
)

// Answer is one of the four: a sentence, the ground it stands on, and the
// groups of statements behind it.
type Answer struct {
	ID       string          `json:"id"` // cut, filtered, supplied, heading
	Question string          `json:"question"`
	Sentence string          `json:"sentence"`
	Brief    string          `json:"brief,omitzero"` // the sentence in at most 25 words, where it has more
	Basis    Basis           `json:"basis"`
	State    sightline.State `json:"state"`
	Help     string          `json:"help,omitzero"` // what data would answer what is open
	Figures  []Figure        `json:"figures,omitzero"`
	Scores   []ScoreSeries   `json:"scores,omitzero"` // what named sources scored, by indicator
	Groups   []Group         `json:"groups,omitzero"`
	Notes    []int           `json:"notes,omitzero"`
}

// Figure is a number with its sentence. Rule is printed in place of a rate
// whose source cannot carry one.
type Figure struct {
	Label    string             `json:"label"`
	Sentence string             `json:"sentence,omitzero"`
	Estimate sightline.Estimate `json:"estimate"`
	Rule     string             `json:"rule,omitzero"`
	Notes    []int              `json:"notes,omitzero"`
}

// Group is a heading with statements under it. Cards show each statement with
// its voices and grade; rows show it as one line.
type Group struct {
	ID       string `json:"id"`
	Heading  string `json:"heading"`
	Sentence string `json:"sentence,omitzero"`
	Cards    bool   `json:"cards,omitzero"`
	Items    []Item `json:"items,omitzero"`
	Notes    []int  `json:"notes,omitzero"`
}

// Item is a claim as the dossier shows it.
type Item struct {
	Claim          sightline.ClaimID `json:"claim"`
	Sentence       string            `json:"sentence"`
	Class          string            `json:"class,omitzero"`
	Supplier       string            `json:"supplier,omitzero"`         // who supplied, financed, trained or advised
	AlsoRecordedAs []string          `json:"also_recorded_as,omitzero"` // other names under which the supplier is on record
	Nation         string            `json:"nation,omitzero"`           // alpha-2 code of where the supplier is based; empty is unknown
	Level          *Level            `json:"level,omitzero"`            // of a card
	Valid          sightline.Period  `json:"valid,omitzero"`
	Published      sightline.Date    `json:"published,omitzero"`
	Recorded       sightline.Instant `json:"recorded"`
	Statuses       []Voice           `json:"statuses,omitzero"` // dated statements on its state
	Disagree       bool              `json:"disagree,omitzero"` // the statuses contradict each other
	Details        []Voice           `json:"details,omitzero"`
	For            []Voice           `json:"for,omitzero"`
	Against        []Voice           `json:"against,omitzero"`
	Quotes         []Quote           `json:"quotes,omitzero"`
	Notes          []int             `json:"notes"`
}

// Level is the grade of a claim as it is shown: a word, pips, and the packet
// that explains it.
type Level struct {
	Word        string             `json:"word"`
	Pips        int                `json:"pips"` // 0 to 4
	Reliability string             `json:"reliability"`
	Credibility string             `json:"credibility"`
	Clusters    sightline.Estimate `json:"clusters"` // independent clusters of sources that speak for it
}

// Voice is a statement beside a claim: a status, a detail, a support, a denial.
type Voice struct {
	Claim     sightline.ClaimID `json:"claim"`
	Sentence  string            `json:"sentence"`
	Valid     sightline.Period  `json:"valid,omitzero"`
	Published sightline.Date    `json:"published,omitzero"`
	Notes     []int             `json:"notes"`
}

// Quote is a passage of a source, in its own words and language.
type Quote struct {
	Text string `json:"text"`
	Lang string `json:"lang,omitzero"`
	Note int    `json:"note"`
}

// Coverage says what the store holds for one engine, and what is lacking.
type Coverage struct {
	Engine   string             `json:"engine"`
	Holds    string             `json:"holds"`
	Estimate sightline.Estimate `json:"estimate"`
	Lacks    string             `json:"lacks,omitzero"`
}

// Note is a numbered citation.
type Note struct {
	N           int                `json:"n"`
	Source      sightline.SourceID `json:"source"`
	Publisher   string             `json:"publisher,omitzero"`
	Title       string             `json:"title"`
	Kind        string             `json:"kind"`
	URL         string             `json:"url,omitzero"`
	Published   sightline.Date     `json:"published,omitzero"`
	Accessed    sightline.Date     `json:"accessed,omitzero"`
	Archive     string             `json:"archive"` // SHA-256 of the copy held, or "not archived"
	Reliability string             `json:"reliability"`
	Licence     string             `json:"licence,omitzero"`
	Terms       string             `json:"terms,omitzero"`        // where they are not open
	Derived     []string           `json:"derived_from,omitzero"` // titles of what it repeats
	Selection   string             `json:"selection,omitzero"`
}
