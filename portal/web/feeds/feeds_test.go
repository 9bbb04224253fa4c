package feeds_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/postern/postern/portal/web"
	"github.com/postern/postern/portal/web/feeds"
	"github.com/postern/postern/portal/web/webtest"
	"github.com/postern/postern/portal/web/webtest/site"
	"github.com/postern/postern/reports/feedstore"
)

func TestFeedAnswers(t *testing.T) {
	t.Parallel()
	s, f := site.WithFeeds(t)
	for _, c := range []struct {
		target, body string
		status       int
		want         string
	}{
		{"/api/v1/feeds/alertmanager?source=am", "one\nbad\ntwo", 202, `{"accepted":2,"duplicate":0,"rejected":[{"index":1,"reason":"bad"}]}`},
		{"/api/v1/feeds/alertmanager?source=am", "broken", 400, `"detail":"not the format"`},
		{"/api/v1/feeds/pagerduty?source=pd", "broken", 202, `"rejected":[{"index":0,"reason":"not the format"}]`},
		{"/api/v1/feeds/ndjson?source=n", "one\ntwo\n", 202, `{"accepted":2,"duplicate":0,"rejected":[]}`},
		{"/api/v1/feeds/ndjson?source=n", "broken", 400, "not the format"},
		{"/api/v1/feeds/none?source=n", "one", 404, "no such format"},
		{"/api/v1/feeds/opsgenie?source=n", "busy", 503, "come later"},
	} {
		w := s.Ask("POST", c.target, c.body, "Authorization", site.Feeder)
		if w.Code != c.status || !strings.Contains(strings.TrimSpace(w.Body.String()), c.want) {
			t.Errorf("%s %q: %d %s", c.target, c.body, w.Code, w.Body)
		}
		if w.Code == 503 && w.Header().Get("Retry-After") == "" {
			t.Error("a busy portal does not say when to come again")
		}
	}
	if f.Posts[0].Source != "am" || !f.Posts[0].Received.Equal(webtest.Now) {
		t.Errorf("%+v", f.Posts[0])
	}
	s.Ask("POST", "/api/v1/feeds/opsgenie", "one", "Authorization", site.Feeder)
	if last := f.Posts[len(f.Posts)-1]; last.Source == "" {
		t.Error("a source that is not named is called after its token")
	}
}

func TestFeedLimits(t *testing.T) {
	t.Parallel()
	s, f := site.WithFeeds(t, func(_ *web.Deps, o *web.Options) { o.Feeds.Body = 1 << 16 })
	big := strings.Repeat("x", 1<<16+1)
	if w := s.Ask("POST", "/api/v1/feeds/alertmanager?source=a", big, "Authorization",
		site.Feeder); w.Code != http.StatusRequestEntityTooLarge || len(f.Posts) != 0 {
		t.Errorf("a body over the limit: %d", w.Code)
	}
	if w := s.Ask("POST", "/api/v1/feeds/ndjson?source=a", big, "Authorization", site.Feeder); w.Code != http.StatusRequestEntityTooLarge ||
		len(f.Posts) != 0 {
		t.Errorf("a line over the limit: %d", w.Code)
	}
	line := strings.Repeat("y", 99) + "\n"
	w := s.Ask("POST", "/api/v1/feeds/ndjson?source=a", strings.Repeat(line, 2000)+"\nbad", "Authorization", site.Feeder)
	if w.Code != 202 || !strings.Contains(w.Body.String(), `"accepted":2000`) || !strings.Contains(w.Body.String(), `"index":2000`) {
		t.Errorf("a long ndjson: %d %s", w.Code, w.Body)
	}
	if len(f.Posts) != 4 {
		t.Errorf("%d parts", len(f.Posts))
	}
	for _, p := range f.Posts {
		if len(p.Body) > 1<<16 {
			t.Errorf("a part of %d bytes", len(p.Body))
		}
	}
	if w := s.Ask("POST", "/api/v1/feeds/alertmanager?source=a", "one", "Authorization", site.Feeder, "Content-Encoding",
		"gzip"); w.Code != http.StatusUnsupportedMediaType {
		t.Errorf("a compressed body: %d", w.Code)
	}
}

func TestPagerDutySignature(t *testing.T) {
	t.Parallel()
	s, f := site.WithFeeds(t, func(_ *web.Deps, o *web.Options) {
		o.Feeds.Signing = func(_, source string) ([]string, bool) {
			if source == "open" {
				return nil, false
			}
			return []string{"old", "new"}, false
		}
	})
	mac := hmac.New(sha256.New, []byte("new"))
	fmt.Fprint(mac, "one")
	good := "v1=" + hex.EncodeToString(mac.Sum(nil))
	for _, c := range []struct {
		source, signature string
		status            int
	}{{"pd", good, 202}, {"pd", "v1=00," + good, 202}, {"pd", "", 401}, {"pd", "v1=00", 401}, {"open", "", 202}} {
		f.Posts = nil
		w := s.Ask("POST", "/api/v1/feeds/pagerduty?source="+c.source, "one", "Authorization", site.Feeder, "X-PagerDuty-Signature", c.signature)
		if w.Code != c.status || (w.Code == 202) != (len(f.Posts) == 1) {
			t.Errorf("%s %q: %d, %d stored", c.source, c.signature, w.Code, len(f.Posts))
		}
	}
}

