// Package score compares the interference engine with what others have
// labelled. In goes a folder of labelled data in the layout below, and a
// set of fingerprints; out come shares with their 90 % intervals (Wilson, 1927)
// and the labels that none of it can be scored against, with the reason.
//
//	measurements.jsonl, measurements.index.tsv, qa_truth.tsv   emulated networks, with the truth of each
//	blockpages/SCOPE_COUNTRY_NAME.html                         block pages (github.com/citizenlab/filtering-annotations)
//	serverside-pages/CLASS__ID                                 pages met by Tor users (github.com/hellais/ooni-tor-blocks)
//	timeseries/*fastpath-rows*.sql                             rows of OONI's fastpath table
//	labels/measurement-labels-*.json, labels/*feedback*.csv    what analysts and users said (ooni/data)
//
// A part that is not there is left out. Scenarios and pages were at hand while
// the rules were written, so their shares are of known data; others are kept
// back from the project to measure it by.
package score

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"math"
	"net/textproto"
	"path"
	"regexp"
	"slices"
	"strings"

	"sightline"
	"sightline/interference"
	"sightline/internal/order"
	"sightline/ooni"
)

// Method is the method of all scores.
const Method sightline.MethodID = "interference.score/1"

// Score is one figure: N of Denominator.
type Score struct {
	Part     string             `json:"part"` // scenarios, pages, fastpath or labels
	What     string             `json:"what"`
	Estimate sightline.Estimate `json:"estimate"`
	Packet   sightline.Packet   `json:"packet"`
	Misses   []string           `json:"misses,omitzero"` // what counts against us, by name
}

// All scores whatever of dir is there.
func All(dir fs.FS, set *interference.Set) ([]Score, error) {
	s := &scorer{dir: dir, set: set}
	for _, part := range []func() error{s.scenarios, s.pages, s.fastpath, s.labels} {
		if err := part(); err != nil {
			return nil, err
		}
	}
	return s.out, nil
}

type scorer struct {
	dir  fs.FS
	set  *interference.Set
	out  []Score
	part string
	used []sightline.Input
}

// read is the content of a file, noted as an input; ok is false where it is
// not there.
func (s *scorer) read(name string) (b []byte, ok bool) {
	b, err := fs.ReadFile(s.dir, name)
	if err != nil {
		return nil, false
	}
	sum := sha256.Sum256(b)
	s.used = append(s.used, sightline.Input{Name: name, SHA256: hex.EncodeToString(sum[:])})
	return b, true
}

// begin starts a part: what is read from here on is what its scores rest on.
func (s *scorer) begin(part string) { s.part, s.used = part, nil }

func (s *scorer) add(what, unit string, k, n int, misses ...string) {
	e := sightline.Estimate{N: int64(k), Denominator: int64(n), Unit: unit, Method: Method}
	if n == 0 {
		e.State, e.Reason = sightline.TooLittleData, "none at hand"
	} else {
		low, high := wilson(k, n)
		e.Value, e.Low, e.High, e.Level = sightline.Num(round(float64(k)/float64(n))), sightline.Num(round(low)), sightline.Num(round(high)), 0.9
	}
	s.put(what, e, misses)
}

func (s *scorer) put(what string, e sightline.Estimate, misses []string) {
	p := sightline.Packet{Schema: sightline.PacketSchema, Method: Method, Result: e, Inputs: slices.Clone(s.used),
		Parameters: map[string]string{"part": s.part, "what": what, "rules": interference.RulesVersion}}
	p.Inputs = append(p.Inputs, sightline.Input{Name: "fingerprints", SHA256: s.set.Hash()})
	e.Packet = p.ID()
	p.Result.Packet = e.Packet
	slices.Sort(misses)
	s.out = append(s.out, Score{s.part, what, e, p, misses})
}

func round(x float64) float64 { return math.Round(x*1e4) / 1e4 }

