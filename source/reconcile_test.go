package source_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"sightline"
	"sightline/ledger"
	"sightline/source"
	"sightline/source/sourcetest"
)

const declared = `{"type":"source","id":"toy","title":"Toy table","kind":"academic","reliability":"C","scope":"none"}
{"type":"entity","id":"list/toy","name":"Toy list","complete":"partial","selection":"Made for tests"}
`

// toy is a data set of members of a list by year.
func toy(whole bool) *source.Dataset {
	return &source.Dataset{
		ID: "toy", Title: "Toy", Declared: declared, Files: []source.File{{Role: "table", Name: "*.csv"}}, Whole: whole,
		Read: func(r *source.Reading) error {
			t, err := r.CSV("table", 0, 100)
			if err != nil {
				return err
			}
			if err := t.ExpectColumns("country", "year"); err != nil {
				return err
			}
			return t.Each(func(row *source.Row) error {
				c, year := row.Country("country"), row.Need("year")
				if err := row.Err(); err != nil {
					return err
				}
				p, err := sightline.ParsePeriod(year + "/")
				if err != nil {
					return err
				}
				return r.Claim(sightline.Claim{Subject: c.Entity(), Predicate: sightline.MemberOf, Object: sightline.Object{Entity: "list/toy"}, Valid: p}, "row "+c.Code(), c.Code())
			})
		},
	}
}

// add imports an edition into a ledger and says what it changed.
func add(t *testing.T, l *ledger.Ledger, d *source.Dataset, now sightline.Instant, text string) source.Changes {
	t.Helper()
	in := sourcetest.Input("table", "toy.csv", []byte(text))
	report := sourcetest.Import(t, d, in)
	c, err := source.Reconcile(l, d, report, source.Copy{Archive: in.SHA256})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.AppendAll(context.Background(), now, c.Records, nil); err != nil {
		t.Fatal(err, sightline.ErrorHint(err))
	}
	out := *c
	out.Records = nil
	return out
}

func open(t *testing.T) *ledger.Ledger {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ledger.db")
	l, err := ledger.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// members says who is on the toy list at a recorded time, and since when.
func members(t *testing.T, l *ledger.Ledger, at sightline.Instant) string {
	t.Helper()
	entries, err := l.Claims(sightline.Query{Predicates: []sightline.Predicate{sightline.MemberOf}, AsRecorded: at})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		c := e.Record.Claim()
		country, _ := c.Subject.Country()
		out = append(out, country.Code()+" "+c.Valid.String())
	}
	return strings.Join(out, ", ")
}

const hour = sightline.Instant(3600 * 1e6)

func TestEditions(t *testing.T) {
	l, d := open(t), toy(true)
	const first, second = "country,year\nKE,2014\nUG,2015\n", "country,year\nKE,2016\nTZ,2017\n"
	if c := add(t, l, d, hour, first); c.New != 2 {
		t.Errorf("first edition: %+v", c)
	}
	if c := add(t, l, d, 2*hour, first); c.Held != 2 || c.New+c.Corrected+c.Withdrawn != 0 {
		t.Errorf("the same again: %+v", c)
	}
	if c := add(t, l, d, 3*hour, second); c.New != 1 || c.Corrected != 1 || c.Withdrawn != 1 {
		t.Errorf("second edition: %+v", c)
	}
	if c := add(t, l, d, 4*hour, second); c.Held != 2 || c.New+c.Corrected+c.Withdrawn != 0 {
		t.Errorf("the second again: %+v", c)
	}
	if got := members(t, l, 0); got != "KE 2016/, TZ 2017/" && got != "TZ 2017/, KE 2016/" {
		t.Errorf("now: %s", got)
	}
	if got := members(t, l, 2*hour); got != "KE 2014/, UG 2015/" {
		t.Errorf("as recorded before the second edition: %s", got)
	}
	src, err := l.Source("toy", 0)
	if err != nil || src.Version != 1 || src.Archive == "" {
		t.Errorf("the source of the second edition: %+v, %v", src, err)
	}
	// What a list that is not whole leaves out is unknown, not withdrawn.
	if c := add(t, l, toy(false), 5*hour, "country,year\nKE,2016\n"); c.Withdrawn != 0 {
		t.Errorf("part of the list: %+v", c)
	}
}

