package main

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"sightline"
	"sightline/export"
	"sightline/identity"
)

func (a *app) searchCommand() *cobra.Command {
	var k clocks
	var limit int
	var format string
	c := &cobra.Command{
		Use:     "search WORDS",
		Short:   "Find names and words in any script",
		Long:    "Find entities, sources and claims by name or word, in Latin, Cyrillic, Arabic\nor Chinese script. The last word may be the beginning of one.\n\nRecords that count as one organisation (see sightline resolve) stand together,\nunder the name of the first; as JSON Lines each record stands for itself.",
		Example: "  sightline search huawei\n  sightline search 华为\n  sightline search нтехлаб",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := oneOfFormats(format, "text", "csv", "jsonl"); err != nil {
				return err
			}
			if limit < 1 {
				return sightline.Errorf(sightline.Invalid, "read arguments", fmt.Sprint(limit), "a limit is at least 1")
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
			hits, err := s.Search(strings.Join(args, " "), limit, at)
			if err != nil {
				return err
			}
			var seeds []sightline.EntityID
			for _, h := range hits {
				if e := h.Record.Entity(); e != nil {
					seeds = append(seeds, e.ID)
				}
			}
			around, err := identity.Around(s, seeds, at)
			if err != nil {
				return err
			}
			told := map[sightline.EntityID]bool{}
			t := csv.NewWriter(a.out)
			if format == "csv" {
				t.Write([]string{"kind", "id", "name"})
			}
			for _, h := range hits {
				r := h.Record
				name := ""
				if e := r.Entity(); e != nil && format != "jsonl" {
					if c := around.Of(e.ID); len(c.Members) > 1 {
						if told[c.ID] {
							continue
						}
						told[c.ID] = true
						if format == "csv" {
							var names []string
							for _, id := range c.Members {
								names = append(names, nameOf(s, id, at))
							}
							t.Write([]string{r.Kind().String(), string(c.ID), strings.Join(names, "; also recorded as ")})
						} else {
							fmt.Fprintf(a.out, "%-7s %s\n        %s\n%s\n", r.Kind(), c.ID, nameOf(s, c.ID, at), alsoRecorded(s, c, at))
						}
						continue
					}
				}
				switch r.Kind() {
				case sightline.SourceRecord:
					name = strings.Trim(r.Source().Publisher+", "+r.Source().Title, ", ")
				case sightline.EntityRecord:
					name = strings.Join(append([]string{r.Entity().Name}, r.Entity().Names...), " / ")
				case sightline.ClaimRecord:
					c := r.Claim()
					name = cmp.Or(c.Words, fmt.Sprintf("%s %s %s", c.Subject, c.Predicate, objectText(c.Object)))
				}
				switch format {
				case "csv":
					t.Write([]string{r.Kind().String(), r.ID(), export.Inert(name)})
				case "jsonl":
					fmt.Fprintf(a.out, "%s\n", r.Text())
				default:
					fmt.Fprintf(a.out, "%-7s %s\n        %s\n", r.Kind(), r.ID(), export.Inert(name))
				}
			}
			t.Flush()
			if len(hits) == 0 {
				return sightline.Errorf(sightline.NotFound, "search", strings.Join(args, " "), "nothing found").
					WithHint("Try fewer letters, another spelling or another script.")
			}
			return t.Error()
		},
	}
	k.register(c)
	c.Flags().IntVarP(&limit, "limit", "n", 20, "at most this `many` results")
	c.Flags().StringVarP(&format, "format", "f", "text", "`form`: text, csv or jsonl")
	return c
}

func (a *app) sourcesCommand() *cobra.Command {
	var k clocks
	var format string
	c := &cobra.Command{
		Use:     "sources [ID]",
		Short:   "List the sources, or show one",
		Example: "  sightline sources\n  sightline sources --format csv\n  sightline sources wb-population",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := oneOfFormats(format, "text", "csv", "jsonl"); err != nil {
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
			var list []sightline.Record
			uses := map[sightline.SourceID]int{}
			newest := map[string]int{}
			for e, err := range s.Records(at) {
				if err != nil {
					return err
				}
				if c := e.Record.Claim(); c != nil && e.Closed == sightline.Forever {
					for _, r := range c.References {
						uses[r.Source]++
					}
				}
				if e.Record.Source() == nil || len(args) == 1 && e.Record.ID() != args[0] {
					continue
				}
				if i, ok := newest[e.Record.ID()]; ok {
					list[i] = e.Record
				} else {
					newest[e.Record.ID()] = len(list)
					list = append(list, e.Record)
				}
			}
			if len(args) == 1 && len(list) == 0 {
				return sightline.Errorf(sightline.NotFound, "find source", args[0], "no source of this id is held").
					WithHint("List them with: sightline sources")
			}
			t := csv.NewWriter(a.out)
			if format == "csv" {
				t.Write([]string{"id", "publisher", "title", "kind", "published", "reliability", "scope", "licence", "claims", "url"})
			}
			for _, r := range list {
				src := r.Source()
				switch format {
				case "jsonl":
					fmt.Fprintf(a.out, "%s\n", r.Text())
				case "csv":
					t.Write([]string{r.ID(), export.Inert(src.Publisher), export.Inert(src.Title), src.Kind.String(), src.Published.String(), src.Reliability.String(), src.Scope.String(), src.Licence, fmt.Sprint(uses[src.ID]), src.URL})
				default:
					fmt.Fprintf(a.out, "%s  %s  %d claims\n    %s\n", r.ID(), src.Reliability, uses[src.ID], export.Inert(strings.Trim(src.Publisher+", "+src.Title, ", ")))
					if len(args) == 1 {
						for _, row := range [][2]string{{"kind", src.Kind.String()}, {"published", src.Published.String()}, {"address", src.URL}, {"licence", src.Licence}, {"scope", src.Scope.String()}, {"selection", src.Selection}, {"copy", strings.TrimPrefix(copyInWords(src), "copy ")}} {
							if row[1] != "" {
								fmt.Fprintf(a.out, "    %-10s %s\n", row[0], export.Inert(row[1]))
							}
						}
					}
				}
			}
			t.Flush()
			return t.Error()
		},
	}
	k.register(c)
	c.Flags().StringVarP(&format, "format", "f", "text", "`form`: text, csv or jsonl")
	return c
}
