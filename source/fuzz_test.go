package source_test

import (
	"bytes"
	"encoding/csv"
	"slices"
	"testing"
	"unicode/utf8"

	"sightline"
	"sightline/source"
	"sightline/source/sourcetest"
)

// FuzzCSV: no text panics; what is taken has the values that encoding/csv
// reads; and what is refused is refused with what to do.
func FuzzCSV(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "a,b\r\n1,\"2\n3\"\r\n", "a\r1\r2\r", "\uFEFFa\n1\n\n2", "a,a\n1,2\n", "a,b\n1\n", "a\n\xff\n", "\xFF\xFEa\x00", "PK\x03\x04", "a,b\n1,2", "a\n\"", "a\n\x00\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		x, err := source.CSV("fuzz", text)
		if err != nil {
			if c := sightline.ErrorCode(err); c != sightline.Invalid {
				t.Fatalf("code %s: %v", c, err)
			}
			return
		}
		if !utf8.Valid(text) {
			t.Fatal("text that is not UTF-8 was taken")
		}
		plain := bytes.TrimPrefix(text, []byte("\uFEFF"))
		if len(x.Notes) > 0 {
			plain = bytes.ReplaceAll(plain, []byte("\r"), []byte("\n"))
		}
		want, err := csv.NewReader(bytes.NewReader(plain)).ReadAll()
		if err != nil || !slices.Equal(want[0], x.Columns) || len(want)-1 != len(x.Rows) {
			t.Fatalf("encoding/csv reads %q, %v", want, err)
		}
		for i, r := range x.Rows {
			for k, c := range x.Columns {
				if r.Peek(c) != want[i+1][k] {
					t.Fatalf("row %d, %q: %q, want %q", i, c, r.Peek(c), want[i+1][k])
				}
			}
			if r.Remainder() == nil && slices.ContainsFunc(want[i+1], func(s string) bool { return s != "" }) {
				t.Fatal("a row with values has no remainder")
			}
		}
	})
}

// FuzzBook: no workbook panics or takes much memory.
func FuzzBook(f *testing.F) {
	good := sourcetest.Workbook(f, "Sheet1", [][]any{{"a", "b"}, {1, "two"}, {nil, "x"}})
	f.Add(good)
	f.Add(good[:len(good)/2])
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, file []byte) {
		rows, err := source.Book("fuzz", file, "Sheet1")
		if err != nil && sightline.ErrorHint(err) == "" {
			t.Fatalf("it does not say what to do: %v", err)
		}
		if err == nil && len(rows) > 0 {
			if _, err := source.Grid("fuzz", rows[0], rows[1:], 2); err != nil && sightline.ErrorCode(err) != sightline.Invalid {
				t.Fatal(err)
			}
		}
	})
}

// FuzzParquet: no file panics.
func FuzzParquet(f *testing.F) {
	f.Add([]byte("PAR1PAR1"))
	f.Add(parquetFile(f))
	f.Fuzz(func(t *testing.T, file []byte) {
		if _, err := source.Parquet("fuzz", file); err != nil && sightline.ErrorHint(err) == "" {
			t.Fatalf("it does not say what to do: %v", err)
		}
	})
}
