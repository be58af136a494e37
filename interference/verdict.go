package interference

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"sightline"
)

// State is what one measurement says of its target.
type State uint8

// The states. The words are those of the pages.
const (
	TooLittleData State = iota
	NoRule              // a test that we read and keep, and have no rule for yet
	Reachable
	Down          // the control could not reach it either
	Impaired      // interfered with, and yet it came through: diverted, slowed, or in part
	LikelyBlocked // consistent with blocking
	Blocked
)

var states = [...]string{"too little data", "no rule yet", "reachable", "down", "impaired", "likely blocked", "blocked"}

// States is the number of states.
const States = len(states)

func (s State) String() string { return states[s] }

// MarshalText prints the word.
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Interfered reports whether the state says that a network interfered.
func (s State) Interfered() bool { return s >= Impaired }

// Evidence is one thing that speaks for or against interference.
type Evidence struct {
	Rule        *Rule
	Mechanism   Mechanism
	Detail      string // what was seen, without addresses of the probe
	Fingerprint *Fingerprint
}

// Verdict is what one measurement says, and why.
type Verdict struct {
	ID        string
	Report    string
	Test      string
	Version   string
	Country   sightline.Country
	Network   sightline.ASN // of the probe
	Blames    sightline.ASN // network that a finding of interference is about: the resolver's for DNS where it differs; 0 if there is no finding or it is not known
	Target    string
	Start     time.Time
	State     State
	Mechanism Mechanism
	LogOdds   sightline.Estimate // log10 of the odds that a network interfered; N is the evidence used, Denominator the observations looked at
	Rule      string             // id of the rule that weighs most, with the version of the table: "tls.reset.control_ok@interference.rules/2"
	Rules     string             // version of the table
	Evidence  []Evidence         // in the order of layers
	// Fingerprint is the one that names the page ([Match]), or nil; Fingerprints is the
	// hash of the set that was looked through, "" for none.
	Fingerprint     *Fingerprint
	Fingerprints    string
	Vendor, Product string
	Notes           []string // confounders found, in a fixed order

	profile string
}

// MethodVerdict is the method of log-odds.
const MethodVerdict sightline.MethodID = "interference.verdict/1"

// judge collects evidence and what else a verdict needs.
type judge struct {
	o        *Observations
	evidence []Evidence
	notes    []string
	reached  bool // content came through on the way that people use
	answered bool // something answered, unverified
	down     bool // the control failed in the same way
	failed   bool // the probe failed
	server   Mechanism
	hits     []*Fingerprint
}

func (j *judge) add(rule string, m Mechanism, format string, args ...any) {
	r := rules[rule]
	if r == nil {
		panic("BUG: no rule " + rule)
	}
	j.evidence = append(j.evidence, Evidence{Rule: r, Mechanism: m, Detail: fmt.Sprintf(format, args...)})
}

func (j *judge) hit(rule string, m Mechanism, f *Fingerprint) {
	j.add(rule, m, "%s", f.Name)
	j.evidence[len(j.evidence)-1].Fingerprint = f
}

func (j *judge) note(format string, args ...any) {
	n := fmt.Sprintf(format, args...)
	for _, old := range j.notes {
		if old == n {
			return
		}
	}
	j.notes = append(j.notes, n)
}

// Notes about confounders.
const (
	NoteIPv6        = "IPv6 does not work at the probe: its failures are left out"
	NoteClock       = "the clock of the probe is wrong: failures that dates can cause are left out"
	NoteTrust       = "the probe's trust store is out of date: unknown authorities are left out"
	NoteResolver    = "the resolver is in another network than the probe: a DNS finding is about the resolver's"
	NoteNoControl   = "the control failed"
	NoteServerSide  = "the server turned the probe away; that is no interference"
	NoteGeo         = "answers differ within one network, as those of content networks do"
	NotePage        = "the page matches a fingerprint and is the control's page as well"
	NoteOwnCert     = "the page matches a fingerprint, but came with a valid certificate of the site"
	NoteOffline     = "nothing worked: the probe may have been offline"
	NotePoisoned    = "the control itself got an address that no host can have"
	NoteFuture      = "the measurement is dated in the future"
	NoteForeignPage = "the block page belongs to another country"
	NoteEitherSide  = "the product whose page this is also stands before servers, and nothing says on which side this one is"
	NoteUnplaced    = "the page is like a block page of a country, and where it was seen is not known"
)

// HasRule reports whether there are rules for a test.
func HasRule(test string) bool {
	switch test {
	case "web_connectivity", "hyperquack", "satellite", "telegram", "whatsapp", "facebook_messenger", "signal", "tor", "psiphon":
		return true
	}
	return false
}

// Judge makes the verdict of observations.
func Judge(o *Observations) Verdict {
	v := Verdict{ID: o.ID, Report: o.Report, Test: o.Test, Version: o.Version, Country: o.Country, Network: o.Network, Target: o.Target,
		Start: o.Start, Rules: RulesVersion, Fingerprints: o.fingerprints, profile: o.profile}
	j := &judge{o: o, notes: slices.Clip(o.Notes)}
	skewed := j.clock()
	switch o.Test {
	case "web_connectivity":
		j.web(skewed)
	case "hyperquack":
		j.hyperquack()
	case "satellite":
		j.satellite()
	case "telegram", "whatsapp", "facebook_messenger", "signal", "tor", "psiphon":
		j.service()
	default:
		v.State = NoRule
		v.LogOdds = sightline.Estimate{State: sightline.NotApplicable, Unit: "log10 odds", Method: MethodVerdict, Reason: "no rule for this test yet"}
		return v
	}
	j.settle(&v)
	return v
}

