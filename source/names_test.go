package source_test

import (
	"strings"
	"testing"

	"sightline"
	"sightline/source"
)

const declaredSource = `{"type":"source","id":"test-set","title":"A test","kind":"ngo","reliability":"F"}`

// A name of the table becomes its entity with a note of the reason, one that
// is no organisation's becomes none, and one that is not there becomes an
// entity of the data set's own.
func TestNames(t *testing.T) {
	d := &source.Dataset{ID: "test-set", Declared: declaredSource, Files: []source.File{{Role: "x", Name: "x", Optional: true}}}
	d.Read = func(r *source.Reading) error {
		n, err := r.Names("name,entity,called,country,reason\nHikvsion,company/hikvision,Hikvision,CN,misspelt\nMult,,,,several firms\nThe state,country/CN,,,the state\n")
		if err != nil {
			return err
		}
		for _, c := range []struct{ name, id, called, why string }{
			{"Hikvsion", "company/hikvision", "Hikvision", ""}, {"Hikvsion", "company/hikvision", "Hikvision", ""},
			{"Mult", "", "", "several firms"}, {"The state", "country/CN", "China", ""}, {"Nobody Ltd", "company/test-set-nobody-ltd", "Nobody Ltd", ""},
		} {
			e, why, err := n.Of(c.name, sightline.KindCompany, sightline.Country{})
			if err != nil {
				return err
			}
			if e == nil {
				e = &sightline.Entity{}
			}
			if string(e.ID) != c.id || e.Name != c.called || why != c.why {
				t.Errorf("%s: %q %q %q, want %q %q %q", c.name, e.ID, e.Name, why, c.id, c.called, c.why)
			}
		}
		if n.Known("Nobody Ltd") || !n.Known("Mult") {
			t.Error("known is what stands in the table")
		}
		return nil
	}
	report, err := d.Import(nil)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, r := range report.Records {
		if r.Entity() != nil {
			ids = append(ids, r.ID())
		}
	}
	if strings.Join(ids, " ") != "company/hikvision company/test-set-nobody-ltd" {
		t.Errorf("entities %v", ids)
	}
	if strings.Count(strings.Join(report.Notes, "\n"), "misspelt") != 1 {
		t.Errorf("notes %q, want the misspelling once", report.Notes)
	}
	for _, table := range []string{"name,entity,called,country,reason\nA,,,,\n", "name,entity,called,country,reason\nA,company/a,,,\nA,company/b,,,\n", "name,entity\nA,company/a\n"} {
		d.Read = func(r *source.Reading) error { _, err := r.Names(table); return err }
		if _, err := d.Import(nil); err == nil {
			t.Errorf("the table %q was taken", table)
		}
	}
}

// Rows that are not kept are counted, and nothing of them is in the table.
func TestCSVOnly(t *testing.T) {
	for name, quote := range map[string]string{"quoted": `"`, "plain": ""} {
		text := "kind,name\nPerson," + quote + "Somebody" + quote + "\nFirm,Nobody Ltd\nPerson,Another\n"
		table, left, err := source.CSVOnly(name, []byte(text), func(cell func(string) string) bool { return cell("kind") != "Person" && cell("absent") == "" })
		if err != nil {
			t.Fatal(err)
		}
		if left != 2 || len(table.Rows) != 1 || table.Rows[0].Peek("name") != "Nobody Ltd" || table.Rows[0].Line() != 3 {
			t.Errorf("%s: %d left out, %d rows", name, left, len(table.Rows))
		}
	}
}
