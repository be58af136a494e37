package interference

import (
	"bytes"
	"html"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/idna"

	"sightline"
	"sightline/ooni"
)

// FromOONI makes observations of a measurement of any test. Fingerprints are
// looked for on the way, since the pages are not kept; set may be nil.
func FromOONI(m *ooni.Measurement, set *Set) Observations {
	o := Observations{ID: m.UID, Report: m.ReportID, Test: m.TestName, Version: m.TestVersion, Start: m.Start, Target: m.Input}
	if set != nil {
		o.fingerprints = set.hash
	}
	if o.ID == "" {
		o.ID = m.Get("id").Str()
	}
	if o.ID == "" {
		o.ID = m.ReportID
	}
	if len(m.ProbeCC) == 2 && m.ProbeCC != "ZZ" {
		o.Country, _ = sightline.LookupCountry(m.ProbeCC)
	}
	o.Network, _ = sightline.ParseASN(m.ProbeASN)
	o.Resolver, _ = sightline.ParseASN(m.ResolverASN)
	if o.Received, _ = ooni.Received(m.UID); o.Start.IsZero() {
		o.Start = m.TestStart
	}
	if u, err := url.Parse(m.Input); err == nil && u.Host != "" {
		o.Scheme, o.Host, o.Port = u.Scheme, hostOf(u), portOf(u)
	}
	o.profile = strings.Join([]string{m.ProbeASN, m.ResolverASN, m.SoftwareName, m.SoftwareVersion, m.EngineVersion,
		m.Get("annotations", "platform").Str(), m.Get("annotations", "architecture").Str(), m.Get("annotations", "network_type").Str()}, "|")
	switch m.TestName {
	case "web_connectivity":
		o.rows(m, set)
		o.control(m)
	case "telegram", "whatsapp", "facebook_messenger", "signal":
		o.rows(m, set)
		o.Target = m.TestName
		o.service(m)
	case "tor":
		o.Target = "tor"
		o.tor(m)
	case "psiphon":
		o.Target = "psiphon"
		o.rows(m, set)
		p := Part{Name: "tunnel", N: 1}
		if f := ooni.FailureOf(m.Key("failure")); f != "" {
			p.Failures = []Failure{ParseFailure(string(f))}
		} else if t, ok := m.Key("bootstrap_time").Float(); ok && t > 0 {
			p.OK = 1
		} else {
			p.N = 0
		}
		o.Parts = append(o.Parts, p)
	}
	return o
}

// maxRows bounds how many rows of each kind, and how many answers, headers and
// endpoints within them, are looked at, since rows are compared with each
// other. Real measurements have at most a few hundred; of our choosing
// (TestHostileMeasurements).
const (
	maxRows    = 1000
	maxAnswers = 64 // of one query
)

// NoteTooManyRows says that rows were left out.
const NoteTooManyRows = "more rows than any probe writes: the rest is left out"

func bounded[T any](o *Observations, rows []T) []T {
	if len(rows) <= maxRows {
		return rows
	}
	if !slices.Contains(o.Notes, NoteTooManyRows) {
		o.Notes = append(o.Notes, NoteTooManyRows)
	}
	return rows[:maxRows]
}

func hostOf(u *url.URL) string { return hostName(u.Hostname()) }

// hostName is a name as DNS rows write it: lower case, without the last dot,
// in ASCII.
func hostName(s string) string {
	s = strings.TrimSuffix(strings.ToLower(s), ".")
	for i := range len(s) {
		if s[i] >= 0x80 {
			if a, err := idna.Lookup.ToASCII(s); err == nil {
				return a
			}
			break
		}
	}
	return s
}

func portOf(u *url.URL) uint16 {
	if n, err := strconv.ParseUint(u.Port(), 10, 16); err == nil {
		return uint16(n)
	}
	switch u.Scheme {
	case "http":
		return 80
	case "https":
		return 443
	}
	return 0
}

