package oonifindings_test

import (
	"fmt"
	"strings"
	"testing"

	"sightline"
	"sightline/source"
	"sightline/source/oonifindings"
	"sightline/source/sourcetest"
)

// findings is a list of our own making: 67 findings, of which the first has no
// end and names two countries, and the second is of an app's own test.
func findings() string {
	one := func(id int, countries, networks, domains, tests, end string) string {
		return fmt.Sprintf(`{"id":"%d","slug":"s","start_time":"2024-02-03T00:00:00.000000Z","end_time":%s,"event_type":"incident","ASNs":[%s],"CCs":[%s],"themes":["im"],"tags":[],"test_names":[%s],"domains":[%s],"links":[]}`,
			id, end, networks, countries, tests, domains)
	}
	all := []string{
		one(1, `"XK","TO"`, "64500,64501", `"www.facebook.com","news.example","www.news.example"`, `"web_connectivity"`, "null"),
		one(2, `"TO"`, "", "", `"signal"`, `"2024-03-01T00:00:00.000000Z"`),
	}
	for i := len(all); i < 67; i++ {
		all = append(all, one(i+1, `"TO"`, "64500", `"news.example"`, `"web_connectivity"`, "null"))
	}
	return `{"source":"ours","incidents":[` + strings.Join(all, ",\n") + "]}\n"
}

func in(text string) source.Input {
	return sourcetest.Input("incidents", "incidents.json", []byte(text))
}

func TestFindings(t *testing.T) {
	r := sourcetest.Import(t, oonifindings.Dataset, in(findings()))
	got := map[string]string{}
	for _, c := range sourcetest.Claims(r) {
		got[string(c.ID)] = fmt.Sprintf("%s %s %s %s", c.Object.Text, c.Valid, c.Qualifiers["networks"], c.Words)
	}
	for id, want := range map[string]string{
		"ooni-1-xk": "Facebook and news.example 2024-02-03/ AS64500 AS64501 OONI reported that networks in Kosovo blocked Facebook and news.example from 2024-02-03; it states no end.",
		"ooni-2-to": "Signal 2024-02-03/2024-03-01  OONI reported that networks in Tonga blocked Signal from 2024-02-03 until 2024-03-01.",
	} {
		if got[id] != want {
			t.Errorf("%s: got\n%s\nwant\n%s", id, got[id], want)
		}
	}
	if len(got) != 68 {
		t.Errorf("%d claims", len(got))
	}
}

func TestFindingsThatDoNotFit(t *testing.T) {
	for name, change := range map[string][2]string{
		"a new member":       {`"slug":"s"`, `"slug":"s","severity":"high"`},
		"a new outer member": {`"source":"ours"`, `"source":"ours","next":"2"`},
		"another event":      {`"incident"`, `"release"`},
		"nothing blocked":    {`"signal"`, `"web_connectivity"`},
		"no time":            {`2024-03-01T00:00:00.000000Z`, `March`},
		"no country":         {`"XK"`, `"QQ"`},
	} {
		if _, err := oonifindings.Dataset.Import([]source.Input{in(strings.Replace(findings(), change[0], change[1], 1))}); err == nil || sightline.ErrorHint(err) == "" {
			t.Errorf("%s: %v, hint %q", name, err, sightline.ErrorHint(err))
		}
	}
}

func TestRealFindings(t *testing.T) {
	r := sourcetest.Import(t, oonifindings.Dataset, sourcetest.Shared(t, "incidents", "interference/labels/incidents.json"))
	if r.Edition == nil || r.Rows["rows of ooni-findings/incidents"] != 67 {
		t.Errorf("%v %v", r.Edition, r.Rows)
	}
}

func TestDamage(t *testing.T) {
	sourcetest.Damage(t, oonifindings.Dataset, "incidents", in(findings()))
}
