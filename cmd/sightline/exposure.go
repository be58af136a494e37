package main

import (
	"bufio"
	"compress/bzip2"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/klauspost/compress/gzip"
	"github.com/spf13/cobra"

	"sightline"
	"sightline/exposure"
	"sightline/exposure/paths"
	"sightline/mrt"
)

// exposureFlags are the flags of `sightline exposure`.
type exposureFlags struct {
	measure, format, onDamage             string
	asrel, locations, monitors, asCountry string
	owners, users, merge                  string
	countries                             []string
	fullFeed, replicates                  int
	v6, compat, multiHop, without, noSelf bool
	seed                                  uint64
	inputs                                []sightline.Input
	notes                                 []string
	all                                   []sightline.Country
	merged                                map[sightline.Country]sightline.Country
	table                                 *paths.Table
	threshold                             int
	locator                               exposure.Locator
	relationships                         *exposure.Relationships
	known                                 exposure.Monitors
	nationality                           map[sightline.ASN]sightline.Country
	owner                                 exposure.Owners
	weights                               exposure.Weights
}

// newExposureCommand makes the command that answers from routing tables alone.
func newExposureCommand() *cobra.Command {
	var f exposureFlags
	c := &cobra.Command{
		Use:   "exposure RIB...",
		Short: "Say who is on the path, from routing tables",
		Long: `Read routing tables (MRT; raw, gzip, bzip2 or zstd) and say which networks the
routes cross. A file may be given as NAME=FILE, where NAME is its collector;
updates follow the table of the same collector.

hegemony  share of addresses reached through each network: over every origin
          (the scope -1 is all of them), or over countries with --countries
cti       Country Transit Influence; needs --asrel, --locations, --monitors
union     share of a country's addresses whose inbound paths meet at least one
          network of an owner, chokepoints, foreign transit

It needs no workspace. Exposure is technical opportunity on paths that monitors
saw; it is not traffic, and being on a path is no evidence of looking.`,
		Example: `  sightline exposure rib.20140523.bz2 --measure hegemony --full-feed 5000
  sightline exposure rrc00=bview.gz --measure cti --countries KE,UG --asrel as-rel.txt --locations pfx.txt --monitors monitors.jsonl`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return f.run(args, c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	p := c.Flags()
	p.StringVar(&f.measure, "measure", "hegemony", "hegemony, cti or union")
	p.StringVar(&f.format, "format", "csv", "csv or json")
	p.StringSliceVar(&f.countries, "countries", nil, "countries, by code or name; none is all")
	p.IntVar(&f.fullFeed, "full-feed", 0, "a peer counts if it has more prefixes than this")
	p.BoolVar(&f.v6, "ipv6", false, "IPv6 instead of IPv4 (hegemony by origin only)")
	p.StringVar(&f.asrel, "asrel", "", "relationships between networks: provider|customer|-1")
	p.StringVar(&f.locations, "locations", "", "where addresses are: lines prefix|country|addresses, or a folder of delegated blocks")
	p.StringVar(&f.monitors, "monitors", "", "monitors: JSON lines with the place of each peer")
	p.StringVar(&f.asCountry, "as-countries", "", "country of each network: number,country; also places monitors that --monitors does not list")
	p.StringVar(&f.owners, "owners", "", "whose exposure is asked for: owner,number")
	p.StringVar(&f.users, "users", "", "users of each network: country,number,users; weighs country hegemony in place of addresses")
	p.StringVar(&f.merge, "merge", "", "count countries as others, for example HK=CN,MO=CN; the output says so")
	p.BoolVar(&f.compat, "compat", false, "as the reference code computes it (IHR, CAIDA): no intervals, no floor")
	p.BoolVar(&f.multiHop, "multi-hop", false, "also hear monitors at multi-hop collectors")
	p.BoolVar(&f.noSelf, "leave-out-self", false, "country hegemony without a network's part in its own addresses")
	p.BoolVar(&f.without, "without-each", false, "also give the highest values without each collector in turn (JSON)")
	p.IntVar(&f.replicates, "replicates", exposure.Replicates, "how often monitors are drawn anew for an interval; 0 is never")
	p.Uint64Var(&f.seed, "seed", 1, "seed of the draws")
	p.StringVar(&f.onDamage, "on-damage", "skip", "skip, fail or recover")
	return c
}

// exposureRow is one line of output.
type exposureRow struct {
	Scope string             `json:"scope"`          // -1 for all, a network's number, or a country's code
	Kind  string             `json:"kind,omitzero"`  // of union: owner, transit, network, cut, foreign, concentration
	Who   string             `json:"who,omitzero"`   // number, owner, or numbers of a cut
	Ranks []int              `json:"ranks,omitzero"` // range of places
	Value sightline.Estimate `json:"estimate"`
	Exact bool               `json:"exact,omitzero"` // of a cut: no other set has more

}

func (f *exposureFlags) run(args []string, out, diag io.Writer) error {
	if !slices.Contains([]string{"hegemony", "cti", "union"}, f.measure) {
		return sightline.Errorf(sightline.Invalid, "compute exposure", f.measure, "no such measure").WithHint("Use hegemony, cti or union.")
	}
	if f.format != "csv" && f.format != "json" {
		return sightline.Errorf(sightline.Invalid, "compute exposure", f.format, "no such format").WithHint("Use csv or json.")
	}
	for _, s := range f.countries {
		c, err := sightline.ParseCountry(s)
		if err != nil {
			return err
		}
		f.all = append(f.all, c)
	}
	if err := f.readSmall(); err != nil {
		return err
	}
	if err := f.readTables(args, diag); err != nil {
		return err
	}
	rows, err := f.compute(f.table, f.replicates)
	if err != nil {
		return err
	}
	for i := range rows {
		f.seal(&rows[i])
	}
	if f.format == "csv" {
		return f.writeCSV(out, rows)
	}
	return f.writeJSON(out, rows)
}

// hashed opens a file, unpacks it where its name says so, and counts its bytes
// into the inputs.
func (f *exposureFlags) hashed(name string, read func(io.Reader) error) error {
	file, err := os.Open(name)
	if err != nil {
		return sightline.Errorf(sightline.Unavailable, "open", name, "%w", err).WithHint("Check the name and the right to read it.")
	}
	defer file.Close()
	h := sha256.New()
	tee := io.TeeReader(file, h)
	var r io.Reader = bufio.NewReader(tee)
	switch filepath.Ext(name) {
	case ".bz2":
		r = bzip2.NewReader(r)
	case ".gz":
		if r, err = gzip.NewReader(r); err != nil {
			return sightline.Errorf(sightline.Invalid, "open", name, "%w", err)
		}
	}
	if err := read(r); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, tee); err != nil {
		return sightline.Errorf(sightline.Unavailable, "read", name, "%w", err)
	}
	f.input(name, h)
	return nil
}

func (f *exposureFlags) input(name string, h hash.Hash) {
	f.inputs = append(f.inputs, sightline.Input{Name: filepath.Base(name), SHA256: hex.EncodeToString(h.Sum(nil))})
}

// readSmall reads what says where and whose things are.
func (f *exposureFlags) readSmall() (err error) {
	if f.merge != "" {
		f.merged = map[sightline.Country]sightline.Country{}
		for _, pair := range strings.Split(f.merge, ",") {
			from, to, _ := strings.Cut(pair, "=")
			a, err := sightline.ParseCountry(from)
			if err != nil {
				return err
			}
			b, err := sightline.ParseCountry(to)
			if err != nil {
				return err
			}
			f.merged[a] = b
		}
		f.notes = append(f.notes, "counted as another country: "+f.merge)
	}
	read := func(name string, r func(io.Reader) error) {
		if err == nil && name != "" {
			err = f.hashed(name, r)
		}
	}
	read(f.asrel, func(r io.Reader) (err error) { f.relationships, err = exposure.ReadRelationships(r); return err })
	read(f.monitors, func(r io.Reader) (err error) { f.known, err = exposure.ReadMonitors(r); return err })
	read(f.asCountry, func(r io.Reader) (err error) { f.nationality, err = exposure.ReadASCountries(r); return err })
	read(f.owners, func(r io.Reader) (err error) { f.owner, err = exposure.ReadOwners(r); return err })
	read(f.users, func(r io.Reader) error {
		w, err := exposure.ReadUsers(r)
		f.weights = w
		return err
	})
	if err != nil || f.locations == "" {
		return err
	}
	if info, statErr := os.Stat(f.locations); statErr == nil && info.IsDir() {
		return f.readBlocks()
	}
	read(f.locations, func(r io.Reader) error {
		counts, passed, err := exposure.ReadCounts(r)
		f.locator = counts
		if passed > 0 {
			f.notes = append(f.notes, fmt.Sprintf("%d prefixes whose code is no country's were left out", passed))
		}
		return err
	})
	return err
}

// readBlocks reads a folder with one folder per country, named by its code,
// in which ipv4-aggregated.txt lists the country's blocks.
func (f *exposureFlags) readBlocks() error {
	files, err := filepath.Glob(filepath.Join(f.locations, "*", "ipv4-aggregated.txt"))
	if err != nil || len(files) == 0 {
		return noBlocks(f.locations)
	}
	slices.Sort(files)
	b := new(exposure.Blocks)
	all := sha256.New()
	for _, name := range files {
		var c sightline.Country
		code := strings.ToUpper(filepath.Base(filepath.Dir(name)))
		if c.UnmarshalText([]byte(code)) != nil {
			continue // EU and AP are no countries
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return sightline.Errorf(sightline.Unavailable, "read locations", name, "%w", err)
		}
		fmt.Fprintf(all, "%s %d\n", code, len(text))
		all.Write(text)
		if err := b.AddBlocks(c, strings.NewReader(string(text))); err != nil {
			return err
		}
	}
	if n := b.Seal(); n > 0 {
		f.notes = append(f.notes, fmt.Sprintf("%d addresses are in blocks of two countries; the block that starts first has them", n))
	}
	f.input(f.locations, all)
	f.locator = b
	return nil
}

// readTables reads the routing tables and updates.
func (f *exposureFlags) readTables(args []string, diag io.Writer) error {
	ways := map[string]mrt.OnDamage{"skip": mrt.Skip, "fail": mrt.Fail, "recover": mrt.Recover}
	way, ok := ways[f.onDamage]
	if !ok {
		return sightline.Errorf(sightline.Invalid, "compute exposure", f.onDamage, "no such way through damage").WithHint("Use skip, fail or recover.")
	}
	b := paths.NewBuilder()
	for _, arg := range args {
		collector, name, named := strings.Cut(arg, "=")
		if _, err := os.Stat(arg); err == nil || !named {
			collector, name = filepath.Base(arg), arg
		}
		if err := f.readTable(b, collector, name, way); err != nil {
			return err
		}
	}
	f.table = b.Finish()
	for _, w := range f.table.Twins() {
		f.notes = append(f.notes, fmt.Sprintf("%s %s at %s repeats the one at %s and was left out", w.Peer.ASN, w.Peer.Addr, w.Peer.Collector, w.Of.Collector))
	}
	if n := f.table.Aside(); n > 0 {
		f.notes = append(f.notes, fmt.Sprintf("%d further paths of add-path peers were set aside", n))
	}
	if f.threshold = f.fullFeed; f.threshold == 0 {
		var small bool
		if f.threshold, small = exposure.Threshold(f.table, f.v6); small {
			f.notes = append(f.notes, smallTables(f.threshold))
		}
	}
	for _, n := range f.notes {
		fmt.Fprintln(diag, n)
	}
	return nil
}

// smallTables says which peers count where no table is of today's size.
func smallTables(threshold int) string {
	return fmt.Sprintf("no peer has a full table of today's size; those with more than %d prefixes, three quarters of the largest, count as full feeds", threshold)
}

func (f *exposureFlags) readTable(b *paths.Builder, collector, name string, way mrt.OnDamage) error {
	file, err := os.Open(name)
	if err != nil {
		return sightline.Errorf(sightline.Unavailable, "open", name, "%w", err).WithHint("Check the name and the right to read it.")
	}
	defer file.Close()
	raw, _, err := mrt.Decompress(file)
	if err != nil {
		return err
	}
	defer raw.Close()
	r := mrt.NewReader(raw, mrt.Options{OnDamage: way})
	if err := b.Feed(collector).Read(r, nil); err != nil {
		return err
	}
	if err := r.Err(); err != nil {
		return sightline.Errorf(sightline.Invalid, "read routes", name, "%w", err).WithHint("%s", sightline.ErrorHint(err))
	}
	rep := r.Report()
	if err := rep.Err(); err != nil {
		f.notes = append(f.notes, fmt.Sprintf("%s: %v; %d bytes left out", filepath.Base(name), err, rep.Skipped))
	}
	if rep.Elements == 0 {
		return sightline.Errorf(sightline.Invalid, "read routes", name, "no route was found in it").WithHint("Give an MRT file: a table (RIB, bview) or updates.")
	}
	if err := raw.Close(); err != nil {
		return err
	}
	// Hashed apart, as the unpacker reads ahead and may stop before the end.
	again, err := os.Open(name)
	if err != nil {
		return sightline.Errorf(sightline.Unavailable, "open", name, "%w", err)
	}
	defer again.Close()
	h := sha256.New()
	if _, err := io.Copy(h, again); err != nil {
		return sightline.Errorf(sightline.Unavailable, "read", name, "%w", err)
	}
	f.input(name, h)
	return nil
}

// world is what the country measures share.
func (f *exposureFlags) world(t *paths.Table) (exposure.World, error) {
	if f.locator == nil {
		return exposure.World{}, sightline.Errorf(sightline.Invalid, "compute exposure", f.measure, "nothing says in which country addresses are").
			WithHint("Give --locations: lines prefix|country|addresses, or a folder of delegated blocks.")
	}
	if f.known == nil && f.nationality == nil {
		return exposure.World{}, sightline.Errorf(sightline.Invalid, "compute exposure", f.measure, "nothing says in which country the monitors are").
			WithHint("Give --monitors, or --as-countries.")
	}
	w := exposure.World{Table: t, Locator: f.locator, MultiHop: f.multiHop, Merge: f.merged, MergeName: f.merge, Countries: f.all, Compat: f.compat,
		Monitors: exposure.PlacedBy(f.known, f.nationality, t, f.threshold)}
	if f.fullFeed > 0 {
		w.FullFeed = f.fullFeed
	}
	return w, nil
}

// compute gives the rows of the measure, from the highest value within each
// scope.
func (f *exposureFlags) compute(t *paths.Table, replicates int) ([]exposureRow, error) {
	if replicates <= 0 {
		replicates = -1
	}
	switch f.measure {
	case "hegemony":
		return f.hegemony(t, replicates)
	case "cti":
		return f.cti(t, replicates)
	}
	return f.union(t, replicates)
}

func (f *exposureFlags) hegemony(t *paths.Table, replicates int) (rows []exposureRow, err error) {
	o := exposure.HegemonyOptions{V6: f.v6, FullFeed: f.threshold, Compat: f.compat, Seed: f.seed, Replicates: replicates}
	if f.all == nil && f.users == "" {
		h, err := exposure.ComputeHegemony(t, o)
		if err != nil {
			return nil, err
		}
		if f.compat {
			// The reference has a row of the global scope for itself.
			rows = append(rows, exposureRow{Scope: "-1", Who: "-1", Value: sightline.Estimate{Value: sightline.Num(1), N: int64(h.Coverage.Networks),
				Denominator: int64(h.Coverage.Networks), Unit: "share", Reason: "the scope itself", Method: exposure.HegemonyCompatMethod}})
		}
		for i := range h.Rows {
			r := &h.Rows[i]
			e := h.Estimate(r)
			if v, ok := e.Value.Get(); ok && v == 0 {
				if high, ok := e.High.Get(); !ok || high == 0 {
					continue
				}
			}
			scope := strconv.Itoa(int(r.Scope))
			if r.Scope == exposure.Global {
				scope = "-1"
			}
			rows = append(rows, exposureRow{Scope: scope, Who: strconv.Itoa(int(r.ASN)), Value: e})
		}
		return rows, nil
	}
	weights := f.weights
	if weights == nil {
		if f.locator == nil {
			return nil, sightline.Errorf(sightline.Invalid, "compute exposure", "hegemony", "nothing says which origins are in a country").
				WithHint("Give --locations to weigh origins by addresses, or --users to weigh them by users.")
		}
		weights = exposure.OriginAddresses(t, f.locator)
	}
	list, err := exposure.ComputeCountryHegemony(t, o, weights, f.all, f.noSelf)
	if err != nil {
		return nil, err
	}
	for _, c := range list {
		for i := range c.Rows {
			r := &c.Rows[i]
			rows = append(rows, exposureRow{Scope: c.Country.Code(), Who: strconv.Itoa(int(r.ASN)), Value: r.Estimate(), Ranks: between(r.Ranks())})
		}
		if len(c.Rows) == 0 {
			rows = append(rows, nothing(c.Country, exposure.CountryHegemonyMethod))
		}
	}
	return rows, nil
}

// between is a range of ranks, or nothing.
func between(low, high int) []int {
	if low == 0 {
		return nil
	}
	return []int{low, high}
}

// nothing is the row of a country that no monitor reaches.
func nothing(c sightline.Country, m sightline.MethodID) exposureRow {
	return exposureRow{Scope: c.Code(), Value: sightline.Estimate{Unit: "share", State: sightline.TooLittleData, Reason: "no route into it was seen by a monitor that counts", Method: m}}
}

func (f *exposureFlags) cti(t *paths.Table, replicates int) (rows []exposureRow, err error) {
	w, err := f.world(t)
	if err != nil {
		return nil, err
	}
	list, err := exposure.ComputeCTI(exposure.CTIOptions{World: w, Relationships: f.relationships, Seed: f.seed, Replicates: replicates})
	if err != nil {
		return nil, err
	}
	for _, c := range list {
		for i := range c.Rows {
			r := &c.Rows[i]
			rows = append(rows, exposureRow{Scope: c.Country.Code(), Who: strconv.Itoa(int(r.ASN)), Value: r.Estimate(), Ranks: between(r.Ranks())})
		}
		if len(c.Rows) == 0 {
			rows = append(rows, nothing(c.Country, exposure.CTIMethod))
		}
	}
	return rows, nil
}

func (f *exposureFlags) union(t *paths.Table, replicates int) (rows []exposureRow, err error) {
	w, err := f.world(t)
	if err != nil {
		return nil, err
	}
	list, err := exposure.ComputeUnion(exposure.UnionOptions{World: w, Owners: f.owner, Nationality: f.nationality, Seed: f.seed, Replicates: replicates})
	if err != nil {
		return nil, err
	}
	for _, c := range list {
		code := c.Country.Code()
		if len(c.ByNetwork) == 0 {
			rows = append(rows, nothing(c.Country, exposure.UnionMethod))
			continue
		}
		for i := range c.Owners {
			r := &c.Owners[i]
			rows = append(rows, exposureRow{Scope: code, Kind: "owner", Who: r.Owner, Value: r.Estimate(), Ranks: between(r.Ranks())},
				exposureRow{Scope: code, Kind: "transit", Who: r.Owner, Value: r.Transit()})
		}
		for i := range c.Cuts {
			r := &c.Cuts[i]
			var who []string
			for _, a := range r.ASNs {
				who = append(who, strconv.Itoa(int(a)))
			}
			kind := "cut"
			if c.Domestic {
				kind = "domestic-cut"
			}
			rows = append(rows, exposureRow{Scope: code, Kind: kind, Who: strings.Join(who, " "), Value: r.Estimate(), Exact: r.Exact})
		}
		rows = append(rows, exposureRow{Scope: code, Kind: "foreign", Value: c.Foreign()}, exposureRow{Scope: code, Kind: "concentration", Value: c.Concentration()})
		for i := range c.ByNetwork {
			r := &c.ByNetwork[i]
			rows = append(rows, exposureRow{Scope: code, Kind: "network", Who: strconv.Itoa(int(r.ASN)), Value: r.Estimate(), Ranks: between(r.Ranks())})
		}
	}
	return rows, nil
}

// parameters are what the values depend on beside the inputs.
func (f *exposureFlags) parameters() map[string]string {
	p := map[string]string{"measure": f.measure, "full_feed": strconv.Itoa(f.threshold), "replicates": strconv.Itoa(f.replicates), "family": "ipv4"}
	if f.v6 {
		p["family"] = "ipv6"
	}
	for name, on := range map[string]bool{"compat": f.compat, "multi_hop": f.multiHop, "leave_out_self": f.noSelf} {
		if on {
			p[name] = "yes"
		}
	}
	if f.merge != "" {
		p["merge"] = f.merge
	}
	return p
}

// seal gives the row the id of its packet.
func (f *exposureFlags) seal(r *exposureRow) {
	p := f.parameters()
	p["scope"] = r.Scope
	for k, v := range map[string]string{"kind": r.Kind, "who": r.Who} {
		if v != "" {
			p[k] = v
		}
	}
	r.Value.Packet = sightline.Packet{Schema: sightline.PacketSchema, Method: r.Value.Method, Parameters: p, Inputs: f.inputs, Seed: f.seed, Result: r.Value}.ID()
}

// number prints a value to twelve significant digits, or nothing.
func number(n sightline.Number) string {
	v, ok := n.Get()
	if !ok {
		return ""
	}
	return strconv.FormatFloat(v, 'g', 12, 64)
}

func (f *exposureFlags) writeCSV(out io.Writer, rows []exposureRow) error {
	w := csv.NewWriter(out)
	head := map[string][]string{"hegemony": {"scope", "asn", "hegemony", "low", "high", "peers"}, "cti": {"country", "asn", "cti", "low", "high"},
		"union": {"country", "kind", "who", "share", "low", "high"}}
	w.Write(head[f.measure])
	for _, r := range rows {
		v := []string{number(r.Value.Value), number(r.Value.Low), number(r.Value.High)}
		switch f.measure {
		case "hegemony":
			v = append([]string{r.Scope, r.Who}, append(v, strconv.FormatInt(r.Value.N, 10))...)
		case "cti":
			v = append([]string{r.Scope, r.Who}, v...)
		default:
			v = append([]string{r.Scope, r.Kind, r.Who}, v...)
		}
		w.Write(v)
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return sightline.Errorf(sightline.Unavailable, "write", "csv", "%w", err)
	}
	return nil
}

// exposureCoverage says how much of the monitoring there is the values rest on.
type exposureCoverage struct {
	Collectors int `json:"collectors"`
	Peers      int `json:"peers"`
	FullFeeds  int `json:"full_feeds"`
	Largest    int `json:"largest"`
	Threshold  int `json:"threshold"`
	Prefixes   int `json:"prefixes"`
	Entries    int `json:"entries"`
	Paths      int `json:"paths"`
}

func (f *exposureFlags) coverage() exposureCoverage {
	c := exposureCoverage{Threshold: f.threshold, Prefixes: f.table.Len(), Entries: f.table.Entries(), Paths: f.table.Set().Len()}
	collectors := map[string]bool{}
	for i, p := range f.table.Peers() {
		collectors[p.Collector] = true
		n := f.table.Count(i, f.v6)
		if n > 0 {
			c.Peers++
		}
		if n > f.threshold {
			c.FullFeeds++
		}
		c.Largest = max(c.Largest, n)
	}
	c.Collectors = len(collectors)
	return c
}

// exposureWithout is a value without one collector.
type exposureWithout struct {
	Collector string             `json:"collector"`
	Scope     string             `json:"scope"`
	Kind      string             `json:"kind,omitzero"`
	Who       string             `json:"who,omitzero"`
	Value     sightline.Estimate `json:"estimate"`
}

// highest is how many rows of each scope are computed again without each
// collector.
const highest = 10

func (f *exposureFlags) withoutEach(rows []exposureRow) (out []exposureWithout, err error) {
	type key struct{ scope, kind, who string }
	top := map[key]bool{}
	seen := map[string]int{}
	for _, r := range rows {
		if seen[r.Scope]++; seen[r.Scope] <= highest && r.Who != "" {
			top[key{r.Scope, r.Kind, r.Who}] = true
		}
	}
	err = exposure.WithoutEach(f.table, func(c string, rest *paths.Table) error {
		less, err := f.compute(rest, 0)
		if err != nil {
			return nil // without it there is no monitor left: the rows below are missing
		}
		for _, r := range less {
			if top[key{r.Scope, r.Kind, r.Who}] {
				out = append(out, exposureWithout{c, r.Scope, r.Kind, r.Who, r.Value})
			}
		}
		return nil
	})
	return out, err
}

func (f *exposureFlags) writeJSON(out io.Writer, rows []exposureRow) error {
	doc := struct {
		Schema     string            `json:"schema"`
		Measure    string            `json:"measure"`
		Parameters map[string]string `json:"parameters"`
		Seed       uint64            `json:"seed"`
		Inputs     []sightline.Input `json:"inputs"`
		Coverage   exposureCoverage  `json:"coverage"`
		Notes      []string          `json:"notes,omitzero"`
		Rows       []exposureRow     `json:"rows"`
		Without    []exposureWithout `json:"without,omitzero"`
	}{"sightline.exposure/1", f.measure, f.parameters(), f.seed, f.inputs, f.coverage(), f.notes, rows, nil}
	if f.without {
		var err error
		if doc.Without, err = f.withoutEach(rows); err != nil {
			return err
		}
	}
	b, err := json.Marshal(doc, json.Deterministic(true), jsontext.Multiline(true))
	if err != nil {
		return sightline.Errorf(sightline.Internal, "write", "json", "%w", err)
	}
	if _, err = out.Write(append(b, '\n')); err != nil {
		return sightline.Errorf(sightline.Unavailable, "write", "json", "%w", err)
	}
	return nil
}
