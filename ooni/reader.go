package ooni

import (
	"archive/tar"
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/pierrec/lz4/v4"
	"go.yaml.in/yaml/v3"

	"sightline"
	"sightline/internal/gunzip"
)

// Mode says what a [Reader] does about a record that it can't use.
type Mode uint8

// The four ways through damaged input. In each of them damage is counted.
const (
	Skip     Mode = iota // pass over it
	Fail                 // stop: Next returns the damage, and then io.EOF
	Diagnose             // Next returns the damage, and the next call goes on
	Recover              // look for usable records inside and behind it, then pass over the rest
)

// Options bound what a Reader takes. A zero field has its default.
type Options struct {
	Mode      Mode
	MaxRecord int    // bytes of one record, 1 KiB to 1 GiB; default 32 MiB
	MaxValues int    // JSON values in one record; default 2^20
	MaxBytes  int64  // bytes after decompression in the whole stream; default 2^44 (16 TiB)
	Name      string // of the source, for [Damage] and [Measurement]
}

// Damage is a stretch of input that could not be used. It matches
// [sightline.Error] of code Corrupt.
type Damage struct {
	Source string // file or archive member
	Line   int64  // record in that source, from 1; 0 where the container itself is damaged
	Bytes  int64  // bytes lost, where known
	Reason string // one of the Reason… constants
	Detail string
}

func (d *Damage) Error() string {
	return fmt.Sprintf("read measurements: %s: record %d: %s: %s", d.Source, d.Line, d.Reason, d.Detail)
}

// Unwrap gives the error with its hint.
func (d *Damage) Unwrap() error {
	return sightline.Errorf(sightline.Corrupt, "read measurements", d.Source, "record %d: %s: %s", d.Line, d.Reason, d.Detail).
		WithHint("Fetch the file again, or go on without the record: it is counted.")
}

// The reasons for damage, for counting.
const (
	ReasonNotJSON   = "not JSON"
	ReasonNotObject = "not an object"
	ReasonNoTest    = "no test_name"
	ReasonTooLong   = "record too long"
	ReasonTooMany   = "too many values"
	ReasonTooDeep   = "nested too deep"
	ReasonContainer = "damaged container"
	ReasonTooMuch   = "stream over its limit"
)

// Stats counts what a Reader has seen so far.
type Stats struct {
	Records   int64            // measurements returned
	Bytes     int64            // bytes after decompression
	Lost      int64            // bytes of damaged records, where known
	Recovered int64            // records found inside or behind damage (mode Recover)
	Damaged   map[string]int64 // by reason
}

// Damages is the number of damages of all kinds.
func (s Stats) Damages() (n int64) {
	for _, c := range s.Damaged {
		n += c
	}
	return n
}

// Reader yields the measurements of one stream.
type Reader struct {
	opt    Options
	stats  Stats
	src    *counter
	docs   *splitter     // the records of the current source
	tars   []*tar.Reader // open archives, outermost first
	name   string
	queue  [][]byte // records recovered from a damaged one
	doc    *document
	m      Measurement
	report *yaml.Node // what a YAML report says of itself
	done   bool
}

// counter counts and limits bytes after decompression.
type counter struct{ n, in, max int64 }

var errTooMuch = errors.New("more bytes than the limit, or a decompression bomb")

// Measurements compress four to ten times. Beyond bombFloor bytes a stream
// that has grown more than bombRatio times is taken for a bomb; both are of
// our choosing (TestGzipBomb).
const (
	bombFloor = 256 << 20
	bombRatio = 200
)

type fed struct {
	r io.Reader
	c *counter
}

func (f fed) Read(p []byte) (int, error) {
	n, err := f.r.Read(p)
	f.c.in += int64(n)
	return n, err
}

type counted struct {
	r io.Reader
	c *counter
}

func (c counted) Read(p []byte) (int, error) {
	if c.c.n >= c.c.max || c.c.n > bombFloor && c.c.n > bombRatio*c.c.in {
		return 0, errTooMuch
	}
	n, err := c.r.Read(p)
	c.c.n += int64(n)
	return n, err
}

