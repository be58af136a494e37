package dossier

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strconv"
	"strings"

	"sightline"
	"sightline/exposure"
	"sightline/identity"
)

// Point is one value of a series.
type Point struct {
	Year  int
	Value float64
}

// Series is a yearly indicator by country.
type Series interface {
	ID() string                                  // "population"
	Unit() string                                // "people", "% of population"
	Source() sightline.SourceID                  // who publishes it
	Points(c sightline.Country) ([]Point, error) // by year, ascending
}

// Method is one way to compute a number: its id, what it does in a sentence,
// and the computation.
type Method struct {
	ID   sightline.MethodID
	What string
	run  func(*view, params) (result, error)
}

type params map[string]string

// result is what a method finds: the estimate without method and packet, and
// what it was computed from.
type result struct {
	estimate sightline.Estimate
	used     []sightline.Entry
	sources  []*sightline.Source
	links    []identity.Link   // that join records of one organisation
	data     []byte            // of a series
	dataName string            // "series/…"; empty stands for that of the parameter
	inputs   []sightline.Input // further ones
	known    sightline.Instant // when the newest of them was recorded
	floor    bool              // what is missing can only raise the value
	seed     uint64            // of draws behind the interval
}

// The methods. A change that can move a value is a new version and a line in
// CHANGELOG.md.
const (
	countClaims   sightline.MethodID = "count.claims/1"
	countSupplies sightline.MethodID = "count.supplies/1"
	countNetworks sightline.MethodID = "count.networks/1"
	tallyVotes    sightline.MethodID = "tally.votes/1"
	seriesValue   sightline.MethodID = "series.value/1"
	supplierRate  sightline.MethodID = "rate.supplier/1"
	gradeClaim    sightline.MethodID = "grade.clusters/1"
	onList        sightline.MethodID = "membership.state/1"
	engineAbsent  sightline.MethodID = "engine.absent/1"

	// Beyond one country: for audits and head-counts.
	countSelect    sightline.MethodID = "count.select/1"
	countCross     sightline.MethodID = "count.cross/1"
	reportedNumber sightline.MethodID = "number.reported/1"
	rankNumber     sightline.MethodID = "number.rank/1"
	changeNumber   sightline.MethodID = "number.change/1"
	balanceVoices  sightline.MethodID = "balance.voices/1"
	orderDates     sightline.MethodID = "order.dates/1"
	headShare      sightline.MethodID = "headcount.share/1"
	seriesScore    sightline.MethodID = "series.score/1"
	seriesRank     sightline.MethodID = "series.rank/1"
	seriesChange   sightline.MethodID = "series.change/1"

	// Of the documents of the atlas.
	countSupplier sightline.MethodID = "count.supplier/1"
	countCited    sightline.MethodID = "count.cited/1"
	differenceOf  sightline.MethodID = "difference.mover/1"
)

