package signals

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/reports/incident"
)

// slow is feeds whose reports are returned only after a release.
type slow struct {
	*feeds
	entered, release chan struct{}
}

func (s *slow) Voices(ctx context.Context, from, to time.Time) ([]incident.Record, error) {
	s.entered <- struct{}{}
	<-s.release
	return s.feeds.Voices(ctx, from, to)
}

// waits reports whether a reader waits for the fold in progress. A reader without
// enough time to find out tries again with more.
func waits(t *testing.T, r *Store) bool {
	t.Helper()
	for patience := 10 * time.Millisecond; ; patience *= 2 {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		_, err := r.Incidents(ctx, at(0), at(1000))
		cancel()
		switch {
		case err == nil:
			return false
		case fault.KindOf(err) != fault.Timeout:
			t.Fatal(err)
		case strings.Contains(fault.Message(err), "were being computed"):
			return true
		}
	}
}

// While one reader computes a view the others get the last one, unless it is out of
// date for too long, a person changed something, or they must not get anything stale.
func TestReadersDoNotWaitForAFold(t *testing.T) {
	f := open(t)
	old := f.incidents(t, 0, 1000)
	s := &slow{f.feeds, make(chan struct{}), make(chan struct{})}
	f.opt.Feeds = s
	f.feeds.voices = f.feeds.voices[:1]
	f.feeds.write("incident")

	var leader sync.WaitGroup
	var made []string
	leader.Go(func() { made = f.incidents(t, 0, 1000) })
	<-s.entered
	for range 20 {
		if got := f.incidents(t, 0, 1000); !slices.Equal(got, old) {
			t.Fatalf("meanwhile: %v, want %v", got, old)
		}
	}
	if !waits(t, f.Exact()) {
		t.Error("who asks for nothing stale was given the last view")
	}
	began := f.now
	f.now = began.Add(Stale - time.Millisecond)
	if waits(t, f.Store) {
		t.Error("a view that was right a moment ago was not given")
	}
	f.now = began.Add(Stale)
	if !waits(t, f.Store) {
		t.Error("a view that was wrong for long was given")
	}
	f.now = began
	f.documents.seq++
	if !waits(t, f.Store) {
		t.Error("somebody published, and the last view was given")
	}
	f.documents.seq--

	waiting := make(chan []string)
	go func() {
		all, _ := f.Exact().Incidents(t.Context(), at(0), at(1000))
		var ids []string
		for _, in := range all {
			ids = append(ids, in.ID)
		}
		waiting <- ids
	}()
	close(s.release)
	leader.Wait()
	if got := <-waiting; !slices.Equal(got, made) || slices.Equal(got, old) || len(got) == 0 {
		t.Errorf("after the fold: %v; it made %v of what was %v", got, made, old)
	}
	if n := f.feeds.reads["incident"]; n != 2 {
		t.Errorf("folded %d times, want once before and once for all who read since", n)
	}
}

// A fold that fails, even by a defect, is made again by the next reader.
func TestAFoldThatFailsIsMadeAgain(t *testing.T) {
	c := cache[int]{weigh: func(int) int { return 1 }}
	r := open(t).Store
	get := func(build func() (int, error)) (int, error) {
		return c.get(t.Context(), r, window{}, nil, func(context.Context, *Store) (int, error) { return build() })
	}
	for _, fails := range []func() (int, error){
		func() (int, error) { return 0, context.Canceled },
		func() (int, error) { panic("a defect") },
	} {
		if got, err := get(fails); err == nil {
			t.Errorf("%d of a fold that failed", got)
		}
		if _, known := c.find(window{}); known || c.running(window{}) != nil {
			t.Error("what failed was kept")
		}
	}
	if got, err := get(func() (int, error) { return 7, nil }); got != 7 || err != nil {
		t.Errorf("%d, %v", got, err)
	}
	if v, known := c.find(window{}); !known || v.value != 7 {
		t.Errorf("%+v", v)
	}
}

// TestAFoldThatPanicsIsAnError: a fold runs in a goroutine without another recover,
// and its waiting readers must be woken.
func TestAFoldThatPanicsIsAnError(t *testing.T) {
	f := open(t)
	f.feeds.broken = true
	for range 2 {
		if _, err := f.Open(t.Context()); fault.KindOf(err) != fault.Internal || err == nil {
			t.Fatalf("a fold that panics gives %v", err)
		}
	}
	f.feeds.broken = false
	if all, err := f.Open(t.Context()); err != nil || len(all) == 0 {
		t.Errorf("afterwards %d are open, %v", len(all), err)
	}
}
