package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"sightline"
	"sightline/atlas"
	"sightline/catalog"
	"sightline/dossier"
	frozen "sightline/export/release"
	"sightline/internal/order"
	"sightline/ledger"
)

func (a *app) releaseCommand() *cobra.Command {
	var o releaseOptions
	var newKey string
	c := &cobra.Command{
		Use:   "release DIRECTORY",
		Short: "Freeze the whole atlas into a folder that can be cited, mirrored and checked",
		Long: `Freeze every page that can be reached from the front page, with its .json and
.csv, its figures as tables and pictures and the feeds of changes, into a new
folder: pages link to each other as files, so that it can be put on any file
server or opened from a disk. Beside them stand the lists and all numbers as
tables (data/, datapackage.json), metadata for citation, and
manifest.json with the length and SHA-256 of every file.

With --former, restatements.csv and the page /restatements list each value that
moved since that release: what it was, what it is, and why.

What may not be passed on freely is left out; --restricted keeps it in, for a
copy of your own. The folder is written whole or not at all, and never
overwritten. The same records, program, name and date give the same bytes.

Note the hash that is printed, or sign with --key: "sightline verify DIRECTORY"
then shows whether anything was changed. docs/RELEASES.md says more.`,
		Example: "  sightline release ./2026.11 --name 2026.11\n  sightline release notes/releases/2026.12 -w notes --name 2026.12 --former notes/releases/2026.11 --key sightline.key\n  sightline release --new-key sightline.key",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if newKey != "" {
				public, err := frozen.NewKey(newKey)
				if err != nil {
					return err
				}
				fmt.Fprintf(a.out, "secret key %s, without a password: keep it where only you can read it\npublic key %s.pub: %s\n", newKey, newKey, public)
				return nil
			}
			if len(args) == 0 {
				return sightline.Errorf(sightline.Invalid, "read arguments", "", "no folder given").WithHint("Usage: sightline release DIRECTORY --name NAME")
			}
			return a.release(c.Context(), args[0], o)
		},
	}
	c.Flags().StringVar(&o.name, "name", "", "`name` of the release, as in 2026.11; its pages are known as /r/NAME/… (default: the folder's)")
	c.Flags().StringVar(&o.former, "former", "", "`folder` of the release before, to compare with")
	c.Flags().StringVar(&o.date, "date", "", "`date` of the release (default: the day of the newest record)")
	c.Flags().StringVar(&o.key, "key", "", "sign with the secret key of minisign in this `file`")
	c.Flags().BoolVar(&o.restricted, "restricted", false, "keep in what may not be passed on freely")
	c.Flags().BoolVarP(&o.quiet, "quiet", "q", false, "show no progress")
	c.Flags().StringVar(&newKey, "new-key", "", "make a key in `file` (and FILE.pub) instead of a release; minisign -G makes one with a password")
	return c
}

type releaseOptions struct {
	name, former, date, key string
	restricted, quiet       bool
}

// tablesOfPages are tables of the data package that are the .csv of a page.
var tablesOfPages = []string{"countries.csv", "suppliers.csv", "networks.csv", "laws.csv", "votes.csv"}

