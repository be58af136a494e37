package atlas

import (
	"cmp"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"sightline"
)

// released answers for /r/NAME/…: the files of a frozen release, byte for byte.
// An address of a page leads to its file, so that a citation does.
func (s *Server) released(w http.ResponseWriter, r *http.Request) {
	name, file, inside := strings.Cut(strings.TrimPrefix(r.URL.Path, "/r/"), "/")
	fail := func(err error) {
		s.serve(route{kind: "lost", make: func(*request) (Page, error) { return nil, err }}).ServeHTTP(w, r)
	}
	names := s.releases()
	hint := "No release is kept here."
	if len(names) > 0 {
		hint = "There are: " + strings.Join(names, ", ") + "."
	}
	known := false
	for _, n := range names {
		known = known || n == name
	}
	if !known {
		e := sightline.Errorf(sightline.NotFound, "find release", name, "no such release is kept here").WithHint("%s", hint)
		n := &near{error: e}
		for _, x := range names {
			n.pages = append(n.pages, "/r/"+x+"/")
		}
		fail(n)
		return
	}
	if !inside {
		http.Redirect(w, r, "/r/"+name+"/", http.StatusMovedPermanently)
		return
	}
	address := "/" + file
	if r.URL.RawQuery != "" {
		address += "?" + r.URL.RawQuery
	}
	for _, f := range []string{file, FileName(address)} {
		if !fs.ValidPath(f) || f == "." {
			continue
		}
		full := path.Join(name, f)
		info, err := fs.Stat(s.config.Releases, full)
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		a := s.cache.get("/r "+full, func() *answer {
			body, err := fs.ReadFile(s.config.Releases, full)
			if err != nil {
				s.config.Fault("release", err)
				return &answer{status: http.StatusInternalServerError, kind: "text/plain; charset=utf-8", body: []byte("A fault of ours.\n")}
			}
			return (&answer{status: http.StatusOK, kind: kindOfFile(f), body: body, forever: true}).seal()
		})
		send(w, r, a)
		return
	}
	// The address of a figure, without a form, leads to its place in the page.
	if page, id, ok := strings.Cut("/"+file, "/figure/"); ok && fs.ValidPath(file) {
		if _, err := fs.Stat(s.config.Releases, path.Join(name, FileName("/"+file+formCSV))); err == nil {
			http.Redirect(w, r, "/r/"+name+cmp.Or(page, "/")+"#"+id, http.StatusMovedPermanently)
			return
		}
	}
	n := &near{error: sightline.Errorf(sightline.NotFound, "find page", file, "release %s has no such page", name).
		WithHint("A page may be newer than the release. Pages that ask something, such as the search, are in no release."),
		pages: []string{"/r/" + name + "/", "/r/" + name + "/names"}}
	if live := "/" + file; live != "/" {
		n.pages = append(n.pages, live)
	}
	fail(n)
}

// releases lists the releases that are kept.
func (s *Server) releases() (out []string) {
	if s.config.Releases == nil {
		return nil
	}
	entries, err := fs.ReadDir(s.config.Releases, ".")
	if err != nil {
		s.config.Fault("release", fmt.Errorf("list releases: %w", err))
	}
	for _, e := range entries {
		if e.IsDir() && !strings.HasPrefix(e.Name(), ".") {
			out = append(out, e.Name())
		}
	}
	return out
}

// kindOfFile is the type of a file of a release.
func kindOfFile(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".csv":
		return "text/csv; charset=utf-8"
	case ".json":
		return "application/json"
	case ".css":
		return "text/css; charset=utf-8"
	case ".png":
		return "image/png"
	case ".atom":
		return "application/atom+xml"
	case ".jsonl", ".md", ".bib", ".txt", ".cff", ".sha256", ".minisig":
		return "text/plain; charset=utf-8"
	}
	return "application/octet-stream"
}
