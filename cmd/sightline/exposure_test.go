package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"sightline"
)

const routing = "../../../shared/data/routing/"

// exposed runs `sightline exposure` and returns what it prints.
func exposed(t *testing.T, args ...string) (string, string, error) {
	t.Helper()
	if _, err := os.Stat(routing + "mrt"); err != nil {
		t.Skipf("the shared routing data are not at hand: %v", err)
	}
	c := newExposureCommand()
	c.SilenceErrors, c.SilenceUsage = true, true
	var out, diag bytes.Buffer
	c.SetOut(&out)
	c.SetErr(&diag)
	c.SetArgs(args)
	err := c.Execute()
	return out.String(), diag.String(), err
}

func rowsOf(t *testing.T, text string) map[string][]string {
	t.Helper()
	list, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	for _, r := range list {
		out[r[0]+"|"+r[1]] = r
	}
	return out
}

func TestExposureHegemony(t *testing.T) {
	out, diag, err := exposed(t, routing+"mrt/rib.20140523.0600_firstMB.bz2", "--measure", "hegemony", "--full-feed", "5000", "--compat")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(out, "scope,asn,hegemony,low,high,peers\n") {
		t.Errorf("%.60q", out)
	}
	if !strings.Contains(diag, "damaged: 1 ") {
		t.Errorf("the file is cut short, and nothing says so: %q", diag)
	}
	got := rowsOf(t, out)
	text, err := os.ReadFile(routing + "oracle/hegemony/hege2014.csv")
	if err != nil {
		t.Fatal(err)
	}
	for k, want := range rowsOf(t, string(text)) {
		v, err := strconv.ParseFloat(want[2], 64)
		if err != nil {
			continue
		}
		r := got[k]
		if r == nil {
			t.Fatalf("no row %s", k)
		}
		if x, err := strconv.ParseFloat(r[2], 64); err != nil || math.Abs(x-v) > 1e-9 || r[5] != want[3] {
			t.Fatalf("%q, want %q", r, want)
		}
	}
}

func TestExposureCTI(t *testing.T) {
	in := routing + "oracle/cti/synth2018/in/"
	args := []string{in + "cc8.all-collectors.mrt.gz", "--measure", "cti", "--asrel", in + "20180301.as-rel.txt.bz2", "--locations", in + "pfx-to-country.2018-03-01",
		"--monitors", in + "monitors.jsonl", "--countries", "KE,Ethiopia"}
	out, _, err := exposed(t, args...)
	if err != nil {
		t.Fatal(err)
	}
	got := rowsOf(t, out)
	if !strings.HasPrefix(out, "country,asn,cti,low,high\n") || got["KE|8966"] == nil || got["ET|30990"] == nil {
		t.Errorf("%.200q", out)
	}
	again, _, err := exposed(t, args...)
	if err != nil || again != out {
		t.Errorf("the same work gives other bytes: %v", err)
	}
	text, _, err := exposed(t, append(args, "--format", "json")...)
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Inputs []sightline.Input
		Rows   []struct {
			Scope, Who string
			Ranks      []int
			Estimate   struct{ Value, Low, High, Level float64 }
		}
	}
	if err := json.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	if len(doc.Inputs) != 4 || len(doc.Rows) < 100 || doc.Rows[0].Scope != "ET" || doc.Rows[0].Who != "30990" || len(doc.Rows[0].Ranks) != 2 {
		t.Errorf("%+v", doc.Rows[0])
	}
	if n := strings.Count(text, `"packet": "SL-`); n != len(doc.Rows) {
		t.Errorf("%d packets of %d rows", n, len(doc.Rows))
	}
}

func TestExposureUnion(t *testing.T) {
	in := routing + "oracle/cti/real2014/in/"
	owners := t.TempDir() + "/owners.csv"
	if err := os.WriteFile(owners, []byte("owner,number\nKorea Telecom,4766\ncountry/US,701\ncountry/US,3356\ncountry/US,7018\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, _, err := exposed(t, "oregon-ix="+routing+"mrt/rib.20140523.0600_firstMB.bz2", "--measure", "union", "--locations", in+"pfx-to-country.2014-05-23",
		"--monitors", in+"monitors.jsonl", "--owners", owners, "--countries", "TH")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(out, "country,kind,who,share,low,high\nTH,owner,") || !strings.Contains(out, "\nTH,cut,") || !strings.Contains(out, "TH,concentration,,") {
		t.Errorf("%.300q", out)
	}
}

func TestExposureErrors(t *testing.T) {
	rib := routing + "mrt/mrtparse-samples/quagga_rib"
	for _, args := range [][]string{
		{rib, "--measure", "influence"}, {rib, "--format", "xml"}, {rib, "--measure", "cti"}, {rib, "--measure", "union"},
		{rib, "--countries", "Atlantis"}, {rib, "--countries", "KE"}, {"no-such-file"}, {"exposure_test.go"}, {rib, "--full-feed", "100000"},
		{rib, "--on-damage", "hope"}, {rib, "--asrel", "exposure_test.go"}, {rib, "--locations", "."},
	} {
		_, _, err := exposed(t, args...)
		if err == nil || sightline.ErrorHint(err) == "" || sightline.ErrorCode(err) == sightline.Internal {
			t.Errorf("%v: %v, hint %q", args, err, sightline.ErrorHint(err))
		}
	}
}
