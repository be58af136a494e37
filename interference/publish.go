package interference

import (
	"cmp"
	"slices"
	"time"

	"sightline"
	"sightline/internal/order"
)

// Table counts verdicts by country, month, test, target and network, and once
// more for all networks together, and gives out only what can't point at one
// volunteer.
//
// Nobody publishes who runs a probe, so probes are counted with care. Rows count
// for nothing, since one chatty probe sends thousands: probes vote, each once.
// What makes a probe is taken to be its report or its profile of network,
// resolver, software and platform, whichever there are fewer of in the cell.
type Table struct {
	cells    map[cellKey]*cell
	products map[productKey]*probes // by product; "" is all verdicts of the country and month

	Undecided int64 // verdicts with no rule or too little data
	Unplaced  int64 // verdicts without a country or a date that can be believed
}

type cellKey struct {
	country sightline.Country
	month   int32 // year * 12 + month
	test    string
	target  string
	network sightline.ASN // 0 is all
}

type productKey struct {
	country         sightline.Country
	month           int32
	vendor, product string
}

// probes are the reports and profiles that were met.
type probes struct{ reports, profiles map[string]struct{} }

func (p *probes) count() int { return min(len(p.reports), len(p.profiles)) }

// votes are what one probe saw.
type votes struct{ clear, interfered int64 }

type cell struct {
	reports, profiles map[string]votes
	mechanisms        map[Mechanism]int64
}

// Cell is a row of the table, of at least as many distinct probes as the floor.
type Cell struct {
	Country    sightline.Country
	Network    sightline.ASN // 0 is all networks of the country together
	Test       string
	Target     string
	Year       int
	Month      time.Month
	Probes     int   // distinct probes, counted low
	Saw        int   // of them, those most of whose measurements show interference
	N          int64 // measurements with a result: interference, reachable or down
	Interfered int64
	Mechanism  Mechanism // the most frequent one of those that interfered
}

// Floor is the least number of distinct probes behind a cell that is given out;
// of our choosing (TestFloor).
const Floor = 5

// maxTarget bounds the bytes of a target that are kept.
const maxTarget = 300

// Add counts a verdict.
func (t *Table) Add(v *Verdict) {
	if v.State == NoRule || v.State == TooLittleData {
		t.Undecided++
		return
	}
	if v.Country.IsZero() || v.Start.IsZero() || v.Start.Year() < 2012 || v.Start.Year() > 9999 || slices.Contains(v.Notes, NoteClock) || slices.Contains(v.Notes, NoteFuture) {
		t.Unplaced++
		return
	}
	if t.cells == nil {
		t.cells = map[cellKey]*cell{}
	}
	month := int32(v.Start.Year())*12 + int32(v.Start.Month()) - 1
	t.met(productKey{v.Country, month, "", ""}, v)
	if v.Vendor != "" {
		t.met(productKey{v.Country, month, v.Vendor, v.Product}, v)
	}
	k := cellKey{v.Country, month, v.Test, sightline.Clip(v.Target, maxTarget), 0}
	t.at(k).add(v)
	if v.Network != 0 {
		k.network = v.Network
		t.at(k).add(v)
	}
}

func (t *Table) met(k productKey, v *Verdict) {
	if t.products == nil {
		t.products = map[productKey]*probes{}
	}
	p := t.products[k]
	if p == nil {
		p = &probes{map[string]struct{}{}, map[string]struct{}{}}
		t.products[k] = p
	}
	p.reports[v.Report], p.profiles[v.profile] = struct{}{}, struct{}{}
}

func (t *Table) at(k cellKey) *cell {
	c := t.cells[k]
	if c == nil {
		c = &cell{map[string]votes{}, map[string]votes{}, map[Mechanism]int64{}}
		t.cells[k] = c
	}
	return c
}

func (c *cell) add(v *Verdict) {
	vote := func(of map[string]votes, who string) {
		x := of[who]
		if v.State.Interfered() {
			x.interfered++
		} else {
			x.clear++
		}
		of[who] = x
	}
	vote(c.reports, v.Report)
	vote(c.profiles, v.profile)
	if v.State.Interfered() && v.Mechanism != "" {
		c.mechanisms[v.Mechanism]++
	}
}

// sum counts the probes and their votes.
func (c *cell) sum(x *Cell) {
	probes := c.profiles
	if len(c.reports) < len(probes) {
		probes = c.reports
	}
	x.Probes = len(probes)
	for _, p := range probes {
		x.N += p.clear + p.interfered
		x.Interfered += p.interfered
		if p.interfered > p.clear {
			x.Saw++
		}
	}
	for m, n := range c.mechanisms {
		if best := c.mechanisms[x.Mechanism]; x.Mechanism == "" || n > best || n == best && m < x.Mechanism {
			x.Mechanism = m
		}
	}
}

