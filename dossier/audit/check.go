package audit

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"sightline"
	"sightline/dossier"
)

// checked is a result with what the sentences need.
type checked struct {
	Result
	check   Check
	clause  string // what it found, as part of a sentence
	rests   string // what a recomputed value rests on
	stated  string // the number that it was held against
	voices  int    // independent voices behind a documented one
	claims  []sightline.Entry
	sources []sightline.SourceID
}

// near is how far from the stated number a value may be and still be close; of
// our choosing (docs/methods/audit.md, section 2).
const near = 0.1

// tolerance is what the claim states, or else half a unit of the last digit of
// a percentage or fraction, and nothing for a whole number.
func tolerance(a, stated Amount) float64 {
	switch {
	case stated.set:
		return stated.fraction()
	case a.percent:
		return 0.5 * math.Pow(10, float64(-a.digits)) / 100
	case a.digits > 0:
		return 0.5 * math.Pow(10, float64(-a.digits))
	}
	return 0
}

// compare holds a value against the number that the claim states. A floor is
// a value that what is missing can only raise: it can confirm that there are
// at least so many, or exceed, and never show that there are fewer.
func compare(v float64, a Amount, tol float64, sense string, floor bool) Outcome {
	const slack = 1e-9
	x := a.fraction()
	reach := near * math.Abs(x)
	switch sense {
	case "at least":
		switch {
		case v >= x-tol-slack:
			return Agrees
		case floor:
			return NoData
		case v >= x-max(tol, reach)-slack:
			return Near
		}
		return Differs
	case "at most":
		switch {
		case v > x+max(tol, reach)+slack:
			return Differs
		case v > x+tol+slack:
			return Near
		case floor:
			return NoData
		}
		return Agrees
	}
	switch d := v - x; {
	case math.Abs(d) <= tol+slack:
		return Agrees
	case floor && d < 0:
		return NoData
	case math.Abs(d) <= max(tol, reach)+slack:
		return Near
	}
	return Differs
}

// check runs one check of a claim.
func (r *auditor) check(c Claim, k Check) (checked, error) {
	x := checked{check: k, Result: Result{Label: k.Label, Import: k.Import, Basis: Documented}}
	var err error
	switch {
	case k.HeadCount != nil:
		err = r.headCount(c, k, &x)
	case k.Count != nil:
		x.Kind, x.Basis = "count", Recomputed
		x.name("the count of claims on record")
		var f dossier.Found
		if f, err = r.h.Count(k.Count.Select, k.Count.Each, k.Count.Unit, r.except); err == nil {
			r.list(k.Count.Select.Objects...)
			x.rests = r.restsOn(k.Count.Select.Objects)
			r.value(c, k, &x, f)
			r.show(&x, f)
		}
	case k.Cross != nil:
		err = r.cross(c, k, &x)
	case k.Reported != nil:
		x.Kind = "reported"
		x.name("the number that sources report")
		var f dossier.Found
		if f, err = r.h.Reported(k.Reported.Select, k.Reported.Of, k.Reported.Unit, r.except); err == nil {
			x.voices = int(f.Estimate.N)
			r.value(c, k, &x, f)
			r.show(&x, f)
			if names := r.voicesOf(x.voices, f.Claims); names != "" && x.clause != "" {
				x.clause += " (" + names + ")"
			}
		}
	case k.Rank != nil:
		x.Kind, x.Basis = "rank", Recomputed
		x.name("the rank of " + r.h.Name(k.Rank.Subject))
		var f dossier.Found
		if f, err = r.h.Rank(k.Rank.Select, k.Rank.Subject, k.Rank.From, r.except); err == nil {
			x.rests = "the scores on record"
			r.value(c, k, &x, f)
		}
	case k.Change != nil:
		x.Kind, x.Basis = "change", Recomputed
		x.name("the count of those whose number " + k.Change.Which)
		var f dossier.Found
		if f, err = r.h.Change(k.Change.Before, k.Change.After, k.Change.Which, r.except); err == nil {
			x.rests = "the scores on record"
			r.value(c, k, &x, f)
		}
	case k.Statements != nil:
		err = r.statements(k, &x)
	case k.Dated != nil:
		err = r.dated(c, k, &x)
	case k.Order != nil:
		err = r.order(k, &x)
	default:
		err = sightline.Errorf(sightline.Invalid, "audit claim", c.ID, "a check has no kind")
	}
	if err != nil {
		return x, err
	}
	if k.Beside {
		x.Outcome = Background
	}
	if x.Kind == "statements" {
		for _, v := range slices.Concat(x.For, x.Against) {
			x.Notes = append(x.Notes, v.Notes...)
		}
		slices.Sort(x.Notes)
		x.Notes = slices.Compact(x.Notes)
	} else {
		x.Notes = r.cite(x.sources)
	}
	return x, r.failed
}