// clock compares the probe's clock with the collector's. Uploads may come
// days late; a start after the receipt, or more than thirty days before it, is
// a wrong clock.
func (j *judge) clock() bool {
	o := j.o
	if !o.AsOf.IsZero() && o.Start.Sub(o.AsOf) > 24*time.Hour {
		j.note(NoteFuture)
		return true
	}
	if o.Received.IsZero() || o.Start.IsZero() {
		return false
	}
	if d := o.Received.Sub(o.Start); d < -time.Hour || d > 30*24*time.Hour {
		j.note(NoteClock)
		return true
	}
	return false
}

// settle weighs the evidence.
//
// Within a layer the strongest piece for interference and the strongest
// against are added: other pieces of one layer are consequences of the same
// cause. A layer can clear itself and no other: that DNS is sound says nothing
// of TLS. So layers whose sum is above 0 add up, and only where there is none
// do the sums below 0 count.
func (j *judge) settle(v *Verdict) {
	var top, against *Evidence // what weighs most for and against interference
	sum, variance, used := PriorLogOdds, priorSD*priorSD, 0
	var below, belowVar float64
	belowUsed := 0
	positive := false
	for l := LayerDNS; l <= LayerHTTP; l++ {
		var pro, con *Evidence
		for i := range j.evidence {
			e := &j.evidence[i]
			if e.Rule.Layer != l {
				continue
			}
			if e.Rule.LR > 0 && (pro == nil || e.Rule.LR > pro.Rule.LR) {
				pro = e
			}
			if e.Rule.LR <= 0 && (con == nil || e.Rule.LR < con.Rule.LR) {
				con = e
			}
		}
		if pro != nil && strings.HasPrefix(pro.Rule.ID, "redirect.") {
			con = nil // what clears the first host does not clear the next
		}
		var s, va float64
		n := 0
		for _, e := range []*Evidence{pro, con} {
			if e != nil {
				s += e.Rule.LR
				va += e.Rule.SD * e.Rule.SD
				n++
			}
		}
		if s > 0 {
			positive = true
			sum, variance, used = sum+s, variance+va, used+n
			if top == nil || pro.Rule.LR > top.Rule.LR {
				top = pro
			}
		} else {
			below, belowVar, belowUsed = below+s, belowVar+va, belowUsed+n
			if con != nil && (against == nil || con.Rule.LR < against.Rule.LR) {
				against = con
			}
		}
	}
	if !positive {
		sum, variance, used = sum+below, variance+belowVar, used+belowUsed
	}
	o := j.o
	half := 1.645 * math.Sqrt(variance)
	seen := int64(len(o.Exchanges) + len(o.DNS) + len(o.TCP) + len(o.TLS) + len(o.HTTP))
	for _, p := range o.Parts {
		seen += int64(p.N)
	}
	v.LogOdds = sightline.Estimate{Value: sightline.Num(round(sum)), Low: sightline.Num(round(sum - half)), High: sightline.Num(round(sum + half)), Level: 0.9,
		N: int64(used), Denominator: seen, Unit: "log10 odds", Method: MethodVerdict}
	switch {
	case sum >= 0 && j.reached:
		v.State = Impaired
	case sum-half >= 1: // odds of ten to one at the low end
		v.State = Blocked
	case sum >= 0:
		v.State = LikelyBlocked
	case j.reached:
		v.State = Reachable
	case j.down:
		v.State = Down
	default:
		v.State = TooLittleData
	}
	if v.State == TooLittleData && used == 0 {
		v.LogOdds = sightline.Estimate{State: sightline.TooLittleData, Denominator: seen, Unit: "log10 odds", Method: MethodVerdict, Reason: "no evidence either way"}
	}
	v.Evidence, v.Notes = j.evidence, j.notes
	if v.State.Interfered() && top != nil {
		v.Mechanism, v.Rule = top.Mechanism, top.Rule.ID+"@"+RulesVersion
		v.Blames = o.Network
		// A fingerprint names the page, even where another layer weighs the
		// same, if the page is at home here; if not, it is evidence all the same.
		for i := range j.evidence {
			e := &j.evidence[i]
			if e.Fingerprint == nil || e.Rule.LR <= 1 {
				continue
			}
			if v.Fingerprint = e.Fingerprint; !v.Fingerprint.Placed(o.Country) {
				v.Fingerprint = Match(j.hits, o.Country)
			}
			if v.Fingerprint != nil {
				break
			}
		}
		v.Vendor, v.Product = Maker(j.hits, v.Fingerprint)
		if strings.HasPrefix(string(v.Mechanism), "dns.") && o.Resolver != 0 && o.Network != 0 && o.Resolver != o.Network {
			v.Blames = o.Resolver
			v.Notes = append(v.Notes, NoteResolver)
		}
		return
	}
	v.Mechanism = j.server
	if against != nil {
		v.Rule = against.Rule.ID + "@" + RulesVersion
	}
}

// round keeps three decimals, more than the numbers are good for, so that the
// last bits of a sum are not printed.
func round(x float64) float64 { return math.Round(x*1000) / 1000 }

// Packet is the provenance of a verdict. Inputs name the measurement and the
// set of fingerprints by their hashes; the first is what the caller has read.
func (v *Verdict) Packet(measurement sightline.Input, code string) sightline.Packet {
	p := sightline.Packet{Schema: sightline.PacketSchema, Method: MethodVerdict, Inputs: []sightline.Input{measurement}, Result: v.LogOdds, Code: code,
		Parameters: map[string]string{"rules": v.Rules, "rule": v.Rule, "state": v.State.String(), "mechanism": string(v.Mechanism)}}
	if v.Fingerprints != "" {
		p.Inputs = append(p.Inputs, sightline.Input{Name: "fingerprints", SHA256: v.Fingerprints})
	}
	return p
}