// wilson is the 90 % score interval of k of n.
func wilson(k, n int) (low, high float64) {
	const z = 1.6448536269514722
	p, m := float64(k)/float64(n), float64(n)
	mid := (p + z*z/(2*m)) / (1 + z*z/m)
	half := z / (1 + z*z/m) * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	low, high = max(0, mid-half), min(1, mid+half)
	// The share lies within, whatever the last bit of a float says.
	return min(low, p), max(high, p)
}

// scenarios judges measurements made on emulated networks, of which it is
// known what they did.
func (s *scorer) scenarios() error {
	s.begin("scenarios")
	raw, ok1 := s.read("measurements.jsonl")
	index, ok2 := s.read("measurements.index.tsv")
	truth, ok3 := s.read("qa_truth.tsv")
	if !ok1 || !ok2 || !ok3 {
		return nil
	}
	type row struct{ censored, fastpath, probe bool }
	rows := map[string]row{}
	for line := range strings.Lines(string(truth)) {
		if f := strings.Split(strings.TrimRight(line, "\r\n"), "\t"); len(f) >= 7 && f[0] != "scenario" {
			rows[f[0]] = row{f[1] == "censored", f[6] == "True", f[2] != "False" && f[2] != "None" && f[2] != ""}
		}
	}
	var names []string
	for i, line := range strings.Split(strings.TrimSpace(string(index)), "\n") {
		f := strings.Split(line, "\t")
		if i == 0 {
			continue
		}
		name := ""
		if p := strings.Split(f[len(f)-1], "/"); f[0] == "synthetic-netem" && len(p) > 1 {
			name = p[len(p)-2]
		}
		names = append(names, name)
	}
	var n, ours, theirs, probe [2]int
	var misses [2][]string
	brier := 0.0
	r := ooni.NewReader(bytes.NewReader(raw), ooni.Options{Mode: ooni.Diagnose})
	for i := 0; ; i++ {
		m, err := r.Next()
		if err != nil {
			break
		}
		if i >= len(names) || names[i] == "" {
			continue
		}
		t, known := rows[names[i]]
		if !known {
			continue
		}
		o := interference.FromOONI(m, s.set)
		v := interference.Judge(&o)
		class := 0
		if t.censored {
			class = 1
		}
		n[class]++
		if v.State.Interfered() {
			ours[class]++
		}
		if v.State.Interfered() != t.censored {
			misses[class] = append(misses[class], names[i]+": "+v.State.String())
		}
		if t.fastpath {
			theirs[class]++
		}
		if t.probe {
			probe[class]++
		}
		x, _ := v.LogOdds.Value.Get()
		p := 1 / (1 + math.Pow(10, -x))
		brier += (p - float64(class)) * (p - float64(class))
	}
	damaged := int(r.Stats().Damages())
	s.add("documents read", "documents", int(r.Stats().Records), int(r.Stats().Records)+damaged)
	s.add("censored scenarios found", "scenarios", ours[1], n[1], misses[1]...)
	s.add("  fastpath, on the same", "scenarios", theirs[1], n[1])
	s.add("  the probe, on the same", "scenarios", probe[1], n[1])
	s.add("other scenarios called interference", "scenarios", ours[0], n[0], misses[0]...)
	s.add("  fastpath, on the same", "scenarios", theirs[0], n[0])
	s.add("  the probe, on the same", "scenarios", probe[0], n[0])
	if all := n[0] + n[1]; all > 0 {
		s.put("Brier score of the odds (0.25 knows nothing)", sightline.Estimate{Value: sightline.Num(round(brier / float64(all))), N: int64(all), Unit: "mean squared error", Method: Method, Reason: "scenarios are chosen, not sampled"}, nil)
	}
	return nil
}

