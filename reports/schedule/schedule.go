// Package schedule makes reports: which periods are due, in which order they are made, and
// when late data makes a new revision. It stores nothing: what is due follows from what
// exists in the report store, whatever the clock did, however long the program was stopped
// and wherever the last run ended.
//
//	definitions × periods past their due time - stored reports = due, oldest first
package schedule

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/messages"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/compile"
	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/reports/reportstore"
)

const (
	// backfill is how far back a report begins that was never made before.
	backfill = 100 * 24 * time.Hour
	// firstPause and longestPause bound how long a period whose report failed is skipped, so
	// that one that always fails does not delay the others.
	firstPause   = time.Minute
	longestPause = time.Hour
	// mostPeriods bounds the periods that are examined for one definition: a hundred years
	// of days.
	mostPeriods = 36_600
)

// Collector gathers what reports are made of.
type Collector interface {
	// Collect returns the inputs of one period, up to asOf.
	Collect(ctx context.Context, def reports.Definition, p period.Period, asOf time.Time) (reports.Inputs, error)
	// Earliest returns the time of the oldest data; ok is false when there is none.
	Earliest(ctx context.Context) (t time.Time, ok bool, err error)
	// Version returns a number that changes with everything that reports are made of.
	Version(ctx context.Context) (uint64, error)
}

// Archive stores reports; reportstore.Store is one.
type Archive interface {
	Publish(ctx context.Context, r reports.Report, inputs string, at time.Time, force bool) (reportstore.Revision, bool, error)
	Have(ctx context.Context, name string) (map[string]reportstore.Revision, error)
	Since(ctx context.Context, name string) (time.Time, error)
	SetSince(ctx context.Context, name string, t time.Time) error
}

// Options are the dependencies of a Scheduler.
type Options struct {
	Definitions func(ctx context.Context) ([]reports.Definition, error)
	Collect     Collector
	Archive     Archive
	Printer     *messages.Printer // of the reports' language; must not be nil
	Now         func() time.Time
	Log         *slog.Logger
	// Published is called with every new revision, after it is stored; may be nil.
	Published func(ctx context.Context, def reports.Definition, rev reportstore.Revision)
}

// Scheduler makes reports. One of Tick, Recheck and Make runs at a time.
type Scheduler struct {
	opt Options

	mu     sync.Mutex
	failed map[string]failure // by name and period
	sweep  sweep
}

// failure is how often a period failed in a row, when it last did, and when it is tried
// again. It is in memory only: a restart tries everything once.
type failure struct {
	times     int
	at, again time.Time
}

// pauses reports whether a period that failed is still skipped. A clock that was set back
// ends the pause, which would otherwise last as long as the clock was ahead.
func (f failure) pauses(now time.Time) bool { return now.Before(f.again) && !now.Before(f.at) }

// New returns a Scheduler.
func New(opt Options) *Scheduler { return &Scheduler{opt: opt, failed: map[string]failure{}} }

// due is a period whose report does not exist yet and is due.
type due struct {
	def reports.Definition
	p   period.Period
	at  time.Time
}

// Due returns the periods that are due and the names of their reports, in the order in which
// they are made: by the instant they became due, shorter kinds first.
func (x *Scheduler) Due(ctx context.Context) (all []period.Period, names []string, err error) {
	list, err := x.due(ctx)
	for _, d := range list {
		all, names = append(all, d.p), append(names, d.def.Name)
	}
	return all, names, err
}

// due returns what Due does, with the definitions. It may store the beginning of a
// report, see since.
func (x *Scheduler) due(ctx context.Context) (all []due, err error) {
	defs, err := x.opt.Definitions(ctx)
	if err != nil {
		return nil, err
	}
	now := x.opt.Now()
	for _, def := range defs {
		have, err := x.opt.Archive.Have(ctx, def.Name)
		if err != nil {
			return nil, err
		}
		since, err := x.since(ctx, def, now, len(have) > 0)
		if err != nil {
			return nil, err
		}
		if floor := floorOf(have, now); since.Before(floor) {
			since = floor
		}
		for _, p := range period.Between(def.Kind, since, now, def.Location(), mostPeriods) {
			if _, there := have[p.ID]; there {
				continue
			}
			if at := def.Due(p); !at.After(now) {
				all = append(all, due{def, p, at})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b due) int {
		return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.p.Length(), b.p.Length()), cmp.Compare(a.def.Name, b.def.Name))
	})
	return all, nil
}

