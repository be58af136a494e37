package words_test

import (
	"html/template"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"sightline"
	"sightline/atlas/words"
	"sightline/dossier"
)

func printer(t testing.TB, lang string) *words.Printer {
	t.Helper()
	p, ok := words.For(lang)
	if !ok {
		t.Fatalf("no language %s", lang)
	}
	return p
}

// Each key that code or a template names is in the catalogue, and each key of
// the catalogue is named somewhere. A key stands in the source as a literal, so
// that a reader can search for it; where it is composed, what comes before its
// last word does.
func TestKeysAreUsed(t *testing.T) {
	literal := regexp.MustCompile("[\"`]([a-z_]+(?:\\.[a-z0-9_]+)+)[\"`]")
	family := regexp.MustCompile("[\"`]((?:[a-z_]+\\.)+)[\"`]") // of keys that differ by their last word
	call := regexp.MustCompile(`\b(?:Text|Plural|HTML|PluralHTML|Say|SayN)[ (]\s*"([a-z_]+\.[a-z0-9_.]*[a-z0-9_])"`)
	named := map[string]bool{}
	en := printer(t, "en")
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, "_test.go") || !strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, ".tmpl") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range call.FindAllSubmatch(text, -1) {
			if !en.Has(string(m[1])) {
				t.Errorf("%s: no message %q", path, m[1])
			}
		}
		for _, m := range literal.FindAllSubmatch(text, -1) {
			named[string(m[1])] = true
		}
		for _, m := range family.FindAllSubmatch(text, -1) {
			named[string(m[1])] = true
		}
		return nil
	})
	if err != nil || len(named) < 20 {
		t.Fatalf("%d keys: %v", len(named), err)
	}
	for _, key := range words.Keys("en") {
		if !named[key] && !named[key[:strings.LastIndex(key, ".")+1]] {
			t.Errorf("nothing says %q", key)
		}
	}
}

// Every language has each key, with the same places.
func TestLanguagesAgree(t *testing.T) {
	if got := words.Languages(); len(got) < 2 || got[0] != "en" || got[len(got)-1] != words.Pseudo {
		t.Fatalf("languages %v", got)
	}
	for _, lang := range words.Languages() {
		if !slices.Equal(words.Keys(lang), words.Keys("en")) {
			t.Errorf("%s: other keys than English", lang)
		}
		for _, key := range words.Keys("en") {
			if a, b := words.Places(lang, key), words.Places("en", key); !slices.Equal(a, b) {
				t.Errorf("%s: %s has the places %v, English %v", lang, key, a, b)
			}
		}
	}
}

func TestPseudo(t *testing.T) {
	en, q := printer(t, "en"), printer(t, "qps")
	if en.Dir() != "ltr" || q.Dir() != "rtl" || q.Lang() != "qps" {
		t.Fatalf("%s %s %s", en.Dir(), q.Dir(), q.Lang())
	}
	if got, want := q.Text("period.since", "from", "2014"), "šííñçéé 2014"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	var a, b int
	for _, key := range words.Keys("en") {
		a += utf8.RuneCountInString(words.Raw("en", key))
		b += utf8.RuneCountInString(words.Raw("qps", key))
	}
	if r := float64(b) / float64(a); r < 1.2 || r > 1.5 {
		t.Errorf("the pseudo-language is %.2f times as long as English, want about 1.33", r)
	}
}

func TestPlural(t *testing.T) {
	for lang, want := range map[string][]string{
		"en": {"too little data (0 observations)", "too little data (1 observation)", "too little data (2 observations)", "too little data (1,000,001 observations)"},
	} {
		p := printer(t, lang)
		for i, n := range []int{0, 1, 2, 1000001} {
			if got := p.Plural("none.too_little_n", n); got != want[i] {
				t.Errorf("%s %d: got %q, want %q", lang, n, got, want[i])
			}
		}
	}
}

// Categories by CLDR 44, as its table of language plural rules gives them.
func TestCategories(t *testing.T) {
	for _, c := range []struct {
		lang string
		n    int
		want string
	}{
		{"en", 1, "one"}, {"en", 0, "other"}, {"en", 21, "other"},
		{"ar", 0, "zero"}, {"ar", 1, "one"}, {"ar", 2, "two"}, {"ar", 3, "few"}, {"ar", 110, "few"}, {"ar", 11, "many"}, {"ar", 100, "other"},
		{"ru", 1, "one"}, {"ru", 21, "one"}, {"ru", 11, "many"}, {"ru", 3, "few"}, {"ru", 5, "many"},
		{"fr", 0, "one"}, {"fr", 1, "one"}, {"fr", 2, "other"}, {"zh", 1, "other"}, {"sw", 1, "one"},
	} {
		if got := words.Category(c.lang, c.n); got != c.want {
			t.Errorf("%s %d: %s, want %s", c.lang, c.n, got, c.want)
		}
	}
}