// pages looks for fingerprints in saved pages: block pages that must be found,
// and pages by servers that must not. A page is found if it is like a block page,
// and named if what it is like is at home where it was seen. The collection of
// pages by servers also holds pages by networks, which [ByNetwork] tells apart,
// and does not say where any of them was seen.
func (s *scorer) pages() error {
	own, _ := interference.NewSet(interference.Own())
	for _, x := range []struct {
		name string
		set  *interference.Set
	}{{"", s.set}, {" (built-in fingerprints alone)", own}} {
		s.begin("pages")
		var match, named, country, placed, vendor, prod int
		var missed, nameless, misplaced, unnamed []string
		files, _ := fs.Glob(s.dir, "blockpages/*.html")
		for _, name := range files {
			body, ok := s.read(name)
			if !ok {
				continue
			}
			_, headers, body := Page(body)
			base := strings.TrimSuffix(path.Base(name), ".html")
			part := strings.Split(base, "_")
			hits := x.set.Page(headers, body)
			f := interference.Best(hits, sightline.Country{})
			if f != nil {
				match++
			} else {
				missed = append(missed, base)
			}
			var seen sightline.Country // isp_ru_…, inst_edu_id_…
			for _, code := range part[1:min(3, len(part))] {
				if len(code) == 2 && part[0] != "prod" && seen.IsZero() {
					seen, _ = sightline.ParseCountry(code)
				}
			}
			if interference.Match(hits, seen) != nil {
				named++
			} else if f != nil {
				nameless = append(nameless, base+": "+f.Name)
			}
			if part[0] == "prod" {
				prod++
				if v, _ := interference.Maker(hits, f); v != "" {
					vendor++
				} else {
					unnamed = append(unnamed, base)
				}
			} else if !seen.IsZero() {
				placed++
				if f != nil && f.ExpectedIn(seen) {
					country++
				} else if f != nil {
					misplaced = append(misplaced, base+": "+f.Name)
				}
			}
		}
		if len(files) > 0 {
			s.add("block pages found"+x.name, "pages", match, len(files), missed...)
			s.add("  named, where they were seen", "pages", named, len(files), nameless...)
			s.add("  country right, of those that name one", "pages", country, placed, misplaced...)
			s.add("  vendor named, of pages of products", "pages", vendor, prod, unnamed...)
		}
		s.begin("pages")
		var n, hit [2]int
		var homeless int
		var wrong, unseen, all, names []string
		files, _ = fs.Glob(s.dir, "serverside-pages/[0-9]*")
		for _, name := range files {
			b, ok := s.read(name)
			if !ok {
				continue
			}
			side := 0
			if ByNetwork(path.Base(name)) {
				side = 1
			}
			_, headers, body := Page(b)
			n[side]++
			hits := x.set.Page(headers, body)
			if f := interference.Match(hits, sightline.Country{}); f != nil {
				homeless++
				names = append(names, path.Base(name)+": "+f.Name)
			}
			if f := interference.Best(hits, sightline.Country{}); f != nil {
				hit[side]++
				all = append(all, path.Base(name)+": "+f.Name)
				if side == 0 {
					wrong = append(wrong, path.Base(name)+": "+f.Name)
				}
			} else if side == 1 {
				unseen = append(unseen, path.Base(name))
			}
		}
		if len(files) > 0 {
			s.add("pages by servers called block pages"+x.name, "pages", hit[0], n[0], wrong...)
			s.add("  pages by networks in the same collection, found", "pages", hit[1], n[1], unseen...)
			s.add("  pages of both kinds like a block page"+x.name, "pages", hit[0]+hit[1], n[0]+n[1], all...)
			s.add("  pages of both kinds named as one, their country not known"+x.name, "pages", homeless, n[0]+n[1], names...)
		}
	}
	return nil
}

