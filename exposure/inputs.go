package exposure

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/binary"
	"io"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"

	"sightline"
	"sightline/exposure/paths"
	"sightline/internal/order"
)

// Relationships says who is whose provider.
type Relationships struct {
	pairs     map[[2]sightline.ASN]bool // provider, customer
	providers map[sightline.ASN]bool    // of anyone
	p2p       int
}

// ReadRelationships reads a table of relationships in CAIDA's serial-1 or
// serial-2 form: lines "provider|customer|-1" and "peer|peer|0", perhaps with
// further fields; lines that start with # are comments. Other relationship
// codes, and lines that do not parse, are errors of code Invalid.
func ReadRelationships(r io.Reader) (*Relationships, error) {
	out := &Relationships{pairs: map[[2]sightline.ASN]bool{}, providers: map[sightline.ASN]bool{}}
	err := eachLine(r, func(line string, n int) error {
		f := strings.Split(line, "|")
		if len(f) < 3 {
			return badLine("relationships", n, line, "Write provider|customer|-1 or peer|peer|0.")
		}
		a, errA := sightline.ParseASN(f[0])
		b, errB := sightline.ParseASN(f[1])
		switch {
		case errA != nil || errB != nil:
			return badLine("relationships", n, line, "Write provider|customer|-1 or peer|peer|0.")
		case f[2] == "-1":
			out.pairs[[2]sightline.ASN{a, b}] = true
			out.providers[a] = true
		case f[2] == "0":
			out.p2p++
		default:
			return badLine("relationships", n, line, "The third field is -1 or 0.")
		}
		return nil
	})
	return out, err
}

// Count is how many provider-customer and peer-peer links there are.
func (r *Relationships) Count() (p2c, p2p int) { return len(r.pairs), r.p2p }

// Provider reports whether a is a provider of b.
func (r *Relationships) Provider(a, b sightline.ASN) bool { return r.pairs[[2]sightline.ASN{a, b}] }

// ProviderOfAny reports whether a is a provider of anyone.
func (r *Relationships) ProviderOfAny(a sightline.ASN) bool { return r.providers[a] }

