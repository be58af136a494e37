package interference

import (
	"strings"

	"sightline"
	"sightline/censoredplanet"
)

// Exchange is one trial of Hyperquack: a name sent to a server that has
// nothing to do with it.
type Exchange struct {
	Control bool // a name that nobody blocks
	Matches bool // the server said what it always says
	Failure Failure
	Status  int
	Server  string
	Hits    []*Fingerprint
}

// Compared is an answer of an open resolver, with what it has in common with
// the control resolvers' answers.
type Compared struct {
	Answer
	Address, Certificate, Page, Network bool
	Tagged                              bool // anything is known of the address
	Hits                                []*Fingerprint
}

// FromCensoredPlanet makes observations of a result of Censored Planet. The
// test is "hyperquack" or "satellite"; set may be nil.
func FromCensoredPlanet(r *censoredplanet.Record, set *Set) Observations {
	o := Observations{Test: "satellite", Version: "2", Start: r.Start, Target: r.Target, Host: strings.ToLower(r.Target)}
	if set != nil {
		o.fingerprints = set.hash
	}
	if c, ok := sightline.LookupCountry(r.CountryCode); ok && len(r.CountryCode) == 2 {
		o.Country = c
	}
	o.Control.Present = r.Live
	if r.Kind == censoredplanet.Hyperquack {
		o.Test, o.Scheme = "hyperquack", r.Service
		for _, t := range bounded(&o, r.Trials) {
			x := Exchange{Control: t.Control, Matches: t.Matches, Failure: ParseFailure(t.Error), Status: t.Status}
			var hs []Header
			for _, h := range t.Headers {
				hs = append(hs, Header(h))
				if strings.EqualFold(h.Name, "server") {
					x.Server = strings.ToLower(h.Value)
				}
			}
			if !t.Matches {
				x.Hits = set.Page(hs, []byte(t.Body))
			}
			o.Exchanges = append(o.Exchanges, x)
		}
		return o
	}
	o.Control.Present = r.Live && r.Compared
	for _, a := range bounded(&o, r.Answers) {
		x := Compared{Answer: Answer{a.Addr, asn(a.ASN)}, Tagged: a.Tagged, Hits: set.Answer(a.Addr.String())}
		for _, w := range a.Matched {
			switch w {
			case "ip":
				x.Address = true
			case "cert":
				x.Certificate = true
			case "http":
				x.Page = true
			case "asnum", "asname":
				x.Network = true
			}
		}
		o.Compared = append(o.Compared, x)
	}
	d := DNS{Host: o.Host}
	for _, c := range bounded(&o, r.RCodes) {
		f := NoFailure
		switch c {
		case 0:
			continue
		case 3:
			f = NXDomain
		case -1:
			f = DNSTimeout
		default:
			f = DNSRefused
		}
		if d.Failure == NoFailure || d.Failure == DNSTimeout {
			d.Failure = f
		}
	}
	if len(o.Compared) > 0 {
		d.Failure = NoFailure
	}
	for _, a := range o.Compared {
		d.Answers = append(d.Answers, a.Answer)
	}
	if d.Failure != NoFailure || len(d.Answers) > 0 {
		o.DNS = append(o.DNS, d)
	}
	return o
}

// hyperquack weighs trials. The server is the control: it answered a name that
// nobody blocks before and after.
func (j *judge) hyperquack() {
	o := j.o
	if !o.Control.Present {
		j.note(NoteNoControl)
		return
	}
	layer, rule := LayerHTTP, "quack.failure.control_ok"
	if o.Scheme == "https" {
		layer, rule = LayerTLS, "quack.tls.control_ok"
	}
	n, match, fail := 0, 0, 0
	var first Failure
	var page *Exchange
	for i := range o.Exchanges {
		x := &o.Exchanges[i]
		if x.Control || x.Failure == Instrument {
			continue
		}
		n++
		switch {
		case x.Matches:
			match++
		case x.Failure != NoFailure:
			fail++
			if first == NoFailure {
				first = x.Failure
			}
		default:
			page = x
		}
	}
	switch {
	case n == 0:
		return
	case match > 0 && fail == 0 && page == nil, match*2 > n:
		j.reached = true
		j.add("quack.match", "", "%d of %d as always", match, n)
		return
	case fail > 0:
		if match > 0 || fail < 2 {
			rule = "quack.some"
		}
		j.add(rule, mechanismOf(layer, first), "%d of %d failed by %s, and the controls did not", fail, n, first)
	}
	if page == nil {
		return
	}
	f := Best(page.Hits, o.Country)
	if f == nil {
		// Servers of content networks and web hosts answer some names in
		// their own way; a page that nobody knows is weak evidence.
		j.add("quack.page", HTTPError, "another answer than always, status %d", page.Status)
		return
	}
	j.hits = append(j.hits, page.Hits...)
	j.blockpage(f, HTTPBlockpage)
}

// satellite weighs the answers of an open resolver.
func (j *judge) satellite() {
	o := j.o
	if !o.Control.Present {
		j.note(NoteNoControl)
		return
	}
	if len(o.DNS) == 0 {
		return
	}
	if f := o.DNS[0].Failure; f != NoFailure {
		j.failed = true
		rule := "satellite.failure.control_ok" // resolvers fail and refuse for reasons of their own
		if f == NXDomain {
			rule = "satellite.denial.control_ok"
		}
		j.add(rule, mechanismOf(LayerDNS, f), "%s, and the control resolvers found the name", f)
		return
	}
	bogons, same, network, unknown := 0, 0, 0, 0
	for _, a := range o.Compared {
		for _, f := range a.Hits {
			if a.Address {
				continue
			}
			j.hits = append(j.hits, f)
			switch {
			case f.ExpectedIn(o.Country):
				j.hit("dns.blockpage.country", DNSInjectionPage, f)
			case len(f.Countries) == 0:
				j.hit("dns.blockpage.unplaced", DNSInjectionPage, f)
			default:
				j.hit("dns.blockpage.elsewhere", DNSInjectionPage, f)
				j.note(NoteForeignPage)
			}
		}
		switch {
		case a.Address || a.Certificate || a.Page:
			same++
		case bogon(a.Addr):
			bogons++
		case a.Network:
			network++
		case !a.Tagged:
			unknown++
		}
	}
	switch {
	case same > 0:
		j.reached = true
		j.add("dns.consistent", "", "the control resolvers' address, page or certificate")
	case bogons == len(o.Compared):
		j.add("dns.bogon", DNSInjectionBogon, "an address that no public host can have")
	case network > 0:
		j.reached = true
		j.add("dns.same_network", "", "an address in a network of the control's")
		j.note(NoteGeo)
	case unknown == len(o.Compared):
		// Nothing is known of the addresses.
	case otherOwner(o.DNS[0].Answers):
		j.add("dns.other_owner", DNSInjectionOther, "an address of a firm that hosts nobody else")
	default:
		j.add("dns.unmatched", DNSInjectionOther, "an address with nothing in common with the control's")
	}
}
