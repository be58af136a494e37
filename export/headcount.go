package export

import (
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json"

	"sightline"
	"sightline/dossier"
)

// HeadCountTerminal prints a head-count for a terminal of 80 columns.
func HeadCountTerminal(w io.Writer, t *dossier.HeadTable, colour bool) error {
	return terminal(w, headOutline(t), colour)
}

// HeadCountMarkdown prints a head-count as CommonMark.
func HeadCountMarkdown(w io.Writer, t *dossier.HeadTable) error {
	return inMarkdown(w, headOutline(t))
}

// HeadCountHTML prints a head-count as one self-contained file.
func HeadCountHTML(w io.Writer, t *dossier.HeadTable) error {
	return inHTML(w, page{Title: t.Name, Edition: t.Edition, Kind: "Sightline head-count", First: "shares",
		Made: "Made by Sightline; a share of people who live in the members of a list says nothing on what anybody can see."}, headOutline(t))
}

// HeadCountJSON prints a head-count as indented JSON
// (docs/schema/headcount-1.json).
func HeadCountJSON(w io.Writer, t *dossier.HeadTable) error { return inJSON(w, t) }

// ReadHeadCountJSON reads what HeadCountJSON prints.
func ReadHeadCountJSON(r io.Reader) (*dossier.HeadTable, error) {
	t := new(dossier.HeadTable)
	if err := json.UnmarshalRead(r, t, json.RejectUnknownMembers(true)); err != nil {
		return nil, err
	}
	return t, nil
}

func headOutline(t *dossier.HeadTable) []block {
	name := t.Name
	if t.Group != "" {
		name += ": " + t.Group
	}
	o := []block{
		{Kind: title, Text: name, ID: "top"},
		{Kind: text, Text: fmt.Sprintf("Which share of the world lives in the members %s. Sightline head-count, %s. %s", endOf(t.Date), t.Edition, clockOf(t.AsPublished, t.AsRecorded))},
	}
	about := "Completeness: " + t.Complete
	if !t.AsOf.IsZero() {
		about += ", as of " + t.AsOf.String()
	}
	o = append(o, block{Kind: item, Tag: "The list", Text: string(t.List) + ". " + about + "."})
	if t.Selection != "" {
		o = append(o, block{Kind: sub, Text: strings.TrimSuffix(t.Selection, ".") + "."})
	}
	o = append(o, block{Kind: section, Text: "Shares", ID: "shares"})
	for _, r := range t.Rows {
		o = append(o, block{Kind: item, Tag: r.Label(), Number: Number(r.Estimate), Notes: r.Notes, Packet: r.Estimate.Packet})
		if r.Estimate.Reason != "" {
			o = append(o, block{Kind: sub, Text: capital(r.Estimate.Reason) + "."})
		}
	}
	o = append(o, block{Kind: text, Text: "Countries left out are not counted as members; the world stays whole. A head-count says where people live, not what passes whose network."})
	o = append(o, block{Kind: section, Text: "Sources", ID: "sources"})
	for _, n := range t.Notes {
		o = append(o, note(n))
	}
	o = append(o, block{Kind: section, Text: "How to check this", ID: "check"},
		block{Kind: text, Text: "Save it with -o FILE.json; `sightline verify FILE.json` computes each share again, and `sightline explain ID --in FILE.json` prints what it was computed from."})
	return o
}

// endOf says at which day members are counted: the last that the date covers.
func endOf(d sightline.Date) string {
	if d.First() == d.Last() {
		return "on " + At(d)
	}
	return "at the end of " + At(d)
}
