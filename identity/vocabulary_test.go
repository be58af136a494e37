package identity_test

import (
	"encoding/csv"
	"os"
	"slices"
	"strings"
	"testing"

	"sightline/spelling"
)

// The tables are well formed, and no spelling means two things.
func TestTables(t *testing.T) {
	kinds := map[string][]string{
		"forms.csv":  {"any", "stock", "private", "partnership", "nonprofit", "state"},
		"words.csv":  {"join", "org", "trade"},
		"places.csv": nil,
	}
	means := map[string]string{}
	for _, name := range []string{"forms.csv", "words.csv", "places.csv"} {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		rows, err := csv.NewReader(f).ReadAll() // every line has as many columns
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows[1:] {
			if k := kinds[name]; k != nil && !slices.Contains(k, r[0]) {
				t.Errorf("%s: %q is no kind", name, r[0])
			}
			concept := r[len(r)-2]
			for _, s := range strings.Split(r[len(r)-1], "|") {
				if strings.TrimSpace(s) != s || s == "" {
					t.Errorf("%s: %s has the spelling %q", name, concept, s)
				}
				if name == "forms.csv" {
					continue // forms are looked up apart, and the first line counts
				}
				key := spelling.Fold(s)
				if old := means[key]; old != "" && old != name+" "+concept {
					t.Errorf("%q means %s and %s %s", s, old, name, concept)
				}
				means[key] = name + " " + concept
			}
		}
	}
}
