package main

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"sightline"
	"sightline/source"
)

// The sets of AidData and our source of each.
var aidDataSets = map[string]sightline.SourceID{"huawei": "aiddata-huawei-2021", "gcdf2_geocoded": "aiddata-gcdf-2021", "military": "aiddata-military-2021"}

// Flows in our words.
var aidDataFlows = map[string]string{
	"Grant": "grant",
	"Loan":  "loan",
	"Supplier's Credit/Export Seller's Credit":   "supplier's credit",
	"Export Buyer's Credit":                      "buyer's credit",
	"Scholarships/training in the donor country": "training in China",
	"Free-standing technical assistance":         "technical assistance",
	"Debt forgiveness":                           "debt relief",
	"Vague TBD":                                  "kind not known",
}

// What AidData's statuses say about the state of a project. A pledge is an
// announcement and a commitment a signature. In implementation the works go
// on, so that it is signed and neither delivered nor operating; completed works
// are delivered, which does not say that they still run.
var aidDataStatuses = map[string]struct{ status, note string }{
	"Pipeline: Pledge":     {"announced", "AidData: pledge"},
	"Pipeline: Commitment": {"signed", "AidData: commitment"},
	"Implementation":       {"signed", "AidData: implementation under way"},
	"Completion":           {"delivered", "AidData: completion"},
}

// project is a project of AidData, which can stand in more than one set.
type project struct {
	id, title, status, flow, sector, usd string
	year                                 int
	country                              sightline.Country
	funders, implementers                []string
	sets                                 []string
	refs                                 []sightline.Reference
	class                                string
}

// relevance is a rule by which projects get their class, first match first.
type relevance struct {
	fields  string
	pattern *regexp.Regexp
	class   string
	used    int
}

