package main

import (
	"bufio"
	"cmp"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
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
	"sightline/exposure"
	"sightline/exposure/paths"
	"sightline/internal/order"
	"sightline/mrt"
)

// visibility is a run of `sightline visibility`.
type visibility struct {
	exposureFlags // its inputs, notes and countries of networks

	publisher, published string // of the records that are printed
	kind                 sightline.PublisherKind

	series    []exposure.Sighting
	collected map[sightline.Instant]map[string]bool // collectors of the tables of each hour
}

// newVisibilityCommand makes the command that finds sudden losses.
func newVisibilityCommand() *cobra.Command {
	var f visibility
	var kind string
	c := &cobra.Command{
		Use:   "visibility FILE...",
		Short: "Find sudden losses of visibility in a series of routing tables",
		Long: `Read a series of routing tables and print each sudden loss: a network that lost
more than half of the paths that were seen to its prefixes, against the median of
up to 28 tables before, until less than a quarter is gone. With --as-countries
also what the networks of a country lost together.

A file is a routing table (MRT; raw, gzip, bzip2 or zstd; COLLECTOR=FILE names its
collector), or lines "20210206,0800,AS132167,43.224.84.0/24,166" in a file named
.csv: date, time in UTC, network, prefix, paths seen. Tables of one hour are taken
together; an hour in which a collector is missing is left out, for its silence
would look like a loss. At least 9 tables are needed.

A loss says that paths went, and when. It does not say who took them, or why.
In a workspace "sightline ingest rib" compares the tables of neighbouring hours
by itself, of which two are enough.

With --format records the losses are printed as claims that "sightline import"
adds to a workspace, where dossiers list them as losses of connectivity: those
of countries and of networks whose country is known. Say who publishes the series
(--publisher, --kind) and when (--published).`,
		Example: `  sightline visibility mm-2021-02/*.csv --as-countries as-countries.csv
  sightline visibility rrc00=bview.*.gz --format json
  sightline visibility mm-2021-02/*.csv --as-countries as-countries.csv --format records --publisher "A. Observatory" --kind academic --published 2021-02-20 > losses.jsonl`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := f.kind.UnmarshalText([]byte(kind)); err != nil && kind != "" {
				return err
			}
			return f.run(args, c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	p := c.Flags()
	p.StringVar(&f.format, "format", "csv", "csv, json or records")
	p.StringVar(&f.asCountry, "as-countries", "", "country of each network: number,country")
	p.StringSliceVar(&f.countries, "countries", nil, "only networks of these countries, by code or name")
	p.StringVar(&f.publisher, "publisher", "", "of the records: who publishes the series")
	p.StringVar(&kind, "kind", "", "of the records: what kind of body that is, such as academic, ngo or registry")
	p.StringVar(&f.published, "published", "", "of the records: when it was published, such as 2021-02-20")
	p.StringVar(&f.onDamage, "on-damage", "skip", "skip, fail or recover")
	return c
}

// visibilityRow is one loss. ASN is 0 for the networks of the country together.
type visibilityRow struct {
	Country  string             `json:"country,omitzero"`
	ASN      sightline.ASN      `json:"asn,omitzero"`
	Start    sightline.Instant  `json:"start"`        // of the first table with the loss
	End      *sightline.Instant `json:"end,omitzero"` // of the first table without it; none if the series ends before
	Before   sightline.Instant  `json:"before"`       // of the last table before the loss
	Tables   int                `json:"tables"`       // with the loss
	Baseline float64            `json:"baseline"`     // paths seen before
	Least    int                `json:"least"`        // paths seen at the worst moment
	Gone     int                `json:"gone"`         // prefixes without a path then
	Prefixes int                `json:"prefixes"`     // in all
	Share    sightline.Estimate `json:"estimate"`
}

func (f *visibility) run(args []string, out, diag io.Writer) error {
	if !slices.Contains([]string{"csv", "json", "records"}, f.format) {
		return sightline.Errorf(sightline.Invalid, "find losses", f.format, "no such format").WithHint("Use csv, json or records.")
	}
	var published sightline.Date
	if f.format == "records" {
		if f.publisher == "" || f.kind == 0 || f.published == "" || f.asCountry == "" {
			return sightline.Errorf(sightline.Invalid, "find losses", "records", "a record says who published, when, and of which country").
				WithHint("Give --publisher NAME --kind academic --published 2021-02-20 --as-countries FILE.")
		}
		var err error
		if published, err = sightline.ParseDate(f.published); err != nil {
			return err
		}
	}
	for _, s := range f.exposureFlags.countries {
		c, err := sightline.ParseCountry(s)
		if err != nil {
			return err
		}
		f.all = append(f.all, c)
	}
	if f.all != nil && f.asCountry == "" {
		return sightline.Errorf(sightline.Invalid, "find losses", "--countries", "nothing says which networks are of a country").
			WithHint("Give --as-countries FILE with lines number,country.")
	}
	if err := f.readSmall(); err != nil {
		return err
	}
	if err := f.readSeries(args); err != nil {
		return err
	}
	moments := map[sightline.Instant]bool{}
	for _, s := range f.series {
		moments[s.At] = true
	}
	if len(moments) <= exposure.FewestBaseline {
		return sightline.Errorf(sightline.Invalid, "find losses", "", "too little data: the series has tables of %d moments", len(moments)).
			WithHint("A loss is told from %d tables before it: give at least %d.", exposure.FewestBaseline, exposure.FewestBaseline+1)
	}
	for _, n := range f.notes {
		fmt.Fprintln(diag, n)
	}
	rows := f.rows()
	switch f.format {
	case "csv":
		return f.print(out, rows)
	case "records":
		return f.records(out, rows, published)
	}
	doc := struct {
		Schema string            `json:"schema"`
		Inputs []sightline.Input `json:"inputs"`
		Tables int               `json:"tables"` // moments of the series
		Notes  []string          `json:"notes,omitzero"`
		Rows   []visibilityRow   `json:"rows"`
	}{"sightline.visibility/1", f.inputs, len(moments), f.notes, rows}
	b, err := json.Marshal(doc, json.Deterministic(true), jsontext.Multiline(true))
	if err != nil {
		return sightline.Errorf(sightline.Internal, "write", "json", "%w", err)
	}
	if _, err := out.Write(append(b, '\n')); err != nil {
		return sightline.Errorf(sightline.Unavailable, "write", "json", "%w", err)
	}
	return nil
}

// readSeries reads the files, which are lines of a series or tables, not both.
func (f *visibility) readSeries(args []string) error {
	f.collected = map[sightline.Instant]map[string]bool{}
	var lines int
	for _, arg := range args {
		if bare := strings.TrimSuffix(strings.TrimSuffix(arg, ".gz"), ".bz2"); filepath.Ext(bare) == ".csv" {
			lines++
			if err := f.hashed(arg, func(r io.Reader) error { return f.readLines(arg, r) }); err != nil {
				return err
			}
			continue
		}
		if err := f.readMoment(arg); err != nil {
			return err
		}
	}
	if lines > 0 && lines < len(args) {
		return sightline.Errorf(sightline.Invalid, "find losses", "", "%d files are lines of a series and %d are tables", lines, len(args)-lines).
			WithHint("Run each kind for itself: their monitors differ.")
	}
	if lines == 0 {
		f.series = exposure.SumSightings(f.series)
	}
	collectors := map[string]bool{}
	for _, of := range f.collected {
		for name := range of {
			collectors[name] = true
		}
	}
	partial := 0
	for at, of := range f.collected {
		if len(of) < len(collectors) {
			partial++
			f.series = slices.DeleteFunc(f.series, func(s exposure.Sighting) bool { return s.At == at })
		}
	}
	if partial > 0 {
		f.notes = append(f.notes, fmt.Sprintf("%d of %d hours left out: not each of the %d collectors has a table there", partial, len(f.collected), len(collectors)))
	}
	return nil
}

func (f *visibility) readLines(name string, r io.Reader) error {
	list, passed, err := exposure.ReadSightings(r)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return sightline.Errorf(sightline.Invalid, "read series", name, "no line of it is of the form date,time,network,prefix,paths").
			WithHint(`A line is "20210206,0800,AS132167,43.224.84.0/24,166".`)
	}
	if passed > 1 { // a line of headings is none of the series
		f.notes = append(f.notes, fmt.Sprintf("%s: %d lines of another form were left out", filepath.Base(name), passed))
	}
	f.series = append(f.series, list...)
	return nil
}

// readMoment reads one table as of the hour that it was begun in.
func (f *visibility) readMoment(arg string) error {
	ways := map[string]mrt.OnDamage{"skip": mrt.Skip, "fail": mrt.Fail, "recover": mrt.Recover}
	way, ok := ways[f.onDamage]
	if !ok {
		return sightline.Errorf(sightline.Invalid, "find losses", f.onDamage, "no such way through damage").WithHint("Use skip, fail or recover.")
	}
	collector, name, named := strings.Cut(arg, "=")
	if _, err := os.Stat(arg); err == nil || !named {
		collector, name = "", arg
	}
	file, err := os.Open(name)
	if err != nil {
		return sightline.Errorf(sightline.Unavailable, "open", name, "%w", err).WithHint("Check the name and the right to read it.")
	}
	defer file.Close()
	h := sha256.New()
	tee := io.TeeReader(bufio.NewReader(file), h)
	raw, _, err := mrt.Decompress(tee)
	if err != nil {
		return err
	}
	defer raw.Close()
	r := mrt.NewReader(raw, mrt.Options{OnDamage: way})
	b := paths.NewBuilder()
	feed := b.Feed(collector)
	var at sightline.Instant
	for at == 0 && r.Next() {
		if e := r.Elem(); e.Kind == mrt.Held {
			at = sightline.InstantOf(time.Unix(int64(e.Seconds), 0).UTC().Truncate(time.Hour))
		}
		if err := feed.Add(r.Elem(), r.Peers()); err != nil {
			return err
		}
	}
	if err := feed.Read(r, nil); err != nil {
		return err
	}
	if err := r.Err(); err != nil {
		return sightline.Errorf(sightline.Invalid, "read routes", name, "%w", err).WithHint("%s", sightline.ErrorHint(err))
	}
	if at == 0 {
		return sightline.Errorf(sightline.Invalid, "read routes", name, "it has no table").WithHint("Give tables (RIB, bview); updates alone are no series.")
	}
	rep := r.Report()
	if err := rep.Err(); err != nil {
		f.notes = append(f.notes, fmt.Sprintf("%s: %v; %d bytes left out", filepath.Base(name), err, rep.Skipped))
	}
	if err := raw.Close(); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, tee); err != nil {
		return sightline.Errorf(sightline.Unavailable, "read", name, "%w", err)
	}
	f.inputs = append(f.inputs, sightline.Input{Name: filepath.Base(name), SHA256: hex.EncodeToString(h.Sum(nil))})
	if f.collected[at] == nil {
		f.collected[at] = map[string]bool{}
	}
	if f.collected[at][collector] {
		return sightline.Errorf(sightline.Invalid, "find losses", name, "a second table of %q in the hour of %s", collector, at).
			WithHint("Give one table of each collector an hour, and name collectors as COLLECTOR=FILE.")
	}
	f.collected[at][collector] = true
	f.series = append(f.series, exposure.SightingsOf(b.Finish(), at)...)
	return nil
}

