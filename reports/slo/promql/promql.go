// Package promql turns an SLI's query into the queries that are sent to a server. It
// reads PromQL and never evaluates it. It is pure.
//
// An author writes what is counted; this package decides how it is counted in each
// bucket of time:
//
//	counter: true   http_requests_total{…}, or sum(…) of one
//	                -> how much it grew in the bucket, series by series
//	otherwise       the query as it is, with {{.window}} for the length of the bucket
//
// The growth of a counter is its difference between the ends of the bucket, so that
// neighbouring buckets add up to exactly what the counter counted; increase()
// extrapolates and does not. That holds for a series that is present at both ends and
// was not reset. Odd finds the buckets in which a series is different: those are
// counted from the Samples themselves (slo.Grow), and where that is too expensive,
// increase() replaces the difference for the series in question.
//
// Queries are read with the parser of Prometheus, so nested functions, comments, @,
// offsets, subqueries and braces in strings have the meaning that they have on the
// server. A query that this parser does not accept, such as one in MetricsQL, is sent
// as it is or, as a counter, counted as a whole.
package promql

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// window is the placeholder that Sloth and the examples of OpenSLO use.
var window = regexp.MustCompile(`\{\{\s*\.window\s*\}\}`)

// Reach is how far back a server looks for the value of a series at an instant: the
// default lookback of Prometheus, which Thanos and Mimir share. VictoriaMetrics looks
// back this far at most.
const Reach = 5 * time.Minute

// Count returns the query whose value at the end of a bucket is the count of the
// bucket. For a counter it uses increase() for the series that were reset, or that are
// not present at both ends. exact is false when the query of a counter is more than
// one selector, so that a reset of one of its series looks like a reset of the sum.
func Count(query string, counter bool, bucket time.Duration) (text string, exact bool) {
	length := Duration(bucket)
	if s, ok := Selector(query, counter); ok {
		const growth = "sum((((%[1]s - %[1]s offset %[2]s) >= 0) unless (resets(%[1]s[%[2]s]) > 0)) or increase(%[1]s[%[2]s]))"
		return fmt.Sprintf(growth, s, length), true
	}
	q := read(query)
	text = Window(strings.TrimSpace(query), bucket)
	if !counter || q.overTime() {
		return text, true
	}
	// A comment at the end of the query would hide the bracket after it.
	return fmt.Sprintf("increase((%s)[%s:])", Window(q.withoutComments(), bucket), length), false
}

// Selector returns the one selector that the query of a counter is, or is the sum of,
// as its author wrote it. ok is false for every other query and where counter is
// false.
func Selector(query string, counter bool) (selector string, ok bool) {
	if !counter {
		return "", false
	}
	s, ok := read(query).selector()
	return s.text, ok
}

// Odd returns a query that has a value for those buckets alone in which the difference
// between the two ends may not be what the series of the selector counted: one of them
// was reset, or was seen in the bucket and is not present at its beginning or its end.
// The value is the number of samples of the bucket. Resets are searched from Reach
// before the bucket, where its first difference may begin.
func Odd(selector string, bucket time.Duration) string {
	const odd = "sum(count_over_time(%[1]s[%[2]s])) and (count((count_over_time(%[1]s[%[2]s]) unless %[1]s offset %[2]s) or " +
		"(count_over_time(%[1]s[%[2]s]) unless %[1]s) or (resets(%[1]s[%[3]s]) > 0)) > 0)"
	return fmt.Sprintf(odd, selector, Duration(bucket), Duration(bucket+Reach))
}

// Samples returns a query whose value at an instant is the samples of the time before
// it.
func Samples(selector string, length time.Duration) string {
	return selector + "[" + Duration(length) + "]"
}

// Present returns a query that has a value wherever a series of the selector in query
// has a sample within the given time. It returns "" when the query has no single
// selector.
func Present(query string, within time.Duration) string {
	s, ok := read(query).selector()
	if !ok {
		return ""
	}
	return fmt.Sprintf("count(count_over_time(%s[%s]))", s.text, Duration(within))
}

// Window returns the query with a length in place of {{.window}}.
func Window(query string, length time.Duration) string {
	return window.ReplaceAllString(query, Duration(length))
}

// Duration returns a length in the notation of PromQL, in one unit: "90m".
func Duration(d time.Duration) string {
	switch {
	case d%time.Hour == 0:
		return fmt.Sprintf("%dh", d/time.Hour)
	case d%time.Minute == 0:
		return fmt.Sprintf("%dm", d/time.Minute)
	case d%time.Second == 0:
		return fmt.Sprintf("%ds", d/time.Second)
	}
	return fmt.Sprintf("%dms", d/time.Millisecond)
}

// Increasing returns the query with increase() in place of each rate(): the same
// ratio, and counts of events instead of events a second.
func Increasing(query string) string {
	var b strings.Builder
	end := 0
	for _, f := range read(query).functions {
		if f.name == "rate" {
			b.WriteString(query[end:f.at] + "increase")
			end = f.at + len(f.name)
		}
	}
	return b.String() + query[end:]
}