func eachLine(r io.Reader, f func(line string, n int) error) error {
	s := bufio.NewScanner(r)
	s.Buffer(nil, 1<<24)
	for n := 1; s.Scan(); n++ {
		line := strings.TrimSpace(s.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		if err := f(line, n); err != nil {
			return err
		}
	}
	if err := s.Err(); err != nil {
		return sightline.Errorf(sightline.Unavailable, "read lines", "", "%w", err)
	}
	return nil
}

func badLine(what string, n int, line, hint string) error {
	return sightline.Errorf(sightline.Invalid, "read "+what, line, "line %d cannot be read", n).WithHint("%s", hint)
}

// Located is how many addresses of a prefix are in a country.
type Located struct {
	Country   sightline.Country
	Addresses uint64
}

// Locator says where the addresses of an IPv4 prefix are. The answer is in a
// fixed order and has each country once. Several goroutines ask at a time.
type Locator interface {
	Locate(p netip.Prefix) []Located
}

// Counts locates by a count for each prefix and country, as geolocation of a
// routing table gives it; prefixes that are not listed are nowhere.
type Counts map[netip.Prefix][]Located

// Locate implements [Locator].
func (c Counts) Locate(p netip.Prefix) []Located { return c[p] }

// Blocks locates by disjoint ranges of addresses, each in one country, as
// delegations of the registries give it.
type Blocks struct{ ranges []addrRange }

type addrRange struct {
	from, to uint32 // both within
	country  sightline.Country
}

// Locate implements [Locator].
func (b *Blocks) Locate(p netip.Prefix) []Located {
	if !p.Addr().Is4() {
		return nil
	}
	a := p.Addr().As4()
	from := binary.BigEndian.Uint32(a[:])
	to := from + uint32(size(p.Bits())-1)
	i, _ := slices.BinarySearchFunc(b.ranges, from, func(r addrRange, x uint32) int { return cmp.Compare(r.to, x) })
	var out []Located
	for ; i < len(b.ranges) && b.ranges[i].from <= to; i++ {
		r := b.ranges[i]
		n := uint64(min(to, r.to)-max(from, r.from)) + 1
		k := slices.IndexFunc(out, func(l Located) bool { return l.Country == r.country })
		if k < 0 {
			out = append(out, Located{r.country, n})
		} else {
			out[k].Addresses += n
		}
	}
	order.By(out, func(a, b Located) int { return strings.Compare(a.Country.Code(), b.Country.Code()) })
	return out
}

// ReadCounts reads lines "prefix|country|addresses", perhaps with further
// fields; without a count the whole prefix is in the country. A code that is
// no country's (EU, AP) leaves the line out and is counted in passed.
func ReadCounts(r io.Reader) (c Counts, passed int, err error) {
	c = Counts{}
	err = eachLine(r, func(line string, n int) error {
		f := strings.Split(line, "|")
		if len(f) < 2 {
			return badLine("countries of prefixes", n, line, "Write prefix|country|addresses.")
		}
		p, err := netip.ParsePrefix(f[0])
		if err != nil {
			return badLine("countries of prefixes", n, line, "Write the prefix as 41.57.96.0/20.")
		}
		var country sightline.Country
		if country.UnmarshalText([]byte(f[1])) != nil || country.IsZero() {
			passed++
			return nil
		}
		addresses := uint64(1)
		if p.Addr().Is4() {
			addresses = size(p.Bits())
		}
		if len(f) > 2 && f[2] != "" {
			if addresses, err = strconv.ParseUint(f[2], 10, 64); err != nil {
				return badLine("countries of prefixes", n, line, "The third field is a number of addresses.")
			}
		}
		p = p.Masked()
		for i, l := range c[p] {
			if l.Country == country {
				c[p][i].Addresses = max(l.Addresses, addresses)
				return nil
			}
		}
		c[p] = append(c[p], Located{country, addresses})
		return nil
	})
	for _, l := range c {
		order.By(l, func(a, b Located) int { return strings.Compare(a.Country.Code(), b.Country.Code()) })
	}
	return c, passed, err
}

// AddBlocks reads the IPv4 prefixes of one country, one a line, into b. Call
// Seal after the last.
func (b *Blocks) AddBlocks(country sightline.Country, r io.Reader) error {
	return eachLine(r, func(line string, n int) error {
		p, err := netip.ParsePrefix(line)
		if err != nil {
			return badLine("blocks of a country", n, line, "Write one prefix a line.")
		}
		if p.Addr().Is4() {
			a := p.Masked().Addr().As4()
			from := binary.BigEndian.Uint32(a[:])
			b.ranges = append(b.ranges, addrRange{from, from + uint32(size(p.Bits())-1), country})
		}
		return nil
	})
}

// ReadBlocks reads lines "prefix|country", perhaps with further fields, of
// delegated blocks, sealed, and counts the addresses that overlap.
func ReadBlocks(r io.Reader) (b *Blocks, overlapped uint64, err error) {
	b = new(Blocks)
	err = eachLine(r, func(line string, n int) error {
		f := strings.Split(line, "|")
		var c sightline.Country
		if len(f) < 2 || c.UnmarshalText([]byte(f[1])) != nil || c.IsZero() {
			return badLine("blocks", n, line, "Write prefix|country.")
		}
		return b.AddBlocks(c, strings.NewReader(f[0]))
	})
	return b, b.Seal(), err
}

// Seal sorts the ranges. Where two overlap, the earlier one, and of two that
// start together the one of the lower code, keeps the addresses; overlapped
// counts them.
func (b *Blocks) Seal() (overlapped uint64) {
	slices.SortFunc(b.ranges, func(x, y addrRange) int {
		return cmp.Or(cmp.Compare(x.from, y.from), strings.Compare(x.country.Code(), y.country.Code()), cmp.Compare(x.to, y.to))
	})
	out := b.ranges[:0]
	for _, r := range b.ranges {
		if n := len(out); n > 0 && r.from <= out[n-1].to {
			overlapped += uint64(min(r.to, out[n-1].to)-r.from) + 1
			if r.to <= out[n-1].to {
				continue
			}
			r.from = out[n-1].to + 1
		}
		out = append(out, r)
	}
	b.ranges = out
	return overlapped
}

// Monitor is what is known of a collector's peer.
type Monitor struct {
	Country   sightline.Country // where it is
	Region    string            // of the United Nations, where no country is known: it is heard for countries elsewhere
	FullFeed  bool
	Confident bool // of its country
	MultiHop  bool // at a collector that peers may reach from anywhere
}

// Monitors finds what is known of a peer.
type Monitors func(paths.Peer) (Monitor, bool)

// multiHop are the collectors that take sessions over several hops, so that a
// peer's place is not the collector's (Gamero-Garrido et al. 2022, section 4.2).
var multiHop = []string{"routeviews2", "routeviews3", "routeviews4", "route-views2", "route-views3", "route-views4", "nmax", "rrc18", "sg"}

// ReadMonitors reads the list of monitors of the CTI paper: lines of JSON, a
// collector each, with peers that have peer_address, peer_asn, final_country,
// full_feed and confidence. A peer is known by its address and number. Of one
// at several collectors, the first that is usable counts.
func ReadMonitors(r io.Reader) (Monitors, error) {
	type peer struct {
		Address    string `json:"peer_address"`
		ASN        string `json:"peer_asn"`
		Country    string `json:"final_country"`
		FullFeed   string `json:"full_feed"`
		Confidence string `json:"confidence"`
	}
	type key struct {
		addr netip.Addr
		asn  sightline.ASN
	}
	known := map[key]Monitor{}
	err := eachLine(r, func(line string, n int) error {
		var c struct {
			Collector string `json:"collector"`
			Peers     []peer `json:"peers"`
		}
		if err := json.Unmarshal([]byte(line), &c); err != nil {
			return badLine("monitors", n, sightline.Clip(line, 80), "Write one JSON object a line: collector, peers.")
		}
		for _, p := range c.Peers {
			addr, err := netip.ParseAddr(p.Address)
			asn, errASN := sightline.ParseASN(p.ASN)
			if err != nil || errASN != nil {
				continue // peers without an address or number cannot be met in a table
			}
			m := Monitor{FullFeed: p.FullFeed == "1", Confident: p.Confidence == "1", MultiHop: slices.Contains(multiHop, c.Collector)}
			if m.Country.UnmarshalText([]byte(p.Country)) != nil {
				m.Country = sightline.Country{}
				m.Region = registryRegions[p.Country] // other codes, such as "1": nowhere
			}
			k := key{addr, asn}
			if old, ok := known[k]; !ok || !old.usable() && m.usable() {
				known[k] = m
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return func(p paths.Peer) (Monitor, bool) {
		m, ok := known[key{p.Addr, p.ASN}]
		return m, ok
	}, nil
}

func (m Monitor) usable() bool {
	return m.FullFeed && m.Confident && !m.MultiHop && (!m.Country.IsZero() || m.Region != "")
}

// registryRegions are the registries' codes for networks of no one country.
var registryRegions = map[string]string{"EU": "Europe", "AP": "Asia"}

// ReadASCountries reads the country of each network: lines "number,country",
// "number|country" or "AS number,name,country" with the country last. Codes
// that are no country's are passed over.
func ReadASCountries(r io.Reader) (map[sightline.ASN]sightline.Country, error) {
	out := map[sightline.ASN]sightline.Country{}
	err := eachLine(r, func(line string, n int) error {
		f := strings.FieldsFunc(line, func(r rune) bool { return r == ',' || r == '|' || r == '\t' })
		if len(f) < 2 {
			return badLine("countries of networks", n, line, "Write number,country; a network whose country is not known has no line.")
		}
		a, err := sightline.ParseASN(strings.TrimSpace(f[0]))
		if err != nil {
			if n == 1 {
				return nil // a heading
			}
			return badLine("countries of networks", n, line, "Write number,country; a network whose country is not known has no line.")
		}
		var c sightline.Country
		if c.UnmarshalText([]byte(strings.Trim(strings.TrimSpace(f[len(f)-1]), `"`))) == nil && !c.IsZero() {
			out[a] = c
		}
		return nil
	})
	return out, err
}

// Owners is who owns each network: by name of the owner, its networks. The
// name may be an organisation, a state ("country/CN") or a group of states.
type Owners map[string][]sightline.ASN

// ReadOwners reads lines "owner,number". An owner's networks are listed once,
// in order.
func ReadOwners(r io.Reader) (Owners, error) {
	out := Owners{}
	err := eachLine(r, func(line string, n int) error {
		i := strings.LastIndexByte(line, ',')
		if i <= 0 {
			return badLine("owners", n, line, "Write owner,number.")
		}
		a, err := sightline.ParseASN(strings.TrimSpace(line[i+1:]))
		if err != nil {
			if n == 1 {
				return nil // a heading
			}
			return badLine("owners", n, line, "Write owner,number.")
		}
		name := strings.TrimSpace(line[:i])
		out[name] = append(out[name], a)
		return nil
	})
	for name, list := range out {
		slices.Sort(list)
		out[name] = slices.Compact(list)
	}
	return out, err
}

// ReadUsers reads the users of each network: lines "country,number,users".
func ReadUsers(r io.Reader) (map[sightline.Country]map[sightline.ASN]float64, error) {
	out := map[sightline.Country]map[sightline.ASN]float64{}
	err := eachLine(r, func(line string, n int) error {
		f := strings.Split(line, ",")
		if len(f) < 3 {
			return badLine("users of networks", n, line, "Write country,number,users.")
		}
		a, err := sightline.ParseASN(strings.TrimSpace(f[1]))
		if err != nil && n == 1 {
			return nil // a heading
		}
		var c sightline.Country
		users, errUsers := strconv.ParseFloat(strings.TrimSpace(f[2]), 64)
		if err != nil || errUsers != nil || !(users >= 0 && users < 1e12) || c.UnmarshalText(bytes.ToUpper([]byte(strings.TrimSpace(f[0])))) != nil || c.IsZero() {
			return badLine("users of networks", n, line, "Write country,number,users.")
		}
		if out[c] == nil {
			out[c] = map[sightline.ASN]float64{}
		}
		out[c][a] += users
		return nil
	})
	return out, err
}
