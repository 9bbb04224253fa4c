package collect

import (
	"context"
	"errors"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/reports/slo"
)

// step gathers one part of the inputs.
type step struct {
	whats    []string // what it gathers
	do       func(context.Context, period.Period, *reports.Inputs) error
	sections []string // keys of those that need it; nil where the table of sections has them
}

// steps returns the parts of the inputs in the order in which they are gathered: SLOs need
// services and incidents.
func (c *Collector) steps() []step {
	return []step{
		{[]string{"services and their owners"}, c.services, []string{reports.Objectives, reports.Dependencies}},
		{[]string{reports.UnreadIncidents}, c.incidents, nil},
		{[]string{"SLOs"}, c.objectives, []string{
			reports.Objectives, reports.Risk, reports.Budget, reports.Windows, reports.Policy, reports.Arithmetic, reports.Review,
		}},
		{[]string{reports.UnreadAlerts, reports.UnreadChanges, reports.UnreadDrills}, c.signals, nil},
		{[]string{reports.UnreadStatements}, c.statements, nil},
		{[]string{"documents, action items and searches"}, c.knowledge, []string{reports.Coverage, reports.Actions, reports.Knowledge}},
		{[]string{"sources of data"}, c.feeds, []string{reports.Quality}},
	}
}

// run gathers the part. What is damaged, or makes the program fail, is listed in the
// inputs and costs nothing else. Any other error (stopping, timeout, overload) is
// returned, since it is temporary. What was gathered before the failure remains in the
// inputs.
func (s step) run(ctx context.Context, p period.Period, in *reports.Inputs) (err error) {
	lost := func(cause any) {
		for _, what := range s.whats {
			in.Unread = append(in.Unread, reports.NewUnread(what, reports.Because(cause), true, s.sections...))
		}
	}
	defer func() {
		if v := recover(); v != nil {
			lost(v)
			err = nil
		}
	}()
	if err = s.do(ctx, p, in); damaged(err) {
		lost(err)
		return nil
	}
	return err
}

// damaged reports whether an error is permanent: stored data that cannot be read. An
// error without a kind is not: it may be the network or a closing database.
func damaged(err error) bool {
	_, classified := errors.AsType[*fault.Error](err)
	return classified && fault.KindOf(err) == fault.Internal && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded)
}

// guarded measures one SLO. One whose counts cannot be read, or that makes the program
// fail, is invalid with the reason; the others are measured. Any error that is not
// damage remains in the result's err, and stops the report.
func (c *Collector) guarded(ctx context.Context, name string, all occasion) (out measured) {
	invalid := func(cause any) {
		why := "it could not be measured: " + reports.Because(cause)
		o := out.objective
		if o.SLO.Name == "" {
			o.SLO.Name = name
		}
		o.Results = nil
		for _, span := range reports.Spans(all.p) {
			o.Results = append(o.Results, slo.Result{From: span.From, To: span.To})
		}
		o.Window = slo.Result{From: all.p.From, To: all.in.AsOf}
		out = measured{objective: o.Invalid(why), there: true, at: out.at, edits: out.edits}
	}
	defer func() {
		if v := recover(); v != nil {
			invalid(v)
		}
	}()
	if out.err = c.measure(ctx, name, all, &out); damaged(out.err) {
		invalid(out.err)
	}
	return out
}