// rows reads the rows that all tests share.
func (o *Observations) rows(m *ooni.Measurement, set *Set) {
	queries := bounded(o, m.Queries())
	o.DNS = slices.Grow(o.DNS, len(queries))
	for _, q := range queries {
		d := DNS{Host: hostName(q.Host), Failure: ParseFailure(string(q.Failure)), AAAAOnly: q.Type == "AAAA", Depth: max(q.Depth, 0)}
		switch q.Engine {
		case "doh", "dot", "doq", "doh3":
			d.Resolver = Encrypted
		case "udp", "tcp":
			d.Resolver = Plain
		}
		for _, a := range q.Answers[:min(len(q.Answers), maxAnswers)] {
			d.Hits = append(d.Hits, set.Answer(a.Text)...)
			if addr, err := netip.ParseAddr(a.Text); err == nil {
				d.Answers = append(d.Answers, Answer{addr.Unmap(), asn(a.ASN)})
			}
		}
		o.DNS = append(o.DNS, d)
	}
	connects := bounded(o, m.TCPConnects())
	o.TCP = slices.Grow(o.TCP, len(connects))
	for _, c := range connects {
		if addr, err := netip.ParseAddr(c.IP); err == nil {
			o.TCP = append(o.TCP, TCP{netip.AddrPortFrom(addr.Unmap(), uint16(c.Port)), ParseFailure(string(c.Failure)), max(c.Depth, 0)})
		}
	}
	for _, h := range bounded(o, m.TLSHandshakes()) {
		o.TLS = append(o.TLS, TLS{addrPort(h.Address), hostName(h.ServerName), ParseFailure(string(h.Failure)), h.NoVerify, max(h.Depth, 0)})
	}
	requests := bounded(o, m.Requests())
	o.HTTP = slices.Grow(o.HTTP, len(requests))
	for _, r := range requests {
		if r.Tor {
			continue // what old tests fetched over Tor is their control
		}
		h := HTTP{URL: r.URL, Addr: addrPort(r.Address), Failure: ParseFailure(string(r.Failure)), Status: r.Status, Server: strings.ToLower(r.Header("server")),
			Truncated: r.Truncated, Depth: max(r.Depth, 0), Classic: r.Depth < 0 || tagged(r.Value, "classic")}
		if u, err := url.Parse(r.URL); err == nil {
			h.Scheme, h.Host = u.Scheme, hostOf(u)
		}
		var body []byte
		if o.ownPage(&h) {
			h.BodyLength = -1
		} else {
			body = r.Body()
			h.BodyLength, h.Title = len(body), title(body)
		}
		var hs []Header
		var name [maxHeaderName]byte
		for _, x := range bounded(o, r.Headers) {
			if set.looksAt(lower(name[:0], x.Name)) {
				hs = append(hs, Header{x.Name, string(x.Value)})
			}
		}
		h.Names = uncommon(r.Headers)
		h.Hits = set.Page(hs, body)
		o.HTTP = append(o.HTTP, h)
	}
	// Versions 0.5 before 0.5.28 do not say which exchanges used the system's
	// addresses; the addresses themselves do.
	if !slices.ContainsFunc(o.HTTP, func(h HTTP) bool { return h.Classic }) {
		for i := range o.HTTP {
			h := &o.HTTP[i]
			_, err := netip.ParseAddr(h.Host)
			h.Classic = err == nil || !h.Addr.IsValid() || slices.ContainsFunc(o.DNS, func(d DNS) bool { return d.Resolver == System && addrIn(d.Answers, h.Addr.Addr()) })
		}
	}
}

// ownPage reports whether a page came with a valid certificate of the site that
// was asked for. Nothing that it holds can be evidence of interference, so it
// is neither measured nor searched; its headers are.
func (o *Observations) ownPage(h *HTTP) bool {
	if h.Scheme != "https" || h.Failure != NoFailure || h.Status < 200 || h.Status > 299 || !underName(h.Host, o.Host) {
		return false
	}
	for _, t := range o.TLS {
		if t.NoVerify {
			return false
		}
	}
	return true
}

func asn(n int64) sightline.ASN {
	if n < 0 || n > 1<<32-1 {
		return 0
	}
	return sightline.ASN(n)
}

