package uslists

import (
	_ "embed"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"sightline"
	"sightline/source"
)

//go:embed screening.jsonl
var screening string

//go:embed screening.csv
var screeningNames string

//go:embed repairs.csv
var screeningRepairs string

// ScreeningList is the Consolidated Screening List.
var ScreeningList = &source.Dataset{
	ID:       "us-csl",
	Title:    "Consolidated Screening List of the United States",
	Covers:   "organisations under export restrictions and sanctions of the United States, by list, with dates where the list has them",
	Obtain:   "Download the CSV file from the address.",
	Changes:  "Daily. A list that is new, or a column, is refused until it is taught.",
	Declared: screening,
	Repairs:  screeningRepairs,
	Persons:  "parties of type Individual, and those of the lists that do not say what a party is",
	Files:    []source.File{{Role: "list", Name: "*.csv"}},
	Editions: []source.Edition{{
		Name: "sample of 3 December 2019", Verified: source.CopyOnly,
		SHA256: map[string]string{"list": "aa18b1d784f61dc86519a4481fa7326a9343c01d6bf39e2ac1cec92267247c0f"},
	}},
	Whole: true,
	Read:  readScreening,
}

// screened are the lists by the abbreviation in their name, with our act and
// what each does.
var screened = map[string]struct {
	act     sightline.EntityID
	measure string
}{
	"EL":   {"act/us-entity-list", "export licence needed"},
	"DPL":  {"act/us-denied-persons-list", "export privileges denied"},
	"UVL":  {"act/us-unverified-list", "end use not verified"},
	"MEU":  {"act/us-military-end-user-list", "export licence needed"},
	"ISN":  {"act/us-nonproliferation-sanctions", "nonproliferation sanctions"},
	"DTC":  {"act/us-itar-debarred", "debarred from arms exports"},
	"SDN":  {"act/us-sdn-list", "asset freeze"},
	"SSI":  {"act/us-ssi-list", "sectoral sanctions"},
	"FSE":  {"act/us-fse-list", "transactions barred"},
	"PLC":  {"act/us-plc-list", "transactions barred"},
	"CAP":  {"act/us-capta-list", "correspondent accounts restricted"},
	"MBS":  {"act/us-mbs-list", "menu-based sanctions"},
	"CMIC": {"act/us-ns-cmic-list", "investment barred"},
}

var abbreviation = regexp.MustCompile(`\(([A-Z]+)\) - `)

// organised fits a name that says that it is an organisation's. Where a list
// does not say what a party is, nothing else is taken: the Denied Persons List,
// the debarred and the Entity List hold private persons among firms. Words that
// are also names of families are not in it.
var organised = regexp.MustCompile(`(?i)(\b(ltd|limited|llc|l\.l\.c|inc|incorporated|corp|corporation|company|gmbh|plc|ooo|oao|zao|pao|ao|jsc|ojsc|cjsc|pjsc|s\.a|s\.r\.l|srl|ltda|cia|bv|b\.v|n\.v|pte|pty|sdn bhd|bhd|fze|fzco|fzc|a\.s|a\.ş|sti|kg|ag|sarl|spa|s\.p\.a|university|institute|academy|college|laboratory|research cent(er|re)|cent(er|re) of|ministry|department|directorate|bureau|agency|organi[sz]ation|foundation|association|bank|group|holding|holdings|enterprise|enterprises|industries|industry|factory|plant|shipyard|regiment|brigade|division|corps|military unit|airlines|shipping|logistics|technologies|technology|electronics|engineering|trading|trade|telecom|telecommunications|communications|aerospace|aviation|systems|international)\b|有限公司|公司)`)

// company forms tell a firm from another organisation.
var firmForm = regexp.MustCompile(`(?i)\b(ltd|limited|llc|l\.l\.c|inc|incorporated|corp|corporation|company|co|gmbh|plc|ooo|oao|zao|pao|ao|jsc|ojsc|cjsc|pjsc|s\.a|s\.r\.l|srl|ltda|cia|bv|b\.v|n\.v|pte|pty|bhd|fze|fzco|fzc|sarl|s\.p\.a)\b`)

