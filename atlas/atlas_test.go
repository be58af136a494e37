package atlas_test

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"sightline"
	"sightline/atlas"
	"sightline/catalog"
	"sightline/dossier"
	"sightline/dossier/audit"
	"sightline/internal/htmlcheck"
	"sightline/ledger"
)

// indicator is a series of the catalogue as dossiers read it.
type indicator struct{ *catalog.Series }

func (i indicator) Points(c sightline.Country) ([]dossier.Point, error) {
	points, err := i.Series.Points(c)
	out := make([]dossier.Point, len(points))
	for k, p := range points {
		out[k] = dossier.Point(p)
	}
	return out, err
}

// today is the day of the tests.
var today = func() sightline.Day {
	d, err := sightline.ParseDate("2026-11-26")
	if err != nil {
		panic(err)
	}
	return d.First()
}()

// catalogue is the embedded catalogue as a store, read once.
var catalogue = sync.OnceValue(func() *ledger.Memory {
	records, err := catalog.Records()
	if err != nil {
		panic(err)
	}
	m, err := ledger.NewMemory("catalogue "+catalog.Edition(), catalog.Recorded(), records)
	if err != nil {
		panic(err)
	}
	return m
})

// reference is the audit that comes with the catalogue.
var reference = sync.OnceValue(func() *audit.File {
	name, text, err := catalog.Audit(catalog.Audits()[0])
	if err != nil {
		panic(err)
	}
	f, err := audit.Read(name, text)
	if err != nil {
		panic(err)
	}
	return f
})

// serveStore is an atlas of a store.
func serveStore(t testing.TB, store sightline.Store, change func(*atlas.Config)) *atlas.Server {
	t.Helper()
	c := atlas.Config{
		Store: store, Edition: "catalogue " + catalog.Edition(), Code: "test", Opened: 1, Today: func() sightline.Day { return today },
		Languages: []string{"en", "qps"}, Audit: reference(),
		Fault: func(page string, err error) { t.Errorf("fault on a page of kind %s: %v", page, err) },
	}
	for _, s := range catalog.AllSeries() {
		c.Series = append(c.Series, indicator{s})
	}
	if change != nil {
		change(&c)
	}
	s, err := atlas.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// catalogueServer is the atlas of the catalogue, shared by the tests that only
// read it.
var catalogueServer = sync.OnceValue(func() *atlas.Server {
	c := atlas.Config{
		Store: catalogue(), Edition: "catalogue " + catalog.Edition(), Code: "test", Opened: 1, Today: func() sightline.Day { return today },
		Languages: []string{"en", "qps"}, Audit: reference(),
		Fault: func(page string, err error) { panic(page + ": " + err.Error()) },
	}
	for _, s := range catalog.AllSeries() {
		c.Series = append(c.Series, indicator{s})
	}
	s, err := atlas.New(c)
	if err != nil {
		panic(err)
	}
	return s
})

// get asks for an address.
func get(h http.Handler, address string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, address, nil))
	return w
}

// read asks for a page and parses it.
func read(t testing.TB, h http.Handler, address string) *htmlcheck.Page {
	t.Helper()
	w := get(h, address)
	if w.Code != http.StatusOK {
		t.Fatalf("%s: status %d: %.300s", address, w.Code, w.Body)
	}
	p, err := htmlcheck.Parse(w.Body.Bytes())
	if err != nil {
		t.Fatalf("%s: %v", address, err)
	}
	return p
}
