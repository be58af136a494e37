package dossier

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"sightline"
	"sightline/internal/order"
)

// ChangesSchema is the schema of ChangeList.
const ChangesSchema = "sightline.changes/1"

// Changed chooses what a list of changes is about: one of the fields, or
// everything.
type Changed struct {
	Country string             `json:"country,omitzero"` // code or name
	Entity  sightline.EntityID `json:"entity,omitzero"`  // by any of its records
	Claim   sightline.ClaimID  `json:"claim,omitzero"`   // its corrections and what speaks to it
}

// ChangeList is what came, and what was closed, newest first. By the clock
// "recorded" it is the order in which the store learned it. A store that learned
// all at one moment, such as the catalogue, is shown by when it was published.
type ChangeList struct {
	Schema  string         `json:"schema"`
	Of      Changed        `json:"of"`
	Clock   string         `json:"clock"`          // recorded or published
	Since   sightline.Date `json:"since,omitzero"` // nothing before its first day
	Changes []Change       `json:"changes"`
	Next    string         `json:"next,omitzero"`           // the cursor of the next page; empty at the end
	Undated int            `json:"undated_claims,omitzero"` // by the clock published: claims that nobody dates, which are not listed
	Frame
}

// Change is a record that came, with what it did.
type Change struct {
	Kind      string            `json:"kind"` // source, entity, claim, withdrawal, judgement
	ID        string            `json:"id"`
	Version   int               `json:"version,omitzero"` // of a source or entity, counted from 0
	Where     string            `json:"where,omitzero"`   // address of its document
	What      string            `json:"what"`             // added, revised, corrected, withdrawn, judged
	Sentence  string            `json:"sentence"`
	Of        sightline.ClaimID `json:"of,omitzero"` // the claim that it corrects or withdraws
	Reason    string            `json:"reason,omitzero"`
	Recorded  sightline.Instant `json:"recorded"`
	Published sightline.Date    `json:"published,omitzero"`
	Closed    sightline.Instant `json:"closed,omitzero"` // of a claim: when it was closed since; 0 while in force
	ClosedBy  sightline.ClaimID `json:"closed_by,omitzero"`
	Notes     []int             `json:"notes,omitzero"`
}

// byPublication is up to how many records a store that learned all at one
// moment is put in order of publication; of our choosing.
const byPublication = 200_000

// clock is how the changes of the store are ordered.
func (r *Reader) clock() (string, error) {
	return r.clocked.get(func() (string, error) {
		newest, err := r.store.Recent(0, 1, r.options.AsRecorded)
		if err != nil || len(newest) == 0 {
			return "recorded", err
		}
		oldest, err := r.store.Recent(2, 1, r.options.AsRecorded)
		if err != nil || len(oldest) == 0 {
			return "recorded", err
		}
		if newest[0].Recorded == oldest[0].Recorded && newest[0].Seq <= byPublication {
			return "published", nil
		}
		return "recorded", nil
	})
}

// Changes lists what changed, at most limit of it, from a cursor on ("" is the
// newest).
func (r *Reader) Changes(of Changed, since sightline.Date, cursor string, limit int) (*ChangeList, error) {
	k := r.compose()
	clock, err := r.clock()
	if err != nil {
		return nil, err
	}
	if limit <= 0 || limit > maxPage {
		limit = maxPage
	}
	l := &ChangeList{Schema: ChangesSchema, Of: of, Clock: clock, Since: since}
	if of == (Changed{}) && clock == "recorded" {
		err = k.recent(l, cursor, limit)
	} else {
		err = r.changesOf(k, l, of, cursor, limit)
	}
	if err != nil {
		return nil, err
	}
	l.Frame, err = r.seal(k, "")
	return l, err
}

