package main

import (
	"bytes"
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"sightline"
	"sightline/dossier"
	"sightline/exposure"
)

// TestFindPacket: by its id alone the very packet of the document is found, and
// explained: one of each method on pages of several kinds, in a workspace that
// holds a routing table. One that no document of the workspace has is not.
func TestFindPacket(t *testing.T) {
	ws := workspaceOf(t, "3257", "1299", "6762", "6453")
	r := readerOf(t, ws, sightline.DayOf(time.Now()))
	kenya, err := sightline.ParseCountry("KE")
	if err != nil {
		t.Fatal(err)
	}
	kept := map[sightline.MethodID]sightline.Packet{}
	keep := func(id sightline.MethodID, packets []sightline.Packet, err error) {
		t.Helper()
		i := slices.IndexFunc(packets, func(p sightline.Packet) bool { return p.Method == id })
		if err != nil || i < 0 {
			t.Fatalf("no packet of %s: %v", id, err)
		}
		kept[id] = packets[i]
	}
	d, err := r.Dossier(kenya)
	keep("grade.clusters/1", d.Packets, err)
	keep(exposure.CountryHegemonyMethod, d.Packets, err)
	n, err := r.Network("AS24757")
	keep("count.select/1", n.Packets, err)
	s, err := r.Supplier("company/huawei")
	keep("count.supplier/1", s.Packets, err)
	src, err := r.Sources()
	keep("count.cited/1", src.Packets, err)
	a := &app{workspace: ws, now: time.Now}
	store, err := a.open()
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	for id, want := range kept {
		got, _, err := a.findPacket(store, want.Result.Packet, "", "", clocks{})
		want.Code, got.Code = "", "" // the reader of this test names no version
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: found %+v, %v\nwant %+v", id, got, err, want)
		}
	}

	explained := func(id sightline.PacketID) (string, int) {
		var out, errs bytes.Buffer
		code := run(context.Background(), []string{"explain", "-w", ws, string(id)}, strings.NewReader(""), &out, &errs)
		return out.String() + errs.String(), code
	}
	p := kept["grade.clusters/1"]
	out, code := explained(p.Result.Packet)
	if code != exitOK || !strings.HasPrefix(out, string(p.Result.Packet)+"\n") || !strings.Contains(out, fmt.Sprintf("claim = %s\n", p.Parameters["claim"])) ||
		!strings.Contains(out, "\nclaim "+p.Parameters["claim"]+"\n") {
		t.Errorf("%d: %s", code, out)
	}

	// That no routing table is loaded is said by the catalogue, not here.
	b, err := (&app{}).open()
	if err != nil {
		t.Fatal(err)
	}
	bare, err := dossier.Compose(b.Store, b.series, dossier.Options{Country: kenya, Edition: b.edition, Code: version()})
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(bare.Packets, func(p sightline.Packet) bool { return p.Parameters["engine"] == "routing tables" })
	if i < 0 {
		t.Fatal("the catalogue does not say that it has no routing table")
	}
	if out, code := explained(bare.Packets[i].Result.Packet); code == exitOK || !strings.Contains(out, "has it") {
		t.Errorf("a packet of another edition is explained: %s", out)
	}
}
