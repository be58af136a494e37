package ledger_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"sightline"
	"sightline/ledger"
)

// offer appends lines to a ledger and to a Memory of what it holds, and tells
// the outcomes in one word a line: ok, held, or the code of the refusal.
func offer(t *testing.T, l *ledger.Ledger, text string) string {
	t.Helper()
	result, err := l.Append(t.Context(), then, parse(t, text))
	if err != nil {
		t.Fatal(err)
	}
	words := make([]string, len(result.Outcomes))
	for i, o := range result.Outcomes {
		words[i] = map[ledger.Outcome]string{ledger.Appended: "ok", ledger.Held: "held", ledger.Refused: "refused"}[o]
	}
	for _, r := range result.Refused {
		if sightline.ErrorHint(r.Err) == "" {
			t.Errorf("%v has no hint", r.Err)
		}
		words[r.Index] = string(r.Err.Code)
	}
	return strings.Join(words, " ")
}

const firm = `{"type":"entity","id":"company/x","name":"X"}
{"type":"source","id":"s","title":"S","kind":"press","reliability":"C"}
`

// basedIn is a claim line; more is put before its end.
func basedIn(id, more string) string {
	return `{"type":"claim","id":"` + id + `","subject":"company/x","predicate":"based_in","object":"country/KE","references":[{"source":"s"}]` + more + "}\n"
}

func TestAppendOutcomes(t *testing.T) {
	for name, c := range map[string]struct{ first, then, want string }{
		"again":                          {firm + basedIn("a", ""), firm + basedIn("a", ""), "held held held"},
		"again in one call":              {firm, basedIn("a", "") + basedIn("a", ""), "ok held"},
		"claims before what they name":   {"", basedIn("a", "") + firm, "ok ok ok"},
		"same id, other content":         {firm + basedIn("a", ""), basedIn("a", `,"published":"2017"`), "conflict"},
		"same id in one call":            {firm, basedIn("a", "") + basedIn("a", `,"published":"2017"`), "ok conflict"},
		"same source, other content":     {firm, strings.Replace(firm, `"C"`, `"B"`, 1), "held conflict"},
		"the next version":               {firm, `{"type":"entity","id":"company/x","version":1,"name":"Y"}`, "ok"},
		"versions in any order":          {firm, `{"type":"entity","id":"company/x","version":2,"name":"Z"}` + "\n" + `{"type":"entity","id":"company/x","version":1,"name":"Y"}`, "ok ok"},
		"a version left out":             {firm, `{"type":"entity","id":"company/x","version":2,"name":"Z"}`, "not_found"},
		"a first version that is not 0":  {"", `{"type":"source","id":"s","version":1,"title":"S","kind":"press","reliability":"C"}`, "not_found"},
		"an unknown source":              {`{"type":"entity","id":"company/x","name":"X"}`, basedIn("a", ""), "not_found"},
		"an unknown entity":              {`{"type":"source","id":"s","title":"S","kind":"press","reliability":"C"}`, basedIn("a", ""), "not_found"},
		"an unknown qualifier":           {firm, basedIn("a", `,"qualifiers":{"agreement":"agreement/y"}`)[:0] + strings.Replace(basedIn("a", ""), `,"references"`, `,"qualifiers":{"agreement":"agreement/y"},"references"`, 1), "not_found"},
		"one bad among good":             {firm, basedIn("a", "") + strings.Replace(basedIn("b", ""), "company/x", "company/y", 1) + basedIn("c", ""), "ok not_found ok"},
		"edges to the unknown":           {firm, basedIn("a", `,"supports":["nobody"],"disputes":["none"]`), "ok"},
		"a correction":                   {firm + basedIn("a", ""), basedIn("b", `,"corrects":"a"`), "ok"},
		"a correction of the unknown":    {firm, basedIn("b", `,"corrects":"a"`), "ok"},
		"two corrections that overlap":   {firm + basedIn("a", "") + basedIn("b", `,"corrects":"a"`), basedIn("c", `,"corrects":"a"`), "conflict"},
		"two that do not overlap":        {firm + basedIn("a", "") + strings.Replace(basedIn("b", `,"corrects":"a"`), `,"references"`, `,"valid":"2014","references"`, 1), strings.Replace(basedIn("c", `,"corrects":"a"`), `,"references"`, `,"valid":"2015","references"`, 1), "ok"},
		"a correction of the correction": {firm + basedIn("a", "") + basedIn("b", `,"corrects":"a"`), basedIn("c", `,"corrects":"b"`), "ok"},
		"the successor was withdrawn":    {firm + basedIn("a", "") + basedIn("b", `,"corrects":"a"`) + `{"type":"withdrawal","id":"w","claim":"b","reason":"r"}`, basedIn("c", `,"corrects":"a"`), "ok"},
		"a circle":                       {firm + basedIn("a", `,"corrects":"b"`), basedIn("b", `,"corrects":"a"`), "conflict"},
		"a circle of three":              {firm + basedIn("a", `,"corrects":"b"`) + basedIn("b", `,"corrects":"c"`), basedIn("c", `,"corrects":"a"`), "conflict"},
		"a bridge between two lineages":  {firm + basedIn("top", "") + basedIn("x", `,"corrects":"top"`) + basedIn("y", `,"corrects":"missing"`), basedIn("missing", `,"corrects":"top"`), "conflict"},
	} {
		l := empty(t)
		if c.first != "" {
			if got := offer(t, l, c.first); strings.Trim(got, "ok ") != "" {
				t.Fatalf("%s: first %s", name, got)
			}
		}
		if got := offer(t, l, c.then); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
		// A Memory of all that decides alike: it refuses exactly where the
		// ledger refused something.
		_, err := ledger.NewMemory("", then, parse(t, c.first+"\n"+c.then))
		if refused := strings.Contains(c.want, "conflict") || strings.Contains(c.want, "not_found"); refused != (err != nil) {
			t.Errorf("%s: memory gives %v", name, err)
		}
		sound(t, l)
	}
}

