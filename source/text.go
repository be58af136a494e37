package source

import (
	"bytes"
	"encoding/csv"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"sightline"
)

// Limits of what is read. A file beyond them is refused before memory is
// spent on it.
const (
	MaxColumns = 1 << 14 // as many as a sheet of a workbook can have
	MaxFile    = 1 << 30 // bytes of a file, and of what it unpacks to
	MaxCells   = 1 << 26
)

// CSV reads a table whose first line names its columns. A column without a
// name, two of one name, a row of another width and text that is not UTF-8 are
// errors. Line ends of CR alone are read as line ends, with a note.
func CSV(name string, text []byte) (*Table, error) {
	return separated(name, text, ',', nil)
}

// CSVOnly is CSV of the rows for which keep holds. The others, which may be
// about private persons, never become rows: they are counted, and forgotten.
// The cell of a column that the table does not have is empty.
func CSVOnly(name string, text []byte, keep func(cell func(column string) string) bool) (t *Table, left int, err error) {
	t, err = separated(name, text, ',', func(t *Table, cells []string) bool {
		ok := keep(func(column string) string {
			if i, has := t.place[column]; has {
				return trim(cells[i])
			}
			return ""
		})
		if !ok {
			left++
		}
		return ok
	})
	return t, left, err
}

// TSV is CSV with tabs between the values.
func TSV(name string, text []byte) (*Table, error) {
	return separated(name, text, '\t', nil)
}

func separated(name string, text []byte, comma rune, keep func(*Table, []string) bool) (*Table, error) {
	text, note, err := plainText(name, text)
	if err != nil {
		return nil, err
	}
	if err := narrow(name, text, byte(comma)); err != nil {
		return nil, err
	}
	next := quoted(text, comma)
	if bytes.IndexByte(text, '"') < 0 {
		next = unquoted(text, byte(comma))
	}
	header, _, err := next()
	if err == io.EOF {
		return nil, sightline.Errorf(sightline.Invalid, "read table", name, "no header: the file is empty").WithHint("Get the file again.")
	}
	if err != nil {
		return nil, sightline.Errorf(sightline.Invalid, "read table", name, "no header: %w", err).WithHint("Get the file again, or check that it is the right one.")
	}
	t, err := newTable(name, slices.Clone(header))
	if err != nil {
		return nil, err
	}
	if note != "" {
		t.Notes = append(t.Notes, note)
	}
	if keep == nil { // most tables have a row in each line
		t.Rows = make([]*Row, 0, min(bytes.Count(text, []byte{'\n'}), 1<<20))
	}
	for {
		cells, line, err := next()
		if err == io.EOF {
			return t, nil
		}
		if err != nil {
			return nil, sightline.Errorf(sightline.Invalid, "read table", name, "%w", err).
				WithHint("A row of another width is a sign of a file that was cut off or edited: get it again.")
		}
		if keep == nil || keep(t, cells) {
			copy(t.add(line).cells(), cells)
		}
	}
}

// quoted yields the records of a text by encoding/csv, with their lines. Each
// shares its memory with the next.
func quoted(text []byte, comma rune) func() ([]string, int, error) {
	r := csv.NewReader(bytes.NewReader(text))
	r.Comma, r.ReuseRecord = comma, true
	return func() ([]string, int, error) {
		cells, err := r.Read()
		if err != nil {
			return nil, 0, err
		}
		line, _ := r.FieldPos(0)
		return cells, line, nil
	}
}

// unquoted does the same for a text without quotation marks, which most long
// tables are, at twice the speed: there a line is a record.
func unquoted(text []byte, comma byte) func() ([]string, int, error) {
	rest, line, width := string(text), 0, 0
	var cells []string
	return func() ([]string, int, error) {
		for rest != "" {
			var l string
			l, rest, _ = strings.Cut(rest, "\n")
			line++
			if l = strings.TrimSuffix(l, "\r"); l == "" {
				continue
			}
			cells = cells[:0]
			for {
				i := strings.IndexByte(l, comma)
				if i < 0 {
					break
				}
				cells, l = append(cells, l[:i]), l[i+1:]
			}
			cells = append(cells, l)
			if width == 0 {
				width = len(cells)
			}
			if len(cells) != width {
				return nil, 0, &csv.ParseError{StartLine: line, Line: line, Column: 1, Err: csv.ErrFieldCount}
			}
			return cells, line, nil
		}
		return nil, 0, io.EOF
	}
}

