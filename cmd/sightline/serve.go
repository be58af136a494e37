package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"runtime/metrics"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sightline"
	"sightline/atlas"
	"sightline/catalog"
)

// limits of a server. What is slower, larger or more than that is let go, so
// that one caller cannot hold the atlas from the others.
type limits struct {
	header      time.Duration // to send the header of a request
	read        time.Duration // to send a request
	write       time.Duration // to take an answer
	idle        time.Duration // between requests
	leave       time.Duration // for answers under way, when it stops
	headerBytes int
	connections int
}

// serveLimits are those of the atlas, and stand in docs/HARDENING.md. The time
// for an answer is that of the largest documents on a line of 50 kbit/s.
var serveLimits = limits{
	header:      5 * time.Second,
	read:        10 * time.Second,
	write:       3 * time.Minute,
	idle:        60 * time.Second,
	leave:       10 * time.Second,
	headerBytes: 16 << 10,
	connections: 1024,
}

func (a *app) serveCommand() *cobra.Command {
	var address, releases string
	var hosts, languages []string
	var openOnly bool
	var cache uint16
	c := &cobra.Command{
		Use:   "serve",
		Short: "Show the atlas in a browser, from this machine",
		Long: `Serve the atlas: the catalogue, or the workspace named with -w, as pages
for any browser, without script, cookie or outside request. It listens on this
machine only unless --listen says otherwise, opens no other connection, and
keeps no record of who asked for what.

Releases in the workspace's folder releases, or in --releases, are shown below
/r/NAME/ byte for byte: these addresses stay as they are.

The store is read as it is when the server starts: what is imported later is
shown after a restart. In its first seconds it composes beside its work what
the pages of methods and packets need.

On a loopback address it answers to the names of this machine only, so that no
other site can read it through your browser; --host adds the name under which
a proxy or onion service in front of it is known. docs/HARDENING.md says how
to run it for others.`,
		Example: "  sightline serve\n  sightline serve -w kenya-notes\n  sightline serve --listen 127.0.0.1:9000 --host atlas.example.org",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, args []string) error {
			s, err := a.open()
			if err != nil {
				return err
			}
			defer s.Close()
			l, err := net.Listen("tcp", address)
			if err != nil {
				return sightline.Errorf(sightline.Unavailable, "listen", address, "%w", err).
					WithHint("Another program may use it, perhaps a sightline of yours; choose another with --listen 127.0.0.1:PORT.")
			}
			if os.Getenv("GOGC") == "" {
				debug.SetGCPercent(250)
			}
			text, err := catalogAudit(catalog.Audits()[0])
			if err != nil {
				l.Close()
				return err
			}
			frozen, err := a.releasesRoot(releases)
			if err != nil {
				l.Close()
				return err
			}
			h, err := atlas.New(atlas.Config{
				Releases: frozen, Public: len(hosts) > 0 || !loopback(l.Addr()),
				Store: s.Store, Series: s.series, Audit: text, Edition: s.edition, Code: version(), OpenOnly: openOnly, CacheSize: max(int(cache)<<20, 1),
				Opened: sightline.InstantOf(a.now()), Today: func() sightline.Day { return sightline.DayOf(a.now()) },
				Languages: languages, Hosts: serveHosts(l.Addr(), hosts),
				Fault: func(page string, err error) { fmt.Fprintf(a.errs, "fault on a page of kind %s: %v\n", page, err) },
			})
			if err != nil {
				l.Close()
				return err
			}
			fmt.Fprintf(a.out, "The atlas of %s is at http://%s/ until you stop it with Ctrl+C.\n", s.edition, l.Addr())
			stop := a.warm(c.Context(), h, int(cache)<<20)
			defer stop() // before the store is closed
			return serveUntil(c.Context(), l, h, serveLimits)
		},
	}
	c.Flags().StringVar(&address, "listen", "127.0.0.1:8470", "`address` and port to listen on")
	c.Flags().StringSliceVar(&hosts, "host", nil, "`name` under which others know it (repeatable); with it only these are answered")
	c.Flags().StringSliceVar(&languages, "lang", []string{"en"}, "`languages` of the pages, the first by default (qps is the pseudo-language for tests)")
	c.Flags().Uint16Var(&cache, "cache", 64, "`MiB` of made pages to keep; 0 makes each anew")
	c.Flags().StringVar(&releases, "releases", "", "`folder` of frozen releases, shown below /r/ (default: releases in the workspace)")
	c.Flags().BoolVar(&openOnly, "open-only", false, "leave out data whose terms do not allow passing them on freely")
	return c
}

