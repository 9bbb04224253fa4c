package web_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/portal/web"
	"github.com/postern/postern/portal/web/webtest/site"
)

// watched is a site whose log and counted requests are kept.
func watched(t *testing.T, opts ...func(*web.Deps, *web.Options)) (s *site.Site, log *bytes.Buffer, seen *[]web.Observation) {
	t.Helper()
	log, seen = &bytes.Buffer{}, &[]web.Observation{}
	opts = append(opts, func(d *web.Deps, o *web.Options) {
		d.Observe = func(one web.Observation) { *seen = append(*seen, one) }
		o.Log = slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	return site.New(t, "http://127.0.0.1:8080", opts...), log, seen
}

// busyAPI answers as the API does when its search is busy.
func busyAPI(d *web.Deps, _ *web.Options) {
	d.API = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "busy", http.StatusServiceUnavailable) })
	d.Metrics = d.API
}

// Whatever is refused because of the server's state is 503 and says when to come
// again, on pages, in the API, for feeds and probes; it is no error in the log.
func TestOverloadIsAnsweredAlike(t *testing.T) {
	t.Parallel()
	for _, target := range []string{"/search?q=x", "/similar?text=x", "/api/v1/search?q=x", "/api/v1/documents", "/metrics", "/readyz",
		"/search.atom?q=x"} {
		for _, accept := range []string{"text/html", "application/json"} {
			s, log, seen := watched(t, busyAPI)
			s.Search.Err = fault.New(fault.Unavailable, "search", "too many searches are waiting")
			s.Status.Current.Ready = false
			w := s.Get(target, "Accept", accept)
			if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
				t.Errorf("%s for %s: %d, Retry-After %q", target, accept, w.Code, w.Header().Get("Retry-After"))
			}
			if len(*seen) != 1 || (*seen)[0].Status != http.StatusServiceUnavailable || strings.Contains(log.String(), "level=ERROR") {
				t.Errorf("%s: counted %+v, logged %s", target, *seen, log)
			}
		}
	}
}

// A request whose client left is no failure of the portal: it is counted apart and
// logged for those who look closely only.
func TestAClientThatLeftIsNoError(t *testing.T) {
	t.Parallel()
	left := func(kind fault.Kind) error { return fault.Wrap(kind, "search", "the sender left", context.Canceled) }
	for _, c := range []struct {
		method, target string
		err            error
	}{
		{"GET", "/search?q=x", context.Canceled},
		{"GET", "/search?q=x", left(fault.Timeout)},
		{"GET", "/postmortems", errors.New("write: broken pipe")},
		{"GET", "/api/v1/search?q=x", nil},
		{"POST", "/api/v1/feeds/opsgenie?source=a", nil}, // "busy" is 503
	} {
		s, log, seen := watched(t, busyAPI)
		s.Search.Err, s.Lib.Err = c.err, c.err
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		r := httptest.NewRequestWithContext(ctx, c.method, c.target, strings.NewReader("busy"))
		r.Header.Set("Content-Type", site.FormType)
		if strings.Contains(c.target, "feeds") {
			r.Header.Set("Authorization", site.Feeder)
		}
		s.ServeHTTP(httptest.NewRecorder(), r)
		if len(*seen) != 1 || (*seen)[0].Status != 499 {
			t.Errorf("%s %s: counted as %+v", c.method, c.target, *seen)
		}
		if text := log.String(); strings.Contains(text, "level=ERROR") || strings.Contains(text, "level=WARN") ||
			!strings.Contains(text, "status=499") {
			t.Errorf("%s %s: logged %s", c.method, c.target, text)
		}
	}
}

// A failure of the portal is one, though other requests were left; and so is one
// whose client stays.
func TestAFailureIsStillAnError(t *testing.T) {
	t.Parallel()
	s, log, seen := watched(t)
	s.Search.Err = errors.New("disk")
	if w := s.Get("/search?q=x"); w.Code != 500 || (*seen)[0].Status != 500 || !strings.Contains(log.String(), "level=ERROR") {
		t.Errorf("%d, counted %+v, logged %s", w.Code, *seen, log)
	}
}
