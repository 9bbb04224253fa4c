// Package reports owns what a stability report is: its model, the definitions that ask
// for one, the inputs that it is made of, how it is stored, and how two of them differ.
// It is pure.
//
//	Definition + period.Period + Inputs --compile.Report--> Report
//
// A Report is plain data and complete: page, mail, API, CSV and Markdown print the same
// Values and compute nothing.
//
//	Verdict, Headline, Changed, Acts   the first screen
//	Words                              the lead's own Markdown, above everything else
//	Sections                           each: figures, lines, tables, charts by name
//	Charts                             series to draw, each with a table of the same values
//	Derivations                        how every figure is calculated, by Value.How
//
// The files: model.go is the report, definition.go what asks for one, inputs.go what it
// is made of, measure.go, compose.go, budgets.go and costs.go how the results of an SLO
// are measured for it, sanitize.go and sanitizereport.go what keeps a number that JSON
// cannot write from costing the whole report, encode.go its stored form, diff.go what is
// different between two, keys.go the keys of sections that other packages name.
//
// The table of sections and all that is computed for them is in reports/compile.
package reports
