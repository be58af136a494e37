package interference

import (
	"fmt"
	"math"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"sightline"
	"sightline/ooni"
)

func ip(s string) netip.Addr     { return netip.MustParseAddr(s) }
func at(s string) netip.AddrPort { return netip.MustParseAddrPort(s) }
func country(s string) sightline.Country {
	c, err := sightline.ParseCountry(s)
	if err != nil {
		panic(err)
	}
	return c
}

const (
	siteAddr  = "93.184.216.34"
	otherAddr = "151.101.1.69"
)

// fetch is a measurement of https://www.example.org/ in which nothing is wrong.
func fetch() *Observations {
	ok := HTTP{URL: "https://www.example.org/", Scheme: "https", Host: "www.example.org", Addr: at(siteAddr + ":443"), Status: 200, BodyLength: 1000, Title: "Example Domain", Classic: true}
	control := HTTP{Status: 200, BodyLength: 1000, Title: "Example Domain"}
	return &Observations{ID: "20240101120000.000000_KE_webconnectivity_0000000000000001", Report: "r1", Test: "web_connectivity", Version: "0.5.28", Country: country("KE"),
		Network: 64500, Resolver: 64500, Start: time.Date(2024, 1, 1, 11, 59, 50, 0, time.UTC), Received: time.Date(2024, 1, 1, 12, 0, 0, 0, time.UTC),
		Target: "https://www.example.org/", Scheme: "https", Host: "www.example.org", Port: 443,
		DNS:     []DNS{{Host: "www.example.org", Answers: []Answer{{ip(siteAddr), 15133}}}, {Resolver: Encrypted, Host: "www.example.org", Answers: []Answer{{ip(siteAddr), 15133}}}},
		TCP:     []TCP{{Addr: at(siteAddr + ":443")}},
		TLS:     []TLS{{Addr: at(siteAddr + ":443"), Name: "www.example.org"}},
		HTTP:    []HTTP{ok},
		Control: Control{Present: true, Addrs: []Answer{{ip(siteAddr), 15133}}, TCP: []Endpoint{{Addr: at(siteAddr + ":443")}}, TLS: []Endpoint{{Addr: at(siteAddr + ":443")}}, HTTP: &control},
	}
}

// plain is the same over http.
func plain() *Observations {
	o := fetch()
	o.Target, o.Scheme, o.Port, o.TLS = "http://www.example.org/", "http", 80, nil
	o.TCP[0].Addr = at(siteAddr + ":80")
	o.Control.TCP[0].Addr, o.Control.TLS = at(siteAddr+":80"), nil
	o.HTTP[0].URL, o.HTTP[0].Scheme, o.HTTP[0].Addr = o.Target, "http", at(siteAddr+":80")
	return o
}

func wantState(t *testing.T, o *Observations, want State, notes ...string) Verdict {
	t.Helper()
	v := Judge(o)
	if v.State != want {
		var ids []string
		for _, e := range v.Evidence {
			ids = append(ids, e.Rule.ID)
		}
		t.Errorf("state %q (log odds %s, %v), want %q", v.State, v.LogOdds.Value, ids, want)
	}
	for _, n := range notes {
		if !slices.Contains(v.Notes, n) {
			t.Errorf("no note %q in %q", n, v.Notes)
		}
	}
	if err := v.LogOdds.Check(); err != nil {
		t.Error(err)
	}
	return v
}

func TestNothingWrong(t *testing.T) {
	wantState(t, fetch(), Reachable)
	wantState(t, plain(), Reachable)
}

