package dossier

import (
	"slices"
	"strings"

	"sightline"
)

// The schemas of the documents on sources.
const (
	SourcesSchema = "sightline.sources/1"
	SourceSchema  = "sightline.source/1"
)

// SourceList is every source that is held.
type SourceList struct {
	Schema  string      `json:"schema"`
	Sources []SourceRow `json:"sources"` // by id
	Frame
}

// SourceRow is a source with the number of claims that rest on it.
type SourceRow struct {
	SourceCard
	Claims sightline.Estimate `json:"claims"`
}

// SourceCard is what is held of a source.
type SourceCard struct {
	ID          sightline.SourceID `json:"id"`
	Version     int                `json:"version"` // counted from 0
	Title       string             `json:"title"`
	Publisher   string             `json:"publisher,omitzero"`
	Kind        string             `json:"kind"`
	URL         string             `json:"url,omitzero"`
	Published   sightline.Date     `json:"published,omitzero"`
	Accessed    sightline.Date     `json:"accessed,omitzero"`
	Verified    sightline.Date     `json:"verified,omitzero"` // when the copy was compared with the publisher's own
	Lang        string             `json:"lang,omitzero"`
	Licence     string             `json:"licence,omitzero"`
	Terms       string             `json:"terms"` // open, share_alike, noncommercial or restricted
	Reliability string             `json:"reliability"`
	Scope       string             `json:"scope,omitzero"`     // supplier nations that it looked at
	Selection   string             `json:"selection,omitzero"` // how it chose what to report
	Cluster     string             `json:"cluster,omitzero"`
	Archive     string             `json:"archive,omitzero"` // SHA-256 of the copy held; empty is not archived
	Derived     []SourceName       `json:"derived_from,omitzero"`
}

// SourceName is a source that another names; Held is false where there is no
// record of it.
type SourceName struct {
	ID    sightline.SourceID `json:"id"`
	Title string             `json:"title"`
	Held  bool               `json:"held"`
}

// SourceSheet is one source, its earlier versions, and what rests on it.
type SourceSheet struct {
	Schema string `json:"schema"`
	SourceRow
	Recorded sightline.Instant `json:"recorded"`          // of the first version
	Versions []SourceVersion   `json:"versions,omitzero"` // oldest first, where there are several
	Repeats  []SourceName      `json:"repeats,omitzero"`  // sources on record that derive from it
	Series   []string          `json:"series,omitzero"`   // yearly series that it publishes
	Items    []Item            `json:"items"`             // the first of the claims that rest on it, by id
	More     bool              `json:"more,omitzero"`     // there are more: Claims with the filter "source" lists them
	Frame
}

// SourceVersion is an edition of the record of a source.
type SourceVersion struct {
	SourceCard
	Recorded sightline.Instant `json:"recorded"`
}

// listedClaims is how many claims a document lists before it points to the
// list of all; of our choosing.
const listedClaims = 50

func (v *view) sourceCard(s *sightline.Source) SourceCard {
	c := SourceCard{
		ID: s.ID, Version: s.Version, Title: s.Title, Publisher: s.Publisher, Kind: s.Kind.String(), URL: s.URL, Published: s.Published,
		Accessed: s.Accessed, Verified: s.Verified, Lang: s.Lang, Licence: s.Licence, Terms: s.Terms.String(), Reliability: s.Reliability.String(),
		Scope: s.Scope.String(), Selection: s.Selection, Cluster: s.Cluster, Archive: s.Archive,
	}
	for _, d := range s.DerivedFrom {
		_, err := v.source(d)
		c.Derived = append(c.Derived, SourceName{ID: d, Title: v.sourceTitle(d), Held: err == nil})
	}
	return c
}

// listed reports whether a source belongs to the view.
func (v *view) listed(s *sightline.Source) bool {
	return v.published(s.Published) && (!v.options.OpenOnly || s.Terms == sightline.Open)
}

// allSources lists the newest versions of the sources of the view, by id.
func (v *view) allSources() ([]*sightline.Source, error) {
	var out []*sightline.Source
	for e, err := range v.store.Records(v.options.AsRecorded) {
		if err != nil {
			return nil, err
		}
		s := e.Record.Source()
		if s == nil {
			break // sources come first
		}
		if n := len(out); n > 0 && out[n-1].ID == s.ID {
			out[n-1] = s
		} else {
			out = append(out, s)
		}
	}
	for _, s := range out {
		v.sources[s.ID] = s
	}
	return slices.DeleteFunc(out, func(s *sightline.Source) bool { return !v.listed(s) }), nil
}

