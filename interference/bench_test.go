package interference

import (
	"bytes"
	"io"
	"os"
	"testing"

	stdgzip "compress/gzip"

	"github.com/klauspost/compress/gzip"

	"sightline/internal/gunzip"
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

// perCPU reports the bytes per second of processor time: what the machine's
// other work takes away is not counted.
func perCPU(b *testing.B, size int, work func()) {
	b.SetBytes(int64(size))
	start, n := cpuSeconds(), 0
	for b.Loop() {
		if n == 0 {
			start = cpuSeconds()
		}
		work()
		n++
	}
	if d := cpuSeconds() - start; d > 0 {
		b.ReportMetric(float64(size)*float64(n)/d/1e6, "MB/cpu-s")
	}
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
	n := 0
	perCPU(b, len(plain), func() { n += judgeAll(b, file{bytes.NewReader(zipped)}, set) })
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "measurements/s")
}

// file hides that bytes are in memory: a decoder must buffer them, as it must
// those of a file.
type file struct{ io.Reader }

// BenchmarkGzipOwn is what decompression alone costs, with the decoder that the
// reader uses.
func BenchmarkGzipOwn(b *testing.B) {
	plain, zipped := tenfold(b)
	perCPU(b, len(plain), func() {
		io.Copy(io.Discard, gunzip.NewReader(file{bytes.NewReader(zipped)}))
	})
}

// BenchmarkGzipFloor is the same with the quickest decoder that is published
// for Go, which was the floor before we had one.
func BenchmarkGzipFloor(b *testing.B) {
	plain, zipped := tenfold(b)
	perCPU(b, len(plain), func() {
		r, err := gzip.NewReader(file{bytes.NewReader(zipped)})
		if err != nil {
			b.Fatal(err)
		}
		io.Copy(io.Discard, r)
	})
}

// BenchmarkGzipFloorStandard is the same with the standard library.
func BenchmarkGzipFloorStandard(b *testing.B) {
	plain, zipped := tenfold(b)
	perCPU(b, len(plain), func() {
		r, err := stdgzip.NewReader(file{bytes.NewReader(zipped)})
		if err != nil {
			b.Fatal(err)
		}
		io.Copy(io.Discard, r)
	})
}

// BenchmarkVerdictsPlain leaves gzip out.
func BenchmarkVerdictsPlain(b *testing.B) {
	plain, _ := tenfold(b)
	set := published(b)
	perCPU(b, len(plain), func() { judgeAll(b, bytes.NewReader(plain), set) })
}
