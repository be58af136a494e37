package atlas

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"sightline"
	"sightline/api"
)

// called is a request for an operation of the interface for programs while the
// page that has its document is asked.
type called struct {
	call   api.Call
	query  map[string]string
	after  string
	limit  int
	answer *answer
}

type calledKey struct{}

// ofAPI reports whether an address belongs to the interface for programs.
func ofAPI(path string) bool { return path == api.Root || strings.HasPrefix(path, api.Root+"/") }

// api answers for programs. Where the atlas is public, any other site may read
// it through a browser: it holds nothing that is not on the pages, and knows
// nobody. One that a reader runs alone stays closed to other sites.
func (s *Server) api(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	if s.config.Public {
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Access-Control-Expose-Headers", "ETag")
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	}
	switch {
	case r.Method == http.MethodOptions:
		h.Set("Allow", "GET, HEAD, OPTIONS")
		h.Set("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS")
		h.Set("Access-Control-Allow-Headers", "If-None-Match")
		h.Set("Access-Control-Max-Age", "86400")
		w.WriteHeader(http.StatusNoContent)
		return
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		h.Set("Allow", "GET, HEAD, OPTIONS")
		send(w, r, problem(http.StatusMethodNotAllowed, sightline.Errorf(sightline.Invalid, "use method", r.Method, "the interface only shows").WithHint("Use GET.")))
		return
	case len(r.URL.Path) > maxPath || len(r.URL.RawQuery) > maxQuery:
		send(w, r, problem(http.StatusRequestURITooLong, sightline.Errorf(sightline.Invalid, "read address", "", "it is longer than any that there is")))
		return
	}
	switch r.URL.Path {
	case api.Root, api.Root + "/":
		send(w, r, s.cache.get(api.Root, func() *answer { return inJSON(http.StatusOK, api.MakeIndex(s.config.Edition)) }))
		return
	case api.OpenAPI:
		send(w, r, s.cache.get(api.OpenAPI, func() *answer {
			return (&answer{status: http.StatusOK, kind: "application/json", body: api.Description()}).seal()
		}))
		return
	}
	c := &called{}
	var query url.Values
	var err error
	if c.call, err = api.Find(r.URL.Path); err == nil {
		if query, err = url.ParseQuery(r.URL.RawQuery); err != nil {
			err = sightline.Errorf(sightline.Invalid, "read query", "", "it is not encoded as addresses are").WithHint("Encode parameters percent by percent, with & between them.")
		}
	}
	if err == nil {
		c.query, err = c.call.Check(query)
	}
	var page string
	var ask map[string]string
	if err == nil {
		page, ask, err = c.call.Address(c.query)
	}
	if err != nil {
		send(w, r, problem(statusOf(err), err))
		return
	}
	c.after = c.query["after"]
	c.limit, _ = strconv.Atoi(c.query["limit"])
	send(w, r, s.cache.get(r.URL.Path+"?"+address("", flat(query)...), func() *answer {
		s.work <- struct{}{}
		defer func() { <-s.work }()
		return s.operate(r, c, page, ask)
	}))
}

// operate asks the page of an operation for its document.
func (s *Server) operate(r *http.Request, c *called, page string, ask map[string]string) *answer {
	v := url.Values{}
	for k, x := range ask {
		v.Set(k, x)
	}
	suffix := formJSON
	if c.call.Suffix != "" {
		suffix = c.call.Suffix
	}
	inner := (&http.Request{Method: http.MethodGet, URL: &url.URL{Path: page + suffix, RawQuery: v.Encode()}, Header: http.Header{}, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1}).
		WithContext(context.WithValue(r.Context(), calledKey{}, c))
	s.mux.ServeHTTP(&capture{header: http.Header{}}, inner)
	if c.answer == nil { // an address that the mux itself would send elsewhere
		return problem(http.StatusNotFound, sightline.Errorf(sightline.NotFound, "find record", r.URL.Path, "no record has such an id"))
	}
	return c.answer
}

// wrap puts the document of a page into the envelope.
func (q *request) wrap(h *Head) *answer {
	c := q.called
	if h.Status >= http.StatusBadRequest || h.Document == nil {
		if h.refused == nil {
			h.refused = sightline.Errorf(sightline.Invalid, "read parameters", "", "one of them has a value that is not on record").WithHint("See %s.", api.OpenAPI)
		}
		return problem(http.StatusBadRequest, h.refused)
	}
	d, next, err := api.Cut(h.Document, c.after, c.limit)
	if err != nil {
		return problem(statusOf(err), err)
	}
	e := api.Wrap(d, api.View{Published: q.view.Published, Known: q.view.Known, OpenOnly: q.server.config.OpenOnly}, q.server.config.Edition)
	if next != "" {
		v := url.Values{}
		for k, x := range c.query {
			v.Set(k, x)
		}
		v.Set("after", next)
		path := c.call.Operation.Path
		for name, x := range c.call.Values {
			path = strings.Replace(path, "{"+name+"}", x, 1)
		}
		e.Next = escapePath(api.Root+path) + "?" + v.Encode()
	}
	return inJSON(http.StatusOK, e)
}

// apiRedirect is the address of an operation, of that of its page.
func apiRedirect(to string) (string, bool) {
	u, err := url.Parse(to)
	if err != nil {
		return "", false
	}
	u.Path, u.RawPath, u.Fragment = api.Root+strings.TrimSuffix(u.Path, formJSON), "", ""
	if _, err := api.Find(u.Path); err != nil {
		return "", false
	}
	return u.String(), true
}

// problem answers with an error for programs. A fault of ours is not told in
// detail.
func problem(status int, err error) *answer {
	p := api.Problem{Schema: api.ErrorSchema, Status: status, Error: sightline.Inert(err.Error()), Hint: sightline.Inert(sightline.ErrorHint(err)), OpenAPI: api.OpenAPI}
	if status >= http.StatusInternalServerError {
		p.Error, p.Hint = "a fault of ours", "Please report what you asked for."
	}
	return inJSON(status, p)
}

// inJSON is an answer of a value.
func inJSON(status int, v any) *answer {
	var b bytes.Buffer
	if err := json.MarshalWrite(&b, v, json.Deterministic(true), jsontext.AllowInvalidUTF8(true)); err != nil {
		panic("BUG: " + err.Error())
	}
	b.WriteByte('\n')
	return (&answer{status: status, kind: "application/json", body: b.Bytes()}).seal()
}
