package unga_test

import (
	"fmt"
	"strings"
	"testing"

	"sightline"
	"sightline/source"
	"sightline/source/sourcetest"
	"sightline/source/unga"
)

func shared(t testing.TB) []source.Input {
	return []source.Input{
		sourcetest.Shared(t, "rollcalls", "evidence/derived/unga_internet_rollcalls.csv"),
		sourcetest.Shared(t, "votes", "evidence/derived/unga_internet_votes.csv"),
	}
}

// Eleven roll-calls and 1,953 votes. Resolution 74/247, which began the treaty
// on the criminal use of information technology, had 79 yes, 60 no and 33
// abstentions (its record at the United Nations, A/74/PV.52).
func TestRollCalls(t *testing.T) {
	r := sourcetest.Import(t, unga.Dataset, shared(t)...)
	tally, calls := map[string]int{}, 0
	for _, c := range sourcetest.Claims(r) {
		if c.Object.Entity == "vote/unga-74-247" {
			tally[c.Qualifiers["vote"]]++
		}
	}
	for _, x := range r.Records {
		if e := x.Entity(); e != nil {
			calls++
			if e.ID == "vote/unga-2009-12-02" && !strings.Contains(e.Selection, "does not fit its date") {
				t.Errorf("the number that does not fit its day is not said: %s", e.Selection)
			}
		}
	}
	if n := len(sourcetest.Claims(r)); n != 1953 || calls != 11 || tally["yes"] != 79 || tally["no"] != 60 || tally["abstain"] != 33 {
		t.Errorf("%d votes on %d texts, 74/247 %v; want 1953, 11, 79 60 33", n, calls, tally)
	}
}

func TestDamage(t *testing.T) {
	sourcetest.Damage(t, unga.Dataset, "rollcalls", shared(t)...)
	sourcetest.Damage(t, unga.Dataset, "votes", shared(t)...)
}

// fixture is two tables of our own on the texts that are known: each member
// voted as its place in the list says, which is made up.
func fixture(edit func(string) string) []source.Input {
	calls := [][3]string{{"4618", "R/60/45", "2005-12-08"}, {"4700", "R/61/54", "2006-12-06"}, {"4864", "R/63/37", "2008-12-02"}, {"5848", "R/64/246", "2009-12-02"}, {"5500", "R/71/28", "2016-12-05"},
		{"6073", "R/73/27", "2018-12-05"}, {"6138", "R/73/187", "2018-12-17"}, {"6156", "R/73/266", "2018-12-22"}, {"9076", "R/74/28", "2019-12-12"}, {"9093", "R/74/29", "2019-12-12"}, {"9087", "R/74/247", "2019-12-27"}}
	rolls, votes := "rcid,session,date,unres,short,descr\n", "rcid,unres,date,iso3,country,vote\n"
	for _, c := range calls {
		rolls += fmt.Sprintf("%s,1,%s,%s,a,b\n", c[0], c[2], c[1])
		n := 0
		for _, k := range sightline.Countries() {
			if k.VotesAtUN() {
				votes += fmt.Sprintf("%s,%s,%s,%s,x,%s\n", c[0], c[1], c[2], k.Alpha3(), []string{"yes", "no", "abstain"}[n%3])
				n++
			}
		}
	}
	return []source.Input{sourcetest.Input("rollcalls", "rollcalls.csv", []byte(rolls)), sourcetest.Input("votes", "votes.csv", []byte(edit(votes)))}
}

func TestFixture(t *testing.T) {
	same := func(s string) string { return s }
	r := sourcetest.Import(t, unga.Dataset, fixture(same)...)
	if n := len(sourcetest.Claims(r)); n != 11*193 {
		t.Errorf("%d votes, want 193 on each of 11 texts", n)
	}
	sourcetest.Damage(t, unga.Dataset, "votes", fixture(same)...)
	for name, edit := range map[string]func(string) string{
		"voted twice": func(s string) string { return s + "9087,R/74/247,2019-12-27,KEN,x,no\n" },
		"no member":   func(s string) string { return s + "9087,R/74/247,2019-12-27,TWN,x,no\n" },
		"says \"2019-12-28\"": func(s string) string {
			return strings.Replace(s, "9087,R/74/247,2019-12-27,KEN", "9087,R/74/247,2019-12-28,KEN", 1)
		},
		"known are yes, no, abstain":     func(s string) string { return strings.Replace(s, ",yes\n", ",maybe\n", 1) },
		"roll-calls does not have it":    func(s string) string { return s + "1,R/1/1,2019-12-27,KEN,x,no\n" },
		"no country or territory of tha": func(s string) string { return s + "9087,R/74/247,2019-12-27,XYZ,x,no\n" },
	} {
		if _, err := unga.Dataset.Import(fixture(edit)); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("want %q, got %v", name, err)
		}
	}
}
