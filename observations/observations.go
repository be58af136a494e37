// Package observations keeps counts of interference: how many distinct probes
// measured a target in a country and month, and how many of them saw a network
// interfere. In go batches of counts, each made in one go from a set of
// measurement files; out come the counts of a country as they were held at a
// moment. It interprets nothing.
//
// Measurements come from volunteers, so nothing of a single one is kept: no id,
// no address, no day, no time. A count of fewer than [Floor] distinct probes is
// refused by every store; how many such counts there were is kept as one number
// for each country of the batch.
//
// Beside them it keeps comparisons of routing tables: what peers of route
// collectors saw of countries and networks in one table and not in the next
// ([Comparison]). They are of networks, not of persons, so they have moments.
//
// Two backends obey one [Store] and one conformance suite: [Memory], and
// [SQLite] in a file that only grows (FORMAT.md).
package observations

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"github.com/go-json-experiment/json"

	"sightline"
	"sightline/internal/order"
)

// Floor is the least number of distinct probes behind a count that is kept; of
// our choosing. It is that of package interference, which shows none below it.
const Floor = 5

// Count is what the probes of a country, or of one of its networks, saw of a
// target in a month.
type Count struct {
	Country    sightline.Country `json:"country"`
	Network    sightline.ASN     `json:"network,omitzero"` // 0 is all networks together
	Test       string            `json:"test"`
	Target     string            `json:"target"`
	Month      sightline.Date    `json:"month"` // precision: month
	Probes     int               `json:"probes"`
	Saw        int               `json:"saw"`                // of them, those most of whose measurements show interference
	N          int64             `json:"n"`                  // measurements with a result
	Interfered int64             `json:"interfered"`         // of them, those that show interference
	Mechanism  string            `json:"mechanism,omitzero"` // the most frequent one
}

// Product is how many probes of a country met the page of a filtering product
// in a month.
type Product struct {
	Country sightline.Country `json:"country"`
	Vendor  string            `json:"vendor"`
	Product string            `json:"product,omitzero"`
	Month   sightline.Date    `json:"month"`  // precision: month
	Probes  int               `json:"probes"` // with a result of any test
	Saw     int               `json:"saw"`    // of them, those that met the page; at least Floor
}

// Compare orders products by country, month, vendor and product.
func (p *Product) Compare(q *Product) int {
	return cmp.Or(cmp.Compare(p.Country.Code(), q.Country.Code()), cmp.Compare(p.Month.First(), q.Month.First()), cmp.Compare(p.Vendor, q.Vendor), cmp.Compare(p.Product, q.Product))
}

// Comparison is what the peers of two routing tables, or sets of them, saw in
// both.
type Comparison struct {
	Before   Seen         `json:"before"`
	After    Seen         `json:"after"`
	Peers    int          `json:"peers"`             // in both: these count
	Monitors int          `json:"monitors"`          // networks that they belong to
	Absent   int          `json:"absent,omitzero"`   // peers of one side alone
	Shrunk   int          `json:"shrunk,omitzero"`   // peers of both that kept too little to count
	Lacks    string       `json:"lacks,omitzero"`    // what is missing to tell a loss; then there is none
	Losses   []Loss       `json:"losses,omitzero"`   // by country and network
	Returns  []Loss       `json:"returns,omitzero"`  // the same from after to before: what most paths came to
	Corrects []Correction `json:"corrects,omitzero"` // earlier comparisons that this one takes the place of
}

// Seen is one side of a comparison: what collectors held at a moment.
type Seen struct {
	At         sightline.Instant `json:"at"` // an hour: of tables begun in it, of updates until it
	Collectors []string          `json:"collectors"`
	Files      []sightline.Input `json:"files"` // of each collector its table, then its updates
}

// Loss is what was seen of a country or network before and not after.
type Loss struct {
	Country  sightline.Country `json:"country,omitzero"` // of the network; zero where that is not known
	Network  sightline.ASN     `json:"network,omitzero"` // 0 is all networks of the country together
	Paths    int64             `json:"paths"`            // before: pairs of a peer and a prefix
	Lost     int64             `json:"lost"`             // of them, those without a path after
	Prefixes int               `json:"prefixes"`         // that any peer had a path to before
	Gone     int               `json:"gone"`             // of them, those that none has a path to after
	Monitors int               `json:"monitors"`         // networks that had a path before
	Low      float64           `json:"low"`              // of the 90 % interval of lost/paths
	High     float64           `json:"high"`
}