// memory is what a server of the catalogue may take in bytes, of our choosing.
const memory = 240 << 20

// boundMemory sets what the server may take before garbage is collected more
// often: memory, or, so that a large workspace does not spend its time on that,
// twice what is held now and will be in the cache.
func boundMemory(cache int) {
	if os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	held := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(held)
	debug.SetMemoryLimit(max(memory, 2*(int64(held[0].Value.Uint64())+int64(cache))))
}

// warm has the atlas compose beside its work what its slowest pages need. What
// it returns ends that, and waits until it has ended.
func (a *app) warm(ctx context.Context, h *atlas.Server, cache int) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := h.Warm(ctx); err != nil && ctx.Err() == nil {
			fmt.Fprintf(a.errs, "fault while composing ahead: %v\n", err)
		}
		boundMemory(cache)
	}()
	return func() {
		cancel()
		<-done
	}
}

// releasesRoot is the folder of releases, which nothing outside can be read
// through; nil where there is none.
func (a *app) releasesRoot(given string) (fs.FS, error) {
	dir := given
	if dir == "" {
		if dir = filepath.Join(a.workspace, "releases"); a.workspace == "" || !exists(dir) {
			return nil, nil
		}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, sightline.Errorf(sightline.NotFound, "open releases", dir, "%w", err).WithHint("Name the folder that has one folder for each release.")
	}
	return root.FS(), nil
}

// loopback reports whether only this machine can reach an address.
func loopback(at net.Addr) bool {
	t, ok := at.(*net.TCPAddr)
	return ok && t.IP.IsLoopback()
}

// serveHosts are the names that a server at that address answers to: on
// loopback those of this machine and those given, elsewhere those given, and
// any if none is.
func serveHosts(at net.Addr, given []string) []string {
	var out []string
	for _, h := range given {
		out = append(out, strings.ToLower(h))
	}
	if t, ok := at.(*net.TCPAddr); ok && t.IP.IsLoopback() {
		out = append(out, "localhost", "127.0.0.1", "::1", t.IP.String())
	}
	return out
}

// serveUntil serves until the context ends, then lets answers under way go out.
func serveUntil(ctx context.Context, l net.Listener, h http.Handler, at limits) error {
	d := newDoor(at.connections)
	server := &http.Server{
		Handler:           d.during(h),
		ReadHeaderTimeout: at.header,
		ReadTimeout:       at.read,
		WriteTimeout:      at.write,
		IdleTimeout:       at.idle,
		MaxHeaderBytes:    at.headerBytes,
		ErrorLog:          silent(),
		ConnContext:       d.enter,
		ConnState:         d.state,
	}
	done := make(chan error, 1)
	go func() { done <- server.Serve(l) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	leave, cancel := context.WithTimeout(context.Background(), at.leave)
	defer cancel()
	err := server.Shutdown(leave)
	if errors.Is(err, context.DeadlineExceeded) {
		err = server.Close() // whoever has not read an answer by now has had the time
	}
	if e := <-done; !errors.Is(e, http.ErrServerClosed) {
		err = errors.Join(err, e)
	}
	return err
}

// silent keeps the standard server's remarks on broken connections, which name
// addresses, to itself.
func silent() *log.Logger { return log.New(io.Discard, "", 0) }
