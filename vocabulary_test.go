package sightline_test

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"sightline"
)

func TestDates(t *testing.T) {
	for _, c := range []struct{ in, first, last string }{
		{"2017", "2017-01-01", "2017-12-31"},
		{"2017-04", "2017-04-01", "2017-04-30"},
		{"2017-04-12", "2017-04-12", "2017-04-12"},
		{"2016-02~", "2016-02-01", "2016-02-29"},
		{"1900-02?", "1900-02-01", "1900-02-28"}, // 1900 was no leap year
		{"2000-02-29%", "2000-02-29", "2000-02-29"},
		{"0001", "0001-01-01", "0001-12-31"},
	} {
		d, err := sightline.ParseDate(c.in)
		if err != nil {
			t.Errorf("%s: %v", c.in, err)
			continue
		}
		if d.String() != c.in || d.First().String() != c.first || d.Last().String() != c.last {
			t.Errorf("%s: printed %s, covers %s to %s, want %s to %s", c.in, d, d.First(), d.Last(), c.first, c.last)
		}
	}
	for _, in := range []string{"", "17", "2017-13", "2017-00", "2017-02-30", "1900-02-29", "2017-4", "2017/04", "2017-04-12T00:00", "0000", "２０１７", "2017~~", "-2017", "2017-04-"} {
		if d, err := sightline.ParseDate(in); err == nil || sightline.ErrorHint(err) == "" {
			t.Errorf("%q: parsed as %v with %v", in, d, err)
		}
	}
}

func day(t testing.TB, s string) sightline.Day {
	t.Helper()
	d, err := sightline.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d.First()
}

// Contains says yes only where the precision can tell: "2017" is some time in
// 2017, a period with an unknown end is known at its stated end only.
func TestPeriodContains(t *testing.T) {
	const no, unknown, yes = sightline.No, sightline.Unknown, sightline.Yes
	for _, c := range []struct {
		period, day string
		want        sightline.Truth
	}{
		{"2017", "2017-05-05", unknown}, {"2017", "2016-12-31", no}, {"2017", "2018-01-01", no},
		{"2017-04-12", "2017-04-12", yes}, {"2017-04-12~", "2017-04-12", unknown},
		{"2014-06/2017-06", "2014-06-15", unknown}, {"2014-06/2017-06", "2014-07-01", yes}, {"2014-06/2017-06", "2014-06-30", yes}, {"2014-06/2017-06", "2017-06-02", unknown}, {"2014-06/2017-06", "2017-07-01", no},
		{"2014/..", "2030-01-01", yes}, {"2014/..", "2014-03-01", unknown}, {"2014/..", "2013-12-31", no},
		{"../2018", "1900-01-01", yes}, {"../2018", "2019-01-01", no},
		{"2014-01-01/", "2014-01-01", yes}, {"2014-01-01/", "2015-01-01", unknown}, {"2014/", "2013-01-01", no},
		{"/2018", "2017-01-01", unknown}, {"/2018-05-05", "2018-05-05", yes}, {"/2018", "2019-01-01", no},
		{"", "2018-01-01", unknown},
	} {
		var p sightline.Period
		if err := p.UnmarshalText([]byte(c.period)); err != nil {
			t.Fatal(err)
		}
		if got := p.Contains(day(t, c.day)); got != c.want {
			t.Errorf("%q contains %s: %v, want %v", c.period, c.day, got, c.want)
		}
	}
}

func TestPeriodRefuses(t *testing.T) {
	for _, in := range []string{"/", "2018/2017", "2017/2018/2019", "2017-02-30/..", "2018-05/2018-04", "now/.."} {
		if p, err := sightline.ParsePeriod(in); err == nil {
			t.Errorf("%q: parsed as %v", in, p)
		}
	}
	if _, err := sightline.ParsePeriod("../.."); err != nil {
		t.Errorf("always is a period: %v", err)
	}
}

