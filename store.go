package sightline

import "iter"

// Entry is a record as a store holds it: when it was recorded, and, of a claim
// or judgement, when it was closed.
type Entry struct {
	Record   Record
	Seq      int64   // place in the log, from 1
	Recorded Instant // when this store learned it
	Closed   Instant // when a correction, later judgement or withdrawal closed it; Forever while in force
	ClosedBy ClaimID // id of what closed it, if anything did
}

// Query selects claims. Its zero value selects every claim in force now.
type Query struct {
	Country    Country     // as subject or object, or named by an entity qualifier of the claim
	Entities   []EntityID  // as subject, object or entity qualifier: any of them
	Sources    []SourceID  // as a reference: any of them
	Predicates []Predicate // any of them; empty is all
	AsRecorded Instant     // in force at this moment; 0 means now
	WithClosed bool        // also claims recorded by then and closed since
	EdgesTo    []ClaimID   // claims that support, dispute or deny any of these
}

// Hit is a search result: an entity, source or claim, best first.
type Hit struct {
	Record Record
	Score  float64
}

// Store is what dossiers and commands read: the embedded catalogue or a
// workspace's ledger. Results are sorted by claim id, so that the same content
// gives the same bytes whatever the order of recording.
type Store interface {
	// Claims selects claims.
	Claims(q Query) ([]Entry, error)
	// Page lists at most limit of the claims in force whose id comes after the
	// given one ("" is before all), by id.
	Page(after ClaimID, limit int, asRecorded Instant) ([]Entry, error)
	// Recent lists at most limit of the records recorded by then, the newest
	// first: those whose place in the log is before the given one (0 is the end).
	Recent(before int64, limit int, asRecorded Instant) ([]Entry, error)
	// Claim finds one claim by id, closed or not, if recorded by then.
	Claim(id ClaimID, asRecorded Instant) (Entry, error)
	// Source finds the newest version of a source recorded by then.
	Source(id SourceID, asRecorded Instant) (*Source, error)
	// Entity finds the newest version of an entity recorded by then. Countries
	// exist without being declared.
	Entity(id EntityID, asRecorded Instant) (*Entity, error)
	// EntitiesIn lists the entities whose country it is, newest versions, by id.
	EntitiesIn(c Country, asRecorded Instant) ([]*Entity, error)
	// Identified lists the organisations whose newest version has any of the
	// identifiers, by id.
	Identified(ids []Identifier, asRecorded Instant) ([]*Entity, error)
	// Judgements lists the judgements recorded by then, closed or not, by id.
	// Of each pair at most one is in force: one that is neither withdrawn nor
	// replaced by one that is not withdrawn; of several, the one recorded last;
	// of those recorded together, the more careful one (not_same, unsure,
	// same).
	Judgements(asRecorded Instant) ([]Entry, error)
	// Search finds names and words in any script.
	Search(text string, limit int, asRecorded Instant) ([]Hit, error)
	// Records yields every record in the order of claim text: kind, id, version.
	Records(asRecorded Instant) iter.Seq2[Entry, error]
	// Inputs names what the store is made of, for packets.
	Inputs(asRecorded Instant) ([]Input, error)
}
