// Package export prints a dossier: for a terminal, as Markdown, as JSON and as
// one self-contained HTML file without script, SVG or outside request.
//
// All forms but JSON are drawn from one outline, so that they cannot disagree.
package export

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"sightline"
	"sightline/dossier"
)

// kind is what a block is in the outline.
type kind uint8

const (
	title    kind = iota
	section       // one of the four questions, coverage, sources
	group         // a heading inside a section
	lead          // the answer in a sentence
	text          // a paragraph
	item          // a statement in a list
	sub           // a line that belongs to the item before it
	quoted        // a passage of a source, belonging to the item before it
	citation      // a numbered note
)

// block is one paragraph of the outline.
type block struct {
	Kind   kind
	ID     string // anchor
	Text   string
	Lang   string // of a quotation
	Tag    string // a short word before the text: "For", "Against", "Status"
	Number string // a value, set apart from the text and isolated
	Notes  []int
	Packet sightline.PacketID
	URL    string
}

// outline lays the dossier out as a list of blocks, in the order in which
// every form prints it.
func outline(d *dossier.Dossier) []block {
	var o []block
	add := func(b block) { o = append(o, b) }
	add(block{Kind: title, Text: d.Country.Name, ID: "top"})
	where := d.Country.Subregion
	if where == "" {
		where = "no region"
	}
	add(block{Kind: text, Text: fmt.Sprintf("%s, %s. Sightline dossier, %s. %s", d.Country.Code, where, d.Edition, clock(d))})
	if len(d.NotOpen) > 0 {
		add(block{Kind: text, Tag: "Not for passing on as it is", Text: notOpen(d)})
	}
	if d.OpenOnly {
		add(block{Kind: text, Text: "Data that may not be passed on freely are left out of this dossier."})
	}
	for _, f := range d.KeyData {
		add(figure(f))
	}
	for _, a := range d.Answers {
		add(block{Kind: section, Text: a.Question, ID: a.ID})
		add(block{Kind: lead, Text: a.Sentence, Notes: a.Notes, Tag: basis(a)})
		for _, f := range a.Figures {
			add(figure(f))
			if f.Rule != "" {
				add(block{Kind: sub, Text: f.Rule})
			}
		}
		o = append(o, scores(a.ID, a.Scores)...)
		for _, g := range a.Groups {
			add(block{Kind: group, Text: g.Heading, ID: a.ID + "-" + g.ID})
			if g.Sentence != "" {
				add(block{Kind: text, Text: g.Sentence})
			}
			for _, it := range g.Items {
				o = append(o, claim(it, g.Cards)...)
			}
		}
		if a.Help != "" {
			add(block{Kind: text, Tag: "What would help", Text: a.Help})
		}
	}
	add(block{Kind: section, Text: "What this rests on", ID: "coverage"})
	for _, c := range d.Coverage {
		add(block{Kind: item, Tag: c.Engine, Text: capital(c.Holds) + ".", Number: Number(c.Estimate), Packet: c.Estimate.Packet})
		if c.Lacks != "" {
			add(block{Kind: sub, Text: c.Lacks})
		}
	}
	if d.Undated > 0 {
		add(block{Kind: text, Text: fmt.Sprintf("%d claims are left out of this view, since nobody recorded when they were published.", d.Undated)})
	}
	add(block{Kind: section, Text: "Sources", ID: "sources"})
	for _, n := range d.Notes {
		add(note(n))
	}
	add(block{Kind: section, Text: "How to check this", ID: "check"})
	add(block{Kind: text, Text: "Every number carries a packet id. `sightline explain ID` prints what it was computed from, down to the sources; `sightline verify ID` computes it again."})
	return o
}

func clock(d *dossier.Dossier) string {
	switch {
	case !d.AsPublished.IsZero() && d.AsRecorded != 0:
		return fmt.Sprintf("As published by %s and recorded by %s.", d.AsPublished, d.AsRecorded)
	case !d.AsPublished.IsZero():
		return fmt.Sprintf("As published by %s: only what had appeared by then.", d.AsPublished)
	case d.AsRecorded != 0:
		return fmt.Sprintf("As recorded by %s: only what was held then.", d.AsRecorded)
	}
	return "As known now."
}