// Correction names a comparison that a later one takes the place of, and says
// why.
type Correction struct {
	Batch  string            `json:"batch"`
	Before sightline.Instant `json:"before"`
	After  sightline.Instant `json:"after"`
	Reason string            `json:"reason"`
}

// check refuses a comparison that contradicts itself.
func (c *Comparison) check(b *Batch) error {
	bad := func(arg, what string) error {
		return sightline.Errorf(sightline.Invalid, "add observations", arg, "%s", what)
	}
	switch {
	case len(b.Counts)+len(b.Products) > 0:
		return bad(b.Source, "a batch compares tables or counts probes, not both")
	case c.Before.At >= c.After.At || len(c.Before.Files) == 0 || len(c.After.Files) == 0:
		return bad(c.After.At.String(), "a comparison has tables of two moments, the earlier first")
	case c.Lacks != "" && len(c.Losses)+len(c.Returns) > 0:
		return bad(c.After.At.String(), "with too little data there is no loss")
	}
	if err := c.rows(c.Losses, bad); err != nil {
		return err
	}
	return c.rows(c.Returns, bad)
}

// rows checks losses or returns.
func (c *Comparison) rows(list []Loss, bad func(arg, what string) error) error {
	for i, l := range list {
		share := float64(l.Lost) / float64(l.Paths)
		switch {
		case l.Country.IsZero() && l.Network == 0:
			return bad(c.After.At.String(), "a loss is of a country or network")
		case l.Lost <= 0 || l.Lost > l.Paths || l.Gone > l.Prefixes || l.Monitors <= 0 || l.Low > share || l.High < share:
			return bad(l.Network.String(), "the numbers contradict each other")
		case i > 0 && cmp.Or(cmp.Compare(list[i-1].Country.Code(), l.Country.Code()), cmp.Compare(list[i-1].Network, l.Network)) >= 0:
			return bad(l.Network.String(), "losses come once, by country and network")
		}
	}
	return nil
}

// Batch is the counts that were made together from a set of files. Counts of
// two batches are never added: nobody can tell whether their probes are the
// same.
type Batch struct {
	Source       string            `json:"source"` // "ooni"
	Files        []sightline.Input `json:"files"`  // base name and SHA-256 of each, by hash
	Rules        string            `json:"rules"`
	Fingerprints string            `json:"fingerprints"` // hash of the set
	Records      int64             `json:"records"`      // measurements read
	Damaged      int64             `json:"damaged"`      // records that could not be used
	Repeated     int64             `json:"repeated"`     // measurements that came twice, counted once
	Unplaced     int64             `json:"unplaced"`     // without a usable country or date
	Undecided    int64             `json:"undecided"`    // without a rule or with too little data
	Withheld     map[string]int64  `json:"withheld"`     // counts under the floor, left out, by country code
	Counts       []Count           `json:"counts"`       // in the order of Compare
	Products     []Product         `json:"products,omitzero"`
	Tables       *Comparison       `json:"tables,omitzero"` // of a batch that compares routing tables, and nothing else

	Recorded sightline.Instant `json:"-"` // when the store learned it
}

// Compare orders counts by country, month, test, target and network.
func (c *Count) Compare(d *Count) int {
	return cmp.Or(cmp.Compare(c.Country.Code(), d.Country.Code()), cmp.Compare(c.Month.First(), d.Month.First()),
		cmp.Compare(c.Test, d.Test), cmp.Compare(c.Target, d.Target), cmp.Compare(c.Network, d.Network))
}

