package dossier

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sightline"
	"sightline/exposure"
	"sightline/internal/order"
	"sightline/tables"
)

// Routed is what a store may be as well: one beside which routing tables are
// held.
type Routed interface {
	// Routes says who is on the path into a country, as tables.Store does.
	Routes(tables.Query) (*tables.Answer, error)
	// Met lists the countries into which a network stands on a path.
	Met(tables.Query, sightline.ASN) ([]sightline.Country, error)
}

// staleAfter is how many days old the newest table may be for a dossier to
// speak of the present; of our choosing. Paths into a country change within
// weeks when an operator changes its providers.
const staleAfter = 90

// routesMonitors counts the monitor networks that are heard.
const routesMonitors sightline.MethodID = "routes.monitors/1"

// routed is who is on the path, by the newest tables that the view can know
// of, or nil. Tables are published as they are made.
func (v *view) routed() (*tables.Answer, error) {
	store, ok := v.store.(Routed)
	if !ok || v.options.Country.IsZero() || v.options.noRoutes {
		return nil, nil
	}
	if v.routes.asked {
		return v.routes.answer, nil
	}
	a, err := store.Routes(v.routesQuery())
	if err != nil {
		return nil, err
	}
	v.routes.asked, v.routes.answer = true, a
	return a, nil
}

// routesQuery asks for the country of the view by what the view can know of.
func (v *view) routesQuery() tables.Query {
	q := tables.Query{Country: v.options.Country, Recorded: v.options.AsRecorded, At: v.options.Moment}
	if !v.options.AsPublished.IsZero() {
		end := sightline.Instant(int64(v.options.AsPublished.Last())+1)*86_400_000_000 - 1
		if q.At == 0 || q.At > end {
			q.At = end
		}
	}
	q.Owners = func() (owners exposure.Owners, err error) {
		if v.routes.holdings == nil {
			v.routes.holdings, v.routes.owners, err = v.stateHoldings()
		}
		return v.routes.owners, err
	}
	return q
}

// routes is what the view learned of the routes.
type routes struct {
	asked    bool
	answer   *tables.Answer
	holdings map[sightline.ASN][]sightline.Entry // what states own of a network
	owners   exposure.Owners                     // and in which they hold a majority
}

// stateHoldings lists what is on record of states that hold networks, and the
// networks in which a state holds a majority, by state ("country/KE").
func (v *view) stateHoldings() (map[sightline.ASN][]sightline.Entry, exposure.Owners, error) {
	all, err := v.store.Claims(sightline.Query{Predicates: []sightline.Predicate{sightline.StateOwnedBy, sightline.StateMinorityOwnedBy}, AsRecorded: v.options.AsRecorded})
	if err != nil {
		return nil, nil, err
	}
	holdings, owners := map[sightline.ASN][]sightline.Entry{}, exposure.Owners{}
	for _, e := range all {
		c := e.Record.Claim()
		number, ok := strings.CutPrefix(string(c.Subject), "network/")
		a, err := sightline.ParseASN(number)
		if !ok || err != nil {
			continue
		}
		if !v.options.AsPublished.IsZero() {
			d, err := v.publishedAt(c)
			if err != nil {
				return nil, nil, err
			}
			if !v.published(d) {
				continue
			}
		}
		if open, err := v.mayPass(c); err != nil {
			return nil, nil, err
		} else if !open {
			continue
		}
		holdings[a] = append(holdings[a], e)
		if c.Predicate == sightline.StateOwnedBy {
			owners[string(c.Object.Entity)] = append(owners[string(c.Object.Entity)], a)
		}
	}
	for name, list := range owners {
		slices.Sort(list)
		owners[name] = slices.Compact(list)
	}
	for _, list := range holdings {
		order.By(list, func(a, b sightline.Entry) int { return a.Record.Compare(b.Record) })
	}
	return holdings, owners, nil
}

