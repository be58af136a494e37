package main

import (
	"bytes"
	"context"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sightline"
	"sightline/export"
)

// browsers are the names under which Chromium and its kin are installed.
var browsers = []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"}

// printTime is how long a browser may take to print; of our choosing.
const printTime = 2 * time.Minute

func (a *app) pdfCommand() *cobra.Command {
	var k clocks
	var browser, output string
	c := &cobra.Command{
		Use:   "pdf COUNTRY -o FILE.pdf",
		Short: "Print the dossier of a country as PDF, with a Chromium that is installed",
		Long: `Print the one-file HTML of "sightline dossier" as PDF. The printing is done by
Chromium (or Chrome), which must be installed: it is looked for on the PATH, or
named with --chromium. It is given a file and told to reach no network.

Any browser prints the same from "sightline dossier KE -o ke.html".`,
		Example: "  sightline pdf KE -o ke.pdf\n  sightline pdf KE -o ke.pdf --chromium /opt/chromium/chrome",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if output == "" {
				return sightline.Errorf(sightline.Invalid, "read arguments", "", "no file to write").WithHint("Name it: sightline pdf %s -o FILE.pdf", args[0])
			}
			program, err := findBrowser(browser)
			if err != nil {
				return err
			}
			s, err := a.open()
			if err != nil {
				return err
			}
			defer s.Close()
			d, err := a.compose(s, args[0], k)
			if err != nil {
				return err
			}
			var html bytes.Buffer
			if err := export.HTML(&html, d); err != nil {
				return err
			}
			text, err := printPDF(c.Context(), program, html.Bytes())
			if err != nil {
				return err
			}
			return a.write(output, func(w io.Writer) error { _, err := w.Write(text); return err })
		},
	}
	k.register(c)
	k.registerOpen(c)
	c.Flags().StringVarP(&output, "output", "o", "", "write to `file`")
	c.Flags().StringVar(&browser, "chromium", "", "`path` of the browser to print with")
	return c
}

func findBrowser(given string) (string, error) {
	names := browsers
	if given != "" {
		names = []string{given}
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", sightline.Errorf(sightline.Unavailable, "find browser", given, "no Chromium was found (looked for: %s)", strings.Join(names, ", ")).
		WithHint("Install Chromium, name one with --chromium PATH, or save HTML with \"sightline dossier KE -o ke.html\" and print it in any browser.")
}

// printPDF has a browser print a page that needs nothing but itself.
func printPDF(ctx context.Context, program string, html []byte) ([]byte, error) {
	dir, err := os.MkdirTemp("", "sightline-pdf-*")
	if err != nil {
		return nil, sightline.Errorf(sightline.Unavailable, "print", "", "%w", err)
	}
	defer os.RemoveAll(dir)
	page, out := filepath.Join(dir, "page.html"), filepath.Join(dir, "page.pdf")
	if err := os.WriteFile(page, html, 0o600); err != nil {
		return nil, sightline.Errorf(sightline.Unavailable, "print", page, "%w", err)
	}
	args := []string{"--headless", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
		"--disable-default-apps", "--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-server=127.0.0.1:9", "--user-data-dir=" + filepath.Join(dir, "profile"),
		"--no-pdf-header-footer", "--print-to-pdf=" + out}
	if os.Geteuid() == 0 {
		args = append(args, "--no-sandbox") // Chromium has none for root
	}
	ctx, cancel := context.WithTimeout(ctx, printTime)
	defer cancel()
	run := exec.CommandContext(ctx, program, append(args, (&url.URL{Scheme: "file", Path: filepath.ToSlash(page)}).String())...)
	run.WaitDelay = time.Second
	said, err := run.CombinedOutput()
	text, readErr := os.ReadFile(out)
	if err != nil || readErr != nil || !bytes.HasPrefix(text, []byte("%PDF")) {
		last := said[max(0, len(said)-300):]
		return nil, sightline.Errorf(sightline.Unavailable, "print", program, "the browser printed no PDF: %v: %s", err, bytes.TrimSpace(last)).WithHint("Try another with --chromium, or print the HTML in a browser yourself.")
	}
	return text, nil
}
