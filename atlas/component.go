package atlas

import (
	html "html/template"
	"net/url"
	"slices"
	"strings"

	"sightline"
	"sightline/atlas/markup"
	"sightline/dossier"
)

// note prints a numbered citation.
func (h *Head) note(w *markup.Writer, n dossier.Note) {
	if n.Publisher != "" {
		w.HTML(h.Foreign(n.Publisher))
		w.Tag(", ")
	}
	w.Tag(`<a href="`)
	w.Text(h.Source(n.Source))
	w.Tag(`">`)
	w.HTML(h.Foreign(n.Title))
	w.Tag("</a>")
	if !n.Published.IsZero() {
		w.Tag(", ")
		w.HTML(h.Date(n.Published))
	}
	w.Tag(". ")
	w.HTML(h.Text("publisher." + n.Kind))
	w.Tag(".")
	if n.Terms != "" {
		w.Tag(" ")
		w.HTML(h.Text("terms." + n.Terms))
	}
	w.Tag(" ")
	if n.URL != "" {
		h.outside(w, n.URL)
		w.Tag(" ")
	}
	if n.Archive != notArchived {
		w.HTML(h.Text("note.archived", "hash", n.Archive))
	} else {
		w.HTML(h.Text("note.not_archived"))
	}
	if !n.Accessed.IsZero() {
		w.Tag(" ")
		w.HTML(h.Text("note.accessed", "date", h.Date(n.Accessed)))
	}
}

// Carried reports whether a word of the query goes along to the search page:
// those of the view do.
func (p Pair) Carried() bool {
	return p.Key == queryPublished || p.Key == queryKnown || p.Key == queryLang
}

// anchorOf is the id of the first place on the page where a claim is shown; ""
// where the page has it above already.
func (h *Head) anchorOf(id sightline.ClaimID) string {
	if h.anchors[id] {
		return ""
	}
	if h.anchors == nil {
		h.anchors = map[sightline.ClaimID]bool{}
	}
	h.anchors[id] = true
	return "claim-" + string(id)
}

// pips draws a level out of four.
func pips(l *dossier.Level) string {
	return strings.Repeat("●", l.Pips) + strings.Repeat("○", 4-l.Pips)
}

// meta says who supplied, and the three times of a claim.
func (h *Head) meta(w *markup.Writer, it dossier.Item) {
	if s := it.Supplier; s != "" {
		if c, err := sightline.ParseCountry(it.Nation); err == nil {
			w.HTML(h.Text("card.supplier", "name", h.Foreign(s), "nation", c.Name()))
		} else {
			w.HTML(h.Text("card.supplier.unknown", "name", h.Foreign(s)))
		}
		w.Tag(" ")
	}
	for _, also := range it.AlsoRecordedAs {
		w.HTML(h.Text("card.also", "name", h.Foreign(also)))
		w.Tag(" ")
	}
	if !it.Valid.IsZero() {
		w.HTML(h.Text("card.valid", "period", h.Period(it.Valid)))
		w.Tag(" ")
	}
	if !it.Published.IsZero() {
		w.HTML(h.Text("card.published", "date", h.Date(it.Published)))
		w.Tag(" ")
	}
	w.HTML(h.Text("card.recorded", "date", it.Recorded.Day()))
}

// when is the time of a row, before its sentence.
func (h *Head) when(p sightline.Period) html.HTML {
	if p.IsZero() {
		return ""
	}
	return h.Text("row.when", "period", h.Period(p)) + " "
}

// Voice prints a statement beside a claim: a status, a detail, a support, a
// denial.
func (h *Head) Voice(v dossier.Voice) html.HTML {
	w := markup.New()
	h.voice(w, v)
	return w.Done()
}

func (h *Head) voice(w *markup.Writer, v dossier.Voice) {
	if v.Valid.IsZero() && !v.Published.IsZero() {
		w.HTML(h.Text("row.when", "period", h.Date(v.Published)))
		w.Tag(" ")
	} else {
		w.HTML(h.when(v.Valid))
	}
	w.HTML(h.Said(v.Sentence))
	h.cites(w, v.Notes)
	w.Tag(" ")
	h.open(w, v.Claim)
}

// open is the way to a claim.
func (h *Head) open(w *markup.Writer, id sightline.ClaimID) {
	w.Tag(`<a class="more" href="`)
	w.Text(h.Claim(id))
	w.Tag(`" aria-label="`)
	w.Text(h.Plain("card.open.label", "claim", string(id)))
	w.Tag(`">`)
	w.HTML(h.Text("card.open"))
	w.Tag("</a>")
}

