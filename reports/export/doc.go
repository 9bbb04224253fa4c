// Package export returns a report as Markdown, for reading and pasting, and as CSV, for
// spreadsheets, and returns the figure of each chart of a report. Both forms print the
// Values of the report and calculate nothing, so every number is the same as on the page.
// It is pure.
//
// The CSV has one row per value: section, item, column, text, number, unit, state, link.
// Its numbers are fractions and seconds, as in the API.
package export