// shownOn is the date of the tables, for units and sentences.
func shownOn(a *tables.Answer) string {
	from, to := a.Moment.From.Day(), a.Moment.To.Day()
	if from == to {
		return to.String()
	}
	return from.String() + " to " + to.String()
}

// age is how many days before the date of the dossier the tables end; known is
// false where the dossier has no date.
func (v *view) age(a *tables.Answer) (days int, known bool) { return v.daysSince(a.Moment.To) }

// daysSince is how many days before the date of the dossier a moment is.
func (v *view) daysSince(at sightline.Instant) (days int, known bool) {
	now := v.options.Today
	if !v.options.AsPublished.IsZero() {
		now = v.options.AsPublished.Last()
	}
	return int(now) - int(at.Day()), now != 0
}

// present reports whether the tables are young enough to speak of the present.
func (v *view) present(a *tables.Answer) bool {
	days, known := v.age(a)
	return known && days <= staleAfter
}

// routeMethod makes a method that picks an estimate out of the picture. used
// are the networks whose owners the estimate rests on.
func routeMethod(pick func(a *tables.Answer, p params) (e sightline.Estimate, used []sightline.ASN, ok bool)) func(*view, params) (result, error) {
	return func(v *view, p params) (result, error) {
		a, err := v.routed()
		if err != nil {
			return result{}, err
		}
		if a == nil {
			return result{estimate: none(sightline.TooLittleData, "share of addresses", "no routing table is loaded")}, nil
		}
		r := result{inputs: a.Inputs, known: a.Known, seed: tables.Seed}
		if a.Lacks != "" {
			r.estimate = none(sightline.TooLittleData, "share of addresses, "+shownOn(a), a.Lacks)
			return r, nil
		}
		e, used, ok := pick(a, p)
		if !ok {
			e = none(sightline.TooLittleData, "share", "no route into the country that a monitor which counts has seen meets it")
		}
		e.Unit += ", " + shownOn(a)
		r.estimate = e
		for _, n := range used {
			for _, h := range v.routes.holdings[n] {
				if c := h.Record.Claim(); c.Predicate == sightline.StateOwnedBy && string(c.Object.Entity) == p["owner"] {
					r.used = append(r.used, h)
				}
			}
		}
		return r, nil
	}
}

// network is the network that a parameter names.
func network(p params) sightline.ASN {
	a, _ := sightline.ParseASN(p["network"])
	return a
}

