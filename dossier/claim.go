package dossier

import (
	"maps"
	"slices"
	"strconv"

	"sightline"
)

// ClaimSchema is the schema of ClaimSheet.
const ClaimSchema = "sightline.claim/1"

// ClaimSheet is one claim with all that is held of it.
type ClaimSheet struct {
	Schema     string              `json:"schema"`
	ID         sightline.ClaimID   `json:"id"`
	Sentence   string              `json:"sentence"`
	Own        bool                `json:"own_words"` // the sentence is one that a person wrote, not made from the parts
	Subject    Named               `json:"subject"`
	Predicate  string              `json:"predicate"`
	Object     Thing               `json:"object"`
	Qualifiers []Qualifier         `json:"qualifiers,omitzero"` // by key
	Rank       string              `json:"rank"`                // normal, preferred or deprecated
	Reason     string              `json:"reason,omitzero"`     // why it is deprecated, or why it corrects another
	Valid      sightline.Period    `json:"valid,omitzero"`      // when it was so
	Published  sightline.Date      `json:"published,omitzero"`  // when it was first said
	Recorded   sightline.Instant   `json:"recorded"`            // when this store learned it
	Closed     sightline.Instant   `json:"closed,omitzero"`     // when a correction or withdrawal closed it; 0 while in force
	Level      *Level              `json:"level"`
	References []ReferenceCard     `json:"references"`
	Speaks     []Named             `json:"speaks_to,omitzero"` // claims that it supports, disputes or answers
	For        []Voice             `json:"for"`                // claims that support it
	Against    []Voice             `json:"against"`            // claims that dispute or deny it
	Replies    []sightline.ClaimID `json:"replies,omitzero"`   // those among them that are the word of a party: it states or denies
	Statuses   []Voice             `json:"statuses,omitzero"`  // dated statements on the deal, system or act that it is about
	Disagree   bool                `json:"disagree,omitzero"`  // the statuses contradict each other
	Details    []Voice             `json:"details,omitzero"`
	Earlier    []Correction        `json:"earlier,omitzero"`   // what it corrects, and what that corrected, newest first
	Later      []Correction        `json:"later,omitzero"`     // what closed it, and what closed that, oldest first
	Countries  []Subject           `json:"countries,omitzero"` // that it names, or whose its parties are
	Frame
}

// Named is an entity or claim with what to call it.
type Named struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	How  string `json:"how,omitzero"` // of a claim: supports, disputes or denies
}

// Thing is the object of a claim: an entity, a claim, a number with its unit,
// or a text.
type Thing struct {
	Kind   string           `json:"kind"` // entity, claim, number or text
	ID     string           `json:"id,omitzero"`
	Text   string           `json:"text,omitzero"` // the name, the sentence or the text
	Number sightline.Number `json:"number,omitzero"`
	Unit   string           `json:"unit,omitzero"`
}

// Qualifier is a detail of a claim. Name is set where the value is the id of
// an entity.
type Qualifier struct {
	Key   string `json:"key"`
	Value string `json:"value"`
	Name  string `json:"name,omitzero"`
}

// ReferenceCard is where a source makes a claim.
type ReferenceCard struct {
	Source     sightline.SourceID `json:"source"`
	Role       string             `json:"role"` // evidence or assertion
	Locator    string             `json:"locator,omitzero"`
	Quote      string             `json:"quote,omitzero"`
	Lang       string             `json:"lang,omitzero"`
	Origin     string             `json:"origin,omitzero"` // whose report is retold
	Extraction string             `json:"extraction,omitzero"`
	Note       int                `json:"note"`
}

// Correction is a step in the chain of corrections. A withdrawal has no
// sentence.
type Correction struct {
	Claim    sightline.ClaimID `json:"claim"` // id of the claim or withdrawal
	Sentence string            `json:"sentence,omitzero"`
	Reason   string            `json:"reason,omitzero"`
	Recorded sightline.Instant `json:"recorded,omitzero"`
}

