package accessnow_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"

	"sightline"
	"sightline/source"
	"sightline/source/accessnow"
	"sightline/source/sourcetest"
)

// The columns of the combined sheet.
var combined = strings.Fields(`start_date_type start_date country geo_scope area_name shutdown_type affected_network shutdown_extent ordered_by decision_maker actual_cause
actual_cause_details info_source info_source_link shutdown_status end_date duration gov_justification gov_just_details gov_ack legal_just legal_method gov_ack_source gov_ack_quote
facebook_affected twitter_affected whatsapp_affected instagram_affected telegram_affected other_affected sms_affected phonecall_affected telcos_involved telco_ack telco_ack_source
telco_ack_quote election violence hr_abuse_reported users_targeted users_target_detail users_notified econ_impact event an_link region count_year`)

// sheet is a sheet of our own making: the given rows, filled up to n.
func sheet(columns []string, n int, usual map[string]string, rows ...map[string]string) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Write(columns)
	for i := range n {
		cells := make([]string, len(columns))
		for j, c := range columns {
			cells[j] = usual[c]
			switch {
			case i < len(rows):
				if v, ok := rows[i][c]; ok {
					cells[j] = v
				}
			case strings.TrimSpace(c) == "area_name":
				cells[j] = fmt.Sprintf("Place %d", i)
			}
		}
		w.Write(cells)
	}
	w.Flush()
	return b.Bytes()
}

var usual = map[string]string{
	"start_date_type": "Actual", "start_date": "2021-03-04", "country": "Tonga", "geo_scope": "It only affected one city, county, or village", "shutdown_type": "Shutdown",
	"affected_network": "Mobile", "shutdown_extent": "Full network", "ordered_by": "Executive government", "actual_cause": "Protests", "shutdown_status": "Ended",
	"end_date": "2021-03-05", "gov_justification": "School Exams", "facebook_affected": "No", "sms_affected": "Unknown", "count_year": "2021", "region": "APAC",
}

// What may name a person stands in each of the columns of free text.
var named = map[string]string{
	"decision_maker": "Jane Doe", "event": "Jane Doe said so.", "actual_cause_details": "Jane Doe", "gov_just_details": "Jane Doe", "legal_method": "Order of Jane Doe",
	"gov_ack_quote": "Jane Doe", "telco_ack_quote": "Jane Doe", "users_targeted": "Jane Doe", "users_target_detail": "Jane Doe", "info_source_link": "https://posts.example/jane-doe",
	"gov_ack_source": "https://posts.example/jane-doe", "telco_ack_source": "https://posts.example/jane-doe", "econ_impact": "Jane Doe", "an_link": "https://posts.example/jane-doe",
	"other_affected": "Grindr, VPNs and the page of Jane Doe", "area_name": strings.Repeat("a street where Jane Doe lives ", 8),
}

func events() source.Input {
	return sourcetest.Input("events", "stop.csv", sheet(combined, 2100, usual,
		named,
		// One that goes on, in the sheets of two years, with an estimated start.
		map[string]string{"country": "Kosovo", "area_name": "Nationwide", "start_date_type": "Estimated", "start_date": "2019-01-02", "end_date": "", "shutdown_status": "Ongoing", "shutdown_extent": "Service-based", "facebook_affected": "Yes", "twitter_affected": "Yes", "count_year": "2020"},
		map[string]string{"country": "Kosovo", "area_name": "Nationwide", "start_date_type": "Estimated", "start_date": "2019-01-02", "end_date": "", "shutdown_status": "Ongoing", "shutdown_extent": "Service-based", "facebook_affected": "Yes", "twitter_affected": "Yes", "count_year": "2021", "an_link": "https://www.accessnow.org/x"},
		// One event of two countries, one that ends before it starts, one without a code.
		map[string]string{"country": "Laos; Myanmar", "area_name": "The border", "affected_network": "Broadband, Mobile", "sms_affected": "Yes", "phonecall_affected": "Yes"},
		map[string]string{"country": "Fiji", "area_name": "Suva", "end_date": "2021-03-01", "shutdown_type": "Throttle"},
		map[string]string{"country": "Somaliland", "area_name": "Hargeisa"},
		// Counted in microseconds, as the Parquet copy has it: 2009-01-01.
		map[string]string{"country": "Samoa", "start_date": "1230768000000000", "end_date": "1525478400000000", "area_name": "Apia"},
	))
}