// name gives the result a label where the file gives none.
func (x *checked) name(label string) {
	if x.Label == "" {
		x.Label = label
	}
}

// take adds a figure and what it was computed from.
func (r *auditor) take(x *checked, label string, f dossier.Found) {
	x.Figures = append(x.Figures, Figure{Label: label, Estimate: f.Estimate})
	x.claims = append(x.claims, f.Claims...)
	x.sources = append(x.sources, f.Sources...)
	r.keep(f.Packet)
}

// shown is up to how many claims behind a number are printed beside it.
const shown = 8

func (r *auditor) show(x *checked, f dossier.Found) {
	if len(f.Claims) <= shown {
		x.For = r.voices(f.Claims, false)
	}
}

// value adds a figure and holds it against the number of the claim.
func (r *auditor) value(c Claim, k Check, x *checked, f dossier.Found) {
	r.take(x, x.Label, f)
	x.Outcome = r.outcome(c, k, x, f, x.Label)
}

func (r *auditor) outcome(c Claim, k Check, x *checked, f dossier.Found, label string) Outcome {
	v, ok := f.Estimate.Value.Get()
	if !ok {
		reason := f.Estimate.Reason
		// What a data set would bring is lacking; what was searched and is not
		// there is an answer.
		if k.Import != "" || k.HeadCount != nil || f.Estimate.State == sightline.NotIdentified {
			x.clause = label + " cannot be told: " + reason
			return NoData
		}
		x.clause = "nothing on record shows " + label
		return Nothing
	}
	a := k.amount(c)
	if k.Beside || a.IsZero() {
		return Background
	}
	t := k.Tolerance
	if !t.set && k.Number.IsZero() {
		t = c.Tolerance
	}
	sense := k.Sense
	if sense == "" && k.Number.IsZero() {
		sense = c.Sense
	}
	if sense == "" {
		sense = "exactly"
	}
	if a.percent != strings.HasPrefix(f.Estimate.Unit, "share") {
		x.clause = label + " is no number that can be held against " + a.String()
		return NoData
	}
	stated := a.String()
	if sense != "exactly" {
		stated = sense + " " + stated
	}
	if k.Number.IsZero() {
		stated = "the stated " + stated
	} else {
		stated = "what the claim needs (" + stated + ")"
	}
	x.stated = stated
	out := compare(v, a, tolerance(a, t), sense, f.Floor)
	said := label + " is " + dossier.Number(f.Estimate)
	other := k.Of != "" && k.Of != c.Of
	switch {
	case out == NoData:
		x.clause = said + " by a list that is not complete, which cannot show that there are fewer"
		if sense == "at most" {
			x.clause = said + " by a list that is not complete, which cannot show that there are no more"
		}
	case other && (out == Agrees || out == Near):
		x.clause = fmt.Sprintf("%s, so the number fits %s and not %s", said, k.Of, what(c.Of))
		return Other
	case other:
		return Background
	case out == Agrees:
		x.clause = said + ", which fits " + stated
	case out == Near:
		x.clause = said + ", near " + stated
	default:
		x.clause = said + ", not " + stated
	}
	return out
}

func what(of string) string {
	if of == "" {
		return "what the claim speaks of"
	}
	return of
}

