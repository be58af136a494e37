package dossier

import (
	"fmt"
	"strings"

	"sightline"
)

// sentence is a claim in words: our own sentence where one was written, and
// otherwise one made from its parts, with the actor named.
func (v *view) sentence(c *sightline.Claim) string {
	if c.Words != "" {
		return c.Words
	}
	s, q := v.name(c.Subject), c.Qualifiers
	o := c.Object.Text
	if c.Object.Entity != "" {
		o = v.name(c.Object.Entity)
	}
	what := q["product"]
	for _, k := range []string{"system", "project", "agreement"} {
		if what == "" && q[k] != "" {
			what = v.name(sightline.EntityID(q[k]))
		}
	}
	with := ""
	if what != "" {
		with = " (" + what + ")"
	}
	share := ""
	if q["share"] != "" {
		share = " (" + q["share"] + " %)"
	}
	switch c.Predicate {
	case sightline.BasedIn:
		return fmt.Sprintf("%s is based in %s.", s, o)
	case sightline.OwnedBy:
		return fmt.Sprintf("%s is owned by %s%s.", s, o, share)
	case sightline.StateOwnedBy:
		return fmt.Sprintf("The state of %s holds a majority of %s%s.", o, s, share)
	case sightline.StateMinorityOwnedBy:
		return fmt.Sprintf("The state of %s holds a minority of %s%s.", o, s, share)
	case sightline.OperatesIn:
		return fmt.Sprintf("%s operates in %s.", s, o)
	case sightline.Operates:
		return fmt.Sprintf("%s operates %s.", s, o)
	case sightline.Controls:
		return fmt.Sprintf("%s controls %s.", s, o)
	case sightline.LandsIn:
		return fmt.Sprintf("%s lands in %s.", s, o)
	case sightline.BuiltBy:
		return fmt.Sprintf("%s was built by %s.", s, o)
	case sightline.BlockingReported:
		return fmt.Sprintf("Blocking in %s is reported: %s.", s, o)
	case sightline.ShutdownReported:
		return fmt.Sprintf("A shutdown in %s is reported: %s.", s, o)
	case sightline.FilteringRated:
		return fmt.Sprintf("Filtering in %s is rated: %s.", s, o)
	case sightline.ProductObservedIn:
		return fmt.Sprintf("A product of %s%s was observed in %s.", s, with, o)
	case sightline.Supplies:
		return fmt.Sprintf("%s is reported to have supplied %s%s.", s, o, with)
	case sightline.Finances:
		return fmt.Sprintf("%s is reported to have financed a project in %s%s.", s, o, with)
	case sightline.Trains:
		return fmt.Sprintf("%s is reported to have trained officials of %s.", s, o)
	case sightline.Advises:
		return fmt.Sprintf("%s is reported to advise %s%s.", s, o, with)
	case sightline.AgreedWith:
		return fmt.Sprintf("%s is reported to have agreed with %s%s.", s, o, with)
	case sightline.UsesProduct:
		return fmt.Sprintf("%s is reported to use a product of %s%s.", s, o, with)
	case sightline.UsesTechnology:
		if c.Object.Entity != "" {
			return fmt.Sprintf("%s is reported to use technology of firms of %s.", s, o)
		}
		return fmt.Sprintf("%s is reported to use %s.", s, o)
	case sightline.DataSentTo:
		return fmt.Sprintf("Data of %s are said to be sent to %s.", s, o)
	case sightline.Denies:
		return fmt.Sprintf("%s denies it.", s)
	case sightline.States:
		return fmt.Sprintf("%s states: %s.", s, o)
	case sightline.LegalAction:
		return fmt.Sprintf("%s took legal action concerning %s.", s, o)
	case sightline.ListedUnder:
		return fmt.Sprintf("%s is listed under %s%s.", s, o, parenthesis(q["measure"]))
	case sightline.ExportRule:
		return fmt.Sprintf("%s ruled on exports: %s.", s, o)
	case sightline.StatusIs:
		return fmt.Sprintf("%s: %s.", s, statusWords(o))
	case sightline.MemberOf:
		return fmt.Sprintf("%s: %s%s.", o, memberWords(q["how"]), on(c.Valid))
	case sightline.NotSigned:
		return fmt.Sprintf("%s did not sign %s%s.", s, o, parenthesis(q["how"]))
	case sightline.GroupedAs:
		return fmt.Sprintf("%s: group %s.", o, strings.ReplaceAll(q["group"], "_", " "))
	case sightline.Voted:
		return fmt.Sprintf("%s: voted %s.", o, q["vote"])
	case sightline.Attended:
		return fmt.Sprintf("%s attended %s%s.", s, o, parenthesis(q["rank"]))
	case sightline.Enacted:
		return fmt.Sprintf("%s adopted %s.", s, o)
	case sightline.InForce:
		return fmt.Sprintf("%s is in force in %s.", o, s)
	case sightline.Drafted:
		return fmt.Sprintf("%s drafted %s.", s, o)
	case sightline.Provides:
		return fmt.Sprintf("%s provides: %s.", s, o)
	case sightline.Resembles:
		return fmt.Sprintf("%s is said to resemble %s.", s, o)
	case sightline.Excludes:
		return fmt.Sprintf("%s excludes %s%s.", s, o, with)
	case sightline.Repealed:
		return fmt.Sprintf("%s repealed or struck down %s.", s, o)
	case sightline.CountReported:
		return fmt.Sprintf("%s: %g %s.", s, c.Object.Number, c.Object.Unit)
	case sightline.RenamedTo:
		return fmt.Sprintf("%s is now named %s.", s, o)
	case sightline.DescribedAs:
		return fmt.Sprintf("%s: %s.", s, o)
	}
	return fmt.Sprintf("%s %s %s.", s, c.Predicate, o)
}

func parenthesis(s string) string {
	if s == "" {
		return ""
	}
	return " (" + s + ")"
}

func on(p sightline.Period) string {
	if p.IsZero() {
		return ", date not on record"
	}
	return ", " + p.String()
}

func memberWords(how string) string {
	if how == "" {
		return "on the list"
	}
	return strings.ReplaceAll(how, "_", " ")
}

func statusWords(s string) string { return strings.ReplaceAll(s, "_", " ") }

// plural is n with the right form of a noun.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
