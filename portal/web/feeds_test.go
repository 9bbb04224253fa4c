package web

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/feedstore"
)

// fakeFeeds accepts a line as an item; the lines "bad", "broken" and "busy" are
// what they say.
type fakeFeeds struct {
	mu      sync.Mutex // of posts
	posts   []feed.Input
	sources []feedstore.SourceStatus
	letters []feedstore.DeadLetter
	done    []string
	missed  []feedstore.Refusal
}

func (f *fakeFeeds) Accept(_ context.Context, format string, in feed.Input) (a feedstore.Result, err error) {
	f.mu.Lock()
	f.posts = append(f.posts, in)
	f.mu.Unlock()
	if format == "none" {
		return a, fault.New(fault.NotFound, "fake", "no such format")
	}
	i := 0
	for line := range strings.SplitSeq(string(in.Body), "\n") {
		switch line {
		case "":
			continue
		case "busy":
			return a, fault.New(fault.Unavailable, "fake", "come later")
		case "broken":
			return feedstore.Result{Rejected: []feedstore.Rejected{{Reason: "not the format"}}}, fault.New(fault.Invalid, "fake", "not the format")
		case "bad":
			a.Rejected = append(a.Rejected, feedstore.Rejected{Index: i, Reason: "bad"})
		default:
			a.Accepted++
		}
		i++
	}
	return a, nil
}

func (f *fakeFeeds) RecordRefusal(_ context.Context, u feedstore.Refusal) error {
	f.missed = append(f.missed, u)
	return nil
}

func (f *fakeFeeds) Sources(context.Context) ([]feedstore.SourceStatus, error) { return f.sources, nil }

func (f *fakeFeeds) DeadLetters(_ context.Context, filter feedstore.DeadLetterFilter) ([]feedstore.DeadLetter, string, error) {
	if filter.Cursor != "" {
		return nil, "", nil
	}
	return f.letters, "more", nil
}

func (f *fakeFeeds) RetryDeadLetter(_ context.Context, id string) (feedstore.Result, error) {
	f.done = append(f.done, "retry "+id)
	if id == "still" {
		return feedstore.Result{Rejected: []feedstore.Rejected{{Reason: "still"}}}, fault.New(fault.Invalid, "fake", "still")
	}
	return feedstore.Result{Accepted: 1}, nil
}

func (f *fakeFeeds) DismissDeadLetter(_ context.Context, id string) error {
	f.done = append(f.done, "dismiss "+id)
	return nil
}

// withFeeds gives the site feeds to look into.
func withFeeds(t *testing.T, opts ...func(*Deps, *Options)) (*site, *fakeFeeds) {
	f := &fakeFeeds{}
	opts = append(opts, func(d *Deps, _ *Options) { d.Feeds = f })
	return newSite(t, "https://kb.example", opts...), f
}

const feeder = "Bearer pst_feeder"

func TestFeedAnswers(t *testing.T) {
	s, f := withFeeds(t)
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
		w := s.ask("POST", c.target, c.body, "Authorization", feeder)
		if w.Code != c.status || !strings.Contains(strings.TrimSpace(w.Body.String()), c.want) {
			t.Errorf("%s %q: %d %s", c.target, c.body, w.Code, w.Body)
		}
		if w.Code == 503 && w.Header().Get("Retry-After") == "" {
			t.Error("a busy portal does not say when to come again")
		}
	}
	if f.posts[0].Source != "am" || !f.posts[0].Received.Equal(testNow) {
		t.Errorf("%+v", f.posts[0])
	}
	s.ask("POST", "/api/v1/feeds/opsgenie", "one", "Authorization", feeder)
	if last := f.posts[len(f.posts)-1]; last.Source == "" {
		t.Error("a source that is not named is called after its token")
	}
}

func TestFeedLimits(t *testing.T) {
	s, f := withFeeds(t, func(_ *Deps, o *Options) { o.Feeds.Body = 1 << 16 })
	big := strings.Repeat("x", 1<<16+1)
	if w := s.ask("POST", "/api/v1/feeds/alertmanager?source=a", big, "Authorization", feeder); w.Code != http.StatusRequestEntityTooLarge || len(f.posts) != 0 {
		t.Errorf("a body over the limit: %d", w.Code)
	}
	if w := s.ask("POST", "/api/v1/feeds/ndjson?source=a", big, "Authorization", feeder); w.Code != http.StatusRequestEntityTooLarge || len(f.posts) != 0 {
		t.Errorf("a line over the limit: %d", w.Code)
	}
	line := strings.Repeat("y", 99) + "\n"
	w := s.ask("POST", "/api/v1/feeds/ndjson?source=a", strings.Repeat(line, 2000)+"\nbad", "Authorization", feeder)
	if w.Code != 202 || !strings.Contains(w.Body.String(), `"accepted":2000`) || !strings.Contains(w.Body.String(), `"index":2000`) {
		t.Errorf("a long ndjson: %d %s", w.Code, w.Body)
	}
	if len(f.posts) != 4 {
		t.Errorf("%d parts", len(f.posts))
	}
	for _, p := range f.posts {
		if len(p.Body) > 1<<16 {
			t.Errorf("a part of %d bytes", len(p.Body))
		}
	}
	if w := s.ask("POST", "/api/v1/feeds/alertmanager?source=a", "one", "Authorization", feeder, "Content-Encoding", "gzip"); w.Code != http.StatusUnsupportedMediaType {
		t.Errorf("a compressed body: %d", w.Code)
	}
}

