package sightline_test

import (
	"reflect"
	"strings"
	"testing"

	"sightline"
)

var trustedLines = append([]string{
	`{"type":"claim","id":"q","subject":"company/x","predicate":"described_as","object":{"text":"a \"b\" \\ c"},"qualifiers":{"edition":"2","how":"x\\"},"words":"é\\","rank":"preferred","reason":"r","valid":"2014/..","published":"2014~","references":[{"source":"a","locator":"p","quote":"q","lang":"en","role":"assertion","extraction":"hand"},{"source":"b"}],"supports":["c","d"],"disputes":["e"],"corrects":"f"}`,
	`{"type":"claim","id":"n2","subject":"company/x","predicate":"count_reported","object":{"number":-1.5e+30,"unit":"x"},"references":[{"source":"a"}]}`,
}, lines...)

// A trusted record is the record that ParseRecord makes, field by field.
func TestTrustedRecord(t *testing.T) {
	for _, line := range trustedLines {
		want, err := sightline.ParseRecord([]byte(line))
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		got, err := sightline.TrustedRecord(want.Text())
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n got %+v, %v\nwant %+v", want.Text(), got.Claim(), err, want.Claim())
		}
		for _, bad := range []string{line[:len(line)-1], line + "x", strings.Replace(line, `"type"`, `"tape"`, 1), strings.Replace(line, `,"id":`, `, "id":`, 1), ""} {
			if _, err := sightline.TrustedRecord([]byte(bad)); sightline.ErrorCode(err) != sightline.Corrupt {
				t.Errorf("%s: %v", bad, err)
			}
		}
	}
}

func FuzzTrustedRecord(f *testing.F) {
	for _, l := range trustedLines {
		f.Add([]byte(l))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		want, err := sightline.ParseRecord(line)
		if err != nil {
			sightline.TrustedRecord(line) // must not panic
			return
		}
		got, err := sightline.TrustedRecord(want.Text())
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("%s:\n got %+v, %v\nwant %+v", want.Text(), got.Claim(), err, want.Claim())
		}
	})
}

func BenchmarkTrustedRecord(b *testing.B) {
	line := []byte(lines[3])
	b.SetBytes(int64(len(line)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := sightline.TrustedRecord(line); err != nil {
			b.Fatal(err)
		}
	}
}
