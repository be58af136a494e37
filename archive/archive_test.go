package archive_test

import (
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