// restsOn names the lists behind a recomputed value.
func (r *auditor) restsOn(lists []sightline.EntityID) string {
	var t []string
	for _, id := range lists {
		if e := r.h.Entity(id); e != nil {
			t = append(t, "“"+e.Name+"”")
		}
	}
	const most = 3
	if len(t) > most {
		t = append(t[:most], "others")
	}
	if len(t) == 0 {
		return "the claims on record"
	}
	return list(t)
}

func (r *auditor) headCount(c Claim, k Check, x *checked) error {
	q := *k.HeadCount
	x.Kind, x.Basis = "headcount", Recomputed
	what := "world population"
	if q.Of == "internet_users" {
		what = "the world’s internet users"
	}
	label := "the share of " + what + " in “" + r.h.Name(q.List) + "”"
	if q.Group != "" {
		label += ", " + q.Group
	}
	if len(q.Without) > 0 {
		var names []string
		for _, w := range q.Without {
			names = append(names, w.Name())
		}
		label += " without " + list(names)
	}
	x.name(label)
	f, err := r.h.HeadCount(q, r.except)
	if err != nil {
		return err
	}
	r.list(q.List)
	x.rests = r.restsOn([]sightline.EntityID{q.List}) + " and the figures of " + f.Estimate.Unit[strings.LastIndexByte(f.Estimate.Unit, ' ')+1:]
	r.value(c, k, x, f)
	return nil
}

func (r *auditor) cross(c Claim, k Check, x *checked) error {
	q := *k.Cross
	x.Kind, x.Basis = "cross", Recomputed
	x.name("the count of " + strings.Join(q.Cell, ", "))
	r.list(q.Rows.Select.Objects...)
	r.list(q.Columns.Select.Objects...)
	x.rests = r.restsOn(slices.Concat(q.Columns.Select.Objects, q.Rows.Select.Objects))
	x.Outcome = NoData
	var cell dossier.Found
	most := -1.0
	for _, column := range q.Columns.Values {
		for _, row := range q.Rows.Values {
			f, err := r.h.Cross(narrowed(q.Rows, row), narrowed(q.Columns, column), q.Unit, r.except)
			if err != nil {
				return err
			}
			r.take(x, column+", "+row, f)
			n, _ := f.Estimate.Value.Get()
			if column == q.Cell[1] && (row == q.Cell[0] || q.Cell[0] == largest && n > most) {
				cell, most = f, n
			}
		}
	}
	x.Outcome = r.outcome(c, k, x, cell, x.Label)
	return nil
}

// narrowed is the selection of a side with one value of its qualifier.
func narrowed(s Side, value string) dossier.Selection {
	out := s.Select
	out.Where = map[string]string{s.By: value}
	for k, v := range s.Select.Where {
		if k != s.By {
			out.Where[k] = v
		}
	}
	return out
}

func (r *auditor) statements(k Check, x *checked) error {
	x.Kind = "statements"
	x.name("statements for and against")
	b, f, err := r.h.Balance(k.Statements.For, slices.Concat(k.Statements.Against, k.Statements.Refutes), r.except)
	if err != nil {
		return err
	}
	r.take(x, "independent voices for it", f)
	x.For, x.Against, x.Aside = r.voices(b.ForClaims, false), r.voices(b.AgainstClaim, false), r.voices(b.Aside, true)
	x.voices = b.For
	refuted := slices.ContainsFunc(b.AgainstClaim, func(e sightline.Entry) bool {
		return slices.Contains(k.Statements.Refutes, sightline.ClaimID(e.Record.ID()))
	})
	weak := b.Reliability != "A" && b.Reliability != "B" && b.Reliability != "C"
	pro, contra := r.publishers(b.ForClaims), r.publishers(b.AgainstClaim)
	switch {
	case b.For > 0 && b.Against > 0:
		x.Outcome = Disputed
		x.clause = pro + speaks(len(r.namesOf(b.ForClaims))) + " for it and " + contra + " against it"
	case b.For > 0 && weak:
		x.Outcome = Weak
		x.clause = "only sources of low reliability speak for it (" + pro + ")"
	case b.For > 0:
		x.Outcome = Agrees
		x.clause = fmt.Sprintf("%s for it (%s)", plural(b.For, "independent voice speaks", "independent voices speak"), r.voicesOf(b.For, b.ForClaims))
	case b.Against > 0 && refuted:
		x.Outcome = Refuted
		x.clause = "what is on record cannot be so together with it: " + r.said(b.AgainstClaim, k.Statements.Refutes)
	case b.Against > 0:
		x.Outcome = Doubted
		x.clause = "nothing that is independent of the text speaks for it, and " + contra + speaks(len(r.namesOf(b.AgainstClaim))) + " against it"
	default:
		x.Outcome = Nothing
		x.clause = "nothing on record that is independent of the text speaks for it"
		if k.Import != "" {
			x.Outcome = NoData
		}
	}
	return nil
}

