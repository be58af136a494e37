package all_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"sightline/archive"
	"sightline/source"
	"sightline/source/all"
	"sightline/source/sourcetest"
)

// unread are the files of evidence that no importer reads, with the reason. A
// file that an edition of a data set names, or that the catalogue's compiler
// reads, needs none.
var unread = map[string]string{
	"MANIFEST.md":                    "describes the others",
	"raw/eu_sanctions/FORMAT.md":     "describes the annexes",
	"raw/accessnow_SNAPSHOTS.md":     "describes the table of shutdowns",
	"raw/aspi_summary_secondhand.md": "a summary of the table of ASPI by others, who say themselves that it is in doubt; counts only",

	// Shapes for maps. No claim is in them.
	"raw/ne_110m_admin_0_countries.json":      "pictures of borders",
	"raw/ne_50m_admin_0_countries.7z":         "pictures of borders",
	"raw/ne_50m_populated_places_simple.json": "places of cities",
	"derived/ne_110m_min.geojson":             "pictures of borders",
	"derived/ne_50m_min.geojson":              "pictures of borders",
	"raw/telegeography_cable_geo_2021.json":   "lines of cables on a map; owners and landing points are read from the tables",
	"raw/telegeography_landing_geo_2021.json": "points on a map; the table of landings has them with their countries",

	// Codes of countries. The table of ours is compiled from country_codes.csv.
	"raw/iso3166_regions.csv":    "the codes of country_codes.csv again, under share-alike terms",
	"raw/mledoze_countries.json": "the codes of country_codes.csv again, under share-alike terms, with names and borders",
	"derived/country_base.csv":   "joined from tables that are read one by one",

	// Readings of the same files by others, which tests hold against ours.
	"derived/aiddata_ict_security_projects.csv": "another reading of the tables of AidData: source/aiddata/aiddata_test.go",
	"derived/aigs_2022_country.csv":             "another reading of aigs_2022.xlsx: source/aigs/aigs_test.go",
	"derived/aigs_2022_supplier.csv":            "another reading of aigs_2022.xlsx: source/aigs/aigs_test.go",
	"derived/bri_join_year.csv":                 "another reading of bri_join_year.xlsx: source/bri/bri_test.go",
	"derived/eu_listed_entities_netcontrol.csv": "another reading of the annexes: source/eusanctions/eusanctions_test.go",
	"derived/fiw_2013_2024.csv":                 "another reading of fiw_2013_2024.xlsx: source/fiw/fiw_test.go",
	"derived/internet_users_2016_2024.csv":      "another reading of wb_internet_users_2016_2024.xls: source/worldbank/worldbank_test.go",
	"derived/itu_gci_2017.csv":                  "another reading of itu_gci_2017.csv: source/itugci/itugci_test.go",
	"derived/itu_gci_2018.csv":                  "another reading of itu_gci_2018.csv: source/itugci/itugci_test.go",
	"derived/vdem_dsp_2021.csv":                 "another reading of vdem_dsp_2021.csv: source/vdem/vdem_test.go",
	"derived/vdem_regime_2000_2024.csv":         "another reading of ert_v15.csv: source/vdem/vdem_test.go",
}

// counted are rows that the manifest counts otherwise than the file has them.
var counted = map[string]int{
	"raw/fiw_ratings_1973_2024.xlsx":        205 + 25, // countries, as in the manifest, and territories on a sheet of their own
	"raw/dw_india_shutdowns_2012_2020.xlsx": 1377,     // "~385 x 3 coders" there; here the sheets of the coders and the merged one
	"derived/handfacts.csv":                 168,      // and a header; EV0168 is not in it
}

// aside counts rows that a reader lets go before they become rows of a table,
// since they may be about persons.
var aside = regexp.MustCompile(`^(persons: left out, unread|parties that may be persons, .*|ships and aircraft: left out)$`)

// root is the directory of the repository.
func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// manifest reads the number of rows of each file: "97 + 179" is their sum.
func manifest(t *testing.T) map[string]int {
	t.Helper()
	out := map[string]int{}
	text := string(sourcetest.Shared(t, "", "evidence/MANIFEST.md").Bytes)
	rows := -1 // the column
	for line := range strings.Lines(text) {
		cells := strings.Split(line, "|")
		if len(cells) < 5 {
			continue
		}
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		if i := slices.Index(cells, "rows"); i > 0 {
			rows = i
			continue
		}
		if rows < 0 || rows >= len(cells) || !strings.HasPrefix(cells[1], "raw/") && !strings.HasPrefix(cells[1], "derived/") {
			continue
		}
		n, numbers := 0, true
		for part := range strings.SplitSeq(cells[rows], "+") {
			m, err := strconv.Atoi(strings.TrimSpace(part))
			n, numbers = n+m, numbers && err == nil
		}
		if numbers {
			out[cells[1]] = n
		}
	}
	if len(out) < 50 {
		t.Fatalf("the manifest was not understood: %d files", len(out))
	}
	return out
}