func sound(t testing.TB, l *ledger.Ledger) {
	t.Helper()
	report, err := l.Verify(t.Context(), ledger.Head{})
	if err != nil || report.Damage != nil {
		t.Fatalf("verify: %v, %v", report.Damage, err)
	}
}

// The name of the open successor is in the refusal.
func TestConflictNamesSuccessor(t *testing.T) {
	l := empty(t)
	offer(t, l, firm+basedIn("a", "")+basedIn("b", `,"corrects":"a"`)+basedIn("b2", `,"corrects":"b"`))
	result, err := l.Append(t.Context(), then, parse(t, basedIn("c", `,"corrects":"a"`)))
	if err != nil || len(result.Refused) != 1 || !strings.Contains(result.Refused[0].Err.Error(), "b2") {
		t.Errorf("%+v, %v", result.Refused, err)
	}
}

// Recorded times grow even when the clock does not, so what was recorded by
// some time stays what it was.
func TestRecordedGrows(t *testing.T) {
	l := empty(t)
	var last sightline.Instant
	for i, now := range []sightline.Instant{then, then, then - 1000, then + 5, -1} {
		result, err := l.Append(t.Context(), now, parse(t, strings.ReplaceAll(firm, `"s"`, fmt.Sprintf(`"s%d"`, i))[len(`{"type":"entity","id":"company/x","name":"X"}`):]))
		if err != nil || result.Recorded <= last || result.Recorded < now {
			t.Errorf("at %d: recorded %d after %d, %v", now, result.Recorded, last, err)
		}
		last = result.Recorded
	}
	if result, err := l.Append(t.Context(), then+1e9, parse(t, strings.ReplaceAll(firm, `"s"`, `"s0"`)[len(`{"type":"entity","id":"company/x","name":"X"}`):])); err != nil || result.Appended != 0 || result.Recorded != 0 {
		t.Errorf("nothing new: %+v, %v", result, err)
	}
	sound(t, l)
}

// The log and what is derived from it refuse to be changed, whoever asks.
func TestNothingChanges(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	l, err := ledger.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	offer(t, l, world)
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, statement := range []string{
		"UPDATE record SET recorded = 1 WHERE seq = 3", "DELETE FROM record WHERE seq = 3", "DELETE FROM record",
		"UPDATE moment SET seq = 1", "DELETE FROM moment", "UPDATE closed SET target = 'x'", "DELETE FROM closed",
		"UPDATE country SET body = x''", "DELETE FROM country", "DELETE FROM find WHERE rowid = 3",
	} {
		if _, err := db.Exec(statement); err == nil {
			t.Errorf("%s: done", statement)
		}
	}
	sound(t, l)
}