var methods = []Method{
	{countClaims, "Counts the claims in force that link the country by the given predicates, in the given direction and class. One claim counts once, however many sources repeat it.", runCountClaims},
	{countSupplies, "Counts the claims in force that name a supplier, financier, trainer or adviser of the country, of one relevance class; projects classed as unrelated are never counted.", runCountSupplies},
	{countNetworks, "Counts the networks that operate in the country and of which some state holds a majority (or, with holding=minority, a minority), by the lists on record.", runCountNetworks},
	{tallyVotes, "Counts how the country voted over the roll-calls on record. A roll-call without a recorded vote of the country is not counted as an abstention.", runTallyVotes},
	{seriesValue, "The newest value of a yearly series for the country, as its publisher gives it.", runSeriesValue},
	{supplierRate, "The share of one nation among the suppliers on record. It has a value only when every source behind it looked at suppliers of all nations (spec: one rule for exporters of every nation).", runSupplierRate},
	{gradeClaim, "Counts the independent clusters of sources that speak for a claim. Sources that repeat one another, or share an owner, are one cluster; a bare assertion is none.", runGrade},
	{onList, "Whether the country is on a list. Absence from a list that is complete is a value of 0; from one that is not, it is too little data.", runOnList},
	{measuredProbes, "The share of distinct probes most of whose measurements of a target show interference, in the newest month held; each probe counts once, and the interval is Wilson's for so many probes. Probes are volunteers, not a sample of users.", runMeasuredProbes},
	{measuredTargets, "Counts the targets that enough distinct probes measured in the newest month held, or (saw=most) those of which most probes saw interference.", runMeasuredTargets},
	{measuredProduct, "The share of distinct probes that met the page of a filtering product, out of those with a result of any test, in the newest month held; the interval is Wilson's. The page says who made the product, not who runs it or who decided.", runMeasuredProduct},
	{cableOwner, "The share of the international cables on record here in which a nation or firm has a part (exposure measure E3), each cable once however many owners are theirs; with weigh=share, each by the part that is theirs. An owner counts for the nation of its seat and for those that own it. What is not known is theirs in the upper bound and not in the lower. It has a value only where a source that looked at the cables of all nations lists those here.", runCableOwner},
	{cableBuilder, "The share of the international cables on record here that a firm or the firms of a nation built (exposure measure E4). A builder counts also for those that owned it when it built. A cable without a builder on record is theirs in the upper bound and not in the lower. It has a value only where a source that looked at the cables of all nations lists those here.", runCableBuilder},
	{exposure.CountryHegemonyMethod, "The mean of a network's AS hegemony over the origins of a country, weighted by the addresses that each originates in it (Fontugne, Ermoshina, Aben 2020). The interval is how far it varies when collectors and monitor networks are drawn anew.", runRouteHegemony},
	{exposure.CTIMethod, "Country Transit Influence of a network: the share of the country's addresses that monitors abroad reach through it, each divided by the network's distance from their origin (Gamero-Garrido et al. 2022).", runRouteCTI},
	{exposure.UnionMethod, "The share of the country's addresses whose inbound path, as monitor networks abroad see it, meets at least one network of the owner (or the network named), the origin included. A union over paths, not a sum over networks.", runRouteUnion},
	{exposure.TransitMethod, "The share of the country's addresses whose inbound path meets a network of the owner before the origin.", runRouteTransit},
	{exposure.ChokepointMethod, "The largest share of the country's addresses whose inbound paths meet one of so many networks: those of the country, where the countries of networks are known.", runRouteCut},
	{exposure.ForeignMethod, "The share of the country's addresses whose inbound path crosses a network known to be of another country, the monitor's own and the origin left out.", runRouteForeign},
	{exposure.ConcentrationMethod, "The Herfindahl-Hirschman index of the networks that stand directly before the origins, weighted by addresses.", runRouteConcentration},
	{routesMonitors, "Counts the monitor networks outside the country whose full feed is in the tables and whose place is known.", runRouteMonitors},
	{engineAbsent, "States that an engine has no data for the country. It never yields a value.", runEngineAbsent},
	{countSelect, "Counts the claims of a selection that some source gives evidence for, or the different subjects or objects that they have.", runCountSelect},
	{countCross, "Cross-tabulates two selections: counts the subjects that both have, out of those of the column.", runCountCross},
	{reportedNumber, "The number that the claims of a selection report, when they agree on it, with the independent voices that report it.", runReported},
	{rankNumber, "The place of one subject among the numbers that the claims of a selection give.", runRank},
	{changeNumber, "Counts the subjects whose number fell or rose from one selection of claims to another, out of those that both have.", runChange},
	{balanceVoices, "Counts the independent voices for a statement out of those for and against it, by the references of the claims named and of those that support or dispute them. What descends from the text under audit is set aside.", runBalance},
	{orderDates, "The days from the first start on record of one thing to that of another.", runOrder},
	{headShare, "The share of the world’s population or internet users that lives in the members of a list at a date (exposure measure E1). Countries left out by name are not counted as members; the world stays whole. Where a series has no figure of the year, that of the nearest year stands in for it.", runHeadCount},
	{seriesScore, "A score as its publisher gives it, with the publisher's interval where there is one. Where the source's scale was turned round, the reason says so.", runSeriesScore},
	{seriesRank, "The place of a score among those of the same indicator, edition and time on record, counted from the end that the scale names. Scores that are equal, or whose intervals overlap, share a range of places. The denominator is the number of countries scored, which is not the world.", runSeriesRank},
	{seriesChange, "The difference of two scores of one indicator and scale. It says whether the publisher's intervals overlap; a change inside them cannot be told from none.", runSeriesChange},
	{countSupplier, "Counts the claims in force that name an organisation as supplier, financier, trainer or adviser, of one relevance class or of all but the unrelated, or the different countries that they name, or (each=denials) what the organisation itself denies. Records that count as one organisation are counted together.", runCountSupplier},
	{countCited, "Counts the claims in force that cite a source. One claim counts once, however often it cites it.", runCountCited},
	{differenceOf, "The difference of two independent numbers that have intervals of one level, with an interval made from theirs (MOVER: Zou and Donner 2008; for shares Newcombe 1998, method 10). Its inputs are the packets of the two.", nil},
}

