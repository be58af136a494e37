package dossier_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"sightline"
	"sightline/dossier"
)

// Four cables join Tonga with others, by a map of all cables; Delta was announced
// there and landed later. A fifth stays within Tonga, a sixth is announced, a
// seventh lands elsewhere, and one was found by press that looked at the firms
// of one nation.
const cables = `{"type":"source","id":"map","title":"A map","kind":"vendor","terms":"noncommercial","published":"2021-06-01","reliability":"B","scope":"all"}
{"type":"source","id":"news","title":"News","kind":"press","published":"2022","reliability":"B","scope":"one:CN"}
{"type":"entity","id":"company/nippon","name":"Nippon","country":"JP"}
{"type":"entity","id":"company/orangerie","name":"Orangerie","country":"FR"}
{"type":"entity","id":"company/marine","name":"Marine","country":"CN"}
{"type":"entity","id":"company/hua","name":"Hua","country":"CN"}
{"type":"entity","id":"company/heng","name":"Heng","country":"CN"}
{"type":"entity","id":"company/sub","name":"Sub","country":"US"}
{"type":"entity","id":"cable/alpha","name":"Alpha"}
{"type":"entity","id":"cable/beta","name":"Beta"}
{"type":"entity","id":"cable/gamma","name":"Gamma"}
{"type":"entity","id":"cable/delta","name":"Delta"}
{"type":"entity","id":"cable/inland","name":"Inland"}
{"type":"entity","id":"cable/planned","name":"Planned"}
{"type":"entity","id":"cable/elsewhere","name":"Elsewhere"}
{"type":"claim","id":"a1","subject":"cable/alpha","predicate":"lands_in","object":"country/TO","references":[{"source":"map"}]}
{"type":"claim","id":"a2","subject":"cable/alpha","predicate":"lands_in","object":"country/FJ","references":[{"source":"map"}]}
{"type":"claim","id":"a3","subject":"cable/alpha","predicate":"owned_by","object":"company/nippon","qualifiers":{"share":"100%"},"references":[{"source":"map"}]}
{"type":"claim","id":"a4","subject":"cable/alpha","predicate":"built_by","object":"company/marine","valid":"2018","references":[{"source":"news"}]}
{"type":"claim","id":"a5","subject":"cable/alpha","predicate":"built_by","object":"company/sub","qualifiers":{"role":"survey"},"valid":"2018","references":[{"source":"news"}]}
{"type":"claim","id":"b1","subject":"cable/beta","predicate":"lands_in","object":"country/TO","qualifiers":{"extent":"international"},"references":[{"source":"map"}]}
{"type":"claim","id":"b2","subject":"cable/beta","predicate":"owned_by","object":"company/nippon","qualifiers":{"number":"3"},"references":[{"source":"map"}]}
{"type":"claim","id":"b3","subject":"cable/beta","predicate":"owned_by","object":"company/orangerie","qualifiers":{"number":"3"},"references":[{"source":"map"}]}
{"type":"claim","id":"b4","subject":"cable/beta","predicate":"owned_by","object":"country/TO","qualifiers":{"number":"3"},"references":[{"source":"map"}]}
{"type":"claim","id":"b5","subject":"cable/beta","predicate":"built_by","object":"company/sub","qualifiers":{"role":"supplier"},"valid":"2015","references":[{"source":"news"}]}
{"type":"claim","id":"b6","subject":"cable/beta","predicate":"owned_by","object":"company/sub","valid":"2010/2014","references":[{"source":"news"}]}
{"type":"claim","id":"c1","subject":"cable/gamma","predicate":"lands_in","object":"country/TO","references":[{"source":"map"}]}
{"type":"claim","id":"c2","subject":"cable/gamma","predicate":"lands_in","object":"country/WS","references":[{"source":"map"}]}
{"type":"claim","id":"d0","subject":"cable/delta","predicate":"lands_in","object":"country/TO","published":"2021-06","references":[{"source":"map"}]}
{"type":"claim","id":"d1","subject":"cable/delta","predicate":"lands_in","object":"country/TO","valid":"2022/..","published":"2022-03","references":[{"source":"news"}]}
{"type":"claim","id":"d2","subject":"cable/delta","predicate":"status","object":{"text":"announced"},"published":"2021-06","references":[{"source":"map"}]}
{"type":"claim","id":"d3","subject":"cable/delta","predicate":"owned_by","object":"company/orangerie","qualifiers":{"share":"30%"},"references":[{"source":"news"}]}
{"type":"claim","id":"d4","subject":"cable/delta","predicate":"built_by","object":"company/marine","valid":"2021/..","references":[{"source":"news"}]}
{"type":"claim","id":"e1","subject":"cable/inland","predicate":"lands_in","object":"country/TO","qualifiers":{"extent":"domestic"},"references":[{"source":"map"}]}
{"type":"claim","id":"e2","subject":"cable/inland","predicate":"owned_by","object":"company/heng","references":[{"source":"map"}]}
{"type":"claim","id":"f1","subject":"cable/planned","predicate":"lands_in","object":"country/TO","published":"2021-06","references":[{"source":"map"}]}
{"type":"claim","id":"f2","subject":"cable/planned","predicate":"lands_in","object":"country/FJ","published":"2021-06","references":[{"source":"map"}]}
{"type":"claim","id":"f3","subject":"cable/planned","predicate":"status","object":{"text":"announced"},"published":"2021-06","references":[{"source":"map"}]}
{"type":"claim","id":"f4","subject":"cable/planned","predicate":"owned_by","object":"company/heng","references":[{"source":"map"}]}
{"type":"entity","id":"cable/found","name":"Found"}
{"type":"claim","id":"h1","subject":"cable/found","predicate":"lands_in","object":"country/TO","references":[{"source":"news"}]}
{"type":"claim","id":"h2","subject":"cable/found","predicate":"built_by","object":"company/heng","references":[{"source":"news"}]}
{"type":"claim","id":"g1","subject":"cable/elsewhere","predicate":"lands_in","object":"country/FJ","references":[{"source":"map"}]}
{"type":"claim","id":"m1","subject":"company/marine","predicate":"owned_by","object":"company/hua","qualifiers":{"share":"51%"},"valid":"2008/2020-03","references":[{"source":"news"}]}
{"type":"claim","id":"m2","subject":"company/marine","predicate":"owned_by","object":"company/heng","qualifiers":{"share":"81%"},"valid":"2020-03/..","references":[{"source":"news"}]}
`

