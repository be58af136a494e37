package ooni_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	kgzip "github.com/klauspost/compress/gzip"
	"github.com/pierrec/lz4/v4"

	"sightline"
	"sightline/ooni"
)

const real = "../../shared/data/interference/measurements.jsonl"

func realData(t testing.TB) []byte {
	b, err := os.ReadFile(real)
	if err != nil {
		t.Skip("the measurements are not at hand: " + err.Error())
	}
	return b
}

func all(t testing.TB, in []byte, opt ooni.Options) (uids []string, damages []*ooni.Damage, r *ooni.Reader) {
	t.Helper()
	r = ooni.NewReader(bytes.NewReader(in), opt)
	for {
		m, err := r.Next()
		var dm *ooni.Damage
		switch {
		case err == io.EOF:
			return
		case errors.As(err, &dm):
			damages = append(damages, dm)
		case err != nil:
			t.Fatal(err)
		default:
			uids = append(uids, m.TestName+" "+m.UID+m.Get("id").Str())
		}
	}
}

func zip(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	w.Write(b)
	w.Close()
	return out.Bytes()
}

func pack(members ...string) []byte {
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for i := 0; i < len(members); i += 2 {
		w.WriteHeader(&tar.Header{Name: members[i], Size: int64(len(members[i+1])), Mode: 0o600, Typeflag: tar.TypeReg})
		io.WriteString(w, members[i+1])
	}
	w.Close()
	return out.Bytes()
}

// one is a short measurement with the given id.
func one(id string) string {
	return `{"test_name":"web_connectivity","measurement_uid":"` + id + `","test_keys":{"blocking":false}}`
}

func TestReadsEveryRealDocument(t *testing.T) {
	in := realData(t)
	want := bytes.Count(bytes.TrimSpace(in), []byte("\n")) + 1
	r := ooni.NewReader(bytes.NewReader(in), ooni.Options{Mode: ooni.Diagnose})
	n, tests := 0, map[string]bool{}
	for {
		m, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Error(err)
			continue
		}
		n++
		tests[m.TestName] = true
		// Nothing of the document is lost or changes its type: written again
		// it is the same JSON value.
		m.Queries()
		for _, q := range m.Requests() {
			q.Body()
		}
		m.TCPConnects()
		m.TLSHandshakes()
		var a, b any
		if err := json.Unmarshal(m.Raw, &a); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(m.Get().JSON(), &b); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(a, b) {
			t.Errorf("record %d, %s: it changed when written again", m.Line, m.TestName)
		}
	}
	if n != want || r.Stats().Damages() != 0 {
		t.Errorf("read %d of %d documents, %d rejected", n, want, r.Stats().Damages())
	}
	t.Logf("%d documents, %d tests, 0 rejected", n, len(tests))
}

func TestContainers(t *testing.T) {
	lines := one("a") + "\n" + one("b") + "\n" + one("c")
	var lz bytes.Buffer
	w := lz4.NewWriter(&lz)
	io.WriteString(w, lines)
	w.Close()
	post := `{"format":"json","content":` + one("") + `}`
	cans := pack("2021/20210101.01_IT_signal_0a.post", post, "empty", "", "x/20210101.02_IT_signal_0b.post", post, "inner.jsonl.gz", string(zip([]byte(one("c")))))
	pretty := new(bytes.Buffer)
	json.Indent(pretty, []byte("["+strings.ReplaceAll(lines, "\n", ",")+"]"), "", "  ")
	abc := []string{"web_connectivity a", "web_connectivity b", "web_connectivity c"}
	posts := []string{"web_connectivity 20210101.01_IT_signal_0a", "web_connectivity 20210101.02_IT_signal_0b", "web_connectivity c"}
	for name, c := range map[string]struct {
		in   []byte
		want []string
	}{
		"lines":              {[]byte(lines), abc},
		"lines, CRLF, gaps":  {[]byte("\xef\xbb\xbf\r\n" + strings.ReplaceAll(lines, "\n", "\r\n\r\n")), abc},
		"gzip":               {zip([]byte(lines)), abc},
		"gzip, members":      {append(zip([]byte(one("a")+"\n")), zip([]byte(one("b")+"\n"+one("c")))...), abc},
		"lz4":                {lz.Bytes(), abc},
		"tar":                {cans, posts},
		"tar.gz":             {zip(cans), posts},
		"written over lines": {pretty.Bytes(), abc},
		"one list on a line": {[]byte("[" + strings.ReplaceAll(lines, "\n", ",") + "]"), abc},
		"nothing":            {nil, nil},
	} {
		for _, mode := range []ooni.Mode{ooni.Diagnose, ooni.Recover} {
			got, damages, _ := all(t, c.in, ooni.Options{Mode: mode})
			if !reflect.DeepEqual(got, c.want) || len(damages) > 0 {
				t.Errorf("%s, mode %d: got %q, %v", name, mode, got, damages)
			}
		}
	}
}

