package atlas

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"

	"sightline"
	"sightline/atlas/markdown"
	"sightline/atlas/words"
	"sightline/dossier"
	"sightline/dossier/audit"
)

// Limits of an address. A longer one is refused.
const (
	maxPath  = 512
	maxQuery = 4096 // a search of 200 letters in any script, and the view
)

// policy is the content policy of every page: nothing but our own style sheet
// and pictures, forms to ourselves, in no frame.
const policy = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// filePolicy is the policy of a page that is read from a file, where no server
// says it. Debian's chromium 156 and firefox-esr 153 take "self" for the files
// of the disk, as package atlas/acceptance checks; file: is its like for
// browsers that take it for none.
const filePolicy = "default-src 'none'; style-src 'self' file:; img-src 'self' file:; form-action 'none'; base-uri 'none'"

// The forms of a page, by the suffix of its address.
const (
	formHTML = ""
	formJSON = ".json"
	formCSV  = ".csv"
	formPNG  = ".png"
	formAtom = ".atom"
	formBIB  = ".bib"
	formCSL  = ".csl.json"
	formTXT  = ".txt"
	formMD   = ".md"
)

// forms are tried in this order: one of them ends in another.
var forms = []string{formCSL, formJSON, formCSV, formPNG, formAtom, formBIB, formTXT, formMD}

// ServeHTTP answers GET and HEAD.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Permissions-Policy", "interest-cohort=()")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	if r.ContentLength != 0 {
		h.Set("Connection", "close") // nobody reads a body, nor waits for its end
	}
	if ofAPI(r.URL.Path) && s.known(r.Host) {
		s.api(w, r)
		return
	}
	switch {
	case !s.known(r.Host):
		s.refuse(w, r, http.StatusMisdirectedRequest, "The atlas is not served under this name. Whoever runs it can add the name with --host.")
		return
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		h.Set("Allow", "GET, HEAD")
		s.turnAway(w, r, http.StatusMethodNotAllowed, sightline.Errorf(sightline.Invalid, "read request", r.Method, "the atlas only shows").
			WithHint("Use GET. A correction or a reply goes the way that /corrections describes."))
		return
	case r.RequestURI == "*": // which http.ServeMux would refuse without a page
		s.turnAway(w, r, http.StatusBadRequest, sightline.Errorf(sightline.Invalid, "find page", "*", "this is not the address of a page").
			WithHint("Start from the front page."))
		return
	case strings.Contains(r.RequestURI, "#"):
		s.turnAway(w, r, http.StatusBadRequest, sightline.Errorf(sightline.Invalid, "find page", "", "the address was sent with #, which stands for a place within a page").
			WithHint("Send what stands before it; as a letter, # is written %%23."))
		return
	case len(r.URL.Path) > maxPath || len(r.URL.RawQuery) > maxQuery:
		s.turnAway(w, r, http.StatusRequestURITooLong, sightline.Errorf(sightline.Invalid, "find page", "", "the address has %d letters, more than any of the atlas", len(r.URL.Path)+len(r.URL.RawQuery)).
			WithHint("Start from the front page, or search with fewer words."))
		return
	}
	if strings.HasPrefix(r.URL.Path, "/r/") {
		s.mux.ServeHTTP(w, r)
		return
	}
	s.mux.ServeHTTP(w, ofFigure(r))
}

// asked is the address as it was asked for, where a figure of a page is.
type asked struct{ path, figure string }

type askedKey struct{}

// ofFigure hands PAGE/figure/ID.csv to the page, with the figure beside it.
func ofFigure(r *http.Request) *http.Request {
	page, id, ok := strings.Cut(r.URL.Path, "/figure/")
	if !ok || id == "" || strings.Contains(id, "/") {
		return r
	}
	out := r.WithContext(context.WithValue(r.Context(), askedKey{}, asked{r.URL.Path, id}))
	u := *r.URL
	u.Path, u.RawPath = cmp.Or(page, "/"), ""
	out.URL = &u
	return out
}

// known reports whether the atlas answers to a host name.
func (s *Server) known(host string) bool {
	if len(s.config.Hosts) == 0 {
		return true
	}
	name := host
	if n, _, err := net.SplitHostPort(host); err == nil {
		name = n
	}
	return slices.Contains(s.config.Hosts, strings.ToLower(strings.Trim(name, "[]")))
}

// refusal is an error with a status of its own.
type refusal struct {
	error
	status int
}

func (r refusal) Unwrap() error { return r.error }

// turnAway answers with the page of an error a request that no page is asked
// for.
func (s *Server) turnAway(w http.ResponseWriter, r *http.Request, status int, err error) {
	q := &request{server: s, http: r, kind: "error", path: "/", query: url.Values{}}
	q.words, _ = words.For(s.config.Languages[0])
	send(w, r, s.failed(q, &near{refusal{err, status}, []string{"/", "/countries"}, ""}))
}

