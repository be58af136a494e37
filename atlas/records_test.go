package atlas_test

import (
	"encoding/csv"
	"net/http"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"sightline"
	"sightline/dossier"
	"sightline/internal/htmlcheck"
	"sightline/ledger"
)

// strange is a name that must stay inert, whole and isolated wherever a page
// prints it.
const strange = `<script>x</script>\u202e&'\"Q`

// recordFacts has, by hand: a firm in two records that supplied Kenya and
// Uganda, with a denial and a support; a claim corrected and one withdrawn; a
// network of which a state holds a majority; a list that is not complete; and
// training.
var recordFacts = strings.ReplaceAll(`
{"type":"source","id":"ngo","title":"Report HOSTILE","publisher":"NGO HOSTILE","kind":"ngo","reliability":"B","scope":"one:CN","selection":"Rule HOSTILE","published":"2018","url":"https://ngo.example/r"}
{"type":"source","id":"paper","title":"A paper","publisher":"Paper","kind":"press","reliability":"C","published":"2020-05-01","derived_from":["ngo"]}
{"type":"source","id":"paper","version":1,"title":"A paper, corrected","publisher":"Paper","kind":"press","reliability":"C","published":"2020-05-02","derived_from":["ngo"]}
{"type":"source","id":"firm","title":"Statement","publisher":"Acme","kind":"vendor","reliability":"C","published":"2019-03-01"}
{"type":"entity","id":"company/acme","name":"Acme HOSTILE","names":["顶点"],"country":"CN"}
{"type":"entity","id":"company/acme-ltd","name":"Acme Ltd","country":"CN"}
{"type":"entity","id":"company/zeta","name":"Zeta","country":"FR"}
{"type":"entity","id":"list/some","name":"List HOSTILE","complete":"partial","as_of":"2019"}
{"type":"entity","id":"network/AS64500","name":"NET HOSTILE","country":"KE"}
{"type":"judgement","a":"company/acme","b":"company/acme-ltd","verdict":"same","author":"desk","reason":"judgement"}
{"type":"claim","id":"s1","subject":"company/acme","predicate":"supplies","object":"country/KE","qualifiers":{"class":"control","product":"HOSTILE"},"valid":"2017","published":"2018-02-01","references":[{"source":"ngo","quote":"quoted HOSTILE","locator":"p. 4"}]}
{"type":"claim","id":"s2","subject":"company/acme-ltd","predicate":"supplies","object":"country/UG","qualifiers":{"class":"control"},"published":"2020-05-01","references":[{"source":"paper"}]}
{"type":"claim","id":"s3","subject":"company/zeta","predicate":"supplies","object":"country/UG","qualifiers":{"class":"access"},"published":"2018-03-01","references":[{"source":"ngo"}]}
{"type":"claim","id":"no","subject":"company/acme","predicate":"denies","object":{"claim":"s1"},"published":"2019-03-01","words":"Acme denies it.","references":[{"source":"firm","role":"assertion"}]}
{"type":"claim","id":"c1","subject":"country/KE","predicate":"shutdown_reported","object":{"text":"first words"},"published":"2018-02-01","references":[{"source":"ngo"}]}
{"type":"claim","id":"c2","subject":"country/KE","predicate":"shutdown_reported","object":{"text":"second words"},"published":"2018-02-01","references":[{"source":"ngo"}],"corrects":"c1","reason":"a slip HOSTILE"}
{"type":"claim","id":"w1","subject":"country/KE","predicate":"blocking_reported","object":{"text":"a site"},"published":"2018-02-01","references":[{"source":"ngo"}]}
{"type":"withdrawal","id":"w-w1","claim":"w1","reason":"why HOSTILE"}
{"type":"source","id":"idle","title":"Idle","kind":"press","reliability":"F"}
{"type":"claim","id":"n1","subject":"network/AS64500","predicate":"operates_in","object":"country/KE","published":"2018","references":[{"source":"ngo"}]}
{"type":"claim","id":"n2","subject":"network/AS64500","predicate":"state_owned_by","object":"country/KE","qualifiers":{"share":"60"},"published":"2018","references":[{"source":"ngo","quote":"sixty per cent"}]}
{"type":"claim","id":"m1","subject":"country/KE","predicate":"member_of","object":"list/some","qualifiers":{"how":"joined"},"valid":"2016/","published":"2018","references":[{"source":"ngo"}]}
{"type":"claim","id":"t1","subject":"country/CN","predicate":"trains","object":"country/KE","qualifiers":{"class":"training"},"published":"2018","references":[{"source":"ngo"}]}
`, "HOSTILE", strange)

func recordServer(t *testing.T) http.Handler {
	t.Helper()
	var records []sightline.Record
	for line := range strings.Lines(strings.TrimSpace(recordFacts)) {
		r, err := sightline.ParseRecord([]byte(strings.TrimSpace(line)))
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, r)
	}
	m, err := ledger.NewMemory("by hand", sightline.Instant(int64(today)*86_400_000_000), records)
	if err != nil {
		t.Fatal(err)
	}
	return serveStore(t, m, nil)
}

