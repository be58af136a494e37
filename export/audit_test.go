package export_test

import (
	"bytes"
	"encoding/json"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/mattn/go-runewidth"
	"golang.org/x/net/html"

	"sightline"
	"sightline/dossier"
	"sightline/dossier/audit"
	"sightline/export"
	"sightline/ledger"
)

// hostileAudit is an audit whose file, text and evidence all carry a hostile
// name.
func hostileAudit(t *testing.T) *audit.Audit {
	t.Helper()
	name, err := json.Marshal(hostile)
	if err != nil {
		t.Fatal(err)
	}
	var records []sightline.Record
	for _, line := range []string{
		`{"type":"source","id":"essay","title":` + string(name) + `,"publisher":"P","kind":"press","published":"2019","reliability":"F"}`,
		`{"type":"source","id":"s1","title":` + string(name) + `,"publisher":` + string(name) + `,"kind":"press","url":"https://a.example/?q=\"><b>","published":"2018-04-16","reliability":"B"}`,
		`{"type":"entity","id":"list/evil","name":` + string(name) + `,"complete":"complete","as_of":"2018","selection":` + string(name) + `}`,
		`{"type":"claim","id":"in","subject":"country/ZW","predicate":"member_of","object":"list/evil","words":` + string(name) + `,"published":"2018","references":[{"source":"s1"}]}`,
		`{"type":"claim","id":"said","subject":"country/ZW","predicate":"described_as","object":{"text":` + string(name) + `},"references":[{"source":"essay","role":"assertion"}]}`,
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
	f, err := audit.Read("a.yaml", []byte("audit: a\ntitle: "+string(name)+"\ntext: {source: essay}\nclaims:\n"+
		"- id: \"1\"\n  claim: "+string(name)+"\n  by: "+string(name)+"\n  number: 2\n  needs: "+string(name)+"\n  checks:\n"+
		"  - label: "+string(name)+"\n    count: {select: {objects: list/evil, predicates: member_of}, unit: "+string(name)+"}\n"+
		"  - statements: {for: [in, said]}\n"))
	if err != nil {
		t.Fatal(err)
	}
	a, err := audit.Run(m, nil, f, dossier.Options{Edition: "fixture"})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func printedAudit(t *testing.T, print func(io.Writer, *audit.Audit) error) string {
	t.Helper()
	var b bytes.Buffer
	if err := print(&b, hostileAudit(t)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func auditTerminal(w io.Writer, a *audit.Audit) error { return export.AuditTerminal(w, a, false) }

// Every form gives the verdict, why, what would change it, and what was set
// aside.
func TestAuditFormsAgree(t *testing.T) {
	for name, print := range map[string]func(io.Writer, *audit.Audit) error{"terminal": auditTerminal, "markdown": export.AuditMarkdown, "html": export.AuditHTML} {
		out := strings.Join(strings.Fields(regexp.MustCompile(`<[^>]*>|\\`).ReplaceAllString(printedAudit(t, print), "")), " ")
		for _, want := range []string{"Claim 1: contested, recomputed", "Why:", "What would change it:", "Set aside, descends from the text", "1 independent voice speaks for it", "Completeness: complete, as of 2018"} {
			if !strings.Contains(out, want) {
				t.Errorf("%s lacks %q:\n%s", name, want, out)
			}
		}
	}
}

func TestHostileAuditsAreInert(t *testing.T) {
	out := printedAudit(t, auditTerminal)
	if strings.ContainsAny(out, "\u202E\x1b") || !strings.Contains(out, "<U+202E>") {
		t.Error("terminal: direction or control characters reach the screen")
	}
	for line := range strings.Lines(out) {
		if line = strings.TrimRight(line, "\n"); runewidth.StringWidth(line) > export.Width && !strings.Contains(line, "https://") {
			t.Errorf("%d columns: %s", runewidth.StringWidth(line), line)
		}
	}
	if out := printedAudit(t, export.AuditMarkdown); strings.Contains(out, "<script") || strings.Contains(out, "[x](") || strings.Contains(out, "\u202E") {
		t.Errorf("markdown: foreign text is markup:\n%s", out)
	}
	z := html.NewTokenizer(strings.NewReader(printedAudit(t, export.AuditHTML)))
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
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") || a.Key == "src" || a.Key == "href" && !strings.HasPrefix(a.Val, "#") && !strings.HasPrefix(a.Val, "https://a.example/") {
				t.Errorf("html: attribute %s=%q of %s", a.Key, a.Val, tok.Data)
			}
		}
	}
}

func TestAuditJSONFollowsItsSchema(t *testing.T) {
	out := printedAudit(t, export.AuditJSON)
	followsSchema(t, "audit-1.json", out)
	a, err := export.ReadAuditJSON(strings.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	var again bytes.Buffer
	if err := export.AuditJSON(&again, a); err != nil {
		t.Fatal(err)
	}
	if again.String() != out {
		t.Error("reading and printing an audit changes it")
	}
}
