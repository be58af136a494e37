// Command compile writes the part of the catalogue that comes from data sets:
// claim text and series in catalog/data, and the country table of the root
// package. What goes in are the files that inputs.csv names, read strictly
// (package source), and the hand-written tables beside this file and beside the
// importers below source: repairs, names, rules, our own words. What a workspace
// can import is read by its importer, so that there is one reader. Twice the
// same input gives the same bytes.
//
//	go run ./catalog/compile -data ../shared/data
//
// Themes have a file each: countries, population, lists, votes, ratings,
// networks, measures, projects, findings.
package main

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"sightline"
	"sightline/source"
)

//go:embed *.csv *.jsonl
var tables embed.FS

func main() {
	data := flag.String("data", "../shared/data", "directory of the data sets")
	root := flag.String("root", ".", "directory of the repository")
	flag.Parse()
	if err := run(*data, *root); err != nil {
		fmt.Fprintln(os.Stderr, "compile:", err)
		if h := sightline.ErrorHint(err); h != "" {
			fmt.Fprintln(os.Stderr, h)
		}
		os.Exit(1)
	}
}

func run(data, root string) error {
	c, err := compile(data, root)
	if err != nil {
		return err
	}
	for _, n := range c.notes {
		fmt.Println(n)
	}
	names := sortedKeys(c.files)
	for _, name := range names {
		if err := write(filepath.Join(root, name), c.files[name]); err != nil {
			return err
		}
		fmt.Printf("%8d bytes %6d lines  %s\n", len(c.files[name]), bytes.Count(c.files[name], []byte("\n")), name)
	}
	return nil
}

// write replaces a file whole: a reader sees the old or the new one.
func write(path string, text []byte) error {
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, text) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return sightline.Errorf(sightline.Unavailable, "write", path, "%w", err)
	}
	if err := os.WriteFile(path+".new", text, 0o644); err != nil {
		return sightline.Errorf(sightline.Unavailable, "write", path, "%w", err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return sightline.Errorf(sightline.Unavailable, "write", path, "%w", err)
	}
	return nil
}

// compiler collects what the themes make.
type compiler struct {
	data     string
	inputs   map[string]input
	read     map[string]bool
	repairs  *source.Repairs
	declared map[string]bool               // kind and id of what catalog/facts holds
	names    map[sightline.EntityID]string // of the entities declared by people, there or here
	themes   map[string][]sightline.Record // by theme
	files    map[string][]byte             // by path from the root
	notes    []string                      // what a person should see
}

type input struct {
	path, sha256, list string
	low, high          int
}

// themes in the order in which they are compiled.
var themes = []func(*compiler) error{
	(*compiler).countries,
	(*compiler).population,
	(*compiler).lists,
	(*compiler).votes,
	(*compiler).ratings,
	(*compiler).networks,
	(*compiler).measures,
	(*compiler).findings,
	(*compiler).projects,
}

func compile(data, root string) (*compiler, error) {
	c := &compiler{data: data, inputs: map[string]input{}, read: map[string]bool{}, declared: map[string]bool{}, names: map[sightline.EntityID]string{}, themes: map[string][]sightline.Record{}, files: map[string][]byte{}}
	text, err := tables.ReadFile("repairs.csv")
	if err != nil {
		return nil, err
	}
	if c.repairs, err = source.ReadRepairs("repairs.csv", text); err != nil {
		return nil, err
	}
	if err := c.own("inputs.csv", func(r *source.Row) error {
		c.inputs[r.Need("dataset")] = input{path: r.Need("path"), sha256: r.Need("sha256"), low: r.Int("low"), high: r.Int("high"), list: r.Pop("list")}
		return nil
	}); err != nil {
		return nil, err
	}
	if err := c.facts(filepath.Join(root, "catalog", "facts")); err != nil {
		return nil, err
	}
	if err := c.handWritten("entities"); err != nil {
		return nil, err
	}
	for _, theme := range themes {
		if err := theme(c); err != nil {
			return nil, err
		}
	}
	if err := c.repairs.Unused(); err != nil {
		return nil, err
	}
	for _, name := range sortedKeys(c.inputs) {
		if !c.read[name] {
			return nil, sightline.Errorf(sightline.Internal, "compile", name, "inputs.csv names it, and no theme reads it")
		}
	}
	return c, c.finish()
}

// facts notes what people declared, so that nothing is declared twice.
func (c *compiler) facts(dir string) error {
	names, err := filepath.Glob(filepath.Join(dir, "*.jsonl"))
	if err != nil {
		return err
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			return sightline.Errorf(sightline.Unavailable, "read facts", name, "%w", err)
		}
		for line := range bytes.Lines(text) {
			if line = bytes.TrimSpace(line); len(line) == 0 {
				continue
			}
			r, err := sightline.ParseRecord(line)
			if err != nil {
				return err
			}
			c.declared[r.Kind().String()+" "+r.ID()] = true
			if e := r.Entity(); e != nil {
				c.names[e.ID] = e.Name
			}
		}
	}
	return nil
}

// handWritten takes the records of a table of ours.
func (c *compiler) handWritten(theme string) error {
	text, err := tables.ReadFile(theme + ".jsonl")
	if err != nil {
		return err
	}
	for line := range bytes.Lines(text) {
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		r, err := sightline.ParseRecord(line)
		if err != nil {
			return err
		}
		if e := r.Entity(); e != nil && c.names[e.ID] == "" {
			c.names[e.ID] = e.Name
		}
		c.add(theme, r)
	}
	return nil
}

