package ftm_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"testing"

	"sightline/ftm"
)

// million is how many statements a round of a benchmark takes: ten thousand
// different ones, a hundred times over, so that the input is not all of the
// memory.
const million = 1_000_000

var sample = func() (groups [][]ftm.Statement) {
	words := []string{"Meridian Optics and Network Technology Co., Ltd", "子午线网络技术有限公司", "The supplier delivered \"safe city\" equipment to the ministry under a contract of 2017", "2017-06-12", "ke", "51%"}
	for i := range 1000 {
		id := fmt.Sprintf("link.sample-claim-%06d", i)
		e := ftm.Entity{ID: id, Schema: "UnknownLink", Datasets: []string{"sample_source_2019_04_25"}, Origin: []string{"hand"}, FirstSeen: "2026-11-23T00:00:00", LastChange: "2026-11-23T00:00:00"}
		for k, p := range []string{"subject", "object", "role", "summary", "description", "startDate", "sourceUrl", "publisher", "recordId"} {
			e.Properties = append(e.Properties, ftm.Values{Prop: p, Values: []string{words[(i+k)%len(words)]}})
		}
		groups = append(groups, e.Statements())
	}
	return groups
}()

type counter struct{ n int64 }

func (c *counter) Write(b []byte) (int, error) { c.n += int64(len(b)); return len(b), nil }

// again reads one text over and over, after a head that comes once.
type again struct {
	head, text []byte
	at, left   int
}

func (a *again) Read(b []byte) (int, error) {
	if len(a.head) > 0 {
		n := copy(b, a.head)
		a.head = a.head[n:]
		return n, nil
	}
	if a.at == len(a.text) {
		if a.left--; a.left <= 0 {
			return 0, io.EOF
		}
		a.at = 0
	}
	n := copy(b, a.text[a.at:])
	a.at += n
	return n, nil
}

func statementText(b testing.TB) (head, body []byte) {
	var out bytes.Buffer
	w := ftm.NewStatementWriter(&out)
	for _, g := range sample {
		for i := range g {
			if err := w.Write(&g[i]); err != nil {
				b.Fatal(err)
			}
		}
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	at := bytes.IndexByte(out.Bytes(), '\n') + 1
	return out.Bytes()[:at], out.Bytes()[at:]
}

func entityText(b testing.TB) []byte {
	var out bytes.Buffer
	w := ftm.NewEntityWriter(&out)
	for _, g := range sample {
		e, err := ftm.Fold(g)
		if err != nil {
			b.Fatal(err)
		}
		if err := w.Write(&e); err != nil {
			b.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	return out.Bytes()
}

// Statements whose ids are still to be made, as an export has them.
func BenchmarkWriteStatements(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		var c counter
		w := ftm.NewStatementWriter(&c)
		for range million / 10_000 {
			for _, g := range sample {
				for i := range g {
					s := g[i]
					s.ID = ""
					if err := w.Write(&s); err != nil {
						b.Fatal(err)
					}
				}
			}
		}
		if err := w.Flush(); err != nil {
			b.Fatal(err)
		}
		b.SetBytes(c.n)
	}
}

func BenchmarkWriteStatementsSorted(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		var c counter
		w := ftm.NewStatementWriter(&c)
		for range million / 10_000 {
			for _, g := range sample {
				if err := w.WriteSorted(g); err != nil {
					b.Fatal(err)
				}
			}
		}
		if err := w.Flush(); err != nil {
			b.Fatal(err)
		}
		b.SetBytes(c.n)
	}
}

func BenchmarkReadStatements(b *testing.B) {
	head, body := statementText(b)
	b.ReportAllocs()
	b.SetBytes(int64(len(head) + len(body)*(million/10_000)))
	for b.Loop() {
		r, err := ftm.NewStatementReader(&again{head, body, 0, million / 10_000}, nil)
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		for {
			if _, err := r.Read(); err == io.EOF {
				break
			} else if err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n != million {
			b.Fatalf("%d statements", n)
		}
	}
}

// The same table with encoding/csv, for comparison: rows of text only.
func BenchmarkReadWithEncodingCSV(b *testing.B) {
	head, body := statementText(b)
	b.ReportAllocs()
	b.SetBytes(int64(len(head) + len(body)*(million/10_000)))
	for b.Loop() {
		r := csv.NewReader(&again{head, body, 0, million / 10_000})
		r.ReuseRecord = true
		for {
			if _, err := r.Read(); err == io.EOF {
				break
			} else if err != nil {
				b.Fatal(err)
			}
		}
	}
}

func BenchmarkWriteEntities(b *testing.B) {
	entities := make([]ftm.Entity, len(sample))
	for i, g := range sample {
		var err error
		if entities[i], err = ftm.Fold(g); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		var c counter
		w := ftm.NewEntityWriter(&c)
		for range million / 10_000 {
			for i := range entities {
				if err := w.Write(&entities[i]); err != nil {
					b.Fatal(err)
				}
			}
		}
		if err := w.Flush(); err != nil {
			b.Fatal(err)
		}
		b.SetBytes(c.n)
	}
}

func BenchmarkReadEntities(b *testing.B) {
	text := entityText(b)
	b.ReportAllocs()
	b.SetBytes(int64(len(text) * (million / 10_000)))
	for b.Loop() {
		r := ftm.NewEntityReader(&again{nil, text, 0, million / 10_000}, nil)
		for {
			if _, err := r.Read(); err == io.EOF {
				break
			} else if err != nil {
				b.Fatal(err)
			}
		}
	}
}
