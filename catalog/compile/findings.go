package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"sightline"
	"sightline/source"
)

// testedApps are the tests that name an app of their own.
var testedApps = map[string]string{"telegram": "Telegram", "whatsapp": "WhatsApp", "signal": "Signal", "facebook_messenger": "Facebook"}

// findings writes the blocking that OONI wrote up, one claim a country: what
// was blocked by the names in services.csv or by domain, on which networks,
// found by which tests. Where OONI states no end, nobody knows it from here.
func (c *compiler) findings() error {
	services := map[string]string{}
	if err := c.own("services.csv", func(r *source.Row) error {
		services[r.Need("domain")] = r.Need("service")
		return nil
	}); err != nil {
		return err
	}
	day := func(s string) (string, error) {
		if s == "" {
			return "", nil
		}
		t, err := time.Parse(time.RFC3339, s)
		return t.Format(time.DateOnly), err
	}
	return c.each("ooni-findings", func(r *source.Row) error {
		id := r.Need("id")
		start, err := day(r.Need("start_time"))
		if err != nil {
			return err
		}
		end, err := day(r.Pop("end_time"))
		if err != nil {
			return err
		}
		r.Expect("event_type", "incident")
		countries, domains, tests := list(r.Need("CCs")), list(r.Pop("domains")), list(r.Need("test_names"))
		var networks []string
		for _, n := range list(r.Pop("ASNs")) {
			networks = append(networks, "AS"+n)
		}
		r.Ignore("slug")                    // their title; the words here are ours
		r.Ignore("themes", "tags", "links") // follow from the targets; links are empty
		var what []string
		for _, d := range domains {
			name := services[d]
			if name == "" {
				name = strings.TrimPrefix(d, "www.")
			}
			if !slices.Contains(what, name) {
				what = append(what, name)
			}
		}
		for _, t := range tests {
			if app := testedApps[t]; app != "" && !slices.Contains(what, app) {
				what = append(what, app)
			}
		}
		if len(what) == 0 {
			return sightline.Errorf(sightline.Invalid, "read finding", id, "it names nothing that was blocked")
		}
		valid, err := sightline.ParsePeriod(start + "/" + end)
		if err != nil {
			return err
		}
		qualifiers := map[string]string{"tests": strings.Join(tests, " ")}
		if len(domains) > 0 {
			qualifiers["targets"] = strings.Join(domains, " ")
		}
		if len(networks) > 0 {
			qualifiers["networks"] = strings.Join(networks, " ")
		}
		for _, code := range countries {
			country, err := sightline.ParseCountry(code)
			if err != nil {
				return err
			}
			until := "; it states no end"
			if end != "" {
				until = " until " + end
			}
			if err := c.put("findings", &sightline.Claim{
				ID: sightline.ClaimID(slug("ooni", id, country.Code())), Subject: country.Entity(), Predicate: sightline.BlockingReported, Object: sightline.Object{Text: enumerate(what)},
				Qualifiers: qualifiers, Words: fmt.Sprintf("OONI reported that networks in %s blocked %s from %s%s.", country.Name(), enumerate(what), start, until),
				Valid: valid, References: ref("ooni-findings", "https://explorer.ooni.org/findings/"+id),
			}); err != nil {
				return err
			}
		}
		return nil
	})
}

// list splits a list that the table reader joined.
func list(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, "|")
}

// enumerate writes "a, b and c".
func enumerate(words []string) string {
	if len(words) == 1 {
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}
