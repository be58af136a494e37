package main

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"sightline"
	"sightline/archive"
	"sightline/export"
	"sightline/source"
	"sightline/source/all"
)

func (a *app) sourceCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "source",
		Short: "Data sets that can be imported: list, show, check, add",
		Long: `Sightline reads the data sets of this field as their publishers give them. You
download a file yourself, under its publisher's terms, and add it to a workspace.
Nothing is fetched by these commands.`,
		Args: cobra.NoArgs,
	}
	c.AddCommand(a.sourceListCommand(), a.sourceShowCommand(), a.sourceAddCommand(), a.sourceCheckCommand())
	return c
}

func (a *app) sourceListCommand() *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:     "list",
		Short:   "List the data sets, their terms, and what the workspace holds of them",
		Example: "  sightline source list\n  sightline source list -w kenya-notes --format csv",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, args []string) error {
			if err := oneOfFormats(format, "text", "csv"); err != nil {
				return err
			}
			s, err := a.open()
			if err != nil {
				return err
			}
			defer s.Close()
			t := csv.NewWriter(a.out)
			if format == "csv" {
				t.Write([]string{"id", "title", "covers", "terms", "licence", "layout", "held_claims", "address"})
			}
			for _, d := range all.Datasets {
				src, err := d.Source()
				if err != nil {
					return err
				}
				sources, err := d.Sources()
				if err != nil {
					return err
				}
				held, err := s.Claims(sightline.Query{Sources: sources})
				if err != nil {
					return err
				}
				if format == "csv" {
					t.Write([]string{d.ID, d.Title, d.Covers, src.Terms.String(), src.Licence, d.Layout(), fmt.Sprint(len(held)), src.URL})
					continue
				}
				fmt.Fprintf(a.out, "%-22s %s\n%22s %s\n%22s %s; %s held\n", d.ID, d.Title, "", d.Covers, "", termsInWords(src), count(int64(len(held)), "claim", "claims"))
			}
			t.Flush()
			return t.Error()
		},
	}
	c.Flags().StringVarP(&format, "format", "f", "text", "`form`: text or csv")
	return c
}

// termsInWords says what may be done with a source.
func termsInWords(s *sightline.Source) string {
	words := map[sightline.Terms]string{
		sightline.Open:          "open",
		sightline.ShareAlike:    "may be passed on under the same terms only",
		sightline.NonCommercial: "may be passed on for no commercial end",
		sightline.Restricted:    "not to be passed on, or no terms are stated",
	}[s.Terms]
	if s.Licence != "" {
		words += " (" + s.Licence + ")"
	}
	return words
}

func (a *app) sourceShowCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "show ID",
		Short:   "Say where a data set is had, under what terms, and how to add it",
		Example: "  sightline source show bri",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			d, err := all.ByID(args[0])
			if err != nil {
				return err
			}
			src, err := d.Source()
			if err != nil {
				return err
			}
			row := func(label, text string) {
				if text != "" {
					fmt.Fprintf(a.out, "%-12s %s\n", label, export.Inert(text))
				}
			}
			fmt.Fprintf(a.out, "%s: %s\n\n", d.ID, d.Title)
			row("covers", d.Covers)
			row("publisher", src.Publisher)
			row("address", src.URL)
			row("to get it", d.Obtain)
			row("terms", termsInWords(src))
			row("selection", src.Selection)
			row("reliability", src.Reliability.String())
			row("layout", d.Layout())
			row("changes", d.Changes)
			if d.Persons != "" {
				row("persons", d.Persons+" are about natural persons: they are left out unread, and no copy of the files is kept, but their SHA-256 (--archive keeps one)")
			}
			command := "sightline source add -w WORKSPACE " + d.Arguments()
			for _, f := range d.Files {
				notes := ""
				if f.Optional {
					notes += ", may be left out"
				}
				if f.Many {
					notes += ", may be several"
				}
				row("file", fmt.Sprintf("%s: %s%s", f.Role, f.Name, notes))
			}
			for _, e := range d.Editions {
				row("edition", fmt.Sprintf("%s (%s); %s", e.Name, cmp.Or(e.Published, "date not known"), e.Verified))
			}
			fmt.Fprintf(a.out, "\nTo try it:   %s\nTo add it:   %s\n", strings.Replace(command, "source add -w WORKSPACE", "source check", 1), command)
			return nil
		},
	}
}