// Cells lists the cells of at least floor probes, by country, month, test,
// target and network, and counts those withheld by country. Where the networks given out
// leave so few probes to the others that the difference to all networks would
// point at them, the smallest of the networks are withheld too.
func (t *Table) Cells(floor int) (out []Cell, withheld map[sightline.Country]int64) {
	floor, withheld = max(floor, 1), map[sightline.Country]int64{}
	groups := map[cellKey][]Cell{} // by the key of all networks
	for k, c := range t.cells {
		x := Cell{Country: k.country, Network: k.network, Test: k.test, Target: k.target, Year: int(k.month / 12), Month: time.Month(k.month%12 + 1)}
		c.sum(&x)
		k.network = 0
		groups[k] = append(groups[k], x)
	}
	for _, g := range groups {
		order.By(g, func(a, b Cell) int {
			return cmp.Or(cmp.Compare(min(b.Network, 1), min(a.Network, 1)), cmp.Compare(a.Probes, b.Probes), cmp.Compare(a.Network, b.Network))
		})
		// All networks together come last, the networks before by size.
		all := g[len(g)-1]
		if all.Probes < floor {
			withheld[all.Country] += int64(len(g))
			continue
		}
		rest := all.Probes
		for _, x := range g[:len(g)-1] {
			if x.Probes >= floor {
				rest -= x.Probes
			}
		}
		for _, x := range g[:len(g)-1] {
			switch {
			case x.Probes < floor:
				withheld[all.Country]++
			case rest > 0 && rest < floor:
				withheld[all.Country]++
				rest += x.Probes
			default:
				out = append(out, x)
			}
		}
		out = append(out, all)
	}
	order.By(out, func(a, b Cell) int {
		return cmp.Or(cmp.Compare(a.Country.Code(), b.Country.Code()), cmp.Compare(a.Year, b.Year), cmp.Compare(a.Month, b.Month),
			cmp.Compare(a.Test, b.Test), cmp.Compare(a.Target, b.Target), cmp.Compare(a.Network, b.Network))
	})
	return out, withheld
}

// ProductCell is how many probes of a country met the page of a product in a
// month. At least as many as the floor did: with fewer it would be them that the
// name of the maker rests on.
type ProductCell struct {
	Country         sightline.Country
	Vendor, Product string
	Year            int
	Month           time.Month
	Probes          int // distinct probes with a result of any test, counted low
	Saw             int // of them, those that met the page
}

// Products lists the products whose pages at least floor probes met, by country,
// month, vendor and product, and counts those withheld by country.
func (t *Table) Products(floor int) (out []ProductCell, withheld map[sightline.Country]int64) {
	floor, withheld = max(floor, 1), map[sightline.Country]int64{}
	for k, p := range t.products {
		switch {
		case k.vendor == "":
		case p.count() < floor:
			withheld[k.country]++
		default:
			all := t.products[productKey{k.country, k.month, "", ""}]
			out = append(out, ProductCell{k.country, k.vendor, k.product, int(k.month / 12), time.Month(k.month%12 + 1), all.count(), p.count()})
		}
	}
	order.By(out, func(a, b ProductCell) int {
		return cmp.Or(cmp.Compare(a.Country.Code(), b.Country.Code()), cmp.Compare(a.Year, b.Year), cmp.Compare(a.Month, b.Month), cmp.Compare(a.Vendor, b.Vendor), cmp.Compare(a.Product, b.Product))
	})
	return out, withheld
}

// Counter counts measurements by test. Tests without a rule are counted too.
type Counter struct{ tests map[string]TestCount }

// TestCount is how many measurements of a test were read and how many of them
// there is a rule for.
type TestCount struct {
	Test         string
	Seen, Judged int64
}

// maxTests bounds the names kept, since they come from whoever sent the
// measurement; what is beyond is counted as "other".
const maxTests = 1000

// Add counts a verdict.
func (c *Counter) Add(v *Verdict) {
	if c.tests == nil {
		c.tests = map[string]TestCount{}
	}
	name := sightline.Clip(v.Test, 80)
	if _, ok := c.tests[name]; !ok && len(c.tests) >= maxTests {
		name = "other"
	}
	n := c.tests[name]
	n.Test = name
	if n.Seen++; v.State != NoRule {
		n.Judged++
	}
	c.tests[name] = n
}

// Tests lists the tests by name.
func (c *Counter) Tests() []TestCount {
	var out []TestCount
	for _, n := range c.tests {
		out = append(out, n)
	}
	order.By(out, func(a, b TestCount) int { return cmp.Compare(a.Test, b.Test) })
	return out
}