// What a reader must find on each page, and what must not be there.
func TestRecordPages(t *testing.T) {
	s := recordServer(t)
	for _, c := range []struct {
		address string
		has     []string
		hasNot  []string
	}{
		{"/suppliers", []string{"Acme", "also on record as Acme Ltd", "China", "Zeta", "Looked at suppliers of China only.", "none on record", "3 are listed."}, []string{"Nothing on record fits"}},
		{"/suppliers?nation=FR", []string{"Zeta", "1 of 3 is on this page."}, []string{"Acme Ltd"}},
		{"/suppliers?class=control", []string{"Acme"}, []string{"Zeta"}},
		{"/suppliers?class=core", []string{"Nothing on record fits all of these. That is no sign that there is nothing."}, []string{"Acme"}},
		{"/suppliers?published=2018", []string{"Looking back.", "Zeta"}, []string{"Acme Ltd supplies"}},
		{"/supplier/company/acme", []string{"Acme denies it.", "顶点", "judgement", "Against:", "disputed", "Decision-maker: not established", "Response seen: not established", "Vendor: documented", "Kenya", "Uganda"}, []string{"Acme Ltd is named"}},
		{"/supplier/company/zeta", []string{"No reply or denial of its own is on record.", "France"}, []string{"Acme denies"}},
		{"/supplier/list/some", []string{"partial", "List"}, []string{"Decision-maker"}},
		{"/networks", []string{"Kenya: 1 network, 1 with a state majority"}, nil},
		{"/networks?country=KE", []string{"AS64500", "Kenya: majority, 60"}, nil},
		{"/networks?holding=none", []string{"Nothing on record fits"}, []string{"AS64500"}},
		{"/network/AS64500", []string{"sixty per cent", "Kenya: majority, 60", "Too little data: no measured share"}, nil},
		{"/forums", []string{"partial as of 2019: absence from it is unknown, never no", "On it: joined (1)", "Kenya"}, nil},
		{"/training", []string{"Looked at suppliers of China only.", "Statements: 1."}, nil},
		{"/claims", []string{"Acme denies it.", "second words"}, []string{"first words"}},
		{"/claims?country=UG", []string{"Zeta"}, []string{"second words"}},
		{"/claims?predicate=denies", []string{"Acme denies it."}, []string{"Zeta"}},
		{"/claim/s1", []string{"The word of a party: ", "Acme denies it.", "quoted", "p. 4", "gives evidence", "not archived", "Report an error, or reply", "It corrects no earlier record"}, []string{"This record is closed"}},
		{"/claim/c1", []string{"This record is closed: a later one corrects it.", "a slip", "When the record was closed"}, nil},
		{"/claim/w1", []string{"This record is closed: it was withdrawn.", "why"}, nil},
		{"/claim/no", []string{"It denies:", "asserts, without a ground given"}, nil},
		{"/sources", []string{"A paper, corrected", "none on record", "B"}, nil},
		{"/sources?terms=open&kind=press", []string{"A paper, corrected"}, []string{"Report"}},
		{"/source/ngo", []string{"Rule", "Looked at suppliers of China only.", "https://ngo.example/r", "not archived", "What repeats it", "A paper"}, nil},
		{"/source/paper", []string{"Versions of this record", "A paper, corrected", "What it repeats", "Report"}, nil},
	} {
		for _, lang := range []string{"", "qps"} {
			address := c.address
			if lang != "" {
				address += map[bool]string{true: "&", false: "?"}[strings.Contains(address, "?")] + "lang=" + lang
			}
			w := get(s, address)
			if w.Code != http.StatusOK {
				t.Errorf("%s: status %d", address, w.Code)
				continue
			}
			if strings.Contains(w.Body.String(), "\u202e") || strings.Contains(w.Body.String(), "<script") {
				t.Errorf("%s: a hostile name is not inert", address)
			}
			p, err := htmlcheck.Parse(w.Body.Bytes())
			if err != nil {
				t.Fatal(err)
			}
			for _, problem := range p.Problems() {
				t.Errorf("%s: %s", address, problem)
			}
			if lang != "" {
				continue
			}
			text := htmlcheck.Text(htmlcheck.All(p.Root, "main")[0])
			// The spaces that stand round isolated names and numbers do not count.
			bare := strings.ReplaceAll(text, " ", "")
			for _, want := range c.has {
				if !strings.Contains(bare, strings.ReplaceAll(want, " ", "")) {
					t.Errorf("%s lacks %q in:\n%.3000s", address, want, text)
				}
			}
			for _, never := range c.hasNot {
				if strings.Contains(text, never) {
					t.Errorf("%s has %q", address, never)
				}
			}
		}
	}
}

