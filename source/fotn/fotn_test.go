package fotn_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strings"
	"testing"

	"sightline"
	"sightline/source"
	"sightline/source/fotn"
	"sightline/source/sourcetest"
)

func shared(t testing.TB) []source.Input {
	return []source.Input{
		sourcetest.Shared(t, "panel", "evidence/raw/da2i_indicators.csv"),
		sourcetest.Shared(t, "codebook", "evidence/raw/da2i_indicator_info.csv"),
	}
}

// table makes a table of our layout. The scores are invented.
func table(rows ...string) source.Input {
	return sourcetest.Input("part", "part.csv", []byte("iso3,edition,score,scale,status\n"+strings.Join(rows, "\n")+"\n"))
}

func byID(r *source.Report) map[string]*sightline.Claim {
	out := map[string]*sightline.Claim{}
	for _, c := range sourcetest.Claims(r) {
		out[string(c.ID)] = c
	}
	return out
}

// The panel has 70,673 rows, of which 532 are of Freedom on the Net (its
// manifest; the counts by edition are those of the file).
func TestPanel(t *testing.T) {
	r := sourcetest.Import(t, fotn.Dataset, shared(t)...)
	claims := byID(r)
	if len(claims) != 532 {
		t.Errorf("%d claims, want 532", len(claims))
	}
	total, editions, lowest := 0, map[string]int{}, ""
	for what, n := range r.Rows {
		if strings.HasPrefix(what, "rows of ") && strings.Contains(what, "not read here") || what == "rows without any value" {
			total += n
		}
	}
	if total+532 != 70673 {
		t.Errorf("%d rows are counted as not read, want %d", total, 70673-532)
	}
	if r.Rows["rows without any value"] != 494 {
		t.Errorf("%d empty rows, want 494", r.Rows["rows without any value"])
	}
	least := 101.0
	for _, c := range claims {
		e := c.Qualifiers["edition"]
		editions[e]++
		if e == "2018" && c.Object.Number <= least {
			if c.Object.Number == least {
				lowest += " "
			} else {
				lowest = ""
			}
			least = c.Object.Number
			lowest += c.Subject.Kind().String() + string(c.Subject)
		}
	}
	// China is the lowest of the 63 scored countries of 2018, with 12 (Freedom
	// House printed 88).
	if editions["2018"] != 63 || lowest != "countrycountry/CN" || least != 12 {
		t.Errorf("2018: %d countries, lowest %s with %g", editions["2018"], lowest, least)
	}
	// China in the editions 2011 to 2019 (spec/methods.md 2.1).
	for i, want := range []float64{17, 15, 14, 13, 12, 12, 13, 12, 10} {
		if c := claims[fmt.Sprintf("fotn-cn-%d", 2011+i)]; c == nil || c.Object.Number != want || c.Qualifiers["status"] != "Not Free" {
			t.Errorf("China, edition %d: %+v, want %g", 2011+i, c, want)
		}
	}
	if c := claims["fotn-ee-2018"]; c.Object.Number != 94 || c.Qualifiers["status"] != "Free" {
		t.Errorf("Estonia, 2018: %+v", c)
	}
	if v := claims["fotn-cn-2018"].Valid.String(); v != "2017-06/2018-05" {
		t.Errorf("the edition 2018 covers %s", v)
	}
}

// Each of the 64 indicators of the codebook is read or left out by name; 18 of
// them have no row in the panel.
func TestIndicatorsAreAllAccountedFor(t *testing.T) {
	files := shared(t)
	r := sourcetest.Import(t, fotn.Dataset, files...)
	if n := r.Rows["indicators that the codebook describes: it makes no claim"]; n != 64 {
		t.Errorf("%d indicators, want 64", n)
	}
	left := 0
	for what := range r.Rows {
		if strings.Contains(what, "not read here") {
			left++
		}
	}
	if left != 64-18-1 {
		t.Errorf("%d indicators are left out by name, want 45", left)
	}
	files[1].Bytes = bytes.Replace(files[1].Bytes, []byte("primary.male"), []byte("primary.mail"), 1)
	if _, err := fotn.Dataset.Import(files); err == nil || !strings.Contains(err.Error(), "the codebook did not have it before") {
		t.Errorf("an unknown indicator: %v", err)
	}
}

