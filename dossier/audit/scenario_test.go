package audit_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"sightline/dossier"
	"sightline/dossier/audit"
	"sightline/export"
)

var update = flag.Bool("update", false, "write the golden parts of testdata/*.txtar anew; read the difference before you commit it")

// Each scenario is a file: facts, an audit file, and what the audit prints.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no scenarios", err)
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			ar, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			f, err := audit.Read("audit.yaml", ar.Files[1].Data)
			if err != nil {
				t.Fatal(err)
			}
			s := store(t, parse(t, strings.Split(strings.TrimSpace(string(ar.Files[0].Data)), "\n")...))
			a, err := audit.Run(s, nil, f, dossier.Options{Edition: "scenario", Code: "test"})
			if err != nil {
				t.Fatal(err)
			}
			var got bytes.Buffer
			if err := export.AuditTerminal(&got, a, false); err != nil {
				t.Fatal(err)
			}
			if *update {
				ar.Files[2].Data = got.Bytes()
				if err := os.WriteFile(name, txtar.Format(ar), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if want := string(ar.Files[2].Data); got.String() != want {
				g, w := strings.Split(got.String(), "\n"), strings.Split(want, "\n")
				for i := range min(len(g), len(w)) {
					if g[i] != w[i] {
						t.Fatalf("line %s differs; run go test ./dossier/audit -update and read the difference\n got %s\nwant %s", strconv.Itoa(i+1), g[i], w[i])
					}
				}
				t.Fatal("one is longer than the other")
			}
		})
	}
}
