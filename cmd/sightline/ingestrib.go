package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"sightline"
	"sightline/observations"
	"sightline/tables"
)

func (a *app) ingestRIBCommand() *cobra.Command {
	var quiet bool
	var asrel, locations, monitors, networks string
	c := &cobra.Command{
		Use:   "rib [NAME=]FILES...",
		Short: "Keep routing tables, for the routes and dossiers of a workspace",
		Long: `Reads routing tables and updates (MRT; raw, gzip, bzip2 or zstd), keeps a copy
of each in the archive of the workspace, packed as zstd, and the interned
store of the newest tables in its cache. NAME is the collector; without it the
start of the file's name up to the first dot stands for it. Updates follow the
table of the same collector.

To say who is on the path into a country, something must place addresses and
monitors, and, for transit influence, relate networks; these files are kept as
well, and of each kind the last one given counts:

--locations     lines prefix|country|addresses, or a folder with one folder a
                country in which ipv4-aggregated.txt lists its blocks
--as-countries  lines number,country: places monitors, bounds chokepoints
--monitors      JSON lines with the place of each peer, which goes first
--asrel         lines provider|customer|-1, peer|peer|0

Then the tables of neighbouring moments are compared, and what most paths to a
country or network were lost to goes into observations.db: dossiers, the atlas,
explain and verify show it. Only peers count that are in both tables and kept
most of what they had, so that a collector that fell silent looks like no loss;
with fewer than three networks of them, other collectors before than after,
damage, or more than 24 hours between, there is too little data and no loss. What was
compared is not compared again; a table that comes between corrects what was
found around it. A loss says what was not seen, not who or why.

A file counts by its own bytes: given again it is passed over, so that a run
that was cut off can be given again as it was; what it left unfinished is
removed. Damage is counted and said.`,
		Example: "  sightline ingest rib -w my-workspace rrc00=bview.20260520.0800.gz --locations country --as-countries asn.csv\n  sightline ingest rib -w my-workspace rrc00=updates.20260520.*.gz",
		RunE: func(c *cobra.Command, files []string) (err error) {
			if a.workspace == "" {
				return sightline.Errorf(sightline.Invalid, "open workspace", "", "the embedded catalogue cannot be added to").
					WithHint("Make a workspace with \"sightline init DIRECTORY\" and name it with -w DIRECTORY.")
			}
			if !exists(a.ledgerPath()) {
				return workspaceError(a.workspace, nil)
			}
			if len(files) == 0 && asrel == "" && locations == "" && monitors == "" && networks == "" {
				return c.Help()
			}
			if err := a.holdSource(c.Context(), ribRecord); err != nil {
				return err
			}
			s := tables.At(a.workspace)
			if err := s.Sweep(); err != nil {
				return err
			}
			r := ribRun{app: a, store: s, quiet: quiet}
			for _, x := range []struct {
				kind tables.Kind
				name string
			}{{tables.Networks, networks}, {tables.Monitors, monitors}, {tables.Relationships, asrel}, {tables.Locations, locations}} {
				if x.name == "" {
					continue
				}
				if info, err := os.Stat(x.name); x.kind == tables.Locations && err == nil && info.IsDir() {
					if err := r.folder(c.Context(), x.name); err != nil {
						return err
					}
				} else if err := r.file(c.Context(), x.kind, "", x.name); err != nil {
					return err
				}
			}
			for _, arg := range files {
				collector, name, named := strings.Cut(arg, "=")
				if exists(arg) || !named {
					name = arg
					collector, _, _ = strings.Cut(filepath.Base(arg), ".")
				}
				if err := r.file(c.Context(), tables.Routes, collector, name); err != nil {
					return err
				}
			}
			// The table of the moment before is in the cache until the newest takes its place.
			if err := r.compare(c.Context()); err != nil {
				return err
			}
			return s.Prepare()
		},
	}
	c.Flags().StringVar(&asrel, "asrel", "", "`file` of relationships between networks")
	c.Flags().StringVar(&locations, "locations", "", "`file` or folder that says where addresses are")
	c.Flags().StringVar(&monitors, "monitors", "", "`file` with the place of each peer")
	c.Flags().StringVar(&networks, "as-countries", "", "`file` with the country of each network")
	c.Flags().BoolVarP(&quiet, "quiet", "q", false, "show no progress")
	return c
}

