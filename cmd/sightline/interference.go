package main

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/spf13/cobra"

	"sightline"
	"sightline/censoredplanet"
	"sightline/dossier"
	"sightline/export"
	"sightline/interference"
	"sightline/interference/score"
	"sightline/ooni"
)

// interferenceCommand judges measurements; it needs no workspace.
func (a *app) interferenceCommand() *cobra.Command {
	var (
		k                    clocks
		ladder               bool
		format, damage, asOf string
		source               string
		sets                 []string
		quiet                bool
	)
	c := &cobra.Command{
		Use:   "interference FILES...",
		Short: "Say of each measurement whether a network interfered, how, and why",
		Long: `Reads OONI measurements (JSON Lines, gzip, tar and lz4, as OONI publishes
them; "-" is standard input) and writes one line for each: its id, test,
country, network and target, the state, the mechanism, the log10 odds that a
network interfered with their 90 % interval, the rule that weighs most, and the
fingerprint and vendor where a block page matched that is at home there.

States: blocked, likely blocked (consistent with blocking), impaired (interfered
with, and yet it came through), down, reachable, too little data, no rule yet.

A small set of fingerprints is built in. Give published sets with
--fingerprints: the CSV files of ooni/blocking-fingerprints, or the signature
files of Censored Planet. Counts and damage go to standard error.

With --ladder each finding is joined to what the catalogue, or the workspace
given with -w, documents of the maker of the product in that country: owner,
contract and decision-maker, each with the claims that say so and those that
dispute it. A step without a claim reads "not established".

With --source censoredplanet the files are scans of Censored Planet instead.`,
		Example: "  sightline interference 2024010100_KE_webconnectivity.n0.0.jsonl.gz\n  sightline interference --fingerprints fingerprints_http.csv --format json *.jsonl.gz\n  sightline interference --ladder -w my-workspace *.jsonl.gz",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, files []string) error {
			mode := slices.Index([]string{"skip", "fail", "diagnose", "recover"}, damage)
			if mode < 0 {
				return sightline.Errorf(sightline.Invalid, "read arguments", damage, "not a way through damage").WithHint("Use --damage skip, fail, diagnose or recover.")
			}
			var now time.Time
			if asOf != "" {
				var err error
				if now, err = time.Parse(time.DateOnly, asOf); err != nil {
					return sightline.Errorf(sightline.Invalid, "read arguments", asOf, "not a day").WithHint("Write --as-of 2026-11-23.")
				}
			}
			if err := oneOfFormats(format, "csv", "json"); err != nil {
				return err
			}
			documented := noSuppliers
			if ladder {
				s, err := a.open()
				if err != nil {
					return err
				}
				defer s.Close()
				if documented, err = s.suppliers(k); err != nil {
					return err
				}
			}
			out := bufio.NewWriterSize(c.OutOrStdout(), 64<<10)
			write := interferenceCSV(out, ladder, documented)
			if format == "json" {
				write = interferenceJSON(out, documented)
			}
			set, err := readFingerprints(sets, c.ErrOrStderr())
			if err != nil {
				return err
			}
			if source != "ooni" && source != "censoredplanet" {
				return sightline.Errorf(sightline.Invalid, "read arguments", source, "not a source").WithHint("Use --source ooni or --source censoredplanet.")
			}
			run := interferenceRun{mode: ooni.Mode(mode), now: now, set: set, write: write, errs: c.ErrOrStderr()}
			for _, name := range files {
				if err := run.file(name, source, c.InOrStdin()); err != nil {
					return errors.Join(err, out.Flush())
				}
			}
			if err := out.Flush(); err != nil {
				return sightline.Errorf(sightline.Unavailable, "write verdicts", "", "%w", err)
			}
			if !quiet {
				run.report()
			}
			return nil
		},
	}
	c.Flags().StringVar(&format, "format", "csv", "csv or json (one object a line)")
	c.Flags().StringVar(&source, "source", "ooni", "ooni, or censoredplanet for its Hyperquack and Satellite scans")
	c.Flags().StringVar(&damage, "damage", "skip", "what to do about records that can't be used: skip, fail, diagnose or recover")
	c.Flags().StringVar(&asOf, "as-of", "", "`day` that measurements can't be later than, such as 2026-11-23")
	c.Flags().StringArrayVar(&sets, "fingerprints", nil, "`file` with published fingerprints; may be given several times")
	c.Flags().BoolVar(&quiet, "quiet", false, "no counts on standard error")
	c.Flags().BoolVar(&ladder, "ladder", false, "join findings to documented suppliers")
	k.register(c)
	c.AddCommand(a.scoreCommand())
	return c
}

