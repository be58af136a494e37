package audit

import (
	"slices"

	"sightline"
)

// Verdict is what an audit says of a claim.
type Verdict uint8

// The verdicts, gravest first: of a claim with parts, the gravest is that of
// the whole.
const (
	_ Verdict = iota
	MisStated
	MisDated
	Contested
	Unsupported
	NotCheckable
	Opinion
	Close
	Confirmed
)

var verdicts = []string{"", "mis-stated", "mis-dated", "contested", "unsupported", "not checkable", "opinion", "close", "confirmed"}

// rules is the meaning of each word, as docs/methods/audit.md has it; a test
// compares.
var rules = []string{
	MisStated:    "A recount, a report or a statement that cannot be so together with the claim differs from it, or its number belongs to something else, and nothing independent speaks for it.",
	MisDated:     "What it tells is on record at another time and not at the time that it states.",
	Contested:    "Independent evidence speaks for it, and independent evidence speaks against it.",
	Unsupported:  "No source of reliability A to C that is independent of the text speaks for it in the records that were searched.",
	NotCheckable: "No data are held that could decide it.",
	Opinion:      "A judgement or comparison without a measure, which no record can confirm or refute.",
	Close:        "The number is outside the tolerance of the claim and within a tenth of it.",
	Confirmed:    "Every check that has data agrees with it.",
}

func (v Verdict) String() string {
	if int(v) < len(verdicts) {
		return verdicts[v]
	}
	return ""
}

// Rule says when the verdict is given.
func (v Verdict) Rule() string { return rules[v] }

// Verdicts lists them, gravest first.
func Verdicts() []Verdict {
	out := make([]Verdict, len(verdicts)-1)
	for i := range out {
		out[i] = Verdict(i + 1)
	}
	return out
}

// MarshalText prints the word.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText reads the word.
func (v *Verdict) UnmarshalText(b []byte) error {
	i := slices.Index(verdicts, string(b))
	if i < 1 {
		return sightline.Errorf(sightline.Invalid, "parse verdict", string(b), "no such verdict")
	}
	*v = Verdict(i)
	return nil
}

// Outcome is what one check says of the claim.
type Outcome string

// The outcomes.
const (
	Agrees     Outcome = "agrees"     // the number, the dates or independent statements fit
	Near       Outcome = "near"       // the number is outside the tolerance and within a tenth
	Differs    Outcome = "differs"    // the number does not fit
	Other      Outcome = "other"      // the number fits, and is one of something else
	Elsewhen   Outcome = "elsewhen"   // on record at another time only
	Refuted    Outcome = "refuted"    // only what cannot be so together with the claim is on record
	Disputed   Outcome = "disputed"   // statements speak for it and against it
	Doubted    Outcome = "doubted"    // only statements against it are on record
	Weak       Outcome = "weak"       // only sources of low or unjudged reliability speak for it
	Nothing    Outcome = "nothing"    // the records that were searched say nothing
	NoData     Outcome = "no data"    // what it needs is not held
	Background Outcome = "background" // shown beside the claim, and no part of the verdict
)

// state is what the checks of a claim say together.
type state struct {
	verdict  Verdict
	basis    Basis
	deciding []int // the checks that the verdict follows from
}

// decide is the rule from outcomes to a verdict (docs/methods/audit.md,
// section 3). The order of the checks does not matter.
func decide(opinion bool, checks []Result) state {
	with := func(outcomes ...Outcome) []int {
		var out []int
		for i, c := range checks {
			if slices.Contains(outcomes, c.Outcome) {
				out = append(out, i)
			}
		}
		return out
	}
	basis := func(deciding []int) Basis {
		for _, i := range deciding {
			if checks[i].Basis == Recomputed {
				return Recomputed
			}
		}
		if len(deciding) > 0 {
			return Documented
		}
		return NoGround
	}
	is := func(v Verdict, deciding []int) state {
		slices.Sort(deciding)
		return state{v, basis(deciding), slices.Compact(deciding)}
	}
	pro := with(Agrees, Near)
	contra := with(Differs, Refuted)
	switch {
	case opinion:
		return state{Opinion, NoGround, nil}
	case len(with(Disputed)) > 0:
		return is(Contested, slices.Concat(with(Disputed), pro, contra, with(Doubted)))
	case len(pro) > 0 && len(contra)+len(with(Doubted)) > 0:
		return is(Contested, slices.Concat(pro, contra, with(Doubted)))
	case len(with(Elsewhen)) > 0 && len(pro) == 0:
		return is(MisDated, with(Elsewhen))
	case len(contra) > 0:
		return is(MisStated, contra)
	case len(with(Other)) > 0 && len(pro) == 0:
		return is(MisStated, with(Other))
	case len(with(Near)) > 0:
		return is(Close, pro)
	case len(pro) > 0:
		return is(Confirmed, pro)
	case len(with(Doubted, Weak, Nothing)) > 0:
		// What is searched and found empty is no ground.
		return state{Unsupported, NoGround, with(Doubted, Weak, Nothing)}
	}
	return state{NotCheckable, NoGround, with(NoData)}
}