// TestFourWays damages the second of three records and follows each mode.
func TestFourWays(t *testing.T) {
	glued := one("a") + "\n" + one("b")[:30] + one("x") + one("y") + "\n" + one("c")
	for mode, c := range map[ooni.Mode]struct {
		want    string
		damages int
	}{
		ooni.Skip:     {"a c", 0},
		ooni.Fail:     {"a", 1},
		ooni.Diagnose: {"a c", 1},
		ooni.Recover:  {"a x y c", 0},
	} {
		got, damages, r := all(t, []byte(glued), ooni.Options{Mode: mode})
		if s := strings.ReplaceAll(strings.Join(got, " "), "web_connectivity ", ""); s != c.want || len(damages) != c.damages || r.Stats().Damages() != 1 {
			t.Errorf("mode %d: got %q, %v, %+v", mode, s, damages, r.Stats())
		}
	}
}

func TestRecoverGoesOnBehindDamagedGzip(t *testing.T) {
	first := zip([]byte(strings.Repeat(one("a")+"\n", 1000)))
	in := append(first[:len(first)/2:len(first)/2], zip([]byte(one("b")+"\n"+one("c")+"\n"))...)
	got, _, r := all(t, in, ooni.Options{Mode: ooni.Recover})
	if n := len(got); n < 3 || got[n-2] != "web_connectivity b" || got[n-1] != "web_connectivity c" || r.Stats().Damaged[ooni.ReasonContainer] == 0 {
		t.Errorf("got %d records, %+v", n, r.Stats())
	}
	got, _, r = all(t, first[:len(first)/2], ooni.Options{})
	if len(got) < 100 || r.Stats().Damages() != 1 {
		t.Errorf("a cut file: got %d records, %+v", len(got), r.Stats())
	}
}

func TestVariance(t *testing.T) {
	in := `{"test_name":"web_connectivity","input":["a","b"],"annotations":null,"probe_asn":null,"test_keys":{
"queries":{"a":{"hostname":"x.org","query_type":"A","failure":false,"answers":null},"b":7},
"tcp_connect":{"ip":"192.0.2.1","port":443,"status":{"failure":false,"success":true}},
"requests":[{"request":{"headers":[["Host",["x"]],[]]},"response":null},
 {"failure":true,"request":{"tor":{"is_tor":true}},"response":{"code":null,"body":{"format":"base64","data":"aGk="},"headers":{"A":"b","C":{"format":"base64","data":"ZA=="}}}},
 {"response":{"code":200,"body":"bye","headers_list":[["X","1"],["X",{"format":"base64","data":"Mg=="}]]}}, 3, null],
"tls_handshakes":null,"blocking":"dns","body_proportion":1,"n":"17"}}`
	r := ooni.NewReader(strings.NewReader(strings.ReplaceAll(in, "\n", "")), ooni.Options{Mode: ooni.Fail})
	m, err := r.Next()
	if err != nil {
		t.Fatal(err)
	}
	if m.Input != "" || m.Get("input").Kind() != ooni.Array || m.Get("annotations").Kind() != ooni.Null || m.Get("nothing").Kind() != ooni.Missing {
		t.Error("envelope")
	}
	if q := m.Queries(); len(q) != 1 || q[0].Host != "x.org" || q[0].Failure != "" {
		t.Errorf("queries: %+v", q)
	}
	if c := m.TCPConnects(); len(c) != 1 || !c[0].Success || c[0].Port != 443 {
		t.Errorf("connects: %+v", c)
	}
	q := m.Requests()
	if len(q) != 3 || string(q[1].Body()) != "hi" || q[1].Failure == "" || !q[1].Tor || q[1].Header("c") != "d" || q[2].Headers[1].Name != "X" || string(q[2].Headers[1].Value) != "2" {
		t.Errorf("requests: %+v", q)
	}
	if m.TLSHandshakes() != nil {
		t.Error("handshakes")
	}
	if n, ok := m.Key("n").Int(); !ok || n != 17 {
		t.Error("a number in a string")
	}
}

