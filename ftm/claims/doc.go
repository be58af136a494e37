// Package claims carries our records into FollowTheMoney and back. What goes
// in to [WriteEntities] and [WriteStatements] is a store; what comes out is
// FollowTheMoney that any of its tools reads. What goes in to [Import] is a
// file of FollowTheMoney; what comes out are checked records.
//
// FollowTheMoney has no place for a rank, for three times, for who disputes
// whom, for a quotation or for the completeness of a list. So each entity
// carries the whole record that it stands for in a column or member of ours
// ([Column], [Member]), and comes back byte for byte. A file from elsewhere has
// no such column: organisations and the edges between them come in as entities
// and claims, with the data sets of the file as their sources. Natural persons
// and whatever touches one are never taken, only counted.
//
// docs/FTM.md has the table of what becomes what.
package claims

import (
	"crypto/sha256"
	"encoding/hex"
	"iter"
	"strings"

	"sightline"
)

// Records is the part of a [sightline.Store] that an export reads.
type Records interface {
	Records(asRecorded sightline.Instant) iter.Seq2[sightline.Entry, error]
}

// Where a record travels whole: a column of the statement table, filled in the
// base statements (property "id"), and a member of an entity, which is a list.
// An entity that only follows from other records says [].
const (
	Column = "sl_record"
	Member = "sightline"
)

// ourDataset is the data set of what no source says: names of entities,
// descriptions of sources, withdrawals.
const ourDataset = "sightline"

// Ids of ours are made so that records in their order are entities in the
// order of their ids: documents, entities, links, pairs, roles, withdrawals.
// Letters, digits, dots and hyphens are what FollowTheMoney allows
// (followthemoney/types/entity.py).
const (
	ofSource     = "document."
	ofEntity     = "entity."
	ofClaim      = "link."
	ofJudgement  = "pair."
	ofRole       = "role."
	ofWithdrawal = "withdrawal."
)

func entityID(id sightline.EntityID) string {
	return ofEntity + strings.Replace(string(id), "/", ".", 1)
}

func recordID(r sightline.Record) string {
	switch r.Kind() {
	case sightline.SourceRecord:
		return ofSource + r.ID()
	case sightline.EntityRecord:
		return entityID(sightline.EntityID(r.ID()))
	case sightline.ClaimRecord:
		return ofClaim + r.ID()
	case sightline.WithdrawalRecord:
		return ofWithdrawal + r.ID()
	case sightline.JudgementRecord:
		return ofJudgement + r.ID()
	}
	panic("BUG: no id for a " + r.Kind().String())
}

// ourEntity reads an id that entityID made.
func ourEntity(id string) (sightline.EntityID, bool) {
	rest, ok := strings.CutPrefix(id, ofEntity)
	e := sightline.EntityID(strings.Replace(rest, ".", "/", 1))
	return e, ok && e.Kind() != 0
}

// dataset is the name of a source as a data set: FollowTheMoney allows a-z,
// 0-9 and _ there (followthemoney/dataset/util.py, dataset_name_check).
func dataset(id sightline.SourceID) string {
	return underscores.Replace(string(id))
}

var underscores = strings.NewReplacer("-", "_", ".", "_")

// slug makes an id of ours of somebody else's text. Where letters had to be
// replaced, a piece of the text's hash keeps two texts apart.
func slug(text string) string {
	var b strings.Builder
	clean := len(text) <= 70
	for _, c := range text {
		switch {
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '.':
			b.WriteRune(c)
		case c >= 'A' && c <= 'Z':
			clean = false
			b.WriteRune(c - 'A' + 'a')
		default:
			clean = false
			b.WriteByte('-')
		}
		if b.Len() >= 70 {
			break
		}
	}
	if clean && text != "" {
		return text
	}
	s := b.String()
	if len(s) > 50 {
		s = s[:50]
	}
	sum := sha256.Sum256([]byte(text))
	return s + "-" + hex.EncodeToString(sum[:5])
}
