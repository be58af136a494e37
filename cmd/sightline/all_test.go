package main

import (
	"bytes"
	"cmp"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	"sightline"
	"sightline/dossier"
	"sightline/export"
)

func catalogueStore(t testing.TB) *store {
	t.Helper()
	a := &app{out: io.Discard, errs: io.Discard, now: time.Now}
	s, err := a.open()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// The dossier of every country and territory: four answers, each cited or with
// too little data; every statement cited; every number checked, with a packet
// that comes out again; nothing said to have brought about another.
func TestEveryCountry(t *testing.T) {
	s := catalogueStore(t)
	said := regexp.MustCompile(`(?i)\bcaus(ed|es|ing)\b`)
	ids := map[sightline.PacketID]string{}
	packets, cited := 0, 0
	for _, c := range sightline.Countries() {
		d, err := dossier.Compose(s.Store, s.series, dossier.Options{Country: c, Edition: s.edition, Code: "test"})
		if err != nil {
			t.Fatalf("%s: %v", c, err)
		}
		if len(d.Answers) != 4 {
			t.Errorf("%s: %d answers", c, len(d.Answers))
		}
		held := map[sightline.PacketID]bool{}
		for _, p := range d.Packets {
			held[p.Result.Packet] = true
			if err := p.Result.Check(); err != nil {
				t.Errorf("%s: %v", c, err)
			}
			if what := string(p.Method) + " of " + c.Code(); ids[p.Result.Packet] == "" {
				ids[p.Result.Packet] = what
			} else if ids[p.Result.Packet] != what && p.Method != "grade.clusters/1" {
				t.Errorf("%s is both %s and %s", p.Result.Packet, ids[p.Result.Packet], what)
			}
			if packets++; packets%50 == 0 {
				again, err := dossier.Recompute(s.Store, s.series, p)
				if err != nil || again.Result != p.Result {
					t.Errorf("%s: %s %v is computed again as %v, %v", c, p.Method, p.Result, again.Result, err)
				}
			}
		}
		for _, a := range d.Answers {
			if len(a.Notes) == 0 && a.State == sightline.OK {
				t.Errorf("%s: the answer %s has neither sources nor too little data", c, a.ID)
			}
			if n := len(strings.Fields(cmp.Or(a.Brief, a.Sentence))); n > 25 {
				t.Errorf("%s: the answer %s in brief has %d words: %s", c, a.ID, n, cmp.Or(a.Brief, a.Sentence))
			}
			for _, f := range a.Figures {
				if !held[f.Estimate.Packet] {
					t.Errorf("%s: %s has no packet", c, f.Label)
				}
				if f.Estimate.State == sightline.NotIdentified && f.Rule == "" {
					t.Errorf("%s: %s has neither a value nor the rule in its place", c, f.Label)
				}
			}
			for _, g := range a.Groups {
				for _, it := range g.Items {
					cited++
					if len(it.Notes) == 0 || it.Sentence == "" {
						t.Errorf("%s: %s is not cited", c, it.Claim)
					}
					for _, n := range it.Notes {
						if n < 1 || n > len(d.Notes) {
							t.Errorf("%s: %s cites note %d of %d", c, it.Claim, n, len(d.Notes))
						}
					}
					if it.Class == "unrelated" {
						t.Errorf("%s: %s is unrelated, and in answer %s", c, it.Claim, a.ID)
					}
				}
			}
		}
		var text bytes.Buffer
		if err := export.Terminal(&text, d, false); err != nil {
			t.Fatal(err)
		}
		if m := said.FindString(text.String()); m != "" {
			t.Errorf("%s: the dossier says %q", c, m)
		}
	}
	if packets < 250*10 || cited < 2000 {
		t.Errorf("%d packets and %d statements: the catalogue is not what it was", packets, cited)
	}
}

// Kenya's third answer names the agreements on information technology, and none
// of the health, food or youth projects that the finance data set lists too.
func TestKenyaSupply(t *testing.T) {
	s := catalogueStore(t)
	ke, err := sightline.ParseCountry("KE")
	if err != nil {
		t.Fatal(err)
	}
	d, err := dossier.Compose(s.Store, s.series, dossier.Options{Country: ke})
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, g := range d.Answers[2].Groups {
		for _, it := range g.Items {
			all.WriteString(it.Sentence + " " + it.Supplier + "\n")
		}
	}
	for _, want := range []string{"Masterplan", "Huawei", "cloud"} {
		if !strings.Contains(all.String(), want) {
			t.Errorf("it does not name %s", want)
		}
	}
	if m := regexp.MustCompile(`(?i)\b(hospital|health|malaria|medic\w*|food|rice|maize|youth|school|scholarship|orphan\w*|stadium|water|road|railway)\b`).FindAllString(all.String(), -1); m != nil {
		t.Errorf("it names %v", m)
	}
}

func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		a := &app{out: io.Discard, errs: io.Discard, now: time.Now}
		s, err := a.open()
		if err != nil {
			b.Fatal(err)
		}
		d, err := a.compose(s, "KE", clocks{})
		if err != nil {
			b.Fatal(err)
		}
		if err := export.Terminal(io.Discard, d, false); err != nil {
			b.Fatal(err)
		}
	}
}
