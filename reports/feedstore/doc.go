// Package feedstore stores what feeds deliver: the raw bodies, the facts
// decoded from them, SLI buckets, dead letters, and the state of each
// source. Store is safe for concurrent use.
//
// Buckets in the database (their names begin with "ledger", the first name
// of this package; 0 is the byte 0x00, numbers are big endian, times are
// kv.TimeKey, fields of a key are escaped as kv.Join does):
//
//	ledger.meta      "seq" -> number(8) of the last write
//	ledger.raw       received(8) sha256(8) -> one raw body, with the headers that
//	                 decoding may need; deflated if that is shorter
//	ledger.fact      kind 0 source 0 entity 0 key -> one fact
//	ledger.entity    kind 0 source 0 entity -> start(8) end(8) last(8): the span of
//	                 its facts and the time of the newest one
//	ledger.ends      kind 0 end(8) source 0 entity -> start(8): entities by end
//	ledger.statement digest -> normalised SQL statement
//	ledger.bucket    slo 0 day(4) source -> one UTC day of SLI buckets, packed (day.go)
//	ledger.letter    first received(8) body(16) item(4) -> one dead letter
//	ledger.body      sha256(16) of source, format and body -> the body of its letters
//	ledger.source    name 0 format -> counters of one source
//	ledger.daily     day(4) name 0 format -> counters of one source's UTC day
//	ledger.budget    "d" day(4) "s" source, "d" day(4) "t" token -> number(8) of new
//	                 things of that UTC day; "o" source -> number(8) of its open ones
//	ledger.touched   kind 0 day(4) -> seq(8) of the last write about that UTC day,
//	                 while any data about it is retained
//
// One commit makes a body durable before its sender is answered: the raw
// body, its facts, its dead letters and the counters, all or nothing. Many
// senders share one commit. Decoding is pure and guarded, so a body on
// which a decoder panics is stored too, as a dead letter.
//
// A fact is idempotent by (kind, source, entity, key). An equal fact is a
// duplicate; a higher revision replaces a lower one, and a lower one is a
// duplicate; the same revision with other content is rejected as a conflict
// and becomes a dead letter. Conflicts aside, the state therefore depends
// only on the set of facts, not on their order, their repetitions or how
// they were split into bodies.
//
// Several sources may count for one SLO. Their counts are never added up:
// one source is used for each UTC day (sourcechoice.go). At most 20 sources
// may count for one day.
//
// A token may be bound to sources. A post under any other name is refused,
// and so is an item of another source. The binding is stored with the body,
// so that it holds for a retry too.
//
// The store does not write to the change log of the database: every
// follower of the log reads every entry, and feeds write hundreds of times
// a second. Followers compare Seq, which changes with every write, and read
// TouchedDays for the days that were written since.
package feedstore
