// Package censoredplanet reads the scans that Censored Planet publishes:
// Hyperquack v2, which sends a forbidden name to servers in a country and
// compares what comes back with what those servers always say, and Satellite
// v2, which asks open resolvers in a country. A stream of JSON Lines goes in,
// alone, in gzip or in the tar.gz of a scan, and one [Record] after another
// comes out.
//
// The vantage points are servers and resolvers of organisations, not people's
// devices; see FORMAT.md and docs.censoredplanet.org.
package censoredplanet

import (
	"archive/tar"
	"bufio"
	"bytes"
	"io"
	"net/netip"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/valyala/fastjson"

	"sightline"
)

// Kind is what made a record.
type Kind uint8

// The kinds.
const (
	Other      Kind = iota // a file of the scan that holds no results: resolvers, tags, fetched pages
	Hyperquack             // of echo, discard, HTTP or HTTPS servers
	Satellite              // of open resolvers
)

// Record is one result: one vantage point and one name.
type Record struct {
	Kind        Kind
	Source      string // file in the archive, or ""
	Line        int64
	VP          string // address of the server or resolver
	CountryCode string // as written
	Service     string // http, https, echo, discard; "dns" for Satellite
	Target      string // name or URL that was sent
	Start       time.Time
	Live        bool // Hyperquack: the controls held; Satellite: the resolver answers
	Compared    bool // Satellite: the control resolvers answered for this name
	Anomaly     bool // what Censored Planet says; nothing here depends on it
	Stateful    bool
	Trials      []Trial  // Hyperquack, in the order tried
	Answers     []Answer // Satellite
	RCodes      []int    // Satellite: one for each query; -1 is no answer
	Errors      []string // Satellite: of queries without an answer
}

// Trial is one exchange with a server.
type Trial struct {
	Control bool // a name that nobody blocks was sent
	Matches bool // the answer was the one that the server always gives
	Error   string
	Status  int // 0 where there is no response
	Headers []Header
	Body    string
}

// Header is one header line.
type Header struct{ Name, Value string }

// Answer is an address that a resolver gave, and which of its properties are
// among those that the control resolvers' answers have.
type Answer struct {
	Addr    netip.Addr
	ASN     int64    // 0 if not known
	Matched []string // ip, http, cert, asnum, asname
	Tagged  bool     // anything at all is known of the address
}

// Stats counts what a Reader has seen.
type Stats struct {
	Records int64 // results
	Others  int64 // lines of files that hold no results
	Damaged int64 // lines that could not be used
}

// maxLine bounds one record; results hold whole pages.
const maxLine = 16 << 20

// maxBytes bounds what comes out of a container.
const maxBytes = 1 << 42

// Reader yields the records of one stream. Lines that can't be used are passed
// over and counted.
type Reader struct {
	stats Stats
	lines *bufio.Reader
	tars  *tar.Reader
	name  string
	line  int64
	buf   []byte
	parse fastjson.Parser
}

// NewReader starts to read r. A container that can't be opened is an error of
// code Corrupt.
func NewReader(r io.Reader) (*Reader, error) {
	d := &Reader{}
	br := bufio.NewReaderSize(r, 64<<10)
	for range 3 {
		head, _ := br.Peek(512)
		switch {
		case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
			z, err := gzip.NewReader(br)
			if err != nil {
				return nil, sightline.Errorf(sightline.Corrupt, "read scan", "", "%w", err).WithHint("Fetch the file again.")
			}
			br = bufio.NewReaderSize(io.LimitReader(z, maxBytes), 256<<10)
			continue
		case len(head) >= 262 && bytes.HasPrefix(head[257:], []byte("ustar")):
			d.tars = tar.NewReader(br)
			return d, nil
		}
		break
	}
	d.lines = br
	return d, nil
}

// Stats is what was seen so far.
func (d *Reader) Stats() Stats { return d.stats }

// Next returns the next result, or io.EOF. A damaged container ends the stream
// with an error of code Corrupt.
func (d *Reader) Next() (*Record, error) {
	for {
		if d.lines == nil {
			if d.tars == nil {
				return nil, io.EOF
			}
			h, err := d.tars.Next()
			if err == io.EOF {
				return nil, io.EOF
			}
			if err != nil {
				return nil, corrupt(d.name, err)
			}
			if h.Typeflag != tar.TypeReg || !strings.Contains(h.Name, ".json") {
				continue
			}
			d.name, d.line = h.Name, 0
			d.lines = bufio.NewReaderSize(d.tars, 256<<10)
		}
		line, over, err := d.next()
		if err != nil && err != io.EOF {
			d.lines, d.tars = nil, nil
			return nil, corrupt(d.name, err)
		}
		if err == io.EOF {
			d.lines = nil
		}
		if over {
			d.stats.Damaged++
			continue
		}
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		d.line++
		r := d.record(line)
		switch {
		case r == nil:
			d.stats.Damaged++
		case r.Kind == Other:
			d.stats.Others++
		default:
			d.stats.Records++
			return r, nil
		}
	}
}

func corrupt(name string, err error) error {
	return sightline.Errorf(sightline.Corrupt, "read scan", name, "%w", err).WithHint("Fetch the file again; what was read before stands.")
}

