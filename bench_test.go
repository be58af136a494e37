package sightline_test

import (
	"testing"

	"sightline"
)

func BenchmarkParseRecord(b *testing.B) {
	line := []byte(lines[3])
	b.SetBytes(int64(len(line)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := sightline.ParseRecord(line); err != nil {
			b.Fatal(err)
		}
	}
}