// readInputs reads the files that arguments name, each whole.
func readInputs(d *source.Dataset, args []string) ([]source.Input, error) {
	var out []source.Input
	for _, arg := range args {
		role, name := d.RoleOf(arg)
		if role == "" {
			var roles []string
			for _, f := range d.Files {
				roles = append(roles, f.Role)
			}
			return nil, sightline.Errorf(sightline.Invalid, "read arguments", arg, "no file of %s has such a name", d.ID).
				WithHint("Name its role: ROLE=FILE. The roles are %s.", strings.Join(roles, ", "))
		}
		if name == "" {
			return nil, sightline.Errorf(sightline.Invalid, "read arguments", arg, "no file is named").
				WithHint("Write the file behind the sign: %s=FILE.", role)
		}
		b, err := readWhole(name)
		if err != nil {
			return nil, err
		}
		out = append(out, source.Input{Role: role, Name: filepath.Base(name), Bytes: b, SHA256: archive.Sum(b)})
	}
	return out, nil
}

// readWhole reads a file of a bounded size.
func readWhole(name string) ([]byte, error) {
	f, err := os.Open(name)
	if os.IsNotExist(err) {
		return nil, sightline.Errorf(sightline.NotFound, "read file", name, "no such file").
			WithHint("\"sightline source show ID\" says where a data set can be had and how its files are named.")
	}
	if err != nil {
		return nil, sightline.Errorf(sightline.Unavailable, "read file", name, "%w", err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, source.MaxFile+1))
	if err != nil {
		return nil, sightline.Errorf(sightline.Unavailable, "read file", name, "%w", err)
	}
	if len(b) > source.MaxFile {
		return nil, sightline.Errorf(sightline.Invalid, "read file", name, "it has more than %d bytes", source.MaxFile).WithHint("No data set that is known has a file of this size.")
	}
	return b, nil
}