// projects writes the projects of AidData on communications and security
// (ODC-By). Each gets a class by the ordered rules of relevance.csv or by
// relevance_overrides.csv; those that matter have a name and a sentence of ours
// in aiddata_words.csv, and the others a name made from their sector.
func (c *compiler) projects() error {
	all, err := c.readProjects()
	if err != nil {
		return err
	}
	if err := c.classify(all); err != nil {
		return err
	}
	type words struct {
		name, words string
		used        bool
	}
	ours := map[string]*words{}
	if err := c.own("aiddata_words.csv", func(r *source.Row) error {
		ours[r.Need("project")] = &words{name: r.Need("name"), words: r.Need("words")}
		return nil
	}); err != nil {
		return err
	}
	type actor struct {
		entity sightline.EntityID
		firm   bool
	}
	actors := map[string]actor{}
	if err := c.own("aiddata_actors.csv", func(r *source.Row) error {
		actors[r.Need("name")] = actor{sightline.EntityID(r.Pop("entity")), r.OneOf("kind", "firm", "state") == "firm"}
		return nil
	}); err != nil {
		return err
	}
	for _, p := range all {
		if p.country.IsZero() {
			c.note("left out: AidData project %s has no country (%s)", p.id, p.class)
			continue
		}
		sector := strings.ToLower(p.sector)
		name := fmt.Sprintf("AidData project %s, %s sector", p.id, sector)
		sentence := fmt.Sprintf("AidData counts a project of %%s for %s in the %s sector (%s).", p.country.Name(), sector, aidDataFlows[p.flow])
		relevant := p.class != sightline.ClassUnrelated.String()
		if w := ours[p.id]; w != nil && relevant {
			w.used, name, sentence = true, w.name, w.words
		} else if relevant {
			return sightline.Errorf(sightline.NotFound, "compile project", p.id, "its class is %s, and aiddata_words.csv has no words for it", p.class)
		}
		entity := sightline.EntityID("project/aiddata-" + p.id)
		if err := c.put("projects", &sightline.Entity{ID: entity, Name: name, Country: p.country}); err != nil {
			return err
		}
		published, err := date("2021")
		if err != nil {
			return err
		}
		committed, err := date(year(p.year))
		if err != nil {
			return err
		}
		qualifiers := func() map[string]string {
			q := map[string]string{"class": p.class, "project": string(entity), "sector": sector, "flow": aidDataFlows[p.flow], "funder": strings.Join(p.funders, "; ")}
			if len(p.implementers) > 0 {
				q["implementer"] = strings.Join(p.implementers, "; ")
			}
			if p.usd != "" {
				usd, err := strconv.ParseFloat(p.usd, 64)
				if err == nil {
					q["amount"], q["currency"] = strconv.FormatFloat(usd, 'f', 0, 64), "USD of 2017"
				}
			}
			return q
		}
		put := func(id string, who sightline.EntityID, predicate sightline.Predicate, q map[string]string, words string) error {
			return c.put("projects", &sightline.Claim{
				ID: sightline.ClaimID(id), Subject: who, Predicate: predicate, Object: sightline.Object{Entity: p.country.Entity()},
				Qualifiers: q, Words: words, Valid: sightline.On(committed), Published: published, References: slices.Clone(p.refs),
			})
		}
		id := "aiddata-" + p.id
		trains := p.class == sightline.ClassTraining.String() || !relevant && (strings.HasPrefix(p.flow, "Scholarships") || strings.HasPrefix(p.flow, "Free-standing"))
		gift := relevant && (p.flow == "Grant" || p.flow == "Vague TBD" || strings.HasPrefix(p.flow, "Free-standing"))
		var gave []sightline.EntityID
		for _, f := range p.funders {
			a, ok := actors[f]
			if !ok {
				return sightline.Errorf(sightline.NotFound, "compile project", p.id, "aiddata_actors.csv does not name the funder %q", f)
			}
			if a.entity == "" {
				continue
			}
			predicate := sightline.Finances
			switch {
			case trains:
				predicate = sightline.Trains
			case a.firm && gift:
				predicate = sightline.Supplies
			}
			words := sentence
			if !relevant {
				words = fmt.Sprintf(sentence, c.actorName(a.entity))
			}
			claim := id
			if len(gave) > 0 {
				claim = slug(id, "also", tail(a.entity))
			}
			if err := put(claim, a.entity, predicate, qualifiers(), words); err != nil {
				return err
			}
			gave = append(gave, a.entity)
		}
		if !relevant {
			continue
		}
		for _, f := range p.implementers {
			a := actors[f]
			if a.entity == "" || !a.firm || slices.Contains(gave, a.entity) {
				continue
			}
			q := qualifiers()
			q["role"] = "implementer"
			if err := put(slug(id, "by", tail(a.entity)), a.entity, sightline.Supplies, q, fmt.Sprintf("AidData names %s among those that carried out the project %q.", c.actorName(a.entity), name)); err != nil {
				return err
			}
		}
		state := aidDataStatuses[p.status]
		claim := &sightline.Claim{
			ID: sightline.ClaimID(id + "-status"), Subject: entity, Predicate: sightline.StatusIs, Object: sightline.Object{Text: state.status},
			Qualifiers: map[string]string{"note": state.note}, Published: published, References: slices.Clone(p.refs),
		}
		// A promise and a signature have the year of the commitment; when works
		// were done is not in this table.
		switch {
		case strings.HasPrefix(p.status, "Pipeline"):
			claim.Valid = sightline.On(committed)
		case p.status == "Implementation":
			if claim.Valid, err = from(year(p.year)); err != nil {
				return err
			}
		}
		if err := c.put("projects", claim); err != nil {
			return err
		}
	}
	for _, id := range sortedKeys(ours) {
		if !ours[id].used {
			return sightline.Errorf(sightline.Conflict, "compile project", id, "aiddata_words.csv has words for it, and its class is unrelated or it is not there")
		}
	}
	return nil
}

