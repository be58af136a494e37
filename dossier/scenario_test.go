package dossier_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"sightline"
	"sightline/dossier"
	"sightline/export"
	"sightline/ledger"
)

var update = flag.Bool("update", false, "write the golden parts of testdata/*.txtar anew; read the difference before you commit it")

// memory is a store of the given claim text.
func memory(t testing.TB, text []byte) *ledger.Memory {
	t.Helper()
	var records []sightline.Record
	for line := range bytes.Lines(text) {
		if line = bytes.TrimSpace(line); len(line) == 0 || line[0] == '#' {
			continue
		}
		r, err := sightline.ParseRecord(line)
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, r)
	}
	d, err := sightline.ParseDate("2026-11-23")
	if err != nil {
		t.Fatal(err)
	}
	m, err := ledger.NewMemory("scenario", sightline.Instant(int64(d.First())*86_400_000_000), records)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Each scenario is a file: the facts, and for each country and view what the
// dossier says, as text. A part is named "want COUNTRY [as-published DATE]".
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no scenarios", err)
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			a, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			m := memory(t, a.Files[0].Data)
			for i, f := range a.Files[1:] {
				words := strings.Fields(f.Name)
				o := dossier.Options{Edition: "scenario", Code: "test"}
				if o.Country, err = sightline.ParseCountry(words[1]); err != nil {
					t.Fatal(err)
				}
				if len(words) == 4 {
					if o.AsPublished, err = sightline.ParseDate(words[3]); err != nil {
						t.Fatal(err)
					}
				}
				d, err := dossier.Compose(m, nil, o)
				if err != nil {
					t.Fatal(err)
				}
				var got bytes.Buffer
				if err := export.Terminal(&got, d, false); err != nil {
					t.Fatal(err)
				}
				if *update {
					a.Files[i+1].Data = got.Bytes()
				} else if got.String() != string(f.Data) {
					t.Errorf("%s differs; run go test ./dossier -update and read the difference:\n%s", f.Name, firstDifference(got.String(), string(f.Data)))
				}
			}
			if *update {
				if err := os.WriteFile(name, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return "line " + strconv.Itoa(i+1) + "\n got " + g[i] + "\nwant " + w[i]
		}
	}
	return "one is longer than the other"
}
