package app

import (
	"context"
	"hash/fnv"
	"slices"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/messages"
	"github.com/postern/postern/portal/jobs"
	"github.com/postern/postern/portal/web/reporting"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/chart"
	"github.com/postern/postern/reports/collect"
	"github.com/postern/postern/reports/export"
	"github.com/postern/postern/reports/feedstore"
	"github.com/postern/postern/reports/pdf"
	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/reports/reportstore"
	"github.com/postern/postern/reports/schedule"
)

const (
	// scheduleEvery is how often due reports are looked for.
	scheduleEvery = time.Minute
	// mostAtOnce bounds the reports of one tick, so that a portal that was down for a
	// year can serve readers meanwhile.
	mostAtOnce = 20
	// mostRechecked bounds the published periods that one tick compares with late data.
	mostRechecked = 8
	// deliveriesJob is the name of the job that sends messages.
	deliveriesJob = "deliveries"
)

// openReports opens the scheduler of reports over the open stores, the background jobs
// and the drawer of charts.
func (a *App) openReports(context.Context) error {
	a.schedule = schedule.New(schedule.Options{
		Printer:     a.texts,
		Definitions: a.reportDefinitions, Archive: a.published, Now: a.opt.Now, Log: a.log,
		Published: func(context.Context, reports.Definition, reportstore.Revision) { a.deliverSoon() },
		Collect: reportData{a, collect.New(collect.Sources{
			Catalog: reportCatalog{a.catalog}, Ledger: a.feeds, Register: a.signals.Exact(), Knowledge: reportKnowledge{a},
			Feeds: reportFeeds{a.feeds}, Estimates: estimatesOf{a},
			Words:   a.published.Words,
			Targets: reports.Targets{Policy: a.signals.Policy(), Severity: a.opt.Config.Reports.PostmortemFrom},
			OnCall:  onCall(a.opt.Config),
		})},
	})
	a.jobs = jobs.New(jobs.Options{DB: a.db, Now: a.opt.Now, Log: a.log, Jobs: []jobs.Job{
		{Name: "reports", About: "makes the reports that are due, oldest first", Every: scheduleEvery,
			Run: func(ctx context.Context) (string, error) { return a.schedule.Tick(ctx, mostAtOnce) }},
		{Name: "revisions", About: "compares published reports with late data and revises those that it changes", Every: scheduleEvery,
			Run: func(ctx context.Context) (string, error) { return a.schedule.Recheck(ctx, mostRechecked) }},
		{Name: deliveriesJob, About: "sends reports to their recipients", Every: deliverEvery, Run: a.deliverDue},
	}})
	drawer, err := chart.NewDrawer(nil, a.texts)
	if err != nil {
		return fault.Wrap(fault.Internal, "app.reports", "the font of charts is broken", err)
	}
	a.charts = charts{drawer, a.texts}
	return nil
}

// deliverSoon starts the job that sends, so that a report is sent when it is published
// and not at the next tick. An error is logged only: the next tick sends all the same.
func (a *App) deliverSoon() {
	if err := a.jobs.RunNow(deliveriesJob, ""); err != nil {
		a.log.Error("deliveries", "error", err)
	}
}

// startJobs runs the background jobs until the stop.
func (a *App) startJobs() error {
	a.undo.add("jobs", stepLimit, a.jobs.Stop)
	return a.jobs.Start()
}

// MakeReports publishes every report that is due. The demo calls it, so that its
// readers need not wait for the schedule. It ends when no report is due, or when a
// round made none.
func (a *App) MakeReports(ctx context.Context, show func(done, total int)) error {
	total := 0
	for before := -1; ; {
		all, _, err := a.schedule.Due(ctx)
		if err != nil {
			return err
		}
		total = max(total, len(all))
		show(total-len(all), total)
		if len(all) == 0 || len(all) == before {
			return nil
		}
		if _, err := a.schedule.Tick(ctx, reportsPerRound); err != nil {
			return err
		}
		before = len(all)
	}
}

// reportsPerRound is how many reports MakeReports compiles between two calls of show.
const reportsPerRound = 25

// reportDefinitions returns the built-in definitions and the pushed ones. A pushed
// definition replaces a built-in one of the same name.
func (a *App) reportDefinitions(ctx context.Context) ([]reports.Definition, error) {
	pushed, err := a.published.Definitions(ctx)
	if err != nil {
		return nil, err
	}
	all := slices.DeleteFunc(reports.BuiltIn(a.opt.Config.Reports.Zone), func(d reports.Definition) bool {
		return slices.ContainsFunc(pushed, func(p reports.Definition) bool { return p.Name == d.Name })
	})
	return append(all, pushed...), nil
}

// reportData implements schedule.Collector: collect.Collector with what only the portal
// knows, damage of the database and the state of all stores.
type reportData struct {
	a *App
	*collect.Collector
}

// Earliest implements schedule.Collector: the first day with data; false without any.
// No report is made of a period before it.
func (d reportData) Earliest(ctx context.Context) (time.Time, bool, error) {
	days, err := d.a.feeds.TouchedDays(ctx, 0)
	if err != nil || len(days) == 0 {
		return time.Time{}, false, err
	}
	first := slices.MinFunc(days, func(x, y feedstore.TouchedDay) int { return x.Day.Compare(y.Day) })
	return first.Day, true, nil
}

