package interference

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"sightline/ooni"
)

// Hostile measurements: each must be judged in bounded time, and what was left
// out must be said.
func TestHostileMeasurements(t *testing.T) {
	set := published(t)
	many := func(n int, row string) string { return strings.TrimSuffix(strings.Repeat(row+",", n), ",") }
	doc := func(keys string) string {
		return `{"test_name":"web_connectivity","probe_cc":"KE","input":"http://a.org/","test_keys":{` + keys + `}}`
	}
	pattern := strings.Repeat("<meta name=", 200_000) + strings.Repeat("twitter:card", 50_000)
	var answers strings.Builder
	for i := range 60_000 {
		fmt.Fprintf(&answers, `{"answer_type":"A","ipv4":"10.%d.%d.%d"},`, i>>16, i>>8&255, i&255)
	}
	for name, c := range map[string]struct {
		in   string
		note bool
	}{
		"queries":       {doc(`"queries":[` + many(100_000, `{"hostname":"a.org","answers":[{"ipv4":"1.2.3.4"}]}`) + `],"control":{"dns":{"addrs":[` + many(100_000, `"1.2.3.5"`) + `]}}`), true},
		"answers":       {doc(`"queries":[{"hostname":"a.org","answers":[` + strings.TrimSuffix(answers.String(), ",") + `]}],"control":{"dns":{"addrs":["1.2.3.5"]}}`), false},
		"connects":      {doc(`"tcp_connect":[` + many(100_000, `{"ip":"1.2.3.4","port":80,"status":{"success":false}}`) + `]`), true},
		"handshakes":    {doc(`"tls_handshakes":[` + many(100_000, `{"server_name":"a.org","address":"1.2.3.4:443","failure":"connection_reset"}`) + `]`), true},
		"requests":      {doc(`"requests":[` + many(50_000, `{"request":{"url":"http://a.org/"},"response":{"code":200}}`) + `]`), true},
		"headers":       {doc(`"requests":[{"request":{"url":"http://a.org/"},"response":{"code":200,"headers_list":[` + many(100_000, `["Location","http://b"]`) + `]}}]`), true},
		"slow patterns": {doc(`"requests":[{"request":{"url":"http://a.org/"},"response":{"code":200,"body":"` + pattern + `"}}]`), false},
		"one gram":      {doc(`"requests":[{"request":{"url":"http://a.org/"},"response":{"code":200,"body":"` + strings.Repeat("true", 2_000_000) + `"}}]`), false},
		"open tags":     {doc(`"requests":[{"request":{"url":"http://a.org/"},"response":{"code":200,"body":"` + strings.Repeat("<title", 1_000_000) + `"}}]`), false},
		"services":      {strings.Replace(doc(`"tcp_connect":[`+many(100_000, `{"ip":"1.2.3.4","port":80,"status":{"success":false}}`)+`],"queries":[`+many(100_000, `{"hostname":"a.org","answers":[{"ipv4":"1.2.3.4"}]}`)+`]`), "web_connectivity", "telegram", 1), true},
		"relays":        {strings.Replace(doc(`"targets":[`+many(100_000, `{"target_protocol":"obfs4","failure":"generic_timeout_error"}`)+`]`), "web_connectivity", "tor", 1), false},
		"a long name":   {strings.Replace(doc(``), "web_connectivity", strings.Repeat("x", 1<<20), 1), false},
		"bad address":   {strings.Replace(doc(``), "http://a.org/", `http://[::1%25`+strings.Repeat("%", 1000), 1), false},
		"wrong types":   {doc(`"queries":[1,[],{"answers":{}}],"requests":{"response":3,"request":[]},"tcp_connect":{"ip":7,"port":"x"},"control":{"dns":[],"http_request":"x","tcp_connect":[1]},"tls_handshakes":[{"address":{}}]`), false},
	} {
		r := ooni.NewReader(strings.NewReader(c.in), ooni.Options{Mode: ooni.Fail})
		m, err := r.Next()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		start := cpuSeconds() // of this process: what else the machine does is not counted
		o := FromOONI(m, set)
		v := Judge(&o)
		if d := cpuSeconds() - start; d > 3 {
			t.Errorf("%s took %.1f s", name, d)
		}
		noted := false
		for _, n := range v.Notes {
			noted = noted || n == NoteTooManyRows
		}
		if noted != c.note {
			t.Errorf("%s: notes %q", name, v.Notes)
		}
		if err := v.LogOdds.Check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// endless repeats a text until n bytes are read.
type endless struct {
	text []byte
	at   int
	left int64
}

func (e *endless) Read(p []byte) (int, error) {
	if e.left <= 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(int64(len(p)), e.left)], e.text[e.at:])
	e.at = (e.at + n) % len(e.text)
	e.left -= int64(n)
	return n, nil
}

