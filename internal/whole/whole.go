// Package whole writes files whole or not at all. Bytes go into a file beside
// the one that is to be, which takes its name once all of them are on disk. A
// program that is killed leaves such a file behind; Sweep removes those that no
// running program holds.
package whole

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// prefix begins the name of a file that is not finished.
const prefix = ".new-"

// File is a file that is not there yet.
type File struct{ *os.File }

// Create begins a file in a folder, which is made if it is not there. Abort
// must be called.
func Create(dir string) (*File, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	for {
		f, err := os.CreateTemp(dir, prefix+"*")
		if err != nil {
			return nil, err
		}
		if err := hold(f); err != nil {
			return nil, errors.Join(err, f.Close(), os.Remove(f.Name()))
		}
		if _, err := os.Lstat(f.Name()); err == nil {
			return &File{f}, nil
		}
		f.Close() // swept away before it was held
	}
}

// Keep gives the file its name, in place of what has it. The folder is made if
// it is not there.
func (f *File) Keep(path string, mode fs.FileMode) error {
	err := f.Chmod(mode)
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.MkdirAll(filepath.Dir(path), 0o755)
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	return err
}

// Abort gives the file up. After Keep it does nothing.
func (f *File) Abort() {
	f.Close()
	os.Remove(f.Name())
}

// Sweep removes from a folder the files that were not finished, but for those
// that a running program holds, and returns how many it removed. A folder that
// is not there has none.
func Sweep(dir string) (n int, err error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		if !strings.HasPrefix(e.Name(), prefix) || !e.Type().IsRegular() || held(path) {
			continue
		}
		if os.Remove(path) == nil {
			n++
		}
	}
	return n, err
}
