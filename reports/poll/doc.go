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
// Data layout (owner "poll", 0 is the byte 0x00):
//
//	poll.mark   source 0 series -> end of the last measured bucket, Unix seconds(8)
package poll

import (
	"context"
	"log/slog"
	"time"

	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/feed/prometheus"
	"github.com/postern/postern/reports/slo"
)

const bMark = "poll.mark"

// Schema is what the poller keeps in the database.
//
// History: 1, the first.
func Schema() kv.Schema { return kv.Schema{Name: "poll", Version: 1, Buckets: []string{bMark}} }

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

// Querier evaluates a query over a range; prometheus.Client does.
type Querier interface {
	QueryRange(ctx context.Context, query string, from, to time.Time, step time.Duration) (prometheus.Answer, error)
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
