// Package release keeps a frozen release: a folder of files with a manifest
// that names each by its length and SHA-256. It writes one, reads one, signs
// its manifest and says what in it is not as the manifest has it. It knows
// files, not pages: what is in them is for its caller.
package release

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"sightline"
	"sightline/internal/order"
)

// The files that speak of the manifest, and so are not in it.
const (
	ManifestName  = "manifest.json"
	SignatureName = "manifest.json.minisig"
	SumName       = "manifest.sha256" // as sha256sum prints it: of the two above
)

// Schema is the schema of Manifest.
const Schema = "sightline.release/1"

// Manifest says what a release is and lists its files.
type Manifest struct {
	Schema   string         `json:"schema"`
	Name     string         `json:"name"`
	Date     sightline.Date `json:"date"`
	Edition  string         `json:"edition"` // of the catalogue or ledger
	Code     string         `json:"code"`    // version of the program
	OpenOnly bool           `json:"open_only,omitzero"`
	Former   *Former        `json:"former,omitzero"`
	Files    []Entry        `json:"files"` // by name
}

// Former is the release before, by the SHA-256 of its manifest.
type Former struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
}

// Entry is a file of a release.
type Entry struct {
	Name   string `json:"name"` // path with slashes
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// Text is the manifest as it is written: the same for the same content.
func (m *Manifest) Text() ([]byte, error) {
	b, err := json.Marshal(m, json.Deterministic(true), jsontext.WithIndent(" "))
	return append(b, '\n'), err
}

// Sum is the SHA-256 of some bytes in hexadecimal.
func Sum(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// CheckName refuses names of releases that cannot stand in an address or as a
// folder: letters, digits, point and hyphen, the first no point.
func CheckName(name string) error {
	ok := name != "" && len(name) <= 64 && name[0] != '.'
	for _, r := range name {
		ok = ok && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '-')
	}
	if !ok {
		return sightline.Errorf(sightline.Invalid, "name release", name, "not a name for a release").WithHint("Use letters, digits, points and hyphens, as in 2026.11.")
	}
	return nil
}

// Writer writes a release: into a folder beside its place, which takes the
// place when all is written. Several goroutines may put files at a time.
type Writer struct {
	dir, temporary string

	mu      sync.Mutex // guards what follows
	files   map[string]Entry
	folded  map[string]string // names without case, for disks that know none
	folders map[string]bool
}

// Create begins a release in a folder that must not exist.
func Create(dir string) (*Writer, error) {
	if _, err := os.Lstat(dir); err == nil {
		return nil, sightline.Errorf(sightline.Conflict, "write release", dir, "it exists already").WithHint("A release is never overwritten. Choose another folder, or remove this one yourself.")
	}
	parent := filepath.Dir(filepath.Clean(dir))
	err := os.MkdirAll(parent, 0o755)
	temporary := ""
	if err == nil {
		temporary, err = os.MkdirTemp(parent, ".release-*")
	}
	if err == nil {
		err = os.Chmod(temporary, 0o755)
	}
	if err != nil {
		return nil, unwritten(dir, err)
	}
	return &Writer{dir: dir, temporary: temporary, files: map[string]Entry{}, folded: map[string]string{}, folders: map[string]bool{}}, nil
}

func unwritten(name string, err error) error {
	return sightline.Errorf(sightline.Unavailable, "write release", name, "%w", err).WithHint("Check that the folder can be written to and has room.")
}

// Put writes a file. Each name is written once.
func (w *Writer) Put(name string, body []byte) error {
	if !fs.ValidPath(name) || strings.ContainsAny(name, "\\:") {
		return sightline.Errorf(sightline.Internal, "write release", name, "BUG: not a name for a file")
	}
	folded := strings.ToLower(name)
	w.mu.Lock()
	other, taken := w.folded[folded]
	if !taken {
		w.folded[folded] = name
	}
	w.mu.Unlock()
	if taken {
		return sightline.Errorf(sightline.Conflict, "write release", name, "the name is that of %s on disks that do not tell capitals", other)
	}
	if err := w.write(name, body); err != nil {
		return err
	}
	e := Entry{name, int64(len(body)), Sum(body)}
	w.mu.Lock()
	w.files[name] = e
	w.mu.Unlock()
	return nil
}

func (w *Writer) write(name string, body []byte) error {
	to := filepath.Join(w.temporary, filepath.FromSlash(name))
	d := path.Dir(name)
	w.mu.Lock()
	made := w.folders[d]
	w.mu.Unlock()
	if !made {
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return unwritten(name, err)
		}
		w.mu.Lock()
		w.folders[d] = true
		w.mu.Unlock()
	}
	if err := os.WriteFile(to, body, 0o644); err != nil {
		return unwritten(name, err)
	}
	return nil
}

// Entry is what was put under a name.
func (w *Writer) Entry(name string) (Entry, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	e, ok := w.files[name]
	return e, ok
}

// Finish writes the manifest, signs it where there is a key, and puts the
// release into its place. It returns the hash of the manifest.
func (w *Writer) Finish(m *Manifest, sign func(manifest []byte) ([]byte, error)) (string, error) {
	m.Schema = Schema
	m.Files = nil
	for _, e := range w.files {
		m.Files = append(m.Files, e)
	}
	order.By(m.Files, func(a, b Entry) int { return strings.Compare(a.Name, b.Name) })
	text, err := m.Text()
	if err != nil {
		return "", err
	}
	if err := w.write(ManifestName, text); err != nil {
		return "", err
	}
	sums := Sum(text) + "  " + ManifestName + "\n"
	if sign != nil {
		s, err := sign(text)
		if err != nil {
			return "", err
		}
		if err := w.write(SignatureName, s); err != nil {
			return "", err
		}
		sums += Sum(s) + "  " + SignatureName + "\n"
	}
	if err := w.write(SumName, []byte(sums)); err != nil {
		return "", err
	}
	if err := os.Rename(w.temporary, w.dir); err != nil {
		return "", unwritten(w.dir, err)
	}
	w.temporary = ""
	return Sum(text), nil
}

