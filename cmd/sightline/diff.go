package main

import (
	"cmp"
	"fmt"
	"io"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/spf13/cobra"

	"sightline"
	"sightline/dossier"
	"sightline/export"
)

func (a *app) diffCommand() *cobra.Command {
	var from, to, clock, format string
	c := &cobra.Command{
		Use:   "diff COUNTRY --from DATE --to DATE",
		Short: "Show what changed about a country between two dates",
		Long: `Show which statements came, which were closed, and which numbers moved
between two dates.

Two clocks can be asked. "published" compares what had been said by each date;
"recorded" compares what this ledger held. The embedded catalogue was recorded
on one day, so its default is published; that of a workspace is recorded.`,
		Example: "  sightline diff KE --from 2015 --to 2018\n  sightline diff KE --from 2026-11-01 --to 2026-11-30 -w my-workspace",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := oneOfFormats(format, "text", "json"); err != nil {
				return err
			}
			if from == "" || to == "" {
				return sightline.Errorf(sightline.Invalid, "read arguments", "", "two dates are needed").WithHint("Give --from and --to, for example --from 2015 --to 2018-06.")
			}
			s, err := a.open()
			if err != nil {
				return err
			}
			defer s.Close()
			if clock == "" {
				clock = "published"
				if s.ledger != nil {
					clock = "recorded"
				}
			}
			var k, l clocks
			switch clock {
			case "published":
				k.published, l.published = from, to
			case "recorded":
				k.recorded, l.recorded = from, to
			default:
				return sightline.Errorf(sightline.Invalid, "read arguments", clock, "no such clock").WithHint("Use --clock published or --clock recorded.")
			}
			o, err := s.options(args[0], k)
			if err != nil {
				return err
			}
			p, err := s.options(args[0], l)
			if err != nil {
				return err
			}
			if clock == "published" && o.AsPublished.Last() > p.AsPublished.Last() || o.AsRecorded > p.AsRecorded {
				return sightline.Errorf(sightline.Invalid, "read arguments", from, "it comes after %s", to).WithHint("Give the earlier date to --from.")
			}
			d, err := dossier.Diff(s.Store, s.series, clock, o, p)
			if err != nil {
				return err
			}
			if format == "json" {
				if err := json.MarshalWrite(a.out, d, json.Deterministic(true), jsontext.WithIndent("  ")); err != nil {
					return err
				}
				_, err := io.WriteString(a.out, "\n")
				return err
			}
			return printDiff(a.out, d)
		},
	}
	c.Flags().StringVar(&from, "from", "", "earlier `date`")
	c.Flags().StringVar(&to, "to", "", "later `date`")
	c.Flags().StringVar(&clock, "clock", "", "`which` time: published or recorded")
	c.Flags().StringVarP(&format, "format", "f", "text", "`form`: text or json")
	return c
}

func printDiff(w io.Writer, d *dossier.Difference) error {
	verb := map[string]string{"published": "had been published", "recorded": "this ledger held"}[d.Clock]
	fmt.Fprintf(w, "%s: what %s at %s, against %s.\nThe clock is %q.\n", d.Country.Name, verb, d.From, d.To, d.Clock)
	fmt.Fprintf(w, "\n%d statements came\n", len(d.Added))
	for _, v := range d.Added {
		fmt.Fprintf(w, "+ %s %s %v\n", cmp.Or(v.Published.String(), "no date"), export.Inert(v.Sentence), v.Notes)
	}
	fmt.Fprintf(w, "\n%d statements went\n", len(d.Closed))
	for _, g := range d.Closed {
		fmt.Fprintf(w, "- %s %v", export.Inert(g.Sentence), g.Notes)
		if g.By != "" {
			fmt.Fprintf(w, " closed by %s", g.By)
		}
		if g.Reason != "" {
			fmt.Fprintf(w, ": %s", export.Inert(g.Reason))
		}
		fmt.Fprintln(w)
	}
	fmt.Fprintf(w, "\n%d numbers moved\n", len(d.Moved))
	for _, m := range d.Moved {
		fmt.Fprintf(w, "~ %s: %s, then %s (%s)\n", m.Label, export.Number(m.Old), export.Number(m.New), m.New.Packet)
	}
	if len(d.Notes) > 0 {
		fmt.Fprintln(w, "\nSources")
	}
	for _, n := range d.Notes {
		fmt.Fprintf(w, "[%d] %s, %s", n.N, export.Inert(cmp.Or(n.Publisher, n.Kind)), export.Inert(n.Title))
		if n.URL != "" {
			fmt.Fprintf(w, "\n    %s", export.Inert(n.URL))
		}
		fmt.Fprintln(w)
	}
	return nil
}
