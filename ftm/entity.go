package ftm

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"sightline/internal/order"
)

// Entity is a node or an edge: an id, a schema, and properties that may each
// have several values. Values are text; what they mean is in the schema.
type Entity struct {
	ID         string
	Schema     string
	Caption    string   // a label derived from the properties
	Properties []Values // in the order of their names, as a writer leaves them
	Datasets   []string // that say something of it
	Referents  []string // ids of the entities that were merged into it
	Origin     []string // stages or tools that made its statements
	FirstSeen  string
	LastSeen   string
	LastChange string
	Target     Flag     // in older files: whether its data set is about it
	More       []Member // members that the format does not have, as they stood
}

// Values are those of one property.
type Values struct {
	Prop   string
	Values []string
}

// Member is a member of a JSON object.
type Member struct {
	Name  string
	Value jsontext.Value
}

// Flag is a truth that may not be stated.
type Flag uint8

// The three states of a flag.
const (
	NotStated Flag = iota
	No
	Yes
)

// Values lists the values of a property.
func (e *Entity) Values(prop string) []string {
	for _, p := range e.Properties {
		if p.Prop == prop {
			return p.Values
		}
	}
	return nil
}

// First is the first value of a property, or "".
func (e *Entity) First(prop string) string {
	if v := e.Values(prop); len(v) > 0 {
		return v[0]
	}
	return ""
}

// Member finds a member that the format does not have.
func (e *Entity) Member(name string) (jsontext.Value, bool) {
	for _, m := range e.More {
		if m.Name == name {
			return m.Value, true
		}
	}
	return nil, false
}

// EntityWriter writes entities as JSON Lines. Lists and properties come out
// sorted, for the library writes them in the order of a hash; the values of a
// property keep their order.
type EntityWriter struct {
	w io.Writer
	b []byte
}

// NewEntityWriter makes a writer.
func NewEntityWriter(w io.Writer) *EntityWriter {
	return &EntityWriter{w: w, b: make([]byte, 0, 2*writeAt)}
}

// Write adds one entity, and sorts its properties by name. A text that is not
// UTF-8 is an error, and nothing of the entity is written.
func (w *EntityWriter) Write(e *Entity) error {
	b, err := e.append(w.b)
	if err != nil {
		return fmt.Errorf("entity %q: %w", e.ID, err)
	}
	w.b = b
	if len(w.b) < writeAt {
		return nil
	}
	return w.Flush()
}

// Flush writes what is held back. It ends a file.
func (w *EntityWriter) Flush() error {
	_, err := w.w.Write(w.b)
	w.b = w.b[:0]
	return err
}

func (e *Entity) append(b []byte) (_ []byte, err error) {
	text := func(key, s string) {
		if s != "" && err == nil {
			b = append(b, key...)
			b, err = jsontext.AppendQuote(b, s)
		}
	}
	list := func(key string, values []string, sorted bool) {
		if len(values) == 0 {
			return
		}
		if sorted && !slices.IsSorted(values) {
			values = slices.Sorted(slices.Values(values))
		}
		b = append(b, key...)
		for i, v := range values {
			if i > 0 {
				b = append(b, ',')
			}
			if err == nil {
				b, err = jsontext.AppendQuote(b, v)
			}
		}
		b = append(b, ']')
	}
	b = append(b, `{"id":`...)
	if b, err = jsontext.AppendQuote(b, e.ID); err != nil {
		return b, err
	}
	text(`,"caption":`, e.Caption)
	text(`,"schema":`, e.Schema)
	order.By(e.Properties, func(a, b Values) int { return strings.Compare(a.Prop, b.Prop) })
	b = append(b, `,"properties":{`...)
	for i, p := range e.Properties {
		if i > 0 {
			b = append(b, ',')
		}
		if err == nil {
			b, err = jsontext.AppendQuote(b, p.Prop)
		}
		if len(p.Values) == 0 {
			b = append(b, ":[]"...)
		}
		list(":[", p.Values, false)
	}
	b = append(b, '}')
	list(`,"referents":[`, e.Referents, true)
	list(`,"datasets":[`, e.Datasets, true)
	list(`,"origin":[`, e.Origin, true)
	text(`,"first_seen":`, e.FirstSeen)
	text(`,"last_seen":`, e.LastSeen)
	text(`,"last_change":`, e.LastChange)
	switch e.Target {
	case Yes:
		b = append(b, `,"target":true`...)
	case No:
		b = append(b, `,"target":false`...)
	}
	for _, m := range e.More {
		if err == nil {
			b, err = jsontext.AppendQuote(append(b, ','), m.Name)
		}
		b = append(append(b, ':'), m.Value...)
	}
	return append(b, '}', '\n'), err
}

