package acceptance_test

import (
	"encoding/json"
	"errors"
	"image/png"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sightline"
	"sightline/atlas"
	"sightline/atlas/acceptance"
	"sightline/catalog"
	"sightline/dossier"
	"sightline/dossier/audit"
	"sightline/ledger"
)

// serve shows the catalogue on a loopback port and returns its address.
func serve(t *testing.T) string {
	t.Helper()
	records, err := catalog.Records()
	if err != nil {
		t.Fatal(err)
	}
	store, err := ledger.NewMemory("catalogue "+catalog.Edition(), catalog.Recorded(), records)
	if err != nil {
		t.Fatal(err)
	}
	c := atlas.Config{Store: store, Edition: "catalogue " + catalog.Edition(), Code: "test", Opened: catalog.Recorded(),
		Today:     func() sightline.Day { return catalog.Recorded().Day() + 30 },
		Languages: []string{"en", "qps"},
		Fault:     func(page string, err error) { t.Errorf("fault on a page of kind %s: %v", page, err) }}
	name, text, err := catalog.Audit(catalog.Audits()[0])
	if err != nil {
		t.Fatal(err)
	}
	if c.Audit, err = audit.Read(name, text); err != nil {
		t.Fatal(err)
	}
	for _, s := range catalog.AllSeries() {
		c.Series = append(c.Series, indicator{s})
	}
	h, err := atlas.New(c)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second}
	go server.Serve(l)
	t.Cleanup(func() { server.Close() })
	return "http://" + l.Addr().String()
}

type indicator struct{ *catalog.Series }

func (i indicator) Points(c sightline.Country) ([]dossier.Point, error) {
	points, err := i.Series.Points(c)
	out := make([]dossier.Point, len(points))
	for k, p := range points {
		out[k] = dossier.Point(p)
	}
	return out, err
}

// need finds a program, or skips with what to install.
func need(t *testing.T, name, install string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not installed (%s): what browsers show is not checked here", name, install)
	}
	return path
}

// Browsers show every kind of page as the brief asks (items 1, 2, 5, 6 and 7
// of its section 15).
func TestBrowsers(t *testing.T) {
	if testing.Short() {
		t.Skip("browsers take minutes")
	}
	chromium := need(t, "chromium", "apt-get install chromium")
	firefox := need(t, "firefox-esr", "apt-get install firefox-esr")
	node := need(t, "node", "Node.js 20")
	pdftotext := need(t, "pdftotext", "apt-get install poppler-utils")
	if _, err := os.Stat("node_modules/puppeteer-core"); errors.Is(err, fs.ErrNotExist) {
		t.Skip("run \"npm ci --ignore-scripts\" in atlas/acceptance first")
	}
	out := os.Getenv("ATLAS_PICTURES") // a folder to keep pictures in, for people to look at
	if out == "" {
		out = t.TempDir()
	}
	config, err := json.Marshal(map[string]any{
		"base": serve(t), "out": out, "shots": os.Getenv("ATLAS_PICTURES") != "", "chromium": chromium, "firefox": firefox, "pages": acceptance.Pages,
	})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(file, config, 0o600); err != nil {
		t.Fatal(err)
	}
	run := exec.CommandContext(t.Context(), node, "check.mjs", file)
	var errs strings.Builder
	run.Stderr = &errs
	text, err := run.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, errs.String())
	}
	var found struct {
		Problems []struct{ Where, What string }
	}
	if err := json.Unmarshal(text, &found); err != nil {
		t.Fatalf("%v: %.500s", err, text)
	}
	for _, p := range found.Problems {
		t.Errorf("%s: %s", p.Where, p.What)
	}
	for _, p := range acceptance.Pages {
		usual, safest := filepath.Join(out, p.Name+"-firefox-default"), filepath.Join(out, p.Name+"-firefox-safest")
		if n, of := differ(t, usual+".png", safest+".png"); n*1000 > of {
			t.Errorf("%s: %d of %d pixels differ under the locked-down preferences", p.Name, n, of)
		}
		if len(p.Printed) == 0 {
			continue
		}
		if a, b := pdfText(t, pdftotext, usual+".pdf"), pdfText(t, pdftotext, safest+".pdf"); a != b || len(a) < 100 {
			t.Errorf("%s: other text under the locked-down preferences", p.Name)
		}
		for _, sheet := range []string{"A4", "Letter"} {
			text := pdfText(t, pdftotext, filepath.Join(out, p.Name+"-"+sheet+".pdf"))
			for _, want := range p.Printed {
				if !strings.Contains(text, want) {
					t.Errorf("%s on %s: the print lacks %q", p.Name, sheet, want)
				}
			}
		}
	}
}

// differ counts the pixels that differ between two pictures.
func differ(t *testing.T, a, b string) (n, of int) {
	t.Helper()
	load := func(name string) ([]uint32, int) {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		m, err := png.Decode(f)
		if err != nil {
			t.Fatal(err)
		}
		var out []uint32
		r := m.Bounds()
		for y := r.Min.Y; y < r.Max.Y; y++ {
			for x := r.Min.X; x < r.Max.X; x++ {
				red, green, blue, _ := m.At(x, y).RGBA()
				out = append(out, red>>8<<16|green>>8<<8|blue>>8)
			}
		}
		return out, r.Dx()
	}
	x, w1 := load(a)
	y, w2 := load(b)
	if w1 != w2 || len(x) != len(y) {
		t.Errorf("%s and %s have other sizes", a, b)
		return 1, 1
	}
	for i := range x {
		if x[i] != y[i] {
			n++
		}
	}
	return n, len(x)
}

func pdfText(t *testing.T, pdftotext, name string) string {
	t.Helper()
	text, err := exec.CommandContext(t.Context(), pdftotext, "-layout", name, "-").Output()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return strings.Join(strings.Fields(string(text)), " ")
}
