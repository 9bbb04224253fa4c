package webtest

import (
	"context"
	"html"
	"os"
	"path/filepath"
	"testing"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/jobs"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/deliver/outbox"
	"github.com/postern/postern/reports/reportstore"
)

// Reports holds one report at two revisions, which differ in their first figure.
type Reports struct{ One reports.Report }

// revision returns the row of a revision.
func (f Reports) revision(n int) reportstore.Revision {
	r := f.One
	return reportstore.Revision{
		Name: r.Name, Title: r.Title, Kind: r.Kind, Scope: r.Scope, Zone: r.Zone, Period: r.Period, Heading: r.Heading, From: r.From, To: r.To,
		Number: n, PublishedAt: Now, Tone: r.Verdict.Tone, Verdict: r.Verdict.Text,
	}
}

// Definitions implements reporting.Reports.
func (f Reports) Definitions(context.Context) ([]reports.Definition, error) {
	return reports.BuiltIn("Asia/Shanghai"), nil
}

// List implements reporting.Reports. One row is enough for lists; other names have none.
func (f Reports) List(_ context.Context, name, _ string, _ int) ([]reportstore.Revision, string, error) {
	if name != "" && name != f.One.Name {
		return nil, "", nil
	}
	return []reportstore.Revision{f.revision(2)}, "", nil
}

// Report implements reporting.Reports. Number 0 is the newest, 2; greater ones are
// fault.NotFound.
func (f Reports) Report(_ context.Context, name, period string, n int) (reportstore.Published, error) {
	if name != f.One.Name || period != f.One.Period || n > 2 {
		return reportstore.Published{}, fault.New(fault.NotFound, "fake", "there is no such report")
	}
	if n == 0 {
		n = 2
	}
	r := f.One
	if n == 1 {
		r.Headline = append([]reports.Figure(nil), r.Headline...)
		r.Headline[0].Value.Text, r.Headline[0].Value.Number, r.Headline[0].Value.Key = "9 / 9", reports.Number(1), "9/9"
	}
	return reportstore.Published{Revision: f.revision(n), Report: r}, nil
}

// Newest implements reporting.Reports.
func (f Reports) Newest(ctx context.Context, name, period string) (reportstore.Revision, error) {
	p, err := f.Report(ctx, name, period, 0)
	return p.Revision, err
}

// Revisions implements reporting.Reports.
func (f Reports) Revisions(context.Context, string, string) ([]reportstore.Revision, error) {
	return []reportstore.Revision{f.revision(2), f.revision(1)}, nil
}

// Preview implements reporting.Reports. It returns the report whatever the name and the
// period.
func (f Reports) Preview(context.Context, string, string) (reports.Report, error) {
	return f.One, nil
}

// Run implements reporting.Reports. It always makes a third revision.
func (f Reports) Run(context.Context, string, string, bool) (reportstore.Revision, bool, error) {
	return f.revision(3), true, nil
}

// Words implements reporting.Reports. The link shows whether base is used, the escaping
// whether notes are.
func (f Reports) Words(_ context.Context, r reports.Report, base string) ([]byte, error) {
	if r.Words == "" {
		return nil, nil
	}
	return []byte("<p><a href=\"" + base + "/p/1\">" + html.EscapeString(r.Words) + "</a></p>"), nil
}

// Charts draws empty charts. The id of an inline chart is escaped by the fake, so that a
// test of its quotes is one of the page.
type Charts struct{}

// Inline implements reporting.Charts.
func (Charts) Inline(_ reports.Report, _ reports.Chart, id string) ([]byte, error) {
	return []byte(`<svg class="chart"><title id="` + html.EscapeString(id) + `">x</title></svg>`), nil
}

// SVG implements reporting.Charts.
func (Charts) SVG(reports.Report, reports.Chart) ([]byte, error) { return []byte("<svg/>"), nil }

// PNG implements reporting.Charts.
func (Charts) PNG(reports.Report, reports.Chart) ([]byte, error) {
	return []byte("\x89PNG"), nil
}

// Table implements reporting.Charts.
func (Charts) Table(reports.Report, reports.Chart) ([]string, [][]string) {
	return []string{"Time", "Left"}, [][]string{{"today", "12 %"}}
}

// Jobs has one job and remembers which were started, and by whom.
type Jobs struct{ Asked []string }

// Status implements reporting.Jobs.
func (f *Jobs) Status(context.Context) ([]jobs.Status, error) {
	return []jobs.Status{{Name: "reports", About: "makes reports", Last: &jobs.Run{Started: Now, OK: true, Said: "2 made"}, Next: Now}}, nil
}

// RunNow implements reporting.Jobs.
func (f *Jobs) RunNow(name, who string) error {
	f.Asked = append(f.Asked, name+" "+who)
	return nil
}

// Weekly returns the golden weekly report of the compiler's own tests.
func Weekly(t testing.TB) reports.Report { return Report(t, "weekly") }

// Report returns a golden report of the compiler's own tests: "daily", "weekly",
// "monthly". Pages are tested with what the compiler really produces.
func Report(t testing.TB, name string) reports.Report {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root(t), "reports", "testdata", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := reports.Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// root returns the top folder of the repository. Tests run in the folder of their
// package, so it looks upwards for go.mod.
func root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	for err == nil {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			break
		}
		dir = filepath.Dir(dir)
	}
	t.Fatal("the test runs outside the repository")
	return ""
}

// Deliveries has one delivery that failed. It has a reason that a person can act on.
type Deliveries struct{}

// List implements reporting.Deliveries.
func (Deliveries) List(context.Context, ...outbox.State) ([]outbox.Delivery, error) {
	return []outbox.Delivery{{ID: "stuck", Report: "weekly", Period: "2026-W47", Revision: 1, Channel: "mail", State: outbox.Parked,
		Reason: "no such mailbox"}}, nil
}

// Resend implements reporting.Deliveries. It does not check the state, so Conflict is not
// simulated.
func (Deliveries) Resend(_ context.Context, id, _ string) (outbox.Delivery, error) {
	return outbox.Delivery{ID: id, State: outbox.Queued}, nil
}

// Send implements reporting.Deliveries.
func (Deliveries) Send(_ context.Context, report, period, channel, address string) (outbox.Delivery, error) {
	return outbox.Delivery{ID: "sent", Report: report, Period: period, Channel: channel, Address: address, State: outbox.Done}, nil
}
