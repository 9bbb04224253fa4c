package slostatus

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/tally"
)

// rows evaluates every SLO at a horizon. Composites come last, since they are computed
// from the results of the others. Definitions that are gone lose their sums.
func (b *Board) rows(ctx context.Context, s state) ([]Row, error) {
	if err := b.sums.follow(ctx, b.opt.Ledger); err != nil {
		return nil, err
	}
	slos, err := b.opt.Catalog.SLOs(ctx)
	if err != nil {
		return nil, err
	}
	services, err := b.services(ctx)
	if err != nil {
		return nil, err
	}
	known := map[sumKey]bool{}
	rows := make([]Row, len(slos))
	for i, x := range slos {
		known[sumKey{x.SeriesName(), x.Hash}] = true
		rows[i] = Row{SLO: x, Team: services[x.Service].Team, Owner: services[x.Service].Owner}
	}
	if err := b.fillAll(ctx, rows, s.horizon); err != nil {
		return nil, err
	}
	results := map[string]slo.Result{}
	for _, row := range rows {
		if len(row.SLO.Parts) == 0 {
			results[row.SLO.Name] = row.Result
		}
	}
	for i := range rows {
		if x := rows[i].SLO; len(x.Parts) > 0 {
			rows[i].Result = slo.Composite(x, results, windowAt(x, s.horizon))
		}
	}
	b.sums.keep(known)
	return rows, nil
}

// fillAll evaluates the SLOs that have buckets, on all cores. A panic of a worker becomes
// one of the caller, which the server recovers from. Each worker stops at its first
// error. Without the recovery, a panic of a goroutine would end the process.
func (b *Board) fillAll(ctx context.Context, rows []Row, horizon time.Time) error {
	workers := min(runtime.GOMAXPROCS(0), max(len(rows), 1))
	errs, defects := make([]error, workers), make([]any, workers)
	var next atomic.Int64
	var group sync.WaitGroup
	for w := range workers {
		group.Go(func() {
			defer func() { defects[w] = recover() }()
			// The counter hands out rows one by one, as their cost differs greatly.
			for i := int(next.Add(1)) - 1; i < len(rows) && errs[w] == nil; i = int(next.Add(1)) - 1 {
				if len(rows[i].SLO.Parts) == 0 {
					errs[w] = b.fill(ctx, &rows[i], horizon)
				}
			}
		})
	}
	group.Wait()
	for _, d := range defects {
		if d != nil {
			panic(d)
		}
	}
	return errors.Join(errs...)
}

// services returns all services by name.
func (b *Board) services(ctx context.Context) (map[string]slo.Service, error) {
	list, err := b.opt.Catalog.Services(ctx)
	out := map[string]slo.Service{}
	for _, s := range list {
		out[s.Name] = s
	}
	return out, err
}

// windowAt returns the window of an SLO at a horizon. Now is the horizon, so that what
// cannot have arrived yet is not missing.
func windowAt(x slo.SLO, horizon time.Time) slo.Span {
	from, to := x.Window.At(horizon)
	return slo.Span{From: from, To: to, Now: horizon}
}

// fill evaluates one SLO that has buckets. Only the buckets of the longest burn window
// are read; everything older comes from sums.
func (b *Board) fill(ctx context.Context, row *Row, horizon time.Time) (err error) {
	x := row.SLO
	if row.Result, err = b.judge(ctx, x, windowAt(x, horizon)); err != nil {
		return err
	}
	windows := slo.BurnWindows()
	recent, err := b.opt.Ledger.Buckets(ctx, x.SeriesName(), horizon.Add(-windows[len(windows)-1]), horizon)
	if err != nil {
		return err
	}
	row.Burns = slo.Burns(x, recent, horizon, windows)
	row.Rules = rulesOf(x, row.Burns)
	row.Lasts = lasts(x, row.Result, row.Burns, horizon)
	return b.weeks(ctx, row, horizon)
}

// judge evaluates an SLO over a span, from sums. The span is cut to the start of the
// definition and to now.
func (b *Board) judge(ctx context.Context, x slo.SLO, at slo.Span) (slo.Result, error) {
	from := tally.Later(at.From, x.EffectiveFrom)
	to := at.To
	if !at.Now.IsZero() {
		to = tally.Earlier(to, at.Now)
	}
	sum, err := b.sum(ctx, x, span{from, to})
	return slo.Judge(x, sum, at), err
}

// rulesOf returns the verdict of each standard burn-rate rule. A window that was not
// measured has the zero Burn, for which the rule is quiet.
func rulesOf(x slo.SLO, burns []slo.Burn) (out []RuleState) {
	by := map[time.Duration]slo.Burn{}
	for _, burn := range burns {
		by[burn.Window] = burn
	}
	for _, r := range slo.StandardRules(x.Window.Length()) {
		out = append(out, RuleState{Rule: r, Verdict: r.Judge(x, by[r.Long], by[r.Short])})
	}
	return out
}

// lasts returns how long the budget lasts at the rate of the last day, nil if unknown.
// The rate of a day is steady enough for a forecast and still follows a change.
func lasts(x slo.SLO, r slo.Result, burns []slo.Burn, horizon time.Time) *time.Duration {
	for _, burn := range burns {
		if burn.Window != day || burn.Rate == nil || r.Left == nil {
			continue
		}
		left := *r.Left
		if past := horizon.Sub(r.From); r.Open && x.Method == slo.Occurrences && past > 0 {
			// The part consumed to date, of what the whole window allows at the traffic to
			// date.
			left = 1 - *r.Spent*float64(past)/float64(r.To.Sub(r.From))
		}
		if d, ok := slo.Exhaustion(left, *burn.Rate, x.Window.Length()); ok {
			return &d
		}
	}
	return nil
}

// weeks evaluates each of the last weeks. They begin at midnight UTC, so that their days
// are already in memory. A week without enough data has a state and no number. The last
// week is not over until midnight.
func (b *Board) weeks(ctx context.Context, row *Row, horizon time.Time) error {
	end := dayNumber(horizon) + 1
	for i := range row.Weeks {
		from := midnight(end - int64(7*(weeks-i)))
		at := slo.Span{From: from, To: from.Add(7 * day), Now: horizon}
		r, err := b.judge(ctx, row.SLO, at)
		if err != nil {
			return err
		}
		w := Week{From: at.From, To: at.To, State: r.State}
		if r.State == slo.OK || r.State == slo.Partial {
			w.Spent = r.Spent
		}
		row.Weeks[i] = w
	}
	return nil
}
