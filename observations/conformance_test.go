package observations_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"sightline"
	"sightline/observations"
)

func country(t *testing.T, code string) sightline.Country {
	t.Helper()
	c, err := sightline.ParseCountry(code)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func month(t *testing.T, s string) sightline.Date {
	t.Helper()
	d, err := sightline.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func batch(t *testing.T, rules string, files ...string) observations.Batch {
	b := observations.Batch{Source: "ooni", Rules: rules, Fingerprints: strings.Repeat("f", 64), Records: 90, Withheld: map[string]int64{"UG": 3}}
	for _, f := range files {
		b.Files = append(b.Files, sightline.Input{Name: f, SHA256: strings.Repeat(f, 64)})
	}
	b.Counts = []observations.Count{
		{Country: country(t, "KE"), Test: "telegram", Target: "telegram", Month: month(t, "2023-11"), Probes: 7, Saw: 5, N: 40, Interfered: 31, Mechanism: "tcp.timeout"},
		{Country: country(t, "KE"), Network: 12455, Test: "telegram", Target: "telegram", Month: month(t, "2023-11"), Probes: 5, Saw: 5, N: 20, Interfered: 20},
		{Country: country(t, "TZ"), Test: "telegram", Target: "telegram", Month: month(t, "2023-11"), Probes: 6, Saw: 0, N: 6},
	}
	b.Products = []observations.Product{
		{Country: country(t, "KE"), Vendor: "Netsweeper", Product: "Netsweeper", Month: month(t, "2023-11"), Probes: 7, Saw: 5},
		{Country: country(t, "YE"), Vendor: "Netsweeper", Product: "Netsweeper", Month: month(t, "2023-11"), Probes: 9, Saw: 6},
	}
	return b
}

// Every backend obeys the same rules.
func TestConformance(t *testing.T) {
	ctx := context.Background()
	for name, open := range map[string]func(*testing.T) (observations.Store, func() observations.Store){
		"memory": func(*testing.T) (observations.Store, func() observations.Store) {
			m := &observations.Memory{}
			return m, func() observations.Store { return m }
		},
		"sqlite": func(t *testing.T) (observations.Store, func() observations.Store) {
			path := filepath.Join(t.TempDir(), "observations.db")
			s, err := observations.OpenOrCreate(path)
			if err != nil {
				t.Fatal(err)
			}
			return s, func() observations.Store {
				s.Close()
				r, err := observations.Open(path)
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { r.Close() })
				return r
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, again := open(t)
			add := func(b observations.Batch, at sightline.Instant) (bool, sightline.Code) {
				added, err := s.Add(ctx, b, at)
				if err == nil {
					return added, ""
				}
				return added, sightline.ErrorCode(err)
			}
			if added, code := add(batch(t, "rules/1", "a", "b"), 100); !added || code != "" {
				t.Fatalf("first: %v %s", added, code)
			}
			if added, code := add(batch(t, "rules/1", "b", "a"), 101); added || code != "" {
				t.Errorf("the same again: %v %s", added, code)
			}
			if added, code := add(batch(t, "rules/1", "b", "c"), 102); added || code != sightline.Conflict {
				t.Errorf("one file of two is held: %v %s", added, code)
			}
			if added, code := add(batch(t, "rules/1", "d", "d"), 103); added || code != sightline.Invalid {
				t.Errorf("one file twice: %v %s", added, code)
			}
			if added, code := add(batch(t, "rules/1", "c"), 200); !added || code != "" {
				t.Errorf("other files: %v %s", added, code)
			}
			if added, code := add(batch(t, "rules/2", "a", "b"), 300); !added || code != "" {
				t.Errorf("the same files under newer rules: %v %s", added, code)
			}
			if added, code := add(batch(t, "rules/1", "e"), 299); added || code != sightline.Conflict {
				t.Errorf("before what is recorded: %v %s", added, code)
			}
			for what, spoil := range map[string]func(*observations.Count){
				"under the floor": func(c *observations.Count) { c.Probes, c.Saw = observations.Floor-1, 0 },
				"a day":           func(c *observations.Count) { c.Month = month(t, "2023-11-08") },
				"more saw than are": func(c *observations.Count) {
					c.Saw = c.Probes + 1
				},
				"no country": func(c *observations.Count) { c.Country = sightline.Country{} },
			} {
				b := batch(t, "rules/1", "e")
				spoil(&b.Counts[0])
				if added, code := add(b, 400); added || code != sightline.Invalid {
					t.Errorf("%s: %v %s", what, added, code)
				}
			}
			for what, spoil := range map[string]func(*observations.Product){
				"a page that few met":        func(p *observations.Product) { p.Saw = observations.Floor - 1 },
				"a page met by all and more": func(p *observations.Product) { p.Saw = p.Probes + 1 },
				"a product of a day":         func(p *observations.Product) { p.Month = month(t, "2023-11-08") },
				"a product of nobody":        func(p *observations.Product) { p.Vendor = "" },
			} {
				b := batch(t, "rules/1", "e")
				spoil(&b.Products[0])
				if added, code := add(b, 400); added || code != sightline.Invalid {
					t.Errorf("%s: %v %s", what, added, code)
				}
			}
			addComparisons(t, add)
			s = again()
			rules := func(at sightline.Instant) (out []string) {
				held, err := s.Of(country(t, "KE"), at)
				if err != nil {
					t.Fatal(err)
				}
				for _, h := range held {
					out = append(out, h.About.Rules+" "+h.About.Files[0].Name)
					if len(h.Counts) != 2 || h.Counts[1].Network != 12455 || h.Counts[0].Mechanism != "tcp.timeout" || h.Counts[0].Month.String() != "2023-11" {
						t.Errorf("counts: %+v", h.Counts)
					}
					if len(h.Products) != 1 || h.Products[0].Vendor != "Netsweeper" || h.Products[0].Saw != 5 || h.About.Products != nil {
						t.Errorf("products: %+v", h.Products)
					}
				}
				return out
			}
			for at, want := range map[sightline.Instant][]string{
				0:   {"rules/1 c", "rules/2 a"},
				299: {"rules/1 a", "rules/1 c"},
				150: {"rules/1 a"},
				99:  nil,
			} {
				if got := rules(at); !reflect.DeepEqual(got, want) {
					t.Errorf("as of %d: %v, want %v", at, got, want)
				}
			}
			conformComparisons(t, s)
			if held, err := s.Of(country(t, "FR"), 0); err != nil || len(held) > 0 {
				t.Errorf("nothing is held of France: %v %v", held, err)
			}
			if held, err := s.Of(country(t, "YE"), 150); err != nil || len(held) != 1 || len(held[0].Counts) > 0 || len(held[0].Products) != 1 {
				t.Errorf("a page was met in Yemen: %+v %v", held, err)
			}
			if held, err := s.Of(country(t, "UG"), 0); err != nil || len(held) != 2 || held[0].Withheld != 3 || len(held[0].Counts) > 0 {
				t.Errorf("counts of Uganda were withheld: %+v %v", held, err)
			}
		})
	}
}

// The file itself refuses to forget, and to hold what points at few probes.
func TestFileGuardsItself(t *testing.T) {
	path := filepath.Join(t.TempDir(), "observations.db")
	s, err := observations.OpenOrCreate(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Add(context.Background(), batch(t, "rules/1", "a"), 1); err != nil {
		t.Fatal(err)
	}
	s.Close()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, q := range []string{"UPDATE count SET probes = 9", "DELETE FROM count", "DELETE FROM batch", "UPDATE batch SET recorded = 0",
		"INSERT INTO count VALUES (1, 'KE', 0, 't', 'x', '2023-11', 4, 0, 4, 0, '')", "INSERT INTO count VALUES (1, 'KE', 0, 't', 'x', '2023-11-08', 5, 0, 5, 0, '')"} {
		if _, err := db.Exec(q); err == nil {
			t.Errorf("the file allows %s", q)
		}
	}
}

func TestOpen(t *testing.T) {
	dir := t.TempDir()
	if _, err := observations.Open(filepath.Join(dir, "none.db")); sightline.ErrorCode(err) != sightline.NotFound || sightline.ErrorHint(err) == "" {
		t.Errorf("no file: %v", err)
	}
	other := filepath.Join(dir, "other.db")
	os.WriteFile(other, []byte(strings.Repeat("not a database ", 100)), 0o600)
	for _, open := range []func(string) (*observations.SQLite, error){observations.Open, observations.OpenOrCreate} {
		if _, err := open(other); sightline.ErrorCode(err) != sightline.Corrupt {
			t.Errorf("another file: %v", err)
		}
	}
}

// compared is a comparison of the tables of two hours.
func compared(t *testing.T, before, after int, corrects ...observations.Correction) observations.Batch {
	side := func(hour int) observations.Seen {
		return observations.Seen{At: sightline.Instant(hour) * 3_600_000_000, Collectors: []string{"one"}, Files: []sightline.Input{{Name: fmt.Sprintf("routes/one/%d", hour), SHA256: fmt.Sprintf("%064x", hour)}}}
	}
	c := &observations.Comparison{Before: side(before), After: side(after), Peers: 4, Monitors: 4, Absent: 1, Corrects: corrects,
		Losses: []observations.Loss{{Country: country(t, "MM"), Paths: 40, Lost: 32, Prefixes: 10, Gone: 8, Monitors: 4, Low: .8, High: .8},
			{Country: country(t, "MM"), Network: 132167, Paths: 40, Lost: 32, Prefixes: 10, Gone: 8, Monitors: 4, Low: .75, High: .85}}}
	return observations.Batch{Source: "routing-tables", Rules: "exposure.table-loss/1", Files: slices.Concat(c.Before.Files, c.After.Files), Tables: c}
}

// addComparisons adds what conformComparisons finds again: of hours 1 and 3, of
// 3 and 4, and then of 1 and 2, which corrects the first.
func addComparisons(t *testing.T, add func(observations.Batch, sightline.Instant) (bool, sightline.Code)) {
	first := compared(t, 1, 3)
	for _, b := range []struct {
		batch observations.Batch
		at    sightline.Instant
		added bool
	}{
		{first, 500, true},
		{compared(t, 3, 4), 501, true}, // which shares a table with the first
		{compared(t, 1, 3), 502, false},
		{compared(t, 1, 2, observations.Correction{Batch: first.ID(), Before: first.Tables.Before.At, After: first.Tables.After.At, Reason: "a table came between"}), 600, true},
	} {
		if added, code := add(b.batch, b.at); added != b.added || code != "" {
			t.Errorf("comparison %+v: %v %s", b.batch.Tables.Before.At, added, code)
		}
	}
	for what, spoil := range map[string]func(*observations.Batch){
		"more lost than were":  func(b *observations.Batch) { b.Tables.Losses[0].Lost = 41 },
		"a share outside":      func(b *observations.Batch) { b.Tables.Losses[0].High = .7 },
		"of nobody":            func(b *observations.Batch) { b.Tables.Losses[0].Country = sightline.Country{} },
		"twice":                func(b *observations.Batch) { b.Tables.Losses[1] = b.Tables.Losses[0] },
		"a loss of too little": func(b *observations.Batch) { b.Tables.Lacks = "too few peers" },
		"a return of nobody": func(b *observations.Batch) {
			b.Tables.Returns = []observations.Loss{{Paths: 1, Lost: 1, Monitors: 1, Low: 1, High: 1}}
		},
		"the later first": func(b *observations.Batch) {
			b.Tables.Before.At, b.Tables.After.At = b.Tables.After.At, b.Tables.Before.At
		},
		"a count of probes too":  func(b *observations.Batch) { b.Counts = batch(t, "rules/1", "z").Counts },
		"a side without a table": func(b *observations.Batch) { b.Tables.Before.Files = nil },
	} {
		b := compared(t, 7, 8)
		spoil(&b)
		if added, code := add(b, 700); added || code != sightline.Invalid {
			t.Errorf("%s: %v %s", what, added, code)
		}
	}
}

func conformComparisons(t *testing.T, s observations.Store) {
	for at, want := range map[sightline.Instant]string{499: "", 500: "1-3", 599: "1-3 3-4", 600: "1-2 3-4", 0: "1-2 3-4"} {
		held, err := s.Comparisons(at)
		var got []string
		for _, h := range held {
			c := h.About.Tables
			got = append(got, fmt.Sprintf("%d-%d", c.Before.At/3_600_000_000, c.After.At/3_600_000_000))
			if b := h.About; h.Batch != b.ID() || b.Recorded < 500 || len(c.Losses) != 2 || c.Losses[1].High != .85 || c.Losses[0].Country.Code() != "MM" {
				t.Errorf("%+v", h)
			}
		}
		if err != nil || strings.Join(got, " ") != want {
			t.Errorf("comparisons at %d: %q, %v; want %q", at, got, err, want)
		}
	}
	if held, err := s.Of(country(t, "MM"), 0); err != nil || len(held) > 0 {
		t.Errorf("comparisons are no counts of probes: %+v, %v", held, err)
	}
}