// scoreCommand compares the engine with labelled data.
func (a *app) scoreCommand() *cobra.Command {
	var (
		format string
		sets   []string
		misses bool
	)
	c := &cobra.Command{
		Use:   "score DIRECTORY",
		Short: "Score the engine against labelled data, with intervals",
		Long: `Reads a folder of labelled data (measurements.jsonl with its index and
qa_truth.tsv, blockpages/, serverside-pages/, labels/, timeseries/; what is not
there is left out) and prints how often the engine agrees, each share with its
90 % interval and packet. Published fingerprints found in its folder
fingerprints/ are used; --fingerprints names others.`,
		Example: "  sightline interference score labelled-data --misses",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := oneOfFormats(format, "text", "json"); err != nil {
				return err
			}
			if st, err := os.Stat(args[0]); err != nil || !st.IsDir() {
				return sightline.Errorf(sightline.NotFound, "open labelled data", args[0], "there is no such folder").WithHint("Give the folder that holds measurements.jsonl, labels/ and the others.")
			}
			dir := os.DirFS(args[0])
			if len(sets) == 0 {
				for _, name := range []string{"fingerprints_http.csv", "fingerprints_dns.csv", "blockpage_signatures.json", "false_positive_signatures.json"} {
					if f := filepath.Join(args[0], "fingerprints", name); exists(f) {
						sets = append(sets, f)
					}
				}
			}
			set, err := readFingerprints(sets, c.ErrOrStderr())
			if err != nil {
				return err
			}
			scores, err := score.All(dir, set)
			if err != nil {
				return err
			}
			w := c.OutOrStdout()
			if format == "json" {
				if err := json.MarshalWrite(w, scores, json.Deterministic(true), jsontext.WithIndent("  ")); err != nil {
					return err
				}
				_, err := io.WriteString(w, "\n")
				return err
			}
			part := ""
			for _, s := range scores {
				if s.Part != part {
					part = s.Part
					fmt.Fprintf(w, "%s\n", part)
				}
				fmt.Fprintf(w, "  %-70s %s  %s\n", s.What, scoreText(s.Estimate), s.Estimate.Packet)
				if misses {
					for _, m := range s.Misses {
						fmt.Fprintf(w, "      %s\n", export.Inert(m))
					}
				}
			}
			fmt.Fprintf(w, "rules: %s\nfingerprints: %d, sha256 %s\n", interference.RulesVersion, set.Len(), set.Hash())
			return nil
		},
	}
	c.Flags().StringVarP(&format, "format", "f", "text", "text or json")
	c.Flags().StringArrayVar(&sets, "fingerprints", nil, "`file` with published fingerprints; may be given several times")
	c.Flags().BoolVar(&misses, "misses", false, "name what counts against the engine")
	return c
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

func scoreText(e sightline.Estimate) string {
	v, ok := e.Value.Get()
	if !ok {
		return e.State.String() + ": " + e.Reason
	}
	low, has := e.Low.Get()
	high, _ := e.High.Get()
	if !has {
		return fmt.Sprintf("%.3f of %d (no interval: %s)", v, e.N, e.Reason)
	}
	return fmt.Sprintf("%4d of %4d  %5.1f %% [%.1f-%.1f]", e.N, e.Denominator, 100*v, 100*low, 100*high)
}

// documentedSuppliers gives what is documented of suppliers in a country.
type documentedSuppliers func(sightline.Country) ([]interference.Supplier, error)

func noSuppliers(sightline.Country) ([]interference.Supplier, error) { return nil, nil }

