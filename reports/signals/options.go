package signals

import (
	"context"
	"time"

	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/reports/alert"
	"github.com/postern/postern/reports/change"

	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/sql"
)

// Feeds has the facts of the feeds. feedstore.Store implements most of it.
type Feeds interface {
	// Seq changes with every write.
	Seq(ctx context.Context) (uint64, error)
	// Moved reports whether any fact of a kind ("incident", "alert",
	// "change", "drill", "sql") was written after a Seq.
	Moved(ctx context.Context, kind string, after uint64) (bool, error)
	// Days returns the UTC days about which facts of a kind were written
	// after a Seq.
	Days(ctx context.Context, kind string, after uint64) ([]time.Time, error)
	// Voices returns the reports of incidents that overlap [from, to).
	Voices(ctx context.Context, from, to time.Time) ([]incident.Record, error)
	// Signals returns all signals of the episodes that overlap [from, to).
	Signals(ctx context.Context, from, to time.Time) ([]alert.Signal, error)
	Changes(ctx context.Context, from, to time.Time) ([]change.Change, error)
	Drills(ctx context.Context, from, to time.Time) ([]incident.Drill, error)
	Observations(ctx context.Context, from, to time.Time) ([]sql.Observation, error)
}

// Documents has the post-mortems, each as a report of its incident.
type Documents interface {
	Seq(ctx context.Context) (uint64, error)
	Voices(ctx context.Context) ([]incident.Record, error)
	// Has reports whether a document with an id is published.
	Has(ctx context.Context, id string) (bool, error)
}

// Services has the services of the catalog.
type Services interface {
	// Seq changes with every write.
	Seq(ctx context.Context) (uint64, error)
	Services(ctx context.Context) ([]slo.Service, error)
}

// Options are the dependencies and limits of a Store. All but the last two
// must be set.
type Options struct {
	DB        kv.DB
	Feeds     Feeds
	Documents Documents
	Services  Services
	Policy    incident.Policy
	OnCall    alert.OnCall // its Zones has the default zone, under ""
	Now       func() time.Time
	// FoldTime bounds the time of computing one view; 0 is a minute.
	FoldTime time.Duration
	// MostKept bounds the entries of all cached windows of one view together;
	// 0 is 25,000. The newest window is cached whatever its size.
	MostKept int
}
