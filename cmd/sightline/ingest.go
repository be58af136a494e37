package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"sightline"
	"sightline/interference"
	"sightline/observations"
	"sightline/ooni"
)

func (a *app) ingestCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "ingest",
		Short: "Add counts of measurements and routing tables to a workspace",
		Long: `Judge measurements and keep how many probes saw interference, by country, month, target and network (ooni); the measurements are not kept.
Keep routing tables, and what places the networks in them (rib).`,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return c.Help()
			}
			return sightline.Errorf(sightline.Invalid, "read arguments", args[0], "not a kind of measurement").WithHint("Use: sightline ingest ooni FILES -w DIRECTORY, or: sightline ingest rib FILES -w DIRECTORY")
		},
		Args: cobra.ArbitraryArgs,
	}
	c.AddCommand(a.ingestOONICommand(), a.ingestRIBCommand())
	return c
}

func (a *app) ingestOONICommand() *cobra.Command {
	var sets []string
	var quiet bool
	c := &cobra.Command{
		Use:   "ooni FILES...",
		Short: "Count what OONI measurements say, for the dossiers of a workspace",
		Long: `Reads OONI measurements as "sightline interference" does, judges each, and adds
to observations.db in the workspace how many distinct probes measured a target
in a country and month and how many of them saw interference; for all networks
together and for each network.

Where at least five probes of a country met the page of a filtering product, that
is counted too, and the dossier sets beside it what is documented of the maker
in that country.

Nothing of a single measurement is kept, and no count of fewer than five
probes. Give all files of a period in one command: counts of two commands are
never added to each other, since nobody can tell whether their probes are the
same, and each alone may stay under the floor. Files that are held already are
refused, unless all of them are judged again under newer rules or fingerprints.`,
		Example: "  sightline ingest ooni -w kenya-notes --fingerprints fingerprints_http.csv 202311*_KE_*.jsonl.gz",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, files []string) (err error) {
			if a.workspace == "" {
				return sightline.Errorf(sightline.Invalid, "open workspace", "", "the embedded catalogue cannot be added to").
					WithHint("Make a workspace with \"sightline init DIRECTORY\" and name it with -w DIRECTORY.")
			}
			if !exists(a.ledgerPath()) {
				return workspaceError(a.workspace, nil)
			}
			set, err := readFingerprints(sets, a.errs)
			if err != nil {
				return err
			}
			now := a.now()
			var table interference.Table
			b := observations.Batch{Source: ooniSource, Rules: interference.RulesVersion, Fingerprints: set.Hash()}
			seen := map[[16]byte]struct{}{}
			run := interferenceRun{now: now, set: set, errs: a.errs,
				write: func(v *interference.Verdict) error { table.Add(v); return nil },
				repeated: func(m *ooni.Measurement) bool {
					id := sha256.Sum256([]byte(m.UID))
					if m.UID == "" {
						id = sha256.Sum256(m.Raw)
					}
					if _, ok := seen[[16]byte(id[:16])]; ok {
						b.Repeated++
						return true
					}
					seen[[16]byte(id[:16])] = struct{}{}
					return false
				}}
			for _, name := range files {
				in, err := a.ingestFile(&run, name)
				if err != nil {
					return err
				}
				if slices.ContainsFunc(b.Files, func(f sightline.Input) bool { return f.SHA256 == in.SHA256 }) {
					fmt.Fprintf(a.errs, "%s: the same file as another one, counted once\n", name)
					continue
				}
				b.Files = append(b.Files, in)
			}
			b.Records, b.Damaged = run.stats.Records, run.stats.Damages()
			b.Undecided, b.Unplaced = table.Undecided, table.Unplaced
			cells, withheld := table.Cells(observations.Floor)
			products, fewMet := table.Products(observations.Floor)
			b.Withheld = map[string]int64{}
			var under int64
			for _, of := range []map[sightline.Country]int64{withheld, fewMet} {
				for country, n := range of {
					b.Withheld[country.Code()] += n
					under += n
				}
			}
			for _, x := range products {
				month, err := monthOf(x.Year, x.Month)
				if err != nil {
					return err
				}
				b.Products = append(b.Products, observations.Product{Country: x.Country, Vendor: x.Vendor, Product: x.Product, Month: month, Probes: x.Probes, Saw: x.Saw})
			}
			for _, x := range cells {
				month, err := monthOf(x.Year, x.Month)
				if err != nil {
					return err
				}
				b.Counts = append(b.Counts, observations.Count{Country: x.Country, Network: x.Network, Test: x.Test, Target: x.Target, Month: month,
					Probes: x.Probes, Saw: x.Saw, N: x.N, Interfered: x.Interfered, Mechanism: string(x.Mechanism)})
			}
			if err := a.holdSource(c.Context(), ooniRecord); err != nil {
				return err
			}
			s, err := observations.OpenOrCreate(a.observationsPath())
			if err != nil {
				return err
			}
			defer func() {
				if e := s.Close(); err == nil {
					err = e
				}
			}()
			added, err := s.Add(c.Context(), b, sightline.InstantOf(now))
			if err != nil {
				return err
			}
			if !quiet {
				run.report()
			}
			if !added {
				fmt.Fprintf(a.out, "held already: nothing was added\n")
				return nil
			}
			fmt.Fprintf(a.out, "%s from %s: %d kept, %d withheld for fewer than %d probes; %d measurements repeated, %d without a usable country or date, %d undecided; batch %.12s\n",
				count(b.Records, "measurement", "measurements"), count(int64(len(b.Files)), "file", "files"), len(b.Counts)+len(b.Products), under, observations.Floor, b.Repeated, b.Unplaced, b.Undecided, b.ID())
			return nil
		},
	}
	c.Flags().StringArrayVar(&sets, "fingerprints", nil, "`file` with published fingerprints; may be given several times")
	c.Flags().BoolVarP(&quiet, "quiet", "q", false, "no counts on standard error")
	return c
}

