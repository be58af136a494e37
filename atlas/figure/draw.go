package figure

import "strings"

// How each kind of figure is drawn. Every text is that of its view, which the
// page prints too.

// label adds the name of a row, its first line in the middle of a line of h,
// and returns its height.
func (d *drawing) label(c column, y int, s string) int {
	return d.lines(c.x, y, c.w, s, ofValue)
}

// head adds the heads of columns as the next block; "" is none.
func (d *drawing) head(columns []column, st style, heads ...string) {
	h := 0
	for i, s := range heads {
		n := len(wrap(d.letters(s), st.size, columns[i].w))
		h = max(h, n*st.lead())
	}
	for i, s := range heads {
		n := len(wrap(d.letters(s), st.size, columns[i].w))
		d.lines(columns[i].x, d.y+h-n*st.lead(), columns[i].w, s, st)
	}
	d.y += h + 2
	d.fill(box{pictureEdge, float64(d.y), innerWidth, 1}, "line")
	d.y += 5
}

// ends adds both ends of an axis above it, at the foot of a head of height h.
func (d *drawing) ends(c column, y int, low, high string) {
	low, high = d.letters(low), d.letters(high)
	d.line(c.x, y, low, ofTick)
	d.line(c.x+c.w-textWidth(high, ofTick.size), y, high, ofTick)
}

// row ends a row of height h.
func (d *drawing) row(h int) {
	d.y += h + 3
	d.rule()
	d.y += 4
}

func (f Rows) draw(d *drawing) {
	v := f.prepare(d.p, nil)
	d.open(v.view)
	shares := []int{24, 20, 26}
	if len(v.Columns) == 0 {
		shares = []int{32, 40, 28}
	}
	if v.Rank != "" {
		shares = append(shares, 9)
	}
	for range v.Columns {
		shares = append(shares, 24/len(v.Columns))
	}
	columns := columnsOf(pictureEdge, innerWidth, shares...)
	heads := []string{plain(v.Label), "", v.Estimate}
	if v.Rank != "" {
		heads = append(heads, v.Rank)
	}
	for _, c := range v.Columns {
		heads = append(heads, plain(c))
	}
	d.head(columns, ofHead, heads...)
	d.ends(columns[1], d.y-6-ofTick.lead(), plain(v.Min), plain(v.Max))
	for i, r := range v.Rows {
		if d.full(len(v.Rows) - i) {
			break
		}
		h := d.label(columns[0], d.y, plain(r.Label.Text))
		d.axis(box{float64(columns[1].x), float64(d.y), float64(columns[1].w), 20}, r.Mark)
		number := plain(r.Number.Text)
		if r.Scenario != "" {
			number += " " + r.Scenario
		}
		h = max(h, 20, d.lines(columns[2].x, d.y, columns[2].w, number, ofValue))
		cells := r.Cells
		next := 3
		if v.Rank != "" {
			h = max(h, d.lines(columns[3].x, d.y, columns[3].w, plain(r.Rank), ofValue))
			next = 4
		}
		for i, c := range cells {
			h = max(h, d.lines(columns[next+i].x, d.y, columns[next+i].w, plain(c), ofNote))
		}
		d.row(h)
	}
	d.close(v.view)
}

func (f Dots) draw(d *drawing) {
	v := f.prepare(d.p, nil)
	d.open(v.view)
	columns := columnsOf(pictureEdge, innerWidth, 16, 22, 19, 19, 24)
	d.head(columns, ofHead, plain(v.Label), "", plain(v.Before), plain(v.After), plain(v.Difference))
	d.ends(columns[1], d.y-6-ofTick.lead(), plain(v.Min), plain(v.Max))
	for i, r := range v.Rows {
		if d.full(len(v.Rows) - i) {
			break
		}
		h := d.label(columns[0], d.y, plain(r.Label.Text))
		d.axis(box{float64(columns[1].x), float64(d.y), float64(columns[1].w), 32}, r.First, r.Second)
		h = max(h, 32, d.lines(columns[2].x, d.y, columns[2].w, plain(r.Before.Text), ofValue), d.lines(columns[3].x, d.y, columns[3].w, plain(r.After.Text), ofValue))
		n := d.lines(columns[4].x, d.y, columns[4].w, plain(r.Difference.Text), ofValue)
		n += d.lines(columns[4].x, d.y+n, columns[4].w, r.Verdict, ofNote)
		d.row(max(h, n))
	}
	d.close(v.view)
}

// The measures of columns, in CSS pixels.
const (
	columnsHeight = 190
	columnMost    = 64 // the widest
)

