package mrt

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"
	"testing"
)

// TestTablePath compares tablePath, and entries, which guesses what comes first,
// with a walk that does not, on usual attributes and on ones a few bytes off.
func TestTablePath(t *testing.T) {
	walk := func(a []byte) (path []byte, has, sound bool) {
		for len(a) > 0 {
			if len(a) < 3 {
				return nil, false, false
			}
			from, l := 3, int(a[2])
			if a[0]&0x10 != 0 {
				if len(a) < 4 {
					return nil, false, false
				}
				from, l = 4, int(a[2])<<8|int(a[3])
			}
			if from+l > len(a) {
				return nil, false, false
			}
			if a[1] == attrASPath && !has {
				if path, has = a[from:from+l], true; !Path(path).Valid() {
					return nil, false, false
				}
			}
			a = a[from+l:]
		}
		return path, has, true
	}
	rng := rand.New(rand.NewPCG(3, 3))
	sounds := 0
	for _, usual := range []string{
		"40010100" + "40020a0202000000010000fde8" + "400304c0000201",
		"40010100" + "40020a0202000000010000fde8" + "400304c0000201" + "80040400000064" + "c00804fde80001",
		"40010102" + "5002000a0202000000010000fde8" + "400304c0000201",
		"40010100" + "4002100202000000010000fde801010000fde9" + "400304c0000201",
		"40010100" + "4002020200" + "400304c0000201",
		"40010100" + "400200" + "400304c0000201",
		"40010100" + "40020a0202000000010000fde8",
		"40010100" + "400304c0000201" + "40020a0202000000010000fde8" + "400600",
		"400304c0000201" + "40010100" + "400200",
		"40010100" + "40020602010000fde8" + "40020602010000fde9",
	} {
		whole, err := hex.DecodeString(usual)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 20_000 {
			a := bytes.Clone(whole)
			if i > 0 {
				for range 1 + rng.IntN(3) {
					a[rng.IntN(len(a))] = byte(rng.IntN(24))
				}
				a = a[:len(a)-max(0, rng.IntN(12)-8)]
			}
			from, to, has, sound := tablePath(a)
			path := a[from:to]
			wantPath, wantHas, wantSound := walk(a)
			if sound != wantSound || sound && (!bytes.Equal(path, wantPath) || has != wantHas) {
				t.Fatalf("%x: path %x, there %v, sound %v; want %x, %v, %v", a, path, has, sound, wantPath, wantHas, wantSound)
			}
			entry := append(binary.BigEndian.AppendUint16(make([]byte, 6), uint16(len(a))), a...)
			got := make([]Route, 1)
			end, without := entries(got, entry, 0, []int32{0})
			if r := got[0]; wantSound && (end != len(entry) || (without == 0) != wantHas || !bytes.Equal(entry[r.pathFrom:][:r.pathLen], wantPath)) || !wantSound && end != -1 {
				t.Fatalf("%x: entries end at %d, %+v, %d without a path; want %x, %v, %v", a, end, r, without, wantPath, wantHas, wantSound)
			}
			if sound {
				sounds++
			} else if d := tableDamage(a); d.Kind != BadAttribute || d.Field == "attribute header" && d.Got == 0 {
				t.Fatalf("%x is not sound, but the damage is %v", a, &d)
			}
			if i == 0 && !sound {
				t.Errorf("%x is not sound", a)
			}
		}
	}
	if sounds < 20_000 {
		t.Errorf("only %d were sound", sounds)
	}
}
