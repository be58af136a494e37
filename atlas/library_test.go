package atlas_test

import (
	"encoding/csv"
	"net/http"
	"strings"
	"testing"

	"sightline"
	"sightline/atlas"
	"sightline/internal/htmlcheck"
	"sightline/ledger"
)

// hostileName is what an adversary may call itself; pages show it inert.
const hostileName = `<script>alert(1)</script> ` + "\u202Eevil\u2066"

// libraryFacts has an act with a provision and a likeness, a roll-call in which
// two countries voted, a claim that was corrected, one that was withdrawn, and
// a denial, all under hostile names.
var libraryFacts = strings.ReplaceAll(`
{"type":"source","id":"ngo","title":"Report HOSTILE","publisher":"An NGO HOSTILE","kind":"ngo","reliability":"B","published":"2018-02-01"}
{"type":"source","id":"firm","title":"Statement","publisher":"Acme","kind":"vendor","reliability":"C","published":"2020-03-01"}
{"type":"entity","id":"company/acme","name":"Acme HOSTILE","names":["顶点"],"country":"CN"}
{"type":"entity","id":"act/ke-law","name":"A law HOSTILE","country":"KE"}
{"type":"entity","id":"act/cn-law","name":"Another law","country":"CN"}
{"type":"entity","id":"vote/one","name":"A roll-call HOSTILE","complete":"complete","selection":"HOSTILE"}
{"type":"entity","id":"vote/two","name":"Another roll-call"}
{"type":"claim","id":"s1","subject":"company/acme","predicate":"supplies","object":"country/KE","qualifiers":{"class":"control","product":"HOSTILE"},"published":"2018-02-01","references":[{"source":"ngo","quote":"HOSTILE","locator":"p. 3"}]}
{"type":"claim","id":"no","subject":"company/acme","predicate":"denies","object":{"claim":"s1"},"published":"2020-03-01","words":"Acme denies it.","references":[{"source":"firm","role":"assertion"}]}
{"type":"claim","id":"c1","subject":"country/KE","predicate":"shutdown_reported","object":{"text":"first words"},"published":"2018-03-01","references":[{"source":"ngo"}]}
{"type":"claim","id":"c2","subject":"country/KE","predicate":"shutdown_reported","object":{"text":"second words"},"published":"2018-03-02","references":[{"source":"ngo"}],"corrects":"c1","reason":"a slip HOSTILE"}
{"type":"claim","id":"w1","subject":"country/KE","predicate":"blocking_reported","object":{"text":"a site"},"published":"2018-04-01","references":[{"source":"ngo"}]}
{"type":"withdrawal","id":"w-w1","claim":"w1","reason":"HOSTILE"}
{"type":"claim","id":"l1","subject":"country/KE","predicate":"enacted","object":"act/ke-law","valid":"2018","published":"2018-02-01","references":[{"source":"ngo"}]}
{"type":"claim","id":"l2","subject":"act/ke-law","predicate":"provides","object":{"text":"fines HOSTILE"},"published":"2020-03-01","references":[{"source":"firm"}]}
{"type":"claim","id":"l3","subject":"act/ke-law","predicate":"resembles","object":"act/cn-law","published":"2018-02-01","references":[{"source":"ngo"}]}
{"type":"claim","id":"v1","subject":"country/KE","predicate":"voted","object":"vote/one","qualifiers":{"vote":"yes"},"valid":"2018-12-05","published":"2018-12-05","references":[{"source":"ngo"}]}
{"type":"claim","id":"v2","subject":"country/FR","predicate":"voted","object":"vote/one","qualifiers":{"vote":"abstain"},"valid":"2018-12-05","published":"2018-12-05","references":[{"source":"ngo"}]}
{"type":"claim","id":"v3","subject":"country/UG","predicate":"voted","object":"vote/two","qualifiers":{"vote":"no"},"valid":"2020-12-05","published":"2020-12-05","references":[{"source":"ngo"}]}
`, "HOSTILE", strings.Trim(quote(hostileName), `"`))

// quote is a text as a JSON string.
func quote(s string) string {
	return `"` + strings.NewReplacer("\u202E", `\u202E`, "\u2066", `\u2066`).Replace(s) + `"`
}