// said quotes what refutes the claim, up to two sentences of ours.
func (r *auditor) said(entries []sightline.Entry, ids []sightline.ClaimID) string {
	var t []string
	for _, e := range entries {
		if slices.Contains(ids, sightline.ClaimID(e.Record.ID())) && len(t) < 2 {
			t = append(t, "“"+strings.TrimSuffix(r.h.Sentence(e.Record.Claim()), ".")+"”")
		}
	}
	return list(t)
}

func speaks(n int) string {
	if n > 1 {
		return " speak"
	}
	return " speaks"
}

func (r *auditor) dated(c Claim, k Check, x *checked) error {
	x.Kind = "dated"
	x.name("what the claim tells")
	inside := k.Dated.Select
	inside.During = c.Period
	in, err := r.h.Count(inside, k.Dated.Each, k.Dated.Unit, r.except)
	if err != nil {
		return err
	}
	all, err := r.h.Count(k.Dated.Select, k.Dated.Each, k.Dated.Unit, r.except)
	if err != nil {
		return err
	}
	r.take(x, "in "+when(c.Period), in)
	r.take(x, "at any time", all)
	r.show(x, all)
	n, _ := in.Estimate.Value.Get()
	m, _ := all.Estimate.Value.Get()
	a := k.amount(c)
	want := 1.0
	if !a.IsZero() {
		want = a.fraction()
	}
	x.voices = len(all.Claims)
	switch {
	case n >= want:
		x.Outcome = Agrees
		x.clause = fmt.Sprintf("%s is on record for %s: %s", x.Label, when(c.Period), dossier.Number(in.Estimate))
	case m >= want:
		x.Outcome = Elsewhen
		var times []string
		for _, e := range all.Claims {
			if p := e.Record.Claim().Valid; !p.IsZero() && !slices.Contains(times, when(p)) {
				times = append(times, when(p))
			}
		}
		slices.Sort(times)
		x.clause = fmt.Sprintf("%s is on record for %s (%s), and for %s there is %s", x.Label, list(times), dossier.Number(all.Estimate), when(c.Period), atThatTime(in.Estimate))
	default:
		x.Outcome = Nothing
		x.clause = "nothing on record shows " + x.Label
		if k.Import != "" {
			x.Outcome = NoData
		}
	}
	return nil
}

func atThatTime(e sightline.Estimate) string {
	if _, ok := e.Value.Get(); !ok {
		return "nothing"
	}
	return "only " + dossier.Number(e)
}

// when puts a period into a sentence.
func when(p sightline.Period) string {
	from, hasFrom := p.From()
	to, hasTo := p.To()
	switch {
	case hasFrom && hasTo && from == to:
		return from.String()
	case hasFrom && hasTo:
		return from.String() + " to " + to.String()
	case hasFrom:
		return "the time from " + from.String()
	case hasTo:
		return "the time to " + to.String()
	}
	return "any time"
}

