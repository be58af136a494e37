package interference

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sightline"
	"sightline/ooni"
)

// wilson is the 90 % interval of k of n (Wilson, 1927).
func wilson(k, n int) (low, high float64) {
	if n == 0 {
		return 0, 1
	}
	const z = 1.645
	p, m := float64(k)/float64(n), float64(n)
	mid := (p + z*z/(2*m)) / (1 + z*z/m)
	half := z / (1 + z*z/m) * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	return max(0, mid-half), min(1, mid+half)
}

func score(t *testing.T, what string, k, n int) {
	t.Helper()
	low, high := wilson(k, n)
	t.Logf("%-64s %4d of %4d  %5.1f %% [%.1f-%.1f]", what, k, n, 100*float64(k)/float64(max(n, 1)), 100*low, 100*high)
}

// TestScore scores what can be scored without a network, with 90 % intervals:
//
//	go test -v -run TestScore ./interference
//
// The labels name measurements that are not at hand, so they can't be judged
// here; what they can check is the prior and the taxonomy.
func TestScore(t *testing.T) {
	set := published(t)
	ours, _ := NewSet(Own())

	t.Run("scenarios", func(t *testing.T) {
		b, err := os.ReadFile(shared + "qa_truth.tsv")
		if err != nil {
			t.Skip(err)
		}
		truth := map[string]string{}
		for line := range strings.Lines(string(b)) {
			f := strings.Split(strings.TrimSpace(line), "\t")
			truth[f[0]] = f[1]
		}
		kind, source := index(t)
		var n, flagged [2]int
		var brier float64
		eachMeasurement(t, func(i int, m *ooni.Measurement) {
			if kind[i] != "synthetic-netem" {
				return
			}
			part := strings.Split(source[i], "/")
			class := 0
			if truth[part[len(part)-2]] == "censored" {
				class = 1
			}
			o := FromOONI(m, set)
			v := Judge(&o)
			n[class]++
			if v.State.Interfered() {
				flagged[class]++
			}
			x, _ := v.LogOdds.Value.Get()
			p := 1 / (1 + math.Pow(10, -x))
			brier += (p - float64(class)) * (p - float64(class))
		})
		score(t, "netem: censored scenarios found", flagged[1], n[1])
		score(t, "netem: false among the others", flagged[0], n[0])
		t.Logf("netem: Brier score %.3f (0.25 knows nothing)", brier/float64(n[0]+n[1]))
	})

	t.Run("pages", func(t *testing.T) {
		for _, s := range []struct {
			name string
			set  *Set
		}{{"published and own fingerprints", set}, {"own fingerprints alone", ours}} {
			match, cc, ccN, vendor, prod := 0, 0, 0, 0, 0
			files, _ := filepath.Glob(shared + "blockpages/*.html")
			for _, name := range files {
				_, hs, body := page(t, name)
				part := strings.Split(strings.TrimSuffix(filepath.Base(name), ".html"), "_")
				hits := s.set.Page(hs, body)
				f := Best(hits, sightline.Country{})
				if f != nil {
					match++
				}
				if part[0] == "prod" {
					prod++
					if v, _ := Maker(hits, f); v != "" {
						vendor++
					}
				} else if c, err := sightline.ParseCountry(part[1]); err == nil {
					ccN++
					if f != nil && f.expectedIn(c) {
						cc++
					}
				}
			}
			score(t, "block pages matched: "+s.name, match, len(files))
			score(t, "  country right", cc, ccN)
			score(t, "  vendor named on pages of products", vendor, prod)
			var n, hit [2]int
			files, _ = filepath.Glob(shared + "serverside-pages/[0-9]*")
			for _, name := range files {
				class, _, _ := strings.Cut(filepath.Base(name), "__")
				side := 0
				if slices.Contains(networkSide, class) {
					side = 1
				}
				_, hs, body := page(t, name)
				n[side]++
				if Best(s.set.Page(hs, body), sightline.Country{}) != nil {
					hit[side]++
				}
			}
			score(t, "  pages by servers called block pages", hit[0], n[0])
			score(t, "  pages by networks, in the same collection, found", hit[1], n[1])
		}
	})

	// Rows of fastpath carry the names of fingerprints that it found and its
	// own decision; the placement of those fingerprints is ours.
	t.Run("fastpath rows", func(t *testing.T) {
		b, err := os.ReadFile(shared + "timeseries/ooni-fastpath-rows-2024-01.sql")
		if err != nil {
			t.Skip(err)
		}
		row := regexp.MustCompile(`VALUES \('([^']*)','[^']*','(?:[^']|'')*','([A-Z]{2})','\d+','([a-z_]+)','[^']*','[^']*','[^']*','(\{(?:[^']|'')*\})','[^']*','([tf])','([tf])','([tf])'`)
		name := regexp.MustCompile(`"name":\s*"([^"]+)"`)
		rows, confirmed, placed, other, placedOther := 0, 0, 0, 0, 0
		for _, m := range row.FindAllStringSubmatch(string(b), -1) {
			rows++
			var hits []*Fingerprint
			for _, x := range name.FindAllStringSubmatch(m[4], -1) {
				for i := range set.fps {
					if set.fps[i].Name == x[1] {
						hits = append(hits, &set.fps[i])
					}
				}
			}
			c, _ := sightline.ParseCountry(m[2])
			f := Best(hits, c)
			ok := f != nil && (f.expectedIn(c) || len(f.Countries) == 0)
			if m[6] == "t" {
				confirmed++
				if ok {
					placed++
				}
			} else if len(hits) > 0 {
				other++
				if ok {
					placedOther++
				}
			}
		}
		t.Logf("fastpath rows read: %d", rows)
		score(t, "confirmed by fastpath, placed in the country by us", placed, confirmed)
		score(t, "not confirmed, with a fingerprint, and placed by us", placedOther, other)
	})

	t.Run("labels", func(t *testing.T) {
		type label struct {
			UID        string   `json:"measurement_uid"`
			Label      string   `json:"label"`
			Mechanisms []string `json:"mechanisms"`
			Stratum    string   `json:"sampling_stratum"`
			Superseded *string  `json:"superseded_by"`
		}
		var all []label
		for _, n := range []string{"a", "b"} {
			b, err := os.ReadFile(shared + "labels/measurement-labels-" + n + ".json")
			if err != nil {
				t.Skip(err)
			}
			var file struct{ Labels []label }
			if err := json.Unmarshal(b, &file); err != nil {
				t.Fatal(err)
			}
			all = append(all, file.Labels...)
		}
		var n, blocked [2]int
		known, mechanisms := 0, 0
		for _, l := range all {
			if l.Superseded != nil || l.Label == "unadjudicated" {
				continue
			}
			s := 0
			if l.Stratum == "screen_positive" {
				s = 1
			}
			n[s]++
			if l.Label == "blocked" {
				blocked[s]++
			}
			for _, m := range l.Mechanisms {
				mechanisms++
				if knownMechanism(m) {
					known++
				}
			}
		}
		score(t, "labels: blocked where fastpath sees an anomaly", blocked[1], n[1])
		score(t, "labels: blocked where it sees none", blocked[0], n[0])
		// Populations of the two strata, from the sampling designs.
		const positive, negative = 4.31e6, 44.2e6
		p := (positive*float64(blocked[1])/float64(n[1]) + negative*float64(blocked[0])/float64(n[0])) / (positive + negative)
		low, high := wilson(blocked[1], n[1])
		l0, h0 := wilson(blocked[0], n[0])
		t.Logf("prior: blocked share %.1f %% [%.1f-%.1f]; log10 odds %.2f, ours %.2f", 100*p, 100*(positive*low+negative*l0)/(positive+negative),
			100*(positive*high+negative*h0)/(positive+negative), math.Log10(p/(1-p)), priorLogOdds)
		score(t, "labels: mechanisms that our taxonomy has", known, mechanisms)
	})
}

func knownMechanism(m string) bool {
	for _, k := range []Mechanism{DNSInjection, DNSInjectionPage, DNSInjectionBogon, DNSInjectionOther, DNSNXDomain, DNSRefusal, DNSSilence, TCPReset, TCPTimeout, TCPRefused,
		TLSReset, TLSTimeout, TLSMitm, TLSMitmSelfSigned, HTTPBlockpage, HTTPRedirect, HTTPError, HTTPReset, HTTPTimeout, HTTPThrottle, TLSThrottle, IPUnreachable} {
		if m == string(k) || strings.HasPrefix(m, string(k)+".") || strings.HasPrefix(string(k), m+".") {
			return true
		}
	}
	return false
}
