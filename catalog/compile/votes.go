package main

import (
	"fmt"
	"strings"

	"sightline"
	"sightline/source"
)

// votes writes eleven roll-calls of the General Assembly and how each state
// voted. A state that was absent has no row in the data, and gets no claim.
// The titles are ours, in votes.csv.
func (c *compiler) votes() error {
	type call struct {
		id            sightline.EntityID
		unres, title  string
		note          string
		day           string
		yes, no, abst int
	}
	calls := map[string]*call{}
	if err := c.own("votes.csv", func(r *source.Row) error {
		calls[r.Need("rcid")] = &call{unres: r.Need("unres"), id: sightline.EntityID(r.Need("id")), title: r.Need("title"), note: r.Pop("note")}
		return nil
	}); err != nil {
		return err
	}
	if err := c.each("roll-calls", func(r *source.Row) error {
		v := calls[r.Need("rcid")]
		if v == nil {
			return sightline.Errorf(sightline.NotFound, "read roll-call", "", "votes.csv has no title for it")
		}
		r.Expect("unres", v.unres)
		v.day = r.Need("date")
		r.Ignore("session", "short", "descr") // the date says the session; the titles are ours
		return nil
	}); err != nil {
		return err
	}
	if err := c.each("votes", func(r *source.Row) error {
		rcid := r.Need("rcid")
		v, country, vote := calls[rcid], r.Country("iso3"), r.OneOf("vote", "yes", "no", "abstain")
		if err := r.Err(); err != nil {
			return err
		}
		r.Expect("unres", v.unres)
		r.Expect("date", v.day)
		r.Ignore("country") // the code names it
		if !country.VotesAtUN() {
			return sightline.Errorf(sightline.Conflict, "read vote", country.Code(), "it is no member of the United Nations")
		}
		how := ""
		switch vote {
		case "yes":
			v.yes, how = v.yes+1, "voted for"
		case "no":
			v.no, how = v.no+1, "voted against"
		case "abstain":
			v.abst, how = v.abst+1, "abstained on"
		}
		day, err := date(v.day)
		if err != nil {
			return err
		}
		_, name, _ := strings.Cut(string(v.id), "/")
		return c.put("votes", &sightline.Claim{
			ID: sightline.ClaimID(slug(name, country.Code())), Subject: country.Entity(), Predicate: sightline.Voted, Object: sightline.Object{Entity: v.id},
			Qualifiers: map[string]string{"vote": vote}, Words: fmt.Sprintf("%s %s %s.", country.Name(), how, v.title),
			Valid: sightline.On(day), Published: day, References: ref("unvotes", "rcid "+rcid),
		})
	}); err != nil {
		return err
	}
	for _, rcid := range sortedKeys(calls) {
		v := calls[rcid]
		day, err := date(v.day)
		if err != nil {
			return err
		}
		selection := fmt.Sprintf("Recorded vote of %s: %d yes, %d no, %d abstained; a state that was absent is not in it", v.day, v.yes, v.no, v.abst)
		if v.note != "" {
			selection += ". " + v.note
		}
		if err := c.put("votes", &sightline.Entity{ID: v.id, Name: "General Assembly vote on " + v.title, Complete: sightline.Complete, AsOf: day, Selection: selection}); err != nil {
			return err
		}
	}
	return nil
}
