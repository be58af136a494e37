package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sightline/internal/mrtmake"
)

func visibilityOf(args ...string) (stdout, stderr string, code int) {
	var out, errs bytes.Buffer
	code = run(context.Background(), append([]string{"visibility"}, args...), strings.NewReader(""), &out, &errs)
	return out.String(), errs.String(), code
}

// TestVisibilityOfTables finds a loss of one hour in tables of two collectors.
// Kenya's AS37061 is seen by two peers of each, that is by four; in hour 11 one
// peer of the first is left: three quarters are gone. In hour 5 the second
// collector is missing, which is no loss.
func TestVisibilityOfTables(t *testing.T) {
	dir := t.TempDir()
	var args []string
	for hour := range 13 {
		for _, collector := range []string{"one", "two"} {
			if collector == "two" && hour == 5 {
				continue
			}
			var rib strings.Builder
			fmt.Fprintf(&rib, "peer 192.0.2.1 3257\npeer 192.0.2.2 1299\ntime %d\n", 1400824800+hour*3600+90)
			fmt.Fprintln(&rib, "held 1 10.0.0.0/8 3257 64999 36866") // which loses nothing
			if hour != 11 || collector == "one" {
				fmt.Fprintln(&rib, "held 1 41.57.0.0/16 3257 24757 37061")
			}
			if hour != 11 {
				fmt.Fprintln(&rib, "held 2 41.57.0.0/16 1299 24757 37061 37061")
			}
			b, err := mrtmake.Make(rib.String())
			if err != nil {
				t.Fatal(err)
			}
			name := filepath.Join(dir, fmt.Sprintf("%s.%d.mrt", collector, hour))
			if err := os.WriteFile(name, b, 0o644); err != nil {
				t.Fatal(err)
			}
			args = append(args, collector+"="+name)
		}
	}
	countries := filepath.Join(dir, "as.csv")
	if err := os.WriteFile(countries, []byte("37061,KE\n36866,UG\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	out, errs, code := visibilityOf(append(args, "--as-countries", countries)...)
	if code != exitOK {
		t.Fatal(errs)
	}
	want := `country,asn,start,end,before,tables,share,low,high,baseline,least,gone,prefixes
KE,,2014-05-23T17:00:00.000000Z,2014-05-23T18:00:00.000000Z,2014-05-23T16:00:00.000000Z,1,0.75,0.75,0.75,4,1,0,1
KE,37061,2014-05-23T17:00:00.000000Z,2014-05-23T18:00:00.000000Z,2014-05-23T16:00:00.000000Z,1,0.75,0.75,0.75,4,1,0,1
`
	if out != want {
		t.Errorf("got:\n%swant:\n%s", out, want)
	}
	if !strings.Contains(errs, "1 of 13 hours left out: not each of the 2 collectors has a table there") {
		t.Errorf("the hour left out is not named: %s", errs)
	}
	if out, errs, code := visibilityOf(append(args, "--as-countries", countries, "--countries", "Uganda")...); code != exitOK || strings.Count(out, "\n") != 1 {
		t.Errorf("Uganda: %d %s %s", code, out, errs)
	}

	// As records they go into a workspace, and its dossier lists them.
	out, errs, code = visibilityOf(append(args, "--as-countries", countries, "--format", "records", "--publisher", "An observatory", "--kind", "academic", "--published", "2014-06")...)
	if code != exitOK {
		t.Fatal(errs)
	}
	records, ws := filepath.Join(dir, "records.jsonl"), filepath.Join(dir, "ws")
	if err := os.WriteFile(records, []byte(out), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"init", ws}, {"import", "-w", ws, records}, {"dossier", "-w", ws, "KE", "-f", "md"}} {
		var o, e bytes.Buffer
		if code := run(context.Background(), args, strings.NewReader(""), &o, &e); code != exitOK {
			t.Fatalf("%v: %s", args, e.String())
		}
		out = o.String()
	}
	for _, want := range []string{"75.0 % of the paths to the networks of Kenya were gone from 2014-05-23 17:00 UTC until 2014-05-23 18:00 UTC", "75.0 % of the paths to AS37061 in Kenya", "An observatory"} {
		if !strings.Contains(strings.ReplaceAll(out, "\\", ""), want) {
			t.Errorf("the dossier lacks %q", want)
		}
	}

	series := filepath.Join(dir, "series.csv")
	if err := os.WriteFile(series, []byte("DATE,TIME,ASN,PREFIX,FREQ\n20210206,0800,AS132167,43.224.84.0/24,166\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		says string
	}{
		{args[:4], "too little data"},
		{append(args[:1:1], series), "lines of a series"},
		{append(args[:1:1], args[0]), "a second table"},
		{[]string{countries}, "no line of it is of the form"},
		{append(args[:1:1], "--countries", "KE"), "nothing says which networks"},
		{append(args[:1:1], "--format", "xml"), "no such format"},
		{append(args[:1:1], "--format", "records"), "a record says who published"},
		{[]string{filepath.Join(dir, "none.mrt")}, "no such file"},
	} {
		if out, errs, code := visibilityOf(c.args...); code == exitOK || out != "" || !strings.Contains(errs, c.says) {
			t.Errorf("%v: exit code %d, %q, want %q", c.args, code, errs, c.says)
		}
	}
}

// TestVisibilityMyanmar finds the country's two losses of February 2021 (see
// exposure.TestMyanmar2021) from the published series.
func TestVisibilityMyanmar(t *testing.T) {
	files, _ := filepath.Glob(routing + "shutdown-series/MYANMAR-202102/*.csv")
	if len(files) == 0 {
		t.Skip("the shared routing data are not at hand")
	}
	var lines strings.Builder
	for _, name := range files {
		_, number, _ := strings.Cut(filepath.Base(name), "_AS")
		number, _, _ = strings.Cut(number, "_")
		fmt.Fprintf(&lines, "%s,MM\n", number)
	}
	countries := filepath.Join(t.TempDir(), "as.csv")
	if err := os.WriteFile(countries, []byte(lines.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	out, errs, code := visibilityOf(append(files, "--as-countries", countries, "--format", "json")...)
	if code != exitOK {
		t.Fatal(errs)
	}
	var doc struct {
		Inputs []struct{}
		Rows   []struct {
			Country, Start, End string
			ASN                 int
			Estimate            struct {
				Value  float64
				Packet string
			}
		}
	}
	if err := json.Unmarshal([]byte(out), &doc); err != nil {
		t.Fatal(err)
	}
	var whole []string
	packets := map[string]bool{}
	for _, r := range doc.Rows {
		if r.ASN == 0 {
			whole = append(whole, fmt.Sprintf("%s %s %s %.2f", r.Country, r.Start[:13], r.End[:13], r.Estimate.Value))
		}
		packets[r.Estimate.Packet] = true
	}
	if got, want := strings.Join(whole, "; "), "MM 2021-02-01T02 2021-02-01T08 0.55; MM 2021-02-06T08 2021-02-07T14 0.84"; got != want {
		t.Errorf("the country: %s, want %s", got, want)
	}
	if len(packets) != len(doc.Rows) || len(doc.Inputs) != len(files)+1 {
		t.Errorf("%d packets of %d rows, %d inputs of %d files", len(packets), len(doc.Rows), len(doc.Inputs), len(files))
	}
}
