package acceptance_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"image"
	"image/png"
	"io/fs"
	"net"
	"net/http"
	"net/url"
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

// atlasOf is the atlas of the catalogue.
func atlasOf(t *testing.T, change func(*atlas.Config)) *atlas.Server {
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
	if change != nil {
		change(&c)
	}
	h, err := atlas.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// serve shows the catalogue on a loopback port and returns its address.
func serve(t *testing.T) string {
	t.Helper()
	h := atlasOf(t, nil)
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

// browsers are the programs that a check needs.
type browsers struct{ chromium, firefox, node string }

func needBrowsers(t *testing.T) browsers {
	t.Helper()
	b := browsers{need(t, "chromium", "apt-get install chromium"), need(t, "firefox-esr", "apt-get install firefox-esr"), need(t, "node", "Node.js 20")}
	if _, err := os.Stat("node_modules/puppeteer-core"); errors.Is(err, fs.ErrNotExist) {
		t.Skip("run \"npm ci --ignore-scripts\" in atlas/acceptance first")
	}
	return b
}

// check runs a script over the browsers, and reports what it found wrong.
func (b browsers) check(t *testing.T, script string, config map[string]any) {
	t.Helper()
	config["chromium"], config["firefox"] = b.chromium, b.firefox
	text, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	run := exec.CommandContext(t.Context(), b.node, script, file)
	var errs strings.Builder
	run.Stderr = &errs
	if text, err = run.Output(); err != nil {
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
}

// frozenPages are some of each kind of page of a release; the first that
// others lead to.
var frozenPages = []string{
	"/", "/countries", "/country/KE", "/country/KE/exposure", "/country/KE/blocking", "/country/KE/claims", "/country/KE/trend", "/country/ZW",
	"/suppliers", "/supplier/company/huawei", "/networks", "/networks?country=KE", "/network/AS12455", "/laws", "/votes", "/votes?vote=vote/unga-74-247",
	"/claims", "/claim/zw-cloudwalk-data-sent", "/sources", "/source/chalk-2019", "/methods", "/method/count.claims/1", "/audit", "/audit/1",
	"/packet/SL-9Z8A-7G9H-J", "/names", "/names/k", "/changes", "/corrections", "/threats", "/about", "/forums", "/training", "/restatements",
}

// Browsers read a release from its folder, without a server: with its style,
// following its links, asking for nothing else, and with the locked-down
// preferences as without.
func TestFrozenInBrowsers(t *testing.T) {
	if testing.Short() {
		t.Skip("browsers take minutes")
	}
	b := needBrowsers(t)
	h := atlasOf(t, func(c *atlas.Config) {
		c.Release = "2026.11"
		c.Restated = func() *dossier.Restatements { return &dossier.Restatements{Schema: dossier.RestatementsSchema} }
	})
	dir, out := filepath.Join(t.TempDir(), "a release, #1"), t.TempDir()
	if p := os.Getenv("ATLAS_PICTURES"); p != "" {
		out = p
	}
	write := func(name string, body []byte) {
		t.Helper()
		to := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, body, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var names []string
	var front []byte
	for _, address := range frozenPages {
		files, to, err := h.FreezePage(t.Context(), address)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			write(f.Name, f.Body)
		}
		names = append(names, files[0].Name)
		if address != "/" {
			continue
		}
		front = files[0].Body
		for _, sheet := range to {
			if strings.HasPrefix(sheet, "/static/") {
				if files, _, err = h.FreezePage(t.Context(), sheet); err != nil {
					t.Fatal(err)
				}
				write(files[0].Name, files[0].Body)
			}
		}
	}
	// A picture of the folder is shown, one of a server is not even asked for.
	asked := 0
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	outside := &http.Server{ReadHeaderTimeout: 5 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { asked++; w.Write(drawing(t)) })}
	served := make(chan error, 1)
	go func() { served <- outside.Serve(l) }()
	address := "http://" + l.Addr().String() + "/outside.png"
	const picture = "picture.html"
	write(picture, bytes.Replace(front, []byte(`<main id="main">`), []byte(`<main id="main"><img src="./figure/a.png" alt="a"><img src="`+address+`" alt="b">`), 1))
	write("figure/a.png", drawing(t))
	base := url.URL{Scheme: "file", Path: filepath.ToSlash(dir) + "/"}
	b.check(t, "frozen.mjs", map[string]any{"base": base.String(), "out": out, "files": append(names, picture), "outside": address})
	outside.Close()
	<-served
	if asked > 0 {
		t.Errorf("the policy of a file let %d requests out", asked)
	}
	for _, name := range append(names, picture) {
		shot := filepath.Join(out, strings.ReplaceAll(name, "/", "_")+"-firefox-")
		if n, of := differ(t, shot+"default.png", shot+"safest.png"); n*1000 > of {
			t.Errorf("%s: %d of %d pixels differ under the locked-down preferences", name, n, of)
		}
	}
}

// drawing is a small picture.
func drawing(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 40, 20))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Browsers show every kind of page as the brief asks (items 1, 2, 5, 6 and 7
// of its section 15).
func TestBrowsers(t *testing.T) {
	if testing.Short() {
		t.Skip("browsers take minutes")
	}
	b := needBrowsers(t)
	pdftotext := need(t, "pdftotext", "apt-get install poppler-utils")
	out := os.Getenv("ATLAS_PICTURES") // a folder to keep pictures in, for people to look at
	if out == "" {
		out = t.TempDir()
	}
	b.check(t, "check.mjs", map[string]any{"base": serve(t), "out": out, "shots": os.Getenv("ATLAS_PICTURES") != "", "pages": acceptance.Pages})
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
