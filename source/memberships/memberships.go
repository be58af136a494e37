// Package memberships imports short lists of countries: the 65 economies of
// Belt and Road head-counts, the groups of The Digital Deciders, endorsers of
// the Declaration for the Future of the Internet, members of the Freedom Online
// Coalition and parties to the Budapest Convention. Each is a data set of its
// own, from a table with a row a country.
//
// How complete a list is stands in its entity. None is complete of today:
// absence from one says nothing.
package memberships

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"sightline"
	"sightline/source"
)

// member makes the claim that a country is on a list, or in a group of it.
func member(r *source.Reading, id string, country sightline.Country, list sightline.EntityID, predicate sightline.Predicate, qualifiers map[string]string, words, valid, published string, refs []sightline.Reference) error {
	c := sightline.Claim{
		ID: sightline.ClaimID(source.Slug(id, country.Code())), Subject: country.Entity(), Predicate: predicate, Object: sightline.Object{Entity: list},
		Qualifiers: qualifiers, Words: words, References: refs,
	}
	var err error
	if valid != "" {
		if c.Valid, err = sightline.ParsePeriod(valid); err != nil {
			return err
		}
	}
	if published != "" {
		if c.Published, err = sightline.ParseDate(published); err != nil {
			return err
		}
	}
	return r.Claim(c, "")
}

// table reads the file of a list. An edition that is not known may be a little
// smaller than the known one, and twice as long.
func table(r *source.Reading, known int, columns ...string) (*source.Table, error) {
	low, high := known*9/10, known*2
	if r.Edition != nil {
		low, high = known, known
	}
	t, err := r.CSV("table", low, high)
	if err != nil {
		return nil, err
	}
	return t, t.ExpectColumns(columns...)
}

func edition(name, published, sha256 string) []source.Edition {
	return []source.Edition{{Name: name, Published: published, Verified: source.CopyOnly, SHA256: map[string]string{"table": sha256}}}
}

//go:embed bri65.jsonl
var bri65 string

// BRI65 is the 65 economies of the head-counts.
var BRI65 = &source.Dataset{
	ID:       "bri-65",
	Title:    "The 65 economies of Belt and Road head-counts",
	Covers:   "which economies head-counts of 2016 to 2018 took as the Belt and Road",
	Obtain:   "Write a CSV file with the columns iso3, source and note from any print of the list.",
	Changes:  "Not any more: the list was in use to 2018.",
	Declared: bri65,
	Files:    []source.File{{Role: "table", Name: "*65*.csv"}},
	Editions: edition("65 economies", "2018", "f32b1bf7c8bcbf08d6c816b2e9d8a3f0fca04d97375bfd7411a84ef9ac8746ea"),
	Whole:    true,
	Read: func(r *source.Reading) error {
		t, err := table(r, 65, "iso3", "source", "note")
		if err != nil {
			return err
		}
		return t.Each(func(row *source.Row) error {
			country := row.Country("iso3")
			qualifiers := map[string]string{"how": "counted"}
			if row.OneOf("note", "", "includes CHN; IND is on the list but never joined") != "" {
				switch country.Code() {
				case "CN":
					qualifiers["note"] = "the initiator"
				case "IN":
					qualifiers["note"] = "counted, but never joined"
				}
			}
			row.Ignore("source") // one text on each row; the source record has it
			if err := row.Err(); err != nil {
				return err
			}
			return member(r, "bri65", country, "list/bri-65", sightline.MemberOf, qualifiers,
				country.Name()+" is one of the 65 economies that head-counts of 2016 to 2018 took as the Belt and Road.", "", "", r.Ref("row "+country.Alpha3()))
		})
	},
}

//go:embed deciders.jsonl
var deciders string

// groups of The Digital Deciders in our spelling.
var groups = map[string]string{
	"digital_decider":          "digital decider",
	"global_and_open":          "global and open",
	"sovereign_and_controlled": "sovereign and controlled",
}

