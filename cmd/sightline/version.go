package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"sightline"
	"sightline/catalog"
)

// release is set by the linker in released binaries (see the Makefile).
var release string

// version is the version of this program: the release, or the revision that
// it was built from, or "devel".
func version() string {
	if release != "" {
		return release
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				return "devel-" + s.Value[:min(12, len(s.Value))]
			}
		}
	}
	return "devel"
}

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version of the program and of its catalogue",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(a.out, "sightline %s\ncatalogue %s, recorded %s\n%s %s/%s\n", version(), catalog.Edition(), catalog.Recorded().Day(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}

func (a *app) manCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "man DIRECTORY",
		Short:   "Write the manual pages of all commands into a directory",
		Example: "  sightline man ./man && man ./man/sightline-dossier.1",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return sightline.Errorf(sightline.Unavailable, "write manual", args[0], "%w", err)
			}
			c.Root().DisableAutoGenTag = true
			date := catalog.Recorded().Time()
			h := &doc.GenManHeader{Title: "SIGHTLINE", Section: "1", Source: "Sightline " + version(), Date: &date}
			if err := doc.GenManTree(c.Root(), h, args[0]); err != nil {
				return sightline.Errorf(sightline.Unavailable, "write manual", args[0], "%w", err)
			}
			pages, err := filepath.Glob(filepath.Join(args[0], "*.1"))
			if err == nil {
				fmt.Fprintf(a.out, "%d manual pages in %s\n", len(pages), args[0])
			}
			return err
		},
	}
}