var (
	// runRouteHegemony: network.
	runRouteHegemony = routeMethod(func(a *tables.Answer, p params) (e sightline.Estimate, used []sightline.ASN, ok bool) {
		rows := a.Picture.Hegemony.Rows
		i := slices.IndexFunc(rows, func(r exposure.CountryHegemonyRow) bool { return r.ASN == network(p) })
		if i < 0 {
			return e, nil, false
		}
		return rows[i].Estimate(), nil, true
	})
	// runRouteCTI: network.
	runRouteCTI = routeMethod(func(a *tables.Answer, p params) (e sightline.Estimate, used []sightline.ASN, ok bool) {
		if a.Picture.CTI == nil {
			return e, nil, false
		}
		rows := a.Picture.CTI.Rows
		i := slices.IndexFunc(rows, func(r exposure.CTIRow) bool { return r.ASN == network(p) })
		if i < 0 {
			return e, nil, false
		}
		return rows[i].Estimate(), nil, true
	})
	// runRouteUnion: owner, or network.
	runRouteUnion = routeMethod(func(a *tables.Answer, p params) (e sightline.Estimate, used []sightline.ASN, ok bool) {
		if p["owner"] == "" {
			rows := a.Picture.Union.ByNetwork
			i := slices.IndexFunc(rows, func(r exposure.NetworkUnion) bool { return r.ASN == network(p) })
			if i < 0 {
				return e, nil, false
			}
			return rows[i].Estimate(), nil, true
		}
		i := ownerOf(a, p["owner"])
		if i < 0 {
			return e, nil, false
		}
		r := &a.Picture.Union.Owners[i]
		return r.Estimate(), r.Met, true
	})
	// runRouteTransit: owner.
	runRouteTransit = routeMethod(func(a *tables.Answer, p params) (e sightline.Estimate, used []sightline.ASN, ok bool) {
		i := ownerOf(a, p["owner"])
		if i < 0 {
			return e, nil, false
		}
		r := &a.Picture.Union.Owners[i]
		return r.Transit(), r.Met, true
	})
	// runRouteCut: networks, in number.
	runRouteCut = routeMethod(func(a *tables.Answer, p params) (e sightline.Estimate, used []sightline.ASN, ok bool) {
		i := slices.IndexFunc(a.Picture.Union.Cuts, func(c exposure.Cut) bool { return strconv.Itoa(len(c.ASNs)) == p["networks"] })
		if i < 0 {
			return e, nil, false
		}
		return a.Picture.Union.Cuts[i].Estimate(), nil, true
	})
	runRouteForeign = routeMethod(func(a *tables.Answer, _ params) (e sightline.Estimate, used []sightline.ASN, ok bool) {
		return a.Picture.Union.Foreign(), nil, len(a.Picture.Union.ByNetwork) > 0
	})
	runRouteConcentration = routeMethod(func(a *tables.Answer, _ params) (e sightline.Estimate, used []sightline.ASN, ok bool) {
		return a.Picture.Union.Concentration(), nil, len(a.Picture.Union.ByNetwork) > 0
	})
	runRouteMonitors = routeMethod(func(a *tables.Answer, _ params) (e sightline.Estimate, used []sightline.ASN, ok bool) {
		n := a.Picture.Union.Networks
		if n == 0 {
			return none(sightline.TooLittleData, "monitor networks", "no full feed outside the country is in the tables, or none whose place is known"), nil, true
		}
		e = counted(n, 0, "monitor networks")
		e.Reason = "a count of monitors has no sampling interval; no list tells how many there could be"
		return e, nil, true
	})
)

func ownerOf(a *tables.Answer, owner string) int {
	return slices.IndexFunc(a.Picture.Union.Owners, func(r exposure.UnionRow) bool { return r.Owner == owner })
}

// How many rows of each kind a dossier shows; of our choosing. "sightline
// routes" shows more.
const (
	listedCarriers = 8
	listedTransit  = 5
	listedOwners   = 5
)

// networkName is what to call a network: its number, and its name where one is
// on record.
func (v *view) networkName(a sightline.ASN) string {
	if name := v.nameOf(a); name != "" {
		return fmt.Sprintf("%s (%s)", a, name)
	}
	return a.String()
}

// owned says which states hold a network, by the lists on record, and the
// claims that say so.
func (v *view) owned(a sightline.ASN) (words string, by []sightline.Entry) {
	var parts []string
	for _, e := range v.routes.holdings[a] {
		c := e.Record.Claim()
		part := "a majority"
		if c.Predicate == sightline.StateMinorityOwnedBy {
			part = "a minority"
		}
		said, err := v.publishedAt(c)
		if err == nil && !said.IsZero() {
			part += fmt.Sprintf(" (by what was published in %s)", said)
		}
		if p := fmt.Sprintf("the state of %s holds %s", v.name(c.Object.Entity), part); !slices.Contains(parts, p) {
			parts = append(parts, p)
		}
		by = append(by, e)
	}
	return strings.Join(parts, "; "), by
}

// inPlaces says a range of ranks, and out of how many.
func inPlaces(low, high, of int, what string) string {
	switch {
	case low == 0:
		return ""
	case low == high:
		return fmt.Sprintf("Place %d of %s. ", low, plural(of, what, what+"s"))
	}
	return fmt.Sprintf("Places %d to %d of %s. ", low, high, plural(of, what, what+"s"))
}

