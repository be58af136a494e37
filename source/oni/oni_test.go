package oni_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"sightline"
	"sightline/source"
	"sightline/source/oni"
	"sightline/source/sourcetest"
)

const path = "evidence/raw/oni_2012.csv"

// fixture is a table of our own making, with line ends of CR alone.
func fixture() []byte {
	var b bytes.Buffer
	b.WriteString("country_code,country,political_score,political_description,social_score,social_description,tools_score,tools_description,conflict/security_score,conflict_security_description,transparency,consistency,testing_date,url\r")
	for i, c := range sightline.Countries()[70:144] {
		fmt.Fprintf(&b, "%s,%s,0,no evidence,2,selective,4,pervasive,1,suspected,n/a,n/a,%d,http://example.org/%s\r", c.Code(), strings.ReplaceAll(c.Name(), ",", ""), 2007+i%6, c.Code())
	}
	return b.Bytes()
}

func ratings(b []byte) source.Input { return sourcetest.Input("ratings", "oni.csv", b) }

// The lines of the file end with CR alone, which is told; a file with line ends
// mended makes the same claims, and tells nothing.
func TestLineEnds(t *testing.T) {
	r := sourcetest.Import(t, oni.Dataset, ratings(fixture()))
	mended := sourcetest.Import(t, oni.Dataset, ratings(bytes.ReplaceAll(fixture(), []byte("\r"), []byte("\n"))))
	if len(r.Notes) != 1 || !strings.Contains(r.Notes[0], "CR alone") || len(mended.Notes) != 0 {
		t.Errorf("notes %q and %q", r.Notes, mended.Notes)
	}
	for i, x := range r.Records {
		if string(x.Text()) != string(mended.Records[i].Text()) {
			t.Fatalf("%s\n%s", x.Text(), mended.Records[i].Text())
		}
	}
}

func TestScoreAndWordMustAgree(t *testing.T) {
	_, err := oni.Dataset.Import([]source.Input{ratings(bytes.Replace(fixture(), []byte("2,selective"), []byte("3,selective"), 1))})
	if err == nil || !strings.Contains(err.Error(), "is called") {
		t.Error(err)
	}
}

// 74 rows of four themes each (its manifest). Namibia's code is NA, and so is
// no code missing.
func TestTable(t *testing.T) {
	r := sourcetest.Import(t, oni.Dataset, sourcetest.Shared(t, "ratings", path))
	if n := len(sourcetest.Claims(r)); n != 296 || r.Edition == nil || len(r.Notes) != 1 {
		t.Errorf("%d claims, edition %v, notes %q", n, r.Edition, r.Notes)
	}
	for _, c := range sourcetest.Claims(r) {
		if c.ID == "oni-cn-political" && c.Qualifiers["level"] != "pervasive" {
			t.Errorf("China: %+v", c)
		}
	}
	derived := sourcetest.Import(t, oni.Dataset, sourcetest.Shared(t, "ratings", "evidence/derived/oni_2012.csv"))
	if len(derived.Records) != len(r.Records) {
		t.Error("the copy with mended line ends differs")
	}
}

func TestDamage(t *testing.T) {
	sourcetest.Damage(t, oni.Dataset, "ratings", ratings(fixture()))
	sourcetest.Damage(t, oni.Dataset, "ratings", sourcetest.Shared(t, "ratings", path))
}