// NewReader starts to read r, whose container is told from its first bytes:
// gzip (also several members in a row), lz4 frames, tar, JSON, or YAML of data
// format 0.1.0. Containers may be nested three deep.
func NewReader(r io.Reader, opt Options) *Reader {
	if opt.MaxRecord == 0 {
		opt.MaxRecord = 32 << 20
	}
	opt.MaxRecord = min(max(opt.MaxRecord, 1<<10), 1<<30)
	if opt.MaxValues == 0 {
		opt.MaxValues = 1 << 20
	}
	if opt.MaxBytes == 0 {
		opt.MaxBytes = 1 << 44
	}
	d := &Reader{opt: opt, name: opt.Name, src: &counter{max: opt.MaxBytes}}
	d.stats.Damaged = map[string]int64{}
	if dm := d.open(fed{r, d.src}, 0); dm != nil {
		d.docs = &splitter{err: dm}
	}
	return d
}

// Stats is what was seen so far. The map is the reader's own.
func (d *Reader) Stats() Stats {
	d.stats.Bytes = d.src.n
	return d.stats
}

// open peels containers off r until it comes to records or an archive.
func (d *Reader) open(r io.Reader, nested int) *Damage {
	br := bufio.NewReaderSize(r, 64<<10)
	head, err := br.Peek(512)
	if len(head) == 0 && err != nil && err != io.EOF {
		return d.container(err)
	}
	switch {
	case nested > 3:
		return &Damage{Source: d.name, Reason: ReasonContainer, Detail: "containers nested more than three deep"}
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		if d.opt.Mode == Recover {
			return d.open(&recovery{src: &history{r: br}, note: d.note}, nested+1)
		}
		return d.open(gunzip.NewReader(br), nested+1)
	case bytes.HasPrefix(head, []byte{0x04, 0x22, 0x4d, 0x18}):
		return d.open(lz4.NewReader(br), nested+1)
	case len(head) >= 262 && bytes.HasPrefix(head[257:], []byte("ustar")):
		d.tars = append(d.tars, tar.NewReader(br))
		d.docs = nil
		return nil
	case bytes.HasPrefix(head, []byte("---")) || bytes.HasPrefix(head, []byte("#")):
		d.docs = newSplitter(counted{br, d.src}, d.opt.MaxRecord)
		d.docs.yaml, d.report = true, nil
		return nil
	}
	d.docs = newSplitter(counted{br, d.src}, d.opt.MaxRecord)
	return nil
}

func (d *Reader) container(err error) *Damage {
	reason := ReasonContainer
	if errors.Is(err, errTooMuch) {
		reason = ReasonTooMuch
	}
	return &Damage{Source: d.name, Reason: reason, Detail: err.Error()}
}

// note counts damage that does not stop a Reader.
func (d *Reader) note(dm *Damage) {
	if dm.Source == "" {
		dm.Source = d.name
	}
	d.stats.Damaged[dm.Reason]++
	d.stats.Lost += dm.Bytes
}

// Next returns the next measurement, or io.EOF. The measurement is valid
// until the next call. In the modes Fail and Diagnose the error may be a
// [*Damage].
func (d *Reader) Next() (*Measurement, error) {
	for !d.done {
		rec, dm, err := d.record()
		if err != nil {
			d.done = true
			break
		}
		if dm == nil {
			if dm = d.decode(rec); dm == nil {
				d.stats.Records++
				return &d.m, nil
			}
			if d.opt.Mode == Recover {
				d.salvage(rec, dm)
			}
		}
		d.note(dm)
		switch d.opt.Mode {
		case Fail:
			d.done = true
			return nil, dm
		case Diagnose:
			return nil, dm
		}
	}
	return nil, io.EOF
}

// record is the next stretch of bytes that should be a measurement.
func (d *Reader) record() ([]byte, *Damage, error) {
	for {
		if n := len(d.queue); n > 0 {
			rec := d.queue[0]
			d.queue = d.queue[1:]
			return rec, nil, nil
		}
		if d.docs != nil {
			rec, dm := d.docs.next()
			if dm != nil {
				if dm.Source = d.name; errors.Is(d.docs.cause, errTooMuch) {
					dm.Reason = ReasonTooMuch
				}
				dm.Line = max(dm.Line, d.docs.n)
				return nil, dm, nil
			}
			if rec != nil && d.docs.yaml {
				if rec, dm = d.fromYAML(rec); rec == nil && dm == nil {
					continue // about the report itself
				}
				return rec, dm, nil
			}
			if rec != nil {
				return rec, nil, nil
			}
			d.docs = nil
		}
		n := len(d.tars)
		if n == 0 {
			return nil, nil, io.EOF
		}
		h, err := d.tars[n-1].Next()
		if err == io.EOF {
			d.tars = d.tars[:n-1]
			continue
		}
		if err != nil {
			d.tars = d.tars[:n-1]
			return nil, d.container(err), nil
		}
		if h.Typeflag != tar.TypeReg || h.Size == 0 {
			continue
		}
		d.name = h.Name
		if dm := d.open(d.tars[n-1], n); dm != nil {
			return nil, dm, nil
		}
	}
}