func (a *app) sourceAddCommand() *cobra.Command {
	var publishers []string
	var quiet, archived bool
	c := &cobra.Command{
		Use:   "add ID FILE...",
		Short: "Add a data set to a workspace from files that you have",
		Long: `Read the files strictly, keep a copy of each in the workspace's archive, and add
their records to its ledger, all or nothing. A file is told by its name, or
named outright: ROLE=FILE.

Files that hold rows on natural persons are not copied into the archive, though
nothing of those rows is added: only their SHA-256 is kept. --archive keeps the
copy all the same.

Adding an edition twice adds nothing. A later edition corrects what an earlier
one said; nothing is erased, and --as-recorded still shows it.

--publisher FILE says that you got this file from the publisher itself: it is
compared with the file that is added, and if the bytes are the same, the source
counts as verified against the publisher from today.`,
		Example: "  sightline source add -w kenya-notes bri friend.xlsx\n  sightline source add -w kenya-notes bri table=copy.xlsx --publisher friend.xlsx",
		Args:    cobra.MinimumNArgs(2),
		RunE: func(c *cobra.Command, args []string) (err error) {
			d, err := all.ByID(args[0])
			if err != nil {
				return err
			}
			inputs, err := readInputs(d, args[1:])
			if err != nil {
				return err
			}
			var verified sightline.Date
			if len(publishers) > 0 {
				if err := samePublished(inputs, publishers); err != nil {
					return err
				}
				if verified, err = sightline.ParseDate(a.now().UTC().Format("2006-01-02")); err != nil {
					return err
				}
			}
			size := 0
			for _, in := range inputs {
				size += len(in.Bytes)
			}
			clear := a.working(quiet, "reading %s of %s (%.1f MB)", count(int64(len(inputs)), "file", "files"), d.ID, float64(size)/1e6)
			report, err := d.Import(inputs)
			clear()
			if err != nil {
				return err
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
			held, err := keep(a.archive(), d, inputs, archived || d.Persons == "")
			if err != nil {
				return err
			}
			held.Verified = verified
			clear = a.working(quiet, "comparing %s with the workspace", count(int64(len(report.Records)), "record", "records"))
			changes, err := source.Reconcile(l, d, report, held)
			clear()
			if err != nil {
				return err
			}
			bar := a.progress(quiet, "adding", len(changes.Records))
			result, err := l.AppendAll(c.Context(), sightline.InstantOf(a.now()), changes.Records, bar)
			bar(-1)
			if err != nil {
				return err
			}
			if !verified.IsZero() {
				report.Verified = source.Publisher
			}
			a.printReport(d, report)
			a.printChanges(changes)
			if held.Archive != "" {
				fmt.Fprintf(a.out, "archive: %s\n", held.Archive)
			} else {
				fmt.Fprintf(a.out, "not archived: holds rows on persons (%s); SHA-256 %s\n", d.Persons, held.Digest)
			}
			fmt.Fprintf(a.out, "ledger: %d records added, head %s\n", result.Appended, result.Head)
			return nil
		},
	}
	c.Flags().StringArrayVar(&publishers, "publisher", nil, "a `file` that you got from the publisher, to compare with; once for each file")
	c.Flags().BoolVar(&archived, "archive", false, "keep a copy of the files even if they hold rows on natural persons")
	c.Flags().BoolVarP(&quiet, "quiet", "q", false, "show no progress")
	return c
}

// samePublished compares inputs with files from the publisher, which must be
// the same set of bytes.
func samePublished(inputs []source.Input, publishers []string) error {
	var have, want []string
	for _, in := range inputs {
		have = append(have, in.SHA256)
	}
	for _, name := range publishers {
		b, err := readWhole(name)
		if err != nil {
			return err
		}
		want = append(want, archive.Sum(b))
	}
	slices.Sort(have)
	slices.Sort(want)
	if !slices.Equal(have, want) {
		return sightline.Errorf(sightline.Conflict, "compare with the publisher", strings.Join(publishers, ", "), "the bytes differ: yours have %s, the publisher's %s", strings.Join(have, ", "), strings.Join(want, ", ")).
			WithHint("Add the publisher's own file instead.")
	}
	return nil
}

// archive is the archive of the workspace.
func (a *app) archive() archive.Archive { return archive.At(filepath.Join(a.workspace, "archive")) }

// bundle is what stands for the files of an edition: one is its own sum; of
// several it is a list of their sums, whose sum is the edition's.
func bundle(d *source.Dataset, inputs []source.Input) (sum string, list []byte) {
	if len(inputs) == 1 && inputs[0].Role == onlyRole(d) {
		return inputs[0].SHA256, nil
	}
	sorted := slices.SortedFunc(slices.Values(inputs), func(a, b source.Input) int {
		return cmp.Or(cmp.Compare(a.Role, b.Role), cmp.Compare(a.Name, b.Name), cmp.Compare(a.SHA256, b.SHA256))
	})
	var b bytes.Buffer
	for _, in := range sorted { // in whatever order they were named
		fmt.Fprintf(&b, "%s  %s=%s\n", in.SHA256, in.Role, in.Name)
	}
	return archive.Sum(b.Bytes()), b.Bytes()
}

// keep keeps the files of an edition, or only the list of their sums.
func keep(to archive.Archive, d *source.Dataset, inputs []source.Input, whole bool) (source.Copy, error) {
	sum, list := bundle(d, inputs)
	if list != nil {
		if _, err := to.Put(list); err != nil {
			return source.Copy{}, err
		}
	}
	if !whole {
		return source.Copy{Digest: sum}, nil
	}
	for _, in := range inputs {
		if _, err := to.Put(in.Bytes); err != nil {
			return source.Copy{}, err
		}
	}
	return source.Copy{Archive: sum}, nil
}

// editionList reads the list that keep writes for several files.
func editionList(b []byte) (parts []source.Input, ok bool) {
	for line := range strings.Lines(string(b)) {
		sum, rest, found := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		role, name, named := strings.Cut(rest, "=")
		if !found || !named || len(sum) != 64 {
			return nil, false
		}
		parts = append(parts, source.Input{Role: role, Name: name, SHA256: sum})
	}
	return parts, len(parts) > 0
}

// onlyRole is the role of a file that is kept alone: the first that every
// edition has. Of a data set whose files may all be left out it is none.
func onlyRole(d *source.Dataset) string {
	for _, f := range d.Files {
		if !f.Optional || len(d.Files) == 1 {
			return f.Role
		}
	}
	return ""
}

// kept reads the files of an edition back from the archive.
func kept(from archive.Archive, d *source.Dataset, sum string) ([]source.Input, error) {
	b, err := from.Get(sum)
	if err != nil {
		return nil, err
	}
	if parts, ok := editionList(b); ok {
		for i := range parts {
			if parts[i].Bytes, err = from.Get(parts[i].SHA256); err != nil {
				return nil, err
			}
		}
		return parts, nil
	}
	if role := onlyRole(d); role != "" { // one file, kept under its own sum
		return []source.Input{{Role: role, Bytes: b, SHA256: sum}}, nil
	}
	return nil, sightline.Errorf(sightline.Corrupt, "read copy", from.Path(sum), "it is neither a list of files nor the only file of %s", d.ID)
}

// working says, on a terminal only, what is being done, until the function that
// it returns is called.
func (a *app) working(quiet bool, format string, args ...any) func() {
	f, ok := a.errs.(*os.File)
	if quiet || !ok || !term.IsTerminal(int(f.Fd())) {
		return func() {}
	}
	fmt.Fprintf(f, "\r"+format, args...)
	return func() { fmt.Fprint(f, "\r\x1b[K") }
}

// progress shows how far something of n steps is, on a terminal only. Steps of
// -1 end it.
func (a *app) progress(quiet bool, what string, n int) func(done int) {
	f, ok := a.errs.(*os.File)
	if quiet || !ok || !term.IsTerminal(int(f.Fd())) || n < 5000 {
		return func(int) {}
	}
	return func(done int) {
		if done < 0 {
			fmt.Fprint(f, "\r\x1b[K")
			return
		}
		const width = 30
		full := width * done / max(n, 1)
		fmt.Fprintf(f, "\r%s [%s%s] %d of %d", what, strings.Repeat("#", full), strings.Repeat(".", width-full), done, n)
	}
}

func (a *app) sourceCheckCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "check [ID FILE...]",
		Short: "Read files of a data set without adding them, or check the workspace's copies",
		Long: `With files: read them strictly and say what they hold, what was mended, what is
left out and how far the bytes are known, and, with a workspace, what adding them
would change. Nothing is written.

Without: read the archived copy of each data set of the workspace again and say
whether the ledger still holds what it says.`,
		Example: "  sightline source check bri friend.xlsx\n  sightline source check -w kenya-notes",
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return a.checkCopies()
			}
			d, err := all.ByID(args[0])
			if err != nil {
				return err
			}
			inputs, err := readInputs(d, args[1:])
			if err != nil {
				return err
			}
			report, err := d.Import(inputs)
			if err != nil {
				return err
			}
			a.printReport(d, report)
			s, err := a.open()
			if err != nil {
				return err
			}
			defer s.Close()
			sum, _ := bundle(d, inputs)
			changes, err := source.Reconcile(s, d, report, source.Copy{Archive: sum})
			if err != nil {
				return err
			}
			fmt.Fprintf(a.out, "compared with %s:\n", s.edition)
			self, err := d.Source()
			if err != nil {
				return err
			}
			if held, err := s.Source(self.ID, 0); err == nil && (held.Archive == sum || held.Digest == sum) {
				fmt.Fprintln(a.out, "  the files are those that were added last")
			}
			a.printChanges(changes)
			return nil
		},
	}
	return c
}