func libraryServer(t *testing.T) *atlas.Server {
	t.Helper()
	var records []sightline.Record
	for line := range strings.Lines(libraryFacts) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		r, err := sightline.ParseRecord([]byte(line))
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		records = append(records, r)
	}
	d, err := sightline.ParseDate("2026-11-23")
	if err != nil {
		t.Fatal(err)
	}
	m, err := ledger.NewMemory("library", sightline.Instant(int64(d.First())*86_400_000_000), records)
	if err != nil {
		t.Fatal(err)
	}
	return serveStore(t, m, nil)
}

// says checks that a page holds texts, and does not hold others (with ! in
// front), after whitespace was drawn together.
func says(t *testing.T, s http.Handler, address string, texts ...string) {
	t.Helper()
	p := read(t, s, address)
	for _, problem := range p.Problems() {
		t.Errorf("%s: %s", address, problem)
	}
	body := get(s, address).Body.String()
	if strings.Contains(body, "<script") || strings.ContainsAny(body, "\u202E\u2066") {
		t.Errorf("%s: a hostile name is not inert", address)
	}
	text := strings.NewReplacer(" .", ".", " :", ":").Replace(strings.Join(strings.Fields(htmlcheck.Text(p.Root)), " "))
	for _, want := range texts {
		not := strings.HasPrefix(want, "!")
		if want = strings.TrimPrefix(want, "!"); strings.Contains(text, want) == not {
			t.Errorf("%s: says %q is %v\n%s", address, want, not, text)
		}
	}
}

// rows is the .csv of a page.
func rows(t *testing.T, s http.Handler, address string) [][]string {
	t.Helper()
	w := get(s, address)
	if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/csv") {
		t.Fatalf("%s: status %d, %s", address, w.Code, w.Header().Get("Content-Type"))
	}
	out, err := csv.NewReader(w.Body).ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", address, err)
	}
	return out
}

// status checks the status of an address, and where it leads.
func status(t *testing.T, s http.Handler, address string, code int, to string) {
	t.Helper()
	w := get(s, address)
	if w.Code != code || w.Header().Get("Location") != to {
		t.Errorf("%s: status %d to %q, want %d to %q", address, w.Code, w.Header().Get("Location"), code, to)
	}
}

func TestLaws(t *testing.T) {
	s := libraryServer(t)
	says(t, s, "/laws", "Kenya", "A law <script>", "fines", "is said to resemble Another law", "The list is not complete", "What it provides is not on record here.")
	says(t, s, "/laws?published=2019", "A law <script>", "!fines", "What it provides is not on record here.")
	if got := rows(t, s, "/laws.csv"); len(got) != 5 || got[1][3] != "resembles" && got[1][3] != "adopted" { // the likeness stands with both acts
		t.Errorf("/laws.csv: %q", got)
	}
	status(t, s, "/LAWS", 301, "/laws")
	status(t, s, "/laws/", 301, "/laws")
}

func TestVotes(t *testing.T) {
	s := libraryServer(t)
	says(t, s, "/votes", "A roll-call <script>", "Another roll-call", "not a no and not an abstention")
	one := "/votes?vote=vote%2Fone"
	says(t, s, one, "Y yes Kenya", "A abstained France", "– no vote on record Uganda", "The list of votes is complete.", "None of these is a no")
	if got := rows(t, s, "/votes.csv?vote=vote%2Fone"); len(got) != 3 || got[1][3] != "FR" || got[1][4] != "abstain" || got[2][4] != "yes" {
		t.Errorf("/votes.csv: %q", got)
	}
	if got := rows(t, s, "/votes.csv"); len(got) != 4 {
		t.Errorf("/votes.csv: %q", got)
	}
	says(t, s, "/votes?published=2019", "A roll-call", "!Another roll-call")
	status(t, s, "/votes?vote=vote%2Ftwo&published=2019", 404, "")
	status(t, s, "/votes?vote=nonsense", 404, "")
}

