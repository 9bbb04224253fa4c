// Package promsli measures SLIs with Prometheus. At every turn it queries
// each Prometheus source for the buckets that have ended since the last
// turn and records them as facts. Client is a small client of the query
// API.
//
// How far a series was measured is stored only after its buckets are
// durable, so that a bucket is queried twice rather than never; the feed
// store counts it once. After an outage of either side the missing buckets
// are queried in order, a bounded number per turn. Sources do not wait for
// each other, and one that fails is paused for a while (see breaker).
//
// A bucket that was seen partially, or not at all, is queried again a few
// times over the following hours and recorded with a higher revision if the
// answer differs: late data becomes a revision, not a gap.
//
// The process may die between recording facts and storing progress. The
// next process queries the same buckets and may get other answers. An
// intent is therefore stored before recording, and a process that finds one
// skips a revision number.
//
// Buckets in the database (their names begin with "poll", the first name of
// this package; 0 is the byte 0x00; numbers are big endian):
//
//	poll.mark      source 0 series -> end of the last measured bucket, Unix seconds(8)
//	poll.estimate  source 0 series 0 UTC day since 1970(4) -> length of a bucket in
//	               seconds (uvarint), a bit per bucket: the result of increase() is
//	               used instead of samples
//	poll.thin      source 0 due(8) start(8) series -> tries(1), length in seconds(4),
//	               rev(8), good(8), total(8), coverage(8), hash of the definition: a
//	               bucket to query again
//	poll.intent    source -> empty: facts that may change later are being recorded,
//	               and progress is not stored yet
package promsli