// floorOf returns how far back a report may begin whatever is stored: to the oldest period
// that exists, and the backfill. A machine that once started with its clock at 1970 would
// otherwise owe the days of half a century.
func floorOf(have map[string]reportstore.Revision, now time.Time) time.Time {
	floor := now.Add(-backfill)
	for _, rev := range have {
		if rev.From.Before(floor) {
			floor = rev.From
		}
	}
	return floor
}

// since returns the beginning of a report's first period. It is stored once and moves only
// back: when older data arrives, its periods get their reports too. Without data it is the
// time of the first run; a clock that is earlier later does not move it once there are
// reports.
func (x *Scheduler) since(ctx context.Context, def reports.Definition, now time.Time, published bool) (time.Time, error) {
	stated, err := x.opt.Archive.Since(ctx, def.Name)
	if err != nil {
		return stated, err
	}
	from, ok, err := x.opt.Collect.Earliest(ctx)
	if err != nil {
		return stated, err
	}
	if !ok || from.After(now) {
		if published && !stated.IsZero() {
			return stated, nil
		}
		from = now
	}
	if limit := now.Add(-backfill); from.Before(limit) {
		from = limit
	}
	if !stated.IsZero() && !from.Before(stated) {
		return stated, nil
	}
	from = period.Containing(def.Kind, from, def.Location()).From
	if !stated.IsZero() && !from.Before(stated) {
		return stated, nil
	}
	return from, x.opt.Archive.SetSince(ctx, def.Name, from)
}

// Tick makes up to most of the reports that are due, oldest first, and returns a sentence
// about what was done. A report that fails or panics is skipped for a while and stops no
// other.
func (x *Scheduler) Tick(ctx context.Context, most int) (said string, err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	list, err := x.due(ctx)
	if err != nil {
		return "", err
	}
	made, failures := 0, 0
	now := x.opt.Now()
	for _, d := range list {
		if made+failures == most || ctx.Err() != nil {
			break
		}
		key := d.def.Name + " " + d.p.ID
		if x.failed[key].pauses(now) {
			continue
		}
		if _, _, err := x.make(ctx, d.def, d.p, false); err != nil {
			failures++
			x.fail(key, now, err)
			continue
		}
		delete(x.failed, key)
		made++
	}
	said = fmt.Sprintf("%d made, %d still due", made, len(list)-made)
	if failures > 0 {
		return said, fault.Newf(fault.Internal, "schedule.Tick", "%d of %d reports failed and will be tried again; the log says why", failures,
			made+failures)
	}
	return said, ctx.Err()
}

// fail stores when a period is tried again: after a minute, then twice as long each
// time up to an hour.
func (x *Scheduler) fail(key string, now time.Time, err error) {
	f := x.failed[key]
	pause := min(firstPause<<min(f.times, 6), longestPause)
	x.failed[key] = failure{f.times + 1, now, now.Add(pause)}
	x.opt.Log.Error("report", "report", key, "again", now.Add(pause), "error", err)
}

// asReported returns a definition and a period of it in the zone in which the period was
// reported before. A new zone counts for later periods: a report of one range of time is
// never revised to cover another.
func asReported(def reports.Definition, p period.Period, rev reportstore.Revision) (reports.Definition, period.Period, error) {
	if rev.Zone == "" || rev.Zone == def.Zone {
		return def, p, nil
	}
	def.Zone = rev.Zone
	p, err := period.Of(def.Kind, p.ID, def.Location())
	return def, p, err
}

