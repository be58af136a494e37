package main

import (
	"net"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"sightline": main})
}

// The scripts say what is typed, what is printed and with which exit code.
// $TAKEN is an address on which something listens already. The deadline is
// against a script that hangs; a busy machine needs minutes for all.
func TestScripts(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() }) // after the scripts, which run in parallel
	testscript.Run(t, testscript.Params{
		Dir: "testdata", Deadline: time.Now().Add(8 * time.Minute),
		Setup: func(e *testscript.Env) error {
			e.Setenv("TAKEN", l.Addr().String())
			return nil
		},
	})
}
