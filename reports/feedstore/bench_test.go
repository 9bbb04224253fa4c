package feedstore_test

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/feed/alertmanager"
	"github.com/postern/postern/reports/feedstore"
	"github.com/postern/postern/reports/slo"
)

// senders is how many webhooks are under way at a time.
const senders = 64

// webhook is a message about one alert of one of 200 rules. Fingerprints are
// hashes, so that what is stored by them lies all over the database, as it does.
func webhook(i int) string {
	return fmt.Sprintf(
		`{"version":"4","groupKey":"{}:{alertname=\"Rule%d\"}","truncatedAlerts":0,"status":"firing","receiver":"postern","groupLabels":{"alertname":"Rule%d"},
"commonLabels":{"alertname":"Rule%d","severity":"critical"},"commonAnnotations":{},"externalURL":"http://alertmanager.example.org","alerts":[{"status":"firing",
"labels":{"alertname":"Rule%d","severity":"critical","service":"checkout","instance":"10.0.%d.%d:8443","job":"node","region":"eu1"},
"annotations":{"summary":"The error rate of checkout is over its limit","runbook_url":"https://kb.example.org/a/Rule%d"},
"startsAt":"2026-11-%02dT%02d:%02d:%02d.338Z","endsAt":"0001-01-01T00:00:00Z","generatorURL":"http://prometheus.example.org/graph?g0.expr=x","fingerprint":"%016x"}]}`,
		i%200,
		i%200,
		i%200,
		i%200,
		i/250%250,
		i%250,
		i%200,
		1+i/86400%28,
		i/3600%24,
		i/60%60,
		i%60,
		uint64(i)*0x9e3779b97f4a7c15,
	)
}

// received is when the i-th webhook came: no two at the same moment.
func received(i int) time.Time { return noon.Add(time.Duration(i) * time.Millisecond) }

// together runs do from many goroutines, n times in all.
func together(n int, do func(i int)) {
	var next atomic.Int64
	var wait sync.WaitGroup
	for range senders {
		wait.Go(func() {
			for i := int(next.Add(1)); i <= n; i = int(next.Add(1)) {
				do(i)
			}
		})
	}
	wait.Wait()
}

// BenchmarkIngest takes Alertmanager webhooks in, each durable before its answer,
// beside the rate at which bare bbolt stores the same bodies by Batch.
func BenchmarkIngest(b *testing.B) {
	w := newWorld(b, feedstore.Options{Formats: []feed.Format{alertmanager.Format()}, Queue: 2 * senders})
	began := time.Now()
	b.ResetTimer()
	together(b.N, func(i int) {
		a, err := w.l.Accept(b.Context(), "alertmanager", feed.Input{Body: []byte(webhook(i)), Source: "am", Received: received(i)})
		if err != nil || a.Accepted != 1 {
			b.Errorf("%+v, %v", a, err)
		}
	})
	b.StopTimer()
	ours := float64(b.N) / time.Since(began).Seconds()
	bare := bareBatch(b, b.N)
	b.ReportMetric(ours, "events/s")
	b.ReportMetric(bare, "bare-puts/s")
	b.ReportMetric(bare/ours, "x-bare")
}

// bareBatch is how many bodies bbolt alone stores a second, by its own Batch.
func bareBatch(b *testing.B, n int) float64 {
	put, done := bare(b)
	defer done()
	began := time.Now()
	together(n, func(i int) {
		if err := put(i); err != nil {
			b.Error(err)
		}
	})
	return float64(n) / time.Since(began).Seconds()
}

// rate is how many webhooks come a second in BenchmarkIngestAtRate.
const rate = 200

