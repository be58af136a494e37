package mrt_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"sightline"
	"sightline/mrt"
)

// rec makes a record.
func rec(at uint32, typ, sub uint16, body ...byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, at)
	b = binary.BigEndian.AppendUint16(b, typ)
	b = binary.BigEndian.AppendUint16(b, sub)
	b = binary.BigEndian.AppendUint32(b, uint32(len(body)))
	return append(b, body...)
}

func u16(b []byte, v ...int) []byte {
	for _, x := range v {
		b = binary.BigEndian.AppendUint16(b, uint16(x))
	}
	return b
}

// attr makes a path attribute.
func attr(typ byte, v ...byte) []byte { return append([]byte{0x40, typ, byte(len(v))}, v...) }

// table makes a TABLE_DUMP_V2 stream of one peer table and n IPv4 records of
// two entries each.
func table(n int) []byte {
	index := append([]byte{192, 0, 2, 1}, u16(nil, 0, 2)...)
	index = append(index, 2, 1, 1, 1, 1, 198, 51, 100, 1, 0, 0, 0xfc, 0)
	index = append(index, 0, 2, 2, 2, 2, 198, 51, 100, 2, 0xfc, 1)
	out := rec(1_400_000_000, 13, 1, index...)
	for i := range n {
		body := []byte{0, 0, 0, byte(i), 24, 10, byte(i >> 8), byte(i)}
		body = u16(body, 2)
		for p := range 2 {
			path := mrt.AppendSequence(nil, sightline.ASN(64512+p), 64600, sightline.ASN(64700+i))
			if i%7 == 3 {
				path = mrt.AppendSet(path, 65001, 65002)
			}
			a := append(attr(1, 0), attr(2, path...)...)
			body = u16(body, p)
			body = append(body, 0x53, 0, 0, 0)
			body = append(u16(body, len(a)), a...)
		}
		out = append(out, rec(1_400_000_000, 13, 2, body...)...)
	}
	return out
}

func count(b []byte, way mrt.OnDamage) (held, hurt int, rep mrt.Report, err error) {
	r := mrt.NewReader(bytes.NewReader(b), mrt.Options{OnDamage: way})
	for r.Next() {
		if r.Elem().Kind == mrt.Damaged {
			hurt++
		} else {
			held++
		}
	}
	return held, hurt, r.Report(), r.Err()
}

func TestFourWays(t *testing.T) {
	whole := table(20)
	at := func(i int) int { // where record i starts
		off := 0
		for range i {
			off += 12 + int(binary.BigEndian.Uint32(whole[off+8:]))
		}
		return off
	}
	edit := func(f func(b []byte)) []byte { b := bytes.Clone(whole); f(b); return b }
	cases := []struct {
		name                  string
		in                    []byte
		kind                  mrt.DamageKind
		skip, diagnose, recov int // elements handed out
	}{
		{"whole", whole, 0, 40, 40, 40},
		{"cut in a header", whole[:at(10)+7], mrt.Truncated, 18, 18, 18},
		{"cut in a body", whole[:at(10)+30], mrt.Truncated, 18, 18, 18},
		{"peer out of range", edit(func(b []byte) { b[at(5)+12+10+1] = 9 }), mrt.BadEntry, 39, 39, 39},
		{"prefix too long", edit(func(b []byte) { b[at(5)+12+4] = 99 }), mrt.BadPrefix, 38, 38, 38},
		{"attribute too long", edit(func(b []byte) { b[at(5)+12+10+8+2] = 200 }), mrt.BadAttribute, 39, 39, 39},
		{"segment of no type", edit(func(b []byte) { b[at(5)+12+10+8+4+3] = 9 }), mrt.BadAttribute, 39, 39, 39},
		{"count too large", edit(func(b []byte) { b[at(5)+12+9] = 3 }), mrt.BadEntry, 40, 40, 40},
		{"length beyond the limit", edit(func(b []byte) { b[at(5)+8] = 0xff }), mrt.TooLong, 8, 8, 38},
		{"bytes lost", append(bytes.Clone(whole[:at(5)+20]), whole[at(5)+31:]...), 0, -1, -1, 38},
		{"noise between", append(append(bytes.Clone(whole[:at(5)]), bytes.Repeat([]byte{0xaa}, 1000)...), whole[at(5):]...), 0, -1, -1, 40},
		{"empty", nil, 0, 0, 0, 0},
		{"noise", bytes.Repeat([]byte{0x5a, 0xff, 0x00}, 500), 0, -1, -1, 0},
	}
	for _, c := range cases {
		held, hurt, rep, err := count(c.in, mrt.Skip)
		if err != nil || hurt != 0 || c.skip >= 0 && held != c.skip {
			t.Errorf("%s, skip: %d elements, want %d, %v", c.name, held, c.skip, err)
		}
		if damaged := c.kind != 0 || c.skip < 0; damaged != (rep.Damaged > 0) || damaged != (rep.Err() != nil) {
			t.Errorf("%s, skip: damaged %d, report %v", c.name, rep.Damaged, rep.Err())
		}
		if c.kind != 0 && rep.ByKind[c.kind] == 0 {
			t.Errorf("%s, skip: kinds %v, want a %s", c.name, rep.ByKind, c.kind)
		}
		if rep.Bytes != int64(len(c.in)) {
			t.Errorf("%s, skip: %d bytes of %d read", c.name, rep.Bytes, len(c.in))
		}
		held, hurt, rep, err = count(c.in, mrt.Diagnose)
		if err != nil || int64(hurt) != rep.Damaged || c.diagnose >= 0 && held != c.diagnose {
			t.Errorf("%s, diagnose: %d elements, want %d; %d damages, %d reported, %v", c.name, held, c.diagnose, hurt, rep.Damaged, err)
		}
		held, _, rep, err = count(c.in, mrt.Recover)
		if err != nil || held != c.recov {
			t.Errorf("%s, recover: %d elements, want %d, %v", c.name, held, c.recov, err)
		}
		_, _, rep, err = count(c.in, mrt.Fail)
		if (err != nil) != (rep.Damaged == 1) || rep.Damaged > 1 {
			t.Errorf("%s, fail: %v after %d damages", c.name, err, rep.Damaged)
		}
		if err != nil {
			var d *mrt.Damage
			if sightline.ErrorCode(err) != sightline.Invalid || sightline.ErrorHint(err) == "" || !errors.As(err, &d) {
				t.Errorf("%s, fail: %v is not typed", c.name, err)
			}
		}
	}
}

