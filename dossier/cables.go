package dossier

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"sightline"
	"sightline/exposure"
	"sightline/identity"
	"sightline/internal/order"
)

// The measures E3 and E4 of methods 7: the share of a country's international
// cables by owner and by builder.
const (
	cableOwner   sightline.MethodID = "cables.owner/1"
	cableBuilder sightline.MethodID = "cables.builder/1"
)

const cableUnit = "share of the international cables on record here"

// landlocked are the states without a sea coast; those on the Caspian alone
// are among them, as in the list of the United Nations. A cable that is on
// record for one of them counts all the same.
const landlocked = "AD AF AM AT AZ BF BI BO BT BW BY CF CH CZ ET HU KG KZ LA LI LS LU MD MK ML MN MW NE NP PY RS RW SK SM SS SZ TD TJ TM UG UZ VA XK ZM ZW"

// hasNoCoast reports whether no cable of the sea can land in the country.
func hasNoCoast(c sightline.Country) bool {
	return slices.Contains(strings.Fields(landlocked), c.Code())
}

// laid is a cable that lands in the country and joins it with another.
type laid struct {
	id       sightline.EntityID
	claims   []sightline.Entry // that say so
	owners   parties
	builders parties
	surveyed bool // a source that looked at all cables lists it here
}

// parties are the owners or builders of a cable on record.
type parties struct {
	list  []cableParty
	whole bool // they are all that there are
}

// cableParty is an owner or builder with what it is said of.
type cableParty struct {
	id       sightline.EntityID
	share    sightline.Number // of the cable
	disagree bool             // sources give different shares
	since    sightline.Date   // of a builder: when it built
	claims   []sightline.Entry
}

// shore is what the record has of the cables of a country.
type shore struct {
	cables    []laid
	surveyed  bool // some source looked at all cables; then only those count that it lists
	beside    int  // that no such source lists
	announced int  // planned, or not in service
	domestic  int
	oneEnd    int // of which only the end here is on record
	one       identity.Clusters
	stakes    map[sightline.EntityID][]sightline.Entry // ownership of the parties, and of their owners
}