// BenchmarkIngestAtRate takes webhooks in as they come, 200 a second, whether those
// before are answered or not: how long a sender waits for a durable answer. The
// floor is what bare bbolt takes to store the same bodies at the same pace by its
// own Batch; the two are measured in turn, second by second, so that both see the
// same disk.
func BenchmarkIngestAtRate(b *testing.B) {
	w := newWorld(b, feedstore.Options{Formats: []feed.Format{alertmanager.Format()}})
	put, done := bare(b)
	defer done()
	var ours, floor []time.Duration
	b.ResetTimer()
	for from := 0; from < b.N; from += rate {
		n := min(rate, b.N-from)
		ours = append(ours, paced(n, func(i int) {
			a, err := w.l.Accept(
				b.Context(),
				"alertmanager",
				feed.Input{Body: []byte(webhook(from + i)), Source: "am", Received: received(from + i)},
			)
			if err != nil || a.Accepted != 1 {
				b.Errorf("%+v, %v", a, err)
			}
		})...)
		b.StopTimer()
		floor = append(floor, paced(n, func(i int) {
			if err := put(from + i); err != nil {
				b.Error(err)
			}
		})...)
		b.StartTimer()
	}
	b.StopTimer()
	slices.Sort(ours)
	slices.Sort(floor)
	for _, q := range []int{50, 99} {
		us, them := ours[len(ours)*q/100], floor[len(floor)*q/100]
		b.ReportMetric(float64(us.Microseconds())/1000, fmt.Sprintf("p%d-ms", q))
		b.ReportMetric(float64(us)/float64(them), fmt.Sprintf("p%d-x-bare", q))
	}
}

// paced starts do n times at the rate, each in time, and tells how long each took
// from when it was due.
func paced(n int, do func(i int)) []time.Duration {
	took := make([]time.Duration, n)
	var wait sync.WaitGroup
	began := time.Now()
	for i := range n {
		due := began.Add(time.Duration(i) * time.Second / rate)
		time.Sleep(time.Until(due)) // senders come at their own time: that is what is measured
		wait.Go(func() {
			do(i)
			took[i] = time.Since(due)
		})
	}
	wait.Wait()
	return took
}

// bare opens a bbolt database of its own; put stores the i-th webhook in it by
// bbolt's own Batch, which lets those who come within 2 ms share a commit.
func bare(b *testing.B) (put func(i int) error, done func()) {
	db, err := bolt.Open(filepath.Join(b.TempDir(), "bare"), 0o600, &bolt.Options{FreelistType: bolt.FreelistMapType})
	if err != nil {
		b.Fatal(err)
	}
	db.MaxBatchDelay = 2 * time.Millisecond
	name := []byte("raw")
	if err := db.Update(func(tx *bolt.Tx) error { _, err := tx.CreateBucket(name); return err }); err != nil {
		b.Fatal(err)
	}
	put = func(i int) error {
		return db.Batch(func(tx *bolt.Tx) error {
			return tx.Bucket(name).Put(append(kv.TimeKey(noon), kv.Seq(i).Bytes()...), []byte(webhook(i)))
		})
	}
	return put, func() { _ = db.Close() }
}

const (
	aggregated = 500 // objectives
	monthDays  = 30
	step       = 5 * time.Minute
	perDay     = int(24 * time.Hour / step)
)

// month makes a month of buckets of one objective: day and night, noise, and a
// bad hour now and then. Each count is made of the events by count.
func month(n int, count func(r *rand.Rand, events float64) float64) []slo.Bucket {
	r := rand.New(rand.NewPCG(uint64(n), 1))
	mean := 200 + float64(n%50)*20
	out := make([]slo.Bucket, 0, monthDays*perDay)
	for i := range monthDays * perDay {
		load := mean * (1 + 0.6*math.Sin(2*math.Pi*float64(i%perDay)/float64(perDay)))
		total := math.Max(0, math.Round(load+r.NormFloat64()*math.Sqrt(load)))
		bad := math.Round(total * 0.0005 * r.Float64() * 2)
		if i/12%300 == n%300 {
			bad = math.Round(total * 0.2)
		}
		k := slo.Bucket{Start: noon.Add(-12 * time.Hour).Add(time.Duration(i) * step), Len: step, Coverage: 1, Rev: 1}
		k.Total, k.Good = count(r, total), count(r, total)
		if bad > 0 {
			k.Good = k.Total - count(r, bad)
		}
		if r.IntN(200) == 0 {
			k.Coverage = 0.95
		}
		out = append(out, k)
	}
	return out
}

