// Package uslists imports lists by which the United States restricts
// organisations: the five firms of section 889, the Covered List of its
// communications regulator, the Chinese military companies of section 1260H,
// the Federal Register notices of nonproliferation measures, and the
// Consolidated Screening List. Each is a data set of its own.
//
// What comes out is a claim a listing, from the day on which the list names the
// organisation; without a stated end it is open, for the list was in force when
// it was read. Private persons are left out. Where a list mixes persons and
// organisations without saying which is which, only names that say that they
// are an organisation's are taken (see screening.go).
package uslists

import (
	_ "embed"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"sightline"
	"sightline/source"
)

// listing makes a claim of an organisation under an act, from start on. An
// empty start is one that the list does not state.
func listing(r *source.Reading, id string, who, act sightline.EntityID, qualifiers map[string]string, words, start, end, locator string) error {
	if end == "" {
		end = ".."
	}
	valid, err := sightline.ParsePeriod(start + "/" + end)
	if err != nil {
		return err
	}
	var published sightline.Date
	if start != "" {
		if published, err = sightline.ParseDate(start); err != nil {
			return err
		}
	}
	return r.Claim(sightline.Claim{
		ID: sightline.ClaimID(id), Subject: who, Predicate: sightline.ListedUnder, Object: sightline.Object{Entity: act},
		Qualifiers: qualifiers, Words: words, Valid: valid, Published: published,
	}, locator)
}

func measure(s string) map[string]string { return map[string]string{"measure": s} }

// bounds are the exact rows of a known edition, or a floor and a ceiling.
func bounds(r *source.Reading, known, low, high int) (int, int) {
	if r.Edition != nil {
		return known, known
	}
	return low, high
}

// tail is the slug of an entity id.
func tail(id sightline.EntityID) string {
	_, slug, _ := strings.Cut(string(id), "/")
	return slug
}

//go:embed section889.jsonl
var section889 string

//go:embed section889.csv
var section889Names string

// Section889 is the firms that section 889 names.
var Section889 = &source.Dataset{
	ID:       "us-889",
	Title:    "Firms named in section 889 of the US defence act for 2019",
	Covers:   "five firms of China whose equipment agencies of the United States may not buy",
	Obtain:   "Read section 889(f)(3) of Public Law 115-232, or download section_889.csv from datasets/us/special_leg/source_files of github.com/opensanctions/opensanctions.",
	Changes:  "Only when the law is amended.",
	Declared: section889,
	Files:    []source.File{{Role: "firms", Name: "*889*.csv"}},
	Editions: []source.Edition{{
		Name: "Public Law 115-232", Published: "2018-08-13", Verified: source.CopyOnly,
		SHA256: map[string]string{"firms": "8a4c3e0402091810799d4a29428adcc8fafdfcfa83863bc923d5cbb74605e42e"},
	}},
	Whole: true,
	Read: func(r *source.Reading) error {
		names, err := r.Names(section889Names)
		if err != nil {
			return err
		}
		low, high := bounds(r, 5, 5, 50)
		t, err := r.CSV("firms", low, high)
		if err != nil {
			return err
		}
		if err := t.ExpectColumns("schema", "name", "aliases", "topics", "program", "authority", "reason", "report-date", "start-date", "end-date", "country", "notes", "source_url"); err != nil {
			return err
		}
		return t.Each(func(row *source.Row) error {
			who, _, err := names.Of(row.Need("name"), sightline.KindCompany, sightline.Country{})
			if err != nil {
				return err
			}
			row.Expect("schema", "Company") // never a person
			start, end := row.Pop("start-date"), row.Pop("end-date")
			if start == "" {
				start = "2018-08-13" // the day of the law
			}
			row.Ignore("topics", "program", "authority", "source_url") // the same on each row; the source record has it
			row.Expect("aliases", "")
			row.Expect("reason", "")
			row.Expect("report-date", "")
			row.Expect("country", "")
			row.Expect("notes", "")
			if err := row.Err(); err != nil {
				return err
			}
			return listing(r, source.Slug("us-889", tail(who.ID)), who.ID, "act/us-ndaa-2019-889", measure("federal procurement ban"),
				"The United States barred its agencies from buying equipment of "+who.Name+".", start, end, "section 889(f)(3)")
		})
	},
}

