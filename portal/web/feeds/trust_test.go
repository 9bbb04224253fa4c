package feeds_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/postern/postern/portal/auth"
	"github.com/postern/postern/portal/base/kv"
	"github.com/postern/postern/portal/base/kv/boltkv"
	"github.com/postern/postern/portal/web"
	"github.com/postern/postern/portal/web/webtest"
	"github.com/postern/postern/portal/web/webtest/site"
	"github.com/postern/postern/reports/feed"
	"github.com/postern/postern/reports/feed/ndjson"
	"github.com/postern/postern/reports/feed/pagerduty"
	"github.com/postern/postern/reports/feedstore"
)

// withLedger gives the site the real ledger over a database of its own.
func withLedger(t *testing.T, queue int, opts ...func(*web.Deps, *web.Options)) (*site.Site, *feedstore.Store, kv.DB) {
	t.Helper()
	db, err := boltkv.Open(t.Context(), filepath.Join(t.TempDir(), "db"), boltkv.Options{Schemas: []kv.Schema{feedstore.Schema()}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	l := feedstore.New(feedstore.Options{
		DB: db, Queue: queue, Now: func() time.Time { return webtest.Now },
		Formats: []feed.Format{ndjson.Format(), pagerduty.Format()},
	})
	opts = append(opts, func(d *web.Deps, _ *web.Options) { d.Feeds = l })
	return site.New(t, "https://kb.example", opts...), l, db
}

const (
	changeLine = `{"v":1,"type":"change","id":"%s","service":"cart","time":"2026-11-22T09:00:00Z"}` + "\n"
	badLine    = `{"v":1,"type":"change","id":"","password":"hunter2","note":"seen by few"}` + "\n"
)

func TestABoundTokenSpeaksForItsSourceOnly(t *testing.T) {
	t.Parallel()
	s, l, _ := withLedger(t, 0)
	post := func(token, query, body string) (int, string) {
		w := s.Ask("POST", "/api/v1/feeds/ndjson"+query, body, "Authorization", "Bearer pst_"+token)
		return w.Code, w.Body.String()
	}
	line := fmt.Sprintf(changeLine, "1")
	foreign := `{"v":1,"type":"change","id":"1","source":"pager","service":"cart","time":"2026-11-22T09:00:00Z"}`
	for _, c := range []struct {
		token, query, body string
		status             int
		want               string
	}{
		{"feeder:am", "?source=am", line, 202, `"accepted":1`},
		{"feeder:am", "", line, 202, `"duplicate":1`}, // it speaks as its one source
		{"feeder:am", "?source=pager", line, 403, `this token may post for \"am\" only, not for \"pager\"`},
		{"feeder:am", "?source=AM", line, 403, "only, not for"},
		{"feeder:am", "?source=am", foreign, 202, `"rejected":[{"index":0,"reason":"source: this token may post for`},
		{"feeder:am,pager", "?source=am", foreign, 202, `"accepted":1`},
		{"feeder:am,pager", "", line, 400, "may post for am, pager; name one of them as ?source=NAME"},
		{"feeder", "?source=pager", line, 202, `"duplicate":1`},
		{"feeder", "", line, 202, `"accepted":1`}, // called after the token
		{"admin", "?source=am", line, 202, `"duplicate":1`},
		{"reader", "?source=am", line, 403, "may not do this"},
		{"feeder", "?source=" + strings.Repeat("x", 10<<10), line, 400, "1 to 100 characters"},
		{"feeder", "?source=a%0Ab", line, 400, "cannot be shown"},
		{"feeder", "?source=Portal", line, 400, "is a name of the portal itself"},
	} {
		if status, body := post(c.token, c.query, c.body); status != c.status || !strings.Contains(body, c.want) {
			t.Errorf("%s %s: %d %s", c.token, c.query, status, body)
		}
	}
	got, err := l.Changes(t.Context(), webtest.Now.AddDate(0, 0, -1), webtest.Now)
	if err != nil || len(got) != 3 {
		t.Errorf("%+v, %v", got, err)
	}
}

// Administrators and the feeder of a source see what was sent. Every reader sees who sent
// something when, and why it was rejected.
func TestWhoReadsDeadLetters(t *testing.T) {
	t.Parallel()
	redact := func(_ *web.Deps, o *web.Options) {
		o.Feeds.Redact = func(text string) string { return strings.ReplaceAll(text, "hunter2", "[redacted]") }
	}
	s, l, _ := withLedger(t, 0, redact)
	for _, source := range []string{"am", "pager", "n-feeder"} {
		if _, err := l.Accept(t.Context(), "ndjson", feed.Input{Body: []byte(badLine), Source: source}); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		token   string
		letters int
		bodies  bool
	}{
		{"", 3, false}, {"reader", 3, false}, {"author", 3, false}, {"publisher", 3, false}, {"admin", 3, true},
		{"feeder:am", 1, true}, {"feeder:am,pager", 2, true}, {"feeder:other", 0, true}, {"feeder", 1, true},
	} {
		var header []string
		if c.token != "" {
			header = []string{"Authorization", "Bearer pst_" + c.token}
		}
		var got struct {
			Letters []struct {
				Source, Format, Reason string
				Excerpt                *string
			} `json:"dead_letters"`
		}
		w := s.Get("/api/v1/dead-letters", header...)
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || len(got.Letters) != c.letters {
			t.Errorf("%q: %d with %d letters, %v", c.token, w.Code, len(got.Letters), err)
		}
		for _, x := range got.Letters {
			if x.Source == "" || x.Format != "ndjson" || x.Reason != "id is missing" || (x.Excerpt != nil) != c.bodies || c.bodies &&
				!strings.Contains(*x.Excerpt, `"password":"[redacted]"`) {
				t.Errorf("%q: %+v", c.token, x)
			}
		}
		page := s.Get("/dead-letters", header...)
		shown := strings.Contains(page.Body.String(), "seen by few")
		if page.Code != http.StatusOK || shown != (c.bodies && c.letters > 0) || strings.Contains(page.Body.String()+w.Body.String(), "hunter2") {
			t.Errorf("%q: the page answers %d, shows bodies: %v", c.token, page.Code, shown)
		}
		if n := strings.Count(page.Body.String(), "<article"); n != c.letters {
			t.Errorf("%q: the page lists %d", c.token, n)
		}
	}
	if w := s.Get("/api/v1/dead-letters?source=pager", "Authorization", "Bearer pst_feeder:am"); !strings.Contains(w.Body.String(),
		`"dead_letters":[]`) {
		t.Errorf("a feeder is told of another's: %s", w.Body)
	}
	closedSite, _, _ := withLedger(t, 0, site.Closed)
	if w := closedSite.Get("/api/v1/dead-letters"); w.Code != http.StatusUnauthorized {
		t.Errorf("without a token, where one is needed: %d", w.Code)
	}
	for _, path := range []string{"/", "/feeds", "/api/v1/feeds"} {
		if w := closedSite.Get(path, "Authorization", "Bearer pst_feeder"); w.Code != http.StatusForbidden {
			t.Errorf("a feeder reads %s: %d", path, w.Code)
		}
	}
}

// While the database is held, as many bodies wait as the queue has room for; the
// others are told to come again, and everything that was accepted is there.
func TestOverloadLosesNothingThatWasAccepted(t *testing.T) {
	t.Parallel()
	const queue, senders = 3, 12
	s, l, db := withLedger(t, queue)
	hold, held := make(chan struct{}), make(chan struct{})
	go func() {
		_ = db.Update(context.Background(), func(kv.Writer) error { close(held); <-hold; return nil })
	}()
	<-held
	type answer struct {
		id     string
		status int
		retry  string
	}
	answers := make(chan answer, senders)
	post := func(id string) {
		w := s.Ask("POST", "/api/v1/feeds/ndjson?source=ci", fmt.Sprintf(changeLine, id), "Authorization", site.Feeder)
		answers <- answer{id, w.Code, w.Header().Get("Retry-After")}
	}
	var all sync.WaitGroup
	for i := range senders {
		all.Go(func() { post(fmt.Sprint("c", i)) })
	}
	refused := map[string]bool{}
	for range senders - queue { // answered while the database is still held
		a := <-answers
		if a.status != http.StatusServiceUnavailable || a.retry == "" {
			t.Fatalf("%+v", a)
		}
		refused[a.id] = true
	}
	close(hold)
	all.Wait()
	for range queue {
		if a := <-answers; a.status != http.StatusAccepted {
			t.Errorf("%+v", a)
		}
	}
	if now := storedChanges(t, l); len(now) != queue {
		t.Errorf("accepted %d, stored %v", queue, now)
	}
	for id := range refused {
		if storedChanges(t, l)[id] {
			t.Errorf("%s was refused and stored", id)
		}
		post(id) // as the sender does after Retry-After
		if a := <-answers; a.status != http.StatusAccepted {
			t.Errorf("again: %+v", a)
		}
	}
	if now := storedChanges(t, l); len(now) != senders {
		t.Errorf("%d of %d are there in the end", len(now), senders)
	}
}

// storedChanges are the ids of the changes of the day that a ledger holds.
func storedChanges(t *testing.T, l *feedstore.Store) map[string]bool {
	t.Helper()
	got, err := l.Changes(t.Context(), webtest.Now.AddDate(0, 0, -1), webtest.Now)
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for _, c := range got {
		ids[c.ID] = true
	}
	return ids
}

// A token that is revoked while its stream is read goes no further than the part
// that is being stored.
func TestARevokedTokenStopsAStream(t *testing.T) {
	t.Parallel()
	uses := 3
	s, f := site.WithFeeds(t, func(d *web.Deps, o *web.Options) {
		d.Auth = &webtest.Auth{Uses: &uses}
		o.Feeds.Body = 1 << 16
	})
	long := strings.Repeat(strings.Repeat("y", 1023)+"\n", 1000)
	w := s.Ask("POST", "/api/v1/feeds/ndjson?source=a", long, "Authorization", site.Feeder)
	if w.Code != http.StatusUnauthorized || len(f.Posts) != 3 || !strings.Contains(w.Body.String(), "revoked") {
		t.Errorf("%d after %d parts: %s", w.Code, len(f.Posts), w.Body)
	}
}

func TestUnsignedSourcesAreShown(t *testing.T) {
	t.Parallel()
	for _, only := range []bool{false, true} {
		s, f := site.WithFeeds(t, func(_ *web.Deps, o *web.Options) {
			o.Feeds.Signing = func(_, source string) ([]string, bool) {
				if source == "signed" {
					return []string{"secret"}, only
				}
				return nil, only
			}
		})
		f.SourceList = []feedstore.SourceStatus{
			{Name: "open", Format: "pagerduty", LastReceived: webtest.Now}, {Name: "signed", Format: "pagerduty", LastReceived: webtest.Now},
			{Name: "am", Format: "alertmanager", LastReceived: webtest.Now},
		}
		page, api := s.Get("/feeds").Body.String(), s.Get("/api/v1/feeds").Body.String()
		words, word, status := "anyone with the token can post", `"signature":"unsigned"`, http.StatusAccepted
		if only {
			words, word, status = "refused: not signed", `"signature":"missing"`, http.StatusUnauthorized
		}
		if strings.Count(page, words) != 1 || strings.Count(page, "signature verified") != 1 || !strings.Contains(api, word) ||
			!strings.Contains(api, `"signature":null`) || !strings.Contains(api, `"signature":"checked"`) {
			t.Errorf("signed only %v: %s\n%s", only, page, api)
		}
		if w := s.Ask("POST", "/api/v1/feeds/pagerduty?source=open", "one", "Authorization", site.Feeder); w.Code != status || only &&
			!strings.Contains(w.Body.String(), "feeds.pagerduty_signed_only") {
			t.Errorf("signed only %v: %d %s", only, w.Code, w.Body)
		}
		if w := s.Ask("POST", "/api/v1/feeds/alertmanager?source=am", "one", "Authorization", site.Feeder); w.Code != http.StatusAccepted {
			t.Errorf("another format: %d", w.Code)
		}
	}
}

// listing is an admin with tokens.
type listing struct {
	webtest.Admin
	tokens []auth.Token
}

func (l listing) Tokens(context.Context) ([]auth.Token, error) { return l.tokens, nil }

func TestAdminsSeeWhichTokensMayPost(t *testing.T) {
	t.Parallel()
	s, _ := site.WithFeeds(t, func(d *web.Deps, _ *web.Options) {
		d.Admin = listing{tokens: []auth.Token{
			{ID: "aaaaaaaa", Name: "eu <1>", Role: auth.Feeder, Sources: []string{"am-eu", "am-us"}},
			{ID: "bbbbbbbb", Name: "loose", Role: auth.Feeder},
			{ID: "cccccccc", Name: "gone", Role: auth.Feeder, Revoked: webtest.Now},
			{ID: "dddddddd", Name: "over", Role: auth.Feeder, Expires: webtest.Now}, {ID: "eeeeeeee", Name: "rea", Role: auth.Reader},
		}}
	})
	page := s.Get("/feeds", "Authorization", "Bearer pst_admin").Body.String()
	for words, want := range map[string]bool{"eu &lt;1&gt;": true, "am-eu, am-us": true, "loose": true, "any source": true,
		"cccccccc": false, "dddddddd": false, "eeeeeeee": false} {
		if strings.Contains(page, words) != want {
			t.Errorf("%q: %v", words, !want)
		}
	}
	if page := s.Get("/feeds", "Authorization", "Bearer pst_publisher").Body.String(); strings.Contains(page, "loose") {
		t.Error("a publisher is told of tokens")
	}
	w := s.Get("/api/v1/admin/tokens", "Authorization", "Bearer pst_admin").Body.String()
	if !strings.Contains(w, `"sources":["am-eu","am-us"]`) || !strings.Contains(w, `"sources":[]`) {
		t.Errorf("%s", w)
	}
}
