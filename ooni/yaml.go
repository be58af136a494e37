package ooni

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"math"
	"strconv"
	"time"

	"go.yaml.in/yaml/v3"
)

// Reports of data format 0.1.0, before 2016, are YAML: a document about the
// report, and then one for each measurement, whose keys are those that later
// formats keep in test_keys. A measurement becomes the JSON that later probes
// would have written, so that the rest of the reader need not know of it:
//
//   - the envelope is that of the report's document;
//   - test_keys is the measurement's own document, or its key report, where
//     the first probes kept them;
//   - start_time and test_start_time, seconds since 1970, become text;
//   - !!binary becomes {"format":"base64","data":…}.
//
// What later probes leave out (the address and city of the probe) stays in the
// raw record only.

// nextDocument cuts a stream of YAML at the marks between documents. It returns
// one document, a damage, or neither at the end.
func (s *splitter) nextDocument() ([]byte, *Damage) {
	if s.end {
		return nil, nil
	}
	var doc []byte
	over := int64(0)
	for {
		line, dm := s.nextLine()
		if dm != nil {
			dm.Bytes += int64(len(doc))
			return nil, dm
		}
		mark := bytes.TrimRight(line, " \t\r\n")
		ends := line == nil || bytes.Equal(mark, []byte("---")) || bytes.Equal(mark, []byte("..."))
		if !ends {
			if over > 0 || len(doc)+len(line) > min(s.max, maxYAML) {
				over += int64(len(line))
			} else {
				doc = append(doc, line...)
			}
			continue
		}
		if over > 0 {
			s.n++
			return nil, &Damage{Line: s.n, Bytes: over + int64(len(doc)), Reason: ReasonTooLong, Detail: "longer than the limit for one document of YAML"}
		}
		if len(bytes.TrimSpace(withoutComments(doc))) > 0 {
			s.n++
			return doc, nil
		}
		if doc = doc[:0]; line == nil {
			return nil, nil
		}
	}
}

// withoutComments leaves the lines that do not start with #.
func withoutComments(doc []byte) (out []byte) {
	for line := range bytes.Lines(doc) {
		if line[0] != '#' {
			return append(out, line...) // one is enough to know that there are some
		}
	}
	return nil
}

// maxYAML bounds one document of YAML, and maxNodes its values: parsed they
// take some hundred times their bytes. Both are of our choosing
// (TestHostileYAML).
const (
	maxYAML  = 8 << 20
	maxNodes = 1 << 18
)

// fromYAML turns a document into the JSON of a measurement. It returns neither
// for the report's own document, which is kept for the measurements after it.
func (d *Reader) fromYAML(doc []byte) ([]byte, *Damage) {
	damage := func(reason, format string, args ...any) *Damage {
		return &Damage{Source: d.name, Line: d.docs.n, Bytes: int64(len(doc)), Reason: reason, Detail: fmt.Sprintf(format, args...)}
	}
	// Every value has one of these before it.
	values := 0
	for _, c := range []byte(",[{:\n") {
		values += bytes.Count(doc, []byte{c})
	}
	if limit := min(maxNodes, d.opt.MaxValues); values > limit {
		return nil, damage(ReasonTooMany, "more than %d values", limit)
	}
	var root yaml.Node
	if err := yaml.Unmarshal(doc, &root); err != nil {
		return nil, damage(ReasonNotJSON, "YAML: %.160s", err)
	}
	if root.Kind != yaml.DocumentNode || len(root.Content) != 1 || root.Content[0].Kind != yaml.MappingNode {
		return nil, damage(ReasonNotObject, "a document of YAML that is no mapping")
	}
	m := root.Content[0]
	if key(m, "software_name") != nil && key(m, "start_time") != nil {
		d.report = m
		if key(m, "input") == nil {
			return nil, nil
		}
	}
	if d.report == nil {
		return nil, damage(ReasonNoTest, "a measurement without the report that it belongs to")
	}
	out := []byte{'{'}
	put := func(name string, n *yaml.Node) bool {
		if n == nil {
			return true
		}
		out = append(append(appendString(out, name), ':'), ' ')
		ok := true
		out, ok = appendYAML(out, n, 0)
		out = append(out, ',')
		return ok
	}
	ok := true
	for _, name := range [...]string{"test_name", "test_version", "report_id", "software_name", "software_version", "probe_asn", "probe_cc", "probe_ip", "probe_city", "input_hashes", "options", "backend_version"} {
		n := key(d.report, name)
		if name == "report_id" && n == nil {
			n = key(m, name)
		}
		ok = put(name, n) && ok
	}
	ok = put("input", key(m, "input")) && ok
	out = append(out, `"data_format_version": "0.1.0",`...)
	for _, t := range [...]struct {
		name string
		n    *yaml.Node
	}{{"test_start_time", key(d.report, "start_time")}, {"measurement_start_time", first(key(m, "test_start_time"), key(m, "test_started"), key(d.report, "start_time"))}} {
		if s := seconds(t.n); s != "" {
			out = append(appendString(append(appendString(out, t.name), ':'), s), ',')
		}
	}
	keys := m
	if r := key(m, "report"); r != nil && r.Kind == yaml.MappingNode {
		keys = r
	}
	ok = put("test_keys", keys) && ok
	out[len(out)-1] = '}'
	if !ok {
		return nil, damage(ReasonTooDeep, "nested deeper than %d levels, or with aliases", maxLevels)
	}
	return out, nil
}

