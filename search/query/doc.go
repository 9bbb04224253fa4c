// Package query owns Postern's query language: its lexer, its parser and its
// abstract syntax tree. It is pure and independent of the index.
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
// Any other input is text: https://x, payment-gw:8443 and status: 500 are words.
// Parse never fails. It returns a query that can run and a Problem for each place
// that it did not understand. "-" excludes only when at least two characters follow
// it and the first is not a hyphen, so that -p and --config, which people paste from
// shells, remain words.
//
// Query.String returns the canonical form, which Parse reads back to the same tree.
package query