func in(role string, b []byte) source.Input { return sourcetest.Input(role, role+".csv", b) }

func text(c *sightline.Claim) string {
	var q []string
	for k, v := range c.Qualifiers {
		q = append(q, k+"="+v)
	}
	slices.Sort(q)
	return fmt.Sprintf("%s %s %s %s", c.Subject, c.Valid, c.Words, strings.Join(q, " | "))
}

func TestCombined(t *testing.T) {
	r := sourcetest.Import(t, accessnow.Combined, events())
	got := map[string][]string{}
	for _, c := range sourcetest.Claims(r) {
		got[string(c.Subject)] = append(got[string(c.Subject)], text(c))
	}
	for id, want := range map[string]string{
		"country/XK": "country/XK 2019-01-02~/ Access Now lists a cut of Facebook and Twitter in Kosovo from about 2019-01-02, and in the sheet of 2021 as going on. " +
			"edition=2020, 2021 | extent=the whole country | how=cut | justification=exams | ordered_by=executive government | services=Facebook, Twitter | status=ongoing | trigger=protests",
		"country/LA": "country/LA 2021-03-04/2021-03-05 Access Now lists a cut of mobile and broadband internet, telephone calls and text messages in Laos (The border) from 2021-03-04 until 2021-03-05. " +
			"edition=2021 | extent=one place | how=cut | justification=exams | note=one event in Laos and Myanmar | ordered_by=executive government | place=The border | status=ended | trigger=protests",
		"country/FJ": "country/FJ 2021-03-04/ Access Now lists a slowing down of mobile internet in Fiji (Suva) from 2021-03-04; it states no end. " +
			"edition=2021 | extent=one place | how=slowed down | justification=exams | note=the source has it end on 2021-03-01, before it starts | ordered_by=executive government | place=Suva | status=ended | trigger=protests",
		"country/WS": "country/WS 2009-01-01/2018-05-05 Access Now lists a cut of mobile internet in Samoa (Apia) from 2009-01-01 until 2018-05-05. " +
			"edition=2021 | extent=one place | how=cut | justification=exams | ordered_by=executive government | place=Apia | status=ended | trigger=protests",
	} {
		if len(got[id]) != 1 || got[id][0] != want {
			t.Errorf("%s: got\n%s\nwant\n%s", id, strings.Join(got[id], "\n"), want)
		}
	}
	if len(got["country/MM"]) != 1 || r.Rows["rows of Somaliland, which has no country code"] != 1 || r.Rows["rows that count an event again in another year"] != 1 {
		t.Errorf("%v, %v", got["country/MM"], r.Rows)
	}
}

// No word of the columns that may name a person comes in.
func TestNoPerson(t *testing.T) {
	r := sourcetest.Import(t, accessnow.Combined, events())
	for _, x := range r.Records {
		if strings.Contains(strings.ToLower(string(x.Text())), "jane") {
			t.Errorf("%s", x.Text())
		}
		if s := x.Source(); s != nil && s.Terms != sightline.Restricted {
			t.Errorf("%s is not marked as restricted", s.ID)
		}
	}
	if r.Rows["places in a text too long for one, left out"] != 1 || r.Rows["names or words of other services in free text, not taken"] != 1 {
		t.Error(r.Rows)
	}
}

