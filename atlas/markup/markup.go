// Package markup writes pieces of a page that would cost too much as templates:
// those that a page has many of. Tags are constants of the source code; every
// other text is escaped.
package markup

import (
	"html/template"
	"strconv"
	"sync"
)

// tag is markup of ours. A caller elsewhere can write only a constant where one
// is wanted, so that no text from a record gets there.
type tag string

// Writer puts a piece of a page together. New gives one.
type Writer struct{ b []byte }

// writers are those at rest, so that each page finds one with room.
var writers = sync.Pool{New: func() any { return &Writer{make([]byte, 0, 4<<10)} }}

// New is an empty writer.
func New() *Writer { return writers.Get().(*Writer) }

// Tag writes markup of ours.
func (w *Writer) Tag(t tag) { w.b = append(w.b, t...) }

// HTML writes what was escaped already.
func (w *Writer) HTML(h template.HTML) { w.b = append(w.b, h...) }

// Text writes a text or the value of an attribute in quotation marks, escaped.
// An address must be one of ours: its scheme is not looked at.
func (w *Writer) Text(s string) {
	last := 0
	for i := 0; i < len(s); i++ {
		var e string
		switch s[i] {
		case '&':
			e = "&amp;"
		case '<':
			e = "&lt;"
		case '>':
			e = "&gt;"
		case '"':
			e = "&#34;"
		case '\'':
			e = "&#39;"
		case 0:
			e = "\uFFFD"
		default:
			continue
		}
		w.b = append(append(w.b, s[last:i]...), e...)
		last = i + 1
	}
	w.b = append(w.b, s[last:]...)
}

// Int writes a number that a reader does not see, such as that of an anchor.
func (w *Writer) Int(n int) { w.b = strconv.AppendInt(w.b, int64(n), 10) }

// Done is what was written. The writer must not be used afterwards.
func (w *Writer) Done() template.HTML {
	out := template.HTML(w.b)
	w.b = w.b[:0]
	writers.Put(w)
	return out
}