// refuse answers in plain words, where no person reads the answer or the name
// of the atlas is not its own.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		fmt.Fprintln(w, text)
	}
}

// request is what the handler of a page receives.
type request struct {
	server *Server
	http   *http.Request
	kind   string
	form   string
	path   string // of the page, without suffix
	figure string // id of one of its figures, if that alone is asked for
	query  url.Values
	view   View
	words  *words.Printer
	doc    *dossier.Reader
	audit  func() (*audit.Audit, error) // nil where there is none
	called *called                      // the operation of the interface for programs that asks, if one does
	linked *linked                      // addresses that the page names, where somebody collects them
	folder string                       // of the page in a release, once it is known
}

// value is a word of the address's path.
func (q *request) value(name string) string {
	return strings.TrimSuffix(q.http.PathValue(name), q.form)
}

// rows is how many rows of a list were asked for.
func (q *request) rows(usual int) int {
	if q.called != nil && q.called.limit > 0 {
		return q.called.limit
	}
	return usual
}

// redirect sends the reader to another address of the atlas.
type redirect struct{ to string }

func (r redirect) Error() string { return "it is at " + r.to }

// serve is the one wrapper of every page: it reads the view, finds or makes
// the answer, and sends it.
func (s *Server) serve(r route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, hr *http.Request) {
		query := url.Values{}
		if hr.URL.RawQuery != "" {
			all, err := url.ParseQuery(hr.URL.RawQuery)
			if err != nil {
				all = url.Values{} // what cannot be read asks for nothing
			}
			for _, key := range r.query {
				if v := sightline.Typed(all.Get(key)); v != "" {
					query.Set(key, v)
				}
			}
			for _, key := range []string{queryPublished, queryKnown, queryLang} {
				if v := all.Get(key); v != "" {
					query.Set(key, v)
				}
			}
		}
		if c, ok := hr.Context().Value(calledKey{}).(*called); ok {
			c.answer = s.answer(r, hr, query)
			return
		}
		if l, ok := hr.Context().Value(linkedKey{}).(*linked); ok {
			l.answer = s.answer(r, hr, query)
			return
		}
		key := hr.URL.Path + "?" + query.Encode()
		if a, ok := hr.Context().Value(askedKey{}).(asked); ok {
			key = a.path + "?" + query.Encode()
		}
		send(w, hr, s.cache.get(key, func() *answer {
			s.work <- struct{}{}
			defer func() { <-s.work }()
			return s.answer(r, hr, query)
		}))
	})
}

// answer makes the answer to a request.
func (s *Server) answer(r route, hr *http.Request, query url.Values) (a *answer) {
	q := &request{server: s, http: hr, kind: r.kind, path: hr.URL.Path, query: query}
	q.called, _ = hr.Context().Value(calledKey{}).(*called)
	q.linked, _ = hr.Context().Value(linkedKey{}).(*linked)
	defer func() {
		if x := recover(); x != nil {
			a = s.failed(q, sightline.Errorf(sightline.Internal, "make page", "", "panic: %v\n%s", x, debug.Stack()))
		}
	}()
	suffixed := &q.path
	if a, ok := hr.Context().Value(askedKey{}).(asked); ok {
		q.figure = a.figure
		suffixed = &q.figure
	}
	for _, f := range forms {
		if p, ok := strings.CutSuffix(*suffixed, f); ok {
			q.form, *suffixed = f, p
			break
		}
	}
	if q.path == "/index" { // the home page, in a form that has a suffix
		q.path = "/"
	}
	q.words, _ = words.For(s.config.Languages[0])
	var err error
	q.view, err = s.parseView(query)
	for _, k := range []string{queryPublished, queryKnown, queryLang} {
		q.query.Del(k) // the view has them; of a view that is none, nothing is carried on
	}
	if err != nil {
		return s.failed(q, err)
	}
	if q.view.Lang != "" {
		q.words, _ = words.For(q.view.Lang)
	}
	if q.form == formPNG && q.words.Dir() == "rtl" {
		q.words, _ = words.For("en") // in a picture all is written from left to right
	}
	x, err := s.readers.of(q.view)
	if err != nil {
		return s.failed(q, err)
	}
	q.doc, q.audit = x.doc, x.audit
	page, err := r.make(q)
	if err != nil {
		return s.failed(q, err)
	}
	if q.linked != nil {
		q.linked.q, q.linked.page = q, page
		if q.form != formHTML {
			q.linked.to = nil // another form has few links, and says so as it is printed
		}
	}
	return s.print(q, page)
}

// print puts a page into the form that was asked for.
func (s *Server) print(q *request, page Page) *answer {
	h := page.head()
	h.fill(q)
	if q.called != nil && (q.form == formJSON || h.Status >= http.StatusBadRequest) {
		return q.wrap(h)
	}
	a := &answer{status: h.status(), loose: q.linked != nil}
	var err error
	a.body, err = inBuffer(func(b *bytes.Buffer) (err error) {
		a.kind, err = s.printForm(b, q, page)
		return err
	})
	if err != nil {
		return s.failed(q, err)
	}
	return a.seal()
}