func figuresOn(t *testing.T, facts string, o dossier.Options) (*dossier.Dossier, map[string]string) {
	t.Helper()
	m := memory(t, []byte(facts))
	d, err := dossier.Compose(m, nil, o)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range d.Answers[0].Figures {
		e := f.Estimate
		label, is := strings.CutPrefix(f.Label, "International cables here by ") // "owner: Japan"
		if part, also := strings.CutPrefix(f.Label, "The same, by the part that is theirs: "); also {
			label, is = "part: "+part, true
		}
		if !is {
			continue
		}
		v, _ := e.Value.Get()
		low, _ := e.Low.Get()
		high, _ := e.High.Get()
		out[label] = fmt.Sprintf("%.4f [%.4f, %.4f] %d of %d", v, low, high, e.N, e.Denominator)
		if e.State != sightline.OK {
			out[label] = e.State.String() + ": " + e.Reason
		}
	}
	for _, p := range d.Packets {
		if again, err := dossier.Recompute(m, nil, p); err != nil || again.Result.Packet != p.Result.Packet {
			t.Errorf("%s: %s again is %s, %v", p.Method, p.Result.Packet, again.Result.Packet, err)
		}
	}
	return d, out
}

// Worked by hand. Of Alpha, Beta, Gamma and Delta:
//
//   - Japan has Alpha whole and a part of Beta; Gamma has no owner on record, and
//     of Delta 70 % is not: 2 of 4, up to 4. By parts Alpha 1, Beta 1/3 (0 to 1),
//     Gamma 0 to 1, Delta 0 to .7: 1.3333/4, from 1/4 to 3.7/4.
//   - France has parts of Beta and Delta and none of Alpha: 2, up to 3. By parts 1/3
//     (0 to 1), 0 to 1, and .3 to 1 of Delta: .6333/4, from .3/4 to 3/4.
//   - Tonga has a part of Beta, none of Alpha: 1, up to 3. The United States had one
//     of Beta until 2014, and are not listed.
//   - Marine built Alpha and Delta, Sub built Beta, and of Gamma nobody knows. Hua
//     owned Marine when it built Alpha in 2018, and Heng in 2021 when it built
//     Delta. A survey is no building.
//
// Inland and Planned are left out, with their owner, and Found, which nobody
// would have found had a firm of another nation built it.
func TestCables(t *testing.T) {
	o := dossier.Options{Edition: "scenario", Code: "test"}
	o.Country, _ = sightline.ParseCountry("TO")
	d, got := figuresOn(t, cables, o)
	want := map[string]string{
		"owner: Japan":    "0.5000 [0.5000, 1.0000] 2 of 4",
		"part: Japan":     "0.3333 [0.2500, 0.9250] 2 of 4",
		"owner: France":   "0.5000 [0.5000, 0.7500] 2 of 4",
		"part: France":    "0.1583 [0.0750, 0.7500] 2 of 4",
		"owner: Tonga":    "0.2500 [0.2500, 0.7500] 1 of 4",
		"part: Tonga":     "0.0833 [0.0000, 0.6750] 1 of 4",
		"builder: Marine": "0.5000 [0.5000, 0.7500] 2 of 4",
		"builder: Hua":    "0.2500 [0.2500, 0.5000] 1 of 4",
		"builder: Heng":   "0.2500 [0.2500, 0.5000] 1 of 4",
		"builder: Sub":    "0.2500 [0.2500, 0.5000] 1 of 4",
	}
	for k, v := range want {
		if got[k] != v {
			t.Errorf("%s: %s, want %s", k, got[k], v)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d figures: %v", len(got), got)
	}
	// What the map brought is marked as not open.
	i := slices.IndexFunc(d.Notes, func(n dossier.Note) bool { return n.Source == "map" })
	if i < 0 || d.Notes[i].Terms != "noncommercial" || !slices.Contains(d.NotOpen, d.Notes[i].N) {
		t.Errorf("the note of the map: %+v, not open %v", d.Notes, d.NotOpen)
	}

	// Without the map, the record is what was looked for: no share.
	o.OpenOnly = true
	d, _ = figuresOn(t, strings.Replace(cables, `"published":"2022-03","references":[`, `"published":"2022-03","references":[{"source":"map","quote":"Words of the map"},`, 1), o)
	if len(d.Notes) != 1 || d.Notes[0].Source != "news" || strings.Contains(fmt.Sprintf("%+v", d.Answers), "Words of the map") {
		t.Errorf("open only, a source that is not is cited beside one that is: %+v", d.Notes)
	}
	_, got = figuresOn(t, strings.ReplaceAll(cables, `"scope":"all"`, `"scope":"some"`), dossier.Options{Country: o.Country, Edition: "scenario", Code: "test"})
	for measure, want := range map[string]string{"owner": "5 cables are on record, by owner: France 2, Japan 2, Tonga 1;", "builder": "5 cables are on record, by builder: Heng 2, Marine 2, Hua 1, Sub 1;"} {
		if !strings.HasPrefix(got[measure], "not_identified: ") || !strings.Contains(got[measure], want) {
			t.Errorf("without a survey, by %s: %s", measure, got[measure])
		}
	}

	// In 2021 Delta had not landed.
	o.OpenOnly = false
	o.AsPublished, _ = sightline.ParseDate("2021-12-31")
	if _, got := figuresOn(t, cables, o); got["owner: Japan"] != "0.6667 [0.6667, 1.0000] 2 of 3" || !strings.HasPrefix(got["builder"], "too_little_data: no builder is on record for 3 cables") {
		t.Errorf("as published by 2021: %v", got)
	}
}

// A holder of whom nothing is on record, while something is open, has no zero
// but no value; where all is known, a zero.
func TestCablesNeverZero(t *testing.T) {
	m := memory(t, []byte(cables))
	ask := func(facts string, of, weigh string) sightline.Estimate {
		p := sightline.Packet{Schema: sightline.PacketSchema, Method: "cables.owner/1", Parameters: map[string]string{"country": "TO", "of": of, "weigh": weigh}}
		if facts != "" {
			m = memory(t, []byte(facts))
		}
		out, err := dossier.Recompute(m, nil, p)
		if err != nil {
			t.Fatal(err)
		}
		return out.Result
	}
	if e := ask("", "country/DE", "any"); e.State != sightline.TooLittleData || !strings.Contains(e.Reason, "between 0 and 50 %") {
		t.Errorf("Germany: %+v", e)
	}
	var known []string
	for line := range strings.Lines(cables) {
		if !strings.Contains(line, "gamma") && !strings.Contains(line, "delta") {
			known = append(known, line)
		}
	}
	e := ask(strings.Join(known, ""), "country/DE", "any")
	if v, ok := e.Value.Get(); !ok || v != 0 || e.Denominator != 2 {
		t.Errorf("Germany, of two whose owners are all known: %+v", e)
	}
}

// Who has no coast: by the list of the United Nations (the developing ones),
// and by a table of countries, where that is at hand.
func TestNoCoast(t *testing.T) {
	o := dossier.Options{Edition: "scenario", Code: "test"}
	none := map[string]bool{}
	for _, c := range sightline.Countries() {
		o.Country = c
		d, err := dossier.Compose(memory(t, []byte(`{"type":"source","id":"x","title":"X","kind":"ngo","reliability":"B"}`)), nil, o)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range d.Answers[0].Figures {
			if f.Estimate.Method == "cables.owner/1" {
				if f.Estimate.State != sightline.NotApplicable {
					t.Errorf("%s: %+v", c.Code(), f.Estimate)
				}
				none[c.Code()] = true
			}
		}
	}
	if len(none) != 45 || !none["UG"] || !none["AT"] || none["KE"] {
		t.Errorf("%d without a coast: %v", len(none), none)
	}
	text, err := os.ReadFile("../../shared/data/evidence/raw/mledoze_countries.json")
	if err != nil {
		t.Skip("the shared data are not here: ", err)
	}
	var table []struct {
		Code       string `json:"cca2"`
		Landlocked bool   `json:"landlocked"`
	}
	if err := json.Unmarshal(text, &table); err != nil {
		t.Fatal(err)
	}
	for _, c := range table {
		if c.Landlocked != none[c.Code] {
			t.Errorf("%s: landlocked %v in the table, %v here", c.Code, c.Landlocked, none[c.Code])
		}
	}
}