// DigitalDeciders is the groups of The Digital Deciders.
var DigitalDeciders = &source.Dataset{
	ID:       "digital-deciders",
	Title:    "The Digital Deciders, groups of states (New America, 2018)",
	Covers:   "114 states in three groups",
	Obtain:   "Write a CSV file with the columns iso3, country, group and source from the report, or from the notebook part1_corpus of github.com/fr48/unga.",
	Changes:  "Not any more: the report is of October 2018.",
	Declared: deciders,
	Files:    []source.File{{Role: "table", Name: "*deciders*.csv"}},
	Editions: edition("October 2018, transcribed", "2018-10", "ffa9f2deb5dca4c682b18cd9bdc5cbbaa05337124da8d7daad075783a73a1ebd"),
	Whole:    true,
	Read: func(r *source.Reading) error {
		t, err := table(r, 114, "iso3", "country", "group", "source")
		if err != nil {
			return err
		}
		return t.Each(func(row *source.Row) error {
			country, group := row.Country("iso3"), groups[row.OneOf("group", "digital_decider", "global_and_open", "sovereign_and_controlled")]
			row.Ignore("country", "source") // the code names it; one text on each row
			if err := row.Err(); err != nil {
				return err
			}
			return member(r, "new-america-2018", country, "list/new-america-2018", sightline.GroupedAs, map[string]string{"group": group},
				fmt.Sprintf("New America counted %s among the group %q in 2018.", country.Name(), group), "2018", "2018-10", r.Ref("row "+country.Alpha3()))
		})
	},
}

//go:embed dfi.jsonl
var dfi string

// DFI is the endorsers of the Declaration for the Future of the Internet.
var DFI = &source.Dataset{
	ID:       "dfi",
	Title:    "Endorsers of the Declaration for the Future of the Internet",
	Covers:   "61 countries and territories that endorsed it on the day of its launch",
	Obtain:   "Write a CSV file with the columns iso3, country, endorsed_at_launch (the day) and source from the announcement.",
	Changes:  "Later endorsers are not in the list of the launch. A table with other days is taken as it stands.",
	Declared: dfi,
	Files:    []source.File{{Role: "table", Name: "*dfi*.csv"}},
	Editions: edition("launch of 28 April 2022", "2022-04-28", "bcf9040f4f76aaa6ab9eab3f96bafa44a766395aa49aedd4bf140e7f691eabe7"),
	Whole:    true,
	Read: func(r *source.Reading) error {
		t, err := table(r, 61, "iso3", "country", "endorsed_at_launch", "source")
		if err != nil {
			return err
		}
		return t.Each(func(row *source.Row) error {
			country, day := row.Country("iso3"), row.Need("endorsed_at_launch")
			row.Ignore("country", "source") // the code names it; one text on each row
			if err := row.Err(); err != nil {
				return err
			}
			return member(r, "dfi", country, "list/dfi-endorsers", sightline.MemberOf, map[string]string{"how": "endorsed"},
				country.Name()+" endorsed the Declaration for the Future of the Internet at its launch.", day+"/", day, r.Ref(""))
		})
	},
}

//go:embed foc.jsonl
var foc string

//go:embed budapest.jsonl
var budapest string

// handRead is the table of facts that people read by hand; the two lists below
// are rows of it. Its other rows were typed into claim text by people.
const handRead = "f9623cff0a990328002b95f4d32ee3a97972adacef64806ea2dff77305acec76"

