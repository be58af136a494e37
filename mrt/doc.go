// Package mrt reads MRT routing archives: the tables and update streams that
// RouteViews, RIPE RIS and routing daemons publish.
//
// In goes a byte stream (raw, or through [Decompress]: gzip, bzip2, zstd); out
// come elements: one route of one peer for one prefix, announced, withdrawn or
// held in a table. Iteration allocates nothing per element. Damage is never
// passed over in silence: each piece is typed, counted and kept in a [Report],
// and [OnDamage] says how to go on.
//
// It follows RFC 6396 (MRT), RFC 8050 (add-path), RFC 4271 and RFC 4760 (BGP
// attributes), RFC 6793 (four-byte network numbers), and the deprecated and
// early forms that archives of 1999 to 2002 hold. FORMAT.md beside this file
// describes every byte that is read.
package mrt
