package ledger_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"sightline"
	"sightline/ledger"

	"github.com/go-json-experiment/json"
)

func export(t testing.TB, s sightline.Store) string {
	t.Helper()
	var b bytes.Buffer
	if err := ledger.Export(&b, s, 0); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// importAll imports a text and returns what was rejected.
func importAll(t testing.TB, l *ledger.Ledger, r io.Reader, batch int) (ledger.Progress, []ledger.Rejection) {
	t.Helper()
	var kept bytes.Buffer
	done, err := ledger.Import(t.Context(), l, r, ledger.ImportOptions{Now: then, Batch: batch, Rejected: &kept})
	if err != nil {
		t.Fatal(err)
	}
	var out []ledger.Rejection
	for line := range bytes.Lines(kept.Bytes()) {
		var r ledger.Rejection
		if err := json.Unmarshal(line, &r, json.RejectUnknownMembers(true)); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		out = append(out, r)
	}
	if done.Rejected != int64(len(out)) || done.Waiting != 0 || done.Appended+done.Held+done.Rejected+done.Blank != done.Lines {
		t.Errorf("%d rejected lines kept, and %+v", len(out), done)
	}
	return done, out
}

// Claim text goes in and comes out byte for byte, from either store, whatever
// the order and the size of the batches, corrections and withdrawals included.
func TestRoundTrip(t *testing.T) {
	records := parse(t, world)
	want := export(t, filled(t, records))
	if m, err := ledger.NewMemory("", then, records); err != nil || export(t, m) != want {
		t.Errorf("the stores export different texts, %v", err)
	}
	if strings.Count(want, "\n") != len(records) {
		t.Fatalf("%d lines of %d records", strings.Count(want, "\n"), len(records))
	}
	lines := strings.SplitAfter(want, "\n")
	rnd := rand.New(rand.NewPCG(1, 1))
	for round, batch := range []int{0, 1, 3, 7, 1000} {
		l := empty(t)
		done, rejected := importAll(t, l, strings.NewReader(strings.Join(lines, "")), batch)
		if len(rejected) > 0 || done.Appended != int64(len(records)) {
			t.Errorf("round %d: %+v, %v", round, done, rejected)
		}
		if got := export(t, l); got != want {
			t.Errorf("round %d: another text:\n%s", round, got)
		}
		sound(t, l)
		// Again: everything is held.
		if done, _ := importAll(t, l, strings.NewReader(want), batch); done.Held != int64(len(records)) || done.Appended != 0 {
			t.Errorf("round %d, again: %+v", round, done)
		}
		rnd.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
	}
}

// A history that is long and tangled survives export and import in batches.
func TestRoundTripOfHistory(t *testing.T) {
	rnd := rand.New(rand.NewPCG(rand.Uint64(), 2))
	l := empty(t)
	offer(t, l, firm)
	years := []string{`,"valid":"2014"`, `,"valid":"2015"`, `,"valid":"2014/2016"`, ""}
	for range 30 {
		var records []sightline.Record
		for range 50 {
			// Ids at random, so that their order is not that of time.
			line := basedIn(fmt.Sprintf("c-%d", rnd.IntN(3000)), fmt.Sprintf(`,"corrects":"c-%d"`, rnd.IntN(3000)))
			if rnd.IntN(5) == 0 {
				line = fmt.Sprintf(`{"type":"withdrawal","id":"w-%d","claim":"c-%d","reason":"r"}`, rnd.IntN(3000), rnd.IntN(3000))
			}
			line = strings.Replace(line, `,"references"`, years[rnd.IntN(len(years))]+`,"references"`, 1)
			if r, err := sightline.ParseRecord([]byte(strings.TrimSpace(line))); err == nil {
				records = append(records, r)
			}
		}
		if _, err := l.Append(t.Context(), then, records); err != nil {
			t.Fatal(err)
		}
	}
	want := export(t, l)
	for _, batch := range []int{10, 100, 0} {
		again := empty(t)
		if _, rejected := importAll(t, again, strings.NewReader(want), batch); len(rejected) > 0 {
			t.Errorf("batches of %d: %v", batch, rejected[0])
		}
		if export(t, again) != want {
			t.Errorf("batches of %d: another text", batch)
		}
		for _, code := range []string{"KE", "TZ"} {
			a, _ := l.Claims(sightline.Query{Country: country(code)})
			b, _ := again.Claims(sightline.Query{Country: country(code)})
			if ids(a) != ids(b) {
				t.Errorf("batches of %d: other claims are in force", batch)
			}
		}
	}
}

func TestImportRejects(t *testing.T) {
	bad := []struct {
		line   string
		code   sightline.Code
		reason string
	}{
		{basedIn("t", "")[:70], sightline.Invalid, ""},
		{strings.Replace(basedIn("u", ""), "company/x", "company/\xff\xfe", 1), sightline.Invalid, "UTF-8"},
		{strings.Replace(basedIn("p", ""), "based_in", "sold_to", 1), sightline.Invalid, "known words"},
		{basedIn("d", `,"valid":"2017-02-30"`), sightline.Invalid, ""},
		{strings.Replace(basedIn("d", ""), `,"references"`, `,"valid":"2017-02-30","references"`, 1), sightline.Invalid, "no such day"},
		{strings.Replace(basedIn("good", ""), `,"references"`, `,"published":"2017","references"`, 1), sightline.Conflict, "other content"},
		{strings.Replace(basedIn("e", ""), "company/x", "company/nobody", 1), sightline.NotFound, "company/nobody"},
		{`{"type":"entity","id":"company/bad","name":"a\u001b[2Jb"}`, sightline.Invalid, "control character"},
		{`{"type":"entity","id":"company/bad","name":"` + strings.Repeat("x", 20_000) + `"}`, sightline.Invalid, "limit"},
		{`{"type":"entity","id":"../../etc/passwd","name":"x"}`, sightline.Invalid, ""},
		{`{"type":"entity","id":"company/bad","name":"x","name":"y"}`, sightline.Invalid, "duplicate"},
		{"\x00\x00\x00", sightline.Invalid, ""},
		{"[]", sightline.Invalid, "type"},
		{`{"type":"claim","id":"deep","object":` + strings.Repeat("[", 20_000), sightline.Invalid, ""},
		{strings.Repeat("y", sightline.MaxLine+1), sightline.Invalid, "bytes"},
		{strings.Repeat("z", 3*sightline.MaxLine), sightline.Invalid, "bytes"},
	}
	var b strings.Builder
	b.WriteString("\uFEFF" + strings.ReplaceAll(firm, "\n", "\r\n") + "\n  \r\n" + basedIn("good", ""))
	first := int64(strings.Count(b.String(), "\n")) + 1
	for _, c := range bad {
		b.WriteString(strings.TrimSuffix(c.line, "\n") + "\n")
	}
	b.WriteString(basedIn("good", "") + strings.TrimSuffix(basedIn("last", ""), "\n")) // no line end at the end
	for _, batch := range []int{0, 1, 4} {
		l := empty(t)
		done, rejected := importAll(t, l, strings.NewReader(b.String()), batch)
		if done.Appended != 4 || done.Held != 1 || done.Blank != 2 || len(rejected) != len(bad) {
			t.Errorf("batches of %d: %+v, %d rejected of %d", batch, done, len(rejected), len(bad))
		}
		byLine := map[int64]ledger.Rejection{}
		for _, r := range rejected {
			byLine[r.Line] = r
		}
		for i, c := range bad {
			r := byLine[first+int64(i)]
			line := strings.TrimSuffix(c.line, "\n")
			if r.Code != c.code || !strings.Contains(r.Reason, c.reason) || r.Reason == "" || r.Bytes != int64(len(line)) ||
				!strings.HasPrefix(line, strings.SplitN(r.Text, "\uFFFD", 2)[0]) || r.Text == "" || len(r.Text) > 3*4096 {
				t.Errorf("batches of %d, line %d %.60q: %+v", batch, first+int64(i), line, r)
			}
		}
		if got := export(t, l); strings.Count(got, "\n") != 4 {
			t.Errorf("held:\n%s", got)
		}
		sound(t, l)
	}
}

// endless is a line that does not end for a gigabyte, without being one.
type endless struct{ left int64 }

func (e *endless) Read(p []byte) (int, error) {
	if e.left == 0 {
		return 0, io.EOF
	}
	n := int(min(e.left, int64(len(p))))
	for i := range p[:n] {
		p[i] = 'x'
	}
	e.left -= int64(n)
	return n, nil
}

func TestEndlessLine(t *testing.T) {
	size := int64(1 << 30)
	if testing.Short() {
		size = 1 << 24
	}
	l := empty(t)
	done, rejected := importAll(t, l, io.MultiReader(strings.NewReader(firm), &endless{size}, strings.NewReader("\n"+basedIn("a", ""))), 0)
	if done.Appended != 3 || len(rejected) != 1 || rejected[0].Line != 3 || rejected[0].Bytes < size {
		t.Errorf("%+v, %+v", done, rejected)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error)  { return 0, errors.New("the cable is out") }
func (failing) Write([]byte) (int, error) { return 0, errors.New("the cable is out") }

// Faults of what the caller gives end an import clearly, and what was
// acknowledged is held.
func TestImportFaults(t *testing.T) {
	text := firm + basedIn("a", "") + basedIn("b", "")
	l := empty(t)
	var acked int64
	done, err := ledger.Import(t.Context(), l, io.MultiReader(strings.NewReader(text), failing{}), ledger.ImportOptions{Now: then, Batch: 1, Progress: func(p ledger.Progress) error {
		acked = p.Head.Seq
		return nil
	}})
	if h, _ := l.Head(); sightline.ErrorCode(err) != sightline.Unavailable || done.Appended != 4 || acked != 4 || h.Seq != 4 {
		t.Errorf("reader fails: %+v, %v, head %d", done, err, h.Seq)
	}
	if _, err := ledger.Import(t.Context(), empty(t), strings.NewReader("bad\n"), ledger.ImportOptions{Now: then, Rejected: failing{}}); sightline.ErrorCode(err) != sightline.Unavailable || sightline.ErrorHint(err) == "" {
		t.Errorf("the rejected cannot be kept: %v", err)
	}
	stop := errors.New("enough")
	l = empty(t)
	if _, err := ledger.Import(t.Context(), l, strings.NewReader(text), ledger.ImportOptions{Now: then, Batch: 2, Progress: func(ledger.Progress) error { return stop }}); !errors.Is(err, stop) {
		t.Errorf("stopped: %v", err)
	}
	if h, _ := l.Head(); h.Seq != 2 {
		t.Errorf("stopped after one batch of two, head %d", h.Seq)
	}
	if err := ledger.Export(failing{}, filled(t, parse(t, world)), 0); sightline.ErrorCode(err) != sightline.Unavailable {
		t.Errorf("export: %v", err)
	}
}

// Whatever comes in, every line is accounted for, what is held is sound, and
// what comes out goes in again unchanged.
func FuzzImport(f *testing.F) {
	f.Add([]byte(world), uint8(3))
	f.Add([]byte("\uFEFF"+strings.ReplaceAll(firm, "\n", "\r\n")+basedIn("a", `,"corrects":"b"`)+basedIn("b", `,"corrects":"a"`)), uint8(0))
	f.Add([]byte(firm+basedIn("a", "")[:50]+"\n\xff\n\x00"), uint8(1))
	f.Fuzz(func(t *testing.T, text []byte, batch uint8) {
		l := empty(t)
		defer l.Close()
		done, _ := importAll(t, l, bytes.NewReader(text), int(batch))
		lines := 0
		for scan := bufio.NewReader(bytes.NewReader(text)); ; lines++ {
			if _, err := scan.ReadSlice('\n'); err != nil {
				break
			}
		}
		if d := done.Lines - int64(lines); d != 0 && d != 1 {
			t.Errorf("%d lines accounted for of %d", done.Lines, lines)
		}
		sound(t, l)
		out := export(t, l)
		again := empty(t)
		defer again.Close()
		if _, rejected := importAll(t, again, strings.NewReader(out), 0); len(rejected) > 0 || export(t, again) != out {
			t.Errorf("%v\n%s", rejected, out)
		}
	})
}

// No query is an error but one that is too long, and both stores find the
// same.
func FuzzSearch(f *testing.F) {
	for _, q := range []string{"huawei", `"`, "华为", "a AND b", "x*", "NEAR(a b)", "tokens:huawei", "\x00", "^a", "اتصالات", "a\u0301", "𝒽𝓊𝒶", "ﷺ", "İ", "ß", "가나다", "カタカナ", "hua wei 20"} {
		f.Add(q)
	}
	records := parse(f, world)
	l := filled(f, records)
	m, err := ledger.NewMemory("", then, records)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, q string) {
		a, err := l.Search(q, 10, 0)
		if err != nil && sightline.ErrorCode(err) != sightline.Invalid {
			t.Fatalf("%q: %v", q, err)
		}
		b, again := m.Search(q, 10, 0)
		if (err == nil) != (again == nil) || !slices.EqualFunc(a, b, func(x, y sightline.Hit) bool { return x.Record.Compare(y.Record) == 0 && x.Score == y.Score }) {
			t.Fatalf("%q: %v, %v in the ledger; %v, %v in memory", q, a, err, b, again)
		}
	})
}
