package app

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/postern/postern/portal/web/incidentparts"
	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/signals"
	"github.com/postern/postern/reports/slo"
)

// incidentSignals are the folded incidents with the error budget that each consumed; it
// implements web.Signals. Composite SLOs are left out: their parts are listed.
type incidentSignals struct {
	*signals.Store
	a *App
}

// Drafts implements incidents.Signals.
func (s incidentSignals) Drafts(ctx context.Context, in incident.Incident) ([]incidentparts.DraftPostmortem, error) {
	return s.a.drafts.of(ctx, in)
}

// Spent implements incidents.Signals. It covers the SLOs that a source of the incident names
// and those of its services, largest share first. An SLO without measurements for the
// time of the incident is left out; one that lost nothing is included, since that is an
// answer.
func (s incidentSignals) Spent(ctx context.Context, in incident.Incident) ([]incidentparts.BudgetSpent, error) {
	now := s.a.opt.Now()
	impact, ok := in.Impact(now)
	if !ok {
		return nil, nil
	}
	all, err := s.a.catalog.SLOs(ctx)
	if err != nil {
		return nil, err
	}
	var out []incidentparts.BudgetSpent
	for _, o := range all {
		if !slices.Contains(in.SLOs, o.Name) && !slices.Contains(in.Services, o.Service) || len(o.Parts) > 0 {
			continue
		}
		if o, err = s.a.catalog.SLOAt(ctx, o.Name, impact.From); err != nil {
			return nil, err
		}
		spent, ok, err := s.spentOf(ctx, o, impact, now)
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, spent)
		}
	}
	slices.SortFunc(out, func(a, b incidentparts.BudgetSpent) int {
		return cmp.Or(cmp.Compare(b.Share, a.Share), cmp.Compare(a.SLO, b.SLO))
	})
	return out, nil
}

// spentOf returns what an incident consumed of an SLO's budget. For a rolling window
// that is the window which ends with the incident; for calendar windows, the one of
// which the incident consumed the larger share. ok is false without measurements for
// the time.
func (s incidentSignals) spentOf(ctx context.Context, o slo.SLO, impact incident.Interval, now time.Time) (out incidentparts.BudgetSpent,
	ok bool, err error) {
	out = incidentparts.BudgetSpent{SLO: o.Name, Title: o.Title}
	for _, w := range windowsOf(o, impact.From, impact.To) {
		least := w.From
		if back := now.Add(-slo.History); w.To.After(now) && back.Before(least) {
			least = back
		}
		buckets, err := s.a.feeds.Buckets(ctx, o.SeriesName(), least, w.To)
		if err != nil {
			return out, false, err
		}
		w.Now = now
		bad := slo.BadDuring(o, buckets, impact.From, impact.To, w.From, w.To)
		share, estimated, known := slo.BudgetOf(o, buckets, w).Share(bad)
		if known && (!ok || share > out.Share) {
			out.Bad, out.Share, out.Estimated, ok = bad, share, estimated, true
		}
	}
	return out, ok, nil
}

// windowsOf returns the windows of an SLO in which [from, to) begins and ends: one for
// a rolling window or if both are in the same calendar window, otherwise two. Windows
// between them, which the incident fills, are left out.
func windowsOf(o slo.SLO, from, to time.Time) []slo.Span {
	o.Window = o.Window.OrDefault()
	var out slo.Span
	out.From, out.To = o.Window.Until(to)
	if o.Window.Rolling || !from.Before(out.From) {
		return []slo.Span{out}
	}
	var first slo.Span
	first.From, first.To = o.Window.At(from)
	return []slo.Span{first, out}
}
