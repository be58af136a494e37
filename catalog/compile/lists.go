package main

import (
	"fmt"
	"strings"

	"sightline"
	"sightline/source"
	"sightline/source/bri"
)

// lists writes memberships: Belt and Road, the 65 economies, the groups of The
// Digital Deciders, endorsers of the Declaration for the Future of the
// Internet, the Freedom Online Coalition and the Budapest Convention. The
// lists themselves, with how complete they are, are in entities.jsonl. Of the
// treaty of Dubai (2012) only the number of signatures is known, so that no
// state is a row.
func (c *compiler) lists() error {
	for _, f := range []func() error{c.beltAndRoad, c.sixtyFive, c.digitalDeciders, c.declaration, c.handRead} {
		if err := f(); err != nil {
			return err
		}
	}
	return nil
}

func (c *compiler) member(id string, country sightline.Country, list sightline.EntityID, predicate sightline.Predicate, qualifiers map[string]string, words, valid, published string, refs []sightline.Reference) error {
	var p sightline.Period
	var d sightline.Date
	var err error
	if valid != "" {
		if p, err = sightline.ParsePeriod(valid); err != nil {
			return err
		}
	}
	if published != "" {
		if d, err = date(published); err != nil {
			return err
		}
	}
	return c.put("lists", &sightline.Claim{
		ID: sightline.ClaimID(slug(id, country.Code())), Subject: country.Entity(), Predicate: predicate, Object: sightline.Object{Entity: list},
		Qualifiers: qualifiers, Words: words, Valid: p, Published: d, References: refs,
	})
}

func (c *compiler) beltAndRoad() error {
	return c.take("lists", bri.Dataset, map[string]string{"table": "bri-join-year"})
}

func (c *compiler) sixtyFive() error {
	return c.each("bri-65", func(r *source.Row) error {
		country := r.Country("iso3")
		if err := r.Err(); err != nil {
			return err
		}
		words := country.Name() + " is one of the 65 economies that head-counts of 2016 to 2018 took as the Belt and Road."
		qualifiers := map[string]string{"how": "counted"}
		if note := r.Pop("note"); note != "" {
			if note != "includes CHN; IND is on the list but never joined" {
				return sightline.Errorf(sightline.Conflict, "read note", note, "not the note that is known")
			}
			qualifiers["note"] = map[string]string{"CN": "the initiator", "IN": "counted, but never joined"}[country.Code()]
		}
		r.Ignore("source") // one text on each row; sources.jsonl has it
		return c.member("bri65", country, "list/bri-65", sightline.MemberOf, qualifiers, words, "", "", ref("bri-65-list", "row "+country.Alpha3()))
	})
}

// deciderGroups are the groups in our spelling.
var deciderGroups = map[string]string{
	"digital_decider":          "digital decider",
	"global_and_open":          "global and open",
	"sovereign_and_controlled": "sovereign and controlled",
}

func (c *compiler) digitalDeciders() error {
	return c.each("digital-deciders", func(r *source.Row) error {
		country, group := r.Country("iso3"), r.OneOf("group", sortedKeys(deciderGroups)...)
		if err := r.Err(); err != nil {
			return err
		}
		r.Ignore("country", "source") // the code names it; one text on each row
		return c.member("new-america-2018", country, "list/new-america-2018", sightline.GroupedAs, map[string]string{"group": deciderGroups[group]},
			fmt.Sprintf("New America counted %s among the group %q in 2018.", country.Name(), deciderGroups[group]),
			"2018", "2018-10", ref("fr48-digital-deciders", "row "+country.Alpha3()))
	})
}

func (c *compiler) declaration() error {
	return c.each("dfi", func(r *source.Row) error {
		country, day := r.Country("iso3"), r.Need("endorsed_at_launch")
		if err := r.Err(); err != nil {
			return err
		}
		r.Ignore("country", "source") // the code names it; one text on each row
		return c.member("dfi", country, "list/dfi-endorsers", sightline.MemberOf, map[string]string{"how": "endorsed"},
			country.Name()+" endorsed the Declaration for the Future of the Internet at its launch.",
			day+"/", day, ref("axios-2022-04-28-dfi", ""))
	})
}

// handRead takes the Freedom Online Coalition (EV0092 to EV0120) and the
// Budapest Convention (EV0121 to EV0159) from the table of hand-read facts.
// Its other rows are in catalog/facts, typed by people.
func (c *compiler) handRead() error {
	return c.each("hand", func(r *source.Row) error {
		id := r.Need("id")
		predicate, object := r.Need("predicate"), r.Need("object")
		subject, when, url := r.Need("subject"), r.Pop("date"), r.Need("source")
		r.Ignore("confidence", "note") // said by the sources and lists of ours
		if id < "EV0092" || id > "EV0159" {
			return nil
		}
		country, err := sightline.ParseCountry(subject)
		if err != nil {
			return err
		}
		switch predicate + " " + object {
		case "member_of Freedom Online Coalition":
			return c.member("foc", country, "list/freedom-online-coalition", sightline.MemberOf, map[string]string{"how": "joined"},
				fmt.Sprintf("%s joined the Freedom Online Coalition in %s.", country.Name(), when), when+"/", "2017-10", ref("lv-mfa-foc-2017", ""))
		case "ratified Budapest Convention (ETS 185)":
			if !strings.Contains(url, "treaty/185/signatures") {
				return sightline.Errorf(sightline.Conflict, "read source", url, "not the page that is known")
			}
			return c.member("budapest", country, "treaty/budapest-convention", sightline.MemberOf, map[string]string{"how": "ratified"},
				country.Name()+" ratified the Budapest Convention on Cybercrime.", when+"/", when, ref("coe-ets185-2015", ""))
		case "party_to Budapest Convention (ETS 185)":
			return c.member("budapest", country, "treaty/budapest-convention", sightline.MemberOf, map[string]string{"how": "party"},
				country.Name()+" is a party to the Budapest Convention on Cybercrime; the date was not seen.", "", "", ref("coe-budapest-parties", ""))
		}
		return sightline.Errorf(sightline.Conflict, "read fact", id, "not a membership that is known: %s %s", predicate, object)
	})
}