// next reads one line of at most maxLine bytes.
func (d *Reader) next() (line []byte, over bool, err error) {
	d.buf = d.buf[:0]
	for {
		part, err := d.lines.ReadSlice('\n')
		if over = over || len(d.buf)+len(part) > maxLine; !over {
			d.buf = append(d.buf, part...)
		}
		if err != bufio.ErrBufferFull {
			return d.buf, over, err
		}
	}
}

func (d *Reader) record(line []byte) *Record {
	if bytes.Count(line, []byte(",")) > 1<<20 {
		return nil
	}
	v, err := d.parse.ParseBytes(line)
	if err != nil || v.Type() != fastjson.TypeObject {
		return nil
	}
	str := func(v *fastjson.Value, keys ...string) string { return string(v.GetStringBytes(keys...)) }
	r := &Record{Source: d.name, Line: d.line, VP: str(v, "vp"), CountryCode: str(v, "location", "country_code"), Target: str(v, "test_url"), Anomaly: v.GetBool("anomaly")}
	switch {
	case r.VP == "" || r.Target == "" || !v.Exists("anomaly"):
		return r
	case v.Exists("service"):
		r.Kind, r.Service = Hyperquack, str(v, "service")
		r.Live, r.Stateful = !v.GetBool("controls_failed"), v.GetBool("stateful_block")
		for _, t := range v.GetArray("response") {
			x := Trial{Control: t.Exists("control_url"), Matches: t.GetBool("matches_template"), Error: str(t, "error")}
			if r.Start.IsZero() {
				r.Start = parseTime(str(t, "start_time"))
			}
			resp := t.Get("response")
			if resp != nil && resp.Type() == fastjson.TypeString { // echo and discard: what came back
				x.Body = str(resp)
			} else if resp != nil {
				code, _, _ := strings.Cut(str(resp, "status_line"), " ")
				x.Status, _ = strconv.Atoi(code)
				x.Body = str(resp, "body")
				x.Headers = headers(resp.GetObject("headers"))
			}
			r.Trials = append(r.Trials, x)
		}
	default:
		r.Kind, r.Service = Satellite, "dns"
		r.Start = parseTime(str(v, "start_time"))
		r.Live = v.GetBool("passed_liveness") || v.GetBool("passed_control")
		r.Compared = v.GetBool("in_control_group") && !v.GetBool("excluded")
		d.satellite(r, v.Get("response"))
	}
	return r
}

// satellite reads both shapes of answers: since October 2021 a list of queries,
// before an object of addresses with the words that matched.
func (d *Reader) satellite(r *Record, v *fastjson.Value) {
	if v == nil {
		return
	}
	texts := func(list []*fastjson.Value) (out []string) {
		for _, x := range list {
			if b, err := x.StringBytes(); err == nil {
				out = append(out, string(b))
			}
		}
		return out
	}
	switch v.Type() {
	case fastjson.TypeArray:
		for _, q := range v.GetArray() {
			if string(q.GetStringBytes("url")) != r.Target {
				continue // a query for the liveness of the resolver
			}
			r.RCodes = append(r.RCodes, q.GetInt("rcode"))
			if e := string(q.GetStringBytes("error")); e != "" && e != "null" {
				r.Errors = append(r.Errors, e)
			}
			if o := q.GetObject("response"); o != nil {
				o.Visit(func(k []byte, a *fastjson.Value) {
					if addr, err := netip.ParseAddr(string(k)); err == nil {
						r.Answers = append(r.Answers, Answer{addr.Unmap(), a.GetInt64("asnum"), texts(a.GetArray("matched")),
							len(a.GetStringBytes("http"))+len(a.GetStringBytes("cert")) > 0 || a.GetInt64("asnum") != 0})
					}
				})
			}
		}
	case fastjson.TypeObject:
		v.GetObject().Visit(func(k []byte, a *fastjson.Value) {
			switch string(k) {
			case "rcode":
				for _, s := range texts(a.GetArray()) {
					if n, err := strconv.Atoi(s); err == nil {
						r.RCodes = append(r.RCodes, n)
					}
				}
			case "error":
				r.Errors = append(r.Errors, texts(a.GetArray())...)
			default:
				if addr, err := netip.ParseAddr(string(k)); err == nil {
					x := Answer{Addr: addr.Unmap(), Tagged: true}
					for _, w := range texts(a.GetArray()) {
						if w == "no_tags" {
							x.Tagged = false
						} else {
							x.Matched = append(x.Matched, w)
						}
					}
					r.Answers = append(r.Answers, x)
				}
			}
		})
	}
	sort.SliceStable(r.Answers, func(i, j int) bool { return r.Answers[i].Addr.Less(r.Answers[j].Addr) })
}

func headers(o *fastjson.Object) (out []Header) {
	if o == nil {
		return nil
	}
	o.Visit(func(k []byte, v *fastjson.Value) {
		if v.Type() == fastjson.TypeArray {
			for _, x := range v.GetArray() {
				if b, err := x.StringBytes(); err == nil {
					out = append(out, Header{string(k), string(b)})
				}
			}
		} else if b, err := v.StringBytes(); err == nil {
			out = append(out, Header{string(k), string(b)})
		}
	})
	return out
}

// parseTime reads RFC 3339 and Go's own format, with or without the monotonic
// reading. Anything else is the zero time.
func parseTime(s string) time.Time {
	if len(s) > 100 {
		return time.Time{}
	}
	s, _, _ = strings.Cut(s, " m=")
	for _, layout := range [...]string{time.RFC3339Nano, "2006-01-02 15:04:05.999999999 -0700 MST"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}
