package exposure_test

import (
	"bufio"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"sightline"
	"sightline/exposure"
	"sightline/exposure/paths"
	"sightline/mrt"
)

const shared = "../../shared/data/routing/"

func load(t testing.TB, b *paths.Builder, collector, name string) {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Skipf("the shared routing data are not at hand: %v", err)
	}
	defer f.Close()
	r, _, err := mrt.Decompress(f)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if err := b.Feed(collector).Read(mrt.NewReader(r, mrt.Options{}), nil); err != nil {
		t.Fatal(err)
	}
}

func table2014(t testing.TB) *paths.Table {
	b := paths.NewBuilder()
	load(t, b, "oregon-ix", shared+"mrt/rib.20140523.0600_firstMB.bz2")
	return b.Table()
}

// TestHegemonyOracle holds every row of the reference's output.
func TestHegemonyOracle(t *testing.T) {
	f, err := os.Open(shared + "oracle/hegemony/hege2014.csv")
	if err != nil {
		t.Skipf("the shared routing data are not at hand: %v", err)
	}
	defer f.Close()
	h, err := exposure.ComputeHegemony(table2014(t), exposure.HegemonyOptions{FullFeed: 5000, Compat: true})
	if err != nil {
		t.Fatal(err)
	}
	type key struct{ scope, asn sightline.ASN }
	got := map[key]sightline.Estimate{}
	for i := range h.Rows {
		r := &h.Rows[i]
		e := h.Estimate(r)
		if err := e.Check(); err != nil {
			t.Fatal(err)
		}
		got[key{r.Scope, r.ASN}] = e
	}
	rows, worst, wrong := 0, 0.0, 0
	scopes := map[sightline.ASN]bool{}
	s := bufio.NewScanner(f)
	for s.Scan() {
		w := strings.Split(s.Text(), ",")
		scope, _ := strconv.Atoi(w[0])
		asn, _ := strconv.Atoi(w[1])
		want, err := strconv.ParseFloat(w[2], 64)
		if err != nil {
			continue
		}
		peers, _ := strconv.Atoi(w[3])
		if rows++; scope == asn && scope == -1 {
			continue // the reference's row of the global scope for itself
		}
		scopes[sightline.ASN(max(0, scope))] = true
		k := key{sightline.ASN(max(0, scope)), sightline.ASN(asn)}
		e, ok := got[k]
		v, _ := e.Value.Get()
		worst = max(worst, math.Abs(v-want))
		if !ok || math.Abs(v-want) > 1e-9 || e.N != int64(peers) {
			if wrong++; wrong < 10 {
				t.Errorf("scope %d, network %d: %v of %d peers (there: %v), want %v of %d", scope, asn, v, e.N, ok, want, peers)
			}
		}
		delete(got, k)
	}
	extra := 0
	for k, e := range got {
		if v, _ := e.Value.Get(); v > 0 && scopes[k.scope] {
			if extra++; extra < 10 {
				t.Errorf("a row that the reference has not: %v %v", k, e.Value)
			}
		}
	}
	t.Logf("%d rows, %d of them wrong, largest difference %.2g; %d rows of 0 that the reference leaves out", rows, wrong, worst, len(got))
}
