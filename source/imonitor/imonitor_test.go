package imonitor_test

import (
	"bytes"
	"fmt"
	"maps"
	"strings"
	"testing"

	"sightline"
	"sightline/source"
	"sightline/source/imonitor"
	"sightline/source/sourcetest"
)

const path = "evidence/raw/internet_monitor_master_2015.csv"

// The file has 297 rows and 482 columns (its manifest): 46 groups of countries,
// the Channel Islands, and 250 countries and territories, of which 92 have the
// index of access and 86 the Web Index.
func TestTable(t *testing.T) {
	r := sourcetest.Import(t, imonitor.Dataset, sourcetest.Shared(t, "table", path))
	byID := map[string]*sightline.Claim{}
	by := map[string]int{}
	for _, c := range sourcetest.Claims(r) {
		byID[string(c.ID)] = c
		by[c.Qualifiers["indicator"]]++
	}
	if want := map[string]int{"indicator/internet-monitor-access": 92, "indicator/web-index": 86, "indicator/web-index-freedom": 86}; !maps.Equal(by, want) {
		t.Errorf("%v claims, want %v", by, want)
	}
	for what, n := range map[string]int{
		"rows of internet-monitor": 297, "groups of countries: left out": 46, "rows of the Channel Islands, which have no code as one: left out": 1,
		"rows without an index of access": 250 - 92, "rows without a Web Index": 250 - 86, "rows without a Web Index on freedom": 250 - 86,
	} {
		if r.Rows[what] != n {
			t.Errorf("%d %s, want %d", r.Rows[what], what, n)
		}
	}
	if r.Edition == nil || len(r.Repaired) != 5 {
		t.Errorf("edition %v, repaired %q", r.Edition, r.Repaired)
	}
	// Read off the file: Namibia has the letters "NA", and Canada those of China.
	for id, want := range map[string]float64{
		"internet-monitor-na-web-index": 25.9727, "internet-monitor-ca-internet-monitor-access": 7.62, "internet-monitor-cn-internet-monitor-access": 4.88,
		"internet-monitor-cn-web-index-freedom": 10.9448, "internet-monitor-ke-internet-monitor-access": 2.6, "internet-monitor-sa-web-index-freedom": 0,
	} {
		if c := byID[id]; c == nil || c.Object.Number != want {
			t.Errorf("%s: %+v, want %g", id, c, want)
		}
	}
}

// header has the columns of the table, by the patterns of families.csv.
func header() []string {
	list := strings.Fields("cc2 cc3 region regionWB regionITU aggregate country countrywi countryim_2014 countryim_2015")
	years := func(name string, from, to int) {
		for y := from; y <= to; y++ {
			list = append(list, fmt.Sprintf("%s_%d", name, y))
		}
	}
	for i := 1; i <= 68; i++ {
		years(fmt.Sprintf("nri%02d", i), 2012, 2015)
	}
	for i := 1; i <= 13; i++ {
		years(fmt.Sprintf("wis%d", i), 2014, 2014)
	}
	for i := 2; i <= 10; i++ {
		years(fmt.Sprintf("wip%d", i), 2014, 2014)
	}
	list = append(list, strings.Fields(`odbc1_2013 odbi1_2013 odbi2_2013 odbi3_2013 odbi4_2013 odbi5_2013 odbi6_2013 aia13_2014
		imindex_2014 imrank_2014 imadoption_2014 imspeed_2014 imbbcost_2014 imed_2014
		wiscore_2014 wirank_2014 wiuniversalaccess_2014 wifreedom_2014 wirelevantcontent_2014 wiempowerment_2014 wiinfrastructure_2014 wiaccess_2014
		wieducation_2014 wifreeopen_2014 wicontent_2014 wieconomic_2014 wipolitical_2014 wisocial_2014 speedmbps_2015 peakspeedmbps_2015 downloadmbps_2015
		uploadmbps_2015 bbcostindex_2014 bbcostindex_2015 bbcostindexnew_2014`)...)
	for _, n := range strings.Fields("speedkbps peakspeedkbps highbbrate bbrate downloadkbps uploadkbps rfactor edf edm litrate bbcost1 bbcost2 bbcost3 bbcost4 bbcost5 bbcost1n bbcost2n bbcost3n bbcost4n bbcost5n") {
		years(n, 2014, 2015)
	}
	for _, n := range strings.Fields("mobilebb hhnet ipr bbsub") {
		years(n, 2013, 2014)
	}
	years("gdpcapppp", 2012, 2014)
	years("gdpcapus", 2011, 2014)
	years("pop", 2011, 2014)
	for _, n := range strings.Fields("fhcivil fhpolitical fhpress pressfreedom wieparticipation wigos wbschoollifeexpfm wbtertiaryenrollfm secondenroll mbbmonthsubpergdpc ixp secservpermillion") {
		years(n, 2007, 2013)
	}
	return list
}

