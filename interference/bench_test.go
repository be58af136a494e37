package interference

import (
	"bytes"
	"io"
	"os"
	"testing"

	stdgzip "compress/gzip"

	"github.com/klauspost/compress/gzip"

	"sightline/ooni"
)

// tenfold is the real data ten times over, plain and in gzip.
func tenfold(b *testing.B) (plain, zipped []byte) {
	raw, err := os.ReadFile(shared + "measurements.jsonl")
	if err != nil {
		b.Skip("the measurements are not at hand: " + err.Error())
	}
	plain = bytes.Repeat(append(bytes.TrimSpace(raw), '\n'), 10)
	var z bytes.Buffer
	w := stdgzip.NewWriter(&z)
	w.Write(plain)
	w.Close()
	return plain, z.Bytes()
}

func judgeAll(b *testing.B, in io.Reader, set *Set) (n int) {
	r := ooni.NewReader(in, ooni.Options{})
	for {
		m, err := r.Next()
		if err != nil {
			return n
		}
		o := FromOONI(m, set)
		if v := Judge(&o); v.Rules == "" {
			b.Fatal("no verdict")
		}
		n++
	}
}

// BenchmarkVerdicts goes from gzip to verdicts with all published
// fingerprints; bytes are those after decompression.
func BenchmarkVerdicts(b *testing.B) {
	plain, zipped := tenfold(b)
	set := published(b)
	b.SetBytes(int64(len(plain)))
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		n += judgeAll(b, bytes.NewReader(zipped), set)
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "measurements/s")
}

// BenchmarkGzipFloor is what decompression alone costs, with the same decoder.
func BenchmarkGzipFloor(b *testing.B) {
	plain, zipped := tenfold(b)
	b.SetBytes(int64(len(plain)))
	for b.Loop() {
		r, err := gzip.NewReader(bytes.NewReader(zipped))
		if err != nil {
			b.Fatal(err)
		}
		io.Copy(io.Discard, r)
	}
}

// BenchmarkGzipFloorStandard is the same with the standard library.
func BenchmarkGzipFloorStandard(b *testing.B) {
	plain, zipped := tenfold(b)
	b.SetBytes(int64(len(plain)))
	for b.Loop() {
		r, err := stdgzip.NewReader(bytes.NewReader(zipped))
		if err != nil {
			b.Fatal(err)
		}
		io.Copy(io.Discard, r)
	}
}

// BenchmarkVerdictsPlain leaves gzip out.
func BenchmarkVerdictsPlain(b *testing.B) {
	plain, _ := tenfold(b)
	set := published(b)
	b.SetBytes(int64(len(plain)))
	for b.Loop() {
		judgeAll(b, bytes.NewReader(plain), set)
	}
}