func first(of ...*yaml.Node) *yaml.Node {
	for _, n := range of {
		if n != nil {
			return n
		}
	}
	return nil
}

// key finds the value of a key of a mapping; of two equal keys the first.
func key(m *yaml.Node, name string) *yaml.Node {
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == name {
			return m.Content[i+1]
		}
	}
	return nil
}

// seconds is a time as later formats write it, "" where it is none.
func seconds(n *yaml.Node) string {
	if n == nil {
		return ""
	}
	f, err := strconv.ParseFloat(n.Value, 64)
	if err != nil || f < 0 || f > 1<<33 {
		return ""
	}
	return time.Unix(int64(f), 0).UTC().Format(time.DateTime)
}

// maxLevels is below what the JSON parser takes.
const maxLevels = 250

// appendYAML writes a value as JSON. Aliases are refused: no probe wrote any,
// and they could be made to grow without end.
func appendYAML(b []byte, n *yaml.Node, level int) ([]byte, bool) {
	if level > maxLevels {
		return append(b, "null"...), false
	}
	ok := true
	switch n.Kind {
	case yaml.MappingNode:
		b = append(b, '{')
		for i := 0; i+1 < len(n.Content); i += 2 {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendString(b, n.Content[i].Value), ':')
			var fine bool
			b, fine = appendYAML(b, n.Content[i+1], level+1)
			ok = ok && fine
		}
		return append(b, '}'), ok
	case yaml.SequenceNode:
		b = append(b, '[')
		for i, x := range n.Content {
			if i > 0 {
				b = append(b, ',')
			}
			var fine bool
			b, fine = appendYAML(b, x, level+1)
			ok = ok && fine
		}
		return append(b, ']'), ok
	case yaml.AliasNode:
		return append(b, "null"...), false
	}
	switch n.ShortTag() {
	case "!!null":
		return append(b, "null"...), true
	case "!!bool":
		var v bool
		if n.Decode(&v) == nil {
			return strconv.AppendBool(b, v), true
		}
	case "!!int":
		var v int64
		if n.Decode(&v) == nil {
			return strconv.AppendInt(b, v, 10), true
		}
	case "!!float":
		var v float64
		if n.Decode(&v) == nil && !math.IsNaN(v) && !math.IsInf(v, 0) {
			return strconv.AppendFloat(b, v, 'g', -1, 64), true
		}
	case "!!binary":
		// Its lines are joined; what is no base64 is kept as it is.
		text := bytes.Join(bytes.Fields([]byte(n.Value)), nil)
		if _, err := base64.StdEncoding.DecodeString(string(text)); err == nil {
			return append(appendString(append(b, `{"format":"base64","data":`...), string(text)), '}'), true
		}
	}
	return appendString(b, n.Value), true
}