// rows finds the losses of each network and, where countries are known, of
// the networks of each country together; by country, then by time.
func (f *visibility) rows() (out []visibilityRow) {
	of := map[sightline.Country][]exposure.Sighting{}
	var kept []exposure.Sighting
	for _, s := range f.series {
		c, known := f.nationality[s.ASN]
		if f.all != nil && (!known || !slices.Contains(f.all, c)) {
			continue
		}
		kept = append(kept, s)
		if known {
			of[c] = append(of[c], s)
		}
	}
	for _, l := range exposure.Losses(kept) {
		out = append(out, f.row(f.nationality[l.ASN].Code(), l))
	}
	for c, list := range of {
		for _, l := range exposure.Losses(exposure.Together(list)) {
			l.ASN = 0
			out = append(out, f.row(c.Code(), l))
		}
	}
	order.By(out, func(a, b visibilityRow) int {
		return cmp.Or(cmp.Compare(a.Country, b.Country), cmp.Compare(a.Start, b.Start), cmp.Compare(a.ASN, b.ASN))
	})
	return out
}

func (f *visibility) row(country string, l exposure.Loss) visibilityRow {
	r := visibilityRow{Country: country, ASN: l.ASN, Start: l.Start, Before: l.Before, Tables: l.Tables,
		Baseline: l.Baseline, Least: l.Least, Gone: l.Gone, Prefixes: l.Prefixes, Share: l.Estimate()}
	if l.End != sightline.Forever {
		r.End = &l.End
	}
	scope := country
	if l.ASN != 0 {
		scope = l.ASN.String()
	}
	r.Share.Packet = sightline.Packet{Schema: sightline.PacketSchema, Method: r.Share.Method, Inputs: f.inputs, Result: r.Share,
		Parameters: map[string]string{"scope": scope, "start": l.Start.String()}}.ID()
	return r
}