// quotes are the passages of an item.
func (h *Head) quotes(w *markup.Writer, quotes []dossier.Quote) {
	if len(quotes) == 0 {
		return
	}
	w.Tag("<details><summary>")
	w.HTML(h.Text("card.quotes"))
	w.Tag("</summary>\n")
	for _, q := range quotes {
		w.Tag(`<blockquote><q dir="auto"`)
		if q.Lang != "" {
			w.Tag(` lang="`)
			w.Text(q.Lang)
			w.Tag(`"`)
		}
		w.Tag(">")
		w.HTML(h.Foreign(q.Text))
		w.Tag("</q>")
		h.cites(w, []int{q.Note})
		w.Tag("</blockquote>\n")
	}
	w.Tag("</details>\n")
}

// Card prints an item with what is said for and against it.
func (h *Head) Card(it dossier.Item) html.HTML {
	w := markup.New()
	h.card(w, it)
	return w.Done()
}

func (h *Head) card(w *markup.Writer, it dossier.Item) {
	w.Tag(`<article class="claim`)
	if len(it.Against) > 0 {
		w.Tag(" disputed")
	}
	w.Tag(`"`)
	if id := h.anchorOf(it.Claim); id != "" {
		w.Tag(` id="`)
		w.Text(id)
		w.Tag(`"`)
	}
	w.Tag(">\n<h4>")
	w.HTML(h.Said(it.Sentence))
	h.cites(w, it.Notes)
	w.Tag(" ")
	h.open(w, it.Claim)
	w.Tag("</h4>\n")
	if l := it.Level; l != nil {
		w.Tag(`<p class="level"><span class="pips" aria-hidden="true">`)
		w.Text(pips(l))
		w.Tag("</span> ")
		w.HTML(h.Said(l.Word))
		w.Tag(" ")
		h.packet(w, l.Clusters.Packet)
		w.Tag("</p>\n")
	}
	w.Tag(`<p class="meta">`)
	h.meta(w, it)
	w.Tag("</p>\n")
	if len(it.Statuses) > 0 {
		w.Tag(`<ul class="voices">`)
		for _, v := range it.Statuses {
			w.Tag("<li>")
			w.HTML(h.Text("card.status"))
			w.Tag(" ")
			h.voice(w, v)
			w.Tag("</li>")
		}
		w.Tag("</ul>\n")
	}
	if it.Disagree {
		w.Tag(`<p class="disagree">`)
		w.HTML(h.Text("card.disagree"))
		w.Tag("</p>\n")
	}
	if len(it.Details) > 0 {
		w.Tag(`<ul class="voices">`)
		for _, v := range it.Details {
			w.Tag("<li>")
			h.voice(w, v)
			w.Tag("</li>")
		}
		w.Tag("</ul>\n")
	}
	if len(it.For) > 0 {
		w.Tag(`<ul class="voices for">`)
		h.side(w, "card.for", it.For)
	}
	if len(it.Against) > 0 {
		w.Tag(`<ul class="voices against">`)
		h.side(w, "card.against", it.Against)
	}
	h.quotes(w, it.Quotes)
	w.Tag("</article>")
}

// side prints what is said for or against an item, each with the word for it.
func (h *Head) side(w *markup.Writer, key string, voices []dossier.Voice) {
	for _, v := range voices {
		w.Tag("<li><b>")
		w.HTML(h.Text(key))
		w.Tag("</b> ")
		h.voice(w, v)
		w.Tag("</li>")
	}
	w.Tag("</ul>\n")
}

// Row prints an item as one line of a list.
func (h *Head) Row(it dossier.Item) html.HTML {
	w := markup.New()
	h.row(w, it)
	return w.Done()
}

func (h *Head) row(w *markup.Writer, it dossier.Item) {
	w.Tag("<li")
	if id := h.anchorOf(it.Claim); id != "" {
		w.Tag(` id="`)
		w.Text(id)
		w.Tag(`"`)
	}
	w.Tag(">")
	w.HTML(h.when(it.Valid))
	w.HTML(h.Said(it.Sentence))
	h.cites(w, it.Notes)
	w.Tag(" ")
	h.open(w, it.Claim)
	h.quotes(w, it.Quotes)
	w.Tag("</li>")
}

// Group prints a group whole.
func (h *Head) Group(g dossier.Group) html.HTML {
	w := markup.New()
	h.group(w, g, len(g.Items), "")
	return w.Done()
}

