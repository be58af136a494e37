package atlas

import (
	html "html/template"
	"maps"
	"slices"
	"strconv"

	"github.com/go-json-experiment/json"

	"sightline"
	"sightline/dossier"
)

// restatementsPage lists the values of a release that the former release had
// otherwise.
type restatementsPage struct {
	Head
	Doc   *dossier.Restatements
	Lines []restatementLine
}

// restatementLine is a value that moved.
type restatementLine struct {
	Method     html.HTML
	Parameters []Pair
	Old, New   html.HTML
	OldPacket  html.HTML
	NewPacket  html.HTML
	Href       string // of the packet of the new value
	Reason     html.HTML
}

func restatements(q *request) (Page, error) {
	if q.server.config.Restated == nil {
		return nil, sightline.Errorf(sightline.NotFound, "find restatements", "", "this atlas is no release").
			WithHint("Each release has its own, under /r/NAME/restatements; /r/ lists the releases that are kept here.")
	}
	p := &restatementsPage{Doc: q.server.config.Restated()}
	p.q = q
	p.Title, p.Document = p.Plain("nav.restatements"), p.Doc
	p.Table = &Table{Columns: []string{"method", "parameters", "unit"}}
	for _, of := range []string{"old_", "new_"} {
		for _, c := range []string{"value", "low", "high", "level", "n", "denominator", "state", "packet"} {
			p.Table.Columns = append(p.Table.Columns, of+c)
		}
	}
	p.Table.Columns = append(p.Table.Columns, "reason")
	for _, m := range p.Doc.Moved {
		x := restatementLine{Method: p.Code(string(m.Method)), Old: p.Number(m.Old), New: p.Number(m.New), OldPacket: p.Code(string(m.Old.Packet)),
			NewPacket: p.Code(string(m.New.Packet)), Href: p.Packet(m.New.Packet), Reason: p.Said(m.Reason)}
		var parameters map[string]string
		if err := json.Unmarshal([]byte(m.Parameters), &parameters); err != nil {
			return nil, err
		}
		for _, k := range slices.Sorted(maps.Keys(parameters)) {
			x.Parameters = append(x.Parameters, Pair{k, parameters[k]})
		}
		p.Lines = append(p.Lines, x)
		row := []string{string(m.Method), m.Parameters, m.New.Unit}
		for _, e := range []sightline.Estimate{m.Old, m.New} {
			level := ""
			if e.Level != 0 {
				level = strconv.FormatFloat(e.Level, 'g', -1, 64)
			}
			row = append(row, e.Value.String(), e.Low.String(), e.High.String(), level, strconv.FormatInt(e.N, 10), strconv.FormatInt(e.Denominator, 10), e.State.String(), string(e.Packet))
		}
		p.Table.Rows = append(p.Table.Rows, append(row, m.Reason))
	}
	return p, nil
}
