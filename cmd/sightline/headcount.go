package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"sightline"
	"sightline/dossier"
	"sightline/export"
)

func (a *app) headcountCommand() *cobra.Command {
	var k clocks
	var date, of, group, format, output string
	var without []string
	c := &cobra.Command{
		Use:   "headcount [LIST] --date DATE",
		Short: "Count which share of the world lives in the members of a list",
		Long: `Count which share of the world's population and internet users lives in the
members of a list, treaty or organisation at a date, or in the states of a
group or of one vote. The list is printed with its completeness and date, and
what is missing with its bounds. Each --without leaves countries out in a row
of its own, for example the nation that keeps the list; the world stays whole.

A head-count says where people live. It says nothing on what passes whose
network: for that there is "exposure". Without LIST, the lists are named.`,
		Example: "  sightline headcount\n  sightline headcount bri-65 --date 2017 --without CN --without CN,IN\n  sightline headcount new-america-2018 --group \"digital decider\" --date 2018\n  sightline headcount unga-74-247 --group yes --date 2019 --of internet_users",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if format == "" {
				format = formatOf(output)
			}
			if err := oneOfFormats(format, "terminal", "markdown", "json", "html", "text", "md"); err != nil {
				return err
			}
			s, err := a.open()
			if err != nil {
				return err
			}
			defer s.Close()
			o := dossier.Options{Edition: s.edition, Code: version()}
			if o.AsPublished, o.AsRecorded, err = k.parse(); err != nil {
				return err
			}
			lists, err := dossier.Memberships(s.Store, o.AsRecorded)
			if err != nil {
				return err
			}
			if len(args) == 0 {
				return printLists(a.out, lists)
			}
			q := dossier.HeadCount{Group: group}
			list, err := findList(lists, args[0])
			if err != nil {
				return err
			}
			q.List = list.Entity.ID
			if len(list.Groups) > 0 && !slices.Contains(list.Groups, group) || len(list.Groups) == 0 && group != "" {
				e := sightline.Errorf(sightline.Invalid, "read arguments", group, "%s has no such group", q.List)
				if len(list.Groups) == 0 {
					return e.WithHint("It has no groups: leave --group out.")
				}
				return e.WithHint("Give --group with one of: %s.", strings.Join(list.Groups, ", "))
			}
			if date == "" {
				return sightline.Errorf(sightline.Invalid, "read arguments", "", "a date is needed").WithHint("Give --date, for example --date 2017.")
			}
			if q.Date, err = sightline.ParseDate(date); err != nil {
				return err
			}
			whats := []string{"population", "internet_users"}
			if of != "" {
				if !slices.Contains(whats, of) {
					return sightline.Errorf(sightline.Invalid, "read arguments", of, "nothing is counted by that name").WithHint("Use --of population or --of internet_users.")
				}
				whats = []string{of}
			}
			var leave [][]sightline.Country
			for _, w := range without {
				var set []sightline.Country
				for code := range strings.SplitSeq(w, ",") {
					c, err := sightline.ParseCountry(strings.TrimSpace(code))
					if err != nil {
						return err
					}
					set = append(set, c)
				}
				leave = append(leave, set)
			}
			t, err := dossier.CountHeads(s.Store, s.series, q, whats, leave, o)
			if err != nil {
				return err
			}
			return a.write(output, func(w io.Writer) error {
				switch format {
				case "markdown", "md":
					return export.HeadCountMarkdown(w, t)
				case "json":
					return export.HeadCountJSON(w, t)
				case "html":
					return export.HeadCountHTML(w, t)
				}
				return export.HeadCountTerminal(w, t, colour(w))
			})
		},
	}
	k.register(c)
	c.Flags().StringVar(&date, "date", "", "`date` at which to count: 2017, 2017-05 or 2017-05-14")
	c.Flags().StringArrayVar(&without, "without", nil, "leave these `countries` out, in a row of its own (CN or CN,IN; may be repeated)")
	c.Flags().StringVar(&of, "of", "", "count this `only`: population or internet_users")
	c.Flags().StringVar(&group, "group", "", "of a list of groups or a roll-call, the `group` or vote")
	c.Flags().StringVarP(&format, "format", "f", "", "`form`: terminal, markdown, json or html (default: by the name of the output file, or terminal)")
	c.Flags().StringVarP(&output, "output", "o", "", "write to `file` instead of standard output")
	return c
}

func printLists(w io.Writer, lists []dossier.Membership) error {
	for _, l := range lists {
		about := l.Entity.Complete.String()
		if !l.Entity.AsOf.IsZero() {
			about += ", as of " + l.Entity.AsOf.String()
		}
		if len(l.Groups) > 0 {
			about += "; groups: " + strings.Join(l.Groups, ", ")
		}
		if _, err := fmt.Fprintf(w, "%s\n    %s (%s)\n", l.Entity.ID, export.Inert(l.Entity.Name), export.Inert(about)); err != nil {
			return err
		}
	}
	return nil
}

// findList finds a list by its id, by what follows the slash, or by a name.
func findList(lists []dossier.Membership, name string) (dossier.Membership, error) {
	var ids []string
	for _, l := range lists {
		id := string(l.Entity.ID)
		ids = append(ids, id)
		_, slug, _ := strings.Cut(id, "/")
		if name == id || name == slug || slices.ContainsFunc(append([]string{l.Entity.Name}, l.Entity.Names...), func(n string) bool {
			return sightline.FoldName(n) == sightline.FoldName(name)
		}) {
			return l, nil
		}
	}
	return dossier.Membership{}, sightline.Errorf(sightline.NotFound, "find list", name, "no such list is held").WithHint("There are: %s.", strings.Join(ids, ", "))
}
