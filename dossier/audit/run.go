package audit

import (
	"cmp"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json"

	"sightline"
	"sightline/dossier"
)

// verdictMethod decides over the outcomes of the checks of a claim. A change
// that can move a verdict is a new version and a line in CHANGELOG.md.
const verdictMethod sightline.MethodID = "audit.verdict/1"

// Methods lists the methods behind the packets of an audit.
func Methods() []dossier.Method {
	return append(slices.Clone(dossier.Methods()), dossier.Method{ID: verdictMethod,
		What: "Decides over a claim of a text from the outcomes of its checks, by the rules of docs/methods/audit.md. Its inputs are the packets of the checks; the parameter \"claim\" is the claim with all that it is bound to."})
}

// Run audits a text.
func Run(store sightline.Store, series []dossier.Series, f *File, o dossier.Options) (*Audit, error) {
	r := newAuditor(dossier.NewHoldings(store, series, o))
	r.a = &Audit{Schema: Schema, ID: f.ID, Title: f.Title, Text: f.Text, File: f.input, Edition: o.Edition, AsPublished: o.AsPublished, AsRecorded: o.AsRecorded}
	r.except = exceptOf(f.Text)
	if id := f.Text.Source; id != "" {
		switch s, err := r.h.Source(id); {
		case err == nil:
			t := &r.a.Text
			t.Title, t.Publisher, t.URL = cmp.Or(t.Title, s.Title), cmp.Or(t.Publisher, s.Publisher), cmp.Or(t.URL, s.URL)
			if t.Published.IsZero() {
				t.Published = s.Published
			}
			t.Note = r.note(id)
		case sightline.ErrorCode(err) != sightline.NotFound:
			return nil, err
		case f.Text.Title == "":
			r.a.Text.Title = string(id)
		}
	}
	for _, c := range f.Claims {
		finding, err := r.finding(c)
		if err != nil {
			return nil, err
		}
		r.a.Findings = append(r.a.Findings, finding)
	}
	for _, v := range Verdicts() {
		e := Entry{Verdict: v, Rule: v.Rule()}
		for _, x := range r.a.Findings {
			if x.Verdict == v {
				e.Claims = append(e.Claims, x.ID)
			}
		}
		if len(e.Claims) > 0 {
			r.a.Index = append(r.a.Index, e)
		}
	}
	return r.a, nil
}

// Recompute runs the method of a packet again, as dossier.Recompute does, and
// knows verdicts besides.
func Recompute(store sightline.Store, series []dossier.Series, p sightline.Packet) (sightline.Packet, error) {
	if p.Method != verdictMethod {
		return dossier.Recompute(store, series, p)
	}
	bad := func(err error) (sightline.Packet, error) {
		return sightline.Packet{}, sightline.Errorf(sightline.Invalid, "recompute packet", string(p.Result.Packet), "%w", err)
	}
	o, rest, err := dossier.ReadParameters(p)
	if err != nil {
		return bad(err)
	}
	c, err := parseClaim(rest["claim"])
	if err != nil {
		return bad(err)
	}
	r := newAuditor(dossier.NewHoldings(store, series, o))
	r.a = &Audit{}
	if t := rest["text"]; t != "" {
		if err := json.Unmarshal([]byte(t), &r.except, json.RejectUnknownMembers(true)); err != nil {
			return bad(err)
		}
	}
	f, err := r.finding(c)
	if err != nil {
		return bad(err)
	}
	return r.packets[f.Estimate.Packet], nil
}

func exceptOf(t Text) dossier.Except {
	var e dossier.Except
	if t.Source != "" {
		e.Sources = []sightline.SourceID{t.Source}
		e.Origins = append(e.Origins, string(t.Source))
	}
	e.Origins = append(e.Origins, t.Origins...)
	return e
}

// auditor composes the document.
type auditor struct {
	h       *dossier.Holdings
	a       *Audit
	except  dossier.Except
	notes   map[sightline.SourceID]int
	packets map[sightline.PacketID]sightline.Packet
	lists   map[sightline.EntityID]bool
	failed  error
}

func newAuditor(h *dossier.Holdings) *auditor {
	return &auditor{h: h, notes: map[sightline.SourceID]int{}, packets: map[sightline.PacketID]sightline.Packet{}, lists: map[sightline.EntityID]bool{}}
}