func (f *visibility) print(out io.Writer, rows []visibilityRow) error {
	w := csv.NewWriter(out)
	w.Write([]string{"country", "asn", "start", "end", "before", "tables", "share", "low", "high", "baseline", "least", "gone", "prefixes"})
	for _, r := range rows {
		asn, end := "", ""
		if r.ASN != 0 {
			asn = strconv.Itoa(int(r.ASN))
		}
		if r.End != nil {
			end = r.End.String()
		}
		w.Write([]string{r.Country, asn, r.Start.String(), end, r.Before.String(), strconv.Itoa(r.Tables), number(r.Share.Value), number(r.Share.Low), number(r.Share.High),
			strconv.FormatFloat(r.Baseline, 'f', -1, 64), strconv.Itoa(r.Least), strconv.Itoa(r.Gone), strconv.Itoa(r.Prefixes)})
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return sightline.Errorf(sightline.Unavailable, "write", "csv", "%w", err)
	}
	return nil
}

// records prints the losses in countries as claims, after the source record of
// the series.
func (f *visibility) records(out io.Writer, rows []visibilityRow, published sightline.Date) error {
	sum := sha256.New()
	for _, in := range f.inputs {
		fmt.Fprintf(sum, "%s\n", in.SHA256)
	}
	digest := hex.EncodeToString(sum.Sum(nil))
	from := sightline.Source{Type: "source", ID: sightline.SourceID("visibility-" + digest[:12]), Title: "Losses of visibility in a series of routing tables",
		Publisher: f.publisher, Kind: f.kind, Published: published, Licence: "facts", Reliability: sightline.RelF, Digest: digest,
		Selection: "what a method found in the tables that were given (" + string(exposure.VisibilityMethod) + "); the digest is of their sums, a line each, in the order they were given"}
	records := []any{&from}
	for _, r := range rows {
		if r.Country == "" {
			continue
		}
		c, err := sightline.ParseCountry(r.Country)
		if err != nil {
			return err
		}
		what, where := "the networks of "+c.Name(), strings.ToLower(r.Country)
		q := map[string]string{"extent": "the whole country"}
		if r.ASN != 0 {
			what, where = r.ASN.String()+" in "+c.Name(), strings.ToLower(r.ASN.String())
			q = map[string]string{"extent": "one network", "networks": r.ASN.String()}
		}
		first, end := r.Start.Day().String(), "" // an end that is not known
		until := "to the end of the series"
		if r.End != nil {
			end = r.End.Day().String()
			until = "until " + utc(*r.End)
		}
		valid, err := sightline.ParsePeriod(first + "/" + end)
		if err != nil {
			return err
		}
		value, _ := r.Share.Value.Get()
		low, _ := r.Share.Low.Get()
		high, _ := r.Share.High.Get()
		q["note"] = fmt.Sprintf("%.1f to %.1f %% (90 %% interval), packet %s", 100*low, 100*high, r.Share.Packet)
		records = append(records, &sightline.Claim{Type: "claim", ID: sightline.ClaimID("visibility-" + where + "-" + r.Start.Time().Format("200601021504") + "-" + digest[:8]),
			Subject: c.Entity(), Predicate: sightline.OutageReported, Object: sightline.Object{Text: "routes to " + what}, Qualifiers: q, Valid: valid, Published: published,
			Words:      fmt.Sprintf("In routing tables, %.1f %% of the paths to %s were gone from %s %s; the tables do not show why.", 100*value, what, utc(r.Start), until),
			References: []sightline.Reference{{Source: from.ID, Locator: where + " " + r.Start.String(), Role: sightline.Evidence, Extraction: string(exposure.VisibilityMethod)}}})
	}
	for _, r := range records {
		b, err := json.Marshal(r, json.Deterministic(true))
		if err != nil {
			return sightline.Errorf(sightline.Internal, "write", "records", "%w", err)
		}
		if _, err := out.Write(append(b, '\n')); err != nil {
			return sightline.Errorf(sightline.Unavailable, "write", "records", "%w", err)
		}
	}
	return nil
}

// utc is a moment to the minute.
func utc(i sightline.Instant) string { return i.Time().Format("2006-01-02 15:04 UTC") }
