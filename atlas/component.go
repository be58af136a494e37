package atlas

import (
	html "html/template"
	"net/url"
	"slices"
	"strings"

	"sightline"
	"sightline/dossier"
)

// noteData is what the template "note" receives.
type noteData struct {
	H        *Head
	Note     dossier.Note
	Kind     html.HTML
	Terms    html.HTML
	Archived bool
}

// Note prints a numbered citation.
func (h *Head) Note(n dossier.Note) html.HTML {
	d := noteData{H: h, Note: n, Kind: h.Text("publisher." + n.Kind), Archived: n.Archive != "not archived"}
	if n.Terms != "" {
		d.Terms = h.Text("terms." + n.Terms)
	}
	return h.part("note", d)
}

// Carried reports whether a word of the query goes along to the search page:
// those of the view do.
func (p Pair) Carried() bool {
	return p.Key == queryPublished || p.Key == queryKnown || p.Key == queryLang
}

// itemData is what the templates "card" and "row" receive.
type itemData struct {
	H    *Head
	Item dossier.Item
	ID   string // empty where the page shows the claim above already
}

func (h *Head) item(it dossier.Item) itemData {
	d := itemData{H: h, Item: it}
	if h.anchors == nil {
		h.anchors = map[sightline.ClaimID]bool{}
	}
	if !h.anchors[it.Claim] {
		h.anchors[it.Claim] = true
		d.ID = "claim-" + string(it.Claim)
	}
	return d
}

// Pips draws a level out of four.
func (d itemData) Pips() string {
	n := d.Item.Level.Pips
	return strings.Repeat("●", n) + strings.Repeat("○", 4-n)
}

// PacketText is the id of the packet of the level.
func (d itemData) PacketText() string { return string(d.Item.Level.Clusters.Packet) }

// quotesData is what the template "quotes" receives.
type quotesData struct {
	H      *Head
	Quotes []dossier.Quote
}

// Quotes are the passages of an item.
func (d itemData) Quotes() quotesData { return quotesData{d.H, d.Item.Quotes} }

// Meta says who supplied, and the three times of a claim.
func (d itemData) Meta() html.HTML {
	var parts []string
	add := func(key string, args ...any) { parts = append(parts, string(d.H.Text(key, args...))) }
	if s := d.Item.Supplier; s != "" {
		if c, err := sightline.ParseCountry(d.Item.Nation); err == nil {
			add("card.supplier", "name", d.H.Foreign(s), "nation", c.Name())
		} else {
			add("card.supplier.unknown", "name", d.H.Foreign(s))
		}
	}
	for _, also := range d.Item.AlsoRecordedAs {
		add("card.also", "name", d.H.Foreign(also))
	}
	if !d.Item.Valid.IsZero() {
		add("card.valid", "period", d.H.Period(d.Item.Valid))
	}
	if !d.Item.Published.IsZero() {
		add("card.published", "date", d.H.Date(d.Item.Published))
	}
	add("card.recorded", "date", d.Item.Recorded.Day())
	return html.HTML(strings.Join(parts, " "))
}

// When is the time of a row, before its sentence.
func (d itemData) When() html.HTML { return d.H.when(d.Item.Valid) }

func (h *Head) when(p sightline.Period) html.HTML {
	if p.IsZero() {
		return ""
	}
	return h.Text("row.when", "period", h.Period(p)) + " "
}

// voiceData is what the template "voice" receives.
type voiceData struct {
	H     *Head
	Voice dossier.Voice
}

// openData is what the template "open" receives: the way to a claim.
type openData struct {
	H  *Head
	ID sightline.ClaimID
}

// Open is the way to the claim of the item.
func (d itemData) Open() openData { return openData{d.H, d.Item.Claim} }

// Open is the way to the claim of the statement.
func (d voiceData) Open() openData { return openData{d.H, d.Voice.Claim} }

// Voice is a statement beside the item.
func (d itemData) Voice(v dossier.Voice) voiceData { return voiceData{d.H, v} }

// When is the time of the statement.
func (d voiceData) When() html.HTML {
	if d.Voice.Valid.IsZero() && !d.Voice.Published.IsZero() {
		return d.H.Text("row.when", "period", d.H.Date(d.Voice.Published)) + " "
	}
	return d.H.when(d.Voice.Valid)
}

// Card prints an item with what is said for and against it.
func (h *Head) Card(it dossier.Item) html.HTML { return h.part("card", h.item(it)) }

// Row prints an item as one line of a list.
func (h *Head) Row(it dossier.Item) html.HTML { return h.part("row", h.item(it)) }

// groupData is what the template "group" receives.
type groupData struct {
	H     *Head
	ID    string
	Group dossier.Group
	Items []html.HTML
	Rest  int    // items that are not shown
	More  string // where they are
}

// Group prints a group whole.
func (h *Head) Group(g dossier.Group) html.HTML { return h.groupUpTo(g, len(g.Items), "") }

// groupUpTo prints the first items of a group, and where the others are.
func (h *Head) groupUpTo(g dossier.Group, most int, more string) html.HTML {
	d := groupData{H: h, ID: "g-" + g.ID, Group: g, More: more}
	for _, it := range g.Items[:min(most, len(g.Items))] {
		if g.Cards {
			d.Items = append(d.Items, h.Card(it))
			continue
		}
		if more != "" {
			it.Quotes = nil // they stand where the group is whole
		}
		d.Items = append(d.Items, h.Row(it))
	}
	d.Rest = len(g.Items) - len(d.Items)
	return h.part("group", d)
}

// Outside prints an address elsewhere: a link where it is one of the web, and
// its text where it is anything else.
func (h *Head) Outside(address string) html.HTML {
	text := h.Code(address)
	if u, err := url.Parse(address); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return text
	}
	return `<a class="out" href="` + html.HTML(html.HTMLEscapeString(address)) + `" rel="noreferrer">` + text + "</a>"
}

// Cites prints the numbers of citations.
func (h *Head) Cites(notes []int) html.HTML { return h.part("cites", notes) }

// fewCites is how many citations stand in a row before the others are counted.
const fewCites = 3

// fewData is what the template "few" receives.
type fewData struct {
	H     *Head
	Shown []int
	Rest  int
	To    string
}

// few prints the first citations of a sentence that rests on many, and where
// the others are. It returns those shown.
func (h *Head) few(notes []int, to string) (html.HTML, []int) {
	d := fewData{H: h, Shown: notes, To: to}
	if len(notes) > fewCites+1 {
		d.Shown, d.Rest = notes[:fewCites], len(notes)-fewCites
	}
	return h.part("few", d), d.Shown
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

// HasTable reports whether the page has something for .csv.
func (h *Head) HasTable() bool { return h.Table != nil || len(h.Figures) > 0 }

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
