package ioda_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strings"
	"testing"

	"sightline"
	"sightline/source"
	"sightline/source/ioda"
	"sightline/source/sourcetest"
)

const path = "interference/shutdowns/ioda/ioda/ioda_investigated_outages_cleaned_phase1+2.csv"

// list is a list of our own making, whose last two columns have no name.
func list() source.Input {
	var b bytes.Buffer
	b.WriteString("\uFEFFID,Begin time,End time,Country,IODA BGP visible by human,IODA AP visible by human , IODA IBR visible by human,Scope (based on granularity at which the outage appears in IODA),Region,AS,Cause,Confirmation Status,Manually verified,Grafana URLs,Notes,,\n")
	w := csv.NewWriter(&b)
	add := func(id, begin, end, country, bgp, scope, cause, status string) {
		w.Write([]string{id, begin, end, country, bgp, "FALSE", "N/A", scope, "", "", cause, status, "Yes ", "https://inside.example/jane-doe", "Jane Doe changed the end", "", ""})
	}
	add("A1", "Sunday, April 7, 2019, 4:30:00 AM", "Sunday, April 7, 2019, 7:00:00 PM", "Tonga", "ture", "Country", "Exams", "Confirmed")
	add("A2", "Monday, May 29, 2018, 11:00 PM", "7/28/2020  16:1:00 PM", "Myanmar/Burma", "TRUE", "Region (Shan)", "Cable-Cut", "Confirmed")
	add("A3", "1/31/2020  21:0:00 PM", "N/A", "Fiji", "False ", "AS (64500)", "Unknown", "Unconfirmed")
	add("A4", "Wednesday, April 3, 2019, 7:50:00 AM", "Wednesday, April 3, 2019, 12:00:00 AM", "Samoa", "TRUE", "Country", "", "")
	add("A5", "Wednesday, April 3, 2019, 7:50:00 AM", "", "European Union", "TRUE", "Country", "", "")
	add("A6", "Wednesday April 3, 2019, 7:50: AM", "", "Kosovo", "TRUE", "Country", "Government-Ordered", "Confirmed")
	add("A7", "Wednesday, April 3, 2019, 7:50:00 AM", "", "Nauru", "TRUE", "Country", "Government-Ordered", "Unconfirmed")
	add("A1", "Sunday, April 7, 2019, 4:30:00 AM", "Sunday, April 7, 2019, 7:00:00 PM", "Tonga", "ture", "Country", "Exams", "Confirmed")
	for i := 8; i < 1704; i++ {
		add(fmt.Sprint(i), "Sunday, April 7, 2019, 4:30:00 AM", "Sunday, April 7, 2019, 7:00:00 AM", "Tuvalu", "TRUE", "Country", "", "")
	}
	w.Flush()
	return sourcetest.Input("outages", "ioda.csv", b.Bytes())
}

func TestList(t *testing.T) {
	r := sourcetest.Import(t, ioda.Dataset, list())
	got := map[string]string{}
	for _, c := range sourcetest.Claims(r) {
		got[string(c.ID)] = fmt.Sprintf("%s %s %s: %s | %s %s %s", c.Predicate, c.Valid, c.Words, c.Qualifiers["tests"], c.Qualifiers["ordered_by"], c.Qualifiers["trigger"], c.Qualifiers["note"])
	}
	for id, want := range map[string]string{
		"ioda-outages-a1": "shutdown_reported 2019-04-07/2019-04-07 IODA's curators list a loss of connectivity of Tonga from 2019-04-07 04:30 to 2019-04-07 19:00, on an order of the government, on the occasion of exams.: routes | government exams ",
		"ioda-outages-a2": "outage_reported 2018-05-29/2020-07-28 IODA's curators list a loss of connectivity of the region Shan of Myanmar from 2018-05-29 23:00 to 2020-07-28 16:01, after a cable cut.: routes |  a cable cut ",
		"ioda-outages-a3": "outage_reported 2020-01-31/ IODA's curators list a loss of connectivity of AS64500 in Fiji from 2020-01-31 21:00; no end is stated; no cause is known.:  |   ",
		"ioda-outages-a4": "outage_reported 2019-04-03/ IODA's curators list a loss of connectivity of Samoa from 2019-04-03 07:50; the end that is stated lies before it; no cause is known.: routes |   the source has it end at 2019-04-03 00:00, before it starts",
		"ioda-outages-a6": "shutdown_reported 2019-04-03/ IODA's curators list a loss of connectivity of Kosovo from 2019-04-03 07:50; no end is stated, on an order of the government.: routes | government  ",
		"ioda-outages-a7": "outage_reported 2019-04-03/ IODA's curators list a loss of connectivity of Nauru from 2019-04-03 07:50; no end is stated; the cause is not confirmed.: routes |   cause not confirmed: an order of the government",
	} {
		if got[id] != want {
			t.Errorf("%s: got\n%s\nwant\n%s", id, got[id], want)
		}
	}
	if len(got) != 1702 || r.Rows["rows that repeat a record"] != 1 || r.Rows["rows of European Union, which is no country"] != 1 {
		t.Errorf("%d claims, %v", len(got), r.Rows)
	}
	for _, x := range r.Records {
		if strings.Contains(strings.ToLower(string(x.Text())), "jane") {
			t.Errorf("a note came in: %s", x.Text())
		}
	}
}

func TestListsThatDoNotFit(t *testing.T) {
	for name, change := range map[string][2]string{
		"a new cause":     {"Cable-Cut", "Shark"},
		"a new scope":     {"Region (Shan)", "Town (Shan)"},
		"another time":    {"1/31/2020  21:0:00 PM", "31 January"},
		"another country": {"Samoa", "Ruritania"},
		"another signal":  {"ture", "perhaps"},
		"not verified":    {"Yes ", "no"},
		"a last value":    {"changed the end,,\n", "changed the end,x,\n"},
	} {
		if _, err := ioda.Dataset.Import([]source.Input{sourcetest.Input("outages", "x.csv", bytes.Replace(list().Bytes, []byte(change[0]), []byte(change[1]), 1))}); err == nil || sightline.ErrorHint(err) == "" {
			t.Errorf("%s: %v, hint %q", name, err, sightline.ErrorHint(err))
		}
	}
}

// The list has 1,704 rows (its manifest). By causes, counted apart with a script:
// 102 ordered by governments and 64 on exams are shutdowns, all confirmed; 40 are
// cable cuts; one row stands twice, and one is about the European Union.
func TestReal(t *testing.T) {
	r := sourcetest.Import(t, ioda.Dataset, sourcetest.Shared(t, "outages", path))
	n := map[string]int{}
	for _, c := range sourcetest.Claims(r) {
		n[c.Predicate.String()]++
		n[c.Qualifiers["trigger"]]++
	}
	if n["shutdown_reported"] != 166 || n["exams"] != 64 || n["a cable cut"] != 40 || n["shutdown_reported"]+n["outage_reported"] != 1702 || r.Edition == nil {
		t.Errorf("%v, edition %v", n, r.Edition)
	}
	if r.Rows["losses that end before they start, by the source; the end is left out"] == 0 || r.Rows["rows that repeat a record"] != 1 {
		t.Error(r.Rows)
	}
}

func TestDamage(t *testing.T) {
	sourcetest.Damage(t, ioda.Dataset, "outages", list())
	sourcetest.Damage(t, ioda.Dataset, "outages", sourcetest.Shared(t, "outages", path))
}