// cablesHere reads the cables once.
func (v *view) cablesHere() (*shore, error) {
	if v.shore != nil {
		return v.shore, nil
	}
	s := &shore{stakes: map[sightline.EntityID][]sightline.Entry{}}
	self := v.options.Country.Entity()
	var ids []sightline.EntityID
	for id := range v.here {
		if id.Kind() == sightline.KindCable {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	var who []sightline.EntityID
	var err error
	for _, id := range ids {
		c := laid{id: id}
		here, ends, extent := false, map[sightline.EntityID]bool{}, map[string]bool{}
		var runs, waits sightline.Day // when it was last said to be in service, and not to be
		for _, e := range v.about[id] {
			x := e.Record.Claim()
			if x.Rank == sightline.Deprecated {
				continue
			}
			switch x.Predicate {
			case sightline.LandsIn:
				if over(x.Valid, v.options.AsPublished) {
					continue
				}
				ends[x.Object.Entity] = true
				extent[x.Qualifiers["extent"]] = true
				if x.Object.Entity != self {
					break
				}
				here = true
				if c.surveyed, err = v.surveyed(x, c.surveyed); err != nil {
					return nil, err
				}
				said, err := v.said(x)
				if err != nil {
					return nil, err
				}
				if x.Qualifiers["note"] == "announced" {
					waits = max(waits, said)
				} else {
					runs = max(runs, said)
				}
			case sightline.StatusIs:
				said, err := v.said(x)
				if err != nil {
					return nil, err
				}
				switch x.Object.Text {
				case "operating", "delivered":
					runs = max(runs, said)
				case "announced", "signed", "on_hold", "cancelled", "ended":
					waits = max(waits, said)
				}
			default:
				continue
			}
			c.claims = append(c.claims, e)
		}
		switch {
		case !here:
			continue
		case waits != 0 && waits >= runs: // a map gives landings and state on one day
			s.announced++
			continue
		case extent["domestic"] && len(ends) == 1:
			s.domestic++
			continue
		case len(ends) == 1 && !extent["international"]:
			s.oneEnd++
		}
		c.owners = v.partiesOf(id, sightline.OwnedBy)
		c.builders = v.partiesOf(id, sightline.BuiltBy)
		for _, p := range slices.Concat(c.owners.list, c.builders.list) {
			who = append(who, p.id)
		}
		s.cables = append(s.cables, c)
	}
	if s.surveyed = slices.ContainsFunc(s.cables, func(c laid) bool { return c.surveyed }); s.surveyed {
		n := len(s.cables)
		s.cables = slices.DeleteFunc(s.cables, func(c laid) bool { return !c.surveyed })
		s.beside = n - len(s.cables)
	}
	if err := v.stakesOf(s, who); err != nil {
		return nil, err
	}
	v.shore = s
	return s, nil
}

// surveyed reports whether a claim rests on a source that looked at the cables
// of all nations.
func (v *view) surveyed(c *sightline.Claim, before bool) (bool, error) {
	for _, r := range c.References {
		s, err := v.source(r.Source)
		if err != nil {
			return before, err
		}
		before = before || s.Scope == sightline.ScopeAll
	}
	return before, nil
}

// said is the day on which a claim was published; 1 where nobody knows, which
// is before all others.
func (v *view) said(c *sightline.Claim) (sightline.Day, error) {
	d, err := v.publishedAt(c)
	if err != nil || d.IsZero() {
		return 1, err
	}
	return d.First(), nil
}

// over reports whether what was so over the period is known to have ended by
// the date, or to have begun later. The zero date is now. A period that states
// one day or only an end says when it was seen to be so, and no end.
func over(p sightline.Period, at sightline.Date) bool {
	from, begins := p.From()
	to, ends := p.To()
	spans := begins && ends && strings.Contains(p.String(), "/")
	if at.IsZero() {
		return spans
	}
	return begins && from.First() > at.Last() || spans && to.Last() < at.First()
}

// partiesOf lists the owners or builders of a cable.
func (v *view) partiesOf(id sightline.EntityID, predicate sightline.Predicate) parties {
	var out parties
	named := map[string]int{} // by how many a source says there are
	stated := 0.0
	for _, e := range v.about[id] {
		c := e.Record.Claim()
		if c.Predicate != predicate || c.Rank == sightline.Deprecated {
			continue
		}
		p := cableParty{id: c.Object.Entity, claims: []sightline.Entry{e}}
		if predicate == sightline.BuiltBy {
			// Who surveyed the route or made the cable alone did not build it.
			if r := c.Qualifiers["role"]; r != "" && r != "builder" && r != "supplier" {
				continue
			}
			p.since, _ = c.Valid.From()
		} else if over(c.Valid, v.options.AsPublished) {
			continue
		}
		p.share = wholeShare(c)
		if n := c.Qualifiers["number"]; n != "" {
			named[n]++
		}
		i := slices.IndexFunc(out.list, func(x cableParty) bool { return x.id == p.id })
		if i < 0 {
			out.list = append(out.list, p)
			continue
		}
		old := &out.list[i]
		old.claims = append(old.claims, e)
		a, had := old.share.Get()
		b, has := p.share.Get()
		switch {
		case old.disagree:
		case had && has && a != b:
			old.share, old.disagree = sightline.Number{}, true
		case has:
			old.share = p.share
		}
		if old.since.IsZero() || !p.since.IsZero() && p.since.First() < old.since.First() {
			old.since = p.since
		}
	}
	for n, have := range named {
		if want, err := strconv.Atoi(n); err == nil && have >= want {
			out.whole = true
		}
	}
	for _, p := range out.list {
		s, _ := p.share.Get()
		stated += s
	}
	// A source that names a builder means the one that was given the contract.
	out.whole = out.whole || stated > .999 || predicate == sightline.BuiltBy && len(out.list) > 0
	return out
}

// wholeShare is a stated share of the whole: "51%". A share of something else,
// as "20% of the Kenyan company", is none.
func wholeShare(c *sightline.Claim) sightline.Number {
	t, ok := strings.CutSuffix(c.Qualifiers["share"], "%")
	n, err := strconv.ParseFloat(t, 64)
	if !ok || err != nil || n < 0 || n > 100 {
		return sightline.Number{}
	}
	return sightline.Num(n / 100)
}

// ownershipDepth is how many steps from owner to owner are followed. Our
// choice: beyond three tiers shares that are not stated leave bounds that say
// nothing (methods 6.3).
const ownershipDepth = 3

// stakesOf reads who owns the parties, step by step.
func (v *view) stakesOf(s *shore, who []sightline.EntityID) error {
	var err error
	if s.one, err = identity.Around(v.store, who, v.options.AsRecorded); err != nil {
		return err
	}
	seen := map[sightline.EntityID]bool{}
	for range ownershipDepth {
		var ask []sightline.EntityID
		for _, id := range who {
			for _, m := range s.one.Of(id).Members {
				if k := m.Kind(); !seen[m] && (k == sightline.KindCompany || k == sightline.KindOrganization) {
					seen[m] = true
					ask = append(ask, m)
				}
			}
		}
		slices.Sort(ask)
		who = nil
		for chunk := range slices.Chunk(ask, 400) {
			entries, err := v.query(sightline.Query{Entities: chunk, Predicates: []sightline.Predicate{sightline.OwnedBy, sightline.StateOwnedBy, sightline.StateMinorityOwnedBy}, AsRecorded: v.options.AsRecorded})
			if err != nil {
				return err
			}
			for _, e := range entries {
				c := e.Record.Claim()
				if !slices.Contains(chunk, c.Subject) || c.Rank == sightline.Deprecated {
					continue
				}
				open, err := v.mayPass(c)
				if err != nil {
					return err
				}
				shown, err := v.appeared(c)
				if err != nil {
					return err
				}
				if open && shown {
					s.stakes[c.Subject] = append(s.stakes[c.Subject], e)
					who = append(who, c.Object.Entity)
				}
			}
		}
	}
	return nil
}

// hold tells how much of a party is the holder's: all of it if it is the
// holder or has its seat in the holding nation, and otherwise what the holder,
// or a party of the holder's, owned of it at the time. The zero time is now.
func (v *view) hold(s *shore, holder, party sightline.EntityID, at sightline.Date, depth int) (exposure.Party, []sightline.Entry) {
	same := func(id sightline.EntityID) bool { return id == holder || s.one.Of(id).ID == s.one.Of(holder).ID }
	seat := ""
	for _, m := range s.one.Of(party).Members {
		seat = cmp.Or(seat, v.nation(m))
	}
	nation, isNation := holder.Country()
	if same(party) || isNation && seat == nation.Code() {
		return exposure.Party{Holds: sightline.Yes, Low: 1, High: 1}, nil
	}
	out := exposure.Party{Holds: sightline.No}
	if isNation && seat == "" {
		out.Holds, out.High = sightline.Unknown, 1
	}
	if depth == 0 {
		return out, nil
	}
	type part struct{ low, high float64 }
	owners := map[sightline.EntityID]part{}
	var used []sightline.Entry
	for _, m := range s.one.Of(party).Members {
		for _, e := range s.stakes[m] {
			c := e.Record.Claim()
			if over(c.Valid, at) {
				continue
			}
			p := part{0, 1}
			switch c.Predicate {
			case sightline.StateOwnedBy:
				p.low = .5
			case sightline.StateMinorityOwnedBy:
				p.high = .5
			}
			if n, ok := wholeShare(c).Get(); ok {
				p = part{n, n}
			}
			if old, have := owners[c.Object.Entity]; have { // of two sources the narrower, or what spans both
				if p.low > old.high || p.high < old.low {
					p = part{min(p.low, old.low), max(p.high, old.high)}
				} else {
					p = part{max(p.low, old.low), min(p.high, old.high)}
				}
			}
			owners[c.Object.Entity] = p
			used = append(used, e)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(owners)) {
		sub, more := v.hold(s, holder, id, at, depth-1)
		used = append(used, more...)
		if p := owners[id]; sub.Holds == sightline.Yes && p.high > 0 {
			out.Holds = sightline.Yes
			out.Low += p.low * sub.Low
			out.High += p.high * sub.High
		}
	}
	out.Low, out.High = min(1, out.Low), min(1, out.High)
	return out, used
}

// runCables computes E3 or E4: of (a country or firm; empty where no owner or
// builder is on record) and, for owners, weigh (any or share).
func runCables(v *view, p params, of func(laid) parties, what string) (result, error) {
	s, err := v.cablesHere()
	if err != nil {
		return result{}, err
	}
	if len(s.cables) == 0 {
		if hasNoCoast(v.options.Country) {
			return result{estimate: none(sightline.NotApplicable, cableUnit, "it has no coast, and no cable on record lands in it; the cables of its neighbours are seen on the routes of its traffic")}, nil
		}
		return result{estimate: none(sightline.TooLittleData, cableUnit, "no international cable in service is on record here; absence from an incomplete record is unknown, not none")}, nil
	}
	holder := sightline.EntityID(p["of"])
	var cables []exposure.Cable
	var used []sightline.Entry
	seats := map[sightline.EntityID]bool{}
	noShare, disagree, partial, nobody := 0, 0, 0, 0
	add := func(entries []sightline.Entry) {
		for _, e := range entries {
			if !slices.ContainsFunc(used, func(x sightline.Entry) bool { return x.Record.ID() == e.Record.ID() }) {
				used = append(used, e)
			}
		}
	}
	for _, c := range s.cables {
		add(c.claims)
		list := of(c)
		x := exposure.Cable{Whole: list.whole}
		for _, y := range list.list {
			add(y.claims)
			seats[y.id] = true
			at := v.options.AsPublished
			if !y.since.IsZero() {
				at = y.since
			}
			h, more := v.hold(s, holder, y.id, at, ownershipDepth)
			add(more)
			for _, e := range more {
				seats[e.Record.Claim().Object.Entity] = true
			}
			h.Share = y.share
			x.Parties = append(x.Parties, h)
			if y.share.IsZero() {
				noShare++
			}
			if y.disagree {
				disagree++
			}
		}
		switch {
		case len(list.list) == 0:
			nobody++
		case !list.whole:
			partial++
		}
		cables = append(cables, x)
	}
	r := result{used: used, dataName: "seats", data: v.seats(s, seats)}
	n := len(cables)
	share := exposure.ShareOfCables(cables)
	bounds := share.Any
	if p["weigh"] == "share" {
		bounds = share.Part
	}
	var why []string
	say := func(format string, args ...any) { why = append(why, fmt.Sprintf(format, args...)) }
	counts := "each cable counts once, since no capacity is on record"
	if p["weigh"] == "share" {
		counts = "each cable counts by the part that is theirs, since no capacity is on record"
	}
	why = append(why, counts)
	if nobody > 0 {
		say("%s no %s on record, and can be anybody's", plural(nobody, "cable has", "cables have"), what)
	}
	if partial > 0 {
		say("of %s some %ss may not be on record", plural(partial, "cable", "cables"), what)
	}
	if p["weigh"] == "share" && noShare > 0 {
		say("members of a consortium without a stated share divide what is left, in equal parts for the value and in any way for the bounds")
	}
	if disagree > 0 {
		say("sources give different shares of %s, so none is used", plural(disagree, "owner", "owners"))
	}
	if s.announced > 0 {
		say("%s not in service left out", plural(s.announced, "cable", "cables"))
	}
	if s.domestic > 0 {
		say("%s within the country left out", plural(s.domestic, "cable", "cables"))
	}
	if s.beside > 0 {
		say("%s that no survey of all cables lists left out", plural(s.beside, "cable", "cables"))
	}
	if s.oneEnd > 0 {
		say("of %s only the end here is on record", plural(s.oneEnd, "cable", "cables"))
	}
	if what == "builder" && holder.Kind() != sightline.KindCountry {
		say("a firm counts also for those that owned it when it built")
	}
	value, ok := bounds.Value.Get()
	switch {
	case !s.surveyed:
		// One rule for all nations: press that looked at the cables of one builder
		// or owner finds those.
		head := fmt.Sprintf("no source behind it looked at the cables of all nations, so no share is printed; %s on record", plural(n, "cable is", "cables are"))
		if holder != "" {
			head += fmt.Sprintf(", %d of them theirs", share.Held)
		}
		if t := v.tally(s, what); holder == "" && len(t) > 0 {
			var parts []string
			for _, x := range t {
				parts = append(parts, fmt.Sprintf("%s %d", v.name(x.id), x.n))
			}
			head += ", by " + what + ": " + strings.Join(parts, ", ")
		}
		r.estimate = none(sightline.NotIdentified, cableUnit, strings.Join(append([]string{head}, why[1:]...), "; "))
	case holder == "":
		r.estimate = none(sightline.TooLittleData, cableUnit, fmt.Sprintf("no %s is on record for %s", what, plural(n, "cable", "cables")))
	case !ok:
		head := fmt.Sprintf("nothing on record of %s is theirs, and what is not known leaves between %s and %s %%", plural(n, "cable", "cables"), quantity(100*bounds.Low), quantity(100*bounds.High))
		r.estimate = none(sightline.TooLittleData, cableUnit, strings.Join(append([]string{head}, why...), "; "))
	default:
		r.estimate = sightline.Estimate{Value: sightline.Num(value), Low: sightline.Num(bounds.Low), High: sightline.Num(bounds.High), Level: 1,
			N: int64(share.Held), Denominator: int64(n), Unit: cableUnit, Reason: strings.Join(why, "; ")}
	}
	return r, nil
}

// seats is the part of the result that no claim carries: where each party has
// its seat.
func (v *view) seats(s *shore, ids map[sightline.EntityID]bool) []byte {
	var b strings.Builder
	for _, id := range slices.Sorted(maps.Keys(ids)) {
		for _, m := range s.one.Of(id).Members {
			b.WriteString(string(id) + "," + string(m) + "," + v.nation(m) + "\n")
		}
	}
	return []byte(b.String())
}

func runCableOwner(v *view, p params) (result, error) {
	return runCables(v, p, func(c laid) parties { return c.owners }, "owner")
}

func runCableBuilder(v *view, p params) (result, error) {
	return runCables(v, p, func(c laid) parties { return c.builders }, "builder")
}

// listedHolders is how many nations, and firms, a dossier lists; of our
// choosing. They are those with the most cables, whoever they are.
const listedHolders = 5

// cableFigures adds E3 and E4 to the first answer: of the nations whose owners
// have parts in the most cables here, and of the firms that built the most.
func (k *composer) cableFigures(a *Answer) {
	s, err := k.cablesHere()
	if err != nil {
		k.fail(err)
		return
	}
	if len(s.cables) == 0 {
		if hasNoCoast(k.options.Country) {
			a.Figures = append(a.Figures, k.figure("International cables here, by owner and builder", cableOwner, params{"of": ""}))
		}
		return
	}
	nations, firms := k.tally(s, "owner"), k.tally(s, "builder")
	if !s.surveyed {
		owner := k.figure("International cables here by owner", cableOwner, params{"of": ""})
		builder := k.figure("International cables here by builder", cableBuilder, params{"of": ""})
		var landings, built []sightline.Entry
		for _, c := range s.cables {
			landings = append(landings, c.claims...)
			for _, p := range c.builders.list {
				built = append(built, p.claims...)
			}
		}
		k.inPlaceOfShare(&owner, landings)
		if len(built) == 0 {
			built = landings
		}
		k.inPlaceOfShare(&builder, built) // how the cables were chosen stands above
		a.Figures = append(a.Figures, owner, builder)
		return
	}
	show := func(label string, id sightline.MethodID, p params) {
		a.Figures = append(a.Figures, k.figure(label, id, p))
	}
	from := len(a.Figures)
	for _, x := range nations[:min(len(nations), listedHolders)] {
		show("International cables here by owner: "+k.name(x.id), cableOwner, params{"of": string(x.id), "weigh": "any"})
		if f := k.figure("The same, by the part that is theirs: "+k.name(x.id), cableOwner, params{"of": string(x.id), "weigh": "share"}); f.Estimate.State == sightline.OK {
			a.Figures = append(a.Figures, f)
		}
	}
	if len(nations) == 0 {
		show("International cables here by owner", cableOwner, params{"of": ""})
	}
	told(a.Figures[from:], len(nations)-listedHolders, "nation")
	from = len(a.Figures)
	for _, x := range firms[:min(len(firms), listedHolders)] {
		show("International cables here by builder: "+k.name(x.id), cableBuilder, params{"of": string(x.id)})
	}
	if len(firms) == 0 {
		show("International cables here by builder", cableBuilder, params{"of": ""})
	}
	told(a.Figures[from:], len(firms)-listedHolders, "firm")
}

// holding is how many cables a nation or firm has a part in.
type holding struct {
	id sightline.EntityID
	n  int
}

// tally counts, most first, the cables in which nations have owners, or that
// firms built or owned the builders of.
func (v *view) tally(s *shore, what string) []holding {
	n := map[sightline.EntityID]int{}
	for _, c := range s.cables {
		list := c.owners.list
		if what == "builder" {
			list = c.builders.list
		}
		met := map[sightline.EntityID]bool{}
		for _, p := range list {
			for _, id := range v.holders(s, p, what) {
				if !met[id] {
					met[id] = true
					n[id]++
				}
			}
		}
	}
	var out []holding
	for id, c := range n {
		out = append(out, holding{id, c})
	}
	order.By(out, func(x, y holding) int { return cmp.Or(y.n-x.n, cmp.Compare(x.id, y.id)) })
	return out
}

// holders are the nations of an owner and of those that own it, or a builder
// and the firms that owned it when it built.
func (v *view) holders(s *shore, p cableParty, what string) (out []sightline.EntityID) {
	nation := func(id sightline.EntityID) {
		for _, m := range s.one.Of(id).Members {
			if c, err := sightline.ParseCountry(v.nation(m)); err == nil {
				out = append(out, c.Entity())
				return
			}
		}
	}
	at := v.options.AsPublished
	if what == "builder" {
		out = append(out, s.one.Of(p.id).ID)
		at = p.since
	} else {
		nation(p.id)
	}
	for _, m := range s.one.Of(p.id).Members {
		for _, e := range s.stakes[m] {
			c := e.Record.Claim()
			switch {
			case over(c.Valid, at):
			case what != "builder":
				nation(c.Object.Entity)
			case c.Object.Entity.Kind() == sightline.KindCompany:
				out = append(out, s.one.Of(c.Object.Entity).ID)
			}
		}
	}
	return out
}

// told puts what holds for all figures of a row under the last.
func told(row []Figure, more int, what string) {
	last := &row[len(row)-1]
	if last.Estimate.State != sightline.OK {
		return // its reason is shown
	}
	last.Sentence = capital(last.Estimate.Reason) + "."
	if more > 0 {
		last.Sentence += fmt.Sprintf(" %s not listed.", capital(plural(more, what+" with fewer cables is", what+"s with fewer cables are")))
	}
}
