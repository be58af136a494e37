package dossier

import (
	"maps"
	"slices"
	"strings"

	"sightline"
)

// Holdings is all that a store holds under the two clocks of the options,
// beyond any one country: what an audit and a head-count ask. The country of
// the options is not used.
type Holdings struct {
	v     *view
	found map[string]Found
}

// NewHoldings reads nothing yet; each question reads what it needs.
func NewHoldings(store sightline.Store, series []Series, o Options) *Holdings {
	o.Country = sightline.Country{}
	return &Holdings{v: emptyView(store, series, o), found: map[string]Found{}}
}

// Found is the answer to a question: the estimate, the packet behind it, and
// what it was computed from.
type Found struct {
	Estimate sightline.Estimate
	Packet   sightline.Packet
	Floor    bool                 // what is missing can only raise the value
	Claims   []sightline.Entry    // by id
	Sources  []sightline.SourceID // of the claims and series, sorted
}

// ask runs a method. One question is answered once, however often it is
// asked.
func (h *Holdings) ask(id sightline.MethodID, p params) (Found, error) {
	var key strings.Builder
	key.WriteString(string(id))
	for _, k := range slices.Sorted(maps.Keys(p)) {
		key.WriteString("\x00" + k + "\x00" + p[k])
	}
	if f, ok := h.found[key.String()]; ok {
		return f, nil
	}
	e, packet, r, err := h.v.work(id, p)
	if err != nil {
		return Found{}, err
	}
	f := Found{Estimate: e, Packet: packet, Floor: r.floor, Claims: r.used}
	add := func(id sightline.SourceID) {
		if !slices.Contains(f.Sources, id) {
			f.Sources = append(f.Sources, id)
		}
	}
	for _, s := range r.sources {
		add(s.ID)
	}
	for _, e := range r.used {
		for _, ref := range e.Record.Claim().References {
			add(ref.Source)
		}
	}
	slices.Sort(f.Sources)
	h.found[key.String()] = f
	return f, nil
}

// Again runs a method with the parameters of a packet.
func (h *Holdings) Again(id sightline.MethodID, parameters map[string]string) (Found, error) {
	return h.ask(id, maps.Clone(parameters))
}

// Count counts the claims of a selection, or the subjects or objects that they
// have (each = "subjects", "objects" or "claims").
func (h *Holdings) Count(s Selection, each, unit string, except Except) (Found, error) {
	return h.ask(countSelect, except.params(params{"select": s.String(), "each": each, "unit": unit}))
}

// Cross counts the subjects that two selections share, out of those of the
// second.
func (h *Holdings) Cross(row, column Selection, unit string, except Except) (Found, error) {
	return h.ask(countCross, except.params(params{"row": row.String(), "column": column.String(), "unit": unit}))
}

// Reported is the number that the claims of a selection report; of is a
// selection whose number is the whole that it is out of, and may be empty.
func (h *Holdings) Reported(s, of Selection, unit string, except Except) (Found, error) {
	p := params{"select": s.String(), "unit": unit}
	if !of.IsZero() {
		p["of"] = of.String()
	}
	return h.ask(reportedNumber, except.params(p))
}

// Rank is the place of the subject among the numbers that the claims of a
// selection give, counted from the lowest or the highest.
func (h *Holdings) Rank(s Selection, subject sightline.EntityID, from string, except Except) (Found, error) {
	return h.ask(rankNumber, except.params(params{"select": s.String(), "subject": string(subject), "from": from}))
}

// Change counts the subjects whose number fell or rose (which) from one
// selection to another.
func (h *Holdings) Change(before, after Selection, which string, except Except) (Found, error) {
	return h.ask(changeNumber, except.params(params{"before": before.String(), "after": after.String(), "which": which}))
}

// Order is the number of days from the first start among the claims of one
// selection to the first start among those of another.
func (h *Holdings) Order(first, then Selection, except Except) (Found, error) {
	return h.ask(orderDates, except.params(params{"first": first.String(), "then": then.String()}))
}

// HeadCount is E1: the share of the world's population or internet users (of)
// that lives in the members of a list at a date, without the countries named.
func (h *Holdings) HeadCount(q HeadCount, except Except) (Found, error) {
	return h.ask(headShare, except.params(q.params()))
}

// Balance weighs what speaks for and against some claims.
func (h *Holdings) Balance(speaksFor, against []sightline.ClaimID, except Except) (Balance, Found, error) {
	p := except.params(params{"for": joinClaims(speaksFor)})
	if len(against) > 0 {
		p["against"] = joinClaims(against)
	}
	f, err := h.ask(balanceVoices, p)
	if err != nil {
		return Balance{}, f, err
	}
	b, err := h.v.weigh(speaksFor, against, except)
	return b, f, err
}

// Select lists the claims of a selection that count, by id.
func (h *Holdings) Select(s Selection, except Except) ([]sightline.Entry, error) {
	return h.v.choose(s, except)
}

// Source finds a source.
func (h *Holdings) Source(id sightline.SourceID) (*sightline.Source, error) { return h.v.source(id) }

// Entity finds an entity, nil where none is declared.
func (h *Holdings) Entity(id sightline.EntityID) *sightline.Entity { return h.v.entity(id) }

// Name is what to call an entity.
func (h *Holdings) Name(id sightline.EntityID) string { return h.v.name(id) }

// Sentence is a claim in words.
func (h *Holdings) Sentence(c *sightline.Claim) string { return h.v.sentence(c) }

// Bars reports whether a reference descends from the text.
func (h *Holdings) Bars(e Except, r sightline.Reference) bool { return h.v.bars(e, r) }

// ListWords names a list with its completeness and date, or is empty.
func (h *Holdings) ListWords(id sightline.EntityID) string { return h.v.listWords(id) }

// Note is the numbered citation of a source.
func (h *Holdings) Note(n int, id sightline.SourceID) (Note, error) { return h.v.note(n, id) }

// Seal makes the packet of a result that is not a method's of this package,
// such as a verdict over several estimates.
func (h *Holdings) Seal(id sightline.MethodID, p map[string]string, e sightline.Estimate, claims []sightline.Entry, sources []sightline.SourceID, inputs []sightline.Input) (sightline.Estimate, sightline.Packet, error) {
	r := result{estimate: e, used: claims, inputs: inputs}
	for _, id := range sources {
		s, err := h.v.source(id)
		if sightline.ErrorCode(err) == sightline.NotFound {
			continue // named by another source, never held
		}
		if err != nil {
			return e, sightline.Packet{}, err
		}
		r.sources = append(r.sources, s)
	}
	return h.v.seal(id, p, r)
}

func joinClaims(ids []sightline.ClaimID) string {
	t := make([]string, len(ids))
	for i, id := range ids {
		t[i] = string(id)
	}
	return strings.Join(t, ",")
}

func splitClaims(s string) []sightline.ClaimID {
	var out []sightline.ClaimID
	for id := range strings.SplitSeq(s, ",") {
		if id != "" {
			out = append(out, sightline.ClaimID(id))
		}
	}
	return out
}