// suppliers reads each country once, when the first finding in it is made.
func (s *store) suppliers(k clocks) (documentedSuppliers, error) {
	published, recorded, err := k.parse()
	if err != nil {
		return nil, err
	}
	held := map[sightline.Country][]interference.Supplier{}
	return func(c sightline.Country) ([]interference.Supplier, error) {
		if c.IsZero() {
			return nil, nil
		}
		l, ok := held[c]
		if !ok {
			var err error
			if l, err = dossier.Suppliers(s.Store, dossier.Options{Country: c, AsPublished: published, AsRecorded: recorded}); err != nil {
				return nil, err
			}
			held[c] = l
		}
		return l, nil
	}, nil
}

// readFingerprints compiles our own set with those that the user gives.
func readFingerprints(files []string, errs io.Writer) (*interference.Set, error) {
	lists := [][]interference.Fingerprint{interference.Own()}
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			return nil, sightline.Errorf(sightline.NotFound, "open fingerprints", name, "%w", err).WithHint("Give the path of a file of published fingerprints.")
		}
		defer f.Close()
		br := bufio.NewReader(f)
		head, _ := br.Peek(1)
		var l []interference.Fingerprint
		if base := filepath.Base(name); string(head) == "{" {
			l, err = interference.ParseCensoredPlanet(br, base, strings.Contains(base, "false_positive"))
		} else {
			l, err = interference.ParseOONI(br, base)
		}
		if err != nil {
			return nil, err
		}
		lists = append(lists, l)
	}
	set, bad := interference.NewSet(lists...)
	for _, err := range bad {
		fmt.Fprintln(errs, "sightline: left out:", err)
	}
	return set, nil
}

// interferenceRun reads files one after another and counts.
type interferenceRun struct {
	mode  ooni.Mode
	now   time.Time
	set   *interference.Set
	write func(*interference.Verdict) error
	// repeated tells measurements that were read before; nil keeps them all.
	repeated func(*ooni.Measurement) bool
	errs     io.Writer
	stats    ooni.Stats
	others   int64 // lines of scans that are no results
	states   [interference.States]int64
	tests    interference.Counter
	notes    map[string]int64
}

func (r *interferenceRun) file(name, source string, stdin io.Reader) error {
	in := stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return sightline.Errorf(sightline.NotFound, "open measurements", name, "%w", err).WithHint("Give files of measurements, or - for standard input.")
		}
		defer f.Close()
		in = f
	}
	return r.read(name, source, in)
}

// read judges what one file holds.
func (r *interferenceRun) read(name, source string, in io.Reader) error {
	if r.notes == nil {
		r.notes, r.stats.Damaged = map[string]int64{}, map[string]int64{}
	}
	if source == "censoredplanet" {
		return r.scan(name, in)
	}
	d := ooni.NewReader(in, ooni.Options{Mode: r.mode, Name: filepath.Base(name)})
	defer func() {
		s := d.Stats()
		r.stats.Records += s.Records
		r.stats.Bytes += s.Bytes
		r.stats.Lost += s.Lost
		r.stats.Recovered += s.Recovered
		for k, n := range s.Damaged {
			r.stats.Damaged[k] += n
		}
	}()
	for {
		m, err := d.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			if r.mode == ooni.Fail {
				return err
			}
			fmt.Fprintln(r.errs, "sightline:", err)
			continue
		}
		if r.repeated != nil && r.repeated(m) {
			continue
		}
		o := interference.FromOONI(m, r.set)
		if err := r.judge(&o); err != nil {
			return err
		}
	}
}

func (r *interferenceRun) judge(o *interference.Observations) error {
	o.AsOf = r.now
	v := interference.Judge(o)
	r.states[v.State]++
	r.tests.Add(&v)
	for _, n := range v.Notes {
		r.notes[n]++
	}
	if err := r.write(&v); err != nil {
		return sightline.Errorf(sightline.Unavailable, "write verdicts", o.ID, "%w", err)
	}
	return nil
}

