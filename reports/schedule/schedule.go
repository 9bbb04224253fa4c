// Package press owns the making of reports: which periods are due, in which order
// they are made, and when late data makes a new revision. It keeps nothing
// itself: what exists is in the archive, and from that follows what is due, so
// that it does not matter how long nobody asked, what the clock did meanwhile,
// or where the last run died.
//
//	definitions × periods past their due time - archive = due, oldest first
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
	// firstPause and longestPause are how long a period whose report failed is left
	// alone, so that one that always fails does not keep others from being made.
	firstPause   = time.Minute
	longestPause = time.Hour
	// mostPeriods bounds how many periods are looked at for one definition: a
	// hundred years of days.
	mostPeriods = 36_600
)

// Collector gives what reports are made of.
type Collector interface {
	// Collect gives the inputs of one period, as far as asOf.
	Collect(ctx context.Context, def reports.Definition, p period.Period, asOf time.Time) (reports.Inputs, error)
	// Earliest is the oldest data there is; ok is false when there is none.
	Earliest(ctx context.Context) (t time.Time, ok bool, err error)
	// Version changes with everything that a report could be made of.
	Version(ctx context.Context) (uint64, error)
}

// Archive keeps reports.
type Archive interface {
	Publish(ctx context.Context, r reports.Report, inputs string, at time.Time, force bool) (reportstore.Revision, bool, error)
	Have(ctx context.Context, name string) (map[string]reportstore.Revision, error)
	Since(ctx context.Context, name string) (time.Time, error)
	SetSince(ctx context.Context, name string, t time.Time) error
}

// Options are what a Press works with.
type Options struct {
	Definitions func(ctx context.Context) ([]reports.Definition, error)
	Collect     Collector
	Archive     Archive
	Printer     *messages.Printer // of the reports' language; must not be nil
	Now         func() time.Time
	Log         *slog.Logger
	// Published is told of every new revision, after it is stored; may be nil.
	Published func(ctx context.Context, def reports.Definition, rev reportstore.Revision)
}

// Scheduler makes reports. One of Tick, Recheck and Make runs at a time.
type Scheduler struct {
	opt Options

	mu     sync.Mutex
	failed map[string]failure // by name and period
	sweep  sweep
}

type failure struct {
	times     int
	at, again time.Time
}

// pauses tells whether a period that failed is still left alone. A clock that was
// put back ends the pause: else it would last as long as the clock was ahead.
func (f failure) pauses(now time.Time) bool { return now.Before(f.again) && !now.Before(f.at) }

// New makes a Press.
func New(opt Options) *Scheduler { return &Scheduler{opt: opt, failed: map[string]failure{}} }

// due is a period whose report does not exist and should.
type due struct {
	def reports.Definition
	p   period.Period
	at  time.Time
}

// Due lists what should exist and does not, in the order in which it is made:
// by the instant it became due, shorter kinds first.
func (x *Scheduler) Due(ctx context.Context) (all []period.Period, names []string, err error) {
	list, err := x.due(ctx)
	for _, d := range list {
		all, names = append(all, d.p), append(names, d.def.Name)
	}
	return all, names, err
}

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

// floorOf is how far back a report may begin whatever was stated: to the oldest
// that there is, and the backfill. A machine that once started with its clock at
// 1970 would otherwise owe the days of half a century.
func floorOf(have map[string]reportstore.Revision, now time.Time) time.Time {
	floor := now.Add(-backfill)
	for _, rev := range have {
		if rev.From.Before(floor) {
			floor = rev.From
		}
	}
	return floor
}

// since is the beginning of a report's first period. It is stated once, and moves
// back only: when older data comes in, its periods get their reports too. Without
// data it is where the clock stood at first; a clock that later stands before that
// is no reason to move it once there are reports.
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

// Tick makes up to most of the reports that are due, oldest first. A report that
// fails or panics is left alone for a while and stops no other. The answer says
// what was done.
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
		return said, fault.Newf(fault.Internal, "press.Tick", "%d of %d reports failed and will be tried again; the log says why", failures, made+failures)
	}
	return said, ctx.Err()
}

func (x *Scheduler) fail(key string, now time.Time, err error) {
	f := x.failed[key]
	pause := min(firstPause<<min(f.times, 6), longestPause)
	x.failed[key] = failure{f.times + 1, now, now.Add(pause)}
	x.opt.Log.Error("report", "report", key, "again", now.Add(pause), "error", err)
}

// asReported is a definition and a period of it as the period was reported before.
// Another zone counts for what comes: what was reported of one stretch of time is
// never revised to tell of another.
func asReported(def reports.Definition, p period.Period, rev reportstore.Revision) (reports.Definition, period.Period, error) {
	if rev.Zone == "" || rev.Zone == def.Zone {
		return def, p, nil
	}
	def.Zone = rev.Zone
	p, err := period.Of(def.Kind, p.ID, def.Location())
	return def, p, err
}

// Make makes the report of one period, due or not. force makes a revision also of
// a period that is closed, and of one whose data is the same but which this
// program words otherwise than the one before it did.
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
		return reportstore.Revision{}, false, fault.Newf(fault.Invalid, "press.Make", "the period %s ends on %s; until then it can be previewed", p.ID, p.To.Format(time.RFC1123))
	}
	return x.make(ctx, def, p, force)
}

// Preview compiles a report without storing it, of a running period as far as it
// goes.
func (x *Scheduler) Preview(ctx context.Context, def reports.Definition, p period.Period) (r reports.Report, err error) {
	r, _, err = x.compile(ctx, def, p)
	return r, err
}

func (x *Scheduler) make(ctx context.Context, def reports.Definition, p period.Period, force bool) (rev reportstore.Revision, made bool, err error) {
	r, hash, err := x.compile(ctx, def, p)
	if err != nil {
		return rev, false, err
	}
	if len(r.Failures) > 0 && !force {
		if rev, keep, err := x.published(ctx, def, p); keep || err != nil {
			x.opt.Log.Error("a revision would miss parts, the one before is kept", "report", def.Name, "period", p.ID, "failures", len(r.Failures))
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
func (x *Scheduler) published(ctx context.Context, def reports.Definition, p period.Period) (rev reportstore.Revision, there bool, err error) {
	have, err := x.opt.Archive.Have(ctx, def.Name)
	if err != nil {
		return rev, false, err
	}
	rev, there = have[p.ID]
	return rev, there, nil
}

// compile collects and compiles; a panic becomes an error.
func (x *Scheduler) compile(ctx context.Context, def reports.Definition, p period.Period) (r reports.Report, hash string, err error) {
	defer func() {
		if v := recover(); v != nil {
			x.opt.Log.Error("panic", "report", def.Name, "period", p.ID, "panic", v, "stack", string(debug.Stack()))
			err = fault.Newf(fault.Internal, "press.compile", "the report %s of %s could not be made", def.Name, p.ID)
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
		hash += incomplete // so that the whole one that follows is another revision
	}
	return r, hash, nil
}

// incomplete ends the hash of the inputs of a report with parts that are missing.
const incomplete = " incomplete"
