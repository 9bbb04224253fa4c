package slostatus

import (
	"context"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/reports/catalog"
	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/tally"
)

// Judged is the result of one SLO over one span, with the definition that was applied.
type Judged struct {
	SLO     slo.SLO
	Result  slo.Result
	Version int  // number of the definition, 1 for the first
	Whole   bool // the span is the window of the SLO
}

// Detail is everything about one SLO. Row has no burn rates, rules and weeks for a
// composite.
type Detail struct {
	Judged
	Row      Row // the current state, for any span
	Span     slo.Span
	Versions []catalog.Version // oldest first
	Points   []slo.Point       // the SLI over the span
	Budget   []slo.BudgetPoint // the remaining budget
	Firings  []slo.Firing      // when rules would have fired
	Bands    []Band
	// NoBands is the reason why Bands is empty although there are incidents: they are too
	// many. "" if it is complete.
	NoBands string
	Members []Judged // of a composite
	// Origins are the sources of the counts over the span.
	Origins []slo.Origin
	// Estimated are the starts of the buckets of the span that were estimated instead of
	// counted.
	Estimated []time.Time
	// Projected is the whole calendar window, estimated; nil when it is not open.
	Projected *slo.Projection
}

// MaxSpan is the longest span of one request. It bounds the buckets that are read.
const MaxSpan = 400 * day

// Judge evaluates an SLO over a span, or over its window if both ends are zero, with the
// definition in force at the end of the span. Errors are fault.NotFound, fault.Gone and
// fault.Invalid.
func (b *Board) Judge(ctx context.Context, name string, from, to time.Time) (Judged, error) {
	j, _, err := b.at(ctx, name, from, to)
	return j, err
}

// at implements Judge and also returns the span. The definition is the one in force just
// before the end, as the end is exclusive.
func (b *Board) at(ctx context.Context, name string, from, to time.Time) (j Judged, at slo.Span, err error) {
	horizon := b.horizon()
	end := to
	if end.IsZero() {
		end = horizon
	}
	if j.SLO, err = b.opt.Catalog.SLOAt(ctx, name, end.Add(-1)); err != nil {
		return j, at, err
	}
	// Without a start, the span is the window of the SLO that contains its end.
	at = windowAt(j.SLO, horizon)
	if j.Whole = from.IsZero() && to.IsZero(); !j.Whole {
		if at.To = end; from.IsZero() {
			from, _ = j.SLO.Window.At(end)
		}
		at.From = from
	}
	if !at.From.Before(at.To) || at.To.Sub(at.From) > MaxSpan {
		return j, at, fault.Newf(fault.Invalid, "slostatus.Judge", "from must be before to, and at most %d days before", MaxSpan/day)
	}
	history, err := b.opt.Catalog.History(ctx, name)
	if err != nil {
		return j, at, err
	}
	// The newest version with this definition counts: a definition may return to an
	// earlier one.
	for _, v := range history {
		if v.SLO.Hash == j.SLO.Hash && !v.Gone {
			j.Version = v.Number
		}
	}
	// Sums must be up to date before they are used: follow drops those with new data.
	if err = b.sums.follow(ctx, b.opt.Ledger); err != nil {
		return j, at, err
	}
	if len(j.SLO.Parts) > 0 {
		members, err := b.members(ctx, j.SLO, at)
		results := map[string]slo.Result{}
		for _, m := range members {
			results[m.SLO.Name] = m.Result
		}
		j.Result = slo.Composite(j.SLO, results, at)
		return j, at, err
	}
	j.Result, err = b.judge(ctx, j.SLO, at)
	return j, at, err
}

// Origins returns the sources of the counts of a result, none for a composite.
func (b *Board) Origins(ctx context.Context, j Judged) ([]slo.Origin, error) {
	if len(j.SLO.Parts) > 0 {
		return nil, nil
	}
	from := tally.Later(j.Result.From, j.SLO.EffectiveFrom)
	return b.opt.Ledger.Origins(ctx, j.SLO.SeriesName(), from, tally.Earlier(j.Result.To, b.horizon()))
}