// A failure in a layer is found, and named.
func TestLayers(t *testing.T) {
	for name, c := range map[string]struct {
		change func(o *Observations)
		https  bool
		state  State
		mech   Mechanism
	}{
		"nxdomain": {func(o *Observations) {
			o.DNS[0].Answers, o.DNS[0].Failure = nil, NXDomain
			o.TCP, o.TLS, o.HTTP = nil, nil, nil
		}, true, LikelyBlocked, DNSNXDomain},
		"no answer in time": {func(o *Observations) {
			o.DNS[0].Answers, o.DNS[0].Failure = nil, DNSTimeout
			o.TCP, o.TLS, o.HTTP = nil, nil, nil
		}, true, LikelyBlocked, DNSSilence},
		"private address": {func(o *Observations) {
			o.DNS[0].Answers = []Answer{{ip("10.0.0.7"), 0}}
			o.TCP, o.TLS, o.HTTP = nil, nil, nil
		}, true, LikelyBlocked, DNSInjectionBogon},
		"connection timeout": {func(o *Observations) {
			o.TCP[0].Failure = Timeout
			o.TLS = nil
			o.HTTP[0] = HTTP{URL: o.Target, Scheme: "https", Host: o.Host, Failure: Timeout, Classic: true}
		}, true, LikelyBlocked, TCPTimeout},
		"reset in handshake": {func(o *Observations) {
			o.TLS[0].Failure = Reset
			o.HTTP[0] = HTTP{URL: o.Target, Scheme: "https", Host: o.Host, Failure: Reset, Classic: true}
		}, true, LikelyBlocked, TLSReset},
		"forged certificate": {func(o *Observations) {
			o.TLS[0].Failure = TLSAuthority
			o.HTTP[0] = HTTP{URL: o.Target, Scheme: "https", Host: o.Host, Failure: TLSAuthority, Classic: true}
		}, true, LikelyBlocked, TLSMitm},
		"reset in fetch": {func(o *Observations) { o.HTTP[0].Failure, o.HTTP[0].Status = Reset, 0 }, false, LikelyBlocked, HTTPReset},
		"stalled body":   {func(o *Observations) { o.HTTP[0].Failure = Timeout }, false, LikelyBlocked, HTTPThrottle},
		"another page":   {func(o *Observations) { o.HTTP[0].BodyLength, o.HTTP[0].Title = 80, "Zugang gesperrt" }, false, LikelyBlocked, HTTPError},
	} {
		o := plain()
		if c.https {
			o = fetch()
		}
		c.change(o)
		if v := wantState(t, o, c.state); v.Mechanism != c.mech {
			t.Errorf("%s: mechanism %q, want %q", name, v.Mechanism, c.mech)
		}
	}
}

// The same failures at the control are an outage of the site.
func TestDown(t *testing.T) {
	o := fetch()
	o.TCP[0].Failure, o.TLS, o.HTTP = Timeout, nil, nil
	o.Control.TCP[0].Failure, o.Control.TLS, o.Control.HTTP = Timeout, nil, &HTTP{Failure: Timeout}
	wantState(t, o, Down)
	o = fetch()
	o.DNS[0].Answers, o.DNS[0].Failure = nil, NXDomain
	o.DNS[1].Answers, o.DNS[1].Failure = nil, NXDomain
	o.TCP, o.TLS, o.HTTP = nil, nil, nil
	o.Control = Control{Present: true, DNSFailure: NXDomain, HTTP: &HTTP{Failure: NXDomain}}
	wantState(t, o, Down)
}

// Confounder: IPv6 does not work at the probe.
func TestConfounderBrokenIPv6(t *testing.T) {
	o := fetch()
	o.TCP = append(o.TCP, TCP{Addr: at("[2606:2800:220:1::1]:443"), Failure: Timeout}, TCP{Addr: at("[2606:2800:220:1::2]:443"), Failure: Timeout})
	o.Control.Addrs = append(o.Control.Addrs, Answer{ip("2606:2800:220:1::1"), 15133}, Answer{ip("2606:2800:220:1::2"), 15133})
	o.Control.TCP = append(o.Control.TCP, Endpoint{Addr: at("[2606:2800:220:1::1]:443")}, Endpoint{Addr: at("[2606:2800:220:1::2]:443")})
	wantState(t, o, Reachable, NoteIPv6)
	// Even where the site has no other address, it is no block.
	o.TCP, o.TLS, o.HTTP = o.TCP[1:], nil, nil
	wantState(t, o, TooLittleData)
}

// Confounder: the control failed. A failure then says little; a page that came
// with a valid certificate is still what it is.
func TestConfounderControlFailure(t *testing.T) {
	o := fetch()
	o.Control = Control{}
	wantState(t, o, Reachable, NoteNoControl)
	o.TLS[0].Failure, o.HTTP = Reset, nil
	wantState(t, o, TooLittleData, NoteNoControl)
}