// A correction made by somebody else is not overruled by the next edition.
func TestOthersCorrections(t *testing.T) {
	l, d := open(t), toy(false)
	add(t, l, d, hour, "country,year\nKE,2014\n")
	var records []sightline.Record
	for _, text := range []string{
		`{"type":"source","id":"own","title":"Own reading","kind":"ngo","reliability":"B"}`,
		`{"type":"claim","id":"own-ke","subject":"country/KE","predicate":"member_of","object":"list/toy","valid":"2013/","corrects":"toy-ke","reason":"the table has the wrong year","references":[{"source":"own"}]}`,
	} {
		r, err := sightline.ParseRecord([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, r)
	}
	if _, err := l.AppendAll(context.Background(), 2*hour, records, nil); err != nil {
		t.Fatal(err)
	}
	if c := add(t, l, d, 3*hour, "country,year\nKE,2014\n"); c.Held != 1 || c.New+c.Corrected+c.Beside != 0 {
		t.Errorf("the same edition: %+v", c)
	}
	if c := add(t, l, d, 4*hour, "country,year\nKE,2015\n"); c.Beside != 1 {
		t.Errorf("another edition: %+v", c)
	}
	if got := members(t, l, 0); got != "KE 2013/, KE 2015/" {
		t.Errorf("both stand: %s", got)
	}
}

// Records that belong together go in together or not at all.
func TestAllOrNothing(t *testing.T) {
	l := open(t)
	var records []sightline.Record
	for _, text := range []string{
		`{"type":"source","id":"own","title":"Own reading","kind":"ngo","reliability":"B"}`,
		`{"type":"claim","id":"own-ke","subject":"country/KE","predicate":"member_of","object":"list/none","references":[{"source":"own"}]}`,
	} {
		r, err := sightline.ParseRecord([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, r)
	}
	_, err := l.AppendAll(context.Background(), hour, records, nil)
	if err == nil || !strings.Contains(err.Error(), "nothing was appended") {
		t.Fatalf("a claim about a list that nobody declared: %v", err)
	}
	if _, err := l.Source("own", 0); sightline.ErrorCode(err) != sightline.NotFound {
		t.Errorf("the source went in alone: %v", err)
	}
}

// Two rows that make one id say the same, or the import fails.
func TestTwoOfOneID(t *testing.T) {
	d := toy(false)
	if r := sourcetest.Import(t, d, sourcetest.Input("table", "toy.csv", []byte("country,year\nKE,2014\nKenya,2014\n"))); r.Rows["rows that repeat a record"] != 1 {
		t.Errorf("a repeated row: %v", r.Rows)
	}
	if _, err := d.Import([]source.Input{sourcetest.Input("table", "toy.csv", []byte("country,year\nKE,2014\nKE,2015\n"))}); sightline.ErrorCode(err) != sightline.Conflict {
		t.Errorf("two years of one country: %v", err)
	}
}

func TestSlug(t *testing.T) {
	for in, want := range map[string]string{"KE": "ke", "Côte d'Ivoire": "cote-d-ivoire", " a  b ": "a-b", "x_1": "x-1"} {
		if got := source.Slug(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	long := strings.Repeat("word ", 40)
	a, b := source.Slug(long+"a"), source.Slug(long+"b")
	if len(a) > 80 || len(b) > 80 || a == b {
		t.Errorf("long words: %q, %q", a, b)
	}
	if source.Slug("华为") == source.Slug("中兴") || source.Slug("华为") == "" || source.Slug("Huawei 华为") == source.Slug("Huawei") {
		t.Error("names in other scripts fall together")
	}
}