// The sheets of the years, in their three layouts, with the row that a repair
// expects in the first.
func yearly(t *testing.T) []source.Input {
	t.Helper()
	early := strings.Split("year,start_date,end_date,duration_days,duration_hours,info_source,news_link,continent,sub_region,country,geo_scope,area_name,ordered_by,shutdown_type_group,shutdown_type,official_just,actual_cause,econ_impact,event,an_link,services_affected,service_details,notes,latitude,longitude,id", ",")
	y2019 := strings.Split("ID,start_date,end_date ,duration,Info_source ,news_link ,continent,sub-region,country ,geo_scope,area_name ,ordered_by ,decision_maker,shutdown_type_new,affected_network,full or service-based,Facebook_affected,Twitter_affected,WhatsApp_affected,Instagram_affected,Telegram_affected,other_service_details (specify) ,SMS_and_phone_call_affected,telcos_involved ,gov_ack,official_just,other_just_details,off_statement,actual_cause,other_cause_details,election,violence,hr_abuse_reported,users_notified,users_affected/targetted ,legal_justif,legal_method ,telco_resp,telco_ ack,econ_impact,event ,an_link ,notes", ",")
	later := slices.DeleteFunc(slices.Clone(combined), func(c string) bool { return c == "region" || c == "count_year" })
	later[slices.Index(later, "duration")] = "Duration"
	usual1 := map[string]string{"start_date": "2017-02-03", "end_date": "2017-02-04", "country": "Tonga", "geo_scope": "Local", "ordered_by": "Local Government", "shutdown_type_group": "Mobile Internet", "shutdown_type": "Mobile Internet", "official_just": "Fake News/ Hate Speech", "actual_cause": "Protest"}
	usual2 := map[string]string{"start_date": "2/12/2019", "end_date ": "Unkown ", "country ": "Tonga ", "geo_scope": "Level  2", "ordered_by ": "Law Enforcemnet ", "shutdown_type_new": "Shutdown and throttle", "affected_network": "Mobile and broadband", "full or service-based": "Full and Service-based", "actual_cause": "Protests\n", "official_just": "None", "Facebook_affected": "TRUE", "SMS_and_phone_call_affected": "SMS and Phone call"}
	return []source.Input{
		in("early", sheet(early, 377, usual1,
			map[string]string{"id": "154.0", "country": "Fiji", "end_date": "4/1/2018 upon CAF visit", "area_name": "Suva", "shutdown_type": "Broadband Internet, Service-based, Throttling", "service_details": "WhatsApp"},
			map[string]string{"id": "172.0", "country": "Samoa", "end_date": "April/2017 following the inauguration of the new prime minister", "area_name": "Apia", "shutdown_type": "Throttling"},
			map[string]string{"country": "Democratic Republic of the Congo", "end_date": "Ongoing", "area_name": "Goma", "shutdown_type": "Mobile Internet, SMS, Telephony"})),
		in("y2019", sheet(y2019, 205, usual2, map[string]string{"country ": "SriLanka", "area_name ": "Kandy"})),
		in("later", sheet(later, 160, usual, map[string]string{"country": "Palestine, State of", "area_name": "Gaza"})),
	}
}

func TestYearly(t *testing.T) {
	r := sourcetest.Import(t, accessnow.Yearly, yearly(t)...)
	got := map[string]string{}
	for _, c := range sourcetest.Claims(r) {
		got[string(c.Subject)] = fmt.Sprintf("%s %s: %s, %s, %s", c.Valid, c.Object.Text, c.Qualifiers["how"], c.Qualifiers["extent"], c.Qualifiers["ordered_by"])
	}
	for id, want := range map[string]string{
		"country/FJ": "2017-02-03/2018-04-01 broadband internet and WhatsApp: cut and slowed down, one place, local government",
		"country/WS": "2017-02-03/2017-04 the internet: slowed down, one place, local government",
		"country/CD": "2017-02-03/ mobile internet, telephone calls and text messages: cut, one place, local government",
		"country/LK": "2019-02-12/ mobile and broadband internet, Facebook, telephone calls and text messages: cut and slowed down, several places of one region, law enforcement",
		"country/PS": "2021-03-04/2021-03-05 mobile internet: cut, one place, executive government",
	} {
		if got[id] != want {
			t.Errorf("%s: got\n%s\nwant\n%s", id, got[id], want)
		}
	}
	if len(r.Repaired) != 2 {
		t.Errorf("repaired: %v", r.Repaired)
	}
	// A repair fails once the source has mended itself.
	files := yearly(t)
	files[0] = in("early", bytes.Replace(files[0].Bytes, []byte("4/1/2018 upon CAF visit"), []byte("2018-04-01"), 1))
	if _, err := accessnow.Yearly.Import(files); sightline.ErrorCode(err) != sightline.Conflict {
		t.Errorf("a row that was mended: %v", err)
	}
	if _, err := accessnow.Yearly.Import(nil); err == nil {
		t.Error("no sheet at all was taken")
	}
}

