package interference

import (
	"net/netip"
	"slices"
	"strings"
)

// web judges web_connectivity 0.0 to 0.5 and what Censored Planet measures of
// websites.
func (j *judge) web(skewed bool) {
	o := j.o
	if !o.Control.Present {
		j.note(NoteNoControl)
	}
	j.ipv6()
	v := j.vouch()
	j.dns(v)
	if j.dnsOnly() {
		j.failed = true
	}
	j.tcp(v)
	j.tls(v, skewed)
	j.http(v, skewed)
}

// vouched is what is known of addresses of the target.
type vouched struct {
	addrs   []netip.Addr // the control's, or of an encrypted query that agrees with nobody else's forgery, or with a valid certificate
	valid   []netip.Addr // those with a valid certificate for the name
	control []Answer     // the control's, without those no host can have
	system  []Answer     // what people at the probe get
	sysFail Failure      // why they get none
	enc     []Answer     // by encrypted DNS
	encFail Failure      // why there is none
	asked   bool         // encrypted DNS was asked
	plain   []Answer     // in the clear, from a resolver that the probe chose
}

func addrIn(list []Answer, a netip.Addr) bool {
	return slices.ContainsFunc(list, func(x Answer) bool { return x.Addr == a })
}

func shares(a, b []Answer) bool {
	return slices.ContainsFunc(a, func(x Answer) bool { return addrIn(b, x.Addr) })
}

func sharesNetwork(a, b []Answer) bool {
	return slices.ContainsFunc(a, func(x Answer) bool {
		return x.ASN != 0 && slices.ContainsFunc(b, func(y Answer) bool { return y.ASN == x.ASN })
	})
}

// ipv6 notes IPv6 that does not work: more than half of at least two attempts
// failed while some attempt over IPv4 did not (OONI: more than 50 % of the
// failures of a report).
func (j *judge) ipv6() {
	fail, all, four := 0, 0, 0
	for _, c := range j.o.TCP {
		if c.Addr.Addr().Is6() {
			if all++; c.Failure != NoFailure {
				fail++
			}
		} else if c.Failure == NoFailure {
			four++
		}
	}
	if all > 0 && fail*2 > all && four > 0 {
		j.note(NoteIPv6)
	}
}

func (j *judge) vouch() *vouched {
	o := j.o
	v := &vouched{}
	for _, a := range o.Control.Addrs {
		if !bogon(a.Addr) {
			v.control = append(v.control, a)
			v.addrs = append(v.addrs, a.Addr)
		}
	}
	for _, d := range o.DNS {
		if d.Host != o.Host {
			continue
		}
		switch d.Resolver {
		case System:
			v.system = append(v.system, d.Answers...)
			if len(d.Answers) == 0 && d.Failure != NoFailure && (!d.AAAAOnly || v.sysFail == NoFailure) && v.sysFail.worth() <= d.Failure.worth() {
				v.sysFail = d.Failure
			}
		case Encrypted:
			v.asked = true
			v.enc = append(v.enc, d.Answers...)
			if len(d.Answers) == 0 && d.Failure != NoFailure && v.encFail.worth() <= d.Failure.worth() {
				v.encFail = d.Failure
			}
		case Plain:
			v.plain = append(v.plain, d.Answers...)
		}
	}
	if len(v.system) > 0 {
		v.sysFail = NoFailure
	}
	for _, h := range o.TLS {
		if h.Name == o.Host && h.Failure == NoFailure && !h.NoVerify && h.Addr.IsValid() {
			v.valid = append(v.valid, h.Addr.Addr())
		}
	}
	for _, e := range o.Control.TLS {
		if e.Failure == NoFailure {
			v.valid = append(v.valid, e.Addr.Addr())
		}
	}
	// Versions before 0.5 do not say at which address; what they fetched, they
	// fetched from what the system's resolver gave.
	for i := range o.HTTP {
		h := &o.HTTP[i]
		if !h.Classic || h.Scheme != "https" || h.Host != o.Host || h.Failure != NoFailure || h.Status == 0 || !j.verified(h) {
			continue
		}
		if h.Addr.IsValid() {
			v.valid = append(v.valid, h.Addr.Addr())
			continue
		}
		for _, a := range v.system {
			if !bogon(a.Addr) {
				v.valid = append(v.valid, a.Addr)
			}
		}
	}
	v.addrs = append(v.addrs, v.valid...)
	if o.Host != "" {
		if a, err := netip.ParseAddr(o.Host); err == nil {
			v.addrs = append(v.addrs, a.Unmap())
		}
	}
	// Without a control, encrypted DNS vouches.
	if len(v.control) == 0 {
		for _, a := range v.enc {
			if !bogon(a.Addr) {
				v.addrs = append(v.addrs, a.Addr)
			}
		}
	}
	return v
}

