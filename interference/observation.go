package interference

import (
	"net/netip"
	"strings"
	"time"

	"sightline"
)

// Layer is where something was seen, in the order in which a fetch goes.
type Layer uint8

// The layers. IP is reached through TCP.
const (
	NoLayer Layer = iota
	LayerDNS
	LayerTCP
	LayerTLS
	LayerHTTP
)

var layers = [...]string{"", "dns", "tcp", "tls", "http"}

func (l Layer) String() string { return layers[l] }

// Failure is the kind of a failure, however a probe worded it.
type Failure uint8

// The kinds of failure.
const (
	NoFailure Failure = iota
	NXDomain
	DNSRefused // refused, server failure, not recoverable
	DNSNoAnswer
	DNSNoData // android_dns_cache_no_data: Android's resolver does not say why
	DNSTimeout
	DNSBogon
	Refused
	Reset
	Timeout
	Unreachable
	EOF
	TLSAuthority // unknown authority, self-signed
	TLSHostname
	TLSCertificate // expired, not yet valid, otherwise invalid
	TLSOther
	BadRedirect // a Location that is no address
	Instrument  // of the probe or its network interface; says nothing of the way
	OtherFailure
)

var failures = [...]string{"", "nxdomain", "dns_refused", "dns_no_answer", "dns_no_data", "dns_timeout", "dns_bogon", "refused", "reset", "timeout",
	"unreachable", "eof", "tls_authority", "tls_hostname", "tls_certificate", "tls_other", "bad_redirect", "instrument", "other"}

func (f Failure) String() string { return failures[f] }

func (f Failure) isDNS() bool { return f >= NXDomain && f <= DNSBogon }

func (f Failure) isCertificate() bool { return f >= TLSAuthority && f <= TLSCertificate }

// ParseFailure reads the strings of df-007, current and old, and the wordings
// of Go and of Censored Planet.
func ParseFailure(s string) Failure {
	if s == "" {
		return NoFailure
	}
	s = strings.ToLower(s)
	for _, r := range failureWords {
		if strings.Contains(s, r.word) {
			return r.kind
		}
	}
	return OtherFailure
}

// failureWords is searched in order.
var failureWords = []struct {
	word string
	kind Failure
}{
	{"nxdomain", NXDomain}, {"no such host", NXDomain}, {"dns_name_error", NXDomain},
	{"dns_no_answer", DNSNoAnswer}, {"no_answer", DNSNoAnswer}, {"android_dns_cache_no_data", DNSNoData},
	{"dns_bogon", DNSBogon}, {"dns_refused", DNSRefused}, {"dns_servfail", DNSRefused}, {"dns_server_misbehaving", DNSRefused},
	{"dns_non_recoverable", DNSRefused}, {"dns_temporary_failure", DNSTimeout}, {"dns_timeout", DNSTimeout}, {"dns_server_failure", DNSRefused},
	{"deferred_timeout_error", DNSTimeout}, {"dns_lookup_error", NXDomain}, {"dns_", DNSRefused},
	{"ssl_unknown_authority", TLSAuthority}, {"unknown authority", TLSAuthority}, {"self-signed", TLSAuthority}, {"self signed", TLSAuthority},
	{"ssl_invalid_hostname", TLSHostname}, {"certificate is valid for", TLSHostname},
	{"ssl_invalid_certificate", TLSCertificate}, {"certificate has expired", TLSCertificate},
	{"ssl_", TLSOther}, {"tls:", TLSOther}, {"handshake", TLSOther},
	{"http_invalid_redirect", BadRedirect}, {"too many redirects", BadRedirect}, {"too_many_redirects", BadRedirect}, {"stopped after", BadRedirect}, {"http_request_failed", OtherFailure},
	{"connection_refused", Refused}, {"connection refused", Refused}, {"connect_error", Refused},
	{"connection_reset", Reset}, {"reset by peer", Reset}, {"connection_aborted", Reset}, {"connection_lost", Reset},
	{"network_down", Instrument}, {"network_unreachable", Instrument}, {"network is unreachable", Instrument}, {"address_family_not_supported", Instrument},
	{"address_not_available", Instrument}, {"permission_denied", Instrument}, {"no_buffer_space", Instrument}, {"interrupted", Instrument},
	{"operation_canceled", Instrument}, {"codec can't", Instrument}, {"socks_", Instrument},
	{"host_unreachable", Unreachable}, {"no route to host", Unreachable}, {"unreachable", Unreachable},
	{"eof_error", EOF}, {"eof", EOF}, {"response_never_received", EOF},
	{"timed out", Timeout}, {"timed_out", Timeout}, {"timeout", Timeout}, {"deadline exceeded", Timeout},
	{"bad_file_descriptor", Instrument}, {"invalid_argument", Instrument}, {"json_parse", Instrument},
}

