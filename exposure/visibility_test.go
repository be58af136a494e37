package exposure_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"sightline"
	"sightline/exposure"
)

// TestMyanmar2021 finds the two nights of the coup: 1 February 2021, when most
// networks lost their paths for hours, and 6 to 7 February, when nearly all did
// for a day.
func TestMyanmar2021(t *testing.T) {
	files, _ := filepath.Glob(shared + "shutdown-series/MYANMAR-202102/*.csv")
	if len(files) == 0 {
		t.Skip("the shared routing data are not at hand")
	}
	var all []exposure.Sighting
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		list, passed, err := exposure.ReadSightings(f)
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		if passed == 0 {
			t.Errorf("%s: the heading counts as passed over", name)
		}
		all = append(all, list...)
	}
	losses := exposure.Losses(all)
	starts := map[sightline.ASN][]string{}
	by := map[string]int{}
	for i := range losses {
		l := &losses[i]
		e := l.Estimate()
		if err := e.Check(); err != nil {
			t.Error(err)
		}
		starts[l.ASN] = append(starts[l.ASN], l.Start.String()[:13])
		by[l.Start.String()[:10]]++
		t.Logf("%v from %s to %s: %d of %.0f paths, %d of %d prefixes gone, %v [%v, %v]", l.ASN, l.Start, l.End, l.Least, l.Baseline, l.Gone, l.Prefixes, e.Value, e.Low, e.High)
	}
	// Read off the series: Ooredoo 170 of some 5,300 paths at 02 UTC on the 1st,
	// 147 from 08 UTC on the 6th to 08 UTC on the 7th.
	want := []string{"2021-02-01T02", "2021-02-06T08"}
	if !reflect.DeepEqual(starts[132167], want) {
		t.Errorf("Ooredoo: %q, want %q", starts[132167], want)
	}
	if by["2021-02-06"] < 11 || by["2021-02-01"] < 7 {
		t.Errorf("by day: %v", by)
	}
	// Myanmar Broadband and Frontiir did not lose half of their paths on the 6th.
	for _, a := range []sightline.ASN{135300, 58952} {
		for _, s := range starts[a] {
			if s[:10] == "2021-02-06" {
				t.Errorf("%v: %s", a, s)
			}
		}
	}
	// The country as a whole: the same two losses.
	whole := exposure.Losses(exposure.Together(all))
	if len(whole) != 2 || whole[0].Start.String()[:13] != "2021-02-01T02" || whole[1].Start.String()[:13] != "2021-02-06T08" || whole[1].End.String()[:13] != "2021-02-07T14" {
		t.Errorf("the country: %+v", whole)
	}
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	all = append(all, all[:100]...)
	if !reflect.DeepEqual(exposure.Losses(all), losses) {
		t.Error("another order, or rows given twice, change the result")
	}
}
