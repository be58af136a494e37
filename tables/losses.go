package tables

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"sightline"
	"sightline/exposure"
	"sightline/exposure/paths"
	"sightline/internal/order"
	"sightline/observations"
)

// Source is the source by which what is seen in routing tables is cited.
const Source = "routing-tables"

// point is what the collectors held at an hour: of a collector its table begun
// in that hour, or else the state by the updates that follow its table without
// an hour's gap.
type point struct {
	at         sightline.Instant
	collectors []string
	files      []Held // of each collector its table, then its updates
}

const hour = sightline.Instant(3600 * 1_000_000)

// points lists the hours at which some collector's state is known, in order.
func points(all []Held) (out []point) {
	of := map[string][]Held{} // routes by collector, in the order of time
	at := map[sightline.Instant]bool{}
	for _, h := range all {
		if h.Kind != Routes {
			continue
		}
		of[h.Collector] = append(of[h.Collector], h)
		if h.Entries > 0 {
			at[h.From/hour*hour] = true
		} else {
			at[h.To/hour*hour+hour] = true
		}
	}
	names := slices.Sorted(maps.Keys(of))
	for _, name := range names {
		order.By(of[name], func(a, b Held) int { return cmp.Or(cmp.Compare(a.From, b.From), a.Compare(&b)) })
	}
	for _, t := range slices.Sorted(maps.Keys(at)) {
		p := point{at: t}
		for _, name := range names {
			if files := stateAt(of[name], t); files != nil {
				p.collectors, p.files = append(p.collectors, name), append(p.files, files...)
			}
		}
		if len(p.files) > 0 {
			out = append(out, p)
		}
	}
	return out
}

// stateAt lists the files of a collector, in the order of time, that say what
// it held at an hour, or none.
func stateAt(files []Held, at sightline.Instant) (out []Held) {
	for _, h := range files { // the last table that counts
		if h.Entries > 0 && h.From < at+hour {
			out = append(out[:0], h)
		}
	}
	if out == nil || out[0].From >= at {
		return out
	}
	seen := map[sightline.Instant]bool{} // hours with updates
	for _, h := range files {
		if h.Entries > 0 || h.To < out[0].From || h.From >= at {
			continue
		}
		out = append(out, h)
		for t := h.From / hour; t <= h.To/hour; t++ {
			seen[t] = true
		}
	}
	for t := out[0].From / hour; t < at/hour; t++ {
		if !seen[t] {
			return nil
		}
	}
	return out
}

// seen is the point as a comparison carries it.
func (p *point) seen() observations.Seen {
	return observations.Seen{At: p.at, Collectors: p.collectors, Files: (&Moment{Files: p.files}).Inputs()}
}

// wanted lists the comparisons of neighbouring points, without what they find.
func wanted(all []Held) (out []observations.Batch) {
	list := points(all)
	for i := 1; i < len(list); i++ {
		c := &observations.Comparison{Before: list[i-1].seen(), After: list[i].seen()}
		b := observations.Batch{Source: Source, Rules: string(exposure.TableLossMethod), Tables: c}
		for _, in := range slices.Concat(c.Before.Files, c.After.Files) {
			if !slices.Contains(b.Files, in) {
				b.Files = append(b.Files, in)
			}
		}
		if h := newest(all, Networks); h != nil {
			b.Files = append(b.Files, sightline.Input{Name: string(Networks) + "/" + h.Name, SHA256: h.SHA256})
		}
		out = append(out, b)
	}
	return out
}

// same reports whether two batches compare the same files of the same moments
// by the same rules.
func same(a, b *observations.Batch) bool {
	x, y := slices.Clone(a.Files), slices.Clone(b.Files)
	for _, l := range [][]sightline.Input{x, y} {
		order.By(l, func(a, b sightline.Input) int {
			return cmp.Or(strings.Compare(a.SHA256, b.SHA256), strings.Compare(a.Name, b.Name))
		})
	}
	return a.Rules == b.Rules && slices.Equal(x, y) && reflect.DeepEqual(a.Tables.Before, b.Tables.Before) && reflect.DeepEqual(a.Tables.After, b.Tables.After)
}

// Neighbours counts the pairs of neighbouring moments that can be compared.
func (s *Store) Neighbours() (int, error) {
	all, err := s.List(0)
	return max(len(points(all))-1, 0), err
}

