package ooni

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Measurement is one record: the envelope (df-000) as text, and every other
// key on demand. It is valid until the next call of [Reader.Next], but for the
// strings and times of the envelope, which may be kept.
//
// The address of the probe, its city and any probe id are not in the
// envelope: nothing that we make from a measurement needs them.
type Measurement struct {
	Raw    []byte // the record's bytes as they were read; of YAML, the JSON made of it
	Source string // name of the file or archive member; "" where there is none
	Line   int64  // number of the record in its source, from 1

	UID               string // measurement_uid, or ""
	ReportID          string
	TestName          string
	TestVersion       string
	DataFormatVersion string
	SoftwareName      string
	SoftwareVersion   string
	EngineVersion     string // annotations.engine_version
	ProbeCC           string // as written; "ZZ" is unknown
	ProbeASN          string // as written: "AS123"; "AS0" is unknown
	NetworkName       string
	ResolverASN       string
	ResolverIP        string
	Input             string    // the text of input; "" if it is null or a list
	Start             time.Time // measurement_start_time; zero if it is not a time
	TestStart         time.Time // test_start_time; zero if it is not a time

	root, keys Value
}

func (m *Measurement) fill(root Value) {
	m.root, m.keys = root, root.Get("test_keys")
	s := func(k string) string { return root.Get(k).Str() }
	m.UID, m.ReportID = s("measurement_uid"), s("report_id")
	m.TestName, m.TestVersion = s("test_name"), s("test_version")
	m.DataFormatVersion = s("data_format_version")
	m.SoftwareName, m.SoftwareVersion = s("software_name"), s("software_version")
	m.EngineVersion = root.Get("annotations", "engine_version").Str()
	m.ProbeCC, m.ProbeASN, m.NetworkName = s("probe_cc"), s("probe_asn"), s("probe_network_name")
	m.ResolverASN, m.ResolverIP = s("resolver_asn"), s("resolver_ip")
	m.Input = s("input")
	m.Start = ParseTime(s("measurement_start_time"))
	m.TestStart = ParseTime(s("test_start_time"))
}

// Get reads any key of the envelope.
func (m *Measurement) Get(keys ...string) Value { return m.root.Get(keys...) }

// Key reads any key of test_keys. In some old documents test_keys is a list;
// its keys are then Missing and Keys().Kind() is Array.
func (m *Measurement) Key(keys ...string) Value { return m.keys.Get(keys...) }

// Keys is test_keys itself.
func (m *Measurement) Keys() Value { return m.keys }

