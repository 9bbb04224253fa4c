// Package poll owns the measuring of objectives by asking: at every turn it asks
// each Prometheus source for the buckets that have ended since it last did, and
// records them as facts.
//
// How far each series was measured is remembered only after its buckets are
// durable, so that a bucket is asked for twice rather than never; the ledger
// counts it once. After a time in which either side was down the missing buckets
// are asked for in order, a bounded number a turn. Sources do not wait for each
// other, and one that fails is left alone for a while (see breaker).
//
// A bucket that was not wholly seen, or not at all, is asked for again a few times
// over the following hours, and recorded with a higher revision when the answer is
// another one: late data makes a revision, not a hole.
//
// Between recording and remembering a process may die. What it recorded is then
// asked for anew, and could be answered otherwise; so an intent is noted before,
// and whoever finds one gives those buckets a revision that was not taken.
//
// Data layout (owner "poll", 0 is the byte 0x00; numbers are big endian):
//
//	poll.mark      source 0 series -> end of the last measured bucket, Unix seconds(8)
//	poll.estimate  source 0 series 0 UTC day since 1970(4) -> length of a bucket in
//	               seconds (uvarint), a bit a bucket: increase() stands in for samples
//	poll.thin      source 0 due(8) start(8) series -> tries(1), length in seconds(4),
//	               rev(8), good(8), total(8), coverage(8), hash of the definition: a
//	               bucket to be asked for again
//	poll.intent    source -> empty: it is being recorded what may change later, and
//	               not remembered yet
package promsli

import (
	"context"
	"log/slog"
	"time"

	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/reports/feed"

	"github.com/postern/postern/reports/slo"
)

const (
	bMark     = "poll.mark"
	bEstimate = "poll.estimate"
	bThin     = "poll.thin"
	bIntent   = "poll.intent"
)

// Schema is what the poller keeps in the database.
//
// History: 1, the first; 2, estimates and buckets to be asked for again, which no
// older database has.
func Schema() kv.Schema {
	nothing := func(context.Context, kv.Writer) error { return nil }
	return kv.Schema{
		Name: "poll", Version: 2, Buckets: []string{bMark, bEstimate, bThin, bIntent},
		Migrations: []func(context.Context, kv.Writer) error{nothing},
	}
}

// Source is one server to ask.
type Source struct {
	Name  string
	Query Querier
	// Step is how far apart a gauge is looked at, and how fine coverage is
	// measured: not less than the scrape interval of the server.
	Step time.Duration
	// Grace is how long after its end a bucket is asked for: what scraping, remote
	// writing and rule evaluation may take.
	Grace time.Duration
}

// Querier evaluates queries; prometheus.Client does.
type Querier interface {
	// Query gives the samples of a range selector that ends at an instant.
	Query(ctx context.Context, selector string, at time.Time) (Answer, error)
	// QueryRange gives the values of a query at from, from+step, … up to to.
	QueryRange(ctx context.Context, query string, from, to time.Time, step time.Duration) (Answer, error)
}

// Catalog tells the objectives in force.
type Catalog interface {
	SLOs(ctx context.Context) ([]slo.SLO, error)
}

// Recorder takes facts durably. Facts that are known already are no error.
type Recorder interface {
	Record(ctx context.Context, facts []feed.Fact) error
}

// Options are what a Poller works with.
type Options struct {
	DB       kv.DB
	Catalog  Catalog
	Recorder Recorder
	Sources  []Source // the first is asked when an objective names none
	Now      func() time.Time
	Log      *slog.Logger
	// Backfill is how far back a new objective is measured. 0 is 30 days.
	Backfill time.Duration
	// Turn bounds how long one turn may take for a source. 0 is 45 s.
	Turn time.Duration
	// Bucket, when it is not 0, takes the place of every objective's own bucket
	// length, for servers that are asked about seconds.
	Bucket time.Duration
}

const (
	defaultBackfill = 30 * 24 * time.Hour
	defaultTurn     = 45 * time.Second
	// reach is how much of a series one request of a turn may catch up.
	reach = 24 * time.Hour
)