// worth orders failures by how much they say.
func (f Failure) worth() int {
	switch f {
	case NoFailure:
		return 0
	case DNSNoAnswer:
		return 1
	case DNSNoData:
		return 2
	}
	return 3
}

// dnsOnly reports whether the system's query failed.
func (j *judge) dnsOnly() bool {
	for _, d := range j.o.DNS {
		if d.Resolver == System && len(d.Answers) > 0 {
			return false
		}
	}
	return len(j.o.DNS) > 0
}

func (j *judge) dns(v *vouched) {
	o := j.o
	c := &o.Control
	if v.sysFail == Instrument || o.Host == "" {
		return
	}
	if v.sysFail != NoFailure {
		mech := mechanismOf(LayerDNS, v.sysFail)
		switch {
		case len(v.control) > 0 && v.asked && len(v.enc) == 0 && (v.encFail == NXDomain || v.encFail == DNSNoAnswer) && v.encFail.worth() >= v.sysFail.worth():
			j.add("dns.failure.encrypted_fails", mech, "%s by system and by encrypted DNS alike", v.sysFail)
		case len(v.control) > 0 && (v.sysFail == DNSNoData || v.sysFail == DNSNoAnswer):
			j.add("dns.nodata.control_ok", mech, "%s, and the control found the name", v.sysFail)
		case len(v.control) > 0:
			j.add("dns.failure.control_ok", mech, "%s, and the control found the name", v.sysFail)
		case c.Present && (c.DNSFailure != NoFailure || len(c.Addrs) == 0 && c.HTTP != nil && c.HTTP.Failure != NoFailure):
			j.add("dns.failure.control_fails", "", "%s, and the control did not find the name either", v.sysFail)
			j.down = true
		case len(v.enc) > 0:
			j.add("dns.failure.encrypted_ok", mech, "%s, and encrypted DNS found the name", v.sysFail)
		default:
			j.add("dns.failure.no_control", "", "%s, and nothing to compare with", v.sysFail)
		}
		return
	}
	if len(v.system) == 0 {
		if c.Present && c.DNSFailure != NoFailure {
			j.down = true
		}
		return
	}
	system := v.system
	for _, d := range o.DNS {
		if d.Host != o.Host || d.Resolver != System {
			continue
		}
		for _, f := range d.Hits {
			if shares(d.Answers, c.Addrs) {
				continue
			}
			j.hits = append(j.hits, f)
			switch {
			case f.ExpectedIn(o.Country):
				j.hit("dns.blockpage.country", DNSInjectionPage, f)
			case len(f.Countries) == 0 || o.Country.IsZero():
				j.hit("dns.blockpage.unplaced", DNSInjectionPage, f)
				j.unplaced(f)
			default:
				j.hit("dns.blockpage.elsewhere", DNSInjectionPage, f)
				j.note(NoteForeignPage)
			}
		}
	}
	bogons := 0
	for _, a := range system {
		if bogon(a.Addr) {
			bogons++
		}
	}
	trusted := func(a netip.Addr) bool { return slices.Contains(v.valid, a) }
	switch {
	case bogons == len(system):
		if slices.ContainsFunc(c.Addrs, func(a Answer) bool { return bogon(a.Addr) }) {
			j.add("dns.bogon.control_too", "", "the control got an address of this kind too")
			j.note(NotePoisoned)
			j.down = true
		} else if len(v.control) > 0 || len(v.enc) > 0 && !slices.ContainsFunc(v.enc, func(a Answer) bool { return bogon(a.Addr) }) {
			j.add("dns.bogon", DNSInjectionBogon, "an address that no public host can have")
		} else if c.DNSFailure != NoFailure {
			j.add("dns.unmatched.dead", DNSInjectionBogon, "an address that no public host can have, for a name that the control did not find")
		} else {
			j.add("dns.unmatched.unreachable", DNSInjectionBogon, "an address that no public host can have, and no control")
		}
		return
	case shares(system, v.control):
		j.add("dns.consistent", "", "the control's address")
		return
	case c.Present && c.DNSFailure == NXDomain && len(c.Addrs) == 0 && len(v.enc) == 0:
		j.ghost(v)
		return
	}
	// An answer in the clear from a resolver abroad that is the local
	// resolver's, while the encrypted one is another: something on the way
	// answers. A valid certificate does not clear it, since a proxy that
	// passes TLS on shows one too.
	if v.asked && len(v.enc) > 0 && shares(system, v.plain) && !shares(system, v.enc) && !sharesNetwork(system, v.enc) && !sharesNetwork(system, v.control) && len(v.control) > 0 {
		j.add("dns.rewritten", DNSInjectionOther, "the same answer from the local and from a foreign resolver in the clear, another by encrypted DNS and for the control")
		return
	}
	if slices.ContainsFunc(system, func(a Answer) bool { return trusted(a.Addr) }) {
		j.add("dns.tls_consistent", "", "valid certificate at that address")
		return
	}
	if shares(system, v.enc) && len(v.control) == 0 {
		j.add("dns.consistent", "", "the address that encrypted DNS gave")
		return
	}
	if len(v.control) == 0 && len(v.enc) == 0 {
		return // nothing to compare with
	}
	// From here on no address is the control's.
	badCert := false
	for _, h := range o.TLS {
		if h.Name == o.Host && h.Failure.isCertificate() && addrIn(system, h.Addr.Addr()) {
			badCert = true
		}
	}
	for _, e := range c.TLS {
		if e.Failure.isCertificate() && addrIn(system, e.Addr.Addr()) {
			badCert = true
		}
	}
	tried, open := 0, 0
	for _, t := range o.TCP {
		if addrIn(system, t.Addr.Addr()) && t.Failure != Instrument {
			if tried++; t.Failure == NoFailure {
				open++
			}
		}
	}
	controlDead := false
	for _, e := range c.TCP {
		if addrIn(system, e.Addr.Addr()) {
			if e.Failure == NoFailure {
				controlDead = false
				break
			}
			controlDead = true
		}
	}
	fetched := c.HTTP != nil && c.HTTP.Failure == NoFailure || len(v.valid) > 0
	switch {
	case badCert && fetched:
		j.add("dns.tls_inconsistent", DNSInjectionOther, "a certificate of another name at that address")
	case otherOwner(system) && (networksKnown(v.control) || networksKnown(v.enc)) && !sharesNetwork(system, v.control) && !sharesNetwork(system, v.enc):
		j.add("dns.other_owner", DNSInjectionOther, "an address of a firm that hosts nobody else")
	case tried > 0 && open == 0 && controlDead:
		j.add("dns.unmatched.dead", DNSInjectionOther, "an address where nobody answers, the control included")
	case tried > 0 && open == 0 && fetched:
		j.add("dns.unmatched.unreachable", DNSInjectionOther, "an address that the control did not get, where nobody answers")
	case sharesNetwork(system, v.control) || sharesNetwork(system, v.enc):
		j.add("dns.same_network", "", "an address in a network of the control's")
		j.note(NoteGeo)
	default:
		j.add("dns.unmatched", DNSInjectionOther, "an address and network that the control did not get")
	}
}

