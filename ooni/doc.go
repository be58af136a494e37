// Package ooni reads the measurements that OONI Probe makes and OONI publishes:
// JSON Lines, alone or in gzip, tar (the "postcans" of the raw bucket,
// compressed or not) and lz4 (the "cans" before 2020). A stream goes in and
// one [Measurement] after another comes out.
//
// The format is that of the OONI data format documents df-000 to df-009 and
// the test documents ts-*, in github.com/ooni/spec; FORMAT.md beside this file
// tells what was found in real data beyond them. Probes of twelve years wrote
// the same key with different types, so nothing is forced into one: a [Value]
// keeps what was there, and the typed rows ([Query], [TCPConnect],
// [TLSHandshake], [Request]) each keep the value that they were read from.
//
// Input is hostile until shown otherwise. A record that can't be used is
// counted with its reason ([Damage]); [Mode] says what happens then. Memory is
// bounded by [Options], not by the input.
package ooni
