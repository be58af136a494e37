package export_test

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/mattn/go-runewidth"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"golang.org/x/net/html"

	"sightline"
	"sightline/dossier"
	"sightline/export"
	"sightline/ledger"
)

// hostile is a name that tries everything a name can.
const hostile = "<script>alert(1)</script> \u202Egnp.exe\u202C [x](javascript:y) ` | * " + "https://evil.example/\"onmouseover=1"

func fixture(t *testing.T) *dossier.Dossier {
	t.Helper()
	name, err := json.Marshal(hostile)
	if err != nil {
		t.Fatal(err)
	}
	var records []sightline.Record
	for _, line := range []string{
		`{"type":"source","id":"s1","title":` + string(name) + `,"publisher":"P","kind":"press","url":"https://a.example/?q=\"><b>","published":"2018-04-16","reliability":"B","scope":"one:CN","selection":"one nation"}`,
		`{"type":"source","id":"s3","title":"Scores","kind":"ngo","published":"2018","reliability":"B","terms":"noncommercial"}`,
		`{"type":"entity","id":"indicator/net","name":` + string(name) + `,"selection":"chosen, not sampled"}`,
		`{"type":"claim","id":"sc-zw","subject":"country/ZW","predicate":"scored","object":{"number":44,"unit":"points of 100"},"qualifiers":{"edition":"2018","indicator":"indicator/net","original":"56","scale":"100 is most free","status":"Partly Free"},"valid":"2017-06/2018-05","references":[{"source":"s3"}]}`,
		`{"type":"claim","id":"sc-zm","subject":"country/ZM","predicate":"scored","object":{"number":60,"unit":"points of 100"},"qualifiers":{"edition":"2018","indicator":"indicator/net","scale":"100 is most free"},"valid":"2017-06/2018-05","references":[{"source":"s3"}]}`,
		`{"type":"source","id":"s2","title":"Second","kind":"mirror","reliability":"D","derived_from":["s1"]}`,
		`{"type":"entity","id":"company/evil","name":` + string(name) + `,"country":"CN"}`,
		`{"type":"entity","id":"agreement/deal","name":"The deal"}`,
		`{"type":"claim","id":"deal","subject":"company/evil","predicate":"agreed_with","object":"country/ZW","qualifiers":{"class":"control","agreement":"agreement/deal"},"valid":"2018-03/2018-04","published":"2018-04-16","references":[{"source":"s1","quote":` + string(name) + `}]}`,
		`{"type":"claim","id":"on","subject":"agreement/deal","predicate":"status","object":{"text":"operating"},"valid":"2018-03-02/..","published":"2022-12-18","references":[{"source":"s2"}]}`,
		`{"type":"claim","id":"off","subject":"agreement/deal","predicate":"status","object":{"text":"on_hold"},"valid":"2018-07-24/2018-07-30","published":"2018-07-24","references":[{"source":"s1"}]}`,
		`{"type":"claim","id":"sent","subject":"agreement/deal","predicate":"data_sent_to","object":"company/evil","published":"2019","references":[{"source":"s2","role":"assertion"}]}`,
		`{"type":"claim","id":"no","subject":"company/evil","predicate":"denies","object":{"claim":"sent"},"words":"The firm denies it.","published":"2019-02","references":[{"source":"s1"}]}`,
	} {
		r, err := sightline.ParseRecord([]byte(line))
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, r)
	}
	m, err := ledger.NewMemory("fixture", 1, records)
	if err != nil {
		t.Fatal(err)
	}
	zw, err := sightline.ParseCountry("ZW")
	if err != nil {
		t.Fatal(err)
	}
	d, err := dossier.Compose(m, nil, dossier.Options{Country: zw, Edition: "fixture"})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func printed(t *testing.T, print func(io.Writer, *dossier.Dossier) error) string {
	t.Helper()
	var b bytes.Buffer
	if err := print(&b, fixture(t)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func plainTerminal(w io.Writer, d *dossier.Dossier) error { return export.Terminal(w, d, false) }

// Every form shows the same statements, with both statuses, the conflict, the
// assertion as unsupported, and the denial.
func TestFormsAgree(t *testing.T) {
	for name, print := range map[string]func(io.Writer, *dossier.Dossier) error{"terminal": plainTerminal, "markdown": export.Markdown, "html": export.HTML} {
		out := strings.Join(strings.Fields(regexp.MustCompile(`<[^>]*>|\\`).ReplaceAllString(printed(t, print), "")), " ")
		for _, want := range []string{"Status, 2018-07-24 to 2018-07-30: on hold", "Status, since 2018-03-02: operating", "contradict each other", "Unsupported", "The firm denies it.",
			"Edition 2018, 2017-06 to 2018-05: 44 points of 100. Partly Free. The source has 56, on a scale that was turned round here.",
			"place 2 of the 2 countries on record that this edition scored", "It is the last place.", "for no commercial end only", "Terms: noncommercial"} {
			if !strings.Contains(out, want) {
				t.Errorf("%s lacks %q:\n%s", name, want, out)
			}
		}
	}
}

// A hostile name stays text in every form.
func TestHostileNamesAreInert(t *testing.T) {
	if out := printed(t, plainTerminal); strings.ContainsAny(out, "\u202E\x1b") || !strings.Contains(out, "<U+202E>") {
		t.Error("terminal: direction or control characters reach the screen")
	}
	if out := printed(t, export.Markdown); strings.Contains(out, "<script") || strings.Contains(out, "[x](") || strings.Contains(out, "\u202E") {
		t.Errorf("markdown: foreign text is markup:\n%s", out)
	}
	out := printed(t, export.HTML)
	z := html.NewTokenizer(strings.NewReader(out))
	for z.Next() != html.ErrorToken {
		tok := z.Token()
		if tok.Type != html.StartTagToken && tok.Type != html.SelfClosingTagToken {
			continue
		}
		switch tok.Data {
		case "script", "svg", "math", "img", "link", "iframe", "object", "b":
			t.Errorf("html: a %s element", tok.Data)
		}
		for _, a := range tok.Attr {
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") || a.Key == "src" {
				t.Errorf("html: attribute %s of %s", a.Key, tok.Data)
			}
			if a.Key == "href" && !strings.HasPrefix(a.Val, "#") && !strings.HasPrefix(a.Val, "https://a.example/") {
				t.Errorf("html: a link to %s", a.Val)
			}
		}
	}
	if !strings.Contains(out, "<bdi>") || !strings.Contains(out, "default-src 'none'") {
		t.Error("html: names are not isolated, or there is no content policy")
	}
}

func TestTerminalKeepsToItsWidth(t *testing.T) {
	for line := range strings.Lines(printed(t, plainTerminal)) {
		line = strings.TrimRight(line, "\n")
		if runewidth.StringWidth(line) > export.Width && !strings.Contains(line, "https://") {
			t.Errorf("%d columns: %s", runewidth.StringWidth(line), line)
		}
	}
}

// Colour is there when asked for, and only then.
func TestColour(t *testing.T) {
	var with bytes.Buffer
	if err := export.Terminal(&with, fixture(t), true); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(with.String(), "\x1b[1m") || strings.Contains(printed(t, plainTerminal), "\x1b") {
		t.Error("colour does not follow what was asked")
	}
}

func TestJSONFollowsItsSchema(t *testing.T) {
	out := printed(t, export.JSON)
	followsSchema(t, "dossier-1.json", out)
	// What is printed can be read back whole.
	d, err := export.ReadJSON(strings.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	var again bytes.Buffer
	if err := export.JSON(&again, d); err != nil {
		t.Fatal(err)
	}
	if again.String() != out {
		t.Error("reading and printing a dossier changes it")
	}
}

// followsSchema checks a document against one of docs/schema; the others
// refer to the dossier's.
func followsSchema(t *testing.T, name, out string) {
	t.Helper()
	c := jsonschema.NewCompiler()
	for _, file := range []string{"dossier-1.json", name} {
		f, err := os.Open("../docs/schema/" + file)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(f)
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.AddResource("https://sightline.example/schema/"+file, doc); err != nil {
			if file != name {
				t.Fatal(err)
			}
		}
	}
	schema, err := c.Compile("https://sightline.example/schema/" + name)
	if err != nil {
		t.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(v); err != nil {
		t.Errorf("%v", err)
	}
}

func TestNumber(t *testing.T) {
	for _, c := range []struct {
		e    sightline.Estimate
		want string
	}{
		{sightline.Estimate{Value: sightline.Num(57532493), N: 1, Unit: "people, 2024"}, "57,532,493 people, 2024"},
		{sightline.Estimate{Value: sightline.Num(4), N: 4, Denominator: 11, Unit: "votes"}, "4 of 11 votes"},
		{sightline.Estimate{Value: sightline.Num(1), N: 1, Unit: "claims"}, "1 claim"},
		{sightline.Estimate{Value: sightline.Num(1), N: 1, Unit: "countries"}, "1 country"},
		{sightline.Estimate{Value: sightline.Num(0.44), Low: sightline.Num(0.38), High: sightline.Num(0.51), Level: 0.9, N: 44, Denominator: 100, Unit: "share of addresses"}, "44 % (38 % to 51 %, 90 % interval) of addresses"},
		{sightline.Estimate{Value: sightline.Num(34.05), N: 1, Unit: "% of population, 2023"}, "34.05 % of population, 2023"},
		{sightline.Estimate{State: sightline.TooLittleData, Unit: "claims", Reason: "r"}, "too little data"},
		{sightline.Estimate{Value: sightline.Num(-1234.5), Unit: "x"}, "-1,234.5 x"},
		{sightline.Estimate{Value: sightline.Num(1), Unit: "points of 100"}, "1 point of 100"},
		{sightline.Estimate{Value: sightline.Num(12), Low: sightline.Num(12), High: sightline.Num(12), Level: 1, N: 63, Denominator: 63, Unit: "place, countries scored"}, "place 12 of the 63 countries scored"},
		{sightline.Estimate{Value: sightline.Num(12), Low: sightline.Num(12), High: sightline.Num(14), Level: 1, N: 63, Denominator: 63, Unit: "place, countries scored"}, "places 12 to 14 of the 63 countries scored"},
	} {
		if got := export.Number(c.e); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestWhen(t *testing.T) {
	for in, want := range map[string]string{
		"2017": "2017", "2017-04~": "about 2017-04", "2017?": "perhaps 2017", "2017%": "perhaps about 2017", "2014-06/2017-06": "2014-06 to 2017-06",
		"2014/..": "since 2014", "2014/": "from 2014, end not known", "/2018": "until 2018", "../2018": "until 2018", "": "at a time not on record",
	} {
		var p sightline.Period
		if err := p.UnmarshalText([]byte(in)); err != nil {
			t.Fatal(err)
		}
		if got := export.When(p); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