func TestTimes(t *testing.T) {
	want := time.Date(2023, 11, 8, 12, 0, 1, 0, time.UTC)
	for _, s := range []string{"2023-11-08 12:00:01", "2023-11-08T12:00:01Z", "2023-11-08T12:00:01"} {
		if got := ooni.ParseTime(s); !got.Equal(want) {
			t.Errorf("%s: %v", s, got)
		}
	}
	if !ooni.ParseTime("12:00").IsZero() {
		t.Error("12:00 is no time")
	}
	if got, ok := ooni.Received("20231108120001.123456_IT_signal_00ff"); !ok || !got.Equal(want) {
		t.Errorf("uid: %v", got)
	}
	if _, ok := ooni.Received("0120191024c9bee71f54e22e25cdbb7007cb825c"); ok {
		t.Error("a legacy uid has no time of day")
	}
}

// Hostile input: each of these must end, in bounded memory, counted.
func TestHostileRecords(t *testing.T) {
	good := one("z")
	for name, c := range map[string]struct{ in, reason string }{
		"a million nested arrays":  {`{"test_name":"x","test_keys":` + strings.Repeat("[", 1_000_000) + strings.Repeat("]", 1_000_000) + "}", ooni.ReasonTooDeep},
		"a million open arrays":    {strings.Repeat("[", 1_000_000), ""},
		"a million nested objects": {strings.Repeat(`{"a":`, 1_000_000), ""},
		"ten million values":       {`{"test_name":"x","test_keys":[` + strings.Repeat("1,", 10_000_000) + "1]}", ooni.ReasonTooMany},
		"a body of 100 MB":         {`{"test_name":"x","test_keys":{"requests":[{"response":{"body":"` + strings.Repeat("A", 100_000_000) + `"}}]}}`, ooni.ReasonTooLong},
		"no test":                  {`{"measurement_uid":"a"}`, ooni.ReasonNoTest},
		"a list":                   {`"x"`, ooni.ReasonNotObject},
		"invalid UTF-8 outside":    {"\xff\xfe\xfd", ooni.ReasonNotJSON},
		"NULs":                     {`{"test_name":` + strings.Repeat("\x00", 100), ooni.ReasonNotJSON},
	} {
		for _, mode := range []ooni.Mode{ooni.Skip, ooni.Recover} {
			in := good + "\n" + c.in + "\n" + good
			start := time.Now()
			before := live()
			got, _, r := all(t, []byte(in), ooni.Options{Mode: mode})
			if len(got) != 2 || r.Stats().Damages() != 1 || c.reason != "" && r.Stats().Damaged[c.reason] != 1 {
				t.Errorf("%s, mode %d: %d records, %+v", name, mode, len(got), r.Stats())
			}
			if d := time.Since(start); d > 20*time.Second {
				t.Errorf("%s took %v", name, d)
			}
			if grown := int64(live()) - int64(before); grown > 300<<20 {
				t.Errorf("%s holds %d MB", name, grown>>20)
			}
			runtime.KeepAlive(r)
		}
	}
}

func live() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func TestInvalidUTF8InsideIsKept(t *testing.T) {
	r := ooni.NewReader(strings.NewReader(`{"test_name":"x","test_keys":{"a":"\xff`+"\xff"+`","a":2,"b":"\ud800"}}`), ooni.Options{})
	if m, err := r.Next(); err == nil {
		_ = m.Key("a").Str()
		_ = m.Key("b").Str()
	}
	r = ooni.NewReader(strings.NewReader(`{"test_name":"x","test_keys":{"a":"`+"\xff"+`","a":2}}`), ooni.Options{})
	m, err := r.Next()
	if err != nil || m.Key("a").Str() != "\xff" {
		t.Errorf("got %v, %v", m, err)
	}
}

// zeros is an endless run of zero bytes, of which gzip makes a thousandth.
type zeros struct{ left int64 }

func (z *zeros) Read(p []byte) (int, error) {
	if z.left <= 0 {
		return 0, io.EOF
	}
	n := min(int64(len(p)), z.left)
	clear(p[:n])
	z.left -= n
	return int(n), nil
}

