package export

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"sightline/dossier"
)

// Markdown prints the dossier as CommonMark. Foreign text is escaped, so that
// it cannot become markup.
func Markdown(w io.Writer, d *dossier.Dossier) error { return inMarkdown(w, outline(d)) }

func inMarkdown(w io.Writer, blocks []block) error {
	b := bufio.NewWriter(w)
	last := title
	for _, x := range blocks {
		if !(x.Kind == item && (last == item || last == sub || last == quoted)) && x.Kind != sub && x.Kind != quoted && x.Kind != title {
			fmt.Fprintln(b)
		}
		switch x.Kind {
		case title:
			fmt.Fprintf(b, "# %s\n", markdown(x.Text))
		case section:
			fmt.Fprintf(b, "## %s\n", markdown(x.Text))
		case group:
			fmt.Fprintf(b, "### %s\n", markdown(x.Text))
		case lead:
			fmt.Fprintf(b, "**%s**\n", strings.TrimSpace(markdownLine(x)))
		case text:
			fmt.Fprintf(b, "%s\n", markdownLine(x))
		case item:
			fmt.Fprintf(b, "- %s\n", markdownLine(x))
		case sub:
			fmt.Fprintf(b, "  - %s\n", markdownLine(x))
		case quoted:
			fmt.Fprintf(b, "  - “%s”%s\n", markdown(x.Text), markdownCites(x.Notes))
		case citation:
			fmt.Fprintf(b, "%d\\. %s", x.Notes[0], markdown(x.Text))
			if x.URL != "" {
				fmt.Fprintf(b, " <%s>", strings.NewReplacer("<", "%3C", ">", "%3E", " ", "%20").Replace(Inert(x.URL)))
			}
			fmt.Fprintln(b)
		}
		last = x.Kind
	}
	return b.Flush()
}

func markdownLine(x block) string {
	var t []string
	if x.Tag != "" {
		t = append(t, markdown(x.Tag)+":")
	}
	if x.Number != "" {
		t = append(t, markdown(x.Number)+".")
	}
	if x.Text != "" {
		t = append(t, markdown(x.Text))
	}
	s := strings.Join(t, " ") + markdownCites(x.Notes)
	if x.Packet != "" {
		s += " `" + string(x.Packet) + "`"
	}
	return s
}

func markdownCites(notes []int) string {
	if len(notes) == 0 {
		return ""
	}
	return " \\[" + runs(notes) + "\\]"
}

var markdownEscapes = strings.NewReplacer(
	`\`, `\\`, "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", "&lt;", ">", "&gt;", "`", "\\`", "#", `\#`, "|", `\|`, "&", "&amp;", "~", `\~`, "!", `\!`)

// markdown escapes what CommonMark would read as markup.
func markdown(s string) string { return markdownEscapes.Replace(Inert(s)) }
