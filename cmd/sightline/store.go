package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"sightline"
	"sightline/catalog"
	"sightline/dossier"
	"sightline/ledger"
	"sightline/observations"
	"sightline/tables"
)

// store is what a command reads: the embedded catalogue or a workspace.
type store struct {
	sightline.Store
	series  []dossier.Series
	edition string
	ledger  *ledger.Ledger // nil for the catalogue

	observations *observations.SQLite // nil where none were ingested
}

// Close lets go of the files, if there are any.
func (s *store) Close() error {
	if s.ledger == nil {
		return nil
	}
	err := s.ledger.Close()
	if s.observations != nil {
		err = errors.Join(err, s.observations.Close())
	}
	return err
}

// counted is a ledger with observations beside it, or nil, as dossiers read
// them.
type counted struct {
	sightline.Store
	observations *observations.SQLite
}

// Observations implements dossier.Counted.
func (c counted) Observations(of sightline.Country, at sightline.Instant) ([]observations.Held, error) {
	if c.observations == nil {
		return nil, nil
	}
	return c.observations.Of(of, at)
}

// Comparisons implements dossier.Compared.
func (c counted) Comparisons(at sightline.Instant) ([]observations.Held, error) {
	if c.observations == nil {
		return nil, nil
	}
	return c.observations.Comparisons(at)
}

// withRoutes is a store with routing tables beside it, as dossiers read them.
type withRoutes struct {
	counted
	tables *tables.Store
}

// Routes implements dossier.Routed.
func (r withRoutes) Routes(q tables.Query) (*tables.Answer, error) { return r.tables.Answer(q) }

// Met implements dossier.Routed.
func (r withRoutes) Met(q tables.Query, a sightline.ASN) ([]sightline.Country, error) {
	return r.tables.Met(q, a)
}

// Recompare implements dossier.Compared.
func (r withRoutes) Recompare(h observations.Held) (observations.Batch, error) {
	return r.tables.Recompare(h)
}

// open opens the workspace for reading, or the embedded catalogue.
func (a *app) open() (*store, error) {
	s := &store{}
	for _, x := range catalog.AllSeries() {
		s.series = append(s.series, indicator{x})
	}
	if a.workspace != "" {
		l, err := ledger.Open(a.ledgerPath(), ledger.ReadOnly)
		if err != nil {
			return nil, workspaceError(a.workspace, err)
		}
		s.Store, s.ledger = l, l
		if exists(a.observationsPath()) {
			if s.observations, err = observations.Open(a.observationsPath()); err != nil {
				l.Close()
				return nil, err
			}
		}
		s.Store = withRoutes{counted{l, s.observations}, tables.At(a.workspace)}
		s.edition = fmt.Sprintf("workspace %s", filepath.Base(a.workspace))
		return s, nil
	}
	records, err := catalog.Records()
	if err != nil {
		return nil, err
	}
	m, err := ledger.NewMemory("catalogue "+catalog.Edition(), catalog.Recorded(), records)
	if err != nil {
		return nil, err
	}
	s.Store = m
	s.edition = "catalogue " + catalog.Edition()
	return s, nil
}

// snapshotLimit is up to how many records a ledger is read into memory for a
// search through all documents; of our choosing. The catalogue has a tenth of
// them, at about 10 kB each in memory.
const snapshotLimit = 100_000

// inMemory reads a workspace's ledger, as of a moment, in one go, unless it is
// large or that was done.
func (s *store) inMemory(at sightline.Instant) error {
	w, ok := s.Store.(withRoutes)
	if !ok {
		return nil
	}
	if l, ok := w.Store.(*ledger.Ledger); !ok {
		return nil
	} else if h, err := l.Head(); err != nil || h.Seq > snapshotLimit {
		return err
	} else if w.Store, err = l.Snapshot(at); err != nil {
		return err
	}
	s.Store = w
	return nil
}

func (a *app) ledgerPath() string { return filepath.Join(a.workspace, "ledger.db") }

func (a *app) observationsPath() string { return filepath.Join(a.workspace, "observations.db") }

// workspaceError says what to do when a workspace cannot be opened.
func workspaceError(dir string, err error) error {
	if _, e := os.Stat(filepath.Join(dir, "ledger.db")); os.IsNotExist(e) {
		return sightline.Errorf(sightline.NotFound, "open workspace", dir, "there is no ledger in this directory").
			WithHint("Make one with: sightline init %s", dir)
	}
	return err
}

// indicator is a series of the catalogue as dossiers read it.
type indicator struct{ *catalog.Series }

// Points implements dossier.Series.
func (i indicator) Points(c sightline.Country) ([]dossier.Point, error) {
	points, err := i.Series.Points(c)
	out := make([]dossier.Point, len(points))
	for k, p := range points {
		out[k] = dossier.Point(p)
	}
	return out, err
}
