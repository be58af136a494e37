package sightline_test

import (
	"testing"

	"sightline"
)

func TestTyped(t *testing.T) {
	for in, want := range map[string]string{
		"Huawei":                 "Huawei",
		"a\x01b\tc\u202ed\u0085": "a b c d ",
		"می\u200cخواهم":          "می\u200cخواهم", // joiners are part of the word
		"\xff\x02\u0000":         "\xff  ",        // bytes that are not UTF-8 stay
	} {
		if got := sightline.Typed(in); got != want {
			t.Errorf("Typed(%q) = %q, want %q", in, got, want)
		}
	}
}