// group prints the first items of a group, and where the others are.
func (h *Head) group(w *markup.Writer, g dossier.Group, most int, more string) {
	w.Tag(`<section class="group"><h3 id="g-`)
	w.Text(g.ID)
	w.Tag(`">`)
	w.HTML(h.Said(g.Heading))
	w.Tag("</h3>\n")
	if g.Sentence != "" {
		w.Tag("<p>")
		w.HTML(h.Said(g.Sentence))
		w.Tag("</p>\n")
	}
	if !g.Cards {
		w.Tag(`<ul class="rows">`)
	}
	shown := g.Items[:min(most, len(g.Items))]
	for _, it := range shown {
		if g.Cards {
			h.card(w, it)
		} else {
			if more != "" {
				it.Quotes = nil // they stand where the group is whole
			}
			h.row(w, it)
		}
		w.Tag("\n")
	}
	if !g.Cards {
		w.Tag("</ul>\n")
	}
	if n := len(g.Items) - len(shown); n > 0 {
		w.Tag(`<p class="rest"><a href="`)
		w.Text(more)
		w.Tag(`">`)
		w.HTML(h.Plural("group.rest", n))
		w.Tag("</a></p>\n")
	}
	w.Tag("</section>")
}

// packet is the way to the packet of a number, by its id.
func (h *Head) packet(w *markup.Writer, id sightline.PacketID) {
	w.Tag(`<a class="packet" href="`)
	w.Text(h.Packet(id))
	w.Tag(`">`)
	w.HTML(h.Code(string(id)))
	w.Tag("</a>")
}

// Outside prints an address elsewhere: a link where it is one of the web, and
// its text where it is anything else.
func (h *Head) Outside(address string) html.HTML {
	w := markup.New()
	h.outside(w, address)
	return w.Done()
}

func (h *Head) outside(w *markup.Writer, address string) {
	text := h.Code(address)
	if u, err := url.Parse(address); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		w.HTML(text)
		return
	}
	w.Tag(`<a class="out" href="`)
	w.Text(address)
	w.Tag(`" rel="noreferrer">`)
	w.HTML(text)
	w.Tag("</a>")
}

// Cites prints the numbers of citations.
func (h *Head) Cites(notes []int) html.HTML {
	w := markup.New()
	h.cites(w, notes)
	return w.Done()
}

func (h *Head) cites(w *markup.Writer, notes []int) {
	for _, n := range notes {
		w.Tag(` <a class="cite" href="#n`)
		w.Int(n)
		w.Tag(`"><bdi>[`)
		w.Int(n)
		w.Tag("]</bdi></a>")
	}
}

// fewCites is how many citations stand in a row before the others are counted.
const fewCites = 2

// few prints the first citations of a sentence that rests on many, and where
// the others are. It returns those shown.
func (h *Head) few(notes []int, to string) (html.HTML, []int) {
	w := markup.New()
	if len(notes) <= fewCites+1 {
		h.cites(w, notes)
		return w.Done(), notes
	}
	h.cites(w, notes[:fewCites])
	w.Tag(` <a href="`)
	w.Text(to)
	w.Tag(`">`)
	w.HTML(h.Plural("cites.rest", len(notes)-fewCites))
	w.Tag("</a>")
	return w.Done(), notes[:fewCites]
}

// Cite is how to cite the page.
func (h *Head) Cite() html.HTML {
	v := h.View()
	args := []any{"title", h.Title, "edition", h.Edition(), "address", h.Self()}
	switch {
	case !v.Published.IsZero():
		return h.Text("cite.published", append(args, "date", v.Published)...)
	case !v.Known.IsZero():
		return h.Text("cite.known", append(args, "date", v.Known)...)
	}
	return h.Text("cite.now", args...)
}

// Kept reports whether the page has a form, by suffix, where it stands: a
// server makes each, a release keeps those that are worth their files.
func (h *Head) Kept(form string) bool {
	if form == formPNG {
		return h.Live() || slices.Contains([]string{"country", "supplier", "network"}, h.Kind)
	}
	return h.Live() || slices.Contains([]string{"country", "part", "supplier", "network", "method"}, h.Kind)
}

// HasTable reports whether the page offers .csv: a server does, a release where
// there is a table.
func (h *Head) HasTable() bool { return h.Table != nil || len(h.Figures) > 0 || h.Live() }

// citations collects the notes that a page cites, out of those of a document,
// and keeps their numbers.
type citations struct {
	of   []dossier.Note
	used map[int]bool
}

func newCitations(of []dossier.Note) *citations {
	return &citations{of: of, used: map[int]bool{}}
}

func (c *citations) use(notes ...int) {
	for _, n := range notes {
		c.used[n] = true
	}
}

// item notes everything that a shown item cites.
func (c *citations) item(it dossier.Item) {
	c.use(it.Notes...)
	for _, voices := range [][]dossier.Voice{it.Statuses, it.Details, it.For, it.Against} {
		for _, v := range voices {
			c.use(v.Notes...)
		}
	}
	for _, q := range it.Quotes {
		c.use(q.Note)
	}
}

// notes lists what was used, by number.
func (c *citations) notes() []dossier.Note {
	return slices.DeleteFunc(slices.Clone(c.of), func(n dossier.Note) bool { return !c.used[n.N] })
}
