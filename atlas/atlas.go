// Package atlas shows what package dossier says as pages: rendered on the
// server, without script, SVG, cookie or outside request, and the same for
// every reader.
//
// A page is a typed struct and a template: the struct and what fills it stand
// in one file of this package, the template and its style sheet in one folder
// under page/. A handler returns a page or an error; one wrapper gives it its
// status, headers, language and place in the cache.
//
// The package opens no connection and reads no file. It keeps no record of who
// asked for what.
package atlas

import (
	"context"
	"io/fs"
	"net/http"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"sightline"
	"sightline/atlas/words"
	"sightline/dossier"
	"sightline/dossier/audit"
)

// Config says what the atlas shows and to whom.
type Config struct {
	Store     sightline.Store // does not change while it is served
	Series    []dossier.Series
	Audit     *audit.File       // what /audit checks; nil is nothing
	Edition   string            // of the catalogue or ledger
	Code      string            // version of the program
	Opened    sightline.Instant // when the store was opened
	OpenOnly  bool              // show only what may be passed on freely
	Today     func() sightline.Day
	Languages []string                     // offered beside English
	Hosts     []string                     // names that it answers to; none is any
	Public    bool                         // other sites may read /v1 through a browser
	CacheSize int                          // bytes of rendered pages to keep; 0 is 64 MiB
	Release   string                       // name of the release that the pages are frozen for; empty is a live atlas
	Restated  func() *dossier.Restatements // what became of the values of the former release; nil is no release
	Releases  fs.FS                        // frozen releases, each a folder, for /r/NAME/; nil is none
	Fault     func(page string, err error) // told of faults of ours, by kind of page; no address, no query
}

// Server is the atlas as an http.Handler. It is safe for concurrent use.
type Server struct {
	config  Config
	mux     *http.ServeMux
	pages   map[string]*template
	readers *readers
	cache   *cache
	work    chan struct{} // pages being made; more than the processors can do at once only wait here
	routes  []route
}

// New makes an atlas. It reads the templates, not yet the store.
func New(c Config) (*Server, error) {
	if c.CacheSize == 0 {
		c.CacheSize = 64 << 20
	}
	if c.Today == nil {
		c.Today = func() sightline.Day { return 1 << 30 } // any day has come
	}
	if c.Fault == nil {
		c.Fault = func(string, error) {}
	}
	for _, l := range c.Languages {
		if _, ok := words.For(l); !ok {
			return nil, sightline.Errorf(sightline.NotFound, "choose language", l, "there are no messages in it").
				WithHint("There are: %v.", words.Languages())
		}
	}
	if !slices.Contains(c.Languages, "en") {
		c.Languages = append([]string{"en"}, c.Languages...)
	}
	s := &Server{
		config:  c,
		readers: newReaders(c),
		cache:   newCache(c.CacheSize),
		work:    make(chan struct{}, 2*runtime.GOMAXPROCS(0)),
	}
	var err error
	if s.pages, err = templates(); err != nil {
		return nil, err
	}
	s.install()
	return s, nil
}

// Warm composes what the first page of a method or packet would wait for, which
// is every document of the store as it stands now. A server may call it beside
// its work. It ends early, with the error of the context, when that ends.
func (s *Server) Warm(ctx context.Context) (err error) {
	defer func() {
		if x := recover(); x != nil { // as for a page: the server goes on
			err = sightline.Errorf(sightline.Internal, "compose documents", "", "panic: %v\n%s", x, debug.Stack())
		}
	}()
	now, err := s.readers.of(View{})
	if err != nil {
		return err
	}
	return now.doc.Warm(ctx)
}

// route is one address of the atlas: its pattern for the standard mux, the
// kind of page, which words of a query it reads, and what makes it.
type route struct {
	pattern string
	kind    string
	query   []string
	make    func(*request) (Page, error)
}

// install registers every address. Read it as the site map.
func (s *Server) install() {
	s.routes = []route{
		{"/{$}", "home", nil, home},
		{"/index.json", "home", nil, home},
		{"/index.csv", "home", nil, home},
		{"/countries", "countries", nil, countries},
		{"/country/{code}", "country", []string{"with"}, country},
		{"/country/{code}/{part}", "part", []string{"since", "after"}, countryPart},
		{"/claims", "claims", append(claimFields[:7:7], "after"), claims},
		{"/claim/{id}", "claim", nil, claim},
		{"/claim/{id}/{part}", "changes", []string{"since", "after"}, claimChanges},
		{"/sources", "sources", []string{"kind", "terms", "reliability", "after"}, sources},
		{"/source/{id}", "source", nil, source},
		{"/suppliers", "suppliers", []string{"nation", "class"}, suppliers},
		{"/supplier/{slug}", "supplier", nil, supplier},
		{"/supplier/{kind}/{slug}", "supplier", nil, supplier},
		{"/supplier/{kind}/{slug}/{part}", "changes", []string{"since", "after"}, supplierChanges},
		{"/networks", "networks", []string{"country", "holding", "list", "after"}, networks},
		{"/network/{asn}", "network", nil, network},
		{"/forums", "forums", nil, forums},
		{"/training", "training", nil, training},
		{"/about", "about", nil, about},

		{"/laws", "laws", nil, laws},
		{"/votes", "votes", []string{"vote"}, votes},
		{"/methods", "methods", nil, methods},
		{"/method/{name}", "method", nil, method},
		{"/method/{name}/{version}", "method", nil, method},
		{"/packet/{id}", "packet", []string{"after"}, packet},
		{"/search", "search", []string{"q"}, search},
		{"/changes", "changes", []string{"since", "after"}, changes},
		{"/audit", "audit", nil, audited},
		{"/audit/{id}", "finding", nil, finding},
		{"/corrections", "corrections", []string{"claim"}, corrections},
		{"/threats", "threats", nil, threats},
		{"/restatements", "restatements", nil, restatements},
		{"/names", "names", nil, names},
		{"/names/{group}", "names", nil, names},
	}
	s.mux = http.NewServeMux()
	for _, r := range s.routes {
		s.mux.Handle(r.pattern, s.serve(r))
		if !strings.ContainsAny(r.pattern, "{.") { // the forms of a page whose address has no place for them
			for _, f := range forms {
				s.mux.Handle(r.pattern+f, s.serve(r))
			}
		}
	}
	for _, f := range []string{formPNG, formBIB, formCSL, formTXT, formMD} {
		s.mux.Handle("/index"+f, s.serve(route{kind: "home", make: home}))
	}
	s.mux.HandleFunc("/r/", s.released)
	s.mux.Handle("/static/{name}", http.HandlerFunc(s.static))
	s.mux.HandleFunc("/favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }) // browsers ask for one
	s.mux.Handle("/", s.serve(route{kind: "lost", make: lost}))
}
