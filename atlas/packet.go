package atlas

import (
	html "html/template"
	"maps"
	"slices"
	"strings"

	"sightline"
	"sightline/dossier"
)

// packetPage is the provenance of one number: what it is, how it was computed
// and from what, down to the sources, and how to do it again.
type packetPage struct {
	Head
	Result     sightline.Estimate
	Reason     html.HTML // what it leaves open
	Where      Link      // a page that shows it
	Card       dossier.MethodCard
	Parameters []packetParameter
	Inputs     []packetInput
	KnownAt    sightline.Instant
	Program    string
	Commands   []string
	Claims     []packetClaim
	Count      int    // of all claims that it rests on
	First      int    // place of the first that is shown, from 1
	Next       string // address of the next claims
}

// packetParameter is a parameter of the method; Long is one that is a document
// of its own.
type packetParameter struct {
	Key, Value string
	Href       string
	Long       bool
}

// packetInput is an input by its hash. One that is a packet has an address.
type packetInput struct {
	Name, Hash, Href string
}

// packetClaim is a claim that the number rests on, with where sources say it.
type packetClaim struct {
	ID         sightline.ClaimID
	When       html.HTML
	Sentence   html.HTML
	References []packetReference
}

// packetReference is where a source says it.
type packetReference struct {
	dossier.ReferenceCard
	Source html.HTML
	Href   string
	Role   html.HTML
}

// packetClaimsShown is how many claims a page of a packet shows.
const packetClaimsShown = 60

// longParameter is the length from which a parameter is shown folded.
const longParameter = 120

func packet(q *request) (Page, error) {
	given := q.value("id")
	id, err := sightline.ParsePacketID(given)
	if err != nil {
		return nil, err
	}
	if string(id) != given {
		return nil, redirect{q.here("/packet/"+string(id)+q.form, flat(q.query)...)}
	}
	d, err := q.doc.Packet(given)
	if err != nil {
		return nil, err
	}
	p := &packetPage{Result: d.Packet.Result, Card: d.Method, KnownAt: d.Packet.KnownAt, Program: d.Packet.Code, Count: len(d.Packet.Claims), First: 1}
	p.q = q
	p.Title, p.Name, p.Document = p.Plain("packet.title", "id", given), p.Text("packet.title", "id", p.Code(given)), d
	p.Whole = []string{"after"}
	p.Crumbs = []Link{{Href: p.Link("/methods"), Text: p.Text("nav.methods")}, {Href: p.Method(d.Method.ID), Text: p.Code(string(d.Method.ID))}}
	if d.Packet.Result.Reason != "" {
		p.Reason = p.Said(d.Packet.Result.Reason)
	}
	p.Where = p.whereIs(d.Where)
	p.Commands = []string{"sightline explain " + given + viewFlags(q), "sightline verify " + given + viewFlags(q)}
	if !slices.Contains(p.Commands, d.Command) {
		p.Commands = append(p.Commands, d.Command)
	}
	for _, key := range slices.Sorted(maps.Keys(d.Packet.Parameters)) {
		p.Parameters = append(p.Parameters, p.parameter(key, d.Packet.Parameters[key]))
	}
	for _, in := range d.Packet.Inputs {
		x := packetInput{Name: in.Name, Hash: in.SHA256}
		if of, ok := strings.CutPrefix(in.Name, "packet/"); ok {
			x.Href = p.Packet(sightline.PacketID(of))
		}
		p.Inputs = append(p.Inputs, x)
	}
	start := 0
	if after := q.query.Get("after"); after != "" {
		i := slices.IndexFunc(d.Items, func(c dossier.PacketClaim) bool { return string(c.Claim) == after })
		if i < 0 {
			return nil, sightline.Errorf(sightline.NotFound, "find claim", after, "the packet does not rest on it").WithHint("Open the packet without a cursor.")
		}
		start = i + 1
	}
	shown := d.Items[start:min(start+packetClaimsShown, len(d.Items))]
	p.First = start + 1
	if start+len(shown) < len(d.Items) {
		p.Next = p.Link("/packet/"+given, "after", string(shown[len(shown)-1].Claim)) + "#claims"
	}
	cites := newCitations(d.Notes)
	names := map[int]dossier.Note{}
	for _, n := range d.Notes {
		names[n.N] = n
	}
	for _, c := range shown {
		cites.item(c.Item)
		x := packetClaim{ID: c.Claim, When: p.when(c.Valid), Sentence: p.Said(c.Item.Sentence)}
		for _, r := range c.References {
			cites.use(r.Note)
			x.References = append(x.References, packetReference{r, p.Foreign(names[r.Note].Title), p.Source(r.Source), p.Text("packet.role." + r.Role)})
		}
		p.Claims = append(p.Claims, x)
	}
	p.Notes = cites.notes()
	p.Table = &Table{Columns: []string{"claim", "sentence", "source", "role", "locator", "quote"}}
	for _, c := range d.Items {
		for _, r := range c.References {
			p.Table.Rows = append(p.Table.Rows, []string{string(c.Claim), c.Sentence, string(r.Source), r.Role, r.Locator, r.Quote})
		}
	}
	return p, nil
}

// parameter prints a parameter; one that names something on record leads to it.
func (p *packetPage) parameter(key, value string) packetParameter {
	x := packetParameter{Key: key, Value: value, Long: len(value) > longParameter}
	switch key {
	case "country":
		if c, err := sightline.ParseCountry(value); err == nil {
			x.Href = p.Entity(c.Entity())
		}
	case "claim":
		if !x.Long && !strings.Contains(value, "{") {
			x.Href = p.Claim(sightline.ClaimID(value))
		}
	case "source":
		x.Href = p.Source(sightline.SourceID(value))
	}
	return x
}

// whereIs is the page that shows a number, by the address of its document.
func (h *Head) whereIs(where string) Link {
	l := Link{Href: h.Link("/" + where)}
	kind, id, _ := strings.Cut(where, "/")
	switch kind {
	case "compare":
		codes := strings.Split(id, ",")
		l.Href = h.Link("/country/"+codes[0], "with", strings.Join(codes[1:], ","))
		l.Text = h.kindOfPage(kind)
	case "country":
		l.Text = h.Code(id)
		if c, err := sightline.ParseCountry(id); err == nil {
			l.Text = h.Foreign(c.Name())
		}
	case "world":
		l.Href, l.Text = h.Link("/countries"), h.kindOfPage(kind)
	default:
		if id == "" {
			l.Text = h.kindOfPage(kind)
		} else {
			l.Text = h.Code(where)
		}
	}
	return l
}

// viewFlags are the flags that give the program the view of the page.
func viewFlags(q *request) string {
	t := ""
	if !q.view.Published.IsZero() {
		t += " --as-published " + q.view.Published.String()
	}
	if !q.view.Known.IsZero() {
		t += " --as-recorded " + q.view.Known.String()
	}
	if q.server.config.OpenOnly {
		t += " --open-only"
	}
	return t
}
