package mrt

import (
	"fmt"
	"strconv"
	"strings"

	"sightline"
)

// OnDamage says how a [Reader] goes on when its input is damaged.
type OnDamage uint8

// The four ways.
const (
	Skip     OnDamage = iota // leave the damaged part out, count it, go on at the next record
	Fail                     // stop at the first damage with an error
	Diagnose                 // as Skip, and hand out each damage as an element of kind Damaged
	Recover                  // as Skip, and search for the next record where the framing is lost
)

// DamageKind is what is wrong.
type DamageKind uint8

// The kinds of damage.
const (
	_            DamageKind = iota
	Truncated               // the stream ends inside a record
	Stream                  // the stream itself cannot be read or decompressed further
	TooLong                 // a record claims more bytes than the limit
	Framing                 // bytes that are no record stand where one should
	BadRecord               // the parts of a record do not fit in it
	BadMessage              // the parts of a BGP message do not fit in it
	BadEntry                // a table entry does not fit in its record, or names no peer
	BadAttribute            // a path attribute is malformed
	BadPrefix               // a prefix is longer than its family allows
	TooManyPeers            // more peers than 65,535
)

var damageKinds = []string{"", "truncated", "stream", "too_long", "framing", "bad_record", "bad_message", "bad_entry", "bad_attribute", "bad_prefix", "too_many_peers"}

func (k DamageKind) String() string {
	if int(k) < len(damageKinds) {
		return damageKinds[k]
	}
	return "kind" + strconv.Itoa(int(k))
}

// Damage is one place where the input is not what it should be.
type Damage struct {
	Kind    DamageKind
	Offset  int64  // of the record, in bytes of the decompressed stream
	Record  int64  // number of the record, from 0
	Type    uint16 // of the record, where known
	Subtype uint16
	Field   string // what was being read
	Got     int64  // the value found there
	Limit   int64  // what it could have been at most
	Skipped int64  // bytes left out because of it
	Err     error  // from the stream, for kind Stream
}

func (d *Damage) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s at byte %d, record %d", d.Kind, d.Offset, d.Record)
	if d.Type != 0 {
		fmt.Fprintf(&b, " (type %d.%d)", d.Type, d.Subtype)
	}
	if d.Field != "" {
		fmt.Fprintf(&b, ": %s %d, limit %d", d.Field, d.Got, d.Limit)
	}
	if d.Skipped > 0 {
		fmt.Fprintf(&b, ", %d bytes left out", d.Skipped)
	}
	if d.Err != nil {
		b.WriteString(": ")
		b.WriteString(d.Err.Error())
	}
	return b.String()
}

func (d *Damage) Unwrap() error { return d.Err }

// keptDamages is how many damages a report keeps whole; all are counted.
const keptDamages = 100

// Unread is a kind of record that is whole but has no routes that we read.
type Unread struct {
	Type, Subtype uint16
	Records       int64
}

// Report says what a [Reader] read and what it could not.
type Report struct {
	Bytes    int64 // of the decompressed stream, read so far
	Records  int64
	Elements int64    // handed out, damages not counted
	Damaged  int64    // pieces of damage
	Skipped  int64    // bytes left out because of damage
	ByKind   []int64  // damages by kind, indexed by DamageKind
	First    []Damage // the first damages, at most a hundred
	Unread   []Unread // by type and subtype
	Complete bool     // the stream was read to a record's end, and its own end
	Batched  int64    // records in the early batch form of TABLE_DUMP
	NoPath   int64    // announcements and entries without an AS_PATH attribute
}

// Err is nil if nothing was damaged, and otherwise an error of code Invalid
// that says how much was.
func (r Report) Err() error {
	if r.Damaged == 0 {
		return nil
	}
	var kinds []string
	for k, n := range r.ByKind {
		if n > 0 {
			kinds = append(kinds, fmt.Sprintf("%d %s", n, DamageKind(k)))
		}
	}
	return sightline.Errorf(sightline.Invalid, "read routes", "", "damaged: %s; first: %w", strings.Join(kinds, ", "), &r.First[0]).
		WithHint("The sound part was read. Fetch the file again; if it stays damaged, state the %d bytes that were left out.", r.Skipped)
}
