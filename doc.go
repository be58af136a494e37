// Package sightline is the vocabulary that every room of the observatory
// speaks: countries, networks, dates that keep their precision, sources,
// entities, claims, estimates and the packets that carry their provenance.
//
// Values are parsed once, at the edge. A [Country], [Date] or [Period] cannot
// hold anything but a valid one, and a [Record], the only thing that a ledger
// accepts, can be had only from [ParseRecord] or [NewRecord], which check it
// whole. The package does no input or output and imports nothing of ours.
//
// The claim model is described in docs/CLAIMS.md.
package sightline