func TestMethods(t *testing.T) {
	s := libraryServer(t)
	says(t, s, "/methods", "count.claims/1", "audit.verdict/1", "Counts the claims in force")
	says(t, s, "/method/series.score/1", "docs/methods/scores.md", "Unreleased", "This is version 1.")
	says(t, s, "/method/count.select/1", "The votes")
	status(t, s, "/method/count.claims", 301, "/method/count.claims/1")
	status(t, s, "/method/COUNT.claims/1?published=2019", 301, "/method/count.claims/1?published=2019")
	status(t, s, "/method/count.claims/99", 404, "")
	status(t, s, "/method/nonsense/1", 404, "")
	if got := rows(t, s, "/methods.csv"); len(got) < 20 || got[1][0] != "audit.verdict" {
		t.Errorf("/methods.csv: %q", got)
	}
}

// Each packet that a page links is found, says what the page says, and rests on
// claims with their sources.
func TestPackets(t *testing.T) {
	s := libraryServer(t)
	n := 0
	for _, from := range []string{"/votes", "/laws", "/audit/1"} {
		for _, to := range read(t, s, from).Links {
			if !strings.HasPrefix(to, "/packet/") {
				continue
			}
			n++
			says(t, s, to, "Evidence packet SL-", "sightline verify SL-", "Method")
		}
	}
	if n < 5 {
		t.Fatalf("%d packets", n)
	}
	for _, to := range read(t, s, "/votes?vote=vote%2Fone").Links {
		if strings.HasPrefix(to, "/packet/") {
			says(t, s, to, "1 country", "It rests on 1 claim", "Evidence: Report <script>", "The votes")
			id := strings.TrimPrefix(to, "/packet/")
			status(t, s, "/packet/"+strings.ToLower(id), 301, to)
			status(t, s, "/packet/"+strings.ReplaceAll(strings.ReplaceAll(id, "-", ""), "0", "O")+"?known=2026-11-24", 301, to+"?known=2026-11-24")
			status(t, s, "/search?q="+strings.ToLower(id), 301, to)
			status(t, s, to+"?after=nonsense", 404, "")
			break
		}
	}
	if w := get(s, "/packet/SL-0000-0000-0"); w.Code != 404 || !strings.Contains(w.Body.String(), "another edition") {
		t.Errorf("an unknown packet: %d %s", w.Code, w.Body)
	}
	if w := get(s, "/packet/SL-0000-0000-1"); w.Code != 400 || !strings.Contains(w.Body.String(), "copy it whole") {
		t.Errorf("a slip in a packet: %d %s", w.Code, w.Body)
	}
}

func TestSearch(t *testing.T) {
	s := libraryServer(t)
	says(t, s, "/search", "Write what you look for.", "the server keeps no log")
	says(t, s, "/search?q=%E9%A1%B6%E7%82%B9", "1 record fits 顶点.", "Acme <script>", "Organisations")
	says(t, s, "/search?q=kenya", "Countries", "Kenya")
	says(t, s, "/search?q=zzzz", "Nothing on record fits zzzz.", "does not say that there is nothing")
	if got := rows(t, s, "/search.csv?q=kenya"); len(got) < 2 || got[1][2] != "country/KE" {
		t.Errorf("/search.csv: %q", got)
	}
	hostile := "/search?q=%3Cscript%3E%E2%80%AEx"
	if b := get(s, hostile).Body.String(); strings.Contains(b, "<script") {
		t.Errorf("what is looked for is not inert: %s", b)
	}
	w := get(s, "/search?q="+strings.Repeat("%E9%A1%B6", 201))
	if w.Code != 400 || !strings.Contains(w.Body.String(), "the most that can be looked for") || !strings.Contains(w.Body.String(), `value="顶顶`) {
		t.Errorf("too long: %d %s", w.Code, w.Body)
	}
	if w := get(s, "/search?q="+strings.Repeat("%E9%A1%B6", 200)); w.Code != 200 {
		t.Errorf("as long as may be: %d %s", w.Code, w.Body)
	}
	if w := get(s, "/search?q=%ff"); w.Code != 400 {
		t.Errorf("no text: %d %s", w.Code, w.Body)
	}
}

