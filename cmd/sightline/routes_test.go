package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sightline"
	"sightline/dossier"
	"sightline/exposure"
	"sightline/internal/mrtmake"
)

// workspaceOf makes a workspace with one table, in which each of some monitors
// reaches three equal parts of Kenya, two of them through AS24757.
func workspaceOf(t *testing.T, monitors ...string) string {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	var rib strings.Builder
	for i, m := range monitors {
		fmt.Fprintf(&rib, "peer 192.0.2.%d %s\n", i+1, m)
	}
	rib.WriteString("time 1400824800\n")
	for prefix, behind := range []string{"24757 37061", "24757 36866", "30844 33771"} {
		for i, m := range monitors {
			fmt.Fprintf(&rib, "held %d 41.%d.0.0/16 %s %s\n", i+1, 57+prefix, m, behind)
		}
	}
	b, err := mrtmake.Make(rib.String())
	if err != nil {
		t.Fatal(err)
	}
	ws := filepath.Join(dir, "ws")
	for _, args := range [][]string{
		{"init", ws},
		{"ingest", "rib", "-w", ws, "one=" + write("rib.mrt", string(b)), "--locations", filepath.Dir(filepath.Dir(write("country/ke/ipv4-aggregated.txt", "41.57.0.0/16\n41.58.0.0/15\n"))),
			"--as-countries", write("as.csv", "3257,DE\n1299,SE\n6762,IT\n6453,US\n24757,ET\n30844,MU\n37061,KE\n36866,KE\n33771,KE\n"), "--asrel", write("rel.txt", "3257|24757|-1\n24757|37061|-1\n")},
	} {
		var out, errs bytes.Buffer
		if code := run(context.Background(), args, strings.NewReader(""), &out, &errs); code != exitOK {
			t.Fatalf("%v: %s", args, errs.String())
		}
	}
	return ws
}

func readerOf(t *testing.T, ws string, today sightline.Day) *dossier.Reader {
	t.Helper()
	s, err := (&app{workspace: ws}).open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	r, err := dossier.NewReader(s.Store, s.series, dossier.Options{Edition: s.edition, Today: today})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestNetworkOnPaths: the page of a network says on how much of which
// country's paths it stands, with the numbers and packets of the dossiers.
func TestNetworkOnPaths(t *testing.T) {
	day := func(s string) sightline.Day {
		at, err := time.Parse(time.DateOnly, s)
		if err != nil {
			t.Fatal(err)
		}
		return sightline.DayOf(at)
	}
	r := readerOf(t, workspaceOf(t, "3257", "1299", "6762", "6453"), day("2014-05-24"))
	// Several readers ask at a time.
	sheets := make([]*dossier.NetworkSheet, 4)
	var wg sync.WaitGroup
	for i := range sheets {
		wg.Go(func() {
			d, err := r.Network("AS24757")
			if err != nil {
				t.Error(err)
			}
			sheets[i] = d
		})
	}
	wg.Wait()
	for _, d := range sheets {
		if d == nil || d.Routes == nil {
			t.Fatal("nothing is said of routes")
		}
		m := d.Routes
		if !m.Present || m.Warning != "" || m.Countries != 1 || len(m.Figures) != 2 || !strings.Contains(m.Sentence, "2014-05-23") {
			t.Fatalf("%+v", m)
		}
		f := m.Figures[0]
		if v, ok := f.Estimate.Value.Get(); !ok || v != 2./3 || f.Label != "On the path into Kenya" || f.Estimate.Method != exposure.CountryHegemonyMethod || f.Estimate.Unit != "share, 2014-05-23" {
			t.Errorf("%s: %+v", f.Label, f.Estimate)
		}
		if m.Figures[1].Label != "Transit influence on Kenya" || m.Figures[1].Estimate.Method != exposure.CTIMethod {
			t.Errorf("%+v", m.Figures[1])
		}
		i := slices.IndexFunc(d.Packets, func(p sightline.Packet) bool { return p.Result.Packet == f.Estimate.Packet })
		if i < 0 || !slices.ContainsFunc(d.Packets[i].Inputs, func(in sightline.Input) bool { return in.Name == "routes/one/rib.mrt" }) {
			t.Error("the packet does not lead to the table")
		}
		kenya, err := sightline.ParseCountry("KE")
		if err != nil {
			t.Fatal(err)
		}
		c, err := r.Dossier(kenya)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(c.Packets, func(p sightline.Packet) bool { return p.Result.Packet == f.Estimate.Packet }) {
			t.Error("the dossier has another packet")
		}
		// It is found by its id alone.
		p, _, err := r.Find(sightline.Countries(), false, f.Estimate.Packet)
		if err != nil || p == nil || p.ID() != f.Estimate.Packet || p.Parameters["country"] != "KE" {
			t.Errorf("found %v, %v", p, err)
		}
	}
	// A network that stands on no path.
	d, err := r.Network("AS9737")
	if err != nil || d.Routes == nil || d.Routes.Countries != 0 || len(d.Routes.Figures) > 0 {
		t.Errorf("%+v, %v", d.Routes, err)
	}
	// Old tables say nothing of now.
	if d, err := readerOf(t, workspaceOf(t, "3257", "1299", "6762"), day("2015-01-01")).Network("AS24757"); err != nil || d.Routes.Present || !strings.Contains(d.Routes.Warning, "Not the present") {
		t.Errorf("old: %+v, %v", d.Routes, err)
	}
	// With two monitor networks there is no value.
	d, err = readerOf(t, workspaceOf(t, "3257", "1299"), day("2014-05-24")).Network("AS24757")
	if err != nil || len(d.Routes.Figures) == 0 {
		t.Fatalf("few: %+v, %v", d.Routes, err)
	}
	for _, f := range d.Routes.Figures {
		if _, ok := f.Estimate.Value.Get(); ok || f.Estimate.State != sightline.TooLittleData {
			t.Errorf("few: %s: %+v", f.Label, f.Estimate)
		}
	}
}