// otherOwner reports whether all addresses lie in networks whose owners host
// only themselves: Meta, Twitter and Dropbox. Injected answers use them (Hoang
// and others, "How Great is the Great Firewall?", USENIX Security 2021, section
// 5); for a name of theirs the control gets the same network, and this is not
// asked.
func otherOwner(list []Answer) bool {
	for _, a := range list {
		switch a.ASN {
		case 32934, 13414, 19679:
		default:
			return false
		}
	}
	return len(list) > 0
}

// networksKnown reports whether the network of some address is known: without,
// sharing none says nothing.
func networksKnown(list []Answer) bool {
	return slices.ContainsFunc(list, func(a Answer) bool { return a.ASN != 0 })
}

// ghost weighs an answer for a name that does not exist elsewhere. Resolvers
// of providers answer so to sell advertisements, but only their own; where the
// name was once blocked, what blocks goes on answering.
func (j *judge) ghost(v *vouched) {
	open := false
	for _, t := range j.o.TCP {
		if addrIn(v.system, t.Addr.Addr()) && t.Failure == NoFailure {
			open = true
		}
	}
	switch {
	case v.asked && v.encFail == NXDomain && shares(v.system, v.plain):
		j.add("dns.ghost.rewritten", DNSInjectionOther, "an answer in the clear, also from a foreign resolver, for a name that neither encrypted DNS nor the control found")
	case !open:
		j.add("dns.ghost.dead", DNSInjectionOther, "an answer where nobody answers, for a name that the control did not find")
	default:
		j.add("dns.ghost.open", DNSInjectionOther, "an answer for a name that the control did not find")
	}
}

