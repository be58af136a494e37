package atlas_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"sightline/api"
	"sightline/atlas"
	"sightline/atlas/acceptance"
	"sightline/atlas/figure"
	"sightline/internal/htmlcheck"
)

// everyKind are addresses of every kind of page, and of countries and records
// that differ in what is on record.
func everyKind() (out []string) {
	for _, p := range acceptance.Pages {
		if p.Status == http.StatusOK {
			out = append(out, p.Path)
		}
	}
	for _, c := range []string{"VN", "ZW", "US", "XK", "TW", "NR"} {
		out = append(out, "/country/"+c)
	}
	return append(out, "/country/ZW?known=2026-11-25", "/supplier/company/zte", "/supplier/vote/unga-73-187", "/network/AS37061", "/votes?vote=vote%2Funga-73-187", "/audit/3", "/names", "/names/a", "/networks?country=KE", "/search")
}

// form is the address of a form of a page or of a part of one.
func form(address, more string) string {
	path, query, _ := strings.Cut(address, "?")
	switch {
	case path == "/" && strings.HasPrefix(more, "."):
		path = "/index"
	case strings.HasPrefix(more, "/"):
		path = strings.TrimSuffix(path, "/")
	}
	if query != "" {
		query = "?" + query
	}
	return path + more + query
}

// asForm asks for an address and checks the type of the answer.
func asForm(t *testing.T, s http.Handler, address, kind string) []byte {
	t.Helper()
	w := get(s, address)
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != kind || w.Body.Len() == 0 {
		t.Errorf("%s: status %d, %s, %d bytes: %.200s", address, w.Code, w.Header().Get("Content-Type"), w.Body.Len(), w.Body)
		return nil
	}
	if etag := w.Header().Get("ETag"); etag == "" || ask(s, "GET", address, "If-None-Match", etag).Code != http.StatusNotModified {
		t.Errorf("%s: asked again with the ETag %q it comes whole", address, etag)
	}
	for header, want := range map[string]string{"Cache-Control": "no-cache", "Cross-Origin-Resource-Policy": "same-origin", "Access-Control-Allow-Origin": ""} {
		if got := w.Header().Get(header); got != want {
			t.Errorf("%s: %s is %q, want %q", address, header, got, want)
		}
	}
	return w.Body.Bytes()
}

// The forms of every page and of every figure are there, of the type that the
// description of the interface says, and say the same numbers.
func TestSuffixes(t *testing.T) {
	s := catalogueServer()
	kinds := map[string]bool{}
	figures := 0
	for _, address := range everyKind() {
		page := read(t, s, address)
		kinds[htmlcheck.Attr(htmlcheck.All(page.Root, "body")[0], "class")] = true
		for _, f := range api.Forms {
			if !f.OfPage {
				continue
			}
			body := asForm(t, s, form(address, f.Suffix), f.Type)
			checkForm(t, form(address, f.Suffix), f.Suffix, body)
			if strings.Contains(htmlcheck.Text(page.Root), "This page in other forms") && !slices.ContainsFunc(page.Links, func(to string) bool {
				path, _, _ := strings.Cut(to, "?")
				return strings.HasSuffix(path, f.Suffix) && !strings.Contains(path, "/figure/")
			}) {
				t.Errorf("%s does not lead to its %s", address, f.Suffix)
			}
		}
		for n := range page.Root.Descendants() {
			if n.Type != html.ElementNode || n.Data != "figure" {
				continue
			}
			figures++
			id := htmlcheck.Attr(n, "id")
			forms := map[string][]byte{}
			for _, f := range api.Forms {
				if !f.OfFigure {
					continue
				}
				at := form(address, "/figure/"+id+f.Suffix)
				forms[f.Suffix] = asForm(t, s, at, f.Type)
				checkForm(t, at, strings.TrimPrefix(f.Suffix, "@2x"), forms[f.Suffix])
				path, _, _ := strings.Cut(at, "?")
				if !slices.ContainsFunc(page.Links, func(to string) bool { to, _, _ = strings.Cut(to, "?"); return to == path }) {
					t.Errorf("%s does not lead to %s", address, at)
				}
			}
			sameNumbers(t, address+" "+id, htmlcheck.Text(n), forms)
		}
	}
	if len(kinds) < 28 || figures < 18 {
		t.Errorf("%d kinds of page, %d figures", len(kinds), figures)
	}
}

