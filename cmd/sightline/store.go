package main

import (
	"fmt"
	"os"
	"path/filepath"

	"sightline"
	"sightline/catalog"
	"sightline/dossier"
	"sightline/ledger"
)

// store is what a command reads: the embedded catalogue or a workspace.
type store struct {
	sightline.Store
	series  []dossier.Series
	edition string
	ledger  *ledger.Ledger // nil for the catalogue
}

// Close lets go of the ledger, if there is one.
func (s *store) Close() error {
	if s.ledger == nil {
		return nil
	}
	return s.ledger.Close()
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

func (a *app) ledgerPath() string { return filepath.Join(a.workspace, "ledger.db") }

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
