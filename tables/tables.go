// Package tables keeps the routing tables of a workspace, and what places and
// relates the networks in them: an evidentiary copy of each file in the
// archive, a list that only grows, and a cache of the interned store. In go
// files as they were published; out come the tables that held at a moment, and
// who is on the path into a country by them. FORMAT.md describes what is kept.
package tables

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/klauspost/compress/zstd"

	"sightline"
	"sightline/archive"
	"sightline/exposure"
	"sightline/exposure/paths"
	"sightline/internal/order"
	"sightline/internal/whole"
	"sightline/mrt"
	"sightline/observations"
)

// Kind is what a file is.
type Kind string

// The kinds of file.
const (
	Routes        Kind = "routes"        // MRT: a table, or updates
	Relationships Kind = "relationships" // provider|customer|-1
	Locations     Kind = "locations"     // prefix|country|addresses
	Blocks        Kind = "blocks"        // prefix|country: delegated blocks
	Monitors      Kind = "monitors"      // JSON lines
	Networks      Kind = "networks"      // number,country
)

// Held is one file that is held.
type Held struct {
	Kind      Kind              `json:"kind"`
	Collector string            `json:"collector,omitzero"` // of routes
	Name      string            `json:"name"`               // of the file, without its folder
	File      string            `json:"file"`               // SHA-256 of the file as it was given
	SHA256    string            `json:"sha256"`             // of its unpacked bytes, as far as they could be read
	Bytes     int64             `json:"bytes"`              // of those
	Copy      string            `json:"copy"`               // SHA-256 of the archive copy: those bytes as zstd
	From      sightline.Instant `json:"from,omitzero"`      // time of the first record of routes
	To        sightline.Instant `json:"to,omitzero"`        // and of the last
	Entries   int64             `json:"entries,omitzero"`   // routes held in a table
	Updates   int64             `json:"updates,omitzero"`   // announcements, withdrawals, changes of state
	Peers     int               `json:"peers,omitzero"`
	Damage    string            `json:"damage,omitzero"` // what could not be read
	Recorded  sightline.Instant `json:"recorded"`
}

// ID names the file among those that are held: the same bytes as the same
// thing are held once.
func (h *Held) ID() string { return id(h.Kind, h.Collector, h.SHA256) }

func id(k Kind, collector, sum string) string {
	b := sha256.Sum256([]byte(string(k) + "\n" + collector + "\n" + sum))
	return hex.EncodeToString(b[:])
}

// Compare orders files by recording, then by id.
func (h *Held) Compare(o *Held) int {
	return cmp.Or(cmp.Compare(h.Recorded, o.Recorded), strings.Compare(h.ID(), o.ID()))
}

// Store is the tables of a workspace. Answer and Met are safe for concurrent
// use.
type Store struct {
	dir  string // list
	memo string // cache
	kept archive.Archive

	mu    sync.Mutex
	read  map[string]*answers           // by moment and what places it
	table *paths.Table                  // the last one, and
	of    string                        // its key
	again map[string]observations.Batch // comparisons made again, by id
}

// At is the store of a workspace, which need not hold anything yet.
func At(workspace string) *Store {
	return &Store{dir: filepath.Join(workspace, "tables"), memo: filepath.Join(workspace, "cache"), kept: archive.At(filepath.Join(workspace, "archive"))}
}

// Sweep removes what runs that were cut off left behind.
func (s *Store) Sweep() error {
	err := s.kept.Sweep()
	for _, dir := range []string{s.dir, s.memo} {
		if _, e := whole.Sweep(dir); e != nil && err == nil {
			err = sightline.Errorf(sightline.Unavailable, "clean up", dir, "%w", e)
		}
	}
	return err
}

// List lists what was held at a moment (0 is now), in the order of Compare.
func (s *Store) List(recorded sightline.Instant) ([]Held, error) {
	entries, err := os.ReadDir(s.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, sightline.Errorf(sightline.Unavailable, "list tables", s.dir, "%w", err)
	}
	var out []Held
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), ".json")
		if !ok {
			continue // an unfinished file
		}
		path := filepath.Join(s.dir, e.Name())
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, sightline.Errorf(sightline.Unavailable, "list tables", path, "%w", err)
		}
		var h Held
		if err := json.Unmarshal(text, &h, json.RejectUnknownMembers(true)); err != nil || h.ID() != name {
			return nil, sightline.Errorf(sightline.Corrupt, "list tables", path, "it does not say what its name says").
				WithHint("Delete it and ingest the file again.")
		}
		if recorded == 0 || h.Recorded <= recorded {
			out = append(out, h)
		}
	}
	order.By(out, func(a, b Held) int { return a.Compare(&b) })
	return out, nil
}

