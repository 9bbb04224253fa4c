package promsli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/postern/postern/portal/base/fault"
)

// request is one call of the API.
type request struct {
	path string // behind /api/v1/
	form url.Values
}

// rangeRequest returns the request for one chunk of a range.
func rangeRequest(query string, from, to time.Time, step time.Duration) request {
	return request{"query_range", url.Values{
		"query": {query}, "start": {timestamp(from)}, "end": {timestamp(to)},
		"step": {strconv.FormatFloat(step.Seconds(), 'f', -1, 64)},
	}}
}

// instantRequest returns the request for one instant.
func instantRequest(query string, at time.Time) request {
	return request{"query", url.Values{"query": {query}, "time": {timestamp(at)}}}
}

// timestamp returns an instant as seconds with milliseconds, the precision
// of Prometheus.
func timestamp(t time.Time) string {
	return strconv.FormatFloat(float64(t.UnixMilli())/1000, 'f', 3, 64)
}

// firstPause is the pause after the first attempt; later ones double.
const firstPause = 500 * time.Millisecond

// ask sends a request until it is answered, refused, or has failed
// Limits.Attempts times.
func (c *Client) ask(ctx context.Context, r request) (Answer, error) {
	pause := firstPause
	for attempt := 1; ; attempt++ {
		a, err := c.once(ctx, r)
		if err == nil || fault.KindOf(err) != fault.Unavailable || attempt == c.opt.Limits.Attempts || ctx.Err() != nil {
			return a, err
		}
		if waitErr := c.opt.Pause(ctx, pause); waitErr != nil {
			return Answer{}, errors.Join(err, waitErr)
		}
		pause *= 2
	}
}

// once sends a request once.
func (c *Client) once(ctx context.Context, r request) (Answer, error) {
	const op = "prometheus.ask"
	ctx, cancel := context.WithTimeout(ctx, c.opt.Limits.Time)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+"/api/v1/"+r.path, strings.NewReader(r.form.Encode()))
	if err != nil {
		return Answer{}, fault.Wrap(fault.Invalid, op, "the address of the source cannot be used", err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	if c.opt.Authorization != "" {
		req.Header.Set("Authorization", c.opt.Authorization)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return Answer{}, fault.Wrap(fault.Unavailable, op, "the source does not answer", err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(res.Body, c.opt.Limits.Body+1))
	if err != nil {
		return Answer{}, fault.Wrap(fault.Unavailable, op, "the answer of the source broke off", err)
	}
	if int64(len(body)) > c.opt.Limits.Body {
		return Answer{}, fault.Newf(fault.TooLarge, op, "the answer is over %d MiB: let the query aggregate", c.opt.Limits.Body>>20)
	}
	if res.StatusCode != http.StatusOK {
		return Answer{}, refusedAnswer(res.StatusCode, body)
	}
	return decode(body, c.opt.Limits)
}

// refusedAnswer returns the error for a status other than 200.
func refusedAnswer(status int, body []byte) error {
	const op = "prometheus.ask"
	detail := fmt.Errorf("status %d: %s", status, errorText(body))
	switch {
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return fault.Wrap(fault.Unauthenticated, op, "the source does not take the credential it is configured with", detail)
	case status == http.StatusBadRequest || status == http.StatusUnprocessableEntity:
		return fault.Wrap(fault.Invalid, op, "the source refuses the query: "+errorText(body), detail)
	case status >= 300 && status < 400:
		return fault.Wrap(fault.Invalid, op, "the source answers with a redirect: configure the address it leads to", detail)
	case status == http.StatusNotFound || status == http.StatusMethodNotAllowed:
		return fault.Wrap(fault.Invalid, op, "there is no query API at the source's address", detail)
	}
	return fault.Wrap(fault.Unavailable, op, fmt.Sprintf("the source answers %d", status), detail)
}
