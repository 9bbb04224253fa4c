// Package collect owns the way from what the portal knows to the inputs of one
// report: it asks each source for the time that the report looks at, measures the
// objectives, and works out what each incident cost. It keeps nothing.
//
//	catalogue, buckets   -> objectives, measured on all cores
//	incidents × buckets  -> what each incident took of which budget
//	alerts, changes, statements, drills, documents, searches, feeds -> as they are
//
// A source that is not connected is nil, and its part of the report says so.
package collect

import (
	"context"
	"runtime"
	"sync"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/alert"
	"github.com/postern/postern/reports/change"

	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/period"

	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/sql"
)

// Version is one definition of an objective, in force from From until the next.
type Version struct {
	SLO  slo.SLO
	From time.Time // the first one counts for all earlier data
	Gone bool
	What string // the definition in a few words
	Who  string
}

// Catalog knows services and objectives.
type Catalog interface {
	Services(ctx context.Context) ([]slo.Service, error)
	Names(ctx context.Context) ([]string, error)
	// Versions are the definitions of an objective, oldest first.
	Versions(ctx context.Context, name string) ([]Version, error)
}

// Ledger keeps the buckets of objectives.
type Ledger interface {
	Buckets(ctx context.Context, name string, from, to time.Time) ([]slo.Bucket, error)
}

// Register knows incidents, alerts, changes, statements and drills, folded from
// all voices and linked with each other.
type Register interface {
	Incidents(ctx context.Context, from, to time.Time) ([]incident.Incident, error)
	Episodes(ctx context.Context, from, to time.Time) ([]alert.Episode, error)
	Changes(ctx context.Context, from, to time.Time) ([]change.Linked, error)
	Statements(ctx context.Context, from, to time.Time) ([]sql.Followed, error)
	Drills(ctx context.Context, from, to time.Time) ([]incident.Drill, error)
}

// Knowledge knows documents, their action items and what was searched in vain.
type Knowledge interface {
	Documents(ctx context.Context, ids []string) ([]reports.Document, error)
	// Drafts are the post-mortems on pushed branches.
	Drafts(ctx context.Context) ([]reports.Draft, error)
	Actions(ctx context.Context) ([]reports.Action, error)
	Gaps(ctx context.Context, from, to time.Time) ([]reports.Search, error)
}

// Feeds knows how each source of data did, and how many alerts their senders left
// out of their messages.
type Feeds interface {
	Feeds(ctx context.Context, from, to time.Time) (all []reports.Feed, truncated int, err error)
}

// Estimates tells which buckets of a series in [from, to) were not counted but
// estimated, by their starts.
type Estimates interface {
	Estimated(ctx context.Context, series string, from, to time.Time) ([]time.Time, error)
}

// Sources are what a Collector asks. Any may be nil.
type Sources struct {
	Catalog   Catalog
	Ledger    Ledger
	Register  Register
	Knowledge Knowledge
	Feeds     Feeds
	Estimates Estimates
	// Words are the lead's own for a period.
	Words func(ctx context.Context, name, period string) (string, error)

	Targets reports.Targets
	OnCall  alert.OnCall
}

// Collector gathers inputs.
type Collector struct{ src Sources }

// New makes a Collector.
func New(src Sources) *Collector { return &Collector{src} }

// costReach is how long before a period incidents are looked for that spent of a
// window that reaches into it.
const costReach = 28 * 24 * time.Hour

// Collect gathers the inputs of one period, as far as asOf.
func (c *Collector) Collect(ctx context.Context, def reports.Definition, p period.Period, asOf time.Time) (in reports.Inputs, err error) {
	in.AsOf, in.Targets, in.OnCall = asOf, c.src.Targets, c.src.OnCall
	for _, s := range c.steps() {
		if err := s.run(ctx, p, &in); err != nil {
			return in, err
		}
	}
	if c.src.Words != nil {
		in.Words, err = c.src.Words(ctx, def.Name, p.ID)
	}
	return in, err
}

func (c *Collector) services(ctx context.Context, _ period.Period, in *reports.Inputs) (err error) {
	if c.src.Catalog != nil {
		in.Services, err = c.src.Catalog.Services(ctx)
	}
	return err
}

func (c *Collector) incidents(ctx context.Context, p period.Period, in *reports.Inputs) error {
	if c.src.Register == nil {
		return nil
	}
	from := lookBack(p)[0].From
	if t := in.AsOf.Add(-costReach); t.Before(from) {
		from = t
	}
	all, err := c.src.Register.Incidents(ctx, from, in.AsOf)
	if err != nil {
		return unread(in, reports.UnreadIncidents, err)
	}
	for _, i := range all {
		i.Voices = nil // what was said is behind the incident's page
		in.Incidents = append(in.Incidents, reports.Incident{Incident: i, Durations: i.Durations(c.src.Targets.Policy)})
	}
	return nil
}

// unread marks a part of the inputs that holds too much to be gathered, or that is
// damaged: the report is made without it, and says so. Any other error stays one.
func unread(in *reports.Inputs, what string, err error) error {
	if err == nil || fault.KindOf(err) != fault.TooWide && !damaged(err) {
		return err
	}
	in.Unread = append(in.Unread, reports.Unread{What: what, Why: fault.Message(err), Damaged: damaged(err)})
	return nil
}

// lookBack are the periods whose incidents and pages a report counts, oldest first:
// all that it shows beside each other, for a day the one before.
func lookBack(p period.Period) []period.Period {
	if p.Kind == period.Daily {
		return []period.Period{p.Prev(), p}
	}
	return reports.Spans(p)
}

// objectives measures every objective that was in force, several at a time; the
// buckets of one are in memory while it is measured and no longer.
func (c *Collector) objectives(ctx context.Context, p period.Period, in *reports.Inputs) error {
	if c.src.Catalog == nil || c.src.Ledger == nil {
		return nil
	}
	names, err := c.src.Catalog.Names(ctx)
	if err != nil {
		return err
	}
	done := make([]measured, len(names))
	near := upstreams(in.Services)
	work := make(chan int)
	var group sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), max(len(names), 1)) {
		group.Go(func() {
			for n := range work {
				done[n] = c.guarded(ctx, names[n], p, in, near)
			}
		})
	}
	for n := range names {
		work <- n
	}
	close(work)
	group.Wait()
	costs := map[string][]reports.Spend{}
	for _, m := range done {
		if m.err != nil {
			return m.err
		}
		if len(m.objective.SLO.Parts) > 0 && m.objective.Results == nil {
			m.objective = reports.Compose(m.objective.SLO, m.at, partsOf(m.objective.SLO, done), p, in.AsOf)
		}
		if m.there {
			in.Objectives = append(in.Objectives, m.objective)
		}
		for id, s := range m.costs {
			costs[id] = append(costs[id], s...)
		}
		in.Edits = append(in.Edits, m.edits...)
	}
	for n := range in.Incidents {
		in.Incidents[n].Spent = costs[in.Incidents[n].ID]
	}
	return nil
}

// upstreams gives for every service all that it depends on, directly or not.
func upstreams(all []slo.Service) map[string]map[string]bool {
	direct := map[string][]string{}
	for _, s := range all {
		direct[s.Name] = s.DependsOn
	}
	out := map[string]map[string]bool{}
	for name := range direct {
		seen := map[string]bool{}
		for next := []string{name}; len(next) > 0; next = next[1:] {
			for _, d := range direct[next[0]] {
				if d != name && !seen[d] {
					seen[d] = true
					next = append(next, d)
				}
			}
		}
		out[name] = seen
	}
	return out
}