// fixture is a table of our own making with the faults of the real one.
func fixture() []byte {
	columns := header()
	at := map[string]int{}
	for i, c := range columns {
		at[c] = i
	}
	var b bytes.Buffer
	b.WriteString(strings.Join(columns, ",") + "\n")
	row := func(values map[string]string) {
		cells := make([]string, len(columns))
		for c, v := range values {
			cells[at[c]] = v
		}
		b.WriteString(strings.Join(cells, ",") + "\n")
	}
	for i := range 46 {
		row(map[string]string{"cc3": fmt.Sprintf("G%02d", i), "aggregate": "1", "country": "A group", "pop_2011": "7"})
	}
	row(map[string]string{"cc3": "CHI", "country": "Channel Islands", "pop_2011": "7"})
	wrong := map[string][2]string{"CA": {"CN", "CAN"}, "BF": {"BG", "BFA"}, "NF": {"NG", "NFK"}, "XK": {"", "KSV"}}
	for i, c := range sightline.Countries() {
		codes, bad := wrong[c.Code()]
		if !bad {
			codes = [2]string{c.Code(), c.Alpha3()}
		}
		v := map[string]string{"cc2": codes[0], "cc3": codes[1], "country": c.Code(), "nri01_2015": "1"}
		if c.Code() == "CI" {
			v["country"] = "C\x99te d'Ivoire"
		}
		if i%2 == 0 || c.Code() == "NA" {
			v["imindex_2014"], v["imrank_2014"], v["wifreeopen_2014"] = "5.5", "1", "40"
		}
		row(v)
	}
	return b.Bytes()
}

func TestFixture(t *testing.T) {
	if n := len(header()); n != 482 {
		t.Fatalf("%d columns", n)
	}
	if n := len(sightline.Countries()); n != 250 {
		t.Fatalf("%d countries", n)
	}
	r := sourcetest.Import(t, imonitor.Dataset, sourcetest.Input("table", "IM_master.csv", fixture()))
	if len(r.Repaired) != 5 || len(sourcetest.Claims(r)) < 250 || r.Edition != nil {
		t.Errorf("%q, %d claims", r.Repaired, len(sourcetest.Claims(r)))
	}
	said := false
	for _, n := range r.Notes {
		said = said || strings.Contains(n, "Mac OS Roman")
	}
	if !said {
		t.Errorf("the encoding is not told: %q", r.Notes)
	}
	for name, c := range map[string]struct{ old, now, want string }{
		"a code that the source mended":  {"CN,CAN,", "CA,CAN,", `says "CA", expected "CN"`},
		"two codes of two countries":     {"KE,KEN,", "UG,KEN,", `the code of two letters beside it is "UG"`},
		"a name of another country":      {"KE,KEN,,,,,KE", "KE,KEN,,,,,Uganda", "the code beside it is KEN"},
		"another encoding":               {"C\x99te d'Ivoire", "C\xF4te d'Ivoire", "the name of CIV reads"},
		"a score without a rank":         {"5.5,1,", "5.5,,", "has both or none"},
		"a score beyond the scale":       {",5.5,", ",55,", "no number from 0 to 10"},
		"a group that counts as country": {"G00,,,,1,", "KEN,,,,,", "the code of two letters beside it is \"\""},
		"a column of another name":       {"pop_2014", "pop_2015", `the column "pop_2015", which is not known`},
		"a column twice":                 {"pop_2014", "pop_2013", "stands twice"},
	} {
		b := bytes.Replace(fixture(), []byte(c.old), []byte(c.now), 1)
		_, err := imonitor.Dataset.Import([]source.Input{sourcetest.Input("table", "IM_master.csv", b)})
		if err == nil || !strings.Contains(err.Error(), c.want) || sightline.ErrorHint(err) == "" {
			t.Errorf("%s: %v (%s), want %q", name, err, sightline.ErrorHint(err), c.want)
		}
	}
}

func TestDamage(t *testing.T) {
	sourcetest.Damage(t, imonitor.Dataset, "table", sourcetest.Input("table", "IM_master.csv", fixture()))
	sourcetest.Damage(t, imonitor.Dataset, "table", sourcetest.Shared(t, "table", path))
}
