// Package unga imports eleven roll-calls of the General Assembly on information
// technology, from the voting data of Erik Voeten and co-authors: a table of the
// roll-calls and a table of the votes.
//
// A state that was absent has no row, and gets no claim. The titles of the
// roll-calls are ours (rollcalls.csv); a roll-call that has none there is
// refused. One row of the data has a number that does not fit its day, which its
// entity says.
package unga

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"

	"sightline"
	"sightline/source"
)

//go:embed declared.jsonl
var declared string

//go:embed rollcalls.csv
var titles string

// Dataset is the two tables.
var Dataset = &source.Dataset{
	ID:       "unga",
	Title:    "Roll-calls of the UN General Assembly on information technology",
	Covers:   "how each state voted on eleven texts, 2005 to 2019: 1,953 votes",
	Obtain:   "Take the roll-calls and votes of the texts that rollcalls.csv lists from the R package unvotes: rcid, session, date, unres, short, descr; and rcid, unres, date, iso3, country, vote.",
	Changes:  "A new roll-call a year or two. It needs a title of ours in rollcalls.csv before it is taken.",
	Declared: declared,
	Files:    []source.File{{Role: "rollcalls", Name: "*rollcalls*.csv"}, {Role: "votes", Name: "*votes*.csv"}},
	Editions: []source.Edition{{
		Name: "unvotes at 7eb7034314ff, eleven roll-calls", Verified: source.CopyOnly,
		SHA256: map[string]string{
			"rollcalls": "be71802bf5c71c8d76e7a1fb8638c869197c418da2839cf9d4d9d4f59fddb692",
			"votes":     "9f4b7879b18fb99f6f21ae19205d3e5f4a5dd7f535037cb00d58eaf29385c32a",
		},
	}},
	Whole: true,
	Read:  read,
}

// call is a roll-call.
type call struct {
	id            sightline.EntityID
	unres, title  string
	note          string
	day           string
	yes, no, abst int
	voted         map[sightline.Country]bool
}

func read(r *source.Reading) error {
	calls := map[string]*call{}
	own, err := source.CSV("rollcalls.csv", []byte(titles))
	if err != nil {
		return err
	}
	if err := own.Each(func(row *source.Row) error {
		calls[row.Need("rcid")] = &call{unres: row.Need("unres"), id: sightline.EntityID(row.Need("id")), title: row.Need("title"), note: row.Pop("note"), voted: map[sightline.Country]bool{}}
		return nil
	}); err != nil {
		return err
	}
	n := len(calls)
	t, err := r.CSV("rollcalls", n, n)
	if err != nil {
		return err
	}
	if err := t.ExpectColumns("rcid", "session", "date", "unres", "short", "descr"); err != nil {
		return err
	}
	if err := t.Each(func(row *source.Row) error {
		rcid := row.Need("rcid")
		v := calls[rcid]
		if v == nil || v.day != "" {
			return sightline.Errorf(sightline.NotFound, "read roll-call", rcid, "rollcalls.csv has no title for it, or it stands twice").WithHint("A person must give it a title in rollcalls.csv.")
		}
		row.Expect("unres", v.unres)
		v.day = row.Need("date")
		row.Ignore("session", "short", "descr") // the date says the session; the titles are ours
		return nil
	}); err != nil {
		return err
	}
	// Each text was voted on by most of 191 to 193 members.
	low, high := n*150, n*200
	if r.Edition != nil {
		low, high = 1953, 1953
	}
	if t, err = r.CSV("votes", low, high); err != nil {
		return err
	}
	if err := t.ExpectColumns("rcid", "unres", "date", "iso3", "country", "vote"); err != nil {
		return err
	}
	if err := t.Each(func(row *source.Row) error { return vote(r, calls, row) }); err != nil {
		return err
	}
	for _, rcid := range slices.Sorted(maps.Keys(calls)) {
		v := calls[rcid]
		if len(v.voted) < 120 {
			return sightline.Errorf(sightline.Invalid, "read roll-call", rcid, "%d states voted, which is too few", len(v.voted)).WithHint("The table of votes may be cut short: get it again.")
		}
		day, err := sightline.ParseDate(v.day)
		if err != nil {
			return err
		}
		selection := fmt.Sprintf("Recorded vote of %s: %d yes, %d no, %d abstained; a state that was absent is not in it", v.day, v.yes, v.no, v.abst)
		if v.note != "" {
			selection += ". " + v.note
		}
		if err := r.Entity(sightline.Entity{ID: v.id, Name: "General Assembly vote on " + v.title, Complete: sightline.Complete, AsOf: day, Selection: selection}); err != nil {
			return err
		}
	}
	return nil
}

func vote(r *source.Reading, calls map[string]*call, row *source.Row) error {
	rcid := row.Need("rcid")
	country, how := row.Country("iso3"), row.OneOf("vote", "yes", "no", "abstain")
	if err := row.Err(); err != nil {
		return err
	}
	v := calls[rcid]
	if v == nil {
		return sightline.Errorf(sightline.NotFound, "read vote", rcid, "the table of roll-calls does not have it").WithHint("The two files must be of one edition.")
	}
	row.Expect("unres", v.unres)
	row.Expect("date", v.day)
	row.Ignore("country") // the code names it
	if !country.VotesAtUN() {
		return sightline.Errorf(sightline.Conflict, "read vote", country.Code(), "it is no member of the United Nations").WithHint("Look at the code in the file.")
	}
	if v.voted[country] {
		return sightline.Errorf(sightline.Conflict, "read vote", country.Code(), "it voted twice on %s", v.unres).WithHint("Look at the rows in the file.")
	}
	v.voted[country] = true
	words := ""
	switch how {
	case "yes":
		v.yes, words = v.yes+1, "voted for"
	case "no":
		v.no, words = v.no+1, "voted against"
	case "abstain":
		v.abst, words = v.abst+1, "abstained on"
	}
	day, err := sightline.ParseDate(v.day)
	if err != nil {
		return err
	}
	return r.Claim(sightline.Claim{
		ID:      sightline.ClaimID(source.Slug(strings.TrimPrefix(string(v.id), "vote/"), country.Code())),
		Subject: country.Entity(), Predicate: sightline.Voted, Object: sightline.Object{Entity: v.id},
		Qualifiers: map[string]string{"vote": how}, Words: fmt.Sprintf("%s %s %s.", country.Name(), words, v.title), Valid: sightline.On(day), Published: day,
	}, "rcid "+rcid)
}