// handRows reads the rows of the table whose object is the one given.
func handRows(r *source.Reading, object string, low, high int, f func(country sightline.Country, predicate, date, address string) error) error {
	t, err := table(r, 168, "id", "subject", "predicate", "object", "date", "source", "confidence", "note")
	if err != nil {
		return err
	}
	n := 0
	if err := t.Each(func(row *source.Row) error {
		row.Need("id")
		subject, predicate, of := row.Need("subject"), row.Need("predicate"), row.Need("object")
		date, address := row.Pop("date"), row.Need("source")
		row.OneOf("confidence", "high", "medium", "low") // said by the sources of ours
		row.Ignore("note")                               // said by the lists of ours
		if err := row.Err(); err != nil {
			return err
		}
		if of != object {
			r.Count("rows on other matters")
			return nil
		}
		country, err := sightline.ParseCountry(subject)
		if err != nil {
			return err
		}
		n++
		return f(country, predicate, date, address)
	}); err != nil {
		return err
	}
	if n < low || n > high {
		return sightline.Errorf(sightline.Invalid, "read table", r.Dataset.ID, "it has %d rows on %s, expected %d to %d", n, object, low, high).WithHint("The file may be cut short: get it again.")
	}
	return nil
}

// FOC is the members of the Freedom Online Coalition.
var FOC = &source.Dataset{
	ID:       "foc",
	Title:    "Members of the Freedom Online Coalition",
	Covers:   "29 of the 30 members of October 2017, with the year of joining",
	Obtain:   "Write a CSV file with the columns id, subject (a code), predicate (member_of), object (Freedom Online Coalition), date (the year), source, confidence and note.",
	Changes:  "Later members are missing. A table that has more rows adds them.",
	Declared: foc,
	Files:    []source.File{{Role: "table", Name: "*.csv"}},
	Editions: edition("members of October 2017, read by hand", "2017-10", handRead),
	Whole:    true,
	Read: func(r *source.Reading) error {
		return handRows(r, "Freedom Online Coalition", 29, 100, func(country sightline.Country, predicate, date, address string) error {
			if predicate != "member_of" {
				return sightline.Errorf(sightline.Conflict, "read membership", predicate, "not a relation to this list that is known").WithHint("Look at the row in the file.")
			}
			return member(r, "foc", country, "list/freedom-online-coalition", sightline.MemberOf, map[string]string{"how": "joined"},
				fmt.Sprintf("%s joined the Freedom Online Coalition in %s.", country.Name(), date), date+"/", "2017-10", r.Ref(""))
		})
	},
}

// Budapest is the parties to the Budapest Convention.
var Budapest = &source.Dataset{
	ID:       "budapest",
	Title:    "Parties to the Budapest Convention on Cybercrime",
	Covers:   "parties whose names begin with A to K, those of A to H with the day of ratification",
	Obtain:   "Write a CSV file with the columns id, subject (a code), predicate (ratified or party_to), object (Budapest Convention (ETS 185)), date, source, confidence and note.",
	Changes:  "The rest of the alphabet is missing. A table that has more rows adds them.",
	Declared: budapest,
	Files:    []source.File{{Role: "table", Name: "*.csv"}},
	Editions: edition("A to K, read by hand", "", handRead),
	Whole:    true,
	Read: func(r *source.Reading) error {
		return handRows(r, "Budapest Convention (ETS 185)", 39, 200, func(country sightline.Country, predicate, date, address string) error {
			switch {
			case predicate == "ratified" && strings.Contains(address, "treaty/185/signatures"):
				return member(r, "budapest", country, "treaty/budapest-convention", sightline.MemberOf, map[string]string{"how": "ratified"},
					country.Name()+" ratified the Budapest Convention on Cybercrime.", date+"/", date, r.Ref(""))
			case predicate == "party_to":
				refs := slices.Clone(r.Ref(""))
				refs[0].Source = "coe-budapest-parties"
				return member(r, "budapest", country, "treaty/budapest-convention", sightline.MemberOf, map[string]string{"how": "party"},
					country.Name()+" is a party to the Budapest Convention on Cybercrime; the date was not seen.", "", "", refs)
			}
			return sightline.Errorf(sightline.Conflict, "read membership", predicate, "not a relation to this treaty that is known, or from a page that is not").WithHint("Look at the row in the file.")
		})
	},
}
