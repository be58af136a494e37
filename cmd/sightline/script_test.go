package main

import (
	"net"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

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
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"mkrib": mkrib, "packet": packet},
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
