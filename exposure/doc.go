// Package exposure says who is on the path: which networks the routes into a
// country cross, whose they are, and how sure that is.
//
// In go a table of paths (package exposure/paths), relationships between
// networks, the countries of addresses and monitors, and the owners of
// networks; out come estimates: AS hegemony and country hegemony ([Hegemony]),
// Country Transit Influence ([CTI]), and union exposure with chokepoints
// ([Union]). The engines read no files; the readers in inputs.go take streams.
//
// Exposure is technical opportunity at the control plane: paths are not volumes
// of traffic, and being on a path is no evidence of looking.
//
// Every result is a function of its inputs: no clock, no order of maps, and
// random numbers that are counted from a seed. docs/methods/exposure.md has
// the equations and their sources.
package exposure