// basis is the ground of an answer; one without any says so in its sentence.
func basis(a dossier.Answer) string {
	if a.Basis == dossier.NoBasis || a.State == sightline.TooLittleData {
		return ""
	}
	return capital(string(a.Basis))
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func figure(f dossier.Figure) block {
	b := block{Kind: item, Tag: f.Label, Number: Number(f.Estimate), Packet: f.Estimate.Packet, Notes: f.Notes}
	if _, ok := f.Estimate.Value.Get(); !ok {
		b.Text = capital(f.Estimate.Reason) + "."
	} else if f.Sentence != "" {
		b.Text = f.Sentence
	}
	return b
}

// claim prints an item: its sentence, and for a card what is said beside it.
func claim(it dossier.Item, card bool) []block {
	b := []block{{Kind: item, Text: it.Sentence, Notes: it.Notes, ID: "claim-" + string(it.Claim)}}
	if !card {
		if !it.Valid.IsZero() && !strings.Contains(it.Sentence, it.Valid.String()) {
			b[0].Tag = capital(When(it.Valid))
		}
		for _, q := range it.Quotes {
			b = append(b, block{Kind: quoted, Text: q.Text, Lang: q.Lang, Notes: []int{q.Note}})
		}
		return b
	}
	var about []string
	about = append(about, capital(it.Level.Word)+" "+Pips(it.Level.Pips))
	if it.Supplier != "" {
		s := "supplier " + it.Supplier
		if it.Nation != "" {
			s += " (" + it.Nation + ")"
		}
		if len(it.AlsoRecordedAs) > 0 {
			s += ", also recorded as " + strings.Join(it.AlsoRecordedAs, ", ")
		}
		about = append(about, s)
	}
	about = append(about, "valid "+When(it.Valid), "published "+At(it.Published), "recorded "+it.Recorded.Day().String())
	b = append(b, block{Kind: sub, Text: strings.Join(about, "; ") + ".", Packet: it.Level.Clusters.Packet})
	for _, s := range it.Statuses {
		b = append(b, voice("Status", s))
	}
	if it.Disagree {
		b = append(b, block{Kind: sub, Tag: "Conflict", Text: "These statements on its status contradict each other; none is preferred here."})
	}
	for _, v := range it.Details {
		b = append(b, voice("Detail", v))
	}
	for _, v := range it.For {
		b = append(b, voice("For", v))
	}
	for _, v := range it.Against {
		b = append(b, voice("Against", v))
	}
	for _, q := range it.Quotes {
		b = append(b, block{Kind: quoted, Text: q.Text, Lang: q.Lang, Notes: []int{q.Note}})
	}
	return b
}

func voice(tag string, v dossier.Voice) block {
	switch {
	case !v.Valid.IsZero():
		tag += ", " + When(v.Valid)
	case !v.Published.IsZero():
		tag += ", published " + At(v.Published)
	}
	return block{Kind: sub, Tag: tag, Text: v.Sentence, Notes: v.Notes}
}

// When puts a period into words: "since 2014", "2014-06 to 2017-06", "from 2014,
// end not known". Precision is kept; about and perhaps stand for EDTF's marks.
func When(p sightline.Period) string {
	if p.IsZero() {
		return "at a time not on record"
	}
	from, hasFrom := p.From()
	to, hasTo := p.To()
	switch {
	case hasFrom && hasTo && from == to:
		return At(from)
	case hasFrom && hasTo:
		return At(from) + " to " + At(to)
	case hasFrom && p.OpenEnded():
		return "since " + At(from)
	case hasFrom:
		return "from " + At(from) + ", end not known"
	case hasTo:
		return "until " + At(to)
	}
	return "always"
}

// At puts a date into words.
func At(d sightline.Date) string {
	s := strings.TrimRight(d.String(), "~?%")
	switch {
	case d.IsZero():
		return "at a time not on record"
	case d.Approximate() && d.Uncertain():
		return "perhaps about " + s
	case d.Approximate():
		return "about " + s
	case d.Uncertain():
		return "perhaps " + s
	}
	return s
}

// Pips draws a level as four marks.
func Pips(n int) string {
	n = min(max(n, 0), 4)
	return strings.Repeat("●", n) + strings.Repeat("○", 4-n)
}

func note(n dossier.Note) block {
	var t []string
	if n.Publisher != "" {
		t = append(t, n.Publisher)
	}
	t = append(t, "“"+n.Title+"”", strings.ReplaceAll(n.Kind, "_", " "))
	t = append(t, cmp.Or(n.Published.String(), "no date"))
	s := strings.Join(t, ", ") + ". Reliability " + n.Reliability + "."
	if len(n.Derived) > 0 {
		s += " It repeats: " + strings.Join(n.Derived, "; ") + "."
	}
	if n.Terms != "" {
		s += " Terms: " + strings.ReplaceAll(n.Terms, "_", " ") + "."
	}
	if !n.Accessed.IsZero() {
		s += " Read " + n.Accessed.String() + "."
	}
	if n.Archive == "not archived" {
		s += " Not archived."
	} else {
		s += " Copy " + n.Archive[:12] + "…."
	}
	return block{Kind: citation, Notes: []int{n.N}, Text: s, URL: n.URL, ID: "n" + strconv.Itoa(n.N)}
}

// Number is the one way in which an estimate is printed: the value with its
// interval and denominator, or the kind of absence.
func Number(e sightline.Estimate) string { return dossier.Number(e) }

// Inert makes foreign text safe for a terminal or plain file: control and
// direction characters, which can rewrite what a reader sees, become visible.
func Inert(s string) string { return sightline.Inert(s) }