// printForm prints a page, or the figure of it that was asked for, in the form
// that was asked for, and says which content type that is.
func (s *Server) printForm(b *bytes.Buffer, q *request, page Page) (kind string, err error) {
	h := page.head()
	if q.figure != "" {
		return printFigure(b, h, q.figure, q.form)
	}
	printed := func() ([]byte, error) {
		return inBuffer(func(b *bytes.Buffer) error { return s.pages[h.Kind].execute(b, page) })
	}
	said := func() ([]byte, error) {
		text, err := printed()
		return markdown.Page(text), err
	}
	switch q.form {
	case formHTML:
		return "text/html; charset=utf-8", s.pages[h.Kind].execute(b, page)
	case formJSON:
		return "application/json", printJSON(b, h, said)
	case formCSV:
		return "text/csv; charset=utf-8", printCSV(b, h, said)
	case formAtom:
		return "application/atom+xml", printAtom(b, h)
	case formBIB, formCSL, formTXT:
		return printCitation(b, h, q.form)
	case formPNG:
		text, err := printed()
		if err != nil {
			return "", err
		}
		return "image/png", poster(b, page, text)
	case formMD:
		text, err := said()
		b.Write(text)
		return "text/markdown; charset=utf-8", err
	}
	return "", sightline.Errorf(sightline.NotFound, "print page", q.path+q.form, "this page has no such form").
		WithHint("Its figures do: their addresses stand under them.")
}

// failed answers with the page of an error, in the form that was asked for.
func (s *Server) failed(q *request, err error) *answer {
	if to, ok := err.(redirect); ok {
		if q.called != nil {
			if to.to, ok = apiRedirect(to.to); !ok {
				return problem(http.StatusNotFound, sightline.Errorf(sightline.NotFound, "find record", q.path, "it is not for this operation"))
			}
		}
		return &answer{status: http.StatusMovedPermanently, location: to.to, kind: "text/plain; charset=utf-8", body: []byte("It is at " + to.to + "\n")}
	}
	p := failure(q, err)
	if p.Status >= http.StatusInternalServerError {
		s.config.Fault(q.kind, err)
	}
	if q.called != nil {
		return problem(p.Status, err)
	}
	if q.form != formHTML {
		a := &answer{status: p.Status, kind: "application/json"}
		var b bytes.Buffer
		printProblem(&b, p)
		a.body = b.Bytes()
		return a.seal()
	}
	h := p.head()
	h.fill(q)
	var b bytes.Buffer
	if err := s.pages[h.Kind].execute(&b, p); err != nil {
		s.config.Fault("error", err)
		return (&answer{status: http.StatusInternalServerError, kind: "text/plain; charset=utf-8", body: []byte("A fault of ours. Please report what you asked for.\n")}).seal()
	}
	return (&answer{status: p.Status, kind: "text/html; charset=utf-8", body: b.Bytes()}).seal()
}

// send writes an answer.
func send(w http.ResponseWriter, r *http.Request, a *answer) {
	h := w.Header()
	h.Set("Content-Type", a.kind)
	h.Set("Vary", "Accept-Encoding")
	switch {
	case a.status >= 400:
		h.Set("Cache-Control", "no-store")
	case a.forever:
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	default:
		h.Set("Cache-Control", "no-cache") // keep, but ask whether it changed
	}
	if a.location != "" {
		h.Set("Location", a.location)
	}
	if a.etag != "" && a.status == http.StatusOK {
		h.Set("ETag", a.etag)
		if matches(r.Header.Get("If-None-Match"), a.etag) {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	body := a.body
	if a.packed != nil && unpacks(r.Header.Get("Accept-Encoding")) {
		body = a.packed
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(a.status)
	if r.Method != http.MethodHead {
		w.Write(body) // a reader who left is no fault
	}
}

// unpacks reports whether a reader takes gzip (RFC 9110, 12.5.3).
func unpacks(header string) bool {
	other := false
	for t := range strings.SplitSeq(header, ",") {
		name, weight, _ := strings.Cut(t, ";")
		weight = strings.ReplaceAll(weight, " ", "")
		takes := weight == "" || strings.Trim(strings.TrimPrefix(weight, "q="), "0.") != ""
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "gzip", "x-gzip":
			return takes
		case "*":
			other = takes
		}
	}
	return other
}

// matches compares as RFC 9110, 13.1.2 does: weakly, for one content has one
// tag however it is packed.
func matches(header, etag string) bool {
	for t := range strings.SplitSeq(header, ",") {
		if t = strings.TrimSpace(t); t == "*" || strings.TrimPrefix(t, "W/") == strings.TrimPrefix(etag, "W/") {
			return true
		}
	}
	return false
}
