package dossier

import (
	"maps"
	"slices"
	"strings"

	"sightline"
)

// Difference is what changed between two views of one country.
type Difference struct {
	Schema  string  `json:"schema"` // "sightline.diff/1"
	Country Subject `json:"country"`
	Clock   string  `json:"clock"` // published or recorded
	From    string  `json:"from"`
	To      string  `json:"to"`
	Added   []Voice `json:"added,omitzero"` // statements in the later view only
	Closed  []Gone  `json:"closed,omitzero"`
	Moved   []Moved `json:"moved,omitzero"` // numbers with another value
	Notes   []Note  `json:"notes,omitzero"` // sources of the later view, then of what is gone
}

// Gone is a statement of the earlier view that the later one lacks.
type Gone struct {
	Voice
	By     sightline.ClaimID `json:"by,omitzero"` // the correction or withdrawal that closed it
	Reason string            `json:"reason,omitzero"`
}

// Moved is a number whose value differs.
type Moved struct {
	Label string             `json:"label"`
	Old   sightline.Estimate `json:"old"`
	New   sightline.Estimate `json:"new"`
}

// Diff compares two views of a country that differ in one clock.
func Diff(store sightline.Store, series []Series, clock string, from, to Options) (*Difference, error) {
	a, err := Compose(store, series, from)
	if err != nil {
		return nil, err
	}
	b, err := Compose(store, series, to)
	if err != nil {
		return nil, err
	}
	old, err := newView(store, series, from)
	if err != nil {
		return nil, err
	}
	now, err := newView(store, series, to)
	if err != nil {
		return nil, err
	}
	d := &Difference{Schema: "sightline.diff/1", Country: b.Country, Clock: clock}
	switch clock {
	case "published":
		d.From, d.To = from.AsPublished.String(), to.AsPublished.String()
	default:
		d.From, d.To = from.AsRecorded.String(), to.AsRecorded.String()
	}
	k := newComposer(now)
	for _, e := range now.claims {
		if _, had := old.byID[sightline.ClaimID(e.Record.ID())]; !had {
			d.Added = append(d.Added, k.voice(e))
		}
	}
	for _, e := range old.claims {
		id := sightline.ClaimID(e.Record.ID())
		if _, has := now.byID[id]; has {
			continue
		}
		g := Gone{Voice: k.voice(e)}
		if at, err := store.Claim(id, to.AsRecorded); err == nil && at.ClosedBy != "" {
			g.By = at.ClosedBy
			if by, err := store.Claim(at.ClosedBy, to.AsRecorded); err == nil {
				g.Reason = by.Record.Claim().Reason
			}
		}
		d.Closed = append(d.Closed, g)
	}
	d.Moved = moved(a, b)
	d.Notes = k.cited
	return d, k.err
}

// moved compares the numbers of two dossiers by what they count. Grades of
// single claims are left out: the claims themselves are listed.
func moved(a, b *Dossier) []Moved {
	label := func(p sightline.Packet) string {
		var t []string
		for _, k := range slices.Sorted(maps.Keys(p.Parameters)) {
			if k != "country" && k != "as_published" && k != "as_recorded" && k != "unit" {
				t = append(t, k+" "+p.Parameters[k])
			}
		}
		return strings.TrimSpace(string(p.Method) + " " + strings.Join(t, ", "))
	}
	old := map[string]sightline.Estimate{}
	for _, p := range a.Packets {
		old[label(p)] = p.Result
	}
	titles := map[sightline.PacketID]string{}
	for _, f := range figures(b) {
		titles[f.Estimate.Packet] = f.Label
	}
	var out []Moved
	for _, p := range b.Packets {
		title, shown := titles[p.Result.Packet]
		o, had := old[label(p)]
		if !shown || !had || o.State == p.Result.State && o.Value == p.Result.Value && o.Low == p.Result.Low && o.High == p.Result.High {
			continue
		}
		out = append(out, Moved{Label: title, Old: o, New: p.Result})
	}
	return out
}

// figures lists every figure of a dossier in its order.
func figures(d *Dossier) []Figure {
	out := slices.Clone(d.KeyData)
	for _, a := range d.Answers {
		out = append(out, a.Figures...)
	}
	return out
}