func (f Columns) draw(d *drawing) {
	v, values := f.prepare(d.p, nil)
	d.open(v.view)
	left := pictureEdge
	for _, s := range []string{plain(v.Max), plain(v.Middle), plain(v.Min)} {
		left = max(left, pictureEdge+textWidth(d.letters(s), ofTick.size)+6)
	}
	d.y += 6
	top, bottom := d.y, d.y+columnsHeight
	for i := range 5 {
		d.fill(box{float64(left), float64(top) + float64(columnsHeight)*float64(i)/4, float64(pictureEdge + innerWidth - left), 1}, "rule")
	}
	for i, s := range []string{plain(v.Max), plain(v.Middle), plain(v.Min)} {
		s = d.letters(s)
		d.line(left-6-textWidth(s, ofTick.size), top+i*columnsHeight/2-ofTick.lead()/2, s, ofTick)
	}
	if n := len(v.Columns); n > 0 {
		each := min(columnMost, (pictureEdge+innerWidth-left)/n)
		labels := 0
		for i, c := range v.Columns {
			x := float64(left + i*each)
			w := float64(each)
			if c.Class != "" {
				d.cell(box{x + 2, float64(top), w - 4, columnsHeight}, c.Class, ofSmall.size)
				if s := d.letters(c.Sign); s != "" {
					d.fill(box{x + w/2 - float64(textWidth(s, ofSmall.size))/2 - 2, float64(bottom - 22), float64(textWidth(s, ofSmall.size) + 4), 16}, cellStyles[c.Class].fill)
					d.centred(box{x, float64(bottom - 22), w, 16}, s, ofSmall)
				}
			}
			if m := c.Mark; m.Band {
				d.band(box{x + w*.18, float64(bottom) - float64(columnsHeight*m.end), w * .64, max(2, float64(columnsHeight*(m.end-m.start)))}, m.Scenario, false)
			}
			if c.Mark.Some {
				d.fill(box{x + w*.06, float64(bottom) - float64(columnsHeight*c.Mark.tick) - 1.5, w * .88, 3}, "ink")
			}
			if s := d.letters(c.Label); s != "" {
				at := int(x+w/2) - textWidth(s, ofTick.size)/2
				if at = max(at, pictureEdge); at >= labels && at+textWidth(s, ofTick.size) <= pictureEdge+innerWidth {
					d.line(at, bottom+4, s, ofTick)
					labels = at + textWidth(s, ofTick.size) + 4
				}
			}
		}
	}
	d.fill(box{float64(left), float64(top), 1, columnsHeight + 1}, "ink")
	d.fill(box{float64(left), float64(bottom), float64(pictureEdge + innerWidth - left), 1}, "ink")
	d.y = bottom + 6 + ofTick.lead()
	d.table(values)
	d.close(v.view)
}

func (f Band) draw(d *drawing) {
	v, values := f.prepare(d.p, nil)
	d.open(v.view)
	f.plot(d, pictureEdge, d.y, innerWidth, plotHeight+30)
	d.y += plotHeight + 30
	d.table(values)
	d.close(v.view)
}

func (f Tiles) draw(d *drawing) {
	v, tiles, values := f.prepare(d.p, nil)
	d.open(v.view)
	columns, rows := 1, 0
	for _, t := range tiles {
		columns, rows = max(columns, t.column), max(rows, t.row)
	}
	size := min(48, (innerWidth+2)/columns-2)
	high := min(size, 34)
	letters := 11
	if size < 30 {
		letters = 9
	}
	for here := range 2 { // the mark of this country lies over its neighbours
		for _, t := range tiles {
			if t.here == (here == 1) {
				d.cell(box{float64(pictureEdge + (t.column-1)*(size+2)), float64(d.y + (t.row-1)*(high+2)), float64(size), float64(high)}, t.class, letters, t.code, t.letter)
			}
		}
	}
	d.y += rows * (high + 2)
	d.table(values)
	d.close(v.view)
}

func (f Grid) draw(d *drawing) {
	v := f.prepare(d.p, nil)
	d.open(v.view)
	shares := []int{24}
	heads := []string{plain(v.Label)}
	for _, c := range v.Columns {
		shares = append(shares, 76/len(v.Columns))
		heads = append(heads, plain(c))
	}
	columns := columnsOf(pictureEdge, innerWidth, shares...)
	for i := range columns[1:] { // cells stand closer than text
		columns[i+1].x, columns[i+1].w = columns[i+1].x-8, columns[i+1].w+8
	}
	d.head(columns, ofSmall, heads...)
	for i, r := range v.Rows {
		if d.full(len(v.Rows) - i) {
			break
		}
		h := max(24, len(wrap(d.letters(plain(r.Label.Text)), ofValue.size, columns[0].w))*ofValue.lead())
		texts := make([][]string, len(r.Cells))
		for i, c := range r.Cells {
			s := plain(c.Number.Text)
			if c.Word != "" {
				s = c.Letter
			}
			texts[i] = wrap(d.letters(s), ofSmall.size, columns[i+1].w-6)
			h = max(h, len(texts[i])*ofSmall.lead()+6)
		}
		d.lines(columns[0].x, d.y+3, columns[0].w, plain(r.Label.Text), ofValue)
		for i, c := range r.Cells {
			d.cell(box{float64(columns[i+1].x), float64(d.y), float64(columns[i+1].w), float64(h)}, c.Class, ofSmall.size, texts[i]...)
		}
		d.y += h + 3
	}
	d.close(v.view)
}

