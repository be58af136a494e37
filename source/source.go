// Package source reads foreign data sets strictly. What goes in is a table
// (CSV, a sheet of a workbook, Parquet, or JSON objects in a list); what comes
// out is rows whose values are popped: when a row is done, each of its values
// has been used, ignored by name, or is reported as left over. Nothing of a
// source disappears in silence.
//
// Errors of a source are mended in a repairs file, never in code. A repair
// says what it expects to find and fails once the source has mended itself.
//
// A [Dataset] describes one data set: where it is had, under what terms, which
// files it has, and how they become records. Each has a folder of its own
// below this one.
//
// The rule is the strict interpretation of zavod, the sanctions reader of
// OpenSanctions; the repairs follow the corrections files of Our World in
// Data.
package source

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"sightline"
)

// Table is a source file, read whole.
type Table struct {
	Name    string   // the data set, as errors and repairs call it
	Columns []string // in the order of the file; of a JSON list, in the order of first sight
	Rows    []*Row
	Notes   []string // what was mended on the way in, such as line ends

	place map[string]int
	last  *block
}

// block is the memory that rows share.
type block struct {
	table  *Table
	used   int
	rows   [blockRows]Row
	cells  []string
	popped []bool
}

const blockRows = 256

// newTable makes a table of columns. A column without a name and two of one
// name are errors.
func newTable(name string, columns []string) (*Table, error) {
	t := &Table{Name: name, Columns: columns, place: make(map[string]int, len(columns))}
	if len(columns) > MaxColumns {
		return nil, sightline.Errorf(sightline.Invalid, "read table", name, "it has %d columns, the limit is %d", len(columns), MaxColumns)
	}
	for i, c := range columns {
		if _, twice := t.place[c]; twice || c == "" {
			return nil, sightline.Errorf(sightline.Invalid, "read table", name, "the column name %q is empty or stands twice", sightline.Clip(c, 60)).
				WithHint("The first line must name each column once. If it does, the file may have another separator or encoding.")
		}
		t.place[c] = i
	}
	return t, nil
}

// Row is one row of a table. Its values are taken out by name.
type Row struct {
	block *block
	at    int32 // of its first cell in the block
	line  int32 // in the file, counted from 1; of a JSON list, the place in the list
	next  int32 // the column after the one found last, which is often asked for next
	rare  *rare // what few rows have
}

type rare struct {
	before map[string]string // what repairs replaced
	errs   []error
}

// add makes the next row, without values.
func (t *Table) add(line int) *Row {
	n := len(t.Columns)
	if t.last == nil || t.last.used == blockRows {
		t.last = &block{table: t, cells: make([]string, n*blockRows), popped: make([]bool, n*blockRows)}
	}
	b := t.last
	r := &b.rows[b.used]
	r.block, r.at, r.line = b, int32(b.used*n), int32(line)
	b.used++
	t.Rows = append(t.Rows, r)
	return r
}

// cells are the values, in the order of the columns.
func (r *Row) cells() []string { return r.block.cells[r.at:][:len(r.block.table.Columns)] }

// find is the cell of a column, -1 if there is none.
func (r *Row) find(column string) int {
	t := r.block.table
	i := int(r.next)
	if i == len(t.Columns) || t.Columns[i] != column {
		var ok bool
		if i, ok = t.place[column]; !ok {
			return -1
		}
	}
	r.next = int32(i + 1)
	return int(r.at) + i
}

func (r *Row) odd() *rare {
	if r.rare == nil {
		r.rare = &rare{}
	}
	return r.rare
}

// ExpectRows fails unless the table has between low and high rows. A table that
// shrank is a broken source, not a smaller world.
func (t *Table) ExpectRows(low, high int) error {
	if n := len(t.Rows); n < low || n > high {
		return sightline.Errorf(sightline.Invalid, "read table", t.Name, "it has %d rows, expected %s", n, between(low, high)).
			WithHint("The file may be cut short, or the source has changed: look before the bounds are moved.")
	}
	return nil
}

func between(low, high int) string {
	switch {
	case low == high:
		return strconv.Itoa(low)
	case high == math.MaxInt:
		return "at least " + strconv.Itoa(low)
	}
	return strconv.Itoa(low) + " to " + strconv.Itoa(high)
}

