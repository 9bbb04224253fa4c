package collect_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/portal/base/kv/boltkv"
	"github.com/postern/postern/reports"
	"github.com/postern/postern/reports/alert"
	"github.com/postern/postern/reports/change"
	"github.com/postern/postern/reports/collect"
	"github.com/postern/postern/reports/compile"

	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/feedstore"
	"github.com/postern/postern/reports/incident"
	"github.com/postern/postern/reports/period"

	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/sql"
)

const bucketLen = 5 * time.Minute

// keptDays is how much of each objective's past is in the ledger: the month, the
// one before, and a little.
const keptDays = 62

// large is an organisation of 300 objectives on 60 services with buckets of five
// minutes.
type large struct{ slos, services int }

func (l large) Services(context.Context) (all []slo.Service, err error) {
	for n := range l.services {
		s := slo.Service{Name: fmt.Sprintf("service-%02d", n), Team: fmt.Sprintf("team-%d", n%9)}
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

// buckets are those of one objective before an instant: day and night, noise, and a
// bad hour now and then; each third as increase() of Prometheus gives them.
func (l large) buckets(n int, to time.Time) (all []slo.Bucket) {
	r := rand.New(rand.NewPCG(uint64(n), 1))
	scale := 1.0
	if n%3 == 0 {
		scale = 1.0 * 300 / 285
	}
	perDay := int(24 * time.Hour / bucketLen)
	for i := range keptDays * perDay {
		load := 1000 * (1 + 0.6*math.Sin(2*math.Pi*float64(i%perDay)/float64(perDay)))
		total, bad := math.Round(load+r.NormFloat64()*math.Sqrt(load)), 0.0
		if r.IntN(300) == 0 {
			bad = 40
		}
		k := slo.Bucket{Start: to.Add(time.Duration(i-keptDays*perDay) * bucketLen), Len: bucketLen, Total: total * scale, Coverage: 1}
		k.Good = k.Total - bad*scale
		all = append(all, k)
	}
	return all
}

// ledger is a real one, on disk, with all buckets before an instant.
func (l large) ledger(b *testing.B, to time.Time) *feedstore.Store {
	b.Helper()
	db, err := boltkv.Open(b.Context(), filepath.Join(b.TempDir(), "db"), boltkv.Options{Schemas: []kv.Schema{feedstore.Schema()}})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	led := feedstore.New(feedstore.Options{DB: db, Now: func() time.Time { return to }})
	names, err := l.Names(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	for n, name := range names {
		var facts []feed.Fact
		for _, k := range l.buckets(n, to) {
			facts = append(facts, feed.Fact{Kind: feed.SLI, Source: "prometheus/main", Entity: name, At: k.Start, Rev: 1, Bucket: &k})
		}
		if _, err := led.Record(b.Context(), facts); err != nil {
			b.Fatal(err)
		}
	}
	return led
}

// outages are forty incidents of a month, whose cost is worked out.
type outages struct {
	from time.Time
}

func (o outages) Incidents(context.Context, time.Time, time.Time) (all []incident.Incident, err error) {
	stamp := func(t time.Time) incident.Stamp { return incident.Stamp{Moment: incident.Moment{At: t}} }
	for n := range 40 {
		at := o.from.Add(time.Duration(n) * 17 * time.Hour)
		all = append(all, incident.Incident{
			ID: fmt.Sprintf("INC-%d", n), Title: "Requests refused", Severity: "SEV2", Services: []string{fmt.Sprintf("service-%02d", n)},
			Times: map[incident.Milestone]incident.Stamp{
				incident.Started: stamp(at), incident.Detected: stamp(at.Add(time.Minute)), incident.Resolved: stamp(at.Add(40 * time.Minute)),
			},
		})
	}
	return all, nil
}

func (outages) Episodes(context.Context, time.Time, time.Time) ([]alert.Episode, error) {
	return nil, nil
}
func (outages) Changes(context.Context, time.Time, time.Time) ([]change.Linked, error) {
	return nil, nil
}
func (outages) Statements(context.Context, time.Time, time.Time) ([]sql.Followed, error) {
	return nil, nil
}
func (outages) Drills(context.Context, time.Time, time.Time) ([]incident.Drill, error) {
	return nil, nil
}

// month is the largest report there is: a month of every objective, with forty
// incidents.
func (l large) month(b *testing.B, led collect.Ledger, p period.Period) reports.Report {
	b.Helper()
	c := collect.New(collect.Sources{Catalog: l, Ledger: led, Register: outages{from: p.From},
		Targets: reports.Targets{Policy: incident.DefaultPolicy()}})
	def := reports.BuiltIn("UTC")[2]
	in, err := c.Collect(b.Context(), def, p, p.To)
	if err != nil {
		b.Fatal(err)
	}
	if len(in.Objectives) != l.slos || len(in.Incidents) != 40 || len(in.Incidents[5].Spent) == 0 {
		b.Fatalf("%d objectives, %d incidents, the sixth of which spent %v", len(in.Objectives), len(in.Incidents), in.Incidents[5].Spent)
	}
	return compile.Report(def, p, in, english())
}

// BenchmarkMonth compiles the month of 300 objectives from the ledger on disk: 2.6
// million buckets of it and as many of the month before. Goal: 10 s and 256 MiB.
// x-read is how many times as long as reading all of them it takes.
func BenchmarkMonth(b *testing.B) {
	p, err := period.Of(period.Monthly, "2026-11", time.UTC)
	if err != nil {
		b.Fatal(err)
	}
	l := large{300, 60}
	led := l.ledger(b, p.To)
	runtime.GC()
	peak, stop := watchHeap()
	for b.Loop() {
		r := l.month(b, led, p)
		if len(r.Sections) == 0 {
			b.Fatal("an empty report")
		}
	}
	close(stop)
	b.ReportMetric(float64(<-peak)/(1<<20), "MiB-peak")
	took := b.Elapsed().Seconds() / float64(b.N)
	began := time.Now()
	for n := range l.slos {
		if err := led.EachBucket(b.Context(), fmt.Sprintf("objective-%03d", n), p.Prev().From, p.To,
			func(slo.Bucket) bool { return true }); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(took/time.Since(began).Seconds(), "x-read")
	b.ReportMetric(took, "s/month")
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
