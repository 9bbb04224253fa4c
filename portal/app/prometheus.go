package app

import (
	"context"
	"encoding/base64"
	"fmt"
	"time"

	"github.com/postern/postern/portal/config"
	"github.com/postern/postern/portal/web/feeds"
	"github.com/postern/postern/portal/web/page"
	"github.com/postern/postern/reports/feed"

	"github.com/postern/postern/reports/feedstore"
	"github.com/postern/postern/reports/promsli"
)

const (
	// pollEvery is how often sources are queried for the SLI buckets that ended since.
	pollEvery = 30 * time.Second
	// queryTime and queryAttempts bound one query to a source: two of them fit into one
	// interval.
	queryTime     = 15 * time.Second
	queryAttempts = 2
)

// openPoller makes the poller of Prometheus sources without starting it. Credentials
// are sent only to the source that they are configured for.
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

// authorization returns the Authorization header for a source, "" without credentials.
// The configuration refuses both a token and a user.
func authorization(s config.PrometheusSource) string {
	switch {
	case s.Token.Set():
		return "Bearer " + s.Token.Reveal()
	case s.User != "":
		return "Basic " + base64.StdEncoding.EncodeToString([]byte(s.User+":"+s.Password.Reveal()))
	}
	return ""
}

// recorder stores measured SLI buckets in the feed store.
type recorder struct{ *feedstore.Store }

// Record implements promsli.Recorder.
func (r recorder) Record(ctx context.Context, facts []feed.Fact) error {
	_, err := r.Store.Record(ctx, facts)
	return err
}

// pollSources polls the sources until the stop. A source that does not answer delays no
// other.
func (a *App) pollSources() {
	if len(a.opt.Config.Prometheus.Sources) == 0 {
		return
	}
	a.background("poller", func(ctx context.Context) {
		repeat(ctx, pollEvery, func(ctx context.Context) { a.housekeepingStep(ctx, "SLIs from Prometheus", a.poller.Tick) })
	})
}

// pollChecks returns the state of the sources for /readyz. Each is OK whatever its
// state: the portal is ready without them, and the detail states what is wrong.
func (a *App) pollChecks() (checks []page.StatusCheck) {
	for _, s := range a.poller.Status() {
		detail := string(s.State)
		if s.Behind > 0 {
			detail += fmt.Sprintf(", %s behind", s.Behind.Round(time.Minute))
		}
		if n := len(s.Refused); n > 0 {
			detail += fmt.Sprintf(", %d queries refused", n)
		}
		checks = append(checks, page.StatusCheck{Name: "prometheus " + s.Name, OK: true, Detail: detail})
	}
	return checks
}

// measured returns the state of the sources for the pages, with the queries that a
// source refused.
func (a *App) measured() (out []feeds.MeasuredSource) {
	for _, s := range a.poller.Status() {
		m := feeds.MeasuredSource{
			Name: s.Name, State: string(s.State), Why: s.Trouble, Series: s.Series, Behind: s.Behind.Round(time.Minute),
			Answered: s.Answered, Warning: s.Warning,
		}
		for _, r := range s.Refused {
			m.Refused = append(m.Refused, feeds.RefusedQuery(r))
		}
		out = append(out, m)
	}
	return out
}