// EntityReader reads entities from JSON Lines.
type EntityReader struct {
	damaged func(Damage) error
	rows    rowReader
	line    int64
	in      bytes.Buffer
	dec     *jsontext.Decoder
	names   map[string]string // of properties and schemata, each held once
}

// NewEntityReader makes a reader. Damage is handed to damaged, which may be
// nil; an error of its ends the reading.
func NewEntityReader(r io.Reader, damaged func(Damage) error) *EntityReader {
	return &EntityReader{damaged: damaged, rows: rowReader{in: r, plain: true}, dec: jsontext.NewDecoder(new(bytes.Buffer)), names: map[string]string{}}
}

// Line is where the last entity stood.
func (r *EntityReader) Line() int64 { return r.line }

// Read reads the next entity that can be used. The error is io.EOF at the end,
// and otherwise that of the input or of the damaged function.
func (r *EntityReader) Read() (Entity, error) {
	for {
		text, line, err := r.rows.next()
		var bad *badRow
		if err != nil && !errors.As(err, &bad) {
			return Entity{}, err
		}
		var e Entity
		var reason error
		switch {
		case bad != nil:
			reason = bad
		case len(bytes.TrimSpace(text)) == 0:
			continue
		default:
			e, reason = r.entity(text)
		}
		if reason == nil {
			r.line = line
			return e, nil
		}
		size := int64(len(text))
		if bad != nil {
			text, size = r.rows.backUp(false), bad.size
		}
		if r.damaged != nil {
			if err := r.damaged(Damage{line, size, keep(text), jsonReason(reason)}); err != nil {
				return Entity{}, err
			}
		}
	}
}

func jsonReason(err error) string {
	return strings.TrimPrefix(err.Error(), "jsontext: ")
}

// intern holds a name once; a hostile file cannot make it hold many.
func (r *EntityReader) intern(b []byte) string {
	if s, ok := r.names[string(b)]; ok {
		return s
	}
	s := string(b)
	if len(r.names) < 10_000 && len(s) < 100 {
		r.names[s] = s
	}
	return s
}

