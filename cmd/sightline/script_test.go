package main

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"sightline": func() {
			a := os.Args[1:]
			os.Exit(run(context.Background(), a, os.Stdin, os.Stdout, os.Stderr))
		},
	})
}

// The scripts say what is typed, what is printed and with which exit code. The
// deadline is against a script that hangs; a busy machine needs minutes for all.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata", Deadline: time.Now().Add(8 * time.Minute)})
}
