package ledger

import (
	"context"
	"crypto/sha256"
	"database/sql"
	_ "embed"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"sightline"

	"modernc.org/sqlite"
	sqlitelib "modernc.org/sqlite/lib"
)

// Mode says what a ledger is opened for.
type Mode uint8

// The modes.
const (
	ReadOnly  Mode = iota
	ReadWrite      // Append too; one process at a time writes, others wait
)

// Ledger is an append-only store of claims in one SQLite file. It is safe for
// concurrent use.
type Ledger struct {
	path string
	read *sql.DB

	writing sync.Mutex
	write   *sql.DB       // one connection; nil in ReadOnly
	known   map[name]bool // sources and entities that are held for sure; a cache, for none ever goes
}

var _ sightline.Store = (*Ledger)(nil)

// applicationID marks the file as a ledger: "SLgr" in its header.
const applicationID = 0x534C6772

//go:embed schema.sql
var schema1 string

// migrations bring a file from one format to the next, in order. The format of
// a file is its user_version. A step only adds: records are never rewritten.
var migrations = []string{schema1}

// genesis stands where the first record's hash would have a hash before it.
var genesis = sha256.Sum256([]byte("sightline.ledger/1"))

// chain is the hash of a record in the log. Every field has a fixed size or
// its length in front, so no two logs share an encoding.
func chain(before [32]byte, seq int64, recorded sightline.Instant, kind sightline.RecordKind, body []byte) (sum [32]byte) {
	b := make([]byte, 0, 57+len(body))
	b = append(b, before[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(seq))
	b = binary.BigEndian.AppendUint64(b, uint64(recorded))
	b = append(b, byte(kind))
	b = binary.BigEndian.AppendUint64(b, uint64(len(body)))
	return sha256.Sum256(append(b, body...))
}

// dsn is the address of a database for the driver.
func dsn(path, mode string, pragmas ...string) string {
	q := url.Values{"mode": {mode}, "_pragma": append([]string{"busy_timeout(10000)"}, pragmas...)}
	return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: q.Encode()}).String()
}

// The writer has the whole commit on the disk before it says so. It keeps
// enough pages that a batch of records with random ids does not spill, and
// leaves 64 MB in the log of SQLite before it moves them, for the same pages
// are written again and again.
var writerPragmas = []string{"secure_delete(on)", "journal_mode(wal)", "synchronous(full)", "foreign_keys(on)", "cache_size(-131072)", "temp_store(memory)", "wal_autocheckpoint(8192)"}

// immediate makes a transaction take the write lock when it begins, so that a
// second writer waits for its turn instead of failing at its first write.
const immediate = "&_txlock=immediate"

// Create makes a new, empty ledger. A file that is there already is an error
// of code Conflict and stays as it is.
func Create(path string) (*Ledger, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return nil, sightline.Errorf(sightline.Conflict, "create ledger", path, "the file is there already").WithHint("Open it, or choose another name.")
	}
	if err != nil {
		return nil, unreachable("create ledger", path, err)
	}
	f.Close()
	if err := migrate(path, migrations); err != nil {
		for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
			os.Remove(path + suffix) // it is ours, and holds nothing
		}
		return nil, err
	}
	return Open(path, ReadWrite)
}

// Migrate brings the file to the present format. Opening never does.
func Migrate(path string) error {
	if _, err := format(path); err != nil {
		return err
	}
	return migrate(path, migrations)
}

// pageSize is that of a new file: larger than usual, since the copies of a
// country are read in one sweep. TestPageSize shows that it is in effect.
const pageSize = 8192

// setPageSize gives an empty file its page size. It must come before the first
// write, and so before the journal mode that the other connections ask for.
func setPageSize(path string) error {
	if info, err := os.Stat(path); err != nil || info.Size() > 0 {
		return err
	}
	db, err := sql.Open("sqlite", dsn(path, "rw"))
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	_, err = db.ExecContext(context.Background(), fmt.Sprintf("PRAGMA page_size = %d; PRAGMA journal_mode = wal", pageSize))
	return err
}

func migrate(path string, steps []string) error {
	if err := setPageSize(path); err != nil {
		return storeError("migrate ledger", path, err)
	}
	db, err := sql.Open("sqlite", dsn(path, "rw", writerPragmas...))
	if err != nil {
		return storeError("migrate ledger", path, err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	ctx := context.Background()
	for {
		var version int
		if err := db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
			return storeError("migrate ledger", path, err)
		}
		if version >= len(steps) {
			return nil
		}
		// One step and its number are one transaction.
		step := fmt.Sprintf("BEGIN IMMEDIATE;\n%s\nPRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT;", steps[version], applicationID, version+1)
		if _, err := db.ExecContext(ctx, step); err != nil {
			db.ExecContext(ctx, "ROLLBACK")
			return storeError("migrate ledger", path, err)
		}
	}
}

// format is the format of the file, from its header: opening it with SQLite
// might leave files beside it.
func format(path string) (int, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, sightline.Errorf(sightline.NotFound, "open ledger", path, "no such file").WithHint("Make one with sightline init.")
	}
	if err != nil {
		return 0, unreachable("open ledger", path, err)
	}
	defer f.Close()
	var header [100]byte
	n, _ := f.ReadAt(header[:], 0)
	if n < len(header) || !strings.HasPrefix(string(header[:]), "SQLite format 3\x00") || binary.BigEndian.Uint32(header[68:]) != applicationID {
		return 0, sightline.Errorf(sightline.Corrupt, "open ledger", path, "the file is not a ledger, or its first bytes are damaged").WithHint("Restore it from a copy.")
	}
	return int(binary.BigEndian.Uint32(header[60:])), nil
}