// checkForm checks that a form is what its suffix says.
func checkForm(t *testing.T, address, suffix string, body []byte) {
	t.Helper()
	switch suffix {
	case ".json":
		var d map[string]any
		if err := json.Unmarshal(body, &d); err != nil || len(d) < 4 {
			t.Errorf("%s: %d members, %v", address, len(d), err)
		}
	case ".csv":
		r := csv.NewReader(bytes.NewReader(body))
		r.FieldsPerRecord = -1
		if rows, err := r.ReadAll(); err != nil || len(rows) == 0 {
			t.Errorf("%s: %d rows, %v", address, len(rows), err)
		}
	case ".md":
		if !bytes.HasPrefix(body, []byte("# ")) {
			t.Errorf("%s begins with %.40q", address, body)
		}
	case ".png":
		img, err := png.Decode(bytes.NewReader(body))
		if err != nil || img.Bounds().Dx()%760 != 0 {
			t.Errorf("%s: %v", address, err)
			return
		}
		// Nothing reaches into the margin, where it would be cut.
		margin := img.Bounds().Dx() / 760 * 14
		inner := img.Bounds().Inset(margin)
		white, _, _, _ := color.White.RGBA()
		for y := 0; y < img.Bounds().Dy(); y++ {
			for x := 0; x < img.Bounds().Dx(); x++ {
				if (image.Point{x, y}).In(inner) {
					x = inner.Max.X - 1
					continue
				}
				if r, g, b, _ := img.At(x, y).RGBA(); r != white || g != white || b != white {
					t.Errorf("%s: something is drawn at %d, %d, in the margin of %v", address, x, y, img.Bounds())
					return
				}
			}
		}
	}
}