// networkFigure is a figure on a network, with its owner beside.
func (k *composer) networkFigure(label string, id sightline.MethodID, a sightline.ASN, low, high, of int) Figure {
	f := k.figure(label+": "+k.networkName(a), id, params{"network": a.String()})
	if f.Estimate.State == sightline.OK {
		f.Sentence = inPlaces(low, high, of, "network")
	}
	f.Sentence += "Seen by " + plural(int(f.Estimate.N), "monitor network", "monitor networks") + "."
	if words, by := k.owned(a); words != "" {
		f.Sentence += " " + capital(words) + "."
		for _, e := range by {
			f.Notes = append(f.Notes, k.cite(e.Record.Claim())...)
		}
		slices.Sort(f.Notes)
		f.Notes = slices.Compact(f.Notes)
	}
	return f
}

// routesAnswer is the part of the first answer that routes give.
type routesAnswer struct {
	sentence string // where the tables can speak of the present
	absent   string // else: a clause on why not
	notes    []int
}

// routeFigures adds the figures of the routes to an answer.
func (k *composer) routeFigures(a *Answer) (out routesAnswer) {
	out.absent = "who carries the traffic is not measured here"
	r, err := k.routed()
	if err != nil {
		k.fail(err)
	}
	if r == nil || k.err != nil {
		return out
	}
	date, name := shownOn(r), k.options.Country.Name()
	if src, err := k.source(routesSource); err == nil {
		out.notes = []int{k.note(src.ID)}
	}
	monitors := k.figure("Monitor networks abroad that were heard", routesMonitors, params{})
	monitors.Sentence = covered(r)
	monitors.Notes = append(monitors.Notes, out.notes...)
	a.Figures = append(a.Figures, monitors)
	p := &r.Picture
	if len(p.Hegemony.Rows) == 0 || p.Hegemony.Rows[0].Estimate().State != sightline.OK {
		out.absent = fmt.Sprintf("who carries the traffic is not measured: the routing tables held, of %s, tell too little", date)
		return out
	}
	for i := range p.Hegemony.Rows[:min(listedCarriers, len(p.Hegemony.Rows))] {
		row := &p.Hegemony.Rows[i]
		low, high := row.Ranks()
		a.Figures = append(a.Figures, k.networkFigure("On the path into "+name, exposure.CountryHegemonyMethod, row.ASN, low, high, len(p.Hegemony.Rows)))
	}
	if p.CTI != nil {
		for i := range p.CTI.Rows[:min(listedTransit, len(p.CTI.Rows))] {
			row := &p.CTI.Rows[i]
			low, high := row.Ranks()
			a.Figures = append(a.Figures, k.networkFigure("Transit influence on "+name, exposure.CTIMethod, row.ASN, low, high, len(p.CTI.Rows)))
		}
	}
	n := 0
	for i := range p.Union.Owners {
		row := &p.Union.Owners[i]
		if len(row.Met) == 0 || n == listedOwners {
			continue
		}
		n++
		owner := params{"owner": row.Owner}
		f := k.figure("Paths that meet a network which the state of "+k.name(sightline.EntityID(row.Owner))+" owns", exposure.UnionMethod, owner)
		low, high := row.Ranks()
		f.Sentence = inPlaces(low, high, len(p.Union.Owners), "state") + "By lists of state-owned networks that are not complete: " + names(row.Met) + "."
		t := k.figure("The same without networks that originate the addresses, "+k.name(sightline.EntityID(row.Owner)), exposure.TransitMethod, owner)
		a.Figures = append(a.Figures, f, t)
	}
	var cuts []string
	for i := range p.Union.Cuts {
		c := &p.Union.Cuts[i]
		of := ""
		if p.Union.Domestic {
			of = " of " + name
		}
		f := k.figure(capital(plural(len(c.ASNs), "network"+of, "networks"+of))+" on the largest share of paths", exposure.ChokepointMethod, params{"networks": strconv.Itoa(len(c.ASNs))})
		f.Sentence = k.cutWords(c)
		a.Figures = append(a.Figures, f)
		if v, ok := f.Estimate.Value.Get(); ok {
			cuts = append(cuts, fmt.Sprintf("%s %s %%", plural(len(c.ASNs), "network", "networks"), quantity(100*v)))
		}
	}
	a.Figures = append(a.Figures, k.figure("Paths that cross a network of another country", exposure.ForeignMethod, params{}),
		k.figure("Concentration of the last step before the origin (Herfindahl-Hirschman index)", exposure.ConcentrationMethod, params{}))
	if k.err != nil {
		return out
	}
	if !k.present(r) {
		out.absent = fmt.Sprintf("who carries the traffic now is not measured: the newest routing tables held show %s", date)
		if days, known := k.age(r); known {
			out.absent += fmt.Sprintf(", %d days before this dossier", days)
		}
		return out
	}
	v, _ := p.Hegemony.Rows[0].Estimate().Value.Get()
	top := fmt.Sprintf("%s stood on more of the routes into %s than any other network, %s %% by AS hegemony", k.networkName(p.Hegemony.Rows[0].ASN), name, quantity(100*v))
	if len(cuts) > 0 {
		top += "; the largest share of paths that so many could cut: " + strings.Join(cuts, ", ")
	}
	out.sentence = fmt.Sprintf("On %s, by the routes that %s abroad saw, %s. That is opportunity, not traffic.", date, plural(p.Union.Networks, "monitor network", "monitor networks"), top)
	return out
}