//go:embed covered.jsonl
var covered string

//go:embed covered.csv
var coveredRules string

// CoveredList is the Covered List of the FCC.
var CoveredList = &source.Dataset{
	ID:       "us-fcc",
	Title:    "Covered List of the US Federal Communications Commission",
	Covers:   "equipment and services of named firms that count as security risks, with the day of inclusion",
	Obtain:   "Copy the table at the address into a CSV file of two columns, or download table.csv from datasets/us/fcc_covered_list of github.com/opensanctions/opensanctions.",
	Changes:  "A few times a year. A row that no rule of covered.csv fits is refused: a person must say which firm it names.",
	Declared: covered,
	Files:    []source.File{{Role: "list", Name: "*.csv"}},
	Editions: []source.Edition{{
		Name: "28 July 2026", Published: "2026-07-28", Verified: source.CopyOnly,
		SHA256: map[string]string{"list": "9cecf5b8ccd3e13fe5243b983ffed6016408f8ffaf02cd58bb2a40c963cf0665"},
	}},
	Whole: true,
	Read:  readCovered,
}

// firm is a rule by which a printed text names a firm.
type firm struct {
	pattern *regexp.Regexp
	entity  sightline.Entity
	what    string
	used    bool
}

// firms reads a table of rules, with columns that people need ignored.
func firms(name, table string) (out []*firm, err error) {
	t, err := source.CSV(name, []byte(table))
	if err != nil {
		return nil, err
	}
	return out, t.Each(func(row *source.Row) error {
		p, err := regexp.Compile(row.Need("pattern"))
		if err != nil {
			return err
		}
		f := &firm{pattern: p, entity: sightline.Entity{ID: sightline.EntityID(row.Pop("entity")), Name: row.Pop("called")}}
		if c := row.Pop("country"); c != "" {
			if f.entity.Country, err = sightline.ParseCountry(c); err != nil {
				return err
			}
		}
		if row.Has("what") {
			f.what = row.Pop("what")
		}
		row.Ignore("why") // for people
		out = append(out, f)
		return nil
	})
}

// unused is an error when a rule fits nothing in the edition that is known.
func unused(r *source.Reading, list []*firm) error {
	for _, f := range list {
		if !f.used && r.Edition != nil {
			return sightline.Errorf(sightline.Conflict, "read "+r.Dataset.ID, f.pattern.String(), "the rule fits no row").WithHint("Take it out of the table beside the importer.")
		}
		if !f.used && f.entity.ID != "" {
			r.Note("no row names %s", f.entity.Name)
		}
	}
	return nil
}

// inclusion is the day of a row; later changes of it stand behind.
var inclusion = regexp.MustCompile(`^[A-Z][a-z]+ \d+, \d{4}`)

