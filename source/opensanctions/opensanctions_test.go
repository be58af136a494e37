package opensanctions_test

import (
	"bytes"
	"crypto/sha1"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"sightline"
	"sightline/ftm"
	"sightline/source"
	"sightline/source/opensanctions"
	"sightline/source/sourcetest"
)

// entities are a data set of our own making: two firms, one owned by the other
// and listed; a ministry; and persons, with edges that touch them.
const entities = `{"id":"NK-a","caption":"Meridian Cameras","schema":"Company","properties":{"name":["Meridian Cameras","Меридиан Камеры"],"jurisdiction":["cn"],"topics":["sanction"],"address":["1 Street"]},"referents":["x-77"],"datasets":["xx_list"],"first_seen":"2023-04-20T10:01:02","target":true}
{"id":"NK-b","caption":"Meridian Holding","schema":"Company","properties":{"name":["Meridian Holding"],"country":["hk"]},"datasets":["xx_list"]}
{"id":"gov-1","caption":"Ministry of Examples","schema":"PublicBody","properties":{"name":["Ministry of Examples"],"country":["rs"]},"datasets":["xx_list"]}
{"id":"p-1","caption":"John Doe","schema":"Person","properties":{"name":["John Doe"],"birthDate":["1976"],"nationality":["rs"]},"datasets":["xx_list"]}
{"id":"le-1","caption":"Eva Persson","schema":"LegalEntity","properties":{"name":["Eva Persson"]},"datasets":["xx_list"]}
{"id":"own-1","caption":"Ownership","schema":"Ownership","properties":{"asset":["NK-a"],"owner":["NK-b"],"startDate":["2019-02-01"],"percentage":["60"]},"datasets":["xx_list"]}
{"id":"own-2","caption":"Ownership","schema":"Ownership","properties":{"asset":["NK-b"],"owner":["p-1"]},"datasets":["xx_list"]}
{"id":"own-3","caption":"Ownership","schema":"Ownership","properties":{"asset":["NK-b"],"owner":["le-1"]},"datasets":["xx_list"]}
{"id":"own-4","caption":"Ownership","schema":"Ownership","properties":{"asset":["NK-b"],"owner":["nobody"]},"datasets":["xx_list"]}
{"id":"san-1","caption":"Sanction","schema":"Sanction","properties":{"entity":["NK-a"],"program":["Example programme"],"authority":["Ministry"],"listingDate":["2021-06-30"],"reason":["prose of theirs"]},"datasets":["xx_list"]}
{"id":"san-2","caption":"Sanction","schema":"Sanction","properties":{"entity":["p-1"],"program":["Example programme"]},"datasets":["xx_list"]}
{"id":"ship-1","caption":"Boat","schema":"Vessel","properties":{"name":["Boat"]},"datasets":["xx_list"]}
`

func index(file, text string, count int) source.Input {
	return sourcetest.Input("index", "index.json", fmt.Appendf(nil,
		`{"name":"xx_list","title":"A list","version":"20260101-abc","updated_at":"2026-01-01T06:00:00","entity_count":%d,"thing_count":6,"resources":[{"name":%q,"checksum":"%x","size":%d}]}`,
		count, file, sha1.Sum([]byte(text)), len(text)))
}

func files(text string) []source.Input {
	return []source.Input{index("entities.ftm.json", text, 12), sourcetest.Input("entities", "entities.ftm.json", []byte(text))}
}

