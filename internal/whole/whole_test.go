package whole_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"sightline/internal/whole"
)

func names(t *testing.T, dir string) (out []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

func TestKeep(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made")
	f, err := whole.Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	f.WriteString("all")
	to := filepath.Join(dir, "deeper", "file")
	if err := f.Keep(to, 0o444); err != nil {
		t.Fatal(err)
	}
	f.Abort()
	if b, err := os.ReadFile(to); err != nil || string(b) != "all" {
		t.Errorf("%q %v", b, err)
	}
	f, err = whole.Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	f.WriteString("half")
	f.Abort()
	if got := names(t, dir); len(got) != 1 || got[0] != "deeper" {
		t.Errorf("left behind: %v", got)
	}
}

func TestSweep(t *testing.T) {
	if n, err := whole.Sweep(filepath.Join(t.TempDir(), "none")); n != 0 || err != nil {
		t.Errorf("no folder: %d %v", n, err)
	}
	if runtime.GOOS != "linux" && runtime.GOOS != "darwin" && runtime.GOOS != "windows" {
		return
	}
	dir := t.TempDir()
	f, err := whole.Create(dir) // of a program that runs
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{".new-1", "kept", "x.new-2"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := whole.Sweep(dir); n != 1 || err != nil {
		t.Errorf("swept %d, %v", n, err)
	}
	if got := names(t, dir); len(got) != 3 || got[0] != filepath.Base(f.Name()) || got[1] != "kept" || got[2] != "x.new-2" {
		t.Errorf("left: %v", got)
	}
	if err := f.Keep(filepath.Join(dir, "done"), 0o644); err != nil {
		t.Error(err)
	}
}
