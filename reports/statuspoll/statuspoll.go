// Package statuspoll owns asking status pages: when each is asked next, what it
// said last, and how it does. It owns no data of its own: what a page says goes
// where everything goes that is sent, and the ETag of its last answer is in memory
// only, since reading a page twice after a restart adds nothing.
//
// A page that fails is asked at its usual pace twice more, then ever more rarely
// up to once an hour, so that a broken page costs nothing; each page has a
// goroutine of its own in a round and a time limit, so it holds up no other.
package statuspoll

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/postern/postern/portal/base/fault"
	"github.com/postern/postern/reports/feed"
)

// Page is one status page.
type Page struct {
	Source string // its name as a feed
	URL    string // of its JSON
}

// Options are what a Poller works with.
type Options struct {
	Pages []Page
	Every time.Duration // between two questions to a page that answers
	// Client asks. Its redirects are not followed: a page must not lead the portal to
	// addresses that only the portal can reach, whose answers readers would see.
	Client *http.Client
	Limit  int64 // bytes of an answer
	// Accept takes an answer in.
	Accept func(ctx context.Context, in feed.Input) error
	Now    func() time.Time
	Log    *slog.Logger // nil is silence
}

// Limits of one question.
const (
	askLimit   = 20 * time.Second
	breakAfter = 3 // failures on end after which a page is asked more rarely
	mostPause  = time.Hour
)

// State is how a page does.
type State string

// The states of a page.
const (
	Waiting State = "waiting" // it was not asked yet
	OK      State = "ok"
	Failing State = "failing" // the last question failed; it is asked again soon
	Broken  State = "broken"  // several on end failed; it is asked rarely
)

// Status is what is known of one page.
type Status struct {
	Page
	State    State
	LastOK   time.Time // of the last answer; zero: none yet
	Next     time.Time // when it is asked again
	Failures int       // on end
	Why      string    // the last failure, for people; "" when there is none
}

// Poller asks the pages. Tick is called by one goroutine, Status by any.
type Poller struct {
	opt   Options
	pages []*page
}

// page is one page; only its round writes to it, under the lock.
type page struct {
	mu       sync.Mutex
	status   Status
	etag     string
	modified string
}

// New makes a Poller; nobody is asked yet.
func New(opt Options) *Poller {
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	client := *opt.Client
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	opt.Client = &client
	p := &Poller{opt: opt}
	for _, x := range opt.Pages {
		p.pages = append(p.pages, &page{status: Status{Page: x, State: Waiting}})
	}
	return p
}

// Status tells how every page does, in the order of Options.Pages.
func (p *Poller) Status() []Status {
	out := make([]Status, 0, len(p.pages))
	for _, x := range p.pages {
		out = append(out, x.now())
	}
	return out
}

func (x *page) now() Status {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.status
}

// Tick asks every page that is due, side by side.
func (p *Poller) Tick(ctx context.Context) {
	var round sync.WaitGroup
	for _, x := range p.pages {
		if p.opt.Now().Before(x.now().Next) {
			continue
		}
		round.Go(func() { p.turn(ctx, x) })
	}
	round.Wait()
}

// turn asks one page and notes how that went.
func (p *Poller) turn(ctx context.Context, x *page) {
	limited, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	err := p.ask(limited, x)
	if ctx.Err() != nil {
		return // the portal stops: that says nothing about the page
	}
	now := p.opt.Now()
	x.mu.Lock()
	defer x.mu.Unlock()
	s := &x.status
	if err == nil {
		*s = Status{Page: s.Page, State: OK, LastOK: now, Next: now.Add(p.opt.Every)}
		return
	}
	s.Failures++
	s.State, s.Why = Failing, fault.Message(err)
	pause := p.opt.Every
	if s.Failures >= breakAfter {
		s.State = Broken
		for i := breakAfter; i <= s.Failures && pause < mostPause; i++ {
			pause *= 2
		}
		pause = max(min(pause, mostPause), p.opt.Every)
	}
	s.Next = now.Add(pause)
	p.opt.Log.Warn("a status page does not answer", "source", s.Source, "failures", s.Failures, "next", s.Next, "error", err)
}

// ask asks one page, unless it says that nothing changed, for what to take in.
func (p *Poller) ask(ctx context.Context, x *page) error {
	const op = "statuspoll.ask"
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, x.now().URL, nil)
	if err != nil {
		return fault.Wrap(fault.Invalid, op, "the address of the page cannot be used", err)
	}
	req.Header.Set("Accept", "application/json")
	if x.etag != "" {
		req.Header.Set("If-None-Match", x.etag)
	}
	if x.modified != "" {
		req.Header.Set("If-Modified-Since", x.modified)
	}
	res, err := p.opt.Client.Do(req)
	if err != nil {
		return fault.Wrap(fault.Unavailable, op, "the page does not answer", withoutURL(err))
	}
	defer func() { _ = res.Body.Close() }()
	switch {
	case res.StatusCode == http.StatusNotModified:
		return nil
	case res.StatusCode >= 300 && res.StatusCode < 400:
		return fault.Newf(fault.Unavailable, op, "the page answers %d, a redirect, and they are not followed; state the final address", res.StatusCode)
	case res.StatusCode != http.StatusOK:
		return fault.New(fault.Unavailable, op, fmt.Sprintf("the page answers %d", res.StatusCode))
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, p.opt.Limit+1))
	if err != nil {
		return fault.Wrap(fault.Unavailable, op, "the page's answer broke off", err)
	}
	if int64(len(body)) > p.opt.Limit {
		return fault.Newf(fault.TooLarge, op, "the page's answer is larger than the %d bytes that a feed may have", p.opt.Limit)
	}
	err = p.opt.Accept(ctx, feed.Input{
		Body: body, ContentType: res.Header.Get("Content-Type"), Header: res.Header.Get, Source: x.now().Source, Received: p.opt.Now(),
	})
	if err != nil {
		return err
	}
	// Only what was taken in need not be sent again.
	x.etag, x.modified = res.Header.Get("ETag"), res.Header.Get("Last-Modified")
	return nil
}

// withoutURL takes the address out of a client's error: a key may stand in it, and
// errors go to the log.
func withoutURL(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}
