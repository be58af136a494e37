// Package oonifindings imports the blocking that OONI wrote up (its findings,
// or incidents): one claim for each finding and country, which says what was
// blocked by the names in services.csv or by domain, on which networks, found
// by which tests.
//
// Traps: a finding can name several countries; where OONI states no end,
// nobody knows it from here; a finding can be of an app's own test and name no
// domain.
package oonifindings

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"sightline"
	"sightline/source"
)

//go:embed declared.jsonl
var declared string

//go:embed services.csv
var servicesCSV string

// Dataset is the findings.
var Dataset = &source.Dataset{
	ID:     "ooni-findings",
	Title:  "Published findings of blocking (OONI)",
	Covers: "blocking that OONI wrote up from its measurements, 2020 to 2026: what, where, on which networks, from when to when",
	Obtain: "OONI's explorer shows the findings one by one, and its interface gives them as a list, api.ooni.io/api/v1/incidents/search. " +
		"Save the list as JSON: an object with \"incidents\", and perhaps \"source\", which says where it is from.",
	Changes:  "Several times a month. A new member of a finding is refused until the importer is taught; a domain that services.csv does not name is called by itself.",
	Declared: declared,
	Files:    []source.File{{Role: "incidents", Name: "*incidents*.json"}},
	Editions: []source.Edition{{
		Name: "67 findings of 2020 to 2026", Verified: source.CopyOnly,
		SHA256: map[string]string{"incidents": "e51ddc8c6b14c3c40d75b8134ea97777bd8c83ffd189f39d0cffc2367283f2a4"},
	}},
	Read: read,
}

// testedApps are the tests that name an app of their own.
var testedApps = map[string]string{"telegram": "Telegram", "whatsapp": "WhatsApp", "signal": "Signal", "facebook_messenger": "Facebook"}

func read(r *source.Reading) error {
	services := map[string]string{}
	own, err := source.CSV("ooni-findings/services.csv", []byte(servicesCSV))
	if err != nil {
		return err
	}
	if err := own.Each(func(row *source.Row) error {
		services[row.Need("domain")] = row.Need("service")
		return nil
	}); err != nil {
		return err
	}
	in, _ := r.File("incidents")
	if err := members(in.Bytes); err != nil {
		return err
	}
	t, err := source.JSON("ooni-findings/incidents", in.Bytes, "incidents")
	if err != nil {
		return err
	}
	if err := t.ExpectColumns("id", "slug", "start_time", "end_time", "event_type", "ASNs", "CCs", "themes", "tags", "test_names", "domains", "links"); err != nil {
		return err
	}
	// Findings are added, and never taken away.
	if err := r.Check(t, 67, 10000); err != nil {
		return err
	}
	return t.Each(func(row *source.Row) error { return finding(r, row, services) })
}

// members refuses a list that holds more than its findings and where they are
// from.
func members(text []byte) error {
	var outer map[string]jsontext.Value
	if err := json.Unmarshal(text, &outer); err != nil {
		return sightline.Errorf(sightline.Invalid, "read findings", "", "%w", err).WithHint("The file is cut short or no JSON: get it again.")
	}
	for _, k := range slices.Sorted(maps.Keys(outer)) {
		if k != "incidents" && k != "source" { // the second says where they are from, as the source record does
			return sightline.Errorf(sightline.Invalid, "read findings", k, "the member is not known").WithHint("Check that this is the list of findings. If OONI added a member, the importer must be taught.")
		}
	}
	return nil
}

func finding(r *source.Reading, row *source.Row, services map[string]string) error {
	id := row.Need("id")
	start, err := day(row.Need("start_time"))
	if err != nil {
		return err
	}
	end, err := day(row.Pop("end_time"))
	if err != nil {
		return err
	}
	row.Expect("event_type", "incident")
	countries, domains, tests := list(row.Need("CCs")), list(row.Pop("domains")), list(row.Need("test_names"))
	var networks []string
	for _, n := range list(row.Pop("ASNs")) {
		asn, err := sightline.ParseASN(n)
		if err != nil {
			return err
		}
		networks = append(networks, asn.String())
	}
	row.Ignore("slug")                    // their title; the words here are ours
	row.Ignore("themes", "tags", "links") // follow from the targets; links are empty
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
	if err := row.Err(); err != nil {
		return err
	}
	if len(what) == 0 {
		return sightline.Errorf(sightline.Invalid, "read finding", id, "it names nothing that was blocked").WithHint("Look at the finding: it has neither a domain nor a test of an app.")
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
		if err := r.Claim(sightline.Claim{
			ID: sightline.ClaimID(source.Slug("ooni", id, country.Code())), Subject: country.Entity(), Predicate: sightline.BlockingReported,
			Object: sightline.Object{Text: enumerate(what)}, Qualifiers: qualifiers, Valid: valid,
			Words: fmt.Sprintf("OONI reported that networks in %s blocked %s from %s%s.", country.Name(), enumerate(what), start, until),
		}, "https://explorer.ooni.org/findings/"+id); err != nil {
			return err
		}
	}
	return nil
}

// day is the day of a moment; "" stays so.
func day(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return "", sightline.Errorf(sightline.Invalid, "read time", s, "%w", err).WithHint("Times are written as 2026-02-18T00:00:00Z.")
	}
	return t.Format(time.DateOnly), nil
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
