package sightline

import (
	"strconv"
	"strings"
	"time"
)

// Day is a day of the proleptic Gregorian calendar, counted from 1970-01-01.
type Day int32

// DayOf is the day on which t falls in UTC.
func DayOf(t time.Time) Day {
	y, m, d := t.UTC().Date()
	return Day(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// String prints the day as 2006-01-02.
func (d Day) String() string {
	return time.Unix(int64(d)*86400, 0).UTC().Format(time.DateOnly)
}

// Instant is a moment in UTC in microseconds since 1970. Recorded times are
// instants.
type Instant int64

// Forever is later than any recorded time.
const Forever Instant = 1<<63 - 1

// InstantOf is the instant of t, cut to the microsecond.
func InstantOf(t time.Time) Instant { return Instant(t.UnixMicro()) }

// Time is the instant in UTC.
func (i Instant) Time() time.Time { return time.UnixMicro(int64(i)).UTC() }

// String prints the instant as RFC 3339 in UTC.
func (i Instant) String() string {
	if i == Forever {
		return "now"
	}
	return time.UnixMicro(int64(i)).UTC().Format("2006-01-02T15:04:05.000000Z")
}

// Day is the day on which the instant falls.
func (i Instant) Day() Day { return DayOf(time.UnixMicro(int64(i))) }

// MarshalText prints the instant as RFC 3339.
func (i Instant) MarshalText() ([]byte, error) { return []byte(i.String()), nil }

// UnmarshalText reads RFC 3339 or the word "now".
func (i *Instant) UnmarshalText(b []byte) error {
	if string(b) == "now" {
		*i = Forever
		return nil
	}
	t, err := time.Parse(time.RFC3339Nano, string(b))
	if err != nil {
		return Errorf(Invalid, "parse time", string(b), "not a time").WithHint("Write it as 2026-11-23T08:00:00Z.")
	}
	*i = InstantOf(t)
	return nil
}

// Date is a calendar date whose precision is part of it: a year, a month or a
// day, each perhaps approximate or uncertain (EDTF, ISO 8601-2:2019, level 1).
// "2017" is not 1 January 2017. The zero Date means "not stated".
type Date struct {
	year       int16
	month, day uint8
	q          uint8
}

const (
	uncertain   = 1 // "?"
	approximate = 2 // "~"; both are "%"
)

// ParseDate reads 2017, 2017-04 or 2017-04-12, each perhaps with ?, ~ or % at
// its end. Years run from 0001 to 9999. A date that the calendar does not have
// is an error of code Invalid.
func ParseDate(s string) (Date, error) {
	bad := func(why string) (Date, error) {
		return Date{}, Errorf(Invalid, "parse date", s, "%s", why).
			WithHint("Write 2017, 2017-04 or 2017-04-12, with ~ at its end if it is approximate and ? if it is uncertain.")
	}
	var d Date
	t := s
	if n := len(t); n > 0 {
		if i := strings.IndexByte("?~%", t[n-1]); i >= 0 {
			d.q = uint8(i + 1)
			t = t[:n-1]
		}
	}
	if len(t) != 4 && len(t) != 7 && len(t) != 10 {
		return bad("not a year, month or day")
	}
	field := func(from, to int) int {
		n := 0
		for _, c := range []byte(t[from:to]) {
			if c < '0' || c > '9' {
				return -1
			}
			n = n*10 + int(c-'0')
		}
		return n
	}
	y := field(0, 4)
	if y < 1 {
		return bad("not a year")
	}
	d.year = int16(y)
	if len(t) >= 7 {
		m := field(5, 7)
		if t[4] != '-' || m < 1 || m > 12 {
			return bad("no such month")
		}
		d.month = uint8(m)
	}
	if len(t) == 10 {
		day := field(8, 10)
		if t[7] != '-' || day < 1 || day > daysIn(y, int(d.month)) {
			return bad("no such day in that month")
		}
		d.day = uint8(day)
	}
	return d, nil
}

func daysIn(year, month int) int {
	return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// IsZero reports whether the date is not stated.
func (d Date) IsZero() bool { return d == Date{} }

// Year is the year, or 0 if the date is not stated.
func (d Date) Year() int { return int(d.year) }

// Approximate reports whether the date carries ~ or %.
func (d Date) Approximate() bool { return d.q&approximate != 0 }

// Uncertain reports whether the date carries ? or %.
func (d Date) Uncertain() bool { return d.q&uncertain != 0 }

// First is the first day that the date covers.
func (d Date) First() Day {
	return DayOf(time.Date(int(d.year), time.Month(max(d.month, 1)), int(max(d.day, 1)), 0, 0, 0, 0, time.UTC))
}

// Last is the last day that the date covers: 31 December for a year.
func (d Date) Last() Day {
	m := int(d.month)
	if m == 0 {
		m = 12
	}
	day := int(d.day)
	if day == 0 {
		day = daysIn(int(d.year), m)
	}
	return DayOf(time.Date(int(d.year), time.Month(m), day, 0, 0, 0, 0, time.UTC))
}

// String prints the date as it was parsed.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	b := make([]byte, 0, 11)
	b = pad(b, int(d.year), 4)
	if d.month > 0 {
		b = pad(append(b, '-'), int(d.month), 2)
	}
	if d.day > 0 {
		b = pad(append(b, '-'), int(d.day), 2)
	}
	if d.q > 0 {
		b = append(b, "?~%"[d.q-1])
	}
	return string(b)
}

func pad(b []byte, n, width int) []byte {
	s := strconv.Itoa(n)
	for range width - len(s) {
		b = append(b, '0')
	}
	return append(b, s...)
}

// MarshalText prints the date in EDTF.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads a date in EDTF; empty text is the zero date.
func (d *Date) UnmarshalText(b []byte) (err error) {
	if len(b) == 0 {
		*d = Date{}
		return nil
	}
	*d, err = ParseDate(string(b))
	return err
}

// bound is one end of a period.
type bound struct {
	date Date
	kind uint8
}

const (
	unknown uint8 = iota // "" beside a slash: there is an end, nobody says when
	dated                // a date
	open                 // "..": no end
)

// Period is a span of time in EDTF: a single date, or two ends with a slash
// between them. An end may be open (..) or unknown (nothing). The zero Period
// means "not stated".
type Period struct {
	from, to bound
	kind     uint8
}

const (
	unstated uint8 = iota
	single         // one date, no slash
	span           // two ends
)

// ParsePeriod reads an EDTF date or interval: 2017-04~, 2014-06/2017-06,
// 2014/.., ../2018, 2014/, /2018. The start must not come after the end.
func ParsePeriod(s string) (Period, error) {
	before, after, slash := strings.Cut(s, "/")
	if !slash {
		d, err := ParseDate(s)
		if err != nil {
			return Period{}, err
		}
		return On(d), nil
	}
	end := func(t string) (bound, error) {
		switch t {
		case "":
			return bound{}, nil
		case "..":
			return bound{kind: open}, nil
		}
		d, err := ParseDate(t)
		return bound{date: d, kind: dated}, err
	}
	p := Period{kind: span}
	var err error
	if p.from, err = end(before); err != nil {
		return Period{}, err
	}
	if p.to, err = end(after); err != nil {
		return Period{}, err
	}
	if p.from.kind != dated && p.to.kind != dated && p.from.kind == unknown && p.to.kind == unknown {
		return Period{}, Errorf(Invalid, "parse period", s, "neither end is stated").WithHint("Leave the period out when nothing is known of it.")
	}
	if p.from.kind == dated && p.to.kind == dated && p.from.date.First() > p.to.date.Last() {
		return Period{}, Errorf(Invalid, "parse period", s, "it ends before it starts").WithHint("Write the earlier date first.")
	}
	return p, nil
}

// On is the period that a single date covers; the zero date gives the zero
// period.
func On(d Date) Period {
	if d.IsZero() {
		return Period{}
	}
	return Period{from: bound{d, dated}, to: bound{d, dated}, kind: single}
}

// IsZero reports whether the period is not stated.
func (p Period) IsZero() bool { return p.kind == unstated }

// From is the date at which the period starts; ok is false when the start is
// open, unknown or not stated.
func (p Period) From() (d Date, ok bool) { return p.from.date, p.from.kind == dated }

// To is the date at which the period ends; ok is false when the end is open,
// unknown or not stated.
func (p Period) To() (d Date, ok bool) { return p.to.date, p.to.kind == dated }

// OpenEnded reports whether the source says that the period goes on.
func (p Period) OpenEnded() bool { return p.kind == span && p.to.kind == open }

// The widest days that a period can have.
const (
	minDay Day = -1 << 31
	maxDay Day = 1<<31 - 1
)

// Bounds is the widest span of days that the period can cover. Open and
// unknown ends, and a period that is not stated, reach to the limits of Day.
func (p Period) Bounds() (first, last Day) {
	first, last = minDay, maxDay
	if p.from.kind == dated {
		first = p.from.date.First()
	}
	if p.to.kind == dated {
		last = p.to.date.Last()
	}
	return first, last
}

// Truth is the answer to a question that data may leave open.
type Truth uint8

// The three answers.
const (
	Unknown Truth = iota
	No
	Yes
)

// Contains tells whether the period covers the day. It is Unknown for a
// period that is not stated, beyond an unknown end, and inside a date whose
// precision cannot tell.
func (p Period) Contains(d Day) Truth {
	first, last := p.Bounds()
	if p.IsZero() {
		return Unknown
	}
	if d < first || d > last {
		return No
	}
	if p.kind == single {
		if p.from.date.day == 0 || p.from.date.q != 0 {
			return Unknown // "2017" happened at some time in 2017
		}
		return Yes
	}
	if p.from.kind == unknown || p.to.kind == unknown {
		// Known at the stated end only.
		if p.from.kind == dated && d <= p.from.date.Last() || p.to.kind == dated && d >= p.to.date.First() {
			return Yes
		}
		return Unknown
	}
	if p.from.kind == dated && d < p.from.date.Last() && p.from.date.First() != p.from.date.Last() {
		return Unknown
	}
	if p.to.kind == dated && d > p.to.date.First() && p.to.date.First() != p.to.date.Last() {
		return Unknown
	}
	return Yes
}

// Overlaps tells whether two periods can share a day, both taken at their
// widest.
func (p Period) Overlaps(o Period) bool {
	a, b := p.Bounds()
	c, d := o.Bounds()
	return a <= d && c <= b
}

// String prints the period as it was parsed.
func (p Period) String() string {
	switch p.kind {
	case unstated:
		return ""
	case single:
		return p.from.date.String()
	}
	end := func(b bound) string {
		if b.kind == open {
			return ".."
		}
		return b.date.String()
	}
	return end(p.from) + "/" + end(p.to)
}

// MarshalText prints the period in EDTF.
func (p Period) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads a period in EDTF; empty text is the zero period.
func (p *Period) UnmarshalText(b []byte) (err error) {
	if len(b) == 0 {
		*p = Period{}
		return nil
	}
	*p, err = ParsePeriod(string(b))
	return err
}
