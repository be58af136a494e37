package ledger_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sightline"
	"sightline/ledger"
)

// world is small and has one of everything: versions, a correction before and
// after its target, a split, a withdrawal, a denial, edges, names in four
// scripts.
const world = `
{"type":"source","id":"citizenlab-2018","title":"Planet Netsweeper","publisher":"Citizen Lab","kind":"academic","reliability":"B","scope":"one:CA"}
{"type":"source","id":"copy-1","title":"Huawei in Nairobi","publisher":"A paper","kind":"press","reliability":"C","derived_from":["wire-1"]}
{"type":"source","id":"wire-1","title":"Huawei in Nairobi","publisher":"A wire","kind":"press","reliability":"B","cluster":"wire"}
{"type":"source","id":"statement","title":"Café statement — Łódź","publisher":"Huawei","kind":"vendor","reliability":"C"}
{"type":"source","id":"statement","version":1,"title":"Statement on Nairobi","publisher":"Huawei","kind":"vendor","reliability":"D"}
{"type":"entity","id":"company/huawei","name":"Huawei","names":["华为","Хуавэй","هُوَاوِي"],"country":"CN"}
{"type":"entity","id":"company/huawei-marine","name":"Huawei Marine Networks","names":["华为海洋网络"],"country":"CN"}
{"type":"entity","id":"company/emirates-etisalat","name":"Etisalat","names":["اتصالات","مؤسسة الإمارات للاتصالات"],"country":"AE"}
{"type":"entity","id":"company/rostelecom","name":"Rostelecom","names":["Ростелеком"],"country":"RU"}
{"type":"entity","id":"company/netsweeper","name":"Netsweeper","country":"CA"}
{"type":"entity","id":"company/zte","name":"ZTE","names":["中兴通讯"],"country":"CN"}
{"type":"entity","id":"body/conatel","name":"Comisión Nacional de Telecomunicaciones","names":["CONATEL"],"country":"VE"}
{"type":"entity","id":"agreement/ke-huawei-2014","name":"Old name of the memorandum"}
{"type":"entity","id":"agreement/ke-huawei-2014","version":1,"name":"Memorandum of 2014"}
{"type":"claim","id":"mou","subject":"company/huawei","predicate":"agreed_with","object":"country/KE","qualifiers":{"agreement":"agreement/ke-huawei-2014","class":"core"},"words":"Huawei and Kenya signed a memorandum.","valid":"2014-06/2017-06","published":"2014-06-06","references":[{"source":"copy-1"},{"source":"wire-1"}]}
{"type":"claim","id":"mou-a","subject":"company/huawei","predicate":"agreed_with","object":"country/KE","qualifiers":{"agreement":"agreement/ke-huawei-2014","class":"core"},"words":"Huawei and Kenya signed a memorandum of one year.","valid":"2014-06/2015-06","references":[{"source":"wire-1"}],"corrects":"mou"}
{"type":"claim","id":"mou-b","subject":"company/huawei","predicate":"agreed_with","object":"country/TZ","qualifiers":{"class":"core"},"words":"The second half was with Tanzania.","valid":"2015-07/2017-06","references":[{"source":"wire-1"}],"corrects":"mou"}
{"type":"claim","id":"a-late","subject":"company/zte","predicate":"supplies","object":"country/ET","qualifiers":{"class":"control"},"words":"ZTE supplied a monitoring system to Ethiopia.","references":[{"source":"wire-1"}],"corrects":"never-seen"}
{"type":"claim","id":"gone","subject":"company/zte","predicate":"supplies","object":"country/KE","qualifiers":{"class":"core"},"words":"A slip of the pen.","references":[{"source":"wire-1"}]}
{"type":"withdrawal","id":"w-gone","claim":"gone","reason":"It was a slip."}
{"type":"withdrawal","id":"w-unknown","claim":"not-here-yet","reason":"It was a slip."}
{"type":"claim","id":"denial","subject":"company/huawei","predicate":"denies","object":{"claim":"mou"},"words":"Huawei denies it.","references":[{"source":"statement","role":"assertion"}],"disputes":["mou"]}
{"type":"claim","id":"backing","subject":"company/netsweeper","predicate":"product_observed_in","object":"country/KE","qualifiers":{"class":"control","product":"Netsweeper"},"words":"Netsweeper was observed in Kenya.","references":[{"source":"citizenlab-2018"}],"supports":["mou","unknown-claim"]}
{"type":"claim","id":"home","subject":"company/huawei","predicate":"based_in","object":"country/CN","references":[{"source":"wire-1"}]}
{"type":"claim","id":"net","subject":"network/AS12345","predicate":"operates_in","object":"country/KE","references":[{"source":"wire-1"}]}
{"type":"claim","id":"cut","subject":"country/KE","predicate":"shutdown_reported","object":{"text":"Telegram during the examinations"},"words":"Kenya blocked Telegram.","valid":"2023-11","references":[{"source":"wire-1"}]}
`

