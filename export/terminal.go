package export

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/mattn/go-runewidth"

	"sightline/dossier"
)

// Width is the number of columns that the terminal form keeps to.
const Width = 80

// Terminal prints the dossier for a terminal of 80 columns. Colour is used
// only when asked for.
func Terminal(w io.Writer, d *dossier.Dossier, colour bool) error {
	return terminal(w, outline(d), colour)
}

func terminal(w io.Writer, blocks []block, colour bool) error {
	b := bufio.NewWriter(w)
	p := printer{b, colour}
	for i, x := range blocks {
		switch x.Kind {
		case title:
			p.paragraph("", "", strings.ToUpper(Inert(x.Text)), bold)
		case section:
			fmt.Fprintln(b)
			p.paragraph("", "", Inert(x.Text), bold)
			fmt.Fprintln(b, strings.Repeat("-", min(Width, runewidth.StringWidth(Inert(x.Text)))))
		case group:
			fmt.Fprintln(b)
			p.paragraph("", "", Inert(x.Text), underline)
		case lead:
			p.paragraph("", "", line(x), bold)
		case text:
			p.paragraph("", "", line(x), plain)
		case item:
			p.paragraph("- ", "  ", line(x), plain)
		case sub:
			p.paragraph("    ", "    ", line(x), plain)
		case quoted:
			p.paragraph("    > ", "    > ", "“"+Inert(x.Text)+"”"+cites(x.Notes), dim)
		case citation:
			head := fmt.Sprintf("[%d] ", x.Notes[0])
			p.paragraph(head, strings.Repeat(" ", len(head)), Inert(x.Text), plain)
			if x.URL != "" {
				// An address is never broken, so that it can be copied.
				fmt.Fprintf(b, "%s%s\n", strings.Repeat(" ", len(head)), Inert(x.URL))
			}
		}
		if i == 1 {
			fmt.Fprintln(b)
		}
	}
	return b.Flush()
}

// line is a block as one line of plain text: tag, number, text, notes, packet.
func line(x block) string {
	var t []string
	if x.Tag != "" {
		t = append(t, Inert(x.Tag)+":")
	}
	if x.Number != "" {
		t = append(t, Inert(x.Number)+".")
	}
	if x.Text != "" {
		t = append(t, Inert(x.Text))
	}
	s := strings.Join(t, " ") + cites(x.Notes)
	if x.Packet != "" {
		s += " " + string(x.Packet)
	}
	return s
}

// cites prints note numbers, runs shortened: [1-3, 7].
func cites(notes []int) string {
	if len(notes) == 0 {
		return ""
	}
	return " [" + runs(notes) + "]"
}

func runs(notes []int) string {
	var t []string
	for i := 0; i < len(notes); {
		j := i
		for j+1 < len(notes) && notes[j+1] == notes[j]+1 {
			j++
		}
		switch {
		case j-i >= 2:
			t = append(t, fmt.Sprintf("%d-%d", notes[i], notes[j]))
		default:
			for _, n := range notes[i : j+1] {
				t = append(t, fmt.Sprint(n))
			}
		}
		i = j + 1
	}
	return strings.Join(t, ", ")
}

type style string

const (
	plain     style = ""
	bold      style = "\x1b[1m"
	dim       style = "\x1b[2m"
	underline style = "\x1b[4m"
)

type printer struct {
	w      *bufio.Writer
	colour bool
}

// paragraph wraps text to the width, with first before its first line and
// rest before the others.
func (p printer) paragraph(first, rest, s string, st style) {
	prefix, column := first, 0
	var row strings.Builder
	flush := func() {
		out := row.String()
		if p.colour && st != plain {
			out = string(st) + out + "\x1b[0m"
		}
		p.w.WriteString(prefix)
		p.w.WriteString(out)
		p.w.WriteByte('\n')
		row.Reset()
		prefix, column = rest, 0
	}
	for word := range strings.FieldsSeq(s) {
		for {
			n := runewidth.StringWidth(word)
			room := Width - runewidth.StringWidth(prefix)
			if column > 0 && column+1+n > room {
				flush()
				continue
			}
			if n > room && column == 0 {
				// A word longer than a line, such as a list without blanks.
				head := runewidth.Truncate(word, room, "")
				row.WriteString(head)
				word = word[len(head):]
				flush()
				continue
			}
			if column > 0 {
				row.WriteByte(' ')
				column++
			}
			row.WriteString(word)
			column += n
			break
		}
	}
	if column > 0 {
		flush()
	}
}
