package main

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"sightline"
	"sightline/source"
)

// measures writes the acts of the European Union and of the United States
// against suppliers. Of the EU annexes only the organisations whose listing
// concerns censorship, filtering, surveillance or shutdown are taken
// (eu_words.csv, with the reason in our own words and no person named). Of the
// lists of the United States only firms of telecommunications, network
// equipment, information security and surveillance (us_fcc.csv, us_1260h.csv
// and the whole of section 889).
func (c *compiler) measures() error {
	for _, f := range []func() error{c.europeanUnion, c.section889, c.coveredList, c.militaryCompanies} {
		if err := f(); err != nil {
			return err
		}
	}
	return nil
}

// listing makes a claim of an organisation under an act from start on. Without
// an end it is open: the act was in force when its list was read.
func (c *compiler) listing(id string, who, act sightline.EntityID, measure, words, start, end string, refs []sightline.Reference) error {
	if end == "" {
		end = ".."
	}
	valid, err := sightline.ParsePeriod(start + "/" + end)
	if err != nil {
		return err
	}
	published, err := date(start)
	if err != nil {
		return err
	}
	return c.put("measures", &sightline.Claim{
		ID: sightline.ClaimID(id), Subject: who, Predicate: sightline.ListedUnder, Object: sightline.Object{Entity: act},
		Qualifiers: map[string]string{"measure": measure}, Words: words, Valid: valid, Published: published, References: refs,
	})
}

func (c *compiler) europeanUnion() error {
	type listed struct {
		entity, act sightline.EntityID
		name, words string
		used        bool
	}
	ours := map[string]*listed{}
	if err := c.own("eu_words.csv", func(r *source.Row) error {
		ours[r.Need("celex")+" "+r.Need("record")] = &listed{entity: sightline.EntityID(r.Need("entity")), name: r.Need("listed_name"), act: sightline.EntityID(r.Need("act")), words: r.Need("words")}
		return nil
	}); err != nil {
		return err
	}
	if err := c.each("eu-listed", func(r *source.Row) error {
		celex, record := r.Need("celex"), r.Need("recordId")
		l := ours[celex+" "+record]
		if l == nil {
			return sightline.Errorf(sightline.NotFound, "read listing", celex+" "+record, "eu_words.csv has no words for it")
		}
		l.used = true
		r.Expect("name", l.name)
		start, err := time.Parse("2.1.2006", r.Need("startDate"))
		if err != nil {
			return err
		}
		annex := r.Need("annex")
		r.Expect("measure", "Asset freeze")
		r.OneOf("schema", "LegalEntity", "Company")
		r.Ignore("reason")                                                            // said in our own words
		r.Ignore("programKey")                                                        // the act says it
		r.Ignore("alias", "country", "jurisdiction", "registrationNumber", "website") // entities.jsonl has what is needed
		return c.listing(slug("eu", celex, record), l.entity, l.act, "asset freeze", l.words, start.Format(time.DateOnly), "",
			ref(sightline.SourceID(slug("eu", celex)), "annex "+annex+", entry "+record))
	}); err != nil {
		return err
	}
	for _, key := range sortedKeys(ours) {
		if !ours[key].used {
			return sightline.Errorf(sightline.Conflict, "compile listings", key, "eu_words.csv has words for it, and the input has no such row")
		}
	}
	return nil
}

var named889 = map[string]sightline.EntityID{
	"Dahua Technology Company":                      "company/dahua",
	"Hangzhou Hikvision Digital Technology Company": "company/hikvision",
	"Huawei Technologies Company":                   "company/huawei",
	"Hytera Communications Corporation":             "company/hytera",
	"ZTE Corporation":                               "company/zte",
}

func (c *compiler) section889() error {
	return c.each("us-889", func(r *source.Row) error {
		name := r.Need("name")
		who, ok := named889[name]
		if !ok {
			return sightline.Errorf(sightline.NotFound, "read firm", name, "no entity is known for it")
		}
		r.Expect("schema", "Company")
		r.Ignore("topics", "program", "authority", "source_url") // the same on each row; the source record has it
		return c.listing(slug("us-889", strings.TrimPrefix(string(who), "company/")), who, "act/us-ndaa-2019-889", "federal procurement ban",
			"The United States barred its agencies from buying equipment of "+c.nameOf(who)+".", "2018-08-13", "", ref("us-ndaa-2019-889", "section 889(f)(3)"))
	})
}