func TestBadCatalogues(t *testing.T) {
	for _, s := range []string{`{"a": ""}`, `{"a": "{"}`, `{"a": "}"}`, `{"a": "{A}"}`, `{"a": "{}"}`, `{"a": {"one": "x"}}`, `{"a": "x", "a": "y"}`, `{"a": 1}`} {
		if err := words.Parse("en", s); err == nil {
			t.Errorf("%s was accepted", s)
		}
	}
	if err := words.Parse("en", `{"a": "x {y} z", "b": {"one": "{n} x", "other": "{n} y"}}`); err != nil {
		t.Error(err)
	}
}

// A slip in a key or place is a bug of ours, and says so.
func TestSlipsPanic(t *testing.T) {
	p := printer(t, "en")
	odd := []any{"from"}
	for name, f := range map[string]func(){
		"unknown key":   func() { p.Text("no.such") },
		"missing place": func() { p.Text("period.since") },
		"extra place":   func() { p.Text("date.now", "x", "y") },
		"odd":           func() { p.Text("period.since", odd...) },
		"plural":        func() { p.Text("none.too_little_n", "n", 1) },
		"not plural":    func() { p.Plural("date.now", 1) },
		"float":         func() { p.Text("period.since", "from", 1.5) },
		"float on page": func() { p.HTML("period.since", "from", 1.5) },
		"html in text":  func() { p.Text("period.since", "from", template.HTML("x")) },
	} {
		func() {
			defer func() {
				if r := recover(); r == nil || !strings.HasPrefix(r.(string), "BUG: ") {
					t.Errorf("%s: %v", name, r)
				}
			}()
			f()
		}()
	}
}

func estimate(v, low, high float64, unit string) sightline.Estimate {
	return sightline.Estimate{Value: sightline.Num(v), Low: sightline.Num(low), High: sightline.Num(high), Level: .9, N: 44, Unit: unit, Method: "m/1"}
}

