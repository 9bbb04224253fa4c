package promsli_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/portal/base/kv/boltkv"
	"github.com/postern/postern/reports/promsli"
	"github.com/postern/postern/reports/slo"
)

// A database of before knows how far each series was measured, and goes on there.
func TestADatabaseOfTheFirstVersionIsTakenOver(t *testing.T) {
	file := filepath.Join(t.TempDir(), "db")
	open := func(s kv.Schema) *boltkv.DB {
		db, err := boltkv.Open(
			context.Background(),
			file,
			boltkv.Options{Schemas: []kv.Schema{s}, Now: time.Now, Logger: slog.New(slog.DiscardHandler)},
		)
		if err != nil {
			t.Fatal(err)
		}
		return db
	}
	old := open(kv.Schema{Name: "poll", Version: 1, Buckets: []string{"poll.mark"}})
	measured := start.Add(23 * time.Hour).Unix()
	err := old.Update(t.Context(), func(w kv.Writer) error {
		return w.Put(
			"poll.mark",
			[]byte("main\x00a"),
			[]byte{0, 0, 0, 0, byte(measured >> 24), byte(measured >> 16), byte(measured >> 8), byte(measured)},
		)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	db := open(promsli.Schema())
	defer func() { _ = db.Close() }()
	srv := &server{value: func(string, time.Time) (float64, bool) { return 1, true }, warnings: []string{"a store is down"}}
	w := newWorld(t, promsli.Source{Name: "main", Query: srv})
	w.opt.DB = db
	w.poller = promsli.New(w.opt)
	w.slos = []slo.SLO{events("a")}
	w.tick()
	if n := len(w.got["a"]); n != 12 {
		t.Errorf("%d buckets, want those of the last hour", n)
	}
}
