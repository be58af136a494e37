package sightline

import (
	"errors"
	"fmt"
	"strings"
)

// Code says what kind of thing went wrong. There are few, and each leads to
// one behaviour of a command or page.
type Code string

// The error codes.
const (
	Invalid     Code = "invalid"     // the input cannot be what was asked for
	NotFound    Code = "not_found"   // nothing of that name is held
	Conflict    Code = "conflict"    // it contradicts what is held already
	Corrupt     Code = "corrupt"     // what is held does not match its own hashes
	Unavailable Code = "unavailable" // disk, permission, a lock held by another
	Internal    Code = "internal"    // a fault of ours
)

// Error is an error that a person can act upon: the operation, its argument,
// what happened, and what to do next.
type Error struct {
	Code Code
	Op   string // "parse date", "import"
	Arg  string // what Op was given
	Err  error  // what happened
	Hint string // what to do next, as a sentence; may be empty
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Op)
	if e.Arg != "" {
		fmt.Fprintf(&b, " %q", Clip(e.Arg, 120))
	}
	if e.Err != nil {
		b.WriteString(": ")
		b.WriteString(e.Err.Error())
	}
	return b.String()
}

func (e *Error) Unwrap() error { return e.Err }

// Errorf makes an [Error] of the given code.
func Errorf(code Code, op, arg, format string, args ...any) *Error {
	return &Error{Code: code, Op: op, Arg: arg, Err: fmt.Errorf(format, args...)}
}

// WithHint sets what to do next and returns e.
func (e *Error) WithHint(format string, args ...any) *Error {
	e.Hint = fmt.Sprintf(format, args...)
	return e
}

// ErrorCode is the code of the outermost [Error] in err, [Internal] when there
// is none, and empty for nil.
func ErrorCode(err error) Code {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return Internal
}

// ErrorHint is the first hint found in err: what to do next, or nothing.
func ErrorHint(err error) string {
	for err != nil {
		e, ok := errors.AsType[*Error](err)
		if !ok {
			return ""
		}
		if e.Hint != "" {
			return e.Hint
		}
		err = e.Err
	}
	return ""
}

// Clip shortens s to at most n bytes at a rune boundary and marks the cut.
func Clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xC0 == 0x80 {
		n--
	}
	return s[:n] + "…"
}
