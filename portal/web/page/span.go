package page

import (
	"net/url"
	"strconv"
	"time"

	"github.com/postern/postern/portal/base/fault"
)

// spanParts is how many narrower ranges the page for a too wide range offers.
const spanParts = 12

// narrower returns ranges within the requested one, newest first, as links that keep the
// other filters. There are none for a single day, and none for pages without a range.
func (k *Kit) narrower(r *Request) (links []FacetValue) {
	if r.route == nil || r.route.Days == 0 {
		return nil
	}
	asked, err := ReadSpan(r.Query(), k.opt.Now(), r.route.Days)
	if err != nil {
		return nil
	}
	rest := url.Values{}
	for k, v := range r.Query() {
		if k != "from" && k != "to" && k != "page" && k != "days" {
			rest[k] = v
		}
	}
	const day = 24 * time.Hour
	first := asked.Since.Truncate(day)
	n := int((asked.Until.Sub(first) + day - 1) / day)
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
			text += " – " + last.Format(time.DateOnly)
		}
		rest.Set("from", from.Format(time.DateOnly))
		links = append(links, FacetValue{Text: text, Link: k.WithQuery(r.Path, rest, "to", to.Format(time.DateOnly))})
	}
	return links
}

// MaxDays bounds the range that one page covers: ten years.
const MaxDays = 3660

// Span is the range [Since, Until) that a page covers. Days is its length if the
// address states no end, and 0 otherwise.
type Span struct {
	Since, Until time.Time
	Days         int
}

// ReadSpan reads a range from an address: from= and to=, or the last days=; without any
// of them, the last days given here. It fails with fault.Invalid.
func ReadSpan(q url.Values, now time.Time, days int) (a Span, err error) {
	a.Days = days
	if text := q.Get("days"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > MaxDays {
			return a, fault.Newf(fault.Invalid, "web", "days= takes a number from 1 to %d", MaxDays)
		}
		a.Days = n
	}
	// Whole hours, so that a page that is asked for again reads the same span.
	a.Until = now.UTC().Truncate(time.Hour).Add(time.Hour)
	for _, end := range []struct {
		name string
		at   *time.Time
	}{{"from", &a.Since}, {"to", &a.Until}} {
		text := q.Get(end.name)
		if text == "" {
			continue
		}
		day, err := time.Parse(time.DateOnly, text)
		if err != nil {
			return a, fault.Newf(fault.Invalid, "web", "%s= takes a date such as 2026-01-31", end.name)
		}
		*end.at, a.Days = day, 0
	}
	if a.Since.IsZero() {
		a.Since = a.Until.Add(-time.Duration(max(a.Days, 1)) * 24 * time.Hour)
	}
	if !a.Since.Before(a.Until) || a.Until.Sub(a.Since) > MaxDays*24*time.Hour {
		return a, fault.New(fault.Invalid, "web", "from= must be before to=, and at most ten years before it")
	}
	return a, nil
}
