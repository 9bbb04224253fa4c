package promsli

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/fault"
)

// Limits bound one request. A zero field is its default.
type Limits struct {
	Points   int           // per series and request
	Body     int64         // bytes of one response
	Series   int           // in one response
	Time     time.Duration // of one request with its response
	Attempts int           // of one request
}

// The default limits. Prometheus answers 400 to more than 11,000 points per
// series.
const (
	defaultPoints   = 10_000
	defaultBody     = 32 << 20
	defaultSeries   = 10_000
	defaultTime     = 30 * time.Second
	defaultAttempts = 3
)

// ClientOptions configure a Client.
type ClientOptions struct {
	// URL of the server, with a path prefix if it has one; /api/v1/… is
	// appended.
	URL *url.URL
	// Authorization is the value of that header; "" sends none.
	Authorization string
	// Transport carries the requests; nil is a new transport.
	Transport http.RoundTripper
	// Pause waits between attempts or until the context ends.
	Pause  func(ctx context.Context, d time.Duration) error
	Limits Limits
}

// Client queries one server. It is safe for concurrent use.
type Client struct {
	opt  ClientOptions
	base string // URL without a slash at its end
	http *http.Client
}

// NewClient returns a Client.
func NewClient(opt ClientOptions) *Client {
	l := &opt.Limits
	if l.Points <= 0 {
		l.Points = defaultPoints
	}
	if l.Body <= 0 {
		l.Body = defaultBody
	}
	if l.Series <= 0 {
		l.Series = defaultSeries
	}
	if l.Time <= 0 {
		l.Time = defaultTime
	}
	if l.Attempts <= 0 {
		l.Attempts = defaultAttempts
	}
	if opt.Transport == nil {
		opt.Transport = &http.Transport{MaxIdleConnsPerHost: 2, IdleConnTimeout: time.Minute, ForceAttemptHTTP2: true}
	}
	return &Client{
		opt: opt, base: strings.TrimRight(opt.URL.String(), "/"),
		http: &http.Client{Transport: opt.Transport, CheckRedirect: noRedirects},
	}
}

// noRedirects refuses redirects: a credential must not reach another
// server.
func noRedirects(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// Point is one value of a series as the server sent it: it may be NaN or
// infinite.
type Point struct {
	At    time.Time
	Value float64
}

// Series is one series of an answer, in order of time. Steps without a
// value are absent.
type Series struct {
	Labels map[string]string
	Points []Point
}

// Answer is the result of a query.
type Answer struct {
	Series []Series
	// Warnings of the server mean that data is missing: a store did not
	// respond, or a limit was reached.
	Warnings []string
	// Infos of the server are notes about the query.
	Infos []string
}

// QueryRange evaluates a query at from, from+step, … up to and including
// to, in as many requests as the limit of points needs. It returns
// fault.Invalid if the server refuses the query, fault.TooLarge if the
// answer exceeds a limit, fault.Unavailable if the server does not respond
// after all attempts, and fault.Unauthenticated if it does not accept the
// credential.
func (c *Client) QueryRange(ctx context.Context, query string, from, to time.Time, step time.Duration) (Answer, error) {
	const op = "prometheus.QueryRange"
	if step <= 0 || to.Before(from) {
		return Answer{}, fault.Newf(fault.Invalid, op, "a range from %s to %s in steps of %s", from, to, step)
	}
	var all merged
	chunk := time.Duration(c.opt.Limits.Points-1) * step
	for start := from; !start.After(to); start = start.Add(chunk + step) {
		end := start.Add(chunk)
		if end.After(to) {
			end = to
		}
		a, err := c.ask(ctx, rangeRequest(query, start, end, step))
		if err != nil {
			return Answer{}, err
		}
		all.add(a)
	}
	return all.Answer, nil
}

// Query evaluates a range selector, such as "up[5m]", at an instant: it
// returns every sample of the range. Errors are those of QueryRange; an
// expression that does not select samples is fault.Invalid.
func (c *Client) Query(ctx context.Context, selector string, at time.Time) (Answer, error) {
	return c.ask(ctx, instantRequest(selector, at))
}

// merged joins the chunks of a range.
type merged struct {
	Answer
	at map[string]int // labels -> index of the series
}

// add appends the points of each series to those of the chunks before.
func (m *merged) add(a Answer) {
	m.Warnings = append(m.Warnings, a.Warnings...)
	m.Infos = append(m.Infos, a.Infos...)
	if m.at == nil {
		m.at = map[string]int{}
	}
	for _, s := range a.Series {
		key := labelKey(s.Labels)
		i, known := m.at[key]
		if !known {
			m.at[key] = len(m.Series)
			m.Series = append(m.Series, s)
			continue
		}
		m.Series[i].Points = append(m.Series[i].Points, s.Points...)
	}
}