func TestGzipBomb(t *testing.T) {
	if testing.Short() {
		t.Skip("makes half a gigabyte of zeros")
	}
	var bomb bytes.Buffer
	w, _ := gzip.NewWriterLevel(&bomb, gzip.BestSpeed)
	io.Copy(w, &zeros{left: 400 << 20})
	w.Close()
	r := ooni.NewReader(bytes.NewReader(bomb.Bytes()), ooni.Options{})
	_, err := r.Next()
	if s := r.Stats(); err != io.EOF || s.Damages() == 0 || s.Bytes > 300<<20 {
		t.Errorf("%v, %+v", err, s)
	}
	_, damages, _ := all(t, zip([]byte(one("a")+"\n"+strings.Repeat(" ", 4096))), ooni.Options{Mode: ooni.Diagnose, MaxBytes: 1000})
	if len(damages) != 1 || sightline.ErrorCode(damages[0]) != sightline.Corrupt {
		t.Errorf("limit of bytes: %v", damages)
	}
}

func FuzzReader(f *testing.F) {
	for _, mode := range []uint8{0, 1, 2, 3} {
		f.Add([]byte(one("a")+"\n"+one("b")), mode)
		f.Add(zip([]byte(one("a"))), mode)
		f.Add(pack("a.post", `{"format":"json","content":`+one("")+`}`), mode)
		f.Add([]byte("[\n{\"test_name\":\"x\",\n\"test_keys\":[]}\n]"), mode)
		f.Add([]byte("\x04\x22\x4d\x18"), mode)
		f.Add([]byte(report), mode)
		f.Add([]byte(`{"test_name":"x","test_keys":{"queries":{"hostname":1},"requests":{"a":[]},"control":[]}}`), mode)
	}
	if corpus, err := filepath.Glob(real); err == nil && len(corpus) == 1 {
		for line := range bytes.Lines(realData(f)) {
			if len(line) < 4000 {
				f.Add(line, uint8(3))
			}
		}
	}
	f.Fuzz(func(t *testing.T, in []byte, mode uint8) {
		r := ooni.NewReader(bytes.NewReader(in), ooni.Options{Mode: ooni.Mode(mode % 4), MaxRecord: 1 << 16, MaxBytes: 1 << 22})
		for range 10000 {
			m, err := r.Next()
			if err == io.EOF {
				return
			}
			if err != nil {
				continue
			}
			for _, q := range m.Requests() {
				q.Header("location")
				q.Body()
			}
			m.Queries()
			m.TCPConnects()
			m.TLSHandshakes()
			if m.TestName == "" && m.Get("test_name").Str() != "" && m.Get("format").Kind() == ooni.Missing {
				t.Error("lost the name of the test")
			}
			if !json.Valid(m.Get().JSON()) && json.Valid(m.Raw) {
				t.Errorf("wrote invalid JSON for %q", m.Raw)
			}
		}
		t.Error("more records than the input can hold")
	})
}

// tenfold is the real data ten times over, so that what a Reader sets up once
// weighs as little as it does in a real file.
func tenfold(b *testing.B) []byte {
	return bytes.Repeat(append(bytes.TrimSpace(realData(b)), '\n'), 10)
}

func drain(b *testing.B, in []byte) {
	r := ooni.NewReader(bytes.NewReader(in), ooni.Options{})
	for {
		if _, err := r.Next(); err != nil {
			break
		}
	}
	if r.Stats().Damages() > 0 {
		b.Fatal(r.Stats())
	}
}

func BenchmarkRead(b *testing.B) {
	in := tenfold(b)
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	for b.Loop() {
		drain(b, in)
	}
}

func BenchmarkReadGzip(b *testing.B) {
	in := tenfold(b)
	z := zip(in)
	b.SetBytes(int64(len(in)))
	for b.Loop() {
		drain(b, z)
	}
}

// BenchmarkGzipFloor is what decompression alone costs.
func BenchmarkGzipFloor(b *testing.B) {
	in := tenfold(b)
	z := zip(in)
	b.SetBytes(int64(len(in)))
	for b.Loop() {
		r, err := kgzip.NewReader(bytes.NewReader(z))
		if err != nil {
			b.Fatal(err)
		}
		io.Copy(io.Discard, r)
	}
}
