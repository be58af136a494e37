package mrt

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"runtime"

	"github.com/klauspost/compress/zstd"

	"sightline"
	"sightline/internal/gunzip"
	"sightline/mrt/internal/bzip2"
)

// Compression is how a stream is packed.
type Compression string

// The kinds of compression, by their magic numbers.
const (
	Raw   Compression = "raw"
	Gzip  Compression = "gzip"
	Bzip2 Compression = "bzip2"
	Zstd  Compression = "zstd"
)

// Decompress looks at the first bytes of r and returns a reader of the
// unpacked stream. Unpacking runs beside the caller: gzip and zstd on one
// core ahead of it, bzip2 by blocks on all of them. An empty stream is raw. The
// caller must close the reader. What cannot be unpacked further ends the
// stream with an error after the sound part.
func Decompress(r io.Reader) (io.ReadCloser, Compression, error) {
	br := bufio.NewReaderSize(r, 1<<16)
	head, err := br.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, "", sightline.Errorf(sightline.Unavailable, "read routes", "", "%w", err)
	}
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		return ahead(func() (io.ReadCloser, error) { return io.NopCloser(gunzip.NewReader(br)), nil }), Gzip, nil
	case bytes.HasPrefix(head, []byte("BZh")):
		return bzip2.NewReader(br, runtime.GOMAXPROCS(0)), Bzip2, nil
	case bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		return ahead(func() (io.ReadCloser, error) {
			d, err := zstd.NewReader(br, zstd.WithDecoderConcurrency(1))
			if err != nil {
				return nil, err
			}
			return d.IOReadCloser(), nil
		}), Zstd, nil
	}
	return io.NopCloser(br), Raw, nil
}

// chunkSize is what is handed over at a time: large enough that handing over
// costs nothing, small enough to stay in the second-level cache.
const chunkSize = 256 << 10

// readAhead unpacks in a goroutine of its own, at most four chunks ahead.
type readAhead struct {
	full, free chan []byte
	stop       chan struct{}
	err        error // set before full is closed
	now, whole []byte
}

func ahead(open func() (io.ReadCloser, error)) io.ReadCloser {
	a := &readAhead{full: make(chan []byte, 4), free: make(chan []byte, 4), stop: make(chan struct{})}
	for range cap(a.free) {
		a.free <- make([]byte, chunkSize)
	}
	go func() {
		defer close(a.full)
		src, err := open()
		if err != nil {
			a.err = err
			return
		}
		defer src.Close()
		for {
			var b []byte
			select {
			case b = <-a.free:
			case <-a.stop:
				return
			}
			n := 0
			for n < len(b) && err == nil {
				var m int
				m, err = src.Read(b[n:])
				n += m
			}
			if n > 0 {
				select {
				case a.full <- b[:n]:
				case <-a.stop:
					return
				}
			}
			if err != nil {
				if !errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
					a.err = err
				}
				return
			}
		}
	}()
	return a
}

func (a *readAhead) Read(p []byte) (int, error) {
	if len(a.now) == 0 {
		if a.whole != nil {
			a.free <- a.whole[:cap(a.whole)]
			a.whole = nil
		}
		b, ok := <-a.full
		if !ok {
			if a.err == nil {
				return 0, io.EOF
			}
			return 0, a.err
		}
		a.now, a.whole = b, b
	}
	n := copy(p, a.now)
	a.now = a.now[n:]
	return n, nil
}

func (a *readAhead) Close() error {
	select {
	case <-a.stop:
	default:
		close(a.stop)
	}
	return nil
}