// cutWords names the networks of a cut and says how sure the search is.
func (v *view) cutWords(c *exposure.Cut) string {
	var list []string
	for _, a := range c.ASNs {
		list = append(list, v.networkName(a))
	}
	s := strings.Join(list, ", ") + "."
	if !c.Exact {
		s += " Another set might have more: only the largest networks were searched."
	}
	return s
}

func names(list []sightline.ASN) string {
	const most = 6
	var out []string
	for _, a := range list[:min(most, len(list))] {
		out = append(out, a.String())
	}
	s := strings.Join(out, ", ")
	if more := len(list) - most; more > 0 {
		s += fmt.Sprintf(" and %d more", more)
	}
	return s
}

// routesSource is the source by which routing tables are cited.
const routesSource sightline.SourceID = tables.Source

// covered says what the tables see.
func covered(a *tables.Answer) string {
	c := a.Coverage
	s := fmt.Sprintf("Tables of %s from %s (%s): %s prefixes, %s.", shownOn(a), plural(len(a.Moment.Collectors()), "collector", "collectors"),
		strings.Join(a.Moment.Collectors(), ", "), quantity(float64(a.Prefixes)), plural(c.AllPeers, "peer", "peers"))
	if a.Lacks != "" {
		return fmt.Sprintf("Tables of %s from %s (%s).", shownOn(a), plural(len(a.Moment.Collectors()), "collector", "collectors"), strings.Join(a.Moment.Collectors(), ", "))
	}
	s += fmt.Sprintf(" %s of %s have more than %s prefixes and count as full feeds.", capital(plural(c.Peers, "peer", "peers")), plural(c.Networks, "network", "networks"), quantity(float64(c.FullFeed)))
	if a.Small {
		s += " No table is of today's size: that is three quarters of the largest."
	}
	for _, d := range a.Damaged {
		s += " Damaged: " + strings.TrimSuffix(d, ".") + "."
	}
	return s
}

// routesCoverage says which tables are behind the routes.
func (k *composer) routesCoverage() Coverage {
	c := Coverage{Engine: "Routes", Lacks: "Tables of several collectors."}
	if k.options.noRoutes {
		return c // that no table is held is a number of its own
	}
	r, err := k.routed()
	if err != nil {
		k.fail(err)
	}
	if r == nil || k.err != nil {
		c.Holds, c.Estimate = "no routing table", k.compute(engineAbsent, params{"engine": "routing tables", "why": "no routing table is loaded"})
		return c
	}
	c.Holds = "routing tables of " + shownOn(r) + " from " + strings.Join(r.Moment.Collectors(), ", ")
	c.Estimate = k.compute(routesMonitors, params{})
	c.Lacks = "What no monitor sees: paths that are not announced to the collectors, and how much traffic takes which."
	switch {
	case r.Lacks != "":
		c.Lacks = capital(r.Lacks) + "."
	case !k.present(r):
		c.Lacks = fmt.Sprintf("A table of the last %d days: what is held shows %s and answers nothing on the present.", staleAfter, shownOn(r))
	}
	return c
}

