package slostatus_test

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/reports/catalog"

	"github.com/postern/postern/reports/slo"
	"github.com/postern/postern/reports/slostatus"
)

const (
	fiveM = 5 * time.Minute
	day   = 24 * time.Hour
)

var start = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

// world is a catalogue, a ledger and a clock in memory.
type world struct {
	slos    []slo.SLO
	buckets map[string][]slo.Bucket
	seq     uint64
	touched map[int64]uint64 // day -> seq
	now     time.Time
	read    atomic.Int64 // buckets given out
}

func (w *world) SLOs(context.Context) ([]slo.SLO, error) { return w.slos, nil }

func (w *world) Services(context.Context) ([]slo.Service, error) {
	return []slo.Service{{Name: "pay", Team: "payments", Owner: "ada"}}, nil
}

func (w *world) SLOAt(_ context.Context, name string, _ time.Time) (slo.SLO, error) {
	for _, s := range w.slos {
		if s.Name == name {
			return s, nil
		}
	}
	return slo.SLO{}, fault.New(fault.NotFound, "test", "no such SLO")
}

func (w *world) History(ctx context.Context, name string) ([]catalog.Version, error) {
	s, err := w.SLOAt(ctx, name, time.Time{})
	return []catalog.Version{{Number: 1, SLO: s, From: start}}, err
}

// definitions is the catalogue's side of the world: its own Seq.
type definitions struct{ *world }

func (definitions) Seq(context.Context) (uint64, error) { return 1, nil }

func (w *world) Seq(context.Context) (uint64, error) { return w.seq, nil }

func (w *world) TouchedDays(_ context.Context, after uint64) (out []time.Time, err error) {
	for d, seq := range w.touched {
		if seq > after {
			out = append(out, time.Unix(d*86400, 0))
		}
	}
	return out, nil
}

func (w *world) Buckets(_ context.Context, series string, from, to time.Time) ([]slo.Bucket, error) {
	list := w.buckets[series]
	at := func(t time.Time) int {
		i, _ := slices.BinarySearchFunc(list, t, func(b slo.Bucket, t time.Time) int { return b.Start.Compare(t) })
		return i
	}
	out := slices.Clone(list[at(from):at(to)])
	w.read.Add(int64(len(out)))
	return out, nil
}

func (w *world) Origins(_ context.Context, series string, from, to time.Time) ([]slo.Origin, error) {
	return []slo.Origin{{Source: series, Days: int(to.Sub(from) / day)}}, nil
}

func (w *world) Estimated(_ context.Context, series string, from, to time.Time) (out []time.Time, err error) {
	for at := from; at.Before(to); at = at.Add(7 * day) {
		out = append(out, at)
	}
	return out, nil
}

// write adds or replaces a bucket.
func (w *world) write(series string, b slo.Bucket) {
	w.seq++
	w.touched[b.Start.Unix()/86400] = w.seq
	list := w.buckets[series]
	i, there := slices.BinarySearchFunc(list, b, func(x, y slo.Bucket) int { return x.Start.Compare(y.Start) })
	if there {
		list[i] = b
		return
	}
	w.buckets[series] = slices.Insert(list, i, b)
}

func bucket(at time.Time, good, total float64) slo.Bucket {
	return slo.Bucket{Start: at, Len: fiveM, Good: good, Total: total, Coverage: 1, Rev: 1}
}

func newWorld(days int) (*world, *slostatus.Board) {
	w := &world{buckets: map[string][]slo.Bucket{}, touched: map[int64]uint64{}, now: start.Add(time.Duration(days)*day + 3*time.Minute)}
	return w, slostatus.New(slostatus.Options{Catalog: definitions{w}, Ledger: w, Estimates: w, Now: func() time.Time { return w.now }})
}

func rolling(name string) slo.SLO {
	s := slo.SLO{Name: name, Service: "pay", Target: 0.99, Method: slo.Occurrences, Window: slo.Window{Rolling: true, Count: 28, Unit: "d"}}
	s.Hash = s.DefinitionHash()
	return s
}

func (w *world) fill(series string, from time.Time, n int, good, total float64) {
	for i := range n {
		at := from.Add(time.Duration(i) * fiveM)
		w.buckets[series] = append(w.buckets[series], bucket(at, good, total))
		w.touched[at.Unix()/86400] = w.seq + 1
	}
	w.seq++
}

func TestARowIsWhatEvaluateSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, b := newWorld(60)
		s := rolling("a")
		s.Method = rapid.SampledFrom([]slo.Method{slo.Occurrences, slo.Timeslices, slo.RatioTimeslices}).Draw(t, "method")
		if s.Method != slo.Occurrences {
			s.SliceLen = rapid.SampledFrom([]time.Duration{fiveM, time.Hour, 7 * time.Minute * 5}).Draw(t, "slice")
			s.SliceTarget = 0.9
		}
		if rapid.Bool().Draw(t, "calendar") {
			s.Window = slo.Window{Count: 1, Unit: "M", Start: start.AddDate(-1, 0, -1)}
		}
		s.Hash = s.DefinitionHash()
		w.slos = []slo.SLO{s}
		w.fill("a", start, 60*288, 99, 100)
		for range 5 {
			for range rapid.IntRange(0, 3).Draw(t, "writes") {
				at := start.Add(time.Duration(rapid.IntRange(0, 61*288).Draw(t, "at")) * fiveM)
				w.write("a", bucket(at, float64(rapid.IntRange(0, 100).Draw(t, "good")), 100))
			}
			w.now = w.now.Add(time.Duration(rapid.IntRange(1, 400).Draw(t, "minutes")) * time.Minute)
			rows, err := b.Rows(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			horizon := w.now.Add(-3 * time.Minute).UTC().Truncate(fiveM)
			from, to := s.Window.At(horizon)
			all, _ := w.Buckets(context.Background(), "a", start, horizon) // has no error
			want := slo.Evaluate(s, all, slo.Span{From: from, To: to, Now: horizon})
			got := rows[0].Result
			if got.State != want.State || math.Abs(got.Good-want.Good) > 1e-12*want.Good || got.Total != want.Total ||
				got.Buckets != want.Buckets || math.Abs(got.Coverage-want.Coverage) > 1e-12 {
				t.Fatalf("at %s\ngot  %+v\nwant %+v", horizon, got, want)
			}
		}
	})
}

func TestALookReadsOnlyWhatIsNew(t *testing.T) {
	w, b := newWorld(60)
	w.slos = []slo.SLO{rolling("a")}
	w.fill("a", start, 60*288, 99, 100)
	ctx := context.Background()
	if _, err := b.Rows(ctx); err != nil {
		t.Fatal(err)
	}
	w.now = w.now.Add(fiveM)
	w.write("a", bucket(start.Add(60*day), 1, 100))
	w.read.Store(0)
	rows, err := b.Rows(ctx)
	if err != nil {
		t.Fatal(err)
	}
	// Three days for the rules, the day that is not over twice, and the day with
	// which the window begins.
	if w.read.Load() > 5*288+20 {
		t.Errorf("%d buckets were read", w.read.Load())
	}
	if rows[0].Team != "payments" || rows[0].Owner != "ada" {
		t.Errorf("got %+v", rows[0])
	}
	w.read.Store(0)
	if _, err := b.Rows(ctx); err != nil || w.read.Load() != 0 {
		t.Errorf("a second look read %d, %v", w.read.Load(), err)
	}
	w.write("a", bucket(start.Add(60*day), 2, 100))
	if _, err := b.Rows(ctx); err != nil || w.read.Load() != 0 {
		t.Errorf("a look within the patience read %d, %v", w.read.Load(), err)
	}
	w.now = w.now.Add(20 * time.Second)
	if _, err := b.Rows(ctx); err != nil || w.read.Load() == 0 {
		t.Errorf("a look after the patience read %d, %v", w.read.Load(), err)
	}
}

