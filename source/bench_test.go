package source_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"runtime/debug"
	"testing"

	"sightline/source"
)

// wideTable and narrowTable are what importers meet: 20 columns of words, and
// a panel in long form.
func wideTable() []byte {
	var b bytes.Buffer
	for i := range 20 {
		fmt.Fprintf(&b, "%scolumn_%d", []string{"", ","}[min(i, 1)], i)
	}
	b.WriteByte('\n')
	for i := range 20000 {
		for k := range 20 {
			if k > 0 {
				b.WriteByte(',')
			}
			if k == 7 {
				fmt.Fprintf(&b, `"a sentence, of %d words"`, i)
			} else {
				fmt.Fprintf(&b, "value %d of %d", k, i)
			}
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}

func narrowTable() []byte {
	var b bytes.Buffer
	b.WriteString("ISO3,Year,value,Name\n")
	for i := range 300000 {
		fmt.Fprintf(&b, "KEN,%d,%d.5,SG.GEN.PARL.ZS\n", 1960+i%60, i%100)
	}
	return b.Bytes()
}

// BenchmarkStrictCSV reads a table and pops each of its values.
func BenchmarkStrictCSV(b *testing.B) {
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // as the program does
	for _, c := range []struct {
		name string
		text []byte
	}{{"wide", wideTable()}, {"narrow", narrowTable()}} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(c.text)))
			for b.Loop() {
				t, err := source.CSV("bench", c.text)
				if err != nil {
					b.Fatal(err)
				}
				if err := t.Each(func(r *source.Row) error {
					for _, c := range t.Columns {
						r.Pop(c)
					}
					return nil
				}); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(c.name+"/encoding-csv", func(b *testing.B) {
			b.SetBytes(int64(len(c.text)))
			for b.Loop() {
				r := csv.NewReader(bytes.NewReader(c.text))
				r.ReuseRecord = true
				for {
					if _, err := r.Read(); err == io.EOF {
						break
					} else if err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
