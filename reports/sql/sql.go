// Package sql owns slow statements: normalising them so that no literal is ever
// kept, and following each digest over time. It is pure.
//
// Data layout: a statement becomes tokens (lex.go), the tokens become one line of
// text without values (normalize.go), and the line's hash is the digest, which is
// the key of everything else. Literals are personal data: they are forgotten
// while the statement is read, before anything is stored.
package sql

import "time"

// Observation is what a source saw of one digest in one span of time: one entry
// of a slow log, or the difference of two snapshots of pg_stat_statements.
type Observation struct {
	Source    string
	Key       string // the source's own: instance, file and offset, or snapshot and query id
	Instance  string
	Database  string
	User      string // of the database, not a person
	Digest    string // of Statement, 16 hex digits
	Statement string // normalised: literals are ?
	Tag       string // of a leading comment, e.g. "team=payments"
	At        time.Time
	Count     int64
	Seconds   float64 // total execution time
	// P95 is the 95th percentile of one execution in seconds, when the source
	// knows single executions.
	Times        []float64 // single execution times when known, at most 64 kept
	RowsExamined int64
	RowsSent     int64
	// OneIn says that the source counts one execution in so many (a sampled log): Count,
	// Seconds and the rows are of those that it counted. 0: it counts all, or does not say.
	OneIn int
	// Odd says that a number of the stored observation cannot be: the statement was
	// seen, and Count, Seconds, Times and the rows are zero because they are unknown.
	Odd bool
	// Cumulative says that Count, Seconds and the rows are counters since Since
	// (zero: unknown), as pg_stat_statements gives them; Differences makes spans
	// of them.
	Cumulative bool
	Since      time.Time
}