func (j *judge) tcp(v *vouched) {
	o := j.o
	ok4, fail4, ok6 := 0, 0, 0
	var mech Mechanism
	var first Failure
	controlOK, controlFail := 0, 0
	for _, t := range o.TCP {
		a := t.Addr.Addr()
		if t.Addr.Port() != o.Port || t.Depth > 0 || !slices.Contains(v.addrs, a) {
			continue
		}
		switch {
		case t.Failure == NoFailure && a.Is6():
			ok6++
		case t.Failure == NoFailure:
			ok4++
		case t.Failure == Instrument || a.Is6():
			// IPv6 that fails alone is no finding; see ipv6.
		default:
			fail4++
			if first == NoFailure {
				first, mech = t.Failure, mechanismOf(LayerTCP, t.Failure)
			}
			for _, e := range o.Control.TCP {
				if e.Addr == t.Addr {
					if e.Failure == NoFailure {
						controlOK++
					} else {
						controlFail++
					}
				}
			}
		}
	}
	http := o.Control.HTTP
	switch {
	case ok4+ok6 > 0:
		j.add("tcp.ok", "", "connected")
	case fail4 == 0:
	case controlOK > 0:
		j.failed = true
		j.add("tcp.failure.control_ok", mech, "%s, and the control connected", first)
	case controlFail > 0:
		j.failed, j.down = true, true
		j.add("tcp.failure.control_fails", "", "%s, and the control could not connect either", first)
	case http != nil && http.Failure == NoFailure:
		j.failed = true
		j.add("tcp.failure.fetch_ok", mech, "%s, and the control fetched the page", first)
	case http != nil:
		j.failed, j.down = true, true
		j.add("tcp.failure.control_fails", "", "%s, and the control could not fetch the page", first)
	default:
		j.failed = true
		j.add("tcp.failure.no_control", "", "%s, and nothing to compare with", first)
	}
}

// usable reports whether a certificate failure can be held against a network:
// not where the probe's clock or trust store explains it.
func (j *judge) usable(f Failure, skewed bool) bool {
	if f == TLSCertificate && skewed {
		return false
	}
	if f == TLSAuthority && j.staleTrust() {
		j.note(NoteTrust)
		return false
	}
	return true
}

// staleTrust tells a trust store that is out of date from a network that
// breaks TLS: two names or more with an unknown authority, none without.
func (j *judge) staleTrust() bool {
	var bad []string
	for _, h := range j.o.TLS {
		if h.Failure == NoFailure && !h.NoVerify {
			return false
		}
		if h.Failure == TLSAuthority && !slices.Contains(bad, h.Name) {
			bad = append(bad, h.Name)
		}
	}
	return len(bad) >= 2
}

func (j *judge) tls(v *vouched, skewed bool) {
	o := j.o
	if o.Scheme != "https" {
		return // what a plain fetch does not need is not judged
	}
	var first *TLS
	for i := range o.TLS {
		h := &o.TLS[i]
		if h.Name != o.Host || h.Depth > 0 || h.Addr.IsValid() && !slices.Contains(v.addrs, h.Addr.Addr()) || h.Failure == Instrument {
			continue
		}
		if h.Addr.IsValid() && h.Addr.Addr().Is6() && h.Failure != NoFailure {
			continue
		}
		if h.Failure == NoFailure {
			if !h.NoVerify {
				j.add("tls.valid", "", "valid certificate")
				return
			}
			continue
		}
		if first == nil {
			first = h
		}
	}
	if first == nil {
		return
	}
	j.failed = true
	if first.Failure == OtherFailure || !j.usable(first.Failure, skewed) {
		return // a failure that nobody has named says nothing
	}
	http := o.Control.HTTP
	known, good := false, false
	for _, e := range o.Control.TLS {
		if e.Addr == first.Addr {
			known, good = true, e.Failure == NoFailure
		}
	}
	if !known && http != nil {
		known, good = true, http.Failure == NoFailure
	}
	j.blameTLS(first.Failure, known, good, "tls.reset.control_ok", "tls.other.control_ok", "tls.certificate.control_ok")
}

