package schedule

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/reports/reportstore"
)

// sweepEvery is the shortest time between two passes over the published periods. Each
// webhook changes the version of the data, and without it passes would follow each
// other without a pause.
const sweepEvery = 15 * time.Minute

// sweep is one pass over the open periods, which may take several ticks.
type sweep struct {
	version uint64    // of the data when it began
	began   time.Time // zero: never
	left    []due
}

// Recheck compiles up to most published periods that are not closed again and stores a
// revision of those that state something else. It returns a sentence about what was
// done. A pass begins when data has changed since the last one, at most every quarter
// of an hour. A report that fails is logged and is checked again in the next pass. The
// error is fault.Internal if any failed.
func (x *Scheduler) Recheck(ctx context.Context, most int) (said string, err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if err := x.begin(ctx); err != nil {
		return "", err
	}
	checked, revised, failures := 0, 0, 0
	for len(x.sweep.left) > 0 && checked < most && ctx.Err() == nil {
		d := x.sweep.left[0]
		x.sweep.left = x.sweep.left[1:]
		checked++
		_, made, err := x.make(ctx, d.def, d.p, false)
		if err != nil {
			failures++
			x.opt.Log.Error("report", "report", d.def.Name, "period", d.p.ID, "error", err)
			continue
		}
		if made {
			revised++
		}
	}
	if checked == 0 {
		return "nothing changed", ctx.Err()
	}
	said = fmt.Sprintf("%d checked, %d revised, %d to go", checked, revised, len(x.sweep.left))
	if failures > 0 {
		return said, fault.Newf(fault.Internal, "schedule.Recheck", "%d reports could not be checked; the log says why", failures)
	}
	return said, ctx.Err()
}

// begin starts a pass when data has changed and the last pass was long enough ago. A
// clock that was set back does not delay it. The version is read before the periods, so
// that data that arrives meanwhile starts another pass.
func (x *Scheduler) begin(ctx context.Context) error {
	version, err := x.opt.Collect.Version(ctx)
	if err != nil {
		return err
	}
	now := x.opt.Now()
	if len(x.sweep.left) > 0 || version == x.sweep.version && !x.sweep.began.IsZero() || now.Before(x.sweep.began.Add(sweepEvery)) &&
		!now.Before(x.sweep.began) {
		return nil
	}
	left, err := x.open(ctx, now)
	if err != nil {
		return err
	}
	x.sweep = sweep{version: version, began: now, left: left}
	return nil
}

// open returns the published periods that are not closed, newest first: those are read
// most.
func (x *Scheduler) open(ctx context.Context, now time.Time) (all []due, err error) {
	defs, err := x.opt.Definitions(ctx)
	if err != nil {
		return nil, err
	}
	for _, def := range defs {
		have, err := x.opt.Archive.Have(ctx, def.Name)
		if err != nil {
			return nil, err
		}
		all = append(all, openOf(def, have, now)...)
	}
	slices.SortStableFunc(all, func(a, b due) int { return cmp.Or(b.at.Compare(a.at), cmp.Compare(a.def.Name, b.def.Name)) })
	return all, nil
}

// openOf returns the periods of one report that have ended and are not closed at now.
func openOf(def reports.Definition, have map[string]reportstore.Revision, now time.Time) (all []due) {
	for id, rev := range have {
		if now.Before(rev.To) || now.After(rev.To.Add(reports.CloseAfter)) {
			continue
		}
		def := def
		def.Zone = rev.Zone // see asReported
		if p, err := period.Of(def.Kind, id, def.Location()); err == nil {
			all = append(all, due{def, p, p.To})
		}
	}
	return all
}