// Answer is an address in a DNS answer.
type Answer struct {
	Addr netip.Addr
	ASN  sightline.ASN // 0 if not known
}

// DNS is what one query saw.
type DNS struct {
	Resolver ResolverKind
	Host     string
	Failure  Failure
	Answers  []Answer
	Hits     []*Fingerprint
	AAAAOnly bool // it asked for IPv6 only
	Depth    int  // redirect depth; 0 where it is not known
}

// ResolverKind tells the ways to ask apart: only the first is what people at
// the probe use; the others are comparisons.
type ResolverKind uint8

// The ways.
const (
	System    ResolverKind = iota
	Plain                  // in the clear to a resolver that the probe chose
	Encrypted              // DNS over HTTPS, TLS or QUIC
)

// TCP is one attempt to connect.
type TCP struct {
	Addr    netip.AddrPort
	Failure Failure
	Depth   int
}

// TLS is one handshake.
type TLS struct {
	Addr     netip.AddrPort // invalid if not known
	Name     string
	Failure  Failure
	NoVerify bool
	Depth    int
}

// HTTP is one exchange.
type HTTP struct {
	URL, Scheme, Host string
	Addr              netip.AddrPort // invalid if not known
	Failure           Failure
	Status            int // 0 where there is no response
	Server            string
	Title             string
	Names             []string // lower-case names of uncommon headers, sorted
	BodyLength        int
	Truncated         bool
	Hits              []*Fingerprint
	Depth             int
	Classic           bool // over the addresses that the system resolver gave
}

// Control is what the test helper, outside the country, saw at the same time.
type Control struct {
	Present    bool
	DNSFailure Failure
	Addrs      []Answer
	TCP        []Endpoint
	TLS        []Endpoint
	HTTP       *HTTP // nil where it tells nothing of a fetch
}

// Endpoint is one address tried by the control.
type Endpoint struct {
	Addr    netip.AddrPort
	Failure Failure
}

// Part is one part of a service that a test asks for by name: the endpoints of
// a messenger, or a kind of relay. Counts are of distinct endpoints.
type Part struct {
	Name     string
	OK, N    int
	Failures []Failure // one for each endpoint that failed, in the order tried
	Web      bool      // a website that goes with the service
	Weak     bool      // known to fail for reasons of its own
}

// Observations is what one measurement saw. It says nothing of why.
type Observations struct {
	ID        string // measurement_uid, or report id and input where there is none
	Report    string // report id; measurements of one session share it
	Test      string
	Version   string
	Country   sightline.Country
	Network   sightline.ASN // 0 is not known
	Resolver  sightline.ASN // network of the system resolver; 0 is not known
	Start     time.Time
	Received  time.Time // when the collector got it; zero if not known
	Target    string    // address or service
	Scheme    string
	Host      string
	Port      uint16
	DNS       []DNS
	TCP       []TCP
	TLS       []TLS
	HTTP      []HTTP
	Control   Control
	Parts     []Part
	Exchanges []Exchange // of Hyperquack
	Compared  []Compared // of Satellite
	Notes     []string   // what the reader had to leave out
	AsOf      time.Time  // what the caller takes for now; zero for not stated

	fingerprints string
	profile      string // tells probes apart, roughly; see Table
}

// bogon reports whether no public host can have the address: private, shared,
// loopback, link-local, documentation, benchmarking, multicast and reserved
// (IANA special-purpose registries, RFC 6890).
func bogon(a netip.Addr) bool {
	a = a.Unmap()
	if !a.IsValid() || a.IsPrivate() || a.IsLoopback() || a.IsUnspecified() || a.IsMulticast() || a.IsLinkLocalUnicast() {
		return true
	}
	for _, p := range bogons {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

var bogons = func() (out []netip.Prefix) {
	for _, s := range strings.Fields("0.0.0.0/8 100.64.0.0/10 192.0.0.0/24 192.0.2.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 240.0.0.0/4 2001:db8::/32 100::/64 64:ff9b:1::/48") {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}()

// Header is one header line of a response.
type Header struct{ Name, Value string }
