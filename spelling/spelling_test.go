package spelling_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"sightline/spelling"
)

func TestFold(t *testing.T) {
	for in, want := range map[string]string{
		"HUAWEI":           "huawei",
		"Société Générale": "societe generale",
		"هُوَاوِی":         "هواوي",
		"Ёлка":             "елка",
		"İstanbul Işık":    "istanbul isik",
		"ｆｕｌｌ":             "full",
		"한국":               "한국",
	} {
		if got := spelling.Fold(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

func TestWords(t *testing.T) {
	var got []string
	for _, w := range spelling.Words("Huawei 华为-Tech, ООО") {
		s := w.Text
		if w.Packed {
			s += "*"
		}
		got = append(got, s)
	}
	if s := strings.Join(got, " "); s != "huawei 华为* tech ооо" {
		t.Error(s)
	}
}

func TestRoman(t *testing.T) {
	for in, want := range map[string]string{"华为 Tech": "Hua Wei Tech", "Ростелеком": "Rostelekom", "Việt Nam": "Viet Nam", "\U0001F600": ""} {
		if got := spelling.Roman(in); got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
}

func TestLatin(t *testing.T) {
	for in, want := range map[string]string{"хуавэй": "khuavei", "huawei 5": "huawei5", "Łódź": "lodz", "!": ""} {
		if got := spelling.Latin(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
	if got := spelling.Pinyin('华'); len(got) == 0 || got[0] != "hua" {
		t.Error(got)
	}
	if got := spelling.Pinyin('x'); len(got) != 0 {
		t.Error(got)
	}
}

// Folding twice is folding once, and words hold nothing that separates words.
func FuzzFold(f *testing.F) {
	for _, s := range []string{"Huawei 华为", "هُوَاوِی", "İIı", "ﬀ Ǆ", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := spelling.Fold(s)
		if utf8.ValidString(s) && spelling.Fold(once) != once {
			t.Fatalf("%q is folded to %q, and that to %q", s, once, spelling.Fold(once))
		}
		for _, w := range spelling.Words(s) {
			if w.Text == "" || strings.ContainsAny(w.Text, " ,.-'") {
				t.Fatalf("%q has the word %q", s, w.Text)
			}
		}
		for _, c := range spelling.Latin(s) {
			if (c < 'a' || c > 'z') && (c < '0' || c > '9') {
				t.Fatalf("%q is spelt with %q", s, c)
			}
		}
	})
}
