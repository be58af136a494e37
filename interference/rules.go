package interference

import (
	"math"
	"strings"
)

// RulesVersion names the whole table below with the logic that uses it. Any
// change that can move a verdict changes it.
const RulesVersion = "interference.rules/2"

// Rule is one thing that an observation may show, with the log10 likelihood
// ratio of seeing it if the network interferes against if it does not.
type Rule struct {
	ID     string
	Layer  Layer
	LR     float64 // log10, after shrinking
	SD     float64 // of LR, after shrinking
	Source string  // where LR comes from
}

// Ratios are shrunk towards 0, "says nothing", by a normal prior with standard
// deviation tau; TestShrinkage shows the effect. What OONI fitted to 126 labels
// keeps its published interval, but never less spread than minFitted, since the
// labels come from one month and two people and only 3 of the 15 rules pass
// OONI's own gate of 30 labels. What is of our choosing has the spread ownSD.
const (
	tau       = 2.0
	minFitted = 0.25
	ownSD     = 0.50
)

// PriorLogOdds is the log10 odds before any evidence: blocked measurements were
// 8.35 % [5.6-12.5] of those that OONI labelled in July 2026.
const (
	PriorLogOdds = -1.04
	priorSD      = 0.12
)

func fitted(id string, l Layer, lr, low, high float64) Rule {
	return shrunk(id, l, lr, math.Max(minFitted, (high-low)/(2*1.645)), "fitted by OONI to 126 labels (ooni/data, August 2026)")
}

// fittedNoCI is for a published ratio whose interval is not.
func fittedNoCI(id string, l Layer, lr float64) Rule {
	return shrunk(id, l, lr, 0.40, "fitted by OONI to 126 labels (ooni/data, August 2026), interval not published")
}

func own(id string, l Layer, lr float64) Rule { return shrunk(id, l, lr, ownSD, "of our choosing") }

func shrunk(id string, l Layer, lr, sd float64, source string) Rule {
	w := tau * tau / (tau*tau + sd*sd)
	return Rule{id, l, lr * w, sd * math.Sqrt(w), source}
}

var ruleTable = []Rule{
	// DNS.
	own("dns.blockpage.country", LayerDNS, 3.6),
	own("dns.blockpage.unplaced", LayerDNS, 2.2),
	own("dns.blockpage.elsewhere", LayerDNS, 1.5),
	fittedNoCI("dns.bogon", LayerDNS, 1.78),
	own("dns.bogon.control_too", LayerDNS, -1.0),
	fittedNoCI("dns.failure.control_ok", LayerDNS, 1.61),
	own("dns.nodata.control_ok", LayerDNS, 1.35),
	own("dns.failure.encrypted_ok", LayerDNS, 1.35),
	own("dns.failure.encrypted_fails", LayerDNS, -0.3),
	own("dns.failure.control_fails", LayerDNS, -1.0),
	own("dns.failure.no_control", LayerDNS, 0),
	fittedNoCI("dns.tls_inconsistent", LayerDNS, 1.55),
	own("dns.rewritten", LayerDNS, 2.1),
	own("dns.ghost.rewritten", LayerDNS, 2.0),
	own("dns.ghost.dead", LayerDNS, 1.35),
	own("dns.ghost.open", LayerDNS, 0.4),
	own("dns.other_owner", LayerDNS, 2.0),
	own("dns.unmatched.dead", LayerDNS, 1.6),
	own("dns.unmatched.unreachable", LayerDNS, 1.25),
	fitted("dns.unmatched", LayerDNS, 0.58, 0.13, 1.39),
	own("dns.same_network", LayerDNS, -0.6),
	fittedNoCI("dns.tls_consistent", LayerDNS, -0.98),
	own("dns.consistent", LayerDNS, -0.9),
	// TCP.
	fitted("tcp.failure.control_ok", LayerTCP, 1.52, 0.96, 2.22),
	own("tcp.failure.fetch_ok", LayerTCP, 1.25),
	own("tcp.failure.control_fails", LayerTCP, -0.48),
	own("tcp.failure.no_control", LayerTCP, 0),
	fittedNoCI("tcp.ok", LayerTCP, -0.24),
	// TLS.
	fitted("tls.reset.control_ok", LayerTLS, 2.04, 1.80, 2.19),
	fittedNoCI("tls.other.control_ok", LayerTLS, 1.60),
	own("tls.certificate.control_ok", LayerTLS, 1.60),
	own("tls.failure.control_fails", LayerTLS, -0.95),
	own("tls.failure.no_control", LayerTLS, 0.2),
	fittedNoCI("tls.valid", LayerTLS, -1.08),
	// HTTP.
	own("http.blockpage.country", LayerHTTP, 3.6),
	own("http.blockpage.unplaced", LayerHTTP, 2.4),
	own("http.blockpage.elsewhere", LayerHTTP, 1.2),
	own("http.blockpage.product", LayerHTTP, 2.4),
	own("http.blockpage.either_side", LayerHTTP, 1.2),
	own("http.reset.control_ok", LayerHTTP, 1.80),
	own("http.failure.control_ok", LayerHTTP, 1.50),
	own("http.failure.control_fails", LayerHTTP, -0.70),
	own("http.failure.no_control", LayerHTTP, 0.1),
	own("http.stalled.control_ok", LayerHTTP, 1.20),
	own("http.diff.4", LayerHTTP, 1.65),
	own("http.diff.3", LayerHTTP, 1.40),
	own("http.diff.2", LayerHTTP, 0.60),
	own("http.diff.1", LayerHTTP, 0.10),
	own("http.server_side", LayerHTTP, -0.8),
	own("http.match", LayerHTTP, -1.5),
	own("http.verified", LayerHTTP, -1.5),
	// Steps after a redirect: the control fetched the page over the same
	// address, so it went the same way, but maybe to another host.
	own("redirect.dns.control_ok", LayerDNS, 1.40),
	own("redirect.tcp.control_ok", LayerTCP, 1.35),
	own("redirect.tls.control_ok", LayerTLS, 1.60),
	own("redirect.http.control_ok", LayerHTTP, 1.40),
	// Censored Planet.
	own("quack.match", LayerHTTP, -1.5),
	own("quack.failure.control_ok", LayerHTTP, 1.5),
	own("quack.tls.control_ok", LayerTLS, 1.5),
	own("quack.some", LayerHTTP, 0.5),
	own("quack.page", LayerHTTP, 0.4),
	own("satellite.denial.control_ok", LayerDNS, 1.25),
	own("satellite.failure.control_ok", LayerDNS, 0.4),
	// Services.
	own("service.all", LayerTCP, 1.8),
	own("service.most", LayerTCP, 1.35),
	own("service.some", LayerTCP, 0.5),
	own("service.names.all", LayerDNS, 1.8),
	own("service.names.most", LayerDNS, 1.2),
	own("service.web", LayerHTTP, 1.35),
	own("service.tunnel", LayerTCP, 0.9),
	own("service.weak.most", LayerTCP, 0.6),
	own("service.ok", LayerTCP, -1.2),
}