// Methods lists the methods in use.
func Methods() []Method { return methods }

// countReason is why a count has no interval.
const countReason = "a count of listed records has no sampling interval; the lists may be incomplete"

// estimate runs a method and returns its estimate with the packet that
// carries its provenance.
func (v *view) estimate(id sightline.MethodID, p params) (sightline.Estimate, sightline.Packet, error) {
	e, packet, _, err := v.work(id, p)
	return e, packet, err
}

// work runs a method and seals its result.
func (v *view) work(id sightline.MethodID, p params) (sightline.Estimate, sightline.Packet, result, error) {
	i := slices.IndexFunc(methods, func(m Method) bool { return m.ID == id })
	if i < 0 {
		return sightline.Estimate{}, sightline.Packet{}, result{}, sightline.Errorf(sightline.NotFound, "compute", string(id), "no such method").
			WithHint("This binary knows %s.", methodList())
	}
	run := methods[i].run
	if id == differenceOf {
		run = runDifference // which computes others: the table cannot name it
	}
	r, err := run(v, p)
	if err != nil {
		return sightline.Estimate{}, sightline.Packet{}, r, err
	}
	e, packet, err := v.seal(id, p, r)
	return e, packet, r, err
}

// seal makes the packet of a result.
func (v *view) seal(id sightline.MethodID, p params, r result) (sightline.Estimate, sightline.Packet, error) {
	r.estimate.Method = id
	packet := sightline.Packet{Schema: sightline.PacketSchema, Method: id, Parameters: v.parameters(p), Seed: r.seed, Code: v.options.Code}
	slices.SortFunc(r.used, func(a, b sightline.Entry) int { return a.Record.Compare(b.Record) })
	h := sha256.New()
	for _, e := range r.used {
		packet.Claims = append(packet.Claims, sightline.ClaimID(e.Record.ID()))
		packet.KnownAt = max(packet.KnownAt, e.Recorded)
		h.Write(e.Record.Text())
		h.Write([]byte{'\n'})
	}
	if len(r.used) > 0 {
		packet.Inputs = append(packet.Inputs, sightline.Input{Name: "claims", SHA256: hex.EncodeToString(h.Sum(nil))})
	}
	if len(r.sources) > 0 {
		slices.SortFunc(r.sources, func(a, b *sightline.Source) int { return cmp.Compare(a.ID, b.ID) })
		h := sha256.New()
		for _, s := range slices.Compact(r.sources) {
			text, ok := v.texts[s.ID]
			if !ok {
				// A copy, since making a record takes the value over.
				c := *s
				c.DerivedFrom = slices.Clone(s.DerivedFrom)
				rec, err := sightline.NewRecord(&c)
				if err != nil {
					return sightline.Estimate{}, sightline.Packet{}, err
				}
				text = rec.Text()
				v.texts[s.ID] = text
			}
			h.Write(text)
			h.Write([]byte{'\n'})
		}
		packet.Inputs = append(packet.Inputs, sightline.Input{Name: "sources", SHA256: hex.EncodeToString(h.Sum(nil))})
	}
	if r.data != nil {
		sum := sha256.Sum256(r.data)
		packet.Inputs = append(packet.Inputs, sightline.Input{Name: cmp.Or(r.dataName, "series/"+p["series"]), SHA256: hex.EncodeToString(sum[:])})
	}
	if len(r.links) > 0 {
		h := sha256.New()
		var last string
		for _, l := range r.links {
			if line := string(l.A) + " " + string(l.B) + " " + l.String() + "\n"; line != last {
				h.Write([]byte(line))
				last = line
			}
		}
		packet.Inputs = append(packet.Inputs, sightline.Input{Name: "identity", SHA256: hex.EncodeToString(h.Sum(nil))})
	}
	packet.Inputs = append(packet.Inputs, r.inputs...)
	packet.KnownAt = max(packet.KnownAt, r.known)
	packet.Result = r.estimate
	if err := packet.Result.Check(); err != nil {
		return sightline.Estimate{}, sightline.Packet{}, err
	}
	e := r.estimate
	e.Packet = packet.ID()
	packet.Result.Packet = e.Packet
	return e, packet, nil
}