func monthOf(year int, month time.Month) (sightline.Date, error) {
	return sightline.ParseDate(fmt.Sprintf("%04d-%02d", year, month))
}

// ooniSource is the source that counts of OONI measurements are cited by.
const ooniSource = "ooni-measurements"

// ooniRecord is its record. Only facts are taken from the measurements, as
// counts; their own terms are named for whoever passes them on.
const ooniRecord = `{"type":"source","id":"ooni-measurements","title":"OONI measurements","publisher":"Open Observatory of Network Interference","kind":"ngo","url":"https://ooni.org/data/","licence":"CC-BY-NC-SA-4.0","reliability":"B","scope":"none","selection":"Tests that volunteers chose to run, mostly of lists of sites that are likely to be blocked; no sample of users, networks or sites"}`

// holdSource adds a source to the ledger if it is not there.
func (a *app) holdSource(ctx context.Context, record string) (err error) {
	r, err := sightline.ParseRecord([]byte(record))
	if err != nil {
		panic("BUG: a source of ours: " + err.Error())
	}
	l, err := a.openToWrite()
	if err != nil {
		return err
	}
	defer func() {
		if e := l.Close(); err == nil {
			err = e
		}
	}()
	if _, err := l.Source(r.Source().ID, 0); sightline.ErrorCode(err) != sightline.NotFound {
		return err
	}
	_, err = l.Append(ctx, sightline.InstantOf(a.now()), []sightline.Record{r})
	return err
}

// ingestFile judges a file and hashes its bytes on the way.
func (a *app) ingestFile(run *interferenceRun, name string) (sightline.Input, error) {
	in := a.in
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return sightline.Input{}, sightline.Errorf(sightline.NotFound, "open measurements", name, "%w", err).WithHint("Give files of measurements, or - for standard input.")
		}
		defer f.Close()
		in = f
	}
	h := sha256.New()
	tee := io.TeeReader(in, h)
	if err := run.read(name, "ooni", tee); err != nil {
		return sightline.Input{}, err
	}
	if _, err := io.Copy(io.Discard, tee); err != nil { // what was left behind damage
		return sightline.Input{}, sightline.Errorf(sightline.Unavailable, "read measurements", name, "%w", err)
	}
	return sightline.Input{Name: filepath.Base(name), SHA256: hex.EncodeToString(h.Sum(nil))}, nil
}