// Compared is what a run of Compare did.
type Compared struct {
	Held      int                 // comparisons that stand after it
	Added     []observations.Held // in order of time
	Corrected int                 // earlier ones that the added take the place of
}

// Compare compares the tables of neighbouring moments that are held and were
// not compared yet, and hands what it finds on as observations. An earlier
// comparison that is none of neighbours any more, since a table between them,
// or beside one of them, was added, is corrected by the one that takes its
// place. Where nothing is new, nothing is added. It reports each comparison
// before it is made.
func (s *Store) Compare(ctx context.Context, to observations.Store, at sightline.Instant, report func(done, of int)) (out Compared, err error) {
	all, err := s.List(0)
	if err != nil {
		return out, err
	}
	held, err := to.Comparisons(0)
	if err != nil {
		return out, err
	}
	want := wanted(all)
	out.Held = len(want)
	is := func(list []observations.Batch, b *observations.Batch) bool {
		return slices.ContainsFunc(list, func(x observations.Batch) bool { return same(&x, b) })
	}
	var have []observations.Batch
	for _, h := range held {
		have = append(have, h.About)
	}
	old := slices.DeleteFunc(held, func(h observations.Held) bool { return is(want, &h.About) })
	todo := slices.DeleteFunc(want, func(b observations.Batch) bool { return is(have, &b) })
	w := worker{store: s, all: all}
	for i, b := range todo {
		report(i, len(todo))
		if err := ctx.Err(); err != nil {
			return out, err
		}
		c := b.Tables
		old = slices.DeleteFunc(old, func(h observations.Held) bool {
			o := h.About.Tables
			if o.Before.At >= c.After.At || c.Before.At >= o.After.At {
				return false
			}
			c.Corrects = append(c.Corrects, observations.Correction{Batch: h.Batch, Before: o.Before.At, After: o.After.At, Reason: reason(&h.About, &b, all)})
			return true
		})
		if err := w.fill(&b); err != nil {
			return out, err
		}
		if _, err := to.Add(ctx, b, at); err != nil {
			return out, err
		}
		b.Recorded = at
		out.Added = append(out.Added, observations.Held{Batch: b.ID(), About: b})
		out.Corrected += len(c.Corrects)
	}
	return out, nil
}

// reason says why a comparison is corrected.
func reason(old, by *observations.Batch, all []Held) string {
	if old.Rules != by.Rules {
		return "it was made again by " + by.Rules
	}
	o := old.Tables
	for _, p := range points(all) {
		if o.Before.At < p.at && p.at < o.After.At {
			return fmt.Sprintf("a table of %s came between", sayHour(p.at))
		}
	}
	if o.Before.At == by.Tables.Before.At && !reflect.DeepEqual(o.Before, by.Tables.Before) || o.After.At == by.Tables.After.At && !reflect.DeepEqual(o.After, by.Tables.After) {
		return "another table of the same moment was added"
	}
	return "the countries of networks were given anew"
}

// sayHour is a moment to the minute.
func sayHour(at sightline.Instant) string { return at.Time().Format("2006-01-02 15:04 UTC") }

// Recompare makes a comparison that is held again from the copies of its files.
// It is an error where the copies do not give what is held.
func (s *Store) Recompare(h observations.Held) (observations.Batch, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if b, ok := s.again[h.Batch]; ok {
		return b, nil
	}
	all, err := s.List(0)
	if err != nil {
		return observations.Batch{}, err
	}
	b := h.About
	c := *b.Tables
	b.Tables = &observations.Comparison{Before: c.Before, After: c.After, Corrects: c.Corrects}
	w := worker{store: s, all: all, fresh: true}
	if err := w.fill(&b); err != nil {
		return b, err
	}
	if id := b.ID(); id != h.Batch {
		return b, sightline.Errorf(sightline.Corrupt, "compare tables", sayHour(c.After.At), "the tables give another comparison (%.12s) than the one that is held (%.12s)", id, h.Batch).
			WithHint("Check the copies with: sightline verify -w DIRECTORY")
	}
	if s.again == nil {
		s.again = map[string]observations.Batch{}
	}
	s.again[h.Batch] = b
	return b, nil
}

