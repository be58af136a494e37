// Package markdown prints a page of the atlas as Markdown: CommonMark with the
// tables of GitHub's dialect. It reads the HTML that a browser is given, so
// that the two cannot disagree.
//
// In goes a page with its main part in an element "main", well formed, as our
// templates print it. Out come its headings, paragraphs, lists, tables and
// quotations. What is hidden from screen readers is left out, which is what
// pictures are made of; so are pictures, forms and lists of links to places
// within the page. Links keep their address. Text is escaped: none of it can
// become a heading, a link, HTML or anything else that text is not.
package markdown

import (
	"bytes"
	"strconv"
	"strings"

	"golang.org/x/net/html"
)

// Page is the main part of a page as Markdown. A page without one has none.
func Page(page []byte) []byte {
	at := bytes.Index(page, []byte("<main"))
	if at < 0 {
		return nil
	}
	page = page[at:]
	if end := bytes.Index(page, []byte("</main>")); end >= 0 {
		page = page[:end]
	}
	p := &printer{z: html.NewTokenizer(bytes.NewReader(page))}
	p.out.Grow(len(page) / 2)
	for {
		switch p.z.Next() {
		case html.ErrorToken:
			p.paragraph()
			return p.out.Bytes()
		case html.TextToken:
			if p.skipped == 0 {
				p.text = append(p.text, p.z.Text()...)
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			p.start()
		case html.EndTagToken:
			p.end()
		}
	}
}

// printer is the state of a page that is being printed.
type printer struct {
	z   *html.Tokenizer
	out bytes.Buffer

	text    []byte   // as read, of the run of text that is open
	line    []byte   // Markdown of the paragraph that is open
	links   []opened // parts of it that get marks, innermost last
	inLink  bool
	strong  int
	skipped int // open elements of a part that is left out
	pre     bool

	levels []level // of lists and quotations, outermost first
	lists  []list
	blank  bool   // a blank line goes before the next
	term   []byte // Markdown of the term that is being defined
	table  *table
}

// opened is where a part of the open paragraph began, or -1 where it has no
// marks.
type opened struct {
	at   int
	href string
}

// level is what stands before the lines of a list item or a quotation.
type level struct {
	first, later string
	begun        bool
}

// list is a list whose items are being printed; of a definition list n is 0.
type list struct {
	ordered bool
	n       int
}

// table is a table whose cells are being collected.
type table struct {
	rows   [][]string
	head   int // rows of its head
	inHead bool
	cell   bool
}

// void elements have no end.
func void(name string) bool {
	switch name {
	case "br", "img", "input", "meta", "link", "hr", "wbr", "col", "source":
		return true
	}
	return false
}

// attributes that decide what becomes of an element.
type attributes struct {
	href, class, value, begin string
	hidden                    bool
}

func (p *printer) attributes(more bool) (a attributes) {
	for more {
		var key, value []byte
		key, value, more = p.z.TagAttr()
		switch string(key) {
		case "href":
			a.href = string(value)
		case "class":
			a.class = string(value)
		case "value":
			a.value = string(value)
		case "start":
			a.begin = string(value)
		case "aria-hidden":
			a.hidden = string(value) == "true"
		case "hidden":
			a.hidden = true
		}
	}
	return a
}

// start begins an element.
func (p *printer) start() {
	tag, more := p.z.TagName()
	name := string(tag)
	if p.skipped > 0 {
		if !void(name) {
			p.skipped++
		}
		return
	}
	a := p.attributes(more)
	if a.hidden || left(name, a) {
		if !void(name) {
			p.skipped = 1
		}
		return
	}
	switch name {
	case "img", "input", "wbr":
	case "br":
		p.separate()
	case "a":
		href, ok := address(a.href)
		p.open(ok, href)
		p.inLink = p.inLink || ok
	case "strong", "b":
		if p.strong++; p.strong == 1 {
			p.open(p.apart(), "")
		}
	case "q":
		p.text = append(p.text, "“"...)
	case "span":
		switch a.class { // parts that a style sheet sets apart
		case "vh", "lab", "val", "lev", "num":
			p.text = append(p.text, ' ')
		}
	case "pre":
		p.paragraph()
		p.pre = true
	case "ul", "dl":
		p.paragraph()
		p.list(list{})
	case "ol":
		p.paragraph()
		n, err := strconv.Atoi(a.begin)
		if err != nil || n < 0 {
			n = 1
		}
		p.list(list{ordered: true, n: n})
		p.blank = true
	case "li":
		p.paragraph()
		p.item(a.value)
	case "dd":
		p.paragraph()
		p.item("")
		if len(p.term) > 0 {
			p.line = append(append(append(p.line, "**"...), p.term...), "**: "...)
		}
	case "dt":
		p.paragraph()
		p.term, p.strong = nil, 1 // it is strong as a whole
	case "summary", "caption":
		p.paragraph()
		p.strong = 1
	case "blockquote":
		p.paragraph()
		if p.table == nil {
			p.levels = append(p.levels, level{first: "> ", later: "> "})
		}
	case "table":
		p.paragraph()
		p.table = &table{}
	case "thead":
		if p.table != nil {
			p.table.inHead = true
		}
	case "tr":
		if p.table != nil {
			p.table.rows = append(p.table.rows, nil)
		}
	case "th", "td":
		if p.table != nil {
			p.cellEnd()
			p.table.cell = true
		}
	default:
		if block(name) {
			p.paragraph()
		}
	}
}

// block reports whether an element without a mark of its own is on lines of
// its own.
func block(name string) bool {
	switch name {
	case "main", "section", "article", "div", "p", "header", "footer", "aside", "figure", "figcaption", "details", "hr", "tbody", "tr", "h1", "h2", "h3", "h4", "h5", "h6":
		return true
	}
	return false
}

// left reports whether a part is left out: what asks a server, leads about
// within the page, or belongs to a picture.
func left(name string, a attributes) bool {
	switch name {
	case "form", "nav", "button", "select", "script", "style", "template":
		return true
	}
	return name == "p" && strings.Contains(a.class, "pic-ends") || name == "a" && a.href == "#view"
}

// end ends an element.
func (p *printer) end() {
	tag, _ := p.z.TagName()
	name := string(tag)
	if p.skipped > 0 {
		p.skipped--
		return
	}
	switch name {
	case "a":
		if o, marked := p.shut(); marked {
			p.surround(o.at, "[", "]("+o.href+")")
			p.inLink = false
		}
	case "strong", "b":
		if p.strong == 0 {
			return
		}
		if p.strong--; p.strong == 0 {
			if o, marked := p.shut(); marked {
				p.surround(o.at, "**", "**")
			}
		}
	case "q":
		p.text = append(p.text, "”"...)
	case "h1", "h2", "h3", "h4", "h5", "h6":
		p.blank = true
		p.wrapped(strings.Repeat("#", int(name[1]-'0'))+" ", "")
	case "summary", "caption":
		p.wrapped("**", "**")
	case "pre":
		p.code()
	case "ul", "ol", "dl":
		p.paragraph()
		p.term = nil
		if p.table == nil && len(p.lists) > 0 {
			p.lists, p.blank = p.lists[:len(p.lists)-1], true
		}
	case "li", "dd":
		p.paragraph()
		p.close()
	case "blockquote":
		p.paragraph()
		p.close()
		p.blank = true
	case "dt":
		if p.table == nil {
			p.term = p.take()
		}
	case "th", "td":
		p.cellEnd()
	case "thead":
		if p.table != nil {
			p.table.head, p.table.inHead = len(p.table.rows), false
		}
	case "table":
		p.cellEnd()
		p.endTable()
	default:
		if block(name) {
			p.paragraph()
		}
	}
}

// flush moves the open run of text into the open paragraph.
func (p *printer) flush() {
	if len(p.text) == 0 || p.pre {
		return
	}
	p.line = escape(p.line, p.text, p.inLink, p.table != nil)
	p.text = p.text[:0]
}

// take ends the open paragraph and returns its Markdown, without white space
// at its ends.
func (p *printer) take() []byte {
	p.flush()
	s := bytes.Clone(bytes.Trim(p.line, " "))
	p.line, p.links, p.inLink, p.strong = p.line[:0], p.links[:0], false, 0
	return s
}

// separate sets apart what is on lines of its own in a browser, and here is not.
func (p *printer) separate() {
	p.flush()
	if s := bytes.TrimRight(p.line, " "); len(s) > 0 && !bytes.HasSuffix(s, []byte(";")) {
		p.line = append(s, "; "...)
	}
}

// paragraph ends the open paragraph. Within a cell of a table there are none.
func (p *printer) paragraph() {
	if p.pre {
		return
	}
	if p.table != nil {
		if p.table.cell {
			p.separate()
		} else {
			p.text = p.text[:0] // white space between cells
		}
		return
	}
	if s := p.take(); len(s) > 0 {
		p.put(escapeStart(s))
		p.blank = true
	}
}

// wrapped ends the open paragraph, which is a line between marks.
func (p *printer) wrapped(before, after string) {
	if p.table != nil {
		if p.table.cell {
			p.separate()
			return
		}
		// A caption goes before its table, which is printed at its end.
	}
	if s := p.take(); len(s) > 0 {
		p.put([]byte(before + string(s) + after))
		p.blank = true
	}
}

// put writes a line.
func (p *printer) put(line []byte) {
	if p.blank && p.out.Len() > 0 {
		p.blankLine()
	}
	p.blank = false
	for i := range p.levels {
		l := &p.levels[i]
		if l.begun {
			p.out.WriteString(l.later)
		} else {
			p.out.WriteString(l.first)
			l.begun = true
		}
	}
	p.out.Write(line)
	p.out.WriteByte('\n')
}

func (p *printer) blankLine() {
	var before string
	for _, l := range p.levels {
		if !l.begun {
			break
		}
		before += l.later
	}
	p.out.WriteString(strings.TrimRight(before, " "))
	p.out.WriteByte('\n')
}

// list begins a list. One within an item follows its text without a blank line.
func (p *printer) list(l list) {
	if p.table != nil {
		return
	}
	p.blank = p.blank && len(p.lists) == 0
	p.lists = append(p.lists, l)
}

// item begins an item of the innermost list. One with a number of its own, such
// as that of a citation, keeps it: Markdown would count on from the first.
func (p *printer) item(number string) {
	if number != "" {
		p.text = append(p.text, "["+number+"] "...)
	}
	if p.table != nil {
		return
	}
	first := "- "
	if n := len(p.lists); n > 0 && number == "" {
		if l := &p.lists[n-1]; l.ordered {
			first = strconv.Itoa(l.n) + ". "
			l.n++
		}
	}
	p.levels = append(p.levels, level{first: first, later: strings.Repeat(" ", len(first))})
}

// close ends the innermost item or quotation. The next item follows without a
// blank line.
func (p *printer) close() {
	if p.table != nil || len(p.levels) == 0 {
		return
	}
	p.levels = p.levels[:len(p.levels)-1]
	p.blank = false
}

// apart reports whether the open paragraph is empty or at the end of a word:
// strong marks elsewhere are read as asterisks.
func (p *printer) apart() bool {
	last := p.text
	if len(last) == 0 {
		last = p.line
	}
	return len(last) == 0 || bytes.IndexByte([]byte(" \n\t(["), last[len(last)-1]) >= 0
}

// open begins a part of the open paragraph. One that will have no marks is
// text like what is before and after it, and is escaped together with that.
func (p *printer) open(marked bool, href string) {
	at := -1
	if marked {
		p.flush()
		at = len(p.line)
	}
	p.links = append(p.links, opened{at, href})
}

// shut ends the innermost part of the open paragraph, and reports whether it
// has marks.
func (p *printer) shut() (o opened, marked bool) {
	n := len(p.links) - 1
	if n < 0 {
		return o, false
	}
	o, p.links = p.links[n], p.links[:n]
	if o.at >= 0 {
		p.flush()
	}
	return o, o.at >= 0
}

// surround puts marks round the open paragraph from a place on, inside of the
// white space there.
func (p *printer) surround(at int, before, after string) {
	at = min(at, len(p.line))
	part := p.line[at:]
	inner := bytes.Trim(part, " ")
	if len(inner) == 0 {
		return
	}
	lead, trail := part[0] == ' ', part[len(part)-1] == ' '
	inner = bytes.Clone(inner)
	p.line = p.line[:at]
	if lead && at > 0 {
		p.line = append(p.line, ' ')
	}
	p.line = append(append(append(p.line, before...), inner...), after...)
	if trail {
		p.line = append(p.line, ' ')
	}
}

// cellEnd ends the open cell of a table.
func (p *printer) cellEnd() {
	t := p.table
	if t == nil || !t.cell {
		return
	}
	t.cell = false
	s := bytes.TrimRight(p.take(), "; ")
	if n := len(t.rows); n > 0 {
		t.rows[n-1] = append(t.rows[n-1], string(s))
	}
}

// endTable prints the table.
func (p *printer) endTable() {
	t := p.table
	p.table, p.text = nil, p.text[:0]
	if t == nil {
		return
	}
	columns := 0
	for _, r := range t.rows {
		columns = max(columns, len(r))
	}
	if columns == 0 {
		return
	}
	row := func(cells []string, empty string) {
		line := []byte("|")
		for i := range columns {
			c := empty
			if i < len(cells) {
				c = cells[i]
			}
			line = append(append(append(line, ' '), c...), " |"...)
		}
		p.put(line)
	}
	p.blank = true
	var head []string
	rows := t.rows
	if t.head > 0 {
		head, rows = rows[0], rows[1:]
	}
	row(head, "")
	row(nil, "---")
	for _, r := range rows {
		row(r, "")
	}
	p.blank = true
}

// code prints what is between marks of a code block as it is.
func (p *printer) code() {
	text := strings.Trim(strings.ReplaceAll(string(p.text), "\r", ""), "\n")
	p.text, p.pre = p.text[:0], false
	if p.table != nil {
		p.text = append(p.text, text...)
		return
	}
	fence := strings.Repeat("`", max(3, longest(text, '`')+1))
	p.put([]byte(fence))
	for l := range strings.SplitSeq(text, "\n") {
		p.put([]byte(l))
	}
	p.put([]byte(fence))
	p.blank = true
}
