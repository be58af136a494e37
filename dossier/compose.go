package dossier

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"

	"sightline"
	"sightline/internal/order"
)

// Compose makes the dossier of a country from a store and its series.
func Compose(store sightline.Store, series []Series, o Options) (*Dossier, error) {
	if o.Country.IsZero() {
		return nil, sightline.Errorf(sightline.Invalid, "compose dossier", "", "no country given")
	}
	v, err := newView(store, series, o)
	if err != nil {
		return nil, err
	}
	return compose(v)
}

// compose makes the dossier of a view of one country.
func compose(v *view) (*Dossier, error) {
	o := v.options
	k := newComposer(v)
	k.keyData()
	k.cut()
	k.filtered()
	k.supplied()
	k.heading()
	coverage := k.coverage()
	if k.err != nil {
		return nil, k.err
	}
	f := k.frame()
	return &Dossier{
		Schema: Schema, Country: subjectOf(o.Country), Edition: f.Edition, AsPublished: f.AsPublished, AsRecorded: f.AsRecorded, OpenOnly: f.OpenOnly,
		NotOpen: f.NotOpen, Undated: f.Undated, KeyData: k.key, Answers: k.answers, Coverage: coverage, Notes: f.Notes, Packets: f.Packets,
	}, nil
}

func subjectOf(c sightline.Country) Subject {
	return Subject{Code: c.Code(), Alpha3: c.Alpha3(), Name: c.Name(), Region: c.Region(), Subregion: c.Subregion()}
}

// composer builds a document. The first error stays in err, and what comes
// after it does nothing.
type composer struct {
	*view
	key     []Figure // of a dossier
	answers []Answer

	cited   []Note
	notes   map[sightline.SourceID]int
	notOpen []int
	shown   map[sightline.ClaimID]bool
	told    map[sightline.EntityID]bool // deals and acts whose states and details were shown
	packets []sightline.Packet
	seen    map[sightline.PacketID]int // place among the packets
	err     error
}

func newComposer(v *view) *composer {
	return &composer{view: v, notes: map[sightline.SourceID]int{}, shown: map[sightline.ClaimID]bool{}, told: map[sightline.EntityID]bool{}, seen: map[sightline.PacketID]int{}}
}

// frame is the view that the document was made under, and what it cites.
func (k *composer) frame() Frame {
	slices.Sort(k.notOpen)
	o := k.options
	return Frame{Edition: o.Edition, AsPublished: o.AsPublished, AsRecorded: o.AsRecorded, OpenOnly: o.OpenOnly,
		NotOpen: slices.Compact(k.notOpen), Undated: k.undated, Notes: k.cited, Packets: k.packets}
}

func (k *composer) fail(err error) {
	if k.err == nil {
		k.err = err
	}
}

// note is the number of the citation of a source.
func (k *composer) note(id sightline.SourceID) int {
	if n, ok := k.notes[id]; ok {
		return n
	}
	n, err := k.view.note(len(k.cited)+1, id)
	if err != nil {
		k.fail(err)
		return 0
	}
	k.notes[id] = n.N
	k.cited = append(k.cited, n)
	return n.N
}

// note is the numbered citation of a source.
func (v *view) note(number int, id sightline.SourceID) (Note, error) {
	s, err := v.source(id)
	if err != nil {
		return Note{}, err
	}
	n := Note{
		N: number, Source: id, Publisher: s.Publisher, Title: s.Title, Kind: s.Kind.String(), URL: s.URL,
		Published: s.Published, Accessed: s.Accessed, Archive: cmp.Or(s.Archive, "not archived"),
		Reliability: s.Reliability.String(), Licence: s.Licence, Selection: s.Selection,
	}
	if s.Terms != sightline.Open {
		n.Terms = s.Terms.String()
	}
	for _, d := range s.DerivedFrom {
		n.Derived = append(n.Derived, v.sourceTitle(d))
	}
	return n, nil
}

func (v *view) sourceTitle(id sightline.SourceID) string {
	s, err := v.source(id)
	if err != nil {
		return string(id) // named by another source, never held
	}
	if s.Publisher != "" {
		return s.Publisher + ", " + s.Title
	}
	return s.Title
}