func TestSheetsThatDoNotFit(t *testing.T) {
	for name, change := range map[string][2]string{
		"a new word":    {"Executive government", "King"},
		"a new column":  {"count_year", "count_year2"},
		"a new country": {"Fiji", "Ruritania"},
		"no start":      {"2019-01-02", ""},
		"another date":  {"2019-01-02", "2nd of May"},
		"another kind":  {"Estimated", "Guessed"},
	} {
		if _, err := accessnow.Combined.Import([]source.Input{in("events", bytes.Replace(events().Bytes, []byte(change[0]), []byte(change[1]), 1))}); err == nil || sightline.ErrorHint(err) == "" {
			t.Errorf("%s: %v, hint %q", name, err, sightline.ErrorHint(err))
		}
	}
}

// The manifest counts 2,102 rows. Counted apart with a script: 3 of Somaliland,
// 3 of several countries (5, 2 and 2), 3 that end before they start; and by place,
// network and services 1,887 events, of which 5 stand twice in one year.
func TestRealCombined(t *testing.T) {
	parquet := sourcetest.Import(t, accessnow.Combined, sourcetest.Shared(t, "events", "evidence/raw/accessnow_stop_2016_2025.parquet"))
	n := parquet.Rows
	if n["rows of accessnow-stop/events"] != 2102 || n["rows of Somaliland, which has no country code"] != 3 || n["events that end before they start, by the source; the end is left out"] != 3 || parquet.Edition == nil {
		t.Error(n)
	}
	claims := len(sourcetest.Claims(parquet))
	// Each row is a claim, or several, or counted.
	if want := 2102 - 3 - n["rows that count an event again in another year"] - n["rows that repeat an event"] + 4 + 1 + 1; claims != want {
		t.Errorf("%d claims, want %d", claims, want)
	}
	csv := sourcetest.Import(t, accessnow.Combined, sourcetest.Shared(t, "events", "evidence/derived/accessnow_stop_full.csv"))
	if len(csv.Records) != len(parquet.Records) {
		t.Errorf("%d records of the CSV, %d of the Parquet", len(csv.Records), len(parquet.Records))
	}
	for i, x := range csv.Records {
		if string(x.Text()) != string(parquet.Records[i].Text()) {
			t.Fatalf("CSV and Parquet differ:\n%s\n%s", x.Text(), parquet.Records[i].Text())
		}
	}
	if slim := sourcetest.Import(t, accessnow.Combined, sourcetest.Shared(t, "events", "evidence/derived/accessnow_stop_events.csv")); slim.Edition == nil || slim.Rows["rows of accessnow-stop/events"] != 2102 {
		t.Error(slim.Rows)
	}
}

func TestRealYearly(t *testing.T) {
	r := sourcetest.Import(t, accessnow.Yearly,
		sourcetest.Shared(t, "early", "interference/shutdowns/keepiton-2016-2018.csv"), sourcetest.Shared(t, "y2019", "interference/shutdowns/keepiton-2019.csv"),
		sourcetest.Shared(t, "later", "interference/shutdowns/keepiton-2020.csv"), sourcetest.Shared(t, "later", "interference/shutdowns/keepiton-2021.csv"), sourcetest.Shared(t, "later", "interference/shutdowns/keepiton-2022.csv"))
	if r.Edition == nil || r.Rows["rows of accessnow-stop-yearly/early"] != 377 || r.Rows["rows of accessnow-stop-yearly/y2019"] != 213 || r.Rows["rows of accessnow-stop-yearly/later3"] != 187 || len(r.Repaired) != 2 {
		t.Errorf("%v, edition %v", r.Rows, r.Edition)
	}
	if r := sourcetest.Import(t, accessnow.Yearly, sourcetest.Shared(t, "y2019", "evidence/raw/accessnow_stop_2019.csv")); r.Edition == nil || r.Rows["rows of accessnow-stop-yearly/y2019"] != 205 {
		t.Errorf("%v, edition %v", r.Rows, r.Edition)
	}
}

func TestDamage(t *testing.T) {
	sourcetest.Damage(t, accessnow.Combined, "events", events())
	sourcetest.Damage(t, accessnow.Yearly, "y2019", yearly(t)[1])
	sourcetest.Damage(t, accessnow.Combined, "events", sourcetest.Shared(t, "events", "evidence/raw/accessnow_stop_2016_2025.parquet"))
}