func TestPagerDutySignature(t *testing.T) {
	s, f := withFeeds(t, func(_ *Deps, o *Options) {
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
		f.posts = nil
		w := s.ask("POST", "/api/v1/feeds/pagerduty?source="+c.source, "one", "Authorization", feeder, "X-PagerDuty-Signature", c.signature)
		if w.Code != c.status || (w.Code == 202) != (len(f.posts) == 1) {
			t.Errorf("%s %q: %d, %d stored", c.source, c.signature, w.Code, len(f.posts))
		}
	}
}

func TestDeadLettersPage(t *testing.T) {
	s, f := withFeeds(t)
	f.letters = []feedstore.DeadLetter{{ID: "l1", Source: "<b>am", Format: "alertmanager", Received: testNow, Reason: `no "labels" <script>`, Excerpt: `{"x":"</code><script>alert(1)</script>"}`, Times: 3}}
	w := s.get("/dead-letters", "Authorization", "Bearer pst_reader")
	if w.Code != 200 || strings.Contains(w.Body.String(), "<script>alert") || strings.Contains(w.Body.String(), "Retry</button>") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	w = s.get("/dead-letters", "Authorization", "Bearer pst_admin")
	if !strings.Contains(w.Body.String(), "&lt;script&gt;alert(1)") || strings.Contains(w.Body.String(), "<script>alert") {
		t.Error("what was sent is not shown, or not escaped")
	}
	w = s.get("/dead-letters?done=understood", "Authorization", "Bearer pst_publisher")
	for _, want := range []string{"Retry</button>", "received 3 times", "everything in that body is understood", "cursor=more"} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for path, want := range map[string]string{
		"/dead-letters/l1/retry": "/dead-letters?done=understood", "/dead-letters/still/retry": "/dead-letters?done=rejected", "/dead-letters/l1/dismiss": "/dead-letters?done=dismissed",
	} {
		if w := s.ask("POST", path, "", "Authorization", "Bearer pst_publisher"); w.Code != 303 || w.Header().Get("Location") != want {
			t.Errorf("%s: %d %s", path, w.Code, w.Header().Get("Location"))
		}
		if w := s.ask("POST", path, "", "Authorization", "Bearer pst_publisher", "Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"); w.Code != 403 {
			t.Errorf("%s from another site: %d", path, w.Code)
		}
	}
	if len(f.done) != 3 {
		t.Errorf("done %v", f.done)
	}
	if w := s.get("/api/v1/dead-letters?limit=5", "Authorization", "Bearer pst_reader"); !strings.Contains(w.Body.String(), `"id":"l1"`) || !strings.Contains(w.Body.String(), `"next":"more"`) {
		t.Errorf("%s", w.Body)
	}
	if w := s.get("/api/v1/dead-letters?limit=0"); w.Code != 400 {
		t.Errorf("limit=0: %d", w.Code)
	}
}

func TestFeedsPage(t *testing.T) {
	s, f := withFeeds(t)
	if w := s.get("/feeds"); w.Code != 200 || !strings.Contains(w.Body.String(), "postern feed import ndjson - --source try") || !strings.Contains(w.Body.String(), "https://kb.example/api/v1/feeds/FORMAT?source=NAME") {
		t.Errorf("empty: %d %s", w.Code, w.Body)
	}
	f.sources = []feedstore.SourceStatus{
		{Name: "am <1>", Format: "alertmanager", LastReceived: testNow, Accepted: 12345, Rejected: 2, State: feedstore.SourceRejecting, Why: "no <labels>"},
		{Name: "pd", Format: "pagerduty", LastReceived: testNow, LastEvent: testNow, State: feedstore.SourceOK},
	}
	w := s.get("/feeds")
	for _, want := range []string{"am &lt;1&gt;", "12,345", "no &lt;labels&gt;", `href="/dead-letters?source=am%20%3c1%3e"`, "unknown"} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if w := s.get("/api/v1/feeds"); !strings.Contains(w.Body.String(), `"last_event_at":null`) || !strings.Contains(w.Body.String(), `"state":"rejecting"`) {
		t.Errorf("%s", w.Body)
	}
}

// withoutEnd is a body of unstated length; it ends, or breaks off.
type withoutEnd struct {
	left int
	then error
}

func (b *withoutEnd) Read(p []byte) (int, error) {
	if b.left == 0 {
		return 0, b.then
	}
	n := min(b.left, len(p))
	for i := range p[:n] {
		p[i] = 'x'
	}
	b.left -= n
	return n, nil
}

// What a known sender is refused leaves a dead letter, unless it comes again by
// itself; what an unknown one is refused leaves none.
func TestWhatIsRefusedLeavesATrace(t *testing.T) {
	const most = 1 << 16
	signed := func(_ *Deps, o *Options) {
		o.Feeds.Body = most
		o.Feeds.Signing = func(string, string) ([]string, bool) { return []string{"secret"}, false }
	}
	for _, c := range []struct {
		name, target, token string
		body                *withoutEnd
		length              int64 // 0: unstated
		header              []string
		status              int
		want                string // beginning of the reason; "" no trace
		source              string
	}{
		{"too large, as it says", "alertmanager?source=am", "feeder", &withoutEnd{3 * most, io.EOF}, 3 * most, nil, 413, "a body of 192 KiB, more than feeds.body (64 KiB)", "am"},
		{"too large, unstated", "alertmanager?source=am", "feeder", &withoutEnd{3 * most, io.EOF}, 0, nil, 413, "a body of at least 64 KiB, which was refused: the body is larger than feeds.body", "am"},
		{"one byte too large", "opsgenie?source=og", "feeder", &withoutEnd{most + 1, io.EOF}, most + 1, nil, 413, "a body of 64 KiB, more than feeds.body", "og"},
		{"packed", "alertmanager?source=am", "feeder", &withoutEnd{10, io.EOF}, 10, []string{"Content-Encoding", "gzip"}, 415, "a body of 10 bytes, which was refused: send the body as it is", "am"},
		{"broken off", "alertmanager?source=am", "feeder", &withoutEnd{100, io.ErrUnexpectedEOF}, 900, nil, 400, "a body of 900 bytes, of which 100 bytes came, which was refused: the body did not come whole", "am"},
		{"no such format", "none?source=am", "feeder", &withoutEnd{10, io.EOF}, 10, nil, 404, "a body of 10 bytes, which was refused: no such format", "am"},
		{"without a signature", "pagerduty?source=pd", "feeder", &withoutEnd{10, io.EOF}, 10, nil, 401, "a body of 10 bytes, which was refused: the webhook has no valid", "pd"},
		{"no name where one is needed", "opsgenie", "feeder:a,b", &withoutEnd{10, io.EOF}, 10, nil, 400, "a body of 10 bytes, which was refused: source: this token may post for a, b", ""},
		{"a line too long", "ndjson?source=n", "feeder", &withoutEnd{2 * most, io.EOF}, 0, nil, 413, "a body of at least ", "n"},
		{"a stream that breaks off", "ndjson?source=n", "feeder", &withoutEnd{10, io.ErrUnexpectedEOF}, 0, nil, 400, "a body of at least 10 bytes, which was refused: the body did not come whole", "n"},
		{"taken", "alertmanager?source=am", "feeder", &withoutEnd{most, io.EOF}, most, nil, 202, "", ""},
		{"taken, unstated", "alertmanager?source=am", "feeder", &withoutEnd{most, io.EOF}, 0, nil, 202, "", ""},
		{"too large, by a reader", "alertmanager?source=am", "reader", &withoutEnd{3 * most, io.EOF}, 3 * most, nil, 403, "", ""},
		{"too large, with a wrong token", "alertmanager?source=am", "wrong", &withoutEnd{3 * most, io.EOF}, 3 * most, nil, 401, "", ""},
		{"packed, without a token", "alertmanager?source=am", "", &withoutEnd{10, io.EOF}, 10, []string{"Content-Encoding", "gzip"}, 401, "", ""},
		{"from another site", "alertmanager?source=am", "feeder", &withoutEnd{10, io.EOF}, 10, []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"}, 403, "", ""},
	} {
		s, f := withFeeds(t, signed)
		r := httptest.NewRequest("POST", "/api/v1/feeds/"+c.target, c.body)
		if r.ContentLength = c.length; c.length == 0 {
			r.ContentLength = -1
		}
		if c.token != "" {
			r.Header.Set("Authorization", "Bearer pst_"+c.token)
		}
		for i := 0; i+1 < len(c.header); i += 2 {
			r.Header.Set(c.header[i], c.header[i+1])
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != c.status {
			t.Errorf("%s: %d, want %d: %s", c.name, w.Code, c.status, w.Body)
		}
		switch {
		case c.want == "" && len(f.missed) > 0:
			t.Errorf("%s: left %+v", c.name, f.missed)
		case c.want != "" && (len(f.missed) != 1 || !strings.HasPrefix(f.missed[0].Reason, c.want) || f.missed[0].Source != c.source):
			t.Errorf("%s: left %+v, want %q of %q", c.name, f.missed, c.want, c.source)
		}
		if s.flights.all != 0 {
			t.Errorf("%s: %d bytes are still reserved", c.name, s.flights.all)
		}
	}
}

// What the sender sends again, and what is a dead letter already, leaves no second
// trace.
func TestWhatComesAgainLeavesNoTrace(t *testing.T) {
	s, f := withFeeds(t)
	for body, status := range map[string]int{"busy": 503, "broken": 400} {
		for _, format := range []string{"opsgenie", "ndjson"} {
			if w := s.ask("POST", "/api/v1/feeds/"+format+"?source=a", body, "Authorization", feeder); w.Code != status || len(f.missed) != 0 {
				t.Errorf("%s, %s: %d, left %+v", format, body, w.Code, f.missed)
			}
		}
	}
}