func methodList() string {
	var ids []string
	for _, m := range methods {
		ids = append(ids, string(m.ID))
	}
	return strings.Join(ids, ", ")
}

// parameters adds the view to the parameters of a method, so that the packet
// alone says how to compute it again.
func (v *view) parameters(p params) map[string]string {
	out := maps.Clone(map[string]string(p))
	if !v.options.Country.IsZero() {
		out["country"] = v.options.Country.Code()
	}
	if !v.options.AsPublished.IsZero() {
		out["as_published"] = v.options.AsPublished.String()
	}
	if v.options.AsRecorded != 0 {
		out["as_recorded"] = v.options.AsRecorded.String()
	}
	if v.options.OpenOnly {
		out["open_only"] = "yes"
	}
	if v.options.Moment != 0 {
		out["moment"] = v.options.Moment.String()
	}
	return out
}

// Recompute runs the method of a packet again on what the store holds, and
// returns the packet that comes out. The work is the same exactly when both
// have the same id.
func Recompute(store sightline.Store, series []Series, p sightline.Packet) (sightline.Packet, error) {
	bad := func(err error) (sightline.Packet, error) {
		return sightline.Packet{}, sightline.Errorf(sightline.Invalid, "recompute packet", string(p.Result.Packet), "%w", err)
	}
	options, rest, err := ReadParameters(p)
	if err != nil {
		return bad(err)
	}
	v := emptyView(store, series, options)
	if !options.Country.IsZero() {
		if v, err = newView(store, series, options); err != nil {
			return bad(err)
		}
	}
	_, out, err := v.estimate(p.Method, rest)
	return out, err
}

// ReadParameters parts the parameters of a packet into the view that it was
// made under and those of its method.
func ReadParameters(p sightline.Packet) (Options, map[string]string, error) {
	options := Options{Code: p.Code}
	rest := map[string]string{}
	for k, val := range p.Parameters {
		var err error
		switch k {
		case "country":
			err = options.Country.UnmarshalText([]byte(val))
		case "as_published":
			options.AsPublished, err = sightline.ParseDate(val)
		case "as_recorded":
			err = options.AsRecorded.UnmarshalText([]byte(val))
		case "open_only":
			options.OpenOnly = val == "yes"
		case "moment":
			err = options.Moment.UnmarshalText([]byte(val))
		default:
			rest[k] = val
		}
		if err != nil {
			return options, nil, err
		}
	}
	return options, rest, nil
}

func counted(n, denominator int, unit string) sightline.Estimate {
	return sightline.Estimate{Value: sightline.Num(float64(n)), N: int64(n), Denominator: int64(denominator), Unit: unit, Reason: countReason}
}

func none(state sightline.State, unit, format string) sightline.Estimate {
	return sightline.Estimate{State: state, Unit: unit, Reason: format}
}

// runCountClaims: predicates (comma-separated), side (object, subject or any),
// unit, and count=subjects to count what the claims are about instead of the
// claims.
func runCountClaims(v *view, p params) (result, error) {
	var used []sightline.Entry
	for _, e := range v.claims {
		if v.matches(e, p) {
			used = append(used, e)
		}
	}
	unit := cmp.Or(p["unit"], "claims")
	if len(used) == 0 {
		return result{estimate: none(sightline.TooLittleData, unit, "no such claim is on record; absence from an incomplete record is unknown, not none")}, nil
	}
	n := len(used)
	if p["count"] == "subjects" {
		subjects := map[sightline.EntityID]bool{}
		for _, e := range used {
			subjects[e.Record.Claim().Subject] = true
		}
		n = len(subjects)
	}
	return result{estimate: counted(n, 0, unit), used: used}, nil
}