func TestBurnsWeeksAndWhatLasts(t *testing.T) {
	w, b := newWorld(60)
	w.slos = []slo.SLO{rolling("a")}
	w.fill("a", start, 59*288, 100, 100)
	w.fill("a", start.Add(59*day), 288, 98, 100) // the last day burns at 2
	rows, err := b.Rows(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	r := rows[0]
	if got := *r.Burns[5].Rate; math.Abs(got-2) > 1e-9 || r.Burns[5].Window != day {
		t.Errorf("burn of a day %g", got)
	}
	left := 1 - 2.0/28
	if want := left * 14; r.Lasts == nil || math.Abs(r.Lasts.Hours()/24-want) > 1e-6 {
		t.Errorf("lasts %v, want %g days", r.Lasts, want)
	}
	if len(r.Rules) != 4 || r.Rules[3].Verdict != slo.Quiet || r.Rules[2].Verdict != slo.Quiet {
		t.Errorf("rules %+v", r.Rules)
	}
	if first := r.Weeks[0]; first.Spent == nil || *first.Spent != 0 {
		t.Errorf("first week %+v", first)
	}
	if last := r.Weeks[7]; last.Spent == nil || *last.Spent < 0.2 {
		t.Errorf("last week %+v", last)
	}
}

func TestCompositesAndSpans(t *testing.T) {
	w, b := newWorld(60)
	a, c := rolling("a"), rolling("c")
	whole := rolling("whole")
	whole.Parts = []slo.Part{{SLO: "a", Weight: 1}, {SLO: "c", Weight: 1}}
	w.slos = []slo.SLO{a, c, whole}
	w.fill("a", start, 60*288, 100, 100)
	w.fill("c", start, 60*288, 98, 100)
	ctx := context.Background()
	rows, err := b.Rows(ctx)
	if err != nil || math.Abs(*rows[2].Result.Spent-1) > 1e-9 {
		t.Fatalf("%+v, %v", rows[2].Result, err)
	}
	d, err := b.Detail(ctx, "whole", time.Time{}, time.Time{})
	if err != nil || len(d.Members) != 2 || d.Members[1].SLO.Name != "c" {
		t.Errorf("%+v, %v", d, err)
	}
	j, err := b.Judge(ctx, "c", start.Add(day), start.Add(2*day))
	if err != nil || j.Result.Total != 28800 || j.Result.Good != 28224 || *j.Result.Met || j.Version != 1 || j.Whole {
		t.Errorf("%+v, %v", j, err)
	}
	for name, x := range map[string]struct {
		slo      string
		from, to time.Time
		want     fault.Kind
	}{
		"unknown":   {"x", time.Time{}, time.Time{}, fault.NotFound},
		"backwards": {"a", start.Add(day), start, fault.Invalid},
		"too long":  {"a", start.AddDate(-3, 0, 0), start, fault.Invalid},
	} {
		if _, err := b.Judge(ctx, x.slo, x.from, x.to); fault.KindOf(err) != x.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	if j, err := b.Judge(ctx, "a", start.AddDate(1, 0, 0), start.AddDate(1, 0, 1)); err != nil || j.Result.State != slo.NotYet {
		t.Errorf("in the future: %+v, %v", j, err)
	}
}

func TestADetailHasItsCurves(t *testing.T) {
	w, b := newWorld(60)
	w.slos = []slo.SLO{rolling("a")}
	w.fill("a", start, 60*288, 99.5, 100)
	d, err := b.Detail(context.Background(), "a", time.Time{}, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Points) != 168 || len(d.Budget) != 169 {
		t.Errorf("%d points, %d of the budget", len(d.Points), len(d.Budget))
	}
	if last := d.Budget[len(d.Budget)-1].Left; last == nil || math.Abs(*last-*d.Result.Left) > 1e-9 {
		t.Errorf("the curve ends at %v, the number is %g", last, *d.Result.Left)
	}
	if fmt.Sprint(d.Origins) != "[{a 28 0}]" {
		t.Errorf("counted by %+v", d.Origins)
	}
	if len(d.Estimated) != 4 {
		t.Errorf("estimates at %v", d.Estimated)
	}
	if fmt.Sprint(d.Span.To) != fmt.Sprint(start.Add(60*day)) {
		t.Errorf("it ends at %s", d.Span.To)
	}
}

// The board with 500 objectives after eight weeks, when the newest buckets have
// just arrived.
func BenchmarkRows500(b *testing.B) {
	w, bd := newWorld(60)
	for i := range 500 {
		s := rolling(fmt.Sprintf("slo-%03d", i))
		s.Series = "shared"
		s.Hash = s.DefinitionHash() + fmt.Sprint(i)
		w.slos = append(w.slos, s)
	}
	w.fill("shared", start, 61*288, 99, 100)
	ctx := context.Background()
	if _, err := bd.Rows(ctx); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		w.now = w.now.Add(fiveM)
		if w.now.After(start.Add(61 * day)) {
			w.now = start.Add(60*day + 3*time.Minute)
		}
		w.seq++
		if _, err := bd.Rows(ctx); err != nil {
			b.Fatal(err)
		}
	}
}