// Abort removes what was written, unless the release is in its place.
func (w *Writer) Abort() {
	if w.temporary != "" {
		os.RemoveAll(w.temporary)
	}
}

// Is reports whether a folder looks like a release.
func Is(tree fs.FS) bool {
	for _, name := range []string{ManifestName, SumName} {
		if _, err := fs.Stat(tree, name); err == nil {
			return true
		}
	}
	return false
}

// Read reads the manifest of a release, and its hash.
func Read(tree fs.FS) (*Manifest, string, error) {
	text, err := fs.ReadFile(tree, ManifestName)
	if err != nil {
		return nil, "", sightline.Errorf(sightline.NotFound, "read release", ManifestName, "%w", err).WithHint("A release is a folder that sightline release wrote, with its manifest in it.")
	}
	m := &Manifest{}
	if err := json.Unmarshal(text, m, json.RejectUnknownMembers(true)); err != nil {
		return nil, Sum(text), sightline.Errorf(sightline.Corrupt, "read release", ManifestName, "%w", err)
	}
	if m.Schema != Schema {
		return nil, Sum(text), sightline.Errorf(sightline.Corrupt, "read release", ManifestName, "its schema is %q, not %q", m.Schema, Schema)
	}
	return m, Sum(text), nil
}

// Problem is a file that is not as it should be.
type Problem struct{ File, What string }

func (p Problem) String() string { return p.File + ": " + p.What }

// Verify compares a release with its manifest, and the manifest with what
// speaks of it: the sum beside it, a hash noted earlier (head) and a signature
// by one of the keys, where these are given. Step is told of each file.
func Verify(tree fs.FS, head string, key *Key, step func(done, of int)) (*Manifest, string, []Problem, error) {
	var bad []Problem
	add := func(file, format string, args ...any) { bad = append(bad, Problem{file, fmt.Sprintf(format, args...)}) }
	text, err := fs.ReadFile(tree, ManifestName)
	if err != nil {
		add(ManifestName, "cannot be read: %v", err)
	}
	signature, signatureErr := fs.ReadFile(tree, SignatureName)
	sums, err := fs.ReadFile(tree, SumName)
	want := Sum(text) + "  " + ManifestName + "\n"
	if signatureErr == nil {
		want += Sum(signature) + "  " + SignatureName + "\n"
	}
	switch {
	case err != nil:
		add(SumName, "cannot be read: %v", err)
	case string(sums) != want:
		// Which of them changed: a line that fits clears what it is of.
		named := false
		for i, line := range strings.Split(strings.TrimSuffix(want, "\n"), "\n") {
			if !bytes.Contains(sums, []byte(line+"\n")) {
				named = true
				add([]string{ManifestName, SignatureName}[i], "differs from what %s says, or that does", SumName)
			}
		}
		if !named {
			add(SumName, "says more or less than the sums of %s and its signature", ManifestName)
		}
	}
	hash := Sum(text)
	if head != "" && !strings.EqualFold(head, hash) {
		add(ManifestName, "its SHA-256 is %s, not %s", hash, head)
	}
	if key != nil {
		switch {
		case signatureErr != nil:
			add(SignatureName, "cannot be read: %v", signatureErr)
		case !key.Signed(text, signature):
			add(SignatureName, "is not a signature of %s by this key", ManifestName)
		}
	}
	m, _, err := Read(tree)
	if err != nil {
		add(ManifestName, "%v", err)
		return nil, hash, bad, nil
	}
	if again, err := m.Text(); err != nil || !bytes.Equal(again, text) {
		add(ManifestName, "is not written as a manifest is")
	}
	listed := map[string]Entry{}
	for i, e := range m.Files {
		if i > 0 && m.Files[i-1].Name >= e.Name {
			add(ManifestName, "lists %s out of order", e.Name)
		}
		if !fs.ValidPath(e.Name) {
			add(ManifestName, "lists %q, which is no path", e.Name)
			continue
		}
		listed[e.Name] = e
	}
	have := map[string]bool{}
	err = fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() || name == ManifestName || name == SignatureName || name == SumName {
			return nil
		}
		e, ok := listed[name]
		if !ok {
			add(name, "is not in the manifest")
			return nil
		}
		have[name] = true
		step(len(have), len(listed))
		if !d.Type().IsRegular() {
			add(name, "is not a plain file")
			return nil
		}
		b, err := fs.ReadFile(tree, name)
		switch {
		case err != nil:
			add(name, "cannot be read: %v", err)
		case int64(len(b)) != e.Bytes:
			add(name, "has %d bytes, not %d", len(b), e.Bytes)
		case Sum(b) != e.SHA256:
			add(name, "differs: its SHA-256 is %s, not %s", Sum(b), e.SHA256)
		}
		return nil
	})
	for _, e := range m.Files {
		if !have[e.Name] {
			add(e.Name, "is missing")
		}
	}
	order.By(bad, func(a, b Problem) int { return strings.Compare(a.String(), b.String()) })
	return m, hash, slices.Compact(bad), err
}