// networkSide lists the classes of that collection which its README describes
// as pages of a network, a state or a filter on the way, seen through an exit
// of Tor or by a probe behind the filter. They are block pages, and naming one
// is no false alarm.
var networkSide = []string{"200-EEEP", "200-EEEP-OTHER", "200-INDIA", "200-TURKEY", "200-TURKEY-TIB", "200-BRITISHTELECOM", "200-COX-FINDER", "200-COX-PHISHING",
	"301-SQUIDGUARD", "302-ALERT", "302-NETSWEEPER", "403-IRAN", "403-SONICWALL", "403-ABERDEEN", "403-BLUECOAT", "403-SKYDNS"}

// ByNetwork tells a page of the collection that a network made from one that
// the server made, by its file name. SonicWall's page stands on both sides: the
// README takes what www.schwarzreport.org sent for a refusal by the server. That of
// McAfee, seen with one site only, is taken for the server's.
func ByNetwork(name string) bool {
	class, rest, _ := strings.Cut(name, "__")
	return slices.Contains(networkSide, class) && !strings.HasSuffix(rest, "www.schwarzreport.org")
}

// Page takes a saved response apart, with a status line and headers or a body
// only.
func Page(b []byte) (status int, headers []interference.Header, body []byte) {
	if !bytes.HasPrefix(b, []byte("HTTP/")) {
		return 200, nil, b
	}
	br := bufio.NewReader(bytes.NewReader(b))
	line, _ := br.ReadString('\n')
	if f := strings.Fields(line); len(f) > 1 {
		for _, c := range []byte(f[1]) {
			if c < '0' || c > '9' || status > 999 {
				break
			}
			status = status*10 + int(c-'0')
		}
	}
	h, _ := textproto.NewReader(br).ReadMIMEHeader()
	for k, vs := range h {
		for _, v := range vs {
			headers = append(headers, interference.Header{Name: k, Value: v})
		}
	}
	order.By(headers, func(a, b interference.Header) int { return strings.Compare(a.Name+a.Value, b.Name+b.Value) })
	var rest bytes.Buffer
	rest.ReadFrom(br)
	return status, headers, rest.Bytes()
}

var (
	fastpathRow  = regexp.MustCompile(`VALUES \('([^']*)','[^']*','(?:[^']|'')*','([A-Z]{2})','\d+','([a-z_]+)','[^']*','[^']*','[^']*','(\{(?:[^']|'')*\})','[^']*','([tf])','([tf])','([tf])'`)
	fastpathName = regexp.MustCompile(`"name":\s*"([^"]+)"`)
)

// fastpath takes rows that carry the names of fingerprints that fastpath found
// and its own decision; where those fingerprints are at home is ours to say.
// The measurements behind the rows are not in them, so verdicts can't be
// compared.
func (s *scorer) fastpath() error {
	files, _ := fs.Glob(s.dir, "timeseries/*fastpath-rows*.sql")
	for _, name := range files {
		s.begin("fastpath")
		b, ok := s.read(name)
		if !ok {
			continue
		}
		var rows, confirmed, placed, other, placedOther, ruled int
		for _, m := range fastpathRow.FindAllStringSubmatch(string(b), -1) {
			rows++
			if interference.HasRule(m[3]) {
				ruled++
			}
			var hits []*interference.Fingerprint
			for _, x := range fastpathName.FindAllStringSubmatch(m[4], -1) {
				hits = append(hits, s.set.Named(x[1])...)
			}
			c, _ := sightline.ParseCountry(m[2])
			f := interference.Best(hits, c)
			here := f != nil && (f.ExpectedIn(c) || len(f.Countries) == 0)
			if m[6] == "t" {
				confirmed++
				if here {
					placed++
				}
			} else if strings.Contains(m[4], `"name"`) {
				other++
				if here {
					placedOther++
				}
			}
		}
		s.add("rows of tests that we have rules for", "rows", ruled, rows)
		s.add("confirmed by fastpath, placed in the country by us", "rows", placed, confirmed)
		s.add("not confirmed, with a fingerprint, and placed by us", "rows", placedOther, other)
	}
	return nil
}

