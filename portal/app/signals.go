package app

import (
	"context"
	"time"

	"github.com/postern/postern/portal/config"
	"github.com/postern/postern/reports/alert"
	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/feed/formats"
	"github.com/postern/postern/reports/feedstore"
	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/signals"
)

// openSignals opens the folded views of incidents, alerts, changes and slow SQL over
// the feed store, the library and the catalog.
func (a *App) openSignals(context.Context) error {
	a.drafts = &draftPostmortems{library: a.library}
	a.signals = signals.New(signals.Options{
		DB: a.db, Feeds: feedsOf{a.feeds}, Documents: &postmortemSources{library: a.library}, Services: a.catalog,
		Policy: incidentPolicy(a.opt.Config.Targets, formats.Incidents(a.opt.Formats)), OnCall: onCall(a.opt.Config), Now: a.opt.Now,
		MostKept: a.opt.Config.Feeds.MostRead,
	})
	return nil
}

// incidentPolicy returns the default policy for the forms of the feeds, with the
// targets of the configuration.
func incidentPolicy(t config.Targets, feeds []incident.Form) incident.Policy {
	p := incident.DefaultPolicy(feeds...)
	if t.Detect > 0 {
		p.DetectWithin = t.Detect
	}
	if t.Diagnose > 0 {
		p.DiagnoseWithin = t.Diagnose
	}
	if t.Recover > 0 {
		p.RecoverWithin = t.Recover
	}
	if t.Middle == config.TargetAcknowledged {
		p.Middle = incident.Acknowledged
	}
	p.MiddleName, p.FromDetected = t.MiddleName, t.From == config.TargetDetected
	return p
}

// onCall returns the default hours with those of the configuration. The zone applies to
// services that state none, and is set only when it is configured.
func onCall(c config.Config) alert.OnCall {
	on := alert.DefaultOnCall()
	if n := c.OnCall.Night; n.From != n.To {
		on.NightFrom, on.NightTo = n.From, n.To
	}
	if c.OnCall.ShiftLength > 0 {
		on.ShiftFrom, on.ShiftLength = c.OnCall.ShiftFrom, c.OnCall.ShiftLength
	}
	if zone, err := time.LoadLocation(c.OnCall.Zone); err == nil && c.OnCall.Zone != "" {
		on.Zones = alert.Zones{"": zone}
	}
	return on
}

// feedsOf implements signals.Feeds: it turns touched days into the two questions of
// signals.
type feedsOf struct{ *feedstore.Store }

// Moved implements signals.Feeds: whether facts of a kind changed after a change
// number.
func (f feedsOf) Moved(ctx context.Context, kind string, after uint64) (bool, error) {
	days, err := f.Days(ctx, kind, after)
	return len(days) > 0, err
}

// Days implements signals.Feeds: the days whose facts of a kind changed after a change
// number.
func (f feedsOf) Days(ctx context.Context, kind string, after uint64) (days []time.Time, err error) {
	touched, err := f.TouchedDays(ctx, after)
	for _, d := range touched {
		if d.Kind == feed.Kind(kind) {
			days = append(days, d.Day)
		}
	}
	return days, err
}
