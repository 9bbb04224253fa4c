package statuspoll

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/reports/feed"
)

type world struct {
	*Poller
	now    time.Time
	asked  int
	taken  []feed.Input
	answer func(http.ResponseWriter, *http.Request)
	refuse error
}

func newWorld(t *testing.T) *world {
	w := &world{now: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)}
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.asked++
		w.answer(rw, r)
	}))
	t.Cleanup(server.Close)
	w.Poller = New(Options{
		Pages: []Page{{"shop", server.URL + "/api/v2/incidents.json"}}, Every: time.Minute, Client: server.Client(), Limit: 100,
		Now: func() time.Time { return w.now },
		Accept: func(_ context.Context, in feed.Input) error {
			w.taken = append(w.taken, in)
			return w.refuse
		},
	})
	return w
}

// step moves the clock and asks.
func (w *world) step(t *testing.T, d time.Duration) Status {
	t.Helper()
	w.now = w.now.Add(d)
	w.Tick(t.Context())
	return w.Status()[0]
}

func TestETagSparesWhatDidNotChange(t *testing.T) {
	w := newWorld(t)
	w.answer = func(rw http.ResponseWriter, r *http.Request) {
		if r.Header.Get("If-None-Match") == `"1"` {
			rw.WriteHeader(http.StatusNotModified)
			return
		}
		rw.Header().Set("ETag", `"1"`)
		_, _ = rw.Write([]byte(`{"incidents":[]}`))
	}
	if s := w.Status()[0]; s.State != Waiting {
		t.Errorf("%+v", s)
	}
	w.refuse = errors.New("the database is busy")
	if s := w.step(t, 0); s.State != Failing || len(w.taken) != 1 {
		t.Fatalf("%+v, %d taken", s, len(w.taken))
	}
	w.refuse = nil
	if s := w.step(
		t,
		time.Minute,
	); s.State != OK || len(w.taken) != 2 || string(w.taken[1].Body) != `{"incidents":[]}` ||
		w.taken[1].Source != "shop" {
		t.Fatalf("what was not taken in is not asked for again: %+v, %d taken", s, len(w.taken))
	}
	if s := w.step(t, time.Minute); s.State != OK || len(w.taken) != 2 || w.asked != 3 || !s.LastOK.Equal(w.now) {
		t.Errorf("%+v, %d taken, %d asked", s, len(w.taken), w.asked)
	}
	if w.step(t, 30*time.Second); w.asked != 3 {
		t.Error("asked before it is due")
	}
}

func TestABrokenPageIsAskedRarely(t *testing.T) {
	w := newWorld(t)
	w.answer = func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusBadGateway) }
	for i, want := range []time.Duration{time.Minute, time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 16 * time.Minute,
		32 * time.Minute, time.Hour, time.Hour} {
		due := time.Duration(0)
		if i > 0 {
			due = w.Status()[0].Next.Sub(w.now)
		}
		s := w.step(t, due)
		if got := s.Next.Sub(w.now); got != want || (s.State == Broken) != (i >= 2) || !strings.Contains(s.Why, "502") {
			t.Errorf("after failure %d: again in %s, want %s: %+v", i+1, got, want, s)
		}
	}
	w.answer = func(rw http.ResponseWriter, _ *http.Request) { _, _ = rw.Write([]byte(`{}`)) }
	if s := w.step(t, time.Hour); s.State != OK || s.Failures != 0 || s.Why != "" {
		t.Errorf("%+v", s)
	}
}

func TestAnswersAreBounded(t *testing.T) {
	w := newWorld(t)
	w.answer = func(rw http.ResponseWriter, _ *http.Request) { _, _ = rw.Write(make([]byte, 101)) }
	if s := w.step(t, 0); s.State != Failing || len(w.taken) != 0 || !strings.Contains(s.Why, "larger than the 100 bytes") {
		t.Errorf("%+v", s)
	}
}

func TestAStopIsNoFailure(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	w.answer = func(http.ResponseWriter, *http.Request) { cancel() }
	w.Tick(ctx)
	if s := w.Status()[0]; s.State != Waiting {
		t.Errorf("%+v", s)
	}
}

// A page must not lead the portal to what only the portal can reach, and its
// answer into what readers see.
func TestRedirectsAreNotFollowed(t *testing.T) {
	w := newWorld(t)
	w.answer = func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/secret" {
			_, _ = rw.Write([]byte(`{"incidents":[]}`))
			return
		}
		http.Redirect(rw, r, "/secret", http.StatusFound)
	}
	if s := w.step(t, 0); s.State != Failing || len(w.taken) != 0 || w.asked != 1 || !strings.Contains(s.Why, "redirect") {
		t.Errorf("%+v, %d taken, %d asked", s, len(w.taken), w.asked)
	}
}

// A key may stand in the address of a page; the log and the page of feeds never
// tell it.
func TestKeyInAnAddressIsNotShown(t *testing.T) {
	var log strings.Builder
	p := New(Options{
		Pages: []Page{{"shop", "http://127.0.0.1:1/incidents.json?key=hunter2"}}, Every: time.Minute, Client: &http.Client{}, Limit: 100,
		Now: time.Now, Log: slog.New(slog.NewTextHandler(&log, nil)),
	})
	p.Tick(t.Context())
	s := p.Status()[0]
	if s.State != Failing || strings.Contains(s.Why, "hunter2") || log.Len() == 0 || strings.Contains(log.String(), "hunter2") {
		t.Errorf("%+v\n%s", s, log.String())
	}
}