// Confounder: the trust store of the probe is out of date, by test version and
// by what else failed.
func TestConfounderStaleTrustStore(t *testing.T) {
	o := &Observations{Test: "signal", Version: "0.2.0", Start: time.Date(2022, 11, 1, 0, 0, 0, 0, time.UTC), Country: country("AM"),
		Parts: []Part{{Name: "servers", Web: true, N: 3, OK: 1, Failures: []Failure{TLSAuthority, TLSAuthority}}}}
	wantState(t, o, TooLittleData, NoteTrust)
	o.Version, o.Parts = "0.2.3", []Part{{Name: "servers", Web: true, N: 3, OK: 1, Failures: []Failure{TLSAuthority, TLSAuthority}}}
	if v := Judge(o); !v.State.Interfered() {
		t.Errorf("a probe with the new root: %s", v.State)
	}

	w := fetch()
	w.TLS[0].Failure = TLSAuthority
	w.TLS = append(w.TLS, TLS{Addr: at(otherAddr + ":443"), Name: "cdn.example.net", Failure: TLSAuthority})
	w.HTTP[0] = HTTP{URL: w.Target, Scheme: "https", Host: w.Host, Failure: TLSAuthority, Classic: true}
	wantState(t, w, TooLittleData, NoteTrust)
}

// Confounder: content networks answer differently everywhere.
func TestConfounderCDNGeography(t *testing.T) {
	o := fetch()
	o.DNS[0].Answers = []Answer{{ip(otherAddr), 15133}} // other address, same network
	o.TCP[0].Addr, o.TLS[0].Addr, o.HTTP[0].Addr = at(otherAddr+":443"), at(otherAddr+":443"), at(otherAddr+":443")
	wantState(t, o, Reachable)
	o.DNS[0].Answers[0].ASN = 64500 // a cache in the provider's network, valid certificate
	wantState(t, o, Reachable)
	// Version 0.4 says neither the control's networks nor where it shook hands.
	old := fetch()
	old.Version, old.TLS[0].Addr, old.HTTP[0].Addr, old.Control.TLS = "0.4.1", netip.AddrPort{}, netip.AddrPort{}, nil
	old.DNS = []DNS{{Host: old.Host, Answers: []Answer{{ip("157.240.3.174"), 32934}}}}
	old.TCP[0].Addr = at("157.240.3.174:443")
	old.Control.Addrs[0].ASN = 0
	wantState(t, old, Reachable)
	// In the clear there is no certificate, and the network is the control's.
	p := plain()
	p.DNS[0].Answers = []Answer{{ip(otherAddr), 15133}}
	p.TCP[0].Addr = at(otherAddr + ":80")
	wantState(t, p, Reachable, NoteGeo)
	// Another network, and the control's page: still the site.
	p.DNS[0].Answers[0].ASN = 64500
	wantState(t, p, Reachable)
}

// An answer from the network of a firm that hosts nobody else is an injection,
// where the control's network is known and another.
func TestOtherOwner(t *testing.T) {
	o := fetch()
	o.DNS[0].Answers = []Answer{{ip("31.13.77.33"), 32934}}
	o.TCP, o.TLS, o.HTTP = []TCP{{Addr: at("31.13.77.33:443"), Failure: Timeout}}, nil, nil
	if v := wantState(t, o, LikelyBlocked); !strings.HasPrefix(v.Rule, "dns.other_owner@") {
		t.Errorf("rule %s", v.Rule)
	}
}

// Confounder: the server itself turns the probe away.
func TestConfounderServerSideDenial(t *testing.T) {
	for name, h := range map[string]HTTP{
		"challenge":  {Status: 503, Server: "cloudflare", Title: "Just a moment", BodyLength: 20},
		"refused":    {Status: 403, Server: "akamaighost", Title: "Access Denied", BodyLength: 20},
		"many":       {Status: 429, BodyLength: 20},
		"pattern":    {Status: 200, Title: "Robot Check", BodyLength: 20, Hits: []*Fingerprint{{Name: "own.ss_amazon_robot", Scope: ServerSide}}},
		"same marks": {Status: 403, BodyLength: 20, Names: []string{"x-example-node"}},
	} {
		o := plain()
		o.Control.HTTP.Names = []string{"x-example-node"}
		h.URL, h.Scheme, h.Host, h.Classic = o.Target, "http", o.Host, true
		o.HTTP[0] = h
		if v := wantState(t, o, Reachable, NoteServerSide); !v.Mechanism.ByServer() {
			t.Errorf("%s: mechanism %q", name, v.Mechanism)
		}
	}
}