// Has finds a file by the sum of its bytes as they were given.
func (s *Store) Has(k Kind, collector, file string) (Held, bool, error) {
	all, err := s.List(0)
	if err != nil {
		return Held{}, false, err
	}
	i := slices.IndexFunc(all, func(h Held) bool { return h.Kind == k && h.Collector == collector && h.File == file })
	if i < 0 {
		return Held{}, false, nil
	}
	return all[i], true, nil
}

// Add reads a file, keeps a copy, and lists it; added is false where the same
// bytes are held already. Until the file was read to its end nothing is
// listed, so that a run that was cut off can be given again. Damage in routes
// is counted and kept in the list; a file without any route is refused, and so
// is one of another kind that does not read.
func (s *Store) Add(ctx context.Context, k Kind, collector, name string, r io.Reader, at sightline.Instant) (h Held, added bool, err error) {
	h = Held{Kind: k, Collector: collector, Name: name, Recorded: at}
	given := sha256.New()
	// Unpacking reads in a goroutine of its own, which may still read after damage.
	src := &locked{r: io.TeeReader(cancelled{ctx, r}, given)}
	raw, _, err := mrt.Decompress(src)
	if err != nil {
		return h, false, err
	}
	defer raw.Close()
	w, err := s.kept.Create()
	if err != nil {
		return h, false, err
	}
	defer w.Abort()
	z, err := zstd.NewWriter(w, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithZeroFrames(true))
	if err != nil {
		return h, false, sightline.Errorf(sightline.Internal, "keep table", name, "%w", err)
	}
	defer z.Close()
	sum := sha256.New()
	out := &counting{w: io.MultiWriter(sum, z)}
	body := io.TeeReader(raw, out)
	if k == Routes {
		err = h.routes(body)
	} else {
		err = check(k, body)
	}
	if err == nil {
		// What the reader left behind is kept as well.
		if _, rest := io.Copy(io.Discard, body); rest != nil && k != Routes {
			err = sightline.Errorf(sightline.Invalid, "read "+string(k), name, "%w", rest)
		}
	}
	if err == nil && ctx.Err() != nil {
		err = ctx.Err()
	}
	if err == nil {
		_, err = io.Copy(io.Discard, src) // and what no unpacking reached is in the sum of the file
	}
	if err != nil {
		if sightline.ErrorCode(err) == sightline.Internal {
			err = sightline.Errorf(sightline.Unavailable, "read "+string(k), name, "%w", err)
		}
		return h, false, err
	}
	h.Bytes, h.SHA256, h.File = out.n, hex.EncodeToString(sum.Sum(nil)), hex.EncodeToString(given.Sum(nil))
	path := filepath.Join(s.dir, h.ID()+".json")
	if _, err := os.Stat(path); err == nil {
		return h, false, nil
	}
	if err := z.Close(); err != nil {
		return h, false, sightline.Errorf(sightline.Unavailable, "keep table", name, "%w", err)
	}
	if h.Copy, err = w.Commit(); err != nil {
		return h, false, err
	}
	text, err := json.Marshal(&h, json.Deterministic(true), jsontext.Multiline(true))
	if err != nil {
		return h, false, sightline.Errorf(sightline.Internal, "list table", name, "%w", err)
	}
	return h, true, replace(path, func(w io.Writer) error { _, err := w.Write(append(text, '\n')); return err })
}

// cancelled ends a stream when the work is called off.
type cancelled struct {
	ctx context.Context
	r   io.Reader
}

func (c cancelled) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

// locked lets one goroutine read at a time.
type locked struct {
	mu sync.Mutex
	r  io.Reader
}

func (l *locked) Read(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.r.Read(p)
}

type counting struct {
	w io.Writer
	n int64
}

