package main

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sightline"
)

const blockedInIran = `{"test_name":"web_connectivity","test_version":"0.4.1","measurement_uid":"20230308092114.000000_IR_webconnectivity_00000000000000aa","report_id":"r1","probe_cc":"IR","probe_asn":"AS64500","resolver_asn":"AS64501","measurement_start_time":"2023-03-08 09:21:10","input":"https://www.example.org/","test_keys":{"queries":[{"engine":"system","hostname":"www.example.org","query_type":"A","answers":[{"answer_type":"A","ipv4":"10.10.34.36"}]}],"tcp_connect":[{"ip":"10.10.34.36","port":443,"status":{"success":false,"failure":"generic_timeout_error"}}],"requests":[{"failure":"generic_timeout_error","request":{"url":"https://www.example.org/"}}],"control":{"dns":{"failure":null,"addrs":["93.184.216.34"]},"http_request":{"failure":null,"status_code":200,"body_length":1256,"title":"Example"},"tcp_connect":{}}}}`

func runInterference(t *testing.T, in string, args ...string) (string, string, error) {
	t.Helper()
	var out, errs bytes.Buffer
	c := (&app{}).interferenceCommand()
	c.SetIn(strings.NewReader(in))
	c.SetOut(&out)
	c.SetErr(&errs)
	c.SetArgs(args)
	c.SilenceErrors, c.SilenceUsage = true, true
	err := c.Execute()
	return out.String(), errs.String(), err
}

func TestInterferenceCommand(t *testing.T) {
	other := `{"test_name":"ndt","measurement_uid":"=1+1","probe_cc":"ZZ","test_keys":{}}`
	in := blockedInIran + "\n{broken\n" + other + "\n"
	out, errs, err := runInterference(t, in, "-")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil || len(rows) != 3 {
		t.Fatalf("%v\n%s", err, out)
	}
	got := map[string]string{}
	for i, name := range rows[0] {
		got[name] = rows[1][i]
	}
	for k, want := range map[string]string{"state": "blocked", "mechanism": "dns.injection.blockpage", "country": "IR", "network": "AS64500", "blames": "AS64501",
		"fingerprint": "own.ir_10_10_34_36", "rule": "dns.blockpage.country@interference.rules/2"} {
		if got[k] != want {
			t.Errorf("%s: %q, want %q", k, got[k], want)
		}
	}
	if rows[2][0] != "'=1+1" || rows[2][8] != "no rule yet" {
		t.Errorf("second row: %q", rows[2])
	}
	for _, want := range []string{"measurements: 2 read, 1 damaged", "state: blocked: 1", "test: ndt: 1 read, 0 judged", "damage: not JSON: 1", "fingerprints: "} {
		if !strings.Contains(errs, want) {
			t.Errorf("standard error lacks %q:\n%s", want, errs)
		}
	}

	name := filepath.Join(t.TempDir(), "a.jsonl.gz")
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	w.Write([]byte(in))
	w.Close()
	if err := os.WriteFile(name, z.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	out, _, err = runInterference(t, "", "--format", "json", "--as-of", "2020-01-01", name)
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(out, "\n")
	var line struct {
		State, Fingerprints string
		LogOdds             struct{ Value, Low, High float64 } `json:"log_odds"`
		Ladder              []struct {
			Name, What  string
			Established bool
		}
		Notes []string
	}
	if err := json.Unmarshal([]byte(first), &line); err != nil {
		t.Fatal(err, first)
	}
	if line.State != "blocked" || line.LogOdds.Low >= line.LogOdds.Value || len(line.Fingerprints) != 64 || len(line.Ladder) != 7 || !line.Ladder[1].Established ||
		line.Ladder[3].What != "not established" || !strings.Contains(strings.Join(line.Notes, ";"), "future") {
		t.Errorf("%+v", line)
	}

	scan := `{"vp":"192.0.2.2","location":{"country_code":"IR"},"test_url":"example.org","passed_liveness":true,"in_control_group":true,"anomaly":true,"response":[{"url":"example.org","response":{"10.10.34.35":{}},"error":"null","rcode":0}]}`
	out, errs, err = runInterference(t, scan+"\n{\"resolver\":1}\n[]\n", "--source", "censoredplanet", "-")
	if err != nil || !strings.Contains(errs, "other lines: 1, ") || !strings.Contains(out, "-:1,satellite,2,,IR,,,example.org,blocked,dns.injection.blockpage") || !strings.Contains(errs, "1 read, 1 damaged") {
		t.Errorf("%v\n%s\n%s", err, out, errs)
	}

	for _, args := range [][]string{{"--format", "xml", "-"}, {"--source", "rumour", "-"}, {"--damage", "mend", "-"}, {"--as-of", "soon", "-"}} {
		if _, _, err := runInterference(t, "", args...); sightline.ErrorCode(err) != sightline.Invalid || sightline.ErrorHint(err) == "" {
			t.Errorf("%v: %v", args, err)
		}
	}
	if _, _, err := runInterference(t, "", filepath.Join(t.TempDir(), "none")); sightline.ErrorCode(err) != sightline.NotFound {
		t.Errorf("no file: %v", err)
	}
	if _, _, err := runInterference(t, in, "--damage", "fail", "-"); sightline.ErrorCode(err) != sightline.Corrupt {
		t.Errorf("fail: %v", err)
	}
}
