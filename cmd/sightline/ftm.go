package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"

	"sightline"
	"sightline/ftm"
	"sightline/ftm/claims"
	"sightline/ledger"
)

// ftmOptions says how a file of FollowTheMoney comes in.
type ftmOptions struct {
	format  string
	sources []string
	quiet   bool
}

// importFtM imports one file of FollowTheMoney and returns how many pieces of
// it were rejected. The records that it gives go the way of claim text.
func (a *app) importFtM(ctx context.Context, l *ledger.Ledger, name string, o ftmOptions) (int64, error) {
	path, aside := name, name+".rejected.jsonl"
	if name == "-" {
		// A file with edges is read twice.
		copied, err := a.spool()
		if err != nil {
			return 0, err
		}
		defer os.Remove(copied)
		path, aside = copied, "stdin.rejected.jsonl"
	}
	rejects := &rejections{file: &lazyFile{name: aside}}
	in, out := io.Pipe()
	x := claims.Options{
		Open: func() (io.ReadCloser, error) { return openInput(path) }, Store: l,
		Reject: rejects.read,
	}
	if o.format == formatStatements {
		x.Format = claims.StatementTable
	}
	for _, id := range o.sources {
		x.Sources = append(x.Sources, sightline.SourceID(id))
	}
	type result struct {
		report claims.Report
		err    error
	}
	done := make(chan result, 1)
	go func() {
		w := bufio.NewWriterSize(out, 1<<16)
		x.Emit = func(line int64, r sightline.Record) error {
			rejects.from(line)
			w.Write(r.Text())
			return w.WriteByte('\n') // errors stick to the writer
		}
		report, err := claims.Import(x)
		if err == nil {
			err = w.Flush()
		}
		out.CloseWithError(err) // nil is the end of the text
		done <- result{report, err}
	}()
	p, err := ledger.Import(ctx, l, in, ledger.ImportOptions{
		Now:      sightline.InstantOf(a.now()),
		Rejected: rejects,
		Progress: func(p ledger.Progress) error {
			if !o.quiet {
				fmt.Fprintf(a.errs, "acknowledged %s of %s: %d added, %d held, %d rejected\n", count(p.Lines, "record", "records"), name, p.Appended, p.Held, p.Rejected)
			}
			return nil
		},
	})
	in.CloseWithError(errStopped)
	r := <-done
	if e := rejects.file.Close(); err == nil {
		err = e
	}
	if r.err != nil && !errors.Is(r.err, errStopped) {
		err = r.err // which is why the ledger's text ended
	}
	if err != nil {
		return 0, err
	}
	rejected := r.report.Rejected + p.Rejected
	fmt.Fprintf(a.out, "%s: %s, %d added, %d were held, %d rejected; head %s\n", name, count(p.Lines, "record", "records"), p.Appended, p.Held, rejected, p.Head)
	a.printFtM(&r.report)
	if rejected > 0 {
		fmt.Fprintf(a.out, "what was rejected is in %s\n", aside)
	}
	return rejected, nil
}

// errStopped ends the reading when the ledger takes no more.
var errStopped = errors.New("the ledger takes no more")

// spool copies standard input into a file.
func (a *app) spool() (name string, err error) {
	f, err := os.CreateTemp("", "sightline-*")
	if err == nil {
		if _, err = io.Copy(f, a.in); err == nil {
			return f.Name(), f.Close()
		}
		f.Close()
		os.Remove(f.Name())
	}
	return "", sightline.Errorf(sightline.Unavailable, "import", "-", "%w", err).WithHint("Save the input as a file and import that.")
}

// printFtM says what became of the entities of a file.
func (a *app) printFtM(r *claims.Report) {
	fmt.Fprintf(a.out, "%s read\n", count(r.Entities, "FollowTheMoney entity", "FollowTheMoney entities"))
	for _, x := range []struct {
		n    int64
		what string
	}{
		{r.Carried, "brought their records along"},
		{r.Derived, "follow from records, and are none themselves"},
		{r.Came, "came in as entities"},
		{r.Known, "are held here already under the same id"},
		{r.Edges, "edges came in as claims"},
		{r.Persons, "natural persons left out"},
		{r.PersonEdges, "edges that touch a natural person left out"},
		{r.PerhapsPersons, "legal entities that may be natural persons left out"},
		{r.PerhapsEdges, "edges that touch one of those left out"},
		{r.LooseEdges, "edges left out, for an end of theirs did not come in"},
		{r.Other, "of schemata that nothing here stands for"},
	} {
		if x.n > 0 {
			fmt.Fprintf(a.out, "  %d %s\n", x.n, x.what)
		}
	}
	a.printCounts("not taken", r.NotTaken)
	a.printCounts("unknown to our table of the model", r.Unknown)
	for _, id := range r.NewSources {
		fmt.Fprintf(a.out, "new source %s: its terms and reliability are not in the file\n", id)
	}
}

func (a *app) printCounts(what string, list []ftm.Count) {
	if len(list) == 0 {
		return
	}
	const most = 40
	var words []string
	for i, c := range list {
		if i == most {
			words = append(words, fmt.Sprintf("and %d more", len(list)-most))
			break
		}
		words = append(words, fmt.Sprintf("%s (%d)", strings.ToValidUTF8(clean(c.Name), "\uFFFD"), c.N))
	}
	fmt.Fprintf(a.out, "%s: %s\n", what, strings.Join(words, ", "))
}

// clean takes control characters out of a name that a file made up.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r >= 0x7F && r < 0xA0 {
			return '\uFFFD'
		}
		return r
	}, sightline.Clip(s, 80))
}

// rejections keeps what was rejected, by the reader of the file or by the
// ledger, under the lines of the file.
type rejections struct {
	file *lazyFile

	lock  sync.Mutex // the reader writes while the ledger reads
	lines []int64    // of the file, by record
}

// from notes the line of the next record.
func (r *rejections) from(line int64) {
	r.lock.Lock()
	r.lines = append(r.lines, line)
	r.lock.Unlock()
}

// read keeps what the reader rejected.
func (r *rejections) read(x claims.Rejection) error {
	return r.keep(ledger.Rejection{
		Line: x.Line, Code: sightline.ErrorCode(x.Err), Reason: strings.ToValidUTF8(x.Err.Error(), "\uFFFD"),
		Hint: strings.ToValidUTF8(sightline.ErrorHint(x.Err), "\uFFFD"), Bytes: x.Bytes, Text: strings.ToValidUTF8(x.Text, "\uFFFD"),
	})
}

// Write takes a rejection of the ledger, which counts records.
func (r *rejections) Write(b []byte) (int, error) {
	var x ledger.Rejection
	if err := json.Unmarshal(b, &x); err != nil {
		return 0, fmt.Errorf("BUG: rejection of the ledger: %w", err)
	}
	r.lock.Lock()
	x.Line = r.lines[x.Line-1]
	r.lock.Unlock()
	return len(b), r.keep(x)
}

func (r *rejections) keep(x ledger.Rejection) error {
	b, err := json.Marshal(x)
	if err != nil {
		return sightline.Errorf(sightline.Internal, "keep rejected line", "", "%v", err)
	}
	r.lock.Lock()
	defer r.lock.Unlock()
	_, err = r.file.Write(append(b, '\n'))
	return err
}