// party is an organisation with what the lists say of it.
type party struct {
	entity   sightline.Entity
	ours     bool // people gave it its names
	at       map[sightline.Country]bool
	listings map[string]listed
}

type listed struct {
	list, number, start, end, notice, programs string
}

func readScreening(r *source.Reading) error {
	names, err := r.Names(screeningNames)
	if err != nil {
		return err
	}
	in, _ := r.File("list")
	// Repairs are of the sample: a list that changes daily mends itself.
	table := "us-csl"
	if r.Edition != nil {
		table = "us-csl/sample"
	}
	left := map[string]int{}
	t, n, err := source.CSVOnly(table, in.Bytes, func(cell func(string) string) bool {
		why := ""
		switch cell("type") {
		case "Entity":
		case "Individual":
			why = "persons: left out, unread"
		case "Vessel", "Aircraft":
			why = "ships and aircraft: left out"
		case "":
			if name := cell("name"); !names.Known(name) && !organised.MatchString(name) {
				why = "parties that may be persons, for their list does not say and no word of their name does: left out, unread"
			}
		}
		if why != "" {
			left[why]++
		}
		return why == ""
	})
	if err != nil {
		return err
	}
	if err := t.ExpectColumns("source", "entity_number", "type", "programs", "name", "title", "addresses", "federal_register_notice", "start_date", "end_date", "standard_order",
		"license_requirement", "license_policy", "call_sign", "vessel_type", "gross_tonnage", "gross_registered_tonnage", "vessel_flag", "vessel_owner", "remarks", "source_list_url",
		"alt_names", "citizenships", "dates_of_birth", "nationalities", "places_of_birth", "source_information_url", "ids"); err != nil {
		return err
	}
	// The list as published has many thousands of rows.
	low, high := bounds(r, 115, 5000, 1<<20)
	if rows := len(t.Rows) + n; rows < low || rows > high {
		return sightline.Errorf(sightline.Invalid, "read table", t.Name, "it has %d rows, expected at least %d", rows, low).WithHint("The file may be cut short: get it again.")
	}
	if err := r.Check(t, 0, high); err != nil {
		return err
	}
	for _, why := range slices.Sorted(maps.Keys(left)) {
		for range left[why] {
			r.Count(why)
		}
	}
	parties := map[sightline.EntityID]*party{}
	if err := t.Each(func(row *source.Row) error { return screen(r, names, parties, row) }); err != nil {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(parties)) {
		if err := parties[id].records(r); err != nil {
			return err
		}
	}
	return nil
}

