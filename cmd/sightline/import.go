package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"sightline"
	"sightline/catalog"
	"sightline/ledger"
	"sightline/tables"
)

func (a *app) importCommand() *cobra.Command {
	var fromCatalogue bool
	var quiet bool
	var format string
	var sources []string
	c := &cobra.Command{
		Use:   "import FILE...",
		Short: "Add claims to a workspace from JSON Lines or FollowTheMoney",
		Long: `Add the records of claim text (docs/CLAIMS.md) to the ledger of a workspace.
"-" reads standard input.

Each batch is one transaction; what is reported as acknowledged is on the disk.
A line that cannot be used is counted and kept with its reason in
FILE.rejected.jsonl, and the others go in. Records that are held already are
skipped, so an import that was cut off is simply run again.

--format ftm reads FollowTheMoney entities as JSON Lines, --format
ftm-statements its statements as CSV sorted by canonical_id (docs/FTM.md). What
an export of ours carries comes back as it was. Of other files, organisations
and the edges between them come in as entities and claims; each data set becomes
a source of unknown terms and reliability F, unless --source names the held
source, or sources, on which the claims rest. Natural persons and whatever
touches one are counted and left out.

--catalogue adds what a newer program's catalogue holds beyond the ledger.

The exit code is 0 when every line was taken, 1 when some were rejected.`,
		Example: "  sightline import -w kenya-notes my-claims.jsonl\n  sightline import -w kenya-notes --catalogue\n  sightline import -w kenya-notes --format ftm entities.ftm.json",
		RunE: func(c *cobra.Command, args []string) (err error) {
			if len(args) == 0 && !fromCatalogue {
				return sightline.Errorf(sightline.Invalid, "read arguments", "", "nothing to import").WithHint("Name a file of claim text, - for standard input, or --catalogue.")
			}
			if err := oneOfFormats(format, formatClaims, formatFtM, formatStatements); err != nil {
				return err
			}
			if format == formatClaims && len(sources) > 0 {
				return sightline.Errorf(sightline.Invalid, "read arguments", "--source", "claim text names its own sources").WithHint("Use --source with --format ftm or ftm-statements.")
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
			if fromCatalogue {
				records, err := catalog.Records()
				if err != nil {
					return err
				}
				r, err := l.Append(c.Context(), sightline.InstantOf(a.now()), records)
				if err != nil {
					return err
				}
				fmt.Fprintf(a.out, "catalogue %s: %d records added, %d were held\n", catalog.Edition(), r.Appended, r.Held)
				for _, x := range r.Refused {
					fmt.Fprintf(a.errs, "refused %s: %v\n", records[x.Index].ID(), x.Err)
				}
			}
			var rejected int64
			for _, name := range args {
				var n int64
				if format == formatClaims {
					n, err = a.importFile(c.Context(), l, name, quiet)
				} else {
					n, err = a.importFtM(c.Context(), l, name, ftmOptions{format: format, sources: sources, quiet: quiet})
				}
				if err != nil {
					return err
				}
				rejected += n
			}
			if rejected > 0 {
				return sightline.Errorf(sightline.Conflict, "import", "", "%s rejected", count(rejected, "line was", "lines were")).
					WithHint("Their numbers and reasons are in the .rejected.jsonl file beside each input. Mend them and import the file again: what is held is skipped.")
			}
			return nil
		},
	}
	c.Flags().BoolVar(&fromCatalogue, "catalogue", false, "add the records of the embedded catalogue")
	c.Flags().BoolVarP(&quiet, "quiet", "q", false, "report no progress")
	c.Flags().StringVar(&format, "format", formatClaims, "`form` of the files: claims, ftm or ftm-statements")
	c.Flags().StringSliceVar(&sources, "source", nil, "`id` of the held source on which claims from FollowTheMoney rest")
	return c
}

// importFile imports one file and returns how many lines were rejected.
func (a *app) importFile(ctx context.Context, l *ledger.Ledger, name string, quiet bool) (int64, error) {
	in := a.in
	aside := "stdin.rejected.jsonl"
	if name != "-" {
		f, err := openInput(name)
		if err != nil {
			return 0, err
		}
		defer f.Close()
		in, aside = f, name+".rejected.jsonl"
	}
	rejects := &lazyFile{name: aside}
	p, err := ledger.Import(ctx, l, in, ledger.ImportOptions{
		Now:      sightline.InstantOf(a.now()),
		Rejected: rejects,
		Progress: func(p ledger.Progress) error {
			if !quiet {
				fmt.Fprintf(a.errs, "acknowledged %s of %s: %d added, %d held, %d rejected\n", count(p.Lines, "line", "lines"), name, p.Appended, p.Held, p.Rejected)
			}
			return nil
		},
	})
	if e := rejects.Close(); err == nil {
		err = e
	}
	if err != nil {
		return p.Rejected, err
	}
	fmt.Fprintf(a.out, "%s: %s, %d added, %d were held, %d blank, %d rejected; head %s\n", name, count(p.Lines, "line", "lines"), p.Appended, p.Held, p.Blank, p.Rejected, p.Head)
	if p.Rejected > 0 {
		fmt.Fprintf(a.out, "the rejected lines are in %s\n", aside)
	}
	return p.Rejected, nil
}

// openInput opens a file to import.
func openInput(name string) (*os.File, error) {
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, sightline.Errorf(sightline.NotFound, "import", name, "no such file")
	}
	if err != nil {
		return nil, sightline.Errorf(sightline.Unavailable, "import", name, "%w", err)
	}
	return f, nil
}

