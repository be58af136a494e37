package main

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"sightline"
	"sightline/catalog"
	"sightline/dossier"
	"sightline/dossier/audit"
	"sightline/export"
)

func (a *app) auditCommand() *cobra.Command {
	var k clocks
	var format, output string
	var template bool
	c := &cobra.Command{
		Use:   "audit [FILE]",
		Short: "Check a published text, claim by claim",
		Long: `Check a text claim by claim: a verdict on each with the reason and with what
would change it. A verdict follows by stated rules from values that are
computed again, from dates, and from graded statements for and against;
evidence that descends from the text never counts.

FILE is a list of claims in YAML, bound to what recomputes them; the manual is
docs/AUDIT.md, and --template prints a file to start from. Without FILE, the
reference article is audited, whose claims come with the catalogue.

Verdicts: ` + verdictList() + `.`,
		Example: "  sightline audit\n  sightline audit --template > my-audit.yaml\n  sightline audit my-audit.yaml -o my-audit.html",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if template {
				return a.write(output, func(w io.Writer) error {
					_, err := io.WriteString(w, audit.Template)
					return err
				})
			}
			if format == "" {
				format = formatOf(output)
			}
			if err := oneOfFormats(format, "terminal", "markdown", "json", "html", "text", "md"); err != nil {
				return err
			}
			name := catalog.Audits()[0]
			if len(args) > 0 {
				name = args[0]
			}
			f, err := readAudit(name)
			if err != nil {
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
			d, err := audit.Run(s.Store, s.series, f, o)
			if err != nil {
				return err
			}
			return a.write(output, func(w io.Writer) error {
				switch format {
				case "markdown", "md":
					return export.AuditMarkdown(w, d)
				case "json":
					return export.AuditJSON(w, d)
				case "html":
					return export.AuditHTML(w, d)
				}
				return export.AuditTerminal(w, d, colour(w))
			})
		},
	}
	k.register(c)
	c.Flags().StringVarP(&format, "format", "f", "", "`form`: terminal, markdown, json or html (default: by the name of the output file, or terminal)")
	c.Flags().StringVarP(&output, "output", "o", "", "write to `file` instead of standard output")
	c.Flags().BoolVar(&template, "template", false, "print an audit file to start from")
	return c
}

func verdictList() string {
	var t []string
	for _, v := range slices.Backward(audit.Verdicts()) {
		t = append(t, v.String())
	}
	return strings.Join(t, ", ")
}

// readAudit reads an audit file, or one that the catalogue carries.
func readAudit(name string) (*audit.File, error) {
	text, err := os.ReadFile(name)
	if err == nil {
		return audit.Read(filepath.Base(name), text)
	}
	if slices.Contains(catalog.Audits(), name) {
		return catalogAudit(name)
	}
	return nil, sightline.Errorf(sightline.NotFound, "read audit", name, "%w", err).
		WithHint("Give the file of an audit, or one that comes with the catalogue: %s. For a new one: sightline audit --template", strings.Join(catalog.Audits(), ", "))
}

// catalogAudit reads an audit file that the catalogue carries.
func catalogAudit(id string) (*audit.File, error) {
	name, text, err := catalog.Audit(id)
	if err != nil {
		return nil, err
	}
	return audit.Read(name, text)
}
