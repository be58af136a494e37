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
	"sightline/atlas/markdown"
)

// File is a page, or another form of one, as a file of a release.
type File struct {
	Address string // in the live atlas: "/country/KE"
	Name    string // of the file: "country/KE.html"
	Body    []byte
	// Document is what the page shows, beside its .json; nil elsewhere.
	Document any
}

// linked collects the addresses that a page names, and keeps the page so that
// its other forms need not have it made again.
type linked struct {
	to     []string
	q      *request
	page   Page
	answer *answer
}

type linkedKey struct{}

// frozenQuery lists the words of a query that a release keeps where a page
// links with them: they say which part of a list a page shows. Forms and views
// in time need a server.
var frozenQuery = []string{"after", "source", "entity", "supplier", "country", "list", "vote"}

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
		if slices.Contains(frozenQuery, query[i]) {
			kept = append(kept, query[i], query[i+1])
		}
	}
	a := address(to, kept...)
	if q.linked != nil {
		q.linked.to = append(q.linked.to, a)
	}
	if q.folder == "" {
		q.folder = path.Dir("/" + FileName(address(q.path, flat(q.query)...)))
	}
	return escapePath(relative(q.folder, "/"+FileName(a))) + anchor
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
	for _, f := range forms {
		if rest, ok := strings.CutSuffix(p, f); ok {
			p, suffix = rest, f
			break
		}
	}
	if strings.HasSuffix(p, ".css") {
		suffix = ""
	}
	if query == "" {
		return p + suffix
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
// each file to put, which several goroutines call at a time, in no fixed order.
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
	var mu sync.Mutex // guards what follows
	more := sync.NewCond(&mu)
	seen := map[string]string{} // address to the page that names it
	for _, a := range LatePages {
		seen[a] = a
	}
	// Pages of packets and methods say which other pages show a number: they
	// wait until those are made.
	var queue, waiting []string
	busy := 0
	add := func(from string, to []string) {
		for _, a := range to {
			if _, ok := seen[a]; ok {
				continue
			}
			if seen[a] = from; strings.HasPrefix(a, "/packet/") || strings.HasPrefix(a, "/method") {
				waiting = append(waiting, a)
			} else {
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
			if len(queue) == 0 {
				queue, waiting = waiting, nil
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
			p, err := s.frozen(ctx, a, from)
			if err == nil {
				err = put(p.File)
			}
			mu.Lock()
			var forms []string // those that no other page has had made before
			if err == nil {
				for _, f := range p.forms() {
					if _, ok := seen[f]; !ok {
						seen[f] = a
						forms = append(forms, f)
					}
				}
				mu.Unlock()
				for _, f := range forms {
					var file File
					if file, err = p.form(f); err == nil {
						err = put(file)
					}
					if err != nil {
						break
					}
				}
				mu.Lock()
				add(a, p.linked.to)
			}
			busy--
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
// leaves them and their forms out; FreezePage makes them when Config.Restated
// can tell.
var LatePages = []string{"/restatements"}

// FreezePage makes one page of a release with its forms, and lists the
// addresses that it names.
func (s *Server) FreezePage(ctx context.Context, address string) (files []File, to []string, err error) {
	p, err := s.frozen(ctx, address, "")
	if err != nil {
		return nil, nil, err
	}
	files = append(files, p.File)
	for _, f := range p.forms() {
		file, err := p.form(f)
		if err != nil {
			return nil, nil, err
		}
		files = append(files, file)
	}
	return files, p.linked.to, nil
}

// frozenPage is a page of a release that was made.
type frozenPage struct {
	File
	linked *linked
}

// frozen makes the file of an address.
func (s *Server) frozen(ctx context.Context, address, from string) (*frozenPage, error) {
	p := &frozenPage{File{Address: address, Name: FileName(address)}, &linked{}}
	u, err := url.Parse(address)
	if err != nil {
		return nil, sightline.Errorf(sightline.Internal, "freeze page", address, "BUG: %w", err)
	}
	r := (&http.Request{Method: http.MethodGet, URL: u, Header: http.Header{}, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1}).
		WithContext(context.WithValue(ctx, linkedKey{}, p.linked))
	c := &capture{header: http.Header{}, status: http.StatusOK}
	s.mux.ServeHTTP(c, ofFigure(r))
	a := p.linked.answer
	if a == nil { // no page: the style sheet
		a = &answer{status: c.status, body: c.body.Bytes()}
	}
	if a.status != http.StatusOK {
		return nil, sightline.Errorf(sightline.Internal, "freeze page", address, "status %d, linked from %q: %.200s", a.status, from, a.body)
	}
	p.Body = a.body
	return p, nil
}

// forms lists the addresses of its other forms and of its figures that the
// page names.
func (p *frozenPage) forms() (out []string) {
	q := p.linked.q
	if q == nil || q.form != formHTML || q.figure != "" {
		return nil
	}
	own := strings.TrimSuffix(FileName(p.Address), ".html")
	figures := strings.TrimSuffix(q.path, "/") + "/figure/"
	for _, to := range p.linked.to {
		name := FileName(to)
		form, ok := strings.CutPrefix(name, own)
		if ok = ok && slices.Contains(forms, form) || strings.HasPrefix(to, figures); ok && !slices.Contains(out, to) {
			out = append(out, to)
		}
	}
	return out
}

// form makes one of the forms of the page from what the page was made of.
func (p *frozenPage) form(address string) (File, error) {
	f := File{Address: address, Name: FileName(address)}
	q := *p.linked.q
	s := q.server
	suffixed := strings.TrimPrefix(address, strings.TrimSuffix(q.path, "/")+"/figure/")
	ofFigure := suffixed != address
	for _, form := range forms {
		if strings.HasSuffix(f.Name, form) {
			q.form = form
			break
		}
	}
	if ofFigure {
		q.figure = strings.TrimSuffix(suffixed, q.form)
	}
	if q.form == formMD && !ofFigure {
		f.Body = markdown.Page(p.Body)
		return f, nil
	}
	if q.form == formPNG && !ofFigure {
		body, err := inBuffer(func(b *bytes.Buffer) error { return poster(b, p.linked.page, p.Body) })
		f.Body = body
		return f, err
	}
	a := s.print(&q, p.linked.page)
	p.linked.page.head().q = p.linked.q
	if a.status != http.StatusOK {
		return f, sightline.Errorf(sightline.Internal, "freeze page", address, "status %d: %.200s", a.status, a.body)
	}
	f.Body = a.body
	if q.form == formJSON {
		f.Document = p.linked.page.head().Document
	}
	return f, nil
}
