package export

import (
	"fmt"
	"slices"
	"strings"

	"sightline/dossier"
)

// scores prints what one indicator says of the country. A long series shows
// its first and its last score and the change; the rest is in the JSON form.
func scores(answer string, s dossier.ScoreSeries) []block {
	b := []block{{Kind: group, Text: s.Name, ID: answer + "-" + strings.ReplaceAll(string(s.Indicator), "/", "-")}}
	about := ""
	if s.Scale != "" {
		about = capital(s.Scale) + ". "
	}
	if s.Selection != "" {
		about += strings.TrimSuffix(s.Selection, ".") + "."
	}
	if about != "" {
		b = append(b, block{Kind: text, Text: strings.TrimSpace(about), Notes: s.Notes})
	}
	for i, p := range s.Points {
		if s.Brief && i > 0 && i < len(s.Points)-1 {
			continue
		}
		tag := capital(When(p.Valid))
		if p.Edition != "" {
			tag = "Edition " + p.Edition + ", " + When(p.Valid)
		}
		var more []string
		if p.Status != "" {
			more = append(more, p.Status)
		}
		if p.Remark != "" {
			more = append(more, capital(p.Remark))
		}
		x := block{Kind: item, Tag: tag, Number: Number(p.Estimate), Packet: p.Estimate.Packet, ID: "claim-" + string(p.Claim)}
		if len(more) > 0 {
			x.Text = strings.Join(more, ". ") + "."
		}
		b = append(b, x)
		if p.Rank == nil {
			continue
		}
		r := figure(*p.Rank)
		r.Kind = sub
		b = append(b, r)
	}
	if s.Change != nil {
		b = append(b, figure(*s.Change))
	}
	if s.Brief {
		b = append(b, block{Kind: sub, Text: fmt.Sprintf("The %d scores between them are in the JSON form.", len(s.Points)-2)})
	}
	return b
}

// notOpen says which notes are of data that may not be passed on freely.
func notOpen(d *dossier.Dossier) string {
	words := []struct{ terms, words string }{
		{"restricted", "not to be passed on, or no terms are stated"},
		{"noncommercial", "for no commercial end only"},
		{"share_alike", "under the same terms only"},
	}
	var parts []string
	for _, w := range words {
		var of []int
		for _, n := range d.Notes {
			if n.Terms == w.terms && slices.Contains(d.NotOpen, n.N) {
				of = append(of, n.N)
			}
		}
		if len(of) > 0 {
			parts = append(parts, fmt.Sprintf("[%s] %s", runs(of), w.words))
		}
	}
	return "this dossier holds data whose terms are not open: " + strings.Join(parts, "; ") + ". Made with --open-only, it has none of them."
}
