package archive_test

import (
	"io"
	"os"
	"testing"

	"sightline"
	"sightline/archive"
)

func TestArchive(t *testing.T) {
	a := archive.At(t.TempDir())
	sum, err := a.Put([]byte("a table\n"))
	if err != nil {
		t.Fatal(err)
	}
	if again, err := a.Put([]byte("a table\n")); err != nil || again != sum {
		t.Errorf("put twice: %s, %v", again, err)
	}
	if b, err := a.Get(sum); err != nil || string(b) != "a table\n" {
		t.Errorf("got %q, %v", b, err)
	}
	if _, err := a.Get(archive.Sum([]byte("other"))); sightline.ErrorCode(err) != sightline.NotFound {
		t.Errorf("a copy that is not there: %v", err)
	}
	if _, err := a.Get("../../etc/passwd"); sightline.ErrorCode(err) != sightline.Invalid {
		t.Errorf("not a sum: %v", err)
	}
	if err := os.Chmod(a.Path(sum), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(a.Path(sum), []byte("a tablE\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Get(sum); sightline.ErrorCode(err) != sightline.Corrupt {
		t.Errorf("a changed copy: %v", err)
	}
	if _, err := a.Put([]byte("a table\n")); sightline.ErrorCode(err) != sightline.Corrupt {
		t.Errorf("over a changed copy: %v", err)
	}
}

func TestStream(t *testing.T) {
	dir := t.TempDir()
	a := archive.At(dir)
	w, err := a.Create()
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, err := io.WriteString(w, "row\n"); err != nil {
			t.Fatal(err)
		}
	}
	sum, err := w.Commit()
	if err != nil || sum != archive.Sum([]byte("row\nrow\nrow\n")) {
		t.Fatalf("%s, %v", sum, err)
	}
	w, err = a.Create()
	if err != nil {
		t.Fatal(err)
	}
	w.Abort()
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("%d entries are in the archive's folder, want the one of the copy", len(left))
	}
	read := func() (string, error) {
		r, err := a.Open(sum)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		b, err := io.ReadAll(r)
		return string(b), err
	}
	if b, err := read(); err != nil || b != "row\nrow\nrow\n" {
		t.Errorf("%q, %v", b, err)
	}
	if err := os.Chmod(a.Path(sum), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(a.Path(sum), []byte("row\nrow\nrov\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := read(); sightline.ErrorCode(err) != sightline.Corrupt {
		t.Errorf("a changed copy: %v", err)
	}
	if _, err := a.Open(archive.Sum(nil)); sightline.ErrorCode(err) != sightline.NotFound {
		t.Errorf("a copy that is not there: %v", err)
	}
}