// checkCopies reads each archived edition again.
func (a *app) checkCopies() error {
	if a.workspace == "" {
		return sightline.Errorf(sightline.Invalid, "check sources", "", "the embedded catalogue has no archive").WithHint("Name a workspace with -w DIRECTORY, or a data set and its files.")
	}
	s, err := a.open()
	if err != nil {
		return err
	}
	defer s.Close()
	bad := 0
	for _, d := range all.Datasets {
		self, err := d.Source()
		if err != nil {
			return err
		}
		src, err := s.Source(self.ID, 0)
		if sightline.ErrorCode(err) == sightline.NotFound || err == nil && src.Archive+src.Digest == "" {
			continue
		}
		if err != nil {
			return err
		}
		if src.Archive == "" {
			fmt.Fprintf(a.out, "%-20s not archived: holds rows on persons; to check it, name its files\n", d.ID)
			continue
		}
		state := "the bytes were not compared with the publisher's"
		if !src.Verified.IsZero() {
			state = "verified against the publisher on " + src.Verified.String()
		}
		changes, err := a.checkCopy(s, d, src)
		switch {
		case err != nil:
			bad++
			fmt.Fprintf(a.out, "%-20s FAILED: %v\n", d.ID, err)
		case changes.New+changes.Corrected+changes.Withdrawn+changes.Beside > 0:
			bad++
			fmt.Fprintf(a.out, "%-20s DIFFERS: the copy makes %d claims that the ledger does not hold\n", d.ID, changes.New+changes.Corrected+changes.Beside)
		default:
			fmt.Fprintf(a.out, "%-20s ok: %s, all held; %s\n", d.ID, count(int64(changes.Held), "claim", "claims"), state)
		}
	}
	if bad > 0 {
		return sightline.Errorf(sightline.Corrupt, "check sources", a.workspace, "%s", count(int64(bad), "data set is not as recorded", "data sets are not as recorded")).
			WithHint("A damaged copy can be restored from a backup. If the importer changed since, add the file again: the difference is then recorded as a correction.")
	}
	return nil
}