func TestChanges(t *testing.T) {
	s := libraryServer(t)
	for _, at := range []string{"/changes", "/country/KE/changes"} {
		says(t, s, at, "the order in which sources published it", "second words", "first words", "Reason: a slip", "Closed since, on 23 November 2026. By c2.", "Correction: ")
		if got := rows(t, s, strings.TrimSuffix(at, "s")+"s.csv"); got[0][0] != "kind" || len(got) < 6 {
			t.Errorf("%s.csv: %q", at, got)
		}
	}
	says(t, s, "/changes?since=2020", "Acme denies it.", "!second words")
	says(t, s, "/changes?published=2018-03-01", "first words", "!second words")
	says(t, s, "/country/UG/changes?published=2018", "Nothing changed in this time")
	status(t, s, "/country/kenya/changes", 301, "/country/KE/changes")
	if w := get(s, "/changes?since=yesterday"); w.Code != 400 || !strings.Contains(w.Body.String(), `value="yesterday"`) || !strings.Contains(w.Body.String(), "This is no date.") {
		t.Errorf("a date that is none: %d %s", w.Code, w.Body)
	}
}

func TestAudit(t *testing.T) {
	s := catalogueServer()
	says(t, s, "/audit", "Verdicts", "Claim 1", "Claim 42", "What would change it:", "Set aside, descends from the text:", "Lists that the counts rest on")
	says(t, s, "/audit/3", "Claim 3", "Against:", "Claim 2", "Claim 4", "!Claim 5")
	status(t, s, "/audit/99", 404, "")
	if got := rows(t, s, "/audit.csv"); len(got) < 43 || got[1][0] != "1" || got[1][5] == "" {
		t.Errorf("/audit.csv: %d rows, %q", len(got), got[1])
	}
	one, all := get(s, "/audit/3.json").Body.String(), get(s, "/audit.json").Body.String()
	if !strings.Contains(one, `"verdict"`) || !strings.Contains(all, `"sightline.audit/1"`) {
		t.Errorf("%.200s\n%.200s", one, all)
	}
	now, early := rows(t, s, "/audit.csv"), rows(t, s, "/audit.csv?published=2010")
	changed := 0
	for i := range now {
		if now[i][5] != early[i][5] {
			changed++
		}
	}
	if changed == 0 {
		t.Error("the audit says the same of what was published by 2010")
	}
	without := serveStore(t, catalogue(), func(c *atlas.Config) { c.Audit = nil })
	status(t, without, "/audit", 404, "")
}

// The lines that the page offers are records that can be imported once the
// blanks are filled in; they are so as they stand.
func TestCorrections(t *testing.T) {
	s := libraryServer(t)
	for _, at := range []string{"/corrections", "/corrections?claim=s1"} {
		says(t, s, at, "Nothing on this page is sent anywhere.")
		n := 0
		for _, pre := range htmlcheck.All(read(t, s, at).Root, "pre") {
			line := htmlcheck.Text(pre)
			if !strings.HasPrefix(line, "{") {
				continue
			}
			n++
			if _, err := sightline.ParseRecord([]byte(line)); err != nil {
				t.Errorf("%s: %v", line, err)
			}
			if strings.Contains(line, "CLAIM") || at != "/corrections" && !strings.Contains(line, "s1") && !strings.Contains(line, `"type":"source"`) {
				t.Errorf("%s: the claim is not filled in: %s", at, line)
			}
		}
		if n != 5 {
			t.Errorf("%s: %d lines", at, n)
		}
	}
	if w := get(s, "/corrections?claim=nonsense"); w.Code != 404 || !strings.Contains(w.Body.String(), `value="nonsense"`) {
		t.Errorf("an unknown claim: %d %s", w.Code, w.Body)
	}
}

func TestAboutAndThreats(t *testing.T) {
	s := libraryServer(t)
	says(t, s, "/about", "2 sources on record", "Apache License 2.0", "sightline verify", "1 January 1970")
	says(t, s, "/threats", "People who measured.", "What the server keeps", "No log.")
	for _, at := range []string{"/about", "/threats", "/corrections", "/laws", "/votes", "/methods", "/search", "/changes", "/audit"} {
		says(t, s, at+"?lang=qps")
	}
}