func (j *judge) blameTLS(f Failure, known, good bool, reset, other, cert string) {
	mech := mechanismOf(LayerTLS, f)
	switch {
	case !known:
		j.add("tls.failure.no_control", mech, "%s, and nothing to compare with", f)
	case !good:
		j.down = true
		j.add("tls.failure.control_fails", "", "%s, and the control failed too", f)
	case f == Reset:
		j.add(reset, mech, "%s in the handshake, and the control had none", f)
	case f.isCertificate():
		j.add(cert, mech, "%s, and the control saw a valid certificate", f)
	default:
		j.add(other, mech, "%s in the handshake, and the control had none", f)
	}
}

// final is the exchange that ends the fetch on the way that people use: the
// deepest, and of those the first, since the order is that of time reversed.
func (j *judge) final() *HTTP {
	var last *HTTP
	for i := range j.o.HTTP {
		h := &j.o.HTTP[i]
		if h.Classic && (last == nil || h.Depth > last.Depth) {
			last = h
		}
	}
	return last
}

func (j *judge) http(v *vouched, skewed bool) {
	o := j.o
	control := o.Control.HTTP
	controlOK := control != nil && control.Failure == NoFailure
	last := j.final()
	if last == nil {
		// Nothing was fetched on the way that people use.
		if o.Control.Present && control != nil && control.Failure != NoFailure {
			j.down = true
		}
		j.redirects(controlOK, skewed)
		return
	}
	same := last.Status != 0 && controlOK && last.matches(control)
	j.pages(last, same)
	switch {
	case last.Failure == BadRedirect:
		// The server named an address that is none; it answered for that.
		j.server, j.reached = ServerRedirect, true
		j.note(NoteServerSide)
	case last.Failure == Instrument:
	case last.Failure != NoFailure && last.Status != 0 && (last.Failure == Timeout || last.Failure == EOF) && controlOK:
		j.failed = true
		mech := HTTPThrottle
		if last.Scheme == "https" {
			mech = TLSThrottle
		}
		j.add("http.stalled.control_ok", mech, "%s within the body, and the control got it whole", last.Failure)
	case last.Failure != NoFailure:
		j.failed = true
		j.fetchFailed(v, last, control, skewed)
	case last.Status >= 300 && last.Status < 400 && j.redirects(controlOK, skewed):
	case last.Status == 0:
	case last.Scheme == "https" && j.verified(last):
		j.reached = true
		j.add("http.verified", "", "page with a valid certificate")
		if last.Status >= 400 && controlOK && control.Status < 400 {
			j.server = serverSide(last)
			j.note(NoteServerSide)
		}
	case same:
		j.reached = true
		j.add("http.match", "", "the control's page")
	case controlOK:
		j.compare(last, control)
	default:
		// An answer in the clear, and none of the control's to compare with. For
		// a name that the control did not find it is nobody's page.
		if c := &o.Control; c.DNSFailure == NXDomain && len(c.Addrs) == 0 {
			j.down = true
		} else if control != nil {
			j.reached = true
		}
	}
}

