package signals

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/reports/alert"
	"github.com/postern/postern/reports/incident"
)

// crowd is feeds of which a span may be read only if it has few reports, and which
// blocks while a test says so.
type crowd struct {
	*feeds
	most    int
	ended   chan error // what became of the context of a reading that hangs
	hangs   bool
	signalN int
}

func (c *crowd) Voices(ctx context.Context, from, to time.Time) (out []incident.Record, err error) {
	c.reads["incident"]++
	if c.hangs {
		<-ctx.Done()
		c.ended <- ctx.Err()
		return nil, fault.Wrap(fault.Timeout, "crowd", "too long", ctx.Err())
	}
	for _, v := range c.voices {
		resolved, over := v.Times[incident.Resolved]
		if v.At.Before(to) && (!over || resolved.At.After(from)) {
			out = append(out, v)
		}
	}
	if len(out) > c.most {
		return nil, fault.Newf(fault.TooWide, "crowd", "there are %d incidents; narrow the range", len(out))
	}
	return out, nil
}

func (c *crowd) Signals(context.Context, time.Time, time.Time) ([]alert.Signal, error) {
	c.reads["alert"]++
	if c.signalN > c.most {
		return nil, fault.New(fault.TooWide, "crowd", "there are too many alerts; narrow the range")
	}
	return nil, nil
}

// crowded is a register in which days hold ten incidents each, and fifteen is the
// most that are read at once. The last one is open.
func crowded(t *testing.T) (*fixture, *crowd) {
	f := open(t)
	f.feeds.voices = nil
	start := at(0)
	for d := range 40 {
		for n := range 10 {
			v := incident.Record{
				Source: "s",
				Form:   "ndjson",
				Ref:    string(rune('A'+d)) + string(rune('0'+n)),
				At:     start.AddDate(0, 0, d*4),
				Title:  "t",
				Times:  map[incident.Milestone]incident.Moment{incident.Started: {At: start.AddDate(0, 0, d*4)}},
			}
			if d < 39 || n < 9 {
				v.Times[incident.Resolved] = incident.Moment{At: v.At.Add(time.Hour)}
			}
			f.feeds.voices = append(f.feeds.voices, v)
		}
	}
	f.now = start.AddDate(0, 0, 39*4).Add(2 * time.Hour)
	c := &crowd{feeds: f.feeds, most: 15, ended: make(chan error, 9)}
	f.opt.Feeds = c
	return f, c
}

func TestTooManyIncidentsAreReadInParts(t *testing.T) {
	f, c := crowded(t)
	for range 3 { // the answer is kept, whichever it is
		if all, err := f.Incidents(t.Context(), at(0), f.now); fault.KindOf(err) != fault.TooWide || len(all) > 0 {
			t.Fatalf("all of them: %d, %v", len(all), err)
		}
		if all, err := f.Incidents(t.Context(), at(0), at(0).Add(24*time.Hour)); err != nil || len(all) != 10 {
			t.Fatalf("of one day: %d, %v", len(all), err)
		}
	}
	if n := c.reads["incident"]; n != 3 {
		t.Errorf("read %d times, want once each of all, of the long span and of the day", n)
	}
	if all, err := f.Open(t.Context()); err != nil || len(all) != 1 || all[0].ID == "" {
		t.Errorf("open: %v, %v", all, err)
	}
	last := f.feeds.voices[len(f.feeds.voices)-1].Ref
	if in, err := f.Incident(t.Context(), last); err != nil || !slices.Contains(in.Refs, last) && in.ID != last {
		t.Errorf("one of the last day: %+v, %v", in, err)
	}
	if _, err := f.Incident(t.Context(), "A0"); err == nil {
		t.Error("one that cannot be looked for was found")
	}
	if changes, err := f.Changes(t.Context(), f.now.Add(-time.Hour), f.now); err != nil || len(changes) != 0 {
		t.Errorf("changes of an hour: %v, %v", changes, err)
	}
	c.signalN = 99
	if _, err := f.Episodes(t.Context(), at(0), f.now); fault.KindOf(err) != fault.TooWide {
		t.Errorf("alerts: %v", err)
	}
	if _, err := f.Edit(
		t.Context(),
		incident.Hand{Who: "ann"},
		last,
		incident.Edit{Action: incident.Set, Field: "title", Value: "T", Why: "w"},
	); err != nil {
		t.Errorf("a correction: %v", err)
	}
}

// A fold that takes too long is cancelled, and the next reader is not kept out.
func TestAFoldEndsWithItsTime(t *testing.T) {
	f, c := crowded(t)
	f.opt.FoldTime = time.Millisecond
	c.hangs = true
	if _, err := f.Incidents(t.Context(), at(0), f.now); fault.KindOf(err) != fault.Timeout {
		t.Fatalf("%v", err)
	}
	if err := <-c.ended; err == nil {
		t.Error("the reading was not cancelled")
	}
	c.hangs, f.opt.FoldTime = false, 0
	if all, err := f.Incidents(t.Context(), at(0), at(60)); err != nil || len(all) != 10 {
		t.Errorf("%d, %v", len(all), err)
	}
}

// A reader who leaves does not end the fold for those who wait for it.
func TestAFoldOutlivesItsReader(t *testing.T) {
	f := open(t)
	s := &slow{f.feeds, make(chan struct{}), make(chan struct{})}
	f.opt.Feeds = s
	ctx, leave := context.WithCancel(t.Context())
	first := make(chan error)
	go func() {
		_, err := f.Incidents(ctx, at(0), at(1000))
		first <- err
	}()
	<-s.entered
	leave()
	if err := <-first; fault.KindOf(err) != fault.Timeout {
		t.Errorf("the one who left: %v", err)
	}
	second := make(chan int)
	go func() {
		all, _ := f.Incidents(t.Context(), at(0), at(1000))
		second <- len(all)
	}()
	close(s.release)
	if n := <-second; n != 2 || f.feeds.reads["incident"] != 1 {
		t.Errorf("%d incidents after %d readings", n, f.feeds.reads["incident"])
	}
}

// The windows that are kept are bounded by what they hold, not only by their number.
func TestKeptWindowsAreBoundedByWhatTheyHold(t *testing.T) {
	f := open(t)
	c := cache[int]{weigh: func(n int) int { return n }}
	f.opt.MostKept = 10
	for i := range 6 {
		w := window{from: at(i), to: at(i + 1)}
		if _, err := c.get(t.Context(), f.Store, w, nil, func(context.Context, *Store) (int, error) { return 4, nil }); err != nil {
			t.Fatal(err)
		}
	}
	if len(c.views) != 2 || !c.views[0].from.Equal(at(5)) {
		t.Errorf("kept %d: %+v", len(c.views), c.views)
	}
	if n, err := c.get(
		t.Context(),
		f.Store,
		window{},
		nil,
		func(context.Context, *Store) (int, error) { return 40, nil },
	); n != 40 || err != nil ||
		len(c.views) != 1 {
		t.Errorf("a large one: %d, %v, kept %d", n, err, len(c.views))
	}
}