// readProjects reads the table and merges the rows of a project that stands in
// two sets. They must agree.
func (c *compiler) readProjects() ([]*project, error) {
	var all []*project
	byID := map[string]*project{}
	merged := 0
	err := c.each("aiddata", func(r *source.Row) error {
		set := r.OneOf("source_set", sortedKeys(aidDataSets)...)
		p := &project{
			id: r.Need("project_id"), title: r.Need("title"), status: r.OneOf("status", sortedKeys(aidDataStatuses)...), flow: r.OneOf("flow", sortedKeys(aidDataFlows)...),
			sector: r.Need("sector"), year: r.Int("year"), usd: r.Pop("usd2017"), funders: trimmed(r.Need("funder")), implementers: trimmed(r.Pop("implementer")),
		}
		if iso3 := r.Pop("iso3"); iso3 != "" {
			var err error
			if p.country, err = sightline.ParseCountry(iso3); err != nil {
				return err
			}
		}
		r.Ignore("recipient") // the code names it
		first, _, _ := strings.Cut(r.Pop("sources"), "|")
		locator := "project " + p.id
		if first != "" {
			locator += ", from " + first
		}
		reference := sightline.Reference{Source: aidDataSets[set], Locator: locator, Extraction: extraction}
		if err := r.Err(); err != nil {
			return err
		}
		if old := byID[p.id]; old != nil {
			if slices.Contains(old.sets, set) || old.title != p.title || old.status != p.status || old.flow != p.flow || old.usd != p.usd || old.year != p.year || old.country != p.country {
				return sightline.Errorf(sightline.Conflict, "read project", p.id, "two rows that do not agree")
			}
			old.sets, old.refs = append(old.sets, set), append(old.refs, reference)
			merged++
			return nil
		}
		p.sets, p.refs = []string{set}, []sightline.Reference{reference}
		byID[p.id] = p
		all = append(all, p)
		return nil
	})
	c.note("merged: %d AidData projects stand in two sets", merged)
	return all, err
}

// classify gives each project its class and fails on one that no rule fits, and
// on a rule or override that fits none.
func (c *compiler) classify(all []*project) error {
	var rules []*relevance
	class := func(s string) (string, error) { k, err := sightline.ParseClass(s); return k.String(), err }
	if err := c.own("relevance.csv", func(r *source.Row) error {
		pattern, err := regexp.Compile(r.Need("pattern"))
		if err != nil {
			return err
		}
		k, err := class(r.Need("class"))
		rules = append(rules, &relevance{fields: r.OneOf("fields", "title", "sector", "flow", "set"), pattern: pattern, class: k})
		r.Ignore("reason")
		return err
	}); err != nil {
		return err
	}
	overrides := map[string]string{}
	if err := c.own("relevance_overrides.csv", func(r *source.Row) (err error) {
		id := r.Need("project")
		overrides[id], err = class(r.Need("class"))
		r.Ignore("reason")
		return err
	}); err != nil {
		return err
	}
	count := map[string]int{}
	for _, p := range all {
		field := map[string]string{"title": p.title, "sector": p.sector, "flow": p.flow, "set": strings.Join(p.sets, " ")}
		for _, rule := range rules {
			if rule.pattern.MatchString(field[rule.fields]) {
				rule.used++
				p.class = rule.class
				break
			}
		}
		if k, ok := overrides[p.id]; ok {
			if k == p.class {
				return sightline.Errorf(sightline.Conflict, "classify project", p.id, "the rules already say %s: take the override out", k)
			}
			p.class = k
			delete(overrides, p.id)
		}
		if p.class == "" {
			return sightline.Errorf(sightline.NotFound, "classify project", p.id, "no rule fits: %s; %s; %s", p.title, p.sector, p.flow).WithHint("Add a rule to relevance.csv or an override with its reason.")
		}
		count[p.class]++
	}
	for _, rule := range rules {
		if rule.used == 0 {
			return sightline.Errorf(sightline.Conflict, "classify projects", rule.pattern.String(), "this rule of relevance.csv fits nothing")
		}
	}
	for _, id := range sortedKeys(overrides) {
		return sightline.Errorf(sightline.NotFound, "classify projects", id, "relevance_overrides.csv names a project that is not there")
	}
	var parts []string
	for _, k := range sortedKeys(count) {
		parts = append(parts, fmt.Sprintf("%d %s", count[k], k))
	}
	c.note("AidData: %s", strings.Join(parts, ", "))
	return nil
}

func (c *compiler) actorName(id sightline.EntityID) string {
	if country, ok := id.Country(); ok {
		return country.Name()
	}
	return c.nameOf(id)
}

// tail is the slug of an entity id.
func tail(id sightline.EntityID) string {
	_, slug, _ := strings.Cut(string(id), "/")
	return slug
}

func trimmed(s string) (out []string) {
	for _, x := range list(s) {
		if x = strings.TrimSpace(x); x != "" {
			out = append(out, x)
		}
	}
	return out
}
