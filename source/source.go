// Package source reads foreign tables strictly. What goes in is a table (CSV,
// or JSON objects in a list); what comes out is rows whose values are popped:
// when a row is done, each of its values has been used, ignored by name, or is
// reported as left over. Nothing of a source disappears in silence.
//
// Errors of a source are mended in a repairs file, never in code. A repair
// says what it expects to find and fails once the source has mended itself.
//
// The rule is the strict interpretation of zavod, the sanctions reader of
// OpenSanctions; the repairs follow the corrections files of Our World in
// Data.
package source

import (
	"bytes"
	"encoding/csv"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"sightline"
)

// Table is a source file, read whole.
type Table struct {
	Name    string   // the data set, as errors and repairs call it
	Columns []string // in the order of the file; of a JSON list, in the order of first sight
	Rows    []*Row
}

// Row is one row of a table. Its values are taken out by name.
type Row struct {
	table  *Table
	line   int // in the file, counted from 1; of a JSON list, the place in the list
	values map[string]string
	popped map[string]string
	before map[string]string // what repairs replaced
	errs   []error
}

// CSV reads a table whose first line names its columns. A column without a
// name, two of one name, and a row of another width are errors.
func CSV(name string, text []byte) (*Table, error) {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\uFEFF"))))
	t := &Table{Name: name}
	header, err := r.Read()
	if err != nil {
		return nil, sightline.Errorf(sightline.Invalid, "read table", name, "no header: %w", err)
	}
	for _, c := range header {
		if c == "" || slices.Contains(t.Columns, c) {
			return nil, sightline.Errorf(sightline.Invalid, "read table", name, "the column name %q is empty or stands twice", c)
		}
		t.Columns = append(t.Columns, c)
	}
	for {
		cells, err := r.Read()
		if err == io.EOF {
			return t, nil
		}
		if err != nil {
			return nil, sightline.Errorf(sightline.Invalid, "read table", name, "%w", err)
		}
		line, _ := r.FieldPos(0)
		row := t.add(line)
		for i, c := range t.Columns {
			row.values[c] = cells[i]
		}
	}
}

// JSON reads a list of flat objects: the whole text, or the member of the
// outer object that list names. Lists of scalars in an object are joined with
// "|", null is the empty text, and anything deeper is an error.
func JSON(name string, text []byte, list string) (*Table, error) {
	bad := func(format string, args ...any) error {
		return sightline.Errorf(sightline.Invalid, "read table", name, format, args...)
	}
	raw := jsontext.Value(text)
	if list != "" {
		var outer map[string]jsontext.Value
		if err := json.Unmarshal(text, &outer); err != nil {
			return nil, bad("%w", err)
		}
		raw = outer[list]
	}
	var objects []map[string]jsontext.Value
	if err := json.Unmarshal(raw, &objects); err != nil {
		return nil, bad("%w", err)
	}
	t := &Table{Name: name}
	for i, o := range objects {
		row := t.add(i + 1)
		for _, k := range sorted(o) {
			if !slices.Contains(t.Columns, k) {
				t.Columns = append(t.Columns, k)
			}
			v, err := scalar(o[k])
			if err != nil {
				return nil, bad("object %d, %s: %w", i+1, k, err)
			}
			row.values[k] = v
		}
	}
	return t, nil
}

func scalar(v jsontext.Value) (string, error) {
	switch v.Kind() {
	case 'n':
		return "", nil
	case '"':
		var s string
		err := json.Unmarshal(v, &s)
		return s, err
	case '[':
		var list []jsontext.Value
		if err := json.Unmarshal(v, &list); err != nil {
			return "", err
		}
		var parts []string
		for _, e := range list {
			if k := e.Kind(); k == '[' || k == '{' {
				return "", sightline.Errorf(sightline.Invalid, "read value", string(e), "a list in a table holds scalars only")
			}
			s, err := scalar(e)
			if err != nil {
				return "", err
			}
			parts = append(parts, s)
		}
		return strings.Join(parts, "|"), nil
	case '{':
		return "", sightline.Errorf(sightline.Invalid, "read value", string(v), "an object is no value of a table")
	}
	return string(v), nil
}

