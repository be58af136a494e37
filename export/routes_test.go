package export_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"sightline"
	"sightline/dossier"
	"sightline/export"
	"sightline/exposure"
	"sightline/exposure/paths"
	"sightline/ledger"
	"sightline/mrt"
	"sightline/tables"
)

// routedStore is a catalogue with routes beside it.
type routedStore struct {
	sightline.Store
	answer *tables.Answer
	owners exposure.Owners
}

func (r *routedStore) Met(tables.Query, sightline.ASN) ([]sightline.Country, error) { return nil, nil }

func (r *routedStore) Routes(q tables.Query) (*tables.Answer, error) {
	var err error
	if r.owners, err = q.Owners(); err != nil {
		return nil, err
	}
	return r.answer, nil
}

// routesOf is a table of routes whose names are hostile.
func routesOf(t *testing.T, o dossier.Options) (*dossier.RouteTable, *dossier.Dossier) {
	t.Helper()
	records := []sightline.Record{}
	for _, line := range []string{
		`{"type":"source","id":"routing-tables","title":"<script>alert(1)</script>","kind":"registry","reliability":"B","scope":"none"}`,
		`{"type":"source","id":"lists","title":"Lists","kind":"academic","published":"2021-10","reliability":"B","scope":"none"}`,
		`{"type":"entity","id":"network/AS24757","name":"=HYPERLINK(1) <b>Net</b> \u202e"}`,
		`{"type":"claim","id":"owner","subject":"network/AS24757","predicate":"state_owned_by","object":"country/ET","references":[{"source":"lists","role":"evidence","extraction":"hand"}]}`,
	} {
		r, err := sightline.ParseRecord([]byte(line))
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, r)
	}
	m, err := ledger.NewMemory("test", 1, records)
	if err != nil {
		t.Fatal(err)
	}
	b := paths.NewBuilder()
	f := b.Feed("one")
	var peers []mrt.Peer
	for i, a := range []sightline.ASN{3257, 1299, 6762, 6453} {
		peers = append(peers, mrt.Peer{Addr: netip.AddrFrom4([4]byte{192, 0, 2, byte(i + 1)}), ASN: a})
	}
	for i, x := range []struct {
		prefix   string
		via, end sightline.ASN
	}{{"41.57.0.0/16", 24757, 37061}, {"41.58.0.0/16", 24757, 36866}, {"41.59.0.0/16", 30844, 33771}} {
		for p := range peers {
			e := mrt.Elem{Kind: mrt.Held, Peer: p, Prefix: netip.MustParsePrefix(x.prefix), Path: mrt.AppendSequence(nil, peers[p].ASN, x.via, x.end)}
			if err := f.Add(&e, peers); err != nil {
				t.Fatal(i, err)
			}
		}
	}
	blocks, _, err := exposure.ReadBlocks(strings.NewReader("41.57.0.0/16|KE\n41.58.0.0/15|KE\n"))
	if err != nil {
		t.Fatal(err)
	}
	nations, err := exposure.ReadASCountries(strings.NewReader("3257,DE\n1299,SE\n6762,IT\n6453,US\n24757,ET\n30844,MU\n37061,KE\n36866,KE\n33771,KE\n"))
	if err != nil {
		t.Fatal(err)
	}
	table := b.Finish()
	pictures, cover, err := exposure.ComputePictures(exposure.PictureOptions{Table: table, Locator: blocks, Nationality: nations, Countries: []sightline.Country{o.Country},
		Owners: exposure.Owners{"country/ET": {24757}}, Seed: tables.Seed})
	if err != nil || len(pictures) != 1 {
		t.Fatalf("%d pictures, %v", len(pictures), err)
	}
	day := sightline.Instant(1400824800_000_000)
	s := &routedStore{Store: m, answer: &tables.Answer{Picture: pictures[0], Coverage: cover, Small: true, Prefixes: table.V4(), Entries: table.Entries(), Known: 1,
		Moment: &tables.Moment{From: day, To: day, Files: []tables.Held{{Kind: tables.Routes, Collector: "one\x1b[31m", Name: "rib"}}}, Inputs: []sightline.Input{{Name: "routes/one/rib", SHA256: strings.Repeat("ab", 32)}}}}
	out, err := dossier.ListRoutes(s, nil, o, 10)
	if err != nil {
		t.Fatal(err)
	}
	if want := map[bool]string{true: "map[country/ET:[AS24757]]", false: "map[]"}[o.AsPublished.IsZero()]; fmt.Sprint(s.owners) != want { // the list is of 2021
		t.Errorf("owners by the record: %v", s.owners)
	}
	for _, p := range out.Packets {
		again, err := dossier.Recompute(s, nil, p)
		if err != nil || again.Result != p.Result {
			t.Errorf("%s is computed again as %v, %v", p.Method, again.Result, err)
		}
	}
	d, err := dossier.Compose(s, nil, o)
	if err != nil {
		t.Fatal(err)
	}
	return out, d
}