// scan reads results of Censored Planet. They have no ids; the file and line
// stand for one.
func (r *interferenceRun) scan(name string, in io.Reader) error {
	d, err := censoredplanet.NewReader(in)
	if err != nil {
		return err
	}
	defer func() {
		s := d.Stats()
		r.stats.Records += s.Records
		r.others += s.Others
		if s.Damaged > 0 {
			r.stats.Damaged[ooni.ReasonNotJSON] += s.Damaged
		}
	}()
	for {
		rec, err := d.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			if r.mode == ooni.Fail {
				return err
			}
			r.stats.Damaged[ooni.ReasonContainer]++
			return nil
		}
		o := interference.FromCensoredPlanet(rec, r.set)
		file := rec.Source
		if file == "" {
			file = filepath.Base(name)
		}
		o.ID = file + ":" + strconv.FormatInt(rec.Line, 10)
		if err := r.judge(&o); err != nil {
			return err
		}
	}
}

// report prints counts. None of them is of fewer than all measurements given.
func (r *interferenceRun) report() {
	w := r.errs
	fmt.Fprintf(w, "measurements: %d read, %d damaged, %d recovered, %d bytes lost, %d bytes in all\n", r.stats.Records, r.stats.Damages(), r.stats.Recovered, r.stats.Lost, r.stats.Bytes)
	if r.others > 0 {
		fmt.Fprintf(w, "other lines: %d, which are no results of a measurement\n", r.others)
	}
	for s, n := range r.states {
		if n > 0 {
			fmt.Fprintf(w, "state: %s: %d\n", interference.State(s), n)
		}
	}
	for _, t := range r.tests.Tests() {
		fmt.Fprintf(w, "test: %s: %d read, %d judged\n", t.Test, t.Seen, t.Judged)
	}
	for _, m := range []struct {
		what   string
		counts map[string]int64
	}{{"damage", r.stats.Damaged}, {"note", r.notes}} {
		var keys []string
		for k := range m.counts {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		for _, k := range keys {
			fmt.Fprintf(w, "%s: %s: %d\n", m.what, k, m.counts[k])
		}
	}
	fmt.Fprintf(w, "rules: %s\nfingerprints: %d, sha256 %s\n", interference.RulesVersion, r.set.Len(), r.set.Hash())
}

var interferenceColumns = []string{"id", "test", "version", "start", "country", "network", "blames", "target", "state", "mechanism",
	"log_odds", "low", "high", "n", "denominator", "rule", "fingerprint", "vendor", "product", "notes"}

func interferenceRow(v *interference.Verdict) []string {
	network := func(a sightline.ASN) string {
		if a == 0 {
			return ""
		}
		return a.String()
	}
	start, print := "", ""
	if !v.Start.IsZero() {
		start = v.Start.Format(time.RFC3339)
	}
	if v.Fingerprint != nil {
		print = v.Fingerprint.Name
	}
	return []string{v.ID, v.Test, v.Version, start, v.Country.Code(), network(v.Network), network(v.Blames), v.Target, v.State.String(), string(v.Mechanism),
		v.LogOdds.Value.String(), v.LogOdds.Low.String(), v.LogOdds.High.String(), strconv.FormatInt(v.LogOdds.N, 10), strconv.FormatInt(v.LogOdds.Denominator, 10),
		v.Rule, print, v.Vendor, v.Product, strings.Join(v.Notes, "; ")}
}

// ladderColumns follow the others with --ladder.
var ladderColumns = []string{"owner", "contract", "decision_maker", "claims", "disputed_by"}

func ladderCells(rungs []interference.Rung) []string {
	cells := make([]string, 5)
	var claims, against []string
	for _, r := range rungs[3:] {
		switch r.Name {
		case interference.RungOwner:
			cells[0] = r.What
		case interference.RungContract:
			cells[1] = r.What
		case interference.RungDecision:
			cells[2] = r.What
		}
		if ids := r.Evidence; len(ids) > 0 {
			if r.Name == interference.RungVendor {
				ids = ids[1:] // the fingerprint, which has a column
			}
			claims = append(claims, ids...)
		}
		against = append(against, r.Against...)
	}
	slices.Sort(claims)
	slices.Sort(against)
	cells[3], cells[4] = strings.Join(slices.Compact(claims), "; "), strings.Join(slices.Compact(against), "; ")
	return cells
}

func interferenceCSV(w io.Writer, ladder bool, documented documentedSuppliers) func(*interference.Verdict) error {
	c := csv.NewWriter(w)
	first := true
	return func(v *interference.Verdict) error {
		if first {
			first = false
			if ladder {
				c.Write(slices.Concat(interferenceColumns, ladderColumns))
			} else {
				c.Write(interferenceColumns)
			}
		}
		row := interferenceRow(v)
		if ladder && !v.State.Interfered() {
			row = append(row, make([]string, len(ladderColumns))...)
		} else if ladder {
			suppliers, err := documented(v.Country)
			if err != nil {
				return err
			}
			row = append(row, ladderCells(interference.Ladder(v, suppliers...))...)
		}
		for i, s := range row {
			// Ids, targets and versions come from whoever sent the
			// measurement: a spreadsheet must not take them for a formula.
			if i != 10 && i != 11 && i != 12 && s != "" && strings.IndexByte("=+-@\t\r", s[0]) >= 0 {
				row[i] = "'" + s
			}
		}
		c.Write(row)
		c.Flush()
		return c.Error()
	}
}

func interferenceJSON(w io.Writer, documented documentedSuppliers) func(*interference.Verdict) error {
	type evidence struct {
		Rule        string  `json:"rule"`
		LR          float64 `json:"log10_ratio"`
		SD          float64 `json:"sd"`
		Mechanism   string  `json:"mechanism,omitzero"`
		Detail      string  `json:"detail,omitzero"`
		Fingerprint string  `json:"fingerprint,omitzero"`
	}
	type line struct {
		ID           string              `json:"id"`
		Test         string              `json:"test"`
		Version      string              `json:"version,omitzero"`
		Start        string              `json:"start,omitzero"`
		Country      string              `json:"country,omitzero"`
		Network      string              `json:"network,omitzero"`
		Blames       string              `json:"blames,omitzero"`
		Target       string              `json:"target,omitzero"`
		State        string              `json:"state"`
		Mechanism    string              `json:"mechanism,omitzero"`
		LogOdds      sightline.Estimate  `json:"log_odds"`
		Rule         string              `json:"rule,omitzero"`
		Rules        string              `json:"rules"`
		Fingerprint  string              `json:"fingerprint,omitzero"`
		Fingerprints string              `json:"fingerprints,omitzero"`
		Vendor       string              `json:"vendor,omitzero"`
		Product      string              `json:"product,omitzero"`
		Ladder       []interference.Rung `json:"ladder,omitzero"`
		Evidence     []evidence          `json:"evidence,omitzero"`
		Notes        []string            `json:"notes,omitzero"`
	}
	return func(v *interference.Verdict) error {
		r := interferenceRow(v)
		l := line{ID: r[0], Test: r[1], Version: r[2], Start: r[3], Country: r[4], Network: r[5], Blames: r[6], Target: r[7], State: r[8], Mechanism: r[9],
			LogOdds: v.LogOdds, Rule: v.Rule, Rules: v.Rules, Fingerprint: r[16], Fingerprints: v.Fingerprints, Vendor: v.Vendor, Product: v.Product, Notes: v.Notes}
		if v.State.Interfered() {
			suppliers, err := documented(v.Country)
			if err != nil {
				return err
			}
			l.Ladder = interference.Ladder(v, suppliers...)
		}
		for _, x := range v.Evidence {
			y := evidence{Rule: x.Rule.ID, LR: x.Rule.LR, SD: x.Rule.SD, Mechanism: string(x.Mechanism), Detail: x.Detail}
			if x.Fingerprint != nil {
				y.Fingerprint = x.Fingerprint.Name
			}
			l.Evidence = append(l.Evidence, y)
		}
		if err := json.MarshalWrite(w, l, jsontext.AllowInvalidUTF8(true)); err != nil {
			return err
		}
		_, err := w.Write([]byte{'\n'})
		return err
	}
}
