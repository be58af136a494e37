package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// caller is a connection that only knows whether it was closed.
type caller struct {
	net.Conn
	name string
	gone bool
}

func (c *caller) Close() error { c.gone = true; return nil }

// Steps at a door of three places: "in a" comes, "busy a" has sent a request,
// "idle a" has its answer, "out a" has left. Who was put out, in the end.
func TestDoor(t *testing.T) {
	for _, c := range []struct{ what, steps, want string }{
		{"places for all", "in a, in b, in c", ""},
		{"the first, where none has asked", "in a, in b, in c, in d", "a"},
		{"one after the other", "in a, in b, in c, in d, in e", "a b"},
		{"the busy stays", "in a, in b, in c, busy a, in d, in e", "b c"},
		{"idle longest, not there longest", "in a, in b, in c, busy a, idle a, in d, in e, in f", "b c a"},
		{"an answer makes young", "in a, in b, in c, busy a, busy b, busy c, idle b, idle c, idle a, in d, in e", "b c"},
		{"all busy, the longest", "in a, in b, in c, busy c, busy b, busy a, in d", "c"},
		{"the newcomer is no exception", "in a, in b, in c, busy a, busy b, busy c, in d, in e", "a d"},
		{"who left has left a place", "in a, in b, in c, out b, in d", ""},
		{"who was put out leaves no place", "in a, in b, in c, in d, out a, in e", "a b"},
		{"who was put out is not busy", "in a, in b, in c, in d, busy a, idle a, in e", "a b"},
	} {
		d := newDoor(3)
		all := map[string]*caller{}
		contexts := map[string]context.Context{}
		var order []string
		for step := range strings.SplitSeq(c.steps, ", ") {
			verb, name, _ := strings.Cut(step, " ")
			switch verb {
			case "in":
				all[name] = &caller{name: name}
				contexts[name] = d.enter(context.Background(), all[name])
			case "busy":
				asked := false
				h := d.during(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
				h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil).WithContext(contexts[name]))
				if !asked {
					t.Fatalf("%s: %s was not answered", c.what, step)
				}
			case "idle":
				d.state(all[name], http.StateIdle)
			case "out":
				d.state(all[name], http.StateClosed)
			}
			if d.inside.Len() > 3 || d.inside.Len() != len(d.by) {
				t.Fatalf("%s: after %s the door counts %d and knows %d", c.what, step, d.inside.Len(), len(d.by))
			}
			for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
				if x := all[name]; x != nil && x.gone && !strings.Contains(strings.Join(order, " "), name) {
					order = append(order, name)
				}
			}
		}
		if got := strings.Join(order, " "); got != c.want {
			t.Errorf("%s: put out %q, want %q", c.what, got, c.want)
		}
	}
}

// patient limits never come into play within a test; each test makes one
// short, and so knows which it was.
var patient = limits{header: time.Minute, read: time.Minute, write: time.Minute, idle: time.Minute, leave: time.Minute, headerBytes: 16 << 10, connections: 1024}

// within is how long a test waits for what must come.
const within = 10 * time.Second

// running serves on a loopback port until the test ends or stop is called,
// which returns what serveUntil does.
func running(t *testing.T, at limits, h http.HandlerFunc) (address string, stop func() error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- serveUntil(ctx, l, h, at) }()
	stop = func() error {
		cancel()
		select {
		case err := <-done:
			done <- err
			return err
		case <-time.After(within):
			return errors.New("the server did not stop")
		}
	}
	t.Cleanup(func() { stop() })
	return l.Addr().String(), stop
}

func dial(t *testing.T, address string) *net.TCPConn {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if errors.Is(err, syscall.EMFILE) {
		t.Skip("this machine allows too few open files")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(within))
	return c.(*net.TCPConn)
}

// ended reports whether the other side closes the connection before we have
// waited for so long.
func ended(c net.Conn, wait time.Duration) bool {
	c.SetReadDeadline(time.Now().Add(wait))
	_, err := io.Copy(io.Discard, c)
	return !errors.Is(err, os.ErrDeadlineExceeded)
}

// answered sends a request, if there is one, and reads the answer whole.
func answered(c net.Conn, text string) (status int, body string, err error) {
	if text != "" {
		if _, err := io.WriteString(c, text); err != nil {
			return 0, "", err
		}
	}
	r, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return 0, "", err
	}
	b, err := io.ReadAll(r.Body)
	return r.StatusCode, string(b), err
}

func fine(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "fine\n") }

const plain = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"

