package main

import (
	"io"
	"strings"

	"github.com/spf13/cobra"

	"sightline"
	"sightline/dossier"
	"sightline/export"
)

func (a *app) routesCommand() *cobra.Command {
	var k clocks
	var format, output, at string
	var top int
	c := &cobra.Command{
		Use:   "routes COUNTRY",
		Short: "Say who is on the path into a country, by the tables of a workspace",
		Long: `Say who is on the path into a country, by the routing tables that "sightline
ingest rib" put into the workspace: networks by AS hegemony, by transit
influence (with relationships) and by share of paths, each with its owner
beside where lists of state-owned networks are on record; states by the paths
that meet their networks; the one, two and three networks that could cut off
most; transit through other countries. Each value has an interval, a range of
places, the number of monitor networks behind it, and a packet.

The newest table of each collector counts, with the updates after it; --at
takes those of an earlier moment. The dates are on every row: a table older than
90 days says nothing of the present, and the output says so. With fewer than
three monitor networks there is no value.`,
		Example: "  sightline routes KE -w my-workspace\n  sightline routes Kenya -w my-workspace --format csv\n  sightline routes KE -w my-workspace --at 2014-05-23T06:00:00Z -o ke-routes.json",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if format == "" {
				if format = formatOf(output); strings.HasSuffix(strings.ToLower(output), ".csv") {
					format = "csv"
				}
			}
			if err := oneOfFormats(format, "text", "md", "json", "csv"); err != nil {
				return err
			}
			if top < 1 {
				return sightline.Errorf(sightline.Invalid, "read arguments", "", "--top is at least 1")
			}
			s, err := a.open()
			if err != nil {
				return err
			}
			defer s.Close()
			o, err := s.options(args[0], k)
			if err != nil {
				return err
			}
			o.Today = sightline.DayOf(a.now())
			if at != "" {
				if o.Moment, err = parseInstant(at); err != nil {
					return err
				}
			}
			t, err := dossier.ListRoutes(s.Store, s.series, o, top)
			if err != nil {
				return err
			}
			return a.write(output, func(w io.Writer) error {
				switch format {
				case "md":
					return export.RoutesMarkdown(w, t)
				case "json":
					return export.RoutesJSON(w, t)
				case "csv":
					return export.RoutesCSV(w, t)
				}
				return export.RoutesTerminal(w, t, colour(w))
			})
		},
	}
	k.register(c)
	k.registerOpen(c)
	c.Flags().StringVar(&at, "at", "", "the routes as they stood at this `date` or moment (2014-05-23T06:00:00Z)")
	c.Flags().IntVar(&top, "top", 20, "how many networks of each kind to print")
	c.Flags().StringVarP(&format, "format", "f", "", "`form`: text, md, json or csv (default: by the name of the output file, or text)")
	c.Flags().StringVarP(&output, "output", "o", "", "write to `file` instead of standard output")
	return c
}
