package gunzip_test

import (
	"bytes"
	stdgzip "compress/gzip"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/gzip"

	"sightline/internal/gunzip"
)

// texts are of different grain: empty, short, text, runs, noise, one symbol,
// longer than the history, and few symbols whose codes get long.
func texts() map[string][]byte {
	r := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 300_000)
	for i := range noise {
		noise[i] = byte(r.Uint32())
	}
	words := new(bytes.Buffer)
	for words.Len() < 700_000 {
		fmt.Fprintf(words, `{"key%d":"%s","n":%d},`, r.IntN(40), strings.Repeat("ab", r.IntN(9)), r.IntN(1000))
	}
	skewed := make([]byte, 200_000)
	for i := range skewed {
		for skewed[i] < 250 && r.IntN(2) == 0 { // each symbol half as frequent as the one before
			skewed[i]++
		}
	}
	runs := new(bytes.Buffer)
	for runs.Len() < 400_000 {
		runs.WriteString(strings.Repeat(string(rune('a'+r.IntN(26))), 1+r.IntN(600)))
	}
	far := append(bytes.Clone(noise[:32_700]), noise[:32_700]...)
	return map[string][]byte{"empty": nil, "one": {7}, "short": []byte("hello, hello, hello"), "words": words.Bytes(), "noise": noise, "zeros": make([]byte, 1<<20), "runs": runs.Bytes(), "skewed": skewed, "far": far}
}

func zip(t testing.TB, level int, text []byte, flush bool) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := stdgzip.NewWriterLevel(&out, level)
	if err != nil {
		t.Fatal(err)
	}
	w.Name, w.Comment, w.Extra = "name", "comment", []byte("extra")
	for len(text) > 0 {
		n := min(len(text), 50_001)
		w.Write(text[:n])
		if text = text[n:]; flush {
			w.Flush()
		}
	}
	w.Close()
	return out.Bytes()
}

func TestAgainstTheStandardLibrary(t *testing.T) {
	for name, text := range texts() {
		for _, level := range []int{stdgzip.HuffmanOnly, stdgzip.NoCompression, 1, 6, 9} {
			for _, flush := range []bool{false, true} {
				z := zip(t, level, text, flush)
				got, err := io.ReadAll(gunzip.NewReader(bytes.NewReader(z)))
				if err != nil || !bytes.Equal(got, text) {
					t.Errorf("%s at level %d: %d of %d bytes, %v", name, level, len(got), len(text), err)
				}
			}
		}
		// Several members, read and written in small pieces.
		z := append(zip(t, 6, text, false), zip(t, 9, []byte("tail"), false)...)
		got, err := io.ReadAll(iotest.OneByteReader(gunzip.NewReader(iotest.HalfReader(bytes.NewReader(z)))))
		if err != nil || string(got) != string(text)+"tail" {
			t.Errorf("%s, two members: %d bytes, %v", name, len(got), err)
		}
	}
}

func TestDamage(t *testing.T) {
	text := texts()["words"][:20_000]
	z := zip(t, 6, text, true)
	for n := range z {
		got, err := io.ReadAll(gunzip.NewReader(bytes.NewReader(z[:n])))
		if n == 0 {
			if len(got) > 0 || err != nil {
				t.Errorf("nothing: %v", err)
			}
			continue
		}
		if err == nil || !bytes.HasPrefix(text, got) {
			t.Fatalf("cut at %d: %d bytes, %v", n, len(got), err)
		}
		if !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("cut at %d: %v", n, err)
		}
	}
	for _, c := range []struct {
		at   int
		want error
	}{{0, gunzip.ErrHeader}, {2, gunzip.ErrHeader}, {len(z) - 1, gunzip.ErrChecksum}, {len(z) - 8, gunzip.ErrChecksum}} {
		bad := bytes.Clone(z)
		bad[c.at] ^= 0x55
		if _, err := io.ReadAll(gunzip.NewReader(bytes.NewReader(bad))); !errors.Is(err, c.want) {
			t.Errorf("byte %d: %v, want %v", c.at, err, c.want)
		}
	}
	if got, err := io.ReadAll(gunzip.NewReader(io.MultiReader(bytes.NewReader(z), strings.NewReader("garbage")))); !errors.Is(err, gunzip.ErrHeader) || !bytes.Equal(got, text) {
		t.Errorf("garbage behind: %d bytes, %v", len(got), err)
	}
	broken := errors.New("broken")
	if _, err := io.ReadAll(gunzip.NewReader(io.MultiReader(bytes.NewReader(z[:500]), iotest.ErrReader(broken)))); !errors.Is(err, broken) {
		t.Errorf("the source's own error is lost: %v", err)
	}
}

// agree compares with the standard library: the same bytes, and an error where
// it has one.
func agree(t *testing.T, in []byte) {
	var want []byte
	s, wantErr := stdgzip.NewReader(bytes.NewReader(in))
	if wantErr == nil {
		want, wantErr = io.ReadAll(io.LimitReader(s, 8<<20))
	} else if wantErr == io.EOF {
		wantErr = nil
	}
	got, err := io.ReadAll(io.LimitReader(gunzip.NewReader(bytes.NewReader(in)), 8<<20))
	if (err == nil) != (wantErr == nil) || err == nil && !bytes.Equal(got, want) {
		t.Fatalf("%d bytes, %v; the standard library %d bytes, %v\n%x", len(got), err, len(want), wantErr, in[:min(len(in), 300)])
	}
	// Before an error each gives what it has; what both give is the same.
	if n := min(len(got), len(want)); !bytes.Equal(got[:n], want[:n]) {
		t.Fatalf("other bytes before the error\n%x", in[:min(len(in), 300)])
	}
}

func TestFlippedBits(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for name, text := range texts() {
		z := zip(t, 6, text[:min(len(text), 5000)], name == "words")
		for range 250 {
			bad := bytes.Clone(z)
			for range 1 + r.IntN(3) {
				i := r.IntN(len(bad))
				bad[i] ^= 1 << r.IntN(8)
			}
			agree(t, bad)
		}
	}
}

func FuzzGunzip(f *testing.F) {
	for _, text := range texts() {
		f.Add(zip(f, 6, text[:min(len(text), 3000)], false))
		f.Add(zip(f, stdgzip.HuffmanOnly, text[:min(len(text), 300)], true))
	}
	f.Fuzz(agree)
}

func BenchmarkGunzip(b *testing.B) {
	text, err := os.ReadFile("../../../shared/data/interference/measurements.jsonl")
	if err != nil {
		text = texts()["words"]
	}
	text = bytes.Repeat(text, 10)
	z := zip(b, 6, text, false)
	for name, open := range map[string]func(io.Reader) io.Reader{
		"ours": func(r io.Reader) io.Reader { return gunzip.NewReader(r) },
		"klauspost": func(r io.Reader) io.Reader {
			z, err := gzip.NewReader(r)
			if err != nil {
				b.Fatal(err)
			}
			return z
		},
		"standard": func(r io.Reader) io.Reader {
			z, err := stdgzip.NewReader(r)
			if err != nil {
				b.Fatal(err)
			}
			return z
		},
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				n, err := io.Copy(io.Discard, open(struct{ io.Reader }{bytes.NewReader(z)}))
				if err != nil || n != int64(len(text)) {
					b.Fatal(n, err)
				}
			}
		})
	}
}
