package mrt_test

import (
	"testing"

	"sightline"
	"sightline/mrt"
)

// TestPathSum holds the number of entries and the sum of all network numbers
// on all paths that gobgp's packages (v4) give for the table of JINX.
func TestPathSum(t *testing.T) {
	r := mrt.NewReader(open(t, "routeviews.jinx.ribs.1401487200.bz2"), mrt.Options{OnDamage: mrt.Fail})
	var n, sum uint64
	var buf []sightline.ASN
	for r.Next() {
		n++
		buf = r.Elem().Path.Append(buf[:0])
		for _, a := range buf {
			sum += uint64(a)
		}
	}
	if r.Err() != nil || n != 503_590 || sum != jinxSum {
		t.Errorf("%d entries, sum %d, %v", n, sum, r.Err())
	}
}

const jinxSum = 46_565_900_783
