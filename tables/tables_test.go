package tables_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sightline"
	"sightline/exposure"
	"sightline/exposure/paths"
	"sightline/internal/mrtmake"
	"sightline/tables"
)

func at(s string) sightline.Instant {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return sightline.InstantOf(t)
}

func file(t testing.TB, text string) []byte {
	t.Helper()
	b, err := mrtmake.Make(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func add(t testing.TB, s *tables.Store, k tables.Kind, collector, name string, b []byte, when string) tables.Held {
	t.Helper()
	h, added, err := s.Add(context.Background(), k, collector, name, bytes.NewReader(b), at(when))
	if err != nil || !added {
		t.Fatalf("%s: added %v, %v", name, added, err)
	}
	return h
}

func written(t testing.TB, x *paths.Table) string {
	t.Helper()
	var b strings.Builder
	if err := x.WriteText(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

const head = "peer 192.0.2.1 64512\npeer 192.0.2.2 64513\npeer 192.0.2.3 64514\n"

// 2014-05-23 06:00:00 UTC.
const base = 1400824800

func clock(seconds int) string { return fmt.Sprintf("time %d\n", base+seconds) }

func TestHeldOnce(t *testing.T) {
	dir := t.TempDir()
	s := tables.At(dir)
	rib := file(t, head+clock(0)+"held 1 10.0.0.0/8 64512 1\nheld 2 10.0.0.0/8 64513 1")
	h := add(t, s, tables.Routes, "one", "rib.mrt", rib, "2026-01-01T00:00:00Z")
	if h.Entries != 2 || h.Updates != 0 || h.Peers != 2 || h.From != at("2014-05-23T06:00:00Z") || h.Bytes != int64(len(rib)) || h.SHA256 == h.Copy {
		t.Errorf("%+v", h)
	}
	// The same bytes, packed, are the same table; of another collector another.
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	z.Write(rib)
	z.Close()
	if _, added, err := s.Add(context.Background(), tables.Routes, "one", "rib.mrt.gz", &packed, at("2026-01-02T00:00:00Z")); added || err != nil {
		t.Errorf("added again: %v, %v", added, err)
	}
	if _, ok, err := s.Has(tables.Routes, "one", h.File); !ok || err != nil {
		t.Errorf("not held: %v", err)
	}
	if _, ok, _ := s.Has(tables.Routes, "two", h.File); ok {
		t.Error("held of a collector of which it is not")
	}
	add(t, s, tables.Routes, "two", "rib.mrt", rib, "2026-01-03T00:00:00Z")
	if all, err := s.List(0); len(all) != 2 || err != nil {
		t.Errorf("%d files, %v", len(all), err)
	}
	if all, err := s.List(at("2026-01-02T00:00:00Z")); len(all) != 1 || err != nil {
		t.Errorf("%d files were held by then, %v", len(all), err)
	}
	if n, err := s.Verify(); n != 2 || err != nil {
		t.Errorf("%d verified, %v", n, err)
	}
	path := filepath.Join(dir, "archive", h.Copy[:2], h.Copy)
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	b, _ := os.ReadFile(path)
	b[len(b)-6] ^= 1
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Verify(); sightline.ErrorCode(err) != sightline.Corrupt {
		t.Errorf("a changed copy: %v", err)
	}
	m, err := s.Moment(0, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Table(m); err == nil {
		t.Error("a table was made from a changed copy")
	}
}

// slow gives a file piece by piece and calls the work off in between.
type slow struct {
	b    []byte
	stop func()
}

func (s *slow) Read(p []byte) (int, error) {
	n := copy(p, s.b[:min(len(s.b), 100)])
	s.b = s.b[n:]
	s.stop()
	return n, nil
}

// A run that is called off lists nothing and leaves nothing behind.
func TestCalledOff(t *testing.T) {
	dir := t.TempDir()
	s := tables.At(dir)
	rib := file(t, head+clock(0)+strings.Repeat("held 1 10.0.0.0/8 64512 1\nheld 1 11.0.0.0/8 64512 1\n", 50))
	ctx, stop := context.WithCancel(context.Background())
	if _, _, err := s.Add(ctx, tables.Routes, "one", "rib.mrt", &slow{rib, stop}, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("called off: %v", err)
	}
	if all, err := s.List(0); len(all) != 0 || err != nil {
		t.Errorf("%d files, %v", len(all), err)
	}
	left, err := os.ReadDir(filepath.Join(dir, "archive"))
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestRefused(t *testing.T) {
	s := tables.At(t.TempDir())
	for _, x := range []struct {
		k tables.Kind
		b string
	}{{tables.Routes, ""}, {tables.Routes, "no routes here, and some more text"}, {tables.Routes, "\x1f\x8b\x08 cut short"}, {tables.Routes, "BZh9 not so"},
		{tables.Relationships, "1|2|7\n"}, {tables.Locations, "10.0.0.0\n"}, {tables.Blocks, "10.0.0.0/8|XX\n"}, {tables.Monitors, "{\n"}, {tables.Networks, "1,KE\nx,y\n"}} {
		_, added, err := s.Add(context.Background(), x.k, "one", "f", strings.NewReader(x.b), 1)
		if added || err == nil || sightline.ErrorHint(err) == "" || sightline.ErrorCode(err) == sightline.Internal {
			t.Errorf("%s %q: added %v, %v, hint %q", x.k, x.b, added, err, sightline.ErrorHint(err))
		}
	}
	if all, _ := s.List(0); len(all) != 0 {
		t.Errorf("%d files are held", len(all))
	}
}

// TestMoments applies random updates to a table, and compares the state at
// random moments, through copies and cache, with a list kept by hand.
func TestMoments(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	prefixes := []string{"10.0.0.0/8", "10.1.0.0/16", "11.0.0.0/8", "41.57.0.0/16", "41.57.96.0/20", "192.0.2.0/24"}
	asn := []int{64512, 64513, 64514}
	for round := range 8 {
		s := tables.At(t.TempDir())
		state := map[[2]int]string{}
		set := func(p, x int) string {
			path := fmt.Sprintf("%d %d %d", asn[p], 1+rng.IntN(5), 100+x)
			state[[2]int{p, x}] = path
			return path
		}
		rib := head + clock(0)
		for x := range prefixes {
			for p := range 3 {
				if rng.IntN(3) > 0 {
					rib += fmt.Sprintf("held %d %s %s\n", p+1, prefixes[x], set(p, x))
				}
			}
		}
		text := func() string {
			var lines []string
			for x := range prefixes {
				for p := range 3 {
					if path, ok := state[[2]int{p, x}]; ok {
						lines = append(lines, fmt.Sprintf("%s|%d|192.0.2.%d|one|%s\n", prefixes[x], asn[p], p+1, path))
					}
				}
			}
			return strings.Join(lines, "")
		}
		add(t, s, tables.Routes, "one", "rib", file(t, rib), "2026-01-01T00:00:00Z")
		// An hour of updates before the table, which must not count, then two
		// files after it, given in the wrong order.
		add(t, s, tables.Routes, "one", "before", file(t, head+clock(-1800)+"announce 1 10.0.0.0/8 64512 9 9 9\nwithdraw 2 11.0.0.0/8\n"), "2026-01-01T00:00:01Z")
		want := map[int]string{0: text()}
		var files [2]string
		for i := range files {
			files[i] = head
			for k := range 15 {
				second := i*900 + k*60 + 60
				files[i] += clock(second)
				for range 1 + rng.IntN(3) {
					p, x := rng.IntN(3), rng.IntN(len(prefixes))
					switch rng.IntN(8) {
					case 0:
						files[i] += fmt.Sprintf("down %d\n", p+1)
						for y := range prefixes {
							delete(state, [2]int{p, y})
						}
					case 1, 2:
						files[i] += fmt.Sprintf("withdraw %d %s\n", p+1, prefixes[x])
						delete(state, [2]int{p, x})
					default:
						files[i] += fmt.Sprintf("announce %d %s %s\n", p+1, prefixes[x], set(p, x))
					}
				}
				want[second] = text()
			}
		}
		add(t, s, tables.Routes, "one", "second", file(t, files[1]), "2026-01-01T00:00:02Z")
		add(t, s, tables.Routes, "one", "first", file(t, files[0]), "2026-01-01T00:00:03Z")
		if err := s.Prepare(); err != nil {
			t.Fatal(err)
		}
		for second, lines := range want {
			m, err := s.Moment(at("2014-05-23T06:00:00Z")+sightline.Instant(second)*1_000_000, 0)
			if err != nil {
				t.Fatal(err)
			}
			x, err := s.Table(m)
			if err != nil {
				t.Fatal(err)
			}
			if got := written(t, x); got != lines {
				t.Fatalf("round %d, after %d seconds:\n%s\nwant:\n%s", round, second, got, lines)
			}
		}
		// The newest moment, from the cache.
		m, err := s.Moment(0, 0)
		if err != nil {
			t.Fatal(err)
		}
		x, err := s.Table(m)
		if err != nil || written(t, x) != text() || m.To != at("2014-05-23T06:30:00Z") {
			t.Fatalf("the newest moment, %s: %v", m.To, err)
		}
		// And the same as a later table that holds it.
		later := head + clock(7200)
		for _, line := range strings.Split(strings.TrimSpace(text()), "\n") {
			f := strings.Split(line, "|")
			later += fmt.Sprintf("held %c %s %s\n", f[2][len(f[2])-1], f[0], f[4])
		}
		add(t, s, tables.Routes, "one", "later", file(t, later), "2026-01-01T00:00:04Z")
		if m, err = s.Moment(0, 0); err != nil || len(m.Files) != 1 {
			t.Fatalf("%v: %v", m, err)
		}
		if y, err := s.Table(m); err != nil || written(t, y) != written(t, x) {
			t.Fatalf("a table and its updates give another table than the later one: %v", err)
		}
	}
}

func TestMomentOfCollectors(t *testing.T) {
	s := tables.At(t.TempDir())
	rib := func(second int) []byte { return file(t, head+clock(second)+"held 1 10.0.0.0/8 64512 1") }
	const day = 86400
	add(t, s, tables.Routes, "old", "a", rib(-2*day), "2026-01-01T00:00:00Z")
	add(t, s, tables.Routes, "near", "b", rib(-day/2), "2026-01-01T00:00:00Z")
	add(t, s, tables.Routes, "new", "c", rib(-day), "2026-01-01T00:00:00Z")
	add(t, s, tables.Routes, "new", "d", rib(0), "2026-01-02T00:00:00Z")
	m, err := s.Moment(0, 0)
	if err != nil || strings.Join(m.Collectors(), " ") != "near new" || m.From != at("2014-05-22T18:00:00Z") || m.To != at("2014-05-23T06:00:00Z") {
		t.Errorf("%+v, %v", m, err)
	}
	if m, err = s.Moment(0, at("2026-01-01T12:00:00Z")); err != nil || strings.Join(m.Collectors(), " ") != "near new" || m.Files[1].Name != "c" {
		t.Errorf("as it was recorded: %+v, %v", m, err)
	}
	if m, err = s.Moment(at("2014-05-21T07:00:00Z"), 0); err != nil || strings.Join(m.Collectors(), " ") != "old" {
		t.Errorf("earlier: %+v, %v", m, err)
	}
	if m, err = s.Moment(at("2010-01-01T00:00:00Z"), 0); err != nil || m != nil {
		t.Errorf("before all: %+v, %v", m, err)
	}
}

// TestAnswer asks for two countries; the pictures are those of the engine.
func TestAnswer(t *testing.T) {
	s := tables.At(t.TempDir())
	ke, _ := sightline.ParseCountry("KE")
	ug, _ := sightline.ParseCountry("UG")
	q := tables.Query{Country: ke, Owners: func() (exposure.Owners, error) { return exposure.Owners{"country/ET": {24757}}, nil }}
	if a, err := s.Answer(q); a != nil || err != nil {
		t.Fatalf("an answer without tables: %+v, %v", a, err)
	}
	rib := "peer 192.0.2.1 3257\npeer 192.0.2.2 1299\npeer 192.0.2.3 6762\n" + clock(0)
	for i, p := range []string{"3257", "1299", "6762"} {
		rib += fmt.Sprintf("held %d 41.57.0.0/16 %s 30844 37061\nheld %d 41.58.0.0/16 %s 24757 36866\nheld %d 41.210.0.0/16 %s 30844 20294\n", i+1, p, i+1, p, i+1, p)
	}
	add(t, s, tables.Routes, "one", "rib", file(t, rib), "2026-01-01T00:00:00Z")
	if a, err := s.Answer(q); err != nil || !strings.Contains(a.Lacks, "addresses") {
		t.Fatalf("%+v, %v", a, err)
	}
	add(t, s, tables.Blocks, "", "country", []byte("41.57.0.0/16|KE\n41.58.0.0/16|KE\n41.210.0.0/16|UG\n"), "2026-01-01T00:00:01Z")
	if a, err := s.Answer(q); err != nil || !strings.Contains(a.Lacks, "monitors") {
		t.Fatalf("%+v, %v", a, err)
	}
	add(t, s, tables.Networks, "", "as", []byte("3257,DE\n1299,SE\n6762,IT\n37061,KE\n36866,KE\n24757,ET\n30844,MU\n"), "2026-01-01T00:00:02Z")
	a, err := s.Answer(q)
	if err != nil || a.Lacks != "" || len(a.Inputs) != 3 || a.Known != at("2026-01-01T00:00:02Z") {
		t.Fatalf("%+v, %v", a, err)
	}
	// Half of the addresses are behind the Ethiopian network, by every monitor.
	u := a.Picture.Union
	if len(u.Owners) != 1 || u.Owners[0].Estimate().Value != sightline.Num(.5) || len(u.Owners[0].Met) != 1 || u.Networks != 3 || !u.Domestic || a.Picture.CTI != nil {
		t.Errorf("%+v", u)
	}
	if r := a.Picture.Hegemony.Rows; len(r) < 4 || r[0].Estimate().Value != sightline.Num(.5) {
		t.Errorf("%+v", r)
	}
	q.Country = ug
	b, err := s.Answer(q)
	if err != nil || b.Picture.Country != ug || len(b.Picture.Hegemony.Rows) == 0 {
		t.Errorf("%+v, %v", b, err)
	}
	add(t, s, tables.Relationships, "", "rel", []byte("30844|37061|-1\n24757|36866|-1\n3257|24757|-1\n1299|24757|-1\n"), "2026-01-01T00:00:03Z")
	q.Country = ke
	if a, err = s.Answer(q); err != nil || a.Picture.CTI == nil || len(a.Picture.CTI.Rows) == 0 || len(a.Inputs) != 4 {
		t.Errorf("%+v, %v", a, err)
	}
	q.Recorded = at("2026-01-01T00:00:02Z")
	if a, err = s.Answer(q); err != nil || a.Picture.CTI != nil {
		t.Errorf("as it was recorded before: %+v, %v", a, err)
	}
}
