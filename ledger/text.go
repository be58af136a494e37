package ledger

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"strings"

	"sightline"
	"sightline/internal/order"

	"github.com/go-json-experiment/json"
)

// Export writes a store as claim text: every record that was recorded by then,
// one a line, sorted by kind, id and version. Recorded times are not in the
// text. The same content gives the same bytes, whatever store it comes from.
func Export(w io.Writer, s sightline.Store, asRecorded sightline.Instant) error {
	out := bufio.NewWriterSize(w, 1<<16)
	for e, err := range s.Records(asRecorded) {
		if err != nil {
			return err
		}
		out.Write(e.Record.Text())
		out.WriteByte('\n') // errors stick to the writer
	}
	if err := out.Flush(); err != nil {
		return &sightline.Error{Code: sightline.Unavailable, Op: "export", Err: err, Hint: "The text is not whole. Make room and run it again."}
	}
	return nil
}

// ImportOptions says how claim text is imported.
type ImportOptions struct {
	Now      sightline.Instant    // when it is recorded
	Batch    int                  // lines in a transaction; 0 is the usual number
	Rejected io.Writer            // takes a [Rejection] a line; nil throws them away
	Progress func(Progress) error // called after each commit; an error stops the import
}

// Progress tells how far an import is. What is counted as appended is on the
// disk.
type Progress struct {
	Lines    int64 // read, with blank ones
	Blank    int64
	Appended int64
	Held     int64 // were there already, with the same content
	Rejected int64
	Waiting  int64 // need something that is not held yet and may still come
	Head     Head
}

// Rejection is a line that was not imported.
type Rejection struct {
	Line   int64          `json:"line"`
	Code   sightline.Code `json:"code"`
	Reason string         `json:"reason"`
	Hint   string         `json:"hint,omitzero"`
	Bytes  int64          `json:"bytes"` // in the line
	Text   string         `json:"text"`  // the line, or its first 4096 bytes; what is no UTF-8 is replaced
}

const (
	usualBatch = 50_000
	keptBytes  = 4096
	// maxWaiting bounds the text of lines that wait for others. Beyond it they
	// are rejected, and a second import of the same file takes them in.
	maxWaiting = 64 << 20
)

// line is one line of claim text that was read.
type line struct {
	number int64
	size   int64
	start  string
	record sightline.Record
	err    error // why it is no record
}

// Import reads claim text and appends it in batches, each of which is one
// transaction. A line that cannot be used is counted and kept with its reason.
// A line that names a source, entity or version that is not held, or meets an
// open claim in its way, waits until the end of the text. An import that was cut off is simply run again: lines
// that are held already are counted as such.
func Import(ctx context.Context, l *Ledger, r io.Reader, o ImportOptions) (Progress, error) {
	if o.Batch <= 0 {
		o.Batch = usualBatch
	}
	im := &importer{l: l, o: o}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	// The next batch is parsed while this one is written.
	type parsed struct {
		lines []line
		blank int64
		err   error
	}
	batches := make(chan parsed, 1)
	go func() {
		defer close(batches)
		in := lineReader{in: bufio.NewReaderSize(r, sightline.MaxLine+2)}
		for {
			var p parsed
			p.lines, p.blank, p.err = in.batch(o.Batch)
			select {
			case batches <- p:
			case <-ctx.Done():
				return
			}
			if p.err != nil {
				return
			}
		}
	}()
	for p := range batches {
		if p.err != nil && p.err != io.EOF {
			return im.done, &sightline.Error{Code: sightline.Unavailable, Op: "import", Err: p.err, Hint: "The text could not be read to its end. What was acknowledged is held; run the import again."}
		}
		im.done.Lines += int64(len(p.lines)) + p.blank
		im.done.Blank += p.blank
		if err := im.take(ctx, p.lines, false); err != nil {
			return im.done, err
		}
	}
	if err := ctx.Err(); err != nil {
		return im.done, storeError("import", "", err)
	}
	return im.done, im.settle(ctx)
}

// importer is one call of Import.
type importer struct {
	l       *Ledger
	o       ImportOptions
	done    Progress
	waiting []line
	held    int // bytes of text that wait
}

// settle offers the lines that wait until no more of them are accepted.
func (im *importer) settle(ctx context.Context) error {
	for len(im.waiting) > 0 {
		lines, before := im.waiting, im.done.Appended
		im.waiting, im.held, im.done.Waiting = nil, 0, 0
		if err := im.take(ctx, lines, false); err != nil {
			return err
		}
		if im.done.Appended == before {
			lines, im.waiting, im.held, im.done.Waiting = im.waiting, nil, 0, 0
			return im.take(ctx, lines, true)
		}
	}
	return nil
}

