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
	"sightline/internal/order"
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
	ground   *ground // of what was used, where that is the same for many results; used is in order then
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
	{exposure.TableLossMethod, "The share of the paths that peers of route collectors abroad had to the prefixes of a country's networks, or of one network, in one routing table and no longer in the next, to the prefix or to one that covers it; or (back=yes) of the later table and not yet in the earlier. Only peers in both tables that kept most of their prefixes count. It says what was not seen, not who or why.", runTableLoss},
	{measuredTables, "Counts the comparisons of routing tables of neighbouring moments that had enough data to tell a sudden loss, out of those held; or (of=losses) the losses of the country and its networks in them.", runMeasuredTables},
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

// ground is what a packet says of the claims that a result rests on.
type ground struct {
	claims []sightline.ClaimID // by id
	known  sightline.Instant   // when the newest was recorded
	sum    string              // SHA-256 of their texts, each with a line feed
}

// groundOf puts claims in order and works out their ground.
func groundOf(used []sightline.Entry) *ground {
	order.By(used, func(a, b sightline.Entry) int { return a.Record.Compare(b.Record) })
	g := &ground{claims: make([]sightline.ClaimID, len(used))}
	h := sha256.New()
	for i, e := range used {
		g.claims[i] = sightline.ClaimID(e.Record.ID())
		g.known = max(g.known, e.Recorded)
		h.Write(e.Record.Text())
		h.Write([]byte{'\n'})
	}
	g.sum = hex.EncodeToString(h.Sum(nil))
	return g
}

// seal makes the packet of a result.
func (v *view) seal(id sightline.MethodID, p params, r result) (sightline.Estimate, sightline.Packet, error) {
	r.estimate.Method = id
	packet := sightline.Packet{Schema: sightline.PacketSchema, Method: id, Parameters: v.parameters(p), Seed: r.seed, Code: v.options.Code}
	if len(r.used) > 0 {
		g := r.ground
		if g == nil {
			g = groundOf(r.used)
		}
		packet.Claims, packet.KnownAt = g.claims, g.known
		packet.Inputs = append(packet.Inputs, sightline.Input{Name: "claims", SHA256: g.sum})
	}
	if len(r.sources) > 0 {
		slices.SortFunc(r.sources, func(a, b *sightline.Source) int { return cmp.Compare(a.ID, b.ID) })
		h := sha256.New()
		for _, s := range slices.Compact(r.sources) {
			text, err := v.kept.sourceText(s)
			if err != nil {
				return sightline.Estimate{}, sightline.Packet{}, err
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
	v.again = true
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
	used := v.matching(p)
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

// matching lists the claims of the view that have one of the predicates and the
// country on the side that parameters name.
func (v *view) matching(p params) []sightline.Entry {
	words := strings.Split(p["predicates"], ",")
	var wanted [256]bool // by predicate
	for _, x := range sightline.Predicates() {
		wanted[x] = slices.Contains(words, x.String())
	}
	self := v.options.Country.Entity()
	var used []sightline.Entry
	for _, e := range v.claims {
		c := e.Record.Claim()
		if wanted[c.Predicate] && (p["side"] != "object" || c.Object.Entity == self) && (p["side"] != "subject" || c.Subject == self) {
			used = append(used, e)
		}
	}
	return used
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

// roll is the members of a list in a view, read once for all countries.
type roll struct {
	used    []sightline.Entry
	ground  *ground
	members map[sightline.EntityID]bool
}

type rollKey struct {
	list      sightline.EntityID
	published sightline.Date
	openOnly  bool
}

func (v *view) roll(id sightline.EntityID) (*roll, error) {
	key := rollKey{id, v.options.AsPublished, v.options.OpenOnly}
	if r, ok := v.kept.rolls.peek(key); ok {
		return r, nil
	}
	all, err := v.store.Claims(sightline.Query{Entities: []sightline.EntityID{id}, Predicates: []sightline.Predicate{sightline.MemberOf}, AsRecorded: v.options.AsRecorded})
	if err != nil {
		return nil, err
	}
	r := &roll{members: map[sightline.EntityID]bool{}}
	for _, e := range all {
		c := e.Record.Claim()
		d, err := v.publishedAt(c)
		if err != nil {
			return nil, err
		}
		open, err := v.mayPass(c)
		if err != nil {
			return nil, err
		}
		if v.published(d) && open {
			r.used = append(r.used, e)
			r.members[c.Subject] = true
		}
	}
	r.ground = groundOf(r.used)
	v.kept.rolls.put(key, r, 1+len(all))
	return r, nil
}

// runOnList: list.
func runOnList(v *view, p params) (result, error) {
	id := sightline.EntityID(p["list"])
	list := v.entity(id)
	if list == nil {
		return result{estimate: none(sightline.TooLittleData, "places on the list", "the list is not held")}, nil
	}
	r, err := v.roll(id)
	if err != nil {
		return result{}, err
	}
	on := r.members[v.options.Country.Entity()]
	about := "the list is " + list.Complete.String()
	if !list.AsOf.IsZero() {
		about += " as of " + list.AsOf.String()
	}
	if list.Selection != "" {
		about += ": " + strings.TrimSuffix(list.Selection, ".")
	}
	if !on && list.Complete != sightline.Complete || len(r.used) == 0 {
		return result{estimate: none(sightline.TooLittleData, "places on the list", "unknown, not no; "+about), used: r.used, ground: r.ground}, nil
	}
	est := counted(btoi(on), 0, "places on the list")
	est.Reason = about
	return result{estimate: est, used: r.used, ground: r.ground}, nil
}

// runEngineAbsent: engine, why.
func runEngineAbsent(_ *view, p params) (result, error) {
	return result{estimate: none(sightline.TooLittleData, p["engine"], p["why"])}, nil
}