func (c *counting) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// replace writes a file whole or not at all.
func replace(path string, write func(io.Writer) error) error {
	f, err := whole.Create(filepath.Dir(path))
	if err == nil {
		defer f.Abort()
		if err = write(f); err == nil {
			err = f.Keep(path, 0o644)
		}
	}
	if err != nil {
		return sightline.Errorf(sightline.Unavailable, "write", path, "%w", err).WithHint("Choose a workspace that you can write to, with room for the file.")
	}
	return nil
}

// routes reads a stream of MRT records and counts what is in it.
func (h *Held) routes(r io.Reader) error {
	m := mrt.NewReader(r, mrt.Options{OnDamage: mrt.Skip})
	var first, last uint32
	var heard []bool
	for m.Next() {
		e := m.Elem()
		for len(heard) <= e.Peer {
			heard = append(heard, false)
		}
		if !heard[e.Peer] {
			heard[e.Peer] = true
			h.Peers++
		}
		if h.Entries+h.Updates == 0 {
			first, last = e.Seconds, e.Seconds
		}
		first, last = min(first, e.Seconds), max(last, e.Seconds)
		if e.Kind == mrt.Held {
			h.Entries++
		} else {
			h.Updates++
		}
	}
	rep := m.Report()
	if errors.Is(rep.Err(), context.Canceled) {
		return context.Canceled
	}
	if h.Entries+h.Updates == 0 {
		err := sightline.Errorf(sightline.Invalid, "read routes", h.Name, "no route was found in it")
		if d := rep.Err(); d != nil {
			err = sightline.Errorf(sightline.Invalid, "read routes", h.Name, "no route was found in it: %w", d)
		}
		return err.WithHint("Give an MRT file: a table (RIB, bview) or updates.")
	}
	if err := rep.Err(); err != nil {
		h.Damage = fmt.Sprintf("%v; %d bytes left out", err, rep.Skipped)
	}
	h.From, h.To = seconds(first), seconds(last)
	return nil
}

// seconds is the moment of a number of seconds since 1970.
func seconds(n uint32) sightline.Instant { return sightline.Instant(n) * 1_000_000 }

// check reads a file of another kind, and lets go of it.
func check(k Kind, r io.Reader) (err error) {
	switch k {
	case Relationships:
		_, err = exposure.ReadRelationships(r)
	case Locations:
		_, _, err = exposure.ReadCounts(r)
	case Blocks:
		_, _, err = exposure.ReadBlocks(r)
	case Monitors:
		_, err = exposure.ReadMonitors(r)
	case Networks:
		_, err = exposure.ReadASCountries(r)
	default:
		panic("BUG: no such kind of file: " + k)
	}
	return err
}

// open reads the unpacked bytes of a file that is held.
func (s *Store) open(h *Held) (io.ReadCloser, error) {
	f, err := s.kept.Open(h.Copy)
	if err != nil {
		return nil, err
	}
	r, _, err := mrt.Decompress(f)
	if err != nil {
		f.Close()
		return nil, err
	}
	return both{r, f}, nil
}

// both closes a reader and what is under it.
type both struct {
	io.ReadCloser
	under io.Closer
}

func (b both) Close() error { return errors.Join(b.ReadCloser.Close(), b.under.Close()) }

// Verify compares every copy with its sums, the unpacked bytes included.
func (s *Store) Verify() (n int, err error) {
	all, err := s.List(0)
	for i := range all {
		h := &all[i]
		r, err := s.open(h)
		if err != nil {
			return n, err
		}
		sum := sha256.New()
		_, err = io.Copy(sum, r)
		r.Close()
		if err != nil || hex.EncodeToString(sum.Sum(nil)) != h.SHA256 {
			return n, sightline.Errorf(sightline.Corrupt, "verify", s.kept.Path(h.Copy), "the copy of %s was damaged or changed", h.Name).
				WithHint("Restore it from a backup, or delete it with tables/%s.json and ingest the file again.", h.ID())
		}
		n++
	}
	return n, err
}

// text reads all of a small file.
func (s *Store) text(h *Held) (*bytes.Reader, error) {
	r, err := s.open(h)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	return bytes.NewReader(b), nil
}