// narrow refuses a first line of too many columns before it is taken apart.
func narrow(name string, text []byte, comma byte) error {
	line := text
	if i := bytes.IndexByte(text, '\n'); i >= 0 {
		line = text[:i]
	}
	if n := bytes.Count(line, []byte{comma}) + 1; n > MaxColumns {
		return sightline.Errorf(sightline.Invalid, "read table", name, "it has %d columns, the limit is %d", n, MaxColumns).
			WithHint("This is not the file that the importer knows.")
	}
	return nil
}

// plainText checks that a text is UTF-8 and has line ends that a reader knows.
func plainText(name string, text []byte) (out []byte, note string, err error) {
	bad := func(format string, args ...any) *sightline.Error {
		return sightline.Errorf(sightline.Invalid, "read text", name, format, args...)
	}
	switch {
	case bytes.HasPrefix(text, []byte("\xFF\xFE")), bytes.HasPrefix(text, []byte("\xFE\xFF")), wide(text):
		return nil, "", bad("the file is UTF-16, not UTF-8").WithHint("Convert it: iconv -f UTF-16 -t UTF-8 OLD > NEW")
	case bytes.HasPrefix(text, []byte("PK\x03\x04")):
		return nil, "", bad("the file is a zip archive or workbook, not text").WithHint("Name the file in it that the importer asks for.")
	case bytes.HasPrefix(text, []byte("\x1F\x8B")):
		return nil, "", bad("the file is compressed").WithHint("Unpack it with gunzip first.")
	}
	text = bytes.TrimPrefix(text, []byte("\uFEFF"))
	if !utf8.Valid(text) {
		at, line := 0, 1
		for at < len(text) {
			r, n := utf8.DecodeRune(text[at:])
			if r == utf8.RuneError && n == 1 {
				break
			}
			if r == '\n' {
				line++
			}
			at += n
		}
		return nil, "", bad("it is not UTF-8: byte %#x in line %d", text[at], line).WithHint("If it is Windows-1252 or Latin-1, convert it: iconv -f WINDOWS-1252 -t UTF-8 OLD > NEW")
	}
	if i := bytes.IndexByte(text, 0); i >= 0 {
		return nil, "", bad("it holds a zero byte at offset %d", i).WithHint("This is no text file, or it is damaged: get it again.")
	}
	if bytes.IndexByte(text, '\r') >= 0 && bytes.IndexByte(text, '\n') < 0 {
		return bytes.ReplaceAll(text, []byte("\r"), []byte("\n")), "its lines end with CR alone; read as line ends", nil
	}
	return text, "", nil
}

// wide reports whether plain letters stand two bytes apart, as in UTF-16
// without a mark.
func wide(text []byte) bool {
	n := min(len(text), 64) &^ 1
	if n < 8 {
		return false
	}
	even, odd := 0, 0
	for i := 0; i < n; i += 2 {
		if text[i] == 0 {
			even++
		}
		if text[i+1] == 0 {
			odd++
		}
	}
	return even > n/4 || odd > n/4
}

// JSON reads a list of flat objects: the whole text, or the member of the
// outer object that list names. Lists of scalars in an object are joined with
// "|", null is the empty text, and anything deeper is an error.
func JSON(name string, text []byte, list string) (*Table, error) {
	bad := func(format string, args ...any) error {
		return sightline.Errorf(sightline.Invalid, "read table", name, format, args...).
			WithHint("The file is cut short, damaged or not the one that the importer knows: get it again.")
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
	var columns []string
	known := map[string]bool{}
	for _, o := range objects {
		for _, k := range sorted(o) {
			if !known[k] {
				known[k] = true
				columns = append(columns, k)
			}
		}
		if len(columns) > MaxColumns {
			break
		}
	}
	t, err := newTable(name, columns)
	if err != nil {
		return nil, err
	}
	if len(objects)*len(columns) > MaxCells {
		return nil, bad("it has %d objects with %d different keys: too many", len(objects), len(columns))
	}
	for i, o := range objects {
		row := t.add(i + 1)
		for k, raw := range o {
			v, err := scalar(raw)
			if err != nil {
				return nil, bad("object %d, %s: %w", i+1, k, err)
			}
			row.cells()[t.place[k]] = v
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