func (a *app) release(ctx context.Context, dir string, o releaseOptions) error {
	if o.name == "" {
		o.name = filepath.Base(filepath.Clean(dir))
	}
	if err := frozen.CheckName(o.name); err != nil {
		return err
	}
	var sign func([]byte) ([]byte, error)
	if o.key != "" {
		var err error
		if sign, err = frozen.Signer(o.key, a.password, "sightline release "+o.name); err != nil {
			return err
		}
	}
	s, err := a.open()
	if err != nil {
		return err
	}
	defer s.Close()
	keep, left, err := ledger.Public(s.Store, 0)
	if err != nil {
		return err
	}
	if o.restricted {
		keep = func(r sightline.Record) (sightline.Record, bool) { return r, true }
	}
	m := &frozen.Manifest{Name: o.name, Edition: s.edition, Code: version(), OpenOnly: len(left) > 0 && !o.restricted}
	newest, err := s.Recent(0, 1, 0)
	if err != nil {
		return err
	}
	if len(newest) == 0 {
		return sightline.Errorf(sightline.Invalid, "release", dir, "there are no records to release")
	}
	day := newest[0].Recorded.Day()
	if o.date == "" {
		o.date = day.String()
	}
	if m.Date, err = sightline.ParseDate(o.date); err != nil {
		return err
	}
	var former *formerRelease
	if o.former != "" {
		if former, err = readFormer(o.former); err != nil {
			return err
		}
		m.Former = &frozen.Former{Name: former.manifest.Name, SHA256: former.hash}
	}
	text, err := catalogAudit(catalog.Audits()[0])
	if err != nil {
		return err
	}
	var restated *dossier.Restatements
	var mu sync.Mutex // guards what pages leave behind as they are made
	var fault error
	explain := func(err error) error {
		mu.Lock()
		defer mu.Unlock()
		if fault == nil || ctx.Err() != nil {
			return err
		}
		return sightline.Errorf(sightline.Internal, "release", o.name, "a page could not be made: %w", fault).
			WithHint("This is a fault of ours, and nothing was written. \"sightline serve\" shows the other pages of the same records; please report the page and the message.")
	}
	h, err := atlas.New(atlas.Config{
		Store: s.Store, Series: s.series, Audit: text, Edition: s.edition, Code: version(), OpenOnly: m.OpenOnly, Release: o.name,
		Opened: newest[0].Recorded, Today: func() sightline.Day { return max(day, m.Date.Last()) }, CacheSize: 1 << 20,
		Restated: func() *dossier.Restatements { return restated },
		Fault: func(page string, err error) {
			mu.Lock()
			defer mu.Unlock()
			if fault == nil {
				fault = fmt.Errorf("page of kind %s: %w", page, err)
			}
		},
	})
	if err != nil {
		return err
	}
	w, err := frozen.Create(dir)
	if err != nil {
		return err
	}
	defer w.Abort()
	tables := map[string][]byte{}
	table := func(name string, body []byte) error {
		tables["data/"+name] = body
		return w.Put("data/"+name, body)
	}
	var packets []sightline.Packet
	step := a.counting(o.quiet, "files")
	files := 0
	err = h.Freeze(ctx, nil, func(f atlas.File) error {
		mu.Lock()
		files++
		step(files)
		if d, ok := f.Document.(*dossier.PacketSheet); ok && !strings.Contains(f.Name, ",") { // not a later page of one
			packets = append(packets, d.Packet)
		}
		isTable := slices.Contains(tablesOfPages, f.Name)
		if isTable {
			tables["data/"+f.Name] = f.Body
		}
		mu.Unlock()
		if isTable {
			if err := w.Put("data/"+f.Name, f.Body); err != nil {
				return err
			}
		}
		return w.Put(f.Name, f.Body)
	})
	step(-1)
	if err != nil {
		return explain(err)
	}
	order.By(packets, func(a, b sightline.Packet) int {
		return strings.Compare(string(a.Result.Packet), string(b.Result.Packet))
	})
	if restated, err = restate(s, former, packets); err != nil {
		return err
	}
	restated.Name = o.name
	for _, address := range atlas.LatePages {
		late, to, err := h.FreezePage(ctx, address)
		if err != nil {
			return explain(err)
		}
		for _, f := range late {
			if err := w.Put(f.Name, f.Body); err != nil {
				return err
			}
		}
		for _, t := range to {
			if _, ok := w.Entry(atlas.FileName(t)); !ok {
				return sightline.Errorf(sightline.Internal, "freeze page", address, "it links to %s, which is not there", t)
			}
		}
	}
	values, err := frozen.Values(packets)
	if err != nil {
		return err
	}
	claims, sources, entities, err := frozen.Data(partOf{s.Store, keep})
	if err != nil {
		return err
	}
	for name, body := range map[string][]byte{"values.csv": values, "claims.csv": claims, "sources.csv": sources, "entities.csv": entities} {
		if err := table(name, body); err != nil {
			return err
		}
	}
	var records bytes.Buffer
	if err := ledger.Export(&records, partOf{s.Store, keep}, 0); err != nil {
		return err
	}
	described, err := frozen.Package(m, tables, w.Entry)
	if err != nil {
		return err
	}
	cite, err := frozen.DataCite(m)
	if err != nil {
		return err
	}
	for name, body := range map[string][]byte{
		"data/records.jsonl": records.Bytes(), "datapackage.json": described, "datacite.json": cite, "CITATION.cff": frozen.CFF(m),
	} {
		if err := w.Put(name, body); err != nil {
			return err
		}
	}
	sum, err := w.Finish(m, sign)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.out, "%s: release %s of the %s, %s, %s\n", dir, o.name, s.edition, count(int64(len(m.Files)), "file", "files"), count(int64(len(packets)), "number", "numbers"))
	for _, t := range []sightline.Terms{sightline.ShareAlike, sightline.NonCommercial, sightline.Restricted} {
		if left[t] > 0 && !o.restricted {
			fmt.Fprintf(a.out, "left out: %s whose terms are %s (--restricted keeps them)\n", count(int64(left[t]), "claim", "claims"), t)
		}
	}
	if former != nil {
		fmt.Fprintf(a.out, "since %s: %s, %d the same, %d added, %d gone\n", former.manifest.Name, count(int64(len(restated.Moved)), "value moved", "values moved"), restated.Same, restated.Added, restated.Gone)
	}
	fmt.Fprintf(a.out, "manifest sha256 %s\n", sum)
	return nil
}

