package atlas

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"

	"sightline"
)

// File is a page, or another form of one, as a file of a release.
type File struct {
	Address string // in the live atlas: "/country/KE"
	Name    string // of the file: "country/KE.html"
	Body    []byte
}

// linked collects the addresses that a page names.
type linked struct{ to []string }

type linkedKey struct{}

// frozenQuery lists the words of a query that a release keeps: they say which
// part of a list a page shows. Forms and views in time need a server.
var frozenQuery = []string{"after", "source", "entity", "vote"}

// address is an address of the atlas in the view of now, with a query of key
// and value in turn.
func address(to string, query ...string) string {
	v := url.Values{}
	for i := 0; i+1 < len(query); i += 2 {
		if query[i+1] != "" {
			v.Set(query[i], query[i+1])
		}
	}
	if len(v) == 0 {
		return to
	}
	return to + "?" + v.Encode()
}

// fileLink is the way from this page's file to another's, so that a release
// can be read from any folder, disk or server.
func (q *request) fileLink(to string, query ...string) string {
	to, anchor, _ := strings.Cut(to, "#")
	if anchor != "" {
		anchor = "#" + anchor
	}
	var kept []string
	for i := 0; i+1 < len(query); i += 2 {
		if slices.Contains(frozenQuery, query[i]) || to == "/networks" && (query[i] == "country" || query[i] == "list") {
			kept = append(kept, query[i], query[i+1])
		}
	}
	a := address(to, kept...)
	if q.linked != nil {
		q.linked.to = append(q.linked.to, a)
	}
	here := path.Dir("/" + FileName(address(q.path, flat(q.query)...)))
	if q.figure != "" {
		here = path.Join(q.path, "figure")
	}
	return escapePath(relative(here, "/"+FileName(a))) + anchor
}

// relative is the way from a folder to a file, both from the root.
func relative(folder, file string) string {
	from := strings.FieldsFunc(folder, func(r rune) bool { return r == '/' })
	to := strings.FieldsFunc(file, func(r rune) bool { return r == '/' })
	for len(from) > 0 && len(to) > 1 && from[0] == to[0] {
		from, to = from[1:], to[1:]
	}
	out := strings.Repeat("../", len(from)) + strings.Join(to, "/")
	if !strings.HasPrefix(out, "../") {
		out = "./" + out
	}
	return out
}

// FileName is the file of an address in a release: that of the page with
// .html, and what a query says behind commas.
func FileName(address string) string {
	p, query, _ := strings.Cut(address, "?")
	p = strings.TrimPrefix(p, "/")
	if p == "" {
		p = "index"
	}
	suffix := ".html"
	for _, f := range slices.Concat(forms, []string{".css", ".md"}) {
		if rest, ok := strings.CutSuffix(p, f); ok {
			p, suffix = rest, f
			break
		}
	}
	if v, err := url.ParseQuery(query); err == nil {
		for _, k := range sortedKeys(v) {
			p += "," + k + "=" + strings.ReplaceAll(v.Get(k), "/", "~")
		}
	}
	return p + suffix
}

// capture is a response kept in memory.
type capture struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (c *capture) Header() http.Header         { return c.header }
func (c *capture) WriteHeader(status int)      { c.status = status }
func (c *capture) Write(b []byte) (int, error) { return c.body.Write(b) }

// Freeze makes every page that can be reached from the front page and hands
// each to put, which is called by one goroutine at a time, in no fixed order.
// The pages link to each other as files. A page that links to one that is not
// there ends the work: a release has no dead link.
func (s *Server) Freeze(ctx context.Context, start []string, put func(File) error) error {
	if s.config.Release == "" {
		return sightline.Errorf(sightline.Internal, "freeze pages", "", "BUG: an atlas without the name of a release")
	}
	// A packet is said to be where it is met first: the lists go before the pages.
	now, err := s.readers.of(View{})
	if err != nil {
		return err
	}
	if err := now.doc.Warm(ctx); err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var mu sync.Mutex // guards what follows, and put
	more := sync.NewCond(&mu)
	seen := map[string]string{} // address to the page that names it
	for _, a := range LatePages {
		seen[a] = a
	}
	var queue []string
	busy := 0
	add := func(from string, to []string) {
		for _, a := range to {
			if _, ok := seen[a]; !ok {
				seen[a] = from
				queue = append(queue, a)
			}
		}
	}
	add("", append([]string{"/", "/static/" + sheetName}, start...))
	worker := func() {
		mu.Lock()
		defer mu.Unlock()
		for {
			for len(queue) == 0 && busy > 0 && ctx.Err() == nil {
				more.Wait()
			}
			if len(queue) == 0 || ctx.Err() != nil {
				more.Broadcast()
				return
			}
			a := queue[len(queue)-1]
			queue = queue[:len(queue)-1]
			from := seen[a]
			busy++
			mu.Unlock()
			body, to, err := s.file(ctx, a, from)
			mu.Lock()
			busy--
			if err == nil {
				add(a, to)
				err = put(File{Address: a, Name: FileName(a), Body: body})
			}
			if err != nil {
				cancel(err)
			}
			more.Broadcast()
		}
	}
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(worker)
	}
	wg.Wait()
	return context.Cause(ctx)
}

// LatePages are pages of a release that say what became of the others. Freeze
// leaves them out; FreezePage makes them when Config.Restated can tell.
var LatePages = []string{"/restatements", "/restatements.json", "/restatements.csv"}

// FreezePage makes one page of a release, and lists the addresses that it names.
func (s *Server) FreezePage(ctx context.Context, address string) (File, []string, error) {
	body, to, err := s.file(ctx, address, "")
	return File{Address: address, Name: FileName(address), Body: body}, to, err
}

// file makes the file of an address, and lists the addresses that it names.
func (s *Server) file(ctx context.Context, address, from string) ([]byte, []string, error) {
	l := &linked{}
	u, err := url.Parse(address)
	if err != nil {
		return nil, nil, sightline.Errorf(sightline.Internal, "freeze page", address, "BUG: %w", err)
	}
	r := (&http.Request{Method: http.MethodGet, URL: u, Header: http.Header{}, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1}).
		WithContext(context.WithValue(ctx, linkedKey{}, l))
	c := &capture{header: http.Header{}, status: http.StatusOK}
	s.ServeHTTP(c, r)
	if c.status != http.StatusOK {
		return nil, nil, sightline.Errorf(sightline.Internal, "freeze page", address, "status %d, linked from %q: %.200s", c.status, from, c.body.String())
	}
	return c.body.Bytes(), l.to, nil
}
