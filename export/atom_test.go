package export_test

import (
	"bytes"
	"encoding/xml"
	"strings"
	"testing"

	"sightline"
	"sightline/dossier"
	"sightline/export"
)

// A feed is XML whatever a name holds, its ids do not depend on where it is
// served, and its time is that of the clock.
func TestAtom(t *testing.T) {
	day, err := sightline.ParseDate("2018-07")
	if err != nil {
		t.Fatal(err)
	}
	d := &dossier.ChangeList{Clock: "published", Of: dossier.Changed{Country: "KE"}, Changes: []dossier.Change{
		{Kind: "claim", ID: "c1", What: "added", Where: "claim/c1", Sentence: "A <script>&\x01\u202e \xff", Recorded: 1, Published: day},
		{Kind: "claim", ID: "c1", What: "corrected", Where: "claim/c1", Sentence: "B", Reason: "a slip", Recorded: 2},
	}}
	print := func(prefix string) string {
		var b bytes.Buffer
		if err := export.Atom(&b, d, "Changes", "/country/KE/changes", func(p string) string { return prefix + p }); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	var f struct {
		ID      string `xml:"id"`
		Updated string `xml:"updated"`
		Entries []struct {
			ID      string `xml:"id"`
			Updated string `xml:"updated"`
			Title   string `xml:"title"`
			Summary string `xml:"summary"`
		} `xml:"entry"`
	}
	one := print("")
	if err := xml.Unmarshal([]byte(one), &f); err != nil {
		t.Fatal(err, one)
	}
	if len(f.Entries) != 2 || f.Entries[0].ID == f.Entries[1].ID || f.Entries[0].Updated != "2018-07-01T00:00:00Z" || f.Updated != f.Entries[0].Updated ||
		!strings.HasPrefix(f.Entries[0].Title, "A <script>&") || strings.ContainsAny(f.Entries[0].Title, "\u202e\x01") || !strings.Contains(f.Entries[1].Summary, "a slip") {
		t.Errorf("%+v", f)
	}
	if strings.ReplaceAll(print("/there"), "/there", "") != one || print("") != one {
		t.Error("the feed depends on where it is served")
	}
}
