package mrt_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net/netip"
	"strconv"
	"testing"
	"testing/iotest"

	"sightline/mrt"
)

// elements prints every element and the report, read through Rows where rows
// is true and there are any.
func elements(src io.Reader, opts mrt.Options, rows bool) (out []byte, byRow int) {
	r := mrt.NewReader(src, opts)
	print := func(peer int, prefix netip.Prefix, path mrt.Path) {
		out = append(prefix.AppendTo(strconv.AppendInt(out, int64(peer), 10)), path...)
	}
	for {
		if rows {
			if rs, routes := r.Rows(); len(rs) > 0 {
				for _, row := range rs {
					var a [16]byte
					binary.BigEndian.PutUint64(a[:], row.Hi)
					binary.BigEndian.PutUint64(a[8:], row.Lo)
					addr := netip.AddrFrom16(a)
					if !row.V6 {
						addr = netip.AddrFrom4([4]byte(a[12:]))
					}
					for _, x := range routes[:row.Routes] {
						print(int(x.Peer), netip.PrefixFrom(addr, int(row.Bits)), r.Path(x))
						byRow++
					}
					routes = routes[row.Routes:]
				}
				continue
			}
		}
		if !r.Next() {
			return fmt.Appendf(out, "\n%v\n%+v %v", r.Peers(), r.Report(), r.Err()), byRow
		}
		switch e := r.Elem(); e.Kind {
		case mrt.Held:
			print(e.Peer, e.Prefix, e.Path)
		case mrt.Damaged:
			out = fmt.Append(out, e.Damage)
		default:
			out = line(out, e, r.Peers())
		}
	}
}

// TestRows reads every file by rows and element by element, in large pieces and
// in small ones.
func TestRows(t *testing.T) {
	all := 0
	for _, name := range everyFile(t) {
		b, err := io.ReadAll(open(t, name))
		if err != nil && len(b) == 0 {
			t.Fatal(err)
		}
		b = b[:min(len(b), 1<<19)]
		for _, way := range []mrt.OnDamage{mrt.Skip, mrt.Fail, mrt.Diagnose, mrt.Recover} {
			opts := mrt.Options{OnDamage: way}
			want, _ := elements(bytes.NewReader(b), opts, false)
			got, n := elements(bytes.NewReader(b), opts, true)
			if !bytes.Equal(got, want) {
				t.Errorf("%s, way %v: rows give something else", name, way)
			}
			if got, _ := elements(iotest.HalfReader(bytes.NewReader(b)), opts, true); !bytes.Equal(got, want) {
				t.Errorf("%s, way %v: rows in small pieces give something else", name, way)
			}
			all += n
		}
	}
	if all < 50_000 {
		t.Errorf("only %d routes came by rows", all)
	}
}
