package atlas

import (
	html "html/template"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"sightline"
	"sightline/dossier"
)

// votesPage lists the roll-calls with their tallies; one that is chosen is
// shown with the vote of each country.
type votesPage struct {
	Head
	RollCalls []rollCall
	Chosen    *chosenVote
}

// rollCall is a roll-call as a row.
type rollCall struct {
	ID     sightline.EntityID
	Name   string
	Label  string // the name inert, for a list to choose from
	Href   string
	Held   html.HTML
	Tally  []tally
	Silent int // states without a recorded vote
	Here   bool
}

// tally is how many voted so.
type tally struct {
	Letter   string
	Word     html.HTML
	Estimate sightline.Estimate
}

// chosenVote is a roll-call with the vote of each country.
type chosenVote struct {
	Name      html.HTML
	Held      html.HTML
	Complete  html.HTML
	Selection html.HTML
	Cites     html.HTML
	Groups    []ballots
}

// ballots are the countries that voted one way, or are not on record.
type ballots struct {
	ID     string
	Tally  tally
	Silent bool
	Rows   []ballot // by the code of the country
}

type ballot struct {
	Href  string
	Name  html.HTML
	Claim sightline.ClaimID
}

func votes(q *request) (Page, error) {
	d, err := q.doc.Votes()
	if err != nil {
		return nil, err
	}
	p := &votesPage{}
	p.q = q
	p.Title, p.Document, p.Undated = p.Plain("votes.title"), d, d.Undated
	chosen := sightline.EntityID(q.query.Get("vote"))
	cites := newCitations(d.Notes)
	p.Table = &Table{Columns: []string{"vote", "name", "held", "country", "ballot", "claim"}}
	for _, v := range d.Votes {
		r := rollCall{ID: v.ID, Name: v.Name, Label: sightline.Inert(v.Name), Href: p.Link("/votes", "vote", string(v.ID)) + "#vote", Held: p.Period(v.Valid), Silent: len(v.Silent), Here: v.ID == chosen}
		for _, t := range v.Tally {
			r.Tally = append(r.Tally, p.tally(t))
		}
		p.RollCalls = append(p.RollCalls, r)
		if chosen != "" && v.ID != chosen {
			continue
		}
		for _, b := range v.Ballots {
			p.Table.Rows = append(p.Table.Rows, []string{string(v.ID), v.Name, v.Valid.String(), b.Country, b.Vote, string(b.Claim)})
		}
		if v.ID != chosen {
			continue
		}
		cites.use(v.Notes...)
		c := &chosenVote{Name: p.Foreign(v.Name), Held: r.Held, Complete: p.Text("votes.record." + v.Complete), Cites: p.Cites(v.Notes)}
		if v.Selection != "" {
			c.Selection = p.Said(strings.TrimSuffix(v.Selection, ".") + ".")
		}
		for i, t := range v.Tally {
			g := ballots{ID: "v-" + strconv.Itoa(i), Tally: r.Tally[i]}
			for _, b := range v.Ballots {
				if b.Vote == t.Vote {
					g.Rows = append(g.Rows, p.ballot(b.Country, b.Claim))
				}
			}
			c.Groups = append(c.Groups, g)
		}
		g := ballots{ID: "v-silent", Silent: true}
		for _, code := range v.Silent {
			g.Rows = append(g.Rows, p.ballot(code, ""))
		}
		if len(g.Rows) > 0 {
			c.Groups = append(c.Groups, g)
		}
		p.Chosen = c
		p.Title = p.Plain("votes.title.one", "vote", v.Name)
		p.Head.Name = p.Foreign(v.Name)
		p.Crumbs = []Link{{Href: p.Link("/votes"), Text: p.Text("votes.title")}}
	}
	if chosen != "" && p.Chosen == nil {
		return nil, &near{error: sightline.Errorf(sightline.NotFound, "find roll-call", string(chosen), "no vote of a country in it is on record in this view").
			WithHint("The page of votes lists the roll-calls that are."), pages: []string{"/votes"}}
	}
	p.Notes = cites.notes()
	return p, nil
}

func (p *votesPage) ballot(code string, claim sightline.ClaimID) ballot {
	b := ballot{Href: p.Link("/country/" + code), Name: p.Code(code), Claim: claim}
	if c, err := sightline.ParseCountry(code); err == nil {
		b.Name = p.Foreign(c.Name())
	}
	return b
}

// tally gives a vote its word and its letter.
func (p *votesPage) tally(t dossier.VoteCount) tally {
	x := tally{Estimate: t.Estimate}
	switch {
	case t.Vote == "":
		x.Letter, x.Word = "?", p.Text("vote.unknown")
	case p.q.words.Has("vote." + t.Vote):
		x.Letter, x.Word = p.Plain("vote.letter."+t.Vote), p.Text("vote."+t.Vote)
	default:
		x.Letter, x.Word = string(unicode.ToUpper([]rune(sightline.Inert(t.Vote))[0])), p.Said(t.Vote)
	}
	return x
}

// Words lists the words that some roll-call counts, for the heads of columns.
func (p *votesPage) Words() []tally {
	var out []tally
	for _, r := range p.RollCalls {
		for _, t := range r.Tally {
			if !slices.ContainsFunc(out, func(x tally) bool { return x.Word == t.Word }) {
				out = append(out, t)
			}
		}
	}
	return out
}

// Of is the tally of a word in a roll-call; nil where nobody is on record with
// it.
func (r rollCall) Of(word html.HTML) *tally {
	i := slices.IndexFunc(r.Tally, func(t tally) bool { return t.Word == word })
	if i < 0 {
		return nil
	}
	return &r.Tally[i]
}
