package ledger_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"sightline"
	"sightline/ledger"
)

const firms = `
{"type":"entity","id":"company/huawei","name":"Huawei","country":"CN"}
{"type":"entity","id":"company/huawei-tech","name":"华为技术有限公司","country":"CN","identifiers":["lei:529900T8BM49AURSDO55","registration:CN:914403001922038216"]}
{"type":"entity","id":"company/huaneng","name":"Huaneng","country":"CN","identifiers":["lei:529900T8BM49AURSDO55"]}
{"type":"entity","id":"company/huaneng","version":1,"name":"Huaneng","country":"CN","identifiers":["wikidata:Q160120"]}
`

func judge(t testing.TB, a, b string, v sightline.Verdict, reason string, replaces ...sightline.Record) sightline.Record {
	t.Helper()
	j := &sightline.Judgement{A: sightline.EntityID(a), B: sightline.EntityID(b), Verdict: v, Author: "desk", Reason: reason}
	for _, r := range replaces {
		j.Replaces = append(j.Replaces, sightline.JudgementID(r.ID()))
	}
	r, err := sightline.NewRecord(j)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func withdraw(t testing.TB, r sightline.Record) sightline.Record {
	t.Helper()
	w, err := sightline.NewRecord(&sightline.Withdrawal{Judgement: sightline.JudgementID(r.ID()), Reason: "It was a slip."})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// inForce lists the verdicts in force.
func inForce(t testing.TB, s sightline.Store, at sightline.Instant) string {
	t.Helper()
	list, err := s.Judgements(at)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for i, e := range list {
		if i > 0 && list[i-1].Record.ID() >= e.Record.ID() {
			t.Fatalf("not sorted: %s, %s", list[i-1].Record.ID(), e.Record.ID())
		}
		if (e.Closed == sightline.Forever) != (e.ClosedBy == "") {
			t.Fatalf("closed %s by %q", e.Closed, e.ClosedBy)
		}
		if j := e.Record.Judgement(); e.Closed == sightline.Forever {
			out = append(out, fmt.Sprintf("%s %s %s", strings.TrimPrefix(string(j.A), "company/"), j.Verdict, strings.TrimPrefix(string(j.B), "company/")))
		}
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

// A judgement is reversed by a later one and by a withdrawal, and the state at
// every moment stays readable. The same records in one store without times of
// their own give the same state in the end, in any order.
func TestJudgements(t *testing.T) {
	base := parse(t, firms)
	same := judge(t, "company/huawei-tech", "company/huawei", sightline.Same, "One firm in two scripts.")
	not := judge(t, "company/huawei", "company/huawei-tech", sightline.NotSame, "Doubts.", same)
	again := judge(t, "company/huawei", "company/huawei-tech", sightline.Same, "One firm in two scripts.", same, not)
	other := judge(t, "company/huaneng", "company/huawei", sightline.NotSame, "A power company.")
	undo := withdraw(t, not)
	if again.ID() == same.ID() {
		t.Fatal("the same verdict again is another record")
	}
	steps := []struct {
		add  []sightline.Record
		want string
	}{
		{base, ""},
		{[]sightline.Record{same}, "huawei same huawei-tech"},
		{[]sightline.Record{other}, "huaneng not_same huawei, huawei same huawei-tech"},
		{[]sightline.Record{not}, "huaneng not_same huawei, huawei not_same huawei-tech"},
		{[]sightline.Record{undo}, "huaneng not_same huawei, huawei same huawei-tech"},
		{[]sightline.Record{again}, "huaneng not_same huawei, huawei same huawei-tech"},
		{[]sightline.Record{withdraw(t, again)}, "huaneng not_same huawei, huawei same huawei-tech"},
		{[]sightline.Record{withdraw(t, same)}, "huaneng not_same huawei"},
	}
	l := empty(t)
	var all []sightline.Record
	for i, s := range steps {
		r, err := l.Append(t.Context(), then+sightline.Instant(i), s.add)
		if err != nil || r.Appended != len(s.add) {
			t.Fatalf("step %d: %+v, %v", i, r, err)
		}
		all = append(all, s.add...)
		for k := range i + 1 {
			if got := inForce(t, l, then+sightline.Instant(k)); got != steps[k].want {
				t.Errorf("after step %d, as recorded at step %d: %q, want %q", i, k, got, steps[k].want)
			}
		}
		for range 2 {
			slices.Reverse(all)
			m, err := ledger.NewMemory("test", then, all)
			if err != nil {
				t.Fatal(err)
			}
			if got := inForce(t, m, 0); got != s.want {
				t.Errorf("step %d in memory: %q, want %q", i, got, s.want)
			}
		}
	}
	if got := inForce(t, l, then-1); got != "" {
		t.Errorf("before anything: %q", got)
	}
	if r, err := l.Verify(t.Context(), ledger.Head{}); err != nil || r.Damage != nil {
		t.Errorf("verify: %v, %v", r.Damage, err)
	}

	// Out as text, into an empty ledger, and out again: the same bytes, and the
	// same state although all of it has one time now.
	var text, back bytes.Buffer
	if err := ledger.Export(&text, l, 0); err != nil {
		t.Fatal(err)
	}
	c := empty(t)
	if p, err := ledger.Import(t.Context(), c, bytes.NewReader(text.Bytes()), ledger.ImportOptions{Now: then, Batch: 2}); err != nil || p.Rejected != 0 {
		t.Fatalf("%+v, %v", p, err)
	}
	if err := ledger.Export(&back, c, 0); err != nil || !bytes.Equal(text.Bytes(), back.Bytes()) {
		t.Errorf("the text differs, %v", err)
	}
	if got, want := inForce(t, c, 0), steps[len(steps)-1].want; got != want {
		t.Errorf("after export and import: %q, want %q", got, want)
	}
}

// Two desks that do not know of each other: the later judgement counts, and of
// two at one moment the more careful one.
func TestJudgementsApart(t *testing.T) {
	base := parse(t, firms)
	same := judge(t, "company/huawei", "company/huawei-tech", sightline.Same, "The same.")
	not := judge(t, "company/huawei", "company/huawei-tech", sightline.NotSame, "Not so.")
	unsure := judge(t, "company/huawei", "company/huawei-tech", sightline.Unsure, "Who knows.")
	for name, s := range stores(t, append(base, same, not, unsure)) {
		if got := inForce(t, s, 0); got != "huawei not_same huawei-tech" {
			t.Errorf("%s: %q", name, got)
		}
	}
	l := empty(t)
	for i, r := range []sightline.Record{not, same, unsure} {
		if _, err := l.Append(t.Context(), then+sightline.Instant(i), append(base, r)); err != nil {
			t.Fatal(err)
		}
	}
	for i, want := range []string{"not_same", "same", "unsure"} {
		if got := inForce(t, l, then+sightline.Instant(i)); got != "huawei "+want+" huawei-tech" {
			t.Errorf("%d: %q", i, got)
		}
	}
}

// What a judgement is about must be held; it may come later in the same text.
func TestJudgementOfNothing(t *testing.T) {
	l := empty(t)
	j := judge(t, "company/huawei", "company/huawei-tech", sightline.Same, "The same.")
	r, err := l.Append(t.Context(), then, []sightline.Record{j})
	if err != nil || len(r.Refused) != 1 || r.Refused[0].Err.Code != sightline.NotFound || !r.Refused[0].Waits {
		t.Errorf("%+v, %v", r, err)
	}
	text := string(j.Text()) + "\n" + firms
	if p, err := ledger.Import(t.Context(), l, strings.NewReader(text), ledger.ImportOptions{Now: then, Batch: 1}); err != nil || p.Rejected != 0 || p.Appended != 5 {
		t.Errorf("%+v, %v", p, err)
	}
}

// Organisations are found by their identifiers, by their newest version.
func TestIdentified(t *testing.T) {
	for name, s := range stores(t, parse(t, firms)) {
		for query, want := range map[string]string{
			"lei:529900T8BM49AURSDO55":                  "company/huawei-tech",
			"wikidata:Q160120":                          "company/huaneng",
			"registration:CN:914403001922038216":        "company/huawei-tech",
			"wikidata:Q160120 lei:529900T8BM49AURSDO55": "company/huaneng company/huawei-tech",
			"wikidata:Q1":                               "",
			"":                                          "",
		} {
			var ids []sightline.Identifier
			for _, f := range strings.Fields(query) {
				ids = append(ids, sightline.Identifier(f))
			}
			list, err := s.Identified(ids, 0)
			var got []string
			for _, e := range list {
				got = append(got, string(e.ID))
			}
			if err != nil || strings.Join(got, " ") != want {
				t.Errorf("%s: %q: %q, %v; want %q", name, query, got, err, want)
			}
			if list, err := s.Identified(ids, then-1); err != nil || len(list) != 0 {
				t.Errorf("%s: before anything: %d, %v", name, len(list), err)
			}
		}
	}
}
