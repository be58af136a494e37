package release_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sightline"
	"sightline/export/release"
)

func nothing(int, int) {}

// write makes a small release, signed, and returns its folder and the hash of
// its manifest.
func write(t *testing.T, sign func([]byte) ([]byte, error)) (dir, sum string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "2026.11")
	w, err := release.Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abort()
	for i := range 12 {
		if err := w.Put(fmt.Sprintf("country/P%02d.html", i), []byte(strings.Repeat(fmt.Sprintf("page %d ", i), 1+i*7))); err != nil {
			t.Fatal(err)
		}
	}
	date, err := sightline.ParseDate("2026-11-26")
	if err != nil {
		t.Fatal(err)
	}
	if sum, err = w.Finish(&release.Manifest{Name: "2026.11", Date: date, Edition: "test", Code: "test"}, sign); err != nil {
		t.Fatal(err)
	}
	return dir, sum
}

// One flipped byte in any file is named by that file, the manifest, its
// signature and its sum included; so is a file too many or too few.
func TestFlippedByte(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "key")
	if _, err := release.NewKey(secret); err != nil {
		t.Fatal(err)
	}
	sign, err := release.Signer(secret, nil, "test")
	if err != nil {
		t.Fatal(err)
	}
	key, err := release.ReadKey(secret + ".pub")
	if err != nil {
		t.Fatal(err)
	}
	dir, sum := write(t, sign)
	verify := func(head string, k *release.Key) []release.Problem {
		t.Helper()
		_, _, bad, err := release.Verify(os.DirFS(dir), head, k, nothing)
		if err != nil {
			t.Fatal(err)
		}
		return bad
	}
	if bad := verify(sum, key); len(bad) > 0 {
		t.Fatalf("a sound release: %v", bad)
	}
	var files []string
	err = filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, p)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 600 {
		file := files[r.IntN(len(files))]
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		flipped := slices.Clone(body)
		flipped[r.IntN(len(flipped))] ^= byte(1 + r.IntN(255))
		if err := os.WriteFile(file, flipped, 0o644); err != nil {
			t.Fatal(err)
		}
		name, err := filepath.Rel(dir, file)
		if err != nil {
			t.Fatal(err)
		}
		name = filepath.ToSlash(name)
		for _, k := range []*release.Key{nil, key} { // without a key as well
			named := slices.ContainsFunc(verify("", k), func(p release.Problem) bool {
				return p.File == name || name == release.SumName && strings.Contains(p.What, name)
			})
			if !named {
				t.Errorf("a flipped byte in %s is not named", name)
			}
		}
		if err := os.WriteFile(file, body, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	extra := filepath.Join(dir, "country", "extra.html")
	if err := os.WriteFile(extra, []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "country", "P03.html")); err != nil {
		t.Fatal(err)
	}
	var text string
	for _, p := range verify(sum, key) {
		text += p.String() + "\n"
	}
	if text != "country/P03.html: is missing\ncountry/extra.html: is not in the manifest\n" {
		t.Errorf("found:\n%s", text)
	}
	// Another manifest with its own sum is found by the hash noted and the key.
	if err := os.Remove(extra); err != nil {
		t.Fatal(err)
	}
	other, _ := write(t, nil)
	key2 := filepath.Join(t.TempDir(), "other")
	if _, err := release.NewKey(key2); err != nil {
		t.Fatal(err)
	}
	stranger, err := release.ReadKey(key2 + ".pub")
	if err != nil {
		t.Fatal(err)
	}
	dir = other
	if bad := verify(strings.Repeat("0", 64), nil); len(bad) != 1 || bad[0].File != release.ManifestName {
		t.Errorf("another hash was noted: %v", bad)
	}
	if bad := verify("", stranger); len(bad) != 1 || bad[0].File != release.SignatureName {
		t.Errorf("not signed: %v", bad)
	}
}

// A release takes its place whole, and none is overwritten.
func TestAllOrNothing(t *testing.T) {
	dir, _ := write(t, nil)
	if _, err := release.Create(dir); sightline.ErrorCode(err) != sightline.Conflict {
		t.Errorf("overwriting: %v", err)
	}
	w, err := release.Create(filepath.Join(filepath.Dir(dir), "other"))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Put("a/B.html", nil); err != nil {
		t.Fatal(err)
	}
	if err := w.Put("a/b.html", nil); sightline.ErrorCode(err) != sightline.Conflict {
		t.Errorf("names that differ by capitals: %v", err)
	}
	w.Abort()
	left, err := os.ReadDir(filepath.Dir(dir))
	if err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
