package signals

import (
	"context"
	"time"

	"github.com/postern/postern/reports/alert"
	"github.com/postern/postern/reports/change"
	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/sql"
)

// Store returns the folded views. It is safe for concurrent use. Results
// are shared and must not be modified.
type Store struct {
	opt Options
	*views
	exact   bool // returns nothing stale
	folding bool // reads for a fold, which already has its turn
}

// views holds the caches.
type views struct {
	turns      chan struct{} // holds one token during a fold
	incidents  cache[folded] // all incidents, in one window
	spans      cache[folded] // by span, if all are too many
	episodes   cache[[]alert.Episode]
	changes    cache[[]change.Linked]
	statements cache[[]sql.Followed]
	drills     cache[[]incident.Drill]
}

// New returns a Store over a database that was opened with Schema.
func New(opt Options) *Store {
	v := &views{turns: make(chan struct{}, 1)}
	v.incidents.weigh = func(f folded) int { return len(f.all) }
	v.spans.weigh = v.incidents.weigh
	v.episodes.weigh = func(all []alert.Episode) int { return len(all) }
	v.changes.weigh = func(all []change.Linked) int { return len(all) }
	v.statements.weigh = func(all []sql.Followed) int { return len(all) }
	v.drills.weigh = func(all []incident.Drill) int { return len(all) }
	return &Store{opt: opt, views: v}
}

// Exact returns the same Store for readers that store the result, such as
// reports: it waits rather than return a stale view.
func (r *Store) Exact() *Store {
	exact := *r // a fold that uses it keeps its turn
	exact.exact = true
	return &exact
}

// Policy returns how incidents are evaluated.
func (r *Store) Policy() incident.Policy { return r.opt.Policy }

// Services returns the services of the catalog.
func (r *Store) Services(ctx context.Context) ([]slo.Service, error) {
	return r.opt.Services.Services(ctx)
}

// OnCall returns the hours of the people on call, in the zone of each
// service.
func (r *Store) OnCall(ctx context.Context) (alert.OnCall, error) {
	services, err := r.opt.Services.Services(ctx)
	if err != nil {
		return alert.OnCall{}, err
	}
	zones := alert.Zones{"": r.opt.OnCall.Of("")}
	for _, s := range services {
		if s.OnCallZone == "" {
			continue
		}
		if loc, err := time.LoadLocation(s.OnCallZone); err == nil {
			zones[s.Name] = loc
		}
	}
	return r.opt.OnCall.In(zones), nil
}

// beginning is before all data.
func beginning() time.Time { return time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC) }

// end is after all data.
func end() time.Time { return time.Date(9000, 1, 1, 0, 0, 0, 0, time.UTC) }

// inFold returns the Store that a fold reads from: it needs no turn of its
// own.
func (r *Store) inFold() *Store {
	in := r.Exact()
	in.folding = true
	return in
}
