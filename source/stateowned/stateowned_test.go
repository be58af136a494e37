package stateowned_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"sightline"
	"sightline/source"
	"sightline/source/sourcetest"
	"sightline/source/stateowned"
)

var header = []string{"asn", "conglomerate", "org_id", "org_name", "ownership_percentage", "ownership_cc", "ownership_country_name", "rir", "source", "quote", "quote_lang", "url",
	"additional_info", "inputs", "parent_org", "target_cc", "target_country_name"}

// lists are two lists of our own making: the rows that the repairs expect and
// those that elsewhere.csv names, filled up with networks that do not exist.
func lists(t testing.TB) []source.Input {
	t.Helper()
	var out []source.Input
	for _, list := range []struct {
		role string
		n    int
	}{{"majority", 950}, {"minority", 300}} {
		var rows []map[string]string
		add := func(set map[string]string) {
			r := map[string]string{
				"asn": fmt.Sprint(4200000000 + len(rows)), "conglomerate": "XK-OURS", "org_name": fmt.Sprintf("Ours %d", len(rows)), "ownership_percentage": "30.5",
				"ownership_cc": "XK", "ownership_country_name": "Kosovo", "source": "Its own page", "quote": "The state holds it.", "quote_lang": "English",
				"url": fmt.Sprintf("https://ours.example/%d", len(rows)), "inputs": "G",
			}
			for k, v := range set {
				r[k] = v
			}
			rows = append(rows, r)
		}
		for _, set := range repaired(t, "state-owned/"+list.role) {
			add(set)
		}
		if list.role == "majority" {
			for _, name := range elsewhere(t) {
				add(map[string]string{"org_name": name})
			}
			add(map[string]string{"asn": "64500", "org_name": "Twice Ltd", "target_cc": "TO", "target_country_name": "Tonga", "url": "https://ours.example/twice"})
			add(map[string]string{"asn": "64500", "org_name": "Twice Ltd", "target_cc": "TO", "target_country_name": "Tonga", "url": "https://ours.example/twice"})
			add(map[string]string{"asn": "64500", "org_name": "Twice Ltd", "ownership_cc": "FJ", "ownership_country_name": "Fiji", "target_cc": "TO", "target_country_name": "Tonga"})
		}
		for len(rows) < list.n {
			add(nil)
		}
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		columns := header
		if list.role == "majority" {
			columns = slices.DeleteFunc(slices.Clone(header), func(c string) bool { return c == "ownership_percentage" })
		}
		w.Write(columns)
		for _, r := range rows {
			var cells []string
			for _, c := range columns {
				cells = append(cells, r[c])
			}
			w.Write(cells)
		}
		w.Flush()
		out = append(out, sourcetest.Input(list.role, list.role+".csv", b.Bytes()))
	}
	return out
}

// repaired are the values of the rows that the repairs of a table expect.
func repaired(t testing.TB, table string) []map[string]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(stateowned.Dataset.Repairs)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	by := map[string]map[string]string{}
	var order []string
	for _, r := range rows[1:] {
		if r[0] != table {
			continue
		}
		// Several repairs can pick parts of the rows of one firm: each gets a row.
		expect, key := r[3], r[1]
		if p, ok := strings.CutPrefix(expect, "/"); ok && strings.HasSuffix(p, "/") {
			key += " " + expect
			expect = strings.NewReplacer("/.+/", "Words.", "20[2-9][0-9]", "2021", ".*", " of the ").Replace(expect)
			expect = strings.Trim(expect, "/")
		}
		column, value, _ := strings.Cut(r[1], "=")
		set := by[key]
		if set == nil {
			set = map[string]string{column: value}
			by[key] = set
			order = append(order, key)
		}
		if r[2] != column {
			set[r[2]] = expect
		}
	}
	codes := map[string]string{"Korea (Democratic People's Republic of)": "KP", "Italia": "IT", "Moldova (Republic of)": "MD"}
	names := map[string]string{"Korea": "KR"}
	var out []map[string]string
	for _, k := range order {
		set := by[k]
		if c := codes[set["ownership_country_name"]]; c != "" {
			set["ownership_cc"] = c
		}
		if c := names[set["target_country_name"]]; c != "" {
			set["target_cc"] = c
		}
		switch { // the codes that stand beside what is mended
		case set["target_country_name"] == "AE":
			set["target_cc"] = "TO"
		case set["asn"] == "200724":
			set["target_country_name"] = "Austria"
		}
		out = append(out, set)
	}
	return out
}

