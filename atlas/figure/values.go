package figure

import (
	"encoding/csv"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"sightline"
	"sightline/atlas/markdown"
	"sightline/atlas/words"
)

// bare lists the columns whose cells are numbers or truth values.
var bare = []string{"value", "low", "high", "level", "n", "denominator", "year", "scenario", "class", "unsure", "rank_low", "rank_high", "level_of_support", "inner_low", "inner_high", "inner_level"}

// CSV writes the values of a figure as a table, an empty cell where there is
// none.
func CSV(w io.Writer, f Figure) error {
	head, rows := f.cells()
	c := csv.NewWriter(w)
	out := make([]string, len(head))
	write := func(row []string) error {
		for i, s := range row {
			if head[i] == textColumn { // words of ours
				out[i] = sightline.Inert(s)
			} else {
				out[i] = sightline.InertCell(s)
			}
		}
		return c.Write(out)
	}
	if err := write(head); err != nil {
		return err
	}
	for _, r := range rows {
		if err := write(r); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

// Schema names the form of a figure as a document.
const Schema = "sightline.figure/1"

// Document is a figure as a document. Values are the cells of its table, null
// where there is none; the last of the columns of a number is the number as the
// page prints it.
type Document struct {
	Schema   string               `json:"schema"`
	Figure   string               `json:"figure"`  // its id in the page
	Page     string               `json:"page"`    // title of that
	Address  string               `json:"address"` // in the atlas, without a host
	Edition  string               `json:"edition"`
	View     string               `json:"view"` // as of when, in words
	Heading  string               `json:"heading"`
	Sentence string               `json:"sentence,omitzero"`
	Caption  []string             `json:"caption,omitzero"`
	Reasons  []string             `json:"reasons,omitzero"` // why values or intervals are missing
	Method   sightline.MethodID   `json:"method,omitzero"`
	Packets  []sightline.PacketID `json:"packets,omitzero"`
	Columns  []string             `json:"columns"`
	Rows     [][]jsontext.Value   `json:"rows"`
}

// JSON writes a figure as a document.
func JSON(w io.Writer, p *words.Printer, f Figure, at Imprint) error {
	v, frame := f.parts(p)
	d := Document{Schema: Schema, Figure: f.Name(), Page: at.Page, Address: at.Address, Edition: plain(at.Edition), View: plain(at.View),
		Heading: plain(v.Heading), Sentence: plain(v.Sentence), Method: frame.Method}
	for _, c := range v.Caption {
		if !slices.Contains(v.pageOnly, c) {
			d.Caption = append(d.Caption, plain(c))
		}
	}
	for _, r := range v.Why {
		d.Reasons = append(d.Reasons, plain(r))
	}
	for _, id := range v.ids {
		d.Packets = append(d.Packets, sightline.PacketID(id))
	}
	head, rows := f.cells()
	for _, h := range head {
		d.Columns = append(d.Columns, sightline.Inert(h))
	}
	d.Rows = make([][]jsontext.Value, len(rows))
	for i, r := range rows {
		for j, s := range r {
			x := jsontext.Value("null")
			switch {
			case slices.Contains(bare, head[j]) && jsontext.Value(s).IsValid():
				x = jsontext.Value(s)
			case s != "":
				var err error
				if x, err = json.Marshal(sightline.Inert(s), jsontext.AllowInvalidUTF8(true)); err != nil {
					return err
				}
			}
			d.Rows[i] = append(d.Rows[i], x)
		}
	}
	if err := json.MarshalWrite(w, d, json.Deterministic(true), jsontext.WithIndent("  ")); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// Markdown writes a figure as the page prints it, and what it rests on.
func Markdown(w io.Writer, p *words.Printer, f Figure, at Imprint, link Link) error {
	v, _ := f.parts(p)
	h := "h" + strconv.Itoa(v.Depth)
	page := strings.NewReplacer("<"+h+" ", "<h1 ", "</"+h+">", "</h1>").Replace(string(f.HTML(p, link)))
	foot := "<p>" + p.Name(at.Page) + ". " + at.Edition + " " + at.View + " " + p.Code(at.Address) + "</p>"
	_, err := w.Write(markdown.Page([]byte("<main>" + page + string(foot) + "</main>")))
	return err
}