// formerRelease is a release that another is compared with.
type formerRelease struct {
	manifest *frozen.Manifest
	hash     string
	packets  []sightline.Packet
}

func readFormer(dir string) (*formerRelease, error) {
	tree := os.DirFS(dir)
	f := &formerRelease{}
	var err error
	if f.manifest, f.hash, err = frozen.Read(tree); err != nil {
		return nil, err
	}
	if f.packets, err = frozen.Packets(tree); err != nil {
		return nil, err
	}
	listed := map[string]string{}
	for _, e := range f.manifest.Files {
		listed[e.Name] = e.SHA256
	}
	values, err := fs.ReadFile(tree, frozen.ValuesName)
	if err != nil {
		return nil, sightline.Errorf(sightline.NotFound, "read release", dir, "%w", err)
	}
	again, err := frozen.Values(f.packets)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(values, again) || frozen.Sum(values) != listed[frozen.ValuesName] {
		return nil, sightline.Errorf(sightline.Corrupt, "read release", dir, "its values are not those of its packets or of its manifest").WithHint("sightline verify %s names the files.", dir)
	}
	return f, nil
}

// restate compares the numbers with those of the former release, if there is one.
func restate(s *store, former *formerRelease, packets []sightline.Packet) (*dossier.Restatements, error) {
	if former == nil {
		return &dossier.Restatements{Schema: dossier.RestatementsSchema, Added: len(packets)}, nil
	}
	values := func(packets []sightline.Packet) (out []dossier.Value) {
		for _, p := range packets {
			out = append(out, dossier.ValueOf(p))
		}
		return out
	}
	why, err := dossier.NewWhy(s.Store, former.packets, packets)
	if err != nil {
		return nil, err
	}
	r, err := dossier.Restate(values(former.packets), values(packets), why.Moved)
	if err != nil {
		return nil, err
	}
	r.Former = former.manifest.Name
	return r, nil
}

// password asks for the password of a key.
func (a *app) password() (string, error) {
	f, ok := a.in.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return "", sightline.Errorf(sightline.Invalid, "read password", "", "the key has a password, and there is no terminal to ask for it").WithHint("Run it in a terminal, or use a key without a password.")
	}
	fmt.Fprint(a.errs, "Password of the key: ")
	b, err := term.ReadPassword(int(f.Fd()))
	fmt.Fprintln(a.errs)
	return string(b), err
}

// counting shows how many are done, on a terminal only. A step of -1 ends it.
func (a *app) counting(quiet bool, what string) func(done int) {
	f, ok := a.errs.(*os.File)
	if quiet || !ok || !term.IsTerminal(int(f.Fd())) {
		return func(int) {}
	}
	return func(done int) {
		switch {
		case done < 0:
			fmt.Fprint(f, "\r\x1b[K")
		case done%100 == 0:
			fmt.Fprintf(f, "\r%d %s", done, what)
		}
	}
}

// verifyRelease checks a release and names every file that is not as it was.
func (a *app) verifyRelease(dir, head, key string) error {
	var k *frozen.Key
	if key != "" {
		var err error
		if k, err = frozen.ReadKey(key); err != nil {
			return err
		}
	}
	tree := os.DirFS(dir)
	step := a.counting(false, "files")
	m, hash, bad, err := frozen.Verify(tree, head, k, func(done, _ int) { step(done) })
	step(-1)
	if err != nil {
		return err
	}
	if m != nil {
		more, err := frozen.VerifyValues(tree)
		if err != nil {
			return err
		}
		bad = append(bad, more...)
	}
	for _, p := range bad {
		fmt.Fprintf(a.out, "FAILED  %s\n", p)
	}
	if len(bad) > 0 {
		return sightline.Errorf(sightline.Corrupt, "verify release", dir, "%s", count(int64(len(bad)), "thing is not as it was released", "things are not as they were released")).
			WithHint("Take the files that are named from another copy of the release.")
	}
	signed := "; the signature was not checked (--pubkey)"
	if k != nil {
		signed = "; signed by the key given"
	} else if head != "" {
		signed = ""
	} else if _, err := fs.Stat(tree, frozen.SignatureName); err != nil {
		signed = "; it is not signed: compare the hash with one that you noted (--head)"
	}
	fmt.Fprintf(a.out, "ok  release %s of the %s, %s\nmanifest sha256 %s%s\n", m.Name, m.Edition, count(int64(len(m.Files)), "file", "files"), hash, signed)
	return nil
}