// sameNumbers checks that each number of a figure's table stands, letter for
// letter, on the page, in the document and in the Markdown, and that the
// picture at 2x is twice the other.
func sameNumbers(t *testing.T, name, page string, forms map[string][]byte) {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(forms[".csv"])).ReadAll()
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	var d struct {
		Columns []string
		Rows    [][]json.RawMessage
	}
	if err := json.Unmarshal(forms[".json"], &d); err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	if !slices.Equal(d.Columns, rows[0]) || len(d.Rows) != len(rows)-1 {
		t.Errorf("%s: the document has the columns %q and %d rows, the table %q and %d", name, d.Columns, len(d.Rows), rows[0], len(rows)-1)
		return
	}
	text := slices.Index(rows[0], "text")
	if text < 0 {
		t.Errorf("%s: no text of its numbers: %q", name, rows[0])
		return
	}
	markdown := strings.ReplaceAll(string(forms[".md"]), `\`, "")
	for i, r := range rows[1:] {
		for j, cell := range r {
			got := string(d.Rows[i][j])
			var s string
			if json.Unmarshal(d.Rows[i][j], &s) == nil && got != "null" {
				got = s
			}
			if got == "null" {
				got = ""
			}
			if got != strings.TrimPrefix(cell, "'") {
				t.Errorf("%s: row %d, %s: the table has %q, the document %q", name, i, rows[0][j], cell, got)
			}
		}
		if r[text] != "" && (!strings.Contains(page, r[text]) || !strings.Contains(markdown, r[text])) {
			t.Errorf("%s: the table says %q, the page or its Markdown does not", name, r[text])
		}
	}
	one, err1 := png.DecodeConfig(bytes.NewReader(forms[".png"]))
	two, err2 := png.DecodeConfig(bytes.NewReader(forms["@2x.png"]))
	if err1 != nil || err2 != nil || two.Width != 2*one.Width || two.Height != 2*one.Height {
		t.Errorf("%s: %d × %d and %d × %d", name, one.Width, one.Height, two.Width, two.Height)
	}
}

// The description of the interface, its index and the manual name every form.
func TestFormsAreDescribed(t *testing.T) {
	s := catalogueServer()
	var doc struct{ Info struct{ Description string } }
	var index struct{ Forms []api.Form }
	if err := json.Unmarshal(get(s, api.OpenAPI).Body.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(get(s, api.Root).Body.Bytes(), &index); err != nil {
		t.Fatal(err)
	}
	manual, err := os.ReadFile("../docs/API.md")
	if err != nil {
		t.Fatal(err)
	}
	var suffixes []string
	for i, f := range api.Forms {
		if !strings.Contains(doc.Info.Description, f.Suffix+" "+f.What) || !strings.Contains(string(manual), "`"+f.Suffix+"`") {
			t.Errorf("%s is not described, or not in docs/API.md", f.Suffix)
		}
		if f.OfFigure {
			suffixes = append(suffixes, f.Suffix)
		}
		if i >= len(index.Forms) || index.Forms[i].Suffix != f.Suffix {
			t.Errorf("%s is not in the index", f.Suffix)
		}
	}
	slices.Sort(suffixes)
	kit := slices.Sorted(slices.Values(figure.Suffixes))
	if !slices.Equal(suffixes, kit) {
		t.Errorf("the kit links %q, the interface describes %q", kit, suffixes)
	}
}

// The picture of another view is another picture; the same view gives the same
// bytes from another server.
func TestPicturesOfAView(t *testing.T) {
	s := catalogueServer()
	again := serveStore(t, catalogue(), func(c *atlas.Config) { c.CacheSize = 1 })
	for _, at := range []string{"/country/ZW.png", "/country/ZW/figure/peers-map.png", "/country/ZW/figure/peers-map@2x.png", "/supplier/company/huawei/figure/flow.png", "/countries/figure/africa.png"} {
		now := get(s, at).Body.Bytes()
		if !bytes.Equal(now, get(again, at).Body.Bytes()) {
			t.Errorf("%s differs from one server to the next", at)
		}
		for _, view := range []string{"?published=2018", "?known=2026-11-25"} {
			back := get(s, at+view)
			if back.Code != http.StatusOK || bytes.Equal(now, back.Body.Bytes()) {
				t.Errorf("%s%s: status %d, the picture of now", at, view, back.Code)
			}
		}
	}
	for view, want := range map[string]string{"?published=2018": "As published by 2018.", "?known=2026-11-25": "As on record by 25 November 2026.", "": "As known now."} {
		at := "/country/ZW/figure/peers-map"
		if md := get(s, at+".md"+view).Body.String(); !strings.Contains(md, want) {
			t.Errorf("%s.md%s does not say %q", at, view, want)
		}
		if doc := get(s, at+".json"+view).Body.String(); !strings.Contains(doc, want) || !strings.Contains(doc, `"`+at+view+`"`) {
			t.Errorf("%s.json%s does not say %q, or not its address", at, view, want)
		}
	}
	// A page that is written from right to left has pictures in English: but for
	// the address at its foot, each is that of the page in English.
	for _, at := range []string{"/country/ZW.png", "/country/ZW/figure/peers-map.png", "/votes.png"} {
		one, err1 := png.Decode(get(s, at).Body)
		other, err2 := png.Decode(get(s, at+"?lang=qps").Body)
		if err1 != nil || err2 != nil || one.Bounds() != other.Bounds() {
			t.Fatalf("%s: %v, %v", at, err1, err2)
		}
		for y := range one.Bounds().Dy() - 40 {
			for x := range one.Bounds().Dx() {
				if one.At(x, y) != other.At(x, y) {
					t.Fatalf("%s differs at %d, %d", at, x, y)
				}
			}
		}
	}
}

// The address of a figure, without a form, leads to its place in the page; what
// is not there is answered with what is.
func TestAddressesOfFigures(t *testing.T) {
	s := catalogueServer()
	status(t, s, "/country/KE/figure/peers-map", 301, "/country/KE#peers-map")
	status(t, s, "/country/KE/figure/peers-map?published=2018", 301, "/country/KE?published=2018#peers-map")
	status(t, s, "/figure/world", 301, "/#world")
	for at, want := range map[string]string{
		"/country/KE/figure/none.png": "It has: peers-map", "/votes/figure/none.png": "It has none", "/country/KE/figure/peers-map.bib": "no such form",
		"/country/KE/figure/peers-map@plot.png": "no such form", "/country/KE/figure/peers-map@2x.csv": "It has: peers-map", "/country/KE/figure/peers-map@3x.png": "It has: peers-map", "/country/KE/figure/@2x.png": "It has: peers-map",
	} {
		if w := get(s, at); w.Code != 404 || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: status %d, not %q: %s", at, w.Code, want, w.Body)
		}
	}
}
