// Package openslo reads OpenSLO v1: YAML in, SLOs and services out, and for every
// mistake its line, column and rule. It is pure.
//
//	file -> Parse (one file alone) -> File
//	all files -> Link (references, names, cycles) -> Set
//
// Findings of both are postmortems.Problems with the Rules of this package, so authors
// see them like all others of a push.
//
// Reading is strict: an unknown key is an error, because an SLO that ignores a
// misspelled target is worse than none. Mistakes that are in the examples of the
// specification are accepted with a warning.
//
// OpenSLO has no fields for some properties that Postern needs. They are annotations
// with the prefix "postern/"; the names without it are read too, and "_" counts as "-":
//
//	Service  postern/owner            a person or a rota
//	         postern/team             otherwise the label "team"
//	         postern/tier
//	         postern/on-call-zone     IANA zone in which night pages are counted
//	         postern/depends-on       names of services, separated by commas
//	         postern/databases        databases whose slow statements it owns
//	SLO      postern/effective-from   when it came into force: a date or a time
//	         postern/min-events       no verdict below this total
//	         postern/empty-slice      exclude, good or bad
package openslo
