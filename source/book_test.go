package source_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/parquet-go/parquet-go"

	"sightline"
	"sightline/source"
	"sightline/source/sourcetest"
)

type parquetRow struct {
	Country string  `parquet:"country"`
	Start   *string `parquet:"start,optional"`
	N       int64   `parquet:"n"`
}

func parquetFile(t testing.TB) []byte {
	day := "2019-01-15"
	var b bytes.Buffer
	if err := parquet.Write(&b, []parquetRow{{"Zimbabwe", &day, 6}, {"Chad", nil, 470}}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestParquet(t *testing.T) {
	file := parquetFile(t)
	x, err := source.Parquet("test", file)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(x.Columns, []string{"country", "start", "n"}) || len(x.Rows) != 2 {
		t.Fatalf("columns %q, %d rows", x.Columns, len(x.Rows))
	}
	if r := x.Rows[0]; r.Peek("country") != "Zimbabwe" || r.Peek("start") != "2019-01-15" || r.Peek("n") != "6" {
		t.Errorf("row 1: %q %q %q", r.Peek("country"), r.Peek("start"), r.Peek("n"))
	}
	if x.Rows[1].Peek("start") != "" {
		t.Errorf("a null is %q", x.Rows[1].Peek("start"))
	}
	for n := range len(file) {
		if _, err := source.Parquet("test", file[:n]); sightline.ErrorCode(err) != sightline.Invalid || sightline.ErrorHint(err) == "" {
			t.Fatalf("cut at %d: %v", n, err)
		}
	}
}

func TestBook(t *testing.T) {
	file := sourcetest.Workbook(t, "Data", [][]any{{"a", "b"}, {1.5, "two"}, {}, {"", "x", ""}})
	rows, err := source.Book("test", file, "Data")
	if err != nil {
		t.Fatal(err)
	}
	x, err := source.Grid("test", rows[0], rows[1:], 2)
	if err != nil {
		t.Fatal(err)
	}
	if len(x.Rows) != 2 || x.Rows[0].Peek("a") != "1.5" || x.Rows[1].Peek("b") != "x" || x.Rows[1].Line() != 4 {
		t.Errorf("%d rows of %q", len(x.Rows), rows)
	}
	if _, err := source.Book("test", file, "Other"); sightline.ErrorCode(err) != sightline.Invalid {
		t.Errorf("another sheet: %v", err)
	}
	if _, err := source.Grid("test", []string{"a"}, [][]string{{"1", "2"}}, 2); sightline.ErrorCode(err) != sightline.Invalid {
		t.Errorf("a row that is too wide: %v", err)
	}
}