// lazyFile is a file that is made when something is first written to it.
type lazyFile struct {
	name string
	f    *os.File
}

func (l *lazyFile) Write(b []byte) (int, error) {
	if l.f == nil {
		f, err := os.Create(l.name)
		if err != nil {
			return 0, sightline.Errorf(sightline.Unavailable, "keep rejected lines", l.name, "%w", err).WithHint("Make the folder of the input writable, or import from standard input in a folder that is.")
		}
		l.f = f
	}
	return l.f.Write(b)
}

// Close syncs what was written.
func (l *lazyFile) Close() error {
	if l.f == nil {
		return nil
	}
	if err := l.f.Sync(); err != nil {
		l.f.Close()
		return sightline.Errorf(sightline.Unavailable, "keep rejected lines", l.name, "%w", err)
	}
	return l.f.Close()
}

var _ io.Writer = (*lazyFile)(nil)

// verifyLedger checks the workspace's ledger.
func (a *app) verifyLedger(ctx context.Context, head string) error {
	var noted ledger.Head
	if head != "" {
		var err error
		if noted, err = ledger.ParseHead(head); err != nil {
			return err
		}
	}
	l, err := ledger.Open(a.ledgerPath(), ledger.ReadOnly)
	if err != nil {
		return workspaceError(a.workspace, err)
	}
	defer l.Close()
	r, err := l.Verify(ctx, noted)
	if err != nil {
		return err
	}
	if r.Damage != nil {
		return sightline.Errorf(sightline.Corrupt, "verify", a.ledgerPath(), "the first damage is at %s", r.Damage).
			WithHint("Keep this file as it is, and restore the ledger from a copy, or import its claim text into a new workspace.")
	}
	fmt.Fprintf(a.out, "ok  %s: %d records, head %s\n", a.ledgerPath(), r.Records, r.Head)
	return a.verifyCopies(l)
}

// verifyCopies checks the archived copies that the sources of a ledger name.
// A copy that is not there is said and is no fault: a ledger may travel
// without its archive.
func (a *app) verifyCopies(l *ledger.Ledger) error {
	kept, checked, absent := a.archive(), map[string]bool{}, 0
	var check func(sum string, list bool) error
	check = func(sum string, list bool) error {
		if checked[sum] {
			return nil
		}
		b, err := kept.Get(sum)
		if sightline.ErrorCode(err) == sightline.NotFound {
			absent++
			return nil
		}
		if err != nil {
			return err
		}
		checked[sum] = true
		if parts, ok := editionList(b); ok && list {
			for _, p := range parts {
				if err := check(p.SHA256, false); err != nil {
					return err
				}
			}
		}
		return nil
	}
	for e, err := range l.Records(0) {
		if err != nil {
			return err
		}
		if s := e.Record.Source(); s != nil && s.Archive != "" {
			if err := check(s.Archive, true); err != nil {
				return err
			}
		}
	}
	if len(checked)+absent > 0 {
		fmt.Fprintf(a.out, "ok  archive: %s as recorded, %d not here\n", count(int64(len(checked)), "copy is", "copies are"), absent)
	}
	n, err := tables.At(a.workspace).Verify()
	if err == nil && n > 0 {
		fmt.Fprintf(a.out, "ok  tables: %s as recorded\n", count(int64(n), "copy is", "copies are"))
	}
	return err
}

// count is a number with the right form of its noun.
func count(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
