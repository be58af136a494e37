// Package interference says from one measurement whether a network interfered
// with it, how, and on what ground.
//
// It goes in three small steps, and a caller can stop at any. A measurement
// becomes [Observations] ([FromOONI]; package censoredplanet makes the same):
// what was seen in each layer, DNS, TCP, TLS and HTTP, and what the control
// saw. Observations become [Evidence], each piece made by one [Rule] with a
// log-likelihood ratio and its interval. Evidence becomes a [Verdict]: a
// state, a mechanism, log-odds with an interval, and the reason.
//
// The layers and their order follow OONI's analysis ontology and the Web
// Connectivity documents (github.com/ooni/spec, ts-017); the ratios are
// described in docs/methods/interference.md with the source of each. The probe's
// own verdict is never taken over.
//
// Everything is a function of its arguments: no clock, no files, no network,
// no order of maps.
package interference