func FuzzParsePeriod(f *testing.F) {
	for _, s := range []string{"2017", "2017-04~", "2014-06/2017-06", "../2018", "2014/", "/2018", "2017-02-30"} {
		f.Add(s, int32(17000))
	}
	f.Fuzz(func(t *testing.T, s string, d int32) {
		p, err := sightline.ParsePeriod(s)
		if err != nil {
			return
		}
		if p.String() != s {
			t.Fatalf("%q is printed as %q", s, p)
		}
		first, last := p.Bounds()
		if first > last {
			t.Fatalf("%q ends before it starts", s)
		}
		if inside := sightline.Day(d) >= first && sightline.Day(d) <= last; !inside && p.Contains(sightline.Day(d)) != sightline.No {
			t.Fatalf("%q contains %v beyond its bounds", s, sightline.Day(d))
		}
		if !p.Overlaps(p) {
			t.Fatalf("%q does not overlap itself", s)
		}
	})
}

func TestCountries(t *testing.T) {
	all := sightline.Countries()
	if len(all) != 250 {
		t.Errorf("%d rows, want the 249 of ISO 3166-1 and XK", len(all))
	}
	members := 0
	for _, c := range all {
		if c.VotesAtUN() {
			members++
		}
		for _, name := range []string{c.Code(), c.Alpha3(), c.Name(), strings.ToLower(c.Name())} {
			if got, err := sightline.ParseCountry(name); err != nil || got != c {
				t.Errorf("%s of %s: %v, %v", name, c.Code(), got, err)
			}
		}
	}
	if members != 193 {
		t.Errorf("%d member states, want 193", members)
	}
	for name, code := range map[string]string{
		"EL": "GR", "UK": "GB", "Burma": "MM", "Swaziland": "SZ", "Yugoslavia": "RS", "viet nam": "VN", "COTE D'IVOIRE": "CI", "Turkey": "TR",
		"the Netherlands": "NL", "Korea, Rep.": "KR", "GER": "DE", "404": "KE", "BRN": "BN", "Namibia": "NA", "NA": "NA", "Kosovo": "XK", "XKX": "XK",
		"Czech Republic": "CZ", "Macau": "MO", "Russian Federation": "RU", "Antigua & Barbuda": "AG", "Taiwan": "TW", "Palestine": "PS",
	} {
		if c, err := sightline.ParseCountry(name); err != nil || c.Code() != code {
			t.Errorf("%s: %s, %v; want %s", name, c, err, code)
		}
	}
	for name, hint := range map[string]string{"Kenia": "Kenya", "Zimbabve": "Zimbabwe", "Somaliland": "Somalia", "Atlantis": "ISO code", "": "ISO code", "KX": "two-letter"} {
		_, err := sightline.ParseCountry(name)
		if sightline.ErrorCode(err) != sightline.NotFound || !strings.Contains(sightline.ErrorHint(err), hint) {
			t.Errorf("%s: %v, hint %q, want %q", name, err, sightline.ErrorHint(err), hint)
		}
	}
}

func FuzzParseCountry(f *testing.F) {
	f.Add("Kenya")
	f.Add("Côte d’Ivoire")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := sightline.ParseCountry(s)
		if (err == nil) == c.IsZero() {
			t.Fatalf("%q: %v and %v", s, c, err)
		}
		if found, ok := sightline.LookupCountry(s); found != c || ok != (err == nil) {
			t.Fatalf("%q: found %v, parsed %v", s, found, c)
		}
	})
}

func TestASN(t *testing.T) {
	for in, want := range map[string]string{"AS15169": "AS15169", "15169": "AS15169", "4294967295": "AS4294967295", "AS0": "", "AS4294967296": "", "AS-1": "", "AS015": "", "": ""} {
		a, err := sightline.ParseASN(in)
		if got := a.String(); (err == nil) != (want != "") || err == nil && got != want {
			t.Errorf("%s: %s, %v", in, got, err)
		}
	}
}