func (c *compiler) coveredList() error {
	type rule struct {
		pattern *regexp.Regexp
		entity  sightline.EntityID
		what    string
		used    bool
	}
	var rules []*rule
	if err := c.own("us_fcc.csv", func(r *source.Row) error {
		p, err := regexp.Compile(r.Need("pattern"))
		rules = append(rules, &rule{pattern: p, entity: sightline.EntityID(r.Pop("entity")), what: r.Pop("what")})
		r.Ignore("why")
		return err
	}); err != nil {
		return err
	}
	day := regexp.MustCompile(`^[A-Z][a-z]+ \d+, \d{4}`)
	if err := c.each("us-fcc", func(r *source.Row) error {
		what := r.Need("covered_equipment_or_services")
		// Later changes of a row stand behind the day of its inclusion.
		included, err := time.Parse("January 2, 2006", day.FindString(r.Need("date_of_inclusion_on_covered_list")))
		if err != nil {
			return err
		}
		var fits *rule
		for _, x := range rules {
			if x.pattern.MatchString(what) {
				if fits != nil {
					return sightline.Errorf(sightline.Conflict, "read covered item", what, "two rules fit")
				}
				fits = x
			}
		}
		if fits == nil {
			return sightline.Errorf(sightline.NotFound, "read covered item", what, "no rule of us_fcc.csv fits")
		}
		fits.used = true
		if fits.entity == "" {
			return nil
		}
		start := included.Format(time.DateOnly)
		return c.listing(slug("us-fcc", strings.TrimPrefix(string(fits.entity), "company/"), start[:4]), fits.entity, "act/us-fcc-covered-list", "covered list",
			fmt.Sprintf("The US communications regulator put %s of %s on its list of security risks.", fits.what, c.nameOf(fits.entity)), start, "",
			ref("us-fcc-covered-list", "included "+start))
	}); err != nil {
		return err
	}
	for _, x := range rules {
		if !x.used {
			return sightline.Errorf(sightline.Conflict, "compile covered list", x.pattern.String(), "us_fcc.csv names it, and no row fits")
		}
	}
	return nil
}

// militaryCompanies folds the yearly lists into one claim a firm: from the
// first list that names it. The end is open when the newest list names it, the
// date of removal when there is one, and unknown otherwise.
func (c *compiler) militaryCompanies() error {
	type firm struct {
		pattern          *regexp.Regexp
		entity           sightline.EntityID
		first, last, end string
	}
	var firms []*firm
	if err := c.own("us_1260h.csv", func(r *source.Row) error {
		p, err := regexp.Compile(r.Need("pattern"))
		firms = append(firms, &firm{pattern: p, entity: sightline.EntityID(r.Need("entity"))})
		r.Ignore("why")
		return err
	}); err != nil {
		return err
	}
	newest := ""
	if err := c.each("us-1260h", func(r *source.Row) error {
		name, start, end := r.Need("Name"), r.Need("Start date"), r.Pop("End date")
		r.Ignore("Clean Name", "Alias", "Previous Name", "Parent Name", "Note", "Source Url")
		newest = max(newest, start)
		for _, f := range firms {
			if !f.pattern.MatchString(name) {
				continue
			}
			if f.first == "" || start < f.first {
				f.first = start
			}
			if start > f.last {
				f.last, f.end = start, end
			}
		}
		return nil
	}); err != nil {
		return err
	}
	for _, f := range firms {
		if f.first == "" {
			return sightline.Errorf(sightline.Conflict, "compile military companies", f.pattern.String(), "us_1260h.csv names it, and no row fits")
		}
		name := c.nameOf(f.entity)
		words := fmt.Sprintf("The US Department of Defense counts %s among Chinese military companies since %s.", name, f.first)
		id, refs := slug("us-1260h", strings.TrimPrefix(string(f.entity), "company/")), ref("us-dod-1260h", "lists of "+f.first+" to "+f.last)
		switch {
		case f.end != "":
			words = fmt.Sprintf("The US Department of Defense counted %s among Chinese military companies from %s to %s.", name, f.first, f.end)
		case f.last != newest:
			return sightline.Errorf(sightline.Conflict, "compile military companies", name, "the list of %s has it, that of %s has not, and no removal is stated", f.last, newest)
		}
		if err := c.listing(id, f.entity, "act/us-ndaa-2021-1260h", "military company list", words, f.first, f.end, refs); err != nil {
			return err
		}
	}
	return nil
}

// nameOf is the name of an entity in our tables or in catalog/facts.
func (c *compiler) nameOf(id sightline.EntityID) string {
	if n, ok := c.names[id]; ok {
		return n
	}
	return string(id)
}
