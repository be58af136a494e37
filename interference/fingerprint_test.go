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

// TestNavigates holds the quick look against the expression that it saves.
func TestNavigates(t *testing.T) {
	bodies := map[string]bool{
		"": false, "location": false, "geolocation = 1": true, `<META HTTP-EQUIV="Refresh" content="0;URL=http://a.org/">`: true, `<iFrame id=x SRC=//a.org/x>`: true,
		"window.location\r\n\t = 'http://a.org'": true, "Location.HREF='http://a.org'": true, `location.replace("http://a.org")`: true, "location.assign( 'http://a.org')": true,
		"location.pathname": false, "document.location;": false, "<frame \u017frc=http://a.org>": true, `<meta http-equiv="content-type"> refresh`: true, "a page, src=x": false,
	}
	for body, want := range bodies {
		if got := navigates([]byte(body)); got != want {
			t.Errorf("%q: %v", body, got)
		}
	}
	var pages []string
	for _, glob := range []string{"blockpages/*", "serverside-pages/*"} {
		names, _ := filepath.Glob(shared + glob)
		for _, name := range names {
			if b, err := os.ReadFile(name); err == nil {
				pages = append(pages, string(b[:min(len(b), maxNavigation)]))
			}
		}
	}
	r, found := rand.New(rand.NewPCG(5, 6)), 0
	parts := []string{"location", "LOCATION", ".href", " ", "\n", "=", "'", "http://a.org", "<", "i", "frame", "src=", "\u017f", "http-equiv=", "refresh", "url=", ".replace(", ".assign(", ">", "x"}
	for range 50_000 {
		var b strings.Builder
		for range 1 + r.IntN(12) {
			b.WriteString(parts[r.IntN(len(parts))])
		}
		pages = append(pages, b.String())
	}
	for _, p := range pages {
		if navigation.MatchString(p) {
			if found++; !navigates([]byte(p)) {
				t.Errorf("%q is passed over", p)
			}
		}
	}
	if found < 100 {
		t.Errorf("only %d pages match the expression", found)
	}
}
