package audit

import (
	"math"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"

	"sightline"
	"sightline/dossier"
)

// File is an audit file as it was written: a text and its claims.
type File struct {
	ID     string  `json:"id"`
	Title  string  `json:"title"`
	Text   Text    `json:"text"`
	Claims []Claim `json:"claims"`

	input sightline.Input
}

// Claim is one claim of the text and what it is bound to.
type Claim struct {
	ID        string           `json:"id"`
	Words     string           `json:"words"`
	By        string           `json:"by,omitzero"`
	Where     string           `json:"where,omitzero"`
	Opinion   bool             `json:"opinion,omitzero"`
	Number    Amount           `json:"number,omitzero"`
	Of        string           `json:"of,omitzero"` // what the number counts
	Sense     string           `json:"sense,omitzero"`
	Tolerance Amount           `json:"tolerance,omitzero"`
	Period    sightline.Period `json:"period,omitzero"`
	Needs     string           `json:"needs,omitzero"` // what would decide it
	Checks    []Check          `json:"checks,omitzero"`
	Parts     []Claim          `json:"parts,omitzero"`

	line int
}

// Check binds a claim to evidence. Exactly one of the kinds is set.
type Check struct {
	Label     string `json:"label,omitzero"`
	Of        string `json:"of,omitzero"` // what its number counts, when that is not what the claim counts
	Number    Amount `json:"number,omitzero"`
	Sense     string `json:"sense,omitzero"`
	Tolerance Amount `json:"tolerance,omitzero"`
	Import    string `json:"import,omitzero"` // the data set that would let it be computed
	Beside    bool   `json:"beside,omitzero"` // shown, and no part of the verdict

	HeadCount  *dossier.HeadCount `json:"headcount,omitzero"`
	Count      *Count             `json:"count,omitzero"`
	Cross      *Cross             `json:"cross,omitzero"`
	Reported   *Reported          `json:"reported,omitzero"`
	Rank       *Rank              `json:"rank,omitzero"`
	Change     *Change            `json:"change,omitzero"`
	Statements *Statements        `json:"statements,omitzero"`
	Dated      *Count             `json:"dated,omitzero"`
	Order      *Order             `json:"order,omitzero"`

	line int
}

// Count counts claims, or the subjects or objects that they have.
type Count struct {
	Select dossier.Selection `json:"select"`
	Each   string            `json:"each,omitzero"`
	Unit   string            `json:"unit,omitzero"`
}

// Cross is a cross-tabulation by subject: each value of a qualifier in the
// rows against each in the columns. The cell names a row and a column; its
// count is held against the number of the claim. With the row "any" it is the
// largest of its column.
type Cross struct {
	Rows    Side     `json:"rows"`
	Columns Side     `json:"columns"`
	Cell    []string `json:"cell"`
	Unit    string   `json:"unit,omitzero"`
}

// largest stands for the row with the largest count of its column.
const largest = "any"

// Side is one side of a cross-tabulation.
type Side struct {
	Select dossier.Selection `json:"select"`
	By     string            `json:"by"`     // a qualifier
	Values []string          `json:"values"` // of the qualifier, in order
}

// Reported is a number that sources report.
type Reported struct {
	Select dossier.Selection `json:"select"`
	Of     dossier.Selection `json:"of,omitzero"`
	Unit   string            `json:"unit,omitzero"`
}

// Rank is the place of a subject among scores.
type Rank struct {
	Select  dossier.Selection  `json:"select"`
	Subject sightline.EntityID `json:"subject"`
	From    string             `json:"from"` // lowest or highest
}

// Change counts the subjects whose score fell or rose.
type Change struct {
	Before dossier.Selection `json:"before"`
	After  dossier.Selection `json:"after"`
	Which  string            `json:"which"` // fell or rose
}

// Statements are claims that speak for the claim of the text, against it, or
// that cannot be so together with it.
type Statements struct {
	For     []sightline.ClaimID `json:"for,omitzero"`
	Against []sightline.ClaimID `json:"against,omitzero"`
	Refutes []sightline.ClaimID `json:"refutes,omitzero"`
}

// Order says that one thing came before another.
type Order struct {
	First dossier.Selection `json:"first"`
	Then  dossier.Selection `json:"then"`
}

// Amount is a number as a text states it: plain, or a percentage.
type Amount struct {
	value   float64
	percent bool
	set     bool
	digits  int // after the point, for the tolerance that goes without saying
}

// ParseAmount reads 62 %, 62%, 1,500, 3.8 or -2.
func ParseAmount(s string) (Amount, error) {
	t := strings.TrimSpace(s)
	a := Amount{set: true}
	if rest, ok := strings.CutSuffix(t, "%"); ok {
		t, a.percent = strings.TrimSpace(rest), true
	}
	t = strings.ReplaceAll(t, ",", "")
	if _, frac, ok := strings.Cut(t, "."); ok {
		a.digits = len(frac)
	}
	v, err := strconv.ParseFloat(t, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) || strings.ContainsAny(t, "eExXpP_") {
		return Amount{}, sightline.Errorf(sightline.Invalid, "parse number", s, "not a number").WithHint("Write 62, 62 %% or 3.8; a range is a number and a tolerance.")
	}
	a.value = v
	return a, nil
}

// IsZero reports whether no number is stated.
func (a Amount) IsZero() bool { return !a.set }

// fraction is the number as estimates have it: a percentage is a share.
func (a Amount) fraction() float64 {
	if a.percent {
		return a.value / 100
	}
	return a.value
}

func (a Amount) String() string {
	if !a.set {
		return ""
	}
	s := strconv.FormatFloat(a.value, 'f', a.digits, 64)
	if a.percent {
		s += " %"
	}
	return s
}

// MarshalText prints the number as it can be read again.
func (a Amount) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText reads a number.
func (a *Amount) UnmarshalText(b []byte) (err error) {
	if len(b) == 0 {
		*a = Amount{}
		return nil
	}
	*a, err = ParseAmount(string(b))
	return err
}

// text is the claim as canonical JSON, as packets carry it.
func (c Claim) text() string {
	b, err := json.Marshal(c, json.Deterministic(true))
	if err != nil {
		panic("BUG: encode claim: " + err.Error())
	}
	return string(b)
}

func parseClaim(text string) (Claim, error) {
	var c Claim
	err := json.Unmarshal([]byte(text), &c, json.RejectUnknownMembers(true))
	return c, err
}