// Open opens a ledger. It changes nothing: a file of an older format must be
// brought up to date by [Migrate] first.
func Open(path string, mode Mode) (*Ledger, error) {
	version, err := format(path)
	if err != nil {
		return nil, err
	}
	if version < len(migrations) {
		return nil, sightline.Errorf(sightline.Conflict, "open ledger", path, "it has format %d, this program needs %d", version, len(migrations)).
			WithHint("Copy the file, then run sightline migrate.")
	}
	if version > len(migrations) {
		return nil, sightline.Errorf(sightline.Conflict, "open ledger", path, "it has format %d, this program knows %d", version, len(migrations)).
			WithHint("Use a newer version of Sightline.")
	}
	l := &Ledger{path: path, known: map[name]bool{}}
	if mode == ReadWrite {
		if l.write, err = sql.Open("sqlite", dsn(path, "rw", writerPragmas...)+immediate); err != nil {
			return nil, storeError("open ledger", path, err)
		}
		l.write.SetMaxOpenConns(1)
		if err := l.write.Ping(); err != nil {
			l.Close()
			return nil, storeError("open ledger", path, err)
		}
	}
	if err := l.openReaders(); err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}

func (l *Ledger) openReaders() error {
	db, err := sql.Open("sqlite", dsn(l.path, "ro", "cache_size(-32768)"))
	if err == nil {
		_, err = lastSeq(db, 0)
	}
	if code := sqliteCode(err); code == sqlitelib.SQLITE_CANTOPEN || code == sqlitelib.SQLITE_READONLY {
		// SQLite wants to put a lock beside the file and may not. If no log of
		// a writer is there either, the file is whole and nobody changes it.
		if _, wal := os.Stat(l.path + "-wal"); errors.Is(wal, fs.ErrNotExist) {
			db.Close()
			db, err = sql.Open("sqlite", dsn(l.path, "ro", "cache_size(-32768)")+"&immutable=1")
			if err == nil {
				_, err = lastSeq(db, 0)
			}
		}
	}
	l.read = db
	if err != nil {
		return storeError("open ledger", l.path, err)
	}
	db.SetMaxOpenConns(8)
	db.SetMaxIdleConns(8)
	return nil
}

// Close closes the file.
func (l *Ledger) Close() error {
	var errs []error
	if l.read != nil {
		errs = append(errs, l.read.Close())
	}
	if l.write != nil {
		errs = append(errs, l.write.Close())
	}
	if err := errors.Join(errs...); err != nil {
		return storeError("close ledger", l.path, err)
	}
	return nil
}

// sqliteCode is the primary result code in err, or 0.
func sqliteCode(err error) int {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code() & 0xFF
	}
	return 0
}

// storeError says what a fault of the store means for a person.
func storeError(op, path string, err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*sightline.Error](err); ok {
		return err
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return &sightline.Error{Code: sightline.Unavailable, Op: op, Arg: path, Err: err, Hint: "It was stopped; nothing is half done. Run it again."}
	}
	e := &sightline.Error{Code: sightline.Unavailable, Op: op, Arg: path, Err: err}
	switch sqliteCode(err) {
	case sqlitelib.SQLITE_FULL:
		return e.WithHint("The disk is full. Nothing that was held is lost; make room and run it again.")
	case sqlitelib.SQLITE_READONLY, sqlitelib.SQLITE_PERM, sqlitelib.SQLITE_CANTOPEN, sqlitelib.SQLITE_AUTH:
		return e.WithHint("The file or its folder %s cannot be written. Give yourself the right to write there, or copy it elsewhere.", filepath.Dir(path))
	case sqlitelib.SQLITE_BUSY, sqlitelib.SQLITE_LOCKED:
		return e.WithHint("Another process is writing. Wait for it and run it again.")
	case sqlitelib.SQLITE_IOERR, sqlitelib.SQLITE_NOMEM:
		return e.WithHint("The disk or the memory failed. Nothing that was held is lost; look at the disk and run it again.")
	case sqlitelib.SQLITE_CORRUPT, sqlitelib.SQLITE_NOTADB, sqlitelib.SQLITE_FORMAT:
		e.Code = sightline.Corrupt
		return e.WithHint("Run sightline verify: it names the first damaged record. Then restore the file from a copy.")
	}
	e.Code = sightline.Internal
	return e
}

// unreachable is a fault of the file system.
func unreachable(op, path string, err error) error {
	e := &sightline.Error{Code: sightline.Unavailable, Op: op, Arg: path, Err: err}
	return e.WithHint("The file or its folder %s cannot be used. Give yourself the right to it, or choose another place.", filepath.Dir(path))
}

// corrupt is a fault in what is held.
func (l *Ledger) corrupt(format string, args ...any) error {
	return sightline.Errorf(sightline.Corrupt, "read ledger", l.path, format, args...).
		WithHint("Run sightline verify: it names the first damaged record. Then restore the file from a copy.")
}
