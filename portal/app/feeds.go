package app

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/postern/postern/portal/config"
	"github.com/postern/postern/portal/web/feeds"
	"github.com/postern/postern/postmortems"
	"github.com/postern/postern/reports/catalog"
	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/feed/pagerduty"
	"github.com/postern/postern/reports/feed/statuspage"
	"github.com/postern/postern/reports/feedstore"
	"github.com/postern/postern/reports/statuspoll"
)

// openFeeds opens the feed store over the open database. The severity of feeds follows
// the same aliases as that of documents.
func (a *App) openFeeds() {
	c := a.opt.Config
	policy := postmortems.Policy{SeverityAliases: c.SeverityAliases}
	a.feeds = feedstore.New(feedstore.Options{
		DB: a.db, Formats: a.opt.Formats, Now: a.opt.Now, Log: a.log, Queue: c.Feeds.Queue, Severity: policy.Severity, CheckSpace: a.room,
		Budget:   feedstore.Budget{New: c.Feeds.BudgetNew, Open: c.Feeds.BudgetOpen},
		MostRead: c.Feeds.MostRead, Defined: (&definedSLOs{catalog: a.catalog}).at,
		Retention: feedstore.Retention{Raw: c.Retention.Raw, Facts: c.Retention.Facts, Fine: c.Retention.Fine, Buckets: c.Retention.Buckets},
	})
}

// definedSLOs are the names of the SLOs that definitions give. Buckets under these
// names are not limited by the budget for new names.
type definedSLOs struct {
	catalog *catalog.Catalog

	mu    sync.Mutex
	seq   uint64
	names map[string]bool // of that seq; nil: not read yet
}

// at returns a function that reports whether a definition names an SLO now. The names
// are read once after each push.
func (d *definedSLOs) at(ctx context.Context) (func(slo string) bool, error) {
	seq, err := d.catalog.Seq(ctx)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.names == nil || d.seq != seq {
		all, err := d.catalog.SLOs(ctx)
		if err != nil {
			return nil, err
		}
		names := make(map[string]bool, len(all))
		for _, o := range all {
			// Buckets are stored under the series name, which may differ from the
			// SLO's.
			names[o.Name], names[o.SeriesName()] = true, true
		}
		d.seq, d.names = seq, names
	}
	names := d.names
	return func(slo string) bool { return names[slo] }, nil
}

// statusPageTick is how often the poller checks whether a status page is due.
const statusPageTick = 5 * time.Second

// openStatuspages makes the poller of status pages without starting it. Each page is
// accepted like a body that was posted by its source.
func (a *App) openStatuspages() {
	c := a.opt.Config.Feeds
	var pages []statuspoll.Page
	for _, source := range slices.Sorted(maps.Keys(c.Statuspages)) {
		pages = append(pages, statuspoll.Page{Source: source, URL: c.Statuspages[source].String()})
	}
	a.statuspages = statuspoll.New(statuspoll.Options{
		Pages: pages, Every: c.StatuspageEvery, Client: &http.Client{}, Limit: c.Body, Now: a.opt.Now, Log: a.log,
		Accept: func(ctx context.Context, in feed.Input) error {
			_, err := a.feeds.Accept(ctx, statuspage.Name, in)
			return err
		},
	})
}

// pollStatuspages polls the status pages until the stop. Without any configured page
// nothing runs.
func (a *App) pollStatuspages() {
	if len(a.statuspages.Status()) == 0 {
		return
	}
	a.background("status pages", func(ctx context.Context) { repeat(ctx, statusPageTick, a.statuspages.Tick) })
}

// polledPages returns the state of each polled status page, for the page of feeds.
func (a *App) polledPages() (out []feeds.PolledPage) {
	for _, s := range a.statuspages.Status() {
		shown, _, _ := strings.Cut(s.URL, "?") // the query may contain a key
		out = append(out, feeds.PolledPage{
			Source: s.Source, URL: shown, State: string(s.State), LastOK: s.LastOK, Next: s.Next, Why: s.Why,
		})
	}
	return out
}

// signing returns the secrets that sign bodies of a format, and whether unsigned
// bodies are refused, as the configuration states them.
func signing(c config.Feeds) func(format, source string) (secrets []string, only bool) {
	return func(format, source string) ([]string, bool) {
		if format == pagerduty.Name {
			return c.PagerDutySecrets(source), c.SignedOnly
		}
		return nil, false
	}
}