// runCountSupplies: class.
func runCountSupplies(v *view, p params) (result, error) {
	var used []sightline.Entry
	for _, s := range v.supplies() {
		if s.Record.Claim().Qualifiers["class"] == p["class"] {
			used = append(used, s.Entry)
		}
	}
	if len(used) == 0 {
		return result{estimate: none(sightline.TooLittleData, "claims", "no such claim is on record; absence from an incomplete record is unknown, not none")}, nil
	}
	return result{estimate: counted(len(used), 0, "claims"), used: used}, nil
}

func (v *view) matches(e sightline.Entry, p params) bool {
	c := e.Record.Claim()
	if !slices.Contains(strings.Split(p["predicates"], ","), c.Predicate.String()) {
		return false
	}
	self := v.options.Country.Entity()
	switch p["side"] {
	case "object":
		if c.Object.Entity != self {
			return false
		}
	case "subject":
		if c.Subject != self {
			return false
		}
	}
	return true
}

// runCountNetworks: holding (majority or minority).
func runCountNetworks(v *view, p params) (result, error) {
	predicate := sightline.StateOwnedBy
	if p["holding"] == "minority" {
		predicate = sightline.StateMinorityOwnedBy
	}
	nets := map[sightline.EntityID]bool{}
	var used []sightline.Entry
	for _, e := range v.claims {
		if c := e.Record.Claim(); c.Predicate == predicate && v.here[c.Subject] && c.Subject.Kind() == sightline.KindNetwork {
			nets[c.Subject] = true
			used = append(used, e)
		}
	}
	if len(used) == 0 {
		return result{estimate: none(sightline.TooLittleData, "networks", "no network of this country is on the lists of state-owned networks on record; the lists are not complete")}, nil
	}
	return result{estimate: counted(len(nets), 0, "networks"), used: used}, nil
}

// runTallyVotes: vote (yes, no, abstain).
func runTallyVotes(v *view, p params) (result, error) {
	if !v.options.Country.VotesAtUN() {
		return result{estimate: none(sightline.NotApplicable, "votes", "not a member state of the United Nations, so it has no vote in the General Assembly")}, nil
	}
	all, n := 0, 0
	var used []sightline.Entry
	for _, e := range v.claims {
		if c := e.Record.Claim(); c.Predicate == sightline.Voted && c.Subject == v.options.Country.Entity() {
			all++
			used = append(used, e)
			if c.Qualifiers["vote"] == p["vote"] {
				n++
			}
		}
	}
	if all == 0 {
		return result{estimate: none(sightline.TooLittleData, "votes", "no recorded vote of this country is on record")}, nil
	}
	return result{estimate: counted(n, all, "votes"), used: used}, nil
}

// runSeriesValue: series (its id).
func runSeriesValue(v *view, p params) (result, error) {
	for _, s := range v.series {
		if s.ID() != p["series"] {
			continue
		}
		src, err := v.source(s.Source())
		if sightline.ErrorCode(err) == sightline.NotFound {
			return result{estimate: none(sightline.TooLittleData, s.Unit(), "the source of the series is not held at the date of this view; sightline import --catalogue adds what a workspace lacks")}, nil
		}
		if err != nil {
			return result{}, err
		}
		if !v.published(src.Published) {
			return result{estimate: none(sightline.TooLittleData, s.Unit(), "the edition on record was published later than the date of this view"), sources: []*sightline.Source{src}}, nil
		}
		points, err := s.Points(v.options.Country)
		if err != nil {
			return result{}, err
		}
		if len(points) == 0 {
			return result{estimate: none(sightline.TooLittleData, s.Unit(), "the series has no value for this country or territory"), sources: []*sightline.Source{src}}, nil
		}
		last := points[len(points)-1]
		data := strconv.Itoa(last.Year) + "," + strconv.FormatFloat(last.Value, 'g', -1, 64)
		e := sightline.Estimate{Value: sightline.Num(last.Value), N: 1, Unit: s.Unit() + ", " + strconv.Itoa(last.Year), Reason: "the publisher gives no interval"}
		return result{estimate: e, sources: []*sightline.Source{src}, data: []byte(data)}, nil
	}
	return result{}, sightline.Errorf(sightline.NotFound, "read series", p["series"], "no such series")
}

