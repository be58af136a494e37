package main

import (
	"bytes"
	"encoding/csv"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"sightline"
	"sightline/source"
)

const (
	root = "../.."
	data = "../../../shared/data"
)

func needData(t *testing.T) {
	t.Helper()
	if _, err := os.Stat(data); err != nil {
		t.Skip("the data sets are not beside the repository: ", err)
	}
}

// The compiler makes the committed files, byte for byte, and nothing has
// changed in its inputs.
func TestCompileMakesWhatIsCommitted(t *testing.T) {
	needData(t)
	c, err := compile(data, root)
	if err != nil {
		t.Fatal(err, sightline.ErrorHint(err))
	}
	for _, n := range c.notes {
		if strings.HasPrefix(n, "CHANGED") {
			t.Error(n)
		}
	}
	for name, text := range c.files {
		committed, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Error(err)
		} else if !bytes.Equal(committed, text) {
			t.Errorf("%s is not what the compiler makes: run go run ./catalog/compile", name)
		}
	}
	err = fs.WalkDir(os.DirFS(root), "catalog/data", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && c.files[name] == nil {
			t.Errorf("%s is not made by the compiler", name)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

var word = regexp.MustCompile(`[\p{L}\p{N}]+`)

const run13 = 13

// runs lists the runs of 13 words in a text.
func runs(s string) (out []string) {
	words := word.FindAllString(strings.ToLower(s), -1)
	for i := 0; i+run13 <= len(words); i++ {
		out = append(out, strings.Join(words[i:i+run13], " "))
	}
	return out
}

// No sentence of AidData or of the reasons of the EU is copied: no run of more
// than twelve words stands in both.
func TestNoProseIsCopied(t *testing.T) {
	needData(t)
	theirs := map[string]string{}
	for file, column := range map[string]string{"aiddata_ict_security_projects.csv": "title", "eu_listed_entities_netcontrol.csv": "reason"} {
		f, err := os.Open(filepath.Join(data, "evidence/derived", file))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		rows, err := csv.NewReader(f).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for i, name := range rows[0] {
			if name != column {
				continue
			}
			for _, r := range rows[1:] {
				for _, run := range runs(r[i]) {
					theirs[run] = file
				}
			}
		}
	}
	if len(theirs) < 1000 {
		t.Fatalf("only %d runs to compare with", len(theirs))
	}
	files, err := filepath.Glob(root + "/catalog/*/*.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for line := range bytes.Lines(text) {
			for _, run := range runs(string(line)) {
				if file, copied := theirs[run]; copied {
					t.Errorf("%s copies %q of %s", name, run, file)
				}
			}
		}
	}
}

// Organisations only: no kind of entity is a person, and none of ours slips in
// under another kind of id.
func TestNoPersons(t *testing.T) {
	files, err := filepath.Glob(root + "/catalog/*/*.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[sightline.EntityKind]bool{}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for line := range bytes.Lines(text) {
			r, err := sightline.ParseRecord(bytes.TrimSpace(line))
			if err != nil {
				t.Fatal(name, err)
			}
			if e := r.Entity(); e != nil {
				kinds[e.ID.Kind()] = true
			}
		}
	}
	for k := range kinds {
		if strings.Contains(k.String(), "person") {
			t.Errorf("entities of kind %s", k)
		}
	}
}

// Tables of ours are read as strictly as those of others.
func TestOwnTablesAreStrict(t *testing.T) {
	c := &compiler{}
	err := c.own("kept_projects.csv", func(*source.Row) error { return nil })
	if err == nil || !strings.Contains(err.Error(), "left over") {
		t.Errorf("a row with values left over: %v", err)
	}
}
