package slostatus_test

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/portal/base/kv/boltkv"
	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/feedstore"
	"github.com/postern/postern/reports/slostatus"
)

// stored is a real ledger, as the portal gives it to the board.
type stored struct{ *feedstore.Store }

func (s stored) TouchedDays(ctx context.Context, after uint64) (days []time.Time, err error) {
	touched, err := s.Store.TouchedDays(ctx, after)
	for _, t := range touched {
		days = append(days, t.Day)
	}
	return days, err
}

// BenchmarkLook500 is a look at the board with 500 objectives over a real
// database, each time after the buckets of five more minutes have arrived. The
// 99th percentile is what the unluckiest reader waits; everybody else within
// Patience gets the same answer from memory.
func BenchmarkLook500(b *testing.B) {
	const objectives, days = 500, 10
	ctx := context.Background()
	db, err := boltkv.Open(ctx, filepath.Join(b.TempDir(), "db"), boltkv.Options{
		Schemas: []kv.Schema{feedstore.Schema()}, Now: time.Now, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	w, _ := newWorld(days)
	l := stored{feedstore.New(feedstore.Options{DB: db, Now: func() time.Time { return w.now }, Log: slog.New(slog.DiscardHandler)})}
	bd := slostatus.New(slostatus.Options{Catalog: definitions{w}, Ledger: l, Now: func() time.Time { return w.now }})
	post := func(from time.Time, n int) {
		var facts []feed.Fact
		for _, s := range w.slos {
			for i := range n {
				k := bucket(from.Add(time.Duration(i)*fiveM), 990+float64(i%10), 1000)
				facts = append(facts, feed.Fact{Kind: feed.SLI, Source: "prom", Entity: s.Name, At: k.Start, Rev: 1, Bucket: &k})
			}
		}
		if _, err := l.Record(ctx, facts); err != nil {
			b.Fatal(err)
		}
	}
	for i := range objectives {
		w.slos = append(w.slos, rolling(fmt.Sprintf("slo-%03d", i)))
	}
	for d := range days {
		post(start.Add(time.Duration(d)*day), 288)
	}
	if _, err := bd.Rows(ctx); err != nil {
		b.Fatal(err)
	}
	var took []time.Duration
	at := start.Add(days * day)
	for b.Loop() {
		b.StopTimer()
		post(at, 1)
		at, w.now = at.Add(fiveM), w.now.Add(fiveM)
		b.StartTimer()
		began := time.Now()
		if _, err := bd.Rows(ctx); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}
