package web

import (
	"context"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/postern/postern/portal/base/fault"
)

func TestLargeBodiesAreDecodedOneAfterAnother(t *testing.T) {
	f := newFlights(feedBody)
	var now, most atomic.Int32
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 50 {
				_ = f.decode(t.Context(), largeBody, func() error {
					if n := now.Add(1); n > most.Load() {
						most.Store(n)
					}
					now.Add(-1)
					return nil
				})
			}
		})
	}
	all.Wait()
	if most.Load() != 1 {
		t.Errorf("%d at once", most.Load())
	}
	// Meanwhile small ones go on, and who leaves waits no longer.
	err := f.decode(t.Context(), largeBody, func() error {
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if err := f.decode(gone, largeBody, func() error { t.Error("decoded for a sender who left"); return nil }); fault.KindOf(err) != fault.Timeout {
			t.Errorf("a sender who left: %v", err)
		}
		return f.decode(t.Context(), largeBody-1, func() error { return nil })
	})
	if err != nil {
		t.Error(err)
	}
}

// Room for a body of unstated length is taken as it comes, and given back.
func TestRoomIsTakenAsABodyComes(t *testing.T) {
	s, f := withFeeds(t)
	r := strings.Repeat("x", 3*flightStep)
	for _, length := range []int64{int64(len(r)), -1, 0} { // 0 is what a request inside the process has
		req := httptest.NewRequest("POST", "/api/v1/feeds/opsgenie?source=a", strings.NewReader(r))
		req.ContentLength = length
		req.Header.Set("Authorization", feeder)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, req)
		if w.Code != 202 || s.flights.all != 0 || len(s.flights.by) != 0 {
			t.Fatalf("%d, %d bytes are still taken: %s", w.Code, s.flights.all, w.Body)
		}
	}
	for i, in := range f.posts {
		if len(f.posts) != 3 || len(in.Body) != len(r) {
			t.Errorf("post %d of %d has %d bytes", i, len(f.posts), len(in.Body))
		}
	}
}