// worker compares tables one pair after the other, and keeps the last table.
type worker struct {
	store *Store
	all   []Held
	fresh bool // from the copies, not from the cache
	last  *paths.Table
	of    []sightline.Input
	at    sightline.Instant
}

// fill makes the comparison of a batch that names its sides and files.
func (w *worker) fill(b *observations.Batch) error {
	c := b.Tables
	if c.Lacks = exposure.Apart(c.Before.At, c.After.At, c.Before.Collectors, c.After.Collectors); c.Lacks != "" {
		return nil
	}
	for _, in := range slices.Concat(c.Before.Files, c.After.Files) {
		h, err := w.find(Routes, collectorOf(in), in)
		if err != nil {
			return err
		}
		if h.Damage != "" {
			c.Lacks = "a part of " + h.Name + " could not be read"
			return nil
		}
	}
	where := map[sightline.ASN]sightline.Country{}
	for _, in := range b.Files {
		if !strings.HasPrefix(in.Name, string(Networks)+"/") {
			continue
		}
		h, err := w.find(Networks, "", in)
		if err != nil {
			return err
		}
		r, err := w.store.text(h)
		if err != nil {
			return err
		}
		if where, err = exposure.ReadASCountries(r); err != nil {
			return err
		}
	}
	before, err := w.table(c.Before)
	if err != nil {
		return err
	}
	after, err := w.table(c.After)
	if err != nil {
		return err
	}
	found := exposure.CompareTables(before, after, where, Seed)
	c.Peers, c.Monitors, c.Absent, c.Shrunk, c.Lacks = found.Peers, found.Monitors, found.Absent, found.Shrunk, found.Lacks
	c.Losses, c.Returns = kept(found.Losses), kept(found.Returns)
	return nil
}

// kept is what was found, as observations keep it.
func kept(list []exposure.TableLoss) (out []observations.Loss) {
	for _, l := range list {
		out = append(out, observations.Loss{Country: l.Country, Network: l.ASN, Paths: l.Paths, Lost: l.Lost, Prefixes: l.Prefixes, Gone: l.Gone, Monitors: l.Monitors, Low: l.Low, High: l.High})
	}
	return out
}

// find finds a file that an input names.
func (w *worker) find(k Kind, collector string, in sightline.Input) (*Held, error) {
	i := slices.IndexFunc(w.all, func(h Held) bool { return h.Kind == k && h.Collector == collector && h.SHA256 == in.SHA256 })
	if i < 0 {
		return nil, sightline.Errorf(sightline.Corrupt, "compare tables", in.Name, "the file with the sum %s is not held", in.SHA256).WithHint("Ingest it again: sightline ingest rib")
	}
	return &w.all[i], nil
}

// collectorOf is the collector in the name of a file of routes, whose own name
// has no slash.
func collectorOf(in sightline.Input) string {
	name, _ := strings.CutPrefix(in.Name, string(Routes)+"/")
	return name[:max(strings.LastIndex(name, "/"), 0)]
}

// table makes the table of one side. What consists of tables alone may be in
// the cache, as the newest moment of an earlier run, or become the newest of
// this one.
func (w *worker) table(side observations.Seen) (*paths.Table, error) {
	if w.last != nil && w.at == side.At && slices.Equal(w.of, side.Files) {
		return w.last, nil
	}
	var files []Held
	updates := false
	for _, in := range side.Files {
		h, err := w.find(Routes, collectorOf(in), in)
		if err != nil {
			return nil, err
		}
		files = append(files, *h)
		updates = updates || h.Entries == 0
	}
	var t *paths.Table
	var err error
	if m := (&Moment{Files: files, until: sightline.Forever}); updates || w.fresh {
		t, err = w.build(files, side.At)
	} else {
		t, err = w.store.Table(m)
	}
	if err == nil {
		w.last, w.of, w.at = t, side.Files, side.At
	}
	return t, err
}

// build makes a table of each collector's table, whenever it was written, and
// its updates until an hour.
func (w *worker) build(files []Held, at sightline.Instant) (*paths.Table, error) {
	b := paths.NewBuilder()
	var table *Held
	for i := range files {
		h, until := &files[i], sightline.Forever
		if h.Entries > 0 {
			table = h
		} else {
			until = at - 1
		}
		if err := w.store.feed(b, h, table.From, until); err != nil {
			return nil, err
		}
	}
	return b.Finish(), nil
}
