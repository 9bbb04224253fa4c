package web

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/postern/postern/portal/base/fault"
)

// spanParts is how many narrower ranges the page of one that holds too much offers.
const spanParts = 12

// narrower lists ranges within the one that was asked for, the newest first, each
// with a link that keeps the other filters. There are none for a single day and for
// pages that are about no range.
func (s *Server) narrower(c echo.Context, path string) (links []facetValue) {
	days, has := spanPreset(path)
	if !has {
		return nil
	}
	asked, err := readSpan(c.QueryParams(), s.opt.Now(), days)
	if err != nil {
		return nil
	}
	rest := url.Values{}
	for k, v := range c.QueryParams() {
		if k != "from" && k != "to" && k != "page" && k != "days" {
			rest[k] = v
		}
	}
	first := asked.since.Truncate(day)
	n := int((asked.until.Sub(first) + day - 1) / day)
	if n < 2 {
		return nil
	}
	step := (n + spanParts - 1) / spanParts
	for to := first.AddDate(0, 0, n); to.After(first); to = to.AddDate(0, 0, -step) {
		from := to.AddDate(0, 0, -step)
		if from.Before(first) {
			from = first
		}
		text := from.Format(time.DateOnly)
		if last := to.AddDate(0, 0, -1); last.After(from) {
			text += " to " + last.Format(time.DateOnly)
		}
		rest.Set("from", from.Format(time.DateOnly))
		links = append(links, facetValue{Text: text, Link: s.withQuery(path, rest, "to", to.Format(time.DateOnly))})
	}
	return links
}

// spanPreset is how many days a page is about when its address does not say; has is
// false for pages that are about no range.
func spanPreset(path string) (days int, has bool) {
	switch {
	case path == "/incidents":
		return incidentDays, true
	case path == "/alerts" || path == "/changes" || path == "/slow-sql":
		return signalDays, true
	case strings.HasPrefix(path, "/slow-sql/"):
		return digestDays, true
	}
	return 0, false
}

// askedSpan is the range that a page is about. Days is 0 when its ends were stated.
type askedSpan struct {
	since, until time.Time
	days         int
}

// readSpan reads a range: from= and to=, or the last days=.
func readSpan(q url.Values, now time.Time, days int) (a askedSpan, err error) {
	a.days = days
	if text := q.Get("days"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > maxSpanDays {
			return a, fault.Newf(fault.Invalid, "web", "days= takes a number from 1 to %d", maxSpanDays)
		}
		a.days = n
	}
	// Whole hours, so that a page that is asked for again reads the same span.
	a.until = now.UTC().Truncate(time.Hour).Add(time.Hour)
	for _, end := range []struct {
		name string
		at   *time.Time
	}{{"from", &a.since}, {"to", &a.until}} {
		text := q.Get(end.name)
		if text == "" {
			continue
		}
		day, err := time.Parse(time.DateOnly, text)
		if err != nil {
			return a, fault.Newf(fault.Invalid, "web", "%s= takes a date such as 2026-01-31", end.name)
		}
		*end.at, a.days = day, 0
	}
	if a.since.IsZero() {
		a.since = a.until.Add(-time.Duration(max(a.days, 1)) * day)
	}
	if !a.since.Before(a.until) || a.until.Sub(a.since) > maxSpanDays*day {
		return a, fault.New(fault.Invalid, "web", "from= must be before to=, and at most ten years before it")
	}
	return a, nil
}
