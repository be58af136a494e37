package sightline_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sightline"
)

// lines are canonical: parsing one and printing it gives the same bytes.
var lines = []string{
	`{"type":"source","id":"techmoran-2014-06-06","title":"Huawei to monitor Kenya's ICT masterplan","publisher":"TechMoran","kind":"press","url":"https://techmoran.com/","published":"2014-06-06","licence":"facts","reliability":"C","scope":"none","derived_from":["a","b"]}`,
	`{"type":"entity","id":"company/huawei","name":"Huawei","names":["华为","Хуавэй"],"country":"CN"}`,
	`{"type":"entity","id":"list/budapest","version":1,"name":"Budapest Convention, parties A to K","complete":"partial","as_of":"2015-12-03","selection":"The part of the list that was seen"}`,
	`{"type":"claim","id":"ke-huawei-mou-2014","subject":"company/huawei","predicate":"agreed_with","object":"country/KE","qualifiers":{"agreement":"agreement/ke-huawei-2014","class":"core"},"words":"Huawei and Kenya signed.","valid":"2014-06/2017-06","published":"2014-06-06","references":[{"source":"techmoran-2014-06-06","extraction":"hand"}]}`,
	`{"type":"claim","id":"d","subject":"company/huawei","predicate":"denies","object":{"claim":"x"},"references":[{"source":"a","role":"assertion"}],"disputes":["x"]}`,
	`{"type":"claim","id":"n","subject":"treaty/itr-2012","predicate":"count_reported","object":{"number":89,"unit":"signatures"},"rank":"deprecated","reason":"r","references":[{"source":"a"}]}`,
	`{"type":"withdrawal","id":"w","claim":"n","reason":"It was a slip."}`,
}

func TestRecordRoundTrip(t *testing.T) {
	for _, line := range lines {
		r, err := sightline.ParseRecord([]byte(line))
		if err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		if got := string(r.Text()); got != line {
			t.Errorf("\n got %s\nwant %s", got, line)
		}
	}
}

func TestRecordRefuses(t *testing.T) {
	claim := func(s string) string {
		return `{"type":"claim","subject":"company/huawei","predicate":"supplies","object":"country/KE","qualifiers":{"class":"core"},"references":[{"source":"a"}]` + s + `}`
	}
	if _, err := sightline.ParseRecord([]byte(claim(""))); err != nil {
		t.Fatalf("the base line: %v", err)
	}
	for name, c := range map[string]struct{ line, want string }{
		"truncated":         {claim("")[:80], "no known type|EOF|invalid"},
		"unknown key":       {claim(`,"colour":"red"`), "unknown"},
		"duplicate key":     {claim(`,"valid":"2017","valid":"2018"`), "duplicate"},
		"unknown predicate": {strings.Replace(claim(""), "supplies", "sells", 1), "not one of the known words"},
		"impossible date":   {claim(`,"valid":"2017-02-30"`), "no such day"},
		"backward period":   {claim(`,"valid":"2018/2017"`), "ends before it starts"},
		"unknown country":   {strings.Replace(claim(""), "country/KE", "country/ZZ", 1), "no such country"},
		"small country":     {strings.Replace(claim(""), "country/KE", "country/ke", 1), "no such country"},
		"wrong object":      {strings.Replace(claim(""), `"country/KE"`, `{"text":"Kenya"}`, 1), "object of supplies is country"},
		"wrong subject":     {strings.Replace(claim(""), "company/huawei", "act/huawei", 1), "subject of supplies is company"},
		"no class":          {strings.Replace(claim(""), `"qualifiers":{"class":"core"},`, "", 1), "needs a class"},
		"no reference":      {strings.Replace(claim(""), `[{"source":"a"}]`, "[]", 1), "reference is needed"},
		"invalid UTF-8":     {claim(`,"words":"` + "\xff" + `"`), "UTF-8"},
		"control character": {claim(`,"words":"a\u001b[2Jb"`), "control character"},
		"bad id":            {claim(`,"id":"A B"`), "cannot stand in an id"},
		"another record":    {claim("") + claim(""), "invalid|after"},
		"no status":         {`{"type":"claim","subject":"agreement/x","predicate":"status","object":{"text":"maybe"},"references":[{"source":"a"}]}`, "no status"},
	} {
		_, err := sightline.ParseRecord([]byte(c.line))
		if err == nil {
			t.Errorf("%s: accepted", name)
			continue
		}
		if sightline.ErrorCode(err) != sightline.Invalid || !regexp.MustCompile(c.want).MatchString(err.Error()) {
			t.Errorf("%s: code %s, %v; want %s", name, sightline.ErrorCode(err), err, c.want)
		}
	}
}

// A claim without an id is named by its content: the same content has the same
// id, another has another.
func TestContentID(t *testing.T) {
	id := func(words string) string {
		r, err := sightline.ParseRecord([]byte(`{"type":"claim","subject":"company/huawei","predicate":"based_in","object":"country/CN","words":"` + words + `","references":[{"source":"a"}]}`))
		if err != nil {
			t.Fatal(err)
		}
		return r.ID()
	}
	first, again, other := id("one"), id("one"), id("two")
	if first != again || first == other {
		t.Errorf("ids %s %s %s", first, again, other)
	}
}

// docs/CLAIMS.md lists the vocabulary that the code has, and no other.
func TestVocabularyIsDocumented(t *testing.T) {
	text, err := os.ReadFile("docs/CLAIMS.md")
	if err != nil {
		t.Fatal(err)
	}
	var documented []string
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\| .* → ").FindAllSubmatch(text, -1) {
		documented = append(documented, string(m[1]))
	}
	var held []string
	for _, p := range sightline.Predicates() {
		held = append(held, p.String())
	}
	if !slices.Equal(documented, held) {
		t.Errorf("documented %v\nheld %v", documented, held)
	}
	for _, q := range sightline.Qualifiers {
		if !strings.Contains(string(text), "`"+q+"`") {
			t.Errorf("qualifier %s is not in docs/CLAIMS.md", q)
		}
	}
}

func FuzzParseRecord(f *testing.F) {
	for _, l := range lines {
		f.Add([]byte(l))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		r, err := sightline.ParseRecord(line)
		if err != nil {
			return
		}
		again, err := sightline.ParseRecord(r.Text())
		if err != nil {
			t.Fatalf("canonical text is refused: %v\n%s", err, r.Text())
		}
		if string(again.Text()) != string(r.Text()) {
			t.Fatalf("canonical text is not stable:\n%s\n%s", r.Text(), again.Text())
		}
	})
}
