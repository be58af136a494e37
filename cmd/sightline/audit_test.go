package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sightline"
	"sightline/dossier"
	"sightline/dossier/audit"
)

// Verdicts and numbers of the catalogue's audit are found by their id alone,
// explained down to the sources and computed again; those of one's own audit
// with --in.
func TestAuditPacketsAreFound(t *testing.T) {
	s := catalogueStore(t)
	f, err := readAudit("chalk-2019")
	if err != nil {
		t.Fatal(err)
	}
	a, err := audit.Run(s.Store, s.series, f, dossier.Options{Edition: s.edition})
	if err != nil {
		t.Fatal(err)
	}
	call := func(args ...string) string {
		t.Helper()
		var out, errs bytes.Buffer
		if code := run(context.Background(), args, strings.NewReader(""), &out, &errs); code != exitOK {
			t.Fatalf("%v: exit %d: %s", args, code, errs.String())
		}
		return out.String()
	}
	for id, want := range map[sightline.PacketID][]string{
		a.Findings[23].Estimate.Packet:                               {"audit.verdict/1", "verdict: mis-stated (recomputed)", "headcount.share/1: 62.25 % of world population, 2017", "command      sightline audit", "claim bri65-cn", "World Bank"},
		a.Findings[19].Estimate.Packet:                               {"verdict: contested (documented)", "claim vn-cyberlaw-drafted-2016-07", "thevietnamese.org", "order.dates/1: -274 days"},
		a.Findings[7].Checks[0].Figures[8].Estimate.Packet:           {"count.cross/1", "16 of 50 states", "claim unga-74-247-br"},
		a.Findings[23].Checks[0].Figures[0].Estimate.Packet:          {"headcount.share/1", "command      sightline headcount list/bri-65 --date 2017 --of population"},
		a.Findings[31].Parts[1].Checks[1].Figures[0].Estimate.Packet: {"89 of 144 states", "itu.int"},
	} {
		out := call("explain", string(id))
		for _, w := range want {
			if !strings.Contains(out, w) {
				t.Errorf("explain %s lacks %q:\n%s", id, w, sightline.Clip(out, 1500))
			}
		}
		if out := call("verify", string(id)); !strings.HasPrefix(out, "ok") {
			t.Errorf("verify %s: %s", id, out)
		}
	}
	mine := filepath.Join(t.TempDir(), "mine.yaml")
	if err := os.WriteFile(mine, []byte(audit.Template), 0o644); err != nil {
		t.Fatal(err)
	}
	f, err = readAudit(mine)
	if err != nil {
		t.Fatal(err)
	}
	if a, err = audit.Run(s.Store, s.series, f, dossier.Options{}); err != nil {
		t.Fatal(err)
	}
	if out := call("explain", string(a.Findings[0].Estimate.Packet), "--in", mine); !strings.Contains(out, "verdict: confirmed (recomputed)") {
		t.Errorf("explain --in: %s", out)
	}
	if out := call("verify", string(a.Findings[1].Estimate.Packet), "--in", mine); !strings.HasPrefix(out, "ok") {
		t.Errorf("verify --in: %s", out)
	}
}