// ParseTime reads the times of the format: "2006-01-02 15:04:05", the same
// with T and a zone as the API writes it, and with a fraction. Anything else
// is the zero time.
func ParseTime(s string) time.Time {
	if len(s) > 40 {
		return time.Time{}
	}
	for _, layout := range [...]string{time.DateTime, time.RFC3339, "2006-01-02T15:04:05"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

// Received is the time at which the collector got the measurement, from the
// first part of its uid (YYYYMMDDHHMMSS.ffffff_…). ok is false for legacy ids,
// which start with 01 and the day only.
func Received(uid string) (t time.Time, ok bool) {
	stamp, _, found := strings.Cut(uid, "_")
	if !found || len(stamp) < 14 {
		return time.Time{}, false
	}
	t, err := time.Parse("20060102150405", stamp[:14])
	return t, err == nil
}

// Failure is a failure string (df-007), "" for none. Old probes wrote false
// where later ones write null, and true where they did not know which.
type Failure string

// FailureOf reads a failure from whatever type it was written as.
func FailureOf(v Value) Failure {
	switch v.Kind() {
	case String:
		return Failure(v.Str())
	case Bool:
		if v.True() {
			return "unknown_failure"
		}
	case Number, Array, Object:
		return "unknown_failure"
	}
	return ""
}

// Answer is one answer of a DNS query (df-002).
type Answer struct {
	Type string // A, AAAA, CNAME …
	Text string // the address or name
	ASN  int64  // 0 if not stated
}

// Query is one DNS query (df-002).
type Query struct {
	Engine   string // system, getaddrinfo, udp, doh …; "" in old documents
	Host     string
	Type     string // A, AAAA, ANY …
	Resolver string // resolver_address, or the old resolver_hostname
	Failure  Failure
	Answers  []Answer
	Depth    int // redirect depth from the tags of web_connectivity 0.5; -1 if not stated
	Value    Value
}

// Queries reads test_keys.queries.
func (m *Measurement) Queries() []Query { return QueriesOf(m.Key("queries")) }

// room is an empty slice with room for the rows of a usual list, nil for none.
func room[T any](list Value) []T { return slices.Grow([]T(nil), min(list.Len(), 64)) }

// QueriesOf reads a list of queries from a value of any shape.
func QueriesOf(list Value) []Query {
	out := room[Query](list)
	for v := range list.Rows("hostname", "query_type") {
		if v.Kind() != Object {
			continue
		}
		q := Query{Engine: v.Get("engine").Str(), Host: v.Get("hostname").Str(), Type: v.Get("query_type").Str(),
			Resolver: v.Get("resolver_address").Str(), Failure: FailureOf(v.Get("failure")), Depth: depth(v.Get("tags")), Value: v}
		if q.Resolver == "" {
			q.Resolver = v.Get("resolver_hostname").Str()
		}
		for a := range v.Get("answers").Items {
			x := Answer{Type: a.Get("answer_type").Str()}
			for _, k := range [...]string{"ipv4", "ipv6", "hostname"} {
				if x.Text = a.Get(k).Str(); x.Text != "" {
					break
				}
			}
			x.ASN, _ = a.Get("asn").Int()
			q.Answers = append(q.Answers, x)
		}
		out = append(out, q)
	}
	return out
}

// TCPConnect is one attempt to connect (df-005).
type TCPConnect struct {
	IP      string
	Port    int
	Success bool
	Failure Failure
	Depth   int // as in [Query]
	Value   Value
}

// TCPConnects reads test_keys.tcp_connect.
func (m *Measurement) TCPConnects() []TCPConnect { return TCPConnectsOf(m.Key("tcp_connect")) }

// TCPConnectsOf reads a list of attempts from a value of any shape.
func TCPConnectsOf(list Value) []TCPConnect {
	out := room[TCPConnect](list)
	for v := range list.Rows("ip", "port") {
		if v.Kind() != Object {
			continue
		}
		port, _ := v.Get("port").Int()
		t := TCPConnect{IP: v.Get("ip").Str(), Port: int(port), Failure: FailureOf(v.Get("status", "failure")), Depth: depth(v.Get("tags")), Value: v}
		t.Success = v.Get("status", "success").True()
		if t.Success {
			t.Failure = ""
		} else if t.Failure == "" {
			t.Failure = "unknown_failure"
		}
		out = append(out, t)
	}
	return out
}

// TLSHandshake is one TLS handshake (df-006).
type TLSHandshake struct {
	Address    string // "ip:port"; "" in documents that do not say
	ServerName string
	Failure    Failure
	NoVerify   bool // the certificate was not checked
	Depth      int  // as in [Query]
	Value      Value
}

// TLSHandshakes reads test_keys.tls_handshakes.
func (m *Measurement) TLSHandshakes() []TLSHandshake {
	return TLSHandshakesOf(m.Key("tls_handshakes"))
}

// TLSHandshakesOf reads a list of handshakes from a value of any shape.
func TLSHandshakesOf(list Value) []TLSHandshake {
	out := room[TLSHandshake](list)
	for v := range list.Rows("server_name", "cipher_suite") {
		if v.Kind() != Object {
			continue
		}
		h := TLSHandshake{Address: v.Get("address").Str(), ServerName: v.Get("server_name").Str(), Failure: FailureOf(v.Get("failure")),
			NoVerify: v.Get("no_tls_verify").True(), Depth: depth(v.Get("tags")), Value: v}
		out = append(out, h)
	}
	return out
}

// Header is one header line.
type Header struct {
	Name  string
	Value []byte // after base64, where it was so written
}

// Request is one HTTP exchange (df-001).
type Request struct {
	URL       string
	Address   string // "ip:port"; "" in documents that do not say
	Tor       bool   // sent over Tor
	Failure   Failure
	Status    int // 0 where there is no response
	Headers   []Header
	Truncated bool
	Depth     int // as in [Query]
	Value     Value
}

// Body is the body of the response, nil where there is none. It is read when it
// is asked for, without a copy, and valid until the next call of [Reader.Next].
func (r *Request) Body() []byte {
	b, _ := r.Value.Get("response", "body").Binary()
	return b
}

// Header is the first value of the named header of the response, in any case.
func (r *Request) Header(name string) string {
	for _, h := range r.Headers {
		if strings.EqualFold(h.Name, name) {
			return string(h.Value)
		}
	}
	return ""
}

// Requests reads test_keys.requests. In web_connectivity the final response
// comes first and the order is that of time reversed.
func (m *Measurement) Requests() []Request { return RequestsOf(m.Key("requests")) }

// RequestsOf reads a list of exchanges from a value of any shape.
func RequestsOf(list Value) []Request {
	out := room[Request](list)
	for v := range list.Rows("request", "response") {
		if v.Kind() != Object {
			continue
		}
		r := Request{URL: v.Get("request", "url").Str(), Address: v.Get("address").Str(), Failure: FailureOf(v.Get("failure")), Depth: depth(v.Get("tags")), Value: v}
		tor := v.Get("request", "tor")
		r.Tor = tor.True() || tor.Get("is_tor").True()
		resp := v.Get("response")
		code, _ := resp.Get("code").Int()
		r.Status = int(code)
		r.Headers = HeadersOf(resp)
		r.Truncated = resp.Get("body_is_truncated").True()
		out = append(out, r)
	}
	return out
}

// HeadersOf reads the headers of a request or response: headers_list, which
// keeps every value, or else headers, as an object or as a list of pairs.
func HeadersOf(v Value) []Header {
	var out []Header
	add := func(name string, x Value) {
		if x.Kind() == Array { // old documents: a list of values for one name
			for y := range x.Items {
				if b, ok := y.Binary(); ok {
					out = append(out, Header{name, b})
				}
			}
		} else if b, ok := x.Binary(); ok {
			out = append(out, Header{name, b})
		}
	}
	pairs := func(list Value) {
		for p := range list.Items {
			var name []byte
			i := 0
			for x := range p.Items {
				if i == 0 {
					name, _ = x.Binary()
				} else if i == 1 {
					add(string(name), x)
				}
				i++
			}
		}
	}
	if pairs(v.Get("headers_list")); out != nil {
		return out
	}
	h := v.Get("headers")
	pairs(h)
	for k, x := range h.Fields {
		add(k, x)
	}
	return out
}

// depth reads the redirect depth from tags such as "depth=1".
func depth(tags Value) int {
	for t := range tags.Items {
		if b, ok := t.Bytes(); ok && len(b) > 6 && len(b) <= 9 && string(b[:6]) == "depth=" {
			if n, err := strconv.Atoi(string(b[6:])); err == nil {
				return n
			}
		}
	}
	return -1
}
