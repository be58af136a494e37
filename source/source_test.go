package source_test

import (
	"strings"
	"testing"

	"sightline"
	"sightline/source"
)

func table(t *testing.T, text string) *source.Table {
	t.Helper()
	x, err := source.CSV("test", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// What a reader does not use is reported with its line.
func TestRemainder(t *testing.T) {
	x := table(t, "code,name,note\nKE,Kenya,\nUG,Uganda,odd\n")
	read := 0
	err := x.Each(func(r *source.Row) error {
		if c := r.Country("code"); c.Name() != r.Pop("name") {
			t.Errorf("line %d: %s", r.Line(), c.Name())
		}
		read++
		return nil
	})
	if err == nil || !strings.Contains(err.Error(), "line 3") || !strings.Contains(err.Error(), `note="odd"`) {
		t.Errorf("after %d rows: %v", read, err)
	}
}

func TestRowFaults(t *testing.T) {
	for name, c := range map[string]struct {
		read func(*source.Row)
		want string
	}{
		"no such column":   {func(r *source.Row) { r.Pop("colour") }, "no column"},
		"popped twice":     {func(r *source.Row) { r.Pop("name"); r.Pop("name") }, "popped before"},
		"empty":            {func(r *source.Row) { r.Need("note") }, "is empty"},
		"no number":        {func(r *source.Row) { r.Float("name") }, "no number"},
		"no whole number":  {func(r *source.Row) { r.Int("name") }, "no whole number"},
		"unknown word":     {func(r *source.Row) { r.OneOf("name", "a", "b") }, "known are a, b"},
		"unknown country":  {func(r *source.Row) { r.Country("code") }, "no country"},
		"unexpected value": {func(r *source.Row) { r.Expect("name", "y") }, "expected"},
	} {
		x := table(t, "code,name,note\nZZ,x,\n")
		err := x.Each(func(r *source.Row) error { c.read(r); return nil })
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestTableFaults(t *testing.T) {
	for name, text := range map[string]string{
		"no header":          "",
		"two of one name":    "a,a\n1,2\n",
		"column without one": "a,\n1,2\n",
		"another width":      "a,b\n1\n",
		"broken quote":       "a,b\n\"1,2\n",
	} {
		if _, err := source.CSV(name, []byte(text)); sightline.ErrorCode(err) != sightline.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	x := table(t, "a\n1\n2\n")
	if x.ExpectRows(2, 2) != nil || x.ExpectRows(3, 9) == nil || x.ExpectRows(0, 1) == nil {
		t.Error("bounds of rows")
	}
}

// Values lose the blanks at their ends, of whatever kind, and their columns are
// found in any order.
func TestPop(t *testing.T) {
	tab, err := source.CSV("t", []byte("a,b,c,d\nx y,\u2003x\u2003,x\u00a0y\u00a0,\t~!\n\u0085x,x\u2000,\u00a0,\u00e9\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{{"x y", "x", "x y", "~!"}, {"x", "x", "", "\u00e9"}}
	for i, r := range tab.Rows {
		for _, k := range []int{2, 0, 1, 3} {
			if got := r.Pop(tab.Columns[k]); got != want[i][k] {
				t.Errorf("row %d, column %d: %q, want %q", i, k, got, want[i][k])
			}
		}
		if r.Has("e") || r.Peek("e") != "" || r.Peek("a") == "" {
			t.Error("a column that is not there is found, or one that is there is not")
		}
	}
}

func TestJSON(t *testing.T) {
	x, err := source.JSON("test", []byte(`{"source":"s","list":[{"id":"1","cc":["KE","UG"],"end":null,"n":3}]}`), "list")
	if err != nil {
		t.Fatal(err)
	}
	err = x.Each(func(r *source.Row) error {
		if got := r.Pop("id") + r.Pop("cc") + r.Pop("end") + r.Pop("n"); got != "1KE|UG3" {
			t.Errorf("got %q", got)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	for _, bad := range []string{`{}`, `{"list":[{"a":{"b":1}}]}`, `{"list":[{"a":[[1]]}]}`, `[`} {
		if _, err := source.JSON("test", []byte(bad), "list"); err == nil {
			t.Errorf("%s: accepted", bad)
		}
	}
}

const header = "dataset,row,column,expect,value,reason,provider\n"

// A repair mends what it expects, and fails once the source says something
// else, has no such row, or was never read.
func TestRepairs(t *testing.T) {
	const text = "code,name\nKV,Kosovo\nUK,x2020\nUK,x2021\n"
	for name, c := range map[string]struct{ repair, want, fails string }{
		"one value":      {"test,code=KV,code,KV,XK,because,me", "XK Kosovo", ""},
		"pattern":        {"test,code=UK,name,/x20[0-9]+/,x2019,because,me", "UK x2019", ""},
		"mended already": {"test,code=KV,name,Cosovo,Kosovo,because,me", "", `says "Kosovo", expected "Cosovo"`},
		"row is gone":    {"test,code=XX,code,XX,XK,because,me", "", "no such row"},
		"pattern gone":   {"test,code=UK,name,/y[0-9]+/,x,because,me", "", "no such row"},
		"no such column": {"test,code=KV,colour,a,b,because,me", "", "no column"},
		"bad key":        {"test,KV,code,a,b,because,me", "", "column=value"},
	} {
		rs, err := source.ReadRepairs("repairs.csv", []byte(header+c.repair+"\n"))
		if err != nil {
			t.Fatal(name, err)
		}
		x := table(t, text)
		err = rs.Apply(x)
		if c.fails != "" {
			if err == nil || sightline.ErrorCode(err) != sightline.Conflict || !strings.Contains(err.Error(), c.fails) {
				t.Errorf("%s: %v, want %q", name, err, c.fails)
			}
			continue
		}
		found := false
		for _, r := range x.Rows {
			found = found || r.Peek("code")+" "+r.Peek("name") == c.want && r.Original("code")+" "+r.Original("name") != c.want
		}
		if err != nil || !found || rs.Unused() != nil {
			t.Errorf("%s: %v, %v, found %v", name, err, rs.Unused(), found)
		}
	}
	rs, err := source.ReadRepairs("repairs.csv", []byte(header+"other,a=b,c,d,e,because,me\n"))
	if err != nil || rs.Apply(table(t, text)) != nil || rs.Unused() == nil {
		t.Error("a repair of a table that was never read passes", err)
	}
	for _, without := range []string{"test,code=KV,code,KV,XK,,me", "test,code=KV,code,KV,XK,because,"} {
		if _, err := source.ReadRepairs("repairs.csv", []byte(header+without+"\n")); err == nil {
			t.Errorf("%s: accepted", without)
		}
	}
}
