// Package query owns Postern's query language: its lexer, its parser and its
// abstract syntax tree. It is pure: it knows nothing of the index.
//
// Grammar, from loosest to tightest:
//
//	query     = { clause }                      all clauses must hold
//	clause    = unary { "OR" unary }            OR joins its two neighbours only
//	unary     = [ "-" ] primary
//	primary   = phrase | "(" query ")" | qualifier | word [ "*" ]
//	phrase    = `"` text `"`                    in this order, stop words included
//	qualifier = name ":" value                  a known name, no space, a valid value
//
// Whatever does not fit is text: https://x, payment-gw:8443 and status: 500 are
// words. Parse never fails: it gives the query that still runs and a Problem for
// each place that was not understood. "-" excludes only when at least two
// characters follow it and the first is no hyphen, so that -p and --config, which
// people paste from shells, stay words.
//
// Query.String writes the canonical form, and Parse reads it back to the same tree.
package query
