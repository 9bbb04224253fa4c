package app

import (
	"context"
	"slices"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/reports/chart"
	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/feedstore"
	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/slostatus"
)

// openSLOStatus makes the board over the open ledger and register.
func (a *App) openSLOStatus(context.Context) error {
	a.sloStatus = slostatus.New(slostatus.Options{Catalog: a.catalog, Ledger: statusFeeds{a.feeds}, Incidents: incidentBands{a}, Estimates: estimatesOf{a}, Now: a.opt.Now})
	return nil
}

// estimatesOf asks the poller, which is made after the board.
type estimatesOf struct{ app *App }

// Estimated implements board.Estimates.
func (e estimatesOf) Estimated(ctx context.Context, series string, from, to time.Time) ([]time.Time, error) {
	return e.app.poller.Estimated(ctx, series, from, to)
}

// freshEvery is how often the board is made anew, so that readers find it made.
const freshEvery = 20 * time.Second

// keepViewsFresh makes the looks that readers share, the folded incidents and the board,
// until the portal stops: who comes first after a start or a push need not wait.
func (a *App) keepViewsFresh() {
	look := func(ctx context.Context) {
		a.housekeepingStep(ctx, "incidents", func(ctx context.Context) error {
			_, err := a.signals.Open(ctx)
			if fault.KindOf(err) == fault.TooWide {
				return nil // the pages say so
			}
			return err
		})
		a.housekeepingStep(ctx, "board", func(ctx context.Context) error {
			_, err := a.sloStatus.Rows(ctx)
			return err
		})
	}
	a.background("looks", func(ctx context.Context) { repeat(ctx, freshEvery, look) })
}

// statusFeeds implements board.Ledger.
type statusFeeds struct{ *feedstore.Store }

// TouchedDays implements board.Ledger.
func (l statusFeeds) TouchedDays(ctx context.Context, after uint64) (days []time.Time, err error) {
	touched, err := l.Touched(ctx, after)
	for _, t := range touched {
		if t.Kind == feed.SLI {
			days = append(days, t.Day)
		}
	}
	return days, err
}

// incidentBands tells the board of incidents.
type incidentBands struct{ a *App }

// Bands implements board.Incidents.
func (b incidentBands) Bands(ctx context.Context, service string, from, to time.Time) ([]slostatus.Band, error) {
	all, err := b.a.signals.Incidents(ctx, from, to)
	if err != nil {
		return nil, err
	}
	var out []slostatus.Band
	for _, i := range all {
		if i.Maintenance || len(i.Doubts) > 0 || !slices.Contains(i.Services, service) {
			continue
		}
		if band, ok := bandOf(i, b.a.opt.Now()); ok {
			out = append(out, band)
		}
	}
	return out, nil
}

// bandOf is an incident from its start to when it was over; false without a start.
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

// curves draws objectives; it implements web.Curves.
type curves struct{ drawer *chart.Drawer }

// Budget implements web.Curves.
func (c curves) Budget(d slostatus.Detail, id string) ([]byte, error) {
	return c.drawer.Inline(slostatus.Budget(d), id)
}

// SLI implements web.Curves.
func (c curves) SLI(d slostatus.Detail, id string) ([]byte, error) {
	return c.drawer.Inline(slostatus.SLI(d), id)
}
