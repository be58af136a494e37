package atlas

import (
	"net/url"
	"slices"
	"strings"
	"sync"

	"sightline"
	"sightline/dossier"
	"sightline/dossier/audit"
)

// View is the view in time and the language of a page, as its address says.
type View struct {
	Published sightline.Date    // only what had been published by then
	Known     sightline.Date    // only what the store held then
	Lang      string            // of the messages; empty is the first that the atlas has
	at        sightline.Instant // the last moment of Known
}

// Dated reports whether the view looks back.
func (v View) Dated() bool { return !v.Published.IsZero() || !v.Known.IsZero() }

// view words of a query, which every page reads.
const (
	queryPublished = "published"
	queryKnown     = "known"
	queryLang      = "lang"
)

// parseView reads the view of an address.
func (s *Server) parseView(q url.Values) (v View, err error) {
	date := func(key string) (sightline.Date, error) {
		text := strings.TrimSpace(q.Get(key))
		if text == "" {
			return sightline.Date{}, nil
		}
		d, err := sightline.ParseDate(text)
		if err != nil {
			return d, err
		}
		if d.First() > s.config.Today() {
			return d, sightline.Errorf(sightline.Invalid, "look back", text, "that day has not come yet").
				WithHint("Give a date up to today, for example 2018, 2018-07 or 2018-07-24.")
		}
		return d, nil
	}
	if v.Published, err = date(queryPublished); err != nil {
		return View{}, err
	}
	if v.Known, err = date(queryKnown); err != nil {
		return View{}, err
	}
	if !v.Known.IsZero() {
		v.at = endOf(v.Known)
	}
	if l := q.Get(queryLang); l != "" && l != s.config.Languages[0] {
		if !slices.Contains(s.config.Languages, l) {
			return View{}, sightline.Errorf(sightline.NotFound, "choose language", l, "the atlas is not in this language").
				WithHint("There is: %s.", strings.Join(s.config.Languages, ", "))
		}
		v.Lang = l
	}
	return v, nil
}

// endOf is the last microsecond that the date covers.
func endOf(d sightline.Date) sightline.Instant { return (sightline.Instant(d.Last())+1)*86400e6 - 1 }

// values adds the view to a query.
func (v View) values(q url.Values) url.Values {
	if !v.Published.IsZero() {
		q.Set(queryPublished, v.Published.String())
	}
	if !v.Known.IsZero() {
		q.Set(queryKnown, v.Known.String())
	}
	if v.Lang != "" {
		q.Set(queryLang, v.Lang)
	}
	return q
}

// readers keeps the readers of the views that were asked for last.
type readers struct {
	config Config
	mu     sync.Mutex
	held   []*reader // last used last
}

type reader struct {
	published sightline.Date
	known     sightline.Date
	once      sync.Once
	doc       *dossier.Reader
	audit     func() (*audit.Audit, error) // of Config.Audit, made once
	err       error
}

// heldReaders bounds how many views in time are held ready.
const heldReaders = 6

func newReaders(c Config) *readers { return &readers{config: c} }

// of is the reader of a view.
func (r *readers) of(v View) (*reader, error) {
	r.mu.Lock()
	i := slices.IndexFunc(r.held, func(x *reader) bool { return x.published == v.Published && x.known == v.Known })
	var x *reader
	if i >= 0 {
		x = r.held[i]
		r.held = append(slices.Delete(r.held, i, i+1), x)
	} else {
		x = &reader{published: v.Published, known: v.Known}
		if len(r.held) == heldReaders {
			// The view of now, which most ask for, stays.
			at := slices.IndexFunc(r.held, func(x *reader) bool { return !x.published.IsZero() || !x.known.IsZero() })
			r.held = slices.Delete(r.held, at, at+1)
		}
		r.held = append(r.held, x)
	}
	r.mu.Unlock()
	x.once.Do(func() {
		o := dossier.Options{
			AsPublished: v.Published, AsRecorded: v.at, OpenOnly: r.config.OpenOnly,
			Edition: r.config.Edition, Code: r.config.Code, Today: r.config.Today(),
		}
		if x.doc, x.err = dossier.NewReader(r.config.Store, r.config.Series, o); x.err != nil || r.config.Audit == nil {
			return
		}
		x.audit = sync.OnceValues(func() (*audit.Audit, error) { return audit.Run(r.config.Store, r.config.Series, r.config.Audit, o) })
		x.doc.Also("audit", func() ([]sightline.Packet, error) {
			a, err := x.audit()
			if err != nil {
				return nil, err
			}
			return a.Packets, nil
		}, audit.Methods()...)
	})
	return x, x.err
}
