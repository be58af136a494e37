package claims

import (
	"slices"
	"strings"

	"sightline"
	"sightline/ftm"
)

// second takes the edges that carry no record, now that it is known what came
// in.
func (im *importer) second(it *item) error {
	e := &it.entity
	schema, known := ftm.Lookup(e.Schema)
	if !known || it.carries || !links(schema) {
		return nil
	}
	touches, loose := absent, false
	var from, to []node
	source, target := schema.Source, schema.Target
	if e.Schema == "Sanction" {
		source = "entity"
	}
	used := []string{"proof", "publisher", "publisherUrl", "retrievedAt", "modifiedAt", "summary", "sourceUrl", "recordId", "role", "description", "startDate", "endDate", "date", source, target}
	for _, p := range e.Properties {
		def, _ := schema.Prop(p.Prop)
		if def.Type != "entity" || p.Prop == "proof" {
			continue
		}
		for _, id := range p.Values {
			n := im.node(id)
			switch {
			case n.is == person:
				touches = person
			case n.is == perhapsPerson && touches != person:
				touches = perhapsPerson
			case n.is == absent && (p.Prop == source || p.Prop == target):
				loose = true
			}
			switch p.Prop {
			case source:
				from = append(from, n)
			case target:
				to = append(to, n)
			}
		}
	}
	switch {
	case touches == person:
		im.done.PersonEdges++
		return nil
	case touches == perhapsPerson:
		im.done.PerhapsEdges++
		return nil
	case loose || len(from) == 0 || target != "" && len(to) == 0:
		im.done.LooseEdges++
		return nil
	case ourRole(e.ID):
		im.done.Derived++
		return nil
	case len(from)*max(1, len(to)) > 100:
		return im.refuse(it, sightline.Errorf(sightline.Invalid, "import", e.ID, "it links %d things to %d", len(from), len(to)))
	}
	datasets, sure := it.says(e.First(source), source)
	references, err := im.references(it, datasets, sure)
	if err != nil {
		return im.refuse(it, err)
	}
	refused := im.done.Rejected
	for _, f := range from {
		if e.Schema == "Sanction" {
			used = append(used, "program", "programId", "authority", "provisions", "listingDate", "country")
			if err := im.sanction(it, f, datasets, references); err != nil {
				return err
			}
			continue
		}
		for _, t := range to {
			if err := im.link(it, f, t, datasets, references); err != nil {
				return err
			}
		}
	}
	if im.done.Rejected == refused {
		im.done.Edges++
	}
	switch e.Schema {
	case "Ownership":
		used = append(used, "percentage", "ownershipType")
	}
	for _, p := range e.Properties {
		if !slices.Contains(used, p.Prop) {
			im.note(e.Schema+":"+p.Prop, len(p.Values))
		}
	}
	return nil
}

// links reports whether entities of a schema link others.
func links(s *ftm.Schema) bool { return s.IsEdge() || s.Name == "Sanction" }

// node is what an id stands for. Countries and networks of ours need not be in
// the file.
func (im *importer) node(id string) node {
	if n, ok := im.nodes[id]; ok {
		return n
	}
	our, ok := ourEntity(id)
	if !ok {
		return node{}
	}
	if c, ok := our.Country(); ok {
		return node{taken, our, c.Name()}
	}
	if _, ok := our.ASN(); ok {
		_, name, _ := strings.Cut(string(our), "/")
		return node{taken, our, name}
	}
	return node{}
}

// ourRole reports whether an id is one that an export of ours gives to a link
// that follows from a claim.
func ourRole(id string) bool {
	rest, ok := strings.CutPrefix(id, ofRole)
	qualifier, _, _ := strings.Cut(rest, ".")
	return ok && slices.Contains(roles, qualifier)
}

// phrases say what links the two ends of an edge, for edges that come in as a
// description of their first end.
var phrases = map[string]string{
	"Ownership": "owner of", "Control": "in control of", "Membership": "member of", "Directorship": "director of",
	"Representation": "agent of", "UnknownLink": "linked to", "Succession": "predecessor of", "ProjectParticipant": "participant in",
	"ContractAward": "contract awarded to", "Payment": "payer of",
}