// A packet's id has the form that the pages print, survives how people write
// it, and a slip in any one character is caught.
func TestPacketID(t *testing.T) {
	form := regexp.MustCompile(`^SL-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]$`)
	for i := range 500 {
		p := sightline.Packet{Schema: sightline.PacketSchema, Method: "m/1", Parameters: map[string]string{"i": fmt.Sprint(i)}}
		id := p.ID()
		if !form.MatchString(string(id)) {
			t.Fatalf("%s", id)
		}
		p.Code, p.KnownAt = "v2", 7
		if p.ID() != id {
			t.Fatal("the id covers the version of the program or the time of recording")
		}
		for _, written := range []string{string(id), strings.ToLower(string(id)), strings.ReplaceAll(string(id), "-", ""), strings.NewReplacer("0", "O", "1", "l").Replace(string(id[3:]))} {
			if !strings.HasPrefix(strings.ToUpper(written), "SL") {
				written = "SL-" + written
			}
			if got, err := sightline.ParsePacketID(written); err != nil || got != id {
				t.Fatalf("%s written as %s: %s, %v", id, written, got, err)
			}
		}
		at := 3 + i%4
		slip := []byte(id)
		slip[at] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"[i%32]
		if string(slip) != string(id) {
			if got, err := sightline.ParsePacketID(string(slip)); err == nil {
				t.Fatalf("a slip %s in %s passes as %s", slip, id, got)
			}
		}
	}
}

func FuzzParsePacketID(f *testing.F) {
	f.Add("SL-7Q4M-2K9D-X")
	f.Fuzz(func(t *testing.T, s string) {
		id, err := sightline.ParsePacketID(s)
		if err != nil {
			return
		}
		if again, err := sightline.ParsePacketID(string(id)); err != nil || again != id {
			t.Fatalf("%q is read as %s, which is read as %s, %v", s, id, again, err)
		}
	})
}

func TestEstimateCheck(t *testing.T) {
	good := sightline.Estimate{Value: sightline.Num(.5), Low: sightline.Num(.4), High: sightline.Num(.6), Level: .9, N: 5, Denominator: 10, Unit: "share", Method: "m/1"}
	if err := good.Check(); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*sightline.Estimate){
		"no method":              func(e *sightline.Estimate) { e.Method = "" },
		"value beside no data":   func(e *sightline.Estimate) { e.State = sightline.TooLittleData },
		"no value and no reason": func(e *sightline.Estimate) { *e = sightline.Estimate{Method: "m/1", State: sightline.TooLittleData} },
		"value outside interval": func(e *sightline.Estimate) { e.High = sightline.Num(.45) },
		"half an interval":       func(e *sightline.Estimate) { e.High = sightline.Number{} },
		"interval without level": func(e *sightline.Estimate) { e.Level = 0 },
		"no interval and no why": func(e *sightline.Estimate) { e.Low, e.High = sightline.Number{}, sightline.Number{} },
		"a count below zero":     func(e *sightline.Estimate) { e.N = -1 },
		"ok without a value":     func(e *sightline.Estimate) { e.Value = sightline.Number{} },
	} {
		e := good
		change(&e)
		if e.Check() == nil {
			t.Errorf("%s passes", name)
		}
	}
}

func TestErrors(t *testing.T) {
	inner := sightline.Errorf(sightline.Invalid, "parse date", "x", "not a date").WithHint("Write 2017.")
	outer := &sightline.Error{Code: sightline.Unavailable, Op: "import", Err: inner}
	if sightline.ErrorCode(outer) != sightline.Unavailable || sightline.ErrorHint(outer) != "Write 2017." {
		t.Errorf("%s, %q", sightline.ErrorCode(outer), sightline.ErrorHint(outer))
	}
	if sightline.ErrorCode(errors.New("plain")) != sightline.Internal || sightline.ErrorCode(nil) != "" {
		t.Error("plain errors are internal, and nil has no code")
	}
}

func TestInstantKeepsItsText(t *testing.T) {
	at := sightline.InstantOf(time.Date(2026, 11, 23, 8, 0, 0, 123456789, time.UTC))
	var back sightline.Instant
	if err := back.UnmarshalText([]byte(at.String())); err != nil || back != at {
		t.Errorf("%s is read as %s, %v", at, back, err)
	}
}
