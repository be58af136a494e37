package observations

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"

	"github.com/go-json-experiment/json"
	_ "modernc.org/sqlite" // the driver

	"sightline"
)

// SQLite is a store in one file. It is safe for concurrent use.
type SQLite struct {
	path string
	db   *sql.DB
}

var _, _ Store = (*SQLite)(nil), (*Memory)(nil)

// applicationID marks the file: "SLob" in its header.
const applicationID = 0x534C6F62

// version is the format of the file, its user_version.
const version = 1

//go:embed schema.sql
var schema string

func dsn(path, mode string) string {
	q := url.Values{"mode": {mode}, "_txlock": {"immediate"}, "_pragma": {"busy_timeout(10000)", "foreign_keys(on)", "synchronous(full)"}}
	return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: q.Encode()}).String()
}

// Open opens the file to read it. It changes nothing.
func Open(path string) (*SQLite, error) {
	if _, err := os.Stat(path); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, sightline.Errorf(sightline.NotFound, "open observations", path, "no such file").WithHint("Make it with: sightline ingest ooni FILES -w WORKSPACE")
		}
		return nil, sightline.Errorf(sightline.Unavailable, "open observations", path, "%w", err)
	}
	return open(path, "ro")
}

// OpenOrCreate opens the file to add to it, and makes it where it is not there.
func OpenOrCreate(path string) (*SQLite, error) {
	if info, err := os.Stat(path); err == nil && info.Size() > 0 {
		return open(path, "rw")
	}
	db, err := sql.Open("sqlite", dsn(path, "rwc"))
	if err != nil {
		return nil, damaged("make observations", path, err)
	}
	step := fmt.Sprintf("BEGIN IMMEDIATE;\n%s\nPRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT;", schema, applicationID, version)
	_, err = db.Exec(step)
	if e := db.Close(); err == nil {
		err = e
	}
	if err != nil {
		return nil, sightline.Errorf(sightline.Unavailable, "make observations", path, "%w", err).WithHint("Choose a folder that you can write to.")
	}
	return open(path, "rw")
}

func open(path, mode string) (*SQLite, error) {
	db, err := sql.Open("sqlite", dsn(path, mode))
	if err != nil {
		return nil, damaged("open observations", path, err)
	}
	db.SetMaxOpenConns(1)
	var app, format int64
	if err := errors.Join(db.QueryRow("PRAGMA application_id").Scan(&app), db.QueryRow("PRAGMA user_version").Scan(&format)); err != nil || app != applicationID {
		db.Close()
		if err == nil {
			err = errors.New("it is another kind of file")
		}
		return nil, damaged("open observations", path, err)
	}
	if format != version {
		db.Close()
		return nil, sightline.Errorf(sightline.Conflict, "open observations", path, "it has format %d, this program knows %d", format, version).WithHint("Use the version of Sightline that made it.")
	}
	return &SQLite{path, db}, nil
}

func damaged(op, path string, err error) error {
	return sightline.Errorf(sightline.Corrupt, op, path, "%w", err).WithHint("Restore the file from a copy, or ingest the measurements again into a new workspace.")
}

// Close lets go of the file.
func (s *SQLite) Close() error { return s.db.Close() }

