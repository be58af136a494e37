package audit_test

import (
	"strings"
	"testing"

	"sightline"
	"sightline/dossier"
	"sightline/dossier/audit"
)

const head = "audit: a\ntitle: T\ntext: {title: X}\nclaims:\n"

// Bad files: each error names the line and the key or value, and says what to
// do where a person can guess wrong.
func TestReadNamesLineAndKey(t *testing.T) {
	check := func(s string) string {
		return head + "- id: \"1\"\n  claim: C\n  number: 5\n  period: 2018\n  checks:\n  - " + s
	}
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "a.yaml:1: the file is empty"},
		{"a list", "- a\n", "a.yaml:1: an audit is a mapping"},
		{"not YAML", "a: [\n", "not YAML"},
		{"a tab", "audit:\n\t- a\n", "not YAML"},
		{"two documents", head + "- {id: \"1\", claim: C}\n---\na: b\n", "more than one document"},
		{"not UTF-8", "audit: \xff\n", "not valid UTF-8"},
		{"an unknown key", "audit: a\ntitel: T\n", "a.yaml:2: unknown key \"titel\" in an audit"},
		{"a key twice", head + "- id: \"1\"\n  claim: C\n  claim: D\n", "a.yaml:7: the key \"claim\" stands twice in a claim"},
		{"a key missing", head + "- id: \"1\"\n", "a.yaml:5: a claim needs the key \"claim\""},
		{"no claims", "audit: a\ntitle: T\ntext: {title: X}\n", "needs the key \"claims\""},
		{"no text", "audit: a\ntitle: T\nclaims:\n- {id: \"1\", claim: C}\n", "needs the key \"text\""},
		{"a text without a name", "audit: a\ntitle: T\ntext: {url: x}\n", "a.yaml:3: the text needs a source or a title"},
		{"an id twice", head + "- {id: \"1\", claim: C}\n- {id: \"1\", claim: D}\n", "a.yaml:6: two claims have the id \"1\""},
		{"an id with blanks", "audit: a b\n", "a.yaml:1: audit: \"a b\" is no id"},
		{"an empty text", "audit: a\ntitle: \"\"\n", "a.yaml:2: title: the text is empty"},
		{"null", "audit: a\ntitle:\n", "a.yaml:2: title: one text is wanted"},
		{"a control character", "audit: a\ntitle: \"a\\x1bb\"\n", "a.yaml:2: title: the text holds a control character"},
		{"an anchor", "audit: &x a\n", "anchors and aliases"},
		{"an alias", "audit: a\ntitle: &t T\ntext: {title: *t}\n", "anchors and aliases"},
		{"a tag", "audit: !!binary a\n", "the tag !!binary"},
		{"a stored verdict", head + "- id: \"1\"\n  claim: C\n  verdict: confirmed\n", "a.yaml:7: unknown key \"verdict\" in a claim"},
		{"a kind", head + "- id: \"1\"\n  claim: C\n  kind: guess\n", "a.yaml:7: kind: \"guess\" is not known"},
		{"a number", head + "- id: \"1\"\n  claim: C\n  number: many\n", "a.yaml:7: number: parse number \"many\""},
		{"a number to the e", head + "- id: \"1\"\n  claim: C\n  number: 1e9\n", "a.yaml:7: number"},
		{"a tolerance of another sort", head + "- id: \"1\"\n  claim: C\n  number: 62 %\n  tolerance: 1\n", "tolerance"},
		{"a date", "audit: a\ntitle: T\ntext: {title: X, published: 2017-02-30}\n", "a.yaml:3: published: parse date \"2017-02-30\""},
		{"a period", head + "- id: \"1\"\n  claim: C\n  period: 2019/2018\n", "a.yaml:7: period"},
		{"parts and checks", head + "- id: \"1\"\n  claim: C\n  number: 1\n  parts:\n  - claim: D\n", "has parts"},
		{"parts of parts", head + "- id: \"1\"\n  claim: C\n  parts:\n  - claim: D\n    parts: []\n", "a.yaml:9: unknown key \"parts\" in a part"},
		{"no kind of check", check("label: L\n"), "a.yaml:10: a check is of one kind, this one is of 0"},
		{"two kinds of check", check("statements: {for: a}\n    count: {select: {claims: a}}\n"), "this one is of 2"},
		{"an unknown check", check("guess: {a: b}\n"), "a.yaml:10: unknown key \"guess\" in a check"},
		{"a predicate", check("count: {select: {predicates: suplies}}\n"), "a.yaml:10: predicates: parse predicate \"suplies\""},
		{"a qualifier", check("count: {select: {predicates: supplies, where: {colour: red}}}\n"), "unknown key \"colour\" in where"},
		{"an entity", check("count: {select: {objects: Kenya}}\n"), "a.yaml:10: objects: parse entity id \"Kenya\""},
		{"an empty selection", check("count: {select: {}}\n"), "needs a selection"},
		{"a country", check("headcount: {list: list/bri-65, date: 2017, without: Chyna}\n"), "a.yaml:10: without"},
		{"a list without a date", check("headcount: {list: list/bri-65}\n"), "needs the key \"date\""},
		{"a share against a count", check("headcount: {list: list/bri-65, date: 2017}\n"), "compares a percentage with what is not one"},
		{"a count against a share", strings.Replace(check("count: {select: {claims: a}}\n"), "number: 5", "number: 5 %", 1), "compares a percentage"},
		{"a check without a number", strings.Replace(check("count: {select: {claims: a}}\n"), "  number: 5\n", "", 1), "needs a number to hold against"},
		{"a dated check without a period", strings.Replace(check("dated: {select: {claims: a}}\n"), "  period: 2018\n", "", 1), "needs the key \"period\""},
		{"statements of nothing", check("statements: {}\n"), "statements needs one of the keys"},
		{"a cell that is not there", check("cross: {rows: {select: {predicates: voted}, by: vote, values: \"yes\"}, columns: {select: {predicates: grouped_as}, by: group, values: b}, cell: [maybe, b]}\n"), "cell: it names"},
		{"a nest", "audit: a\ntitle: " + strings.Repeat("[", 60) + strings.Repeat("]", 60) + "\n", "nested too deeply"},
	} {
		f, err := audit.Read("a.yaml", []byte(c.text))
		if err == nil {
			t.Errorf("%s: read as %+v", c.name, f)
			continue
		}
		if sightline.ErrorCode(err) != sightline.Invalid || !strings.Contains(strings.ReplaceAll(err.Error(), `"a.yaml:`, `a.yaml:`), strings.Replace(c.want, ": ", "\": ", 1)) && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

// A word that this edition lacks is allowed where an import is named, and
// nowhere else.
func TestReadAllowsWhatAnImportBrings(t *testing.T) {
	const with = head + "- id: \"1\"\n  claim: C\n  number: 5\n  checks:\n  - import: later\n    count: {select: {predicates: measured_later, where: {gauge: g}}}\n"
	if _, err := audit.Read("a.yaml", []byte(with)); err != nil {
		t.Error(err)
	}
	if _, err := audit.Read("a.yaml", []byte(strings.Replace(with, "import: later\n    ", "", 1))); err == nil {
		t.Error("a predicate that does not exist was read")
	}
}

func TestParseAmount(t *testing.T) {
	for in, want := range map[string]string{"62 %": "62 %", "62%": "62 %", "1,500": "1500", "3.80": "3.80", "-2": "-2", " 7 ": "7"} {
		a, err := audit.ParseAmount(in)
		if err != nil || a.String() != want {
			t.Errorf("%q: %q, %v", in, a, err)
		}
	}
	for _, in := range []string{"", "%", "1e3", "NaN", "Inf", "0x10", "1_000", "12-18", "a"} {
		if a, err := audit.ParseAmount(in); err == nil {
			t.Errorf("%q: read as %q", in, a)
		}
	}
}

// Whatever is read can be audited and decided again from its packets, and
// reading never panics.
func FuzzRead(f *testing.F) {
	f.Add([]byte(audit.Template))
	f.Add([]byte(head + "- id: \"1\"\n  claim: C\n  parts:\n  - claim: D\n    kind: opinion\n"))
	f.Add([]byte(scored))
	f.Add([]byte("a: &a [*a]"))
	s := store(f, parse(f, `{"type":"source","id":"s","title":"S","kind":"press","reliability":"B"}`,
		`{"type":"claim","id":"c","subject":"country/KE","predicate":"member_of","object":"list/l","references":[{"source":"s"}]}`,
		`{"type":"entity","id":"list/l","name":"L","complete":"complete"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		file, err := audit.Read("f.yaml", text)
		if err != nil {
			if sightline.ErrorCode(err) != sightline.Invalid || !strings.Contains(err.Error(), "f.yaml:") {
				t.Fatalf("%v", err)
			}
			return
		}
		a, err := audit.Run(s, nil, file, dossier.Options{})
		if err != nil {
			t.Skip(err) // a selection that cannot be asked
		}
		for _, p := range a.Packets {
			if again, err := audit.Recompute(s, nil, p); err != nil || again.Result.Packet != p.Result.Packet {
				t.Fatalf("%s %s: %s, %v", p.Method, p.Result.Packet, again.Result.Packet, err)
			}
		}
	})
}