func (r *EntityReader) entity(text []byte) (e Entity, err error) {
	r.in.Reset()
	r.in.Write(text)
	r.dec.Reset(&r.in, jsontext.AllowDuplicateNames(false), jsontext.AllowInvalidUTF8(false))
	d := r.dec
	if d.PeekKind() != '{' {
		if _, err := d.ReadToken(); err != nil && err != io.EOF {
			return e, err
		}
		return e, errors.New("it is no JSON object")
	}
	if _, err := d.ReadToken(); err != nil {
		return e, err
	}
	properties := false
	for d.PeekKind() == '"' {
		name, err := r.name()
		if err != nil {
			return e, err
		}
		switch name {
		case "id":
			e.ID, err = r.text(name)
		case "schema":
			e.Schema, err = r.text(name)
			e.Schema = r.intern([]byte(e.Schema))
		case "caption":
			e.Caption, err = r.text(name)
		case "first_seen":
			e.FirstSeen, err = r.text(name)
		case "last_seen":
			e.LastSeen, err = r.text(name)
		case "last_change":
			e.LastChange, err = r.text(name)
		case "datasets":
			e.Datasets, err = r.list(name)
		case "referents":
			e.Referents, err = r.list(name)
		case "origin":
			e.Origin, err = r.list(name)
		case "target":
			var t jsontext.Token
			if t, err = d.ReadToken(); err == nil {
				switch t.Kind() {
				case 't':
					e.Target = Yes
				case 'f':
					e.Target = No
				case 'n':
				default:
					err = errors.New("target is neither true nor false")
				}
			}
		case "properties":
			properties = true
			e.Properties, err = r.properties()
		default:
			var v jsontext.Value
			if v, err = d.ReadValue(); err == nil {
				e.More = append(e.More, Member{name, v.Clone()})
			}
		}
		if err != nil {
			return e, err
		}
	}
	if _, err := d.ReadToken(); err != nil { // the closing brace
		return e, err
	}
	if _, err := d.ReadToken(); err != io.EOF {
		return e, errors.New("text follows the object")
	}
	switch {
	case e.ID == "":
		return e, errors.New("it has no id")
	case e.Schema == "":
		return e, errors.New("it has no schema")
	case !properties:
		return e, errors.New("it has no properties")
	}
	return e, nil
}

func (r *EntityReader) name() (string, error) {
	v, err := r.dec.ReadValue()
	if err != nil {
		return "", err
	}
	if plain := v[1 : len(v)-1]; bytes.IndexByte(plain, '\\') < 0 {
		return r.intern(plain), nil
	}
	b, err := jsontext.AppendUnquote(nil, v)
	return string(b), err
}

func (r *EntityReader) text(name string) (string, error) {
	switch r.dec.PeekKind() {
	case '"':
	case 'n':
		return "", r.dec.SkipValue()
	case 0:
		_, err := r.dec.ReadToken()
		return "", err
	default:
		return "", fmt.Errorf("%s is no text", name)
	}
	v, err := r.dec.ReadValue()
	if err != nil {
		return "", err
	}
	if plain := v[1 : len(v)-1]; bytes.IndexByte(plain, '\\') < 0 {
		return string(plain), nil
	}
	b, err := jsontext.AppendUnquote(nil, v)
	return string(b), err
}

// list reads texts. The library takes one text for a list of one, and so do
// we.
func (r *EntityReader) list(name string) ([]string, error) {
	switch r.dec.PeekKind() {
	case '"':
		s, err := r.text(name)
		return []string{s}, err
	case 'n':
		return nil, r.dec.SkipValue()
	case '[':
	case 0:
		_, err := r.dec.ReadToken()
		return nil, err
	default:
		return nil, fmt.Errorf("%s is no list of texts", name)
	}
	if _, err := r.dec.ReadToken(); err != nil {
		return nil, err
	}
	list := make([]string, 0, 2)
	for {
		switch r.dec.PeekKind() {
		case '"':
			s, err := r.text(name)
			if err != nil {
				return nil, err
			}
			list = append(list, s)
		case ']':
			_, err := r.dec.ReadToken()
			return list, err
		case '{':
			return nil, fmt.Errorf("%s holds an entity inside the entity; only flat files are read", name)
		case 0:
			_, err := r.dec.ReadToken()
			return nil, err
		default:
			return nil, fmt.Errorf("%s holds a value that is no text", name)
		}
	}
}

func (r *EntityReader) properties() ([]Values, error) {
	if k := r.dec.PeekKind(); k != '{' {
		if k == 0 {
			_, err := r.dec.ReadToken()
			return nil, err
		}
		return nil, errors.New("properties is no object")
	}
	if _, err := r.dec.ReadToken(); err != nil {
		return nil, err
	}
	props := make([]Values, 0, 8)
	for r.dec.PeekKind() == '"' {
		name, err := r.name()
		if err != nil {
			return nil, err
		}
		values, err := r.list(name)
		if err != nil {
			return nil, err
		}
		props = append(props, Values{name, values})
	}
	_, err := r.dec.ReadToken()
	return props, err
}
