package main

import (
	"fmt"

	"sightline"
	"sightline/source"
)

// oniThemes are the columns of the OpenNet Initiative and our names of its
// themes.
var oniThemes = []struct{ score, description, id, name string }{
	{"political_score", "political_description", "political", "political content"},
	{"social_score", "social_description", "social", "social content"},
	{"tools_score", "tools_description", "tools", "internet tools"},
	{"conflict/security_score", "conflict_security_description", "conflict", "conflict and security"},
}

// ratings writes what the OpenNet Initiative found by theme, dated by the year
// of testing.
func (c *compiler) ratings() error {
	scores := map[string]string{"0": "no evidence", "1": "suspected", "2": "selective", "3": "substantial", "4": "pervasive"}
	return c.each("oni", func(r *source.Row) error {
		country, tested, url := r.Country("country_code"), r.Need("testing_date"), r.Need("url")
		if err := r.Err(); err != nil {
			return err
		}
		valid, err := sightline.ParsePeriod(tested)
		if err != nil {
			return err
		}
		published, err := date("2012-10-29")
		if err != nil {
			return err
		}
		r.Ignore("country")                     // the code names it
		r.Ignore("transparency", "consistency") // of the filtering as a whole, and missing for half of the countries
		for _, theme := range oniThemes {
			score, description := r.Need(theme.score), r.Need(theme.description)
			if scores[score] != description {
				return sightline.Errorf(sightline.Conflict, "read rating", theme.id, "score %s is called %q", score, description)
			}
			words := fmt.Sprintf("The OpenNet Initiative found %s filtering of %s in %s when it tested in %s.", description, theme.name, country.Name(), tested)
			if description == "no evidence" {
				words = fmt.Sprintf("The OpenNet Initiative found no evidence of filtering of %s in %s when it tested in %s.", theme.name, country.Name(), tested)
			}
			if err := c.put("ratings", &sightline.Claim{
				ID: sightline.ClaimID(slug("oni", country.Code(), theme.id)), Subject: country.Entity(), Predicate: sightline.FilteringRated,
				Object: sightline.Object{Text: theme.name + ": " + description}, Qualifiers: map[string]string{"level": description, "number": score, "group": theme.name},
				Words: words, Valid: valid, Published: published, References: ref("oni-2012", url),
			}); err != nil {
				return err
			}
		}
		return nil
	})
}
