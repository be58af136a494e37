package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"sightline"
	"sightline/dossier"
	"sightline/export"
)

func (a *app) dossierCommand() *cobra.Command {
	var k clocks
	var format, output string
	c := &cobra.Command{
		Use:   "dossier COUNTRY",
		Short: "Print the cited dossier of a country",
		Long: `Print the dossier of a country: four answers, each with the ground it stands
on, the statements behind it with their sources, and what is lacking. Every
number carries a packet id for "explain" and "verify".

Data whose terms are not open (those of a workspace may be: see "source list")
are named at the top; --open-only leaves them out.

The country is a two- or three-letter code or an English name.`,
		Example: "  sightline dossier KE\n  sightline dossier Kenya --as-published 2018-06\n  sightline dossier KE -o ke.html",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if format == "" {
				format = formatOf(output)
			}
			if err := oneOfFormats(format, "text", "md", "json", "html"); err != nil {
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
			return a.write(output, func(w io.Writer) error {
				switch format {
				case "md":
					return export.Markdown(w, d)
				case "json":
					return export.JSON(w, d)
				case "html":
					return export.HTML(w, d)
				}
				return export.Terminal(w, d, colour(w))
			})
		},
	}
	k.register(c)
	k.registerOpen(c)
	c.Flags().StringVarP(&format, "format", "f", "", "`form`: text, md, json or html (default: by the name of the output file, or text)")
	c.Flags().StringVarP(&output, "output", "o", "", "write to `file` instead of standard output")
	return c
}

// compose makes the dossier of the named country.
func (a *app) compose(s *store, country string, k clocks) (*dossier.Dossier, error) {
	o, err := s.options(country, k)
	if err != nil {
		return nil, err
	}
	o.Today = sightline.DayOf(a.now())
	return dossier.Compose(s.Store, s.series, o)
}

func (s *store) options(country string, k clocks) (o dossier.Options, err error) {
	if o.Country, err = sightline.ParseCountry(country); err != nil {
		return o, err
	}
	o.Edition, o.Code, o.OpenOnly = s.edition, version(), k.openOnly
	o.AsPublished, o.AsRecorded, err = k.parse()
	return o, err
}

func formatOf(output string) string {
	switch strings.ToLower(filepath.Ext(output)) {
	case ".md":
		return "md"
	case ".json":
		return "json"
	case ".html", ".htm":
		return "html"
	}
	return "text"
}

// write prints to a file, whole or not at all, or to standard output.
func (a *app) write(name string, print func(io.Writer) error) error {
	if name == "" {
		return print(a.out)
	}
	fail := func(err error) error {
		return sightline.Errorf(sightline.Unavailable, "write", name, "%w", err).WithHint("Check that the folder exists, can be written to, and has room.")
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".sightline-*")
	if err != nil {
		return fail(err)
	}
	defer os.Remove(f.Name())
	if err := print(f); err != nil {
		f.Close()
		return fail(err)
	}
	if err := f.Chmod(0o644); err != nil {
		f.Close()
		return fail(err)
	}
	if err := f.Sync(); err != nil {
		f.Close()
		return fail(err)
	}
	if err := f.Close(); err != nil {
		return fail(err)
	}
	if err := os.Rename(f.Name(), name); err != nil {
		return fail(err)
	}
	return nil
}

// colour reports whether w is a terminal that wants colour.
func colour(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd())) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}
