package app

import (
	"cmp"
	"context"
	"slices"

	"github.com/postern/postern/portal/web"
	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/register"
	"github.com/postern/postern/reports/slo"
)

// signals are the folded views with what each incident cost.
type signals struct {
	*register.Register
	a *App
}

// Drafts implements web.Signals.
func (s signals) Drafts(ctx context.Context, in incident.Incident) ([]web.DraftPostmortem, error) {
	return s.a.drafts.of(ctx, in)
}

// Spent implements web.Signals: the objectives that a voice names, and those of
// the incident's services. An objective that has no counts for the time is left
// out; one that lost nothing is in it, since that is an answer, too.
func (s signals) Spent(ctx context.Context, in incident.Incident) ([]web.BudgetSpent, error) {
	now := s.a.opt.Now()
	impact, ok := in.Impact(now)
	if !ok {
		return nil, nil
	}
	all, err := s.a.catalog.SLOs(ctx)
	if err != nil {
		return nil, err
	}
	var out []web.BudgetSpent
	for _, o := range all {
		if !slices.Contains(in.SLOs, o.Name) && !slices.Contains(in.Services, o.Service) || len(o.Parts) > 0 {
			continue
		}
		if o, err = s.a.catalog.SLOAt(ctx, o.Name, impact.From); err != nil {
			return nil, err
		}
		// The window that the incident was the end of: what it took of the budget
		// that there was then.
		from, to := o.Window.At(impact.To)
		buckets, err := s.a.ledger.Buckets(ctx, o.SeriesName(), from, to)
		if err != nil {
			return nil, err
		}
		if len(buckets) == 0 {
			continue
		}
		result := slo.Evaluate(o, buckets, slo.Span{From: from, To: to, Now: now})
		bad, share, ok := slo.IncidentShare(o, buckets, result, impact.From, impact.To)
		if ok {
			out = append(out, web.BudgetSpent{SLO: o.Name, Title: o.Title, Bad: bad, Share: share})
		}
	}
	slices.SortFunc(out, func(a, b web.BudgetSpent) int {
		return cmp.Or(cmp.Compare(b.Share, a.Share), cmp.Compare(a.SLO, b.SLO))
	})
	return out, nil
}