// The derived table has the same scores, and 57 of the edition 2021 from
// another copy, whose printed statuses agree with the thresholds.
func TestScoresAgreeWithThePanel(t *testing.T) {
	scores := sourcetest.Shared(t, "scores", "evidence/derived/fotn_total_2011_2021.csv")
	r := sourcetest.Import(t, fotn.Dataset, append(shared(t), scores)...)
	if n := len(sourcetest.Claims(r)); n != 589 || r.Rows["rows that repeat a score"] != 532 || r.Edition == nil {
		t.Errorf("%d claims, want 589; %d repeat, want 532; edition %v", n, r.Rows["rows that repeat a score"], r.Edition)
	}
	alone := sourcetest.Import(t, fotn.Dataset, scores)
	if len(alone.Records) != len(r.Records) {
		t.Errorf("the table alone makes %d records, with the panel %d", len(alone.Records), len(r.Records))
	}
	for i, x := range alone.Records {
		if string(x.Text()) != string(r.Records[i].Text()) {
			t.Fatalf("two copies of a score make two records:\n%s\n%s", x.Text(), r.Records[i].Text())
		}
	}
}

// The editions to 2018 as printed, with 0 as most free, give the values of the
// copy that is turned round.
func TestPrintedScaleIsTurnedRound(t *testing.T) {
	in := sourcetest.Shared(t, "scores", "evidence/derived/fotn_total_2011_2021.csv")
	rows, err := csv.NewReader(bytes.NewReader(in.Bytes)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	for _, row := range rows {
		var year, v int
		if n, _ := fmt.Sscanf(row[1]+" "+row[2], "%d.0 %d", &year, &v); n == 2 && year <= 2018 {
			row[2] = fmt.Sprint(100 - v)
		}
		w.Write(row)
	}
	w.Flush()
	old := byID(sourcetest.Import(t, fotn.Dataset, sourcetest.Input("scores", in.Name, b.Bytes())))
	now := byID(sourcetest.Import(t, fotn.Dataset, in))
	if len(old) != 589 {
		t.Fatalf("%d claims", len(old))
	}
	for id, c := range now {
		o := old[id]
		if o.Object != c.Object || o.Valid != c.Valid || o.Qualifiers["status"] != c.Qualifiers["status"] {
			t.Errorf("%s: %+v printed, %+v turned round", id, o, c)
		}
		if want := ""; c.Qualifiers["edition"] <= "2018" {
			want = fmt.Sprint(100 - c.Object.Number)
			if o.Qualifiers["original"] != want {
				t.Errorf("%s: original %q, want %q", id, o.Qualifiers["original"], want)
			}
		}
	}
	if o := old["fotn-ee-2018"]; o.Object.Number != 94 || o.Qualifiers["original"] != "6" {
		t.Errorf("Estonia 2018: %+v", o)
	}
}

// The thresholds of the two scales map onto each other (spec/methods.md 2.1):
// 30 is 70 and Free, 31 is 69 and Partly Free, 60 is 40, 61 is 39 and Not Free;
// China's 88 is 12, Estonia's 6 is 94.
func TestThresholds(t *testing.T) {
	claims := byID(sourcetest.Import(t, fotn.Dataset, table(
		"CHN,2018,88,,", "EST,2018,6,,", "USA,2018,30,,", "NAM,2018,31,,", "KEN,2018,60,,", "UGA,2018,61,,")))
	for id, want := range map[string]struct {
		value    float64
		original string
		status   string
	}{
		"fotn-cn-2018": {12, "88", "Not Free"}, "fotn-ee-2018": {94, "6", "Free"}, "fotn-us-2018": {70, "30", "Free"},
		"fotn-na-2018": {69, "31", "Partly Free"}, "fotn-ke-2018": {40, "60", "Partly Free"}, "fotn-ug-2018": {39, "61", "Not Free"},
	} {
		c := claims[id]
		if c == nil || c.Object.Number != want.value || c.Qualifiers["original"] != want.original || c.Qualifiers["status"] != want.status || c.Qualifiers["scale"] != "100 is most free" {
			t.Errorf("%s: %+v, want %v", id, c, want)
		}
	}
}

func TestScaleIsToldOrRefused(t *testing.T) {
	for name, c := range map[string]struct {
		rows []string
		want string // value of Kenya, or a part of the error
	}{
		"by China, 100":                {[]string{"CHN,2019,10,,", "KEN,2019,68,,"}, "68"},
		"by China, 0":                  {[]string{"CHN,2016,88,,", "KEN,2016,29,,"}, "71"},
		"stated":                       {[]string{"KEN,2016,29,0 is most free,"}, "71"},
		"by a status":                  {[]string{"KEN,2016,29,,Free"}, "71"},
		"with a point":                 {[]string{"CHN,2016.0,88.0,,", "KEN,2016.0,29.0,,"}, "71"},
		"no sign":                      {[]string{"KEN,2016,29,,"}, "cannot be told"},
		"partly free is no sign":       {[]string{"KEN,2016,50,,Partly Free"}, "cannot be told"},
		"China between":                {[]string{"CHN,2016,50,,"}, "fits neither"},
		"China against the scale":      {[]string{"CHN,2016,88,100 is most free,"}, "by China"},
		"China against a status":       {[]string{"CHN,2016,88,,", "KEN,2016,29,,Not Free"}, "by the status"},
		"a status of no scale":         {[]string{"KEN,2016,50,,Free"}, "another status on either scale"},
		"another scale":                {[]string{"KEN,2016,29,10 is most free,"}, "no scale"},
		"another status":               {[]string{"KEN,2016,29,,Freeish"}, "no status"},
		"no such edition":              {[]string{"CHN,2010,88,,"}, "no edition"},
		"a year before":                {[]string{"CHN,2005,88,,"}, "whole number from"},
		"beyond the scale":             {[]string{"CHN,2016,101,,"}, "whole number from 0 to 100"},
		"half a point":                 {[]string{"CHN,2016,12.5,,"}, "whole number"},
		"two scores":                   {[]string{"CHN,2016,12,,", "CHN,2016,13,,"}, "13 here and 12 before"},
		"no country":                   {[]string{"XYZ,2016,12,,"}, "no country"},
		"only the pilot":               {[]string{"CHN,2009,79,,"}, "no score"},
		"pilot and missing left aside": {[]string{"CHN,2009,79,,", "CHN,2019,10,,", "NAM,2019,NA,,", "KEN,2019,68,,"}, "68"},
	} {
		r, err := fotn.Dataset.Import([]source.Input{table(c.rows...)})
		if err != nil {
			if !strings.Contains(err.Error(), c.want) || sightline.ErrorHint(err) == "" {
				t.Errorf("%s: %v (%s), want %q", name, err, sightline.ErrorHint(err), c.want)
			}
			continue
		}
		k := byID(r)["fotn-ke-"+strings.Split(c.rows[0], ",")[1][:4]]
		if k == nil {
			k = byID(r)["fotn-ke-2019"]
		}
		if k == nil || fmt.Sprint(k.Object.Number) != c.want {
			t.Errorf("%s: %+v, want %s", name, k, c.want)
		}
		if strings.Contains(name, "pilot") && (r.Rows["rows of the pilot edition of 2009, which asked other questions"] != 1 || r.Rows["rows without a score"] != 1) {
			t.Errorf("%s: %v", name, r.Rows)
		}
	}
}

// fixture is a panel of our own making, of the size of the real one: 37
// countries in the edition of 2011 and 65 in that of 2019, and rows of other
// indicators. The scores are invented.
func fixture() source.Input {
	var b bytes.Buffer
	b.WriteString("ISO3,Year,value,Name\r\n")
	n := 0
	row := func(s string) { b.WriteString(s + "\r\n"); n++ }
	for e, count := range map[int]int{2011: 37, 2019: 65} {
		row(fmt.Sprintf("CHN,%d,9,FotN", e))
		for _, c := range sightline.Countries()[:count] {
			if c.Code() != "CN" {
				row(fmt.Sprintf("%s,%d,%d,FotN", c.Alpha3(), e, 20+c.Name()[0]%70))
			}
		}
	}
	row(",,,")
	for n < 70673 {
		row("#N/A,2006,1,GII")
	}
	return sourcetest.Input("panel", "da2i_indicators.csv", b.Bytes())
}

func TestFixture(t *testing.T) {
	r := sourcetest.Import(t, fotn.Dataset, fixture())
	if n := len(sourcetest.Claims(r)); n < 102 || r.Edition != nil || r.Rows["rows without any value"] != 1 {
		t.Errorf("%d claims, edition %v, %v", n, r.Edition, r.Rows)
	}
	bad := fixture()
	bad.Bytes = bytes.Replace(bad.Bytes, []byte("GII"), []byte("Gii"), 1)
	if _, err := fotn.Dataset.Import([]source.Input{bad}); err == nil || !strings.Contains(err.Error(), "did not have it before") {
		t.Errorf("an unknown indicator: %v", err)
	}
}

func TestDamage(t *testing.T) {
	sourcetest.Damage(t, fotn.Dataset, "panel", fixture())
	files := shared(t)
	sourcetest.Damage(t, fotn.Dataset, "panel", files[0])
	sourcetest.Damage(t, fotn.Dataset, "codebook", files...)
	sourcetest.Damage(t, fotn.Dataset, "scores", sourcetest.Shared(t, "scores", "evidence/derived/fotn_total_2011_2021.csv"))
}

func BenchmarkPanel(b *testing.B) {
	files := shared(b)
	b.SetBytes(int64(len(files[0].Bytes)))
	for b.Loop() {
		if _, err := fotn.Dataset.Import(files); err != nil {
			b.Fatal(err)
		}
	}
}
