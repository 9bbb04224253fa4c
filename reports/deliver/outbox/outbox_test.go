package outbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/portal/base/kv/boltkv"
	"github.com/postern/postern/reports/deliver"
)

// world is an outbox with everything around it under the test's hand.
type world struct {
	t      testing.TB
	db     kv.DB
	now    time.Time
	box    *Outbox
	send   func(l deliver.Message, address, key string) error
	absent bool // channels are not configured
}

func (w *world) Compose(_ context.Context, report, period string, revision int) (deliver.Message, error) {
	return deliver.Message{Report: report, Period: period, Revision: revision}, nil
}

func (w *world) Send(_ context.Context, l deliver.Message, address, key string) error {
	return w.send(l, address, key)
}

func newWorld(t testing.TB, dir string) *world {
	t.Helper()
	w := &world{t: t, now: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)}
	w.send = func(deliver.Message, string, string) error { return nil }
	db, err := boltkv.Open(t.Context(), filepath.Join(dir, "test.db"), boltkv.Options{
		Schemas: []kv.Schema{Schema()}, Now: func() time.Time { return w.now }, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	w.db = db
	w.start()
	return w
}

// start is a start of the portal.
func (w *world) start() {
	w.box = New(Options{
		DB: w.db, Composer: w, Now: func() time.Time { return w.now }, Log: slog.New(slog.DiscardHandler), Random: func() float64 { return 0 },
		Sender: func(string) (deliver.Sender, error) {
			if w.absent {
				return nil, fault.New(fault.NotFound, "test", "the channel ops is not configured")
			}
			return w, nil
		},
	})
	if _, err := w.box.Recover(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) add(deliveries ...Delivery) {
	w.t.Helper()
	err := w.db.Update(w.t.Context(), func(tx kv.Writer) error {
		_, err := w.box.Add(tx, deliveries)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) tick() {
	w.t.Helper()
	if err := w.box.Tick(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

// crashingTick is a tick in which a send may end the process (crash): what is in
// memory is lost, the database is as the last transaction left it.
func (w *world) crashingTick() {
	w.t.Helper()
	ended := make(chan error, 1)
	go func() {
		defer close(ended)
		ended <- w.box.Tick(w.t.Context())
	}()
	err, alive := <-ended
	if err != nil {
		w.t.Fatal(err)
	}
	if !alive {
		w.start()
	}
}

// crash ends the goroutine of the tick where it stands.
func crash() { runtime.Goexit() }

func (w *world) one() Delivery {
	w.t.Helper()
	all, err := w.box.List(w.t.Context())
	if err != nil || len(all) != 1 {
		w.t.Fatalf("%d deliveries (%v)", len(all), err)
	}
	return all[0]
}

var weekly = Delivery{Report: "weekly", Period: "2026-W47", Revision: 1, Channel: "mail", Address: "lead@example.org"}

func TestDeliveredOnceHoweverOftenAskedFor(t *testing.T) {
	w := newWorld(t, t.TempDir())
	sent := 0
	w.send = func(l deliver.Message, address, key string) error {
		sent++
		if l.Report != "weekly" || l.Revision != 1 || address != "lead@example.org" || len(key) != 32 {
			t.Errorf("sent %+v to %q under %q", l, address, key)
		}
		return nil
	}
	w.add(weekly, weekly)
	w.add(weekly)
	w.tick()
	w.add(weekly)
	w.tick()
	if d := w.one(); sent != 1 || d.State != Done || d.Attempts != 1 {
		t.Errorf("sent %d times: %+v", sent, d)
	}
	if _, err := w.box.Resend(t.Context(), w.one().ID, "ana"); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a delivery that is done could be sent again: %v", err)
	}
}

func mustList(w *world) []Delivery {
	w.t.Helper()
	all, err := w.box.List(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

// What was asked for while the clock ran ahead does not wait until it is there
// again; what waits for its own time does.
func TestAskedForByAClockThatRanAhead(t *testing.T) {
	w := newWorld(t, t.TempDir())
	sent := 0
	w.send = func(deliver.Message, string, string) error { sent++; return nil }
	right := w.now
	w.now = right.Add(10 * 24 * time.Hour)
	w.add(weekly)
	quiet := weekly
	quiet.Address, quiet.Quiet = "other@example.org", &Quiet{From: 7 * 60, To: 9 * 60, Zone: "UTC"}
	w.now = right
	w.add(quiet)
	w.tick()
	if sent != 1 {
		t.Errorf("%d were sent, want that of the clock ahead and not that of the quiet hours", sent)
	}
}

func TestFailures(t *testing.T) {
	temporary := &deliver.Failure{Outcome: deliver.Temporary, Msg: "not now"}
	asked := &deliver.Failure{Outcome: deliver.Temporary, Msg: "slow down", After: 2 * time.Hour}
	permanent := &deliver.Failure{Outcome: deliver.Permanent, Msg: "no such address"}
	for name, c := range map[string]struct {
		err   error
		state State
		wait  time.Duration
		says  string
	}{
		"temporary": {temporary, Queued, time.Minute, "not now"},
		"asked":     {asked, Queued, 2 * time.Hour, "slow down"},
		"permanent": {permanent, Parked, 0, "no such address"},
		"unknown":   {errors.New("?"), Uncertain, 0, "the outcome is unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, t.TempDir())
			w.send = func(deliver.Message, string, string) error { return c.err }
			w.add(weekly)
			w.tick()
			d := w.one()
			if d.State != c.state || d.Reason != c.says || c.wait > 0 && d.NotBefore.Sub(w.now) != c.wait {
				t.Errorf("%+v", d)
			}
		})
	}
}

func TestBackOffThenGivenUp(t *testing.T) {
	w := newWorld(t, t.TempDir())
	w.send = func(deliver.Message, string, string) error {
		return &deliver.Failure{Outcome: deliver.Temporary, Msg: "not now"}
	}
	w.add(weekly)
	var waits []time.Duration
	for w.one().State != Parked {
		before := w.now
		w.tick()
		w.now = w.one().NotBefore
		waits = append(waits, w.now.Sub(before))
		if len(waits) > 50 {
			t.Fatal("it is never given up")
		}
	}
	if waits[0] != time.Minute || waits[1] != 5*time.Minute || waits[3] != time.Hour || waits[5] != 3*time.Hour {
		t.Errorf("waits %v", waits)
	}
	if d, err := w.box.Resend(t.Context(), w.one().ID, "ana"); err != nil || d.State != Queued || d.ResentBy != "ana" {
		t.Errorf("%+v, %v", d, err)
	}
}

func TestChannelThatIsNotConfiguredIsParked(t *testing.T) {
	w := newWorld(t, t.TempDir())
	w.absent = true
	w.add(weekly)
	w.tick()
	if d := w.one(); d.State != Parked || d.Reason != "the channel ops is not configured" {
		t.Errorf("%+v", d)
	}
}

func TestPanicOfAFormatterStopsNobodyElse(t *testing.T) {
	w := newWorld(t, t.TempDir())
	w.send = func(_ deliver.Message, address, _ string) error {
		if address == "a@example.org" {
			panic("boom")
		}
		return nil
	}
	bad, good := weekly, weekly
	bad.Address, good.Address = "a@example.org", "b@example.org"
	w.add(bad, good)
	w.tick()
	for _, d := range must(w.box.Of(t.Context(), "weekly", "2026-W47"))(t) {
		if want := map[string]State{"a@example.org": Uncertain, "b@example.org": Done}[d.Address]; d.State != want {
			t.Errorf("%s is %s, not %s", d.Address, d.State, want)
		}
	}
}

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestQuietHours(t *testing.T) {
	w := newWorld(t, t.TempDir())
	quiet := weekly
	quiet.Quiet = &Quiet{From: 22 * 60, To: 8*60 + 30, Zone: "Asia/Shanghai"}
	w.now = time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC) // 23:00 in Shanghai
	w.add(quiet)
	w.tick()
	d := w.one()
	if want := time.Date(2026, 11, 24, 0, 30, 0, 0, time.UTC); d.State != Queued || !d.NotBefore.Equal(want) {
		t.Fatalf("%s, not before %v", d.State, d.NotBefore)
	}
	w.now = d.NotBefore
	w.tick()
	if d := w.one(); d.State != Done {
		t.Errorf("%+v", d)
	}
}

// Whatever the quiet hours, the answer lies outside them and not before the
// question, and less than two days away.
func TestQuietHoursProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := &Quiet{
			From: rapid.IntRange(0, minutesADay-1).Draw(t, "from"), To: rapid.IntRange(0, minutesADay).Draw(t, "to"),
			Zone: rapid.SampledFrom([]string{"UTC", "Asia/Shanghai", "America/New_York", "Australia/Lord_Howe"}).Draw(t, "zone"),
		}
		at := time.Unix(rapid.Int64Range(1.5e9, 2e9).Draw(t, "at"), 0)
		got := q.after(at)
		if got.Before(at) || got.Sub(at) > 26*time.Hour {
			t.Fatalf("%v for %v", got, at)
		}
	})
}

// accounted fails unless every delivery is done and arrived once, or uncertain
// and arrived at most once. It counts the uncertain ones.
func (w *world) accounted(t *testing.T, arrived map[string]int) (uncertain int) {
	t.Helper()
	for _, d := range must(w.box.List(t.Context()))(t) {
		switch {
		case d.State == Uncertain:
			uncertain++
		case d.State != Done:
			t.Errorf("%s is %s", d.Address, d.State)
		}
		if arrived[d.ID] > 1 {
			t.Errorf("%s arrived %d times", d.Address, arrived[d.ID])
		}
		if d.State == Done && arrived[d.ID] != 1 {
			t.Errorf("%s is done and arrived %d times", d.Address, arrived[d.ID])
		}
	}
	return uncertain
}

// Killed at any moment, no delivery that is known done is sent again, and every
// other one is done or shown as uncertain.
func TestCrashes(t *testing.T) {
	w := newWorld(t, t.TempDir())
	random := rand.New(rand.NewPCG(1, 2)) // seeded: the same crashes every time
	arrived := map[string]int{}
	crashes := 0
	w.send = func(_ deliver.Message, _, key string) error {
		before := random.IntN(3) == 0
		if before && crashes < 30 {
			crashes++
			crash()
		}
		arrived[key]++
		if random.IntN(3) == 0 && crashes < 30 {
			crashes++
			crash() // it arrived, and the sender does not know
		}
		return nil
	}
	var all []Delivery
	for i := range 80 {
		d := weekly
		d.Address = fmt.Sprintf("lead%d@example.org", i)
		all = append(all, d)
	}
	w.add(all...)
	for range 200 {
		w.crashingTick()
		w.add(all...) // the publisher is started again as well
		w.now = w.now.Add(time.Minute)
	}
	if crashes != 30 {
		t.Fatalf("only %d crashes", crashes)
	}
	if uncertain := w.accounted(t, arrived); uncertain != crashes {
		t.Errorf("%d uncertain after %d crashes", uncertain, crashes)
	}
	// One click sends an uncertain one again, under the same key.
	for _, d := range must(w.box.List(t.Context(), Uncertain))(t) {
		if _, err := w.box.Resend(t.Context(), d.ID, "ana"); err != nil {
			t.Fatal(err)
		}
	}
	for range 10 {
		w.tick()
	}
	if left := must(w.box.List(t.Context(), Queued, Uncertain, Sending))(t); len(left) > 0 {
		t.Errorf("%d are left", len(left))
	}
}
