package ftm_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"sightline/ftm"
)

// The ids that followthemoney gives to a statement: StatementTest.java,
// testIdGeneration, in github.com/alephdata/followthemoney.
func TestStatementKey(t *testing.T) {
	s := ftm.Statement{Dataset: "test", EntityID: "Person", Schema: "Person", Prop: "name", Value: "Harry Test"}
	if got, want := s.Key(), "0b49960871b920f511d5b7c67f66a9501e8b7653"; got != want {
		t.Errorf("key %s, want %s", got, want)
	}
	s.External = true
	if got, want := s.Key(), "78ee7cd520aad5117c1e7e8c0daa02d0826f5cc3"; got != want {
		t.Errorf("key of an external statement %s, want %s", got, want)
	}
	// printf 'test.Person.name.Harry Test@eng' | sha1sum
	s.External, s.Lang = false, "eng"
	if got, want := s.Key(), "a4846c60812c5d551b13a12d5a6cbed0c8b4e53e"; got != want {
		t.Errorf("key with a language %s, want %s", got, want)
	}
	with, without := s, s
	with.Prop, without.Prop, without.Lang = "birthDate", "birthDate", ""
	if with.Key() != without.Key() {
		t.Error("a date has a language")
	}
}

// The table of the model holds together: what a schema extends, requires,
// shows and points to is there.
func TestModel(t *testing.T) {
	for _, name := range []string{"Company", "Ownership", "Sanction", "Project", "Event", "ContractAward", "Note", "Person", "UnknownLink", "Document", "PublicBody"} {
		s, ok := ftm.Lookup(name)
		if !ok {
			t.Fatalf("no schema %s", name)
		}
		for _, p := range slices.Concat(s.Required, s.Caption) {
			if _, ok := s.Prop(p); !ok {
				t.Errorf("%s has no property %s", name, p)
			}
		}
		if s.IsEdge() {
			for _, p := range []string{s.Source, s.Target} {
				if q, ok := s.Prop(p); !ok || q.Type != "entity" || q.Range == "" {
					t.Errorf("%s: the end %s is %+v", name, p, q)
				}
			}
		}
	}
	c, _ := ftm.Lookup("Company")
	for _, want := range []string{"Company", "Organization", "LegalEntity", "Thing", "Asset", "Value"} {
		if !c.IsA(want) {
			t.Errorf("Company is no %s", want)
		}
	}
	if c.IsA("Person") || c.IsA("Interval") {
		t.Error("Company is too much")
	}
	for _, x := range []struct{ schema, prop, want string }{
		{"Company", "name", "name"}, {"Company", "amount", "number"}, {"Ownership", "startDate", "date"}, {"Ownership", "owner", "entity"},
		{"Sanction", "program", "string"}, {"Company", "id", "id"}, {"Company", "warp", ""}, {"SpaceShip", "name", ""}, {"Event", "name", "name"},
	} {
		if got := ftm.PropType(x.schema, x.prop); got != x.want {
			t.Errorf("%s:%s is of type %q, want %q", x.schema, x.prop, got, x.want)
		}
	}
	for _, x := range []struct {
		a, b, want string
		ok         bool
	}{{"Company", "LegalEntity", "Company", true}, {"LegalEntity", "Company", "Company", true}, {"Company", "Person", "", false}, {"SpaceShip", "SpaceShip", "SpaceShip", true}, {"SpaceShip", "Company", "", false}} {
		if got, ok := ftm.Common(x.a, x.b); got != x.want || ok != x.ok {
			t.Errorf("common of %s and %s: %q %v", x.a, x.b, got, ok)
		}
	}
}

func readEntities(t testing.TB, r io.Reader) (list []ftm.Entity, damage []ftm.Damage) {
	t.Helper()
	er := ftm.NewEntityReader(r, func(d ftm.Damage) error { damage = append(damage, d); return nil })
	for {
		e, err := er.Read()
		if err == io.EOF {
			return list, damage
		}
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, e)
	}
}

