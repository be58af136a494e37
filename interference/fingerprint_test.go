package interference

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const shared = "../../shared/data/interference/"

// published reads the sets that the user would give, or skips.
func published(t testing.TB) *Set {
	t.Helper()
	lists := [][]Fingerprint{Own()}
	for _, name := range []string{"fingerprints_http.csv", "fingerprints_dns.csv"} {
		f, err := os.Open(shared + "fingerprints/" + name)
		if err != nil {
			t.Skip("the published fingerprints are not at hand: " + err.Error())
		}
		defer f.Close()
		l, err := ParseOONI(f, "ooni")
		if err != nil {
			t.Fatal(err)
		}
		lists = append(lists, l)
	}
	for i, name := range []string{"blockpage_signatures.json", "false_positive_signatures.json"} {
		f, err := os.Open(shared + "fingerprints/" + name)
		if err != nil {
			t.Skip(err)
		}
		defer f.Close()
		l, err := ParseCensoredPlanet(f, "censored planet", i == 1)
		if err != nil {
			t.Fatal(err)
		}
		lists = append(lists, l)
	}
	s, errs := NewSet(lists...)
	for _, err := range errs {
		t.Log(err)
	}
	return s
}

func TestOwnSetCompiles(t *testing.T) {
	s, errs := NewSet(Own())
	if len(errs) > 0 || s.Len() < 40 {
		t.Errorf("%d fingerprints, %v", s.Len(), errs)
	}
	for _, f := range s.fps {
		if !strings.HasPrefix(f.Citation, "http") {
			t.Errorf("%s has no citation", f.Name)
		}
		if f.Scope == ProductPage && f.Vendor == "" {
			t.Errorf("%s names no vendor", f.Name)
		}
	}
}

func TestSetHashDoesNotDependOnOrder(t *testing.T) {
	l := Own()
	a, _ := NewSet(l)
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(l), func(i, j int) { l[i], l[j] = l[j], l[i] })
	b, _ := NewSet(l[:10], l[10:])
	l[0].Pattern += "x"
	c, _ := NewSet(l)
	if a.Hash() != b.Hash() || a.Hash() == c.Hash() {
		t.Error("the hash must follow content and nothing else")
	}
}

// TestMatcherAgainstContains compares the matcher with strings.Contains on
// random texts made of pieces of the patterns.
func TestMatcherAgainstContains(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	word := func(n int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = "ab <"[r.IntN(4)]
		}
		return b
	}
	for range 300 {
		var pats [][]byte
		for range 1 + r.IntN(20) {
			pats = append(pats, word(1+r.IntN(15)))
		}
		m := newMatcher(pats)
		text := word(r.IntN(400))
		got := map[int]bool{}
		m.find(text, func(p, _ int) { got[p] = true })
		for i, p := range pats {
			if got[i] != bytes.Contains(text, p) {
				t.Fatalf("pattern %q in %q: %v", p, text, got[i])
			}
		}
	}
}

func BenchmarkMatcher(b *testing.B) {
	s := published(b)
	files, _ := filepath.Glob(shared + "*pages/*")
	var all []byte
	for _, f := range files {
		body, err := os.ReadFile(f)
		if err != nil {
			b.Fatal(err)
		}
		all = append(all, body...)
	}
	b.SetBytes(int64(len(all)))
	for b.Loop() {
		s.body.find(all, func(int, int) {})
	}
}
