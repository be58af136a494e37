// Package archive keeps evidentiary copies: the bytes of a file under their
// own SHA-256. What goes in are bytes, what comes out are the same bytes or an
// error. A copy is never rewritten. Which copies there should be is said by
// the ledger's source records, whose hash chain covers the sums (Berkeley
// Protocol, HR/PUB/20/2: the evidentiary copy is never altered).
package archive

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"sightline"
	"sightline/internal/whole"
)

// Archive is a directory of copies.
type Archive struct{ dir string }

// At is the archive in a directory, which need not be there yet.
func At(dir string) Archive { return Archive{dir} }

// Sum is the name under which bytes are kept.
func Sum(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Path is where the copy of a sum stands.
func (a Archive) Path(sum string) string { return filepath.Join(a.dir, sum[:2], sum) }

// Put keeps bytes and returns their sum. Bytes that are there already are
// compared, not written again.
func (a Archive) Put(b []byte) (sum string, err error) {
	sum = Sum(b)
	path := a.Path(sum)
	if old, err := a.Get(sum); err == nil && bytes.Equal(old, b) {
		return sum, nil
	} else if err == nil || sightline.ErrorCode(err) == sightline.Corrupt {
		return "", sightline.Errorf(sightline.Corrupt, "keep copy", path, "the copy that is there has other bytes").
			WithHint("Move it away, keep it for inspection, and import again.")
	}
	f, err := whole.Create(a.dir)
	if err != nil {
		return "", notKept(path, err)
	}
	defer f.Abort()
	if _, err = f.Write(b); err == nil {
		err = f.Keep(path, 0o444)
	}
	if err != nil {
		return "", notKept(path, err)
	}
	return sum, nil
}

// Get reads a copy and checks it against its sum.
func (a Archive) Get(sum string) ([]byte, error) {
	if len(sum) != 64 {
		return nil, sightline.Errorf(sightline.Invalid, "read copy", sum, "not a SHA-256 in hexadecimal")
	}
	b, err := os.ReadFile(a.Path(sum))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, sightline.Errorf(sightline.NotFound, "read copy", a.Path(sum), "there is no such copy")
	}
	if err != nil {
		return nil, sightline.Errorf(sightline.Unavailable, "read copy", a.Path(sum), "%w", err)
	}
	if Sum(b) != sum {
		return nil, sightline.Errorf(sightline.Corrupt, "read copy", a.Path(sum), "its bytes have the SHA-256 %s", Sum(b)).
			WithHint("The copy was damaged or changed: restore it from a backup.")
	}
	return b, nil
}

// Writer takes in a copy that is too large for memory.
type Writer struct {
	a   Archive
	f   *whole.File
	sum hash.Hash
	err error
}

// Create begins a copy. It is there once Commit has returned its sum; until
// then nothing of it can be read. Abort gives it up.
func (a Archive) Create() (*Writer, error) {
	f, err := whole.Create(a.dir)
	if err != nil {
		return nil, notKept(a.dir, err)
	}
	return &Writer{a: a, f: f, sum: sha256.New()}, nil
}

func notKept(path string, err error) error {
	return sightline.Errorf(sightline.Unavailable, "keep copy", path, "%w", err).WithHint("Choose a workspace that you can write to, with room for the file.")
}

// Write implements io.Writer.
func (w *Writer) Write(b []byte) (int, error) {
	n, err := w.f.Write(b)
	w.sum.Write(b[:n])
	if err != nil {
		w.err = notKept(w.f.Name(), err)
		return n, w.err
	}
	return n, nil
}

// Abort gives the copy up. After Commit it does nothing.
func (w *Writer) Abort() {
	w.f.Abort()
}

// Sweep removes what runs that were cut off left of copies.
func (a Archive) Sweep() error {
	_, err := whole.Sweep(a.dir)
	if err != nil {
		return notKept(a.dir, err)
	}
	return nil
}

// Commit keeps the copy and returns its sum. A copy of the same bytes that is
// there already stays as it is.
func (w *Writer) Commit() (sum string, err error) {
	defer w.Abort()
	if w.err != nil {
		return "", w.err
	}
	sum = hex.EncodeToString(w.sum.Sum(nil))
	path := w.a.Path(sum)
	if _, e := os.Stat(path); e == nil {
		return sum, nil
	}
	if err = w.f.Keep(path, 0o444); err != nil {
		return "", notKept(path, err)
	}
	return sum, nil
}

// Open reads a copy as a stream. Its sum is compared where it ends: the last
// Read of damaged bytes gives an error of code Corrupt in place of io.EOF.
func (a Archive) Open(sum string) (io.ReadCloser, error) {
	if len(sum) != 64 {
		return nil, sightline.Errorf(sightline.Invalid, "read copy", sum, "not a SHA-256 in hexadecimal")
	}
	f, err := os.Open(a.Path(sum))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, sightline.Errorf(sightline.NotFound, "read copy", a.Path(sum), "there is no such copy")
	}
	if err != nil {
		return nil, sightline.Errorf(sightline.Unavailable, "read copy", a.Path(sum), "%w", err)
	}
	return &reader{f, sha256.New(), sum}, nil
}

type reader struct {
	*os.File
	have hash.Hash
	want string
}

// Read implements io.Reader.
func (r *reader) Read(p []byte) (int, error) {
	n, err := r.File.Read(p)
	r.have.Write(p[:n])
	if errors.Is(err, io.EOF) {
		if got := hex.EncodeToString(r.have.Sum(nil)); got != r.want {
			return n, sightline.Errorf(sightline.Corrupt, "read copy", r.Name(), "its bytes have the SHA-256 %s", got).
				WithHint("The copy was damaged or changed: restore it from a backup.")
		}
	}
	return n, err
}

// WriteTo hides that of the file, which would pass the sum by.
func (r *reader) WriteTo(w io.Writer) (int64, error) {
	return io.Copy(w, struct{ io.Reader }{r})
}
