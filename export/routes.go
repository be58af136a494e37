package export

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"

	"sightline"
	"sightline/dossier"
)

// RoutesTerminal prints a table of routes for a terminal of 80 columns.
func RoutesTerminal(w io.Writer, t *dossier.RouteTable, colour bool) error {
	return terminal(w, routesOutline(t), colour)
}

// RoutesMarkdown prints a table of routes as CommonMark.
func RoutesMarkdown(w io.Writer, t *dossier.RouteTable) error {
	return inMarkdown(w, routesOutline(t))
}

// RoutesJSON prints a table of routes as indented JSON
// (docs/schema/routes-1.json).
func RoutesJSON(w io.Writer, t *dossier.RouteTable) error { return inJSON(w, t) }

// ReadRoutesJSON reads what RoutesJSON prints.
func ReadRoutesJSON(r io.Reader) (*dossier.RouteTable, error) {
	t := new(dossier.RouteTable)
	if err := json.UnmarshalRead(r, t, json.RejectUnknownMembers(true)); err != nil {
		return nil, err
	}
	return t, nil
}

// RoutesCSV prints the rows of a table of routes as CSV. Each row carries the
// dates that the tables show, so that none can pass for the present.
func RoutesCSV(w io.Writer, t *dossier.RouteTable) error {
	c := csv.NewWriter(w)
	c.Write([]string{"country", "kind", "who", "name", "owner", "value", "low", "high", "level", "rank_low", "rank_high", "monitor_networks", "state", "reason", "from", "to", "packet"})
	for _, r := range t.Rows {
		e := r.Estimate
		ranks := []string{"", ""}
		if len(r.Ranks) == 2 {
			ranks = []string{strconv.Itoa(r.Ranks[0]), strconv.Itoa(r.Ranks[1])}
		}
		level := ""
		if e.Level > 0 {
			level = strconv.FormatFloat(e.Level, 'g', -1, 64)
		}
		c.Write([]string{t.Country.Code, r.Kind, strings.Join(r.Who, " "), plainCell(r.Name), plainCell(r.Owner), e.Value.String(), e.Low.String(), e.High.String(), level,
			ranks[0], ranks[1], strconv.FormatInt(e.N, 10), e.State.String(), plainCell(e.Reason), t.From.String(), t.To.String(), string(e.Packet)})
	}
	c.Flush()
	if err := c.Error(); err != nil {
		return sightline.Errorf(sightline.Unavailable, "write", "csv", "%w", err)
	}
	return nil
}

// plainCell keeps a spreadsheet from taking text for a formula.
func plainCell(s string) string {
	s = Inert(s)
	if s != "" && strings.ContainsRune("=+-@", rune(s[0])) {
		return "'" + s
	}
	return s
}

// The parts of a table of routes, in order.
var routeParts = []struct{ kind, heading, id string }{
	{"hegemony", "On the path, by AS hegemony over the country's origins", "hegemony"},
	{"cti", "Country Transit Influence", "cti"},
	{"union", "Networks by the share of paths that meet them", "networks"},
	{"owner", "States, by the share of paths that meet a network they own", "states"},
	{"cut", "Chokepoints", "chokepoints"},
	{"foreign", "Over all", "country"},
}

func routesOutline(t *dossier.RouteTable) []block {
	o := []block{
		{Kind: title, Text: "Routes into " + t.Country.Name, ID: "top"},
		{Kind: text, Text: fmt.Sprintf("Who is on the path into %s, by routing tables of %s. %s. %s", t.Country.Code, shown(t), capital(t.Edition), clockOf(t.AsPublished, t.AsRecorded))},
	}
	if t.Warning != "" {
		o = append(o, block{Kind: text, Tag: "Old", Text: t.Warning})
	}
	o = append(o, block{Kind: item, Tag: "Monitor networks abroad", Number: Number(t.Monitors), Text: t.Coverage.Words, Packet: t.Monitors.Packet})
	if t.Monitors.State != sightline.OK {
		o = append(o, block{Kind: sub, Text: capital(t.Monitors.Reason) + "."})
	}
	for _, part := range routeParts {
		first := true
		for _, r := range t.Rows {
			in := r.Kind == part.kind || part.kind == "owner" && r.Kind == "owner-transit" || part.kind == "foreign" && r.Kind == "concentration"
			if !in {
				continue
			}
			if first {
				o = append(o, block{Kind: section, Text: part.heading, ID: part.id})
				first = false
			}
			o = append(o, routeRow(t, r)...)
		}
	}
	o = append(o, block{Kind: text, Text: "These are shares of paths that monitors saw: opportunity, not traffic. Being on a path is no evidence of looking, and a backup link that no best path uses is not seen."})
	if len(t.Notes) > 0 {
		o = append(o, block{Kind: section, Text: "Sources", ID: "sources"})
	}
	for _, n := range t.Notes {
		o = append(o, note(n))
	}
	return append(o, block{Kind: section, Text: "How to check this", ID: "check"},
		block{Kind: text, Text: "`sightline explain ID` prints what a number was computed from, down to the hash of each table; `sightline verify ID` computes it again from the copies in the workspace."})
}

func routeRow(t *dossier.RouteTable, r dossier.RouteRow) []block {
	b := block{Kind: item, Number: Number(r.Estimate), Notes: r.Notes, Packet: r.Estimate.Packet}
	var under []string
	switch r.Kind {
	case "hegemony", "cti", "union":
		b.Tag = r.Who[0]
		b.Text = r.Name
	case "owner":
		b.Tag, b.Text = r.Name, "Its networks on the paths: "+r.Owner+"."
	case "owner-transit":
		b.Tag, b.Text = r.Name, "Without networks that originate the addresses."
	case "cut":
		of := "One network"
		if n := len(r.Who); n > 1 {
			of = strconv.Itoa(n) + " networks"
		}
		if r.Domestic {
			of += " of " + t.Country.Name
		}
		b.Tag, b.Text = of, r.Name
	case "foreign":
		b.Tag = "Paths that cross a network of another country"
	case "concentration":
		b.Tag = "Concentration of the last step before the origin (Herfindahl-Hirschman index)"
	}
	if len(r.Ranks) == 2 {
		if r.Ranks[0] == r.Ranks[1] {
			under = append(under, fmt.Sprintf("Place %d.", r.Ranks[0]))
		} else {
			under = append(under, fmt.Sprintf("Places %d to %d.", r.Ranks[0], r.Ranks[1]))
		}
	}
	if r.Estimate.N == 1 {
		under = append(under, "1 monitor network.")
	} else {
		under = append(under, fmt.Sprintf("%d monitor networks.", r.Estimate.N))
	}
	if r.Owner != "" && (r.Kind == "hegemony" || r.Kind == "cti" || r.Kind == "union") {
		under = append(under, capital(r.Owner)+".")
	}
	if r.Estimate.Reason != "" {
		under = append(under, capital(strings.TrimSuffix(r.Estimate.Reason, "."))+".")
	}
	return []block{b, {Kind: sub, Text: strings.Join(under, " ")}}
}

// shown is the dates that the tables show.
func shown(t *dossier.RouteTable) string {
	if t.From.Day() == t.To.Day() {
		return t.To.Day().String()
	}
	return t.From.Day().String() + " to " + t.To.Day().String()
}