// recent reads the end of the log.
func (k *composer) recent(l *ChangeList, cursor string, limit int) error {
	before, err := readCursor(cursor)
	if err != nil {
		return err
	}
	for {
		list, err := k.store.Recent(before, limit, k.options.AsRecorded)
		if err != nil {
			return err
		}
		for _, e := range list {
			before = e.Seq
			if !l.Since.IsZero() && e.Recorded.Day() < l.Since.First() {
				return nil
			}
			c, ok, err := k.change(e)
			if err != nil {
				return err
			}
			if ok {
				l.Changes = append(l.Changes, c)
			}
			if len(l.Changes) == limit {
				if before > 1 {
					l.Next = strconv.FormatInt(before, 10)
				}
				return nil
			}
		}
		if len(list) < limit {
			return nil
		}
	}
}

func readCursor(cursor string) (int64, error) {
	if cursor == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(cursor, 10, 64)
	if err != nil || n < 1 {
		return 0, sightline.Errorf(sightline.Invalid, "read cursor", cursor, "not a cursor").WithHint("Take the cursor that the page before gave.")
	}
	return n, nil
}

// changesOf lists the claims about something, closed ones too, by the clock.
// The cursor is the number of those passed.
func (r *Reader) changesOf(k *composer, l *ChangeList, of Changed, cursor string, limit int) error {
	skip, err := readCursor(cursor)
	if err != nil {
		return err
	}
	var entries []sightline.Entry
	if of == (Changed{}) {
		entries, err = r.published.get(func() ([]sightline.Entry, error) {
			list, err := k.store.Claims(sightline.Query{AsRecorded: k.options.AsRecorded, WithClosed: true})
			if err == nil {
				list, err = k.inOrder(list, l.Clock)
			}
			return list, err
		})
	} else if entries, err = k.concerning(of); err == nil {
		entries, err = k.inOrder(entries, l.Clock)
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		day := e.Recorded.Day()
		if l.Clock == "published" {
			d, err := k.publishedAt(e.Record.Claim())
			if err != nil {
				return err
			}
			if d.IsZero() {
				l.Undated++
				continue
			}
			day = d.Last()
		}
		if !l.Since.IsZero() && day < l.Since.First() {
			continue
		}
		c, ok, err := k.change(e)
		if err != nil {
			return err
		}
		switch {
		case !ok:
		case skip > 0:
			skip--
		case len(l.Changes) < limit:
			l.Changes = append(l.Changes, c)
		case l.Next == "":
			n, _ := readCursor(cursor)
			l.Next = strconv.FormatInt(n+int64(limit), 10)
		}
	}
	return nil
}

// concerning lists the claims about something, closed or not.
func (v *view) concerning(of Changed) ([]sightline.Entry, error) {
	q := sightline.Query{AsRecorded: v.options.AsRecorded, WithClosed: true}
	switch {
	case of.Country != "":
		c, err := sightline.ParseCountry(of.Country)
		if err != nil {
			return nil, err
		}
		q.Country = c
	case of.Entity != "":
		if _, err := v.store.Entity(of.Entity, q.AsRecorded); err != nil {
			return nil, err
		}
		one, err := v.cluster(of.Entity)
		if err != nil {
			return nil, err
		}
		q.Entities = one.Members
	default:
		e, err := v.store.Claim(of.Claim, q.AsRecorded)
		if err != nil {
			return nil, err
		}
		// What it corrects and what closed it, and what speaks to any of them.
		chain := []sightline.Entry{e}
		has := func(id sightline.ClaimID) bool {
			return slices.ContainsFunc(chain, func(x sightline.Entry) bool { return x.Record.ID() == string(id) })
		}
		for i := 0; i < len(chain); i++ {
			for _, id := range []sightline.ClaimID{chain[i].Record.Claim().Corrects, chain[i].ClosedBy} {
				if id == "" || has(id) {
					continue
				}
				if x, err := v.store.Claim(id, q.AsRecorded); err == nil {
					chain = append(chain, x)
				} else if sightline.ErrorCode(err) != sightline.NotFound {
					return nil, err
				}
			}
		}
		for _, x := range chain {
			q.EdgesTo = append(q.EdgesTo, sightline.ClaimID(x.Record.ID()))
		}
		edges, err := v.store.Claims(q)
		if err != nil {
			return nil, err
		}
		for _, x := range edges {
			if !has(sightline.ClaimID(x.Record.ID())) {
				chain = append(chain, x)
			}
		}
		return chain, nil
	}
	return v.store.Claims(q)
}

