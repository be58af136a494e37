package nationality_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"sightline"
	"sightline/source"
	"sightline/source/nationality"
	"sightline/source/sourcetest"
)

// table is a table of our own making; the code of Namibia is lost.
func table() []byte {
	var b bytes.Buffer
	b.WriteString("ASN,cc\n36996,\n64496,EU\n64497,XX\n64498,??\n64499,TO\n")
	for i := range 56000 {
		fmt.Fprintf(&b, "%d,FJ\n", 4200000000+i)
	}
	return b.Bytes()
}

func in(b []byte) source.Input { return sourcetest.Input("20181201", "20181201.csv", b) }

func TestTable(t *testing.T) {
	r := sourcetest.Import(t, nationality.Dataset, in(table()))
	by := map[sightline.EntityID]string{}
	for _, c := range sourcetest.Claims(r) {
		by[c.Subject] = fmt.Sprintf("%s %s %s", c.Predicate, c.Object.Entity, c.Valid)
	}
	if len(by) != 56002 || by["network/AS36996"] != "based_in country/NA 2018-12-01" || by["network/AS64499"] != "based_in country/TO 2018-12-01" {
		t.Errorf("%d claims, %s, %s", len(by), by["network/AS36996"], by["network/AS64499"])
	}
	for _, code := range []string{"EU (a region of the registries)", "XX (not known)", "?? (not known)"} {
		if r.Rows["networks of "+code] != 1 {
			t.Errorf("%s: %v", code, r.Rows)
		}
	}
	if src, err := nationality.Dataset.Source(); err != nil || src.Terms != sightline.Restricted {
		t.Errorf("%+v, %v", src, err)
	}
	for name, change := range map[string][2]string{"mended": {"36996,\n", "36996,NA\n"}, "no country": {"TO", "QQ"}, "no number": {"64499", "AS-X"}} {
		if _, err := nationality.Dataset.Import([]source.Input{in(bytes.Replace(table(), []byte(change[0]), []byte(change[1]), 1))}); err == nil || sightline.ErrorHint(err) == "" {
			t.Errorf("%s: %v, hint %q", name, err, sightline.ErrorHint(err))
		}
	}
	if _, err := nationality.Dataset.Import(nil); err == nil {
		t.Error("no table was taken")
	}
}

// The manifest counts 62,759 and 60,970 rows. 8 and 7 are Namibian without a
// code; what has no country is counted.
func TestReal(t *testing.T) {
	if testing.Short() {
		t.Skip("it makes 124,000 claims")
	}
	r := sourcetest.Import(t, nationality.Dataset,
		sourcetest.Shared(t, "20181201", "evidence/raw/caida_as_nationality_20181201.csv"), sourcetest.Shared(t, "20180601", "routing/asmeta/caida-nationality.20180601.csv"))
	namibia, without := 0, 0
	for _, c := range sourcetest.Claims(r) {
		if c.Object.Entity == "country/NA" {
			namibia++
		}
	}
	for what, n := range r.Rows {
		if strings.HasPrefix(what, "networks of ") {
			without += n
		}
	}
	if n := len(sourcetest.Claims(r)); namibia != 15 || n+without != 62759+60970 || r.Edition == nil {
		t.Errorf("%d of Namibia, %d claims, %v, edition %v", namibia, n, r.Rows, r.Edition)
	}
}

func TestDamage(t *testing.T) {
	sourcetest.Damage(t, nationality.Dataset, "20181201", in(table()))
}