func readCovered(r *source.Reading) error {
	rules, err := firms("covered.csv", coveredRules)
	if err != nil {
		return err
	}
	low, high := bounds(r, 16, 14, 200)
	t, err := r.CSV("list", low, high)
	if err != nil {
		return err
	}
	if err := t.ExpectColumns("covered_equipment_or_services", "date_of_inclusion_on_covered_list"); err != nil {
		return err
	}
	if err := t.Each(func(row *source.Row) error {
		what := row.Need("covered_equipment_or_services")
		included, err := time.Parse("January 2, 2006", inclusion.FindString(row.Need("date_of_inclusion_on_covered_list")))
		if err != nil {
			return sightline.Errorf(sightline.Invalid, "read day of inclusion", sightline.Clip(what, 60), "it is not a day such as March 12, 2021").WithHint("Look at the row in the file.")
		}
		var fits *firm
		for _, f := range rules {
			if f.pattern.MatchString(what) {
				if fits != nil {
					return sightline.Errorf(sightline.Conflict, "read covered item", sightline.Clip(what, 60), "two rules fit")
				}
				fits = f
			}
		}
		if fits == nil {
			return sightline.Errorf(sightline.NotFound, "read covered item", sightline.Clip(what, 120), "no rule of covered.csv fits").
				WithHint("The row is new: a person must say which firm it names.")
		}
		fits.used = true
		if fits.entity.ID == "" {
			r.Count("rows that name no firm: " + fits.pattern.String())
			return nil
		}
		if err := r.Entity(fits.entity); err != nil {
			return err
		}
		start := included.Format(time.DateOnly)
		return listing(r, source.Slug("us-fcc", tail(fits.entity.ID), start[:4]), fits.entity.ID, "act/us-fcc-covered-list", measure("covered list"),
			fmt.Sprintf("The US communications regulator put %s of %s on its list of security risks.", fits.what, fits.entity.Name), start, "", "included "+start)
	}); err != nil {
		return err
	}
	return unused(r, rules)
}

//go:embed military.jsonl
var military string

//go:embed military.csv
var militaryRules string

// MilitaryCompanies is the lists of section 1260H.
var MilitaryCompanies = &source.Dataset{
	ID:       "us-1260h",
	Title:    "Chinese military companies by the US Department of Defense (section 1260H)",
	Covers:   "firms of China on six lists of 2021 to 2026, with removals and the firms that own them",
	Obtain:   "Download sanctions.csv from datasets/us/dod_chinese_milcorps of github.com/opensanctions/opensanctions, which transcribes the lists that the department publishes as PDF files.",
	Changes:  "A list a year. A firm that a list has no longer keeps an unknown end until its removal is stated.",
	Declared: military,
	Files:    []source.File{{Role: "lists", Name: "*.csv"}},
	Editions: []source.Edition{{
		Name: "list of 8 June 2026", Published: "2026-06-08", Verified: source.CopyOnly,
		SHA256: map[string]string{"lists": "502dfa5a9af6d8737d39e3c4e420ee349f41012e72c05ba69f4f15e6dbf57d71"},
	}},
	Whole: true,
	Read:  readMilitary,
}

// company is what the yearly lists say of a firm, folded into one.
type company struct {
	entity           sightline.Entity
	first, last, end string
	parents          map[string]string // as printed, with the newest list that says so
}

// readMilitary folds the yearly lists into one claim a firm: from the first
// list that names it. The end is open when the newest list names it, the date
// of removal when there is one, and unknown otherwise. A firm that no rule of
// military.csv knows is told apart by its name without its abbreviation.
func readMilitary(r *source.Reading) error {
	rules, err := firms("military.csv", militaryRules)
	if err != nil {
		return err
	}
	low, high := bounds(r, 397, 360, 3000)
	t, err := r.CSV("lists", low, high)
	if err != nil {
		return err
	}
	if err := t.ExpectColumns("Name", "Clean Name", "Alias", "Previous Name", "Parent Name", "Note", "Start date", "End date", "Source Url"); err != nil {
		return err
	}
	china, err := sightline.ParseCountry("CN")
	if err != nil {
		return err
	}
	companies := map[sightline.EntityID]*company{}
	called := map[string]sightline.EntityID{} // by the slug of a printed name
	newest := ""
	if err := t.Each(func(row *source.Row) error {
		name, clean, start, end := row.Need("Name"), row.Need("Clean Name"), row.Need("Start date"), row.Pop("End date")
		alias, parent := row.Pop("Alias"), row.Pop("Parent Name")
		row.Ignore("Previous Name", "Note", "Source Url") // prose of the list, and where it is
		if err := row.Err(); err != nil {
			return err
		}
		if _, err := sightline.ParseDate(start); err != nil {
			return err
		}
		newest = max(newest, start)
		e := sightline.Entity{ID: sightline.EntityID("company/" + source.Slug("us-1260h", clean)), Name: clean, Country: china}
		ours := false
		for _, f := range rules {
			if f.pattern.MatchString(name) {
				e, ours, f.used = f.entity, true, true
			}
		}
		called[source.Slug(clean)] = e.ID
		c := companies[e.ID]
		if c == nil {
			c = &company{entity: e, parents: map[string]string{}}
			companies[e.ID] = c
		}
		if alias != "" && !ours {
			for a := range strings.SplitSeq(alias, ";") {
				if a = strings.TrimSpace(a); a != "" && a != c.entity.Name && !slices.Contains(c.entity.Names, a) {
					c.entity.Names = append(c.entity.Names, a)
				}
			}
		}
		if c.first == "" || start < c.first {
			c.first = start
		}
		if start > c.last {
			c.last, c.end = start, end
		}
		if parent != "" {
			c.parents[parent] = max(c.parents[parent], start)
		}
		return nil
	}); err != nil {
		return err
	}
	if err := unused(r, rules); err != nil {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(companies)) {
		if err := companies[id].records(r, newest, called); err != nil {
			return err
		}
	}
	return nil
}

