package aspi_test

import (
	"fmt"
	"strings"
	"testing"

	"sightline/source"
	"sightline/source/aspi"
	"sightline/source/sourcetest"
)

const header = "company_overseas_infrastructure_id,company_id,infrastructure_type_id,secondary_infrastructure_type_id,country_id,city,overseas_infrastructure_lat,overseas_infrastructure_lng,label,year_commenced,year_ended,Primary topic,Secondary (if needed),Third topic,text,cable_id,highlight,cable_owner,type_of_company_id_ref,street address\n"

func row(id, company, kind, country, from, to, topic string) string {
	return fmt.Sprintf("%s,%s,%s,,%s,City,1.5,2.5,A label of theirs,%s,%s,%s,,,<p>Prose of theirs</p>,,,,1 | Private,1 Street\n", id, company, kind, country, from, to, topic)
}

// fixture is a table of our own, in the layout that is described, with made-up
// projects; the given rows stand before 2,000 offices.
func fixture(rows ...string) source.Input {
	var b strings.Builder
	b.WriteString(header + strings.Join(rows, ""))
	for n := range 2000 {
		b.WriteString(row(fmt.Sprint(100000+n), "1 | Huawei", "4 | Overseas Office", "7 | Fiji", "", "", ""))
	}
	return sourcetest.Input("projects", "data.csv", []byte(b.String()))
}

func TestFixture(t *testing.T) {
	r := sourcetest.Import(t, aspi.Dataset, fixture(
		row("1", "1 | Huawei", "9 | Smart City-Public Security project", "12 | Kenya", "2015", "", "6 | Surveillance"),
		row("2", "30 | Nobody Cloud", "3 | Data centre", "12 | Kenya", "2016", "2018", "11 | Cloud"),
		row("3", "5 | Dahua", "2 | Donation", "12 | Kenya", "", "", "7 | Covid-19"),
		row("4", "5 | Dahua", "2 | Donation", "12 | Kenya", "", "", "2 | Smart cities"),
		row("5", "5 | Dahua", "1 | Commercial partnership", "", "", "", ""),
	))
	got := map[string]string{}
	for _, c := range sourcetest.Claims(r) {
		if len(c.Qualifiers["number"]) == 1 {
			got[string(c.ID)] = fmt.Sprintf("%s %s %s %s", c.Subject, c.Predicate, c.Class(), c.Valid)
		}
	}
	want := map[string]string{
		"aspi-tech-giants-1": "company/huawei supplies control 2015/",
		"aspi-tech-giants-2": "company/aspi-tech-giants-nobody-cloud supplies core 2016/2018",
		"aspi-tech-giants-3": "company/dahua supplies unrelated ",
		"aspi-tech-giants-4": "company/dahua supplies control ",
	}
	for id, w := range want {
		if got[id] != w {
			t.Errorf("%s: %q, want %q", id, got[id], w)
		}
	}
	if len(got) != len(want) || r.Rows["projects without a country: left out"] != 1 {
		t.Errorf("claims %v, counts %v", got, r.Rows)
	}
	if r.Verified != source.LayoutOnly {
		t.Errorf("verified: %s", r.Verified)
	}
	for _, x := range r.Records {
		if strings.Contains(string(x.Text()), "of theirs") {
			t.Errorf("prose of the publisher: %s", x.Text())
		}
	}
}

// What is not described is refused, by name.
func TestRefuses(t *testing.T) {
	for want, r := range map[string]string{
		"no such kind":               row("1", "1 | Huawei", "9 | Time machine", "12 | Kenya", "2015", "", ""),
		"no such topic":              row("1", "1 | Huawei", "2 | Donation", "12 | Kenya", "2015", "", "13 | Weather"),
		"no country or territory":    row("1", "1 | Huawei", "2 | Donation", "12 | Ruritania", "2015", "", ""),
		"stands twice":               row("100000", "1 | Huawei", "2 | Donation", "12 | Kenya", "2015", "", ""),
		"it ends before it starts":   row("1", "1 | Huawei", "2 | Donation", "12 | Kenya", "2015", "2013", ""),
		"\"company_id\" is empty":    row("1", "", "2 | Donation", "12 | Kenya", "2015", "", ""),
		"not a year, month or day":   row("1", "1 | Huawei", "2 | Donation", "12 | Kenya", "mid-2015", "", ""),
		"it has \"extra\", which is": "",
	} {
		in := fixture(r)
		if r == "" {
			in = sourcetest.Input("projects", "a.csv", []byte(strings.ReplaceAll(strings.Replace(string(in.Bytes), "street address\n", "street address,extra\n", 1), "1 Street\n", "1 Street,x\n")))
		}
		if _, err := aspi.Dataset.Import([]source.Input{in}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

func TestFixtureDamage(t *testing.T) {
	in := fixture()
	// Cut at a line end it would have fewer rows than the floor.
	sourcetest.Damage(t, aspi.Dataset, "projects", in)
}