// Addresses written otherwise lead to the one; unknown ones say so; a wrong
// field is named beside it.
func TestRecordAddresses(t *testing.T) {
	s := recordServer(t)
	for from, to := range map[string]string{
		"/supplier/acme": "/supplier/company/acme", "/supplier/company/acme-ltd": "/supplier/company/acme", "/supplier/Company/ACME.json": "/supplier/company/acme.json",
		"/supplier/country/ke": "/country/KE", "/supplier/network/as64500": "/network/AS64500", "/network/64500": "/network/AS64500", "/claim/S1": "/claim/s1",
		"/source/NGO?published=2019": "/source/ngo?published=2019",
	} {
		if w := get(s, from); w.Code != http.StatusMovedPermanently || w.Header().Get("Location") != to {
			t.Errorf("%s: status %d to %q, want %s", from, w.Code, w.Header().Get("Location"), to)
		}
	}
	for address, status := range map[string]int{
		"/supplier/company/none": 404, "/supplier/x/y": 404, "/network/AS64501": 404, "/network/x": 400, "/claim/none": 404, "/source/none": 404,
		"/claim/s1?published=2017": 404, "/claims?country=xx": 400, "/claims?supplier=company/none": 400, "/claims?source=none": 400, "/claims?entity=none": 400,
		"/claims?predicate=x": 400, "/claims?class=x": 400, "/claims?grade=x": 400, "/suppliers?nation=XX": 400, "/suppliers?class=x": 400, "/networks?country=x": 400, "/sources?kind=x": 400,
	} {
		w := get(s, address)
		if w.Code != status {
			t.Errorf("%s: status %d, want %d", address, w.Code, status)
		}
		if strings.Contains(address, "?") && status == 400 && !strings.Contains(w.Body.String(), `class="wrong"`) {
			t.Errorf("%s: nothing stands beside the field", address)
		}
	}
}

// The list as a file and as a document says what the page says.
func TestRecordFormsAgree(t *testing.T) {
	s := recordServer(t)
	rows := func(address string) [][]string {
		w := get(s, address)
		if w.Code != http.StatusOK {
			t.Fatalf("%s: status %d", address, w.Code)
		}
		out, err := csv.NewReader(w.Body).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	var l dossier.SupplierList
	if err := json.Unmarshal(get(s, "/suppliers.json?nation=CN").Body.Bytes(), &l); err != nil {
		t.Fatal(err)
	}
	table := rows("/suppliers.csv?nation=CN")
	if len(l.Suppliers) != len(table)-1 {
		t.Errorf("%d suppliers in the document, %d in the file", len(l.Suppliers), len(table)-1)
	}
	for i, x := range l.Suppliers {
		if r := table[i+1]; r[0] != string(x.ID) || r[3] != x.Claims.Value.String() {
			t.Errorf("row %v, document %s %s", r, x.ID, x.Claims.Value)
		}
	}
	if r := rows("/suppliers.csv")[1]; strings.Join(r[3:10], " ") != "2 2 too_little_data too_little_data too_little_data 2 1" {
		t.Errorf("the firm's row is %q", r)
	}
	if r := rows("/networks.csv?country=KE")[1]; strings.Join(r[2:], " ") != "KE KE majority 60 n2" {
		t.Errorf("the network's row is %q", r)
	}
	flow := rows("/supplier/company/acme/figure/flow.csv")
	var lines []string
	for _, r := range flow[1:] {
		lines = append(lines, r[1])
	}
	if got := strings.Join(lines, ","); got != "Kenya,Uganda,,," {
		t.Errorf("the flow goes to %q", got)
	}
	// Pages of claims follow one another and hold each once.
	seen := map[string]int{}
	for _, r := range rows("/claims.csv")[1:] {
		seen[r[0]]++
	}
	for _, id := range []string{"s1", "s2", "s3", "no", "c2", "n1", "n2", "m1", "t1"} {
		if seen[id] != 1 {
			t.Errorf("the list of claims holds %s %d times", id, seen[id])
		}
	}
	if len(seen) != 9 {
		t.Errorf("%d claims in force are listed", len(seen))
	}
}

// Paging through a long list shows each row once.
func TestListsByPage(t *testing.T) {
	s := catalogueServer()
	for _, c := range []struct {
		address, of string
	}{{"/sources", "/source/"}, {"/networks?list=all", "/network/"}} {
		seen := map[string]bool{}
		pages := 0
		for address := c.address; address != ""; pages++ {
			p := read(t, s, address)
			address = ""
			for _, a := range htmlcheck.All(p.Root, "a") {
				if htmlcheck.Attr(a, "rel") == "next" {
					address = htmlcheck.Attr(a, "href")
				}
			}
			for _, th := range htmlcheck.All(p.Root, "th") {
				for _, a := range htmlcheck.All(th, "a") {
					to := htmlcheck.Attr(a, "href")
					if !strings.HasPrefix(to, c.of) || seen[to] {
						t.Fatalf("%s twice, or no %s", to, c.of)
					}
					seen[to] = true
				}
			}
			if pages > 50 {
				t.Fatal("the list does not end")
			}
		}
		name, _, _ := strings.Cut(c.address, "?")
		_, query, _ := strings.Cut(c.address, "?")
		all, err := csv.NewReader(get(s, name+".csv?"+query).Body).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]bool{}
		for _, r := range all[1:] {
			want[r[0]] = true
		}
		if len(seen) != len(want) || pages < 2 {
			t.Errorf("%s: %d rows on %d pages, %d in the file", c.address, len(seen), pages, len(want))
		}
	}
}
