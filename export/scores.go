package export

import (
	"fmt"
	"slices"
	"strings"

	"sightline/dossier"
)

// scores prints what indicators say of the country. A series has a heading of
// its own; those of one score stand together where the same is said of several.
func scores(answer string, all []dossier.ScoreSeries) []block {
	var b, alone []block
	said := "" // the last thing that was said of scores that stand together
	like := map[string]int{}
	for _, s := range all {
		if len(s.Points) == 1 {
			like[s.Selection]++
		}
	}
	for _, s := range all {
		if len(s.Points) > 1 || like[s.Selection] < 2 {
			b = append(b, scoreSeries(answer, s)...)
			continue
		}
		if len(alone) == 0 {
			alone = append(alone, block{Kind: group, Text: "Single scores", ID: answer + "-single-scores"})
		}
		if s.Selection != "" && s.Selection != said {
			said = s.Selection
			alone = append(alone, block{Kind: text, Text: sentence(s.Selection)})
		}
		for _, p := range s.Points {
			alone = append(alone, scorePoint(p, s.Name+", "+when(p), s.Notes)...)
		}
	}
	return append(b, alone...)
}

func sentence(s string) string { return strings.TrimSuffix(s, ".") + "." }

// when is what a score covers, with its edition where that says more.
func when(p dossier.ScorePoint) string {
	switch p.Edition {
	case "":
		return When(p.Valid)
	case p.Valid.String():
		return "edition " + p.Edition
	}
	return "edition " + p.Edition + ", " + When(p.Valid)
}

// scoreSeries prints a series. A long one shows its first and its last score
// and the change; the rest is in the JSON form.
func scoreSeries(answer string, s dossier.ScoreSeries) []block {
	b := []block{{Kind: group, Text: s.Name, ID: answer + "-" + strings.ReplaceAll(string(s.Indicator), "/", "-")}}
	about := ""
	if s.Scale != "" {
		about = sentence(capital(s.Scale)) + " "
	}
	if s.Selection != "" {
		about += sentence(s.Selection)
	}
	if about != "" {
		b = append(b, block{Kind: text, Text: strings.TrimSpace(about), Notes: s.Notes})
	}
	for i, p := range s.Points {
		if !s.Brief || i == 0 || i == len(s.Points)-1 {
			b = append(b, scorePoint(p, capital(when(p)), nil)...)
		}
	}
	if s.Change != nil {
		b = append(b, figure(*s.Change))
	}
	if s.Brief {
		b = append(b, block{Kind: sub, Text: fmt.Sprintf("The %d scores between them are in the JSON form.", len(s.Points)-2)})
	}
	return b
}

func scorePoint(p dossier.ScorePoint, tag string, notes []int) []block {
	var more []string
	if p.Status != "" {
		more = append(more, sentence(p.Status))
	}
	if p.Remark != "" {
		more = append(more, sentence(capital(p.Remark)))
	}
	b := []block{{Kind: item, Tag: tag, Number: Number(p.Estimate), Text: strings.Join(more, " "), Packet: p.Estimate.Packet, Notes: notes, ID: "claim-" + string(p.Claim)}}
	if p.Rank != nil {
		r := figure(*p.Rank)
		r.Kind = sub
		b = append(b, r)
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
