package atlas

import "sightline"

// aboutPage says who makes the atlas, from what, and how to check it.
type aboutPage struct {
	Head
	Opened  sightline.Instant
	Program string
	Sources int // that may be cited, in this view
}

func about(q *request) (Page, error) {
	d, err := q.doc.Sources()
	if err != nil {
		return nil, err
	}
	p := &aboutPage{Opened: q.server.config.Opened, Program: q.server.config.Code, Sources: len(d.Sources)}
	p.q = q
	p.Title, p.Bare = p.Plain("about.title"), true
	return p, nil
}