// fetchFailed weighs a fetch that failed above TCP, or after a redirect.
func (j *judge) fetchFailed(v *vouched, last, control *HTTP, skewed bool) {
	o := j.o
	if j.redirects(control != nil && control.Failure == NoFailure, skewed) {
		return
	}
	first := last.Host == o.Host
	f := last.Failure
	// A layer below has said it already, with the control's view of it.
	below := false
	for _, e := range j.evidence {
		if e.Rule.LR > 0 || strings.Contains(e.Rule.ID, "control_fails") {
			below = true
		}
	}
	if first && below {
		if control != nil && control.Failure != NoFailure && control.Failure != OtherFailure {
			j.down = true
		}
		return
	}
	if f == OtherFailure || !j.usable(f, skewed) {
		return // a failure that nobody has named says nothing
	}
	layer := LayerHTTP
	switch {
	case f.isDNS():
		layer = LayerDNS
	case f.isCertificate() || f == TLSOther:
		layer = LayerTLS
	case f == Refused || f == Unreachable:
		layer = LayerTCP
	case last.Scheme == "https" && !j.shook(last):
		layer = LayerTLS
	}
	mech := mechanismOf(layer, f)
	if layer == LayerHTTP && last.Scheme == "https" {
		mech = mechanismOf(LayerTLS, f) // what is seen of it on the way
	}
	switch {
	case control == nil:
		j.add("http.failure.no_control", mech, "%s, and nothing to compare with", f)
	case control.Failure != NoFailure:
		j.down = true
		j.add("http.failure.control_fails", "", "%s, and the control failed too", f)
	case !first:
		j.add("redirect."+layer.String()+".control_ok", mech, "%s after a redirect, and the control fetched the page", f)
	case layer == LayerDNS:
		j.add("dns.failure.control_ok", mech, "%s, and the control found the name", f)
	case layer == LayerTCP:
		j.add("tcp.failure.fetch_ok", mech, "%s, and the control fetched the page", f)
	case layer == LayerTLS:
		j.blameTLS(f, true, true, "tls.reset.control_ok", "tls.other.control_ok", "tls.certificate.control_ok")
	case f == Reset:
		j.add("http.reset.control_ok", mech, "%s, and the control fetched the page", f)
	default:
		j.add("http.failure.control_ok", mech, "%s, and the control fetched the page", f)
	}
}

// shook reports whether a handshake for the exchange is known to have come to
// its end, so that what failed came after.
func (j *judge) shook(h *HTTP) bool {
	return h.Addr.IsValid() && slices.ContainsFunc(j.o.TLS, func(t TLS) bool {
		return t.Addr == h.Addr && t.Name == h.Host && t.Failure == NoFailure
	})
}

// redirects looks at hosts that the fetch was sent on to, where the rows of
// each layer tell what happened. It reports whether it found a failure.
func (j *judge) redirects(controlOK, skewed bool) bool {
	o := j.o
	if !controlOK {
		return false
	}
	// What the fetch reached at the deepest level, so that only the last
	// step is judged.
	deepest := 0
	for _, d := range o.DNS {
		deepest = max(deepest, d.Depth)
	}
	for _, t := range o.TCP {
		deepest = max(deepest, t.Depth)
	}
	if deepest == 0 {
		return false
	}
	for _, h := range o.HTTP {
		if h.Depth == deepest && h.Failure == NoFailure && h.Classic {
			return false
		}
	}
	fail := NoFailure
	ok := 0
	for _, d := range o.DNS {
		if d.Depth == deepest && d.Resolver == System {
			if d.Failure == NoFailure && len(d.Answers) > 0 {
				ok++
			} else if d.Failure != NoFailure && d.Failure != Instrument && !d.AAAAOnly {
				fail = d.Failure
			}
		}
	}
	if fail != NoFailure && ok == 0 {
		j.failed = true
		j.add("redirect.dns.control_ok", mechanismOf(LayerDNS, fail), "%s after a redirect, and the control fetched the page", fail)
		return true
	}
	fail, ok = NoFailure, 0
	for _, t := range o.TCP {
		if t.Depth == deepest && !t.Addr.Addr().Is6() && t.Failure != Instrument {
			if t.Failure == NoFailure {
				ok++
			} else if fail == NoFailure {
				fail = t.Failure
			}
		}
	}
	if fail != NoFailure && ok == 0 {
		j.failed = true
		j.add("redirect.tcp.control_ok", mechanismOf(LayerTCP, fail), "%s after a redirect, and the control fetched the page", fail)
		return true
	}
	for _, h := range o.HTTP {
		if h.Depth == deepest && h.Scheme == "http" && h.Failure != NoFailure && h.Failure != Instrument && h.Failure != BadRedirect && h.Failure != OtherFailure {
			j.failed = true
			j.add("redirect.http.control_ok", mechanismOf(LayerHTTP, h.Failure), "%s after a redirect, and the control fetched the page", h.Failure)
			return true
		}
	}
	fail, ok = NoFailure, 0
	for _, h := range o.TLS {
		if h.Depth == deepest && h.Failure != Instrument && !(h.Addr.IsValid() && h.Addr.Addr().Is6()) {
			if h.Failure == NoFailure {
				ok++
			} else if fail == NoFailure {
				fail = h.Failure
			}
		}
	}
	if fail != NoFailure && fail != OtherFailure && ok == 0 && j.usable(fail, skewed) {
		j.failed = true
		j.add("redirect.tls.control_ok", mechanismOf(LayerTLS, fail), "%s in the handshake after a redirect, and the control fetched the page", fail)
		return true
	}
	return false
}

