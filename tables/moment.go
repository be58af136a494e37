package tables

import (
	"bufio"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"sightline"
	"sightline/exposure/paths"
	"sightline/internal/order"
	"sightline/mrt"
)

// beside is how much older than the newest table one of another collector may
// be to count as of the same moment; of our choosing: collectors write tables
// every two to eight hours, and some archives keep one a day.
const beside = sightline.Instant(24 * 3600 * 1_000_000)

// Moment is the files that together say what every peer held at a moment: the
// newest table of each collector that is not much older than the newest of
// all, and the updates after it.
type Moment struct {
	From, To sightline.Instant // of what they show: the oldest and the newest record
	until    sightline.Instant // updates after it are not applied
	Files    []Held            // of each collector its table, then its updates
}

// Moment chooses the files that show the state at a moment (0 is the newest)
// among those held by then (0 is now). It is nil where no table is held.
func (s *Store) Moment(at, recorded sightline.Instant) (*Moment, error) {
	all, err := s.List(recorded)
	if err != nil {
		return nil, err
	}
	if at == 0 {
		at = sightline.Forever
	}
	return momentOf(all, at), nil
}

func momentOf(all []Held, at sightline.Instant) *Moment {
	newest := map[string]Held{} // table by collector
	var latest sightline.Instant
	for _, h := range all {
		if h.Kind != Routes || h.Entries == 0 || h.From > at {
			continue
		}
		if old, ok := newest[h.Collector]; !ok || h.From > old.From || h.From == old.From && h.Compare(&old) > 0 {
			newest[h.Collector] = h
		}
		latest = max(latest, h.From)
	}
	m := &Moment{until: at}
	var names []string
	for name, h := range newest {
		if latest-h.From <= beside {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		t := newest[name]
		m.add(t, t.From, min(t.To, at))
		var updates []Held
		for _, h := range all {
			if h.Kind == Routes && h.Entries == 0 && h.Collector == name && h.To >= t.From && h.From <= at {
				updates = append(updates, h)
			}
		}
		order.By(updates, func(a, b Held) int { return cmp.Or(cmp.Compare(a.From, b.From), a.Compare(&b)) })
		for _, h := range updates {
			m.add(h, max(h.From, t.From), min(h.To, at))
		}
	}
	if len(m.Files) == 0 {
		return nil
	}
	return m
}

func (m *Moment) add(h Held, from, to sightline.Instant) {
	if len(m.Files) == 0 {
		m.From = from
	}
	m.From, m.To = min(m.From, from), max(m.To, to)
	m.Files = append(m.Files, h)
}

// Inputs names the files by the SHA-256 of their unpacked bytes.
func (m *Moment) Inputs() (in []sightline.Input) {
	for _, h := range m.Files {
		in = append(in, sightline.Input{Name: "routes/" + h.Collector + "/" + h.Name, SHA256: h.SHA256})
	}
	return in
}

// Collectors lists the collectors whose tables there are.
func (m *Moment) Collectors() (names []string) {
	for _, h := range m.Files {
		if !slices.Contains(names, h.Collector) {
			names = append(names, h.Collector)
		}
	}
	return names
}

// key names the table that the files make.
func (m *Moment) key() string {
	h := sha256.New()
	io.WriteString(h, "sightline.tables/1\n")
	for _, f := range m.Files {
		fmt.Fprintf(h, "%q %s\n", f.Collector, f.SHA256)
	}
	// Where every record is older, a later moment is the same.
	if newest := slices.MaxFunc(m.Files, func(a, b Held) int { return cmp.Compare(a.To, b.To) }); newest.To > m.until {
		fmt.Fprintf(h, "until %s\n", m.until)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Table makes the table that holds at the moment, from the cache or from the
// copies.
func (s *Store) Table(m *Moment) (*paths.Table, error) {
	key := m.key()
	if s.of == key {
		return s.table, nil
	}
	t, err := s.cached(key)
	if err != nil {
		return nil, err
	}
	if t == nil {
		if t, err = s.build(m); err != nil {
			return nil, err
		}
	}
	s.of, s.table = key, t
	return t, nil
}

func (s *Store) cachePath(key string) string { return filepath.Join(s.memo, key+".paths") }

// cached reads a table from the cache. One that is damaged is as good as none.
func (s *Store) cached(key string) (*paths.Table, error) {
	f, err := os.Open(s.cachePath(key))
	if err != nil {
		return nil, nil
	}
	defer f.Close()
	t, err := paths.ReadTable(f)
	if sightline.ErrorCode(err) == sightline.Corrupt {
		return nil, nil
	}
	return t, err
}

// Prepare makes the table of the newest moment and keeps it in the cache, in
// place of older ones. It is for commands that write.
func (s *Store) Prepare() error {
	m, err := s.Moment(0, 0)
	if err != nil || m == nil {
		return err
	}
	key := m.key()
	if t, err := s.cached(key); err != nil || t != nil {
		return err
	}
	t, err := s.Table(m)
	if err != nil {
		return err
	}
	if err := replace(s.cachePath(key), func(w io.Writer) error { _, err := t.WriteTo(w); return err }); err != nil {
		return err
	}
	old, err := os.ReadDir(s.memo)
	for _, e := range old {
		if strings.HasSuffix(e.Name(), ".paths") && e.Name() != key+".paths" {
			os.Remove(filepath.Join(s.memo, e.Name())) // a cache: whatever stays does no harm
		}
	}
	return err
}

// build reads the copies: of each collector the table, then of its updates
// what was seen since the table began and until the moment.
func (s *Store) build(m *Moment) (*paths.Table, error) {
	b := paths.NewBuilder()
	var table *Held
	for i := range m.Files {
		h := &m.Files[i]
		if h.Entries > 0 {
			table = h
		}
		if err := s.feed(b, h, table.From, m.until); err != nil {
			return nil, err
		}
	}
	return b.Finish(), nil
}

func (s *Store) feed(b *paths.Builder, h *Held, from, until sightline.Instant) error {
	r, err := s.open(h)
	if err != nil {
		return err
	}
	defer r.Close()
	sum := sha256.New()
	m := mrt.NewReader(bufio.NewReaderSize(io.TeeReader(r, sum), 1<<18), mrt.Options{OnDamage: mrt.Skip})
	err = b.Feed(h.Collector).Read(m, func(e *mrt.Elem) bool {
		at := seconds(e.Seconds)
		return at >= from && at <= until
	})
	if err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, io.TeeReader(r, sum)); err != nil {
		return err
	}
	if hex.EncodeToString(sum.Sum(nil)) != h.SHA256 {
		return sightline.Errorf(sightline.Corrupt, "read table", s.kept.Path(h.Copy), "the copy of %s was damaged or changed", h.Name).
			WithHint("Restore it from a backup, or delete it with tables/%s.json and ingest the file again.", h.ID())
	}
	return nil
}
