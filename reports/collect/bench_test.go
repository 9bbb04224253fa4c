package collect_test

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/collect"
	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/period"
	"github.com/postern/postern/reports/service"
	"github.com/postern/postern/reports/slo"
)

const bucketLen = 5 * time.Minute

// large is an organisation of 300 objectives on 60 services with buckets of five
// minutes, made as they are asked for, as a ledger unpacks them.
type large struct{ slos, services int }

func (l large) Services(context.Context) (all []service.Service, err error) {
	for n := range l.services {
		s := service.Service{Name: fmt.Sprintf("service-%02d", n), Team: fmt.Sprintf("team-%d", n%9)}
		if n > 0 {
			s.DependsOn = []string{fmt.Sprintf("service-%02d", n/2)}
		}
		all = append(all, s)
	}
	return all, nil
}

func (l large) Names(context.Context) (all []string, err error) {
	for n := range l.slos {
		all = append(all, fmt.Sprintf("objective-%03d", n))
	}
	return all, nil
}

func (l large) Versions(_ context.Context, name string) ([]collect.Version, error) {
	var n int
	if _, err := fmt.Sscanf(name, "objective-%03d", &n); err != nil {
		return nil, err
	}
	return []collect.Version{{SLO: slo.SLO{
		Name: name, Title: "Requests of kind " + name, Service: fmt.Sprintf("service-%02d", n%l.services), Target: 0.999, Method: slo.Occurrences,
		Window: slo.Window{Rolling: true, Count: 28, Unit: "d"}, Hash: name,
	}}}, nil
}

func (l large) Buckets(_ context.Context, name string, from, to time.Time) (all []slo.Bucket, err error) {
	if first := to.Add(-62 * 24 * time.Hour); from.Before(first) {
		from = first // two months are kept
	}
	from = from.UTC().Truncate(bucketLen)
	all = make([]slo.Bucket, 0, int(to.Sub(from)/bucketLen)+1)
	seed := uint32(len(name)) + uint32(name[len(name)-1])*97
	for at := from; at.Before(to); at = at.Add(bucketLen) {
		seed = seed*1664525 + 1013904223
		total := float64(1000 + seed>>22)
		bad := 0.0
		if seed>>24 == 0 {
			bad = 40
		}
		all = append(all, slo.Bucket{Start: at, Len: bucketLen, Good: total - bad, Total: total, Coverage: 1})
	}
	return all, nil
}

// month is the largest report there is: a month of every objective, with forty
// incidents whose cost is worked out.
func (l large) month(b *testing.B) reports.Report {
	b.Helper()
	p, err := period.Of(period.Monthly, "2026-11", time.UTC)
	if err != nil {
		b.Fatal(err)
	}
	c := collect.New(collect.Sources{Catalog: l, Ledger: l, Targets: reports.Targets{Policy: incident.DefaultPolicy()}})
	def := reports.BuiltIn("UTC")[2]
	in, err := c.Collect(b.Context(), def, p, p.To)
	if err != nil {
		b.Fatal(err)
	}
	return reports.Compile(def, p, in)
}

// BenchmarkMonth compiles the month of 300 objectives, 2.6 million buckets of it
// and as many of the month before. Goal: 10 s and 256 MiB.
func BenchmarkMonth(b *testing.B) {
	peak, stop := watchHeap()
	for b.Loop() {
		if r := (large{300, 60}).month(b); len(r.Sections) == 0 {
			b.Fatal("an empty report")
		}
	}
	close(stop)
	b.ReportMetric(float64(<-peak)/(1<<20), "MiB-peak")
}

// watchHeap samples how large the heap gets until stop is closed.
func watchHeap() (peak chan uint64, stop chan struct{}) {
	peak, stop = make(chan uint64, 1), make(chan struct{})
	go func() {
		const every = 2 * time.Millisecond
		most := uint64(0)
		for tick := time.NewTicker(every); ; {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapInuse)
			select {
			case <-stop:
				tick.Stop()
				peak <- most
				return
			case <-tick.C:
			}
		}
	}()
	return peak, stop
}