// verified reports whether the exchange went through a handshake whose
// certificate was checked. A probe reports a fetch over TLS only after one,
// unless it says that it did not verify.
func (j *judge) verified(h *HTTP) bool {
	if h.Host == "" {
		return false
	}
	for _, t := range j.o.TLS {
		if t.Name == h.Host && t.Failure == NoFailure && t.NoVerify && (!t.Addr.IsValid() || t.Addr == h.Addr) {
			return false
		}
	}
	return true
}

// pages weighs fingerprints. A page that the control got too, and one that
// came with a valid certificate of the site that was asked for, is the site's
// own, whatever it says.
func (j *judge) pages(last *HTTP, same bool) {
	o := j.o
	for i := range o.HTTP {
		h := &o.HTTP[i]
		if len(h.Hits) == 0 || h.Status == 0 {
			continue
		}
		f := Best(h.Hits, o.Country)
		if f == nil {
			continue
		}
		if h == last && same {
			j.note(NotePage)
			continue
		}
		if h.Scheme == "https" && (h.Host == o.Host || underName(h.Host, o.Host)) && j.verified(h) {
			j.note(NoteOwnCert)
			continue
		}
		j.hits = append(j.hits, h.Hits...)
		mech := HTTPBlockpage
		if strings.HasPrefix(f.Location, "header.location") && h.Status >= 300 && h.Status < 400 {
			mech = HTTPRedirect
		}
		j.blockpage(f, mech)
	}
}

// blockpage weighs a page that is like a block page.
func (j *judge) blockpage(f *Fingerprint, mech Mechanism) {
	in := j.o.Country
	switch {
	case f.Scope == ProductPage && f.BeforeServers != "":
		j.hit("http.blockpage.either_side", mech, f)
		j.note(NoteEitherSide)
	case f.Scope == ProductPage || f.Scope == Institution:
		j.hit("http.blockpage.product", mech, f)
	case f.ExpectedIn(in):
		j.hit("http.blockpage.country", mech, f)
	case len(f.Countries) == 0 || in.IsZero():
		j.hit("http.blockpage.unplaced", mech, f)
		j.unplaced(f)
	default:
		j.hit("http.blockpage.elsewhere", mech, f)
		j.note(NoteForeignPage)
	}
}

// unplaced notes that a page cannot be named, since its pattern is known from a
// country and the probe's is not known.
func (j *judge) unplaced(f *Fingerprint) {
	if !f.Placed(j.o.Country) {
		j.note(NoteUnplaced)
	}
}

// underName reports whether a is b with or without www, or below it.
func underName(a, b string) bool {
	a, b = strings.TrimPrefix(a, "www."), strings.TrimPrefix(b, "www.")
	return a == b || b != "" && strings.HasSuffix(a, "."+b)
}

// bodyRatio is the shorter length over the longer; ok is false where one is
// not known. Two empty bodies are alike.
func bodyRatio(a, b *HTTP) (ratio float64, ok bool) {
	if a.Truncated || b.Truncated || a.BodyLength < 0 || b.BodyLength < 0 {
		return 0, false
	}
	if a.BodyLength == b.BodyLength {
		return 1, true
	}
	return float64(min(a.BodyLength, b.BodyLength)) / float64(max(a.BodyLength, b.BodyLength)), true
}

// headersAgree compares the names of uncommon headers, as ts-017 does: the
// same names, or one that both have.
func headersAgree(a, b *HTTP) bool {
	if slices.Equal(a.Names, b.Names) && len(a.Names) > 0 {
		return true
	}
	return slices.ContainsFunc(a.Names, func(n string) bool { return slices.Contains(b.Names, n) })
}

// titlesAgree compares the words of more than four letters in order, until one
// title ends (ts-017). known is false where a title has no such word.
func titlesAgree(a, b string) (agree, known bool) {
	x, y := longWords(a), longWords(b)
	if len(x) == 0 || len(y) == 0 {
		return false, false
	}
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return false, true
		}
	}
	return true, true
}

