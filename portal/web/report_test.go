package web

import (
	"context"
	"html"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/jobs"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/reportstore"
)

// fakeReports holds one report at two revisions.
type fakeReports struct{ report reports.Report }

func (f fakeReports) revision(n int) reportstore.Revision {
	r := f.report
	return reportstore.Revision{
		Name: r.Name, Title: r.Title, Kind: r.Kind, Scope: r.Scope, Zone: r.Zone, Period: r.Period, Heading: r.Heading, From: r.From, To: r.To,
		Number: n, PublishedAt: testNow, Tone: r.Verdict.Tone, Verdict: r.Verdict.Text,
	}
}

func (f fakeReports) Definitions(context.Context) ([]reports.Definition, error) {
	return reports.BuiltIn("Asia/Shanghai"), nil
}

func (f fakeReports) List(_ context.Context, name, _ string, _ int) ([]reportstore.Revision, string, error) {
	if name != "" && name != f.report.Name {
		return nil, "", nil
	}
	return []reportstore.Revision{f.revision(2)}, "", nil
}

func (f fakeReports) Report(_ context.Context, name, period string, n int) (reportstore.Published, error) {
	if name != f.report.Name || period != f.report.Period || n > 2 {
		return reportstore.Published{}, fault.New(fault.NotFound, "fake", "there is no such report")
	}
	if n == 0 {
		n = 2
	}
	r := f.report
	if n == 1 {
		r.Headline = append([]reports.Figure(nil), r.Headline...)
		r.Headline[0].Value.Text = "9 / 9"
	}
	return reportstore.Published{Revision: f.revision(n), Report: r}, nil
}

func (f fakeReports) Newest(ctx context.Context, name, period string) (reportstore.Revision, error) {
	p, err := f.Report(ctx, name, period, 0)
	return p.Revision, err
}

func (f fakeReports) Revisions(context.Context, string, string) ([]reportstore.Revision, error) {
	return []reportstore.Revision{f.revision(2), f.revision(1)}, nil
}

func (f fakeReports) Preview(context.Context, string, string) (reports.Report, error) {
	return f.report, nil
}

func (f fakeReports) Run(context.Context, string, string, bool) (reportstore.Revision, bool, error) {
	return f.revision(3), true, nil
}

func (f fakeReports) Words(_ context.Context, r reports.Report, base string) ([]byte, error) {
	if r.Words == "" {
		return nil, nil
	}
	return []byte("<p><a href=\"" + base + "/p/1\">" + html.EscapeString(r.Words) + "</a></p>"), nil
}

// fakeCharts draws nothing worth looking at.
type fakeCharts struct{}

func (fakeCharts) Inline(_ reports.Report, _ reports.Chart, id string) ([]byte, error) {
	return []byte(`<svg class="chart"><title id="` + html.EscapeString(id) + `">x</title></svg>`), nil
}
func (fakeCharts) SVG(reports.Report, reports.Chart) ([]byte, error) { return []byte("<svg/>"), nil }
func (fakeCharts) PNG(reports.Report, reports.Chart) ([]byte, error) {
	return []byte("\x89PNG"), nil
}
func (fakeCharts) Table(reports.Report, reports.Chart) ([]string, [][]string) {
	return []string{"Time", "Left"}, [][]string{{"today", "12 %"}}
}

// fakeJobs has one job.
type fakeJobs struct{ asked []string }

func (f *fakeJobs) Status(context.Context) ([]jobs.Status, error) {
	return []jobs.Status{{Name: "reports", About: "makes reports", Last: &jobs.Run{Started: testNow, OK: true, Said: "2 made"}, Next: testNow}}, nil
}

func (f *fakeJobs) RunNow(name, who string) error {
	f.asked = append(f.asked, name+" "+who)
	return nil
}