// counting are the ways in which counts come: as events, as increase() of
// Prometheus gives them where samples are 15 s apart, and as the sum of that over
// four series.
func counting() map[string]func(r *rand.Rand, events float64) float64 {
	const scale = 1.0 * 300 / 285
	return map[string]func(r *rand.Rand, events float64) float64{
		"events":   func(_ *rand.Rand, events float64) float64 { return events },
		"increase": func(_ *rand.Rand, events float64) float64 { return events * scale },
		"increase-4-series": func(_ *rand.Rand, events float64) (sum float64) {
			for i := range 4 {
				sum += math.Floor((events+float64(i))/4) * scale
			}
			return sum
		},
	}
}

// BenchmarkAggregateMonth adds up 500 objectives over 30 days of 5-minute buckets
// from the database, beside the same sum over the same points in memory. Goal:
// 1.2 times that, and 2.6 bytes a point.
func BenchmarkAggregateMonth(b *testing.B) {
	ways := counting()
	for _, way := range slices.Sorted(maps.Keys(ways)) {
		b.Run(way, func(b *testing.B) { aggregate(b, ways[way]) })
	}
}

// pair is a bucket as it is in memory.
type pair struct{ good, total float64 }

func aggregate(b *testing.B, count func(r *rand.Rand, events float64) float64) {
	w := newWorld(b, feedstore.Options{})
	memory := make([][]pair, aggregated)
	for n := range aggregated {
		var facts []feed.Fact
		for i, k := range month(n, count) {
			memory[n] = append(memory[n], pair{k.Good, k.Total})
			facts = append(facts, feed.Fact{Kind: feed.SLI, Source: "prom", Entity: name(n), At: k.Start, Rev: 1, Item: i, Bucket: &k})
		}
		if _, err := w.l.Record(b.Context(), facts); err != nil {
			b.Fatal(err)
		}
	}
	from := noon.Add(-12 * time.Hour)
	to := from.Add(monthDays * 24 * time.Hour)
	var scan time.Duration
	b.ResetTimer()
	for range b.N {
		var good, total float64
		for n := range aggregated {
			s, err := w.l.Sums(b.Context(), name(n), from, to)
			if err != nil {
				b.Fatal(err)
			}
			good, total = good+s.Good, total+s.Total
		}
		b.StopTimer()
		began := time.Now()
		g, t := inMemory(memory)
		scan += time.Since(began)
		if math.Abs(g-good) > 1e-12*g || math.Abs(t-total) > 1e-12*t {
			b.Fatalf("the sums differ: %v of %v, %v of %v", good, total, g, t)
		}
		b.StartTimer()
	}
	b.StopTimer()
	began := time.Now()
	n := 0
	for i := range aggregated {
		if err := w.l.EachBucket(b.Context(), name(i), from, to, func(slo.Bucket) bool { n++; return true }); err != nil {
			b.Fatal(err)
		}
	}
	const points = aggregated * monthDays * float64(perDay)
	b.ReportMetric(float64(time.Since(began).Nanoseconds())/float64(n), "ns/bucket-one-by-one")
	b.ReportMetric(float64(b.Elapsed())/float64(scan), "x-memory")
	b.ReportMetric(float64(w.bucketBytes(b))/points, "B/point")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/points, "ns/point")
}

func inMemory(memory [][]pair) (good, total float64) {
	for _, points := range memory {
		var g, t float64
		for _, p := range points {
			g, t = g+p.good, t+p.total
		}
		good, total = good+g, total+t
	}
	return good, total
}

func name(n int) string { return fmt.Sprintf("service-%03d-availability", n) }

// bucketBytes is what the packed days take, keys included.
func (w *world) bucketBytes(b *testing.B) (n int) {
	err := w.db.View(b.Context(), func(r kv.Reader) error {
		for item, err := range r.Scan("ledger.bucket", nil, nil) {
			if err != nil {
				return err
			}
			n += len(item.Key) + len(item.Value)
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return n
}