func TestOpen(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a ledger?#%.db") // a name that an address must quote
	l, err := ledger.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	offer(t, l, world)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := ledger.Create(path); sightline.ErrorCode(err) != sightline.Conflict {
		t.Errorf("create again: %v", err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	l, err = ledger.Open(path, ledger.ReadOnly)
	if err != nil {
		t.Fatal(err)
	}
	conform(t, l)
	if _, err := l.Append(t.Context(), then, parse(t, firm)); sightline.ErrorCode(err) != sightline.Unavailable || sightline.ErrorHint(err) == "" {
		t.Errorf("append to a reader: %v", err)
	}
	l.Close()
	if err := ledger.Migrate(path); err != nil {
		t.Errorf("migrate what is up to date: %v", err)
	}
	if after, _ := os.ReadFile(path); !slices.Equal(before, after) {
		t.Error("opening, reading and a migration with nothing to do changed the file")
	}

	header := func(at int, to ...byte) string {
		p := filepath.Join(dir, fmt.Sprint("changed-", at, to, ".db"))
		b := slices.Clone(before)
		copy(b[at:], to)
		if err := os.WriteFile(p, b, 0o644); err != nil {
			t.Fatal(err)
		}
		return p
	}
	text := filepath.Join(dir, "text")
	os.WriteFile(text, []byte("not a database"), 0o644)
	for path, want := range map[string]sightline.Code{
		filepath.Join(dir, "none.db"): sightline.NotFound,
		text:                          sightline.Corrupt,
		dir:                           sightline.Corrupt,
		header(68, 0):                 sightline.Corrupt,  // another program's
		header(60, 0, 0, 0, 0):        sightline.Conflict, // an older format
		header(60, 0, 0, 0, 99):       sightline.Conflict, // a newer one
	} {
		if _, err := ledger.Open(path, ledger.ReadWrite); sightline.ErrorCode(err) != want || sightline.ErrorHint(err) == "" {
			t.Errorf("%s: %v (%s)", path, err, sightline.ErrorCode(err))
		}
	}
	if _, err := ledger.Create(filepath.Join(dir, "no", "such", "folder.db")); sightline.ErrorCode(err) != sightline.Unavailable {
		t.Errorf("create in no folder: %v", err)
	}
}

// Readers see whole appends while a writer works, and two writers take turns.
func TestConcurrent(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	a, err := ledger.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	b, err := ledger.Open(path, ledger.ReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	offer(t, a, firm)
	var wg sync.WaitGroup
	for w, l := range []*ledger.Ledger{a, b} {
		wg.Go(func() {
			for i := range 20 {
				text := basedIn(fmt.Sprintf("c-%d-%d", w, i), "") + basedIn(fmt.Sprintf("d-%d-%d", w, i), "")
				if result, err := l.Append(t.Context(), then, parse(t, text)); err != nil || result.Appended != 2 {
					t.Errorf("writer %d: %+v, %v", w, result, err)
				}
			}
		})
		wg.Go(func() {
			for range 50 {
				list, err := l.Claims(sightline.Query{Country: country("KE")})
				if err != nil || len(list)%2 != 0 {
					t.Errorf("reader: %d claims, %v", len(list), err)
				}
			}
		})
	}
	wg.Wait()
	if list, err := a.Claims(sightline.Query{}); err != nil || len(list) != 80 {
		t.Errorf("%d claims, %v", len(list), err)
	}
	sound(t, b)
}

func TestAppendStops(t *testing.T) {
	l := filled(t, parse(t, firm))
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := l.Append(ctx, then, parse(t, basedIn("a", ""))); sightline.ErrorCode(err) != sightline.Unavailable {
		t.Errorf("stopped: %v", err)
	}
	if h, err := l.Head(); err != nil || h.Seq != 2 {
		t.Errorf("head %+v, %v", h, err)
	}
	sound(t, l)
}

// asText prints entries whole, so that two answers can be compared.
func asText(entries []sightline.Entry) string {
	var b strings.Builder
	for _, e := range entries {
		fmt.Fprintf(&b, "%d %s %s %s %s\n", e.Seq, e.Recorded, e.Closed, e.ClosedBy, e.Record.Text())
	}
	return b.String()
}

// 10,000 random claims, corrections and withdrawals, some before what they
// close: every earlier date is answered later as it was then; no two open
// claims of one lineage overlap in valid time; where a correction with the
// same valid time replaces a claim, one of the two is in force at every moment.
func TestReplay(t *testing.T) {
	t.Parallel()
	const rounds, size = 50, 200
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 1))
	l := empty(t)
	offer(t, l, firm)
	codes := []string{"KE", "TZ", "ET"}
	years := []string{"", "2014", "2015", "2014/2016", "2017/..", "../2013", "2016-05"}
	type saved struct {
		at      sightline.Instant
		answers []string
	}
	queries := func(at sightline.Instant) []string {
		var out []string
		for _, q := range []sightline.Query{
			{}, {WithClosed: true}, {Country: country("KE")}, {Country: country("TZ"), WithClosed: true},
			{Entities: []sightline.EntityID{"country/ET"}}, {Country: country("KE"), Entities: []sightline.EntityID{"company/x"}, WithClosed: true},
		} {
			q.AsRecorded = at
			list, err := l.Claims(q)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, asText(list))
		}
		if out[2] == out[3] || !strings.Contains(out[1], "Z") {
			t.Fatal("the queries cannot tell anything")
		}
		return out
	}
	id := func(n int) string { return fmt.Sprintf("c-%d", n) }
	var before []saved
	appended, refused := 0, 0
	for round := range rounds {
		var b strings.Builder
		for i := range size {
			n := round*size + i
			more := ""
			switch rnd.IntN(6) {
			case 0, 1: // corrects one before, or one that is still to come
				more = `,"corrects":"` + id(rnd.IntN(n+60)) + `"`
			case 2:
				fmt.Fprintf(&b, `{"type":"withdrawal","id":"w-%d","claim":"%s","reason":"r"}`+"\n", n, id(rnd.IntN(n+60)))
			}
			line := basedIn(id(n), more)
			if y := years[rnd.IntN(len(years))]; y != "" {
				line = strings.Replace(line, `,"references"`, `,"valid":"`+y+`","references"`, 1)
			}
			b.WriteString(strings.Replace(line, "country/KE", "country/"+codes[rnd.IntN(len(codes))], 1))
		}
		var records []sightline.Record
		for line := range strings.Lines(b.String()) {
			// A claim that corrects itself is no record.
			if r, err := sightline.ParseRecord([]byte(strings.TrimSpace(line))); err == nil {
				records = append(records, r)
			}
		}
		result, err := l.Append(t.Context(), then+sightline.Instant(round*1000), records)
		if err != nil {
			t.Fatal(err)
		}
		appended += result.Appended
		refused += len(result.Refused)
		if round%10 == 0 || round == rounds-1 {
			before = append(before, saved{result.Recorded, queries(result.Recorded)})
		}
	}
	if appended < rounds*size*3/4 || refused < rounds {
		t.Fatalf("appended %d, refused %d: the test does not test", appended, refused)
	}
	for _, s := range before {
		for i, answer := range queries(s.at) {
			if answer != s.answers[i] {
				t.Errorf("query %d as recorded at %s is not what it was", i, s.at)
			}
		}
	}

	// Lineages and gaps, from the whole history.
	all, err := l.Claims(sightline.Query{WithClosed: true})
	if err != nil {
		t.Fatal(err)
	}
	byID := map[sightline.ClaimID]sightline.Entry{}
	for _, e := range all {
		byID[e.Record.Claim().ID] = e
	}
	root := func(id sightline.ClaimID) sightline.ClaimID {
		for byID[id].Record.Claim() != nil && byID[id].Record.Claim().Corrects != "" {
			id = byID[id].Record.Claim().Corrects
		}
		return id
	}
	open := map[sightline.ClaimID][]*sightline.Claim{}
	successions := 0
	for id, e := range byID {
		c := e.Record.Claim()
		if e.Closed == sightline.Forever {
			for _, other := range open[root(id)] {
				if c.Valid.Overlaps(other.Valid) {
					t.Errorf("%s and %s are open, of one lineage, and overlap", c.ID, other.ID)
				}
			}
			open[root(id)] = append(open[root(id)], c)
		}
		if by, ok := byID[e.ClosedBy]; ok && by.Seq > e.Seq {
			successions++
			if by.Recorded != e.Closed {
				t.Errorf("%s is closed at %s and its successor recorded at %s", id, e.Closed, by.Recorded)
			}
		}
	}
	if successions < 100 {
		t.Errorf("only %d successions", successions)
	}
	sound(t, l)

	// The ledger and a Memory of the same records agree on everything but
	// times and places.
	var records []sightline.Record
	for e, err := range l.Records(0) {
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, e.Record)
	}
	m, err := ledger.NewMemory("", then, records)
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []sightline.Query{{}, {Country: country("KE")}, {Country: country("TZ"), Predicates: []sightline.Predicate{sightline.BasedIn}}} {
		got, _ := l.Claims(q)
		want, _ := m.Claims(q)
		if ids(got) != ids(want) || len(got) == 0 {
			t.Errorf("%+v: the stores differ: %d and %d claims\n%.300s\n%.300s", q, len(got), len(want), ids(got), ids(want))
		}
	}
}

func TestMain(m *testing.M) {
	if path := os.Getenv(childVariable); path != "" {
		child(path)
		return
	}
	os.Exit(m.Run())
}

// The page size stands in bytes 16 and 17 of an SQLite file.
func TestPageSize(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	l, err := ledger.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	header, err := os.ReadFile(path)
	if err != nil || len(header) < 100 || int(header[16])<<8|int(header[17]) != 8192 {
		t.Errorf("%d bytes, %v", len(header), err)
	}
}