// Who drips a header, or says nothing, is let go when the time is over, with
// every byte of the drip in time for itself.
func TestSlowCallers(t *testing.T) {
	const short = 300 * time.Millisecond
	slow, idle := patient, patient
	slow.header, idle.idle = short, short
	for _, c := range []struct {
		what  string
		at    limits
		first bool // a whole request comes first
		drip  string
	}{
		{"a header that drips", slow, false, "GET / HTTP/1.1\r\nHost: localhost\r\nX: "},
		{"a second header that drips", slow, true, "GET / HTTP/1.1\r\nHost: localhost\r\nX: "},
		{"silence", slow, false, ""},
		{"silence after an answer", idle, true, ""},
	} {
		var requests atomic.Int32
		address, _ := running(t, c.at, func(w http.ResponseWriter, r *http.Request) { requests.Add(1); fine(w, r) })
		conn := dial(t, address)
		want := int32(0)
		if c.first {
			if status, _, err := answered(conn, plain); status != 200 || err != nil {
				t.Fatalf("%s: status %d, %v", c.what, status, err)
			}
			want = 1
		}
		from := time.Now()
		if c.drip != "" {
			io.WriteString(conn, c.drip)
			go func() {
				for range 200 { // until it is closed
					if _, err := conn.Write([]byte("x")); err != nil {
						return
					}
					time.Sleep(20 * time.Millisecond)
				}
			}()
		}
		if !ended(conn, within) {
			t.Errorf("%s: still there after %v", c.what, time.Since(from))
		}
		if took := time.Since(from); took < short/2 {
			t.Errorf("%s: let go after %v, before its time", c.what, took)
		}
		if n := requests.Load(); n != want {
			t.Errorf("%s: %d requests answered, want %d", c.what, n, want)
		}
	}
}

// Who does not read the answer does not hold the handler for longer than the
// time for an answer.
func TestReaderWhoDoesNotRead(t *testing.T) {
	at := patient
	at.write = 300 * time.Millisecond
	end := make(chan error, 1)
	address, _ := running(t, at, func(w http.ResponseWriter, _ *http.Request) {
		block := make([]byte, 1<<20)
		for range 200 { // more than the buffers of any system
			if _, err := w.Write(block); err != nil {
				end <- err
				return
			}
		}
		end <- nil
	})
	conn := dial(t, address)
	io.WriteString(conn, plain)
	select {
	case err := <-end:
		if err == nil {
			t.Error("200 MB went to somebody who read nothing")
		}
	case <-time.After(within):
		t.Error("the handler still writes")
	}
}

// The limit is on the header; the standard library grants 4 kB more.
func TestLargeHeader(t *testing.T) {
	address, _ := running(t, serveLimits, fine)
	for _, c := range []struct{ size, want int }{{100, 200}, {15 << 10, 200}, {24 << 10, 431}, {200 << 10, 431}} {
		conn := dial(t, address)
		text := fmt.Sprintf("GET / HTTP/1.1\r\nHost: localhost\r\nCookie: %s\r\n\r\n", strings.Repeat("x", c.size))
		go io.WriteString(conn, text) // it may be refused before it is sent whole
		status, _, err := answered(conn, "")
		if status != c.want {
			t.Errorf("a header of %d bytes: status %d (%v), want %d", c.size, status, err, c.want)
		}
		conn.Close()
	}
	many := dial(t, address)
	go io.WriteString(many, "GET / HTTP/1.1\r\nHost: localhost\r\n"+strings.Repeat("X: y\r\n", 10_000)+"\r\n")
	if status, _, err := answered(many, ""); status != 431 {
		t.Errorf("10,000 headers: status %d (%v), want 431", status, err)
	}
}

// More connections than there are places, all silent: whoever comes after them
// is answered, whoever is being answered stays, and when they go nothing of
// them is left.
func TestCrowd(t *testing.T) {
	under, release := make(chan bool), make(chan bool)
	at := patient
	at.connections = serveLimits.connections
	address, stop := running(t, at, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			under <- true
			<-release
		}
		fine(w, r)
	})
	before := runtime.NumGoroutine()
	busy := dial(t, address)
	whole := make(chan string, 1)
	go func() {
		status, body, err := answered(busy, strings.Replace(plain, "/", "/slow", 1))
		whole <- fmt.Sprint(status, " ", body, err)
	}()
	<-under

	var crowd []*net.TCPConn
	for i := range at.connections + 76 {
		c := dial(t, address)
		if i%2 == 0 {
			io.WriteString(c, "GET / HTTP/1.1\r\nHost: ")
		}
		crowd = append(crowd, c)
	}
	if status, body, err := answered(dial(t, address), plain); status != 200 || body != "fine\n" {
		t.Errorf("another reader: status %d, %q, %v", status, body, err)
	}
	// 1 busy, 1,100 silent, 1 reader: 78 had to leave.
	for i, c := range crowd {
		if i < 78 && !ended(c, within) {
			t.Errorf("caller %d of the crowd was not let go", i)
		}
		if i >= 78 && ended(c, time.Millisecond) {
			t.Errorf("caller %d of the crowd was let go", i)
		}
	}
	close(release)
	if got := <-whole; got != "200 fine\n<nil>" {
		t.Errorf("the answer under way came as %q", got)
	}
	for _, c := range crowd {
		c.Close()
	}
	settles(t, before)
	if err := stop(); err != nil {
		t.Error(err)
	}
}