// ExpectColumns fails unless the table has exactly these columns, in any
// order. It names those that are missing and those that are new.
func (t *Table) ExpectColumns(columns ...string) error {
	var missing, fresh []string
	for _, c := range columns {
		if _, ok := t.place[c]; !ok {
			missing = append(missing, strconv.Quote(c))
		}
	}
	for _, c := range t.Columns {
		if !slices.Contains(columns, c) {
			fresh = append(fresh, strconv.Quote(sightline.Clip(c, 40)))
		}
	}
	if len(missing)+len(fresh) == 0 {
		return nil
	}
	var what []string
	if len(missing) > 0 {
		what = append(what, "it lacks "+few(missing))
	}
	if len(fresh) > 0 {
		what = append(what, "it has "+few(fresh)+", which is not known")
	}
	return sightline.Errorf(sightline.Invalid, "read table", t.Name, "the columns are not those of this data set: %s", strings.Join(what, "; ")).
		WithHint("Check that this is the right file and sheet. If the publisher renamed a column, the importer must be taught.")
}

// few joins at most eight.
func few(list []string) string {
	if len(list) > 8 {
		return strings.Join(list[:8], ", ") + " and " + strconv.Itoa(len(list)-8) + " more"
	}
	return strings.Join(list, ", ")
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
			code := sightline.ErrorCode(err)
			if code == sightline.Internal { // of a library, about the value
				code = sightline.Invalid
			}
			return sightline.Errorf(code, "read row", t.Name+" line "+strconv.Itoa(r.Line()), "%w", err).WithHint("%s", sightline.ErrorHint(err))
		}
	}
	return nil
}

// Line is where the row stands in its file.
func (r *Row) Line() int { return int(r.line) }

// Has reports whether the table has the column.
func (r *Row) Has(column string) bool { return r.find(column) >= 0 }

// Peek is the value of a column, which stays in the row.
func (r *Row) Peek(column string) string {
	if i := r.find(column); i >= 0 {
		return r.block.cells[i]
	}
	return ""
}

// Original is Peek of what the source says, before any repair.
func (r *Row) Original(column string) string {
	if r.rare != nil {
		if v, ok := r.rare.before[column]; ok {
			return v
		}
	}
	return r.Peek(column)
}

// Pop takes the value of a column out of the row, without blanks at its ends.
// A column that the table does not have, or that was popped before, is an
// error that Remainder reports.
func (r *Row) Pop(column string) string {
	i := r.find(column)
	if i < 0 || r.block.popped[i] {
		r.fail("the table has no column %q, or it was popped before", column)
		return ""
	}
	r.block.popped[i] = true
	return trim(r.block.cells[i])
}

// trim takes off blanks at both ends, and makes no-break blanks plain.
func trim(s string) string {
	if n := len(s); n == 0 || s[0]-'!' <= '~'-'!' && s[n-1]-'!' <= '~'-'!' && strings.IndexByte(s, 0xC2) < 0 {
		return s // nothing to take off
	}
	for i := 0; i < len(s); i++ {
		if s[i] == 0xC2 && i+1 < len(s) && s[i+1] == 0xA0 {
			s = strings.ReplaceAll(s, "\u00A0", " ")
			break
		}
	}
	return strings.TrimSpace(s)
}

// Need is Pop of a value that must not be empty.
func (r *Row) Need(column string) string {
	v := r.Pop(column)
	if v == "" && r.Err() == nil {
		r.fail("column %q is empty", column)
	}
	return v
}

// Float pops a number.
func (r *Row) Float(column string) float64 {
	v := r.Need(column)
	f, err := strconv.ParseFloat(v, 64)
	if (err != nil || math.IsNaN(f) || math.IsInf(f, 0)) && r.Err() == nil {
		r.fail("column %q is no number: %q", column, v)
	}
	return f
}

// Int pops a whole number.
func (r *Row) Int(column string) int {
	v := r.Need(column)
	n, err := strconv.Atoi(v)
	if err != nil && r.Err() == nil {
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
	if r.Err() != nil {
		return sightline.Country{}
	}
	c, err := sightline.ParseCountry(v)
	if err != nil {
		r.odd().errs = append(r.odd().errs, err)
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
	r.odd().errs = append(r.odd().errs, sightline.Errorf(sightline.Invalid, "read value", "", format, args...).
		WithHint("Look at that row of the file. If the publisher changed what the column holds, the importer must be taught."))
}

// Err is the first error of the pops so far.
func (r *Row) Err() error {
	if r.rare != nil && len(r.rare.errs) > 0 {
		return r.rare.errs[0]
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
	for i, v := range r.cells() {
		if v != "" && !r.block.popped[int(r.at)+i] {
			left = append(left, r.block.table.Columns[i]+"="+strconv.Quote(sightline.Clip(v, 40)))
		}
	}
	if len(left) > 0 {
		return sightline.Errorf(sightline.Invalid, "finish row", "", "left over: %s", few(left)).
			WithHint("Use each value or ignore it by name.")
	}
	return nil
}
