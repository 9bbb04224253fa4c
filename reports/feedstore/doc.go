// Package ledger owns what the feeds said: the raw bodies, the facts decoded from
// them, the SLI buckets, what could not be understood, and how each source does.
//
// Data layout (owner "ledger"; 0 is the byte 0x00, numbers are big endian, times
// are kv.TimeKey, fields of a key are escaped as kv.Join does):
//
//	ledger.meta      "seq" -> number(8) of the last write
//	ledger.raw       received(8) sha256(8) -> one body as it came, with the headers
//	                 that decoding may need; deflated when that is shorter
//	ledger.fact      kind 0 source 0 entity 0 key -> one fact
//	ledger.entity    kind 0 source 0 entity -> start(8) end(8) last(8): the span of
//	                 its facts and when the newest was said
//	ledger.ends      kind 0 end(8) source 0 entity -> start(8): entities by end
//	ledger.statement digest -> normalised SQL statement
//	ledger.bucket    slo 0 day(4) source -> one UTC day of buckets, packed (day.go)
//	ledger.letter    first received(8) body(16) item(4) -> one dead letter
//	ledger.body      sha256(16) of source, format and body -> the body of its letters
//	ledger.source    name 0 format -> counters of one source
//	ledger.daily     day(4) name 0 format -> counters of one source's UTC day
//	ledger.budget    "d" day(4) "s" source, "d" day(4) "t" token -> number(8) of new
//	                 things of that UTC day; "o" source -> number(8) of its open ones
//	ledger.touched   kind 0 day(4) -> seq(8) of the last write about that UTC day,
//	                 until nothing about it is kept
//
// What was received becomes durable by one commit, before the sender is answered:
// the raw body, its facts, its dead letters and the counters, all or nothing.
// Decoding is pure and guarded, so a body that breaks a decoder is kept all the
// same, as a dead letter. Many senders share one commit.
//
// A fact is idempotent by (kind, source, entity, key). Said again it is a
// duplicate; a higher revision replaces it, a lower one is a duplicate too; the
// same revision with another content is rejected as a conflict and lies in the
// dead letters. Hence, conflicts aside, what is known depends only on the set of
// facts, not on their order, their repetitions or how they were split into bodies.
//
// Several sources may count for one SLO. They are never added up: within a UTC
// day one source speaks, the one that covers the most time; what the portal
// measured itself (prometheus/…) speaks unless another covers over an hour more;
// among equals it is the first by name. At most 20 may count for one day.
//
// A sender may be bound to sources. It is refused under any other name, also by
// item; the binding is kept with its bodies, so that a retry is bound as well.
//
// The ledger does not write to the change log of the database: every follower of
// that log pays for every entry, and feeds write hundreds of times a second.
// Followers ask Seq, which changes with every write, and Touched, which says which
// days of which kind were written since a Seq.
package feedstore