// members evaluates the parts of a composite over its span. A part is evaluated with its
// definition at the end of the span, over the span of the composite and not over its own
// window. The order is that of the definition.
func (b *Board) members(ctx context.Context, x slo.SLO, at slo.Span) (out []Judged, err error) {
	for _, part := range x.Parts {
		m, err := b.opt.Catalog.SLOAt(ctx, part.SLO, at.To.Add(-1))
		if k := fault.KindOf(err); err != nil && (k == fault.NotFound || k == fault.Gone) {
			continue // the result of the composite has the missing part
		}
		if err != nil {
			return nil, err
		}
		r, err := b.judge(ctx, m, at)
		if err != nil {
			return nil, err
		}
		out = append(out, Judged{SLO: m, Result: r})
	}
	return out, nil
}

// curvePoints is the approximate number of points of a curve: as many as fit. A week of
// hours is 168 steps.
const curvePoints = 168

// Detail returns everything about one SLO over a span, or over its window if both ends
// are zero. Errors are those of Judge. A part that fails fails all, but for incidents
// that are too many: NoBands then has the reason.
func (b *Board) Detail(ctx context.Context, name string, from, to time.Time) (d Detail, err error) {
	if d.Judged, d.Span, err = b.at(ctx, name, from, to); err != nil {
		return d, err
	}
	x, horizon := d.SLO, b.horizon()
	d.Row.SLO = x
	services, err := b.services(ctx)
	if err != nil {
		return d, err
	}
	d.Row.Team, d.Row.Owner = services[x.Service].Team, services[x.Service].Owner
	if d.Versions, err = b.opt.Catalog.History(ctx, name); err != nil {
		return d, err
	}
	if len(x.Parts) > 0 {
		d.Members, err = b.members(ctx, x, d.Span)
		return d, err
	}
	if err := b.fill(ctx, &d.Row, horizon); err != nil {
		return d, err
	}
	if d.Origins, err = b.Origins(ctx, d.Judged); err != nil {
		return d, err
	}
	if b.opt.Estimates != nil {
		// What was measured before the start of the definition is not counted, so its
		// estimates are not listed.
		counted := tally.Later(d.Span.From, x.EffectiveFrom)
		if d.Estimated, err = b.opt.Estimates.Estimated(ctx, x.SeriesName(), counted, tally.Earlier(d.Span.To, horizon)); err != nil {
			return d, err
		}
	}
	if err := b.curves(ctx, &d, x); err != nil || b.opt.Incidents == nil {
		return d, err
	}
	d.Bands, err = b.opt.Incidents.Bands(ctx, x.Service, d.Span.From, tally.Earlier(d.Span.To, horizon))
	if err != nil && fault.KindOf(err) == fault.TooWide {
		d.NoBands, err = fault.Message(err), nil
	}
	return d, err
}

// curves adds the curves of the span. A rolling window needs the buckets of one window
// before it. The buckets are read once for all curves. Steps are whole buckets.
func (b *Board) curves(ctx context.Context, d *Detail, x slo.SLO) error {
	before := 3 * day // for the rules
	rolled := d.Whole && x.Window.Rolling
	if rolled {
		before = max(before, x.Window.Length())
	}
	if d.Result.Open {
		before = max(before, slo.History) // for the traffic of the same hours
	}
	buckets, err := b.opt.Ledger.Buckets(ctx, x.SeriesName(), d.Span.From.Add(-before), d.Span.To)
	if err != nil {
		return err
	}
	// The curves end now if the span is not over.
	length := tally.Earlier(d.Span.To, tally.Later(d.Span.Now, d.Span.From)).Sub(d.Span.From)
	step := max(length/curvePoints, slo.BaseBucket).Round(slo.BaseBucket)
	d.Points = slo.Series(x, buckets, d.Span, step)
	d.Firings = slo.Backtest(x, buckets, slo.StandardRules(x.Window.Length()), d.Span)
	budget := slo.BudgetFrom(x, d.Result, buckets, d.Span)
	d.Projected = budget.Whole
	if rolled {
		d.Budget = slo.RollingLeft(x, buckets, d.Span, step)
	} else {
		d.Budget = budget.Burndown(x, buckets, d.Span, step)
	}
	return nil
}
