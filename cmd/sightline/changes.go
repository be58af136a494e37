package main

import (
	"cmp"
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/spf13/cobra"

	"sightline"
	"sightline/dossier"
	"sightline/export"
)

func (a *app) changesCommand() *cobra.Command {
	var k clocks
	var since, country, supplier, claim, format string
	c := &cobra.Command{
		Use:   "changes",
		Short: "List what came and what was closed, newest first",
		Long: `List what came and what was closed, newest first: everything, or what
concerns a country, an organisation or a claim.

A workspace is listed in the order in which it learned things. The embedded
catalogue, recorded on one day, is listed by when things were published; claims
that nobody dates are left out then, and counted.`,
		Example: "  sightline changes --since 2020 --country KE\n  sightline changes --supplier company/huawei --format jsonl\n  sightline changes --format atom > changes.atom",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, args []string) error {
			if err := oneOfFormats(format, "text", "jsonl", "atom"); err != nil {
				return err
			}
			of := dossier.Changed{Country: country, Entity: sightline.EntityID(supplier), Claim: sightline.ClaimID(claim)}
			given := 0
			for _, x := range []string{country, supplier, claim} {
				if x != "" {
					given++
				}
			}
			if given > 1 {
				return sightline.Errorf(sightline.Invalid, "read arguments", "", "only one of --country, --supplier and --claim can be given")
			}
			var from sightline.Date
			if since != "" {
				var err error
				if from, err = sightline.ParseDate(since); err != nil {
					return err
				}
			}
			s, err := a.open()
			if err != nil {
				return err
			}
			defer s.Close()
			published, recorded, err := k.parse()
			if err != nil {
				return err
			}
			r, err := dossier.NewReader(s.Store, s.series, dossier.Options{AsPublished: published, AsRecorded: recorded, OpenOnly: k.openOnly, Edition: s.edition, Code: version()})
			if err != nil {
				return err
			}
			var all *dossier.ChangeList
			for cursor := ""; ; {
				d, err := r.Changes(of, from, cursor, 0)
				if err != nil {
					return err
				}
				if all == nil {
					all = d
				} else {
					all.Changes = append(all.Changes, d.Changes...)
				}
				if cursor = d.Next; cursor == "" {
					break
				}
			}
			return a.printRecent(all, format)
		},
	}
	c.Flags().StringVar(&since, "since", "", "nothing before the first day of `date` (2018, 2018-07 or 2018-07-24)")
	c.Flags().StringVar(&country, "country", "", "`code` or name of a country")
	c.Flags().StringVar(&supplier, "supplier", "", "`id` of an organisation, such as company/huawei")
	c.Flags().StringVar(&claim, "claim", "", "`id` of a claim: its corrections and what speaks to it")
	c.Flags().StringVarP(&format, "format", "f", "text", "`form`: text, jsonl or atom")
	k.register(c)
	k.registerOpen(c)
	return c
}

func (a *app) printRecent(d *dossier.ChangeList, format string) error {
	switch format {
	case "atom":
		title, self := "Sightline: changes", "/changes"
		switch {
		case d.Of.Country != "":
			title, self = title+", "+d.Of.Country, "/country/"+d.Of.Country+self
		case d.Of.Entity != "":
			title, self = title+", "+string(d.Of.Entity), "/supplier/"+string(d.Of.Entity)+self
		case d.Of.Claim != "":
			title, self = title+", "+string(d.Of.Claim), "/claim/"+string(d.Of.Claim)+self
		}
		return export.Atom(a.out, d, title, self, func(path string) string { return path })
	case "jsonl":
		for _, x := range d.Changes {
			x.Notes = nil // numbers of citations that are not printed
			if err := json.MarshalWrite(a.out, x, json.Deterministic(true)); err != nil {
				return err
			}
			fmt.Fprintln(a.out)
		}
		return nil
	}
	for _, x := range d.Changes {
		when := x.Recorded.Day().String()
		if d.Clock == "published" {
			when = x.Published.String()
		}
		fmt.Fprintf(a.out, "%s  %s %s: %s (%s)", when, x.Kind, x.What, export.Inert(x.Sentence), x.ID)
		if x.Of != "" {
			fmt.Fprintf(a.out, " of %s", x.Of)
		}
		if x.Reason != "" {
			fmt.Fprintf(a.out, ": %s", export.Inert(x.Reason))
		}
		if x.Closed != 0 {
			fmt.Fprintf(a.out, " Closed %s by %s.", x.Closed.Day(), cmp.Or(string(x.ClosedBy), "a withdrawal"))
		}
		fmt.Fprintln(a.out)
	}
	fmt.Fprintf(a.out, "%d changes, by the time when they were %s.", len(d.Changes), d.Clock)
	if d.Undated > 0 {
		fmt.Fprintf(a.out, " %d claims that nobody dates are not listed.", d.Undated)
	}
	fmt.Fprintln(a.out)
	return nil
}