func sorted[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func (t *Table) add(line int) *Row {
	r := &Row{table: t, line: line, values: make(map[string]string, len(t.Columns)), popped: map[string]string{}, before: map[string]string{}}
	t.Rows = append(t.Rows, r)
	return r
}

// ExpectRows fails unless the table has between low and high rows. A table that
// shrank is a broken source, not a smaller world.
func (t *Table) ExpectRows(low, high int) error {
	if n := len(t.Rows); n < low || n > high {
		return sightline.Errorf(sightline.Invalid, "read table", t.Name, "it has %d rows, expected %d to %d", n, low, high).
			WithHint("Look at what changed in the source before moving the bounds.")
	}
	return nil
}

// Each calls f with each row and then asks for what f left behind. The first
// error ends it and names table and line.
func (t *Table) Each(f func(*Row) error) error {
	for _, r := range t.Rows {
		err := f(r)
		if err == nil {
			err = r.Remainder()
		}
		if err != nil {
			return sightline.Errorf(sightline.Invalid, "read row", t.Name+" line "+strconv.Itoa(r.line), "%w", err).WithHint("%s", sightline.ErrorHint(err))
		}
	}
	return nil
}

// Line is where the row stands in its file.
func (r *Row) Line() int { return r.line }

// Peek is the value of a column, which stays in the row.
func (r *Row) Peek(column string) string {
	if v, ok := r.values[column]; ok {
		return v
	}
	return r.popped[column]
}

// Original is Peek of what the source says, before any repair.
func (r *Row) Original(column string) string {
	if v, ok := r.before[column]; ok {
		return v
	}
	return r.Peek(column)
}

// Pop takes the value of a column out of the row, without blanks at its ends.
// A column that the table does not have, or that was popped before, is an
// error that Remainder reports.
func (r *Row) Pop(column string) string {
	v, ok := r.values[column]
	if !ok {
		r.fail("the table has no column %q, or it was popped before", column)
		return ""
	}
	delete(r.values, column)
	r.popped[column] = v
	return strings.TrimSpace(strings.ReplaceAll(v, "\u00A0", " "))
}

// Need is Pop of a value that must not be empty.
func (r *Row) Need(column string) string {
	v := r.Pop(column)
	if v == "" && len(r.errs) == 0 {
		r.fail("column %q is empty", column)
	}
	return v
}

// Float pops a number.
func (r *Row) Float(column string) float64 {
	v := r.Need(column)
	f, err := strconv.ParseFloat(v, 64)
	if err != nil && len(r.errs) == 0 {
		r.fail("column %q is no number: %q", column, v)
	}
	return f
}

// Int pops a whole number.
func (r *Row) Int(column string) int {
	v := r.Need(column)
	n, err := strconv.Atoi(v)
	if err != nil && len(r.errs) == 0 {
		r.fail("column %q is no whole number: %q", column, v)
	}
	return n
}

// OneOf pops a word that must be among those known.
func (r *Row) OneOf(column string, words ...string) string {
	v := r.Pop(column)
	if !slices.Contains(words, v) {
		r.fail("column %q says %q, known are %s", column, v, strings.Join(words, ", "))
	}
	return v
}

// Country pops the code or name of a country.
func (r *Row) Country(column string) sightline.Country {
	v := r.Need(column)
	if len(r.errs) > 0 {
		return sightline.Country{}
	}
	c, err := sightline.ParseCountry(v)
	if err != nil {
		r.errs = append(r.errs, err)
	}
	return c
}

// Expect pops a value that must be this one.
func (r *Row) Expect(column, value string) {
	if v := r.Pop(column); v != value {
		r.fail("column %q says %q, expected %q", column, v, value)
	}
}

// Ignore takes columns out of the row unused. Why is for the comment beside
// the call to say.
func (r *Row) Ignore(columns ...string) {
	for _, c := range columns {
		r.Pop(c)
	}
}

func (r *Row) fail(format string, args ...any) {
	r.errs = append(r.errs, sightline.Errorf(sightline.Invalid, "read value", "", format, args...))
}

// Err is the first error of the pops so far.
func (r *Row) Err() error {
	if len(r.errs) > 0 {
		return r.errs[0]
	}
	return nil
}

// Remainder is nil when each value was used or ignored; otherwise it names
// what is left, or what went wrong before.
func (r *Row) Remainder() error {
	if err := r.Err(); err != nil {
		return err
	}
	var left []string
	for _, c := range r.table.Columns {
		if v, ok := r.values[c]; ok && v != "" {
			left = append(left, c+"="+strconv.Quote(sightline.Clip(v, 40)))
		}
	}
	if len(left) > 0 {
		return sightline.Errorf(sightline.Invalid, "finish row", "", "left over: %s", strings.Join(left, ", ")).
			WithHint("Use each value or ignore it by name.")
	}
	return nil
}
