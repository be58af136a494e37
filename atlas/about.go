package atlas

func about(q *request) (Page, error) {
	p := &aboutPage{}
	p.q = q
	p.Title = p.Plain("nav.about_page")
	return p, nil
}

// aboutPage says who makes the atlas, from what, and how to check it.
type aboutPage struct{ Head }