// weekly is the golden weekly report of the compiler's own tests.
func weekly(t testing.TB) reports.Report {
	t.Helper()
	b, err := os.ReadFile("../../reports/testdata/weekly.json")
	if err != nil {
		t.Fatal(err)
	}
	r, err := reports.Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func reportSite(t testing.TB, r reports.Report, opts ...func(*Deps, *Options)) *site {
	t.Helper()
	return newSite(t, "https://kb.example/x", append(opts, func(d *Deps, _ *Options) {
		d.Reports, d.Charts, d.Jobs = fakeReports{r}, fakeCharts{}, &fakeJobs{}
	})...)
}

// Every figure that says how it is made leads to a place on the same page.
func TestEveryFigureExplainsItself(t *testing.T) {
	r := weekly(t)
	page := reportSite(t, r).get("/x/reports/weekly/" + r.Period).Body.String()
	for _, part := range strings.Split(page, `href="#`)[1:] {
		id := part[:strings.IndexByte(part, '"')]
		if !strings.Contains(page, `id="`+id+`"`) {
			t.Errorf("#%s leads nowhere", id)
		}
	}
	if n := strings.Count(page, `href="#how-`); n < 30 {
		t.Errorf("%d figures say how they are made", n)
	}
}

func TestReportRevisions(t *testing.T) {
	r := weekly(t)
	s := reportSite(t, r)
	at := "/x/reports/weekly/" + r.Period
	if old := s.get(at + "?rev=1").Body.String(); !strings.Contains(old, "This is revision 1") || !strings.Contains(old, "9 / 9") {
		t.Error("revision 1 does not say that it is old")
	}
	if page := s.get(at).Body.String(); strings.Contains(page, "This is revision") || strings.Contains(page, "9 / 9") {
		t.Error("the newest revision is taken for an old one")
	}
	if diff := s.get(at + "/changes?rev=2").Body.String(); !strings.Contains(diff, "<del>9 / 9</del>") {
		t.Errorf("what changed: %s", diff)
	}
	for target, status := range map[string]int{at + "?rev=7": 404, at + "?rev=x": 400, "/x/reports/weekly/2026-W01": 404, "/x/reports/nobody": 404, at + ".pdf": 503, at + "/charts/none.svg": 404, at + "/charts/budget.gif": 404} {
		if got := s.get(target).Code; got != status {
			t.Errorf("%s: %d, want %d", target, got, status)
		}
	}
	for target, kind := range map[string]string{at + "/charts/budget.svg": "image/svg+xml", at + "/charts/budget.png": "image/png", "/x/reports/feed.atom": "application/atom+xml; charset=utf-8", "/x/reports": "text/html; charset=utf-8"} {
		if res := s.get(target); res.Code != http.StatusOK || res.Header().Get("Content-Type") != kind {
			t.Errorf("%s: %d %s", target, res.Code, res.Header().Get("Content-Type"))
		}
	}
}

// Text from outside does nothing on the page, wherever it stands.
func TestHostileReport(t *testing.T) {
	r := weekly(t)
	const evil = `"><script>alert(1)</script><img src=x onerror=alert(1)>]]>`
	r.Title, r.Heading, r.Scope, r.Words, r.Verdict.Text, r.Verdict.Missed = evil, evil, evil, evil, evil, []string{evil}
	for i := range r.Headline {
		r.Headline[i].Label, r.Headline[i].Note, r.Headline[i].Value.Text = evil, evil, evil
	}
	for i := range r.Changed {
		r.Changed[i].Text, r.Changed[i].Who = evil, evil
	}
	for i := range r.Sections {
		r.Sections[i].Title, r.Sections[i].Note = evil, evil
		for j := range r.Sections[i].Tables {
			for k := range r.Sections[i].Tables[j].Rows {
				r.Sections[i].Tables[j].Rows[k].Key = evil
				for c := range r.Sections[i].Tables[j].Rows[k].Cells {
					r.Sections[i].Tables[j].Rows[k].Cells[c].Text, r.Sections[i].Tables[j].Rows[k].Cells[c].Link = evil, "javascript:alert(1)"
				}
			}
		}
	}
	for _, target := range []string{"/x/reports/weekly/" + r.Period, "/x/reports", "/x/reports/weekly/" + r.Period + "/changes?rev=2", "/x/reports/feed.atom"} {
		body := reportSite(t, r).get(target).Body.String()
		if strings.Contains(body, "<script>alert") || strings.Contains(body, "<img src=x") || strings.Contains(body, `href="javascript:`) {
			t.Errorf("%s lets markup through", target)
		}
	}
}

func TestJobsPage(t *testing.T) {
	j := &fakeJobs{}
	s := newSite(t, "https://kb.example", func(d *Deps, _ *Options) { d.Jobs = j })
	if body := s.get("/jobs").Body.String(); !strings.Contains(body, "2 made") || strings.Contains(body, "Run now") {
		t.Error("a reader sees the last run and no button")
	}
	if res := s.ask(http.MethodPost, "/jobs/reports/run", ""); res.Code != http.StatusUnauthorized || len(j.asked) > 0 {
		t.Errorf("anybody runs jobs: %d %v", res.Code, j.asked)
	}
}