// NetworkRoutes is what routing tables say of one network: how much of the
// paths into which countries it stands on.
type NetworkRoutes struct {
	From      sightline.Instant `json:"from"` // of what the tables show
	To        sightline.Instant `json:"to"`
	Present   bool              `json:"present"` // the tables are young enough to speak of the present
	Warning   string            `json:"warning,omitzero"`
	Sentence  string            `json:"sentence"`         // what the tables see
	Countries int               `json:"countries"`        // into which it stands on a path
	Figures   []Figure          `json:"figures,omitzero"` // of those where it stands on most
	Notes     []int             `json:"notes,omitzero"`
}

// listedCountries is how many countries the page of a network shows; of our
// choosing.
const listedCountries = 12

// onPaths is what routing tables say of a network, or nil where none is held.
func (k *composer) onPaths(a sightline.ASN) *NetworkRoutes {
	store, ok := k.store.(Routed)
	if !ok || k.err != nil || k.options.noRoutes {
		return nil
	}
	q := k.routesQuery()
	countries, err := store.Met(q, a)
	if err != nil {
		k.fail(err)
		return nil
	}
	q.Country = sightline.Countries()[0] // the tables are the same whatever it is
	any, err := store.Routes(q)
	if err != nil {
		k.fail(err)
	}
	if any == nil || k.err != nil {
		return nil
	}
	out := &NetworkRoutes{From: any.Moment.From, To: any.Moment.To, Present: k.present(any), Warning: k.stale(any), Sentence: covered(any), Countries: len(countries)}
	if any.Lacks != "" {
		out.Sentence += " " + capital(any.Lacks) + "."
	}
	if _, err := k.source(routesSource); err == nil {
		out.Notes = []int{k.note(routesSource)}
	}
	view, known := k.options.Country, k.routes
	defer func() { k.options.Country, k.routes = view, known }()
	for _, c := range countries[:min(listedCountries, len(countries))] {
		q.Country = c
		r, err := store.Routes(q)
		if err != nil {
			k.fail(err)
			return nil
		}
		k.options.Country, k.routes.asked, k.routes.answer = c, true, r
		add := func(label string, id sightline.MethodID, low, high, of int) {
			f := k.figure(label+k.name(c.Entity()), id, params{"network": a.String()})
			if f.Estimate.State == sightline.OK {
				f.Sentence = inPlaces(low, high, of, "network")
			}
			f.Sentence += "Seen by " + plural(int(f.Estimate.N), "monitor network", "monitor networks") + "."
			f.Notes = append(f.Notes, out.Notes...)
			out.Figures = append(out.Figures, f)
		}
		p := &r.Picture
		if i := slices.IndexFunc(p.Hegemony.Rows, func(r exposure.CountryHegemonyRow) bool { return r.ASN == a }); i >= 0 {
			low, high := p.Hegemony.Rows[i].Ranks()
			add("On the path into ", exposure.CountryHegemonyMethod, low, high, len(p.Hegemony.Rows))
		}
		if p.CTI == nil {
			continue
		}
		if i := slices.IndexFunc(p.CTI.Rows, func(r exposure.CTIRow) bool { return r.ASN == a }); i >= 0 {
			low, high := p.CTI.Rows[i].Ranks()
			add("Transit influence on ", exposure.CTIMethod, low, high, len(p.CTI.Rows))
		}
	}
	return out
}