// settles waits until there are hardly more goroutines than before.
func settles(t *testing.T, before int) {
	t.Helper()
	n := 0
	for until := time.Now().Add(within); time.Now().Before(until); time.Sleep(10 * time.Millisecond) {
		if n = runtime.NumGoroutine(); n <= before+8 {
			return
		}
	}
	t.Errorf("%d goroutines, %d before", n, before)
}

// Who closes his side after a request has the answer, and the connection ends;
// who closes it within a request has none. No time limit is needed for either.
func TestHalfClosed(t *testing.T) {
	address, _ := running(t, patient, fine)
	before := runtime.NumGoroutine()
	for _, c := range []struct {
		sent string
		want int
	}{{plain, 200}, {plain[:20], 0}, {"", 0}, {"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nabc", 200}} {
		conn := dial(t, address)
		io.WriteString(conn, c.sent)
		if err := conn.CloseWrite(); err != nil {
			t.Fatal(err)
		}
		status, _, err := answered(conn, "")
		if status != c.want && !(c.want == 0 && status == 400) {
			t.Errorf("%.30q and no more: status %d (%v), want %d", c.sent, status, err, c.want)
		}
		if !ended(conn, within) {
			t.Errorf("%.30q and no more: the connection stays", c.sent)
		}
	}
	settles(t, before)
}

func TestStop(t *testing.T) {
	// hold answers when told to, or when its reader has gone.
	hold := func(under, release chan bool) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			under <- true
			select {
			case <-release:
			case <-r.Context().Done():
			}
			fine(w, r)
		}
	}
	t.Run("an answer under way goes out", func(t *testing.T) {
		under, release := make(chan bool), make(chan bool)
		address, stop := running(t, patient, hold(under, release))
		conn, silent := dial(t, address), dial(t, address)
		if _, err := io.WriteString(conn, plain); err != nil {
			t.Fatal(err)
		}
		<-under
		stopped := make(chan error, 1)
		go func() { stopped <- stop() }()
		for until := time.Now().Add(within); ; time.Sleep(5 * time.Millisecond) {
			c, err := net.Dial("tcp", address)
			if err != nil {
				break // nobody new is let in
			}
			c.Close()
			if time.Now().After(until) {
				t.Fatal("it still listens")
			}
		}
		select {
		case err := <-stopped:
			t.Fatalf("it stopped before the answer was out: %v", err)
		default:
		}
		silent.Close()
		close(release)
		if status, body, err := answered(conn, ""); status != 200 || body != "fine\n" || err != nil {
			t.Errorf("the answer: status %d, %q, %v", status, body, err)
		}
		if err := <-stopped; err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	t.Run("an answer without end is cut", func(t *testing.T) {
		at := patient
		at.leave = 200 * time.Millisecond
		under := make(chan bool)
		address, stop := running(t, at, hold(under, nil))
		conn := dial(t, address)
		io.WriteString(conn, plain)
		<-under
		if err := stop(); err != nil {
			t.Errorf("stop: %v", err)
		}
		if status, _, _ := answered(conn, ""); status != 0 {
			t.Errorf("an answer came all the same, with status %d", status)
		}
	})
	t.Run("silent callers do not hold it", func(t *testing.T) {
		at := patient
		at.leave = 200 * time.Millisecond
		address, stop := running(t, at, fine)
		conn := dial(t, address)
		if err := stop(); err != nil {
			t.Errorf("stop: %v", err)
		}
		if !ended(conn, within) {
			t.Error("the connection stays")
		}
	})
	t.Run("a listener that fails is an error", func(t *testing.T) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		l.Close()
		if err := serveUntil(context.Background(), l, http.HandlerFunc(fine), patient); !errors.Is(err, net.ErrClosed) {
			t.Errorf("got %v", err)
		}
	})
}

// The names that a server answers to: its own only where it is on loopback.
func TestServeHosts(t *testing.T) {
	for _, c := range []struct{ at, given, want string }{
		{"127.0.0.1:8470", "", "localhost 127.0.0.1 ::1 127.0.0.1"},
		{"[::1]:8470", "Atlas.example.ORG", "atlas.example.org localhost 127.0.0.1 ::1 ::1"},
		{"192.0.2.7:80", "", ""},
		{"192.0.2.7:80", "a.example b.example", "a.example b.example"},
		{"0.0.0.0:80", "a.example", "a.example"},
	} {
		at, err := net.ResolveTCPAddr("tcp", c.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(serveHosts(at, strings.Fields(c.given)), " "); got != c.want {
			t.Errorf("at %s with %q: %q, want %q", c.at, c.given, got, c.want)
		}
	}
}
