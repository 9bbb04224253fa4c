package feeds

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/web/webtest"
	"github.com/postern/postern/reports/feed/formats"
)

const feeder = "Bearer pst_feeder"

// desk is a Handler over fakes, and its routes.
type desk struct {
	*Handler
	routes http.Handler
}

func newDesk(t *testing.T, opt Options) (*desk, *webtest.Feeds) {
	t.Helper()
	f := &webtest.Feeds{}
	h := New(webtest.Kit(t), Deps{Feeds: f, Tokens: webtest.Admin{}}, opt)
	return &desk{h, webtest.Mount(h.Kit, h.Routes())}, f
}

func (d *desk) post(target, body, token string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", target, strings.NewReader(body))
	r.Header.Set("Authorization", token)
	w := httptest.NewRecorder()
	d.routes.ServeHTTP(w, r)
	return w
}

func TestLargeBodiesAreDecodedOneAfterAnother(t *testing.T) {
	t.Parallel()
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
		decoded := func() error { t.Error("decoded for a sender who left"); return nil }
		if err := f.decode(gone, largeBody, decoded); fault.KindOf(err) != fault.Timeout {
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
	t.Parallel()
	s, f := newDesk(t, Options{Formats: formats.All()})
	r := strings.Repeat("x", 3*flightStep)
	for _, length := range []int64{int64(len(r)), -1, 0} { // 0 is what a request inside the process has
		req := httptest.NewRequest("POST", "/api/v1/feeds/opsgenie?source=a", strings.NewReader(r))
		req.ContentLength = length
		req.Header.Set("Authorization", feeder)
		w := httptest.NewRecorder()
		s.routes.ServeHTTP(w, req)
		if w.Code != 202 || s.flights.all != 0 || len(s.flights.by) != 0 {
			t.Fatalf("%d, %d bytes are still taken: %s", w.Code, s.flights.all, w.Body)
		}
	}
	for i, in := range f.Posts {
		if len(f.Posts) != 3 || len(in.Body) != len(r) {
			t.Errorf("post %d of %d has %d bytes", i, len(f.Posts), len(in.Body))
		}
	}
}

// slowBody is a body that its sender stopped sending: reading it waits.
type slowBody struct{ begun, end chan struct{} }

func (b slowBody) Read([]byte) (int, error) {
	b.begun <- struct{}{}
	<-b.end
	return 0, io.EOF
}

// Bodies that are being read may not take more memory than there is for them, and
// one sender not more than its share: the others are told to come again.
func TestFeedsInFlightAreBounded(t *testing.T) {
	t.Parallel()
	const body = 8 << 20
	s, _ := newDesk(t, Options{Body: body, Formats: formats.All()})
	b := slowBody{make(chan struct{}), make(chan struct{})}
	begin := func(path string) {
		r := httptest.NewRequest("POST", path, b)
		r.ContentLength = body
		r.Header.Set("Authorization", feeder)
		s.routes.ServeHTTP(httptest.NewRecorder(), r)
	}
	var all sync.WaitGroup
	for i := range flightShare / body {
		path := []string{"/api/v1/feeds/alertmanager?source=a", "/api/v1/feeds/opsgenie?source=a"}[i%2]
		all.Go(func() { begin(path) })
		<-b.begun
	}
	for _, path := range []string{"/api/v1/feeds/ndjson?source=a", "/api/v1/feeds/alertmanager?source=a"} {
		if w := s.post(path, "one", feeder); w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
			t.Errorf("one more: %d", w.Code)
		}
	}
	if w := s.post("/api/v1/feeds/alertmanager?source=a", "one", "Bearer pst_admin"); w.Code != http.StatusAccepted {
		t.Errorf("another sender: %d", w.Code)
	}
	close(b.end)
	all.Wait()
	if w := s.post("/api/v1/feeds/alertmanager?source=a", "one", feeder); w.Code != http.StatusAccepted {
		t.Errorf("afterwards: %d", w.Code)
	}
	if f := newFlights(body); f.share != flightShare || newFlights(64<<20).share != 128<<20 {
		t.Errorf("a share is %d", f.share)
	}
	f := newFlights(body)
	for i := range 2 * flightShares {
		if _, ok := f.begin(fmt.Sprint("sender ", i), flightShare); ok != (i < flightShares) {
			t.Errorf("sender %d: %v", i, ok)
		}
	}
}