// restingOn counts the claims that rest on a source.
func (k *composer) restingOn(id sightline.SourceID) sightline.Estimate {
	return k.compute(countCited, params{"source": string(id)})
}

// runCountCited: source.
func runCountCited(v *view, p params) (result, error) {
	used, err := v.visible(sightline.Query{Sources: []sightline.SourceID{sightline.SourceID(p["source"])}})
	if err != nil {
		return result{}, err
	}
	if len(used) == 0 {
		return result{estimate: none(sightline.TooLittleData, "claims", "no claim in force on record rests on it")}, nil
	}
	return result{estimate: counted(len(used), 0, "claims"), used: used}, nil
}

// Sources lists the sources.
func (r *Reader) Sources() (*SourceList, error) {
	return r.sources.get(func() (*SourceList, error) {
		k := r.compose()
		all, err := k.allSources()
		if err != nil {
			return nil, err
		}
		l := &SourceList{Schema: SourcesSchema}
		for _, s := range all {
			l.Sources = append(l.Sources, SourceRow{k.sourceCard(s), k.restingOn(s.ID)})
		}
		l.Frame, err = r.seal(k, "sources")
		return l, err
	})
}

// Source is one source, by id.
func (r *Reader) Source(id sightline.SourceID) (*SourceSheet, error) {
	k := r.compose()
	s, err := k.source(id)
	if err != nil {
		return nil, err
	}
	if !k.listed(s) {
		return nil, k.notYet("find source", string(id), "source", s.Published)
	}
	d := &SourceSheet{Schema: SourceSchema, SourceRow: SourceRow{k.sourceCard(s), k.restingOn(id)}}
	k.note(id)
	if d.Versions, d.Recorded, d.Repeats, err = k.sourceHistory(id); err != nil {
		return nil, err
	}
	for _, x := range k.series {
		if x.Source() == id {
			d.Series = append(d.Series, x.ID())
		}
	}
	entries, err := k.visible(sightline.Query{Sources: []sightline.SourceID{id}})
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if len(d.Items) == listedClaims {
			d.More = true
			break
		}
		d.Items = append(d.Items, k.item(e, false))
	}
	d.Frame, err = r.seal(k, "source/"+string(id))
	return d, err
}

// sourceHistory reads the versions of a source, when the first was recorded,
// and the sources that derive from it.
func (v *view) sourceHistory(id sightline.SourceID) (versions []SourceVersion, first sightline.Instant, repeats []SourceName, err error) {
	for e, err := range v.store.Records(v.options.AsRecorded) {
		if err != nil {
			return nil, 0, nil, err
		}
		s := e.Record.Source()
		if s == nil {
			break
		}
		if slices.Contains(s.DerivedFrom, id) && v.listed(s) && !slices.ContainsFunc(repeats, func(n SourceName) bool { return n.ID == s.ID }) {
			repeats = append(repeats, SourceName{ID: s.ID, Title: strings.Trim(s.Publisher+", "+s.Title, ", "), Held: true})
		}
		if s.ID == id {
			if first == 0 {
				first = e.Recorded
			}
			versions = append(versions, SourceVersion{v.sourceCard(s), e.Recorded})
		}
	}
	if len(versions) < 2 {
		versions = nil
	}
	return versions, first, repeats, nil
}

// notYet is the error for what a view leaves out.
func (v *view) notYet(op, arg, what string, published sightline.Date) error {
	why, hint := "it is not open data, and this view shows only that", "Look without open-only."
	if !v.options.AsPublished.IsZero() && !v.published(published) {
		why, hint = "nothing says when it was published, so an earlier view leaves it out", "Look without a date."
		if !published.IsZero() {
			why, hint = "it was published on "+published.String()+", later than this view", "Look at "+published.String()+" or later, or without a date."
		}
	}
	return sightline.Errorf(sightline.NotFound, op, arg, "this view does not show the %s: %s", what, why).WithHint("%s", hint)
}
