package paths_test

import (
	"bytes"
	"testing"

	"sightline"
	"sightline/exposure/paths"
)

func small(t testing.TB) *paths.Table {
	b := paths.NewBuilder()
	f := b.Feed("one")
	add(t, f, 0, "10.0.0.0/8 64512 1")
	add(t, f, 1, "10.0.0.0/8 64513 1")
	add(t, f, 0, "10.1.0.0/16 64512 2")
	add(t, f, 2, "2001:db8::/32 64514 3")
	add(t, b.Feed("two"), 0, "10.0.0.0/8 64512 1")
	add(t, f, 1, "10.9.0.0/16#2 64513 7 1")
	add(t, f, 1, "10.9.0.0/16#1 64513 1")
	return b.Table()
}

func TestFile(t *testing.T) {
	b := paths.NewBuilder()
	load(t, b, "a", shared+"mrt/ripe-bgpdump-tests/test_data/bview.20020722.2337.gz")
	for _, x := range []*paths.Table{small(t), b.Table(), paths.NewBuilder().Table()} {
		var file bytes.Buffer
		n, err := x.WriteTo(&file)
		if err != nil || n != int64(file.Len()) {
			t.Fatalf("%d bytes of %d, %v", n, file.Len(), err)
		}
		again, err := paths.ReadTable(bytes.NewReader(file.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		if text(t, again) != text(t, x) || again.Aside() != x.Aside() || len(again.Twins()) != len(x.Twins()) || len(again.Peers()) != len(x.Peers()) {
			t.Error("another table was read than was written")
		}
		for i := range x.Peers() {
			if again.Peers()[i] != x.Peers()[i] || again.Count(i, true) != x.Count(i, true) || again.Count(i, false) != x.Count(i, false) {
				t.Errorf("peer %d is another", i)
			}
		}
	}
}

// TestFileDamage flips each byte of a small file, and cuts it everywhere.
func TestFileDamage(t *testing.T) {
	var file bytes.Buffer
	if _, err := small(t).WriteTo(&file); err != nil {
		t.Fatal(err)
	}
	whole := file.Bytes()
	for i := range whole {
		b := bytes.Clone(whole)
		b[i] ^= 0x41
		for _, b := range [][]byte{b, whole[:i]} {
			if _, err := paths.ReadTable(bytes.NewReader(b)); sightline.ErrorCode(err) != sightline.Corrupt {
				t.Fatalf("damage at byte %d of %d: %v", i, len(whole), err)
			}
		}
	}
	if _, err := paths.ReadTable(bytes.NewReader(append(bytes.Clone(whole), 0))); sightline.ErrorCode(err) != sightline.Corrupt {
		t.Errorf("a byte more: %v", err)
	}
}

func FuzzReadTable(f *testing.F) {
	var file bytes.Buffer
	if _, err := small(f).WriteTo(&file); err != nil {
		f.Fatal(err)
	}
	f.Add(file.Bytes())
	f.Add([]byte("SLPATHS1\xff\xff\x00\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		x, err := paths.ReadTable(bytes.NewReader(b))
		if err != nil {
			return
		}
		text(t, x)
	})
}