// decode parses one record into d.m.
func (d *Reader) decode(rec []byte) *Damage {
	damage := func(reason, format string, args ...any) *Damage {
		line := int64(0)
		if d.docs != nil {
			line = d.docs.n
		}
		return &Damage{Source: d.name, Line: line, Bytes: int64(len(rec)), Reason: reason, Detail: fmt.Sprintf(format, args...)}
	}
	if n := tooMany(rec, d.opt.MaxValues); n > 0 {
		return damage(ReasonTooMany, "more than %d values", d.opt.MaxValues)
	}
	if d.doc == nil || len(d.doc.text) > 4<<20 {
		d.doc = &document{} // what it holds grows with the largest record
	}
	if err := d.doc.parse(rec); err == errDepth {
		return damage(ReasonTooDeep, "%s", err)
	} else if err != nil {
		return damage(ReasonNotJSON, "%s", err)
	}
	root := Value{d.doc, 0}
	if root.Kind() != Object {
		return damage(ReasonNotObject, "a JSON %s", root.Kind())
	}
	uid := ""
	if root.Get("format").Str() == "json" && root.Get("content").Kind() == Object {
		// A postcan: the body that a probe posted. Its name is the uid.
		root = root.Get("content")
		uid = strings.TrimSuffix(d.name[strings.LastIndexByte(d.name, '/')+1:], ".post")
	}
	if root.Get("test_name").Kind() != String {
		return damage(ReasonNoTest, "the object names no test")
	}
	d.m = Measurement{Raw: rec, Source: d.name}
	if d.docs != nil {
		d.m.Line = d.docs.n
	}
	d.m.fill(root)
	if d.m.UID == "" {
		d.m.UID = uid
	}
	return nil
}

// tooMany returns 0 unless rec holds more than limit values. Commas, brackets
// and braces outside strings bound their number; counting them everywhere is
// quick, and the exact count is made only where that is over the limit.
func tooMany(rec []byte, limit int) int {
	if len(rec) <= limit {
		return 0
	}
	n := bytes.Count(rec, []byte(",")) + bytes.Count(rec, []byte("[")) + bytes.Count(rec, []byte("{"))
	if n <= limit {
		return 0
	}
	n = 0
	for i := 0; i < len(rec); i++ {
		switch rec[i] {
		case ',', '[', '{':
			n++
		case '"':
			for i++; i < len(rec) && rec[i] != '"'; i++ {
				if rec[i] == '\\' {
					i++
				}
			}
		}
	}
	if n <= limit {
		return 0
	}
	return n
}

// salvage looks for records glued together or behind garbage: at most 64
// starts of an object within a damaged record are tried. Each must name a
// test.
func (d *Reader) salvage(rec []byte, dm *Damage) {
	if len(d.queue) > 0 || dm.Reason == ReasonTooMany || dm.Reason == ReasonTooDeep {
		return
	}
	b := newBalancer()
	var doc document
	for at, tries := 0, 0; tries < 64 && at < len(rec); tries++ {
		i := bytes.Index(rec[at:], []byte(`{"`))
		if i < 0 {
			return
		}
		at += i
		n := b.scan(rec[at:])
		if n == 0 {
			at += 2
			continue
		}
		// A part of a broken record, such as its annotations, is an object
		// too: only what names a test and has keys of its own is a record.
		if v := (Value{&doc, 0}); doc.parse(rec[at:at+n]) == nil && v.Get("test_name").Kind() != Missing && v.Get("test_keys").Kind() != Missing && n < len(rec) {
			d.queue = append(d.queue, bytes.Clone(rec[at:at+n]))
			d.stats.Recovered++
			at += n
			continue
		}
		at += 2
	}
}
