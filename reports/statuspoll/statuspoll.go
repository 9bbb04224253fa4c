// Package statuspoll polls status pages. It stores nothing: an answer is
// accepted like a feed, and the ETag of the last answer is in memory only,
// because reading a page twice after a restart adds nothing.
//
// A page that fails is polled at its usual pace twice more, then less and
// less often, down to once an hour. Pages are polled concurrently, each
// with a time limit, so that one does not delay the others.
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
	Source string // name of its source
	URL    string // of its JSON
}

// Options are the dependencies and limits of a Poller.
type Options struct {
	Pages []Page
	Every time.Duration // pause between two requests to a page that works
	// Client sends the requests. Redirects are not followed: a page must not
	// lead the portal to addresses that only the portal can reach, because
	// readers would see the answers.
	Client *http.Client
	Limit  int64 // bytes of one answer
	// Accept stores an answer.
	Accept func(ctx context.Context, in feed.Input) error
	Now    func() time.Time
	Log    *slog.Logger // nil discards
}

// Limits of one request and of its repetition.
const (
	requestLimit = 20 * time.Second
	breakAfter   = 3 // failures in a row after which a page is polled less often
	maxPause     = time.Hour
)

// State is the state of a page.
type State string

// The states of a page.
const (
	Waiting State = "waiting" // it was not polled yet
	OK      State = "ok"
	Failing State = "failing" // the last request failed; it is polled again soon
	Broken  State = "broken"  // several requests in a row failed; it is polled less often
)

// Status is the state of one page.
type Status struct {
	Page
	State    State
	LastOK   time.Time // time of the last answer; zero: none yet
	Next     time.Time // when it is polled again
	Failures int       // in a row
	Why      string    // the last failure, for people; "" if there is none
}

// Poller polls the pages. Tick must not be called concurrently; Status may
// be.
type Poller struct {
	opt   Options
	pages []*page
}

// page is one page. Only its poll writes to it; the lock guards status. etag and
// modified are those of the last accepted answer, as received, "" if it had none; the
// poll alone reads and writes them, without the lock.
type page struct {
	mu       sync.Mutex
	status   Status
	etag     string
	modified string
}

// New returns a Poller; it sends no request yet. The client is copied, since its
// CheckRedirect is replaced. All pages are due at the first Tick.
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

// Status returns the status of every page, in the order of Options.Pages.
func (p *Poller) Status() []Status {
	out := make([]Status, 0, len(p.pages))
	for _, x := range p.pages {
		out = append(out, x.now())
	}
	return out
}

// now returns the current status.
func (x *page) now() Status {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.status
}

// Tick polls every page that is due, concurrently, and returns when all are
// done.
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

// turn polls one page and records the result. After breakAfter failures the pause
// doubles with each further one, from twice Every up to maxPause; it is never shorter
// than Every, which may be above maxPause.
func (p *Poller) turn(ctx context.Context, x *page) {
	limited, cancel := context.WithTimeout(ctx, requestLimit)
	defer cancel()
	err := p.ask(limited, x)
	if ctx.Err() != nil {
		return // the portal stops, so the error is not the page's
	}
	now := p.opt.Now()
	x.mu.Lock()
	defer x.mu.Unlock()
	s := &x.status
	if err == nil {
		// A success resets the failures and the reason.
		*s = Status{Page: s.Page, State: OK, LastOK: now, Next: now.Add(p.opt.Every)}
		return
	}
	s.Failures++
	s.State, s.Why = Failing, fault.Message(err)
	pause := p.opt.Every
	if s.Failures >= breakAfter {
		s.State = Broken
		for i := breakAfter; i <= s.Failures && pause < maxPause; i++ {
			pause *= 2
		}
		pause = max(min(pause, maxPause), p.opt.Every)
	}
	s.Next = now.Add(pause)
	p.opt.Log.Warn("a status page does not answer", "source", s.Source, "failures", s.Failures, "next", s.Next, "error", err)
}

// ask requests one page and accepts the answer unless it is unchanged. It
// returns fault.Unavailable if the page does not answer, and fault.TooLarge
// if the answer exceeds the limit.
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
		return fault.Newf(
			fault.Unavailable,
			op,
			"the page answers %d, a redirect, and they are not followed; state the final address",
			res.StatusCode,
		)
	case res.StatusCode != http.StatusOK:
		return fault.New(fault.Unavailable, op, fmt.Sprintf("the page answers %d", res.StatusCode))
	}
	// One byte more than the limit distinguishes an answer of exactly the limit from
	// one that was cut.
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
	// Only an accepted answer need not be sent again.
	x.etag, x.modified = res.Header.Get("ETag"), res.Header.Get("Last-Modified")
	return nil
}

// withoutURL removes the address from a client's error, because it may have
// a key, and errors are logged.
func withoutURL(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}
