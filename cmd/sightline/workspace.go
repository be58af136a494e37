package main

import (
	"context"
	"fmt"
	"io"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"sightline"
	"sightline/catalog"
	"sightline/ftm/claims"
	"sightline/ledger"
)

func (a *app) initCommand() *cobra.Command {
	var empty bool
	c := &cobra.Command{
		Use:   "init DIRECTORY",
		Short: "Make a workspace: a ledger of your own, with the catalogue in it",
		Long: `Make a directory with an append-only ledger. The catalogue's records are put
into it, recorded now, so that your own claims can correct, support or dispute
them; --empty leaves them out.`,
		Example: "  sightline init kenya-notes\n  sightline dossier KE -w kenya-notes",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) (err error) {
			dir := args[0]
			if err := os.MkdirAll(dir, 0o755); err != nil {
				return sightline.Errorf(sightline.Unavailable, "make workspace", dir, "%w", err).WithHint("Choose a folder that you can write to.")
			}
			path := filepath.Join(dir, "ledger.db")
			l, err := ledger.Create(path)
			if err != nil {
				return err
			}
			defer func() {
				if e := l.Close(); err == nil {
					err = e
				}
				if err != nil {
					// Nothing was acknowledged: leave no half-made ledger.
					for _, suffix := range []string{"", "-wal", "-shm"} {
						os.Remove(path + suffix)
					}
				}
			}()
			n := 0
			if !empty {
				records, err := catalog.Records()
				if err != nil {
					return err
				}
				r, err := l.Append(c.Context(), sightline.InstantOf(a.now()), records)
				if err != nil {
					return err
				}
				if len(r.Refused) > 0 {
					return fmt.Errorf("BUG: the catalogue holds a record that a ledger refuses: %w", r.Refused[0].Err)
				}
				n = r.Appended
			}
			fmt.Fprintf(a.out, "%s: a ledger with %d records\n", path, n)
			return nil
		},
	}
	c.Flags().BoolVar(&empty, "empty", false, "leave the catalogue out")
	return c
}

func (a *app) exportCommand() *cobra.Command {
	var k clocks
	var output, format string
	var restricted bool
	c := &cobra.Command{
		Use:   "export",
		Short: "Print every record as claim text or as FollowTheMoney",
		Long: `Print the sources, entities, claims, withdrawals and judgements that are held,
as JSON Lines sorted by kind and id (docs/CLAIMS.md). Imported into an empty
workspace and exported again, it gives the same bytes. Corrections are records
like any other, so what they closed is there as well; recorded times belong to
each ledger and are not in the text.

--format ftm prints FollowTheMoney entities as JSON Lines, --format
ftm-statements its statements as CSV, for Aleph, OpenSanctions and their kin
(docs/FTM.md). What FollowTheMoney cannot hold travels in a member or column of
ours, so that "sightline import" of the same format gives every record back. The
first and last seen of a statement are when this ledger recorded and closed it.

What rests only on sources whose terms are not open (non-commercial, share-alike,
restricted, or not stated) is left out and counted, so that the text may be
passed on; so are such sources themselves, references to them beside an open
one, and organisations that nothing else names. --restricted keeps it in, for a
copy of your own.`,
		Example: "  sightline export -w kenya-notes -o claims.jsonl\n  sightline export --format ftm -o entities.ftm.json\n  sightline export -w kenya-notes --restricted -o backup.jsonl",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, args []string) error {
			if err := oneOfFormats(format, formatClaims, formatFtM, formatStatements); err != nil {
				return err
			}
			_, at, err := k.parse()
			if err != nil {
				return err
			}
			s, err := a.open()
			if err != nil {
				return err
			}
			defer s.Close()
			store := s.Store
			if !restricted {
				pass, left, err := ledger.Public(s.Store, at)
				if err != nil {
					return err
				}
				for _, t := range slices.Sorted(maps.Keys(left)) {
					what := "whose terms are " + t.String()
					if t == sightline.Open {
						what = "that hang on one left out"
					}
					fmt.Fprintf(a.errs, "left out: %s %s (--restricted keeps them)\n", count(int64(left[t]), "claim", "claims"), what)
				}
				store = partOf{s.Store, pass}
			}
			return a.write(output, func(w io.Writer) error { return exportAs(w, format, store, at) })
		},
	}
	c.Flags().StringVar(&k.recorded, "as-recorded", "", "only what was held at this `date` or moment")
	c.Flags().StringVarP(&output, "output", "o", "", "write to `file` instead of standard output")
	c.Flags().BoolVar(&restricted, "restricted", false, "keep in what rests on sources whose terms are not open")
	c.Flags().StringVar(&format, "format", formatClaims, "`form` of the text: claims, ftm or ftm-statements")
	return c
}

// The formats in which records are exported and imported.
const (
	formatClaims     = "claims"
	formatFtM        = "ftm"
	formatStatements = "ftm-statements"
)

// exportAs writes the records of a store. Every format reads the same store,
// so what is left out of one is left out of all.
func exportAs(w io.Writer, format string, s sightline.Store, at sightline.Instant) error {
	switch format {
	case formatFtM:
		return claims.WriteEntities(w, s, at)
	case formatStatements:
		return claims.WriteStatements(w, s, at)
	}
	return ledger.Export(w, s, at)
}

// partOf is a store of which only some records are told.
type partOf struct {
	sightline.Store
	pass func(sightline.Record) (sightline.Record, bool)
}

// Records implements sightline.Store.
func (p partOf) Records(asRecorded sightline.Instant) iter.Seq2[sightline.Entry, error] {
	return func(yield func(sightline.Entry, error) bool) {
		for e, err := range p.Store.Records(asRecorded) {
			told := err != nil
			if !told {
				e.Record, told = p.pass(e.Record)
			}
			if told && !yield(e, err) {
				return
			}
		}
	}
}

// openToWrite opens the workspace's ledger for appending.
func (a *app) openToWrite() (*ledger.Ledger, error) {
	if a.workspace == "" {
		return nil, sightline.Errorf(sightline.Invalid, "open workspace", "", "the embedded catalogue cannot be added to").
			WithHint("Make a workspace with \"sightline init DIRECTORY\" and name it with -w DIRECTORY.")
	}
	l, err := ledger.Open(a.ledgerPath(), ledger.ReadWrite)
	if err != nil {
		return nil, workspaceError(a.workspace, err)
	}
	return l, nil
}

// verifyStore checks what is stored against its own hashes.
func (a *app) verifyStore(ctx context.Context, head string) error {
	if a.workspace == "" {
		if head != "" {
			return sightline.Errorf(sightline.Invalid, "verify", head, "only a workspace has a head").WithHint("Name it with -w DIRECTORY.")
		}
		if err := catalog.Verify(); err != nil {
			return err
		}
		s, err := a.open()
		if err != nil {
			return err
		}
		defer s.Close()
		inputs, err := s.Inputs(0)
		if err != nil {
			return err
		}
		for _, in := range inputs {
			fmt.Fprintf(a.out, "ok  %s, sha256 %s\n", in.Name, in.SHA256)
		}
		return nil
	}
	return a.verifyLedger(ctx, head)
}
