package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sightline/source"
	"sightline/source/all"
)

var update = flag.Bool("update", false, "write docs/SOURCES.md anew; read the difference before you commit it")

// docs/SOURCES.md is made of the data sets themselves, so that it says what the
// program does.
func TestSourcesAreDocumented(t *testing.T) {
	path := filepath.Join("..", "..", "docs", "SOURCES.md")
	want, err := sourcesDocument()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != want {
		t.Errorf("%s is not what the data sets say. Write it anew and read the difference:\ngo test ./cmd/sightline -run SourcesAreDocumented -update", path)
	}
}

func sourcesDocument() (string, error) {
	var b strings.Builder
	b.WriteString(`# Data sets

What ` + "`sightline source`" + ` can read. You download a file yourself, under its publisher's terms; nothing is fetched by these commands, and nothing here is shipped with
the program but what the catalogue says. ` + "`sightline source show ID`" + ` says more of each: how it was selected, which files it has, which editions are known and what breaks.

` + "```sh" + `
sightline source list                          # what there is, and what a workspace holds of it
sightline source show bri                      # where it is had, under what terms, and how to add it
sightline source check bri friend.xlsx         # read it, and say what adding it would change
sightline source add -w notes bri friend.xlsx  # add it to a workspace, all or nothing
` + "```" + `

Terms: what is not open stays out of ` + "`sightline export`" + ` unless ` + "`--restricted`" + ` asks for it. Known: how far the bytes that the importer was run on are the publisher's.
Arguments: of ` + "`sightline source check`" + ` and ` + "`sightline source add -w WORKSPACE`" + `; what stands in brackets may be left out. A file that has the publisher's name needs no ` + "`ROLE=`" + `.

| id | what it says | publisher | terms | where it is had | arguments | known |
|---|---|---|---|---|---|---|
`)
	cell := func(s string) string { return strings.ReplaceAll(strings.ReplaceAll(s, "|", `\|`), "\n", " ") }
	sets := slices.SortedFunc(slices.Values(all.Datasets), func(a, b *source.Dataset) int { return strings.Compare(a.ID, b.ID) })
	var persons []string
	for _, d := range sets {
		src, err := d.Source()
		if err != nil {
			return "", err
		}
		where := cell(d.Obtain)
		if src.URL != "" {
			where = "<" + src.URL + "> " + where
		}
		fmt.Fprintf(&b, "| `%s` | %s: %s | %s | %s | %s | `%s` | %s |\n", d.ID, cell(d.Title), cell(d.Covers), cell(src.Publisher), cell(termsInWords(src)), where, cell(d.Arguments()), d.Known())
		if d.Persons != "" {
			persons = append(persons, fmt.Sprintf("- `%s`: %s\n", d.ID, d.Persons))
		}
	}
	b.WriteString(`
## Files that hold rows on natural persons
Those rows are left out unread and counted, and no copy of the files is kept in the archive, only their SHA-256, unless ` + "`--archive`" + ` asks for it:

`)
	b.WriteString(strings.Join(persons, ""))
	b.WriteString(`
This page is written by ` + "`go test ./cmd/sightline -run SourcesAreDocumented -update`" + `.
`)
	return b.String(), nil
}