func TestDeadLettersPage(t *testing.T) {
	t.Parallel()
	s, f := site.WithFeeds(t)
	f.Letters = []feedstore.DeadLetter{{ID: "l1", Source: "<b>am", Format: "alertmanager", Received: webtest.Now,
		Reason: `no "labels" <script>`, Excerpt: `{"x":"</code><script>alert(1)</script>"}`, Times: 3}}
	w := s.Get("/dead-letters", "Authorization", "Bearer pst_reader")
	if w.Code != 200 || strings.Contains(w.Body.String(), "<script>alert") || strings.Contains(w.Body.String(), "Retry</button>") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	w = s.Get("/dead-letters", "Authorization", "Bearer pst_admin")
	if !strings.Contains(w.Body.String(), "&lt;script&gt;alert(1)") || strings.Contains(w.Body.String(), "<script>alert") {
		t.Error("what was sent is not shown, or not escaped")
	}
	w = s.Get("/dead-letters?done=understood", "Authorization", "Bearer pst_publisher")
	for _, want := range []string{"Retry</button>", "received 3 times", "every item of the payload is accepted", "cursor=more"} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for path, want := range map[string]string{
		"/dead-letters/l1/retry": "/dead-letters?done=understood", "/dead-letters/still/retry": "/dead-letters?done=rejected",
		"/dead-letters/l1/dismiss": "/dead-letters?done=dismissed",
	} {
		if w := s.Ask("POST", path, "", "Authorization", "Bearer pst_publisher"); w.Code != 303 || w.Header().Get("Location") != want {
			t.Errorf("%s: %d %s", path, w.Code, w.Header().Get("Location"))
		}
		if w := s.Ask("POST", path, "", "Authorization", "Bearer pst_publisher", "Sec-Fetch-Site", "cross-site", "Origin",
			"https://evil.example"); w.Code != 403 {
			t.Errorf("%s from another site: %d", path, w.Code)
		}
	}
	if len(f.Done) != 3 {
		t.Errorf("done %v", f.Done)
	}
	if w := s.Get("/api/v1/dead-letters?limit=5", "Authorization", "Bearer pst_reader"); !strings.Contains(w.Body.String(), `"id":"l1"`) ||
		!strings.Contains(w.Body.String(), `"next":"more"`) {
		t.Errorf("%s", w.Body)
	}
	if w := s.Get("/api/v1/dead-letters?limit=0"); w.Code != 400 {
		t.Errorf("limit=0: %d", w.Code)
	}
}

func TestFeedsPage(t *testing.T) {
	t.Parallel()
	s, f := site.WithFeeds(t)
	if w := s.Get("/feeds"); w.Code != 200 || !strings.Contains(w.Body.String(), "postern feed import ndjson - --source try") ||
		!strings.Contains(w.Body.String(), "https://kb.example/api/v1/feeds/FORMAT?source=NAME") {
		t.Errorf("empty: %d %s", w.Code, w.Body)
	}
	f.SourceList = []feedstore.SourceStatus{
		{Name: "am <1>", Format: "alertmanager", LastReceived: webtest.Now, Accepted: 12345, Rejected: 2, State: feedstore.SourceRejecting,
			Why: "no <labels>"},
		{Name: "pd", Format: "pagerduty", LastReceived: webtest.Now, LastEvent: webtest.Now, State: feedstore.SourceOK},
	}
	w := s.Get("/feeds")
	for _, want := range []string{"am &lt;1&gt;", "12,345", "no &lt;labels&gt;", `href="/dead-letters?source=am%20%3c1%3e"`, "unknown"} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if w := s.Get("/api/v1/feeds"); !strings.Contains(w.Body.String(), `"last_event_at":null`) ||
		!strings.Contains(w.Body.String(), `"state":"rejecting"`) {
		t.Errorf("%s", w.Body)
	}
}

// What the sender sends again, and what is a dead letter already, leaves no second
// trace.
func TestWhatComesAgainLeavesNoTrace(t *testing.T) {
	t.Parallel()
	s, f := site.WithFeeds(t)
	for body, status := range map[string]int{"busy": 503, "broken": 400} {
		for _, format := range []string{"opsgenie", "ndjson"} {
			if w := s.Ask("POST", "/api/v1/feeds/"+format+"?source=a", body, "Authorization", site.Feeder); w.Code != status || len(f.Unkept) != 0 {
				t.Errorf("%s, %s: %d, left %+v", format, body, w.Code, f.Unkept)
			}
		}
	}
}

func TestTheFeedsPageTellsHowServersDo(t *testing.T) {
	t.Parallel()
	s := site.New(t, "https://kb.example", func(d *web.Deps, _ *web.Options) {
		d.Measured = func() []feeds.MeasuredSource {
			return []feeds.MeasuredSource{
				{Name: "main", State: "working", Series: 12, Answered: webtest.Now, Refused: []feeds.RefusedQuery{{SLO: "a", Why: "parse <error>"}}},
				{Name: "far", State: "paused", Why: "the source does not answer", Behind: 3 * time.Hour},
			}
		}
	})
	body := s.Get("/feeds").Body.String()
	for _, want := range []string{">working<", ">paused<", "the source does not answer", "3 h", `<a href="/slos/a">a</a>`,
		"parse &lt;error&gt;"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}