// Make makes the report of one period, due or not. With force it makes a revision of a
// closed period too, and of one that states the same in other words. It fails with
// fault.Invalid while the period has not ended.
func (x *Scheduler) Make(ctx context.Context, def reports.Definition, p period.Period, force bool) (reportstore.Revision, bool, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	have, err := x.opt.Archive.Have(ctx, def.Name)
	if err != nil {
		return reportstore.Revision{}, false, err
	}
	if def, p, err = asReported(def, p, have[p.ID]); err != nil {
		return reportstore.Revision{}, false, err
	}
	if x.opt.Now().Before(p.To) {
		return reportstore.Revision{}, false, fault.Newf(fault.Invalid, "schedule.Make",
			"the period %s ends on %s; until then it can be previewed", p.ID, p.To.Format(time.RFC1123))
	}
	return x.make(ctx, def, p, force)
}

// Preview compiles a report without storing it, of a period in progress up to now.
func (x *Scheduler) Preview(ctx context.Context, def reports.Definition, p period.Period) (r reports.Report, err error) {
	r, _, err = x.compile(ctx, def, p)
	return r, err
}

// make compiles a report and publishes it. made is false when there was nothing to
// store. A report with missing parts is stored only where there is none yet, since a
// complete one is worth more than a newer one. The caller holds the lock.
func (x *Scheduler) make(ctx context.Context, def reports.Definition, p period.Period, force bool) (rev reportstore.Revision, made bool,
	err error) {
	r, hash, err := x.compile(ctx, def, p)
	if err != nil {
		return rev, false, err
	}
	// A person who forces a revision has seen what is missing.
	if len(r.Failures) > 0 && !force {
		if rev, keep, err := x.published(ctx, def, p); keep || err != nil {
			x.opt.Log.Error("a revision would lack parts; the one before remains", "report", def.Name, "period", p.ID, "failures", len(r.Failures))
			return rev, false, err
		}
	}
	rev, made, err = x.opt.Archive.Publish(ctx, r, hash, x.opt.Now(), force)
	if err == nil && made && x.opt.Published != nil {
		x.opt.Published(ctx, def, rev)
	}
	return rev, made, err
}

// published returns the newest revision of a period, if there is one.
func (x *Scheduler) published(ctx context.Context, def reports.Definition, p period.Period) (rev reportstore.Revision, there bool,
	err error) {
	have, err := x.opt.Archive.Have(ctx, def.Name)
	if err != nil {
		return rev, false, err
	}
	rev, there = have[p.ID]
	return rev, there, nil
}

// compile collects and compiles; a panic becomes an error. The hash is that of the
// inputs, by which Publish recognizes that nothing has changed. The data is taken as of
// the end of the period, or of now while it is in progress.
func (x *Scheduler) compile(ctx context.Context, def reports.Definition, p period.Period) (r reports.Report, hash string, err error) {
	defer func() {
		if v := recover(); v != nil {
			x.opt.Log.Error("panic", "report", def.Name, "period", p.ID, "panic", v, "stack", string(debug.Stack()))
			err = fault.Newf(fault.Internal, "schedule.compile", "the report %s of %s could not be made", def.Name, p.ID)
		}
	}()
	asOf := p.To
	if now := x.opt.Now(); now.Before(asOf) {
		asOf = now
	}
	in, err := x.opt.Collect.Collect(ctx, def, p, asOf)
	if err != nil {
		return r, "", err
	}
	in.AsOf = asOf
	if hash, err = in.Hash(def); err != nil {
		in = in.Sanitized() // one row that cannot be written must not stop the others
		if hash, err = in.Hash(def); err != nil {
			return r, "", err
		}
	}
	r = compile.Report(def, p, in, compile.Options{Printer: x.opt.Printer, Panicked: func(part string, v any) {
		x.opt.Log.Error("a part of a report failed", "report", def.Name, "period", p.ID, "part", part, "panic", v, "stack", string(debug.Stack()))
	}})
	for _, u := range in.Unread {
		x.opt.Log.Error("a part of a report could not be read", "report", def.Name, "period", p.ID, "part", u.What, "why", u.Why)
	}
	if len(r.Failures) > 0 {
		hash += incomplete // so that the complete one that follows is compared
	}
	return r, hash, nil
}

// incomplete ends the hash of a report with missing parts.
const incomplete = " incomplete"
