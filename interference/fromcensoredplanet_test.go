package interference

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"sightline/censoredplanet"
)

func TestHyperquackAndSatellite(t *testing.T) {
	f := &Fingerprint{Name: "page", Scope: National, Countries: nil}
	addr := func(s string) Answer { return Answer{ip(s), 0} }
	c := Exchange{Control: true, Matches: true}
	for name, x := range map[string]struct {
		o    Observations
		want State
		mech Mechanism
	}{
		"as always":          {Observations{Test: "hyperquack", Scheme: "http", Control: Control{Present: true}, Exchanges: []Exchange{c, {Matches: true}}}, Reachable, ""},
		"reset twice":        {Observations{Test: "hyperquack", Scheme: "http", Control: Control{Present: true}, Exchanges: []Exchange{c, {Failure: Reset}, {Failure: Reset}, c}}, LikelyBlocked, HTTPReset},
		"reset in TLS":       {Observations{Test: "hyperquack", Scheme: "https", Control: Control{Present: true}, Exchanges: []Exchange{c, {Failure: Reset}, {Failure: Reset}}}, LikelyBlocked, TLSReset},
		"reset once":         {Observations{Test: "hyperquack", Scheme: "http", Control: Control{Present: true}, Exchanges: []Exchange{c, {Failure: Reset}}}, TooLittleData, ""},
		"controls failed":    {Observations{Test: "hyperquack", Scheme: "http", Exchanges: []Exchange{{Failure: Reset}, {Failure: Reset}}}, TooLittleData, ""},
		"block page":         {Observations{Test: "hyperquack", Scheme: "http", Control: Control{Present: true}, Exchanges: []Exchange{c, {Status: 403, Hits: []*Fingerprint{f}}}}, LikelyBlocked, HTTPBlockpage},
		"page of a host":     {Observations{Test: "hyperquack", Scheme: "http", Control: Control{Present: true}, Exchanges: []Exchange{c, {Status: 403}}}, TooLittleData, ""},
		"resolver, same":     {Observations{Test: "satellite", Control: Control{Present: true}, DNS: []DNS{{}}, Compared: []Compared{{Answer: addr(siteAddr), Address: true}}}, Reachable, ""},
		"resolver, bogon":    {Observations{Test: "satellite", Control: Control{Present: true}, DNS: []DNS{{}}, Compared: []Compared{{Answer: addr("10.1.1.1")}}}, LikelyBlocked, DNSInjectionBogon},
		"resolver, other":    {Observations{Test: "satellite", Control: Control{Present: true}, DNS: []DNS{{}}, Compared: []Compared{{Answer: addr(otherAddr), Tagged: true}}}, TooLittleData, ""},
		"resolver, injected": {Observations{Test: "satellite", Control: Control{Present: true}, DNS: []DNS{{Answers: []Answer{{ip("31.13.77.33"), 32934}}}}, Compared: []Compared{{Answer: Answer{ip("31.13.77.33"), 32934}, Tagged: true}}}, LikelyBlocked, DNSInjectionOther},
		"resolver, silence":  {Observations{Test: "satellite", Control: Control{Present: true}, DNS: []DNS{{Failure: DNSTimeout}}}, TooLittleData, ""},
		"resolver, no one":   {Observations{Test: "satellite", DNS: []DNS{{Failure: NXDomain}}}, TooLittleData, ""},
		"resolver, denial":   {Observations{Test: "satellite", Control: Control{Present: true}, DNS: []DNS{{Failure: NXDomain}}}, LikelyBlocked, DNSNXDomain},
	} {
		v := Judge(&x.o)
		if v.State != x.want || v.Mechanism != x.mech {
			t.Errorf("%s: %s %s (%s), want %s %s", name, v.State, v.Mechanism, v.LogOdds.Value, x.want, x.mech)
		}
		if err := v.LogOdds.Check(); err != nil {
			t.Error(err)
		}
	}
}

func TestRealScans(t *testing.T) {
	set := published(t)
	files, _ := filepath.Glob(shared + "censoredplanet/*/*results*.json")
	for _, name := range files {
		in, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		r, err := censoredplanet.NewReader(in)
		if err != nil {
			t.Fatal(err)
		}
		for {
			rec, err := r.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			o := FromCensoredPlanet(rec, set)
			v := Judge(&o)
			t.Logf("%-28s %s %-20s live=%v anomaly=%-5v %-16s %-24s %6s %s", filepath.Base(filepath.Dir(name)), rec.CountryCode, rec.Target, rec.Live, rec.Anomaly, v.State, v.Mechanism, v.LogOdds.Value, v.Rule)
			if !rec.Live && v.State != TooLittleData {
				t.Errorf("%s: %s without a control", rec.Target, v.State)
			}
			if !rec.Anomaly && v.State.Interfered() {
				t.Errorf("%s: %s, and Censored Planet saw no anomaly", rec.Target, v.State)
			}
		}
		in.Close()
	}
}