// supplyPredicates are those of claims that name a supplier of means.
var supplyPredicates = []sightline.Predicate{sightline.Supplies, sightline.ProductObservedIn, sightline.Finances, sightline.Trains, sightline.Advises, sightline.AgreedWith, sightline.UsesProduct}

// runSupplierRate: nation (alpha-2 code).
func runSupplierRate(v *view, p params) (result, error) {
	n, all := 0, 0
	var used []sightline.Entry
	var links []identity.Link
	for _, e := range v.supplies() {
		nation := v.base(e.supplier)
		links = append(links, v.one.Of(e.supplier).Links...)
		if nation == "" {
			continue
		}
		for _, r := range e.Record.Claim().References {
			s, err := v.source(r.Source)
			if err != nil {
				return result{}, err
			}
			if s.Scope != sightline.ScopeAll {
				return result{estimate: none(sightline.NotIdentified, "share of supply claims", "a source behind it did not look at suppliers of every nation, so no share is printed"), used: []sightline.Entry{e.Entry}, sources: []*sightline.Source{s}}, nil
			}
		}
		all++
		used = append(used, e.Entry)
		if nation == p["nation"] {
			n++
		}
	}
	if all == 0 {
		return result{estimate: none(sightline.TooLittleData, "share of supply claims", "no supplier is on record")}, nil
	}
	low, high := wilson(n, all)
	return result{estimate: sightline.Estimate{Value: sightline.Num(float64(n) / float64(all)), Low: sightline.Num(low), High: sightline.Num(high), Level: 0.9, N: int64(n), Denominator: int64(all), Unit: "share of supply claims"}, used: used, links: links}, nil
}

// runGrade: claim.
func runGrade(v *view, p params) (result, error) {
	e, err := v.claim(sightline.ClaimID(p["claim"]))
	if err != nil {
		return result{}, err
	}
	g, err := v.grade(e)
	if err != nil {
		return result{}, err
	}
	est := counted(g.clusters, 0, "independent source clusters")
	est.Reason = "a count of sources has no sampling interval; level: " + g.level.Word + ", reliability " + g.level.Reliability + ", credibility " + g.level.Credibility
	return result{estimate: est, used: g.used, sources: g.sources}, nil
}

// runOnList: list.
func runOnList(v *view, p params) (result, error) {
	id := sightline.EntityID(p["list"])
	list := v.entity(id)
	if list == nil {
		return result{estimate: none(sightline.TooLittleData, "places on the list", "the list is not held")}, nil
	}
	all, err := v.store.Claims(sightline.Query{Entities: []sightline.EntityID{id}, Predicates: []sightline.Predicate{sightline.MemberOf}, AsRecorded: v.options.AsRecorded})
	if err != nil {
		return result{}, err
	}
	var used []sightline.Entry
	n := 0
	for _, e := range all {
		c := e.Record.Claim()
		d, err := v.publishedAt(c)
		if err != nil {
			return result{}, err
		}
		open, err := v.mayPass(c)
		if err != nil {
			return result{}, err
		}
		if !v.published(d) || !open {
			continue
		}
		used = append(used, e)
		if c.Subject == v.options.Country.Entity() {
			n++
		}
	}
	about := "the list is " + list.Complete.String()
	if !list.AsOf.IsZero() {
		about += " as of " + list.AsOf.String()
	}
	if list.Selection != "" {
		about += ": " + strings.TrimSuffix(list.Selection, ".")
	}
	if n == 0 && list.Complete != sightline.Complete || len(used) == 0 {
		return result{estimate: none(sightline.TooLittleData, "places on the list", "unknown, not no; "+about), used: used}, nil
	}
	est := counted(min(n, 1), 0, "places on the list")
	est.Reason = about
	return result{estimate: est, used: used}, nil
}

// runEngineAbsent: engine, why.
func runEngineAbsent(_ *view, p params) (result, error) {
	return result{estimate: none(sightline.TooLittleData, p["engine"], p["why"])}, nil
}
