// Package identity says how far two names are one organisation's, and which
// records a set of judgements joins. What goes in are names, pairs with their
// levels of agreement, entities and judgements; what comes out are scores with
// the parts that make them up, probabilities with their weights, candidate
// pairs, and clusters with their conflicts.
//
// Names are compared word by word, across scripts, with a score that is the
// sum of its parts (Compare). Pairs with several fields are weighed by the
// model of Fellegi and Sunter (1969) with term frequencies (Model). Candidate
// pairs come from an index of keys (Index). Nothing is merged by a score: only
// a strong identifier or a judgement joins two records (Clusters), and a
// judgement that they are not the same keeps them apart.
//
// Everything is pure: the same input gives the same output, and there is no
// clock, network or map order in it. docs/methods/identity.md says what is
// computed and what was measured.
package identity
