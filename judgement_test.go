package sightline_test

import (
	"bytes"
	"strings"
	"testing"

	"sightline"
)

const judgementLine = `{"type":"judgement","a":"company/huawei-tech","b":"company/huawei","verdict":"same","author":"kenya-desk","reason":"One firm.","evidence":"0.98","published":"2026-11","replaces":["j-b","j-a","j-b"]}`

// A judgement is in order and named by its content.
func TestJudgement(t *testing.T) {
	r, err := sightline.ParseRecord([]byte(judgementLine))
	if err != nil {
		t.Fatal(err)
	}
	j := r.Judgement()
	if j.A != "company/huawei" || j.B != "company/huawei-tech" || len(j.Replaces) != 2 || j.Replaces[0] != "j-a" || !strings.HasPrefix(string(j.ID), "j-") {
		t.Errorf("%+v", j)
	}
	again, err := sightline.ParseRecord(r.Text())
	if err != nil || !bytes.Equal(again.Text(), r.Text()) {
		t.Errorf("%s: %v", again.Text(), err)
	}
	for what, change := range map[string][2]string{
		"another id":       {`"type":"judgement"`, `"type":"judgement","id":"j-mine"`},
		"no reason":        {`"reason":"One firm."`, `"reason":""`},
		"no author":        {`"author":"kenya-desk"`, `"author":""`},
		"a person's name":  {`"author":"kenya-desk"`, `"author":"Jane Doe"`},
		"a country":        {`company/huawei-tech`, `country/CN`},
		"a network":        {`company/huawei-tech`, `network/AS1`},
		"itself":           {`company/huawei-tech`, `company/huawei`},
		"another verdict":  {`"same"`, `"maybe"`},
		"no verdict":       {`,"verdict":"same"`, ``},
		"an unknown key":   {`"type":"judgement"`, `"type":"judgement","by":"x"`},
		"a control letter": {`One firm.`, `One\u0007firm.`},
	} {
		line := strings.Replace(judgementLine, change[0], change[1], 1)
		if _, err := sightline.ParseRecord([]byte(line)); sightline.ErrorCode(err) != sightline.Invalid {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := sightline.ParseRecord([]byte(strings.Replace(judgementLine, "kenya-desk", "organization/data-rights", 1))); err != nil {
		t.Errorf("an organisation is an author: %v", err)
	}
	for _, line := range []string{
		`{"type":"withdrawal","reason":"x"}`,
		`{"type":"withdrawal","claim":"a","judgement":"j-a","reason":"x"}`,
	} {
		if _, err := sightline.ParseRecord([]byte(line)); sightline.ErrorCode(err) != sightline.Invalid {
			t.Errorf("%s: %v", line, err)
		}
	}
}

func FuzzParseJudgement(f *testing.F) {
	f.Add([]byte(judgementLine))
	f.Add([]byte(`{"type":"withdrawal","judgement":"j-a","reason":"x"}`))
	f.Add([]byte(`{"type":"entity","id":"company/x","name":"x","identifiers":["lei:529900T8BM49AURSDO55"]}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		r, err := sightline.ParseRecord(line)
		if err != nil {
			return
		}
		again, err := sightline.ParseRecord(r.Text())
		if err != nil || !bytes.Equal(r.Text(), again.Text()) || r.ID() != again.ID() {
			t.Fatalf("%s is read again as %s, %v", r.Text(), again.Text(), err)
		}
		if j := r.Judgement(); j != nil && j.A.Compare(j.B) >= 0 {
			t.Fatalf("%s and %s are out of order", j.A, j.B)
		}
	})
}

// Check digits: examples of ISO 17442, of ISO 6166, and the LEI of the Global
// LEI Foundation.
func TestIdentifiers(t *testing.T) {
	for in, want := range map[string]string{
		"lei:529900T8BM49AURSDO55":        "lei:529900T8BM49AURSDO55",
		"LEI: 5067 00GE 1G29 3256 38 ":    "",
		"lei:506700GE1G29325QX363":        "lei:506700GE1G29325QX363",
		"lei:529900T8BM49AURSDO56":        "",
		"lei:529900T8BM49AURSDO5":         "",
		"isin:US0378331005":               "isin:US0378331005",
		"isin:us0378331005":               "isin:US0378331005",
		"isin:AU0000XVGZA3":               "isin:AU0000XVGZA3",
		"isin:GB0002634946":               "isin:GB0002634946",
		"isin:US0378331006":               "",
		"registration:GB:01234567":        "registration:GB:01234567",
		"registration: cn : 91440300abc ": "registration:CN:91440300ABC",
		"registration:ZZ:1":               "",
		"registration:GB:":                "",
		"registration:01234567":           "",
		"registration:GB:a:b":             "",
		"asn:15169":                       "asn:AS15169",
		"asn:AS15169":                     "asn:AS15169",
		"asn:AS0":                         "",
		"wikidata:q160120":                "wikidata:Q160120",
		"wikidata:Q0":                     "",
		"vat:GB1":                         "",
		"Q160120":                         "",
		"":                                "",
	} {
		got, err := sightline.ParseIdentifier(in)
		if string(got) != want || (err == nil) != (want != "") || err != nil && (sightline.ErrorCode(err) != sightline.Invalid || sightline.ErrorHint(err) == "") {
			t.Errorf("%q: %q, %v; want %q", in, got, err, want)
		}
	}
	for line, ok := range map[string]bool{
		`{"type":"entity","id":"company/x","name":"x","identifiers":["wikidata:Q2","asn:AS1","asn:AS2"]}`: true,
		`{"type":"entity","id":"company/x","name":"x","identifiers":["wikidata:q2"]}`:                     false,
		`{"type":"entity","id":"company/x","name":"x","identifiers":["wikidata:Q2","wikidata:Q3"]}`:       false,
		`{"type":"entity","id":"cable/x","name":"x","identifiers":["wikidata:Q2"]}`:                       false,
		`{"type":"entity","id":"company/x","name":"x","identifiers":[]}`:                                  true,
	} {
		if _, err := sightline.ParseRecord([]byte(line)); (err == nil) != ok {
			t.Errorf("%s: %v", line, err)
		}
	}
}

func FuzzParseIdentifier(f *testing.F) {
	f.Add("lei:529900T8BM49AURSDO55")
	f.Add("registration:GB:01234567")
	f.Fuzz(func(t *testing.T, s string) {
		id, err := sightline.ParseIdentifier(s)
		if err != nil {
			return
		}
		if again, err := sightline.ParseIdentifier(string(id)); err != nil || again != id {
			t.Fatalf("%q is read as %s, which is read as %s, %v", s, id, again, err)
		}
	})
}
