// Package register owns the folded views of what feeds, post-mortems and people
// said: incidents, episodes of alerts, linked changes, slow statements, drills.
// It stores only what people say by hand; the rest it reads and folds.
//
// Data layout (owner "register"; times are kv.TimeKey, values are JSON):
//
//	register.meta      "seq" -> number(8) of the last write
//	register.edit      time(8) number(8) -> one correction of an incident
//	register.entry     ref -> a person's incident
//	register.decision  time(8) number(8) -> what a person said of a statement
//	register.past      time(8) -> the slow statements before it, summed up (past.go)
//	register.request   the client's key -> what it asked under it, for a week
//	register.requestage  time(8) the client's key -> nothing: the oldest first
//
// Edits and decisions are never changed or deleted: they are the audit lines of
// what the pages show, and folding them again gives the same answer.
//
// Views are kept in memory with the numbers of the states they were made of, and
// made anew when one of these moves: the feeds' Seq (of the kinds that matter to
// the view), the documents' Seq, and register's own. They are derived and may be
// forgotten at any time. One reader makes a view anew; who reads it meanwhile is
// given the last one, at most Stale after it was right, unless a person changed
// something or the reader asked for Exact.
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

// Feeds is what the feeds said.
type Feeds interface {
	// Seq moves with every write.
	Seq(ctx context.Context) (uint64, error)
	// Moved tells whether anything of a kind ("incident", "alert", "change",
	// "drill", "sql") was written after a Seq.
	Moved(ctx context.Context, kind string, after uint64) (bool, error)
	// Days are the UTC days about which something of a kind was written after a Seq.
	Days(ctx context.Context, kind string, after uint64) ([]time.Time, error)
	// Voices gives the voices of incidents that touch [from, to).
	Voices(ctx context.Context, from, to time.Time) ([]incident.Voice, error)
	// Signals gives all signals of the episodes that overlap [from, to).
	Signals(ctx context.Context, from, to time.Time) ([]alert.Signal, error)
	Changes(ctx context.Context, from, to time.Time) ([]change.Change, error)
	Drills(ctx context.Context, from, to time.Time) ([]incident.Drill, error)
	Observations(ctx context.Context, from, to time.Time) ([]sql.Observation, error)
}

// Documents are the post-mortems, each as one voice of its incident.
type Documents interface {
	Seq(ctx context.Context) (uint64, error)
	Voices(ctx context.Context) ([]incident.Voice, error)
	// Has tells whether there is a published document of an id.
	Has(ctx context.Context, id string) (bool, error)
}

// Services are those of the catalog.
type Services interface {
	// Seq moves with every write.
	Seq(ctx context.Context) (uint64, error)
	Services(ctx context.Context) ([]slo.Service, error)
}

// Options are what a Register needs; all must be set.
type Options struct {
	DB        kv.DB
	Feeds     Feeds
	Documents Documents
	Services  Services
	Policy    incident.Policy
	OnCall    alert.OnCall // its Zones are those of services that state none, under ""
	Now       func() time.Time
	// FoldTime is how long one view may take to be made; 0 is a minute.
	FoldTime time.Duration
	// MostKept is how many things the kept windows of one view may hold together; 0
	// is 25,000. The newest is kept whatever it holds.
	MostKept int
}

// Store answers from the folded views. Its methods may be called from many
// goroutines; what they return is shared and must not be written to.
type Store struct {
	opt Options
	*views
	exact   bool // gives nothing stale
	folding bool // reads for a fold, which has its turn already
}

// views are what is kept.
type views struct {
	turns      chan struct{} // holds one token while something is folded
	incidents  cache[folded] // all there are, in one window
	spans      cache[folded] // when all are too many
	episodes   cache[[]alert.Episode]
	changes    cache[[]change.Linked]
	statements cache[[]sql.Followed]
	drills     cache[[]incident.Drill]
}

// New makes a Register over a database that was opened with Schema.
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

// Exact returns the same Register for readers who keep what they are given, such as
// reports: it waits rather than return a view that is being made again.
func (r *Store) Exact() *Store {
	exact := *r // a fold that reads for itself keeps its turn
	exact.exact = true
	return &exact
}

// Policy is how incidents are judged here.
func (r *Store) Policy() incident.Policy { return r.opt.Policy }

// Services are those of the catalog.
func (r *Store) Services(ctx context.Context) ([]slo.Service, error) {
	return r.opt.Services.Services(ctx)
}

// OnCall tells how the people on call for each service live.
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

// beginning and end bound all time.
func beginning() time.Time { return time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC) }
func end() time.Time       { return time.Date(9000, 1, 1, 0, 0, 0, 0, time.UTC) }

// inFold returns the Register that a fold reads by: it needs no turn of its own.
func (r *Store) inFold() *Store {
	in := r.Exact()
	in.folding = true
	return in
}