func TestFixture(t *testing.T) {
	r := sourcetest.Import(t, opensanctions.Dataset, files(entities)...)
	var got []string
	for _, c := range sourcetest.Claims(r) {
		got = append(got, fmt.Sprintf("%s %s %s%s %s", c.Subject, c.Predicate, c.Object.Entity, c.Object.Text, c.Valid))
		if c.References[0].Source != "opensanctions" || c.References[0].Origin != "xx_list" || c.References[0].Extraction != "source/opensanctions" || c.Published.String() != "2026-01-01" {
			t.Errorf("%s rests on %+v, published %s", c.ID, c.References, c.Published)
		}
	}
	want := []string{
		"company/ftm-nk-a-%s based_in country/CN ",
		"company/ftm-nk-a-%s owned_by company/ftm-nk-b-%s 2019-02-01/",
		"company/ftm-nk-a-%s listed_under act/ftm-example-programme-%s 2021-06-30",
	}
	for _, w := range want {
		parts := strings.Split(w, "%s")
		found := false
		for _, g := range got {
			ok := strings.HasPrefix(g, parts[0]) && strings.HasSuffix(g, parts[len(parts)-1])
			for _, p := range parts {
				ok = ok && strings.Contains(g, p)
			}
			found = found || ok
		}
		if !found {
			t.Errorf("no claim %q among %q", w, got)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d claims, want %d: %q", len(got), len(want), got)
	}
	for what, n := range map[string]int{
		"rows of opensanctions/entities": 12, "organisations and things": 3, "edges between them": 2, "persons: left out": 1, "edges that touch a person: left out": 2,
		"legal entities that may be persons: left out": 1, "edges that touch one of those: left out": 1, "edges to something that did not come in: left out": 1,
		"entities of kinds that nothing here stands for: left out": 1, "values not taken: Sanction:reason": 1,
	} {
		if r.Rows[what] != n {
			t.Errorf("%d %s, want %d", r.Rows[what], what, n)
		}
	}
	// Nothing of a person comes through, not even in a note.
	for _, x := range r.Records {
		for _, of := range []string{"Doe", "Persson", "1976", "p-1", "le-1", "prose"} {
			if strings.Contains(string(x.Text()), of) {
				t.Errorf("%q stands in %s", of, x.Text())
			}
		}
	}
	for _, n := range r.Notes {
		if strings.Contains(n, "Doe") || strings.Contains(n, "Persson") {
			t.Errorf("note: %s", n)
		}
	}
	if r.Verified != source.LayoutOnly {
		t.Errorf("verified: %s", r.Verified)
	}
}

// statements is the same data set as a table.
func statements(t *testing.T) string {
	t.Helper()
	var list []ftm.Statement
	in := ftm.NewEntityReader(strings.NewReader(entities), nil)
	for {
		e, err := in.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, e.Statements()...)
	}
	var b bytes.Buffer
	w := ftm.NewStatementWriter(&b)
	byID := map[string][]ftm.Statement{}
	var ids []string
	for _, s := range list {
		if byID[s.CanonicalID] == nil {
			ids = append(ids, s.CanonicalID)
		}
		byID[s.CanonicalID] = append(byID[s.CanonicalID], s)
	}
	for _, id := range sorted(ids) {
		for _, s := range byID[id] {
			if err := w.Write(&s); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// The same data set gives the same organisations and claims in either form.
func TestStatements(t *testing.T) {
	text := statements(t)
	r := sourcetest.Import(t, opensanctions.Dataset, index("statements.csv", text, 12), sourcetest.Input("statements", "statements.csv", []byte(text)))
	want := sourcetest.Import(t, opensanctions.Dataset, files(entities)...)
	if len(r.Records) != len(want.Records) {
		t.Fatalf("%d records, the entities give %d", len(r.Records), len(want.Records))
	}
	for i, x := range r.Records {
		if string(x.Text()) != string(want.Records[i].Text()) {
			t.Errorf("%s\nthe entities give %s", x.Text(), want.Records[i].Text())
		}
	}
}

func TestRefuses(t *testing.T) {
	cut := entities[:strings.LastIndex(entities[:len(entities)-1], "\n")+1]
	at := func(text string, count int) []source.Input {
		return []source.Input{index("entities.ftm.json", text, count), sourcetest.Input("entities", "entities.ftm.json", []byte(text))}
	}
	broken := strings.Replace(entities, `"schema":"Vessel"`, `"schema":"Vessel`, 1)
	for name, c := range map[string]struct {
		in   []source.Input
		want string
	}{
		"cut at a line end":     {[]source.Input{index("entities.ftm.json", entities, 12), sourcetest.Input("entities", "a.ftm.json", []byte(cut))}, "its SHA-1 is"},
		"fewer than the index":  {at(cut, 12), "it has 11 entities, the index says 12"},
		"a damaged line":        {at(broken, 12), "line 12"},
		"both forms":            {append(at(entities, 12), sourcetest.Input("statements", "statements.csv", nil)), "not both"},
		"no form":               {at(entities, 12)[:1], "not both or none"},
		"an index of nothing":   {at(entities, 0), "entity_count 0"},
		"an index without name": {[]source.Input{sourcetest.Input("index", "index.json", []byte(`{}`)), at(entities, 12)[1]}, "it has no member"},
	} {
		_, err := opensanctions.Dataset.Import(c.in)
		if err == nil || !strings.Contains(err.Error(), c.want) || sightline.ErrorHint(err) == "" {
			t.Errorf("%s: %v (%s), want %q", name, err, sightline.ErrorHint(err), c.want)
		}
	}
}

// A later edition that says otherwise of an edge corrects it: the claim has the
// same id.
func TestLaterEdition(t *testing.T) {
	ids := func(text string) map[string]string {
		out := map[string]string{}
		for _, c := range sourcetest.Claims(sourcetest.Import(t, opensanctions.Dataset, files(text)...)) {
			out[string(c.ID)] = c.Valid.String()
		}
		return out
	}
	before, after := ids(entities), ids(strings.Replace(entities, "2021-06-30", "2021-07-30", 1))
	changed := 0
	for id, v := range before {
		w, ok := after[id]
		if !ok {
			t.Errorf("%s has another id", id)
		}
		if v != w {
			changed++
		}
	}
	if changed != 1 || len(before) != len(after) {
		t.Errorf("%d claims changed, want 1", changed)
	}
}

func TestDamage(t *testing.T) {
	sourcetest.Damage(t, opensanctions.Dataset, "entities", files(entities)...)
	sourcetest.Damage(t, opensanctions.Dataset, "index", files(entities)...)
	text := statements(t)
	sourcetest.Damage(t, opensanctions.Dataset, "statements", index("statements.csv", text, 12), sourcetest.Input("statements", "statements.csv", []byte(text)))
	// Without a sum in the index, damage is told by the form and the count.
	bare := files(entities)
	bare[0].Bytes = bytes.Replace(bare[0].Bytes, []byte(`"checksum":`), []byte(`"sum":`), 1)
	sourcetest.Damage(t, opensanctions.Dataset, "entities", bare...)
}

func sorted(list []string) []string {
	slices.Sort(list)
	return list
}