var rules = func() map[string]*Rule {
	m := map[string]*Rule{}
	for i := range ruleTable {
		r := &ruleTable[i]
		if m[r.ID] != nil {
			panic("BUG: two rules of one id: " + r.ID)
		}
		m[r.ID] = r
	}
	return m
}()

// Rules lists the table.
func Rules() []Rule { return append([]Rule(nil), ruleTable...) }

// Mechanism is a node of the taxonomy: dots go from the layer to the means. A
// verdict names the deepest node that its evidence supports. "" is none.
type Mechanism string

// The mechanisms (OONI's taxonomy v1), and below them what is done by the
// server and is no interference.
const (
	DNSInjection      Mechanism = "dns.injection"
	DNSInjectionPage  Mechanism = "dns.injection.blockpage"
	DNSInjectionBogon Mechanism = "dns.injection.bogon"
	DNSInjectionOther Mechanism = "dns.injection.other"
	DNSNXDomain       Mechanism = "dns.nxdomain"
	DNSRefusal        Mechanism = "dns.refused"
	DNSSilence        Mechanism = "dns.timeout"
	TCPReset          Mechanism = "tcp.reset"
	TCPTimeout        Mechanism = "tcp.timeout"
	TCPRefused        Mechanism = "tcp.refused"
	TLSReset          Mechanism = "tls.reset"
	TLSTimeout        Mechanism = "tls.timeout"
	TLSMitm           Mechanism = "tls.mitm"
	TLSMitmSelfSigned Mechanism = "tls.mitm.self_signed"
	HTTPBlockpage     Mechanism = "http.blockpage"
	HTTPRedirect      Mechanism = "http.redirect"
	HTTPError         Mechanism = "http.error"
	HTTPReset         Mechanism = "http.reset.host"
	HTTPTimeout       Mechanism = "http.timeout"
	HTTPThrottle      Mechanism = "http.throttle.host"
	TLSThrottle       Mechanism = "tls.throttle.sni"
	IPUnreachable     Mechanism = "ip.unreachable"

	ServerDenial   Mechanism = "server.denial"
	ServerCaptcha  Mechanism = "server.captcha"
	ServerRedirect Mechanism = "server.broken_redirect"
	ServerGone     Mechanism = "server.gone"
)

var mechanisms = []Mechanism{DNSInjection, DNSInjectionPage, DNSInjectionBogon, DNSInjectionOther, DNSNXDomain, DNSRefusal, DNSSilence, TCPReset, TCPTimeout, TCPRefused,
	TLSReset, TLSTimeout, TLSMitm, TLSMitmSelfSigned, HTTPBlockpage, HTTPRedirect, HTTPError, HTTPReset, HTTPTimeout, HTTPThrottle, TLSThrottle, IPUnreachable}

// Known reports whether the taxonomy has the mechanism, or a node above or
// below it.
func (m Mechanism) Known() bool {
	for _, k := range mechanisms {
		if m == k || strings.HasPrefix(string(m), string(k)+".") || strings.HasPrefix(string(k), string(m)+".") {
			return true
		}
	}
	return false
}

// ByServer reports whether the mechanism is of the server, not of a network.
func (m Mechanism) ByServer() bool { return strings.HasPrefix(string(m), "server.") }

// mechanismOf is the node that a failure in a layer supports.
func mechanismOf(l Layer, f Failure) Mechanism {
	switch {
	case f == NXDomain || f == DNSNoAnswer:
		return DNSNXDomain
	case f == DNSTimeout || l == LayerDNS && f == Timeout:
		return DNSSilence
	case f == DNSNoData:
		return DNSNXDomain
	case f.isDNS():
		return DNSRefusal
	case f == TLSAuthority:
		return TLSMitm
	case f.isCertificate():
		return TLSMitm
	case f == Unreachable:
		return IPUnreachable
	case f == Refused:
		return TCPRefused
	}
	switch l {
	case LayerTCP:
		switch f {
		case Reset:
			return TCPReset
		case Timeout:
			return TCPTimeout
		}
	case LayerTLS:
		switch f {
		case Reset, EOF:
			return TLSReset
		case Timeout:
			return TLSTimeout
		}
	case LayerHTTP:
		switch f {
		case Reset:
			return HTTPReset
		case Timeout:
			return HTTPTimeout
		case EOF, OtherFailure:
			return HTTPError
		}
	}
	return ""
}