// The English of the pages is the English of the dossier.
func TestPlainAgreesWithTheDossier(t *testing.T) {
	p := printer(t, "en")
	place := estimate(12, 12, 14, "place, countries scored")
	place.Denominator, place.Level = 63, 1
	sharp := place
	sharp.High = sightline.Num(12)
	for _, e := range []sightline.Estimate{
		{Value: sightline.Num(57532493), N: 1, Unit: "people, 2024"},
		{Value: sightline.Num(4), N: 4, Denominator: 11, Unit: "votes"},
		{Value: sightline.Num(1), N: 1, Unit: "claims"},
		{Value: sightline.Num(1), N: 1, Unit: "countries, 2020"},
		{Value: sightline.Num(1), Unit: "points of 100"},
		{Value: sightline.Num(34.05), N: 1, Unit: "% of population, 2023"},
		{Value: sightline.Num(-1234.5), Unit: "x"},
		estimate(.44, .38, .51, "share of addresses"), estimate(.44, .38, .51, "share"), estimate(3, -1, 7.125, "points"), estimate(0, 0, 0, "% of probes"),
		place, sharp,
		{State: sightline.TooLittleData, Unit: "claims"}, {State: sightline.NotApplicable, Unit: "claims"},
	} {
		got := strings.ReplaceAll(p.Plain(e), "\u00a0", " ")
		if want := dossier.Number(e); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestNumber(t *testing.T) {
	en, q := printer(t, "en"), printer(t, "qps")
	share := estimate(.44, .38, .51, "share of addresses")
	for _, c := range []struct{ got, want string }{
		{string(en.Number(share)), "<bdi>44\u00a0% (38\u00a0% to 51\u00a0%, 90\u00a0% interval) of addresses</bdi>"},
		{string(q.Number(share)), "<bdi><bdi dir=\"ltr\">44\u00a0%</bdi> (<bdi dir=\"ltr\">38\u00a0%</bdi> ţóó <bdi dir=\"ltr\">51\u00a0%</bdi>, <bdi dir=\"ltr\">90\u00a0%</bdi> ííñţééŕvááļ) <span lang=\"en\" dir=\"ltr\">of addresses</span></bdi>"},
		{string(en.Cell(share, .9)), "<bdi>44\u00a0% (38\u00a0% to 51\u00a0%)</bdi>"},
		{string(en.Cell(share, .95)), "<bdi>44\u00a0% (38\u00a0% to 51\u00a0%, 90\u00a0% interval)</bdi>"},
		{string(q.Cell(sightline.Estimate{Value: sightline.Num(7)}, .9)), `<bdi dir="ltr">7</bdi>`},
		{string(en.Number(sightline.Estimate{State: sightline.TooLittleData, N: 3, Reason: "3 of <20>"})), `<bdi class="none">too little data (3 observations)</bdi>: 3 of &lt;20&gt;`},
		{string(q.Number(sightline.Estimate{State: sightline.NotApplicable, Reason: "r"})), `<bdi class="none">ñóóţ ááppļííçááƀļéé</bdi>: <span lang="en" dir="ltr">r</span>`},
		{string(en.Number(sightline.Estimate{})), `<bdi class="none">no data</bdi>`},
		{string(en.Number(sightline.Estimate{State: sightline.Degenerate})), `<bdi class="none">cannot be computed</bdi>`},
		{string(en.Number(sightline.Estimate{State: sightline.NotIdentified})), `<bdi class="none">the data cannot tell</bdi>`},
		{string(en.Value(.25, "share")), "<bdi dir=\"ltr\">25\u00a0%</bdi>"},
		{string(en.Count(12345)), `<bdi dir="ltr">12,345</bdi>`},
		{string(en.Number(sightline.Estimate{Value: sightline.Num(2), Unit: `"<b>`})), `<bdi>2 &#34;&lt;b&gt;</bdi>`},
	} {
		if c.got != c.want {
			t.Errorf("got  %q\nwant %q", c.got, c.want)
		}
	}
}

func TestDates(t *testing.T) {
	p := printer(t, "en")
	for in, want := range map[string]string{
		"2017": "2017", "2017-04~": "about April 2017", "2017-02-03": "3 February 2017", "2017?": "perhaps 2017", "2017%": "perhaps about 2017",
		"2014-06/2017-06": "June 2014 to June 2017", "2014/..": "since 2014", "2014/": "from 2014, end not known", "/2018": "until 2018", "../2018": "until 2018",
		"": "at a time not on record", "../..": "always", "2012-12-31/2013": "31 December 2012 to 2013",
	} {
		var s sightline.Period
		if err := s.UnmarshalText([]byte(in)); err != nil {
			t.Fatal(err)
		}
		if got := p.Text("period.since", "from", s); got != "since "+want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	d, _ := sightline.ParseDate("2017-02-03")
	for _, c := range []struct{ got, want template.HTML }{
		{p.Date(d), `<time datetime="2017-02-03"><bdi>3 February 2017</bdi></time>`},
		{p.Date(sightline.Date{}), `<bdi>at a time not on record</bdi>`},
		{p.Day(d.First()), `<time datetime="2017-02-03"><bdi>3 February 2017</bdi></time>`},
		{p.Instant(sightline.Instant(d.First()) * 86400e6), `<time datetime="2017-02-03T00:00Z"><bdi>3 February 2017, 00:00 UTC</bdi></time>`},
		{p.Instant(sightline.Forever), `<bdi>now</bdi>`},
		{p.Day(-1), `<time datetime="1969-12-31"><bdi>31 December 1969</bdi></time>`},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestHostileText(t *testing.T) {
	for _, lang := range words.Languages() {
		p := printer(t, lang)
		for _, s := range []string{"<script>alert(1)</script>", "a\u202eb", `"quoted' & more`, strings.Repeat("x", 300), "\x00\x1b[2J\n"} {
			for _, got := range []template.HTML{p.Name(s), p.Bdi(s), p.Code(s), p.Foreign(s), p.HTML("period.since", "from", s), p.SayHTML(words.Quote(s)),
				p.SayHTML(words.Say("period.since", "from", s)), p.Number(sightline.Estimate{Reason: s}), p.Number(estimate(1, 1, 1, s))} {
				if strings.ContainsAny(string(got), "\u202e\x00\x1b\n'") || strings.Contains(string(got), "<script") {
					t.Errorf("%q printed as %q", s, got)
				}
			}
			if got := p.Text("period.since", "from", s); strings.ContainsAny(got, "\u202e\x00\x1b\n") {
				t.Errorf("%q printed as %q", s, got)
			}
		}
	}
	if got := printer(t, "en").HTML("period.since", "from", template.HTML("<b>x</b>")); got != "since <b>x</b>" {
		t.Errorf("markup was not kept: %q", got)
	}
}

// A phrase says the same as the message that it stands for.
func TestPhrases(t *testing.T) {
	p := printer(t, "en")
	if got := p.Say(words.SayN("none.too_little_n", 1)); got != "too little data (1 observation)" {
		t.Error(got)
	}
	if got := p.SayHTML(words.SayN("none.too_little_n", 2)); got != `too little data (<bdi dir="ltr">2</bdi> observations)` {
		t.Error(got)
	}
	if !(words.Phrase{}).IsZero() || words.Quote("x").IsZero() || words.Say("date.now").IsZero() || p.SayHTML(words.Phrase{}) != "" || p.Say(words.Phrase{}) != "" {
		t.Error("the zero phrase says something, or another is zero")
	}
	if got := printer(t, "qps").SayHTML(words.Quote("Kenya votes.")); got != `<span lang="en" dir="ltr">Kenya votes.</span>` {
		t.Error(got)
	}
}
