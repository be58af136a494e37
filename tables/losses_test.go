package tables_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"sightline"
	"sightline/observations"
	"sightline/tables"
)

// ribAt is the table of an hour after base in which three peers see the first
// so many of ten prefixes of AS132167, and thirty others.
func ribAt(hour, prefixes int) string {
	var b strings.Builder
	b.WriteString("peer 192.0.2.1 3257\npeer 192.0.2.2 1299\npeer 192.0.2.3 6762\n" + clock(3600*hour+30))
	for p := range 40 {
		behind := "24757 132167"
		if p >= 10 {
			behind = "24757 37061"
		}
		for i, m := range []int{3257, 1299, 6762} {
			if p >= 10 || p < prefixes {
				fmt.Fprintf(&b, "held %d 103.0.%d.0/24 %d %s\n", i+1, p, m, behind)
			}
		}
	}
	return b.String()
}

// updatesAt withdraws, an hour and some seconds after base, all prefixes of
// AS132167 from those with the number from on.
func updatesAt(hour, seconds, from int) string {
	var b strings.Builder
	b.WriteString("peer 192.0.2.1 3257\npeer 192.0.2.2 1299\npeer 192.0.2.3 6762\n" + clock(3600*hour+seconds) + "announce 1 198.51.100.0/24 3257 24757 37061\n")
	for p := from; p < 10; p++ {
		for i := range 3 {
			fmt.Fprintf(&b, "withdraw %d 103.0.%d.0/24\n", i+1, p)
		}
	}
	return b.String()
}

// compare compares, and tells what stands: hours after base, what is lacking
// or how many paths of how many were lost, what it corrects.
func compare(t *testing.T, s *tables.Store, o observations.Store, when string) (tables.Compared, string) {
	t.Helper()
	c, err := s.Compare(context.Background(), o, at(when), func(int, int) {})
	if err != nil {
		t.Fatal(err)
	}
	held, err := o.Comparisons(0)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, h := range held {
		x := h.About.Tables
		line := fmt.Sprintf("%d-%d", (int64(x.Before.At)/1e6-base)/3600, (int64(x.After.At)/1e6-base)/3600)
		for _, l := range x.Losses {
			line += fmt.Sprintf(" %s%s %d/%d", l.Country.Code(), l.Network, l.Lost, l.Paths)
		}
		if x.Lacks != "" {
			line += " lacks: " + x.Lacks
		}
		for _, k := range x.Corrects {
			line += " corrects: " + k.Reason
		}
		out = append(out, line)
	}
	return c, strings.Join(out, "\n")
}

