// Package collect gathers the inputs of one report: it reads each source over the time that
// the report covers, measures the SLOs, and computes what each incident cost. It stores
// nothing.
//
//	catalogue, buckets   -> objectives, measured on all cores
//	incidents × buckets  -> what each incident consumed of which budget
//	alerts, changes, statements, drills, documents, searches, feeds -> as they are
//
// A source that is not connected is nil; its part of the inputs stays empty.
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

// Version is one definition of an SLO, in force from From until the next.
type Version struct {
	SLO  slo.SLO
	From time.Time // the first one counts for all earlier data
	// Removed: from From on no definition is in force. SLO is the last one.
	Gone bool
	What string // the definition in a few words
	Who  string
}

// Catalog reads services and SLOs.
type Catalog interface {
	Services(ctx context.Context) ([]slo.Service, error)
	Names(ctx context.Context) ([]string, error)
	// Versions returns the definitions of an SLO, oldest first.
	Versions(ctx context.Context, name string) ([]Version, error)
}

// Ledger reads the buckets of SLOs. Buckets are those of a series in [from, to), in
// order of time.
type Ledger interface {
	Buckets(ctx context.Context, name string, from, to time.Time) ([]slo.Bucket, error)
}

// Register reads incidents, alerts, changes, statements and drills, folded from all
// sources and linked with each other. Methods return what touches [from, to), and may
// fail with fault.TooWide when that is more than fits into memory.
type Register interface {
	Incidents(ctx context.Context, from, to time.Time) ([]incident.Incident, error)
	Episodes(ctx context.Context, from, to time.Time) ([]alert.Episode, error)
	Changes(ctx context.Context, from, to time.Time) ([]change.Linked, error)
	Statements(ctx context.Context, from, to time.Time) ([]sql.Followed, error)
	Drills(ctx context.Context, from, to time.Time) ([]incident.Drill, error)
}

// Knowledge reads documents, their action items and searches that found nothing.
// Documents that do not exist are left out of the result.
type Knowledge interface {
	Documents(ctx context.Context, ids []string) ([]reports.Document, error)
	// Drafts returns the post-mortems on pushed branches.
	Drafts(ctx context.Context) ([]reports.Draft, error)
	Actions(ctx context.Context) ([]reports.Action, error)
	Gaps(ctx context.Context, from, to time.Time) ([]reports.Search, error)
}

// Feeds reads what each source of data sent, and how many alerts their senders left out of
// their messages.
type Feeds interface {
	Feeds(ctx context.Context, from, to time.Time) (all []reports.Feed, truncated int, err error)
}

// Estimates returns the starts of the buckets of a series in [from, to) that were estimated,
// not counted.
type Estimates interface {
	Estimated(ctx context.Context, series string, from, to time.Time) ([]time.Time, error)
}

// Sources are what a Collector reads. Any may be nil.
type Sources struct {
	Catalog   Catalog
	Ledger    Ledger
	Register  Register
	Knowledge Knowledge
	Feeds     Feeds
	Estimates Estimates
	// Words returns the lead's notes for a period, in Markdown.
	Words func(ctx context.Context, name, period string) (string, error)

	Targets reports.Targets
	OnCall  alert.OnCall
}

// Collector gathers the inputs of reports. It is safe for use by many goroutines.
type Collector struct{ src Sources }

// New returns a Collector over the sources.
func New(src Sources) *Collector { return &Collector{src} }

// costReach is how long before a period incidents are read that consumed of a window
// that reaches into it. 28 days is the usual length of a rolling window.
const costReach = 28 * 24 * time.Hour

// Collect gathers the inputs of one period, as far as asOf. Parts that are damaged or
// too large are listed in Inputs.Unread and left empty. An error is temporary: the same
// call may succeed later.
func (c *Collector) Collect(ctx context.Context, def reports.Definition, p period.Period, asOf time.Time) (in reports.Inputs, err error) {
	in.AsOf, in.Targets, in.OnCall = asOf, c.src.Targets, c.src.OnCall
	// The order matters: objectives need the services and the incidents, and documents
	// need the incidents.
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

// services gathers all services, also those out of scope: incidents and dependencies
// refer to them.
func (c *Collector) services(ctx context.Context, _ period.Period, in *reports.Inputs) (err error) {
	if c.src.Catalog != nil {
		in.Services, err = c.src.Catalog.Services(ctx)
	}
	return err
}

// incidents gathers the incidents that the report counts or compares with, and those of
// costReach. What they consumed is added by objectives.
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
		i.Records = nil // they are on the page of the incident
		in.Incidents = append(in.Incidents, reports.Incident{Incident: i, Durations: i.Durations(c.src.Targets.Policy)})
	}
	return nil
}

// unread records a part of the inputs that is too large to be gathered, or damaged, and
// returns nil: the report is made without it. Any other error is returned.
func unread(in *reports.Inputs, what string, err error) error {
	if err == nil || fault.KindOf(err) != fault.TooWide && !damaged(err) {
		return err
	}
	in.Unread = append(in.Unread, reports.NewUnread(what, reports.Because(err), damaged(err)))
	return nil
}

// lookBack returns the periods whose incidents and pages a report counts, oldest first: all
// that it shows side by side, for a day the one before.
func lookBack(p period.Period) []period.Period {
	if p.Kind == period.Daily {
		return []period.Period{p.Prev(), p}
	}
	return reports.Spans(p)
}

// objectives measures every SLO that was in force, several at a time. The buckets of
// one are in memory only while it is measured. Composites are computed last, from their
// parts, which are measured by then. Results are in the order of the names, whichever
// was measured first, so that the same data gives the same bytes.
func (c *Collector) objectives(ctx context.Context, p period.Period, in *reports.Inputs) error {
	if c.src.Catalog == nil || c.src.Ledger == nil {
		return nil
	}
	names, err := c.src.Catalog.Names(ctx)
	if err != nil {
		return err
	}
	done := make([]measured, len(names))
	all := occasion{p, in, upstreams(in.Services)}
	work := make(chan int)
	var group sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), max(len(names), 1)) {
		group.Go(func() {
			for n := range work {
				done[n] = c.guarded(ctx, names[n], all)
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

// upstreams returns for every service all that it depends on, directly or not. A cycle
// of dependencies ends the walk, and a service is not upstream of itself.
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
