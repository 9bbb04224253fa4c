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
	bProgress = "poll.mark"
	bEstimate = "poll.estimate"
	bPartial  = "poll.thin"
	bIntent   = "poll.intent"
)

// Schema returns the buckets and the version of the stored data.
//
// History: 1, the first; 2, estimates and buckets to query again, which no
// older database has.
func Schema() kv.Schema {
	nothing := func(context.Context, kv.Writer) error { return nil }
	return kv.Schema{
		Name: "poll", Version: 2, Buckets: []string{bProgress, bEstimate, bPartial, bIntent},
		Migrations: []func(context.Context, kv.Writer) error{nothing},
	}
}

// Source is one Prometheus server.
type Source struct {
	Name  string
	Query Querier
	// Step is the resolution of gauges and of coverage: at least the scrape
	// interval of the server.
	Step time.Duration
	// Grace is how long after its end a bucket is queried: the time that
	// scraping, remote writing and rule evaluation may take.
	Grace time.Duration
}

// Querier evaluates queries; Client implements it.
type Querier interface {
	// Query returns the samples of a range selector that ends at an instant.
	Query(ctx context.Context, selector string, at time.Time) (Answer, error)
	// QueryRange returns the values of a query at from, from+step, … up to
	// and including to.
	QueryRange(ctx context.Context, query string, from, to time.Time, step time.Duration) (Answer, error)
}

// Catalog has the SLOs that are in force.
type Catalog interface {
	SLOs(ctx context.Context) ([]slo.SLO, error)
}

// Recorder stores facts durably. Facts that are stored already are no
// error.
type Recorder interface {
	Record(ctx context.Context, facts []feed.Fact) error
}

// Options are the dependencies and limits of a Poller.
type Options struct {
	DB       kv.DB
	Catalog  Catalog
	Recorder Recorder
	Sources  []Source // the first is used for SLOs that name none
	Now      func() time.Time
	Log      *slog.Logger
	// Backfill is how far back a new SLO is measured; 0 is 30 days.
	Backfill time.Duration
	// Turn bounds the time of one turn per source; 0 is 45 s.
	Turn time.Duration
	// Bucket, if it is not 0, replaces the bucket length of every SLO, for
	// tests with servers whose data covers seconds.
	Bucket time.Duration
}

const (
	defaultBackfill = 30 * 24 * time.Hour
	defaultTurn     = 45 * time.Second
	// maxRange is the longest range of a series that one request queries.
	maxRange = 24 * time.Hour
)
