package dossier_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"sightline"
	"sightline/dossier"
)

func parse(t testing.TB, country string) sightline.Country {
	t.Helper()
	c, err := sightline.ParseCountry(country)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func supplyFacts(t testing.TB) []byte {
	t.Helper()
	a, err := txtar.ParseFile("testdata/supply.txtar")
	if err != nil {
		t.Fatal(err)
	}
	return a.Files[0].Data
}

// Every number of a dossier has a packet, every packet comes out again with
// the same id, and a packet that was edited does not.
func TestPacketsComeOutAgain(t *testing.T) {
	m := memory(t, supplyFacts(t))
	d, err := dossier.Compose(m, nil, dossier.Options{Country: parse(t, "ZW"), Code: "one"})
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Packets) < 10 {
		t.Fatalf("%d packets", len(d.Packets))
	}
	for _, p := range d.Packets {
		p.Code = "another version of the program"
		again, err := dossier.Recompute(m, nil, p)
		if err != nil {
			t.Fatal(err)
		}
		if again.Result != p.Result || p.ID() != p.Result.Packet {
			t.Errorf("%s: recorded %+v, computed again %+v", p.Method, p.Result, again.Result)
		}
		p.Result.N++
		if p.ID() == p.Result.Packet {
			t.Errorf("%s: the id does not cover the result", p.Method)
		}
	}
	for _, e := range estimates(d) {
		if err := e.Check(); err != nil {
			t.Error(err)
		}
		if !slices.ContainsFunc(d.Packets, func(p sightline.Packet) bool { return p.Result.Packet == e.Packet }) {
			t.Errorf("%s %s has no packet in the dossier", e.Method, e.Packet)
		}
	}
}

// estimates lists every number that the dossier prints.
func estimates(d *dossier.Dossier) (out []sightline.Estimate) {
	for _, f := range d.KeyData {
		out = append(out, f.Estimate)
	}
	for _, c := range d.Coverage {
		out = append(out, c.Estimate)
	}
	for _, a := range d.Answers {
		for _, f := range a.Figures {
			out = append(out, f.Estimate)
		}
		for _, g := range a.Groups {
			for _, it := range g.Items {
				if it.Level != nil {
					out = append(out, it.Level.Clusters)
				}
			}
		}
	}
	return out
}

// A changed claim changes the packets that rest on it and no others.
func TestPacketsFollowTheirInputs(t *testing.T) {
	facts := string(supplyFacts(t))
	ids := func(text string) map[string]sightline.PacketID {
		d, err := dossier.Compose(memory(t, []byte(text)), nil, dossier.Options{Country: parse(t, "ZW")})
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]sightline.PacketID{}
		for _, p := range d.Packets {
			out[fmt.Sprint(p.Method, p.Parameters)] = p.Result.Packet
		}
		return out
	}
	before, after := ids(facts), ids(strings.Replace(facts, `"valid":"2016"`, `"valid":"2017"`, 1))
	var changed []string
	for k := range before {
		if before[k] != after[k] {
			changed = append(changed, k)
		}
	}
	slices.Sort(changed)
	for _, k := range changed {
		if !strings.Contains(k, "filter") && !strings.Contains(k, "control") && !strings.Contains(k, "side:any") && !strings.Contains(k, "rate.supplier") {
			t.Errorf("%s changed", k)
		}
	}
	if len(changed) < 3 {
		t.Errorf("only %v changed", changed)
	}
}

// A rate about one nation appears only when every source looked at all
// nations; its interval is then the 90 % score interval of 1 of 2 (Wilson 1927:
// with z 1.645, centre .5, half width .3790).
func TestRateNeedsSourcesThatLookedEverywhere(t *testing.T) {
	rate := func(facts string) dossier.Figure {
		d, err := dossier.Compose(memory(t, []byte(facts)), nil, dossier.Options{Country: parse(t, "ZW")})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range d.Answers[2].Figures {
			if f.Estimate.Method == "rate.supplier/1" {
				return f
			}
		}
		t.Fatal("no rate figure")
		return dossier.Figure{}
	}
	facts := string(supplyFacts(t))
	if f := rate(facts); f.Estimate.State != sightline.NotIdentified || f.Rule == "" {
		t.Errorf("a rate from sources that looked at some: %+v", f)
	}
	f := rate(strings.ReplaceAll(facts, `"scope":"some"`, `"scope":"all"`))
	v, _ := f.Estimate.Value.Get()
	low, _ := f.Estimate.Low.Get()
	if v != .5 || low < .120 || low > .122 || f.Rule != "" {
		t.Errorf("a rate from sources that looked everywhere: %+v", f)
	}
}

// An earlier view by publication never shows what a later one lacks, unless a
// correction closed it.
func TestViewsGrow(t *testing.T) {
	m := memory(t, supplyFacts(t))
	seen := map[sightline.ClaimID]bool{}
	for _, year := range []string{"2015", "2018-04-16", "2018-07-24", "2019", "2022", "2023"} {
		date, err := sightline.ParseDate(year)
		if err != nil {
			t.Fatal(err)
		}
		d, err := dossier.Compose(m, nil, dossier.Options{Country: parse(t, "ZW"), AsPublished: date})
		if err != nil {
			t.Fatal(err)
		}
		now := map[sightline.ClaimID]bool{}
		for _, a := range d.Answers {
			for _, g := range a.Groups {
				for _, it := range g.Items {
					now[it.Claim] = true
					if !it.Published.IsZero() && it.Published.Last() > date.Last() {
						t.Errorf("%s: shows %s of %s", year, it.Claim, it.Published)
					}
				}
			}
		}
		for id := range seen {
			if !now[id] {
				t.Errorf("%s: %s is gone", year, id)
			}
		}
		seen = now
	}
	if len(seen) < 3 {
		t.Errorf("the last view shows %d claims", len(seen))
	}
}

// A project of no relevance is in the ledger and in no answer.
func TestUnrelatedStaysOut(t *testing.T) {
	d, err := dossier.Compose(memory(t, supplyFacts(t)), nil, dossier.Options{Country: parse(t, "ZW")})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range d.Answers {
		for _, g := range a.Groups {
			for _, it := range g.Items {
				if it.Claim == "school" || strings.Contains(it.Sentence, "school") {
					t.Errorf("%s shows %q", g.ID, it.Sentence)
				}
			}
		}
	}
}

func TestDiffSaysWhatCame(t *testing.T) {
	m := memory(t, supplyFacts(t))
	date := func(s string) sightline.Date {
		d, err := sightline.ParseDate(s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	d, err := dossier.Diff(m, nil, "published",
		dossier.Options{Country: parse(t, "ZW"), AsPublished: date("2018-12-31")},
		dossier.Options{Country: parse(t, "ZW"), AsPublished: date("2022-12-31")})
	if err != nil {
		t.Fatal(err)
	}
	var came []string
	for _, v := range d.Added {
		came = append(came, string(v.Claim))
	}
	slices.Sort(came)
	if want := []string{"faces-data", "faces-data-denied", "faces-runs", "filter", "school"}; !slices.Equal(came, want) {
		t.Errorf("came %v, want %v", came, want)
	}
	if len(d.Closed) != 0 || d.Clock != "published" {
		t.Errorf("closed %v by clock %s", d.Closed, d.Clock)
	}
	if len(d.Moved) != 1 || d.Moved[0].Label != "Control and surveillance" {
		t.Errorf("moved %+v", d.Moved)
	}
}