func (r *auditor) order(k Check, x *checked) error {
	x.Kind = "order"
	x.name("the order of the two")
	f, err := r.h.Order(k.Order.First, k.Order.Then, r.except)
	if err != nil {
		return err
	}
	r.take(x, "days from the first to the second", f)
	r.show(x, f)
	low, high, a, b, ok, err := r.h.Span(k.Order.First, k.Order.Then, r.except)
	if err != nil {
		return err
	}
	x.voices = len(f.Claims)
	dates := fmt.Sprintf("%s: the first is of %s, the second of %s", x.Label, a, b)
	switch {
	case !ok:
		x.Outcome, x.clause = Nothing, "nothing on record dates "+x.Label
		if k.Import != "" {
			x.Outcome = NoData
		}
	case low > 0:
		x.Outcome, x.clause = Agrees, dates+", in the order stated (which shows no effect of the one on the other)"
	case high < 0:
		x.Outcome, x.clause = Refuted, dates+", so the second came before"
	default:
		x.Outcome, x.clause = NoData, dates+", too close for dates of this precision"
	}
	return nil
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// reason puts into a sentence each why the verdict is what it is and what
// would change it.
func reason(c Claim, s state, found []checked) (why, change string) {
	var clauses []string
	for _, i := range s.deciding {
		if t := found[i].clause; t != "" && !slices.Contains(clauses, t) {
			clauses = append(clauses, t)
		}
	}
	const most = 3
	if len(clauses) > most {
		clauses = append(clauses[:most], "see the checks below for the rest")
	}
	var imports, besides []string
	for _, x := range found {
		lacks := slices.ContainsFunc(x.Figures, func(g Figure) bool { return g.Estimate.Value.IsZero() })
		switch {
		case x.Import == "":
		case x.Outcome == NoData && !slices.Contains(imports, x.Import):
			imports = append(imports, x.Import)
		case x.Outcome == Background && lacks && !slices.Contains(besides, x.Import):
			besides = append(besides, x.Import)
		}
	}
	var t []string
	first := func(pick func(checked) string) string {
		for _, i := range s.deciding {
			if w := pick(found[i]); w != "" {
				return w
			}
		}
		return ""
	}
	switch s.verdict {
	case Opinion:
		clauses = []string{"it is a judgement or a comparison without a measure"}
		t = append(t, "no record can; a measure that both sides accept would make it checkable")
	case Confirmed, Close:
		if s.basis == Recomputed {
			t = append(t, "other figures or another list would: it rests on "+first(func(x checked) string { return x.rests }))
		} else {
			n := 0
			for _, i := range s.deciding {
				n = max(n, found[i].voices)
			}
			switch n {
			case 1:
				t = append(t, "a denial or correction would: it rests on one voice")
			default:
				t = append(t, fmt.Sprintf("a denial or correction would: it rests on %d statements or voices", n))
			}
		}
	case MisStated:
		switch o := found[s.deciding[0]].Outcome; o {
		case Other:
			t = append(t, "a source or count of "+what(c.Of)+" that comes to the stated number would")
		case Differs:
			t = append(t, "it would stand if "+found[s.deciding[0]].Label+" came to "+found[s.deciding[0]].stated)
		default:
			t = append(t, "an independent statement for it would make it contested")
		}
	case MisDated:
		t = append(t, "an independent source that dates it to "+when(c.Period)+" would")
	case Contested:
		if s.basis == Recomputed {
			t = append(t, "a correction of one of the counts would, or a word in the text on which of them it means")
			break
		}
		t = append(t, "a correction by one side, or a document that settles it, would")
	case Unsupported:
		t = append(t, "one independent source of reliability A to C that speaks for it would")
	case NotCheckable:
		if len(clauses) == 0 {
			clauses = []string{"nothing that is held decides it"}
		}
		if len(imports) == 0 {
			t = append(t, "data that decide it would")
		}
	}
	if len(imports) > 0 {
		t = append(t, "importing "+list(imports)+" would let it be recomputed")
	}
	if len(besides) > 0 {
		t = append(t, "importing "+list(besides)+" would show more beside it")
	}
	if c.Needs != "" && s.verdict != Confirmed && s.verdict != Close {
		t = append(t, "what is needed: "+strings.TrimSuffix(c.Needs, "."))
	}
	return sentence(strings.Join(clauses, "; ")), sentence(strings.Join(t, "; "))
}