func TestCompare(t *testing.T) {
	s, o := tables.At(t.TempDir()), &observations.Memory{}
	step := func(when string, added, corrected int, want string) {
		t.Helper()
		c, got := compare(t, s, o, when)
		if got != want || len(c.Added) != added || c.Corrected != corrected || c.Held != strings.Count(got+"\n", "\n")-b2i(got == "") {
			t.Errorf("%s: added %d, corrected %d, held %d:\n%s\nwant %d, %d:\n%s", when, len(c.Added), c.Corrected, c.Held, got, added, corrected, want)
		}
	}
	step("2026-01-01T00:00:00Z", 0, 0, "")
	add(t, s, tables.Routes, "one", "0", file(t, ribAt(0, 10)), "2026-01-01T00:00:00Z")
	step("2026-01-01T00:00:01Z", 0, 0, "")
	add(t, s, tables.Routes, "one", "8", file(t, ribAt(8, 2)), "2026-01-02T00:00:00Z")
	step("2026-01-02T00:00:01Z", 1, 0, "0-8 AS132167 24/30")
	step("2026-01-02T00:00:02Z", 0, 0, "0-8 AS132167 24/30")
	// Countries of networks make it anew.
	add(t, s, tables.Networks, "", "as.csv", []byte("132167,MM\n37061,KE\n3257,DE\n1299,SE\n6762,IT\n"), "2026-01-03T00:00:00Z")
	step("2026-01-03T00:00:01Z", 1, 1, "0-8 MMAS0 24/30 MMAS132167 24/30 corrects: the countries of networks were given anew")
	// A table between: the loss had come by then, and the table at the end is as before.
	add(t, s, tables.Routes, "one", "4", file(t, ribAt(4, 2)), "2026-01-04T00:00:00Z")
	step("2026-01-04T00:00:01Z", 2, 1, "0-4 MMAS0 24/30 MMAS132167 24/30 corrects: a table of 2014-05-23 10:00 UTC came between\n4-8")
	// A table a day and an hour later is too far; what is before it stays.
	add(t, s, tables.Routes, "one", "33", file(t, ribAt(33, 0)), "2026-01-05T00:00:00Z")
	const first = "0-4 MMAS0 24/30 MMAS132167 24/30 corrects: a table of 2014-05-23 10:00 UTC came between\n"
	step("2026-01-05T00:00:01Z", 1, 0, first+"4-8\n8-33 lacks: 25 hours lie between the tables; at most 24 may")
	// Another collector at one of the moments alone.
	add(t, s, tables.Routes, "two", "8", file(t, ribAt(8, 10)), "2026-01-06T00:00:00Z")
	const anew = " corrects: another table of the same moment was added"
	const differ = "lacks: the tables are of different collectors: "
	step("2026-01-06T00:00:01Z", 2, 2, first+"4-8 "+differ+"one before, one, two after"+anew+"\n8-33 "+differ+"one, two before, one after"+anew)
	// A table that was torn off tells nothing.
	whole := file(t, ribAt(40, 2))
	h, added, err := s.Add(context.Background(), tables.Routes, "one", "40", bytes.NewReader(whole[:len(whole)-20]), at("2026-01-07T00:00:00Z"))
	if err != nil || !added || h.Damage == "" {
		t.Fatalf("%+v, %v", h, err)
	}
	c, got := compare(t, s, o, "2026-01-07T00:00:01Z")
	if !strings.HasSuffix(got, "\n33-40 lacks: a part of 40 could not be read") || len(c.Added) != 1 {
		t.Errorf("a table that was torn off: %s", got)
	}
	held, err := o.Comparisons(at("2026-01-04T00:00:01Z"))
	if err != nil || len(held) != 2 || len(held[0].About.Tables.Losses) != 2 {
		t.Errorf("what was held before: %+v, %v", held, err)
	}
	for _, h := range held {
		if b, err := s.Recompare(h); err != nil || b.ID() != h.Batch {
			t.Errorf("made again: %s, %v", b.ID(), err)
		}
	}
	x := held[0]
	changed := *x.About.Tables
	changed.Losses = slices.Clone(changed.Losses)
	changed.Losses[0].Lost--
	x.About.Tables = &changed
	x.Batch = x.About.ID()
	if _, err := s.Recompare(x); sightline.ErrorCode(err) != sightline.Corrupt {
		t.Errorf("a comparison that was changed: %v", err)
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// TestCompareUpdates: updates carry a table to the hours after it, where none
// is missing.
func TestCompareUpdates(t *testing.T) {
	s, o := tables.At(t.TempDir()), &observations.Memory{}
	add(t, s, tables.Routes, "one", "0", file(t, ribAt(0, 10)), "2026-01-01T00:00:00Z")
	add(t, s, tables.Routes, "one", "u0", file(t, updatesAt(0, 600, 9)), "2026-01-01T00:00:00Z")
	add(t, s, tables.Routes, "one", "u1", file(t, updatesAt(1, 600, 1)), "2026-01-01T00:00:00Z")
	// The third hour has none, so what held in the fourth is not known.
	add(t, s, tables.Routes, "one", "u3", file(t, updatesAt(3, 600, 0)), "2026-01-01T00:00:00Z")
	_, got := compare(t, s, o, "2026-01-01T00:00:01Z")
	if want := "0-1\n1-2 AS132167 24/27"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	add(t, s, tables.Routes, "one", "u2", file(t, updatesAt(2, 600, 10)), "2026-01-02T00:00:00Z")
	_, got = compare(t, s, o, "2026-01-02T00:00:01Z")
	if want := "0-1\n1-2 AS132167 24/27\n2-3\n3-4"; got != want { // one prefix is too few to tell
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
