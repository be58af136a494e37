package main

import (
	"fmt"
	"net"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"sightline"
	"sightline/atlas"
	"sightline/internal/mrtmake"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"sightline": main})
}

// The scripts say what is typed, what is printed and with which exit code. The
// deadline is against a script that hangs; a busy machine needs minutes for
// all. $TAKEN is an address on which something listens already.
func TestScripts(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() }) // when the scripts, which run in parallel, have ended
	testscript.Run(t, testscript.Params{
		Dir: "testdata", Deadline: time.Now().Add(8 * time.Minute),
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"mkrib": mkrib, "mklosses": mklosses, "packet": packet, "page": page},
		Setup: func(e *testscript.Env) error {
			e.Setenv("TAKEN", l.Addr().String())
			return nil
		},
	})
}

// mkrib FILE TEXT makes a routing archive of lines of text (package mrtmake),
// in which NOW is an hour ago.
func mkrib(ts *testscript.TestScript, _ bool, args []string) {
	text := strings.ReplaceAll(ts.ReadFile(args[1]), "NOW", strconv.FormatInt(time.Now().Unix()-3600, 10))
	b, err := mrtmake.Make(text)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b, 0o644))
}

// mklosses FILE SECONDS PEERS PREFIXES makes the table of a moment in which the
// first so many of four peers see the first so many of ten prefixes of
// Myanmar's AS132167, and thirty prefixes of Kenya.
func mklosses(ts *testscript.TestScript, _ bool, args []string) {
	peers, err := strconv.Atoi(args[2])
	ts.Check(err)
	prefixes, err := strconv.Atoi(args[3])
	ts.Check(err)
	var rib strings.Builder
	monitors := []int{3257, 1299, 6762, 6453}
	for i, m := range monitors {
		fmt.Fprintf(&rib, "peer 192.0.2.%d %d\n", i+1, m)
	}
	fmt.Fprintf(&rib, "time %s\n", args[1])
	for p := range 40 {
		behind := "24757 132167"
		if p >= 10 {
			behind = "24757 37061"
		}
		for i, m := range monitors[:peers] {
			if p >= 10 || p < prefixes {
				fmt.Fprintf(&rib, "held %d 103.0.%d.0/24 %d %s\n", i+1, p, m, behind)
			}
		}
	}
	b, err := mrtmake.Make(rib.String())
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b, 0o644))
}

// page FILE WORKSPACE ADDRESS writes the page of an address, as serve shows it.
func page(ts *testscript.TestScript, _ bool, args []string) {
	s, err := (&app{workspace: ts.MkAbs(args[1])}).open()
	ts.Check(err)
	defer s.Close()
	h, err := atlas.New(atlas.Config{Store: s.Store, Series: s.series, Edition: s.edition, Code: "test", Opened: sightline.InstantOf(time.Now())})
	ts.Check(err)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", args[2], nil))
	if w.Code != 200 {
		ts.Fatalf("%s: %d", args[2], w.Code)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), w.Body.Bytes(), 0o644))
}

// packet VAR METHOD FILE sets VAR to the id of the first packet of a method in
// a document saved as JSON.
func packet(ts *testscript.TestScript, _ bool, args []string) {
	packets, err := readPackets(ts.MkAbs(args[2]))
	ts.Check(err)
	for _, p := range packets {
		if string(p.Method) == args[1] {
			ts.Setenv(args[0], string(p.Result.Packet))
			return
		}
	}
	ts.Fatalf("%s has no packet of %s", args[2], args[1])
}