// Confounder: a redirect to an address that is none.
func TestConfounderBrokenRedirect(t *testing.T) {
	o := fetch()
	o.HTTP[0].Failure, o.HTTP[0].Status = BadRedirect, 302
	if v := wantState(t, o, Reachable); v.Mechanism != ServerRedirect {
		t.Errorf("mechanism %q", v.Mechanism)
	}
	// A chain of redirects without an end, over http, for the probe alone.
	o = plain()
	for depth := 1; depth <= 10; depth++ {
		h := o.HTTP[0]
		h.Depth, h.Status = depth, 302
		if depth == 10 {
			h.Failure = ParseFailure("unknown_failure: stopped after 10 redirects")
		}
		o.HTTP = append(o.HTTP, h)
		o.TCP = append(o.TCP, TCP{Addr: o.TCP[0].Addr, Depth: depth})
	}
	o.HTTP[0].Status = 302
	wantState(t, o, Reachable)
	o.HTTP[10].Failure = OtherFailure
	if v := Judge(o); v.State.Interfered() {
		t.Errorf("a failure that nobody has named: %s", v.State)
	}
}

// Confounder: the clock of the probe. Certificates then fail for their dates.
func TestConfounderProbeClock(t *testing.T) {
	o := fetch()
	o.TLS[0].Failure = TLSCertificate
	o.HTTP[0] = HTTP{URL: o.Target, Scheme: "https", Host: o.Host, Failure: TLSCertificate, Classic: true}
	if v := Judge(o); !v.State.Interfered() {
		t.Errorf("with a right clock: %s", v.State)
	}
	o.Start = o.Received.AddDate(-3, 0, 0)
	wantState(t, o, TooLittleData, NoteClock)
	o.Start = o.Received.Add(2 * time.Hour)
	wantState(t, o, TooLittleData, NoteClock)
	o.Start, o.Received, o.AsOf = o.Received.AddDate(1, 0, 0), time.Time{}, o.Received
	wantState(t, o, TooLittleData, NoteFuture)
}

// Confounder: one chatty probe. Its rows do not make a cell that is shown.
func TestConfounderChattyProbe(t *testing.T) {
	var table Table
	for i := range 5000 {
		o := fetch()
		o.ID, o.Report, o.profile = fmt.Sprintf("m%05d", i), fmt.Sprintf("r%d", i), "one"
		v := Judge(o)
		table.Add(&v)
	}
	for i := range Floor {
		o := fetch()
		o.Network, o.Report, o.profile = 64501, fmt.Sprintf("q%d", i), fmt.Sprintf("p%d", i)
		v := Judge(o)
		table.Add(&v)
	}
	cells, withheld := table.Cells(Floor)
	// Of the chatty network nothing is shown; and the other network would
	// point at it, by its difference to the country.
	if len(cells) != 1 || cells[0].Network != 0 || cells[0].Probes != Floor+1 || withheld[country("KE")] != 2 {
		t.Errorf("%+v, %v withheld", cells, withheld)
	}
}

func TestFloor(t *testing.T) {
	for n := 1; n <= 2*Floor; n++ {
		var table Table
		for i := range n {
			o := fetch()
			o.Report, o.profile = fmt.Sprint(i), fmt.Sprint(i)
			v := Judge(o)
			table.Add(&v)
		}
		if c, withheld := table.Cells(Floor); (len(c) == 2) != (n >= Floor) || (withheld[country("KE")] == 2) != (n < Floor) {
			t.Errorf("%d probes: %+v, %v withheld", n, c, withheld)
		}
	}
}

// Probes vote, each once; a measurement without a date, a country or a result
// does not count.
func TestProbesVote(t *testing.T) {
	var table Table
	add := func(probe int, network sightline.ASN, states ...State) {
		for _, s := range states {
			v := Judge(fetch())
			v.Network, v.Report, v.profile, v.State, v.Mechanism = network, fmt.Sprint(probe), fmt.Sprint(probe), s, TCPReset
			table.Add(&v)
		}
	}
	for i := range 6 {
		add(i, 1, Blocked, Blocked, Reachable)
	}
	for i := range 7 {
		add(10+i, 2, Reachable, Down, TooLittleData)
	}
	add(10, 2, Blocked, Blocked) // two of four: not most
	skewed := Judge(fetch())
	skewed.Notes = []string{NoteClock}
	table.Add(&skewed)
	cells, withheld := table.Cells(Floor)
	if len(cells) != 3 || len(withheld) != 0 || table.Undecided != 7 || table.Unplaced != 1 {
		t.Fatalf("%+v, %v withheld, %d undecided, %d unplaced", cells, withheld, table.Undecided, table.Unplaced)
	}
	if c := cells[0]; c.Probes != 13 || c.Saw != 6 || c.N != 34 || c.Interfered != 14 || c.Mechanism != TCPReset {
		t.Errorf("the country: %+v", c)
	}
	if c := cells[2]; c.Network != 2 || c.Probes != 7 || c.Saw != 0 || c.N != 16 {
		t.Errorf("a network: %+v", c)
	}
}

