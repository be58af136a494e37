package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"sightline/atlas/acceptance"
)

// foreignSockets are the sockets of a process that neither listen on a TCP
// port nor were accepted on it, and listed is how many do or were. A
// connection that a process dialed has another port on its own side.
func foreignSockets(pid, port int) (listed int, foreign []string, err error) {
	before, err := socketsOf(pid)
	if err != nil {
		return 0, nil, err
	}
	lines := map[string]string{} // by inode: the kind and the line of the kernel's table
	for kind, column := range map[string]int{"tcp": 9, "tcp6": 9, "udp": 9, "udp6": 9, "raw": 9, "raw6": 9, "unix": 6, "netlink": 9, "packet": 8} {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/net/%s", pid, kind))
		if errors.Is(err, fs.ErrNotExist) {
			continue // this kernel has none of the kind
		}
		if err != nil {
			return 0, nil, err
		}
		for line := range strings.Lines(string(text)) {
			if f := strings.Fields(line); len(f) > column {
				lines[f[column]] = kind + " " + strings.TrimSpace(line)
			}
		}
	}
	after, err := socketsOf(pid)
	if err != nil {
		return 0, nil, err
	}
	for inode := range before {
		if !after[inode] {
			continue // it ended meanwhile, and so may not be in a table
		}
		line := lines[inode]
		f := strings.Fields(line)
		if len(f) > 2 && strings.HasPrefix(f[0], "tcp") && strings.HasSuffix(f[2], fmt.Sprintf(":%04X", port)) {
			listed++
			continue
		}
		foreign = append(foreign, fmt.Sprintf("socket %s: %s", inode, line))
	}
	return listed, foreign, nil
}

// socketsOf are the inodes of a process's sockets.
func socketsOf(pid int) (map[string]bool, error) {
	dir := fmt.Sprintf("/proc/%d/fd", pid)
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	out := map[string]bool{}
	for _, f := range files {
		to, err := os.Readlink(filepath.Join(dir, f.Name()))
		if err != nil {
			continue // closed meanwhile
		}
		if inode, ok := strings.CutPrefix(to, "socket:["); ok {
			out[strings.TrimSuffix(inode, "]")] = true
		}
	}
	return out, nil
}

// The check sees what a process should not have, of each kind.
func TestForeignSockets(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	port := l.Addr().(*net.TCPAddr).Port
	_, already, err := foreignSockets(os.Getpid(), port)
	if err != nil {
		t.Fatal(err)
	}
	c, err := net.Dial("tcp", l.Addr().String()) // a dial, be it to ourselves
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	accepted, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer accepted.Close()
	u, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer u.Close()
	x, err := net.Listen("unix", filepath.Join(t.TempDir(), "x"))
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	listed, foreign, err := foreignSockets(os.Getpid(), port)
	if err != nil {
		t.Fatal(err)
	}
	if listed != 2 || len(foreign)-len(already) != 3 {
		t.Errorf("%d sockets of the port, want 2; %d others more than before, want 3:\n%s", listed, len(foreign)-len(already), strings.Join(foreign, "\n"))
	}
}

// The running program has no socket but its listener and what came in by it,
// whatever page it was asked for; and it says nothing of who asked.
func TestServeSockets(t *testing.T) {
	command := exec.Command("sightline", "serve", "--listen", "127.0.0.1:0")
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var errs strings.Builder
	command.Stderr = &errs
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	defer command.Process.Kill()                                            // where the test ends early
	guard := time.AfterFunc(time.Minute, func() { command.Process.Kill() }) // against a hang
	defer guard.Stop()
	said := bufio.NewReader(out)
	first, _ := said.ReadString('\n')
	m := regexp.MustCompile(`http://(127\.0\.0\.1:([0-9]+))/`).FindStringSubmatch(first)
	if m == nil {
		command.Process.Kill()
		command.Wait() // so that it has said all
		t.Fatalf("it said %q and %q", first, errs.String())
	}
	port, _ := strconv.Atoi(m[2])

	transport := &http.Transport{}
	client := &http.Client{Transport: transport, Timeout: 20 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	ask := func(path string) int {
		r, err := client.Get("http://" + m[1] + path)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			return 0
		}
		defer r.Body.Close()
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		return r.StatusCode
	}
	check := func(when string) {
		listed, foreign, err := foreignSockets(command.Process.Pid, port)
		if err != nil {
			t.Fatal(err)
		}
		if listed < 2 || len(foreign) > 0 { // the listener and our own connection
			t.Errorf("after %s: %d sockets of the port, and others:\n%s", when, listed, strings.Join(foreign, "\n"))
		}
	}
	for _, p := range acceptance.Pages {
		want := 200
		if p.Name == "error" {
			want = 404
		}
		if got := ask(p.Path); got != want {
			t.Errorf("%s: status %d, want %d", p.Path, got, want)
		}
		check(p.Path)
	}
	for path, want := range map[string]int{"/country/KE.json": 200, "/country/KE.csv": 200, "/country/ke": 301, "/static/none": 404, "/search?q=" + strings.Repeat("x", 5000): 414} {
		if got := ask(path); got != want {
			t.Errorf("%.40s: status %d, want %d", path, got, want)
		}
		check(path)
	}

	transport.CloseIdleConnections()
	if err := command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	rest, _ := io.ReadAll(said)
	if err := command.Wait(); err != nil {
		t.Errorf("it ended with %v", err)
	}
	if len(rest) > 0 || errs.Len() > 0 {
		t.Errorf("beside its address it said %q and %q", rest, errs.String())
	}
}
