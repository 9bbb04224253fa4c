// Package signals has the folded views of incidents, alert episodes, linked
// changes, slow statements and drills. It stores what people enter by hand
// and computes all else from feeds and post-mortems.
//
// Buckets in the database (their names begin with "register", the first
// name of this package; times are kv.TimeKey, values are JSON):
//
//	register.meta      "seq" -> number(8) of the last write
//	register.edit      time(8) number(8) -> one correction of an incident
//	register.entry     ref -> an incident that a person entered
//	register.decision  time(8) number(8) -> a person's decision about a statement
//	register.past      time(8) -> the summary of slow statements before it (sqlsummary.go)
//	register.request   the client's key -> the request that was done under it, for a week
//	register.requestage  time(8) the client's key -> nothing: the oldest first
//
// Edits and decisions are never changed or deleted: they are the audit log
// of what the pages show, and folding them again gives the same result.
//
// Views are cached in memory with the change numbers of their inputs: Seq
// of the feeds (for the kinds that matter to the view), of the documents,
// of the services, and of this package. When one of these changes, one
// reader computes the view again; others get the last one, at most Stale
// old, unless a person changed something or the reader asked for Exact.
package signals
