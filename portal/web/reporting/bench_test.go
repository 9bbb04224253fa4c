package reporting_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/postern/postern/portal/web/webtest/site"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/compile"
	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/reports/slo"
)

// largeWeekly is a weekly report of 300 objectives on 60 services, some missed,
// some not measured.
func largeWeekly(t testing.TB) reports.Report {
	t.Helper()
	p, err := period.Of(period.Weekly, "2026-W47", time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	in := reports.Inputs{Targets: reports.Targets{Policy: incident.DefaultPolicy()}}
	for n := range 60 {
		in.Services = append(in.Services, slo.Service{Name: fmt.Sprintf("service-%02d", n), Title: fmt.Sprintf("Service number %02d", n),
			Team: fmt.Sprintf("team-%d", n%9)})
	}
	for n := range 300 {
		s := slo.SLO{
			Name: fmt.Sprintf("service-%02d-objective-%03d", n%60, n), Title: fmt.Sprintf("Service %02d, objective %03d", n%60, n),
			Service: fmt.Sprintf("service-%02d", n%60),
			Target:  0.999, Method: slo.Occurrences, Window: slo.Window{Rolling: true, Count: 28, Unit: "d"}, Hash: fmt.Sprintf("%064d", n),
		}
		var buckets []slo.Bucket
		for at := p.To.Add(-60 * 24 * time.Hour); at.Before(p.To) && n%29 != 0; at = at.Add(time.Hour) {
			bad := float64(at.Hour() % (2 + n%7) / 5)
			if n%17 == 0 {
				bad += 30
			}
			buckets = append(buckets, slo.Bucket{Start: at, Len: time.Hour, Total: 12_345, Good: 12_345 - bad, Coverage: 1})
		}
		in.Objectives = append(in.Objectives, reports.Measure(reports.Measurement{SLO: s, Buckets: buckets}, p, p.To))
	}
	return compile.Report(reports.BuiltIn("UTC")[1], p, in, englishReports())
}

// The page of the largest weekly is below 300 KB, not compressed.
func TestLargeReportIsSmall(t *testing.T) {
	t.Parallel()
	const most = 300 << 10
	s := site.WithReports(t, largeWeekly(t))
	if n := s.Get("/x/reports/weekly/2026-W47").Body.Len(); n > most {
		t.Errorf("the weekly of 300 objectives is %d bytes, at most %d", n, most)
	}
}

// BenchmarkLargeReport serves the weekly of 300 objectives. Goal: 99 of 100 within
// 20 ms, 300 KB. The first reading of a revision renders it; its time is reported as
// first-ms.
func BenchmarkLargeReport(b *testing.B) {
	s := site.WithReports(b, largeWeekly(b))
	began := time.Now()
	size := s.Get("/x/reports/weekly/2026-W47").Body.Len()
	first := time.Since(began)
	var took []time.Duration
	for b.Loop() {
		began := time.Now()
		s.Get("/x/reports/weekly/2026-W47")
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(float64(first.Microseconds())/1000, "first-ms")
	b.ReportMetric(float64(size)/1024, "KiB")
}