// TestHostile changes and cuts every kind of record at random: no panic, no
// hang, and never less than the whole stream accounted for.
func TestHostile(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 9))
	seeds := [][]byte{table(5)}
	for _, name := range []string{"mrtparse-samples/openbgpd_rib_table-mp", "mrtparse-samples/quagga_bgp", "ripe-bgpdump-tests/test_data/bview.ipv6_unicast_add_path.gz"} {
		if f, err := os.Open(shared + name); err == nil {
			if r, _, err := mrt.Decompress(f); err == nil {
				b, _ := io.ReadAll(io.LimitReader(r, 1<<14))
				seeds = append(seeds, b)
			}
			f.Close()
		}
	}
	for range 4000 {
		b := bytes.Clone(seeds[rng.IntN(len(seeds))])
		for range 1 + rng.IntN(6) {
			b[rng.IntN(len(b))] = byte(rng.Uint32())
		}
		b = b[:rng.IntN(len(b)+1)]
		for _, way := range []mrt.OnDamage{mrt.Skip, mrt.Fail, mrt.Diagnose, mrt.Recover} {
			_, _, rep, err := count(b, way)
			if way != mrt.Fail && (err != nil || rep.Bytes != int64(len(b))) {
				t.Fatalf("way %d: %d of %d bytes accounted for, %v", way, rep.Bytes, len(b), err)
			}
			if way != mrt.Fail && !rep.Complete && rep.Damaged == 0 {
				t.Fatalf("way %d: cut in silence", way)
			}
		}
	}
}

// TestEveryFile reads every file in every way and holds the counts that
// bgpdump, bgpkit's tests and the manifest give. sum is of all network numbers.
func TestEveryFile(t *testing.T) {
	want := map[string]int64{
		"routeviews.jinx.ribs.1401487200.bz2":                 503_590,
		"rrc00.bview.20000111.0032.gz":                        452_018,
		"rib.20140523.0600_firstMB.bz2":                       270_005,
		"rib.20080501.0644_firstMB.bz2":                       139_291,
		"rib6.20151101.0600_firstMB.bz2":                      149_578,
		"updates.20260222.1530.bz2":                           118_663,
		"ripe-bgpdump-tests/test_data/bview.20020722.2337.gz": 115_521,
	}
	for _, name := range everyFile(t) {
		if testing.Short() && filepath.Ext(name) != ".gz" {
			continue
		}
		r := mrt.NewReader(open(t, name), mrt.Options{})
		for r.Next() {
		}
		rep := r.Report()
		if n, ok := want[name]; ok && rep.Elements != n {
			t.Errorf("%s: %d elements, want %d", name, rep.Elements, n)
		}
		if !rep.Complete && rep.Damaged == 0 {
			t.Errorf("%s: cut in silence", name)
		}
		if err := rep.Err(); err != nil {
			t.Logf("%s: %d elements; %v", name, rep.Elements, err)
		}
	}
}

// TestRecoverFraming reads a file of March 2000 with two damaged boundaries.
func TestRecoverFraming(t *testing.T) {
	r := mrt.NewReader(open(t, "bgpkit-legacy/rrc00.2000.03.updates.20000325.0345.gz"), mrt.Options{OnDamage: mrt.Recover})
	for r.Next() {
	}
	rep := r.Report()
	t.Logf("%d elements of %d records; %v", rep.Elements, rep.Records, rep.Err())
	if rep.ByKind[mrt.Framing] == 0 || rep.Elements < 1000 {
		t.Errorf("%d elements, damages %v", rep.Elements, rep.ByKind)
	}
}

