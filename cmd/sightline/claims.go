package main

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"sightline"
	"sightline/dossier"
	"sightline/export"
	"sightline/identity"
)

func (a *app) claimsCommand() *cobra.Command {
	var k clocks
	var format, predicate, class, entity string
	var closed bool
	c := &cobra.Command{
		Use:   "claims [COUNTRY]",
		Short: "List the claims about a country or an organisation",
		Long: `List the claims that name a country as their subject or object, by id.

--entity lists the claims that name an organisation or thing, of the country or
of all. Records that count as one organisation (see sightline resolve) are
listed together.`,
		Example: "  sightline claims KE --class control\n  sightline claims VN --predicate enacted --format jsonl\n  sightline claims --entity company/huawei",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := oneOfFormats(format, "text", "csv", "jsonl"); err != nil {
				return err
			}
			q := sightline.Query{WithClosed: closed}
			if len(args) == 0 && entity == "" {
				return sightline.Errorf(sightline.Invalid, "read arguments", "", "a country or --entity is needed").WithHint("Run \"sightline claims --help\" for the ways to use it.")
			}
			if len(args) == 1 {
				var err error
				if q.Country, err = sightline.ParseCountry(args[0]); err != nil {
					return err
				}
			}
			published, recorded, err := k.parse()
			if err != nil {
				return err
			}
			q.AsRecorded = recorded
			if predicate != "" {
				var p sightline.Predicate
				if err := p.UnmarshalText([]byte(predicate)); err != nil {
					return err
				}
				q.Predicates = []sightline.Predicate{p}
			}
			if class != "" {
				if _, err := sightline.ParseClass(class); err != nil {
					return err
				}
			}
			s, err := a.open()
			if err != nil {
				return err
			}
			defer s.Close()
			if entity != "" {
				id := sightline.EntityID(entity)
				e, err := s.Entity(id, recorded)
				if err != nil {
					return err
				}
				around, err := identity.Around(s, []sightline.EntityID{id}, recorded)
				if err != nil {
					return err
				}
				cluster := around.Of(e.ID)
				q.Entities = cluster.Members
				if format == "text" && len(cluster.Members) > 1 {
					fmt.Fprintf(a.out, "%s  %s\n%s\n", cluster.ID, nameOf(s, cluster.ID, recorded), alsoRecorded(s, cluster, recorded))
				}
			}
			entries, err := s.Claims(q)
			if err != nil {
				return err
			}
			entries = slices.DeleteFunc(entries, func(e sightline.Entry) bool {
				c := e.Record.Claim()
				late := !published.IsZero() && (c.Published.IsZero() || c.Published.Last() > published.Last())
				return late || class != "" && c.Qualifiers["class"] != class
			})
			return printClaims(a.out, s, entries, format, recorded)
		},
	}
	k.register(c)
	c.Flags().StringVarP(&format, "format", "f", "text", "`form`: text, csv or jsonl")
	c.Flags().StringVar(&predicate, "predicate", "", "only claims of this `predicate`")
	c.Flags().StringVar(&class, "class", "", "only claims of this relevance `class`: control, core, access, training, unrelated")
	c.Flags().StringVar(&entity, "entity", "", "only claims that name this organisation or thing, by its `id`")
	c.Flags().BoolVar(&closed, "closed", false, "also claims that a correction or withdrawal has closed")
	return c
}

// nameOf is what to call an entity.
func nameOf(s sightline.Store, id sightline.EntityID, at sightline.Instant) string {
	e, err := s.Entity(id, at)
	if err != nil {
		return string(id)
	}
	return export.Inert(strings.Join(append([]string{e.Name}, e.Names...), " / "))
}

// alsoRecorded tells the other records of an organisation, and why they are.
func alsoRecorded(s sightline.Store, c identity.Cluster, at sightline.Instant) string {
	var lines []string
	for _, id := range c.Members[1:] {
		var why []string
		for _, l := range c.Links {
			if l.A == id || l.B == id {
				why = append(why, l.String())
			}
		}
		lines = append(lines, fmt.Sprintf("        also recorded as %s  %s (%s)", id, nameOf(s, id, at), strings.Join(why, ", ")))
	}
	return strings.Join(lines, "\n")
}

func printClaims(w io.Writer, s *store, entries []sightline.Entry, format string, at sightline.Instant) error {
	switch format {
	case "jsonl":
		for _, e := range entries {
			if _, err := fmt.Fprintf(w, "%s\n", e.Record.Text()); err != nil {
				return err
			}
		}
		return nil
	case "csv":
		t := csv.NewWriter(w)
		t.Write([]string{"id", "subject", "predicate", "object", "class", "valid", "published", "recorded", "closed", "sources", "words"})
		for _, e := range entries {
			c := e.Record.Claim()
			closed := ""
			if e.Closed != sightline.Forever {
				closed = e.Closed.String()
			}
			var sources []string
			for _, r := range c.References {
				sources = append(sources, string(r.Source))
			}
			t.Write([]string{string(c.ID), string(c.Subject), c.Predicate.String(), objectText(c.Object), c.Qualifiers["class"], c.Valid.String(), c.Published.String(), e.Recorded.String(), closed, strings.Join(sources, " "), export.Inert(c.Words)})
		}
		t.Flush()
		return t.Error()
	}
	for _, e := range entries {
		c := e.Record.Claim()
		words := cmp.Or(c.Words, fmt.Sprintf("%s %s %s", c.Subject, c.Predicate, objectText(c.Object)))
		mark := ""
		if e.Closed != sightline.Forever {
			mark = " (closed " + e.Closed.String() + ")"
		}
		fmt.Fprintf(w, "%s%s\n    %s\n", c.ID, mark, export.Inert(words))
		var cites []string
		for _, r := range c.References {
			cites = append(cites, citation(s, r.Source, at))
		}
		fmt.Fprintf(w, "    valid %s; published %s; %s\n", cmp.Or(c.Valid.String(), "not stated"), cmp.Or(c.Published.String(), "not stated"), strings.Join(cites, "; "))
	}
	if len(entries) == 0 {
		fmt.Fprintln(w, "No such claim is on record. Absence from an incomplete record is unknown, not none.")
	}
	return nil
}