// Confounder: the resolver is in another network than the probe.
func TestConfounderForeignResolver(t *testing.T) {
	o := fetch()
	o.Resolver = 15169
	o.DNS[0].Answers, o.DNS[0].Failure, o.TCP, o.TLS, o.HTTP = nil, NXDomain, nil, nil, nil
	if v := wantState(t, o, LikelyBlocked, NoteResolver); v.Blames != 15169 || v.Network != 64500 {
		t.Errorf("blames %s, probe in %s", v.Blames, v.Network)
	}
}

// Confounder: the site's own page holds what a fingerprint looks for.
func TestConfounderOwnPage(t *testing.T) {
	f := &Fingerprint{Name: "nat", Scope: National, Location: "body", Pattern: "blocked by order", Countries: []sightline.Country{country("KE")}}
	o := plain()
	o.HTTP[0].Hits = []*Fingerprint{f}
	wantState(t, o, Reachable, NotePage) // the control got the same page
	o.HTTP[0].BodyLength, o.HTTP[0].Title = 90, "Notice"
	if v := wantState(t, o, Blocked); v.Fingerprint != f || v.Mechanism != HTTPBlockpage {
		t.Errorf("%+v", v)
	}
	s := fetch()
	s.HTTP[0].Hits = []*Fingerprint{f}
	s.HTTP[0].BodyLength, s.HTTP[0].Title = 90, "Notice"
	wantState(t, s, Reachable, NoteOwnCert)
	// Elsewhere the page does not place itself.
	o.Country = country("FR")
	if v := Judge(o); v.State == Blocked || !slices.Contains(v.Notes, NoteForeignPage) || v.Fingerprint != nil {
		t.Errorf("in another country: %s %v, named %v", v.State, v.Notes, v.Fingerprint)
	}
	// Where nobody knows where it was seen, it is evidence and not a name.
	o.Country = sightline.Country{}
	v := Judge(o)
	if !v.State.Interfered() || !slices.Contains(v.Notes, NoteUnplaced) || v.Fingerprint != nil || Ladder(&v)[1].Established {
		t.Errorf("in no known country: %s %v, named %v", v.State, v.Notes, v.Fingerprint)
	}
	// What is at home anywhere names it.
	product := &Fingerprint{Name: "product", Scope: ProductPage, Location: "body", Pattern: "made by", Vendor: "Netsweeper", Product: "Netsweeper"}
	for _, c := range []sightline.Country{{}, country("FR")} {
		o.Country, o.HTTP[0].Hits = c, []*Fingerprint{f, product}
		if v := Judge(o); v.Fingerprint != product || v.Vendor != "Netsweeper" {
			t.Errorf("in %q: named %v", c.Code(), v.Fingerprint)
		}
	}
	o.Country = country("KE")
	if v := Judge(o); v.Fingerprint != f || v.Vendor != "Netsweeper" {
		t.Errorf("at home: named %v, of %q", v.Fingerprint, v.Vendor)
	}
}

// Confounder: the page of a product that stands before servers as well as before
// users. It is evidence, and neither names the page nor the maker as a supplier.
func TestConfounderEitherSide(t *testing.T) {
	set, _ := NewSet(Own())
	hits := set.Page(nil, []byte(`<p>ask for another rating at http://cfssupport.sonicwall.com/</p>`))
	o := plain()
	o.HTTP[0].Hits = hits
	o.HTTP[0].BodyLength, o.HTTP[0].Title = 90, "Notice"
	v := wantState(t, o, LikelyBlocked, NoteEitherSide)
	if v.Fingerprint != nil || v.Vendor != "" || Ladder(&v)[1].Established {
		t.Errorf("named %v, of %q", v.Fingerprint, v.Vendor)
	}
	if f := Best(hits, sightline.Country{}); f == nil || f.Vendor != "SonicWall" || Match(hits, country("KE")) != nil {
		t.Errorf("like %v", f)
	}
	// A filter that stands before users only names itself.
	o.HTTP[0].Hits = set.Page([]Header{{"Location", "http://192.0.2.1:8080/webadmin/deny/index.php?dpruleid=3"}}, nil)
	if v := Judge(o); v.Vendor != "Netsweeper" || !Ladder(&v)[3].Established {
		t.Errorf("%v, of %q", v.Fingerprint, v.Vendor)
	}
	// Nor does a page that belongs to a firewall of servers count at all.
	if hits := set.Page(nil, []byte(`<br/>Attack ID: 20000003 FortiGuard Web Filtering`)); Best(hits, country("KE")) != nil {
		t.Errorf("%v", hits)
	}
}

