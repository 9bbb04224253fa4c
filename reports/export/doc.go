// Package export owns the plain forms of a report: Markdown for reading and
// pasting, CSV for spreadsheets. Both print the Values of the report and compute
// nothing, so that every figure is the one of the page. It is pure.
//
// The CSV has one row a value: section, item, column, text, number, unit, state,
// link. Its numbers are fractions and seconds, as in the API.
package export