// labels takes what analysts said of measurements that are not at hand. They
// can check the prior, the taxonomy, and each other.
func (s *scorer) labels() error {
	s.begin("labels")
	type label struct {
		Label      string   `json:"label"`
		Mechanisms []string `json:"mechanisms"`
		Stratum    string   `json:"sampling_stratum"`
		Superseded *string  `json:"superseded_by"`
	}
	var n, blocked [2]int
	known, mechanisms := 0, 0
	files, _ := fs.Glob(s.dir, "labels/measurement-labels-*.json")
	for _, name := range files {
		b, ok := s.read(name)
		if !ok {
			continue
		}
		var file struct{ Labels []label }
		if err := json.Unmarshal(b, &file); err != nil {
			return sightline.Errorf(sightline.Invalid, "read labels", name, "%w", err).WithHint("Give the label files of ooni/data as they are published.")
		}
		for _, l := range file.Labels {
			if l.Superseded != nil || l.Label == "unadjudicated" {
				continue
			}
			i := 0
			if l.Stratum == "screen_positive" {
				i = 1
			}
			n[i]++
			if l.Label == "blocked" {
				blocked[i]++
			}
			for _, m := range l.Mechanisms {
				if mechanisms++; interference.Mechanism(m).Known() {
					known++
				}
			}
		}
	}
	if n[0]+n[1] > 0 {
		s.add("blocked, where fastpath sees an anomaly", "labels", blocked[1], n[1])
		s.add("blocked, where fastpath sees none", "labels", blocked[0], n[0])
		s.prior(blocked, n)
		s.add("mechanisms that our taxonomy has", "labels", known, mechanisms)
	}
	files, _ = fs.Glob(s.dir, "labels/*feedback*.csv")
	for _, name := range files {
		s.begin("labels")
		b, ok := s.read(name)
		if !ok {
			continue
		}
		rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
		if err != nil || len(rows) == 0 {
			continue
		}
		uid, status := slices.Index(rows[0], "measurement_uid"), slices.Index(rows[0], "status")
		if uid < 0 || status < 0 {
			continue
		}
		ruled, tests := 0, 0
		for _, r := range rows[1:] {
			if p := strings.Split(r[uid], "_"); len(p) >= 3 && !strings.HasPrefix(r[uid], "01") {
				if tests++; slices.ContainsFunc(ruledTests, func(t string) bool { return p[2] == t || p[1] == t }) {
					ruled++
				}
			}
		}
		s.add("reports by users about tests that we have rules for", "reports", ruled, tests)
	}
	return nil
}

// ruledTests are the tests as they are written within ids.
var ruledTests = []string{"webconnectivity", "telegram", "whatsapp", "facebookmessenger", "signal", "tor", "psiphon"}

// prior compares our prior with the labels, weighted by the populations that
// the sampling designs of both analysts state.
func (s *scorer) prior(blocked, n [2]int) {
	const positive, negative = 4.31e6, 44.2e6
	if n[0] == 0 || n[1] == 0 {
		return
	}
	share := func(p, q float64) float64 { return (positive*p + negative*q) / (positive + negative) }
	low1, high1 := wilson(blocked[1], n[1])
	low0, high0 := wilson(blocked[0], n[0])
	e := sightline.Estimate{Value: sightline.Num(round(share(float64(blocked[1])/float64(n[1]), float64(blocked[0])/float64(n[0])))), Low: sightline.Num(round(share(low1, low0))), High: sightline.Num(round(share(high1, high0))), Level: 0.9,
		N: int64(blocked[0] + blocked[1]), Denominator: int64(n[0] + n[1]), Unit: "share of all measurements", Method: Method}
	s.put("blocked, weighted by stratum", e, nil)
	p := 1 / (1 + math.Pow(10, -interference.PriorLogOdds))
	s.put("  our prior for the same", sightline.Estimate{Value: sightline.Num(round(p)), N: 1, Unit: "share of all measurements", Method: Method, Reason: "a constant of the rules"}, nil)
}