// resident is what the process holds in memory, in MB, by /proc; 0 elsewhere.
func resident(field string) int {
	status, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(status)) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == field+":" {
			kb, _ := strconv.Atoi(f[1])
			return kb >> 10
		}
	}
	return 0
}

// TestMemoryIsFlat reads a gzip stream many times larger than the memory it may
// hold. bench/interference.sh does the same with 10 GB.
func TestMemoryIsFlat(t *testing.T) {
	size := int64(300 << 20)
	if testing.Short() {
		size = 60 << 20
	}
	if gb, err := strconv.Atoi(os.Getenv("SIGHTLINE_STREAM_GB")); err == nil && gb > 0 {
		size = int64(gb) * 1e9
	}
	var text []byte
	eachMeasurement(t, func(_ int, m *ooni.Measurement) { text = append(append(text, m.Raw...), '\n') })
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	z.Write(text)
	z.Close()
	times := size/int64(len(text)) + 1
	set := published(t)
	r := ooni.NewReader(&endless{text: zipped.Bytes(), left: times * int64(zipped.Len())}, ooni.Options{})
	var peak, n uint64
	var tests Counter
	next := int64(1e9)
	for {
		m, err := r.Next()
		if err != nil {
			break
		}
		o := FromOONI(m, set)
		v := Judge(&o)
		tests.Add(&v)
		if n++; n%4000 == 0 {
			var s runtime.MemStats
			runtime.GC() // what is held, not what waits to be collected
			runtime.ReadMemStats(&s)
			peak = max(peak, s.HeapAlloc)
		}
		if b := r.Stats().Bytes; b >= next {
			t.Logf("after %2d GB: %d MB resident", b/1e9, resident("VmRSS"))
			next += 1e9
		}
	}
	t.Logf("%d measurements, %d MB, holding at most %d MB, resident at most %d MB", n, r.Stats().Bytes/1e6, peak>>20, resident("VmHWM"))
	if n != uint64(times)*uint64(bytes.Count(text, []byte("\n"))) || peak > 60<<20 {
		t.Errorf("%d measurements, and it holds %d MB", n, peak>>20)
	}
}

func FuzzJudge(f *testing.F) {
	eachMeasurement(f, func(_ int, m *ooni.Measurement) {
		if len(m.Raw) < 6000 {
			f.Add(append([]byte(nil), m.Raw...))
		}
	})
	set, _ := NewSet(Own())
	f.Fuzz(func(t *testing.T, in []byte) {
		r := ooni.NewReader(strings.NewReader(string(in)), ooni.Options{MaxRecord: 1 << 16})
		for {
			m, err := r.Next()
			if err != nil {
				return
			}
			o := FromOONI(m, set)
			a := Judge(&o)
			if err := a.LogOdds.Check(); err != nil {
				t.Error(err)
			}
			if a.State == Blocked && a.Rule == "" {
				t.Error("blocked without a rule")
			}
			o = FromOONI(m, set)
			if b := Judge(&o); a.State != b.State || a.LogOdds != b.LogOdds || a.Rule != b.Rule {
				t.Error("two verdicts of one measurement")
			}
			Ladder(&a)
		}
	})
}
