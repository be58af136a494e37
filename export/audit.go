package export

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"sightline"
	"sightline/dossier"
	"sightline/dossier/audit"
)

// AuditTerminal prints an audit for a terminal of 80 columns.
func AuditTerminal(w io.Writer, a *audit.Audit, colour bool) error {
	return terminal(w, auditOutline(a), colour)
}

// AuditMarkdown prints an audit as CommonMark.
func AuditMarkdown(w io.Writer, a *audit.Audit) error { return inMarkdown(w, auditOutline(a)) }

// AuditHTML prints an audit as one self-contained file.
func AuditHTML(w io.Writer, a *audit.Audit) error {
	return inHTML(w, page{Title: a.Title, Edition: a.Edition, Kind: "Sightline audit", First: "claims",
		Made: "Made by Sightline; a verdict says what the records held here show by stated rules, not more."}, auditOutline(a))
}

// AuditJSON prints an audit as indented JSON (docs/schema/audit-1.json).
func AuditJSON(w io.Writer, a *audit.Audit) error { return inJSON(w, a) }

// ReadAuditJSON reads what AuditJSON prints.
func ReadAuditJSON(r io.Reader) (*audit.Audit, error) {
	a := new(audit.Audit)
	if err := json.UnmarshalRead(r, a, json.RejectUnknownMembers(true)); err != nil {
		return nil, err
	}
	return a, nil
}

// auditOutline lays the audit out as every form prints it.
func auditOutline(a *audit.Audit) []block {
	var o []block
	add := func(b block) { o = append(o, b) }
	add(block{Kind: title, Text: a.Title, ID: "top"})
	about := "“" + a.Text.Title + "”"
	if a.Text.Publisher != "" {
		about += ", " + a.Text.Publisher
	}
	if !a.Text.Published.IsZero() {
		about += ", " + At(a.Text.Published)
	}
	b := block{Kind: text, Text: fmt.Sprintf("An audit of %s. Sightline, %s. %s", about, a.Edition, clockOf(a.AsPublished, a.AsRecorded))}
	if a.Text.Note > 0 {
		b.Notes = []int{a.Text.Note}
	}
	add(b)
	add(block{Kind: text, Text: "The claims are in the auditor’s words. A verdict follows by rules from numbers that are computed again, from dates, and from graded statements. Evidence that descends from the text does not count."})
	if !a.AsPublished.IsZero() {
		add(block{Kind: text, Text: "Claims without a date of publication are left out of this view, and so are series whose edition is later."})
	}
	add(block{Kind: section, Text: "Verdicts", ID: "verdicts"})
	for _, e := range a.Index {
		noun := "claims "
		if len(e.Claims) == 1 {
			noun = "claim "
		}
		add(block{Kind: item, Tag: capital(e.Verdict.String()), Text: noun + strings.Join(e.Claims, ", ") + "."})
		add(block{Kind: sub, Text: e.Rule})
	}
	add(block{Kind: section, Text: "Claims", ID: "claims"})
	for _, f := range a.Findings {
		o = append(o, finding(f, "Claim "+f.ID)...)
		for _, p := range f.Parts {
			o = append(o, finding(p, "Part "+p.ID)...)
		}
	}
	if len(a.Lists) > 0 {
		add(block{Kind: section, Text: "Lists that the counts rest on", ID: "lists"})
		for _, l := range a.Lists {
			about := "Completeness: " + l.Complete
			if !l.AsOf.IsZero() {
				about += ", as of " + l.AsOf.String()
			}
			add(block{Kind: item, Tag: l.Name, Text: about + "."})
			if l.Selection != "" {
				add(block{Kind: sub, Text: strings.TrimSuffix(l.Selection, ".") + "."})
			}
		}
	}
	add(block{Kind: section, Text: "Sources", ID: "sources"})
	for _, n := range a.Notes {
		add(note(n))
	}
	add(block{Kind: section, Text: "How to check this", ID: "check"})
	add(block{Kind: text, Text: "Every verdict and number carries a packet id. `sightline explain ID` prints what it was computed from, down to the sources; `sightline verify ID` computes it again. The rules are in docs/methods/audit.md."})
	return o
}

func clockOf(published sightline.Date, recorded sightline.Instant) string {
	return clock(&dossier.Dossier{AsPublished: published, AsRecorded: recorded})
}

// finding prints a claim: its verdict and reason, then what each check found.
func finding(f audit.Finding, label string) []block {
	b := []block{
		{Kind: group, Text: label + ": " + audit.Words(f.Verdict, f.Basis), ID: "claim-" + f.ID},
		{Kind: text, Text: f.Words},
	}
	var said []string
	if f.By != "" {
		said = append(said, "said by "+f.By)
	}
	if f.Where != "" {
		said = append(said, f.Where)
	}
	if f.Number != "" {
		said = append(said, "number "+f.Number)
	}
	if !f.Period.IsZero() {
		said = append(said, "time "+strings.TrimPrefix(When(f.Period), "at "))
	}
	if len(said) > 0 {
		b = append(b, block{Kind: text, Tag: "In the text", Text: strings.Join(said, "; ") + "."})
	}
	b = append(b,
		block{Kind: item, Tag: "Why", Text: f.Why, Notes: f.Notes, Packet: f.Estimate.Packet},
		block{Kind: item, Tag: "What would change it", Text: f.Change})
	for _, c := range f.Checks {
		b = append(b, check(c)...)
	}
	return b
}

// check prints a check: its numbers with what they leave open, and the voices.
func check(c audit.Result) []block {
	tag := "Check, " + string(c.Basis)
	if c.Outcome == audit.Background {
		tag = "Beside it, " + string(c.Basis)
	}
	head := block{Kind: item, Tag: tag, Text: capital(c.Label) + "."}
	if len(c.Figures) == 1 {
		g := c.Figures[0]
		head.Text, head.Number, head.Packet, head.Notes = capital(c.Label), Number(g.Estimate), g.Estimate.Packet, c.Notes
		head.Text, head.Tag = "", tag+", "+c.Label
	}
	b := []block{head}
	for _, g := range c.Figures {
		if len(c.Figures) > 1 {
			b = append(b, block{Kind: sub, Tag: capital(g.Label), Number: Number(g.Estimate), Packet: g.Estimate.Packet})
		}
	}
	if c.Kind != "statements" || len(c.For)+len(c.Against) == 0 {
		for _, t := range reasons(c.Figures) {
			b = append(b, block{Kind: sub, Text: capital(t) + "."})
		}
	}
	for _, v := range c.For {
		tag := "For"
		if c.Kind != "statements" {
			tag = "On record"
		}
		b = append(b, voice(tag, v))
	}
	for _, v := range c.Against {
		b = append(b, voice("Against", v))
	}
	for _, v := range c.Aside {
		b = append(b, voice("Set aside, descends from the text", v))
	}
	if len(c.Figures) > 1 && len(c.Notes) > 0 {
		b[0].Notes = c.Notes
	}
	return b
}

// reasons lists what the figures leave open, each text once.
func reasons(figures []audit.Figure) []string {
	var out []string
	for _, g := range figures {
		if t := g.Estimate.Reason; t != "" && !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return out
}
