package dwindia_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"sightline"
	"sightline/source"
	"sightline/source/dwindia"
	"sightline/source/sourcetest"
)

func districts(first int) (out []any) {
	for i := first; i < 33; i++ {
		out = append(out, fmt.Sprintf("districts/%d", i))
	}
	return out
}

// book is a workbook of our own making: 385 events in the merged sheet, the last
// of them left out by its authors and with its last columns five places to the
// right; and three coders, who agree on all but the second event.
func book(t testing.TB, change func(sheets map[string][][]any)) source.Input {
	t.Helper()
	head := []any{"ID", "year", "date", "state", "districts/0", "source", "description"}
	tail := []any{"notes", "duration_check_hours", "duration", "networksAffected", "nature", "verified", "active", "lastUpdate", "id"}
	join := func(parts ...[]any) []any { return slices.Concat(parts...) }
	merged := [][]any{{"counts"}, {"counts"}, join([]any{"modi", "E", "G", "K"}, head,
		[]any{"state violence", "public violence", "extremist violence", "misinformation", "cheating", "religious conflict", "political event", "protest", "CAA"}, tail, districts(1))}
	one := [][]any{{"counts"}, {"counts"}, join(head, []any{"", "state violence", "public violence", "extremist violence", "misinformation", "cheating", "religion", "political", "protest", "CAA", "local"}, tail, districts(1))}
	two := [][]any{{"counts"}, {"counts"}, join(head, []any{"", "state violence", "public violence", "extremist violence", "misinformation", "cheating", "religion", "political events", "protest", "CAA", "local"}, tail, districts(1))}
	three := [][]any{{"counts"}, {"counts"}, join([]any{"month", "modi", "year", "date", "state", "districts/0", "source", "description", "Double check", "state violence", "public violence", "misinformation", "cheating", "religion", "political", "security", "protest", "CAA", "local", "SUM"}, tail, districts(1))}
	for i := 1; i <= 385; i++ {
		hash := fmt.Sprintf("h%d", i)
		event := []any{i, 2019, 43466 + i%300, "State", "First", "https://news.example/jane-doe", "<p>Jane Doe said so.</p>"} // 43466 is 1 January 2019
		facts := []any{"Jane Doe", "", 24, "mobile", "preventive", 1, 0, "Thu", hash, "Second"}
		protest := []any{0, 0, 0, 0, 0, 0, 0, 1, 0}
		row := join([]any{1, "", "x", "x"}, event, protest, facts)
		if i == 385 {
			merged = append(merged, []any{"OMITTED ROWS"}, []any{"it could not be found out"})
			row = join([]any{1, "", "x", "x"}, event, protest, []any{"", "", "", "", "", "", "", "", "both", "reactive", 1, 0, "Thu", hash})
		}
		merged = append(merged, row)
		mine := slices.Clone(protest)
		if i == 2 {
			mine[7], mine[1] = 0, 1
		}
		if i <= 280 {
			one = append(one, join(event, []any{""}, mine, []any{0}, facts))
		}
		if i <= 325 {
			local := any("")
			if i%2 == 0 {
				local = 1
			}
			two = append(two, join(event, []any{""}, protest, []any{local}, facts))
		}
		three = append(three, join([]any{1, 1}, event[1:], []any{"", 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 2}, facts))
	}
	sheets := map[string][][]any{"Jane internetshutdowns_relabe": one, "Joan internetshutdowns_relabel": two, "internetshutdowns data labeled": merged, "ANALYSIS of it": {{"x"}}, "internetshutdowns_jean": three}
	if change != nil {
		change(sheets)
	}
	f := excelize.NewFile()
	defer f.Close()
	names := make([]string, 0, len(sheets))
	for n := range sheets {
		names = append(names, n)
	}
	slices.Sort(names)
	for i, name := range names {
		if i == 0 {
			f.SetSheetName("Sheet1", name)
		} else if _, err := f.NewSheet(name); err != nil {
			t.Fatal(err)
		}
		for j, r := range sheets[name] {
			if err := f.SetSheetRow(name, fmt.Sprintf("A%d", j+1), &r); err != nil {
				t.Fatal(err)
			}
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return sourcetest.Input("workbook", "dw.xlsx", b.Bytes())
}

func TestWorkbook(t *testing.T) {
	r := sourcetest.Import(t, dwindia.Dataset, book(t, nil))
	by := map[string]*sightline.Claim{}
	for _, c := range sourcetest.Claims(r) {
		by[string(c.ID)] = c
	}
	for id, want := range map[string]string{
		"dw-india-shutdowns-1":           "mobile internet 2019-01-02/ First, Second, State | protest | preventive | labelled by coder 1, coder 2",
		"dw-india-shutdowns-385":         "mobile and broadband internet 2019-03-27/ First, State | protest | reactive | labelled by coder 1, coder 2; the authors left it out of their counts",
		"dw-india-shutdowns-2-coder-1":   "public violence 2019-01-03  |  |  | not: citizenship act, exam cheating, extremist violence, a local matter, misinformation, political event, protest, religious conflict, state violence",
		"dw-india-shutdowns-2-coder-2":   "a local matter, protest 2019-01-03  |  |  | not: citizenship act, exam cheating, extremist violence, misinformation, political event, public violence, religious conflict, state violence",
		"dw-india-shutdowns-385-coder-3": "protest, security 2019-03-27  |  |  | not: citizenship act, exam cheating, a local matter, misinformation, political event, public violence, religious conflict, state violence",
	} {
		c := by[id]
		if c == nil {
			t.Errorf("%s is not there", id)
			continue
		}
		q := c.Qualifiers
		if got := fmt.Sprintf("%s %s %s | %s | %s | %s", c.Object.Text, c.Valid, q["place"], q["trigger"], q["how"], q["note"]); got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", id, got, want)
		}
	}
	// An event, and what two or three coders say of it, supporting it.
	if len(by) != 385+280+325+385 || !slices.Equal(by["dw-india-shutdowns-2-coder-1"].Supports, []sightline.ClaimID{"dw-india-shutdowns-2"}) {
		t.Errorf("%d claims, %+v", len(by), by["dw-india-shutdowns-2-coder-1"])
	}
	// Two or three judged events 1 to 325; on the second they differ.
	for _, want := range []string{"protest: all coders who judged it agree on 324 of the 325", "exam cheating: all coders who judged it agree on 325 of the 325", "extremist violence: all coders who judged it agree on 280 of the 280"} {
		if !slices.ContainsFunc(r.Notes, func(n string) bool { return strings.HasPrefix(n, want) }) {
			t.Errorf("%q is not told: %q", want, r.Notes)
		}
	}
	for _, x := range r.Records {
		for _, name := range []string{"Jane", "Joan", "jean", "jane"} {
			if strings.Contains(string(x.Text()), name) {
				t.Fatalf("a person's name: %s", x.Text())
			}
		}
	}
}

func TestWorkbooksThatDoNotFit(t *testing.T) {
	const merged = "internetshutdowns data labeled"
	for name, change := range map[string]func(map[string][][]any){
		"a coder less":    func(s map[string][][]any) { delete(s, "internetshutdowns_jean") },
		"a sheet more":    func(s map[string][][]any) { s["internets"] = [][]any{{"x"}} },
		"another state":   func(s map[string][][]any) { s["Jane internetshutdowns_relabe"][5][3] = "Other" },
		"another year":    func(s map[string][][]any) { s[merged][5][5] = 2018 },
		"a label of 2":    func(s map[string][][]any) { s[merged][5][12] = 2 },
		"a new network":   func(s map[string][][]any) { s[merged][5][23] = "satellite" },
		"an event more":   func(s map[string][][]any) { s["Joan internetshutdowns_relabel"][5][0] = 999 },
		"a hash more":     func(s map[string][][]any) { s["internetshutdowns_jean"][5][28] = "other" },
		"a sheet cut off": func(s map[string][][]any) { s["internetshutdowns_jean"] = s["internetshutdowns_jean"][:200] },
		"a column more":   func(s map[string][][]any) { s[merged][2][22] = "length" },
	} {
		if _, err := dwindia.Dataset.Import([]source.Input{book(t, change)}); err == nil || sightline.ErrorHint(err) == "" {
			t.Errorf("%s: %v, hint %q", name, err, sightline.ErrorHint(err))
		}
	}
}

// The workbook has 385 events in the merged sheet, of which the authors left out
// 3; the sheets of the coders have 280, 325 and 385 rows (counted apart with a
// script).
func TestReal(t *testing.T) {
	r := sourcetest.Import(t, dwindia.Dataset, sourcetest.Shared(t, "workbook", "evidence/raw/dw_india_shutdowns_2012_2020.xlsx"))
	if n := len(sourcetest.Claims(r)); n != 385+280+325+385 || r.Edition == nil || r.Rows["events that the authors left out of their counts"] != 3 {
		t.Errorf("%d claims, %v, edition %v", n, r.Rows, r.Edition)
	}
	// Every line that holds anything: 1,377 rows, of which 1,375 make a claim and
	// two are headings in the merged sheet, and three lines above each sheet.
	in := sourcetest.Shared(t, "workbook", "evidence/raw/dw_india_shutdowns_2012_2020.xlsx")
	sheets, err := source.Sheets("dw", in.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	lines, blank := 0, 0
	for _, name := range sheets {
		if strings.HasPrefix(name, "ANALYSIS ") {
			continue
		}
		rows, err := source.Book("dw", in.Bytes, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			if strings.TrimSpace(strings.Join(row, "")) == "" {
				blank++
			} else {
				lines++
			}
		}
	}
	rows := 0
	for what, n := range r.Rows {
		if strings.HasPrefix(what, "rows of ") {
			rows += n
		}
	}
	above, text := r.Rows["lines above the rows: two of counts, and the names of the columns"], r.Rows["lines of text between the events"]
	if lines != 1389 || rows != 1377 || above != 12 || rows+above != lines || text != 2 || len(sourcetest.Claims(r))+text != rows || r.Rows["blank lines"] != blank {
		t.Errorf("%d lines that hold anything, %d rows, %d lines above them, %d lines of text, %d claims, %d of %d blank lines", lines, rows, above, text, len(sourcetest.Claims(r)), r.Rows["blank lines"], blank)
	}
}

func TestDamage(t *testing.T) {
	sourcetest.Damage(t, dwindia.Dataset, "workbook", book(t, nil))
	sourcetest.Damage(t, dwindia.Dataset, "workbook", sourcetest.Shared(t, "workbook", "evidence/raw/dw_india_shutdowns_2012_2020.xlsx"))
}
