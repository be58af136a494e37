package bzip2_test

import (
	"bytes"
	stdbzip2 "compress/bzip2"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"sightline/mrt/internal/bzip2"
)

// pack packs b with the program bzip2, or skips.
func pack(t testing.TB, b []byte, level string) []byte {
	t.Helper()
	cmd := exec.Command("bzip2", "-c", level)
	cmd.Stdin = bytes.NewReader(b)
	out, err := cmd.Output()
	if err != nil {
		t.Skipf("bzip2 is not at hand: %v", err)
	}
	return out
}

func unpack(b []byte, workers int) ([]byte, error) {
	r := bzip2.NewReader(bytes.NewReader(b), workers)
	defer r.Close()
	return io.ReadAll(r)
}

func samples() map[string][]byte {
	rng := rand.New(rand.NewPCG(7, 7))
	noise := make([]byte, 1_000_000)
	for i := range noise {
		noise[i] = byte(rng.Uint32())
	}
	few := make([]byte, 1_100_000)
	for i := range few {
		few[i] = byte(rng.IntN(3)) * byte(rng.IntN(2))
	}
	runs := bytes.Repeat([]byte{9}, 100)
	for i := range 2000 {
		runs = append(runs, bytes.Repeat([]byte{byte(i)}, i%300)...)
	}
	return map[string][]byte{
		"empty": nil, "one": {1}, "four": []byte("aaaa"), "noise": noise, "few": few, "runs": runs, "zeros": make([]byte, 2_000_000),
		"text": bytes.Repeat([]byte("who can see or cut it? "), 45_000),
	}
}

func TestRoundTrip(t *testing.T) {
	for name, b := range samples() {
		for _, level := range []string{"-1", "-9"} {
			z := pack(t, b, level)
			for _, workers := range []int{1, 2} {
				got, err := unpack(z, workers)
				if err != nil || !bytes.Equal(got, b) {
					t.Errorf("%s %s with %d workers: %d bytes, want %d: %v", name, level, workers, len(got), len(b), err)
				}
			}
		}
	}
}

func TestStreamsBehindOneAnother(t *testing.T) {
	s := samples()
	var z, want []byte
	for _, name := range []string{"text", "one", "empty", "few"} {
		z = append(z, pack(t, s[name], "-2")...)
		want = append(want, s[name]...)
	}
	got, err := unpack(z, 2)
	if err != nil || !bytes.Equal(got, want) {
		t.Fatalf("%d bytes, want %d: %v", len(got), len(want), err)
	}
}

// TestCutShort cuts a stream everywhere: what comes out is a beginning of the
// text, whole blocks of it, and an error.
func TestCutShort(t *testing.T) {
	b := samples()["noise"][:450_000]
	z := pack(t, b, "-1")
	for cut := 0; cut < len(z); cut += 59_989 {
		got, err := unpack(z[:cut], 2)
		if err == nil || !bytes.HasPrefix(b, got) {
			t.Fatalf("cut at %d: %d bytes, %v", cut, len(got), err)
		}
		var want int
		if std, stdErr := io.ReadAll(stdbzip2.NewReader(bytes.NewReader(z[:cut]))); stdErr != nil {
			want = len(std)
		}
		if len(got) < want {
			t.Fatalf("cut at %d: %d bytes, the standard library gives %d", cut, len(got), want)
		}
	}
	if _, err := unpack(z[:len(z)-1], 2); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("cut at the last byte: %v", err)
	}
}

func TestDamagedBits(t *testing.T) {
	b := samples()["text"][:200_000]
	z := pack(t, b, "-1")
	rng := rand.New(rand.NewPCG(1, 2))
	for range 15 {
		bad := bytes.Clone(z)
		bad[rng.IntN(len(bad))] ^= 1 << rng.IntN(8)
		got, err := unpack(bad, 2)
		// A flip in the level or in the last byte's padding is not seen.
		if err == nil && !bytes.Equal(got, b) || !bytes.HasPrefix(b, got) {
			t.Fatalf("%d bytes, %v", len(got), err)
		}
	}
}

// TestMarkInsideBlock packs a text whose map of used bytes spells the mark of
// a block: the map has a bit for each byte value, so the values are chosen by
// the mark's bits.
func TestMarkInsideBlock(t *testing.T) {
	for _, magic := range []uint64{0x314159265359, 0x177245385090} {
		var text []byte
		for bit := range 48 {
			if magic>>(47-bit)&1 != 0 {
				text = append(text, byte(bit))
			}
		}
		text = bytes.Repeat(text, 5000)
		z := pack(t, text, "-1")
		for _, workers := range []int{1, 2} {
			got, err := unpack(z, workers)
			if err != nil || !bytes.Equal(got, text) {
				t.Fatalf("%x: %d bytes, want %d: %v", magic, len(got), len(text), err)
			}
		}
	}
}

func TestAgainstStandardLibrary(t *testing.T) {
	files, _ := filepath.Glob("../../../../shared/data/routing/mrt/*.bz2")
	if len(files) == 0 {
		t.Skip("the shared routing data are not at hand")
	}
	for _, f := range files {
		z, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if testing.Short() && len(z) > 100_000 {
			continue
		}
		want, wantErr := io.ReadAll(stdbzip2.NewReader(bytes.NewReader(z)))
		got, err := unpack(z, 2)
		if !bytes.Equal(got, want) || (err == nil) != (wantErr == nil) {
			t.Errorf("%s: %d bytes (%v), the standard library %d (%v)", filepath.Base(f), len(got), err, len(want), wantErr)
		}
	}
}

func FuzzReader(f *testing.F) {
	f.Add([]byte("BZh9\x17\x72\x45\x38\x50\x90\x00\x00\x00\x00"))
	f.Add([]byte("BZh1\x31\x41\x59\x26\x53\x59\x00\x00\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		want, wantErr := io.ReadAll(stdbzip2.NewReader(bytes.NewReader(b)))
		got, err := unpack(b, 2)
		if wantErr == nil && (err != nil || !bytes.Equal(got, want)) {
			t.Fatalf("%d bytes, %v; the standard library gives %d", len(got), err, len(want))
		}
	})
}

func BenchmarkReader(b *testing.B) {
	z, err := os.ReadFile("../../../../shared/data/routing/mrt/routeviews.jinx.ribs.1401487200.bz2")
	if err != nil {
		b.Skip(err)
	}
	for b.Loop() {
		r := bzip2.NewReader(bytes.NewReader(z), 2)
		n, err := io.Copy(io.Discard, r)
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(n)
		r.Close()
	}
}

// TestWalk follows chains that are one ring, many, and one step long, and
// compares with following them step by step.
func TestWalk(t *testing.T) {
	for _, unit := range []string{"a", "ab", "abc", "mississippi", "who can see or cut it? "} {
		for _, n := range []int{1, 100, 8191, 8192, 8193, 100_000, 899_999} {
			text := bytes.Repeat([]byte(unit), n/len(unit)+1)[:n]
			got, err := unpack(pack(t, text, "-9"), 2)
			if err != nil || !bytes.Equal(got, text) {
				t.Fatalf("%q for %d bytes: %d bytes, %v", unit, n, len(got), err)
			}
		}
	}
}
