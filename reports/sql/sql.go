// Package sql normalizes slow SQL statements, so that no literal is stored, and
// follows each digest over time. It is pure.
//
// A statement becomes tokens (lex.go), the tokens become one line of text without
// values (normalize.go), and the hash of that line is the digest, which is the key of
// everything else. Literals are personal data: they are dropped while the statement is
// read, before anything is stored.
package sql

import "time"

// Observation is what a source measured of one digest in one span of time: one entry
// of a slow log, or the difference of two snapshots of pg_stat_statements.
type Observation struct {
	Source    string
	Key       string // the source's own: instance, file and offset, or snapshot and query id
	Instance  string
	Database  string
	User      string // of the database, not a person
	Digest    string // of Statement, 16 hex digits
	Statement string // normalized: literals are ?
	Tag       string // of a leading comment, e.g. "team=payments"
	At        time.Time
	Count     int64
	Seconds   float64 // total execution time
	// Times are the durations of single executions in seconds, at most 64, where the
	// source has them.
	Times        []float64
	RowsExamined int64
	RowsSent     int64
	// OneIn is the sampling of the source's log: it counts one execution in so many, and
	// Count, Seconds and the rows are of those. 0 means that it counts all, or that its
	// sampling is unknown.
	OneIn int
	// Odd reports that a stored number is impossible. The statement was seen, and Count,
	// Seconds, Times and the rows are zero because they are unknown.
	Odd bool
	// Cumulative reports that Count, Seconds and the rows are counters that began at
	// Since (zero if unknown), as those of pg_stat_statements. Differences turns them
	// into spans.
	Cumulative bool
	Since      time.Time
}