// Every file of evidence has an importer or a reason why it has none, and each
// importer reads as many rows as the manifest counts.
func TestEveryFileOfEvidenceIsRead(t *testing.T) {
	rows := manifest(t)
	dir := filepath.Join(root(t), "..", "shared", "data", "evidence")
	known := map[string]bool{} // SHA-256
	for _, d := range all.Datasets {
		for _, e := range d.Editions {
			for _, sum := range e.SHA256 {
				known[sum] = true
			}
		}
	}
	compiled, err := os.ReadFile(filepath.Join(root(t), "catalog", "compile", "inputs.csv"))
	if err != nil {
		t.Fatal(err)
	}
	names, texts, seen := map[string]string{}, map[string][]byte{}, map[string]bool{} // the first two by SHA-256
	if err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		sum := archive.Sum(b)
		why, stated := unread[name]
		names[sum], texts[sum], seen[name] = name, b, true
		switch read := known[sum] || bytes.Contains(compiled, []byte(sum)); {
		case !read && !stated:
			t.Errorf("%s: nothing reads it, and no reason is given", name)
		case read && stated:
			t.Errorf("%s: it is read, so the reason is stale: %s", name, why)
		}
		// A second reading says which test holds it against ours.
		if _, test, ok := strings.Cut(why, ": "); ok && strings.HasSuffix(test, "_test.go") {
			text, err := os.ReadFile(filepath.Join(root(t), filepath.FromSlash(test)))
			if err != nil || !strings.Contains(string(text), strings.TrimSuffix(strings.TrimSuffix(filepath.Base(name), "2017.csv"), "2018.csv")) {
				t.Errorf("%s: %s does not speak of it (%v)", name, test, err)
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for name := range unread {
		if !seen[name] {
			t.Errorf("%s: there is no such file", name)
		}
	}
	for _, d := range all.Datasets {
		for _, e := range d.Editions {
			t.Run(d.ID+"/"+e.Name, func(t *testing.T) { checkRows(t, d, e, rows, names, texts) })
		}
	}
}

// checkRows imports an edition whose files are here and holds the rows that the
// report accounts for against the manifest.
func checkRows(t *testing.T, d *source.Dataset, e source.Edition, rows map[string]int, names map[string]string, texts map[string][]byte) {
	want, have := 0, 0
	var in []source.Input
	for role, sum := range e.SHA256 {
		name, here := names[sum]
		if !here {
			t.Skip("a file of this edition is not among the evidence: ", role)
		}
		role, _, _ = strings.Cut(role, "#")
		in = append(in, sourcetest.Input(role, filepath.Base(name), texts[sum]))
		n, ok := counted[name]
		if !ok {
			n, ok = rows[name]
		}
		if !ok {
			t.Errorf("the manifest does not count the rows of %s", name)
		}
		want += n
	}
	if len(in) == 0 {
		t.Skip("the edition is told otherwise than by the bytes of its files")
	}
	for what, n := range sourcetest.Import(t, d, in...).Rows {
		table, is := strings.CutPrefix(what, "rows of ")
		if is && (table == d.ID || strings.HasPrefix(table, d.ID+"/")) || aside.MatchString(what) {
			have += n
		}
	}
	if have != want {
		t.Errorf("%d rows are accounted for, the manifest counts %d", have, want)
	}
}

// Every importer has a test that damages its files.
func TestEveryImporterIsDamaged(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(root(t), "source", "*", "*.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	done := map[string]bool{}
	for _, f := range files {
		dir := filepath.Dir(f)
		if done[dir] {
			continue
		}
		done[dir] = true
		tests, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, name := range tests {
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			found = found || bytes.Contains(b, []byte("sourcetest.Damage("))
		}
		if !found {
			t.Errorf("%s: no test damages its files (sourcetest.Damage)", filepath.Base(dir))
		}
	}
	if len(done) < 15 {
		t.Errorf("only %d importers were found", len(done))
	}
}
