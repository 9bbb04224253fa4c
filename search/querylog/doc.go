// Package querylog owns the counts of searches by day, which show what readers did not
// find, and the notes by which readers report a missing runbook.
//
// Data layout (schema "querylog", version 1). Times are Unix seconds UTC.
//
//	querylog.days     day ("2026-11-24", UTC) 0x00 text -> JSON storedCount
//	querylog.missing  note id                           -> JSON storedNote
//
// text is a search as Cleaner.Query returns it: in lower case, with one space between
// words, and with placeholders for mail addresses, secrets, ids, numbers and user
// names. Nothing is stored that identifies the reader: no user, no address, no page.
// The id of a page view is only in memory. It serves to merge keystrokes into one
// search and to count each opened result once.
//
// Counts are stored by day, because a month is not a number of weeks; a week is the
// sum of its seven days. A day has at most maxTexts different searches, further ones
// are not counted, and is retained for keptDays.
//
// Searches are collected in memory and written by Flush, so that no search waits for a
// write. A crash loses the searches since the last Flush.
package querylog
