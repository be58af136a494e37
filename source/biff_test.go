package source_test

import (
	"fmt"
	"strings"
	"testing"

	"sightline"
	"sightline/source"
	"sightline/source/sourcetest"
)

// many is a sheet whose texts fill more than one record.
func many() sourcetest.Sheet {
	s := sourcetest.Sheet{Name: "Long"}
	for i := range 400 {
		s.Rows = append(s.Rows, []any{fmt.Sprintf("text %d in 华为 letters", i), float64(i) / 4, nil, "same"})
	}
	return s
}

func TestOldBook(t *testing.T) {
	file := sourcetest.OldWorkbook(sourcetest.Sheet{Name: "Empty"}, many())
	rows, err := source.OldBook("test", file, "Long")
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 400 {
		t.Fatalf("%d rows", len(rows))
	}
	for i, r := range rows {
		want := fmt.Sprintf("text %d in 华为 letters|%g||same", i, float64(i)/4)
		if got := strings.Join(r, "|"); got != want {
			t.Fatalf("row %d: %q, want %q", i, got, want)
		}
	}
	if rows, err := source.OldBook("test", file, "Empty"); err != nil || len(rows) != 0 {
		t.Errorf("the empty sheet: %d rows, %v", len(rows), err)
	}
	if _, err := source.OldBook("test", file, "None"); err == nil || !strings.Contains(err.Error(), "Empty, Long") {
		t.Errorf("a sheet that is not there: %v", err)
	}
	for _, n := range []int{0, 7, 511, 1024, len(file) / 2, len(file) - 1, len(file) - 512} {
		if _, err := source.OldBook("test", file[:n], "Long"); sightline.ErrorCode(err) != sightline.Invalid {
			t.Errorf("cut to %d of %d bytes: %v", n, len(file), err)
		}
	}
}

func FuzzOldBook(f *testing.F) {
	f.Add(sourcetest.OldWorkbook(sourcetest.Sheet{Name: "Long", Rows: [][]any{{"a", 1.5}, {nil, "b"}}}))
	f.Add(sourcetest.OldWorkbook(many()))
	f.Fuzz(func(t *testing.T, file []byte) {
		rows, err := source.OldBook("fuzz", file, "Long")
		if err != nil && sightline.ErrorCode(err) != sightline.Invalid {
			t.Fatal(err)
		}
		for _, r := range rows {
			if len(r) > 256 {
				t.Fatalf("%d columns", len(r))
			}
		}
	})
}
