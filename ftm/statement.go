package ftm

import (
	"crypto/sha1"
	"encoding/hex"
)

// Statement is one value of one property of one entity, as one data set has
// it. Empty text stands for what is not stated.
type Statement struct {
	CanonicalID   string // the entity that it counts to, once identities are resolved
	EntityID      string // the entity that the data set made it about
	Prop          string // BaseProp for the entity itself
	PropType      string
	Schema        string
	Value         string
	Dataset       string
	Origin        string // which stage or tool made it
	Lang          string // ISO 639-3
	OriginalValue string // before it was brought into form
	External      bool   // it comes from an enrichment that is not yet accepted
	FirstSeen     string
	LastSeen      string
	ID            string

	// Extra holds the values of the columns that the format does not have, in
	// the order of [StatementReader.Extra]; all of them, or none.
	Extra []string
}

// Key is the id of the statement by the rule of followthemoney
// (statement.py, make_key): the SHA-1 of data set, entity, property and value
// with dots between, "@" and the language where there is one, and ".ext" for
// an external statement. Versions before 4 left the language out, so an id of
// a file can be another.
func (s *Statement) Key() string {
	var b [hexLen]byte
	s.appendKey(b[:0], nil)
	return string(b[:])
}

// noLang are the types whose values have no language
// (followthemoney/statement/util.py).
var noLang = map[string]bool{
	"entity": true, "date": true, "checksum": true, "email": true, "phone": true, "gender": true, "mimetype": true,
	"topic": true, "url": true, "country": true, "language": true, "ip": true, BaseProp: true,
}

const hexLen = 2 * sha1.Size

// appendKey appends the key to dst. It makes its text in scratch, which it
// returns for the next.
func (s *Statement) appendKey(dst, scratch []byte) ([]byte, []byte) {
	b := append(scratch[:0], s.Dataset...)
	b = append(append(b, '.'), s.EntityID...)
	b = append(append(b, '.'), s.Prop...)
	b = append(append(b, '.'), s.Value...)
	if s.Lang != "" && !noLang[PropType(s.Schema, s.Prop)] {
		b = append(append(b, '@'), s.Lang...)
	}
	if s.External {
		b = append(b, ".ext"...)
	}
	sum := sha1.Sum(b)
	return hex.AppendEncode(dst, sum[:]), b
}
