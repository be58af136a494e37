package release

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"

	"sightline"
	"sightline/dossier"
	"sightline/internal/order"
)

// ValuesName is the file of all numbers.
const ValuesName = "data/values.csv"

// Rows prints a table as CSV. A text that a spreadsheet would read as a formula
// has an apostrophe in front.
func Rows(w io.Writer, columns []string, rows [][]string) error {
	c := csv.NewWriter(w)
	if err := c.Write(columns); err != nil {
		return err
	}
	for _, r := range rows {
		out := slices.Clone(r)
		for i, t := range out {
			if t != "" && strings.ContainsRune("=+-@\t\r", rune(t[0])) {
				if _, err := strconv.ParseFloat(t, 64); err != nil {
					out[i] = "'" + t
				}
			}
		}
		if err := c.Write(out); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

var valueColumns = []string{"method", "parameters", "value", "low", "high", "level", "n", "denominator", "unit", "state", "packet"}

func valueRow(v dossier.Value) []string {
	e := v.Estimate
	level := ""
	if e.Level != 0 {
		level = strconv.FormatFloat(e.Level, 'g', -1, 64)
	}
	return []string{string(v.Method), v.Parameters, e.Value.String(), e.Low.String(), e.High.String(), level,
		strconv.FormatInt(e.N, 10), strconv.FormatInt(e.Denominator, 10), e.Unit, e.State.String(), string(e.Packet)}
}

// Values prints the values of packets, in order.
func Values(packets []sightline.Packet) ([]byte, error) {
	var values []dossier.Value
	for _, p := range packets {
		values = append(values, dossier.ValueOf(p))
	}
	order.By(values, dossier.Value.Compare)
	var rows [][]string
	for _, v := range values {
		rows = append(rows, valueRow(v))
	}
	var b bytes.Buffer
	err := Rows(&b, valueColumns, rows)
	return b.Bytes(), err
}

// packetOf reads the packet of a file of a release, if it is one of a packet.
func packetOf(name string, body []byte) (p sightline.Packet, ok bool, err error) {
	if !strings.HasPrefix(name, "packet/") || !strings.HasSuffix(name, ".json") || strings.Contains(name, ",") {
		return p, false, nil
	}
	var d struct {
		Packet sightline.Packet `json:"packet"`
	}
	if err := json.Unmarshal(body, &d); err != nil {
		return p, false, sightline.Errorf(sightline.Corrupt, "read packet", name, "%w", err)
	}
	return d.Packet, true, nil
}

// Packets reads every packet of a release, by id.
func Packets(tree fs.FS) ([]sightline.Packet, error) {
	files, err := fs.Glob(tree, "packet/*.json")
	if err != nil {
		return nil, err
	}
	var out []sightline.Packet
	for _, name := range files {
		b, err := fs.ReadFile(tree, name)
		if err != nil {
			return nil, err
		}
		p, ok, err := packetOf(name, b)
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, p)
		}
	}
	return out, nil
}

// VerifyValues checks that each packet's id is that of its content, and that
// the list of values is the one of the packets.
func VerifyValues(tree fs.FS) ([]Problem, error) {
	packets, err := Packets(tree)
	if err != nil {
		return []Problem{{"packet", err.Error()}}, nil
	}
	var bad []Problem
	for _, p := range packets {
		if p.ID() != p.Result.Packet {
			bad = append(bad, Problem{fmt.Sprintf("packet/%s.json", p.Result.Packet), fmt.Sprintf("its content hashes to %s", p.ID())})
		}
	}
	want, err := Values(packets)
	if err != nil {
		return nil, err
	}
	have, err := fs.ReadFile(tree, ValuesName)
	if err != nil || !bytes.Equal(want, have) {
		bad = append(bad, Problem{ValuesName, "is not the list of the values of the packets"})
	}
	return bad, nil
}