func elsewhere(t testing.TB) (names []string) {
	t.Helper()
	text, err := os.ReadFile("elsewhere.csv")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows[1:] {
		names = append(names, r[0])
	}
	return names
}

func TestLists(t *testing.T) {
	in := lists(t)
	r := sourcetest.Import(t, stateowned.Dataset, in...)
	by := map[string]*sightline.Claim{}
	for _, c := range sourcetest.Claims(r) {
		by[string(c.ID)] = c
	}
	// A network with two owners, one of them in two rows: two owners, one place.
	if by["owner-as64500-xk"] == nil || by["owner-as64500-fj"] == nil || by["in-as64500-to"] == nil || r.Rows["rows that repeat a network and its owner"] != 1 {
		t.Errorf("AS64500: %v, %v, %v; %v", by["owner-as64500-xk"], by["owner-as64500-fj"], by["in-as64500-to"], r.Rows)
	}
	if c := by["owner-as64500-fj"]; c != nil && (c.References[0].Quote != "The state holds it." || c.References[0].Lang != "en") {
		t.Errorf("%+v", c.References)
	}
	// What a repair mends: the code of Kosovo, a share, a quotation taken out.
	if by["owner-as8661-xk"] == nil || by["share-as19863-xk"] == nil || by["share-as19863-xk"].Qualifiers["share"] != "20%" || by["owner-as36992-xk"].References[0].Quote != "" {
		t.Errorf("repaired: %+v, %+v, %+v", by["owner-as8661-xk"], by["share-as19863-xk"], by["owner-as36992-xk"])
	}
	if len(r.Repaired) != strings.Count(strings.TrimSpace(stateowned.Dataset.Repairs), "\n") {
		t.Errorf("%d repairs are reported", len(r.Repaired))
	}
	if r.Rows["networks of which nobody says where they operate"] != 3 {
		t.Error(r.Rows)
	}
}

// Two rows that say two things of one network and owner, a code beside the
// name of another country, a language that is not known, and a row that
// elsewhere.csv names and the list no longer has.
func TestListsThatDoNotFit(t *testing.T) {
	for name, change := range map[string][2]string{
		"twice":        {"https://ours.example/twice", "https://ours.example/other"},
		"other owner":  {"XK,Kosovo", "XK,Tonga"},
		"other place":  {"TO,Tonga", "TO,Samoa"},
		"language":     {"English", "Klingon"},
		"no longer":    {"Euroweb Romania S.A.", "Euroweb"},
		"mended":       {"KV", "XK"},
		"no such code": {"TO,Tonga", "QQ,Tonga"},
	} {
		in := lists(t)
		in[0] = sourcetest.Input("majority", "x.csv", bytes.Replace(in[0].Bytes, []byte(change[0]), []byte(change[1]), 1))
		if _, err := stateowned.Dataset.Import(in); err == nil || sightline.ErrorHint(err) == "" {
			t.Errorf("%s: %v, hint %q", name, err, sightline.ErrorHint(err))
		}
	}
}

// The manifest counts rows with the header: 984 and 302. Of the networks 3 rows
// repeat a network and its owner (the compiler of the catalogue merged them by
// name before there was an importer).
func TestRealLists(t *testing.T) {
	r := sourcetest.Import(t, stateowned.Dataset,
		sourcetest.Shared(t, "majority", "routing/stateowned/state_owned_ases.csv"), sourcetest.Shared(t, "minority", "routing/stateowned/minority_state_owned_ases.csv"))
	n := map[sightline.Predicate]int{}
	for _, c := range sourcetest.Claims(r) {
		n[c.Predicate]++
	}
	if r.Rows["rows of state-owned/majority"] != 984 || r.Rows["rows of state-owned/minority"] != 302 || r.Edition == nil || r.Verified != source.CopyOnly {
		t.Errorf("%v, edition %v", r.Rows, r.Edition)
	}
	if twice := r.Rows["rows that repeat a network and its owner"]; n[sightline.StateOwnedBy]+n[sightline.StateMinorityOwnedBy]+twice != 984+302 {
		t.Errorf("%d and %d claims, %d rows merged", n[sightline.StateOwnedBy], n[sightline.StateMinorityOwnedBy], twice)
	}
}

func TestDamage(t *testing.T) {
	for _, role := range []string{"majority", "minority"} {
		sourcetest.Damage(t, stateowned.Dataset, role, lists(t)...)
	}
}