func (k *composer) cite(c *sightline.Claim) []int {
	var out []int
	for _, r := range c.References {
		if k.keptBack(r) {
			continue
		}
		if n := k.note(r.Source); n > 0 && !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	if t, err := k.terms(c); err == nil && t != sightline.Open {
		k.notOpen = append(k.notOpen, out...)
	}
	return out
}

// keptBack reports whether a reference is to a source that a view of what is
// open only does not name, beside one that is open.
func (v *view) keptBack(r sightline.Reference) bool {
	if !v.options.OpenOnly {
		return false
	}
	s, err := v.source(r.Source)
	return err == nil && s.Terms != sightline.Open
}

// compute runs a method and keeps its packet.
func (k *composer) compute(id sightline.MethodID, p params) sightline.Estimate {
	if k.err != nil {
		return sightline.Estimate{}
	}
	e, packet, err := k.estimate(id, p)
	if err != nil {
		k.fail(err)
		return e
	}
	if _, have := k.seen[e.Packet]; !have {
		k.seen[e.Packet] = len(k.packets)
		k.packets = append(k.packets, packet)
	}
	return e
}

// figure computes a number and cites what it was computed from.
func (k *composer) figure(label string, id sightline.MethodID, p params) Figure {
	return k.citing(label, k.compute(id, p))
}

// citing is a number that was computed, with what it was computed from.
func (k *composer) citing(label string, e sightline.Estimate) Figure {
	f := Figure{Label: label, Estimate: e}
	if k.err != nil {
		return f
	}
	for _, claim := range k.packets[k.seen[f.Estimate.Packet]].Claims {
		if e, err := k.claim(claim); err == nil {
			f.Notes = append(f.Notes, k.cite(e.Record.Claim())...)
		}
	}
	slices.Sort(f.Notes)
	f.Notes = slices.Compact(f.Notes)
	return f
}

func (k *composer) keyData() {
	for _, s := range k.series {
		f := k.figure(seriesLabel(s.ID()), seriesValue, params{"series": s.ID()})
		if _, err := k.source(s.Source()); err == nil {
			f.Notes = []int{k.note(s.Source())}
		}
		k.key = append(k.key, f)
	}
}

func seriesLabel(id string) string {
	switch id {
	case "population":
		return "Population"
	case "internet_users":
		return "Internet users"
	}
	return strings.ReplaceAll(id, "_", " ")
}

// self reports whether the entity is the country or a body of it.
func (k *composer) self(id sightline.EntityID) bool { return id == k.options.Country.Entity() }

// selected lists the claims of the given predicates for which keep holds.
func (k *composer) selected(keep func(*sightline.Claim) bool, predicates ...sightline.Predicate) []sightline.Entry {
	var out []sightline.Entry
	for _, e := range k.claims {
		if c := e.Record.Claim(); slices.Contains(predicates, c.Predicate) && keep(c) {
			out = append(out, e)
		}
	}
	return out
}

// group makes a group of items and adds it to the answer if it has any.
func (k *composer) group(a *Answer, id, heading, sentence string, cards bool, entries []sightline.Entry) {
	if len(entries) == 0 || k.err != nil {
		return
	}
	g := Group{ID: id, Heading: heading, Sentence: sentence, Cards: cards}
	for _, e := range entries {
		g.Items = append(g.Items, k.item(e, cards))
	}
	a.Groups = append(a.Groups, g)
}

// newest sorts entries by when they were so, newest first, then by id.
func newest(entries []sightline.Entry) []sightline.Entry {
	start := func(e sightline.Entry) sightline.Day {
		c := e.Record.Claim()
		if d, ok := c.Valid.From(); ok {
			return d.First()
		}
		if d, ok := c.Valid.To(); ok {
			return d.First()
		}
		if !c.Published.IsZero() {
			return c.Published.First()
		}
		return 0
	}
	order.By(entries, func(a, b sightline.Entry) int {
		return cmp.Or(cmp.Compare(start(b), start(a)), a.Record.Compare(b.Record))
	})
	return entries
}

// item shows a claim; a card shows also what is said for and against it.
func (k *composer) item(e sightline.Entry, card bool) Item {
	c := e.Record.Claim()
	k.shown[c.ID] = true
	it := Item{Claim: c.ID, Sentence: k.sentence(c), Class: c.Qualifiers["class"], Valid: c.Valid, Published: c.Published, Recorded: e.Recorded}
	if slices.Contains(supplyPredicates, c.Predicate) {
		supplier := c.Subject
		if c.Predicate == sightline.UsesProduct {
			supplier = c.Object.Entity
		}
		it.Supplier, it.Nation = k.name(k.organisation(supplier)), k.base(supplier)
		it.AlsoRecordedAs = k.alsoRecorded(supplier)
	}
	it.Notes = k.cite(c)
	for _, r := range c.References {
		if r.Quote != "" && !k.keptBack(r) {
			it.Quotes = append(it.Quotes, Quote{Text: r.Quote, Lang: r.Lang, Note: k.note(r.Source)})
		}
	}
	if !card {
		return it
	}
	it.Level = k.level(e)
	edges, err := k.voices(c.ID)
	if err != nil {
		k.fail(err)
	}
	for _, x := range edges {
		w := x.Record.Claim()
		if slices.Contains(w.Disputes, c.ID) {
			it.Against = append(it.Against, k.voice(x))
		} else {
			it.For = append(it.For, k.voice(x))
		}
	}
	for _, id := range matters(c) {
		// What is said of a deal or act stands on the first card about it.
		if k.told[id] {
			continue
		}
		k.told[id] = true
		for _, x := range k.about[id] {
			if x.Record.ID() == e.Record.ID() || slices.ContainsFunc(edges, func(y sightline.Entry) bool { return y.Record.ID() == x.Record.ID() }) {
				continue
			}
			switch w := x.Record.Claim(); w.Predicate {
			case sightline.StatusIs:
				it.Statuses = append(it.Statuses, k.voice(x))
			case sightline.DescribedAs, sightline.CountReported, sightline.OwnedBy, sightline.BuiltBy:
				it.Details = append(it.Details, k.voice(x))
			}
		}
	}
	order.By(it.Statuses, byTime)
	it.Disagree = disagree(it.Statuses)
	return it
}

// matters lists the deals, systems, acts and policies that a claim is about:
// what is said of their state belongs on its card.
func matters(c *sightline.Claim) []sightline.EntityID {
	var out []sightline.EntityID
	add := func(id sightline.EntityID) {
		switch id.Kind() {
		case sightline.KindAgreement, sightline.KindProject, sightline.KindSystem, sightline.KindAct, sightline.KindPolicy:
			if !slices.Contains(out, id) {
				out = append(out, id)
			}
		}
	}
	for _, key := range []string{"agreement", "project", "system", "policy"} {
		add(sightline.EntityID(c.Qualifiers[key]))
	}
	add(c.Object.Entity)
	if c.Predicate != sightline.StatusIs && c.Predicate != sightline.DescribedAs && c.Predicate != sightline.Provides && c.Predicate != sightline.DataSentTo {
		add(c.Subject)
	}
	return out
}

func (k *composer) voice(e sightline.Entry) Voice {
	c := e.Record.Claim()
	k.shown[c.ID] = true
	s := k.sentence(c)
	if c.Predicate == sightline.StatusIs {
		s = statusWords(c.Object.Text)
		if c.Words != "" {
			s += ": " + c.Words
		}
	}
	return Voice{Claim: c.ID, Sentence: s, Valid: c.Valid, Published: c.Published, Notes: k.cite(c)}
}

func byTime(a, b Voice) int {
	first := func(v Voice) sightline.Day {
		if d, ok := v.Valid.From(); ok {
			return d.First()
		}
		if !v.Published.IsZero() {
			return v.Published.First()
		}
		return 0
	}
	return cmp.Or(cmp.Compare(first(a), first(b)), cmp.Compare(a.Claim, b.Claim))
}

// disagree reports whether two statuses that can hold at the same time
// exclude each other: one says that the thing runs or was delivered, another,
// about an overlapping or later time, that it is on hold, cancelled or denied.
func disagree(statuses []Voice) bool {
	word := func(v Voice) string { w, _, _ := strings.Cut(v.Sentence, ":"); return w }
	runs := func(w string) bool { return w == "operating" || w == "delivered" }
	stopped := func(w string) bool { return w == "on hold" || w == "cancelled" || w == "denied" }
	for _, a := range statuses {
		for _, b := range statuses {
			if runs(word(a)) && stopped(word(b)) && a.Valid.Overlaps(b.Valid) {
				return true
			}
		}
	}
	return false
}

// home reports whether an entity of that kind is one of this country.
func (k *composer) home(id sightline.EntityID, kind sightline.EntityKind) bool {
	return id.Kind() == kind && k.nation(id) == k.options.Country.Code()
}

// cut answers: who can see or cut its internet?
func (k *composer) cut() {
	name := k.options.Country.Name()
	a := Answer{ID: "cut", Question: "Who can see or cut its internet?", Basis: Documented,
		Help: "Routing tables of several collectors would show who carries the traffic, and which networks could cut it off."}
	majority := k.figure("Networks in which a state holds a majority", countNetworks, params{"holding": "majority"})
	minority := k.figure("Networks in which a state holds a minority", countNetworks, params{"holding": "minority"})
	landing := k.figure("Cables on record that land here", countClaims, params{"predicates": "lands_in", "side": "object", "count": "subjects", "unit": "cables"})
	a.Figures = append(a.Figures, majority, minority, landing)
	k.cableFigures(&a)
	routes := k.routeFigures(&a)

	inHere := func(c *sightline.Claim) bool { return k.here[c.Subject] || k.home(c.Subject, sightline.KindCompany) }
	owned := k.selected(inHere, sightline.StateOwnedBy)
	part := k.selected(inHere, sightline.StateMinorityOwnedBy)
	controls := k.selected(func(c *sightline.Claim) bool {
		return c.Subject == k.options.Country.Entity() || k.nation(c.Subject) == k.options.Country.Code()
	}, sightline.Controls)
	k.group(&a, "controls", "Control of gateways and licences", "", true, newest(controls))
	operated := k.selected(func(c *sightline.Claim) bool {
		return k.nation(c.Subject) == k.options.Country.Code() && c.Object.Entity.Kind() != sightline.KindNetwork || k.home(c.Object.Entity, sightline.KindSystem)
	}, sightline.Operates)
	k.group(&a, "operates", "Who runs exchange points, systems and cables", "", true, newest(operated))
	k.group(&a, "state-owned", "State-owned networks that operate here", "By published lists of state-owned networks, with the passage that each rests on.", false, owned)
	k.group(&a, "state-minority", "Networks here in which a state holds a part", "", false, part)
	cables := k.selected(inHere, sightline.LandsIn, sightline.OwnedBy, sightline.BuiltBy)
	k.group(&a, "cables", "Cables that land here", "", false, slices.DeleteFunc(cables, func(e sightline.Entry) bool {
		return e.Record.Claim().Subject.Kind() != sightline.KindCable
	}))
	abroad := k.selected(func(c *sightline.Claim) bool { return k.self(c.Object.Entity) && !inHere(c) }, sightline.StateOwnedBy, sightline.StateMinorityOwnedBy)
	k.group(&a, "described", "Other statements on its network", "", false, newest(k.selected(func(c *sightline.Claim) bool {
		return !k.shown[c.ID] && (k.self(c.Subject) || k.home(c.Subject, sightline.KindCable) || k.here[c.Subject] && c.Subject.Kind() == sightline.KindCable)
	}, sightline.DescribedAs)))
	k.group(&a, "abroad", "Networks abroad that this state owns in whole or part", "", false, abroad)

	var parts []string
	if n, ok := majority.Estimate.Value.Get(); ok {
		parts = append(parts, fmt.Sprintf("a state holds a majority of %s on record here", plural(int(n), "network", "networks")))
		a.Notes = append(a.Notes, majority.Notes...)
	}
	if n, ok := minority.Estimate.Value.Get(); ok {
		if len(parts) == 0 {
			parts = append(parts, fmt.Sprintf("a state holds a part of %s on record here", plural(int(n), "network", "networks")))
		} else {
			parts = append(parts, fmt.Sprintf("a part of %s", plural(int(n), "network", "networks")))
		}
		a.Notes = append(a.Notes, minority.Notes...)
	}
	if n, ok := landing.Estimate.Value.Get(); ok {
		parts = append(parts, plural(int(n), "cable on record lands here", "cables on record land here"))
		a.Notes = append(a.Notes, landing.Notes...)
	}
	for _, e := range controls {
		a.Notes = append(a.Notes, k.cite(e.Record.Claim())...)
	}
	a.Notes = append(a.Notes, routes.notes...)
	slices.Sort(a.Notes)
	a.Notes = slices.Compact(a.Notes)
	switch {
	case routes.sentence != "":
		a.Sentence, a.Basis = routes.sentence, Measured
		if len(parts) > 0 {
			a.Sentence += " Documented apart from that: " + strings.Join(parts, "; ") + "."
		}
	case len(parts) > 0:
		a.Sentence = capital(strings.Join(parts, "; ")) + "; " + routes.absent + "."
		a.Brief = strings.ReplaceAll(strings.ReplaceAll(a.Sentence, " on record here", ""), " on record", "")
	case len(controls)+len(cables)+len(a.Groups) > 0:
		a.Sentence = fmt.Sprintf("Too little data on who carries the traffic of %s; statements on its gateways and operators are below.", name)
		a.State = sightline.TooLittleData
	case routes.notes != nil:
		a.Sentence = fmt.Sprintf("Too little data: nothing on record says who owns the networks of %s, and %s.", name, routes.absent)
		a.Basis, a.State = NoBasis, sightline.TooLittleData
	default:
		a.Sentence = fmt.Sprintf("Too little data: nothing on record says who owns the networks of %s, and no routing table is loaded.", name)
		a.Basis, a.State = NoBasis, sightline.TooLittleData
	}
	k.answers = append(k.answers, a.inBrief())
}

// filtered answers: what is filtered or shut down now?
func (k *composer) filtered() {
	name := k.options.Country.Name()
	a := Answer{ID: "filtered", Question: "What is filtered or shut down now?", Basis: Documented,
		Help: "Measurements that people in the country ran, of the last weeks, would show what is blocked now."}
	measured, isMeasured := k.measuredFigures(&a)
	switch loss, old := k.lossFigures(&a); {
	case loss != "" && isMeasured:
		measured += " " + loss
	case loss != "":
		measured, isMeasured = loss, true
	case old != "" && measured == nothingMeasured:
		measured = old
	}
	blocked := k.figure("Published findings of blocking or shutdown", countClaims, params{"predicates": findingWords, "side": "subject", "unit": "findings"})
	a.Figures = append(a.Figures, blocked)
	isSelf := func(c *sightline.Claim) bool { return k.self(c.Subject) || k.self(c.Object.Entity) }
	reported := newest(k.selected(isSelf, sightline.BlockingReported, sightline.ShutdownReported))
	k.group(&a, "reported", "Blocking and shutdowns that were reported", "Each finding is about the dates that it states, not about today.", false, reported)
	k.group(&a, "outages", "Losses of connectivity that were listed", "An outage is not a shutdown: of most, no cause is known.", false, newest(k.selected(isSelf, sightline.OutageReported)))
	k.group(&a, "products", "Filtering and interception products that were observed", "Seeing a product is not seeing what it does, or who decided it.", true,
		newest(k.selected(func(c *sightline.Claim) bool {
			return k.self(c.Object.Entity) && c.Class() == sightline.ClassControl
		}, sightline.ProductObservedIn)))
	k.group(&a, "rated", "Earlier ratings", "", false, newest(k.selected(isSelf, sightline.FilteringRated)))
	a.Scores = k.scores(func(id sightline.EntityID) bool { return slices.Contains(onFiltering, id) })
	switch {
	case isMeasured:
		a.Sentence, a.Basis = measured, Measured
		if len(reported) > 0 {
			c := reported[0].Record.Claim()
			a.Sentence += fmt.Sprintf(" Documented apart from that: %s; the latest starts %s.", plural(len(reported), "published finding", "published findings"), when(c.Valid))
			for _, n := range k.cite(c) {
				if !slices.Contains(a.Notes, n) {
					a.Notes = append(a.Notes, n)
				}
			}
		}
		slices.Sort(a.Notes)
	case len(reported) > 0:
		c := reported[0].Record.Claim()
		a.Sentence = fmt.Sprintf("%s. %s on record for %s; the latest starts %s.", capital(measured), capital(plural(len(reported), "published finding is", "published findings are")), name, when(c.Valid))
		a.Notes = k.cite(c)
	case len(a.Groups)+len(a.Scores) > 0:
		a.Sentence = fmt.Sprintf("Too little data on the present: %s, and no published finding of blocking in %s is on record; older statements are below.", measured, name)
		a.Brief = fmt.Sprintf("Too little data on the present: %s, and no published finding of blocking is on record.", measured)
		a.State = sightline.TooLittleData
	default:
		a.Sentence = fmt.Sprintf("Too little data: %s, and no published finding of blocking in %s is on record. That is not a sign of openness.", measured, name)
		a.Brief = fmt.Sprintf("Too little data: %s, and no published finding of blocking is on record.", measured)
		a.Basis, a.State = NoBasis, sightline.TooLittleData
	}
	k.answers = append(k.answers, a.inBrief())
}

// What the counts of statements are about, as parameters carry it.
const (
	findingWords  = "blocking_reported,shutdown_reported"
	lawWords      = "enacted,in_force,drafted,repealed"
	positionWords = "member_of,not_signed"
)

var voteWords = []string{"yes", "no", "abstain"}

// briefWords is how many words an answer in brief has at most
// (the brief of the pages, section 5).
const briefWords = 25

// inBrief gives an answer of too many words a short form: its own, or its
// first sentences.
func (a Answer) inBrief() Answer {
	if len(strings.Fields(a.Sentence)) <= briefWords {
		a.Brief = ""
		return a
	}
	if a.Brief != "" {
		return a
	}
	var words int
	var kept []string
	for _, s := range strings.SplitAfter(a.Sentence, ". ") {
		if words += len(strings.Fields(s)); words > briefWords && len(kept) > 0 {
			break
		}
		kept = append(kept, s)
	}
	a.Brief = strings.TrimSpace(strings.Join(kept, ""))
	return a
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// when is the start of a period in words.
func when(p sightline.Period) string {
	if d, ok := p.From(); ok {
		return d.String()
	}
	if d, ok := p.To(); ok {
		return "before " + d.String()
	}
	return "at a date not on record"
}

var classHeadings = []struct{ class, heading, sentence string }{
	{"control", "Control and surveillance", ""},
	{"core", "Network core, data centres and identity systems", ""},
	{"access", "Access and connectivity", "Connectivity projects are listed since they build the network; they are not in themselves means of control."},
	{"training", "Training of officials", ""},
}

// supplied answers: who supplied the means?
func (k *composer) supplied() {
	name := k.options.Country.Name()
	self := k.options.Country.Code()
	a := Answer{ID: "supplied", Question: "Who supplied the means?", Basis: Documented,
		Help: "Tender records, company registers and contracts of suppliers from any nation would widen the record."}
	all := k.supplies()
	entries := make([]sightline.Entry, 0, len(all))
	nations := map[string]int{}
	var byClass = map[string]int{}
	for _, s := range all {
		entries = append(entries, s.Entry)
		nations[k.base(s.supplier)]++
		byClass[s.Record.Claim().Qualifiers["class"]]++
	}
	for _, h := range classHeadings {
		f := k.figure(h.heading, countSupplies, params{"class": h.class})
		f.Notes = nil // the statements below carry their own
		a.Figures = append(a.Figures, f)
	}
	for _, h := range classHeadings {
		var of []sightline.Entry
		for _, e := range entries {
			if e.Record.Claim().Qualifiers["class"] == h.class {
				of = append(of, e)
			}
		}
		k.group(&a, h.class, h.heading, h.sentence, true, newest(of))
	}
	technology := newest(k.selected(func(c *sightline.Claim) bool { return k.self(c.Subject) }, sightline.UsesTechnology))
	k.group(&a, "technology", "Kinds of technology that are reported here, and where their makers are", "Such a statement names no firm.", false, technology)
	// What is said of the deals and systems beside their status.
	deals := map[sightline.EntityID]bool{}
	for _, e := range entries {
		for _, key := range []string{"agreement", "project", "system"} {
			if id := e.Record.Claim().Qualifiers[key]; id != "" {
				deals[sightline.EntityID(id)] = true
			}
		}
	}
	k.group(&a, "systems", "Systems of this state, and what is said of them", "", true, newest(k.selected(func(c *sightline.Claim) bool {
		return !k.shown[c.ID] && k.home(c.Subject, sightline.KindSystem)
	}, sightline.StatusIs, sightline.DescribedAs, sightline.OwnedBy, sightline.BuiltBy)))
	k.group(&a, "data", "Where data are said to go", "", true, k.selected(func(c *sightline.Claim) bool { return deals[c.Subject] }, sightline.DataSentTo))
	k.nations(&a, nations)

	suppliers := map[sightline.EntityID]bool{}
	for _, s := range all {
		suppliers[s.supplier] = true
	}
	k.group(&a, "acts", "Acts and cases that name these suppliers", "An act names a firm for its own reasons; it need not concern this country.", false,
		newest(k.selected(func(c *sightline.Claim) bool {
			return suppliers[k.organisation(c.Subject)] && c.Predicate != sightline.LegalAction || suppliers[k.organisation(c.Object.Entity)] && c.Predicate == sightline.LegalAction
		}, sightline.ListedUnder, sightline.LegalAction)))
	k.group(&a, "rules", "Export rules and replies of this state", "", true, newest(k.selected(func(c *sightline.Claim) bool {
		return !k.shown[c.ID] && (k.self(c.Subject) || c.Subject.Kind() != sightline.KindCompany && k.nation(c.Subject) == self)
	}, sightline.ExportRule, sightline.States)))
	k.group(&a, "excluded", "Suppliers that this state excludes", "", false, newest(k.selected(func(c *sightline.Claim) bool { return k.self(c.Subject) }, sightline.Excludes)))

	outward := k.selected(func(c *sightline.Claim) bool {
		supplier, user := c.Subject, c.Object.Entity
		if c.Predicate == sightline.UsesProduct {
			supplier, user = c.Object.Entity, c.Subject
		}
		return k.nation(supplier) == self && k.nation(user) != self && c.Class() != sightline.ClassUnrelated
	}, supplyPredicates...)
	k.group(&a, "outward", "What organisations of "+name+" are reported to have supplied elsewhere", "The other side of the ledger, by the same rule.", false, newest(outward))
	home := k.selected(func(c *sightline.Claim) bool {
		return c.Subject.Kind() != sightline.KindNetwork && k.nation(c.Subject) == self || c.Predicate == sightline.LegalAction && k.nation(c.Object.Entity) == self
	}, sightline.ListedUnder, sightline.LegalAction)
	home = slices.DeleteFunc(home, func(e sightline.Entry) bool { return k.shown[sightline.ClaimID(e.Record.ID())] })
	k.group(&a, "home-acts", "Acts and cases that name organisations of "+name, "", false, newest(home))

	switch {
	case len(all) > 0:
		a.Brief = fmt.Sprintf("%s on record. Lists differ in what they looked at, so none of this is a share.", capital(plural(len(all), "statement on suppliers is", "statements on suppliers are")))
		a.Sentence = fmt.Sprintf("%s on record for %s: %s. Lists differ in what they looked at, so none of this is a share.", capital(plural(len(all), "statement on suppliers is", "statements on suppliers are")), name, classWords(byClass))
		a.Notes = k.cite(entries[0].Record.Claim())
		for _, e := range entries[1:] {
			a.Notes = append(a.Notes, k.cite(e.Record.Claim())...)
		}
		slices.Sort(a.Notes)
		a.Notes = slices.Compact(a.Notes)
	case len(technology) > 0:
		a.Sentence = fmt.Sprintf("Too little data: no statement on suppliers to %s is on record; which kinds of technology are reported here is below.", name)
		a.State = sightline.TooLittleData
	case len(a.Groups) > 0:
		a.Sentence = fmt.Sprintf("Too little data: no statement on suppliers to %s is on record; what it supplies or rules elsewhere is below.", name)
		a.State = sightline.TooLittleData
	default:
		a.Sentence = fmt.Sprintf("Too little data: no statement on suppliers to %s is on record. That is not a sign that there are none.", name)
		a.Basis, a.State = NoBasis, sightline.TooLittleData
	}
	k.answers = append(k.answers, a.inBrief())
}

func classWords(n map[string]int) string {
	var out []string
	for _, h := range classHeadings {
		if n[h.class] > 0 {
			out = append(out, fmt.Sprintf("%d on %s", n[h.class], strings.ToLower(h.heading)))
		}
	}
	return strings.Join(out, "; ")
}

// nations prints how many statements name suppliers of each nation, and for
// the largest group a share, or in its place the rule by which the sources
// chose what to report.
func (k *composer) nations(a *Answer, nations map[string]int) {
	var codes []string
	for c := range nations {
		if c != "" {
			codes = append(codes, c)
		}
	}
	slices.SortFunc(codes, func(x, y string) int { return cmp.Or(cmp.Compare(nations[y], nations[x]), cmp.Compare(x, y)) })
	if len(codes) == 0 {
		return
	}
	f := Figure{Label: "Share of one nation among the suppliers", Estimate: k.compute(supplierRate, params{"nation": codes[0]})}
	if f.Estimate.State == sightline.NotIdentified {
		var entries []sightline.Entry
		for _, s := range k.supplies() {
			entries = append(entries, s.Entry)
		}
		k.inPlaceOfShare(&f, entries)
	}
	a.Figures = append(a.Figures, f)
}

// inPlaceOfShare prints how the sources of claims chose what they looked at,
// but for those that looked at all nations, and cites them.
func (k *composer) inPlaceOfShare(f *Figure, entries []sightline.Entry) {
	var rules []string
	for _, e := range entries {
		for _, r := range e.Record.Claim().References {
			if k.keptBack(r) {
				continue
			}
			src, err := k.source(r.Source)
			if err != nil {
				k.fail(err)
				return
			}
			if src.Scope == sightline.ScopeAll {
				continue
			}
			rule := src.Selection
			if rule == "" {
				rule = "its selection rule is not stated"
			}
			who := cmp.Or(src.Publisher, src.Title)
			if one, ok := src.Scope.OneNation(); ok {
				who += " (suppliers of " + one.Name() + " only)"
			}
			line := who + ": " + strings.TrimSuffix(rule, ".")
			if n := k.note(r.Source); !slices.Contains(f.Notes, n) {
				f.Notes = append(f.Notes, n)
			}
			if !slices.Contains(rules, line) {
				rules = append(rules, line)
			}
		}
	}
	slices.Sort(rules)
	slices.Sort(f.Notes)
	f.Rule = "No share is printed. How the sources chose: " + strings.Join(rules, "; ") + "."
}

// watchedLists are the lists of which a dossier says so when the country is
// not on them, or when that cannot be told.
var watchedLists = []sightline.EntityID{"list/freedom-online-coalition", "list/dfi-endorsers", "treaty/budapest-convention", "list/bri-memoranda"}

// heading answers: where is it heading, and what would change that?
func (k *composer) heading() {
	name := k.options.Country.Name()
	a := Answer{ID: "heading", Question: "Where is it heading, and what would change that?", Basis: Documented,
		Help: "Yearly measures of filtering, law and regime would allow an index with intervals; none may be forecast before it passes its back-test."}
	isSelf := func(c *sightline.Claim) bool { return k.self(c.Subject) }
	votes := k.selected(isSelf, sightline.Voted)
	var figures []Figure
	for _, w := range voteWords {
		f := k.figure("Recorded votes: "+w, tallyVotes, params{"vote": w})
		figures = append(figures, f)
		if f.Estimate.State == sightline.NotApplicable {
			figures[0].Label = "Recorded votes in the General Assembly"
			break
		}
	}
	a.Figures = append(a.Figures,
		k.figure("Statements on laws", countClaims, params{"predicates": lawWords, "side": "subject", "unit": "statements"}),
		k.figure("Memberships and treaty positions", countClaims, params{"predicates": positionWords, "side": "subject", "unit": "positions"}))
	a.Figures = append(a.Figures, figures...)

	for _, id := range watchedLists {
		if k.entity(id) == nil {
			continue
		}
		if e := k.compute(onList, params{"list": string(id)}); k.err == nil {
			if v, ok := e.Value.Get(); !ok || v == 0 {
				a.Figures = append(a.Figures, k.citing("On the list: "+k.name(id), e))
			}
		}
	}

	acts := map[sightline.EntityID]bool{}
	laws := k.selected(func(c *sightline.Claim) bool {
		return c.Object.Entity.Kind() == sightline.KindAct && (k.self(c.Subject) || k.nation(c.Subject) == k.options.Country.Code())
	}, sightline.Enacted, sightline.InForce, sightline.Drafted, sightline.Repealed)
	for _, e := range laws {
		acts[e.Record.Claim().Object.Entity] = true
	}
	k.group(&a, "laws", "Laws", "", true, newest(laws))
	k.group(&a, "provisions", "What these laws provide, and what they are said to resemble", "", true, k.selected(func(c *sightline.Claim) bool {
		return !k.shown[c.ID] && (acts[c.Subject] || k.home(c.Subject, sightline.KindAct) || k.home(c.Subject, sightline.KindPolicy))
	}, sightline.Provides, sightline.Resembles, sightline.StatusIs, sightline.DescribedAs))
	k.group(&a, "groups", "How others group it", "", false, k.selected(isSelf, sightline.GroupedAs))
	member := k.selected(isSelf, sightline.MemberOf, sightline.NotSigned)
	k.group(&a, "member", "Lists, treaties and coalitions", "Absence from a list that is not complete is unknown, never no.", false, newest(member))
	k.group(&a, "votes", "Votes in the General Assembly on information and communication technology", "", false, newest(votes))
	k.group(&a, "forums", "Forums", "", false, newest(k.selected(isSelf, sightline.Attended)))

	a.Scores = k.scores(func(id sightline.EntityID) bool { return !slices.Contains(onFiltering, id) })
	switch {
	case len(laws)+len(votes)+len(member)+len(a.Scores) > 0:
		held := []string{plural(len(laws), "statement on laws", "statements on laws"), plural(len(member), "membership or treaty position", "memberships or treaty positions")}
		if k.options.Country.VotesAtUN() {
			held = append(held, plural(len(votes), "recorded vote", "recorded votes"))
		}
		if len(a.Scores) > 0 {
			held = append(held, plural(len(a.Scores), "series of published scores", "series of published scores"))
		}
		a.Sentence = fmt.Sprintf("On record for %s: %s. No index or forecast is computed from them: too little data.", name, strings.Join(held, ", "))
		a.Brief = "On record: " + plural(len(laws), "statement on laws", "statements on laws") + ", " + plural(len(member), "position", "positions") + ", " + plural(len(votes), "vote", "votes")
		if len(a.Scores) > 0 {
			a.Brief += ", " + plural(len(a.Scores), "series of scores", "series of scores")
		}
		a.Brief += ". No index is computed: too little data."
		for _, e := range slices.Concat(laws, member, votes) {
			a.Notes = append(a.Notes, k.cite(e.Record.Claim())...)
		}
		for _, s := range a.Scores {
			a.Notes = append(a.Notes, s.Notes...)
		}
		slices.Sort(a.Notes)
		a.Notes = slices.Compact(a.Notes)
	default:
		a.Sentence = fmt.Sprintf("Too little data: no law, membership or vote of %s is on record, and no index is computed.", name)
		a.Basis, a.State = NoBasis, sightline.TooLittleData
	}
	k.answers = append(k.answers, a.inBrief())
}

// coverage says what each engine has and lacks.
func (k *composer) coverage() []Coverage {
	out := []Coverage{
		{Engine: "Claims", Holds: "statements on this country, its deals and its suppliers",
			Estimate: k.compute(countClaims, params{"predicates": predicateWords(), "side": "any"}), Lacks: "No list on record is a census; see each list's completeness."},
		k.routesCoverage(),
		k.interferenceCoverage(),
		{Engine: "Index and scenarios", Holds: "no panel",
			Estimate: k.compute(engineAbsent, params{"engine": "country-years", "why": "no panel of indicators is loaded"}), Lacks: "Indicators by year whose terms permit it."},
	}
	if len(k.answers[1].Scores)+len(k.answers[3].Scores) > 0 {
		out[3] = Coverage{Engine: "Index and scenarios", Holds: "published scores of this country, from which no index is computed",
			Estimate: k.compute(countClaims, params{"predicates": "scored", "side": "subject", "unit": "scores"}), Lacks: "An index with its uncertainty, and a forecast that passed its back-test."}
	}
	return out
}

var predicateWords = sync.OnceValue(func() string {
	var w []string
	for _, p := range sightline.Predicates() {
		w = append(w, p.String())
	}
	return strings.Join(w, ",")
})