// Confounder: an address that the control got too, which no host can have.
func TestConfounderPoisonedControl(t *testing.T) {
	o := fetch()
	o.DNS[0].Answers = []Answer{{ip("127.0.0.1"), 0}}
	o.TCP, o.TLS, o.HTTP = nil, nil, nil
	o.Control = Control{Present: true, Addrs: []Answer{{ip("127.0.0.1"), 0}}, HTTP: &HTTP{Failure: OtherFailure}}
	wantState(t, o, Down, NotePoisoned)
}

// Confounder: Android's resolver does not say why it has no data.
func TestConfounderAndroidNoData(t *testing.T) {
	o := fetch()
	o.DNS[0].Answers, o.DNS[0].Failure, o.TCP, o.TLS, o.HTTP = nil, DNSNoData, nil, nil, nil
	nodata := Judge(o)
	o.DNS[0].Failure = NXDomain
	nxdomain := Judge(o)
	a, _ := nodata.LogOdds.Value.Get()
	b, _ := nxdomain.LogOdds.Value.Get()
	if a >= b {
		t.Errorf("no data weighs %g, a denial %g", a, b)
	}
}

// Forged rows: the verdict that a measurement brings along is not taken over,
// and what its rows show is.
func TestForgedVerdict(t *testing.T) {
	forged := `{"test_name":"web_connectivity","probe_cc":"KE","input":"https://www.example.org/","test_keys":{"blocking":"dns","accessible":false,"dns_consistency":"inconsistent",
"queries":[{"engine":"getaddrinfo","hostname":"www.example.org","query_type":"ANY","answers":[{"answer_type":"A","ipv4":"93.184.216.34","asn":15133}]}],
"requests":[{"request":{"url":"https://www.example.org/"},"response":{"code":200,"body":"x"}}],
"control":{"dns":{"addrs":["93.184.216.34"]},"http_request":{"status_code":200,"body_length":1,"failure":null}}}}`
	r := ooni.NewReader(strings.NewReader(strings.ReplaceAll(forged, "\n", "")), ooni.Options{})
	m, err := r.Next()
	if err != nil {
		t.Fatal(err)
	}
	o := FromOONI(m, nil)
	wantState(t, &o, Reachable)
}

// A name in another script is the same name in the rows of each layer.
func TestInternationalNames(t *testing.T) {
	doc := `{"test_name":"web_connectivity","input":"https://яндекс.рф/","test_keys":{
"queries":[{"engine":"getaddrinfo","hostname":"xn--d1acpjx3f.xn--p1ai","failure":"dns_nxdomain_error"}],"control":{"dns":{"addrs":["93.184.216.34"]},"http_request":{"status_code":200}}}}`
	r := ooni.NewReader(strings.NewReader(strings.ReplaceAll(doc, "\n", "")), ooni.Options{})
	m, err := r.Next()
	if err != nil {
		t.Fatal(err)
	}
	o := FromOONI(m, nil)
	wantState(t, &o, LikelyBlocked)
}

func TestGhostAndWildcard(t *testing.T) {
	o := fetch()
	o.DNS[0].Answers = []Answer{{ip(otherAddr), 64500}}
	o.DNS[1].Answers, o.DNS[1].Failure = nil, NXDomain
	o.TCP, o.TLS, o.HTTP = []TCP{{Addr: at(otherAddr + ":443")}}, nil, nil
	o.Control = Control{Present: true, DNSFailure: NXDomain, HTTP: &HTTP{Failure: NXDomain}}
	if v := Judge(o); v.State.Interfered() {
		t.Errorf("a provider's search page: %s", v.State)
	}
	o.DNS = append(o.DNS, DNS{Resolver: Plain, Host: o.Host, Answers: []Answer{{ip(otherAddr), 64500}}})
	wantState(t, o, LikelyBlocked)
}

