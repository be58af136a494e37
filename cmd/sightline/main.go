// Command sightline answers four questions about any country, each with its
// evidence: who can see or cut its internet, what is filtered now, who
// supplied the means, and where it is heading.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"sightline"
)

// The exit codes, which the manual lists.
const (
	exitOK      = 0
	exitFault   = 1 // something is damaged, refused or out of reach
	exitBadArgs = 2 // bad arguments or unknown names
)

func main() {
	// Fewer collections for more memory: our heaps are small, and imports and
	// country queries allocate much and keep little (docs/BENCHMARKS.md).
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the command without the process, so that tests can call it.
func run(ctx context.Context, args []string, in io.Reader, out, errs io.Writer) int {
	a := &app{in: in, out: out, errs: errs, now: time.Now}
	root := a.rootCommand()
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errs)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	fmt.Fprintln(errs, "sightline:", err)
	if hint := sightline.ErrorHint(err); hint != "" {
		fmt.Fprintln(errs, hint)
	}
	switch sightline.ErrorCode(err) {
	case sightline.Invalid, sightline.NotFound:
		return exitBadArgs
	}
	return exitFault
}

// app is what the commands share: where they read and write, and the one
// clock of the program.
type app struct {
	in        io.Reader
	out, errs io.Writer
	now       func() time.Time
	workspace string // directory; empty is the embedded catalogue
}

func (a *app) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "sightline",
		Short: "Who can see, cut or filter a country's internet, and who supplied the means",
		Long: `Sightline answers four questions about any country, each with its evidence:
who can see or cut its internet, what is filtered or shut down now, who
supplied the means, and where it is heading.

Without a workspace every command reads the catalogue embedded in this
program. Nothing is fetched, and nothing is sent.

Exit codes: 0 success; 1 something is damaged, refused or out of reach;
2 bad arguments or unknown names.`,
		Example:       "  sightline dossier KE\n  sightline search Huawei\n  sightline init my-workspace",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return c.Help()
			}
			e := sightline.Errorf(sightline.NotFound, "find command", args[0], "no such command")
			if near := c.SuggestionsFor(args[0]); len(near) > 0 {
				return e.WithHint("Did you mean %q? Run \"sightline --help\" for all of them.", strings.Join(near, `" or "`))
			}
			return e.WithHint("Run \"sightline --help\" for all of them.")
		},
	}
	root.PersistentFlags().StringVarP(&a.workspace, "workspace", "w", os.Getenv("SIGHTLINE_WORKSPACE"), "`directory` of a workspace (default: the embedded catalogue)")
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return sightline.Errorf(sightline.Invalid, "read arguments", "", "%w", err).WithHint("Run %q for the flags.", c.CommandPath()+" --help")
	})
	root.SuggestionsMinimumDistance = 2
	root.AddGroup(&cobra.Group{ID: "read", Title: "Read:"}, &cobra.Group{ID: "measure", Title: "Measure, from files of yours:"}, &cobra.Group{ID: "check", Title: "Check:"}, &cobra.Group{ID: "keep", Title: "Keep your own:"})
	add := func(group string, commands ...*cobra.Command) {
		for _, c := range commands {
			c.GroupID = group
			root.AddCommand(c)
		}
	}
	add("read", a.dossierCommand(), a.claimsCommand(), a.claimCommand(), a.serveCommand(), a.searchCommand(), a.sourcesCommand(), a.diffCommand(), a.changesCommand(), a.headcountCommand(), a.routesCommand(), a.pdfCommand())
	add("measure", newExposureCommand(), newVisibilityCommand(), a.interferenceCommand())
	add("check", a.auditCommand(), a.explainCommand(), a.verifyCommand())
	add("keep", a.initCommand(), a.sourceCommand(), a.importCommand(), a.ingestCommand(), a.resolveCommand(), a.exportCommand(), a.releaseCommand())
	root.AddCommand(a.versionCommand(), a.manCommand())
	for _, c := range root.Commands() {
		c.Args = helpful(c.Args)
		for _, sub := range c.Commands() {
			sub.Args = helpful(sub.Args)
		}
	}
	return root
}

// helpful turns cobra's complaint about arguments into an error of ours, with
// the right exit code and a hint.
func helpful(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if check == nil {
			return nil
		}
		if err := check(c, args); err != nil {
			return sightline.Errorf(sightline.Invalid, "read arguments", strings.Join(args, " "), "%w", err).
				WithHint("Usage: %s. Run %q for more.", c.UseLine(), c.CommandPath()+" --help")
		}
		return nil
	}
}

// oneOfFormats refuses a format that the command does not have.
func oneOfFormats(format string, known ...string) error {
	for _, k := range known {
		if format == k {
			return nil
		}
	}
	return sightline.Errorf(sightline.Invalid, "read arguments", format, "no such format").WithHint("Use --format %s.", strings.Join(known, ", "))
}