// Claim is one claim, closed or not.
func (r *Reader) Claim(id sightline.ClaimID) (*ClaimSheet, error) {
	k := r.compose()
	e, err := k.store.Claim(id, k.options.AsRecorded)
	if err != nil {
		return nil, err
	}
	c := e.Record.Claim()
	published, err := k.publishedAt(c)
	if err != nil {
		return nil, err
	}
	if ok, err := k.appeared(c); err != nil {
		return nil, err
	} else if !ok {
		return nil, k.notYet("find claim", string(id), "claim", published)
	}
	if err := k.addEntities(matters(c), nil); err != nil {
		return nil, err
	}
	supplier, _ := party(c)
	if err := k.surround(func(*sightline.Claim) bool { return false }, supplier); err != nil {
		return nil, err
	}
	d := &ClaimSheet{
		Schema: ClaimSchema, ID: c.ID, Sentence: k.sentence(c), Own: c.Words != "", Predicate: c.Predicate.String(),
		Subject: Named{ID: string(c.Subject), Name: k.name(c.Subject)}, Object: k.thing(c.Object),
		Rank: c.Rank.String(), Reason: c.Reason, Valid: c.Valid, Published: c.Published, Recorded: e.Recorded,
	}
	for _, key := range slices.Sorted(maps.Keys(c.Qualifiers)) {
		q := Qualifier{Key: key, Value: c.Qualifiers[key]}
		if slices.Contains(entityKeys, key) {
			q.Name = k.name(sightline.EntityID(q.Value))
		}
		d.Qualifiers = append(d.Qualifiers, q)
	}
	d.References = k.references(c)
	card := k.item(e, true)
	d.Level, d.For, d.Against, d.Statuses, d.Disagree, d.Details = card.Level, card.For, card.Against, card.Statuses, card.Disagree, card.Details
	edges, err := k.voices(id)
	if err != nil {
		return nil, err
	}
	for _, x := range edges {
		if p := x.Record.Claim().Predicate; p == sightline.States || p == sightline.Denies {
			d.Replies = append(d.Replies, sightline.ClaimID(x.Record.ID()))
		}
	}
	for _, to := range slices.Concat(c.Supports, c.Disputes) {
		n := Named{ID: string(to), How: "supports"}
		switch {
		case c.Predicate == sightline.Denies && c.Object.Claim == to:
			n.How = "denies"
		case slices.Contains(c.Disputes, to):
			n.How = "disputes"
		}
		if x, err := k.store.Claim(to, k.options.AsRecorded); err == nil {
			n.Name = k.sentence(x.Record.Claim())
		}
		d.Speaks = append(d.Speaks, n)
	}
	if err := k.corrections(d, e); err != nil {
		return nil, err
	}
	for _, x := range []sightline.EntityID{c.Subject, c.Object.Entity} {
		if n, ok := sightline.EntityID("country/" + k.nation(x)).Country(); ok && !slices.Contains(d.Countries, subjectOf(n)) {
			d.Countries = append(d.Countries, subjectOf(n))
		}
	}
	d.Frame, err = r.seal(k, "claim/"+string(id))
	return d, err
}

func (k *composer) references(c *sightline.Claim) (out []ReferenceCard) {
	for _, x := range c.References {
		out = append(out, ReferenceCard{x.Source, x.Role.String(), x.Locator, x.Quote, x.Lang, x.Origin, x.Extraction, k.note(x.Source)})
	}
	return out
}

// entityKeys are the qualifiers whose value is the id of an entity.
var entityKeys = []string{"agreement", "indicator", "policy", "project", "system"}

func (v *view) thing(o sightline.Object) Thing {
	switch {
	case o.Entity != "":
		return Thing{Kind: "entity", ID: string(o.Entity), Text: v.name(o.Entity)}
	case o.Claim != "":
		t := Thing{Kind: "claim", ID: string(o.Claim)}
		if e, err := v.store.Claim(o.Claim, v.options.AsRecorded); err == nil {
			t.Text = v.sentence(e.Record.Claim())
		}
		return t
	case o.Unit != "":
		return Thing{Kind: "number", Number: sightline.Num(o.Number), Unit: o.Unit, Text: strconv.FormatFloat(o.Number, 'g', -1, 64) + " " + o.Unit}
	}
	return Thing{Kind: "text", Text: o.Text}
}

// corrections follows what a claim corrects and what closed it.
func (k *composer) corrections(d *ClaimSheet, e sightline.Entry) error {
	at := k.options.AsRecorded
	seen := map[sightline.ClaimID]bool{d.ID: true}
	for id := e.Record.Claim().Corrects; id != "" && !seen[id]; {
		seen[id] = true
		x, err := k.store.Claim(id, at)
		if err != nil {
			if sightline.ErrorCode(err) == sightline.NotFound {
				break // named, never held
			}
			return err
		}
		c := x.Record.Claim()
		d.Earlier = append(d.Earlier, Correction{id, k.sentence(c), c.Reason, x.Recorded})
		id = c.Corrects
	}
	for x := e; k.isClosed(x) && !seen[x.ClosedBy]; {
		if x.Record.ID() == string(d.ID) {
			d.Closed = x.Closed
		}
		seen[x.ClosedBy] = true
		by, err := k.store.Claim(x.ClosedBy, at)
		if sightline.ErrorCode(err) == sightline.NotFound {
			w, err := k.withdrawal(x.ClosedBy)
			if err != nil {
				return err
			}
			d.Later = append(d.Later, Correction{Claim: x.ClosedBy, Reason: w, Recorded: x.Closed})
			break
		}
		if err != nil {
			return err
		}
		c := by.Record.Claim()
		d.Later = append(d.Later, Correction{c.ID, k.sentence(c), c.Reason, by.Recorded})
		x = by
	}
	return nil
}

// isClosed reports whether an entry is closed as the view sees it.
func (v *view) isClosed(e sightline.Entry) bool {
	return e.Closed != sightline.Forever && (v.options.AsRecorded == 0 || e.Closed <= v.options.AsRecorded)
}

// withdrawal is the reason of a withdrawal. A store finds records by reading
// them, so this is for the claim asked about alone.
func (v *view) withdrawal(id sightline.ClaimID) (string, error) {
	for e, err := range v.store.Records(v.options.AsRecorded) {
		if err != nil {
			return "", err
		}
		if w := e.Record.Withdrawal(); w != nil && w.ID == id {
			return w.Reason, nil
		}
	}
	return "", nil
}
