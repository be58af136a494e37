// Package ledger keeps claims for good: it is the store behind a workspace and
// behind the embedded catalogue.
//
// What goes in are checked records ([sightline.Record]) and the instant at
// which they are recorded, which the caller passes; the package has no clock.
// What comes out are the answers of [sightline.Store], and claim text.
//
// [Ledger] is one SQLite file that only grows. Its log is hash-chained, every
// other table is an index derived from the log, and nothing is ever updated or
// deleted; FORMAT.md describes the file byte by byte. [Memory] holds the same
// kind of content without a file. Both obey one set of rules (admit.go) and
// give the same results in the same order.
//
// A claim is in force at an instant if it was recorded by then and no
// correction or withdrawal of it was. What a query "as recorded" at some
// instant returns can never change once a later instant has been recorded.
package ledger