// Add implements [Store]. The batch goes in whole or not at all.
func (s *SQLite) Add(ctx context.Context, b Batch, at sightline.Instant) (added bool, err error) {
	if err := b.normal(); err != nil {
		return false, err
	}
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return false, damaged("add observations", s.path, err)
	}
	defer tx.Rollback()
	held, err := s.abouts(tx, 0)
	if err != nil {
		return false, err
	}
	var all []*Batch
	for _, h := range held {
		if h.id == b.ID() {
			return false, nil
		}
		all = append(all, &h.about)
	}
	if already, err := admit(all, &b); already || err != nil {
		return false, err
	}
	if n := len(all); n > 0 && at < all[n-1].Recorded {
		return false, backwards(at)
	}
	about := b
	about.Counts = nil
	text, err := json.Marshal(about, json.Deterministic(true))
	if err != nil {
		return false, err
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO batch VALUES (?, ?, ?, ?)", len(all)+1, b.ID(), int64(at), string(text)); err != nil {
		return false, damaged("add observations", s.path, err)
	}
	put, err := tx.PrepareContext(ctx, "INSERT INTO count VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
	if err != nil {
		return false, damaged("add observations", s.path, err)
	}
	defer put.Close()
	for _, c := range b.Counts {
		if _, err := put.ExecContext(ctx, len(all)+1, c.Country.Code(), int64(c.Network), c.Test, c.Target, c.Month.String(), c.Probes, c.Saw, c.N, c.Interfered, c.Mechanism); err != nil {
			return false, damaged("add observations", s.path, err)
		}
	}
	if err := tx.Commit(); err != nil {
		return false, sightline.Errorf(sightline.Unavailable, "add observations", s.path, "%w", err)
	}
	return true, nil
}

// kept is a batch without its counts.
type kept struct {
	seq   int64
	id    string
	about Batch
}

type querier interface {
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
}

func (s *SQLite) abouts(q querier, at sightline.Instant) (out []kept, err error) {
	rows, err := q.QueryContext(context.Background(), "SELECT seq, id, recorded, about FROM batch WHERE ? = 0 OR recorded <= ? ORDER BY seq", int64(at), int64(at))
	if err != nil {
		return nil, damaged("read observations", s.path, err)
	}
	defer rows.Close()
	for rows.Next() {
		var k kept
		var recorded int64
		var text string
		if err := rows.Scan(&k.seq, &k.id, &recorded, &text); err != nil {
			return nil, damaged("read observations", s.path, err)
		}
		if err := json.Unmarshal([]byte(text), &k.about); err != nil {
			return nil, damaged("read observations", s.path, err)
		}
		k.about.Recorded = sightline.Instant(recorded)
		out = append(out, k)
	}
	if err := rows.Err(); err != nil {
		return nil, damaged("read observations", s.path, err)
	}
	return out, nil
}

// Of implements [Store].
func (s *SQLite) Of(c sightline.Country, at sightline.Instant) ([]Held, error) {
	held, err := s.abouts(s.db, at)
	if err != nil {
		return nil, err
	}
	var all []*Batch
	for i := range held {
		all = append(all, &held[i].about)
	}
	var out []Held
	for _, b := range newest(all) {
		for i := range held {
			if &held[i].about != b {
				continue
			}
			counts, err := s.counts(held[i].seq, c)
			if err != nil {
				return nil, err
			}
			out = hold(out, held[i].id, b, c, counts)
		}
	}
	return out, nil
}

// Comparisons implements [Store].
func (s *SQLite) Comparisons(at sightline.Instant) ([]Held, error) {
	held, err := s.abouts(s.db, at)
	if err != nil {
		return nil, err
	}
	var all []*Batch
	var ids []string
	for i := range held {
		all, ids = append(all, &held[i].about), append(ids, held[i].id)
	}
	return standing(all, ids), nil
}

func (s *SQLite) counts(batch int64, c sightline.Country) (out []Count, err error) {
	rows, err := s.db.Query("SELECT network, test, target, month, probes, saw, n, interfered, mechanism FROM count WHERE country = ? AND batch = ? ORDER BY month, test, target, network", c.Code(), batch)
	if err != nil {
		return nil, damaged("read observations", s.path, err)
	}
	defer rows.Close()
	for rows.Next() {
		x := Count{Country: c}
		var month string
		if err := rows.Scan(&x.Network, &x.Test, &x.Target, &month, &x.Probes, &x.Saw, &x.N, &x.Interfered, &x.Mechanism); err != nil {
			return nil, damaged("read observations", s.path, err)
		}
		if x.Month, err = sightline.ParseDate(month); err != nil {
			return nil, damaged("read observations", s.path, err)
		}
		out = append(out, x)
	}
	if err := rows.Err(); err != nil {
		return nil, damaged("read observations", s.path, err)
	}
	return out, nil
}