// take appends one batch and accounts for each of its lines. At the last call
// a line may wait no longer.
func (im *importer) take(ctx context.Context, lines []line, last bool) error {
	var records []sightline.Record
	var of []line // of each record
	var rejected []line
	for _, ln := range lines {
		if ln.err != nil {
			rejected = append(rejected, ln)
			continue
		}
		records = append(records, ln.record)
		of = append(of, ln)
	}
	result, err := im.l.Append(ctx, im.o.Now, records)
	if err != nil {
		return err
	}
	im.done.Appended += int64(result.Appended)
	im.done.Held += int64(result.Held)
	im.done.Head = result.Head
	for _, refusal := range result.Refused {
		ln := of[refusal.Index]
		if size := len(ln.record.Text()); refusal.Waits && !last && im.held+size <= maxWaiting {
			im.waiting = append(im.waiting, ln)
			im.held += size
			im.done.Waiting++
			continue
		}
		ln.err = refusal.Err
		rejected = append(rejected, ln)
	}
	order.By(rejected, func(a, b line) int { return int(a.number - b.number) })
	for _, ln := range rejected {
		if err := im.reject(ln); err != nil {
			return err
		}
	}
	if im.o.Progress != nil {
		return im.o.Progress(im.done)
	}
	return nil
}

func (im *importer) reject(ln line) error {
	im.done.Rejected++
	if im.o.Rejected == nil {
		return nil
	}
	b, err := json.Marshal(Rejection{
		Line: ln.number, Code: sightline.ErrorCode(ln.err), Reason: strings.ToValidUTF8(ln.err.Error(), "\uFFFD"),
		Hint: strings.ToValidUTF8(sightline.ErrorHint(ln.err), "\uFFFD"), Bytes: ln.size, Text: strings.ToValidUTF8(ln.start, "\uFFFD"),
	})
	if err != nil {
		return sightline.Errorf(sightline.Internal, "keep rejected line", "", "%v", err)
	}
	if _, err := im.o.Rejected.Write(append(b, '\n')); err != nil {
		return &sightline.Error{Code: sightline.Unavailable, Op: "keep rejected line", Err: err, Hint: "Make room where the rejected lines are kept and run the import again."}
	}
	return nil
}

// lineReader cuts a text into lines without ever holding more of one than a
// record can have.
type lineReader struct {
	in     *bufio.Reader
	number int64
}

var bom = []byte("\uFEFF")

// batch reads up to n lines. The error is io.EOF at the end of the text.
func (lr *lineReader) batch(n int) (lines []line, blank int64, err error) {
	for len(lines) < n {
		text, size, err := lr.next()
		if err != nil && (err != io.EOF || size == 0) {
			return lines, blank, err
		}
		lr.number++
		if lr.number == 1 {
			text = bytes.TrimPrefix(text, bom) // some editors put it there
		}
		if len(bytes.TrimSpace(text)) == 0 && size <= sightline.MaxLine {
			blank++
		} else {
			ln := line{number: lr.number, size: size, start: string(text[:min(len(text), keptBytes)])}
			if size > sightline.MaxLine {
				ln.err = sightline.Errorf(sightline.Invalid, "read line", "", "the line has %d bytes, the limit is %d", size, sightline.MaxLine).
					WithHint("Is it claim text? Each record stands in a line of its own.")
			} else {
				ln.record, ln.err = sightline.ParseRecord(text)
			}
			lines = append(lines, ln)
		}
		if err != nil {
			return lines, blank, err
		}
	}
	return lines, blank, nil
}

// next reads a line without its end. Of a line that is too long only the first
// bytes are kept; size tells how long it is.
func (lr *lineReader) next() (text []byte, size int64, err error) {
	text, err = lr.in.ReadSlice('\n')
	size = int64(len(text))
	if errors.Is(err, bufio.ErrBufferFull) {
		text = bytes.Clone(text[:keptBytes])
		var more []byte
		for errors.Is(err, bufio.ErrBufferFull) {
			more, err = lr.in.ReadSlice('\n')
			size += int64(len(more))
		}
		return text, size - int64(len(more)-len(trimEnd(more))), err
	}
	if err == nil {
		text = trimEnd(text)
		size = int64(len(text))
	}
	return text, size, err
}

func trimEnd(line []byte) []byte {
	return bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
}
