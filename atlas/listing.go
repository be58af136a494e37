package atlas

import (
	"cmp"
	html "html/template"
	"slices"
	"strings"

	"sightline"
	"sightline/dossier"
	"sightline/internal/order"
)

// field is a field of the form that narrows a list. It keeps what was given,
// and says beside it what is wrong with that.
type field struct {
	Name    string
	Label   html.HTML
	Value   string
	Options []option  // choices; none is a field for text
	Wrong   html.HTML // empty is nothing
	Size    int
}

// option is a choice of a field, in plain text.
type option struct {
	Value, Text string
	Here        bool
}

// WrongID is the id of what is said beside the field.
func (f field) WrongID() string { return "wrong-" + f.Name }

// choice is a field with the choices given; an empty value chooses all.
func (h *Head) choice(name string, label html.HTML, options []option) field {
	f := field{Name: name, Label: label, Value: h.q.query.Get(name)}
	f.Options = append([]option{{Value: "", Text: h.Plain("filter.any"), Here: f.Value == ""}}, options...)
	for i := range f.Options {
		f.Options[i].Here = f.Options[i].Value == f.Value
	}
	if !slices.ContainsFunc(f.Options, func(o option) bool { return o.Here }) {
		f.Wrong = h.Text("filter.unknown", "value", f.Value)
		var have []string
		for _, o := range options {
			have = append(have, o.Value)
		}
		h.refused = sightline.Errorf(sightline.Invalid, "read parameter", name, "no such choice: %q", sightline.Clip(f.Value, 80)).WithHint("There is: %s.", strings.Join(have, ", "))
		f.Options = append(f.Options, option{f.Value, sightline.Inert(f.Value), true})
	}
	return f
}

// wrong reports whether something given in a form cannot be used.
func wrong(fields []field) bool {
	return slices.ContainsFunc(fields, func(f field) bool { return f.Wrong != "" })
}

// filterData is what the template "filter" receives.
type filterData struct {
	H      *Head
	Fields []field
}

// Carry lists the view, which the form takes along.
func (d filterData) Carry() []Pair {
	var names []string
	for _, f := range d.Fields {
		names = append(names, f.Name)
	}
	return d.H.Hidden(append(names, "after")...)
}

// Filter prints the form that narrows a list.
func (h *Head) Filter(fields []field) html.HTML { return h.part("filter", filterData{h, fields}) }

// evidenceData is what the template "evidence" receives.
type evidenceData struct {
	Text html.HTML
	Href string
}

// Evidence prints a number in a cell, linked to its packet. Its column says
// what is counted, and a note of the table that none on record is not none.
func (h *Head) Evidence(e sightline.Estimate) html.HTML {
	d := evidenceData{Text: h.q.words.Cell(e, .9), Href: h.Packet(e.Packet)}
	if _, ok := e.Value.Get(); !ok && e.State == sightline.TooLittleData && e.N == 0 {
		d.Text = h.Text("evidence.none")
	}
	return h.part("evidence", d)
}

// bare prints an estimate in a cell of a file: its value, or its state.
func bare(e sightline.Estimate) string {
	if _, ok := e.Value.Get(); ok {
		return e.Value.String()
	}
	return e.State.String()
}

// Nation is the name of a country by its code; of no code, that it is not on
// record.
func (h *Head) Nation(code string) html.HTML {
	if c, err := sightline.ParseCountry(code); err == nil {
		return h.Foreign(c.Name())
	}
	return h.Text("nation.unknown")
}

// nationName is Nation in plain text.
func (h *Head) nationName(code string) string {
	if c, err := sightline.ParseCountry(code); err == nil {
		return c.Name()
	}
	return h.Plain("nation.unknown")
}

// nations lists countries by code as choices, by name.
func (h *Head) nations(codes map[string]bool) []option {
	var out []option
	for code := range codes {
		if code != "" {
			out = append(out, option{Value: code, Text: h.nationName(code)})
		}
	}
	order.By(out, func(a, b option) int { return cmp.Or(cmp.Compare(a.Text, b.Text), cmp.Compare(a.Value, b.Value)) })
	if codes[""] {
		out = append(out, option{Value: nationUnknown, Text: h.nationName("")})
	}
	return out
}

// nationUnknown stands in an address for a base that is not on record.
const nationUnknown = "unknown"

// supplyClasses are the classes of claims of supply, in the order in which the
// documents have them.
var supplyClasses = []string{"control", "core", "access", "training"}

// classes lists words of the vocabulary as choices, with their names under a
// family of messages.
func (h *Head) choices(family string, values []string) []option {
	var out []option
	for _, v := range values {
		out = append(out, option{Value: v, Text: h.Plain(family + v)})
	}
	return out
}

// Scope says which supplier nations a source looked at.
func (h *Head) Scope(s string) html.HTML {
	var scope sightline.Scope
	if err := scope.UnmarshalText([]byte(s)); err == nil {
		if c, ok := scope.OneNation(); ok {
			return h.Text("scope.one", "nation", c.Name())
		}
	}
	switch s {
	case "all", "some", "none":
		return h.Text("scope." + s)
	}
	return h.Text("scope.unstated")
}

// rulesData is what the template "rules" receives.
type rulesData struct {
	H     *Head
	Rules []dossier.SourceRule
}

// Rules prints how sources chose what to report, which stands in place of any
// share.
func (h *Head) Rules(rules []dossier.SourceRule) html.HTML {
	return h.part("rules", rulesData{h, rules})
}

// Cards prints items with what is said for and against each.
func (h *Head) Cards(items []dossier.Item) []html.HTML {
	var out []html.HTML
	for _, it := range items {
		out = append(out, h.Card(it))
	}
	return out
}

// EntityLink is a named entity with its way.
func (h *Head) EntityLink(id sightline.EntityID, name string) Link {
	return Link{Href: h.Entity(id), Text: h.Foreign(name)}
}

// group is the group of an id, and whether there is one.
func groupOf(groups []dossier.Group, id string) (dossier.Group, bool) {
	i := slices.IndexFunc(groups, func(g dossier.Group) bool { return g.ID == id })
	if i < 0 {
		return dossier.Group{}, false
	}
	return groups[i], true
}

// groups notes what the items of some groups cite, and prints the groups.
func (h *Head) groups(groups []dossier.Group, cites *citations, but ...string) (out []html.HTML) {
	for _, g := range groups {
		if slices.Contains(but, g.ID) {
			continue
		}
		for _, it := range g.Items {
			cites.item(it)
		}
		out = append(out, h.Group(g))
	}
	return out
}