// take takes the records that an importer reads.
func (c *compiler) take(theme string, d *source.Dataset, roles map[string]string) error {
	return c.takeSome(theme, d, roles, nil)
}

// takeSome is take of the claims for which keep holds, and of the entities and
// sources that they name.
func (c *compiler) takeSome(theme string, d *source.Dataset, roles map[string]string, keep func(*sightline.Claim) bool) error {
	report, err := c.imported(d, roles)
	if err != nil {
		return err
	}
	spoken, cited := map[sightline.EntityID]bool{}, map[sightline.SourceID]bool{}
	for _, r := range report.Records {
		if claim := r.Claim(); claim != nil && keep != nil && keep(claim) {
			spoken[claim.Subject], spoken[claim.Object.Entity] = true, true
			for _, v := range claim.Qualifiers {
				spoken[sightline.EntityID(v)] = true
			}
			for _, ref := range claim.References {
				cited[ref.Source] = true
			}
		}
	}
	for _, r := range report.Records {
		if keep != nil && (r.Claim() != nil && !keep(r.Claim()) || r.Entity() != nil && !spoken[r.Entity().ID] || r.Source() != nil && !cited[r.Source().ID]) {
			continue
		}
		if e := r.Entity(); e != nil {
			// What people or an importer before this one say of it is kept.
			if c.names[e.ID] != "" {
				continue
			}
			c.names[e.ID] = e.Name
		}
		c.add(theme, r)
	}
	return nil
}

// imported runs the importer of a data set on inputs that inputs.csv names, by
// role.
func (c *compiler) imported(d *source.Dataset, roles map[string]string) (*source.Report, error) {
	var files []source.Input
	for _, role := range sortedKeys(roles) {
		in, ok := c.inputs[roles[role]]
		if !ok {
			return nil, sightline.Errorf(sightline.Internal, "read input", roles[role], "inputs.csv does not name it")
		}
		text, err := os.ReadFile(filepath.Join(c.data, filepath.FromSlash(in.path)))
		if err != nil {
			return nil, sightline.Errorf(sightline.Unavailable, "read input", in.path, "%w", err).WithHint("Give the directory of the data sets with -data.")
		}
		sum := sha256.Sum256(text)
		if hex.EncodeToString(sum[:]) != in.sha256 {
			c.notes = append(c.notes, fmt.Sprintf("CHANGED %s: SHA-256 is %x, inputs.csv says %s", in.path, sum, in.sha256))
		}
		c.read[roles[role]] = true
		files = append(files, source.Input{Role: role, Name: filepath.Base(in.path), Bytes: text, SHA256: hex.EncodeToString(sum[:])})
	}
	return d.Import(files)
}

// own reads a hand-written table of ours.
func (c *compiler) own(name string, f func(*source.Row) error) error {
	text, err := tables.ReadFile(name)
	if err != nil {
		return err
	}
	t, err := source.CSV(name, text)
	if err != nil {
		return err
	}
	return t.Each(f)
}

// table reads an input, tells when its bytes have changed, mends it and checks
// its size.
func (c *compiler) table(dataset string) (*source.Table, error) {
	in, ok := c.inputs[dataset]
	if !ok {
		return nil, sightline.Errorf(sightline.Internal, "read input", dataset, "inputs.csv does not name it")
	}
	text, err := os.ReadFile(filepath.Join(c.data, filepath.FromSlash(in.path)))
	if err != nil {
		return nil, sightline.Errorf(sightline.Unavailable, "read input", in.path, "%w", err).WithHint("Give the directory of the data sets with -data.")
	}
	if sum := sha256.Sum256(text); hex.EncodeToString(sum[:]) != in.sha256 && !c.read[dataset] {
		c.notes = append(c.notes, fmt.Sprintf("CHANGED %s: SHA-256 is %x, inputs.csv says %s", in.path, sum, in.sha256))
	}
	var t *source.Table
	if strings.HasSuffix(in.path, ".json") {
		t, err = source.JSON(dataset, text, in.list)
	} else {
		t, err = source.CSV(dataset, text)
	}
	if err != nil {
		return nil, err
	}
	if err := t.ExpectRows(in.low, in.high); err != nil {
		return nil, err
	}
	c.read[dataset] = true
	return t, c.repairs.Apply(t)
}

// add adds a record to a theme. An entity or source that catalog/facts declares
// is left to it.
func (c *compiler) add(theme string, r sightline.Record) {
	if k := r.Kind(); (k == sightline.SourceRecord || k == sightline.EntityRecord) && c.declared[k.String()+" "+r.ID()] {
		return
	}
	c.themes[theme] = append(c.themes[theme], r)
}

// finish writes the themes as sorted claim text, and fails on records that
// stand twice or that nothing declares.
func (c *compiler) finish() error {
	seen := map[string]string{}
	for _, theme := range sortedKeys(c.themes) {
		rs := c.themes[theme]
		slices.SortFunc(rs, sightline.Record.Compare)
		var b bytes.Buffer
		for _, r := range rs {
			key := r.Kind().String() + " " + r.ID()
			if other, twice := seen[key]; twice || c.declared[key] {
				return sightline.Errorf(sightline.Conflict, "compile", key, "it stands twice: in %s, and in %s or catalog/facts", theme, other)
			}
			seen[key] = theme
			b.Write(r.Text())
			b.WriteByte('\n')
		}
		c.files["catalog/data/"+theme+".jsonl"] = b.Bytes()
	}
	return nil
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// slug makes an id of codes and words.
func slug(parts ...string) string {
	s := strings.ToLower(strings.Join(parts, "-"))
	return strings.NewReplacer("/", "-", " ", "-", "_", "-").Replace(s)
}
