package ftm

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// Columns are the columns of a statement table, in the order in which
// followthemoney writes them (statement/serialize.py, CSV_COLUMNS).
var Columns = []string{
	"canonical_id", "entity_id", "prop", "prop_type", "schema", "value", "dataset", "origin", "lang", "original_value",
	"external", "first_seen", "last_seen", "id",
}

const width = 14

// The columns without which a row says nothing. The library asks for these
// too.
var needed = []string{"entity_id", "prop", "schema", "value", "dataset"}

// StatementWriter writes statements as CSV, each field in quotation marks as
// the library does it (Python's csv.unix_dialect). encoding/csv has no such
// mode, and without it a table sorted as text would not be sorted by entity.
type StatementWriter struct {
	w       io.Writer
	b       []byte // rows not yet written
	scratch []byte
	extra   int
	rows    [][2]int // of a group that is being sorted
	lines   []byte
}

const writeAt = 1 << 16

// NewStatementWriter makes a writer and puts down the names of the columns:
// those of the format, then the extra ones.
func NewStatementWriter(w io.Writer, extra ...string) *StatementWriter {
	sw := &StatementWriter{w: w, extra: len(extra), b: make([]byte, 0, 2*writeAt)}
	for i, c := range slices.Concat(Columns, extra) {
		if i > 0 {
			sw.b = append(sw.b, ',')
		}
		sw.b = appendField(sw.b, c)
	}
	sw.b = append(sw.b, '\n')
	return sw
}

// Write adds one statement. One without an id gets its [Statement.Key], one
// without a type the type that its property has in the table.
func (w *StatementWriter) Write(s *Statement) error {
	w.b = w.appendRow(w.b, s)
	if len(w.b) < writeAt {
		return nil
	}
	return w.Flush()
}