func (f Strip) draw(d *drawing) {
	v := f.prepare(d.p, nil)
	d.open(v.view)
	const side, apart = 18, 1
	for _, part := range v.Parts {
		if part.Title != "" {
			d.paragraph(part.Title, ofNote)
			d.y += 2
		}
		how := 0
		if part.How != "" {
			how = 56
		}
		names := column{pictureEdge, innerWidth - how - sheetWeeks*(side+apart) - 12}
		hows := column{names.x + names.w + 4, how}
		left := pictureEdge + innerWidth - sheetWeeks*(side+apart)
		tick := style{10, "muted"}
		d.lines(names.x, d.y+tick.lead(), names.w, plain(part.Label), ofHead)
		if how > 0 {
			d.lines(hows.x, d.y+tick.lead(), hows.w, plain(part.How), ofHead)
		}
		years := 0
		for i, w := range part.Weeks {
			x := left + i*(side+apart)
			if w.Year != "" && x >= years {
				d.line(x, d.y, w.Year, tick)
				years = x + textWidth(w.Year, tick.size) + 4
			}
			d.centred(box{float64(x), float64(d.y + tick.lead()), side, float64(tick.lead())}, w.Number, tick)
		}
		d.y += tick.lead() + max(tick.lead(), ofHead.lead()) + 2
		for i, r := range part.Rows {
			if d.full(len(part.Rows) - i) {
				break
			}
			h := max(side, d.lines(names.x, d.y, names.w, plain(r.Label.Text), ofValue))
			if how > 0 {
				h = max(h, d.lines(hows.x, d.y, hows.w, plain(r.How), ofNote))
			}
			for i, c := range r.Cells {
				d.cell(box{float64(left + i*(side+apart)), float64(d.y), side, side}, strings.TrimPrefix(c.Class, "st "), ofSmall.size, c.Letter)
			}
			d.y += h + 2
		}
		d.y += 8
	}
	d.close(v.view)
}

func (f Flow) draw(d *drawing) {
	v := f.prepare(d.p, nil)
	d.open(v.view)
	columns := columnsOf(pictureEdge, innerWidth, 32, 22, 14, 32)
	line := func(l flowLine, indent int, st style) {
		h := max(st.lead(), d.lines(columns[0].x+indent, d.y, columns[0].w-indent, plain(l.Label.Text), st))
		if l.HasBar {
			d.fill(box{float64(columns[1].x), float64(d.y), 1, 16}, "line")
			if w := float64(columns[1].w) * l.bar; w > 0 {
				d.band(box{float64(columns[1].x), float64(d.y + 2), w, 12}, false, false)
			}
		}
		if l.Number != nil {
			h = max(h, d.lines(columns[2].x, d.y, columns[2].w, plain(l.Number.Text), ofValue))
		}
		c := columns[3]
		if !l.HasBar && l.Number == nil { // there is room
			c = column{columns[1].x, pictureEdge + innerWidth - columns[1].x}
		}
		level, note := d.letters(plain(l.Level)), d.letters(plain(l.Note))
		if w := textWidth(level, ofHead.size) + 6; level != "" && w+textWidth(note, ofNote.size) <= c.w {
			d.line(c.x, d.y, level, ofHead)
			d.line(c.x+w, d.y, note, ofNote)
		} else {
			n := d.lines(c.x, d.y, c.w, level, ofHead)
			h = max(h, n+d.lines(c.x, d.y+n, c.w, note, ofNote))
		}
		d.y += h + 4
	}
	rest := 0
	for _, g := range v.Groups {
		rest += 1 + len(g.Items)
	}
	for _, g := range v.Groups {
		line(g.Line, 0, ofText)
		rest--
		from := d.y
		for _, i := range g.Items {
			if d.y >= maxHeight {
				break
			}
			line(i, 16, ofValue)
			rest--
		}
		if len(g.Items) == 0 {
			d.y += d.lines(columns[0].x+16, d.y, innerWidth-16, v.NotEstablished, ofNote) + 4
		}
		d.fill(box{pictureEdge + 6, float64(from), 2, float64(d.y - from - 4)}, "rule")
		d.y += 6
		if d.y >= maxHeight && rest > 0 {
			d.full(rest)
			break
		}
	}
	d.close(v.view)
}