func kenya(t *testing.T) sightline.Country {
	t.Helper()
	c, err := sightline.ParseCountry("KE")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestRoutesForms(t *testing.T) {
	table, _ := routesOf(t, dossier.Options{Country: kenya(t), Edition: "test"})
	var text, md, js, cells bytes.Buffer
	for _, err := range []error{export.RoutesTerminal(&text, table, false), export.RoutesMarkdown(&md, table), export.RoutesJSON(&js, table), export.RoutesCSV(&cells, table)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	followsSchema(t, "routes-1.json", js.String())
	if back, err := export.ReadRoutesJSON(bytes.NewReader(js.Bytes())); err != nil || len(back.Rows) != len(table.Rows) {
		t.Errorf("read back: %v", err)
	}
	for form, out := range map[string]string{"text": text.String(), "md": md.String(), "csv": cells.String()} {
		for _, bad := range []string{"\x1b", "\u202e", "\n=", ",=", "<script>"} {
			if form == "text" && bad == "<script>" {
				continue // a terminal has no markup
			}
			if strings.Contains(out, bad) && !(form == "csv" && bad == "<script>") {
				t.Errorf("%s: holds %q", form, bad)
			}
		}
		if !strings.Contains(out, "2014-05-23") {
			t.Errorf("%s: no date", form)
		}
	}
	if !strings.Contains(text.String(), "Not the present") {
		t.Error("an old table without a warning")
	}
	rows, err := csv.NewReader(&cells).ReadAll()
	if err != nil || len(rows) != len(table.Rows)+1 {
		t.Errorf("%d rows of CSV, %v", len(rows), err)
	}
	for _, r := range table.Rows {
		// No value without the number of monitors, a packet, and an interval or the reason why not.
		e := r.Estimate
		if e.N == 0 || e.Packet == "" || e.Low.IsZero() && e.Reason == "" || !strings.Contains(e.Unit, "2014-05-23") {
			t.Errorf("%+v", r)
		}
	}
}

// The present is spoken of only up to ninety days after the table.
func TestRoutesAge(t *testing.T) {
	day := sightline.Instant(1400824800_000_000).Day()
	published, err := sightline.ParseDate("2014-06")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		o       dossier.Options
		present bool
	}{
		{dossier.Options{}, false},
		{dossier.Options{Today: day}, true},
		{dossier.Options{Today: day + 90}, true},
		{dossier.Options{Today: day + 91}, false},
		{dossier.Options{Today: day + 4000, AsPublished: published}, true},
	} {
		c.o.Country = kenya(t)
		table, d := routesOf(t, c.o)
		a := d.Answers[0]
		if table.Present != c.present || (table.Warning == "") != c.present {
			t.Errorf("%+v: present %v, warning %q", c.o, table.Present, table.Warning)
		}
		if got := strings.HasPrefix(a.Sentence, "On 2014-05-23, by the routes that 4 monitor networks abroad saw"); got != c.present {
			t.Errorf("%+v: %s", c.o, a.Sentence)
		}
		if now := strings.Contains(a.Sentence, "who carries the traffic now is not measured"); now == c.present || (a.Basis == dossier.Measured) != c.present {
			t.Errorf("%+v: %s, %s", c.o, a.Basis, a.Sentence)
		}
	}
}