func (c *company) records(r *source.Reading, newest string, called map[string]sightline.EntityID) error {
	slices.Sort(c.entity.Names)
	if err := r.Entity(c.entity); err != nil {
		return err
	}
	// A firm of another table of ours has a plain slug, and one of this list
	// has the list's name in it already.
	id := source.Slug("us-1260h", strings.TrimPrefix(tail(c.entity.ID), "us-1260h-"))
	words := fmt.Sprintf("The US Department of Defense counts %s among Chinese military companies since %s.", c.entity.Name, c.first)
	end := ".."
	switch {
	case c.end != "":
		end = c.end
		words = fmt.Sprintf("The US Department of Defense counted %s among Chinese military companies from %s to %s.", c.entity.Name, c.first, c.end)
	case c.last != newest:
		r.Count("firms that the newest list has no longer, without a stated removal")
		end = ""
		words = fmt.Sprintf("The US Department of Defense counted %s among Chinese military companies on its lists from %s to %s; the newest has it no longer.", c.entity.Name, c.first, c.last)
	}
	valid, err := sightline.ParsePeriod(c.first + "/" + end)
	if err != nil {
		return err
	}
	published, err := sightline.ParseDate(c.first)
	if err != nil {
		return err
	}
	if err := r.Claim(sightline.Claim{
		ID: sightline.ClaimID(id), Subject: c.entity.ID, Predicate: sightline.ListedUnder, Object: sightline.Object{Entity: "act/us-ndaa-2021-1260h"},
		Qualifiers: measure("military company list"), Words: words, Valid: valid, Published: published,
	}, "lists of "+c.first+" to "+c.last); err != nil {
		return err
	}
	for _, printed := range slices.Sorted(maps.Keys(c.parents)) {
		parent, ok := called[source.Slug(printed)]
		name := printed
		if !ok {
			parent = sightline.EntityID("company/" + source.Slug("us-1260h", printed))
			if err := r.Entity(sightline.Entity{ID: parent, Name: printed}); err != nil {
				return err
			}
		}
		if parent == c.entity.ID {
			r.Count("firms that are printed as their own parent")
			continue
		}
		day, err := sightline.ParseDate(c.parents[printed])
		if err != nil {
			return err
		}
		if err := r.Claim(sightline.Claim{
			ID: sightline.ClaimID(source.Slug(id, "of", printed)), Subject: c.entity.ID, Predicate: sightline.OwnedBy, Object: sightline.Object{Entity: parent},
			Words: fmt.Sprintf("The US Department of Defense gives %s as the parent of %s.", name, c.entity.Name), Published: day,
		}, "list of "+c.parents[printed]); err != nil {
			return err
		}
	}
	return nil
}