// stale says that tables do not speak of the present, where they do not.
func (v *view) stale(r *tables.Answer) string {
	if v.present(r) {
		return ""
	}
	if days, known := v.age(r); known {
		return fmt.Sprintf("Not the present: the tables show %s, %d days ago; after %d days they say nothing of now.", shownOn(r), days, staleAfter)
	}
	return fmt.Sprintf("Not the present: the tables show %s.", shownOn(r))
}

// RoutesSchema names the version of a table of routes that JSON carries
// (docs/schema/routes-1.json).
const RoutesSchema = "sightline.routes/1"

// RouteTable is who is on the path into a country, in full.
type RouteTable struct {
	Schema      string             `json:"schema"`
	Country     Subject            `json:"country"`
	Edition     string             `json:"edition"`
	AsPublished sightline.Date     `json:"as_published,omitzero"`
	AsRecorded  sightline.Instant  `json:"as_recorded,omitzero"`
	From        sightline.Instant  `json:"from"` // of what the tables show
	To          sightline.Instant  `json:"to"`
	Present     bool               `json:"present"` // the tables are young enough to speak of the present
	Warning     string             `json:"warning,omitzero"`
	Coverage    RouteCoverage      `json:"coverage"`
	Monitors    sightline.Estimate `json:"monitors"`
	Rows        []RouteRow         `json:"rows"`
	Notes       []Note             `json:"notes"`
	Packets     []sightline.Packet `json:"packets"`
}

// RouteCoverage says how much of the monitoring there is the values rest on.
type RouteCoverage struct {
	Collectors []string `json:"collectors"`
	Prefixes   int      `json:"prefixes"` // IPv4
	Entries    int      `json:"entries"`
	Peers      int      `json:"peers"`
	FullFeeds  int      `json:"full_feeds"` // peers that count
	Networks   int      `json:"networks"`   // that those belong to
	Threshold  int      `json:"threshold"`  // prefixes that a full feed exceeds
	Largest    int      `json:"largest"`    // prefixes of the largest peer
	Words      string   `json:"words"`
}

// RouteRow is one value: of a network, a state, a set of networks, or the
// country.
type RouteRow struct {
	Kind     string             `json:"kind"`          // hegemony, cti, union, owner, owner-transit, cut, foreign, concentration
	Who      []string           `json:"who,omitzero"`  // networks, or a state
	Name     string             `json:"name,omitzero"` // in words
	Owner    string             `json:"owner,omitzero"`
	Ranks    []int              `json:"ranks,omitzero"`
	Domestic bool               `json:"domestic,omitzero"` // of a cut: only networks of the country were searched
	Exact    bool               `json:"exact,omitzero"`    // of a cut: no other set has more
	Estimate sightline.Estimate `json:"estimate"`
	Notes    []int              `json:"notes,omitzero"`
}