// inOrder sorts claims by the clock, newest first, into a list of its own.
func (v *view) inOrder(entries []sightline.Entry, clock string) ([]sightline.Entry, error) {
	out := slices.Clone(entries)
	days := map[string]sightline.Day{}
	if clock == "published" {
		for _, e := range out {
			d, err := v.publishedAt(e.Record.Claim())
			if err != nil {
				return nil, err
			}
			if !d.IsZero() {
				days[e.Record.ID()] = d.Last()
			}
		}
	}
	order.By(out, func(a, b sightline.Entry) int {
		if clock == "published" {
			return cmp.Or(cmp.Compare(days[b.Record.ID()], days[a.Record.ID()]), a.Record.Compare(b.Record))
		}
		return cmp.Compare(b.Seq, a.Seq)
	})
	return out, nil
}

// change is a record as a change; ok is false where the view leaves it out.
func (k *composer) change(e sightline.Entry) (c Change, ok bool, err error) {
	r := e.Record
	c = Change{Kind: r.Kind().String(), ID: r.ID(), Version: r.Version(), What: "added", Recorded: e.Recorded}
	if c.Version > 0 {
		c.What = "revised"
	}
	switch {
	case r.Source() != nil:
		s := r.Source()
		c.Sentence, c.Published, c.Where = strings.Trim(s.Publisher+", "+s.Title, ", "), s.Published, "source/"+r.ID()
		return c, k.listed(s), nil
	case r.Entity() != nil:
		h, err := k.entityHit(r.Entity().ID)
		c.Sentence, c.Where = r.Entity().Name, h.Where
		return c, true, err
	case r.Judgement() != nil:
		j := r.Judgement()
		c.What, c.Sentence, c.Reason, c.Published = "judged", k.name(j.A)+" ("+string(j.A)+") and "+k.name(j.B)+" ("+string(j.B)+"): "+strings.ReplaceAll(j.Verdict.String(), "_", " ")+".", j.Reason, j.Published
		return c, true, nil
	case r.Withdrawal() != nil:
		w := r.Withdrawal()
		c.What, c.Of, c.Reason, c.Sentence = "withdrawn", w.Claim, w.Reason, string(w.Claim)+string(w.Judgement)
		if w.Claim == "" {
			return c, true, nil
		}
		c.Where = "claim/" + string(w.Claim)
		of, err := k.store.Claim(w.Claim, k.options.AsRecorded)
		if err != nil {
			if sightline.ErrorCode(err) == sightline.NotFound {
				err = nil // it may come before what it withdraws
			}
			return c, true, err
		}
		c.Sentence = k.sentence(of.Record.Claim())
		ok, err := k.appeared(of.Record.Claim())
		return c, ok, err
	}
	x := r.Claim()
	if ok, err = k.appeared(x); err != nil || !ok {
		return c, false, err
	}
	c.Sentence, c.Reason, c.Where, c.Published = k.sentence(x), x.Reason, "claim/"+r.ID(), x.Published
	if c.Published.IsZero() {
		if c.Published, err = k.publishedAt(x); err != nil {
			return c, false, err
		}
	}
	if x.Corrects != "" {
		c.What, c.Of = "corrected", x.Corrects
	}
	if k.isClosed(e) {
		c.Closed, c.ClosedBy = e.Closed, e.ClosedBy
	}
	c.Notes = k.cite(x)
	return c, true, nil
}
