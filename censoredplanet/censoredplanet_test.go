package censoredplanet_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sightline/censoredplanet"
)

const shared = "../../shared/data/interference/censoredplanet/"

const (
	quack     = `{"vp":"192.0.2.1","location":{"country_code":"CN"},"service":"http","test_url":"example.org","response":[{"matches_template":true,"control_url":"c.com","start_time":"2021-05-30T01:01:09.6-04:00"},{"matches_template":false,"error":"read: connection reset by peer"},{"matches_template":false,"response":{"status_line":"403 Forbidden","headers":{"Server":["x"]},"body":"no"}}],"anomaly":true,"controls_failed":false,"stateful_block":false}`
	satellite = `{"vp":"192.0.2.2","location":{"country_code":"IR"},"test_url":"example.org","passed_liveness":true,"in_control_group":true,"excluded":false,"anomaly":true,"start_time":"2021-10-20 14:51:41.221546144 -0400 EDT","response":[{"url":"a.root-servers.net","response":{"198.41.0.4":{}},"error":"null","rcode":0},{"url":"example.org","has_type_a":true,"response":{"10.10.34.35":{"http":"","cert":"","asnum":0,"matched":null}},"error":"null","rcode":0}]}`
	older     = `{"vp": "192.0.2.3", "location": {"country_code": "DE"}, "test_url": "example.org", "response": {"198.51.100.1": ["asnum", "asname"], "198.51.100.2": ["no_tags"], "error": ["i/o timeout"], "rcode": ["-1", "0"]}, "passed_control": true, "in_control_group": true, "anomaly": false, "start_time": "2021-04-25 15:37:16.850234875 -0400 EDT m=+13035.126037108"}`
)

func read(t *testing.T, r io.Reader) (out []*censoredplanet.Record, s censoredplanet.Stats) {
	t.Helper()
	d, err := censoredplanet.NewReader(r)
	if err != nil {
		t.Fatal(err)
	}
	for {
		rec, err := d.Next()
		if err == io.EOF {
			return out, d.Stats()
		}
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, rec)
	}
}

func TestShapes(t *testing.T) {
	recs, s := read(t, strings.NewReader(strings.Join([]string{quack, satellite, older, `{"vp":"192.0.2.9","name":"r"}`, "{", `[1]`, ""}, "\n")))
	if len(recs) != 3 || s.Others != 1 || s.Damaged != 2 {
		t.Fatalf("%d, %+v", len(recs), s)
	}
	q := recs[0]
	if q.Kind != censoredplanet.Hyperquack || !q.Live || len(q.Trials) != 3 || !q.Trials[0].Control || q.Trials[2].Status != 403 || q.Trials[2].Headers[0].Value != "x" || q.Start.Hour() != 5 {
		t.Errorf("%+v", q)
	}
	if a := recs[1]; a.Kind != censoredplanet.Satellite || len(a.Answers) != 1 || a.Answers[0].Tagged || len(a.RCodes) != 1 || !a.Compared || a.Start.Hour() != 18 {
		t.Errorf("%+v", a)
	}
	if o := recs[2]; len(o.Answers) != 2 || len(o.Answers[0].Matched) != 2 || o.Answers[1].Tagged || len(o.RCodes) != 2 || len(o.Errors) != 1 || o.Start.IsZero() {
		t.Errorf("%+v", o)
	}
}

func TestArchive(t *testing.T) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for name, text := range map[string]string{"scan/results.json": quack + "\n" + quack + "\n", "scan/notes.txt": "{"} {
		w.WriteHeader(&tar.Header{Name: name, Size: int64(len(text)), Mode: 0o600, Typeflag: tar.TypeReg})
		io.WriteString(w, text)
	}
	w.Close()
	z.Close()
	if recs, s := read(t, &b); len(recs) != 2 || recs[1].Line != 2 || recs[0].Source != "scan/results.json" || s.Damaged != 0 {
		t.Errorf("%d records, %+v", len(recs), s)
	}
}

func TestRealScans(t *testing.T) {
	files, _ := filepath.Glob(shared + "*/*.json")
	if len(files) == 0 {
		t.Skip("the sample scans are not at hand")
	}
	kinds := map[censoredplanet.Kind]int{}
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		recs, s := read(t, f)
		f.Close()
		if s.Damaged > 0 {
			t.Errorf("%s: %+v", name, s)
		}
		for _, r := range recs {
			kinds[r.Kind]++
			if r.Start.IsZero() || r.CountryCode == "" {
				t.Errorf("%s: %+v", name, r)
			}
		}
	}
	if kinds[censoredplanet.Hyperquack] < 8 || kinds[censoredplanet.Satellite] < 15 {
		t.Errorf("%v", kinds)
	}
}

func FuzzReader(f *testing.F) {
	f.Add([]byte(quack))
	f.Add([]byte(satellite + "\n" + older))
	f.Add([]byte{0x1f, 0x8b, 8, 0})
	f.Add([]byte(`{"vp":"1","test_url":"x","anomaly":1,"service":[],"response":{"1.1.1.1":{},"rcode":[1]}}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		d, err := censoredplanet.NewReader(bytes.NewReader(in))
		if err != nil {
			return
		}
		for range 100000 {
			if _, err := d.Next(); err != nil {
				return
			}
		}
		t.Error("more records than the input can hold")
	})
}
