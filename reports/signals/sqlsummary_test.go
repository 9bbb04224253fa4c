package signals

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/reports/sql"
)

// A page of a week reads the observations of that week, however many there are from
// before, and returns what it would return for all of them.
func TestStatementsReadTheirWeek(t *testing.T) {
	f := open(t)
	start := monday(at(0)).Add(-30 * week)
	f.now = start.Add(40 * week)
	f.feeds.observed = observedDaily(start)
	f.feeds.write("sql")
	same := func(name string, r *Store, from, to time.Time, wantFrom ...time.Time) {
		t.Helper()
		f.feeds.observedFrom = nil
		got, err := r.Statements(t.Context(), from, to)
		if err != nil {
			t.Fatal(err)
		}
		decisions, err := r.decisions(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		services, _ := r.Services(t.Context())
		if want := sql.Follow(nil, f.feeds.observed, decisions, services, sql.Window{From: from, To: to}); !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n%+v\nwant\n%+v", name, got, want)
		}
		if !slices.EqualFunc(f.feeds.observedFrom, wantFrom, time.Time.Equal) {
			t.Errorf("%s: observations were read from %v, want %v", name, f.feeds.observedFrom, wantFrom)
		}
	}
	begin := start.Add(39*week + 50*time.Hour)
	last := monday(begin)
	same("the first time", f.Store, begin, begin.Add(week), beginning(), last)
	same("another window", f.Store, begin.Add(time.Hour), begin.Add(week), last)
	same("after a restart", New(f.opt), begin, begin.Add(week), last)
	same("a week later", f.Store, begin.Add(week), begin.Add(2*week), last, last.Add(week))

	f.feeds.observed = append(
		f.feeds.observed,
		sql.Observation{Digest: "0000000000000001", Database: "orders", Statement: "select ?", At: last.Add(time.Hour), Count: 5, Seconds: 1},
	)
	f.feeds.day = last
	f.feeds.write("sql")
	same("something new this week", f.Store, begin, begin.Add(week), last)
	f.feeds.observed = append(
		f.feeds.observed,
		sql.Observation{Digest: "late", Database: "orders", Statement: "select ?", At: last.Add(-time.Hour), Count: 5, Seconds: 1},
	)
	f.feeds.day = last.Add(-24 * time.Hour)
	f.feeds.write("sql")
	same("something late", f.Store, begin, begin.Add(week), beginning(), last)

	if err := f.opt.DB.Update(t.Context(), func(w kv.Writer) error { return w.Put(bPast, kv.TimeKey(last), []byte("torn")) }); err != nil {
		t.Fatal(err)
	}
	same("a sum that cannot be read", New(f.opt), begin, begin.Add(week), beginning(), last)
	same("made anew", New(f.opt), begin, begin.Add(week), last)

	f.now = last.Add(-10 * week) // a clock that was set back
	if err := f.Decide(t.Context(), "ana", sql.Decision{Digest: "0000000000000001", State: sql.Fixed}); err != nil {
		t.Fatal(err)
	}
	f.now = start.Add(40 * week)
	same("fixed long ago, and back", f.Store, begin, begin.Add(week), beginning(), last)
	same("and kept", f.Store, begin.Add(time.Hour), begin.Add(week), last)
}

// observedDaily are observations of seven statements, one a day from an instant on.
func observedDaily(start time.Time) (out []sql.Observation) {
	for i := range 300 {
		o := sql.Observation{
			Digest: fmt.Sprintf("%016x", i%7), Database: "orders", Statement: "select ?", User: fmt.Sprint("u", i%5),
			At: start.Add(time.Duration(i) * 24 * time.Hour).Add(time.Hour), Count: int64(1 + i%3), Seconds: float64(i%9) / 8, RowsSent: 1,
		}
		if i > 200 && i%7 == 3 {
			continue // one is seen no more
		}
		out = append(out, o)
	}
	return out
}