// note is the number of the citation of a source; 0 for one that is named and
// not held.
func (r *auditor) note(id sightline.SourceID) int {
	if n, ok := r.notes[id]; ok {
		return n
	}
	n, err := r.h.Note(len(r.a.Notes)+1, id)
	if err != nil {
		if sightline.ErrorCode(err) != sightline.NotFound {
			r.failed = cmp.Or(r.failed, err)
		}
		return 0
	}
	r.notes[id] = n.N
	r.a.Notes = append(r.a.Notes, n)
	return n.N
}

func (r *auditor) cite(ids []sightline.SourceID) []int {
	var out []int
	for _, id := range ids {
		if n := r.note(id); n > 0 {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// keep adds a packet to the document, once.
func (r *auditor) keep(p sightline.Packet) {
	if _, have := r.packets[p.Result.Packet]; !have {
		r.packets[p.Result.Packet] = p
		r.a.Packets = append(r.a.Packets, p)
	}
}

// list notes a list that a count rests on.
func (r *auditor) list(ids ...sightline.EntityID) {
	for _, id := range ids {
		switch id.Kind() {
		case sightline.KindList, sightline.KindVote, sightline.KindTreaty, sightline.KindOrganization, sightline.KindAct:
		default:
			continue
		}
		e := r.h.Entity(id)
		if e == nil || r.lists[id] {
			continue
		}
		r.lists[id] = true
		r.a.Lists = append(r.a.Lists, List{ID: id, Name: e.Name, Complete: e.Complete.String(), AsOf: e.AsOf, Selection: e.Selection})
	}
}

// voice is a claim of the store as the document shows it. With all, the
// references that descend from the text are cited too.
func (r *auditor) voice(e sightline.Entry, all bool) dossier.Voice {
	c := e.Record.Claim()
	var ids []sightline.SourceID
	for _, ref := range c.References {
		if all || !r.h.Bars(r.except, ref) {
			ids = append(ids, ref.Source)
		}
	}
	words := r.h.Sentence(c)
	if c.Words == "" {
		// Sentences made from parts leave out a country that a dossier names
		// in its title.
		if name := r.h.Name(c.Subject); !strings.Contains(words, name) {
			words = name + "; " + words
		}
	}
	return dossier.Voice{Claim: c.ID, Sentence: words, Valid: c.Valid, Published: c.Published, Notes: r.cite(ids)}
}

func (r *auditor) voices(entries []sightline.Entry, all bool) []dossier.Voice {
	var out []dossier.Voice
	for _, e := range entries {
		out = append(out, r.voice(e, all))
	}
	return out
}

// namesOf lists who stands behind some claims, once each.
func (r *auditor) namesOf(entries []sightline.Entry) []string {
	var names []string
	for _, e := range entries {
		for _, ref := range e.Record.Claim().References {
			if r.h.Bars(r.except, ref) {
				continue
			}
			s, err := r.h.Source(ref.Source)
			if err != nil {
				continue
			}
			if name := cmp.Or(s.Publisher, s.Title); !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// publishers names who stands behind some claims, for a sentence.
func (r *auditor) publishers(entries []sightline.Entry) string {
	names := r.namesOf(entries)
	const most = 4
	if len(names) > most {
		return strings.Join(names[:most], ", ") + " and others"
	}
	return list(names)
}

// voicesOf is the same, and says so where several names count as fewer voices,
// since they repeat one another or share an origin.
func (r *auditor) voicesOf(n int, entries []sightline.Entry) string {
	t := r.publishers(entries)
	if m := len(r.namesOf(entries)); m > n && n > 0 {
		t += ", which repeat one another and count as " + strconv.Itoa(n)
	}
	return t
}

// list joins names as a sentence does.
func list(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// finding decides over a claim, and over its parts before.
func (r *auditor) finding(c Claim) (Finding, error) {
	f := Finding{ID: c.ID, Words: c.Words, By: c.By, Where: c.Where, Number: c.Number.String(), Period: c.Period}
	if f.Number != "" && c.Sense != "" && c.Sense != "exactly" {
		f.Number = c.Sense + " " + f.Number
	}
	var claims []sightline.Entry
	var sources []sightline.SourceID
	var inputs []sightline.Input
	packets := func(id sightline.PacketID) {
		sum := r.packets[id].Sum()
		in := sightline.Input{Name: "packet/" + string(id), SHA256: hex.EncodeToString(sum[:])}
		if !slices.Contains(inputs, in) {
			inputs = append(inputs, in)
		}
	}
	speak, agree := 0, 0
	if len(c.Parts) > 0 {
		for _, p := range c.Parts {
			part, err := r.finding(p)
			if err != nil {
				return f, err
			}
			f.Parts = append(f.Parts, part)
			packets(part.Estimate.Packet)
			speak++
			if part.Verdict == Confirmed || part.Verdict == Close {
				agree++
			}
		}
		r.whole(&f)
	} else {
		var found []checked
		for _, k := range c.Checks {
			x, err := r.check(c, k)
			if err != nil {
				return f, err
			}
			found = append(found, x)
			f.Checks = append(f.Checks, x.Result)
			for _, g := range x.Figures {
				packets(g.Estimate.Packet)
			}
			claims = append(claims, x.claims...)
			sources = append(sources, x.sources...)
			switch x.Outcome {
			case Agrees, Near:
				speak, agree = speak+1, agree+1
			case Differs, Other, Elsewhen, Refuted, Disputed, Doubted:
				speak++
			}
		}
		s := decide(c.Opinion, f.Checks)
		f.Verdict, f.Basis = s.verdict, s.basis
		f.Why, f.Change = reason(c, s, found)
		for _, i := range s.deciding {
			f.Notes = append(f.Notes, f.Checks[i].Notes...)
		}
		slices.Sort(f.Notes)
		f.Notes = slices.Compact(f.Notes)
	}
	e := sightline.Estimate{Value: sightline.Num(float64(agree)), N: int64(agree), Denominator: int64(speak), Unit: "checks that have data agree",
		Reason: "verdict: " + f.Verdict.String() + " (" + string(f.Basis) + ")"}
	if len(c.Parts) > 0 {
		e.Unit = "parts stand"
	}
	switch {
	case f.Verdict == Opinion && len(c.Parts) == 0:
		e = sightline.Estimate{State: sightline.NotApplicable, Unit: "checks", Reason: "verdict: opinion; no check can decide it"}
	case speak == 0:
		e = sightline.Estimate{State: sightline.TooLittleData, Unit: "checks", Reason: "verdict: " + f.Verdict.String() + "; no check has data that speak for or against it"}
	}
	text, err := json.Marshal(r.except, json.Deterministic(true))
	if err != nil {
		return f, err
	}
	claims = unique(claims)
	slices.Sort(sources)
	est, packet, err := r.h.Seal(verdictMethod, map[string]string{"claim": c.text(), "text": string(text)}, e, claims, slices.Compact(sources), inputs)
	if err != nil {
		return f, err
	}
	f.Estimate = est
	r.keep(packet)
	return f, r.failed
}

// unique keeps each claim once.
func unique(entries []sightline.Entry) []sightline.Entry {
	seen := map[string]bool{}
	var out []sightline.Entry
	for _, e := range entries {
		if !seen[e.Record.ID()] {
			seen[e.Record.ID()] = true
			out = append(out, e)
		}
	}
	return out
}

// whole gives a claim with parts the gravest verdict among them.
func (r *auditor) whole(f *Finding) {
	worst := f.Parts[0]
	for _, p := range f.Parts[1:] {
		if p.Verdict < worst.Verdict {
			worst = p
		}
	}
	f.Verdict, f.Basis = worst.Verdict, worst.Basis
	for _, p := range f.Parts {
		if p.Verdict == worst.Verdict && p.Basis != Recomputed && f.Basis == Recomputed {
			f.Basis = p.Basis // recomputed only if all of it is
		}
	}
	var t []string
	for _, p := range f.Parts {
		t = append(t, "part "+p.ID+" is "+Words(p.Verdict, p.Basis))
		f.Notes = append(f.Notes, p.Notes...)
	}
	slices.Sort(f.Notes)
	f.Notes = slices.Compact(f.Notes)
	f.Why = sentence("it says several things: " + list(t))
	f.Change = sentence("what changes part " + worst.ID + ", which decides over the whole")
}

// Words is the verdict with the ground that it stands on.
func Words(v Verdict, b Basis) string {
	switch {
	case b == Recomputed:
		return v.String() + ", recomputed"
	case b == Documented && v == Confirmed:
		return "confirmed by a cited statement"
	case b == Documented:
		return v.String() + ", by cited statements"
	}
	return v.String()
}

// sentence makes a clause a sentence.
func sentence(s string) string {
	if s == "" {
		return s
	}
	first, n := utf8.DecodeRuneInString(s)
	return strings.TrimSuffix(string(unicode.ToUpper(first))+s[n:], ".") + "."
}