// ID is the SHA-256 of the batch's canonical JSON. The moment of recording is
// not part of it.
func (b *Batch) ID() string {
	text, err := json.Marshal(b, json.Deterministic(true))
	if err != nil {
		panic("BUG: a batch that is no JSON: " + err.Error())
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// normal sorts a batch and refuses what no store may keep.
func (b *Batch) normal() error {
	bad := func(arg, format string, args ...any) error {
		return sightline.Errorf(sightline.Invalid, "add observations", arg, format, args...)
	}
	if b.Source == "" || len(b.Files) == 0 || b.Rules == "" {
		return bad(b.Source, "a batch names its source, files and rules")
	}
	order.By(b.Files, func(x, y sightline.Input) int {
		return cmp.Or(cmp.Compare(x.SHA256, y.SHA256), cmp.Compare(x.Name, y.Name))
	})
	for i, f := range b.Files {
		if i > 0 && f.SHA256 == b.Files[i-1].SHA256 && (b.Tables == nil || f == b.Files[i-1]) {
			return bad(f.Name, "the file is the same as %s", b.Files[i-1].Name)
		}
	}
	if b.Tables != nil {
		return b.Tables.check(b)
	}
	order.By(b.Counts, func(x, y Count) int { return x.Compare(&y) })
	for i := range b.Counts {
		c := &b.Counts[i]
		switch {
		case c.Country.IsZero() || c.Month.IsZero() || c.Test == "":
			return bad(c.Target, "a count has a country, a month and a test")
		case len(c.Month.String()) != len("2006-01"):
			return bad(c.Target, "%s is no month: a day could point at one probe", c.Month)
		case c.Probes < Floor:
			return bad(c.Target, "%d probes are fewer than the floor of %d", c.Probes, Floor)
		case c.Saw < 0 || c.Saw > c.Probes || c.Interfered < 0 || c.Interfered > c.N || c.N < int64(c.Probes):
			return bad(c.Target, "the numbers contradict each other")
		case i > 0 && c.Compare(&b.Counts[i-1]) == 0:
			return bad(c.Target, "counted twice")
		}
	}
	order.By(b.Products, func(x, y Product) int { return x.Compare(&y) })
	for i := range b.Products {
		p := &b.Products[i]
		switch {
		case p.Country.IsZero() || p.Month.IsZero() || p.Vendor == "":
			return bad(p.Vendor, "a product has a country, a month and a maker")
		case len(p.Month.String()) != len("2006-01"):
			return bad(p.Vendor, "%s is no month: a day could point at one probe", p.Month)
		case p.Saw < Floor || p.Saw > p.Probes:
			return bad(p.Vendor, "its page was met by %d of %d probes; the floor is %d", p.Saw, p.Probes, Floor)
		case i > 0 && p.Compare(&b.Products[i-1]) == 0:
			return bad(p.Vendor, "counted twice")
		}
	}
	return nil
}

// admit decides on a new batch beside those that are held: held already, or
// refused, or nil. A batch of the same files under other rules or fingerprints
// takes the older one's place from its moment on. Comparisons may share files.
func admit(held []*Batch, b *Batch) (already bool, err error) {
	id := b.ID()
	for _, old := range held {
		if old.ID() == id {
			return true, nil
		}
		if b.Tables != nil || old.Tables != nil {
			continue
		}
		n := 0
		for _, f := range b.Files {
			if slices.ContainsFunc(old.Files, func(g sightline.Input) bool { return g.SHA256 == f.SHA256 }) {
				n++
			}
		}
		if n > 0 && (n < len(b.Files) || n < len(old.Files)) {
			return false, sightline.Errorf(sightline.Conflict, "add observations", "", "%d of these files are held already, counted with others", n).
				WithHint("Counts cannot be added to each other: ingest all files again in one command, in a new workspace, or leave out those that are held.")
		}
	}
	return false, nil
}

// newest leaves of the batches of counts those that no later one of the same
// files has replaced, in the order of recording.
func newest(held []*Batch) (out []*Batch) {
	held = slices.DeleteFunc(slices.Clone(held), func(b *Batch) bool { return b.Tables != nil })
	for i, b := range held {
		if !slices.ContainsFunc(held[i+1:], func(later *Batch) bool { return slices.Equal(hashes(later), hashes(b)) }) {
			out = append(out, b)
		}
	}
	return out
}

// standing leaves of the batches the comparisons that no later one corrects, by
// the moments they compare, then in the order of recording.
func standing(held []*Batch, ids []string) (out []Held) {
	corrected := map[string]bool{}
	for _, b := range held {
		if b.Tables != nil {
			for _, c := range b.Tables.Corrects {
				corrected[c.Batch] = true
			}
		}
	}
	for i, b := range held {
		if b.Tables != nil && !corrected[ids[i]] {
			out = append(out, Held{Batch: ids[i], About: *b})
		}
	}
	order.By(out, func(x, y Held) int {
		a, b := x.About.Tables, y.About.Tables
		return cmp.Or(cmp.Compare(a.Before.At, b.Before.At), cmp.Compare(a.After.At, b.After.At))
	})
	return out
}

func hashes(b *Batch) (out []string) {
	for _, f := range b.Files {
		out = append(out, f.SHA256)
	}
	return out
}

// Held is what a store holds of one country in one batch.
type Held struct {
	Batch    string // id
	About    Batch  // without counts and products; of a comparison, all of it
	Counts   []Count
	Products []Product
	Withheld int64 // counts of the country under the floor
}

// Store keeps batches. What Of returns for a moment can never change once a
// later moment has been recorded.
type Store interface {
	// Add keeps a batch. One that is held already is not added again; one that
	// shares some of its files with another is an error of code Conflict.
	Add(ctx context.Context, b Batch, at sightline.Instant) (added bool, err error)
	// Of gives the counts of a country as they were held at that moment (0 is
	// now): by batch in the order of recording, those replaced left out. A
	// batch without the country is left out too.
	Of(c sightline.Country, at sightline.Instant) ([]Held, error)
	// Comparisons gives the comparisons of routing tables as they were held at
	// that moment (0 is now), those that a later one corrects left out: by the
	// moments that they compare.
	Comparisons(at sightline.Instant) ([]Held, error)
}

// Memory is a store without a file. It is not safe for concurrent use.
type Memory struct{ batches []*Batch }

// Add implements [Store].
func (m *Memory) Add(_ context.Context, b Batch, at sightline.Instant) (bool, error) {
	b.Files, b.Counts, b.Products, b.Recorded = slices.Clone(b.Files), slices.Clone(b.Counts), slices.Clone(b.Products), at
	if err := b.normal(); err != nil {
		return false, err
	}
	if already, err := admit(m.batches, &b); already || err != nil {
		return false, err
	}
	if n := len(m.batches); n > 0 && at < m.batches[n-1].Recorded {
		return false, backwards(at)
	}
	m.batches = append(m.batches, &b)
	return true, nil
}

func backwards(at sightline.Instant) error {
	return sightline.Errorf(sightline.Conflict, "add observations", at.String(), "something was recorded later than this moment").WithHint("Check the clock of this computer.")
}

// Of implements [Store].
func (m *Memory) Of(c sightline.Country, at sightline.Instant) ([]Held, error) {
	var then []*Batch
	for _, b := range m.batches {
		if at == 0 || b.Recorded <= at {
			then = append(then, b)
		}
	}
	return of(then, c), nil
}

// Comparisons implements [Store].
func (m *Memory) Comparisons(at sightline.Instant) ([]Held, error) {
	var then []*Batch
	var ids []string
	for _, b := range m.batches {
		if at == 0 || b.Recorded <= at {
			then, ids = append(then, b), append(ids, b.ID())
		}
	}
	return standing(then, ids), nil
}

func of(batches []*Batch, c sightline.Country) (out []Held) {
	for _, b := range newest(batches) {
		var counts []Count
		for _, x := range b.Counts {
			if x.Country == c {
				counts = append(counts, x)
			}
		}
		out = hold(out, b.ID(), b, c, counts)
	}
	return out
}

// hold adds what a batch holds of a country, unless that is nothing.
func hold(to []Held, id string, b *Batch, c sightline.Country, counts []Count) []Held {
	h := Held{Batch: id, About: *b, Counts: counts, Withheld: b.Withheld[c.Code()]}
	h.About.Counts, h.About.Products = nil, nil
	for _, x := range b.Products {
		if x.Country == c {
			h.Products = append(h.Products, x)
		}
	}
	if len(h.Counts)+len(h.Products) == 0 && h.Withheld == 0 {
		return to
	}
	return append(to, h)
}
