package app

import (
	"context"
	"encoding/base64"
	"fmt"
	"time"

	"github.com/postern/postern/portal/config"
	"github.com/postern/postern/portal/web"
	"github.com/postern/postern/reports/feed"

	"github.com/postern/postern/reports/feedstore"
	"github.com/postern/postern/reports/promsli"
)

const (
	// pollEvery is how often sources are asked for what has ended since.
	pollEvery = 30 * time.Second
	// queryTime and queryAttempts bound one request to a source: two of them fit
	// into a turn.
	queryTime     = 15 * time.Second
	queryAttempts = 2
)

// openPoller makes the poller over the open ledger; nobody is asked yet.
func (a *App) openPoller() {
	var sources []promsli.Source
	for _, s := range a.opt.Config.Prometheus.Sources {
		sources = append(sources, promsli.Source{Name: s.Name, Step: s.Step, Grace: s.Grace, Query: promsli.NewClient(promsli.ClientOptions{
			URL: s.URL, Authorization: authorization(s), Pause: pause,
			Limits: promsli.Limits{Time: queryTime, Attempts: queryAttempts},
		})})
	}
	a.poller = promsli.New(promsli.Options{
		DB: a.db, Catalog: a.catalog, Recorder: recorder{a.feeds}, Sources: sources, Now: a.opt.Now, Log: a.log,
	})
}

func authorization(s config.PrometheusSource) string {
	switch {
	case s.Token.Set():
		return "Bearer " + s.Token.Reveal()
	case s.User != "":
		return "Basic " + base64.StdEncoding.EncodeToString([]byte(s.User+":"+s.Password.Reveal()))
	}
	return ""
}

// recorder puts what was measured into the ledger.
type recorder struct{ *feedstore.Store }

// Record implements poll.Recorder.
func (r recorder) Record(ctx context.Context, facts []feed.Fact) error {
	_, err := r.Store.Record(ctx, facts)
	return err
}

// pollSources asks the sources until the portal stops. A source that does not
// answer holds up nothing but itself.
func (a *App) pollSources() {
	if len(a.opt.Config.Prometheus.Sources) == 0 {
		return
	}
	a.background("poller", func(ctx context.Context) {
		repeat(ctx, pollEvery, func(ctx context.Context) { a.housekeepingStep(ctx, "objectives", a.poller.Tick) })
	})
}

// pollChecks tell of the sources on /readyz. The portal is ready without them.
func (a *App) pollChecks() (checks []web.StatusCheck) {
	for _, s := range a.poller.Status() {
		detail := string(s.State)
		if s.Behind > 0 {
			detail += fmt.Sprintf(", %s behind", s.Behind.Round(time.Minute))
		}
		if n := len(s.Refused); n > 0 {
			detail += fmt.Sprintf(", %d queries refused", n)
		}
		checks = append(checks, web.StatusCheck{Name: "prometheus " + s.Name, OK: true, Detail: detail})
	}
	return checks
}

// measured tells the pages how the sources do.
func (a *App) measured() (out []web.MeasuredSource) {
	for _, s := range a.poller.Status() {
		m := web.MeasuredSource{
			Name: s.Name, State: string(s.State), Why: s.Trouble, Series: s.Series, Behind: s.Behind.Round(time.Minute),
			Answered: s.Answered, Warning: s.Warning,
		}
		for _, r := range s.Refused {
			m.Refused = append(m.Refused, web.RefusedQuery(r))
		}
		out = append(out, m)
	}
	return out
}