func screen(r *source.Reading, names *source.Names, parties map[sightline.EntityID]*party, row *source.Row) error {
	from, name := row.Need("source"), row.Need("name")
	kind := row.OneOf("type", "", "Entity")
	l := listed{number: row.Pop("entity_number"), start: row.Pop("start_date"), end: row.Pop("end_date"), notice: row.Pop("federal_register_notice"), programs: row.Pop("programs")}
	addresses, others := row.Pop("addresses"), row.Pop("alt_names")
	row.Ignore("license_requirement", "license_policy", "standard_order") // the list says what it does
	row.Ignore("remarks", "ids")                                          // prose, and numbers of registers, for which there is no place
	row.Ignore("source_list_url", "source_information_url")               // short addresses of the same two pages
	row.Ignore("call_sign", "vessel_type", "gross_tonnage", "gross_registered_tonnage", "vessel_flag", "vessel_owner")
	// Of persons only.
	for _, c := range []string{"title", "citizenships", "dates_of_birth", "places_of_birth"} {
		if row.Peek(c) != "" {
			r.Count("parties with particulars of a person: left out")
			row.Ignore("title", "citizenships", "dates_of_birth", "nationalities", "places_of_birth")
			return row.Err()
		}
	}
	row.Ignore("title", "citizenships", "dates_of_birth", "nationalities", "places_of_birth")
	if err := row.Err(); err != nil {
		return err
	}
	m := abbreviation.FindStringSubmatch(from)
	if m == nil || screened[m[1]].act == "" {
		return sightline.Errorf(sightline.NotFound, "read list", from, "no such list is known").WithHint("The publisher has added a list: the importer must be taught.")
	}
	l.list = m[1]
	if strings.ContainsFunc(name, func(c rune) bool { return c < 0x20 || c >= 0x7F && c < 0xA0 }) {
		r.Count("names with a control character: left out")
		r.Note("%q of the list %s holds a control character, and makes no claim", name, l.list)
		return nil
	}
	e := sightline.Entity{ID: sightline.EntityID("organization/" + source.Slug("us-csl", name)), Name: name}
	if firmForm.MatchString(name) {
		e.ID = sightline.EntityID("company/" + source.Slug("us-csl", name))
	}
	ours := names.Known(name)
	if ours {
		known, why, err := names.Of(name, sightline.KindCompany, sightline.Country{})
		if err != nil {
			return err
		}
		if known == nil {
			r.Count("parties without a claim: " + why)
			return nil
		}
		e = *known
	}
	p := parties[e.ID]
	if p == nil {
		p = &party{entity: e, ours: ours, at: map[sightline.Country]bool{}, listings: map[string]listed{}}
		parties[e.ID] = p
	}
	for a := range strings.SplitSeq(addresses, ";") {
		_, code, _ := cutLast(strings.TrimSpace(a), ", ")
		if len(code) == 2 {
			if c, err := sightline.ParseCountry(code); err == nil {
				p.at[c] = true
			}
		}
	}
	if kind == "Entity" { // other names of a mixed list may be those of people
		for o := range strings.SplitSeq(others, ";") {
			if o = strings.TrimSpace(o); o != "" && o != p.entity.Name && !slices.Contains(p.entity.Names, o) && len(p.entity.Names) < 100 {
				p.entity.Names = append(p.entity.Names, o)
			}
		}
	}
	key := source.Slug("us-csl", l.list, strings.TrimPrefix(tail(e.ID), "us-csl-"))
	if l.number != "" {
		key = source.Slug("us-csl", l.list, l.number)
	}
	if old, twice := p.listings[key]; twice && old != l {
		if old.start == l.start && old.end == l.end {
			r.Count("listings that stand twice, once a place")
			return nil
		}
		key = source.Slug(key, l.start) // listed again, or in another country on another day
	}
	p.listings[key] = l
	return nil
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, s, false
}

func (p *party) records(r *source.Reading) error {
	if !p.ours {
		slices.Sort(p.entity.Names)
		if len(p.at) == 1 {
			for c := range p.at {
				p.entity.Country = c
			}
		}
		if err := r.Entity(p.entity); err != nil {
			return err
		}
	}
	for _, key := range slices.Sorted(maps.Keys(p.listings)) {
		l := p.listings[key]
		q := measure(screened[l.list].measure)
		if l.programs != "" {
			q["note"] = l.programs
		}
		at := "list " + l.list
		if l.number != "" {
			at += ", number " + l.number
		}
		if l.notice != "" {
			at += ", " + strings.Join(strings.Fields(l.notice), " ")
		}
		words := fmt.Sprintf("The United States has %s on a list: %s.", p.entity.Name, screened[l.list].measure)
		if l.start != "" {
			words = fmt.Sprintf("The United States put %s on a list on %s: %s.", p.entity.Name, l.start, screened[l.list].measure)
		}
		if err := listing(r, key, p.entity.ID, screened[l.list].act, q, words, l.start, l.end, at); err != nil {
			return err
		}
	}
	return nil
}