func (a *app) checkCopy(s *store, d *source.Dataset, src *sightline.Source) (*source.Changes, error) {
	inputs, err := kept(a.archive(), d, src.Archive)
	if err != nil {
		return nil, err
	}
	report, err := d.Import(inputs)
	if err != nil {
		return nil, err
	}
	return source.Reconcile(s, d, report, source.Copy{Archive: src.Archive, Verified: src.Verified})
}

func (a *app) printReport(d *source.Dataset, r *source.Report) {
	edition := "bytes that are not known"
	if r.Edition != nil {
		edition = "edition " + r.Edition.Name
	}
	claims := 0
	for _, x := range r.Records {
		if x.Claim() != nil {
			claims++
		}
	}
	fmt.Fprintf(a.out, "%s: %s; %s\n", d.ID, edition, r.Verified)
	for _, what := range slices.Sorted(maps.Keys(r.Rows)) {
		fmt.Fprintf(a.out, "  %7d %s\n", r.Rows[what], export.Inert(what))
	}
	fmt.Fprintf(a.out, "  %7d claims\n", claims)
	for _, m := range r.Repaired {
		fmt.Fprintf(a.out, "  mended: %s\n", export.Inert(m))
	}
	for _, n := range r.Notes {
		fmt.Fprintf(a.out, "  note: %s\n", export.Inert(n))
	}
}

func (a *app) printChanges(c *source.Changes) {
	fmt.Fprintf(a.out, "  %d new, %d held, %d correct an earlier edition, %d of an earlier edition withdrawn\n", c.New, c.Held, c.Corrected, c.Withdrawn)
	if c.Beside > 0 {
		fmt.Fprintf(a.out, "  %s beside a correction that somebody else made\n", count(int64(c.Beside), "claim stands", "claims stand"))
	}
}
