// Package reports owns the stability report: what it is made of, and how it is
// compiled from what is known of a period. It is pure: the same definition,
// period and inputs give the same bytes, whoever asks and when.
//
//	Definition + period.Period + Inputs --Compile--> Report
//
// A Report is plain data and complete: page, mail, API, CSV and Markdown print
// the same Values and compute nothing. Its layout:
//
//	Verdict, Headline, Changed, Acts   the first screen
//	Words                              the lead's own Markdown, above all else
//	Sections                           each: figures, lines, tables, charts by name
//	Charts                             series to draw, each with a table that says the same
//	Derivations                        how every figure was made, by Value.How
//
// Rules of the numbers, once: counts are summed and ratios taken last; a median
// or percentile stands beside its n, and a mean nowhere; zero, no data and no
// traffic are three different things; an arrow needs both periods measured, one
// definition and five points of budget.
package reports