func citation(s *store, id sightline.SourceID, at sightline.Instant) string {
	src, err := s.Source(id, at)
	if err != nil {
		return string(id)
	}
	return export.Inert(cmp.Or(src.Publisher, src.Title)) + " [" + string(id) + "]"
}

func objectText(o sightline.Object) string {
	switch {
	case o.Entity != "":
		return string(o.Entity)
	case o.Claim != "":
		return "claim " + string(o.Claim)
	case o.Unit != "":
		return fmt.Sprintf("%g %s", o.Number, o.Unit)
	}
	return export.Inert(o.Text)
}

func (a *app) claimCommand() *cobra.Command {
	var k clocks
	var format string
	c := &cobra.Command{
		Use:     "claim ID",
		Short:   "Show one claim: its words, times, sources, and what speaks for and against it",
		Example: "  sightline claim zw-cloudwalk-data-sent",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := oneOfFormats(format, "text", "jsonl"); err != nil {
				return err
			}
			_, at, err := k.parse()
			if err != nil {
				return err
			}
			s, err := a.open()
			if err != nil {
				return err
			}
			defer s.Close()
			e, err := s.Claim(sightline.ClaimID(args[0]), at)
			if err != nil {
				return err
			}
			if format == "jsonl" {
				_, err := fmt.Fprintf(a.out, "%s\n", e.Record.Text())
				return err
			}
			return a.printClaim(s, e, at)
		},
	}
	k.register(c)
	c.Flags().StringVarP(&format, "format", "f", "text", "`form`: text or jsonl")
	return c
}

func (a *app) printClaim(s *store, e sightline.Entry, at sightline.Instant) error {
	c := e.Record.Claim()
	w := a.out
	fmt.Fprintf(w, "%s\n\n", export.Inert(cmp.Or(c.Words, fmt.Sprintf("%s %s %s", c.Subject, c.Predicate, objectText(c.Object)))))
	row := func(label, value string) {
		if value != "" {
			fmt.Fprintf(w, "%-11s %s\n", label, value)
		}
	}
	row("claim", string(c.ID))
	row("subject", string(c.Subject))
	row("predicate", c.Predicate.String())
	row("object", objectText(c.Object))
	keys := make([]string, 0, len(c.Qualifiers))
	for k := range c.Qualifiers {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		row(k, export.Inert(c.Qualifiers[k]))
	}
	if c.Rank != sightline.Normal {
		row("rank", c.Rank.String())
	}
	row("reason", export.Inert(c.Reason))
	row("valid", cmp.Or(c.Valid.String(), "not stated"))
	row("published", cmp.Or(c.Published.String(), "not stated"))
	row("recorded", e.Recorded.String())
	if e.Closed != sightline.Forever {
		row("closed", e.Closed.String()+" by "+string(e.ClosedBy))
	}
	if c.Corrects != "" {
		row("corrects", string(c.Corrects))
	}
	level, err := dossier.Grade(s.Store, c.ID, at)
	if err != nil {
		return err
	}
	row("level", fmt.Sprintf("%s %s (reliability %s, credibility %s)", level.Word, export.Pips(level.Pips), cmp.Or(level.Reliability, "none"), level.Credibility))
	for _, r := range c.References {
		src, err := s.Source(r.Source, at)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "\n%s: %s. %s, %s, reliability %s.\n", r.Role, export.Inert(strings.Trim(src.Publisher+", "+src.Title, ", ")), src.Kind, cmp.Or(src.Published.String(), "no date"), src.Reliability)
		for _, t := range []string{src.URL, r.Locator} {
			if t != "" {
				fmt.Fprintf(w, "  %s\n", export.Inert(t))
			}
		}
		if r.Quote != "" {
			fmt.Fprintf(w, "  “%s”\n", export.Inert(r.Quote))
		}
		fmt.Fprintf(w, "  %s\n", copyInWords(src))
	}
	edges, err := s.Claims(sightline.Query{EdgesTo: []sightline.ClaimID{c.ID}, AsRecorded: at})
	if err != nil {
		return err
	}
	for _, x := range edges {
		o := x.Record.Claim()
		side := "for"
		if slices.Contains(o.Disputes, c.ID) {
			side = "against"
		}
		fmt.Fprintf(w, "\n%s: %s\n  %s\n", side, o.ID, export.Inert(cmp.Or(o.Words, objectText(o.Object))))
	}
	return nil
}

// copyInWords says what is kept of the bytes of a source.
func copyInWords(s *sightline.Source) string {
	switch {
	case s.Archive != "":
		return "copy " + s.Archive
	case s.Digest != "":
		return "not archived; what was read has the SHA-256 " + s.Digest
	}
	return "not archived"
}
