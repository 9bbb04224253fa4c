// Package querylog owns what readers looked for and did not find: the searches of
// each day, counted, and the notes by which readers report a missing runbook.
//
// Data layout (schema "querylog", version 1). Times are Unix seconds UTC.
//
//	querylog.days     day ("2026-11-24", UTC) 0x00 text -> JSON storedCount
//	querylog.missing  note id                           -> JSON storedNote
//
// text is a search as Clean leaves it: lower case, one space between words, and
// mail addresses, secrets, ids, numbers and names of people replaced by what they
// are. Nothing is stored that tells who searched: no user, no address, no page.
// The id of a page view stays in memory, only to fold keystrokes into one search
// and to count each opened result once, and is forgotten with it.
//
// Days are kept, not weeks, because a month is no number of weeks; a week is its
// seven days added up. A day holds at most maxTexts different searches and is
// kept for keptDays; further searches of a full day are counted under no text.
//
// Searches are collected in memory and written by Flush, so that no search waits
// for a write; a crash forgets the last minute's.
package querylog

import "github.com/postern/postern/portal/base/kv"

const (
	daysBucket    = "querylog.days"
	missingBucket = "querylog.missing"
)

const (
	// maxTexts bounds the different searches of a day: with keptDays and some 150
	// bytes a row, the log stays under 60 MB whatever is asked.
	maxTexts = 1000
	// keptDays is a year and a month: this month beside the same of last year.
	keptDays = 400
)

// Schema is what querylog keeps in the database.
func Schema() kv.Schema {
	return kv.Schema{Name: "querylog", Version: 1, Buckets: []string{daysBucket, missingBucket}}
}