func addrPort(s string) netip.AddrPort {
	a, err := netip.ParseAddrPort(s)
	if err != nil {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
}

func tagged(v ooni.Value, tag string) bool {
	for t := range v.Get("tags").Items {
		if b, _ := t.Bytes(); string(b) == tag {
			return true
		}
	}
	return false
}

// commonHeader lists headers that say nothing of who answers (ts-017: headers
// that are common on all answers).
var commonHeader = func() map[string]bool {
	m := map[string]bool{}
	for _, n := range strings.Fields("date content-type server cache-control vary set-cookie location expires x-powered-by content-encoding last-modified accept-ranges pragma x-frame-options etag x-content-type-options age via p3p x-xss-protection content-language cf-ray strict-transport-security link x-varnish content-length connection transfer-encoding") {
		m[n] = true
	}
	return m
}()

// uncommon lists the names that are not common, in lower case and sorted.
func uncommon(headers []ooni.Header) (names []string) {
	var name [maxHeaderName]byte
	for _, x := range headers[:min(len(headers), maxRows)] {
		if !commonHeader[string(lower(name[:0], x.Name))] {
			names = append(names, strings.ToLower(x.Name))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// title is the text of the first title element within the first 64 KiB, at
// most 512 bytes of it.
func title(body []byte) string {
	body = body[:min(len(body), 64<<10)]
	for at := 0; at < len(body); {
		i := bytes.IndexByte(body[at:], '<')
		if i < 0 {
			return ""
		}
		at += i + 1
		if rest := body[at:]; len(rest) > 5 && rest[0]|0x20 == 't' && bytes.EqualFold(rest[:5], []byte("title")) {
			i := bytes.IndexByte(rest, '>')
			if i < 0 {
				return ""
			}
			rest = rest[i+1:]
			end := bytes.IndexByte(rest, '<')
			if end < 0 {
				end = len(rest)
			}
			return html.UnescapeString(strings.TrimSpace(string(rest[:min(end, 512)])))
		}
	}
	return ""
}

// control reads what the test helper saw.
func (o *Observations) control(m *ooni.Measurement) {
	v := m.Key("control")
	c := &o.Control
	if v.Len() == 0 || ooni.FailureOf(m.Key("control_failure")) != "" {
		return
	}
	dns, http := v.Get("dns"), v.Get("http_request")
	c.Present = !dns.IsNone() || !http.IsNone() || v.Get("tcp_connect").Len() > 0
	if f := ooni.FailureOf(dns.Get("failure")); f != "" {
		c.DNSFailure = ParseFailure(string(f))
	}
	for _, k := range [...]string{"addrs", "ips"} {
		for a := range dns.Get(k).Items {
			if addr, err := netip.ParseAddr(a.Str()); err == nil && len(c.Addrs) < maxAnswers {
				n, _ := v.Get("ip_info", a.Str(), "asn").Int()
				c.Addrs = append(c.Addrs, Answer{addr.Unmap(), asn(n)})
			}
		}
	}
	endpoints := func(list ooni.Value) (out []Endpoint) {
		for k, x := range list.Fields {
			e := Endpoint{Addr: addrPort(k)}
			if !x.Get("status").True() {
				if e.Failure = ParseFailure(string(ooni.FailureOf(x.Get("failure")))); e.Failure == NoFailure {
					e.Failure = OtherFailure
				}
			}
			if e.Addr.IsValid() && len(out) < maxRows {
				out = append(out, e)
			}
		}
		return out
	}
	c.TCP, c.TLS = endpoints(v.Get("tcp_connect")), endpoints(v.Get("tls_handshake"))
	if http.Kind() != ooni.Object {
		return
	}
	status, _ := http.Get("status_code").Int()
	length, _ := http.Get("body_length").Int()
	h := &HTTP{Status: int(max(status, 0)), BodyLength: int(length), Title: http.Get("title").Str(), Failure: ParseFailure(string(ooni.FailureOf(http.Get("failure"))))}
	if h.Failure == NoFailure && h.Status == 0 {
		h.Failure = OtherFailure
	}
	h.Title = html.UnescapeString(strings.TrimSpace(h.Title))
	headers := bounded(o, ooni.HeadersOf(http))
	for _, x := range headers {
		if strings.EqualFold(x.Name, "server") {
			h.Server = strings.ToLower(string(x.Value))
		}
	}
	h.Names = uncommon(headers)
	c.HTTP = h
}

// service groups rows by the parts of a messenger.
func (o *Observations) service(m *ooni.Measurement) {
	hostsOf := map[netip.Addr][]string{} // names that the probe resolved to an address
	for _, d := range o.DNS {
		for _, a := range d.Answers {
			hostsOf[a.Addr] = append(hostsOf[a.Addr], d.Host)
		}
	}
	resolvedTo := func(a netip.Addr, match func(string) bool) bool { return slices.ContainsFunc(hostsOf[a], match) }
	// endpoints counts distinct addresses; one good port is enough.
	endpoints := func(name string, match func(netip.AddrPort) bool) Part {
		p := Part{Name: name}
		var order []netip.Addr
		state := map[netip.Addr]Failure{}
		for _, c := range o.TCP {
			if !match(c.Addr) {
				continue
			}
			old, seen := state[c.Addr.Addr()]
			if !seen {
				order = append(order, c.Addr.Addr())
			}
			if !seen || old != NoFailure {
				state[c.Addr.Addr()] = c.Failure
			}
		}
		for _, a := range order {
			f := state[a]
			if f == Instrument || a.Is6() && f != NoFailure {
				continue // no IPv6 at the probe is no finding
			}
			if p.N++; f == NoFailure {
				p.OK++
			} else {
				p.Failures = append(p.Failures, f)
			}
		}
		return p
	}
	// web sums up the fetches of the named hosts; each host counts once and is
	// good if one fetch was.
	web := func(name string, weak bool, match func(string) bool) Part {
		p := Part{Name: name, Web: true, Weak: weak}
		var order []string
		state := map[string]Failure{}
		add := func(host string, f Failure) {
			old, seen := state[host]
			if !seen {
				order = append(order, host)
			}
			if !seen || old != NoFailure {
				state[host] = f
			}
		}
		for _, h := range o.HTTP {
			if match(h.Host) {
				add(h.Host, h.Failure)
			}
		}
		for _, d := range o.DNS {
			if match(d.Host) && d.Failure != NoFailure && d.Resolver == System && !d.AAAAOnly {
				if _, seen := state[d.Host]; !seen {
					add(d.Host, d.Failure)
				}
			}
		}
		for _, h := range order {
			f := state[h]
			if f == Instrument || f == OtherFailure {
				continue // an unexpected page is not a failure of the way
			}
			if p.N++; f == NoFailure {
				p.OK++
			} else {
				p.Failures = append(p.Failures, f)
			}
		}
		return p
	}
	is := func(names ...string) func(string) bool {
		return func(h string) bool { return slices.Contains(names, h) }
	}
	switch o.Test {
	case "telegram":
		site := is("web.telegram.org", "telegram.org")
		o.Parts = append(o.Parts,
			endpoints("data centres", func(a netip.AddrPort) bool { return !resolvedTo(a.Addr(), site) }),
			web("website", false, site))
	case "whatsapp":
		isEndpoint := func(h string) bool {
			return strings.HasPrefix(h, "e") && strings.HasSuffix(h, ".whatsapp.net") && h != "v.whatsapp.net"
		}
		o.Parts = append(o.Parts,
			endpoints("endpoints", func(a netip.AddrPort) bool { return resolvedTo(a.Addr(), isEndpoint) }),
			web("registration service", false, is("v.whatsapp.net")),
			web("website", false, is("web.whatsapp.com")))
		if dns := web("names of endpoints", false, isEndpoint); dns.N > 0 && dns.OK == 0 {
			dns.Web = false
			o.Parts = append(o.Parts, dns)
		}
	case "signal":
		o.Parts = append(o.Parts, web("servers", false, func(h string) bool { return h != "uptime.signal.org" && h != "" }))
	case "facebook_messenger":
		dns, tcp := Part{Name: "names"}, Part{Name: "services"}
		// stun is left out: it is reached by UDP, and the test only resolves it.
		for _, s := range [...]string{"b_api", "b_graph", "edge", "external_cdn", "scontent_cdn", "star"} {
			if ok, known := m.Key("facebook_" + s + "_dns_consistent").Truth(); known {
				if dns.N++; ok {
					dns.OK++
				} else {
					dns.Failures = append(dns.Failures, DNSBogon)
				}
			}
			if ok, known := m.Key("facebook_" + s + "_reachable").Truth(); known {
				if tcp.N++; ok {
					tcp.OK++
				} else {
					tcp.Failures = append(tcp.Failures, OtherFailure)
				}
			}
		}
		o.Parts = append(o.Parts, dns, tcp)
	}
}

// tor groups targets by protocol.
func (o *Observations) tor(m *ooni.Measurement) {
	parts := []Part{{Name: "or_port_dirauth"}, {Name: "dir_port"}, {Name: "or_port"}, {Name: "obfs4", Weak: true}}
	for t := range m.Key("targets").Rows("target_protocol", "summary") {
		proto := t.Get("target_protocol").Str()
		for i := range parts {
			if parts[i].Name != proto {
				continue
			}
			f := ParseFailure(string(ooni.FailureOf(t.Get("failure"))))
			if f == Instrument {
				break
			}
			if parts[i].N >= maxRows {
				break
			}
			if parts[i].N++; f == NoFailure {
				parts[i].OK++
			} else {
				parts[i].Failures = append(parts[i].Failures, f)
			}
		}
	}
	o.Parts = parts
}