func parse(t testing.TB, text string) []sightline.Record {
	t.Helper()
	var out []sightline.Record
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		r, err := sightline.ParseRecord([]byte(line))
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		out = append(out, r)
	}
	return out
}

const then sightline.Instant = 1_700_000_000_000_000

func country(code string) sightline.Country {
	c, err := sightline.ParseCountry(code)
	if err != nil {
		panic(err)
	}
	return c
}

func ids(entries []sightline.Entry) string {
	var out []string
	for _, e := range entries {
		s := e.Record.ID()
		if e.Closed != sightline.Forever {
			s += "(" + string(e.ClosedBy) + ")"
		}
		out = append(out, s)
	}
	return strings.Join(out, " ")
}

// stores makes one store of each kind of the same records.
func stores(t *testing.T, records []sightline.Record) map[string]sightline.Store {
	t.Helper()
	m, err := ledger.NewMemory("test", then, records)
	if err != nil {
		t.Fatal(err)
	}
	l := filled(t, records)
	snapshot, err := l.Snapshot(0)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]sightline.Store{"memory": m, "ledger": l, "snapshot": snapshot}
}

// empty is a new ledger in a folder that goes with the test.
func empty(t testing.TB) *ledger.Ledger {
	t.Helper()
	l, err := ledger.Create(filepath.Join(t.TempDir(), "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// filled is a ledger with the records, all of which must be new.
func filled(t testing.TB, records []sightline.Record) *ledger.Ledger {
	t.Helper()
	l := empty(t)
	result, err := l.Append(t.Context(), then, records)
	if err != nil || result.Appended != len(records) {
		t.Fatalf("append %d: %+v, %v", len(records), result, err)
	}
	return l
}

// Every store passes this one suite: the same results in the same order,
// whatever the order in which the records came.
func TestConformance(t *testing.T) {
	records := parse(t, world)
	for range 2 {
		for name, s := range stores(t, records) {
			t.Run(name, func(t *testing.T) { conform(t, s) })
		}
		slices.Reverse(records)
	}
}

// TestSnapshot: a snapshot of a moment says what the ledger says of that moment
// and of others, though more was recorded after it.
func TestSnapshot(t *testing.T) {
	l := empty(t)
	records := parse(t, world)
	const step = 9
	var moments []sightline.Instant
	for part := range slices.Chunk(records, step) {
		at := then + sightline.Instant(len(moments))
		if _, err := l.Append(t.Context(), at, part); err != nil {
			t.Fatal(err)
		}
		moments = append(moments, at)
	}
	all := func(s sightline.Store, at sightline.Instant) string {
		var b strings.Builder
		say := func(v any, err error) { fmt.Fprintln(&b, v, err) }
		list := func(entries []sightline.Entry, err error) {
			for _, e := range entries {
				fmt.Fprintf(&b, "%s %d %d %d %s; ", e.Record.ID(), e.Seq, e.Recorded, e.Closed, e.ClosedBy)
			}
			say(len(entries), err)
		}
		list(s.Claims(sightline.Query{AsRecorded: at}))
		list(s.Claims(sightline.Query{WithClosed: true, AsRecorded: at}))
		list(s.Claims(sightline.Query{Country: country("KE"), AsRecorded: at}))
		list(s.Claims(sightline.Query{EdgesTo: []sightline.ClaimID{"mou"}, AsRecorded: at}))
		list(s.Page("a-late", 3, at))
		list(s.Judgements(at))
		for e, err := range s.Records(at) {
			list([]sightline.Entry{e}, err)
		}
		for _, r := range records {
			switch r.Kind() {
			case sightline.ClaimRecord:
				e, err := s.Claim(sightline.ClaimID(r.ID()), at)
				say(fmt.Sprint(e.Seq, e.Recorded, e.Closed, e.ClosedBy), err)
			case sightline.SourceRecord:
				x, err := s.Source(sightline.SourceID(r.ID()), at)
				say(x, err)
			case sightline.EntityRecord:
				x, err := s.Entity(sightline.EntityID(r.ID()), at)
				say(x, err)
			}
		}
		in, err := s.EntitiesIn(country("CN"), at)
		say(len(in), err)
		return b.String()
	}
	for _, of := range append(moments, 0, then-1) {
		s, err := l.Snapshot(of)
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range append(moments, 0, then-1) {
			if got, want := all(s, at), all(l, at); got != want {
				t.Errorf("a snapshot of %d asked of %d says\n%s\nwant\n%s", of, at, got, want)
			}
		}
	}
}

func conform(t *testing.T, s sightline.Store) {
	kenya := country("KE")
	for _, c := range []struct {
		name string
		q    sightline.Query
		want string
	}{
		{"all in force", sightline.Query{}, "a-late backing cut denial home mou-a mou-b net"},
		{"all", sightline.Query{WithClosed: true}, "a-late backing cut denial gone(w-gone) home mou(mou-a) mou-a mou-b net"},
		{"a country", sightline.Query{Country: kenya}, "backing cut mou-a net"},
		{"a country with closed", sightline.Query{Country: kenya, WithClosed: true}, "backing cut gone(w-gone) mou(mou-a) mou-a net"},
		{"another country than what it corrects", sightline.Query{Country: country("TZ"), WithClosed: true}, "mou-b"},
		{"before anything", sightline.Query{Country: kenya, AsRecorded: then - 1}, ""},
		{"at the moment", sightline.Query{Country: kenya, AsRecorded: then}, "backing cut mou-a net"},
		{"an entity", sightline.Query{Entities: []sightline.EntityID{"company/huawei"}}, "denial home mou-a mou-b"},
		{"a qualifier", sightline.Query{Entities: []sightline.EntityID{"agreement/ke-huawei-2014"}}, "mou-a"},
		{"two entities", sightline.Query{Entities: []sightline.EntityID{"network/AS12345", "company/zte", "company/zte"}}, "a-late net"},
		{"a predicate", sightline.Query{Predicates: []sightline.Predicate{sightline.AgreedWith}}, "mou-a mou-b"},
		{"a country and predicates", sightline.Query{Country: kenya, Predicates: []sightline.Predicate{sightline.AgreedWith, sightline.OperatesIn}}, "mou-a net"},
		{"a country and an entity", sightline.Query{Country: kenya, Entities: []sightline.EntityID{"company/huawei"}}, "mou-a"},
		{"a source", sightline.Query{Sources: []sightline.SourceID{"citizenlab-2018", "statement"}}, "backing denial"},
		{"edges", sightline.Query{EdgesTo: []sightline.ClaimID{"mou"}}, "backing denial"},
		{"edges to what is not held", sightline.Query{EdgesTo: []sightline.ClaimID{"unknown-claim"}}, "backing"},
		{"nothing", sightline.Query{Country: country("FJ")}, ""},
	} {
		got, err := s.Claims(c.q)
		if err != nil || ids(got) != c.want {
			t.Errorf("%s: %q, %v; want %q", c.name, ids(got), err, c.want)
		}
		for _, e := range got {
			if e.Recorded != then || e.Seq == 0 || e.Record.Claim() == nil {
				t.Errorf("%s: entry %+v", c.name, e)
			}
		}
	}

	for _, c := range []struct {
		after sightline.ClaimID
		limit int
		at    sightline.Instant
		want  string
	}{
		{"", 100, 0, "a-late backing cut denial home mou-a mou-b net"},
		{"", 3, then, "a-late backing cut"},
		{"cut", 2, 0, "denial home"},
		{"gone", 2, 0, "home mou-a"}, // closed itself
		{"d", 1, 0, "denial"},        // no claim of that id
		{"net", 9, 0, ""},
		{"", 9, then - 1, ""},
	} {
		got, err := s.Page(c.after, c.limit, c.at)
		if err != nil || ids(got) != c.want {
			t.Errorf("a page of %d after %q: %q, %v; want %q", c.limit, c.after, ids(got), err, c.want)
		}
	}
	var before int64
	seen := map[string]bool{}
	for {
		got, err := s.Recent(before, 4, 0)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) == 0 {
			break
		}
		for _, e := range got {
			if before != 0 && e.Seq >= before || e.Recorded != then {
				t.Errorf("record %d comes before %d, recorded %d", e.Seq, before, e.Recorded)
			}
			before = e.Seq
			if closed := e.Closed != sightline.Forever; closed != (e.Record.ID() == "mou" || e.Record.ID() == "gone") {
				t.Errorf("%s: closed %v", e.Record.ID(), closed)
			}
			seen[fmt.Sprint(e.Record.Kind(), e.Record.ID(), e.Record.Version())] = true
		}
	}
	if want := strings.Count(strings.TrimSpace(world), "\n") + 1; len(seen) != want || before != 1 {
		t.Errorf("the newest first gives %d records down to %d, want %d", len(seen), before, want)
	}
	if got, err := s.Recent(0, 9, then-1); err != nil || len(got) != 0 {
		t.Errorf("before anything was recorded: %d, %v", len(got), err)
	}

	e, err := s.Claim("mou", 0)
	if err != nil || ids([]sightline.Entry{e}) != "mou(mou-a)" || e.Closed != then {
		t.Errorf("Claim: %+v, %v", e, err)
	}
	for _, missing := range []error{
		second(s.Claim("mou", then-1)), second(s.Claim("none", 0)), second(s.Claim("w-gone", 0)),
		second(s.Source("none", 0)), second(s.Source("wire-1", then-1)),
		second(s.Entity("company/none", 0)), second(s.Entity("company/zte", then-1)), second(s.Entity("country/ZZ", 0)),
	} {
		if sightline.ErrorCode(missing) != sightline.NotFound || sightline.ErrorHint(missing) == "" {
			t.Errorf("a missing thing gives %v", missing)
		}
	}
	if src, err := s.Source("statement", 0); err != nil || src.Version != 1 || src.Reliability != sightline.RelD {
		t.Errorf("Source: %+v, %v", src, err)
	}
	if ent, err := s.Entity("agreement/ke-huawei-2014", then); err != nil || ent.Name != "Memorandum of 2014" {
		t.Errorf("Entity: %+v, %v", ent, err)
	}
	for id, want := range map[sightline.EntityID]string{"country/KE": "Kenya", "network/AS15169": "AS15169"} {
		if ent, err := s.Entity(id, then-1); err != nil || ent.Name != want {
			t.Errorf("%s: %+v, %v", id, ent, err)
		}
	}

	for at, want := range map[sightline.Instant]string{0: "company/huawei company/huawei-marine company/zte", then - 1: ""} {
		list, err := s.EntitiesIn(country("CN"), at)
		var got []string
		for _, e := range list {
			got = append(got, string(e.ID))
		}
		if err != nil || strings.Join(got, " ") != want {
			t.Errorf("entities in China at %d: %q, %v", at, got, err)
		}
	}

	var order []string
	for e, err := range s.Records(0) {
		if err != nil {
			t.Fatal(err)
		}
		order = append(order, fmt.Sprintf("%s %s %d", e.Record.Kind(), e.Record.ID(), e.Record.Version()))
	}
	if len(order) != len(parse(t, world)) || order[0] != "source citizenlab-2018 0" || order[len(order)-1] != "withdrawal w-unknown 0" ||
		slices.Index(order, "source statement 1") != slices.Index(order, "source statement 0")+1 {
		t.Errorf("records in the order %q", order)
	}
	for range s.Records(then - 1) {
		t.Error("a record before anything was recorded")
	}

	if in, err := s.Inputs(0); err != nil || len(in) != 1 || len(in[0].SHA256) != 64 {
		t.Errorf("inputs %+v, %v", in, err)
	}
	if in, err := s.Inputs(then - 1); err != nil || len(in) != 0 {
		t.Errorf("inputs before anything %+v, %v", in, err)
	}
	conformSearch(t, s)
}

func second[T any](_ T, err error) error { return err }

func conformSearch(t *testing.T, s sightline.Store) {
	for _, c := range []struct{ query, want string }{
		{"华为", "company/huawei company/huawei-marine copy-1 wire-1 statement"},
		{"huawei", "company/huawei company/huawei-marine copy-1 wire-1 statement"},
		{"HUAWEI", "company/huawei company/huawei-marine copy-1 wire-1 statement"},
		{"huav", "company/huawei"},
		{"华", "company/huawei company/huawei-marine"},
		{"为", "company/huawei company/huawei-marine"},
		{"海洋", "company/huawei-marine"},
		{"haiyang", "company/huawei-marine"},
		{"hai yang", "company/huawei-marine"},
		{"华为海洋", "company/huawei-marine"},
		{"zhongxing", "company/zte"},
		{"Хуавэй", "company/huawei"},
		{"хуавэ", "company/huawei"},
		{"khuavei", "company/huawei"},
		{"huavei", "company/huawei"},
		{"Rostelekom", "company/rostelecom"},
		{"هواوي", "company/huawei"},
		{"هُواوی", "company/huawei"},
		{"أتصالات", "company/emirates-etisalat"},
		{"الامارات", "company/emirates-etisalat"},
		{"comision nacional", "body/conatel"},
		{"Comisión", "body/conatel"},
		{"cafe", ""}, // an old version is not found
		{"Old name", ""},
		{"memorandum 2014", "agreement/ke-huawei-2014"},
		{"memorandum", "agreement/ke-huawei-2014 mou-a"},
		{"telegram exam", "cut"},
		{"slip", ""}, // withdrawn
		{"netsweeper", "company/netsweeper citizenlab-2018 backing"},
		{"citizen lab", "citizenlab-2018"},
		{"nosuchword", ""},
		{"  \t", ""},
		{`"`, ""},
		{`huawei" OR "zte`, ""},
		{"huawei NOT kenya*", ""},
		{"{names}: huawei", ""},
		{"NEAR(huawei kenya, 5)", ""},
		{"hua\x00wei", "company/huawei company/huawei-marine"},
		{"huawei\xff", "company/huawei company/huawei-marine copy-1 wire-1 statement"},
		{"-huawei) AND (", "mou-a"},
		{"=huawei", "company/huawei company/huawei-marine copy-1 wire-1 statement"},
	} {
		hits, err := s.Search(c.query, 5, 0)
		var got []string
		for i, h := range hits {
			got = append(got, h.Record.ID())
			if h.Score <= 0 || h.Score > 1 || i > 0 && h.Score > hits[i-1].Score {
				t.Errorf("search %q: scores %v", c.query, hits)
			}
		}
		if err != nil || strings.Join(got, " ") != c.want {
			t.Errorf("search %q: %q, %v; want %q", c.query, strings.Join(got, " "), err, c.want)
		}
	}
	if hits, err := s.Search("huawei", 2, then); err != nil || len(hits) != 2 {
		t.Errorf("a limit of 2: %d hits, %v", len(hits), err)
	}
	if hits, err := s.Search("huawei", 5, then-1); err != nil || len(hits) != 0 {
		t.Errorf("before anything: %d hits, %v", len(hits), err)
	}
	if _, err := s.Search(strings.Repeat("huawei ", 1<<17), 5, 0); sightline.ErrorCode(err) != sightline.Invalid {
		t.Errorf("1 MB: %v", err)
	}
}