// Version implements schedule.Collector. It identifies the state of everything that a
// report is made of, and does not change when a report is published. The scheduler
// compares it to skip reports whose data did not change.
func (d reportData) Version(ctx context.Context) (uint64, error) {
	h := fnv.New64a()
	for _, seq := range []func(context.Context) (uint64, error){d.a.feeds.Seq, d.a.catalog.Seq, d.a.signals.Seq} {
		n, err := seq(ctx)
		if err != nil {
			return 0, err
		}
		// Six bytes of a sequence number: 2^48 writes.
		h.Write([]byte{byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24), byte(n >> 32), byte(n >> 40), '/'})
	}
	published, err := d.a.library.Published(ctx)
	h.Write([]byte(published))
	return h.Sum64(), err
}

// reportsOf serves reports to the pages; it implements reporting.Reports.
type reportsOf struct{ a *App }

// Definitions implements reporting.Reports.
func (x reportsOf) Definitions(ctx context.Context) ([]reports.Definition, error) {
	return x.a.reportDefinitions(ctx)
}

// List implements reporting.Reports.
func (x reportsOf) List(ctx context.Context, name, cursor string, limit int) ([]reportstore.Revision, string, error) {
	return x.a.published.List(ctx, reportstore.Filter{Name: name, Cursor: cursor, Limit: limit})
}

// Report implements reporting.Reports.
func (x reportsOf) Report(ctx context.Context, name, id string, number int) (reportstore.Published, error) {
	return x.a.published.Report(ctx, name, id, number)
}

// Newest implements reporting.Reports.
func (x reportsOf) Newest(ctx context.Context, name, id string) (reportstore.Revision, error) {
	return x.a.published.Newest(ctx, name, id)
}

// Revisions implements reporting.Reports.
func (x reportsOf) Revisions(ctx context.Context, name, id string) ([]reportstore.Revision, error) {
	return x.a.published.Revisions(ctx, name, id)
}

// Preview implements reporting.Reports. It compiles a report and publishes nothing.
func (x reportsOf) Preview(ctx context.Context, name, id string) (reports.Report, error) {
	def, p, err := x.find(ctx, name, id)
	if err != nil {
		return reports.Report{}, err
	}
	return x.a.schedule.Preview(ctx, def, p)
}

// Run implements reporting.Reports. It publishes a report of a period that has ended.
// force also revises a closed period, and a report that differs in its wording only.
func (x reportsOf) Run(ctx context.Context, name, id string, force bool) (reportstore.Revision, bool, error) {
	def, p, err := x.find(ctx, name, id)
	if err != nil {
		return reportstore.Revision{}, false, err
	}
	return x.a.schedule.Make(ctx, def, p, force)
}

// find returns a definition and one of its periods; id "" is the last period that
// ended. Kinds: fault.NotFound for an unknown report, fault.Invalid for a period in the
// future.
func (x reportsOf) find(ctx context.Context, name, id string) (reports.Definition, period.Period, error) {
	all, err := x.a.reportDefinitions(ctx)
	if err != nil {
		return reports.Definition{}, period.Period{}, err
	}
	at := slices.IndexFunc(all, func(d reports.Definition) bool { return d.Name == name })
	if at < 0 {
		return reports.Definition{}, period.Period{}, fault.Newf(fault.NotFound, "app.reports", "there is no report %.60q", name)
	}
	def := all[at]
	if id == "" {
		return def, period.Containing(def.Kind, x.a.opt.Now(), def.Location()).Prev(), nil
	}
	p, err := period.Of(def.Kind, id, def.Location())
	if err == nil && p.From.After(x.a.opt.Now()) {
		err = fault.Newf(fault.Invalid, "app.reports", "the period %s has not begun", id)
	}
	return def, p, err
}

// printer returns the maker of PDFs, nil when the server has no browser.
func (a *App) printer() reporting.Printer {
	if p, ok := pdf.Find(a.opt.Config.Reports.Browser); ok {
		return p
	}
	return nil // not p: a nil *Printer would be a Printer that is not nil
}

// charts draws the charts of reports; it implements reporting.Charts.
type charts struct {
	drawer *chart.Drawer
	texts  *messages.Printer
}

// Inline implements reporting.Charts.
func (c charts) Inline(r reports.Report, x reports.Chart, id string) ([]byte, error) {
	return c.drawer.Inline(export.Figure(c.texts, r, x), id)
}

// SVG implements reporting.Charts.
func (c charts) SVG(r reports.Report, x reports.Chart) ([]byte, error) {
	return c.drawer.SVG(export.Figure(c.texts, r, x))
}

// PNG implements reporting.Charts.
func (c charts) PNG(r reports.Report, x reports.Chart) ([]byte, error) {
	return c.drawer.PNG(export.Figure(c.texts, r, x), chart.Light)
}

// Table implements reporting.Charts.
func (c charts) Table(r reports.Report, x reports.Chart) (head []string, rows [][]string) {
	t := export.Figure(c.texts, r, x).Table(c.texts)
	return t.Head, t.Rows
}
