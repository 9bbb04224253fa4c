package app

import (
	"context"
	"slices"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/messages"
	"github.com/postern/postern/reports/chart"
	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/feedstore"
	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/slostatus"
)

// openSLOStatus opens the status of all SLOs over the open stores.
func (a *App) openSLOStatus(context.Context) error {
	a.sloStatus = slostatus.New(slostatus.Options{Catalog: a.catalog, Ledger: statusFeeds{a.feeds}, Incidents: incidentBands{a},
		Estimates: estimatesOf{a}, Now: a.opt.Now})
	return nil
}

// estimatesOf reads the poller, which is opened after the SLO status.
type estimatesOf struct{ app *App }

// Estimated implements slostatus.Estimates.
func (e estimatesOf) Estimated(ctx context.Context, series string, from, to time.Time) ([]time.Time, error) {
	return e.app.poller.Estimated(ctx, series, from, to)
}

// freshEvery is how often the shared views are computed, so that a reader rarely waits
// for them.
const freshEvery = 20 * time.Second

// keepViewsFresh computes the views that readers share, the folded incidents and the
// SLO status, until the stop. The first reader after a start or a push then does not
// wait.
func (a *App) keepViewsFresh() {
	compute := func(ctx context.Context) {
		a.housekeepingStep(ctx, "incidents", func(ctx context.Context) error {
			_, err := a.signals.Open(ctx)
			if fault.KindOf(err) == fault.TooWide {
				return nil // the pages show this error
			}
			return err
		})
		a.housekeepingStep(ctx, "SLO status", func(ctx context.Context) error {
			_, err := a.sloStatus.Rows(ctx)
			return err
		})
	}
	a.background("shared views", func(ctx context.Context) { repeat(ctx, freshEvery, compute) })
}

// statusFeeds implements slostatus.Ledger: the feed store with the touched days of SLIs
// only.
type statusFeeds struct{ *feedstore.Store }

// TouchedDays implements slostatus.Ledger: the days with new SLI data after a change
// number.
func (l statusFeeds) TouchedDays(ctx context.Context, after uint64) (days []time.Time, err error) {
	touched, err := l.Store.TouchedDays(ctx, after)
	for _, t := range touched {
		if t.Kind == feed.SLI {
			days = append(days, t.Day)
		}
	}
	return days, err
}

// incidentBands implements slostatus.Incidents. Bands are drawn behind the charts of an
// SLO.
type incidentBands struct{ a *App }

// Bands implements slostatus.Incidents: the incidents of a service between from and to.
// Maintenance, and incidents that are excluded from the figures because of data
// problems, are left out.
func (b incidentBands) Bands(ctx context.Context, service string, from, to time.Time) ([]slostatus.Band, error) {
	all, err := b.a.signals.Incidents(ctx, from, to)
	if err != nil {
		return nil, err
	}
	var out []slostatus.Band
	for _, i := range all {
		if i.Maintenance || len(i.Uncertainties) > 0 || !slices.Contains(i.Services, service) {
			continue
		}
		if band, ok := bandOf(i, b.a.opt.Now()); ok {
			out = append(out, band)
		}
	}
	return out, nil
}

// bandOf returns an incident from its start to its end, or to now while it is open;
// false without a start. It ends at mitigation: later milestones do not consume budget.
func bandOf(i incident.Incident, now time.Time) (slostatus.Band, bool) {
	start, ok := i.Times[incident.Started]
	if !ok {
		start, ok = i.Times[incident.Detected]
	}
	band := slostatus.Band{ID: i.ID, Title: i.Title, Severity: i.Severity, From: start.At, To: now, Open: true}
	for _, m := range []incident.Milestone{incident.Mitigated, incident.Recovered, incident.Resolved} {
		if end, there := i.Times[m]; there {
			band.To, band.Open = end.At, false
			break
		}
	}
	return band, ok && band.From.Before(band.To)
}

// curves draws the charts of SLOs; it implements slos.Curves.
type curves struct {
	drawer *chart.Drawer
	texts  *messages.Printer
}

// Budget implements slos.Curves.
func (c curves) Budget(d slostatus.Detail, id string) ([]byte, error) {
	return c.drawer.Inline(slostatus.BudgetFigure(c.texts, d), id)
}

// SLI implements slos.Curves.
func (c curves) SLI(d slostatus.Detail, id string) ([]byte, error) {
	return c.drawer.Inline(slostatus.SLIFigure(c.texts, d), id)
}
