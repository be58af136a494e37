package atlas

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"net/http"
	"slices"
	"strings"

	"sightline/atlas/figure"
)

// sheet is the one style sheet: the layout's, the figure kit's, and those of
// the kinds of page.
var sheet = makeSheet()

// sheetName has the sheet's hash in it, so that it can be kept for ever.
var sheetName = "site." + sheetSum() + ".css"

func sheetSum() string {
	sum := sha256.Sum256(sheet.body)
	return hex.EncodeToString(sum[:8])
}

func makeSheet() *answer {
	var b strings.Builder
	files, err := fs.Glob(pageFiles, "page/*/*.css")
	if err != nil {
		panic("BUG: " + err.Error())
	}
	slices.SortFunc(files, func(x, y string) int {
		// The layout's first: it has the tokens.
		layout := func(s string) int {
			if strings.HasPrefix(s, "page/layout/") {
				return 0
			}
			return 1
		}
		return cmp.Or(cmp.Compare(layout(x), layout(y)), cmp.Compare(x, y))
	})
	for i, name := range files {
		text, err := fs.ReadFile(pageFiles, name)
		if err != nil {
			panic("BUG: " + err.Error())
		}
		b.Write(text)
		if i == 0 {
			b.WriteString(figure.Sheet())
		}
	}
	a := &answer{status: http.StatusOK, kind: "text/css; charset=utf-8", forever: true, body: []byte(b.String())}
	return a.seal()
}

// static serves what pages load: the style sheet.
func (s *Server) static(w http.ResponseWriter, r *http.Request) {
	if r.PathValue("name") != sheetName {
		s.refuse(w, r, http.StatusNotFound, "There is no such file. Reload the page that asked for it.")
		return
	}
	send(w, r, sheet)
}
