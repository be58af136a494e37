// Package ftm reads and writes FollowTheMoney, the format in which the
// sanctions and company data of this field travel: entities as JSON Lines
// ([EntityReader], [EntityWriter]) and statements, one row a value, as CSV
// ([StatementReader], [StatementWriter]). [Fold] makes an entity of its
// statements, [Entity.Statements] the way back.
//
// The format is that of followthemoney (MIT, followthemoney.tech); FORMAT.md
// beside this file gives it field by field and says where each fact is from.
// The package imports nothing of ours and knows nothing of claims.
//
// Input is hostile until shown otherwise. A line that can't be used is handed
// over with its reason ([Damage]) and the next is read. Schemata, properties,
// columns and members that the table of the model ([Lookup]) does not have are
// kept, and [Census] counts them. Memory is bounded by the longest record, not
// by the input.
package ftm

import (
	"fmt"
	"strconv"
)

// MaxRecord bounds one line of entities, one row of statements, and what a
// reader holds. A longer one is damage. (followthemoney/util.py allows 50 MiB
// for an entity; the longest that we have seen has one.)
const MaxRecord = 16 << 20

const (
	maxColumns = 1000    // of a table of statements
	maxGroup   = 1 << 20 // statements of one entity
	keptBytes  = 4096    // of a damaged record
)

// Damage is a piece of the input that could not be used.
type Damage struct {
	Line   int64  // where it starts, from 1
	Bytes  int64  // how long it is
	Text   string // its first 4096 bytes
	Reason string
}

// FormatError says that the input as a whole is not what it should be.
type FormatError struct {
	Reason string
	Hint   string // what to do next
}

func (e *FormatError) Error() string { return e.Reason }

func notFormat(hint, format string, args ...any) *FormatError {
	return &FormatError{fmt.Sprintf(format, args...), hint}
}

func keep(b []byte) string { return string(b[:min(len(b), keptBytes)]) }

func itoa(n int) string { return strconv.Itoa(n) }