// ListRoutes lists who is on the path into a country: of each kind the highest
// rows, as many as most. Without any table it is an error of code NotFound.
func ListRoutes(store sightline.Store, series []Series, o Options, most int) (*RouteTable, error) {
	v, err := newView(store, series, o)
	if err != nil {
		return nil, err
	}
	r, err := v.routed()
	if err != nil {
		return nil, err
	}
	if r == nil {
		return nil, sightline.Errorf(sightline.NotFound, "list routes", o.Country.Code(), "no routing table is held for this view").
			WithHint("Add some: sightline ingest rib rrc00=bview.gz --locations FILE --as-countries FILE -w DIRECTORY")
	}
	k := newComposer(v)
	c := r.Coverage
	t := &RouteTable{
		Schema:  RoutesSchema,
		Country: subjectOf(o.Country),
		Edition: o.Edition, AsPublished: o.AsPublished, AsRecorded: o.AsRecorded, From: r.Moment.From, To: r.Moment.To, Present: v.present(r),
		Coverage: RouteCoverage{Collectors: r.Moment.Collectors(), Prefixes: r.Prefixes, Entries: r.Entries, Peers: c.AllPeers, FullFeeds: c.Peers, Networks: c.Networks,
			Threshold: c.FullFeed, Largest: c.Largest, Words: covered(r)},
	}
	t.Warning = v.stale(r)
	var source []int
	if _, err := v.source(routesSource); err == nil {
		source = []int{k.note(routesSource)}
	}
	t.Monitors = k.compute(routesMonitors, params{})
	add := func(row RouteRow, id sightline.MethodID, p params, low, high int) {
		f := k.figure("", id, p)
		row.Estimate, row.Notes = f.Estimate, append(f.Notes, source...)
		if low > 0 && f.Estimate.State == sightline.OK {
			row.Ranks = []int{low, high}
		}
		if row.Kind == "hegemony" || row.Kind == "cti" || row.Kind == "union" {
			var by []sightline.Entry
			row.Name = v.nameOf(network(p))
			row.Owner, by = v.owned(network(p))
			for _, e := range by {
				row.Notes = append(row.Notes, k.cite(e.Record.Claim())...)
			}
		}
		slices.Sort(row.Notes)
		row.Notes = slices.Compact(row.Notes)
		t.Rows = append(t.Rows, row)
	}
	p := &r.Picture
	for i := range p.Hegemony.Rows[:min(most, len(p.Hegemony.Rows))] {
		x := &p.Hegemony.Rows[i]
		low, high := x.Ranks()
		add(RouteRow{Kind: "hegemony", Who: []string{x.ASN.String()}}, exposure.CountryHegemonyMethod, params{"network": x.ASN.String()}, low, high)
	}
	if p.CTI != nil {
		for i := range p.CTI.Rows[:min(most, len(p.CTI.Rows))] {
			x := &p.CTI.Rows[i]
			low, high := x.Ranks()
			add(RouteRow{Kind: "cti", Who: []string{x.ASN.String()}}, exposure.CTIMethod, params{"network": x.ASN.String()}, low, high)
		}
	}
	for i := range p.Union.ByNetwork[:min(most, len(p.Union.ByNetwork))] {
		x := &p.Union.ByNetwork[i]
		low, high := x.Ranks()
		add(RouteRow{Kind: "union", Who: []string{x.ASN.String()}}, exposure.UnionMethod, params{"network": x.ASN.String()}, low, high)
	}
	for i := range p.Union.Owners {
		x := &p.Union.Owners[i]
		if len(x.Met) == 0 {
			continue
		}
		low, high := x.Ranks()
		name := v.name(sightline.EntityID(x.Owner))
		add(RouteRow{Kind: "owner", Who: []string{x.Owner}, Name: name, Owner: names(x.Met)}, exposure.UnionMethod, params{"owner": x.Owner}, low, high)
		add(RouteRow{Kind: "owner-transit", Who: []string{x.Owner}, Name: name, Owner: names(x.Met)}, exposure.TransitMethod, params{"owner": x.Owner}, 0, 0)
	}
	for i := range p.Union.Cuts {
		x := &p.Union.Cuts[i]
		row := RouteRow{Kind: "cut", Name: v.cutWords(x), Domestic: p.Union.Domestic, Exact: x.Exact}
		for _, a := range x.ASNs {
			row.Who = append(row.Who, a.String())
		}
		add(row, exposure.ChokepointMethod, params{"networks": strconv.Itoa(len(x.ASNs))}, 0, 0)
	}
	if len(p.Union.ByNetwork) > 0 {
		add(RouteRow{Kind: "foreign"}, exposure.ForeignMethod, params{}, 0, 0)
		add(RouteRow{Kind: "concentration"}, exposure.ConcentrationMethod, params{}, 0, 0)
	}
	if k.err != nil {
		return nil, k.err
	}
	t.Notes, t.Packets = k.cited, k.packets
	return t, nil
}

// nameOf is the name on record of a network, or nothing.
func (v *view) nameOf(a sightline.ASN) string {
	if e := v.entity(a.Entity()); e != nil && e.Name != a.String() {
		return e.Name
	}
	return ""
}