// compare compares the tables of neighbouring moments, and says what was found
// and where to read it.
func (r *ribRun) compare(ctx context.Context) (err error) {
	if n, err := r.store.Neighbours(); err != nil || n == 0 {
		return err
	}
	to, err := observations.OpenOrCreate(r.observationsPath())
	if err != nil {
		return err
	}
	defer func() {
		if e := to.Close(); err == nil {
			err = e
		}
	}()
	var bar func(int)
	c, err := r.store.Compare(ctx, to, sightline.InstantOf(r.now()), func(done, of int) {
		if bar == nil {
			bar = r.progress(r.quiet, "comparing tables of neighbouring moments", of)
		}
		bar(done)
	})
	if bar != nil {
		bar(-1)
	}
	if errors.Is(err, context.Canceled) {
		return sightline.Errorf(sightline.Unavailable, "compare tables", "", "%w", err).WithHint("What was compared is kept: give the same command again to go on.")
	}
	if err != nil {
		return err
	}
	if len(c.Added) == 0 {
		fmt.Fprintf(r.out, "losses: %s of neighbouring moments held already; nothing was added\n", count(int64(c.Held), "comparison", "comparisons"))
		return nil
	}
	var countries, networks, little int64
	read := map[string]bool{}
	for _, h := range c.Added {
		x := h.About.Tables
		if x.Lacks != "" {
			little++
		}
		for _, l := range x.Losses {
			if l.Network == 0 {
				countries++
			} else {
				networks++
			}
			if !l.Country.IsZero() {
				read[l.Country.Code()] = true
			}
		}
	}
	fmt.Fprintf(r.out, "losses: %s of neighbouring moments added: %s and %s lost most of their paths, %d had too little data, %s corrected\n",
		count(int64(len(c.Added)), "comparison", "comparisons"), count(countries, "country", "countries"), count(networks, "network", "networks"), little, count(int64(c.Corrected), "earlier one", "earlier ones"))
	if codes := slices.Sorted(maps.Keys(read)); len(codes) > 0 {
		more := ""
		if n := len(codes) - 8; n > 0 {
			more, codes = fmt.Sprintf(" and %d more", n), codes[:8]
		}
		fmt.Fprintf(r.out, "read: sightline dossier CODE -w %s, of %s%s\n", r.workspace, strings.Join(codes, ", "), more)
	}
	return nil
}

// ribRecord is the source that routing tables are cited by.
const ribRecord = `{"type":"source","id":"routing-tables","title":"Routing tables of route collectors, as they were ingested here","publisher":"Operators of the collectors","kind":"registry","reliability":"B","scope":"none","selection":"Routes that the peers of the collectors chose to send; most peers are large networks, and what no peer sends is not seen"}`

// ribRun ingests one file after the other.
type ribRun struct {
	*app
	store *tables.Store
	quiet bool
}

// file ingests one file, if it is not held already.
func (r *ribRun) file(ctx context.Context, k tables.Kind, collector, name string) error {
	f, err := os.Open(name)
	if err != nil {
		return sightline.Errorf(sightline.NotFound, "open", name, "%w", err).WithHint("Check the name and the right to read it.")
	}
	defer f.Close()
	sum := sha256.New()
	n, err := io.Copy(sum, f)
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return sightline.Errorf(sightline.Unavailable, "read", name, "%w", err).WithHint("Give regular files.")
	}
	if h, ok, err := r.store.Has(k, collector, hex.EncodeToString(sum.Sum(nil))); err != nil {
		return err
	} else if ok {
		r.say(h, false)
		return nil
	}
	return r.add(ctx, k, collector, name, f, n)
}

// folder ingests a folder of delegated blocks as one list.
func (r *ribRun) folder(ctx context.Context, dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, "*", "ipv4-aggregated.txt"))
	if err != nil || len(files) == 0 {
		return noBlocks(dir)
	}
	slices.Sort(files)
	var list bytes.Buffer
	for _, name := range files {
		var c sightline.Country
		if c.UnmarshalText([]byte(strings.ToUpper(filepath.Base(filepath.Dir(name))))) != nil {
			continue // EU and AP are no countries
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return sightline.Errorf(sightline.Unavailable, "read locations", name, "%w", err)
		}
		for line := range strings.Lines(string(text)) {
			if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
				fmt.Fprintf(&list, "%s|%s\n", line, c.Code())
			}
		}
	}
	return r.add(ctx, tables.Blocks, "", dir, &list, int64(list.Len()))
}

// noBlocks says what a folder of locations should hold.
func noBlocks(dir string) error {
	return sightline.Errorf(sightline.NotFound, "read locations", dir, "no ipv4-aggregated.txt in folders of countries").WithHint("Give the folder that holds ke/ipv4-aggregated.txt and its like.")
}

func (r *ribRun) add(ctx context.Context, k tables.Kind, collector, name string, src io.Reader, size int64) error {
	bar := r.progress(r.quiet, filepath.Base(name)+", bytes", int(size))
	h, added, err := r.store.Add(ctx, k, collector, filepath.Base(name), &watched{src, bar, 0, 0}, sightline.InstantOf(r.now()))
	bar(-1)
	if errors.Is(err, context.Canceled) {
		return sightline.Errorf(sightline.Unavailable, "ingest", name, "%w", err).WithHint("What was done is kept: give the same command again to go on.")
	}
	if err != nil {
		return err
	}
	r.say(h, added)
	return nil
}

// say tells what became of a file.
func (r *ribRun) say(h tables.Held, added bool) {
	if !added {
		fmt.Fprintf(r.out, "%s: held already\n", h.Name)
		return
	}
	if h.Kind != tables.Routes {
		fmt.Fprintf(r.out, "%s: kept as %s\n", h.Name, h.Kind)
		return
	}
	what := count(h.Entries, "entry", "entries")
	if h.Entries == 0 {
		what = count(h.Updates, "update", "updates")
	}
	fmt.Fprintf(r.out, "%s: %s of %s from %s, %s; kept as %.12s\n", h.Name, what, count(int64(h.Peers), "peer", "peers"), h.Collector, h.From.Time().Format("2006-01-02 15:04:05 UTC"), h.SHA256)
	if h.Damage != "" {
		fmt.Fprintf(r.errs, "%s: %s\n", h.Name, h.Damage)
	}
}

// watched tells how many bytes were read, once a megabyte.
type watched struct {
	io.Reader
	bar  func(int)
	n, o int
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.Reader.Read(p)
	if w.n += n; w.n-w.o >= 1<<20 {
		w.bar(w.n)
		w.o = w.n
	}
	return n, err
}