// WriteSorted adds the statements of one entity in the order of their text, so
// that a table whose entities come in order stays as it is when sort(1) sorts
// it in the C locale.
func (w *StatementWriter) WriteSorted(group []Statement) error {
	w.lines, w.rows = w.lines[:0], w.rows[:0]
	for i := range group {
		at := len(w.lines)
		w.lines = w.appendRow(w.lines, &group[i])
		w.rows = append(w.rows, [2]int{at, len(w.lines)})
	}
	slices.SortFunc(w.rows, func(a, b [2]int) int {
		return bytes.Compare(w.lines[a[0]:a[1]], w.lines[b[0]:b[1]])
	})
	for _, r := range w.rows {
		w.b = append(w.b, w.lines[r[0]:r[1]]...)
		if len(w.b) >= writeAt {
			if err := w.Flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

// Flush writes what is held back. It ends a table.
func (w *StatementWriter) Flush() error {
	_, err := w.w.Write(w.b)
	w.b = w.b[:0]
	return err
}

func (w *StatementWriter) appendRow(b []byte, s *Statement) []byte {
	kind, external := s.PropType, `","f","`
	if kind == "" {
		kind = PropType(s.Schema, s.Prop)
	}
	if s.External {
		external = `","t","`
	}
	canonical := s.CanonicalID
	if canonical == "" {
		canonical = s.EntityID
	}
	b = append(b, '"')
	b = appendQuoted(b, canonical)
	for _, f := range [...]string{s.EntityID, s.Prop, kind, s.Schema, s.Value, s.Dataset, s.Origin, s.Lang, s.OriginalValue} {
		b = append(b, `","`...)
		b = appendQuoted(b, f)
	}
	b = append(b, external...)
	b = appendQuoted(b, s.FirstSeen)
	b = append(b, `","`...)
	b = appendQuoted(b, s.LastSeen)
	b = append(b, `","`...)
	if s.ID != "" {
		b = appendQuoted(b, s.ID)
	} else {
		b, w.scratch = s.appendKey(b, w.scratch)
	}
	for i := range w.extra {
		b = append(b, `","`...)
		if i < len(s.Extra) {
			b = appendQuoted(b, s.Extra[i])
		}
	}
	return append(b, '"', '\n')
}

func appendField(b []byte, s string) []byte {
	return append(appendQuoted(append(b, '"'), s), '"')
}

func appendQuoted(b []byte, s string) []byte {
	for {
		i := strings.IndexByte(s, '"')
		if i < 0 {
			return append(b, s...)
		}
		b = append(append(b, s[:i+1]...), '"')
		s = s[i+1:]
	}
}

// StatementReader reads a table of statements. Fields may be quoted or not
// (RFC 4180); what is between quotation marks comes out byte for byte, line
// ends too, since ids are made of it. (encoding/csv turns CR LF into LF there,
// holds an unclosed quotation to the end of the input, and cannot go on where
// the damage began; that is why this reader is ours.)
type StatementReader struct {
	damaged func(Damage) error
	rows    rowReader
	fields  []string
	columns []string // of the table
	to      []int    // index in Columns of each; -1 is an extra one
	extra   []string
	next    *Statement // read by Group, not yet given out
	last    string     // canonical id of the last group
	line    int64      // where the last statement started
	first   int64      // where the last group started
}

// NewStatementReader reads the names of the columns. Damage is handed to
// damaged, which may be nil; an error of its ends the reading.
func NewStatementReader(r io.Reader, damaged func(Damage) error) (*StatementReader, error) {
	sr := &StatementReader{damaged: damaged, rows: rowReader{in: r}}
	text, _, err := sr.rows.next()
	for err == nil && blank(text) {
		text, _, err = sr.rows.next()
	}
	const hint = "A table of statements starts with the names of its columns: canonical_id, entity_id, prop and so on. Entities as JSON Lines are another format."
	if err == io.EOF {
		return nil, notFormat(hint, "the table is empty")
	}
	var bad *badRow
	if err != nil && !errors.As(err, &bad) {
		return nil, err
	}
	if bad != nil || len(text) > 1<<16 || bytes.Count(text, []byte(",")) >= maxColumns {
		return nil, notFormat(hint, "the first line is no list of columns")
	}
	if sr.fields, err = split(sr.fields, string(text)); err != nil {
		return nil, notFormat(hint, "the first line is no list of columns: %v", err)
	}
	for i, c := range sr.fields {
		if c == "" || slices.Contains(sr.columns, c) {
			return nil, notFormat("Give each column one name.", "the name %q of column %d is empty or stands twice", c, i+1)
		}
		at := slices.Index(Columns, c)
		if at < 0 {
			sr.extra = append(sr.extra, c)
		}
		sr.columns, sr.to = append(sr.columns, c), append(sr.to, at)
	}
	for _, c := range needed {
		if !slices.Contains(sr.columns, c) {
			return nil, notFormat(hint, "there is no column %q", c)
		}
	}
	return sr, nil
}

// Extra names the columns that the format does not have.
func (r *StatementReader) Extra() []string { return r.extra }

// Line is where the last statement, or the first of the last group, started.
func (r *StatementReader) Line() int64 { return r.line }

// Read reads the next statement that can be used. The error is io.EOF at the
// end, and otherwise that of the input or of the damaged function.
func (r *StatementReader) Read() (Statement, error) {
	for {
		text, line, err := r.rows.next()
		var bad *badRow
		if err != nil && !errors.As(err, &bad) {
			return Statement{}, err
		}
		var s Statement
		var reason error
		switch {
		case bad != nil:
			reason = bad
		case blank(text):
			continue
		default:
			s, reason = r.statement(text)
		}
		if reason == nil {
			r.line = line
			return s, nil
		}
		text = r.rows.backUp(bad == nil) // go on after the first line of the row
		if r.damaged != nil {
			size := int64(len(text))
			if bad != nil && bad.size > size {
				size = bad.size
			}
			if err := r.damaged(Damage{line, size, keep(text), reason.Error()}); err != nil {
				return Statement{}, err
			}
		}
	}
}

// statement makes a statement of one row.
func (r *StatementReader) statement(text []byte) (s Statement, err error) {
	if !utf8.Valid(text) {
		return s, errors.New("it is not valid UTF-8")
	}
	// One string for the whole row; its fields share it.
	if r.fields, err = split(r.fields[:0], string(text)); err != nil {
		return s, err
	}
	if len(r.fields) != len(r.columns) {
		return s, errFields{len(r.fields), len(r.columns)}
	}
	var v [width]string
	if len(r.extra) > 0 {
		s.Extra = make([]string, 0, len(r.extra))
	}
	for i, f := range r.fields {
		if at := r.to[i]; at >= 0 {
			v[at] = f
		} else {
			s.Extra = append(s.Extra, f)
		}
	}
	s.CanonicalID, s.EntityID, s.Prop, s.PropType, s.Schema, s.Value, s.Dataset = v[0], v[1], v[2], v[3], v[4], v[5], v[6]
	s.Origin, s.Lang, s.OriginalValue, s.FirstSeen, s.LastSeen, s.ID = v[7], v[8], v[9], v[11], v[12], v[13]
	switch v[10] {
	case "t", "true", "True", "1", "y", "yes":
		s.External = true
	case "f", "", "false", "False", "0", "n", "no":
	default:
		return s, errors.New("external is neither t nor f")
	}
	if s.EntityID == "" || s.Prop == "" || s.Schema == "" || s.Value == "" {
		return s, errors.New("it lacks an entity, a property, a schema or a value")
	}
	if s.CanonicalID == "" {
		s.CanonicalID = s.EntityID
	}
	if s.PropType == "" {
		s.PropType = PropType(s.Schema, s.Prop)
	}
	return s, nil
}

type errFields struct{ has, wants int }

func (e errFields) Error() string {
	return "it has " + plural(e.has, "field") + " where the table has " + plural(e.wants, "column")
}

// Group reads the statements of the next entity: those that share a canonical
// id. The table must be sorted by it; where an id comes after a greater one
// the entity could be in pieces, so that is an error of the whole.
func (r *StatementReader) Group() ([]Statement, error) {
	if r.next == nil {
		s, err := r.Read()
		if err != nil {
			return nil, err
		}
		r.next, r.first = &s, r.line
	}
	group := []Statement{*r.next}
	first := r.first
	for {
		s, err := r.Read()
		if err == io.EOF {
			r.next = nil
			break
		}
		if err != nil {
			return nil, err
		}
		if s.CanonicalID != group[0].CanonicalID {
			r.next, r.first = &s, r.line
			break
		}
		if len(group) == maxGroup {
			return nil, notFormat("No entity that we know of has so many.", "%q has more than %d statements", s.CanonicalID, maxGroup)
		}
		group = append(group, s)
	}
	if group[0].CanonicalID <= r.last {
		return nil, notFormat("Sort its lines, all but the first, with LC_ALL=C sort. A table whose values hold line ends must be sorted by a program that knows CSV.",
			"the table is not sorted by canonical_id: %q comes after %q", group[0].CanonicalID, r.last)
	}
	r.last, r.line = group[0].CanonicalID, first
	return group, nil
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return itoa(n) + " " + noun + "s"
}

func blank(text []byte) bool { return len(text) == 0 }

// rowReader cuts a text into rows: lines, joined while a quotation is open.
type rowReader struct {
	in         io.Reader
	b          []byte
	start, end int // what is held in b and not yet given out
	lines      int64
	row        int // bytes of the last row, with its end
	first      int // bytes of its first line, with its end
	rowLines   int64
	plain      bool // rows are lines, whatever they quote
	eof        bool
	began      bool
}

// badRow is a row that does not end where a row must.
type badRow struct {
	reason string
	size   int64
}

var tooLong = "it is longer than " + itoa(MaxRecord) + " bytes"

const notClosed = "a quotation is not closed"

func (e *badRow) Error() string { return e.reason }

var utf8BOM = []byte("\uFEFF")

// next gives the next row without its line end, and the line at which it
// starts. After a *badRow or when the caller cannot use the row, backUp goes
// back to its second line.
func (r *rowReader) next() (text []byte, line int64, err error) {
	line = r.lines + 1
	odd, at := false, 0 // quotation marks so far, and where to look on
	first, lines := 0, int64(0)
	for {
		i := bytes.IndexByte(r.b[r.start+at:r.end], '\n')
		if i < 0 && !r.eof {
			if r.end-r.start > MaxRecord {
				break
			}
			if err := r.fill(); err != nil {
				return nil, line, err
			}
			continue
		}
		size := r.end - r.start - at
		if i >= 0 {
			size = i + 1
		}
		if size == 0 && at == 0 {
			return nil, line, io.EOF
		}
		if size > 0 {
			if !r.plain && bytes.Count(r.b[r.start+at:r.start+at+size], quote)%2 == 1 {
				odd = !odd
			}
			at += size
			lines++
			if first == 0 {
				first = at
			}
		}
		if !odd {
			r.take(at, first, lines)
			if at > MaxRecord {
				return nil, line, &badRow{tooLong, int64(at)}
			}
			return trimEnd(r.b[r.start-at : r.start]), line, nil
		}
		if i < 0 {
			break // the input ends inside a quotation
		}
		if at > MaxRecord {
			break
		}
	}
	if first == 0 { // not even one line
		size, err := r.skipLine()
		if err != nil {
			return nil, line, err
		}
		return nil, line, &badRow{tooLong, size}
	}
	r.take(first, first, 1)
	return nil, line, &badRow{notClosed, int64(first)}
}

func (r *rowReader) take(size, first int, lines int64) {
	r.start += size
	r.row, r.first, r.rowLines = size, first, lines
	r.lines += lines
}

// backUp gives the text of the first line of the last row. If the row had more
// lines they are read again.
func (r *rowReader) backUp(whole bool) []byte {
	if r.row == 0 {
		return r.b[:min(keptBytes, r.start)] // a line too long, of which the start was kept
	}
	at := r.start - r.row
	if whole && r.rowLines > 1 {
		r.start = at + r.first
		r.lines -= r.rowLines - 1
	}
	return trimEnd(r.b[at : at+r.first])
}

// fill reads more of the input.
func (r *rowReader) fill() error {
	if r.start > 0 {
		r.end = copy(r.b, r.b[r.start:r.end])
		r.start = 0
	}
	if r.end == len(r.b) {
		b := make([]byte, max(1<<16, 2*len(r.b)))
		copy(b, r.b[:r.end])
		r.b = b
	}
	n, err := r.in.Read(r.b[r.end:])
	r.end += n
	if !r.began && (r.end >= len(utf8BOM) || err != nil) {
		r.began = true
		if bytes.HasPrefix(r.b[:r.end], utf8BOM) {
			r.start += len(utf8BOM)
		}
	}
	if err == io.EOF {
		r.eof, err = true, nil
	}
	return err
}

// skipLine passes over a line that is longer than can be held. Its first bytes
// stay at the front of b.
func (r *rowReader) skipLine() (size int64, err error) {
	copy(r.b, r.b[r.start:min(r.start+keptBytes, r.end)])
	size = int64(r.end - r.start)
	in := bufio.NewReaderSize(r.in, 1<<16)
	for {
		more, err := in.ReadSlice('\n')
		size += int64(len(more))
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err == io.EOF {
			r.eof, err = true, nil
		}
		if err != nil {
			return size, err
		}
		break
	}
	r.in = in // which holds the start of the next line
	r.start, r.end = keptBytes, keptBytes
	r.row, r.lines = 0, r.lines+1
	return size, nil
}

var quote = []byte(`"`)

func trimEnd(line []byte) []byte {
	return bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
}

// split cuts a row into its fields, which share its text.
func split(fields []string, row string) ([]string, error) {
	for {
		if len(row) == 0 || row[0] != '"' {
			f, rest, more := strings.Cut(row, ",")
			if strings.IndexByte(f, '"') >= 0 {
				return fields, errors.New("a quotation mark stands inside a field that is not quoted")
			}
			fields = append(fields, f)
			if !more {
				return fields, nil
			}
			row = rest
			continue
		}
		f, rest, ok := quoted(row[1:])
		if !ok {
			return fields, errors.New(notClosed)
		}
		fields = append(fields, f)
		if rest == "" {
			return fields, nil
		}
		if rest[0] != ',' {
			return fields, errors.New("text follows a closed quotation")
		}
		row = rest[1:]
	}
}

// quoted reads a field up to its closing quotation mark.
func quoted(s string) (field, rest string, ok bool) {
	i := strings.IndexByte(s, '"')
	if i < 0 {
		return "", "", false
	}
	if i+1 == len(s) || s[i+1] != '"' {
		return s[:i], s[i+1:], true
	}
	var b strings.Builder
	for {
		b.WriteString(s[:i])
		s = s[i+1:]
		if s == "" || s[0] != '"' {
			return b.String(), s, true
		}
		b.WriteByte('"')
		s = s[1:]
		if i = strings.IndexByte(s, '"'); i < 0 {
			return "", "", false
		}
	}
}
