package slos_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/portal/base/kv/boltkv"
	"github.com/postern/postern/portal/web"
	"github.com/postern/postern/portal/web/webtest"
	"github.com/postern/postern/portal/web/webtest/site"
	"github.com/postern/postern/reports/catalog"
	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/feedstore"
	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/slostatus"
)

const benchBucket = 5 * time.Minute

// manyObjectives are 500 objectives on 60 services.
type manyObjectives []slo.SLO

func newManyObjectives() (all manyObjectives) {
	for n := range 500 {
		s := slo.SLO{
			Name: fmt.Sprintf("service-%02d-objective-%03d", n%60, n), Title: fmt.Sprintf("Requests of kind %d", n),
			Service: fmt.Sprintf("service-%02d", n%60),
			Target:  0.999, Method: slo.Occurrences, Window: slo.Window{Rolling: true, Count: 28, Unit: "d"},
		}
		s.Hash = s.DefinitionHash()
		all = append(all, s)
	}
	return all
}

func (manyObjectives) Seq(context.Context) (uint64, error) { return 1, nil }

func (m manyObjectives) SLOs(context.Context) ([]slo.SLO, error) { return m, nil }

func (manyObjectives) History(context.Context, string) ([]catalog.Version, error) { return nil, nil }

func (m manyObjectives) SLOAt(_ context.Context, name string, _ time.Time) (slo.SLO, error) {
	for _, s := range m {
		if s.Name == name {
			return s, nil
		}
	}
	return slo.SLO{}, fault.New(fault.NotFound, "bench", "no such objective")
}

func (manyObjectives) Services(context.Context) (all []slo.Service, err error) {
	for n := range 60 {
		all = append(all, slo.Service{Name: fmt.Sprintf("service-%02d", n), Team: fmt.Sprintf("team-%d", n%9)})
	}
	return all, nil
}

// benchLedger is a real ledger, as the portal gives it to the board.
type benchLedger struct{ *feedstore.Store }

func (l benchLedger) TouchedDays(ctx context.Context, after uint64) (days []time.Time, err error) {
	touched, err := l.Store.TouchedDays(ctx, after)
	for _, t := range touched {
		days = append(days, t.Day)
	}
	return days, err
}

// measure records n buckets of every objective.
func (l benchLedger) measure(b *testing.B, all manyObjectives, from time.Time, n int) {
	b.Helper()
	var facts []feed.Fact
	for s, x := range all {
		for i := range n {
			at := from.Add(time.Duration(i) * benchBucket)
			k := &slo.Bucket{Start: at, Len: benchBucket, Good: float64(1000 - (i+s)%300/299), Total: 1000, Coverage: 1}
			facts = append(facts, feed.Fact{Kind: feed.SLI, Source: "prometheus/main", Entity: x.SeriesName(), At: at, Rev: 1, Bucket: k})
		}
	}
	if _, err := l.Record(b.Context(), facts); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkBoard500 asks over HTTP for the board with 500 objectives, which reads a
// database on disk, each time after a bucket of every objective has arrived and the
// last look has become too old to be shown. Goal: 99 of 100 within 50 ms. x-memory
// is how many times as long that takes as the page of a look that is there, which
// is what all but one reader in a quarter of a minute get.
func BenchmarkBoard500(b *testing.B) {
	const days = 28
	db, err := boltkv.Open(b.Context(), filepath.Join(b.TempDir(), "db"), boltkv.Options{Schemas: []kv.Schema{feedstore.Schema()}})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	now := webtest.Now.Truncate(24 * time.Hour)
	clock := func() time.Time { return now }
	all, l := newManyObjectives(), benchLedger{feedstore.New(feedstore.Options{DB: db, Now: clock})}
	for d := range days {
		l.measure(b, all, now.Add(-time.Duration(d+1)*24*time.Hour), int(24*time.Hour/benchBucket))
	}
	now = now.Add(3 * time.Minute)
	s := site.New(b, "https://kb.example", func(d *web.Deps, _ *web.Options) {
		d.Board = slostatus.New(slostatus.Options{Catalog: all, Ledger: l, Now: clock})
	})
	server := httptest.NewServer(s)
	defer server.Close()
	ask := func() time.Duration {
		began := time.Now()
		res, err := server.Client().Get(server.URL + "/slos")
		if err != nil {
			b.Fatal(err)
		}
		_, err = io.Copy(io.Discard, res.Body)
		if err := res.Body.Close(); err != nil || res.StatusCode != http.StatusOK {
			b.Fatal(res.Status, err)
		}
		if err != nil {
			b.Fatal(err)
		}
		return time.Since(began)
	}
	ask()
	var anew, memory []time.Duration
	for b.Loop() {
		b.StopTimer()
		l.measure(b, all, now.Truncate(benchBucket), 1)
		now = now.Add(benchBucket)
		b.StartTimer()
		anew = append(anew, ask())
		b.StopTimer()
		memory = append(memory, ask())
		b.StartTimer()
	}
	slices.Sort(anew)
	slices.Sort(memory)
	b.ReportMetric(float64(anew[len(anew)*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(float64(anew[len(anew)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(memory[len(memory)/2].Microseconds())/1000, "memory-p50-ms")
	b.ReportMetric(float64(anew[len(anew)/2])/float64(memory[len(memory)/2]), "x-memory")
}