func TestServices(t *testing.T) {
	fail := func(n int, f Failure) (out []Failure) {
		for range n {
			out = append(out, f)
		}
		return out
	}
	for name, c := range map[string]struct {
		test  string
		parts []Part
		want  State
	}{
		"telegram, all":        {"telegram", []Part{{Name: "data centres", N: 5, Failures: fail(5, Timeout)}, {Name: "website", Web: true, N: 1, Failures: fail(1, Reset)}}, LikelyBlocked},
		"telegram, one":        {"telegram", []Part{{Name: "data centres", N: 5, OK: 4, Failures: fail(1, Timeout)}, {Name: "website", Web: true, N: 1, OK: 1}}, Reachable},
		"telegram, website":    {"telegram", []Part{{Name: "data centres", N: 5, OK: 5}, {Name: "website", Web: true, N: 1, Failures: fail(1, NXDomain)}}, Impaired},
		"whatsapp, some":       {"whatsapp", []Part{{Name: "endpoints", N: 16, OK: 8, Failures: fail(8, Timeout)}, {Name: "registration service", Web: true, N: 1, OK: 1}}, Impaired},
		"messenger, names":     {"facebook_messenger", []Part{{Name: "names", N: 6, Failures: fail(6, DNSBogon)}, {Name: "services"}}, LikelyBlocked},
		"tor, authorities":     {"tor", []Part{{Name: "or_port_dirauth", N: 9, Failures: fail(9, Timeout)}, {Name: "obfs4", Weak: true, N: 15, OK: 12, Failures: fail(3, Timeout)}}, LikelyBlocked},
		"tor, old bridges":     {"tor", []Part{{Name: "or_port_dirauth", N: 9, OK: 9}, {Name: "obfs4", Weak: true, N: 15, Failures: fail(15, Timeout)}}, Reachable},
		"psiphon, one failure": {"psiphon", []Part{{Name: "tunnel", N: 1, Failures: fail(1, Timeout)}}, TooLittleData},
		"psiphon":              {"psiphon", []Part{{Name: "tunnel", N: 1, OK: 1}}, Reachable},
		"nothing":              {"signal", nil, TooLittleData},
		"another test":         {"ndt", nil, NoRule},
	} {
		v := Judge(&Observations{Test: c.test, Parts: c.parts, Country: country("KE")})
		if v.State != c.want {
			t.Errorf("%s: %s (%s), want %s", name, v.State, v.LogOdds.Value, c.want)
		}
		if err := v.LogOdds.Check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	// A probe without a network.
	o := &Observations{Test: "telegram", DNS: []DNS{{Host: "web.telegram.org", Failure: DNSTimeout}}, TCP: []TCP{{Addr: at("149.154.167.51:443"), Failure: Timeout}},
		Parts: []Part{{Name: "data centres", N: 5, Failures: fail(5, Timeout)}}}
	wantState(t, o, TooLittleData, NoteOffline)
}

// TestShrinkage shows what the prior does to the ratios: little to those with
// narrow intervals, never a change of sign, and none grows.
func TestShrinkage(t *testing.T) {
	raw := map[string]float64{"tls.reset.control_ok": 2.04, "tcp.failure.control_ok": 1.52, "dns.unmatched": 0.58, "http.blockpage.country": 3.6, "tls.valid": -1.08}
	for id, lr := range raw {
		r := rules[id]
		if math.Abs(r.LR) >= math.Abs(lr) || r.LR*lr < 0 || math.Abs(r.LR) < 0.9*math.Abs(lr) {
			t.Errorf("%s: %g became %g", id, lr, r.LR)
		}
	}
	for _, r := range Rules() {
		if r.SD < 0.2 || r.SD > 0.6 || r.Source == "" || r.Layer == NoLayer {
			t.Errorf("%+v", r)
		}
	}
}

func TestParseFailure(t *testing.T) {
	for s, want := range map[string]Failure{"": NoFailure, "dns_nxdomain_error": NXDomain, "generic_timeout_error": Timeout, "connection_reset": Reset, "eof_error": EOF,
		"ssl_unknown_authority": TLSAuthority, "ssl_invalid_hostname": TLSHostname, "android_dns_cache_no_data": DNSNoData, "network_unreachable": Instrument,
		"host_unreachable": Unreachable, "unknown_failure: something": OtherFailure, "response_never_received": EOF, "http_invalid_redirect_location_host": BadRedirect,
		"dns_server_misbehaving": DNSRefused, "connection_refused_error": Refused, "tcp_timed_out_error": Timeout} {
		if got := ParseFailure(s); got != want {
			t.Errorf("%q: %s, want %s", s, got, want)
		}
	}
}

func TestLadder(t *testing.T) {
	f := &Fingerprint{Name: "own.x", Scope: ProductPage, Source: "sightline", Vendor: "Netsweeper", Product: "Netsweeper"}
	v := &Verdict{ID: "m1", State: Blocked, Mechanism: HTTPBlockpage, Country: country("YE"), Fingerprint: f, Vendor: "Netsweeper", Product: "Netsweeper"}
	v.Start = time.Date(2015, 8, 1, 0, 0, 0, 0, time.UTC)
	valid := func(s string) sightline.Period {
		p, err := sightline.ParsePeriod(s)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	s := Supplier{Vendor: "Netsweeper", Country: country("YE"), Steps: []Step{
		{Rung: RungVendor, Entity: "company/netsweeper", Name: "Netsweeper", Claim: "c1", Valid: valid("2014~/2015-10-20"), Against: []sightline.ClaimID{"denial"}},
		{Rung: RungOwner, Entity: "company/parent", Name: "Parent", Claim: "c2", Valid: valid("2010/..")},
		{Rung: RungOwner, Entity: "company/heir", Name: "Heir", Claim: "c3", Valid: valid("2016/..")},
		{Rung: RungOwner, Entity: "company/first", Name: "First", Claim: "c4", Valid: valid("2001/2009")},
		{Rung: RungDecision, Entity: "body/ye-ministry", Name: "Ministry", Claim: "c5", Valid: valid("2013")},
		{Rung: RungDecision, Entity: "company/x", Name: "X", Claim: "c6"},
	}}
	l := Ladder(v, s)
	if !l[3].Established || len(l[3].Evidence) != 2 || !slices.Equal(l[3].Against, []string{"denial"}) {
		t.Errorf("vendor: %+v", l[3])
	}
	if l[4].What != "Parent" || !slices.Equal(l[4].Evidence, []string{"c2 (2010/..)"}) {
		t.Errorf("the owner at that time: %+v", l[4])
	}
	if l[5].Established || l[5].What != NotEstablished {
		t.Errorf("no claim tells of a contract: %+v", l[5])
	}
	if l[6].What != "Ministry" || !slices.Equal(l[6].Evidence, []string{"c5 (2013)"}) {
		t.Errorf("a body decided, a company did not: %+v", l[6])
	}
	v.Start = time.Date(2012, 8, 1, 0, 0, 0, 0, time.UTC)
	if l := Ladder(v, s); l[6].Established || len(l[3].Evidence) != 1 {
		t.Error("what began later counts")
	}
	s.Country = country("KE")
	if l := Ladder(v, s); l[4].Established || l[6].Established {
		t.Error("a supplier elsewhere counts")
	}
	v.Fingerprint = nil
	if l := Ladder(v, s); !l[0].Established || l[1].Established || l[3].Established {
		t.Errorf("%+v", l)
	}
}

func TestVendorNamed(t *testing.T) {
	for name, want := range map[string]string{"blue-coat": "Blue Coat (Broadcom)", "netsweeper": "Netsweeper", "Palo Alto": "Palo Alto Networks", "netsweep": "", "": "", "cisco-systems-fan-club": ""} {
		if got, ok := VendorNamed(name); got != want || ok != (want != "") {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestPacketNamesRuleAndFingerprints(t *testing.T) {
	set, _ := NewSet(Own())
	o := fetch()
	o.fingerprints = set.Hash()
	v := Judge(o)
	p := v.Packet(sightline.Input{Name: o.ID, SHA256: strings.Repeat("0", 64)}, "test")
	if p.Parameters["rules"] != RulesVersion || len(p.Inputs) != 2 || p.Inputs[1].SHA256 != set.Hash() || p.ID() == "" {
		t.Errorf("%+v", p)
	}
}

// The document lists every rule with the ratio that is used, and no other.
func TestRulesAreDocumented(t *testing.T) {
	b, err := os.ReadFile("../docs/methods/interference.md")
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	for _, r := range Rules() {
		if row := fmt.Sprintf("| %s | %.2f | ±%.2f | %s |", r.ID, r.LR, 1.645*r.SD, r.Source); !strings.Contains(text, row) {
			t.Errorf("docs/methods/interference.md lacks the row\n%s", row)
		}
	}
	_, table, _ := strings.Cut(text, "## Rules")
	table, _, _ = strings.Cut(table, "Ratios are after")
	if n := strings.Count(table, "\n| ") - 1; n != len(Rules()) {
		t.Errorf("the document has %d rules, the code %d", n, len(Rules()))
	}
	if !strings.Contains(text, RulesVersion) || !strings.Contains(text, string(MethodVerdict)) {
		t.Error("the document names another version")
	}
}
