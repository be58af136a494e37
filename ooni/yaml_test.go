package ooni_test

import (
	"io"
	"strings"
	"testing"
	"time"

	"sightline/ooni"
)

// report is written as ooniprobe 1.0 wrote (ooni/spec, df-000 and ts-008), and
// behind it one as the first probes wrote.
const report = `###########################################
# OONI Probe Report for http_requests (0.2.3)
# Fri Jan 10 14:27:41 2014
###########################################
---
input_hashes: [82c5cebe]
options: [-f, list.txt]
probe_asn: AS3269
probe_cc: IT
probe_city: Formia
probe_ip: 127.0.0.1
software_name: ooniprobe
software_version: 1.0.0-rc5
start_time: 1389360461.066207
test_name: http_requests
test_version: 0.2.3
...
---
agent: agent
body_length_match: false
body_proportion: 0.25
control_failure: null
input: http://example.org/
requests:
- failure: connection_refused
  request:
    headers:
    - - User-Agent
      - [a browser]
    url: http://example.org/
- request:
    tor: true
    url: http://example.org/
  response:
    body: "yes: no\n"
    code: 200
    headers:
    - - X-Raw
      - - !!binary |
          aGkgdGhl
          cmU=
test_start_time: 1389360470.5
x: [12, '12', ~, 0x10, true, .nan, &a 1]
...
---
input: http://second.example/
...
# OONI Probe Report for TCP Connect test
---
{probe_asn: null, probe_cc: null, software_name: ooniprobe, software_version: 0.0.7.1-alpha,
  start_time: 1353423650.0, test_name: TCP Connect, test_version: '0.1'}
...
---
input: 127.0.0.1:9050
report: {connection: success}
test_name: test_connect
test_started: 1353427250.232331
...
`

func TestYAML(t *testing.T) {
	r := ooni.NewReader(strings.NewReader(report), ooni.Options{Mode: ooni.Fail})
	next := func() *ooni.Measurement {
		t.Helper()
		m, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	m := next()
	if m.TestName != "http_requests" || m.TestVersion != "0.2.3" || m.ProbeASN != "AS3269" || m.ProbeCC != "IT" || m.SoftwareVersion != "1.0.0-rc5" || m.DataFormatVersion != "0.1.0" || m.Input != "http://example.org/" {
		t.Errorf("%+v", m)
	}
	if !m.Start.Equal(time.Date(2014, 1, 10, 13, 27, 50, 0, time.UTC)) || !m.TestStart.Equal(time.Date(2014, 1, 10, 13, 27, 41, 0, time.UTC)) {
		t.Errorf("times: %v %v", m.Start, m.TestStart)
	}
	q := m.Requests()
	if len(q) != 2 || q[0].Failure != "connection_refused" || !q[1].Tor || q[1].Status != 200 || string(q[1].Body()) != "yes: no\n" || q[1].Header("x-raw") != "hi there" {
		t.Errorf("requests: %+v", q)
	}
	if got := string(m.Key("x").JSON()); got != `[12,"12",null,16,true,".nan",1]` {
		t.Errorf("kinds of values: %s", got)
	}
	if m.Key("control_failure").Kind() != ooni.Null || m.Key("nothing").Kind() != ooni.Missing {
		t.Error("null and missing")
	}
	if m = next(); m.Input != "http://second.example/" || m.TestName != "http_requests" || m.Line != 3 || !m.Start.Equal(m.TestStart) {
		t.Errorf("second: %+v", m)
	}
	if m = next(); m.TestName != "TCP Connect" || m.ProbeCC != "" || m.Key("connection").Str() != "success" || m.Input != "127.0.0.1:9050" || m.Start.Year() != 2012 {
		t.Errorf("third: %+v", m)
	}
	if _, err := r.Next(); err != io.EOF {
		t.Error(err)
	}
	// In the containers of its time, and cut short.
	for name, in := range map[string][]byte{"gzip": zip([]byte(report)), "cut": []byte(strings.TrimSuffix(report, "...\n"))} {
		if got, damages, _ := all(t, in, ooni.Options{Mode: ooni.Diagnose}); len(got) != 3 || len(damages) > 0 {
			t.Errorf("%s: %q %v", name, got, damages)
		}
	}
}

func TestHostileYAML(t *testing.T) {
	head := report[:strings.Index(report, "---\nagent")]
	bomb := "a: &a [x,x,x,x,x,x,x,x,x]\n"
	for i := range 9 {
		bomb += string(rune('b'+i)) + ": &" + string(rune('b'+i)) + " [" + strings.TrimSuffix(strings.Repeat("*"+string(rune('a'+i))+",", 9), ",") + "]\n"
	}
	for name, c := range map[string]struct{ in, reason string }{
		"aliases":                {bomb, ooni.ReasonTooDeep},
		"a million nested lists": {"a: " + strings.Repeat("[", 1_000_000), ooni.ReasonTooMany},
		"nested lists":           {"a: " + strings.Repeat("[", 5000) + strings.Repeat("]", 5000), ooni.ReasonTooDeep},
		"a body of 100 MB":       {"a: " + strings.Repeat("A", 100_000_000), ooni.ReasonTooLong},
		"ten million lines":      {strings.Repeat("a\n", 10_000_000), ooni.ReasonTooLong},
		"many values":            {"a: [" + strings.Repeat("1,", 300_000) + "]", ooni.ReasonTooMany},
		"no YAML":                {"a: [}", ooni.ReasonNotJSON},
		"a list":                 {"- a\n- b", ooni.ReasonNotObject},
	} {
		got, damages, r := all(t, []byte(head+"---\n"+c.in+"\n...\n---\ninput: z\n...\n"), ooni.Options{Mode: ooni.Diagnose})
		if len(got) != 1 || len(damages) != 1 || r.Stats().Damaged[c.reason] != 1 {
			t.Errorf("%s: got %q, %v, %+v", name, got, damages, r.Stats())
		}
	}
	if got, _, r := all(t, []byte("---\ninput: a\n...\n"), ooni.Options{}); len(got) != 0 || r.Stats().Damaged[ooni.ReasonNoTest] != 1 {
		t.Errorf("without a report: %q %+v", got, r.Stats())
	}
}
