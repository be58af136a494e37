package score_test

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"sightline/interference"
	"sightline/interference/score"
)

const shared = "../../../shared/data/interference"

func find(t *testing.T, all []score.Score, what string) score.Score {
	t.Helper()
	for _, s := range all {
		if s.What == what {
			return s
		}
	}
	t.Fatalf("no score %q", what)
	return score.Score{}
}

// The bars, on what is at hand.
func TestLabelledData(t *testing.T) {
	lists := [][]interference.Fingerprint{interference.Own()}
	for _, name := range []string{"fingerprints_http.csv", "fingerprints_dns.csv", "blockpage_signatures.json", "false_positive_signatures.json"} {
		f, err := os.Open(shared + "/fingerprints/" + name)
		if err != nil {
			t.Skip("the labelled data are not at hand: " + err.Error())
		}
		defer f.Close()
		if strings.HasSuffix(name, ".json") {
			l, err := interference.ParseCensoredPlanet(f, name, strings.HasPrefix(name, "false"))
			if err != nil {
				t.Fatal(err)
			}
			lists = append(lists, l)
			continue
		}
		l, err := interference.ParseOONI(f, name)
		if err != nil {
			t.Fatal(err)
		}
		lists = append(lists, l)
	}
	set, _ := interference.NewSet(lists...)
	all, err := score.All(os.DirFS(shared), set)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		t.Logf("%-72s %d of %d %s", s.What, s.Estimate.N, s.Estimate.Denominator, s.Estimate.State)
		if err := s.Estimate.Check(); err != nil {
			t.Errorf("%s: %v", s.What, err)
		}
		if s.Packet.ID() != s.Estimate.Packet || len(s.Packet.Inputs) == 0 {
			t.Errorf("%s: its packet does not name it", s.What)
		}
	}
	missed := func(what string, atMost int64) {
		if s := find(t, all, what); s.Estimate.Denominator-s.Estimate.N > atMost {
			t.Errorf("%s: %d of %d", what, s.Estimate.N, s.Estimate.Denominator)
		}
	}
	missed("documents read", 0)
	missed("censored scenarios found", 0)
	missed("block pages found", 5)
	missed("  named, where they were seen", 5)
	missed("  country right, of those that name one", 7)
	missed("  vendor named, of pages of products", 1)
	missed("confirmed by fastpath, placed in the country by us", 0)
	missed("mechanisms that our taxonomy has", 0)
	if s := find(t, all, "  pages of both kinds named as one, their country not known"); s.Estimate.N > 3 {
		t.Errorf("%s: %v", s.What, s.Misses)
	}
	for _, what := range []string{"other scenarios called interference", "pages by servers called block pages", "not confirmed, with a fingerprint, and placed by us"} {
		if s := find(t, all, what); s.Estimate.N > 0 || s.Estimate.Denominator < 10 {
			t.Errorf("%s: %d of %d", what, s.Estimate.N, s.Estimate.Denominator)
		}
	}
}

// A folder of three pages, worked by hand: one is found, and placed; one is
// missed; the server's is left alone.
func TestByHand(t *testing.T) {
	dir := fstest.MapFS{
		"blockpages/nat_ir_frame.html":        {Data: []byte(`<iframe src="http://10.10.34.34?type=x">`)},
		"blockpages/isp_ke_unknown.html":      {Data: []byte("nothing to see")},
		"serverside-pages/403-CLOUDFLARE__a":  {Data: []byte("HTTP/1.0 403 xxx\r\nServer: x\r\n\r\nAttention Required! | Cloudflare")},
		"serverside-pages/403-IRAN__b":        {Data: []byte("HTTP/1.0 403 xxx\r\n\r\n<iframe src=\"http://10.10.34.34?type=x\">")},
		"labels/measurement-labels-a.json":    {Data: []byte(`{"labels":[{"label":"blocked","mechanisms":["tls.reset.sni","ip.magic"],"sampling_stratum":"screen_positive"},{"label":"ok","sampling_stratum":"screen_negative"},{"label":"blocked","superseded_by":"x"}]}`)},
		"timeseries/ooni-fastpath-rows-x.sql": {Data: []byte("no rows")},
	}
	set, _ := interference.NewSet(interference.Own())
	all, err := score.All(dir, set)
	if err != nil {
		t.Fatal(err)
	}
	for what, want := range map[string][2]int64{
		"block pages found":                                           {1, 2},
		"  country right, of those that name one":                     {1, 2},
		"pages by servers called block pages":                         {0, 1},
		"  named, where they were seen":                               {1, 2},
		"  pages by networks in the same collection, found":           {1, 1},
		"  pages of both kinds like a block page":                     {1, 2},
		"  pages of both kinds named as one, their country not known": {0, 2},
		"blocked, where fastpath sees an anomaly":                     {1, 1},
		"mechanisms that our taxonomy has":                            {1, 2},
		"rows of tests that we have rules for":                        {0, 0},
	} {
		if e := find(t, all, what).Estimate; e.N != want[0] || e.Denominator != want[1] {
			t.Errorf("%s: %d of %d, want %v", what, e.N, e.Denominator, want)
		}
	}
	if m := find(t, all, "block pages found").Misses; len(m) != 1 || m[0] != "isp_ke_unknown" {
		t.Errorf("missed %v", m)
	}
	dir["labels/measurement-labels-a.json"].Data = []byte("{")
	if _, err := score.All(dir, set); err == nil {
		t.Error("labels that are no JSON are passed over")
	}
}