// link makes a claim of an edge between two things.
func (im *importer) link(it *item, f, t node, datasets []string, references []sightline.Reference) error {
	e := &it.entity
	c := &sightline.Claim{Qualifiers: map[string]string{}, References: references}
	c.Valid = valid(e, c.Qualifiers, "date")
	role := strings.Join(slices.Sorted(slices.Values(e.Values("role"))), "; ")
	predicate := predicateOf(role)
	said := ""
	switch {
	case e.Schema == "Ownership":
		f, t = t, f // a claim is about what is owned
		c.Predicate, said = sightline.OwnedBy, "is owned by "
		if p := edges[predicate]; p.schema == "Ownership" {
			c.Predicate = predicate
		} else if role != "" {
			c.Qualifiers["role"] = role
		}
		set(c.Qualifiers, "share", e.Values("percentage"))
		set(c.Qualifiers, "how", e.Values("ownershipType"))
		qualifiers(c.Qualifiers, e.Values("description"))
	case e.Schema == "Membership" && f.id.Kind() == sightline.KindCountry:
		c.Predicate, said = sightline.MemberOf, "is a member of "
		set(c.Qualifiers, "how", e.Values("role"))
		qualifiers(c.Qualifiers, e.Values("description"))
	case predicate != 0:
		c.Predicate, said = predicate, strings.ReplaceAll(role, "_", " ")+" "
		qualifiers(c.Qualifiers, e.Values("description"))
	}
	c.Subject, c.Object.Entity = f.id, t.id
	c.Words = words(f.name, said+t.name, c, datasets)
	if c.Predicate != 0 {
		if r, err := sightline.NewRecord(c); err == nil {
			return im.emit(it.line, r)
		}
		if e.Schema == "Ownership" {
			f, t = t, f
		}
	}
	// The vocabulary has no predicate for it, or none for these ends.
	text := phrases[e.Schema] + " " + t.name + " (" + string(t.id) + ")"
	if role != "" {
		text += ", role: " + role
	}
	d := &sightline.Claim{
		Subject: f.id, Predicate: sightline.DescribedAs, Object: sightline.Object{Text: text},
		Qualifiers: map[string]string{}, References: references,
	}
	d.Valid = valid(e, d.Qualifiers, "date")
	set(d.Qualifiers, "share", e.Values("percentage"))
	d.Words = words(f.name, "is described as: "+text, d, datasets)
	return im.claim(it, d)
}

func predicateOf(word string) sightline.Predicate {
	for _, p := range sightline.Predicates() {
		if p.String() == word {
			return p
		}
	}
	return 0
}

func set(q map[string]string, key string, values []string) {
	if text := strings.Join(slices.Sorted(slices.Values(values)), "; "); text != "" {
		q[key] = text
	}
}

// qualifiers reads "key: value", as an export of ours writes them.
func qualifiers(q map[string]string, texts []string) {
	for _, t := range texts {
		key, value, ok := strings.Cut(t, ": ")
		if ok && slices.Contains(sightline.Qualifiers, key) && q[key] == "" && value != "" {
			q[key] = value
		}
	}
}

// valid is the time of an edge. Dates that are no dates, or of which there are
// several, are noted in words.
func valid(e *ftm.Entity, q map[string]string, single string) sightline.Period {
	var notes []string
	date := func(prop string) (sightline.Date, bool) {
		values := e.Values(prop)
		if len(values) == 0 {
			return sightline.Date{}, false
		}
		if len(values) == 1 {
			day, _, _ := strings.Cut(values[0], "T") // FollowTheMoney has times of day too
			if d, err := sightline.ParseDate(day); err == nil {
				return d, true
			}
		}
		notes = append(notes, prop+": "+strings.Join(slices.Sorted(slices.Values(values)), ", "))
		return sightline.Date{}, false
	}
	var p sightline.Period
	start, starts := date("startDate")
	end, ends := date("endDate")
	on, is := date(single)
	switch {
	case starts || ends:
		text, err := sightline.ParsePeriod(start.String() + "/" + end.String())
		if err != nil {
			notes = append(notes, "startDate: "+start.String()+", endDate: "+end.String())
		}
		p = text
		if is {
			notes = append(notes, single+": "+on.String())
		}
	case is:
		p = sightline.On(on)
	}
	if len(notes) > 0 {
		q["note"] = strings.Join(notes, "; ")
	}
	return p
}