func longWords(s string) (out []string) {
	for w := range strings.FieldsSeq(strings.ToLower(s)) {
		if len([]rune(w)) > 4 {
			out = append(out, w)
		}
	}
	return out
}

// minBodyRatio is the share of the longer body above which two pages are taken
// for one (ts-017; Jones and others, 2014, give 0.70 a true-positive rate of
// 95 % at 1.4 % false positives).
const minBodyRatio = 0.7

// matches is the rule of ts-017: the status agrees, and one of body, headers
// and title.
func (h *HTTP) matches(c *HTTP) bool {
	if h.Status != c.Status && h.Status/100 != c.Status/100 {
		return false
	}
	if r, ok := bodyRatio(h, c); ok && r > minBodyRatio {
		return true
	}
	if headersAgree(h, c) {
		return true
	}
	agree, _ := titlesAgree(h.Title, c.Title)
	return agree
}

// compare weighs a page in the clear that is not the control's.
func (j *judge) compare(h, c *HTTP) {
	j.answered = true
	if s := serverSide(h); s != "" || h.Status >= 400 && sameServer(h, c) {
		if j.server = s; s == "" {
			j.server = ServerDenial
		}
		j.reached = true
		j.note(NoteServerSide)
		j.add("http.server_side", j.server, "the server turned the probe away with status %d", h.Status)
		return
	}
	if c.Status >= 400 && h.Status >= 400 {
		j.reached = true // refused to both
		return
	}
	n := 0
	if h.Status != c.Status {
		n++
	}
	if r, ok := bodyRatio(h, c); ok && r <= minBodyRatio {
		n++
	}
	if !headersAgree(h, c) {
		n++
	}
	if agree, known := titlesAgree(h.Title, c.Title); known && !agree || c.Title != "" && h.Title == "" {
		n++
	}
	for _, f := range h.Hits {
		if f.Scope == FalsePositive || f.Scope == ServerSide {
			n-- // a page known for other reasons
			break
		}
	}
	// A page that only a vague phrase marks is a little more than a page that
	// differs.
	if n > 0 && n < 4 && slices.ContainsFunc(h.Hits, func(f *Fingerprint) bool { return f.Scope == Vague }) {
		n++
	}
	if n <= 0 {
		j.reached = true
		return
	}
	j.reached = n < 3
	id := [...]string{"", "http.diff.1", "http.diff.2", "http.diff.3", "http.diff.4"}[min(n, 4)]
	j.add(id, HTTPError, "a page unlike the control's: %d of status, length, headers and title differ", n)
}

// sameServer reports whether a refusal carries the marks of the server that
// answered the control: uncommon headers, or a Server header that is more than
// a common word.
func sameServer(h, c *HTTP) bool {
	return headersAgree(h, c) || h.Server != "" && h.Server == c.Server && len(h.Server) > len("microsoft-iis")
}

// serverSide recognises denial by a server or by what protects it: a pattern
// of that scope, or a status that only such servers give together with their
// name. It returns "" where nothing of the kind shows.
func serverSide(h *HTTP) Mechanism {
	captcha := false
	hit := false
	for _, f := range h.Hits {
		if f.Scope == ServerSide {
			hit = true
			for _, w := range [...]string{"captcha", "chl", "challenge", "sorry", "robot", "attention"} {
				captcha = captcha || strings.Contains(f.Name, w)
			}
		}
	}
	switch {
	case captcha && (h.Status >= 400 || h.Status == 200):
		return ServerCaptcha
	case hit && (h.Status >= 400 || h.Status == 200):
		return ServerDenial
	}
	switch h.Status {
	case 401, 403, 405, 406, 409, 429, 451, 503, 520, 521, 522, 523, 525, 530, 999:
		for _, s := range [...]string{"cloudflare", "akamaighost", "akamainetstorage", "cloudfront", "ddos-guard", "sucuri", "imperva", "incapsula", "fastly", "awselb", "qrator"} {
			if strings.Contains(h.Server, s) {
				return ServerDenial
			}
		}
		if h.Status == 429 || h.Status == 999 || h.Scheme == "https" {
			return ServerDenial
		}
	case 404, 410:
		if h.Scheme == "https" {
			return ServerGone
		}
	}
	return ""
}