func open(t testing.TB, name string) *os.File {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func TestReadEntities(t *testing.T) {
	list, damage := readEntities(t, open(t, "testdata/entities.ftm.json"))
	var ids []string
	var census ftm.Census
	for _, e := range list {
		ids = append(ids, e.ID)
		census.Entity(&e)
	}
	if want := []string{"NK-aaa", "own-1", "weird-1", "late"}; !slices.Equal(ids, want) {
		t.Fatalf("entities %v, want %v", ids, want)
	}
	e := list[0]
	if e.Schema != "Company" || e.Target != ftm.Yes || e.LastChange != "2025-01-01T00:00:00" || e.First("registrationNumber") != "12-34" ||
		!slices.Equal(e.Values("name"), []string{"Meridian Optics", "Меридиан Оптика"}) || !slices.Equal(e.Referents, []string{"ofac-1", "eu-fsf-1"}) {
		t.Errorf("read %+v", e)
	}
	if list[1].Target != ftm.No || list[3].Target != ftm.NotStated || list[3].First("name") != `One text "alone"` {
		t.Errorf("read %+v, %+v", list[1], list[3])
	}
	// What is unknown is kept and counted.
	if v, ok := list[2].Member("x_extra"); !ok || string(v) != `{"a":[1,2]}` || list[2].First("warp") != "9" {
		t.Errorf("what is unknown is not kept: %+v", list[2])
	}
	if got := census.Unknown(); !reflect.DeepEqual(got, []ftm.Count{{"SpaceShip", 1}}) {
		t.Errorf("unknown: %v", got)
	}
	if got := census.Members(); !reflect.DeepEqual(got, []ftm.Count{{"x_extra", 1}}) {
		t.Errorf("members: %v", got)
	}
	reasons := []struct {
		line int64
		text string
	}{{5, "unexpected EOF"}, {6, "duplicate"}, {7, "inside the entity"}, {8, "no text"}, {9, "no id"}, {10, "no JSON object"}}
	if len(damage) != len(reasons) {
		t.Fatalf("damage %+v", damage)
	}
	for i, want := range reasons {
		if d := damage[i]; d.Line != want.line || !strings.Contains(d.Reason, want.text) || d.Text == "" || d.Bytes != int64(len(d.Text)) {
			t.Errorf("damage %+v, want line %d and %q", d, want.line, want.text)
		}
	}
	// What was read is written and read again as it was.
	var b bytes.Buffer
	w := ftm.NewEntityWriter(&b)
	for i := range list {
		if err := w.Write(&list[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	once := b.String()
	again, damage := readEntities(t, &b)
	if len(damage) > 0 || len(again) != len(list) {
		t.Fatalf("%d entities, damage %v", len(again), damage)
	}
	for i := range again {
		if again[i].ID != list[i].ID || !reflect.DeepEqual(again[i].Properties, list[i].Properties) || !reflect.DeepEqual(again[i].More, list[i].More) {
			t.Errorf("%+v became %+v", list[i], again[i])
		}
	}
	if !strings.HasPrefix(once, `{"id":"NK-aaa","caption":"Meridian Optics","schema":"Company","properties":{"alias":["Meridian"],"jurisdiction":["us"],`) {
		t.Errorf("wrote %.200s", once)
	}
}

func TestReadStatements(t *testing.T) {
	var damage []ftm.Damage
	r, err := ftm.NewStatementReader(open(t, "testdata/statements.csv"), func(d ftm.Damage) error { damage = append(damage, d); return nil })
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Extra(); !slices.Equal(got, []string{"note"}) {
		t.Fatalf("extra columns %v", got)
	}
	var groups [][]ftm.Statement
	for {
		g, err := r.Group()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		groups = append(groups, g)
	}
	if len(groups) != 3 || len(groups[0]) != 3 || len(groups[1]) != 1 || len(groups[2]) != 1 {
		t.Fatalf("groups %+v", groups)
	}
	if v := groups[0][1].Value; v != `Say "Aye", Ltd` {
		t.Errorf("value %q", v)
	}
	if s := groups[0][2]; s.Value != "Line\nbreak" || !s.External || s.Origin != "lookup" || s.EntityID != "b-9" {
		t.Errorf("statement %+v", s)
	}
	if groups[0][0].Extra[0] != "kept" {
		t.Error("an extra column is lost")
	}
	e, err := ftm.Fold(groups[0])
	if err != nil {
		t.Fatal(err)
	}
	want := ftm.Entity{ID: "a-1", Schema: "Company", Caption: "Line\nbreak", Properties: []ftm.Values{{"name", []string{"Line\nbreak", `Say "Aye", Ltd`}}},
		Datasets: []string{"other_list", "test_list"}, Referents: []string{"b-9"}, Origin: []string{"lookup"},
		FirstSeen: "2023-01-01T00:00:00", LastSeen: "2024-03-01T00:00:00", LastChange: "2024-01-01T00:00:00"}
	if !reflect.DeepEqual(e, want) {
		t.Errorf("folded\n%+v, want\n%+v", e, want)
	}
	reasons := []struct {
		line int64
		text string
	}{{6, "text follows a closed quotation"}, {8, "3 fields where the table has 15 columns"}, {9, "lacks"}, {10, "neither t nor f"}, {12, "not closed"}}
	if len(damage) != len(reasons) {
		t.Fatalf("damage %+v", damage)
	}
	for i, want := range reasons {
		if d := damage[i]; d.Line != want.line || !strings.Contains(d.Reason, want.text) || d.Text == "" {
			t.Errorf("damage %+v, want line %d and %q", d, want.line, want.text)
		}
	}
}

// A stray quotation mark costs its own line, not those up to the next one.
func TestStrayQuotationMark(t *testing.T) {
	rows := "entity_id,prop,schema,value,dataset\n"
	for i := range 100 {
		v := fmt.Sprint("v", i)
		if i == 10 || i == 60 || i == 61 {
			v = `"open`
		}
		rows += fmt.Sprintf("e%02d,name,Company,%s,d\n", i, v)
	}
	var lines []int64
	r, err := ftm.NewStatementReader(strings.NewReader(rows), func(d ftm.Damage) error { lines = append(lines, d.Line); return nil })
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for {
		if _, err := r.Read(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n != 97 || !slices.Equal(lines, []int64{12, 62, 63}) {
		t.Errorf("%d statements, damage in lines %v", n, lines)
	}
}

// Damaged files: a clear error each.
func TestNoTable(t *testing.T) {
	wide := strings.Repeat("c,", 2000)
	for _, x := range []struct{ text, want string }{
		{"", "empty"},
		{"\n\r\n", "empty"},
		{`{"id":"x","schema":"Company","properties":{}}`, "no list of columns"},
		{"entity_id,prop,schema,value\n", `no column "dataset"`},
		{"entity_id,prop,schema,value,dataset,value\n", "stands twice"},
		{"entity_id,prop,schema,value,dataset,\n", "empty or stands twice"},
		{wide, "no list of columns"},
		{strings.Repeat("c", 2*ftm.MaxRecord), "no list of columns"},
		{"\"entity_id,prop\n" + strings.Repeat("c,\n", 100), "no list of columns"},
		{"\xff\xfee\x00n\x00", `no column "entity_id"`}, // UTF-16
	} {
		_, err := ftm.NewStatementReader(strings.NewReader(x.text), nil)
		var f *ftm.FormatError
		if !errors.As(err, &f) || !strings.Contains(err.Error(), x.want) || f.Hint == "" {
			t.Errorf("%.40q: %v, want %q", x.text, err, x.want)
		}
	}
	r, err := ftm.NewStatementReader(strings.NewReader("entity_id,prop,schema,value,dataset\nb,name,Company,B,d\na,name,Company,A,d\n"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = r.Group(); err != nil {
		t.Fatal(err)
	}
	var f *ftm.FormatError
	if _, err = r.Group(); !errors.As(err, &f) || !strings.Contains(err.Error(), "not sorted") || !strings.Contains(f.Hint, "LC_ALL=C sort") {
		t.Errorf("unsorted: %v", err)
	}
	if _, err := ftm.Fold([]ftm.Statement{{CanonicalID: "x", EntityID: "x", Schema: "Company"}, {CanonicalID: "x", EntityID: "y", Schema: "Person"}}); err == nil {
		t.Error("a company is a person")
	}
}

// What is too long is damage, and the next record is read.
func TestTooLong(t *testing.T) {
	long := strings.Repeat("x", ftm.MaxRecord+1)
	var damage []ftm.Damage
	note := func(d ftm.Damage) error { damage = append(damage, d); return nil }
	text := `{"id":"` + long + `"}` + "\n" + `{"id":"a","schema":"Company","properties":{}}` + "\n" + `{"id":"` + long + long + long + `"}` + "\n" + `{"id":"b","schema":"Company","properties":{}}`
	er := ftm.NewEntityReader(strings.NewReader(text), note)
	for _, want := range []string{"a", "b"} {
		if e, err := er.Read(); err != nil || e.ID != want {
			t.Fatalf("read %.40q, %v, want %s", e.ID, err, want)
		}
	}
	if _, err := er.Read(); err != io.EOF {
		t.Fatal(err)
	}
	if len(damage) != 2 || damage[0].Line != 1 || damage[1].Line != 3 || damage[1].Bytes < 3*ftm.MaxRecord || len(damage[1].Text) != 4096 {
		t.Errorf("damage in %d pieces", len(damage))
	}
	damage = nil
	table := "entity_id,prop,schema,value,dataset\na,name,Company,\"" + strings.Repeat(strings.Repeat("y", 999)+"\n", ftm.MaxRecord/1000) + "\nb,name,Company,B,d\n"
	sr, err := ftm.NewStatementReader(strings.NewReader(table), note)
	if err != nil {
		t.Fatal(err)
	}
	if s, err := sr.Read(); err != nil || s.EntityID != "b" || damage[0].Line != 2 || !strings.Contains(damage[0].Reason, "not closed") {
		t.Errorf("read %+v, %v", s, err)
	}
}

func TestErrorsOfTheInputEndTheReading(t *testing.T) {
	broken := errors.New("the disk is gone")
	in := func() io.Reader {
		return io.MultiReader(strings.NewReader("entity_id,prop,schema,value,dataset\na,name,Company,A,d\n"), &failing{broken})
	}
	r, err := ftm.NewStatementReader(in(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Group(); !errors.Is(err, broken) {
		t.Errorf("statements: %v", err)
	}
	if _, err := ftm.NewEntityReader(in(), func(ftm.Damage) error { return nil }).Read(); !errors.Is(err, broken) {
		t.Errorf("entities: %v", err)
	}
	w := ftm.NewStatementWriter(&failing{broken})
	if err := errors.Join(w.Write(&ftm.Statement{}), w.Flush()); !errors.Is(err, broken) {
		t.Errorf("write: %v", err)
	}
	if err := ftm.NewEntityWriter(io.Discard).Write(&ftm.Entity{ID: "a", Schema: "Company", Caption: "\xff"}); err == nil {
		t.Error("text that is no UTF-8 was written")
	}
}

type failing struct{ err error }

func (f *failing) Read([]byte) (int, error)  { return 0, f.err }
func (f *failing) Write([]byte) (int, error) { return 0, f.err }

// random makes entities such as files hold.
func random(r *rand.Rand, n int) []ftm.Entity {
	pick := func(s ...string) string { return s[r.IntN(len(s))] }
	text := func() string {
		return pick("Huawei", "华为", "Say \"Aye\"", "a,b", "two\nlines", "carriage\r\nreturn", " blank ", "x", "\\", "\u2028", "Ελλάδα") + fmt.Sprint(r.IntN(20))
	}
	set := func(most int) (list []string) {
		for range r.IntN(most + 1) {
			list = append(list, text())
		}
		slices.Sort(list)
		return slices.Compact(list)
	}
	list := make([]ftm.Entity, n)
	for i := range list {
		e := ftm.Entity{ID: fmt.Sprintf("e-%06d", i), Schema: pick("Company", "Ownership", "Sanction", "Note", "SpaceShip"), LastChange: pick("", "2024-05-06T00:00:00"),
			FirstSeen: pick("", "2023-01-01T00:00:00"), LastSeen: pick("", "2025-01-01T00:00:00"), Datasets: set(2), Referents: set(2), Origin: set(2)}
		for _, p := range []string{"amount", "name", "startDate", "unheard"} {
			if values := set(3); len(values) > 0 {
				e.Properties = append(e.Properties, ftm.Values{Prop: p, Values: values})
			}
		}
		if len(e.Properties) == 0 {
			e.Properties = []ftm.Values{{"name", []string{text()}}}
		}
		list[i] = e
	}
	return list
}

func table(t testing.TB, entities []ftm.Entity) []byte {
	t.Helper()
	var b bytes.Buffer
	w := ftm.NewStatementWriter(&b)
	for i := range entities {
		if err := w.WriteSorted(entities[i].Statements()); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Entities become statements, a table, statements and the same entities.
func TestRoundTrip(t *testing.T) {
	want := random(rand.New(rand.NewPCG(1, 2)), 3000)
	text := table(t, want)
	r, err := ftm.NewStatementReader(bytes.NewReader(text), func(d ftm.Damage) error { return errors.New(d.Reason) })
	if err != nil {
		t.Fatal(err)
	}
	for i := range want {
		g, err := r.Group()
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range g {
			if s.ID != s.Key() {
				t.Fatalf("the id of %+v is not its key", s)
			}
		}
		e, err := ftm.Fold(g)
		if err != nil {
			t.Fatal(err)
		}
		e.Caption = "" // it is derived
		if !reflect.DeepEqual(e, want[i]) {
			t.Fatalf("\n%+v became\n%+v", want[i], e)
		}
	}
	if _, err := r.Group(); err != io.EOF {
		t.Fatal(err)
	}
}

// A table of sorted entities whose values have no line ends is sorted as text.
func TestStatementsSortAsText(t *testing.T) {
	entities := random(rand.New(rand.NewPCG(3, 4)), 500)
	for i := range entities {
		for _, p := range entities[i].Properties {
			for k := range p.Values {
				p.Values[k] = strings.NewReplacer("\r", " ", "\n", " ").Replace(p.Values[k])
			}
		}
		for _, list := range [][]string{entities[i].Datasets, entities[i].Referents, entities[i].Origin} {
			for k := range list {
				list[k] = strings.NewReplacer("\r", " ", "\n", " ").Replace(list[k])
			}
		}
	}
	lines := strings.SplitAfter(string(table(t, entities)), "\n")
	if body := lines[1 : len(lines)-1]; !slices.IsSorted(body) || len(body) < 500 {
		t.Errorf("%d lines that are not sorted", len(body))
	}
}

// rows reads a table with encoding/csv, or says that it does not take it.
func rows(text []byte) (list [][]string, ok bool) {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\uFEFF"))))
	r.FieldsPerRecord = -1
	list, err := r.ReadAll()
	return list, err == nil
}

// FuzzStatements reads anything without a panic, agrees with encoding/csv
// where that takes the whole table, accounts for every line, and gives back
// what it writes.
func FuzzStatements(f *testing.F) {
	const head = "entity_id,prop,schema,value,dataset,external,x\n"
	for _, seed := range []string{"", "a,name,Company,A,d,t,\n", "\"a\",\"name\",\"Company\",\"A \"\"b\"\"\nc\",\"d\",\"f\",\"\"\r\n", "a,name,\"Company,A,d\n\n", "a\"b,,,\n", "\xff,a,b,c,d,,\n"} {
		f.Add([]byte(head + seed))
	}
	text, err := os.ReadFile("testdata/statements.csv")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Fuzz(func(t *testing.T, text []byte) {
		damaged := 0
		r, err := ftm.NewStatementReader(bytes.NewReader(text), func(d ftm.Damage) error {
			damaged++
			if d.Line < 1 || d.Reason == "" {
				t.Errorf("damage %+v", d)
			}
			return nil
		})
		if err != nil {
			return
		}
		var list []ftm.Statement
		for {
			s, err := r.Read()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, s)
		}
		if want, ok := rows(text); ok && len(list) != len(want)-1 && damaged == 0 {
			t.Errorf("%d statements and no damage, encoding/csv has %d rows", len(list), len(want)-1)
		} else if ok && damaged == 0 {
			for i, row := range want[1:] {
				at := slices.Index(want[0], "value")
				// encoding/csv turns CR LF inside a field into LF.
				if got := strings.ReplaceAll(list[i].Value, "\r\n", "\n"); got != row[at] {
					t.Errorf("value %q, encoding/csv has %q", got, row[at])
				}
			}
		}
		var b bytes.Buffer
		w := ftm.NewStatementWriter(&b, r.Extra()...)
		for i := range list {
			if list[i].ID == "" {
				list[i].ID = list[i].Key()
			}
			if err := w.Write(&list[i]); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		if want, ok := rows(b.Bytes()); !ok || len(want) != len(list)+1 {
			t.Errorf("encoding/csv reads %d rows of %d written", len(want), len(list)+1)
		}
		again, err := ftm.NewStatementReader(&b, func(d ftm.Damage) error { return errors.New(d.Reason) })
		if err != nil {
			t.Fatal(err)
		}
		for i := range list {
			s, err := again.Read()
			if err != nil || !reflect.DeepEqual(s, list[i]) {
				t.Fatalf("%+v became %+v, %v", list[i], s, err)
			}
		}
	})
}

// FuzzEntities reads anything without a panic, accounts for every line, and
// gives back what it writes.
func FuzzEntities(f *testing.F) {
	text, err := os.ReadFile("testdata/entities.ftm.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	for line := range bytes.Lines(text) {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		list, damage := readEntities(t, bytes.NewReader(text))
		n := 0
		for line := range bytes.Lines(bytes.TrimPrefix(text, []byte("\uFEFF"))) {
			if len(bytes.TrimSpace(line)) > 0 {
				n++
			}
		}
		if n != len(list)+len(damage) {
			t.Errorf("%d lines, %d entities and %d damaged", n, len(list), len(damage))
		}
		for i := range list {
			var b bytes.Buffer
			w := ftm.NewEntityWriter(&b)
			if err := errors.Join(w.Write(&list[i]), w.Flush()); err != nil {
				t.Fatal(err)
			}
			text := b.String()
			again, damage := readEntities(t, &b)
			if len(again) != 1 || len(damage) > 0 {
				t.Fatalf("%s is read as %v, %v", text, again, damage)
			}
			var c bytes.Buffer
			w = ftm.NewEntityWriter(&c)
			if err := errors.Join(w.Write(&again[0]), w.Flush()); err != nil || c.String() != text {
				t.Fatalf("%s became %s, %v", text, c.String(), err)
			}
			if _, err := ftm.Fold(again[0].Statements()); err != nil {
				t.Fatal(err)
			}
		}
	})
}