// words is one sentence of ours.
func words(subject, said string, c *sightline.Claim, datasets []string) string {
	by := ", by data set " + strings.Join(datasets, " or ")
	if len(datasets) == 0 {
		by = ", by " + string(c.References[0].Source)
	}
	return sightline.Clip(subject, 300) + " " + sightline.Clip(said, 1000) + sightline.Clip(by, 300) + "."
}

// sanction makes a claim of each program under which a thing is listed. The
// program stands for the act.
func (im *importer) sanction(it *item, f node, datasets []string, references []sightline.Reference) error {
	e := &it.entity
	type act struct {
		id   sightline.EntityID
		name string
	}
	var acts []act
	ids := slices.Sorted(slices.Values(e.Values("programId")))
	names := slices.Sorted(slices.Values(e.Values("program")))
	authority := strings.Join(slices.Sorted(slices.Values(e.Values("authority"))), "; ")
	add := func(key, name string) {
		if id, ok := ourEntity(key); ok && id.Kind() == sightline.KindAct {
			acts = append(acts, act{id, name})
			return
		}
		acts = append(acts, act{sightline.EntityID("act/ftm-" + slug(key)), name})
	}
	switch {
	case len(ids) == 1 && len(names) <= 1:
		add(ids[0], strings.Join(append(names, ids...)[:1], ""))
	case len(names) > 0:
		for _, n := range names {
			add(n, n)
		}
	case len(ids) > 0:
		for _, id := range ids {
			add(id, id)
		}
	case authority != "":
		add(authority, authority)
	default:
		key := strings.Join(datasets, ", ")
		if key == "" {
			key = string(references[0].Source)
		}
		add(key, key)
	}
	if len(acts) > 100 {
		return im.refuse(it, sightline.Errorf(sightline.Invalid, "import", e.ID, "it names %d programs", len(acts)))
	}
	for _, a := range acts {
		if err := im.declareAct(it, a.id, a.name); err != nil {
			return err
		}
		c := &sightline.Claim{Subject: f.id, Predicate: sightline.ListedUnder, Object: sightline.Object{Entity: a.id}, Qualifiers: map[string]string{}, References: references}
		c.Valid = valid(e, c.Qualifiers, "listingDate")
		set(c.Qualifiers, "measure", e.Values("provisions"))
		qualifiers(c.Qualifiers, e.Values("description"))
		if authority != "" {
			set(c.Qualifiers, "note", slices.DeleteFunc([]string{c.Qualifiers["note"], "authority: " + authority}, func(s string) bool { return s == "" }))
		}
		c.Words = words(f.name, "is listed under "+a.name, c, datasets)
		if err := im.claim(it, c); err != nil {
			return err
		}
	}
	return nil
}

// declareAct gives out the act that a program stands for, once.
func (im *importer) declareAct(it *item, id sightline.EntityID, name string) error {
	if im.declared[string(id)] {
		return nil
	}
	held, err := im.held(id)
	if err != nil {
		return err
	}
	im.declared[string(id)] = true
	if held != nil {
		return nil
	}
	v := &sightline.Entity{ID: id, Name: name}
	if codes := it.entity.Values("country"); len(codes) == 1 && len(codes[0]) == 2 {
		if c, err := sightline.ParseCountry(codes[0]); err == nil {
			v.Country = c
		}
	}
	r, err := sightline.NewRecord(v)
	if err != nil {
		return im.refuse(it, err)
	}
	return im.emit(it.line, r)
}