func TestNoAllocation(t *testing.T) {
	b := table(255)
	// One record more or less must not change the number of allocations.
	measure := func(b []byte) float64 {
		return testing.AllocsPerRun(20, func() {
			r := mrt.NewReader(bytes.NewReader(b), mrt.Options{})
			for r.Next() {
			}
		})
	}
	whole, head := measure(b), measure(table(1))
	if whole != head {
		t.Errorf("%v allocations for 510 elements, %v for 2", whole, head)
	}
}

func TestAS4Path(t *testing.T) {
	// RFC 6793 section 4.2.3: the leading numbers of AS_PATH that AS4_PATH lacks
	// are put before it.
	update := func(path, as4 []byte) []byte {
		a := append(attr(2, path...), attr(17, as4...)...)
		msg := u16(nil, 0, len(a))
		msg = append(append(msg, a...), 24, 10, 0, 0)
		head := append(bytes.Repeat([]byte{0xff}, 16), u16(nil, 19+len(msg))...)
		body := u16(nil, 64512, 64513, 0, 1)
		body = append(body, 192, 0, 2, 1, 192, 0, 2, 2)
		return rec(1_400_000_000, 16, 1, append(append(append(body, head...), 2), msg...)...)
	}
	narrow := u16([]byte{2, 4}, 64512, 701, 23456, 23456)
	cases := []struct {
		as4  mrt.Path
		want string
	}{
		{mrt.AppendSequence(nil, 196613, 4200000000), "64512 701 196613 4200000000"},
		{mrt.AppendSequence(nil, 4200000000), "64512 701 23456 4200000000"},
		{mrt.AppendSequence(nil, 1, 2, 3, 4, 5), "64512 701 23456 23456"}, // longer than AS_PATH: ignored
		{mrt.AppendSet(mrt.AppendSequence(nil, 196613), 7, 8), "64512 701 196613 {7,8}"},
		{nil, "64512 701 23456 23456"},
	}
	for _, c := range cases {
		r := mrt.NewReader(bytes.NewReader(update(narrow, c.as4)), mrt.Options{OnDamage: mrt.Fail})
		if !r.Next() || r.Elem().Path.String() != c.want {
			t.Errorf("AS4_PATH %q: %q, want %q (%v)", c.as4, r.Elem().Path, c.want, r.Err())
		}
		if e := r.Elem(); e.Prefix != netip.MustParsePrefix("10.0.0.0/24") || r.Peers()[e.Peer].ASN != 64512 || e.Kind != mrt.Announce {
			t.Errorf("%+v", e)
		}
	}
}

func TestPathText(t *testing.T) {
	p := mrt.AppendSet(mrt.AppendSequence(nil, 701, 3786), 64512, 64513)
	p = append(p, byte(mrt.ConfedSequence), 1, 0, 0, 0, 9, byte(mrt.ConfedSet), 2, 0, 0, 0, 1, 0, 0, 0, 2)
	if got, want := p.String(), "701 3786 {64512,64513} (9) [1,2]"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if p.Len() != 3 || !p.Valid() || p[:len(p)-1].Valid() {
		t.Errorf("length %d, valid %v", p.Len(), p.Valid())
	}
}

func FuzzReader(f *testing.F) {
	f.Add(table(2), uint8(0))
	f.Fuzz(func(t *testing.T, b []byte, way uint8) {
		r := mrt.NewReader(bytes.NewReader(b), mrt.Options{OnDamage: mrt.OnDamage(way % 4), MaxRecord: 1 << 16})
		n := int64(0)
		for r.Next() {
			e := r.Elem()
			if e.Kind == mrt.Damaged {
				continue
			}
			n++
			if e.Kind != mrt.State && !e.Prefix.IsValid() || e.Peer < 0 || e.Peer >= len(r.Peers()) || !e.Path.Valid() {
				t.Fatalf("%+v", e)
			}
		}
		if rep := r.Report(); rep.Elements != n || mrt.OnDamage(way%4) != mrt.Fail && rep.Bytes != int64(len(b)) {
			t.Fatalf("%+v, %d elements, %d bytes", rep, n, len(b))
		}
		opts := mrt.Options{OnDamage: mrt.OnDamage(way % 4), MaxRecord: 1 << 16}
		want, _ := elements(bytes.NewReader(b), opts, false)
		if got, _ := elements(bytes.NewReader(b), opts, true); !bytes.Equal(got, want) {
			t.Fatalf("by rows:\n%s\nwant:\n%s", got, want)
		}
	})
}

func FuzzDecompress(f *testing.F) {
	f.Add([]byte("BZh9\x17\x72\x45\x38\x50\x90\x00\x00\x00\x00"))
	f.Add([]byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0})
	f.Add([]byte{0x28, 0xb5, 0x2f, 0xfd, 4, 0, 1, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		r, _, err := mrt.Decompress(bytes.NewReader(b))
		if err != nil {
			t.Skip()
		}
		defer r.Close()
		io.Copy(io.Discard, io.LimitReader(r, 1<<20))
	})
}

func BenchmarkReader(b *testing.B) {
	raw, err := io.ReadAll(open(b, "routeviews.jinx.ribs.1401487200.bz2"))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		r := mrt.NewReader(bytes.NewReader(raw), mrt.Options{})
		for r.Next() {
			n++
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "entries/s")
}
